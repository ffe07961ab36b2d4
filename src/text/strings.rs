//! Strings in bytes of no known form, as `strings(1)` sees them. Knows no format.

/// Shorter runs are no strings.
const RUN_MIN: usize = 6;

/// Shorter runs among bytes that are no text are chance, unless they are strings or lines, or many digits stand in them.
const SURE_MIN: usize = 16;

/// Digits that no chance brings together.
const DIGITS_MIN: usize = 9;

/// Appends the runs of printable text in `bytes`, one a line: ASCII and UTF-8, and UTF-16 of either order.
pub fn collect(bytes: &[u8], strings: &mut Vec<u8>) {
    let (mut at, mut is_begun) = (0, true);
    while at < bytes.len() {
        let run = &bytes[at..at + run_from(&bytes[at..])];
        at += run.len();
        let is_ended = bytes.get(at).is_none_or(|byte| ends_string(*byte));
        if is_sure(run) || is_begun && is_ended {
            push(run, strings);
        }
        is_begun = is_ended;
        at += 1;
    }
    for offset in [0, 1] {
        let pairs = || bytes.get(offset..).unwrap_or_default().chunks_exact(2);
        wide(pairs().map(|pair| (pair[0], pair[1])), strings);
        wide(pairs().map(|pair| (pair[1], pair[0])), strings);
    }
}

/// Whether a run of printable characters is no chance by itself: among ten million random bytes, one is as long.
#[must_use]
pub fn is_sure(run: &[u8]) -> bool {
    run.len() >= SURE_MIN || run.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS_MIN
}

/// Whether a byte ends strings of programs, or lines.
#[must_use]
pub const fn ends_string(byte: u8) -> bool {
    matches!(byte, 0 | b'\n' | b'\r')
}

/// How many bytes of printable characters begin the bytes.
#[must_use]
pub fn run_from(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(width) = printable_at(&bytes[at..]) {
        at += width;
    }
    at
}

/// How many bytes of printable characters end the bytes.
#[must_use]
pub fn run_before(bytes: &[u8]) -> usize {
    let mut at = bytes.len();
    'run: while at > 0 {
        for width in 1..=at.min(3) {
            if printable_at(&bytes[at - width..at]) == Some(width) {
                at -= width;
                continue 'run;
            }
        }
        break;
    }
    bytes.len() - at
}

/// How many bytes the character takes that begins the bytes, if it is one of the languages that are written around here:
/// other characters are mostly none among bytes that are no text.
#[inline]
fn printable_at(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b' '..=b'~' | b'\t', ..] => Some(1),
        // U+00A0 to U+024F, and U+2000 to U+20BF: letters of Latin languages, and marks.
        [0xC2, 0xA0..=0xBF, ..] | [0xC3..=0xC8, 0x80..=0xBF, ..] | [0xC9, 0x80..=0x8F, ..] => Some(2),
        [0xE2, 0x80..=0x82, 0x80..=0xBF, ..] => Some(3),
        _ => None,
    }
}

/// The runs of units of two bytes, the low one first, that are printable ASCII.
fn wide(units: impl Iterator<Item = (u8, u8)>, strings: &mut Vec<u8>) {
    let mut run = Vec::new();
    for unit in units {
        match unit {
            (byte @ b' '..=b'~', 0) => run.push(byte),
            _ => {
                push(&run, strings);
                run.clear();
            }
        }
    }
    push(&run, strings);
}

fn push(run: &[u8], strings: &mut Vec<u8>) {
    if run.len() >= RUN_MIN {
        strings.extend_from_slice(run);
        strings.push(b'\n');
    }
}

/// Whether decoded bytes tell by themselves what they are: text, or a known kind of file.
#[must_use]
pub fn is_telling(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && std::str::from_utf8(bytes).is_ok_and(|text| {
            let printable = |character: &char| !character.is_control() || character.is_ascii_whitespace();
            text.chars().take(4096).all(|character| printable(&character))
        })
}
