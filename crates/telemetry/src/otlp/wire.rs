//! Reads protobuf's wire format from borrowed bytes.
//!
//! This exists because a span passes through here once for every row that the product ever shows:
//! generated structures would allocate for each string, and the rows are copied into columns a
//! moment later anyway. Start at [`Reader::next_field`]. It knows field numbers and wire types
//! only; what the fields mean is in the sibling modules.

use thiserror::Error;

/// Why bytes could not be read as an OTLP request, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("malformed OTLP request at byte {offset}, in {within}: {problem}")]
pub struct DecodeError {
    /// Byte offset from the start of the request.
    pub offset: usize,
    /// The message (in the protocol's own naming) that was being read.
    pub within: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
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

/// One field of a message, not yet interpreted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) number: u32,
    pub(crate) value: WireValue<'a>,
    /// Where the field's value starts, counted from the start of the request.
    offset: usize,
    within: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum WireValue<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// Only flags travel like this, and none of them is kept.
    Fixed32,
}

/// Walks over the fields of one message.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Offset of `rest` from the start of the request.
    offset: usize,
    within: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads a whole request.
    pub(crate) fn new(bytes: &'a [u8], within: &'static str) -> Self {
        Self {
            rest: bytes,
            offset: 0,
            within,
        }
    }

    fn error(&self, problem: Problem) -> DecodeError {
        DecodeError {
            offset: self.offset,
            within: self.within,
            problem,
        }
    }

    fn advance(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.error(Problem::Truncated));
        };
        self.rest = rest;
        self.offset += count;
        Ok(taken)
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        // Nearly every tag, length and small integer is one byte.
        if let Some((&first, rest)) = self.rest.split_first()
            && first < 0x80
        {
            self.rest = rest;
            self.offset += 1;
            return Ok(u64::from(first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for (index, &byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.advance(index + 1)?;
                return Ok(value);
            }
        }
        let problem = if self.rest.len() < 10 {
            Problem::Truncated
        } else {
            Problem::LongVarint
        };
        Err(self.error(problem))
    }

    /// The next field, or `None` at the end of the message.
    #[inline]
    pub(crate) fn next_field(&mut self) -> Result<Option<Field<'a>>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let Some(number) = u32::try_from(tag >> 3).ok().filter(|number| *number > 0) else {
            return Err(self.error(Problem::FieldNumber));
        };
        let mut offset = self.offset;
        let value = match tag & 7 {
            0 => WireValue::Varint(self.varint()?),
            1 => WireValue::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                offset = self.offset;
                let available = self.rest.len();
                let Some(count) = usize::try_from(length)
                    .ok()
                    .filter(|count| *count <= available)
                else {
                    return Err(self.error(Problem::LengthOutOfBounds { length, available }));
                };
                WireValue::Bytes(self.advance(count)?)
            }
            5 => {
                self.advance(4)?;
                WireValue::Fixed32
            }
            other => {
                // The mask above leaves three bits, so the cast keeps the value.
                let wire_type = other as u8;
                return Err(self.error(Problem::WireType {
                    field: number,
                    wire_type,
                }));
            }
        };
        Ok(Some(Field {
            number,
            value,
            offset,
            within: self.within,
        }))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((&taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.error(Problem::Truncated));
        };
        self.rest = rest;
        self.offset += N;
        Ok(taken)
    }
}

impl<'a> Field<'a> {
    pub(crate) fn error(&self, problem: Problem) -> DecodeError {
        DecodeError {
            offset: self.offset,
            within: self.within,
            problem,
        }
    }

    fn unexpected(&self, expected: &'static str) -> DecodeError {
        self.error(Problem::UnexpectedType {
            field: self.number,
            expected,
        })
    }

    /// The field as a nested message.
    pub(crate) fn message(&self, within: &'static str) -> Result<Reader<'a>, DecodeError> {
        match self.value {
            WireValue::Bytes(rest) => Ok(Reader {
                rest,
                offset: self.offset,
                within,
            }),
            _ => Err(self.unexpected("a message")),
        }
    }

    pub(crate) fn bytes(&self) -> Result<&'a [u8], DecodeError> {
        match self.value {
            WireValue::Bytes(bytes) => Ok(bytes),
            _ => Err(self.unexpected("bytes")),
        }
    }

    pub(crate) fn string(&self) -> Result<&'a str, DecodeError> {
        let WireValue::Bytes(bytes) = self.value else {
            return Err(self.unexpected("a string"));
        };
        std::str::from_utf8(bytes).map_err(|_| self.error(Problem::Utf8 { field: self.number }))
    }

    pub(crate) fn fixed64(&self) -> Result<u64, DecodeError> {
        match self.value {
            WireValue::Fixed64(value) => Ok(value),
            _ => Err(self.unexpected("a 64-bit fixed number")),
        }
    }

    pub(crate) fn double(&self) -> Result<f64, DecodeError> {
        self.fixed64().map(f64::from_bits)
    }

    pub(crate) fn varint(&self) -> Result<u64, DecodeError> {
        match self.value {
            WireValue::Varint(value) => Ok(value),
            _ => Err(self.unexpected("a variable-length integer")),
        }
    }

    /// A `uint32` or an enumeration. Longer values are cut to their low bits, as protobuf says.
    pub(crate) fn uint32(&self) -> Result<u32, DecodeError> {
        self.varint().map(|value| value as u32)
    }

    /// A `sint32`: the sign travels in the lowest bit.
    pub(crate) fn sint32(&self) -> Result<i32, DecodeError> {
        self.uint32()
            .map(|value| (value >> 1) as i32 ^ -((value & 1) as i32))
    }

    /// A repeated `fixed64` or `double`: packed into one field, or one value by itself.
    pub(crate) fn repeated_fixed64(&self, into: &mut Vec<u64>) -> Result<(), DecodeError> {
        match self.value {
            WireValue::Fixed64(value) => into.push(value),
            WireValue::Bytes(bytes) => {
                let (values, rest) = bytes.as_chunks::<8>();
                if !rest.is_empty() {
                    return Err(self.error(Problem::Truncated));
                }
                into.extend(values.iter().map(|value| u64::from_le_bytes(*value)));
            }
            _ => return Err(self.unexpected("packed 64-bit numbers")),
        }
        Ok(())
    }

    /// A repeated `uint64`: packed into one field, or one value by itself.
    pub(crate) fn repeated_varint(&self, into: &mut Vec<u64>) -> Result<(), DecodeError> {
        match self.value {
            WireValue::Varint(value) => into.push(value),
            WireValue::Bytes(_) => {
                let mut reader = self.message(self.within)?;
                while !reader.rest.is_empty() {
                    into.push(reader.varint()?);
                }
            }
            _ => return Err(self.unexpected("packed integers")),
        }
        Ok(())
    }
}
