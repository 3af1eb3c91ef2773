//! The beat at which metrics are collected: every 15 seconds of the world's clock.
//!
//! In virtual time the beat is not a timer. If it were, there would always be a timer, and a world in which
//! everything waits for everything would spin on instead of being found out. Start at [`Ticks`].

use std::{cell::Cell, time::Duration};

use metrics::{Unit, describe_counter, describe_gauge};

use super::world;
use crate::time::{self, Timestamp};

/// Time between two collections.
pub(super) const PERIOD: Duration = Duration::from_secs(15);

thread_local! {
    static NEXT: Cell<Timestamp> = const { Cell::new(Timestamp::from_unix_nanos(0)) };
}

/// Plans the first virtual tick.
pub(super) fn start(now: Timestamp) {
    NEXT.set(now + PERIOD);
}

/// Says what the metrics of processes mean.
pub(super) fn describe() {
    describe_gauge!(
        "process.cpu.utilization",
        Unit::Count,
        "share of the process's cores that was busy"
    );
    describe_gauge!(
        "process.memory.usage",
        Unit::Bytes,
        "memory that the process uses"
    );
    describe_gauge!(
        "process.memory.limit",
        Unit::Bytes,
        "memory beyond which the process is killed"
    );
    describe_counter!(
        "process.memory.allocated",
        Unit::Bytes,
        "memory that the allocator handed out since the process was started"
    );
    describe_counter!(
        "process.memory.freed",
        Unit::Bytes,
        "memory that came back to the allocator since the process was started"
    );
    describe_gauge!(
        "process.uptime",
        Unit::Seconds,
        "time since the process was started"
    );
}

/// Performs the virtual ticks that are due before or at `deadline`, each at its own time.
pub(super) fn run_until(deadline: Timestamp) {
    while NEXT.get() <= deadline {
        let tick = NEXT.get();
        time::set_now(tick);
        collect();
        NEXT.set(tick + PERIOD);
    }
}

/// Measures every process and exports all metrics.
pub(super) fn collect() {
    for process in world::with(world::World::processes) {
        process.report();
    }
    emit::collect_metrics(time::clock());
}
