//! Redacts a text file and puts its values back, byte for byte. Pure: reading, asking for the key and writing are
//! the command's. Knows no charter.

use super::placeholder::Placeholders;
use super::restore::Restore;
use crate::finding::DetectorId;
use crate::placeholder;
use crate::sensitive::Sensitive;
use crate::span::Span;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a file cannot be redacted or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The map is not one of ours, or of a later version.
    #[error("the map was not written by this program, or by a later version of it")]
    Map,
    /// The text holds what this key would make.
    #[error("the text already holds placeholders of the same key")]
    Ambiguous,
}

/// How a text file is written. Anything that is not UTF-16 is taken byte by byte: UTF-8, Latin-1, Windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Bytes,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            _ => Self::Bytes,
        }
    }

    fn unit(self, pair: &[u8]) -> u16 {
        let pair = [pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default()];
        if self == Self::Utf16Be { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    /// ASCII text as it stands in a file of this encoding.
    fn write(self, ascii: &str) -> Vec<u8> {
        match self {
            Self::Bytes => ascii.as_bytes().to_vec(),
            Self::Utf16Le => ascii.bytes().flat_map(|byte| [byte, 0]).collect(),
            Self::Utf16Be => ascii.bytes().flat_map(|byte| [0, byte]).collect(),
        }
    }
}

/// A text file, and its text as the scanner reads it.
pub struct TextFile<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
    text: Vec<u8>,
    /// For UTF-16: for each byte of the text and for its end, the offset into the file.
    map: Vec<usize>,
}

impl<'a> TextFile<'a> {
    /// Reads a file's bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let encoding = Encoding::of(bytes);
        let mut file = Self { bytes, encoding, text: Vec::new(), map: Vec::new() };
        if encoding == Encoding::Bytes {
            file.text = bytes.to_vec();
        } else {
            file.decode();
        }
        file
    }

    fn decode(&mut self) {
        let units = self.bytes.chunks_exact(2).map(|pair| self.encoding.unit(pair));
        let mut at = 0;
        for letter in char::decode_utf16(units) {
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            let mut buffer = [0; 4];
            for &byte in letter.encode_utf8(&mut buffer).as_bytes() {
                self.text.push(byte);
                self.map.push(at);
            }
            at += letter.len_utf16() * 2;
        }
        self.map.push(at);
    }

    /// The text to scan; UTF-8 where the file is UTF-16.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    fn place(&self, span: Span) -> Span {
        let at = |offset: usize| {
            if self.map.is_empty() { offset } else { self.map.get(offset).copied().unwrap_or_default() }
        };
        Span::new(at(span.start), at(span.end))
    }

    /// Replaces these spans of the text (in order, without overlaps) by placeholders made with `key`.
    ///
    /// # Errors
    /// [`Fault::Ambiguous`] where restoring would not give the file back: try another key.
    pub fn redact(&self, found: &[(DetectorId, Span)], key: &[u8; 32]) -> Result<(Vec<u8>, Map), Fault> {
        let mut placeholders = Placeholders::new(key);
        for span in placeholder::find_all(&self.text) {
            placeholders.avoid(String::from_utf8_lossy(&self.text[span.start..span.end]).into_owned());
        }
        let mut redacted = Vec::with_capacity(self.bytes.len());
        let mut at = 0;
        for (detector, span) in found {
            let place = self.place(*span);
            redacted.extend_from_slice(&self.bytes[at..place.start]);
            let made = placeholders.placeholder(detector, &self.bytes[place.start..place.end]);
            redacted.extend_from_slice(&self.encoding.write(&made));
            at = place.end;
        }
        redacted.extend_from_slice(&self.bytes[at..]);
        let map = Map { placeholders };
        if map.restore(&redacted) == self.bytes { Ok((redacted, map)) } else { Err(Fault::Ambiguous) }
    }
}

/// What each placeholder of a file stands for.
#[derive(Debug)]
pub struct Map {
    placeholders: Placeholders,
}

/// The map as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapSyntax {
    guard_map: u32,
    values: BTreeMap<String, String>,
}

const VERSION: u32 = 1;

impl Map {
    /// How many values it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.placeholders.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.placeholders.is_empty()
    }

    /// The map as text, to be sealed before it is written anywhere.
    #[must_use]
    pub fn write(&self) -> Sensitive<Vec<u8>> {
        let value = |(placeholder, value): (&str, &Sensitive<Vec<u8>>)| {
            (placeholder.to_owned(), STANDARD.encode(value.expose()))
        };
        let syntax = MapSyntax { guard_map: VERSION, values: self.placeholders.iter().map(value).collect() };
        Sensitive::new(serde_json::to_vec(&syntax).unwrap_or_default())
    }

    /// Reads a map that was unsealed.
    ///
    /// # Errors
    /// [`Fault::Map`] where it is not one.
    pub fn read(text: &[u8]) -> Result<Self, Fault> {
        let syntax: MapSyntax = serde_json::from_slice(text).map_err(|_| Fault::Map)?;
        if syntax.guard_map != VERSION {
            return Err(Fault::Map);
        }
        let mut placeholders = Placeholders::new(&[0; 32]);
        for (placeholder, value) in syntax.values {
            let value = STANDARD.decode(value).map_err(|_| Fault::Map)?;
            if !placeholder::is_placeholder(placeholder.as_bytes()) {
                return Err(Fault::Map);
            }
            placeholders.put(placeholder, value);
        }
        Ok(Self { placeholders })
    }

    /// The text with its values, also where it was rewritten in between and the placeholders changed a little.
    #[must_use]
    pub fn restore(&self, redacted: &[u8]) -> Vec<u8> {
        let restore = Restore::new(&self.placeholders);
        match Encoding::of(redacted) {
            Encoding::Bytes => restore.text(redacted),
            encoding => restore_units(&restore, redacted, encoding),
        }
    }
}

/// Restores in UTF-16: one byte stands for each unit while placeholders are looked for.
fn restore_units(restore: &Restore, redacted: &[u8], encoding: Encoding) -> Vec<u8> {
    let narrow: Vec<u8> = redacted
        .chunks(2)
        .map(|pair| u8::try_from(encoding.unit(pair)).ok().filter(u8::is_ascii).unwrap_or(OTHER))
        .collect();
    let mut out = Vec::with_capacity(redacted.len());
    let mut at = 0;
    for (span, value) in restore.find(&narrow) {
        out.extend_from_slice(&redacted[at..span.start * 2]);
        out.extend_from_slice(value);
        at = span.end * 2;
    }
    out.extend_from_slice(&redacted[at..]);
    out
}

/// No byte of a placeholder, nor anything that may stand within one.
const OTHER: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    /// Redacts every occurrence of these words.
    fn round_trip(bytes: &[u8], words: &[&str]) -> Vec<u8> {
        let file = TextFile::new(bytes);
        let mut found: Vec<(DetectorId, Span)> = Vec::new();
        for word in words {
            let word = word.as_bytes();
            let places = file.text().windows(word.len()).enumerate().filter(|(_, window)| *window == word);
            found.extend(
                places.map(|(at, _)| (DetectorId::new("person_name"), Span::new(at, at + word.len()))),
            );
        }
        found.sort_by_key(|(_, span)| span.start);
        let (redacted, map) = file.redact(&found, &[4; 32]).unwrap();
        let map = Map::read(map.write().expose()).unwrap();
        assert_eq!(map.restore(&redacted), bytes);
        for word in words {
            assert!(
                !TextFile::new(&redacted).text().windows(word.len()).any(|window| window == word.as_bytes())
            );
        }
        redacted
    }

    #[test]
    fn files_come_back_byte_for_byte() {
        let text = "Madame \"Hélène\"\r\nC:\\Users\\Hélène\\x, [Hélène], \\[Hélène\\] `Hélène`Hélène 😀 [NAME_ NAME\n";
        round_trip(text.as_bytes(), &["Hélène"]);
        round_trip(&utf16(text, true), &["Hélène"]);
        round_trip(&utf16(text, false), &["Hélène", "Madame"]);
        round_trip(b"caf\xe9 de Jean\xff\x00", &["Jean"]);
        round_trip(b"", &[]);
        round_trip(&[&[0xff, 0xfe][..], b"a\0\x00\xd8b\0c"].concat(), &["a"]);
    }

    #[test]
    fn a_file_that_holds_placeholders_already_is_told_apart() {
        let once = round_trip(b"Jean et Jean", &["Jean"]);
        let again = [&once[..], b" puis Jean"].concat();
        let file = TextFile::new(&again);
        let span = Span::new(again.len() - 4, again.len());
        let (redacted, map) = file.redact(&[(DetectorId::new("person_name"), span)], &[4; 32]).unwrap();
        assert_eq!(map.restore(&redacted), again);
    }

    #[test]
    fn what_a_model_rewrote_comes_back_too() {
        let redacted = round_trip(b"Jean", &["Jean"]);
        let file = TextFile::new(b"Jean");
        let (_, map) = file.redact(&[(DetectorId::new("person_name"), Span::new(0, 4))], &[4; 32]).unwrap();
        let rewritten = String::from_utf8(redacted).unwrap().to_lowercase().replace('_', " ");
        assert_eq!(map.restore(format!("Dear **{rewritten}**,").as_bytes()), b"Dear **Jean**,");
    }

    #[test]
    fn a_foreign_map_is_refused() {
        for text in ["", "{}", "{\"guard_map\":2,\"values\":{}}", "{\"guard_map\":1,\"values\":{\"x\":\"\"}}"]
        {
            assert_eq!(Map::read(text.as_bytes()).err(), Some(Fault::Map));
        }
    }
}
