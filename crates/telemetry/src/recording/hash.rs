//! The content hash: what was recorded, in order, whatever the timing of threads.
//!
//! Each signal has a chain: the hash of the chain so far and of the next request's bytes. So it can
//! be kept as sixteen bytes between runs, depends on the order within a signal, and not on how the
//! signals were interleaved.

use xxhash_rust::xxh3::xxh3_128;

use crate::otlp::Signal;

/// The chains of the three signals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ContentHash {
    traces: u128,
    logs: u128,
    metrics: u128,
}

impl ContentHash {
    /// Adds a request.
    pub(crate) fn add(&mut self, signal: Signal, request: &[u8]) {
        let chain = match signal {
            Signal::Traces => &mut self.traces,
            Signal::Logs => &mut self.logs,
            Signal::Metrics => &mut self.metrics,
        };
        *chain = join([*chain, xxh3_128(request)]);
    }

    /// The chains as text, to go on with them in another process.
    pub(crate) fn chains(&self) -> String {
        format!("{:x} {:x} {:x}", self.traces, self.logs, self.metrics)
    }

    /// From what [`ContentHash::chains`] gave.
    pub(crate) fn from_chains(text: &str) -> Option<Self> {
        let mut chains = text
            .split(' ')
            .map(|chain| u128::from_str_radix(chain, 16).ok());
        let (traces, logs, metrics) = (chains.next()??, chains.next()??, chains.next()??);
        Some(Self {
            traces,
            logs,
            metrics,
        })
    }

    /// The hash of everything, as text.
    pub(crate) fn text(&self) -> String {
        format!("xxh3:{:032x}", join([self.traces, self.logs, self.metrics]))
    }
}

fn join<const N: usize>(parts: [u128; N]) -> u128 {
    xxh3_128(parts.map(u128::to_le_bytes).as_flattened())
}

#[cfg(test)]
mod tests {
    use super::ContentHash;
    use crate::otlp::Signal::{Logs, Metrics, Traces};

    #[test]
    fn chains_go_on_in_another_process() {
        let mut hash = ContentHash::default();
        hash.add(Traces, b"a");
        hash.add(Logs, b"b");
        assert_eq!(ContentHash::from_chains(&hash.chains()), Some(hash));
        assert_eq!(ContentHash::from_chains("1 2"), None);
    }

    #[test]
    fn order_counts_within_a_signal_only() {
        fn hash(requests: &[(crate::otlp::Signal, &str)]) -> String {
            let mut hash = ContentHash::default();
            for (signal, request) in requests {
                hash.add(*signal, request.as_bytes());
            }
            hash.text()
        }
        let base = hash(&[(Traces, "a"), (Traces, "b"), (Logs, "c"), (Metrics, "d")]);
        assert_eq!(
            base,
            hash(&[(Metrics, "d"), (Traces, "a"), (Logs, "c"), (Traces, "b")])
        );
        assert_ne!(
            base,
            hash(&[(Traces, "b"), (Traces, "a"), (Logs, "c"), (Metrics, "d")])
        );
        assert_ne!(
            base,
            hash(&[(Traces, "a"), (Traces, "b"), (Logs, "d"), (Metrics, "c")])
        );
        assert_ne!(base, hash(&[(Traces, "a"), (Traces, "b"), (Logs, "c")]));
    }
}
