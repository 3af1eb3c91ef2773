//! Kills a child on cancellation, at its deadline, and when it holds too much memory.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::group::Killer;
use super::memory;
use crate::incident::Cancel;

/// Time between two looks at the switches.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Looks at the switches for one look at the memory, which costs more.
const LOOKS_PER_MEMORY: u32 = 5;

/// Why a child was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Its time was over.
    Time,
    /// It held more memory than it may.
    Memory,
}

/// Watches one child from its start to [`Watchdog::finish`].
pub(crate) struct Watchdog {
    done: Cancel,
    stopped: Arc<Mutex<Option<Stopped>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Watchdog {
    /// Begins to watch.
    pub(crate) fn start(
        killer: Killer,
        cancel: Cancel,
        deadline: Instant,
        memory_bytes: u64,
    ) -> Self {
        let done = Cancel::default();
        let stopped = Arc::new(Mutex::new(None));
        let watch = (done.clone(), Arc::clone(&stopped));
        let thread = thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                let (done, stopped) = watch;
                let reason = watch_until(&done, &cancel, deadline, || {
                    memory::of_group(killer.id()).is_some_and(|bytes| bytes > memory_bytes)
                });
                if let Some(reason) = reason {
                    *stopped.lock().unwrap_or_else(PoisonError::into_inner) = reason;
                    killer.kill();
                }
            });
        Self {
            done,
            stopped,
            threads: thread.into_iter().collect(),
        }
    }

    /// Ends the watch; tells why the child was stopped, if it was and nobody asked for it.
    pub(crate) fn finish(self) -> Option<Stopped> {
        self.done.cancel();
        for thread in self.threads {
            // A watchdog does nothing that panics.
            let _ = thread.join();
        }
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` when the child is done by itself; otherwise it is to be killed, for a reason or because it was cancelled.
fn watch_until(
    done: &Cancel,
    cancel: &Cancel,
    deadline: Instant,
    is_too_large: impl Fn() -> bool,
) -> Option<Option<Stopped>> {
    let mut looks = 0_u32;
    while !done.is_cancelled() {
        if Instant::now() >= deadline {
            return Some(Some(Stopped::Time));
        }
        if looks.is_multiple_of(LOOKS_PER_MEMORY) && is_too_large() {
            return Some(Some(Stopped::Memory));
        }
        looks = looks.wrapping_add(1);
        // Short waits, because two switches are watched and only one can be waited for.
        if cancel.wait_until(deadline.min(Instant::now() + LOOK_EVERY)) {
            return Some(None);
        }
    }
    None
}
