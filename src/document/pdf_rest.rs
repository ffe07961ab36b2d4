//! What a PDF carries that no page shows: streams that nothing leads to or of which only some readers know (scripts, rich
//! text, values of fields, patterns, glyphs), what later revisions took out, comments, and bytes around it all.

use super::limit::Budget;
use super::page::{self, Read};
use super::pdf::{Beside, DEPTH_MAX, load, show};
use super::{Format, Item, Unreadable, archive, joined};
use crate::text::codec::detect_charset;
use crate::text::strings;
use lopdf::{Dictionary, Document, Object, ObjectId};
use memchr::memmem;

/// Earlier states of a document that are looked at, from the last on.
const REVISIONS_MAX: usize = 8;

/// Operators that show text.
const SHOWS: [&[u8]; 4] = [b"Tj", b"TJ", b"'", b"\""];

/// Reads the streams that were not read yet and are no pictures, fonts or tables of the format. With a later state of the
/// document only what differs there.
pub(super) fn streams(
    document: &Document,
    seen: &mut Read,
    later: Option<&Document>,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    for (id, object) in &document.objects {
        let Object::Stream(stream) = object else { continue };
        let stays = later.is_some_and(|later| later.get_object(*id).is_ok_and(|other| other == object));
        if stays || is_machinery(&stream.dict) || seen.contains(&page::mark(stream)) {
            continue;
        }
        budget.entry()?;
        let name = joined(prefix, &format!("object {}", id.0));
        let Some(content) = page::plain(stream, budget.left()) else {
            sink(Item::Unreadable(name, Unreadable::Broken, stream.content.len() as u64));
            continue;
        };
        budget.bytes(content.len())?;
        if draws(&content) {
            show(name, page::loose(document, stream, seen, budget)?.text, budget, sink)?;
        } else if stream.dict.has_type(b"EmbeddedFile") || is_readable(&content) {
            archive::entry(&content, &name, budget, sink)?;
        }
    }
    Ok(())
}

/// Pictures, programs of fonts, functions, and how objects are stored.
fn is_machinery(dictionary: &Dictionary) -> bool {
    let is = |key: &[u8], names: &[&[u8]]| {
        dictionary.get(key).and_then(Object::as_name).is_ok_and(|name| names.contains(&name))
    };
    is(b"Type", &[b"XRef", b"ObjStm"])
        || is(b"Subtype", &[b"Image", b"Type1C", b"CIDFontType0C", b"OpenType"])
        || dictionary.has(b"Width") && dictionary.has(b"Height")
        || [&b"Length1"[..], b"FunctionType", b"ShadingType"].iter().any(|key| dictionary.has(key))
}

/// Whether a stream draws text.
fn draws(content: &[u8]) -> bool {
    let words = content.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b')' | b']' | b'>'));
    memmem::find(content, b"BT").is_some() && words.into_iter().any(|word| SHOWS.contains(&word))
}

fn is_readable(content: &[u8]) -> bool {
    let opens = [Format::Pdf, Format::Zip, Format::Gzip, Format::Rtf, Format::OldOffice];
    let is_text = || match std::str::from_utf8(content) {
        Ok(_) if memchr::memchr(0, content).is_none() => true,
        _ => detect_charset(content).is_some(),
    };
    !content.is_empty() && (Format::sniff(content).is_some_and(|format| opens.contains(&format)) || is_text())
}

/// Reads what earlier states of a document said and the last one does not: each ends where the file ended then.
pub(super) fn revisions(
    bytes: &[u8],
    last: &Document,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let ends: Vec<usize> = memmem::find_iter(bytes, b"%%EOF").map(|at| at + 5).collect();
    let Some((_, earlier)) = ends.split_last() else { return Ok(()) };
    for (number, end) in earlier.iter().enumerate().rev().take(REVISIONS_MAX) {
        budget.bytes(*end)?;
        // The first part of a file that is made for the web ends like one and is none.
        let Ok(document) = load(&bytes[..*end]) else { continue };
        let prefix = joined(prefix, &format!("revision {}", number + 1));
        let (mut seen, mut beside) = (Read::new(), Beside::default());
        let stays = |id: ObjectId| matches!((document.get_object(id), last.get_object(id)), (Ok(one), Ok(other)) if one == other);
        for (number, id) in document.get_pages() {
            let contents = document.get_page_contents(id);
            if !(stays(id) && contents.into_iter().all(stays)) {
                let name = joined(&prefix, &format!("page {number}"));
                let page = page::read(&document, id, &mut seen, budget)?;
                if page.damaged {
                    sink(Item::Unreadable(name.clone(), Unreadable::Broken, 0));
                }
                show(name, page.text, budget, sink)?;
            }
        }
        for (_, object) in document.objects.iter().filter(|(id, _)| !stays(**id)) {
            beside.look(object, DEPTH_MAX);
        }
        show(joined(&prefix, "annotations and fields"), beside.text, budget, sink)?;
        streams(&document, &mut seen, Some(last), &prefix, budget, sink)?;
    }
    Ok(())
}

/// Comments, and what stands before and behind the document.
pub(super) fn outside(bytes: &[u8]) -> String {
    let start = memmem::find(bytes, b"%PDF-").unwrap_or_default();
    let end = memmem::rfind(bytes, b"%%EOF").map_or(bytes.len(), |end| end + 5);
    let mut said = Vec::new();
    strings::collect(&bytes[..start], &mut said);
    let mut at = start;
    while at < end {
        let begin = memmem::find(&bytes[at..end], b"stream").map_or(end, |begin| at + begin);
        for line in bytes[at..begin].split(|byte| matches!(byte, b'\n' | b'\r')) {
            let comment = memchr::memchr(b'%', line).map(|sign| &line[sign..]).unwrap_or_default();
            if !comment.starts_with(b"%PDF-") && !comment.starts_with(b"%%EOF") {
                strings::collect(comment, &mut said);
            }
        }
        at = memmem::find(&bytes[begin..end], b"endstream").map_or(end, |next| begin + next + 9);
    }
    strings::collect(bytes.get(end..).unwrap_or_default(), &mut said);
    String::from_utf8_lossy(&said).into_owned()
}
