//! Tasks: what runs concurrently, in a process or outside of one.
//!
//! Start at [`spawn`]. The futures run on tokio in both modes; what is added is that a task belongs to a
//! [`crate::Process`] and dies with it.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::process;

/// Runs a future concurrently. It belongs to the current process, if there is one.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match process::current() {
        Some(process) => process.spawn(future),
        None => spawn_outside(future),
    }
}

/// Runs a future outside every process.
#[expect(
    clippy::disallowed_methods,
    reason = "the one door through which tasks reach tokio"
)]
pub(crate) fn spawn_outside<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    JoinHandle(tokio::spawn(future))
}

/// Lets other tasks run first. No time passes.
pub async fn yield_now() {
    tokio::task::yield_now().await;
}

/// Waits for a task or aborts it. Dropping the handle leaves the task running.
#[derive(Debug)]
pub struct JoinHandle<T>(tokio::task::JoinHandle<T>);

impl<T> JoinHandle<T> {
    /// Drops the task's future as soon as it is not being polled.
    pub fn abort(&self) {
        self.0.abort();
    }

    /// A handle that can only abort.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(self.0.abort_handle())
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// Aborts a task. See [`JoinHandle::abort_handle`].
#[derive(Clone, Debug)]
pub struct AbortHandle(tokio::task::AbortHandle);

impl AbortHandle {
    /// Drops the task's future as soon as it is not being polled.
    pub fn abort(&self) {
        self.0.abort();
    }
}

/// Why a task gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// It was aborted, or its process ended.
    #[error("task was cancelled")]
    Cancelled,
    /// It panicked.
    #[error("task panicked: {0}")]
    Panicked(String),
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map_err(|error| match error.try_into_panic() {
                Err(_) => JoinError::Cancelled,
                Ok(payload) => JoinError::Panicked(panic_text(payload.as_ref())),
            })
    }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
        .to_owned()
}
