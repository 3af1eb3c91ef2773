//! A query that cannot be read is marked where it is wrong, with a next step.

use promql::{ErrorKind, Query};

/// Checks kind, marked text and message of the error for a query.
fn check(query: &str, kind: ErrorKind, marked: &str, message: &str) {
    let error = Query::parse(query).expect_err(query);
    let found = &query[error.span.start..error.span.end()];
    let full = format!("{}; {}", error.message, error.next_step);
    assert_eq!(
        (error.kind, found, full.as_str()),
        (kind, marked, message),
        "{query}"
    );
}

fn syntax(query: &str, marked: &str, message: &str) {
    check(query, ErrorKind::Syntax, marked, message);
}

fn types(query: &str, marked: &str, message: &str) {
    check(query, ErrorKind::Type, marked, message);
}

#[test]
fn ranges() {
    types(
        "rate(x)",
        "x",
        "rate() needs a range vector, this is an instant vector; add a range with its unit: \
         write x[5m]",
    );
    types(
        "sum by (job) (rate(x{job=\"a\"})) / 2",
        "x{job=\"a\"}",
        "rate() needs a range vector, this is an instant vector; add a range with its unit: \
         write x{job=\"a\"}[5m]",
    );
    types(
        "rate(sum(x))",
        "sum(x)",
        "rate() needs a range vector, this is an instant vector; write a subquery with a unit: \
         (sum(x))[5m:]",
    );
    types(
        "sum(x[5m])",
        "x[5m]",
        "the aggregation needs an instant vector, this is a range vector; wrap it in a function: \
         write rate(x[5m])",
    );
    syntax("rate(x[])", "[]", "a range needs a unit; write [5m]");
    syntax(
        "rate(x[5x])",
        "5x",
        "5x is not a duration; durations are whole numbers with ms, s, m, h, d, w or y, such as \
         1h30m",
    );
    syntax(
        "rate(x offset 5m [5m])",
        "[5m]",
        "a range belongs directly behind a selector; move it behind the metric, or write a \
         subquery such as [5m:1m]",
    );
    syntax(
        "x[1e300]",
        "1e300",
        "the duration is too long; write a shorter one, such as 5m",
    );
    syntax(
        "x offset NaN",
        "NaN",
        "the duration is too long; write a shorter one, such as 5m",
    );
    syntax(
        "x offset",
        "offset",
        "offset needs a duration with its unit; write offset 5m",
    );
    syntax(
        "x[1h:99999999999s]",
        "99999999999s",
        "the duration is too long; write a shorter one, such as 5m",
    );
}

#[test]
fn brackets_and_quotes() {
    syntax("sum(rate(x[5m])", "(", "this ( is never closed; add )");
    syntax(
        "rate(x[5m)",
        ")",
        "this ) closes nothing; write ] in its place",
    );
    syntax(
        "sum(x))",
        ")",
        "this ) closes nothing; remove it, or add the opening one",
    );
    syntax("x{a=\"b\"", "{", "this { is never closed; add }");
    syntax(
        "x{a='b}",
        "'b}",
        "the text has no closing quote; add the closing '",
    );
}

#[test]
fn matchers() {
    syntax(
        "x{a=b}",
        "b",
        "the value of a matcher stands in quotes; write a=\"b\"",
    );
    syntax(
        "x{a==\"b\"}",
        "==",
        "matchers compare with a single =; write a=\"…\"",
    );
    syntax(
        "x{a=\"b\" c=\"d\"}",
        "c",
        "a comma is missing before c; write , between matchers",
    );
    syntax(
        "sum(x{a=~\"b(\"})",
        "\"b(\"",
        "this is not a regular expression; close its brackets, and write \\\\ before characters \
         meant literally",
    );
    syntax(
        "{a=~\".*\"}",
        "{a=~\".*\"}",
        "vector selector must contain at least one non-empty matcher; name a metric, or match a \
         label with a value",
    );
}

#[test]
fn operators() {
    syntax(
        "a ==",
        "",
        "the expression ends too early; complete it, for example with a metric name",
    );
    syntax(
        "a + * b",
        "*",
        "an expression is missing before *; add a metric, number or function",
    );
    syntax("a = b", "=", "= cannot stand here; write == to compare");
    syntax(
        "sum by job (x)",
        "by",
        "by needs its labels in parentheses; write by (label)",
    );
    syntax(
        "a * group_left (b) c",
        "group_left",
        "group_left needs on (…) or ignoring (…) before it; write on (label) group_left",
    );
    types(
        "1 > 2",
        ">",
        "two numbers can only be compared to a number; write > bool to get 0 or 1",
    );
    types(
        "a + bool b",
        "bool",
        "bool belongs to comparisons; remove it",
    );
}

#[test]
fn functions() {
    syntax(
        "rat(x[5m])",
        "rat",
        "there is no function rat(); did you mean rate?",
    );
    syntax(
        "percentile(x)",
        "percentile",
        "there is no function percentile(); check its name",
    );
    types(
        "sum(rate(x[5m], 3))",
        "rate(x[5m], 3)",
        "expected 1 argument in call to 'rate', got 2; correct the list of arguments",
    );
    types(
        "histogram_quantile(x, 0.9)",
        "x",
        "histogram_quantile() needs a scalar, this is an instant vector; make it a scalar: write \
         scalar(x)",
    );
    types(
        "limitk(\"a\", x)",
        "\"a\"",
        "limitk() needs a scalar, this is a string; see the function's arguments",
    );
    check(
        "1 + histogram_count(x)",
        ErrorKind::Unsupported,
        "histogram_count",
        "the function histogram_count() is not supported yet; write the query without it",
    );
}

#[test]
fn size() {
    let deep = format!("{}1{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(Query::parse(&deep).unwrap_err().kind, ErrorKind::Limit);
    let wide = vec!["a"; 500].join(" + ");
    assert_eq!(Query::parse(&wide).unwrap_err().kind, ErrorKind::Limit);
    let long = vec!["a"; 3000].join(" + ");
    assert_eq!(Query::parse(&long).unwrap_err().kind, ErrorKind::Limit);
    let signs = format!("{}x", "-".repeat(3000));
    assert_eq!(Query::parse(&signs).unwrap_err().kind, ErrorKind::Limit);
}

#[test]
fn the_place_can_be_shown() {
    let query = "sum(\n  rate(höhe)\n)";
    let error = Query::parse("sum(\n  rate(\"höhe\")\n)").unwrap_err();
    insta::assert_snapshot!(error.render("sum(\n  rate(\"höhe\")\n)"), @r#"
      rate("höhe")
           ^^^^^^
    rate() needs a range vector, this is a string; check the order of the arguments
    "#);
    assert_eq!(
        Query::parse(query).unwrap_err().span.line_and_column(query),
        (2, 9)
    );
}
