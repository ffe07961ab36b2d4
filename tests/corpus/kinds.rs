//! What can stand in a slot of a template, who should find it, and how people announce it in four languages.

use super::{people, secrets, values};
use crate::identifiers::random::Random;

/// What a slot asks for.
pub struct Kind {
    /// The slot's name in templates.
    pub name: &'static str,
    /// Detectors that are right, by the beginning of their id.
    pub detectors: &'static [&'static str],
    /// Recall and precision that the issue asks for.
    pub floor: Floor,
    /// A value; between ⟪ and ⟫ where words around it are part of how it is written.
    pub make: fn(&mut Random) -> String,
    /// How it is announced in fr, nl, de, en; empty where it only stands in texts.
    pub labels: [&'static [&'static str]; 4],
    /// Whether it is to be found without any word around.
    pub alone: bool,
    /// Whether low confidence is enough: what identifies an organisation, and specimens.
    pub low: bool,
}

/// The groups of the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Floor {
    /// Identifiers with a check: 0.99 and 0.99.
    Checked,
    /// Credentials, labels, phones, mail, addresses, dates of birth: 0.95 and 0.95.
    Formed,
    /// Names: 0.85 and 0.90.
    Names,
}

impl Floor {
    /// Recall and precision.
    pub const fn bars(self) -> (f64, f64) {
        match self {
            Self::Checked => (0.99, 0.99),
            Self::Formed => (0.95, 0.95),
            Self::Names => (0.85, 0.90),
        }
    }
}

use Floor::{Checked, Formed, Names};

const NONE: [&[&str]; 4] = [&[], &[], &[], &[]];

/// A kind that is announced by a label.
const fn announced(
    name: &'static str,
    detectors: &'static [&'static str],
    floor: Floor,
    make: fn(&mut Random) -> String,
    labels: [&'static [&'static str]; 4],
) -> Kind {
    Kind { name, detectors, floor, make, labels, alone: false, low: false }
}

/// The same, and found without the label too.
const fn alone(
    name: &'static str,
    detectors: &'static [&'static str],
    floor: Floor,
    make: fn(&mut Random) -> String,
    labels: [&'static [&'static str]; 4],
) -> Kind {
    Kind { name, detectors, floor, make, labels, alone: true, low: false }
}

/// An organisation's number.
const fn business(
    name: &'static str,
    detectors: &'static [&'static str],
    make: fn(&mut Random) -> String,
    labels: [&'static [&'static str]; 4],
) -> Kind {
    Kind { name, detectors, floor: Checked, make, labels, alone: false, low: true }
}

/// Only in texts.
const fn written(
    name: &'static str,
    detectors: &'static [&'static str],
    floor: Floor,
    make: fn(&mut Random) -> String,
) -> Kind {
    Kind { name, detectors, floor, make, labels: NONE, alone: false, low: false }
}

const NATIONAL: [&[&str]; 4] = [
    &[
        "NISS",
        "numéro national",
        "n° de registre national",
        "numéro de registre national",
        "n° national",
        "RN",
    ],
    &["INSZ", "rijksregisternummer", "rijksregisternr.", "INSZ-nummer"],
    &["Nationalregisternummer", "ENSS", "Nationalregister-Nr."],
    &["national number", "Belgian national number", "SSIN", "national register number"],
];

const PHONE: [&[&str]; 4] = [
    &["tél.", "téléphone", "GSM", "numéro de téléphone", "portable", "Tél"],
    &["tel.", "telefoon", "gsm", "gsm-nummer", "telefoonnummer", "mobiel"],
    &["Tel.", "Telefon", "Handy", "Telefonnummer", "Handynummer", "Mobil"],
    &["phone", "phone number", "mobile", "tel", "cell", "telephone"],
];

/// Everything that the corpus speaks of.
pub const KINDS: &[Kind] = &[
    alone("niss", &["be.niss"], Checked, values::niss, NATIONAL),
    alone("bis", &["be.bis"], Checked, values::bis, NATIONAL),
    announced(
        "eid",
        &["be.eid_card"],
        Checked,
        values::eid,
        [
            &["carte d'identité", "numéro de carte d'identité", "n° de carte d'identité", "carte eID"],
            &["identiteitskaart", "identiteitskaartnummer", "eID-kaart"],
            &["Personalausweis", "Personalausweisnummer"],
            &["identity card", "ID card number", "eID"],
        ],
    ),
    business(
        "enterprise",
        &["be.enterprise"],
        values::enterprise,
        [
            &["BCE", "numéro d'entreprise", "TVA", "n° BCE", "n° d'entreprise"],
            &["KBO", "ondernemingsnummer", "BTW", "BTW-nummer"],
            &["Unternehmensnummer", "MwSt.-Nr."],
            &["enterprise number", "VAT number", "company number"],
        ],
    ),
    business(
        "establishment",
        &["be.establishment"],
        values::establishment,
        [
            &["unité d'établissement", "numéro d'unité d'établissement"],
            &["vestigingseenheid", "vestigingseenheidsnummer", "vestigingsnummer"],
            &["Niederlassungseinheit"],
            &["establishment unit", "establishment number"],
        ],
    ),
    announced(
        "inami",
        &["be.inami"],
        Checked,
        values::inami,
        [
            &["INAMI", "n° INAMI", "numéro INAMI"],
            &["RIZIV", "RIZIV-nummer", "RIZIV nr."],
            &["LIKIV", "LIKIV-Nummer"],
            &["INAMI number", "RIZIV number"],
        ],
    ),
    alone(
        "ean",
        &["be.ean_gsrn"],
        Checked,
        values::ean,
        [
            &["EAN", "code EAN", "point de fourniture", "n° EAN", "EAN du compteur"],
            &["EAN", "EAN-code", "EAN-nummer", "toegangspunt"],
            &["EAN", "EAN-Code", "EAN-Nummer"],
            &["EAN", "EAN code", "delivery point"],
        ],
    ),
    business(
        "ogm",
        &["be.ogm"],
        values::ogm,
        [
            &["communication", "communication structurée"],
            &["mededeling", "gestructureerde mededeling"],
            &["Mitteilung", "strukturierte Mitteilung"],
            &["structured communication", "payment reference"],
        ],
    ),
    alone(
        "plate.be",
        &["be.plate"],
        Checked,
        values::plate_be,
        [
            &["plaque", "plaque d'immatriculation", "immatriculation", "véhicule"],
            &["nummerplaat", "kenteken", "nummerplaat van de wagen"],
            &["Kennzeichen", "Nummernschild"],
            &["licence plate", "number plate", "plate"],
        ],
    ),
    alone("phone.be", &["be.phone"], Formed, values::phone_be, PHONE),
    announced(
        "passport.be",
        &["passport"],
        Formed,
        values::passport_be,
        [
            &["passeport", "numéro de passeport", "passeport n°"],
            &["paspoort", "paspoortnummer", "reispas"],
            &["Reisepass", "Reisepassnummer", "Passnummer"],
            &["passport", "passport number", "passport no."],
        ],
    ),
    announced(
        "licence.be",
        &["be.driving_licence"],
        Formed,
        values::licence_be,
        [
            &["permis de conduire", "numéro de permis", "permis de conduire n°"],
            &["rijbewijs", "rijbewijsnummer"],
            &["Führerschein", "Führerscheinnummer"],
            &["driving licence", "driver's licence"],
        ],
    ),
    alone(
        "nir",
        &["fr.nir"],
        Checked,
        values::nir,
        [
            &["numéro de sécurité sociale", "n° de sécurité sociale", "NIR", "n° sécu", "numéro de sécu"],
            &["Frans socialezekerheidsnummer", "NIR"],
            &["französische Sozialversicherungsnummer", "NIR"],
            &["French social security number", "NIR"],
        ],
    ),
    alone(
        "spi",
        &["fr.spi"],
        Checked,
        values::spi,
        [
            &["numéro fiscal", "n° fiscal", "SPI", "numéro fiscal de référence"],
            &["Frans fiscaal nummer"],
            &["französische Steuernummer"],
            &["French tax number", "tax number"],
        ],
    ),
    business(
        "siren",
        &["fr.siren"],
        values::siren,
        [&["SIREN", "n° SIREN", "numéro SIREN"], &["SIREN"], &["SIREN"], &["SIREN", "SIREN number"]],
    ),
    business(
        "siret",
        &["fr.siret"],
        values::siret,
        [&["SIRET", "n° SIRET", "numéro SIRET"], &["SIRET"], &["SIRET"], &["SIRET", "SIRET number"]],
    ),
    business(
        "vat.fr",
        &["eu.vat"],
        values::vat_fr,
        [
            &["TVA", "TVA intracommunautaire", "n° de TVA"],
            &["btw-nummer"],
            &["USt-IdNr."],
            &["VAT number", "VAT"],
        ],
    ),
    announced(
        "rib",
        &["fr.rib"],
        Checked,
        values::rib,
        [
            &["RIB", "relevé d'identité bancaire", "compte bancaire"],
            &["Franse rekening"],
            &["Konto", "französische Kontonummer"],
            &["bank account", "French bank account"],
        ],
    ),
    written("rib.in.parts", &["fr.rib"], Checked, values::rib_in_parts),
    announced(
        "cni",
        &["fr.cni", "be.eid_card", "de.personalausweis"],
        Formed,
        values::cni,
        [
            &["CNI", "carte nationale d'identité", "n° de CNI"],
            &["Franse identiteitskaart"],
            &["französischer Personalausweis"],
            &["French identity card"],
        ],
    ),
    announced(
        "licence.fr",
        &["fr.driving_licence", "ca.", "be."],
        Formed,
        values::licence_fr,
        [
            &["permis de conduire", "n° de permis", "permis de conduire n°"],
            &["rijbewijs"],
            &["Führerschein"],
            &["driving licence"],
        ],
    ),
    announced(
        "vitale",
        &["fr.carte_vitale"],
        Formed,
        values::vitale,
        [&["carte vitale", "n° de carte vitale"], &[], &[], &[]],
    ),
    announced(
        "pdl",
        &["fr.pdl"],
        Formed,
        values::pdl,
        [&["PDL", "PRM", "point de livraison", "n° PDL", "compteur Linky"], &[], &[], &["delivery point"]],
    ),
    alone(
        "plate.fr",
        &["fr.plate"],
        Checked,
        values::plate_fr,
        [
            &["plaque", "immatriculation", "plaque d'immatriculation", "véhicule immatriculé"],
            &["nummerplaat", "kenteken"],
            &["Kennzeichen"],
            &["licence plate", "number plate"],
        ],
    ),
    alone(
        "phone.fr",
        &["fr.phone"],
        Formed,
        values::phone_fr,
        [PHONE[0], &[], &[], &["phone", "French mobile"]],
    ),
    alone(
        "sin",
        &["ca.sin"],
        Checked,
        values::sin,
        [
            &["NAS", "numéro d'assurance sociale", "n° d'assurance sociale"],
            &[],
            &[],
            &["SIN", "social insurance number", "SIN number"],
        ],
    ),
    alone(
        "ramq",
        &["ca.qc.ramq"],
        Checked,
        values::ramq,
        [
            &["NAM", "numéro d'assurance maladie", "RAMQ", "carte d'assurance maladie", "carte soleil"],
            &[],
            &[],
            &["RAMQ number", "health insurance number", "RAMQ"],
        ],
    ),
    announced(
        "licence.qc",
        &["ca.qc.driving_licence"],
        Formed,
        values::licence_qc,
        [&["permis de conduire", "numéro de permis", "SAAQ"], &[], &[], &["driver's licence"]],
    ),
    alone(
        "phone.ca",
        &["ca.phone"],
        Formed,
        values::phone_ca,
        [&["tél.", "téléphone", "cellulaire", "cell."], &[], &[], PHONE[3]],
    ),
    business(
        "business.ca",
        &["ca.bn"],
        values::business_ca,
        [&["numéro d'entreprise", "NE"], &[], &[], &["business number", "BN"]],
    ),
    announced(
        "passport.ca",
        &["passport"],
        Formed,
        values::passport_ca,
        [&["passeport canadien", "passeport"], &[], &[], &["passport number", "Canadian passport"]],
    ),
    announced(
        "bank.ca",
        &["ca.bank_account"],
        Formed,
        values::bank_ca,
        [&["transit-institution-compte", "folio", "spécimen de chèque"], &[], &[], &["transit and account"]],
    ),
    announced(
        "bsn",
        &["nl.bsn"],
        Checked,
        values::bsn,
        [
            &["BSN"],
            &["BSN", "burgerservicenummer", "BSN-nummer"],
            &["BSN"],
            &["BSN", "citizen service number (BSN)"],
        ],
    ),
    alone("phone.nl.inland", &["nl.phone"], Formed, values::phone_nl_inland, [&[], PHONE[1], &[], &[]]),
    alone("phone.nl", &["nl.phone"], Formed, values::phone_nl, [&["tél."], PHONE[1], &[], PHONE[3]]),
    alone(
        "matricule",
        &["lu.matricule"],
        Checked,
        values::matricule,
        [
            &["matricule national", "matricule CNS", "matricule luxembourgeois"],
            &["Luxemburgs matricule"],
            &["Matrikelnummer", "nationale Matrikelnummer"],
            &["Luxembourg matricule"],
        ],
    ),
    alone(
        "phone.lu",
        &["lu.phone"],
        Formed,
        values::phone_lu,
        [&["tél.", "GSM"], &[], &["Tel.", "Handy"], &["phone"]],
    ),
    alone(
        "steuer",
        &["de.steuer_id"],
        Checked,
        values::steuer,
        [
            &["numéro fiscal allemand"],
            &["Duits fiscaal nummer"],
            &["Steuer-ID", "Steueridentifikationsnummer", "IdNr.", "Steuer-Identifikationsnummer"],
            &["German tax ID", "tax identification number"],
        ],
    ),
    announced(
        "personalausweis",
        &["de.personalausweis"],
        Formed,
        values::personalausweis,
        [
            &[],
            &[],
            &["Personalausweis", "Personalausweisnummer", "Ausweisnummer", "Ausweis-Nr."],
            &["German identity card"],
        ],
    ),
    alone(
        "rentenversicherung",
        &["de.rentenversicherung"],
        Checked,
        values::rentenversicherung,
        [
            &[],
            &[],
            &["Rentenversicherungsnummer", "Sozialversicherungsnummer", "SV-Nummer"],
            &["German pension insurance number"],
        ],
    ),
    announced("phone.de.inland", &["de.phone"], Formed, values::phone_de_inland, [&[], &[], PHONE[2], &[]]),
    alone("phone.de", &["de.phone"], Formed, values::phone_de, [&["tél."], &[], PHONE[2], PHONE[3]]),
    alone(
        "iban",
        &["iban"],
        Checked,
        values::iban,
        [
            &["IBAN", "compte", "numéro de compte", "compte bancaire", "n° de compte"],
            &["IBAN", "rekeningnummer", "rekening", "bankrekening"],
            &["IBAN", "Kontonummer", "Konto"],
            &["IBAN", "bank account", "account number"],
        ],
    ),
    business(
        "bic",
        &["bic"],
        values::bic,
        [&["BIC", "code BIC", "SWIFT"], &["BIC", "BIC-code"], &["BIC"], &["BIC", "SWIFT code"]],
    ),
    alone(
        "card",
        &["payment_card"],
        Checked,
        values::card,
        [
            &["carte", "numéro de carte", "carte bancaire", "n° de carte", "carte de crédit", "Visa"],
            &["kaartnummer", "kredietkaart", "bankkaart"],
            &["Kreditkarte", "Kartennummer"],
            &["credit card", "card number", "card"],
        ],
    ),
    announced(
        "card.long",
        &["payment_card"],
        Checked,
        values::card_long,
        [
            &["carte", "numéro de carte", "Bancontact"],
            &["kaartnummer", "bankkaart", "debetkaart"],
            &["Kartennummer", "Bankkarte"],
            &["debit card", "card number", "Maestro"],
        ],
    ),
    alone(
        "email",
        &["email"],
        Formed,
        values::email,
        [
            &["e-mail", "courriel", "adresse e-mail", "mail", "adresse électronique"],
            &["e-mail", "e-mailadres", "mailadres"],
            &["E-Mail", "E-Mail-Adresse"],
            &["email", "e-mail address", "mail"],
        ],
    ),
    alone(
        "email.spelled",
        &["email"],
        Formed,
        values::email_spelled,
        [&["e-mail", "courriel"], &["e-mail"], &["E-Mail"], &["email"]],
    ),
    alone(
        "ip",
        &["ip_address"],
        Formed,
        values::ip,
        [&["adresse IP", "IP"], &["IP-adres"], &["IP-Adresse"], &["IP address", "IP"]],
    ),
    alone(
        "ipv6",
        &["ip_address"],
        Formed,
        values::ipv6,
        [&["adresse IPv6"], &["IPv6-adres"], &["IPv6-Adresse"], &["IPv6 address"]],
    ),
    alone(
        "mac",
        &["mac_address"],
        Formed,
        values::mac,
        [&["adresse MAC"], &["MAC-adres"], &["MAC-Adresse"], &["MAC address"]],
    ),
    announced(
        "gps",
        &["geo_coordinates"],
        Formed,
        values::gps,
        [
            &["GPS", "coordonnées GPS", "coordonnées", "position GPS"],
            &["GPS-coördinaten", "locatie"],
            &["GPS-Koordinaten", "Standort"],
            &["GPS coordinates", "coordinates", "location"],
        ],
    ),
    announced(
        "date.of.birth",
        &["date_of_birth"],
        Formed,
        |random| values::date(random, "fr"),
        [&["date de naissance", "Date de naissance", "né le", "née le", "DDN"], &[], &[], &[]],
    ),
    announced(
        "date.of.birth.nl",
        &["date_of_birth"],
        Formed,
        |random| values::date(random, "nl"),
        [&[], &["geboortedatum", "geboren op", "Geboortedatum"], &[], &[]],
    ),
    announced(
        "date.of.birth.de",
        &["date_of_birth"],
        Formed,
        |random| values::date(random, "de"),
        [&[], &[], &["Geburtsdatum", "geboren am", "geb."], &[]],
    ),
    announced(
        "date.of.birth.en",
        &["date_of_birth"],
        Formed,
        |random| values::date(random, "en"),
        [&[], &[], &[], &["date of birth", "DOB", "born on", "birth date"]],
    ),
    announced(
        "address.fr.announced",
        &["postal_address"],
        Formed,
        people::address_be,
        [&["adresse", "domicile", "domicilié", "adresse postale"], &[], &[], &["address", "home address"]],
    ),
    announced(
        "address.nl.announced",
        &["postal_address"],
        Formed,
        people::address_nl,
        [&[], &["adres", "woonplaats", "domicilie"], &[], &[]],
    ),
    announced(
        "address.de.announced",
        &["postal_address"],
        Formed,
        people::address_de,
        [&[], &[], &["Anschrift", "Adresse", "wohnhaft"], &[]],
    ),
    alone(
        "token",
        &["credential."],
        Formed,
        secrets::token,
        [
            &["jeton", "clé API", "token"],
            &["token", "API-sleutel"],
            &["Token", "API-Schlüssel"],
            &["token", "API key", "secret"],
        ],
    ),
    announced(
        "password",
        &["credential."],
        Formed,
        secrets::password,
        [
            &["mot de passe", "mdp", "Mot de passe", "mot de passe wifi", "MDP"],
            &["wachtwoord", "paswoord", "Wachtwoord"],
            &["Passwort", "Kennwort"],
            &["password", "pwd", "Password", "passphrase"],
        ],
    ),
    // Only in texts.
    written("password.env", &["credential."], Formed, secrets::password_env),
    written("url.credential", &["credential."], Formed, secrets::url_credential),
    written("label.c", &["label.c"], Formed, secrets::label_c),
    written("mark.fr", &["label."], Formed, |random| secrets::mark(random, "fr")),
    written("mark.nl", &["label."], Formed, |random| secrets::mark(random, "nl")),
    written("mark.de", &["label."], Formed, |random| secrets::mark(random, "de")),
    written("mark.en", &["label."], Formed, |random| secrets::mark(random, "en")),
    Kind { low: true, ..written("tlp", &["label.tlp"], Formed, secrets::tlp) },
    written("iban.fr", &["iban"], Checked, values::iban_fr),
    written("iban.de", &["iban"], Checked, values::iban_de),
    written("address.be", &["postal_address"], Formed, people::address_be),
    written("address.nl", &["postal_address"], Formed, people::address_nl),
    written("address.nether", &["postal_address"], Formed, people::address_nether),
    written("address.de", &["postal_address"], Formed, people::address_de),
    written("address.eupen", &["postal_address"], Formed, people::address_eupen),
    written("address.fr", &["postal_address"], Formed, people::address_fr),
    written("address.qc", &["postal_address"], Formed, people::address_qc),
    written("address.en", &["postal_address"], Formed, people::address_en),
    written("dob", &["date_of_birth"], Formed, |random| values::dob(random, "fr")),
    written("dob.nl", &["date_of_birth"], Formed, |random| values::dob(random, "nl")),
    written("dob.de", &["date_of_birth"], Formed, |random| values::dob(random, "de")),
    written("date", &["date_of_birth"], Formed, |random| values::date(random, "fr")),
    written("date.de", &["date_of_birth"], Formed, |random| values::date(random, "de")),
    written("birthday.en", &["date_of_birth"], Formed, |random| values::date(random, "en")),
    written("date.iso", &["date_of_birth"], Formed, values::date_iso),
    written("person", &["person_name"], Names, |random| people::person(random, "fr")),
    written("person.upper", &["person_name"], Names, people::person_upper),
    written("person.listed", &["person_name"], Names, people::person_listed),
    written("person.de", &["person_name"], Names, |random| people::person(random, "de")),
    written("person.en", &["person_name"], Names, |random| people::person(random, "en")),
    written("person.titled", &["person_name"], Names, |random| {
        people::titled(random, &["M.", "Mme", "Monsieur", "Madame"], "fr")
    }),
    written("person.titled.nl", &["person_name"], Names, |random| {
        people::titled(random, &["dhr.", "mevrouw", "de heer", "mevr."], "fr")
    }),
    written("first", &["person_name"], Names, |random| people::given(random, "fr")),
    written("last", &["person_name"], Names, |random| people::family(random, "fr")),
    written("first.de", &["person_name"], Names, |random| people::given(random, "de")),
    written("last.de", &["person_name"], Names, |random| people::family(random, "de")),
    written("first.en", &["person_name"], Names, |random| people::given(random, "en")),
    written("last.en", &["person_name"], Names, |random| people::family(random, "en")),
    written("login", &["user_identifier"], Formed, values::login),
    written("matricule.agent", &["user_identifier"], Formed, |random| random.fill("[1]#####")),
];

/// The kind with this name.
pub fn by_name(name: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).unwrap_or_else(|| panic!("no slot is called {name}"))
}
