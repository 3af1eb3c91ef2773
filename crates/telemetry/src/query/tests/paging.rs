//! Pages hold every row once, whatever happens between them.

use proptest::prelude::*;

use super::model::{append, spans, table};
use crate::query::{Order, Scope, TraceOrder, search_traces, spans as list};
use crate::table::TimeRange;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn pages_are_stable_while_rows_arrive_and_segments_are_sealed(
        rows in spans(1..150),
        later in spans(0..60),
        order in prop_oneof![Just(Order::Newest), Just(Order::Oldest), Just(Order::Slowest)],
        limit in 1..40usize,
    ) {
        let mut builder = table(&rows, 1_000);
        let scope = Scope::all(TimeRange::ALL);
        let at_once = list(&builder.view(), &scope, order, usize::MAX, None).expect("sound");
        let whole: Vec<u64> = at_once.rows.iter().map(|span| span.span_id).collect();
        prop_assert_eq!(whole.len(), rows.len());

        let mut later = later.into_iter().enumerate();
        let mut seen: Vec<u64> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = list(&builder.view(), &scope, order, limit, cursor.as_deref()).expect("sound");
            prop_assert!(page.rows.len() <= limit);
            seen.extend(page.rows.iter().map(|span| span.span_id));
            for (index, mut span) in later.by_ref().take(7) {
                span.id = 10_000 + index as u64;
                append(&mut builder, &span);
                if span.seals {
                    builder.seal();
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), seen.len(), "no row comes twice");
        let known: Vec<u64> = seen.into_iter().filter(|id| *id < 10_000).collect();
        prop_assert_eq!(known, whole, "every row comes, in its order");
    }

    #[test]
    fn trace_pages_hold_every_trace_once(
        rows in spans(1..150),
        order in prop_oneof![Just(TraceOrder::Newest), Just(TraceOrder::Slowest), Just(TraceOrder::Errors)],
        limit in 1..5usize,
    ) {
        let builder = table(&rows, 1_000);
        let view = builder.view();
        let scope = Scope::parse(TimeRange::ALL, "service:api").expect("sound");
        let whole = search_traces(&view, &scope, order, 100, None).expect("sound");
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = search_traces(&view, &scope, order, limit, cursor.as_deref()).expect("sound");
            prop_assert_eq!(page.total, whole.total);
            seen.extend(page.rows);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        prop_assert_eq!(&seen, &whole.rows);
        for found in seen {
            let trace: Vec<_> = rows.iter().filter(|row| row.trace == found.trace_id).collect();
            let start = trace.iter().map(|row| row.start).min().unwrap();
            let end = trace.iter().map(|row| row.start + row.duration).max().unwrap();
            prop_assert_eq!((found.start_unix_nano, found.duration_ns), (start, end - start));
            prop_assert_eq!(found.spans, trace.len() as u64);
            prop_assert_eq!(found.matched, trace.iter().filter(|row| row.service == "api").count() as u64);
        }
    }
}

#[test]
fn foreign_cursors_are_refused() {
    let builder = table(&[], 10);
    let scope = Scope::all(TimeRange::ALL);
    for cursor in ["", "x", "1.2", "zz.1.1.1", "1.2.3.4.5"] {
        let refused = list(&builder.view(), &scope, Order::Newest, 10, Some(cursor));
        assert!(refused.is_err(), "{cursor}");
        assert!(
            search_traces(
                &builder.view(),
                &scope,
                TraceOrder::Newest,
                10,
                Some(cursor)
            )
            .is_err()
                || cursor == "1.2"
        );
    }
}
