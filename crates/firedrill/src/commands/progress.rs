//! A proof's progress on the terminal.

use examiner::build::{BuildEvent, Severity};
use examiner::proof::{ProofEvent, Side};
use indicatif::ProgressBar;

use super::simulate;

/// Shows events as they come.
pub(super) struct ProofProgress {
    bar: ProgressBar,
}

impl ProofProgress {
    /// A bar on a terminal, nothing elsewhere.
    pub(super) fn start() -> Self {
        Self {
            bar: simulate::bar(),
        }
    }

    /// Moves the bar.
    pub(super) fn show(&mut self, event: ProofEvent) {
        match event {
            ProofEvent::TakenIn { changed } => {
                self.say(&format!("{} files differ from the system", changed.len()));
            }
            ProofEvent::Build(event) => self.build(event),
            ProofEvent::Built { elapsed } => {
                self.say(&format!("built in {:.1} s", elapsed.as_secs_f64()));
            }
            ProofEvent::Run(side, progress) => {
                let what = match side {
                    Side::Before => "the unchanged system",
                    Side::After => "the changed system",
                };
                simulate::show(&self.bar, &progress);
                let message = format!("{what}: {}", self.bar.message());
                self.bar.set_message(message);
            }
            ProofEvent::Judging => self.say("judging"),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn build(&mut self, event: BuildEvent) {
        match event {
            BuildEvent::Waiting => self.say("waiting for another build to end"),
            BuildEvent::Started { first: true } => {
                self.say("building; the first time takes some minutes");
            }
            BuildEvent::Started { first: false } => self.say("building"),
            BuildEvent::Downloading => {
                self.say("some crates are not on this machine yet: downloading them");
            }
            BuildEvent::Crate { done, total, names } => {
                if let Some(permille) = (done * 1000).checked_div(total) {
                    self.bar.set_position(u64::from(permille));
                }
                self.say(&format!("building, {done} of {total}: {names}"));
            }
            // Shown with the verdict when it does not compile; warnings are cargo's to show.
            BuildEvent::Compiler(message) => {
                if message.severity == Severity::Error {
                    self.say(&message.to_string());
                }
            }
        }
    }

    fn say(&self, text: &str) {
        self.bar.set_message(text.to_owned());
    }
}
