//! A mere word for what opens, *clé*, *sleutel*, *Schlüssel*, with a sign behind it: "clé = …". What follows must look like
//! nothing but a password; keys of tables and rows go by these words too.

use super::gate::Gate;
use super::link::Link;
use super::skip::skip_no_break;
use super::strength::{self, Strength};
use super::value;
use super::words::{DOUBT, PASSWORD};
use super::{Kind, Label};
use crate::finding::Confidence;
use crate::span::Span;

/// Bytes of blanks before the sign.
const BLANKS_MAX: usize = 4;

/// The value behind the sign that stands right behind the label.
pub(super) fn behind_sign(label: &Label<'_>, kind: Kind) -> Option<(Span, Confidence)> {
    let Label { lexicon, text, span, .. } = *label;
    let named = span.start.checked_sub(1).is_some_and(|at| b"_.-\"'/".contains(&text[at]));
    let rest = text.get(span.end..)?;
    let blanks = rest.iter().take(BLANKS_MAX).take_while(|byte| **byte == b' ').count();
    let no_break = usize::from(rest[blanks..].starts_with(&[0xc2, 0xa0])) * 2;
    let sign = rest.get(blanks + no_break).filter(|byte| matches!(byte, b'=' | b':'))?;
    let at = span.end + blanks + no_break + 1;
    if named || *sign == b':' && !matches!(text.get(at), Some(b' ' | 0xc2)) {
        return None;
    }
    let value = value::read(text, skip_no_break(text, at), b"")?;
    let bytes = value.span.of(text)?;
    let strong = match strength::of(lexicon, bytes, PASSWORD)? {
        Strength::Sure => true,
        Strength::Fair => {
            // "clé : colonne12"
            let plain = *sign == b':' && !bytes.iter().any(|byte| byte.is_ascii_uppercase() || *byte == b'-');
            !plain && (value.ends_line || value.quoted || text.get(value.span.end) == Some(&b')'))
        }
        Strength::Number => false,
    };
    let gate = Gate { label: *label, kind, link: Link { end: value.span.start, ..Link::default() } };
    let doubtful = || {
        let (folded, end) = (label.window.text(), label.window.index(span.start));
        lexicon.any(folded, end.saturating_sub(40), end, DOUBT)
    };
    let holds = strong && !gate.is_code_line() && !gate.is_something_else(value, bytes) && !doubtful();
    holds.then_some((value.span, Confidence::Medium))
}
