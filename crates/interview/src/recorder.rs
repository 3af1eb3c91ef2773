//! Writes the evidence trail in the background, so that no query waits for the disk.
//!
//! Queries are collected while the last batch is being written. [`TrailRecorder::flush`] waits until
//! everything recorded so far is on disk; a hand-in does that before it is scored.

use std::collections::HashMap;

use catalogue::TrailQuery;
use tokio::sync::{mpsc, oneshot};

use crate::store::Store;

/// Queries that may wait to be written; more than any page makes while one batch is written.
const WAITING: usize = 4096;
/// Queries that a session's trail holds. A page that asks once a second for eight hours stays below.
const MAX_PER_SESSION: u64 = 50_000;

/// A cheap handle to the background writer; it ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct TrailRecorder {
    sender: mpsc::Sender<Message>,
}

#[derive(Debug)]
enum Message {
    Query(String, Box<TrailQuery>),
    Flush(oneshot::Sender<()>),
}

impl TrailRecorder {
    /// Starts the writer on the current tokio runtime.
    pub fn start(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write(store, receiver));
        Self { sender }
    }

    /// Records a query of a session. Never waits; when thousands of queries wait for the disk the
    /// query is dropped and the log says so.
    pub fn record(&self, session: &str, query: TrailQuery) {
        if self
            .sender
            .try_send(Message::Query(session.to_owned(), Box::new(query)))
            .is_err()
        {
            tracing::warn!(
                session,
                "a query was left out of the evidence trail: too many at once"
            );
        }
    }

    /// Waits until everything that was recorded before is written.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Flush(done)).await.is_ok() {
            // The writer answers or is gone; either way there is nothing more to wait for.
            let _ = wait.await;
        }
    }
}

async fn write(store: Store, mut receiver: mpsc::Receiver<Message>) {
    let mut lengths: HashMap<String, u64> = HashMap::new();
    let mut messages = Vec::new();
    while receiver.recv_many(&mut messages, WAITING).await > 0 {
        let mut queries = Vec::new();
        let mut waiting = Vec::new();
        for message in messages.drain(..) {
            match message {
                Message::Query(session, query) => {
                    if has_room(&store, &mut lengths, &session).await {
                        queries.push((session, *query));
                    }
                }
                Message::Flush(done) => waiting.push(done),
            }
        }
        if !queries.is_empty()
            && let Err(error) = store.append_trail(queries).await
        {
            tracing::error!(%error, "failed to write the evidence trail");
        }
        for done in waiting {
            // Whoever asked may have gone away.
            let _ = done.send(());
        }
    }
}

async fn has_room(store: &Store, lengths: &mut HashMap<String, u64>, session: &str) -> bool {
    if lengths.len() > 1000 {
        lengths.clear();
    }
    let length = match lengths.get_mut(session) {
        Some(length) => length,
        None => {
            let length = store.trail_length(session).await.unwrap_or(0);
            lengths.entry(session.to_owned()).or_insert(length)
        }
    };
    *length += 1;
    if *length == MAX_PER_SESSION + 1 {
        tracing::warn!(
            session,
            "the evidence trail is full; further queries are not recorded"
        );
    }
    *length <= MAX_PER_SESSION
}
