//! A text in some of the four languages. Knows no message.

use crate::language::Language;
use std::sync::Arc;

/// A text that the charter's author wrote, in one or more languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localised([Option<Arc<str>>; 4]);

impl Localised {
    /// The same text in every language.
    #[must_use]
    pub fn same(text: &str) -> Self {
        let text: Arc<str> = text.into();
        Self([Some(text.clone()), Some(text.clone()), Some(text.clone()), Some(text)])
    }

    /// Sets the text in one language.
    pub fn set(&mut self, language: Language, text: &str) {
        self.0[language as usize] = Some(text.into());
    }

    /// The text in a language, if there is one.
    #[must_use]
    pub fn get(&self, language: Language) -> Option<&Arc<str>> {
        self.0[language as usize].as_ref()
    }

    /// The text in a language, or else in another one, the fallback first.
    #[must_use]
    pub fn nearest(&self, language: Language, fallback: Language) -> Option<&Arc<str>> {
        self.get(language).or_else(|| self.get(fallback)).or_else(|| self.0.iter().flatten().next())
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}
