//! Fonts of a PDF as far as text goes (ISO 32000-1, 9.10): which characters the codes of a shown string stand for. What
//! `ToUnicode` says comes first, as it does for whoever copies the text, then the encoding and the names of its glyphs. A
//! code that nothing names is a shape, which nobody but an eye can tell.

use super::unicode_map::UnicodeMap;
use super::{glyph_name, program};
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeMap;

/// How the codes of a string follow each other.
enum Codes {
    /// One byte each, with what the encoding says of them.
    Bytes(Box<[Option<char>; 256]>),
    /// Two bytes each, which mean nothing but in this font.
    Pairs,
    /// Two bytes each, numbers of glyphs whose characters the font's program says.
    Glyphs(BTreeMap<u32, char>),
    /// Two bytes each, numbers of a collection in which Latin letters begin at these ones.
    Collection([u32; 2]),
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
        Some(Self { codes: codes(font, document, map.is_some(), limit), map, first, widths })
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
                _ => 2,
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
            Codes::Glyphs(glyphs) => glyphs.get(&code).copied(),
            Codes::Collection(starts) => starts.iter().find_map(|start| {
                let place = code.checked_sub(*start).filter(|place| *place < 95)?;
                char::from_u32(0x20 + place)
            }),
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

fn codes(font: &Dictionary, document: &Document, is_mapped: bool, limit: usize) -> Codes {
    let encoding = font.get_deref(b"Encoding", document).ok();
    if !font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0") {
        return Codes::Bytes(Box::new(table(font, encoding, document, limit)));
    }
    let name = encoding.and_then(|encoding| encoding.as_name().ok()).unwrap_or_default();
    let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    if has(b"UCS2") || has(b"UTF16") {
        Codes::Utf16
    } else if !name.starts_with(b"Identity") {
        if is_mapped { Codes::Mapped } else { Codes::Pairs }
    } else if is_mapped {
        Codes::Pairs
    } else {
        numbered(font, document, limit)
    }
}

/// What the codes of a font without `ToUnicode` are numbers of (9.7.4.2): characters of a collection, or glyphs.
fn numbered(font: &Dictionary, document: &Document, limit: usize) -> Codes {
    let below = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok();
    let below = below.and_then(|below| document.dereference(below.first()?).ok()).map(|(_, below)| below);
    let Some(below) = below.and_then(|below| below.as_dict().ok()) else { return Codes::Pairs };
    let system = below.get_deref(b"CIDSystemInfo", document).and_then(Object::as_dict).ok();
    let ordering =
        system.and_then(|system| system.get_deref(b"Ordering", document).and_then(Object::as_str).ok());
    if let Some(latin) = ordering.and_then(latin) {
        return Codes::Collection(latin);
    }
    // Programs that write a table to the glyphs (TCPDF, mPDF) number by character.
    if below.get_deref(b"CIDToGIDMap", document).is_ok_and(|table| table.as_stream().is_ok()) {
        return Codes::Utf16;
    }
    let glyphs = program::glyphs(below, document, limit).filter(|glyphs| !glyphs.is_empty());
    let family = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
    let family = family.split(|byte| *byte == b'+').next_back().unwrap_or_default();
    match glyphs {
        Some(glyphs) => Codes::Glyphs(glyphs),
        None if OF_MACINTOSH.iter().any(|known| family.starts_with(known)) => {
            Codes::Glyphs(glyph_name::of_macintosh(document))
        }
        None => Codes::Pairs,
    }
}

/// Fonts whose glyphs are in the order of the Macintosh; PDFs name them by number and leave them out.
const OF_MACINTOSH: [&[u8]; 4] = [b"Arial", b"CourierNew", b"TimesNewRoman", b"Verdana"];

/// Where the Latin letters of Adobe's collections of characters begin (Technical Notes 5078, 5079, 5080, 5093): in the
/// order of ASCII from the space on, 95 of them, in their own widths and in half of one.
fn latin(ordering: &[u8]) -> Option<[u32; 2]> {
    match ordering {
        b"Japan1" => Some([1, 231]),
        b"GB1" => Some([1, 814]),
        b"CNS1" => Some([1, 13_648]),
        b"Korea1" => Some([1, 8_094]),
        _ => None,
    }
}

/// The characters of a simple font (9.6.6).
fn table(
    font: &Dictionary,
    encoding: Option<&Object>,
    document: &Document,
    limit: usize,
) -> [Option<char>; 256] {
    let base_font = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
    if memchr::memmem::find(base_font, b"Dingbats").is_some() {
        return std::array::from_fn(glyph_name::dingbat);
    }
    let described = encoding.and_then(|encoding| encoding.as_dict().ok());
    let base = match described {
        Some(described) => described.get_deref(b"BaseEncoding", document).and_then(Object::as_name).ok(),
        None => encoding.and_then(|encoding| encoding.as_name().ok()),
    };
    let base = base
        .filter(|name| [&b"WinAnsiEncoding"[..], b"MacRomanEncoding", b"MacExpertEncoding"].contains(name));
    let own = if base.is_none() { program::encoding(font, document, limit) } else { None };
    let mut table = own.unwrap_or([None; 256]);
    if own.is_none() {
        // TrueType has no standard encoding: programs write them by the letters of Windows.
        let is_true_type =
            font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"TrueType");
        let usual: &[u8] = if is_true_type { b"WinAnsiEncoding" } else { b"StandardEncoding" };
        glyph_name::read_by(Object::Name(base.unwrap_or(usual).to_vec()), document, &mut table);
    }
    if encoding.is_some_and(|encoding| encoding.as_name().is_ok()) {
        // No encoding with a name has characters there, and nothing is drawn.
        table[..0x20].iter_mut().for_each(|character| *character = character.or(Some(' ')));
    }
    let differences = described.and_then(|described| described.get_deref(b"Differences", document).ok());
    let mut code = 0_usize;
    for difference in differences.and_then(|it| it.as_array().ok()).into_iter().flatten() {
        match difference {
            Object::Integer(next) => code = usize::try_from(*next).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(character) = table.get_mut(code) {
                    *character = glyph_name::coded(name, code, document);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    table
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
