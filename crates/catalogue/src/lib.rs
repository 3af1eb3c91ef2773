//! Drills: what they are, read from a folder or from the binary, and validated.
//!
//! A drill is one folder: `drill.toml` and `brief.md` are for the candidate, everything under
//! `interviewer/` is not. The split is kept by types: [`Drill`] holds what a candidate may see,
//! [`Incident`] what it takes to run the incident, [`Interviewer`] the guide, the hints, the answer
//! and the solution. Only [`Drill`] may be rendered for a candidate, and it carries a neutral id
//! instead of the folder's name.
//!
//! Start reading at [`Catalogue::load`]. The closed lists that a candidate picks from (mechanisms,
//! components, chain steps, suspects) are the [`Vocabulary`], the same for every drill, so that a
//! list by itself tells nothing.
//!
//! This crate runs nothing and scores nothing; see `examiner` for both.

mod answer;
mod catalogue;
mod checks;
mod corpus;
mod diagnosis;
mod drill;
mod embedded;
mod error;
mod id;
mod interviewer;
mod liveness;
mod manifest;
mod predicate;
mod source;
mod trail;
mod vocabulary;

pub use answer::{
    AcceptedLocation, Answer, ChainCriterion, ChoiceCriterion, EvidenceItem, LocationCriterion,
    RedHerring, RuledOutCriterion,
};
pub use catalogue::{Catalogue, Entry};
pub use checks::{Check, CheckKind, CheckSource, Checks, Limit};
pub use corpus::{PinnedPatch, PinnedVerdict};
pub use diagnosis::{Diagnosis, Location};
pub use drill::{Drill, Incident, Kind, Level, StartRange, Tool};
pub use error::{CatalogueError, Issue};
pub use id::DrillId;
pub use interviewer::{Hint, Interviewer};
pub use liveness::{Indicator, Liveness, Work};
pub use predicate::Predicate;
pub use trail::{AskedBy, TrailQuery};
pub use vocabulary::{System, Term, Vocabulary};
