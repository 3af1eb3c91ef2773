//! Where in the code a span or an event was made: `code.file.path` and `code.line.number`.
//!
//! A callsite says the same each time, so its attributes are encoded once for each thread. Start at
//! [`code_location`].

use std::{cell::RefCell, ptr};

use hashbrown::HashMap;
use tracing::Metadata;

use crate::fields::{Value, key_value};

thread_local! {
    /// Encoded attributes by callsite, which its metadata's address identifies. Only looked up, never walked.
    static ENCODED: RefCell<HashMap<usize, Box<[u8]>>> = RefCell::new(HashMap::new());
}

/// Appends a callsite's attributes as elements of `field`, which is the same for all uses of one callsite.
pub(crate) fn code_location(out: &mut Vec<u8>, field: u32, metadata: &'static Metadata<'static>) {
    let callsite = ptr::from_ref(metadata).addr();
    ENCODED.with_borrow_mut(|encoded| {
        let attributes = encoded
            .entry(callsite)
            .or_insert_with(|| encode(field, metadata));
        out.extend_from_slice(attributes);
    });
}

fn encode(field: u32, metadata: &Metadata<'_>) -> Box<[u8]> {
    let mut out = Vec::new();
    if let Some(file) = metadata.file() {
        let path = source_path(file);
        key_value(&mut out, field, "code.file.path", Value::Str(path));
    }
    if let Some(line) = metadata.line() {
        let line = Value::I64(i64::from(line));
        key_value(&mut out, field, "code.line.number", line);
    }
    out.into()
}

/// The part of a path that starts at `src/`: where a checkout lies is nobody's business.
fn source_path(path: &str) -> &str {
    // The registry's own folder is called `src` too; only what follows the last one is the crate's.
    match path.rfind("/src/") {
        Some(last) => &path[last + 1..],
        None if path.starts_with('/') => path.rsplit('/').next().unwrap_or(path),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_paths_start_at_src() {
        fn check(path: &str, expect: &str) {
            assert_eq!(source_path(path), expect);
        }
        check(
            "systems/workflow-platform/src/api/users.rs",
            "src/api/users.rs",
        );
        check("src/main.rs", "src/main.rs");
        check(
            "/home/me/.cargo/registry/src/index-1/tower-0.5/src/util.rs",
            "src/util.rs",
        );
        check("crates/emit/tests/spans.rs", "crates/emit/tests/spans.rs");
        check("/home/me/project/build.rs", "build.rs");
    }
}
