//! The receipt for an event: it can be awaited, or waited for by a thread, until the event is on the disk or is
//! known to be lost. Knows nothing of how events are written.

use super::failure::Failure;
use super::gathering::Gathering;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A receipt. Dropping it costs nothing; the event is written all the same, with those that gather behind it.
#[must_use = "a refusal that must be durable waits for its receipt"]
#[derive(Debug)]
pub struct Receipt {
    slot: Arc<Slot>,
    gathering: Arc<Gathering>,
}

/// The writer's side of a receipt, where there is one.
#[derive(Debug)]
pub(super) struct Promise(Option<Arc<Slot>>);

#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), Failure>>,
    waker: Option<Waker>,
    /// Whether a thread waits: telling one is a system call, also where there is none.
    thread_waits: bool,
}

/// A receipt and its promise. Who waits for the receipt ends the gathering.
pub(super) fn pair(gathering: &Arc<Gathering>) -> (Promise, Receipt) {
    let slot = Arc::new(Slot::default());
    (Promise(Some(Arc::clone(&slot))), Receipt { slot, gathering: Arc::clone(gathering) })
}

impl Receipt {
    /// Waits until the event is on the disk, or known to be lost.
    ///
    /// # Errors
    /// Why it was lost.
    pub fn wait(self) -> Result<(), Failure> {
        self.gathering.end();
        let mut state = self.slot.lock();
        loop {
            if let Some(outcome) = state.outcome {
                return outcome;
            }
            state.thread_waits = true;
            state = self.slot.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The same, at most for `limit`: a store that hangs must not hang the proxy.
    ///
    /// # Errors
    /// Why it was lost, [`Failure::Busy`] where the limit passed.
    pub fn wait_for(self, limit: Duration) -> Result<(), Failure> {
        self.gathering.end();
        let mut state = self.slot.lock();
        state.thread_waits = true;
        let waiting = |state: &mut State| state.outcome.is_none();
        let settled = self.slot.settled.wait_timeout_while(state, limit, waiting);
        let (state, _) = settled.unwrap_or_else(PoisonError::into_inner);
        state.outcome.unwrap_or(Err(Failure::Busy))
    }

    /// What became of the event, `None` while that is open.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<(), Failure>> {
        self.slot.lock().outcome
    }
}

impl Future for Receipt {
    type Output = Result<(), Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.slot.lock();
        if let Some(outcome) = state.outcome {
            return Poll::Ready(outcome);
        }
        state.waker = Some(context.waker().clone());
        drop(state);
        self.gathering.end();
        Poll::Pending
    }
}

impl Promise {
    /// One that nobody has a receipt for.
    pub(super) const fn unheard() -> Self {
        Self(None)
    }

    /// Says what became of the event.
    pub(super) fn settle(self, outcome: Result<(), Failure>) {
        self.settle_once(outcome);
    }

    fn settle_once(&self, outcome: Result<(), Failure>) {
        let Some(slot) = &self.0 else { return };
        let mut state = slot.lock();
        if state.outcome.is_some() {
            return;
        }
        state.outcome = Some(outcome);
        let (waker, thread_waits) = (state.waker.take(), state.thread_waits);
        drop(state);
        if thread_waits {
            slot.settled.notify_all();
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Promise {
    /// A promise that is dropped unsettled (the writer is gone) must not leave anybody waiting.
    fn drop(&mut self) {
        self.settle_once(Err(Failure::Closed));
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Gathering, pair};
    use std::sync::Arc;

    #[test]
    fn a_receipt_tells_what_became_of_the_event() {
        let (promise, receipt) = pair(&Arc::new(Gathering::default()));
        assert_eq!(receipt.outcome(), None);
        let waiting = std::thread::spawn(move || receipt.wait());
        promise.settle(Ok(()));
        assert_eq!(waiting.join().unwrap(), Ok(()));
    }

    #[test]
    fn a_dropped_promise_leaves_nobody_waiting() {
        let (promise, receipt) = pair(&Arc::new(Gathering::default()));
        drop(promise);
        assert_eq!(receipt.wait(), Err(Failure::Closed));
    }
}
