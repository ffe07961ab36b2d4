//! Word, Excel and PowerPoint since 2007 (ISO 29500): a zip of XML parts. Also their properties, where sensitivity
//! labels stand (\[MS-OFFCRYPTO\] 2.6).

use super::aside::{self, Everything};
use super::limit::Budget;
use super::number_format::Formats;
use super::xml::{Element, Elements, text};
use super::{Cells, Item, Part, Unreadable, joined};
use std::fmt::Write;
use std::sync::Arc;

/// Which reading a part of an Office file wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Runs of text in paragraphs: `w:t`, `a:t`.
    Runs,
    /// Properties as `name: value` lines.
    Properties,
    /// The cells of a sheet.
    Sheet,
    /// All texts and attributes, in parts of which nothing more is known.
    Everything,
}

/// Beginnings of the names of parts without words of the author's: looks, order, pictures of the first page.
const WORDLESS: [&str; 12] = [
    "[Content_Types]",
    "calcChain",
    "font",
    "numbering",
    "presProps",
    "printerSettings",
    "style",
    "tableStyles",
    "theme",
    "thumbnail",
    "viewProps",
    "webSettings",
];

/// Whether a part holds words, or may: what is not known does.
pub(super) fn may_hold_words(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    !WORDLESS.iter().any(|beginning| file.starts_with(beginning))
}

/// How the entry with this name is read; `None` holds no text.
pub(super) fn reading(name: &str) -> Option<Reading> {
    let file = name.rsplit('/').next().unwrap_or(name);
    if file.ends_with(".rels") || file.ends_with(".vml") {
        return Some(Reading::Everything);
    }
    if !file.ends_with(".xml") || name.starts_with("customXml/item") {
        return None;
    }
    let known = known(name, file);
    known.or_else(|| (name != "xl/sharedStrings.xml" && may_hold_words(name)).then_some(Reading::Everything))
}

fn known(name: &str, file: &str) -> Option<Reading> {
    match name.split('/').next()? {
        "docProps" | "docMetadata" => Some(Reading::Properties),
        "word" => {
            let kinds = ["document", "header", "footer", "footnotes", "endnotes", "comments", "glossary"];
            kinds.iter().any(|kind| file.starts_with(kind)).then_some(Reading::Runs)
        }
        "ppt" => {
            let kinds = ["slide", "notesSlide", "comment", "slideMaster", "slideLayout", "modernComment"];
            kinds.iter().any(|kind| file.starts_with(kind)).then_some(Reading::Runs)
        }
        "xl" if name.starts_with("xl/worksheets/") => Some(Reading::Sheet),
        "xl" if name.starts_with("xl/comments") || name.starts_with("xl/threadedComments") => {
            Some(Reading::Runs)
        }
        "xl" if name.starts_with("xl/drawings/") || name.starts_with("xl/charts/") => Some(Reading::Runs),
        _ => None,
    }
}

/// Reads one part.
pub(super) fn part(
    xml: &[u8],
    name: &str,
    prefix: &str,
    reading: Reading,
    workbook: &Workbook,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let part = match reading {
        Reading::Runs => {
            let mut runs = Runs::default();
            let text = text(xml, &mut runs)? + &runs.aside;
            Part::new(joined(prefix, &slide(name)), text)
        }
        Reading::Everything => Part::new(joined(prefix, name), text(xml, &mut Everything)?),
        Reading::Properties => Part::new(joined(prefix, name), text(xml, &mut Properties::default())?),
        Reading::Sheet => {
            let title = workbook.title(name);
            let name = joined(prefix, &format!("sheet {title}"));
            let mut sheet = Sheet::new(workbook, budget.left());
            let mut text = text(xml, &mut sheet)?;
            budget.bytes(sheet.shown)?;
            if !sheet.aside.is_empty() {
                sheet.cells.end(text.len());
                text.push_str(&sheet.aside);
            }
            Part { cells: sheet.cells.in_sheet(&name), name, text }
        }
    };
    if !part.text.trim().is_empty() {
        sink(Item::Text(part));
    }
    Ok(())
}

/// `ppt/slides/slide3.xml` is `slide 3`.
fn slide(name: &str) -> String {
    name.strip_prefix("ppt/slides/slide")
        .and_then(|rest| rest.strip_suffix(".xml"))
        .map_or_else(|| name.to_owned(), |number| format!("slide {number}"))
}

/// Elements whose characters are text: runs, fields, values of charts, who wrote comments.
const IN_RUNS: [&str; 6] = ["author", "delText", "instrText", "t", "text", "v"];

/// Text in runs, paragraphs on lines of their own.
#[derive(Default)]
struct Runs {
    in_text: bool,
    /// What stands in attributes: in its own lines at the end, so that no run is torn apart.
    aside: String,
}

impl Elements for Runs {
    fn begin(&mut self, name: &str, element: &Element<'_>, text: &mut String) {
        aside::words(element, &mut self.aside);
        match name {
            name if IN_RUNS.contains(&name) => self.in_text = true,
            "tab" => text.push('\t'),
            "br" | "cr" => text.push('\n'),
            "noBreakHyphen" => text.push('-'),
            "sym" => text.extend(element.attribute("char").and_then(|code| symbol(&code))),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, text: &mut String) {
        match name {
            name if IN_RUNS.contains(&name) => {
                self.in_text = false;
                if matches!(name, "author" | "v") {
                    text.push('\n');
                }
            }
            "p" | "tr" | "comment" => text.push('\n'),
            "tc" => {
                // A cell's paragraphs end lines; a table's row reads better, and matches better, as one line.
                if text.ends_with('\n') {
                    text.pop();
                }
                text.push('\t');
            }
            _ => {}
        }
    }

    fn wanted(&self) -> bool {
        self.in_text
    }
}

/// The character of a font of symbols, which counts from U+F000 on.
fn symbol(code: &str) -> Option<char> {
    let code = u32::from_str_radix(code, 16).ok()?;
    char::from_u32(if (0xF000..0xF100).contains(&code) { code - 0xF000 } else { code })
}

/// `name: value` lines from property parts: element names with their text, `name` and value attributes.
#[derive(Default)]
struct Properties {
    depth: usize,
}

impl Elements for Properties {
    fn begin(&mut self, name: &str, element: &Element<'_>, text: &mut String) {
        self.depth += 1;
        if let Some(property) = element.attribute("name") {
            let _ = write!(text, "\n{property}: ");
        } else if name == "label" {
            // MIP label metadata, docMetadata/LabelInfo.xml.
            let field = |attribute: &str| element.attribute(attribute).unwrap_or_default();
            let id = field("id");
            let id = id.trim_matches(['{', '}']);
            let enabled = if field("removed") == "1" || field("enabled") == "0" { "false" } else { "true" };
            let _ = write!(
                text,
                "\nMSIP_Label_{id}_Enabled: {enabled}\nMSIP_Label_{id}_SiteId: {}",
                field("siteId")
            );
        } else if self.depth > 1 && !text.ends_with(": ") {
            let _ = write!(text, "\n{name}: ");
        }
    }

    fn end(&mut self, _: &str, _: &mut String) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn wanted(&self) -> bool {
        true
    }
}

/// What sheets refer to: shared strings and the names of sheets.
#[derive(Default)]
pub(super) struct Workbook {
    strings: Vec<Arc<str>>,
    titles: Vec<String>,
    formats: Formats,
}

impl Workbook {
    /// Reads `xl/sharedStrings.xml`, `xl/workbook.xml` and `xl/styles.xml`, where they are there.
    pub(super) fn new(
        strings: Option<&[u8]>,
        workbook: Option<&[u8]>,
        styles: Option<&[u8]>,
    ) -> Result<Self, Unreadable> {
        let mut shared = SharedStrings::default();
        let all = strings.map(|xml| text(xml, &mut shared)).transpose()?.unwrap_or_default();
        let mut titles = Titles::default();
        workbook.map(|xml| text(xml, &mut titles)).transpose()?;
        let mut formats = Formats::default();
        styles.map(|xml| text(xml, &mut formats)).transpose()?;
        let mut strings: Vec<Arc<str>> = Vec::with_capacity(shared.ends.len());
        let mut start = 0;
        for end in shared.ends {
            strings.push(all.get(start..end).unwrap_or_default().into());
            start = end;
        }
        // What no cell refers to stands behind what cells count.
        let unshown = shared.spoken.into_iter().chain(all.get(start..).map(str::to_owned));
        let unshown = unshown.chain(formats.codes().map(str::to_owned));
        strings.extend(unshown.filter(|string| !string.is_empty()).map(Arc::from));
        Ok(Self { strings, titles: titles.0, formats })
    }

    /// The strings themselves: they hold text even where no cell shows it.
    pub(super) fn strings(&self) -> &[Arc<str>] {
        &self.strings
    }

    /// The name of the sheet in `xl/worksheets/sheetN.xml`, as the user sees it.
    fn title(&self, name: &str) -> String {
        let number = name.rsplit("sheet").next().and_then(|rest| rest.strip_suffix(".xml"));
        number
            .and_then(|number| number.parse::<usize>().ok())
            .and_then(|number| self.titles.get(number.checked_sub(1)?))
            .cloned()
            .unwrap_or_else(|| number.unwrap_or(name).to_owned())
    }
}

#[derive(Default)]
struct SharedStrings {
    in_text: bool,
    phonetic: bool,
    start: usize,
    ends: Vec<usize>,
    /// How strings are spoken, which is shown above them or not at all.
    spoken: Vec<String>,
}

impl Elements for SharedStrings {
    fn begin(&mut self, name: &str, _: &Element<'_>, text: &mut String) {
        match name {
            "t" => self.in_text = true,
            "rPh" => (self.phonetic, self.start) = (true, text.len()),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, text: &mut String) {
        match name {
            "t" => self.in_text = false,
            "rPh" if self.phonetic => {
                self.phonetic = false;
                self.spoken.push(text.split_off(self.start));
            }
            "si" => self.ends.push(text.len()),
            _ => {}
        }
    }

    fn wanted(&self) -> bool {
        self.in_text
    }
}

#[derive(Default)]
struct Titles(Vec<String>);

impl Elements for Titles {
    fn begin(&mut self, name: &str, element: &Element<'_>, _: &mut String) {
        if name == "sheet" {
            self.0.push(element.attribute("name").unwrap_or_default());
        }
    }

    fn end(&mut self, _: &str, _: &mut String) {}

    fn wanted(&self) -> bool {
        false
    }
}

/// The cells of a sheet: rows are lines, cells are parted by tabs, each with its name.
struct Sheet<'a> {
    workbook: &'a Workbook,
    shared: bool,
    numeric: bool,
    style: Option<String>,
    in_value: bool,
    start: usize,
    cells: Cells,
    /// Formulas, headers, lists to choose from, tips.
    aside: String,
    /// Bytes of shared strings that cells showed, and how many they may show: a thousand cells may show one long string.
    shown: usize,
    room: usize,
}

/// Elements of a sheet that hold text beside the cells' values.
const BESIDE: [&str; 9] = [
    "f",
    "formula1",
    "formula2",
    "oddHeader",
    "oddFooter",
    "evenHeader",
    "evenFooter",
    "firstHeader",
    "firstFooter",
];

/// The words of a sheet's header or footer without the codes for place, font and size: `&L`, `&"Arial"`, `&12`.
fn without_codes(words: &str, aside: &mut String) {
    let mut pieces = words.split('&');
    aside.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let rest = match piece.as_bytes().first() {
            Some(b'"') => piece[1..].split_once('"').map_or("", |(_, rest)| rest),
            Some(byte) if byte.is_ascii_digit() => {
                piece.trim_start_matches(|sign: char| sign.is_ascii_digit())
            }
            Some(byte) if byte.is_ascii() => &piece[1..],
            _ => piece,
        };
        aside.push(' ');
        aside.push_str(rest);
    }
}

/// Digits of a number that a cell shows whole.
const DIGITS_MAX: usize = 20;

/// A whole number that is written with an exponent, `8.5073003328E10`, as Java writes large ones.
fn written_out(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.trim().split_once(['E', 'e'])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let zeros = exponent.checked_sub(rest.len())?;
    let fits = !whole.is_empty() && whole.len() + rest.len() + zeros <= DIGITS_MAX;
    (fits && digits(whole) && digits(rest)).then(|| format!("{sign}{whole}{rest}{}", "0".repeat(zeros)))
}

impl<'a> Sheet<'a> {
    fn new(workbook: &'a Workbook, room: usize) -> Self {
        Self {
            workbook,
            shared: false,
            numeric: false,
            style: None,
            in_value: false,
            start: 0,
            cells: Cells::default(),
            aside: String::new(),
            shown: 0,
            room,
        }
    }
}

impl Elements for Sheet<'_> {
    fn begin(&mut self, name: &str, element: &Element<'_>, text: &mut String) {
        match name {
            "c" => {
                let kind = element.attribute("t");
                self.shared = kind.as_deref() == Some("s");
                self.numeric = kind.is_none_or(|kind| kind == "n");
                self.style = self.numeric.then(|| element.attribute("s")).flatten();
                if let Some(cell) = element.attribute("r") {
                    self.cells.begin_named(text.len(), &cell);
                }
            }
            "v" | "t" => {
                self.in_value = true;
                self.start = text.len();
            }
            "row" => {}
            name if BESIDE.contains(&name) => {
                self.in_value = true;
                self.start = text.len();
            }
            _ => aside::words(element, &mut self.aside),
        }
    }

    fn end(&mut self, name: &str, text: &mut String) {
        match name {
            "v" | "t" => {
                self.in_value = false;
                if self.shared {
                    let index = text.get(self.start..).and_then(|index| index.trim().parse::<usize>().ok());
                    text.truncate(self.start);
                    let string = index.and_then(|index| self.workbook.strings.get(index));
                    let string = string.map_or("", |string| string);
                    self.shown = self.shown.saturating_add(string.len());
                    if self.shown <= self.room {
                        text.push_str(string);
                    }
                } else if self.numeric {
                    if let Some(plain) = text.get(self.start..).and_then(written_out) {
                        text.truncate(self.start);
                        text.push_str(&plain);
                    }
                    if let (Some(style), Some(number)) = (&self.style, text.get(self.start..))
                        && let Some(shown) = self.workbook.formats.padded(number, style)
                    {
                        text.truncate(self.start);
                        text.push_str(&shown);
                    }
                }
            }
            "c" => text.push('\t'),
            "row" => text.push('\n'),
            name if BESIDE.contains(&name) => {
                self.in_value = false;
                let words = text.get(self.start..).unwrap_or_default();
                if name.ends_with("er") {
                    without_codes(words, &mut self.aside);
                } else {
                    self.aside.push_str(words);
                }
                self.aside.push('\n');
                text.truncate(self.start);
            }
            _ => {}
        }
    }

    fn wanted(&self) -> bool {
        self.in_value
    }
}
