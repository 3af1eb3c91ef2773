//! What to run, and how far it may go.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use catalogue::Level;

/// The executable of a system, with the arguments that come before the contract's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemCommand {
    /// The executable.
    pub program: PathBuf,
    /// Arguments before `simulate`, such as `system workflow-platform`.
    pub arguments: Vec<OsString>,
}

/// One incident: scenario × seed.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentSpec {
    /// The system.
    pub system: SystemCommand,
    /// The scenario that sets the conditions.
    pub scenario: String,
    /// The seed of everything that is random.
    pub seed: u64,
    /// Virtual hours; a fraction is fine.
    pub hours: f64,
    /// How hard the incident is made.
    pub difficulty: Level,
    /// The drill as a person may name it on the command line; for the replay command.
    pub drill: String,
    /// The part that is recorded; the whole incident when there is none.
    pub part: Option<Part>,
    /// What the run may take.
    pub limits: Limits,
}

/// A part of an incident, in seconds after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct Part {
    /// Its first second.
    pub from_seconds: u64,
    /// The second after its last.
    pub until_seconds: u64,
}

/// What a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Real time.
    pub time: Duration,
    /// Bytes of telemetry that the child may send.
    pub bytes: u64,
    /// Bytes of memory that the child may hold, with what it starts.
    pub memory: u64,
}

impl Default for Limits {
    /// Ten minutes, 16 GiB of telemetry and 8 GiB of memory: many times what the largest incident takes.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(600),
            bytes: 16 << 30,
            memory: 8 << 30,
        }
    }
}

impl IncidentSpec {
    /// The command that runs the same incident again.
    pub fn replay(&self) -> String {
        format!(
            "firedrill simulate {} --seed {} --hours {} --difficulty {} --out DIR",
            self.drill,
            self.seed,
            self.hours,
            self.difficulty.as_str()
        )
    }

    /// All arguments of the child that simulates.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments = self.command(&["simulate", "--scenario", &self.scenario]);
        if let Some(part) = self.part {
            let (from, until) = (
                part.from_seconds.to_string(),
                part.until_seconds.to_string(),
            );
            let part = ["--from-seconds", &from, "--until-seconds", &until];
            arguments.extend(part.map(OsString::from));
        }
        arguments
    }

    /// All arguments of the child that says what the seed draws.
    pub(crate) fn description_arguments(&self) -> Vec<OsString> {
        self.command(&["scenarios", "--describe", &self.scenario])
    }

    fn command(&self, verb: &[&str]) -> Vec<OsString> {
        let mut arguments = self.system.arguments.clone();
        let variant = [
            "--seed",
            &self.seed.to_string(),
            "--hours",
            &self.hours.to_string(),
            "--difficulty",
            self.difficulty.as_str(),
        ];
        arguments.extend(verb.iter().chain(&variant).map(OsString::from));
        arguments
    }
}
