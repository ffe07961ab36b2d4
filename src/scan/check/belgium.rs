//! Belgian numbers. Knows nothing of how they are printed.

use super::algorithm::{complement_97, digits, gs1, modulo_97, number};
use super::date::{days_in_month, is_day};
use super::{Outcome, specimen};

/// National register number (RN, part of the NISS/INSZ): royal decree of 3 April 1984 on the composition of
/// the identification number; technical instruction IT000 of the IBZ for serials 001 to 998. `YYMMDDSSSCC`.
pub(super) fn niss(value: &[u8]) -> Outcome {
    match digits(value) {
        Some(digits) if number(&digits[2..4]) <= 12 => person(&digits),
        _ => Outcome::Fail,
    }
}

/// BIS number, for people outside the register: royal decree of 8 February 1991; the month is raised by 20
/// (sex unknown at registration) or by 40.
pub(super) fn bis(value: &[u8]) -> Outcome {
    match digits(value) {
        Some(digits) if matches!(number(&digits[2..4]), 20..=32 | 40..=52) => person(&digits),
        _ => Outcome::Fail,
    }
}

/// The rules that both share. The century is the one whose check digits match; both cannot, since
/// 2,000,000,000 mod 97 is 68.
fn person(digits: &[u8; 11]) -> Outcome {
    let (nine, serial, check) = (number(&digits[..9]), number(&digits[6..9]), number(&digits[9..]));
    let century = if check == complement_97(nine) {
        1900
    } else if check == complement_97(2_000_000_000 + nine) {
        2000
    } else {
        return Outcome::Fail;
    };
    if !(1..=998).contains(&serial) {
        return Outcome::Fail;
    }
    let (year, month, day) =
        (century + number(&digits[..2]), number(&digits[2..4]) % 20, number(&digits[4..6]));
    match (month, day) {
        // The registry gives out dates it does not know, and sources disagree on how far.
        (0, _) | (_, 0) => Outcome::Weak,
        _ if is_day(year, month, day) => Outcome::Pass,
        // A full day runs over into days that do not exist.
        _ if day > days_in_month(year, month) => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// Identity card number, `ddd-ddddddd-dd`: modulo 97 of the first ten, 0 written 97 (python-stdnum `be.eid`).
/// The pre-IBAN bank account and the structured communication have the same layout, so only a label tells.
pub(super) fn eid_card(value: &[u8]) -> Outcome {
    ten_and_modulo_97(value)
}

/// Structured communication (OGM/VCS, Febelfin): modulo 97 of the first ten, 0 written 97.
pub(super) fn ogm(value: &[u8]) -> Outcome {
    ten_and_modulo_97(value)
}

fn ten_and_modulo_97(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<12>(value) else { return Outcome::Fail };
    let body = number(&digits[..10]);
    Outcome::of(body != 0 && modulo_97(body) == number(&digits[10..]))
}

/// Enterprise number (KBO/BCE, royal decree of 24 June 2003), ten digits from 0 or 1, with or without `BE`;
/// old nine-digit ones lack the zero. The two last are 97 minus the first eight modulo 97, so never 00, 98, 99.
pub(super) fn enterprise(value: &[u8]) -> Outcome {
    let value = value.strip_prefix(b"BE").unwrap_or(value);
    let mut padded = [b'0'; 10];
    let room = if value.len() == 9 { &mut padded[1..] } else { &mut padded[..] };
    if room.len() != value.len() {
        return Outcome::Fail;
    }
    room.copy_from_slice(value);
    match digits::<10>(&padded) {
        Some(digits) if digits[0] <= 1 => eight_and_complement(&digits),
        _ => Outcome::Fail,
    }
}

/// Establishment unit number: as the enterprise number, first digit 2 to 8 (federal economy ministry).
pub(super) fn establishment(value: &[u8]) -> Outcome {
    match digits::<10>(value) {
        Some(digits) if (2..=8).contains(&digits[0]) => eight_and_complement(&digits),
        _ => Outcome::Fail,
    }
}

fn eight_and_complement(digits: &[u8; 10]) -> Outcome {
    let body = number(&digits[..8]);
    Outcome::of(body != 0 && complement_97(body) == number(&digits[8..]))
}

/// Driving licence: ten digits without a check digit (Microsoft Purview, Belgium driver's licence number).
pub(super) fn driving_licence(value: &[u8]) -> Outcome {
    match digits::<10>(value) {
        Some(digits) if specimen::is_pattern(&digits) => Outcome::Specimen,
        Some(_) => Outcome::Labelled,
        None => Outcome::Fail,
    }
}

/// Care provider number (INAMI/RIZIV), `XXXXXX CC QQQ`: 97 minus the first six modulo 97; circular I 2012/26
/// brings modulo 89 for some professions, which counts with a label only.
pub(super) fn inami(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<11>(value) else { return Outcome::Fail };
    let (body, check) = (number(&digits[..6]), number(&digits[6..8]));
    if body < 100_000 {
        Outcome::Fail
    } else if complement_97(body) == check {
        Outcome::Pass
    } else if 89 - body % 89 == check {
        Outcome::Labelled
    } else {
        Outcome::Fail
    }
}

/// Delivery point of electricity or gas (EAN-GSRN, GS1 General Specifications 2.5): 18 digits, GS1 modulo 10.
/// Belgian ones start with 54; Dutch ones (87) count with a label only; others are logistics labels.
pub(super) fn ean_gsrn(value: &[u8]) -> Outcome {
    let Some(digits) = digits::<18>(value) else { return Outcome::Fail };
    if !gs1(&digits) || specimen::is_pattern(&digits) {
        return Outcome::Fail;
    }
    match (digits[0], digits[1], digits[2], digits[3]) {
        (5, 4, 1, 4) => Outcome::Pass,
        (5, 4, _, _) => Outcome::Weak,
        (8, 7, _, _) => Outcome::Labelled,
        _ => Outcome::Fail,
    }
}

/// Number plate, as it is written (royal decree of 20 July 2001): `1-ABC-123` since 2010 stands for itself, with
/// spaces it is weak, without and in the forms of before (`ABC-123`, `123-ABC`) it needs a label. Letters that are
/// the word of a standard, a tax or a currency are none.
pub(super) fn plate(written: &[u8]) -> Outcome {
    let kinds: Vec<u8> = written
        .iter()
        .map(|byte| {
            if byte.is_ascii_digit() {
                b'9'
            } else if byte.is_ascii_uppercase() {
                b'A'
            } else {
                *byte
            }
        })
        .collect();
    let letters: Vec<u8> = written.iter().copied().filter(u8::is_ascii_uppercase).collect();
    let digits: Vec<u8> = written.iter().copied().filter(u8::is_ascii_digit).collect();
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.as_bytes() == letters);
    if is_one_of(WORDS_IN_CODES)
        || !written.contains(&b'-') && is_one_of(WORDS_IN_SOURCES)
        || digits.ends_with(b"000")
        || written.starts_with(b"0") && kinds.get(1) != Some(&b'9')
    {
        return Outcome::Fail;
    }
    match kinds.as_slice() {
        b"9-AAA-999" => Outcome::Pass,
        // None has got beyond a 2 (DIV, 2026): "5 ICE 819" is a train.
        b"9 AAA 999" | b"9.AAA.999" if matches!(digits.first(), Some(b'1' | b'2')) => Outcome::Weak,
        b"9 AAA 999" | b"9.AAA.999" => Outcome::Labelled,
        b"9AAA999" | b"AAA-999" | b"AAA 999" | b"AAA999" | b"999-AAA" | b"999 AAA" | b"999AAA" => {
            Outcome::Labelled
        }
        _ => Outcome::Fail,
    }
}

/// Three capitals that stand in codes, sums and references and in no plate worth a finding.
const WORDS_IN_CODES: &[&str] = &[
    "ART", "BIC", "BTW", "BUS", "CEE", "CPU", "CVE", "DES", "DIN", "DNS", "EAN", "EST", "EUR", "EXT", "FAQ",
    "FAX", "GPS", "GPU", "GSM", "HTA", "IBM", "IEC", "ISO", "KVA", "LAN", "LED", "LES", "LOT", "MAC", "MAX",
    "MIN", "NBN", "NUM", "PDF", "PVC", "RAL", "RAM", "REF", "RFC", "RUE", "SAP", "SQL", "SSD", "SUR", "TEL",
    "TVA", "URL", "USB", "USD", "VAN", "VAT", "WAN", "XLS", "XML",
];

/// Those of source code and tables, which stand before or between numbers without hyphens: `SHA512`, `2 EXP 256`.
const WORDS_IN_SOURCES: &[&str] = &[
    "AES", "API", "ARM", "BIT", "COL", "CRC", "ECC", "EXP", "FIG", "HEX", "INT", "KDF", "LOG", "MOD", "NID",
    "OID", "PCI", "RGB", "ROT", "ROW", "RSA", "SDK", "SEC", "SHA", "SSL", "SUM", "TAB", "TCP", "TLS", "TOM",
    "UDP", "UTF", "VER", "VOL", "XOR", "BPM", "DPI", "FPS", "GWH", "ICE", "KMH", "KWH", "LIJ", "MWH", "RER",
    "RPM", "TEC", "TER", "TGV",
];

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Fail, Labelled, Pass, Weak};
    use super::super::testing::{assert_outcome, base_rate};

    #[test]
    fn national_register_numbers() {
        let pass = [
            "85.07.30-033.28",
            "94021300145",
            "75.06.08-980.09",
            "00012511119",
            "93.05.05-079.13",
            "17.07.30-033.84",
            "06070500252",
            "15.01.01-005.25",
        ];
        assert_outcome("niss", &pass, Pass);
        let weak = ["72030010174", "00000100166", "00000000128", "00010000135", "85060000180"];
        assert_outcome("niss", &weak, Weak);
        assert_outcome("niss", &["85073500107"], Labelled);
        let fail =
            ["85.07.30-033.29", "85133000105", "12345678901", "97000000097", "00000000097", "8507300332"];
        assert_outcome("niss", &fail, Fail);
        assert_outcome("niss", &["98.47.28-997.65"], Fail);
    }

    #[test]
    fn bis_numbers() {
        assert_outcome("bis", &["98.47.28-997.65", "75.46.08-980.95", "01.49.07-001.85"], Pass);
        assert_outcome("bis", &["87520000156", "05400100291"], Weak);
        assert_outcome("bis", &["85.07.30-033.28", "98.47.28-997.66"], Fail);
    }

    #[test]
    fn cards_and_structured_communications() {
        assert_outcome("eid_card", &["591-1917064-58", "591-2010999-97", "000-0011032-71"], Pass);
        assert_outcome("eid_card", &["000-0011032-25", "000-0000000-97", "591-1917064-5"], Fail);
        assert_outcome("ogm", &["010/8068/17183", "000/0000/09797"], Pass);
        assert_outcome("ogm", &["010/8068/17180"], Fail);
    }

    #[test]
    fn enterprises_and_their_establishments() {
        let pass =
            ["0403.019.261", "0428.759.497", "0566.988.259", "0419.618.535", "0202.239.951", "1000.000.021"];
        assert_outcome("enterprise", &pass, Pass);
        assert_outcome("enterprise", &["BE 0403.019.261", "403019261"], Pass);
        let fail =
            ["BE431150351", "BE2000021323", "0223614098", "0000000097", "0403.019.262", "2.147.812.701"];
        assert_outcome("enterprise", &fail, Fail);
        assert_outcome("establishment", &["2.147.812.701", "2.147.812.897"], Pass);
        assert_outcome("establishment", &["2.147.812.702", "0403.019.261"], Fail);
    }

    #[test]
    fn care_providers() {
        assert_outcome("inami", &["11530231003", "45094508408", "10829059104", "10082555045"], Pass);
        assert_outcome("inami", &["1-15302-32-003", "0-00001-96-000"], Fail);
    }

    #[test]
    fn delivery_points() {
        let pass = ["541448860101234568", "541456700123456786", "541449200000123454", "541460900007654328"];
        assert_outcome("ean_gsrn", &pass, Pass);
        assert_outcome("ean_gsrn", &["541448860101234567", "54144886010123456"], Fail);
        assert_outcome("ean_gsrn", &["871234500000000015"], Fail);
    }

    #[test]
    fn licences_have_no_check_digit() {
        assert_outcome("be_driving_licence", &["0812345670"], Labelled);
        assert_outcome("be_driving_licence", &["081234567"], Fail);
    }

    #[test]
    fn plates() {
        assert_outcome("be_plate", &["1-ABC-123", "2-XKD-908"], Pass);
        assert_outcome("be_plate", &["1 ABC 123"], Weak);
        assert_outcome("be_plate", &["1ABC123", "ABC-123", "123-ABC", "HGX-019", "5 ABC 819"], Labelled);
        assert_outcome(
            "be_plate",
            &["1-ISO-900", "2-BTW-500", "1-abc-123", "1-ABC-000", "0-ABC-123", "1-ABCD-12", "2 TEC 123"],
            Fail,
        );
    }

    #[test]
    fn few_random_numbers_pass() {
        let both = base_rate("niss", 200_000, 11, |_| ()) + base_rate("bis", 200_000, 11, |_| ());
        assert!(both < 0.35, "0.18 % of register dates, as much again of BIS dates: {both}");
        assert!(base_rate("eid_card", 200_000, 12, |_| ()) < 1.1);
        assert!(base_rate("enterprise", 200_000, 10, |value| value[0] = b'0' + value[0] % 2) < 1.1);
        assert!(base_rate("establishment", 200_000, 10, |_| ()) < 0.78);
        assert!(base_rate("inami", 200_000, 11, |_| ()) < 1.1);
        assert!(base_rate("ean_gsrn", 200_000, 18, |_| ()) < 0.13);
    }
}
