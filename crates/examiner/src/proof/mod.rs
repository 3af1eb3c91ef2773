//! Proves a repair: builds what was handed in, runs the same incident on it, and judges by properties.
//!
//! The same scenario, seed, difficulty and part of the incident are run twice: as the system is (*before*, kept from
//! proof to proof) and as it was changed (*after*). A drill's checks say what must hold; the outcome is a
//! [`Verdict`] with what was expected and seen. Start at [`prove`].
//!
//! It blocks; give it a thread. It prints nothing: what happens is told through [`ProofEvent`]s.

mod before;
mod engine;
mod event;
mod figures;
mod judge;
mod spec;
mod verdict;
mod wording;

pub use engine::prove;
pub use event::{ProofEvent, Side};
pub use figures::{Figures, Sample};
pub use judge::judge;
pub use spec::{ProofLimits, ProofSpec};
pub use verdict::{CheckOutcome, CheckState, Outcome, Took, Unjudged, Verdict};
pub use wording::figure as figure_in_words;
