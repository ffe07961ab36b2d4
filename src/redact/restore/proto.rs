//! Restores in messages of unknown schema: texts are known by the numbers of the fields that lead to them, and what may
//! be the beginning of a placeholder is kept until the same text goes on. Knows no envelopes.

use super::text::{self, Pieces, Writing};
use super::values::Values;
use crate::span::Span;
use crate::text::protobuf::{Content, DEPTH_MAX, Field, content, fields, is_sound, only, readable, sized};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Texts of one stream followed at the same time. Beyond, a text is taken as complete in each message.
const TEXTS_MAX: usize = 64;

/// Shorter beginnings come twice by chance.
const REPEATED_MIN: usize = 8;

/// The numbers of the fields that lead to a text.
type Path = Vec<u32>;

/// The texts of one stream.
#[derive(Default)]
pub(super) struct Protos {
    texts: HashMap<Path, Text>,
}

/// One text that comes in pieces.
struct Text {
    pieces: Pieces,
    /// Length and hash of the last piece as it came, by which a message that repeats all so far is known.
    last: (usize, u64),
    /// Whether a piece once did not: then none does.
    goes_on: bool,
}

/// One text of a message, and what is to stand in its place.
struct Leaf {
    path: Path,
    /// Where it stands in the message.
    span: Span,
    with: Option<Vec<u8>>,
}

impl Protos {
    /// One message of a stream; where it changed, what is sent in its place.
    pub(super) fn handle(&mut self, values: &Values, message: &[u8]) -> Option<Vec<u8>> {
        let mut leaves = leaves(message, &self.texts);
        for at in 0..leaves.len() {
            let piece = leaves[at].span.of(message).unwrap_or_default();
            // Lists of texts stand under one path: which goes on with which nobody says.
            let alone = leaves.iter().filter(|leaf| leaf.path == leaves[at].path).count() == 1;
            leaves[at].with = match self.text(&leaves[at].path, piece).filter(|_| alone) {
                Some(text) => text.pieces.take(values, piece, false),
                None => whole(values, piece),
            };
        }
        rewritten(message, &leaves)
    }

    /// The text that a piece goes on with; a new one where the piece repeats all that came before, as services do that
    /// send the whole text so far each time: what is held comes again then.
    fn text(&mut self, path: &Path, piece: &[u8]) -> Option<&mut Text> {
        if self.texts.len() >= TEXTS_MAX && !self.texts.contains_key(path) {
            self.texts.retain(|_, text| text.pieces.holds());
            if self.texts.len() >= TEXTS_MAX {
                return None;
            }
        }
        let new = || Pieces::new(Writing::Plain, false);
        let begun = || Text { pieces: new(), last: (0, 0), goes_on: false };
        let text = self.texts.entry(path.clone()).or_insert_with(begun);
        let (length, hash) = text.last;
        text.goes_on |= length > 0 && piece.get(..length).is_none_or(|start| hash_of(start) != hash);
        if !text.goes_on && text.pieces.holds() && length >= text.pieces.held().len().max(REPEATED_MIN) {
            text.pieces = new();
        }
        text.last = (piece.len(), hash_of(piece));
        Some(text)
    }

    /// Bytes held at this moment, over all texts.
    pub(super) fn held_bytes(&self) -> usize {
        self.texts.values().map(|text| text.pieces.held().len()).sum()
    }

    /// The stream is over: what is held, each as a message with that field only.
    pub(super) fn end_all(&mut self, values: &Values) -> Vec<Vec<u8>> {
        let mut held: Vec<(Path, Text)> =
            self.texts.drain().filter(|(_, text)| text.pieces.holds()).collect();
        held.sort_by(|a, b| a.0.cmp(&b.0));
        let rest = |(path, mut text): (Path, Text)| {
            let rest = text.pieces.take(values, b"", true)?;
            Some(path.iter().rev().fold(rest, |inner, &number| only(number, &inner)))
        };
        held.into_iter().filter_map(rest).collect()
    }
}

/// One message that is a whole answer; where it changed, what is sent in its place.
pub(super) fn alone(values: &Values, message: &[u8]) -> Option<Vec<u8>> {
    let mut leaves = leaves(message, &HashMap::new());
    for leaf in &mut leaves {
        leaf.with = whole(values, leaf.span.of(message).unwrap_or_default());
    }
    rewritten(message, &leaves)
}

/// A text that is complete; JSON in it is edited as such.
fn whole(values: &Values, piece: &[u8]) -> Option<Vec<u8>> {
    let edits = text::whole(values, piece, 0);
    (!edits.is_empty()).then(|| {
        let mut restored = Vec::with_capacity(piece.len() + 64);
        text::apply(piece, &edits, &mut restored);
        restored
    })
}

/// The texts of a message, in order: those that may be edited, everything around them being messages. Where a text
/// stood before, what stands there now is its next piece, whatever it looks like.
fn leaves(message: &[u8], known: &HashMap<Path, Text>) -> Vec<Leaf> {
    let mut collector = Collector { message, known, path: Path::new(), leaves: Vec::new() };
    collector.collect(Span::new(0, message.len()));
    collector.leaves
}

struct Collector<'a> {
    message: &'a [u8],
    known: &'a HashMap<Path, Text>,
    path: Path,
    leaves: Vec<Leaf>,
}

impl Collector<'_> {
    fn collect(&mut self, span: Span) {
        let Some(message) = span.of(self.message).filter(|message| is_sound(message)) else { return };
        for Field { number, value, .. } in fields(message) {
            self.path.push(number);
            let bytes = value.of(message).unwrap_or_default();
            let place = value.shifted(span.start);
            let text = self.known.contains_key(&self.path) && readable(bytes).is_some();
            // Streams bring texts letter by letter.
            match if text { Content::Text } else { content(bytes, 0) } {
                Content::Text => self.leaves.push(Leaf { path: self.path.clone(), span: place, with: None }),
                Content::Message if self.path.len() < DEPTH_MAX => self.collect(place),
                Content::Message | Content::Doubtful | Content::Other => {}
            }
            self.path.pop();
        }
    }
}

/// The message with what stands in the place of its texts, and with the lengths that follow; `None` where nothing
/// changes.
fn rewritten(message: &[u8], leaves: &[Leaf]) -> Option<Vec<u8>> {
    let changed: Vec<(Span, &[u8])> =
        leaves.iter().filter_map(|leaf| Some((leaf.span, leaf.with.as_deref()?))).collect();
    (!changed.is_empty()).then(|| rewrite(message, Span::new(0, message.len()), &changed))
}

fn rewrite(whole: &[u8], span: Span, changed: &[(Span, &[u8])]) -> Vec<u8> {
    let message = span.of(whole).unwrap_or_default();
    let mut out = Vec::with_capacity(message.len() + 64);
    let mut at = 0;
    for Field { length, value, .. } in fields(message) {
        let place = value.shifted(span.start);
        let first = changed.partition_point(|(own, _)| own.start < place.start);
        let inside =
            &changed[first..first + changed[first..].partition_point(|(own, _)| own.start < place.end)];
        let new = match inside {
            [] => continue,
            [(own, with)] if *own == place => with.to_vec(),
            inside => rewrite(whole, place, inside),
        };
        out.extend_from_slice(&message[at..length.start]);
        out.extend(sized(&new));
        at = value.end;
    }
    out.extend_from_slice(&message[at..]);
    out
}

fn hash_of(piece: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    piece.hash(&mut hasher);
    hasher.finish()
}
