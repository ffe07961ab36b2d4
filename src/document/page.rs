//! The text of one page of a PDF (ISO 32000-1, 9.4) in the order in which it is drawn: also of the forms drawn on it
//! and of how its annotations and fields look. Pieces that stand on one line side by side are one text, however
//! finely they were placed; else a number drawn letter by letter would not be one.

use super::Unreadable;
use super::content::Operations;
use super::font::Font;
use super::limit::Budget;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, decode_text_string};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Forms within forms.
const DEPTH_MAX: usize = 8;

/// States that are kept while others hold (8.4.2): viewers keep more, and no page needs them.
const SAVED_MAX: usize = 512;

/// Between two pieces, in heights of the text: a gap from here on is a space.
const GAP: f32 = 0.25;

/// A kern from here on, in thousandths of the height, is a space.
const KERN: f32 = -180.0;

/// Codes without a character that a page may show, and how many different ones: bullets and signs, no number.
const UNNAMED_MAX: usize = 7;
const UNNAMED_KINDS_MAX: usize = 3;

/// What a page says.
pub(super) struct Page {
    pub(super) text: String,
    /// Some of it could not be read.
    pub(super) damaged: bool,
}

/// Streams that were read, by where they stand in memory: what is drawn is not always named by a number.
pub(super) type Read = BTreeSet<usize>;

/// The name of a stream in [`Read`].
pub(super) fn mark(stream: &Stream) -> usize {
    std::ptr::from_ref(stream) as usize
}

/// Bytes that a stream may have which holds nothing: the marks of a filter.
const NOTHING_BYTES_MAX: usize = 16;

/// The content of a stream; `None` where a filter is unknown or fails.
pub(super) fn plain(stream: &Stream, limit: usize) -> Option<Vec<u8>> {
    if stream.dict.has(b"Filter") && stream.filters().is_err() {
        return None;
    }
    // The library's filters say nothing where they fail at once.
    let content = stream.get_plain_content_with_limit(limit).ok();
    content.filter(|content| !content.is_empty() || stream.content.len() <= NOTHING_BYTES_MAX)
}

/// Reads a page.
///
/// # Errors
/// Where the budget is used up.
pub(super) fn read(
    document: &Document,
    page: ObjectId,
    seen: &mut Read,
    budget: &mut Budget,
) -> Result<Page, Unreadable> {
    let mut reader = Reader::new(document, seen, budget);
    let resources = reader.resources(page);
    let mut content = Vec::new();
    for id in document.get_page_contents(page) {
        let stream = document.get_object(id).and_then(Object::as_stream).ok();
        match stream.and_then(|stream| reader.plain(stream)) {
            Some(part) => {
                reader.budget.bytes(part.len())?;
                content.extend(part);
                content.push(b'\n');
            }
            None => reader.damaged = true,
        }
    }
    reader.run(&content, &resources, IDENTITY, DEPTH_MAX)?;
    for annotation in document.get_page_annotations(page).unwrap_or_default() {
        let looks = annotation.get(b"AP").and_then(Object::as_dict).and_then(|looks| looks.get(b"N"));
        if let Ok(looks) = looks {
            reader.pen = None;
            if !reader.text.is_empty() && !reader.text.ends_with('\n') {
                reader.text.push('\n');
            }
            reader.looks(looks, &resources)?;
        }
    }
    Ok(reader.page())
}

/// Reads a stream that draws text and belongs to no page: of patterns, of glyphs, of what was taken out.
///
/// # Errors
/// Where the budget is used up.
pub(super) fn loose(
    document: &Document,
    stream: &Stream,
    seen: &mut Read,
    budget: &mut Budget,
) -> Result<Page, Unreadable> {
    let mut reader = Reader::new(document, seen, budget);
    reader.loose = true;
    reader.form(stream, &[], IDENTITY, DEPTH_MAX)?;
    Ok(reader.page())
}

/// A transformation: `[a b c d e f]` of ISO 32000-1, 8.3.3.
type Matrix = [f32; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `first`, then `then`.
fn product(first: Matrix, then: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = then;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

struct Reader<'a, 'b> {
    document: &'a Document,
    seen: &'b mut Read,
    budget: &'b mut Budget,
    text: String,
    /// What is said to stand for what is drawn.
    instead: String,
    damaged: bool,
    /// Whether fonts may be missing.
    loose: bool,
    /// Codes without a character: of which font, and how many in all.
    unnamed: (BTreeSet<(usize, u32)>, usize),
    /// Where the last piece ended on the page.
    pen: Option<(f32, f32)>,
    fonts: Vec<(&'a Dictionary, Option<Rc<Font<'a>>>)>,
}

/// The state of one content stream.
#[derive(Clone)]
struct State<'a> {
    page: Matrix,
    line: Matrix,
    /// How far into the line the text has come.
    done: f32,
    size: f32,
    leading: f32,
    font: Option<Rc<Font<'a>>>,
}

impl<'a, 'b> Reader<'a, 'b> {
    const fn new(document: &'a Document, seen: &'b mut Read, budget: &'b mut Budget) -> Self {
        Self {
            document,
            seen,
            budget,
            text: String::new(),
            instead: String::new(),
            damaged: false,
            loose: false,
            unnamed: (BTreeSet::new(), 0),
            pen: None,
            fonts: Vec::new(),
        }
    }

    fn page(mut self) -> Page {
        if !self.instead.is_empty() {
            self.text.push('\n');
            self.text.push_str(&self.instead);
        }
        let (kinds, count) = &self.unnamed;
        let unnamed = kinds.len() > UNNAMED_KINDS_MAX && *count > UNNAMED_MAX;
        Page { text: self.text, damaged: self.damaged || unnamed }
    }

    /// The content of a stream, which counts as read.
    fn plain(&mut self, stream: &Stream) -> Option<Vec<u8>> {
        self.seen.insert(mark(stream));
        plain(stream, self.budget.left())
    }

    fn resources(&self, page: ObjectId) -> Vec<&'a Dictionary> {
        let Ok((own, referenced)) = self.document.get_page_resources(page) else { return Vec::new() };
        let referenced = referenced.into_iter().filter_map(|id| self.document.get_dictionary(id).ok());
        own.into_iter().chain(referenced).collect()
    }

    /// How an annotation looks: one form, or one for each of its states.
    fn looks(&mut self, looks: &'a Object, resources: &[&'a Dictionary]) -> Result<(), Unreadable> {
        match self.document.dereference(looks) {
            Ok((_, Object::Stream(form))) => self.form(form, resources, IDENTITY, DEPTH_MAX),
            Ok((_, Object::Dictionary(states))) => {
                states.iter().try_for_each(|(_, state)| match self.document.dereference(state) {
                    Ok((_, Object::Stream(form))) => self.form(form, resources, IDENTITY, DEPTH_MAX),
                    _ => Ok(()),
                })
            }
            _ => Ok(()),
        }
    }

    fn form(
        &mut self,
        form: &'a Stream,
        outer: &[&'a Dictionary],
        page: Matrix,
        depth: usize,
    ) -> Result<(), Unreadable> {
        self.budget.entry()?;
        let Some(content) = self.plain(form) else {
            self.damaged = true;
            return Ok(());
        };
        self.budget.bytes(content.len())?;
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        let resources: Vec<&Dictionary> = own.into_iter().chain(outer.iter().copied()).collect();
        let placed = form.dict.get(b"Matrix").and_then(Object::as_array).ok().and_then(|array| matrix(array));
        self.run(&content, &resources, product(placed.unwrap_or(IDENTITY), page), depth)
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: &[&'a Dictionary],
        page: Matrix,
        depth: usize,
    ) -> Result<(), Unreadable> {
        let mut state = State::new(page);
        let mut saved = Vec::new();
        let mut operations = Operations::new(content);
        while let Some((operator, operands)) = operations.next() {
            match operator {
                "q" if saved.len() < SAVED_MAX => saved.push(state.clone()),
                "Q" => saved.pop().into_iter().for_each(|earlier| state.restore(earlier)),
                "cm" => state.page = product(matrix(operands).unwrap_or(IDENTITY), state.page),
                "Tf" => self.font(&mut state, operands, resources),
                "gs" => self.font_of_state(&mut state, operands, resources),
                "Do" => self.drawn(operands, resources, state.page, depth)?,
                "BDC" | "DP" => self.marked(operands),
                "Tj" | "TJ" | "'" | "\"" => {
                    if matches!(operator, "'" | "\"") {
                        state.next_line();
                    }
                    self.show(&mut state, operands);
                }
                _ => state.place(operator, operands),
            }
        }
        Ok(())
    }

    fn drawn(
        &mut self,
        operands: &[Object],
        resources: &[&'a Dictionary],
        page: Matrix,
        depth: usize,
    ) -> Result<(), Unreadable> {
        let name = operands.first().and_then(|name| name.as_name().ok());
        let found = name.and_then(|name| self.resource(resources, b"XObject", name));
        let Some(Object::Stream(form)) = found else { return Ok(()) };
        if form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind != b"Form") {
            return Ok(());
        }
        match depth.checked_sub(1) {
            Some(depth) => self.form(form, resources, page, depth),
            None => Err(Unreadable::TooLarge),
        }
    }

    fn resource(&self, resources: &[&'a Dictionary], kind: &[u8], name: &[u8]) -> Option<&'a Object> {
        resources.iter().find_map(|resources| {
            let named = resources.get_deref(kind, self.document).and_then(Object::as_dict).ok()?;
            named.get_deref(name, self.document).ok()
        })
    }

    /// Whether resources have something by this name, be it whole or not.
    fn is_named(&self, resources: &[&'a Dictionary], kind: &[u8], name: &[u8]) -> bool {
        resources.iter().any(|resources| {
            let named = resources.get_deref(kind, self.document).and_then(Object::as_dict);
            named.is_ok_and(|named| named.has(name))
        })
    }

    fn font(&mut self, state: &mut State<'a>, operands: &[Object], resources: &[&'a Dictionary]) {
        let [name, size] = operands else { return };
        state.size = number(size);
        let found = name.as_name().ok().and_then(|name| self.resource(resources, b"Font", name));
        let is_named = name.as_name().is_ok_and(|name| self.is_named(resources, b"Font", name));
        state.font = match found.and_then(|font| font.as_dict().ok()) {
            Some(font) => self.known(font),
            // Viewers take a font of their own, or show nothing.
            None if !is_named => Some(Rc::new(Font::unknown())),
            None => None,
        };
    }

    /// A font that a state of graphics brings (8.4.5).
    fn font_of_state(&mut self, state: &mut State<'a>, operands: &[Object], resources: &[&'a Dictionary]) {
        let name = operands.first().and_then(|name| name.as_name().ok());
        let found = name.and_then(|name| self.resource(resources, b"ExtGState", name));
        let font = found.and_then(|found| found.as_dict().ok()).and_then(|found| found.get(b"Font").ok());
        let Some([font, size]) = font.and_then(|font| font.as_array().ok()).map(Vec::as_slice) else {
            return;
        };
        state.size = number(size);
        let font = self.document.dereference(font).ok().and_then(|(_, font)| font.as_dict().ok());
        state.font = font.and_then(|font| self.known(font));
    }

    /// What a marked part of the page says in the place of what it shows (14.9.4).
    fn marked(&mut self, operands: &[Object]) {
        let Some(said) = operands.get(1).and_then(|said| said.as_dict().ok()) else { return };
        for key in [&b"ActualText"[..], b"Alt", b"E"] {
            let text = said.get(key).ok().and_then(|text| decode_text_string(text).ok());
            if let Some(text) = text.filter(|text| text.len() > 2) {
                self.instead.push_str(&text);
                self.instead.push('\n');
            }
        }
    }

    /// The font; its encoding is read once a page.
    fn known(&mut self, dictionary: &'a Dictionary) -> Option<Rc<Font<'a>>> {
        if let Some((_, font)) = self.fonts.iter().find(|(known, _)| std::ptr::eq(*known, dictionary)) {
            return font.clone();
        }
        let font = Font::read(dictionary, self.document, self.budget.left()).map(Rc::new);
        self.fonts.push((dictionary, font.clone()));
        font
    }

    fn show(&mut self, state: &mut State<'a>, operands: &[Object]) {
        for operand in operands {
            match operand {
                Object::String(bytes, _) => self.piece(state, bytes),
                Object::Array(pieces) => self.show(state, pieces),
                Object::Integer(_) | Object::Real(_) => {
                    let kern = number(operand);
                    if kern <= KERN && !self.text.ends_with(char::is_whitespace) {
                        self.text.push(' ');
                    }
                    state.done -= kern / 1000.0 * state.size;
                }
                _ => {}
            }
        }
    }

    fn piece(&mut self, state: &mut State<'a>, bytes: &[u8]) {
        if self.loose && state.font.is_none() {
            state.font = Some(Rc::new(Font::unknown()));
        }
        let Some(font) = &state.font else {
            self.damaged = true;
            return;
        };
        let said = font.said(bytes);
        let (kinds, count) = &mut self.unnamed;
        *count += said.unnamed.len();
        kinds.extend(said.unnamed.iter().map(|code| (Rc::as_ptr(font) as usize, *code)));
        let piece = said.text;
        let width = font.width(bytes, &piece) * state.size;
        let whole = product(state.line, state.page);
        let height = (state.size * (whole[2].abs() + whole[3].abs())).abs().max(0.01);
        let start = at(whole, state.done);
        if let Some((x, y)) = self.pen {
            let (right, down) = (start.0 - x, (start.1 - y).abs());
            if down > height / 2.0 || right < -height * 2.0 {
                self.text.push('\n');
            } else if right > height * GAP && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
        self.text.push_str(&piece);
        state.done += width;
        self.pen = Some(at(whole, state.done));
    }
}

/// The place on the page of a point of a line.
fn at(whole: Matrix, x: f32) -> (f32, f32) {
    (whole[0] * x + whole[4], whole[1] * x + whole[5])
}

impl<'a> State<'a> {
    const fn new(page: Matrix) -> Self {
        let (line, font) = (IDENTITY, None);
        Self { page, line, done: 0.0, size: 1.0, leading: 0.0, font }
    }

    /// Takes on an earlier state; where the text stands is no part of it.
    fn restore(&mut self, earlier: State<'a>) {
        *self = Self { line: self.line, done: self.done, ..earlier };
    }

    fn place(&mut self, operator: &str, operands: &[Object]) {
        match (operator, operands) {
            ("BT", _) => self.begin(IDENTITY),
            ("Tm", operands) => self.begin(matrix(operands).unwrap_or(self.line)),
            ("TL", [leading]) => self.leading = number(leading),
            ("Td", [x, y]) => self.step(number(x), number(y)),
            ("TD", [x, y]) => {
                self.leading = -number(y);
                self.step(number(x), number(y));
            }
            ("T*", _) => self.next_line(),
            _ => {}
        }
    }

    const fn begin(&mut self, line: Matrix) {
        self.line = line;
        self.done = 0.0;
    }

    fn step(&mut self, x: f32, y: f32) {
        self.begin(product([1.0, 0.0, 0.0, 1.0, x, y], self.line));
    }

    fn next_line(&mut self) {
        // Without leading the lines would lie upon each other: for readers they are lines all the same.
        let leading = if self.leading == 0.0 { self.size } else { self.leading };
        self.step(0.0, -leading);
    }
}

fn number(object: &Object) -> f32 {
    object.as_float().unwrap_or_default()
}

fn matrix(operands: &[Object]) -> Option<Matrix> {
    let [a, b, c, d, e, f] = operands else { return None };
    Some([number(a), number(b), number(c), number(d), number(e), number(f)])
}
