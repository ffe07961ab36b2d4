//! Compound files (\[MS-CFB\]): streams in storages, in sectors that are chained by a table. Read as far as it goes: what is
//! damaged ends a stream, not the file. A sector is read at most once a stream, a stream is at most as long as the file.

use crate::document::Unreadable;
use crate::text::view::utf16;
use std::collections::HashSet;

/// Bytes of an entry of the directory.
const ENTRY_BYTES: usize = 128;

/// Entries of a directory: a mail with a thousand recipients has some ten thousand.
const ENTRIES_MAX: usize = 1 << 17;

/// Storages within storages.
const DEPTH_MAX: usize = 32;

/// The largest number of a sector; above are marks.
const SECTOR_MAX: u32 = 0xFFFF_FFFA;

/// No entry.
const NONE: u32 = 0xFFFF_FFFF;

/// A stream in the tree: the names of the storages around it and its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    /// The entry of the storage that it is in.
    pub(super) parent: usize,
    /// Its name.
    pub(super) name: String,
    first: u32,
    size: usize,
}

/// A storage: a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Storage {
    /// The storage that it is in; the root is in itself.
    pub(super) parent: usize,
    /// Its name.
    pub(super) name: String,
}

#[derive(Default)]
struct Within {
    streams: Vec<usize>,
    storages: Vec<usize>,
}

/// A compound file whose directory was read.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    small_sector: usize,
    small_max: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small: Vec<u8>,
    /// The root first.
    pub(super) storages: Vec<Storage>,
    /// All streams, in the order of the directory's tree.
    pub(super) streams: Vec<Stream>,
    /// For each storage the streams in it, and the storages.
    within: Vec<Within>,
    /// Sectors that the tables and the directory take.
    own: HashSet<u32>,
}

/// An entry of the directory as it stands there.
struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    first: u32,
    size: u64,
}

impl<'a> Compound<'a> {
    /// Reads tables and directory.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let shift =
            |at: usize| short(bytes, at).filter(|shift| (6..=16).contains(shift)).map(|shift| 1 << shift);
        let mut file = Self {
            bytes,
            sector: shift(30).ok_or(Unreadable::Broken)?,
            small_sector: shift(32).ok_or(Unreadable::Broken)?,
            small_max: long(bytes, 56).unwrap_or(4_096).min(1 << 16) as usize,
            table: Vec::new(),
            small_table: Vec::new(),
            small: Vec::new(),
            storages: Vec::new(),
            streams: Vec::new(),
            within: Vec::new(),
            own: HashSet::new(),
        };
        file.read_table();
        let directory = file.chain(long(bytes, 48).unwrap_or(NONE), usize::MAX);
        file.own_chain(long(bytes, 48).unwrap_or(NONE));
        file.own_chain(long(bytes, 60).unwrap_or(NONE));
        let small_table = file.chain(long(bytes, 60).unwrap_or(NONE), usize::MAX);
        file.small_table = longs(&small_table).collect();
        file.read_directory(&directory)?;
        Ok(file)
    }

    /// The bytes of a stream, as far as they are there.
    pub(super) fn read(&self, stream: &Stream) -> Vec<u8> {
        if stream.size < self.small_max {
            self.small_chain(stream)
        } else {
            self.chain(stream.first, stream.size)
        }
    }

    /// How many bytes a stream has, as far as they can be there.
    pub(super) fn size(&self, stream: &Stream) -> usize {
        stream.size.min(self.bytes.len())
    }

    /// The place of the stream of this name in a storage.
    pub(super) fn stream(&self, storage: usize, name: &str) -> Option<usize> {
        let is = |index: &usize| self.streams[*index].name.eq_ignore_ascii_case(name);
        self.streams_of(storage).iter().copied().find(is)
    }

    /// The streams in a storage.
    pub(super) fn streams_of(&self, storage: usize) -> &[usize] {
        &self.within[storage].streams
    }

    /// The storages in a storage.
    pub(super) fn storages_of(&self, storage: usize) -> &[usize] {
        &self.within[storage].storages
    }

    /// The bytes that no stream takes: what was in the file before, and what somebody put there.
    pub(super) fn unused(&self) -> Vec<&'a [u8]> {
        let mut used = vec![false; self.table.len().min(self.bytes.len() / self.sector + 1)];
        let mut mark = |sector: u32| {
            let Some(seen) = used.get_mut(sector as usize) else { return false };
            !std::mem::replace(seen, true)
        };
        self.own.iter().for_each(|sector| {
            mark(*sector);
        });
        let large = self.streams.iter().filter(|stream| stream.size >= self.small_max);
        for (first, size) in large.map(|stream| (stream.first, stream.size)) {
            let (mut sector, mut left) = (first, size.div_ceil(self.sector));
            // A sector that another stream has shown ends it: all sectors are looked at once.
            while left > 0 && sector <= SECTOR_MAX && mark(sector) {
                sector = self.table.get(sector as usize).copied().unwrap_or(NONE);
                left -= 1;
            }
        }
        let unused =
            used.iter().enumerate().filter(|(_, used)| !**used).map(|(sector, _)| self.at(sector as u32));
        unused.filter(|sector| !sector.is_empty()).collect()
    }

    /// The bytes of a sector, fewer at the end of the file.
    fn at(&self, sector: u32) -> &'a [u8] {
        let start = (sector as usize).saturating_add(1).saturating_mul(self.sector);
        let end = start.saturating_add(self.sector).min(self.bytes.len());
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The bytes of a chain, at most so many, and never more than the file has.
    fn chain(&self, first: u32, size: usize) -> Vec<u8> {
        let size = size.min(self.bytes.len());
        let (mut bytes, mut sector) = (Vec::new(), first);
        while bytes.len() < size && sector <= SECTOR_MAX {
            let part = self.at(sector);
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
            sector = self.table.get(sector as usize).copied().unwrap_or(NONE);
        }
        bytes.truncate(size);
        bytes
    }

    fn small_chain(&self, stream: &Stream) -> Vec<u8> {
        let (mut bytes, mut sector) = (Vec::with_capacity(stream.size.min(self.small_max)), stream.first);
        while bytes.len() < stream.size && sector <= SECTOR_MAX {
            let start = (sector as usize).saturating_mul(self.small_sector);
            let end = start.saturating_add(self.small_sector).min(self.small.len());
            let Some(part) = self.small.get(start..end).filter(|part| !part.is_empty()) else { break };
            bytes.extend_from_slice(part);
            sector = self.small_table.get(sector as usize).copied().unwrap_or(NONE);
        }
        bytes.truncate(stream.size);
        bytes
    }

    /// Remembers the sectors of a chain as the file's own.
    fn own_chain(&mut self, first: u32) {
        let mut sector = first;
        while sector <= SECTOR_MAX && !self.at(sector).is_empty() && self.own.insert(sector) {
            sector = self.table.get(sector as usize).copied().unwrap_or(NONE);
        }
    }

    /// Reads the table of sectors: its own sectors are listed in the header, and in sectors that are chained.
    fn read_table(&mut self) {
        let sectors = self.bytes.len() / self.sector + 1;
        let mut listed: Vec<u32> = longs(self.bytes.get(76..512).unwrap_or_default()).collect();
        let mut next = long(self.bytes, 68).unwrap_or(NONE);
        while next <= SECTOR_MAX && self.own.insert(next) {
            let list: Vec<u32> = longs(self.at(next)).collect();
            let Some((after, list)) = list.split_last() else { break };
            listed.extend_from_slice(list);
            next = *after;
        }
        for sector in listed.into_iter().filter(|sector| *sector <= SECTOR_MAX) {
            // A table is at most as long as the file has sectors.
            if self.table.len() >= sectors {
                break;
            }
            self.own.insert(sector);
            self.table.extend(longs(self.at(sector)));
        }
        self.table.truncate(sectors);
    }

    /// Walks the tree of the directory: each storage has a tree of its children.
    fn read_directory(&mut self, directory: &[u8]) -> Result<(), Unreadable> {
        let entries = directory.chunks_exact(ENTRY_BYTES).take(ENTRIES_MAX);
        let entries: Vec<Entry> = entries.map(Entry::read).collect();
        let root = entries.first().filter(|root| root.kind == 5).ok_or(Unreadable::Broken)?;
        self.small = self.chain(root.first, usize::try_from(root.size).unwrap_or(usize::MAX));
        self.own_chain(root.first);
        self.storages.push(Storage { parent: 0, name: String::new() });
        self.within.push(Within::default());
        let mut seen = vec![false; entries.len()];
        // Entry, storage, and how deep it is.
        let mut next = vec![(root.child, 0_usize, 0_usize)];
        while let Some((index, parent, depth)) = next.pop() {
            let Some(entry) = entries.get(index as usize) else { continue };
            if std::mem::replace(&mut seen[index as usize], true) {
                continue;
            }
            self.take(entry, parent, depth, &mut next);
        }
        // What the tree does not lead to leaves with the file all the same.
        for (entry, _) in entries.iter().zip(&seen).skip(1).filter(|(entry, seen)| !**seen && entry.kind == 2)
        {
            self.take(entry, 0, 0, &mut Vec::new());
        }
        Ok(())
    }

    fn take(&mut self, entry: &Entry, parent: usize, depth: usize, next: &mut Vec<(u32, usize, usize)>) {
        next.push((entry.right, parent, depth));
        if entry.kind == 1 && depth < DEPTH_MAX {
            self.within[parent].storages.push(self.storages.len());
            self.storages.push(Storage { parent, name: entry.name.clone() });
            self.within.push(Within::default());
            next.push((entry.child, self.storages.len() - 1, depth + 1));
        } else if entry.kind == 2 {
            // The upper half is of no meaning in files with small sectors.
            let size = if self.sector == 512 { entry.size & 0xFFFF_FFFF } else { entry.size };
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            self.within[parent].streams.push(self.streams.len());
            self.streams.push(Stream { parent, name: entry.name.clone(), first: entry.first, size });
        }
        next.push((entry.left, parent, depth));
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Self {
        let length = usize::from(short(bytes, 64).unwrap_or(0)).clamp(2, 64) - 2;
        let link = |at: usize| long(bytes, at).unwrap_or(NONE);
        Self {
            name: utf16::little_endian(&bytes[..length]).collect(),
            kind: bytes[66],
            left: link(68),
            right: link(72),
            child: link(76),
            first: link(116),
            size: u64::from(link(120)) | u64::from(link(124)) << 32,
        }
    }
}

/// The number of two bytes at a place.
pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

/// The number of four bytes at a place.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn longs(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
