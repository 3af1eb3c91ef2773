//! Tells Cargo that a new file under `drills/` changes this crate.
//!
//! The embedding macro follows files that it has seen, not files that appear later.

fn main() {
    println!("cargo::rerun-if-changed=../../drills");
}
