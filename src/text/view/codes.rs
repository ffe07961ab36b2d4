//! Texts written as the codes of their characters, one after the other: `38 35 2e`, `0x38, 0x35`, `56 53 46`,
//! `070 065 056`, `00111000 00110101`. Accepted only where what comes out reads as text. Knows no rules.

use super::derived::Derived;
use crate::span::Span;

/// Codes that make a text; fewer are chance, and shorter than any number that has a check.
const CODES_MIN: usize = 8;

/// Bytes of a run that are read at once: a longer one is read in parts.
const RUN_MAX: usize = 256 << 10;

/// Bytes before a part of a run that are read once more: room for a value of forty characters, and its label.
const AGAIN: usize = 1_024;

/// Bytes between two codes.
const GAP_MAX: usize = 4;

/// Bytes between two codes where a line ends between them.
const WRAPPED_GAP_MAX: usize = 24;

/// The longest way from the beginning of one code to that of the next.
const STEP_MAX: usize = 16;

/// The steps between two codes that are looked for: `38 `, `38, `, `0x38,`, `0x38, `, `00111000 `.
const STEPS: [u32; 5] = [3, 4, 5, 6, 9];

/// In which base codes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Two digits a byte, or groups of two and four bytes as dumps have them.
    Hex,
    /// Two or three digits.
    Decimal,
    /// Two or three digits.
    Octal,
    /// Seven or eight digits, with or without gaps.
    Binary,
}

impl Base {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hex, Self::Decimal, Self::Octal, Self::Binary];

    const fn radix(self) -> u32 {
        match self {
            Self::Hex => 16,
            Self::Decimal => 10,
            Self::Octal => 8,
            Self::Binary => 2,
        }
    }

    const fn prefixes(self) -> &'static [&'static [u8]] {
        match self {
            Self::Hex => &[b"0x", b"0X", b"U+00", b"u+00"],
            Self::Decimal => &[],
            Self::Octal => &[b"0o"],
            Self::Binary => &[b"0b"],
        }
    }

    /// How many digits of a run of them belong to the first code; `None` where no code has so many.
    const fn width(self, run: usize) -> Option<usize> {
        match (self, run) {
            (Self::Hex, 2 | 4 | 8) | (Self::Decimal | Self::Octal, 2 | 3) | (Self::Binary, 7) => Some(run),
            (Self::Binary, 8..) => Some(8),
            _ => None,
        }
    }
}

/// Of the places at which digits begin, 64 bytes of them, those from which on four stand in even steps, as codes do; of
/// a longer row the first.
#[inline]
#[must_use]
pub fn even(starts: u64) -> u64 {
    // Half of a number of eleven digits, whose other half stands in the next 64 bytes.
    if starts.count_ones() < 6 {
        return 0;
    }
    STEPS.into_iter().fold(0, |all, step| {
        let two = starts & starts >> step;
        let four = two & two >> (2 * step);
        all | four & !(four << step)
    })
}

/// A group of digits: the bytes that they stand for, and where they end.
struct Code {
    bytes: [u8; 4],
    count: usize,
    end: usize,
}

impl Code {
    fn at(text: &[u8], at: usize, base: Base) -> Option<Self> {
        let rest = text.get(at..)?;
        let prefix = base.prefixes().iter().find(|prefix| rest.starts_with(prefix)).map_or(0, |it| it.len());
        let digits = &rest[prefix..];
        let digit = |byte: &u8| char::from(*byte).to_digit(base.radix());
        let width = base.width(digits.iter().take(9).map_while(digit).count())?;
        let next = digits.get(width).copied().unwrap_or(b' ');
        if next.is_ascii_alphabetic() {
            return None;
        }
        let mut code = Self { bytes: [0; 4], count: 0, end: at + prefix + width };
        // Four digits are a unit of UTF-16 or two bytes.
        let unit = base == Base::Hex && width == 4 && digits.starts_with(b"00");
        for part in digits[..width].chunks(if base == Base::Hex && !unit { 2 } else { width }) {
            let value = part.iter().filter_map(digit).fold(0, |value, digit| value * base.radix() + digit);
            let byte = u8::try_from(value).ok().filter(|byte| is_of_text(*byte))?;
            code.bytes[code.count] = byte;
            code.count += 1;
        }
        Some(code)
    }
}

const fn is_of_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..=0xF4)
}

/// Where the next code begins behind the gap at `at`, which is as `usual` or has a line break; none at all within a run
/// of binary digits.
fn behind_gap(text: &[u8], at: usize, usual: Option<&[u8]>) -> Option<usize> {
    let rest = text.get(at..)?;
    // As JavaScript's `escape` writes them.
    if rest.starts_with(b"%u") {
        return usual.is_none_or(|usual| usual == b"%u").then_some(at + 2);
    }
    let is_gap = |byte: &&u8| byte.is_ascii_whitespace() || b",;:-./|_'\"()[]{}<>+\\*#~`".contains(byte);
    let length = rest.iter().take(WRAPPED_GAP_MAX + 1).take_while(is_gap).count();
    let gap = &rest[..length];
    let wrapped = length <= WRAPPED_GAP_MAX && memchr::memchr(b'\n', gap).is_some();
    let known = usual.map_or(length <= GAP_MAX, |usual| usual == gap);
    (known || wrapped).then_some(at + length)
}

/// What a place is at which codes may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// No run of codes.
    Other,
    /// One that is no text, being a part of something else or too short; up to where it goes.
    Idle(usize),
    /// A run that may be a text, and whether it cannot be a row of numbers.
    Run(Span, bool),
}

/// What stands at `at`. What lies before `from` was read already: but for a little of it, which may be the beginning of a
/// value that goes on, it is not read again.
#[must_use]
pub fn run_around(text: &[u8], at: usize, base: Base, from: usize) -> Place {
    run_from(text, at, base, from).unwrap_or(Place::Other)
}

fn run_from(text: &[u8], at: usize, base: Base, from: usize) -> Option<Place> {
    // Most rows of numbers end here.
    let mut quick = at;
    for _ in 0..4 {
        let code = Code::at(text, quick, base)?;
        quick = behind_gap(text, code.end, None)?;
    }
    let first = Code::at(text, at, base)?;
    let next = behind_gap(text, first.end, None)?;
    let usual = text.get(first.end..next)?;
    let floor = from.saturating_sub(AGAIN);
    let mut start = at;
    while let Some(before) = code_before(text, start, base, usual).filter(|before| *before >= floor) {
        start = before;
    }
    let (mut end, mut count) = (start, 0);
    let mut place = Some(start);
    while let Some(code) = place.and_then(|place| Code::at(text, place, base)) {
        (end, count) = (code.end, count + code.count);
        place = behind_gap(text, end, Some(usual)).filter(|next| next - start < RUN_MAX);
    }
    if !begins_word(text, start) || count < CODES_MIN {
        return Some(Place::Idle(end));
    }
    let run = Span::new(start, end);
    let told = match base {
        Base::Hex => run.of(text)?.iter().any(u8::is_ascii_alphabetic),
        Base::Binary => true,
        Base::Decimal | Base::Octal => false,
    };
    Some(Place::Run(run, told))
}

/// Whether no letter or digit stands before, but for the one of `%u`.
fn begins_word(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    before.ends_with(b"%u") || !before.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Where the code begins that the one at `at` follows.
fn code_before(text: &[u8], at: usize, base: Base, usual: &[u8]) -> Option<usize> {
    let goes_on = |from: usize| {
        let is_whole = usual.is_empty() || begins_word(text, from);
        let code = Code::at(text, from, base)?;
        (is_whole && behind_gap(text, code.end, Some(usual))? == at).then_some(from)
    };
    (2..=STEP_MAX).filter_map(|step| at.checked_sub(step)).find_map(goes_on)
}

/// Writes the text of a run, if it reads as one.
pub fn decode(text: &[u8], run: Span, base: Base, out: &mut Derived) -> bool {
    let mut place = Some(run.start);
    while let Some(code) = place.filter(|place| *place < run.end).and_then(|at| Code::at(text, at, base)) {
        out.push(&code.bytes[..code.count], Span::new(place.unwrap_or_default(), code.end));
        place = behind_gap(text, code.end, None);
    }
    reads_as_text(out.text())
}

/// Nine in ten are letters, digits, spaces and the signs of numbers and addresses.
fn reads_as_text(bytes: &[u8]) -> bool {
    let usual = |byte: &&u8| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || b".,:;-/@_'()+".contains(byte)
            || **byte >= 0x80
    };
    let share = |bytes: &[u8]| bytes.iter().filter(usual).count() * 10 >= bytes.len() * 9;
    share(&bytes[..bytes.len().min(32)]) && share(bytes) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{AGAIN, Base, Derived, Place, RUN_MAX, decode, even, run_around};

    const PLAIN: &str = "NISS 85.07.30-033.28 é";

    fn read(text: &str, at: usize) -> Vec<(Base, String, bool)> {
        let mut all = Vec::new();
        for base in Base::ALL {
            let mut out = Derived::default();
            if let Place::Run(run, told) = run_around(text.as_bytes(), at, base, 0)
                && decode(text.as_bytes(), run, base, &mut out)
            {
                all.push((base, String::from_utf8(out.text().to_vec()).unwrap(), told));
            }
        }
        all
    }

    fn written(each: impl Fn(u8) -> String, gap: &str) -> String {
        let codes: Vec<String> = PLAIN.bytes().map(each).collect();
        format!("voici {} merci", codes.join(gap))
    }

    #[test]
    fn codes_of_every_base_are_read() {
        for (base, text) in [
            (Base::Hex, written(|byte| format!("{byte:02x}"), " ")),
            (Base::Hex, written(|byte| format!("{byte:02X}"), ":")),
            (Base::Hex, written(|byte| format!("0x{byte:02x}"), ", ")),
            (Base::Hex, written(|byte| format!("U+00{byte:02X}"), " ")),
            (Base::Hex, written(|byte| format!("'{byte:02x}'"), ", ")),
            (Base::Hex, written(|byte| format!("{byte:02x}"), "\r\n")),
            (Base::Decimal, written(|byte| byte.to_string(), " ")),
            (Base::Decimal, written(|byte| byte.to_string(), ", ")),
            (Base::Octal, written(|byte| format!("{byte:03o}"), " ")),
            (Base::Octal, written(|byte| format!("\\{byte:03o}"), "")),
            (Base::Binary, written(|byte| format!("{byte:08b}"), " ")),
            (Base::Binary, written(|byte| format!("{byte:08b}"), "")),
        ] {
            // From any code of it, the whole is read.
            let from = text.find(|sign: char| sign.is_ascii_digit() || sign == 'U').unwrap();
            let found = read(&text, from);
            assert!(found.iter().any(|(own, read, _)| *own == base && read == PLAIN), "{text}: {found:?}");
        }
        let units: String = "85.07.30".bytes().map(|byte| format!("%u{byte:04x}")).collect();
        assert_eq!(read(&units, 2), [(Base::Hex, "85.07.30".to_owned(), true)]);
        let pairs = "3835 2e30 372e 3330 2d30 3333 2e32 38";
        assert_eq!(read(pairs, 10), [(Base::Hex, "85.07.30-033.28".to_owned(), true)]);
    }

    #[test]
    fn rows_of_numbers_are_none() {
        for text in [
            "2019 2020 2021 2022 2023 2024 2025 2026 2027",
            "12 15 18 21 24 27 30 33 36",
            "99 37 91 38 60 35 94 42 96 123 36 33",
            "aa:bb:cc:dd:ee:ff:00:11:22",
            "38 35 2e 30 37 2e",
        ] {
            assert_eq!(read(text, 0), [], "{text}");
        }
    }

    #[test]
    fn none_begins_within_a_word() {
        let row = "BE71 ".repeat(12);
        assert_eq!(run_around(row.as_bytes(), 2, Base::Hex, 0), Place::Idle(row.len() - 1));
        assert!(matches!(run_around(row.as_bytes(), 0, Base::Hex, 0), Place::Run(..)));
    }

    #[test]
    fn what_was_read_is_not_read_again() {
        let row = "38 ".repeat(RUN_MAX);
        let Place::Run(first, _) = run_around(row.as_bytes(), 0, Base::Hex, 0) else { panic!() };
        assert!(first.start == 0 && first.end.abs_diff(RUN_MAX) < 8);
        let at = row[first.end..].find('3').unwrap() + first.end;
        let Place::Run(second, _) = run_around(row.as_bytes(), at, Base::Hex, first.end) else { panic!() };
        assert!(second.start < first.end && second.start + AGAIN >= first.end);
        assert!(second.end > first.end + RUN_MAX / 2);
    }

    #[test]
    fn codes_stand_evenly() {
        assert_eq!(even(0b1001001001001001), 1);
        assert_eq!(even(0b10_0100_1001_0010_0000_0001), 1 << 9);
        assert_eq!(even((0..7).fold(0, |starts, number| starts | 1 << (9 * number))), 1);
        for other in [0b1001001001, 0b11_0000_0101_0000_0011, 0] {
            assert_eq!(even(other), 0);
        }
    }
}
