//! Runs an incident: starts the system as a child process, reads its telemetry, records it.
//!
//! A child process, so that a system that dies or eats its memory takes nothing with it, and so that
//! a changed copy of a system is just another executable. The child speaks `emit::frames` on its
//! standard output; its standard error is kept for the case that it fails.
//!
//! Start reading at [`begin`] and [`record`], then at [`run`] for the engine without the recording. Both block;
//! give them a thread. They print nothing: what happens is told through [`IncidentEvent`]s.

mod account;
mod cancel;
mod describe;
mod engine;
mod error;
mod frames;
mod recording;
mod spec;
mod stderr;

pub use account::account;
pub use cancel::Cancel;
pub use describe::{Description, describe};
pub use engine::{Append, Appended, IncidentEvent, Progress, Totals, run};
pub use error::{IncidentError, IncidentErrorKind};
pub use recording::{Recorded, RecordingLabel, begin, record};
pub use spec::{IncidentSpec, Limits, Part, SystemCommand};
