//! A bounded in-process queue whose items are worked on by a bounded number of tasks.
//!
//! Items are taken in the order in which they came. A full queue refuses: the caller decides whether to try
//! later, to leave the work where it is, or to tell its own caller.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::Gauge;
use thiserror::Error;
use tokio::sync::{Notify, Semaphore};

/// The queue has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the queue is full ({limit} items wait)")]
pub struct QueueFull {
    /// The most items that may wait.
    pub limit: usize,
}

/// A bounded queue. Clones share the items.
pub struct WorkQueue<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Clone for WorkQueue<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

struct Shared<T> {
    items: Mutex<VecDeque<T>>,
    limit: usize,
    arrived: Notify,
    length: Gauge,
}

impl<T: Send + 'static> WorkQueue<T> {
    /// An empty queue in which at most `limit` items wait; `length` follows how many do.
    #[must_use]
    pub fn new(limit: usize, length: Gauge) -> Self {
        length.set(0.0);
        let shared = Shared {
            items: Mutex::default(),
            limit,
            arrived: Notify::new(),
            length,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Appends an item.
    ///
    /// # Errors
    /// When there is no room.
    pub fn push(&self, item: T) -> Result<(), QueueFull> {
        {
            let mut items = self.lock();
            if items.len() >= self.shared.limit {
                return Err(QueueFull {
                    limit: self.shared.limit,
                });
            }
            items.push_back(item);
            self.shared.length.set(items.len() as f64);
        }
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// How many more items fit.
    #[must_use]
    pub fn room(&self) -> usize {
        self.shared.limit - self.lock().len()
    }

    /// Works on items for ever, on at most `concurrency` at a time.
    pub async fn work<F, W>(&self, concurrency: usize, worker: F)
    where
        F: Fn(T) -> W,
        W: Future<Output = ()> + Send + 'static,
    {
        let places = Arc::new(Semaphore::new(concurrency));
        loop {
            // The semaphore is never closed, so this fails never.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let item = self.next().await;
            let work = worker(item);
            drop(sim::spawn(async move {
                work.await;
                drop(place);
            }));
        }
    }

    async fn next(&self) -> T {
        loop {
            if let Some(item) = self.take() {
                return item;
            }
            self.shared.arrived.notified().await;
        }
    }

    fn take(&self) -> Option<T> {
        let mut items = self.lock();
        let item = items.pop_front();
        self.shared.length.set(items.len() as f64);
        item
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.shared
            .items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_keeps_what_it_has() {
        let queue = WorkQueue::new(2, Gauge::noop());
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.push(2), Ok(()));
        assert_eq!(queue.push(3), Err(QueueFull { limit: 2 }));
        assert_eq!((queue.room(), queue.take(), queue.room()), (0, Some(1), 1));
    }
}
