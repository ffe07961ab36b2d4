//! Passwords in prose and configuration: "le mot de passe est …", `mdp : …`, `password=…`, `wachtwoord: …`,
//! PINs, Wi-Fi keys, recovery phrases, and keys beside a key label. A label, a link, a value, and a gate that
//! keeps talk about passwords out. The words are data (`patterns/passwords.toml`). Knows no charter.

mod beside;
mod code;
pub(super) mod detector;
mod frame;
pub mod gate;
mod handed;
mod inverted;
mod key;
pub mod link;
mod listing;
mod mailbox;
mod mnemonic;
mod network;
mod odd;
mod opener;
mod other;
mod prose;
mod reach;
mod shape;
mod sign;
mod skip;
mod strength;
mod talk;
mod token;
pub mod value;
pub mod words;

use crate::finding::Confidence;
use crate::scan::fold::{ShortWord, Window};
use crate::scan::lexicon::{Groups, Lexicon, is_word_byte};
use crate::span::Span;
use gate::Gate;
use link::Link;
use smallvec::SmallVec;
use words::{
    ACCESS, ASKED, CODE, CODED, HEADING, KEY, LABELS, LOCK, LOGIN, OPENED, OPENER, PAIR, PASSPHRASE, PIN,
    RECOVERY, SESSION, SHORT, SOFT, WIFI,
};

/// What kind of secret a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A password or access code.
    Password,
    /// A PIN or PUK.
    Pin,
    /// The key of a wireless network.
    Wifi,
    /// The words that restore a wallet or an account.
    Recovery,
    /// A key or token without a known form.
    Key,
}

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A label where it stands.
#[derive(Clone, Copy)]
pub struct Label<'a> {
    /// The words.
    pub lexicon: &'a Lexicon,
    /// The original text.
    pub text: &'a [u8],
    /// The folded text around it.
    pub window: &'a Window,
    /// The label itself.
    pub span: Span,
    /// Its groups.
    pub groups: Groups,
}

impl Label<'_> {
    /// Whether a door's word is said of a session: "la session s'ouvre avec …".
    fn opens_session(&self) -> bool {
        let at = self.window.index(self.span.start);
        let code = self.groups & CODE != 0 && self.groups & LOCK == 0;
        code && self.lexicon.any(self.window.text(), at.saturating_sub(SESSION_BYTES), at, SESSION)
    }
}

/// Bytes before what opens in which the session stands that it opens.
const SESSION_BYTES: usize = 32;
/// Bytes of a word before "code" that makes it one of something else.
const CODED_BYTES: usize = 16;
/// Bytes of a label, accents included, and the character behind it.
const LABEL_BYTES_MAX: usize = 96;
/// Bytes around "code" in which stands what it opens.
const OPENED_BYTES: usize = 80;
/// Bytes looked at before a label.
const BEFORE: usize = 140;
/// Bytes looked at behind it.
const AFTER: usize = 300;

/// Bytes in which the same label is looked for again: what is looked at behind one at most.
const AGAIN_BYTES: usize = 640;

/// Secrets beside one label: mostly one.
pub type Secrets = SmallVec<[Secret; 1]>;

/// Judges the label that starts at `at`: what is linked to it, else what stands in its reach; where it heads a list, what
/// stands in the items.
#[must_use]
pub fn find(lexicon: &Lexicon, text: &[u8], at: usize) -> Secrets {
    if !may_be_label(lexicon, text, at) {
        return Secrets::new();
    }
    if listing::may_head(text, at) {
        let listed = listing::below(lexicon, text, at);
        if !listed.is_empty() {
            return listed;
        }
    }
    if listing::may_inline(text, at) {
        let listed = listing::beside(lexicon, text, at);
        if !listed.is_empty() {
            return listed;
        }
    }
    let found = at_label(lexicon, text, at, |label, kind| {
        let secret = |span, confidence| Secret { span, kind, confidence };
        let values =
            |values: reach::Values| values.into_iter().map(|value| secret(value.span, value.confidence));
        match linked(label, kind) {
            Some((span, confidence)) => {
                let first = std::iter::once(secret(span, confidence));
                first.chain(values(reach::further(label, kind, span))).collect()
            }
            // A mere "clé" says nothing of what stands further off.
            None if label.groups & SOFT != 0 && label.groups & OPENER != 0 => Secrets::new(),
            None => {
                if let Some((span, confidence)) = network::number_behind(label) {
                    return std::iter::once(Secret { span, kind: Kind::Wifi, confidence }).collect();
                }
                let near = reach::around(label, kind);
                let [one] = near[..] else { return values(near).collect() };
                values(near).chain(values(reach::next(label, kind, one.span))).collect()
            }
        }
    });
    found.unwrap_or_default()
}

/// Judges the label that starts at `at`: only what is linked to it.
#[must_use]
pub fn find_linked(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Secret> {
    if !may_be_label(lexicon, text, at) {
        return None;
    }
    at_label(lexicon, text, at, |label, kind| {
        linked(label, kind).map(|(span, confidence)| Secret { span, kind, confidence })
    })?
}

/// Whether a label may start at `at` with a value near, by a look at the first word: most words that begin like one are
/// none ("passée").
fn may_be_label(lexicon: &Lexicon, text: &[u8], at: usize) -> bool {
    // The end of "mot de passe" is none by itself.
    if text[..at].ends_with(b" de ") && text[at..].starts_with(b"passe") {
        return false;
    }
    (may_link(text, at) || inverted::may_stand_before(text, at) || reach::may(text, at))
        && ShortWord::at(text, at).is_none_or(|word| lexicon.begins(word.as_slice(), LABELS | HEADING))
}

/// What is said of the label that starts at `at`, where one does and a value may stand near.
fn at_label<T>(
    lexicon: &Lexicon,
    text: &[u8],
    at: usize,
    said: impl FnOnce(&Label<'_>, Kind) -> T,
) -> Option<T> {
    let near = Window::around(text, at, 0, LABEL_BYTES_MAX);
    let (end_of_label, groups) = lexicon.longest_at(near.text(), near.index(at), LABELS)?;
    // Words that are mostly no label: nothing without a digit.
    let named = at.checked_sub(1).is_some_and(|before| !b" \n\t(,:-'*|\"".contains(&text[before]));
    // Two letters within what is no name: `q7TZknPw`.
    if near.index(at) + 2 == end_of_label
        && named
        && text[at.saturating_sub(6)..at].iter().any(u8::is_ascii_digit)
    {
        return None;
    }
    if groups & CODE != 0 && named || groups & (CODE | SOFT) != 0 && !reach::may(text, at) {
        return None;
    }
    let text = up_to_again(text, Span::new(at, near.original(end_of_label)));
    let window = Window::around(text, at, BEFORE, AFTER);
    let (end, groups) = lexicon.longest_at(window.text(), window.index(at), LABELS)?;
    let end = window.original(end);
    let end = key::end_of_setting(text, end).unwrap_or(end);
    let label = Label { lexicon, text, window: &window, span: Span::new(at, end), groups };
    let unknown = groups & CODE != 0 && !opens(&label) && !label.opens_session()
        || groups & (CODE | ACCESS) != 0 && is_of_another(&label);
    (!unknown && !continues(text, label.span.end)).then(|| said(&label, kind(groups)))
}

/// The text up to where the same label stands again for the third time, far behind the value of this one. Where labels stand
/// close together, each would otherwise look at all of those behind it.
fn up_to_again(text: &[u8], label: Span) -> &[u8] {
    let near = &text[label.end..text.len().min(label.end + AGAIN_BYTES)];
    let name = label.of(text).unwrap_or_default();
    // Within a word only behind a small letter, as in `adminPwd`; "épingle" is no "pin".
    let hump = name.first().is_some_and(u8::is_ascii_uppercase);
    let begins = |at: &usize| {
        let before = at.checked_sub(1).map_or(b' ', |before| near[before]);
        !before.is_ascii_alphanumeric() || hump && before.is_ascii_lowercase()
    };
    let Some(again) = memchr::memmem::find_iter(near, name).filter(begins).nth(2) else { return text };
    let cut = near[..again].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    &text[..label.end + again - cut]
}

/// The value that is linked to a label, behind it or before.
fn linked(place: &Label<'_>, kind: Kind) -> Option<(Span, Confidence)> {
    let Label { lexicon, text, window, span: label, groups } = *place;
    let gate = |span, link| Gate { label: Label { span, ..*place }, kind, link };
    if groups & SOFT != 0 && groups & OPENER != 0 {
        return opener::behind_sign(place, kind);
    }
    if groups & (SOFT | LOCK) != 0 {
        return None;
    }
    if groups & ASKED != 0 {
        return gate(label, prose::answered(place)?).value();
    }
    let value = |label: Span, link: Link| match kind {
        Kind::Recovery => value::recovery_phrase(text, link.end).map(|span| (span, Confidence::High)),
        _ if groups & PAIR != 0 || is_second_of_pair(place) => gate(label, link).pair(),
        _ => gate(label, link).value(),
    };
    let behind = || link::first(place, &mut |link| value(label, link));
    let qualified = || {
        let span = link::with_qualifiers(lexicon, window, label)?;
        link::first(&Label { span, ..*place }, &mut |link| {
            (!link::is_mere_space(text, span, &link)).then(|| value(span, link))?
        })
    };
    let inverted = || {
        let value = inverted::before(lexicon, text, window, label, groups)?;
        let link = Link { end: value.span.start, word: true, ..Link::default() };
        Some((value.span, gate(label, link).judge(value, value.span.of(text)?)?))
    };
    let found = may_link(text, label.start).then(|| behind().or_else(qualified)).flatten();
    let behind_words = || (groups & PAIR != 0).then(|| handed::behind_words(place, kind))?;
    found.or_else(inverted).or_else(behind_words)
}

/// Whether a label is the second half of "Utilisateur / mot de passe".
fn is_second_of_pair(label: &Label<'_>) -> bool {
    let folded = label.window.text();
    let head = folded[..label.window.index(label.span.start)].trim_ascii_end();
    let Some(head) = head.strip_suffix(b"/") else { return false };
    let start = head.len().saturating_sub(24);
    let last = label.lexicon.words(head, start, head.len()).last();
    last.is_some_and(|word| word.groups & LOGIN != 0 && head[word.end..].trim_ascii().is_empty())
}

/// "Error code 4021", "RAL-code", "code couleur": what stands right before a mere "code", or behind it, makes it no code of
/// access.
fn is_of_another(label: &Label<'_>) -> bool {
    let folded = label.window.text();
    let at = label.window.index(label.span.start);
    let (from, at) = (at.saturating_sub(CODED_BYTES), at);
    let joined = at.checked_sub(1).is_some_and(|sign| matches!(folded[sign], b' ' | b'-'));
    let last = || folded[from..at - 1].rsplit(|byte| !is_word_byte(*byte)).next().unwrap_or_default();
    let name = label.span.of(label.text).unwrap_or_default();
    let named = name.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"code"));
    let end = label.window.index(label.span.end);
    let next = || label.lexicon.words(folded, end, folded.len().min(end + CODED_BYTES)).next();
    let behind = || joined && label.lexicon.groups(last()) & CODED != 0;
    let before = || name.len() == 4 && next().is_some_and(|word| word.groups & CODED != 0);
    named && (behind() || before())
}

/// Whether a word near a mere "code" says what it opens.
fn opens(label: &Label<'_>) -> bool {
    let folded = label.window.text();
    let at = label.window.index(label.span.start);
    label.lexicon.any(folded, at.saturating_sub(OPENED_BYTES), at + OPENED_BYTES, OPENED)
}

/// Judges a whole text that is the value of a field whose name is a label.
#[must_use]
pub fn find_in_field(lexicon: &Lexicon, text: &[u8], key: &[u8]) -> Option<Secret> {
    let window = Window::around(key, 0, 0, 200);
    let folded = window.text();
    let whole = |end: usize| end == folded.len() || link::are_qualifiers(lexicon, folded, end, folded.len());
    let (_, groups) = (0..folded.len())
        .filter(|&at| at == 0 || !folded[at - 1].is_ascii_alphanumeric())
        .find_map(|at| lexicon.longest_at(folded, at, LABELS).filter(|(end, _)| whole(*end)))?;
    if groups & LOCK != 0
        || groups & SOFT != 0 && groups & OPENER != 0
        || groups & CODE != 0 && !lexicon.any(folded, 0, folded.len(), OPENED)
    {
        return None;
    }
    let empty = Span::new(0, 0);
    let link = Link { quoted_label: true, ..Link::default() };
    let text_window = Window::around(text, 0, 0, AFTER);
    let label = Label { lexicon, text, window: &text_window, span: empty, groups };
    let gate = Gate { label, kind: kind(groups), link };
    let (span, confidence) = gate.whole()?;
    Some(Secret { span, kind: kind(groups), confidence })
}

const fn kind(groups: Groups) -> Kind {
    match groups {
        groups if groups & RECOVERY != 0 => Kind::Recovery,
        groups if groups & PIN != 0 => Kind::Pin,
        groups if groups & WIFI != 0 => Kind::Wifi,
        groups if groups & KEY != 0 => Kind::Key,
        _ => Kind::Password,
    }
}

/// Whether anything that can link a value stands near: a cheap look before the real one.
fn may_link(text: &[u8], at: usize) -> bool {
    let near = &text[at..text.len().min(at + 90)];
    let option = text[..at].ends_with(b"--");
    near.iter().enumerate().any(|(place, byte)| match byte {
        b':' | b'=' | b'|' | b'"' | b'\'' | b'`' | b'\t' | b'>' | 0xc2 | 0xe2 | b'\n' => true,
        b'0'..=b'9' | b'(' | b',' => place < 40,
        b'_' => near[place..].starts_with(b"___"),
        b'.' => near[place..].starts_with(b"...."),
        b' ' => {
            let verbs = [&b" is"[..], b" est", b" was", b" lautet"];
            option || verbs.iter().any(|verb| near[place..].starts_with(verb))
        }
        _ => false,
    })
}

/// `password_hash`, `passwordField`, `mot de passe-t`, `password@host`: another word.
fn continues(text: &[u8], end: usize) -> bool {
    match text.get(end..) {
        Some([b'_', next, ..]) => next.is_ascii_alphanumeric(),
        // `grant_type=password&username=…`
        Some([b'-' | b'&', next, ..]) => next.is_ascii_alphabetic(),
        Some([b'(', ..]) => text.get(end + 1) != Some(&b's'),
        // `user:password@host:port`
        Some([b'@', next, ..]) => next.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether a label is a mere abbreviation, which needs a colon or an equals sign right behind it.
const fn is_short(groups: Groups) -> bool {
    groups & SHORT != 0
}

/// Whether the value may be several words.
const fn is_phrase(groups: Groups) -> bool {
    groups & PASSPHRASE != 0
}
