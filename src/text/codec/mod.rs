//! Text encodings that work piece by piece (JSON escapes, percent encoding, quoted-printable, UTF-16 …): decoding,
//! the way back from a decoded span to the encoded one, and encoding of a replacement. Knows no format around them.

mod base64;
mod charset;
mod form;
mod json;
mod quoted_printable;
mod way;

pub use base64::Alphabet;
pub use charset::{Charset, detect as detect_charset, utf32};

use super::edit::{Edit, apply};
use crate::span::Span;
use way::Way;

/// One decoding step between a text and what it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The bytes themselves.
    Plain,
    /// The inside of a JSON string.
    Json,
    /// A JSON number: what replaces it becomes a JSON string.
    JsonNumber,
    /// A form field: `+` is a space, `%41` an `A`.
    Form,
    /// A part of a URL's path: `%41` is an `A`.
    Percent,
    /// Quoted-printable (RFC 2045).
    QuotedPrintable,
    /// Base64; a replacement writes all of it anew.
    Base64(Alphabet),
    /// A character set other than UTF-8.
    Charset(Charset),
    /// An encoding without a way back (documents, binary data): spans lead to all of it, and nothing is edited.
    Fixed,
}

/// One piece of encoded text: how many encoded bytes it takes and the bytes that it stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    encoded: usize,
    decoded: [u8; 4],
    len: usize,
}

impl Piece {
    fn of_char(encoded: usize, character: char) -> Self {
        let mut decoded = [0; 4];
        let len = character.encode_utf8(&mut decoded).len();
        Self { encoded, decoded, len }
    }

    const fn of_byte(encoded: usize, byte: u8) -> Self {
        Self { encoded, decoded: [byte, 0, 0, 0], len: 1 }
    }
}

impl Layer {
    /// Appends the decoded text. Damaged escapes stand for themselves, so that nothing is lost. `false` where the
    /// whole is not in this encoding (base64 only).
    pub fn decode(self, encoded: &[u8], decoded: &mut Vec<u8>) -> bool {
        if let Self::Base64(alphabet) = self {
            return base64::decode(alphabet, encoded, decoded);
        }
        let mut at = 0;
        while at < encoded.len() {
            let run = self.run(encoded, at);
            decoded.extend_from_slice(&encoded[at..at + run]);
            at += run;
            if at < encoded.len() {
                let piece = self.piece(encoded, at);
                decoded.extend_from_slice(&piece.decoded[..piece.len]);
                at += piece.encoded;
            }
        }
        true
    }

    /// The encoded bytes that `decoded` was read from: whole pieces, so that decoding them gives at least that span.
    #[must_use]
    pub fn encoded_span(self, encoded: &[u8], decoded: Span) -> Span {
        match self {
            Self::Plain => decoded,
            Self::JsonNumber | Self::Fixed => Span::new(0, encoded.len()),
            Self::Base64(_) => base64::encoded_span(encoded, decoded),
            Self::Json | Self::Form | Self::Percent | Self::QuotedPrintable | Self::Charset(_) => {
                Way::default().to(self, encoded, decoded)
            }
        }
    }

    /// Writes `text` in this encoding.
    #[must_use]
    pub fn encode(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain | Self::Fixed => text.to_vec(),
            Self::Json => json::encode(text),
            Self::JsonNumber => [b"\"", json::encode(text).as_slice(), b"\""].concat(),
            Self::Form => form::encode(text, true),
            Self::Percent => form::encode(text, false),
            Self::QuotedPrintable => quoted_printable::encode(text),
            Self::Base64(alphabet) => base64::encode(alphabet, text),
            Self::Charset(charset) => charset.encode(text),
        }
    }

    /// Turns edits of the decoded text into edits of the encoded one.
    #[must_use]
    pub fn lift(self, encoded: &[u8], decoded: &[u8], edits: Vec<Edit>) -> Vec<Edit> {
        match self {
            Self::Plain => edits,
            Self::Fixed => Vec::new(),
            Self::JsonNumber => {
                let whole =
                    |edit: Edit| Edit { span: Span::new(0, encoded.len()), with: self.encode(&edit.with) };
                edits.into_iter().take(1).map(whole).collect()
            }
            Self::Base64(alphabet) => {
                let with = base64::encode_like(alphabet, &apply(decoded, edits), encoded);
                vec![Edit { span: Span::new(0, encoded.len()), with }]
            }
            Self::Json | Self::Form | Self::Percent | Self::QuotedPrintable | Self::Charset(_) => {
                let mut way = Way::default();
                let lifted = |edit: &Edit| Edit {
                    span: way.to(self, encoded, edit.span),
                    with: self.encode(&edit.with),
                };
                edits.iter().map(lifted).collect()
            }
        }
    }

    /// How many bytes from `at` on stand for themselves.
    fn run(self, encoded: &[u8], at: usize) -> usize {
        let rest = &encoded[at..];
        match self {
            Self::Plain | Self::JsonNumber | Self::Base64(_) | Self::Fixed => rest.len(),
            Self::Json => memchr::memchr(b'\\', rest).unwrap_or(rest.len()),
            Self::Form => memchr::memchr2(b'%', b'+', rest).unwrap_or(rest.len()),
            Self::Percent => memchr::memchr(b'%', rest).unwrap_or(rest.len()),
            Self::QuotedPrintable => memchr::memchr(b'=', rest).unwrap_or(rest.len()),
            Self::Charset(charset) => charset.run(rest),
        }
    }

    /// Reads the piece at `at`, which does not stand for itself.
    fn piece(self, encoded: &[u8], at: usize) -> Piece {
        let rest = &encoded[at..];
        match self {
            Self::Plain | Self::JsonNumber | Self::Base64(_) | Self::Fixed => Piece::of_byte(1, rest[0]),
            Self::Json => json::piece(rest),
            Self::Form | Self::Percent => form::piece(rest),
            Self::QuotedPrintable => quoted_printable::piece(rest),
            Self::Charset(charset) => charset.piece(rest),
        }
    }
}

/// The value of a hexadecimal digit.
const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
