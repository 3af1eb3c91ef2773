//! Database samples as a person asks for them: who is connected and doing what, and which statements
//! cost most.
//!
//! Samples are the log events of the OpenTelemetry Collector's PostgreSQL receiver:
//! `db.server.query_sample` (one per session that is not idle, at every sampling) and
//! `db.server.top_query` (one per statement, figures since the previous one). They are kept in a table
//! of their own; any filter works on them as on logs.

mod sessions;
mod statements;
mod time;

pub use sessions::{
    DatabaseSession, SampleTimes, SessionSnapshot, database_sample_times, database_sessions,
};
pub use statements::{DatabaseStatement, StatementOrder, Statements, database_statements};

use crate::filter::{Filter, Literal, Test};

/// Selects events by name.
fn event_is(name: &str) -> Filter {
    let literal = Literal {
        text: name.to_owned(),
        quoted: true,
    };
    Filter::Field {
        key: "event.name".to_owned(),
        test: Test::Equals(literal),
    }
}
