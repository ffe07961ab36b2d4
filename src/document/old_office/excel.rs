//! Excel before 2007 (\[MS-XLS\], and Excel 5 and 95): records of cells, sheet by sheet; texts stand in a table that all cells
//! share, numbers in four ways.

use super::Reader;
use super::compound::{long, short};
use super::records::{Chars, Record, Records};
use crate::document::number_format::Formats;
use crate::document::{Cells, Item, Part, Unreadable, joined};
use std::collections::HashMap;
use std::sync::Arc;

/// The streams by which a storage is a workbook: since 97, and in 5 and 95.
pub(super) const STREAMS: [&str; 2] = ["Workbook", "Book"];

/// The version of the records since 97.
const SINCE_97: u16 = 0x0600;

/// Kinds of records (2.3).
mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000A;
    pub(super) const HEADER: u16 = 0x0014;
    pub(super) const FOOTER: u16 = 0x0015;
    pub(super) const NAME: u16 = 0x0018;
    pub(super) const NOTE: u16 = 0x001C;
    pub(super) const ENCRYPTED: u16 = 0x002F;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const NUMBERS: u16 = 0x00BD;
    pub(super) const RICH_LABEL: u16 = 0x00D6;
    pub(super) const STYLE: u16 = 0x00E0;
    pub(super) const DRAWINGS: u16 = 0x00EB;
    pub(super) const STRINGS: u16 = 0x00FC;
    pub(super) const SHARED_LABEL: u16 = 0x00FD;
    pub(super) const TEXT_OBJECT: u16 = 0x01B6;
    pub(super) const LINK: u16 = 0x01B8;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const SHORT_NUMBER: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// Reads a workbook.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    for stream in STREAMS {
        let Some(bytes) = reader.take(storage, stream)? else { continue };
        // What cells show is at most some times what the stream holds, but for texts that are shared.
        let prefix = if name.is_empty() { Arc::from(reader.prefix) } else { joined(reader.prefix, name) };
        let mut book = Book { prefix, ..Book::default() };
        for record in Records::new(&bytes) {
            if record.kind == kind::ENCRYPTED {
                return Err(Unreadable::Encrypted);
            }
            let before = book.sheet.cost();
            book.take(reader, &record)?;
            reader.budget.bytes(book.sheet.cost().saturating_sub(before))?;
        }
        book.end_sheet(reader);
        let unused = book.strings.iter().zip(&book.used).filter(|(_, used)| !**used);
        let unused: Vec<&str> = unused.map(|(text, _)| text.as_str()).collect();
        let text = unused.join("\n") + "\n" + &book.aside;
        reader.show(&joined(name, "workbook"), text)?;
    }
    Ok(())
}

#[derive(Default)]
struct Book {
    prefix: Arc<str>,
    is_97: bool,
    strings: Vec<String>,
    /// Which of them a cell shows.
    used: Vec<bool>,
    formats: Formats,
    /// Names of sheets by the place where they begin.
    names: HashMap<usize, String>,
    sheet: Sheet,
    /// How many parts of the stream have begun and not ended: charts stand within sheets.
    depth: usize,
    /// Texts that are in no cell.
    aside: String,
    /// The formula whose text follows.
    formula: Option<(u16, u16)>,
}

/// The cells of a sheet as text, as far as they were read.
#[derive(Default)]
struct Sheet {
    name: String,
    text: String,
    cells: Cells,
    row: Option<u16>,
    /// Notes and what repeats on pages.
    aside: String,
}

impl Sheet {
    const fn cost(&self) -> usize {
        self.text.len() + self.aside.len() + Cells::BYTES * self.cells.len()
    }
}

impl Book {
    fn take(&mut self, reader: &mut Reader<'_>, record: &Record<'_>) -> Result<(), Unreadable> {
        let data = record.data();
        let (row, column) = (short(data, 0).unwrap_or(0), short(data, 2).unwrap_or(0));
        match record.kind {
            kind::BEGIN => {
                self.is_97 = short(data, 0) == Some(SINCE_97);
                if self.depth == 0 {
                    self.end_sheet(reader);
                    self.sheet.name = self.names.get(&record.at).cloned().unwrap_or_default();
                }
                self.depth += 1;
            }
            kind::END => self.depth = self.depth.saturating_sub(1),
            kind::SHEET => {
                let name = self.short_text(record, 6);
                // A sheet without a cell has a name all the same.
                self.aside.push_str(&name);
                self.aside.push('\n');
                self.names.insert(long(data, 0).unwrap_or(0) as usize, name);
            }
            kind::STRINGS => self.read_strings(reader, record)?,
            kind::SHARED_LABEL => {
                let index = long(data, 6).unwrap_or(u32::MAX) as usize;
                if let Some(used) = self.used.get_mut(index) {
                    *used = true;
                    let text = self.strings[index].clone();
                    // A short record may show a long text.
                    reader.budget.bytes(text.len())?;
                    self.cell(row, column, &text);
                }
            }
            kind::LABEL | kind::RICH_LABEL => {
                let text = self.text(record, 6);
                self.cell(row, column, &text);
            }
            kind::NUMBER => self.number(row, column, data.get(6..), short(data, 4)),
            kind::SHORT_NUMBER => self.short_number(row, column, data.get(6..), short(data, 4)),
            kind::NUMBERS => {
                for (index, cell) in data.get(4..).unwrap_or_default().chunks_exact(6).enumerate() {
                    self.short_number(
                        row,
                        column.saturating_add(index as u16),
                        cell.get(2..),
                        short(cell, 0),
                    );
                }
            }
            kind::FORMULA => {
                // A result that is no number ends in two bytes of ones; a text follows in a record of its own.
                if data.get(12..14) == Some(&[0xFF, 0xFF]) {
                    self.formula = Some((row, column));
                } else {
                    self.number(row, column, data.get(6..), short(data, 4));
                }
                // Texts within the formula.
                super::runs::collect(data.get(20..).unwrap_or_default(), &mut self.sheet.aside);
            }
            kind::STRING => {
                let (row, column) = self.formula.take().unwrap_or_default();
                let text = self.text(record, 0);
                self.cell(row, column, &text);
            }
            kind::FORMAT => {
                let code = if self.is_97 { self.text(record, 2) } else { self.short_text(record, 2) };
                self.formats.add_code(short(data, 0).unwrap_or(0).to_string(), code);
            }
            kind::STYLE => self.formats.add_cell(short(data, 2).unwrap_or(0).to_string()),
            kind::TEXT_OBJECT => {
                let text = record.object_text();
                self.line(&text);
            }
            kind::HEADER | kind::FOOTER => {
                let text = if self.is_97 { self.text(record, 0) } else { self.short_text(record, 0) };
                self.line(&text);
            }
            kind::NOTE if self.is_97 => {
                let author = self.text(record, 8);
                self.line(&author);
            }
            kind::DRAWINGS => record.segments.iter().for_each(|segment| reader.lies(segment)),
            // Names, links, and what is not known.
            kind::NAME | kind::LINK => {
                record.segments.iter().for_each(|data| super::runs::collect(data, &mut self.aside))
            }
            _ => record.segments.iter().for_each(|data| reader.lies(data)),
        }
        Ok(())
    }

    /// A text with a length of two bytes, at a place of the record.
    fn text(&self, record: &Record<'_>, at: usize) -> String {
        let mut chars = Chars::new(record, at);
        let count = chars.short().unwrap_or(0);
        if self.is_97 { chars.text(count) } else { chars.narrow(count) }
    }

    /// A text with a length of one byte.
    fn short_text(&self, record: &Record<'_>, at: usize) -> String {
        let mut chars = Chars::new(record, at);
        let count = u16::from(chars.byte().unwrap_or(0));
        if self.is_97 { chars.text(count) } else { chars.narrow(count) }
    }

    /// The table of texts (2.4.265).
    fn read_strings(&mut self, reader: &mut Reader<'_>, record: &Record<'_>) -> Result<(), Unreadable> {
        let mut chars = Chars::new(record, 8);
        for _ in 0..long(record.data(), 4).unwrap_or(0) {
            let Some(count) = chars.short() else { break };
            let text = chars.text(count);
            reader.budget.bytes(text.len() + size_of::<String>())?;
            self.strings.push(text);
            self.used.push(false);
        }
        Ok(())
    }

    fn number(&mut self, row: u16, column: u16, bytes: Option<&[u8]>, style: Option<u16>) {
        if let Some(bytes) = bytes.and_then(|bytes| bytes.first_chunk()) {
            self.show_number(row, column, f64::from_le_bytes(*bytes), style);
        }
    }

    /// A number in 30 bits (2.5.217): a whole one or the upper half of a double, as it is or a hundredth.
    fn short_number(&mut self, row: u16, column: u16, bytes: Option<&[u8]>, style: Option<u16>) {
        let Some(packed) = bytes.and_then(|bytes| long(bytes, 0)) else { return };
        let whole = packed & 2 != 0;
        let number = if whole {
            f64::from(packed.cast_signed() >> 2)
        } else {
            f64::from_bits(u64::from(packed & !3) << 32)
        };
        self.show_number(row, column, if packed & 1 == 0 { number } else { number / 100.0 }, style);
    }

    fn show_number(&mut self, row: u16, column: u16, number: f64, style: Option<u16>) {
        // As programs show it: without an exponent as far as its digits are its own.
        let plain = number.abs() < 1e21;
        let text = if plain { format!("{number}") } else { format!("{number:e}") };
        let padded = self.formats.padded(&text, &style.unwrap_or(0).to_string());
        self.cell(row, column, &padded.unwrap_or(text));
    }

    fn cell(&mut self, row: u16, column: u16, text: &str) {
        let sheet = &mut self.sheet;
        if sheet.row.is_some_and(|before| before != row) {
            sheet.text.push('\n');
        }
        sheet.row = Some(row);
        sheet.cells.begin(sheet.text.len(), column.into(), row.into());
        sheet.text.push_str(text);
        sheet.text.push('\t');
    }

    fn line(&mut self, text: &str) {
        if !text.is_empty() {
            self.sheet.aside.push_str(text);
            self.sheet.aside.push('\n');
        }
    }

    /// Hands over the sheet that was read.
    fn end_sheet(&mut self, reader: &mut Reader<'_>) {
        let mut sheet = std::mem::take(&mut self.sheet);
        if !sheet.text.is_empty() {
            sheet.text.push('\n');
        }
        let name = joined(&self.prefix, &format!("sheet {}", sheet.name));
        if !sheet.aside.trim().is_empty() {
            sheet.cells.end(sheet.text.len());
            sheet.text.push_str(&sheet.aside);
        }
        if !sheet.text.trim().is_empty() {
            (reader.sink)(Item::Text(Part { cells: sheet.cells.in_sheet(&name), name, text: sheet.text }));
        }
    }
}
