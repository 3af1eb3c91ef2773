//! Answers about heap snapshots as JSON for scripts: sizes in bytes, rows as in the tables.

use heap::{Analysis, Comparison, Evidence, Flow, Paths, Suspect};
use serde_json::{Value, json};

/// Classes and suspects of one snapshot.
pub(super) fn summary(analysis: &Analysis, suspects: &[Suspect], top: usize) -> String {
    let rows = analysis.summary();
    let classes = rows.iter().take(top).map(|row| {
        json!({
            "class": row.class,
            "count": row.count,
            "self_bytes": row.self_bytes,
            "retained_bytes": row.retained_bytes,
        })
    });
    print(&json!({
        "nodes": analysis.snapshot().node_count(),
        "edges": analysis.snapshot().edge_count(),
        "bytes": analysis.total_bytes(),
        "classes": classes.collect::<Vec<_>>(),
        "classes_left_out": rows.len().saturating_sub(top),
        "suspects": list(suspects),
    }))
}

/// What changed from the first snapshot to the last.
pub(super) fn diff(comparison: &Comparison, suspects: &[Suspect], top: usize) -> String {
    let rows = &comparison.classes;
    let flow = |flow: Option<Flow>| {
        flow.map(|flow| json!({ "count": flow.count, "self_bytes": flow.self_bytes }))
    };
    let classes = rows.iter().take(top).map(|row| {
        json!({
            "class": row.class,
            "counts": row.counts,
            "self_bytes": row.self_bytes,
            "retained_bytes": row.retained_bytes,
            "new": flow(row.new),
            "freed": flow(row.freed),
            "count_change": row.count_change(),
            "retained_bytes_change": row.retained_bytes_change(),
        })
    });
    print(&json!({
        "bytes": comparison.total_bytes,
        "classes": classes.collect::<Vec<_>>(),
        "classes_left_out": rows.len().saturating_sub(top),
        "suspects": list(suspects),
    }))
}

/// The ways by which objects are kept.
pub(super) fn paths(paths: &Paths) -> String {
    let groups = paths.groups.iter().map(|group| {
        let steps = group.steps.iter().map(|step| {
            json!({
                "kind": step.kind.name(),
                "edge": step.edge,
                "class": step.class,
                "repeats": step.repeats,
                "objects": step.objects,
                "retained_bytes": step.retained_bytes,
            })
        });
        json!({
            "objects": group.objects,
            "retained_bytes": group.retained_bytes,
            "example_id": group.example_id,
            "steps": steps.collect::<Vec<_>>(),
        })
    });
    print(&json!({
        "objects": paths.objects,
        "unreached": paths.unreached,
        "groups": groups.collect::<Vec<_>>(),
        "groups_left_out": paths.groups_left_out,
        "objects_left_out": paths.objects_left_out,
    }))
}

fn list(suspects: &[Suspect]) -> Vec<Value> {
    let each = suspects.iter().map(|suspect| {
        let rule = match &suspect.evidence {
            Evidence::OneOwner { .. } => "one owner",
            Evidence::GrowingClass { .. } => "growing class",
        };
        json!({
            "rule": rule,
            "class": suspect.class,
            "bytes": suspect.bytes,
            "share": suspect.share,
            "text": suspect.to_string(),
        })
    });
    each.collect()
}

fn print(answer: &Value) -> String {
    format!("{answer:#}\n")
}
