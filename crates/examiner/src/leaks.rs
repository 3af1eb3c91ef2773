//! The leak scan: nothing that gives a drill's answer away may stand where a candidate can see it.
//!
//! An author lists words in `answer.toml` (`leaks`); the drill's own slug and scenario are added, because they name
//! its folder beside the answer. [`scan_texts`] reads files, [`scan_names`] the names in a recording. Comparison
//! is by whole words, without regard to case and to how words are joined.
//!
//! It cannot know what a sentence means; it finds what an author was afraid of.

use std::collections::BTreeSet;

use catalogue::Entry;
use telemetry::query::{Cell, QueryError, values};
use telemetry::recording::{Recording, RecordingError};

use crate::source::{Files, UnknownSystem, candidate_files};

/// A word that gives something away, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The word as the author lists it.
    pub word: String,
    /// A file with its line, or what kind of name in a recording.
    pub place: String,
}

/// A recording whose names cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Its metrics cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// Its spans cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Span names that are looked at; a system has a few dozen.
const SPAN_NAMES: usize = 10_000;

/// Everything that `firedrill open` writes and the drill's own text, scanned.
///
/// # Errors
///
/// When there is no such system.
pub fn scan_drill(entry: &Entry) -> Result<Vec<Leak>, UnknownSystem> {
    let mut files = candidate_files(&entry.drill.system)?;
    files.insert("brief.md".to_owned(), entry.drill.brief_md.clone());
    files.insert("title".to_owned(), entry.drill.title.clone());
    files.insert("summary".to_owned(), entry.drill.summary.clone());
    Ok(scan_texts(&words(entry), &files))
}

/// The words that a drill must not show.
#[must_use]
pub fn words(entry: &Entry) -> Vec<String> {
    let own = [&entry.incident.slug, &entry.incident.scenario];
    let listed = entry.interviewer.answer.leaks.iter();
    let all: BTreeSet<String> = own.into_iter().chain(listed).cloned().collect();
    all.into_iter().collect()
}

/// Scans paths and texts.
#[must_use]
pub fn scan_texts(words: &[String], files: &Files) -> Vec<Leak> {
    let mut leaks = BTreeSet::new();
    for (path, text) in files {
        // What cargo made of the registry is nobody's hint.
        if path == "Cargo.lock" {
            continue;
        }
        let lines = text.lines().enumerate();
        let lines = lines.map(|(index, line)| (format!("{path}:{}", index + 1), line));
        for (place, line) in lines.chain([(path.clone(), path.as_str())]) {
            leaks.extend(found(words, line, &place));
        }
    }
    leaks.into_iter().collect()
}

/// Scans the names in a recording: services, spans, metrics, and the keys of attributes and labels.
///
/// # Errors
///
/// When the recording cannot be read.
pub fn scan_names(words: &[String], recording: &Recording) -> Result<Vec<Leak>, ScanError> {
    let manifest = recording.manifest();
    let mut names: BTreeSet<(&'static str, String)> = BTreeSet::new();
    names.extend(manifest.services.iter().map(|it| ("service", it.clone())));
    for table in manifest.tables.values() {
        names.extend(table.keys.iter().map(|it| ("attribute", it.name.clone())));
    }
    let spans = recording.tables().spans();
    let spans = values(&spans.view(), "name", "", SPAN_NAMES)?
        .values
        .into_iter();
    names.extend(spans.filter_map(|it| match it.value {
        Cell::Text(name) => Some(("span", name)),
        _ => None,
    }));
    let metrics = recording.metrics()?;
    for (labels, _, _) in metrics.iter() {
        names.insert(("metric", labels.metric_name().to_owned()));
        names.extend(labels.iter().map(|(key, _)| ("label", key.to_string())));
    }
    let mut leaks = BTreeSet::new();
    for (kind, name) in names {
        leaks.extend(found(words, &name, &format!("{kind} `{name}`")));
    }
    Ok(leaks.into_iter().collect())
}

fn found(words: &[String], text: &str, place: &str) -> Vec<Leak> {
    let text = format!(" {} ", plain(text));
    let hits = words
        .iter()
        .filter(|word| text.contains(&format!(" {} ", plain(word))));
    hits.map(|word| Leak {
        word: word.clone(),
        place: place.to_owned(),
    })
    .collect()
}

/// Words in lower case with one space between them; `camelCase` is two words.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for it in text.chars() {
        if !it.is_alphanumeric() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            if it.is_uppercase() && before.is_lowercase() {
                out.push(' ');
            }
            out.extend(it.to_lowercase());
        }
        before = it;
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, text: &str, expect: bool) {
        assert_eq!(
            !found(&[word.to_owned()], text, "x").is_empty(),
            expect,
            "{word} in {text}"
        );
    }

    #[test]
    fn words_are_found_however_they_are_joined() {
        for text in [
            "retry storm",
            "RETRY_STORM",
            "x.retry-storm.y",
            "fn retryStorm()",
            "// the Retry  storm",
        ] {
            check("retry-storm", text, true);
        }
        check("retry-storm", "retry stormy", false);
        check("retry-storm", "retries storm", false);
    }

    #[test]
    fn the_place_is_a_line_or_the_path() {
        let files = Files::from([
            ("src/a.rs".to_owned(), "one\ntwo leak\n".to_owned()),
            ("src/leak.rs".to_owned(), String::new()),
        ]);
        let places: Vec<String> = scan_texts(&["leak".to_owned()], &files)
            .into_iter()
            .map(|leak| leak.place)
            .collect();
        assert_eq!(places, ["src/a.rs:2", "src/leak.rs"]);
    }
}
