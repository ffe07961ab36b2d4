//! Names of glyphs (Adobe Glyph List; ISO 32000-1, annex D): which character a name says.

use lopdf::{Dictionary, Document, Object};

/// How names of signs begin that no list has: brackets of formulas and the like.
const SIGNS: [&[u8]; 22] = [
    b"angbracket",
    b"arrow",
    b"backslash",
    b"brace",
    b"bracket",
    b"ceiling",
    b"circle",
    b"contintegral",
    b"coproduct",
    b"floor",
    b"greater",
    b"hat",
    b"integral",
    b"intersection",
    b"less",
    b"paren",
    b"product",
    b"radical",
    b"slash",
    b"summation",
    b"tie",
    b"union",
];

/// Digits in their order, whose names stand before how they are drawn: `sevenoldstyle`, `threetabular`.
const DIGITS: [&[u8]; 10] =
    [b"zero", b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine"];

/// The character of a glyph of a simple font: what its name says, or its code where the name is only that; a space stands
/// for signs that have no character.
pub(super) fn coded(name: &[u8], code: usize, document: &Document) -> Option<char> {
    let said = character(name, document).or_else(|| by_code(name, code));
    said.or_else(|| is_sign(name).then_some(' '))
}

/// The character that a glyph's name says: of Adobe's list, or by its number.
pub(super) fn character(name: &[u8], document: &Document) -> Option<char> {
    let name = name.split(|byte| *byte == b'.').next().filter(|name| !name.is_empty())?;
    let numbered = name.strip_prefix(b"uni").or_else(|| name.strip_prefix(b"u")).filter(|digits| {
        (4..=6).contains(&digits.len()) && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    });
    if let Some(digits) = numbered.and_then(|digits| std::str::from_utf8(digits).ok()) {
        return u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    }
    // The library knows the list but does not show it. To a name that it does not know it says what stands at the code in
    // its usual encoding, which for this one is nothing.
    let mut described = Dictionary::new();
    described.set("Differences", vec![Object::Integer(0), Object::Name(name.to_vec())]);
    let mut character = [None];
    read_by(Object::Dictionary(described), document, &mut character);
    // The list gives old figures numbers that mean nothing elsewhere.
    let known = character[0].filter(|sign| !matches!(sign, '\u{E000}'..='\u{F8FF}'));
    known.or_else(|| {
        let digit = DIGITS.iter().position(|digit| name.starts_with(digit) && name.len() > digit.len())?;
        char::from_digit(u32::try_from(digit).ok()?, 10)
    })
}

/// The character of a name that says a code, as programs name what they draw themselves: its own one (`a65`, and `C41` with
/// digits of 16), else as `C65` and `G41` do.
fn by_code(name: &[u8], code: usize) -> Option<char> {
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = std::str::from_utf8(name.get(letters..)?).ok()?;
    let said = |radix| usize::from_str_radix(digits, radix).ok();
    if matches!(letters, 1 | 2) && (said(10) == Some(code) || said(16) == Some(code)) {
        return by_tex(code).or_else(|| western(code));
    }
    match (name.first()?, digits.len(), letters) {
        (b'C' | b'c', 2 | 3, 1) => western(said(10)?),
        (b'G', 2, 1) => western(said(16)?),
        _ => None,
    }
}

fn western(code: usize) -> Option<char> {
    let code = u8::try_from(code).ok().filter(|code| *code >= b' ')?;
    Some(crate::text::view::utf16::windows_1252(code))
}

/// The low codes of fonts that TeX draws, in its old encoding and in the one of Cork: ligatures, dashes and quotes.
const fn by_tex(code: usize) -> Option<char> {
    Some(match code {
        11 | 27 => 'ﬀ',
        12 | 28 => 'ﬁ',
        13 | 29 => 'ﬂ',
        14 | 30 => 'ﬃ',
        15 | 31 => 'ﬄ',
        16 => '“',
        17 => '”',
        21 => '–',
        22 => '—',
        _ => return None,
    })
}

/// The characters of the glyphs of Microsoft's first fonts, which are in the order of the Macintosh (`post` format 1 of ISO
/// 14496-22): ASCII from 3 on, then the rest of Mac OS Roman up to `ydieresis`.
pub(super) fn of_macintosh(document: &Document) -> std::collections::BTreeMap<u32, char> {
    let mut roman = [None; 256];
    read_by(Object::Name(b"MacRomanEncoding".to_vec()), document, &mut roman);
    let ascii = (3..).zip(' '..='~');
    let rest = (98..).zip(roman[0x80..=0xD8].iter().copied());
    ascii.chain(rest.filter_map(|(glyph, character)| Some((glyph, character?)))).collect()
}

/// Whether a name that no list has says that its glyph is a sign.
fn is_sign(name: &[u8]) -> bool {
    SIGNS.iter().any(|sign| name.starts_with(sign))
}

/// What an encoding that the library knows says of the first codes.
pub(super) fn read_by(encoding: Object, document: &Document, table: &mut [Option<char>]) {
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", encoding);
    let Ok(encoding) = font.get_font_encoding_with_limit(document, 0) else { return };
    for (code, character) in table.iter_mut().enumerate() {
        let read = u8::try_from(code).ok().and_then(|code| encoding.bytes_to_string(&[code]).ok());
        *character = read.and_then(|text| text.chars().next());
    }
}

/// What a code of the font of signs that every reader has (annex D.6) shows: numbers in circles, or a sign.
pub(super) fn dingbat(code: usize) -> Option<char> {
    let number = |from: u32, first: usize| char::from_u32(from + (code - first) as u32);
    match code {
        // Nothing is drawn there.
        0..=0x20 | 0x7F..=0xA0 => Some(' '),
        0xAC..=0xB5 => number(0x2460, 0xAC),
        0xB6..=0xD3 => number(0x2776, 0xB6),
        0x21..=0x7E => number(0x2701, 0x21),
        0xA1..=0xFE => Some('•'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{by_code, character, dingbat, is_sign};

    #[test]
    fn names_say_characters() {
        let document = lopdf::Document::new();
        for (name, expected) in [
            ("eight", '8'),
            ("uni0038", '8'),
            ("eightoldstyle", '8'),
            ("eighttabular", '8'),
            ("onequarter", '¼'),
            ("u1F600", '😀'),
            ("ff", 'ﬀ'),
        ] {
            assert_eq!(character(name.as_bytes(), &document), Some(expected), "{name}");
        }
        assert_eq!((character(b"g12", &document), character(b".notdef", &document)), (None, None));
        assert_eq!(
            (by_code(b"a56", 56), by_code(b"C38", 56), by_code(b"Ca1", 56)),
            (Some('8'), Some('8'), None)
        );
        assert_eq!((by_code(b"eight", 56), by_code(b"a7", 7), by_code(b"a28", 28)), (None, None, Some('ﬁ')));
        assert_eq!(
            (by_code(b"C56", 33), by_code(b"G38", 1), by_code(b"g38", 1)),
            (Some('8'), Some('8'), None)
        );
        assert_eq!((dingbat(0xB3), dingbat(0xC8), dingbat(7)), (Some('⑧'), Some('➈'), Some(' ')));
        assert!(is_sign(b"parenleftbig") && !is_sign(b"glyph12") && !is_sign(b"abc"));
    }
}
