//! E-mail addresses around a commercial at (RFC 5321 and 6531 as people write them). Knows no rules.

use super::check::{Check, Outcome, by_name};
use super::detector::{Anchor, Detector, Hit, Place};
use super::digit_run;
use crate::finding::Confidence;
use crate::rules::Code;
use crate::span::Span;

/// Makes the detector of persons' addresses. It takes no words.
pub(super) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Email { check: by_name("email"), confidence: Confidence::High })
}

/// Makes the detector of functions' mailboxes. It takes no words.
pub(super) fn make_functional(_: &Code) -> Box<dyn Detector> {
    Box::new(Email { check: by_name("email_functional"), confidence: Confidence::Low })
}

struct Email {
    check: Option<&'static Check>,
    confidence: Confidence,
}

/// Bytes before the at.
const LOCAL_MAX: usize = 64;

/// Bytes after it.
const DOMAIN_MAX: usize = 253;

impl Detector for Email {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::At]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        // The domain first: it fails soonest.
        let (at, behind) = if place.at > 0 && matches!(place.text.get(place.end), Some(b']' | b')')) {
            bracketed(place.text, place.at, place.end).unwrap_or((place.at, place.end))
        } else {
            (place.at, place.end)
        };
        let Some(end) = domain_end(place.text, behind) else {
            out.extend(self.wrapped(place));
            return;
        };
        let Some(start) = local_start(place.text, at) else {
            out.extend(self.after_break(place, end));
            return;
        };
        if is_other(place.text, start, end) {
            return;
        }
        let span = Span::new(start, end);
        let outcome = span.of(place.text).and_then(|value| Some(self.check?.run(value)));
        let mut hit = Hit::new(span, self.confidence);
        match outcome {
            Some(Outcome::Pass) => {}
            Some(Outcome::Specimen) => hit.confidence = Confidence::Low,
            Some(Outcome::PassPrefix(_) | Outcome::Weak | Outcome::Labelled | Outcome::Fail) | None => return,
        }
        out.push(hit);
    }
}

/// The edges of `[@]` and `(@)`, a space on each side with them.
fn bracketed(text: &[u8], at: usize, end: usize) -> Option<(usize, usize)> {
    let closes = if text[at - 1] == b'[' { b']' } else { b')' };
    let opens = matches!(text[at - 1], b'[' | b'(') && text.get(end) == Some(&closes);
    let before = at - 1 - usize::from(text[..at - 1].ends_with(b" "));
    opens.then(|| (before, end + 1 + usize::from(text.get(end + 1) == Some(&b' '))))
}

/// Bytes of a domain that is joined over a line break.
const JOINED_MAX: usize = 96;

/// Ends of domains that make a broken one likely; those of files (`py`, `rs`, `sh`) are none of them.
const ENDS: [&[u8]; 16] = [
    b"be",
    b"fr",
    b"nl",
    b"de",
    b"lu",
    b"ca",
    b"eu",
    b"ch",
    b"uk",
    b"com",
    b"org",
    b"net",
    b"info",
    b"brussels",
    b"vlaanderen",
    b"quebec",
];

impl Email {
    /// An address that is broken before its at: `jean.lemaire\n@skynet.be`.
    fn after_break(&self, place: &Place<'_>, end: usize) -> Option<Hit> {
        let indent = place.text[..place.at].iter().rev().take(8);
        let indent = indent.take_while(|byte| matches!(byte, b'>' | b' ' | b'\t')).count();
        let before = place.text[..place.at - indent].strip_suffix(b"\n")?;
        let before = before.strip_suffix(b"\r").unwrap_or(before);
        let start = local_start(place.text, before.len())?;
        let top = place.text[..end].rsplit(|byte| *byte == b'.').next()?.to_ascii_lowercase();
        let whole = [&place.text[start..before.len()], &place.text[place.at..end]].concat();
        let named = before[start..].iter().any(|byte| matches!(byte, b'.' | b'_') || byte.is_ascii_digit());
        let holds = named && ENDS.contains(&top.as_slice()) && self.check?.run(&whole) == Outcome::Pass;
        holds.then(|| Hit::new(Span::new(start, end), self.confidence.min(Confidence::Medium)))
    }

    /// An address whose domain goes on in the next line: `jean@skyn\net.be`.
    fn wrapped(&self, place: &Place<'_>) -> Option<Hit> {
        // Most domains that are none end before a sign.
        let rest = &place.text[place.end..place.text.len().min(place.end + JOINED_MAX)];
        let sign = rest.iter().find(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')))?;
        if !matches!(sign, b'\n' | b'\r' | b'\\') {
            return None;
        }
        let mut joined = [0_u8; JOINED_MAX];
        let (mut length, mut at, mut broken) = (0, place.end, None);
        while let Some(&byte) = place.text.get(at).filter(|_| length < JOINED_MAX) {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
                joined[length] = byte;
                (length, at) = (length + 1, at + 1);
                continue;
            }
            let next = digit_run::after_line_break(place.text, at).filter(|_| broken.is_none());
            let Some(next) = next else { break };
            broken = Some((length, next));
            at = next;
        }
        let (kept, next) = broken?;
        let end = domain_end(&joined[..length], 0).filter(|end| *end > kept)?;
        let top = joined[..end].rsplit(|byte| *byte == b'.').next()?.to_ascii_lowercase();
        let start = local_start(place.text, place.at)?;
        let whole = [&place.text[start..=place.at], &joined[..end]].concat();
        let holds = ENDS.contains(&top.as_slice()) && self.check?.run(&whole) == Outcome::Pass;
        let span = Span::new(start, next + (end - kept));
        holds.then(|| Hit::new(span, self.confidence.min(Confidence::Medium)))
    }
}

const fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(
            byte,
            b'.' | b'!'
                | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'-'
        )
}

/// Where the local part begins.
fn local_start(text: &[u8], at: usize) -> Option<usize> {
    let window = &text[at.saturating_sub(LOCAL_MAX + 1)..at];
    let count = window.iter().rev().take_while(|byte| is_local(**byte)).count();
    if count > LOCAL_MAX {
        return None;
    }
    let mut start = at - count;
    // What stands before a quotation mark, an equals sign or a bracket is not part of the address; an apostrophe within
    // a name is (`o'neil`), after an elision it is not (`d'anne`).
    let cut = |byte: &u8| matches!(byte, b'=' | b'`' | b'|' | b'{' | b'&' | b'?' | b'/');
    if let Some(sign) = text[start..at].iter().rposition(cut) {
        start += sign + 1;
    }
    if let Some(sign) = text[start..at].iter().rposition(|byte| *byte == b'\'') {
        let name = matches!(&text[start..start + sign], [b'o' | b'O'] | [_, _, ..])
            && !text[start..start + sign].eq_ignore_ascii_case(b"qu");
        if !name {
            start += sign + 1;
        }
    }
    start = after_marks(text, start, at);
    // Dots that lead to it in a form: "courriel..........jean@…".
    if let Some(dots) = memchr::memmem::rfind(&text[start..at], b"...") {
        start += dots + 3;
    }
    while start < at
        && !(text[start].is_ascii_alphanumeric() || text[start] >= 0x80 || matches!(text[start], b'_' | b'+'))
    {
        start += 1;
    }
    let local = &text[start..at];
    (!local.is_empty() && !local.ends_with(b".") && !local.windows(2).any(|pair| pair == b".."))
        .then_some(start)
}

/// Skips spaces and quotation marks beyond ASCII (`«`, `’`, NBSP), which are no letters.
fn after_marks(text: &[u8], start: usize, at: usize) -> usize {
    let mut from = start;
    let mut place = start;
    while place < at {
        let folded = crate::text::view::fold::fold(text, place);
        let taken = usize::from(folded.taken.max(1));
        if text[place] >= 0x80 && !folded.is_word() || text[place] & 0xC0 == 0x80 {
            from = place + taken;
        }
        place += taken;
    }
    from.min(at)
}

/// Where the domain ends: labels joined by dots, the last one letters.
fn domain_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut end, mut labels) = (start, None, 0);
    let limit = (start + DOMAIN_MAX).min(text.len());
    loop {
        let from = at;
        while at < limit && (text[at].is_ascii_alphanumeric() || text[at] == b'-' || is_letter(text, at)) {
            at += 1;
        }
        let label = &text[from..at];
        if label.is_empty() || label.len() > 63 || label[0] == b'-' {
            break;
        }
        let trimmed = label.len() - label.iter().rev().take_while(|byte| **byte == b'-').count();
        labels += 1;
        let top = label[..trimmed].iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
            && label[..trimmed].iter().filter(|byte| **byte & 0xC0 != 0x80).count() >= 2
            || label.starts_with(b"xn--");
        if labels >= 2 {
            end = top.then_some(from + trimmed);
        }
        if text.get(at) != Some(&b'.') || trimmed < label.len() {
            break;
        }
        at += 1;
    }
    end
}

/// Letters beyond ASCII, not signs such as `»`.
fn is_letter(text: &[u8], at: usize) -> bool {
    match text[at] {
        0x80..=0xBF => at > 0 && text[at - 1] >= 0xC3 && text[at - 1] != 0xE2,
        0xC3..=0xDF => true,
        _ => false,
    }
}

/// Whether it only looks like an address: user information of a URL, a repository, a package, an image file.
fn is_other(text: &[u8], start: usize, end: usize) -> bool {
    let before = &text[start.saturating_sub(3)..start];
    let git = &text[start..end.min(start + 4)] == b"git@" && text.get(end) == Some(&b':');
    let userinfo = before.ends_with(b"://") || before.ends_with(b":") && url_before(text, start);
    let file = [&b".png"[..], b".jpg", b".jpeg", b".gif", b".svg", b".webp", b".js", b".css"].iter().any(
        |extension| {
            let from = end.saturating_sub(extension.len()).max(start);
            text[from..end].eq_ignore_ascii_case(extension)
        },
    );
    git || userinfo || file || before.ends_with(b"/@") || before.ends_with(b"<") && names_message(text, start)
}

/// Headers whose addresses name messages and their parts, nobody's mailbox (RFC 5322, 3.6.4; RFC 2045, 7).
const MESSAGE_HEADERS: [&[u8]; 5] =
    [b"message-id", b"references", b"in-reply-to", b"content-id", b"resent-message-id"];

/// Bytes of the longest of their names, and the colon.
const HEADER_NAME_BYTES: usize = 18;

/// Bytes before an address in which its header begins: some further addresses stand between.
const HEADER_BYTES: usize = 400;

/// Whether an address in angle brackets stands in a header that names messages, perhaps on one of its folded lines.
fn names_message(text: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(HEADER_BYTES);
    let window = &text[from..start];
    let folded = |at: &usize| matches!(window.get(at + 1), Some(b' ' | b'\t'));
    let line = memchr::memrchr_iter(b'\n', window).find(|at| !folded(at)).map_or(0, |at| at + 1);
    let head = &window[line..window.len().min(line + HEADER_NAME_BYTES)];
    let name = head.split(|byte| *byte == b':').next().unwrap_or_default();
    MESSAGE_HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
}

/// Whether `scheme://user:` stands before.
fn url_before(text: &[u8], start: usize) -> bool {
    let window = &text[start.saturating_sub(80)..start];
    let word = window.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space + 1);
    window[word..].windows(3).any(|part| part == b"://")
}
