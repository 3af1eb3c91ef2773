//! The unchanged system's figures, kept from proof to proof.
//!
//! They depend on nothing but what is in their key, so that a proof runs the unchanged system once for each
//! variant.

use std::fs;
use std::path::PathBuf;

use catalogue::Checks;
use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::spec::ProofSpec;
use crate::incident::Part;
use crate::source::{self, UnknownSystem};

/// Results that are kept; the ones not used for longest go first.
const KEPT: usize = 200;

/// Where one result lies, and what it must have been made from.
pub(super) struct Kept {
    path: PathBuf,
    key: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    key: String,
    figures: Figures,
}

impl Kept {
    /// The place of the result for this proof.
    pub(super) fn of(
        spec: &ProofSpec,
        hours: f64,
        part: Option<Part>,
    ) -> Result<Self, UnknownSystem> {
        let key = format!(
            "{} {} {} {} {} {hours} {part:?} {}",
            env!("CARGO_PKG_VERSION"),
            source::version_with_world(&spec.system)?,
            spec.scenario,
            spec.seed,
            spec.difficulty.as_str(),
            queries(&spec.checks),
        );
        let name = xxhash_rust::xxh3::xxh3_128(key.as_bytes());
        Ok(Self {
            path: spec.folder.join("before").join(format!("{name:032x}.json")),
            key,
        })
    }

    /// The result, if it is there and whole.
    pub(super) fn read(&self) -> Option<Figures> {
        let bytes = fs::read(&self.path).ok()?;
        let file: File = serde_json::from_slice(&bytes).ok()?;
        (file.key == self.key).then_some(file.figures)
    }

    /// Keeps a result. That it cannot be kept is no failure of the proof.
    pub(super) fn write(&self, figures: &Figures) {
        if let Err(error) = self.try_write(figures) {
            tracing::warn!(%error, "the unchanged system's figures cannot be kept");
        }
    }

    fn try_write(&self, figures: &Figures) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder)?;
        let file = File {
            key: self.key.clone(),
            figures: figures.clone(),
        };
        // Whole or not at all, since another proof may read it.
        let mut writing = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut writing, &file)?;
        writing.persist(&self.path).map_err(|error| error.error)?;
        let mut all: Vec<_> = fs::read_dir(folder)?
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        all.sort();
        for (_, path) in all.iter().rev().skip(KEPT) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// What is asked; the limits may change without a new run.
fn queries(checks: &Checks) -> String {
    let asked = checks.checks.iter();
    let asked = asked.map(|check| format!("{}\0{:?}\0{}", check.id, check.source, check.query));
    asked.collect::<Vec<_>>().join("\0")
}
