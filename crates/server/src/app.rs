//! The state that every handler shares.

use std::sync::Arc;

use catalogue::Catalogue;

/// A cheap handle to the server's state.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    catalogue: Catalogue,
}

impl App {
    /// A state over this catalogue.
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            inner: Arc::new(Inner { catalogue }),
        }
    }

    /// The drills.
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }
}
