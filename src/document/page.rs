//! The text of one page of a PDF (ISO 32000-1, 9.4) in the order in which it is drawn: also of the forms drawn on it
//! and of how its annotations and fields look. Pieces that stand on one line side by side are one text, however
//! finely they were placed; else a number drawn letter by letter would not be one.

use super::Unreadable;
use super::limit::Budget;
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId, Stream};
use std::rc::Rc;

/// Forms within forms.
const DEPTH_MAX: usize = 8;

/// Between two pieces, in heights of the text: a gap from here on is a space.
const GAP: f32 = 0.25;

/// A kern from here on, in thousandths of the height, is a space.
const KERN: f32 = -180.0;

/// What a page says.
pub(super) struct Page {
    pub(super) text: String,
    /// Some of it could not be read.
    pub(super) damaged: bool,
}

/// Reads a page.
///
/// # Errors
/// Where the budget is used up.
pub(super) fn read(document: &Document, page: ObjectId, budget: &mut Budget) -> Result<Page, Unreadable> {
    let mut reader =
        Reader { document, budget, text: String::new(), damaged: false, pen: None, fonts: Vec::new() };
    let resources = reader.resources(page);
    match document.get_page_content_with_limit(page, reader.budget.left()) {
        Ok(content) => reader.run(&content, &resources, IDENTITY, DEPTH_MAX)?,
        Err(_) => reader.damaged = true,
    }
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
    Ok(Page { text: reader.text, damaged: reader.damaged })
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
    budget: &'b mut Budget,
    text: String,
    damaged: bool,
    /// Where the last piece ended on the page.
    pen: Option<(f32, f32)>,
    fonts: Vec<(&'a Dictionary, Option<Rc<Font<'a>>>)>,
}

/// The state of one content stream.
struct State<'a> {
    page: Matrix,
    line: Matrix,
    /// How far into the line the text has come.
    done: f32,
    size: f32,
    leading: f32,
    font: Option<Rc<Font<'a>>>,
}

struct Font<'a> {
    encoding: Encoding<'a>,
    first: i64,
    widths: Option<&'a Vec<Object>>,
}

impl<'a> Reader<'a, '_> {
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
        let Ok(content) = form.get_plain_content_with_limit(self.budget.left()) else {
            self.damaged = true;
            return Ok(());
        };
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
        self.budget.bytes(content.len())?;
        let Ok(content) = Content::decode(content) else {
            self.damaged = true;
            return Ok(());
        };
        let mut state = State { page, line: IDENTITY, done: 0.0, size: 1.0, leading: 0.0, font: None };
        let mut saved = Vec::new();
        for Operation { operator, operands } in &content.operations {
            match operator.as_str() {
                "q" => saved.push(state.page),
                "Q" => state.page = saved.pop().unwrap_or(page),
                "cm" => state.page = product(matrix(operands).unwrap_or(IDENTITY), state.page),
                "Tf" => self.font(&mut state, operands, resources),
                "Do" => self.drawn(operands, resources, state.page, depth)?,
                "Tj" | "TJ" | "'" | "\"" => {
                    if matches!(operator.as_str(), "'" | "\"") {
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

    fn font(&mut self, state: &mut State<'a>, operands: &[Object], resources: &[&'a Dictionary]) {
        let [name, size] = operands else { return };
        state.size = number(size);
        let found = name.as_name().ok().and_then(|name| self.resource(resources, b"Font", name));
        state.font = found.and_then(|font| font.as_dict().ok()).and_then(|font| self.known(font));
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
        let Some(font) = &state.font else {
            self.damaged = true;
            return;
        };
        let Ok(piece) = font.encoding.bytes_to_string(bytes) else {
            self.damaged = true;
            return;
        };
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

impl State<'_> {
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

impl<'a> Font<'a> {
    fn read(font: &'a Dictionary, document: &'a Document, limit: usize) -> Option<Self> {
        let encoding = font.get_font_encoding_with_limit(document, limit).ok()?;
        let first = font.get(b"FirstChar").and_then(Object::as_i64).unwrap_or_default();
        let widths = font.get_deref(b"Widths", document).and_then(Object::as_array).ok();
        Some(Self { encoding, first, widths })
    }

    /// How wide a piece is, in heights of the text.
    fn width(&self, bytes: &[u8], piece: &str) -> f32 {
        let known = |byte: &u8| {
            let index = usize::try_from(i64::from(*byte) - self.first).ok()?;
            self.widths?.get(index).map(|width| number(width) / 1000.0)
        };
        let all: Option<f32> = bytes.iter().map(known).sum();
        all.unwrap_or_else(|| piece.chars().map(usual_width).sum())
    }
}

/// About how wide a character is in Helvetica and most others.
const fn usual_width(character: char) -> f32 {
    match character {
        'i' | 'j' | 'l' | 'f' | 't' | 'I' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' | ' ' | '/' => 0.27,
        '-' | '(' | ')' | 'r' => 0.33,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.87,
        'A'..='Z' => 0.68,
        _ => 0.55,
    }
}

fn number(object: &Object) -> f32 {
    object.as_float().unwrap_or_default()
}

fn matrix(operands: &[Object]) -> Option<Matrix> {
    let [a, b, c, d, e, f] = operands else { return None };
    Some([number(a), number(b), number(c), number(d), number(e), number(f)])
}
