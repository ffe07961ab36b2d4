//! What links a label to its value: a colon, an equals sign, an arrow, a cell, *est*, an option's space, a tag.

use super::is_short;
use super::words::{
    ADVERB, COPULA, DENY, KEY, LOGIN, PAIR, PASSPHRASE, PASSWORD, PIN, QUALIFIER, RECOVERY, SHORT, WIFI,
};
use crate::scan::answer::to_question;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Lexicon, is_word_byte};
use crate::span::Span;

/// A link, and what it says about the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where the value may begin, in the original text.
    pub end: usize,
    /// It is a word (*est*, *is*): the value must speak for itself.
    pub word: bool,
    /// The label stands in quotes, as keys of JSON and source code do.
    pub quoted_label: bool,
    /// It is a table's cell border or a tab.
    pub cell: bool,
    /// It is the space behind a command line option.
    pub argument: bool,
    /// It is the end of an XML tag.
    pub markup: bool,
    /// It is a mere space or an opening bracket: "mdp Ciney2017", "mot de passe (Ciney#2017)".
    pub bare: bool,
}

/// Words between a label and its link.
const QUALIFIERS_MAX: usize = 7;

/// The link behind a label.
#[must_use]
pub fn after(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span, groups: u32) -> Option<Link> {
    let prefix = text[..label.start].iter().rev().take(48);
    let prefix =
        prefix.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')).count();
    let before = (label.start - prefix).checked_sub(1).and_then(|at| text.get(at));
    let quoted_label = is_quote(before);
    let plain =
        Link { end: 0, word: false, quoted_label, cell: false, argument: false, markup: false, bare: false };
    if before == Some(&b'<') && text.get(label.end) == Some(&b'>') {
        let end = skip(text, label.end + 1, |byte| byte.is_ascii_whitespace());
        return Some(Link { end, markup: true, ..plain });
    }
    let mut at = label.end;
    if quoted_label {
        while at < text.len() && matches!(text[at], b'\\' | b'"' | b'\'' | b'`' | b']' | b')') {
            at += 1;
        }
    }
    if let Some(end) = typed(text, at).or_else(|| sign(text, at)) {
        return Some(Link { end, cell: is_cell(text, at, end), ..plain });
    }
    if quoted_label {
        // `<add key="Password" value="…"/>`
        let attribute = text[at..].strip_prefix(b" value=").map(|rest| text.len() - rest.len());
        let end = attribute.or_else(|| (text.get(at) == Some(&b',')).then_some(at + 1));
        return end.map(|end| Link { end, ..plain });
    }
    if label.start >= 2 && &text[label.start - 2..label.start] == b"--" && text.get(at) == Some(&b' ') {
        return Some(Link { end: at + 1, argument: true, ..plain });
    }
    let linked = qualified(lexicon, text, window, label.end, groups);
    if is_short(groups) {
        let plain_abbreviation = matches!(text[label.start], b'm' | b'M') || label.len() == 3;
        let stated = |end| plain_abbreviation || label.len() == 2 && is_mixed(text, end);
        let answered =
            || to_question(text, label.end).filter(|&end| plain_abbreviation && is_mixed(text, end));
        return linked
            .filter(|&(end, word)| if word { stated(end) } else { plain_abbreviation && is_mixed(text, end) })
            .filter(|&(end, _)| end <= label.end + 48)
            .map(|(end, word)| Link { end, word, ..plain })
            .or_else(|| answered().map(|end| Link { end, word: true, ..plain }))
            .or_else(|| Some(Link { end: bare(text, label, groups)?, word: true, bare: true, ..plain }));
    }
    linked
        .map(|(end, word)| Link { end, word, ..plain })
        .or_else(|| beside_login(lexicon, text, window, label).map(|end| Link { end, word: true, ..plain }))
        .or_else(|| direct_quote(text, at, groups).map(|end| Link { end, word: true, ..plain }))
        .or_else(|| to_question(text, label.end).map(|end| Link { end, word: true, ..plain }))
        .or_else(|| next_line(text, label, groups).map(|end| Link { end, word: true, ..plain }))
        .or_else(|| Some(Link { end: bare(text, label, groups)?, word: true, bare: true, ..plain }))
        .or_else(|| Some(Link { end: bare_pin(text, label, groups)?, word: true, bare: true, ..plain }))
}

/// "PIN 4821", "code pin 4821": four to six digits right behind, no year and no part of a greater number.
fn bare_pin(text: &[u8], label: Span, groups: u32) -> Option<usize> {
    let at = skip_no_break(text, label.end);
    let rest = text.get(at..).filter(|_| groups & PIN != 0 && at > label.end)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let year = digits == 4 && (rest.starts_with(b"19") || rest.starts_with(b"20"));
    let goes_on = match rest.get(digits..) {
        Some([b'.' | b',' | b'-' | b'/' | b':', next, ..]) => next.is_ascii_digit(),
        Some([next, ..]) => is_word_byte(next.to_ascii_lowercase()) || *next >= 0x80 || *next == b'%',
        _ => false,
    };
    let unit = rest.get(digits..).unwrap_or_default().trim_ascii_start();
    let unit = &unit[..unit.iter().take(4).take_while(|byte| byte.is_ascii_alphabetic()).count()];
    let measure = matches!(
        unit,
        b"m" | b"mm" | b"cm" | b"km" | b"g" | b"kg" | b"V" | b"mV" | b"W" | b"kW" | b"px" | b"ms" | b"s"
    );
    ((4..=6).contains(&digits) && !year && !goes_on && !measure).then_some(at)
}

/// Whether letters and digits stand behind "ww is", which begins sentences of other things too.
fn is_mixed(text: &[u8], from: usize) -> bool {
    let at = skip_no_break(text, from);
    let value = text[at..].iter().take(48).take_while(|byte| !byte.is_ascii_whitespace());
    let (digits, letters) = value.fold((0, 0), |(digits, letters), byte| {
        (digits + usize::from(byte.is_ascii_digit()), letters + usize::from(byte.is_ascii_alphabetic()))
    });
    digits >= 2 && letters >= 3
}

/// A sign directly behind the label, ornaments and one bracketed remark between.
fn sign(text: &[u8], from: usize) -> Option<usize> {
    let mut at = skip(text, from, |byte| matches!(byte, b' ' | b'*' | b'_' | b'`'));
    at = skip_no_break(text, skip_leaders(text, at));
    if text.get(at) == Some(&b'(') {
        let close = text[at..].iter().take(40).position(|&byte| byte == b')')?;
        at = skip(text, at + close + 1, |byte| byte == b' ');
        at = skip_no_break(text, at);
    }
    sign_at(text, at)
}

/// Past the type in a declaration with a string: `var token string = "…"`, `token: String = "…"`.
fn typed(text: &[u8], from: usize) -> Option<usize> {
    let blank = |byte| matches!(byte, b' ' | b'?');
    let mut at = skip(text, from, blank);
    at = skip(text, if text.get(at) == Some(&b':') { at + 1 } else { at }, blank);
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'<' | b'>' | b'&' | b'\'');
    let end = skip(text, at, name);
    let sign = skip(text, end, blank);
    let quote = skip(text, sign + 1, blank);
    let declared = text.get(at).is_some_and(u8::is_ascii_alphabetic)
        && (2..=20).contains(&(end - at))
        && at > from
        && text.get(sign) == Some(&b'=')
        && is_quote(text.get(quote));
    declared.then_some(sign + 1)
}

fn sign_at(text: &[u8], at: usize) -> Option<usize> {
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

fn is_cell(text: &[u8], from: usize, end: usize) -> bool {
    text[from..end].iter().any(|byte| matches!(byte, b'|' | b'\t'))
}

/// "mot de passe du compte admin : …", "password for the vpn is …".
fn qualified(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    from: usize,
    groups: u32,
) -> Option<(usize, bool)> {
    let folded = window.text();
    let start = window.index(from);
    let mut words = 0;
    for word in lexicon.words(folded, start, folded.len()) {
        let between = &folded[start..word.start];
        // "le mot de passe, c'est …"
        let pointed = between == b", c'" || between == b", " && folded[word.start..].starts_with(b"c'est");
        if !pointed
            && between.iter().any(|byte| {
                matches!(
                    byte,
                    b'.' | b'?' | b'!' | b';' | b'\n' | b'"' | b'{' | b'}' | b'(' | b'<' | b'=' | b','
                )
            })
        {
            return None;
        }
        if word.groups & COPULA != 0 {
            return Some((behind_copula(lexicon, window, word.end)?, true));
        }
        words += 1;
        let unknown_key = groups & (KEY | RECOVERY | PAIR) != 0 && word.groups & QUALIFIER == 0 && words > 3;
        if words > QUALIFIERS_MAX || word.groups & (DENY | LOGIN | QUALIFIER) == DENY || unknown_key {
            return None;
        }
        let end = window.original(word.end);
        let at = skip_no_break(text, skip(text, end, |byte| byte == b' ' || byte == b'*' || byte == b')'));
        if let Some(end) = sign_at(text, at).filter(|_| text[at] != b'|' && text[at] != b'\t') {
            let glued = text[at] == b'=' && at == window.original(word.end) && words > 1;
            return (!glued).then_some((end, false));
        }
    }
    None
}

/// Behind *est*: "est le suivant :", "est :", "is the following:", or the value itself.
fn behind_copula(lexicon: &Lexicon, window: &Window, from: usize) -> Option<usize> {
    let folded = window.text();
    if matches!(folded.get(from), Some(b'-' | b'\'')) {
        return None;
    }
    let next = lexicon.words(folded, from, folded.len().min(from + 16)).next();
    let from = next.filter(|word| word.groups & ADVERB != 0).map_or(from, |word| word.end);
    let mut end = from;
    for word in lexicon.words(folded, from, folded.len().min(from + 40)).take(4) {
        let at = skip(folded, word.end, |byte| byte == b' ');
        if folded.get(at) == Some(&b':') {
            end = at + 1;
            break;
        }
        if folded[word.start..word.end].iter().any(u8::is_ascii_digit) {
            break;
        }
    }
    if end == from {
        let at = skip(folded, from, |byte| byte == b' ');
        if matches!(folded.get(at), Some(b':' | b'=')) {
            end = at + 1;
        }
    }
    Some(window.original(end))
}

/// "le mot de passe « Azerty12 »", `WITH PASSWORD 'x'`.
fn direct_quote(text: &[u8], from: usize, groups: u32) -> Option<usize> {
    let at = skip_no_break(text, skip(text, from, |byte| byte == b' '));
    let opens = matches!(text.get(at), Some(b'"' | b'\'' | b'`'))
        || text[at.min(text.len())..].starts_with("«".as_bytes())
        || text[at.min(text.len())..].starts_with("“".as_bytes());
    (opens && at > from && groups & (KEY | RECOVERY | PAIR) == 0).then_some(at)
}

/// "mdp Ciney2017", "le mot de passe (Zomer93!)": nothing links them, so that the value must look like nothing else:
/// letters and digits, no code of a norm (`RFC2898`), and beside the English label, which stands in source code, two
/// digits at least.
fn bare(text: &[u8], label: Span, groups: u32) -> Option<usize> {
    if groups & (PASSWORD | PASSPHRASE | WIFI | SHORT) == 0 || groups & (KEY | RECOVERY | PAIR) != 0 {
        return None;
    }
    let word = label.of(text)?.to_ascii_lowercase();
    let in_code = matches!(&*word, b"password" | b"passwd" | b"pwd" | b"pass" | b"passe" | b"pw" | b"ww");
    let at = match text.get(label.end) {
        Some(b';') => label.end + 1,
        Some(b'<') => behind_tags(text, label.end)?,
        _ => skip_no_break(text, label.end),
    };
    let at = if text.get(at) == Some(&b'(') { at + 1 } else { at };
    let end = at
        + text
            .get(at..)?
            .iter()
            .take(48)
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'<' | b';'))
            .count();
    let value = text[at..end].trim_ascii_end();
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    let norm = count(u8::is_ascii_lowercase) == 0;
    let holds = at > label.end
        && value.len() >= 6
        && letters >= 3
        && digits >= if in_code { 2 } else { 1 }
        && !norm
        && !["sha", "md5", "base", "utf", "oauth", "http", "argon"]
            .iter()
            .any(|name| starts_with(value, name))
        && !value.contains(&b'(')
        && !value.contains(&b'/');
    holds.then_some(at)
}

/// Past the tags of a table's or list's cells: `</dt>\n<dd>`.
fn behind_tags(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    for _ in 0..4 {
        let close = text[at..].iter().take(32).position(|&byte| byte == b'>')?;
        at = skip(text, at + close + 1, |byte| byte.is_ascii_whitespace());
        if text.get(at) != Some(&b'<') {
            return Some(at);
        }
    }
    None
}

/// "login jdupont, mot de passe Liege4000": the other half before, a value that no word is right behind.
fn beside_login(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span) -> Option<usize> {
    let folded = window.text();
    let at = window.index(label.start);
    let login = lexicon.any(folded, at.saturating_sub(70), at, LOGIN);
    let value = text.get(label.end..)?.strip_prefix(b" ")?;
    let value = &value[..value.iter().take(64).take_while(|byte| !byte.is_ascii_whitespace()).count()];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    (login && digits >= 2 && letters >= 3 && value.len() >= 7).then_some(label.end + 1)
}

/// A label alone on its line, the value alone on the next.
fn next_line(text: &[u8], label: Span, groups: u32) -> Option<usize> {
    let line_start = memchr::memrchr(b'\n', &text[..label.start]).map_or(0, |at| at + 1);
    let alone = text[line_start..label.start].iter().all(|byte| !is_word_byte(byte.to_ascii_lowercase()));
    let line_end = memchr::memchr(b'\n', &text[label.end..]).map(|at| label.end + at)?;
    let empty = text[label.end..line_end].iter().all(|&byte| matches!(byte, b' ' | b'\r' | b'*' | b'\t'));
    let next_end = memchr::memchr(b'\n', &text[line_end + 1..]).map_or(text.len(), |at| line_end + 1 + at);
    let one_word = !text[line_end + 1..next_end].trim_ascii().contains(&b' ');
    (alone && empty && one_word && groups & RECOVERY == 0).then_some(line_end + 1)
}

fn skip(text: &[u8], mut at: usize, skipped: impl Fn(u8) -> bool) -> usize {
    while at < text.len() && skipped(text[at]) {
        at += 1;
    }
    at
}

/// Past the dots that lead to a value in a form: "mot de passe ......... : ".
fn skip_leaders(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text[at..].starts_with("…".as_bytes()) {
        at += "…".len();
    }
    let dots = skip(text, at, |byte| byte == b'.');
    if dots - at > 1 { dots } else { at }
}

/// Past no-break spaces (French typography puts one before a colon).
fn skip_no_break(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..) {
            Some([0xc2, 0xa0, ..]) => at += 2,
            Some([0xe2, 0x80, 0x80..=0x8a | 0xaf, ..]) => at += 3,
            Some([b' ', ..]) => at += 1,
            _ => return at,
        }
    }
}

fn starts_with(value: &[u8], name: &str) -> bool {
    value.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}
