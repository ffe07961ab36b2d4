//! Machine-readable zones of travel documents. Knows nothing of the lines around.

use super::Outcome;
use super::algorithm::icao;

/// One or several lines of a machine-readable zone (ICAO Doc 9303 parts 4 and 5).
///
/// A first line (`IDBEL…`, `P<FRA…`) has no check digit: its prefix, its length and its fillers tell. A second
/// line of a passport has check digits behind the number, the birth date and the expiry date.
pub(super) fn mrz(written: &[u8]) -> Outcome {
    let lines: Vec<u8> = written.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let value = lines.as_slice();
    let alphabet =
        value.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || *byte == b'<');
    if !alphabet {
        return Outcome::Fail;
    }
    match value.len() {
        30 | 36 | 44 => Outcome::of(names_line(value) || numbers_line(value)),
        60 | 72 | 88 | 90 => {
            Outcome::of(names_line(&value[..value.len() / if value.len() == 90 { 3 } else { 2 }]))
        }
        _ => Outcome::Fail,
    }
}

/// Whether the line begins with a kind of document and a country, and holds fillers.
fn names_line(line: &[u8]) -> bool {
    let kind = matches!(line[0], b'P' | b'I' | b'A' | b'C' | b'V');
    let state = line[2..5].iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && line[2].is_ascii_uppercase();
    kind && state && line.contains(&b'<')
}

/// Whether number, birth date and expiry date of a second line have their check digits.
fn numbers_line(line: &[u8]) -> bool {
    let checked =
        |from: usize, to: usize| icao(&line[from..to]).is_some_and(|digit| line[to] == b'0' + digit);
    if line.len() == 30 {
        return checked(0, 6) && checked(8, 14);
    }
    checked(0, 9) && checked(13, 19) && checked(21, 27)
}

/// Passport number of Belgium, France, Canada, the Netherlands, Germany or Luxembourg (Microsoft Purview): no check
/// digit is printed beside it, so that a label is needed.
pub(super) fn passport(value: &[u8]) -> Outcome {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    Outcome::of(matches!(value.len(), 8 | 9) && digits >= 2 && digits < value.len()).labelled()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, mrz, passport};

    #[test]
    fn passports_need_a_label() {
        for value in ["EJ123456", "14AB56789", "C01X00T47", "XR1001R58"] {
            assert_eq!(passport(value.as_bytes()), Outcome::Labelled, "{value}");
        }
        for value in ["EJ12345", "PASSEPORT", "12345678", "EXPIRE1"] {
            assert_eq!(passport(value.as_bytes()), Outcome::Fail, "{value}");
        }
    }

    #[test]
    fn lines_of_passports_and_cards() {
        assert_eq!(mrz(b"P<BELROTTIERS<<TOM<<<<<<<<<<<<<<<<<<<<<<<<<<"), Outcome::Pass);
        assert_eq!(mrz(b"L898902C36UTO7408122F1204159ZE184226B<<<<<10"), Outcome::Pass);
        assert_eq!(mrz(b"L898902C37UTO7408122F1204159ZE184226B<<<<<10"), Outcome::Fail);
        assert_eq!(mrz(b"IDBEL000590448301<<<<<<<<<<<<<<"), Outcome::Fail, "31 characters");
        assert_eq!(mrz(b"IDBEL000590448301<<<<<<<<<<<<<"), Outcome::Pass);
        assert_eq!(mrz(b"8502016F2002014BEL<<<<<<<<<<<2"), Outcome::Fail);
        assert_eq!(mrz(b"7408122F1204159UTO<<<<<<<<<<<6"), Outcome::Pass);
    }
}
