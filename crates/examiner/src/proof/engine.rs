//! The engine: submission in, verdict out.

use std::path::Path;
use std::time::{Duration, Instant};

use super::before::Kept;
use super::event::{ProofEvent, Side};
use super::figures::{Figures, FiguresError};
use super::judge::judge;
use super::spec::ProofSpec;
use super::verdict::{Outcome, Took, Unjudged, Verdict};
use crate::build::{BuildError, BuildSpec, Built, build};
use crate::incident::{
    Cancel, IncidentError, IncidentErrorKind, IncidentEvent, IncidentSpec, Part, RecordingLabel,
    SystemCommand, begin, describe, record,
};
use crate::source::system_files;
use crate::submission::{Refused, changed_files, reconcile};

/// Virtual hours of the incident for a system that does not say on which part a repair is proven. Times in a
/// scenario are shares of its length, so that a short incident is a whole one.
const HOURS_WITHOUT_PART: f64 = 1.0;

/// Proves a submission. Blocks until the end; whatever happens, there is a verdict.
pub fn prove(spec: &ProofSpec, on_event: &mut dyn FnMut(ProofEvent), cancel: &Cancel) -> Verdict {
    let mut took = Took::default();
    let mut verdict = match run(spec, on_event, cancel, &mut took) {
        Ok(verdict) => verdict,
        Err(stop) => unjudged(stop, spec.replay()),
    };
    verdict.took = took;
    verdict
}

/// Why there is nothing to judge.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{}", run_reason(.0))]
    Run(IncidentError),
    #[error("the unchanged system fails: {0}")]
    Before(IncidentError),
    #[error(transparent)]
    Figures(#[from] FiguresError),
    #[error("no folder can be made for the run: {0}")]
    Folder(std::io::Error),
}

fn run(
    spec: &ProofSpec,
    on_event: &mut dyn FnMut(ProofEvent),
    cancel: &Cancel,
    took: &mut Took,
) -> Result<Verdict, Stop> {
    let files = reconcile(&spec.system, &spec.submission)?;
    let original = system_files(&spec.system).map_err(Refused::from)?;
    on_event(ProofEvent::TakenIn {
        changed: changed_files(&original, &files),
    });
    let built = build_it(spec, &files, on_event, cancel)?;
    took.build = built.elapsed;
    on_event(ProofEvent::Built {
        elapsed: built.elapsed,
    });
    let (runs, started) = (Runs::new(spec)?, Instant::now());
    let before = runs.before(on_event, cancel)?;
    let after = runs.after(&built, on_event, cancel)?;
    took.run = started.elapsed();
    on_event(ProofEvent::Judging);
    let started = Instant::now();
    let verdict = judge(&spec.checks, &before, &after, spec.replay());
    took.judge = started.elapsed();
    Ok(verdict)
}

fn build_it(
    spec: &ProofSpec,
    files: &crate::source::Files,
    on_event: &mut dyn FnMut(ProofEvent),
    cancel: &Cancel,
) -> Result<Built, BuildError> {
    let builds = spec.folder.join("builds");
    let build_spec = BuildSpec {
        system: &spec.system,
        files,
        builds: &builds,
        limits: spec.limits.build,
    };
    build(
        &build_spec,
        &mut |event| on_event(ProofEvent::Build(event)),
        cancel,
    )
}

/// The two runs of one variant.
struct Runs<'a> {
    spec: &'a ProofSpec,
    part: Option<Part>,
    hours: f64,
}

impl<'a> Runs<'a> {
    /// Asks the unchanged system on which part a repair is proven: the changed one is not to be asked.
    fn new(spec: &'a ProofSpec) -> Result<Self, Stop> {
        let whole = Self {
            spec,
            part: None,
            hours: spec.hours,
        };
        let described = describe(&whole.incident(spec.command.clone())).map_err(Stop::Before)?;
        Ok(match described.proof {
            Some(part) => Self {
                part: Some(part),
                ..whole
            },
            None => Self {
                hours: HOURS_WITHOUT_PART.min(spec.hours),
                ..whole
            },
        })
    }

    fn incident(&self, system: SystemCommand) -> IncidentSpec {
        IncidentSpec {
            system,
            scenario: self.spec.scenario.clone(),
            seed: self.spec.seed,
            hours: self.hours,
            difficulty: self.spec.difficulty,
            drill: self.spec.drill.clone(),
            part: self.part,
            limits: self.spec.limits.run,
        }
    }

    fn before(
        &self,
        on_event: &mut dyn FnMut(ProofEvent),
        cancel: &Cancel,
    ) -> Result<Figures, Stop> {
        let kept = Kept::of(self.spec, self.hours, self.part).map_err(Refused::from)?;
        if let Some(figures) = kept.read() {
            return Ok(figures);
        }
        let incident = self.incident(self.spec.command.clone());
        let figures = self.figures(&incident, Side::Before, on_event, cancel)?;
        let figures = figures.map_err(Stop::Before)?;
        kept.write(&figures);
        Ok(figures)
    }

    fn after(
        &self,
        built: &Built,
        on_event: &mut dyn FnMut(ProofEvent),
        cancel: &Cancel,
    ) -> Result<Figures, Stop> {
        let incident = self.incident(SystemCommand {
            program: built.program(),
            arguments: Vec::new(),
        });
        self.figures(&incident, Side::After, on_event, cancel)?
            .map_err(Stop::Run)
    }

    /// Runs one side in a folder that goes away with the figures read.
    fn figures(
        &self,
        incident: &IncidentSpec,
        side: Side,
        on_event: &mut dyn FnMut(ProofEvent),
        cancel: &Cancel,
    ) -> Result<Result<Figures, IncidentError>, Stop> {
        let runs = self.spec.folder.join("runs");
        std::fs::create_dir_all(&runs).map_err(Stop::Folder)?;
        remove_old(&runs);
        let folder = tempfile::tempdir_in(&runs).map_err(Stop::Folder)?;
        let label = RecordingLabel {
            id: "proof".to_owned(),
            title: "Proof".to_owned(),
        };
        let mut on_incident = |event| {
            if let IncidentEvent::Progress(progress) = event {
                on_event(ProofEvent::Run(side, progress));
            }
        };
        let recorded = begin(incident, &folder.path().join("recording"), label)
            .and_then(|writer| record(incident, writer, &mut on_incident, cancel));
        match recorded {
            Ok(recorded) => {
                let account = recorded.account.as_ref();
                Ok(Ok(Figures::of(
                    &self.spec.checks,
                    &recorded.recording,
                    account,
                )?))
            }
            Err(error) => Ok(Err(error)),
        }
    }
}

/// Removes what a killed process left of its runs.
fn remove_old(runs: &Path) {
    for entry in std::fs::read_dir(runs).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|it| it.modified())
            .map(|it| it.elapsed());
        if matches!(age, Ok(Ok(age)) if age > Duration::from_hours(24)) {
            // It is tried again with the next run.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// What went wrong with the changed system, without the words that every failed run has.
fn run_reason(error: &IncidentError) -> String {
    format!(
        "the changed system did not run to the end of the incident: {}",
        error.kind
    )
}

fn unjudged(stop: Stop, replay: String) -> Verdict {
    let next_step = match &stop {
        Stop::Refused(refused) => refused.next_step(),
        Stop::Build(error) => error.next_step().to_owned(),
        Stop::Run(error) => match error.kind {
            IncidentErrorKind::Cancelled => "start it again".to_owned(),
            IncidentErrorKind::Time(_) => "look for what does not come to an end".to_owned(),
            IncidentErrorKind::Memory(_) => "look for what is kept for ever".to_owned(),
            _ => "look at the system's last words, and let `cargo test` pass".to_owned(),
        },
        Stop::Before(_) | Stop::Figures(_) | Stop::Folder(_) => {
            "this is no fault of the submission; report it with this output".to_owned()
        }
    };
    let reason = stop.to_string();
    let (compiler, stderr_tail) = match stop {
        Stop::Build(BuildError::Compiler(messages)) => (messages, String::new()),
        Stop::Run(error) | Stop::Before(error) => (Vec::new(), error.stderr_tail),
        _ => (Vec::new(), String::new()),
    };
    Verdict {
        outcome: Outcome::CouldNotBeJudged,
        sentence: format!("Could not be judged: {reason}."),
        begins_at_ms: None,
        checks: Vec::new(),
        unjudged: Some(Unjudged {
            reason,
            next_step,
            compiler,
            stderr_tail,
        }),
        replay,
        took: Took::default(),
    }
}
