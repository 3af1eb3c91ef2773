//! The few protobuf primitives that OTLP needs, written straight into a byte buffer.
//!
//! Telemetry is the hottest path of a simulation: building message structs first and encoding them afterwards
//! costs four times as much as writing the bytes at once. Lengths of hot messages are computed beforehand;
//! cold ones use [`message`], which shifts its content when the length is known.
//!
//! It does not read protobuf; the tests decode with `prost`.

/// Wire type 0: a varint.
const VARINT: u32 = 0;
/// Wire type 1: eight bytes, little-endian.
const FIXED64: u32 = 1;
/// Wire type 2: a length and that many bytes.
const LENGTH_DELIMITED: u32 = 2;

/// Number of bytes that `value` takes as a varint.
pub(crate) const fn varint_len(value: u64) -> usize {
    if value < 0x80 {
        return 1;
    }
    // Each byte carries seven bits.
    ((70 - value.leading_zeros()) / 7) as usize
}

/// Number of bytes of a length-delimited field with a one-byte tag.
pub(crate) const fn delimited_len(content: usize) -> usize {
    1 + varint_len(content as u64) + content
}

/// Appends a varint.
#[inline]
pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[inline]
fn tag(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

/// Appends a varint field, also when it is zero.
#[inline]
pub(crate) fn uint(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, VARINT);
    varint(out, value);
}

/// Appends a `fixed64` field.
#[inline]
pub(crate) fn fixed64(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a `double` field.
#[inline]
pub(crate) fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    fixed64(out, field, value.to_bits());
}

/// Appends the tag and length of a message or string whose content follows.
#[inline(always)]
pub(crate) fn header(out: &mut Vec<u8>, field: u32, content: usize) {
    if field < 16 && content < 0x80 {
        // Nearly all of them: one check of the room for both bytes.
        out.extend_from_slice(&[(field << 3 | LENGTH_DELIMITED) as u8, content as u8]);
    } else {
        tag(out, field, LENGTH_DELIMITED);
        varint(out, content as u64);
    }
}

/// Appends the tag and length of a message of less than 128 bytes, and those of the string with which it begins.
#[inline]
pub(crate) fn short_headers(out: &mut Vec<u8>, fields: [u32; 2], content: [usize; 2]) {
    let [message, string] = fields.map(|field| (field << 3 | LENGTH_DELIMITED) as u8);
    out.extend_from_slice(&[message, content[0] as u8, string, content[1] as u8]);
}

/// Appends a `bytes` or `string` field.
#[inline]
pub(crate) fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    header(out, field, value.len());
    out.extend_from_slice(value);
}

/// Appends a packed `repeated fixed64` field.
pub(crate) fn packed_fixed64(
    out: &mut Vec<u8>,
    field: u32,
    values: impl ExactSizeIterator<Item = u64>,
) {
    header(out, field, values.len() * 8);
    for value in values {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// Appends a message of yet unknown length. For cold paths: the content is moved once.
pub(crate) fn message(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    tag(out, field, LENGTH_DELIMITED);
    let start = out.len();
    write(out);
    let content = out.len() - start;
    let prefix = varint_len(content as u64);
    out.resize(out.len() + prefix, 0);
    out.copy_within(start..start + content, start + prefix);
    let mut length = content as u64;
    for byte in &mut out[start..start + prefix] {
        *byte = length as u8 | 0x80;
        length >>= 7;
    }
    out[start + prefix - 1] &= 0x7f;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varint_length_matches_what_is_written() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, (1u64 << shift) | 1] {
                let mut out = Vec::new();
                varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
            }
        }
        assert_eq!(varint_len(u64::MAX), 10);
    }

    #[test]
    fn shifted_message_equals_one_of_known_length() {
        for length in [0usize, 1, 127, 128, 300, 20_000] {
            let content = vec![7u8; length];
            let (mut shifted, mut direct) = (Vec::new(), Vec::new());
            message(&mut shifted, 3, |out| out.extend_from_slice(&content));
            bytes(&mut direct, 3, &content);
            assert_eq!(shifted, direct, "length {length}");
        }
    }
}
