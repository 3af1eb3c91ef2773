//! Trace and span ids: reproducible in a simulation, unguessable live.
//!
//! Ids are a counter sent through a bijective mix, so that they never collide within one installation and
//! cost no random draw each. Start at [`Ids`].
//!
//! It does not hand out ids for application objects; those come from the world (`sim::uuid`).

use std::{
    hash::BuildHasher,
    sync::atomic::{AtomicU64, Ordering},
};

/// Where trace and span ids come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// A function of this seed and of how many ids were drawn before: the same run gives the same ids.
    Seeded(u64),
    /// Starts at a point drawn from the operating system.
    Random,
}

/// Draws ids. Shared between threads.
pub(crate) struct IdSource {
    trace_seed: u64,
    span_seed: u64,
    traces: AtomicU64,
    spans: AtomicU64,
}

impl IdSource {
    pub(crate) fn new(ids: Ids) -> Self {
        let seed = match ids {
            Ids::Seeded(seed) => seed,
            Ids::Random => from_operating_system(),
        };
        Self {
            trace_seed: mix(seed ^ 0x7472_6163_6573),
            span_seed: mix(seed ^ 0x0073_7061_6e73),
            traces: AtomicU64::new(0),
            spans: AtomicU64::new(0),
        }
    }

    pub(crate) fn trace_id(&self) -> u128 {
        let count = self.traces.fetch_add(1, Ordering::Relaxed);
        let low = mix(self.trace_seed.wrapping_add(count));
        // The second half only has to look random; the first alone makes the id unique.
        let high = mix(low ^ self.span_seed);
        (u128::from(high) << 64 | u128::from(low)).max(1)
    }

    pub(crate) fn span_id(&self) -> u64 {
        let count = self.spans.fetch_add(1, Ordering::Relaxed);
        mix(self.span_seed.wrapping_add(count)).max(1)
    }
}

/// The standard hasher is the door to the operating system's randomness that needs no dependency.
#[expect(
    clippy::disallowed_types,
    reason = "ids of a live program must differ between its runs"
)]
fn from_operating_system() -> u64 {
    std::hash::RandomState::new().hash_one(0u64)
}

/// The finaliser of splitmix64: a bijection, so different inputs never meet.
fn mix(input: u64) -> u64 {
    let mut value = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn same_seed_same_ids_other_seed_others() {
        let draw = |seed| {
            let source = IdSource::new(Ids::Seeded(seed));
            (0..100)
                .map(|_| (source.trace_id(), source.span_id()))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn ids_do_not_repeat() {
        let source = IdSource::new(Ids::Random);
        let spans: BTreeSet<u64> = (0..10_000).map(|_| source.span_id()).collect();
        let traces: BTreeSet<u128> = (0..10_000).map(|_| source.trace_id()).collect();
        assert_eq!((spans.len(), traces.len()), (10_000, 10_000));
    }
}
