//! Which span is current, and the W3C `traceparent` that carries it to another process.
//!
//! Both subscribers (`single`, `layer`) push and pop here as spans are entered and left, so the answer costs
//! one thread-local read and does not depend on the mode. Start at [`current_span`].
//!
//! It does not keep `tracestate`: nothing in the house reads it.

use std::{
    cell::RefCell,
    fmt::{self, Write as _},
    str::FromStr,
};

/// Length of a `traceparent` of the only version that there is.
const TRACEPARENT_BYTES: usize = 55;

/// Identity of a span as the rest of the world knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanContext {
    /// Trace that the span belongs to; never zero.
    pub trace_id: u128,
    /// The span itself; never zero.
    pub span_id: u64,
}

/// A `traceparent` header that does not follow the W3C recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "malformed traceparent: expected 00-<32 hex digits>-<16 hex digits>-<2 hex digits>, ids not all zero"
)]
pub struct ParseTraceparentError;

impl fmt::Display for SpanContext {
    /// Writes the W3C form, always with the sampled flag: every span is recorded.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit: every call between services carries one, and padded formatting takes ten times as long.
        out.write_str("00-")?;
        write_hex(out, self.trace_id.to_be_bytes())?;
        out.write_str("-")?;
        write_hex(out, self.span_id.to_be_bytes())?;
        out.write_str("-01")
    }
}

fn write_hex<const BYTES: usize>(out: &mut fmt::Formatter<'_>, bytes: [u8; BYTES]) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [[0; 2]; BYTES];
    for (digits, byte) in text.iter_mut().zip(bytes) {
        *digits = [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 0xf)],
        ];
    }
    out.write_str(str::from_utf8(text.as_flattened()).map_err(|_| fmt::Error)?)
}

impl FromStr for SpanContext {
    type Err = ParseTraceparentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        // A later version may append fields after another dash; version ff is forbidden.
        let well_formed = bytes.len() >= TRACEPARENT_BYTES
            && bytes.is_ascii()
            && bytes[2] == b'-'
            && bytes[35] == b'-'
            && bytes[52] == b'-'
            && (bytes.len() == TRACEPARENT_BYTES
                || (!text.starts_with("00") && bytes[TRACEPARENT_BYTES] == b'-'));
        if !well_formed {
            return Err(ParseTraceparentError);
        }
        let version = lower_hex(&text[..2])?;
        let trace_id = lower_hex(&text[3..35])?;
        let span_id = lower_hex(&text[36..52])? as u64;
        lower_hex(&text[53..55])?;
        if version == 0xff || trace_id == 0 || span_id == 0 {
            return Err(ParseTraceparentError);
        }
        Ok(Self { trace_id, span_id })
    }
}

/// The recommendation allows lower-case digits only, and `from_str_radix` would also take others and a sign.
fn lower_hex(digits: &str) -> Result<u128, ParseTraceparentError> {
    digits.bytes().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return Err(ParseTraceparentError),
        };
        Ok(number << 4 | u128::from(value))
    })
}

/// A span that was entered on this thread and not yet left.
pub(crate) struct Entered {
    /// Id in the subscriber, to find the entry again on exit.
    pub(crate) id: u64,
    pub(crate) context: SpanContext,
    pub(crate) metadata: &'static tracing::Metadata<'static>,
}

thread_local! {
    static STACK: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// The innermost span entered on this thread, or `None` outside every span.
pub fn current_span() -> Option<SpanContext> {
    STACK.with_borrow(|stack| stack.last().map(|entered| entered.context))
}

/// The current span as a W3C `traceparent` value, ready to be sent as a header.
pub fn traceparent() -> Option<String> {
    current_span().map(|context| {
        let mut text = String::with_capacity(TRACEPARENT_BYTES);
        // Writing into a string does not fail.
        let _ = write!(text, "{context}");
        text
    })
}

pub(crate) fn enter(entered: Entered) {
    STACK.with_borrow_mut(|stack| stack.push(entered));
}

pub(crate) fn exit(id: u64) {
    STACK.with_borrow_mut(|stack| {
        if stack.pop_if(|innermost| innermost.id == id).is_some() {
            return;
        }
        // Guards of different spans may be dropped out of order.
        if let Some(position) = stack.iter().rposition(|entered| entered.id == id) {
            stack.remove(position);
        }
    });
}

pub(crate) fn with_innermost<T>(read: impl FnOnce(Option<&Entered>) -> T) -> T {
    STACK.with_borrow(|stack| read(stack.last()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparent_round_trip() {
        let context = SpanContext {
            trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span_id: 0xb7ad_6b71_6920_3331,
        };
        assert_eq!(
            context.to_string(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );
        assert_eq!(context.to_string().parse(), Ok(context));
    }

    #[test]
    fn malformed_traceparents_are_refused() {
        fn check(text: &str) {
            assert_eq!(
                text.parse::<SpanContext>(),
                Err(ParseTraceparentError),
                "{text:?}"
            );
        }
        check("");
        check("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331");
        check("00-00000000000000000000000000000000-b7ad6b7169203331-01");
        check("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01");
        check("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        check("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        check("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra");
        check("00-0af7651916cd43dd8448eb211c80319c-+7ad6b716920333-01-");
        check("00-0af7651916cd43dd8448eb211c80319cüb7ad6b7169203331-01");
    }

    #[test]
    fn later_versions_may_carry_more() {
        let text = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
        assert_eq!(
            text.parse::<SpanContext>().map(|context| context.span_id),
            Ok(0xb7ad_6b71_6920_3331)
        );
    }
}
