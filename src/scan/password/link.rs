//! What links a label to its value: a colon, an equals sign, an arrow, a cell, *est*, an option's space, a tag.

use super::is_short;
use super::words::{
    ABOUT, ADVERB, COPULA, DENY, KEY, KNOWN, LOGIN, PAIR, PASSPHRASE, PASSWORD, PIN, QUALIFIER, RECOVERY,
    SHORT, WEAK, WIFI,
};
use crate::scan::answer::{RENEWED, to_question};
use crate::scan::fold::{Window, fold};
use crate::scan::lexicon::{Lexicon, is_word_byte};
use crate::span::Span;
use smallvec::SmallVec;

/// A link, and what it says about the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// "Mot de passe :" at the end of its line: the next line, where it is one word and no label itself.
fn one_word_below(text: &[u8], end: usize) -> Option<usize> {
    if end.checked_sub(1).and_then(|at| text.get(at)) != Some(&b':') {
        return None;
    }
    let line = skip_no_break(text, end);
    let line = line + usize::from(text.get(line) == Some(&b'\r'));
    let start = text.get(line).filter(|byte| **byte == b'\n').map(|_| line + 1)?;
    // A blank line between: mails.
    let start = if text[start..].starts_with(b"\r\n") { start + 2 } else { start };
    let start = start + usize::from(text.get(start) == Some(&b'\n'));
    let word = text[start..].split(|byte| *byte == b'\n').next()?.trim_ascii();
    let one = !word.is_empty() && !word.ends_with(b":") && !word.iter().any(u8::is_ascii_whitespace);
    (one && word.first() != Some(&b'-') && !word.contains(&b'='))
        .then(|| skip(text, start, |byte| matches!(byte, b' ' | b'\t')))
}

/// Words between a label and its link.
const QUALIFIERS_MAX: usize = 7;

/// The links that may stand behind a label, the surest first; each is tried until a value holds.
pub type Links = SmallVec<[Link; 4]>;

/// Finds the links behind a label.
#[must_use]
pub fn after(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span, groups: u32) -> Links {
    let (plain, tagged) = plain(text, label);
    if tagged {
        let end = skip(text, label.end + 1, |byte| byte.is_ascii_whitespace());
        return Links::from_iter([Link { end, markup: true, ..plain }]);
    }
    let mut at = label.end;
    if plain.quoted_label {
        while at < text.len() && matches!(text[at], b'\\' | b'"' | b'\'' | b'`' | b']' | b')') {
            at += 1;
        }
    }
    if let Some(end) = typed(text, at).or_else(|| sign(text, at)) {
        let below = one_word_below(text, end);
        let cell = is_cell(text, at, end);
        return Links::from_iter([Link { end: below.unwrap_or(end), word: below.is_some(), cell, ..plain }]);
    }
    if plain.quoted_label {
        return quoted(lexicon, text, window, (at, groups), plain).into_iter().collect();
    }
    if label.start >= 2 && &text[label.start - 2..label.start] == b"--" && text.get(at) == Some(&b' ') {
        return Links::from_iter([Link { end: at + 1, argument: true, ..plain }]);
    }
    loose(lexicon, text, window, label, groups, plain)
}

/// A link without its end, and whether the label is the name of a tag.
fn plain(text: &[u8], label: Span) -> (Link, bool) {
    let prefix = text[..label.start].iter().rev().take(48);
    let prefix =
        prefix.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')).count();
    let before = (label.start - prefix).checked_sub(1).and_then(|at| text.get(at));
    let quoted_label = is_quote(before);
    let plain = Link { quoted_label, ..Link::default() };
    (plain, before == Some(&b'<') && text.get(label.end) == Some(&b'>'))
}

/// Behind a label in quotes: `<add key="Password" value="…"/>`, `'password', '…'`, `<champ nom="mot de passe">…`,
/// `"mot de passe de session": "…"`, `variable "db_password" { default = "…" }`.
fn quoted(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    (at, groups): (usize, u32),
    plain: Link,
) -> Option<Link> {
    let rest = text.get(at..)?;
    if rest.starts_with(b" value=") {
        return Some(Link { end: at + b" value=".len(), ..plain });
    }
    if let Some(end) = value_key(text, at) {
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
            let behind = at + close + 1;
            let qualified =
                are_qualifiers(lexicon, window.text(), window.index(at), window.index(at + close));
            let linked =
                sign(text, behind).or_else(|| (text.get(behind) == Some(&b',')).then_some(behind + 1));
            if let Some(end) = linked.filter(|_| qualified) {
                return Some(Link { end, ..plain });
            }
            // "'API key …'" in a string: nothing but what is random by itself.
            let end = bare(lexicon, text, Span::new(at, at), groups & KEY)?;
            Some(Link { end, word: true, bare: true, ..plain })
        }
        _ => None,
    }
}

/// Bytes between a label and a colon that the sentence leads to.
const FAR_BYTES: usize = 56;

/// Words that say what somebody chose: "j'ai mis …", "I set it to …".
const CHOSE: [&[u8]; 10] = [
    b" mis ",
    b" choisi ",
    b" pris ",
    b" used ",
    b" chose ",
    b" it to ",
    b" gekozen ",
    b" gezet ",
    b" genommen ",
    b" nehme ",
];

/// "nouveau mot de passe à partir de lundi : …", "pour le mdp, j'ai mis …": behind the colon or the verb of the same
/// clause, where the value can be nothing else.
fn far(text: &[u8], from: usize, groups: u32) -> Option<usize> {
    let rest = text.get(from..text.len().min(from + FAR_BYTES))?;
    let clause =
        rest.iter().position(|byte| b".?!;\n\"({<=|".contains(byte)).map_or(rest, |end| &rest[..end]);
    let verb = CHOSE.iter().find_map(|verb| Some(memchr::memmem::find(clause, verb)? + verb.len()));
    let spaced = |at: &usize| clause.get(at + 1).is_some_and(|byte| matches!(byte, b' ' | 0xc2 | 0xe2));
    let colon = || {
        let at = memchr::memchr(b':', clause).filter(spaced)?;
        (!clause[..at].contains(&b',')).then_some(at + 1)
    };
    let at = skip_no_break(text, from + verb.or_else(colon)?);
    let value = text[at..].iter().take(96).take_while(|byte| !byte.is_ascii_whitespace()).count();
    let value = &text[at..at + value];
    let last = value.iter().rposition(|byte| !matches!(byte, b',' | b'.' | b')'))?;
    can_be_nothing_else(&value[..=last], groups).then_some(at)
}

/// Eight bytes or more with a digit, a small letter, and a capital or a sign, no address and no call; of a PIN its
/// digits.
fn can_be_nothing_else(value: &[u8], groups: u32) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
    let (digits, small) = (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase));
    let (large, signs) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_punctuation));
    let other = value.contains(&b'@') && value.contains(&b'.') || value.contains(&b'(');
    value.len() >= 8 && digits > 0 && small > 0 && large + signs > 0 && !other
        || groups & PIN != 0 && (4..=8).contains(&digits) && digits == value.len()
}

/// Bytes of a remark before the new value.
const RENEWED_BYTES: usize = 64;

/// "mot de passe mis à jour (ancien : …, nouveau : …)": behind the word for new in the remark.
fn renewed(text: &[u8], from: usize) -> Option<usize> {
    let line = text.get(from..text.len().min(from + RENEWED_BYTES))?.split(|byte| *byte == b'\n').next()?;
    let open = memchr::memchr(b'(', line)?;
    RENEWED.iter().find_map(|word| {
        let at = open + memchr::memmem::find(&line[open..], word.as_bytes())? + word.len();
        sign_at(text, skip_no_break(text, from + at))
    })
}

/// Bytes between a name and the key of its value: `"type": "string", "value":`.
const VALUE_KEY_BYTES: usize = 60;

/// Behind a name whose value stands in a field of its own: `name: DB_PASSWORD` and `value: …` below it, `{"key":
/// "password", "value": "…"}`, `ParameterKey=DbPassword,ParameterValue=…`.
fn value_key(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..text.len().min(from + VALUE_KEY_BYTES))?;
    let rest = &rest[..rest.iter().position(|byte| matches!(byte, b'}' | b'{')).unwrap_or(rest.len())];
    if rest.starts_with(b" -Value ") {
        return Some(from + b" -Value ".len());
    }
    if !rest.iter().take(3).any(|byte| matches!(byte, b'\n' | b'\r' | b',')) {
        return None;
    }
    let at = [&b"alue"[..], b"ALUE"].iter().find_map(|word| memchr::memmem::find(rest, word))?;
    let end = skip(text, from + at + 4, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
    let between = &rest[..at - usize::from(at > 0)];
    // Keys and short values may stand between, no sentence.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"\"'\\ ,:-_\r\n\t=".contains(byte);
    (between.iter().all(plain) && memchr::memchr_iter(b'\n', between).count() <= 2)
        .then(|| sign(text, end))?
}

/// Whether words only say whose or which password it is: "de session", "for the vpn".
pub(super) fn are_qualifiers(lexicon: &Lexicon, folded: &[u8], from: usize, to: usize) -> bool {
    let mut words = lexicon.words(folded, from, to).peekable();
    words.peek().is_some()
        && words.all(|word| word.groups & QUALIFIER != 0 || word.groups & (DENY | ABOUT) == 0)
}

/// The label with the words behind it that say whose it is: "mot de passe de session".
pub(super) fn with_qualifiers(lexicon: &Lexicon, window: &Window, label: Span) -> Option<Span> {
    let folded = window.text();
    let start = window.index(label.end);
    let words = lexicon.words(folded, start, folded.len().min(start + 48)).take(QUALIFIERS_MAX);
    let mut end = start;
    for word in words.take_while(|word| word.groups & QUALIFIER != 0) {
        if folded[end..word.start].iter().any(|byte| !matches!(byte, b' ' | b'\'')) {
            break;
        }
        end = word.end;
    }
    (end > start).then(|| Span::new(label.start, window.original(end)))
}

/// Whether a link is no more than a space.
pub(super) fn is_mere_space(text: &[u8], label: Span, link: &Link) -> bool {
    link.bare && text[label.end..link.end].iter().all(|byte| *byte == b' ')
}

/// Links in prose, and none at all: a word, an answer, the next line, brackets.
fn loose(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span, groups: u32, plain: Link) -> Links {
    let short = is_short(groups);
    let abbreviation = !short || matches!(text[label.start], b'm' | b'M') || label.len() == 3;
    let mixed = |end: &usize| !short || abbreviation && is_mixed(text, *end);
    let sure = |_: &usize| abbreviation;
    let linked = qualified(lexicon, text, window, label.end, groups).filter(|&(end, word)| {
        let stated = abbreviation || label.len() == 2 && is_mixed(text, end);
        !short || end <= label.end + 48 && if word { stated } else { mixed(&end) }
    });
    let word = |end| Link { end, word: true, ..plain };
    let bare_at = |end| Link { end, word: true, bare: true, ..plain };
    let beside = || beside_login(lexicon, text, window, label).filter(|_| !short);
    let mut links = Links::new();
    links.extend(linked.map(|(end, word)| Link { end, word, ..plain }));
    links.extend(beside().map(word));
    links.extend(direct_quote(text, label.end, groups).filter(|_| !short).map(word));
    links.extend(to_question(text, label.end).filter(|_| abbreviation).map(word));
    links.extend(next_line(text, label, groups).filter(sure).map(word));
    links.extend(renewed(text, label.end).map(word));
    links.extend(far(text, label.end, groups).map(word));
    let valued = value_key(text, label.end).filter(|_| !text[label.end..].starts_with(b", "));
    links.extend(valued.map(|end| Link { end, quoted_label: true, ..plain }));
    links.extend(bare(lexicon, text, label, groups).map(bare_at));
    links.extend(bare_pin(text, label, groups).map(bare_at));
    links
}

/// "PIN 4821", "code pin (4821)": four to eight digits right behind, no year and no part of a greater number.
fn bare_pin(text: &[u8], label: Span, groups: u32) -> Option<usize> {
    let (at, _) = beside(text, label.end).filter(|_| groups & PIN != 0)?;
    let rest = text.get(at..)?;
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
    ((4..=8).contains(&digits) && !year && !goes_on && !measure).then_some(at)
}

/// Whether letters and digits stand behind "ww is", which begins sentences of other things too.
fn is_mixed(text: &[u8], from: usize) -> bool {
    let at = skip_no_break(text, from);
    let quote =
        ["« ", "«\u{a0}", "«", "“", "„"].iter().find(|quote| text[at..].starts_with(quote.as_bytes()));
    let at = at + quote.map_or(0, |quote| quote.len());
    let value = text[at..].iter().take(48).take_while(|byte| !byte.is_ascii_whitespace());
    let (digits, letters) = value.fold((0, 0), |(digits, letters), byte| {
        (digits + usize::from(byte.is_ascii_digit()), letters + usize::from(byte.is_ascii_alphabetic()))
    });
    digits >= 2 && letters >= 3
}

/// A sign directly behind the label, ornaments and one bracketed remark between.
fn sign(text: &[u8], from: usize) -> Option<usize> {
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
    let (mut words, mut only_qualifiers) = (0, true);
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
        only_qualifiers &= word.groups & QUALIFIER != 0;
        let unknown_key = groups & (RECOVERY | PAIR) != 0 && word.groups & QUALIFIER == 0 && words > 3;
        if words > QUALIFIERS_MAX || word.groups & (DENY | LOGIN | QUALIFIER) == DENY || unknown_key {
            return None;
        }
        let end = window.original(word.end);
        let at = skip_no_break(text, skip(text, end, |byte| byte == b' ' || byte == b'*' || byte == b')'));
        let cell = matches!(text.get(at), Some(b'|' | b'\t'));
        if let Some(end) = sign_at(text, at).filter(|_| !cell || only_qualifiers) {
            let glued = text[at] == b'=' && at == window.original(word.end) && words > 1 && !only_qualifiers;
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
    let words = lexicon.words(folded, from, folded.len().min(from + 24)).take(2);
    let from = words.take_while(|word| word.groups & ADVERB != 0).last().map_or(from, |word| word.end);
    let (mut end, mut before) = (from, from);
    for word in lexicon.words(folded, from, folded.len().min(from + 40)).take(4) {
        if folded[before..word.start].iter().any(|byte| matches!(byte, b'\n' | b'.')) {
            break;
        }
        before = word.end;
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
    (opens && at > from && groups & (RECOVERY | PAIR) == 0).then_some(at)
}

/// "mdp Ciney2017", "le mot de passe (Zomer93!)", "son mot de passe, Zomer93!, …": nothing links them, so that the value
/// must look like nothing else: letters and digits, no code of a norm (`RFC2898`), and beside the English label, which
/// stands in source code, two digits at least; or set apart and one that everybody knows.
fn bare(lexicon: &Lexicon, text: &[u8], label: Span, groups: u32) -> Option<usize> {
    if groups & (PASSWORD | PASSPHRASE | WIFI | SHORT | KEY) == 0 || groups & (RECOVERY | PAIR) != 0 {
        return None;
    }
    let word = label.of(text)?.to_ascii_lowercase();
    let in_code = matches!(&*word, b"password" | b"passwd" | b"pwd" | b"pass" | b"passe" | b"pw" | b"ww");
    let (at, apart) = beside(text, label.end)?;
    let end = at
        + text
            .get(at..)?
            .iter()
            .take(64)
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'<' | b';'))
            .count();
    let value = text[at..end].trim_ascii_end();
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    if groups & KEY != 0 {
        return (letters >= 4 && value.len() >= 20).then_some(at);
    }
    let last = value.iter().rposition(|byte| !matches!(byte, b',' | b')' | b']' | b'.'));
    let name = &value[..last.map_or(0, |last| last + 1)];
    let known = lexicon.groups(&fold(&String::from_utf8_lossy(name)));
    let ends = matches!(text.get(end), None | Some(b'\n' | b'\r' | b'<' | b';'));
    if known & KNOWN != 0 || known & WEAK != 0 && matches!(apart, Some(b'(' | b'[')) {
        return (apart.is_some() || ends || !in_code).then_some(at);
    }
    let coded = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b',' | b')');
    let norm = count(u8::is_ascii_lowercase) == 0 && value.iter().all(coded);
    let plain = count(u8::is_ascii_uppercase) == 0 && digits + letters == name.len();
    let holds = value.len() >= 6
        && letters >= 3
        && digits >= if in_code { 2 } else { 1 }
        && !norm
        && !(plain && in_code && apart == Some(b','))
        && !["sha", "md5", "base", "utf", "oauth", "http", "argon"]
            .iter()
            .any(|name| starts_with(value, name))
        && !value.contains(&b'(')
        && !value.contains(&b'/');
    holds.then_some(at)
}

/// Where a value may begin right behind a label, and the sign that sets it apart: "mdp x", "mdp (x)", "mdp, x",
/// "wachtwoord mee, x", `mdp;x`, `[mdp] x`, `<td>mdp</td><td>x</td>`.
fn beside(text: &[u8], from: usize) -> Option<(usize, Option<u8>)> {
    match text.get(from)? {
        b';' => return Some((from + 1, None)),
        b'<' => return Some((behind_tags(text, from)?, None)),
        b',' => return (text.get(from + 1) == Some(&b' ')).then_some((from + 2, Some(b','))),
        _ => {}
    }
    let close = text[from..].starts_with(b"] ") || text[from..].starts_with(b"]\t");
    let at = skip_no_break(text, from + usize::from(close));
    if close {
        return Some((at, Some(b'[')));
    }
    if text.get(at) == Some(&b'(') {
        return Some((at + 1, Some(b'(')));
    }
    let word = text[at..].iter().take(12).take_while(|byte| byte.is_ascii_lowercase()).count();
    if word > 2 && text[at + word..].starts_with(b", ") {
        return Some((at + word + 2, Some(b',')));
    }
    (at > from).then_some((at, None))
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

/// Past the dots or the line that lead to a value in a form: "mot de passe ......... : ".
fn skip_leaders(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text[at..].starts_with("…".as_bytes()) {
        at += "…".len();
    }
    let dots = skip(text, at, |byte| matches!(byte, b'.' | b'_'));
    if dots - at > 1 { skip(text, dots, |byte| byte == b' ') } else { at }
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
