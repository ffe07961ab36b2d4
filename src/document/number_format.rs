//! How a sheet shows its numbers: a national number that begins with zeros is kept without them, and its format puts
//! them back (ISO 29500-1, 18.8.30).

use super::xml::{Element, Elements};
use std::collections::HashMap;

/// What `xl/styles.xml` says of numbers.
#[derive(Default)]
pub(super) struct Formats {
    /// The codes of formats of the file's own, by their ids.
    codes: HashMap<String, String>,
    /// The ids of the formats that cells refer to, in order.
    cells: Vec<String>,
    in_cells: bool,
}

impl Formats {
    /// A format of the file's own, as older files say it.
    pub(super) fn add_code(&mut self, id: String, code: String) {
        self.codes.insert(id, code);
    }

    /// A format that cells refer to by its place.
    pub(super) fn add_cell(&mut self, id: String) {
        self.cells.push(id);
    }

    /// The codes, which may hold words.
    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.values().map(String::as_str)
    }

    /// A whole number as a cell of this style shows it, with the zeros that its format asks for.
    pub(super) fn padded(&self, number: &str, style: &str) -> Option<String> {
        let cell = self.cells.get(style.parse::<usize>().ok()?)?;
        let width = digits(self.codes.get(cell)?);
        let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_whole && number.len() < width && width <= 40).then(|| format!("{number:0>width$}"))
    }
}

/// How many digits a format always shows before its decimal point.
fn digits(code: &str) -> usize {
    let (mut count, mut quoted) = (0, false);
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                signs.next();
            }
            ';' | '.' => break,
            '0' => count += 1,
            _ => {}
        }
    }
    count
}

impl Elements for Formats {
    fn begin(&mut self, name: &str, element: &Element<'_>, _: &mut String) {
        let attribute = |name: &str| element.attribute(name).unwrap_or_default();
        match name {
            "numFmt" => {
                self.codes.insert(attribute("numFmtId"), attribute("formatCode"));
            }
            "cellXfs" => self.in_cells = true,
            "xf" if self.in_cells => self.cells.push(attribute("numFmtId")),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, _: &mut String) {
        self.in_cells &= name != "cellXfs";
    }

    fn wanted(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn digits_that_are_always_shown_are_counted() {
        for (code, count) in [
            ("00000000000", 11),
            (r"00\.00\.00\-000\.00", 11),
            ("#,##0.00", 1),
            ("\"n° 00\"000;0000", 3),
            ("@", 0),
        ] {
            assert_eq!(digits(code), count, "{code}");
        }
    }
}
