//! TrueType and OpenType fonts (ISO 14496-22): their `cmap` leads from characters to glyphs; here it is read backwards.

use super::Bytes;
use std::collections::BTreeMap;

/// Entries of all tables of a font that are read: glyphs have numbers of two bytes, and most fonts say them twice or thrice.
/// Tables and their ranges may lie one over the other: without a bound, a small font would take hours.
const ENTRIES_MAX: usize = 1 << 19;

/// The characters of glyphs, as far as they are read.
struct Glyphs {
    characters: BTreeMap<u32, char>,
    /// Entries that may still be read.
    room: usize,
}

/// A table of the font.
pub(super) fn table<'a>(font: &'a [u8], tag: &[u8; 4]) -> Option<&'a [u8]> {
    let bytes = Bytes(font);
    if !matches!(font.get(..4)?, b"\0\x01\0\0" | b"OTTO" | b"true") {
        return None;
    }
    let entry = |index: usize| 12 + 16 * index;
    let found = (0..bytes.short(4)?).map(entry).find(|at| bytes.slice(*at, 4) == Some(tag))?;
    let start = bytes.long(found + 8)?;
    let length = bytes.long(found + 12)?.min(font.len().checked_sub(start)?);
    bytes.slice(start, length)
}

/// The characters of glyphs.
pub(super) fn glyphs(font: &[u8]) -> Option<BTreeMap<u32, char>> {
    let bytes = Bytes(table(font, b"cmap")?);
    let mut glyphs = Glyphs { characters: BTreeMap::new(), room: ENTRIES_MAX };
    for index in 0..bytes.short(2)? {
        let at = 4 + 8 * index;
        // Tables by Unicode (platform 0, and Windows 1 and 10) only: those of other kinds number as they like.
        let (platform, encoding) = (bytes.short(at)?, bytes.short(at + 2)?);
        if platform == 0 || platform == 3 && matches!(encoding, 1 | 10) {
            read(Bytes(bytes.0.get(bytes.long(at + 4)?..)?), &mut glyphs);
        }
    }
    Some(glyphs.characters)
}

/// Reads one table of characters; what is not there is left out.
fn read(table: Bytes<'_>, glyphs: &mut Glyphs) -> Option<()> {
    match table.short(0)? {
        4 => by_segments(table, glyphs),
        6 => {
            let first = table.short(6)?;
            for index in 0..table.short(8)? {
                glyphs.add(first + index, table.short(10 + 2 * index)?)?;
            }
            Some(())
        }
        12 => {
            for group in 0..table.long(12)? {
                let at = 16 + 12 * group;
                let (first, last, glyph) = (table.long(at)?, table.long(at + 4)?, table.long(at + 8)?);
                for character in first..=last {
                    glyphs.add(character, glyph + (character - first))?;
                }
            }
            Some(())
        }
        _ => None,
    }
}

/// Format 4: segments of characters, each with a number to add or a list of glyphs.
fn by_segments(table: Bytes<'_>, glyphs: &mut Glyphs) -> Option<()> {
    let double = table.short(6)?;
    for segment in 0..double / 2 {
        let at = 14 + 2 * segment;
        let (last, first) = (table.short(at)?, table.short(at + 2 + double)?);
        let (add_on, offset) = (table.short(at + 2 + 2 * double)?, table.short(at + 2 + 3 * double)?);
        for character in first..=last {
            let listed = || table.short(at + 2 + 3 * double + offset + 2 * (character - first));
            let glyph = if offset == 0 { Some(character) } else { listed().filter(|glyph| *glyph > 0) };
            glyphs.add(character, glyph.map_or(0, |glyph| (glyph + add_on) & 0xFFFF))?;
        }
    }
    Some(())
}

impl Glyphs {
    /// The first character of a glyph counts: the later ones are the rarer ones. `None` where there is no more room.
    fn add(&mut self, character: usize, glyph: usize) -> Option<()> {
        self.room = self.room.checked_sub(1)?;
        let character = u32::try_from(character).ok().and_then(char::from_u32);
        let character =
            character.filter(|sign| !sign.is_control() && !matches!(sign, '\u{E000}'..='\u{F8FF}'));
        if let (Some(character), Ok(glyph)) = (character, u32::try_from(glyph))
            && glyph > 0
        {
            self.characters.entry(glyph).or_insert(character);
        }
        Some(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::glyphs;

    /// A font with one table of characters.
    fn font(platform: u8, subtable: &[u8]) -> Vec<u8> {
        let mut font = b"\0\x01\0\0\0\x01\0\0\0\0\0\0cmap\0\0\0\0\0\0\0\x1c\0\0\x10\0".to_vec();
        font.extend([0, 0, 0, 1, 0, platform, 0, 1, 0, 0, 0, 12]);
        font.extend(subtable);
        font
    }

    fn shorts(numbers: &[u16]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    #[test]
    fn tables_of_characters_are_read_backwards() {
        // Two segments: 0 to 2 by adding, A by a list; then the last one, which is empty.
        let four = [4, 0, 0, 6, 0, 0, 0, 0x32, 0x41, 0xFFFF, 0, 0x30, 0x41, 0xFFFF, 0xFFE0, 0, 1, 0, 4, 0, 9];
        let read = glyphs(&font(3, &shorts(&four))).unwrap();
        assert_eq!(read.into_iter().collect::<Vec<_>>(), [(9, 'A'), (16, '0'), (17, '1'), (18, '2')]);
        let six = glyphs(&font(0, &shorts(&[6, 0, 0, 0x41, 2, 5, 6]))).unwrap();
        assert_eq!(six.into_iter().collect::<Vec<_>>(), [(5, 'A'), (6, 'B')]);
        let twelve = shorts(&[12, 0, 0, 0, 0, 0, 0, 1, 0, 0x41, 0, 0x42, 0, 7]);
        assert_eq!(glyphs(&font(3, &twelve)).unwrap().into_iter().collect::<Vec<_>>(), [(7, 'A'), (8, 'B')]);
        assert!(glyphs(&font(1, &shorts(&six_of_macintosh()))).unwrap().is_empty());
    }

    fn six_of_macintosh() -> [u16; 6] {
        [6, 0, 0, 0x41, 1, 5]
    }

    #[test]
    fn what_is_cut_or_boundless_ends() {
        let boundless = shorts(&[12, 0, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0xFFFF, 0xFFFF, 0, 0]);
        let whole = font(3, &boundless);
        for end in 0..=whole.len() {
            let _some = glyphs(&whole[..end]);
        }
        // The same range a thousand times.
        let range = shorts(&[0, 0x20, 0, 0xFFFF, 0, 0]);
        let many = [shorts(&[12, 0, 0, 0, 0, 0, 0, 1000]), range.repeat(1000)].concat();
        assert_eq!(glyphs(&font(3, &many)).unwrap().get(&1), Some(&'!'));
    }
}
