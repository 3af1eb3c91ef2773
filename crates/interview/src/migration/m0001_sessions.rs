//! Sessions and what is written down in them.
//!
//! JSON stands in text columns, so that the same steps run on every database. Times are
//! milliseconds since the epoch.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, pk_auto, string, string_null, text, text_null,
};

use super::of_session;

/// Step 1.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sessions()).await?;
        manager.create_table(notebook_entries()).await?;
        manager.create_table(hints_shown()).await?;
        manager.create_table(trail()).await?;
        manager.create_table(drafts()).await?;
        manager.create_table(hand_ins()).await?;
        let by_session = Index::create()
            .name("trail_by_session")
            .table("trail")
            .col("session_id")
            .col("id")
            .to_owned();
        manager.create_index(by_session).await?;
        let by_session = Index::create()
            .name("notebook_entries_by_session")
            .table("notebook_entries")
            .col("session_id")
            .col("created_at_ms")
            .to_owned();
        manager.create_index(by_session).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "hand_ins",
            "drafts",
            "trail",
            "hints_shown",
            "notebook_entries",
            "sessions",
        ] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(string("id").primary_key())
        .col(string("drill_id"))
        .col(string("drill_title"))
        .col(string("seed"))
        .col(string("difficulty"))
        .col(string("state"))
        .col(string_null("recording_id"))
        .col(big_integer_null("start_ms"))
        .col(big_integer_null("end_ms"))
        .col(text_null("prepared"))
        .col(text_null("failure"))
        .col(big_integer("created_at_ms"))
        .col(big_integer_null("started_at_ms"))
        .col(big_integer_null("handed_in_at_ms"))
        .to_owned()
}

fn notebook_entries() -> TableCreateStatement {
    Table::create()
        .table("notebook_entries")
        .col(string("id").primary_key())
        .col(string("session_id"))
        .col(string("kind"))
        .col(text("text"))
        .col(string_null("status"))
        .col(string_null("tool"))
        .col(text_null("url"))
        .col(text_null("query"))
        .col(big_integer_null("start_ms"))
        .col(big_integer_null("end_ms"))
        .col(big_integer("created_at_ms"))
        .col(big_integer("updated_at_ms"))
        .foreign_key(&mut of_session("notebook_entries"))
        .to_owned()
}

fn hints_shown() -> TableCreateStatement {
    Table::create()
        .table("hints_shown")
        .col(string("session_id"))
        .col(integer("number"))
        .col(big_integer("shown_at_ms"))
        .primary_key(Index::create().col("session_id").col("number"))
        .foreign_key(&mut of_session("hints_shown"))
        .to_owned()
}

fn trail() -> TableCreateStatement {
    Table::create()
        .table("trail")
        .col(pk_auto("id"))
        .col(string("session_id"))
        .col(big_integer("at_ms"))
        .col(string("tool"))
        .col(text("query"))
        .foreign_key(&mut of_session("trail"))
        .to_owned()
}

fn drafts() -> TableCreateStatement {
    Table::create()
        .table("drafts")
        .col(string("session_id").primary_key())
        .col(text("diagnosis"))
        .col(big_integer("updated_at_ms"))
        .foreign_key(&mut of_session("drafts"))
        .to_owned()
}

fn hand_ins() -> TableCreateStatement {
    Table::create()
        .table("hand_ins")
        .col(string("session_id").primary_key())
        .col(string("drill_id"))
        .col(text("diagnosis"))
        .col(text("result"))
        .col(big_integer("handed_in_at_ms"))
        .foreign_key(&mut of_session("hand_ins"))
        .to_owned()
}
