//! Who may run: the cores of one process.
//!
//! A task that is being polled occupies a core for that instant, and one that performs `cpu::work` keeps it
//! for as long as the work takes. When all are taken, further tasks wait in one queue and are let in one by
//! one, in the order in which they came: a core that becomes free is given to the first in the queue, not
//! offered to all. Start at [`Cores::enter`].
//!
//! It does not slice time: work that has a core keeps it to the end, like a task that does not yield.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry},
    task::Waker,
    time::Duration,
};

use crate::time::Timestamp;

/// Identifies a task within its process.
pub(crate) type MemberId = u64;

/// Cores of one incarnation of a process.
#[derive(Debug)]
pub(crate) struct Cores {
    total: usize,
    /// Cores that are occupied: by a task being polled, by work, or kept for a task that was called.
    taken: usize,
    /// Tasks that wait, in the order in which they came. One that ended meanwhile is passed over.
    queue: VecDeque<MemberId>,
    /// How to wake each of them. Thousands may wait, so that they are found by their number.
    waiting: BTreeMap<MemberId, Waker>,
    /// Tasks that were called and have not come yet.
    called: BTreeSet<MemberId>,
    /// Cores on which work is going on.
    working: usize,
    /// Core time spent until `accounted`.
    busy: Duration,
    accounted: Timestamp,
}

impl Cores {
    pub(crate) fn new(total: usize, now: Timestamp) -> Self {
        Self {
            // A process without a core could never do anything.
            total: total.max(1),
            taken: 0,
            queue: VecDeque::new(),
            waiting: BTreeMap::new(),
            called: BTreeSet::new(),
            working: 0,
            busy: Duration::ZERO,
            accounted: now,
        }
    }

    /// Gives a core to a task that is to be polled, or queues it.
    pub(crate) fn enter(&mut self, member: MemberId, waker: &Waker) -> bool {
        if self.called.remove(&member) {
            return true;
        }
        if self.taken < self.total && self.waiting.is_empty() {
            self.taken += 1;
            return true;
        }
        match self.waiting.entry(member) {
            Entry::Occupied(mut known) => known.get_mut().clone_from(waker),
            Entry::Vacant(place) => {
                place.insert(waker.clone());
                self.queue.push_back(member);
            }
        }
        false
    }

    /// Takes a core back and calls whoever is first in the queue.
    pub(crate) fn leave(&mut self) {
        self.taken -= 1;
        self.call();
    }

    /// Removes a task that ended without leaving properly: it may be queued or called.
    pub(crate) fn forget(&mut self, member: MemberId) {
        if self.called.remove(&member) {
            self.leave();
        } else {
            self.waiting.remove(&member);
        }
    }

    fn call(&mut self) {
        while self.taken < self.total
            && let Some(member) = self.queue.pop_front()
        {
            let Some(waker) = self.waiting.remove(&member) else {
                continue;
            };
            self.taken += 1;
            self.called.insert(member);
            waker.wake();
        }
    }

    /// Work begins on a core that its task occupies.
    pub(crate) fn work_begins(&mut self, now: Timestamp) {
        self.account(now);
        self.working += 1;
    }

    /// Work ends or is given up.
    pub(crate) fn work_ends(&mut self, now: Timestamp) {
        self.account(now);
        self.working -= 1;
    }

    fn account(&mut self, now: Timestamp) {
        let elapsed = now - self.accounted;
        self.busy += elapsed * u32::try_from(self.working).unwrap_or(u32::MAX);
        self.accounted = now;
    }

    /// Core time spent since the last call, and the number of cores.
    pub(crate) fn take_busy(&mut self, now: Timestamp) -> (Duration, usize) {
        self.account(now);
        (std::mem::take(&mut self.busy), self.total)
    }
}
