//! Embeds what a system is built from: its source, its world's, and the crates of the project beneath both.
//!
//! It follows path dependencies, so that a crate that a system begins to stand on is embedded without anybody
//! listing it. The output is a table of files by system and folder; `source` lays them out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A crate's files that are not under one of its [`FOLDERS`].
const FILES: [&str; 3] = ["Cargo.toml", "README.md", "clippy.toml"];
/// A system's folders; of a crate beneath it, only the source.
const FOLDERS: [&str; 3] = ["src", "migrations", "tests"];
/// What stands at the root of the project.
const ROOT_FILES: [&str; 4] = [
    "Cargo.toml",
    "Cargo.lock",
    "rustfmt.toml",
    "rust-toolchain.toml",
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../..")
        .canonicalize()
        .expect("the crate lies two folders below the root");
    let mut code = String::from("pub(super) static ROOT: &[File] = &[\n");
    for name in ROOT_FILES {
        file(&mut code, name, &root.join(name));
    }
    code.push_str("];\n\npub(super) static SYSTEMS: &[EmbeddedSystem] = &[\n");
    for system in folders(&root.join("systems")) {
        let name = name(&system);
        let world = system.join("world");
        let beneath = beneath(&root, &[&system, &world]);
        writeln!(code, "EmbeddedSystem {{ name: {name:?}, system: &[").expect("a string grows");
        krate(&mut code, &system, &FOLDERS);
        code.push_str("], world: &[\n");
        krate(&mut code, &world, &["src"]);
        code.push_str("], beneath: &[\n");
        for (name, folder) in beneath {
            writeln!(code, "({name:?}, &[").expect("a string grows");
            krate(&mut code, &folder, &["src"]);
            code.push_str("]),\n");
        }
        code.push_str("] },\n");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("embedded.rs");
    fs::write(out, code).expect("the output folder can be written");
}

/// The project's own crates that these stand on, in any number of steps, without the ones given.
fn beneath(root: &Path, crates: &[&Path]) -> BTreeMap<String, PathBuf> {
    let manifest = read_toml(&root.join("Cargo.toml"));
    let own: BTreeMap<String, PathBuf> = manifest["workspace"]["dependencies"]
        .as_table()
        .expect("the root lists dependencies")
        .iter()
        .filter_map(|(name, value)| {
            let path = value.get("path")?.as_str()?;
            Some((name.clone(), root.join(path)))
        })
        .collect();
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = crates.iter().map(|path| path.to_path_buf()).collect();
    while let Some(folder) = open.pop() {
        let manifest = read_toml(&folder.join("Cargo.toml"));
        let names = manifest.get("dependencies").and_then(toml::Value::as_table);
        for name in names.into_iter().flat_map(toml::Table::keys) {
            let Some(path) = own.get(name) else { continue };
            if !crates.contains(&path.as_path())
                && found.insert(name.clone(), path.clone()).is_none()
            {
                open.push(path.clone());
            }
        }
    }
    found
}

/// Writes the entries of one crate's files.
fn krate(code: &mut String, folder: &Path, folders: &[&str]) {
    for name in FILES {
        let path = folder.join(name);
        if path.is_file() {
            file(code, name, &path);
        }
    }
    for name in folders {
        let folder = folder.join(name);
        if folder.is_dir() {
            println!("cargo::rerun-if-changed={}", folder.display());
            tree(code, name, &folder);
        }
    }
}

fn tree(code: &mut String, prefix: &str, folder: &Path) {
    for path in entries(folder) {
        let name = format!("{prefix}/{}", name(&path));
        if path.is_dir() {
            tree(code, &name, &path);
        } else {
            file(code, &name, &path);
        }
    }
}

fn file(code: &mut String, name: &str, path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
    let path = path.to_str().expect("the project's paths are UTF-8");
    writeln!(code, "({name:?}, include_str!({path:?})),").expect("a string grows");
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut found = entries(parent);
    found.retain(|path| path.join("Cargo.toml").is_file());
    found
}

/// In the order of their names.
fn entries(parent: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(parent)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", parent.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str());
    name.expect("the project's names are UTF-8").to_owned()
}

fn read_toml(path: &Path) -> toml::Value {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
