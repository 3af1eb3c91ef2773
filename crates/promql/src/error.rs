//! What went wrong, where in the query, and what to do next.
//!
//! Every failure of this crate is an [`Error`]. It points into the query text so that an editor
//! can underline the place, and it always proposes a next step.

use std::fmt::Write as _;

/// A stretch of the query text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Length in bytes. Zero marks a position, for example the end of the text.
    pub len: usize,
}

impl Span {
    /// The bytes from `start` up to, but without, `end`.
    #[must_use]
    pub fn between(start: usize, end: usize) -> Self {
        Span {
            start,
            len: end.saturating_sub(start),
        }
    }

    /// The offset after the last byte.
    #[must_use]
    pub fn end(self) -> usize {
        self.start + self.len
    }

    /// The smallest stretch that holds both.
    #[must_use]
    pub fn join(self, other: Span) -> Self {
        Span::between(self.start.min(other.start), self.end().max(other.end()))
    }

    /// Line and column of the first character in `query`, both counted from 1, columns in
    /// characters.
    #[must_use]
    pub fn line_and_column(self, query: &str) -> (usize, usize) {
        let before = query.get(..self.start).unwrap_or(query);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// The reason in broad terms, for callers that choose a status code or a colour by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The text is not PromQL.
    Syntax,
    /// The text is PromQL, but an operand or argument has the wrong type or number.
    Type,
    /// The query is valid upstream, but this evaluator does not know how to answer it.
    Unsupported,
    /// The start, end, step or instant does not make sense.
    Request,
    /// The data do not allow an answer, for example duplicate series in a vector match.
    Evaluation,
    /// The query would touch more than [`crate::Limits`] allows.
    Limit,
    /// [`crate::Cancel`] was used.
    Cancelled,
    /// The [`crate::Source`] failed.
    Source,
}

/// A query that could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {next_step}")]
pub struct Error {
    /// The reason in broad terms.
    pub kind: ErrorKind,
    /// What is wrong, as a lowercase fragment.
    pub message: String,
    /// What to do about it, as a lowercase fragment.
    pub next_step: String,
    /// The part of the query that is meant.
    pub span: Span,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        span: Span,
        message: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Error {
            kind,
            message: message.into(),
            next_step: next_step.into(),
            span,
        }
    }

    /// The line of the query that is meant with carets under the place, then the message; for
    /// terminals.
    #[must_use]
    pub fn render(&self, query: &str) -> String {
        let (line_number, column) = self.span.line_and_column(query);
        let line = query.lines().nth(line_number - 1).unwrap_or("");
        let end = self.span.end().min(query.len());
        let marked = query.get(self.span.start.min(end)..end).unwrap_or("");
        let width = marked.lines().next().unwrap_or("").chars().count().max(1);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
        let _ = writeln!(text, "{}{}", " ".repeat(column - 1), "^".repeat(width));
        let _ = write!(text, "{self}");
        text
    }
}
