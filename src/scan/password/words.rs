//! The groups of words around passwords. The words themselves stand in `patterns/passwords.toml`.

use crate::scan::answer::{RENEWED, YES};
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
pub const LABELS: Groups =
    PASSWORD | SHORT | PIN | ACCESS | PASSPHRASE | WIFI | KEY | RECOVERY | PAIR | ASKED | SOFT;
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

/// Things whose names hold digits, and what stands before such a name: *windows*, *poste*, *ticket*, *wpa*.
pub const THING: Groups = 1 << 18;
/// Words that make a value an example or the value of something else: *exemple*, *such as*, *hash*.
pub const DOUBT: Groups = 1 << 19;
/// Units and what is counted: *essais*, *euros*, *habitants*.
pub const UNIT: Groups = 1 << 20;
/// *code*: a label only beside a word for what it opens.
pub const CODE: Groups = 1 << 21;
/// What a code opens: *porte*, *alarme*, *kluis*.
pub const OPENED: Groups = 1 << 22;
/// *question secrète*: the value stands behind a word for the answer.
pub const ASKED: Groups = 1 << 23;
/// What somebody chose: *mis*, *set to*, *gekozen*.
pub const CHOSE: Groups = 1 << 25;
/// What stands for a password in tests: *changeme123*, *secret*, *hunter2*.
pub const TEST: Groups = 1 << 26;
/// Words near which a secret may stand, and mostly none does: *wifi*, *ssid*, *log in with*. Only what looks like nothing
/// else is one.
pub const SOFT: Groups = 1 << 27;
/// Names of a field that holds the value of the one before: *valeur*, *content*.
pub const VALUE_NAME: Groups = 1 << 28;
/// Words that make what stands before the label its value: *comme*, *als*.
pub const AS: Groups = 1 << 29;
/// How a password is written: *tout en minuscules*, *all lower case*.
pub const CASED: Groups = 1 << 32;
/// Words for what opens a network, where the network is named: *clé*, *sleutel*.
pub const OPENER: Groups = 1 << 35;
/// What a password opens, where a door's word is used: *session*, *account*.
pub const SESSION: Groups = 1 << 36;
/// Words that point back at a label: *celui*, *l'autre*, *die van*.
pub const ECHO: Groups = 1 << 34;
/// What a code locks, where the code stands right behind it: *coffre*, *kluis*, *padlock*.
pub const LOCK: Groups = 1 << 33;
/// What a list of codes is called: *codes*, *pins*.
pub const HEADING: Groups = 1 << 37;
/// What else may stand in such a heading: *liste*, *et*, *all*.
pub const LISTED: Groups = 1 << 38;
/// What numbers things in a list: *ticket*, *dossier*, *tél*.
pub const REFERENCE: Groups = 1 << 39;
/// What is done with secrets, and rules for them, in a heading: *generation*, *exigences*.
pub const PROCESS: Groups = 1 << 40;
/// *number*, *numéro*: what a number behind a comma is called, "key safe by the door, number 4821".
pub const NUMBERED: Groups = 1 << 41;
/// What makes a code before which it stands one of something else: *error*, *RAL*.
pub const CODED: Groups = 1 << 42;
/// *avec*, *with*: behind words for logging in, before what one logs in with.
pub const WITH: Groups = 1 << 43;
/// *par*, *tapez*: before the word by which something is locked, or that is typed.
pub const ENTERED: Groups = 1 << 44;
/// *comme*, *as*: before who logs in.
pub const AS_WHOM: Groups = 1 << 45;
/// What says that one logs in, or what is opened with a password: *connexion*, *first time*, *fichier*.
pub const LOGGED: Groups = 1 << 46;
/// What stands before a place: *am*, *à la*.
pub const PLACED: Groups = 1 << 47;
/// *hers*, *le tien*: what is said of one's own code is said of that of another.
pub const ANOTHERS: Groups = 1 << 48;
/// Small words that stand beside a code that is typed, where a noun would be counted: *puis*, *and*, *einfach*.
pub const SMALL: Groups = 1 << 49;
/// What has numbers of its own: *compteur*, *extension*.
pub const METERED: Groups = 1 << 50;
/// On what a code is typed, and what it is typed for, where a verb says so: *keypad*, *disarm*.
pub const PANEL: Groups = 1 << 51;
/// What joins a login and a password: *et*, *puis*.
pub const JOINS: Groups = 1 << 52;
/// Rooms and devices, which have numbers of their own and codes too: *salle*, *printer*.
pub const PLACE: Groups = 1 << 53;
/// *pour*, *for*: before whose password it is.
pub const WHOSE: Groups = 1 << 54;
/// Wireless networks: *wifi*, *wlan*, *réseau invité*.
pub const NETWORK: Groups = 1 << 55;
/// *réponse*, *answer*.
pub const ANSWER: Groups = 1 << 24;

const NAMES: [(&str, Groups); 57] = [
    ("whose", WHOSE),
    ("place", PLACE),
    ("network", NETWORK),
    ("joins", JOINS),
    ("panel", PANEL),
    ("small", SMALL),
    ("metered", METERED),
    ("logged", LOGGED),
    ("placed", PLACED),
    ("anothers", ANOTHERS),
    ("with", WITH),
    ("entered", ENTERED),
    ("as_whom", AS_WHOM),
    ("numbered", NUMBERED),
    ("coded", CODED),
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
    ("thing", THING),
    ("doubt", DOUBT),
    ("unit", UNIT),
    ("code", CODE | ACCESS),
    ("lock", LOCK | CODE | ACCESS | OPENED),
    ("echo", ECHO),
    ("opener", OPENER),
    ("opener_sign", OPENER | SOFT),
    ("session", SESSION),
    ("opened", OPENED),
    ("asked", ASKED),
    ("answer", ANSWER),
    ("chose", CHOSE),
    ("test", TEST),
    ("soft", SOFT),
    ("value_name", VALUE_NAME),
    ("as", AS),
    ("cased", CASED),
    ("heading", HEADING),
    ("listed", LISTED),
    ("reference", REFERENCE),
    ("process", PROCESS),
    ("yes", YES),
    ("renewed", RENEWED),
];

/// Builds the lexicon from lists of words by group name; unknown names add nothing.
#[must_use]
pub fn lexicon<'a>(lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> Lexicon {
    Lexicon::of(&NAMES, lists).setting_apart(KNOWN)
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
