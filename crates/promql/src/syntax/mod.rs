//! Reads a query: text → words → the parser's tree → the evaluator's tree with types and places.
//!
//! `promql-parser` decides what PromQL is. It knows no places, neither in its tree nor in its
//! messages, so this module adds them: `lower` walks tree and words side by side, and `diagnose`
//! finds the place of a failure. Start reading at [`read`].

mod cursor;
mod diagnose;
mod guard;
mod lower;
mod operator;
mod scan;
mod text;
mod token;
pub(crate) mod tree;

use crate::error::Error;
use cursor::Cursor;
use lower::Lowering;
use tree::Node;

/// Reads and checks a query.
pub(crate) fn read(query: &str) -> Result<Node, Error> {
    let tokens = guard::check(query)?;
    let expr = promql_parser::parser::parse(query)
        .map_err(|message| diagnose::diagnose(query, &tokens, &message))?;
    Lowering::new(Cursor::new(&tokens)).node(&expr)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks where each part of a query stands, outermost first.
    fn check(query: &str, expect: &[&str]) {
        let tokens = guard::check(query).unwrap();
        let expr = promql_parser::parser::parse(query).unwrap();
        let mut lowering = Lowering::new(Cursor::new(&tokens));
        let node = lowering.node(&expr).unwrap();
        assert!(lowering.is_done(), "{query}: words are left");
        let mut parts = Vec::new();
        collect(&node, query, &mut parts);
        assert_eq!(parts, expect, "{query}");
    }

    fn collect<'q>(node: &Node, query: &'q str, parts: &mut Vec<&'q str>) {
        use tree::NodeKind;
        parts.push(&query[node.span.start..node.span.end()]);
        match &node.kind {
            NodeKind::Subquery(subquery) => collect(&subquery.inner, query, parts),
            NodeKind::Negate(inner) => collect(inner, query, parts),
            NodeKind::Call(call) => call.args.iter().for_each(|arg| collect(arg, query, parts)),
            NodeKind::Aggregate(aggregate) => {
                aggregate
                    .param
                    .iter()
                    .for_each(|param| collect(param, query, parts));
                collect(&aggregate.inner, query, parts);
            }
            NodeKind::Binary(binary) => {
                collect(&binary.left, query, parts);
                collect(&binary.right, query, parts);
            }
            _ => {}
        }
    }

    #[test]
    fn every_part_has_its_place() {
        check("  up ", &["up"]);
        check("-up{a=\"b\"}", &["-up{a=\"b\"}", "up{a=\"b\"}"]);
        check("((a)) + +-1", &["((a)) + +-1", "a", "+-1"]);
        check("a[5m] offset -1m @ end()", &["a[5m] offset -1m @ end()"]);
        check("{\"a\"} @ -1.5", &["{\"a\"} @ -1.5"]);
        check("start()", &["start()"]);
        check(
            "sum by (x) (rate(a[5m])) / on (x, y) group_left (z) b",
            &[
                "sum by (x) (rate(a[5m])) / on (x, y) group_left (z) b",
                "sum by (x) (rate(a[5m]))",
                "rate(a[5m])",
                "a[5m]",
                "b",
            ],
        );
        check(
            "topk(2, a) without (b)",
            &["topk(2, a) without (b)", "2", "a"],
        );
        check("-2^2", &["-2^2", "2^2", "2", "2"]);
        check(
            "max_over_time((a > bool 1)[1h:5m] offset 1d)",
            &[
                "max_over_time((a > bool 1)[1h:5m] offset 1d)",
                "(a > bool 1)[1h:5m] offset 1d",
                "a > bool 1",
                "a",
                "1",
            ],
        );
        check("a + fill (1) b # why", &["a + fill (1) b", "a", "b"]);
        check(
            "sum(sum) - inf",
            &["sum(sum) - inf", "sum(sum)", "sum", "inf"],
        );
    }
}
