//! `cargo xtask liveness`: every drill is alive on many seeds, and every patch of its corpus gets its pinned verdict.
//!
//! A drill as it is is judged by `firedrill liveness`, a patch by `firedrill judge`, as a person would do it. The
//! outcome is one table, a row as soon as it is known, and one closing line. Start at [`run`].

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use catalogue::{Catalogue, Entry, PinnedPatch, PinnedVerdict};
use serde::Deserialize;

use crate::shell::{build_everything, firedrill, root, say, target};

/// What to prove.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this drill
    #[arg(long, value_name = "NAME", conflicts_with = "system")]
    drill: Option<String>,
    /// Only drills of this system
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// Seeds 1 to N for the drills as they are
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// One seed, for the drills as they are and for their patches
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Seeds for the patches, the first of which is 7
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    corpus_seeds: u64,
    /// As the tests do: one seed, of each incident the part around its trigger, and of each drill one right repair
    /// and one band-aid
    #[arg(long)]
    quick: bool,
}

impl Arguments {
    /// What belongs to every run of the tests.
    pub(crate) fn quick() -> Self {
        Self {
            drill: None,
            system: None,
            seeds: 1,
            seed: None,
            corpus_seeds: 1,
            quick: true,
        }
    }

    fn alive_seeds(&self) -> Vec<u64> {
        match self.seed {
            Some(seed) => vec![seed],
            None if self.quick => vec![SEED],
            None => (1..=self.seeds).collect(),
        }
    }

    fn corpus_seeds(&self) -> Vec<u64> {
        match self.seed {
            Some(seed) => vec![seed],
            None => (SEED..SEED + self.corpus_seeds).collect(),
        }
    }

    fn takes(&self, entry: &Entry) -> bool {
        let is =
            |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|it| it == name);
        is(&self.drill, &entry.incident.slug) && is(&self.system, &entry.drill.system)
    }
}

/// The first seed on which patches are proven.
const SEED: u64 = 7;

/// Proves the drills in `drills/`.
///
/// # Errors
/// When a drill is not alive, gives something away, or a patch does not get its verdict.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build_everything()?;
    let catalogue = Catalogue::load(Some(&root().join("drills")))?;
    let entries: Vec<&Entry> = catalogue
        .entries()
        .iter()
        .filter(|entry| arguments.takes(entry))
        .collect();
    if entries.is_empty() {
        bail!("there is no such drill; `firedrill drills` lists all");
    }
    let mut table = Table::default();
    table.head();
    for entry in entries {
        for seed in arguments.alive_seeds() {
            table.row(alive(entry, seed, arguments.quick)?);
        }
        for (folder, patches) in corpus(entry, arguments.quick) {
            for patch in patches {
                // Seed by seed of one patch, so that it is built once.
                for seed in arguments.corpus_seeds() {
                    table.row(judged(entry, folder, patch, seed)?);
                }
            }
        }
    }
    table.close()
}

/// The folders of patches; in a short run the first patch of each.
fn corpus(entry: &Entry, quick: bool) -> [(&'static str, &[PinnedPatch]); 2] {
    let interviewer = &entry.interviewer;
    let part = |patches: &'_ [PinnedPatch]| {
        if quick {
            patches.len().min(1)
        } else {
            patches.len()
        }
    };
    [
        ("fixes", &interviewer.fixes[..part(&interviewer.fixes)]),
        (
            "band-aids",
            &interviewer.band_aids[..part(&interviewer.band_aids)],
        ),
    ]
}

/// One row of the table.
struct Row {
    drill: String,
    what: String,
    seed: u64,
    expected: &'static str,
    saw: String,
    holds: bool,
    took: Duration,
    /// What a person needs when it does not hold.
    detail: String,
}

/// The unchanged system on one seed.
fn alive(entry: &Entry, seed: u64, quick: bool) -> anyhow::Result<Row> {
    let began = Instant::now();
    let mut command = firedrill();
    command.args([
        "liveness",
        &entry.incident.slug,
        "--seeds",
        &seed.to_string(),
    ]);
    command.arg("--drills").arg(root().join("drills"));
    if quick {
        command.arg("--around-trigger");
    }
    let output = command.output().context("cannot start firedrill")?;
    let holds = output.status.success();
    Ok(Row {
        drill: entry.incident.slug.clone(),
        what: "as it is".to_owned(),
        seed,
        expected: "alive",
        saw: if holds { "alive" } else { "not alive" }.to_owned(),
        holds,
        took: began.elapsed(),
        detail: text(&output),
    })
}

/// What `firedrill judge --json` prints, as far as it matters here.
#[derive(Deserialize)]
struct Judged {
    verdict: String,
    sentence: String,
    replay: String,
    checks: Vec<JudgedCheck>,
}

#[derive(Deserialize)]
struct JudgedCheck {
    id: String,
    state: String,
}

/// One patch on one seed.
fn judged(entry: &Entry, folder: &str, patch: &PinnedPatch, seed: u64) -> anyhow::Result<Row> {
    let slug = &entry.incident.slug;
    let file: PathBuf = [
        &root(),
        &"drills".into(),
        &slug.into(),
        &"interviewer".into(),
    ]
    .iter()
    .collect::<PathBuf>()
    .join(folder)
    .join(format!("{}.patch", patch.name));
    let began = Instant::now();
    let mut command = firedrill();
    command
        .args(["judge", slug, "--seed", &seed.to_string(), "--json"])
        .arg("--drills")
        .arg(root().join("drills"))
        .arg("--data")
        .arg(root().join(target()).join("liveness"))
        .arg("--patch")
        .arg(&file);
    let output = command.output().context("cannot start firedrill")?;
    let row = |saw: String, holds, detail| Row {
        drill: slug.clone(),
        what: format!("{folder}/{}", patch.name),
        seed,
        expected: patch.verdict.as_str(),
        saw,
        holds,
        took: began.elapsed(),
        detail,
    };
    let Ok(judged) = serde_json::from_slice::<Judged>(&output.stdout) else {
        return Ok(row("no verdict".to_owned(), false, text(&output)));
    };
    let failing: Vec<&str> = judged
        .checks
        .iter()
        .filter(|check| check.state == "fails")
        .map(|check| check.id.as_str())
        .collect();
    let code = match patch.verdict {
        PinnedVerdict::Fixed => 0,
        PinnedVerdict::NotFixed => 1,
        PinnedVerdict::CouldNotBeJudged => 2,
    };
    let holds = judged.verdict == patch.verdict.as_str()
        && output.status.code() == Some(code)
        && patch.fails.iter().all(|id| failing.contains(&id.as_str()));
    let saw = match failing.is_empty() {
        true => judged.verdict,
        false => format!("{} ({})", judged.verdict, failing.join(", ")),
    };
    let detail = format!(
        "must fail: {}\n{}\nagain: {}",
        patch.fails.join(", "),
        judged.sentence,
        judged.replay
    );
    Ok(row(saw, holds, detail))
}

fn text(output: &std::process::Output) -> String {
    let both = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    both.join("\n").trim().to_owned()
}

/// Prints rows and counts them.
#[derive(Default)]
struct Table {
    passed: u32,
    failed: u32,
}

impl Table {
    fn head(&self) {
        say(&format!(
            "{:4}  {:18}  {:44}  {:>4}  {:>6}  {:18}  saw",
            "", "drill", "what", "seed", "time", "expected"
        ));
    }

    fn row(&mut self, row: Row) {
        let mark = if row.holds { "ok" } else { "FAIL" };
        say(&format!(
            "{mark:4}  {:18}  {:44}  {:>4}  {:>4.0} s  {:18}  {}",
            row.drill,
            row.what,
            row.seed,
            row.took.as_secs_f64(),
            row.expected,
            row.saw
        ));
        if row.holds {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        for line in row.detail.lines() {
            say(&format!("        {line}"));
        }
    }

    fn close(self) -> anyhow::Result<()> {
        say(&format!("{} passed, {} failed", self.passed, self.failed));
        if self.failed > 0 {
            bail!("not every drill is alive with its corpus at the pinned verdicts");
        }
        Ok(())
    }
}
