//! Where request bodies wait: small ones in memory, large ones in files that have no name and are gone when nobody
//! holds them any more. A large body is in memory only while it is judged, and all that are judged at a time share
//! one bound. Where small ones take much together, what counts as small becomes less. Knows nothing of what is in them.

use crate::limits::{
    BODIES_IN_MEMORY_BYTES_MAX, BODIES_JUDGED_BYTES_MAX, BODY_BYTES_IN_MEMORY, BODY_BYTES_IN_MEMORY_CROWDED,
};
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// Bytes written to a file, and read from it, at a time.
const PIECE: usize = 256 << 10;
/// Bytes of bodies in memory from which on it is a crowd, after which memory is given back.
const CROWD_BYTES: u64 = 16 << 20;
/// Bytes that one permit of the common bound stands for.
const PERMIT: usize = 64 << 10;

/// Where bodies wait, and what they take.
#[derive(Debug)]
pub struct Bodies {
    folder: PathBuf,
    judged: Arc<Semaphore>,
    memory: Arc<Memory>,
    spilled: AtomicU64,
    /// Bytes of small bodies from which on it is crowded.
    crowded_from: u64,
}

/// Bytes of bodies in memory: those that are being collected, small ones until they are answered, and large ones that are
/// being judged.
#[derive(Debug, Default)]
struct Memory {
    now: AtomicU64,
    most: AtomicU64,
    /// The most since a crowd was over.
    lately: AtomicU64,
    /// Of those that are being collected and small ones.
    small: AtomicU64,
}

impl Default for Bodies {
    fn default() -> Self {
        Self::in_folder(std::env::temp_dir())
    }
}

impl Bodies {
    /// Large bodies wait on the file system of `folder`.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        let permits = BODIES_JUDGED_BYTES_MAX / PERMIT;
        let judged = Arc::new(Semaphore::new(permits));
        let crowded_from = BODIES_IN_MEMORY_BYTES_MAX;
        Self { folder, judged, memory: Arc::default(), spilled: AtomicU64::new(0), crowded_from }
    }

    /// The same, crowded from so many bytes in memory on.
    #[must_use]
    pub fn crowded_from(self, bytes: u64) -> Self {
        Self { crowded_from: bytes, ..self }
    }

    /// The most bytes that were in memory at one time.
    #[must_use]
    pub fn bytes_most(&self) -> u64 {
        self.memory.most.load(Ordering::Relaxed)
    }

    /// Whether there was a crowd of bodies in memory that is over now. Says so once.
    pub(super) fn crowd_is_over(&self) -> bool {
        let (lately, now) =
            (self.memory.lately.load(Ordering::Relaxed), self.memory.now.load(Ordering::Relaxed));
        let over = lately >= CROWD_BYTES && now < lately / 4;
        if over {
            self.memory.lately.store(now, Ordering::Relaxed);
        }
        over
    }

    /// How many bodies went into a file.
    #[must_use]
    pub fn spilled(&self) -> u64 {
        self.spilled.load(Ordering::Relaxed)
    }

    /// A body that begins.
    pub(super) fn collect(&self, expected: usize) -> Collecting<'_> {
        let memory = self.count(true);
        let expected = if self.is_crowded() { expected.min(BODY_BYTES_IN_MEMORY_CROWDED) } else { expected };
        Collecting { bodies: self, memory, buffer: BytesMut::with_capacity(expected), file: None, bytes: 0 }
    }

    /// Counts a small body that arrived in one piece. `None` where it is too small to count.
    pub(super) fn keep(&self, bytes: usize) -> Option<Counted> {
        (bytes > BODY_BYTES_IN_MEMORY_CROWDED).then(|| {
            let mut counted = self.count(true);
            counted.set(bytes as u64);
            counted
        })
    }

    /// Whether small bodies take so much together that only very small ones stay in memory.
    pub(super) fn is_crowded(&self) -> bool {
        self.memory.small.load(Ordering::Relaxed) > self.crowded_from
    }

    /// Puts a body that is in memory into a file.
    pub(super) async fn put(&self, body: Bytes) -> io::Result<Spill> {
        let (folder, bytes) = (self.folder.clone(), body.len() as u64);
        let written = spawn_blocking(move || {
            let mut file = tempfile::tempfile_in(folder)?;
            file.write_all(&body)?;
            Ok::<_, io::Error>(file)
        });
        let file = written.await.map_err(io::Error::other)??;
        self.spilled.fetch_add(1, Ordering::Relaxed);
        Ok(Spill { file: Arc::new(Mutex::new(file)), bytes })
    }

    /// Waits until a large body may come into memory, and brings it there. It counts until the room is given up, with
    /// what it may become when it is decoded.
    pub(super) async fn fetch(&self, spill: &Spill, decoded: u64) -> io::Result<(Bytes, Room)> {
        let mut room = self.room(spill.bytes.saturating_add(decoded)).await?;
        room.counted.set(spill.bytes);
        let spill = spill.clone();
        let bytes = spawn_blocking(move || spill.whole()).await.map_err(io::Error::other)??;
        Ok((bytes, room))
    }

    /// Waits until so many bytes may come into memory.
    pub(super) async fn room(&self, bytes: u64) -> io::Result<Room> {
        let permits = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(PERMIT);
        // One that is larger than the bound has all of it to itself.
        let permits = permits.min(BODIES_JUDGED_BYTES_MAX / PERMIT);
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.judged).acquire_many_owned(permits).await.map_err(io::Error::other)?;
        Ok(Room { _permit: permit, counted: self.count(false) })
    }

    /// Counts a message of a WebSocket as it arrives: they have no files to go to.
    pub(super) fn message(&self) -> Counted {
        self.count(true)
    }

    fn count(&self, is_small: bool) -> Counted {
        Counted { memory: Arc::clone(&self.memory), bytes: 0, is_small }
    }
}

/// A place in memory: of a large body, or of what an encoded one becomes.
#[derive(Debug)]
pub(super) struct Room {
    _permit: OwnedSemaphorePermit,
    counted: Counted,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    memory: Arc<Memory>,
    bytes: u64,
    is_small: bool,
}

impl Counted {
    /// So many bytes now.
    pub(super) fn set(&mut self, bytes: u64) {
        let more = bytes.wrapping_sub(self.bytes);
        let now = self.memory.now.fetch_add(more, Ordering::Relaxed).wrapping_add(more);
        self.memory.most.fetch_max(now, Ordering::Relaxed);
        self.memory.lately.fetch_max(now, Ordering::Relaxed);
        if self.is_small {
            self.memory.small.fetch_add(more, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.memory.now.fetch_sub(self.bytes, Ordering::Relaxed);
        if self.is_small {
            self.memory.small.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// A body that was read whole.
#[derive(Debug)]
pub(super) enum Held {
    /// In memory, where it counts until it is answered. Where it is very small, it does not.
    Memory(Bytes, Option<Counted>),
    /// In a file.
    File(Spill),
}

impl Held {
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes, _) => bytes.len() as u64,
            Self::File(spill) => spill.bytes,
        }
    }
}

/// A body in the making.
#[derive(Debug)]
pub(super) struct Collecting<'a> {
    bodies: &'a Bodies,
    memory: Counted,
    buffer: BytesMut,
    file: Option<File>,
    bytes: u64,
}

impl Collecting<'_> {
    /// Bytes so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the next piece.
    pub(super) async fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(piece);
        self.bytes += piece.len() as u64;
        self.memory.set(self.buffer.len() as u64);
        let kept = match &self.file {
            _ if self.bodies.is_crowded() => BODY_BYTES_IN_MEMORY_CROWDED,
            Some(_) => PIECE,
            None => BODY_BYTES_IN_MEMORY,
        };
        if self.buffer.len() > kept {
            self.write().await?;
        }
        Ok(())
    }

    /// The whole body.
    pub(super) async fn finish(mut self) -> io::Result<Held> {
        if self.file.is_none() {
            return Ok(Held::Memory(self.buffer.split().freeze(), Some(self.memory)));
        }
        self.write().await?;
        let Some(file) = self.file.take() else { return Ok(Held::Memory(Bytes::new(), None)) };
        self.bodies.spilled.fetch_add(1, Ordering::Relaxed);
        Ok(Held::File(Spill { file: Arc::new(Mutex::new(file)), bytes: self.bytes }))
    }

    /// Writes what has come. A full disk is told here, not at some later write.
    async fn write(&mut self) -> io::Result<()> {
        let next = if self.bodies.is_crowded() { BODY_BYTES_IN_MEMORY_CROWDED } else { PIECE };
        let bytes = std::mem::replace(&mut self.buffer, BytesMut::with_capacity(next));
        let (file, folder) = (self.file.take(), self.bodies.folder.clone());
        let written = spawn_blocking(move || {
            let mut file = file.map_or_else(|| tempfile::tempfile_in(folder), Ok)?;
            file.write_all(&bytes)?;
            Ok::<_, io::Error>(file)
        });
        self.file = Some(written.await.map_err(io::Error::other)??);
        self.memory.set(0);
        Ok(())
    }
}

/// A body in a file without a name.
#[derive(Clone, Debug)]
pub struct Spill {
    file: Arc<Mutex<File>>,
    bytes: u64,
}

impl Spill {
    /// How many bytes.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    fn whole(&self) -> io::Result<Bytes> {
        let length = usize::try_from(self.bytes).map_err(io::Error::other)?;
        self.read(0, length)
    }

    /// The piece from `at` on. Blocks.
    pub(super) fn piece(&self, at: u64) -> io::Result<Bytes> {
        let left = self.bytes.saturating_sub(at);
        self.read(at, usize::try_from(left).unwrap_or(PIECE).min(PIECE))
    }

    fn read(&self, at: u64, length: usize) -> io::Result<Bytes> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bodies, Held, PIECE};
    use crate::limits::{BODIES_JUDGED_BYTES_MAX, BODY_BYTES_IN_MEMORY};

    async fn collected(bodies: &Bodies, length: usize) -> Held {
        let mut collecting = bodies.collect(0);
        let body: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        for piece in body.chunks(60_000) {
            collecting.push(piece).await.unwrap();
        }
        collecting.finish().await.unwrap()
    }

    #[tokio::test]
    async fn a_body_stays_in_memory_up_to_the_limit_and_is_the_same_from_a_file() {
        let bodies = Bodies::default();
        for (length, in_file) in
            [(0, false), (BODY_BYTES_IN_MEMORY, false), (BODY_BYTES_IN_MEMORY + 1, true), (9 << 20, true)]
        {
            let held = collected(&bodies, length).await;
            assert_eq!(held.bytes(), length as u64);
            let Held::File(spill) = held else {
                assert!(!in_file, "{length}");
                continue;
            };
            assert!(in_file, "{length}");
            let (whole, _room) = bodies.fetch(&spill, 0).await.unwrap();
            assert!(whole.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251), "{length}");
            assert_eq!(spill.piece(7).unwrap(), whole[7..7 + PIECE]);
            assert_eq!(spill.piece(spill.bytes() - 1).unwrap(), whole[whole.len() - 1..]);
        }
        assert_eq!(bodies.spilled(), 2);
    }

    #[tokio::test]
    async fn collecting_many_takes_no_more_memory_than_the_limit_each() {
        let bodies = Bodies::default();
        let held = collected(&bodies, 20 << 20).await;
        assert!(bodies.bytes_most() <= (BODY_BYTES_IN_MEMORY + 60_000) as u64, "{}", bodies.bytes_most());
        let Held::File(spill) = held else { panic!("in memory") };
        let room = bodies.fetch(&spill, 0).await.unwrap();
        assert!(bodies.bytes_most() >= 20 << 20);
        drop(room);
        assert_eq!(bodies.memory.now.load(std::sync::atomic::Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn where_small_ones_take_much_together_less_is_small() {
        let bodies = Bodies::default().crowded_from(1 << 20);
        let first = collected(&bodies, 900 << 10).await;
        assert!(matches!(first, Held::Memory(..)));
        assert!(matches!(collected(&bodies, 900 << 10).await, Held::File(_)), "beside the first");
        assert!(matches!(collected(&bodies, 60_000).await, Held::Memory(..)), "still small");
        drop(first);
        assert!(matches!(collected(&bodies, 900 << 10).await, Held::Memory(..)), "alone again");
        let one_piece = bodies.keep(2 << 20);
        assert!(bodies.is_crowded());
        drop(one_piece);
        assert!(!bodies.is_crowded() && bodies.keep(1_000).is_none());
        assert!(bodies.bytes_most() < 3 << 20, "{}", bodies.bytes_most());
    }

    #[tokio::test]
    async fn it_is_said_once_that_a_crowd_is_over() {
        let bodies = Bodies::default();
        let few = bodies.keep(8 << 20);
        drop(few);
        assert!(!bodies.crowd_is_over(), "they were few");
        let crowd = [bodies.keep(8 << 20), bodies.keep(8 << 20)];
        assert!(!bodies.crowd_is_over(), "they are still there");
        drop(crowd);
        assert!(bodies.crowd_is_over());
        assert!(!bodies.crowd_is_over(), "said once");
    }

    #[tokio::test]
    async fn those_that_are_judged_share_one_bound() {
        let bodies = Bodies::default();
        let half =
            super::Spill { file: bodies.put(bytes::Bytes::from_static(b"x")).await.unwrap().file, bytes: 1 };
        let (_, room) = bodies.fetch(&half, 0).await.unwrap();
        let all = u32::try_from(BODIES_JUDGED_BYTES_MAX / super::PERMIT).unwrap();
        assert!(std::sync::Arc::clone(&bodies.judged).try_acquire_many_owned(all).is_err());
        drop(room);
        assert!(std::sync::Arc::clone(&bodies.judged).try_acquire_many_owned(all).is_ok());
    }

    #[tokio::test]
    async fn without_room_on_the_disk_collecting_fails() {
        let bodies = Bodies::in_folder("/nonexistent/folder".into());
        let mut collecting = bodies.collect(0);
        let outcome = collecting.push(&vec![0; BODY_BYTES_IN_MEMORY + 1]).await;
        assert!(outcome.is_err());
    }
}
