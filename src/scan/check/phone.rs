//! Telephone numbers by numbering plan, as they are written: separators, brackets and an extension at the end
//! are skipped. Knows nothing of the words around.

use super::Outcome;

/// Belgium (BIPT's numbering plan): nine digits after the 0, mobiles (045 to 049) ten with it.
///
/// A fixed number in no assigned block counts with a label only; 070, 078, 0800 and 0900 are switchboards, never more than low.
#[must_use]
pub fn belgium(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    let Some(national) = national(value, b"32") else { return Outcome::Fail };
    match (national, national.len()) {
        ([b'4', b'5'..=b'9', ..], 9) => Outcome::Pass,
        ([b'8' | b'9', b'0', ..], 8) | ([b'7', b'0' | b'8', ..], 8) => Outcome::Specimen,
        (
            [b'2' | b'3', b'2'..=b'8', ..]
            | [b'4', b'2' | b'3', ..]
            | [b'9', b'2'..=b'4', ..]
            | [b'1', b'0'..=b'6' | b'9', ..]
            | [b'5', _, ..]
            | [b'6', b'0' | b'1' | b'3'..=b'5' | b'7'..=b'9', ..]
            | [b'7', b'1', ..]
            | [b'8', b'0'..=b'7' | b'9', ..],
            8,
        ) => Outcome::Pass,
        ([b'4', b'5'..=b'9', ..], 8) => Outcome::Fail,
        ([b'1'..=b'9', ..], 8) => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// France (Arcep's numbering plan): nine digits after the 0; 08 are switchboards, never more than low, 070 to 072 unassigned.
#[must_use]
pub fn france(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    match national(value, b"33") {
        Some(number) if number.len() != 9 => Outcome::Fail,
        Some([b'1'..=b'6' | b'9', ..] | [b'7', b'3'..=b'9', ..]) => Outcome::Pass,
        Some([b'8', ..]) => Outcome::Specimen,
        Some([b'7', ..]) => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// North America (NANPA): area and exchange of three digits from 2 to 9, neither ending in 11; 555-01xx is fiction;
/// 8xx areas are switchboards, never more than low.
#[must_use]
pub fn nanp(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    let number = match value {
        [b'+', b'1', number @ ..] => number,
        [b'1', number @ ..] if number.len() == 10 => number,
        number => number,
    };
    if number.len() != 10 || !number.iter().all(u8::is_ascii_digit) {
        return Outcome::Fail;
    }
    let (area, exchange, line) = (&number[..3], &number[3..6], &number[6..]);
    let assigned = |part: &[u8]| part[0] >= b'2' && &part[1..] != b"11";
    if !assigned(area) || !assigned(exchange) || area[1] == b'9' {
        Outcome::Fail
    } else if (exchange == b"555" && line.starts_with(b"01"))
        || (area[0] == b'8' && area[1] == area[2] && b"045678".contains(&area[1]))
    {
        Outcome::Specimen
    } else {
        Outcome::Pass
    }
}

/// The Netherlands (ACM's numbering plan): nine digits after the 0; 0800 and 0900 are switchboards, never more than low. Without the country
/// it counts with a label only, as German numbers do: their plans fit nearly anything; mobiles in the form of the country
/// stand for themselves.
#[must_use]
pub fn netherlands(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    let outcome = match national(value, b"31") {
        Some([b'8' | b'9', b'0', b'0' | b'6' | b'9', rest @ ..]) if matches!(rest.len(), 4..=7) => {
            Outcome::Specimen
        }
        Some(number) if number.len() != 9 => Outcome::Fail,
        Some([b'6', b'1'..=b'5' | b'8', ..] | [b'1'..=b'5' | b'7', ..]) => abroad(value),
        Some([b'8', b'4' | b'5' | b'7' | b'8', ..] | [b'9', b'1', ..]) => abroad(value),
        _ => Outcome::Fail,
    };
    if outcome == Outcome::Labelled && is_dutch_mobile(written) { Outcome::Pass } else { outcome }
}

/// `06-12345678`: nobody else writes numbers so. A day may be written like it, `06-20240403`.
fn is_dutch_mobile(written: &[u8]) -> bool {
    let Some(subscriber) = written.strip_prefix(b"06-") else { return false };
    let Ok([b'1' | b'2', _, _, _, month @ .., _, _]) = <&[u8; 8]>::try_from(subscriber) else {
        return subscriber.len() == 8;
    };
    !matches!(month, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']) || !matches!(&subscriber[..2], b"19" | b"20")
}

/// Luxembourg (ILR's numbering plan): four to eleven digits, no trunk prefix; mobiles 6x1 with nine.
#[must_use]
pub fn luxembourg(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    let (number, abroad) = match value {
        [b'+', b'3', b'5', b'2', number @ ..] | [b'0', b'0', b'3', b'5', b'2', number @ ..] => (number, true),
        [b'3', b'5', b'2', number @ ..] if number.len() >= 6 => (number, true),
        number => (number, false),
    };
    match (number, number.len()) {
        ([b'8', b'0' | b'1', ..] | [b'9', b'0', ..], 8) => Outcome::Specimen,
        ([b'6', b'1' | b'2' | b'5'..=b'9', b'1' | b'8', ..], 9) | ([b'2'..=b'9', ..], 6 | 8) if abroad => {
            Outcome::Pass
        }
        ([b'2'..=b'9', ..], 5..=11) => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// Germany (BNetzA's numbering plan): mobiles 015 to 017 with ten or eleven digits; area codes of two to five.
#[must_use]
pub fn germany(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    match national(value, b"49") {
        Some([b'1', b'5'..=b'7', rest @ ..]) if matches!(rest.len(), 8 | 9) => abroad(value),
        Some([b'1' | b'8' | b'9', b'0' | b'8' | b'3', b'0', rest @ ..]) if rest.len() >= 4 => {
            Outcome::Specimen
        }
        Some(number @ [b'2'..=b'9', ..]) if (7..=11).contains(&number.len()) => abroad(value),
        _ => Outcome::Fail,
    }
}

/// Any other country in international form, and the United Kingdom in its own (ITU-T E.164): `+` or `00`, an assigned country code, nine to fifteen
/// digits in all. The caller has seen the `+`.
#[must_use]
pub fn international(written: &[u8]) -> Outcome {
    let dialled = Dialled::read(written);
    let value = dialled.digits();
    let (number, outcome) = match value {
        [b'0', b'1'..=b'9', ..] => return britain(written, value),
        [b'0', b'0', number @ ..] => (number, Outcome::Labelled),
        [b'+', number @ ..] | number => (number, Outcome::Pass),
    };
    let digits = number.iter().all(u8::is_ascii_digit);
    let assigned = COUNTRY_CODES.iter().any(|code| number.starts_with(code.as_bytes()));
    if digits && assigned && (9..=15).contains(&number.len()) { outcome } else { Outcome::Fail }
}

/// The United Kingdom within the country (Ofcom's numbering plan): eleven digits from 01, 02, 03 or 07, always beside a
/// label. Without separators German mobiles begin like towns do.
fn britain(written: &[u8], value: &[u8]) -> Outcome {
    let bare = written.iter().all(u8::is_ascii_digit);
    match value {
        [b'0', b'1', b'5'..=b'7', ..] if bare => Outcome::Fail,
        [b'0', b'1' | b'2' | b'3' | b'7', b'0'..=b'9', ..] if value.len() == 11 => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// With its country code a number stands for itself.
fn abroad(value: &[u8]) -> Outcome {
    match value {
        [b'0', trunk, ..] if *trunk != b'0' => Outcome::Labelled,
        _ => Outcome::Pass,
    }
}

/// What one would dial: digits, after a `+` where it is written.
struct Dialled {
    bytes: [u8; 18],
    length: usize,
}

impl Dialled {
    /// Longer ones are cut after their seventeenth digit, too long for every plan.
    fn read(written: &[u8]) -> Self {
        let mut dialled = Self { bytes: [0; 18], length: 0 };
        for byte in written {
            match byte {
                b'+' if dialled.length == 0 => dialled.push(*byte),
                b'0'..=b'9' => dialled.push(*byte),
                b'a'..=b'z' | b'A'..=b'Z' | b'#' if dialled.length > 0 => break,
                _ => (),
            }
        }
        dialled
    }

    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.length) {
            *free = byte;
            self.length += 1;
        }
    }

    fn digits(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The number after the trunk prefix, from `+32…`, `0032…`, `32…`, `+32 (0)…` or `0…`.
fn national<'a>(value: &'a [u8], country: &[u8]) -> Option<&'a [u8]> {
    let after = match value {
        [b'0', trunk, ..] if *trunk != b'0' => &value[1..],
        [b'+', rest @ ..] | [b'0', b'0', rest @ ..] | rest => {
            let number = rest.strip_prefix(country)?;
            number.strip_prefix(b"0").unwrap_or(number)
        }
    };
    after.iter().all(u8::is_ascii_digit).then_some(after)
}

/// Country codes (ITU-T E.164, annexed list) that have no function of their own above.
const COUNTRY_CODES: &[&str] = &[
    "20", "211", "212", "213", "216", "218", "22", "23", "24", "25", "26", "27", "29", "30", "34", "350",
    "351", "353", "354", "355", "356", "357", "358", "359", "36", "37", "38", "39", "40", "41", "42", "43",
    "44", "45", "46", "47", "48", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "60", "61",
    "62", "63", "64", "65", "66", "67", "68", "69", "7", "81", "82", "84", "85", "86", "88", "90", "91",
    "92", "93", "94", "95", "960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971",
    "972", "973", "974", "975", "976", "977", "98", "992", "993", "994", "995", "996", "998",
];

#[cfg(test)]
mod tests {
    use super::{Outcome, belgium, france, germany, international, luxembourg, nanp, netherlands};

    fn assert(plan: fn(&[u8]) -> Outcome, numbers: &[&str], wanted: Outcome) {
        for number in numbers {
            assert_eq!(plan(number.as_bytes()), wanted, "{number}");
        }
    }

    #[test]
    fn belgian_numbers() {
        let pass = [
            "0475123456",
            "081243111",
            "+32475123456",
            "0032475123456",
            "+320475123456",
            "022345678",
            "042223344",
        ];
        assert(belgium, &pass, Outcome::Pass);
        assert(belgium, &["021234567"], Outcome::Labelled);
        assert(belgium, &["080012345", "078151515", "+3278151515"], Outcome::Specimen);
        assert(
            belgium,
            &["047512345", "04751234567", "+33612345678", "475123456", "0612345678"],
            Outcome::Fail,
        );
    }

    #[test]
    fn french_numbers() {
        assert(
            france,
            &["0612345678", "+33612345678", "0033612345678", "0145678901", "+330612345678"],
            Outcome::Pass,
        );
        assert(france, &["0800123456"], Outcome::Specimen);
        assert(france, &["061234567", "0012345678", "+32475123456"], Outcome::Fail);
    }

    #[test]
    fn north_american_numbers() {
        assert(
            nanp,
            &["4186432100", "+14186432100", "14186432100", "5142345678", "(418) 643-2100 poste 234"],
            Outcome::Pass,
        );
        assert(nanp, &["5145550199"], Outcome::Specimen);
        assert(nanp, &["8006432100"], Outcome::Specimen);
        assert(nanp, &["1186432100", "4181432100", "9116432100", "418643210"], Outcome::Fail);
    }

    #[test]
    fn neighbours_and_the_rest() {
        assert(netherlands, &["+31612345678", "0031201234567", "31612345678"], Outcome::Pass);
        assert(netherlands, &["0612345678", "0201234567"], Outcome::Labelled);
        assert(luxembourg, &["+352621123456", "+35226123456"], Outcome::Pass);
        assert(luxembourg, &["621123456", "26123456"], Outcome::Labelled);
        assert(germany, &["+4915112345678", "+49301234567"], Outcome::Pass);
        assert(germany, &["030123456789"], Outcome::Labelled);
        assert(germany, &["+4915112345", "12345678"], Outcome::Fail);
        assert(international, &["+41791234567", "+447911123456"], Outcome::Pass);
        assert(international, &["020 7946 0123", "07700 900123", "0121 234 5678"], Outcome::Labelled);
        assert(international, &["+4479", "+21012345678", "01711234567", "0475123456"], Outcome::Fail);
    }
}
