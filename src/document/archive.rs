//! Archives: zip (and the documents that are zips), gzip, tar. Entries are opened in turn, nested ones too, within
//! one budget.

use super::beside::Beside;
use super::limit::Budget;
use super::office::{self, Reading, Workbook};
use super::{Format, Item, Part, Unreadable, joined, open_document, open_within};
use crate::text::codec::{Charset, Layer, detect_charset};
use crate::text::strings;
use crate::text::view::utf16;
use ::zip::ZipArchive;
use ::zip::result::ZipError;
use std::io::{Cursor, Read};

/// The main parts of Office files (ECMA-376).
const MAIN_PARTS: [&str; 3] = ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"];

/// Opens a zip archive, or the Office or OpenDocument file that it is.
pub(super) fn zip(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| unreadable(&fault))?;
    let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    comment(archive.comment(), prefix, sink);
    beside(bytes, &mut archive, prefix, budget, sink)?;
    let has = |name: &str| names.iter().any(|other| other == name);
    // Readers open the main part by its name, whether or not the list of types is there.
    if has("[Content_Types].xml") || MAIN_PARTS.iter().any(|part| has(part)) {
        return office_file(&mut archive, prefix, budget, sink);
    }
    let open_document = has("mimetype") && has("content.xml");
    if open_document && open_document::is_encrypted(named(&mut archive, open_document::MANIFEST, budget)?) {
        return Err(Unreadable::Encrypted);
    }
    each(&mut archive, budget, &mut |name, content, budget| {
        if open_document && open_document::holds_text(name) {
            open_document::part(content, name, prefix, sink)
        } else {
            entry(content, &joined(prefix, name), budget, sink)
        }
    })
}

fn comment(comment: &[u8], prefix: &str, sink: &mut dyn FnMut(Item)) {
    if !comment.is_empty() {
        let text = String::from_utf8_lossy(comment).into_owned();
        sink(Item::Text(Part::new(joined(prefix, "comment"), text)));
    }
}

/// Hands over what stands beside the entries.
fn beside(
    bytes: &[u8],
    archive: &mut Archive<'_>,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let mut beside = Beside::default();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|fault| unreadable(&fault))?;
        beside.entry(bytes, &file);
        if file.is_dir() {
            beside.line(file.name_raw());
        }
    }
    let directory = usize::try_from(archive.central_directory_start()).unwrap_or(usize::MAX).min(bytes.len());
    beside.gaps(bytes, directory, prefix, budget, sink)?;
    beside.bytes(&bytes[end_of(bytes)..]);
    beside.show(prefix, sink);
    Ok(())
}

/// Where the last record of a zip archive ends, its comment included.
fn end_of(bytes: &[u8]) -> usize {
    let Some(record) = memchr::memmem::rfind(bytes, b"PK\x05\x06") else { return bytes.len() };
    let length = bytes.get(record + 20..record + 22);
    let comment = length.and_then(|length| length.try_into().ok()).map_or(0, u16::from_le_bytes);
    (record + 22 + usize::from(comment)).min(bytes.len())
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn office_file(
    archive: &mut Archive<'_>,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let strings = named(archive, "xl/sharedStrings.xml", budget)?;
    let (book, styles) =
        (named(archive, "xl/workbook.xml", budget)?, named(archive, "xl/styles.xml", budget)?);
    let workbook = Workbook::new(strings.as_deref(), book.as_deref(), styles.as_deref())?;
    if !workbook.strings().is_empty() {
        let text = workbook.strings().join("\n");
        sink(Item::Text(Part::new(joined(prefix, "xl/sharedStrings.xml"), text)));
    }
    each(archive, budget, &mut |name, content, budget| match office::reading(name) {
        Some(reading) => match office::part(content, name, prefix, reading, &workbook, budget, sink) {
            // Drawings for old programs are written as pages of the web are, and no program minds.
            Err(Unreadable::Broken) if reading == Reading::Everything => {
                entry(content, &joined(prefix, name), budget, sink)
            }
            read => read,
        },
        // Pictures, embedded documents, custom XML parts, and whatever somebody put there.
        None if name != "xl/sharedStrings.xml" && office::may_hold_words(name) => {
            entry(content, &joined(prefix, name), budget, sink)
        }
        None => Ok(()),
    })
}

/// What is done with an entry: its name, its content.
type Visit<'a> = dyn FnMut(&str, &[u8], &mut Budget) -> Result<(), Unreadable> + 'a;

/// Hands over each entry's name and content.
fn each(archive: &mut Archive<'_>, budget: &mut Budget, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    for index in 0..archive.len() {
        budget.entry()?;
        let (name, content) = {
            let file = archive.by_index(index).map_err(|fault| unreadable(&fault))?;
            if file.is_dir() {
                continue;
            }
            (file.name().map_err(|fault| unreadable(&fault))?.into_owned(), budget.read(file)?)
        };
        visit(&name, &content, budget)?;
    }
    Ok(())
}

fn named(archive: &mut Archive<'_>, name: &str, budget: &mut Budget) -> Result<Option<Vec<u8>>, Unreadable> {
    match archive.by_name(name) {
        Ok(file) => budget.read(file).map(Some),
        Err(ZipError::FileNotFound) => Ok(None),
        Err(fault) => Err(unreadable(&fault)),
    }
}

pub(super) fn unreadable(fault: &ZipError) -> Unreadable {
    match fault {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => Unreadable::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Unreadable::Unsupported
        }
        ZipError::Io(fault) if fault.kind() == std::io::ErrorKind::Unsupported => Unreadable::Unsupported,
        _ => Unreadable::Broken,
    }
}

/// Opens a gzip file: the one file in it.
pub(super) fn gzip(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let (mut content, mut rest, mut beside) = (Vec::new(), bytes, Beside::default());
    while !rest.is_empty() {
        budget.entry()?;
        let mut member = flate2::bufread::GzDecoder::new(rest);
        content.append(&mut budget.read(&mut member)?);
        if let Some(header) = member.header() {
            let said = [header.filename(), header.comment(), header.extra()];
            said.into_iter().flatten().for_each(|said| beside.line(said));
        }
        rest = member.into_inner();
    }
    beside.show(prefix, sink);
    entry(&content, &joined(prefix, "gzip"), budget, sink)
}

/// Opens a tar archive.
pub(super) fn tar(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let mut archive = ::tar::Archive::new(bytes);
    let (mut beside, mut end) = (Beside::default(), 0);
    for file in archive.entries().map_err(|_| Unreadable::Broken)? {
        budget.entry()?;
        let mut file = file.map_err(|_| Unreadable::Broken)?;
        said_of(&mut file, &mut beside);
        let name = String::from_utf8_lossy(&file.path_bytes()).into_owned();
        let content = budget.read(file.by_ref())?;
        end = usize::try_from(file.raw_file_position()).unwrap_or(usize::MAX).saturating_add(content.len());
        if file.header().entry_type().is_file() {
            entry(&content, &joined(prefix, &name), budget, sink)?;
        } else {
            beside.line(name.as_bytes());
            beside.bytes(&content);
        }
    }
    beside.bytes(bytes.get(end..).unwrap_or_default());
    beside.show(prefix, sink);
    Ok(())
}

/// What the headers of an entry of a tar archive say beside its name.
fn said_of(file: &mut ::tar::Entry<'_, &[u8]>, beside: &mut Beside) {
    beside.line(file.link_name_bytes().as_deref().unwrap_or_default());
    let header = file.header();
    let owners = [header.username_bytes(), header.groupname_bytes()];
    owners.into_iter().flatten().for_each(|owner| beside.line(owner));
    // The path, which may stand there too, is the name.
    let said = file.pax_extensions().ok().flatten().into_iter().flatten().flatten();
    said.filter(|field| field.key_bytes() != b"path").for_each(|field| beside.line(field.value_bytes()));
}

/// One file of an archive: text is handed over, a document is opened, the rest is named.
pub(super) fn entry(
    content: &[u8],
    name: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    match Format::sniff(content) {
        Some(format) => {
            let opened = budget.deeper(|budget| open_within(content, format, name, budget, sink));
            match opened {
                Err(why @ Unreadable::TooLarge) => return Err(why),
                Err(why) => sink(Item::Unreadable(name.into(), why, content.len() as u64)),
                Ok(()) => {}
            }
        }
        None if std::str::from_utf8(content).is_err() && detect_charset(content).is_none() => {
            // Bytes of no known form: what stands in them as strings.
            let mut said = Vec::new();
            strings::collect(content, &mut said);
            sink(Item::Text(Part::new(name.into(), String::from_utf8_lossy(&said).into_owned())));
        }
        None => {
            let mut text = characters(content);
            if memchr::memchr(0, content).is_some() {
                let mut strays = Vec::new();
                utf16::strays(content, is_western(&text), &mut |stray, _| strays.extend_from_slice(stray));
                if !strays.is_empty() {
                    text.push('\n');
                    text.push_str(&String::from_utf8_lossy(&strays));
                }
            }
            sink(Item::Text(Part::new(name.into(), text)));
        }
    }
    Ok(())
}

/// Whether a text that was read from bytes with zeros makes sense: then it was UTF-16 throughout, else records of some
/// format with strings in them.
fn is_western(text: &str) -> bool {
    text.chars().all(
        |sign| matches!(sign, '\t' | '\n' | '\r' | ' '..='\u{24F}' | '\u{2000}'..='\u{20CF}' | '\u{FEFF}'),
    )
}

/// The bytes as text, in UTF-8 or whatever else they look like.
fn characters(content: &[u8]) -> String {
    let utf8 = std::str::from_utf8(content);
    match detect_charset(content) {
        Some(charset) if utf8.is_err() || (charset != Charset::Windows1252 && content.contains(&0)) => {
            let mut decoded = Vec::with_capacity(content.len());
            Layer::Charset(charset).decode(content, &mut decoded);
            String::from_utf8_lossy(&decoded).into_owned()
        }
        _ => String::from_utf8_lossy(content).into_owned(),
    }
}
