//! Numbers that count something: "441 618 493 €", "691 277 958 m²". Groups of three part thousands as often as they part
//! an identifier, and a unit beside them says which.

use super::fold::fold;
use crate::span::Span;

/// What stands behind an amount, folded; also currencies, which stand before it as well.
const UNITS: [&[u8]; 43] = [
    b"m2",
    b"m\xc2\xb2",
    b"m3",
    b"m\xc2\xb3",
    b"km",
    b"km2",
    b"km\xc2\xb2",
    b"ha",
    b"kg",
    b"t",
    b"l",
    b"hl",
    b"kwh",
    b"mwh",
    b"gwh",
    b"tonnes",
    b"ton",
    b"tonnen",
    b"litres",
    b"liter",
    b"habitants",
    b"inwoners",
    b"einwohner",
    b"inhabitants",
    b"octets",
    b"bytes",
    b"lignes",
    b"rows",
    b"fois",
    b"keer",
    b"mal",
    b"times",
    b"pieces",
    b"stuks",
    b"stuck",
    b"logements",
    b"menages",
    b"voyageurs",
    b"reizigers",
    b"kilometres",
    b"metres",
    b"%",
    b"\xc2\xb0",
];

/// Currencies.
const CURRENCIES: [&[u8]; 14] = [
    b"\xe2\x82\xac",
    b"$",
    b"\xc2\xa3",
    b"eur",
    b"euro",
    b"euros",
    b"usd",
    b"cad",
    b"chf",
    b"gbp",
    b"dollars",
    b"k\xe2\x82\xac",
    b"fr",
    b"francs",
];

/// Bytes beside a number in which its unit stands.
const BESIDE: usize = 16;

/// The unit beside an amount whose thousands are parted.
pub(super) fn unit(text: &[u8], span: Span) -> Option<Span> {
    let number = span.of(text)?;
    if !parts_thousands(number) {
        return None;
    }
    behind(text, span.end).or_else(|| before(text, span.start))
}

/// Whether all groups but the first hold three digits and one kind of sign parts them.
fn parts_thousands(number: &[u8]) -> bool {
    let mut groups = number.split(|byte| !byte.is_ascii_digit()).filter(|group| !group.is_empty());
    let first = groups.next().is_some_and(|group| group.len() <= 3 && group[0] != b'0');
    first && groups.all(|group| group.len() == 3) && !number.contains(&b'-')
}

fn behind(text: &[u8], end: usize) -> Option<Span> {
    let rest = text.get(end..text.len().min(end + BESIDE))?;
    let gap = blank(rest);
    let length = rest[gap..].iter().take_while(|byte| is_part(**byte)).count();
    let word = Span::new(end + gap, end + gap + length);
    is_of(text, word, &[&UNITS, &CURRENCIES]).then_some(word)
}

fn before(text: &[u8], start: usize) -> Option<Span> {
    let line = text.get(start.saturating_sub(BESIDE)..start)?;
    let gap = (0..=line.len().min(3)).rev().find(|gap| blank(&line[line.len() - gap..]) == *gap).unwrap_or(0);
    let length = line[..line.len() - gap].iter().rev().take_while(|byte| is_part(**byte)).count();
    let word = Span::new(start - gap - length, start - gap);
    is_of(text, word, &[&CURRENCIES]).then_some(word)
}

/// Bytes of the blank that a text begins with: common, non-breaking or narrow.
fn blank(text: &[u8]) -> usize {
    [&b" "[..], "\u{a0}".as_bytes(), "\u{202f}".as_bytes()]
        .into_iter()
        .find(|blank| text.starts_with(blank))
        .map_or(0, <[u8]>::len)
}

const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'$' | b'%')
}

fn is_of(text: &[u8], word: Span, lists: &[&[&[u8]]]) -> bool {
    let Some(word) = word.of(text).and_then(|word| std::str::from_utf8(word).ok()) else { return false };
    let (folded, word) = (fold(word), word.as_bytes());
    lists.iter().any(|list| list.iter().any(|unit| word == *unit || folded.as_slice() == *unit))
}

#[cfg(test)]
mod tests {
    use super::unit;
    use crate::span::Span;

    fn of(text: &str) -> Option<&str> {
        let first = text.find(|letter: char| letter.is_ascii_digit())?;
        let number = text[first..].find(|letter: char| !letter.is_ascii_digit() && !" .-".contains(letter));
        let end = text[..number.map_or(text.len(), |end| first + end)].trim_end().len();
        unit(text.as_bytes(), Span::new(first, end)).map(|word| &text[word.start..word.end])
    }

    #[test]
    fn amounts_have_units_beside_them() {
        for (text, expected) in [
            ("Budget : 441 618 493 € en recettes", "€"),
            ("441.618.493 EUR", "EUR"),
            ("Superficie : 691 277 958 m²", "m²"),
            ("86 095 742 719 Einwohner", "Einwohner"),
            ("een omzet van € 441.618.493", "€"),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn identifiers_have_none() {
        for text in [
            "Employé 123-456-782 du service",
            "Employé 441-618-493 EUR",
            "046 454 286 €",
            "441 618 493",
            "441 618 493 Marie",
            "Eur. 441 618 493",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
