//! Runs cargo and reads what it says.

use std::collections::VecDeque;
use std::hash::Hasher as _;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

use super::error::BuildError;
use super::folder::BuildFolder;
use super::messages::{self, CompilerMessage, Severity};
use super::{BuildEvent, BuildSpec};
use crate::guard::{Guarded, Stopped, Watchdog};
use crate::incident::Cancel;
use crate::source::{Files, PROFILE};

/// The most bytes of one file that a build writes; the largest is an executable of some 25 MiB.
const FILE_BYTES: u64 = 1 << 30;
/// Messages of the compiler that are kept.
const MESSAGES: usize = 50;
/// Lines of cargo's own words that are kept for a failure.
const LINES: usize = 20;
/// Bytes of one line; the compiler's JSON lines are a few KiB.
const LINE_BYTES: u64 = 4 << 20;

/// Variables that would make another build than the laid-out project says.
const REMOVED: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_INCREMENTAL",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTUP_TOOLCHAIN",
];

fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for name in REMOVED {
        command.env_remove(name);
    }
    command.current_dir(folder);
    command
}

/// A short name of the toolchain that the project is built with.
pub(super) fn toolchain(builds: &Path, files: &Files) -> Result<String, BuildError> {
    std::fs::create_dir_all(builds).map_err(BuildError::io("create", builds))?;
    let asking = tempfile::tempdir_in(builds).map_err(BuildError::io("write into", builds))?;
    const CHANNEL: &str = "rust-toolchain.toml";
    if let Some(text) = files.get(CHANNEL) {
        let path = asking.path().join(CHANNEL);
        std::fs::write(&path, text).map_err(BuildError::io("write", &path))?;
    }
    let output = command("rustc", asking.path())
        .arg("-vV")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| BuildError::NoToolchain(error.to_string()))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BuildError::NoToolchain(text));
    }
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    hasher.write(&output.stdout);
    Ok(format!("{:08x}", hasher.finish() >> 32))
}

/// Builds the system's executable: without the network if possible.
pub(super) fn run(
    folder: &BuildFolder,
    spec: &BuildSpec<'_>,
    on_event: &mut dyn FnMut(BuildEvent),
    cancel: &Cancel,
) -> Result<(), BuildError> {
    let deadline = Instant::now() + spec.limits.time;
    let mut attempt = Attempt {
        folder,
        spec,
        deadline,
        cancel,
        offline: true,
    };
    let outcome = match attempt.run(on_event) {
        Err(BuildError::CratesMissing(_)) => {
            on_event(BuildEvent::Downloading);
            attempt.offline = false;
            attempt.run(on_event)
        }
        outcome => outcome,
    };
    // Also after a failure to compile: by then cargo has read the lock file.
    if matches!(outcome, Ok(()) | Err(BuildError::Compiler(_))) {
        folder.set_locked()?;
    }
    outcome
}

struct Attempt<'a> {
    folder: &'a BuildFolder,
    spec: &'a BuildSpec<'a>,
    deadline: Instant,
    cancel: &'a Cancel,
    offline: bool,
}

/// What the two readers of cargo's output tell.
enum Word {
    Line(Vec<u8>),
    Progress(u32, u32, String),
    TooMuch,
}

impl Attempt<'_> {
    fn command(&self) -> Command {
        let mut command = command("cargo", &self.folder.project());
        command
            .args(["build", "--message-format", "json", "--profile", PROFILE])
            .args(["--bin", self.spec.system])
            .arg("--target-dir")
            .arg(self.folder.target())
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "120")
            .env("CARGO_TERM_COLOR", "never");
        if self.offline {
            command.arg("--offline");
        }
        if self.folder.is_locked() {
            command.arg("--locked");
        }
        command
    }

    fn run(&self, on_event: &mut dyn FnMut(BuildEvent)) -> Result<(), BuildError> {
        let (child, pipes) = Guarded::start(&mut self.command(), FILE_BYTES)
            .map_err(|error| BuildError::NoToolchain(error.to_string()))?;
        let limits = &self.spec.limits;
        let watchdog = Watchdog::start(
            child.killer(),
            self.cancel.clone(),
            self.deadline,
            limits.memory,
        );
        let (sender, words) = channel();
        let readers = (
            spawn("cargo-messages", {
                let (sender, limit) = (sender.clone(), limits.output);
                move || lines(pipes.stdout, limit, &sender)
            }),
            spawn("cargo-progress", move || last_words(pipes.stderr, &sender)),
        );
        let mut errors = Vec::new();
        let mut too_much = false;
        for word in words {
            match word {
                Word::Line(line) => errors.extend(tell(&line, on_event)),
                Word::Progress(done, total, names) => {
                    on_event(BuildEvent::Crate { done, total, names });
                }
                Word::TooMuch => {
                    too_much = true;
                    child.killer().kill();
                }
            }
            errors.truncate(MESSAGES);
        }
        let status = child.wait();
        let stopped = watchdog.finish();
        join(readers.0);
        let last = join(readers.1).unwrap_or_default();
        match (status, stopped) {
            _ if self.cancel.is_cancelled() => Err(BuildError::Cancelled),
            _ if too_much => Err(BuildError::Output(limits.output)),
            (_, Some(Stopped::Time)) => Err(BuildError::Time(limits.time)),
            (_, Some(Stopped::Memory)) => Err(BuildError::Memory(limits.memory)),
            (Ok(status), None) if status.success() => Ok(()),
            _ if !errors.is_empty() => Err(BuildError::Compiler(errors)),
            _ if last.contains("offline") || last.contains("failed to download") => {
                Err(BuildError::CratesMissing(reason(&last)))
            }
            (Ok(_), None) => Err(BuildError::Cargo(reason(&last))),
            (Err(error), None) => Err(BuildError::Cargo(error.to_string())),
        }
    }
}

/// Cargo's first word of what is wrong, on one line.
fn reason(last: &str) -> String {
    let from = last.find("error: ").map_or(last, |at| &last[at + 7..]);
    from.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Passes a message on; gives it back when it is an error.
fn tell(line: &[u8], on_event: &mut dyn FnMut(BuildEvent)) -> Option<CompilerMessage> {
    let message = messages::read(line)?;
    on_event(BuildEvent::Compiler(message.clone()));
    (message.severity == Severity::Error).then_some(message)
}

type Reader<T> = Option<thread::JoinHandle<T>>;

fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Reader<T> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .ok()
}

fn join<T>(reader: Reader<T>) -> Option<T> {
    reader.and_then(|reader| reader.join().ok())
}

/// Sends every line of cargo's messages; what is beyond the limit is read and dropped, so that cargo ends.
fn lines(stdout: ChildStdout, limit: u64, sender: &Sender<Word>) {
    let mut reader = BufReader::new(stdout.take(limit));
    loop {
        let mut line = Vec::new();
        match (&mut reader).take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {
                // A receiver that is gone needs nothing more.
                let _ = sender.send(Word::Line(line));
            }
        }
    }
    let mut rest = reader.into_inner().into_inner();
    if io::copy(&mut (&mut rest).take(1), &mut io::sink()).is_ok_and(|bytes| bytes > 0) {
        let _ = sender.send(Word::TooMuch);
        let _ = io::copy(&mut rest, &mut io::sink());
    }
}

/// Reads cargo's own words: states of its bar are sent, the last other lines are given back.
fn last_words(stderr: Option<ChildStderr>, sender: &Sender<Word>) -> String {
    let mut kept = VecDeque::new();
    let Some(stderr) = stderr else {
        return String::new();
    };
    let mut reader = BufReader::new(stderr);
    let mut text = Vec::new();
    loop {
        text.clear();
        match read_to_break(&mut reader, &mut text) {
            Ok(false) | Err(_) => return Vec::from(kept).join("\n"),
            Ok(true) => {}
        }
        let line = String::from_utf8_lossy(&text);
        // The bar is drawn over itself with a sequence for the terminal.
        let line = line.trim_end().trim_start_matches("\x1b[K");
        if let Some((done, total, names)) = messages::progress(line) {
            let _ = sender.send(Word::Progress(done, total, names));
        } else if !line.is_empty() {
            if kept.len() == LINES {
                kept.pop_front();
            }
            kept.push_back(line.chars().take(500).collect::<String>());
        }
    }
}

/// Reads up to the end of a line or of a state of the bar; `false` at the end. Very long lines are cut.
fn read_to_break(reader: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(!text.is_empty());
        }
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let taken = end.unwrap_or(buffer.len());
        let room = 4_096_usize.saturating_sub(text.len());
        text.extend_from_slice(&buffer[..taken.min(room)]);
        reader.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
#[path = "cargo_tests.rs"]
mod tests;
