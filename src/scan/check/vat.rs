//! VAT numbers of the European Union's member states. Knows no registry.

use super::Outcome;
use super::algorithm::{digits, modulo_11_10, number};
use super::belgium;

/// VAT number with its country prefix: the structure of the European Commission's VIES, and the check digits
/// of the countries next door.
pub(super) fn eu_vat(value: &[u8]) -> Outcome {
    let Some((country, body)) = value.split_at_checked(2) else { return Outcome::Fail };
    match country {
        b"BE" if body.len() == 10 => belgium::enterprise(body),
        b"FR" => french(body),
        b"NL" => Outcome::of(fits(body, "ddddddddd B dd")),
        b"DE" => Outcome::of(digits::<9>(body).is_some_and(|digits| digits[0] != 0 && modulo_11_10(&digits))),
        b"LU" => Outcome::of(
            digits::<8>(body).is_some_and(|digits| number(&digits[..6]) % 89 == number(&digits[6..])),
        ),
        _ => Outcome::of(
            STRUCTURES.iter().any(|(code, shape)| code.as_bytes() == country && fits(body, shape)),
        ),
    }
}

/// Two characters of key, then a SIREN: for keys of digits (12 + 3 (SIREN mod 97)) mod 97.
fn french(body: &[u8]) -> Outcome {
    let Some((key, siren)) = body.split_at_checked(2) else { return Outcome::Fail };
    let Some(siren) = digits::<9>(siren) else { return Outcome::Fail };
    match digits::<2>(key) {
        Some(key) => Outcome::of((12 + 3 * (number(&siren) % 97)) % 97 == number(&key)),
        None => Outcome::of(key.iter().all(|byte| byte.is_ascii_alphanumeric() && !b"IO".contains(byte))),
    }
}

/// Whether `body` has the shape: `d` a digit, `a` a letter or digit, capitals themselves, spaces for reading.
fn fits(body: &[u8], shape: &str) -> bool {
    let shape = shape.bytes().filter(|byte| *byte != b' ');
    body.len() == shape.clone().count()
        && body.iter().zip(shape).all(|(byte, kind)| match kind {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphanumeric(),
            own => *byte == own,
        })
}

/// The structures of the other member states, as VIES gives them.
const STRUCTURES: &[(&str, &str)] = &[
    ("AT", "U dddddddd"),
    ("BG", "ddddddddd"),
    ("BG", "dddddddddd"),
    ("CY", "dddddddd a"),
    ("CZ", "dddddddd"),
    ("CZ", "ddddddddd"),
    ("CZ", "dddddddddd"),
    ("DK", "dddddddd"),
    ("EE", "ddddddddd"),
    ("EL", "ddddddddd"),
    ("ES", "a ddddddd a"),
    ("FI", "dddddddd"),
    ("HR", "ddddddddddd"),
    ("HU", "dddddddd"),
    ("IE", "d a ddddd a"),
    ("IE", "ddddddd aa"),
    ("IT", "ddddddddddd"),
    ("LT", "ddddddddd"),
    ("LT", "dddddddddddd"),
    ("LV", "ddddddddddd"),
    ("MT", "dddddddd"),
    ("PL", "dddddddddd"),
    ("PT", "ddddddddd"),
    ("RO", "dddddd"),
    ("RO", "ddddddd"),
    ("RO", "dddddddd"),
    ("RO", "ddddddddd"),
    ("RO", "dddddddddd"),
    ("SE", "dddddddddddd"),
    ("SI", "dddddddd"),
    ("SK", "dddddddddd"),
];

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Pass};
    use super::super::testing::assert_outcome;

    #[test]
    fn numbers_of_the_neighbours() {
        let pass = [
            "BE0403019261",
            "NL004495445B01",
            "NL002455799B11",
            "DE136695976",
            "LU15027442",
            "FR40303265045",
            "ATU12345678",
            "IT12345678901",
            "ESB12345674",
        ];
        assert_outcome("eu_vat", &pass, Pass);
        let fail = [
            "BE0403019262",
            "NL004495445A01",
            "DE136695977",
            "LU15027443",
            "FR41303265045",
            "XX123456789",
            "BE",
        ];
        assert_outcome("eu_vat", &fail, Fail);
    }
}
