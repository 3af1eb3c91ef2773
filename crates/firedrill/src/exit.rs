//! Exit codes: one enum, so that scripts can tell a wrong argument from a broken engine.

use std::process::ExitCode;

/// Why the command ended as it did. The numbers are stable; `firedrill --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Success = 0,
    /// The arguments are wrong: unknown drill, seed that is no number, unknown option.
    Usage = 2,
    /// Something that the command needs is not usable: port in use, folder not writable.
    Environment = 3,
    /// A recording or a heap snapshot is damaged or none at all.
    Recording = 4,
    /// A system could not be simulated to the end.
    Simulation = 5,
    /// A drill is not valid.
    Catalogue = 6,
    /// A drill is not alive, or a repair does not hold.
    Liveness = 7,
    /// A defect in Firedrill itself.
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What is wrong, one sentence or more.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) next_step: String,
}

impl Failure {
    /// A failure with this code.
    pub(crate) fn new(exit: Exit, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            next_step: next_step.into(),
        }
    }
}
