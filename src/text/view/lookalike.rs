//! Characters that stand for another one: other widths, other digits, letters that look the same, spaces, dashes,
//! and those without a shape. A choice from Unicode's tables (NFKC, Nd, Cf, confusables) that
//! covers what identifiers and tokens are made of. Knows single characters only.

/// The plain character that this one stands for: `Some('\0')` for none at all, `None` where it stands for itself.
#[must_use]
pub fn plain(character: char) -> Option<char> {
    if let Some(digit) = digit(character) {
        return char::from_digit(digit, 10);
    }
    Some(match character {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' => '\0',
        '\u{20e3}' => '\0',
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => '\0',
        '\u{fff9}'..='\u{fffd}'
        | '\u{e0000}'..='\u{e007f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}' => '\0',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{2043}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
        '\u{2024}' | '\u{fe52}' | '\u{b7}' | '\u{2027}' | '\u{22c5}' | '\u{30fb}' | '\u{3002}'
        | '\u{ff61}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        '\u{fe6b}' => '@',
        '\u{2236}' | '\u{fe55}' => ':',
        '\u{ff01}'..='\u{ff5e}' => return char::from_u32(character as u32 - 0xFEE0),
        '\u{1d400}'..='\u{1d6a3}' => mathematical(character),
        '\u{24b6}'..='\u{24cf}' => return char::from_u32(character as u32 - 0x24b6 + 'A' as u32),
        '\u{24d0}'..='\u{24e9}' => return char::from_u32(character as u32 - 0x24d0 + 'a' as u32),
        '\u{1f130}'..='\u{1f149}' => return char::from_u32(character as u32 - 0x1f130 + 'A' as u32),
        _ => return letter(character),
    })
}

/// Letters of the mathematical alphabets; those that Unicode left out of them are elsewhere.
fn mathematical(character: char) -> char {
    let place = (character as u32 - 0x1d400) % 52;
    let (base, offset) = if place < 26 { ('A', place) } else { ('a', place - 26) };
    char::from_u32(base as u32 + offset).unwrap_or(character)
}

fn digit(character: char) -> Option<u32> {
    let code = character as u32;
    let zero = match code {
        0x660..=0x1d5f => return decimal(code),
        0xff10..=0xff19 => 0xff10,
        0x1d7ce..=0x1d7ff => return Some((code - 0x1d7ce) % 10),
        0x2460..=0x2468 => 0x245f,
        0x2474..=0x247c => 0x2473,
        0x2488..=0x2490 => 0x2487,
        0x24f5..=0x24fd => 0x24f4,
        0x2776..=0x277e => 0x2775,
        0x2780..=0x2788 => 0x277f,
        0x278a..=0x2792 => 0x2789,
        0x1fbf0..=0x1fbf9 => 0x1fbf0,
        0x24ea | 0x24ff => return Some(0),
        0xb9 => return Some(1),
        0xb2 | 0xb3 => 0xb0,
        0x2070 => 0x2070,
        0x2074..=0x2079 => 0x2070,
        0x2080..=0x2089 => 0x2080,
        _ => return None,
    };
    Some(code - zero)
}

/// The zeros of the scripts of two and three bytes that have decimal digits of their own (Unicode 14, category Nd, up to
/// U+1C50). Sorted.
const ZEROS: [u32; 28] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
];

fn decimal(code: u32) -> Option<u32> {
    let next = ZEROS.partition_point(|zero| *zero <= code);
    ZEROS[..next].last().map(|zero| code - zero).filter(|digit| *digit < 10)
}

/// Whether a character of two or three bytes, of which these are all, is a decimal digit of another script.
#[must_use]
pub fn is_decimal(first: u8, second: u8, third: u8) -> bool {
    let low = |byte: u8| u32::from(byte & 0x3F);
    let code = match first {
        0xC2..=0xDF => u32::from(first & 0x1F) << 6 | low(second),
        0xE0..=0xE1 => u32::from(first & 0x0F) << 12 | low(second) << 6 | low(third),
        _ => return false,
    };
    decimal(code).is_some()
}

/// Cyrillic and Greek letters that look like Latin ones, and a few more.
fn letter(character: char) -> Option<char> {
    Some(match character {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' | 'Ӏ' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        'Ԛ' => 'Q',
        'Ԝ' => 'W',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'υ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' => 'y',
        'ɡ' => 'g',
        'ı' => 'i',
        _ => return None,
    })
}
