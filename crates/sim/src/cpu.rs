//! Computing, which takes time and keeps a core from others.
//!
//! Real work in a simulation is over in no virtual time, so whoever computes says what it costs. Start at
//! [`work`].

use std::{sync::Arc, time::Duration};

use crate::{
    process::{self, Member},
    time,
};

/// Performs `real_work`, which keeps a core of the current process for `cost`.
///
/// While all cores are kept, no other task of the process runs: requests wait, timers are noticed late, health
/// checks fail. Pieces of work in one task take turns. The effect of `real_work` is there at once and the
/// time passes afterwards. Outside a process there is no core to keep, but the time passes all the same.
///
/// Live, the worker thread is blocked until `cost` has passed since the start of `real_work`.
pub async fn work<T>(cost: Duration, real_work: impl FnOnce() -> T) -> T {
    if !time::is_virtual() {
        return live(cost, real_work);
    }
    let Some(member) = process::current_member() else {
        let result = real_work();
        time::sleep(cost).await;
        return result;
    };
    // The semaphore is never closed, so there is always a turn to come.
    let _turn = member.turn.acquire().await;
    let _core = Core::take(&member);
    let result = real_work();
    time::sleep(cost).await;
    result
}

/// A core that a task keeps; given back when dropped, also when the work is given up half way.
struct Core<'a>(&'a Arc<Member>);

impl<'a> Core<'a> {
    fn take(member: &'a Arc<Member>) -> Self {
        member.work_begins();
        Self(member)
    }
}

impl Drop for Core<'_> {
    fn drop(&mut self) {
        self.0.work_ends();
    }
}

fn live<T>(cost: Duration, real_work: impl FnOnce() -> T) -> T {
    let member = process::current_member();
    let _core = member.as_ref().map(Core::take);
    let start = time::now();
    let result = real_work();
    stall(cost.saturating_sub(start.elapsed()));
    result
}

#[expect(
    clippy::disallowed_methods,
    reason = "live, expensive work has to stall its worker as it would in earnest"
)]
fn stall(rest: Duration) {
    std::thread::sleep(rest);
}
