//! `cargo xtask liveness`: every drill is alive on many seeds, and each of its fixes makes it quiet.
//!
//! A fix is a patch of the system. It is applied to a copy of what a system is built from, the copy is built
//! like any changed system, and the same seed runs on it. Start at [`run`]; the judging is
//! `firedrill liveness`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::shell::{build_everything, command, firedrill, root, run as execute, say, target};

/// What to prove.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// One seed in a short incident, as the tests do; everything else is the same
    #[arg(long)]
    quick: bool,
    /// Seeds for the system as it is
    #[arg(long, default_value = "1-20", conflicts_with = "quick")]
    seeds: String,
}

impl Arguments {
    /// What belongs to every run of the tests.
    pub(crate) fn quick() -> Self {
        Self {
            quick: true,
            seeds: String::new(),
        }
    }
}

/// Seed on which fixes are proven.
const SEED: &str = "7";
/// Length of a short incident; times in a scenario are shares of it.
const SHORT_HOURS: &str = "0.6";

/// What a system is built from, and nothing of the product.
const SOURCES: [&str; 4] = ["crates/emit", "crates/sim", "systems", "Cargo.lock"];

/// Proves every drill in `drills/`.
///
/// # Errors
/// When a drill is not alive, or a fix does not apply, build or help.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build_everything()?;
    let (seeds, hours) = if arguments.quick {
        (SEED, Some(SHORT_HOURS))
    } else {
        (arguments.seeds.as_str(), None)
    };
    for drill in folders(&root().join("drills"))? {
        let slug = name(&drill)?;
        say(&format!("{slug}: as it is"));
        judge(&slug, seeds, hours, None)?;
        for fix in files(&drill.join("interviewer").join("fixes"))? {
            say(&format!("{slug}: with {}", name(&fix)?));
            let system = build_patched(&drill, &fix)?;
            judge(&slug, SEED, hours, Some(&system))?;
        }
    }
    say("Every drill is alive, and every fix holds.");
    Ok(())
}

/// Runs `firedrill liveness`; a repaired system has to be quiet.
fn judge(
    slug: &str,
    seeds: &str,
    hours: Option<&str>,
    repaired: Option<&Path>,
) -> anyhow::Result<()> {
    let mut command = firedrill();
    command.args(["liveness", slug, "--seeds", seeds]);
    if let Some(hours) = hours {
        command.args(["--hours", hours]);
    }
    if let Some(system) = repaired {
        command.arg("--quiet").arg("--system").arg(system);
    }
    execute(&mut command)
}

/// Builds the drill's system with a patch applied; gives the executable.
fn build_patched(drill: &Path, patch: &Path) -> anyhow::Result<PathBuf> {
    let system = system_of(drill)?;
    let copy = root().join(target()).join("patched");
    copy_sources(&copy)?;
    execute(
        command(
            "patch",
            &[
                "--strip=1",
                "--no-backup-if-mismatch",
                "--fuzz=0",
                "--input",
            ],
        )
        .arg(patch)
        .current_dir(copy.join("systems").join(&system)),
    )?;
    // A target folder of its own: other features of shared dependencies would undo the big build.
    execute(
        command("cargo", &["build", "--release", "--bin", &system])
            .current_dir(&copy)
            .env("CARGO_TARGET_DIR", copy.join("target")),
    )?;
    Ok(copy.join("target").join("release").join(system))
}

/// Lays out a workspace with nothing but the systems and what they stand on. What was built for the last
/// patch stays, and is built again where files differ.
fn copy_sources(copy: &Path) -> anyhow::Result<()> {
    for source in SOURCES {
        let (from, to) = (root().join(source), copy.join(source));
        if to.is_dir() {
            fs::remove_dir_all(&to).with_context(|| format!("cannot remove {}", to.display()))?;
        }
        copy_tree(&from, &to)?;
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let lines: Vec<&str> = manifest
        .lines()
        .map(|line| match line.split(' ').next() {
            Some("members") => r#"members = ["crates/*", "systems/*", "systems/*/world"]"#,
            Some("default-members") => "",
            _ => line,
        })
        .collect();
    fs::write(copy.join("Cargo.toml"), lines.join("\n"))?;
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        let parent = to.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent)?;
        fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The system that a drill's manifest names.
fn system_of(drill: &Path) -> anyhow::Result<String> {
    /// Of a drill's manifest, what matters here; the catalogue checks the rest.
    #[derive(serde::Deserialize)]
    struct Manifest {
        system: String,
    }
    let path = drill.join("drill.toml");
    let manifest: Manifest = toml::from_str(&fs::read_to_string(&path)?)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(manifest.system)
}

fn folders(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = entries(parent)?;
    found.retain(|path| path.is_dir());
    if found.is_empty() {
        bail!("there is nothing in {}", parent.display());
    }
    Ok(found)
}

fn files(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = entries(parent)?;
    found.retain(|path| path.is_file());
    Ok(found)
}

/// In the order of their names; nothing where there is no such folder.
fn entries(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !parent.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = fs::read_dir(parent)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> anyhow::Result<String> {
    let name = path.file_name().context("a path with a name")?;
    Ok(name.to_string_lossy().into_owned())
}
