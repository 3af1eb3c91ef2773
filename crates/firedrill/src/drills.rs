//! Finding drills for a command, with errors for a person.

use catalogue::{Catalogue, CatalogueError, DrillId, Entry};

use crate::cli;
use crate::exit::{Exit, Failure};

/// The drills that the options name.
pub(crate) fn load(options: &cli::Drills) -> Result<Catalogue, Failure> {
    Catalogue::load(options.folder.as_deref()).map_err(|error| match &error {
        CatalogueError::Folder { .. } => Failure::new(
            Exit::Environment,
            error.to_string(),
            "give a folder of drills, or leave --drills out",
        ),
        CatalogueError::Invalid(_) => Failure::new(
            Exit::Catalogue,
            error.to_string(),
            "correct the files above",
        ),
    })
}

/// The drill of this name or neutral id.
pub(crate) fn find<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Entry, Failure> {
    let found = catalogue
        .by_slug(name)
        .or_else(|| catalogue.get(&DrillId::new(name)));
    found.ok_or_else(|| {
        let next_step = match catalogue.did_you_mean(name) {
            Some(near) => format!("did you mean `{near}`? `firedrill drills` lists all"),
            None => "`firedrill drills` lists all drills".to_owned(),
        };
        Failure::new(
            Exit::Usage,
            format!("there is no drill `{name}`"),
            next_step,
        )
    })
}
