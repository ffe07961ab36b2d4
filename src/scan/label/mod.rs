//! Classification marks: `C4 – Confidentiel`, `TLP:AMBER`, `SECRET UE`, Purview labels. A mark labels this
//! document or message; a mention talks about labels: position, form and neighbours tell them apart. The words
//! are data (`patterns/labels.toml`). Knows no charter.

pub mod assertion;
pub mod code;
mod column;
pub(super) mod detector;
pub mod machine;
pub mod mention;
pub mod phrase;
pub mod sentence;
pub mod tlp;
pub mod words;

use crate::finding::Confidence;
use crate::span::Span;

/// A mark that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands.
    pub span: Span,
    /// The level in the scheme's own words.
    pub level: String,
    /// The level made comparable, 0 to 3.
    pub severity: u8,
    /// How sure it is.
    pub confidence: Confidence,
}
