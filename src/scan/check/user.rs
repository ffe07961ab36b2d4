//! Identifiers of users, as they stand behind their label. Knows no directory.

use super::Outcome;

/// What may stand behind a label as a login, a staff number or `DOMAIN\user` (ORES standard, CIA-8 c): a word of prose, a
/// setting or a type is none.
pub(super) fn user_identifier(written: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(written) else { return Outcome::Fail };
    let account = match text.rsplit_once('\\') {
        Some((domain, account)) if is_domain(domain) => account,
        Some(_) => return Outcome::Fail,
        None => text,
    };
    let account = account.trim_end_matches(['.', '-', '_']);
    let digits = account.bytes().filter(u8::is_ascii_digit).count();
    let lower = account.to_ascii_lowercase();
    let path = account.split('.').count() > 3 || account.split('.').any(|part| part.is_empty());
    // `req.params.id`, `this.userName`: names of source code.
    let last = lower.rsplit('.').next().unwrap_or_default();
    let member =
        lower.contains('.') && ["id", "uid", "userid", "user", "name", "username", "login"].contains(&last);
    let kind = matches!(lower.as_bytes(), [b'i' | b'u' | b'f', rest @ ..] if WIDTHS.contains(&rest));
    let hex = |part: &str| part.len() >= 3 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let uuid = account.split('-').count() > 2 && account.split('-').take(3).all(hex);
    let constant = account.contains('_') && !account.bytes().any(|byte| byte.is_ascii_lowercase());
    if path
        || member
        || uuid
        || kind
        || is_host(&lower)
        || constant
        || text.ends_with('-') && !text.contains('@')
    {
        return Outcome::Fail;
    }
    let length = (3..=40).contains(&account.len());
    let word = NO_ACCOUNTS.binary_search(&lower.as_str()).is_ok();
    let marked = digits > 0 || account.contains(['.', '_', '-', '@']) || text.len() > account.len();
    match length && !word {
        false => Outcome::Fail,
        true if marked || looks_like_a_login(&lower) => Outcome::Pass,
        true => Outcome::Weak,
    }
}

/// `srv-app-01`, `server01.intern`: a machine that one logs in to.
fn is_host(lower: &str) -> bool {
    const HEADS: [&str; 8] = ["srv", "server", "serveur", "host", "db", "vm", "node", "localhost"];
    const ENDS: [&str; 10] =
        ["intern", "internal", "local", "lan", "corp", "home", "be", "com", "net", "org"];
    let first = lower.split(['.', '-', '_']).next().unwrap_or_default();
    let head = HEADS.contains(&first.trim_end_matches(|sign: char| sign.is_ascii_digit()));
    let end = lower.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end));
    !lower.contains('@') && (head || end)
}

/// Windows domains are short and in capitals; `C` and folders are none.
fn is_domain(domain: &str) -> bool {
    (2..=15).contains(&domain.len())
        && domain.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
        && !["HKLM", "HKCU", "HKEY"].contains(&domain)
}

/// Whether no vowel follows the first consonants where a word would have one: `jdupont`, `mkraus`.
fn looks_like_a_login(lower: &str) -> bool {
    let vowel = |letter: &u8| b"aeiouyh".contains(letter);
    let bytes = lower.as_bytes();
    const STARTS: &[&[u8]] = &[
        b"bl", b"br", b"ch", b"cl", b"cr", b"dr", b"fl", b"fr", b"gl", b"gr", b"pl", b"pr", b"sc", b"sk",
        b"sl", b"sm", b"sn", b"sp", b"st", b"sw", b"tr", b"vl", b"vr", b"wr", b"kl", b"kn", b"kr", b"zw",
        b"ps", b"tw",
    ];
    bytes.len() > 4 && !vowel(&bytes[0]) && !vowel(&bytes[1]) && !STARTS.contains(&&bytes[..2])
}

/// What follows the letter in names of numeric types: `u8`, `f64`.
const WIDTHS: &[&[u8]] = &[b"8", b"16", b"32", b"64", b"128"];

/// Words that follow such labels in prose, forms and code, sorted.
const NO_ACCOUNTS: &[&str] = &[
    "absent",
    "absente",
    "actif",
    "active",
    "admin",
    "administrateur",
    "administrator",
    "adresse",
    "agent",
    "agents",
    "any",
    "app",
    "array",
    "attribue",
    "attribuee",
    "aucun",
    "aucune",
    "avec",
    "blocked",
    "bloque",
    "bloquee",
    "bloques",
    "bool",
    "boolean",
    "celle",
    "celui",
    "cette",
    "char",
    "code",
    "communique",
    "compose",
    "composee",
    "compte",
    "const",
    "constitue",
    "courriel",
    "crate",
    "created",
    "cree",
    "creee",
    "currentuser",
    "dans",
    "das",
    "data",
    "default",
    "delete",
    "deleted",
    "dem",
    "demo",
    "den",
    "der",
    "des",
    "desactive",
    "desactivee",
    "deze",
    "die",
    "different",
    "differente",
    "disabled",
    "dit",
    "e-mail",
    "een",
    "ein",
    "eindeutig",
    "eine",
    "email",
    "empty",
    "enabled",
    "erforderlich",
    "est",
    "example",
    "exemple",
    "expire",
    "expiree",
    "false",
    "forme",
    "fourni",
    "fournie",
    "function",
    "geblokkeerd",
    "geen",
    "generated",
    "genere",
    "generiert",
    "gesperrt",
    "getuser",
    "guest",
    "guid",
    "haar",
    "her",
    "here",
    "het",
    "his",
    "identifiant",
    "identique",
    "ihr",
    "inactif",
    "inactive",
    "inconnu",
    "inconnue",
    "incorrect",
    "incorrecte",
    "indique",
    "input",
    "int",
    "integer",
    "invalid",
    "invalide",
    "invite",
    "kein",
    "keine",
    "leeg",
    "leer",
    "les",
    "let",
    "leur",
    "locked",
    "login",
    "mail",
    "manquant",
    "manquante",
    "met",
    "missing",
    "mit",
    "mon",
    "mot",
    "motdepasse",
    "mut",
    "name",
    "names",
    "new",
    "nicht",
    "niet",
    "nil",
    "nom",
    "none",
    "not",
    "notre",
    "null",
    "number",
    "numero",
    "object",
    "obligatoire",
    "obligatoires",
    "onbekend",
    "ongeldig",
    "optional",
    "par",
    "params",
    "password",
    "personnel",
    "personnelle",
    "pour",
    "prenom",
    "prenom.nom",
    "props",
    "req",
    "request",
    "required",
    "requis",
    "requise",
    "return",
    "root",
    "sans",
    "see",
    "sein",
    "self",
    "sera",
    "ses",
    "session",
    "siehe",
    "soit",
    "son",
    "sont",
    "state",
    "std",
    "str",
    "strictement",
    "string",
    "super",
    "supprime",
    "supprimee",
    "sur",
    "suspendu",
    "test",
    "text",
    "that",
    "the",
    "their",
    "this",
    "ton",
    "tout",
    "toute",
    "true",
    "unbekannt",
    "undefined",
    "une",
    "uniek",
    "unique",
    "uniques",
    "unknown",
    "used",
    "user",
    "user_id",
    "user_name",
    "userid",
    "username",
    "using",
    "utilisateur",
    "uuid",
    "uw",
    "valide",
    "value",
    "van",
    "var",
    "varchar",
    "vereist",
    "verplicht",
    "verrouille",
    "verrouillee",
    "via",
    "vide",
    "void",
    "voir",
    "voor",
    "voornaam.naam",
    "vorname.nachname",
    "votre",
    "windows_sys",
    "your",
    "zie",
    "zijn",
];

#[cfg(test)]
mod tests {
    use super::{NO_ACCOUNTS, Outcome, user_identifier};

    #[test]
    fn accounts_and_words() {
        for right in
            ["jdupont", "dupontj2", "jan.peeters", "ORES\\jdupont", "123456", "A-12345", "mkraus", "j_dupont"]
        {
            assert_eq!(user_identifier(right.as_bytes()), Outcome::Pass, "{right}");
        }
        assert_eq!(user_identifier(b"dupont"), Outcome::Weak);
        for wrong in [
            "obligatoire",
            "true",
            "string",
            "C:\\Users",
            "ab",
            "password",
            "required",
            "Users\\public",
            "HKLM\\Software",
        ] {
            assert_eq!(user_identifier(wrong.as_bytes()), Outcome::Fail, "{wrong}");
        }
        assert!(NO_ACCOUNTS.is_sorted());
    }
}
