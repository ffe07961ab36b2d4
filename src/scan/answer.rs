//! Answers in a conversation: "tu as son mot de passe ?", and on the next line somebody says it. Knows no rules.

/// Bytes of a time and a speaker's name before an answer.
const SPEAKER_BYTES_MAX: usize = 40;

/// What an answer begins with.
const YES: [&str; 11] =
    ["oui", "ja", "yes", "ok", "voilà", "voici", "sure", "klar", "natürlich", "bien sûr", "tuurlijk"];

/// Where the answer begins to a question whose last word ends at `at`; somebody speaks there or says yes.
pub(super) fn to_question(text: &[u8], at: usize) -> Option<usize> {
    let from = blanks(text, at);
    let line = blanks(text, from + text.get(from..)?.strip_prefix(b"?").map(|_| 1)?);
    let line = line + usize::from(text.get(line) == Some(&b'\r'));
    let start = blanks(text, text.get(line).filter(|byte| **byte == b'\n').map(|_| line + 1)?);
    let spoken = speaker(text, start);
    let answer = spoken.unwrap_or(start);
    yes(text, answer).or(spoken)
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

/// Past `[14:03] Marc:`, "Marc :", "- ".
fn speaker(text: &[u8], at: usize) -> Option<usize> {
    let line = text.get(at..)?.split(|byte| *byte == b'\n').next()?;
    if let Some(rest) = line.strip_prefix(b"- ") {
        return Some(at + line.len() - rest.len());
    }
    let time = match line.first() {
        Some(b'[' | b'(') => line.iter().take(24).position(|byte| matches!(byte, b']' | b')'))? + 1,
        _ => 0,
    };
    let name = &line[time..line.len().min(time + SPEAKER_BYTES_MAX)];
    let colon = name.iter().position(|byte| *byte == b':')?;
    let plain = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b' ' | b'-' | b'.');
    (name[..colon].iter().all(plain) && name.get(colon + 1) == Some(&b' '))
        .then(|| blanks(text, at + time + colon + 1))
}

/// Past "oui, ", "ja: ".
fn yes(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let word = YES.iter().find(|word| {
        rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
            && rest.get(word.len()).is_some_and(|next| matches!(next, b' ' | b',' | b':' | b'.' | b'!'))
    })?;
    let marks = rest[word.len()..].iter().take_while(|byte| matches!(byte, b' ' | b',' | b':' | b'.' | b'!'));
    Some(at + word.len() + marks.count())
}

#[cfg(test)]
mod tests {
    use super::to_question;

    fn answer(text: &str) -> Option<&str> {
        to_question(text.as_bytes(), text.find("mdp")? + 3).map(|at| &text[at..])
    }

    #[test]
    fn answers_are_what_somebody_says_on_the_next_line() {
        assert_eq!(answer("[14:02] Léa: son mdp ?\n[14:03] Marc: oui, abc"), Some("abc"));
        assert_eq!(answer("tu as le mdp\u{a0}?\r\n> ja: abc"), Some("abc"));
        assert_eq!(answer("mdp?\nMarc: abc"), Some("abc"));
    }

    #[test]
    fn what_merely_follows_is_none() {
        for text in ["mdp ?\nabc", "mdp ? oui, abc", "mdp\nMarc: abc", "mdp ?\nhttp://x", "mdp ?"] {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
