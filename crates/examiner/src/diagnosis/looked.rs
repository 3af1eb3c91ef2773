//! Did the candidate look? The trail of queries decides, not the candidate's word.
//!
//! What the page asked by itself to fill its panels does not count: nobody may have looked. A pin makes it
//! count, since whoever pins has looked.

use catalogue::{AskedBy, Predicate, TrailQuery};

/// What the trail says about one thing to be seen.
pub(super) enum Looked<'t> {
    /// By this query.
    At(&'t TrailQuery),
    /// Only a view of the page asked for it, by itself.
    PageOnly,
    /// Nothing in the trail shows it.
    Never,
}

/// Whether any query of the trail matches one of `predicates`.
pub(super) fn looked<'t>(predicates: &[Predicate], trail: &'t [TrailQuery]) -> Looked<'t> {
    let mut matching = trail
        .iter()
        .filter(|query| predicates.iter().any(|predicate| predicate.matches(query)))
        .peekable();
    let is_seen = matching.peek().is_some();
    match matching.find(|query| query.asked_by == AskedBy::Person) {
        Some(query) => Looked::At(query),
        None if is_seen => Looked::PageOnly,
        None => Looked::Never,
    }
}
