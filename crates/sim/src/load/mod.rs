//! Traffic from outside: how much comes when.
//!
//! Load is open-loop: arrivals do not wait for earlier requests, so that queues really grow when a service
//! cannot keep up. `curve` says how many arrive per second at any time, `arrivals` draws the moments. Start
//! at [`arrivals()`].
//!
//! It does not know what a request is; the caller spawns one per arrival.

mod arrivals;
mod curve;

pub use arrivals::{Arrivals, arrivals};
pub use curve::{Curve, Spike};
