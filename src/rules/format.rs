//! Formats of tokens: literal text and classes with counts, `ghp_{b62:36}`. Read from a pattern file, matched
//! in bounded time, and turned into samples. Knows no rules.

use super::random::Random;
use super::syntax::Text;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set([u64; 4]);

impl Set {
    /// Whether it holds the byte.
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] & (1 << (byte & 63)) != 0
    }

    const fn with(mut self, byte: u8) -> Self {
        self.0[(byte >> 6) as usize] |= 1 << (byte & 63);
        self
    }

    const fn with_range(mut self, first: u8, last: u8) -> Self {
        let mut byte = first;
        while byte <= last {
            self = self.with(byte);
            if byte == u8::MAX {
                break;
            }
            byte += 1;
        }
        self
    }

    const fn with_digits(self) -> Self {
        self.with_range(b'0', b'9')
    }

    const fn with_lower(self) -> Self {
        self.with_range(b'a', b'z')
    }

    const fn with_upper(self) -> Self {
        self.with_range(b'A', b'Z')
    }

    fn bytes(&self) -> Vec<u8> {
        (0..=255).filter(|&byte| self.contains(byte)).collect()
    }

    /// The set of a class name: `d az AZ az09 AZ09 AZ27 b62 w b64 hex Hex HEX`, or `[…]` with ranges.
    fn named(name: &str) -> Option<Self> {
        const SET: Set = Set([0; 4]);
        const NAMED: [(&str, Set); 14] = [
            ("d", SET.with_digits()),
            ("az", SET.with_lower()),
            ("AZ", SET.with_upper()),
            ("Az", SET.with_upper().with_lower()),
            ("az09", SET.with_digits().with_lower()),
            ("AZ09", SET.with_digits().with_upper()),
            ("AZ27", SET.with_range(b'2', b'7').with_upper()),
            ("az27", SET.with_range(b'2', b'7').with_lower()),
            ("b62", SET.with_digits().with_upper().with_lower()),
            ("w", SET.with_digits().with_upper().with_lower().with(b'_').with(b'-')),
            ("b64", SET.with_digits().with_upper().with_lower().with(b'+').with(b'/')),
            ("hex", SET.with_digits().with_range(b'a', b'f')),
            ("HEX", SET.with_digits().with_range(b'A', b'F')),
            ("Hex", SET.with_digits().with_range(b'a', b'f').with_range(b'A', b'F')),
        ];
        match NAMED.iter().find(|(known, _)| *known == name) {
            Some((_, set)) => Some(*set),
            None => Self::listed(name.strip_prefix('[')?.strip_suffix(']')?),
        }
    }

    fn listed(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (mut set, mut at) = (Self::default(), 0);
        while at < bytes.len() {
            if !bytes[at].is_ascii_graphic() {
                return None;
            }
            if bytes.get(at + 1) == Some(&b'-') && at + 2 < bytes.len() {
                set = set.with_range(bytes[at], bytes[at + 2]);
                at += 3;
            } else {
                set = set.with(bytes[at]);
                at += 1;
            }
        }
        (!bytes.is_empty()).then_some(set)
    }
}

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Literal(Box<[u8]>),
    /// So many bytes of a set.
    Class {
        /// The set.
        set: Set,
        /// At least.
        min: u16,
        /// At most.
        max: u16,
    },
}

/// A format, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Its parts.
    pub pieces: Vec<Piece>,
}

/// A format as it is written, read when it is first needed: a text meets few of hundreds.
#[derive(Clone, Debug)]
pub struct Unread {
    text: Text,
    read: OnceLock<Format>,
}

impl Unread {
    /// A format that [`Format::parse`] reads.
    #[must_use]
    pub const fn new(text: Text) -> Self {
        Self { text, read: OnceLock::new() }
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The format; one that nothing matches where the text is none.
    pub fn get(&self) -> &Format {
        let nothing = || Format { pieces: vec![Piece::Class { set: Set::default(), min: 1, max: 1 }] };
        self.read.get_or_init(|| Format::parse(&self.text).unwrap_or_else(|_| nothing()))
    }

    /// The literal that it begins with.
    #[must_use]
    pub fn leading(&self) -> Cow<'_, str> {
        match self.text.split_once('{') {
            Some((_, rest)) if rest.starts_with('{') => String::from_utf8_lossy(self.get().leading()),
            Some((leading, _)) => leading.into(),
            None => (&*self.text).into(),
        }
    }
}

/// The longest run of a class without an upper bound (`{w:20+}`).
const OPEN_MAX: u16 = 4096;

/// Attempts at different lengths before a match is given up.
const ATTEMPTS_MAX: u32 = 256;

impl Format {
    /// Reads `ghp_{b62:36}`, `{d:4-6}`, `{w:20+}`, `{[A-Za-z~.]:3}`; `{{` is a brace.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("{{") {
                literal.push(b'{');
                rest = after;
            } else if rest.starts_with('{') {
                let Some(close) = class_end(rest) else { return Err(format!("`{rest}`: `}}` is missing")) };
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
                }
                pieces.push(class(&rest[1..close])?);
                rest = &rest[close + 1..];
            } else {
                let (head, tail) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
                literal.extend_from_slice(head.as_bytes());
                rest = tail;
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        if pieces.is_empty() { Err("the format is empty".to_owned()) } else { Ok(Self { pieces }) }
    }

    /// The literal that it begins with; empty where it begins with a class.
    #[must_use]
    pub fn leading(&self) -> &[u8] {
        match self.pieces.first() {
            Some(Piece::Literal(bytes)) => bytes,
            Some(Piece::Class { .. }) | None => b"",
        }
    }

    /// Whether it is precise enough to be believed without further evidence: a literal of at least three bytes
    /// and at least ten bytes to follow.
    #[must_use]
    pub fn is_strong(&self) -> bool {
        let class = |piece: &Piece| match piece {
            Piece::Literal(_) => 0,
            Piece::Class { min, .. } => usize::from(*min),
        };
        let tail: usize = self.pieces.iter().map(class).sum();
        self.leading().len() >= 3 && tail >= 10
    }

    /// The first byte's set.
    #[must_use]
    pub fn may_begin(&self, byte: u8) -> bool {
        match self.pieces.first() {
            Some(Piece::Literal(bytes)) => bytes.first() == Some(&byte),
            Some(Piece::Class { set, .. }) => set.contains(byte),
            None => false,
        }
    }

    /// Where a token that begins at `at` ends. The byte after it is not of its last class.
    #[must_use]
    pub fn match_at(&self, text: &[u8], at: usize) -> Option<usize> {
        let mut attempts = ATTEMPTS_MAX;
        pieces_at(&self.pieces, text, at, &mut attempts)
    }

    /// A token of this format.
    pub fn sample(&self, random: &mut Random) -> String {
        let mut sample = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(bytes) => sample.extend_from_slice(bytes),
                Piece::Class { set, min, max } => {
                    let bytes = set.bytes();
                    let count = if *max >= OPEN_MAX {
                        *min
                    } else {
                        min + random.below(u64::from(max - min) + 1) as u16
                    };
                    let plain: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
                    for number in 0..count {
                        let edge = number == 0 || number + 1 == count;
                        let from = if edge && !plain.is_empty() { &plain } else { &bytes };
                        sample.push(from[random.below(from.len() as u64) as usize]);
                    }
                }
            }
        }
        String::from_utf8_lossy(&sample).into_owned()
    }
}

fn pieces_at(pieces: &[Piece], text: &[u8], at: usize, attempts: &mut u32) -> Option<usize> {
    let Some((piece, rest)) = pieces.split_first() else { return Some(at) };
    match piece {
        Piece::Literal(bytes) => {
            if !text.get(at..)?.starts_with(bytes) {
                return None;
            }
            let end = at + bytes.len();
            if rest.is_empty() {
                let open = text.get(end).is_some_and(u8::is_ascii_alphanumeric)
                    && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
                return (!open).then_some(end);
            }
            pieces_at(rest, text, end, attempts)
        }
        Piece::Class { set, min, max } => {
            let (min, max) = (usize::from(*min), usize::from(*max));
            let run = text.get(at..)?.iter().take(max + 1).take_while(|byte| set.contains(**byte)).count();
            if run < min {
                return None;
            }
            if rest.is_empty() {
                return last_class(text, at, run, min, max);
            }
            let mut length = run.min(max);
            loop {
                if *attempts == 0 {
                    return None;
                }
                *attempts -= 1;
                if let Some(end) = pieces_at(rest, text, at + length, attempts) {
                    return Some(end);
                }
                if length == min {
                    return None;
                }
                length -= 1;
            }
        }
    }
}

/// The end of a token's last class: not inside a longer run, punctuation at the end of a sentence left out.
fn last_class(text: &[u8], at: usize, run: usize, min: usize, max: usize) -> Option<usize> {
    let mut length = run.min(max);
    if run > max {
        let next = text[at + max];
        if next.is_ascii_alphanumeric() {
            return None;
        }
    }
    while length > min && matches!(text[at + length - 1], b'.' | b'-' | b'_') {
        length -= 1;
    }
    Some(at + length)
}

fn class_end(text: &str) -> Option<usize> {
    if text.starts_with("{[") {
        let bracket = text.find("]:").or_else(|| text.find("]}"))?;
        return text[bracket..].find('}').map(|close| bracket + close);
    }
    text.find('}')
}

fn class(text: &str) -> Result<Piece, String> {
    let (name, counts) = if text.starts_with('[') {
        text.rfind("]:").map_or((text, ""), |at| (&text[..=at], &text[at + 2..]))
    } else {
        text.split_once(':').unwrap_or((text, ""))
    };
    let Some(set) = Set::named(name) else {
        return Err(format!(
            "unknown class `{name}`: one of d az AZ Az az09 AZ09 az27 AZ27 b62 w b64 hex Hex HEX, or [A-Za-z…]"
        ));
    };
    let bad = || format!("`{counts}` is no count: write `36`, `20-40` or `20+`");
    let number = |text: &str| text.parse::<u16>().map_err(|_| bad());
    let (min, max) = match (counts, counts.split_once('-')) {
        ("", _) => (1, 1),
        (_, Some((min, max))) => (number(min)?, number(max)?),
        (_, None) => match counts.strip_suffix('+') {
            Some(min) => (number(min)?, OPEN_MAX),
            None => (number(counts)?, number(counts)?),
        },
    };
    if min > max || max > OPEN_MAX {
        return Err(bad());
    }
    Ok(Piece::Class { set, min, max })
}

#[cfg(test)]
mod tests {
    use super::{Format, Random};

    fn matched<'t>(format: &str, text: &'t str) -> Option<&'t str> {
        let format = Format::parse(format).expect("a format");
        format.match_at(text.as_bytes(), 0).map(|end| &text[..end])
    }

    #[test]
    fn a_token_ends_where_its_alphabet_ends() {
        assert_eq!(matched("ab_{b62:4}", "ab_0aZ9."), Some("ab_0aZ9"));
        assert_eq!(matched("ab_{b62:4}", "ab_0aZ9x"), None);
        assert_eq!(matched("ab-{w:4+}", "ab-0a-Z9-."), Some("ab-0a-Z9"));
        assert_eq!(matched("ab-{w:4}", "ab-0a-Z-"), Some("ab-0a-Z"));
    }

    #[test]
    fn a_class_gives_back_what_the_next_part_needs() {
        assert_eq!(matched("s-{az09:2-12}-{w:4}", "s-api03-x_-9"), Some("s-api03-x_-9"));
        assert_eq!(matched("{w:3-9}END", "abcEND"), Some("abcEND"));
        assert_eq!(matched("{[A-Za-z~.]:2}Q~{hex:2}", "a.Q~0f"), Some("a.Q~0f"));
        assert_eq!(matched("{{x}", "{x}"), Some("{x}"));
    }

    #[test]
    fn faults_of_a_format_are_named() {
        assert!(Format::parse("x{foo:3}").expect_err("no class").contains("unknown class `foo`"));
        assert!(Format::parse("x{d:9-3}").is_err());
        assert!(Format::parse("x{d:3").is_err());
        assert!(Format::parse("").is_err());
    }

    #[test]
    fn samples_match_their_format() {
        let mut random = Random::new(7);
        for text in ["ghp_{b62:36}", "a-{az09:2-12}-{w:8-12}", "{[A-Za-z0-9_~.]:3}{d}Q~{w:31-34}", "x.{w:9+}"]
        {
            let format = Format::parse(text).expect("a format");
            for _ in 0..50 {
                let sample = format.sample(&mut random);
                assert_eq!(format.match_at(sample.as_bytes(), 0), Some(sample.len()), "{text}: {sample}");
            }
        }
    }
}
