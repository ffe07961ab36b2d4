//! Where a text shows signs of an encoding or disguise, the part around them is decoded and scanned as a text of
//! its own, and what is found there mapped back. Bounded in depth and in bytes. Knows which sign leads to
//! which view; the views themselves are made in `text::view`.

use super::pass::{Buffers, Pass};
use super::resolve::Candidate;
use crate::finding::{CheckResult, View};
use crate::limits;
use crate::span::Span;
use crate::text::view::codes::{self, Base};
use crate::text::view::derived::Derived;
use crate::text::view::{armoured, characters, joints, lookalike, misread, packed, spelled, spread};

/// Bytes before a sign that are decoded with it: a label and its value.
const BEFORE: usize = 160;

/// Bytes after it.
const AFTER: usize = 192;

/// Bytes after a misread digit that belong to its number.
const MISREAD_AFTER: usize = 64;

/// Tags in a row that are looked through.
const TAGS_MAX: usize = 8;

/// A region is decoded when it has grown to this.
const REGION_MAX: usize = 32 << 10;

/// One level of derived text.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    derived: Derived,
    buffers: Buffers,
}

/// How many bytes of a text may still be decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: usize,
    /// Bytes that were not.
    pub refused: usize,
    /// Findings of low confidence that were let go because there were too many.
    pub dropped: usize,
    /// Whether there are never too many.
    pub keeps_all: bool,
}

impl Budget {
    /// What a text may have.
    pub fn of(text: &[u8], keeps_all: bool) -> Self {
        let left = limits::VIEW_BYTES_MAX.max(text.len().saturating_mul(limits::VIEW_RATIO_MAX));
        Self { left, refused: 0, dropped: 0, keeps_all }
    }

    fn grants(&mut self, bytes: usize) -> bool {
        let Some(left) = self.left.checked_sub(bytes) else {
            self.refused += bytes;
            return false;
        };
        self.left = left;
        true
    }
}

/// Levels of a scan.
pub(super) fn levels() -> Vec<Level> {
    vec![Level::default(); limits::VIEW_DEPTH_MAX]
}

/// Regions that wait to be decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Regions {
    characters: Option<Span>,
    /// Whether the waiting region is quoted-printable.
    quoted: bool,
    emphasis: Option<Span>,
    /// How far the end of Ascii85 was looked for.
    armoured_to: usize,
    /// Where the last packed, coded, spaced and spelled runs ended, which are not tried again.
    packed_to: usize,
    coded_to: usize,
    /// Where, for each base, the last run of codes ended that is no text.
    idle_to: [usize; Base::ALL.len()],
    spaced_to: usize,
    spelled_to: usize,
    /// Where the last run of single digits ended, and up to where strings in pieces were put together.
    singled_to: usize,
    quoted_to: usize,
    /// Up to where letters were read as digits.
    misread_to: usize,
}

impl Regions {
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// What a sign leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Nothing,
    Characters,
    Quoted,
    Emphasis,
    Ascii85,
    Degree,
}

/// The characters of base64 that whole bytes are written as.
const CHARACTERS_OF_BYTES: usize = 4;

impl Pass<'_> {
    /// A byte that may be a sign.
    pub(super) fn mark(&mut self, at: usize) {
        match sign(self.text, at) {
            Sign::Nothing => {}
            Sign::Characters => self.characters(at, false),
            Sign::Quoted => self.characters(at, true),
            Sign::Emphasis => self.emphasis(at),
            Sign::Ascii85 => self.ascii85(at - 1),
            Sign::Degree => {
                for index in 0..self.scanner.table.degree_expressions.len() {
                    self.window(self.scanner.table.degree_expressions[index], at);
                }
            }
        }
    }

    fn characters(&mut self, at: usize, quoted: bool) {
        if self.deeper.is_empty() {
            return;
        }
        // What a tag or a comment interrupts goes on behind it.
        let reach = if self.text[at] == b'<' { characters::tag_end(self.text, at) } else { None };
        self.wait(at, reach.unwrap_or(at), quoted);
    }

    /// The query of the URL behind the sign at `at`, in which a plus is a space.
    pub(super) fn query(&mut self, at: usize) {
        if let Some(plus) = characters::plus_of_query(self.text, at)
            && !self.deeper.is_empty()
        {
            self.wait(at, plus, false);
        }
    }

    /// Has the text around `at..reach` decoded.
    fn wait(&mut self, at: usize, reach: usize, quoted: bool) {
        let end = (reach + AFTER).min(self.text.len());
        let region = Span::new(at.saturating_sub(BEFORE), end);
        match &mut self.buffers.regions.characters {
            Some(waiting) if region.start <= waiting.end && waiting.len() < REGION_MAX => {
                waiting.end = waiting.end.max(region.end);
            }
            Some(waiting) => {
                let ready = std::mem::replace(waiting, region);
                self.decode_characters(ready);
                self.buffers.regions.quoted = false;
            }
            free @ None => *free = Some(region),
        }
        self.buffers.regions.quoted |= quoted;
    }

    fn emphasis(&mut self, at: usize) {
        if self.deeper.is_empty() || self.view == View::Markdown {
            return;
        }
        let region = Span::new(at.saturating_sub(BEFORE), (at + AFTER).min(self.text.len()));
        match &mut self.buffers.regions.emphasis {
            Some(waiting) if region.start <= waiting.end && waiting.len() < REGION_MAX => {
                waiting.end = region.end;
            }
            Some(waiting) => {
                let ready = std::mem::replace(waiting, region);
                self.decode_emphasis(ready);
            }
            free @ None => *free = Some(region),
        }
    }

    /// Decodes the regions that still wait.
    pub(super) fn flush_regions(&mut self) {
        if let Some(region) = self.buffers.regions.characters.take() {
            self.decode_characters(region);
        }
        if let Some(region) = self.buffers.regions.emphasis.take() {
            self.decode_emphasis(region);
        }
    }

    fn decode_characters(&mut self, region: Span) {
        let region = whole_words(self.text, region);
        let quoted = self.buffers.regions.quoted;
        if region.of(self.text).is_some_and(|region| memchr::memchr(0xF3, region).is_some()) {
            self.derive(region, View::Unicode, false, |text, out| {
                characters::unhide(text, region, out).then_some(View::Unicode)
            });
        }
        self.derive(region, View::Plain, false, |text, out| {
            characters::decode(text, region, quoted, out);
            Some(View::Plain)
        });
    }

    fn decode_emphasis(&mut self, region: Span) {
        let region = whole_words(self.text, region);
        self.derive(region, View::Markdown, true, |text, out| {
            spread::without_emphasis(text, region, out);
            Some(View::Markdown)
        });
    }

    /// The sixteenth character of a run that may be packed.
    pub(super) fn packed(&mut self, at: usize) {
        if at < self.buffers.regions.packed_to {
            return;
        }
        let run = packed::run_around(self.text, at);
        self.buffers.regions.packed_to = run.end;
        if self.deeper.is_empty() {
            return self.too_deep(run);
        }
        // A part of a document may begin within a run, and then within what a byte is written as.
        let cut = if run.start == 0 && !self.is_start { CHARACTERS_OF_BYTES } else { 1 };
        let parts = (0..cut).map(|late| if late == 0 { run } else { packed::run_from(self.text, late) });
        let Some(mut part) = { parts }.find(|part| self.unpack(*part)) else { return };
        // As long as text comes out; each part begins near the end of the last one.
        while let Some(next) = packed::next_part(self.text, part) {
            self.buffers.regions.packed_to = next.end;
            part = next;
            if !self.unpack(part) {
                break;
            }
        }
    }

    /// A run that may be packed in a text that came about in as many steps as are gone. What would come out counts as
    /// not looked at.
    #[cold]
    fn too_deep(&mut self, run: Span) {
        let (mut left, mut out) = (0, Derived::default());
        if packed::decode(self.text, run, &mut left, &mut out).is_some() {
            self.budget.refused += run.len();
        }
    }

    /// Whether text came out.
    fn unpack(&mut self, run: Span) -> bool {
        let before = self.budget.left;
        let (mut left, mut opened) = (before, false);
        self.derive(run, View::Base64, false, |text, out| {
            let view = packed::decode(text, run, &mut left, out);
            opened = view.is_some();
            view
        });
        self.budget.left = self.budget.left.saturating_sub(before - left);
        opened
    }

    /// `<~`, with which Ascii85 begins.
    fn ascii85(&mut self, at: usize) {
        let looked = self.buffers.regions.armoured_to;
        if self.deeper.is_empty() {
            return;
        }
        let (run, looked) = armoured::ascii85_at(self.text, at, looked);
        self.buffers.regions.armoured_to = looked;
        let Some(run) = run else { return };
        self.derive(run, View::Base85, false, |text, out| {
            (armoured::ascii85(text, run, out) && packed::is_text(out)).then_some(View::Base85)
        });
    }

    /// Three digits behind `begin`: perhaps the mode with which uuencode begins.
    pub(super) fn uuencoded(&mut self, at: usize) {
        if self.deeper.is_empty() {
            return;
        }
        let Some(run) = armoured::uuencoded_at(self.text, at) else { return };
        self.derive(run, View::Uuencode, false, |text, out| {
            (armoured::uudecode(text, run, out) && packed::is_text(out)).then_some(View::Uuencode)
        });
    }

    /// From `at` on digits begin in even steps: perhaps codes of characters.
    pub(super) fn coded(&mut self, at: usize) {
        if at < self.buffers.regions.coded_to || self.deeper.is_empty() {
            return;
        }
        let read_to = self.buffers.regions.coded_to;
        for (number, base) in Base::ALL.into_iter().enumerate() {
            let idle_to = &mut self.buffers.regions.idle_to[number];
            if at < *idle_to {
                continue;
            }
            let (run, told) = match codes::run_around(self.text, at, base, read_to.max(*idle_to)) {
                codes::Place::Other => continue,
                codes::Place::Idle(end) => {
                    *idle_to = end;
                    continue;
                }
                codes::Place::Run(run, told) => (run, told),
            };
            let done = &mut self.buffers.regions.coded_to;
            *done = run.end.max(*done);
            self.derive(run, View::Codes, !told, |text, out| {
                codes::decode(text, run, base, out).then_some(View::Codes)
            });
        }
    }

    /// A single digit before a sign: perhaps one of many with the same signs between them.
    fn singles(&mut self, at: usize) {
        // What was put together once is not spread out again.
        if at < self.buffers.regions.singled_to || self.view == View::Spaced || self.deeper.is_empty() {
            return;
        }
        let Some(run) = spread::singles_around(self.text, at) else { return };
        self.buffers.regions.singled_to = run.end;
        self.single_digits(run);
    }

    /// Digits from `at` to `end` before a sign of those in `SIGNS`.
    #[cold]
    pub(super) fn before_sign(&mut self, at: usize, end: usize) {
        if end - at == 1 {
            self.singles(at);
        }
        match self.text[end] {
            b'"' | b'\'' | b'`' => self.concatenated(end),
            b'O' | b'o' | b'l' | b'I' => self.misread(end),
            _ => {}
        }
    }

    /// A letter at `at` beside digits: perhaps a digit that was misread.
    #[cold]
    pub(super) fn misread(&mut self, at: usize) {
        let is_done = at < self.buffers.regions.misread_to || self.view == View::Misread;
        if is_done
            || self.deeper.is_empty()
            || !misread::is_likely(self.text, at)
            || digits_around(self.text, at) < 8
        {
            return;
        }
        let region = Span::new(at.saturating_sub(BEFORE), (at + MISREAD_AFTER).min(self.text.len()));
        let region = whole_words(self.text, region);
        if !self.may_be_labelled(Span::new(at, at + 1)) {
            return;
        }
        self.buffers.regions.misread_to = at + MISREAD_AFTER / 2;
        self.derive(region, View::Misread, true, |text, out| {
            misread::read(text, region, out);
            Some(View::Misread)
        });
    }

    /// Digits end before a quotation mark: perhaps a string goes on in the next one.
    fn concatenated(&mut self, at: usize) {
        let is_done = at < self.buffers.regions.quoted_to || self.view == View::Spaced;
        if is_done || self.deeper.is_empty() || !joints::is_joint(self.text, at) {
            return;
        }
        let end = joints::region_end(self.text, at, AFTER, REGION_MAX);
        let region = whole_words(self.text, Span::new(at.saturating_sub(BEFORE), end));
        self.buffers.regions.quoted_to = region.end.max(at + 1);
        self.derive(region, View::Spaced, true, |text, out| {
            joints::join(text, region, out);
            Some(View::Spaced)
        });
    }

    /// The fourth of single characters with spaces between them.
    pub(super) fn spaced(&mut self, at: usize) {
        if at < self.buffers.regions.spaced_to || self.deeper.is_empty() {
            return;
        }
        let Some(run) = spread::spaced_around(self.text, at) else { return };
        self.buffers.regions.spaced_to = run.end;
        let region = Span::new(run.start.saturating_sub(80), (run.end + 40).min(self.text.len()));
        let region = whole_words(self.text, region);
        self.derive(region, View::Spaced, true, |text, out| {
            spread::join(text, region, run, out);
            Some(View::Spaced)
        });
    }

    /// Eight and more single digits, each on a line of its own or with other signs between them than spaces.
    pub(super) fn single_digits(&mut self, run: Span) {
        let run = spread::with_letters(self.text, run);
        let region = Span::new(run.start.saturating_sub(80), (run.end + 40).min(self.text.len()));
        let region = whole_words(self.text, region);
        self.derive(region, View::Spaced, true, |text, out| {
            spread::join_letters(text, region, run, out);
            Some(View::Spaced)
        });
    }

    /// A word for a number.
    pub(super) fn spelled(&mut self, at: usize) {
        if at < self.buffers.regions.spelled_to || self.deeper.is_empty() {
            return;
        }
        let Some((run, digits)) = spelled::read_around(self.text, at) else { return };
        self.buffers.regions.spelled_to = run.end;
        let region = Span::new(run.start.saturating_sub(120), (run.end + 60).min(self.text.len()));
        let region = whole_words(self.text, region);
        self.derive(region, View::Spelled, true, |text, out| {
            spelled::write(text, region, run, &digits, out);
            Some(View::Spelled)
        });
    }

    /// Makes a derived text, scans it one level deeper and takes over what is found.
    fn derive(
        &mut self,
        region: Span,
        view: View,
        guessed: bool,
        make: impl FnOnce(&[u8], &mut Derived) -> Option<View>,
    ) {
        let Some((level, deeper)) = self.deeper.split_first_mut() else { return };
        if !self.budget.grants(region.len()) {
            return;
        }
        level.derived.clear();
        let Some(view) =
            make(self.text, &mut level.derived).filter(|made| *made != View::Plain || view == View::Plain)
        else {
            return;
        };
        // A sign that leads to nothing: what stands there was scanned already.
        if Some(level.derived.text()) == region.of(self.text) {
            return;
        }
        let known = self.found.len();
        level.buffers.key.clone_from(&self.buffers.key);
        let mut pass = Pass {
            scanner: self.scanner,
            text: level.derived.text(),
            hint: self.hint,
            buffers: &mut level.buffers,
            found: self.found,
            deeper,
            budget: self.budget,
            view,
            guessed: self.guessed || guessed,
            is_start: self.is_start && region.start == 0 && view == View::Plain,
            is_end: self.is_end && region.end == self.text.len() && view == View::Plain,
            part: Span::new(0, level.derived.text().len()),
        };
        pass.run();
        take_over(self.found, self.text, &level.derived, region, view, known);
    }
}

/// Maps what was found in a derived text back to the text that it was made from.
fn take_over(
    found: &mut Vec<Candidate>,
    text: &[u8],
    derived: &Derived,
    region: Span,
    view: View,
    known: usize,
) {
    let inside_word = |at: usize| {
        at > 0 && at < text.len() && !text[at - 1].is_ascii_whitespace() && !text[at].is_ascii_whitespace()
    };
    let (cut_start, cut_end) = (inside_word(region.start), inside_word(region.end));
    let mut next = known;
    while next < found.len() {
        let candidate = &mut found[next];
        let packed = matches!(view, View::Base64 | View::Hex | View::Codes | View::Base85 | View::Uuencode);
        let at_edge =
            cut_start && candidate.span.start == 0 || cut_end && candidate.span.end == derived.len();
        if at_edge && !packed {
            found.swap_remove(next);
            continue;
        }
        let changed = derived.first_change(candidate.span, text);
        // Letters are digits only where a label says what the number is, and its check that it is one.
        let vouched = candidate.evidence.context.is_some() && candidate.evidence.result == CheckResult::Pass;
        if view == View::Misread && !(vouched && changed.is_some()) {
            found.swap_remove(next);
            continue;
        }
        candidate.view = match (view, changed) {
            (View::Plain, Some(at)) => text.get(at).map_or(View::Unicode, |byte| characters::kind(*byte)),
            (View::Plain, None) => candidate.view,
            (view, _) => view,
        };
        candidate.span = derived.source(candidate.span);
        let evidence = &mut candidate.evidence;
        for word in [&mut evidence.context, &mut evidence.lowered].into_iter().flatten() {
            *word = derived.source(*word);
        }
        next += 1;
    }
}

/// The region with its edges moved out to spaces, at most so far.
fn whole_words(text: &[u8], region: Span) -> Span {
    const FAR: usize = 256;
    let Span { mut start, mut end } = region;
    while start > 0 && region.start - start < FAR && !text[start - 1].is_ascii_whitespace() {
        start -= 1;
    }
    while end < text.len() && end - region.end < FAR && !text[end].is_ascii_whitespace() {
        end += 1;
    }
    while start > 0 && text[start] & 0xC0 == 0x80 {
        start -= 1;
    }
    while end < text.len() && text[end] & 0xC0 == 0x80 {
        end += 1;
    }
    Span::new(start, end)
}

fn sign(text: &[u8], at: usize) -> Sign {
    let byte = text[at];
    let back = |bytes: usize| at.checked_sub(bytes).map_or(b' ', |at| text[at]);
    let ahead = |bytes: usize| text.get(at + bytes).copied().unwrap_or(b' ');
    let when = |holds: bool, sign: Sign| if holds { sign } else { Sign::Nothing };
    match (back(1), byte) {
        (b'%', _) => when(ahead(1).is_ascii_hexdigit(), Sign::Characters),
        (b'=', _) => when(is_quoted(text, at), Sign::Quoted),
        (b'&', _) => {
            let rest = text[at..].iter().take(characters::ENTITY_MAX);
            let end = rest.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
            let is_number = byte == b'#' && (ahead(1).is_ascii_digit() || matches!(ahead(1), b'x' | b'X'));
            when(is_number || ahead(end) == b';', Sign::Characters)
        }
        (b'\\', b'u') => when(ahead(1).is_ascii_hexdigit() || ahead(1) == b'{', Sign::Characters),
        (b'\\', b'x') => when(ahead(1).is_ascii_hexdigit(), Sign::Characters),
        (b'\\', b'/' | b'"' | b'_') => Sign::Characters,
        (b'\\', b'-' | b'.') if back(2).is_ascii_alphanumeric() && ahead(1).is_ascii_alphanumeric() => {
            Sign::Characters
        }
        (b'\\', _) => when(digits_around(text, at) >= 8, Sign::Characters),
        (_, b'<') => when(tag_within(text, at), Sign::Characters),
        (b'<', b'~') => Sign::Ascii85,
        (b'0'..=b'9', b'*' | b'`' | b'_' | b'~') | (b'*' | b'`' | b'_' | b'~', b'0'..=b'9') => {
            when(digits_around(text, at) >= 8, Sign::Emphasis)
        }
        (_, b'*' | b'`' | b'~') => when(emphasis_within(text, at), Sign::Emphasis),
        (_, 0x80..) => unicode_sign(text, at),
        // A space or dash beyond ASCII before a digit; an accented letter is none.
        (0x80.., b'0'..=b'9') => {
            let sign = back(2) == 0xC2 || matches!(back(3), 0xE2 | 0xE3);
            when(sign && digits_around(text, at) >= 8, Sign::Characters)
        }
        _ => Sign::Nothing,
    }
}

/// Whether a tag stands within a word or number: something goes on right behind it.
fn tag_within(text: &[u8], at: usize) -> bool {
    if digits_around(text, at) >= 8 {
        return true;
    }
    // `8<b></b>5`: several in a row; most of them end a line or a sentence.
    let mut end = characters::tag_end(text, at);
    for _ in 0..TAGS_MAX {
        match end.filter(|end| text.get(*end) == Some(&b'<')) {
            Some(next) => end = characters::tag_end(text, next),
            None => break,
        }
    }
    end.and_then(|end| text.get(end))
        .is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'@' | b'.' | b'-' | b'_' | b'/'))
}

/// Whether emphasis stands within a word: `F**x`, not `a*b` and not the end of bold print.
fn emphasis_within(text: &[u8], at: usize) -> bool {
    let sign = text[at];
    let count = text[at..].iter().take(4).take_while(|byte| **byte == sign).count();
    let next = text.get(at + count).copied().unwrap_or(b' ');
    (count > 1 || sign == b'`') && (next.is_ascii_alphanumeric() || next == b'@')
        || next != b' ' && digits_around(text, at) >= 8
}

fn unicode_sign(text: &[u8], at: usize) -> Sign {
    let byte = text[at];
    let back = |bytes: usize| at.checked_sub(bytes).map_or(b' ', |at| text[at]);
    let ahead = |bytes: usize| text.get(at + bytes).copied().unwrap_or(b' ');
    let holds = match byte {
        0xB0 if back(1) == 0xC2 => return Sign::Degree,
        // Greek and Cyrillic: a disguise only beside Latin letters, digits or signs of tokens.
        0xCE..=0xD3 => {
            let alone = back(1) == b' ' && back(2).is_ascii_digit() && ahead(2) == b' ';
            beside_latin(back(1)) || beside_latin(ahead(2)) || alone && ahead(3).is_ascii_digit()
        }
        // An accent on a digit, or on what stands between digits.
        0xCC | 0xCD => {
            let between = || matches!(back(1), b'.' | b'-' | b'/' | b' ') && digits_around(text, at) >= 8;
            byte == 0xCD && ahead(1) == 0x8F || back(1).is_ascii_digit() || between()
        }
        0xD9 | 0xDB | 0xDF | 0xE0 => lookalike::is_decimal(byte, ahead(1), ahead(2)),
        0xE1 if lookalike::is_decimal(byte, ahead(1), ahead(2)) => true,
        0xE1 => matches!((ahead(1), ahead(2)), (0x85, 0x9F | 0xA0) | (0xA0, 0x8B..=0x8E)),
        0xEF => matches!(ahead(1), 0xBB..=0xBF) || ahead(1) == 0xB8 && beside_latin(ahead(3)),
        0xF0 => ahead(1) == 0x9D || ahead(1) == 0x9F && ahead(2) == 0x84,
        0xF3 => ahead(1) == 0xA0,
        0x80..=0xBF => true,
        _ => false,
    };
    if holds { Sign::Characters } else { Sign::Nothing }
}

const fn beside_latin(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'.')
}

fn digits_around(text: &[u8], at: usize) -> usize {
    let window = &text[at.saturating_sub(36)..(at + 36).min(text.len())];
    window.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether encoded bytes stand in a row, at most one sign between: `=37=39=2E`, `7=39.=304`.
fn is_chained(text: &[u8], at: usize) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    let pair = |from: Option<usize>| {
        let sign = from.and_then(|from| text.get(from..from + 3));
        sign.is_some_and(|sign| sign[0] == b'=' && hex(sign[1]) && hex(sign[2]))
    };
    let beside = |steps: usize| pair(Some(at - 1 + steps)) || pair((at - 1).checked_sub(steps));
    // A byte or two as they are between: three in a row say it, with nothing of a query between.
    let plain = |from: usize, to: usize| {
        let between = text.get(from..to).unwrap_or_default();
        between.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.' | b'/'))
    };
    let sparse = |steps: usize| {
        let row = |first: usize| {
            let all = [first, first + steps, first + 2 * steps];
            all.iter().all(|at| pair(Some(*at)) && plain(at + 3, at + steps))
        };
        (0..3).any(|back| (at - 1).checked_sub(back * steps).is_some_and(row))
    };
    at > 0 && pair(Some(at - 1)) && (beside(3) || beside(4) || sparse(5) || sparse(6))
}

/// Whether the soft line break at `at` stands in a number, behind a space between its groups.
fn parts_number(text: &[u8], at: usize) -> bool {
    let before = at >= 3 && text[at - 2] == b' ' && text[at - 3].is_ascii_digit();
    let next = if text[at] == b'\r' { at + 2 } else { at + 1 };
    before && text.get(next).is_some_and(u8::is_ascii_digit)
}

/// Whether `=` before `at` is that of quoted-printable: a soft line break, or an encoded byte with another one near.
fn is_quoted(text: &[u8], at: usize) -> bool {
    let encoded = |at: usize| match text.get(at..at + 2) {
        Some([b'8'..=b'9' | b'A'..=b'F', b'0'..=b'9' | b'A'..=b'F']) => true,
        Some(pair) => matches!(pair, b"20" | b"09" | b"3D" | b"2E" | b"40" | b"2D" | b"5F" | b"2F" | b"3A"),
        None => false,
    };
    if matches!(text[at], b'\n' | b'\r') {
        return at >= 2 && text[at - 2].is_ascii_graphic() && text[at - 2] != b'=' || parts_number(text, at);
    }
    if is_chained(text, at) {
        return true;
    }
    if !encoded(at) {
        return false;
    }
    let near = &text[at.saturating_sub(120)..(at + 120).min(text.len())];
    let first = at - 1 - at.saturating_sub(120);
    memchr::memchr_iter(b'=', near).take(24).filter(|sign| *sign != first).any(|sign| {
        let next = at.saturating_sub(120) + sign + 1;
        encoded(next) || matches!(text.get(next), Some(b'\n' | b'\r'))
    })
}
