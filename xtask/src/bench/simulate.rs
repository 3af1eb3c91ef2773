//! How fast an incident is simulated and recorded, and how large it gets.

use std::process::Stdio;
use std::time::Instant;

use anyhow::Context as _;

use super::memory::Watch;
use super::{Arguments, Bar, Figure};
use crate::shell::firedrill;

/// Runs `firedrill simulate` once for the whole incident.
///
/// # Errors
/// When the command fails or prints no counts.
pub(crate) fn measure(arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("recording");
    let hours = arguments.hours.to_string();
    let began = Instant::now();
    let child = firedrill()
        .args([
            "simulate",
            "timeout-cascade",
            "--seed",
            "7",
            "--hours",
            &hours,
            "--out",
        ])
        .arg(&out)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start firedrill")?;
    let watch = Watch::start(child.id());
    let output = child.wait_with_output()?;
    let seconds = began.elapsed().as_secs_f64();
    let peak = watch.peak_mib();
    anyhow::ensure!(
        output.status.success(),
        "firedrill simulate failed ({})",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    let count =
        |name: &str| count(&text, name).with_context(|| format!("no line `{name}: …` in:\n{text}"));
    let spans = count("spans")?;
    let bytes = size_of(&out.join("spans.parquet"))?;
    Ok(vec![
        Figure::new(
            "simulate and record, wall",
            seconds,
            "s",
            Some(Bar::AtMost(10.0)),
        ),
        Figure::new(
            "virtual time per second",
            f64::from(arguments.hours) / seconds,
            "h/s",
            None,
        ),
        Figure::new("spans recorded", spans, "spans", Some(Bar::AtLeast(3e6))),
        Figure::new(
            "spans recorded per second",
            spans / seconds,
            "spans/s",
            None,
        ),
        Figure::new("logs recorded", count("logs")?, "logs", None),
        Figure::new(
            "bytes per span on disk",
            bytes / spans,
            "B/span",
            Some(Bar::AtMost(40.0)),
        ),
        Figure::new(
            "peak memory, all processes",
            peak,
            "MiB",
            Some(Bar::AtMost(1536.0)),
        ),
    ])
}

/// The number in a line `name: 1,234`.
fn count(text: &str, name: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().replace(',', "").parse().ok()
}

fn size_of(path: &std::path::Path) -> anyhow::Result<f64> {
    let metadata = std::fs::metadata(path).with_context(|| format!("no {}", path.display()))?;
    Ok(metadata.len() as f64)
}
