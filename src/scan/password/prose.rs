//! Links in prose: *est* and *is* over words that say whose password it is, a quotation, a remark with the new one.

use super::Label;
use super::link::{Link, QUALIFIERS_MAX};
use super::sign::{sign, sign_at};
use super::skip::{skip, skip_no_break};
use super::words::{ADVERB, ANSWER, CHOSE, COPULA, DENY, LOGIN, PAIR, QUALIFIER, RECOVERY};
use crate::scan::answer::RENEWED;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon, starts_word};

/// "mot de passe du compte admin : …", "password for the vpn is …".
pub(super) fn qualified(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    from: usize,
    groups: Groups,
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

/// Bytes between a security question and its answer.
const ANSWER_BYTES: usize = 120;

/// Bytes before it in which a word for the answer stands.
const ANSWER_BEFORE: usize = 24;

/// "question secrète : nom du chien ? réponse : …": behind the word for the answer, or behind the question mark.
pub(super) fn answered(label: &Label<'_>) -> Option<Link> {
    let Label { lexicon, text, window, span, .. } = *label;
    let folded = window.text();
    let start = window.index(span.end);
    let end = folded.len().min(start + ANSWER_BYTES);
    let answer = lexicon.words(folded, start, end).find(|word| word.groups & ANSWER != 0);
    let linked = answer.and_then(|word| {
        let at = window.original(word.end);
        sign(text, at).or_else(|| {
            let next =
                lexicon.words(folded, word.end, end).next().filter(|next| next.groups & COPULA != 0)?;
            Some(window.original(next.end))
        })
    });
    // "Réponse à la question de sécurité : …"
    let before = || {
        let at = window.index(span.start);
        let answer = lexicon.any(folded, at.saturating_sub(ANSWER_BEFORE), at, ANSWER);
        sign(text, span.end).filter(|_| answer)
    };
    let questioned = || {
        let mark =
            text[span.end..text.len().min(span.end + ANSWER_BYTES)].iter().position(|byte| *byte == b'?')?;
        let at = skip_no_break(text, span.end + mark + 1);
        text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80).then_some(at)
    };
    linked.or_else(before).or_else(questioned).map(|end| Link { end, ..Link::default() })
}

/// "le mot de passe « Azerty12 »", `WITH PASSWORD 'x'`.
pub(super) fn direct_quote(text: &[u8], from: usize, groups: Groups) -> Option<usize> {
    let at = skip_no_break(text, skip(text, from, |byte| byte == b' '));
    let opens = matches!(text.get(at), Some(b'"' | b'\'' | b'`'))
        || text[at.min(text.len())..].starts_with("«".as_bytes())
        || text[at.min(text.len())..].starts_with("“".as_bytes());
    (opens && at > from && groups & (RECOVERY | PAIR) == 0).then_some(at)
}

/// "1. mot de passe – Zomer2023": behind a dash, where a word with a digit stands there.
pub(super) fn dashed(text: &[u8], from: usize) -> Option<usize> {
    let at = skip_no_break(text, from);
    let dash = matches!(text.get(at..), Some([0xe2, 0x80, 0x93 | 0x94, b' ', ..])) && at > from;
    let start = at + 4;
    let value = text.get(start..)?.iter().take(64).take_while(|byte| !byte.is_ascii_whitespace());
    (dash && value.filter(|byte| byte.is_ascii_digit()).count() > 1).then_some(start)
}

/// Bytes between a label and the verb of what somebody chose.
const CHOSEN_BYTES: usize = 56;

/// "pour le mot de passe, j'ai mis …": behind the verb in the same sentence.
pub(super) fn chosen(lexicon: &Lexicon, text: &[u8], window: &Window, from: usize) -> Option<usize> {
    let folded = window.text();
    let start = window.index(from);
    let clause = folded.get(start..folded.len().min(start + CHOSEN_BYTES))?;
    let clause = clause.split(|byte| b".?!;\n({<=|".contains(byte)).next()?;
    let verb = (start..start + clause.len())
        .filter(|at| starts_word(folded, *at))
        .find_map(|at| lexicon.longest_at(folded, at, CHOSE))?;
    Some(skip_no_break(text, window.original(verb.0)))
}

/// Bytes of a remark before the new value.
const RENEWED_BYTES: usize = 64;

/// "mot de passe mis à jour (ancien : …, nouveau : …)": behind the word for new in the remark.
pub(super) fn renewed(lexicon: &Lexicon, text: &[u8], window: &Window, from: usize) -> Option<usize> {
    let folded = window.text();
    let start = window.index(from);
    let line = folded.get(start..folded.len().min(start + RENEWED_BYTES))?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let open = start + memchr::memchr(b'(', line)?;
    let new = lexicon.words(folded, open, start + line.len()).filter(|word| word.groups & RENEWED != 0);
    new.map(|word| skip_no_break(text, window.original(word.end))).find_map(|at| sign_at(text, at))
}
