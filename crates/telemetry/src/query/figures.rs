//! Figures: what a query's pipe computes, as a table.

use hashbrown::HashMap;
use serde::Serialize;

use super::QueryError;
use super::group::{By, GroupRequest, GroupValue, Grouped, duration_bucket_start, run};
use super::select::Scope;
use crate::filter::{Figure, FigureKind, Group, Pipe};
use crate::table::{TimeRange, View};

/// A value in an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing: the key is absent, or there was no value to compute with.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A number.
    F64(f64),
    /// Text.
    Text(String),
}

/// What a column of figures holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Start of a step, milliseconds since the epoch.
    Time,
    /// A value that rows were grouped by.
    Group,
    /// A computed figure.
    Figure,
}

/// A column of figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureColumn {
    /// As the query writes it.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// `ms`, `ns`, `By`, … when it is known.
    pub unit: Option<&'static str>,
}

/// Figures by group and step of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Time first, then groups, then figures.
    pub columns: Vec<FigureColumn>,
    /// With steps of time: by group, the greatest first, then by time. Otherwise the greatest first.
    pub rows: Vec<Vec<Cell>>,
    /// Length of a step.
    pub step_ms: Option<i64>,
    /// Number of rows that there are.
    pub total: usize,
    /// Whether `rows` has fewer; whole groups are left out, the smallest.
    pub truncated: bool,
    /// Whether percentiles come from a histogram (up to 3.2 % off).
    pub approximate: bool,
}

/// Computes the figures of a pipe over a scope; at most `limit` rows.
///
/// # Errors
/// When the recording cannot be read or there are too many steps of time.
pub fn figures(
    view: &View<'_>,
    scope: &Scope,
    pipe: &Pipe,
    limit: usize,
) -> Result<Figures, QueryError> {
    let fields = fields_of(&pipe.figures);
    let by: Vec<By> = (pipe.by.iter())
        .map(|group| match group {
            Group::Key(key) => By::Key(key.clone()),
            Group::Duration => By::Duration,
        })
        .chain(pipe.every.map(|step| By::Time { origin: 0, step }))
        .collect();
    let grouped = run(
        view,
        &GroupRequest {
            scope: scope.clone(),
            by,
            fields: fields.clone(),
        },
    )?;
    let shown = |group: usize| -> Vec<Cell> {
        pipe.figures
            .iter()
            .map(|figure| figure_of(figure, &fields, &grouped, group))
            .collect()
    };
    let (order, total) = order_groups(&grouped, pipe, &fields, limit);
    let rows = order
        .iter()
        .map(|group| {
            let time = pipe
                .every
                .map(|step| match grouped.value(view, *group, pipe.by.len()) {
                    GroupValue::Index(index) => Cell::I64(index.saturating_mul(step) / 1_000_000),
                    _ => Cell::Null,
                });
            let keys = (0..pipe.by.len())
                .map(|field| group_cell(&pipe.by[field], grouped.value(view, *group, field)));
            time.into_iter().chain(keys).chain(shown(*group)).collect()
        })
        .collect();
    Ok(Figures {
        columns: columns_of(pipe),
        rows,
        step_ms: pipe.every.map(|step| step / 1_000_000),
        total,
        truncated: order.len() < total,
        approximate: grouped.approximate,
    })
}

/// Rounds a step of time up so that a range has at most `points` steps of a round length.
#[must_use]
pub fn round_step(range: TimeRange, points: usize) -> i64 {
    const STEPS: [i64; 22] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000,
        120_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000,
    ];
    let least = range.length() / points.max(1) as i64;
    let fits = STEPS
        .into_iter()
        .map(|step| step * 1_000_000)
        .find(|step| *step >= least);
    fits.unwrap_or_else(|| {
        least
            .div_euclid(86_400_000_000_000)
            .saturating_add(1)
            .saturating_mul(86_400_000_000_000)
    })
}

/// The distinct fields that figures need, with the percentiles wanted of each.
fn fields_of(figures: &[Figure]) -> Vec<(String, Vec<f64>)> {
    let mut fields: Vec<(String, Vec<f64>)> = Vec::new();
    for figure in figures {
        let Some(key) = figure.key.as_ref() else {
            continue;
        };
        let index = fields
            .iter()
            .position(|(name, _)| name == key)
            .unwrap_or_else(|| {
                fields.push((key.clone(), Vec::new()));
                fields.len() - 1
            });
        if let FigureKind::Percentile(part) = figure.kind
            && !fields[index].1.contains(&part)
        {
            fields[index].1.push(part);
        }
    }
    fields
}

fn figure_of(
    figure: &Figure,
    fields: &[(String, Vec<f64>)],
    grouped: &Grouped,
    group: usize,
) -> Cell {
    let Some(key) = &figure.key else {
        return Cell::I64(grouped.rows[group] as i64);
    };
    let Some(field) = fields.iter().position(|(name, _)| name == key) else {
        return Cell::Null;
    };
    let figures = &grouped.fields[field][group];
    if figures.count == 0 {
        return Cell::Null;
    }
    let whole = |value: f64| {
        if figures.whole {
            Cell::I64(value as i64)
        } else {
            Cell::F64(value)
        }
    };
    match figure.kind {
        FigureKind::Count => Cell::I64(figures.count as i64),
        FigureKind::Sum if figures.sum.abs() >= i64::MAX as f64 => Cell::F64(figures.sum),
        FigureKind::Sum => whole(figures.sum),
        FigureKind::Avg => Cell::F64(figures.sum / figures.count as f64),
        FigureKind::Min => whole(figures.min),
        FigureKind::Max => whole(figures.max),
        FigureKind::Percentile(part) => {
            let index = fields[field].1.iter().position(|wanted| *wanted == part);
            index
                .and_then(|index| figures.percentiles.get(index))
                .map_or(Cell::Null, |value| whole(*value))
        }
    }
}

/// The groups to show, in order, and how many there are.
fn order_groups(
    grouped: &Grouped,
    pipe: &Pipe,
    fields: &[(String, Vec<f64>)],
    limit: usize,
) -> (Vec<usize>, usize) {
    let total = grouped.len();
    if pipe.every.is_some() {
        return (whole_series(grouped, pipe.by.len(), limit), total);
    }
    let first = |group: usize| {
        pipe.figures
            .first()
            .map(|figure| figure_of(figure, fields, grouped, group))
    };
    let size = |group: usize| match first(group) {
        Some(Cell::I64(value)) => value as f64,
        Some(Cell::F64(value)) => value,
        _ => f64::NEG_INFINITY,
    };
    let mut order: Vec<(f64, usize)> = (0..total).map(|group| (size(group), group)).collect();
    let greatest_first = |a: &(f64, usize), b: &(f64, usize)| {
        b.0.total_cmp(&a.0)
            .then_with(|| grouped.key(a.1).cmp(&grouped.key(b.1)))
    };
    let limit = pipe.top.unwrap_or(usize::MAX).min(limit);
    if limit == 0 {
        return (Vec::new(), total);
    }
    if limit < total {
        order.select_nth_unstable_by(limit - 1, greatest_first);
        order.truncate(limit);
    }
    order.sort_unstable_by(greatest_first);
    (order.into_iter().map(|(_, group)| group).collect(), total)
}

/// Groups in steps of time: series by series, those with most rows first, as many whole ones as fit.
fn whole_series(grouped: &Grouped, time_field: usize, limit: usize) -> Vec<usize> {
    let series_of = |group: usize| grouped.key(group) & !(u128::MAX << (32 * time_field));
    let mut series: HashMap<u128, (u64, Vec<usize>), foldhash::fast::FixedState> =
        HashMap::default();
    for group in 0..grouped.len() {
        let (rows, groups) = series.entry(series_of(group)).or_default();
        *rows += grouped.rows[group];
        groups.push(group);
    }
    let mut series: Vec<(u128, (u64, Vec<usize>))> = series.into_iter().collect();
    series.sort_unstable_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let mut order = Vec::new();
    for (_, (_, mut groups)) in series {
        groups.sort_unstable_by_key(|group| grouped.code(*group, time_field));
        if order.is_empty() {
            // One series alone may be too long; then its beginning is shown.
            groups.truncate(limit);
        }
        if order.len() + groups.len() > limit {
            break;
        }
        order.extend(groups);
    }
    order
}

fn group_cell(group: &Group, value: GroupValue) -> Cell {
    match value {
        GroupValue::Absent => Cell::Null,
        GroupValue::Text(text) => Cell::Text(text),
        GroupValue::Bool(value) => Cell::Bool(value),
        GroupValue::I64(value) => Cell::I64(value),
        GroupValue::F64(value) => Cell::F64(value),
        GroupValue::Index(index) => match group {
            Group::Duration => Cell::I64(duration_bucket_start(index as usize)),
            Group::Key(_) => Cell::I64(index),
        },
    }
}

fn columns_of(pipe: &Pipe) -> Vec<FigureColumn> {
    let time = pipe.every.map(|_| FigureColumn {
        name: "time".to_owned(),
        kind: ColumnKind::Time,
        unit: Some("ms"),
    });
    let groups = pipe.by.iter().map(|group| match group {
        Group::Key(key) => FigureColumn {
            name: key.clone(),
            kind: ColumnKind::Group,
            unit: unit_of(key),
        },
        Group::Duration => FigureColumn {
            name: "duration".to_owned(),
            kind: ColumnKind::Group,
            unit: Some("ns"),
        },
    });
    let figures = pipe.figures.iter().map(|figure| FigureColumn {
        name: figure.to_string(),
        kind: ColumnKind::Figure,
        unit: figure.key.as_deref().and_then(unit_of),
    });
    time.into_iter().chain(groups).chain(figures).collect()
}

/// The unit of a key's numbers, as far as its name tells.
fn unit_of(key: &str) -> Option<&'static str> {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| key.ends_with(suffix));
    match key {
        "duration" => Some("ns"),
        _ if ends(&["_ms", ".ms", "_millis", "_milliseconds"]) => Some("ms"),
        _ if ends(&["_seconds", ".seconds", "_s"]) => Some("s"),
        _ if ends(&["bytes", ".size", "_size"]) => Some("By"),
        _ => None,
    }
}
