//! The schema, step by step. A step that was released is never changed; a new one is appended.

use sea_orm_migration::prelude::*;

mod m0001_sessions;

/// Runs the steps that a database has not seen.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_sessions::Migration)]
    }
}
