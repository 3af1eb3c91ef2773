//! CREATE TABLE, CREATE INDEX, ALTER TABLE, DROP and TRUNCATE.
//!
//! A change happens at once and is not undone by a rollback, unlike in PostgreSQL; it is refused while an open
//! transaction has rows of the table locked. Schema changes are for setting a world up and for migrations. Start in
//! `definition`, which says what goes where.

mod alter;
mod constraint;
mod definition;
mod index;
mod table;

pub(super) use definition::execute;
