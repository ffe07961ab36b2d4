//! Dutch numbers. Knows nothing of how they are printed.

use super::algorithm::digits;
use super::{Outcome, specimen};

/// Citizen service number (BSN, Wet algemene bepalingen burgerservicenummer; "elfproef"): nine digits with
/// weights 9 … 2 and -1, a multiple of eleven. Eight digits lack the leading zero.
pub(super) fn bsn(value: &[u8]) -> Outcome {
    let padded = match value.len() {
        8 => [b"0", value].concat(),
        _ => value.to_vec(),
    };
    let Some(digits) = digits::<9>(&padded) else { return Outcome::Fail };
    let sum: i32 =
        digits[..8].iter().zip((2..=9).rev()).map(|(digit, weight)| i32::from(*digit) * weight).sum();
    if (sum - i32::from(digits[8])) % 11 != 0
        || digits[..8].iter().all(|digit| *digit == 0)
        || digits[..2] == [0, 0]
    {
        Outcome::Fail
    } else if value == b"111222333" || specimen::is_pattern(&digits) {
        Outcome::Specimen
    } else {
        Outcome::Pass
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Pass, Specimen};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn citizen_service_numbers() {
        assert_outcome("bsn", &["123456782", "10000008"], Pass);
        assert_outcome("bsn", &["1112.22.333"], Specimen);
        assert_outcome("bsn", &["123456789", "000000000", "1234567"], Fail);
    }

    #[test]
    fn few_random_numbers_pass() {
        assert!(base_rate("bsn", 200_000, 9, |_| ()) < 9.3);
    }
}
