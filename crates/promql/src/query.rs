//! From a text to an answer: the crate's front door.

use crate::error::{Error, ErrorKind, Span};
use crate::options::Options;
use crate::output::{Instant, Range};
use crate::source::Source;

/// A query that was read and checked, and can be evaluated any number of times.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
}

impl Query {
    /// Reads and checks a query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Syntax`], [`ErrorKind::Type`] or [`ErrorKind::Unsupported`], with the place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        promql_parser::parser::parse(text).map_err(|message| {
            let whole = Span::between(0, text.len());
            Error::new(ErrorKind::Syntax, whole, message, "correct the marked part")
        })?;
        Ok(Query { text: text.into() })
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates at one instant, in milliseconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but [`ErrorKind::Syntax`] and [`ErrorKind::Type`].
    pub fn instant(
        &self,
        _source: &dyn Source,
        _at_ms: i64,
        _options: &Options,
    ) -> Result<Instant, Error> {
        Err(self.unsupported())
    }

    /// Evaluates at `start_ms`, `start_ms + step_ms`, … up to and including `end_ms`.
    ///
    /// # Errors
    ///
    /// As [`Query::instant`]; [`ErrorKind::Request`] when the step is not positive, the end is
    /// before the start, or the query is a range or a string; [`ErrorKind::Limit`] when there are
    /// too many steps.
    pub fn range(
        &self,
        _source: &dyn Source,
        _start_ms: i64,
        _end_ms: i64,
        _step_ms: i64,
        _options: &Options,
    ) -> Result<Range, Error> {
        Err(self.unsupported())
    }

    fn unsupported(&self) -> Error {
        let whole = Span::between(0, self.text.len());
        let message = "this query is not supported yet";
        Error::new(
            ErrorKind::Unsupported,
            whole,
            message,
            "write another query",
        )
    }
}

/// Reads and evaluates a query at one instant. See [`Query::instant`].
///
/// # Errors
///
/// Any [`ErrorKind`].
pub fn instant(
    query: &str,
    source: &dyn Source,
    at_ms: i64,
    options: &Options,
) -> Result<Instant, Error> {
    Query::parse(query)?.instant(source, at_ms, options)
}

/// Reads and evaluates a query at every step of a range. See [`Query::range`].
///
/// # Errors
///
/// Any [`ErrorKind`].
pub fn range(
    query: &str,
    source: &dyn Source,
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
    options: &Options,
) -> Result<Range, Error> {
    Query::parse(query)?.range(source, start_ms, end_ms, step_ms, options)
}
