//! The lock file of a laid-out project: the repository's, without packages that nothing in it leads to.
//!
//! Features that only other members ask for can leave a few more than cargo would; it drops those by itself, and
//! keeps the versions, the first time it builds.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// Keeps the packages that these manifests lead to.
pub(super) fn prune(lock: &str, manifests: &[&str]) -> String {
    let lock: Table = lock.parse().expect("cargo has read this lock file");
    let empty = Vec::new();
    let packages = lock
        .get("package")
        .and_then(Value::as_array)
        .unwrap_or(&empty);
    let own = own_dependencies(manifests);
    let mut kept = BTreeSet::new();
    let mut open: Vec<String> = own.keys().cloned().collect();
    while let Some(wanted) = open.pop() {
        let found = packages
            .iter()
            .enumerate()
            .filter(|(_, it)| is(it, &wanted));
        for (index, package) in found {
            if kept.insert(index) {
                open.extend(edges(package, &own));
            }
        }
    }
    let packages = kept.into_iter().map(|index| {
        let mut package = packages[index].clone();
        let edges: Vec<Value> = edges(&package, &own).into_iter().map(Value::from).collect();
        if let Some(table) = package.as_table_mut() {
            table.remove("dependencies");
            if !edges.is_empty() {
                table.insert("dependencies".to_owned(), Value::Array(edges));
            }
        }
        package
    });
    let mut pruned = Table::new();
    if let Some(version) = lock.get("version") {
        pruned.insert("version".to_owned(), version.clone());
    }
    pruned.insert("package".to_owned(), Value::Array(packages.collect()));
    toml::to_string(&pruned).expect("a lock file can be written")
}

/// What each member depends on by its manifest.
fn own_dependencies(manifests: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let read = manifests.iter().filter_map(|text| {
        let manifest: Table = text.parse().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
        let parts = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = parts
            .iter()
            .filter_map(|part| manifest.get(*part)?.as_table());
        let names = tables.flat_map(Table::keys).cloned().collect();
        Some((name, names))
    });
    read.collect()
}

/// What a package leads to; of a member, only what its manifest still names.
fn edges(package: &Value, own: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let name = package
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let listed = package.get("dependencies").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    listed
        .filter(|edge| match own.get(name) {
            Some(named) => named.contains(edge.split(' ').next().unwrap_or_default()),
            None => true,
        })
        .map(str::to_owned)
        .collect()
}

/// Whether `wanted`, a name that may carry a version, is this package.
fn is(package: &Value, wanted: &str) -> bool {
    let mut words = wanted.split(' ');
    let text = |key| package.get(key).and_then(Value::as_str);
    text("name") == words.next()
        && words
            .next()
            .is_none_or(|version| text("version") == Some(version))
}
