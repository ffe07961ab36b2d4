//! Files that stand as base64 within a longer text: "here is the file: UEsDB…", wrapped or not. What is text once decoded
//! is left to the scanner's views, pictures and sound to whoever declares them. Knows no API.

use super::{Around, Unread, Visitor, Walker};
use crate::document::Format;
use crate::span::Span;
use crate::text::codec::{Alphabet, Layer};
use crate::text::edit::Edit;
use crate::text::encoding;

/// Shorter runs hold no file that could hold a value: an archive's records alone take as much.
const RUN_MIN: usize = 200;

/// A run has one of these blocks of the text wholly in it.
const BLOCK: usize = 64;

/// The last line of a run may be shorter than the others; one shorter than this may be a word of what follows.
const LINE_MIN: usize = 32;

/// Further lines with which a file may begin.
const STARTS_MAX: usize = 8;

/// Lines above a block that belong to its run: no program breaks them so short that more do.
const ABOVE_MAX: usize = 3;

impl Walker {
    /// Opens the files within a text. Where there are none it looks for a space in each block.
    pub(super) fn enclosed(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        let mut at = 0;
        while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            if has_space(block) || !block.iter().all(|byte| is_packed(*byte) || is_break(*byte)) {
                at += BLOCK;
                continue;
            }
            let run = run_around(text, at);
            at = run.end.max(at + BLOCK);
            if run.len() >= RUN_MIN {
                self.run(around, run, visitor, edits);
            }
        }
    }

    /// Opens the file that a run is: from its start, or from that of a line where the ones before are words of prose.
    fn run(&mut self, around: &Around<'_>, run: Span, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        let bytes = run.of(text).unwrap_or_default();
        let lines =
            memchr::memchr_iter(b'\n', &bytes[..bytes.len().min(RUN_MIN)]).map(|line| run.start + line + 1);
        for start in std::iter::once(run.start).chain(lines.take(STARTS_MAX)) {
            let whole = &text[start..run.end];
            let source = around.part(Span::new(start, start + end_of(whole)));
            let Some(alphabet) = Alphabet::of(source.text) else { continue };
            if !begins_as_file(source.text, alphabet) {
                continue;
            }
            if !around.may_open() {
                return visitor.unread(Unread::UnknownEncoding, around.spot, source.text);
            }
            let mut found = Vec::new();
            if self.base64(&around.with_source(&source), alphabet, visitor, &mut found) {
                edits.extend(source.lift(found));
            } else {
                // A character too many or too few: some decoders read it all the same.
                visitor.unread(Unread::UnknownEncoding, around.spot, source.text);
            }
            return;
        }
    }
}

/// Whether a space stands in a block; all bytes are looked at, which makes it a few vector instructions.
fn has_space(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(0, |any, byte| any | u8::from(*byte == b' ')) != 0
}

/// The run of packed characters around `at`; lines of a wrapped one are joined.
fn run_around(text: &[u8], at: usize) -> Span {
    let packed_before = |end: usize| text[..end].iter().rev().take_while(|byte| is_packed(**byte)).count();
    let at = at + text[at..].iter().take_while(|byte| is_break(**byte)).count();
    let mut start = at - packed_before(at);
    for _ in 0..ABOVE_MAX {
        let Some(above) = text[..start].strip_suffix(b"\n") else { break };
        let above = above.strip_suffix(b"\r").unwrap_or(above).len();
        match packed_before(above) {
            0 => break,
            length => start = above - length,
        }
    }
    let mut end = at;
    loop {
        end += text[end..].iter().take_while(|byte| is_packed(**byte)).count();
        let wrap =
            if text[end..].starts_with(b"\r\n") { 2 } else { usize::from(text[end..].starts_with(b"\n")) };
        if wrap == 0 || !text.get(end + wrap).is_some_and(|byte| is_packed(*byte)) {
            break;
        }
        end += wrap;
    }
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    Span::new(start, end + padding)
}

/// Where a run ends: a short last line is a word of what follows, unless it makes up fours.
fn end_of(run: &[u8]) -> usize {
    let digits = run.iter().filter(|byte| !is_break(**byte)).count();
    match memchr::memrchr(b'\n', run) {
        Some(line) if run.len() - line <= LINE_MIN && !digits.is_multiple_of(4) => line + 1,
        _ => run.len(),
    }
}

/// Whether the first bytes are those of a file that is opened, or named as unreadable.
fn begins_as_file(run: &[u8], alphabet: Alphabet) -> bool {
    let head: Vec<u8> = run.iter().copied().filter(|byte| is_packed(*byte)).take(RUN_MIN / 4 * 4).collect();
    let mut bytes = Vec::new();
    if !Layer::Base64(alphabet).decode(&head, &mut bytes) {
        return false;
    }
    match Format::sniff(&bytes) {
        None | Some(Format::Image | Format::Audio) => false,
        // Two bytes that mark a format come about by chance in one key of some thousands.
        Some(Format::Packed) if matches!(*bytes, [0x1F, 0x9D | 0xA0, ..]) => false,
        Some(Format::Packed) if bytes.first() == Some(&b'x') => encoding::is_zlib(&bytes),
        Some(_) => true,
    }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

const fn is_packed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::{end_of, run_around};
    use crate::span::Span;

    #[test]
    fn runs_end_where_their_lines_do() {
        let line = "UEsDBBQA".repeat(9);
        for (before, lines, after) in [
            ("le fichier : ", line.clone(), " merci"),
            ("\"", format!("{line}\r\n{line}\r\nUEsDBBQ="), "\" merci"),
            ("voici ", format!("UEsD\n{line}\n{line}"), "."),
            ("voici :\n\n", format!("{}\n{}\n{line}", &line[..56], &line[..56]), "\n\nMerci"),
        ] {
            let text = format!("{before}{lines}{after}");
            let run = run_around(text.as_bytes(), before.len() + 60);
            assert_eq!(run, Span::new(before.len(), before.len() + lines.len()), "{text}");
            assert_eq!(end_of(lines.as_bytes()), lines.len());
        }
        assert_eq!(end_of(format!("{line}\n{line}\nMerci").as_bytes()), 146);
    }
}
