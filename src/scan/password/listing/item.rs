//! A line of a list: a mark, a name, a sign, a value: "- portail rue : …", "2) Wifi → …", "Server zolder = …".

use crate::scan::password::skip::skip_no_break;
use crate::scan::password::value::{self, Value};
use crate::span::Span;

/// Bytes of an item's name.
const NAME_BYTES_MAX: usize = 56;

/// Words of an item without a sign.
const WORDS_MAX: usize = 5;

/// Bytes of the number of an item.
const NUMBER_BYTES_MAX: usize = 2;

/// A line of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is about; empty where a mark alone stands before the value.
    pub name: Span,
    /// What stands behind the sign.
    pub rest: Span,
}

/// Whether the line at `start` begins as an item may: the cheap question.
pub(super) fn may_begin(text: &[u8], start: usize) -> bool {
    let line = &text[start.min(text.len())..text.len().min(start + NAME_BYTES_MAX + 8)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    is_marked(text, start)
        || line.iter().any(|byte| matches!(byte, b'0'..=b'9' | b':' | b'=' | b'-' | b'|' | b'\t' | 0xe2))
            && !line.iter().any(|byte| b"{}()<\"".contains(byte))
}

/// Whether the line at `start` begins with the mark of an item.
pub(super) fn is_marked(text: &[u8], start: usize) -> bool {
    mark(text, start) > skip_blanks(text, start)
}

/// How many blanks stand before the line at `start`.
pub(super) fn indent(text: &[u8], start: usize) -> usize {
    skip_blanks(text, start) - start
}

fn skip_blanks(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().take(NAME_BYTES_MAX).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Past the mark with which the line at `start` begins: "- ", "• ", "3. ", "b) ", "[ ] "; past its blanks where there is
/// none.
fn mark(text: &[u8], start: usize) -> usize {
    let at = skip_blanks(text, start);
    let rest = text.get(at..).unwrap_or_default();
    let sign = match rest {
        [b'-' | b'*' | b'+' | b'>' | b'o', b' ' | b'\t', ..] => 1,
        [0xc2, 0xb7, b' ', ..] => 2,
        [0xe2, 0x80, 0x93 | 0x94 | 0xa2 | 0xa3, b' ' | b'\t', ..] => 3,
        [0xe2, 0x96 | 0x97, _, b' ' | b'\t', ..] => 3,
        _ => {
            let digits = rest.iter().take(NUMBER_BYTES_MAX).take_while(|byte| byte.is_ascii_digit()).count();
            let number = digits.max(usize::from(rest.first().is_some_and(u8::is_ascii_lowercase)));
            let closed = matches!(rest.get(number..), Some([b'.' | b')', b' ' | b'\t', ..]));
            if number > 0 && closed { number + 1 } else { 0 }
        }
    };
    if sign == 0 { at } else { skip_blanks(text, at + sign) }
}

/// The item that a line is; none where nothing marks it and no sign stands in it.
pub(super) fn read(text: &[u8], line: Span) -> Option<Item> {
    let start = mark(text, line.start).min(line.end);
    let marked = is_marked(text, line.start);
    let body = text.get(start..line.end)?;
    let Some((name, width)) = sign(body) else {
        let whole = Item { name: Span::new(start, start), rest: Span::new(start, line.end) };
        return last_word(text, whole).or_else(|| marked.then_some(whole));
    };
    let name = Span::new(start, start + name);
    let named = name.of(text).is_some_and(|name| name.iter().any(|byte| byte.is_ascii_alphabetic()));
    let rest = Span::new((name.end + width).min(line.end), line.end);
    (marked || named && name.len() <= NAME_BYTES_MAX).then_some(Item { name, rest })
}

/// "- alarm gelijkvloers 4821", "messagerie Tulipe2019": a word with a digit as the last of a few.
fn last_word(text: &[u8], whole: Item) -> Option<Item> {
    let body = whole.rest.of(text)?.trim_ascii_end();
    let space = memchr::memrchr(b' ', body)?;
    let few = memchr::memchr_iter(b' ', body).count() < WORDS_MAX;
    let digit = body[space + 1..].iter().any(u8::is_ascii_digit);
    let start = whole.rest.start;
    (digit && few && space > 2 && space <= NAME_BYTES_MAX).then(|| Item {
        name: Span::new(start, start + space),
        rest: Span::new(start + space + 1, whole.rest.end),
    })
}

/// Where the item ends that begins a part of a line: at a comma or a semicolon before a blank, at "et", at the part's end.
pub(super) fn end_in_line(text: &[u8], part: Span) -> usize {
    let bytes = part.of(text).unwrap_or_default();
    let ends = |at: &usize| {
        matches!(bytes[*at..], [b',' | b';' | b'.', b' ', ..] | [b' ', b'/', b' ', ..])
            || ANDS.iter().any(|and| bytes[*at..].starts_with(and))
    };
    part.start + (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// What joins the last two items of a line.
const ANDS: [&[u8]; 4] = [b" et ", b" en ", b" und ", b" and "];

/// Past what ends an item in a line, `end`; a full stop ends the line.
pub(super) fn skip_end(text: &[u8], end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let and = ANDS.iter().find(|and| rest.starts_with(and)).map(|and| and.len());
    match rest.first() {
        Some(b',' | b';') => end + 2,
        Some(b' ') => end + and.unwrap_or(3),
        _ => usize::MAX,
    }
}

/// Whether a line is no more than the line under a heading: "-----", "=====".
pub(super) fn is_rule(line: &[u8]) -> bool {
    line.trim_ascii().iter().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*' | b'~'))
}

/// Where the sign stands that parts a name from its value, and its width with what it is made of.
fn sign(body: &[u8]) -> Option<(usize, usize)> {
    (1..body.len().min(NAME_BYTES_MAX + 4)).find_map(|at| {
        let width = match &body[at..] {
            [b'=' | b'-', b'>', ..] => 2,
            [0xe2, 0x86, 0x92, ..] | [0xe2, 0x9e, 0x94, ..] => 3,
            [b':', b'/', b'/', ..] => 0,
            [b':' | b'=' | b'|' | b'\t', ..] => 1,
            [b' ', b'-', b' ', ..] => 3,
            [b' ', b' ', ..] => 2,
            [b' ', 0xe2, 0x80, 0x93 | 0x94, b' ', ..] => 5,
            _ => 0,
        };
        (width > 0).then_some((at, width))
    })
}

impl Item {
    /// Whether its name is one of a setting: `password_encryption = …`, `auth.method: …`.
    pub(super) fn is_setting(self, text: &[u8]) -> bool {
        let name = self.name.of(text).unwrap_or_default().trim_ascii();
        let joins = |byte: &u8| matches!(byte, b'_' | b'.');
        name.iter().any(joins) && name.iter().all(|byte| byte.is_ascii_alphanumeric() || joins(byte))
    }

    /// The first value, and the second where a login stands before it: "jdupont / …", "jdupont – …".
    pub(super) fn values(self, text: &[u8]) -> Option<(Value, Option<Value>)> {
        let first = self.value(text, self.rest.start)?;
        let behind = skip_no_break(text, first.span.end).min(self.rest.end);
        let width = match text.get(behind..self.rest.end)? {
            [b'/' | b'|' | b',' | b'-' | b':', b' ', ..] => 1,
            [0xe2, 0x80, 0x93 | 0x94, b' ', ..] => 3,
            [0xe2, 0x86, 0x92, b' ', ..] => 3,
            _ => return Some((first, None)),
        };
        Some((first, self.value(text, behind + width)))
    }

    fn value(self, text: &[u8], from: usize) -> Option<Value> {
        let read = value::read(text, from, b"").filter(|value| value.span.end <= self.rest.end)?;
        let end = read.span.end + usize::from(read.quoted);
        let behind = text.get(end..self.rest.end).unwrap_or_default().trim_ascii_start();
        // A remark behind it: "(Luc)", ", à changer", "– 2e étage".
        let remark =
            matches!(behind, [] | [b'(' | b'[' | b',' | b';' | b'#' | b'*' | b'.' | b'"' | b'`', ..])
                || matches!(behind, [b'-' | b'/' | b'|', b' ', ..] | [0xe2, 0x80, 0x93 | 0x94, b' ', ..]);
        Some(Value { ends_line: remark, ..read })
    }
}

#[cfg(test)]
mod tests {
    use super::{is_marked, read};
    use crate::span::Span;

    /// Name and rest of a line.
    fn parts(line: &str) -> Option<(&str, &str)> {
        let item = read(line.as_bytes(), Span::new(0, line.len()))?;
        Some((&line[item.name.start..item.name.end], line[item.rest.start..item.rest.end].trim()))
    }

    #[test]
    fn items_are_told_by_their_mark_or_sign() {
        assert_eq!(parts("- portail rue : 8509"), Some(("portail rue ", "8509")));
        assert_eq!(parts("  2) Wifi → Sol3il!"), Some(("Wifi ", "Sol3il!")));
        assert_eq!(parts("server = x"), Some(("server ", "x")));
        assert_eq!(parts("• Facturatie – Kx9"), Some(("Facturatie", "Kx9")));
        assert_eq!(parts("- Xk9!vT2m"), Some(("", "Xk9!vT2m")));
        assert_eq!(parts("* alarm boven 4821"), Some(("alarm boven", "4821")));
        assert_eq!(parts("messagerie Tulipe2019"), Some(("messagerie", "Tulipe2019")));
        assert_eq!((parts("et voilà tout"), parts("https://x.be/a")), (None, None));
        assert!(is_marked(b"- x", 0) && is_marked(b"3. x", 0) && !is_marked(b"x: y", 0));
    }

    #[test]
    fn a_login_stands_before_its_password() {
        let text = "- intranet : jdupont / Xk9!vT2m (Luc)";
        let item = read(text.as_bytes(), Span::new(0, text.len())).expect("an item");
        let (first, second) = item.values(text.as_bytes()).expect("values");
        let second = second.expect("a second value");
        assert_eq!(&text[first.span.start..first.span.end], "jdupont");
        assert_eq!((&text[second.span.start..second.span.end], second.ends_line), ("Xk9!vT2m", true));
    }
}
