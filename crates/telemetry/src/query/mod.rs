//! Questions over tables: selection, groups, rows, traces, facets.
