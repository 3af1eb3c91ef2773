//! Random statements on one table against a naive model: a list of rows and plain loops.
//!
//! The model knows no index, no plan and no version; it restates SQL's three-valued logic in the fewest lines. The same
//! statements also run on a real PostgreSQL, which keeps model and simulation honest together.

use std::{cmp::Ordering, fmt};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sim::postgres::{ConnectOptions, PgConfig, Postgres, Value};

use crate::script::{self, simulate};

/// A row: id, a, b.
type Row = (i64, Option<i64>, Option<i64>);

#[derive(Debug, Clone, Copy)]
enum Column {
    Id,
    A,
    B,
}

impl Column {
    fn of(self, row: &Row) -> Option<i64> {
        match self {
            Column::Id => Some(row.0),
            Column::A => row.1,
            Column::B => row.2,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Column::Id => "id",
            Column::A => "a",
            Column::B => "b",
        })
    }
}

#[derive(Debug, Clone)]
enum Condition {
    Compare(Column, &'static str, i64),
    Columns(Column, &'static str, Column),
    IsNull(Column, bool),
    In(Column, Vec<i64>, bool),
    Between(Column, i64, i64),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

fn compare(op: &str, a: Option<i64>, b: Option<i64>) -> Option<bool> {
    let (a, b) = (a?, b?);
    Some(match op {
        "=" => a == b,
        "<>" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    })
}

impl Condition {
    fn holds(&self, row: &Row) -> Option<bool> {
        match self {
            Condition::Compare(column, op, value) => compare(op, column.of(row), Some(*value)),
            Condition::Columns(left, op, right) => compare(op, left.of(row), right.of(row)),
            Condition::IsNull(column, negated) => Some(column.of(row).is_none() != *negated),
            Condition::In(column, values, negated) => column
                .of(row)
                .map(|value| values.contains(&value) != *negated),
            Condition::Between(column, low, high) => {
                column.of(row).map(|value| *low <= value && value <= *high)
            }
            Condition::And(a, b) => match (a.holds(row), b.holds(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Condition::Or(a, b) => match (a.holds(row), b.holds(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Condition::Not(inner) => inner.holds(row).map(|value| !value),
        }
    }

    fn selects(&self, row: &Row) -> bool {
        self.holds(row) == Some(true)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Compare(column, op, value) => write!(f, "{column} {op} {value}"),
            Condition::Columns(left, op, right) => write!(f, "{left} {op} {right}"),
            Condition::IsNull(column, negated) => {
                write!(f, "{column} is {}null", if *negated { "not " } else { "" })
            }
            Condition::In(column, values, negated) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "{column} {}in ({})",
                    if *negated { "not " } else { "" },
                    values.join(", ")
                )
            }
            Condition::Between(column, low, high) => write!(f, "{column} between {low} and {high}"),
            Condition::And(a, b) => write!(f, "({a} and {b})"),
            Condition::Or(a, b) => write!(f, "({a} or {b})"),
            Condition::Not(inner) => write!(f, "not ({inner})"),
        }
    }
}

#[derive(Debug, Clone)]
enum Command {
    Insert(Row),
    Merge(Row),
    Update(Column, Option<i64>, Condition),
    Add(Column, i64, Condition),
    Delete(Condition),
    Select(Condition, Column, bool, usize),
    Group(Condition),
    Begin,
    End(bool),
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value =
            |value: &Option<i64>| value.map_or("null".to_owned(), |value| value.to_string());
        match self {
            Command::Insert((id, a, b)) => {
                write!(
                    f,
                    "insert into t values ({id}, {}, {}) on conflict do nothing returning id",
                    value(a),
                    value(b)
                )
            }
            Command::Merge((id, a, b)) => write!(
                f,
                "insert into t values ({id}, {}, {}) on conflict (id) do update set a = excluded.a, b = t.b + 1 returning id, a, b",
                value(a),
                value(b)
            ),
            Command::Update(column, new, condition) => {
                write!(
                    f,
                    "update t set {column} = {} where {condition} returning id, a, b",
                    value(new)
                )
            }
            Command::Add(column, by, condition) => {
                write!(
                    f,
                    "update t set {column} = {column} + {by} where {condition} returning id, a, b"
                )
            }
            Command::Delete(condition) => write!(f, "delete from t where {condition} returning id"),
            Command::Select(condition, order, descending, limit) => write!(
                f,
                "select id, a, b from t where {condition} order by {order} {direction}, id {direction} limit {limit}",
                direction = if *descending { "desc" } else { "asc" }
            ),
            Command::Group(condition) => write!(
                f,
                "select a, count(*), count(b), sum(b), min(b), max(id) from t where {condition} group by a order by a"
            ),
            Command::Begin => f.write_str("begin"),
            Command::End(commit) => f.write_str(if *commit { "commit" } else { "rollback" }),
        }
    }
}

/// The naive table.
#[derive(Debug, Clone, Default)]
struct Model {
    rows: Vec<Row>,
    before: Option<Vec<Row>>,
}

/// What a statement returns: rows of numbers and NULLs.
type Rows = Vec<Vec<Option<i64>>>;

impl Model {
    fn run(&mut self, command: &Command) -> Rows {
        let full = |row: &Row| vec![Some(row.0), row.1, row.2];
        match command {
            Command::Insert(row) => {
                if self.rows.iter().any(|own| own.0 == row.0) {
                    return Vec::new();
                }
                self.rows.push(*row);
                vec![vec![Some(row.0)]]
            }
            Command::Merge(row) => match self.rows.iter_mut().find(|own| own.0 == row.0) {
                Some(own) => {
                    (own.1, own.2) = (row.1, own.2.map(|b| b + 1));
                    vec![full(own)]
                }
                None => {
                    self.rows.push(*row);
                    vec![full(row)]
                }
            },
            Command::Update(column, new, condition) => self.change(condition, *column, |_| *new),
            Command::Add(column, by, condition) => {
                self.change(condition, *column, |old| old.map(|old| old + by))
            }
            Command::Delete(condition) => {
                let gone = self
                    .rows
                    .extract_if(.., |row| condition.selects(row))
                    .collect::<Vec<_>>();
                gone.iter().map(|row| vec![Some(row.0)]).collect()
            }
            Command::Select(condition, order, descending, limit) => {
                let mut found: Vec<&Row> = self
                    .rows
                    .iter()
                    .filter(|row| condition.selects(row))
                    .collect();
                found.sort_by(|a, b| {
                    let keys = (order.of(a), order.of(b));
                    // NULLs last when ascending, first when descending.
                    let ordering = match keys {
                        (None, None) => Ordering::Equal,
                        (None, _) => Ordering::Greater,
                        (_, None) => Ordering::Less,
                        (a, b) => a.cmp(&b),
                    };
                    let ordering = ordering.then(a.0.cmp(&b.0));
                    if *descending {
                        ordering.reverse()
                    } else {
                        ordering
                    }
                });
                found.into_iter().take(*limit).map(full).collect()
            }
            Command::Group(condition) => self.group(condition),
            Command::Begin => {
                self.before.get_or_insert(self.rows.clone());
                Vec::new()
            }
            Command::End(commit) => {
                if let Some(before) = self.before.take()
                    && !commit
                {
                    self.rows = before;
                }
                Vec::new()
            }
        }
    }

    fn change(
        &mut self,
        condition: &Condition,
        column: Column,
        new: impl Fn(Option<i64>) -> Option<i64>,
    ) -> Rows {
        let mut changed = Vec::new();
        for row in &mut self.rows {
            if condition.selects(row) {
                match column {
                    Column::A => row.1 = new(row.1),
                    _ => row.2 = new(row.2),
                }
                changed.push(vec![Some(row.0), row.1, row.2]);
            }
        }
        changed
    }

    fn group(&self, condition: &Condition) -> Rows {
        let found: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| condition.selects(row))
            .collect();
        let mut keys: Vec<Option<i64>> = found.iter().map(|row| row.1).collect();
        keys.sort_by_key(|key| (key.is_none(), *key));
        keys.dedup();
        let group = |key: &Option<i64>| {
            let members: Vec<&&Row> = found.iter().filter(|row| row.1 == *key).collect();
            let values: Vec<i64> = members.iter().filter_map(|row| row.2).collect();
            let sum = (!values.is_empty()).then(|| values.iter().sum());
            let counts = [members.len(), values.len()].map(|count| i64::try_from(count).ok());
            vec![
                *key,
                counts[0],
                counts[1],
                sum,
                values.iter().min().copied(),
                members.iter().map(|row| row.0).max(),
            ]
        };
        keys.iter().map(group).collect()
    }
}

fn column() -> impl Strategy<Value = Column> {
    prop_oneof![Just(Column::Id), Just(Column::A), Just(Column::B)]
}

fn condition() -> impl Strategy<Value = Condition> {
    let op = || prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let number = || -1_i64..12;
    let leaf = prop_oneof![
        4 => (column(), op(), number()).prop_map(|(column, op, value)| Condition::Compare(column, op, value)),
        1 => (column(), op(), column()).prop_map(|(left, op, right)| Condition::Columns(left, op, right)),
        1 => (column(), any::<bool>()).prop_map(|(column, negated)| Condition::IsNull(column, negated)),
        2 => (column(), prop::collection::vec(number(), 1..4), any::<bool>())
            .prop_map(|(column, values, negated)| Condition::In(column, values, negated)),
        1 => (column(), number(), number()).prop_map(|(column, low, high)| Condition::Between(column, low, high)),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = || (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            4 => pair().prop_map(|(a, b)| Condition::And(a, b)),
            2 => pair().prop_map(|(a, b)| Condition::Or(a, b)),
            1 => inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn row() -> impl Strategy<Value = Row> {
    (
        0_i64..16,
        prop::option::weighted(0.8, 0_i64..6),
        prop::option::weighted(0.8, 0_i64..12),
    )
}

fn command() -> impl Strategy<Value = Command> {
    let target = || prop_oneof![Just(Column::A), Just(Column::B)];
    prop_oneof![
        6 => row().prop_map(Command::Insert),
        2 => row().prop_map(Command::Merge),
        2 => (target(), prop::option::of(0_i64..6), condition()).prop_map(|(column, new, condition)| Command::Update(column, new, condition)),
        2 => (target(), -3_i64..4, condition()).prop_map(|(column, by, condition)| Command::Add(column, by, condition)),
        1 => condition().prop_map(Command::Delete),
        6 => (condition(), column(), any::<bool>(), 0_usize..10)
            .prop_map(|(condition, order, descending, limit)| Command::Select(condition, order, descending, limit)),
        2 => condition().prop_map(Command::Group),
        1 => Just(Command::Begin),
        1 => any::<bool>().prop_map(Command::End),
    ]
}

/// A table with some indexes, and commands on it.
#[derive(Debug, Clone)]
struct Case {
    indexes: Vec<&'static str>,
    commands: Vec<Command>,
}

fn case() -> impl Strategy<Value = Case> {
    let indexes = prop::sample::subsequence(
        vec![
            "create index on t (a)",
            "create index on t (a, id)",
            "create index on t (b, id)",
            "create index on t (a, b)",
            "create index on t (b desc)",
            "create index on t (b, a) where a > 2",
            "create index on t (b) where a is null",
        ],
        0..=7,
    );
    (indexes, prop::collection::vec(command(), 1..40))
        .prop_map(|(indexes, commands)| Case { indexes, commands })
}

const TABLE: &str = "create table t (id int primary key, a int, b int)";

/// Runs a case on the simulation; UPDATE and DELETE return rows in any order, so those are sorted.
fn simulated(case: &Case) -> Vec<Rows> {
    let case = case.clone();
    simulate(async move {
        let server = Postgres::new(PgConfig::default());
        server
            .execute_ddl(&format!("{TABLE}; {}", case.indexes.join("; ")))
            .unwrap();
        let connection = server.connect(ConnectOptions::default()).await.unwrap();
        let mut results = Vec::new();
        for command in &case.commands {
            let sql = command.to_string();
            let (rows, _) = script::statement(&connection, &sql)
                .await
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
            let number = |value: &Value| match value {
                Value::Int(value) => Some(*value),
                Value::Null => None,
                other => panic!("{sql} gave {other:?}"),
            };
            results.push(
                rows.iter()
                    .map(|row| row.values().map(number).collect())
                    .collect(),
            );
        }
        results
    })
}

fn sorted_unless_select(command: &Command, mut rows: Rows) -> Rows {
    if !matches!(command, Command::Select(..) | Command::Group(_)) {
        rows.sort();
    }
    rows
}

fn agrees_with_model(case: &Case) {
    let mut model = Model::default();
    for (step, (command, found)) in case.commands.iter().zip(simulated(case)).enumerate() {
        let expected = sorted_unless_select(command, model.run(command));
        let found = sorted_unless_select(command, found);
        assert_eq!(found, expected, "statement {step}: {command}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn one_table_agrees_with_the_model(case in case()) {
        agrees_with_model(&case);
    }
}

/// Scripts of the same random statements, for a real server.
pub(crate) fn random_scripts(count: usize) -> Vec<Vec<String>> {
    let mut runner = TestRunner::deterministic();
    let strategy = case();
    let script = |case: Case| {
        let setup =
            std::iter::once(TABLE.to_owned()).chain(case.indexes.iter().map(ToString::to_string));
        setup
            .chain(case.commands.iter().map(ToString::to_string))
            .collect()
    };
    (0..count)
        .map(|_| script(strategy.new_tree(&mut runner).unwrap().current()))
        .collect()
}
