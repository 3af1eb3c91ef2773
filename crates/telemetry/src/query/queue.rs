//! Whole queries, one after the other, in order of arrival.
//!
//! A query uses all of the machine's query threads for some tens of milliseconds. Letting several run
//! at once makes all of them slow; a plain mutex starves the unlucky. Tickets do neither.

use std::sync::{Condvar, Mutex, PoisonError};

/// A first-in, first-out queue of queries. One per process is enough.
#[derive(Debug, Default)]
pub struct QueryQueue {
    state: Mutex<Tickets>,
    turn_ended: Condvar,
}

#[derive(Debug, Default)]
struct Tickets {
    next: u64,
    served: u64,
}

impl QueryQueue {
    /// Waits for its turn, runs the query, and lets the next one go; also when the query panics.
    pub fn run<T>(&self, query: impl FnOnce() -> T) -> T {
        let mut tickets = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = tickets.next;
        tickets.next += 1;
        while tickets.served != mine {
            tickets = self
                .turn_ended
                .wait(tickets)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(tickets);
        let _turn = Turn { queue: self };
        query()
    }

    /// Queries that wait or run.
    #[must_use]
    pub fn length(&self) -> u64 {
        let tickets = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.next - tickets.served
    }
}

struct Turn<'a> {
    queue: &'a QueryQueue,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.queue
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .served += 1;
        self.queue.turn_ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::QueryQueue;

    #[test]
    fn queries_run_one_at_a_time_in_order_of_arrival() {
        let queue = QueryQueue::default();
        let seen = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            queue.run(|| {
                for number in 0..5 {
                    let (queue, seen) = (&queue, &seen);
                    scope.spawn(move || queue.run(|| seen.lock().unwrap().push(number)));
                    while queue.length() < number + 2 {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
            });
        });
        assert_eq!(*seen.lock().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_query_that_panics_does_not_block_the_next() {
        let queue = QueryQueue::default();
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            queue.run(|| panic!("query"))
        }));
        assert!(failed.is_err());
        assert_eq!(queue.run(|| 7), 7);
    }
}
