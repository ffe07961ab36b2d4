//! Values of identifiers, made by arithmetic of their own: nothing here asks the scanner's checks, so that the two
//! readings of the sources hold each other in check.

use crate::identifiers::random::Random;

/// Spaces and other separators that people and programs put between groups.
const ANY: &[&str] = &[" ", ".", "-", "\u{a0}", "\u{202f}", "\u{2009}"];
const SPACES: &[&str] = &[" ", " ", "\u{a0}", "\u{202f}", "\u{2009}"];

/// `value` in groups of these lengths, one separator throughout.
fn grouped(random: &mut Random, value: &str, groups: &[usize], separators: &[&str]) -> String {
    join(value, groups, &[random.pick(separators)])
}

/// `value` in groups, with these separators in turn, the last one repeated.
fn join(value: &str, groups: &[usize], separators: &[&str]) -> String {
    let (mut text, mut rest) = (String::new(), value);
    for (place, &length) in groups.iter().enumerate() {
        if rest.is_empty() {
            break;
        }
        if place > 0 {
            text.push_str(separators[(place - 1).min(separators.len() - 1)]);
        }
        let (group, tail) = rest.split_at(length.min(rest.len()));
        text.push_str(group);
        rest = tail;
    }
    text + rest
}

fn number(digits: &str) -> u128 {
    digits.parse().unwrap()
}

fn luhn(front: &str) -> u32 {
    let sum: u32 = front
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    (10 - sum % 10) % 10
}

pub fn with_luhn(front: String) -> String {
    let check = luhn(&front);
    format!("{front}{check}")
}

/// 97 less the remainder, 01 to 97.
fn rest97(value: u128) -> u128 {
    97 - value % 97
}

/// The remainder, 0 written as 97.
fn mod97(value: u128) -> u128 {
    match value % 97 {
        0 => 97,
        rest => rest,
    }
}

fn day(random: &mut Random, from: u64, to: u64) -> (u64, u64, u64) {
    random.day(from, to)
}

fn national(random: &mut Random, shift: u64) -> String {
    let (year, month, day) = day(random, 1931, 2019);
    let front = format!("{:02}{:02}{day:02}{:03}", year % 100, month + shift, random.between(1, 998));
    let century = if year >= 2000 { 2_000_000_000 } else { 0 };
    format!("{front}{:02}", rest97(century + number(&front)))
}

fn national_form(random: &mut Random, value: &str) -> String {
    match random.below(10) {
        0 | 1 => value.to_owned(),
        2..=4 => join(value, &[2, 2, 2, 3, 2], &[".", ".", "-", "."]),
        5 => join(value, &[6, 3, 2], &["-", "."]),
        6 => join(value, &[2, 2, 2, 3, 2], &["/", "/", "-", "."]),
        7 => join(value, &[6, 5], &[" "]),
        8 => join(value, &[6, 3, 2], &[random.pick(SPACES)]),
        _ => grouped(random, value, &[2, 2, 2, 3, 2], ANY),
    }
}

pub fn niss(random: &mut Random) -> String {
    let value = national(random, 0);
    national_form(random, &value)
}

pub fn bis(random: &mut Random) -> String {
    let shift = [20, 40][random.below(2) as usize];
    let value = national(random, shift);
    national_form(random, &value)
}

pub fn eid(random: &mut Random) -> String {
    let front = random.fill("59########");
    let value = format!("{front}{:02}", mod97(number(&front)));
    match random.below(3) {
        0 => value,
        1 => join(&value, &[3, 7, 2], &["-"]),
        _ => grouped(random, &value, &[3, 7, 2], SPACES),
    }
}

fn enterprise_digits(random: &mut Random) -> String {
    let front = random.fill("0[234567]######");
    format!("{front}{:02}", rest97(number(&front)))
}

pub fn enterprise(random: &mut Random) -> String {
    let value = enterprise_digits(random);
    match random.below(4) {
        0 => value,
        1 => format!("BE {}", join(&value, &[4, 3, 3], &["."])),
        2 => format!("BE{value}"),
        _ => grouped(random, &value, &[4, 3, 3], &[".", " "]),
    }
}

pub fn establishment(random: &mut Random) -> String {
    let front = random.fill("2#######");
    let value = format!("{front}{:02}", rest97(number(&front)));
    grouped(random, &value, &[1, 3, 3, 3], &["."])
}

pub fn inami(random: &mut Random) -> String {
    let front = random.fill("1#####");
    let value = format!("{front}{:02}{}", rest97(number(&front)), random.fill("[0123456789]##"));
    match random.below(3) {
        0 => value,
        1 => join(&value, &[1, 5, 2, 3], &["-"]),
        _ => join(&value, &[1, 5, 2, 3], &["/"]),
    }
}

pub fn ean(random: &mut Random) -> String {
    let front = random.fill("5414[4956]############");
    let sum: u32 = front
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    let value = format!("{front}{}", (10 - sum % 10) % 10);
    match random.below(5) {
        0 => grouped(random, &value, &[4, 4, 4, 4, 2], SPACES),
        1 => grouped(random, &value, &[6, 2, 10], &[" ", "-"]),
        2 => join(&value, &[2, 4, 4, 4, 4], &[" "]),
        _ => value,
    }
}

pub fn ogm(random: &mut Random) -> String {
    let front = random.fill("##########");
    let value = format!("{front}{:02}", mod97(number(&front)));
    let fence = random.pick(&["+++", "***"]);
    format!("{fence}{}{fence}", join(&value, &[3, 4, 5], &["/"]))
}

pub fn plate_be(random: &mut Random) -> String {
    let letters = random.fill("[BCDFGHJK][ABCDEFGHJK][ABCDEFGHJKLMNPRST]");
    let (index, digits) = (random.fill("[12]"), random.fill("[123456789]##"));
    match random.below(4) {
        0 => format!("{index} {letters} {digits}"),
        _ => format!("{index}-{letters}-{digits}"),
    }
}

pub fn phone_be(random: &mut Random) -> String {
    if random.below(5) == 0 {
        let area = random.pick(&["081", "071", "065", "085", "010", "067"]);
        let value = format!("{area}{}", random.fill("[23456789]#####"));
        return match random.below(4) {
            0 => join(&value, &[3, 2, 2, 2], &["/", "."]),
            1 => join(&value, &[3, 2, 2, 2], &[" "]),
            2 => format!("+32 {}", join(&value[1..], &[2, 2, 2, 2], &[" "])),
            _ => join(&value, &[3, 2, 2, 2], &["/", " "]),
        };
    }
    let value = format!("04{}", random.fill("[789]#######"));
    match random.below(10) {
        0 => value,
        1 => join(&value, &[4, 2, 2, 2], &["/", "."]),
        2 => join(&value, &[4, 6], &["/"]),
        3 => join(&value, &[4, 3, 3], &[" "]),
        4 => format!("+32{}", &value[1..]),
        5 => format!("+32 {}", join(&value[1..], &[3, 2, 2, 2], &[" "])),
        6 => format!("0032 {}", join(&value[1..], &[3, 2, 2, 2], &[" "])),
        7 => format!("+32 (0){}", join(&value[1..], &[3, 2, 2, 2], &[" "])),
        8 => join(&value, &[4, 2, 2, 2], &["-", "-"]),
        _ => grouped(random, &value, &[4, 2, 2, 2], &[" ", ".", "\u{a0}", "\u{202f}"]),
    }
}

pub fn passport_be(random: &mut Random) -> String {
    random.fill("[EG][HJKLMNPRS]######")
}

pub fn licence_be(random: &mut Random) -> String {
    random.fill("[1]#########")
}

pub fn nir(random: &mut Random) -> String {
    let (year, month, _) = day(random, 1935, 2007);
    let (department, as_number) = match random.below(12) {
        0 => ("2A".to_owned(), "19".to_owned()),
        1 => ("2B".to_owned(), "18".to_owned()),
        _ => {
            let code = format!(
                "{:02}",
                [1, 13, 31, 33, 35, 38, 44, 59, 62, 69, 75, 93, 94][random.below(13) as usize]
            );
            (code.clone(), code)
        }
    };
    let tail = format!("{:03}{:03}", random.between(1, 689), random.between(1, 899));
    let front = format!("{}{:02}{month:02}", random.between(1, 2), year % 100);
    let key = rest97(number(&format!("{front}{as_number}{tail}")));
    let value = format!("{front}{department}{tail}{key:02}");
    match random.below(4) {
        0 => value,
        1 => join(&value, &[1, 2, 2, 2, 3, 3, 2], &["."]),
        _ => grouped(random, &value, &[1, 2, 2, 2, 3, 3, 2], SPACES),
    }
}

pub fn spi(random: &mut Random) -> String {
    let front = random.fill("[0123]#########");
    let value = format!("{front}{:03}", number(&front) % 511);
    match random.below(2) {
        0 => value,
        _ => grouped(random, &value, &[2, 2, 3, 3, 3], SPACES),
    }
}

fn siren_digits(random: &mut Random) -> String {
    with_luhn(random.fill("[345789]#######"))
}

pub fn siren(random: &mut Random) -> String {
    let value = siren_digits(random);
    match random.below(2) {
        0 => value,
        _ => grouped(random, &value, &[3, 3, 3], SPACES),
    }
}

pub fn siret(random: &mut Random) -> String {
    let siren = siren_digits(random);
    let value = with_luhn(format!("{siren}{}", random.fill("000[123456789]")));
    match random.below(2) {
        0 => value,
        _ => grouped(random, &value, &[3, 3, 3, 5], SPACES),
    }
}

pub fn vat_fr(random: &mut Random) -> String {
    let siren = siren_digits(random);
    let key = (12 + 3 * (number(&siren) % 97)) % 97;
    match random.below(2) {
        0 => format!("FR{key:02}{siren}"),
        _ => format!("FR {key:02} {}", join(&siren, &[3, 3, 3], &[" "])),
    }
}

pub fn rib(random: &mut Random) -> String {
    let (bank, branch, account) =
        (random.fill("[123]####"), random.fill("0####"), random.fill("###########"));
    let key = 97 - (89 * number(&bank) + 15 * number(&branch) + 3 * number(&account)) % 97;
    let value = format!("{bank}{branch}{account}{key:02}");
    match random.below(3) {
        0 => value,
        _ => grouped(random, &value, &[5, 5, 11, 2], SPACES),
    }
}

/// Each part beside its own label, as forms and mails have them.
pub fn rib_in_parts(random: &mut Random) -> String {
    let value = rib_digits(random);
    let (bank, branch, account, key) = (&value[..5], &value[5..10], &value[10..21], &value[21..]);
    match random.below(4) {
        0 => format!("Code banque ⟪{bank}\nCode guichet {branch}\nN° de compte {account}\nClé RIB {key}⟫"),
        1 => format!("Banque : ⟪{bank}, guichet : {branch}, compte : {account}, clé : {key}⟫"),
        2 => format!("code banque ⟪{bank} / code guichet {branch} / compte {account} / clé {key}⟫"),
        _ => format!("Code banque;Code guichet;Compte;Clé\n⟪{bank};{branch};{account};{key}⟫"),
    }
}

pub fn cni(random: &mut Random) -> String {
    match random.below(2) {
        0 => random.fill("[089]#[01][123456789]########")[..12].to_owned(),
        _ => random.fill("^[0123456789]^^#^^^#"),
    }
}

pub fn licence_fr(random: &mut Random) -> String {
    random.fill("[0189]#[0][123456789]########")[..12].to_owned()
}

pub fn vitale(random: &mut Random) -> String {
    random.fill("80250################")
}

pub fn pdl(random: &mut Random) -> String {
    let value = random.fill("[0][123456789]############");
    match random.below(2) {
        0 => value,
        _ => join(&value, &[2, 3, 3, 3, 3], &[" "]),
    }
}

pub fn plate_fr(random: &mut Random) -> String {
    let part = "[ABCDEFGHJKLMNPQRTVWXYZ][ABCDEFGHJKLMNPQRTVXYZ]";
    format!("{}-{}-{}", random.fill("[ABCDEFG][ABCDEFGHJK]"), random.fill("[123456789]##"), random.fill(part))
}

pub fn phone_fr(random: &mut Random) -> String {
    let shape = random.pick(&["0[123456][23456789]#######", "07[456789]#######"]);
    let value = random.fill(shape);
    match random.below(7) {
        6 => format!("0033 {}", join(&value[1..], &[1, 2, 2, 2, 2], &[" "])),
        0 => format!("+33 {}", join(&value[1..], &[1, 2, 2, 2, 2], &[" "])),
        1 => format!("+33{}", &value[1..]),
        2 => format!("+33 (0){}", join(&value[1..], &[1, 2, 2, 2, 2], &[" "])),
        3 => grouped(random, &value, &[2, 2, 2, 2, 2], &["."]),
        _ => grouped(random, &value, &[2, 2, 2, 2, 2], SPACES),
    }
}

pub fn sin(random: &mut Random) -> String {
    let value = with_luhn(random.fill("[1234567]#######"));
    grouped(random, &value, &[3, 3, 3], &[" ", "-", "\u{a0}"])
}

pub fn ramq(random: &mut Random) -> String {
    let (year, month, day) = day(random, 1935, 2010);
    let letters = random.fill("^^^[ABCDEFGHJKLMNPRST]");
    let shown = month + [0, 50][random.below(2) as usize];
    let sequence = random.between(1, 9);
    let mut digits: Vec<u64> = Vec::new();
    for letter in letters.bytes() {
        let place = u64::from(letter - b'A') + 1;
        let code = if place >= 19 { place + 1 } else { place };
        digits.extend([code / 10, code % 10]);
    }
    let date = format!("{year:04}{shown:02}{day:02}");
    digits.extend(date.bytes().map(|byte| u64::from(byte - b'0')));
    digits.push(sequence);
    let weights = [7, 1, 1, 3, 9, 7, 3, 9, 5, 3, 1, 3, 5, 7, 6, 9, 1];
    let check: u64 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u64>() % 10;
    let value = format!("{letters}{}{sequence}{check}", &date[2..]);
    match random.below(4) {
        0 => value,
        1 => join(&value, &[4, 4, 4], &["-"]),
        _ => grouped(random, &value, &[4, 4, 4], SPACES),
    }
}

pub fn licence_qc(random: &mut Random) -> String {
    let (year, month, day) = day(random, 1950, 2005);
    let front = random.fill("[ABCDFGHLMPRST]####");
    match random.below(2) {
        0 => format!("{front}-{day:02}{month:02}{:02}-{}", year % 100, random.fill("##")),
        _ => format!("{front}{day:02}{month:02}{:02}{}", year % 100, random.fill("##")),
    }
}

pub fn phone_ca(random: &mut Random) -> String {
    let (area, exchange, line) = (
        random.pick(&["418", "514", "438", "450", "819", "581"]),
        random.fill("[2346789][2346789]#"),
        random.fill("####"),
    );
    match random.below(6) {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area} {exchange}-{line}"),
        2 => format!("{area}.{exchange}.{line}"),
        3 => format!("+1 {area} {exchange} {line}"),
        4 => format!("1-{area}-{exchange}-{line}"),
        _ => format!("{area}-{exchange}-{line}"),
    }
}

pub fn business_ca(random: &mut Random) -> String {
    format!("{}{}0001", with_luhn(random.fill("[78]#######")), random.pick(&["RT", "RP", "RC"]))
}

pub fn passport_ca(random: &mut Random) -> String {
    match random.below(2) {
        0 => random.fill("[AGHJK][ABCEFGHJK]######"),
        _ => random.fill("[PA]######[ABCDE][FGHJ]"),
    }
}

pub fn bank_ca(random: &mut Random) -> String {
    random.fill("0####-815-#######")
}

pub fn bsn(random: &mut Random) -> String {
    loop {
        let front = random.fill("[123]#######");
        let sum: i64 =
            front.bytes().enumerate().map(|(place, byte)| (9 - place as i64) * i64::from(byte - b'0')).sum();
        let last = sum.rem_euclid(11);
        if last < 10 {
            let value = format!("{front}{last}");
            return match random.below(3) {
                0 => join(&value, &[4, 2, 3], &["."]),
                1 => join(&value, &[3, 3, 3], &[" "]),
                _ => value,
            };
        }
    }
}

/// From abroad; inland forms need a label.
pub fn phone_nl(random: &mut Random) -> String {
    let value = random.fill("6[12345]#######");
    match random.below(3) {
        0 => format!("+31 6 {}", &value[1..]),
        1 => format!("0031 6 {}", &value[1..]),
        _ => format!("+31 {}", join(&value, &[1, 2, 2, 2, 2], &[" "])),
    }
}

pub fn phone_nl_inland(random: &mut Random) -> String {
    random.fill("06-[12345]#######")
}

const VERHOEFF_D: [[usize; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const VERHOEFF_F: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

fn verhoeff(front: &str) -> usize {
    let permuted = |place: usize, digit: usize| (0..place % 8).fold(digit, |digit, _| VERHOEFF_F[digit]);
    let state = front
        .bytes()
        .rev()
        .enumerate()
        .fold(0, |state, (place, byte)| VERHOEFF_D[state][permuted(place + 1, usize::from(byte - b'0'))]);
    VERHOEFF_D[state].iter().position(|&digit| digit == 0).unwrap()
}

pub fn matricule(random: &mut Random) -> String {
    let (year, month, day) = day(random, 1935, 2015);
    let front = format!("{year}{month:02}{day:02}{}", random.fill("###"));
    let value = format!("{front}{}{}", luhn(&front), verhoeff(&front));
    match random.below(3) {
        0 => value,
        1 => join(&value, &[8, 5], &[" "]),
        _ => join(&value, &[4, 2, 2, 5], &[" "]),
    }
}

pub fn phone_lu(random: &mut Random) -> String {
    format!("+352 {}", join(&random.fill("6[269]1######"), &[3, 3, 3], &[" "]))
}

pub fn steuer(random: &mut Random) -> String {
    // In the first ten digits one occurs twice, one not at all, the others once.
    let mut digits: Vec<u32> = (0..10).collect();
    for place in (1..10).rev() {
        digits.swap(place, random.below(place as u64 + 1) as usize);
    }
    digits[9] = digits[random.below(8) as usize + 1];
    if digits[0] == 0 {
        digits.swap(0, 1);
    }
    let mut product = 10;
    for digit in &digits {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    let check = (11 - product) % 10;
    let front: String = digits.iter().map(u32::to_string).collect();
    let value = format!("{front}{check}");
    match random.below(2) {
        0 => value,
        _ => grouped(random, &value, &[2, 3, 3, 3], &[" ", "\u{a0}"]),
    }
}

pub fn personalausweis(random: &mut Random) -> String {
    let front = random.fill("[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0123456789]######");
    let sum: u32 = front
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(letter, weight)| letter.to_digit(36).unwrap() * weight)
        .sum();
    format!("{front}{}", sum % 10)
}

pub fn rentenversicherung(random: &mut Random) -> String {
    let (year, month, day) = day(random, 1945, 2003);
    let letter = random.fill("[BDFGHKLMSTW]");
    let front =
        format!("{}{day:02}{month:02}{:02}", random.pick(&["12", "15", "25", "53", "65"]), year % 100);
    let serial = random.fill("##");
    let place = u32::from(letter.as_bytes()[0] - b'A') + 1;
    let digits = format!("{front}{place:02}{serial}");
    let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let check: u32 = digits
        .bytes()
        .zip(weights)
        .map(|(byte, weight)| {
            let product = u32::from(byte - b'0') * weight;
            product / 10 + product % 10
        })
        .sum::<u32>()
        % 10;
    match random.below(2) {
        0 => format!("{front}{letter}{serial}{check}"),
        _ => format!("{} {} {letter} {serial}{check}", &front[..2], &front[2..]),
    }
}

/// From abroad; inland forms need a label.
pub fn phone_de(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!("+49 151 {}", random.fill("[123456789]#######")),
        1 => format!("0049 171 {}", random.fill("[123456789]######")),
        _ => format!("+49 (0)241 {}", random.fill("[123456789]#####")),
    }
}

pub fn phone_de_inland(random: &mut Random) -> String {
    random.fill("01[57]1/[123456789]#######")
}

pub fn iban_of(country: &str, body: &str) -> String {
    let digits: String =
        format!("{body}{country}00").chars().map(|letter| letter.to_digit(36).unwrap().to_string()).collect();
    let rest = digits.bytes().fold(0, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97);
    format!("{country}{:02}{body}", 98 - rest)
}

fn iban_form(random: &mut Random, value: &str) -> String {
    const FOURS: &[usize] = &[4, 4, 4, 4, 4, 4, 4, 4, 4];
    match random.below(8) {
        0 => value.to_owned(),
        1 => value.to_lowercase(),
        2 => join(value, FOURS, &["-"]),
        3 => join(value, FOURS, &["."]),
        4 => join(&value.to_lowercase(), FOURS, &[" "]),
        _ => grouped(random, value, FOURS, SPACES),
    }
}

/// Ten digits and their own two check digits.
pub fn belgian_account(random: &mut Random) -> String {
    let front = random.fill("##########");
    format!("{front}{:02}", mod97(number(&front)))
}

pub fn iban_be(random: &mut Random) -> String {
    let account = belgian_account(random);
    let value = iban_of("BE", &account);
    iban_form(random, &value)
}

pub fn iban_fr(random: &mut Random) -> String {
    let value = iban_of("FR", &rib_digits(random));
    iban_form(random, &value)
}

fn rib_digits(random: &mut Random) -> String {
    let (bank, branch, account) =
        (random.fill("[123]####"), random.fill("0####"), random.fill("###########"));
    let key = 97 - (89 * number(&bank) + 15 * number(&branch) + 3 * number(&account)) % 97;
    format!("{bank}{branch}{account}{key:02}")
}

pub fn iban_de(random: &mut Random) -> String {
    let value = iban_of("DE", &random.fill("##################"));
    iban_form(random, &value)
}

/// Accounts of the neighbours and of countries farther off.
pub fn iban(random: &mut Random) -> String {
    let value = match random.below(10) {
        0..=3 => return iban_be(random),
        4 => return iban_fr(random),
        5 => return iban_de(random),
        6 => iban_of("LU", &random.fill("00##############")[..16]),
        7 => {
            let bank = random.pick(&["ABNA", "INGB", "RABO", "TRIO"]).to_owned();
            iban_of("NL", &format!("{bank}{}", random.fill("0#########")))
        }
        8 => iban_of("ES", &random.fill("####################")),
        _ => iban_of("GB", &format!("NWBK{}", random.fill("##############"))),
    };
    iban_form(random, &value)
}

pub fn bic(random: &mut Random) -> String {
    random
        .pick(&["GEBABEBB", "KREDBEBB", "BNPAFRPPXXX", "GKCCBEBB", "BCEELULL", "INGBNL2A", "COBADEFF"])
        .to_owned()
}

pub fn card(random: &mut Random) -> String {
    let (front, groups): (&str, &[usize]) = match random.below(6) {
        0 | 1 => ("4##############", &[4, 4, 4, 4]),
        2 => ("5[12345]#############", &[4, 4, 4, 4]),
        3 => ("2[3456]#############", &[4, 4, 4, 4]),
        4 => ("3[47]############", &[4, 6, 5]),
        _ => ("6703###########", &[4, 4, 4, 4]),
    };
    let value = with_luhn(random.fill(front));
    match random.below(4) {
        0 => value,
        1 => join(&value, groups, &["-"]),
        _ => grouped(random, &value, groups, SPACES),
    }
}

/// Debit cards of seventeen to nineteen digits, which need a label.
pub fn card_long(random: &mut Random) -> String {
    let (front, groups): (&str, &[usize]) = match random.below(4) {
        0 => ("6703############", &[4, 4, 4, 4, 1]),
        1 => ("6759#############", &[4, 4, 4, 4, 2]),
        2 => ("5018##############", &[4, 4, 4, 4, 3]),
        _ => ("5893##############", &[6, 13]),
    };
    let value = with_luhn(random.fill(front));
    grouped(random, &value, groups, SPACES)
}

pub fn email(random: &mut Random) -> String {
    let first = random
        .pick(&["jean", "marie-claire", "luc", "sofie", "a.", "pieterjan", "klaus", "emma", "youssef", "s"])
        .trim_end_matches('.')
        .to_owned();
    let last = random
        .pick(&[
            "delcourt",
            "lambert",
            "peeters",
            "vandenbroeck",
            "schmidt",
            "tremblay",
            "benali",
            "o.connor",
        ])
        .to_owned();
    let host = random.pick(&[
        "ores.be",
        "ville-namur.be",
        "gmail.com",
        "outlook.com",
        "skynet.be",
        "arras.fr",
        "ville.quebec.qc.ca",
        "web.de",
        "telenet.be",
        "voo.be",
        "uni-koeln.de",
        "mail.gov.uk",
    ]);
    match random.below(7) {
        0 => format!("{first}{last}@{host}"),
        1 => format!("{first}_{last}{}@{host}", random.below(99)),
        2 => format!("{first}.{last}+factures@{host}"),
        3 => format!("{}@{host}", capitalised(&format!("{first}.{last}"))),
        _ => format!("{first}.{last}@{host}"),
    }
}

fn capitalised(text: &str) -> String {
    text.split('.').map(|part| part[..1].to_uppercase() + &part[1..]).collect::<Vec<_>>().join(".")
}

pub fn email_spelled(random: &mut Random) -> String {
    let (first, last) =
        (random.pick(&["jean", "sofie", "klaus", "emma"]), random.pick(&["delcourt", "peeters", "schmidt"]));
    match random.below(5) {
        0 => format!("{first}.{last} [at] ores.be"),
        1 => format!("{first}.{last}(at)ores.be"),
        2 => format!("{first}.{last}[at]ores[dot]be"),
        3 => format!("{first} point {last} arobase ores point be"),
        _ => format!("{first}.{last} (at) ores (dot) be"),
    }
}

pub fn ip(random: &mut Random) -> String {
    format!(
        "{}.{}.{}.{}",
        random.pick(&["81", "91", "109", "178", "213"]),
        random.below(256),
        random.below(256),
        random.between(1, 254)
    )
}

pub fn ipv6(random: &mut Random) -> String {
    random.fill("2a02:2788:~~~:~~~[123456789]::[123456789]~")
}

pub fn mac(random: &mut Random) -> String {
    random.fill("3c:~2:~#:~~:~#:~7")
}

pub fn gps(random: &mut Random) -> String {
    let (lat, lon) = (random.fill("50.####[123456789]"), random.fill("4.[123456789]###[123456789]"));
    match random.below(5) {
        0 => format!("{} ; {}", lat.replace('.', ","), lon.replace('.', ",")),
        1 => format!("{lat},{lon}"),
        2 => random.fill("50°2#'0#.#\"N 4°5#'1#.#\"E"),
        3 => format!("{lat} {lon}"),
        _ => format!("{lat}, {lon}"),
    }
}

const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_NL: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub fn date(random: &mut Random, language: &str) -> String {
    let (year, month, day) = day(random, 1932, 2018);
    let at = month as usize - 1;
    match (random.below(5), language) {
        (0, "de") => format!("{day}. {} {year}", MONTHS_DE[at]),
        (0, "nl") => format!("{day} {} {year}", MONTHS_NL[at]),
        (0, "en") => format!("{} {day}, {year}", MONTHS_EN[at]),
        (0, _) if day == 1 => format!("1er {} {year}", MONTHS_FR[at]),
        (0, _) => format!("{day} {} {year}", MONTHS_FR[at]),
        (1, _) => format!("{day:02}.{month:02}.{year}"),
        (2, "en") if day > 12 => format!("{month:02}/{day}/{year}"),
        (2, _) => format!("{day:02}-{month:02}-{year}"),
        (3, "en") => format!("{year}-{month:02}-{day:02}"),
        _ => format!("{day:02}/{month:02}/{year}"),
    }
}

pub fn date_iso(random: &mut Random) -> String {
    let (year, month, day) = day(random, 1932, 2018);
    format!("{year}-{month:02}-{day:02}")
}

pub fn dob(random: &mut Random, language: &str) -> String {
    let front = match language {
        "nl" => random.pick(&["geboren op", "geboren te Gent op", "°"]),
        "de" => random.pick(&["geboren am", "geb. am", "geb."]),
        _ => random.pick(&["né le", "née le", "né(e) le", "née à Dinant le", "né à Huy, le"]),
    };
    let front = if front == "°" { "geboren" } else { front };
    format!("{front} ⟪{}⟫", date(random, language))
}

pub fn login(random: &mut Random) -> String {
    random.pick(&["jdelcourt", "svc_app", "a.lambert", "dupontj2", "ORES\\kbenali", "mlentz"]).to_owned()
}
