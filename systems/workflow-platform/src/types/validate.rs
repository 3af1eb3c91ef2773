//! Rules that a request must keep before a service sees it.
//!
//! A type lists everything that is wrong with it at once, so that a caller can correct a request in one go.

use serde::Serialize;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Where in the request, as a path such as `definition.steps[2].id`.
    pub field: String,
    /// What is wrong, as a sentence fragment for the caller.
    pub message: String,
}

/// All broken rules of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a broken rule.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Violation {
            field: field.into(),
            message: message.into(),
        });
    }

    /// Notes a broken rule unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Requires `value` to have between 1 and `max` characters, not counting surrounding white space.
    pub fn require_text(&mut self, field: &str, value: &str, max: usize) {
        let length = value.trim().chars().count();
        if length == 0 {
            self.add(field, "must not be empty");
        } else if length > max {
            self.add(field, format!("must have at most {max} characters"));
        }
    }

    /// `Ok` when no rule was broken.
    ///
    /// # Errors
    /// The broken rules.
    pub fn into_result(self) -> Result<(), Vec<Violation>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}

/// A request body or query that knows its own rules.
pub trait Validate {
    /// Adds every broken rule to `violations`.
    fn validate(&self, violations: &mut Violations);

    /// Checks all rules.
    ///
    /// # Errors
    /// The broken rules, in the order of the fields.
    fn check(&self) -> Result<(), Vec<Violation>> {
        let mut violations = Violations::default();
        self.validate(&mut violations);
        violations.into_result()
    }
}
