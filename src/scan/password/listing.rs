//! Lists under a heading: "Mots de passe :" and below it "- messagerie : …", "Wifi → …", "3. serveur = …". The heading
//! speaks for its items, in a bounded number of lines.

mod heading;
mod item;

use super::gate::Gate;
use super::link::Link;
use super::shape::Shape;
use super::strength::{self, Strength};
use super::value::Value;
use super::words::{
    ABOUT, ACCESS, DOUBT, HEADING, KNOWN, LABELS, LOGIN, OPENED, PASSWORD, REFERENCE, SOFT, WEAK, WIFI,
};
use super::{Kind, Label, Secret, Secrets, other};
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;
use heading::{Heading, Says};
pub(super) use heading::{may as may_head, may_inline};
use item::Item;

/// Lines below a heading.
const LINES_MAX: usize = 24;

/// Items on the line of their heading.
const ITEMS_MAX: usize = 12;

/// Items without a value in a list.
const EMPTY_MAX: usize = 4;

/// Bytes of a line that may be an item.
const LINE_BYTES_MAX: usize = 140;

/// Bytes of three words with dashes between that are a password.
const WORDS_BYTES: usize = 12;

/// The secrets in the list below the heading in which the label at `at` stands first: mostly none does.
///
/// What ends a list keeps the lists of a text apart: a line that may be a heading itself is never within the list of
/// another one, so that each line is read once.
pub(super) fn below(lexicon: &Lexicon, text: &[u8], at: usize) -> Secrets {
    let Some(heading) = heading::at(lexicon, text, at) else { return Secrets::new() };
    let list = List { lexicon, text, heading };
    let (mut found, mut opens) = (Secrets::new(), false);
    let (mut start, mut items) = (heading.end + 1, 0);
    let mut is_block = false;
    for _ in 0..LINES_MAX {
        let Some(line) = line_at(text, start) else { break };
        start = line.end + 1;
        let content = line.of(text).unwrap_or_default().trim_ascii();
        if content.is_empty() {
            // A blank line ends what has no marks, and stands right below many headings.
            if items > 0 && !item::is_marked(text, start) {
                break;
            }
            continue;
        }
        if items == 0 && item::is_rule(content) {
            continue;
        }
        let Some(item) = item::read(text, line) else { break };
        let is_inner = item::indent(text, line.start) > heading.indent;
        is_block |= items == 0 && is_inner;
        // What stands no deeper than the heading of a block is not of it: `credentials:⏎  enabled: true⏎image: nginx:1.25`.
        if is_block && !is_inner || !heading.has_colon && item.is_setting(text) {
            break;
        }
        items += 1;
        match list.value(item) {
            Some(span) => {
                opens |= heading.sure || list.names(item, OPENED);
                found.push(Secret { span, kind: heading.kind, confidence: Confidence::Medium });
            }
            None if items - found.len() > EMPTY_MAX || list.names(item, LABELS | HEADING) => break,
            None => {}
        }
    }
    if heading.sure || opens { found } else { Secrets::new() }
}

/// The secrets behind the colon of a heading on its own line: "codes : portail 4521, cave 8890", "passwords: router = …".
/// Two at least; the line is read once, by the first of its labels that a colon follows.
pub(super) fn beside(lexicon: &Lexicon, text: &[u8], at: usize) -> Secrets {
    let Some((heading, line)) = heading::inline(lexicon, text, at) else { return Secrets::new() };
    let list = List { lexicon, text, heading };
    let (mut found, mut opens, mut start) = (Secrets::new(), false, line.start);
    for _ in 0..ITEMS_MAX {
        let end = item::end_in_line(text, Span::new(start, line.end));
        let Some(item) = item::read(text, Span::new(start, end)).filter(|item| !item.name.is_empty()) else {
            break;
        };
        let Some(span) = list.value(item) else { break };
        opens |= heading.says == Says::Passwords || list.names(item, OPENED);
        found.push(Secret { span, kind: heading.kind, confidence: Confidence::Medium });
        start = item::skip_end(text, end).min(line.end);
        if start >= line.end {
            break;
        }
    }
    if opens && found.len() > 1 { found } else { Secrets::new() }
}

/// The line that begins at `start`, without its end; none where the text ends or where it is long.
fn line_at(text: &[u8], start: usize) -> Option<Span> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let near = &rest[..rest.len().min(LINE_BYTES_MAX)];
    let end = memchr::memchr(b'\n', near).or_else(|| (near.len() == rest.len()).then_some(near.len()))?;
    Some(Span::new(start, start + end))
}

/// What stands below a heading.
struct List<'a> {
    lexicon: &'a Lexicon,
    text: &'a [u8],
    heading: Heading,
}

impl List<'_> {
    /// Whether the name of an item holds a word of the groups.
    fn names(&self, item: Item, groups: Groups) -> bool {
        let name = Window::around(self.text, item.name.start, 0, item.name.len());
        self.lexicon.any(name.text(), 0, name.text().len(), groups)
    }

    /// What an item holds: one value, or a login and its password.
    fn value(&self, item: Item) -> Option<Span> {
        let (first, second) = item.values(self.text)?;
        if self.names(item, REFERENCE | LOGIN | DOUBT | ABOUT) {
            return None;
        }
        let second = second.filter(|_| self.strength(first.span, PASSWORD) < Some(Strength::Sure));
        second.and_then(|second| self.judged(item, second)).or_else(|| self.judged(item, first))
    }

    fn judged(&self, item: Item, value: Value) -> Option<Span> {
        let code = self.heading.says == Says::Codes && !self.names(item, WIFI | SOFT | PASSWORD);
        let holds = if code { self.is_code(item, value) } else { self.is_password(item, value) };
        holds.then_some(value.span)
    }

    fn strength(&self, span: Span, groups: Groups) -> Option<Strength> {
        strength::of(self.lexicon, span.of(self.text)?, groups)
    }

    fn is_code(&self, item: Item, value: Value) -> bool {
        match self.strength(value.span, ACCESS) {
            Some(Strength::Number) => {
                value.ends_line && (!self.is_year(value.span) || self.names(item, OPENED))
            }
            Some(Strength::Sure) => self.is_password(item, value),
            _ => false,
        }
    }

    fn is_year(&self, span: Span) -> bool {
        span.of(self.text)
            .is_none_or(|bytes| bytes.len() == 4 && (bytes.starts_with(b"19") || bytes.starts_with(b"20")))
    }

    fn is_password(&self, item: Item, value: Value) -> bool {
        let Some(bytes) = value.span.of(self.text) else { return false };
        let window = Window::around(self.text, item.name.start, 0, LINE_BYTES_MAX);
        let (lexicon, text) = (self.lexicon, self.text);
        let label = Label { lexicon, text, window: &window, span: item.name, groups: PASSWORD };
        let link = Link { end: value.span.start, ..Link::default() };
        let gate = Gate { label, kind: Kind::Password, link };
        if other::is_address(bytes) || gate.is_something_else(value, bytes) {
            return false;
        }
        let sure = self.strength(value.span, PASSWORD);
        if sure == Some(Strength::Sure) {
            return true;
        }
        let shape = Shape::of(bytes);
        // `4821#`, `48B21`: what opens a door that the item names, among passwords; "logins: 4120" are counted.
        let code = self.strength(value.span, ACCESS) == Some(Strength::Number);
        let bracketed = matches!(bytes.first(), Some(b'(' | b'['));
        if !value.ends_line || item.name.is_empty() && !code || bracketed {
            return false;
        }
        if code {
            return !self.is_year(value.span) && self.names(item, OPENED);
        }
        if strength::is_by_chance(bytes) {
            return true;
        }
        if shape.word {
            let dashes = bytes.iter().filter(|byte| **byte == b'-').count();
            let known = lexicon.groups_of(bytes) & (KNOWN | WEAK) != 0;
            return known || dashes >= 2 && shape.length >= WORDS_BYTES;
        }
        // `PC-041`, `INC0044171`, `AnyRef`: names.
        let signed = bytes.iter().any(|byte| b"!#$%&*+?@^~".contains(byte));
        let named = !signed && (shape.lower == 0 || shape.digits == 0);
        !named && (sure.is_some() || gate.judge(value, bytes).is_some())
    }
}
