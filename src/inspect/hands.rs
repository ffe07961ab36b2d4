//! How many threads may scan one long text: as many as there are processors that no other long text has, and none beside
//! the first while other programs keep them from it. Knows no text.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

/// Long texts that are scanned without help after one whose helpers were kept from it.
const ALONE: usize = 16;

/// The processors.
pub(super) struct Hands {
    all: usize,
    taken: AtomicUsize,
    /// How many long texts are still to be scanned without help.
    alone: AtomicUsize,
}

/// Some of them, until dropped; always one.
pub(super) struct Taken<'a> {
    hands: &'a Hands,
    count: usize,
}

impl Default for Hands {
    fn default() -> Self {
        Self::of(available_parallelism().map_or(1, usize::from))
    }
}

impl Hands {
    const fn of(all: usize) -> Self {
        Self { all, taken: AtomicUsize::new(0), alone: AtomicUsize::new(0) }
    }

    /// Takes those that are free. Where none is, one all the same: a text is always scanned.
    pub(super) fn take(&self) -> Taken<'_> {
        let alone =
            self.alone.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let all = if alone { 1 } else { self.all };
        let mut count = 1;
        let free = |taken: usize| {
            count = all.saturating_sub(taken).max(1);
            Some(taken + count)
        };
        let _always_some = self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, free);
        Taken { hands: self, count }
    }
}

impl Taken<'_> {
    /// How many there are beside the thread that has them.
    pub(super) const fn helpers(&self) -> usize {
        self.count - 1
    }

    /// The text is scanned; `hindered` where helpers came to little.
    pub(super) fn give_back(self, hindered: bool) {
        if hindered && self.count > 1 {
            self.hands.alone.store(ALONE, Ordering::Relaxed);
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.hands.taken.fetch_sub(self.count, Ordering::AcqRel);
    }
}

impl fmt::Debug for Hands {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hands({} of {})", self.taken.load(Ordering::Relaxed), self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALONE, Hands};

    #[test]
    fn who_comes_first_has_all_and_who_comes_then_has_one() {
        let hands = Hands::of(4);
        let first = hands.take();
        let (second, third) = (hands.take(), hands.take());
        assert_eq!((first.helpers(), second.helpers(), third.helpers()), (3, 0, 0));
        drop(first);
        assert_eq!(hands.take().helpers(), 1, "two of four are taken");
        drop((second, third));
        assert_eq!(hands.take().helpers(), 3);
    }

    #[test]
    fn who_was_hindered_does_without_help_for_a_while() {
        let hands = Hands::of(2);
        hands.take().give_back(false);
        hands.take().give_back(true);
        for _ in 0..ALONE {
            let taken = hands.take();
            assert_eq!(taken.helpers(), 0);
            taken.give_back(true);
        }
        assert_eq!(hands.take().helpers(), 1);
    }

    #[test]
    fn a_single_processor_has_no_helpers() {
        assert_eq!(Hands::of(1).take().helpers(), 0);
    }
}
