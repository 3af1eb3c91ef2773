//! Aggregations that choose series instead of folding them: `topk`, `bottomk`, `limitk` and
//! `limit_ratio`.

use std::cmp::Ordering;

use crate::error::{Error, ErrorKind, Span};
use crate::eval::aggregate::{Group, group};
use crate::eval::column::{ABSENT, Column, Grid, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::format::general;
use crate::labels::Labels;
use crate::syntax::tree::{Aggregate, Aggregator, Node};

impl Evaluator<'_> {
    pub(crate) fn rank(
        &mut self,
        aggregate: &Aggregate,
        (param, params): (&Node, &[f64]),
        columns: Vec<Column>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let aggregator = aggregate.aggregator;
        if aggregator == Aggregator::LimitRatio {
            self.check_ratio(param.span, params)?;
        } else {
            check_count(param.span, params)?;
        }
        let groups = group(&columns, &aggregate.grouping);
        let mut chosen: Vec<Column> = columns.iter().map(emptied).collect();
        let mut order = Vec::new();
        let mut candidates: Vec<(usize, f64)> = Vec::new();
        for (step, count) in params.iter().enumerate() {
            self.check_cancelled(param.span)?;
            for Group { members, .. } in &groups {
                candidates.clear();
                let present = members.iter().map(|at| (*at, columns[*at].values[step]));
                candidates.extend(present.filter(|(_, value)| !is_absent(*value)));
                choose(aggregator, *count, &mut candidates, &columns);
                for (at, value) in &candidates {
                    chosen[*at].values[step] = *value;
                    if grid.is_instant() {
                        order.push(*at);
                    }
                }
            }
        }
        if !grid.is_instant() {
            chosen.retain(|column| !column.is_empty());
            return Ok(chosen);
        }
        // At one instant the order is the answer.
        let mut slots: Vec<Option<Column>> = chosen.into_iter().map(Some).collect();
        Ok(order
            .into_iter()
            .filter_map(|at| slots[at].take())
            .collect())
    }

    fn check_ratio(&mut self, span: Span, params: &[f64]) -> Result<(), Error> {
        if params.iter().any(|ratio| ratio.is_nan()) {
            let next_step = "write a number between -1 and 1";
            return Err(Error::new(
                ErrorKind::Evaluation,
                span,
                "Ratio value is NaN",
                next_step,
            ));
        }
        let largest = params.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let smallest = params.iter().copied().fold(f64::INFINITY, f64::min);
        for (found, is_outside, bound) in
            [(largest, largest > 1.0, 1), (smallest, smallest < -1.0, -1)]
        {
            if is_outside {
                let message = format!(
                    "ratio value should be between -1 and 1, got {}, capping to {bound}",
                    general(found)
                );
                self.notes.warn(span, message);
            }
        }
        Ok(())
    }
}

fn emptied(column: &Column) -> Column {
    Column {
        labels: column.labels.clone(),
        drop_name: column.drop_name,
        values: vec![ABSENT; column.values.len()],
    }
}

fn check_count(span: Span, params: &[f64]) -> Result<(), Error> {
    let bad = params.iter().find_map(|count| {
        if count.is_nan() {
            Some("Parameter value is NaN".to_owned())
        } else if *count >= i64::MAX as f64 {
            Some(format!("Scalar value {} overflows int64", general(*count)))
        } else if *count <= i64::MIN as f64 {
            Some(format!("Scalar value {} underflows int64", general(*count)))
        } else {
            None
        }
    });
    match bad {
        None => Ok(()),
        Some(message) => {
            let next_step = "write how many series you want";
            Err(Error::new(ErrorKind::Evaluation, span, message, next_step))
        }
    }
}

/// Keeps the candidates that are chosen, the best first.
fn choose(
    aggregator: Aggregator,
    param: f64,
    candidates: &mut Vec<(usize, f64)>,
    columns: &[Column],
) {
    if aggregator == Aggregator::LimitRatio {
        let ratio = param.clamp(-1.0, 1.0);
        candidates.retain(|(at, _)| is_sampled(&columns[*at].labels, ratio));
        return;
    }
    match aggregator {
        Aggregator::Topk => candidates.sort_by(|a, b| nan_last(a.1, b.1, b.1 < a.1)),
        Aggregator::Bottomk => candidates.sort_by(|a, b| nan_last(a.1, b.1, a.1 < b.1)),
        _ => {}
    }
    // Fractions are cut off; there are far fewer candidates than an i64 can count.
    let count = usize::try_from(param as i64).unwrap_or(0);
    candidates.truncate(count);
}

fn nan_last(a: f64, b: f64, a_first: bool) -> Ordering {
    let nan = a.is_nan().cmp(&b.is_nan());
    nan.then_with(|| match (a_first, a == b) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Equal,
        (false, false) if a.is_nan() => Ordering::Equal,
        (false, false) => Ordering::Greater,
    })
}

/// Whether a series belongs to the share of all series that `ratio` names. The choice depends on
/// the labels alone, so that it is the same at every step, and `r` and `r - 1` complement each
/// other.
fn is_sampled(labels: &Labels, ratio: f64) -> bool {
    let offset = hash(labels) as f64 / u64::MAX as f64;
    if ratio >= 0.0 {
        offset < ratio
    } else {
        offset >= 1.0 + ratio
    }
}

/// FNV-1a over all names and values, and a final mix that spreads it over all bits.
fn hash(labels: &Labels) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        // 0xff is in no UTF-8, so that "a" + "bc" and "ab" + "c" differ.
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
