//! Bank accounts (IBAN) and bank identifiers (BIC). Knows no bank.

use super::Outcome;

/// International bank account number (ISO 13616-1): the country's exact length and structure, and modulo 97.
///
/// No registry of banks is asked: BE68 5390 0754 7034, the example used everywhere, is of an unlisted bank.
pub(super) fn iban(value: &[u8]) -> Outcome {
    let Some(structure) = value.first_chunk::<2>().and_then(structure) else { return Outcome::Fail };
    let checks = value
        .get(2..4)
        .is_some_and(|check| (b"02"..=b"98").contains(&<&[u8; 2]>::try_from(check).unwrap_or(b"00")));
    if !checks || !has_structure(&value[4..], structure) || rest(value) != 1 {
        return Outcome::Fail;
    }
    Outcome::of(!value.starts_with(b"BE") || super::belgium::ogm(&value[4..]).holds())
}

/// The length of the IBANs of a country, `None` where it has none. The country is two capitals.
#[must_use]
pub fn length(country: [u8; 2]) -> Option<usize> {
    Some(4 + parts(structure(&country)?).map(|(count, _)| count).sum::<usize>())
}

/// Business identifier code (ISO 9362): four letters, a country, two characters, three more at will. French words
/// in capitals pass (DOCUMENT, PROVINCE), so that only a label or an IBAN nearby makes one.
pub(super) fn bic(value: &[u8]) -> Outcome {
    let shape = matches!(value.len(), 8 | 11)
        && value[..6].iter().all(u8::is_ascii_uppercase)
        && value[6..].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let country = shape
        && (structure(&[value[4], value[5]]).is_some()
            || OTHER_COUNTRIES.split(' ').any(|code| code.as_bytes() == &value[4..6]));
    if country { Outcome::Labelled } else { Outcome::Fail }
}

/// The value modulo 97 with its first four characters moved to the end, letters as 10 to 35.
fn rest(value: &[u8]) -> u32 {
    value[4..].iter().chain(&value[..4]).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.wrapping_sub(b'A')) + 10) % 97,
    })
}

fn has_structure(account: &[u8], structure: &str) -> bool {
    let mut account = account;
    for (count, kind) in parts(structure) {
        let Some((part, after)) = account.split_at_checked(count) else { return false };
        let fits = part.iter().all(|byte| match kind {
            b'n' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        });
        if !fits {
            return false;
        }
        account = after;
    }
    account.is_empty()
}

/// `4a10n` as (4, a), (10, n).
fn parts(structure: &str) -> impl Iterator<Item = (usize, u8)> {
    structure.split_inclusive(|letter: char| letter.is_ascii_lowercase()).map(|part| {
        let (count, kind) = part.split_at(part.len() - 1);
        (count.parse().unwrap_or(0), kind.as_bytes()[0])
    })
}

/// Whether accounts of this country have the form of an IBAN.
#[must_use]
pub fn is_country(country: [u8; 2]) -> bool {
    structure(&country).is_some()
}

fn structure(country: &[u8; 2]) -> Option<&'static str> {
    let place = STRUCTURES.binary_search_by_key(country, |(code, _)| *code).ok()?;
    Some(STRUCTURES[place].1)
}

/// What follows country and check digits, by country, sorted: SWIFT's IBAN registry, release 101, by way of
/// python-stdnum 2.2 `iban.dat`. n digits, a capitals, c either.
const STRUCTURES: &[([u8; 2], &str)] = &[
    (*b"AD", "8n12c"),
    (*b"AE", "19n"),
    (*b"AL", "8n16c"),
    (*b"AT", "16n"),
    (*b"AZ", "4a20c"),
    (*b"BA", "16n"),
    (*b"BE", "12n"),
    (*b"BG", "4a6n8c"),
    (*b"BH", "4a14c"),
    (*b"BI", "23n"),
    (*b"BR", "23n1a1c"),
    (*b"BY", "4c4n16c"),
    (*b"CH", "5n12c"),
    (*b"CR", "18n"),
    (*b"CY", "8n16c"),
    (*b"CZ", "20n"),
    (*b"DE", "18n"),
    (*b"DJ", "23n"),
    (*b"DK", "14n"),
    (*b"DO", "4c20n"),
    (*b"EE", "16n"),
    (*b"EG", "25n"),
    (*b"ES", "20n"),
    (*b"FI", "14n"),
    (*b"FK", "2a12n"),
    (*b"FO", "14n"),
    (*b"FR", "10n11c2n"),
    (*b"GB", "4a14n"),
    (*b"GE", "2a16n"),
    (*b"GI", "4a15c"),
    (*b"GL", "14n"),
    (*b"GR", "7n16c"),
    (*b"GT", "24c"),
    (*b"HN", "4a20n"),
    (*b"HR", "17n"),
    (*b"HU", "24n"),
    (*b"IE", "4a14n"),
    (*b"IL", "19n"),
    (*b"IQ", "4a15n"),
    (*b"IS", "22n"),
    (*b"IT", "1a10n12c"),
    (*b"JO", "4a4n18c"),
    (*b"KW", "4a22c"),
    (*b"KZ", "3n13c"),
    (*b"LB", "4n20c"),
    (*b"LC", "4a24c"),
    (*b"LI", "5n12c"),
    (*b"LT", "16n"),
    (*b"LU", "3n13c"),
    (*b"LV", "4a13c"),
    (*b"LY", "21n"),
    (*b"MC", "10n11c2n"),
    (*b"MD", "20c"),
    (*b"ME", "18n"),
    (*b"MK", "3n10c2n"),
    (*b"MN", "16n"),
    (*b"MR", "23n"),
    (*b"MT", "4a5n18c"),
    (*b"MU", "4a19n3a"),
    (*b"NI", "4a20n"),
    (*b"NL", "4a10n"),
    (*b"NO", "11n"),
    (*b"OM", "3n16c"),
    (*b"PK", "4a16c"),
    (*b"PL", "24n"),
    (*b"PS", "4a21c"),
    (*b"PT", "21n"),
    (*b"QA", "4a21c"),
    (*b"RO", "4a16c"),
    (*b"RS", "18n"),
    (*b"RU", "14n15c"),
    (*b"SA", "2n18c"),
    (*b"SC", "4a20n3a"),
    (*b"SD", "14n"),
    (*b"SE", "20n"),
    (*b"SI", "15n"),
    (*b"SK", "20n"),
    (*b"SM", "1a10n12c"),
    (*b"SO", "19n"),
    (*b"ST", "21n"),
    (*b"SV", "4a20n"),
    (*b"TL", "19n"),
    (*b"TN", "20n"),
    (*b"TR", "6n16c"),
    (*b"UA", "6n19c"),
    (*b"VA", "18n"),
    (*b"VG", "4a16n"),
    (*b"XK", "16n"),
    (*b"YE", "4a4n18c"),
];

/// The countries without IBANs (ISO 3166-1).
const OTHER_COUNTRIES: &str = "\
    AF AG AI AM AO AQ AR AS AU AW AX BB BD BF BJ BL BM BN BO BQ BS BT BV BW BZ CA CC CD CF CG CI CK CL CM CN CO CU CV CW CX DM DZ EC EH ER ET FJ FM GA GD GF GG GH GM GN GP GQ GS GU GW GY HK HM HN HT ID IM IN IO IR JE JM JP KE KG KH KI KM KN KP KR KY LA LK LR LS MA MF MG MH ML MM MO MP MQ MS MV MW MX MY MZ NA NC NE NF NG NP NR NU NZ PA PE PF PG PH PM PN PR PW PY RE RW SB SG SH SJ SL SN SR SS SX SY SZ TC TD TF TG TH TJ TK TM TO TT TV TW TZ UG UM US UY UZ VC VE VI VN VU WF WS YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass};
    use super::super::testing::{assert_outcome, base_rate};
    use super::{STRUCTURES, length};

    #[test]
    fn accounts() {
        let pass = [
            "BE54310100270097",
            "FR14 2004 1010 0505 0001 3M02 606",
            "BE68 5390 0754 7034",
            "be68539007547034",
            "NL91 ABNA 0417 1643 00",
            "DE89 3704 0044 0532 0130 00",
            "GB82 WEST 1234 5698 7654 32",
            "LU28 0019 4006 4475 0000",
            "CH93 0076 2011 6238 5295 7",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "NO93 8601 1117 947",
            "IT60 X054 2811 1010 0000 0123 456",
            "ES91 2100 0418 4502 0005 1332",
        ];
        assert_outcome("iban", &pass, Pass);
        let fail = [
            "BE41091811735141",
            "BE68 5390 0754 7035",
            "BE68 5390 0754 703",
            "BE68 5390 0754 7034 K",
            "XX68539007547034",
            "NL91 ABN1 0417 1643 00",
            "BE",
            "BE68",
        ];
        assert_outcome("iban", &fail, Fail);
    }

    #[test]
    fn lengths_are_the_registry_s() {
        for (country, wanted) in [
            ("BE", 16),
            ("FR", 27),
            ("LU", 20),
            ("NL", 18),
            ("DE", 22),
            ("GB", 22),
            ("CH", 21),
            ("IT", 27),
            ("ES", 24),
            ("PT", 25),
            ("AT", 20),
            ("IE", 22),
            ("MC", 27),
            ("PL", 28),
            ("NO", 15),
            ("RU", 33),
            ("MT", 31),
        ] {
            assert_eq!(length(country.as_bytes().try_into().unwrap()), Some(wanted), "{country}");
        }
        assert_eq!(length(*b"CA"), None);
        assert_eq!(STRUCTURES.len(), 89);
        assert!(STRUCTURES.is_sorted());
    }

    #[test]
    fn bank_identifiers_need_a_label() {
        assert_outcome("bic", &["KREDBEBB", "GKCCBEBBXXX", "BNPAFRPP", "DOCUMENT", "PROVINCE"], Labelled);
        assert_outcome("bic", &["KREDXXBB", "KREDBEB", "KRED1EBB"], Fail);
    }

    #[test]
    fn few_random_numbers_pass() {
        let belgian = |value: &mut [u8]| value[..2].copy_from_slice(b"BE");
        assert!(base_rate("iban", 500_000, 16, belgian) < 0.03, "two moduli of 97");
    }
}
