//! Finding rows: walks the tables of a select in join order and hands every combination that passes the conditions
//! to a sink.
//!
//! It reads the versions that one transaction sees and takes no locks. Sorting and limits are up to the sink, which
//! may stop the walk.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::super::{
    cost::Work,
    error::PgError,
    expr::{Context, Env, Expr},
    key::KeyBuilder,
    locks::TransactionId,
    plan::{Access, Limit, Probe, Select, Step},
    schema::{Catalog, Table},
    storage::{Entry, Range, Tuple},
    value::{Value, cmp_slices},
};

/// Rows and their numbers, one a table slot.
pub(super) struct Found<'f> {
    pub(super) rows: &'f [Option<&'f Tuple>],
    pub(super) numbers: &'f [usize],
}

type Visit<'v, 'a> =
    dyn FnMut(&Scan<'a>, &mut Walk<'a, '_>) -> Result<ControlFlow<()>, PgError> + 'v;

/// What is done with each combination of rows.
type Sink<'s> = dyn FnMut(&Found<'_>, &mut Work) -> Result<ControlFlow<()>, PgError> + 's;

/// A walk over the tables of one select.
pub(super) struct Scan<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) select: &'a Select,
    pub(super) context: &'a Context<'a>,
    pub(super) transaction: Option<TransactionId>,
}

/// Values in the order of an index, for hash joins and groups; ordered rather than hashed to stay deterministic.
pub(super) struct Key(pub(super) Vec<Value>);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        cmp_slices(&self.0, &other.0)
    }
}

/// State of a walk: the current rows, and the hash tables that were built.
struct Walk<'a, 'w> {
    rows: &'w mut [Option<&'a Tuple>],
    numbers: &'w mut [usize],
    hashes: BTreeMap<usize, BTreeMap<Key, Vec<usize>>>,
    work: &'w mut Work,
}

/// Tables of a join whose current rows need no memory of their own.
pub(super) const FEW_SLOTS: usize = 4;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl<'a> Scan<'a> {
    /// Calls the sink for every combination of rows.
    pub(super) fn for_each(&self, work: &mut Work, sink: &mut Sink<'_>) -> Result<(), PgError> {
        let constant = Env::constant(self.context);
        for condition in &self.select.filter {
            if !condition.test(&constant)? {
                return Ok(());
            }
        }
        let slots = self.select.slots;
        if slots <= FEW_SLOTS {
            let (mut rows, mut numbers) = ([None; FEW_SLOTS], [usize::MAX; FEW_SLOTS]);
            self.walk(&mut rows[..slots], &mut numbers[..slots], work, sink)
        } else {
            let (mut rows, mut numbers) = (vec![None; slots], vec![usize::MAX; slots]);
            self.walk(&mut rows, &mut numbers, work, sink)
        }
    }

    fn walk(
        &self,
        rows: &mut [Option<&'a Tuple>],
        numbers: &mut [usize],
        work: &mut Work,
        sink: &mut Sink<'_>,
    ) -> Result<(), PgError> {
        let mut walk = Walk {
            rows,
            numbers,
            hashes: BTreeMap::new(),
            work,
        };
        self.join(0, &mut walk, sink).map(|_| ())
    }

    /// Whether the row at hand passes every condition, as after waiting for a lock.
    pub(super) fn recheck(&self, rows: &[Option<&Tuple>]) -> Result<bool, PgError> {
        let env = Env {
            context: self.context,
            rows,
            group: &[],
            aggregates: &[],
        };
        for step in &self.select.steps {
            let (by_access, joined) = if step.left_join && rows[step.slot].is_none() {
                (&[][..], &[][..])
            } else {
                (&step.by_access[..], &step.filter[..])
            };
            for condition in by_access.iter().chain(joined).chain(&step.after) {
                if !condition.test(&env)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn join(
        &self,
        depth: usize,
        walk: &mut Walk<'a, '_>,
        sink: &mut Sink<'_>,
    ) -> Result<ControlFlow<()>, PgError> {
        let Some(step) = self.select.steps.get(depth) else {
            return sink(
                &Found {
                    rows: walk.rows,
                    numbers: walk.numbers,
                },
                walk.work,
            );
        };
        let mut matched = false;
        let flow = self.rows_of(depth, step, walk, &mut |scan, walk| {
            if !scan.passes(&step.filter, walk)? {
                return Ok(GO_ON);
            }
            matched = true;
            if !scan.passes(&step.after, walk)? {
                return Ok(GO_ON);
            }
            scan.join(depth + 1, walk, sink)
        })?;
        if flow.is_break() {
            return Ok(flow);
        }
        walk.rows[step.slot] = None;
        walk.numbers[step.slot] = usize::MAX;
        if step.left_join && !matched && self.passes(&step.after, walk)? {
            return self.join(depth + 1, walk, sink);
        }
        Ok(GO_ON)
    }

    fn passes(&self, conditions: &[Expr], walk: &Walk<'_, '_>) -> Result<bool, PgError> {
        let env = Env::row(self.context, walk.rows);
        for condition in conditions {
            if !condition.test(&env)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts each row that the access path finds into its slot and calls back.
    fn rows_of(
        &self,
        depth: usize,
        step: &Step,
        walk: &mut Walk<'a, '_>,
        visit: &mut Visit<'_, 'a>,
    ) -> Result<ControlFlow<()>, PgError> {
        let table: &'a Table = self.catalog.table(step.table);
        match &step.access {
            Access::Scan => self.scan(table, step.slot, walk, visit),
            Access::Index {
                index,
                prefix,
                low,
                high,
                reverse,
            } => {
                let env = Env::row(self.context, walk.rows);
                for range in self.searches(prefix, low.as_ref(), high.as_ref(), &env)? {
                    walk.work.index_probes += 1;
                    let before = walk.work.rows_by_index;
                    let entries = table.storage.index_range(*index, &range);
                    let flow = if *reverse {
                        self.entries(table, *index, entries.rev(), step.slot, walk, visit)?
                    } else {
                        self.entries(table, *index, entries, step.slot, walk, visit)?
                    };
                    if flow.is_break() {
                        return Ok(flow);
                    }
                    if prefix.is_empty() {
                        let rows = scaled(table, walk.work.rows_by_index - before);
                        walk.work.rows_by_index = before + rows;
                    }
                }
                Ok(GO_ON)
            }
            Access::Hash { columns, keys } => {
                if !walk.hashes.contains_key(&depth) {
                    let hash = self.hash(table, columns, walk.work);
                    walk.hashes.insert(depth, hash);
                }
                let env = Env::row(self.context, walk.rows);
                let key = keys
                    .iter()
                    .map(|key| Ok(key.eval(&env)?.into_owned()))
                    .collect::<Result<Vec<_>, PgError>>()?;
                let found = walk.hashes.get(&depth).and_then(|hash| hash.get(&Key(key)));
                let rows = found.cloned().unwrap_or_default();
                walk.work.rows_processed += rows.len() as u64;
                self.offer_all(table, rows.into_iter(), step.slot, walk, visit)
            }
        }
    }

    /// Every row of a table; a scan that ends early costs the part of the assumed rows that it saw.
    fn scan(
        &self,
        table: &'a Table,
        slot: usize,
        walk: &mut Walk<'a, '_>,
        visit: &mut Visit<'_, 'a>,
    ) -> Result<ControlFlow<()>, PgError> {
        walk.work.sequential_scans += 1;
        let mut visited = 0_u64;
        let rows = table.storage.row_numbers().inspect(|_| visited += 1);
        let flow = self.offer_all(table, rows, slot, walk, visit)?;
        let live = visited.min(table.storage.live_rows() as u64);
        walk.work.rows_scanned += if flow.is_break() {
            scaled(table, live)
        } else {
            table.estimated_rows().max(live)
        };
        Ok(flow)
    }

    /// The rows of index entries, as far as the versions seen have the entries' keys.
    fn entries<'e>(
        &self,
        table: &'a Table,
        index: usize,
        entries: impl Iterator<Item = &'e Entry>,
        slot: usize,
        walk: &mut Walk<'a, '_>,
        visit: &mut Visit<'_, 'a>,
    ) -> Result<ControlFlow<()>, PgError> {
        for entry in entries {
            let row = entry.row();
            let Some(tuple) = table.storage.visible(row, self.transaction) else {
                continue;
            };
            if !table.storage.is_settled(row) && !table.storage.entry_matches(index, entry, tuple) {
                continue;
            }
            walk.work.rows_by_index += 1;
            (walk.rows[slot], walk.numbers[slot]) = (Some(tuple), row);
            let flow = visit(self, walk)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(GO_ON)
    }

    /// Those of some rows that are visible.
    fn offer_all(
        &self,
        table: &'a Table,
        rows: impl Iterator<Item = usize>,
        slot: usize,
        walk: &mut Walk<'a, '_>,
        visit: &mut Visit<'_, 'a>,
    ) -> Result<ControlFlow<()>, PgError> {
        for row in rows {
            let Some(tuple) = table.storage.visible(row, self.transaction) else {
                continue;
            };
            (walk.rows[slot], walk.numbers[slot]) = (Some(tuple), row);
            let flow = visit(self, walk)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(GO_ON)
    }

    fn hash(&self, table: &Table, columns: &[usize], work: &mut Work) -> BTreeMap<Key, Vec<usize>> {
        let mut hash: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for row in table.storage.row_numbers() {
            let Some(tuple) = table.storage.visible(row, self.transaction) else {
                continue;
            };
            let key: Vec<Value> = columns
                .iter()
                .map(|column| tuple[*column].clone())
                .collect();
            if key.iter().all(|value| !value.is_null()) {
                hash.entry(Key(key)).or_default().push(row);
            }
        }
        work.sequential_scans += 1;
        work.rows_scanned += table.estimated_rows();
        work.rows_processed += table.estimated_rows();
        hash
    }

    /// The ranges of an index to search, in order; none if a value is NULL, since nothing equals NULL.
    fn searches(
        &self,
        prefix: &[Probe],
        low: Option<&Limit>,
        high: Option<&Limit>,
        env: &Env<'_>,
    ) -> Result<impl Iterator<Item = Range> + use<>, PgError> {
        let mut keys = Prefixes::default();
        for probe in prefix {
            match probe {
                Probe::Null => keys.push(&Value::Null),
                Probe::One(value) => keys.push_known(&*value.eval(env)?),
                Probe::Each(values) => {
                    let values = values.iter().map(|value| Ok(value.eval(env)?.into_owned()));
                    keys.push_each(values.collect::<Result<Vec<_>, PgError>>()?);
                }
                Probe::Elements(array) => match &*array.eval(env)? {
                    Value::Array(values) => keys.push_each(values.to_vec()),
                    _ => keys.none = true,
                },
                Probe::Subquery(index) => {
                    let rows = self.context.subqueries[*index].iter();
                    keys.push_each(rows.map(|row| row[0].clone()).collect());
                }
            }
        }
        let mut end = |limit: &Limit| -> Result<End, PgError> {
            let value = limit.value.eval(env)?.into_owned();
            keys.none |= value.is_null();
            Ok(End {
                value,
                inclusive: limit.inclusive,
            })
        };
        let (low, high) = (
            low.map(&mut end).transpose()?,
            high.map(&mut end).transpose()?,
        );
        Ok(keys
            .into_iter()
            .map(move |prefix| between(prefix, low.as_ref(), high.as_ref())))
    }
}

/// The leading parts of the keys to search for; mostly there is one.
#[derive(Default)]
struct Prefixes {
    first: KeyBuilder,
    more: Vec<KeyBuilder>,
    /// Nothing can be found.
    none: bool,
}

impl Prefixes {
    fn push(&mut self, value: &Value) {
        self.first.push(value);
        self.more.iter_mut().for_each(|key| key.push(value));
    }

    fn push_known(&mut self, value: &Value) {
        self.none |= value.is_null();
        self.push(value);
    }

    /// Searches for several values, in their order. Only one column of an index has them, so there is one key so far.
    fn push_each(&mut self, values: Vec<Value>) {
        let values = not_null(values);
        let Some((first, others)) = values.split_first() else {
            self.none = true;
            return;
        };
        self.more = vec![self.first.clone(); others.len()];
        self.first.push(first);
        for (key, value) in self.more.iter_mut().zip(others) {
            key.push(value);
        }
    }

    fn into_iter(self) -> impl Iterator<Item = KeyBuilder> {
        let keys = std::iter::once(self.first).chain(self.more);
        keys.filter(move |_| !self.none)
    }
}

/// Drops NULLs and duplicates and sorts, so that an index is searched in its order.
fn not_null(mut values: Vec<Value>) -> Vec<Value> {
    values.retain(|value| !value.is_null());
    values.sort_by(Value::total_cmp);
    values.dedup_by(|a, b| a.total_cmp(b).is_eq());
    values
}

/// One end of a range behind a prefix.
struct End {
    value: Value,
    inclusive: bool,
}

fn between(prefix: KeyBuilder, low: Option<&End>, high: Option<&End>) -> Range {
    let with = |value: &Value| {
        let mut key = prefix.clone();
        key.push(value);
        key
    };
    let from = match low {
        None => Entry::before(prefix.clone()),
        Some(end) if end.inclusive => Entry::before(with(&end.value)),
        Some(end) => Entry::after(with(&end.value)),
    };
    let to = match high {
        // NULLs sort last and are in no range.
        None if low.is_some() => Entry::before(with(&Value::Null)),
        None => Entry::after(prefix.clone()),
        Some(end) if end.inclusive => Entry::after(with(&end.value)),
        Some(end) => Entry::before(with(&end.value)),
    };
    Range { from, to }
}

/// Rows that a count of stored rows stands for.
fn scaled(table: &Table, stored: u64) -> u64 {
    let live = table.storage.live_rows() as u64;
    if live == 0 {
        stored
    } else {
        stored.saturating_mul(table.estimated_rows()).div_ceil(live)
    }
}
