//! The database connection.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use sea_orm_migration::MigratorTrait;

use crate::error::StoreError;
use crate::migration::Migrator;

/// All sessions of one data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
}

impl Store {
    /// Opens the SQLite file at `path`, creates it when it is missing, and brings its schema up to
    /// date.
    ///
    /// # Errors
    ///
    /// [`StoreError::Open`] when the file cannot be created, read or migrated.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let open_error = |source| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        let file = path.to_owned();
        let mut options = ConnectOptions::new("sqlite:");
        options
            // One writer is all that SQLite has; one connection makes that a queue instead of an
            // error.
            .max_connections(1)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(move |options| {
                options
                    .filename(&file)
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(5))
            });
        let db = Database::connect(options).await.map_err(open_error)?;
        Migrator::up(&db, None).await.map_err(open_error)?;
        Ok(Self { db })
    }

    /// The connection, for the files that hold the rest of this type.
    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.db
    }
}
