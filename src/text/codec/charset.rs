//! Character sets other than UTF-8: which one a body is in, and its characters. Knows no content types.

use super::Piece;
use crate::text::view::utf16;

/// A character set that is read as if it were UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// UTF-32, little end first.
    Utf32Le,
    /// UTF-32, big end first.
    Utf32Be,
    /// Windows-1252, which contains Latin-1.
    Windows1252,
}

/// The character set of bytes that are no UTF-8 or hold NULs: UTF-16 and UTF-32 by mark or NULs, Windows-1252 where they
/// look like text all the same; `None` for what is no text.
#[must_use]
pub fn detect(bytes: &[u8]) -> Option<Charset> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if let Some(charset) = utf32(sample) {
        return Some(charset);
    }
    match sample {
        [0xFF, 0xFE, ..] => return Some(Charset::Utf16Le),
        [0xFE, 0xFF, ..] => return Some(Charset::Utf16Be),
        _ => {}
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if half > 1 && odd * 10 > half * 6 && even * 10 < half {
        return Some(Charset::Utf16Le);
    }
    if half > 1 && even * 10 > half * 6 && odd * 10 < half {
        return Some(Charset::Utf16Be);
    }
    let control =
        sample.iter().filter(|&&byte| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C)).count();
    let ascii = sample.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
    (control == 0 && ascii * 10 >= sample.len() * 6).then_some(Charset::Windows1252)
}

const SAMPLE: usize = 4096;

/// UTF-32 of either order: nearly all groups of four bytes are characters that one prints.
#[must_use]
pub fn utf32(sample: &[u8]) -> Option<Charset> {
    let groups = sample.chunks_exact(4).len();
    let sound = |character: char| !character.is_control() || character.is_ascii_whitespace();
    let is = |charset: Charset| {
        let characters = sample.chunks_exact(4).filter_map(|group| charset.wide(group));
        groups > 1 && characters.filter(|&character| sound(character)).count() * 10 >= groups * 9
    };
    [Charset::Utf32Le, Charset::Utf32Be].into_iter().find(|&charset| is(charset))
}

/// Whether text of this name may be read as UTF-8 or Windows-1252 as far as digits and Latin letters go.
fn is_like_ascii(name: &str) -> bool {
    const FAMILIES: [&str; 19] = [
        "ascii", "big5", "cp125", "cp437", "cp85", "euc-", "gb", "iso-8859", "iso8859", "iso_8859", "koi8",
        "latin", "mac", "shift", "sjis", "tis-620", "us-ascii", "utf-8", "utf8",
    ];
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("x-").unwrap_or(&name);
    name.is_empty() || name.starts_with("windows-") || FAMILIES.iter().any(|family| name.starts_with(family))
}

impl Charset {
    /// The character set that a content type names, where it is not UTF-8.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known: [(&str, Self); 11] = [
            ("utf-32", Self::Utf32Be),
            ("utf-32le", Self::Utf32Le),
            ("utf-32be", Self::Utf32Be),
            ("utf-16", Self::Utf16Be),
            ("utf-16le", Self::Utf16Le),
            ("utf-16be", Self::Utf16Be),
            ("iso-8859-1", Self::Windows1252),
            ("latin1", Self::Windows1252),
            ("iso-8859-15", Self::Windows1252),
            ("windows-1252", Self::Windows1252),
            ("cp1252", Self::Windows1252),
        ];
        known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, charset)| charset)
    }

    /// Whether text in the character set of this name cannot be read: in UTF-7, EBCDIC or ISO-2022 the bytes of a
    /// number are others than here, and the service that is told so reads it all the same.
    #[must_use]
    pub fn is_unknown(name: &str) -> bool {
        Self::named(name).is_none() && !is_like_ascii(name)
    }

    /// The character that four bytes are.
    fn wide(self, group: &[u8]) -> Option<char> {
        let group: [u8; 4] = group.get(..4)?.try_into().ok()?;
        let little = self == Self::Utf32Le;
        char::from_u32(if little { u32::from_le_bytes(group) } else { u32::from_be_bytes(group) })
    }

    /// How many bytes stand for themselves.
    pub(super) fn run(self, rest: &[u8]) -> usize {
        match self {
            Self::Utf16Le | Self::Utf16Be | Self::Utf32Le | Self::Utf32Be => 0,
            Self::Windows1252 => rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len()),
        }
    }

    /// Reads one character.
    pub(super) fn piece(self, rest: &[u8]) -> Piece {
        if self == Self::Windows1252 {
            return Piece::of_char(1, utf16::windows_1252(rest[0]));
        }
        if matches!(self, Self::Utf32Le | Self::Utf32Be) {
            return Piece::of_char(rest.len().min(4), self.wide(rest).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        match utf16::first(rest, self == Self::Utf16Le) {
            Some((character, length)) => Piece::of_char(length, character),
            None => Piece::of_char(1, char::REPLACEMENT_CHARACTER),
        }
    }

    /// Writes text in this character set; what it lacks becomes `?`.
    pub(super) fn encode(self, text: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(text);
        match self {
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32Le => text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect(),
            Self::Utf32Be => text.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect(),
            Self::Windows1252 => text.chars().map(windows_1252).collect(),
        }
    }
}

fn windows_1252(character: char) -> u8 {
    let high = (0x80..=0x9F).find(|byte| utf16::windows_1252(*byte) == character);
    high.or_else(|| u8::try_from(u32::from(character)).ok()).unwrap_or(b'?')
}
