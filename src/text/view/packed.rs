//! Texts packed as base64 or hexadecimal, UTF-16 and what is compressed inside them included. Accepted only where what
//! comes out is text. Knows no rules.

use super::derived::Derived;
use crate::finding::View;
use crate::span::Span;
use crate::text::encoding;

/// The longest packed run that is opened.
const RUN_MAX: usize = 256 << 10;

/// Characters of a part of a longer run that are looked at with the next one too: a label and its value. Whole groups of
/// four.
const OVERLAP: usize = 1 << 10;

/// Bytes that a compressed run may become; what becomes more stays packed.
const INFLATED_MAX: usize = 256 << 10;

/// The shortest line that a wrapped run has before its last one.
const LINE_MIN: usize = 56;

/// The shortest line of a block of lines of one length.
const BLOCK_LINE_MIN: usize = 16;

/// Bytes of a folded line (RFC 6350 and RFC 5545: 75, with what stands before the run).
const FOLDED_MAX: usize = 80;

/// The whole run of packed characters around `at`; lines of a wrapped or folded one are joined.
#[must_use]
pub fn run_around(text: &[u8], at: usize) -> Span {
    let mut start = at;
    while start > 0 && at - start < 64 && is_packed(text[start - 1]) {
        start -= 1;
    }
    let line = start;
    if start > 2 && matches!(text[start - 1], b' ' | b'\t') && text[start - 2] == b'\n' {
        start = before_fold(text, start);
    }
    run_on(text, start, line, at)
}

/// The run of packed characters from `start` on.
#[must_use]
pub fn run_from(text: &[u8], start: usize) -> Span {
    run_on(text, start, start, start)
}

/// The next part of a run that is longer than is opened at a time. It begins some whole groups before the end of the last
/// part, so that no value is cut.
#[must_use]
pub fn next_part(text: &[u8], run: Span) -> Option<Span> {
    if run.len() < RUN_MAX {
        return None;
    }
    let sextets =
        |span: Span| span.of(text).unwrap_or_default().iter().filter(|byte| sextet(**byte).is_some());
    let mut back = sextets(run).count() % 4 + OVERLAP;
    let mut start = run.end;
    while back > 0 && start > run.start {
        start -= 1;
        back -= usize::from(sextet(text[start]).is_some());
    }
    let next = run_on(text, start, start, run.end);
    (next.end > run.end).then_some(next)
}

/// The run from `start` on, of which the line begins at `line` and which goes on to `at` at least.
fn run_on(text: &[u8], start: usize, mut line: usize, at: usize) -> Span {
    let mut end = at;
    while end < text.len() && end - start < RUN_MAX {
        if is_packed(text[end]) {
            end += 1;
            continue;
        }
        let next = match text[end] {
            b'\n' => end + 1,
            b'\r' if text[end..].starts_with(b"\r\n") => end + 2,
            _ => break,
        };
        if end - line < LINE_MIN
            && !matches!(text.get(next), Some(b' ' | b'\t'))
            && !is_block(text, (line, end), next)
        {
            break;
        }
        let Some(next) = goes_on(text, (line, end), next) else { break };
        end = next;
        line = next;
    }
    Span::new(start, end)
}

/// Where a run goes on behind the end of a line, that of the next line being `next`.
#[cold]
fn goes_on(text: &[u8], (line, end): (usize, usize), next: usize) -> Option<usize> {
    let folded = usize::from(text.get(next).is_some_and(|byte| matches!(byte, b' ' | b'\t')));
    let wrapped =
        end - line >= LINE_MIN || is_block(text, (line, end), next) || folded == 1 && is_folded(text, end);
    let goes_on = wrapped && text.get(next + folded).is_some_and(|byte| is_packed(*byte));
    goes_on.then_some(next + folded)
}

/// Whether a shorter line and the one that begins at `next` are of one block: as long as each other, or the next one
/// shorter as last lines are, and both of whole groups of four.
fn is_block(text: &[u8], (line, end): (usize, usize), next: usize) -> bool {
    let length = end - line;
    let whole = length >= BLOCK_LINE_MIN && length.is_multiple_of(4) && text[end - 1] != b'=';
    let below = || text[next..].iter().take(length + 1).take_while(|byte| is_packed(**byte)).count();
    whole && {
        let below = below();
        let is_last = text.get(next + below).is_none_or(|byte| !byte.is_ascii_graphic());
        below <= length && below > 0 && below.is_multiple_of(4) && is_last
    }
}

/// Where a run begins that may begin at the end of the line before.
#[cold]
fn before_fold(text: &[u8], start: usize) -> usize {
    let Some(before) = unfolded(&text[..start]).filter(|before| is_folded(text, *before)) else {
        return start;
    };
    let line = &text[before.saturating_sub(64)..before];
    before - line.iter().rev().take_while(|byte| is_packed(**byte)).count()
}

/// Where the line ends that goes on behind `text`: a break and one space or tab are between.
fn unfolded(text: &[u8]) -> Option<usize> {
    let line = text.strip_suffix(b" ").or_else(|| text.strip_suffix(b"\t"))?.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.last().is_some_and(|byte| is_packed(*byte)).then_some(line.len())
}

/// Whether the line that ends at `end` is as long as those that are folded.
fn is_folded(text: &[u8], end: usize) -> bool {
    let line = &text[end.saturating_sub(FOLDED_MAX)..end];
    line.len() - memchr::memrchr(b'\n', line).map_or(0, |at| at + 1) >= LINE_MIN
}

const fn is_packed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Unpacks a run, if text comes out of it; of several lines the first one, where the next is a word of its own. What is
/// compressed may take so many bytes of work as are `left`, and takes them off.
pub fn decode(text: &[u8], run: Span, left: &mut usize, out: &mut Derived) -> Option<View> {
    decode_run(text, run, left, out).or_else(|| {
        let line = memchr::memchr2(b'\n', b'\r', run.of(text)?)?;
        decode_run(text, Span::new(run.start, run.start + line), left, out)
    })
}

fn decode_run(text: &[u8], run: Span, left: &mut usize, out: &mut Derived) -> Option<View> {
    let bytes = run.of(text)?;
    let mut start = run.start;
    // `token=…`: what follows the last equals sign that is no padding.
    let body = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    if let Some(sign) = bytes[..body].iter().rposition(|byte| *byte == b'=') {
        start += sign + 1;
    }
    let span = Span::new(start, run.end);
    let bytes = span.of(text)?;
    if bytes.len() < 16 {
        return None;
    }
    let hex = bytes.len().is_multiple_of(2) && bytes.iter().all(u8::is_ascii_hexdigit);
    if hex && hexadecimal(text, span, out) && is_text(out) {
        // Digits alone are a number, unless what they stand for is one too: "3835303733303033333238".
        let digits = bytes.iter().all(u8::is_ascii_digit);
        let numeric = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b'-' | b'/');
        if !digits || out.text().iter().all(numeric) {
            return Some(View::Hex);
        }
    }
    out.clear();
    if is_compressed(bytes) {
        let inflated = inflated(text, span, left)?;
        out.push(&inflated, span);
        return is_text(out).then_some(View::Base64);
    }
    if !hex && looks_packed(bytes) && base64(text, span, out) {
        if is_utf16(out) {
            let packed = std::mem::take(out);
            narrow(&packed, out);
        }
        if is_text(out) {
            return Some(View::Base64);
        }
    }
    out.clear();
    if !hex && base32(text, span, out) && is_text(out) {
        return Some(View::Base64);
    }
    out.clear();
    None
}

/// Whether base64 begins as that of gzip (RFC 1952), zlib (RFC 1950, at the usual levels) or zstd (RFC 8878) does.
fn is_compressed(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'H', b'4', b's', b'I', ..]
            | [b'e', b'J', b'w'..=b'z', ..]
            | [b'e', b'N', b'o'..=b'r', ..]
            | [b'e', b'A', b'E'..=b'H', ..]
            | [b'K', b'L', b'U', b'v', ..]
    )
}

/// What compressed bytes in base64 become. Work is bounded by `left`, of which a run takes what it becomes, or all that it
/// might where that is too much or nothing sound.
#[cold]
fn inflated(text: &[u8], span: Span, left: &mut usize) -> Option<Vec<u8>> {
    let most = INFLATED_MAX.min(*left);
    let bytes: Vec<u8> = packed_bytes(text, span);
    let inflated = match bytes.first()? {
        0x78 => encoding::decode(&bytes, "deflate", most).map(|decoded| decoded.body.into_owned()),
        _ => encoding::sniffed(&bytes, most).map(|decoded| decoded.body.into_owned()),
    };
    *left -= inflated.as_ref().map_or(most, Vec::len).min(most);
    inflated.ok()
}

/// The bytes that base64 stands for, without looking at what they are.
fn packed_bytes(text: &[u8], span: Span) -> Vec<u8> {
    let (mut bits, mut out) = (Bits::default(), Derived::default());
    for (at, &byte) in text.iter().enumerate().take(span.end).skip(span.start) {
        if let Some(value) = sextet(byte) {
            bits.take(value, 6, at, &mut out);
        }
    }
    out.text().to_vec()
}

/// Bits that wait until they are a byte.
#[derive(Default)]
struct Bits {
    bits: u32,
    count: u32,
    /// Where the first of them came from.
    first: usize,
}

impl Bits {
    /// Takes so many bits of the character at `at`; a byte that they fill goes out.
    #[inline]
    fn take(&mut self, value: u8, width: u32, at: usize, out: &mut Derived) {
        if self.count == 0 {
            self.first = at;
        }
        self.bits = self.bits << width | u32::from(value);
        self.count += width;
        if self.count >= 8 {
            self.count -= 8;
            out.push(&[(self.bits >> self.count) as u8], Span::new(self.first, at + 1));
            self.first = at;
            self.bits &= (1 << self.count) - 1;
        }
    }
}

/// Base32 (RFC 4648) in letters of one case; `false` where it is none.
fn base32(text: &[u8], span: Span, out: &mut Derived) -> bool {
    let bytes = span.of(text).unwrap_or_default();
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    };
    let upper = bytes.first().is_some_and(u8::is_ascii_uppercase);
    let folded = |byte: u8| if upper { byte } else { byte.to_ascii_uppercase() };
    let body = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let telling = bytes[..body].iter().take(64).any(u8::is_ascii_digit);
    if !telling || body < 16 || !bytes[..body].iter().all(|byte| value(folded(*byte)).is_some()) {
        return false;
    }
    let mut bits = Bits::default();
    for (at, &byte) in text.iter().enumerate().take(span.start + body).skip(span.start) {
        bits.take(value(folded(byte)).unwrap_or_default(), 5, at, out);
        if at == span.start + 23 && !is_text_so_far(out.text()) {
            return false;
        }
    }
    true
}

/// Base64 of text has letters of both cases; words and paths have not, or few changes between them.
fn looks_packed(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(64)];
    let (mut lower, mut upper, mut other) = (0, 0, 0);
    for byte in head {
        match byte {
            b'a'..=b'z' => lower += 1,
            b'A'..=b'Z' => upper += 1,
            _ => other += 1,
        }
    }
    lower >= 2 && upper >= 2 && lower + upper + other == head.len()
}

fn hexadecimal(text: &[u8], span: Span, out: &mut Derived) -> bool {
    let digit = |at: usize| char::from(text[at]).to_digit(16).unwrap_or(0) as u8;
    let mut at = span.start;
    while at + 1 < span.end {
        out.push(&[digit(at) << 4 | digit(at + 1)], Span::new(at, at + 2));
        at += 2;
        // As with base64, the first bytes tell.
        if at == span.start + 48 && !is_text_so_far(out.text()) {
            return false;
        }
    }
    true
}

/// What a character of base64 stands for, in either alphabet.
#[inline]
#[must_use]
pub const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

fn base64(text: &[u8], span: Span, out: &mut Derived) -> bool {
    let (mut bits, mut read) = (Bits::default(), 0);
    for (at, &byte) in text.iter().enumerate().take(span.end).skip(span.start) {
        let Some(value) = sextet(byte) else { continue };
        bits.take(value, 6, at, out);
        read += 1;
        // Most runs of such characters are no text; the first bytes tell.
        if read == 24 && !is_text_so_far(out.text()) {
            return false;
        }
    }
    read % 4 != 1
}

fn is_text_so_far(bytes: &[u8]) -> bool {
    let plain = bytes.iter().filter(|byte| is_printable(**byte) || **byte == 0 || **byte >= 0xC2).count();
    plain * 10 >= bytes.len() * 8
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

/// Whether nine bytes in ten are printable, UTF-8 included.
#[must_use]
pub fn is_text(out: &Derived) -> bool {
    let (mut plain, mut all) = (0, 0);
    for chunk in out.text().utf8_chunks() {
        all += chunk.invalid().len();
        for character in chunk.valid().chars() {
            all += 1;
            plain += usize::from(!character.is_control() || matches!(character, '\n' | '\r' | '\t'));
        }
    }
    all >= 6 && plain * 10 >= all * 9
}

fn is_utf16(out: &Derived) -> bool {
    let zeros = out.text().iter().filter(|byte| **byte == 0).count();
    out.len() >= 8 && zeros * 5 >= out.len() * 2
}

/// UTF-16 of either order as UTF-8.
fn narrow(packed: &Derived, out: &mut Derived) {
    let bytes = packed.text();
    let little = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count()
        >= bytes.iter().step_by(2).filter(|byte| **byte == 0).count();
    super::utf16::decode(bytes, little, &mut |text, span| out.push(text, packed.source(span)));
}

#[cfg(test)]
mod tests {
    use super::{Derived, INFLATED_MAX, Span, decode, next_part, run_around};
    use crate::finding::View;
    use base64::Engine as _;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    fn opened(text: &str, at: usize) -> Option<(View, String)> {
        let mut out = Derived::default();
        let run = run_around(text.as_bytes(), at);
        let mut left = INFLATED_MAX;
        let view = decode(text.as_bytes(), run, &mut left, &mut out)?;
        Some((view, String::from_utf8_lossy(out.text()).into_owned()))
    }

    fn gzip(text: &[u8]) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        base64::prelude::BASE64_STANDARD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn what_is_compressed_in_base64_is_opened_within_its_bound() {
        let text = "Le mot de passe est azerty, et le mot de passe était qwerty.";
        let mut packed = vec![gzip(text.as_bytes())];
        for level in [1, 6, 9] {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
            encoder.write_all(text.as_bytes()).unwrap();
            packed.push(base64::prelude::BASE64_STANDARD.encode(encoder.finish().unwrap()));
        }
        for packed in packed {
            let prompt = format!("data={packed} voilà");
            assert_eq!(opened(&prompt, 20), Some((View::Base64, text.to_owned())), "{packed}");
        }
        assert_eq!(opened(&gzip(&[0; 400]), 16), None, "no text");
        let large = gzip(&vec![b'a'; INFLATED_MAX]);
        let run = Span::new(0, large.len());
        let (mut left, mut out) = (INFLATED_MAX + 10, Derived::default());
        assert_eq!(decode(large.as_bytes(), run, &mut left, &mut out), Some(View::Base64));
        assert_eq!((left, out.source(Span::new(7, 9))), (10, run));
        out.clear();
        assert_eq!(decode(large.as_bytes(), run, &mut left, &mut out), None, "more than is left");
        assert_eq!(left, 0);
    }

    #[test]
    fn long_runs_are_opened_part_by_part_without_a_gap() {
        let text: String = (0..40_000).map(|number| format!("ligne {number}\n")).collect();
        let whole = base64::prelude::BASE64_STANDARD.encode(&text);
        let lines = whole.as_bytes().chunks(76).collect::<Vec<_>>().join(&b'\n');
        for packed in [whole.as_bytes(), &lines] {
            let prompt = [b"Voici : ", packed, b" merci"].concat();
            let (mut run, mut parts, mut said) = (run_around(&prompt, 30), 0, String::new());
            loop {
                let (mut out, mut left) = (Derived::default(), 0);
                assert_eq!(decode(&prompt, run, &mut left, &mut out), Some(View::Base64), "{parts}");
                let part = String::from_utf8_lossy(out.text()).into_owned();
                // What two parts share is as long as a label and its value.
                let shared =
                    (0..=said.len().min(part.len())).rev().find(|length| said.ends_with(&part[..*length]));
                assert!(parts == 0 || shared.unwrap() > 700, "{parts}: {shared:?}");
                said.push_str(&part[shared.unwrap()..]);
                parts += 1;
                let Some(next) = next_part(&prompt, run) else { break };
                run = next;
            }
            assert!(said == text && parts > 2, "{parts}");
        }
    }

    #[test]
    fn packed_text_is_opened_and_nothing_else() {
        assert_eq!(
            opened("x=bW90IGRlIHBhc3NlIDogYQ==.", 20),
            Some((View::Base64, "mot de passe : a".into()))
        );
        assert_eq!(opened("(6d6f74206465207061737365)", 16), Some((View::Hex, "mot de passe".into())));
        assert_eq!(
            opened("bQBvAHQAIABkAGUAIABwAGEAcwBzAGUA", 16),
            Some((View::Base64, "mot de passe".into()))
        );
        let below = "bQBvAHQAIABkAGUAIABwAGEAcwBzAGUAIAA6ACAAYQB6AGUAcgB0AHkA\nMerci";
        for folded in [
            "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:TGUgbW90IGRl\r\n IHBhc3NlIDogYXplcnR5IQ==",
            "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:TGUgbW90IGRlIHBhc3Nl\r\n\tIDogYXplcnR5IQ==",
        ] {
            let text = Some((View::Base64, "Le mot de passe : azerty!".into()));
            assert_eq!(opened(folded, folded.find("IHBhc").unwrap() + 15), text, "{folded}");
        }
        let short = "id=TGUgbW90IGRlIHBhc3NlIDogYQ==\n  abc";
        assert_eq!(opened(short, 20), Some((View::Base64, "Le mot de passe : a".into())));
        assert_eq!(opened(below, 16), Some((View::Base64, "mot de passe : azerty".into())));
        let block = "TGUgbW90IGRlIHBhc3Nl\nIDogYXplcnR5IQ==\nMerci";
        assert_eq!(opened(block, 16), Some((View::Base64, "Le mot de passe : azerty!".into())));
        let base32 = "NVXXIIDEMUQHAYLTONSSAORAMF5GK4TU";
        for text in [base32.to_owned(), base32.to_lowercase()] {
            assert_eq!(opened(&text, 16), Some((View::Base64, "mot de passe : azert".into())));
        }
        for other in [
            "QZ7K2XW5PLM3V6TRQZ7K2XW5PLM3V6TR",
            "anticonstitutionnellement",
            "getElementsByClassNameAndId",
            "3fce3b5bb0236da2df6d99672afb8a719642eca7",
            "504155562044555242555953",
        ] {
            assert_eq!(opened(other, 16), None, "{other}");
        }
    }
}
