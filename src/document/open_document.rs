//! OpenDocument (ISO 26300): text, sheets and presentations in `content.xml`, `styles.xml` (headers), `meta.xml`.

use super::xml::{Element, Elements, text};
use super::{Item, Part, Unreadable, joined};

/// The list of a document's parts.
pub(super) const MANIFEST: &str = "META-INF/manifest.xml";

/// Whether the list of parts says that they are encrypted (ISO 26300-3, 4.4).
pub(super) fn is_encrypted(manifest: Option<Vec<u8>>) -> bool {
    manifest.is_some_and(|manifest| memchr::memmem::find(&manifest, b"encryption-data").is_some())
}

/// Whether this entry of an OpenDocument file holds text.
pub(super) fn holds_text(name: &str) -> bool {
    matches!(name, "content.xml" | "styles.xml" | "meta.xml")
}

/// Reads one part.
pub(super) fn part(
    xml: &[u8],
    name: &str,
    prefix: &str,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let text = text(xml, &mut Paragraphs::default())?;
    if !text.trim().is_empty() {
        sink(Item::Text(Part::new(joined(prefix, name), text)));
    }
    Ok(())
}

#[derive(Default)]
struct Paragraphs {
    /// Where the text of the cell begins, and the value that it shows, which may be rounded.
    cell: (usize, Option<String>),
}

impl Elements for Paragraphs {
    fn begin(&mut self, name: &str, element: &Element<'_>, text: &mut String) {
        match name {
            "tab" => text.push('\t'),
            "line-break" => text.push('\n'),
            "s" => {
                let count = element.attribute("c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                text.extend(std::iter::repeat_n(' ', count.min(64)));
            }
            "table-cell" => self.cell = (text.len(), element.attribute("value")),
            "user-defined" => {
                if let Some(property) = element.attribute("name") {
                    text.push_str(&property);
                    text.push_str(": ");
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str, text: &mut String) {
        match name {
            "p" | "h" | "table-row" | "user-defined" | "title" | "subject" | "creator"
            | "initial-creator" | "keyword" | "description" => text.push('\n'),
            "table-cell" => {
                if text.ends_with('\n') {
                    text.pop();
                }
                if let (start, Some(value)) = std::mem::take(&mut self.cell)
                    && !text.get(start..).unwrap_or_default().contains(&value)
                {
                    text.push(' ');
                    text.push_str(&value);
                }
                text.push('\t');
            }
            _ => {}
        }
    }

    fn wanted(&self) -> bool {
        true
    }
}
