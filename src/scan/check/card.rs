//! Payment cards. Knows nothing of how they are printed.

use super::algorithm::{luhn, number};
use super::{Outcome, specimen};

/// Payment card number (ISO/IEC 7812-1): the scheme's prefix and length, and Luhn.
///
/// Sixteen digits and American Express pass; other lengths, which chance meets too easily (timestamps,
/// SIRET), need a label; the schemes' published test numbers are specimens.
pub(super) fn card(value: &[u8]) -> Outcome {
    if !(12..=19).contains(&value.len()) || !value.iter().all(u8::is_ascii_digit) {
        return Outcome::Fail;
    }
    let mut digits = [0; 19];
    for (digit, byte) in digits.iter_mut().zip(value) {
        *digit = byte - b'0';
    }
    let digits = &digits[..value.len()];
    let six = number(&digits[..6]);
    let Some(scheme) = SCHEMES.iter().find(|scheme| scheme.issues(six, digits.len())) else {
        return Outcome::Fail;
    };
    if !luhn(digits) {
        Outcome::Fail
    } else if TEST_NUMBERS.iter().any(|test| test.as_bytes() == value) || specimen::is_pattern(&digits[1..]) {
        Outcome::Specimen
    } else if digits.len() == 16 || scheme.name == "American Express" {
        Outcome::Pass
    } else {
        Outcome::Labelled
    }
}

struct Scheme {
    name: &'static str,
    /// First and last issuer number, six digits.
    from: u64,
    to: u64,
    lengths: std::ops::RangeInclusive<usize>,
}

impl Scheme {
    fn issues(&self, six: u64, length: usize) -> bool {
        let visa = self.name != "Visa" || matches!(length, 13 | 16 | 19);
        (self.from..=self.to).contains(&six) && self.lengths.contains(&length) && visa
    }
}

const fn scheme(name: &'static str, from: u64, to: u64, lengths: std::ops::RangeInclusive<usize>) -> Scheme {
    Scheme { name, from, to, lengths }
}

/// Issuer ranges as the schemes publish them.
const SCHEMES: &[Scheme] = &[
    scheme("Visa", 400_000, 499_999, 13..=19),
    scheme("Mastercard", 510_000, 559_999, 16..=16),
    scheme("Mastercard", 222_100, 272_099, 16..=16),
    scheme("American Express", 340_000, 349_999, 15..=15),
    scheme("American Express", 370_000, 379_999, 15..=15),
    scheme("Diners Club", 300_000, 305_999, 14..=14),
    scheme("Diners Club", 309_000, 309_999, 14..=14),
    scheme("Diners Club", 360_000, 369_999, 14..=14),
    scheme("Diners Club", 380_000, 399_999, 14..=14),
    scheme("JCB", 352_800, 358_999, 16..=19),
    scheme("Discover", 601_100, 601_199, 16..=19),
    scheme("Discover", 622_126, 622_925, 16..=19),
    scheme("Discover", 644_000, 659_999, 16..=19),
    scheme("UnionPay", 620_000, 629_999, 16..=19),
    scheme("UnionPay", 810_000, 819_999, 16..=19),
    scheme("Maestro and Bancontact", 500_000, 509_999, 12..=19),
    scheme("Maestro and Bancontact", 560_000, 699_999, 12..=19),
];

/// Numbers that payment services publish for tests.
const TEST_NUMBERS: &[&str] = &[
    "4111111111111111",
    "4012888888881881",
    "4222222222222",
    "4242424242424242",
    "4000056655665556",
    "4000000000000002",
    "4917610000000000",
    "4263982640269299",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "5454545454545454",
    "2223003122003222",
    "2223000048400011",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "30569309025904",
    "38520000023237",
    "36006666333344",
    "36227206271667",
    "6011111111111117",
    "6011000990139424",
    "6011000400000000",
    "3530111333300000",
    "3566002020360505",
    "6759649826438453",
    "6703444444444449",
    "6212345678901232",
    "6250941006528599",
    "6200000000000005",
    "5019717010103742",
];

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass, Specimen};
    use super::super::testing::{assert_outcome, base_rate};
    use super::TEST_NUMBERS;

    #[test]
    fn the_schemes_test_numbers_are_specimens() {
        assert_outcome("card", TEST_NUMBERS, Specimen);
    }

    #[test]
    fn cards_of_each_scheme() {
        let pass = [
            "4539 1488 0343 6467",
            "5425 2334 3010 9903",
            "2720 9900 0000 0007",
            "3742 454554 00126",
            "6011 0009 9013 9432",
            "3530 1113 3330 0018",
            "6759 6498 2643 8461",
        ];
        assert_outcome("card", &pass, Pass);
        assert_outcome("card", &["30569309025912", "6304000000000000018"], Labelled);
        assert_outcome(
            "card",
            &["4539 1488 0343 6468", "4539 1488 0343 64", "1234567812345670", "490154203237518"],
            Fail,
        );
        assert_outcome("card", &["2721000000000004", "2220990000000000", "5600 1234"], Fail);
    }

    #[test]
    fn few_random_numbers_pass() {
        let rate = base_rate("card", 200_000, 16, |_| ());
        assert!(rate < 3.9, "3.7 % with prefix and length: {rate}");
    }
}
