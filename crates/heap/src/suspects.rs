//! What looks like a leak, and by which rule.
//!
//! Two rules, since one snapshot and several show different things. In one snapshot, memory that
//! leaks hangs under few objects: *one owner* follows the dominator tree from the root down for as
//! long as one child keeps nearly everything, and stops where it fans out. Over several
//! snapshots, what leaks only grows: *growing class* names the classes that keep most of what
//! the heap gained, and never shrank in between. A suspect is a question, not a verdict: a cache
//! that is meant to be large looks the same.

use crate::analysis::Analysis;
use crate::compare::{ClassChange, Comparison};
use crate::kind::NodeType;

/// An owner of at least this share of the heap is worth a question.
const OWNER_SHARE: f64 = 0.10;
/// While one child keeps this share of its parent, the parent only passes it on.
const PASSED_ON_SHARE: f64 = 0.90;
/// Objects of one class that keep this share of their owner are what it is full of.
const FULL_OF_SHARE: f64 = 0.50;
/// A class that keeps this share of what the heap gained is worth a question.
const GROWTH_SHARE: f64 = 0.25;

/// One suspect.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// The class to look at first: what piles up, or else what keeps it.
    pub class: String,
    /// Bytes that it keeps, or by which it grew.
    pub bytes: u64,
    /// Its part of the heap, or of what the heap gained, from 0 to 1.
    pub share: f64,
    /// Why it is suspect.
    pub evidence: Evidence,
}

/// By which rule something is suspect, and what was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// One object dominates at least a tenth of the heap.
    OneOwner {
        /// The class of that object.
        owner: String,
        /// Its node id.
        owner_id: u32,
        /// Bytes that it keeps.
        owner_bytes: u64,
        /// What it is full of: how many objects of [`Suspect::class`] it directly dominates, if they
        /// keep at least half of what it keeps.
        full_of: Option<u64>,
    },
    /// A class keeps at least a quarter of what the heap gained, and never had fewer objects than
    /// in the snapshot before.
    GrowingClass {
        /// Objects in each snapshot.
        counts: Vec<u64>,
        /// Bytes that they keep, in each snapshot.
        retained_bytes: Vec<u64>,
    },
}

impl std::fmt::Display for Suspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = self.share * 100.0;
        match &self.evidence {
            Evidence::OneOwner {
                owner,
                owner_id,
                owner_bytes,
                full_of: Some(count),
            } => write!(
                f,
                "one {owner} (@{owner_id}) keeps {owner_bytes} bytes; {count} objects of the class {} in it keep {} of them, {percent:.1} % of the heap",
                self.class, self.bytes
            ),
            Evidence::OneOwner {
                owner, owner_id, ..
            } => write!(
                f,
                "one {owner} (@{owner_id}) keeps {} bytes, {percent:.1} % of the heap",
                self.bytes
            ),
            Evidence::GrowingClass { counts, .. } => {
                let counts: Vec<_> = counts.iter().map(u64::to_string).collect();
                write!(
                    f,
                    "{} grew from snapshot to snapshot ({} objects) and keeps {} bytes more, {percent:.1} % of what the heap gained",
                    self.class,
                    counts.join(", "),
                    self.bytes
                )
            }
        }
    }
}

/// The owners of most of one snapshot, the largest first.
#[must_use]
pub fn suspects(analysis: &Analysis) -> Vec<Suspect> {
    let total = analysis.total_bytes();
    let mut found = Vec::new();
    let mut candidates = vec![analysis.snapshot().root()];
    while let Some(group) = candidates.pop() {
        for child in analysis.dominated(group) {
            if share(analysis.retained_bytes(*child), total) < OWNER_SHARE {
                continue;
            }
            // A group without memory of its own owns nothing; look at what is in it.
            if is_synthetic(analysis, *child) {
                candidates.push(*child);
            } else {
                found.push(one_owner(analysis, owner_below(analysis, *child), total));
            }
        }
    }
    found.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.class.cmp(&b.class)));
    found
}

/// The classes that keep most of what the heap gained over the compared snapshots, the largest
/// first; none when there is one snapshot, or the heap did not grow.
#[must_use]
pub fn growing(comparison: &Comparison) -> Vec<Suspect> {
    let Some(gained) = positive(comparison.total_bytes_change()) else {
        return Vec::new();
    };
    let rows = comparison.classes.iter();
    rows.filter(|row| row.counts.is_sorted() && row.count_change() > 0)
        .filter_map(|row| growing_class(row, gained))
        .collect()
}

fn growing_class(row: &ClassChange, gained: u64) -> Option<Suspect> {
    let bytes = positive(row.retained_bytes_change())?;
    let share = share(bytes, gained);
    (share >= GROWTH_SHARE).then(|| Suspect {
        class: row.class.clone(),
        bytes,
        share,
        evidence: Evidence::GrowingClass {
            counts: row.counts.clone(),
            retained_bytes: row.retained_bytes.clone(),
        },
    })
}

/// Follows the dominator tree down to where it fans out.
fn owner_below(analysis: &Analysis, start: u32) -> u32 {
    let mut owner = start;
    loop {
        let largest = analysis.dominated(owner).iter().copied();
        let largest = largest.max_by_key(|child| analysis.retained_bytes(*child));
        match largest {
            Some(child)
                if share(
                    analysis.retained_bytes(child),
                    analysis.retained_bytes(owner),
                ) >= PASSED_ON_SHARE =>
            {
                owner = child;
            }
            _ => return owner,
        }
    }
}

fn one_owner(analysis: &Analysis, owner: u32, total: u64) -> Suspect {
    let owner_bytes = analysis.retained_bytes(owner);
    let full_of = largest_class(analysis, owner)
        .filter(|(_, _, bytes)| share(*bytes, owner_bytes) >= FULL_OF_SHARE);
    let class = full_of.map_or_else(|| analysis.class(owner), |(class, _, _)| class);
    let bytes = full_of.map_or(owner_bytes, |(_, _, bytes)| bytes);
    Suspect {
        class: class.to_owned(),
        bytes,
        share: share(bytes, total),
        evidence: Evidence::OneOwner {
            owner: analysis.class(owner).to_owned(),
            owner_id: analysis.node(owner).id,
            owner_bytes,
            full_of: full_of.map(|(_, count, _)| count),
        },
    }
}

/// The class whose objects keep most of what is directly below a node: its name, how many, bytes.
fn largest_class(analysis: &Analysis, owner: u32) -> Option<(&str, u64, u64)> {
    let mut classes = std::collections::BTreeMap::new();
    for child in analysis.dominated(owner) {
        let entry = classes.entry(analysis.class(*child)).or_insert((0, 0));
        entry.0 += 1;
        entry.1 += analysis.retained_bytes(*child);
    }
    let classes = classes.into_iter();
    let largest = classes.max_by_key(|(_, (_, bytes))| *bytes);
    largest.map(|(class, (count, bytes))| (class, count, bytes))
}

fn is_synthetic(analysis: &Analysis, node: u32) -> bool {
    analysis.node(node).kind == NodeType::Synthetic
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

fn positive(value: i64) -> Option<u64> {
    u64::try_from(value).ok().filter(|value| *value > 0)
}
