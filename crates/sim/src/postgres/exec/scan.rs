//! Finding rows: walks the tables of a select in join order and hands every combination that passes the conditions
//! to a sink.
//!
//! It reads the versions that one transaction sees and takes no locks. Sorting and limits are up to the sink, which
//! may stop the walk.

use std::{
    collections::BTreeMap,
    ops::{Bound, ControlFlow},
};

use super::super::{
    cost::Work,
    error::PgError,
    expr::{Context, Env, Expr},
    locks::TransactionId,
    plan::{Access, Limit, Probe, Select, Step},
    schema::{Catalog, Table},
    storage::{Entry, Tuple},
    value::{Value, cmp_slices},
};

/// Rows and their numbers, one a table slot.
pub(super) struct Found<'f> {
    pub(super) rows: &'f [Option<&'f Tuple>],
    pub(super) numbers: &'f [usize],
}

type Visit<'v, 'a> =
    dyn FnMut(&Scan<'a>, &mut Walk<'a, '_>) -> Result<ControlFlow<()>, PgError> + 'v;

/// The two ends of a search in an index.
type Range = (Bound<Entry>, Bound<Entry>);

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
    rows: Vec<Option<&'a Tuple>>,
    numbers: Vec<usize>,
    hashes: Vec<Option<BTreeMap<Key, Vec<usize>>>>,
    work: &'w mut Work,
}

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
        let mut walk = Walk {
            rows: vec![None; slots],
            numbers: vec![usize::MAX; slots],
            hashes: self.select.steps.iter().map(|_| None).collect(),
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
            let joined = if step.left_join && rows[step.slot].is_none() {
                &[][..]
            } else {
                &step.filter[..]
            };
            for condition in joined.iter().chain(&step.after) {
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
                    rows: &walk.rows,
                    numbers: &walk.numbers,
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
        let env = Env::row(self.context, &walk.rows);
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
                let env = Env::row(self.context, &walk.rows);
                let searches = self.searches(prefix, low.as_ref(), high.as_ref(), &env)?;
                for range in &searches {
                    walk.work.index_probes += 1;
                    let before = walk.work.rows_by_index;
                    let entries = table.storage.index_range(*index, &range.0, &range.1);
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
                if walk.hashes[depth].is_none() {
                    walk.hashes[depth] = Some(self.hash(table, columns, walk.work));
                }
                let env = Env::row(self.context, &walk.rows);
                let key = keys
                    .iter()
                    .map(|key| Ok(key.eval(&env)?.into_owned()))
                    .collect::<Result<Vec<_>, PgError>>()?;
                let found = walk.hashes[depth]
                    .as_ref()
                    .and_then(|hash| hash.get(&Key(key)));
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
    ) -> Result<Vec<Range>, PgError> {
        let mut prefixes = vec![Vec::with_capacity(prefix.len() + 1)];
        for probe in prefix {
            let values = match probe {
                Probe::Null => vec![Value::Null],
                Probe::One(value) => not_null(vec![value.eval(env)?.into_owned()]),
                Probe::Each(values) => {
                    let values = values.iter().map(|value| Ok(value.eval(env)?.into_owned()));
                    not_null(values.collect::<Result<Vec<_>, PgError>>()?)
                }
                Probe::Elements(array) => match &*array.eval(env)? {
                    Value::Array(values) => not_null(values.to_vec()),
                    _ => Vec::new(),
                },
                Probe::Subquery(index) => not_null(
                    self.context.subqueries[*index]
                        .iter()
                        .map(|row| row[0].clone())
                        .collect(),
                ),
            };
            prefixes = match values.as_slice() {
                [only] => prefixes
                    .into_iter()
                    .map(|prefix| extended(prefix, only))
                    .collect(),
                several => prefixes
                    .iter()
                    .flat_map(|prefix| several.iter().map(|value| extended(prefix.clone(), value)))
                    .collect(),
            };
        }
        let limit = |limit: Option<&Limit>| -> Result<Option<(Value, bool)>, PgError> {
            limit
                .map(|limit| Ok((limit.value.eval(env)?.into_owned(), limit.inclusive)))
                .transpose()
        };
        let (low, high) = (limit(low)?, limit(high)?);
        if [&low, &high]
            .iter()
            .any(|limit| limit.as_ref().is_some_and(|(value, _)| value.is_null()))
        {
            return Ok(Vec::new());
        }
        Ok(prefixes
            .into_iter()
            .map(|prefix| bounds(prefix, low.as_ref(), high.as_ref()))
            .collect())
    }
}

fn extended(mut prefix: Vec<Value>, value: &Value) -> Vec<Value> {
    prefix.push(value.clone());
    prefix
}

/// Drops NULLs and duplicates and sorts, so that an index is searched in its order.
fn not_null(mut values: Vec<Value>) -> Vec<Value> {
    values.retain(|value| !value.is_null());
    if values.len() > 1 {
        values.sort_by(Value::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
    }
    values
}

fn bounds(prefix: Vec<Value>, low: Option<&(Value, bool)>, high: Option<&(Value, bool)>) -> Range {
    let from = match low {
        None => Entry::before(prefix.clone()),
        Some((value, true)) => Entry::before(extended(prefix.clone(), value)),
        Some((value, false)) => Entry::after(extended(prefix.clone(), value)),
    };
    let to = match high {
        // NULLs sort last and are in no range.
        None if low.is_some() => Entry::before(extended(prefix, &Value::Null)),
        None => Entry::after(prefix),
        Some((value, true)) => Entry::after(extended(prefix, value)),
        Some((value, false)) => Entry::before(extended(prefix, value)),
    };
    (Bound::Included(from), Bound::Included(to))
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
