//! Valid values of each kind, as people print them.

use super::random::Random;
use guard::scan::check::{Outcome, by_name};

/// A kind of identifier: who should find it, how values are made, how they are printed, how they are announced.
pub struct Kind {
    /// The detectors that may report it; the first is the right one.
    pub detectors: &'static [&'static str],
    /// A value without separators.
    pub value: fn(&mut Random) -> String,
    /// How it is printed: `#` the next character of the value, `~` the rest of it, others themselves.
    pub printed: &'static [&'static str],
    /// What stands before it, in four languages.
    pub labels: &'static [&'static str],
    /// Whether it is found without a label.
    pub alone: bool,
    /// Whether it has a check, which sets the bar.
    pub checked: bool,
}

/// Prints a value.
pub fn print(value: &str, form: &str) -> String {
    let mut letters = value.chars();
    let mut printed = String::new();
    for sign in form.chars() {
        match sign {
            '#' => printed.extend(letters.next()),
            '~' => printed.extend(letters.by_ref()),
            other => printed.push(other),
        }
    }
    printed.extend(letters);
    printed
}

/// Values from `make` until the check passes.
fn passing(check: &str, random: &mut Random, make: impl Fn(&mut Random) -> String) -> String {
    let check = by_name(check).unwrap_or_else(|| panic!("no check is called {check}"));
    for _ in 0..1_000_000 {
        let value = make(random);
        if check.run(value.as_bytes()) == Outcome::Pass {
            return value;
        }
    }
    panic!("no value passes {}", check.name);
}

/// Digits after `front` until the check passes.
fn digits(check: &str, front: &str, random: &mut Random) -> String {
    passing(check, random, |random| random.fill(front))
}

fn niss(random: &mut Random) -> String {
    let (year, month, day) = random.day(1930, 2015);
    passing("niss", random, |random| format!("{:02}{month:02}{day:02}{}", year % 100, random.fill("#####")))
}

fn bis(random: &mut Random) -> String {
    let (year, month, day) = random.day(1940, 2010);
    let month = month + [20, 40][random.below(2) as usize];
    passing("bis", random, |random| format!("{:02}{month:02}{day:02}{}", year % 100, random.fill("#####")))
}

fn nir(random: &mut Random) -> String {
    let (year, month, _) = random.day(1930, 2005);
    let place = random.between(1, 95);
    passing("nir", random, |random| {
        format!("{}{:02}{month:02}{place:02}{}", random.fill("[12]"), year % 100, random.fill("########"))
    })
}

fn ramq(random: &mut Random) -> String {
    let (year, month, day) = random.day(1930, 2005);
    let month = month + [0, 50][random.below(2) as usize];
    passing("ramq", random, |random| {
        format!("{}{:02}{month:02}{day:02}{}", random.fill("^^^^"), year % 100, random.fill("[123456789]#"))
    })
}

fn quebec_licence(random: &mut Random) -> String {
    let (year, month, day) = random.day(1950, 2000);
    format!("{}{day:02}{month:02}{:02}{}", random.fill("^####"), year % 100, random.fill("##"))
}

fn matricule(random: &mut Random) -> String {
    let (year, month, day) = random.day(1930, 2010);
    passing("lu_matricule", random, |random| format!("{year}{month:02}{day:02}{}", random.fill("#####")))
}

fn pension(random: &mut Random) -> String {
    let (year, month, day) = random.day(1940, 2000);
    let area = random.fill("[1][0123456789]");
    passing("rentenversicherung", random, |random| {
        format!("{area}{day:02}{month:02}{:02}{}", year % 100, random.fill("^###"))
    })
}

fn iban(random: &mut Random) -> String {
    let front = random.pick(&["BE", "BE", "BE", "FR", "LU", "NL", "DE"]);
    let body = match front {
        "BE" => {
            let ogm = digits("ogm", "[1235679]###########", random);
            format!("{}{ogm}", random.fill("##"))
        }
        "FR" => random.fill("######################^##"),
        "LU" => random.fill("##################"),
        "NL" => format!(
            "{}{}{}",
            random.fill("##"),
            random.pick(&["ABNA", "INGB", "RABO"]),
            random.fill("##########")
        ),
        _ => random.fill("####################"),
    };
    for check in 2..=98 {
        let value = format!("{front}{check:02}{}", &body[2..]);
        if by_name("iban").is_some_and(|iban| iban.run(value.as_bytes()) == Outcome::Pass) {
            return value;
        }
    }
    panic!("no check digits for {front}");
}

fn card(random: &mut Random) -> String {
    match random.below(4) {
        0 => digits("card", "4###############", random),
        1 => digits("card", "5[12345]##############", random),
        2 => digits("card", "2[3456]##############", random),
        _ => digits("card", "6703############", random),
    }
}

fn ogm(random: &mut Random) -> String {
    digits("ogm", "############", random)
}

fn person(random: &mut Random) -> (String, String) {
    let first = ["jean", "marie", "luc", "sofie", "anne", "pieter", "klaus", "emma", "nathalie", "youssef"];
    let last =
        ["dupont", "lambert", "peeters", "janssens", "schmidt", "tremblay", "roy", "benali", "maes", "leroy"];
    (random.pick(&first).to_owned(), random.pick(&last).to_owned())
}

fn email(random: &mut Random) -> String {
    let (first, last) = person(random);
    let host = random.pick(&[
        "ores.be",
        "ville-liege.be",
        "gmail.com",
        "skynet.be",
        "arras.fr",
        "ville.quebec.qc.ca",
        "web.de",
        "mail.co.uk",
    ]);
    match random.below(4) {
        0 => format!("{first}.{last}@{host}"),
        1 => format!("{}{last}@{host}", &first[..1]),
        2 => format!("{first}_{last}{}@{host}", random.below(90)),
        _ => format!("{first}.{last}+perso@{host}"),
    }
}

fn spelled_email(random: &mut Random) -> String {
    let (first, last) = person(random);
    let at = random.pick(&[" [at] ", "(at)", "[at]", " (at) ", " arobase "]);
    let dot = if at == " arobase " { " point " } else { random.pick(&[".", " [dot] ", "(dot)"]) };
    format!("{first}.{last}{at}ores{dot}be")
}

fn mailbox(random: &mut Random) -> String {
    format!(
        "{}@ores.be",
        random.pick(&["info", "contact", "secretariat", "helpdesk", "no-reply", "service.clients"])
    )
}

fn gps(random: &mut Random) -> String {
    format!("50.{}, 4.{}", random.fill("#####"), random.fill("[123456789]####"))
}

fn plate_be(random: &mut Random) -> String {
    passing("be_plate", random, |random| random.fill("[12]-^^^-[123456789]##"))
}

fn plate_fr(random: &mut Random) -> String {
    passing("fr_plate", random, |random| random.fill("^^-[123456789]##-^^"))
}

fn ip(random: &mut Random) -> String {
    format!(
        "{}.{}.{}.{}",
        random.pick(&["81", "91", "109", "213"]),
        random.below(256),
        random.below(256),
        random.between(1, 254)
    )
}

fn login(random: &mut Random) -> String {
    let (first, last) = person(random);
    match random.below(3) {
        0 => format!("{}{last}{}", &first[..1], random.below(10)),
        1 => format!("{first}.{last}"),
        _ => format!("ORES\\{}{last}", &first[..1]),
    }
}

macro_rules! digit_value {
    ($check:literal, $shape:literal) => {
        |random| digits($check, $shape, random)
    };
}

/// Everything that the corpus speaks of.
pub const KINDS: &[Kind] = &[
    Kind {
        detectors: &["be.niss"],
        value: niss,
        printed: &[
            "##.##.##-###.##",
            "###########",
            "######-###.##",
            "## ## ## ### ##",
            "##/##/##-###/##",
            "###### ### ##",
            "##.##.##.###.##",
        ],
        labels: &[
            "NISS",
            "numéro national",
            "n° de registre national",
            "rijksregisternummer",
            "INSZ",
            "Nationalregisternummer",
            "national number",
        ],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["be.bis"],
        value: bis,
        printed: &["##.##.##-###.##", "###########", "## ## ## ### ##"],
        labels: &["numéro bis", "NISS", "bisnummer", "INSZ", "Bis-Nummer", "BIS number"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["be.eid_card"],
        value: digit_value!("eid_card", "59##########"),
        printed: &["###-#######-##", "### ####### ##", "############"],
        labels: &[
            "carte d'identité n°",
            "identiteitskaartnummer",
            "Personalausweisnummer",
            "identity card number",
        ],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["be.enterprise"],
        value: digit_value!("enterprise", "0[4567]########"),
        printed: &["####.###.###", "BE ####.###.###", "BE##########", "#### ### ###"],
        labels: &["BCE", "TVA", "ondernemingsnummer", "BTW", "Unternehmensnummer", "VAT"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["be.inami"],
        value: digit_value!("inami", "1##########"),
        printed: &["#-#####-##-###", "###########", "#/#####/##/###"],
        labels: &["INAMI", "n° INAMI du médecin", "RIZIV-nummer", "LIKIV"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["be.ean_gsrn"],
        value: digit_value!("ean_gsrn", "5414##############"),
        printed: &["##################", "#### #### #### #### ##", "######## ##########"],
        labels: &[
            "code EAN",
            "EAN",
            "point de fourniture",
            "EAN-code",
            "toegangspunt",
            "Zählpunkt EAN",
            "EAN code",
        ],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["be.ogm"],
        value: ogm,
        printed: &["+++###/####/#####+++", "***###/####/#####***"],
        labels: &[
            "communication",
            "communication structurée",
            "mededeling",
            "Mitteilung",
            "payment reference",
        ],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["be.plate"],
        value: plate_be,
        printed: &["~"],
        labels: &["plaque", "véhicule immatriculé", "nummerplaat", "Kennzeichen", "licence plate"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["be.phone"],
        value: |random| random.fill("04[789]#######"),
        printed: &["#### ## ## ##", "####/##.##.##", "####/######", "#### ### ###", "####.##.##.##"],
        labels: &["tél.", "GSM", "téléphone", "telefoon", "Handy", "phone"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["be.phone"],
        value: |random| random.fill("324[789]#######"),
        printed: &[
            "+## ### ## ## ##",
            "+###########",
            "00## ### ## ## ##",
            "+## (0)### ## ## ##",
            "+##.###.##.##.##",
        ],
        labels: &["tél.", "GSM", "téléphone", "telefoon", "Handy", "phone"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["be.phone"],
        value: |random| random.fill("0[8]1[234]#####"),
        printed: &["### ## ## ##", "###/##.##.##"],
        labels: &["tél.", "téléphone", "telefoon", "Telefon", "phone"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["fr.nir"],
        value: nir,
        printed: &["# ## ## ## ### ### ##", "###############", "#.##.##.##.###.###.##", "############# ##"],
        labels: &["numéro de sécurité sociale", "NIR", "n° SS", "social security number"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["fr.spi"],
        value: digit_value!("spi", "[0123]############"),
        printed: &["## ## ### ### ###", "#############"],
        labels: &["numéro fiscal", "SPI", "tax number"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["fr.siret"],
        value: digit_value!("siret", "[3456789]#############"),
        printed: &["### ### ### #####", "##############"],
        labels: &["SIRET", "n° SIRET"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["fr.siren"],
        value: digit_value!("siren", "[3456789]########"),
        printed: &["### ### ###", "#########"],
        labels: &["SIREN", "n° SIREN"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["fr.rib"],
        value: digit_value!("rib", "[123]######################"),
        printed: &["##### ##### ########### ##", "#######################"],
        labels: &["RIB", "compte", "relevé d'identité bancaire"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["fr.plate"],
        value: plate_fr,
        printed: &["~"],
        labels: &["plaque", "immatriculation", "kenteken", "licence plate"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["fr.phone"],
        value: |random| random.fill("0[67][3456789]#######"),
        printed: &["## ## ## ## ##", "##.##.##.##.##"],
        labels: &["tél.", "portable", "téléphone", "phone"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["fr.phone"],
        value: |random| random.fill("336########"),
        printed: &["+## # ## ## ## ##", "+###########", "+## (0)# ## ## ## ##"],
        labels: &["tél.", "portable", "téléphone", "phone"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["ca.sin"],
        value: digit_value!("sin", "[1234567]########"),
        printed: &["### ### ###", "###-###-###", "#########"],
        labels: &["NAS", "numéro d'assurance sociale", "SIN", "social insurance number"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["ca.qc.ramq"],
        value: ramq,
        printed: &["#### #### ####", "############", "####-####-####"],
        labels: &["RAMQ", "NAM", "numéro d'assurance maladie", "health insurance number"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["ca.qc.driving_licence"],
        value: quebec_licence,
        printed: &["#####-######-##", "#############"],
        labels: &["permis de conduire", "SAAQ", "driver's licence"],
        alone: false,
        checked: false,
    },
    Kind {
        detectors: &["ca.phone"],
        value: |random| random.fill("418[3456][23456789]#[2345]###"),
        printed: &["###-###-####", "(###) ###-####", "### ###-####", "###.###.####"],
        labels: &["téléphone", "cell.", "phone", "tél."],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["nl.bsn"],
        value: digit_value!("bsn", "[123]########"),
        printed: &["#########", "####.##.###"],
        labels: &["BSN", "burgerservicenummer"],
        alone: false,
        checked: true,
    },
    Kind {
        detectors: &["nl.phone"],
        value: |random| random.fill("316[12345]#######"),
        printed: &["+## # ########", "+###########"],
        labels: &["tel.", "mobiel", "telefoon"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["lu.matricule"],
        value: matricule,
        printed: &["#############", "######## #####", "#### #### #####"],
        labels: &["matricule national", "CNS", "Matrikelnummer"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["de.steuer_id"],
        value: digit_value!("steuer_id", "[123456789]##########"),
        printed: &["## ### ### ###", "###########"],
        labels: &["Steuer-ID", "Identifikationsnummer", "IdNr"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["de.rentenversicherung"],
        value: pension,
        printed: &["## ###### # ###", "############"],
        labels: &["Rentenversicherungsnummer", "SV-Nummer", "Versicherungsnummer"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["de.phone"],
        value: |random| random.fill("49151########"),
        printed: &["+## ### ########", "+#############"],
        labels: &["Tel.", "Handy", "Telefon"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["iban"],
        value: iban,
        printed: &["#### #### #### #### #### #### #### ####", "~", "####.####.####.####.####.####.####.####"],
        labels: &["IBAN", "compte", "rekeningnummer", "Konto", "account"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["payment_card"],
        value: card,
        printed: &["#### #### #### ####", "################", "####-####-####-####"],
        labels: &["carte", "n° de carte", "kredietkaart", "Kreditkarte", "credit card"],
        alone: true,
        checked: true,
    },
    Kind {
        detectors: &["email"],
        value: email,
        printed: &["~"],
        labels: &["e-mail", "courriel", "adresse mail", "E-Mail", "contact"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["email"],
        value: spelled_email,
        printed: &["~"],
        labels: &["e-mail", "courriel", "contact"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["email.functional"],
        value: mailbox,
        printed: &["~"],
        labels: &["e-mail", "contact"],
        alone: false,
        checked: false,
    },
    Kind {
        detectors: &["ip_address"],
        value: ip,
        printed: &["~"],
        labels: &["adresse IP", "IP", "IP-adres", "IP-Adresse"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["mac_address"],
        value: |random| random.fill("3c:~2:~#:~~:~#:~7"),
        printed: &["~"],
        labels: &["MAC", "adresse MAC"],
        alone: true,
        checked: false,
    },
    Kind {
        detectors: &["geo_coordinates"],
        value: gps,
        printed: &["~"],
        labels: &["GPS", "coordonnées GPS", "coördinaten", "Koordinaten", "location"],
        alone: false,
        checked: false,
    },
    Kind {
        detectors: &["passport"],
        value: |random| random.fill("E[HJKLMN]######"),
        printed: &["~"],
        labels: &["passeport n°", "paspoortnummer", "Reisepass", "passport number"],
        alone: false,
        checked: false,
    },
    Kind {
        detectors: &["user_identifier"],
        value: login,
        printed: &["~"],
        labels: &["identifiant", "login", "gebruikersnaam", "Benutzername", "username"],
        alone: false,
        checked: false,
    },
    Kind {
        detectors: &["fr.pdl"],
        value: |random| random.fill("[0]9###########[1]"),
        printed: &["##############"],
        labels: &["PDL", "PRM", "point de livraison"],
        alone: false,
        checked: false,
    },
];
