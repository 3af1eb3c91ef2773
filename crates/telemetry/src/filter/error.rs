//! What is wrong with a query, where, and what to do about it.

use thiserror::Error;

/// Kinds of mistakes, stable for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The query ends where something must follow.
    UnexpectedEnd,
    /// Something stands where it cannot.
    Unexpected,
    /// A quote or regular expression is not closed.
    Unterminated,
    /// Parentheses do not match.
    Parenthesis,
    /// A regular expression does not parse or is too large.
    BadRegex,
    /// A number was needed.
    BadNumber,
    /// A number needs a unit, or has one that does not fit.
    BadUnit,
    /// A key of the language does not have this value.
    UnknownValue,
    /// A key of the language cannot be used like this.
    BadTest,
    /// There is no such figure or stage.
    UnknownFigure,
    /// Too long, too deep, or too many keys.
    TooLarge,
}

impl ErrorCode {
    /// The code as programs see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "unexpected_end",
            Self::Unexpected => "unexpected",
            Self::Unterminated => "unterminated",
            Self::Parenthesis => "parenthesis",
            Self::BadRegex => "bad_regex",
            Self::BadNumber => "bad_number",
            Self::BadUnit => "bad_unit",
            Self::UnknownValue => "unknown_value",
            Self::BadTest => "bad_test",
            Self::UnknownFigure => "unknown_figure",
            Self::TooLarge => "too_large",
        }
    }
}

/// A query that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FilterError {
    /// What kind of mistake.
    pub code: ErrorCode,
    /// What is wrong.
    pub message: String,
    /// Where it begins, in bytes of the query.
    pub offset: usize,
    /// How many bytes it covers; 0 at the end of the query.
    pub length: usize,
    /// What to do about it.
    pub next_step: String,
}
