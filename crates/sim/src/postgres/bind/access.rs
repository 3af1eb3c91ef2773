//! Chooses how the rows of each table are found, and in which order tables are joined.
//!
//! The rules are few and stable, so that a small change of a query does not change its plan by surprise: the index
//! with the most leading columns fixed by equality wins, then one with a range behind them, then one that gives the
//! wanted order under a LIMIT. Inner joins are reordered so that the table that is found best comes first; a table
//! without a usable index is hashed. There are no statistics of values.

use super::super::{
    expr::{CompareOp, Expr},
    plan::{Access, Limit, OrderExpr, OrderKey, Probe, Select, Step},
    schema::{Catalog, Index},
};
use super::from::FromTable;

/// Fills in the steps of a select from its tables and conditions.
pub(super) fn plan(
    catalog: &Catalog,
    select: &mut Select,
    tables: Vec<FromTable>,
    conditions: Vec<Expr>,
) {
    let wanted = wanted_order(select);
    let fixed_order = tables.iter().any(|table| table.left_join.is_some());
    let mut rest = tables;
    let mut order: Vec<usize> = Vec::new();
    // The step whose access path takes care of a condition.
    let mut cared_for: Vec<Option<usize>> = vec![None; conditions.len()];
    while !rest.is_empty() {
        let wanted = if order.is_empty() {
            wanted.as_deref()
        } else {
            None
        };
        let mut choices: Vec<Choice> = rest
            .iter()
            .take(if fixed_order { 1 } else { rest.len() })
            .map(|table| {
                let usable = table.left_join.as_deref().unwrap_or(&conditions);
                choose(catalog, table, usable, &order, wanted)
            })
            .collect();
        // The first of the best: `max_by_key` would take the last.
        let mut best = 0;
        for (index, choice) in choices.iter().enumerate() {
            if choice.score > choices[best].score {
                best = index;
            }
        }
        let choice = choices.swap_remove(best);
        let table = rest.remove(best);
        if order.is_empty() {
            select.ordered_by_index = choice.ordered;
        }
        order.push(table.slot);
        let mut step = Step {
            slot: table.slot,
            table: table.table,
            access: choice.access,
            filter: Vec::new(),
            by_access: Vec::new(),
            after: Vec::new(),
            left_join: table.left_join.is_some(),
        };
        match table.left_join {
            Some(own) => {
                for (number, condition) in own.into_iter().enumerate() {
                    step.add(condition, choice.cares_for.contains(&number));
                }
            }
            None => {
                for number in choice.cares_for {
                    cared_for[number] = Some(select.steps.len());
                }
            }
        }
        select.steps.push(step);
    }
    for (condition, cared_for) in conditions.into_iter().zip(cared_for) {
        match condition.highest_slot(&order) {
            None => select.filter.push(condition),
            Some(position) if select.steps[position].left_join => {
                select.steps[position].after.push(condition);
            }
            Some(position) => {
                select.steps[position].add(condition, cared_for == Some(position));
            }
        }
    }
}

impl Step {
    fn add(&mut self, condition: Expr, by_access: bool) {
        if by_access {
            self.by_access.push(condition);
        } else {
            self.filter.push(condition);
        }
    }
}

/// The columns of ORDER BY, if they are plain columns of one table in one direction with NULLs where an index has
/// them, and if a LIMIT makes it worth reading in that order.
fn wanted_order(select: &Select) -> Option<Vec<(usize, usize, bool)>> {
    if select.order.is_empty()
        || select.grouping.is_some()
        || select.distinct
        || select.limit.is_none()
    {
        return None;
    }
    let descending = select.order[0].descending;
    let column = |key: &OrderKey| {
        let expr = match &key.expr {
            OrderExpr::Output(index) => &select.projection[*index],
            OrderExpr::Expr(expr) => expr,
        };
        match expr {
            Expr::Column { slot, column }
                if key.descending == descending && key.nulls_first == descending =>
            {
                Some((*slot, *column, descending))
            }
            _ => None,
        }
    };
    select.order.iter().map(column).collect()
}

struct Choice {
    access: Access,
    score: u32,
    ordered: bool,
    /// The conditions that hold for every row found, by number.
    cares_for: Vec<usize>,
}

/// What one condition says about one column.
struct Known<'e> {
    /// The condition's number.
    condition: usize,
    column: usize,
    fact: Fact<'e>,
}

/// What conditions say about one column.
enum Fact<'e> {
    Null,
    Equal(&'e Expr),
    Each(&'e [Expr]),
    Elements(&'e Expr),
    Subquery(usize),
    Low(&'e Expr, bool),
    High(&'e Expr, bool),
}

fn choose(
    catalog: &Catalog,
    from: &FromTable,
    conditions: &[Expr],
    bound: &[usize],
    wanted: Option<&[(usize, usize, bool)]>,
) -> Choice {
    let facts: Vec<Known<'_>> = conditions
        .iter()
        .enumerate()
        .filter_map(|(number, condition)| {
            let (column, fact) = fact(condition, from.slot, bound)?;
            Some(Known {
                condition: number,
                column,
                fact,
            })
        })
        .collect();
    let table = catalog.table(from.table);
    let mut best = Choice {
        access: Access::Scan,
        score: 0,
        ordered: false,
        cares_for: Vec::new(),
    };
    for (number, index) in table.indexes.iter().enumerate() {
        let usable = index.predicate.iter().all(|part| {
            conditions
                .iter()
                .any(|own| same_on_slot(part, own, from.slot))
        });
        if !usable {
            continue;
        }
        let choice = with_index(number, index, &facts, from.slot, wanted);
        if choice.score > best.score {
            best = choice;
        }
    }
    if best.score == 0 && !bound.is_empty() {
        let (columns, keys): (Vec<usize>, Vec<Expr>) = facts
            .iter()
            .filter_map(|known| match known.fact {
                Fact::Equal(value) if bound.iter().any(|slot| value.reads_slot(*slot)) => {
                    Some((known.column, value.clone()))
                }
                _ => None,
            })
            .unzip();
        if !columns.is_empty() {
            return Choice {
                access: Access::Hash { columns, keys },
                score: 1,
                ordered: false,
                cares_for: Vec::new(),
            };
        }
    }
    best
}

/// Whether a part of a partial index's condition (on slot 0) is the same as a condition of the query.
fn same_on_slot(part: &Expr, own: &Expr, slot: usize) -> bool {
    let mut moved = part.clone();
    moved.move_slot(0, slot);
    moved == *own
}

fn with_index(
    number: usize,
    index: &Index,
    facts: &[Known<'_>],
    slot: usize,
    wanted: Option<&[(usize, usize, bool)]>,
) -> Choice {
    let mut prefix = Vec::new();
    let mut several = false;
    let mut cares_for = Vec::new();
    for column in &index.columns {
        let mut own = facts.iter().filter(|known| known.column == *column);
        let Some((probe, condition)) =
            own.find_map(|known| Some((probe(&known.fact, several)?, known.condition)))
        else {
            break;
        };
        if matches!(probe, Probe::One(_) | Probe::Null) {
            cares_for.push(condition);
        } else {
            several = true;
        }
        prefix.push(probe);
    }
    let next = index.columns.get(prefix.len());
    // A limit does not care for its condition: an index orders an integer and a float, or two JSON values, by
    // their keys, which a comparison need not do.
    let limit = |pick: fn(&Fact<'_>) -> Option<Limit>| {
        let mut own = facts.iter().filter(|known| Some(&known.column) == next);
        own.find_map(|known| pick(&known.fact))
    };
    let low = limit(|fact| match fact {
        Fact::Low(value, inclusive) => Some(Limit {
            value: (*value).clone(),
            inclusive: *inclusive,
        }),
        _ => None,
    });
    let high = limit(|fact| match fact {
        Fact::High(value, inclusive) => Some(Limit {
            value: (*value).clone(),
            inclusive: *inclusive,
        }),
        _ => None,
    });
    let ordered =
        !several && wanted.is_some_and(|wanted| gives_order(index, prefix.len(), slot, wanted));
    let reverse = ordered && wanted.is_some_and(|wanted| wanted[0].2);
    let whole_unique = index.unique && prefix.len() == index.columns.len();
    let range = low.is_some() || high.is_some();
    let score = prefix.len() as u32 * 10
        + if whole_unique { 1_000 } else { 0 }
        + if range { 5 } else { 0 }
        + if ordered { 3 } else { 0 }
        // A partial index is smaller than a full one with the same columns.
        + if prefix.is_empty() && !range && !ordered { 0 } else { index.predicate.len() as u32 };
    Choice {
        access: Access::Index {
            index: number,
            prefix,
            low,
            high,
            reverse,
        },
        score,
        ordered,
        cares_for,
    }
}

/// Whether an index delivers the wanted order after its fixed columns.
fn gives_order(index: &Index, fixed: usize, slot: usize, wanted: &[(usize, usize, bool)]) -> bool {
    let mut columns = index.columns[fixed..].iter();
    wanted.iter().all(|(own, column, _)| {
        *own == slot && (index.columns[..fixed].contains(column) || columns.next() == Some(column))
    })
}

/// A probe from a fact; only one column of an index may be searched for several values.
fn probe(fact: &Fact<'_>, several: bool) -> Option<Probe> {
    Some(match fact {
        Fact::Null => Probe::Null,
        Fact::Equal(value) => Probe::One((*value).clone()),
        Fact::Each(_) | Fact::Elements(_) | Fact::Subquery(_) if several => return None,
        Fact::Each(values) => Probe::Each(values.to_vec()),
        Fact::Elements(array) => Probe::Elements((*array).clone()),
        Fact::Subquery(index) => Probe::Subquery(*index),
        Fact::Low(..) | Fact::High(..) => return None,
    })
}

/// What a condition says about a column of a slot, given the slots whose values are known.
fn fact<'e>(condition: &'e Expr, slot: usize, bound: &[usize]) -> Option<(usize, Fact<'e>)> {
    let known = |expr: &Expr| {
        let mut known = true;
        expr.walk(&mut |expr| {
            known &= !matches!(expr, Expr::Column { slot, .. } if !bound.contains(slot));
        });
        known
    };
    let own = |expr: &Expr| match expr {
        Expr::Column { slot: own, column } if *own == slot => Some(*column),
        _ => None,
    };
    match condition {
        Expr::Compare(op, left, right) => {
            let (column, op, value) = match (own(left), own(right)) {
                (Some(column), _) if known(right) => (column, *op, &**right),
                (_, Some(column)) if known(left) => (column, op.flipped(), &**left),
                _ => return None,
            };
            let fact = match op {
                CompareOp::Eq => Fact::Equal(value),
                CompareOp::Greater => Fact::Low(value, false),
                CompareOp::GreaterEq => Fact::Low(value, true),
                CompareOp::Less => Fact::High(value, false),
                CompareOp::LessEq => Fact::High(value, true),
                CompareOp::NotEq => return None,
            };
            Some((column, fact))
        }
        Expr::IsNull(inner) => Some((own(inner)?, Fact::Null)),
        Expr::InList(needle, list) if list.iter().all(known) => {
            Some((own(needle)?, Fact::Each(list)))
        }
        Expr::Quantified {
            op: CompareOp::Eq,
            all: false,
            left,
            array,
        } if known(array) => Some((own(left)?, Fact::Elements(array))),
        Expr::InSubquery(needle, index) => Some((own(needle)?, Fact::Subquery(*index))),
        _ => None,
    }
}
