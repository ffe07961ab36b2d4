//! Base64 of whole strings, either alphabet, with or without padding and line breaks. Knows not what it holds.

use crate::span::Span;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Which 64 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// `+` and `/`.
    Standard,
    /// `-` and `_`.
    Url,
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const LINE: usize = 76;

impl Alphabet {
    /// The alphabet that `encoded` is written in, `None` where it is no base64. Line breaks are allowed.
    #[must_use]
    pub fn of(encoded: &[u8]) -> Option<Self> {
        let mut alphabet = None;
        let mut padded = false;
        for &byte in encoded {
            let own = match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' if !padded => continue,
                b'\r' | b'\n' => continue,
                b'=' => {
                    padded = true;
                    continue;
                }
                b'+' | b'/' if !padded => Self::Standard,
                b'-' | b'_' if !padded => Self::Url,
                _ => return None,
            };
            if alphabet.is_some_and(|other| other != own) {
                return None;
            }
            alphabet = Some(own);
        }
        Some(alphabet.unwrap_or(Self::Standard))
    }

    const fn engine(self) -> &'static GeneralPurpose {
        match self {
            Self::Standard => &STANDARD,
            Self::Url => &URL,
        }
    }
}

/// Appends the decoded bytes; `false` where it is no base64.
pub(super) fn decode(alphabet: Alphabet, encoded: &[u8], decoded: &mut Vec<u8>) -> bool {
    let engine = alphabet.engine();
    let before = decoded.len();
    let whole = if memchr::memchr2(b'\r', b'\n', encoded).is_some() {
        let joined: Vec<u8> = encoded.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        engine.decode_vec(joined, decoded).is_ok()
    } else {
        engine.decode_vec(encoded, decoded).is_ok()
    };
    if !whole {
        decoded.truncate(before);
    }
    whole
}

/// The characters that hold the bytes of `decoded`, line breaks in between included.
pub(super) fn encoded_span(encoded: &[u8], decoded: Span) -> Span {
    let first = decoded.start / 3 * 4 + decoded.start % 3;
    let last = decoded.end.div_ceil(3) * 4 - [0, 2, 1][decoded.end % 3];
    let (mut start, mut end, mut digits) = (encoded.len(), encoded.len(), 0);
    for (at, byte) in encoded.iter().enumerate() {
        if matches!(byte, b'\r' | b'\n') {
            continue;
        }
        if digits == first {
            start = at;
        }
        digits += 1;
        if digits == last {
            end = at + 1;
            break;
        }
    }
    Span::new(start, end)
}

/// Encodes with padding.
pub(super) fn encode(alphabet: Alphabet, text: &[u8]) -> Vec<u8> {
    alphabet.engine().encode(text).into_bytes()
}

/// Encodes the way `model` is: padded or not, broken into lines or not.
pub(super) fn encode_like(alphabet: Alphabet, text: &[u8], model: &[u8]) -> Vec<u8> {
    let mut encoded = encode(alphabet, text);
    let trimmed = model.trim_ascii_end();
    if !trimmed.ends_with(b"=")
        && trimmed.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count() % 4 != 0
    {
        let digits = encoded.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
        encoded.truncate(digits);
    }
    let Some(first_break) = memchr::memchr2(b'\r', b'\n', model) else { return encoded };
    let line = if first_break == 0 { LINE } else { first_break };
    let separator: &[u8] = if model[first_break] == b'\r' { b"\r\n" } else { b"\n" };
    let mut broken = encoded.chunks(line).collect::<Vec<_>>().join(separator);
    broken.extend_from_slice(&model[trimmed.len()..]);
    broken
}
