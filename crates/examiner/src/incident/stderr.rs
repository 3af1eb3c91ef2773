//! The last lines of a child's standard error.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::ChildStderr;
use std::thread::{self, JoinHandle};

/// Lines that are kept.
const LINES: usize = 40;
/// Bytes of a line that are kept.
const LINE_BYTES: u64 = 1000;

/// Reads a child's standard error to its end, so that the child never waits for a reader.
pub(crate) struct StderrTail {
    reader: Option<JoinHandle<String>>,
}

impl StderrTail {
    /// Starts reading.
    pub(crate) fn start(stderr: Option<ChildStderr>) -> Self {
        let reader = stderr.and_then(|stderr| {
            thread::Builder::new()
                .name("stderr".to_owned())
                .spawn(move || tail(stderr))
                .ok()
        });
        Self { reader }
    }

    /// Waits for the end of the stream and gives its last lines.
    pub(crate) fn finish(&mut self) -> String {
        self.reader
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default()
    }
}

fn tail(stderr: impl Read) -> String {
    let mut reader = BufReader::new(stderr);
    let mut lines: VecDeque<String> = VecDeque::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                tracing::debug!(line = text, "the system wrote to its standard error");
                if lines.len() == LINES {
                    lines.pop_front();
                }
                lines.push_back(text);
            }
        }
    }
    Vec::from(lines).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept_and_long_lines_are_cut() {
        let mut text: String = (0..100).map(|number| format!("line {number}\n")).collect();
        text.push_str(&"x".repeat(5000));
        let kept = tail(text.as_bytes());
        assert_eq!(kept.lines().count(), LINES);
        assert!(kept.lines().all(|line| line.len() <= LINE_BYTES as usize));
        assert!(kept.starts_with("line 65\n"), "{}", &kept[..20]);
    }
}
