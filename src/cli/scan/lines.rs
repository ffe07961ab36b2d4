//! The second reading of an input: line, column and the text around each finding, in one pass and bounded memory.

use crate::scan::Encoding;
use crate::span::Span;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Bytes read on either side of a value for its line.
const CONTEXT_BYTES: usize = 256;

/// Bytes of a value that are shown and hashed; a longer one (a key file) is cut.
pub(super) const VALUE_BYTES_MAX: usize = 4 << 10;

/// How the characters of an encoding are read for people.
pub(super) trait Characters {
    /// Bytes of a unit.
    fn unit(self) -> usize;
    /// The text that the bytes stand for; broken sequences become U+FFFD.
    fn decode(self, bytes: &[u8]) -> String;
    /// The number that a pair of bytes is.
    fn code_unit(self, pair: [u8; 2]) -> u16;
    /// The character that a group of four bytes is.
    fn wide(self, group: &[u8]) -> char;
}

impl Characters for Encoding {
    fn unit(self) -> usize {
        match self {
            Self::Utf8 | Self::SingleByte => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::SingleByte => bytes.iter().map(|&byte| windows_1252(byte)).collect(),
            Self::Utf16Le | Self::Utf16Be => {
                let units = bytes.chunks_exact(2).map(|pair| self.code_unit([pair[0], pair[1]]));
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            Self::Utf32Le | Self::Utf32Be => bytes.chunks_exact(4).map(|group| self.wide(group)).collect(),
        }
    }

    fn code_unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Self::Utf16Be => u16::from_be_bytes(pair),
            _ => u16::from_le_bytes(pair),
        }
    }

    fn wide(self, group: &[u8]) -> char {
        let number = |group: [u8; 4]| {
            if self == Self::Utf32Be { u32::from_be_bytes(group) } else { u32::from_le_bytes(group) }
        };
        let character = group.try_into().ok().map(number).and_then(char::from_u32);
        character.unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Where a finding stands, for people, and what stands around it.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) line: u64,
    pub(super) column: u64,
    /// The bytes read around the value, with `value` saying where in them it is, and the offset of the first one.
    pub(super) window: Vec<u8>,
    pub(super) value: Span,
    pub(super) offset: usize,
}

/// Locates spans, which are sorted by start; hands over one after the other, so that the text around them is held once.
pub(super) fn locate<S: Read + Seek + ?Sized>(
    source: &mut S,
    spans: &[Span],
    encoding: Encoding,
    mut found: impl FnMut(Located),
) -> io::Result<()> {
    let places = count(source, spans, encoding)?;
    for (&span, (line, column)) in spans.iter().zip(places) {
        found(window(source, span, line, column, encoding)?);
    }
    Ok(())
}

/// One pass: the line and column of each start.
fn count<S: Read + Seek + ?Sized>(
    source: &mut S,
    spans: &[Span],
    encoding: Encoding,
) -> io::Result<Vec<(u64, u64)>> {
    let mut places = Vec::with_capacity(spans.len());
    let mut cursor = Cursor { line: 1, column: 1, encoding, after_return: false };
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut offset = 0;
    source.seek(SeekFrom::Start(0))?;
    while places.len() < spans.len() {
        let filled = fill(source, &mut chunk)?;
        let mut done = 0;
        while let Some(span) = spans.get(places.len()) {
            let Some(stop) = span.start.checked_sub(offset).filter(|stop| *stop < filled) else {
                break;
            };
            cursor.advance(&chunk[done..stop.max(done)]);
            done = stop.max(done);
            places.push((cursor.line, cursor.column));
        }
        cursor.advance(&chunk[done..filled]);
        offset += filled;
        if filled < chunk.len() {
            break;
        }
    }
    places.resize(spans.len(), (cursor.line, cursor.column));
    Ok(places)
}

struct Cursor {
    line: u64,
    column: u64,
    encoding: Encoding,
    after_return: bool,
}

impl Cursor {
    /// Counts characters and line ends (LF, CR LF, lone CR as old files have it).
    fn advance(&mut self, bytes: &[u8]) {
        match self.encoding {
            Encoding::Utf8 => {
                for &byte in bytes.iter().filter(|byte| **byte & 0xC0 != 0x80) {
                    self.step(u16::from(byte));
                }
            }
            Encoding::SingleByte => bytes.iter().for_each(|&byte| self.step(u16::from(byte))),
            Encoding::Utf32Le | Encoding::Utf32Be => {
                for group in bytes.chunks_exact(4) {
                    self.step(u16::try_from(u32::from(self.encoding.wide(group))).unwrap_or(u16::MAX));
                }
            }
            Encoding::Utf16Le | Encoding::Utf16Be => {
                for pair in bytes.chunks_exact(2) {
                    let unit = self.encoding.code_unit([pair[0], pair[1]]);
                    if !(0xDC00..0xE000).contains(&unit) {
                        self.step(unit);
                    }
                }
            }
        }
    }

    const fn step(&mut self, unit: u16) {
        const LF: u16 = b'\n' as u16;
        const CR: u16 = b'\r' as u16;
        if unit == LF && self.after_return {
            // The second half of CR LF: the line was counted.
        } else if unit == LF || unit == CR {
            self.line += 1;
            self.column = 1;
        } else if unit != 0xFEFF {
            self.column += 1;
        }
        self.after_return = unit == CR;
    }
}

fn window<S: Read + Seek + ?Sized>(
    source: &mut S,
    span: Span,
    line: u64,
    column: u64,
    encoding: Encoding,
) -> io::Result<Located> {
    let unit = encoding.unit();
    let offset = span.start.saturating_sub(CONTEXT_BYTES * unit);
    // Units stay aligned: a window in UTF-16 begins a number of whole units before the value.
    let offset = offset + (span.start - offset) % unit;
    let value = Span::new(span.start - offset, span.start - offset + span.len().min(VALUE_BYTES_MAX));
    let mut bytes = vec![0; value.end + CONTEXT_BYTES * unit];
    source.seek(SeekFrom::Start(offset as u64))?;
    let filled = fill(source, &mut bytes)?;
    bytes.truncate(filled);
    Ok(Located {
        line,
        column,
        value: Span::new(value.start.min(filled), value.end.min(filled)),
        window: bytes,
        offset,
    })
}

fn fill<S: Read + ?Sized>(source: &mut S, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(filled)
}

/// Windows-1252 (WHATWG Encoding Standard); its five unassigned bytes are C1 controls.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Located, locate};
    use crate::span::Span;
    use std::io::Cursor;

    fn located(text: &[u8], spans: &[Span], encoding: Encoding) -> Vec<Located> {
        let mut all = Vec::new();
        locate(&mut Cursor::new(text), spans, encoding, |located| all.push(located)).unwrap();
        all
    }

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "été\r\nici: X\rlà X\n".as_bytes();
        let first = 12;
        let second = text.len() - 2;
        let located =
            located(text, &[Span::new(first, first + 1), Span::new(second, second + 1)], Encoding::Utf8);
        assert_eq!((located[0].line, located[0].column), (2, 6));
        assert_eq!((located[1].line, located[1].column), (3, 4));
        assert_eq!(located[1].value.of(&located[1].window), Some(&b"X"[..]));
    }

    #[test]
    fn far_findings_are_located_like_near_ones() {
        let mut text = vec![b'a'; 200_000];
        text[70_000] = b'\n';
        let located = located(&text, &[Span::new(3, 5), Span::new(150_000, 150_010)], Encoding::Utf8);
        assert_eq!((located[0].line, located[0].column), (1, 4));
        assert_eq!((located[1].line, located[1].column), (2, 150_000 - 70_000));
    }

    #[test]
    fn utf16_counts_characters_not_bytes() {
        let text: Vec<u8> = "\u{feff}a\n😀bX".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let start = text.len() - 2;
        let located = located(&text, &[Span::new(start, start + 2)], Encoding::Utf16Le);
        assert_eq!((located[0].line, located[0].column), (2, 3));
    }
}
