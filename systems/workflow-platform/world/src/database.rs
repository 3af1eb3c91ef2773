//! The database server: its schema, and how large the tables are that a simulation holds only a part of.

use sim::postgres::{PgConfig, PgError, Postgres, Value};
use workflow_platform::infra::database::migrations;

use crate::population::{Population, store};

/// Rows that the cost model assumes in tables that have years of history.
const HISTORY: [(&str, u64); 2] = [
    ("workflow_history", 60_000_000),
    ("data_records", 24_000_000),
];

/// A server with the platform's schema and everything that existed before the incident; `executions` is how many
/// workflow executions it keeps.
///
/// # Errors
/// When the schema does not fit.
pub(crate) fn build(population: &Population, executions: u64) -> Result<Postgres, PgError> {
    let postgres = Postgres::new(PgConfig {
        max_connections: 400,
        ..PgConfig::default()
    });
    postgres.execute_ddl(migrations::HISTORY_TABLE)?;
    for migration in migrations::ALL {
        postgres.execute_ddl(migration.sql)?;
        postgres.seed(
            MARK_APPLIED,
            &[Value::from(migration.version), Value::from(migration.name)],
        )?;
    }
    for (table, rows) in HISTORY {
        postgres.set_statistics(table, rows)?;
    }
    postgres.set_statistics("workflow_executions", executions)?;
    store(&postgres, population)?;
    Ok(postgres)
}

/// So that the api finds nothing to migrate.
const MARK_APPLIED: &str =
    "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, now())";
