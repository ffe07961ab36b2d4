//! Tokens without a prefix that a digit and a sign within give away: those of Telegram's bots (`4839571:AA…`) and the
//! client secrets of Microsoft Entra ID (`…8Q~…`). Knows their forms only.

use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::scan::check::placeholder::is_token_placeholder;
use crate::scan::detector::{Anchor, Detector, DigitRun, Hit, Place};
use crate::span::Span;

/// `marked_token`.
pub(in crate::scan) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Marked)
}

struct Marked;

impl Detector for Marked {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Digits(DigitRun { digits: (1, 3), next: Some(b'Q'), after_letters: false })]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let found = entra(place.text, place.end);
        let Some(span) = found.filter(|span| span.of(place.text).is_some_and(is_random)) else { return };
        let mut hit = Hit::new(span, Confidence::High);
        hit.check = CheckResult::Pass;
        out.push(hit);
    }
}

/// Three characters, a digit, `Q~` and 31 to 34 characters more (gitleaks).
fn entra(text: &[u8], sign: usize) -> Option<Span> {
    let start = sign.checked_sub(4)?;
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~');
    if text.get(sign + 1) != Some(&b'~') || !text[start..sign].iter().all(word) || is_inside(text, start) {
        return None;
    }
    let rest = text.get(sign + 2..)?;
    let run = &rest[..rest.iter().take(40).take_while(|byte| word(byte)).count()];
    let length = run.iter().rposition(|byte| !matches!(byte, b'.' | b'-')).map_or(0, |last| last + 1);
    (31..=34).contains(&length).then(|| Span::new(start, sign + 2 + length))
}

fn is_inside(text: &[u8], start: usize) -> bool {
    start.checked_sub(1).is_some_and(|at| text[at].is_ascii_alphanumeric() || text[at] == b'_')
}

fn is_random(value: &[u8]) -> bool {
    let large = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let small = value.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    large >= 3 && small >= 3 && !is_token_placeholder(value)
}
