//! Content streams of a PDF (ISO 32000-1, 7.8.2): operators with what stands before them. Read as viewers do, which show
//! whatever can be shown of a stream that is not quite right: what makes no sense is passed over, and what follows is
//! read.

use lopdf::{Dictionary, Object, StringFormat};

/// Arrays and dictionaries within each other.
const DEPTH_MAX: usize = 32;

/// The operators of a stream, in turn.
pub(super) struct Operations<'a> {
    content: &'a [u8],
    at: usize,
    operands: Vec<Object>,
    /// An operator that came before its array was closed.
    early: Option<&'a str>,
    /// A string had no end: from then on none holds brackets.
    loose: bool,
    /// No string ends any more, and no picture: looking for it again and again would take forever.
    endless: Endless,
}

#[derive(Clone, Copy)]
struct Endless {
    strings: bool,
    pictures: bool,
}

enum Token<'a> {
    Value(Object),
    Word(&'a str),
    /// The end of an array or a dictionary.
    Close,
}

impl<'a> Operations<'a> {
    pub(super) const fn new(content: &'a [u8]) -> Self {
        let endless = Endless { strings: false, pictures: false };
        Self { content, at: 0, operands: Vec::new(), early: None, loose: false, endless }
    }

    /// The next operator and its operands.
    pub(super) fn next(&mut self) -> Option<(&'a str, &[Object])> {
        self.operands.clear();
        loop {
            if let Some(operator) = self.early.take() {
                return Some((operator, &self.operands));
            }
            match self.token(DEPTH_MAX)? {
                Token::Value(value) => self.operands.push(value),
                Token::Word("BI") => {
                    self.image();
                    self.operands.clear();
                }
                Token::Word(operator) => return Some((operator, &self.operands)),
                Token::Close => {}
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.content.get(self.at..).unwrap_or_default()
    }

    /// Takes bytes as long as they are such.
    fn take(&mut self, is_such: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_such(*byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn token(&mut self, depth: usize) -> Option<Token<'a>> {
        loop {
            let byte = *self.content.get(self.at)?;
            match byte {
                b'%' => drop(self.take(|byte| !matches!(byte, b'\n' | b'\r'))),
                b'(' => {
                    self.at += 1;
                    if let Some(string) = self.string() {
                        return Some(Token::Value(string));
                    }
                }
                b'<' if self.rest().starts_with(b"<<") => {
                    self.at += 2;
                    return Some(Token::Value(self.dictionary(depth)));
                }
                b'<' => {
                    self.at += 1;
                    let digits = hexadecimal(self.take(|byte| byte != b'>'));
                    self.at += 1;
                    return Some(Token::Value(Object::String(digits, StringFormat::Hexadecimal)));
                }
                b'[' => {
                    self.at += 1;
                    return Some(Token::Value(Object::Array(self.values(depth))));
                }
                b']' | b'>' => {
                    self.at += 1 + usize::from(self.rest().starts_with(b">>"));
                    return Some(Token::Close);
                }
                b'/' => {
                    self.at += 1;
                    return Some(Token::Value(Object::Name(name(self.take(is_regular)))));
                }
                b'0'..=b'9' | b'+' | b'-' | b'.' => return Some(Token::Value(self.number())),
                byte if is_regular(byte) => return Some(word(self.take(is_regular))),
                _ => self.at += 1,
            }
        }
    }

    /// The values up to the end of an array or a dictionary, or to an operator that shows text: then the end is missing.
    fn values(&mut self, depth: usize) -> Vec<Object> {
        let mut values = Vec::new();
        let Some(depth) = depth.checked_sub(1) else { return values };
        while self.early.is_none() {
            match self.token(depth) {
                Some(Token::Value(value)) => values.push(value),
                Some(Token::Word(operator @ ("Tj" | "TJ" | "'" | "\"" | "ET"))) => {
                    self.early = Some(operator)
                }
                Some(Token::Word(_)) => {}
                Some(Token::Close) | None => break,
            }
        }
        values
    }

    fn dictionary(&mut self, depth: usize) -> Object {
        let mut dictionary = Dictionary::new();
        let values = self.values(depth);
        if self.early.is_some() {
            return Object::Array(values);
        }
        let mut values = values.into_iter();
        while let Some(key) = values.next() {
            if let (Object::Name(key), Some(value)) = (key, values.next()) {
                dictionary.set(key, value);
            }
        }
        Object::Dictionary(dictionary)
    }

    /// A number; signs and points that are too many mean nothing.
    fn number(&mut self) -> Object {
        let digits = self.take(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'));
        let text = std::str::from_utf8(digits).unwrap_or_default();
        if let Ok(whole) = text.parse() {
            return Object::Integer(whole);
        }
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        let plain = text.trim_start_matches(['-', '+']);
        let plain = plain.find(['-', '+']).map_or(plain, |end| &plain[..end]);
        let end = plain.match_indices('.').nth(1).map_or(plain.len(), |(end, _)| end);
        Object::Real(sign * plain[..end].parse::<f32>().unwrap_or_default())
    }

    /// A string in round brackets (7.3.4.2); `None`, and nothing taken, where it has no end.
    fn string(&mut self) -> Option<Object> {
        if self.endless.strings {
            return None;
        }
        let rest = self.rest();
        let (mut string, mut open, mut at) = (Vec::new(), 0_usize, 0);
        loop {
            let Some(&byte) = rest.get(at) else {
                // It cannot have been meant to reach to the end: the bracket is a stray one.
                self.endless.strings = self.loose;
                self.loose = true;
                return None;
            };
            at += 1;
            match byte {
                b')' if open == 0 || self.loose => break,
                b')' => open -= 1,
                b'(' => open += 1,
                b'\\' => {
                    at += escaped(&rest[at..], &mut string);
                    continue;
                }
                _ => {}
            }
            string.push(byte);
        }
        self.at += at;
        Some(Object::String(string, StringFormat::Literal))
    }

    /// Passes over a picture that stands in the stream (8.9.7), `BI` taken; where its end is not found, over nothing.
    fn image(&mut self) {
        if self.endless.pictures {
            return;
        }
        let rest = self.rest();
        let is_space = |at: usize| rest.get(at).is_none_or(|byte| !is_regular(*byte));
        let ends = |at: &usize| is_space(at.wrapping_sub(1)) && is_space(*at + 2);
        let data = memchr::memmem::find_iter(rest, b"ID").find(ends);
        let end = data.and_then(|data| {
            memchr::memmem::find_iter(&rest[data..], b"EI").map(|end| data + end).find(ends)
        });
        self.endless.pictures = end.is_none();
        self.at += end.map_or(0, |end| end + 2);
    }
}

/// What an escape behind a backslash stands for. Returns how many bytes it has.
fn escaped(rest: &[u8], string: &mut Vec<u8>) -> usize {
    let Some(&byte) = rest.first() else { return 0 };
    match byte {
        b'0'..=b'7' => {
            let digits = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let code = rest[..digits].iter().fold(0_u32, |code, digit| code * 8 + u32::from(digit - b'0'));
            string.push(code as u8);
            return digits;
        }
        b'\r' => return 1 + usize::from(rest.get(1) == Some(&b'\n')),
        b'\n' => {}
        b'n' => string.push(b'\n'),
        b'r' => string.push(b'\r'),
        b't' => string.push(b'\t'),
        b'b' => string.push(8),
        b'f' => string.push(12),
        _ => string.push(byte),
    }
    1
}

fn word(word: &[u8]) -> Token<'_> {
    match std::str::from_utf8(word).unwrap_or_default() {
        "true" => Token::Value(Object::Boolean(true)),
        "false" => Token::Value(Object::Boolean(false)),
        "null" => Token::Value(Object::Null),
        word => Token::Word(word),
    }
}

/// A name, in which `#41` is `A`.
fn name(name: &[u8]) -> Vec<u8> {
    let (mut plain, mut rest) = (Vec::with_capacity(name.len()), name);
    while let [byte, after @ ..] = rest {
        let code = match after {
            [high, low, ..] if *byte == b'#' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        plain.push(code.map_or(*byte, |(high, low)| high << 4 | low));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    plain
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// The bytes that hexadecimal digits stand for; what is none is passed over, a missing last one is 0.
pub(super) fn hexadecimal(digits: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = digits.iter().filter_map(|byte| digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or_default()).collect()
}

/// Whether a byte is neither white space nor a delimiter (7.2.2).
const fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t'
            | b'\n'
            | 12
            | b'\r'
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

#[cfg(test)]
mod tests {
    use super::Operations;
    use lopdf::Object;

    /// The strings that are shown, joined.
    fn shown(content: &str) -> String {
        let mut operations = Operations::new(content.as_bytes());
        let mut text = String::new();
        while let Some((operator, operands)) = operations.next() {
            if matches!(operator, "Tj" | "TJ" | "'" | "\"") {
                operands.iter().for_each(|operand| strings(operand, &mut text));
            }
        }
        text
    }

    fn strings(object: &Object, text: &mut String) {
        match object {
            Object::String(bytes, _) => text.push_str(&String::from_utf8_lossy(bytes)),
            Object::Array(array) => array.iter().for_each(|object| strings(object, text)),
            _ => {}
        }
    }

    #[test]
    fn strings_are_read_in_every_way_of_writing_them() {
        assert_eq!(shown(r"(a\(b\)\\ \101\7z (in (side))) Tj <41 4> Tj"), "a(b)\\ A\u{7}z (in (side))A@");
        assert_eq!(shown("(one\\\r\ntwo\\\nthree)Tj[(x)-3(y)]TJ"), "onetwothreexy");
        assert_eq!(shown("/Span<</ActualText(no)/MCID 0>>BDC (yes)Tj EMC"), "yes");
    }

    #[test]
    fn what_makes_no_sense_hides_nothing_behind_it() {
        for broken in
            ["[(a) 0.0 Tc -250.0 (b)] TJ", "[(a)-(b)]TJ", "[(a)3-4.5.6(b) TJ", "(a) Tj ] >> ) } (b) Tj"]
        {
            assert_eq!(shown(&format!("{broken} (c) Tj")), "abc", "{broken}");
        }
        for junk in
            ["( [ <<", "BI /W 1 ID \u{1}\u{2} EI", "BI /W 1", "[[[[ [", "-- .. +", "(((", "% (no) Tj\n"]
        {
            assert!(shown(&format!("{junk} (c) Tj")).ends_with('c'), "{junk}");
        }
        for bracket in ["[", "(", "<<"] {
            assert!(shown(&format!("{} (c) Tj", bracket.repeat(100_000))).ends_with('c'), "{bracket}");
        }
        assert_eq!(shown("5-3 0 Td (c)Tj"), "c");
    }

    #[test]
    fn what_has_no_end_is_looked_for_once() {
        for piece in ["(", "(\\", "BI ", "BI ID ", "[(", "<<(", "<"] {
            assert_eq!(shown(&piece.repeat(1 << 20)), "", "{piece}");
        }
    }
}
