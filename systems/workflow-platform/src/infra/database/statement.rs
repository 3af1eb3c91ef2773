//! One statement on one connection, seen by telemetry.

use std::fmt;

use sim::postgres::{Connection, Row, Value};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::DatabaseError;

/// Runs a statement that returns rows.
pub(super) async fn query(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, DatabaseError> {
    let span = span(sql);
    let result = connection
        .query(sql, parameters)
        .instrument(span.clone())
        .await
        .map_err(DatabaseError::from);
    match &result {
        Ok(rows) => {
            span.record("db.response.returned_rows", rows.len());
        }
        Err(error) => record_error(&span, error),
    }
    result
}

/// Runs a statement that changes rows; returns how many.
pub(super) async fn execute(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<u64, DatabaseError> {
    let span = span(sql);
    let result = connection
        .execute(sql, parameters)
        .instrument(span.clone())
        .await
        .map_err(DatabaseError::from);
    if let Err(error) = &result {
        record_error(&span, error);
    }
    result
}

fn span(sql: &str) -> Span {
    let (operation, collection) = summarize(sql);
    tracing::info_span!(
        "db.query",
        otel.name = %Name { operation, collection },
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = operation,
        db.collection.name = collection,
        db.query.text = sql,
        db.response.returned_rows = Empty,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// A span's name: what is done, and to what if that is known.
struct Name<'a> {
    operation: &'a str,
    collection: &'a str,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if !self.collection.is_empty() {
            write!(f, " {}", self.collection)?;
        }
        Ok(())
    }
}

fn record_error(span: &Span, error: &DatabaseError) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error.kind());
}

/// The operation of a statement and the table that it is about.
fn summarize(sql: &str) -> (&str, &str) {
    let mut words = sql.split_ascii_whitespace();
    let operation = words.next().unwrap_or_default();
    let collection = match operation {
        "UPDATE" => words.next(),
        "INSERT" => words.nth(1),
        _ => words
            .find(|word| *word == "FROM")
            .and_then(|_| words.next()),
    };
    (operation, collection.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_named_by_operation_and_table() {
        assert_eq!(
            summarize("SELECT id, name\n FROM workflows WHERE id = $1"),
            ("SELECT", "workflows")
        );
        assert_eq!(
            summarize("INSERT INTO users (id) VALUES ($1)"),
            ("INSERT", "users")
        );
        assert_eq!(summarize("UPDATE jobs SET status = $1"), ("UPDATE", "jobs"));
        assert_eq!(summarize("DELETE FROM reports"), ("DELETE", "reports"));
        assert_eq!(summarize("SELECT 1"), ("SELECT", ""));
    }
}
