//! The moment in which events gather before the writer takes them, so that one transaction, one signature and one wait
//! for the disk serve many. Who waits for an event ends it at once. Knows no events.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long events gather where nobody waits for one: what a crash may lose beyond what the queue held.
const MOMENT: Duration = Duration::from_millis(20);

/// The writer's pause.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    ended: AtomicBool,
    writer: OnceLock<Thread>,
}

impl Gathering {
    /// Lets events gather. Only the writer's thread comes here.
    pub(super) fn pause(&self) {
        self.pause_for(MOMENT);
    }

    fn pause_for(&self, moment: Duration) {
        self.writer.get_or_init(thread::current);
        let began = Instant::now();
        while !self.ended.swap(false, Ordering::AcqRel) {
            match moment.checked_sub(began.elapsed()) {
                Some(left) if !left.is_zero() => thread::park_timeout(left),
                _ => return,
            }
        }
    }

    /// Somebody waits: the pause ends, or the next one does not begin.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gathering;
    use std::sync::Arc;
    use std::time::Duration;

    /// So long that no test outlives it.
    const FOR_EVER: Duration = Duration::from_secs(86_400 * 365);

    #[test]
    fn the_pause_ends_by_itself_and_at_once_where_somebody_waits() {
        let gathering = Gathering::default();
        gathering.pause_for(Duration::ZERO);
        gathering.end();
        gathering.pause_for(FOR_EVER);
        let gathering = Arc::new(Gathering::default());
        let other = Arc::clone(&gathering);
        let writer = std::thread::spawn(move || other.pause_for(FOR_EVER));
        // Before the writer pauses or while it does.
        gathering.end();
        writer.join().unwrap();
    }
}
