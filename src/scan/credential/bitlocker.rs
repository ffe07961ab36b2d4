//! Recovery keys of BitLocker: eight groups of six digits, each eleven times a number of sixteen bits (Microsoft,
//! "BitLocker recovery process"). Knows their form only.

use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::scan::detector::{Anchor, Detector, DigitRun, Hit, Place};
use crate::span::Span;

/// Bytes of a key with its dashes.
const LENGTH: usize = 8 * 7 - 1;

/// `bitlocker`.
pub(in crate::scan) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Key)
}

struct Key;

impl Detector for Key {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Digits(DigitRun { digits: (6, 6), next: Some(b'-'), after_letters: false })]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let Place { text, at, .. } = *place;
        let Some(key) = text.get(at..at + LENGTH) else { return };
        let goes_on = text.get(at + LENGTH).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        let begun = at.checked_sub(1).is_some_and(|before| text[before] == b'-');
        let same = key.split(|byte| *byte == b'-').all(|group| group == &key[..6]);
        if goes_on || begun || same || !key.split(|byte| *byte == b'-').all(is_group) {
            return;
        }
        let mut hit = Hit::new(Span::new(at, at + LENGTH), Confidence::High);
        hit.check = CheckResult::Pass;
        out.push(hit);
    }
}

/// Six digits, a multiple of eleven below eleven times 65,536.
fn is_group(group: &[u8]) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let number = |group: &[u8; 6]| group.iter().try_fold(0, |number, &byte| Some(number * 10 + digit(byte)?));
    let number = group.try_into().ok().and_then(number);
    number.is_some_and(|number| number % 11 == 0 && number < 11 * 65_536)
}
