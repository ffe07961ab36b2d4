//! How much a token looks like a secret by itself, wherever it stands. The stronger it is, the less of a link to a label
//! it needs (see `reach`).

use super::shape::Shape;
use super::words::{ABOUT, ACCESS, DENY, DOUBT, KEY, KNOWN, LABELS, LOGIN, PAIR, PIN, THING};
use crate::scan::check::random::looks_random;
use crate::scan::lexicon::{Groups, Lexicon};

/// What a token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The digits of a PIN or of a door.
    Number,
    /// A word with digits, `Zomer2023`, or a password that everybody knows.
    Fair,
    /// Letters, digits and signs, or letters and digits in disorder: nothing else looks so.
    Sure,
}

/// Bytes of a token that may be a password.
const LENGTH: std::ops::RangeInclusive<usize> = 6..=40;

/// Bytes of a password in disorder; what is longer is a key.
const DISORDERED_MAX: usize = 24;

/// Bytes of words with digits.
const WORDS_BYTES_MAX: usize = 30;

/// Words of a phrase that is hardly anything else, and hardly a compound of prose.
const WORDS_FAIR: usize = 3;

/// Bytes of a phrase, and of one of its words.
const PHRASE_BYTES: (std::ops::RangeInclusive<usize>, std::ops::RangeInclusive<usize>) = (14..=48, 4..=12);

/// Letters from which on their case can change by chance.
const DENSE_MIN: usize = 10;

/// Capitals in a row in letters that stand there by chance.
const CAPITALS_MAX: usize = 5;

/// Bytes of a key.
const KEY_BYTES_MAX: usize = 128;

/// Bytes from which on letters of both cases are a line of a certificate.
const LINE_BYTES: usize = 60;

/// How strong a token is as what a label of these groups announces; `None` for words, numbers, names and addresses.
#[must_use]
pub fn of(lexicon: &Lexicon, token: &[u8], groups: Groups) -> Option<Strength> {
    if groups & KEY != 0 {
        let plain = token.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let random = looks_random(token) || token.len() >= 16 && is_disordered(token);
        let short = token.len() < LINE_BYTES || token.iter().all(u8::is_ascii_hexdigit);
        let named = is_of_words(token) || is_thing(lexicon, token);
        return (plain && short && token.len() <= KEY_BYTES_MAX && random && !named)
            .then_some(Strength::Sure);
    }
    if groups & (PIN | ACCESS) != 0 && is_number(token, groups) {
        return Some(Strength::Number);
    }
    // Most tokens are words.
    let known = lexicon.may_be_apart(token);
    if groups & PIN != 0 {
        return None;
    }
    if let Some(words) = words_of_phrase(lexicon, token).filter(|_| groups & ACCESS == 0) {
        return Some(if words > WORDS_FAIR { Strength::Sure } else { Strength::Fair });
    }
    if !known && is_by_chance(token) && groups & ACCESS == 0 {
        return Some(Strength::Fair);
    }
    if !known && !token.iter().any(u8::is_ascii_digit) || !token.iter().all(is_usual) {
        return None;
    }
    let known = || known && lexicon.groups_of(token) & KNOWN != 0;
    if token.iter().any(u8::is_ascii_alphabetic) && known() {
        return (groups & ACCESS == 0).then_some(Strength::Fair);
    }
    if !LENGTH.contains(&token.len())
        || is_format(token)
        || is_version(token)
        || is_hexadecimal(token)
        || is_handle(token)
    {
        return None;
    }
    let shape = Shape::of(token);
    if shape.digits == 0 || shape.letters() < 2 {
        return None;
    }
    let inner = without_ends(token);
    let signs = hard_signs(token);
    let thing = signs == 0 && is_thing(lexicon, inner) || is_quantity(inner);
    let small = shape.lower + shape.accented > 0;
    if token.len() >= 8
        && !thing
        && (signs > 0 && (small || signs > 1) || token.len() <= DISORDERED_MAX && is_disordered(token))
    {
        return Some(Strength::Sure);
    }
    let fair = !thing
        && (small || is_code(token))
        && groups & (ACCESS | PAIR) == 0
        && is_word_with_digits(token, &shape);
    fair.then_some(Strength::Fair)
}

/// How many words a phrase has that dashes join, `correct-horse-battery`; none where one of them is talk about passwords,
/// or where most are too short: "state-of-the-art".
pub(super) fn words_of_phrase(lexicon: &Lexicon, token: &[u8]) -> Option<usize> {
    let dashes = || token.iter().filter(|byte| **byte == b'-').count();
    if !PHRASE_BYTES.0.contains(&token.len()) || !(2..=7).contains(&dashes()) {
        return None;
    }
    let word = |part: &[u8]| {
        let rest = part.get(1..).unwrap_or_default();
        PHRASE_BYTES.1.contains(&part.len())
            && part[0].is_ascii_alphabetic()
            && rest.iter().all(u8::is_ascii_lowercase)
    };
    let case = |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase);
    let mut parts = token.split(|byte| *byte == b'-');
    let first = parts.clone().next().is_some_and(case);
    const TALK: Groups = LABELS | ABOUT | DOUBT | THING | LOGIN;
    let groups = |part: &[u8]| if case(part) { lexicon.groups_of(part) } else { lexicon.groups(part) };
    let among = |part: &[u8], wanted| groups(part) & wanted != 0;
    let holds = |part: &[u8]| word(part) && case(part) == first && !among(part, TALK);
    // "correct-horse-battery", and no "must-contain-digits".
    let denied = || token.split(|byte| *byte == b'-').filter(|part| among(part, DENY)).count();
    (parts.all(holds) && denied() < 2).then(|| dashes() + 1)
}

/// Four to eight digits, perhaps with a letter or a key of the pad: `4821`, `A4821`, `48B21`, `4821#`.
fn is_number(token: &[u8], groups: Groups) -> bool {
    let token = token.strip_suffix(b"#").or_else(|| token.strip_suffix(b"*")).unwrap_or(token);
    let pad = groups & ACCESS != 0;
    let token =
        token.strip_prefix(b"*").or_else(|| token.strip_prefix(b"#").filter(|_| pad)).unwrap_or(token);
    let digits = token.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = token.len() - digits;
    let lettered = groups & ACCESS != 0 && letters == 1 && token.iter().any(u8::is_ascii_uppercase);
    (4..=8).contains(&digits) && (letters == 0 || lettered && digits <= 6)
}

/// What a password in a sentence is made of; brackets, quotation marks and slashes belong to the sentence or to code.
fn is_usual(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"!#$%&*+=?@^~-_.'".contains(byte)
}

/// Signs within a token that words, names and codes do not have.
fn hard_signs(token: &[u8]) -> usize {
    let last = token.len() - 1;
    let hard = |(at, byte): (usize, &u8)| match byte {
        b'!' | b'%' | b'&' | b'+' | b'^' => at > 0,
        b'#' | b'$' | b'@' | b'*' | b'~' => {
            at > 0 || token[1..].iter().any(|byte| b"!$%&*+?@^#".contains(byte))
        }
        b'?' => at < last,
        _ => false,
    };
    token.iter().enumerate().filter(|sign| hard(*sign)).count()
}

/// Letters of both cases and digits that change as by chance, `Kx9pL2mQ`: no name in camel case, no word with a number.
pub(super) fn is_disordered(token: &[u8]) -> bool {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let count = |wanted| token.iter().filter(|byte| class(**byte) == wanted).count();
    let changes = token.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let joined = token.iter().filter(|byte| matches!(byte, b'-' | b'_' | b'.')).count() * 2;
    let (digits, small, large) = (count(0), count(1), count(2));
    let least = if large > 0 { 3 } else { 2 };
    let mixed = digits > 0 && small >= 2 && large >= 2
        || digits >= 2 && small >= 3 && large == 1 && changes >= 4
        || digits >= 2 && small >= 3 && digits + small == token.len();
    // A name with its year, `LaPoste2024`.
    let last = token.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let mixed = mixed && !(last == digits && digits > 1 && !is_dense(&token[..token.len() - last]));
    mixed && changes >= joined && (changes - joined) * least >= token.len() && !is_of_words(token)
}

/// Letters alone whose case changes as by chance: `hORprEfmCkvW`.
pub(super) fn is_by_chance(token: &[u8]) -> bool {
    (DENSE_MIN..=DISORDERED_MAX).contains(&token.len())
        && token.iter().all(u8::is_ascii_alphabetic)
        && (case_changes(token) * 5 >= token.len() * 2 || is_unspeakable(token))
}

/// Whether capitals and small letters change as in no word and no name: `nFJk-guu8-YZMh`.
pub(super) fn mixes_cases(token: &[u8]) -> bool {
    token.split(|byte| !byte.is_ascii_alphabetic()).map(case_changes).sum::<usize>() >= 3
}

fn case_changes(letters: &[u8]) -> usize {
    letters.windows(2).filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase()).count()
}

/// Letters that nobody can say, `EdwqzGVYSzqT`: five in a row without a vowel whose case changes within, as in no word and
/// no name of source code; capitals in a row are an abbreviation, `getHTTPStatus`.
fn is_unspeakable(token: &[u8]) -> bool {
    let vowel = |byte: &u8| b"aeiouyAEIOUY".contains(byte);
    let capitals = token.split(|byte| !byte.is_ascii_uppercase()).map(<[u8]>::len).max().unwrap_or(0);
    capitals <= CAPITALS_MAX
        && case_changes(token) >= 4
        && token.split(vowel).any(|run| run.len() >= 5 && case_changes(run) > 0)
}

/// Whether the case of letters changes as by chance.
fn is_dense(letters: &[u8]) -> bool {
    case_changes(letters) * 2 >= letters.len()
}

/// Whether most of a token is words of three small letters or more.
fn is_of_words(token: &[u8]) -> bool {
    let runs = token.split(|byte| !byte.is_ascii_lowercase());
    runs.map(<[u8]>::len).filter(|length| *length >= 3).sum::<usize>() * 5 >= token.len() * 3
}

/// Capitals and digits in disorder, `RNS44RXV26KC`: numbers of files and bodies have their letters in one place.
fn is_code(token: &[u8]) -> bool {
    let changes =
        token.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    token.len() >= 8
        && changes >= 3
        && changes * 3 >= token.len()
        && token.iter().all(u8::is_ascii_alphanumeric)
}

/// `GnuPG2.3`: a dot between digits.
pub(super) fn is_version(token: &[u8]) -> bool {
    token.windows(3).any(|part| part[0].is_ascii_digit() && part[1] == b'.' && part[2].is_ascii_digit())
}

/// A word and its digits, `Zomer2023!`, `4Saisons`; several words and digits, `lampe-tuin-berg42`.
fn is_word_with_digits(token: &[u8], shape: &Shape) -> bool {
    let hard = hard_signs(token) > 0;
    let words =
        token.split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80).filter(|part| part.len() >= 4);
    let parted = token.iter().filter(|byte| matches!(byte, b'-' | b'_')).count();
    let soft = match parted {
        0 => true,
        1 => shape.upper > 0 && shape.letters() >= 5,
        _ => words.count() >= 2 && token.len() <= WORDS_BYTES_MAX,
    };
    let enough = if shape.upper > 0 || hard { 1 } else { 2 };
    let begins =
        token[0].is_ascii_alphabetic() || token[0] >= 0x80 || shape.upper > 0 && shape.letters() >= 4;
    let letters = shape.letters() + if shape.digits > 1 { hard_signs(token) / 2 } else { 0 };
    letters >= 3
        && shape.digits >= enough
        && soft
        && begins
        && (hard || !token.contains(&b'.') || is_leet(token) || dotted_words(token) > Some(1))
}

/// The digits at the end of two words that a dot joins, `soleil.hiver42`, or of one and its number, `Meteor.452`: files end
/// in fewer letters, and hosts in no digit.
pub(super) fn dotted_words(token: &[u8]) -> Option<usize> {
    let word = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let token = token.strip_suffix(b"!").unwrap_or(token);
    let digits = token.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (first, second) = token[..token.len() - digits].split_at_checked(memchr::memchr(b'.', token)?)?;
    let second = &second[1..];
    let plain = word(first) && word(second) && (1..=4).contains(&digits);
    let numbered = first.first().is_some_and(u8::is_ascii_uppercase) && first.len() >= 5 && digits >= 2;
    (plain && (first.len() >= 4 && second.len() >= 4 || second.is_empty() && numbered)).then_some(digits)
}

/// `H3rbst.17`: digits for letters in a word, a dot, digits; versions have words of letters.
fn is_leet(token: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', token) else { return false };
    let (word, number) = (&token[..dot], &token[dot + 1..]);
    let within = |part: &[u8]| {
        part[0].is_ascii_alphabetic() && part[1].is_ascii_digit() && part[2].is_ascii_alphabetic()
    };
    (2..=4).contains(&number.len())
        && number.iter().all(u8::is_ascii_digit)
        && word.iter().all(u8::is_ascii_alphanumeric)
        && word.len() >= 4
        && word.windows(3).any(within)
}

/// Sixteen bytes or more in hexadecimal, dashes between: digests, commits, UUIDs.
fn is_hexadecimal(token: &[u8]) -> bool {
    token.len() >= 16 && token.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// `@jdupont2`, `#zomer2024`, `root@srv01`, `~user1`, `$var1`.
fn is_handle(token: &[u8]) -> bool {
    let plain = |part: &[u8]| {
        part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    if matches!(token[0], b'@' | b'#' | b'~' | b'$') && plain(&token[1..]) {
        return true;
    }
    // A digest in the form of `crypt`.
    if token[0] == b'$' && memchr::memchr_iter(b'$', token).count() > 1 {
        return true;
    }
    let Some(at) = memchr::memchr(b'@', token) else { return false };
    let (user, host) = (&token[..at], &token[at + 1..]);
    let small = !token.iter().any(u8::is_ascii_uppercase);
    // `L@mb3rt.85` ends like no host but an address.
    let letters = memchr::memrchr(b'.', host).map(|dot| &host[dot + 1..]);
    let named = letters.is_some_and(|end| end.iter().all(u8::is_ascii_alphabetic))
        || host.contains(&b'.') && !host.iter().any(u8::is_ascii_alphabetic);
    plain(user) && plain(host) && (named || small && user.len() >= 2 && host.len() >= 3)
}

/// `$1Len_$2`, `%1$s`: templates of messages.
fn is_format(token: &[u8]) -> bool {
    let digit = |at: usize| token.get(at).is_some_and(u8::is_ascii_digit);
    let places = token.iter().enumerate().filter(|(at, byte)| matches!(byte, b'$' | b'%') && digit(at + 1));
    let places = places.count();
    places > 1
}

/// The token without signs at its ends.
fn without_ends(token: &[u8]) -> &[u8] {
    let sign = |byte: &u8| byte.is_ascii_punctuation();
    let start = token.iter().take_while(|byte| sign(byte)).count();
    let end = token.iter().rev().take_while(|byte| sign(byte)).count();
    &token[start..token.len() - end.min(token.len() - start)]
}

/// `Windows11`, `srv-app-01`, `Office365`, `sha256sum`: its letters name a thing.
fn is_thing(lexicon: &Lexicon, inner: &[u8]) -> bool {
    let letters = |part: &&[u8]| !part.is_empty();
    let number = inner.iter().position(u8::is_ascii_digit).unwrap_or(inner.len());
    if inner[number..].iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 1
        && inner.iter().filter(|byte| byte.is_ascii_digit()).count() > 2
    {
        return false;
    }
    inner
        .split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80)
        .filter(letters)
        .any(|part| lexicon.groups_of(part) & THING != 0)
}

/// `14h30`, `1500kWh`, `20x30cm`, `2023-2024bis`, `3ème`: digits first, few letters behind.
fn is_quantity(inner: &[u8]) -> bool {
    let letters = inner.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0xC0).count();
    inner.first().is_some_and(u8::is_ascii_digit)
        && letters <= 4
        && !inner.iter().any(|byte| b"!#$&*@^".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::{Groups, Strength, of};
    use crate::scan::password::words::{ACCESS, KEY, PASSWORD, PIN, lexicon};

    fn strength(token: &str, groups: Groups) -> Option<Strength> {
        of(&lexicon([("known", "azerty"), ("thing", "windows"), ("thing", "srv")]), token.as_bytes(), groups)
    }

    #[test]
    fn secrets_are_told_by_what_they_are_made_of() {
        for token in ["Kx9#pL2m", "Zomer#93", "J-aime-2-chats!", "Kx9pL2mQ", "vQ3mZk7TbW", "caf\u{e9}+Lune8"]
        {
            assert_eq!(strength(token, PASSWORD), Some(Strength::Sure), "{token}");
        }
        for token in ["Zomer2023", "ciney4000", "Mamie52", "azerty", "lampe-tuin-berg42", "4Saisons"] {
            assert_eq!(strength(token, PASSWORD), Some(Strength::Fair), "{token}");
        }
        for token in ["4821", "482913", "A4821", "48B21", "4821#"] {
            assert_eq!(strength(token, ACCESS), Some(Strength::Number), "{token}");
        }
        assert_eq!(strength("4821", PIN), Some(Strength::Number));
        assert_eq!(strength("lampe-tuin-berg", PASSWORD), Some(Strength::Fair));
        assert_eq!(strength("lampe-tuin-berg-soleil", PASSWORD), Some(Strength::Sure));
    }

    #[test]
    fn words_numbers_names_and_addresses_are_none() {
        for token in [
            "bonjour",
            "Windows11",
            "srv-app-01",
            "INC0012345",
            "2024",
            "1500kWh",
            "14h30",
            "jean@ville.be",
            "root@srv01",
            "#zomer2024",
            "3f2b8c1e9a7d4c5f",
            "report2.docx",
            "20x30cm",
            "(Kx9#pL2m)",
            "WPA2-PSK",
            "state-of-the-art",
            "lampe-tuin",
            "Lampe-tuin-berg",
            "lampe-windows-berg",
        ] {
            assert_eq!(strength(token, PASSWORD), None, "{token}");
        }
        assert_eq!(strength("Zomer2023", KEY), None);
        assert_eq!(strength("Zomer2023", PIN), None);
    }
}
