//! Memory that a process says it uses.
//!
//! Start at [`charge`]. Nothing is allocated: a charge only counts, and more than the process may use kills
//! it.

use std::sync::Arc;

use crate::process::{self, Process};

/// Counts `bytes` against the current process until the charge is dropped. When that exceeds the limit of the
/// process, it is killed: the caller still runs to its next await and no further. Outside a process nothing
/// is counted.
pub fn charge(bytes: u64) -> Charge {
    let owner =
        process::current_member().map(|member| (Arc::clone(&member.process), member.incarnation));
    if let Some((process, incarnation)) = &owner {
        process.charge(*incarnation, bytes, 0);
    }
    Charge { owner, bytes }
}

/// Memory in use. See [`charge`].
#[derive(Debug)]
#[must_use = "memory is in use only while the charge lives"]
pub struct Charge {
    /// The process and its life: what a dead process used is gone with it.
    owner: Option<(Arc<Process>, u64)>,
    bytes: u64,
}

impl Charge {
    /// Changes how much is in use.
    pub fn resize(&mut self, bytes: u64) {
        if let Some((process, incarnation)) = &self.owner {
            process.charge(*incarnation, bytes, self.bytes);
        }
        self.bytes = bytes;
    }

    /// Bytes in use.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if let Some((process, incarnation)) = &self.owner {
            process.charge(*incarnation, 0, self.bytes);
        }
    }
}
