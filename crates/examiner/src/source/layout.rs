//! The two layouts.

use super::embedded::{self, EmbeddedSystem, File};
use super::manifest::{self, Member};
use super::{Files, UnknownSystem, lock};

/// Where the crates beneath a system lie in both layouts.
const VENDOR: &str = "vendor";

/// A system as a candidate gets it: its package at the root, the crates beneath it under `vendor/`.
///
/// # Errors
///
/// When there is no such system.
pub fn candidate_files(system: &str) -> Result<Files, UnknownSystem> {
    let found = find(system)?;
    let mut files = Files::new();
    add(&mut files, "", found.system);
    add_beneath(&mut files, found);
    let members = members(found, &[Member::new(found.name, ".")]);
    let own = files.get("Cargo.toml").cloned();
    finish(&mut files, &members, own.as_deref());
    Ok(files)
}

/// A system as the examiner builds it: the given files of the system in `system/`, its world in `world/`.
pub(crate) fn build_files(system: &str, changed: &Files) -> Result<Files, UnknownSystem> {
    let found = find(system)?;
    let mut files = Files::new();
    let own = found.system.iter().filter(|(path, _)| !is_changeable(path));
    files.extend(own.map(|(path, text)| (format!("system/{path}"), (*text).to_owned())));
    for (path, text) in changed {
        files.insert(format!("system/{path}"), text.clone());
    }
    add(&mut files, "world/", found.world);
    add_beneath(&mut files, found);
    let world = format!("{}-world", found.name);
    let own = [
        Member::new(found.name, "system"),
        Member::new(&world, "world"),
    ];
    let members = members(found, &own);
    finish(&mut files, &members, None);
    Ok(files)
}

/// The files of the unchanged system that a submission may change.
pub(crate) fn system_files(system: &str) -> Result<Files, UnknownSystem> {
    let found = find(system)?;
    let changeable = found.system.iter().filter(|(path, _)| is_changeable(path));
    Ok(changeable
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect())
}

fn is_changeable(path: &str) -> bool {
    super::CHANGEABLE
        .iter()
        .any(|folder| path.starts_with(folder))
}

fn find(system: &str) -> Result<&'static EmbeddedSystem, UnknownSystem> {
    embedded::SYSTEMS
        .iter()
        .find(|known| known.name == system)
        .ok_or_else(|| UnknownSystem(system.to_owned()))
}

fn add(files: &mut Files, prefix: &str, from: &[File]) {
    for (path, text) in from {
        files.insert(format!("{prefix}{path}"), (*text).to_owned());
    }
}

fn add_beneath(files: &mut Files, system: &EmbeddedSystem) {
    for (name, own) in system.beneath {
        add(files, &format!("{VENDOR}/{name}/"), own);
    }
}

fn members(system: &EmbeddedSystem, first: &[Member]) -> Vec<Member> {
    let beneath = system.beneath.iter();
    let vendored = beneath.map(|(name, _)| Member::new(name, &format!("{VENDOR}/{name}")));
    first.iter().cloned().chain(vendored).collect()
}

/// What is left: the manifests, the lock file, and the project's rules of style and toolchain. `own` is the manifest
/// of the package at the root, where there is one.
fn finish(files: &mut Files, members: &[Member], own: Option<&str>) {
    for member in members.iter().filter(|member| member.path != ".") {
        if let Some(text) = files.get_mut(&format!("{}/Cargo.toml", member.path)) {
            *text = manifest::without_tests(text);
        }
    }
    for name in ["rustfmt.toml", "rust-toolchain.toml"] {
        files.insert(name.to_owned(), embedded::root(name).to_owned());
    }
    let of_members: Vec<&str> = members
        .iter()
        .filter_map(|member| match member.path.as_str() {
            "." => own,
            path => files.get(&format!("{path}/Cargo.toml")).map(String::as_str),
        })
        .collect();
    let root = manifest::workspace(embedded::root("Cargo.toml"), members, &of_members, own);
    let lock = lock::prune(embedded::root("Cargo.lock"), &of_members);
    files.insert("Cargo.toml".to_owned(), root);
    files.insert("Cargo.lock".to_owned(), lock);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM: &str = "workflow-platform";

    #[test]
    fn a_candidate_gets_the_system_and_what_is_beneath_and_no_world() {
        let files = candidate_files(SYSTEM).unwrap();
        for path in [
            "Cargo.toml",
            "Cargo.lock",
            "clippy.toml",
            "rustfmt.toml",
            "src/lib.rs",
            "migrations/0001_initial.sql",
            "tests/pool.rs",
            "vendor/sim/src/lib.rs",
            "vendor/emit/Cargo.toml",
        ] {
            assert!(files.contains_key(path), "{path}");
        }
        for (path, text) in &files {
            assert!(!path.contains("world/"), "{path}");
            assert!(!path.contains("interviewer"), "{path}");
            let told = [
                "timeout-cascade",
                "timeout_cascade",
                "workflow-platform-world",
            ];
            for word in told {
                assert!(!text.contains(word), "{path} contains {word}");
            }
        }
    }

    #[test]
    fn the_examiner_builds_the_changed_files_beside_the_world() {
        let mut changed = system_files(SYSTEM).unwrap();
        changed.insert("src/lib.rs".to_owned(), "// changed\n".to_owned());
        let files = build_files(SYSTEM, &changed).unwrap();
        assert_eq!(files["system/src/lib.rs"], "// changed\n");
        assert!(files.contains_key("world/src/bin/workflow-platform.rs"));
        let manifest: toml::Table = files["Cargo.toml"].parse().unwrap();
        let members = manifest["workspace"]["members"].as_array().unwrap();
        assert!(members.len() >= 4, "{members:?}");
    }

    #[test]
    fn an_unknown_system_is_named() {
        let error = candidate_files("laundry").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no system `laundry` whose source could be laid out"
        );
    }
}
