//! Builds of a small project: what cargo and the compiler say, and that every limit ends them.

use std::time::Duration;

use super::*;
use crate::build::BuildLimits;

const MANIFEST: &str = "[package]\nname = \"laundry\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
    [[bin]]\nname = \"laundry\"\npath = \"system/src/lib.rs\"\n\n\
    [lints.rust]\nunsafe_code = \"forbid\"\n\n[profile.proof]\ninherits = \"release\"\n\n[workspace]\n";

struct Built {
    outcome: Result<(), BuildError>,
    events: Vec<BuildEvent>,
}

/// Builds a project with this source.
fn build(source: &str, change: impl FnOnce(&mut BuildLimits)) -> Built {
    let builds = tempfile::tempdir().unwrap();
    build_in(builds.path(), source, change)
}

fn build_in(builds: &Path, source: &str, change: impl FnOnce(&mut BuildLimits)) -> Built {
    let mut limits = BuildLimits {
        time: Duration::from_secs(120),
        ..BuildLimits::default()
    };
    change(&mut limits);
    let files = Files::from([
        ("Cargo.toml".to_owned(), MANIFEST.to_owned()),
        ("Cargo.lock".to_owned(), "version = 4\n".to_owned()),
        ("system/src/lib.rs".to_owned(), source.to_owned()),
    ]);
    let spec = BuildSpec {
        system: "laundry",
        files: &files,
        builds,
        limits,
    };
    let mut events = Vec::new();
    let mut on_event = |event| events.push(event);
    let cancel = Cancel::default();
    let folder = BuildFolder::enter(&spec, "t", &mut on_event, &cancel).unwrap();
    folder.lay_out(&files).unwrap();
    let outcome = run(&folder, &spec, &mut on_event, &cancel);
    Built { outcome, events }
}

#[test]
fn a_project_is_built_and_its_lock_file_is_kept_from_then_on() {
    let builds = tempfile::tempdir().unwrap();
    let built = build_in(builds.path(), "fn main() {}\n", |_| {});
    built.outcome.unwrap();
    let steps = built.events.iter();
    let mut totals = steps.filter_map(|event| match event {
        BuildEvent::Crate { total, .. } => Some(*total),
        _ => None,
    });
    assert_eq!(totals.next_back(), Some(1), "{:?}", built.events);
    assert!(builds.path().join("laundry-t").join("locked").exists());
    build_in(builds.path(), "fn main() { let _ = 1; }\n", |_| {})
        .outcome
        .unwrap();
}

#[test]
fn what_does_not_compile_is_shown_with_its_place() {
    let built = build("fn main() {\n    let x: u8 = \"a\";\n}\n", |_| {});
    let Err(BuildError::Compiler(messages)) = built.outcome else {
        panic!("{:?}", built.outcome);
    };
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].to_string(), "src/lib.rs:2: mismatched types");
    assert!(
        messages[0].rendered.contains("--> src/lib.rs:2:17"),
        "{}",
        messages[0].rendered
    );
}

#[test]
fn code_that_a_macro_makes_is_not_unsafe_either() {
    let source = "macro_rules! m { ($($t:tt)*) => { $($t)* } }\nfn main() { m!(unsafe { g() }) }\nunsafe fn g() {}\n";
    assert!(matches!(
        build(source, |_| {}).outcome,
        Err(BuildError::Compiler(_))
    ));
}

#[test]
fn a_build_without_end_is_ended() {
    let source = "#![allow(long_running_const_eval)]\nconst X: u64 = { let mut i = 0_u64; loop { i = i.wrapping_add(1); if i == u64::MAX { break i; } } };\nfn main() { let _ = X; }\n";
    let built = build(source, |limits| limits.time = Duration::from_secs(5));
    assert!(
        matches!(built.outcome, Err(BuildError::Time(_))),
        "{:?}",
        built.outcome
    );
}

#[test]
fn a_build_that_eats_memory_is_ended() {
    let built = build("fn main() {}\n", |limits| limits.memory = 1 << 20);
    assert!(
        matches!(built.outcome, Err(BuildError::Memory(_))),
        "{:?}",
        built.outcome
    );
}

#[test]
fn a_build_that_says_too_much_is_ended() {
    let mut source = String::from("fn main() {}\n");
    for index in 0..500 {
        source.push_str(&format!("fn unused_{index}() {{}}\n"));
    }
    let built = build(&source, |limits| limits.output = 10_000);
    assert!(
        matches!(built.outcome, Err(BuildError::Output(10_000))),
        "{:?}",
        built.outcome
    );
}

#[test]
fn crates_that_are_not_there_are_a_reason_of_their_own() {
    let text = "error: no matching package named `x` found\nAs a reminder, you're using offline mode (--offline)";
    assert!(reason(text).starts_with("no matching package named `x` found As a reminder"));
}
