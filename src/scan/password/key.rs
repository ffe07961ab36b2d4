//! Labels that are keys and names of configuration and source code, their values in a field of their own or behind.

use super::beside::bare;
use super::link::{Link, are_qualifiers};
use super::sign::sign;
use super::skip::skip;
use super::words::{KEY, VALUE_NAME};
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;

/// Behind a label in quotes: `<add key="Password" value="…"/>`, `'password', '…'`, `<champ nom="mot de passe">…`,
/// `"mot de passe de session": "…"`, `variable "db_password" { default = "…" }`.
pub(super) fn quoted(
    lexicon: &Lexicon,
    text: &[u8],
    window: &Window,
    (at, groups): (usize, Groups),
    plain: Link,
) -> Option<Link> {
    let rest = text.get(at..)?;
    if rest.starts_with(b" value=") {
        return Some(Link { end: at + b" value=".len(), ..plain });
    }
    if let Some(end) = value_key(lexicon, text, at) {
        return Some(Link { end, ..plain });
    }
    match rest.first()? {
        b',' => Some(Link { end: at + 1, ..plain }),
        b'>' => Some(Link { end: at + 1, markup: true, ..plain }),
        b' ' if rest.trim_ascii_start().starts_with(b"{") => {
            let block = rest.iter().take(200).position(|byte| *byte == b'}')?;
            let default = memchr::memmem::find(&rest[..block], b"default")? + b"default".len();
            Some(Link { end: sign(text, at + default)?, ..plain })
        }
        b' ' => {
            let close = rest.iter().take(40).position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
            let behind = skip(text, at + close + 1, |byte| byte == b']');
            let qualified =
                are_qualifiers(lexicon, window.text(), window.index(at), window.index(at + close));
            let linked =
                sign(text, behind).or_else(|| (text.get(behind) == Some(&b',')).then_some(behind + 1));
            if let Some(end) = value_key(lexicon, text, behind).filter(|_| qualified) {
                return Some(Link { end, ..plain });
            }
            if let Some(end) = linked.filter(|_| qualified) {
                return Some(Link { end, ..plain });
            }
            if qualified && text.get(behind) == Some(&b'>') {
                return Some(Link { end: behind + 1, markup: true, ..plain });
            }
            // "'API key …'" in a string: nothing but what is random by itself.
            let end = bare(lexicon, text, Span::new(at, at), groups & KEY)?;
            Some(Link { end, word: true, bare: true, ..plain })
        }
        _ => None,
    }
}

/// Bytes between a name and the key of its value: `"type": "string", "value":`.
const VALUE_KEY_BYTES: usize = 60;

/// Behind a name whose value stands in a field of its own: `name: DB_PASSWORD` and `value: …` below it, `{"key":
/// "password", "value": "…"}`, `ParameterKey=DbPassword,ParameterValue=…`.
pub(super) fn value_key(lexicon: &Lexicon, text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..text.len().min(from + VALUE_KEY_BYTES))?;
    let rest = &rest[..rest.iter().position(|byte| matches!(byte, b'}' | b'{')).unwrap_or(rest.len())];
    if rest.starts_with(b" -Value ") {
        return Some(from + b" -Value ".len());
    }
    if !rest.iter().take(3).any(|byte| matches!(byte, b'\n' | b'\r' | b',')) {
        return None;
    }
    let named = || {
        let window = Window::around(rest, 0, 0, rest.len());
        let word = lexicon
            .words(window.text(), 0, window.text().len())
            .find(|word| word.groups & VALUE_NAME != 0)?;
        Some((window.original(word.start), window.original(word.end)))
    };
    let value = [&b"alue"[..], b"ALUE"].iter().find_map(|word| memchr::memmem::find(rest, word));
    let (at, name_end) = value.map(|at| (at, at + 4)).or_else(named)?;
    let end = skip(text, from + name_end, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
    let between = &rest[..at - usize::from(at > 0)];
    // Keys and short values may stand between, no sentence.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"\"'\\ ,:-_\r\n\t=".contains(byte);
    (between.iter().all(plain) && memchr::memchr_iter(b'\n', between).count() <= 2)
        .then(|| sign(text, end))?
}

/// Bytes of a name behind the label in it.
const TAIL_BYTES: usize = 32;

/// Words in capitals behind a label that make a setting another one: `PASSWORD_HASH`, `TOKEN_URL`.
const OTHERS: &[&[u8]] = &[
    b"WITHIN",
    b"EXPIRE",
    b"ITERATIONS",
    b"NUM",
    b"NUMBER",
    b"AFTER",
    b"DAYS",
    b"HOURS",
    b"MINUTES",
    b"SECONDS",
    b"LIFETIME",
    b"ROUNDS",
    b"COST",
    b"BITS",
    b"VALIDITY",
    b"DURATION",
    b"RETRIES",
    b"ATTEMPTS",
    b"VERSION",
    b"FORMAT",
    b"ENCODING",
    b"CHANGED",
    b"AT",
    b"DATE",
    b"TIME",
    b"LABEL",
    b"TEXT",
    b"TITLE",
    b"MESSAGE",
    b"MSG",
    b"ERROR",
    b"INVALID",
    b"WRONG",
    b"LEN",
    b"AGE",
    b"LIMIT",
    b"MODE",
    b"CLASS",
    b"HELP",
    b"HINT",
    b"STRENGTH",
    b"CHECK",
    b"VALIDATORS",
    b"HASHERS",
    b"KEY",
    b"PARAM",
    b"SOURCE",
    b"METHOD",
    b"SERVICE",
    b"HASH",
    b"FIELD",
    b"FILE",
    b"PATH",
    b"URL",
    b"URI",
    b"ID",
    b"NAME",
    b"LENGTH",
    b"MIN",
    b"MAX",
    b"TTL",
    b"EXPIRY",
    b"EXPIRES",
    b"EXPIRATION",
    b"TIMEOUT",
    b"POLICY",
    b"TYPE",
    b"ALGORITHM",
    b"ALG",
    b"HEADER",
    b"PREFIX",
    b"SUFFIX",
    b"REGEX",
    b"PATTERN",
    b"ENABLED",
    b"REQUIRED",
    b"RESET",
    b"ISSUER",
    b"COUNT",
    b"SIZE",
    b"ENV",
    b"REF",
    b"VAR",
];

/// Words in small letters behind a label that only say whose it is: `wachtwoord_prod`, `mdp_admin`.
const WHOSE: [&[u8]; 24] = [
    b"prod",
    b"production",
    b"dev",
    b"test",
    b"staging",
    b"acc",
    b"qa",
    b"local",
    b"backup",
    b"admin",
    b"root",
    b"user",
    b"db",
    b"old",
    b"new",
    b"ancien",
    b"nouveau",
    b"primary",
    b"secondary",
    b"master",
    b"vpn",
    b"wifi",
    b"smtp",
    b"mail",
];

/// One past the name of a setting that goes on behind its label, where a sign links a value to it: `CLE_API_METEO=…`,
/// `DB_PASSWORD_PROD: …`.
pub(super) fn end_of_setting(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..text.len().min(end + TAIL_BYTES))?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (tail, behind) = rest.split_at(length);
    let mut words = tail.strip_prefix(b"_")?.split(|byte| *byte == b'_');
    let large = tail.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && text[..end].last().is_some_and(u8::is_ascii_uppercase);
    let own = if large {
        !words.any(|word| word.is_empty() || OTHERS.contains(&word))
    } else {
        words.all(|word| WHOSE.contains(&word) || !word.is_empty() && word.iter().all(u8::is_ascii_digit))
    };
    let behind = behind.strip_prefix(b"\"").unwrap_or(behind).trim_ascii_start();
    let linked = matches!(behind, [b'=', next, ..] if *next != b'=')
        || matches!(behind, [b':', next, ..] if *next != b':');
    (own && linked).then_some(end + length)
}

#[cfg(test)]
mod tests {
    use super::end_of_setting;

    #[test]
    fn settings_go_on_behind_their_label() {
        let after = |text: &str| end_of_setting(text.replace('|', "").as_bytes(), text.find('|')?);
        assert_eq!(after("CLE_API|_METEO=x"), Some(13));
        assert_eq!(after("password|_prod: x"), Some(13));
        for text in [
            "PASSWORD|_HASH=x",
            "password|_field = x",
            "PASSWORD|_PROD",
            "password|_reset: x",
            "TOKEN|_A == x",
        ] {
            assert_eq!(after(text), None, "{text}");
        }
    }
}
