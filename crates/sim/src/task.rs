//! Tasks: what runs concurrently, in a process or outside of one.
//!
//! Start at [`spawn`]. Live, the futures run on tokio, in virtual time on the runtime's own executor; what is
//! added is that a task belongs to a [`crate::Process`] and dies with it.

use std::{
    any::Any,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::{
    process,
    runtime::executor::{self, Failure, Outcome, Task},
    time,
};

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
    reason = "the one door through which tasks reach tokio, live"
)]
pub(crate) fn spawn_outside<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    if time::is_virtual() {
        let (task, outcome) = executor::spawn(future);
        JoinHandle(Handle::Virtual { task, outcome })
    } else {
        JoinHandle(Handle::Live(tokio::spawn(future)))
    }
}

/// Lets other tasks run first. No time passes.
#[expect(
    clippy::disallowed_methods,
    reason = "a live world leaves its tasks to tokio"
)]
pub async fn yield_now() {
    if time::is_virtual() {
        executor::yield_now().await;
    } else {
        tokio::task::yield_now().await;
    }
}

/// Waits for a task or aborts it. Dropping the handle leaves the task running.
#[derive(Debug)]
pub struct JoinHandle<T>(Handle<T>);

#[derive(Debug)]
enum Handle<T> {
    Virtual {
        task: Arc<Task>,
        outcome: Arc<Outcome<T>>,
    },
    Live(tokio::task::JoinHandle<T>),
}

impl<T> JoinHandle<T> {
    /// Drops the task's future as soon as it is not being polled.
    pub fn abort(&self) {
        match &self.0 {
            Handle::Virtual { task, .. } => task.abort(),
            Handle::Live(task) => task.abort(),
        }
    }

    /// A handle that can only abort.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(match &self.0 {
            Handle::Virtual { task, .. } => Abort::Virtual(Arc::clone(task)),
            Handle::Live(task) => Abort::Live(task.abort_handle()),
        })
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Handle::Virtual { outcome, .. } => outcome.is_there(),
            Handle::Live(task) => task.is_finished(),
        }
    }
}

/// Aborts a task. See [`JoinHandle::abort_handle`].
#[derive(Clone, Debug)]
pub struct AbortHandle(Abort);

#[derive(Clone, Debug)]
enum Abort {
    Virtual(Arc<Task>),
    Live(tokio::task::AbortHandle),
}

impl AbortHandle {
    /// Drops the task's future as soon as it is not being polled.
    pub fn abort(&self) {
        match &self.0 {
            Abort::Virtual(task) => task.abort(),
            Abort::Live(task) => task.abort(),
        }
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
        match &mut self.0 {
            Handle::Virtual { outcome, .. } => outcome.poll(context).map_err(|error| match error {
                Failure::Cancelled => JoinError::Cancelled,
                Failure::Panicked(payload) => JoinError::Panicked(panic_text(payload.as_ref())),
            }),
            Handle::Live(task) => {
                Pin::new(task)
                    .poll(context)
                    .map_err(|error| match error.try_into_panic() {
                        Err(_) => JoinError::Cancelled,
                        Ok(payload) => JoinError::Panicked(panic_text(payload.as_ref())),
                    })
            }
        }
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
        .to_owned()
}
