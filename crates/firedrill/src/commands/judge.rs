//! `firedrill judge` and `firedrill verify`: is a changed system repaired?

use std::fs::File;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalogue::{Catalogue, Entry, Level};
use examiner::incident::Cancel;
use examiner::proof::{Outcome, ProofLimits, ProofSpec, Verdict, prove};
use examiner::source::version;
use examiner::submission::Submission;

use super::open::{NOTE, Note};
use super::{progress, serve, verdict};
use crate::cli;
use crate::drills;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::systems;

/// Bytes of a patch, or of a folder's note, that are read; the examiner refuses less.
const READ_BYTES: u64 = 8 << 20;

/// Judges a patch or a folder.
pub(crate) fn run(options: &cli::Judge) -> Result<ExitCode, Failure> {
    let catalogue = drills::load(&options.drills)?;
    let entry = drills::find(&catalogue, &options.drill)?;
    let (submission, handed_in_by) = match (&options.patch, &options.directory) {
        (Some(patch), _) => (
            Submission::Patch(text(patch)?),
            format!("--patch {}", patch.display()),
        ),
        (None, Some(folder)) => (
            Submission::Folder(folder.clone()),
            format!("--dir {}", folder.display()),
        ),
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "there is nothing to judge",
                "give --patch FILE or --dir DIR",
            ));
        }
    };
    let variant = (options.seed, options.difficulty);
    judge(entry, variant, submission, handed_in_by, &options.proof)
}

/// Judges a folder that `firedrill open` laid out.
pub(crate) fn verify(options: &cli::Verify) -> Result<ExitCode, Failure> {
    let note = read_note(&options.directory)?;
    let catalogue = drills::load(&options.drills)?;
    let entry = find(&catalogue, &note)?;
    let current = version(&entry.drill.system).ok();
    if current.as_ref() != Some(&note.system_version) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{} was laid out by another version of Firedrill: the system has changed since",
                options.directory.display()
            ),
            "lay it out again with `firedrill open` and carry your change over",
        ));
    }
    judge(
        entry,
        (note.seed, Some(note.difficulty)),
        Submission::Folder(options.directory.clone()),
        format!("--dir {}", options.directory.display()),
        &options.proof,
    )
}

fn judge(
    entry: &Entry,
    (seed, difficulty): (u64, Option<Level>),
    submission: Submission,
    handed_in_by: String,
    options: &cli::Proof,
) -> Result<ExitCode, Failure> {
    let Some(checks) = entry.interviewer.checks.clone() else {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "`{}` has no checks by which a repair could be judged",
                entry.incident.slug
            ),
            "choose another drill, or write its interviewer/checks.toml",
        ));
    };
    let data = match &options.data {
        Some(folder) => folder.clone(),
        None => serve::default_data()?,
    };
    let spec = ProofSpec {
        drill: entry.incident.slug.clone(),
        system: entry.drill.system.clone(),
        command: systems::command(&entry.drill.system)?,
        scenario: entry.incident.scenario.clone(),
        seed,
        difficulty: difficulty.unwrap_or(entry.drill.level),
        hours: f64::from(entry.incident.hours),
        checks,
        submission,
        handed_in_by,
        folder: absolute(&data.join("proof"))?,
        limits: ProofLimits::default(),
    };
    let mut shown = progress::ProofProgress::start();
    let verdict = prove(&spec, &mut |event| shown.show(event), &Cancel::default());
    shown.finish();
    output::print(&if options.json {
        verdict::json(&spec, &verdict)
    } else {
        verdict::text(&spec, &verdict, std::io::stdout().is_terminal())
    })?;
    Ok(exit_code(&verdict))
}

/// The codes that the commands promise; they are their own, because a verdict is no error.
fn exit_code(verdict: &Verdict) -> ExitCode {
    ExitCode::from(match verdict.outcome {
        Outcome::Fixed => 0,
        Outcome::NotFixed => 1,
        Outcome::CouldNotBeJudged => 2,
    })
}

fn find<'a>(catalogue: &'a Catalogue, note: &Note) -> Result<&'a Entry, Failure> {
    drills::find(catalogue, &note.drill)
}

fn read_note(folder: &Path) -> Result<Note, Failure> {
    let path = folder.join(NOTE);
    let text = text(&path).map_err(|failure| Failure {
        next_step: "name a folder that `firedrill open` has laid out".to_owned(),
        ..failure
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{} cannot be read: {}", path.display(), error.message()),
            "lay the folder out again with `firedrill open`",
        )
    })
}

fn text(path: &Path) -> Result<String, Failure> {
    let refuse = |reason: String| {
        Failure::new(
            Exit::Usage,
            format!("{} cannot be read: {reason}", path.display()),
            "name a text file that can be read",
        )
    };
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(READ_BYTES).read_to_string(&mut text))
        .map_err(|error| refuse(error.to_string()))?;
    Ok(text)
}

/// Cargo and the system run in other folders, where a relative path would mean another place.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("{} cannot be used: {error}", path.display()),
            "name another folder with --data",
        )
    })
}
