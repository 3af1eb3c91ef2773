//! Filters select what the model selects.

use proptest::prelude::*;

use super::model::{ModelSpan, filter, spans, table};
use crate::filter::{Filter, parse_filter};
use crate::query::{Order, Scope, spans as list};
use crate::table::TimeRange;

fn selected(
    rows: &[ModelSpan],
    dictionary_values: usize,
    range: TimeRange,
    filter: &Filter,
) -> Vec<u64> {
    let builder = table(rows, dictionary_values);
    let scope = Scope {
        range,
        filter: filter.clone(),
    };
    let page = list(&builder.view(), &scope, Order::Oldest, usize::MAX, None)
        .expect("the filter is sound");
    assert_eq!(page.total, page.rows.len() as u64);
    assert_eq!(page.next_cursor, None);
    let mut ids: Vec<u64> = page.rows.iter().map(|span| span.span_id).collect();
    ids.sort_unstable();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn filters_select_what_a_walk_over_rows_selects(
        rows in spans(0..200),
        filter in filter(),
        dictionary_values in prop_oneof![Just(6usize), Just(1_000)],
        start in -100..200i64,
        length in 0..300i64,
    ) {
        let range = TimeRange::from_millis(start, start + length);
        let expect: Vec<u64> =
            rows.iter().filter(|row| range.contains(row.start) && row.passes(&filter)).map(|row| row.id).collect();
        prop_assert_eq!(selected(&rows, dictionary_values, range, &filter), expect, "{}", filter);
    }

    #[test]
    fn filters_print_what_they_parse_to(filter in filter()) {
        prop_assert_eq!(parse_filter(&filter.to_string()), Ok(filter));
    }
}
