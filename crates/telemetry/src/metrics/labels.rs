//! The identity of a series, and conditions on it.

use std::sync::Arc;

use regex::Regex;

/// The label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// Label names and values, sorted by name, without empty values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Labels(Arc<[(Arc<str>, Arc<str>)]>);

impl Labels {
    /// Builds the set. Of two labels with one name the first wins: the nearest attribute comes
    /// first. Labels with an empty name or value are left out, as PromQL cannot see them.
    pub fn new<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Arc<str>>,
        V: Into<Arc<str>>,
    {
        let mut pairs: Vec<(Arc<str>, Arc<str>)> = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        // Stable, so that the first of equal names stays first.
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        pairs.retain(|(name, value)| !name.is_empty() && !value.is_empty());
        Self(pairs.into())
    }

    /// The value of a label; empty when there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        let found = self.0.binary_search_by(|(other, _)| (**other).cmp(name));
        found.map_or("", |index| &self.0[index].1)
    }

    /// The metric's name.
    #[must_use]
    pub fn metric_name(&self) -> &str {
        self.value(METRIC_NAME)
    }

    /// All labels, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

/// How a [`Matcher`] compares.
#[derive(Debug, Clone)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, with the expression anchored on both sides by whoever compiled it.
    Regex(Regex),
    /// `!~`, likewise.
    NotRegex(Regex),
}

/// One condition on one label. A series without the label has the value "".
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The label's name.
    pub name: String,
    /// How to compare.
    pub op: MatchOp,
    /// What to compare with, for the first two kinds.
    pub value: String,
}

impl Matcher {
    /// The matcher `name="value"`.
    pub fn equal(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            op: MatchOp::Equal,
            value: value.into(),
        }
    }

    /// Whether a value fulfils the condition.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.op {
            MatchOp::Equal => self.value == value,
            MatchOp::NotEqual => self.value != value,
            MatchOp::Regex(regex) => regex.is_match(value),
            MatchOp::NotRegex(regex) => !regex.is_match(value),
        }
    }
}
