//! Programs of fonts that a PDF carries (ISO 32000-1, 9.9), as far as they say which character a code or a glyph stands
//! for: where the PDF itself does not, this is what is left.

mod cff;
mod sfnt;
mod type1;

use super::glyph_name;
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeMap;

/// What a program says of the codes of a simple font.
pub(super) type Encoding = [Option<char>; 256];

/// The encoding that the program of a simple font brings; `None` where it is embedded in no form that says one.
pub(super) fn encoding(font: &Dictionary, document: &Document, limit: usize) -> Option<Encoding> {
    let bytes = bytes(font, document, limit)?;
    let named = match cff_in(&bytes) {
        Some(cff) => cff::encoding(cff)?,
        None => type1::encoding(&bytes)?,
    };
    let mut encoding = [None; 256];
    for (code, name) in named {
        encoding[usize::from(code)] = glyph_name::coded(&name, usize::from(code), document);
    }
    Some(encoding)
}

/// The characters of glyphs, by number; `None` where the program is not embedded.
pub(super) fn glyphs(font: &Dictionary, document: &Document, limit: usize) -> Option<BTreeMap<u32, char>> {
    let bytes = bytes(font, document, limit)?;
    let mut glyphs = sfnt::glyphs(&bytes).unwrap_or_default();
    if glyphs.is_empty()
        && let Some(names) = cff_in(&bytes).and_then(cff::names)
    {
        let named = (0..).zip(names);
        glyphs
            .extend(named.filter_map(|(glyph, name)| Some((glyph, glyph_name::character(&name, document)?))));
    }
    Some(glyphs)
}

/// A compact font, by itself or in an OpenType file.
fn cff_in(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [1, 0, ..] if !bytes.starts_with(b"\x01\0\0\0") => Some(bytes),
        _ => sfnt::table(bytes, b"CFF "),
    }
}

fn bytes(font: &Dictionary, document: &Document, limit: usize) -> Option<Vec<u8>> {
    let descriptor = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok()?;
    let keys = [&b"FontFile"[..], b"FontFile2", b"FontFile3"];
    let program =
        keys.iter().find_map(|key| descriptor.get_deref(key, document).and_then(Object::as_stream).ok());
    program?.get_plain_content_with_limit(limit).ok()
}

/// Big-endian numbers at places of a file.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn short(self, at: usize) -> Option<usize> {
        self.number(at, 2)
    }

    fn long(self, at: usize) -> Option<usize> {
        self.number(at, 4)
    }

    /// A number of so many bytes.
    fn number(self, at: usize, bytes: usize) -> Option<usize> {
        let digits = self.slice(at, bytes)?;
        Some(digits.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn slice(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }
}
