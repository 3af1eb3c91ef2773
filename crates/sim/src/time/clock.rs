//! What time it is: a thread-local number in virtual mode, the wall clock live.
//!
//! The mode belongs to the thread, since a virtual world has exactly one. Start at [`now`].
//!
//! It does not move virtual time; `runtime` does.

use std::cell::Cell;

use super::Timestamp;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// No runtime: the clock stands where the last virtual run on this thread left it.
    Outside,
    Virtual,
    Live,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Outside) };
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// The current time.
pub fn now() -> Timestamp {
    Timestamp::from_unix_nanos(clock())
}

/// The current time in nanoseconds since the Unix epoch, as telemetry wants it
/// ([`emit::Config::clock`]).
pub fn clock() -> u64 {
    match MODE.get() {
        Mode::Live => emit::wall_clock(),
        Mode::Virtual | Mode::Outside => NOW.get(),
    }
}

pub(crate) fn is_virtual() -> bool {
    match MODE.get() {
        Mode::Virtual => true,
        Mode::Live => false,
        Mode::Outside => panic!(
            "time does not pass outside a sim::Runtime; call this from a future that it runs"
        ),
    }
}

pub(crate) fn set_now(now: Timestamp) {
    NOW.set(now.as_unix_nanos());
}

pub(crate) fn set_virtual(start: Timestamp) {
    MODE.set(Mode::Virtual);
    set_now(start);
}

pub(crate) fn set_live() {
    MODE.set(Mode::Live);
}

pub(crate) fn set_outside() {
    MODE.set(Mode::Outside);
}
