//! PDF: the text of each page, and the document's information and metadata (labels stand there). A page without
//! text, or whose text cannot be read, is named: it is a picture for all that we know.

use super::limit::Budget;
use super::{Item, Part, Unreadable, joined};
use lopdf::{Document, Object};

/// Opens a PDF.
pub(super) fn open(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let mut document = Document::load_mem(bytes).map_err(|_| Unreadable::Broken)?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Unreadable::Encrypted);
    }
    let properties = properties(&document);
    if !properties.is_empty() {
        budget.bytes(properties.len())?;
        sink(Item::Text(Part { name: joined(prefix, "properties"), text: properties, marks: vec![] }));
    }
    for number in document.get_pages().into_keys() {
        budget.entry()?;
        let name = joined(prefix, &format!("page {number}"));
        match document.extract_text(&[number]) {
            Ok(text) if !text.trim().is_empty() => {
                budget.bytes(text.len())?;
                sink(Item::Text(Part { name, text, marks: vec![] }));
            }
            Ok(_) => sink(Item::Unreadable(name, Unreadable::Image, 0)),
            Err(_) => sink(Item::Unreadable(name, Unreadable::Broken, 0)),
        }
    }
    Ok(())
}

/// The information dictionary (ISO 32000-1, 14.3.3) and the XMP packet, as text.
fn properties(document: &Document) -> String {
    let mut text = String::new();
    let information = document
        .trailer
        .get(b"Info")
        .and_then(|object| document.dereference(object).map(|(_, object)| object))
        .and_then(Object::as_dict);
    if let Ok(information) = information {
        for (key, value) in information {
            if let Ok(value) = lopdf::decode_text_string(value) {
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
        let content = packet.decompressed_content().unwrap_or_else(|_| packet.content.clone());
        text.push_str(&String::from_utf8_lossy(&content));
    }
    text
}
