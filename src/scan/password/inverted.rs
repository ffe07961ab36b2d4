//! Values that stand before their label: "« X » est mon mot de passe", "Is X wel het juiste wachtwoord?". Reads the
//! words between, and leaves it to the gate whether the value is one.

use super::value::Value;
use super::words::{ABOUT, COPULA, JOINS, KEY, KNOWN, PAIR, POINTER, RECOVERY};
use crate::scan::fold::{Window, fold};
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;

/// Words between the value and the label: "c'est bien toujours mon".
const WORDS_MAX: usize = 5;

/// Bytes of a statement of SQL before a name.
const SET_BYTES_MAX: usize = 200;

/// Bytes of a value.
const VALUE_BYTES_MAX: usize = 80;

/// Whether a word stands before the label at `at` on its line: a cheap look before the real one.
pub(super) fn may_stand_before(text: &[u8], at: usize) -> bool {
    matches!(&text[..at], [.., last, b' '] if last.is_ascii_lowercase())
        || text[..at].ends_with(b" (")
        || text[..at].ends_with(b"= '")
        || text[..at].ends_with(b"='")
}

/// The value before a label, over words that point at it and one that says *is*, on either side of the value.
pub(super) fn before(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    label: Span,
    groups: Groups,
) -> Option<Value> {
    if let Some(value) = set_before(text, label) {
        return Some(value);
    }
    if groups & (RECOVERY | PAIR) != 0 || !may_stand_before(text, label.start) {
        return None;
    }
    let folded = window.text();
    let from = (label.start.saturating_sub(120)..).find(|at| text[*at] & 0xc0 != 0x80)?;
    let line = memchr::memrchr(b'\n', &text[from..label.start]).map_or(from, |at| from + at + 1);
    // "Zomer93! (wachtwoord)"
    if text[..label.start].ends_with(b" (") {
        let closed = text.get(label.end) == Some(&b')');
        let value = value_ending_at(lexicon, text, line, label.start - 1, groups).filter(|_| closed)?;
        return Some(value)
            .filter(|value| text[value.span.start..value.span.end].iter().any(u8::is_ascii_digit));
    }
    let mut end = window.index(label.start);
    let start = window.index(line);
    let is = |word: &[u8]| lexicon.groups(word) & COPULA != 0;
    for words in 0..WORDS_MAX {
        let word = last_word(&folded[start..end])?;
        let bytes = word.of(&folded[start..end])?;
        let at = start + word.start;
        if is(bytes) && words > 0 {
            return value_ending_at(lexicon, text, line, window.original(at), groups);
        }
        // "mon identifiant c'est X et mon mot de passe …"
        if lexicon.groups(bytes) & JOINS != 0 {
            return None;
        }
        if lexicon.groups(bytes) & POINTER == 0 {
            // "Is X het juiste wachtwoord?": the verb stands before the value.
            let value = value_ending_at(lexicon, text, line, window.original(end), groups)?;
            let head = &folded[start..window.index(value.span.start).max(start)];
            let verb = last_word(head)?;
            return (words > 0 && is(verb.of(head)?)).then_some(value);
        }
        end = at;
    }
    None
}

/// `SET valeur = '…' WHERE cle = 'api_key'`: the string that is set, before the name that says what it is.
fn set_before(text: &[u8], label: Span) -> Option<Value> {
    let head = &text[label.start.saturating_sub(SET_BYTES_MAX)..label.start];
    let offset = label.start - head.len();
    let quote = memchr::memrchr2(b'\'', b'=', head).filter(|at| head[*at] == b'\'')?;
    let head = &head[..quote];
    let condition =
        memchr::memmem::rfind(head, b" WHERE ").or_else(|| memchr::memmem::rfind(head, b" where "))?;
    let inner = head[..condition].trim_ascii_end().strip_suffix(b"'")?;
    let start = memchr::memrchr(b'\'', inner)? + 1;
    let set = inner[..start - 1].trim_ascii_end().ends_with(b"=");
    let span = Span::new(start, inner.len()).shifted(offset);
    (set && start < inner.len()).then_some(Value { span, quoted: true, ends_line: false })
}

/// The last word of folded text.
fn last_word(folded: &[u8]) -> Option<Span> {
    let end = folded.iter().rposition(u8::is_ascii_alphanumeric)? + 1;
    let start = folded[..end].iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    Some(Span::new(start, end))
}

/// The value that ends before `at`, blanks, a comma and a closing quote between.
fn value_ending_at(lexicon: &Lexicon, text: &[u8], line: usize, at: usize, groups: Groups) -> Option<Value> {
    let rest = text.get(line..at)?;
    let rest = rest.strip_suffix(b"c'").or_else(|| rest.strip_suffix("c’".as_bytes())).unwrap_or(rest);
    let rest = without_blanks(rest);
    let rest = without_blanks(rest.strip_suffix(b",").unwrap_or(rest));
    let quotes = [("«", "»"), ("“", "”"), ("„", "“"), ("\"", "\""), ("'", "'"), ("`", "`")];
    let quoted = quotes.iter().find_map(|(open, close)| {
        let inner = rest.strip_suffix(close.as_bytes())?;
        let start = memchr::memmem::rfind(inner, open.as_bytes())? + open.len();
        let blank = inner[start..].len() - without_leading_blanks(&inner[start..]).len();
        Some(Span::new(start + blank, without_blanks(inner).len().max(start + blank)))
    });
    let span = quoted.unwrap_or_else(|| {
        let start = rest.iter().rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b'>'));
        Span::new(start.map_or(0, |at| at + 1), rest.len())
    });
    let value = span.of(rest).filter(|value| (4..=VALUE_BYTES_MAX).contains(&value.len()))?;
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let small = value.iter().any(u8::is_ascii_lowercase);
    let known = lexicon.groups(&fold(&String::from_utf8_lossy(value))) & KNOWN != 0;
    let own = known || digits > 0 && (small || digits == value.len() || groups & KEY != 0);
    let talk = lexicon.any(&fold(&String::from_utf8_lossy(value)), 0, value.len(), ABOUT);
    (own && !talk).then(|| Value { span: span.shifted(line), quoted: quoted.is_some(), ends_line: false })
}

fn without_blanks(mut text: &[u8]) -> &[u8] {
    loop {
        let blanks: [&[u8]; 3] = [b" ", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
        let Some(rest) = blanks.iter().find_map(|blank| text.strip_suffix(*blank)) else { return text };
        text = rest;
    }
}

fn without_leading_blanks(mut text: &[u8]) -> &[u8] {
    loop {
        let blanks: [&[u8]; 3] = [b" ", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
        let Some(rest) = blanks.iter().find_map(|blank| text.strip_prefix(*blank)) else { return text };
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::before;
    use crate::scan::fold::Window;
    use crate::scan::password::words::{PASSWORD, lexicon};
    use crate::span::Span;

    fn value(text: &str) -> Option<&str> {
        let own = lexicon([
            ("copula", "est"),
            ("copula", "is"),
            ("pointer", "mon"),
            ("pointer", "bien"),
            ("pointer", "het"),
            ("pointer", "wel"),
            ("known", "azerty"),
        ]);
        let at = text.rfind(' ')? + 1;
        let window = Window::around(text.as_bytes(), at, 140, 20);
        let value = before(&own, text.as_bytes(), &window, Span::new(at, text.len()), PASSWORD)?;
        text.get(value.span.start..value.span.end)
    }

    fn in_brackets(text: &str) -> Option<&str> {
        let at = text.find('(')? + 1;
        let window = Window::around(text.as_bytes(), at, 140, 20);
        let label = Span::new(at, text.len() - 1);
        let value = before(&lexicon([]), text.as_bytes(), &window, label, PASSWORD)?;
        text.get(value.span.start..value.span.end)
    }

    #[test]
    fn a_value_stands_before_the_verb_or_behind_it() {
        for text in
            ["Brot88* est mon mdp", "« Brot88* », c'est bien mon mdp", "« Brot88*\u{a0}», c’est mon mdp"]
        {
            assert_eq!(value(text), Some("Brot88*"), "{text}");
        }
        assert_eq!(value("Is Brot88* wel het wachtwoord"), Some("Brot88*"));
        assert_eq!(value("azerty est mon mdp"), Some("azerty"));
        assert_eq!(in_brackets("noter : Brot88* (mdp)"), Some("Brot88*"));
        assert_eq!(in_brackets("la note (mdp)"), None);
    }

    #[test]
    fn prose_is_none() {
        for text in ["ceci est mon mdp", "le Brot88 mon mdp", "est mon mdp", "", "Brot88\nest mon mdp"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
