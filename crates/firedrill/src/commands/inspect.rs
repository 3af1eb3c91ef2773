//! `firedrill inspect`.

use std::fmt::Write as _;
use std::path::Path;

use server::chain;
use telemetry::recording::{Manifest, Recording, RecordingError};

use crate::exit::{Exit, Failure};
use crate::output;

/// Checks a recording and prints what is in it.
pub(crate) fn run(folder: &Path) -> Result<(), Failure> {
    let recording = Recording::open(folder).map_err(|error| failure(&error))?;
    recording.verify().map_err(|error| failure(&error))?;
    output::print(&describe(recording.manifest()))
}

fn describe(manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    let seconds = (manifest.end_unix_nano - manifest.start_unix_nano) / 1_000_000_000;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:10} {value}");
    };
    line("title", manifest.title.clone());
    line("id", manifest.id.clone());
    line(
        "length",
        format!(
            "{}:{:02}:{:02} h",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ),
    );
    line("spans", counts.spans.to_string());
    line("logs", (counts.logs + counts.samples).to_string());
    line("samples", counts.metric_samples.to_string());
    line("series", counts.series.to_string());
    line("exemplars", counts.exemplars.to_string());
    line("bytes", manifest.bytes_on_disk().to_string());
    line("services", manifest.services.join(", "));
    line("hash", manifest.content_hash.clone());
    line("checksums", "all files are as they were written".to_owned());
    text
}

fn failure(error: &RecordingError) -> Failure {
    Failure::new(
        Exit::Recording,
        chain(error),
        "give the folder of a whole recording, such as `firedrill simulate … --out DIR` makes",
    )
}
