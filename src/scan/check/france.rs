//! French numbers. Knows nothing of how they are printed.

use super::algorithm::{complement_97, digits, luhn, number, remainder};
use super::{Outcome, specimen};

/// Social security number (NIR, décret n° 82-103 and INSEE): 13 characters, then a key of two. The department
/// 2A counts as 19 and 2B as 18. Without its key it has no check and counts with a label only.
pub(super) fn nir(value: &[u8]) -> Outcome {
    if !matches!(value.len(), 13 | 15) {
        return Outcome::Fail;
    }
    let Some(body) = nir_body(&value[..13]) else { return Outcome::Fail };
    if value.len() == 13 {
        return Outcome::Labelled;
    }
    let Some(key) = digits::<2>(&value[13..]) else { return Outcome::Fail };
    Outcome::of(complement_97(number(&body)) == number(&key))
}

/// The 13 characters as digits, Corsica substituted; `None` where sex, month or department cannot be.
fn nir_body(value: &[u8]) -> Option<[u8; 13]> {
    let mut plain: [u8; 13] = value.try_into().ok()?;
    match &value[5..7] {
        b"2A" => plain[5..7].copy_from_slice(b"19"),
        b"2B" => plain[5..7].copy_from_slice(b"18"),
        _ => (),
    }
    let body = digits::<13>(&plain)?;
    let sex = matches!(body[0], 1..=4 | 7 | 8);
    let month = matches!(number(&body[3..5]), 1..=12 | 20 | 30..=42 | 50..=99);
    let department = number(&body[5..7]) != 0;
    (sex && month && department && number(&body[10..13]) != 0).then_some(body)
}

/// Tax number (numéro fiscal, SPI; python-stdnum `fr.nif`): 13 digits from 0 to 3, the last three are the
/// first ten modulo 511.
pub(super) fn spi(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<13>(value) else { return Outcome::Fail };
    Outcome::of(
        digits[0] <= 3 && number(&digits[1..10]) != 0 && number(&digits[..10]) % 511 == number(&digits[10..]),
    )
}

/// Company number (SIREN, INSEE): nine digits, Luhn. Nearly each is a Canadian SIN too, so a label decides.
pub(super) fn siren(value: &[u8]) -> Outcome {
    match digits::<9>(value) {
        Some(digits) if !luhn(&digits) || specimen::is_pattern(&digits) => Outcome::Fail,
        Some(_) => Outcome::Pass,
        None => Outcome::Fail,
    }
}

/// Establishment number (SIRET, INSEE): SIREN and five digits, Luhn over all. The post office is beyond its
/// capacity: its digits sum to a multiple of five instead.
pub(super) fn siret(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<14>(value) else { return Outcome::Fail };
    let post_office = value.starts_with(b"356000000")
        && digits.iter().map(|digit| u32::from(*digit)).sum::<u32>().is_multiple_of(5);
    let body = number(&digits[..9]) != 0 && number(&digits[9..13]) != 0;
    Outcome::of(body && luhn(&digits[..9]) && (luhn(&digits) || post_office))
}

/// Bank account (RIB, Banque de France): bank 5, branch 5, account 11, key 2; letters count as in
/// A–I 1–9, J–R 1–9, S–Z 2–9. As it is written: words without digits may stand between the four parts.
pub(super) fn rib(written: &[u8]) -> Outcome {
    let mut value = [0; 23];
    let mut length = 0;
    let parts = written.split(|byte| !byte.is_ascii_alphanumeric());
    for byte in parts.filter(|part| part.iter().any(u8::is_ascii_digit)).flatten() {
        let Some(free) = value.get_mut(length) else { return Outcome::Fail };
        *free = byte.to_ascii_uppercase();
        length += 1;
    }
    if length < value.len() {
        return Outcome::Fail;
    }
    let letters_in_account_only = value[..10].iter().chain(&value[21..]).all(u8::is_ascii_digit);
    let Some(plain) = value.iter().map(|byte| rib_digit(*byte)).collect::<Option<Vec<_>>>() else {
        return Outcome::Fail;
    };
    let sum = 89 * remainder(&plain[..5], 97)
        + 15 * remainder(&plain[5..10], 97)
        + 3 * remainder(&plain[10..21], 97);
    let real = number(&plain[..5]) != 0 && number(&plain[10..21]) != 0;
    Outcome::of(letters_in_account_only && real && complement_97(sum) == number(&plain[21..]))
}

const fn rib_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'I' => Some(byte - b'A' + 1),
        b'J'..=b'R' => Some(byte - b'J' + 1),
        b'S'..=b'Z' => Some(byte - b'S' + 2),
        _ => None,
    }
}

/// Number plate, as it is written (arrêté du 9 février 2009): two letters, three digits, two letters; no I, O, U,
/// never SS, never WW on the left, never 000. With hyphens it stands for itself, with spaces it is weak, without
/// it needs a label, as do the plates of before (`1234 AB 75`).
pub(super) fn plate(written: &[u8]) -> Outcome {
    let compact: Vec<u8> = written.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if !written[..written.len().min(1)].iter().all(u8::is_ascii_uppercase) {
        return Outcome::of(is_old_plate(written)).labelled();
    }
    let Ok(value) = <[u8; 7]>::try_from(compact) else { return Outcome::Fail };
    let letter = |byte: &u8| byte.is_ascii_uppercase() && !b"IOU".contains(byte);
    let shape =
        value[..2].iter().chain(&value[5..]).all(letter) && value[2..5].iter().all(u8::is_ascii_digit);
    let given_out =
        &value[..2] != b"SS" && &value[..2] != b"WW" && &value[5..] != b"SS" && &value[2..5] != b"000";
    match (shape && given_out, written.get(2), written.get(6)) {
        (true, Some(b'-'), Some(b'-')) => Outcome::Pass,
        (true, Some(b' '), Some(b' ')) => Outcome::Weak,
        (true, ..) => Outcome::Labelled,
        (false, ..) => Outcome::Fail,
    }
}

/// One to four digits, two or three letters, a department.
fn is_old_plate(written: &[u8]) -> bool {
    let mut parts = written.split(|byte| b" -.".contains(byte));
    let (Some(serial), Some(letters), Some(department), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    (1..=4).contains(&serial.len())
        && digits(serial)
        && (2..=3).contains(&letters.len())
        && letters.iter().all(|byte| byte.is_ascii_uppercase() && !b"IOU".contains(byte))
        && (matches!(department, b"2A" | b"2B") || matches!(department.len(), 2 | 3) && digits(department))
}

/// Identity card (Microsoft Purview, France national id card): twelve digits, or twelve characters, or nine since
/// 2021; no check digit outside the machine-readable zone, so that a label is needed.
pub(super) fn identity_card(value: &[u8]) -> Outcome {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let shape = match value.len() {
        12 => digits >= 8,
        9 => {
            (2..9).contains(&digits)
                && value.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        }
        _ => false,
    };
    Outcome::of(shape).labelled()
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass, Weak};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn social_security_numbers() {
        let pass = [
            "2 95 10 99 126 111 93",
            "2 55 08 14 168 025 38",
            "269054958815780",
            "151024610204325",
            "253072A07300443",
            "253072B07300470",
            "289042A34216390",
            "289042B34216320",
        ];
        assert_outcome("nir", &pass, Pass);
        assert_outcome("nir", &["2 95 10 99 126 111"], Labelled);
        assert_outcome(
            "nir",
            &["295109912611199", "253072C07300443", "490154203237518", "378282246310005"],
            Fail,
        );
        assert_outcome("nir", &["695109912611193", "295139912611193"], Fail);
    }

    #[test]
    fn tax_numbers() {
        assert_outcome("spi", &["30 23 217 600 053", "07 01 987 765 493"], Pass);
        assert_outcome("spi", &["07 01 987 765 494", "0000000000000", "40 23 217 600 053"], Fail);
    }

    #[test]
    fn companies_and_establishments() {
        assert_outcome("siren", &["404 833 048", "732 829 320"], Pass);
        assert_outcome("siren", &["404 833 049", "000000000"], Fail);
        let pass = ["732 829 320 00074", "35600000000048", "35600000049837", "35600000009075"];
        assert_outcome("siret", &pass, Pass);
        assert_outcome("siret", &["35600000049838", "73282932000075"], Fail);
    }

    #[test]
    fn bank_accounts() {
        assert_outcome("rib", &["20041 01005 0500013M026 06", "20041010050500013m02606"], Pass);
        assert_outcome("rib", &["20041\nguichet 01005\ncompte 0500013M026\nclé 06"], Pass);
        assert_outcome("rib", &["20041 01005 0500013M026 07", "2004A 01005 0500013M026 06"], Fail);
    }

    #[test]
    fn identity_cards() {
        assert_outcome("cni", &["880692310285", "X4RTBPFW4", "0607 5920 0123"], Labelled);
        assert_outcome("cni", &["88069231028", "ABCDEFGHI", "123456789", "NATIONALE12"], Fail);
    }

    #[test]
    fn plates() {
        assert_outcome("fr_plate", &["AB-123-CD", "GA-456-ZZ"], Pass);
        assert_outcome("fr_plate", &["AB 123 CD"], Weak);
        assert_outcome("fr_plate", &["AB123CD", "1234 AB 75", "12-ABC-2A"], Labelled);
        assert_outcome("fr_plate", &["12 MAI 24", "12345 AB 75", "1234 AB 7", "", "12"], Fail);
        assert_outcome(
            "fr_plate",
            &["AB-000-CD", "SS-123-AB", "WW-123-AB", "AB-123-SS", "AI-123-BC", "AB-12-CDE"],
            Fail,
        );
    }

    #[test]
    fn few_random_numbers_pass() {
        assert!(base_rate("nir", 200_000, 15, |_| ()) < 0.5, "0.43 % with sex and month");
        assert!(base_rate("spi", 200_000, 13, |_| ()) < 0.12, "0.04 % of those from 0 to 3 … 0.08 % in all");
        assert!(base_rate("siren", 200_000, 9, |_| ()) < 10.5);
        assert!(base_rate("siret", 200_000, 14, |_| ()) < 1.1);
        assert!(base_rate("rib", 200_000, 23, |_| ()) < 1.1);
    }
}
