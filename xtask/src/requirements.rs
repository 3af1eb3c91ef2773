//! What the tests need beyond a Rust toolchain, and how a fresh machine gets it.
//!
//! A missing requirement is installed where that is possible without a question (Debian's package
//! manager as root, or cargo); otherwise it is named with the command that installs it.
//! Nothing is ever skipped silently.

use std::process::Command;

use anyhow::bail;

use crate::shell::{command, run, say, succeeds};

/// One program that a test run needs.
struct Requirement {
    name: &'static str,
    why: &'static str,
    is_there: fn() -> bool,
    install: Install,
}

enum Install {
    Debian(&'static [&'static str]),
    Cargo(&'static str),
}

const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        name: "cargo-nextest",
        why: "runs the Rust tests",
        is_there: || succeeds("cargo", &["nextest", "--version"]),
        install: Install::Cargo("cargo-nextest"),
    },
    Requirement {
        name: "Node.js and npm",
        why: "check the page and drive it in a browser",
        is_there: || succeeds("npm", &["--version"]),
        install: Install::Debian(&["nodejs", "npm"]),
    },
    Requirement {
        name: "Chromium",
        why: "opens the page in the end-to-end tests",
        is_there: || succeeds("chromium", &["--version"]),
        install: Install::Debian(&["chromium"]),
    },
    Requirement {
        name: "PostgreSQL server",
        why: "the simulated database is compared with a real one",
        is_there: || succeeds("sh", &["-c", "ls /usr/lib/postgresql/*/bin/postgres"]),
        install: Install::Debian(&["postgresql"]),
    },
];

/// Makes sure that everything the tests need is there.
///
/// # Errors
/// Names every requirement that is missing and cannot be installed here, with what to type.
pub(crate) fn ensure() -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for requirement in REQUIREMENTS {
        ensure_one(requirement, &mut missing);
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "something is missing that the tests need:\n{}",
        missing.join("\n")
    );
}

/// Makes sure that `cargo deny` is there.
///
/// # Errors
/// When it is missing and cannot be built.
pub(crate) fn ensure_cargo_deny() -> anyhow::Result<()> {
    if succeeds("cargo", &["deny", "--version"]) {
        return Ok(());
    }
    run(&mut command(
        "cargo",
        &["install", "cargo-deny", "--locked", "--quiet"],
    ))
}

fn ensure_one(requirement: &Requirement, missing: &mut Vec<String>) {
    if (requirement.is_there)() {
        return;
    }
    say(&format!(
        "{} is missing: it {}.",
        requirement.name, requirement.why
    ));
    let (mut install, typed) = match requirement.install {
        Install::Debian(packages) => debian(packages),
        Install::Cargo(package) => (
            command("cargo", &["install", package, "--locked"]),
            format!("cargo install {package} --locked"),
        ),
    };
    let installed = run(&mut install).is_ok() && (requirement.is_there)();
    if !installed {
        missing.push(format!(
            "  {}: it {}. Install it with `{typed}`.",
            requirement.name, requirement.why
        ));
    }
}

fn debian(packages: &[&str]) -> (Command, String) {
    let line = format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    let mut command = command("sh", &["-c", &line]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    (command, format!("sudo sh -c '{line}'"))
}
