//! Marks C1 to C4: labelled values, code and word, marking positions, subjects, file names, assertions.
//! The same codes name unemployment forms, cars, cells and vertebrae: bare codes elsewhere are nothing.

use super::Mark;
use super::assertion::asserts;
use super::column;
use super::mention::{Place, has_other_levels, is_head_or_foot, is_quoted, place};
use super::sentence::{self, Range, line, line_after, line_before, opens_item, trim};
use super::words::{COPULA, FILLER, LABEL, LEVELS, MENTION, NEGATIVE, POINTING, SUBJECT};
use crate::finding::Confidence;
use crate::scan::fold::{TICKED, UNTICKED, Window};
use crate::scan::lexicon::{Lexicon, is_word_byte};
use crate::span::Span;

/// Bytes looked at before and behind a code.
const REACH: usize = 500;

/// What the text is, as far as marks care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Running text.
    #[default]
    Text,
    /// A file's name.
    FileName,
    /// A message's subject.
    Subject,
}

/// A code and the word behind it.
struct Code {
    level: u8,
    start: usize,
    /// Behind the digit.
    end: usize,
    /// Behind the level word, where one follows.
    word_end: Option<usize>,
    spaced: bool,
}

impl Code {
    /// Whether a bracket closes between the code and its word: `[C4] Confidentiel`.
    fn closes(&self, text: &[u8]) -> bool {
        self.word_end.is_some() && matches!(text.get(self.end), Some(b']' | b')'))
    }
}

/// Whether the bracket that `close` closes opens right before `at`.
fn opens(text: &[u8], at: usize, close: u8) -> bool {
    let open = if close == b']' { b'[' } else { b'(' };
    at > 0 && text[at - 1] == open
}

/// Judges the code whose `C` stands at `at`. `key` is the field's name where the text is a field's value.
#[must_use]
pub fn find(lexicon: &Lexicon, text: &[u8], at: usize, form: Form, key: Option<&[u8]>) -> Option<Mark> {
    let next = *text.get(at + 1)?;
    if !next.is_ascii_digit() && !matches!(next, b' ' | b'-' | 0xc2)
        || at > 0 && text[at - 1].is_ascii_alphanumeric()
    {
        return None;
    }
    let window = Window::around(text, at, REACH, REACH);
    let folded = window.text();
    let code = read(lexicon, folded, window.index(at))?;
    let judge = Judge { lexicon, text: folded, window: &window, code };
    let confidence = judge.confidence(form, key, text)?;
    let end = judge.code.word_end.unwrap_or(judge.code.end);
    let start = at - usize::from(judge.code.closes(folded) && opens(text, at, folded[judge.code.end]));
    Some(Mark {
        span: Span::new(start, window.original(end)),
        level: format!("C{}", judge.code.level),
        severity: judge.code.level - 1,
        confidence,
    })
}

/// Reads a code with its right boundary, and the level word behind it.
fn read(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Code> {
    let spaced = !text.get(at + 1)?.is_ascii_digit();
    let digit_at = at + 1 + usize::from(spaced);
    let level = text.get(digit_at)?.checked_sub(b'0').filter(|level| (1..=4).contains(level))?;
    let end = digit_at + 1;
    let rest = &text[end..];
    if rest.first().is_some_and(|&byte| is_word_byte(byte)) || continues_as_other(rest) {
        return None;
    }
    if at > 0 && matches!(text[at - 1], b'$' | b'=' | b'&' | b'%' | b'@' | b'\\' | b'.' | b'+') {
        return None;
    }
    let mut word_at = end;
    while word_at < text.len() && word_at - end < 6 && is_link(text[word_at]) {
        word_at += 1;
    }
    let word_end = lexicon
        .longest_at(text, word_at, LEVELS)
        .map(|(end, _)| end)
        .or_else(|| footnoted(lexicon, text, word_at));
    let word_end = word_end.filter(|_| word_at > end).map(|word_end| match text.get(word_end) {
        Some(b']' | b')') if matches!(text[end..word_at].last(), Some(b'[' | b'(')) => word_end + 1,
        _ => word_end,
    });
    Some(Code { level, start: at, end, word_end, spaced })
}

/// A level word with the digit of a footnote stuck to it.
fn footnoted(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<usize> {
    let letters = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let end = at + letters;
    let digit = text.get(end).is_some_and(u8::is_ascii_digit)
        && !text.get(end + 1).is_some_and(|&byte| is_word_byte(byte));
    (digit && lexicon.groups(&text[at..end]) & LEVELS != 0).then_some(end)
}

/// `C3.2A`, `C3:C4`, `C4*2`, `C3-C4`, `C4-prime`: not a level.
fn continues_as_other(rest: &[u8]) -> bool {
    match rest {
        [b'.' | b',', next, ..] if next.is_ascii_digit() => true,
        [b'=' | b'*' | b'+' | b'^' | b'%' | b'$' | b'@', ..] => {
            rest.get(1).is_some_and(|byte| byte.is_ascii_alphanumeric())
        }
        [b':', b'$', ..] => true,
        [b':', letter, digit, ..] => letter.is_ascii_alphabetic() && digit.is_ascii_digit(),
        _ => rest.starts_with(b"-prime") || rest.starts_with(b"-temps"),
    }
}

const fn is_link(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b':' | b'(' | b'[' | b'/' | b']' | b'|' | b'_' | b'\t' | b'*' | b'=')
}

struct Judge<'a> {
    lexicon: &'a Lexicon,
    text: &'a [u8],
    window: &'a Window,
    code: Code,
}

impl Judge<'_> {
    fn confidence(&self, form: Form, key: Option<&[u8]>, original: &[u8]) -> Option<Confidence> {
        if form == Form::FileName {
            return self.in_file_name();
        }
        let line = line(self.text, self.code.start);
        let ticked = match self.tick() {
            Some(false) => return None,
            ticked => ticked.is_some(),
        };
        if key.is_some_and(|key| self.is_label_key(key)) && self.is_whole_text() {
            return Some(Confidence::High);
        }
        if form == Form::Subject || self.is_subject_line(line) {
            return self.in_subject(line, form == Form::Subject).or_else(|| self.asserted());
        }
        if self.in_path(line) {
            return self.in_file_name();
        }
        let sentence = sentence::sentence(self.text, self.code.start, self.end());
        if let Some(confidence) = self.labelled(line, sentence, ticked) {
            return Some(confidence);
        }
        let cell = Range { start: self.code.start, end: self.end() };
        if !self.code.spaced && column::is_labelled(self.lexicon, self.text, cell, self.window.at_start) {
            return Some(Confidence::Medium);
        }
        if self.code.spaced && self.code.word_end.is_none() || self.is_one_of_many(line, sentence) {
            return None;
        }
        self.marking(line, sentence, ticked)
            .or_else(|| self.alone(line, original))
            .or_else(|| self.in_title(line, original))
            .or_else(|| self.asserted())
    }

    fn end(&self) -> usize {
        self.code.word_end.unwrap_or(self.code.end)
    }

    /// Whether another level stands there too.
    fn has_others(&self, range: Range) -> bool {
        has_other_levels(self.text, range, self.code.level)
    }

    /// A box directly before the code: ticked or not.
    fn tick(&self) -> Option<bool> {
        let before = self.text[..self.code.start].trim_ascii_end();
        match before {
            [.., TICKED] | [.., b'[', b'x', b']'] | [.., b'(', b'x', b')'] => Some(true),
            [.., UNTICKED] | [.., b'[', b']'] | [.., b'[', b' ', b']'] | [.., b'(', b' ', b')'] => {
                Some(false)
            }
            _ => None,
        }
    }

    fn is_label_key(&self, key: &[u8]) -> bool {
        let window = Window::around(key, 0, 0, 200);
        self.lexicon.any(window.text(), 0, window.text().len(), LABEL)
    }

    fn is_whole_text(&self) -> bool {
        let all = trim(self.text, Range { start: 0, end: self.text.len() });
        self.window.at_start && self.window.at_end && all.start == self.code.start && all.end == self.end()
    }

    /// `Niveau de confidentialité : C4`.
    fn labelled(&self, line: Range, sentence: Range, ticked: bool) -> Option<Confidence> {
        let label = self.label_before(line)?;
        let others = self.has_others(Range { start: label.start, end: line.end });
        if others && !ticked && !self.others_are_unticked(line) {
            return None;
        }
        let after = &self.text[self.end()..sentence.end.max(self.end())];
        if after.trim_ascii_start().starts_with(b"?") {
            return None;
        }
        let lead = self.leads(line, sentence, label.start);
        let before = Range { start: sentence.start.min(label.start), end: label.start };
        let talks = self.lexicon.any(self.text, before.start, before.end, MENTION);
        match (label.linked, lead) {
            (_, true) if !talks => Some(Confidence::High),
            (true, false) if !talks && !self.is_generic(before) => Some(Confidence::Medium),
            _ => None,
        }
    }

    /// The label that the code is the value of: on the same line, or alone on the line above.
    fn label_before(&self, line: Range) -> Option<Label> {
        let mut end = self.code.start;
        let mut linked = false;
        while end > line.start && end + 24 > self.code.start {
            match self.text[end - 1] {
                b':' | b'|' | b'\t' | b'=' | b'-' | b'>' => linked = true,
                b' ' | b'[' | b'(' | b'*' | b'_' | b'"' | b'\'' | b'<' | TICKED | b']' | b'x'
                    if self.text[end - 1] != b'x' || self.text[..end].ends_with(b"[x") => {}
                UNTICKED => {}
                _ => {
                    let Some(skipped) = self.skip_value_word(line.start, end) else { break };
                    end = skipped;
                    continue;
                }
            }
            end -= 1;
        }
        let label_end = self.skip_tail(end);
        let (start, _) = self.lexicon.longest_before(self.text, label_end, LABEL)?;
        (start >= line.start).then_some(Label { start, linked })
    }

    /// Words between label and value: *niveau*, and the levels of boxes left empty.
    fn skip_value_word(&self, from: usize, end: usize) -> Option<usize> {
        let mut start = end;
        while start > from && is_word_byte(self.text[start - 1]) {
            start -= 1;
        }
        let word = &self.text[start..end];
        let box_of_other = word.len() == 2 && word[0] == b'c' && (b'1'..=b'4').contains(&word[1]);
        let level_word = self.lexicon.groups(word) & LEVELS != 0 && self.tick().is_some();
        (box_of_other || level_word || matches!(word, b"niveau" | b"niveaux" | b"level" | b"stufe"))
            .then_some(start)
    }

    /// "du document", "de l'information", "of the document" between label and link.
    fn skip_tail(&self, end: usize) -> usize {
        let mut at = end;
        for _ in 0..5 {
            let mut word_end = at;
            while word_end > 0 && matches!(self.text[word_end - 1], b' ' | b'\'') {
                word_end -= 1;
            }
            let mut start = word_end;
            while start > 0 && is_word_byte(self.text[start - 1]) {
                start -= 1;
            }
            let groups = self.lexicon.groups(&self.text[start..word_end]);
            if start == word_end || groups & LABEL != 0 {
                return word_end;
            }
            if groups & (FILLER | super::words::NOUN | POINTING | COPULA) == 0 {
                return end;
            }
            at = start;
        }
        end
    }

    /// Whether the label opens its line, sentence, cell or bracket.
    fn leads(&self, line: Range, sentence: Range, label: usize) -> bool {
        let start = line.start.max(sentence.start.min(label));
        let before = self.text[start..label].trim_ascii_end();
        let opens = before.last().is_none_or(|byte| {
            matches!(
                byte,
                b'|' | b'(' | b'[' | b'{' | b'"' | b'*' | b'#' | b'-' | b'>' | b'_' | b';' | b',' | b':'
            )
        });
        opens && before.len() <= 90 || opens_item(before) && before.len() <= 4
    }

    fn others_are_unticked(&self, line: Range) -> bool {
        let text = &self.text[line.start..line.end];
        text.contains(&UNTICKED) && text.contains(&TICKED)
    }

    /// "les documents de confidentialité : C4": the label belongs to documents in general.
    fn is_generic(&self, before: Range) -> bool {
        let plural =
            [&b"les"[..], b"des", b"tout", b"tous", b"toute", b"toutes", b"alle", b"all", b"any", b"aux"];
        self.lexicon
            .words(self.text, before.start, before.end)
            .any(|word| plural.contains(&&self.text[word.start..word.end]))
    }

    /// Two or more levels together are a list or a table of levels.
    fn is_one_of_many(&self, line: Range, sentence: Range) -> bool {
        if self.has_others(line) || self.has_others(sentence) {
            return !self.others_are_unticked(line);
        }
        let lists = |other: Option<Range>| {
            other.is_some_and(|other| {
                self.has_others(Range { start: other.start, end: other.end.min(other.start + 24) })
            })
        };
        lists(line_before(self.text, line.start)) || lists(line_after(self.text, line.end))
    }

    /// Code and word in marking position.
    fn marking(&self, line: Range, sentence: Range, ticked: bool) -> Option<Confidence> {
        let end = self.code.word_end?;
        let question = self.text[end..sentence.end.max(end)].trim_ascii_start().starts_with(b"?");
        if question
            || self.lexicon.any(self.text, line.start, self.code.start, MENTION | NEGATIVE)
            || self.defines(end, line.end)
        {
            return None;
        }
        match place(self.lexicon, self.text, self.code.start, end) {
            _ if ticked => Some(Confidence::High),
            Place::Alone | Place::Edge => Some(Confidence::High),
            Place::Running => None,
        }
    }

    /// A colon or a defining verb behind code and word opens a definition.
    fn defines(&self, end: usize, line_end: usize) -> bool {
        let rest = self.text[end..line_end.max(end)].trim_ascii_start();
        let words = rest.split(|&byte| !is_word_byte(byte)).filter(|word| !word.is_empty()).count();
        let verb = self.lexicon.words(rest, 0, rest.len()).take(2).any(|word| word.groups & MENTION != 0);
        verb || rest.first() == Some(&b':') && words >= 3
    }

    /// The code alone on one of the first or last lines, or on several lines.
    fn alone(&self, line: Range, original: &[u8]) -> Option<Confidence> {
        let whole = trim(self.text, line);
        if self.code.word_end.is_some()
            || self.code.spaced
            || whole.end - whole.start > 12
            || self.is_whole_text()
        {
            return None;
        }
        if place(self.lexicon, self.text, self.code.start, self.code.end) != Place::Alone
            || opens_item(&self.text[line.start..line.end])
        {
            return None;
        }
        if self.lexicon.any(self.text, 0, self.text.len(), NEGATIVE) {
            return None;
        }
        let edge = is_head_or_foot(self.text, line, self.window.at_start, self.window.at_end);
        let bracketed = self.text[whole.start] == b'[' && self.text[whole.end - 1] == b']';
        (edge && original.len() > 60 || bracketed || self.is_repeated(whole, original))
            .then_some(Confidence::Medium)
    }

    /// `Plan stratégique 2026 [C4]` on one of the first lines.
    fn in_title(&self, line: Range, original: &[u8]) -> Option<Confidence> {
        let before = self.code.start.checked_sub(1).map(|at| self.text[at]);
        let after = self.text.get(self.code.end);
        let opens = self.text[line.start..self.code.start].trim_ascii_start() == b"[";
        if (before, after) != (Some(b'['), Some(&b']')) || original.len() <= 60 && !opens {
            return None;
        }
        let edge = is_head_or_foot(self.text, line, self.window.at_start, self.window.at_end);
        let set_off = place(self.lexicon, self.text, self.code.start, self.code.end) == Place::Edge;
        let other = self.lexicon.any(self.text, line.start, line.end, NEGATIVE | MENTION);
        (edge && set_off && !other).then_some(Confidence::Medium)
    }

    /// Whether the same short line stands elsewhere, as running headers do.
    fn is_repeated(&self, whole: Range, original: &[u8]) -> bool {
        const NEAR: usize = 16 << 10;
        let start = self.window.original(whole.start);
        let end = self.window.original(whole.end);
        let own = &original[start..end];
        let from = start.saturating_sub(NEAR);
        let near = &original[from..original.len().min(end + NEAR)];
        memchr::memmem::find_iter(near, own).any(|found| {
            let at = from + found;
            let opens = at == 0 || original[at - 1] == b'\n';
            let closes = original.get(at + own.len()).is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
            at != start && opens && closes
        })
    }

    fn asserted(&self) -> Option<Confidence> {
        let sentence = sentence::sentence(self.text, self.code.start, self.end());
        let stated = asserts(self.lexicon, self.text, sentence, self.code.start, self.end());
        stated.then_some(Confidence::Medium)
    }

    fn is_subject_line(&self, line: Range) -> bool {
        let start =
            self.text[line.start..line.end].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let Some((end, _)) = self.lexicon.longest_at(self.text, line.start + start, SUBJECT) else {
            return false;
        };
        self.text[end..line.end].trim_ascii_start().first() == Some(&b':')
    }

    /// `[C4] …`, `RE: (C3) …`, `C4 - …`.
    fn in_subject(&self, line: Range, whole: bool) -> Option<Confidence> {
        let start = if whole {
            line.start
        } else {
            memchr::memchr(b':', &self.text[line.start..line.end])
                .map_or(line.start, |colon| line.start + colon + 1)
        };
        if self.has_others(Range { start, end: line.end }) || start > self.code.start {
            return None;
        }
        if self.lexicon.any(self.text, start, line.end, NEGATIVE | MENTION)
            || is_quoted(self.text, self.code.start, self.end())
        {
            return None;
        }
        let bracketed = self.code.start > 0 && matches!(self.text[self.code.start - 1], b'[' | b'(');
        let rest = self.text[self.end()..line.end].trim_ascii_start();
        let set_off = matches!(rest.first(), Some(b'-' | b':' | b'|' | b']' | b')') | None);
        let mut words = self.lexicon.words(self.text, start, self.code.start);
        let leads = words.all(|word| {
            matches!(
                &self.text[word.start..word.end],
                b"re" | b"fw" | b"fwd" | b"tr" | b"aw" | b"wg" | b"antw" | b"ref"
            )
        });
        match (leads, self.code.word_end.is_some()) {
            (true, _) if bracketed || set_off => Some(Confidence::High),
            (false, true) if bracketed || set_off => Some(Confidence::High),
            (false, false) if bracketed => Some(Confidence::Medium),
            _ => None,
        }
    }

    /// Whether the code stands inside a file name in running text: `rapport_C4_v2.docx`.
    fn in_path(&self, line: Range) -> bool {
        let (start, end) = self.path(line);
        let name = &self.text[start..end];
        name.len() > 6 && EXTENSIONS.iter().any(|extension| name.ends_with(extension))
    }

    fn path(&self, line: Range) -> (usize, usize) {
        let blank = |byte: &u8| {
            matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'<' | b'>' | b'|' | b',' | b';' | b'`' | b'*')
        };
        let start = self.text[line.start..self.code.start]
            .iter()
            .rposition(blank)
            .map_or(line.start, |at| line.start + at + 1);
        let end = self.text[self.code.end..line.end]
            .iter()
            .position(blank)
            .map_or(line.end, |at| self.code.end + at);
        let name = self.text[start..end].trim_ascii_end();
        let closing =
            name.iter().rev().take_while(|byte| matches!(byte, b'.' | b')' | b'?' | b'!' | b':')).count();
        (start, start + name.len() - closing)
    }

    /// A token of a file name, delimited by `_ - . ( ) [ ]` or blanks.
    fn in_file_name(&self) -> Option<Confidence> {
        let whole = line(self.text, self.code.start);
        if self.has_others(whole) || self.lexicon.any(self.text, whole.start, whole.end, NEGATIVE | MENTION) {
            return None;
        }
        let before = self.code.start.checked_sub(1).map(|at| self.text[at]);
        let after = self.text.get(self.code.end);
        let delimiter =
            |byte: u8| matches!(byte, b'_' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' | b'\\');
        let left = before.is_none_or(|byte| delimiter(byte) || byte == b' ');
        let right = after.is_none_or(|&byte| delimiter(byte) || byte == b' ');
        let set_off = before.is_none_or(delimiter)
            || after.is_some_and(|&byte| matches!(byte, b'_' | b'-' | b')' | b']'));
        match self.code.word_end {
            Some(_) if left => Some(Confidence::High),
            None if left && right && set_off => Some(Confidence::Medium),
            _ => None,
        }
    }
}

/// A label that a code is the value of.
struct Label {
    start: usize,
    linked: bool,
}

const EXTENSIONS: [&[u8]; 14] = [
    b".docx", b".doc", b".xlsx", b".xls", b".pptx", b".ppt", b".pdf", b".msg", b".eml", b".odt", b".ods",
    b".txt", b".csv", b".zip",
];
