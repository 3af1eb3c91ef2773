//! A store in memory.

use promql::{Selection, Series, Source, SourceError};

pub(crate) struct Memory {
    pub(crate) series: Vec<Series>,
}

impl Source for Memory {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let matching = self
            .series
            .iter()
            .filter(|one| selection.matches(&one.labels));
        let cut = matching.map(|one| {
            let inside = one
                .samples()
                .filter(|(t, _)| (selection.start_ms..=selection.end_ms).contains(t));
            Series::from_samples(one.labels.clone(), inside)
        });
        Ok(cut.collect())
    }
}
