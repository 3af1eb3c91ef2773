//! What the candidate must not see before handing in.

use serde::Deserialize;

use crate::answer::Answer;
use crate::checks::Checks;
use crate::corpus::PinnedPatch;
use crate::liveness::Liveness;

/// The `interviewer/` folder of a drill. Nothing in it may reach a candidate, except hints that were
/// asked for and, after handing in, the solution.
#[derive(Debug, Clone)]
pub struct Interviewer {
    /// How to lead the interview, in Markdown.
    pub guide_md: String,
    /// Hints, in the order in which they are given.
    pub hints: Vec<Hint>,
    /// What is right.
    pub answer: Answer,
    /// What happened, explained in Markdown.
    pub solution_md: String,
    /// How to prove that the drill is alive.
    pub liveness: Liveness,
    /// How to judge a repair; a drill without can be investigated only.
    pub checks: Option<Checks>,
    /// Right repairs, in the order of their names.
    pub fixes: Vec<PinnedPatch>,
    /// Plausible wrong ones, in the order of their names.
    pub band_aids: Vec<PinnedPatch>,
}

/// One hint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// Minutes after the start when it may be asked for.
    pub after_minutes: u32,
    /// The hint, in Markdown.
    pub text: String,
}

/// `interviewer/hints.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HintsFile {
    #[serde(default, rename = "hint")]
    pub(crate) hints: Vec<Hint>,
}
