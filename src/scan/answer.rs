//! Answers in a conversation: "tu as son mot de passe ?", and on the next line somebody says it. Knows no rules; the words
//! stand in `patterns/passwords.toml`.

use super::fold::{Window, fold};
use super::lexicon::{Groups, Lexicon};

/// Bytes of a time and a speaker's name before an answer.
const SPEAKER_BYTES_MAX: usize = 40;

/// Bytes of words between what is asked for and the question mark: "deja ?", "nog eens door?".
const TAIL_BYTES_MAX: usize = 28;

/// Bytes of a line with a name and a time, as chats put it above a message.
const HEAD_BYTES_MAX: usize = 56;

/// Bytes of a line on which somebody speaks that are looked at.
const LINE_BYTES_MAX: usize = 256;

/// Words that an answer begins with, in a lexicon: "oui", "dat is".
pub const YES: Groups = 1 << 31;

/// Words for new, in a lexicon: what stands behind them in a remark replaces what stands before.
pub const RENEWED: Groups = 1 << 30;

/// Bytes of such a word.
const YES_BYTES_MAX: usize = 24;

/// Where the answer begins to a question that ends at `at` or a few words behind; somebody speaks there, says yes, is
/// quoted, or writes nothing but one word with a digit.
pub(super) fn to_question(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<usize> {
    let line = next_line(text, question_mark(text, at)? + 1)?;
    let headed = past_head(text, line);
    let from = headed.unwrap_or(line);
    let start = blanks(text, from);
    let quoted = text[from..start].contains(&b'>');
    let spoken = speaker(text, start);
    let answer = spoken.unwrap_or(start);
    let told = quoted || headed.is_some() || is_one_word_with_a_digit(text, answer);
    yes(lexicon, text, answer).or(spoken).or_else(|| told.then_some(answer))
}

/// Whether a sentence begins at `at` that says what something is: "es lautet …", "c'est …", "it's …".
pub(super) fn is_stated(lexicon: &Lexicon, text: &[u8], at: usize, copula: Groups) -> bool {
    let Some(end) = yes(lexicon, text, at) else { return false };
    let said = text.get(at..end).unwrap_or_default().trim_ascii_end();
    let last = said.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    said.ends_with(b"'s") || lexicon.groups(&fold(&String::from_utf8_lossy(last))) & copula != 0
}

/// Where what is said on a line begins: past quotation marks, a time, a speaker, "oui, c'est".
pub(super) fn said(lexicon: &Lexicon, text: &[u8], line: usize) -> usize {
    let start = blanks(text, line);
    let spoken = speaker(text, start).unwrap_or(start);
    yes(lexicon, text, spoken).unwrap_or(spoken)
}

/// The question mark at `at`, or behind a few words of the same line.
fn question_mark(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..text.len().min(at + TAIL_BYTES_MAX))?;
    let mark = rest.iter().position(|byte| *byte == b'?')?;
    let word = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || b" '*".contains(byte);
    rest[..mark].iter().all(word).then_some(at + mark)
}

/// The line behind `from`, where nothing but blanks is left of this one.
fn next_line(text: &[u8], from: usize) -> Option<usize> {
    let end = blanks(text, from);
    let end = end + usize::from(text.get(end) == Some(&b'\r'));
    (text.get(end) == Some(&b'\n')).then_some(end + 1)
}

/// Past a line that holds a name and a time and nothing else: `Marc Lambert 10:13`, `[10:13] Marc`.
fn past_head(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..text.len().min(at + HEAD_BYTES_MAX)];
    let line = &rest[..rest.iter().position(|byte| *byte == b'\n')?];
    let digit = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(u8::is_ascii_digit);
    let mut colons = line.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at).peekable();
    let timed = colons.peek().is_some() && colons.all(|at| digit(at.checked_sub(1)) && digit(Some(at + 2)));
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" []():,.-/'\r".contains(byte);
    let begins = line.first().is_some_and(|byte| !byte.is_ascii_lowercase() && *byte != b' ');
    (begins && timed && line.iter().all(named)).then_some(at + line.len() + 1)
}

fn is_one_word_with_a_digit(text: &[u8], at: usize) -> bool {
    let line = line_at(text, at).unwrap_or_default().trim_ascii();
    line.iter().any(u8::is_ascii_digit) && !line.iter().any(u8::is_ascii_whitespace)
}

/// The line from `at` on, as far as it is looked at: a text may be of one line.
fn line_at(text: &[u8], at: usize) -> Option<&[u8]> {
    text.get(at..text.len().min(at + LINE_BYTES_MAX))?.split(|byte| *byte == b'\n').next()
}

/// Past blanks and quotation marks of mails.
fn blanks(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        match text.get(at..) {
            Some([b' ' | b'\t' | b'>' | b'*', ..]) => at += 1,
            Some([0xC2, 0xA0, ..]) => at += 2,
            Some([0xE2, 0x80, 0xAF, ..]) => at += 3,
            _ => return at,
        }
    }
}

/// Past `[14:03] Marc:`, "Marc :", "- ", "CLIENT  ".
fn speaker(text: &[u8], at: usize) -> Option<usize> {
    let line = line_at(text, at)?;
    let dashes = ["- ", "– ", "— ", "–\u{a0}", "—\u{a0}"];
    if let Some(rest) = dashes.iter().find_map(|dash| line.strip_prefix(dash.as_bytes())) {
        return Some(at + line.len() - rest.len());
    }
    let capitals = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if capitals >= 3 && matches!(line.get(capitals..), Some([b'\t', ..] | [b' ', b' ', ..])) {
        return Some(blanks(text, at + capitals));
    }
    let time = match line.first() {
        Some(b'[' | b'(') => line.iter().take(24).position(|byte| matches!(byte, b']' | b')'))? + 1,
        _ => 0,
    };
    let name = &line[time..line.len().min(time + SPEAKER_BYTES_MAX)];
    let colon = name.iter().position(|byte| *byte == b':')?;
    let plain = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b' ' | b'-' | b'.');
    let capital = time > 0 || name.first().is_some_and(|byte| !byte.is_ascii_lowercase());
    (capital && name[..colon].iter().all(plain) && name.get(colon + 1) == Some(&b' '))
        .then(|| blanks(text, at + time + colon + 1))
}

/// Past "oui, ", "ja: dat is ", "oui alors c'est ".
fn yes(lexicon: &Lexicon, text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(next) = one_yes(lexicon, text, at) {
        at = next;
    }
    (at > from).then_some(at)
}

fn one_yes(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<usize> {
    let mark = |byte: &u8| matches!(byte, b' ' | b',' | b':' | b'.' | b'!');
    let window = Window::around(text, at, 0, YES_BYTES_MAX);
    let (end, _) = lexicon.longest_at(window.text(), 0, YES)?;
    let end = window.original(end);
    let marks = text[end..].iter().take_while(|byte| mark(byte)).count();
    (marks > 0).then_some(end + marks)
}

#[cfg(test)]
mod tests {
    use super::{YES, to_question};
    use crate::scan::lexicon::Lexicon;

    fn answer(text: &str) -> Option<&str> {
        let lexicon = Lexicon::of(&[("yes", YES)], ["oui", "ja", "alors", "c'est"].map(|word| ("yes", word)));
        to_question(&lexicon, text.as_bytes(), text.find("mdp")? + 3).map(|at| &text[at..])
    }

    #[test]
    fn answers_are_what_somebody_says_on_the_next_line() {
        assert_eq!(answer("[14:02] Léa: son mdp ?\n[14:03] Marc: oui, abc"), Some("abc"));
        assert_eq!(answer("tu as le mdp\u{a0}?\r\n> ja: abc"), Some("abc"));
        assert_eq!(answer("mdp?\nMarc: abc"), Some("abc"));
        assert_eq!(answer("mdp deja ?\nMarc Lambert 10:13\nabc"), Some("abc"));
        assert_eq!(answer("mdp ?\nCLIENT  Oui alors c'est abc"), Some("abc"));
        assert_eq!(answer("— ton mdp ?\n— abc"), Some("abc"));
        assert_eq!(answer("> ton mdp ?\n> abc"), Some("abc"));
        assert_eq!(answer("mdp ?\nabc1\nMerci"), Some("abc1\nMerci"));
    }

    #[test]
    fn what_merely_follows_is_none() {
        for text in [
            "mdp ?\nabc",
            "mdp ? oui, abc",
            "mdp\nMarc: abc",
            "mdp ?\nhttp://x",
            "mdp ?",
            "mdp ?\nil est 10:13\n, abc",
        ] {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
