//! Files that were put into a document as they are: `Ole10Native` of packages, `Package` of newer documents.

use super::compound::{long, short};
use super::{Reader, joined};
use crate::document::Unreadable;
use crate::text::view::utf16::windows_1252;

/// The streams that hold a file.
pub(super) const STREAMS: [&str; 2] = [NATIVE, "Package"];

const NATIVE: &str = "\u{1}Ole10Native";

/// Opens the file.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    if let Some(package) = reader.take(storage, STREAMS[1])? {
        reader.entry(&joined(name, "package"), &package)?;
    }
    let Some(native) = reader.take(storage, NATIVE)? else { return Ok(()) };
    let Some((said, content)) = native_of(&native) else {
        // The data of a program, whose length stands before it.
        return reader.entry(&joined(name, "object"), native.get(4..).unwrap_or_default());
    };
    let own = said.first().filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| "object".to_owned());
    reader.show(&joined(name, "names"), said.join("\n"))?;
    reader.entry(&joined(name, &own), content)
}

/// The names of a file in a package, and its bytes.
fn native_of(bytes: &[u8]) -> Option<(Vec<String>, &[u8])> {
    if short(bytes, 4)? != 2 {
        return None;
    }
    let (label, rest) = terminated(bytes.get(6..)?)?;
    let (path, rest) = terminated(rest)?;
    let length = long(rest, 4)? as usize;
    let source = rest.get(8..8_usize.checked_add(length)?)?;
    let rest = &rest[8 + length..];
    let length = long(rest, 0)? as usize;
    let content = rest.get(4..4_usize.checked_add(length)?)?;
    Some((vec![label, path, terminated(source).map_or_else(String::new, |(source, _)| source)], content))
}

/// A text that ends with a zero, and what follows it.
fn terminated(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes[..end].iter().map(|byte| windows_1252(*byte)).collect(), &bytes[end + 1..]))
}
