//! Time, virtual or real, behind one set of functions.
//!
//! `timestamp` is the point in time that everything else speaks of, `timers` the heap of virtual deadlines,
//! `sleep`, `timeout` and `interval` the futures. Start at `clock`, where the two modes part.
//!
//! It does not know calendars: a [`Timestamp`] is a number of nanoseconds.

mod clock;
mod interval;
mod sleep;
mod timeout;
pub(crate) mod timers;
mod timestamp;

pub use clock::{clock, now};
pub(crate) use clock::{is_virtual, set_live, set_now, set_outside, set_virtual};
pub use interval::{Interval, interval};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, Timeout, timeout};
pub use timestamp::Timestamp;
