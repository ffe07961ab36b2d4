//! Ways in which people, editors, mail programs and those who want to slip past write a value, one by one
//! (DETECTORS.md, section D). Each gives the text that stands for the value.

use super::spell;
use std::fmt::Write as _;

/// A way of writing: its name, and the value in that dress, between ⟪ and ⟫ where something stands around it; `None`
/// where it does not suit the value.
pub struct Disguise {
    pub name: &'static str,
    pub write: fn(&str) -> Option<String>,
}

/// All of them, by the rows of section D.
pub const DISGUISES: &[Disguise] = &[
    // 1: the family of spaces.
    of("no-break spaces", |value| changed(value, ' ', "\u{a0}")),
    of("narrow no-break spaces", |value| changed(value, ' ', "\u{202f}")),
    of("thin spaces", |value| changed(value, ' ', "\u{2009}")),
    of("figure spaces", |value| changed(value, ' ', "\u{2007}")),
    of("ideographic spaces", |value| changed(value, ' ', "\u{3000}")),
    of("tabs", |value| changed(value, ' ', "\t")),
    of("doubled spaces", |value| changed(value, ' ', "  ")),
    // 2: what has no width.
    of("zero-width spaces", |value| Some(between(value, "\u{200b}"))),
    of("zero-width joiners", |value| Some(between(value, "\u{200d}"))),
    of("word joiners", |value| Some(between(value, "\u{2060}"))),
    of("byte order marks", |value| Some(between(value, "\u{feff}"))),
    of("soft hyphens", |value| Some(between(value, "\u{ad}"))),
    of("directional marks", |value| Some(between(value, "\u{200e}"))),
    of("a zero-width space everywhere", |value| Some(everywhere(value, "\u{200b}"))),
    of("a soft hyphen in the middle", |value| Some(in_the_middle(value, "\u{ad}"))),
    // 3: width and digits.
    of("full width", |value| Some(value.chars().map(wide).collect())),
    of("Arabic-Indic digits", |value| digits(value, 0x660)),
    of("Persian digits", |value| digits(value, 0x6f0)),
    of("mathematical digits", |value| digits(value, 0x1d7ce)),
    // 4: look-alikes.
    of("Cyrillic letters", |value| {
        swapped(
            value,
            &[('A', 'А'), ('B', 'В'), ('E', 'Е'), ('o', 'о'), ('p', 'р'), ('a', 'а'), ('e', 'е'), ('C', 'С')],
        )
    }),
    of("Greek letters", |value| swapped(value, &[('A', 'Α'), ('B', 'Β'), ('E', 'Ε'), ('o', 'ο')])),
    // 5: dashes, dots, slashes.
    of("no-break hyphens", |value| changed(value, '-', "\u{2011}")),
    of("en dashes", |value| changed(value, '-', "\u{2013}")),
    of("minus signs", |value| changed(value, '-', "\u{2212}")),
    of("full-width slashes", |value| changed(value, '/', "／")),
    of("middle dots", |value| digits_apart(value, '.', "·")),
    // 6: lines.
    of("a line break", |value| broken(value, "\n")),
    of("a line break of mail", |value| broken(value, "\r\n")),
    of("a line break in a quotation", |value| broken(value, "\n> ")),
    of("a continued line", |value| broken(value, "\\\n")),
    of("an indented line", |value| broken(value, "\n    ")),
    // 7: quoted-printable.
    of("quoted-printable", |value| Some(quoted(value))),
    of("every second byte in quoted-printable", |value| Some(half_quoted(value))),
    of("a soft line break", |value| Some(format!("⟪{}⟫ =C3=A9t=C3=A9", in_the_middle(value, "=\r\n")))),
    // 8: HTML.
    of("decimal entities", |value| Some(each(value, |letter| format!("&#{};", letter as u32)))),
    of("hexadecimal entities", |value| Some(each(value, |letter| format!("&#x{:x};", letter as u32)))),
    of("named entities", named),
    of("tags inside", |value| Some(tagged(value, "<b>", "</b>"))),
    of("spans inside", |value| Some(tagged(value, "<span class=\"x\">", "</span>"))),
    of("a comment inside", |value| Some(in_the_middle(value, "<!-- -->"))),
    // 9: URLs.
    of("percent signs", |value| Some(percent(value))),
    of("percent signs everywhere", |value| Some(each(value, percent_of))),
    of("percent signs twice", |value| Some(percent(&percent(value)))),
    // 10: escapes.
    of("escapes of JSON", |value| Some(each(value, |letter| format!("\\u{:04x}", letter as u32)))),
    of("escapes of signs", |value| signs(value, |letter| format!("\\u{:04x}", letter as u32))),
    of("escapes of C", |value| Some(each(value, |letter| format!("\\x{:02x}", letter as u32)))),
    of("escapes escaped", |value| Some(each(value, |letter| format!("\\\\u{:04x}", letter as u32)))),
    of("escapes of ECMAScript", |value| Some(each(value, |letter| format!("\\u{{{:x}}}", letter as u32)))),
    of("escaped slashes", |value| changed(value, '/', "\\/")),
    // 12: Markdown.
    of("bold inside", |value| Some(tagged(value, "**", "**"))),
    of("code inside", |value| code(value, tagged(value, "`", "`"))),
    of("struck out inside", |value| code(value, tagged(value, "~~", "~~"))),
    of("bold around", |value| Some(format!("**⟪{value}⟫**"))),
    of("code around", |value| code(value, format!("`⟪{value}⟫`"))),
    of("escaped signs", |value| signs(value, |letter| format!("\\{letter}"))),
    // 13: letter by letter.
    of("letter by letter", |value| Some(spaced(value))),
    // 14: in words.
    of("in French words", |value| spell::number(value, spell::french)),
    of("in Belgian words", |value| spell::number(value, spell::belgian)),
    of("in Dutch words", |value| spell::number(value, spell::dutch)),
    of("in German words", |value| spell::number(value, spell::german)),
    of("in English words", |value| spell::number(value, spell::english)),
    of("digit by digit", |value| spell::digits(value, spell::belgian)),
    of("digit by digit in Dutch", |value| spell::digits(value, spell::dutch)),
    of("digit by digit in English", |value| spell::digits(value, spell::english)),
    // 15: glue.
    of("between underscores", glued),
];

const fn of(name: &'static str, write: fn(&str) -> Option<String>) -> Disguise {
    Disguise { name, write }
}

/// Dresses of a whole passage: what stands around the value is dressed with it (row 11).
pub const WRAPPERS: &[Disguise] = &[
    of("base64", |text| Some(base64(text.as_bytes(), false))),
    of("base64 for URLs", |text| Some(base64(text.as_bytes(), true))),
    of("base64 in lines", |text| Some(lines(&base64(format!("{text} {FILLER}").as_bytes(), false)))),
    of("base64 of base64", |text| Some(base64(base64(text.as_bytes(), false).as_bytes(), false))),
    of("base64 of UTF-16", |text| {
        Some(base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), false))
    }),
    of("hexadecimal", |text| Some(text.bytes().map(|byte| format!("{byte:02x}")).collect())),
    of("percent signs of base64", |text| {
        Some(base64(text.as_bytes(), false).replace('=', "%3D").replace('+', "%2B").replace('/', "%2F"))
    }),
    of("base64 of percent signs", |text| Some(base64(percent(text).as_bytes(), false))),
];

const FILLER: &str =
    "et le reste de la lettre, qui ne contient rien de particulier mais qui est assez longue";

fn changed(value: &str, from: char, to: &str) -> Option<String> {
    value.contains(from).then(|| value.replace(from, to))
}

/// A mark in code or struck out is talk about a mark (DETECTORS.md, B.1).
fn code(value: &str, text: String) -> Option<String> {
    (!value.starts_with("C4")).then_some(text)
}

/// An underscore is a boundary for numbers; tokens and marks have it within.
fn glued(value: &str) -> Option<String> {
    let number = value.len() < 35 && !value.starts_with("C4") && !value.contains(['_', '@']);
    let mixed = value.chars().filter(char::is_ascii_lowercase).count() > 4;
    (number && !mixed && value.contains(|letter: char| letter.is_ascii_digit()))
        .then(|| format!("x_⟪{value}⟫_y"))
}

/// Between the parts of the value: at a third and at two thirds.
fn between(value: &str, mark: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let (third, two) = (letters.len() / 3, letters.len() * 2 / 3);
    letters.iter().enumerate().fold(String::new(), |mut text, (place, letter)| {
        if place == third || place == two {
            text.push_str(mark);
        }
        text.push(*letter);
        text
    })
}

fn everywhere(value: &str, mark: &str) -> String {
    value.chars().map(String::from).collect::<Vec<_>>().join(mark)
}

fn in_the_middle(value: &str, mark: &str) -> String {
    let middle = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
    format!("{}{mark}{}", &value[..middle], &value[middle..])
}

fn wide(letter: char) -> char {
    match letter {
        '!'..='~' => char::from_u32(letter as u32 + 0xfee0).unwrap_or(letter),
        other => other,
    }
}

fn digits(value: &str, zero: u32) -> Option<String> {
    let digit =
        |letter: char| letter.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(letter);
    value.contains(|letter: char| letter.is_ascii_digit()).then(|| value.chars().map(digit).collect())
}

fn swapped(value: &str, pairs: &[(char, char)]) -> Option<String> {
    let swap =
        |letter: char| pairs.iter().find(|(latin, _)| *latin == letter).map_or(letter, |(_, other)| *other);
    let text: String = value.chars().map(swap).collect();
    (text != value).then_some(text)
}

/// Between digits only: the dot of a mail address is another thing.
fn digits_apart(value: &str, from: char, to: &str) -> Option<String> {
    (value.contains(from)
        && !value.contains('@')
        && value.starts_with(|letter: char| letter.is_ascii_digit()))
    .then(|| value.replace(from, to))
}

/// At the separator nearest to the middle, or in the middle. A mail address is not broken by anybody.
fn broken(value: &str, line: &str) -> Option<String> {
    if value.contains('@') || value.starts_with("C4") {
        return None;
    }
    let middle = value.len() / 2;
    let token = value.len() > 35 || value.chars().filter(char::is_ascii_lowercase).count() > 4;
    let parts = value.match_indices([' ', '-', '.', '/']).map(|(at, _)| at + 1);
    let at = parts.min_by_key(|at| at.abs_diff(middle)).filter(|_| !token).unwrap_or(middle);
    Some(format!("{}{line}{}", value[..at].trim_end(), &value[at..]))
}

fn each(value: &str, write: impl Fn(char) -> String) -> String {
    value.chars().map(write).collect()
}

fn signs(value: &str, write: impl Fn(char) -> String) -> Option<String> {
    let text = each(value, |letter| match letter {
        '-' | '_' | '.' | '@' | '/' | '+' => write(letter),
        other => other.to_string(),
    });
    (text != value).then_some(text)
}

fn half_quoted(value: &str) -> String {
    let part = |(place, byte): (usize, u8)| match place % 2 {
        0 if byte.is_ascii() && byte != b'=' => char::from(byte).to_string(),
        _ => format!("={byte:02X}"),
    };
    value.bytes().enumerate().map(part).collect()
}

fn quoted(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' | b'.' | b'-' | b'@' | b'_' | b'/' | b'+' | 0x80.. => format!("={byte:02X}"),
        other => char::from(other).to_string(),
    };
    let text: String = value.bytes().map(byte).collect();
    // One sign alone is no encoding: mail that needs one has others.
    format!("⟪{text}⟫ =C3=A9t=C3=A9")
}

fn named(value: &str) -> Option<String> {
    let text = value
        .replace('@', "&commat;")
        .replace(' ', "&nbsp;")
        .replace('.', "&period;")
        .replace('/', "&sol;")
        .replace('_', "&lowbar;");
    (text != value).then_some(text)
}

fn tagged(value: &str, open: &str, close: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let (front, back) = letters.split_at(letters.len() / 2);
    format!("{open}⟪{}{close}{}⟫", front.iter().collect::<String>(), back.iter().collect::<String>())
}

fn percent_of(letter: char) -> String {
    let mut buffer = [0; 4];
    letter.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn percent(value: &str) -> String {
    each(value, |letter| if letter.is_ascii_alphanumeric() { letter.to_string() } else { percent_of(letter) })
}

fn spaced(value: &str) -> String {
    let letters: Vec<String> =
        value.chars().filter(|letter| !letter.is_whitespace()).map(String::from).collect();
    letters.join(" ")
}

fn base64(bytes: &[u8], url: bool) -> String {
    let alphabet: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(if url { ['-', '_'] } else { ['+', '/'] })
        .collect();
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let mut bits = 0_u32;
        for place in 0..3 {
            bits = bits << 8 | u32::from(part.get(place).copied().unwrap_or(0));
        }
        for place in 0..=part.len() {
            text.push(alphabet[(bits >> (18 - 6 * place) & 63) as usize]);
        }
        if !url {
            let _ = write!(text, "{}", "=".repeat(3 - part.len()));
        }
    }
    text
}

fn lines(text: &str) -> String {
    text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
}
