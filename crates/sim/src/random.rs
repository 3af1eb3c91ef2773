//! Randomness as a function of the seed, a purpose and a count.
//!
//! There is no shared stream to draw from: if there were, one more draw anywhere would change every draw that
//! follows. Instead each use names its purpose and gets a generator of its own. Start at [`rng`].
//!
//! It is not for secrets. Live, the seed comes from the wall clock.

use std::{collections::BTreeMap, convert::Infallible, sync::Mutex};

use rand::{
    RngExt as _, SeedableRng as _, TryRng,
    distr::uniform::{SampleRange, SampleUniform},
};
use rand_pcg::Pcg64Mcg;
use uuid::Uuid;

use crate::runtime::world;

/// A generator for the next use of `purpose`: the first call gives one, the second another, and so on. Calls
/// with other purposes do not matter.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn rng(purpose: &'static str) -> Rng {
    world::with(|world| Rng::new(world.seed, purpose, world.draws.count(purpose)))
}

/// The generator of number `n` of `purpose`, whatever was drawn before.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn rng_for(purpose: &'static str, n: u64) -> Rng {
    // Numbers given by the caller and numbers counted by `rng` must not meet.
    world::with(|world| Rng::new(world.seed ^ NUMBERED, purpose, n))
}

const NUMBERED: u64 = 0x6e75_6d62_6572_6564;

/// A version 4 UUID.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn uuid() -> Uuid {
    let mut rng = rng("uuid");
    uuid::Builder::from_random_bytes(
        (u128::from(rng.u64()) << 64 | u128::from(rng.u64())).to_be_bytes(),
    )
    .into_uuid()
}

/// How often each purpose was asked for.
#[derive(Default)]
pub(crate) struct Draws(Mutex<BTreeMap<&'static str, u64>>);

impl Draws {
    fn count(&self, purpose: &'static str) -> u64 {
        let mut counts = world::lock(&self.0);
        let count = counts.entry(purpose).or_insert(0);
        *count += 1;
        *count
    }
}

/// A random number generator. The crate `rand`'s traits work on it too; [`crate::dist`] has distributions.
#[derive(Clone, Debug)]
pub struct Rng(Pcg64Mcg);

impl Rng {
    fn new(seed: u64, purpose: &str, n: u64) -> Self {
        // FNV-1a over the purpose; the mixing below spreads it.
        let purpose = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let low = mix(mix(mix(seed) ^ purpose) ^ n);
        let high = mix(low ^ purpose);
        let mut state = [0; 16];
        state[..8].copy_from_slice(&low.to_le_bytes());
        state[8..].copy_from_slice(&high.to_le_bytes());
        Self(Pcg64Mcg::from_seed(state))
    }

    /// Any integer.
    pub fn u64(&mut self) -> u64 {
        self.0.random()
    }

    /// A number from 0 inclusive to 1 exclusive.
    pub fn f64(&mut self) -> f64 {
        self.0.random()
    }

    /// A number from the range.
    ///
    /// # Panics
    /// When the range is empty.
    pub fn range<T: SampleUniform>(&mut self, range: impl SampleRange<T>) -> T {
        self.0.random_range(range)
    }

    /// True with this probability; below 0 counts as 0, above 1 as 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.f64() < probability
    }

    /// One of the items, each as likely as the others.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.range(0..items.len())]
    }

    /// Puts the items in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.range(0..=last));
        }
    }
}

impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(destination)
    }
}

/// The finaliser of splitmix64.
pub(crate) const fn mix(input: u64) -> u64 {
    let mut value = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
