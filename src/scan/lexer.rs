//! Words, numbers and marks of a short text, for detectors that read a line as a person does. Knows no rules.

use crate::text::view::fold::fold;
use smallvec::SmallVec;
use std::ops::Deref;

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `dupont`, `iPhone`.
    Lower,
    /// `Dupont`, `McDonald`.
    Capital,
    /// `DUPONT`, two letters at least.
    Upper,
    /// `J`: one capital.
    Initial,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, with apostrophes and hyphens inside.
    Word(Case),
    /// Digits.
    Number,
    /// Spaces within a line.
    Space,
    /// One or more line ends.
    Line,
    /// Anything else, one character.
    Mark(char),
}

/// A token and where it stands in the text that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    /// One past its last byte.
    pub(super) const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is a word that begins with a capital.
    pub(super) const fn is_capital(&self) -> bool {
        matches!(self.kind, Kind::Word(Case::Capital | Case::Upper))
    }

    /// Its folded text.
    pub(super) fn folded(&self) -> Folded {
        let mut folded = SmallVec::new();
        let bytes = self.text.as_bytes();
        if matches!(self.kind, Kind::Word(_)) && bytes.is_ascii() {
            folded.extend_from_slice(bytes);
            folded.make_ascii_lowercase();
            return Folded(folded);
        }
        let mut at = 0;
        while at < bytes.len() && self.kind != Kind::Space {
            let character = fold(bytes, at);
            folded.extend_from_slice(character.bytes());
            at += usize::from(character.taken.max(1));
        }
        Folded(folded)
    }
}

/// A folded word, without an allocation unless it is very long.
pub(super) struct Folded(SmallVec<[u8; 32]>);

impl Deref for Folded {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl PartialEq<&str> for Folded {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

/// The tokens of a short text.
pub(super) type Tokens<'a> = SmallVec<[Token<'a>; 64]>;

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = next(rest);
        let token = Token { kind, text: &rest[..length], start: at };
        at += length;
        Some(token)
    })
}

fn next(rest: &str) -> (Kind, usize) {
    // Most tokens are plain words with one space between them, and signs.
    if let Some(plain) = plain_word(rest) {
        return plain;
    }
    match rest.as_bytes() {
        [b' ', b'!'..=b'~', ..] => return (Kind::Space, 1),
        [sign, ..] if sign.is_ascii_punctuation() => return (Kind::Mark(char::from(*sign)), 1),
        _ => {}
    }
    let Some(first) = rest.chars().next() else { return (Kind::Space, 0) };
    if first.is_alphabetic() {
        let length = word(rest);
        (Kind::Word(case(&rest[..length])), length)
    } else if first.is_ascii_digit() {
        (Kind::Number, rest.bytes().take_while(u8::is_ascii_digit).count())
    } else if first == '\n' || first == '\r' {
        (Kind::Line, rest.bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count())
    } else if first.is_whitespace() {
        let spaces = rest.chars().take_while(|&space| space.is_whitespace() && !matches!(space, '\n' | '\r'));
        (Kind::Space, spaces.map(char::len_utf8).sum())
    } else {
        (Kind::Mark(first), first.len_utf8())
    }
}

/// The word at the start, if it is of ASCII and nothing can join it to more.
fn plain_word(rest: &str) -> Option<(Kind, usize)> {
    let bytes = rest.as_bytes();
    let (mut length, mut upper) = (0, 0);
    while let Some(byte) = bytes.get(length).filter(|byte| byte.is_ascii_alphabetic()) {
        upper += usize::from(byte.is_ascii_uppercase());
        length += 1;
    }
    let alone = bytes.get(length).is_none_or(|byte| *byte < 0x80 && !matches!(byte, b'\'' | b'-'));
    let case = match (bytes.first()?.is_ascii_uppercase(), upper, length) {
        (false, ..) => Case::Lower,
        (true, _, 1) => Case::Initial,
        (true, upper, length) if upper == length => Case::Upper,
        _ => Case::Capital,
    };
    (length > 0 && alone).then_some((Kind::Word(case), length))
}

/// The length of the word at the start: letters, and single apostrophes or hyphens between letters.
fn word(rest: &str) -> usize {
    let mut end = 0;
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let joins = matches!(character, '\'' | '’' | '-' | '\u{2010}' | '\u{2011}')
            && characters.peek().is_some_and(|(_, next)| next.is_alphabetic());
        let accent = ('\u{300}'..='\u{36f}').contains(&character);
        if !(character.is_alphabetic() || joins || accent) {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}

fn case(word: &str) -> Case {
    let mut letters = word.chars().filter(|character| character.is_alphabetic());
    let Some(first) = letters.next().filter(|first| first.is_uppercase()) else { return Case::Lower };
    debug_assert!(first.is_uppercase());
    let (mut upper, mut lower) = (0, 0);
    for letter in letters {
        if letter.is_uppercase() { upper += 1 } else { lower += 1 }
    }
    match (upper, lower) {
        (0, 0) => Case::Initial,
        (_, 0) => Case::Upper,
        _ => Case::Capital,
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Kind, tokens};

    #[test]
    fn lines_are_read_as_words_numbers_and_marks() {
        let kinds: Vec<(Kind, &str)> =
            tokens("J.-P. D’Hondt, 12 bis\r\nÉTÉ").map(|token| (token.kind, token.text)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Word(Case::Initial), "J"),
                (Kind::Mark('.'), "."),
                (Kind::Mark('-'), "-"),
                (Kind::Word(Case::Initial), "P"),
                (Kind::Mark('.'), "."),
                (Kind::Space, " "),
                (Kind::Word(Case::Capital), "D’Hondt"),
                (Kind::Mark(','), ","),
                (Kind::Space, " "),
                (Kind::Number, "12"),
                (Kind::Space, " "),
                (Kind::Word(Case::Lower), "bis"),
                (Kind::Line, "\r\n"),
                (Kind::Word(Case::Upper), "ÉTÉ"),
            ]
        );
    }

    #[test]
    fn any_text_is_covered_without_gaps() {
        let text = "a’\u{a0}b--c 1٣ «x» 😀-é\u{301}";
        let mut at = 0;
        for token in tokens(text) {
            assert_eq!(token.start, at);
            at = token.end();
        }
        assert_eq!(at, text.len());
    }
}
