//! A session: what one client's connection is doing, and its settings.
//!
//! These are the facts behind `pg_stat_activity`; `activity` shows them.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use emit::SpanContext;
use tokio::sync::Notify;

use super::{
    config::{ConnectOptions, PgConfig},
    error::{PgError, SqlState},
    locks::TransactionId,
    plan::{Setting, SettingValue},
};
use crate::Timestamp;

/// What a session is doing, in `pg_stat_activity`'s words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionState {
    /// Running a statement.
    Active,
    /// Waiting for the client, outside a transaction.
    Idle,
    /// Waiting for the client, inside a transaction.
    IdleInTransaction,
    /// The same, after a statement of the transaction failed.
    IdleInTransactionAborted,
}

impl SessionState {
    /// Every state.
    pub const ALL: [SessionState; 4] = [
        SessionState::Active,
        SessionState::Idle,
        SessionState::IdleInTransaction,
        SessionState::IdleInTransactionAborted,
    ];

    /// PostgreSQL's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SessionState::Active => "active",
            SessionState::Idle => "idle",
            SessionState::IdleInTransaction => "idle in transaction",
            SessionState::IdleInTransactionAborted => "idle in transaction (aborted)",
        }
    }
}

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitEvent {
    /// `Lock`, `IO`, `Client`, `Timeout`.
    pub kind: &'static str,
    /// For example `transactionid`.
    pub name: &'static str,
}

impl WaitEvent {
    pub(super) const CLIENT_READ: WaitEvent = WaitEvent {
        kind: "Client",
        name: "ClientRead",
    };
    pub(super) const TRANSACTION_ID: WaitEvent = WaitEvent {
        kind: "Lock",
        name: "transactionid",
    };
    pub(super) const TUPLE: WaitEvent = WaitEvent {
        kind: "Lock",
        name: "tuple",
    };
    pub(super) const DATA_FILE_READ: WaitEvent = WaitEvent {
        kind: "IO",
        name: "DataFileRead",
    };
    pub(super) const WAL_SYNC: WaitEvent = WaitEvent {
        kind: "IO",
        name: "WALSync",
    };
    pub(super) const SLEEP: WaitEvent = WaitEvent {
        kind: "Timeout",
        name: "PgSleep",
    };
}

/// Whether a session is in a transaction block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    None,
    Open,
    Failed,
}

/// Settings that matter to the simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) statement_timeout: Duration,
    pub(super) lock_timeout: Duration,
    pub(super) idle_in_transaction_session_timeout: Duration,
}

impl Settings {
    fn new(config: &PgConfig) -> Self {
        Settings {
            statement_timeout: config.statement_timeout,
            lock_timeout: Duration::ZERO,
            idle_in_transaction_session_timeout: config.idle_in_transaction_session_timeout,
        }
    }
}

/// One connection's server side.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) pid: i32,
    pub(super) application_name: Arc<str>,
    pub(super) user: Arc<str>,
    pub(super) database: Arc<str>,
    pub(super) client_address: Arc<str>,
    pub(super) client_port: u16,
    pub(super) backend_start: Timestamp,
    pub(super) state: SessionState,
    pub(super) state_change: Timestamp,
    pub(super) query: Arc<str>,
    pub(super) query_id: i64,
    pub(super) query_start: Option<Timestamp>,
    pub(super) xact_start: Option<Timestamp>,
    pub(super) wait: Option<WaitEvent>,
    /// When the current lock wait began.
    pub(super) wait_start: Option<Timestamp>,
    /// The client's span for the last statement.
    pub(super) span: Option<SpanContext>,
    pub(super) block: Block,
    pub(super) transaction: Option<TransactionId>,
    settings: Settings,
    /// Settings to go back to at the end of the transaction, if SET was used in it.
    outer_settings: Option<Settings>,
    /// Settings that SET LOCAL must not outlive.
    local_settings: Option<Settings>,
    /// Rings when a lock wait is over or the session is to end.
    pub(super) wakeup: Arc<Notify>,
    /// Why the session is to end.
    pub(super) terminated: Option<PgError>,
    /// The same for the client.
    pub(super) closed: Arc<OnceLock<PgError>>,
}

/// The sessions of a server by process id.
///
/// Ids count up from one start, so a session is found where its id says; ended ones leave a small hole.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    places: Vec<Option<Box<Session>>>,
    count: usize,
}

const FIRST_PID: i32 = 101;

impl Sessions {
    fn place(pid: i32) -> usize {
        usize::try_from(i64::from(pid) - i64::from(FIRST_PID)).unwrap_or(usize::MAX)
    }

    /// The next process id.
    pub(super) fn next_pid(&self) -> i32 {
        i32::try_from(self.places.len()).map_or(i32::MAX, |ended| FIRST_PID.saturating_add(ended))
    }

    /// Adds a session, which has the next process id.
    pub(super) fn add(&mut self, session: Session) {
        self.places.push(Some(Box::new(session)));
        self.count += 1;
    }

    pub(super) fn get(&self, pid: i32) -> Option<&Session> {
        self.places.get(Self::place(pid))?.as_deref()
    }

    pub(super) fn get_mut(&mut self, pid: i32) -> Option<&mut Session> {
        self.places.get_mut(Self::place(pid))?.as_deref_mut()
    }

    pub(super) fn remove(&mut self, pid: i32) -> Option<Box<Session>> {
        let session = self.places.get_mut(Self::place(pid))?.take()?;
        self.count -= 1;
        Some(session)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// In the order of their process ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.places.iter().flatten().map(AsRef::as_ref)
    }
}

impl Session {
    pub(super) fn new(
        pid: i32,
        options: &ConnectOptions,
        config: &PgConfig,
        now: Timestamp,
    ) -> Self {
        Session {
            pid,
            application_name: options.application_name.as_str().into(),
            user: options.user.as_str().into(),
            database: options.database.as_str().into(),
            client_address: options.client_address.as_str().into(),
            client_port: 32_768 + (pid.unsigned_abs() % 28_000) as u16,
            backend_start: now,
            state: SessionState::Idle,
            state_change: now,
            query: "".into(),
            query_id: 0,
            query_start: None,
            xact_start: None,
            wait: Some(WaitEvent::CLIENT_READ),
            wait_start: None,
            span: None,
            block: Block::None,
            transaction: None,
            settings: Settings::new(config),
            outer_settings: None,
            local_settings: None,
            wakeup: Arc::new(Notify::new()),
            terminated: None,
            closed: Arc::new(OnceLock::new()),
        }
    }

    /// The settings in force.
    pub(super) fn settings(&self) -> &Settings {
        self.local_settings.as_ref().unwrap_or(&self.settings)
    }

    /// Applies SET. Inside a transaction it is undone by a rollback; SET LOCAL also by a commit.
    pub(super) fn set(&mut self, setting: &Setting, config: &PgConfig) -> Result<(), PgError> {
        let defaults = Settings::new(config);
        if setting.local && self.block == Block::None {
            // PostgreSQL warns and does nothing.
            return Ok(());
        }
        if &*setting.name == "application_name"
            && let SettingValue::Text(text) = &setting.value
        {
            self.application_name = Arc::clone(text);
            return Ok(());
        }
        if self.block != Block::None && !setting.local && self.outer_settings.is_none() {
            self.outer_settings = Some(self.settings.clone());
        }
        if setting.local {
            let mut local = self.settings().clone();
            apply(&mut local, setting, &defaults)?;
            self.local_settings = Some(local);
        } else {
            apply(&mut self.settings, setting, &defaults)?;
            self.local_settings = None;
        }
        Ok(())
    }

    /// Ends the settings of a transaction.
    pub(super) fn end_settings(&mut self, commit: bool) {
        self.local_settings = None;
        if let Some(outer) = self.outer_settings.take()
            && !commit
        {
            self.settings = outer;
        }
    }

    /// The text of a setting for SHOW.
    pub(super) fn show(&self, name: &str, config: &PgConfig) -> Result<String, PgError> {
        let settings = self.settings();
        Ok(match name {
            "statement_timeout" => show_time(settings.statement_timeout),
            "lock_timeout" => show_time(settings.lock_timeout),
            "idle_in_transaction_session_timeout" => {
                show_time(settings.idle_in_transaction_session_timeout)
            }
            "deadlock_timeout" => show_time(config.deadlock_timeout),
            "max_connections" => config.max_connections.to_string(),
            "application_name" => self.application_name.to_string(),
            "timezone" => "UTC".to_owned(),
            "transaction_isolation" | "default_transaction_isolation" => {
                "read committed".to_owned()
            }
            "server_version" => "15.0 (simulated)".to_owned(),
            _ => return Err(unknown_setting(name)),
        })
    }
}

fn apply(settings: &mut Settings, setting: &Setting, defaults: &Settings) -> Result<(), PgError> {
    let time = |default: Duration| match &setting.value {
        SettingValue::Time(time) => *time,
        _ => default,
    };
    match &*setting.name {
        "statement_timeout" => settings.statement_timeout = time(defaults.statement_timeout),
        "lock_timeout" => settings.lock_timeout = time(defaults.lock_timeout),
        "idle_in_transaction_session_timeout" => {
            settings.idle_in_transaction_session_timeout =
                time(defaults.idle_in_transaction_session_timeout);
        }
        "timezone" => match &setting.value {
            SettingValue::Text(zone) if !zone.eq_ignore_ascii_case("utc") => {
                return Err(PgError::unsupported(
                    format_args!("time zone {zone}"),
                    "UTC",
                ));
            }
            _ => {}
        },
        // Settings that change nothing here.
        "application_name"
        | "client_encoding"
        | "search_path"
        | "datestyle"
        | "client_min_messages"
        | "extra_float_digits"
        | "standard_conforming_strings" => {}
        name => return Err(unknown_setting(name)),
    }
    Ok(())
}

fn unknown_setting(name: &str) -> PgError {
    PgError::new(SqlState::UNDEFINED_OBJECT, format!("unrecognized configuration parameter \"{name}\"")).with_hint(
        "supported: statement_timeout, lock_timeout, idle_in_transaction_session_timeout, application_name, timezone",
    )
}

/// The largest unit that divides the time, as SHOW prints it.
fn show_time(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0 => "0".to_owned(),
        _ if millis.is_multiple_of(86_400_000) => format!("{}d", millis / 86_400_000),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{}min", millis / 60_000),
        _ if millis.is_multiple_of(1_000) => format!("{}s", millis / 1_000),
        _ => format!("{millis}ms"),
    }
}
