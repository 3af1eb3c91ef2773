//! The closed lists that a diagnosis is built from.
//!
//! They live in `vocabulary.toml` beside the crate's manifest, shared by every drill: a list that
//! were made for one drill would give its answer away.

use std::sync::LazyLock;

use serde::Deserialize;

/// One term of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The id that answers and diagnoses use.
    pub id: String,
    /// The words on the page.
    pub label: String,
    /// A sentence that says what is meant; empty when the label does.
    #[serde(default)]
    pub description: String,
}

/// A system under debug.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// The id used in URLs and on the command line.
    pub id: String,
    /// Its name on the page.
    pub title: String,
    /// What it does, in one sentence.
    pub description: String,
    /// The parts of it that can be named as the place of a fault.
    pub components: Vec<Term>,
}

/// All closed lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// The laws by which systems break.
    #[serde(rename = "mechanism")]
    pub mechanisms: Vec<Term>,
    /// Events that a causal chain is made of, true ones and distractors alike.
    #[serde(rename = "chain_step")]
    pub chain_steps: Vec<Term>,
    /// What a person may look at and rule out.
    #[serde(rename = "suspect")]
    pub suspects: Vec<Term>,
    /// The systems with their components.
    #[serde(rename = "system")]
    pub systems: Vec<System>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    toml::from_str(include_str!("../vocabulary.toml")).expect("the embedded vocabulary is valid")
});

impl Vocabulary {
    /// The one vocabulary of this version.
    pub fn get() -> &'static Self {
        &VOCABULARY
    }

    /// The system with this id.
    pub fn system(&self, id: &str) -> Option<&System> {
        self.systems.iter().find(|system| system.id == id)
    }

    /// The label of a mechanism, or the id itself when it is none.
    pub fn mechanism_label<'a>(&'a self, id: &'a str) -> &'a str {
        label(&self.mechanisms, id)
    }

    /// The label of a chain step, or the id itself when it is none.
    pub fn chain_step_label<'a>(&'a self, id: &'a str) -> &'a str {
        label(&self.chain_steps, id)
    }

    /// The label of a suspect, or the id itself when it is none.
    pub fn suspect_label<'a>(&'a self, id: &'a str) -> &'a str {
        label(&self.suspects, id)
    }

    /// The label of a component of `system`, or the id itself when it is none.
    pub fn component_label<'a>(&'a self, system: &str, id: &'a str) -> &'a str {
        self.system(system)
            .map_or(id, |system| label(&system.components, id))
    }
}

fn label<'a>(terms: &'a [Term], id: &'a str) -> &'a str {
    terms
        .iter()
        .find(|term| term.id == id)
        .map_or(id, |term| &term.label)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_every_list_is_long_enough_to_hide_an_answer() {
        let vocabulary = Vocabulary::get();
        let mut lists = vec![
            &vocabulary.mechanisms,
            &vocabulary.chain_steps,
            &vocabulary.suspects,
        ];
        lists.extend(vocabulary.systems.iter().map(|system| &system.components));
        for terms in lists {
            let ids: BTreeSet<&str> = terms.iter().map(|term| term.id.as_str()).collect();
            assert_eq!(ids.len(), terms.len(), "a repeated id among {ids:?}");
            assert!(terms.len() >= 12, "{ids:?} is too short");
        }
    }

    #[test]
    fn a_label_of_an_unknown_id_is_the_id() {
        assert_eq!(
            Vocabulary::get().mechanism_label("no-such-thing"),
            "no-such-thing"
        );
    }
}
