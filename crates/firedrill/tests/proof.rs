//! `open`, `judge` and `verify` from outside, as far as they answer without building anything.
//!
//! Builds and runs of real submissions are `cargo xtask liveness`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn firedrill(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedrill"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["FIREDRILL_DRILLS", "FIREDRILL_DATA"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// Runs a command that must end with this code and say this, on either stream.
#[track_caller]
fn check(arguments: &[&str], code: i32, expect: &str) {
    let output = firedrill(arguments);
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(expect), "expected {expect:?} in:\n{text}");
}

fn open(folder: &Path) {
    let folder = folder.to_str().unwrap();
    check(
        &["open", "timeout-cascade", folder, "--seed", "7"],
        0,
        "Then prove it: firedrill verify ",
    );
}

/// Judges a patch with a data folder of its own.
#[track_caller]
fn check_patch(patch: &str, expect: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("change.patch");
    fs::write(&file, patch).unwrap();
    let data = folder.path().join("data");
    check(
        &[
            "judge",
            "timeout-cascade",
            "--seed",
            "7",
            "--patch",
            file.to_str().unwrap(),
            "--data",
            data.to_str().unwrap(),
        ],
        2,
        expect,
    );
    assert!(!data.exists(), "something was built");
}

#[test]
fn a_project_is_laid_out_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    for path in [
        "Cargo.toml",
        "Cargo.lock",
        "brief.md",
        "src/lib.rs",
        "vendor/sim/src/lib.rs",
        "vendor/emit/src/lib.rs",
    ] {
        assert!(folder.path().join(path).is_file(), "{path}");
    }
    let note = fs::read_to_string(folder.path().join("firedrill.toml")).unwrap();
    assert!(
        note.contains("seed = 7\n") && !note.contains("cascade"),
        "{note}"
    );
    check(
        &["open", "timeout-cascade", folder.path().to_str().unwrap()],
        2,
        "is not empty, and nothing in it shall be overwritten",
    );
}

#[test]
fn cargo_accepts_what_was_laid_out() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let output = Command::new("cargo")
        .args(["tree", "--offline"])
        .current_dir(folder.path())
        .env_remove("RUSTUP_TOOLCHAIN")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("vendor/sim)"), "{tree}");
}

#[test]
fn what_must_not_be_changed_cannot_be_judged() {
    check_patch(
        "--- a/Cargo.toml\n+++ b/Cargo.toml\n@@ -1 +1 @@\n-a\n+b\n",
        "Cargo.toml may not be changed",
    );
    check_patch(
        "--- /dev/null\n+++ b/src/../../escape.rs\n@@ -0,0 +1 @@\n+fn main() {}\n",
        "src/../../escape.rs may not be changed",
    );
    check_patch(
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1 @@\n-no such line\n+b\n",
        "the patch does not apply: hunk 1 of src/lib.rs does not fit",
    );
    check_patch(
        "--- /dev/null\n+++ b/src/exit.rs\n@@ -0,0 +1 @@\n+fn f() { std::process::exit(0) }\n",
        "it uses `std::process::exit` (src/exit.rs line 1), which ends or starts processes outside of the simulation",
    );
    check_patch("nothing\n", "the patch cannot be read: line 1: ");
}

#[test]
fn a_folder_that_steers_the_build_or_leads_outside_cannot_be_judged() {
    let check_changed = |change: &dyn Fn(&Path), expect: &str| {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        open(&project);
        change(&project);
        let data = folder.path().join("data");
        let (project, data) = (project.to_str().unwrap(), data.to_str().unwrap());
        check(&["verify", project, "--data", data], 2, expect);
    };
    check_changed(
        &|folder| fs::write(folder.join("build.rs"), "fn main() {}\n").unwrap(),
        "build.rs may not be changed",
    );
    check_changed(
        &|folder| fs::write(folder.join("vendor/sim/src/lib.rs"), "\n").unwrap(),
        "vendor/sim/src/lib.rs may not be changed",
    );
    check_changed(
        &|folder| fs::write(folder.join("src/large.rs"), vec![b' '; 2 << 20]).unwrap(),
        "src/large.rs has 2097152 bytes",
    );
    #[cfg(unix)]
    check_changed(
        &|folder| std::os::unix::fs::symlink("/etc/passwd", folder.join("src/link.rs")).unwrap(),
        "src/link.rs cannot be read: it is no plain file",
    );
    check_changed(
        &|folder| {
            let note = fs::read_to_string(folder.join("firedrill.toml")).unwrap();
            let note = note.replace("system_version = \"", "system_version = \"0");
            fs::write(folder.join("firedrill.toml"), note).unwrap();
        },
        "was laid out by another version of Firedrill",
    );
}

#[test]
fn a_verdict_is_also_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("change.patch");
    fs::write(&file, "nothing\n").unwrap();
    let output = firedrill(&[
        "judge",
        "timeout-cascade",
        "--seed",
        "7",
        "--json",
        "--patch",
        file.to_str().unwrap(),
        "--data",
        folder.path().to_str().unwrap(),
    ]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["verdict"], "could not be judged");
    assert_eq!(json["checks"], serde_json::json!([]));
    let replay = json["replay"].as_str().unwrap();
    assert!(
        replay.starts_with("firedrill judge timeout-cascade --seed 7 --difficulty "),
        "{replay}"
    );
}

#[test]
fn arguments_that_cannot_be_used_are_explained() {
    check(
        &["judge", "timeout-cascade", "--seed", "7"],
        2,
        "the following required arguments were not provided",
    );
    check(
        &["verify", "no/such/folder"],
        2,
        "name a folder that `firedrill open` has laid out",
    );
    check(
        &[
            "judge",
            "timeout-cascade",
            "--seed",
            "7",
            "--patch",
            "no/such/file",
        ],
        2,
        "no/such/file cannot be read",
    );
}
