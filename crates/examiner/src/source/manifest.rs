//! The manifests of a laid-out project, made from the repository's own.
//!
//! Versions, lints and profiles stay the repository's; what is dropped is what names crates that are not there.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// A crate of the laid-out workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its folder, relative to the root of the layout.
    pub(super) path: String,
}

impl Member {
    pub(super) fn new(name: &str, path: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
        }
    }
}

/// The profile that submissions are built with; see `docs/adr/0008-building-a-submission.md`.
pub(crate) const PROFILE: &str = "proof";

/// The root manifest: the repository's workspace with these members and what their manifests name, and the package
/// of `own` where the root is a package too.
pub(super) fn workspace(
    repository: &str,
    members: &[Member],
    manifests: &[&str],
    own: Option<&str>,
) -> String {
    let repository = parse(repository);
    let mut workspace = table(&repository, "workspace");
    workspace.remove("default-members");
    let paths = members
        .iter()
        .map(|member| Value::from(member.path.as_str()));
    workspace.insert("members".to_owned(), Value::Array(paths.collect()));
    let mut dependencies = dependencies(&table(&workspace, "dependencies"), members);
    let used = used(manifests);
    dependencies.retain(|name, _| used.contains(name));
    workspace.insert("dependencies".to_owned(), Value::Table(dependencies));
    let mut root = own.map_or_else(Table::new, parse);
    root.insert("workspace".to_owned(), Value::Table(workspace));
    root.insert("profile".to_owned(), Value::Table(profiles(members, own)));
    write(&root)
}

/// A member's manifest without what only its own tests and examples need.
pub(super) fn without_tests(manifest: &str) -> String {
    let mut manifest = parse(manifest);
    for part in ["dev-dependencies", "example", "bench"] {
        manifest.remove(part);
    }
    write(&manifest)
}

/// The repository's versions, with the paths of this layout; its own crates that are not members are left out.
fn dependencies(repository: &Table, members: &[Member]) -> Table {
    let mut kept = Table::new();
    for (name, value) in repository {
        let mut value = value.clone();
        if let Some(own) = value.as_table_mut().filter(|own| own.contains_key("path")) {
            let Some(member) = members.iter().find(|member| member.name == *name) else {
                continue;
            };
            own.insert("path".to_owned(), Value::from(member.path.as_str()));
        }
        kept.insert(name.clone(), value);
    }
    kept
}

/// The names of all dependencies of these manifests.
fn used(manifests: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for manifest in manifests {
        let manifest = parse(manifest);
        for part in ["dependencies", "dev-dependencies", "build-dependencies"] {
            names.extend(table(&manifest, part).into_iter().map(|(name, _)| name));
        }
    }
    names
}

/// A candidate's project needs a quick `cargo test`; the examiner's needs [`PROFILE`].
fn profiles(members: &[Member], own: Option<&str>) -> Table {
    let mut profiles = Table::new();
    if own.is_some() {
        let dev: Table = Table::from_iter([("debug".to_owned(), Value::from("line-tables-only"))]);
        profiles.insert("dev".to_owned(), Value::Table(dev));
        return profiles;
    }
    let mut packages = Table::new();
    for member in members {
        // What changes is compiled in many small parts; what does not is where an incident spends its time.
        let text = if member.path.contains('/') {
            "codegen-units = 1"
        } else {
            "opt-level = 1\ncodegen-units = 256"
        };
        packages.insert(member.name.clone(), Value::Table(parse(text)));
    }
    for name in ["clap_builder", "sqlparser"] {
        packages.insert(name.to_owned(), Value::Table(parse("opt-level = 0")));
    }
    let mut profile = parse(
        "inherits = \"release\"\nopt-level = 3\ndebug = false\nstrip = true\nincremental = true\nlto = \"off\"",
    );
    profile.insert("package".to_owned(), Value::Table(packages));
    profiles.insert(PROFILE.to_owned(), Value::Table(profile));
    profiles
}

/// A part of a manifest; empty where there is none.
fn table(manifest: &Table, key: &str) -> Table {
    let part = manifest.get(key).and_then(Value::as_table);
    part.cloned().unwrap_or_default()
}

/// The repository's own manifests are in the binary and were read by cargo before.
fn parse(text: &str) -> Table {
    text.parse().expect("cargo has read this manifest")
}

fn write(manifest: &Table) -> String {
    toml::to_string(manifest).expect("a table of strings, numbers and tables can be written")
}
