//! User identifiers behind their label: `identifiant : jdupont`, `Benutzername: mkraus`, `utilisateur u12345`. The words
//! stand in `patterns/users.toml`; whether what follows is an account says the rule's check.

use super::detector::{Anchor, Detector, Hit, Place};
use super::literal::starts_token;
use super::names::family;
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::span::Span;
use crate::text::view::fold::{self, fold, fold_text};

/// The longest account behind a sign.
const ACCOUNT_BYTES_MAX: usize = 40;

/// Letters of an account before its first digit or point.
const HEAD_BYTES_MAX: usize = 31;

/// Letters of a family name in an account.
const NAME_BYTES_MIN: usize = 4;

/// What follows those, behind a digit and behind a point.
const TAIL_BYTES_MAX: (usize, usize) = (21, 31);

/// The detector `user_name`. Lists: `labels`, the words behind which a sign makes anything an account; `users`, those that
/// stand before much else; `systems`, what may stand behind the first ones; `verbs`, which link like a sign; `passwords`,
/// which are the next cell of a header; `prepositions`, behind a word of talk.
pub(super) fn make(code: &Code) -> Box<dyn Detector> {
    let folded = |name: &str| code.list(name).iter().map(|word| fold_text(word)).collect();
    let labels = code.list("labels");
    let users = code.list("users");
    Box::new(Users {
        labels: labels.len(),
        anchors: labels.into_iter().chain(users).collect(),
        systems: folded("systems"),
        verbs: folded("verbs"),
        passwords: folded("passwords"),
        prepositions: folded("prepositions"),
    })
}

struct Users {
    anchors: Vec<Text>,
    /// How many of them are labels.
    labels: usize,
    systems: Vec<String>,
    verbs: Vec<String>,
    passwords: Vec<String>,
    prepositions: Vec<String>,
}

impl Detector for Users {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.iter().cloned().map(Anchor::Word).collect()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let label = Span::new(place.at, place.end);
        if !stands_alone(place.text, label) {
            return;
        }
        let linked = (place.anchor < self.labels).then(|| self.behind_sign(place.text, label.end)).flatten();
        let account = linked.or_else(|| self.behind_blank(place.text, label.end));
        out.extend(account.map(Hit::to_judge));
    }
}

impl Users {
    /// Anything that may be an account, where a sign links it to the label.
    fn behind_sign(&self, text: &[u8], at: usize) -> Option<Span> {
        let at = quotes(text, self.system(text, at).unwrap_or(at), QUOTES);
        let signs = (0..=blanks(text, at, 2)).rev().filter_map(|blank| sign(text, at + blank));
        signs.filter_map(|sign| self.anything(text, value_at(text, sign + blanks(text, sign, 2)))).next()
    }

    /// Behind the system that the label may name: `login SAP`.
    fn system(&self, text: &[u8], at: usize) -> Option<usize> {
        let start = at + blanks(text, at, usize::MAX);
        (start > at).then(|| self.systems.iter().find_map(|system| word(text, start, system)))?
    }

    /// A run of three bytes or more of accounts.
    fn anything(&self, text: &[u8], at: usize) -> Option<Span> {
        text.get(at).filter(|byte| byte.is_ascii_alphanumeric())?;
        let length = run(text, at, ACCOUNT_BYTES_MAX, is_account);
        let (word, rest) = (&text[at..at + length], &text[at + length..]);
        // `userName = getForm(40)`: a call; "attribué": a word that goes on.
        let goes_on = matches!(rest.first(), Some(b'(' | 0xC3));
        let account = length >= 3 && !goes_on && !self.is_other_half(word, rest) && !self.is_talk(word, rest);
        account.then(|| Span::new(at, at + length))
    }

    /// `login;mdp;profil`: a header's next cell.
    fn is_other_half(&self, word: &[u8], rest: &[u8]) -> bool {
        let cell = matches!(rest.first(), None | Some(b';' | b',' | b'\t' | b'|' | b'\n' | b'\r' | b' '));
        cell && self.passwords.iter().any(|half| word.eq_ignore_ascii_case(half.as_bytes()))
    }

    /// "assigned by IT", "wird von der IT vergeben": a word before a preposition.
    fn is_talk(&self, word: &[u8], rest: &[u8]) -> bool {
        let next = rest.strip_prefix(b" ").unwrap_or_default();
        let next = next.iter().take(8).position(|byte| *byte == b' ').map_or(next, |end| &next[..end]);
        word.iter().all(u8::is_ascii_alphabetic)
            && self.prepositions.iter().any(|preposition| preposition.as_bytes() == next)
    }

    /// What has the form of an account, at most a sign, a verb or a line break between.
    fn behind_blank(&self, text: &[u8], at: usize) -> Option<Span> {
        let at = quotes(text, at, QUOTES);
        let verb = at + blanks(text, at, 2);
        let linked = match text.get(verb) {
            Some(b':' | b'=' | b'(') => Some(verb + 1),
            _ if starts_token(text, verb) => self.verbs.iter().find_map(|own| word(text, verb, own)),
            _ => None,
        };
        let at = linked.unwrap_or(at);
        let space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let spaces = text[at..].iter().take(3).take_while(space).count();
        let value = value_at(text, at + spaces);
        let signed = at.checked_sub(1).is_some_and(|sign| matches!(text[sign], b':' | b'='));
        account(text, value).or_else(|| signed.then(|| of_name(text, value)).flatten())
    }
}

/// Whether the label is a word of its own, and no part of a name with points or hyphens.
fn stands_alone(text: &[u8], label: Span) -> bool {
    let previous = label.start.checked_sub(1).and_then(|at| text.get(at));
    !matches!(previous, Some(b'_' | b'.' | b'-')) && fold::starts_word(text, label.start)
}

/// Where this folded word ends, if it stands there whole.
fn word(text: &[u8], start: usize, folded: &str) -> Option<usize> {
    let (mut at, mut rest) = (start, folded.as_bytes());
    while !rest.is_empty() {
        let character = fold(text, at);
        rest = rest.strip_prefix(character.bytes()).filter(|_| character.taken > 0)?;
        at += usize::from(character.taken);
    }
    (!fold(text, at).is_word()).then_some(at)
}

/// How many blanks stand there, at most so many.
fn blanks(text: &[u8], at: usize, most: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take(most.min(64)).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Quotation marks and emphasis behind a label.
const QUOTES: &[&str] = &["\"", "'", "`", "*"];

/// The same before a value.
const OPENING: &[&str] = &["\"", "'", "`", "*", "«"];

/// Behind at most three quotation marks.
fn quotes(text: &[u8], mut at: usize, marks: &[&str]) -> usize {
    for _ in 0..3 {
        let rest = text.get(at..).unwrap_or_default();
        let Some(mark) = marks.iter().find(|mark| rest.starts_with(mark.as_bytes())) else { break };
        at += mark.len();
    }
    at
}

/// Where the value may begin, behind its quotation marks.
fn value_at(text: &[u8], at: usize) -> usize {
    let at = quotes(text, at, OPENING);
    at + blanks(text, at, 1)
}

/// Behind the sign that stands there: of a form, an arrow, a cell's border.
fn sign(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    match rest {
        [b':' | b'=' | b'|' | b';' | b'\t', ..] => Some(at + 1),
        [b'-', b'>', ..] => Some(at + 2),
        [0xE2, 0x86, 0x92, ..] => Some(at + 3),
        [b'<', b'/', b't' | b'T', b'd' | b'h' | b'D' | b'H', b'>', ..] => {
            let cell = at + 5 + blanks(text, at + 5, usize::MAX);
            let opens = text.get(cell..cell + 4)?.eq_ignore_ascii_case(b"<td>");
            opens.then_some(cell + 4)
        }
        _ => None,
    }
}

/// Bytes of accounts.
const fn is_account(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'@' | b'\\' | b'-')
}

/// Bytes of accounts but for the sign of addresses.
const fn is_tail(byte: u8) -> bool {
    is_account(byte) && byte != b'@'
}

/// At most so many bytes like these from a place on, ending with a letter or digit.
fn run(text: &[u8], at: usize, most: usize, like: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().take(most).take_while(|byte| like(**byte)).count();
    rest[..length].iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1)
}

/// Letters and then a digit, a point or a backslash with more behind it: `u12345`, `jan.peeters`, `ORES\jdupont`.
fn account(text: &[u8], at: usize) -> Option<Span> {
    text.get(at).filter(|byte| byte.is_ascii_alphabetic() && starts_token(text, at))?;
    let letter = |byte: &&u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-');
    let head = text[at..].iter().take(HEAD_BYTES_MAX + 1).take_while(letter).count();
    let tail = at + head + 1;
    let end = match text.get(at + head).filter(|_| head <= HEAD_BYTES_MAX)? {
        byte if byte.is_ascii_digit() => tail + run(text, tail, TAIL_BYTES_MAX.0, is_tail),
        b'.' | b'\\' => Some(run(text, tail, TAIL_BYTES_MAX.1, is_tail)).filter(|length| *length > 0)? + tail,
        _ => return None,
    };
    (!is_mailbox(text, end)).then(|| Span::new(at, end))
}

/// `mtremblay`, `tremblaym`: a family name and an initial, alone in small letters.
fn of_name(text: &[u8], at: usize) -> Option<Span> {
    let letters =
        text[at..].iter().take(ACCOUNT_BYTES_MAX).take_while(|byte| byte.is_ascii_lowercase()).count();
    let end = at + letters;
    let alone = text.get(end).is_none_or(|next| next.is_ascii() && !is_account(*next) && *next != b'(')
        || matches!(text.get(end..), Some([b'.', next, ..]) if next.is_ascii_whitespace());
    let word = std::str::from_utf8(&text[at..end]).ok().filter(|word| word.len() > NAME_BYTES_MIN)?;
    let named = family(&word[1..]) || family(&word[..word.len() - 1]);
    (alone && starts_token(text, at) && named && !family(word)).then(|| Span::new(at, end))
}

/// Whether an at and a domain with a point follow: what is an address goes by that name.
fn is_mailbox(text: &[u8], end: usize) -> bool {
    let Some([b'@', domain @ ..]) = text.get(end..) else { return false };
    let domain = domain.iter().take(ACCOUNT_BYTES_MAX).take_while(|byte| is_tail(**byte));
    domain.skip(1).any(|byte| *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::{Users, account, sign, value_at, word};
    use crate::span::Span;

    #[test]
    fn signs_and_words_are_whole() {
        assert_eq!(sign(b"</td> <td>x", 0), Some(10));
        assert_eq!(sign("→ x".as_bytes(), 0), Some(3));
        assert_eq!((sign(b"-x", 0), sign(b"->", 0)), (None, Some(2)));
        assert_eq!(word("réseau :".as_bytes(), 0, "reseau"), Some(7));
        assert_eq!((word(b"ad", 0, "ad"), word(b"admin", 0, "ad")), (Some(2), None));
        assert_eq!(value_at("«\"* jd".as_bytes(), 0), 5);
    }

    #[test]
    fn accounts_end_with_a_letter_or_a_digit() {
        let span = |from, to| Some(Span::new(from, to));
        let users = Users {
            anchors: Vec::new(),
            labels: 0,
            systems: Vec::new(),
            verbs: Vec::new(),
            passwords: vec!["mdp".to_owned()],
            prepositions: vec!["par".to_owned()],
        };
        let anything = |text: &[u8], at| users.anything(text, at);
        assert_eq!(anything(b"mdp;profil", 0), None);
        assert_eq!(anything(b"jdupont.", 0), span(0, 7));
        assert_eq!(anything(b"jdupont par le VPN", 0), None);
        assert_eq!(anything(b"jdupont et mdp", 0), span(0, 7));
        assert_eq!(anything("attribué".as_bytes(), 0), None);
        assert_eq!((anything(b"jd", 0), anything(b".jd1", 0)), (None, None));
        assert_eq!(account(b"u12345.", 0), span(0, 6));
        assert_eq!(account(b"jan.peeters, ", 0), span(0, 11));
        assert_eq!((account(b"fin.", 0), account(b"jdupont", 0), account(b"1a", 0)), (None, None, None));
        assert_eq!(account(&[b'a'; 64], 0), None);
    }
}
