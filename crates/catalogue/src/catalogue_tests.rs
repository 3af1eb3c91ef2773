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

const CHECKS: &str = r#"
[[check]]
id = "reads-hold"
kind = "objective"
title = "Requests end within half a second"
source = "account"
query = "up"
never_above = 0.5
failed = "They took {saw} s."

[[check]]
id = "trigger-came"
kind = "trigger"
title = "The partner was slow"
source = "account"
query = "up"
reaches = 5
failed = "It was not."

[[check]]
id = "work-done"
kind = "work"
title = "Workflows end"
source = "account"
query = "up"
ends_at_least_of_before = 0.98
failed = "Only {saw} did."
"#;

const BAND_AID: &str = "Kind: sleep\nVerdict: not fixed\nFails: reads-hold, work-done\nWhy: It waits.\n\n\
    --- a/src/a.rs\n+++ b/src/a.rs\n@@ -1 +1 @@\n-a\n+b\n";

#[test]
fn checks_and_the_corpus_are_read() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[]);
    write_beside(root.path(), CHECKS, BAND_AID);
    let catalogue = Catalogue::load(Some(root.path())).unwrap();
    let interviewer = &catalogue.by_slug("slow-pages").unwrap().interviewer;
    let checks = interviewer.checks.as_ref().unwrap();
    assert_eq!(
        checks.get("reads-hold").unwrap().limit,
        crate::Limit::NeverAbove(0.5)
    );
    let patch = &interviewer.band_aids[0];
    assert_eq!(
        (patch.name.as_str(), patch.kind.as_str()),
        ("01-sleep", "sleep")
    );
    assert_eq!(patch.verdict, crate::PinnedVerdict::NotFixed);
    assert_eq!(patch.fails, ["reads-hold", "work-done"]);
}

fn write_beside(root: &Path, checks: &str, band_aid: &str) {
    let folder = root.join("slow-pages/interviewer");
    fs::create_dir_all(folder.join("band-aids")).unwrap();
    fs::write(folder.join("checks.toml"), checks).unwrap();
    fs::write(folder.join("band-aids/01-sleep.patch"), band_aid).unwrap();
}

#[track_caller]
fn check_proof_issue(checks: &str, band_aid: &str, expect: &str) {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &[]);
    write_beside(root.path(), checks, band_aid);
    let error = Catalogue::load(Some(root.path())).unwrap_err();
    assert_eq!(error.to_string(), expect);
}

#[test]
fn a_pinned_verdict_refers_to_checks_that_exist() {
    check_proof_issue(
        CHECKS,
        &BAND_AID.replace("work-done", "work-dome"),
        "slow-pages/interviewer/band-aids/01-sleep.patch:1: `Fails` names `work-dome`, which is no check; use the \
         ids of interviewer/checks.toml",
    );
    check_proof_issue(
        CHECKS,
        &BAND_AID.replace("not fixed", "broken"),
        "slow-pages/interviewer/band-aids/01-sleep.patch:1: there is no verdict `broken`; use one of: fixed, not \
         fixed, could not be judged",
    );
    check_proof_issue(
        CHECKS,
        &BAND_AID.replace("Why: It waits.\n", ""),
        "slow-pages/interviewer/band-aids/01-sleep.patch:1: there is no line `Why: …` before the diff; begin the \
         file with Kind, Verdict, Fails (of a band-aid) and Why",
    );
}

#[test]
fn a_check_has_one_limit_and_every_kind_is_there() {
    check_proof_issue(
        &CHECKS.replace("reaches = 5", "reaches = 5\nnever_below = 1"),
        BAND_AID,
        "slow-pages/interviewer/checks.toml:2: check `trigger-came` has 2 limits and needs one of never_above, \
         never_below, reaches, ends_at_least, ends_at_most, ends_at_least_of_before, ends_at_most_of_before, \
         never_above_of_before; correct it and run the command again",
    );
    check_proof_issue(
        &CHECKS.replace("kind = \"work\"", "kind = \"unharmed\""),
        BAND_AID,
        "slow-pages/interviewer/checks.toml: no check is of the kind `work`; without it a system that does nothing, \
         or meets nothing, would pass",
    );
}
