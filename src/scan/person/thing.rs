//! Names that things bear: what stands before a name on its line says that it is a street's, a brand's, a plant's. An
//! article ("une Alfa Romeo"), a heading ("Rosiers : …"), a thing named first in a row ("le pont A, B et C"), a row of
//! which the others are no persons ("Boskoop, Elstar, Jakob Fischer"). Knows no words.

use super::{Person, readable};
use crate::scan::lexer::{Kind, Token, Tokens, tokens};
use crate::scan::names::{Given, family, given};
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Bytes of the line that are read before a name, and behind it.
const LINE_BYTES: (usize, usize) = (140, 100);

/// Bytes of a heading before its colon, and words.
const HEAD_MAX: (usize, usize) = (60, 6);

/// Items of a row that are looked at on either side.
const ITEMS_MAX: usize = 6;

/// Words of an item; more are a clause.
const ITEM_WORDS_MAX: usize = 6;

/// Bytes above a row in which the header of its table stands.
const TABLE_BYTES: usize = 448;

/// What parts the items of a row beside a comma and a semicolon.
const AND: [&str; 10] = ["et ", "en ", "und ", "and ", "ou ", "of ", "oder ", "or ", "& ", "– "];

/// The items of a row, the words at the end of which stand beside a name.
type Parts<'a> = smallvec::SmallVec<[&'a str; 16]>;

/// What an item of a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    /// A given name and another word.
    Person,
    /// Capitalised words of which none is a given name.
    Thing,
    /// Anything else: a function, a single name, a place that a person is of.
    Other,
}

impl Person {
    /// Whether the line says that the name is one of a thing.
    pub(super) fn is_of_thing(&self, text: &[u8], name: Span) -> bool {
        let Some((before, after)) = line(text, name) else { return false };
        if self.follows_article(before)
            || self.tells_of_works(before, after)
            || self.is_in_column_of_things(text, name, (before, after))
        {
            return true;
        }
        let colon = before.rfind(':').filter(|colon| !before[*colon..].contains(". "));
        let head = colon.map(|colon| before[..colon].trim_end());
        if let Some(head) = head {
            match self.heads(head) {
                Some(things) => return things,
                None if before[head.len()..].trim() == ":" && !after.contains(", ") => return false,
                None => {}
            }
        }
        let row = &before[before.rfind(['.', ':', '(', '!', '?', '|', '"']).map_or(0, |end| end + 1)..];
        let rest = &after[..after.find(['.', ':', '(', ')', '!', '?', '|', '"']).unwrap_or(after.len())];
        let (left, right) = (parts(row), parts(rest));
        // The words beside the name belong to its own item.
        let (left, right) = (&left[..left.len() - 1], &right[1..]);
        !(left.is_empty() && right.is_empty())
            && (self.follows_thing(left) || self.is_among_things(left, right, rest))
    }

    /// "La rétrospective Jacob Jordaens", "Simone Weil. Œuvres. ISBN …": artists, authors, what bears a name and is sold.
    fn tells_of_works(&self, before: &str, after: &str) -> bool {
        // One word for another's name: "… ISBN 2-87. Sonst: Jean Dupont" is rare enough.
        [before, after].iter().any(|part| {
            tokens(part)
                .filter(|token| matches!(token.kind, Kind::Word(_)))
                .any(|token| self.works.contains(&*token.folded()))
        })
    }

    /// "une Alfa Romeo Giulia", "la Ferrari Enzo": persons have no article; over words of names that belong to it.
    fn follows_article(&self, before: &str) -> bool {
        // Most names stand behind a sign or at the begin of a line.
        if !matches!(before.as_bytes(), [.., word, b' '] if word.is_ascii_alphanumeric() || *word >= 0x80) {
            return false;
        }
        let all: Tokens<'_> = tokens(&before[last_words(before)..]).collect();
        let mut words = all.iter().rev().filter(|token| token.kind != Kind::Space);
        let part =
            |token: &&Token<'_>| token.is_capital() && (family(token.text) || given(token.text) != Given::No);
        let first =
            words.by_ref().take(3).find(|token| !part(token) || self.articles.contains(&*token.folded()));
        first.is_some_and(|token| {
            matches!(token.kind, Kind::Word(_)) && self.articles.contains(&*token.folded())
        })
    }

    /// "Film,Jaar" above "Jackie Brown,1997": the name fills a cell of a column that is one of things. The rows above are
    /// looked at within bounds.
    fn is_in_column_of_things(&self, text: &[u8], name: Span, (before, after): (&str, &str)) -> bool {
        let ends = after.trim_start_matches(' ').bytes().next();
        let begins = before.trim_end_matches(' ').bytes().next_back();
        let delimits = |byte: Option<u8>| byte.filter(|byte| b"|\t;,".contains(byte));
        let Some(delimiter) = delimits(ends).or_else(|| delimits(begins)) else { return false };
        let alone = |beside: Option<u8>| beside.is_none_or(|byte| byte == delimiter);
        if !alone(ends) || !alone(begins) {
            return false;
        }
        let line = name.start - before.len();
        let Some(header) = header(text, line, delimiter) else { return false };
        let number = before.bytes().filter(|byte| *byte == delimiter).count();
        let cell = header.split(|byte| *byte == delimiter).nth(number).map(readable).unwrap_or_default();
        let folded = fold_text(cell);
        let mut words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
        let title = |word: &str| self.is_title(word) || self.list_heads.contains(word);
        let thing = |word: &str| self.thing_heads.contains(word) || self.thing_columns.contains(word);
        cell.len() <= HEAD_MAX.0 && !words.clone().any(title) && words.any(thing)
    }

    /// Whether a heading is one of things, `Some(false)` where it is one of persons.
    fn heads(&self, head: &str) -> Option<bool> {
        let head = &head[head.rfind(['.', ';', '(', '|']).map_or(0, |end| end + 1)..];
        if head.len() > HEAD_MAX.0 {
            return None;
        }
        let folded = fold_text(head);
        let mut words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
        // "Contact fournisseurs", "Responsable des véhicules".
        let title = |word: &str| self.is_title(word) || self.list_heads.contains(word);
        let persons = words.clone().any(title);
        let things = words.clone().count() <= HEAD_MAX.1 && words.any(|word| self.thing_heads.contains(word));
        if persons { Some(false) } else { things.then_some(true) }
    }

    /// "le pont Jean Monnet, Robert Schuman et …": the thing stands before the first name of the row.
    fn follows_thing(&self, left: &[&str]) -> bool {
        for item in left.iter().rev().take(ITEMS_MAX) {
            let all: Tokens<'_> = tokens(item.trim()).take(2 * ITEM_WORDS_MAX + 1).collect();
            let mut words = all.iter().filter(|token| matches!(token.kind, Kind::Word(_)));
            let thing = words.clone().find(|word| !self.is_small(word));
            if thing.is_some_and(|word| self.suppress_before.contains(&*word.folded())) {
                let named = words.find(|word| word.is_capital() && given(word.text) != Given::No);
                return named.is_some();
            }
            if !all
                .iter()
                .all(|token| token.kind == Kind::Space || token.is_capital() || self.is_small(token))
            {
                return false;
            }
        }
        false
    }

    /// An article or a particle.
    fn is_small(&self, token: &Token<'_>) -> bool {
        let folded = token.folded();
        matches!(token.kind, Kind::Word(_))
            && (self.articles.contains(&*folded) || self.particles.contains(&*folded))
    }

    /// Whether most of the other items of the row are things: two at least, one of them beside the name, and behind a first
    /// item "and".
    fn is_among_things(&self, left: &[&str], right: &[&str], rest: &str) -> bool {
        let (left, right) = (left.iter().rev().take(ITEMS_MAX), right.iter().take(ITEMS_MAX));
        let is_thing = |item: &&str| self.item(item) == Item::Thing;
        if !left.clone().take(1).chain(right.clone().take(1)).any(is_thing) {
            return false;
        }
        let closed = || [" et ", " en ", " und ", " and "].iter().any(|and| rest.contains(and));
        if left.len() == 0 && !closed() {
            return false;
        }
        let (mut things, mut persons) = (0, 0);
        for item in left.chain(right) {
            match self.item(item) {
                Item::Thing => things += 1,
                Item::Person => persons += 1,
                Item::Other => {}
            }
        }
        things >= 2 && things > persons
    }

    /// A function, or the label of a person.
    fn is_title(&self, word: &str) -> bool {
        self.labels.contains(word)
            || self.stop.contains(word) && !self.articles.contains(word) && !self.particles.contains(word)
    }

    fn item(&self, item: &str) -> Item {
        let all: Tokens<'_> = tokens(item.trim()).take(2 * ITEM_WORDS_MAX + 1).collect();
        let known = |token: &&Token<'_>| token.is_capital() && given(token.text) != Given::No;
        let capitals = all.iter().filter(|token| token.is_capital()).count();
        let plain = all.len() <= 2 * ITEM_WORDS_MAX
            && all
                .iter()
                .all(|token| token.kind == Kind::Space || token.is_capital() || self.is_small(token));
        if all.iter().find(known).is_some() {
            return if capitals >= 2 { Item::Person } else { Item::Other };
        }
        let title = |token: &Token<'_>| self.is_title(&token.folded());
        let name = capitals == 1 && all.iter().any(|token| family(token.text));
        if plain && capitals > 0 && !name && !all.iter().any(title) { Item::Thing } else { Item::Other }
    }
}

/// The parts of a row: one pass over its bytes, at most so many parts.
fn parts(row: &str) -> Parts<'_> {
    let (mut found, mut from) = (Parts::new(), 0);
    let bytes = row.as_bytes();
    for at in memchr::memchr_iter(b' ', bytes) {
        let mark = at.checked_sub(1).is_some_and(|before| matches!(bytes[before], b',' | b';'));
        let start = if mark { at - 1 } else { at };
        let word =
            || AND.iter().find(|word| bytes[at + 1..].starts_with(word.as_bytes())).map(|word| word.len());
        let Some(width) = (if mark { Some(0) } else { word() }) else { continue };
        if start >= from {
            found.push(&row[from..start]);
            from = at + 1 + width;
        }
    }
    found.push(row.get(from..).unwrap_or_default());
    found
}

/// The header of the table in which the line that begins at `line` is a row: the first of the lines above that have as many
/// delimiters.
fn header(text: &[u8], line: usize, delimiter: u8) -> Option<&[u8]> {
    // A line that is longer than what is looked at is no row.
    if line.checked_sub(1).is_none_or(|end| text[end] != b'\n') {
        return None;
    }
    let row = &text[line..text.len().min(line + TABLE_BYTES)];
    let row = &row[..memchr::memchr(b'\n', row).unwrap_or(row.len())];
    let wide = memchr::memchr_iter(delimiter, row).count();
    let from = line.saturating_sub(TABLE_BYTES);
    let (mut end, mut count, mut found) = (line.checked_sub(1)?, 0, None);
    // All that is looked at is rows: the header stands further up.
    let above = text.get(from..end)?;
    let (lines, signs) =
        (memchr::memchr_iter(b'\n', above).count(), memchr::memchr_iter(delimiter, above).count());
    if from > 0 && (wide * lines..=wide * (lines + 1)).contains(&signs) {
        return None;
    }
    for at in (from..end).rev() {
        match text[at] {
            byte if byte == delimiter => count += 1,
            b'\n' if count == wide => {
                found = text.get(at + 1..end);
                (end, count) = (at, 0);
            }
            b'\n' => return found,
            _ => {}
        }
    }
    if from == 0 && count == wide { text.get(..end) } else { found }
}

/// Where the last five words of a text begin, at most.
fn last_words(text: &str) -> usize {
    text.rmatch_indices(' ').nth(5).map_or(0, |(at, _)| at + 1)
}

/// The line before a name and behind it, within bounds.
fn line(text: &[u8], name: Span) -> Option<(&str, &str)> {
    let mut start = name.start.saturating_sub(LINE_BYTES.0);
    start += memchr::memrchr(b'\n', text.get(start..name.start)?).map_or(0, |end| end + 1);
    while text.get(start).is_some_and(|byte| byte & 0xC0 == 0x80) {
        start += 1;
    }
    let after = text.get(name.end..text.len().min(name.end + LINE_BYTES.1))?;
    let after = after.split(|byte| *byte == b'\n').next()?;
    let before = std::str::from_utf8(text.get(start..name.start)?).ok()?;
    Some((before, readable(after)))
}
