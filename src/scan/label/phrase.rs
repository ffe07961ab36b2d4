//! Marks that are phrases: state classification, NATO, EU, traffic lights, business labels. A phrase marks in
//! marking position (alone or set off on its line, subject, file name, labelled value) and is a mere word elsewhere.

use super::Mark;
use super::code::Form;
use super::mention::{Place, is_head_or_foot, is_quoted, place};
use super::sentence::{self, PAGE, Range, line, line_after, line_before, trim};
use super::words::{DISCLAIMER, LABEL, LABELLED, LEVELS, MENTION, NEGATIVE, severity};
use crate::finding::Confidence;
use crate::scan::fold::{ShortWord, UNTICKED, Window, fold};
use crate::scan::lexicon::{Lexicon, ends_word, is_word_byte, starts_word};
use crate::span::Span;

/// Bytes that a mark is judged by, on either side.
const REACH: usize = 400;

/// Bytes of a first look before and behind it.
const NEAR: (usize, usize) = (8, 128);

/// Bytes between a label and its value.
const LINK_MAX: usize = 8;

/// The phrases of one scheme.
#[derive(Clone, Debug, Default)]
pub struct Phrases {
    all: Vec<Phrase>,
    /// Whether a label's value that is a mere level word counts: `Classification : interne`.
    pub labels: bool,
}

#[derive(Clone, Debug)]
struct Phrase {
    folded: Box<[u8]>,
    level: Box<str>,
    severity: u8,
    kind: Kind,
}

/// How much a phrase says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody writes it but to mark: `SECRET UE/EU SECRET`, `VS-NfD`.
    Exact,
    /// A word of the language too: `CONFIDENTIEL`, `SECRET`. Needs capitals, brackets or a page's edge.
    Word,
    /// A word of every second sentence: `INTERNE`. Needs capitals, its line for itself or its beginning, and a page's edge.
    Head,
}

impl Phrases {
    /// Adds a phrase with its level and severity.
    pub fn add(&mut self, phrase: &str, level: &str, severity: u8, kind: Kind) {
        let phrase = Phrase { folded: fold(phrase).into(), level: level.into(), severity, kind };
        self.all.push(phrase);
    }

    /// Judges the phrase that starts at `at`.
    #[must_use]
    pub fn find(&self, lexicon: &Lexicon, text: &[u8], at: usize, form: Form) -> Option<Mark> {
        if at > 0 && text[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        if !self.may_be(lexicon, text, at) {
            return None;
        }
        if self.is_prose(lexicon, &Window::around(text, at, NEAR.0, NEAR.1), at, form) {
            return None;
        }
        let window = Window::around(text, at, REACH, REACH);
        let folded = window.text();
        let start = window.index(at);
        let Some((phrase, end)) = self.longest(folded, start) else {
            return if self.labels { labelled_word(lexicon, folded, &window, start) } else { None };
        };
        let (start, end) = self.widen(folded, start, end)?;
        let original = text.get(window.original(start)..window.original(end))?;
        let judge = Judge { lexicon, text: folded, window: &window, start, end, kind: phrase.kind, original };
        let confidence = judge.confidence(form, text.len())?;
        Some(Mark {
            span: Span::new(window.original(start), window.original(end)),
            level: phrase.level.to_string(),
            severity: phrase.severity,
            confidence,
        })
    }

    /// Whether a phrase or a label may begin at `at`, by its first word: most places have none.
    fn may_be(&self, lexicon: &Lexicon, text: &[u8], at: usize) -> bool {
        let Some(word) = ShortWord::at(text, at) else { return true };
        let word = word.as_slice();
        let begins = |phrase: &Phrase| {
            phrase
                .folded
                .strip_prefix(word)
                .is_some_and(|rest| rest.first().is_none_or(|next| !is_word_byte(*next)))
        };
        self.all.iter().any(begins) || self.labels && lexicon.begins(word, LABEL)
    }

    /// Whether a near look is enough: no phrase and no linked label, or a phrase between plain words of a sentence.
    fn is_prose(&self, lexicon: &Lexicon, near: &Window, at: usize, form: Form) -> bool {
        let (text, start) = (near.text(), near.index(at));
        let Some((_, end)) = self.longest(text, start) else {
            return !self.labels || value_at(lexicon, text, start).is_none();
        };
        let follows = matches!(text[..start], [.., last, b' '] if is_word_byte(last));
        let goes_on = matches!(text[end..], [b' ', next, ..] if is_word_byte(next));
        form == Form::Text && follows && goes_on
    }

    fn longest(&self, text: &[u8], at: usize) -> Option<(&Phrase, usize)> {
        let here = |phrase: &&Phrase| {
            text[at..].starts_with(&phrase.folded) && ends_word(text, at + phrase.folded.len())
        };
        let phrase = self.all.iter().filter(here).max_by_key(|phrase| phrase.folded.len())?;
        Some((phrase, at + phrase.folded.len()))
    }

    /// Takes in further phrases of the scheme behind (`SECRET / GEHEIM`) and refuses one that stands behind another.
    fn widen(&self, text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        let before = text[..start].trim_ascii_end();
        let joined =
            before.strip_suffix(b"/").or_else(|| before.strip_suffix(b"-")).map(<[u8]>::trim_ascii_end);
        let follows = joined.is_some_and(|joined| {
            self.all.iter().any(|phrase| {
                joined.ends_with(&phrase.folded) && starts_word(text, joined.len() - phrase.folded.len())
            })
        });
        if follows {
            return None;
        }
        let mut end = end;
        loop {
            let rest = &text[end..];
            let law = [&b" (loi"[..], b" (wet"].iter().any(|law| rest.starts_with(law));
            if law {
                let Some(close) = memchr::memchr(b')', &rest[..rest.len().min(40)]) else { break };
                end += close + 1;
                continue;
            }
            let gap = rest.iter().take_while(|byte| matches!(byte, b' ' | b'/' | b'-')).count();
            if !rest[..gap].contains(&b'/') && !rest[..gap].contains(&b'-') {
                break;
            }
            let Some((_, next)) = self.longest(text, end + gap) else { break };
            end = next;
        }
        Some((start, end))
    }
}

/// `Niveau de confidentialité : Interne`, alone on its line.
fn labelled_word(lexicon: &Lexicon, text: &[u8], window: &Window, start: usize) -> Option<Mark> {
    let at = value_at(lexicon, text, start)?;
    let line = line(text, start);
    let lead = text[line.start..start].iter().all(|&byte| !is_word_byte(byte));
    let (end, groups) = lexicon.longest_at(text, at, LABELLED).filter(|_| lead)?;
    let rest = text[end.min(line.end)..line.end].iter().filter(|&&byte| is_word_byte(byte)).count();
    let span = Span::new(window.original(at), window.original(end));
    let level = String::from_utf8_lossy(&text[at..end]).into_owned();
    (rest == 0).then_some(Mark { span, level, severity: severity(groups)?, confidence: Confidence::Medium })
}

/// Where the value begins that a sign links to the label at `start`, on the same line.
fn value_at(lexicon: &Lexicon, text: &[u8], start: usize) -> Option<usize> {
    let (end, _) = lexicon.longest_at(text, start, LABEL)?;
    let rest = text[end..].iter().take(LINK_MAX + 1);
    let gap = rest.take_while(|&&byte| !is_word_byte(byte) && !matches!(byte, b'\n' | b'\r' | PAGE)).count();
    let linked = text[end..end + gap].iter().any(|byte| matches!(byte, b':' | b'=' | b'|'));
    (linked && gap <= LINK_MAX).then_some(end + gap)
}

struct Judge<'a> {
    lexicon: &'a Lexicon,
    text: &'a [u8],
    window: &'a Window,
    start: usize,
    end: usize,
    kind: Kind,
    original: &'a [u8],
}

impl Judge<'_> {
    fn confidence(&self, form: Form, length: usize) -> Option<Confidence> {
        // The law behind a mark may stand on the next line, which then belongs to it.
        let line = Range { end: line(self.text, self.end).end, ..line(self.text, self.start) };
        if form == Form::FileName || self.is_in_file_name() {
            return self.in_file_name();
        }
        if self.text[..self.start].trim_ascii_end().last() == Some(&UNTICKED) {
            return None;
        }
        let sentence = sentence::sentence(self.text, self.start, self.end);
        if self.text[self.end..sentence.end.max(self.end)].contains(&b'?') {
            return None;
        }
        if self.labelled(line) {
            return Some(Confidence::High);
        }
        let spot = place(self.lexicon, self.text, self.start, self.end);
        if self.lists_levels(line) || self.disclaims(line) {
            return None;
        }
        let quoted = is_quoted(self.text, self.start, self.end) && spot != Place::Alone;
        if quoted || spot == Place::Running && form != Form::Subject {
            return None;
        }
        let upper = self.is_upper();
        let edge = is_head_or_foot(self.text, line, self.window.at_start, self.window.at_end)
            && length > self.original.len() + 20;
        let bracketed = self.is_bracketed();
        let opens = || self.text[line.start..self.start].iter().all(|&byte| !is_word_byte(byte));
        match (self.kind, spot) {
            (Kind::Head, _) => (upper && edge && opens()).then_some(Confidence::Medium),
            (Kind::Exact, _) if upper || spot == Place::Alone || bracketed => Some(Confidence::High),
            (Kind::Exact, _) => Some(Confidence::Medium),
            (Kind::Word, _) if upper || bracketed => Some(Confidence::Medium),
            (Kind::Word, Place::Alone) if edge => Some(Confidence::Medium),
            (Kind::Word, _) => None,
        }
    }

    /// `Classification : SECRET UE`.
    fn labelled(&self, line: Range) -> bool {
        let before = self.text[line.start..self.start].trim_ascii_end();
        let linked = before
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b':' | b'=' | b'|' | b'"' | b' ' | b'[' | b'(' | b'*'))
            .count();
        let label_end = line.start + before.len() - linked;
        let ornaments = &before[before.len() - linked..];
        if !ornaments.iter().any(|byte| matches!(byte, b':' | b'=' | b'|')) {
            return false;
        }
        let Some((start, _)) = self.lexicon.longest_before(self.text, label_end, LABEL) else { return false };
        let lead = self.text[line.start..start].iter().all(|&byte| !is_word_byte(byte));
        let rest = self.text[self.end..line.end].trim_ascii();
        let short = rest.iter().filter(|&&byte| byte == b' ').count() <= 3;
        lead && start >= line.start && short && !self.names_others(rest)
    }

    fn names_others(&self, rest: &[u8]) -> bool {
        self.lexicon.any(rest, 0, rest.len(), LEVELS | MENTION)
    }

    /// Neighbouring lines that each begin with a level, or more levels on the same line, make a list.
    fn lists_levels(&self, line: Range) -> bool {
        let elsewhere = |other: Option<Range>| {
            other.is_some_and(|other| {
                let other = trim(self.text, other);
                let first = other.start
                    + self.text[other.start..other.end]
                        .iter()
                        .take_while(|&&byte| !is_word_byte(byte))
                        .count();
                let own = &self.text[self.start..self.end];
                self.lexicon.longest_at(self.text, first, LEVELS).is_some_and(|(end, _)| {
                    &self.text[first..end] != own && !own.starts_with(&self.text[first..end])
                })
            })
        };
        let rest = &self.text[self.end..line.end];
        let before = &self.text[line.start..self.start];
        let same_line = [rest, before].iter().any(|part| {
            part.split(|&byte| matches!(byte, b',' | b';' | b'/' | b'|')).count() > 1
                && self.lexicon.any(part, 0, part.len(), LEVELS)
        });
        let list_item = |other| elsewhere(other);
        same_line
            || list_item(line_before(self.text, line.start))
            || list_item(line_after(self.text, line.end))
    }

    fn disclaims(&self, line: Range) -> bool {
        self.lexicon.any(self.text, line.start, line.end, DISCLAIMER | NEGATIVE)
    }

    /// Whether the mark stands in capitals; the law in brackets behind it never does.
    fn is_upper(&self) -> bool {
        let mark = self.original.iter().take_while(|byte| **byte != b'(');
        !mark.into_iter().any(u8::is_ascii_lowercase)
    }

    fn is_bracketed(&self) -> bool {
        let before = self.text[..self.start].last();
        let after = self.text.get(self.end);
        matches!((before, after), (Some(b'['), Some(b']')))
    }

    fn is_in_file_name(&self) -> bool {
        let underscore =
            self.start > 0 && self.text[self.start - 1] == b'_' || self.text.get(self.end) == Some(&b'_');
        let rest = &self.text[self.end..self.text.len().min(self.end + 80)];
        let name = rest
            .split(|byte| matches!(byte, b' ' | b'\n' | b'"' | b'\'' | b',' | b';'))
            .next()
            .unwrap_or_default();
        let extension =
            [&b".docx"[..], b".pdf", b".xlsx", b".pptx", b".doc", b".xls", b".odt", b".msg", b".eml"];
        let file =
            extension.iter().any(|extension| name.windows(extension.len()).any(|part| part == *extension));
        file && (underscore || name.starts_with(b".") || self.start > 0 && self.text[self.start - 1] == b'-')
    }

    fn in_file_name(&self) -> Option<Confidence> {
        let delimiter = |byte: Option<&u8>| {
            byte.is_none_or(|byte| matches!(byte, b'_' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b' '))
        };
        let before = self.start.checked_sub(1).and_then(|at| self.text.get(at));
        (delimiter(before) && delimiter(self.text.get(self.end))).then_some(Confidence::Medium)
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Kind, Phrases};
    use crate::scan::fold::{Window, fold};
    use crate::scan::lexicon::Lexicon;

    #[test]
    fn a_mark_may_go_on_in_the_next_line() {
        let mut phrases = Phrases::default();
        phrases.add("SECRET", "SECRET", 3, Kind::Exact);
        for (text, marks) in [
            ("SECRET (loi\n11.12.1998)", true),
            ("Niveau : SECRET (wet\n\n)", true),
            ("a, SECRET (loi\nx), b\n", false),
        ] {
            let at = text.find('S').unwrap();
            let mark = phrases.find(&Lexicon::default(), text.as_bytes(), at, Form::Text);
            let found = mark.map(|mark| text[mark.span.start..mark.span.end].to_owned());
            let whole = text[at..=text.find(')').unwrap()].to_owned();
            assert_eq!(found, marks.then_some(whole), "{text}");
        }
    }

    #[test]
    fn a_law_in_small_letters_leaves_a_mark_in_capitals() {
        let mut phrases = Phrases::default();
        phrases.add("SECRET", "SECRET", 3, Kind::Word);
        let found = |text: &str| {
            let at = text.to_lowercase().find("secret").unwrap();
            phrases.find(&Lexicon::default(), text.as_bytes(), at, Form::Text).is_some()
        };
        let page = "x\n".repeat(400);
        assert!(found(&format!("{page}SECRET (Loi\n11.12.1998)\n\n{page}")));
        assert!(!found(&format!("{page}Secret (Loi\n11.12.1998)\n\n{page}")));
    }

    #[test]
    fn the_first_look_at_a_word_lets_every_phrase_pass() {
        let words = ["DIFFUSION RESTREINTE", "Très secret", "VS-NfD", "streng geheim", "§ réservé", "C4"];
        for word in words {
            let mut phrases = Phrases::default();
            phrases.add(word, word, 1, Kind::Word);
            for text in [word.to_owned(), word.to_lowercase(), word.to_uppercase(), format!("{word}/GEHEIM")]
            {
                let window = Window::around(text.as_bytes(), 0, 0, 200);
                let is_there = phrases.longest(window.text(), 0).is_some();
                assert!(is_there && phrases.may_be(&Lexicon::default(), text.as_bytes(), 0), "{text}");
            }
            let other = format!("x{word}");
            assert!(
                !phrases.may_be(&Lexicon::default(), other.as_bytes(), 0) || fold(word)[0] == 1,
                "{other}"
            );
        }
    }
}
