//! The wrapper around each task of a process.
//!
//! It lets the task run only when a core is free, tells everything that runs below which process it is in,
//! and files telemetry under that process. Start at the `poll` of [`Gated`].
//!
//! Live, cores are not rationed here: the machine does that.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::sync::Semaphore;

use super::{
    cores::{Cores, MemberId},
    instance::Process,
};
use crate::time;

/// What a task of a process knows about itself.
pub(crate) struct Member {
    pub(crate) process: Arc<Process>,
    /// Which life of the process it belongs to.
    pub(crate) incarnation: u64,
    pub(crate) id: MemberId,
    /// Whether it occupies a core beyond its poll, that is, whether work is going on.
    pub(crate) working: AtomicBool,
    polling: AtomicBool,
    /// A task runs on one core at a time; joined pieces of work take turns.
    pub(crate) turn: Semaphore,
    resource: emit::ResourceId,
    slot: Option<usize>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Member>>> = const { RefCell::new(None) };
}

/// The process that the caller runs in.
pub(crate) fn current() -> Option<Arc<Process>> {
    CURRENT.with_borrow(|member| member.as_ref().map(|member| Arc::clone(&member.process)))
}

/// The task that the caller runs in, if it belongs to a process.
pub(crate) fn current_member() -> Option<Arc<Member>> {
    CURRENT.with_borrow(Clone::clone)
}

impl Member {
    pub(super) fn new(
        process: Arc<Process>,
        incarnation: u64,
        id: MemberId,
        slot: Option<usize>,
    ) -> Arc<Self> {
        Arc::new(Self {
            resource: process.resource(),
            process,
            incarnation,
            id,
            working: AtomicBool::new(false),
            polling: AtomicBool::new(false),
            turn: Semaphore::new(1),
            slot,
        })
    }

    /// Work has taken the core that this task occupies anyway.
    pub(crate) fn work_begins(&self) {
        self.working.store(true, Ordering::Relaxed);
        self.process
            .with_cores(self.incarnation, |cores| cores.work_begins(time::now()));
    }

    /// Work has ended or was given up. The core goes back after the poll, or now if none is going on.
    pub(crate) fn work_ends(&self) {
        self.working.store(false, Ordering::Relaxed);
        let leave = !self.polling.load(Ordering::Relaxed) && self.process.rations_cores();
        self.process.with_cores(self.incarnation, |cores| {
            cores.work_ends(time::now());
            if leave {
                cores.leave();
            }
        });
    }
}

/// Makes `member` the current task until it is dropped.
pub(super) struct Inside {
    previous: Option<Arc<Member>>,
    _resource: emit::ResourceGuard,
}

impl Inside {
    pub(super) fn new(member: &Arc<Member>) -> Self {
        let resource = emit::with_resource(member.resource);
        Self {
            previous: CURRENT.replace(Some(Arc::clone(member))),
            _resource: resource,
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        CURRENT.set(self.previous.take());
    }
}

pin_project! {
    /// A task of a process.
    pub(super) struct Gated<F> {
        // Taken out when the process dies, so that the future is dropped inside its process.
        future: Option<Pin<Box<F>>>,
        member: Arc<Member>,
    }

    impl<F> PinnedDrop for Gated<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let member = this.member;
            let dead = !member.process.lives(member.incarnation);
            let inside = Inside::new(member);
            // What a dead process had not sent yet is lost.
            let lost = dead.then(emit::discard);
            *this.future = None;
            drop(lost);
            drop(inside);
            member.process.member_ended(member.incarnation, member.id, member.slot);
        }
    }
}

impl<F> Gated<F> {
    pub(super) fn new(future: Pin<Box<F>>, member: Arc<Member>) -> Self {
        Self {
            future: Some(future),
            member,
        }
    }
}

impl<F: Future> Future for Gated<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let member = &*this.member;
        let process = &member.process;
        // A task that works occupies a core already.
        let rationed = process.rations_cores();
        if rationed && !member.working.load(Ordering::Relaxed) {
            let entered = process.with_cores(member.incarnation, |cores| {
                cores.enter(member.id, context.waker())
            });
            match entered {
                Some(true) => {}
                // Its process has died and this task is about to be dropped.
                Some(false) | None => return Poll::Pending,
            }
        }
        let _poll = Polling::new(member, rationed);
        let _inside = Inside::new(this.member);
        match this.future {
            Some(future) => future.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// A poll that is going on. Gives the core back at its end, also when the task panics, unless work keeps it.
struct Polling<'a> {
    member: &'a Member,
    rationed: bool,
}

impl<'a> Polling<'a> {
    fn new(member: &'a Member, rationed: bool) -> Self {
        member.polling.store(true, Ordering::Relaxed);
        Self { member, rationed }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        let member = self.member;
        member.polling.store(false, Ordering::Relaxed);
        if self.rationed && !member.working.load(Ordering::Relaxed) {
            member.process.with_cores(member.incarnation, Cores::leave);
        }
    }
}
