//! Files of any size and encoding, fed as they are read: scanned in windows that overlap, so that what is found
//! does not depend on how the bytes came, and memory does not grow with the file. Reads no files itself.

use super::{Hint, Scanner, Scratch};
use crate::finding::{Finding, View};
use crate::span::Span;
use crate::text::codec::{Charset, Layer, utf32};
use crate::text::view::derived::Derived;
use crate::text::view::utf16;
use std::collections::{BTreeMap, VecDeque};

/// Bytes of a window that are new in it.
const STEP: usize = 512 << 10;

/// Bytes on each side that a window shares with its neighbours: room for context words, long tokens, packed text.
const MARGIN: usize = 32 << 10;

/// How the bytes of a file are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, and what is no text at all.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// UTF-32, the low byte first.
    Utf32Le,
    /// UTF-32, the high byte first.
    Utf32Be,
    /// One byte a character: Windows-1252, which holds Latin-1.
    SingleByte,
}

impl Encoding {
    /// What the first bytes of a file look like.
    #[must_use]
    pub fn detect(head: &[u8]) -> Self {
        match utf32(&head[..head.len().min(4096)]) {
            Some(Charset::Utf32Le) => return Self::Utf32Le,
            Some(_) => return Self::Utf32Be,
            None => {}
        }
        match head {
            [0xFF, 0xFE, ..] => return Self::Utf16Le,
            [0xFE, 0xFF, ..] => return Self::Utf16Be,
            _ => {}
        }
        let head = &head[..head.len().min(4096)];
        let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        // Text in Latin letters has a zero in most pairs, always on the same side.
        if head.len() >= 8 && (odd * 10 >= head.len() * 3 && even * 10 <= odd) {
            return Self::Utf16Le;
        }
        if head.len() >= 8 && (even * 10 >= head.len() * 3 && odd * 10 <= even) {
            return Self::Utf16Be;
        }
        match std::str::from_utf8(head) {
            Ok(_) => Self::Utf8,
            Err(error) if error.error_len().is_none() => Self::Utf8,
            Err(_) if even + odd > 0 => Self::Utf8,
            Err(_) => Self::SingleByte,
        }
    }
}

/// A scan of a file. Feed it its bytes in order, then finish; spans count in the file's bytes.
pub struct Stream<'a> {
    scanner: &'a Scanner,
    hint: Hint<'a>,
    scratch: Scratch,
    encoding: Option<Encoding>,
    /// Bytes from `base` on that are still needed.
    waiting: VecDeque<u8>,
    base: usize,
    /// Up to where findings have been reported.
    reported: usize,
    window: Vec<u8>,
    decoded: Derived,
    found: Vec<Finding>,
    left_out: usize,
    has_zeros: bool,
}

impl<'a> Stream<'a> {
    /// Begins a scan.
    #[must_use]
    pub fn new(scanner: &'a Scanner, hint: Hint<'a>) -> Self {
        Self {
            scanner,
            hint,
            scratch: Scratch::keeping_all(),
            encoding: None,
            waiting: VecDeque::new(),
            base: 0,
            reported: 0,
            window: Vec::new(),
            decoded: Derived::default(),
            found: Vec::new(),
            left_out: 0,
            has_zeros: false,
        }
    }

    /// Takes the next bytes and appends what is certain by now.
    pub fn feed(&mut self, mut bytes: &[u8], findings: &mut Vec<Finding>) {
        while !bytes.is_empty() {
            let room = (STEP + 2 * MARGIN).saturating_sub(self.waiting.len()).min(bytes.len());
            let (now, rest) = bytes.split_at(room);
            self.waiting.extend(now);
            bytes = rest;
            if self.waiting.len() >= STEP + 2 * MARGIN {
                self.step(false, findings);
            }
        }
    }

    /// Appends what is left. The stream is at its end. Returns how many bytes of disguised text were not decoded, see
    /// [`Scratch::left_out`].
    pub fn finish(&mut self, findings: &mut Vec<Finding>) -> usize {
        self.step(true, findings);
        self.left_out
    }

    /// Whether zero bytes came by, which no text of single bytes has.
    #[must_use]
    pub const fn has_zeros(&self) -> bool {
        self.has_zeros
    }

    /// Scans the window that waits; windows lie at multiples of the step, however the bytes came.
    fn step(&mut self, last: bool, findings: &mut Vec<Finding>) {
        self.window.clear();
        let (front, back) = self.waiting.as_slices();
        self.window.extend_from_slice(front);
        self.window.extend_from_slice(back);
        let encoding = *self.encoding.get_or_insert_with(|| Encoding::detect(&self.window));
        // Up to here the window's findings are its own; what begins later belongs to the next one.
        let limit = if last { self.window.len() + 1 } else { self.window.len() - MARGIN } + self.base;
        self.found.clear();
        self.scan(encoding, last);
        let mut end = limit;
        for mut finding in self.found.drain(..) {
            shift(&mut finding, self.base);
            if finding.span.start >= self.reported && finding.span.start < limit {
                end = end.max(finding.span.end);
                findings.push(finding);
            }
        }
        self.reported = end;
        let keep = (2 * MARGIN).min(self.waiting.len());
        let gone = self.waiting.len() - keep;
        // Windows of two-byte units begin at whole units.
        let gone = gone & !3;
        self.waiting.drain(..gone);
        self.base += gone;
    }

    fn scan(&mut self, encoding: Encoding, last: bool) {
        let edges = (self.base == 0, last);
        if encoding == Encoding::Utf8 {
            self.scanner.scan_part(&self.window, &self.hint, edges, &mut self.scratch, &mut self.found);
            self.left_out += self.scratch.left_out();
            return self.strays(encoding, edges);
        }
        self.decoded.clear();
        decode(&self.window, encoding, &mut self.decoded);
        self.scanner.scan_part(self.decoded.text(), &self.hint, edges, &mut self.scratch, &mut self.found);
        self.left_out += self.scratch.left_out();
        for finding in &mut self.found {
            map_back(finding, &self.decoded);
            if encoding != Encoding::SingleByte && finding.view == View::Plain {
                finding.view = View::Utf16;
            }
        }
        self.strays(encoding, edges);
    }

    /// Looks at what stands in other units than the rest: a file may change its encoding in the middle.
    fn strays(&mut self, encoding: Encoding, edges: (bool, bool)) {
        let has_zeros = memchr::memchr(0, &self.window).is_some();
        self.has_zeros |= has_zeros;
        if !has_zeros || matches!(encoding, Encoding::Utf32Le | Encoding::Utf32Be) {
            return;
        }
        let in_pairs = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
        self.decoded.clear();
        utf16::strays(&self.window, in_pairs, &mut |text, span| self.decoded.push(text, span));
        let mut found = Vec::new();
        self.scanner.scan_part(self.decoded.text(), &self.hint, edges, &mut self.scratch, &mut found);
        self.left_out += self.scratch.left_out();
        // Where findings of a detector begin, and end: those of one do not overlap.
        let place = |finding: &Finding| ((finding.detector.clone(), finding.span.start), finding.span.end);
        let mut known: BTreeMap<_, _> = self.found.iter().map(place).collect();
        for mut finding in found {
            map_back(&mut finding, &self.decoded);
            finding.view = View::Utf16;
            let ((id, start), end) = place(&finding);
            let before = known.range((id.clone(), 0)..(id.clone(), end)).next_back();
            if before.is_none_or(|(_, known_end)| *known_end <= start) {
                known.insert((id, start), end);
                self.found.push(finding);
            }
        }
        self.found.sort_by_key(|finding| (finding.span.start, finding.span.end));
    }
}

/// The spans of a finding as spans of the bytes that its text was made from.
fn map_back(finding: &mut Finding, decoded: &Derived) {
    finding.span = decoded.source(finding.span);
    for word in [&mut finding.evidence.context, &mut finding.evidence.lowered].into_iter().flatten() {
        *word = decoded.source(*word);
    }
}

/// The bytes as UTF-8, each character with the bytes that it was made from.
pub(super) fn decode(bytes: &[u8], encoding: Encoding, out: &mut Derived) {
    match encoding {
        Encoding::Utf8 => out.copy(bytes, Span::new(0, bytes.len())),
        Encoding::Utf16Le | Encoding::Utf16Be => {
            let little = encoding == Encoding::Utf16Le;
            utf16::decode(bytes, little, &mut |text, span| out.push(text, span));
        }
        Encoding::Utf32Le | Encoding::Utf32Be => {
            let charset = if encoding == Encoding::Utf32Le { Charset::Utf32Le } else { Charset::Utf32Be };
            let mut buffer = Vec::new();
            for (at, group) in bytes.chunks_exact(4).enumerate() {
                buffer.clear();
                Layer::Charset(charset).decode(group, &mut buffer);
                out.push(&buffer, Span::new(4 * at, 4 * at + 4));
            }
        }
        Encoding::SingleByte => {
            let mut buffer = [0; 4];
            for (at, byte) in bytes.iter().enumerate() {
                let text = utf16::windows_1252(*byte).encode_utf8(&mut buffer);
                out.push(text.as_bytes(), Span::new(at, at + 1));
            }
        }
    }
}

fn shift(finding: &mut Finding, by: usize) {
    finding.span = finding.span.shifted(by);
    for word in [&mut finding.evidence.context, &mut finding.evidence.lowered].into_iter().flatten() {
        *word = word.shifted(by);
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Stream};
    use crate::finding::Finding;
    use crate::rules::random::Random;
    use crate::scan::{Hint, Scanner};

    fn streamed(bytes: &[u8], mut cut: impl FnMut() -> usize) -> Vec<Finding> {
        let scanner = Scanner::shipped();
        let (mut findings, mut at) = (Vec::new(), 0);
        let mut stream = Stream::new(&scanner, Hint::default());
        while at < bytes.len() {
            let end = (at + cut().max(1)).min(bytes.len());
            stream.feed(&bytes[at..end], &mut findings);
            at = end;
        }
        stream.finish(&mut findings);
        findings
    }

    fn of(id: &str, findings: &[Finding]) -> Vec<(usize, usize)> {
        let own = findings.iter().filter(|finding| finding.detector.as_str() == id);
        own.map(|finding| (finding.span.start, finding.span.end)).collect()
    }

    #[test]
    fn every_encoding_is_read_with_spans_in_its_own_bytes() {
        let text = "Élève : NISS 85.07.30-033.28, dès l’été.";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wide: Vec<u8> = text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect();
        let wide_big: Vec<u8> =
            text.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect();
        let bom: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16.iter().copied()).collect();
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0x92)).collect();
        for (bytes, wanted, span) in [
            (text.as_bytes(), Encoding::Utf8, (15, 30)),
            (&utf16, Encoding::Utf16Le, (26, 56)),
            (&big, Encoding::Utf16Be, (26, 56)),
            (&bom, Encoding::Utf16Le, (28, 58)),
            (&wide, Encoding::Utf32Le, (52, 112)),
            (&wide_big, Encoding::Utf32Be, (52, 112)),
            (&latin, Encoding::SingleByte, (13, 28)),
        ] {
            assert_eq!(Encoding::detect(bytes), wanted);
            assert_eq!(of("be.niss", &streamed(bytes, || 7)), [span], "{wanted:?}");
        }
    }

    #[test]
    fn a_file_may_change_its_encoding_in_the_middle() {
        let plain = "rien à voir ici, ".repeat(900).into_bytes();
        let value = "NISS 85.07.30-033.28, voilà";
        let little: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = value.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for wide in [&little, &big] {
            let text = [plain.as_slice(), wide].concat();
            let at = plain.len();
            assert_eq!(of("be.niss", &streamed(&text, || 999)), [(at + 10, at + 40)]);
        }
        let wide: Vec<u8> =
            "rien à voir ici, ".repeat(900).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let text = [wide.as_slice(), value.as_bytes()].concat();
        let at = wide.len();
        assert_eq!(of("be.niss", &streamed(&text, || 999)), [(at + 5, at + 20)]);
    }

    #[test]
    fn packed_text_of_several_windows_is_opened_in_each() {
        let prose = "la commune a décidé de rénover le hall et les abords de la place. ";
        let plain = prose.repeat(20_000) + "NISS 85.07.30-033.28 " + &prose.repeat(5_000);
        let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &plain);
        for before in 0..4 {
            for packed in [&hex, &base64] {
                let text = " ".repeat(before) + packed;
                let found = of("be.niss", &streamed(text.as_bytes(), || 1 << 20));
                assert_eq!(found.len(), 1, "{before} {found:?} {}", text.len());
            }
        }
    }

    #[test]
    fn how_the_bytes_came_does_not_matter() {
        let mut text = Vec::new();
        let mut random = Random::new(5);
        while text.len() < 2_500_000 {
            text.extend_from_slice(
                "une ligne de texte, rien de plus, ".repeat(random.below(40) as usize).as_bytes(),
            );
            text.extend_from_slice(b"NISS 85.07.30-033.28; ");
        }
        let whole = streamed(&text, || usize::MAX / 2);
        assert_eq!(of("be.niss", &whole).len(), text.windows(5).filter(|part| part == b"NISS ").count());
        let mut random = Random::new(6);
        assert_eq!(streamed(&text, || random.below(300_000) as usize), whole);
    }
}
