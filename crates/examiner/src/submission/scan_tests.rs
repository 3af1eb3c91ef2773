//! What a submission must not use, in every spelling that somebody might try.

use super::*;
use crate::source::system_files;

fn check_text(text: &str) -> Result<(), Refused> {
    let original = Files::from([
        (
            "src/lib.rs".to_owned(),
            "use std::io::Write as _;\n".to_owned(),
        ),
        ("migrations/1.sql".to_owned(), String::new()),
    ]);
    let mut changed = original.clone();
    changed.insert("src/a/b.rs".to_owned(), text.to_owned());
    check(&original, &changed)
}

#[track_caller]
fn check_refused(text: &str, what: &str, line: usize) {
    match check_text(text) {
        Err(Refused::Forbidden {
            what: found,
            place,
            because,
        }) => {
            assert_eq!(found, format!("`{what}`"), "{text}");
            assert_eq!(place.line, line, "{text}");
            assert!(!because.is_empty(), "{text}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_system_passes_unchanged_and_when_every_file_counts_as_changed() {
    let original = system_files("workflow-platform").unwrap();
    check(&original, &original).unwrap();
    let touched = original
        .iter()
        .map(|(path, text)| (path.clone(), format!("{text}\n")));
    check(&original, &touched.collect()).unwrap();
}

#[test]
fn ordinary_code_passes() {
    check_text(
        r#"
//! std::process::exit in a comment, and unsafe too.
use std::{collections::{BTreeMap, VecDeque}, fmt, sync::{Arc, Mutex}, time::Duration};
use std::io::Write;
use tokio::sync::{Semaphore, oneshot};
use crate::infra::{DatabaseError, metrics};
static SQL: &str = include_str!("../../migrations/1.sql");
/// A path = "x".
#[derive(Debug, Clone)]
#[serde(rename = "path")]
struct Gate { permits: Arc<Semaphore>, std_error: f64 }
impl Gate {
    async fn pass(&self) {
        let text = "println!(\"unsafe\")";
        metrics::gate_passed(text);
        tracing::info!(n = 1, "passed");
        if let Ok(Ok(_)) = sim::timeout(Duration::from_millis(5), async { Ok::<_, ()>(()) }).await {}
        self.tokio.call();
        sim::spawn(async { sim::sleep(std::time::Duration::from_secs(1)).await });
    }
}
"#,
    )
    .unwrap();
}

#[test]
fn what_reaches_out_is_refused_however_it_is_written() {
    for (text, what) in [
        ("fn f() { std::process::exit(0) }", "std::process::exit"),
        ("fn f() { ::std::process::abort() }", "std::process::abort"),
        ("use std::process::Command;", "std::process::Command"),
        ("use std::{fmt, process::{self, exit}};", "std::process"),
        ("use {std::fs, std::fmt};", "std::fs"),
        ("use std as s;", "std"),
        ("use std::*;", "std::*"),
        ("use std::{self as s};", "std"),
        ("extern crate std as s;", "extern"),
        ("use r#std::r#fs::File;", "std::fs::File"),
        ("use core::arch::x86_64;", "core::arch::x86_64"),
        (
            "macro_rules! m { ($a:ident) => { $a::process::exit(0) } } m!(std);",
            "std",
        ),
        (
            "fn f() { std :: /* hidden */ env :: var(\"X\"); }",
            "std::env::var",
        ),
        ("fn f() { std::thread::sleep(d) }", "std::thread::sleep"),
        ("fn f() { std::io::stdout(); }", "std::io::stdout"),
        ("use std::io;", "std::io"),
        (
            "use std::collections::HashMap;",
            "std::collections::HashMap",
        ),
        ("use std::time::Instant;", "std::time::Instant"),
        (
            "fn f() { std::panic::catch_unwind(|| ()); }",
            "std::panic::catch_unwind",
        ),
        ("fn f() { tokio::spawn(x); }", "tokio::spawn"),
        ("use sim as world;", "sim"),
        ("use sim::http::{Client, Network};", "sim::http::Network"),
        ("use sim::http::*;", "sim::http::*"),
        ("fn f() { sim::Process::new(spec); }", "sim::Process::new"),
        (
            "fn f() { sim::__tokio::time::sleep(x); }",
            "sim::__tokio::time::sleep",
        ),
        ("fn f() { emit::register(&r); }", "emit::register"),
        (
            "use emit::{traceparent, with_resource};",
            "emit::with_resource",
        ),
        (
            "fn f() { tracing::subscriber::with_default(s, f); }",
            "tracing::subscriber::with_default",
        ),
        (
            "fn f() { metrics::set_global_recorder(r); }",
            "set_global_recorder",
        ),
        ("fn f() { self.server.seed(sql, &[]); }", ".seed"),
        ("fn f() { unsafe { g() } }", "unsafe"),
        ("unsafe extern \"C\" { fn exit(c: i32); }", "unsafe"),
        ("fn f() { serde::__private::x(); }", "__private"),
        ("fn f() { println!(\"x\"); }", "println!"),
        ("fn f() { std::println!(\"x\"); }", "std::println"),
        ("include!(\"/etc/passwd\");", "include!"),
        ("const P: &str = env!(\"HOME\");", "env!"),
        (
            "const P: &str = include_str!(\"/etc/passwd\");",
            "/etc/passwd",
        ),
        (
            "const P: &str = include_str!(\"../../../x\");",
            "../../../x",
        ),
        ("const P: &str = include_str!(concat!(\"..\", \"/x\"));", ""),
        ("#[path = \"/tmp/x.rs\"] mod x;", "#[path]"),
        ("#[cfg_attr(all(), path = \"/tmp/x.rs\")] mod x;", "#[path]"),
        ("#[unsafe(no_mangle)] fn malloc() {}", "#[no_mangle]"),
        (
            "#[global_allocator] static A: X = X;",
            "#[global_allocator]",
        ),
    ] {
        check_refused(text, what, 1);
        check_refused(&format!("// a line\n{text}"), what, 2);
    }
}

#[test]
fn what_is_no_rust_is_named_with_its_line() {
    let error = check_text("fn f() {\n    (\n}\n").unwrap_err();
    assert!(matches!(error, Refused::NotRust { .. }), "{error}");
    assert!(error.to_string().starts_with("src/a/b.rs line "), "{error}");
}
