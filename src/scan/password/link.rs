//! What links a label to its value: a sign, a word, an option's space, a tag, or mere neighbourhood.

use super::sign::{is_cell, sign, typed};
use super::skip::{is_quote, skip, skip_no_break};
use super::value::VALUE_BYTES_MAX;
use super::words::{ABOUT, DENY, QUALIFIER};
use super::{Label, beside, is_short, key, odd, prose};
use crate::scan::answer::to_question;
use crate::scan::fold::Window;
use crate::scan::lexicon::Lexicon;
use crate::span::Span;

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

/// Bytes of a key in quotes before the label that ends it.
const KEY_BYTES: usize = 40;

/// Words between a label and its link.
pub(super) const QUALIFIERS_MAX: usize = 7;

/// The first link behind a label whose value holds; the surest are tried first.
pub fn first<T>(label: &Label<'_>, held: &mut dyn FnMut(Link) -> Option<T>) -> Option<T> {
    let Label { lexicon, text, window, span, groups } = *label;
    let (plain, tagged) = plain(text, span);
    if !plain.quoted_label && ends_key(text, span) {
        let value = || text[span.end + 1..].starts_with(b", '").then_some(span.end + 2);
        let behind = skip(text, span.end + 1, |byte| byte == b']');
        let link = sign(text, behind).or_else(value);
        return link.map(|end| Link { end, quoted_label: true, ..plain }).and_then(held);
    }
    if tagged {
        let end = skip(text, span.end + 1, |byte| byte.is_ascii_whitespace());
        let holds = end == span.end + 1 || is_closed(text, end);
        return holds.then(|| held(Link { end, markup: true, ..plain })).flatten();
    }
    let mut at = span.end;
    if plain.quoted_label {
        while at < text.len() && matches!(text[at], b'\\' | b'"' | b'\'' | b'`' | b']' | b')') {
            at += 1;
        }
    }
    if let Some(end) = typed(text, at).or_else(|| sign(text, at)) {
        let below = beside::one_word_below(text, end);
        let cell = is_cell(text, at, end);
        return held(Link { end: below.unwrap_or(end), word: below.is_some(), cell, ..plain });
    }
    if plain.quoted_label {
        return key::quoted(lexicon, text, window, (at, groups), plain).and_then(held);
    }
    if text[..span.start].ends_with(b"--") && text.get(at) == Some(&b' ') {
        return held(Link { end: at + 1, argument: true, ..plain });
    }
    loose(label, plain, held)
}

/// Whether a tag closes what begins at `at`: nothing does behind `<votre_mot_de_passe>`, which stands for a value.
fn is_closed(text: &[u8], at: usize) -> bool {
    let near = &text[at..text.len().min(at + VALUE_BYTES_MAX)];
    memchr::memchr(b'<', near).is_some_and(|sign| near[sign..].starts_with(b"</"))
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

/// Whether the label ends a key in quotes that begins with other words: `"VPN password": "…"`.
fn ends_key(text: &[u8], label: Span) -> bool {
    let Some(quote) = text.get(label.end).filter(|byte| is_quote(Some(byte))) else { return false };
    let sql = || text[label.end + 1..].starts_with(b", '") && is_row(text, label.start);
    if !matches!(text.get(label.end + 1), Some(b':' | b'=' | b' ' | b']')) && !sql() {
        return false;
    }
    let before = &text[label.start.saturating_sub(KEY_BYTES)..label.start];
    let Some(open) = memchr::memrchr(*quote, before) else { return false };
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" -_'./()".contains(byte);
    let opens = open.checked_sub(1).is_none_or(|at| b"{[,( \n\t".contains(&before[at]));
    opens && before[open + 1..].iter().all(word)
}

/// Whether a place stands in a row of SQL: `VALUES ('temporary password', '…')`.
fn is_row(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(2 * KEY_BYTES)..at];
    [&b"VALUES"[..], b"values"].iter().any(|word| memchr::memmem::find(before, word).is_some())
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
fn loose<T>(label: &Label<'_>, plain: Link, held: &mut dyn FnMut(Link) -> Option<T>) -> Option<T> {
    let Label { lexicon, text, window, span, groups } = *label;
    let short = is_short(groups);
    let abbreviation = !short || matches!(text[span.start], b'm' | b'M') || span.len() == 3;
    let linked = || {
        prose::qualified(lexicon, text, window, span.end, groups).filter(|&(end, word)| {
            let stated = abbreviation || span.len() == 2 && is_mixed(text, end);
            let signed = || abbreviation && (span.len() == 3 || is_mixed(text, end));
            !short || end <= span.end + 48 && if word { stated } else { signed() }
        })
    };
    let valued = || key::value_key(lexicon, text, span.end).filter(|_| !text[span.end..].starts_with(b", "));
    let whole = |found: Option<usize>| found.filter(|_| !short);
    let sure = |found: Option<usize>| found.filter(|_| abbreviation);
    let word = |end| Link { end, word: true, ..plain };
    let bare = |end| Link { end, word: true, bare: true, ..plain };
    let odd = || odd::sign(lexicon, text, span, groups).map(|end| Link { end, word: true, ..plain });
    let candidates: [&dyn Fn() -> Option<Link>; 12] = [
        &|| linked().map(|(end, word)| Link { end, word, ..plain }),
        &|| whole(beside::beside_login(lexicon, text, window, span)).map(word),
        &|| whole(prose::direct_quote(text, span.end, groups)).map(word),
        &|| sure(to_question(lexicon, text, span.end)).map(word),
        &|| sure(beside::next_line(text, span, groups)).map(word),
        &|| {
            sure(beside::behind_cell(lexicon, text, window, span)).map(|end| {
                let markup = text[..span.start].ends_with(b">");
                Link { end, cell: true, markup, ..plain }
            })
        },
        &|| prose::renewed(lexicon, text, window, span.end).map(word),
        &|| whole(prose::chosen(lexicon, text, window, span.end)).map(word),
        &|| whole(prose::dashed(text, span.end)).map(|end| Link { end, ..plain }),
        &|| valued().map(|end| Link { end, quoted_label: true, ..plain }),
        &odd,
        &|| beside::bare(lexicon, text, span, groups).map(bare),
    ];
    candidates
        .iter()
        .find_map(|link| link().and_then(&mut *held))
        .or_else(|| beside::bare_number(text, span, groups).map(bare).and_then(&mut *held))
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
