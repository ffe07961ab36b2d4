//! The walk through a body: finds what it is, opens what is nested in it, and shows each decoded string to a
//! visitor. Knows formats only: names of places come through [`Names`], what to do with a string through [`Visitor`].

mod binary;
mod document;
mod enclosed;
mod leaf;
mod mail_head;
mod multipart;
mod packed;
mod protobuf;
mod records;
mod singles;

pub use multipart::may_be_mail;

use super::codec::{Alphabet, Charset, Layer, detect_charset};
use super::edit::Edit;
use super::json::{Node, Tape};
use super::segment::{Editable, Segment, SegmentKind, Source, Spot};
use crate::document::{Files, Format};
use crate::limits::NESTING_DEPTH_MAX;
use crate::place::Place;
use crate::span::Span;
use simdutf8::basic::from_utf8;
use std::ops::Range;

/// Why a part of a body could not be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unread {
    /// Encrypted or password-protected.
    Encrypted,
    /// A picture.
    Image,
    /// Sound or video.
    Audio,
    /// Over a limit.
    TooLarge,
    /// An encoding, a document or an archive that is not opened.
    UnknownEncoding,
    /// Bytes of no known form; the strings in them were read all the same.
    UnknownBinary,
}

/// What the headers say of a body or part. Only a hint: the bytes decide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared<'a> {
    /// The content type, without parameters.
    pub mime: &'a str,
    /// The boundary of a multipart body.
    pub boundary: Option<&'a str>,
    /// The character set.
    pub charset: Option<&'a str>,
}

impl<'a> Declared<'a> {
    /// Reads a `content-type` header.
    #[must_use]
    pub fn of(content_type: &'a str) -> Self {
        let (mime, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let parameter = |name: &str| {
            parameters.split(';').find_map(|parameter| {
                let (own, value) = parameter.split_once('=')?;
                own.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
            })
        };
        Self { mime: mime.trim(), boundary: parameter("boundary"), charset: parameter("charset") }
    }

    fn is_prefix(&self, mime: &str) -> bool {
        self.mime.get(..mime.len()).is_some_and(|own| own.eq_ignore_ascii_case(mime))
    }

    fn is(&self, mime: &str) -> bool {
        self.mime.eq_ignore_ascii_case(mime)
    }
}

/// The values of a JSON document to which one [`Spot`] belongs; the innermost area around a string holds.
#[derive(Clone, Debug)]
pub struct Area {
    /// Token indices.
    pub tokens: Range<usize>,
    /// What holds for them.
    pub spot: Spot,
}

/// Names places in a body; one implementation a wire family.
pub trait Names {
    /// Adds the areas of one JSON document.
    fn document(&self, root: Node<'_>, areas: &mut Vec<Area>);
    /// What a field of a form or of a multipart body is.
    fn field(&self, name: &[u8]) -> Spot;
    /// What holds for all of the body that is not named.
    fn body(&self) -> Spot {
        Spot::default()
    }
}

/// A string of the body, before anything is opened or decoded.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    /// Its number: the same in each walk through the same body.
    pub index: usize,
    /// Its bytes as they stand in the body.
    pub raw: &'a [u8],
    /// The key, field name or header cell that it stands under.
    pub key: Option<&'a [u8]>,
    /// Where it stands.
    pub spot: &'a Spot,
    /// What kind of string it is.
    pub kind: SegmentKind,
}

/// Looks at what the walk finds, and may edit it.
pub trait Visitor {
    /// Whether the unit is to be read.
    fn enter(&mut self, unit: &Unit<'_>) -> bool;
    /// A decoded text inside the unit; edits count in that text.
    fn segment(&mut self, segment: &Segment<'_>, edits: &mut Vec<Edit>);
    /// A part inside the unit that could not be read, with its bytes.
    fn unread(&mut self, why: Unread, spot: &Spot, raw: &[u8]);
    /// The unit is over.
    fn leave(&mut self);
}

/// Walks through bodies. Keeps its buffers, so that in the long run nothing is allocated for what is clean.
#[derive(Default)]
pub struct Walker {
    tapes: Vec<Tape>,
    buffers: Vec<Vec<u8>>,
    areas: Vec<Area>,
    units: usize,
    /// Bytes of one body that compressed messages in it have become.
    unpacked: usize,
    /// Opens the documents of one body.
    files: Files,
}

/// Where the walk stands.
#[derive(Clone, Copy)]
struct Around<'a> {
    source: &'a Source<'a>,
    key: Option<&'a [u8]>,
    spot: &'a Spot,
    kind: SegmentKind,
    names: &'a dyn Names,
    /// How many strings within strings have been opened.
    depth: usize,
    /// Whether a unit has been entered.
    inside: bool,
}

impl<'a> Around<'a> {
    const fn with_source(&self, source: &'a Source<'a>) -> Self {
        Self { source, ..*self }
    }

    const fn deeper(&self, source: &'a Source<'a>) -> Self {
        Self { source, depth: self.depth + 1, ..*self }
    }

    const fn may_open(&self) -> bool {
        self.depth < NESTING_DEPTH_MAX
    }

    /// A part of the text as a source of its own.
    fn part(&self, span: Span) -> Source<'a> {
        let text = span.of(self.source.text).unwrap_or_default();
        Source { text, layer: Layer::Plain, span, outer: Some(self.source) }
    }
}

impl Walker {
    /// Walks through a body without content encoding; returns the visitor's edits as edits of the body.
    pub fn body(
        &mut self,
        body: &[u8],
        declared: &Declared<'_>,
        names: &dyn Names,
        visitor: &mut dyn Visitor,
    ) -> Vec<Edit> {
        self.units = 0;
        self.unpacked = 0;
        self.files = Files::default();
        let source = Source::body(body);
        let spot = names.body();
        let around = Around {
            source: &source,
            key: None,
            spot: &spot,
            kind: SegmentKind::Value,
            names,
            depth: 0,
            inside: false,
        };
        let mut edits = Vec::new();
        self.content(&around, declared, visitor, &mut edits);
        edits
    }

    /// Walks through path and query of a request; edits count in `path_and_query`. Paths are never edited: they
    /// would lead elsewhere.
    pub fn url(&mut self, path_and_query: &str, names: &dyn Names, visitor: &mut dyn Visitor) -> Vec<Edit> {
        self.units = 0;
        let source = Source::body(path_and_query.as_bytes());
        let editable = Editable::Never(super::Never::Fixed);
        let spot = Spot { place: Place::Path, editable, ..Spot::default() };
        let kind = SegmentKind::Url;
        let around = Around { source: &source, key: None, spot: &spot, kind, names, depth: 0, inside: false };
        let mut edits = Vec::new();
        let path_len = path_and_query.find('?').unwrap_or(path_and_query.len());
        let mut start = 0;
        for part in path_and_query[..path_len].split('/') {
            let span = Span::new(start, start + part.len());
            start = span.end + 1;
            if !document::is_plain_word(part.as_bytes()) {
                self.encoded(&around, span, Layer::Percent, part.contains('%'), visitor, &mut edits);
            }
        }
        if path_len + 1 < path_and_query.len() {
            let query = around.part(Span::new(path_len + 1, path_and_query.len()));
            let spot = Spot { place: Place::Query, ..Spot::default() };
            let mut found = Vec::new();
            self.form(&Around { spot: &spot, ..around.with_source(&query) }, visitor, &mut found);
            edits.extend(query.lift(found));
        }
        edits
    }

    /// Walks through one header of a request; nothing in it is edited. Its name is shown where it is no word of an API.
    pub fn header(&mut self, name: &str, value: &[u8], names: &dyn Names, visitor: &mut dyn Visitor) {
        self.units = 0;
        let editable = Editable::Never(super::Never::Fixed);
        let spot = Spot { place: Place::Header, editable, ..Spot::default() };
        let source = Source::body(name.as_bytes());
        let kind = SegmentKind::Key;
        let around = Around { source: &source, key: None, spot: &spot, kind, names, depth: 0, inside: false };
        let mut edits = Vec::new();
        if !document::is_plain_word(name.as_bytes()) {
            self.plain(&around, visitor, &mut edits);
        }
        if !value.is_empty() {
            let (key, kind) = (Some(name.as_bytes()), SegmentKind::Header);
            let source = Source::body(value);
            self.unit(&Around { source: &source, key, kind, ..around }, visitor, &mut edits);
        }
        debug_assert!(edits.is_empty(), "headers are never edited");
    }

    /// Walks through what a content encoding carries beside the body; nothing in it is edited.
    pub fn beside(&mut self, said: &[u8], names: &dyn Names, visitor: &mut dyn Visitor) {
        self.units = 0;
        let editable = Editable::Never(super::Never::Fixed);
        let spot = Spot { place: Place::Header, editable, ..Spot::default() };
        let source = Source::body(said);
        let kind = SegmentKind::Strings;
        let around = Around { source: &source, key: None, spot: &spot, kind, names, depth: 0, inside: false };
        self.content(&around, &Declared::default(), visitor, &mut Vec::new());
    }

    /// Finds out what the text of `around` is, and walks through it.
    fn content(
        &mut self,
        around: &Around<'_>,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        if text.is_empty() {
            return;
        }
        if declared.charset.is_some_and(Charset::is_unknown) {
            return self.binary(around, Unread::UnknownEncoding, visitor, edits);
        }
        if !is_text(text) {
            return self.not_text(around, declared, visitor, edits);
        }
        // Formats that may be plain ASCII.
        let formats = [(&b"%PDF-"[..], Format::Pdf), (b"{\\rtf", Format::Rtf)];
        if let Some((_, format)) = formats.iter().find(|(mark, _)| text.starts_with(mark)) {
            return self.opened(around, *format, visitor, edits);
        }
        let bom = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let inner = around.part(Span::new(bom, text.len()));
        let around = &if bom == 0 { *around } else { around.with_source(&inner) };
        let mut found = Vec::new();
        self.text(around, declared, visitor, &mut found);
        edits.extend(if bom == 0 { found } else { inner.lift(found) });
    }

    /// Walks through bytes that are not plain UTF-8.
    fn not_text(
        &mut self,
        around: &Around<'_>,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let mime = declared.mime.to_ascii_lowercase();
        if self.protobuf(around, mime.contains("proto") || mime.contains("grpc"), visitor, edits)
            || self.multipart(around, declared, visitor, edits)
        {
            return;
        }
        if let Some(format) = Format::sniff(text) {
            return self.opened(around, format, visitor, edits);
        }
        if self.packed(around, declared, visitor, edits) {
            return;
        }
        match other_charset(text, declared) {
            Some(charset) => {
                self.transcoded(around, charset, declared, visitor, edits);
                self.strays(around, matches!(charset, Charset::Utf16Le | Charset::Utf16Be), visitor, edits);
            }
            None if from_utf8(text).is_ok() => {
                self.text(around, declared, visitor, edits);
                self.strays(around, false, visitor, edits);
            }
            None => self.binary(around, Unread::UnknownBinary, visitor, edits),
        }
    }

    /// Walks through a UTF-8 text of unknown format.
    fn text(
        &mut self,
        around: &Around<'_>,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        if looks_like_json(text) && self.document(around, visitor, edits) {
            return;
        }
        if declared.is_prefix("application/grpc-web-text") && self.grpc_text(around, visitor, edits) {
            return;
        }
        if self.multipart(around, declared, visitor, edits) {
            return;
        }
        if declared.is("application/x-www-form-urlencoded") || looks_like_form(text) {
            return self.form(around, visitor, edits);
        }
        if self.records(around, visitor, edits) {
            return;
        }
        self.plain(around, visitor, edits);
    }

    fn transcoded(
        &mut self,
        around: &Around<'_>,
        charset: Charset,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let mut buffer = self.buffers.pop().unwrap_or_default();
        Layer::Charset(charset).decode(text, &mut buffer);
        let whole = Span::new(0, text.len());
        let source =
            Source { text: &buffer, layer: Layer::Charset(charset), span: whole, outer: Some(around.source) };
        let mark = if buffer.starts_with("\u{FEFF}".as_bytes()) { 3 } else { 0 };
        let marked = around.with_source(&source);
        let inner = marked.part(Span::new(mark, buffer.len()));
        let mut found = Vec::new();
        self.text(&around.with_source(&inner), declared, visitor, &mut found);
        edits.extend(source.lift(inner.lift(found)));
        self.give_back(buffer);
    }

    /// Messages of gRPC-Web that a browser sends as base64; `false` where they are none.
    fn grpc_text(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) -> bool {
        let text = around.source.text;
        let Some(alphabet) = Alphabet::of(text).filter(|_| around.may_open()) else { return false };
        let layer = Layer::Base64(alphabet);
        let mut buffer = self.buffers.pop().unwrap_or_default();
        let known = layer.decode(text, &mut buffer);
        if known {
            let span = Span::new(0, text.len());
            let source = Source { text: &buffer, layer, span, outer: Some(around.source) };
            let mut found = Vec::new();
            let declared = Declared { mime: "application/grpc-web", ..Declared::default() };
            self.content(&around.deeper(&source), &declared, visitor, &mut found);
            edits.extend(source.lift(found));
        }
        self.give_back(buffer);
        known
    }

    fn enter(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor) -> bool {
        let index = self.units;
        self.units += 1;
        let Around { source, key, spot, kind, .. } = *around;
        visitor.enter(&Unit { index, raw: source.text, key, spot, kind })
    }

    fn give_back(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.buffers.push(buffer);
    }
}

/// Whether bytes are UTF-8 without the NULs that betray UTF-16 and binary formats.
fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_none() && from_utf8(bytes).is_ok()
}

/// The character set to read the text in, where it is not UTF-8.
fn other_charset(text: &[u8], declared: &Declared<'_>) -> Option<Charset> {
    let utf8 = from_utf8(text).is_ok();
    match detect_charset(text) {
        Some(Charset::Windows1252) if utf8 => None,
        None if !utf8 => {
            declared.charset.and_then(Charset::named).filter(|_| declared.mime.starts_with("text/"))
        }
        detected => detected,
    }
}

fn looks_like_json(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(
        (text.first(), text.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) | (Some(b'"'), Some(b'"'))
    )
}

fn looks_like_form(text: &[u8]) -> bool {
    let Some(equals) = memchr::memchr(b'=', text) else { return false };
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.[]%+".contains(byte);
    let value = |byte: &u8| byte.is_ascii_graphic();
    equals > 0
        && text[..equals].iter().all(name)
        && text.iter().all(value)
        && memchr::memchr2(b'&', b'%', text).is_some()
}

#[cfg(test)]
mod tests;
