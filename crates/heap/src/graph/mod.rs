//! The reference graph: which references keep something alive, who dominates whom, how far away
//! things are.

mod distances;
mod dominators;
mod retaining;
mod weak_map;

pub(crate) use distances::{Distances, UNREACHED};
pub(crate) use dominators::dominators;
pub(crate) use retaining::RetainingEdges;
pub use retaining::WeakMapValues;
pub(crate) use weak_map::WeakMapNames;
