//! Numbers written in words, in French (of Belgium, France and Switzerland), Dutch, German and English: read as
//! the digits that people mean when they dictate. Knows no rules.

use super::derived::Derived;
use super::fold::{fold, starts_word};
use crate::span::Span;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Digits that make a spelled-out number worth reading.
pub const DIGITS_MIN: usize = 8;

/// Words that may begin one. The words for "one" are too common and are found from the word after them.
pub const TRIGGERS: &[&str] = &[
    "zéro",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "septante",
    "huitante",
    "octante",
    "nonante",
    "nul",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "null",
    "zwei",
    "zwo",
    "drei",
    "fünf",
    "sechs",
    "sieben",
    "neun",
    "zehn",
    "zero",
    "two",
    "three",
    "four",
    "five",
    "seven",
    "eight",
    "nine",
    "ten",
    "oh",
    "twenty",
    "thirty",
    "forty",
    "fifty",
];

/// Numbers of one run.
const GROUPS_MAX: usize = 48;

/// Words of one run, those between numbers too.
const WORDS_MAX: usize = 2 * GROUPS_MAX;

/// A number that is being read.
#[derive(Clone, Copy)]
struct Group {
    value: u32,
    /// What may still be added is smaller: 100 after *cent*, 10 after *trente*, 0 where it is complete.
    room: u32,
    /// Whether it ends in *dix*: sept, huit and neuf may follow.
    ten: bool,
    words: Span,
}

impl Group {
    const fn new(value: u32, room: u32, words: Span) -> Self {
        Self { value, room, ten: value == 10, words }
    }

    const fn digits(self) -> usize {
        match self.value {
            0..10 => 1,
            10..100 => 2,
            _ => 3,
        }
    }
}

/// The numbers read so far.
struct Groups {
    all: [Group; GROUPS_MAX],
    count: usize,
}

impl Default for Groups {
    fn default() -> Self {
        Self { all: [Group::new(0, 0, Span::new(0, 0)); GROUPS_MAX], count: 0 }
    }
}

impl Groups {
    fn last(&mut self) -> Option<&mut Group> {
        self.count.checked_sub(1).and_then(|last| self.all.get_mut(last))
    }

    fn push(&mut self, group: Group) {
        if let Some(free) = self.all.get_mut(self.count) {
            *free = group;
            self.count += 1;
        }
    }
}

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// 0 to 999, complete.
    Number(u32),
    /// 20 to 90, to which a unit may be added.
    Tens(u32),
    /// Times a hundred.
    Hundred,
    /// Joins tens and units, says nothing itself.
    And,
    /// A plus sign.
    Plus,
}

/// Reads the number words around `at`: the run that they take, and their digits each with its word. `None` where
/// they are too few.
#[must_use]
pub fn read_around(text: &[u8], at: usize) -> Option<(Span, Vec<(String, Span)>)> {
    if is_alone(text, at) {
        return None;
    }
    let mut start = at;
    for _ in 0..3 {
        let Some(previous) = word_before(text, start) else { break };
        if said(text, previous).is_none() {
            break;
        }
        start = previous.start;
    }
    let mut groups = Groups::default();
    let mut place = start;
    let mut plus = None;
    let hyphens = has_hyphens(text, start);
    let mut joined = true;
    for _ in 0..WORDS_MAX {
        let Some(word) = word_from(text, place) else { break };
        let Some(said) = said(text, word) else { break };
        // Who writes hyphens writes them within every number: "soixante-quatre", but "soixante quatre-vingts".
        joined = !hyphens
            || place == word.start
            || text.get(word.start - 1) == Some(&b'-')
            || said == Said::And
            || joined && is_and(text, place);
        place = word.end;
        match said {
            Said::And => {}
            Said::Plus if groups.count == 0 => plus = Some(word),
            Said::Plus => break,
            Said::Tens(tens) => push_tens(&mut groups, tens, word, joined),
            Said::Hundred => push_hundred(&mut groups, word),
            Said::Number(number) => push_number(&mut groups, number, word, joined),
        }
        if groups.count == GROUPS_MAX {
            break;
        }
    }
    let groups = &groups.all[..groups.count];
    if groups.iter().map(|group| group.digits()).sum::<usize>() < DIGITS_MIN {
        return None;
    }
    let mut digits: Vec<(String, Span)> =
        groups.iter().map(|group| (group.value.to_string(), group.words)).collect();
    if let Some(word) = plus {
        digits.insert(0, ("+".to_owned(), word));
    }
    let run = Span::new(digits.first()?.1.start, digits.last()?.1.end);
    Some((run, digits))
}

/// Whether the word at `at` is no number word ("sixième"), or has none beside it: "trois étapes". No one word is worth
/// enough digits.
fn is_alone(text: &[u8], at: usize) -> bool {
    let says = |word: Option<Span>| word.is_some_and(|word| said(text, word).is_some());
    let own = word_from(text, at);
    let behind = own.and_then(|own| word_from(text, own.end));
    !says(behind) && !says(word_before(text, at)) || !says(own)
}

/// Writes the digits in place of the words; what stands around them in the region stays.
pub fn write(text: &[u8], region: Span, run: Span, digits: &[(String, Span)], out: &mut Derived) {
    out.copy(text, Span::new(region.start, run.start));
    for (digits, word) in digits {
        let count = digits.len();
        for (place, digit) in digits.bytes().enumerate() {
            // Each digit keeps a part of its word, so that spans stay in order.
            let from = if place == 0 { word.start } else { word.end - 1 };
            let to = if place + 1 == count { word.end } else { word.end - 1 };
            out.push(&[digit], Span::new(from, to.max(from)));
        }
    }
    out.copy(text, Span::new(run.end, region.end));
}

/// Whether hyphens stand between the number words from `start` on.
fn has_hyphens(text: &[u8], start: usize) -> bool {
    let mut place = start;
    for _ in 0..WORDS_MAX {
        let Some(word) = word_from(text, place).filter(|word| said(text, *word).is_some()) else { break };
        if word.start == place + 1 && text[place] == b'-' && place > start {
            return true;
        }
        place = word.end;
    }
    false
}

/// Whether the word that ends at `end` is *et*: "soixante et onze".
fn is_and(text: &[u8], end: usize) -> bool {
    let before = &text[..end];
    before.ends_with(b" et") || before.ends_with(b" and")
}

fn push_tens(groups: &mut Groups, tens: u32, word: Span, joined: bool) {
    if let Some(last) = groups.last() {
        // "quatre-vingt": four twenties.
        if tens == 20 && joined && last.room == 0 && last.value % 100 == 4 {
            last.value += 76;
            last.room = if word.len() > 5 { 0 } else { 10 };
            last.words.end = word.end;
            return;
        }
        if last.room == 100 {
            last.value += tens;
            last.room = 10;
            last.words.end = word.end;
            return;
        }
    }
    groups.push(Group::new(tens, 10, word));
}

/// *cent*, *honderd*: of the unit before, or of one.
fn push_hundred(groups: &mut Groups, word: Span) {
    match groups.last() {
        Some(last) if last.room == 0 && (2..10).contains(&last.value) => {
            last.value *= 100;
            last.room = 100;
            last.words.end = word.end;
        }
        _ => groups.push(Group::new(100, 100, word)),
    }
}

fn push_number(groups: &mut Groups, number: u32, word: Span, joined: bool) {
    if let Some(last) = groups.last().filter(|last| last.room > 0) {
        let teens = matches!(last.value % 100, 60 | 80) && (10..20).contains(&number);
        let fits = (1..last.room).contains(&number) && (!last.ten || number > 6);
        if joined && (fits || teens && last.room == 10) || last.room == 100 && fits {
            last.value += number;
            (last.room, last.ten) = if number == 10 { (10, true) } else { (0, false) };
            last.words.end = word.end;
            return;
        }
        last.room = 0;
    }
    groups.push(Group::new(number, if number == 10 { 10 } else { 0 }, word));
}

/// The word that begins at or after `at`, past spaces, hyphens, commas and full stops.
fn word_from(text: &[u8], at: usize) -> Option<Span> {
    let mut start = at;
    for _ in 0..5 {
        // Plain letters first: most text is made of them.
        match text.get(start) {
            Some(b' ' | b'-' | b',' | b'.') => {
                start += 1;
                continue;
            }
            Some(byte) if byte.is_ascii_graphic() => break,
            _ => {}
        }
        let character = fold(text, start);
        if character.taken == 0 {
            return None;
        }
        if matches!(character.bytes(), b" " | b"-" | b"," | b"." | b"+") && text[start] != b'+' {
            start += usize::from(character.taken);
        } else {
            break;
        }
    }
    let mut end = start;
    if text.get(start) == Some(&b'+') {
        return Some(Span::new(start, start + 1));
    }
    while end - start < 40 {
        match text.get(end) {
            Some(byte) if byte.is_ascii_alphanumeric() => {
                end += 1;
                continue;
            }
            Some(byte) if byte.is_ascii_graphic() => break,
            _ => {}
        }
        let character = fold(text, end);
        if character.taken == 0 || !character.is_word() {
            break;
        }
        end += usize::from(character.taken);
    }
    (end > start).then(|| Span::new(start, end))
}

/// The word before `at`.
fn word_before(text: &[u8], at: usize) -> Option<Span> {
    let gap = text[..at].iter().rev().take(3).take_while(|byte| matches!(byte, b' ' | b'-' | b',')).count();
    let end = at - gap;
    // Plain letters first: most text is made of them.
    let plain = text[..end].iter().rev().take(20).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let mut start = end - plain;
    if plain > 0 && text[..start].last().is_none_or(|before| *before == b' ') {
        return (gap > 0).then(|| Span::new(start, end));
    }
    start = end;
    while start > 0 && end - start < 20 && !starts_word(text, start) {
        start -= 1;
    }
    (gap > 0 && start < end && starts_word(text, start)).then(|| Span::new(start, end))
}

fn said(text: &[u8], word: Span) -> Option<Said> {
    static WORDS: OnceLock<Words> = OnceLock::new();
    let words = WORDS.get_or_init(Words::new);
    let raw = word.of(text)?;
    if raw.is_ascii() && !words.may_have(raw) {
        return None;
    }
    let mut folded = [0_u8; 48];
    let length = match folded.get_mut(..raw.len()) {
        Some(plain) if raw.iter().all(u8::is_ascii_alphabetic) => {
            plain.copy_from_slice(raw);
            plain.make_ascii_lowercase();
            plain.len()
        }
        _ => folded_word(text, word, &mut folded)?,
    };
    let folded = std::str::from_utf8(&folded[..length]).ok()?;
    words.get(folded).or_else(|| hundreds(words, folded))
}

/// Writes the word folded; returns how long it is, or `None` where there is no room for it.
fn folded_word(text: &[u8], word: Span, folded: &mut [u8]) -> Option<usize> {
    let (mut length, mut at) = (0, word.start);
    while at < word.end {
        let character = fold(text, at);
        let bytes = character.bytes();
        folded.get_mut(length..length + bytes.len())?.copy_from_slice(bytes);
        length += bytes.len();
        at += usize::from(character.taken.max(1));
    }
    Some(length)
}

/// "tweehonderdvijf", "zweihundertfünf": one word in Dutch and German.
fn hundreds(words: &Words, word: &str) -> Option<Said> {
    if word.len() < "honderd".len() || !word.contains('h') {
        return None;
    }
    let (before, after) = word.split_once("honderd").or_else(|| word.split_once("hundert"))?;
    let number = |part: &str, none: u32| match (part, words.get(part)) {
        ("", _) => Some(none),
        (_, Some(Said::Number(number) | Said::Tens(number))) => Some(number),
        _ => None,
    };
    let (hundreds, rest) = (number(before, 1)?, number(after, 0)?);
    ((1..10).contains(&hundreds) && rest < 100).then_some(Said::Number(hundreds * 100 + rest))
}

/// Bytes of the longest word for a number, and one more.
const LENGTHS: usize = 32;

/// The words for numbers, by length and first letter: for most words of a text there is nothing to compare.
struct Words(Vec<Vec<(String, Said)>>);

impl Words {
    fn new() -> Self {
        let mut kinds = vec![Vec::new(); LENGTHS * 32];
        for (word, said) in words() {
            kinds[Self::kind(word.as_bytes())].push((word, said));
        }
        Self(kinds)
    }

    fn kind(word: &[u8]) -> usize {
        word.len() % LENGTHS * 32 + usize::from(word.first().copied().unwrap_or(0) & 31)
    }

    /// Whether a word of ASCII may be one of them, or be made of several. Says yes rather too often.
    fn may_have(&self, word: &[u8]) -> bool {
        let is_long = || word.len() >= "honderd".len() && word.iter().any(|byte| byte | 0x20 == b'h');
        !self.0[Self::kind(word)].is_empty() || is_long()
    }

    fn get(&self, wanted: &str) -> Option<Said> {
        let kind = &self.0[Self::kind(wanted.as_bytes())];
        kind.iter().find(|(word, _)| word == wanted).map(|(_, said)| *said)
    }
}

fn words() -> HashMap<String, Said> {
    let mut words = HashMap::new();
    let numbers: [&[(&str, u32)]; 4] = [
        &[
            ("zero", 0),
            ("un", 1),
            ("une", 1),
            ("deux", 2),
            ("trois", 3),
            ("quatre", 4),
            ("cinq", 5),
            ("six", 6),
            ("sept", 7),
            ("huit", 8),
            ("neuf", 9),
            ("dix", 10),
            ("onze", 11),
            ("douze", 12),
            ("treize", 13),
            ("quatorze", 14),
            ("quinze", 15),
            ("seize", 16),
        ],
        &[
            ("nul", 0),
            ("een", 1),
            ("twee", 2),
            ("drie", 3),
            ("vier", 4),
            ("vijf", 5),
            ("zes", 6),
            ("zeven", 7),
            ("acht", 8),
            ("negen", 9),
            ("tien", 10),
            ("elf", 11),
            ("twaalf", 12),
            ("dertien", 13),
            ("veertien", 14),
            ("vijftien", 15),
            ("zestien", 16),
            ("zeventien", 17),
            ("achttien", 18),
            ("negentien", 19),
        ],
        &[
            ("null", 0),
            ("ein", 1),
            ("eins", 1),
            ("zwei", 2),
            ("zwo", 2),
            ("drei", 3),
            ("funf", 5),
            ("fuenf", 5),
            ("sechs", 6),
            ("sieben", 7),
            ("neun", 9),
            ("zehn", 10),
            ("zwolf", 12),
            ("dreizehn", 13),
            ("vierzehn", 14),
            ("funfzehn", 15),
            ("sechzehn", 16),
            ("siebzehn", 17),
            ("achtzehn", 18),
            ("neunzehn", 19),
        ],
        &[
            ("oh", 0),
            ("one", 1),
            ("two", 2),
            ("three", 3),
            ("four", 4),
            ("five", 5),
            ("seven", 7),
            ("eight", 8),
            ("nine", 9),
            ("ten", 10),
            ("eleven", 11),
            ("twelve", 12),
            ("thirteen", 13),
            ("fourteen", 14),
            ("fifteen", 15),
            ("sixteen", 16),
            ("seventeen", 17),
            ("eighteen", 18),
            ("nineteen", 19),
        ],
    ];
    for (word, number) in numbers.iter().flat_map(|list| list.iter()) {
        words.insert((*word).to_owned(), Said::Number(*number));
    }
    let tens = [
        ("vingt", 20),
        ("vingts", 20),
        ("trente", 30),
        ("quarante", 40),
        ("cinquante", 50),
        ("soixante", 60),
        ("septante", 70),
        ("huitante", 80),
        ("octante", 80),
        ("nonante", 90),
        ("twintig", 20),
        ("dertig", 30),
        ("veertig", 40),
        ("vijftig", 50),
        ("zestig", 60),
        ("zeventig", 70),
        ("tachtig", 80),
        ("negentig", 90),
        ("zwanzig", 20),
        ("dreissig", 30),
        ("vierzig", 40),
        ("funfzig", 50),
        ("sechzig", 60),
        ("siebzig", 70),
        ("achtzig", 80),
        ("neunzig", 90),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    // Dutch and German say the unit first, in one word: vijfentwintig, fünfundzwanzig.
    let first =
        |joint: &str, units: [&str; 9], tens_words: &[(&str, u32)], words: &mut HashMap<String, Said>| {
            for (unit, number) in units.iter().zip(1..) {
                for (tens, value) in tens_words {
                    words.insert(format!("{unit}{joint}{tens}"), Said::Number(value + number));
                }
            }
        };
    let dutch = ["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"];
    let german = ["ein", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun"];
    first("en", dutch, &tens[10..18], &mut words);
    first("und", german, &tens[18..26], &mut words);
    // Theirs are complete: nothing is added behind.
    for (place, (word, number)) in tens.into_iter().enumerate() {
        let complete = (10..26).contains(&place);
        words.insert(word.to_owned(), if complete { Said::Number(number) } else { Said::Tens(number) });
    }
    for word in ["cent", "cents", "hundred"] {
        words.insert(word.to_owned(), Said::Hundred);
    }
    for word in ["et", "and"] {
        words.insert(word.to_owned(), Said::And);
    }
    for word in ["plus", "+"] {
        words.insert(word.to_owned(), Said::Plus);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::read_around;

    fn digits(text: &str, word: &str) -> Option<String> {
        let at = text.find(word)?;
        let (_, digits) = read_around(text.as_bytes(), at)?;
        Some(digits.into_iter().map(|(digits, _)| digits).collect())
    }

    #[test]
    fn dictated_numbers_are_read() {
        let fr = "mon gsm zéro quatre septante-cinq douze trente-quatre cinquante-six merci";
        assert_eq!(digits(fr, "zéro").as_deref(), Some("0475123456"));
        let fr = "plus trente-deux quatre soixante et onze quatre-vingt-dix-sept un deux trois quatre";
        assert_eq!(digits(fr, "trente").as_deref(), Some("+32471971234"));
        let nl = "nul vier vijfenzeventig twaalf vierendertig zesenvijftig";
        assert_eq!(digits(nl, "nul").as_deref(), Some("0475123456"));
        let de = "null vier fünfundsiebzig zwölf vierunddreißig sechsundfünfzig";
        assert_eq!(digits(de, "null").as_deref(), Some("0475123456"));
        let en = "one two three, four five six seven eight nine";
        assert_eq!(digits(en, "two").as_deref(), Some("123456789"));
        assert_eq!(digits("deux ou trois fois, six mois", "deux"), None);
        let fr = "zéro quatre cent septante-cinq douze trente-quatre cinquante-six";
        assert_eq!(digits(fr, "zéro").as_deref(), Some("0475123456"));
        let fr = "dix-sept quatre quatre-vingt-dix-huit soixante quatre-vingts cinq deux cent six";
        assert_eq!(digits(fr, "dix").as_deref(), Some("1749860805206"));
        let nl = "nul vierhonderdvijfenzeventig twaalf dertig vier zesenvijftig";
        assert_eq!(digits(nl, "nul").as_deref(), Some("04751230456"));
    }
}
