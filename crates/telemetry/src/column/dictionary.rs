//! The values of one key, each kept once and named by a small number.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Texts;

/// How much one dictionary may hold. What does not fit is kept by the segment it occurs in
/// ([`super::TextColumn`]'s own texts): nothing is lost, but such values cost memory per segment and
/// are compared once per segment instead of once.
#[derive(Clone, Copy, Debug)]
pub struct DictionaryLimits {
    /// Greatest number of values.
    pub values: usize,
    /// Greatest number of bytes of text.
    pub bytes: usize,
}

impl Default for DictionaryLimits {
    fn default() -> Self {
        Self {
            values: 2 << 20,
            bytes: 64 << 20,
        }
    }
}

/// Text values of one key, numbered from 0 in order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    index: HashTable<u32>,
    texts: Texts,
    hasher: FixedState,
}

impl Dictionary {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The value with this number.
    #[must_use]
    #[inline]
    pub fn get(&self, id: u32) -> &str {
        self.texts.get(id as usize)
    }

    /// Whether the value with this number is this text.
    #[must_use]
    #[inline]
    pub fn is(&self, id: u32, text: &str) -> bool {
        self.texts.is(id as usize, text)
    }

    /// The number of `text`, if it is known.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index
            .find(self.hasher.hash_one(text.as_bytes()), |id| {
                self.texts.get(*id as usize) == text
            })
            .copied()
    }

    /// The number of `text`, adding it when it is new, whatever the size.
    pub fn intern(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text.as_bytes());
        self.find_hashed(hash, text)
            .unwrap_or_else(|| self.insert(hash, text))
    }

    /// The number of `text`, or `None` when it is new and there is no room for it.
    pub fn intern_within(&mut self, text: &str, limits: DictionaryLimits) -> Option<u32> {
        let hash = self.hasher.hash_one(text.as_bytes());
        if let Some(id) = self.find_hashed(hash, text) {
            return Some(id);
        }
        let fits =
            self.len() < limits.values && self.texts.arena_bytes() + text.len() <= limits.bytes;
        fits.then(|| self.insert(hash, text))
    }

    /// The values in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// Bytes of the values' text.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.texts.arena_bytes()
    }

    /// The values as a list of texts.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.texts.bytes() + self.index.capacity() * 5
    }

    /// Gives back spare room; for when no value will be added any more.
    pub fn shrink(&mut self) {
        self.texts.shrink();
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.index
            .shrink_to_fit(|id| hasher.hash_one(texts.get(*id as usize).as_bytes()));
    }

    fn find_hashed(&self, hash: u64, text: &str) -> Option<u32> {
        self.index
            .find(hash, |id| self.texts.is(*id as usize, text))
            .copied()
    }

    fn insert(&mut self, hash: u64, text: &str) -> u32 {
        let id = self.texts.len() as u32;
        self.texts.push(text);
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.index.insert_unique(hash, id, |other| {
            hasher.hash_one(texts.get(*other as usize).as_bytes())
        });
        id
    }
}
