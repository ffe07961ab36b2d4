//! Canadian and Québec numbers. Knows nothing of how they are printed.

use super::algorithm::{digits, luhn, number};
use super::date::is_day;
use super::{Outcome, specimen};

/// Social insurance number (NAS/SIN, Employment and Social Development Canada): nine digits, Luhn, first digit
/// neither 0 nor 8. 046 454 286 is the documentation's example, though no 0 is given out.
pub(super) fn sin(value: &[u8]) -> Outcome {
    match digits::<9>(value) {
        Some(digits) if !luhn(&digits) => Outcome::Fail,
        Some(digits) if value == b"046454286" || specimen::is_pattern(&digits) => Outcome::Specimen,
        Some(digits) => Outcome::of(!matches!(digits[0], 0 | 8)),
        None => Outcome::Fail,
    }
}

/// Business number (Canada Revenue Agency): nine digits, Luhn, then a programme of two letters and four digits.
pub(super) fn business_number(value: &[u8]) -> Outcome {
    if value.len() != 15 || !matches!(&value[9..11], b"RC" | b"RM" | b"RP" | b"RT" | b"RR" | b"RZ") {
        return Outcome::Fail;
    }
    match (digits::<9>(&value[..9]), digits::<4>(&value[11..])) {
        (Some(body), Some(_)) => Outcome::of(luhn(&body)),
        _ => Outcome::Fail,
    }
}

/// Québec health insurance number (RAMQ/NAM): three letters of the surname, one of the first name, birth date
/// (month raised by 50 for women), sequence, check digit. The check digit (petalmd/health_card) needs the
/// century, which is not printed, so that one in five passes: it raises, the structure decides.
pub(super) fn ramq(value: &[u8]) -> Outcome {
    let Ok(value) = <[u8; 12]>::try_from(value) else { return Outcome::Fail };
    let Some(digits) = digits::<8>(&value[4..]) else { return Outcome::Fail };
    if !value[..4].iter().all(u8::is_ascii_uppercase) {
        return Outcome::Fail;
    }
    let (year, month, day) = (number(&digits[..2]), number(&digits[2..4]), number(&digits[4..6]));
    let month = if month > 50 { month - 50 } else { month };
    let centuries = [19, 20].map(|century| is_day(century * 100 + year, month, day).then_some(century));
    if centuries == [None, None] || digits[6] == 0 {
        return Outcome::Fail;
    }
    match centuries.into_iter().flatten().any(|century| ramq_digit(&value, &digits, century) == digits[7]) {
        true => Outcome::Pass,
        false => Outcome::Weak,
    }
}

fn ramq_digit(value: &[u8; 12], digits: &[u8; 8], century: u64) -> u8 {
    const WEIGHTS: [u64; 17] = [7, 1, 1, 3, 9, 7, 3, 9, 5, 3, 1, 3, 5, 7, 6, 9, 1];
    let letters = value[..4].iter().flat_map(|letter| {
        // A = 01 … R = 18, S = 20 … Z = 27: 19 is skipped, as in EBCDIC's gap.
        let worth = u64::from(letter - b'A') + if *letter < b'S' { 1 } else { 2 };
        [worth / 10, worth % 10]
    });
    let figures =
        letters.chain([century / 10, century % 10]).chain(digits[..7].iter().map(|digit| u64::from(*digit)));
    (figures.zip(WEIGHTS).map(|(figure, weight)| figure * weight).sum::<u64>() % 10) as u8
}

/// Québec driving licence (SAAQ): a letter and twelve digits without a known check digit; the middle six are
/// said to hold the birth date, so that a value where they cannot counts with a label only.
pub(super) fn quebec_licence(value: &[u8]) -> Outcome {
    let Ok(value) = <[u8; 13]>::try_from(value) else { return Outcome::Fail };
    let Some(digits) = digits::<12>(&value[1..]) else { return Outcome::Fail };
    if !value[0].is_ascii_uppercase() {
        return Outcome::Fail;
    }
    let (day, month) = (number(&digits[4..6]), number(&digits[6..8]) % 50);
    match (1..=31).contains(&day) && (1..=12).contains(&month) {
        true => Outcome::Pass,
        false => Outcome::Labelled,
    }
}

/// Postal code (Canada Post): letter, digit, letter, digit, letter, digit; no D F I O Q U, the first no W or Z.
pub(super) fn postal_code(value: &[u8]) -> Outcome {
    let Ok(value) = <[u8; 6]>::try_from(value) else { return Outcome::Fail };
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"DFIOQU".contains(&byte);
    let letters = letter(value[0]) && letter(value[2]) && letter(value[4]) && !b"WZ".contains(&value[0]);
    Outcome::of(letters && [value[1], value[3], value[5]].iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass, Specimen, Weak};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn social_insurance_numbers() {
        assert_outcome("sin", &["123-456-782", "130 692 544"], Pass);
        assert_outcome("sin", &["046 454 286"], Specimen);
        assert_outcome("sin", &["123-456-783", "046 454 287", "823-456-785"], Fail);
    }

    #[test]
    fn health_insurance_numbers() {
        assert_outcome("ramq", &["TEST54122816", "TREM 6503 0515"], Pass);
        assert_outcome("ramq", &["AAAA01010119", "TREM 6503 0517"], Weak);
        assert_outcome("ramq", &["TREM 6513 0515", "TREM 6503 3215", "TREM 6503 0505", "TRE165030515"], Fail);
    }

    #[test]
    fn licences_postal_codes_business_numbers() {
        assert_outcome("qc_licence", &["A1234-150790-12"], Pass);
        assert_outcome("qc_licence", &["A1234-999999-12"], Labelled);
        assert_outcome("qc_licence", &["11234-150790-12"], Fail);
        assert_outcome("ca_postal_code", &["G1R 5A5", "H2X 1Y4"], Pass);
        assert_outcome("ca_postal_code", &["D1R 5A5", "W1R 5A5", "G1O 5A5", "G1R 55A"], Fail);
        assert_outcome("bn", &["123456782 RT0001"], Pass);
        assert_outcome("bn", &["123456783 RT0001", "123456782 RX0001"], Fail);
    }

    #[test]
    fn few_random_numbers_pass() {
        assert!(base_rate("sin", 200_000, 9, |_| ()) < 8.5);
    }
}
