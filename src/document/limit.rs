//! What one document may cost: bytes once unpacked, entries, depth. Every step asks before it goes on.

use super::Unreadable;
use crate::limits;
use std::io::Read;

/// Entries of one archive, nested ones included: more is no document that a person sends.
const ENTRIES_MAX: usize = 10_000;

/// Archives within archives.
const DEPTH_MAX: usize = 4;

/// Bytes that a small archive may always unpack to, whatever its ratio.
const BYTES_FLOOR: usize = 16 << 20;

/// What is left.
pub(super) struct Budget {
    /// Bytes of the documents as they came.
    admitted: usize,
    bytes: usize,
    entries: usize,
    depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { admitted: 0, bytes: Self::granted(0), entries: ENTRIES_MAX, depth: DEPTH_MAX }
    }
}

impl Budget {
    /// A further document of so many bytes as it came. The floor is granted once, whatever their number.
    pub(super) fn admit(&mut self, size: usize) {
        let before = Self::granted(self.admitted);
        self.admitted = self.admitted.saturating_add(size);
        self.bytes += Self::granted(self.admitted) - before;
        self.entries = ENTRIES_MAX;
    }

    fn granted(size: usize) -> usize {
        size.saturating_mul(limits::INFLATE_RATIO_MAX).clamp(BYTES_FLOOR, 4 * limits::BODY_BYTES_MAX)
    }

    /// Accounts for one entry.
    pub(super) fn entry(&mut self) -> Result<(), Unreadable> {
        self.entries = self.entries.checked_sub(1).ok_or(Unreadable::TooLarge)?;
        Ok(())
    }

    /// Accounts for text that was made without reading through [`Budget::read`].
    pub(super) fn bytes(&mut self, count: usize) -> Result<(), Unreadable> {
        self.bytes = self.bytes.checked_sub(count).ok_or(Unreadable::TooLarge)?;
        Ok(())
    }

    /// How many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.bytes
    }

    /// Reads all of `reader`, within what is left.
    pub(super) fn read(&mut self, reader: impl Read) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        let read = reader.take(self.bytes as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|fault| match fault.kind() {
            std::io::ErrorKind::Unsupported => Unreadable::Unsupported,
            _ => Unreadable::Broken,
        })?;
        self.bytes(bytes.len())?;
        Ok(bytes)
    }

    /// Runs `inner` so many levels deep.
    pub(super) fn at_depth<T>(
        &mut self,
        depth: usize,
        inner: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let before = self.depth;
        self.depth = before.checked_sub(depth).ok_or(Unreadable::TooLarge)?;
        let result = inner(self);
        self.depth = before;
        result
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        self.at_depth(1, inner)
    }
}
