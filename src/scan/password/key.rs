//! Labels that are keys and names of configuration and source code, their values in a field of their own or behind.

use super::beside::bare;
use super::link::{Link, are_qualifiers};
use super::sign::sign;
use super::skip::skip;
use super::words::{KEY, VALUE_NAME};
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;

/// Behind a label in quotes: `<add key="Password" value="…"/>`, `'password', '…'`, `<champ nom="mot de passe">…`,
/// `"mot de passe de session": "…"`, `variable "db_password" { default = "…" }`.
pub(super) fn quoted(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    (at, groups): (usize, Groups),
    plain: Link,
) -> Option<Link> {
    let rest = text.get(at..)?;
    if rest.starts_with(b" value=") {
        return Some(Link { end: at + b" value=".len(), ..plain });
    }
    if let Some(end) = value_key(lexicon, text, at) {
        return Some(Link { end, ..plain });
    }
    match rest.first()? {
        b',' => Some(Link { end: at + 1, ..plain }),
        b'>' => Some(Link { end: at + 1, markup: true, ..plain }),
        b' ' if rest.trim_ascii_start().starts_with(b"{") => {
            let block = rest.iter().take(200).position(|byte| *byte == b'}')?;
            let default = memchr::memmem::find(&rest[..block], b"default")? + b"default".len();
            Some(Link { end: sign(text, at + default)?, ..plain })
        }
        b' ' => {
            let close = rest.iter().take(40).position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
            let behind = skip(text, at + close + 1, |byte| byte == b']');
            let qualified =
                are_qualifiers(lexicon, window.text(), window.index(at), window.index(at + close));
            let linked =
                sign(text, behind).or_else(|| (text.get(behind) == Some(&b',')).then_some(behind + 1));
            if let Some(end) = value_key(lexicon, text, behind).filter(|_| qualified) {
                return Some(Link { end, ..plain });
            }
            if let Some(end) = linked.filter(|_| qualified) {
                return Some(Link { end, ..plain });
            }
            if qualified && text.get(behind) == Some(&b'>') {
                return Some(Link { end: behind + 1, markup: true, ..plain });
            }
            // "'API key …'" in a string: nothing but what is random by itself.
            let end = bare(lexicon, text, Span::new(at, at), groups & KEY)?;
            Some(Link { end, word: true, bare: true, ..plain })
        }
        _ => None,
    }
}

/// Bytes between a name and the key of its value: `"type": "string", "value":`.
const VALUE_KEY_BYTES: usize = 60;

/// Behind a name whose value stands in a field of its own: `name: DB_PASSWORD` and `value: …` below it, `{"key":
/// "password", "value": "…"}`, `ParameterKey=DbPassword,ParameterValue=…`.
pub(super) fn value_key(lexicon: &Lexicon, text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..text.len().min(from + VALUE_KEY_BYTES))?;
    let rest = &rest[..rest.iter().position(|byte| matches!(byte, b'}' | b'{')).unwrap_or(rest.len())];
    if rest.starts_with(b" -Value ") {
        return Some(from + b" -Value ".len());
    }
    if !rest.iter().take(3).any(|byte| matches!(byte, b'\n' | b'\r' | b',')) {
        return None;
    }
    let named = || {
        let window = Window::around(rest, 0, 0, rest.len());
        let word = lexicon
            .words(window.text(), 0, window.text().len())
            .find(|word| word.groups & VALUE_NAME != 0)?;
        Some((window.original(word.start), window.original(word.end)))
    };
    let value = [&b"alue"[..], b"ALUE"].iter().find_map(|word| memchr::memmem::find(rest, word));
    let (at, name_end) = value.map(|at| (at, at + 4)).or_else(named)?;
    let end = skip(text, from + name_end, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
    let between = &rest[..at - usize::from(at > 0)];
    // Keys and short values may stand between, no sentence.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"\"'\\ ,:-_\r\n\t=".contains(byte);
    (between.iter().all(plain) && memchr::memchr_iter(b'\n', between).count() <= 2)
        .then(|| sign(text, end))?
}
