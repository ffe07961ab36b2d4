//! Labels that programs write: Microsoft Purview properties, sensitivity and classification headers.
//! Source: [MS-OFFCRYPTO] 2.6.3 and Microsoft's documentation of `MSIP_Label` metadata; RFC 2156 for `Sensitivity`.

use super::Mark;
use super::words::{LEVELS, severity};
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::Lexicon;
use crate::span::Span;

const PREFIX: &[u8] = b"MSIP_Label_";
/// Bytes behind a property in which the properties of the same label set stand.
const REACH: usize = 8 << 10;
/// Properties looked at in one set.
const PROPERTIES_MAX: usize = 200;

/// One label of a set.
#[derive(Default)]
struct Label<'a> {
    guid: &'a [u8],
    at: usize,
    enabled: bool,
    date: &'a [u8],
    name: &'a [u8],
}

/// Judges the set of properties whose first `MSIP_Label_` stands at `at`: the newest enabled label counts.
#[must_use]
pub fn purview(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Mark> {
    let before = &text[at.saturating_sub(2048)..at];
    if memchr::memmem::find(before, PREFIX).is_some() {
        return None;
    }
    let labels = labels(text, at);
    let newest = labels.iter().filter(|label| label.enabled).max_by_key(|label| label.date)?;
    let named = level_of(lexicon, newest.name);
    let guid = String::from_utf8_lossy(newest.guid).to_ascii_lowercase();
    let (level, severity) = named.unwrap_or((guid, 2));
    let end = newest.at + PREFIX.len() + newest.guid.len();
    Some(Mark { span: Span::new(newest.at, end), level, severity, confidence: Confidence::High })
}

fn labels(text: &[u8], at: usize) -> Vec<Label<'_>> {
    let end = text.len().min(at + REACH);
    let mut labels: Vec<Label<'_>> = Vec::new();
    for found in memchr::memmem::find_iter(&text[at..end], PREFIX).take(PROPERTIES_MAX) {
        let start = at + found;
        let Some((guid, property, value)) = property(&text[start..end]) else { continue };
        let label = match labels.iter_mut().position(|label| label.guid.eq_ignore_ascii_case(guid)) {
            Some(known) => &mut labels[known],
            None => {
                labels.push(Label { guid, at: start, ..Label::default() });
                let last = labels.len() - 1;
                &mut labels[last]
            }
        };
        match property {
            b"Enabled" => label.enabled = value.eq_ignore_ascii_case(b"true") || value == b"1",
            b"SetDate" => label.date = value,
            b"Name" => label.name = value,
            _ => {}
        }
    }
    labels
}

/// `MSIP_Label_<GUID>_<property>` and its value, in XML, header or key=value form.
fn property(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let guid = text.get(PREFIX.len()..PREFIX.len() + 36)?;
    let hyphens = [8, 13, 18, 23];
    let formed = guid
        .iter()
        .enumerate()
        .all(|(index, byte)| if hyphens.contains(&index) { *byte == b'-' } else { byte.is_ascii_hexdigit() });
    let rest = text.get(PREFIX.len() + 36..)?.strip_prefix(b"_").filter(|_| formed)?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    Some((guid, &rest[..length], value(&rest[length..])))
}

fn value(rest: &[u8]) -> &[u8] {
    let mut rest = rest;
    loop {
        let skipped = rest
            .iter()
            .take_while(|byte| {
                matches!(byte, b' ' | b'"' | b'\'' | b'=' | b':' | b'\t' | b',' | b'(' | b')' | b'/')
            })
            .count();
        rest = &rest[skipped..];
        match rest.first() {
            Some(b'>') => rest = &rest[1..],
            Some(b'<') => match memchr::memchr(b'>', rest) {
                Some(close) => rest = &rest[close + 1..],
                None => return b"",
            },
            _ => break,
        }
    }
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b';' | b'<' | b'"' | b'\n' | b'\r' | b','))
        .unwrap_or(rest.len());
    rest[..end].trim_ascii()
}

/// A level that a label's name states: `C4 - Confidentiel`, `Intern`.
fn level_of(lexicon: &Lexicon, name: &[u8]) -> Option<(String, u8)> {
    let window = Window::around(name, 0, 0, 200);
    let folded = window.text();
    let code = super::mention::levels(folded, super::sentence::Range { start: 0, end: folded.len() });
    if code.count_ones() == 1 {
        let level = code.trailing_zeros() as u8 + 1;
        return Some((format!("C{level}"), level - 1));
    }
    let groups = lexicon.words(folded, 0, folded.len()).fold(0, |groups, word| groups | word.groups & LEVELS);
    let severity = severity(groups)?;
    Some((String::from_utf8_lossy(name).into_owned(), severity))
}

/// Judges a header line such as `Sensitivity: Company-Confidential` or `X-Classification: …` at `at`.
#[must_use]
pub fn header(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Mark> {
    if at > 0 && text[at - 1] != b'\n' && text[at - 1] != b'\r' {
        return None;
    }
    let end = memchr::memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |found| at + found);
    let line = &text[at..end.min(at + 300)];
    let colon = memchr::memchr(b':', line)?;
    let name = line[..colon].trim_ascii();
    let value = line[colon + 1..].trim_ascii();
    if value.is_empty() || value.len() > 80 {
        return None;
    }
    let (level, severity) = if name.eq_ignore_ascii_case(b"sensitivity") {
        rfc_2156(value)?
    } else {
        protective(value).or_else(|| level_of(lexicon, value))?
    };
    let start =
        at + colon + 1 + line[colon + 1..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let confidence = if severity == 0 { Confidence::Low } else { Confidence::High };
    Some(Mark { span: Span::new(start, start + value.len()), level, severity, confidence })
}

fn rfc_2156(value: &[u8]) -> Option<(String, u8)> {
    let known = [(&b"company-confidential"[..], 3), (b"private", 2), (b"personal", 1)];
    let (word, severity) = known.into_iter().find(|(word, _)| value.eq_ignore_ascii_case(word))?;
    Some((String::from_utf8_lossy(word).into_owned(), severity))
}

/// `SEC=PROTECTED, …`: the Australian and British marking header.
fn protective(value: &[u8]) -> Option<(String, u8)> {
    let upper = value.to_ascii_uppercase();
    let known = [
        ("TOP SECRET", 3),
        ("SECRET", 3),
        ("PROTECTED", 3),
        ("CONFIDENTIAL", 3),
        ("RESTRICTED", 2),
        ("OFFICIAL:SENSITIVE", 2),
        ("OFFICIAL-SENSITIVE", 2),
    ];
    let (word, severity) =
        known.into_iter().find(|(word, _)| memchr::memmem::find(&upper, word.as_bytes()).is_some())?;
    Some((word.to_owned(), severity))
}
