//! `firedrill liveness`: one incident for each seed, judged by the drill's own figures, one line each.

use std::path::Path;

use catalogue::Entry;
use examiner::incident::{
    Cancel, IncidentEvent, IncidentSpec, Limits, RecordingLabel, SystemCommand, begin, describe,
    record,
};
use examiner::leaks::{Leak, scan_drill, scan_names, words};
use examiner::liveness::{Expectation, Finding, judge};

use super::simulate;
use crate::cli;
use crate::drills;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::systems;

/// Judges a drill on several seeds.
pub(crate) fn run(options: &cli::Liveness) -> Result<(), Failure> {
    let catalogue = drills::load(&options.drills)?;
    let entry = drills::find(&catalogue, &options.drill)?;
    let expectation = if options.quiet {
        Expectation::Quiet
    } else {
        Expectation::Alive
    };
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("cannot create a folder for the recordings: {error}"),
            "make room in the folder for temporary files, or set TMPDIR to another one",
        )
    })?;
    let leaks = scan_drill(entry).map_err(|error| {
        Failure::new(
            Exit::Catalogue,
            error.to_string(),
            "name a system that this version has",
        )
    })?;
    for leak in &leaks {
        output::print(&format!("LEAK `{}` in {}\n", leak.word, leak.place))?;
    }
    let mut failed = Vec::new();
    for seed in options.seeds.clone() {
        let spec = spec(entry, options, seed)?;
        let (onset, findings) = examine(
            entry,
            &spec,
            &folder.path().join("incident"),
            expectation,
            options.around_trigger,
        )?;
        output::print(&line(seed, onset, expectation, &findings))?;
        if !findings.iter().all(|finding| finding.holds) {
            failed.push(seed.to_string());
        }
    }
    if !leaks.is_empty() {
        return Err(Failure::new(
            Exit::Liveness,
            format!(
                "what a candidate sees of `{}` has {} words that give its answer away",
                entry.incident.slug,
                leaks.len()
            ),
            "rename them, or take them off `leaks` in interviewer/answer.toml",
        ));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Liveness,
        format!(
            "`{}` is not {} with seed {}",
            entry.incident.slug,
            word(expectation),
            failed.join(", ")
        ),
        "look at the lines above; `firedrill simulate` with the same seed keeps the recording",
    ))
}

fn spec(entry: &Entry, options: &cli::Liveness, seed: u64) -> Result<IncidentSpec, Failure> {
    let system = match &options.system {
        Some(program) => SystemCommand {
            program: program.clone(),
            arguments: Vec::new(),
        },
        None => systems::command(&entry.drill.system)?,
    };
    Ok(IncidentSpec {
        system,
        scenario: entry.incident.scenario.clone(),
        seed,
        hours: options.hours.unwrap_or(f64::from(entry.incident.hours)),
        difficulty: options.difficulty.unwrap_or(entry.drill.level),
        drill: entry.incident.slug.clone(),
        part: None,
        limits: Limits::default(),
    })
}

/// Runs one incident in `folder`, or the part around its trigger; the folder is removed again. Gives its onset in
/// seconds after the beginning of what was run, and what was found.
fn examine(
    entry: &Entry,
    spec: &IncidentSpec,
    folder: &Path,
    expectation: Expectation,
    around_trigger: bool,
) -> Result<(u64, Vec<Finding>), Failure> {
    let described = describe(spec).map_err(|error| simulate::failure(&error))?;
    let part = described.proof.filter(|_| around_trigger);
    let spec = &IncidentSpec {
        part,
        ..spec.clone()
    };
    let begins = part.map_or(0, |part| part.from_seconds);
    let onset = described.onset_seconds.saturating_sub(begins);
    let label = RecordingLabel {
        id: format!("{}-{}", entry.drill.id, spec.seed),
        title: entry.drill.title.clone(),
    };
    let bar = simulate::bar();
    let mut on_event = |event| {
        if let IncidentEvent::Progress(progress) = event {
            simulate::show(&bar, &progress);
        }
    };
    let recorded = begin(spec, folder, label)
        .and_then(|writer| record(spec, writer, &mut on_event, &Cancel::default()));
    bar.finish_and_clear();
    let recorded = recorded.map_err(|error| simulate::failure(&error))?;
    let findings = judge(
        &recorded.recording,
        &entry.interviewer.liveness,
        onset,
        expectation,
    )
    .map_err(|error| {
        Failure::new(
            Exit::Catalogue,
            error.to_string(),
            "correct interviewer/liveness.toml of the drill",
        )
    })?;
    let leaks = scan_names(&words(entry), &recorded.recording).map_err(|error| {
        Failure::new(
            Exit::Recording,
            error.to_string(),
            "simulate the incident again",
        )
    })?;
    let findings = findings
        .into_iter()
        .chain(leaks.into_iter().map(leaked))
        .collect();
    // The next seed needs the place; what cannot be removed goes with the temporary folder.
    let _ = std::fs::remove_dir_all(folder);
    Ok((onset, findings))
}

/// A word that gives something away, as a finding of its own.
fn leaked(leak: Leak) -> Finding {
    Finding {
        title: format!("nothing gives the answer away: `{}`", leak.word),
        saw: leak.place,
        holds: false,
    }
}

fn line(seed: u64, onset: u64, expectation: Expectation, findings: &[Finding]) -> String {
    let holds = findings.iter().all(|finding| finding.holds);
    let verdict = match (holds, expectation) {
        (true, expectation) => word(expectation).to_owned(),
        (false, expectation) => format!("NOT {}", word(expectation)),
    };
    let mut text = format!(
        "seed {seed:>4}  onset {}:{:02}:{:02}  {verdict}\n",
        onset / 3_600,
        onset / 60 % 60,
        onset % 60
    );
    for finding in findings {
        let mark = if finding.holds { "ok " } else { "NO " };
        text.push_str(&format!("    {mark} {}: {}\n", finding.title, finding.saw));
    }
    text
}

fn word(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Alive => "alive",
        Expectation::Quiet => "quiet",
    }
}
