//! The documents of one request or one file: opened within one budget, and the files that stand as base64 in their texts
//! with them, and in theirs.

use super::enclosed::{self, Enclosed};
use super::limit::Budget;
use super::{Format, Item, Unreadable, joined, open_within};
use crate::limits::BODY_BYTES_MAX;
use std::collections::VecDeque;
use std::sync::Arc;

/// What a file is called that has no name.
const NAME: &str = "file in base64";

/// Opens documents. What they may cost is counted over all of them.
#[derive(Default)]
pub struct Files {
    budget: Budget,
}

/// Files in the texts of a document that wait to be opened.
#[derive(Default)]
struct Waiting {
    files: VecDeque<File>,
    /// Bytes of them.
    bytes: usize,
}

struct File {
    name: Arc<str>,
    content: Result<(Format, Vec<u8>), Unreadable>,
    length: usize,
    /// In how many others it is.
    depth: usize,
}

impl Files {
    /// Opens a document of a known format and hands over what it is made of, and what the files in its texts are.
    ///
    /// # Errors
    /// Where the document as a whole cannot be read; what was read before that was handed over.
    pub fn open(
        &mut self,
        bytes: &[u8],
        format: Format,
        sink: &mut dyn FnMut(Item),
    ) -> Result<(), Unreadable> {
        self.budget.admit(bytes.len());
        let mut waiting = Waiting::default();
        let opened = open_within(bytes, format, "", &mut self.budget, &mut |item| {
            waiting.look(&item, 1);
            sink(item);
        });
        while let Some(file) = waiting.next() {
            if let Err(why) = self.enclosed(&file, &mut waiting, sink) {
                sink(Item::Unreadable(joined(&file.name, NAME), why, file.length as u64));
            }
        }
        opened
    }

    /// Opens a file that stands in a text, and hands over what it is made of, or why it cannot be read.
    pub fn open_enclosed(&mut self, file: &Enclosed, sink: &mut dyn FnMut(Item)) {
        let opened = match &file.content {
            Ok((format, bytes)) => self.open(bytes, *format, sink),
            Err(why) => Err(*why),
        };
        if let Err(why) = opened {
            sink(Item::Unreadable(Arc::from(NAME), why, file.length as u64));
        }
    }

    fn enclosed(
        &mut self,
        file: &File,
        waiting: &mut Waiting,
        sink: &mut dyn FnMut(Item),
    ) -> Result<(), Unreadable> {
        let (format, bytes) = file.content.as_ref().map_err(|why| *why)?;
        self.budget.entry()?;
        self.budget.bytes(bytes.len())?;
        self.budget.at_depth(file.depth, |budget| {
            open_within(bytes, *format, &file.name, budget, &mut |item| {
                waiting.look(&item, file.depth + 1);
                sink(item);
            })
        })
    }
}

impl Waiting {
    /// Keeps the files in a text.
    fn look(&mut self, item: &Item, depth: usize) {
        let Item::Text(part) = item else { return };
        enclosed::files(part.text.as_bytes(), &mut |found| {
            let size = found.content.as_ref().map_or(0, |(_, bytes)| bytes.len());
            let fits = self.bytes + size <= BODY_BYTES_MAX;
            let content = if fits { found.content } else { Err(Unreadable::TooLarge) };
            self.bytes += if fits { size } else { 0 };
            let name = part.place(found.start);
            self.files.push_back(File { name, content, length: found.length, depth });
        });
    }

    fn next(&mut self) -> Option<File> {
        let file = self.files.pop_front()?;
        self.bytes -= file.content.as_ref().map_or(0, |(_, bytes)| bytes.len());
        Some(file)
    }
}
