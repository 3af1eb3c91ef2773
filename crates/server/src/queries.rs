//! The threads that answer tool queries.
//!
//! Two threads take whole queries first come, first served: a query never shares its core with
//! another one, so its time is its own, and no handler blocks the threads that speak HTTP.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use axum::http::StatusCode;
use tokio::sync::oneshot;

use crate::problem::Problem;

/// Queries that may wait. A page asks for some dozen at once; more means that something is wrong.
const WAITING: usize = 256;

type Job = Box<dyn FnOnce() + Send>;

/// A handle to the threads; they end when the last handle is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Queries {
    sender: SyncSender<Job>,
}

impl Queries {
    /// Starts `threads` threads.
    pub(crate) fn start(threads: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::sync_channel::<Job>(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(format!("query-{number}"))
                .spawn(move || {
                    loop {
                        let job = receiver
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .recv();
                        match job {
                            Ok(job) => job(),
                            Err(_) => return,
                        }
                    }
                })?;
        }
        Ok(Self { sender })
    }

    /// Runs `query` on one of the threads. When nobody waits for the answer any more before it
    /// starts, it is not run.
    ///
    /// # Errors
    ///
    /// What the query gives; 503 when too many wait; 500 when it panics.
    pub(crate) async fn run<T, Q>(&self, query: Q) -> Result<T, Problem>
    where
        T: Send + 'static,
        Q: FnOnce() -> Result<T, Problem> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move || {
            if sender.is_closed() {
                return;
            }
            let answer = catch_unwind(AssertUnwindSafe(query)).unwrap_or_else(|_| {
                tracing::error!("a query panicked");
                Err(Problem::internal())
            });
            // Whoever asked may have gone away meanwhile.
            let _ = sender.send(answer);
        });
        match self.sender.try_send(job) {
            Ok(()) => receiver.await.unwrap_or_else(|_| Err(Problem::internal())),
            Err(TrySendError::Full(_)) => Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too-many-queries",
                format!("{WAITING} queries wait already"),
                "Wait a moment and try again",
            )),
            Err(TrySendError::Disconnected(_)) => Err(Problem::internal()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_query_that_panics_takes_nothing_with_it() {
        let queries = Queries::start(1).unwrap();
        let problem = queries.run::<(), _>(|| panic!("no")).await.unwrap_err();
        assert_eq!(problem.code, "internal");
        assert_eq!(queries.run(|| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_full_queue_is_refused() {
        let queries = Queries::start(1).unwrap();
        let (started, has_started) = oneshot::channel();
        let (release, blocked) = mpsc::channel::<()>();
        let blocking = queries.clone();
        let first = tokio::spawn(async move {
            blocking
                .run(move || {
                    started.send(()).unwrap();
                    let _ = blocked.recv();
                    Ok(())
                })
                .await
        });
        // The only thread is busy with it, so that the queue takes just as many as it has places.
        has_started.await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..WAITING {
            let mut query = Box::pin(queries.run(|| Ok(())));
            assert!(futures::poll!(&mut query).is_pending());
            waiting.push(query);
        }
        let refused = queries.run(|| Ok(())).await.unwrap_err();
        assert_eq!(refused.code, "too-many-queries");

        drop(release);
        first.await.unwrap().unwrap();
        for query in waiting {
            query.await.unwrap();
        }
    }
}
