//! Tables in plain text: CSV, tabs, Markdown. Finds the header that a word stands in, and the cells below. Reads a
//! bounded piece of the text, and knows no words.

/// Bytes of a header on either side of the word.
const HEADER_BYTES_MAX: usize = 400;

/// Bytes of a table that are read. Far less than windows of a stream share.
const TABLE_BYTES_MAX: usize = 16 << 10;

/// Bytes of a header's cell.
const CELL_BYTES_MAX: usize = 40;

/// Digits beside letters from which on a cell is a value.
const VALUE_DIGITS: usize = 4;

/// A table's header and what stands below it.
pub(super) struct Table<'a> {
    delimiter: char,
    /// Whether it is a statement of SQL: `INSERT INTO t (a, b) VALUES ('1', '2'), ('3', '4')`.
    sql: bool,
    header: &'a str,
    header_at: usize,
    rows: &'a str,
    rows_at: usize,
}

/// A cell without its blanks and quotes, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

/// Whether the word `at..end` fills a cell: the cheap question.
fn is_in_cell(text: &[u8], at: usize, end: usize) -> bool {
    let blank = |byte: &&u8| matches!(byte, b' ' | b'"' | b'*' | b'\r' | b'`' | b'[' | b']');
    let delimits = |byte: Option<&u8>| matches!(byte, Some(b',' | b';' | b'\t' | b'|'));
    let word =
        |byte: &&u8| byte.is_ascii_alphabetic() || **byte >= 0x80 || matches!(byte, b'-' | b' ' | b'"');
    let before = text[..at].iter().rev().take(CELL_BYTES_MAX).find(|byte| !word(byte) && !blank(byte));
    let after = text[end..].iter().take(4).find(|byte| !blank(byte));
    delimits(after) || delimits(before) && matches!(after, None | Some(b'\n' | b')'))
}

/// Where the cell ends that a label begins: "mot de passe de session", "PIN-Code", "geb. op".
pub(super) fn cell_end(text: &[u8], from: usize) -> usize {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || matches!(byte, b' ' | b'-');
    from + text[from..].iter().take(32).take_while(|byte| letter(byte)).count()
}

impl<'a> Table<'a> {
    /// The table whose header has the word `at..end` in a cell.
    pub(super) fn headed(text: &'a [u8], at: usize, end: usize) -> Option<Self> {
        is_in_cell(text, at, end).then(|| Self::at(text, at).or_else(|| Self::inserted(text, at)))?
    }

    /// The table that a statement of SQL fills, where the byte at `at` stands among its names.
    fn inserted(text: &'a [u8], at: usize) -> Option<Self> {
        let from = at.saturating_sub(HEADER_BYTES_MAX);
        let open = from + memchr::memrchr(b'(', &text[from..at])? + 1;
        let close = at + memchr::memchr(b')', &text[at..text.len().min(at + HEADER_BYTES_MAX)])?;
        let behind = &text[close + 1..text.len().min(close + 24)];
        let blanks = behind.len() - behind.trim_ascii_start().len();
        let values = behind.get(blanks..blanks + 6).is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
        let name =
            |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_, `\"[]\n\r\t.".contains(byte);
        if !values || !text[open..close].iter().all(name) {
            return None;
        }
        let header = std::str::from_utf8(&text[open..close]).ok()?;
        let rows_at = close + 1 + blanks + 6;
        let table =
            Self { delimiter: ',', sql: true, header, header_at: open, rows: table(text, rows_at), rows_at };
        let filled = table.rows().next().is_some();
        filled.then_some(table)
    }

    /// The table whose header the byte at `at` stands in: its first row, no row of the same width above it and one
    /// below.
    fn at(text: &'a [u8], at: usize) -> Option<Self> {
        let from = at.saturating_sub(HEADER_BYTES_MAX);
        let start = match memchr::memrchr(b'\n', &text[from..at]) {
            Some(line) => from + line + 1,
            None if from == 0 => 0,
            None => return None,
        };
        let length = memchr::memchr(b'\n', &text[start..text.len().min(at + HEADER_BYTES_MAX)])?;
        let header = &text[start..start + length];
        let (delimiter, first) =
            b"|\t;,".iter().find_map(|mark| Some((*mark, memchr::memchr(*mark, header)?)))?;
        // Most words beside a comma stand in a sentence, whose beginning is no cell.
        let first = header[..first].trim_ascii();
        let ornate = first.first().is_some_and(|sign| b"\"*`".contains(sign));
        if first.len() > CELL_BYTES_MAX && !ornate && memchr::memchr2(b':', b'?', first).is_none() {
            return None;
        }
        let rows_at = start + length + 1;
        // Most words beside a comma stand in no table, as the next line shows.
        let next = &text[rows_at..text.len().min(rows_at + TABLE_BYTES_MAX)];
        let next = &next[..memchr::memchr(b'\n', next).unwrap_or(next.len())];
        let delimiters = |line: &[u8]| memchr::memchr_iter(delimiter, line).count();
        if memchr::memchr(b'"', header).is_none()
            && memchr::memchr(b'"', next).is_none()
            && delimiters(header) != delimiters(next)
        {
            return None;
        }
        // "INSERT INTO t (a, b) VALUES" above "('1', '2')": as wide as a row, and none of it.
        if ends_with_values(header) {
            return None;
        }
        let header = std::str::from_utf8(header).ok()?;
        let delimiter = char::from(delimiter);
        let heads = |(number, cell): (usize, Cell<'_>)| {
            // "Mets ce tableau en forme ? id;nom": the first cell may stand behind a sentence.
            let sentence = cell.text.rfind([':', '?']).filter(|_| number == 0);
            let text = sentence.map_or(cell.text, |end| &cell.text[end + 1..]);
            // "alarme, code 224877": a value, no name of a column.
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let valued = digits >= VALUE_DIGITS && digits < text.len();
            text.len() <= CELL_BYTES_MAX && !text.contains(':') && !valued
        };
        // `password,`: an argument on its line.
        let filled = cells(header, delimiter, '"', start).filter(|cell| !cell.text.is_empty()).count();
        if filled < 2 || !cells(header, delimiter, '"', start).enumerate().all(heads) {
            return None;
        }
        let table =
            Self { delimiter, sql: false, header, header_at: start, rows: table(text, rows_at), rows_at };
        let above = start.checked_sub(1).map(|end| &text[start.saturating_sub(HEADER_BYTES_MAX)..end]);
        let above = above.and_then(|above| above.rsplit(|byte| *byte == b'\n').next());
        let continues = above.is_some_and(|above| table.width_of(above) == table.header().count());
        (!continues && table.rows().next().is_some()).then_some(table)
    }

    /// The header's cells.
    pub(super) fn header(&self) -> impl Iterator<Item = Cell<'a>> {
        let sql = self.sql;
        let name = move |cell: Cell<'a>| {
            let inner = cell.text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
            match inner.filter(|_| sql) {
                Some(text) => Cell { text, start: cell.start + 1 },
                None => cell,
            }
        };
        cells(self.header, self.delimiter, '"', self.header_at).map(name)
    }

    /// The cells of each row, up to a line that is none.
    pub(super) fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = Cell<'a>>> {
        let (width, delimiter, sql) = (self.header().count(), self.delimiter, self.sql);
        let quote = if sql { '\'' } else { '"' };
        let (rows, offset, mut at) = (self.rows, self.rows_at, 0);
        std::iter::from_fn(move || {
            let row = if sql {
                tuple(rows, at)
            } else {
                line(rows, at, |row| cells(row, delimiter, quote, 0).count() == width)
            }?;
            let text = &rows[row.0..row.1];
            at = row.1 + 1;
            let row = cells(text, delimiter, quote, offset + row.0);
            (cells(text, delimiter, quote, 0).count() == width).then_some(row)
        })
    }

    /// Whether the word at `at` is the first of two cells: what it names may stand beside it instead of below.
    pub(super) fn is_beside(&self, at: usize) -> bool {
        let mut heads = self.header();
        heads.next().is_some_and(|cell| cell.start == at) && heads.count() == 1
    }

    fn width_of(&self, line: &[u8]) -> usize {
        std::str::from_utf8(line).map_or(0, |line| cells(line, self.delimiter, '"', 0).count())
    }
}

/// Whether a line is the first of a statement of SQL whose tuples begin on the next.
fn ends_with_values(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let word = line.len().checked_sub(6).and_then(|at| line.get(at..));
    word.is_some_and(|word| word.eq_ignore_ascii_case(b"values")) && line.contains(&b')')
}

/// The text from `at` on, as far as a table is read.
fn table(text: &[u8], at: usize) -> &str {
    let rest = &text[at..text.len().min(at + TABLE_BYTES_MAX)];
    match std::str::from_utf8(rest) {
        Ok(rest) => rest,
        Err(fault) => std::str::from_utf8(&rest[..fault.valid_up_to()]).unwrap_or_default(),
    }
}

/// Lines of a row whose cells hold line ends.
const ROW_LINES_MAX: usize = 4;

/// Begin and end of the row at `from`: a line, or several where a line end stands within quotes.
fn line(rows: &str, from: usize, is_whole: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
    let rest = rows.get(from..).filter(|rest| !rest.is_empty())?;
    let mut ends = rest.match_indices('\n').map(|(end, _)| end).chain([rest.len()]);
    let first = ends.next()?;
    let is_open = rest[..first].matches('"').count() % 2 != 0;
    let whole = || ends.take(ROW_LINES_MAX).find(|end| rest[..*end].matches('"').count() % 2 == 0);
    let end = is_open.then(whole).flatten().filter(|end| is_whole(&rest[..*end])).unwrap_or(first);
    Some((from, from + end))
}

/// Begin and end of what stands in the brackets that open next: a row of SQL.
fn tuple(rows: &str, from: usize) -> Option<(usize, usize)> {
    let rest = rows.get(from..)?;
    let open = rest
        .find('(')
        .filter(|open| rest[..*open].chars().all(|sign| sign.is_whitespace() || matches!(sign, ',' | ')')))?;
    let mut quoted = false;
    let close = rest[open + 1..].find(|sign: char| {
        quoted ^= sign == '\'';
        sign == ')' && !quoted
    })?;
    Some((from + open + 1, from + open + 1 + close))
}

/// The cells of a line; a delimiter within quotes is none.
fn cells(line: &str, delimiter: char, quote: char, offset: usize) -> impl Iterator<Item = Cell<'_>> {
    let mut quoted = false;
    let parts = line.split(move |sign: char| {
        quoted ^= sign == quote;
        sign == delimiter && !quoted
    });
    let mut at = offset;
    parts.map(move |part| {
        let blank = move |sign: char| matches!(sign, ' ' | '\t' | '"' | '\r' | '\n' | '`') || sign == quote;
        let inner = part.trim_start_matches(|sign: char| blank(sign) || sign == '*');
        // N'Dupont': as one server writes its statements.
        let wide = inner.strip_prefix("N'").filter(|_| quote == '\'');
        let inner = wide.unwrap_or(inner);
        let start = at + part.len() - inner.len();
        at += part.len() + 1;
        let ornate = part[..part.len() - inner.len()].contains("**");
        let text = inner.trim_end_matches(|sign: char| blank(sign) || ornate && sign == '*');
        Cell { text, start }
    })
}

#[cfg(test)]
mod tests {
    use super::{Table, is_in_cell};

    fn second_column(text: &str) -> Vec<&str> {
        let table = Table::at(text.as_bytes(), text.find("Nom").expect("a header")).expect("a table");
        let cells = table.rows().filter_map(|mut row| row.nth(1)).collect::<Vec<_>>();
        assert!(cells.iter().all(|cell| text[cell.start..].starts_with(cell.text)));
        cells.iter().map(|cell| cell.text).collect()
    }

    #[test]
    fn cells_stand_below_their_header() {
        assert_eq!(second_column("voici :\nid;Nom\n1; A \n2;B\n\n3;C"), ["A", "B"]);
        assert_eq!(second_column("id,Nom\r\n1,\"A, B\"\r\n2,C\r\n"), ["A, B", "C"]);
        assert!(Table::at(b"id\tNom\n1\ta\tx\n", 3).is_none());
    }

    #[test]
    fn cells_hold_line_ends_and_statements_of_sql_are_tables() {
        assert_eq!(second_column("id,Nom\n1,\"A\nB\"\n2,C\n"), ["A\nB", "C"]);
        assert_eq!(second_column("id,Nom\n1,5\" B\n2,C\n"), ["5\" B", "C"]);
        for text in [
            "INSERT INTO t (id, Nom, x)\nVALUES (1, 'A, (b)', 2),\n  (2, 'C', 3);",
            "INSERT INTO t (id, Nom, x) VALUES\n(1, 'A, (b)', 2),\n(2, 'C', 3);",
            "INSERT INTO t (id, Nom, x) values\r\n\t(1, 'A, (b)', 2)\r\n\t,(2, 'C', 3)",
            "INSERT INTO t(`id`,`Nom`,`x`) VALUES (1,'A, (b)',2),\n(2,'C',3);",
            "INSERT INTO [t] ([id], [Nom], [x])\nVALUES\n(1, N'A, (b)', 2), (2, N'C', 3)",
        ] {
            let at = text.find("Nom").expect("a header");
            let table = Table::headed(text.as_bytes(), at, at + 3).expect("a table");
            assert!(table.header().any(|cell| cell.start == at && cell.text == "Nom"), "{text}");
            let cells: Vec<_> = table.rows().filter_map(|mut row| row.nth(1)).collect();
            assert!(cells.iter().all(|cell| text[cell.start..].starts_with(cell.text)));
            assert_eq!(cells.iter().map(|cell| cell.text).collect::<Vec<_>>(), ["A, (b)", "C"], "{text}");
        }
    }

    #[test]
    fn rows_of_a_table_are_no_headers() {
        let text = "id;titre\n1;Nom\n2;B";
        assert!(Table::at(text.as_bytes(), text.find("Nom").expect("it")).is_none());
        assert!(Table::at(b"le Nom, puis\nle reste", 3).is_none());
    }

    #[test]
    fn a_word_fills_a_cell_beside_a_delimiter() {
        assert!(
            is_in_cell(b"id;Nom\n", 3, 6) && is_in_cell(b"| Nom |", 2, 5) && is_in_cell(b"a,\"Nom\"", 3, 6)
        );
        assert!(!is_in_cell(b"le Nom du chef", 3, 6) && !is_in_cell(b"Nom\n", 0, 3));
    }
}
