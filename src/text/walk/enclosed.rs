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

/// Every line of a run but the last has one of these blocks of the text wholly in it.
const BLOCK: usize = 32;

impl Walker {
    /// Opens the files within a text. Where there are none it looks at the first letters of each block, up to a space.
    pub(super) fn enclosed(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        let mut at = 0;
        while at + BLOCK <= text.len() {
            if !text[at..at + BLOCK].iter().all(|byte| is_packed(*byte)) {
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

    /// Opens the file that a run is: from its start, or from that of its second line where the first ends a sentence.
    fn run(&mut self, around: &Around<'_>, run: Span, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        let bytes = run.of(text).unwrap_or_default();
        let second =
            memchr::memchr(b'\n', &bytes[..bytes.len().min(RUN_MIN)]).map(|line| run.start + line + 1);
        for start in std::iter::once(run.start).chain(second) {
            let source = around.part(Span::new(start, run.end));
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

/// The run of packed characters in which the block at `at` stands; lines of a wrapped one are joined.
fn run_around(text: &[u8], at: usize) -> Span {
    let mut start = at - text[..at].iter().rev().take_while(|byte| is_packed(**byte)).count();
    // The line above, which may have been too short for a block.
    let above = text[..start].strip_suffix(b"\n").map(|above| above.strip_suffix(b"\r").unwrap_or(above));
    if let Some(above) = above {
        let length = above.iter().rev().take(RUN_MIN).take_while(|byte| is_packed(**byte)).count();
        start = if length > 0 { above.len() - length } else { start };
    }
    let mut end = at + BLOCK;
    let mut line = start;
    loop {
        end += text[end..].iter().take_while(|byte| is_packed(**byte)).count();
        let wrap =
            if text[end..].starts_with(b"\r\n") { 2 } else { usize::from(text[end..].starts_with(b"\n")) };
        if wrap == 0 || !text.get(end + wrap).is_some_and(|byte| is_packed(*byte)) {
            break;
        }
        end += wrap;
        line = end;
    }
    // A short last line is a word of what follows, unless it makes up fours.
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    let digits = text[start..end].iter().filter(|byte| is_packed(**byte)).count() + padding;
    if line > start && end - line < BLOCK && !digits.is_multiple_of(4) {
        end = line;
    }
    Span::new(start, if end == line { end } else { end + padding })
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

const fn is_packed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::run_around;
    use crate::span::Span;

    #[test]
    fn runs_end_where_their_lines_do() {
        let line = "UEsDBBQA".repeat(9);
        let run = |before: &str, lines: &str, after: &str| {
            let text = format!("{before}{lines}{after}");
            let at = before.len() + lines.len().min(40);
            let at = if lines[..lines.len().min(72)].contains('\n') { before.len() + 60 } else { at };
            assert_eq!(
                run_around(text.as_bytes(), at),
                Span::new(before.len(), before.len() + lines.len()),
                "{text}"
            );
        };
        run("le fichier : ", &line, " merci");
        run("\"", &format!("{line}\r\n{line}\r\nUEsDBBQ="), "\" merci");
        run("", &format!("{line}\n{line}\n"), "Merci\n");
        run("voici ", &format!("UEsD\n{line}\n{line}"), ".");
    }
}
