//! One grouped question from plan to figures.

use std::sync::Mutex;

use super::super::select::{Scope, Selector};
use super::super::{QueryError, parallel};
use super::accumulate::{FieldPlan, Groups, Method};
use super::cells::{Cells, GroupKey};
use super::domain::{By, Domain, GroupValue};
use super::percentile::exact;
use super::values::ValueField;
use crate::table::View;

/// Groups with fewer values than this on average get exact percentiles.
const EXACT_BELOW: usize = 2_000;
/// Most memory that histograms may take, in buckets per worker.
const HISTOGRAM_BUCKETS: usize = 16 << 20;

/// A question for groups.
#[derive(Clone, Debug)]
pub(crate) struct GroupRequest {
    pub(crate) scope: Scope,
    /// At most four.
    pub(crate) by: Vec<By>,
    /// Names of the fields that figures are computed of, and the percentiles (0 to 1) of each.
    pub(crate) fields: Vec<(String, Vec<f64>)>,
}

/// Groups and their figures.
#[derive(Debug)]
pub(crate) struct Grouped {
    domains: Vec<Domain>,
    keys: Vec<GroupKey>,
    /// Rows per group.
    pub(crate) rows: Vec<u64>,
    /// Per field, per group.
    pub(crate) fields: Vec<Vec<FieldFigures>>,
    /// Whether percentiles come from a histogram (up to 3.2 % off).
    pub(crate) approximate: bool,
}

/// Figures of one field in one group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldFigures {
    /// Rows that have a value.
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// In the order in which they were wanted.
    pub(crate) percentiles: Vec<f64>,
    /// Whether values are whole numbers.
    pub(crate) whole: bool,
}

impl Grouped {
    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// What a group has in common, field by field.
    pub(crate) fn value(&self, view: &View<'_>, group: usize, field: usize) -> GroupValue {
        self.domains[field].decode(view, self.code(group, field))
    }

    /// The numbers of a group's values in all fields.
    pub(crate) fn key(&self, group: usize) -> GroupKey {
        self.keys[group]
    }

    /// The number of a group's value in one field: equal values have equal numbers.
    pub(crate) fn code(&self, group: usize, field: usize) -> u32 {
        (self.keys[group] >> (32 * field)) as u32
    }
}

/// Selects, groups, and computes.
pub(crate) fn run(view: &View<'_>, request: &GroupRequest) -> Result<Grouped, QueryError> {
    let selector = Selector::new(view, &request.scope)?;
    let mut domains: Vec<Domain> = request
        .by
        .iter()
        .map(|by| Domain::new(view, by, request.scope.range))
        .collect::<Result<_, _>>()?;
    let rows = selector
        .segments
        .iter()
        .map(|segment| view.segment(*segment).rows())
        .sum();
    let plans = plan(&selector, &domains, &request.fields, rows)?;
    let widths: Option<Vec<u32>> = domains.iter().map(Domain::known_count).collect();
    let alone = Alone::new(&selector, &domains);
    let workers = parallel::for_each(
        selector.segments.len(),
        || Groups::new(widths.as_deref(), rows, &plans),
        |groups, index| {
            let segment = selector.segments[index];
            let Some(selected) = selector.select(segment) else {
                return;
            };
            let rows = selected.rows();
            let mut cells = Cells::new(rows.len());
            for (place, domain) in domains.iter().enumerate() {
                cells.split(domain.codes(view, segment, &rows), place as u32);
            }
            let values: Vec<_> = plans
                .iter()
                .map(|plan| plan.values.of(view, segment, &rows))
                .collect();
            groups.add(&cells, &values, &plans, |key| alone.in_segment(index, key));
        },
    );
    let mut workers = workers.into_iter();
    let Some(mut groups) = workers.next() else {
        return Ok(Grouped {
            domains,
            keys: vec![],
            rows: vec![],
            fields: vec![],
            approximate: false,
        });
    };
    for other in workers {
        groups.merge(other, &plans);
    }
    let approximate = plans.iter().any(|plan| plan.method == Method::Histogram);
    let fields = (0..plans.len())
        .map(|field| finish(&plans[field], &mut groups, field))
        .collect();
    for (place, domain) in domains.iter_mut().enumerate() {
        if let Some((known, moved)) = domain.settle() {
            settle_keys(&mut groups.keys, place, known, &moved);
        }
    }
    Ok(Grouped {
        domains,
        keys: groups.keys,
        rows: groups.rows,
        fields,
        approximate,
    })
}

/// Rewrites the codes of one field that [`Domain::settle`] has moved.
fn settle_keys(keys: &mut [GroupKey], place: usize, known: u32, moved: &[u32]) {
    for key in keys {
        let code = (*key >> (32 * place)) as u32;
        if code >= known {
            let settled = known + moved[(code - known) as usize];
            *key = *key & !(GroupKey::from(u32::MAX) << (32 * place))
                | GroupKey::from(settled) << (32 * place);
        }
    }
}

/// Decides how percentiles are computed.
fn plan(
    selector: &Selector<'_, '_>,
    domains: &[Domain],
    fields: &[(String, Vec<f64>)],
    rows: usize,
) -> Result<Vec<FieldPlan>, QueryError> {
    let groups = domains.iter().fold(1usize, |groups, domain| {
        groups.saturating_mul(domain.expected_count())
    });
    fields
        .iter()
        .map(|(name, wanted)| {
            let values = ValueField::new(selector.view, name)?;
            let fits = groups.saturating_mul(values.scale.buckets) <= HISTOGRAM_BUCKETS;
            let method = match wanted.is_empty() {
                true => Method::None,
                false if rows / groups.max(1) < EXACT_BELOW || !fits => Method::Exact,
                false => Method::Histogram,
            };
            Ok(FieldPlan {
                values,
                wanted: wanted.clone(),
                method,
            })
        })
        .collect()
}

/// Steps of time that lie inside one segment alone: their percentiles are finished in place.
struct Alone {
    /// Whether nothing can be said, because a group may be met under two local codes.
    never: bool,
    field: Option<(usize, i64, i64, i64)>,
    /// Per segment, by its place in the selection: the stretch of time that no other segment touches.
    stretches: Vec<(i64, i64)>,
}

impl Alone {
    fn new(selector: &Selector<'_, '_>, domains: &[Domain]) -> Self {
        let field = domains
            .iter()
            .enumerate()
            .find_map(|(place, domain)| match domain {
                Domain::Time {
                    origin,
                    step,
                    first,
                    ..
                } => Some((place, *origin, *step, *first)),
                _ => None,
            });
        let mut stretches = vec![(i64::MIN, i64::MAX); selector.segments.len()];
        let times = |index: usize| {
            let segment = selector.view.segment(selector.segments[index]);
            (segment.first_time(), segment.last_time())
        };
        let mut order: Vec<usize> = (0..stretches.len()).collect();
        order.sort_by_key(|index| times(*index).0);
        let mut latest = i64::MIN;
        for (place, index) in order.iter().enumerate() {
            let next = order.get(place + 1).map_or(i64::MAX, |next| times(*next).0);
            stretches[*index] = (latest.saturating_add(1), next);
            latest = latest.max(times(*index).1);
        }
        let never = domains.iter().any(|domain| domain.known_count().is_none());
        Self {
            never,
            field,
            stretches,
        }
    }

    fn in_segment(&self, index: usize, key: GroupKey) -> bool {
        if self.never {
            return false;
        }
        let Some((place, origin, step, first)) = self.field else {
            return self.stretches.len() == 1;
        };
        let bucket = first + i64::from((key >> (32 * place)) as u32);
        let start = origin.saturating_add(bucket.saturating_mul(step));
        let (from, to) = self.stretches[index];
        from <= start && start.saturating_add(step) <= to
    }
}

fn finish(plan: &FieldPlan, groups: &mut Groups, index: usize) -> Vec<FieldFigures> {
    let field = &mut groups.fields[index];
    if plan.method == Method::Exact {
        let unfinished: Vec<usize> = (0..field.values.len())
            .filter(|group| !field.values[*group].is_empty())
            .collect();
        let values: Vec<Mutex<Vec<i64>>> = unfinished
            .iter()
            .map(|group| Mutex::new(std::mem::take(&mut field.values[*group])))
            .collect();
        // In chunks, because a group takes less time than taking a number from the counter.
        let chunk = 64;
        let done = parallel::map(unfinished.len().div_ceil(chunk), |part| {
            values[part * chunk..values.len().min((part + 1) * chunk)]
                .iter()
                .map(|values| match values.lock() {
                    Ok(mut values) => exact(&mut values, &plan.wanted),
                    Err(_) => Vec::new(),
                })
                .collect::<Vec<_>>()
        });
        for (group, done) in unfinished.into_iter().zip(done.into_iter().flatten()) {
            field.done[group] = done;
        }
    }
    let shown = |number: i64| plan.values.shown(number);
    (0..field.summaries.len())
        .map(|group| {
            let summary = field.summaries[group];
            let percentiles = match plan.method {
                Method::None => Vec::new(),
                _ if summary.count == 0 => Vec::new(),
                Method::Exact => field.done[group].iter().copied().map(shown).collect(),
                Method::Histogram => {
                    let buckets = plan.values.scale.buckets;
                    let histogram = &field.histogram[group * buckets..][..buckets];
                    let found = plan.values.scale.percentiles(
                        histogram,
                        &plan.wanted,
                        summary.min,
                        summary.max,
                    );
                    found.into_iter().map(shown).collect()
                }
            };
            FieldFigures {
                count: summary.count,
                sum: if plan.values.float {
                    summary.sum.float
                } else {
                    summary.sum.whole as f64
                },
                min: shown(summary.min),
                max: shown(summary.max),
                percentiles,
                whole: !plan.values.float,
            }
        })
        .collect()
}
