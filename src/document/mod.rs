//! Files → text parts: PDF, Word, Excel, PowerPoint, OpenDocument, RTF, mails of Outlook, archives. What holds no text
//! (pictures, sound) or cannot be read (encrypted, broken, over a limit) comes out as a value with a name. Bytes in,
//! values out; knows no rules, charters or sockets.

mod archive;
mod aside;
mod beside;
mod cells;
mod content;
mod enclosed;
mod files;
mod font;
mod format;
mod glyph_name;
mod limit;
mod number_format;
mod office;
mod old_office;
mod open_document;
mod page;
mod pdf;
mod pdf_rest;
mod program;
mod rtf;
mod unicode_map;
mod xml;

pub use cells::Cells;
pub use enclosed::{Enclosed, Finder, files as enclosed_files};
pub use files::Files;
pub use format::{Format, TAIL_BYTES};

use limit::Budget;
use std::sync::Arc;

/// Why a file, or a part of it, gives no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Unreadable {
    /// It is encrypted or password-protected.
    #[error("encrypted or password-protected")]
    Encrypted,
    /// It is a picture.
    #[error("a picture")]
    Image,
    /// It is sound or video.
    #[error("sound or video")]
    Audio,
    /// It is over a limit: size once unpacked, number of entries, depth.
    #[error("too large once unpacked")]
    TooLarge,
    /// It is not what its first bytes say.
    #[error("damaged")]
    Broken,
    /// A format that is not opened.
    #[error("a format that cannot be read")]
    Unsupported,
}

/// A stretch of text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it is, such as `page 3`, `sheet Agents`, `word/document.xml`; entries of archives are joined by `/`.
    pub name: Arc<str>,
    /// The text.
    pub text: String,
    /// Finer places: the cells of a sheet.
    pub cells: Cells,
}

impl Part {
    /// A text without finer places.
    #[must_use]
    pub fn new(name: Arc<str>, text: String) -> Self {
        Self { name, text, cells: Cells::default() }
    }

    /// The finest name for the place at `offset` of the text.
    #[must_use]
    pub fn place(&self, offset: usize) -> Arc<str> {
        self.cells.place(offset).unwrap_or_else(|| Arc::clone(&self.name))
    }
}

/// What a document is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Text.
    Text(Part),
    /// Something without text, with its name and size in bytes.
    Unreadable(Arc<str>, Unreadable, u64),
}

/// Opens a document of a known format and hands over what it is made of.
///
/// # Errors
/// Where the document as a whole cannot be read; what was read before that was handed over.
pub fn open(bytes: &[u8], format: Format, sink: &mut dyn FnMut(Item)) -> Result<(), Unreadable> {
    Files::default().open(bytes, format, sink)
}

fn open_within(
    bytes: &[u8],
    format: Format,
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    match format {
        Format::Pdf => pdf::open(bytes, prefix, budget, sink),
        Format::Zip => archive::zip(bytes, prefix, budget, sink),
        Format::Gzip => archive::gzip(bytes, prefix, budget, sink),
        Format::Tar => archive::tar(bytes, prefix, budget, sink),
        Format::Rtf => rtf::open(bytes, prefix, budget, sink),
        Format::OldOffice => old_office::open(bytes, prefix, budget, sink),
        Format::Image => Err(Unreadable::Image),
        Format::Audio => Err(Unreadable::Audio),
        Format::Packed => Err(Unreadable::Unsupported),
        Format::Sealed => Err(Unreadable::Encrypted),
    }
}

fn joined(prefix: &str, name: &str) -> Arc<str> {
    if prefix.is_empty() { name.into() } else { format!("{prefix}/{name}").into() }
}
