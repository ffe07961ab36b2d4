//! Looks at every string of a request: what is found in it, or is known from an earlier turn. Knows no charter.

use super::code;
use super::crowd::Crowd;
use super::desk::Bench;
use super::engine::Engine;
use super::hash::SipKey;
use super::head::Head;
use super::memory::{Gap, Known, Mark, More, Remembered};
use super::seam::Seam;
use crate::charter::{Judged, UninspectableKind, Uninspected};
use crate::finding::{Class, Confidence, Finding};
use crate::place::Place;
use crate::scan::{Hint, TextKind};
use crate::span::Span;
use crate::text::edit::Edit;
use crate::text::{Editable, Holds, Names, Never, Segment, SegmentKind, Spot, Unit, Unread, Visitor, Walker};
use http::header::{CONTENT_LENGTH, HOST, HeaderMap};
use std::sync::Arc;

/// Query parameters by which a client proves who it is to the service: as little read as its `authorization`.
const AUTHENTICATION: [&[u8]; 8] =
    [b"key", b"api_key", b"api-key", b"access_token", b"token", b"sig", b"signature", b"x-amz-signature"];

/// Which part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Headers,
    Url,
    Body,
}

/// The way back to a finding.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) part: Part,
    pub(super) unit: usize,
    pub(super) segment: u32,
    pub(super) editable: Editable,
    pub(super) kind: SegmentKind,
    /// Keyed hash of the whole text, by which a confirmation knows it again.
    pub(super) held: u64,
    pub(super) harmless_code: bool,
}

/// What was seen in a request.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) judged: Vec<Judged>,
    /// For each finding the way back to it.
    pub(super) ways: Vec<Way>,
    pub(super) unread: Vec<Uninspected>,
    /// Keyed hashes of the first of these; what could not be read at all has none and cannot be confirmed.
    pub(super) unread_held: Vec<u64>,
    pub(super) bytes_scanned: u64,
    pub(super) bytes_known: u64,
    pub(super) units: usize,
}

/// Looks at strings.
pub(super) struct Look<'a> {
    engine: &'a Engine,
    fingerprint: SipKey,
    now: i64,
    part: Part,
    /// The header that is being looked at.
    head: Option<Head>,
    desk: &'a mut Bench,
    unit: usize,
    segment: u32,
    mark: Option<Mark>,
    scanned: u64,
    current: More,
    seam: Seam,
    crowd: Crowd,
    seen: Seen,
}

impl<'a> Look<'a> {
    pub(super) fn new(engine: &'a Engine, desk: &'a mut Bench, now: i64) -> Self {
        Self {
            engine,
            fingerprint: SipKey::new(&engine.keys.fingerprint),
            now,
            part: Part::Url,
            head: None,
            desk,
            unit: 0,
            segment: 0,
            mark: None,
            scanned: 0,
            current: More::default(),
            seam: Seam::default(),
            crowd: Crowd::default(),
            seen: Seen::default(),
        }
    }

    /// What follows is of this part of the request.
    pub(super) fn set_part(&mut self, part: Part) {
        self.part = part;
    }

    /// Looks at the headers. Mostly they are those of the request before, and known together.
    pub(super) fn headers(&mut self, headers: &HeaderMap, walker: &mut Walker, names: &dyn Names) {
        self.part = Part::Headers;
        let mut all = std::mem::take(&mut self.desk.headers);
        all.clear();
        for (name, value) in headers {
            if *name != CONTENT_LENGTH && *name != HOST {
                for part in [name.as_str().as_bytes(), value.as_bytes()] {
                    all.extend_from_slice(&(part.len() as u32).to_le_bytes());
                    all.extend_from_slice(part);
                }
            }
        }
        let mark = self.engine.memory().mark_of_headers(&all);
        self.desk.headers = all;
        if self.engine.memory().recall(mark, self.now).is_some() {
            return;
        }
        let before = (self.seen.judged.len(), self.seen.unread.len());
        for (name, value) in headers {
            let head = Head::of(name.as_str());
            if head != Head::Framing {
                self.head = Some(head);
                walker.header(name.as_str(), value.as_bytes(), names, self);
            }
        }
        self.head = None;
        if before == (self.seen.judged.len(), self.seen.unread.len()) {
            self.engine.memory().keep(mark, Known::default(), self.now);
        }
    }

    /// All that was seen. Names of files in which something was found are dropped.
    pub(super) fn into_seen(self) -> Seen {
        let mut seen = self.seen;
        seen.unread.extend(self.crowd.into_gap());
        if seen.ways.iter().any(|way| way.kind == SegmentKind::FileName) {
            let unread = seen.unread.iter_mut().map(|unread| &mut unread.place);
            for place in seen.judged.iter_mut().map(|judged| &mut judged.place).chain(unread) {
                if matches!(place, Place::File(Some(_)) | Place::FilePart(_)) {
                    *place = Place::File(None);
                }
            }
        }
        seen
    }

    /// Something could not be read at all.
    pub(super) fn add_unread(&mut self, kind: UninspectableKind, place: Place, bytes: usize, new: bool) {
        self.seen.unread.push(Uninspected { kind, place, bytes: bytes as u64, new });
    }

    /// Looks at the seam between this part of a message and the one before it.
    fn look_at_seam(&mut self, unit: &Unit<'_>) {
        let mut crosses = self.scan_seam();
        if !crosses && self.seam.space(true) {
            crosses = self.scan_seam();
            if !crosses {
                self.seam.space(false);
            }
        }
        let mut findings = std::mem::take(&mut self.desk.findings);
        if !crosses {
            findings.clear();
        }
        let text = self.seam.text();
        let held = if findings.is_empty() { 0 } else { self.fingerprint.hash(&[b"held", text]) as u64 };
        let crossing: Vec<Remembered> = findings
            .drain(..)
            .map(|finding| Remembered {
                segment: 0,
                part: None,
                line: 1,
                value: self.value(finding.span.of(text).unwrap_or_default()),
                held,
                editable: Editable::Never(Never::Split),
                kind: SegmentKind::Value,
                harmless_code: false,
                finding,
            })
            .collect();
        for seen in &crossing {
            self.take(seen, unit.spot);
        }
        self.desk.findings = findings;
        self.seam.keep_end(unit.raw);
    }

    /// Scans the seam as it stands now; whether a sure finding reaches over it.
    fn scan_seam(&mut self) -> bool {
        let findings = &mut self.desk.findings;
        self.engine.scanner.scan(self.seam.text(), &Hint::default(), &mut self.desk.scratch, findings);
        findings
            .retain(|finding| finding.confidence == Confidence::High && self.seam.is_crossed(finding.span));
        !findings.is_empty()
    }

    fn recall(&mut self, known: &Known, spot: &Spot) {
        if let Some(more) = &known.more {
            for seen in &more.seen {
                self.take(seen, spot);
            }
            for gap in &more.unread {
                let place = gap.part.clone().unwrap_or_else(|| spot.place.clone());
                self.add_unread(kind_of(gap.why), place, gap.bytes, !spot.history);
                self.seen.unread_held.push(gap.held);
            }
        }
        self.seen.bytes_known += known.scanned;
    }

    fn take(&mut self, seen: &Remembered, spot: &Spot) {
        let place = seen.part.as_ref().unwrap_or(&spot.place);
        if !self.crowd.admits(seen, place, !spot.history) {
            return;
        }
        let judged = Judged {
            finding: seen.finding.clone(),
            place: place.clone(),
            line: seen.line,
            new: !spot.history,
            value: seen.value,
        };
        self.seen.judged.push(judged);
        self.seen.ways.push(Way {
            part: self.part,
            unit: self.unit,
            segment: seen.segment,
            editable: seen.editable,
            kind: seen.kind,
            held: seen.held,
            harmless_code: seen.harmless_code,
        });
    }

    fn value(&self, text: &[u8]) -> u64 {
        value(self.fingerprint, text)
    }
}

/// Keyed hash of what the value says: the same number in another grouping counts once.
pub(super) fn value(fingerprint: SipKey, text: &[u8]) -> u64 {
    let mut normalised = [0; 128];
    let mut len = 0;
    let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    for (place, byte) in normalised.iter_mut().zip(letters) {
        *place = byte.to_ascii_lowercase();
        len += 1;
    }
    let rest = if len == normalised.len() { text } else { &[] };
    fingerprint.hash(&[b"value", &normalised[..len], rest]) as u64
}

impl Visitor for Look<'_> {
    fn enter(&mut self, unit: &Unit<'_>) -> bool {
        self.unit = unit.index;
        self.segment = 0;
        self.seen.units += usize::from(self.part != Part::Headers);
        self.mark = None;
        if unit.kind == SegmentKind::Url && is_authentication(unit.key) {
            return false;
        }
        if self.crowd.is_full() {
            self.crowd.leave_out(&unit.spot.place, unit.raw.len(), !unit.spot.history);
            return false;
        }
        if self.seam.join(unit) {
            self.look_at_seam(unit);
        }
        let mark = self.engine.memory().mark(unit);
        if let Some(known) = self.engine.memory().recall(mark, self.now) {
            self.recall(&known, unit.spot);
            return false;
        }
        self.mark = Some(mark);
        self.scanned = 0;
        true
    }

    fn segment(&mut self, segment: &Segment<'_>, _: &mut Vec<Edit>) {
        let number = self.segment;
        self.segment += 1;
        let text = segment.text();
        let hint = Hint { key: segment.key, kind: text_kind(segment.kind), ..Hint::default() };
        let mut findings = std::mem::take(&mut self.desk.findings);
        self.engine.scanner.scan_wide(text, &hint, &mut self.desk.scratch, &mut findings);
        if self.desk.scratch.left_out() > 0 {
            self.unread(Unread::TooLarge, segment.spot, text);
        }
        self.seen.bytes_scanned += text.len() as u64;
        self.scanned += text.len() as u64;
        let mut reader = Reader::new(text);
        let held = if findings.is_empty() { 0 } else { self.fingerprint.hash(&[b"held", text]) as u64 };
        for finding in findings.drain(..) {
            let is_at_home = self.head.is_some_and(|head| !head.is_alarmed_by(&finding));
            if is_at_home || (segment.spot.holds == Holds::Opaque && is_chance(&finding)) {
                continue;
            }
            let value = finding.span.of(text).unwrap_or_default();
            reader.go_to(finding.span.start);
            let in_code = || reader.is_fenced() || code::is_among_code(text, finding.span);
            let seen = Remembered {
                segment: number,
                part: part_of(segment.place_at(finding.span.start)),
                line: reader.line,
                value: self.value(value),
                held,
                editable: segment.spot.editable,
                kind: segment.kind,
                harmless_code: code::is_harmless(&finding, value) && in_code(),
                finding,
            };
            self.take(&seen, segment.spot);
            if self.mark.is_some() {
                self.current.seen.push(seen);
            }
        }
        self.desk.findings = findings;
    }

    fn unread(&mut self, why: Unread, spot: &Spot, raw: &[u8]) {
        let held = self.fingerprint.hash(&[b"held", raw]) as u64;
        self.add_unread(kind_of(why), spot.place.clone(), raw.len(), !spot.history);
        self.seen.unread_held.push(held);
        if self.mark.is_some() {
            self.current.unread.push(Gap { part: part_of(spot.place.clone()), why, bytes: raw.len(), held });
        }
    }

    fn leave(&mut self) {
        if let Some(mark) = self.mark.take() {
            let clean = self.current.seen.is_empty() && self.current.unread.is_empty();
            let more = (!clean).then(|| Arc::new(std::mem::take(&mut self.current)));
            let known = Known { scanned: std::mem::take(&mut self.scanned), more };
            self.engine.memory().keep(mark, known, self.now);
        }
    }
}

/// The place, where it is finer than the unit's.
fn part_of(place: Place) -> Option<Place> {
    matches!(place, Place::FilePart(_)).then_some(place)
}

fn is_authentication(key: Option<&[u8]>) -> bool {
    key.is_some_and(|key| AUTHENTICATION.iter().any(|own| own.eq_ignore_ascii_case(key)))
}

/// Randomness found in what the provider has encrypted says nothing.
fn is_chance(finding: &Finding) -> bool {
    finding.class == Class::Credential && finding.detector.as_str() == "credential.high_entropy"
}

const fn text_kind(kind: SegmentKind) -> TextKind {
    match kind {
        SegmentKind::Value | SegmentKind::Key => TextKind::Prompt,
        SegmentKind::FileName => TextKind::FileName,
        SegmentKind::File | SegmentKind::Strings => TextKind::Document,
        SegmentKind::Url | SegmentKind::Header => TextKind::Query,
    }
}

const fn kind_of(why: Unread) -> UninspectableKind {
    match why {
        Unread::Encrypted => UninspectableKind::Encrypted,
        Unread::Image => UninspectableKind::Image,
        Unread::Audio => UninspectableKind::Audio,
        Unread::TooLarge => UninspectableKind::TooLarge,
        Unread::UnknownEncoding => UninspectableKind::UnknownEncoding,
        Unread::UnknownBinary => UninspectableKind::UnknownBinary,
    }
}

/// Follows a text to the places of its findings, going forward only: which line, in a fenced block or not.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    fences: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1, fences: usize::from(code::is_fence(text)) }
    }

    fn go_to(&mut self, at: usize) {
        let passed = Span::new(self.at, at).of(self.text).unwrap_or_default();
        for end in memchr::memchr_iter(b'\n', passed) {
            self.line = self.line.saturating_add(1);
            self.fences += usize::from(code::is_fence(&self.text[self.at + end + 1..]));
        }
        self.at = self.at.max(at);
    }

    const fn is_fenced(&self) -> bool {
        self.fences % 2 == 1
    }
}
