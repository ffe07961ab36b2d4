//! Tokens that mean something only beside their provider's name: `mistral api key: …`, `OVH_CONSUMER_KEY=…`.
//! The name, a word for keys, a link, then a value of exactly one of the provider's formats.

use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::rules::format::Format;
use crate::scan::check::placeholder::is_token_placeholder;
use crate::scan::check::random::is_compound;
use crate::scan::detector::{Anchor, Detector, Hit, Place};
use crate::scan::fold::fold;
use crate::scan::lexicon::{Lazy, Lexicon};
use crate::span::Span;
use std::sync::LazyLock;

/// Bytes behind the name in which the value may begin.
const REACH: usize = 110;
/// Bytes before the name in which a word for keys may stand.
const BEFORE: usize = 24;
/// The longest value.
const VALUE_MAX: usize = 600;

/// `named_token`. Lists: `names`, `formats`, and `keys`, the words for keys.
pub(in crate::scan) fn make(code: &Code) -> Box<dyn Detector> {
    let list = |name: &str| code.words.get(name).into_iter().flat_map(|words| words.iter());
    let keys = code.words.get("keys").cloned();
    let keys = Lazy::new(Box::new(move || {
        let words = keys.iter().flat_map(|keys| keys.iter());
        Lexicon::of(&[("keys", 1)], words.map(|word| ("keys", word.as_ref())))
    }));
    let formats = code.words.get("formats").cloned();
    let formats = LazyLock::new(Box::new(move || {
        let formats = formats.iter().flat_map(|formats| formats.iter());
        formats.filter_map(|format| Format::parse(format).ok()).collect()
    }) as _);
    let names = list("names").map(|name| Anchor::Word(name.clone())).collect();
    Box::new(Named { names, formats, keys })
}

/// The formats of a provider, read when its name is first met.
type Formats = LazyLock<Vec<Format>, Box<dyn FnOnce() -> Vec<Format> + Send + Sync>>;

struct Named {
    names: Vec<Anchor>,
    formats: Formats,
    keys: Lazy,
}

impl Detector for Named {
    fn anchors(&self) -> Vec<Anchor> {
        self.names.clone()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let text = place.text;
        let near = &text[place.at..text.len().min(place.end + REACH)];
        let mut at = place.end;
        while let Some(start) = next_start(text, at, place.at + near.len()) {
            let end = run_end(text, start);
            at = end.max(start + 1);
            let matched = self
                .formats
                .iter()
                .find_map(|format| format.match_at(text, start))
                .filter(|&matched| is_whole(text, start, matched));
            let Some(matched) = matched else { continue };
            let linked = is_linked(&text[place.end..start]);
            if linked
                && self.is_key(&text[place.at.saturating_sub(BEFORE)..start])
                && is_random(&text[start..matched])
                && !(is_of_path(text, place.at) && text[start..matched].iter().all(u8::is_ascii_hexdigit))
            {
                let mut hit = Hit::new(Span::new(start, matched), Confidence::High);
                hit.check = CheckResult::Pass;
                out.push(hit);
                return;
            }
        }
    }
}

impl Named {
    /// Whether a word for keys stands beside the name.
    fn is_key(&self, around: &[u8]) -> bool {
        let lower = fold(&apart(around));
        self.keys.any(&lower, 0, lower.len(), 1)
    }
}

/// The text with a space before each capital that follows a small letter: `oktaApiToken` has three words.
fn apart(text: &[u8]) -> String {
    let mut words = String::with_capacity(text.len() + 8);
    let mut small = false;
    for character in String::from_utf8_lossy(text).chars() {
        if small && character.is_ascii_uppercase() {
            words.push(' ');
        }
        small = character.is_ascii_lowercase();
        words.push(character);
    }
    words
}

/// Whether a sign or *est*, *is*, *ist* links name and value.
fn is_linked(between: &[u8]) -> bool {
    between.iter().any(|byte| matches!(byte, b':' | b'=' | b'"' | b'\'' | b'|' | b'>'))
        || [&b" est "[..], b" is ", b" ist "].iter().any(|word| memchr::memmem::find(between, word).is_some())
}

/// The next place at which a value may begin: behind a link, a quote or a blank, at twelve characters or more.
fn next_start(text: &[u8], from: usize, limit: usize) -> Option<usize> {
    (from.max(1)..limit.min(text.len())).find(|&at| {
        let opens = matches!(
            text[at - 1],
            b' ' | b'"' | b'\'' | b'`' | b'=' | b':' | b'\t' | b'(' | b'>' | b'|' | b'/'
        );
        let begins = text[at].is_ascii_alphanumeric() || matches!(text[at], b'.' | b'~' | b'_');
        opens && begins && run_end(text, at) - at >= 12
    })
}

/// Whether a name is a part of a path that is a key, `settings/api_keys/add: 1c11…`: its value is a digest.
fn is_of_path(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(REACH)..at];
    let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    let rest = &text[at..text.len().min(at + REACH)];
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    rest[..end].ends_with(b":") && (before[start..].contains(&b'/') || rest[..end].contains(&b'/'))
}

fn run_end(text: &[u8], start: usize) -> usize {
    let run = text[start..].iter().take(VALUE_MAX).take_while(|&&byte| is_value(byte)).count();
    start + run
}

const fn is_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'+' | b'/' | b':')
}

/// Whether the value ends where its format ends: not inside a longer run, a sentence's punctuation left out.
fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let rest = &text[end..run_end(text, start).max(end)];
    rest.iter().all(|byte| matches!(byte, b'.' | b'-' | b'_' | b':' | b'/'))
}

fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let upper = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let mixed = digits >= 2 || upper >= 3 && letters - upper >= 3;
    mixed && letters >= 3 && !is_token_placeholder(value) && !is_compound(value)
}
