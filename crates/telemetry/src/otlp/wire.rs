//! Reads protobuf's wire format from borrowed bytes.
//!
//! This exists because a span passes through here once for every row that the product ever shows:
//! generated structures would allocate for each string, and the rows are copied into columns a
//! moment later anyway. Start at [`Reader::next_field`]. It knows field numbers and wire types
//! only; what the fields mean is in the sibling modules.

use super::fault::{DecodeError, Problem};

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
    /// Where the message ends, counted from the start of the request: with what is left, that gives
    /// the offset of a fault, and nothing has to be counted along the way.
    end: usize,
    within: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads a whole request.
    pub(crate) fn new(bytes: &'a [u8], within: &'static str) -> Self {
        Self {
            rest: bytes,
            end: bytes.len(),
            within,
        }
    }

    fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    #[cold]
    fn error(&self, problem: Problem) -> DecodeError {
        DecodeError::new(self.offset(), self.within, problem)
    }

    #[inline(always)]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        // Nearly every tag, length and small integer is one byte.
        if let Some((&first, rest)) = self.rest.split_first()
            && first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(first));
        }
        self.long_varint()
    }

    #[inline(never)]
    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for (index, &byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.rest = &self.rest[index + 1..];
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
    ///
    /// Inlined everywhere: a span is some fifty fields, and a call for each costs more than reading it.
    #[inline(always)]
    pub(crate) fn next_field(&mut self) -> Result<Option<Field<'a>>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let number = (tag >> 3) as u32;
        if number == 0 || tag > u64::from(u32::MAX) {
            return Err(self.error(Problem::FieldNumber));
        }
        let mut offset = self.offset();
        let value = match tag & 7 {
            0 => WireValue::Varint(self.varint()?),
            1 => match self.rest.split_first_chunk::<8>() {
                Some((value, rest)) => {
                    self.rest = rest;
                    WireValue::Fixed64(u64::from_le_bytes(*value))
                }
                None => return Err(self.error(Problem::Truncated)),
            },
            2 => {
                let length = self.varint()?;
                offset = self.offset();
                match usize::try_from(length)
                    .ok()
                    .and_then(|length| self.rest.split_at_checked(length))
                {
                    Some((value, rest)) => {
                        self.rest = rest;
                        WireValue::Bytes(value)
                    }
                    None => {
                        let available = self.rest.len();
                        return Err(self.error(Problem::LengthOutOfBounds { length, available }));
                    }
                }
            }
            5 => match self.rest.split_first_chunk::<4>() {
                Some((_, rest)) => {
                    self.rest = rest;
                    WireValue::Fixed32
                }
                None => return Err(self.error(Problem::Truncated)),
            },
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
}

impl<'a> Field<'a> {
    #[cold]
    pub(crate) fn error(&self, problem: Problem) -> DecodeError {
        DecodeError::new(self.offset, self.within, problem)
    }

    #[cold]
    fn unexpected(&self, expected: &'static str) -> DecodeError {
        self.error(Problem::UnexpectedType {
            field: self.number,
            expected,
        })
    }

    /// The field as a nested message.
    #[inline(always)]
    pub(crate) fn message(&self, within: &'static str) -> Result<Reader<'a>, DecodeError> {
        match self.value {
            WireValue::Bytes(rest) => Ok(Reader {
                rest,
                end: self.offset + rest.len(),
                within,
            }),
            _ => Err(self.unexpected("a message")),
        }
    }

    #[inline(always)]
    pub(crate) fn bytes(&self) -> Result<&'a [u8], DecodeError> {
        match self.value {
            WireValue::Bytes(bytes) => Ok(bytes),
            _ => Err(self.unexpected("bytes")),
        }
    }

    #[inline(always)]
    pub(crate) fn string(&self) -> Result<&'a str, DecodeError> {
        let WireValue::Bytes(bytes) = self.value else {
            return Err(self.unexpected("a string"));
        };
        std::str::from_utf8(bytes).map_err(|_| self.error(Problem::Utf8 { field: self.number }))
    }

    #[inline(always)]
    pub(crate) fn fixed64(&self) -> Result<u64, DecodeError> {
        match self.value {
            WireValue::Fixed64(value) => Ok(value),
            _ => Err(self.unexpected("a 64-bit fixed number")),
        }
    }

    #[inline(always)]
    pub(crate) fn double(&self) -> Result<f64, DecodeError> {
        self.fixed64().map(f64::from_bits)
    }

    #[inline(always)]
    pub(crate) fn varint(&self) -> Result<u64, DecodeError> {
        match self.value {
            WireValue::Varint(value) => Ok(value),
            _ => Err(self.unexpected("a variable-length integer")),
        }
    }

    /// A `uint32` or an enumeration. Longer values are cut to their low bits, as protobuf says.
    #[inline(always)]
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
