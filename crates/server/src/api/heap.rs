//! Heap snapshots of processes: what is in them, what was added, what keeps it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use catalogue::Tool;
use heap::{Analysis, Evidence, Identity, OwnerLimits, compare, growing, suspects};
use telemetry::recording::AttachmentEntry;

use super::heap_answers::{
    HeapClass, HeapClassChange, HeapDiff, HeapDiffParams, HeapNode, HeapNodeParams, HeapObject,
    HeapOwner, HeapOwners, HeapOwnersParams, HeapPathGroup, HeapPathStep, HeapPaths,
    HeapPathsParams, HeapRetainer, HeapRule, HeapSnapshot, HeapSnapshots, HeapSummary,
    HeapSummaryParams, HeapSuspect,
};
use crate::app::App;
use crate::data::Data;
use crate::extract::{Path, Query};
use crate::heaps::damaged;
use crate::problem::Problem;
use crate::trail::Trail;

/// Classes whose names an entry of the evidence trail keeps: those that a person sees without scrolling far.
const SEEN_CLASSES: usize = 20;

/// The heap snapshots of a recording.
#[utoipa::path(get, path = "/recordings/{recording}/heap", tag = "heap",
    params(("recording" = String, Path, description = "Recording id")),
    responses(
        (status = 200, body = HeapSnapshots),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_snapshots(
    State(app): State<App>,
    Path(recording): Path<String>,
) -> Result<Json<HeapSnapshots>, Problem> {
    let answer = app.query(recording, move |data, stopwatch| {
        let entries = data.heap_snapshots();
        let snapshots = entries
            .into_iter()
            .map(|(id, entry)| describe(data, id, entry));
        Ok(HeapSnapshots {
            snapshots: snapshots.collect::<Result<_, _>>()?,
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

/// What fills a heap.
#[utoipa::path(get, path = "/recordings/{recording}/heap/{snapshot}/summary", tag = "heap",
    params(("recording" = String, Path, description = "Recording id"),
        ("snapshot" = usize, Path, description = "Snapshot id"), HeapSummaryParams),
    responses(
        (status = 200, body = HeapSummary),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_summary(
    State(app): State<App>,
    trail: Trail,
    Path((recording, snapshot)): Path<(String, usize)>,
    Query(params): Query<HeapSummaryParams>,
) -> Result<Json<HeapSummary>, Problem> {
    let limit = params.limit.unwrap_or(100).clamp(1, 1000);
    let asked = trail
        .ask(Tool::Heap, "summary", &numbered(snapshot), None, None)
        .by(params.asked_by);
    let (heaps, id) = (app.clone(), recording.clone());
    let answer = app.query(recording, move |data, stopwatch| {
        let analysis = heaps.heap(&id, data, snapshot)?;
        let classes = analysis.summary();
        Ok(HeapSummary {
            snapshot: find(data, snapshot)?,
            bytes: analysis.total_bytes(),
            root_id: analysis.node(analysis.snapshot().root()).id,
            total: classes.len() as u64,
            classes: classes
                .iter()
                .take(limit)
                .map(|class| HeapClass {
                    class: class.class.clone(),
                    count: class.count,
                    self_bytes: class.self_bytes,
                    retained_bytes: class.retained_bytes,
                })
                .collect(),
            suspects: suspects(&analysis).into_iter().map(suspect).collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    let seen = answer
        .classes
        .iter()
        .take(SEEN_CLASSES)
        .map(|class| class.class.as_str());
    asked.answered_with_classes(&app, seen);
    Ok(Json(answer))
}

/// What was added between two snapshots.
#[utoipa::path(get, path = "/recordings/{recording}/heap/diff", tag = "heap",
    params(("recording" = String, Path, description = "Recording id"), HeapDiffParams),
    responses(
        (status = 200, body = HeapDiff),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_diff(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<HeapDiffParams>,
) -> Result<Json<HeapDiff>, Problem> {
    let limit = params.limit.unwrap_or(100).clamp(1, 1000);
    let (from, to) = (params.from, params.to);
    let asked = trail
        .ask(
            Tool::Heap,
            "diff",
            &format!("from:{from} to:{to}"),
            None,
            None,
        )
        .by(params.asked_by);
    let identity = match params.same_process {
        Some(false) => Identity::DifferentProcesses,
        _ => Identity::SameProcess,
    };
    let (heaps, id) = (app.clone(), recording.clone());
    let answer = app.query(recording, move |data, stopwatch| {
        let (before, after) = (heaps.heap(&id, data, from)?, heaps.heap(&id, data, to)?);
        let comparison = compare(&[&before, &after], identity);
        let found = growing(&comparison);
        Ok(HeapDiff {
            from: find(data, from)?,
            to: find(data, to)?,
            from_bytes: before.total_bytes(),
            to_bytes: after.total_bytes(),
            total: comparison.classes.len() as u64,
            classes: comparison
                .classes
                .into_iter()
                .take(limit)
                .map(change)
                .collect(),
            suspects: found.into_iter().map(suspect).collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    let seen = answer
        .classes
        .iter()
        .take(SEEN_CLASSES)
        .map(|class| class.class.as_str());
    asked.answered_with_classes(&app, seen);
    Ok(Json(answer))
}

/// By which references the objects of a class are kept.
#[utoipa::path(get, path = "/recordings/{recording}/heap/{snapshot}/paths", tag = "heap",
    params(("recording" = String, Path, description = "Recording id"),
        ("snapshot" = usize, Path, description = "Snapshot id"), HeapPathsParams),
    responses(
        (status = 200, body = HeapPaths),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_paths(
    State(app): State<App>,
    trail: Trail,
    Path((recording, snapshot)): Path<(String, usize)>,
    Query(params): Query<HeapPathsParams>,
) -> Result<Json<HeapPaths>, Problem> {
    let limit = params.limit.unwrap_or(10).clamp(1, 100);
    let (class, node) = (params.class, params.node);
    let asked = trail
        .ask(Tool::Heap, "paths", &class, None, None)
        .by(params.asked_by);
    let (heaps, id, wanted) = (app.clone(), recording.clone(), class.clone());
    let answer = app.query(recording, move |data, stopwatch| {
        let analysis = heaps.heap(&id, data, snapshot)?;
        let found = match node {
            Some(node) => analysis.paths([locate(&analysis, node)?], limit),
            None => analysis.paths_of_class(&wanted, limit),
        };
        Ok(HeapPaths {
            objects: found.objects,
            unreached: found.unreached,
            groups: found.groups.into_iter().map(group).collect(),
            groups_left_out: found.groups_left_out,
            objects_left_out: found.objects_left_out,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    // A class that is not there shows nothing.
    let seen = (answer.objects > 0).then_some(class.as_str());
    asked.answered_with_classes(&app, seen.into_iter());
    Ok(Json(answer))
}

/// Who keeps how much.
#[utoipa::path(get, path = "/recordings/{recording}/heap/{snapshot}/owners", tag = "heap",
    params(("recording" = String, Path, description = "Recording id"),
        ("snapshot" = usize, Path, description = "Snapshot id"), HeapOwnersParams),
    responses(
        (status = 200, body = HeapOwners),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_owners(
    State(app): State<App>,
    trail: Trail,
    Path((recording, snapshot)): Path<(String, usize)>,
    Query(params): Query<HeapOwnersParams>,
) -> Result<Json<HeapOwners>, Problem> {
    let max_depth = params.depth.unwrap_or(12).clamp(1, 32);
    let min_share = params.min_share.unwrap_or(0.002).clamp(0.0, 1.0);
    let asked = trail
        .ask(Tool::Heap, "owners", &numbered(snapshot), None, None)
        .by(params.asked_by);
    let (heaps, id) = (app.clone(), recording.clone());
    let answer = app.query(recording, move |data, stopwatch| {
        let analysis = heaps.heap(&id, data, snapshot)?;
        let found = analysis.owners(OwnerLimits {
            min_bytes: (analysis.total_bytes() as f64 * min_share) as u64,
            max_depth,
        });
        Ok(HeapOwners {
            snapshot: find(data, snapshot)?,
            bytes: analysis.total_bytes(),
            owners: found.groups.into_iter().map(owner).collect(),
            left_out: found.left_out,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    let seen = answer.owners.iter().take(SEEN_CLASSES);
    asked.answered_with_classes(&app, seen.map(|owner| owner.class.as_str()));
    Ok(Json(answer))
}

/// One object with who holds it and what it keeps.
#[utoipa::path(get, path = "/recordings/{recording}/heap/{snapshot}/nodes/{node}", tag = "heap",
    params(("recording" = String, Path, description = "Recording id"),
        ("snapshot" = usize, Path, description = "Snapshot id"),
        ("node" = u32, Path, description = "Object id"), HeapNodeParams),
    responses(
        (status = 200, body = HeapNode),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn heap_node(
    State(app): State<App>,
    trail: Trail,
    Path((recording, snapshot, node)): Path<(String, usize, u32)>,
    Query(params): Query<HeapNodeParams>,
) -> Result<Json<HeapNode>, Problem> {
    let retainers_offset = params.retainers_offset.unwrap_or(0);
    let dominated_offset = params.dominated_offset.unwrap_or(0);
    let limit = params.limit.unwrap_or(50).clamp(1, 500);
    let asked = trail
        .ask(Tool::Heap, "node", &format!("@{node}"), None, None)
        .by(params.asked_by);
    let (heaps, id) = (app.clone(), recording.clone());
    let answer = app.query(recording, move |data, stopwatch| {
        let analysis = heaps.heap(&id, data, snapshot)?;
        let index = locate(&analysis, node)?;
        let retainers = analysis.retainers(index);
        let retainers_total = retainers.len() as u64;
        let retainers = retainers
            .skip(retainers_offset)
            .take(limit)
            .map(|each| HeapRetainer {
                kind: each.edge.kind.name().to_owned(),
                edge: each.edge.name.to_string(),
                retains: each.retains,
                from: object(&analysis, each.node),
            });
        let mut dominated = analysis.dominated(index).to_vec();
        dominated.sort_by_key(|child| (std::cmp::Reverse(analysis.retained_bytes(*child)), *child));
        let dominator = analysis.dominator(index);
        Ok(HeapNode {
            node: object(&analysis, index),
            dominator: (dominator != index).then(|| object(&analysis, dominator)),
            retainers: retainers.collect(),
            retainers_total,
            dominated_total: dominated.len() as u64,
            dominated_classes: by_class(&analysis, &dominated),
            dominated: dominated
                .iter()
                .skip(dominated_offset)
                .take(limit)
                .map(|child| object(&analysis, *child))
                .collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered_with_classes(&app, std::iter::once(answer.node.class.as_str()));
    Ok(Json(answer))
}

/// A snapshot as the evidence trail names it.
fn numbered(snapshot: usize) -> String {
    format!("snapshot:{snapshot}")
}

fn describe(data: &Data, id: usize, entry: AttachmentEntry) -> Result<HeapSnapshot, Problem> {
    let counts = heap::Snapshot::read_counts(data.open_heap(id)?);
    let (nodes, edges) = counts.map_err(|error| damaged(id, &error))?;
    Ok(HeapSnapshot {
        id,
        service: entry.info.service,
        instance: entry.info.instance,
        at_ms: entry.info.time_unix_nano.div_euclid(1_000_000),
        file_bytes: entry.bytes,
        nodes,
        edges,
    })
}

/// A snapshot that is known to be there.
fn find(data: &Data, id: usize) -> Result<HeapSnapshot, Problem> {
    let mut entries = data.heap_snapshots().into_iter();
    let (_, entry) = entries
        .find(|(number, _)| *number == id)
        .ok_or_else(Problem::internal)?;
    describe(data, id, entry)
}

fn locate(analysis: &Analysis, id: u32) -> Result<u32, Problem> {
    analysis.snapshot().find(id).ok_or_else(|| {
        Problem::not_found(
            "unknown-object",
            format!("there is no object @{id} in the snapshot"),
            "It may have been freed before; look in an earlier snapshot",
        )
    })
}

fn object(analysis: &Analysis, index: u32) -> HeapObject {
    let node = analysis.node(index);
    HeapObject {
        id: node.id,
        class: analysis.class(index).to_owned(),
        name: node.name.chars().take(200).collect(),
        self_bytes: node.self_bytes,
        retained_bytes: analysis.retained_bytes(index),
        distance: analysis.distance(index),
    }
}

fn by_class(analysis: &Analysis, nodes: &[u32]) -> Vec<HeapClass> {
    let mut classes: BTreeMap<&str, HeapClass> = BTreeMap::new();
    for node in nodes {
        let class = analysis.class(*node);
        let row = classes.entry(class).or_insert_with(|| HeapClass {
            class: class.to_owned(),
            count: 0,
            self_bytes: 0,
            retained_bytes: 0,
        });
        row.count += 1;
        row.self_bytes += analysis.node(*node).self_bytes;
        row.retained_bytes += analysis.retained_bytes(*node);
    }
    let mut rows: Vec<_> = classes.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.retained_bytes));
    rows.truncate(100);
    rows
}

fn change(row: heap::ClassChange) -> HeapClassChange {
    let ends = |values: &[u64]| {
        let (first, last) = (values.first(), values.last());
        (first.copied().unwrap_or(0), last.copied().unwrap_or(0))
    };
    let (from_count, to_count) = ends(&row.counts);
    let (from_retained_bytes, to_retained_bytes) = ends(&row.retained_bytes);
    HeapClassChange {
        class: row.class,
        from_count,
        to_count,
        new: row.new.map(|flow| flow.count),
        freed: row.freed.map(|flow| flow.count),
        from_retained_bytes,
        to_retained_bytes,
    }
}

fn owner(owner: heap::Owner) -> HeapOwner {
    HeapOwner {
        depth: owner.depth,
        class: owner.class,
        edge: owner.edge,
        objects: owner.objects,
        self_bytes: owner.self_bytes,
        retained_bytes: owner.retained_bytes,
        largest_id: owner.largest_id,
    }
}

fn suspect(suspect: heap::Suspect) -> HeapSuspect {
    HeapSuspect {
        text: suspect.to_string(),
        rule: match suspect.evidence {
            Evidence::OneOwner { .. } => HeapRule::OneOwner,
            Evidence::GrowingClass { .. } => HeapRule::GrowingClass,
        },
        class: suspect.class,
        bytes: suspect.bytes,
        share: suspect.share,
    }
}

fn group(group: heap::PathGroup) -> HeapPathGroup {
    let steps = group.steps.into_iter().map(|step| HeapPathStep {
        kind: step.kind.name().to_owned(),
        edge: step.edge,
        class: step.class,
        repeats: step.repeats,
        objects: step.objects,
        retained_bytes: step.retained_bytes,
    });
    HeapPathGroup {
        objects: group.objects,
        retained_bytes: group.retained_bytes,
        example_id: group.example_id,
        steps: steps.collect(),
    }
}
