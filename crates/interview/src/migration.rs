//! The schema, step by step. A step that was released is never changed; a new one is appended.

use sea_orm_migration::prelude::*;

mod m0001_sessions;
mod m0002_changes;

/// Runs the steps that a database has not seen.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_sessions::Migration),
            Box::new(m0002_changes::Migration),
        ]
    }
}

/// What belongs to a session goes when the session goes.
fn of_session(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "session_id")
        .to("sessions", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
