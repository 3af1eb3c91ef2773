//! What reading and writing JSON documents costs.
//!
//! Most documents are a few hundred bytes, which is not worth a thought. Those that customers bring along can be of
//! any length; reading them takes a core for as long as it takes. Start at [`parse`] and [`serialize`].

use std::time::Duration;

use serde_json::Value as Json;
use tracing::Span;

/// Reading a byte, into a tree of values.
const PARSE_NANOS_PER_BYTE: u64 = 50;

/// Writing a byte.
const SERIALIZE_NANOS_PER_BYTE: u64 = 38;

/// Documents below this are read and written within what everything costs anyway.
const WORTH_A_THOUGHT_BYTES: u64 = 16 * 1024;

/// Documents from this length on are seen in traces.
const WORTH_A_SPAN_BYTES: u64 = 128 * 1024;

/// Long documents are worked on a piece at a time, so that others get their turn in between.
const PIECE_BYTES: u64 = 256 * 1024;

/// Reads a document of this length.
pub async fn parse(size_bytes: u64, document: Json) -> Json {
    work(size_bytes, PARSE_NANOS_PER_BYTE).await;
    document
}

/// Writes a document of this length.
pub async fn serialize(size_bytes: u64, values: &Json) -> Json {
    work(size_bytes, SERIALIZE_NANOS_PER_BYTE).await;
    values.clone()
}

async fn work(size_bytes: u64, nanos_per_byte: u64) {
    if size_bytes < WORTH_A_THOUGHT_BYTES {
        return;
    }
    let mut rest = size_bytes;
    while rest > 0 {
        let piece = rest.min(PIECE_BYTES);
        sim::cpu::work(Duration::from_nanos(piece * nanos_per_byte), || ()).await;
        rest -= piece;
        sim::yield_now().await;
    }
}

/// The span for work on a document, if it is long enough to deserve one.
pub fn span_for(size_bytes: u64, span: impl FnOnce() -> Span) -> Span {
    if size_bytes >= WORTH_A_SPAN_BYTES {
        span()
    } else {
        Span::none()
    }
}
