//! The date of birth that stands right behind a name, as its next field: "Delvaux Luc (12/03/1985)", `Luc
//! Delvaux;1985-03-12;Namur`. The year says that no document was signed then. Knows no words.

use crate::scan::birth::numeric_date;
use crate::scan::lexicon::WordSet;
use crate::scan::months::is_month;
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Bytes of a date in words.
const DATE_BYTES: usize = 24;

/// Years in which somebody who is written about may be born, and of which hardly any paper at hand is dated.
const YEARS: std::ops::RangeInclusive<u32> = 1915..=2007;

/// What parts a name from the date behind it, and what then ends the date; behind *né* and the sign of a birth anything does,
/// and any year counts.
const FIELDS: [(&str, &[u8]); 21] = [
    (", *", b""),
    (", * ", b""),
    (" *", b""),
    (" * ", b""),
    (" (*", b""),
    (" (* ", b""),
    ("; *", b""),
    (";*", b""),
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
pub(super) fn behind(text: &[u8], end: usize, residence: &WordSet) -> Option<Span> {
    let rest = text.get(end..)?;
    let quote = usize::from(rest.first() == Some(&b'"'));
    let (gap, ends) = FIELDS.iter().find_map(|(gap, ends)| {
        let after = rest[quote..].strip_prefix(gap.as_bytes())?.get(quote)?;
        after.is_ascii_digit().then_some((quote + gap.len() + quote, *ends))
    })?;
    let near = &rest[gap..rest.len().min(gap + DATE_BYTES)];
    let date = match std::str::from_utf8(near) {
        Ok(date) => date,
        Err(fault) => std::str::from_utf8(&near[..fault.valid_up_to()]).ok()?,
    };
    let (length, year) = numeric_date(date).or_else(|| worded(date))?;
    let date = Span::new(end + gap, end + gap + length);
    if ends.is_empty() {
        // "Luc Delvaux *12/03/2024*" is emphasis.
        let emphasis = rest[..gap].contains(&b'*') && rest.get(gap + length) == Some(&b'*');
        return (!emphasis).then_some(date);
    }
    let next = rest.get(gap + length + quote)?;
    let whole = ends.contains(next) && (quote == 0 || rest[gap + length] == b'"');
    let resident = || resides(&rest[gap + length + quote..], residence);
    (whole && (YEARS.contains(&year) || resident())).then_some(date)
}

/// Whether the next field says where somebody lives: ", domicilié …".
fn resides(rest: &[u8], residence: &WordSet) -> bool {
    let rest = rest.strip_prefix(b", ").unwrap_or_default();
    let length =
        rest.iter().take(DATE_BYTES).take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    std::str::from_utf8(&rest[..length]).is_ok_and(|word| length > 0 && residence.contains(&*fold_text(word)))
}

/// `14 mars 1985`, `1er juin 1987`, `27. April 2015`: the length of a date in words, and the year.
fn worded(text: &str) -> Option<(usize, u32)> {
    let day = text.bytes().take_while(u8::is_ascii_digit).count();
    let ordinal = text[day..].strip_prefix("er").unwrap_or(&text[day..]).trim_start_matches('.');
    let month = ordinal.strip_prefix(' ')?;
    let letters = month.find(|sign: char| !sign.is_alphabetic())?;
    let known = is_month(&fold_text(&month[..letters]));
    let year = month[letters..].trim_start_matches('.').strip_prefix(' ')?;
    let digits = year.bytes().take_while(u8::is_ascii_digit).count();
    let number = year.get(..4).filter(|_| digits == 4 && known && day <= 2)?.parse().ok()?;
    Some((text.len() - year.len() + digits, number))
}

#[cfg(test)]
mod tests {
    use super::behind;

    fn found(text: &str, name: &str) -> Option<String> {
        let residence = ["wonende".to_owned()].into_iter().collect();
        let span = behind(text.as_bytes(), name.len(), &residence)?;
        Some(text[span.start..span.end].to_owned())
    }

    #[test]
    fn only_a_field_that_is_a_date_of_long_ago() {
        let date = |text: &str| Some(text.to_owned());
        assert_eq!(found("Luc Delvaux (12/03/1985) vient", "Luc Delvaux"), date("12/03/1985"));
        assert_eq!(found("Luc Delvaux;1985-03-12;Namur", "Luc Delvaux"), date("1985-03-12"));
        assert_eq!(found("Luc Delvaux\",\"1.3.1985\",", "Luc Delvaux"), date("1.3.1985"));
        assert_eq!(found("Luc Delvaux, 1er juin 1987, Huy", "Luc Delvaux"), date("1er juin 1987"));
        assert_eq!(found("Luc Delvaux, 1 juni 2011, wonende", "Luc Delvaux"), date("1 juni 2011"));
        assert_eq!(found("Luc Delvaux, né 12/03/2011.", "Luc Delvaux"), date("12/03/2011"));
        for text in ["Luc Delvaux, *1.3.2011, Tel.", "Luc Delvaux (* 1.3.2011)", "Luc Delvaux *1.3.2011"] {
            assert_eq!(found(text, "Luc Delvaux"), date("1.3.2011"), "{text}");
        }
        assert_eq!(found("Luc Delvaux *1.3.2011* et", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux, 2 * 3", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux (12/03/2024) écrit", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux, 12/03/1985\n", "Luc Delvaux"), None);
        assert_eq!(found("Luc Delvaux (12/03/1985 à 12:30)", "Luc Delvaux"), None);
    }
}
