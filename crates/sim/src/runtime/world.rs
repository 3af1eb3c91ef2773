//! What belongs to one running world and is reached from anywhere in it.
//!
//! A virtual world lives on one thread; a live one is entered by every worker of its runtime. Start at
//! [`with`].

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{http::Network, process::Process, random::Draws};

/// A running world.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) draws: Draws,
    pub(crate) network: Network,
    processes: Mutex<Vec<Weak<Process>>>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            seed,
            draws: Draws::default(),
            network: Network::default(),
            processes: Mutex::new(Vec::new()),
        })
    }

    pub(crate) fn add_process(&self, process: &Arc<Process>) {
        lock(&self.processes).push(Arc::downgrade(process));
    }

    /// All processes that somebody still holds, in the order of their creation.
    pub(crate) fn processes(&self) -> Vec<Arc<Process>> {
        let mut processes = lock(&self.processes);
        processes.retain(|process| process.strong_count() > 0);
        processes.iter().filter_map(Weak::upgrade).collect()
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<World>>> = const { RefCell::new(None) };
}

/// Makes this thread part of `world`, or of none; returns what it was part of.
pub(crate) fn enter(world: Option<Arc<World>>) -> Option<Arc<World>> {
    CURRENT.replace(world)
}

/// Reads the current world.
///
/// # Panics
/// Outside a runtime.
pub(crate) fn with<T>(read: impl FnOnce(&World) -> T) -> T {
    CURRENT.with_borrow(|world| match world {
        Some(world) => read(world),
        None => {
            panic!("there is no world outside a sim::Runtime; call this from a future that it runs")
        }
    })
}

/// A panic in one task must not take the others' shared state away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
