//! Luxembourg numbers. Knows nothing of how they are printed.

use super::Outcome;
use super::algorithm::{digits, luhn, number, verhoeff};
use super::date::is_day;

/// National identification number (matricule, loi du 19 juin 2013): birth date, serial of three, Luhn over the
/// first twelve, Verhoeff over the first eleven and the last.
pub(super) fn matricule(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<13>(value) else { return Outcome::Fail };
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..8]));
    let mut without_luhn = [0; 12];
    without_luhn[..11].copy_from_slice(&digits[..11]);
    without_luhn[11] = digits[12];
    let born = (1850..2100).contains(&year) && is_day(year, month, day);
    Outcome::of(born && luhn(&digits[..12]) && verhoeff(&without_luhn))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Pass};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn matricules() {
        assert_outcome(
            "lu_matricule",
            &["1893120105732", "1990093012358", "1993102814564", "2001120308757"],
            Pass,
        );
        assert_outcome(
            "lu_matricule",
            &["1990093012359", "1990093012368", "1990133012358", "1712345678901"],
            Fail,
        );
    }

    #[test]
    fn few_random_numbers_pass() {
        assert!(base_rate("lu_matricule", 200_000, 13, |_| ()) < 0.01);
    }
}
