//! Talk about passwords, and words beside a value that say what it is instead.

use super::Label;
use super::gate::Gate;
use super::shape::Shape;
use super::sign::sign;
use super::strength::words_of_phrase;
use super::value::Value;
use super::words::{ABOUT, DENY, KNOWN, LABELS, LOGIN, UNIT};
use crate::scan::fold::fold;

impl Gate<'_> {
    /// Words that talk about passwords instead of being one.
    pub(super) fn is_talk(&self, value: Value, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let folded = fold(&text);
        let first = folded
            .split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'\'' | b'-'))
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        let first_word = first.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
        let denied = |word: &[u8]| self.label.lexicon.groups(word) & (DENY | LABELS) != 0;
        let shape = Shape::of(bytes);
        // "mdp : motdepasse" is one, `password: password` is not.
        let label = self.label.span.of(self.label.text).map(|label| fold(&String::from_utf8_lossy(label)));
        let own = self.label.lexicon.groups(&folded) & KNOWN != 0
            && label.is_some_and(|label| label != folded)
            && !self.link.quoted_label
            && !self.is_code_line();
        if !own
            && (denied(&folded)
                || (shape.digits == 0 || value.quoted && bytes.contains(&b' '))
                    && (denied(first) || denied(first_word))
                    && words_of_phrase(self.label.lexicon, bytes).is_none())
        {
            return true;
        }
        // A validation rule: `required|min:8`, `^[A-Z]+$`.
        let rule = (bytes.contains(&b'|') || bytes.contains(&b':')) && denied(first_word);
        let remark = !value.quoted && bytes.starts_with(b"(") && !bytes.contains(&b')');
        let named = || shape.digits == 0 && !value.quoted && self.is_before_label(value);
        rule || remark || bytes.starts_with(b"^") || bytes.starts_with(b"/^") || named()
    }

    /// "Root password is required": a word before another label to which nothing is linked.
    fn is_before_label(&self, value: Value) -> bool {
        let Label { lexicon, text, window, .. } = self.label;
        if text.get(value.span.end) != Some(&b' ') {
            return false;
        }
        let folded = window.text();
        let label = lexicon.longest_at(folded, window.index(value.span.end + 1), LABELS);
        label.is_some_and(|(end, _)| sign(text, window.original(end)).is_none())
    }

    /// Whether the label is the complement of another noun: "changement de mot de passe", "password policy".
    pub(super) fn is_about(&self) -> bool {
        let folded = self.label.window.text();
        let at = self.label.window.index(self.label.span.start);
        let start = at.saturating_sub(60);
        let clause = folded[start..at]
            .iter()
            .rposition(|byte| matches!(byte, b'.' | b'\n' | b';' | b'!' | b'?'))
            .map_or(start, |found| start + found + 1);
        self.label.lexicon.any(folded, clause, at, ABOUT)
    }

    /// Whether the other half of a login stands near: before the label or behind the value.
    pub(super) fn is_paired(&self, end: usize) -> bool {
        let folded = self.label.window.text();
        let behind = self.label.window.index(end).min(folded.len());
        self.follows_login() || self.names_login(behind, folded.len().min(behind + 60))
    }

    /// Whether it stands before the label.
    pub(super) fn follows_login(&self) -> bool {
        let label = self.label.window.index(self.label.span.start);
        self.names_login(label.saturating_sub(110), label)
    }

    fn names_login(&self, from: usize, to: usize) -> bool {
        let signed = |rest: &[u8]| matches!(rest.first(), Some(b':' | b'=' | b'|' | b'-' | b'\t'));
        let folded = self.label.window.text();
        self.label.lexicon.words(folded, from, to).any(|word| {
            let rest = folded[word.end..to.max(word.end)].trim_ascii_start();
            word.groups & LOGIN != 0
                && (signed(rest) || rest.starts_with(b"\":") || rest.starts_with(b"\\\":"))
        })
    }

    /// `csrf_token`, `nextPageToken`: made for one page or one answer, they open nothing.
    pub(super) fn is_handle(&self) -> bool {
        let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let before = &self.label.text[..self.label.span.start];
        let length = before.iter().rev().take(24).take_while(name).count();
        let name = before[before.len() - length..].to_ascii_lowercase();
        let name = name.trim_ascii_end();
        let name = name.strip_suffix(b"_").or_else(|| name.strip_suffix(b"-")).unwrap_or(name);
        HANDLES.iter().any(|handle| name.ends_with(handle))
    }

    /// "12 caractères", "90 jours": a number that measures.
    pub(super) fn is_measure(&self, value: Value) -> bool {
        self.is_measured(value.span.end) || self.is_about()
    }

    /// Whether the next word behind a number says what it counts: "12 caractères", "8 à 12 caractères".
    pub(super) fn is_measured(&self, end: usize) -> bool {
        if self.label.text.get(end) != Some(&b' ') {
            return false;
        }
        let folded = self.label.window.text();
        let after = self.label.window.index(end).min(folded.len());
        let mut words = self.label.lexicon.words(folded, after, folded.len().min(after + 24));
        let Some(next) = words.next() else { return false };
        let number = words.next().is_some_and(|word| folded[word.start].is_ascii_digit());
        next.groups & UNIT != 0 || number && next.end - next.start <= 3
    }
}

/// Names of tokens that are no secrets.
const HANDLES: [&[u8]; 12] = [
    b"public",
    b"publishable",
    b"csrf",
    b"xsrf",
    b"authenticity",
    b"forgery",
    b"verification",
    b"next",
    b"page",
    b"continuation",
    b"pagination",
    b"cursor",
];
