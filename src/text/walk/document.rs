//! Walks through JSON documents and forms: each key, string and number is a unit. Knows no API.

use super::singles::{Singles, may_be_single};
use super::{Area, Around, Unread, Visitor, Walker};
use crate::span::Span;
use crate::text::codec::{Charset, Layer};
use crate::text::edit::Edit;
use crate::text::json::{Broken, Kind, Tape, Token};
use crate::text::segment::{Holds, SegmentKind, Source, Spot};
use std::cmp::Reverse;

/// Keys longer than this are shown even where they are plain words.
const PLAIN_KEY_MAX: usize = 24;

/// Numbers with fewer characters identify nobody.
const NUMBER_MIN: usize = 6;

impl Walker {
    /// Walks through the one JSON value that the text is; `false` where it is none.
    pub(super) fn document(
        &mut self,
        around: &Around<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let mut tape = self.tapes.pop().unwrap_or_default();
        let read = tape.read(around.source.text);
        match read {
            Ok(()) => self.tokens(around, &tape, visitor, edits),
            Err(Broken::Many) => self.unread(Unread::TooLarge, around, visitor),
            Err(_) => {}
        }
        self.tapes.push(tape);
        read.is_ok()
    }

    fn tokens(&mut self, around: &Around<'_>, tape: &Tape, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let mut areas = Vec::new();
        if !around.inside {
            areas = std::mem::take(&mut self.areas);
            around.names.document(tape.node(around.source.text, 0), &mut areas);
            areas.sort_by_key(|area| (area.tokens.start, Reverse(area.tokens.end)));
        }
        let mut place = Placed { areas: &areas, next: 0, open: Vec::new() };
        let mut keys: Vec<Option<Token>> = Vec::new();
        let (mut key, mut singles) = (None, Singles::default());
        for (index, &token) in tape.tokens().iter().enumerate() {
            let spot = place.spot_at(index).unwrap_or(around.spot);
            let container = keys.last().copied().flatten();
            let around = &Around { spot, ..*around };
            if token.kind == Kind::Run {
                self.run(around, container, token, &mut singles, visitor, edits);
                continue;
            }
            self.single(around, container, token, &mut singles, visitor, edits);
            match token.kind {
                Kind::Object | Kind::Array => {
                    if spot.holds == Holds::Tokens && place.starts_at(index) {
                        self.unread(
                            Unread::UnknownEncoding,
                            &around.with_source(&around.part(token.span())),
                            visitor,
                        );
                    }
                    keys.push(key.take().or(container));
                }
                Kind::End => {
                    keys.pop();
                }
                Kind::Key => {
                    key = Some(token);
                    self.key(around, token, visitor, edits);
                }
                Kind::String | Kind::Number => {
                    let own = key.take().or(container);
                    self.value(around, own, token, visitor, edits);
                }
                Kind::Literal | Kind::Run => key = None,
            }
        }
        if !around.inside {
            areas.clear();
            self.areas = areas;
        }
    }

    /// Numbers and literals that are one token of the tape.
    fn run(
        &mut self,
        around: &Around<'_>,
        key: Option<Token>,
        run: Token,
        singles: &mut Singles,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        for token in run.elements(around.source.text) {
            self.single(around, key, token, singles, visitor, edits);
            if token.kind == Kind::Number {
                self.value(around, key, token, visitor, edits);
            }
        }
    }

    /// Takes a token as one of single characters, or ends what they were.
    fn single(
        &mut self,
        around: &Around<'_>,
        key: Option<Token>,
        token: Token,
        singles: &mut Singles,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        if may_be_single(token) {
            singles.take(around.source.text, token, key);
        } else if singles.is_some() {
            self.end_singles(around, singles, visitor, edits);
        }
    }

    /// A value, or all of the text, that cannot be read.
    fn unread(&mut self, why: Unread, around: &Around<'_>, visitor: &mut dyn Visitor) {
        if around.inside || self.enter(around, visitor) {
            visitor.unread(why, around.spot, around.source.text);
            if !around.inside {
                visitor.leave();
            }
        }
    }

    fn key(&mut self, around: &Around<'_>, token: Token, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let raw = token.span().of(around.source.text).unwrap_or_default();
        if is_plain_word(raw) {
            return;
        }
        let spot = Spot { holds: Holds::Text, ..around.spot.clone() };
        let around = Around { key: None, kind: SegmentKind::Key, spot: &spot, ..*around };
        self.token(&around, token, Layer::Json, visitor, edits);
    }

    fn value(
        &mut self,
        around: &Around<'_>,
        key: Option<Token>,
        token: Token,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let span = token.span();
        let layer = if token.kind == Kind::Number { Layer::JsonNumber } else { Layer::Json };
        if span.is_empty() || (layer == Layer::JsonNumber && span.len() < NUMBER_MIN) {
            return;
        }
        if layer == Layer::JsonNumber
            && let Some(whole) = whole(span.of(text).unwrap_or_default())
        {
            let source = Source { text: whole.as_bytes(), layer, ..around.part(span) };
            let key = key.and_then(|key| key.span().of(text));
            let mut found = Vec::new();
            self.unit(&Around { key, ..around.with_source(&source) }, visitor, &mut found);
            edits.extend(source.lift(found));
            return;
        }
        let kind = if around.spot.holds == Holds::FileName { SegmentKind::FileName } else { around.kind };
        let Some(key) = key else {
            return self.token(&Around { kind, ..*around }, token, layer, visitor, edits);
        };
        let raw = key.span().of(text).unwrap_or_default();
        if !key.escaped {
            return self.token(&Around { key: Some(raw), kind, ..*around }, token, layer, visitor, edits);
        }
        let mut decoded = Vec::with_capacity(raw.len());
        Layer::Json.decode(raw, &mut decoded);
        self.token(&Around { key: Some(&decoded), kind, ..*around }, token, layer, visitor, edits);
    }

    fn token(
        &mut self,
        around: &Around<'_>,
        token: Token,
        layer: Layer,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        self.encoded(around, token.span(), layer, token.escaped, visitor, edits);
    }

    /// A unit that stands encoded in the text. `escaped`: whether decoding changes anything.
    pub(super) fn encoded(
        &mut self,
        around: &Around<'_>,
        span: Span,
        layer: Layer,
        escaped: bool,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let raw = around.part(span);
        let whole = around.with_source(&raw);
        if !around.inside && !self.enter(&whole, visitor) {
            return;
        }
        let mut buffer = None;
        let mut source = Source { layer, ..raw };
        if escaped {
            let decoded = buffer.insert(self.buffers.pop().unwrap_or_default());
            layer.decode(raw.text, decoded);
            source.text = decoded;
        }
        let mut found = Vec::new();
        self.leaf(&Around { source: &source, inside: true, ..*around }, visitor, &mut found);
        edits.extend(source.lift(found));
        if let Some(buffer) = buffer {
            self.give_back(buffer);
        }
        if !around.inside {
            visitor.leave();
        }
    }

    /// Walks through `name=value&…`.
    pub(super) fn form(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        if is_in_foreign_charset(text) && (around.inside || self.enter(around, visitor)) {
            visitor.unread(Unread::UnknownEncoding, around.spot, text);
            if !around.inside {
                visitor.leave();
            }
        }
        let mut start = 0;
        while start <= text.len() {
            let end = memchr::memchr(b'&', &text[start..]).map_or(text.len(), |more| start + more);
            let equals = memchr::memchr(b'=', &text[start..end]).map(|more| start + more);
            let name = Span::new(start, equals.unwrap_or(end));
            let value = Span::new(equals.map_or(end, |equals| equals + 1), end);
            self.field(around, name, value, visitor, edits);
            start = end + 1;
        }
    }

    fn field(
        &mut self,
        around: &Around<'_>,
        name: Span,
        value: Span,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let mut key = Vec::new();
        Layer::Form.decode(name.of(text).unwrap_or_default(), &mut key);
        let named = if around.inside || around.kind == SegmentKind::Url {
            around.spot.clone()
        } else {
            around.names.field(&key)
        };
        let around = Around { spot: &named, ..*around };
        if !is_plain_word(&key) {
            let around = Around { key: None, kind: SegmentKind::Key, ..around };
            self.encoded(&around, name, Layer::Form, true, visitor, edits);
        }
        if !value.is_empty() {
            let around = Around { key: Some(&key), ..around };
            let escaped = value.of(text).is_some_and(|value| memchr::memchr2(b'%', b'+', value).is_some());
            self.encoded(&around, value, Layer::Form, escaped, visitor, edits);
        }
    }
}

/// Whether a form says of itself (HTML, `_charset_`) that its escapes are of a character set in which digits and letters
/// are other bytes.
fn is_in_foreign_charset(form: &[u8]) -> bool {
    const FIELD: &[u8] = b"_charset_=";
    let Some(at) = memchr::memmem::find(form, FIELD) else { return false };
    let value = form[at + FIELD.len()..].split(|byte| *byte == b'&').next().unwrap_or_default();
    let name = std::str::from_utf8(value).unwrap_or("?");
    let wide = |charset| charset != Charset::Windows1252;
    (at == 0 || form[at - 1] == b'&') && (Charset::is_unknown(name) || Charset::named(name).is_some_and(wide))
}

/// A number that is written as a fraction or with an exponent and is a whole one all the same: `8.5073003328e10`.
fn whole(number: &[u8]) -> Option<String> {
    /// Up to here every whole number has a double of its own.
    const MAX: f64 = 9_007_199_254_740_992.0;
    if !number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return None;
    }
    let value: f64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    (value.abs() <= MAX && value.fract() == 0.0).then(|| format!("{value:.0}"))
}

/// Whether a key, or a part of a path, is a word of an API that no detector could take for anything.
pub(super) fn is_plain_word(raw: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b':');
    raw.len() <= PLAIN_KEY_MAX && raw.iter().all(plain)
}

/// Follows the areas along the tape.
struct Placed<'a> {
    areas: &'a [Area],
    next: usize,
    open: Vec<usize>,
}

impl<'a> Placed<'a> {
    /// Whether the area that holds begins at `index`.
    fn starts_at(&self, index: usize) -> bool {
        self.open.last().is_some_and(|&open| self.areas[open].tokens.start == index)
    }

    /// What holds for the token at `index`; indices only grow.
    fn spot_at(&mut self, index: usize) -> Option<&'a Spot> {
        while self.areas.get(self.next).is_some_and(|area| area.tokens.start <= index) {
            self.open.push(self.next);
            self.next += 1;
        }
        while self.open.last().is_some_and(|&open| self.areas[open].tokens.end <= index) {
            self.open.pop();
        }
        self.open.last().map(|&open| &self.areas[open].spot)
    }
}
