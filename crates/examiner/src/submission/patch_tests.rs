//! Patches that fit, and what is said about those that do not.

use super::*;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

fn files() -> Files {
    Files::from([("src/a.rs".to_owned(), TEXT.to_owned())])
}

#[track_caller]
fn check(patch: &str, expect: &str) {
    assert_eq!(apply(&files(), patch).unwrap()["src/a.rs"], expect);
}

#[track_caller]
fn check_refused(patch: &str, expect: &str) {
    assert_eq!(apply(&files(), patch).unwrap_err().to_string(), expect);
}

#[test]
fn hunks_are_applied_where_they_stand_or_have_moved_to() {
    let patch = "Kind: example\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n@@ -4,2 +4,3 @@\n four\n+four and a half\n five\n";
    check(patch, "one\n2\nthree\nfour\nfour and a half\nfive\n");
    let moved = "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -40,2 +40,1 @@ fn far()\n-four\n five\n";
    check(moved, "one\ntwo\nthree\nfive\n");
    let added = "--- a/src/a.rs\t2026-01-01\n+++ b/src/a.rs\t2026-01-02\n@@ -5,0 +6 @@\n+six\n\\ No newline at end of file\n";
    check(added, "one\ntwo\nthree\nfour\nfive\nsix");
}

#[test]
fn files_come_and_go() {
    let patch = "diff --git a/src/b.rs b/src/b.rs\nnew file mode 100644\n--- /dev/null\n+++ b/src/b.rs\n@@ -0,0 +1 @@\n+new\n--- a/src/a.rs\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-one\n-two\n-three\n-four\n-five\n";
    let changed = apply(&files(), patch).unwrap();
    assert_eq!(
        changed,
        Files::from([("src/b.rs".to_owned(), "new\n".to_owned())])
    );
}

#[test]
fn a_hunk_that_does_not_fit_is_named() {
    check_refused(
        "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1 +1 @@\n-one\n+1\n@@ -3,1 +3,1 @@\n-tree\n+3\n",
        "the patch does not apply: hunk 2 of src/a.rs does not fit; at line 3 there is `three`",
    );
    check_refused(
        "--- a/src/z.rs\n+++ b/src/z.rs\n@@ -1 +1 @@\n-one\n+1\n",
        "the patch does not apply: hunk 1 of src/z.rs is for a file that the system does not have",
    );
}

#[test]
fn a_patch_cannot_leave_the_systems_folders() {
    let head = |path: &str| format!("--- a/{path}\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n");
    for path in [
        "Cargo.toml",
        "src/../../../etc/passwd",
        "vendor/sim/src/lib.rs",
        "/etc/passwd",
    ] {
        let error = apply(&files(), &head(path)).unwrap_err();
        assert!(
            matches!(error, Refused::OutOfBounds { .. }),
            "{path}: {error}"
        );
    }
    let created = "--- /dev/null\n+++ b/build.rs\n@@ -0,0 +1 @@\n+fn main() {}\n";
    assert!(matches!(
        apply(&files(), created).unwrap_err(),
        Refused::OutOfBounds { .. }
    ));
}

#[test]
fn what_is_no_patch_is_said_with_its_line() {
    for (patch, expect) in [
        ("", "line 1: there is no `--- a/…` with its `+++ b/…`"),
        (
            "--- a/src/a.rs\nxxx\n",
            "line 2: a line with `+++ ` should follow `--- `",
        ),
        (
            "--- a/src/a.rs\n+++ b/src/a.rs\n",
            "line 2: no hunk follows the names of the file",
        ),
        (
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -x @@\n",
            "line 3: expected `@@ -line,count +line,count @@`",
        ),
        (
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1 @@\n-one\n",
            "line 5: the patch ends in the middle of a hunk",
        ),
        (
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1 +1 @@\nöne\n",
            "line 4: a line of a hunk begins with a space, `-` or `+`",
        ),
        (
            "new file mode 120000\n--- /dev/null\n+++ b/src/l\n@@ -0,0 +1 @@\n+/etc/passwd\n",
            "line 1: a link is not taken",
        ),
        (
            "diff --git a/x b/x\nGIT binary patch\n",
            "line 2: binary content is not taken",
        ),
    ] {
        check_refused(patch, &format!("the patch cannot be read: {expect}"));
    }
}

#[test]
fn a_huge_patch_is_not_read() {
    let patch = "x\n".repeat(FILE_BYTES);
    assert!(matches!(
        apply(&files(), &patch).unwrap_err(),
        Refused::TooLarge { .. }
    ));
}
