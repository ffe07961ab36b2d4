//! Office before 2007 and mails of Outlook, which are compound files: each is read by its format, and what its format does
//! not lead to (other streams, sectors that none takes, text that was taken out) as it lies in the file. A file of which
//! no format is known counts as one that cannot be read.

mod compound;
mod excel;
mod macros;
mod message;
mod package;
mod powerpoint;
mod properties;
mod records;
mod rtf_packed;
mod runs;
mod word;

use super::limit::Budget;
use super::pdf::show;
use super::{Item, Unreadable, archive, joined};
use compound::Compound;

/// What a storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Excel,
    PowerPoint,
    Message,
    Macros,
    Package,
}

impl Kind {
    fn of(file: &Compound<'_>, storage: usize) -> Option<Self> {
        let has = |name: &str| file.stream(storage, name).is_some();
        let name = &file.storages[storage].name;
        if has(word::STREAM) {
            Some(Self::Word)
        } else if excel::STREAMS.into_iter().any(has) {
            Some(Self::Excel)
        } else if has(powerpoint::STREAM) {
            Some(Self::PowerPoint)
        } else if has(message::STREAM) && (storage == 0 || name.eq_ignore_ascii_case(message::EMBEDDED)) {
            Some(Self::Message)
        } else if has(macros::STREAM) && name.eq_ignore_ascii_case(macros::STORAGE) {
            Some(Self::Macros)
        } else if package::STREAMS.into_iter().any(has) {
            Some(Self::Package)
        } else {
            None
        }
    }
}

/// Shows what is in the file.
pub(super) fn open(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    // An encrypted newer document ([MS-OFFCRYPTO] 2.3) has a stream of this name.
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if memchr::memmem::find(bytes, &name).is_some() {
        return Err(Unreadable::Encrypted);
    }
    let Ok(file) = Compound::new(bytes) else {
        let mut text = String::new();
        runs::collect(bytes, &mut text);
        show(joined(prefix, "document"), text, budget, sink)?;
        return Err(Unreadable::Unsupported);
    };
    let seen = vec![false; file.streams.len()];
    let mut reader = Reader { file: &file, prefix, seen, beside: String::new(), pictures: 0, budget, sink };
    let read = reader.storages();
    if matches!(read, Err(Unreadable::TooLarge)) {
        return read;
    }
    reader.rest(read == Err(Unreadable::Encrypted))?;
    read
}

/// Reads one compound file.
struct Reader<'a> {
    file: &'a Compound<'a>,
    prefix: &'a str,
    /// Which streams were read.
    seen: Vec<bool>,
    /// Text that no format led to.
    beside: String,
    /// Bytes of pictures.
    pictures: u64,
    budget: &'a mut Budget,
    sink: &'a mut dyn FnMut(Item),
}

impl Reader<'_> {
    /// Reads the storages of known kinds; the root's own kind decides whether the file was read.
    fn storages(&mut self) -> Result<(), Unreadable> {
        let (mut all, mut known) = (Ok(()), false);
        for storage in 0..self.file.storages.len() {
            let Some(kind) = Kind::of(self.file, storage) else { continue };
            known |= storage == 0 || kind == Kind::Macros;
            let name = self.name_of(storage);
            let read = match kind {
                Kind::Word => word::read(self, storage, &name),
                Kind::Excel => excel::read(self, storage, &name),
                Kind::PowerPoint => powerpoint::read(self, storage, &name),
                Kind::Message => message::read(self, storage, &name),
                Kind::Macros => macros::read(self, storage, &name),
                Kind::Package => package::read(self, storage, &name),
            };
            match read {
                Ok(()) => {}
                Err(Unreadable::TooLarge) => return read,
                Err(Unreadable::Broken) => self.lies_in(storage)?,
                Err(_) => {}
            }
            match read {
                Ok(()) => {}
                Err(_) if storage == 0 => all = read,
                Err(why) => self.unreadable(&name, why, 0),
            }
        }
        if known { all } else { Err(Unreadable::Unsupported) }
    }

    /// Takes in what lies in a storage whose format is broken.
    fn lies_in(&mut self, storage: usize) -> Result<(), Unreadable> {
        let file = self.file;
        for &index in file.streams_of(storage) {
            let bytes = self.stream(index)?;
            self.lies(&bytes);
        }
        Ok(())
    }

    /// What no format led to. In an encrypted file only the properties are open.
    fn rest(&mut self, encrypted: bool) -> Result<(), Unreadable> {
        for index in 0..self.file.streams.len() {
            let stream = &self.file.streams[index];
            let is_properties = properties::STREAMS.contains(&stream.name.as_str());
            if self.seen[index] || encrypted && !is_properties {
                continue;
            }
            let name = self.name_of(stream.parent);
            let bytes = self.stream(index)?;
            if is_properties {
                let text = properties::read(&bytes);
                self.show(&joined(&name, "properties"), text)?;
            } else {
                self.lies(&bytes);
            }
        }
        if !encrypted {
            self.file.unused().into_iter().for_each(|sector| runs::collect(sector, &mut self.beside));
        }
        if self.pictures > 0 {
            self.unreadable("pictures", Unreadable::Image, self.pictures);
        }
        let beside = std::mem::take(&mut self.beside);
        self.show("structure", beside)
    }

    /// The bytes of a stream of a storage.
    fn take(&mut self, storage: usize, name: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.file.stream(storage, name).map(|index| self.stream(index)).transpose()
    }

    /// The bytes of a stream. Streams may share their sectors, so each is paid for.
    fn stream(&mut self, index: usize) -> Result<Vec<u8>, Unreadable> {
        let stream = &self.file.streams[index];
        self.budget.bytes(self.file.size(stream))?;
        self.seen[index] = true;
        Ok(self.file.read(stream))
    }

    /// Takes in bytes whose order is not known: pictures are counted, of the rest the text is kept.
    fn lies(&mut self, bytes: &[u8]) {
        let mut from = 0;
        for at in memchr::memchr_iter(0xF0, bytes) {
            // [MS-ODRAW] 2.2.23: the header of a record of a picture, whose type the byte ends.
            let Some(kind) = at.checked_sub(1).and_then(|before| bytes.get(before)) else { continue };
            let length = compound::long(bytes, at + 1).unwrap_or(0) as usize;
            let end = (at + 5).saturating_add(length);
            let is_picture = matches!(kind, 0x1A..=0x1F | 0x29 | 0x2A) && length > 16;
            if is_picture && at >= from + 3 && end <= bytes.len() {
                runs::collect(&bytes[from..at - 3], &mut self.beside);
                self.pictures += length as u64;
                from = end;
            }
        }
        runs::collect(&bytes[from..], &mut self.beside);
    }

    fn show(&mut self, name: &str, text: String) -> Result<(), Unreadable> {
        show(joined(self.prefix, name), text, self.budget, self.sink)
    }

    /// Opens a file that is in this one.
    fn entry(&mut self, name: &str, content: &[u8]) -> Result<(), Unreadable> {
        self.budget.entry()?;
        archive::entry(content, &joined(self.prefix, name), self.budget, self.sink)
    }

    fn unreadable(&mut self, name: &str, why: Unreadable, bytes: u64) {
        (self.sink)(Item::Unreadable(joined(self.prefix, name), why, bytes));
    }

    /// The names of the storages around what is in this one, the outermost first.
    fn name_of(&self, storage: usize) -> String {
        let (mut names, mut at) = (Vec::new(), storage);
        // Storages stand behind those that they are in.
        while at > 0 {
            let Some(storage) = self.file.storages.get(at) else { break };
            names.push(message::readable(&storage.name));
            at = storage.parent;
        }
        names.reverse();
        names.retain(|name| !name.is_empty());
        names.join("/")
    }
}
