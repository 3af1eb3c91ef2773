//! The process itself. Start at [`Process::new`], or at [`Process::supervise`] in `supervise`.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use metrics::gauge;
use tokio::sync::Notify;

use super::{
    cores::{Cores, MemberId},
    member::{Gated, Inside, Member},
    tasks::Tasks,
};
use crate::{
    heap::Life,
    runtime::world::{self, lock},
    task::{JoinHandle, spawn_outside},
    time::{self, Timestamp},
};

/// What a process is and may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessSpec {
    /// `service.name`.
    pub service: String,
    /// `service.instance.id`, which is also its `host.name`.
    pub instance: String,
    /// `service.version`.
    pub version: String,
    /// Number of cores; at least one.
    pub cores: usize,
    /// Bytes of memory that it may use before it is killed.
    pub memory_limit: u64,
}

impl Default for ProcessSpec {
    /// One core and 512 MiB.
    fn default() -> Self {
        Self {
            service: "service".to_owned(),
            instance: "service-1".to_owned(),
            version: "1.0.0".to_owned(),
            cores: 1,
            memory_limit: 512 << 20,
        }
    }
}

/// Why a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// Its main function returned.
    Exited,
    /// It was killed from outside.
    Killed,
    /// It used more memory than it may.
    OutOfMemory,
    /// It was replaced by a new version.
    Deployment,
}

impl ExitReason {
    /// As it appears in telemetry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Killed => "killed",
            Self::OutOfMemory => "out of memory",
            Self::Deployment => "deployment",
        }
    }
}

/// A service instance with cores and memory of its own.
pub struct Process {
    state: Mutex<State>,
    /// Counts lives; odd while the process is running.
    incarnation: AtomicU64,
    next_member: AtomicU64,
    /// Told when the process has died.
    pub(super) died: Notify,
    rations_cores: bool,
}

struct State {
    spec: ProcessSpec,
    resource: emit::ResourceId,
    cores: Cores,
    tasks: Tasks,
    memory: u64,
    heap: Life,
    /// Whether it counts what it allocates at all; no process lives in 0 bytes, so 0 would be no figure.
    counts_memory: bool,
    started: Timestamp,
    reported: Timestamp,
    exit: ExitReason,
}

impl fmt::Debug for Process {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spec = lock(&self.state).spec.clone();
        out.debug_struct("Process")
            .field("spec", &spec)
            .field("alive", &self.is_alive())
            .finish_non_exhaustive()
    }
}

impl Process {
    /// A running process without tasks. Nobody restarts it; see [`Process::supervise`] for that.
    ///
    /// # Panics
    /// Outside a [`crate::Runtime`].
    pub fn new(spec: ProcessSpec) -> Arc<Self> {
        let now = time::now();
        let process = Arc::new(Self {
            state: Mutex::new(State {
                resource: register(&spec),
                cores: Cores::new(spec.cores, now),
                tasks: Tasks::default(),
                memory: 0,
                heap: Life::default(),
                counts_memory: false,
                started: now,
                reported: now,
                exit: ExitReason::Exited,
                spec,
            }),
            incarnation: AtomicU64::new(1),
            next_member: AtomicU64::new(0),
            died: Notify::new(),
            rations_cores: time::is_virtual(),
        });
        world::with(|world| world.add_process(&process));
        process
    }

    /// Runs a future as a task of this process. In a process that is dead it never starts.
    pub fn spawn<F>(self: &Arc<Self>, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let incarnation = self.incarnation();
        let id = self.next_member.fetch_add(1, Ordering::Relaxed);
        let slot = self.in_life(incarnation, |state| state.tasks.reserve());
        let member = Member::new(Arc::clone(self), incarnation, id, slot);
        // Boxed at once: whole handlers are several KiB, and each wrapper would move them again.
        let handle = spawn_outside(Gated::new(Box::pin(future), member));
        let abort = handle.abort_handle();
        let started = slot
            .and_then(|slot| self.in_life(incarnation, |state| state.tasks.started(slot, abort)));
        if started.is_none() {
            handle.abort();
        }
        handle
    }

    /// Runs a closure inside this process, so that what it spawns, charges and records belongs to it.
    pub fn enter<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let member = Member::new(Arc::clone(self), self.incarnation(), MemberId::MAX, None);
        let _inside = Inside::new(&member);
        work()
    }

    /// Ends the process at once: its tasks are dropped at their next await, what was in flight is lost, and so
    /// are its metrics and the telemetry that it had not finished. A supervised process is started again.
    pub fn kill(&self) {
        self.end(ExitReason::Killed);
    }

    /// Ends the process for a reason. Does nothing when it is dead already.
    pub(crate) fn end(&self, reason: ExitReason) {
        let incarnation = self.incarnation();
        if !is_alive(incarnation) {
            return;
        }
        let (tasks, resource, heap) = {
            let mut state = lock(&self.state);
            let next = incarnation + 1;
            let exchange = self.incarnation.compare_exchange(
                incarnation,
                next,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            if exchange.is_err() {
                return;
            }
            state.exit = reason;
            state.memory = 0;
            state.cores = Cores::new(state.spec.cores, time::now());
            let heap = std::mem::take(&mut state.heap);
            (state.tasks.take(), state.resource, heap)
        };
        // What is dropped with its last root may ask this process something, so no lock is held.
        drop(heap);
        for task in tasks {
            task.abort();
        }
        emit::forget_metrics(resource);
        self.died.notify_one();
    }

    /// Begins a new life after [`Process::end`].
    pub(super) fn revive(&self) {
        // What the old life's tasks still counted while they were dropped.
        emit::forget_metrics(self.resource());
        let mut state = lock(&self.state);
        let now = time::now();
        state.cores = Cores::new(state.spec.cores, now);
        state.started = now;
        state.reported = now;
        self.incarnation.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends the process and lets its supervisor start it again as another version.
    pub fn deploy(&self, version: &str) {
        {
            let mut state = lock(&self.state);
            version.clone_into(&mut state.spec.version);
        }
        self.end(ExitReason::Deployment);
        let mut state = lock(&self.state);
        state.resource = register(&state.spec);
    }

    /// Whether it is running.
    pub fn is_alive(&self) -> bool {
        is_alive(self.incarnation())
    }

    /// What it is.
    pub fn spec(&self) -> ProcessSpec {
        lock(&self.state).spec.clone()
    }

    /// Bytes of memory that it uses.
    pub fn memory_usage(&self) -> u64 {
        lock(&self.state).memory
    }

    /// The objects of this life, as far as they are described: what its roots reach, then what was tracked and
    /// is reached by none. A dead process has none. See [`crate::heap`].
    ///
    /// To be called between the polls of its tasks, as any task of the world is: a lock that is held meanwhile
    /// is shown as such.
    pub fn heap_snapshot(&self) -> ::heap::Snapshot {
        let incarnation = self.incarnation();
        let excerpt = self.with_heap(incarnation, Life::excerpt);
        let Some(mut excerpt) = excerpt else {
            return ::heap::SnapshotBuilder::new().build();
        };
        let snapshot = excerpt.walk();
        self.with_heap(incarnation, |life| life.put_back(excerpt));
        snapshot
    }

    /// Hands [`Process::heap_snapshot`] to the telemetry as an attachment of this process, named `heap`, of the media
    /// type [`::heap::MEDIA_TYPE`]. A dead process hands over nothing.
    pub fn record_heap(&self) {
        if !self.is_alive() {
            return;
        }
        let mut file = Vec::new();
        // Writing to a `Vec` cannot fail.
        let _ = self.heap_snapshot().write(&mut file);
        let _resource = emit::with_resource(self.resource());
        emit::attach("heap", ::heap::MEDIA_TYPE, file);
    }

    /// The resource under which its telemetry is filed.
    pub fn resource(&self) -> emit::ResourceId {
        lock(&self.state).resource
    }

    pub(crate) fn incarnation(&self) -> u64 {
        self.incarnation.load(Ordering::Acquire)
    }

    pub(crate) fn lives(&self, incarnation: u64) -> bool {
        is_alive(incarnation) && self.incarnation() == incarnation
    }

    pub(super) fn exit_reason(&self) -> ExitReason {
        lock(&self.state).exit
    }

    pub(super) fn rations_cores(&self) -> bool {
        self.rations_cores
    }

    /// Works on the state of a life of this process; `None` when that life is over.
    fn in_life<T>(&self, incarnation: u64, work: impl FnOnce(&mut State) -> T) -> Option<T> {
        let mut state = lock(&self.state);
        self.lives(incarnation).then(|| work(&mut state))
    }

    /// Works on the cores of a life of this process; `None` when that life is over.
    pub(super) fn with_cores<T>(
        &self,
        incarnation: u64,
        work: impl FnOnce(&mut Cores) -> T,
    ) -> Option<T> {
        self.in_life(incarnation, |state| work(&mut state.cores))
    }

    /// Works on what a life of this process has told about its memory; `None` when that life is over.
    pub(crate) fn with_heap<T>(
        &self,
        incarnation: u64,
        work: impl FnOnce(&mut Life) -> T,
    ) -> Option<T> {
        self.in_life(incarnation, |state| work(&mut state.heap))
    }

    pub(super) fn member_ended(&self, incarnation: u64, id: MemberId, slot: Option<usize>) {
        self.in_life(incarnation, |state| {
            state.cores.forget(id);
            if let Some(slot) = slot {
                state.tasks.ended(slot);
            }
        });
    }

    /// Changes the memory in use by a difference; too much ends the process.
    pub(crate) fn charge(&self, incarnation: u64, added: u64, removed: u64) {
        let exceeded = self.in_life(incarnation, |state| {
            state.counts_memory = true;
            state.memory = state.memory.saturating_add(added).saturating_sub(removed);
            state.memory > state.spec.memory_limit
        });
        if exceeded == Some(true) {
            self.end(ExitReason::OutOfMemory);
        }
    }

    /// Records the process's own metrics; a dead process has none of any kind.
    pub(crate) fn report(&self) {
        if !self.is_alive() {
            emit::forget_metrics(self.resource());
            return;
        }
        let now = time::now();
        let (busy, cores, span, memory, started, resource) = {
            let mut state = lock(&self.state);
            let (busy, cores) = state.cores.take_busy(now);
            let span = now - std::mem::replace(&mut state.reported, now);
            (
                busy,
                cores,
                span,
                state.counts_memory.then_some(state.memory),
                state.started,
                state.resource,
            )
        };
        let _resource = emit::with_resource(resource);
        gauge!("process.cpu.utilization").set(share(busy, span, cores));
        if let Some(memory) = memory {
            gauge!("process.memory.usage").set(memory as f64);
        }
        gauge!("process.uptime").set((now - started).as_secs_f64());
    }
}

fn is_alive(incarnation: u64) -> bool {
    incarnation % 2 == 1
}

fn share(busy: Duration, span: Duration, cores: usize) -> f64 {
    let available = span.as_secs_f64() * cores as f64;
    if available > 0.0 {
        busy.as_secs_f64() / available
    } else {
        0.0
    }
}

fn register(spec: &ProcessSpec) -> emit::ResourceId {
    let resource = emit::Resource::new(&spec.service)
        .instance(&spec.instance)
        .version(&spec.version);
    emit::register(&resource.host(&spec.instance))
}
