//! Signs that link a label to its value: a colon, an equals sign, an arrow, a cell, a declared type.

use super::skip::{is_quote, skip, skip_leaders, skip_no_break};

/// A sign directly behind the label, ornaments and one bracketed remark between.
pub(super) fn sign(text: &[u8], from: usize) -> Option<usize> {
    let mut at = skip_no_break(text, skip(text, from, |byte| matches!(byte, b' ' | b'*' | b'`')));
    if let Some(close) = ["»", "”", "“"].iter().find(|close| text[at..].starts_with(close.as_bytes())) {
        return sign_at(text, skip_no_break(text, at + close.len()));
    }
    at = skip(text, at, |byte| byte == b'_' && !text[at..].starts_with(b"___"));
    let leaders = skip_leaders(text, at);
    if leaders > at + 4 && text.get(leaders).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return Some(leaders);
    }
    at = skip_no_break(text, leaders);
    if text.get(at) == Some(&b'(') {
        let close = text[at..].iter().take(40).position(|&byte| byte == b')')?;
        at = skip(text, at + close + 1, |byte| byte == b' ');
        at = skip_no_break(text, at);
    }
    sign_at(text, at)
}

/// Bytes of the name of a type.
const TYPE_BYTES: std::ops::RangeInclusive<usize> = 2..=20;

/// Past the type in a declaration with a string: `var token string = "…"`, `token: String = "…"`.
pub(super) fn typed(text: &[u8], from: usize) -> Option<usize> {
    let blank = |byte| matches!(byte, b' ' | b'?');
    let mut at = skip(text, from, blank);
    at = skip(text, if text.get(at) == Some(&b':') { at + 1 } else { at }, blank);
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'<' | b'>' | b'&' | b'\'');
    let type_name = text.get(at..).unwrap_or_default().iter().take(TYPE_BYTES.end() + 1);
    let end = at + type_name.take_while(|byte| name(**byte)).count();
    let sign = skip(text, end, blank);
    let quote = skip(text, sign + 1, blank);
    let declared = text.get(at).is_some_and(u8::is_ascii_alphabetic)
        && TYPE_BYTES.contains(&(end - at))
        && at > from
        && text.get(sign) == Some(&b'=')
        && is_quote(text.get(quote));
    declared.then_some(sign + 1)
}

pub(super) fn sign_at(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let length = match rest {
        [b':', b':', b':', b'=', ..] => 4,
        [b':', b':', b'=', ..] => 3,
        [b'?' | b'.' | b'+', b'=', ..] => 2,
        [b'=', b'=', ..] | [b'!', b'=', ..] | [b':', b':', ..] | [b'=', b'~', ..] => return None,
        [b'=', b'>', ..] | [b':', b'=', ..] | [b'-', b'>', ..] => 2,
        [b':' | b'=' | b'|' | b'\t', ..] => 1,
        [0xe2, 0x86, 0x92, ..] | [0xef, 0xbc, 0x9a, ..] => 3,
        _ => return None,
    };
    Some(at + length)
}

pub(super) fn is_cell(text: &[u8], from: usize, end: usize) -> bool {
    text[from..end].iter().any(|byte| matches!(byte, b'|' | b'\t'))
}
