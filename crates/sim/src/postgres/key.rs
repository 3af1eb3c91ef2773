//! Keys of an index as bytes whose order is the order of their values, so that a search compares a few words.
//!
//! A descent of an index compares some thirty keys. As values each of them is two or three reads of memory away; here
//! the first [`INLINE`] bytes stand beside the row's number and mostly decide. Each value opens with a tag that is never
//! zero and ends by itself, so a key that is a prefix of another sorts before it and what is left of the words may be
//! zeros. Read only what `storage` needs: keys are made and compared, never turned back into values.

use std::cmp::Ordering;

use super::{
    jsonb,
    value::{Value, canonical_float},
};

/// Bytes of a key that need no memory of their own: two `uuid`, or a name and a time.
const INLINE: usize = 40;

const WORDS: usize = INLINE / size_of::<u64>();

/// One tag a kind; NULL sorts after everything and whole numbers meet fractions.
mod tag {
    pub(super) const ARRAY: u8 = 1;
    pub(super) const BOOL: u8 = 2;
    pub(super) const NUMBER: u8 = 3;
    pub(super) const BYTES: u8 = 4;
    pub(super) const INTERVAL: u8 = 5;
    pub(super) const JSON: u8 = 6;
    pub(super) const TEXT: u8 = 7;
    pub(super) const TIMESTAMP: u8 = 8;
    pub(super) const UUID: u8 = 9;
    pub(super) const NULL: u8 = 0xfe;
    /// No value: behind all keys that continue from here.
    pub(super) const AFTER: u8 = 0xff;
}

/// An encoded key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The first bytes, as numbers that compare as the bytes do.
    words: [u64; WORDS],
    rest: Box<[u8]>,
}

impl Key {
    /// The key of some values, unless one is NULL, which equals nothing.
    pub(super) fn of_known<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Self> {
        let mut builder = KeyBuilder::default();
        for value in values {
            if value.is_null() {
                return None;
            }
            builder.push(value);
        }
        Some(builder.before())
    }

    /// The key of some values.
    pub(super) fn of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut builder = KeyBuilder::default();
        for value in values {
            builder.push(value);
        }
        builder.before()
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        for (a, b) in self.words.iter().zip(&other.words) {
            if a != b {
                return a.cmp(b);
            }
        }
        self.rest.cmp(&other.rest)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A key in the making.
#[derive(Debug, Clone)]
pub(super) struct KeyBuilder {
    inline: [u8; INLINE],
    /// How many of the inline bytes are used.
    used: usize,
    rest: Vec<u8>,
}

impl Default for KeyBuilder {
    fn default() -> Self {
        KeyBuilder {
            inline: [0; INLINE],
            used: 0,
            rest: Vec::new(),
        }
    }
}

impl KeyBuilder {
    /// The place before all keys that start with the values so far, which is also the key of just these.
    pub(super) fn before(self) -> Key {
        let (words, _) = self.inline.as_chunks();
        let mut key = Key {
            words: [0; WORDS],
            rest: self.rest.into(),
        };
        for (word, bytes) in key.words.iter_mut().zip(words) {
            *word = u64::from_be_bytes(*bytes);
        }
        key
    }

    /// The place after all keys that start with the values so far.
    pub(super) fn after(mut self) -> Key {
        self.extend(&[tag::AFTER]);
        self.before()
    }

    /// Adds the next value.
    pub(super) fn push(&mut self, value: &Value) {
        match value {
            Value::Null => self.extend(&[tag::NULL]),
            Value::Bool(value) => self.extend(&[tag::BOOL, u8::from(*value)]),
            Value::Int(value) => self.extend(&whole_number(*value)),
            Value::Float(value) => self.extend(&number(*value, 0)),
            Value::Text(text) => self.extend_escaped(tag::TEXT, text.as_bytes()),
            Value::Uuid(uuid) => {
                let mut bytes = [tag::UUID; 17];
                bytes[1..].copy_from_slice(uuid.as_bytes());
                self.extend(&bytes);
            }
            Value::Timestamp(time) => {
                let mut bytes = [tag::TIMESTAMP; 9];
                bytes[1..].copy_from_slice(&time.as_unix_nanos().to_be_bytes());
                self.extend(&bytes);
            }
            Value::Interval(interval) => {
                let mut bytes = [tag::INTERVAL; 17];
                let micros = interval.comparable_micros() ^ i128::MIN;
                bytes[1..].copy_from_slice(&micros.to_be_bytes());
                self.extend(&bytes);
            }
            Value::Json(json) => self.extend_escaped(tag::JSON, jsonb::format(json).as_bytes()),
            Value::Bytes(bytes) => self.extend_escaped(tag::BYTES, bytes),
            Value::Array(values) => {
                self.extend(&[tag::ARRAY]);
                values.iter().for_each(|value| self.push(value));
                self.extend(&[0]);
            }
        }
    }

    /// Bytes of any length: a zero is followed by 255, and a zero and a one end them.
    fn extend_escaped(&mut self, tag: u8, bytes: &[u8]) {
        self.extend(&[tag]);
        for (index, piece) in bytes.split(|byte| *byte == 0).enumerate() {
            if index > 0 {
                self.extend(&[0, 0xff]);
            }
            self.extend(piece);
        }
        self.extend(&[0, 1]);
    }

    #[inline]
    fn extend(&mut self, bytes: &[u8]) {
        let end = self.used + bytes.len();
        if let Some(room) = self.inline.get_mut(self.used..end) {
            room.copy_from_slice(bytes);
            self.used = end;
        } else {
            let (inline, rest) = bytes.split_at(INLINE - self.used);
            self.inline[self.used..].copy_from_slice(inline);
            self.used = INLINE;
            if self.rest.is_empty() {
                self.rest.reserve_exact(INLINE.max(rest.len()));
            }
            self.rest.extend_from_slice(rest);
        }
    }
}

/// Whole numbers compare with fractions as fractions do; the second part tells those apart that round to the same.
fn whole_number(value: i64) -> [u8; 11] {
    let rounded = value as f64;
    let error = i128::from(value) - rounded as i128;
    // Neighbouring floats are at most 1024 apart up to 2^63.
    number(rounded, i16::try_from(error).unwrap_or(i16::MAX))
}

fn number(value: f64, error: i16) -> [u8; 11] {
    let bits = canonical_float(value).to_bits();
    // Positive numbers get the sign bit, negative ones are turned around.
    let ordered = if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    };
    let mut bytes = [tag::NUMBER; 11];
    bytes[1..9].copy_from_slice(&ordered.to_be_bytes());
    bytes[9..].copy_from_slice(&(error.cast_unsigned() ^ 1 << 15).to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        Timestamp,
        postgres::{Interval, value::cmp_slices},
    };

    /// Texts that are prefixes of each other, with zeros, and longer than what is inline.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[ab\0\u{1}]{0,3}", "a{30,50}[ab]"]
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        vec(
            prop_oneof![Just(0), Just(1), Just(254), Just(255), any::<u8>()],
            0..4,
        )
    }

    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-3_i64..3).prop_map(Value::Int),
            (i64::MAX - 3_000..=i64::MAX).prop_map(Value::Int),
            any::<i64>().prop_map(Value::Int),
        ]
    }

    fn fraction() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(-0.0),
            Just(0.0),
            Just(f64::NAN),
            Just(-f64::NAN),
            Just(f64::NEG_INFINITY),
            any::<f64>()
        ]
        .prop_map(Value::Float)
    }

    /// Two to four values each of one kind or NULL, as the columns of an index are.
    fn keys() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
        let column = |kind: usize| {
            let value = match kind {
                0 => any::<bool>().prop_map(Value::Bool).boxed(),
                1 => number().boxed(),
                2 => fraction().boxed(),
                3 => text().prop_map(Value::from).boxed(),
                4 => (0_u64..4)
                    .prop_map(|nanos| Value::Timestamp(Timestamp::from_unix_nanos(nanos)))
                    .boxed(),
                5 => (0_u128..3)
                    .prop_map(|number| Value::Uuid(uuid::Uuid::from_u128(number << 90)))
                    .boxed(),
                6 => any::<i64>()
                    .prop_map(|micros| Value::from(Interval::from_micros(micros)))
                    .boxed(),
                7 => bytes()
                    .prop_map(|bytes| Value::from(Bytes::from(bytes)))
                    .boxed(),
                8 => text()
                    .prop_map(|text| Value::from(serde_json::Value::from(text)))
                    .boxed(),
                _ => vec(number(), 0..3)
                    .prop_map(|values| Value::Array(values.into()))
                    .boxed(),
            };
            prop_oneof![4 => value, 1 => Just(Value::Null)]
        };
        vec(0_usize..10, 1..4).prop_flat_map(move |kinds| {
            let key = || kinds.iter().map(|kind| column(*kind)).collect::<Vec<_>>();
            (key(), key())
        })
    }

    proptest! {
        #[test]
        fn keys_compare_as_their_values_do((a, b) in keys()) {
            prop_assert_eq!(Key::of(&a).cmp(&Key::of(&b)), cmp_slices(&a, &b));
        }

        #[test]
        fn a_prefix_encloses_exactly_its_keys((a, b) in keys(), length in 0_usize..4) {
            let length = length.min(a.len());
            let mut prefix = KeyBuilder::default();
            a[..length].iter().for_each(|value| prefix.push(value));
            let (before, after) = (prefix.clone().before(), prefix.after());
            let key = Key::of(&b);
            let expected = cmp_slices(&b[..length], &a[..length]);
            let found = match (key < before, key > after) {
                (true, _) => Ordering::Less,
                (_, true) => Ordering::Greater,
                _ => Ordering::Equal,
            };
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn whole_numbers_meet_fractions() {
        let check = |whole: i64, fraction: f64| {
            let (whole, fraction) = (Value::Int(whole), Value::Float(fraction));
            assert_eq!(
                Key::of([&whole]).cmp(&Key::of([&fraction])),
                whole.total_cmp(&fraction)
            );
        };
        for whole in [-2, 0, 1, 1 << 53] {
            for fraction in [
                -2.0,
                -1.5,
                -0.0,
                0.5,
                1.0,
                9_007_199_254_740_992.0,
                f64::NAN,
            ] {
                check(whole, fraction);
            }
        }
    }
}
