//! The outcome of a proof.

use std::time::Duration;

use catalogue::CheckKind;

use super::figures::Sample;
use crate::build::CompilerMessage;

/// What a proof comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Fixed, not fixed, or not to be told.
    pub outcome: Outcome,
    /// The outcome in one sentence.
    pub sentence: String,
    /// When the runs begin, ms since the epoch on the incident's clock; `None` when nothing was run.
    pub begins_at_ms: Option<i64>,
    /// Every check; those that fail come first. Empty when nothing was run.
    pub checks: Vec<CheckOutcome>,
    /// Why it could not be judged, when it could not.
    pub unjudged: Option<Unjudged>,
    /// The command that judges the same again.
    pub replay: String,
    /// Real time that its parts took.
    pub took: Took,
}

/// The three outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every check holds.
    Fixed,
    /// A check does not hold.
    NotFixed,
    /// It was not run to its end, or says nothing.
    CouldNotBeJudged,
}

impl Outcome {
    /// The words used in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotFixed => "not fixed",
            Self::CouldNotBeJudged => "could not be judged",
        }
    }
}

/// Why something could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The reason, a fragment that fits behind "could not be judged: ".
    pub reason: String,
    /// What to do about it.
    pub next_step: String,
    /// What the compiler says, if it refused.
    pub compiler: Vec<CompilerMessage>,
    /// The last lines that the system wrote, if it ended early.
    pub stderr_tail: String,
}

/// What became of one check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOutcome {
    /// Its id.
    pub id: String,
    /// What it stands for.
    pub kind: CheckKind,
    /// What must hold.
    pub title: String,
    /// Whether it does.
    pub state: CheckState,
    /// What was expected, such as `at most 0.5 at any time`.
    pub expected: String,
    /// The figure that must be kept to; `None` where it is a share of what the unchanged system does not show.
    pub limit: Option<f64>,
    /// What the changed system shows; `None` when it shows nothing.
    pub saw: Option<f64>,
    /// What the unchanged system shows.
    pub before: Option<f64>,
    /// One sentence, when it does not hold.
    pub because: Option<String>,
    /// The figure over the run of the unchanged system.
    pub before_samples: Vec<Sample>,
    /// The figure over the run of the changed system.
    pub after_samples: Vec<Sample>,
}

/// Whether a check holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// There is nothing to tell it by, through no fault of the submission.
    Unknown,
}

/// Real time of the parts of a proof.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Took {
    /// The build.
    pub build: Duration,
    /// The run of the changed system, with that of the unchanged one where it was not known yet.
    pub run: Duration,
    /// The judging.
    pub judge: Duration,
}
