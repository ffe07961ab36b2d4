//! Word before 2007 (\[MS-DOC\], and Word 6 and 95): pieces of text in one byte or two a character, put in order by a table,
//! first the running text, then notes, what repeats on pages, comments, boxes.

use super::compound::{long, short};
use super::{Reader, joined};
use crate::document::Unreadable;
use crate::span::Span;
use crate::text::view::utf16::{self, windows_1252};

/// The stream by which a storage is a document.
pub(super) const STREAM: &str = "WordDocument";

/// The mark of Word since 97, and of 6 and 95.
const MARK: u16 = 0xA5EC;
const MARK_95: u16 = 0xA5DC;

/// Flags of the header (2.5.2).
const COMPLEX: u16 = 0x0004;
const ENCRYPTED: u16 = 0x0100;
const SECOND_TABLE: u16 = 0x0200;
/// In Word 95 for Asia all text is in two bytes a character.
const WIDE_95: u16 = 0x1000;

/// The character set of Macs, and where the header of Word 6 and 95 says it.
const MAC: u16 = 0x0100;
const CHARACTERS_AT: usize = 0x14;

/// What the upper half of that set is (Unicode's `ROMAN.TXT`).
const MAC_UPPER: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

/// Where the header says how many characters each part has (2.5.4), and their names. The fourth part is of no use any more.
const PARTS_AT: usize = 0x4C;
const PARTS_AT_95: usize = 0x34;
const PARTS: [&str; 8] = [
    "document",
    "footnotes",
    "headers and footers",
    "macros",
    "comments",
    "endnotes",
    "text boxes",
    "text boxes of headers",
];

/// Where the header says where the table of pieces is (2.5.6).
const PIECES_AT: usize = 0x1A2;
const PIECES_AT_95: usize = 0x160;

/// A piece of text.
struct Piece {
    /// Where its bytes begin.
    start: usize,
    /// Characters.
    count: usize,
    wide: bool,
}

/// Reads a document.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    let main = reader.take(storage, STREAM)?.unwrap_or_default();
    let flags = short(&main, 0x0A).ok_or(Unreadable::Broken)?;
    let is_95 = match short(&main, 0) {
        Some(MARK) => false,
        // Before 97 the mark was of the language; all end in the same way.
        Some(mark) if mark == MARK_95 || mark & 0xFF00 == 0xA500 || mark & 0xFF00 == 0xA600 => true,
        _ => return Err(Unreadable::Broken),
    };
    if flags & ENCRYPTED != 0 {
        return Err(Unreadable::Encrypted);
    }
    let table_name = if flags & SECOND_TABLE != 0 { "1Table" } else { "0Table" };
    let table = if is_95 { None } else { reader.take(storage, table_name)? };
    let pieces = match pieces(&main, table.as_deref(), is_95, flags) {
        Some(pieces) => pieces,
        None => return Err(Unreadable::Broken),
    };
    let is_mac = is_95 && short(&main, CHARACTERS_AT) == Some(MAC);
    let (text, mut covered) = characters(reader, &main, &pieces, is_mac)?;
    show_parts(reader, &main, &text, is_95, name)?;
    covered.sort_unstable();
    let mut at = 0;
    for span in covered {
        if span.start > at {
            reader.lies(&main[at..span.start]);
        }
        at = at.max(span.end);
    }
    reader.lies(&main[at..]);
    reader.lies(&table.unwrap_or_default());
    Ok(())
}

/// The pieces in order; `None` where the header leads nowhere.
fn pieces(main: &[u8], table: Option<&[u8]>, is_95: bool, flags: u16) -> Option<Vec<Piece>> {
    let (at, holder) = if is_95 { (PIECES_AT_95, main) } else { (PIECES_AT, table?) };
    let (start, length) = (long(main, at)? as usize, long(main, at + 4)? as usize);
    let wide_95 = is_95 && flags & WIDE_95 != 0;
    let whole = || {
        let (start, end) = (long(main, 0x18)? as usize, long(main, 0x1C)? as usize);
        let length = end.checked_sub(start)?;
        Some(vec![Piece { start, count: if wide_95 { length / 2 } else { length }, wide: wide_95 }])
    };
    if length == 0 || is_95 && flags & COMPLEX == 0 {
        return whole();
    }
    let mut rest = holder.get(start..start.checked_add(length)?)?;
    // Properties that pieces refer to stand before the table (2.9.38).
    while let [1, after @ ..] = rest {
        rest = after.get(2 + usize::from(short(after, 0)?)..)?;
    }
    let table = rest.strip_prefix(&[2])?;
    let table = table.get(4..4 + (long(table, 0)? as usize).min(table.len() - 4))?;
    let count = table.len().checked_sub(4)? / 12;
    let piece = |index: usize| {
        let (from, to) = (long(table, 4 * index)?, long(table, 4 * index + 4)?);
        let place = long(table, 4 * (count + 1) + 8 * index + 2)?;
        let narrow = if is_95 { !wide_95 } else { place & 0x4000_0000 != 0 };
        let start = (place & 0x3FFF_FFFF) as usize;
        let start = if narrow && !is_95 { start / 2 } else { start };
        Some(Piece { start, count: to.saturating_sub(from) as usize, wide: !narrow })
    };
    (0..count).map(piece).collect()
}

/// The characters of all pieces, and which bytes they took. Pieces may lie one over the other, so each is paid for.
fn characters(
    reader: &mut Reader<'_>,
    main: &[u8],
    pieces: &[Piece],
    is_mac: bool,
) -> Result<(Vec<char>, Vec<Span>), Unreadable> {
    let upper: Vec<char> = MAC_UPPER.chars().collect();
    let narrow = |byte: &u8| match byte {
        0x80.. if is_mac => upper[usize::from(byte - 0x80)],
        _ => windows_1252(*byte),
    };
    let (mut text, mut covered) = (Vec::new(), Vec::new());
    for piece in pieces {
        let length = piece.count.saturating_mul(if piece.wide { 2 } else { 1 });
        let end = piece.start.saturating_add(length).min(main.len());
        let bytes = main.get(piece.start..end).unwrap_or_default();
        reader.budget.bytes(4 * bytes.len())?;
        let before = text.len();
        if piece.wide {
            // Characters are counted in units: the second half of a pair is none of its own.
            for sign in utf16::little_endian(bytes) {
                text.push(sign);
                text.extend((sign.len_utf16() == 2).then_some('\u{1}'));
            }
        } else {
            text.extend(bytes.iter().map(narrow));
        }
        // What is missing still counts.
        text.resize(before + piece.count.min(bytes.len()), '\u{1}');
        if !bytes.is_empty() {
            covered.push(Span::new(piece.start, end));
        }
    }
    Ok((text, covered))
}

fn show_parts(
    reader: &mut Reader<'_>,
    main: &[u8],
    text: &[char],
    is_95: bool,
    name: &str,
) -> Result<(), Unreadable> {
    let first = if is_95 { PARTS_AT_95 } else { PARTS_AT };
    let mut at = 0;
    for (index, part) in PARTS.iter().enumerate() {
        let count = long(main, first + 4 * index).unwrap_or(0) as usize;
        let end = at + count.min(text.len() - at);
        reader.show(&joined(name, part), plain(&text[at..end]))?;
        at = end;
    }
    // Behind the last part stands nothing but one paragraph mark, or what the header does not count.
    reader.show(&joined(name, "document"), plain(&text[at..]))
}

/// The characters as text: ends of paragraphs and cells, no marks. What fields are made from stands at the end.
fn plain(signs: &[char]) -> String {
    let (mut text, mut aside) = (String::new(), String::new());
    // For each field around: whether its result has begun.
    let mut fields: Vec<bool> = Vec::new();
    let mut before = '\0';
    for &sign in signs {
        let out = if fields.contains(&false) { &mut aside } else { &mut text };
        match sign {
            '\u{13}' => fields.extend((fields.len() < 32).then_some(false)),
            '\u{14}' => fields.last_mut().into_iter().for_each(|begun| *begun = true),
            '\u{15}' => {
                if fields.pop() == Some(false) || fields.is_empty() {
                    aside.push('\n');
                }
            }
            '\r' | '\u{B}' | '\u{C}' | '\u{E}' => out.push('\n'),
            // The end of a row is written as one more end of a cell.
            '\u{7}' => out.push(if before == '\u{7}' { '\n' } else { '\t' }),
            '\u{1E}' => out.push('-'),
            '\t' | '\n' => out.push(sign),
            '\0'..='\u{1F}' => {}
            _ => out.push(sign),
        }
        before = sign;
    }
    if !aside.trim().is_empty() {
        text.push('\n');
        text.push_str(aside.trim());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::plain;

    fn text(signs: &str) -> String {
        plain(&signs.chars().collect::<Vec<_>>())
    }

    #[test]
    fn the_upper_half_is_whole() {
        assert_eq!(super::MAC_UPPER.chars().count(), 128);
    }

    #[test]
    fn marks_are_no_text_and_fields_do_not_tear_it_apart() {
        assert_eq!(
            text("85.07\u{1f}.30\u{1e}033\u{2}\rNom\u{7}Lemaire\u{7}\u{7}fin\u{c}"),
            "85.07.30-033\nNom\tLemaire\t\nfin\n"
        );
        let link = "a \u{13} HYPERLINK \"mailto:a@b.be\" \u{1}\u{14}b\u{15} c";
        assert_eq!(text(link), "a b c\nHYPERLINK \"mailto:a@b.be\"");
        assert_eq!(text("\u{13}IF \u{13}REF x\u{14}1\u{15} = 1\u{14}oui\u{15}."), "oui.\nIF REF x1 = 1");
        assert_eq!(text("\u{15}\u{14}a\u{13}b"), "a\nb");
    }
}
