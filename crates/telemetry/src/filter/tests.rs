//! What queries mean, how they print, and what is said about those that mean nothing.

use super::{Filter, parse, parse_filter};

/// Parses, prints, and checks that the print parses to the same tree.
fn check(text: &str, expect: &str) {
    let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let printed = query.to_string();
    assert_eq!(printed, expect, "{text}");
    assert_eq!(
        parse(&printed).as_ref(),
        Ok(&query),
        "{text} printed as {printed}"
    );
}

/// The mistake as `code at offset+length: message; next step`.
fn check_error(text: &str, expect: &str) {
    let error = parse(text).expect_err(text);
    let code = error.code.as_str();
    let shown = format!(
        "{code} at {}+{}: {}; {}",
        error.offset, error.length, error.message, error.next_step
    );
    assert_eq!(shown, expect, "{text}");
    assert!(
        text.is_char_boundary(error.offset) && error.offset + error.length <= text.len(),
        "{text}"
    );
}

#[test]
fn filters() {
    check("", "");
    check(
        "service:api status:error duration>500ms",
        "service:api status:error duration>500ms",
    );
    check(
        r#"http.route:"/workflows/{id}""#,
        r#"http.route:"/workflows/{id}""#,
    );
    check("http.route:/workflows/{id}", "http.route:/workflows/{id}");
    check(
        "tenant.id:(acme OR beta) -level:debug",
        "tenant.id:(acme OR beta) -level:debug",
    );
    check("tenant.id:(acme  beta)", "tenant.id:(acme OR beta)");
    check(r#""free text" timeout"#, r#""free text" "timeout""#);
    check("key:* key:val* key:/re gex/", "key:* key:val* key:/re gex/");
    check(r"key:/a\/b/", r"key:/a\/b/");
    check(
        "a:1 OR b:2 c:3",
        "a:1 OR (b:2 c:3)".replace(['(', ')'], "").as_str(),
    );
    check("(a:1 OR b:2) c:3", "(a:1 OR b:2) c:3");
    check("NOT (a:1 b:2)", "-(a:1 b:2)");
    check("a:1 AND b:2", "a:1 b:2");
    check("a!=1 b=2", "-a:1 b:2");
    check("size>=4KiB size<-1.5", "size>=4KiB size<-1.5");
    check("level>=warn", "level>=warn");
    check(r#""odd key":x "say \"hi\"""#, r#""odd key":x "say \"hi\"""#);
    check("a:\u{fc}ber", "a:\u{fc}ber");
    check("url:http://host/path?a=b", "url:http://host/path?a=b");
    check(
        "trace_id:4bf92f3577b34da6a3ce929d0e0e4736 root:true",
        "trace_id:4bf92f3577b34da6a3ce929d0e0e4736 root:true",
    );
    check("ORDER NOTE ANDY", r#""ORDER" "NOTE" "ANDY""#);
}

#[test]
fn pipes() {
    check(
        "status:error | count() by service every 1m",
        "status:error | count() by service every 1m",
    );
    check(
        "| p95(duration),avg(state.size_bytes) by http.route",
        "| p95(duration), avg(state.size_bytes) by http.route",
    );
    check("a:1 | top 10 tenant.id", "a:1 | top 10 tenant.id");
    check(
        "| top 3 tenant.id, service by p99.9(duration)",
        "| top 3 tenant.id, service by p99.9(duration)",
    );
    check(
        "| count() by duration every 90s",
        "| count() by duration every 90s",
    );
    check("|count()every 3600s", "| count() every 1h");
    check("| max(\"odd key\")", "| max(\"odd key\")");
}

#[test]
fn mistakes_in_filters() {
    check_error(
        "status:",
        "unexpected_end at 7+0: a value must follow \"status\"; write status:value, or status:* for any value",
    );
    check_error(
        "(a:1 OR b:2",
        "parenthesis at 0+1: this parenthesis is not closed; add the missing \")\"",
    );
    check_error(
        "a:1)",
        "parenthesis at 3+1: this parenthesis closes nothing; remove it, or put \"(\" before it",
    );
    check_error(
        "a:1 OR",
        "unexpected_end at 4+2: \"OR\" needs a term on both sides; add the missing term, or quote the word: \"OR\"",
    );
    check_error(
        "OR a:1",
        "unexpected_end at 0+6: \"OR\" needs a term on both sides; add the missing term, or quote the word: \"OR\"",
    );
    check_error(
        "a:1 AND",
        "unexpected_end at 4+3: \"AND\" needs a term on both sides; remove it (terms side by side must all hold), or quote the word: \"AND\"",
    );
    check_error(
        "a:1 -",
        "unexpected_end at 4+1: there is nothing to negate; put a term after it, for example -level:debug",
    );
    check_error(
        "name:\"x",
        "unterminated at 5+2: the quotes are not closed; add a closing \" at the end",
    );
    check_error(
        "key:/a(/",
        "bad_regex at 4+4: the regular expression cannot be used: unclosed group; correct it, or quote the value to compare it as it is",
    );
    check_error(
        "size>big",
        "bad_number at 5+3: a number must stand here; write a number with an optional unit, as in size>500ms or size>=4KiB",
    );
    check_error(
        "duration>500",
        "bad_unit at 9+3: a duration needs a unit of time; write ns, us, ms, s, m or h after the number, as in duration>500ms",
    );
    check_error(
        "duration:4KB",
        "bad_unit at 9+3: a duration needs a unit of time; write ns, us, ms, s, m or h after the number, as in duration>500ms",
    );
    check_error(
        "a status:eror",
        "unknown_value at 2+11: \"status\" is never \"eror\"; use one of: unset, ok, error",
    );
    check_error(
        "root:maybe",
        "unknown_value at 0+10: \"root\" is never \"maybe\"; use one of: true, false",
    );
    check_error(
        "trace_id:xyz",
        "unknown_value at 0+12: \"xyz\" is not a trace_id; write up to 32 hexadecimal digits",
    );
    check_error(
        "span_id:ab*",
        "bad_test at 0+11: \"span_id\" can only be compared for equality; write span_id:value",
    );
    check_error(
        "body>5",
        "bad_test at 0+6: a body is text; write body:\"text\" or body:/regex/",
    );
    check_error(
        "a:()",
        "unexpected_end at 2+2: the list is empty; write values in it, as in tenant.id:(acme OR beta)",
    );
    check_error(
        ": x",
        "unexpected at 0+1: a term cannot begin with this; begin with a key, as in status:error, or quote free text: \"a: b\"",
    );
}

#[test]
fn mistakes_in_pipes() {
    check_error(
        "a:1 |",
        "unexpected_end at 5+0: a figure must stand here; use count(), sum(key), avg(key), min(key), max(key) or a percentile such as p95(duration)",
    );
    check_error(
        "| median(duration)",
        "unknown_figure at 2+6: there is no figure \"median\"; use count(), sum(key), avg(key), min(key), max(key) or a percentile such as p95(duration)",
    );
    check_error(
        "| p101(duration)",
        "unknown_figure at 2+4: there is no figure \"p101\"; use count(), sum(key), avg(key), min(key), max(key) or a percentile such as p95(duration)",
    );
    check_error(
        "| p95()",
        "unexpected_end at 2+5: p95 needs a key; write p95(duration)",
    );
    check_error(
        "| count(a)",
        "unexpected at 2+8: count takes no key; write count(), and key:* in the filter to count rows that have a key",
    );
    check_error(
        "| count",
        "parenthesis at 7+0: \"(\" must stand here; write count(…), as in count() or p95(duration)",
    );
    check_error(
        "| count() by",
        "unexpected_end at 12+0: a key must stand here; write the name of a key, for example service",
    );
    check_error(
        "| count() by a,b,c,d",
        "too_large at 19+1: more than 3 keys to group by; leave one out",
    );
    check_error(
        "| count() every 5",
        "bad_unit at 16+1: \"every\" needs a step of time with a unit; write for example: every 1m",
    );
    check_error(
        "| count() every 1us",
        "bad_number at 16+3: a step of time must be at least 1ms; write for example: every 1m",
    );
    check_error(
        "| top tenant.id",
        "bad_number at 6+0: \"top\" needs a number from 1 to 10000; write for example: top 10 tenant.id",
    );
    check_error(
        "| count() | count()",
        "unexpected at 10+1: nothing can follow here; a query has one \"|\" with figures after it; remove the rest",
    );
    let error = parse_filter("a:1 | count()").expect_err("a pipe is no filter");
    assert_eq!((error.code.as_str(), error.offset), ("unexpected", 4));
}

#[test]
fn no_query_is_too_large_to_refuse() {
    check_error(
        &"(".repeat(70),
        "too_large at 64+1: the query is nested too deeply; remove parentheses that are not needed",
    );
    let long = "a".repeat(20_000);
    assert_eq!(parse(&long).expect_err("long").code.as_str(), "too_large");
    assert!(parse(&"-".repeat(60)).is_err());
}

proptest::proptest! {
    /// Nothing that a person can type brings the parser down, and errors point into the text.
    #[test]
    fn any_text_parses_or_explains(text in r#"([a-z:()"/*|<>=! -]|OR|NOT|ü|\\|count\(\)|by|every|1m|top){0,40}"#) {
        match parse(&text) {
            Ok(query) => {
                let printed = query.to_string();
                proptest::prop_assert_eq!(parse(&printed), Ok(query), "{} printed as {}", text, printed);
            }
            Err(error) => {
                proptest::prop_assert!(text.is_char_boundary(error.offset));
                proptest::prop_assert!(text.is_char_boundary(error.offset + error.length), "{:?}", error);
                proptest::prop_assert!(!error.next_step.is_empty());
            }
        }
    }
}

#[test]
fn an_empty_filter_selects_everything() {
    assert_eq!(parse_filter("  "), Ok(Filter::All));
    assert_eq!(parse_filter("()"), Ok(Filter::All));
}
