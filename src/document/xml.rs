//! XML → text, as the text runs of Office and OpenDocument hold it. Never expands entities beyond the five of XML.

use super::Unreadable;
use crate::text::codec::{Charset, Layer};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;

/// What a format does with the elements of its XML.
pub(super) trait Elements {
    /// An element begins; `name` is its local name.
    fn begin(&mut self, name: &str, element: &Element<'_>, text: &mut String);
    /// An element ends.
    fn end(&mut self, name: &str, text: &mut String);
    /// Whether the characters that come now are text of the document.
    fn wanted(&self) -> bool;
}

/// The attributes of an element.
pub(super) struct Element<'a>(&'a BytesStart<'a>);

impl Element<'_> {
    /// The value of the attribute with this local name.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == name)
            .map(|attribute| unescape(&attribute.value).into_owned())
    }

    /// Hands over the local name and the value of each attribute.
    pub(super) fn each_attribute(&self, mut with: impl FnMut(&str, &str)) {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        for attribute in attributes.flatten() {
            with(attribute.key.local_name().as_ref(), &unescape(&attribute.value));
        }
    }
}

/// Walks the whole of `xml` and returns the text.
pub(super) fn text(xml: &[u8], elements: &mut dyn Elements) -> Result<String, Unreadable> {
    let (mut text, mut hidden) = (String::new(), String::new());
    let decoded = decoded(xml);
    let mut reader = Reader::from_reader(decoded.as_deref().unwrap_or(xml));
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event().map_err(|_| Unreadable::Broken)? {
            Event::Start(element) => {
                elements.begin(element.local_name().as_ref(), &Element(&element), &mut text);
            }
            Event::Empty(element) => {
                let name = element.local_name().as_ref().to_owned();
                elements.begin(&name, &Element(&element), &mut text);
                elements.end(&name, &mut text);
            }
            Event::End(element) => elements.end(element.local_name().as_ref(), &mut text),
            Event::Text(characters) if elements.wanted() => text.push_str(&characters),
            Event::CData(characters) if elements.wanted() => text.push_str(&characters),
            Event::GeneralRef(reference) if elements.wanted() => {
                let reference = format!("&{};", &*reference);
                text.push_str(&unescape(&reference));
            }
            Event::Comment(words) => line(&words, &mut hidden),
            Event::PI(words) => line(&words, &mut hidden),
            Event::DocType(words) => line(&words, &mut hidden),
            Event::Eof => {
                if !hidden.is_empty() && !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                return Ok(text + &hidden);
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) | Event::Decl(_) => {}
        }
    }
}

/// Comments, instructions and what a document says of its kind: nothing shows them, and they leave with it.
fn line(words: &str, hidden: &mut String) {
    hidden.push_str(words.trim());
    hidden.push('\n');
}

/// XML in UTF-16 says so by its mark (XML 1.0, 4.3.3); what is no UTF-8 is in one byte a character.
fn decoded(xml: &[u8]) -> Option<Vec<u8>> {
    let (charset, mark) = match xml {
        [0xFF, 0xFE, ..] => (Charset::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Charset::Utf16Be, 2),
        _ if std::str::from_utf8(xml).is_err() => (Charset::Windows1252, 0),
        _ => return None,
    };
    let mut decoded = Vec::with_capacity(xml.len());
    Layer::Charset(charset).decode(&xml[mark..], &mut decoded);
    Some(decoded)
}

/// Character and predefined entity references; an unknown one stays as it is.
fn unescape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
}
