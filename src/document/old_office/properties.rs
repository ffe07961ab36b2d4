//! Properties of a document (\[MS-OLEPS\]): title, author, company, and those of the organisation's own, where sensitivity
//! labels stand. As `name: value` lines.

use super::compound::{long, short};
use crate::text::view::utf16::{self, windows_1252};
use std::collections::HashMap;

/// The streams that hold them.
pub(super) const STREAMS: [&str; 2] = ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"];

/// Properties of a set.
const PROPERTIES_MAX: usize = 4_096;

/// Elements of a vector.
const ELEMENTS_MAX: usize = 4_096;

/// Bytes of the text of one stream.
const TEXT_MAX: usize = 4 << 20;

/// UTF-16 and UTF-8 as code pages.
const UTF_16: u16 = 1_200;
const UTF_8: u16 = 65_001;

/// What the streams say.
pub(super) fn read(bytes: &[u8]) -> String {
    let mut text = String::new();
    let sets = long(bytes, 24).unwrap_or(0).min(8) as usize;
    for set in 0..sets {
        let start = long(bytes, 28 + 20 * set + 16).unwrap_or(u32::MAX) as usize;
        if let Some(set) = bytes.get(start..) {
            read_set(set, &mut text);
        }
    }
    text
}

fn read_set(set: &[u8], text: &mut String) {
    let count = (long(set, 4).unwrap_or(0) as usize).min(PROPERTIES_MAX);
    let places =
        (0..count).map_while(|index| Some((long(set, 8 + 8 * index)?, long(set, 12 + 8 * index)? as usize)));
    let places: Vec<(u32, usize)> = places.collect();
    let value = |wanted: u32| places.iter().find(|(id, _)| *id == wanted).and_then(|(_, at)| set.get(*at..));
    let page = value(1).and_then(|value| short(value, 4)).unwrap_or(1_252);
    let names = value(0).map(|value| dictionary(value, page)).unwrap_or_default();
    for (id, at) in places.iter().filter(|(id, _)| *id > 1) {
        let Some(value) = set.get(*at..).and_then(|value| shown(value, page)) else { continue };
        if text.len() + value.len() > TEXT_MAX {
            return;
        }
        if !value.trim().is_empty() {
            let name = names.get(id).map(|name| format!("{name}: ")).unwrap_or_default();
            text.push_str(&format!("{name}{value}\n"));
        }
    }
}

/// The names of the properties of the organisation's own (2.17).
fn dictionary(value: &[u8], page: u16) -> HashMap<u32, String> {
    let (mut names, mut at) = (HashMap::new(), 4);
    for _ in 0..(long(value, 0).unwrap_or(0) as usize).min(PROPERTIES_MAX) {
        let (Some(id), Some(length)) = (long(value, at), long(value, at + 4)) else { break };
        let bytes = (length as usize).saturating_mul(if page == UTF_16 { 2 } else { 1 });
        let Some(name) = (at + 8).checked_add(bytes).and_then(|end| value.get(at + 8..end)) else { break };
        names.insert(id, characters(name, page));
        at += 8 + if page == UTF_16 { bytes.next_multiple_of(4) } else { bytes };
    }
    names
}

/// A value as text; `None` where it is a number that says nothing.
fn shown(value: &[u8], page: u16) -> Option<String> {
    let kind = long(value, 0)?;
    let (value, mut all) = (value.get(4..)?, Vec::new());
    // A vector: of strings, or of any values with their kinds before them.
    if kind & 0x1000 != 0 {
        let (mut at, count) = (4, (long(value, 0)? as usize).min(ELEMENTS_MAX));
        for _ in 0..count {
            let (kind, skipped) = if kind & 0xFFF == 0xC { (long(value, at)?, 4) } else { (kind & 0xFFF, 0) };
            let Some((text, length)) = value.get(at + skipped..).and_then(|value| one(value, kind, page))
            else {
                break;
            };
            all.push(text);
            at += skipped + length;
        }
        return Some(all.join("\n"));
    }
    one(value, kind, page).map(|(text, _)| text)
}

/// A value and how many bytes it takes.
fn one(value: &[u8], kind: u32, page: u16) -> Option<(String, usize)> {
    match kind {
        // A number, a truth.
        0x03 | 0x13 | 0x16 | 0x17 => Some((long(value, 0)?.cast_signed().to_string(), 4)),
        0x0B => Some((String::from(if long(value, 0)? & 0xFFFF == 0 { "false" } else { "true" }), 4)),
        0x05 => Some((f64::from_le_bytes(*value.first_chunk()?).to_string(), 8)),
        // A text of single bytes, of two bytes a character.
        0x08 | 0x1E => {
            let length = long(value, 0)? as usize;
            Some((characters(value.get(4..length.checked_add(4)?)?, page), (length + 4).next_multiple_of(4)))
        }
        0x1F => {
            let length = (long(value, 0)? as usize).checked_mul(2)?;
            Some((
                characters(value.get(4..length.checked_add(4)?)?, UTF_16),
                (length + 4).next_multiple_of(4),
            ))
        }
        // Bytes: where links lead (`_PID_HLINKS`), in UTF-16.
        0x41 => {
            let length = long(value, 0)? as usize;
            let mut text = String::new();
            super::runs::collect(value.get(4..length.checked_add(4)?)?, &mut text);
            Some((text, (length + 4).next_multiple_of(4)))
        }
        _ => None,
    }
}

fn characters(bytes: &[u8], page: u16) -> String {
    let text: String = match page {
        UTF_16 => utf16::little_endian(bytes).collect(),
        UTF_8 => String::from_utf8_lossy(bytes).into_owned(),
        _ => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    };
    text.trim_end_matches('\0').to_owned()
}
