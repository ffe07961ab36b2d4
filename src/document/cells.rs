//! Where the cells of a sheet stand in its text. Kept as rows and columns, whose names are written when somebody asks: a sheet
//! may have millions of cells, and findings stand in few. Knows no file format.

use std::sync::Arc;

/// Letters of a column, at most; three are the most that programs write.
const LETTERS_MAX: usize = 4;

/// The cells of a sheet, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// The sheet's name, which stands before those of the cells.
    sheet: Option<Arc<str>>,
    cells: Vec<Cell>,
}

/// From where on in the text, and which one: column and row counted from one; none where the text is of no cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    at: u32,
    column: u32,
    row: u32,
}

impl Cells {
    /// The same, of a sheet with this name.
    #[must_use]
    pub fn in_sheet(self, sheet: &Arc<str>) -> Self {
        Self { sheet: Some(Arc::clone(sheet)), ..self }
    }

    /// Bytes that one takes.
    pub const BYTES: usize = size_of::<Cell>();

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// From an offset of the text on there is this cell, both numbers counted from zero.
    pub fn begin(&mut self, at: usize, column: u32, row: u32) {
        self.push(at, column.saturating_add(1), row.saturating_add(1));
    }

    /// The same by the cell's name, `AB12`; what is no name is no cell.
    pub fn begin_named(&mut self, at: usize, name: &str) {
        let (column, row) = numbers(name).unwrap_or_default();
        self.push(at, column, row);
    }

    /// From an offset of the text on there are no cells.
    pub fn end(&mut self, at: usize) {
        self.push(at, 0, 0);
    }

    fn push(&mut self, at: usize, column: u32, row: u32) {
        // A text of four gigabytes is over every limit.
        if let Ok(at) = u32::try_from(at) {
            self.cells.push(Cell { at, column, row });
        }
    }

    /// The name of the cell at an offset of the text, `sheet Agents!B12`; that of the sheet where there is none.
    #[must_use]
    pub fn place(&self, offset: usize) -> Option<Arc<str>> {
        let sheet = self.sheet.as_ref()?;
        let after = self.cells.partition_point(|cell| cell.at as usize <= offset);
        let cell = after.checked_sub(1).and_then(|index| self.cells.get(index))?;
        if cell.column == 0 || cell.row == 0 {
            return Some(Arc::clone(sheet));
        }
        Some(format!("{sheet}!{}{}", letters(cell.column), cell.row).into())
    }
}

/// Column and row of a cell's name, counted from one.
fn numbers(name: &str) -> Option<(u32, u32)> {
    let end = name.find(|letter: char| !letter.is_ascii_uppercase())?;
    let (column, row) = name.split_at(end);
    if !(1..=LETTERS_MAX).contains(&column.len()) || !row.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let column = column.bytes().fold(0, |column, letter| column * 26 + u32::from(letter - b'A' + 1));
    Some((column, row.parse().ok()?))
}

/// The letters of a column counted from one: A to Z, AA and on.
fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        letters.push(char::from(b'A' + ((column - 1) % 26) as u8));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::{Cells, letters, numbers};

    #[test]
    fn columns_have_letters() {
        for (column, wanted) in [(1, "A"), (26, "Z"), (27, "AA"), (256, "IV"), (702, "ZZ"), (703, "AAA")] {
            assert_eq!(letters(column), wanted);
            assert_eq!(numbers(&format!("{wanted}12")), Some((column, 12)));
        }
        assert_eq!(letters(65_536), "CRXP");
        for name in ["", "A", "12", "a1", "A-1", "A1B", "ABCDE1", "A99999999999"] {
            assert_eq!(numbers(name), None, "{name}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_last_cell_before_it() {
        let mut cells = Cells::default();
        assert_eq!(cells.place(3), None);
        cells = cells.in_sheet(&"sheet S".into());
        assert_eq!(cells.place(3), None);
        cells.begin(0, 0, 0);
        cells.begin_named(5, "AB12");
        cells.begin_named(9, "?");
        cells.begin(11, 2, 41);
        cells.end(20);
        let place = |at| cells.place(at).unwrap();
        for (at, wanted) in [(0, "S!A1"), (4, "S!A1"), (5, "S!AB12"), (9, "S"), (11, "S!C42"), (99, "S")] {
            assert_eq!(&*place(at), format!("sheet {wanted}"), "{at}");
        }
    }
}
