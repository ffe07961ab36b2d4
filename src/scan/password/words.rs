//! The groups of words around passwords. The words themselves stand in `patterns/passwords.toml`.

use crate::scan::lexicon::{Groups, Lexicon};

/// *mot de passe*, *password*, *wachtwoord*.
pub const PASSWORD: Groups = 1;
/// Abbreviations: *mdp*, *pw*, *ww*.
pub const SHORT: Groups = 1 << 1;
/// *code PIN*, *PUK*.
pub const PIN: Groups = 1 << 2;
/// *code d'accès*, *toegangscode*.
pub const ACCESS: Groups = 1 << 3;
/// *phrase secrète*, *passphrase*: the value may be several words.
pub const PASSPHRASE: Groups = 1 << 4;
/// *clé wifi*, *wpa key*.
pub const WIFI: Groups = 1 << 5;
/// *api key*, *jeton*, *client secret*.
pub const KEY: Groups = 1 << 6;
/// *seed phrase*, *phrase de récupération*.
pub const RECOVERY: Groups = 1 << 7;
/// *identifiants*, *credentials*: user and password together.
pub const PAIR: Groups = 1 << 8;
/// All labels.
pub const LABELS: Groups = PASSWORD | SHORT | PIN | ACCESS | PASSPHRASE | WIFI | KEY | RECOVERY | PAIR;
/// *identifiant*, *login*: the other half.
pub const LOGIN: Groups = 1 << 9;
/// *est*, *is*, *ist*.
pub const COPULA: Groups = 1 << 10;
/// Values that are talk about passwords: *oublié*, *required*, *minimum*.
pub const DENY: Groups = 1 << 11;
/// Words before a label that make it the complement of another noun: *changement*, *policy*.
pub const ABOUT: Groups = 1 << 12;
/// Passwords that everybody knows and people still use.
pub const WEAK: Groups = 1 << 13;
/// Those of them that are never a word of a sentence about passwords: *azerty*, *chouchou*, *123456*.
pub const KNOWN: Groups = 1 << 16;
/// Words between a label and a value before it: *mon*, *the*, *juiste*.
pub const POINTER: Groups = 1 << 17;
/// Words that may stand between *est* and the value: *bien*, *now*.
pub const ADVERB: Groups = 1 << 15;
/// Words that may stand between a label and its link: *du compte*, *for the vpn*.
pub const QUALIFIER: Groups = 1 << 14;

const NAMES: [(&str, Groups); 18] = [
    ("password", PASSWORD),
    ("short", SHORT),
    ("pin", PIN),
    ("access", ACCESS),
    ("passphrase", PASSPHRASE),
    ("wifi", WIFI),
    ("key", KEY),
    ("recovery", RECOVERY),
    ("pair", PAIR),
    ("login", LOGIN),
    ("copula", COPULA),
    ("deny", DENY),
    ("about", ABOUT),
    ("weak", WEAK),
    ("known", WEAK | KNOWN),
    ("pointer", POINTER),
    ("qualifier", QUALIFIER),
    ("adverb", ADVERB),
];

/// Builds the lexicon from lists of words by group name; unknown names add nothing.
#[must_use]
pub fn lexicon<'a>(lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> Lexicon {
    Lexicon::of(&NAMES, lists)
}

#[cfg(test)]
mod tests {
    use super::{LABELS, lexicon};
    use crate::rules::{Matcher, shipped};
    use crate::scan::fold::ShortWord;
    use crate::scan::lexicon::named;

    #[test]
    fn the_first_look_at_a_word_lets_every_label_pass_in_every_dress() {
        let rules = shipped();
        let codes = rules.iter().flat_map(|rule| &rule.matchers).filter_map(|matcher| match matcher {
            Matcher::Code(code) if &*code.name == "password" => Some(code),
            _ => None,
        });
        let mut tried = 0;
        for (name, word) in codes.flat_map(|code| code.words.iter().flat_map(named)) {
            let own = lexicon([(name, word)]);
            let decomposed = word.replace('é', "e\u{301}").replace('è', "e\u{300}");
            for dress in [word.to_owned(), word.to_uppercase(), decomposed, word.replace('a', "a\u{ad}")] {
                let text = format!("{dress} : x");
                let Some(first) = ShortWord::at(text.as_bytes(), 0) else { continue };
                let is_label = own.begins(first.as_slice(), LABELS);
                let window = crate::scan::fold::Window::around(text.as_bytes(), 0, 0, 200);
                assert!(is_label || own.longest_at(window.text(), 0, LABELS).is_none(), "{dress}");
                tried += usize::from(is_label);
            }
        }
        assert!(tried > 300, "{tried}");
        let own = lexicon([("password", "mot de passe")]);
        let begins = |text: &str| {
            ShortWord::at(text.as_bytes(), 0).is_some_and(|word| own.begins(word.as_slice(), LABELS))
        };
        assert!(begins("Mot de passe") && !begins("motte de terre") && !begins("passe"));
    }
}
