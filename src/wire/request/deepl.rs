//! DeepL and the translators: API and web (WIRE.md A.1, A.2).

use super::marks::Marks;
use crate::place::Place;
use crate::text::json::{Kind, Node};

/// Fields that hold the text to translate.
const TEXTS: [&str; 8] = ["text", "texts", "q", "contents", "Text", "context", "jobs", "data"];

/// Marks a request body.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    if let Some(params) = root.get("params").filter(|params| params.kind() == Some(Kind::Object)) {
        mark(params, marks);
    }
    for key in TEXTS {
        marks.member(root, key, Place::Message(1));
    }
    for item in root.elements() {
        mark(item, marks);
    }
    marks.fields(root, &["entries", "glossary", "instructions", "title"]);
}
