//! The password behind a mailbox, as accounts are handed over: `jean.dupont@ville.be / Tulipe#482`, "l.maes@stad.be en
//! Kersen!6652". No label says so; only what looks like nothing but a secret is one. Knows no words.

use super::strength::{self, Strength};
use super::token::tokens;
use super::words::PASSWORD;
use super::{Kind, Secret};
use crate::finding::Confidence;
use crate::scan::detector::Place;
use crate::scan::lexicon::Lexicon;

/// Bytes of a domain, and of what stands between it and the password.
const DOMAIN_BYTES: usize = 64;

/// Bytes of a password.
const VALUE_BYTES: usize = 40;

/// What may stand between the two.
const GAPS: [&[u8]; 13] =
    [b" / ", b"/", b" : ", b" | ", b" - ", b" et ", b" en ", b" und ", b" and ", b"\t", b";", b" + ", b" & "];

/// Signs of passwords.
const SIGNS: &[u8] = b"!#$%&*+?^~";

/// The secret behind the mailbox whose at stands at `place`.
pub(super) fn secret_behind(lexicon: &Lexicon, place: &Place<'_>) -> Option<Secret> {
    let text = place.text;
    let rest = text.get(place.end..text.len().min(place.end + DOMAIN_BYTES))?;
    let domain =
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    let gap = GAPS.iter().find(|gap| rest[domain..].starts_with(gap))?;
    let named = place.at.checked_sub(1).is_some_and(|at| text[at].is_ascii_alphanumeric());
    if !named || !rest[..domain].contains(&b'.') {
        return None;
    }
    let start = place.end + domain + gap.len();
    let most = text.len().min(start + VALUE_BYTES);
    let token = tokens(text, start, most).next()?;
    let whole = token.start <= start + 1 && (token.end < most || most == text.len());
    let value = token.of(text).filter(|_| whole)?;
    let signed = value.iter().any(|byte| SIGNS.contains(byte)) && value.iter().any(u8::is_ascii_digit);
    let sure = || strength::of(lexicon, value, PASSWORD) == Some(Strength::Sure);
    (signed && !value.contains(&b'@') && sure()).then_some(Secret {
        span: token,
        kind: Kind::Password,
        confidence: Confidence::Medium,
    })
}
