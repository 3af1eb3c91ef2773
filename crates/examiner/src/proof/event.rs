//! What happens during a proof.

use crate::build::BuildEvent;
use crate::incident::Progress;

/// Which of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The unchanged system.
    Before,
    /// The changed one.
    After,
}

/// What happens, in this order: taken in, any number of the build's, any number of each run's, judging.
#[derive(Debug, Clone, PartialEq)]
pub enum ProofEvent {
    /// The submission is one that can be built; these files differ from the unchanged system.
    TakenIn {
        /// Paths relative to the system.
        changed: Vec<String>,
    },
    /// The build goes on.
    Build(BuildEvent),
    /// The build is done.
    Built {
        /// Real time that it took.
        elapsed: std::time::Duration,
    },
    /// A run goes on.
    Run(Side, Progress),
    /// Both runs are there and are compared.
    Judging,
}
