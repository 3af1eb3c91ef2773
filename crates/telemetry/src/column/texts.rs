//! Many texts end to end in one allocation.

/// A list of texts in one arena: 4 bytes per text plus its bytes.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    arena: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Appends a text. The caller keeps the arena below 4 GiB (see [`Texts::arena_bytes`]).
    pub fn push(&mut self, text: &str) {
        self.arena.push_str(text);
        self.ends.push(self.arena.len() as u32);
    }

    /// The text at `index`.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize
        };
        &self.arena[start..self.ends[index] as usize]
    }

    /// Whether the text at `index` is this one; quicker than comparing [`Texts::get`].
    #[must_use]
    #[inline]
    pub fn is(&self, index: usize, text: &str) -> bool {
        let start = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize
        };
        let end = self.ends[index] as usize;
        end - start == text.len() && &self.arena.as_bytes()[start..end] == text.as_bytes()
    }

    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts joined, for a search that runs over all of them at once.
    #[must_use]
    pub fn arena(&self) -> &str {
        &self.arena
    }

    /// Where each text ends in [`Texts::arena`].
    #[must_use]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Bytes of text.
    #[must_use]
    pub fn arena_bytes(&self) -> usize {
        self.arena.len()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.arena.capacity() + self.ends.capacity() * 4
    }

    /// Removes all texts and keeps the allocation.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.ends.clear();
    }

    /// Gives back spare room.
    pub fn shrink(&mut self) {
        self.arena.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// A copy without spare room.
    #[must_use]
    pub fn fitted(&self) -> Self {
        self.clone()
    }

    /// A copy in another order, sized to fit.
    #[must_use]
    pub fn reordered(&self, order: &[u16]) -> Self {
        let mut sorted = Self {
            arena: String::with_capacity(self.arena.len()),
            ends: Vec::with_capacity(self.ends.len()),
        };
        for index in order {
            sorted.push(self.get(usize::from(*index)));
        }
        sorted
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut list = Self::default();
        for text in texts {
            list.push(text);
        }
        list
    }
}
