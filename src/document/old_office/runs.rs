//! Text as it lies in bytes of no known order, in one byte or two a character.

use crate::text::view::utf16::windows_1252;

/// Characters of a run; shorter ones are chance.
const RUN_MIN: usize = 6;

/// Appends the runs of text in `bytes`, one a line. The bytes are read three times.
pub(super) fn collect(bytes: &[u8], text: &mut String) {
    let mut runs = Runs { text: std::mem::take(text), ..Runs::default() };
    bytes.iter().for_each(|byte| runs.next(Some(windows_1252(*byte)).filter(|sign| is_western(*sign))));
    runs.end();
    for offset in [0, 1] {
        let units = bytes.get(offset..).unwrap_or_default().chunks_exact(2);
        let signs = units.map(|unit| char::from_u32(u32::from(u16::from_le_bytes([unit[0], unit[1]]))));
        signs.for_each(|sign| runs.next(sign.filter(|sign| is_western(*sign))));
        runs.end();
    }
    *text = runs.text;
}

/// Whether a character stands in texts of our languages: ends of paragraphs, of lines and of cells too.
const fn is_western(sign: char) -> bool {
    matches!(
        sign,
        '\t' | '\r' | '\n' | '\u{7}' | '\u{B}' | ' '..='~' | '\u{A0}'..='\u{17F}' | '\u{2010}'..='\u{203A}' | '€' | '™'
    )
}

/// Runs of characters, one a line.
#[derive(Default)]
struct Runs {
    text: String,
    run: String,
    /// Characters of the run, and those of ASCII among them.
    count: usize,
    ascii: usize,
}

impl Runs {
    /// The next character; `None` where there is none.
    fn next(&mut self, sign: Option<char>) {
        let Some(sign) = sign else { return self.end() };
        self.count += 1;
        self.ascii += usize::from(sign.is_ascii_alphanumeric() || sign == ' ');
        self.run.push(match sign {
            '\r' | '\u{B}' => '\n',
            '\u{7}' => '\t',
            sign => sign,
        });
    }

    /// Keeps the run where it is text: bytes of chance are letters and digits far less often.
    fn end(&mut self) {
        if self.count >= RUN_MIN && self.ascii * 5 >= self.count * 3 {
            self.text.push_str(&self.run);
            self.text.push('\n');
        }
        self.run.clear();
        (self.count, self.ascii) = (0, 0);
    }
}
