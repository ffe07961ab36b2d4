//! A task that wakes itself goes on at once. The HTTP library's halves wake each other, and both are driven by one
//! task: left to the runtime, each such wake is a turn through its queue and mostly a move to another thread, some five
//! a request. Knows no HTTP.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use tokio::task::coop::has_budget_remaining;

/// Polls in a row before other tasks have their turn.
const ROUNDS_MAX: usize = 32;

/// It is being polled, and nothing has woken it since that began.
const POLLED: u8 = 0;
/// It waits.
const WAITING: u8 = 1;
/// It was woken, and is being polled or will be.
const WOKEN: u8 = 2;

/// A future that is polled again at once where it was woken while it was polled.
#[derive(Debug)]
pub struct AtOnce<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    waker: Waker,
}

#[derive(Debug, Default)]
struct Bell {
    state: AtomicU8,
    task: Mutex<Option<Waker>>,
}

impl<F: Future> AtOnce<F> {
    /// The same future, polled so.
    pub fn new(future: F) -> Self {
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        Self { future: Box::pin(future), bell, waker }
    }
}

impl Bell {
    fn set_task(&self, task: &Waker) {
        let mut known = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *known {
            Some(known) => known.clone_from(task),
            none => *none = Some(task.clone()),
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(WOKEN, Ordering::AcqRel) == WAITING {
            let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(task) = task {
                task.wake();
            }
        }
    }
}

impl<F: Future> Future for AtOnce<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, bell, waker } = &mut *self;
        bell.set_task(context.waker());
        for _ in 0..ROUNDS_MAX {
            bell.state.swap(POLLED, Ordering::AcqRel);
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
                return Poll::Ready(output);
            }
            let rests = bell.state.compare_exchange(POLLED, WAITING, Ordering::AcqRel, Ordering::Acquire);
            if rests.is_ok() {
                return Poll::Pending;
            }
            if !has_budget_remaining() {
                break;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{AtOnce, ROUNDS_MAX};
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    /// A task that counts its wakes.
    #[derive(Default)]
    pub(in crate::proxy) struct Count(pub AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Wakes itself so many times while it is polled, then is ready.
    fn restless(times: usize) -> impl Future<Output = usize> {
        let mut polled = 0;
        poll_fn(move |context| {
            polled += 1;
            if polled > times {
                return Poll::Ready(polled);
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
    }

    #[test]
    fn who_wakes_itself_goes_on_without_the_runtime_up_to_a_bound() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        assert_eq!(pin!(AtOnce::new(restless(3))).poll(&mut context), Poll::Ready(4));
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        let mut long = pin!(AtOnce::new(restless(ROUNDS_MAX)));
        assert_eq!(long.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(count.0.load(Ordering::Relaxed), 1, "the others' turn");
        assert_eq!(long.as_mut().poll(&mut context), Poll::Ready(ROUNDS_MAX + 1));
    }

    #[test]
    fn who_waits_is_woken_once_by_others() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        let mut inner = None;
        let mut polls = 0;
        let mut waiting = pin!(AtOnce::new(poll_fn(|context| {
            inner = Some(context.waker().clone());
            polls += 1;
            if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        })));
        for round in 1..3 {
            assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending);
            let waker = waiting.waker.clone();
            waker.wake_by_ref();
            waker.wake();
            assert_eq!(count.0.load(Ordering::Relaxed), round);
        }
        assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(()));
    }
}
