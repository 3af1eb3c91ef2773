//! The plans of statements by their text.
//!
//! Most of a lookup is telling texts apart, and statements of one program begin alike; so they are in the order of
//! their lengths first, which takes no look at the text.

use std::{cmp::Ordering, sync::Arc};

use super::plan::Prepared;

/// Plans that are kept; beyond it all are forgotten and made again, which a real server's clients also survive.
const MAX_PLANS: usize = 4_096;

/// All plans.
#[derive(Debug, Default)]
pub(super) struct Plans(Vec<(Arc<str>, Arc<Prepared>)>);

impl Plans {
    /// The plan that was made last for a text.
    pub(super) fn get(&self, sql: &str) -> Option<&Arc<Prepared>> {
        let found = self.find(sql).ok()?;
        Some(&self.0[found].1)
    }

    /// Keeps a plan in place of an earlier one for the same text.
    pub(super) fn insert(&mut self, prepared: &Arc<Prepared>) {
        if self.0.len() >= MAX_PLANS {
            self.0.clear();
        }
        let entry = (Arc::clone(&prepared.text), Arc::clone(prepared));
        match self.find(&prepared.text) {
            Ok(found) => self.0[found] = entry,
            Err(place) => self.0.insert(place, entry),
        }
    }

    fn find(&self, sql: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(text, _)| match text.len().cmp(&sql.len()) {
                Ordering::Equal => (**text).cmp(sql),
                unequal => unequal,
            })
    }
}
