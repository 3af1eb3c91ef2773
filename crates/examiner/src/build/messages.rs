//! What cargo and the compiler say, read from cargo's JSON lines and from its progress bar.

use std::fmt;

use serde::Deserialize;

use crate::submission::Place;

/// Bytes of one message that are kept.
const RENDERED_BYTES: usize = 8 << 10;

/// How bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It does not compile.
    Error,
    /// It compiles.
    Warning,
}

/// A message of the compiler about the system's own source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerMessage {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, when it has a place.
    pub place: Option<Place>,
    /// As the compiler shows it, with the lines of the source.
    pub rendered: String,
}

impl fmt::Display for CompilerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}:{}: {}", place.path, place.line, self.message),
            None => f.write_str(&self.message),
        }
    }
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    src_path: String,
}

#[derive(Deserialize)]
struct Message {
    message: String,
    level: String,
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
}

/// The message in a line of cargo's output, if it holds one.
///
/// Of what lies outside of the system nothing is shown: that it does not fit any more is all that the system's own
/// source can be blamed for.
pub(super) fn read(line: &[u8]) -> Option<CompilerMessage> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let message = line.message.filter(|_| line.reason == "compiler-message")?;
    let severity = match message.level.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        // The end of a list of errors, or a note.
        _ => return None,
    };
    let is_of_system = |path: &str| path.starts_with("system/");
    let is_system = line
        .target
        .is_some_and(|target| target.src_path.contains("/system/src/"));
    let primary = message.spans.iter().find(|span| span.is_primary);
    if message
        .spans
        .iter()
        .any(|span| !is_of_system(&span.file_name) && !span.file_name.starts_with('/'))
        || !is_system
    {
        return (severity == Severity::Error).then(|| CompilerMessage {
            severity,
            message: format!(
                "what runs the system does not fit its public items any more: {}",
                message.message
            ),
            place: None,
            rendered: String::new(),
        });
    }
    // "aborting due to 2 previous errors" and its kin say nothing of their own.
    if primary.is_none() && message.message.starts_with("aborting due to") {
        return None;
    }
    let place = primary.map(|span| Place {
        path: own(&span.file_name),
        line: span.line_start,
    });
    Some(CompilerMessage {
        severity,
        message: message.message,
        place,
        rendered: rendered(&message.rendered.unwrap_or_default()),
    })
}

/// A path as the candidate knows it.
fn own(path: &str) -> String {
    path.strip_prefix("system/").unwrap_or(path).to_owned()
}

fn rendered(text: &str) -> String {
    let mut text = text
        .replace("--> system/", "--> ")
        .replace("::: system/", "::: ");
    if text.len() > RENDERED_BYTES {
        let end = (0..=RENDERED_BYTES)
            .rev()
            .find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push_str("\n… (cut)\n");
    }
    text
}

/// Steps done, steps in all, and the crates at work, from a state of cargo's progress bar:
/// `Building [===>    ] 12/87: sim, axum`.
pub(super) fn progress(text: &str) -> Option<(u32, u32, String)> {
    let (_, rest) = text.split_once("] ")?;
    let (counts, names) = rest.split_once(": ").unwrap_or((rest, ""));
    let (done, total) = counts.trim().split_once('/')?;
    Some((
        done.parse().ok()?,
        total.parse().ok()?,
        names.trim().to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(file: &str, target: &str, level: &str) -> String {
        serde_json::json!({
            "reason": "compiler-message",
            "target": { "src_path": target },
            "message": {
                "message": "mismatched types",
                "level": level,
                "rendered": format!("error: mismatched types\n --> {file}:7:5\n"),
                "spans": [{ "file_name": file, "line_start": 7, "is_primary": true }],
            },
        })
        .to_string()
    }

    #[test]
    fn an_error_in_the_system_is_shown_where_the_candidate_knows_it() {
        let text = line("system/src/a.rs", "/x/project/system/src/lib.rs", "error");
        let message = read(text.as_bytes()).unwrap();
        assert_eq!(message.to_string(), "src/a.rs:7: mismatched types");
        assert_eq!(
            message.rendered,
            "error: mismatched types\n --> src/a.rs:7:5\n"
        );
    }

    #[test]
    fn of_the_world_nothing_is_shown() {
        let text = line(
            "world/src/secret.rs",
            "/x/project/world/src/lib.rs",
            "error",
        );
        let message = read(text.as_bytes()).unwrap();
        assert_eq!(
            message.to_string(),
            "what runs the system does not fit its public items any more: mismatched types"
        );
        assert!(!format!("{message:?}").contains("secret"));
        let warning = line(
            "world/src/secret.rs",
            "/x/project/world/src/lib.rs",
            "warning",
        );
        assert_eq!(read(warning.as_bytes()), None);
    }

    #[test]
    fn other_lines_are_no_messages() {
        for text in [
            "",
            "{}",
            "{\"reason\":\"build-finished\",\"success\":true}",
            "not json",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let text = rendered(&"é".repeat(RENDERED_BYTES));
        assert!(text.len() < RENDERED_BYTES + 20 && text.ends_with("… (cut)\n"));
    }

    #[test]
    fn the_bar_is_read() {
        assert_eq!(
            progress("    Building [====>      ] 12/87: sim, axum(build)"),
            Some((12, 87, "sim, axum(build)".to_owned()))
        );
        assert_eq!(progress("   Compiling sim v0.1.0"), None);
    }
}
