//! Tells Cargo that new files of the page or of a system change this crate.
//!
//! The embedding macro follows files that it has seen, not files that appear later.

fn main() {
    println!("cargo::rerun-if-changed=dist");
    println!("cargo::rerun-if-changed=../../systems/workflow-platform/src");
    println!("cargo::rerun-if-changed=../../systems/workflow-platform/migrations");
}
