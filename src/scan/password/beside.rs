//! Values right beside or below their label, with nothing that links them: they must look like nothing else.

use super::link::are_qualifiers;
use super::skip::{skip, skip_no_break};
use super::strength::{is_by_chance, words_of_phrase};
use super::value::VALUE_BYTES_MAX;
use super::words::{KEY, KNOWN, LOGIN, PAIR, PASSPHRASE, PASSWORD, PIN, RECOVERY, SHORT, WEAK, WIFI};
use crate::scan::fold::{Window, fold};
use crate::scan::lexicon::{Groups, Lexicon, is_word_byte};
use crate::span::Span;

/// Words that dashes join from which on they are hardly anything but a passphrase.
pub(super) const PHRASE_WORDS: usize = 4;

/// "mdp Ciney2017", "le mot de passe (Zomer93!)", "son mot de passe, Zomer93!, …": nothing links them, so that the value
/// must look like nothing else: letters and digits, no code of a norm (`RFC2898`), and beside the English label, which
/// stands in source code, two digits at least; or set apart and one that everybody knows.
pub(super) fn bare(lexicon: &Lexicon, text: &[u8], label: Span, groups: Groups) -> Option<usize> {
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
    let phrase = || words_of_phrase(lexicon, name).is_some_and(|words| words >= PHRASE_WORDS);
    if is_by_chance(name) || phrase() {
        return Some(at);
    }
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

/// "PIN 4821", "code pin (4821)": four to eight digits right behind, no year and no part of a greater number; behind "clé wifi"
/// eight to twenty.
pub(super) fn bare_number(text: &[u8], label: Span, groups: Groups) -> Option<usize> {
    let (at, _) = beside(text, label.end).filter(|_| groups & (PIN | WIFI) != 0)?;
    let rest = text.get(at..)?;
    let digits = rest.iter().take(DIGITS_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
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
    let length = if groups & PIN != 0 { 4..=8 } else { 8..=DIGITS_MAX };
    (length.contains(&digits) && !year && !goes_on && !measure).then_some(at)
}

/// Digits of a key of a wireless network.
const DIGITS_MAX: usize = 20;

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
pub(super) fn beside_login(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span) -> Option<usize> {
    let login = || {
        let at = window.index(label.start);
        lexicon.any(window.text(), at.saturating_sub(70), at, LOGIN)
    };
    let value = text.get(label.end..)?.strip_prefix(b" ").filter(|value| !value.starts_with(b"("))?;
    let value = &value[..value.iter().take(64).take_while(|byte| !byte.is_ascii_whitespace()).count()];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    (digits >= 2 && letters >= 3 && value.len() >= 7 && login()).then_some(label.end + 1)
}

/// A label alone on its line, the value alone on the next.
pub(super) fn next_line(text: &[u8], label: Span, groups: Groups) -> Option<usize> {
    let from = label.start.saturating_sub(LINE_BYTES);
    let line_start = memchr::memrchr(b'\n', &text[from..label.start]).map_or(from, |at| from + at + 1);
    let alone = text[line_start..label.start].iter().all(|byte| !is_word_byte(byte.to_ascii_lowercase()));
    let near = &text[label.end..text.len().min(label.end + LINE_BYTES)];
    let line_end = memchr::memchr(b'\n', near).map(|at| label.end + at)?;
    let empty = text[label.end..line_end].iter().all(|&byte| matches!(byte, b' ' | b'\r' | b'*' | b'\t'));
    let most = text.len().min(line_end + 1 + VALUE_BYTES_MAX);
    let next_end = memchr::memchr(b'\n', &text[line_end + 1..most]).map_or(most, |at| line_end + 1 + at);
    let one_word = !text[line_end + 1..next_end].trim_ascii().contains(&b' ');
    (alone && empty && one_word && groups & RECOVERY == 0).then_some(line_end + 1)
}

/// Bytes of a line that are looked at on either side of a label.
const LINE_BYTES: usize = 200;

/// Bytes of a cell behind the label in it.
const CELL_BYTES: usize = 40;

/// A label with the words that say whose it is in a cell or on a line of its own, the value in the next: "Kennwort des
/// Kontos\t…", "Code PIN de la carte\n8407", `<td>PIN der Karte</td><td>…`.
pub(super) fn behind_cell(lexicon: &Lexicon, text: &[u8], window: &Window, label: Span) -> Option<usize> {
    let before = label.start.checked_sub(1).map(|at| text[at]);
    let item = [&b"* "[..], b"- "].iter().any(|mark| text[..label.start].ends_with(mark));
    if !item && !matches!(before, None | Some(b'\n' | b'\t' | b'>')) {
        return None;
    }
    let rest = &text[label.end..text.len().min(label.end + CELL_BYTES)];
    let sign = match before {
        Some(b'>') => memchr::memchr(b'<', rest),
        _ => memchr::memchr2(b'\t', b'\n', rest).into_iter().chain(memchr::memmem::find(rest, b"  ")).min(),
    };
    let end = label.end + sign?;
    let words = (window.index(label.end), window.index(end));
    if !are_qualifiers(lexicon, window.text(), words.0, words.1) {
        return None;
    }
    let at = match text[end] {
        b'<' => behind_tags(text, end)?,
        _ => skip(text, end + 1, |byte| byte == b' '),
    };
    let near = &text[at..text.len().min(at + VALUE_BYTES_MAX)];
    let value = near.split(|byte| matches!(byte, b'\n' | b'\t' | b'\r' | b'<')).next()?;
    let one = !value.trim_ascii().contains(&b' ') && value.iter().any(u8::is_ascii_digit);
    one.then_some(at)
}

/// "Mot de passe :" at the end of its line: the next line, where it is one word and no label itself.
pub(super) fn one_word_below(text: &[u8], end: usize) -> Option<usize> {
    if end.checked_sub(1).and_then(|at| text.get(at)) != Some(&b':') {
        return None;
    }
    let line = skip_no_break(text, end);
    let line = line + usize::from(text.get(line) == Some(&b'\r'));
    let start = text.get(line).filter(|byte| **byte == b'\n').map(|_| line + 1)?;
    // A blank line between: mails.
    let start = if text[start..].starts_with(b"\r\n") { start + 2 } else { start };
    let start = start + usize::from(text.get(start) == Some(&b'\n'));
    let near = &text[start..text.len().min(start + VALUE_BYTES_MAX)];
    let word = near.split(|byte| *byte == b'\n').next()?.trim_ascii();
    let one = !word.is_empty() && !word.ends_with(b":") && !word.iter().any(u8::is_ascii_whitespace);
    (one && word.first() != Some(&b'-') && !word.contains(&b'='))
        .then(|| skip(text, start, |byte| matches!(byte, b' ' | b'\t')))
}

fn starts_with(value: &[u8], name: &str) -> bool {
    value.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
}

/// English labels, which are names in source code too.
pub(super) fn names_code(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [&b"pass"[..], b"pwd", b"token", b"secret", b"key", b"credential", b"pin", b"mnemonic", b"psk"]
        .iter()
        .any(|part| memchr::memmem::find(&name, part).is_some())
        && !matches!(&*name, b"passe" | b"passwort" | b"paswoord" | b"passwoord" | b"pincode")
}
