//! What a query answers.

use std::fmt;

use crate::error::Span;
use crate::labels::Labels;
use crate::source::Series;

/// The answer to a query at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Instant {
    /// The value, whose type is the type of the query.
    pub value: Value,
    /// Remarks on the answer, each once, in the order of their first appearance.
    pub annotations: Vec<Annotation>,
    /// What the query touched.
    pub stats: Stats,
}

/// The answer to a query over a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// One series for each set of labels, sorted by labels, with a sample at each step that has
    /// a value. A scalar query has one series without labels.
    pub series: Vec<Series>,
    /// Remarks on the answer, each once, in the order of their first appearance.
    pub annotations: Vec<Annotation>,
    /// What the query touched.
    pub stats: Stats,
}

/// A value of one of PromQL's four types.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Scalar(f64),
    /// A text.
    String(String),
    /// One sample per series. The order has a meaning after `sort`, `topk` and the like.
    Vector(Vec<Sample>),
    /// The raw samples of a range selector or a subquery.
    Matrix(Vec<Series>),
}

/// One sample of an instant vector. Its time is the time of the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The identity of the series.
    pub labels: Labels,
    /// The value.
    pub value: f64,
}

/// How serious an [`Annotation`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The answer is right, but may not be what was meant.
    Info,
    /// The answer is probably not what was meant.
    Warning,
}

/// A remark on an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How serious it is.
    pub severity: Severity,
    /// The remark, in upstream's words.
    pub message: String,
    /// The part of the query that is meant.
    pub span: Span,
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
        };
        write!(f, "PromQL {kind}: {}", self.message)
    }
}

/// What a query touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Series that the selectors loaded.
    pub series: usize,
    /// Samples that the selectors loaded.
    pub samples: usize,
}
