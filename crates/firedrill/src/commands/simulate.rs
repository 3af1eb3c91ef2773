//! `firedrill simulate`.

use std::io::IsTerminal;
use std::time::Duration;

use examiner::incident::{
    Cancel, IncidentError, IncidentErrorKind, IncidentEvent, IncidentSpec, Limits, Progress,
    RecordingLabel, begin, record,
};
use indicatif::{ProgressBar, ProgressStyle};
use server::chain;

use crate::cli;
use crate::drills;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::systems;

/// Steps of the bar; finer than any terminal is wide.
const STEPS: u64 = 1000;

/// Runs one incident and prints what was recorded.
pub(crate) fn run(options: &cli::Simulate) -> Result<(), Failure> {
    let catalogue = drills::load(&options.drills)?;
    let entry = drills::find(&catalogue, &options.drill)?;
    let spec = IncidentSpec {
        system: systems::command(&entry.drill.system)?,
        scenario: entry.incident.scenario.clone(),
        seed: options.seed,
        hours: options.hours.unwrap_or(f64::from(entry.incident.hours)),
        difficulty: options.difficulty.unwrap_or(entry.drill.level),
        drill: entry.incident.slug.clone(),
        part: None,
        limits: Limits::default(),
    };
    let label = RecordingLabel {
        id: format!("{}-{}", entry.drill.id, options.seed),
        title: entry.drill.title.clone(),
    };
    let bar = bar();
    let mut on_event = |event| match event {
        IncidentEvent::Started => {}
        IncidentEvent::Progress(progress) => show(&bar, &progress),
        IncidentEvent::Received(_) => bar.set_message("sealing the recording"),
    };
    let recorded = begin(&spec, &options.out, label)
        .and_then(|writer| record(&spec, writer, &mut on_event, &Cancel::default()));
    bar.finish_and_clear();
    let recorded = recorded.map_err(|error| failure(&error))?;
    let manifest = recorded.recording.manifest();
    let counts = &manifest.counts;
    output::print(&format!(
        "Simulated {} h in {:.1} s: {}\nspans: {}\nlogs: {}\nsamples: {}\nhash: {}\n",
        spec.hours,
        recorded.totals.elapsed.as_secs_f64(),
        options.out.display(),
        counts.spans,
        counts.logs + counts.samples,
        counts.metric_samples,
        manifest.content_hash,
    ))
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(STEPS);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Moves the bar.
pub(super) fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_position((progress.fraction() * STEPS as f64) as u64);
    let minutes = progress.virtual_elapsed.as_secs() / 60;
    let mut message = format!(
        "{}:{:02} h simulated, {} spans",
        minutes / 60,
        minutes % 60,
        progress.spans
    );
    if let Some(left) = progress.left() {
        message.push_str(&format!(", {} s left", left.as_secs() + 1));
    }
    bar.set_message(message);
}

/// A failed run, for the person at the terminal.
pub(super) fn failure(error: &IncidentError) -> Failure {
    let mut what = chain(error);
    if !error.stderr_tail.is_empty() {
        what.push_str("\nThe system's last words:\n");
        what.push_str(&error.stderr_tail);
    }
    match &error.kind {
        IncidentErrorKind::Record(_) => Failure::new(
            Exit::Environment,
            what,
            "choose another folder with --out, one that can be written and does not exist yet",
        ),
        _ => Failure::new(
            Exit::Simulation,
            what,
            format!(
                "run it again with `{}`; if it stays, report it with this output",
                error.replay
            ),
        ),
    }
}
