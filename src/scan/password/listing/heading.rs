//! A line that says what stands in the lines below it: "Codes – école", "Mots de passe :", "## Wachtwoorden".

use super::item;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon, starts_word};
use crate::scan::password::Kind;
use crate::scan::password::words::{
    ABOUT, ACCESS, CODE, DOUBT, HEADING, LABELS, LISTED, OPENED, PAIR, PASSPHRASE, PASSWORD, PIN, POINTER,
    PROCESS, QUALIFIER, SHORT, WIFI,
};
use crate::span::Span;

/// Bytes of a heading.
const HEADING_BYTES_MAX: usize = 96;

/// Bytes from a label to its colon, and of the items behind it.
const BEFORE_COLON_MAX: usize = 40;
const INLINE_BYTES_MAX: usize = 240;

/// Words of a heading without a colon, and those before the label.
const WORDS_MAX: (usize, usize) = (8, 3);

/// What a heading says of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Each is a password.
    Passwords,
    /// Each is a code of digits.
    Codes,
}

/// A heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// What it says.
    pub says: Says,
    /// The kind of its secrets.
    pub kind: Kind,
    /// Whether it needs no item that names what its code opens.
    pub sure: bool,
    /// Where its line ends.
    pub end: usize,
    /// How many blanks stand before it.
    pub indent: usize,
    /// Whether its line ends with a colon.
    pub has_colon: bool,
}

/// The heading that the label at `at` is the first one of.
pub(super) fn at(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Heading> {
    let (start, end) = line(text, at)?;
    let window = Window::around(text, start, 0, end - start);
    let folded = window.text();
    let label = window.index(at);
    if lexicon.any(folded, 0, label, LABELS | HEADING)
        || lexicon.any(folded, 0, folded.len(), ABOUT | DOUBT | PROCESS)
        || !is_short(lexicon, folded, label)
    {
        return None;
    }
    let (groups, sure) = labels(lexicon, folded);
    let indent = item::indent(text, start);
    let has_colon = text[start..end].trim_ascii_end().ends_with(b":");
    // `PermitRootLogin prohibit-password`
    if !has_colon && at > start + 1 && text[at - 1] == b'-' && text[at - 2].is_ascii_alphanumeric() {
        return None;
    }
    // `pass:` and `pw` are much else; "mdp" and "m.d.p." are not.
    let short = groups & SHORT != 0 && folded[label] == b'm';
    let passwords = short || groups & (PASSWORD | PASSPHRASE | PAIR | WIFI) != 0;
    if passwords {
        return Some(Heading {
            says: Says::Passwords,
            kind: Kind::Password,
            sure: true,
            end,
            indent,
            has_colon,
        });
    }
    let codes = groups & (HEADING | PIN) != 0 || sure;
    let kind = if groups & PIN != 0 { Kind::Pin } else { Kind::Password };
    let known = sure || names_nothing_else(lexicon, folded, label);
    let sure = sure || groups & PIN != 0;
    (codes && known).then_some(Heading { says: Says::Codes, kind, sure, end, indent, has_colon })
}

/// Whether the line of the label at `at` ends soon and like no sentence: the cheap question.
pub(in crate::scan::password) fn may(text: &[u8], at: usize) -> bool {
    end(text, at).is_some_and(|end| ends_open(text, end))
}

/// Whether a colon follows the label at `at` soon, with a separator behind it: the cheap question.
pub(in crate::scan::password) fn may_inline(text: &[u8], at: usize) -> bool {
    let Some(colon) = colon(text, at) else { return false };
    let items = &text[colon + 1..text.len().min(colon + 1 + INLINE_BYTES_MAX)];
    let items = &items[..memchr::memchr(b'\n', items).unwrap_or(items.len())];
    memchr::memchr2(b',', b';', items).is_some() && items.iter().any(u8::is_ascii_digit)
}

/// The colon behind the label at `at`, a few words between.
fn colon(text: &[u8], at: usize) -> Option<usize> {
    let near = text.get(at..text.len().min(at + BEFORE_COLON_MAX))?;
    let end = near.iter().position(|byte| b":\n,;.=\"'<>{}/".contains(byte))?;
    let spaced = matches!(near.get(end..), Some([b':', b' ', ..] | [b':', 0xc2, ..]));
    spaced.then_some(at + end)
}

/// The heading that a label is with the colon behind it, and its line from there on.
pub(super) fn inline(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<(Heading, Span)> {
    let colon = colon(text, at)?;
    let window = Window::around(text, at, 0, colon - at);
    let folded = window.text();
    let (_, groups) = lexicon.longest_at(folded, 0, LABELS | HEADING)?;
    // One password is no list: "mot de passe : …, à changer".
    let plural = |end: &[u8]| {
        folded.split(|byte| !byte.is_ascii_alphabetic()).any(|word| word.ends_with(end) && word.len() > 3)
    };
    let several = plural(b"s") || plural(b"en") || plural(b"er");
    let of_codes = groups & HEADING != 0 && names_nothing_else(lexicon, folded, 0);
    let of_passwords = groups & PASSWORD != 0 && several;
    if !(of_codes || of_passwords) || lexicon.any(folded, 0, folded.len(), DOUBT | PROCESS) {
        return None;
    }
    let says = if of_passwords { Says::Passwords } else { Says::Codes };
    let kind = if groups & PIN != 0 { Kind::Pin } else { Kind::Password };
    let start = crate::scan::password::skip::skip_no_break(text, colon + 1);
    let most = text.len().min(start + INLINE_BYTES_MAX);
    let end = start + memchr::memchr(b'\n', text.get(start..most)?).unwrap_or(most - start);
    let heading = Heading { says, kind, sure: false, end, indent: 0, has_colon: true };
    Some((heading, Span::new(start, end)))
}

/// Where the line ends, where that is near.
fn end(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..text.len().min(at + HEADING_BYTES_MAX)];
    memchr::memchr(b'\n', rest).map(|length| at + length)
}

/// Whether a line that ends at `end` ends like a heading.
fn ends_open(text: &[u8], end: usize) -> bool {
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\r');
    let last = text[..end].iter().rev().take(4).find(|byte| !blank(byte));
    last.is_some_and(|last| {
        last.is_ascii_alphanumeric() || *last >= 0x80 || matches!(last, b':' | b')' | b'*' | b'_')
    })
}

/// Start and end of the line of the label at `at`, where it may be a heading with an item below.
fn line(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let end = end(text, at)?;
    let below = text.get(end + 1..).unwrap_or_default();
    let blank = below.iter().take(3).take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    if !item::may_begin(text, end + 1 + blank) {
        return None;
    }
    let from = at.saturating_sub(HEADING_BYTES_MAX);
    let start = match memchr::memrchr(b'\n', &text[from..at]) {
        Some(place) => from + place + 1,
        None if from == 0 => 0,
        None => return None,
    };
    let line = &text[start..end];
    // "- Pass the header to it": an item of another list.
    if item::is_marked(text, start) && !line.trim_ascii_end().ends_with(b":") {
        return None;
    }
    // "code portail 4521" above "code cave 7394": each line speaks for itself, and would be read once for each above it.
    let word = text[at..end].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    if is_again(&text[start..at + word], below) {
        return None;
    }
    let code = line.iter().any(|byte| b"=\"{}<>;\\$@/".contains(byte));
    (line.len() <= HEADING_BYTES_MAX && !code).then_some((start, end))
}

/// Whether the line below begins with the same words up to the label: "Codes" is not "Code".
fn is_again(label: &[u8], below: &[u8]) -> bool {
    below.strip_prefix(label).is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// Whether a line is no sentence: it ends with a colon, or it has few words and the label among the first.
fn is_short(lexicon: &Lexicon, folded: &[u8], label: usize) -> bool {
    let line = folded.trim_ascii_end();
    let before = lexicon.words(folded, 0, label).count();
    let words = lexicon.words(folded, 0, folded.len()).count();
    let value = memchr::memchr(b':', line).is_some_and(|colon| colon + 1 < line.len());
    !value && (line.ends_with(b":") || words <= WORDS_MAX.0 && before <= WORDS_MAX.1)
}

/// The groups of all labels of a heading, and whether one of them says of itself that codes open something.
fn labels(lexicon: &Lexicon, folded: &[u8]) -> (Groups, bool) {
    let (mut all, mut sure, mut at) = (0, false, 0);
    while at < folded.len() {
        match starts_word(folded, at).then(|| lexicon.longest_at(folded, at, LABELS | HEADING)).flatten() {
            Some((end, groups)) if end > at => {
                all |= groups;
                sure |= groups & ACCESS != 0 && groups & CODE == 0;
                at = end;
            }
            _ => at += 1,
        }
    }
    (all, sure)
}

/// Whether the words around "codes" say no other thing: "codes postaux", "error codes" do. What stands behind a dash, a
/// colon or a bracket is a title's second half.
fn names_nothing_else(lexicon: &Lexicon, folded: &[u8], label: usize) -> bool {
    let parts = |byte: &u8| matches!(byte, b':' | b'(' | b'-' | b'|' | b',');
    let end = folded[label..].iter().position(parts).map_or(folded.len(), |place| label + place);
    let known = LABELS | HEADING | LISTED | OPENED | QUALIFIER | POINTER;
    let digits = |from: usize| folded[from].is_ascii_digit();
    lexicon.words(folded, 0, end).all(|word| word.groups & known != 0 || digits(word.start))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_above_one_that_begins_alike_is_no_heading() {
        let is_heading = |text: &str| line(text.as_bytes(), 0).is_some();
        assert!(is_heading("codes\n- portail : 4521\n"));
        assert!(is_heading("codes\ncode portail : 4521\n"));
        assert!(is_heading("mot de passe\n- compta : x1\n"));
        assert!(!is_heading("code portail 4521\ncode cave 7394\n"));
        assert!(!is_heading("mot de passe x1\nmot de passe x2\n"));
    }
}
