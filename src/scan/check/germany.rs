//! German numbers. Knows nothing of how they are printed.

use super::algorithm::{digits, icao, modulo_11_10, number};
use super::{Outcome, date};

/// Tax identification number (§ 139b AO; python-stdnum `de.idnr`): eleven digits, no leading zero, ISO 7064
/// MOD 11,10; among the first ten one digit occurs two or three times and each other once or never.
pub(super) fn steuer_id(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<11>(value) else { return Outcome::Fail };
    // A bit for each digit that was there once, twice, three and four times.
    let (mut once, mut twice, mut thrice, mut four) = (0_u16, 0_u16, 0_u16, 0_u16);
    for digit in &digits[..10] {
        let bit = 1 << digit;
        four |= thrice & bit;
        thrice |= twice & bit;
        twice |= once & bit;
        once |= bit;
    }
    let shape = twice.is_power_of_two() && four == 0;
    Outcome::of(digits[0] != 0 && shape && modulo_11_10(&digits))
}

/// Identity card (Personalausweisverordnung): nine characters, no vowels, the tenth and here ninth is ICAO's
/// check digit; without a label one in ten passes. Old ones are `T` and eight digits, without a check.
pub(super) fn personalausweis(value: &[u8]) -> Outcome {
    let Some((body, check)) = value.split_at_checked(value.len().saturating_sub(1)) else {
        return Outcome::Fail;
    };
    let allowed = |byte: &u8| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte);
    if !matches!(body.len(), 8 | 9) || !b"CFGHJKLMNPRTVWXYZ".contains(&body[0]) || !body.iter().all(allowed) {
        return Outcome::Fail;
    }
    match icao(body) {
        Some(digit) if check == [b'0' + digit] => Outcome::Pass,
        _ if body.len() == 8 && body[0] == b'T' && value[1..].iter().all(u8::is_ascii_digit) => {
            Outcome::Labelled
        }
        // Printed without its check digit, the serial has nine characters.
        _ if body.len() == 8 && allowed(&check[0]) && body[1..].iter().any(u8::is_ascii_digit) => {
            Outcome::Labelled
        }
        _ => Outcome::Fail,
    }
}

/// Pension insurance number (Versicherungsnummer, § 147 SGB VI, VKVV § 2): area, birth date (day raised by 50
/// for some), letter, serial, check digit from digit sums of weighted products.
pub(super) fn rentenversicherung(value: &[u8]) -> Outcome {
    let Ok(value) = <[u8; 12]>::try_from(value) else { return Outcome::Fail };
    let (Some(front), Some(back)) = (digits::<8>(&value[..8]), digits::<3>(&value[9..])) else {
        return Outcome::Fail;
    };
    if !value[8].is_ascii_uppercase() {
        return Outcome::Fail;
    }
    let (day, month, year) = (number(&front[2..4]), number(&front[4..6]), number(&front[6..]));
    let day = if day > 50 { day - 50 } else { day };
    let letter = value[8] - b'A' + 1;
    let figures = front.into_iter().chain([letter / 10, letter % 10]).chain(back[..2].iter().copied());
    let sum: u32 = figures
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(figure, weight)| u32::from(figure) * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    let area = matches!(number(&front[..2]), 2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 42..=44 | 48..=66 | 68 | 69 | 78..=82 | 89);
    Outcome::of(area && date::is_day_of_short_year(year, month, day) && sum % 10 == u32::from(back[2]))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn tax_numbers() {
        assert_outcome("steuer_id", &["36 574 261 809", "86095742719"], Pass);
        assert_outcome("steuer_id", &["36574261890", "36554266806", "12345678903", "06095742719"], Fail);
    }

    #[test]
    fn identity_cards() {
        assert_outcome("personalausweis", &["L01X00T44"], Pass);
        assert_outcome("personalausweis", &["L01X00T471"], Pass);
        assert_outcome("personalausweis", &["T12345678"], Labelled);
        assert_outcome("personalausweis", &["A01X00T44", "L01X0OT44", "L01", "LLLLLLLLL"], Fail);
    }

    #[test]
    fn pension_numbers() {
        assert_outcome("rentenversicherung", &["15 070649 C 103"], Pass);
        assert_outcome(
            "rentenversicherung",
            &["15 070649 C 104", "15 071349 C 103", "99 070649 C 103"],
            Fail,
        );
    }

    #[test]
    fn few_random_numbers_pass() {
        assert!(base_rate("steuer_id", 200_000, 11, |_| ()) < 0.4);
        assert!(base_rate("rentenversicherung", 100_000, 12, |value| value[8] = b'C') < 10.0);
    }
}
