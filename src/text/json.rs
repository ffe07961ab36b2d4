//! A JSON tokeniser that keeps byte ranges and builds no values: a flat tape of tokens, in the order in which they
//! stand, duplicate keys and all. No recursion: depth costs heap, and is bounded. Knows no API.

use crate::limits::{JSON_DEPTH_MAX, JSON_TOKENS_MAX};
use crate::span::Span;

/// Tokens of an array from which on numbers and literals are taken together.
const RUN_FROM: usize = 64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{`.
    Object,
    /// `[`.
    Array,
    /// `}` or `]`.
    End,
    /// The inside of an object key.
    Key,
    /// The inside of a string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Literal,
    /// Numbers and literals that follow each other far inside an array: one token for all of them, so that a body of
    /// single digits does not take many times its size.
    Run,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// For keys and strings: whether escapes stand in it.
    pub escaped: bool,
    start: u32,
    end: u32,
    after: u32,
}

impl Token {
    /// Where it stands; for keys and strings: without the quotes.
    #[must_use]
    pub const fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// The numbers and literals of a run, which stands in `text`.
    pub(crate) fn elements(self, text: &[u8]) -> impl Iterator<Item = Self> {
        let Span { start, end } = self.span();
        let mut at = start;
        std::iter::from_fn(move || {
            at = skip_space(text, at);
            let first = text.get(at).filter(|_| at < end)?;
            let stop = memchr::memchr(b',', &text[at..end]).map_or(end, |more| at + more);
            let element = Span::new(at, at + text[at..stop].trim_ascii_end().len());
            at = stop + 1;
            let kind = if matches!(first, b'-' | b'0'..=b'9') { Kind::Number } else { Kind::Literal };
            Some(Self { kind, start: element.start as u32, end: element.end as u32, ..self })
        })
    }

    /// The index of the token that follows this one, or the whole value that it opens.
    #[must_use]
    pub const fn after(self) -> usize {
        self.after as usize
    }
}

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Something else stands where JSON asks for a value, key, comma, colon or bracket.
    #[error("the body is no JSON from byte {0} on: send valid JSON")]
    Unexpected(usize),
    /// It is cut short.
    #[error("the JSON ends in the middle: send all of it")]
    Cut,
    /// It is nested deeper than `limits::JSON_DEPTH_MAX`.
    #[error("the JSON is nested deeper than {JSON_DEPTH_MAX} levels: send a flatter body")]
    Deep,
    /// It has more tokens than `limits::JSON_TOKENS_MAX`.
    #[error("the JSON has more than {JSON_TOKENS_MAX} values: send a smaller body")]
    Many,
    /// It is longer than offsets can count.
    #[error("the JSON is longer than 4 GiB: send a smaller body")]
    Long,
}

/// The tokens of one JSON value. Kept and filled again, so that reading allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Tape {
    tokens: Vec<Token>,
    open: Vec<u32>,
}

impl Tape {
    /// All tokens.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Reads the one value that `text` holds, white space around it.
    ///
    /// # Errors
    /// Says why `text` is not exactly one JSON value.
    pub fn read(&mut self, text: &[u8]) -> Result<(), Broken> {
        let end = self.read_first(text)?;
        match skip_space(text, end) {
            end if end == text.len() => Ok(()),
            end => Err(Broken::Unexpected(end)),
        }
    }

    /// Reads the value at the start of `text` and says where it ends.
    ///
    /// # Errors
    /// Says why no JSON value stands there.
    pub fn read_first(&mut self, text: &[u8]) -> Result<usize, Broken> {
        self.tokens.clear();
        self.open.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(Broken::Long);
        }
        let mut reader = Reader { text, at: 0, tape: self };
        reader.value()?;
        while let Some(&container) = reader.tape.open.last() {
            reader.member(container as usize)?;
        }
        Ok(reader.at)
    }

    /// The value at `index` as something to look into.
    #[must_use]
    pub fn node<'a>(&'a self, text: &'a [u8], index: usize) -> Node<'a> {
        Node { tape: self, text, index }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    tape: &'a mut Tape,
}

impl Reader<'_> {
    /// Goes on inside the innermost open container by one key, element or end.
    fn member(&mut self, container: usize) -> Result<(), Broken> {
        let object = self.tape.tokens[container].kind == Kind::Object;
        let first = container + 1 == self.tape.tokens.len();
        let close = if object { b'}' } else { b']' };
        self.at = skip_space(self.text, self.at);
        let mut byte = self.peek()?;
        if byte == close {
            self.at += 1;
            return self.close(container);
        }
        if !first {
            self.expect(b',')?;
            byte = self.peek()?;
        }
        if object {
            if byte != b'"' {
                return Err(Broken::Unexpected(self.at));
            }
            self.string(Kind::Key)?;
            self.at = skip_space(self.text, self.at);
            self.peek()?;
            self.expect(b':')?;
        }
        self.value()
    }

    fn value(&mut self) -> Result<(), Broken> {
        self.at = skip_space(self.text, self.at);
        match self.peek()? {
            b'"' => self.string(Kind::String),
            b'{' => self.open(Kind::Object),
            b'[' => self.open(Kind::Array),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            b'N' => self.literal(b"NaN"),
            b'I' => self.literal(b"Infinity"),
            _ => Err(Broken::Unexpected(self.at)),
        }
    }

    fn string(&mut self, kind: Kind) -> Result<(), Broken> {
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            match memchr::memchr2(b'"', b'\\', self.text.get(at..).unwrap_or_default()) {
                None => return Err(Broken::Cut),
                Some(more) if self.text[at + more] == b'"' => {
                    self.at = at + more + 1;
                    return self.push(kind, start, at + more, escaped);
                }
                Some(more) => {
                    escaped = true;
                    at += more + 2;
                }
            }
        }
    }

    fn number(&mut self) -> Result<(), Broken> {
        let start = self.at;
        if self.text[start..].starts_with(b"-I") {
            self.at += 1;
            return self.literal(b"Infinity");
        }
        self.at += usize::from(self.peek()? == b'-');
        let first = self.peek()?;
        let whole = self.digits()?;
        if first == b'0' && whole > 1 {
            return Err(Broken::Unexpected(start));
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1 + usize::from(matches!(self.text.get(self.at + 1), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.element(Kind::Number, start, self.at)
    }

    fn digits(&mut self) -> Result<usize, Broken> {
        let start = self.at;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(Broken::Unexpected(start)) } else { Ok(self.at - start) }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Broken> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Broken::Unexpected(self.at));
        }
        self.at += word.len();
        self.element(Kind::Literal, self.at - word.len(), self.at)
    }

    /// A number or a literal: a token of its own, or one more of a run.
    fn element(&mut self, kind: Kind, start: usize, end: usize) -> Result<(), Broken> {
        let tokens = &mut self.tape.tokens;
        if let (Some(last), Some(&container)) = (tokens.last_mut(), self.tape.open.last())
            && matches!(last.kind, Kind::Run | Kind::Number | Kind::Literal)
        {
            if last.kind == Kind::Run {
                last.end = end as u32;
                return Ok(());
            }
            let container = container as usize;
            if tokens.len() - container > RUN_FROM && tokens[container].kind == Kind::Array {
                return self.push(Kind::Run, start, end, false);
            }
        }
        self.push(kind, start, end, false)
    }

    fn open(&mut self, kind: Kind) -> Result<(), Broken> {
        if self.tape.open.len() == JSON_DEPTH_MAX {
            return Err(Broken::Deep);
        }
        self.tape.open.push(self.tape.tokens.len() as u32);
        self.at += 1;
        self.push(kind, self.at - 1, self.at, false)
    }

    fn close(&mut self, container: usize) -> Result<(), Broken> {
        self.tape.open.pop();
        self.push(Kind::End, self.at - 1, self.at, false)?;
        let after = self.tape.tokens.len() as u32;
        self.tape.tokens[container].after = after;
        self.tape.tokens[container].end = self.at as u32;
        Ok(())
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, escaped: bool) -> Result<(), Broken> {
        let after = self.tape.tokens.len() as u32 + 1;
        if self.tape.tokens.len() == JSON_TOKENS_MAX {
            return Err(Broken::Many);
        }
        self.tape.tokens.push(Token { kind, escaped, start: start as u32, end: end as u32, after });
        Ok(())
    }

    fn peek(&self) -> Result<u8, Broken> {
        self.text.get(self.at).copied().ok_or(Broken::Cut)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek()? != byte {
            return Err(Broken::Unexpected(self.at));
        }
        self.at = skip_space(self.text, self.at + 1);
        Ok(())
    }
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// A value on the tape, for looking around without building anything.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tape: &'a Tape,
    text: &'a [u8],
    index: usize,
}

impl<'a> Node<'a> {
    /// The index of its first token.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }

    /// One past the index of its last token.
    #[must_use]
    pub fn after(self) -> usize {
        self.token().map_or(self.index, Token::after)
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        self.token().map(|token| token.kind)
    }

    fn token(self) -> Option<Token> {
        self.tape.tokens.get(self.index).copied()
    }

    /// The raw inside of a string (escapes as they stand), `None` for anything else.
    #[must_use]
    pub fn str(self) -> Option<&'a [u8]> {
        let token = self.token().filter(|token| token.kind == Kind::String)?;
        token.span().of(self.text)
    }

    /// Whether it is the string `value`, written without escapes.
    #[must_use]
    pub fn is(self, value: &str) -> bool {
        self.str() == Some(value.as_bytes())
    }

    /// Whether it is an object whose `type` is `value`.
    #[must_use]
    pub fn is_type(self, value: &str) -> bool {
        self.get("type").is_some_and(|own| own.is(value))
    }

    /// The objects inside, at any depth, itself among them.
    pub fn objects(self) -> impl Iterator<Item = Self> {
        let tokens = self.tape.tokens.iter().enumerate().take(self.after()).skip(self.index);
        tokens.filter(|(_, token)| token.kind == Kind::Object).map(move |(index, _)| Node { index, ..self })
    }

    /// The value under the last key `key`, as most parsers read duplicates.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.members().filter(|(own, _)| *own == key.as_bytes()).last().map(|(_, value)| value)
    }

    /// The members of an object with their raw keys; nothing for other values.
    pub fn members(self) -> impl Iterator<Item = (&'a [u8], Self)> {
        let object = self.kind() == Some(Kind::Object);
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let token = self.tape.tokens.get(index).filter(|token| object && token.kind == Kind::Key)?;
            let value = Node { index: index + 1, ..self };
            index = value.after();
            Some((token.span().of(self.text)?, value))
        })
    }

    /// The elements of an array; nothing for other values.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        let array = self.kind() == Some(Kind::Array);
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let element = Node { index, ..self };
            let kind = element.kind().filter(|kind| array && *kind != Kind::End);
            index = element.after();
            kind.map(|_| element)
        })
    }
}

#[cfg(test)]
mod tests;
