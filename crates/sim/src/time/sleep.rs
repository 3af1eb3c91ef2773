//! Waiting for a point in time. Start at [`sleep`].

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::{Timestamp, clock, timers};

/// Waits for `duration`. It counts from now, not from the first poll.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(clock::now() + duration)
}

/// Waits until `deadline`, not at all if that has passed.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn sleep_until(deadline: Timestamp) -> Sleep {
    let timer = if clock::is_virtual() {
        Timer::Virtual(None)
    } else {
        Timer::Live(Box::pin(live(deadline - clock::now())))
    };
    Sleep { deadline, timer }
}

#[expect(
    clippy::disallowed_methods,
    reason = "live time is tokio's; this is the only place that asks it"
)]
fn live(duration: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(duration)
}

/// Future of [`sleep`] and [`sleep_until`].
#[derive(Debug)]
#[must_use = "futures do nothing unless they are awaited"]
pub struct Sleep {
    deadline: Timestamp,
    timer: Timer,
}

#[derive(Debug)]
enum Timer {
    Virtual(Option<timers::TimerKey>),
    Live(Pin<Box<tokio::time::Sleep>>),
}

impl Sleep {
    /// When it ends.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        match &mut self.timer {
            Timer::Live(sleep) => sleep.as_mut().poll(context),
            Timer::Virtual(key) => {
                if clock::now() >= deadline {
                    if let Some(key) = key.take() {
                        timers::cancel(key);
                    }
                    return Poll::Ready(());
                }
                let waiting = key.is_some_and(|key| timers::update(key, context.waker()));
                if !waiting {
                    *key = Some(timers::insert(
                        deadline.as_unix_nanos(),
                        context.waker().clone(),
                    ));
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Timer::Virtual(Some(key)) = self.timer {
            timers::cancel(key);
        }
    }
}
