//! The content hash: what was recorded, in order, whatever the timing of threads.
//!
//! Each signal has a chain: the hash of the chain so far and of the next request's bytes. So it can
//! be kept as sixteen bytes between runs, depends on the order within a signal, and not on how the
//! signals were interleaved. Attachments have a fourth chain, which counts once there is one, so that a recording
//! without any has the hash that it always had.

use xxhash_rust::xxh3::xxh3_128;

use super::attachments::AttachmentInfo;
use crate::otlp::Signal;

/// The chains of the three signals and of the attachments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ContentHash {
    traces: u128,
    logs: u128,
    metrics: u128,
    attachments: Option<u128>,
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

    /// Adds a file and what is known about it.
    pub(crate) fn attach(&mut self, info: &AttachmentInfo, bytes: &[u8]) {
        let about = [&info.name, &info.media_type, &info.service, &info.instance]
            .map(|text| xxh3_128(text.as_bytes()));
        let about = join([join(about), info.time_unix_nano.cast_unsigned().into()]);
        let chain = self.attachments.unwrap_or_default();
        self.attachments = Some(join([chain, about, xxh3_128(bytes)]));
    }

    /// The chains as text, to go on with them in another process.
    pub(crate) fn chains(&self) -> String {
        let chains = format!("{:x} {:x} {:x}", self.traces, self.logs, self.metrics);
        match self.attachments {
            Some(attachments) => format!("{chains} {attachments:x}"),
            None => chains,
        }
    }

    /// From what [`ContentHash::chains`] gave.
    pub(crate) fn from_chains(text: &str) -> Option<Self> {
        let mut chains = text
            .split(' ')
            .map(|chain| u128::from_str_radix(chain, 16).ok());
        let (traces, logs, metrics) = (chains.next()??, chains.next()??, chains.next()??);
        let attachments = match chains.next() {
            Some(chain) => Some(chain?),
            None => None,
        };
        Some(Self {
            traces,
            logs,
            metrics,
            attachments,
        })
    }

    /// The hash of everything, as text.
    pub(crate) fn text(&self) -> String {
        let signals = join([self.traces, self.logs, self.metrics]);
        let all = self
            .attachments
            .map_or(signals, |files| join([signals, files]));
        format!("xxh3:{all:032x}")
    }
}

fn join<const N: usize>(parts: [u128; N]) -> u128 {
    xxh3_128(parts.map(u128::to_le_bytes).as_flattened())
}

#[cfg(test)]
mod tests {
    use super::{AttachmentInfo, ContentHash};
    use crate::otlp::Signal::{Logs, Metrics, Traces};

    #[test]
    fn chains_go_on_in_another_process() {
        let mut hash = ContentHash::default();
        hash.add(Traces, b"a");
        hash.add(Logs, b"b");
        assert_eq!(ContentHash::from_chains(&hash.chains()), Some(hash));
        assert_eq!(ContentHash::from_chains("1 2"), None);
        hash.attach(&AttachmentInfo::default(), b"c");
        assert_eq!(ContentHash::from_chains(&hash.chains()), Some(hash));
    }

    #[test]
    fn what_an_attachment_is_counts_as_much_as_its_bytes() {
        let hash = |name: &str, time_unix_nano, bytes| {
            let mut hash = ContentHash::default();
            let info = AttachmentInfo {
                name: name.to_owned(),
                time_unix_nano,
                ..AttachmentInfo::default()
            };
            hash.attach(&info, bytes);
            hash.text()
        };
        let base = hash("heap", 1, b"a");
        assert_eq!(base, hash("heap", 1, b"a"));
        assert_ne!(base, ContentHash::default().text());
        for other in [
            hash("pile", 1, b"a"),
            hash("heap", 2, b"a"),
            hash("heap", 1, b"b"),
        ] {
            assert_ne!(base, other);
        }
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
