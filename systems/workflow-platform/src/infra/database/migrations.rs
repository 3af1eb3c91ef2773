//! Schema migrations, applied in order and recorded in `schema_migrations`.

use sim::postgres::Value;

use super::{Database, DatabaseError, Transaction};

/// One step of the schema's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order; also its key in `schema_migrations`.
    pub version: i64,
    /// What it is about.
    pub name: &'static str,
    /// The statements, separated by semicolons.
    pub sql: &'static str,
}

impl Migration {
    /// The statements one by one.
    pub fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.sql
            .split(';')
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
    }
}

/// Where applied migrations are recorded.
pub const HISTORY_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version bigint PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL
)";

/// Every migration, oldest first.
pub const ALL: &[Migration] = &[
    Migration {
        version: 1,
        name: "initial",
        sql: include_str!("../../../migrations/0001_initial.sql"),
    },
    Migration {
        version: 2,
        name: "jobs_and_notifications",
        sql: include_str!("../../../migrations/0002_jobs_and_notifications.sql"),
    },
    Migration {
        version: 3,
        name: "data_and_reports",
        sql: include_str!("../../../migrations/0003_data_and_reports.sql"),
    },
];

/// Applies what is missing, each migration in a transaction of its own; returns how many were applied.
///
/// # Errors
/// When a statement fails; its migration is rolled back and later ones are not tried.
pub async fn run(database: &Database) -> Result<usize, DatabaseError> {
    database.execute(HISTORY_TABLE, &[]).await?;
    let mut applied = 0;
    for migration in ALL {
        let newly = database
            .transaction(async |tx: &mut Transaction| apply(tx, migration).await)
            .await?;
        if newly {
            tracing::info!(
                migration.version = migration.version,
                migration.name = migration.name,
                "migration applied"
            );
            applied += 1;
        }
    }
    Ok(applied)
}

async fn apply(tx: &mut Transaction, migration: &Migration) -> Result<bool, DatabaseError> {
    let known = tx
        .query_opt(
            "SELECT version FROM schema_migrations WHERE version = $1",
            &[Value::from(migration.version)],
        )
        .await?;
    if known.is_some() {
        return Ok(false);
    }
    for statement in migration.statements() {
        tx.execute(statement, &[]).await?;
    }
    tx.execute(
        "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, now())",
        &[Value::from(migration.version), Value::from(migration.name)],
    )
    .await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_consecutive() {
        let versions: Vec<_> = ALL.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..=ALL.len() as i64).collect::<Vec<_>>());
    }

    #[test]
    fn statements_are_split_at_semicolons() {
        assert!(
            ALL[0]
                .statements()
                .next()
                .is_some_and(|first| first.starts_with("CREATE TABLE tenants"))
        );
        assert!(
            ALL.iter()
                .all(|migration| migration.statements().count() > 1)
        );
    }
}
