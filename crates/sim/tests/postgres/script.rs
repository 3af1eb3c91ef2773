//! Small scripts of SQL and what they print.
//!
//! [`run`] sends statements over one connection; [`sessions`] plays several connections against each other. Both
//! print results as text, so that a test is a script and a snapshot.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use sim::{
    JoinHandle, Runtime, Timestamp,
    postgres::{ConnectOptions, Connection, PgConfig, PgError, Postgres, Row},
};

/// 2026-03-05 09:00:00 UTC.
pub(crate) const START: Timestamp = Timestamp::from_unix_secs(1_772_701_200);

/// Runs a future in virtual time.
pub(crate) fn simulate<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    Runtime::virtual_time(7, START).run(future)
}

/// Rows, or the number of rows affected.
pub(crate) type Outcome = Result<(Vec<Row>, u64), PgError>;

/// What a statement gave, as text.
pub(crate) fn show(outcome: &Outcome) -> String {
    match outcome {
        Ok((rows, affected)) => show_rows(rows, *affected),
        Err(error) => {
            let mut text = format!("ERROR {}: {}", error.code, error.message);
            for (name, field) in [("detail", error.detail()), ("hint", error.hint())] {
                if let Some(field) = field {
                    let _ = write!(text, "\n  {name}: {}", field.replace('\n', "\n    "));
                }
            }
            if let Some(position) = error.position() {
                let _ = write!(text, "\n  position: {position}");
            }
            text
        }
    }
}

fn show_rows(rows: &[Row], affected: u64) -> String {
    let Some(first) = rows.first() else {
        return format!("({affected})");
    };
    let names: Vec<&str> = first.columns().names().collect();
    let mut text = names.join(" | ");
    for row in rows {
        let cells: Vec<String> = row
            .values()
            .map(|value| {
                if value.is_null() {
                    "∅".to_owned()
                } else {
                    value.to_string()
                }
            })
            .collect();
        let _ = write!(text, "\n{}", cells.join(" | "));
    }
    text
}

/// Runs a statement by the call that fits: a driver has one for rows and one for counts.
pub(crate) async fn statement(connection: &Connection, sql: &str) -> Outcome {
    let lower = sql.trim_start().to_ascii_lowercase();
    if lower.starts_with("select") || lower.starts_with("show") || lower.contains("returning") {
        let rows = connection.query(sql, &[]).await?;
        let count = rows.len() as u64;
        Ok((rows, count))
    } else {
        Ok((Vec::new(), connection.execute(sql, &[]).await?))
    }
}

/// Statements end with `;` at the end of a line.
pub(crate) fn statements(script: &str) -> impl Iterator<Item = &str> {
    script
        .split(";\n")
        .map(|sql| sql.trim().trim_end_matches(';'))
        .filter(|sql| !sql.is_empty())
}

/// Runs statements on a fresh server and gives what each gave.
pub(crate) fn outcomes(script: Vec<String>) -> Vec<Outcome> {
    simulate(async move {
        let server = Postgres::new(PgConfig::default());
        let connection = server.connect(ConnectOptions::default()).await.unwrap();
        let mut outcomes = Vec::new();
        for sql in &script {
            outcomes.push(statement(&connection, sql).await);
        }
        outcomes
    })
}

/// Runs a script on a fresh server and gives what it printed. Statements that only set the stage print nothing.
pub(crate) fn run(script: &'static str) -> String {
    let mut text = String::new();
    for outcome in outcomes(statements(script).map(str::to_owned).collect()) {
        if !matches!(&outcome, Ok((rows, 0)) if rows.is_empty()) {
            let _ = writeln!(text, "{}", show(&outcome));
        }
    }
    text
}

/// How long a statement may take before a script calls it waiting.
const PATIENCE: Duration = Duration::from_millis(50);

/// Plays lines `name> sql` over one connection a name. A statement that is not done soon is reported as waiting and
/// its outcome when it comes. `sleep 2s` lets time pass; `drop a` drops a connection; `activity` shows the sessions.
pub(crate) fn sessions(setup: &'static str, script: &'static str) -> String {
    simulate(async move {
        let server = Postgres::new(PgConfig::default());
        server
            .execute_ddl(setup.split("\n\n").next().unwrap())
            .unwrap();
        for sql in setup.split("\n\n").skip(1) {
            server.seed(sql, &[]).unwrap();
        }
        let mut play = Play {
            server,
            text: String::new(),
            players: BTreeMap::new(),
        };
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let _ = writeln!(play.text, "{line}");
            play.line(line).await;
        }
        play.text
    })
}

struct Play {
    server: Postgres,
    text: String,
    players: BTreeMap<String, Player>,
}

struct Player {
    connection: std::sync::Arc<Connection>,
    waiting: Option<JoinHandle<Outcome>>,
}

impl Play {
    async fn line(&mut self, line: &str) {
        if let Some((name, sql)) = line.split_once("> ") {
            self.send(name, sql.to_owned()).await;
        } else if let Some(name) = line.strip_prefix("drop ") {
            self.players.remove(name);
        } else if let Some(seconds) = line.strip_prefix("sleep ") {
            sim::sleep(Duration::from_secs_f64(
                seconds.trim_end_matches('s').parse().unwrap(),
            ))
            .await;
        } else if line == "activity" {
            self.activity();
        } else {
            panic!("not a line of a script: {line}");
        }
        sim::sleep(PATIENCE).await;
        self.collect().await;
    }

    async fn send(&mut self, name: &str, sql: String) {
        if !self.players.contains_key(name) {
            let options = ConnectOptions::new(name, "app", "app");
            let connection = std::sync::Arc::new(self.server.connect(options).await.unwrap());
            self.players.insert(
                name.to_owned(),
                Player {
                    connection,
                    waiting: None,
                },
            );
        }
        let player = self.players.get_mut(name).unwrap();
        assert!(player.waiting.is_none(), "{name} is still waiting");
        let connection = std::sync::Arc::clone(&player.connection);
        player.waiting = Some(sim::spawn(
            async move { statement(&connection, &sql).await },
        ));
        sim::sleep(PATIENCE).await;
        if !player.waiting.as_ref().unwrap().is_finished() {
            let _ = writeln!(self.text, "  {name} waits");
        }
    }

    /// Prints the outcomes that have come, in the order of names.
    async fn collect(&mut self) {
        for (name, player) in &mut self.players {
            if let Some(handle) = player.waiting.take_if(|handle| handle.is_finished()) {
                let outcome = show(&handle.await.unwrap());
                if outcome != "(0)" {
                    let _ = writeln!(self.text, "  {name}: {}", outcome.replace('\n', "\n  "));
                }
            }
        }
    }

    fn activity(&mut self) {
        let now = sim::now();
        for session in self.server.activity() {
            let wait = session.wait_event.map_or("-".to_owned(), |wait| {
                format!("{}/{}", wait.kind, wait.name)
            });
            let age = |time: Option<Timestamp>| {
                time.map_or("-".to_owned(), |time| {
                    format!("{:.1}s", (now - time).as_secs_f64())
                })
            };
            let _ = writeln!(
                self.text,
                "  {} [{}] {} for {}, transaction {}, wait {wait}, blocked by {:?}: {}",
                session.application_name,
                session.pid,
                session.state.name(),
                age(Some(session.state_change)),
                age(session.xact_start),
                session.blocking_pids,
                session.query
            );
        }
    }
}
