//! Files that stand as base64 within a text: "here is the file: UEsDB…", on one line or wrapped, folded as in vCards,
//! indented, quoted, escaped as in JSON or in an address. What is text once decoded is left to the scanner's views, pictures
//! and sound to whoever declares them. Texts may come in pieces: only the file itself is kept.

use super::{Format, Unreadable};
use crate::limits::BODY_BYTES_MAX;
use crate::text::codec::{Alphabet, Layer};
use crate::text::encoding;

/// Shorter runs hold no file that could hold a value: an archive's records alone take as much.
const RUN_MIN: usize = 200;

/// A run has one of these blocks of the text wholly in it.
const BLOCK: usize = 64;

/// A last line shorter than this may be a word of what follows.
const LINE_MIN: usize = 32;

/// A last line shorter than this may be the end of a file as well as a word.
const WORD_MIN: usize = 4;

/// Programs break lines that are longer.
const LINE_MAX: usize = 128;

/// Bytes of a file by which its format is told: the mark of a tar archive is the last one.
const HEAD_BYTES: usize = 264;

/// Further lines with which a file may begin.
const STARTS_MAX: usize = 12;

/// Bytes before the first whole block that may belong to its run: some lines, none of them with a block in it.
const BEFORE_MAX: usize = 4 << 10;

/// Bytes between two lines of a run: its break, the indentation, quotes and commas of a list of lines.
const GAP_MAX: usize = 48;

/// The longest thing that stands for one character: `\u002B`.
const ESCAPE_MAX: usize = 6;

/// Bytes behind the first whole block that are looked at before it is told what a run is.
const AHEAD: usize = 2 << 10;

/// What stands at a place of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// A character, and how many bytes it is written in.
    Packed(u8, usize),
    /// The break between two lines.
    Gap(usize),
    /// What belongs to no run.
    Other,
}

/// A file that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// Where it begins in the text.
    pub start: usize,
    /// Its bytes, as far as they can be told.
    pub content: Result<(Format, Vec<u8>), Unreadable>,
    /// How many bytes of the text it takes.
    pub length: usize,
}

/// Looks for the files in a text that comes in pieces.
#[derive(Debug, Default)]
pub struct Finder {
    /// What of the text is still needed, from `base` on.
    text: Vec<u8>,
    base: usize,
    /// How far it was looked through.
    at: usize,
    /// Where the last run ended: no other one begins before.
    floor: usize,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// No run.
    #[default]
    Looking,
    /// A run that is no file.
    Passing,
    /// One that is.
    Reading(Reading),
}

/// A file that is being read.
#[derive(Debug)]
struct Reading {
    start: usize,
    alphabet: Option<Alphabet>,
    /// Its characters so far.
    packed: Vec<u8>,
    /// How many there were at the last break, and where that was.
    line: usize,
    line_start: usize,
    /// How many stand in the line before it.
    line_before: usize,
}

impl Finder {
    /// Takes the next bytes of the text and hands over the files that end in them.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Enclosed)) {
        self.text.extend_from_slice(bytes);
        self.go_on(false, sink);
        let keep = match self.state {
            State::Looking => self.at.saturating_sub(BEFORE_MAX + GAP_MAX),
            State::Passing | State::Reading(_) => self.at,
        };
        self.text.drain(..keep);
        self.base += keep;
        self.at -= keep;
        self.floor = self.floor.saturating_sub(keep);
    }

    /// The text is at its end.
    pub fn finish(mut self, sink: &mut dyn FnMut(Enclosed)) {
        self.go_on(true, sink);
    }

    fn go_on(&mut self, last: bool, sink: &mut dyn FnMut(Enclosed)) {
        loop {
            let done = match &self.state {
                State::Looking => self.look(last),
                State::Passing => self.pass(last),
                State::Reading(_) => self.read(last, sink),
            };
            if done {
                return;
            }
        }
    }

    /// Looks for the next run; `true` where more of the text is needed for it.
    fn look(&mut self, last: bool) -> bool {
        let (block, found) = next_block(&self.text, self.at);
        self.at = block;
        if !found {
            return true;
        }
        if !last && self.text.len() - block < AHEAD {
            return true;
        }
        self.state = match first_file(&self.text, self.floor, block) {
            Some(start) => {
                self.at = start;
                State::Reading(Reading::new(self.base + start))
            }
            None => State::Passing,
        };
        false
    }

    /// Goes to the end of a run; `true` where that is not in what came so far.
    fn pass(&mut self, last: bool) -> bool {
        while last || self.text.len() - self.at > GAP_MAX + ESCAPE_MAX {
            match sign(&self.text, self.at) {
                Sign::Packed(_, length) | Sign::Gap(length) => self.at += length,
                // This byte is in no run, though a break may be in a block.
                Sign::Other => return self.end_run(1),
            }
        }
        true
    }

    /// The run is over, so many bytes behind `at` with it. `true` where the text is too.
    fn end_run(&mut self, more: usize) -> bool {
        self.state = State::Looking;
        self.at = (self.at + more).min(self.text.len());
        self.floor = self.at;
        self.at >= self.text.len()
    }

    /// Reads on in a file; `true` where its end is not in what came so far.
    fn read(&mut self, last: bool, sink: &mut dyn FnMut(Enclosed)) -> bool {
        let State::Reading(reading) = &mut self.state else { return false };
        let mut ended = None;
        while last || self.text.len() - self.at > GAP_MAX + ESCAPE_MAX {
            match sign(&self.text, self.at) {
                Sign::Packed(byte, length) if reading.takes(byte) => self.at += length,
                Sign::Gap(length) => {
                    reading.end_line(self.base + self.at);
                    self.at += length;
                }
                Sign::Packed(..) | Sign::Other => {
                    ended = Some(self.base + self.at);
                    break;
                }
            }
            if reading.packed.len() / 4 * 3 > BODY_BYTES_MAX {
                let length = self.base + self.at - reading.start;
                sink(Enclosed { start: reading.start, content: Err(Unreadable::TooLarge), length });
                self.state = State::Passing;
                return false;
            }
        }
        let Some(end) = ended else { return true };
        let padding = self.text[self.at..].iter().take(2).take_while(|byte| **byte == b'=').count();
        let State::Reading(reading) = std::mem::take(&mut self.state) else { return false };
        sink(reading.finish(end, padding));
        self.end_run(padding)
    }
}

impl Reading {
    const fn new(start: usize) -> Self {
        Self { start, alphabet: None, packed: Vec::new(), line: 0, line_start: start, line_before: 0 }
    }

    fn end_line(&mut self, at: usize) {
        self.line_before = self.packed.len() - self.line;
        self.line = self.packed.len();
        self.line_start = at;
    }

    /// Takes a character, if it is one of the alphabet that the ones before are of.
    fn takes(&mut self, byte: u8) -> bool {
        let own = match byte {
            b'+' | b'/' => Some(Alphabet::Standard),
            b'-' | b'_' => Some(Alphabet::Url),
            _ => None,
        };
        if let (Some(own), Some(alphabet)) = (own, self.alphabet)
            && own != alphabet
        {
            return false;
        }
        self.alphabet = self.alphabet.or(own);
        self.packed.push(byte);
        true
    }

    /// The file, which ends at `end`. A last line that is a word belongs to what follows, unless it makes up fours where
    /// the line before it is no longer than those that programs break; where that is longer, any last line does that may be
    /// a word.
    fn finish(mut self, mut end: usize, padding: usize) -> Enclosed {
        let last = &self.packed[self.line..];
        let word = self.line > 0 && is_word(last);
        let unbroken = self.line_before > LINE_MAX && self.line.is_multiple_of(4) && padding == 0;
        let short = (1..WORD_MIN).contains(&last.len()) && last.iter().all(u8::is_ascii_alphabetic);
        if unbroken && (word || short) || word && !(self.packed.len() + padding).is_multiple_of(4) {
            self.packed.truncate(self.line);
            end = self.line_start;
        } else {
            end += padding;
        }
        // A character too many: some decoders read it all the same.
        if self.packed.len() % 4 == 1 {
            self.packed.pop();
        }
        let mut bytes = Vec::new();
        let layer = Layer::Base64(self.alphabet.unwrap_or(Alphabet::Standard));
        let known = layer.decode(&self.packed, &mut bytes);
        let content = Format::sniff(&bytes).filter(|_| known).map(|format| (format, bytes));
        Enclosed { start: self.start, content: content.ok_or(Unreadable::Broken), length: end - self.start }
    }
}

/// Hands over the files in a text.
pub fn files(text: &[u8], sink: &mut dyn FnMut(Enclosed)) {
    // Most texts have none, and are not copied.
    if next_block(text, 0).1 {
        let mut finder = Finder::default();
        finder.feed(text, sink);
        finder.finish(sink);
    }
}

/// The next block from `at` on that is wholly packed and `true`, or how far there is none. Where there are no files it
/// looks for a space in each block.
fn next_block(text: &[u8], mut at: usize) -> (usize, bool) {
    while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        if !has_space(block) && block.iter().all(|byte| is_packed(*byte) || is_break(*byte)) {
            return (at, true);
        }
        at += BLOCK;
    }
    (at, false)
}

/// Whether a space stands in a block; all bytes are looked at, which makes it a few vector instructions.
fn has_space(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(0, |any, byte| any | u8::from(*byte == b' ')) != 0
}

/// Where a file begins in the run around the block at `at`: with the run, or with one of its lines where the ones before
/// are words of prose.
fn first_file(text: &[u8], floor: usize, at: usize) -> Option<usize> {
    let limit = (at + AHEAD - RUN_MIN).min(text.len());
    let mut start = start_of(text, floor.max(at.saturating_sub(BEFORE_MAX)), at);
    for _ in 0..STARTS_MAX {
        if begins_as_file(text, start) {
            return Some(start);
        }
        loop {
            match sign(text, start) {
                Sign::Packed(_, length) if start < limit => start += length,
                Sign::Gap(length) => {
                    start += length;
                    break;
                }
                Sign::Packed(..) | Sign::Other => return None,
            }
        }
    }
    None
}

/// Where the run around `at` begins, at most so far before.
fn start_of(text: &[u8], floor: usize, at: usize) -> usize {
    let mut start = at;
    // Each step takes the bytes that it looks at, or is the last one.
    while start > floor {
        let packed = text[floor..start].iter().rev().take_while(|byte| is_packed(**byte)).count();
        if packed > 0 {
            start -= packed;
            continue;
        }
        // The sign of an escape, or all that stands between two lines.
        let between =
            text[floor..start].iter().rev().take(GAP_MAX).take_while(|byte| is_between(**byte)).count();
        let reaches = |from: usize| match sign(text, from) {
            Sign::Packed(_, length) => from + length >= start,
            Sign::Gap(length) => from + length >= start && from > floor && is_packed(text[from - 1]),
            Sign::Other => false,
        };
        match [start - between, start - 1].into_iter().find(|from| between > 0 && reaches(*from)) {
            Some(from) if from > floor => start = from,
            _ => break,
        }
    }
    start
}

/// Whether a short line is a word, or a mark of hyphens and words.
fn is_word(line: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_');
    let is_word = line.len() >= WORD_MIN && line.iter().skip(1).all(word);
    line.len() < LINE_MIN && (is_word || line.iter().all(|byte| matches!(byte, b'-' | b'_')))
}

/// What stands at `at`.
fn sign(text: &[u8], at: usize) -> Sign {
    let Some(&byte) = text.get(at) else { return Sign::Other };
    if is_packed(byte) {
        return Sign::Packed(byte, 1);
    }
    if let Some((byte, length)) = escaped(&text[at..]) {
        return Sign::Packed(byte, length);
    }
    if is_between(byte) { gap(&text[at..]) } else { Sign::Other }
}

/// A packed character that is written as an escape of JSON or of an address.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'/', ..] => Some((b'/', 2)),
        [b'\\', b'u', b'0', b'0', b'2', b'B' | b'b', ..] => Some((b'+', 6)),
        [b'\\', b'u', b'0', b'0', b'2', b'F' | b'f', ..] => Some((b'/', 6)),
        [b'%', b'2', b'B' | b'b', ..] => Some((b'+', 3)),
        [b'%', b'2', b'F' | b'f', ..] => Some((b'/', 3)),
        _ => None,
    }
}

/// The break with which a text begins: one end of a line, with what lists of lines have around it.
fn gap(text: &[u8]) -> Sign {
    let (mut at, mut breaks) = (0, 0);
    while at < GAP_MAX {
        match &text[at..] {
            [b'\r', b'\n', ..] => (at, breaks) = (at + 2, breaks + 1),
            [b'\\', b'r', b'\\', b'n', ..] => (at, breaks) = (at + 4, breaks + 1),
            [b'\\', b'n', ..] => (at, breaks) = (at + 2, breaks + 1),
            [b'%', b'0', b'D', b'%', b'0', b'A', ..] => (at, breaks) = (at + 6, breaks + 1),
            [b'%', b'0', b'A', ..] => (at, breaks) = (at + 3, breaks + 1),
            [b'\r' | b'\n', ..] => (at, breaks) = (at + 1, breaks + 1),
            // Two pieces that are put together.
            [b'+' | b'&' | b'.', b' ' | b'\r' | b'\n', ..] if at > 0 => at += 1,
            [byte, ..] if is_packed(*byte) => {
                // A blank line is the end, and so are two hyphens: those of the next part of a mail.
                let ended = breaks == 0 || breaks > 2 || text[at..].starts_with(b"--");
                // The end of a line within quotes is followed by that of the list's.
                let quoted = breaks == 2 && !text[..at].contains(&b'"');
                return if ended || quoted { Sign::Other } else { Sign::Gap(at) };
            }
            [byte, ..] if is_between(*byte) => at += 1,
            _ => return Sign::Other,
        }
    }
    Sign::Other
}

/// Whether the characters from `start` on are those of a file that is opened, or named as unreadable.
fn begins_as_file(text: &[u8], start: usize) -> bool {
    let (mut head, mut at) = (Vec::with_capacity(HEAD_BYTES / 3 * 4), start);
    while head.len() < HEAD_BYTES / 3 * 4 {
        match sign(text, at) {
            Sign::Packed(byte, length) => {
                head.push(byte);
                at += length;
            }
            Sign::Gap(length) => at += length,
            Sign::Other => break,
        }
    }
    if head.len() + 2 < RUN_MIN {
        return false;
    }
    let Some(alphabet) = Alphabet::of(&head) else { return false };
    let mut bytes = Vec::new();
    if !Layer::Base64(alphabet).decode(&head[..head.len() / 4 * 4], &mut bytes) {
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

/// Whether a byte may stand between two lines of a run, or begins an escape.
const fn is_between(byte: u8) -> bool {
    matches!(
        byte,
        b'\r'
            | b'\n'
            | b' '
            | b'\t'
            | b'"'
            | b'\''
            | b','
            | b'\\'
            | b'>'
            | b'|'
            | b'#'
            | b'*'
            | b'%'
            | b'('
            | b')'
    )
}

#[cfg(test)]
mod tests;
