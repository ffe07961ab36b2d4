//! What stands in an archive beside the entries that its directory lists: stubs of programs, entries that were taken out
//! of the directory or stand there twice, comments, extra fields. No program shows it, and all of it leaves with the
//! file.

use super::limit::Budget;
use super::{Item, Part, Unreadable, archive, joined};
use crate::text::strings;
use memchr::memmem;
use std::io::Read;
use std::ops::Range;
use zip::read::ZipFile;

/// The bytes of a local header before the name.
const HEADER: usize = 30;

/// How an entry's own header begins.
const ENTRY: &[u8] = b"PK\x03\x04";

/// The name of the part that holds what is found so.
const NAME: &str = "structure";

/// What was met beside the entries.
#[derive(Default)]
pub(super) struct Beside {
    entries: Vec<Range<usize>>,
    text: Vec<u8>,
}

impl Beside {
    /// Takes in an entry of a zip archive: where it is, and what is said of it besides its name.
    pub(super) fn entry<R: Read>(&mut self, bytes: &[u8], file: &ZipFile<'_, R>) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let header = place(file.header_start());
        let data = file.data_start().map_or(header, place);
        let end = place(file.data_start().unwrap_or_default().saturating_add(file.compressed_size()));
        self.entries.push(header..end.max(data));
        let local = bytes.get(header + HEADER..data).unwrap_or_default();
        strings::collect(local.strip_prefix(file.name_raw()).unwrap_or(local), &mut self.text);
        strings::collect(&file.extra_data().unwrap_or_default(), &mut self.text);
        self.line(file.comment().as_bytes());
    }

    /// Takes in a text.
    pub(super) fn line(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.text.extend_from_slice(text);
            self.text.push(b'\n');
        }
    }

    /// Takes in bytes of no known form.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        strings::collect(bytes, &mut self.text);
    }

    /// Opens what stands between the entries of a zip archive up to `end`, where its directory begins.
    pub(super) fn gaps(
        &mut self,
        bytes: &[u8],
        end: usize,
        prefix: &str,
        budget: &mut Budget,
        sink: &mut dyn FnMut(Item),
    ) -> Result<(), Unreadable> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable_by_key(|entry| entry.start);
        let mut at = 0;
        for entry in entries {
            self.gap(bytes.get(at..entry.start).unwrap_or_default(), prefix, budget, sink)?;
            at = at.max(entry.end);
        }
        self.gap(bytes.get(at..end).unwrap_or_default(), prefix, budget, sink)
    }

    fn gap(
        &mut self,
        mut rest: &[u8],
        prefix: &str,
        budget: &mut Budget,
        sink: &mut dyn FnMut(Item),
    ) -> Result<(), Unreadable> {
        while let Some(at) = memmem::find(rest, ENTRY) {
            self.bytes(&rest[..at]);
            let found = &rest[at..];
            rest = match unlisted(found, prefix, budget, sink) {
                Ok(rest) => rest,
                Err(why @ Unreadable::TooLarge) => return Err(why),
                Err(why) => {
                    if is_plausible(found) {
                        sink(Item::Unreadable(joined(prefix, "unlisted entry"), why, found.len() as u64));
                    }
                    &found[ENTRY.len()..]
                }
            };
        }
        self.bytes(rest);
        Ok(())
    }

    /// Hands over what was met.
    pub(super) fn show(self, prefix: &str, sink: &mut dyn FnMut(Item)) {
        if !self.text.is_empty() {
            let text = String::from_utf8_lossy(&self.text).into_owned();
            sink(Item::Text(Part::new(joined(prefix, NAME), text)));
        }
    }
}

/// Opens an entry that no directory lists. Returns what stands behind it.
fn unlisted<'a>(
    mut bytes: &'a [u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<&'a [u8], Unreadable> {
    budget.entry()?;
    let (name, content) = {
        let file = zip::read::read_zipfile_from_stream(&mut bytes);
        let file = file.map_err(|fault| archive::unreadable(&fault))?.ok_or(Unreadable::Broken)?;
        (file.name().map_err(|fault| archive::unreadable(&fault))?.into_owned(), budget.read(file)?)
    };
    archive::entry(&content, &joined(prefix, &name), budget, sink)?;
    Ok(bytes)
}

/// Whether bytes with the mark of an entry's header may be one: the programs of archives hold the mark by itself.
fn is_plausible(header: &[u8]) -> bool {
    let number = |at: usize| match header.get(at..at + 2) {
        Some(&[low, high]) => u16::from_le_bytes([low, high]),
        _ => u16::MAX,
    };
    number(4) <= 63 && number(8) <= 99 && (1..=1_024).contains(&number(26)) && number(28) <= 4_096
}
