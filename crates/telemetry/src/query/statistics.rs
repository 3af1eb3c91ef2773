//! Ready-made figures that pages show: duration of one operation, requests over time, levels and
//! patterns of logs, annotations.

use std::collections::BTreeMap;

use serde::Serialize;

use super::group::{
    By, GroupRequest, GroupValue, Grouped, duration_bucket, duration_bucket_start, run,
};
use super::records::{LogRecord, Reader, text};
use super::rows::{Order, RowRef, page};
use super::select::{Scope, Selector};
use super::{QueryError, parallel, round_step};
use crate::column::Column;
use crate::filter::{Filter, Literal, Test};
use crate::table::{KeyId, Level, TimeRange, View};

/// How long an operation takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DurationStatistics {
    /// Quarter octaves between the shortest and the longest, empty ones included.
    pub buckets: Vec<DurationBucket>,
    /// Spans.
    pub count: u64,
    /// Median in nanoseconds; `None` without spans, as the others.
    pub p50_ns: Option<i64>,
    /// 95th percentile.
    pub p95_ns: Option<i64>,
    /// 99th percentile.
    pub p99_ns: Option<i64>,
}

/// Spans with a duration from `from_ns` up to but not including `to_ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DurationBucket {
    /// Shortest duration.
    pub from_ns: i64,
    /// First duration beyond.
    pub to_ns: i64,
    /// Spans.
    pub count: u64,
}

/// The distribution of the durations of the spans in a scope.
///
/// # Errors
/// When the recording cannot be read.
pub fn duration_statistics(
    view: &View<'_>,
    scope: &Scope,
) -> Result<DurationStatistics, QueryError> {
    let request = |by: Vec<By>, fields: Vec<(String, Vec<f64>)>| GroupRequest {
        scope: scope.clone(),
        by,
        fields,
    };
    let whole = run(
        view,
        &request(vec![], vec![("duration".to_owned(), vec![0.5, 0.95, 0.99])]),
    )?;
    let grouped = run(view, &request(vec![By::Duration], vec![]))?;
    let counts: BTreeMap<usize, u64> = (0..grouped.len())
        .map(|group| (grouped.code(group, 0) as usize, grouped.rows[group]))
        .collect();
    let buckets = match (counts.first_key_value(), counts.last_key_value()) {
        (Some((first, _)), Some((last, _))) => (*first..=*last)
            .map(|bucket| DurationBucket {
                from_ns: duration_bucket_start(bucket),
                to_ns: duration_bucket_start(bucket + 1),
                count: counts.get(&bucket).copied().unwrap_or(0),
            })
            .collect(),
        _ => Vec::new(),
    };
    debug_assert!(
        buckets
            .iter()
            .all(|bucket| duration_bucket(bucket.from_ns) == duration_bucket(bucket.to_ns - 1))
    );
    let percentile = |index: usize| {
        let figures = whole.fields.first()?.first()?;
        figures.percentiles.get(index).map(|value| *value as i64)
    };
    Ok(DurationStatistics {
        buckets,
        count: whole.rows.first().copied().unwrap_or(0),
        p50_ns: percentile(0),
        p95_ns: percentile(1),
        p99_ns: percentile(2),
    })
}

/// Requests over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// Start of the first step, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// Length of a step in nanoseconds.
    pub step_ns: i64,
    /// Requests that began in each step.
    pub requests: Vec<u64>,
    /// Those of them that failed.
    pub failed: Vec<u64>,
}

/// Requests (root spans of kind server; all root spans when there are none) over a range, in about
/// `points` steps.
///
/// # Errors
/// When the recording cannot be read.
pub fn timeline(view: &View<'_>, range: TimeRange, points: usize) -> Result<Timeline, QueryError> {
    let step = round_step(range, points);
    let start = range.start.div_euclid(step).saturating_mul(step);
    let equals = |key: &str, value: &str| Filter::Field {
        key: key.to_owned(),
        test: Test::Equals(Literal {
            text: value.to_owned(),
            quoted: false,
        }),
    };
    let request = |filter: Filter| GroupRequest {
        scope: Scope { range, filter },
        by: vec![
            By::Key("status".to_owned()),
            By::Time {
                origin: start,
                step,
            },
        ],
        fields: vec![],
    };
    let roots = equals("root", "true");
    let mut grouped = run(
        view,
        &request(Filter::And(vec![equals("kind", "server"), roots.clone()])),
    )?;
    if grouped.len() == 0 {
        grouped = run(view, &request(roots))?;
    }
    let steps = steps_in(range, start, step);
    let (mut requests, mut failed) = (vec![0; steps], vec![0; steps]);
    for (group, at) in steps_of(view, &grouped, 1) {
        let Some(requests) = requests.get_mut(at) else {
            continue;
        };
        *requests += grouped.rows[group];
        if grouped.value(view, group, 0) == GroupValue::Text("error".to_owned()) {
            failed[at] += grouped.rows[group];
        }
    }
    Ok(Timeline {
        start_unix_nano: start,
        step_ns: step,
        requests,
        failed,
    })
}

fn steps_in(range: TimeRange, start: i64, step: i64) -> usize {
    let length = range.end.saturating_sub(start).max(0);
    (length / step + i64::from(length % step > 0)) as usize
}

/// Groups with the number of their step of time.
fn steps_of<'g>(
    view: &'g View<'_>,
    grouped: &'g Grouped,
    field: usize,
) -> impl Iterator<Item = (usize, usize)> + 'g {
    (0..grouped.len()).filter_map(move |group| match grouped.value(view, group, field) {
        GroupValue::Index(index) => usize::try_from(index).ok().map(|index| (group, index)),
        _ => None,
    })
}

/// Log records over time by level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelHistogram {
    /// Start of the first step, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// Length of a step in nanoseconds.
    pub step_ns: i64,
    /// Records per step for each level that occurs, the most severe first.
    pub levels: Vec<(&'static str, Vec<u64>)>,
    /// Records.
    pub total: u64,
}

/// Log records of a scope over time by level, in about `buckets` steps of a round length.
///
/// # Errors
/// When the recording cannot be read.
pub fn level_histogram(
    view: &View<'_>,
    scope: &Scope,
    buckets: usize,
) -> Result<LevelHistogram, QueryError> {
    let step = round_step(scope.range, buckets);
    let start = scope.range.start.div_euclid(step).saturating_mul(step);
    let by = vec![
        By::Key("level".to_owned()),
        By::Time {
            origin: start,
            step,
        },
    ];
    let grouped = run(
        view,
        &GroupRequest {
            scope: scope.clone(),
            by,
            fields: vec![],
        },
    )?;
    let steps = steps_in(scope.range, start, step);
    let mut levels: Vec<(&'static str, Vec<u64>)> = Level::NAMES
        .iter()
        .rev()
        .map(|name| (*name, vec![0; steps]))
        .collect();
    for (group, at) in steps_of(view, &grouped, 1) {
        let GroupValue::Text(level) = grouped.value(view, group, 0) else {
            continue;
        };
        let counts = levels
            .iter_mut()
            .find(|(name, _)| *name == level)
            .and_then(|(_, counts)| counts.get_mut(at));
        if let Some(count) = counts {
            *count += grouped.rows[group];
        }
    }
    levels.retain(|(_, counts)| counts.iter().any(|count| *count > 0));
    Ok(LevelHistogram {
        start_unix_nano: start,
        step_ns: step,
        levels,
        total: grouped.rows.iter().sum(),
    })
}

/// Log records by pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patterns {
    /// The most frequent ones.
    pub patterns: Vec<LogPattern>,
    /// Patterns that there are.
    pub total: u64,
}

/// Log records whose bodies differ in numbers and ids only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogPattern {
    /// The body with numbers and ids masked; `pattern:"…"` selects its records.
    pub template: String,
    /// Records.
    pub count: u64,
    /// The most severe level among them.
    pub level: &'static str,
    /// Services that write them, by name.
    pub services: Vec<String>,
    /// The body of one of them.
    pub example: String,
}

/// The patterns of the log records in a scope, at most `limit`, the most frequent first.
///
/// # Errors
/// When the recording cannot be read.
pub fn log_patterns(view: &View<'_>, scope: &Scope, limit: usize) -> Result<Patterns, QueryError> {
    view.table().load_bodies()?;
    let by = ["pattern", "level", "service"]
        .map(|key| By::Key(key.to_owned()))
        .to_vec();
    let grouped = run(
        view,
        &GroupRequest {
            scope: scope.clone(),
            by,
            fields: vec![],
        },
    )?;
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for group in 0..grouped.len() {
        groups
            .entry(grouped.code(group, 0))
            .or_default()
            .push(group);
    }
    let count = |groups: &[usize]| groups.iter().map(|group| grouped.rows[*group]).sum::<u64>();
    let mut order: Vec<(u64, Vec<usize>)> = groups
        .into_values()
        .map(|groups| (count(&groups), groups))
        .collect();
    let total = order.len() as u64;
    order.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    order.truncate(limit);
    let mut patterns: Vec<LogPattern> = order
        .into_iter()
        .map(|(count, groups)| pattern(view, &grouped, count, &groups))
        .collect();
    add_examples(view, scope, &mut patterns)?;
    Ok(Patterns { patterns, total })
}

fn pattern(view: &View<'_>, grouped: &Grouped, count: u64, groups: &[usize]) -> LogPattern {
    let as_text = |group: usize, field: usize| match grouped.value(view, group, field) {
        GroupValue::Text(text) => text,
        _ => String::new(),
    };
    let severity = |group: usize| {
        let level = as_text(group, 1);
        Level::NAMES
            .iter()
            .position(|name| *name == level)
            .unwrap_or(0)
    };
    let level = groups
        .iter()
        .map(|group| severity(*group))
        .max()
        .unwrap_or(0);
    let mut services: Vec<String> = groups.iter().map(|group| as_text(*group, 2)).collect();
    services.sort_unstable();
    services.dedup();
    let template = groups
        .first()
        .map(|group| as_text(*group, 0))
        .unwrap_or_default();
    LogPattern {
        template,
        count,
        level: Level::NAMES[level],
        services,
        example: String::new(),
    }
}

/// Finds for each pattern a body in the scope.
fn add_examples(
    view: &View<'_>,
    scope: &Scope,
    patterns: &mut [LogPattern],
) -> Result<(), QueryError> {
    let selector = Selector::new(view, scope)?;
    let found = parallel::map(selector.segments.len(), |index| {
        let segment = selector.segments[index];
        let (Some(selected), Some(Column::Text(column))) = (
            selector.select(segment),
            view.column(segment, KeyId::PATTERN),
        ) else {
            return Vec::new();
        };
        // The first selected row of each pattern.
        let mut first: Vec<Option<usize>> = vec![None; column.code_count()];
        selected.for_each(|row| {
            first[usize::from(column.code(row))].get_or_insert(row);
        });
        first
            .into_iter()
            .flatten()
            .map(|row| RowRef { segment, row })
            .collect()
    });
    for at in found.into_iter().flatten() {
        let template = text(view, at, KeyId::PATTERN);
        if let Some(pattern) = patterns
            .iter_mut()
            .find(|pattern| pattern.template == template && pattern.example.is_empty())
        {
            pattern.example = view.segment(at.segment).bodies().get(at.row).to_owned();
        }
    }
    Ok(())
}

/// Events that change a system, to be drawn over every chart; by time, at most `limit`.
///
/// # Errors
/// When the recording cannot be read.
pub fn annotations(
    logs: &View<'_>,
    range: TimeRange,
    limit: usize,
) -> Result<Vec<LogRecord>, QueryError> {
    let names = [
        "deployment.finished",
        "configuration.changed",
        "process.restarted",
    ];
    let tests = names
        .map(|name| {
            Test::Equals(Literal {
                text: name.to_owned(),
                quoted: true,
            })
        })
        .to_vec();
    let filter = Filter::Field {
        key: "event.name".to_owned(),
        test: Test::AnyOf(tests),
    };
    let selected = Selector::new(logs, &Scope { range, filter })?.select_all();
    let page = page(logs, &selected, Order::Oldest, limit, None)?;
    if page.rows.is_empty() {
        return Ok(Vec::new());
    }
    let reader = Reader::new(logs)?;
    Ok(page.rows.into_iter().map(|at| reader.log(at)).collect())
}
