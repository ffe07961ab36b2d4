//! Mails of Outlook (\[MS-OXMSG\]): each property is a stream that is called after its number and kind, each recipient and
//! attachment a storage.

use super::compound::{long, short};
use super::{Reader, joined, rtf_packed};
use crate::document::Unreadable;
use crate::text::view::utf16::{self, windows_1252};

/// The stream by which a storage is a mail, a recipient or an attachment.
pub(super) const STREAM: &str = "__properties_version1.0";

/// The storage of a mail within an attachment.
pub(super) const EMBEDDED: &str = "__substg1.0_3701000D";

/// How the streams of properties begin; number and kind follow in hexadecimal.
const PROPERTY: &str = "__substg1.0_";
const ATTACHMENT: &str = "__attach_version1.0_#";
const RECIPIENT: &str = "__recip_version1.0_#";

/// Kinds of values (\[MS-OXCDATA\] 2.11.1): texts of bytes and of units, bytes.
const NARROW: u16 = 0x1E;
const WIDE: u16 = 0x1F;
const BINARY: u16 = 0x102;

/// Properties (\[MS-OXPROPS\]): the texts of the mail, the bytes and the names of an attachment.
const BODY: u16 = 0x1000;
const PACKED_RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
const DATA: u16 = 0x3701;
const LONG_NAME: u16 = 0x3707;
const SHORT_NAME: u16 = 0x3704;
const DISPLAY_NAME: u16 = 0x3001;

/// The code pages of the texts of bytes: that of the mail, that of its HTML.
const PAGES: [u16; 2] = [0x3FFD, 0x3FDE];
const UTF_8: u32 = 65_001;

/// What a storage is called for people.
pub(super) fn readable(name: &str) -> String {
    let number = |number: &str| u32::from_str_radix(number, 16).map_or(0, |number| number.saturating_add(1));
    if let Some(own) = name.strip_prefix(ATTACHMENT) {
        return format!("attachment {}", number(own));
    }
    if let Some(own) = name.strip_prefix(RECIPIENT) {
        return format!("recipient {}", number(own));
    }
    if name.eq_ignore_ascii_case(EMBEDDED) {
        return String::new();
    }
    name.chars().filter(|sign| !sign.is_control()).collect()
}

/// Reads a mail, its recipients and its attachments; mails within attachments are storages of their own.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    let is_utf8 = is_utf8(reader, storage)?;
    texts(reader, storage, is_utf8, &joined(name, "message"))?;
    let mut people = String::new();
    let file = reader.file;
    for &inner in file.storages_of(storage) {
        let own = &file.storages[inner];
        if own.name.starts_with(RECIPIENT) {
            people.push_str(&lines(reader, inner, is_utf8)?);
        } else if own.name.starts_with(ATTACHMENT) {
            attachment(reader, inner, is_utf8)?;
        }
    }
    reader.show(&joined(name, "recipients"), people)
}

/// Whether the texts of bytes are in UTF-8: the properties of a fixed size stand in one stream (2.4).
fn is_utf8(reader: &mut Reader<'_>, storage: usize) -> Result<bool, Unreadable> {
    let bytes = reader.take(storage, STREAM)?.unwrap_or_default();
    let head = if storage == 0 { 32 } else { 24 };
    let mut entries = bytes.get(head..).unwrap_or_default().chunks_exact(16);
    Ok(entries.any(|entry| {
        PAGES.iter().any(|page| short(entry, 2) == Some(*page)) && long(entry, 8) == Some(UTF_8)
    }))
}

/// The texts of a mail: its own ones each in a part, the others a line each.
fn texts(reader: &mut Reader<'_>, storage: usize, is_utf8: bool, name: &str) -> Result<(), Unreadable> {
    let file = reader.file;
    for &index in file.streams_of(storage) {
        let Some((number, kind)) = property(&file.streams[index].name) else { continue };
        match (number, kind) {
            (BODY, NARROW | WIDE) => {
                let text = characters(&reader.stream(index)?, kind, is_utf8);
                reader.show(&joined(name, "body"), text)?;
            }
            (HTML, BINARY | NARROW) => {
                let page = reader.stream(index)?;
                reader.entry(&joined(name, "body.html"), &page)?;
            }
            (PACKED_RTF, BINARY) => {
                let packed = reader.stream(index)?;
                match rtf_packed::unpack(&packed, reader.budget.left()) {
                    Ok(text) => {
                        reader.budget.bytes(text.len())?;
                        reader.entry(&joined(name, "body.rtf"), &text)?;
                    }
                    Err(Unreadable::TooLarge) => return Err(Unreadable::TooLarge),
                    Err(why) => reader.unreadable(&joined(name, "body.rtf"), why, packed.len() as u64),
                }
            }
            _ => {}
        }
    }
    let text = lines(reader, storage, is_utf8)?;
    reader.show(name, text)
}

/// The texts that were not read yet among the properties of a storage, one a line, and those in its bytes.
fn lines(reader: &mut Reader<'_>, storage: usize, is_utf8: bool) -> Result<String, Unreadable> {
    let mut text = String::new();
    let file = reader.file;
    for &index in file.streams_of(storage) {
        let Some((_, kind)) = property(&file.streams[index].name).filter(|_| !reader.seen[index]) else {
            continue;
        };
        let bytes = reader.stream(index)?;
        // Those of several values have a stream for each.
        let one = kind & 0xFFF;
        if matches!(one, NARROW | WIDE) {
            text.push_str(&characters(&bytes, one, is_utf8));
            text.push('\n');
        } else {
            reader.lies(&bytes);
        }
    }
    Ok(text)
}

/// Opens what is attached, under its name.
fn attachment(reader: &mut Reader<'_>, storage: usize, is_utf8: bool) -> Result<(), Unreadable> {
    let own = reader.name_of(storage);
    let (mut data, mut names) = (None, [None, None, None]);
    let file = reader.file;
    for &index in file.streams_of(storage) {
        let Some((number, kind)) = property(&file.streams[index].name) else { continue };
        let place = [LONG_NAME, SHORT_NAME, DISPLAY_NAME].iter().position(|name| *name == number);
        match (number, kind, place) {
            (DATA, BINARY, _) => data = Some(index),
            (_, NARROW | WIDE, Some(place)) => {
                names[place] = Some(characters(&reader.stream(index)?, kind, is_utf8))
            }
            _ => {}
        }
    }
    let said: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    let name = said.first().map_or_else(|| own.clone(), |name| joined(&own, name).to_string());
    let mut text = said.join("\n");
    text.push('\n');
    text.push_str(&lines_but(reader, storage, data, is_utf8)?);
    reader.show(&joined(&own, "names"), text)?;
    let Some(index) = data else { return Ok(()) };
    let content = reader.stream(index)?;
    reader.entry(&name, &content)
}

fn lines_but(
    reader: &mut Reader<'_>,
    storage: usize,
    data: Option<usize>,
    is_utf8: bool,
) -> Result<String, Unreadable> {
    if let Some(index) = data {
        reader.seen[index] = true;
    }
    lines(reader, storage, is_utf8)
}

/// Number and kind of the property that a stream holds.
fn property(name: &str) -> Option<(u16, u16)> {
    let own = name.strip_prefix(PROPERTY)?;
    let (number, kind) = (own.get(..4)?, own.get(4..8)?);
    Some((u16::from_str_radix(number, 16).ok()?, u16::from_str_radix(kind, 16).ok()?))
}

fn characters(bytes: &[u8], kind: u16, is_utf8: bool) -> String {
    let text: String = if kind == WIDE {
        utf16::little_endian(bytes).collect()
    } else if is_utf8 {
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        bytes.iter().map(|byte| windows_1252(*byte)).collect()
    };
    text.trim_end_matches('\0').replace('\r', "")
}
