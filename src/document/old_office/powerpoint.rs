//! PowerPoint before 2007 (\[MS-PPT\]): records in records; what persons wrote stands in few kinds of them.

use super::compound::{long, short};
use super::{Reader, joined};
use crate::document::Unreadable;
use crate::text::view::utf16::{self, windows_1252};
use std::io::Read;

/// The stream by which a storage is a presentation.
pub(super) const STREAM: &str = "PowerPoint Document";

/// Records (2.13.24) that hold texts: in units of two bytes, in single bytes, of names and comments.
const TEXT_UNITS: u16 = 0x0FA0;
const TEXT_BYTES: u16 = 0x0FA8;
const NAMES: u16 = 0x0FBA;

/// An object of another program.
const OBJECT: u16 = 0x1011;

/// Containers that begin something new: a slide, its notes.
const SLIDE: u16 = 0x03EE;
const NOTES: u16 = 0x03F0;

/// The mark of an encrypted presentation in the stream of the user (2.3.2).
const ENCRYPTED: u32 = 0xF3D1_C4DF;

/// Reads a presentation: earlier states, which stand in the stream before the last one, as well.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    let user = reader.take(storage, "Current User")?.unwrap_or_default();
    let bytes = reader.take(storage, STREAM)?.unwrap_or_default();
    if long(&user, 12) == Some(ENCRYPTED) {
        return Err(Unreadable::Encrypted);
    }
    reader.lies(&user);
    let (mut text, mut at, mut objects) = (String::new(), 0, 0);
    // A container is gone into, any other record passed over: each byte is read once.
    while let (Some(version), Some(kind), Some(length)) =
        (short(&bytes, at), short(&bytes, at + 2), long(&bytes, at + 4))
    {
        at += 8;
        if version & 0xF == 0xF {
            if matches!(kind, SLIDE | NOTES) {
                text.push('\n');
            }
            continue;
        }
        let end = at.saturating_add(length as usize).min(bytes.len());
        let content = &bytes[at..end];
        match kind {
            TEXT_UNITS | NAMES => units(content, &mut text),
            TEXT_BYTES => line(content.iter().map(|byte| windows_1252(*byte)), &mut text),
            OBJECT => {
                objects += 1;
                let object = joined(name, &format!("object {objects}"));
                self::object(reader, content, version >> 4 == 1, &object)?;
            }
            // A picture may stand among the records of a drawing.
            0xF01A..=0xF02A => reader.pictures += u64::from(length),
            _ => reader.lies(content),
        }
        at = end;
    }
    reader.show(&joined(name, "slides"), text)?;
    if let Some(pictures) = reader.take(storage, "Pictures")? {
        reader.lies(&pictures);
    }
    Ok(())
}

/// Opens an object, which is a compound file, packed or not.
fn object(reader: &mut Reader<'_>, content: &[u8], packed: bool, name: &str) -> Result<(), Unreadable> {
    if !packed {
        return reader.entry(name, content);
    }
    let unpacked = flate2::read::ZlibDecoder::new(content.get(4..).unwrap_or_default());
    match reader.budget.read(unpacked.take(u64::from(long(content, 0).unwrap_or(0)))) {
        Ok(unpacked) => reader.entry(name, &unpacked),
        Err(Unreadable::TooLarge) => Err(Unreadable::TooLarge),
        Err(why) => {
            reader.unreadable(name, why, content.len() as u64);
            Ok(())
        }
    }
}

fn units(content: &[u8], text: &mut String) {
    line(utf16::little_endian(content), text);
}

/// A text in lines of its own.
fn line(signs: impl Iterator<Item = char>, text: &mut String) {
    text.extend(signs.map(|sign| match sign {
        '\r' | '\u{B}' => '\n',
        '\t' => '\t',
        sign if sign.is_control() => ' ',
        sign => sign,
    }));
    text.push('\n');
}
