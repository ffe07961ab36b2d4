//! Numbers as people say them, in French of France and of Belgium, Dutch, German and English.

/// The words for 0 to 99 in one language.
pub type Language = fn(u32) -> String;

const FRENCH: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize",
];
const FRENCH_TENS: [&str; 10] = [
    "",
    "dix",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "soixante-dix",
    "quatre-vingt",
    "quatre-vingt-dix",
];
const DUTCH: [&str; 20] = [
    "nul",
    "een",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
    "dertien",
    "veertien",
    "vijftien",
    "zestien",
    "zeventien",
    "achttien",
    "negentien",
];
const DUTCH_TENS: [&str; 10] =
    ["", "", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"];
const GERMAN: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const GERMAN_TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn romance(number: u32, tens: &[&str; 10], twenties: &[u32]) -> String {
    let (ten, unit) = (number / 10, number % 10);
    if number < 17 {
        return FRENCH[number as usize].to_owned();
    }
    if twenties.contains(&ten) {
        return format!("{}-{}", tens[ten as usize - 1], romance(10 + unit, tens, &[]));
    }
    match unit {
        0 if number == 80 && tens[8] == "quatre-vingt" => "quatre-vingts".to_owned(),
        0 => tens[ten as usize].to_owned(),
        1 if ten != 8 && ten > 1 => format!("{} et un", tens[ten as usize]),
        _ => format!("{}-{}", tens[ten as usize], FRENCH[unit as usize]),
    }
}

pub fn french(number: u32) -> String {
    romance(number, &FRENCH_TENS, &[7, 9])
}

pub fn belgian(number: u32) -> String {
    let mut tens = FRENCH_TENS;
    (tens[7], tens[9]) = ("septante", "nonante");
    romance(number, &tens, &[])
}

fn germanic(number: u32, low: &[&str; 20], tens: &[&str; 10], joint: &str, one: &str) -> String {
    let (ten, unit) = ((number / 10) as usize, (number % 10) as usize);
    match (number, unit) {
        (0..20, _) => low[number as usize].to_owned(),
        (_, 0) => tens[ten].to_owned(),
        (_, 1) => format!("{one}{joint}{}", tens[ten]),
        _ => format!("{}{joint}{}", low[unit], tens[ten]),
    }
}

pub fn dutch(number: u32) -> String {
    let unit = number % 10;
    germanic(number, &DUTCH, &DUTCH_TENS, if matches!(unit, 2 | 3) { "ën" } else { "en" }, "een")
}

pub fn german(number: u32) -> String {
    germanic(number, &GERMAN, &GERMAN_TENS, "und", "ein")
}

pub fn english(number: u32) -> String {
    let (ten, unit) = ((number / 10) as usize, (number % 10) as usize);
    match (number, unit) {
        (0..20, _) => ENGLISH[number as usize].to_owned(),
        (_, 0) => ENGLISH_TENS[ten].to_owned(),
        _ => format!("{}-{}", ENGLISH_TENS[ten], ENGLISH[unit]),
    }
}

/// In pairs, as telephone numbers are dictated; `None` for what holds letters after its digits.
pub fn number(value: &str, language: Language) -> Option<String> {
    spell(value, |digits| {
        let odd = digits.len() % 2;
        let (single, pairs) = digits.split_at(odd);
        let mut words: Vec<String> = single.iter().map(|digit| language(*digit)).collect();
        for pair in pairs.chunks(2) {
            match pair[0] {
                0 => words.extend([language(0), language(pair[1])]),
                _ => words.push(language(pair[0] * 10 + pair[1])),
            }
        }
        words
    })
}

/// One by one.
pub fn digits(value: &str, language: Language) -> Option<String> {
    spell(value, |digits| digits.iter().map(|digit| language(*digit)).collect())
}

fn spell(value: &str, say: impl Fn(&[u32]) -> Vec<String>) -> Option<String> {
    let letters = value.chars().take_while(char::is_ascii_uppercase).count();
    let rest = &value[letters..];
    if letters > 2 || rest.contains(|sign: char| sign.is_alphabetic() || matches!(sign, '@' | '+')) {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for group in rest.split(|sign: char| !sign.is_ascii_digit()).filter(|group| !group.is_empty()) {
        let digits: Vec<u32> = group.chars().filter_map(|digit| digit.to_digit(10)).collect();
        words.extend(say(&digits));
    }
    let words = words.join(" ");
    (!words.is_empty()).then(|| if letters > 0 { format!("{} {words}", &value[..letters]) } else { words })
}
