//! What is wrong with a request that cannot be read, and where.

use thiserror::Error;

/// Why bytes could not be read as an OTLP request, and where.
///
/// One pointer wide, because it is a part of every result of the decoder's innermost loop.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct DecodeError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("malformed OTLP request at byte {offset}, in {within}: {problem}")]
struct Fault {
    offset: usize,
    within: &'static str,
    problem: Problem,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(offset: usize, within: &'static str, problem: Problem) -> Self {
        Self(Box::new(Fault {
            offset,
            within,
            problem,
        }))
    }

    /// Byte offset from the start of the request.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The message (in the protocol's own naming) that was being read.
    #[must_use]
    pub fn within(&self) -> &'static str {
        self.0.within
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

/// What is wrong with the bytes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes end in the middle of a value.
    #[error("the bytes end inside a value")]
    Truncated,
    /// A variable-length integer has more than ten bytes.
    #[error("a variable-length integer is longer than ten bytes")]
    LongVarint,
    /// A length prefix points past the end of the message that holds it.
    #[error(
        "a length of {length} runs past the end of its message, which has {available} bytes left"
    )]
    LengthOutOfBounds {
        /// The length that was announced.
        length: u64,
        /// The bytes that are there.
        available: usize,
    },
    /// Field number 0, or a tag that does not fit 32 bits.
    #[error("a field number is zero or too large")]
    FieldNumber,
    /// A wire type that protobuf does not define, or a group, which it abolished.
    #[error("field {field} has the unknown wire type {wire_type}")]
    WireType {
        /// The field's number.
        field: u32,
        /// The wire type found.
        wire_type: u8,
    },
    /// A known field came with the wrong wire type.
    #[error("field {field} should be {expected}")]
    UnexpectedType {
        /// The field's number.
        field: u32,
        /// What the protocol says that it is.
        expected: &'static str,
    },
    /// A string is not UTF-8.
    #[error("field {field} is not valid UTF-8")]
    Utf8 {
        /// The field's number.
        field: u32,
    },
    /// Values are nested more deeply than anything sensible.
    #[error("values are nested more than {limit} deep")]
    TooDeep {
        /// The deepest nesting that is accepted.
        limit: usize,
    },
}
