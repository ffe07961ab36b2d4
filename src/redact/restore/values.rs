//! The values that an answer may get back, by the placeholder that stands for each. Knows no bodies.

use crate::redact::placeholder::Placeholders;
use crate::sensitive::Sensitive;
use std::sync::Arc;

/// One placeholder without its brackets, in lower case (`niss_bcdfghjk`), and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: Box<[u8]>,
    pub(super) value: Arc<Sensitive<Vec<u8>>>,
}

/// All values that may come back, sorted by name, so that the beginning of a name can be looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    entries: Vec<Entry>,
    words: Vec<Box<[u8]>>,
    starts: Vec<u8>,
}

/// What a name, or the beginning of one, is.
pub(super) enum Known<'a> {
    /// No placeholder of ours begins so.
    No,
    /// Some begin so.
    Beginning,
    /// One is exactly this; longer ones may begin so.
    Exact(&'a [u8]),
}

impl Values {
    /// From placeholders as they stand in text, with brackets; of two with the same name the first stays.
    pub(super) fn new<'a>(pairs: impl Iterator<Item = (&'a str, Arc<Sensitive<Vec<u8>>>)>) -> Self {
        let mut entries: Vec<Entry> = pairs
            .map(|(placeholder, value)| {
                let name =
                    placeholder.trim_matches(['[', ']']).to_ascii_lowercase().into_bytes().into_boxed_slice();
                Entry { name, value }
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|later, first| later.name == first.name);
        let word = |entry: &Entry| entry.name.split(|byte| *byte == b'_').next().unwrap_or_default().into();
        let mut words: Vec<Box<[u8]>> = entries.iter().map(word).collect();
        words.dedup();
        let mut starts: Vec<u8> = words.iter().filter_map(|word| word.first().copied()).collect();
        starts.dedup();
        Self { entries, words, starts }
    }

    /// The values of a request.
    pub(super) fn of(placeholders: &Placeholders) -> Self {
        Self::new(placeholders.iter().map(|(placeholder, value)| (placeholder, Arc::new(value.clone()))))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a byte may begin a placeholder: a bracket, a backslash before one, the first letter of a type word.
    pub(super) fn may_start(&self, byte: u8) -> bool {
        matches!(byte, b'[' | b'\\') || self.starts.contains(&byte.to_ascii_lowercase())
    }

    /// Whether this is the whole type word of some placeholder.
    pub(super) fn is_word(&self, name: &[u8]) -> bool {
        self.words.iter().any(|word| **word == *name)
    }

    /// Looks a name up.
    pub(super) fn look_up(&self, name: &[u8]) -> Known<'_> {
        let at = self.entries.partition_point(|entry| *entry.name < *name);
        match self.entries.get(at) {
            Some(entry) if *entry.name == *name => Known::Exact(entry.value.expose()),
            Some(entry) if entry.name.starts_with(name) => Known::Beginning,
            Some(_) | None => Known::No,
        }
    }
}
