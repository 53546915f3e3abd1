//! Identifiers that look random but lead back to the position they were made from, so that a million people
//! need no table from id to person.

use uuid::Uuid;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Mixes 64 bits well (the finaliser of `SplitMix64`).
pub(crate) const fn mix(value: u64) -> u64 {
    let mut x = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The remainder of a hash as a position below `bound` (which must not be zero).
pub(crate) fn below(hash: u64, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX);
    usize::try_from(hash % bound).unwrap_or(0)
}

/// Widens a position.
pub(crate) fn wide(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

fn round(half: u16, seed: u64, turn: u64) -> u16 {
    let bytes = mix(seed ^ (turn << 48) ^ u64::from(half)).to_le_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}

/// A keyed permutation of 32 bits: four rounds of a Feistel network.
fn scramble(value: u32, seed: u64) -> u32 {
    let [a, b, c, d] = value.to_be_bytes();
    let (mut left, mut right) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    for turn in 0..4 {
        (left, right) = (right, left ^ round(right, seed, turn));
    }
    (u32::from(left) << 16) | u32::from(right)
}

fn unscramble(value: u32, seed: u64) -> u32 {
    let [a, b, c, d] = value.to_be_bytes();
    let (mut left, mut right) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    for turn in (0..4).rev() {
        (left, right) = (right ^ round(left, seed, turn), left);
    }
    (u32::from(left) << 16) | u32::from(right)
}

/// The Entra object id at a position: a version 4 GUID to look at.
pub(crate) fn guid(seed: u64, index: usize) -> Uuid {
    let head = scramble(u32::try_from(index).unwrap_or(u32::MAX), seed);
    let tail = mix(seed.rotate_left(17) ^ u64::from(head));
    let rest = mix(tail);
    let mut bytes = [0_u8; 16];
    bytes[..4].copy_from_slice(&head.to_be_bytes());
    bytes[4..12].copy_from_slice(&tail.to_be_bytes());
    bytes[12..].copy_from_slice(&rest.to_be_bytes()[..4]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// The position of an Entra object id, if it was made by [`guid`] with the same seed.
pub(crate) fn guid_index(seed: u64, id: &str) -> Option<usize> {
    let parsed = Uuid::try_parse(id).ok()?;
    let bytes = parsed.as_bytes();
    let head = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let index = usize::try_from(unscramble(head, seed)).ok()?;
    (guid(seed, index) == parsed).then_some(index)
}

/// The Okta id at a position: `00u` (users) or `00g` (groups) and 17 letters and digits.
pub(crate) fn okta(prefix: &str, seed: u64, index: usize) -> String {
    let head = scramble(u32::try_from(index).unwrap_or(u32::MAX), seed);
    let mut out = String::with_capacity(20);
    out.push_str(prefix);
    push_base62(&mut out, u64::from(head), 6);
    push_base62(&mut out, mix(seed.rotate_left(29) ^ u64::from(head)), 11);
    out
}

/// The position of an Okta id, if it was made by [`okta`] with the same prefix and seed.
pub(crate) fn okta_index(prefix: &str, seed: u64, id: &str) -> Option<usize> {
    let digits = id.strip_prefix(prefix)?.as_bytes().get(..6)?;
    let mut head = 0_u64;
    for digit in digits.iter().rev() {
        let value = ALPHABET.iter().position(|letter| letter == digit)?;
        head = head * 62 + wide(value);
    }
    let index = usize::try_from(unscramble(u32::try_from(head).ok()?, seed)).ok()?;
    (okta(prefix, seed, index) == id).then_some(index)
}

fn push_base62(out: &mut String, mut value: u64, digits: usize) {
    for _ in 0..digits {
        out.push(char::from(ALPHABET[below(value, 62)]));
        value /= 62;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_position_and_foreign_ones_nowhere() {
        for index in [0, 1, 45, 46, 999, 123_456, 4_000_000] {
            assert_eq!(guid_index(7, &guid(7, index).to_string()), Some(index));
            let id = okta("00u", 7, index);
            assert_eq!(id.len(), 20);
            assert_eq!(okta_index("00u", 7, &id), Some(index));
            assert_eq!(guid_index(8, &guid(7, index).to_string()), None);
        }
        assert_eq!(guid_index(7, "not a guid"), None);
        assert_eq!(okta_index("00u", 7, "00u1"), None);
    }
}
