//! Fonts of a PDF as far as text goes (ISO 32000-1, 9.10): which characters the codes of a shown string stand for. What
//! `ToUnicode` says comes first, as it does for whoever copies the text, then the encoding and the names of its glyphs. A
//! code that nothing names is a shape, which nobody but an eye can tell.

use super::unicode_map::UnicodeMap;
use lopdf::{Dictionary, Document, Object};

/// How the codes of a string follow each other.
enum Codes {
    /// One byte each, with what the encoding says of them.
    Bytes(Box<[Option<char>; 256]>),
    /// Two bytes each, which mean nothing but in this font.
    Pairs,
    /// Two bytes each, of UTF-16.
    Utf16,
    /// As the map says.
    Mapped,
}

/// A font.
pub(super) struct Font<'a> {
    codes: Codes,
    map: Option<UnicodeMap>,
    first: i64,
    widths: Option<&'a Vec<Object>>,
}

/// What a string says.
#[derive(Default)]
pub(super) struct Said {
    /// Its text.
    pub(super) text: String,
    /// Codes that stand for nothing that is known.
    pub(super) unnamed: Vec<u32>,
}

impl<'a> Font<'a> {
    /// Reads a font; `None` where its map is too large.
    pub(super) fn read(font: &'a Dictionary, document: &'a Document, limit: usize) -> Option<Self> {
        let map = match font.get_deref(b"ToUnicode", document).and_then(Object::as_stream) {
            Ok(map) => Some(UnicodeMap::read(&map.get_plain_content_with_limit(limit).ok()?)),
            Err(_) => None,
        };
        let first = font.get(b"FirstChar").and_then(Object::as_i64).unwrap_or_default();
        let widths = font.get_deref(b"Widths", document).and_then(Object::as_array).ok();
        Some(Self { codes: codes(font, document, map.is_some()), map, first, widths })
    }

    /// A font of which nothing is known: its codes are taken for Latin letters.
    pub(super) fn unknown() -> Self {
        let table = std::array::from_fn(|code| Some(crate::text::view::utf16::windows_1252(code as u8)));
        Self { codes: Codes::Bytes(Box::new(table)), map: None, first: 0, widths: None }
    }

    /// What a string of codes says.
    pub(super) fn said(&self, bytes: &[u8]) -> Said {
        let mut said = Said::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = match (&self.codes, &self.map) {
                (Codes::Bytes(_), _) => 1,
                (Codes::Mapped, Some(map)) => map.length(rest),
                (Codes::Pairs | Codes::Utf16 | Codes::Mapped, _) => 2,
            };
            let (code, next) = rest.split_at(length.min(rest.len()));
            let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
            match self.map.as_ref().and_then(|map| map.get(code)).or_else(|| self.by_encoding(code)) {
                Some(text) => said.text.push_str(&text),
                None if matches!((&self.codes, code), (Codes::Bytes(_), 9 | 10 | 13)) => {}
                None => said.unnamed.push(code),
            }
            rest = next;
        }
        said
    }

    fn by_encoding(&self, code: u32) -> Option<String> {
        let character = match &self.codes {
            Codes::Bytes(table) => *table.get(code as usize)?,
            Codes::Utf16 => char::from_u32(code),
            Codes::Pairs | Codes::Mapped => None,
        };
        character.map(String::from)
    }

    /// How wide a piece is, in heights of the text.
    pub(super) fn width(&self, bytes: &[u8], piece: &str) -> f32 {
        let known = |byte: &u8| {
            let index = usize::try_from(i64::from(*byte) - self.first).ok()?;
            self.widths?.get(index).map(|width| width.as_float().unwrap_or_default() / 1000.0)
        };
        let all: Option<f32> = bytes.iter().map(known).sum();
        all.unwrap_or_else(|| piece.chars().map(usual_width).sum())
    }
}

fn codes(font: &Dictionary, document: &Document, is_mapped: bool) -> Codes {
    let encoding = font.get_deref(b"Encoding", document).ok();
    if !font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0") {
        return Codes::Bytes(Box::new(table(encoding, document)));
    }
    let name = encoding.and_then(|encoding| encoding.as_name().ok()).unwrap_or_default();
    let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    let own = !is_mapped && name.starts_with(b"Identity") && numbers_by_character(font, document);
    if has(b"UCS2") || has(b"UTF16") || own {
        Codes::Utf16
    } else if is_mapped && !name.starts_with(b"Identity") {
        Codes::Mapped
    } else {
        Codes::Pairs
    }
}

/// Whether the codes of a font without `ToUnicode` have a table of their own that leads to its glyphs (9.7.4.2): programs that
/// write one (TCPDF, mPDF) number by character; where there is none, codes are numbers of glyphs.
fn numbers_by_character(font: &Dictionary, document: &Document) -> bool {
    let below = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok();
    let first = below.and_then(|below| below.first());
    let first =
        first.and_then(|first| document.dereference(first).ok()).and_then(|(_, first)| first.as_dict().ok());
    let table = first.and_then(|first| first.get_deref(b"CIDToGIDMap", document).ok());
    table.is_some_and(|table| table.as_stream().is_ok())
}

/// The characters of a simple font (9.6.6).
fn table(encoding: Option<&Object>, document: &Document) -> [Option<char>; 256] {
    let described = encoding.and_then(|encoding| encoding.as_dict().ok());
    let base = match described {
        Some(described) => described.get_deref(b"BaseEncoding", document).and_then(Object::as_name).ok(),
        None => encoding.and_then(|encoding| encoding.as_name().ok()),
    };
    let base = base
        .filter(|name| [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"MacExpertEncoding"].contains(name));
    let base = Object::Name(base.unwrap_or(b"StandardEncoding").to_vec());
    let mut table = [None; 256];
    read_by(base, document, &mut table);
    let differences = described.and_then(|described| described.get_deref(b"Differences", document).ok());
    let mut code = 0_usize;
    for difference in differences.and_then(|it| it.as_array().ok()).into_iter().flatten() {
        match difference {
            Object::Integer(next) => code = usize::try_from(*next).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(character) = table.get_mut(code) {
                    *character = glyph(name, document);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    table
}

/// What an encoding that the library knows says of the first codes.
fn read_by(encoding: Object, document: &Document, table: &mut [Option<char>]) {
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", encoding);
    let Ok(encoding) = font.get_font_encoding_with_limit(document, 0) else { return };
    for (code, character) in table.iter_mut().enumerate() {
        let read = u8::try_from(code).ok().and_then(|code| encoding.bytes_to_string(&[code]).ok());
        *character = read.and_then(|text| text.chars().next());
    }
}

/// The character that a glyph's name says: of Adobe's list, or by its number.
fn glyph(name: &[u8], document: &Document) -> Option<char> {
    let name = name.split(|byte| *byte == b'.').next().filter(|name| !name.is_empty())?;
    let numbered = name.strip_prefix(b"uni").or_else(|| name.strip_prefix(b"u")).filter(|digits| {
        (4..=6).contains(&digits.len()) && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    });
    if let Some(digits) = numbered.and_then(|digits| std::str::from_utf8(digits).ok()) {
        return u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    }
    // The library knows the list but does not show it. To a name that it does not know it says what stands at the code in
    // its usual encoding, which for this one is nothing.
    let mut described = Dictionary::new();
    described.set("Differences", vec![Object::Integer(0), Object::Name(name.to_vec())]);
    let mut character = [None];
    read_by(Object::Dictionary(described), document, &mut character);
    character[0]
}

/// About how wide a character is in Helvetica and most others.
const fn usual_width(character: char) -> f32 {
    match character {
        'i' | 'j' | 'l' | 'f' | 't' | 'I' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' | ' ' | '/' => 0.27,
        '-' | '(' | ')' | 'r' => 0.33,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.87,
        'A'..='Z' => 0.68,
        _ => 0.55,
    }
}
