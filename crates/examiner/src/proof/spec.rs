//! What is to be proven, and with what.

use std::path::PathBuf;

use catalogue::{Checks, Level};

use crate::build::BuildLimits;
use crate::incident::{Limits, SystemCommand};
use crate::submission::Submission;

/// One proof.
#[derive(Debug, Clone)]
pub struct ProofSpec {
    /// The drill as a person may name it on the command line; for the replay command.
    pub drill: String,
    /// The system's name.
    pub system: String,
    /// The unchanged system.
    pub command: SystemCommand,
    /// The scenario that sets the conditions.
    pub scenario: String,
    /// The seed of everything that is random.
    pub seed: u64,
    /// How hard the incident is made.
    pub difficulty: Level,
    /// Virtual hours of the drill's whole incident.
    pub hours: f64,
    /// What must hold.
    pub checks: Checks,
    /// What was handed in.
    pub submission: Submission,
    /// How a person hands the same in again, such as `--patch FILE`; for the replay command.
    pub handed_in_by: String,
    /// A folder of the data folder: builds, runs and what is kept of the unchanged system lie under it.
    pub folder: PathBuf,
    /// What it may take.
    pub limits: ProofLimits,
}

/// What a proof may take.
#[derive(Debug, Clone, Copy)]
pub struct ProofLimits {
    /// The build.
    pub build: BuildLimits,
    /// Each of the two runs.
    pub run: Limits,
}

impl Default for ProofLimits {
    /// A run gets five minutes, 4 GiB of telemetry and 3 GiB of memory: several times what the part of an incident
    /// takes that is proven on.
    fn default() -> Self {
        Self {
            build: BuildLimits::default(),
            run: Limits {
                time: std::time::Duration::from_mins(5),
                bytes: 4 << 30,
                memory: 3 << 30,
            },
        }
    }
}

impl ProofSpec {
    /// The command that judges the same submission again.
    #[must_use]
    pub fn replay(&self) -> String {
        format!(
            "firedrill judge {} --seed {} --difficulty {} {}",
            self.drill,
            self.seed,
            self.difficulty.as_str(),
            self.handed_in_by
        )
    }
}
