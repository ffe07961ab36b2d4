//! Signs that link a label to its value and are mostly something else: "mot de passe - Kx9#pL2m", "Passwort >> …",
//! `wachtwoord [Zomer93!]`. What stands behind must look like a secret by itself.

use super::beside::names_code;
use super::skip::skip_no_break;
use super::strength::{self, Strength};
use super::words::{CODE, KEY, PAIR, PIN, RECOVERY, SOFT};
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;

/// Signs, one to three of them side by side.
const SIGNS: [&str; 19] =
    ["-", "–", "—", ">", "/", "~", "≡", "⇒", "⟶", "»", ";", "[", "<", ",", "*", "•", "·", "+", "#"];

/// Where the value begins behind such signs.
pub(super) fn sign(lexicon: &Lexicon, text: &[u8], label: Span, groups: Groups) -> Option<usize> {
    if groups & (RECOVERY | PAIR | PIN | SOFT | CODE | KEY) != 0 {
        return None;
    }
    let from = skip_no_break(text, label.end);
    let mut at = from;
    for _ in 0..3 {
        let Some(sign) = SIGNS.iter().find(|sign| text[at..].starts_with(sign.as_bytes())) else { break };
        at += sign.len();
    }
    let start = skip_no_break(text, at);
    let apart = (from > label.end || matches!(text[from..at], [b'[' | b'>', ..])) && at > from;
    let value = &text[start..text.len().min(start + VALUE_BYTES)];
    let end = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    let value = value.strip_suffix(b"]").or_else(|| value.strip_suffix(b">")).unwrap_or(value);
    let strong = strength::of(lexicon, value, groups)?;
    let line_ends = rest.first().is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
    let named = label.of(text).is_some_and(names_code);
    let holds = match strong {
        Strength::Sure => true,
        Strength::Fair => line_ends && !named,
        Strength::Number => false,
    };
    (apart && holds).then_some(start)
}

/// Bytes of a value.
const VALUE_BYTES: usize = 48;
