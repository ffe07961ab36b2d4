//! Mail addresses, as they are written. Knows no mail server.

use super::Outcome;

/// Personal mail address (RFC 5321, RFC 6531): the local part, the domain, and what only looks like one (a
/// version of a package, a picture's scale, a host without a name).
///
/// A mailbox of a function is [`functional`]'s; domains kept for documentation (RFC 2606, RFC 6761) are specimens.
pub(super) fn email(written: &[u8]) -> Outcome {
    match Address::read(written) {
        Some(address) if !address.is_functional() => address.outcome(),
        _ => Outcome::Fail,
    }
}

/// Mail address of a function (`info@`, `helpdesk@` …), which names no person.
pub(super) fn functional(written: &[u8]) -> Outcome {
    match Address::read(written) {
        Some(address) if address.is_functional() => address.outcome(),
        _ => Outcome::Fail,
    }
}

/// Both sides of the at sign, in lower case.
struct Address {
    local: String,
    domain: String,
}

impl Address {
    /// Reads `a@b.be`, `a [at] b.be`, `a(at)b(dot)be`, `a arobase b point be`; `None` where it cannot be one.
    fn read(written: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(written).ok()?.to_lowercase();
        let text = text.strip_prefix("mailto:").unwrap_or(&text);
        let (local, domain) = AT_SIGNS.iter().find_map(|sign| text.rsplit_once(sign))?;
        let address = Self { local: with_dots(local.trim()), domain: with_dots(domain.trim()) };
        address.is_well_formed().then_some(address)
    }

    fn is_well_formed(&self) -> bool {
        let quoted = self.local.len() > 2 && self.local.starts_with('"') && self.local.ends_with('"');
        let local = quoted
            || !(self.local.starts_with('.') || self.local.ends_with('.') || self.local.contains(".."));
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        };
        let Some((_, top)) = self.domain.rsplit_once('.') else { return false };
        let top_level =
            top.starts_with("xn--") || top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
        (1..=64).contains(&self.local.len())
            && self.local.len() + self.domain.len() < 254
            && local
            && self.local.chars().any(char::is_alphanumeric)
            && self.domain.split('.').all(label)
            && top_level
            && !FILE_ENDINGS.contains(&top)
            && !(self.local == "git" && FORGES.iter().any(|forge| self.domain == *forge))
    }

    /// Whether one of the words of the local part names a function: `info`, `service-clients`, `no-reply`.
    fn is_functional(&self) -> bool {
        let joined: String = self.local.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let first = self.local.split(['.', '-', '_', '+']).next().unwrap_or_default();
        let bare = |word: &str| {
            FUNCTIONS.binary_search(&word.trim_end_matches(|letter: char| letter.is_ascii_digit())).is_ok()
        };
        bare(&joined) || bare(first)
    }

    fn outcome(&self) -> Outcome {
        let reserved = RESERVED.iter().any(|name| {
            self.domain.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        });
        if reserved { Outcome::Specimen } else { Outcome::Pass }
    }
}

/// With dots that are written as words, or apart, as dots.
fn with_dots(text: &str) -> String {
    let mut plain = text.to_owned();
    if plain.contains([' ', '[', '(', '{']) {
        for (spelled, dot) in DOTS {
            plain = plain.replace(spelled, dot);
        }
    }
    plain
}

/// Those in brackets before what stands in them.
const AT_SIGNS: &[&str] = &[
    "[@]",
    "(@)",
    "@",
    "\u{ff20}",
    "[at]",
    "(at)",
    "{at}",
    "<at>",
    " at ",
    "(a)",
    "[a]",
    "[arobase]",
    "(arobase)",
    " arobase ",
    " arobas ",
    " chez ",
    "[chez]",
    "(chez)",
    " apenstaartje ",
    " klammeraffe ",
];

const DOTS: &[(&str, &str)] = &[
    (" [dot] ", "."),
    (" (dot) ", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    (" dot ", "."),
    (" [point] ", "."),
    (" (point) ", "."),
    ("[point]", "."),
    ("(point)", "."),
    (" point ", "."),
    (" punt ", "."),
    (" punkt ", "."),
    ("[punt]", "."),
    ("(punt)", "."),
    ("[.]", "."),
    ("(.)", "."),
    (" . ", "."),
];

/// RFC 2606 and RFC 6761.
const RESERVED: &[&str] = &[
    "example.com",
    "example.net",
    "example.org",
    "example",
    "invalid",
    "test",
    "localhost",
    "exemple.be",
    "exemple.com",
    "exemple.fr",
    "voorbeeld.be",
    "voorbeeld.nl",
    "beispiel.de",
    // Names of algorithms, not mailboxes: `aes256-gcm@openssh.com`.
    "libssh.org",
    "openssh.com",
];

/// Endings of files and packages that no top-level domain shares, such as `logo@2x.png`.
const FILE_ENDINGS: &[&str] = &[
    "avif", "bmp", "cfg", "class", "conf", "css", "csv", "dll", "doc", "docx", "exe", "gif", "htm", "html",
    "ico", "ini", "jar", "jpeg", "jpg", "js", "json", "jsx", "lock", "log", "mjs", "mp3", "mp4", "pdf",
    "php", "png", "pptx", "scss", "service", "socket", "svg", "target", "timer", "toml", "ts", "tsx", "txt",
    "vue", "webp", "whl", "woff", "xls", "xlsx", "xml", "yaml", "yml",
];

/// Hosts of repositories whose `git@` is no mailbox.
const FORGES: &[&str] = &[
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "ssh.dev.azure.com",
    "git.sr.ht",
    "gitee.com",
];

/// Words of functions, sorted.
const FUNCTIONS: &[&str] = &[
    "aankoop",
    "aankoopdienst",
    "abuse",
    "accounting",
    "accounts",
    "accueil",
    "achats",
    "admin",
    "administracion",
    "administratie",
    "administration",
    "admissions",
    "alert",
    "alerts",
    "algemeen",
    "bestuur",
    "bibliotheek",
    "bibliotheque",
    "billing",
    "boekhouding",
    "bounce",
    "bounces",
    "buchhaltung",
    "bureau",
    "burgerlijkestand",
    "careers",
    "centraleachats",
    "college",
    "comite",
    "commande",
    "commandes",
    "commercial",
    "communal",
    "communaute",
    "commune",
    "communicatie",
    "communication",
    "compta",
    "comptabilite",
    "consult",
    "contact",
    "contacts",
    "contentieux",
    "courrier",
    "cpas",
    "crm",
    "culture",
    "customer",
    "customercare",
    "customerservice",
    "cybersecurite",
    "demo",
    "devis",
    "dgo",
    "dienst",
    "dienstverlening",
    "directie",
    "direction",
    "donneespersonnelles",
    "donotreply",
    "dpd",
    "dpo",
    "ecole",
    "economat",
    "emploi",
    "energie",
    "enquiries",
    "environnement",
    "equipe",
    "etatcivil",
    "exploitation",
    "facturation",
    "facture",
    "facturen",
    "factures",
    "factuur",
    "feedback",
    "finance",
    "finances",
    "financien",
    "garde",
    "gdpr",
    "gemeente",
    "general",
    "gestion",
    "greffe",
    "guichet",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "hrm",
    "ict",
    "incident",
    "incidents",
    "info",
    "informaticien",
    "informatie",
    "informatik",
    "information",
    "informations",
    "informatique",
    "infos",
    "inscription",
    "inscriptions",
    "inspection",
    "it",
    "jeunesse",
    "job",
    "jobs",
    "juridique",
    "juridisch",
    "klacht",
    "klachten",
    "klantendienst",
    "klantenservice",
    "kontakt",
    "kundendienst",
    "kundenservice",
    "legal",
    "logistique",
    "loket",
    "mail",
    "mailer",
    "mailerdaemon",
    "maintenance",
    "mairie",
    "marches",
    "marchespublics",
    "marketing",
    "media",
    "mediateur",
    "mediation",
    "milieu",
    "mobilite",
    "nepasrepondre",
    "news",
    "newsletter",
    "nieuwsbrief",
    "noc",
    "noreply",
    "notification",
    "notifications",
    "office",
    "ombudsman",
    "omgeving",
    "onthaal",
    "oproep",
    "order",
    "orders",
    "paie",
    "payroll",
    "pers",
    "personeel",
    "personnel",
    "plainte",
    "plaintes",
    "planning",
    "population",
    "post",
    "postmaster",
    "poststelle",
    "prensa",
    "press",
    "presse",
    "privacy",
    "prive",
    "procurement",
    "projet",
    "projets",
    "propreteville",
    "protection",
    "qualite",
    "question",
    "questions",
    "reception",
    "reclamation",
    "reclamations",
    "recouvrement",
    "recruitment",
    "recrutement",
    "redaction",
    "registratie",
    "rekrutering",
    "reply",
    "reservation",
    "reservations",
    "rgpd",
    "rh",
    "root",
    "sales",
    "secretariaat",
    "secretariat",
    "securite",
    "security",
    "sekretariat",
    "service",
    "serviceclient",
    "serviceclients",
    "servicedesk",
    "services",
    "sinistre",
    "sinistres",
    "soc",
    "social",
    "spam",
    "sport",
    "sports",
    "stadtverwaltung",
    "stage",
    "stages",
    "studie",
    "support",
    "syndicat",
    "sysadmin",
    "team",
    "technique",
    "tourisme",
    "traduction",
    "travaux",
    "tresorerie",
    "unsubscribe",
    "urbanisme",
    "urgence",
    "urgences",
    "vente",
    "ventes",
    "verkoop",
    "verwaltung",
    "ville",
    "voirie",
    "vorstand",
    "web",
    "webmaster",
    "website",
    "welcome",
    "welkom",
    "werk",
    "werken",
    "zentrale",
];

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, Outcome, email, functional};

    #[test]
    fn personal_addresses() {
        for right in [
            "jean.dupont@ores.be",
            "Jean.DUPONT@ORES.BE",
            "j.d+tag@sub.domain.co.uk",
            "o'neil@mail.be",
            "jean.dupont [at] ores [dot] be",
            "jean.dupont(at)ores.be",
            "marie arobase ores point be",
            "\u{e9}lo\u{ef}se@caf\u{e9}.fr",
            "a@xn--caf-dma.fr",
            "mailto:jean@ores.be",
            "jean\u{ff20}ores.be",
        ] {
            assert_eq!(email(right.as_bytes()), Outcome::Pass, "{right}");
            assert_eq!(functional(right.as_bytes()), Outcome::Fail, "{right}");
        }
        for wrong in [
            "git@github.com",
            "user@host",
            "node@18.0.0",
            "logo@2x.png",
            ".jean@ores.be",
            "jean.@ores.be",
            "je..an@ores.be",
            "jean@-ores.be",
            "jean@ores.b",
            "jean@10.0.0.5",
            "@ores.be",
            "jean@",
            "---@ores.be",
        ] {
            assert_eq!(email(wrong.as_bytes()), Outcome::Fail, "{wrong}");
        }
    }

    #[test]
    fn functions_and_documentation() {
        for right in [
            "info@ores.be",
            "no-reply@ores.be",
            "service.clients@ville.be",
            "helpdesk2@liege.be",
            "dpo@arras.fr",
        ] {
            assert_eq!(functional(right.as_bytes()), Outcome::Pass, "{right}");
            assert_eq!(email(right.as_bytes()), Outcome::Fail, "{right}");
        }
        assert_eq!(email(b"jean.dupont@example.org"), Outcome::Specimen);
        assert_eq!(email(b"jean@mail.example.com"), Outcome::Specimen);
        assert_eq!(email(b"jean@notexample.com"), Outcome::Pass);
        assert!(FUNCTIONS.is_sorted());
    }
}
