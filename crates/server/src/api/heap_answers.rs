//! What the endpoints of `heap` take and give. Start at `heap`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::trail::Asker;

/// The heap snapshots of a recording.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapSnapshots {
    /// Oldest first.
    pub snapshots: Vec<HeapSnapshot>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One heap snapshot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HeapSnapshot {
    /// The id in URLs.
    pub id: usize,
    /// `service.name` of the process.
    pub service: String,
    /// `service.instance.id` of the process.
    pub instance: String,
    /// When it was taken, ms since the epoch.
    pub at_ms: i64,
    /// Bytes of the file, not of the heap.
    pub file_bytes: u64,
    /// Objects.
    pub nodes: u64,
    /// References.
    pub edges: u64,
}

/// Parameters of a summary.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeapSummaryParams {
    /// Most classes, 1 to 1000, default 100.
    #[param(default = 100, minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// What fills a heap.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapSummary {
    /// The snapshot.
    pub snapshot: HeapSnapshot,
    /// Bytes of all objects.
    pub bytes: u64,
    /// The node from which everything hangs.
    pub root_id: u32,
    /// Classes, the one that keeps most first. What they keep overlaps.
    pub classes: Vec<HeapClass>,
    /// Classes that there are.
    pub total: u64,
    /// What looks like a leak.
    pub suspects: Vec<HeapSuspect>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One class of a heap.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapClass {
    /// Its name.
    pub class: String,
    /// Objects.
    pub count: u64,
    /// Bytes of the objects themselves.
    pub self_bytes: u64,
    /// Bytes that would be freed with them.
    pub retained_bytes: u64,
}

/// Something that looks like a leak; a question, not a verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapSuspect {
    /// By which rule: one object that keeps much, or a class that only grows.
    pub rule: HeapRule,
    /// The class to look at first.
    pub class: String,
    /// Bytes that it keeps, or by which it grew.
    pub bytes: u64,
    /// Its part of the heap or of the growth, 0 to 1.
    pub share: f64,
    /// One sentence.
    pub text: String,
}

/// Rules by which something is suspect.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeapRule {
    /// One object dominates at least a tenth of the heap.
    OneOwner,
    /// A class keeps at least a quarter of what the heap gained, and never shrank.
    GrowingClass,
}

/// Parameters of a comparison.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeapDiffParams {
    /// The earlier snapshot.
    pub from: usize,
    /// The later snapshot.
    pub to: usize,
    /// Whether both are of one life of the process, default true: after a restart ids mean nothing.
    pub same_process: Option<bool>,
    /// Most classes, 1 to 1000, default 100.
    #[param(default = 100, minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// What was added between two snapshots.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapDiff {
    /// The earlier snapshot.
    pub from: HeapSnapshot,
    /// The later snapshot.
    pub to: HeapSnapshot,
    /// Bytes of all objects of the earlier one.
    pub from_bytes: u64,
    /// Bytes of all objects of the later one.
    pub to_bytes: u64,
    /// Classes, the one that keeps most more first.
    pub classes: Vec<HeapClassChange>,
    /// Classes that there are.
    pub total: u64,
    /// What looks like a leak.
    pub suspects: Vec<HeapSuspect>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One class in two snapshots.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapClassChange {
    /// Its name.
    pub class: String,
    /// Objects before.
    pub from_count: u64,
    /// Objects after.
    pub to_count: u64,
    /// Objects that were added; null when ids do not tell.
    pub new: Option<u64>,
    /// Objects that were freed; null when ids do not tell.
    pub freed: Option<u64>,
    /// Bytes that they kept before.
    pub from_retained_bytes: u64,
    /// Bytes that they keep after.
    pub to_retained_bytes: u64,
}

/// Parameters of a question about paths.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeapPathsParams {
    /// All objects of this class.
    pub class: String,
    /// Only the object with this id.
    pub node: Option<u32>,
    /// Most shapes, 1 to 100, default 10.
    #[param(default = 10, minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// Why objects stay: their shortest ways from a root, grouped by shape.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapPaths {
    /// Objects that were asked for.
    pub objects: u64,
    /// Objects that no root reaches.
    pub unreached: u64,
    /// The shapes, the one with most objects first.
    pub groups: Vec<HeapPathGroup>,
    /// Shapes that were left out.
    pub groups_left_out: u64,
    /// Objects of those.
    pub objects_left_out: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Objects whose ways from a root look the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapPathGroup {
    /// Objects.
    pub objects: u64,
    /// Bytes that they keep.
    pub retained_bytes: u64,
    /// Id of one of them.
    pub example_id: u32,
    /// From the root on.
    pub steps: Vec<HeapPathStep>,
}

/// One reference of a way.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapPathStep {
    /// How it refers, as V8 calls it.
    pub kind: String,
    /// Field, variable or key; `[…]` for any.
    pub edge: String,
    /// The class that it leads to.
    pub class: String,
    /// Whether several such references follow one another.
    pub repeats: bool,
    /// Different objects here.
    pub objects: u64,
    /// Bytes that they keep.
    pub retained_bytes: u64,
}

/// Parameters of a question about owners.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeapOwnersParams {
    /// Levels below the root, 1 to 32, default 12.
    #[param(default = 12, minimum = 1, maximum = 32)]
    pub depth: Option<u32>,
    /// Groups that keep less than this share of the heap are left out, 0 to 1, default 0.002.
    #[param(default = 0.002, minimum = 0, maximum = 1)]
    pub min_share: Option<f64>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// Who keeps how much: the dominator tree, objects of one class below the same owners as one group.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapOwners {
    /// The snapshot.
    pub snapshot: HeapSnapshot,
    /// Bytes of all objects.
    pub bytes: u64,
    /// Every group before those below it, and of the groups below one the largest first.
    pub owners: Vec<HeapOwner>,
    /// Groups that keep less than asked for, or lie deeper.
    pub left_out: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Objects of one class that the group above immediately dominates.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapOwner {
    /// Levels below the root, from 1.
    pub depth: u32,
    /// Their class.
    pub class: String,
    /// How the one object above refers to the one object here; null where there are several.
    pub edge: Option<String>,
    /// Objects.
    pub objects: u64,
    /// Bytes of the objects themselves.
    pub self_bytes: u64,
    /// Bytes that they keep; groups side by side never overlap.
    pub retained_bytes: u64,
    /// Id of the one that keeps most.
    pub largest_id: u32,
}

/// Parameters of a question about one object.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeapNodeParams {
    /// Retainers to pass over, default 0.
    pub retainers_offset: Option<usize>,
    /// Dominated objects to pass over, default 0.
    pub dominated_offset: Option<usize>,
    /// Most of each, 1 to 500, default 50.
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// One object with who holds it and what it keeps.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapNode {
    /// The object.
    pub node: HeapObject,
    /// Its immediate dominator; null for the root.
    pub dominator: Option<HeapObject>,
    /// Who refers to it.
    pub retainers: Vec<HeapRetainer>,
    /// References to it.
    pub retainers_total: u64,
    /// Objects of which it is the immediate dominator, the one that keeps most first.
    pub dominated: Vec<HeapObject>,
    /// Objects of which it is the immediate dominator.
    pub dominated_total: u64,
    /// The same by class, the one that keeps most first; at most 100 classes.
    pub dominated_classes: Vec<HeapClass>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One object.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapObject {
    /// Its id, the same in every snapshot of one life of the process.
    pub id: u32,
    /// Its class.
    pub class: String,
    /// Its name, cut after 200 characters.
    pub name: String,
    /// Its own bytes.
    pub self_bytes: u64,
    /// Bytes that would be freed with it.
    pub retained_bytes: u64,
    /// References from the program's roots; null when only weak references lead to it.
    pub distance: Option<u32>,
}

/// One reference to an object.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeapRetainer {
    /// How it refers, as V8 calls it.
    pub kind: String,
    /// Field, variable or place.
    pub edge: String,
    /// Whether it keeps the object.
    pub retains: bool,
    /// Who refers.
    pub from: HeapObject,
}
