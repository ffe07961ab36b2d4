//! What the XML of a document says beside its running text: alternative texts, authors, tips, where links lead, hidden
//! values. Words stand there in attributes, which nobody sees on the page and which leave with the file.

use super::xml::{Element, Elements};

/// Attributes that hold words, in text parts and sheets.
const WORDS: [&str; 17] = [
    "alt",
    "altText",
    "author",
    "command",
    "connection",
    "descr",
    "display",
    "error",
    "errorTitle",
    "instr",
    "location",
    "lastEdited",
    "prompt",
    "promptTitle",
    "src",
    "title",
    "tooltip",
];

/// How addresses of the formats themselves begin.
const FORMATS: [&str; 5] =
    ["http://schemas.", "http://purl.o", "http://www.w3.org/", "urn:schemas-", "application/vnd."];

/// Appends the words in an element's attributes, one a line.
pub(super) fn words(element: &Element<'_>, aside: &mut String) {
    element.each_attribute(|name, value| {
        if WORDS.contains(&name) {
            line(value, aside);
        }
    });
}

fn line(value: &str, aside: &mut String) {
    if value.trim().len() > 2 {
        aside.push_str(value);
        aside.push('\n');
    }
}

/// Everything that a part says, where nothing is known of its elements: texts and values of attributes. Relations
/// (where links lead), defined names, caches of pivot tables, connections to databases, variables.
#[derive(Default)]
pub(super) struct Everything;

impl Elements for Everything {
    fn begin(&mut self, _: &str, element: &Element<'_>, text: &mut String) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        element.each_attribute(|_, value| {
            if !FORMATS.iter().any(|format| value.starts_with(format)) {
                line(value, text);
            }
        });
    }

    fn end(&mut self, _: &str, _: &mut String) {}

    fn wanted(&self) -> bool {
        true
    }
}
