//! The conditions between the braces of a selector.

use regex::Regex;

/// How a [`Matcher`] compares.
#[derive(Debug, Clone)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`; the expression is anchored on both sides.
    Regex(Regex),
    /// `!~`; the expression is anchored on both sides.
    NotRegex(Regex),
}

/// One condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The label name; `__name__` for the metric name.
    pub name: String,
    /// How to compare.
    pub op: MatchOp,
    /// What to compare with, as written in the query.
    pub value: String,
}

impl Matcher {
    /// A matcher for `name="value"`.
    pub fn equal(name: impl Into<String>, value: impl Into<String>) -> Self {
        Matcher {
            name: name.into(),
            op: MatchOp::Equal,
            value: value.into(),
        }
    }

    /// Whether a label value fulfils the condition. A missing label has the value "".
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.op {
            MatchOp::Equal => self.value == value,
            MatchOp::NotEqual => self.value != value,
            MatchOp::Regex(regex) => regex.is_match(value),
            MatchOp::NotRegex(regex) => !regex.is_match(value),
        }
    }

    /// The operator as written in a query.
    #[must_use]
    pub fn symbol(&self) -> &'static str {
        match self.op {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex(_) => "=~",
            MatchOp::NotRegex(_) => "!~",
        }
    }
}
