//! All drills.

use std::collections::BTreeSet;
use std::path::Path;

use crate::drill::{Drill, Incident};
use crate::embedded;
use crate::error::{CatalogueError, Issue};
use crate::id::DrillId;
use crate::interviewer::Interviewer;
use crate::manifest;
use crate::source::{self, Files};

/// The drills that can be run, in the order of their titles.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
}

/// One drill: the candidate's part, the incident's and the interviewer's.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What a candidate may see.
    pub drill: Drill,
    /// What it takes to run the incident.
    pub incident: Incident,
    /// What a candidate must not see.
    pub interviewer: Interviewer,
}

impl Catalogue {
    /// The drills in `folder`, or those that come with the binary when there is none.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or when any drill in it is not valid; all issues are listed.
    pub fn load(folder: Option<&Path>) -> Result<Self, CatalogueError> {
        let files = match folder {
            Some(folder) => source::read_folder(folder)?,
            None => embedded::files(),
        };
        Self::from_files(&files)
    }

    fn from_files(files: &Files) -> Result<Self, CatalogueError> {
        let slugs: BTreeSet<&str> = files
            .keys()
            .filter_map(|path| path.split_once('/'))
            .map(|(slug, _)| slug)
            .collect();
        let mut issues: Vec<Issue> = Vec::new();
        let mut entries: Vec<Entry> = slugs
            .into_iter()
            .filter_map(|slug| manifest::read(slug, files, &mut issues))
            .collect();
        entries.sort_by(|a, b| a.drill.title.cmp(&b.drill.title));
        for pair in sorted_ids(&entries).windows(2) {
            if pair[0].0 == pair[1].0 {
                issues.push(Issue {
                    file: pair[1].1.clone(),
                    line: None,
                    what: format!("its neutral id {} is also that of {}", pair[0].0, pair[0].1),
                    next_step: "rename one of the two folders".to_owned(),
                });
            }
        }
        if issues.is_empty() {
            Ok(Self { entries })
        } else {
            Err(CatalogueError::Invalid(issues))
        }
    }

    /// Every drill.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The drill with this neutral id.
    pub fn get(&self, id: &DrillId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.drill.id == *id)
    }

    /// The drill in the folder `slug`.
    pub fn by_slug(&self, slug: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.incident.slug == slug)
    }

    /// The slug that is spelled most like `word`, if one is close.
    pub fn did_you_mean(&self, word: &str) -> Option<&str> {
        self.entries
            .iter()
            .map(|entry| entry.incident.slug.as_str())
            .map(|slug| (strsim::damerau_levenshtein(slug, word), slug))
            .min()
            .filter(|(distance, slug)| *distance <= slug.len().max(word.len()) / 2)
            .map(|(_, slug)| slug)
    }
}

fn sorted_ids(entries: &[Entry]) -> Vec<(DrillId, String)> {
    let mut ids: Vec<(DrillId, String)> = entries
        .iter()
        .map(|entry| (entry.drill.id.clone(), entry.incident.slug.clone()))
        .collect();
    ids.sort();
    ids
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
