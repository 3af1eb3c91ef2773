//! What a server answers when a statement fails: an SQLSTATE and a message, as PostgreSQL words them.
//!
//! Callers branch on [`SqlState`], never on the text. The `position` counts characters of the statement from 1, as
//! in PostgreSQL's error field `P`. This module knows no statement; constructors live beside the rules they enforce.

use std::fmt;

use thiserror::Error;

/// A five-character SQLSTATE code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlState(&'static str);

macro_rules! sql_states {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl SqlState {
            $($(#[$doc])* pub const $name: SqlState = SqlState($code);)*
        }
    };
}

sql_states! {
    /// A query that must give a row gave none; the driver's own error.
    NO_DATA = "02000";
    /// The connection is gone.
    CONNECTION_DOES_NOT_EXIST = "08003";
    /// The client sent something that makes no sense at this point.
    PROTOCOL_VIOLATION = "08P01";
    /// The SQL is valid in PostgreSQL but outside the simulated subset.
    FEATURE_NOT_SUPPORTED = "0A000";
    /// A scalar subquery gave more than one row.
    CARDINALITY_VIOLATION = "21000";
    /// A value is longer than its column.
    STRING_DATA_RIGHT_TRUNCATION = "22001";
    /// A number does not fit its type.
    NUMERIC_VALUE_OUT_OF_RANGE = "22003";
    /// A date or time does not parse.
    INVALID_DATETIME_FORMAT = "22007";
    /// A date or time is outside the supported range.
    DATETIME_FIELD_OVERFLOW = "22008";
    /// Division by zero.
    DIVISION_BY_ZERO = "22012";
    /// A parameter has an unusable value.
    INVALID_PARAMETER_VALUE = "22023";
    /// A LIMIT is negative.
    INVALID_ROW_COUNT_IN_LIMIT_CLAUSE = "2201W";
    /// An OFFSET is negative.
    INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE = "2201X";
    /// A text does not spell a value of the wanted type.
    INVALID_TEXT_REPRESENTATION = "22P02";
    /// NULL in a NOT NULL column.
    NOT_NULL_VIOLATION = "23502";
    /// A foreign key points nowhere, or a referenced row would vanish.
    FOREIGN_KEY_VIOLATION = "23503";
    /// A duplicate key.
    UNIQUE_VIOLATION = "23505";
    /// A CHECK constraint is false.
    CHECK_VIOLATION = "23514";
    /// The transaction failed earlier and only ROLLBACK is accepted.
    IN_FAILED_SQL_TRANSACTION = "25P02";
    /// The session sat in a transaction longer than `idle_in_transaction_session_timeout`.
    IDLE_IN_TRANSACTION_SESSION_TIMEOUT = "25P03";
    /// This transaction was chosen to end a deadlock.
    DEADLOCK_DETECTED = "40P01";
    /// A syntax error.
    SYNTAX_ERROR = "42601";
    /// A column name fits more than one table.
    AMBIGUOUS_COLUMN = "42702";
    /// No such column.
    UNDEFINED_COLUMN = "42703";
    /// An object of that name exists.
    DUPLICATE_OBJECT = "42710";
    /// A table alias is used twice.
    DUPLICATE_ALIAS = "42712";
    /// A column is named twice.
    DUPLICATE_COLUMN = "42701";
    /// A column must appear in GROUP BY or in an aggregate.
    GROUPING_ERROR = "42803";
    /// A value of the wrong type.
    DATATYPE_MISMATCH = "42804";
    /// A value cannot be converted to the wanted type.
    CANNOT_COERCE = "42846";
    /// No such function or operator for these types.
    UNDEFINED_FUNCTION = "42883";
    /// No such table.
    UNDEFINED_TABLE = "42P01";
    /// No such parameter `$n`, or one without a value.
    UNDEFINED_PARAMETER = "42P02";
    /// A table of that name exists.
    DUPLICATE_TABLE = "42P07";
    /// ON CONFLICT names no unique index, or ORDER BY a position that does not exist.
    INVALID_COLUMN_REFERENCE = "42P10";
    /// No such index, constraint or setting.
    UNDEFINED_OBJECT = "42704";
    /// Every connection slot is taken.
    TOO_MANY_CONNECTIONS = "53300";
    /// The statement is nested too deeply or is too long.
    STATEMENT_TOO_COMPLEX = "54001";
    /// `FOR UPDATE NOWAIT` or `lock_timeout` met a locked row.
    LOCK_NOT_AVAILABLE = "55P03";
    /// The statement ran longer than `statement_timeout`, or was cancelled.
    QUERY_CANCELED = "57014";
    /// The session was ended by an administrator.
    ADMIN_SHUTDOWN = "57P01";
}

impl SqlState {
    /// The five characters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PartialEq<str> for SqlState {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for SqlState {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// A failed statement or connection attempt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} (SQLSTATE {code})")]
pub struct PgError {
    /// The class of the failure; branch on this.
    pub code: SqlState,
    /// What went wrong, in PostgreSQL's words.
    pub message: String,
    /// The rarer fields, apart so that results stay small.
    fields: Box<Fields>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Fields {
    detail: Option<String>,
    hint: Option<String>,
    constraint: Option<String>,
    position: Option<usize>,
}

impl PgError {
    /// An error with a code and a message.
    #[must_use]
    pub fn new(code: SqlState, message: impl Into<String>) -> Self {
        PgError {
            code,
            message: message.into(),
            fields: Box::default(),
        }
    }

    /// More about the failure, for example which key was a duplicate.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.fields.detail.as_deref()
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.fields.hint.as_deref()
    }

    /// The violated constraint, if there was one.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.fields.constraint.as_deref()
    }

    /// Where in the statement, in characters from 1.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.fields.position
    }

    pub(super) fn with_code(mut self, code: SqlState) -> Self {
        self.code = code;
        self
    }

    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.fields.detail = Some(detail.into());
        self
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.fields.hint = Some(hint.into());
        self
    }

    pub(super) fn with_constraint(mut self, constraint: impl Into<String>) -> Self {
        self.fields.constraint = Some(constraint.into());
        self
    }

    /// Sets the position unless a more exact one is already there.
    pub(super) fn at(mut self, position: Option<usize>) -> Self {
        self.fields.position = self.fields.position.or(position);
        self
    }

    /// The same, for a position that is costly to find.
    pub(super) fn located(self, position: impl FnOnce() -> Option<usize>) -> Self {
        if self.fields.position.is_some() {
            self
        } else {
            self.at(position())
        }
    }

    /// SQL outside the simulated subset; `supported` says what may be used instead.
    pub(super) fn unsupported(what: impl fmt::Display, supported: &str) -> Self {
        PgError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("{what} is not supported by the simulated server"),
        )
        .with_hint(format!("supported: {supported}"))
    }

    /// A connection that the server has ended, or ends with this answer.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(
            self.code,
            SqlState::CONNECTION_DOES_NOT_EXIST
                | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
                | SqlState::ADMIN_SHUTDOWN
        )
    }
}
