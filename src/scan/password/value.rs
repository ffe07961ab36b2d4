//! The value behind a link: a quoted string, or the characters up to the next blank without the sentence's
//! punctuation. Knows no words.

use crate::span::Span;

/// The longest value that is read; a longer one is no value.
pub const VALUE_BYTES_MAX: usize = 512;

/// The longest password: beyond, it is text.
pub const PASSWORD_BYTES_MAX: usize = 100;

/// A value as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it stands, without its quotes.
    pub span: Span,
    /// Whether it stands in quotes.
    pub quoted: bool,
    /// Whether nothing but punctuation follows on its line.
    pub ends_line: bool,
}

/// Opening quotation marks and what closes each.
const QUOTES: [(&str, &str); 10] = [
    ("\\\"", "\\\""),
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("«", "»"),
    ("“", "”"),
    ("„", "“"),
    ("”", "”"),
    ("‘", "’"),
    ("‹", "›"),
];

/// Reads the value that begins at `from` or behind blanks and ornaments. `stop` are further bytes that end an
/// unquoted value.
#[must_use]
pub fn read(text: &[u8], from: usize, stop: &[u8]) -> Option<Value> {
    let mut at = skip_blanks(text, from);
    while text.get(at).is_some_and(|&byte| byte == b'*') && text.get(at + 1) == Some(&b'*') {
        at = skip_blanks(text, at + 2);
    }
    for prefix in ["@\"", "f\"", "r\"", "b\"", "u'", "b'", "r'", "f'", "L\""] {
        if text[at..].starts_with(prefix.as_bytes()) {
            at += 1;
            break;
        }
    }
    let quote = QUOTES.iter().find(|(open, _)| text[at..].starts_with(open.as_bytes()));
    if let Some((open, close)) = quote {
        let start = at + open.len();
        if let Some(end) = closing(text, start, close.as_bytes()) {
            let outer = end + close.len();
            return trimmed(text, start, end).map(|span| Value {
                span,
                quoted: true,
                ends_line: ends_line(text, outer),
            });
        }
        at = start;
    }
    let end = unquoted_end(text, at, stop);
    let span = strip(text, at, end)?;
    Some(Value { span, quoted: false, ends_line: ends_line(text, span.end) })
}

/// A value of a form or of options without what follows it: `…&scope=read`, `…,db=0,pool_size=100`.
pub(super) fn before_next_name(text: &[u8], span: Span) -> Span {
    let value = span.of(text).unwrap_or_default();
    let named = |rest: &[u8]| {
        let name = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
        name >= 2 && rest.get(name) == Some(&b'=') || rest.is_empty()
    };
    let mut signs = memchr::memchr2_iter(b'&', b',', value).filter(|at| *at > 0);
    let end = signs.find(|at| named(&value[at + 1..])).unwrap_or(value.len());
    Span::new(span.start, span.start + end)
}

fn closing(text: &[u8], start: usize, close: &[u8]) -> Option<usize> {
    let end = text.len().min(start + VALUE_BYTES_MAX + 1);
    let line = text[start..end].split(|&byte| byte == b'\n').next()?;
    let mut at = 0;
    while at < line.len() {
        if line[at] == b'\\' && close.len() == 1 {
            at += 2;
            continue;
        }
        if line[at..].starts_with(close) {
            return Some(start + at);
        }
        at += 1;
    }
    None
}

fn trimmed(text: &[u8], start: usize, end: usize) -> Option<Span> {
    let start = skip_blanks(text, start).min(end);
    let mut end = end;
    while end > start && (text[end - 1] == b' ' || text[..end].ends_with(b"\xc2\xa0")) {
        end -= if text[end - 1] == b' ' { 1 } else { 2 };
    }
    while end > start + 2 && text[..end].ends_with("\u{202f}".as_bytes()) {
        end -= 3;
    }
    (start < end).then_some(Span::new(start, end))
}

fn unquoted_end(text: &[u8], start: usize, stop: &[u8]) -> usize {
    let mut at = start;
    while at < text.len() && at - start < VALUE_BYTES_MAX {
        let byte = text[at];
        if byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let no_break = text[at..].starts_with(b"\xc2\xa0") || text[at..].starts_with("\u{202f}".as_bytes());
        let escaped = at > start && matches!(text[at..], [b'\\', b'n' | b'r', ..]);
        if byte.is_ascii_whitespace() || byte < 0x20 || stop.contains(&byte) || no_break || escaped {
            break;
        }
        if text[at..].starts_with("»".as_bytes()) || text[at..].starts_with("”".as_bytes()) {
            break;
        }
        at += 1;
    }
    at
}

/// Leaves out the sentence's punctuation and closing brackets that nothing opened.
fn strip(text: &[u8], start: usize, end: usize) -> Option<Span> {
    let mut end = end;
    let count = |wanted: u8| text[start..end].iter().filter(|byte| **byte == wanted).count();
    let mut unopened = [(b'(', b')'), (b'[', b']'), (b'{', b'}')]
        .map(|(open, close)| (close, count(close).saturating_sub(count(open))));
    while end > start {
        let value = &text[start..end];
        let strips = match value[value.len() - 1] {
            b'.' | b',' | b';' | b':' | b'"' | b'\'' | b'`' | b'\\' => true,
            b'*' => value.ends_with(b"**"),
            last => unopened.iter_mut().any(|(close, left)| {
                let strips = *close == last && *left > 0;
                *left -= usize::from(strips);
                strips
            }),
        };
        if !strips {
            break;
        }
        end -= if value.ends_with(b"**") { 2 } else { 1 };
    }
    (start < end).then_some(Span::new(start, end))
}

/// Whether only punctuation stands between `at` and the end of its line.
fn ends_line(text: &[u8], at: usize) -> bool {
    for &byte in &text[at.min(text.len())..text.len().min(at + 8)] {
        match byte {
            b'\n' | b'\r' => return true,
            b'.' | b';' | b',' | b'!' | b')' | b'*' | b'"' | b'\'' | b'`' | b' ' | b'}' | b']' | b'<'
            | b'\\' => {}
            _ => return false,
        }
    }
    text.len() <= at + 8
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..) {
            Some([b' ' | b'\t', ..]) => at += 1,
            Some([0xc2, 0xa0, ..]) => at += 2,
            Some([0xe2, 0x80, 0x80..=0x8a | 0xaf, ..]) => at += 3,
            _ => return at,
        }
    }
}

/// Twelve to twenty-four short lower-case words, as wallets print them (BIP-39: 12, 15, 18, 21 or 24 words of
/// three to eight letters).
#[must_use]
pub fn recovery_phrase(text: &[u8], from: usize) -> Option<Span> {
    let mut at = from;
    let mut span: Option<Span> = None;
    let mut words = 0;
    while words < 25 {
        let skipped = text[at..]
            .iter()
            .take_while(|&&byte| {
                matches!(byte, b' ' | b'\n' | b'\r' | b'"' | b',' | b'.' | b')' | b'-')
                    || byte.is_ascii_digit()
            })
            .count();
        at += skipped;
        let letters = text[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        if !(3..=8).contains(&letters)
            || text.get(at + letters).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
        {
            break;
        }
        span = Some(Span::new(span.map_or(at, |span| span.start), at + letters));
        at += letters;
        words += 1;
    }
    span.filter(|_| matches!(words, 12 | 15 | 18 | 21 | 24))
}
