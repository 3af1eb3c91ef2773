//! Groups of one worker: counts, sums, extremes, and what percentiles need.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::cells::{Cells, GroupKey};
use super::percentile::exact;
use super::values::{ValueField, Values};

/// How percentiles are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Not wanted.
    None,
    /// From all values.
    Exact,
    /// From a histogram.
    Histogram,
}

/// One field and the percentiles wanted of it.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) values: ValueField,
    pub(super) wanted: Vec<f64>,
    pub(super) method: Method,
}

/// Count, sum and extremes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    pub(super) count: u64,
    pub(super) sum: Sum,
    pub(super) min: i64,
    pub(super) max: i64,
}

/// A sum that neither overflows nor loses whole numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) whole: i128,
    pub(super) float: f64,
}

impl Summary {
    const NONE: Self = Self {
        count: 0,
        sum: Sum {
            whole: 0,
            float: 0.0,
        },
        min: i64::MAX,
        max: i64::MIN,
    };

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.whole += other.sum.whole;
        self.sum.float += other.sum.float;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    #[inline]
    fn add(&mut self, number: i64, field: &ValueField) {
        self.count += 1;
        if field.float {
            self.sum.float += field.shown(number);
        } else {
            self.sum.whole += i128::from(number);
        }
        self.min = self.min.min(number);
        self.max = self.max.max(number);
    }
}

/// Figures of one field in all groups.
#[derive(Debug, Default)]
pub(super) struct FieldGroups {
    pub(super) summaries: Vec<Summary>,
    /// Values per group (exact method), empty once its percentiles are done.
    pub(super) values: Vec<Vec<i64>>,
    /// Finished percentiles per group; empty when not finished.
    pub(super) done: Vec<Vec<i64>>,
    /// Buckets of all groups end to end (histogram method).
    pub(super) histogram: Vec<u32>,
}

/// Groups by key, directly addressed when there are few possible ones.
#[derive(Debug)]
enum Index {
    Direct { slots: Vec<u32>, widths: Vec<u32> },
    Hashed(HashMap<GroupKey, u32, FixedState>),
}

/// The groups that one worker has met.
#[derive(Debug)]
pub(super) struct Groups {
    index: Index,
    pub(super) keys: Vec<GroupKey>,
    pub(super) rows: Vec<u64>,
    pub(super) fields: Vec<FieldGroups>,
}

/// Most possible groups that are directly addressed.
const DIRECT_GROUPS: usize = 4 << 20;

const NO_GROUP: u32 = u32::MAX;

impl Groups {
    /// `widths`: per field of the key the number of codes, when all are known. `rows`: how many rows may
    /// come; a table that is much larger would cost more to clear than it saves.
    pub(super) fn new(widths: Option<&[u32]>, rows: usize, plans: &[FieldPlan]) -> Self {
        let product = widths.map(|widths| {
            widths.iter().try_fold(1usize, |product, width| {
                product.checked_mul(*width as usize)
            })
        });
        let index = match (widths, product.flatten()) {
            (Some(widths), Some(product)) if product <= DIRECT_GROUPS.min(rows * 4) => {
                Index::Direct {
                    slots: vec![NO_GROUP; product],
                    widths: widths.to_vec(),
                }
            }
            _ => Index::Hashed(HashMap::default()),
        };
        let fields = plans.iter().map(|_| FieldGroups::default()).collect();
        Self {
            index,
            keys: Vec::new(),
            rows: Vec::new(),
            fields,
        }
    }

    fn group(&mut self, key: GroupKey, plans: &[FieldPlan]) -> usize {
        let next = self.keys.len() as u32;
        let slot = match &mut self.index {
            Index::Hashed(groups) => groups.entry(key).or_insert(NO_GROUP),
            Index::Direct { slots, widths } => {
                let mut position = 0usize;
                for (field, width) in widths.iter().enumerate().rev() {
                    position = position * *width as usize + (key >> (32 * field)) as u32 as usize;
                }
                &mut slots[position]
            }
        };
        if *slot != NO_GROUP {
            return *slot as usize;
        }
        *slot = next;
        self.keys.push(key);
        self.rows.push(0);
        for (field, plan) in self.fields.iter_mut().zip(plans) {
            field.summaries.push(Summary::NONE);
            match plan.method {
                Method::None => {}
                Method::Exact => {
                    field.values.push(Vec::new());
                    field.done.push(Vec::new());
                }
                Method::Histogram => {
                    field
                        .histogram
                        .resize(field.histogram.len() + plan.values.scale.buckets, 0);
                }
            }
        }
        next as usize
    }

    /// Adds a segment's cells. `finished(key)` says whether no other segment can add to the group.
    pub(super) fn add(
        &mut self,
        cells: &Cells,
        values: &[Values<'_>],
        plans: &[FieldPlan],
        finished: impl Fn(GroupKey) -> bool,
    ) {
        let sizes = cells.sizes();
        let mut group_of = vec![NO_GROUP; cells.count];
        for (cell, size) in sizes.iter().enumerate() {
            if *size > 0 {
                let group = self.group(cells.key(cell), plans);
                self.rows[group] += u64::from(*size);
                group_of[cell] = group as u32;
            }
        }
        for (index, (values, plan)) in values.iter().zip(plans).enumerate() {
            let narrowed: (Vec<u32>, Vec<u32>);
            let (of_value, sizes) = match &values.indices {
                None => (&cells.of_row, &sizes),
                Some(indices) => {
                    let of_value: Vec<u32> = indices
                        .iter()
                        .map(|index| cells.of_row[*index as usize])
                        .collect();
                    let mut fewer = vec![0u32; cells.count];
                    for cell in &of_value {
                        fewer[*cell as usize] += 1;
                    }
                    narrowed = (of_value, fewer);
                    (&narrowed.0, &narrowed.1)
                }
            };
            let field = &mut self.fields[index];
            match plan.method {
                Method::Exact => {
                    let done = |group: usize| finished(self.keys[group]);
                    field.add_exact(plan, of_value, &values.numbers, sizes, &group_of, done);
                }
                _ => field.add_summaries(plan, of_value, &values.numbers, sizes, &group_of),
            }
        }
    }

    /// Takes over the groups of another worker.
    pub(super) fn merge(&mut self, other: Self, plans: &[FieldPlan]) {
        let Self {
            keys, rows, fields, ..
        } = other;
        let mut fields: Vec<FieldGroups> = fields;
        for (from, key) in keys.iter().enumerate() {
            let to = self.group(*key, plans);
            self.rows[to] += rows[from];
            for ((mine, theirs), plan) in self.fields.iter_mut().zip(&mut fields).zip(plans) {
                mine.summaries[to].merge(&theirs.summaries[from]);
                match plan.method {
                    Method::None => {}
                    Method::Exact => {
                        let values = std::mem::take(&mut theirs.values[from]);
                        if mine.values[to].is_empty() {
                            mine.values[to] = values;
                        } else {
                            mine.values[to].extend_from_slice(&values);
                        }
                        if mine.done[to].is_empty() {
                            mine.done[to] = std::mem::take(&mut theirs.done[from]);
                        }
                    }
                    Method::Histogram => {
                        let buckets = plan.values.scale.buckets;
                        let theirs = &theirs.histogram[from * buckets..][..buckets];
                        for (mine, theirs) in mine.histogram[to * buckets..][..buckets]
                            .iter_mut()
                            .zip(theirs)
                        {
                            *mine += theirs;
                        }
                    }
                }
            }
        }
    }
}

impl FieldGroups {
    /// Counting sort by cell, then everything runs over contiguous values.
    fn add_exact(
        &mut self,
        plan: &FieldPlan,
        of_value: &[u32],
        numbers: &[i64],
        sizes: &[u32],
        group_of: &[u32],
        finished: impl Fn(usize) -> bool,
    ) {
        let mut next: Vec<u32> = Vec::with_capacity(sizes.len());
        let mut at = 0u32;
        for size in sizes {
            next.push(at);
            at += size;
        }
        let mut sorted = vec![0i64; numbers.len()];
        for (cell, number) in of_value.iter().zip(numbers) {
            let place = &mut next[*cell as usize];
            sorted[*place as usize] = *number;
            *place += 1;
        }
        let mut rest = sorted.as_mut_slice();
        for (cell, size) in sizes.iter().enumerate() {
            if *size == 0 {
                continue;
            }
            let (run, after) = rest.split_at_mut(*size as usize);
            rest = after;
            let group = group_of[cell] as usize;
            self.summaries[group].merge(&summarise(run, &plan.values));
            if finished(group) {
                self.done[group] = exact(run, &plan.wanted);
            } else {
                self.values[group].extend_from_slice(run);
            }
        }
    }

    fn add_summaries(
        &mut self,
        plan: &FieldPlan,
        of_value: &[u32],
        numbers: &[i64],
        sizes: &[u32],
        group_of: &[u32],
    ) {
        if sizes.len() == 1 {
            if let Some(group) = group_of.first().filter(|_| !numbers.is_empty()) {
                self.summaries[*group as usize].merge(&summarise(numbers, &plan.values));
            }
        } else {
            let mut cells = vec![Summary::NONE; sizes.len()];
            for (cell, number) in of_value.iter().zip(numbers) {
                cells[*cell as usize].add(*number, &plan.values);
            }
            for (cell, summary) in cells
                .iter()
                .enumerate()
                .filter(|(_, summary)| summary.count > 0)
            {
                self.summaries[group_of[cell] as usize].merge(summary);
            }
        }
        if plan.method == Method::Histogram {
            let scale = &plan.values.scale;
            for (cell, number) in of_value.iter().zip(numbers) {
                self.histogram
                    [group_of[*cell as usize] as usize * scale.buckets + scale.bucket(*number)] +=
                    1;
            }
        }
    }
}

fn summarise(numbers: &[i64], field: &ValueField) -> Summary {
    let mut summary = Summary {
        count: numbers.len() as u64,
        ..Summary::NONE
    };
    for number in numbers {
        summary.min = summary.min.min(*number);
        summary.max = summary.max.max(*number);
    }
    if field.float {
        summary.sum.float = numbers.iter().map(|number| field.shown(*number)).sum();
    } else if summary.min > -(1 << 46) && summary.max < 1 << 46 {
        // 2^16 numbers below 2^46 cannot overflow.
        summary.sum.whole = i128::from(numbers.iter().sum::<i64>());
    } else {
        summary.sum.whole = numbers.iter().map(|number| i128::from(*number)).sum();
    }
    summary
}
