//! Numbers that measure something: "441 618 493 €", "691 277 958 m²". Groups of three part thousands as often as they part
//! an identifier, and a unit right beside them says which.

use crate::span::Span;

/// Units that stand behind an amount.
const UNITS: [&str; 14] =
    ["m²", "m2", "m³", "m3", "km", "km²", "km2", "ha", "kg", "kWh", "MWh", "GWh", "tonnes", "%"];

/// Currencies, which stand behind it or before it.
const CURRENCIES: [&str; 10] = ["€", "$", "£", "EUR", "euro", "euros", "USD", "CAD", "CHF", "GBP"];

/// The blanks that part a number and its unit: common, non-breaking, narrow.
const BLANKS: [&str; 3] = [" ", "\u{a0}", "\u{202f}"];

/// The unit beside an amount whose thousands are parted.
pub(super) fn unit(text: &[u8], span: Span) -> Option<Span> {
    parts_thousands(span.of(text)?).then(|| behind(text, span.end).or_else(|| before(text, span.start)))?
}

/// Whether all groups but the first hold three digits, with no dash or slash between them.
fn parts_thousands(number: &[u8]) -> bool {
    let mut groups = number.split(|byte| !byte.is_ascii_digit()).filter(|group| !group.is_empty());
    let first = groups.next().is_some_and(|group| group.len() <= 3 && group[0] != b'0');
    first && groups.all(|group| group.len() == 3) && !number.iter().any(|byte| matches!(byte, b'-' | b'/'))
}

fn behind(text: &[u8], end: usize) -> Option<Span> {
    let rest = text.get(end..)?;
    let gap = BLANKS.iter().find(|blank| rest.starts_with(blank.as_bytes())).map_or(0, |blank| blank.len());
    UNITS.iter().chain(&CURRENCIES).find_map(|unit| {
        let (word, next) = rest[gap..].split_at_checked(unit.len())?;
        let whole = word.eq_ignore_ascii_case(unit.as_bytes()) && !next.first().is_some_and(goes_on);
        whole.then(|| Span::new(end + gap, end + gap + unit.len()))
    })
}

fn before(text: &[u8], start: usize) -> Option<Span> {
    let line = text.get(..start)?;
    let gap = BLANKS.iter().find(|blank| line.ends_with(blank.as_bytes())).map_or(0, |blank| blank.len());
    CURRENCIES.iter().find_map(|unit| {
        let at = start.checked_sub(gap + unit.len())?;
        let (word, last) = (&line[at..at + unit.len()], at.checked_sub(1).map(|at| &line[at]));
        let whole = word.eq_ignore_ascii_case(unit.as_bytes()) && !last.is_some_and(goes_on);
        whole.then(|| Span::new(at, at + unit.len()))
    })
}

/// Whether a word goes on with a byte.
const fn goes_on(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'\''
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
            ("86 095 742 719\u{a0}kWh", "kWh"),
            ("CAD 441 618 493", "CAD"),
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
            "441 618 493 kmeans",
            "441 618 493 ha'penny",
            "441 618 493, 500 €",
            "Dufeur 441 618 493",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
