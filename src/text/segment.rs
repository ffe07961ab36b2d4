//! A segment: the decoded text of one string of a body, with the way back to the body as it came. Knows formats,
//! not what is looked for in the text.

use super::codec::Layer;
use super::edit::Edit;
use crate::document::Cells;
use crate::place::Place;
use crate::span::Span;

/// Why a text is never edited: who checks it would refuse it, or could not read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Never {
    /// Signed thinking of a model.
    SignedThinking,
    /// Reasoning or compaction that the provider has encrypted.
    EncryptedReasoning,
    /// A signature in the headers covers the body (SigV4, digests).
    SignedBody,
    /// Protobuf of unknown schema: lengths and checks around it are not known.
    Protobuf,
    /// A document or archive.
    Document,
    /// Binary data: strings found in it have no encoding of their own.
    Binary,
    /// A value that is split over two strings.
    Split,
    /// A part of the request that must stay as it is (header, path).
    Fixed,
}

/// Whether a text may be edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Editable {
    /// Its layers lead back to the body.
    #[default]
    Yes,
    /// A finding in it blocks where it would be redacted.
    Never(Never),
}

/// What a wire family says of a string: where it stands, whether it is new, whether it may be edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// Where it stands.
    pub place: Place,
    /// Whether it is history: not new in this turn.
    pub history: bool,
    /// Whether it may be edited.
    pub editable: Editable,
    /// What it holds.
    pub holds: Holds,
}

/// What a string holds, as far as its field says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Holds {
    /// Text, or whatever it looks like.
    #[default]
    Text,
    /// A file in base64, even where it is short.
    Base64,
    /// The name of a file.
    FileName,
    /// Numbers that stand for words of a model: text that cannot be read.
    Tokens,
    /// Bytes that mean nothing to anybody but the provider: read as text all the same.
    Opaque,
}

/// What kind of string a segment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SegmentKind {
    /// A value.
    #[default]
    Value,
    /// An object key or a field's name.
    Key,
    /// A file's name.
    FileName,
    /// The text of a file.
    File,
    /// A part of the URL.
    Url,
    /// The value of a header.
    Header,
    /// Strings found in binary data.
    Strings,
}

/// A text and what it was read from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The text, decoded.
    pub text: &'a [u8],
    /// The step between it and the outer text.
    pub layer: Layer,
    /// Where it stands in the outer text, encoded.
    pub span: Span,
    /// What it stands in; `None` for the body itself.
    pub outer: Option<&'a Source<'a>>,
}

impl<'a> Source<'a> {
    /// The body as it came.
    #[must_use]
    pub const fn body(text: &'a [u8]) -> Self {
        Self { text, layer: Layer::Plain, span: Span::new(0, text.len()), outer: None }
    }

    /// A text that was made from all of another, without a way back to places in it.
    #[must_use]
    pub const fn made(text: &'a [u8], outer: &'a Source<'a>) -> Self {
        Self { text, layer: Layer::Fixed, span: Span::new(0, outer.text.len()), outer: Some(outer) }
    }

    /// The bytes of the body that `span` of this text was read from.
    #[must_use]
    pub fn raw(&self, span: Span) -> Span {
        let Some(outer) = self.outer else { return span };
        let encoded = self.span.of(outer.text).unwrap_or_default();
        outer.raw(self.layer.encoded_span(encoded, span).shifted(self.span.start))
    }

    /// Turns edits of this text into edits of the outer one.
    #[must_use]
    pub fn lift(&self, edits: Vec<Edit>) -> Vec<Edit> {
        let Some(outer) = self.outer else { return edits };
        if edits.is_empty() {
            return edits;
        }
        let encoded = self.span.of(outer.text).unwrap_or_default();
        let mut lifted = self.layer.lift(encoded, self.text, edits);
        for edit in &mut lifted {
            edit.span = edit.span.shifted(self.span.start);
        }
        lifted
    }
}

/// The decoded text of one string of a body.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    source: &'a Source<'a>,
    /// The key, field name or header cell that it stands under, decoded.
    pub key: Option<&'a [u8]>,
    /// Where it stands, whether it is new, whether it may be edited.
    pub spot: &'a Spot,
    /// What kind of string it is.
    pub kind: SegmentKind,
    /// Finer places in a part of a document.
    pub cells: Option<&'a Cells>,
}

impl<'a> Segment<'a> {
    pub(super) const fn new(
        source: &'a Source<'a>,
        key: Option<&'a [u8]>,
        spot: &'a Spot,
        kind: SegmentKind,
    ) -> Self {
        Self { source, key, spot, kind, cells: None }
    }

    pub(super) const fn with_cells(self, cells: Option<&'a Cells>) -> Self {
        Self { cells, ..self }
    }

    /// The text.
    #[must_use]
    pub const fn text(&self) -> &'a [u8] {
        self.source.text
    }

    /// The bytes of the body that `span` of the text was read from.
    #[must_use]
    pub fn raw(&self, span: Span) -> Span {
        self.source.raw(span)
    }

    /// The finest name for the place at `offset` of the text.
    #[must_use]
    pub fn place_at(&self, offset: usize) -> Place {
        let cell = self.cells.and_then(|cells| cells.place(offset));
        cell.map_or_else(|| self.spot.place.clone(), Place::FilePart)
    }

    /// Whether it is new in this turn.
    #[must_use]
    pub const fn new_in_turn(&self) -> bool {
        !self.spot.history
    }
}
