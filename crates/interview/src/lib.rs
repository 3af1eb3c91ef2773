//! Sessions and everything that is written down in them: notebook, hints, evidence trail, changed
//! files and their proofs, drafts, hand-ins and results. Owns the SQL schema.
//!
//! Start reading at [`Store`] for how it is opened and at [`SessionState`] for the states that a
//! session goes through; each kind of record has a file of its own with the methods of [`Store`]
//! that concern it. An acknowledged write survives a crash: SQLite runs with a write-ahead log and
//! synchronises it on every commit.
//!
//! It runs no incident and computes no score. Times are passed in by the caller, in milliseconds
//! since the epoch, so that tests need no clock.

mod answer;
mod changes;
mod entity;
mod error;
mod hints;
mod id;
mod migration;
mod notebook;
mod proofs;
mod recorder;
mod session;
mod store;
mod trail;

pub use answer::HandIn;
pub use changes::ChangedFile;
pub use error::StoreError;
pub use hints::ShownHint;
pub use id::random_id;
pub use notebook::{Entry, EntryChange, EntryKind, HypothesisStatus, NewEntry};
pub use proofs::{NewProof, Proof};
pub use recorder::TrailRecorder;
pub use session::{Failure, NewSession, Prepared, Session, SessionState};
pub use store::Store;
