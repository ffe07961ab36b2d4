//! Labels that programs write: Microsoft Purview properties, sensitivity and classification headers.
//! Source: [MS-OFFCRYPTO] 2.6.3 and Microsoft's documentation of `MSIP_Label` metadata; RFC 2156 for `Sensitivity`.

use super::Mark;
use super::words::{LEVELS, severity};
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::Lexicon;
use crate::span::Span;

const PREFIX: &[u8] = b"MSIP_Label_";
/// The element of `LabelInfo.xml`.
const ELEMENT: &[u8] = b"clbl:label ";
/// Bytes behind a property in which the properties of the same label set stand.
const REACH: usize = 8 << 10;
/// Properties looked at in one set.
const PROPERTIES_MAX: usize = 200;

/// One label of a set.
#[derive(Default)]
struct Label<'a> {
    guid: &'a [u8],
    at: usize,
    /// Whether it is said to be removed; a name or a date alone is enough for one that stands.
    removed: bool,
    date: &'a [u8],
    name: &'a [u8],
}

/// Judges the set of properties whose first `MSIP_Label_` stands at `at`: the newest enabled label counts.
#[must_use]
pub fn purview(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Mark> {
    if text[at..].starts_with(ELEMENT) {
        return label_info(text, at);
    }
    let before = &text[at.saturating_sub(2048)..at];
    if memchr::memmem::find(before, PREFIX).is_some() {
        return None;
    }
    let labels = labels(text, at);
    let newest = labels.iter().filter(|label| !label.removed).max_by_key(|label| label.date)?;
    let named = level_of(lexicon, newest.name);
    let guid = String::from_utf8_lossy(newest.guid).to_ascii_lowercase();
    let (level, severity) = named.unwrap_or((guid, 2));
    let end = newest.at + PREFIX.len() + newest.guid.len();
    Some(Mark { span: Span::new(newest.at, end), level, severity, confidence: Confidence::High })
}

/// `<clbl:label id="{GUID}" enabled="1" method="Privileged" siteId="{GUID}" removed="0"/>` of
/// `docMetadata/LabelInfo.xml`, which has no name.
fn label_info(text: &[u8], at: usize) -> Option<Mark> {
    let element = &text[at..text.len().min(at + 600)];
    let element = &element[..memchr::memchr(b'>', element)?];
    let attribute = |name: &[u8]| {
        let start = memchr::memmem::find(element, name)? + name.len();
        let quote = *element.get(start)?;
        let end = memchr::memchr(quote, element.get(start + 1..)?)?;
        Some((start + 1, &element[start + 1..start + 1 + end]))
    };
    let (start, id) = attribute(b" id=")?;
    let (_, enabled) = attribute(b" enabled=")?;
    let removed = attribute(b" removed=").is_some_and(|(_, removed)| removed == b"1" || removed == b"true");
    if removed || enabled != b"1" && enabled != b"true" || id.len() < 36 {
        return None;
    }
    let level = String::from_utf8_lossy(id).trim_matches(['{', '}']).to_ascii_lowercase();
    let span = Span::new(at + start, at + start + id.len());
    Some(Mark { span, level, severity: 2, confidence: Confidence::High })
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
            b"Enabled" => label.removed = !value.eq_ignore_ascii_case(b"true") && value != b"1",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::label::words;

    const OLD: &str = "1f2e3d4c-5b6a-4789-8abc-def012345678";
    const NEW: &str = "aaaabbbb-5b6a-4789-8abc-def012345678";

    fn set(properties: &[(&str, &str, &str)]) -> String {
        properties.iter().map(|(guid, name, value)| format!("MSIP_Label_{guid}_{name}={value}; ")).collect()
    }

    fn level(text: &str) -> Option<(String, u8)> {
        let lexicon = words::lexicon([("internal", "interne"), ("confidential", "confidentiel")]);
        let at = text.find("MSIP_Label_").or_else(|| text.find("clbl:label "))?;
        purview(&lexicon, text.as_bytes(), at).map(|mark| (mark.level, mark.severity))
    }

    #[test]
    fn the_newest_enabled_label_counts() {
        let both = [
            (OLD, "Enabled", "true"),
            (OLD, "SetDate", "2024-01-01T00:00:00Z"),
            (OLD, "Name", "Interne"),
            (NEW, "Enabled", "true"),
            (NEW, "SetDate", "2025-01-01T00:00:00Z"),
            (NEW, "Name", "C4 - Confidentiel"),
        ];
        assert_eq!(level(&set(&both)), Some(("C4".to_owned(), 3)));
        let mut removed = both;
        removed[3].2 = "false";
        assert_eq!(level(&set(&removed)), Some(("Interne".to_owned(), 1)));
    }

    #[test]
    fn without_a_name_the_identifier_is_the_level() {
        assert_eq!(level(&set(&[(NEW, "Enabled", "true")])), Some((NEW.to_owned(), 2)));
        assert_eq!(level(&set(&[(NEW, "Enabled", "false")])), None);
        assert_eq!(level("MSIP_Label_x_Enabled=true"), None);
    }

    #[test]
    fn properties_in_xml() {
        let text = format!(
            "<property name=\"MSIP_Label_{NEW}_Enabled\"><vt:lpwstr>true</vt:lpwstr></property>\
             <property name=\"MSIP_Label_{NEW}_Name\"><vt:lpwstr>Confidentiel</vt:lpwstr></property>"
        );
        assert_eq!(level(&text), Some(("Confidentiel".to_owned(), 3)));
        let info = |enabled: u8| {
            format!("<clbl:label id=\"{{{NEW}}}\" enabled=\"{enabled}\" method=\"Standard\" removed=\"0\"/>")
        };
        assert_eq!(level(&info(1)), Some((NEW.to_owned(), 2)));
        assert_eq!(level(&info(0)), None);
    }
}
