//! Virtual deadlines, in nanoseconds, in the order in which they are due.
//!
//! Two timers of the same deadline fire in the order in which they were set. A cancelled timer gives its
//! waker back at once and its place in the heap soon after: when more than half of the heap is cancelled it
//! is rebuilt, so that long timeouts which never come due do not pile up. Start at [`fire_next`].
//!
//! It is thread-local, like the world whose time it keeps.

use std::{
    cell::RefCell,
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    task::Waker,
};

/// Below this size a rebuild is not worth its while.
const COMPACT_ABOVE: usize = 64;

/// A timer that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerKey {
    slot: u32,
    sequence: u64,
}

#[derive(Default)]
struct Timers {
    heap: BinaryHeap<Reverse<Entry>>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Entries in the heap whose slot has moved on.
    cancelled: usize,
    /// Never starts anew, so that a key of an earlier run matches nothing.
    next_sequence: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    deadline: u64,
    sequence: u64,
    slot: u32,
}

impl Entry {
    /// Both parts of the order as one number, which compares without branches.
    fn rank(&self) -> u128 {
        u128::from(self.deadline) << 64 | u128::from(self.sequence)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn lt(&self, other: &Self) -> bool {
        self.rank() < other.rank()
    }

    fn le(&self, other: &Self) -> bool {
        self.rank() <= other.rank()
    }
}

struct Slot {
    sequence: u64,
    waker: Option<Waker>,
}

impl Timers {
    fn insert(&mut self, deadline: u64, waker: Waker) -> TimerKey {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let occupied = Slot {
            sequence,
            waker: Some(waker),
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = occupied;
                slot
            }
            None => {
                self.slots.push(occupied);
                (self.slots.len() - 1) as u32
            }
        };
        self.heap.push(Reverse(Entry {
            deadline,
            sequence,
            slot,
        }));
        TimerKey { slot, sequence }
    }

    fn waker(&mut self, slot: u32, sequence: u64) -> Option<&mut Option<Waker>> {
        let slot = self.slots.get_mut(slot as usize)?;
        (slot.sequence == sequence && slot.waker.is_some()).then_some(&mut slot.waker)
    }

    /// Takes the waker and frees the slot.
    fn take(&mut self, slot: u32, sequence: u64) -> Option<Waker> {
        let waker = self.waker(slot, sequence)?.take();
        self.free.push(slot);
        waker
    }

    fn cancel(&mut self, key: TimerKey) {
        if self.take(key.slot, key.sequence).is_none() {
            return;
        }
        self.cancelled += 1;
        if self.cancelled > COMPACT_ABOVE && self.cancelled * 2 > self.heap.len() {
            let slots = &self.slots;
            self.heap.retain(|Reverse(entry)| {
                let slot = &slots[entry.slot as usize];
                slot.sequence == entry.sequence && slot.waker.is_some()
            });
            self.cancelled = 0;
        }
    }

    /// Drops cancelled entries from the top and returns the next deadline.
    fn next_deadline(&mut self) -> Option<u64> {
        loop {
            let Reverse(entry) = *self.heap.peek()?;
            if self.waker(entry.slot, entry.sequence).is_some() {
                return Some(entry.deadline);
            }
            self.heap.pop();
            self.cancelled -= 1;
        }
    }

    fn pop(&mut self) -> Option<(u64, Waker)> {
        self.next_deadline()?;
        let Reverse(entry) = self.heap.pop()?;
        self.take(entry.slot, entry.sequence)
            .map(|waker| (entry.deadline, waker))
    }
}

thread_local! {
    static TIMERS: RefCell<Timers> = RefCell::new(Timers::default());
}

/// Sets a timer.
pub(crate) fn insert(deadline: u64, waker: Waker) -> TimerKey {
    TIMERS.with_borrow_mut(|timers| timers.insert(deadline, waker))
}

/// Replaces the waker of a timer; returns whether it had not fired yet.
pub(crate) fn update(key: TimerKey, waker: &Waker) -> bool {
    TIMERS.with_borrow_mut(|timers| match timers.waker(key.slot, key.sequence) {
        Some(slot) => {
            if let Some(known) = slot {
                known.clone_from(waker);
            }
            true
        }
        None => false,
    })
}

/// Takes a timer back. Does nothing when it has fired.
pub(crate) fn cancel(key: TimerKey) {
    TIMERS.with_borrow_mut(|timers| timers.cancel(key));
}

/// When the next timer is due.
pub(crate) fn next_deadline() -> Option<u64> {
    TIMERS.with_borrow_mut(Timers::next_deadline)
}

/// Wakes the timer that is due next. One at a time: what it wakes runs to quiescence before the next fires.
pub(crate) fn fire_next() {
    let due = TIMERS.with_borrow_mut(Timers::pop);
    if let Some((_, waker)) = due {
        waker.wake();
    }
}

/// Forgets all timers, for a new world on the same thread.
pub(crate) fn clear() {
    TIMERS.with_borrow_mut(|timers| {
        let next_sequence = timers.next_sequence;
        *timers = Timers {
            next_sequence,
            ..Timers::default()
        };
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_by_deadline_then_by_order_of_setting() {
        let mut timers = Timers::default();
        for deadline in [30, 10, 20, 10] {
            timers.insert(deadline, Waker::noop().clone());
        }
        let deadlines: Vec<u64> =
            std::iter::from_fn(|| timers.pop().map(|(deadline, _)| deadline)).collect();
        assert_eq!(deadlines, [10, 10, 20, 30]);
    }

    #[test]
    fn cancelled_timers_do_not_pile_up() {
        let mut timers = Timers::default();
        for round in 0..100_000u64 {
            let key = timers.insert(1_000_000 + round, Waker::noop().clone());
            timers.cancel(key);
            timers.cancel(key);
        }
        assert!(
            timers.heap.len() <= 2 * COMPACT_ABOVE,
            "{} entries",
            timers.heap.len()
        );
        assert_eq!(timers.slots.len(), 1);
        assert_eq!(timers.next_deadline(), None);
    }

    #[test]
    fn a_key_outlives_its_timer_harmlessly() {
        let mut timers = Timers::default();
        let first = timers.insert(1, Waker::noop().clone());
        timers.pop();
        let second = timers.insert(2, Waker::noop().clone());
        assert_eq!(first.slot, second.slot);
        timers.cancel(first);
        assert_eq!(timers.next_deadline(), Some(2));
    }
}
