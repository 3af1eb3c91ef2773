//! The shape of a verdict: what a proof comes to. It is what is stored, too.

use examiner::{build, proof};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a proof comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Fixed, not fixed, or not to be told.
    pub outcome: Outcome,
    /// The outcome in one sentence.
    pub sentence: String,
    /// When both runs begin on the incident's clock, ms since the epoch; null when nothing was run.
    pub begins_at_ms: Option<i64>,
    /// Every check; those that fail come first. Empty when nothing was run.
    pub checks: Vec<CheckOutcome>,
    /// Why it could not be judged; null when it could.
    pub unjudged: Option<Unjudged>,
    /// The command that judges the same change again, from the patch that `GET …/patch` gives.
    pub replay: String,
    /// Real time that it took.
    pub took: ProofTimes,
}

/// The three outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every check holds.
    Fixed,
    /// A check does not hold.
    NotFixed,
    /// It was not run to its end, or the run tells nothing.
    CouldNotBeJudged,
}

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// The figure that must be kept to; null where there is nothing to compare with.
    pub limit: Option<f64>,
    /// What the changed system shows; null when it shows nothing.
    pub saw: Option<f64>,
    /// What the unchanged system shows; null when it shows nothing.
    pub before: Option<f64>,
    /// Why it does not hold, a sentence; null when it does.
    pub because: Option<String>,
    /// The figure over the run of the unchanged system.
    pub before_samples: ProofSamples,
    /// The figure over the run of the changed system.
    pub after_samples: ProofSamples,
}

/// What a check stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// What users were promised holds, during and after the trigger.
    Objective,
    /// What brings the incident about was really there.
    Trigger,
    /// The work was really done.
    Work,
    /// Nothing else got worse.
    Unharmed,
}

/// Whether a check holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// There is nothing to tell it by, through no fault of the change.
    Unknown,
}

/// A figure over a run; both lists have the same length.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProofSamples {
    /// Milliseconds after the runs' beginning, rising.
    pub at_ms: Vec<i64>,
    /// The values.
    pub values: Vec<f64>,
}

/// Why something could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unjudged {
    /// The reason, a fragment that fits behind "could not be judged: ".
    pub reason: String,
    /// What to do about it.
    pub next_step: String,
    /// What the compiler says, if it refused.
    pub compiler: Vec<CompilerMessage>,
    /// The last lines that the changed system wrote, if it ended early.
    pub stderr_tail: String,
}

/// A message of the compiler about the system's own source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompilerMessage {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The file, when it has a place.
    pub path: Option<String>,
    /// The line, counted from 1, when it has a place.
    pub line: Option<usize>,
    /// As the compiler shows it, with lines of the source.
    pub rendered: String,
}

/// How bad a message of the compiler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does not compile.
    Error,
    /// It compiles.
    Warning,
}

/// Real time of the parts of a proof.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofTimes {
    /// The build.
    pub build_ms: u64,
    /// The run of the changed system, with that of the unchanged one where it was not known yet.
    pub run_ms: u64,
    /// The judging.
    pub judge_ms: u64,
}

/// What a list shows of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofSummary {
    /// The verdict's outcome.
    pub outcome: Outcome,
    /// The outcome in one sentence.
    pub sentence: String,
    /// Checks that hold.
    pub holds: usize,
    /// Checks.
    pub checks: usize,
    /// The files that differed from the unchanged system, by path.
    pub changed: Vec<String>,
}

impl ProofSummary {
    /// Sums up a verdict on a change of these files.
    pub(crate) fn new(verdict: &Verdict, changed: Vec<String>) -> Self {
        let holds = |check: &&CheckOutcome| check.state == CheckState::Holds;
        Self {
            outcome: verdict.outcome,
            sentence: verdict.sentence.clone(),
            holds: verdict.checks.iter().filter(holds).count(),
            checks: verdict.checks.len(),
            changed,
        }
    }
}

impl Verdict {
    /// The examiner's verdict as it is stored and shown.
    pub(crate) fn new(verdict: proof::Verdict) -> Self {
        let took = verdict.took;
        Self {
            outcome: verdict.outcome.into(),
            sentence: verdict.sentence,
            begins_at_ms: verdict.begins_at_ms,
            checks: verdict.checks.into_iter().map(CheckOutcome::new).collect(),
            unjudged: verdict.unjudged.map(|it| Unjudged {
                reason: it.reason,
                next_step: it.next_step,
                compiler: it.compiler.into_iter().map(CompilerMessage::new).collect(),
                stderr_tail: it.stderr_tail,
            }),
            replay: verdict.replay,
            took: ProofTimes {
                build_ms: super::millis(took.build),
                run_ms: super::millis(took.run),
                judge_ms: super::millis(took.judge),
            },
        }
    }
}

impl CheckOutcome {
    fn new(check: proof::CheckOutcome) -> Self {
        Self {
            id: check.id,
            kind: check.kind.into(),
            title: check.title,
            state: check.state.into(),
            expected: check.expected,
            limit: finite(check.limit),
            saw: finite(check.saw),
            before: finite(check.before),
            because: check.because,
            before_samples: ProofSamples::new(&check.before_samples),
            after_samples: ProofSamples::new(&check.after_samples),
        }
    }
}

impl ProofSamples {
    /// JSON has no infinity; the quantile of an overflowing bucket is none that could be drawn.
    fn new(samples: &[proof::Sample]) -> Self {
        let finite = samples.iter().filter(|sample| sample.value.is_finite());
        let (at_ms, values) = finite.map(|sample| (sample.at_ms, sample.value)).unzip();
        Self { at_ms, values }
    }
}

impl CompilerMessage {
    /// The compiler's message as it is stored and shown.
    pub(crate) fn new(message: build::CompilerMessage) -> Self {
        let (path, line) = message.place.map(|place| (place.path, place.line)).unzip();
        Self {
            severity: match message.severity {
                build::Severity::Error => Severity::Error,
                build::Severity::Warning => Severity::Warning,
            },
            message: message.message,
            path,
            line,
            rendered: message.rendered,
        }
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

impl From<proof::Outcome> for Outcome {
    fn from(outcome: proof::Outcome) -> Self {
        match outcome {
            proof::Outcome::Fixed => Self::Fixed,
            proof::Outcome::NotFixed => Self::NotFixed,
            proof::Outcome::CouldNotBeJudged => Self::CouldNotBeJudged,
        }
    }
}

impl From<proof::CheckState> for CheckState {
    fn from(state: proof::CheckState) -> Self {
        match state {
            proof::CheckState::Holds => Self::Holds,
            proof::CheckState::Fails => Self::Fails,
            proof::CheckState::Unknown => Self::Unknown,
        }
    }
}

impl From<catalogue::CheckKind> for CheckKind {
    fn from(kind: catalogue::CheckKind) -> Self {
        match kind {
            catalogue::CheckKind::Objective => Self::Objective,
            catalogue::CheckKind::Trigger => Self::Trigger,
            catalogue::CheckKind::Work => Self::Work,
            catalogue::CheckKind::Unharmed => Self::Unharmed,
        }
    }
}
