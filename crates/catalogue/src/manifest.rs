//! One drill's files, read and checked against each other and against the vocabulary.
//!
//! Every issue is collected rather than the first one returned: an author mends a drill in one go.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::answer::{Answer, ChoiceCriterion, RedHerring};
use crate::catalogue::Entry;
use crate::checks::{CheckKind, Checks};
use crate::corpus::{self, PinnedPatch};
use crate::drill::{Drill, Incident, Kind, Level, StartRange, Tool};
use crate::error::{Issue, line_at};
use crate::id::DrillId;
use crate::interviewer::{HintsFile, Interviewer};
use crate::liveness::Liveness;
use crate::predicate::Predicate;
use crate::source::Files;
use crate::vocabulary::{Term, Vocabulary};

/// `drill.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    title: String,
    summary: String,
    system: String,
    scenario: String,
    kind: Kind,
    minutes: u32,
    level: Level,
    hours: u32,
    tools: Vec<Tool>,
    shape: Option<Vec<f32>>,
    start_range: Option<StartRange>,
}

/// Reads the drill in the folder `slug`; `None` when something is wrong and `issues` says what.
pub(crate) fn read(slug: &str, files: &Files, issues: &mut Vec<Issue>) -> Option<Entry> {
    let before = issues.len();
    let mut reader = Reader {
        slug,
        files,
        issues,
    };
    reader.check_slug();
    let manifest: Option<Manifest> = reader.toml("drill.toml");
    let brief_md = reader.text("brief.md");
    let guide_md = reader.text("interviewer/guide.md");
    let solution_md = reader.text("interviewer/solution.md");
    let answer: Option<Answer> = reader.toml("interviewer/answer.toml");
    let hints: Option<HintsFile> = reader.toml("interviewer/hints.toml");
    let liveness: Option<Liveness> = reader.toml("interviewer/liveness.toml");
    let checks: Option<Checks> = reader.optional_toml("interviewer/checks.toml");
    if let Some(checks) = &checks {
        reader.check_checks(checks);
    }
    let fixes = reader.patches("interviewer/fixes/", checks.as_ref());
    let band_aids = reader.patches("interviewer/band-aids/", checks.as_ref());
    if let Some(manifest) = &manifest {
        reader.check_manifest(manifest);
        if let Some(answer) = &answer {
            reader.check_answer(answer, &manifest.system);
        }
    }
    if let Some(hints) = &hints
        && !hints.hints.is_sorted_by_key(|hint| hint.after_minutes)
    {
        reader.issue(
            "interviewer/hints.toml",
            None,
            "the hints are not in the order of after_minutes",
            "sort them, earliest first",
        );
    }
    if let Some(liveness) = &liveness {
        reader.check_liveness(liveness);
    }
    if issues.len() > before {
        return None;
    }
    let manifest = manifest?;
    Some(Entry {
        drill: Drill {
            id: DrillId::of_slug(slug),
            title: manifest.title,
            summary: manifest.summary,
            brief_md: brief_md?,
            system: manifest.system,
            kind: manifest.kind,
            minutes: manifest.minutes,
            level: manifest.level,
            tools: manifest.tools,
            shape: manifest.shape,
            start_range: manifest.start_range,
        },
        incident: Incident {
            slug: slug.to_owned(),
            scenario: manifest.scenario,
            hours: manifest.hours,
        },
        interviewer: Interviewer {
            guide_md: guide_md?,
            hints: hints?.hints,
            answer: answer?,
            solution_md: solution_md?,
            liveness: liveness?,
            checks,
            fixes,
            band_aids,
        },
    })
}

struct Reader<'a> {
    slug: &'a str,
    files: &'a Files,
    issues: &'a mut Vec<Issue>,
}

impl Reader<'_> {
    fn issue(
        &mut self,
        file: &str,
        line: Option<usize>,
        what: impl Into<String>,
        next_step: impl Into<String>,
    ) {
        self.issues.push(Issue {
            file: format!("{}/{file}", self.slug),
            line,
            what: what.into(),
            next_step: next_step.into(),
        });
    }

    fn raw(&self, file: &str) -> Option<&str> {
        self.files
            .get(&format!("{}/{file}", self.slug))
            .map(String::as_str)
    }

    fn text(&mut self, file: &str) -> Option<String> {
        let text = self.raw(file).map(str::to_owned);
        match &text {
            None => self.issue(file, None, "the file is missing", "create it (UTF-8 text)"),
            Some(text) if text.trim().is_empty() => {
                self.issue(
                    file,
                    None,
                    "the file is empty",
                    "write it, or remove the drill",
                );
            }
            Some(_) => {}
        }
        text
    }

    fn toml<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let text = self.text(file)?;
        match toml::from_str(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.span().map(|span| line_at(&text, span.start));
                let next_step = "correct it and run the command again";
                self.issue(file, line, error.message().to_owned(), next_step);
                None
            }
        }
    }

    /// A file that a drill may do without.
    fn optional_toml<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        self.raw(file)?;
        self.toml(file)
    }

    /// The patches of one folder, in the order of their names.
    fn patches(&mut self, folder: &str, checks: Option<&Checks>) -> Vec<PinnedPatch> {
        let prefix = format!("{}/{folder}", self.slug);
        let files = self.files.range(prefix.clone()..);
        let files = files.take_while(|(path, _)| path.starts_with(&prefix));
        // Checks that cannot be read are an issue of their own; they need not make one of every patch.
        let unread = checks.is_none() && self.raw("interviewer/checks.toml").is_some();
        let is_check = |id: &str| unread || checks.is_some_and(|checks| checks.get(id).is_some());
        let mut patches = Vec::new();
        for (path, text) in files {
            let file = path[prefix.len()..].to_owned();
            let Some(name) = file.strip_suffix(".patch") else {
                self.issue(
                    &format!("{folder}{file}"),
                    None,
                    "the file is no patch",
                    "name it NAME.patch or take it away",
                );
                continue;
            };
            match corpus::read(name, text, &is_check) {
                Ok(patch) => patches.push(patch),
                Err((what, next_step)) => {
                    self.issue(&format!("{folder}{file}"), Some(1), what, next_step);
                }
            }
        }
        patches
    }

    fn check_checks(&mut self, checks: &Checks) {
        const FILE: &str = "interviewer/checks.toml";
        for (index, check) in checks.checks.iter().enumerate() {
            if checks.checks[..index]
                .iter()
                .any(|other| other.id == check.id)
            {
                let line = self.line_of(FILE, &check.id);
                let what = format!("check `{}` is there twice", check.id);
                self.issue(FILE, line, what, "give each its own id");
            }
            if check.query.trim().is_empty() || check.title.trim().is_empty() {
                let line = self.line_of(FILE, &check.id);
                let what = format!("check `{}` has an empty title or query", check.id);
                self.issue(FILE, line, what, "say what is measured, and how");
            }
        }
        for kind in [CheckKind::Objective, CheckKind::Trigger, CheckKind::Work] {
            if !checks.checks.iter().any(|check| check.kind == kind) {
                let what = format!("no check is of the kind `{}`", kind.as_str());
                let next_step =
                    "without it a system that does nothing, or meets nothing, would pass";
                self.issue(FILE, None, what, next_step);
            }
        }
    }

    /// The line of the first place where `value` stands in quotes.
    fn line_of(&self, file: &str, value: &str) -> Option<usize> {
        let text = self.raw(file)?;
        let offset = text.find(&format!("\"{value}\""))?;
        Some(line_at(text, offset))
    }

    fn check_slug(&mut self) {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !self.slug.chars().all(fine) {
            let what = format!(
                "the folder name `{}` is not lower-case-with-hyphens",
                self.slug
            );
            self.issue("", None, what, "rename the folder");
        }
    }

    fn check_manifest(&mut self, manifest: &Manifest) {
        const FILE: &str = "drill.toml";
        if Vocabulary::get().system(&manifest.system).is_none() {
            let known: Vec<&str> = Vocabulary::get()
                .systems
                .iter()
                .map(|system| system.id.as_str())
                .collect();
            let line = self.line_of(FILE, &manifest.system);
            let what = format!("there is no system `{}`", manifest.system);
            self.issue(
                FILE,
                line,
                what,
                format!("use one of: {}", known.join(", ")),
            );
        }
        if !(1..=24).contains(&manifest.hours) {
            let what = format!("hours = {} is out of range", manifest.hours);
            self.issue(FILE, None, what, "use 1 to 24 virtual hours");
        }
        if !(5..=240).contains(&manifest.minutes) {
            let what = format!("minutes = {} is out of range", manifest.minutes);
            self.issue(FILE, None, what, "use 5 to 240 minutes");
        }
        if manifest.tools.is_empty() {
            self.issue(FILE, None, "tools is empty", "name at least one tool");
        }
        if let Some(shape) = &manifest.shape
            && shape.iter().any(|value| !(0.0..=1.0).contains(value))
        {
            self.issue(
                FILE,
                None,
                "shape has a value outside 0 to 1",
                "scale it by its maximum",
            );
        }
        if let Some(range) = manifest.start_range
            && (range.from_minute >= range.until_minute || range.until_minute > manifest.hours * 60)
        {
            let next_step = "let from_minute be before until_minute, and both inside the incident";
            self.issue(
                FILE,
                None,
                "start_range is empty or outside the incident",
                next_step,
            );
        }
    }

    fn check_answer(&mut self, answer: &Answer, system: &str) {
        const FILE: &str = "interviewer/answer.toml";
        let vocabulary = Vocabulary::get();
        self.check_choice(FILE, "mechanism", &answer.mechanism, &vocabulary.mechanisms);
        if let Some(system) = vocabulary.system(system) {
            self.check_choice(FILE, "component", &answer.component, &system.components);
        }
        let chain = &answer.chain;
        for step in chain.steps.iter().chain(&chain.optional) {
            self.check_term(FILE, "chain step", step, &vocabulary.chain_steps);
        }
        if chain.steps.is_empty() {
            self.issue(
                FILE,
                None,
                "the chain has no steps",
                "list them, cause first",
            );
        }
        let suspects = &answer.ruled_out;
        for suspect in &suspects.guilty {
            self.check_term(FILE, "suspect", suspect, &vocabulary.suspects);
        }
        for herring in &suspects.red_herrings {
            self.check_term(FILE, "suspect", &herring.suspect, &vocabulary.suspects);
            for predicate in &herring.any {
                self.check_predicate(FILE, &herring.suspect, predicate);
            }
        }
        for suspect in &suspects.guilty {
            let is_both = |herring: &RedHerring| herring.suspect == *suspect;
            if suspects.red_herrings.iter().any(is_both) {
                let line = self.line_of(FILE, suspect);
                let what = format!("`{suspect}` is both a red herring and guilty");
                self.issue(FILE, line, what, "keep it in one list");
            }
        }
        if answer.location.accept.is_empty() {
            self.issue(
                FILE,
                None,
                "no location is accepted",
                "add [[location.accept]]",
            );
        }
        for (index, item) in answer.evidence.iter().enumerate() {
            if answer.evidence[..index]
                .iter()
                .any(|other| other.id == item.id)
            {
                let line = self.line_of(FILE, &item.id);
                let what = format!("evidence `{}` is there twice", item.id);
                self.issue(FILE, line, what, "give each its own id");
            }
            if item.any.is_empty() {
                let line = self.line_of(FILE, &item.id);
                let what = format!("evidence `{}` has no predicate", item.id);
                self.issue(FILE, line, what, "add at least one to `any`");
            }
            for predicate in &item.any {
                self.check_predicate(FILE, &item.id, predicate);
            }
        }
    }

    fn check_liveness(&mut self, liveness: &Liveness) {
        const FILE: &str = "interviewer/liveness.toml";
        for indicator in &liveness.indicators {
            if indicator.symptom.is_none() && indicator.below.is_none() {
                let line = self.line_of(FILE, &indicator.title);
                let what = format!("indicator `{}` has no limit", indicator.title);
                self.issue(FILE, line, what, "give it `symptom`, `below` or both");
            }
        }
        if liveness.indicators.iter().all(|it| it.symptom.is_none()) {
            let next_step = "give the figure that users feel a `symptom`";
            self.issue(FILE, None, "no indicator shows the symptom", next_step);
        }
    }

    fn check_predicate(&mut self, file: &str, evidence: &str, predicate: &Predicate) {
        let line = self.line_of(file, evidence);
        if predicate.is_bare() {
            let what = format!("a predicate of `{evidence}` matches every query of its tool");
            self.issue(
                file,
                line,
                what,
                "name a view, metric, attribute, value, span, service, edge or path",
            );
        }
        let views = Predicate::views(predicate.tool);
        if let Some(view) = &predicate.view
            && !views.contains(&view.as_str())
        {
            let what = format!("`{}` has no view `{view}`", predicate.tool.as_str());
            self.issue(
                file,
                line,
                what,
                format!("use one of: {}", views.join(", ")),
            );
        }
    }

    fn check_choice(&mut self, file: &str, what: &str, choice: &ChoiceCriterion, terms: &[Term]) {
        if choice.accept.is_empty() {
            self.issue(
                file,
                None,
                format!("{what}.accept is empty"),
                "name at least one id",
            );
        }
        for id in choice.accept.iter().chain(choice.partial.keys()) {
            self.check_term(file, what, id, terms);
        }
        for (id, share) in &choice.partial {
            if !(0.0..1.0).contains(share) {
                let what = format!("{what}.partial gives `{id}` the share {share}");
                self.issue(
                    file,
                    None,
                    what,
                    "use a share from 0 up to, but not including, 1",
                );
            }
        }
    }

    fn check_term(&mut self, file: &str, what: &str, id: &str, terms: &[Term]) {
        if terms.iter().any(|term| term.id == id) {
            return;
        }
        let near = terms
            .iter()
            .map(|term| (strsim::damerau_levenshtein(&term.id, id), &term.id))
            .min()
            .filter(|(distance, _)| *distance <= 4);
        let next_step = match near {
            Some((_, near)) => format!("did you mean `{near}`?"),
            None => "crates/catalogue/vocabulary.toml lists the ids".to_owned(),
        };
        let line = self.line_of(file, id);
        self.issue(file, line, format!("there is no {what} `{id}`"), next_step);
    }
}
