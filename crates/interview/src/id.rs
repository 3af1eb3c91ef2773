//! Ids that are short enough for an address bar.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Twelve random characters without look-alikes: 60 bits, which no server runs out of.
pub fn random_id() -> String {
    let mut bits = Uuid::new_v4().as_u64_pair().1;
    (0..12)
        .map(|_| {
            let digit = ALPHABET[(bits % 32) as usize];
            bits /= 32;
            char::from(digit)
        })
        .collect()
}
