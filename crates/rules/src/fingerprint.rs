//! Fingerprints of texts: what is compared in place of the texts where there are many. Two texts have the same one by a
//! chance of one to 2^64, as long as nobody outside knows the seed.

/// Makes fingerprints under one seed: XXH3, the quickest for texts as short as usernames.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprints(u64);

#[cfg(not(target_arch = "wasm32"))]
impl Fingerprints {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    #[inline]
    pub(crate) fn of(self, text: &str) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), self.0)
    }
}

/// Makes fingerprints under one seed: in a browser rapidhash, which is a third as long and no slower there. They are compared
/// among each other only.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprints(rapidhash::v3::RapidSecrets);

#[cfg(target_arch = "wasm32")]
impl Fingerprints {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(rapidhash::v3::RapidSecrets::seed(seed))
    }

    #[inline]
    pub(crate) const fn of(&self, text: &str) -> u64 {
        rapidhash::v3::rapidhash_v3_nano_inline::<true, true>(text.as_bytes(), &self.0)
    }
}
