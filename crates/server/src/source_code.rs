//! The systems' source as a candidate may see it, embedded when the server is built.
//!
//! Only a system's production code is embedded: its `world` folder (scenarios, simulated partners)
//! lies outside of `src`, and files of tests are left out because a test's name can tell what breaks.
//! Paths are looked up in a map, so there is nothing to traverse.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../systems/workflow-platform/src"]
#[prefix = "src/"]
#[allow_missing = true]
struct WorkflowPlatformSource;

#[derive(RustEmbed)]
#[folder = "../../systems/workflow-platform/migrations"]
#[prefix = "migrations/"]
#[allow_missing = true]
struct WorkflowPlatformMigrations;

/// The files of one system by path.
pub(crate) type SourceTree = BTreeMap<String, String>;

static WORKFLOW_PLATFORM: LazyLock<SourceTree> = LazyLock::new(|| {
    let mut files = SourceTree::new();
    add::<WorkflowPlatformSource>(&mut files);
    add::<WorkflowPlatformMigrations>(&mut files);
    files
});

fn add<E: RustEmbed>(files: &mut SourceTree) {
    for path in E::iter().filter(|path| !is_test(path)) {
        let text = E::get(&path).and_then(|file| String::from_utf8(file.data.into_owned()).ok());
        if let Some(text) = text {
            files.insert(path.into_owned(), text);
        }
    }
}

fn is_test(path: &str) -> bool {
    let mut parts = path.split('/');
    let file = parts.next_back().unwrap_or_default();
    file.starts_with('.')
        || matches!(file, "test.rs" | "tests.rs")
        || file.ends_with("_test.rs")
        || file.ends_with("_tests.rs")
        || parts.any(|folder| matches!(folder, "test" | "tests" | "world"))
}

/// The files of the system with this id.
pub(crate) fn of_system(system: &str) -> Option<&'static SourceTree> {
    match system {
        "workflow-platform" => Some(&WORKFLOW_PLATFORM),
        _ => None,
    }
}

/// For highlighting.
pub(crate) fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("rs") => "rust",
        Some("sql") => "sql",
        Some("toml") => "toml",
        Some("md") => "markdown",
        _ => "text",
    }
}

/// The function that line `line` (from 1) stands in: the last one that begins at or before it.
pub(crate) fn function_at(text: &str, line: u32) -> Option<&str> {
    text.lines()
        .take(line as usize)
        .filter_map(function_name)
        .last()
}

/// The line (from 1) on which `function` begins.
pub(crate) fn line_of_function(text: &str, function: &str) -> Option<u32> {
    let index = text
        .lines()
        .position(|line| function_name(line) == Some(function))?;
    u32::try_from(index + 1).ok()
}

/// The name of the function that begins on this line.
fn function_name(line: &str) -> Option<&str> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return None;
    }
    let before_name = code.strip_prefix("fn ").or_else(|| {
        let (qualifiers, rest) = code.split_once(" fn ")?;
        let fine = |word: &str| {
            matches!(word, "const" | "async" | "unsafe" | "extern")
                || word.starts_with("pub")
                || word.ends_with(')')
        };
        qualifiers.split(' ').all(fine).then_some(rest)
    })?;
    let name = before_name
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "use x;\n\npub async fn first(a: u8) {\n    a\n}\n// fn never() {}\nimpl X {\n    pub(in crate::a) const fn second<T>() {}\n    let f = |fn_: u8| 1;\n}\n";

    #[test]
    fn functions_are_found_by_line_and_by_name() {
        assert_eq!(function_at(TEXT, 1), None);
        assert_eq!(function_at(TEXT, 4), Some("first"));
        assert_eq!(function_at(TEXT, 7), Some("first"));
        assert_eq!(function_at(TEXT, 99), Some("second"));
        assert_eq!(line_of_function(TEXT, "second"), Some(8));
        assert_eq!(line_of_function(TEXT, "never"), None);
    }

    #[test]
    fn only_production_code_is_embedded() {
        for path in of_system("workflow-platform").unwrap().keys() {
            assert!(!is_test(path), "{path}");
            assert!(
                path.starts_with("src/") || path.starts_with("migrations/"),
                "{path}"
            );
        }
        assert!(is_test("src/api/tests/users.rs"));
        assert!(is_test("src/api/users_tests.rs"));
        assert!(!is_test("src/api/attestation.rs"));
    }
}
