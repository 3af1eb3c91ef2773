//! Reading drills: a valid one, and what each mistake is answered with.

use std::fs;
use std::path::Path;

use super::*;
use crate::error::CatalogueError;

const DRILL: &str = r#"
title = "Pages are slow"
summary = "Everything takes ten times as long."
system = "workflow-platform"
scenario = "slow-pages"
kind = "investigate"
minutes = 45
level = "senior"
hours = 6
tools = ["metrics", "logs"]
"#;

const ANSWER: &str = r#"
[mechanism]
points = 20
accept = ["inefficient-query"]
partial = { "insufficient-capacity" = 0.25 }
because = "The statement scans the table."

[component]
points = 10
accept = ["reports"]
because = "It builds the statement."

[location]
points = 20
[[location.accept]]
path = "src/api/reports.rs"
function = "monthly"
note = "There is no index for this filter."

[chain]
points = 20
steps = ["queries-slow", "database-cpu-saturates"]

[[evidence]]
id = "slow-statement"
title = "The statement that takes the time"
points = 10
any = [{ tool = "database", view = "statements" }]

[ruled_out]
points = 10
guilty = ["slow-report-query"]
[[ruled_out.red_herring]]
suspect = "network"
"#;

const HINTS: &str = "[[hint]]\nafter_minutes = 10\ntext = \"Look at the database.\"\n";

const LIVENESS: &str = "[[indicator]]\ntitle = \"p95\"\nquery = \"up\"\nsymptom = 0.5\n";

fn write(root: &Path, changes: &[(&str, Option<&str>)]) {
    let files = [
        ("drill.toml", DRILL),
        ("brief.md", "# Pages are slow"),
        ("interviewer/guide.md", "Guide"),
        ("interviewer/solution.md", "Solution"),
        ("interviewer/answer.toml", ANSWER),
        ("interviewer/hints.toml", HINTS),
        ("interviewer/liveness.toml", LIVENESS),
    ];
    fs::create_dir_all(root.join("slow-pages/interviewer")).unwrap();
    for (path, text) in files {
        let text = match changes.iter().find(|(changed, _)| *changed == path) {
            Some((_, None)) => continue,
            Some((_, Some(text))) => text,
            None => text,
        };
        fs::write(root.join("slow-pages").join(path), text).unwrap();
    }
}

#[track_caller]
fn check_issue(path: &str, text: Option<&str>, expect: &str) {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[(path, text)]);
    let error = Catalogue::load(Some(root.path())).unwrap_err();
    assert!(matches!(error, CatalogueError::Invalid(_)));
    assert_eq!(error.to_string(), expect);
}

#[test]
fn a_valid_drill_is_read_and_split() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[]);
    let catalogue = Catalogue::load(Some(root.path())).unwrap();
    let entry = catalogue.by_slug("slow-pages").unwrap();
    assert_eq!(entry.drill.title, "Pages are slow");
    assert_eq!(entry.incident.scenario, "slow-pages");
    assert_eq!(entry.interviewer.answer.max_points(), 90);
    assert_eq!(
        catalogue.get(&entry.drill.id).unwrap().incident.slug,
        "slow-pages"
    );
    let visible = format!("{:?}", entry.drill);
    assert!(!visible.contains("slow-pages"), "the slug leaks: {visible}");
}

#[test]
fn the_embedded_drills_are_valid() {
    Catalogue::load(None).unwrap();
}

#[test]
fn a_misspelled_slug_is_recognised() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[]);
    let catalogue = Catalogue::load(Some(root.path())).unwrap();
    assert_eq!(catalogue.did_you_mean("slow-page"), Some("slow-pages"));
    assert_eq!(catalogue.did_you_mean("xyz"), None);
}

#[test]
fn a_missing_folder_is_said() {
    let error = Catalogue::load(Some(Path::new("no/such/folder"))).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot read the drills folder no/such/folder: ")
    );
}

#[test]
fn a_missing_file_is_named() {
    check_issue(
        "brief.md",
        None,
        "slow-pages/brief.md: the file is missing; create it (UTF-8 text)",
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let text = format!("{DRILL}colour = \"red\"\n");
    check_issue(
        "drill.toml",
        Some(&text),
        "slow-pages/drill.toml:11: unknown field `colour`, expected one of `title`, `summary`, \
         `system`, `scenario`, `kind`, `minutes`, `level`, `hours`, `tools`, `shape`, \
         `start_range`; correct it and run the command again",
    );
}

#[test]
fn a_wrong_id_is_named_with_its_line_and_the_nearest_right_one() {
    let text = ANSWER.replace("\"inefficient-query\"", "\"ineficient-query\"");
    check_issue(
        "interviewer/answer.toml",
        Some(&text),
        "slow-pages/interviewer/answer.toml:4: there is no mechanism `ineficient-query`; did you \
         mean `inefficient-query`?",
    );
}

#[test]
fn a_predicate_that_matches_everything_is_refused() {
    let text = ANSWER.replace(", view = \"statements\"", "");
    check_issue(
        "interviewer/answer.toml",
        Some(&text),
        "slow-pages/interviewer/answer.toml:25: a predicate of `slow-statement` matches every \
         query of its tool; name a view, metric, attribute, value, span, service, edge or path",
    );
}

#[test]
fn all_issues_are_listed_at_once() {
    let root = tempfile::tempdir().unwrap();
    let drill = DRILL
        .replace("hours = 6", "hours = 600")
        .replace("minutes = 45", "minutes = 1");
    write(
        root.path(),
        &[("drill.toml", Some(&drill)), ("interviewer/guide.md", None)],
    );
    let error = Catalogue::load(Some(root.path())).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 3);
}

#[test]
fn a_drill_says_how_its_symptom_is_measured() {
    check_issue(
        "interviewer/liveness.toml",
        Some("[[indicator]]\ntitle = \"p95\"\nquery = \"up\"\n"),
        "slow-pages/interviewer/liveness.toml:2: indicator `p95` has no limit; give it `symptom`, `below` or both\n\
         slow-pages/interviewer/liveness.toml: no indicator shows the symptom; give the figure that users feel a `symptom`",
    );
}
