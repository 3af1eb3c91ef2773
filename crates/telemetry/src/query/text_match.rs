//! Tests of one text: equality, patterns, containment whatever the case.

use regex::Regex;

use super::QueryError;
use crate::filter::{Literal, Test};

/// Largest compiled regular expression, in bytes.
const REGEX_BYTES: usize = 1 << 20;

/// A test of a text.
#[derive(Clone, Debug)]
pub(super) enum TextMatch {
    Equals(String),
    Pattern(Regex),
    Any(Vec<Self>),
}

impl TextMatch {
    /// The test that a filter asks for; `None` for tests that are not about text.
    pub(super) fn of(test: &Test) -> Result<Option<Self>, QueryError> {
        Ok(match test {
            Test::Equals(Literal { text, .. }) => Some(Self::Equals(text.clone())),
            Test::Glob(glob) => Some(Self::glob(glob)?),
            Test::Regex(pattern) => Some(Self::Pattern(compile(pattern)?)),
            Test::AnyOf(tests) => {
                let any: Vec<Self> = tests
                    .iter()
                    .filter_map(|test| Self::of(test).transpose())
                    .collect::<Result<_, _>>()?;
                Some(Self::Any(any))
            }
            Test::Exists | Test::Compare(..) => None,
        })
    }

    /// Contains the text, whatever the case of its letters.
    pub(super) fn contains(text: &str) -> Result<Self, QueryError> {
        Ok(Self::Pattern(compile(&format!(
            "(?i){}",
            regex::escape(text)
        ))?))
    }

    /// Matches from end to end; `*` stands for any text.
    pub(super) fn glob(glob: &str) -> Result<Self, QueryError> {
        let parts: Vec<String> = glob.split('*').map(regex::escape).collect();
        Ok(Self::Pattern(compile(&format!(
            "(?s)^{}$",
            parts.join(".*")
        ))?))
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equals(other) => text == other,
            Self::Pattern(pattern) => pattern.is_match(text),
            Self::Any(any) => any.iter().any(|test| test.matches(text)),
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, QueryError> {
    regex::RegexBuilder::new(pattern)
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| {
            QueryError::unanswerable(
                format!("the regular expression cannot be used: {error}"),
                "make it shorter or simpler, or search for plain text",
            )
        })
}
