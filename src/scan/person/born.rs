//! The date of birth that stands right behind a name, as its next field: "Delvaux Luc (12/03/1985)", `Luc
//! Delvaux;1985-03-12;Namur`. The year says that no document was signed then. Knows no words.

use crate::scan::birth::numeric_date;
use crate::span::Span;

/// Years in which somebody who is written about may be born, and of which hardly any paper at hand is dated.
const YEARS: std::ops::RangeInclusive<u32> = 1915..=2007;

/// What parts a name from the date behind it, and what then ends the date; behind *né* anything does, and any year counts.
const FIELDS: [(&str, &[u8]); 13] = [
    (", né ", b""),
    (", née ", b""),
    (" né ", b""),
    (" née ", b""),
    (" (", b"),"),
    (", ", b","),
    (",", b","),
    (";", b";"),
    ("; ", b";"),
    ("\t", b"\t"),
    ("|", b"|"),
    (" | ", b" "),
    (" - ", b" ,"),
];

/// The date of birth behind the name that ends at `end`.
pub(super) fn behind(text: &[u8], end: usize) -> Option<Span> {
    let rest = text.get(end..)?;
    let quote = usize::from(rest.first() == Some(&b'"'));
    let (gap, ends) = FIELDS.iter().find_map(|(gap, ends)| {
        let after = rest[quote..].strip_prefix(gap.as_bytes())?.get(quote)?;
        after.is_ascii_digit().then_some((quote + gap.len() + quote, *ends))
    })?;
    let digits = &rest[gap..rest.len().min(gap + 12)];
    let plain = digits.iter().take_while(|byte| byte.is_ascii_digit() || b"/.- ".contains(byte)).count();
    let date = std::str::from_utf8(&digits[..plain]).ok()?;
    let (length, year) = numeric_date(date)?;
    let date = Span::new(end + gap, end + gap + length);
    if ends.is_empty() {
        return Some(date);
    }
    let next = rest.get(gap + length + quote)?;
    let whole = ends.contains(next) && (quote == 0 || rest[gap + length] == b'"');
    (whole && YEARS.contains(&year)).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::behind;

    fn found(text: &str, name: &str) -> Option<String> {
        let span = behind(text.as_bytes(), name.len())?;
        Some(text[span.start..span.end].to_owned())
    }

    #[test]
    fn only_a_field_that_is_a_date_of_long_ago() {
        let date = |text: &str| Some(text.to_owned());
        assert_eq!(found("Luc Delvaux (12/03/1985) vient", "Luc Delvaux"), date("12/03/1985"));
        assert_eq!(found("Luc Delvaux;1985-03-12;Namur", "Luc Delvaux"), date("1985-03-12"));
        assert_eq!(found("Luc Delvaux\",\"1.3.1985\",", "Luc Delvaux"), date("1.3.1985"));
        assert_eq!(found("Luc Delvaux, né 12/03/2011.", "Luc Delvaux"), date("12/03/2011"));
        assert_eq!(found("Luc Delvaux (12/03/2024) écrit", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux, 12/03/1985\n", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux (12/03/1985 à 12:30)", "Luc Delvaux"), None);
    }
}
