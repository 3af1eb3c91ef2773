//! Several snapshots side by side, by class.

use std::collections::BTreeMap;

use crate::analysis::Analysis;

/// Whether the same node id means the same object in all snapshots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The snapshots are of one process, and an object keeps its id.
    #[default]
    SameProcess,
    /// They are of different processes, or of one before and after a restart: what is new and what
    /// was freed cannot be told, only how many there are.
    DifferentProcesses,
}

/// How the classes differ between the first and the last of some snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// One row per class of any of the snapshots, the one that keeps most more first.
    pub classes: Vec<ClassChange>,
    /// Bytes of each whole snapshot.
    pub total_bytes: Vec<u64>,
}

/// One class in every snapshot, and its change from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassChange {
    /// The class.
    pub class: String,
    /// Objects in each snapshot.
    pub counts: Vec<u64>,
    /// Bytes of the objects themselves, in each snapshot.
    pub self_bytes: Vec<u64>,
    /// Bytes that they keep, in each snapshot.
    pub retained_bytes: Vec<u64>,
    /// Objects of the last snapshot that the first does not have; nothing when ids do not tell.
    pub new: Option<Flow>,
    /// Objects of the first snapshot that the last does not have; nothing when ids do not tell.
    pub freed: Option<Flow>,
}

/// Objects that came or went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// How many.
    pub count: u64,
    /// Bytes of the objects themselves.
    pub self_bytes: u64,
}

impl ClassChange {
    /// How many objects more there are in the last snapshot than in the first.
    #[must_use]
    pub fn count_change(&self) -> i64 {
        change(&self.counts)
    }

    /// How many bytes more the objects themselves have.
    #[must_use]
    pub fn self_bytes_change(&self) -> i64 {
        change(&self.self_bytes)
    }

    /// How many bytes more they keep.
    #[must_use]
    pub fn retained_bytes_change(&self) -> i64 {
        change(&self.retained_bytes)
    }
}

impl Comparison {
    /// How many bytes more the last snapshot has than the first.
    #[must_use]
    pub fn total_bytes_change(&self) -> i64 {
        change(&self.total_bytes)
    }
}

/// Compares snapshots in the order in which they were taken.
#[must_use]
pub fn compare(snapshots: &[&Analysis], identity: Identity) -> Comparison {
    let mut rows = BTreeMap::new();
    for (at, snapshot) in snapshots.iter().enumerate() {
        for class in snapshot.summary() {
            let row = rows
                .entry(class.class.as_str())
                .or_insert_with(|| empty(&class.class, snapshots.len()));
            row.counts[at] = class.count;
            row.self_bytes[at] = class.self_bytes;
            row.retained_bytes[at] = class.retained_bytes;
        }
    }
    let mut classes: Vec<ClassChange> = rows.into_values().collect();
    if let (Identity::SameProcess, [first, .., last]) = (identity, snapshots) {
        let mut old = Members::of(first);
        let mut new = Members::of(last);
        for row in &mut classes {
            let (before, after) = (old.take(first, &row.class), new.take(last, &row.class));
            row.new = Some(missing_in(&after, &before));
            row.freed = Some(missing_in(&before, &after));
        }
    }
    // Rows are in the order of their names, and this keeps that order among equals.
    classes.sort_by_key(|row| std::cmp::Reverse(row.retained_bytes_change()));
    Comparison {
        classes,
        total_bytes: snapshots.iter().map(|each| each.total_bytes()).collect(),
    }
}

fn empty(class: &str, snapshots: usize) -> ClassChange {
    ClassChange {
        class: class.to_owned(),
        counts: vec![0; snapshots],
        self_bytes: vec![0; snapshots],
        retained_bytes: vec![0; snapshots],
        new: None,
        freed: None,
    }
}

/// Ids and sizes of one snapshot's nodes by class.
struct Members {
    by_class: Vec<Vec<(u32, u64)>>,
}

impl Members {
    fn of(analysis: &Analysis) -> Self {
        let mut by_class = vec![Vec::new(); analysis.classes().count()];
        for index in 0..analysis.snapshot().node_count() {
            let node = analysis.node(index);
            by_class[analysis.classes().of_node(index) as usize].push((node.id, node.self_bytes));
        }
        Self { by_class }
    }

    /// The members of a class, sorted by id.
    fn take(&mut self, analysis: &Analysis, class: &str) -> Vec<(u32, u64)> {
        let class = analysis.classes().find(class);
        let mut members = class.map_or_else(Vec::new, |class| {
            std::mem::take(&mut self.by_class[class as usize])
        });
        members.sort_unstable();
        members
    }
}

/// What of `these` has no id in `those`; both are sorted.
fn missing_in(these: &[(u32, u64)], those: &[(u32, u64)]) -> Flow {
    let mut flow = Flow::default();
    let mut others = those.iter().map(|(id, _)| *id).peekable();
    for (id, bytes) in these {
        while others.next_if(|other| other < id).is_some() {}
        if others.peek() != Some(id) {
            flow.count += 1;
            flow.self_bytes += bytes;
        }
    }
    flow
}

fn change(values: &[u64]) -> i64 {
    let value =
        |value: Option<&u64>| i64::try_from(value.copied().unwrap_or(0)).unwrap_or(i64::MAX);
    value(values.last()) - value(values.first())
}
