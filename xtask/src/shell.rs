//! Running other programs, loudly: each command is printed before it runs, and a failure names it.
//!
//! Does not hide output: what a tool prints is what the person needs when it fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};

/// The workspace root, found from where this crate lies.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies inside the workspace")
        .to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command that starts in the workspace root.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Builds everything that lints, tests, generators and the browser need, once and in release.
///
/// One build with all targets: building one package at a time selects other features of shared
/// dependencies, and would build most of them again.
///
/// # Errors
/// When something does not compile.
pub(crate) fn build_everything() -> anyhow::Result<()> {
    run(&mut command(
        "cargo",
        &[
            "build",
            "--release",
            "--workspace",
            "--all-targets",
            "--locked",
        ],
    ))
}

/// The built product, which must be there already.
pub(crate) fn firedrill() -> Command {
    Command::new(binary())
}

/// Where the built product lies.
pub(crate) fn binary() -> PathBuf {
    root().join(target()).join("release").join("firedrill")
}

/// Runs a command with its output on the terminal.
///
/// # Errors
/// When it cannot start or does not succeed.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = display(command);
    say(&format!("$ {shown}"));
    let began = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!(
            "`{shown}` failed ({status}) after {:.1} s",
            began.elapsed().as_secs_f64()
        );
    }
    say(&format!("  ({:.1} s)", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Runs a command and returns what it wrote to standard output.
///
/// # Errors
/// When it cannot start, does not succeed, or does not write text.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let shown = display(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{shown}` wrote something that is not UTF-8"))
}

/// Whether a program can be started and answers `arguments` with success.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// One line to the person who waits.
#[expect(
    clippy::print_stderr,
    reason = "the task runner is the edge that speaks to the terminal"
)]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

fn display(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
