//! Runs the tasks of a virtual world: one at a time, in the order in which they were woken.
//!
//! tokio's scheduler could do it, and does it live; but it is made for threads and sockets, and a world that does
//! little else than waking one task after another would spend a tenth of its time in there. tokio still runs
//! underneath, for whatever a library spawns on it by itself. Start at [`spawn`]; [`Drive`] is the loop.
//!
//! It is thread-local, like the time in which its tasks live.

use std::{
    any::Any,
    cell::RefCell,
    collections::VecDeque,
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use pin_project_lite::pin_project;
use tokio::runtime::RuntimeMetrics;

use super::{run::advance, world::lock};

thread_local! {
    /// Tasks that were woken.
    static READY: RefCell<VecDeque<Arc<Task>>> = const { RefCell::new(VecDeque::new()) };
    /// Tasks that let all others go first.
    static YIELDED: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    /// All tasks that have not ended.
    static TASKS: RefCell<Tasks> = const { RefCell::new(Tasks { places: Vec::new(), free: Vec::new() }) };
    /// Wakes the loop while it leaves the thread to tokio.
    static LOOP: RefCell<Option<Waker>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Tasks {
    places: Vec<Option<Arc<Task>>>,
    free: Vec<usize>,
}

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task, which is its own waker.
pub(crate) struct Task {
    /// Empty once it has ended.
    job: Mutex<Option<Job>>,
    /// Where it is in the list of all.
    place: usize,
    ready: AtomicBool,
    aborted: AtomicBool,
}

impl fmt::Debug for Task {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Task").finish_non_exhaustive()
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.ready.swap(true, Ordering::Relaxed) {
            return;
        }
        READY.with_borrow_mut(|ready| ready.push_back(self));
        if let Some(waiting) = LOOP.take() {
            waiting.wake();
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.ready.load(Ordering::Relaxed) {
            Arc::clone(self).wake();
        }
    }
}

impl Task {
    /// Ends the task when it is its turn.
    pub(crate) fn abort(self: &Arc<Self>) {
        self.aborted.store(true, Ordering::Relaxed);
        self.wake_by_ref();
    }

    fn run(self: Arc<Self>) {
        self.ready.store(false, Ordering::Relaxed);
        let mut job = lock(&self.job);
        let Some(running) = job.as_mut() else { return };
        let mut ends = self.aborted.load(Ordering::Relaxed);
        if !ends {
            let waker = Waker::from(Arc::clone(&self));
            let poll = running.as_mut().poll(&mut Context::from_waker(&waker));
            // It may also have aborted itself.
            ends = poll.is_ready() || self.aborted.load(Ordering::Relaxed);
        }
        if ends {
            let ended = job.take();
            drop(job);
            forget(self.place);
            drop(ended);
        }
    }
}

fn forget(place: usize) {
    TASKS.with_borrow_mut(|tasks| {
        if let Some(known) = tasks.places.get_mut(place) {
            *known = None;
            tasks.free.push(place);
        }
    });
}

/// Why a task gave no result.
pub(crate) enum Failure {
    /// It was aborted.
    Cancelled,
    /// It panicked with this.
    Panicked(Box<dyn Any + Send>),
}

/// What a task gave, for whoever waits for it.
pub(crate) struct Outcome<T>(Mutex<Stage<T>>);

enum Stage<T> {
    Running(Option<Waker>),
    Ended(Option<Result<T, Failure>>),
}

impl<T> fmt::Debug for Outcome<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Outcome").finish_non_exhaustive()
    }
}

impl<T> Outcome<T> {
    pub(crate) fn is_there(&self) -> bool {
        matches!(*lock(&self.0), Stage::Ended(_))
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When the result was taken before.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Result<T, Failure>> {
        match &mut *lock(&self.0) {
            Stage::Running(waiting) => {
                *waiting = Some(context.waker().clone());
                Poll::Pending
            }
            Stage::Ended(result) => match result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    panic!("a task's result was asked for again; keep what the first await gave")
                }
            },
        }
    }

    /// The first result counts.
    fn set(&self, result: Result<T, Failure>) {
        let mut stage = lock(&self.0);
        let Stage::Running(waiting) = &mut *stage else {
            return;
        };
        let waiting = waiting.take();
        *stage = Stage::Ended(Some(result));
        drop(stage);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}

pin_project! {
    /// A future whose output is kept, and whose panics, those of its destructors too, stay with its task.
    struct Kept<F: Future> {
        // Dropped before anybody learns that the task has ended.
        #[pin]
        future: Option<F>,
        outcome: Arc<Outcome<F::Output>>,
    }

    impl<F: Future> PinnedDrop for Kept<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
            let failure = dropped.map_or_else(Failure::Panicked, |()| Failure::Cancelled);
            this.outcome.set(Err(failure));
        }
    }
}

impl<F: Future> Future for Kept<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(context))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(Failure::Panicked(payload)),
        };
        let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
        let result = result.and_then(|output| dropped.map_err(Failure::Panicked).map(|()| output));
        this.outcome.set(result);
        Poll::Ready(())
    }
}

/// Starts a task; it is polled for the first time when those before it have had their turn.
pub(crate) fn spawn<F>(future: F) -> (Arc<Task>, Arc<Outcome<F::Output>>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let outcome = Arc::new(Outcome(Mutex::new(Stage::Running(None))));
    let job = Box::pin(Kept {
        future: Some(future),
        outcome: Arc::clone(&outcome),
    });
    let task = TASKS.with_borrow_mut(|tasks| {
        let place = tasks.free.pop().unwrap_or_else(|| {
            tasks.places.push(None);
            tasks.places.len() - 1
        });
        let task = Arc::new(Task {
            job: Mutex::new(Some(job)),
            place,
            ready: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
        });
        tasks.places[place] = Some(Arc::clone(&task));
        task
    });
    task.wake_by_ref();
    (task, outcome)
}

/// Lets every task go first that can run at this instant.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        YIELDED.with_borrow_mut(|waiting| waiting.push(context.waker().clone()));
        // A task of tokio's may yield as well, while the loop has left the thread.
        if let Some(waiting) = LOOP.take() {
            waiting.wake();
        }
        Poll::Pending
    })
    .await;
}

/// Drops every task of the world.
pub(super) fn clear() {
    loop {
        let tasks = TASKS.take();
        READY.take();
        YIELDED.take();
        LOOP.take();
        if tasks.places.is_empty() {
            return;
        }
        for task in tasks.places.into_iter().flatten() {
            let job = lock(&task.job).take();
            drop(job);
        }
    }
}

/// Leaves every task of the world where it is, for a process that is about to end.
pub(super) fn abandon() {
    std::mem::forget((TASKS.take(), READY.take(), YIELDED.take()));
}

/// Runs tasks and moves time on until the main task ends.
pub(super) struct Drive<T> {
    pub(super) main: Arc<Outcome<T>>,
    /// Tells whether anybody has spawned on tokio.
    pub(super) tokio: RuntimeMetrics,
}

impl<T> Future for Drive<T> {
    type Output = Result<T, Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            while let Some(task) = READY.with_borrow_mut(VecDeque::pop_front) {
                task.run();
            }
            if self.main.is_there() {
                return self.main.poll(context);
            }
            let yielded = YIELDED.take();
            let has_yielded = !yielded.is_empty();
            yielded.into_iter().for_each(Waker::wake);
            if self.tokio.num_alive_tasks() > 0 {
                // tokio runs what it has, and moves time on itself when that is nothing.
                LOOP.set(Some(context.waker().clone()));
                if has_yielded {
                    context.waker().wake_by_ref();
                }
                return Poll::Pending;
            }
            if !has_yielded {
                advance();
            }
        }
    }
}
