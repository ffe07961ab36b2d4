//! What stands by chance among bytes that are no text: a few printable bytes in a program, a picture or compressed data that
//! look like a mailbox or a password. Knows bytes and no rules.

use crate::span::Span;
use crate::text::strings::{ends_string, is_sure, run_before, run_from};

/// Bytes that are looked at on either side.
const AROUND: usize = 64;

/// How many of them are control characters, and how many belong to no UTF-8, in what is no text: more than the ends of what is
/// looked at can cut. So no text that is UTF-8 hides a value, whatever it holds; one in a code page of its own has no control
/// characters.
const STRAY_MIN: (usize, usize) = (2, 8);

/// Whether a finding at `span` is one of chance: it stands in a short run of printable characters, the bytes around are no
/// text, and neither zeros nor line breaks end the run on both sides, as they do strings of programs. Looks at some two hundred bytes.
pub(super) fn is(text: &[u8], span: Span) -> bool {
    let value = span.of(text).unwrap_or_default();
    let is_printable = run_from(value) == value.len();
    // Many digits are no chance, whatever stands between them.
    if is_sure(value) && value.is_ascii() || is_printable && is_sure(value) {
        return false;
    }
    let from = span.start.saturating_sub(AROUND);
    let to = text.len().min(span.end + AROUND);
    let (before, behind) = (&text[from..span.start], &text[span.end..to]);
    if is_text(before) && is_text(behind) {
        return false;
    }
    let (head, tail) = (run_before(before), run_from(behind));
    if is_printable && is_sure(&text[span.start - head..span.end + tail]) {
        return false;
    }
    let ends = [before[..before.len() - head].last(), behind.get(tail)];
    let is_string = is_printable && ends.into_iter().all(|byte| byte.is_none_or(|byte| ends_string(*byte)));
    let ((control, broken), behind) = (strays(before), strays(behind));
    !is_string && control + behind.0 >= STRAY_MIN.0 && broken + behind.1 >= STRAY_MIN.1
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| is_control(*byte))
}

/// Control characters that stand in no text: not zero, breaks, bells, escapes or the separators of records and of FIX.
const fn is_control(byte: u8) -> bool {
    matches!(byte, 2..=6 | 0x0E..=0x1A | 0x7F)
}

/// How many bytes are control characters, and how many belong to no UTF-8.
fn strays(bytes: &[u8]) -> (usize, usize) {
    let control = bytes.iter().filter(|byte| is_control(**byte)).count();
    (control, bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum())
}

#[cfg(test)]
mod tests {
    use super::is;
    use crate::rules::random::Random;
    use crate::scan::{Hint, Scanner, Scratch};
    use crate::span::Span;

    fn is_chance(before: &[u8], value: &str, behind: &[u8]) -> bool {
        let text = [before, value.as_bytes(), behind].concat();
        is(&text, Span::new(before.len(), before.len() + value.len()))
    }

    #[test]
    fn short_runs_among_bytes_that_are_no_text_are_chance() {
        let noise = [0x8F, 0x03, 0xC1, 0x11, 0xFE, 0x92].repeat(9);
        assert!(is_chance(&noise, "x@y.be", &noise));
        assert!(!is_chance(&noise, "jean.dupont@x.be", &noise), "a long run");
        assert!(!is_chance(&noise, "85073003328", &noise), "many digits");
        let zeros = |noise: &[u8], front: bool| {
            if front { [noise, &[0]].concat() } else { [&[0], noise].concat() }
        };
        assert!(!is_chance(&zeros(&noise, true), "a@y.be", &zeros(&noise, false)), "a string of a program");
        assert!(!is_chance(b"", "x@y.be", b""));
        assert!(!is_chance(b"\xE9crire \xE0 ", "x@y.be", b" ou \xE0 l'\xE9cole"), "a text of single bytes");
        let written = "\u{2}\u{3}é\u{4}ç".repeat(20);
        assert!(!is_chance(written.as_bytes(), "x@y.be", written.as_bytes()), "no text hides a value");
        assert!(!is_chance(b"\x1b[32m", "x@y.be", b"\x1b[0m \x1b[31mfin\x1b[0m"), "a terminal's colours");
    }

    #[test]
    fn random_bytes_hold_nothing() {
        let mut random = Random::new(12);
        let bytes: Vec<u8> = (0..2_000_000).map(|_| random.below(256) as u8).collect();
        let mut findings = Vec::new();
        Scanner::shipped().scan(&bytes, &Hint::default(), &mut Scratch::keeping_all(), &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
    }
}
