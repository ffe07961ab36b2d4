//! Coordinates on the earth. Knows no map.

use super::Outcome;

/// A pair of decimal degrees in the order latitude, longitude, with at least four decimals each (a fourth
/// decimal is eleven metres: one house). Decimal points or commas; anything else separates.
pub(super) fn coordinates(value: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(value) else { return Outcome::Fail };
    let numbers: Vec<&str> = text
        .split(|letter: char| !(letter.is_ascii_digit() || "+-.,".contains(letter)))
        .flat_map(split_pair)
        .filter(|part| part.bytes().any(|byte| byte.is_ascii_digit()))
        .collect();
    let [latitude, longitude] = numbers[..] else { return Outcome::Fail };
    if let (Some(x), Some(y)) = (metres(latitude), metres(longitude)) {
        return Outcome::of(is_belgian(x, y));
    }
    match (degrees(latitude), degrees(longitude)) {
        (Some(latitude), Some(longitude)) => {
            Outcome::of(latitude <= 90.0 && longitude <= 180.0 && latitude + longitude > 0.0)
        }
        _ => Outcome::Fail,
    }
}

/// `50.4674,4.8719` is two numbers with points and a comma between; `50,4674` is one with a comma.
fn split_pair(part: &str) -> impl Iterator<Item = &str> {
    let comma_separates = part.contains('.');
    part.split(move |letter| comma_separates && letter == ',').map(|number| number.trim_matches(','))
}

/// The absolute value of a number with four or more decimals.
fn degrees(text: &str) -> Option<f64> {
    let text = text.trim_start_matches(['+', '-']).replace(',', ".");
    let (_, decimals) = text.split_once('.')?;
    if decimals.len() < 4 { None } else { text.parse().ok() }
}

/// Metres on a Lambert grid, with at most three decimals.
fn metres(text: &str) -> Option<f64> {
    let text = text.replace(',', ".");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    if matches!(whole.len(), 5 | 6) && decimals.len() <= 3 { text.parse().ok() } else { None }
}

/// Whether a pair of metres lies in Belgium: Lambert 72 (EPSG:31370), or Lambert 2008 (EPSG:3812), half a million
/// metres farther on both axes.
fn is_belgian(x: f64, y: f64) -> bool {
    let lambert_72 = (20_000.0..=300_000.0).contains(&x) && (20_000.0..=250_000.0).contains(&y);
    let lambert_2008 = (520_000.0..=800_000.0).contains(&x) && (520_000.0..=750_000.0).contains(&y);
    lambert_72 || lambert_2008
}

#[cfg(test)]
mod tests {
    use super::{Outcome, coordinates};

    #[test]
    fn pairs_of_degrees() {
        for right in [
            "50.4674, 4.8719",
            "50.4674,4.8719",
            "50,4674 ; 4,8719",
            "-12.34567 121.00001",
            "geo:50.4674,4.8719",
            "185423.5 ; 128911.2",
            "X=685423 Y=628911",
        ] {
            assert_eq!(coordinates(right.as_bytes()), Outcome::Pass, "{right}");
        }
        for wrong in [
            "50.467, 4.871",
            "95.4674, 4.8719",
            "50.4674",
            "50.4674, 4.8719, 3.1234",
            "0.0000,0.0000",
            "1234",
        ] {
            assert_eq!(coordinates(wrong.as_bytes()), Outcome::Fail, "{wrong}");
        }
    }
}
