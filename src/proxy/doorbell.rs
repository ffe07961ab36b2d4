//! A reader that said that it has nothing is not asked again before it has rung. The HTTP library looks whether more has
//! come some seven times a request and side; each look went through TLS down to the socket's readiness, to be told what
//! it had been told before. Knows no protocol.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Stands before one reader. It holds for readers whose waiting ends with a wake only, as that of sockets and of TLS on
/// them does.
#[derive(Debug)]
pub(super) struct Doorbell {
    bell: Arc<Bell>,
    /// What the reader wakes.
    waker: Waker,
    /// The task that the bell wakes, so that it is told of another one only.
    task: Option<Waker>,
    /// Whether the reader said that it has nothing.
    waits: bool,
}

#[derive(Debug, Default)]
struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Default for Doorbell {
    fn default() -> Self {
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        Self { bell, waker, task: None, waits: false }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // First the ring, then the task: who comes between the two is let in, or is woken.
        self.rung.store(true, Ordering::Release);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Doorbell {
    /// Asks the reader, unless it has nothing and has not rung since it said so.
    pub(super) fn ask<T>(
        &mut self,
        context: &mut Context<'_>,
        reader: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.answer_to(context.waker());
        if self.waits && !self.bell.rung.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        self.bell.rung.store(false, Ordering::Release);
        let polled = reader(&mut Context::from_waker(&self.waker));
        self.waits = polled.is_pending();
        polled
    }

    /// From now on, this task is woken.
    fn answer_to(&mut self, task: &Waker) {
        if self.task.as_ref().is_some_and(|known| known.will_wake(task)) {
            return;
        }
        self.task = Some(task.clone());
        *self.bell.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::Doorbell;
    use crate::proxy::at_once::tests::Count;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::task::{Context, Poll, Waker};

    /// A task that counts its wakes.
    fn task() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    #[test]
    fn who_has_nothing_is_asked_again_when_it_has_rung() {
        let (count, task) = task();
        let (mut doorbell, mut inner, mut asked) = (Doorbell::default(), None, 0);
        let mut ask = |doorbell: &mut Doorbell, answer: Poll<u8>| {
            doorbell.ask(&mut Context::from_waker(&task), |context| {
                inner = Some(context.waker().clone());
                asked += 1;
                answer
            })
        };
        assert_eq!(ask(&mut doorbell, Poll::Ready(1)), Poll::Ready(1));
        assert_eq!(ask(&mut doorbell, Poll::Pending), Poll::Pending);
        assert_eq!(ask(&mut doorbell, Poll::Ready(2)), Poll::Pending, "it has nothing");
        let waker = doorbell.waker.clone();
        waker.wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert_eq!(ask(&mut doorbell, Poll::Ready(3)), Poll::Ready(3));
        assert_eq!(ask(&mut doorbell, Poll::Ready(4)), Poll::Ready(4), "it may have more");
        assert_eq!(asked, 4);
        assert!(inner.is_some_and(|inner| inner.will_wake(&doorbell.waker)));
    }

    #[test]
    fn who_rings_while_it_says_that_it_has_nothing_is_asked_again() {
        let (count, task) = task();
        let mut doorbell = Doorbell::default();
        let polled: Poll<()> = doorbell.ask(&mut Context::from_waker(&task), |context| {
            context.waker().wake_by_ref();
            Poll::Pending
        });
        assert_eq!((polled, count.0.load(Ordering::Relaxed)), (Poll::Pending, 1));
        assert_eq!(doorbell.ask(&mut Context::from_waker(&task), |_| Poll::Ready(7)), Poll::Ready(7));
    }

    #[test]
    fn the_task_that_asked_last_is_woken() {
        let ((first, one), (second, other)) = (task(), task());
        let mut doorbell = Doorbell::default();
        for task in [&one, &other] {
            let polled: Poll<()> = doorbell.ask(&mut Context::from_waker(task), |_| Poll::Pending);
            assert_eq!(polled, Poll::Pending);
        }
        doorbell.waker.wake_by_ref();
        assert_eq!((first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed)), (0, 1));
    }
}
