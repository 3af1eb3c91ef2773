//! A real PostgreSQL to compare with.
//!
//! `FIREDRILL_TEST_POSTGRES` names a server whose user may create databases. Without it the usual local address is
//! tried, and then a private cluster is started from the installed programs, in a temporary folder and on a socket of
//! its own, and stopped afterwards. If that fails too, the test fails and says what to do.

use std::process::Command;

use postgres::{Client, Config, NoTls, SimpleQueryMessage};

const VARIABLE: &str = "FIREDRILL_TEST_POSTGRES";
const DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// Rows as text, or an SQLSTATE.
pub(crate) type Answer = Result<Vec<Vec<Option<String>>>, String>;

/// A database of its own on a real server, sorted by bytes whatever the server's locale; dropped at the end.
pub(crate) struct Real {
    admin: Client,
    /// Taken to disconnect before the database is dropped.
    client: Option<Client>,
    database: String,
    _cluster: Option<Cluster>,
}

impl Real {
    pub(crate) fn new(name: &str) -> Self {
        let (config, cluster) = find();
        let mut admin = config.connect(NoTls).unwrap();
        let database = format!("firedrill_test_{}_{name}", std::process::id());
        admin
            .batch_execute(&format!(
                "create database {database} template template0 lc_collate 'C'"
            ))
            .unwrap_or_else(|error| {
                panic!("the user of the test server must be able to create databases: {error}")
            });
        let mut client = config.clone().dbname(&database).connect(NoTls).unwrap();
        client
            .batch_execute("set timezone = 'UTC'; set client_min_messages = warning")
            .unwrap();
        Real {
            admin,
            client: Some(client),
            database,
            _cluster: cluster,
        }
    }

    pub(crate) fn run(&mut self, sql: &str) -> Answer {
        let client = self.client.as_mut().expect("connected until the end");
        let messages = client.simple_query(sql).map_err(|error| {
            error
                .code()
                .map_or_else(|| error.to_string(), |code| code.code().to_owned())
        })?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|column| row.get(column).map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        });
        Ok(rows.collect())
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.client.take());
        // A failing test has more to say than a failing clean-up.
        let _ = self.admin.batch_execute(&format!(
            "drop database if exists {} with (force)",
            self.database
        ));
    }
}

fn find() -> (Config, Option<Cluster>) {
    if let Ok(url) = std::env::var(VARIABLE) {
        let config: Config = url
            .parse()
            .unwrap_or_else(|error| panic!("{VARIABLE} is no PostgreSQL URL: {error}"));
        if let Err(error) = config.connect(NoTls) {
            panic!(
                "{VARIABLE} is {url}, and that does not answer: {error}\n{}",
                instructions()
            );
        }
        return (config, None);
    }
    let usual: Config = DEFAULT.parse().unwrap();
    let Err(not_usual) = usual.connect(NoTls) else {
        return (usual, None);
    };
    match Cluster::start() {
        Ok(cluster) => (cluster.config(), Some(cluster)),
        Err(error) => panic!(
            "these tests compare with a real PostgreSQL; {DEFAULT} does not answer ({not_usual}) and none can be \
             started ({error})\n{}",
            instructions()
        ),
    }
}

fn instructions() -> String {
    format!(
        "Install one (Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql@15), or run one \
         (docker run --rm -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:15), or set {VARIABLE} to the URL of \
         one whose user may create databases."
    )
}

/// A private cluster, stopped when dropped.
struct Cluster {
    programs: String,
    folder: String,
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let find = "ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | tail -n 1";
        let programs = run("sh", &["-c", find])?;
        if programs.is_empty() {
            return Err("no installed PostgreSQL server was found".to_owned());
        }
        let folder = as_user(&["mktemp", "-d"])?;
        let cluster = Cluster { programs, folder };
        let data = cluster.data();
        as_user(&[
            &cluster.program("initdb"),
            "--pgdata",
            &data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ])?;
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off",
            cluster.folder
        );
        let log = format!("{}/log", cluster.folder);
        let pg_ctl = cluster.program("pg_ctl");
        as_user(&[
            &pg_ctl,
            "start",
            "--wait",
            "--silent",
            "--pgdata",
            &data,
            "--log",
            &log,
            "--options",
            &options,
        ])?;
        Ok(cluster)
    }

    fn program(&self, name: &str) -> String {
        format!("{}/{name}", self.programs)
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder)
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config
            .host(&self.folder)
            .user("postgres")
            .dbname("postgres");
        config
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What is left behind is in the temporary folder of the system.
        let _ = as_user(&[
            &self.program("pg_ctl"),
            "stop",
            "--mode=immediate",
            "--silent",
            "--pgdata",
            &self.data(),
        ]);
        let _ = as_user(&["rm", "-r", &self.folder]);
    }
}

/// Runs a command, as the user `postgres` if we are root, whom the server refuses to serve.
fn as_user(command: &[&str]) -> Result<String, String> {
    if run("id", &["-u"])? == "0" {
        let mut all = vec!["-u", "postgres", "--"];
        all.extend(command);
        return run("runuser", &all);
    }
    run(command[0], &command[1..])
}

fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir("/")
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        let shown = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{program} {}: {}",
            arguments.join(" "),
            shown.trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
