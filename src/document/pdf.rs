//! PDF: the text of each page, the document's information and metadata (labels stand there), what annotations,
//! form fields, bookmarks and links say, the files attached to it, and what else it carries (`pdf_rest`). A page without
//! text, or whose text cannot be read, is named: it is a picture for all that we know.

use super::limit::Budget;
use super::page::{self, Page, Read};
use super::{Item, Part, Unreadable, archive, joined, pdf_rest};
use lopdf::{Dictionary, Document, Object, ObjectId, decode_text_string};
use std::collections::{BTreeMap, BTreeSet};

/// How deep arrays and dictionaries are followed; the library reads no deeper ones.
pub(super) const DEPTH_MAX: usize = 64;

/// Opens a PDF.
pub(super) fn open(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let document = load(bytes)?;
    let mut seen = Read::new();
    show(joined(prefix, "properties"), properties(&document, &mut seen), budget, sink)?;
    for (number, id) in document.get_pages() {
        budget.entry()?;
        let name = joined(prefix, &format!("page {number}"));
        let Page { text, damaged } = page::read(&document, id, &mut seen, budget)?;
        if damaged {
            sink(Item::Unreadable(name.clone(), Unreadable::Broken, 0));
        } else if text.trim().is_empty() {
            sink(Item::Unreadable(name.clone(), Unreadable::Image, 0));
        }
        show(name, text, budget, sink)?;
    }
    let mut beside = Beside::default();
    for (id, object) in &document.objects {
        if document.trailer.get(b"Info").and_then(Object::as_reference).ok() != Some(*id) {
            beside.look(object, DEPTH_MAX);
        }
    }
    show(joined(prefix, "annotations and fields"), std::mem::take(&mut beside.text), budget, sink)?;
    attached(&document, &beside.files, prefix, budget, sink)?;
    seen.extend(
        beside
            .files
            .iter()
            .filter_map(|id| document.get_object(*id).and_then(Object::as_stream).ok())
            .map(page::mark),
    );
    pdf_rest::streams(&document, &mut seen, None, prefix, budget, sink)?;
    pdf_rest::revisions(bytes, &document, prefix, budget, sink)?;
    show(joined(prefix, "structure"), pdf_rest::outside(bytes), budget, sink)
}

/// Reads the objects of a PDF.
pub(super) fn load(bytes: &[u8]) -> Result<Document, Unreadable> {
    let mut document = Document::load_mem(bytes).map_err(|_| Unreadable::Broken)?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Unreadable::Encrypted);
    }
    let direct = filters(&document);
    // Streams do not lie one over the other: all of them together are no longer than the file.
    let mut room = bytes.len();
    for (id, object) in &mut document.objects {
        let Object::Stream(stream) = object else { continue };
        if let Some(filters) = direct.get(id) {
            filters.iter().for_each(|(key, filter)| stream.dict.set(*key, filter.clone()));
        }
        // Streams that do not say how long they are stay empty; viewers read on to their end.
        if stream.content.is_empty()
            && let Some(rest) = stream.start_position.and_then(|start| bytes.get(start..))
        {
            let within = &rest[..rest.len().min(room)];
            let end = memchr::memmem::find(within, b"endstream");
            let end = end.or_else(|| (rest.len() <= room).then_some(rest.len())).ok_or(Unreadable::Broken)?;
            room -= end;
            stream.content = rest[..end].to_vec();
        }
    }
    Ok(document)
}

/// What streams are packed with, where an object of its own says it: the library looks no further than the stream.
fn filters(document: &Document) -> BTreeMap<ObjectId, Vec<(&'static str, Object)>> {
    let mut filters = BTreeMap::<ObjectId, Vec<(&'static str, Object)>>::new();
    for (id, object) in &document.objects {
        let Object::Stream(stream) = object else { continue };
        for key in ["Filter", "DecodeParms"] {
            let said = stream.dict.get(key.as_bytes()).ok();
            let direct = said.filter(|said| !is_direct(said)).and_then(|said| resolved(said, document));
            if let Some(direct) = direct {
                filters.entry(*id).or_default().push((key, direct));
            }
        }
    }
    filters
}

fn is_direct(object: &Object) -> bool {
    match object {
        Object::Reference(_) => false,
        Object::Array(array) => array.iter().all(|item| !matches!(item, Object::Reference(_))),
        _ => true,
    }
}

/// The object itself, and the items of an array themselves.
fn resolved(object: &Object, document: &Document) -> Option<Object> {
    let (_, object) = document.dereference(object).ok()?;
    let Ok(array) = object.as_array() else { return Some(object.clone()) };
    let items = array.iter().map(|item| document.dereference(item).map(|(_, item)| item.clone()));
    items.collect::<Result<_, _>>().ok().map(Object::Array)
}

pub(super) fn show(
    name: std::sync::Arc<str>,
    text: String,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    if !text.trim().is_empty() {
        budget.bytes(text.len())?;
        sink(Item::Text(Part::new(name, text)));
    }
    Ok(())
}

/// The information dictionary (ISO 32000-1, 14.3.3) and the XMP packet, as text.
fn properties(document: &Document, seen: &mut Read) -> String {
    let mut text = String::new();
    let information = document
        .trailer
        .get(b"Info")
        .and_then(|object| document.dereference(object).map(|(_, object)| object))
        .and_then(Object::as_dict);
    if let Ok(information) = information {
        for (key, value) in information {
            if let Ok(value) = decode_text_string(value) {
                text.push_str(&format!("{}: {value}\n", String::from_utf8_lossy(key)));
            }
        }
    }
    let packet = document
        .catalog()
        .and_then(|catalog| catalog.get(b"Metadata"))
        .and_then(|object| document.dereference(object).map(|(_, object)| object))
        .and_then(Object::as_stream);
    if let Ok(packet) = packet {
        seen.insert(page::mark(packet));
        let content = packet.decompressed_content().unwrap_or_else(|_| packet.content.clone());
        text.push_str(&String::from_utf8_lossy(&content));
    }
    text
}

/// What a document says outside its pages.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) text: String,
    /// Embedded files (7.11.4) and the streams of XFA forms (12.7.8), each once.
    files: BTreeSet<ObjectId>,
}

impl Beside {
    /// Takes in the text strings of an object, wherever they stand in it: contents of annotations, values and
    /// names of fields, titles of bookmarks, addresses of links, alternative texts.
    pub(super) fn look(&mut self, object: &Object, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match object {
            Object::String(..) => self.take(object),
            Object::Array(array) => array.iter().for_each(|object| self.look(object, depth)),
            Object::Dictionary(dictionary) => self.look_in(dictionary, depth),
            Object::Stream(stream) => self.look_in(&stream.dict, depth),
            _ => {}
        }
    }

    fn look_in(&mut self, dictionary: &Dictionary, depth: usize) {
        for (key, value) in dictionary {
            match key.as_slice() {
                b"EF" => value.as_dict().into_iter().flatten().for_each(|(_, file)| self.file(file)),
                b"XFA" => match value {
                    Object::Array(array) => array.iter().for_each(|part| self.file(part)),
                    _ => self.file(value),
                },
                _ => self.look(value, depth),
            }
        }
    }

    fn file(&mut self, object: &Object) {
        self.files.extend(object.as_reference().ok());
    }

    /// Bytes that are no text (digests, colour tables) hold control characters.
    fn take(&mut self, string: &Object) {
        let Ok(text) = decode_text_string(string) else { return };
        let control = |character: char| character.is_control() && !character.is_whitespace();
        if text.len() > 2 && !text.contains(control) {
            self.text.push_str(&text);
            self.text.push('\n');
        }
    }
}

fn attached(
    document: &Document,
    files: &BTreeSet<ObjectId>,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    for (number, id) in files.iter().enumerate() {
        budget.entry()?;
        let name = joined(prefix, &format!("attachment {}", number + 1));
        let Ok(stream) = document.get_object(*id).and_then(Object::as_stream) else { continue };
        match stream.get_plain_content_with_limit(budget.left()) {
            Ok(content) => {
                budget.bytes(content.len())?;
                archive::entry(&content, &name, budget, sink)?;
            }
            Err(_) => sink(Item::Unreadable(name, Unreadable::Broken, stream.content.len() as u64)),
        }
    }
    Ok(())
}
