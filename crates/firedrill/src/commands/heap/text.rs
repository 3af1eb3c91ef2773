//! Answers about heap snapshots as tables for people.

use std::fmt::Write as _;

use heap::{Analysis, Comparison, PathGroup, Paths, Suspect};

/// The widest class name that is printed whole.
const CLASS_WIDTH: usize = 40;

/// Classes and suspects of one snapshot.
pub(super) fn summary(analysis: &Analysis, suspects: &[Suspect], top: usize) -> String {
    let snapshot = analysis.snapshot();
    let total = analysis.total_bytes();
    let mut text = format!(
        "{} objects, {} references, {}\n\n{:CLASS_WIDTH$} {:>12} {:>12} {:>12} {:>7}\n",
        count(u64::from(snapshot.node_count())),
        count(u64::from(snapshot.edge_count())),
        size(total),
        "class",
        "objects",
        "own size",
        "keeps",
        "share",
    );
    let rows = analysis.summary();
    for row in rows.iter().take(top) {
        line(
            &mut text,
            format_args!(
                "{:CLASS_WIDTH$} {:>12} {:>12} {:>12} {:>5.1} %",
                short(&row.class),
                count(row.count),
                size(row.self_bytes),
                size(row.retained_bytes),
                share(row.retained_bytes, total),
            ),
        );
    }
    left_out(
        &mut text,
        rows.len(),
        top,
        "classes",
        rows.get(top).map(|row| row.retained_bytes),
    );
    line(
        &mut text,
        format_args!("Sizes of classes overlap: an object counts for every class that keeps it."),
    );
    list(&mut text, suspects);
    text
}

/// What changed from the first snapshot to the last.
pub(super) fn diff(comparison: &Comparison, suspects: &[Suspect], top: usize) -> String {
    let totals: Vec<_> = comparison
        .total_bytes
        .iter()
        .map(|bytes| size(*bytes))
        .collect();
    let mut text = format!(
        "heap {} ({})\n\n{:CLASS_WIDTH$} {:>11} {:>11} {:>11} {:>11} {:>11} {:>13} {:>12}\n",
        totals.join(", "),
        change_of_size(comparison.total_bytes_change()),
        "class",
        "first",
        "last",
        "new",
        "freed",
        "change",
        "keeps more",
        "keeps",
    );
    let rows = &comparison.classes;
    for row in rows.iter().take(top) {
        let flow = |flow: Option<heap::Flow>| flow.map_or("?".to_owned(), |flow| count(flow.count));
        let (first, last) = (row.counts.first(), row.counts.last());
        line(
            &mut text,
            format_args!(
                "{:CLASS_WIDTH$} {:>11} {:>11} {:>11} {:>11} {:>11} {:>13} {:>12}",
                short(&row.class),
                count(first.copied().unwrap_or(0)),
                count(last.copied().unwrap_or(0)),
                flow(row.new),
                flow(row.freed),
                change(row.count_change()),
                change_of_size(row.retained_bytes_change()),
                size(row.retained_bytes.last().copied().unwrap_or(0)),
            ),
        );
    }
    left_out(&mut text, rows.len(), top, "classes", None);
    list(&mut text, suspects);
    text
}

/// The ways by which objects are kept.
pub(super) fn paths(paths: &Paths) -> String {
    let mut text = format!("{} objects", count(paths.objects));
    if paths.unreached > 0 {
        let _ = write!(
            text,
            ", {} of which no root reaches",
            count(paths.unreached)
        );
    }
    text.push('\n');
    for group in &paths.groups {
        group_of_paths(&mut text, group, paths.objects);
    }
    if paths.groups_left_out > 0 {
        line(
            &mut text,
            format_args!(
                "\n{} more shapes with {} objects; --top shows more",
                count(paths.groups_left_out),
                count(paths.objects_left_out)
            ),
        );
    }
    text
}

fn group_of_paths(text: &mut String, group: &PathGroup, all: u64) {
    line(
        text,
        format_args!(
            "\n{} of them ({:.1} %) keep {} by this way, such as @{}",
            count(group.objects),
            share(group.objects, all),
            size(group.retained_bytes),
            group.example_id
        ),
    );
    for (depth, step) in group.steps.iter().enumerate() {
        let repeats = if step.repeats {
            " (again and again)"
        } else {
            ""
        };
        let many = if step.objects == 1 {
            String::new()
        } else {
            format!(" x {}", count(step.objects))
        };
        let way = format!(
            "{:indent$}{} {}{many}{repeats}",
            "",
            step.edge,
            step.class,
            indent = 2 + depth * 2
        );
        line(
            text,
            format_args!("{way:70} {:>12}", size(step.retained_bytes)),
        );
    }
}

fn list(text: &mut String, suspects: &[Suspect]) {
    if suspects.is_empty() {
        line(
            text,
            format_args!("\nNothing looks like a leak by the rules of this tool."),
        );
        return;
    }
    line(text, format_args!("\nSuspects"));
    for (at, suspect) in suspects.iter().enumerate() {
        line(text, format_args!("{:>3}. {suspect}", at + 1));
    }
}

fn left_out(text: &mut String, rows: usize, top: usize, what: &str, largest: Option<u64>) {
    let Some(more) = rows.checked_sub(top).filter(|more| *more > 0) else {
        return;
    };
    let each = largest.map_or(String::new(), |bytes| {
        format!(", the largest keeps {}", size(bytes))
    });
    line(
        text,
        format_args!("{more} more {what}{each}; --top shows more"),
    );
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

/// A name cut in the middle, where paths and generic types differ least.
fn short(class: &str) -> String {
    let characters: Vec<char> = class
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if characters.len() <= CLASS_WIDTH {
        return characters.into_iter().collect();
    }
    let (head, tail) = (CLASS_WIDTH / 2, CLASS_WIDTH - CLASS_WIDTH / 2 - 1);
    let head = characters[..head].iter();
    let tail = characters[characters.len() - tail..].iter();
    head.chain(&['…']).chain(tail).collect()
}

/// `1,234,567`.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KiB", value / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", value / 1_048_576.0),
        _ => format!("{:.1} GiB", value / 1_073_741_824.0),
    }
}

fn change(number: i64) -> String {
    signed(number, count(number.unsigned_abs()))
}

fn change_of_size(bytes: i64) -> String {
    signed(bytes, size(bytes.unsigned_abs()))
}

fn signed(number: i64, text: String) -> String {
    match number {
        0 => text,
        1.. => format!("+{text}"),
        _ => format!("-{text}"),
    }
}

/// Percent.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 * 100.0 / whole as f64
}
