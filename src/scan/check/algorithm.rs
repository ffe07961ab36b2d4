//! The arithmetic that several schemes share. Knows no scheme.

use super::Outcome;

/// The digits of `value`, if it has exactly `LENGTH` and nothing else.
pub(super) fn digits<const LENGTH: usize>(value: &[u8]) -> Option<[u8; LENGTH]> {
    let mut digits: [u8; LENGTH] = value.try_into().ok()?;
    let mut all = true;
    for digit in &mut digits {
        *digit = digit.wrapping_sub(b'0');
        all &= *digit < 10;
    }
    all.then_some(digits)
}

/// The number that up to 19 digits write.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// The remainder of a number written in digits of any length.
pub(super) fn remainder(digits: &[u8], modulus: u64) -> u64 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u64::from(*digit)) % modulus)
}

/// The check digits `97 - n mod 97`, 01 to 97.
pub(super) fn complement_97(number: u64) -> u64 {
    97 - number % 97
}

/// The check digits `n mod 97`, where 0 is written 97.
pub(super) fn modulo_97(number: u64) -> u64 {
    match number % 97 {
        0 => 97,
        rest => rest,
    }
}

/// Luhn's formula (ISO/IEC 7812-1, annex B) over digits 0 to 9, check digit last.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Luhn's formula over a whole value of digits: for the organisation's own rules.
pub(super) fn luhn_check(value: &[u8]) -> Outcome {
    let digits: Vec<u8> = value.iter().map(|byte| byte.wrapping_sub(b'0')).collect();
    Outcome::of(digits.iter().all(|digit| *digit < 10) && luhn(&digits))
}

/// GS1's modulo 10 (GS1 General Specifications 7.9): weights 3, 1, 3, … from the right, check digit last.
pub(super) fn gs1(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let sum: u32 =
        body.iter().rev().enumerate().map(|(place, digit)| u32::from(*digit) * [3, 1][place % 2]).sum();
    (10 - sum % 10) % 10 == u32::from(*check)
}

/// Verhoeff's check digit over the dihedral group of order ten, check digit last.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    let check =
        digits.iter().rev().enumerate().fold(0_u8, |check, (place, digit)| {
            multiplied(check, PERMUTED[place % 8][usize::from(*digit % 10)])
        });
    check == 0
}

/// The product of two elements of the dihedral group of order ten.
const fn multiplied(left: u8, right: u8) -> u8 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - 5 + 5 - right) % 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// Verhoeff's permutation, applied zero to seven times.
const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// ISO/IEC 7064, MOD 11,10, check digit last.
pub(super) fn modulo_11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10_u32, |product, digit| {
        let sum = (product + u32::from(*digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// The check digit of ICAO Doc 9303 part 3: weights 7, 3, 1; A = 10 … Z = 35, `<` = 0. `None` for other bytes.
pub(super) fn icao(value: &[u8]) -> Option<u8> {
    let mut sum = 0_u32;
    for (place, byte) in value.iter().enumerate() {
        let worth = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += u32::from(worth) * [7, 3, 1][place % 3];
    }
    u8::try_from(sum % 10).ok()
}

#[cfg(test)]
mod tests {
    use super::{gs1, icao, luhn, modulo_11_10, remainder, verhoeff};

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn each_scheme_accepts_its_example_and_no_neighbour() {
        type Scheme = (&'static str, fn(&[u8]) -> bool, &'static str);
        let schemes: [Scheme; 4] = [
            ("luhn", luhn, "79927398713"),
            ("gs1", gs1, "4006381333931"),
            ("verhoeff", verhoeff, "2363"),
            ("mod 11,10", modulo_11_10, "86095742719"),
        ];
        for (name, scheme, example) in schemes {
            let mut example = digits(example);
            assert!(scheme(&example), "{name}");
            for _ in 0..9 {
                let last = example.len() - 1;
                example[last] = (example[last] + 1) % 10;
                assert!(!scheme(&example), "{name}");
            }
        }
    }

    #[test]
    fn remainder_reads_numbers_of_any_length() {
        assert_eq!(remainder(&digits("3214282912345698765432161182"), 97), 1);
    }

    #[test]
    fn icao_reads_letters_and_fillers() {
        assert_eq!(icao(b"L898902C3"), Some(6));
        assert_eq!(icao(b"ZE184226B<<<<<"), Some(1));
        assert_eq!(icao(b"l8"), None);
    }
}
