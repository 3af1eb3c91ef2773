//! What a candidate changes of the system, and how each change was judged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_auto, string, text};

use super::of_session;

/// Step 2.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(changed_files()).await?;
        manager.create_table(proofs()).await?;
        let by_session = Index::create()
            .name("proofs_by_session")
            .table("proofs")
            .col("session_id")
            .col("id")
            .to_owned();
        manager.create_index(by_session).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["proofs", "changed_files"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn changed_files() -> TableCreateStatement {
    Table::create()
        .table("changed_files")
        .col(string("session_id"))
        .col(string("path"))
        .col(text("text"))
        .col(big_integer("updated_at_ms"))
        .primary_key(Index::create().col("session_id").col("path"))
        .foreign_key(&mut of_session("changed_files"))
        .to_owned()
}

fn proofs() -> TableCreateStatement {
    Table::create()
        .table("proofs")
        .col(pk_auto("id"))
        .col(string("session_id"))
        .col(big_integer("started_at_ms"))
        .col(big_integer("ended_at_ms"))
        .col(text("summary"))
        .col(text("verdict"))
        .foreign_key(&mut of_session("proofs"))
        .to_owned()
}
