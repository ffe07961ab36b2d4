//! Texts between a beginning and an end that say how they are packed: Ascii85 as Adobe has it (`<~` to `~>`), and
//! uuencode (`begin 644 name` to `end`, POSIX). Knows no rules.

use super::derived::Derived;
use crate::span::Span;

/// Bytes of the longest one that is opened.
const RUN_MAX: usize = 256 << 10;

/// The Ascii85 of which `<~` begins at `at`, or the last one within that, both marks included, and how far its end was
/// looked for; it is known that there is none before `looked`.
#[must_use]
pub fn ascii85_at(text: &[u8], at: usize, looked: usize) -> (Option<Span>, usize) {
    let far = (at + RUN_MAX).min(text.len());
    let from = looked.saturating_sub(1).max(at + 2);
    let Some(rest) = text.get(from..far) else { return (None, looked) };
    let Some(end) = memchr::memmem::find(rest, b"~>").map(|end| from + end + 2) else {
        return (None, far.max(looked));
    };
    let start = memchr::memmem::rfind(&text[at..end - 2], b"<~").map_or(at, |start| at + start);
    (Some(Span::new(start, end)), end)
}

/// Writes what Ascii85 holds; `false` where it is none.
pub fn ascii85(text: &[u8], run: Span, out: &mut Derived) -> bool {
    let (mut group, mut count, mut first) = (0_u64, 0, 0);
    let inner = text.get(run.start + 2..run.end.saturating_sub(2)).unwrap_or_default();
    for (at, &byte) in (run.start + 2..).zip(inner) {
        let digit = match byte {
            b'!'..=b'u' => u64::from(byte - b'!'),
            b'z' if count == 0 => {
                out.push(&[0; 4], Span::new(at, at + 1));
                continue;
            }
            _ if byte.is_ascii_whitespace() => continue,
            _ => return false,
        };
        if count == 0 {
            first = at;
        }
        (group, count) = (group * 85 + digit, count + 1);
        if count == 5 {
            let Ok(bytes) = u32::try_from(group) else { return false };
            out.push(&bytes.to_be_bytes(), Span::new(first, at + 1));
            (group, count) = (0, 0);
        }
    }
    // The last group is filled up with the last digit (PDF 32000-1, 7.4.3).
    if count > 1 {
        let filled = (count..5).fold(group, |group, _| group * 85 + 84);
        let Ok(bytes) = u32::try_from(filled) else { return false };
        out.push(&bytes.to_be_bytes()[..count - 1], Span::new(first, run.end - 2));
    }
    !out.is_empty() && count != 1
}

/// The lines of uuencode behind the line that ends `begin 644 name`, of which the mode stands at `at`.
#[must_use]
pub fn uuencoded_at(text: &[u8], at: usize) -> Option<Span> {
    let before = text.get(..at)?.strip_suffix(b"begin ")?;
    if before.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let start = at + memchr::memchr(b'\n', text.get(at..(at + 300).min(text.len()))?)? + 1;
    let mut end = start;
    while let Some((_, next)) = uuencoded_line(text, end).filter(|_| end - start < RUN_MAX) {
        end = next;
    }
    (end > start).then_some(Span::new(start, end))
}

/// How many bytes the line holds that begins at `at`, and where the next one begins; `None` where it is not as long as
/// its first character says.
fn uuencoded_line(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let count = usize::from(six(*text.get(at)?)?);
    let rest = &text[at + 1..text.len().min(at + 80)];
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let length = rest[..end].trim_ascii_end().len();
    // Spaces at the end may be gone, a check character may be added.
    let usual = count.div_ceil(3) * 4;
    let fits = count > 0
        && length <= usual + 1
        && length + 4 > usual
        && rest[..length].iter().all(|byte| six(*byte).is_some());
    fits.then_some((count, (at + 2 + end).min(text.len())))
}

/// Writes what the lines hold; `false` where that is nothing.
pub fn uudecode(text: &[u8], run: Span, out: &mut Derived) -> bool {
    let mut at = run.start;
    while let Some((count, next)) = uuencoded_line(text, at).filter(|_| at < run.end) {
        let digit = |place: usize| {
            let byte =
                text.get(place).filter(|_| place < next).map_or(0, |byte| six(*byte).unwrap_or_default());
            u32::from(byte)
        };
        for (number, place) in (at + 1..next).step_by(4).enumerate() {
            let taken = count.saturating_sub(number * 3).min(3);
            let bits = digit(place) << 18 | digit(place + 1) << 12 | digit(place + 2) << 6 | digit(place + 3);
            out.push(&bits.to_be_bytes()[1..=taken], Span::new(place, (place + 4).min(next)));
        }
        at = next;
    }
    !out.is_empty()
}

/// The six bits of a character; the space and the backquote are none.
const fn six(byte: u8) -> Option<u8> {
    match byte {
        b' '..=b'`' => Some((byte - b' ') & 63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Derived, ascii85, ascii85_at, uudecode, uuencoded_at};
    use crate::span::Span;

    #[test]
    fn ascii85_is_opened() {
        for (packed, plain) in [
            ("x <~3&N<B\n2_Hm?~> y", "85.07.30"),
            ("<~87cURD]i,\"Ebo80~>", "Hello World!"),
            ("<~zz~>", "\0\0\0\0\0\0\0\0"),
        ] {
            let (run, looked) = ascii85_at(packed.as_bytes(), packed.find("<~").unwrap(), 0);
            let run = run.unwrap();
            assert_eq!(looked, run.end);
            let mut out = Derived::default();
            assert!(ascii85(packed.as_bytes(), run, &mut out), "{packed}");
            assert_eq!(String::from_utf8_lossy(out.text()), plain);
            assert!((0..out.len()).all(|at| out.source(Span::new(at, at + 1)).end <= packed.len()));
        }
        assert_eq!(ascii85_at(b"a <~ b", 2, 0), (None, 6), "no end");
        assert_eq!(ascii85_at(b"<~ a <~3&N<B~>", 0, 0), (Some(Span::new(5, 14)), 14), "the last beginning");
        assert_eq!(ascii85_at(b"<~ <~ a ~> <~b~>", 3, 10), (Some(Span::new(11, 16)), 16));
        for other in ["<~vvvvv~>", "<~~>", "<~!~>", "<~uuuuu~>"] {
            let run = ascii85_at(other.as_bytes(), 0, 0).0.unwrap();
            assert!(!ascii85(other.as_bytes(), run, &mut Derived::default()), "{other}");
        }
    }

    #[test]
    fn uuencode_is_opened() {
        let text = "voici\nbegin 644 note.txt\n-0V%T(&ES(&AE<F4`\n`\nend\nfin";
        let text = text.replace("-0V%T(&ES(&AE<F4`", "+0V%T(&ES(&AE<F4`");
        let run = uuencoded_at(text.as_bytes(), text.find("644").unwrap()).unwrap();
        let mut out = Derived::default();
        assert!(uudecode(text.as_bytes(), run, &mut out));
        assert_eq!(out.text(), b"Cat is here");
        assert_eq!(out.source(Span::new(0, 3)).of(text.as_bytes()), Some(&b"0V%T"[..]));
        assert_eq!(uuencoded_at(b"on begin 644", 9), None);
        assert_eq!(uuencoded_at(b"xbegin 644 a\nabc\nend", 7), None);
    }
}
