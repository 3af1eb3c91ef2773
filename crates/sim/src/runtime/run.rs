//! Runs a world in virtual time or live.
//!
//! Virtual: `executor` runs the world's tasks; when none is left to run, the clock moves to the next deadline
//! and the one timer that is due is woken. It does so inside tokio's current-thread scheduler *without* a time
//! driver, whose hook for an idle thread moves the clock just the same. So real tokio tasks and channels work,
//! at a resolution of a nanosecond, and hours pass as fast as they can be computed. tokio's own paused clock is
//! not used: it rounds to a millisecond and doubles short latencies.
//!
//! Live: an ordinary multi-threaded tokio. Start at [`Runtime::run`].

use std::{cell::Cell, future::Future, panic::resume_unwind, sync::Arc};

use tokio::runtime::{Builder, Runtime as Tokio};

use super::{
    executor::{self, Drive, Failure},
    ticks,
    world::{self, World},
};
use crate::time::{self, Timestamp, timers};

/// Runs a future and everything that it spawns.
///
/// Telemetry is installed beforehand, on the same thread:
///
/// ```
/// use std::time::Duration;
///
/// let seed = 7;
/// let sink = emit::frames::FrameSink::new(Vec::new());
/// let handle = emit::install(emit::Config::simulation(sim::clock, seed), sink)?;
/// let start = sim::Timestamp::from_unix_secs(1_780_000_000);
/// sim::Runtime::virtual_time(seed, start).run(async {
///     sim::sleep(Duration::from_secs(6 * 3600)).await;
///     tracing::info!("six hours later");
/// });
/// assert_eq!(handle.shutdown()?.logs, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Runtime {
    mode: Mode,
    cleanup: bool,
}

#[derive(Debug)]
enum Mode {
    Virtual { seed: u64, start: Timestamp },
    Live,
}

thread_local! {
    /// Seed of the virtual world on this thread while its main future has not ended.
    static RUNNING: Cell<Option<u64>> = const { Cell::new(None) };
}

impl Runtime {
    /// A world whose clock starts at `start` and whose every choice follows from `seed`.
    pub fn virtual_time(seed: u64, start: Timestamp) -> Self {
        Self {
            mode: Mode::Virtual { seed, start },
            cleanup: true,
        }
    }

    /// A world on the wall clock, with a seed drawn from it.
    pub fn live() -> Self {
        Self {
            mode: Mode::Live,
            cleanup: true,
        }
    }

    /// Leaves what the world holds to the operating system, for a process that ends with its run: freeing the
    /// tables of some hours piece by piece takes a second or more.
    #[must_use]
    pub fn without_cleanup(self) -> Self {
        Self {
            cleanup: false,
            ..self
        }
    }

    /// Runs `main` to its end and returns its result; tasks that are still running are dropped, and what they
    /// had not finished recording is lost, as it would be when a machine is switched off.
    ///
    /// # Panics
    /// When `main` panics; in virtual time also when nothing can ever happen any more, naming the seed.
    pub fn run<F>(self, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.mode {
            Mode::Virtual { seed, start } => run_virtual(seed, start, self.cleanup, main),
            Mode::Live => run_live(self.cleanup, main),
        }
    }
}

/// Puts the thread back when a run ends, however it ends.
struct Entered {
    previous: Option<Arc<World>>,
}

impl Entered {
    fn new(world: Arc<World>) -> Self {
        Self {
            previous: world::enter(Some(world)),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        RUNNING.set(None);
        executor::clear();
        time::set_outside();
        world::enter(self.previous.take());
    }
}

fn run_virtual<F>(seed: u64, start: Timestamp, cleanup: bool, main: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    timers::clear();
    let entered = Entered::new(World::new(seed));
    time::set_virtual(start);
    ticks::start(start);
    ticks::describe();
    RUNNING.set(Some(seed));
    let tokio = build(Builder::new_current_thread().on_thread_park(advance));
    let (_, main) = executor::spawn(async move {
        let output = main.await;
        // The hook may be called once more before the result is seen; nothing is left to happen then.
        RUNNING.set(None);
        output
    });
    let drive = Drive {
        main,
        tokio: tokio.handle().metrics(),
    };
    // All tasks run within this one of tokio's, which therefore must not be made to pause.
    let outcome = tokio.block_on(tokio::task::unconstrained(drive));
    if cleanup {
        let lost = emit::discard();
        executor::clear();
        drop(tokio);
        drop(lost);
    } else {
        executor::abandon();
        std::mem::forget(tokio);
    }
    drop(entered);
    match outcome {
        Ok(output) => output,
        Err(Failure::Panicked(payload)) => resume_unwind(payload),
        Err(Failure::Cancelled) => panic!("the main task was cancelled, which nothing can do"),
    }
}

/// Nothing is runnable at this instant: move on to the next.
pub(super) fn advance() {
    let Some(seed) = RUNNING.get() else { return };
    let Some(deadline) = timers::next_deadline() else {
        panic!(
            "the simulation stands still at {}: no task can run and no timer is set; seed {seed}",
            time::now()
        );
    };
    let deadline = Timestamp::from_unix_nanos(deadline);
    ticks::run_until(deadline);
    time::set_now(deadline);
    timers::fire_next();
}

fn run_live<F>(cleanup: bool, main: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let world = World::new(emit::wall_clock());
    let for_workers = Arc::clone(&world);
    let entered = Entered::new(world);
    time::set_live();
    ticks::describe();
    let tokio = build(
        Builder::new_multi_thread()
            .enable_all()
            .on_thread_start(move || {
                time::set_live();
                world::enter(Some(Arc::clone(&for_workers)));
            }),
    );
    let output = run_to_end(tokio, cleanup, async move {
        let beat = crate::task::spawn_outside(async {
            let mut beat = time::interval(ticks::PERIOD);
            loop {
                beat.tick().await;
                ticks::collect();
            }
        });
        let flush = crate::task::spawn_outside(async {
            let mut beat = time::interval(std::time::Duration::from_secs(1));
            loop {
                beat.tick().await;
                emit::flush();
            }
        });
        let output = main.await;
        beat.abort();
        flush.abort();
        ticks::collect();
        output
    });
    drop(entered);
    output
}

fn build(builder: &mut Builder) -> Tokio {
    match builder.build() {
        Ok(tokio) => tokio,
        Err(error) => panic!("the operating system refused what a runtime needs: {error}"),
    }
}

/// Runs `main` as a task like all others, so that it takes its turn in the same queue.
fn run_to_end<F>(tokio: Tokio, cleanup: bool, main: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "the main task is started from outside the runtime"
    )]
    let main = tokio.spawn(main);
    let outcome = tokio.block_on(main);
    if cleanup {
        let lost = emit::discard();
        drop(tokio);
        drop(lost);
    } else {
        std::mem::forget(tokio);
    }
    match outcome {
        Ok(output) => output,
        Err(error) => resume_unwind(error.into_panic()),
    }
}
