//! Compact fonts (Adobe Technical Note 5176): which names their glyphs have, and which codes lead to them.

use super::Bytes;

/// Glyphs of one font: their number has two bytes.
const GLYPHS_MAX: usize = 1 << 16;

/// Bytes of a name (PostScript Language Reference, appendix B). Entries of a list may lie one over the other: without a bound,
/// a small font would have names of gigabytes.
const NAME_BYTES_MAX: usize = 127;

/// The characters of the first standard strings, from 1 on (appendix A).
const STANDARD: &str = " !\"#$%&’()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_‘abcdefghijklmnopqrstuvwxyz{|}~\
    ¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ–†‡·¶•‚„”»…‰¿`´ˆ˜¯˘˙¨˚¸˝˛ˇ—ÆªŁØŒºæıłøœß¹¬µ™Ð½±Þ¼÷¦°þ¾²®−ð×³©ÁÂÄÀÅÃÇÉÊËÈÍÎÏÌÑÓÔÖÒÕŠÚÛÜÙÝŸŽ\
    áâäàåãçéêëèíîïìñóôöòõšúûüùýÿž";

/// How many standard strings there are.
const STANDARD_COUNT: usize = 391;

/// What a font says of itself in its first dictionary.
struct Top<'a> {
    bytes: Bytes<'a>,
    strings: Index<'a>,
    charset: usize,
    encoding: usize,
    glyphs: usize,
    /// Glyphs have numbers in a collection instead of names.
    numbered: bool,
}

/// A list of byte strings.
struct Index<'a> {
    bytes: Bytes<'a>,
    count: usize,
    offset_size: usize,
    offsets: usize,
    end: usize,
}

/// Names of the glyphs in their order, the first one being none; `None` where they have numbers.
pub(super) fn names(font: &[u8]) -> Option<Vec<Vec<u8>>> {
    let top = Top::read(Bytes(font))?;
    if top.numbered {
        return None;
    }
    Some(top.charset()?.into_iter().map(|string| top.name(string)).collect())
}

/// Codes with the names of their glyphs; `None` where the font has a standard encoding.
pub(super) fn encoding(font: &[u8]) -> Option<Vec<(u8, Vec<u8>)>> {
    let top = Top::read(Bytes(font))?;
    if top.encoding < 2 || top.numbered {
        return None;
    }
    let (bytes, strings) = (top.bytes, top.charset()?);
    let (format, count) = (bytes.byte(top.encoding)?, usize::from(bytes.byte(top.encoding + 1)?));
    let (mut named, mut at, mut glyph) = (Vec::new(), top.encoding + 2, 1);
    for _ in 0..count {
        let code = bytes.byte(at)?;
        let more = if format & 0x7F == 0 { 0 } else { bytes.byte(at + 1)? };
        at += 1 + usize::from(format & 0x7F != 0);
        for code in code..=code.saturating_add(more) {
            named.extend(strings.get(glyph).map(|string| (code, top.name(*string))));
            glyph += 1;
        }
    }
    if format & 0x80 != 0 {
        for index in 0..usize::from(bytes.byte(at)?) {
            let at = at + 1 + 3 * index;
            named.push((bytes.byte(at)?, top.name(bytes.short(at + 1)?)));
        }
    }
    Some(named)
}

impl<'a> Top<'a> {
    fn read(bytes: Bytes<'a>) -> Option<Self> {
        let names = Index::read(bytes, usize::from(bytes.byte(2)?))?;
        let dictionaries = Index::read(bytes, names.end)?;
        let strings = Index::read(bytes, dictionaries.end)?;
        let dictionary = dictionaries.get(0)?;
        let (charset, encoding, glyphs, numbered) = (0, 0, 0, false);
        let mut top = Self { bytes, strings, charset, encoding, glyphs, numbered };
        top.operate(Bytes(dictionary));
        Some(top)
    }

    /// Reads the dictionary (table 3): operands, then an operator.
    fn operate(&mut self, dictionary: Bytes<'_>) -> Option<()> {
        let (mut at, mut operand) = (0, 0);
        loop {
            let byte = dictionary.byte(at)?;
            at += 1;
            match byte {
                12 => {
                    self.numbered |= dictionary.byte(at)? == 30;
                    at += 1;
                }
                15 => self.charset = operand,
                16 => self.encoding = operand,
                17 => self.glyphs = operand,
                28 => {
                    operand = dictionary.short(at)?;
                    at += 2;
                }
                29 => {
                    operand = dictionary.long(at)?;
                    at += 4;
                }
                30 => {
                    // A fraction: digits of four bits, of which 15 is the end.
                    while dictionary.byte(at)? & 0xF != 0xF {
                        at += 1;
                    }
                    at += 1;
                }
                32..=246 => operand = usize::from(byte).saturating_sub(139),
                247..=250 => {
                    operand = (usize::from(byte) - 247) * 256 + usize::from(dictionary.byte(at)?) + 108;
                    at += 1;
                }
                251..=254 => at += 1,
                _ => {}
            }
        }
    }

    /// The strings that name the glyphs.
    fn charset(&self) -> Option<Vec<usize>> {
        let count = Index::read(self.bytes, self.glyphs)?.count.min(GLYPHS_MAX);
        let mut strings = vec![0];
        if self.charset < 3 {
            strings.extend(1..count);
            return Some(strings);
        }
        let format = self.bytes.byte(self.charset)?;
        let mut at = self.charset + 1;
        while strings.len() < count {
            let first = self.bytes.short(at)?;
            let more = match format {
                0 => 0,
                1 => self.bytes.number(at + 2, 1)?,
                _ => self.bytes.number(at + 2, 2)?,
            };
            at += 2 + usize::from(format.min(2));
            strings.extend(first..=first + more);
        }
        Some(strings)
    }

    fn name(&self, string: usize) -> Vec<u8> {
        match string {
            0 => b".notdef".to_vec(),
            239..=248 => format!("uni{:04X}", 0x30 + string - 239).into(),
            266..=268 => [&b"ff"[..], b"ffi", b"ffl"][string - 266].to_vec(),
            1..STANDARD_COUNT => {
                let character = STANDARD.chars().nth(string - 1);
                character.map(|sign| format!("uni{:04X}", u32::from(sign)).into()).unwrap_or_default()
            }
            _ => {
                let name =
                    self.strings.get(string - STANDARD_COUNT).filter(|name| name.len() <= NAME_BYTES_MAX);
                name.unwrap_or_default().to_vec()
            }
        }
    }
}

impl<'a> Index<'a> {
    fn read(bytes: Bytes<'a>, at: usize) -> Option<Self> {
        let count = bytes.short(at)?;
        if count == 0 {
            return Some(Self { bytes, count, offset_size: 1, offsets: at, end: at + 2 });
        }
        let offset_size = usize::from(bytes.byte(at + 2)?);
        let mut index = Self { bytes, count, offset_size, offsets: at + 3, end: 0 };
        index.end = index.place(count)?;
        Some(index)
    }

    /// Where an entry begins; offsets count from the byte before the first one.
    fn place(&self, entry: usize) -> Option<usize> {
        let offset = self.bytes.number(self.offsets + entry * self.offset_size, self.offset_size.min(4))?;
        (self.offsets + (self.count + 1) * self.offset_size).checked_add(offset)?.checked_sub(1)
    }

    fn get(&self, entry: usize) -> Option<&'a [u8]> {
        if entry >= self.count {
            return None;
        }
        let start = self.place(entry)?;
        self.bytes.slice(start, self.place(entry + 1)?.checked_sub(start)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, encoding, names};

    /// A font of three glyphs: the digit 8 as standard string 25, a ligature with a name of its own, an old figure.
    fn font() -> Vec<u8> {
        let mut font = b"\x01\0\x04\x01".to_vec();
        font.extend(b"\0\x01\x01\x01\x02F");
        let (top, strings) = (font.len(), b"\0\x01\x01\x01\x05f_fi");
        // Three operands of five bytes, each with its operator.
        let behind = top + 5 + 18 + strings.len();
        let (charset, codes) = (behind, behind + 7);
        let glyphs = codes + 5;
        font.extend(b"\0\x01\x01\x01\x13");
        for (place, operator) in [(charset, 15), (codes, 16), (glyphs, 17)] {
            font.push(29);
            font.extend((place as u32).to_be_bytes());
            font.push(operator);
        }
        font.extend(strings);
        font.extend([0, 0, 25, 1, 0x87, 0, 240]);
        font.extend([0, 3, 65, 66, 67]);
        font.extend([0, 4, 1, 1, 2, 3, 4, 5, 14, 14, 14, 14]);
        font
    }

    #[test]
    fn codes_and_glyphs_have_names() {
        assert_eq!(STANDARD.chars().count(), 228);
        let expected = [&b".notdef"[..], b"uni0038", b"f_fi", b"uni0031"];
        assert_eq!(names(&font()).unwrap(), expected);
        let coded: Vec<(u8, Vec<u8>)> = (65..).zip(expected[1..].iter().map(|name| name.to_vec())).collect();
        assert_eq!(encoding(&font()), Some(coded));
    }

    #[test]
    fn names_that_lie_over_each_other_take_no_room() {
        let mut font = font();
        let name = font.windows(4).position(|four| four == b"f_fi").unwrap();
        // The list of strings says that its entry is as long as the file.
        font[name - 1] = 200;
        font.resize(name + 300, b'x');
        assert!(
            names(&font).is_none_or(|names| names.iter().all(|name| name.len() <= super::NAME_BYTES_MAX))
        );
    }

    #[test]
    fn what_is_cut_says_nothing() {
        let font = font();
        for end in 0..font.len() {
            let _some = (names(&font[..end]), encoding(&font[..end]));
        }
    }
}
