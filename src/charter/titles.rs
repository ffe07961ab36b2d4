//! What was found, in words for users: titles by detector and class, places and ordinals, in four languages.
//! Knows no values.

use crate::finding::{Class, Finding};
use crate::language::Language;
use crate::place::Place;

/// French, Dutch, German, English.
pub type Four = [&'static str; 4];

/// What a finding is called, in the singular and without article.
pub fn title(finding: &Finding, language: Language) -> String {
    let id = finding.detector.as_str();
    let words = of_detector(id).unwrap_or_else(|| of_class(finding.class));
    let title = words[language as usize];
    match &finding.label {
        Some(label) if finding.class == Class::Classification => format!("{title} {}", label.level),
        _ => title.to_owned(),
    }
}

/// What a kind of thing that cannot be read is called.
pub fn uninspectable(kind: super::UninspectableKind, language: Language) -> &'static str {
    use super::UninspectableKind as Kind;
    let words: Four = match kind {
        Kind::Encrypted => [
            "fichier chiffré ou protégé par mot de passe",
            "versleuteld of met een wachtwoord beveiligd bestand",
            "verschlüsselte oder kennwortgeschützte Datei",
            "encrypted or password-protected file",
        ],
        Kind::Image => ["image", "afbeelding", "Bild", "picture"],
        Kind::Audio => ["son ou vidéo", "geluid of video", "Ton- oder Videodatei", "sound or video"],
        Kind::TooLarge => [
            "contenu trop volumineux pour être vérifié",
            "inhoud die te groot is om te controleren",
            "Inhalt, der zu groß für die Prüfung ist",
            "content too large to be checked",
        ],
        Kind::UnknownEncoding => [
            "contenu dans un encodage inconnu",
            "inhoud in een onbekende codering",
            "Inhalt in unbekannter Kodierung",
            "content in an unknown encoding",
        ],
        Kind::UnknownBinary => [
            "contenu binaire de forme inconnue",
            "binaire inhoud van onbekende vorm",
            "Binärinhalt unbekannter Form",
            "binary content of an unknown form",
        ],
        Kind::OutsideCa => [
            "envoi vers un stockage qui ne peut pas être vérifié",
            "upload naar een opslag die niet gecontroleerd kan worden",
            "Upload in einen Speicher, der nicht geprüft werden kann",
            "upload to a storage that cannot be checked",
        ],
    };
    words[language as usize]
}

/// Where something stands: `dans le 2e message, ligne 3`.
pub fn place(place: &Place, line: u32, language: Language) -> String {
    let mut words = place_alone(place, language);
    if line > 0 && *place != Place::Header {
        words.push_str(match language {
            Language::Fr => ", ligne ",
            Language::Nl => ", regel ",
            Language::De => ", Zeile ",
            Language::En => ", line ",
        });
        words.push_str(&line.to_string());
    }
    words
}

fn place_alone(place: &Place, language: Language) -> String {
    let at = language as usize;
    match place {
        Place::Message(number) => {
            let nth = ordinal(*number, language);
            match language {
                Language::Fr => format!("dans le {nth} message"),
                Language::Nl => format!("in het {nth} bericht"),
                Language::De => format!("in der {nth} Nachricht"),
                Language::En => format!("in the {nth} message"),
            }
        }
        Place::ToolCall(number) => {
            let nth = ordinal(*number, language);
            match language {
                Language::Fr => format!("dans l'appel d'outil du {nth} message"),
                Language::Nl => format!("in de toolaanroep van het {nth} bericht"),
                Language::De => format!("im Werkzeugaufruf der {nth} Nachricht"),
                Language::En => format!("in the tool call of the {nth} message"),
            }
        }
        Place::ToolResult(number) => {
            let nth = ordinal(*number, language);
            match language {
                Language::Fr => format!("dans le résultat d'outil du {nth} message"),
                Language::Nl => format!("in het toolresultaat van het {nth} bericht"),
                Language::De => format!("im Werkzeugergebnis der {nth} Nachricht"),
                Language::En => format!("in the tool result of the {nth} message"),
            }
        }
        Place::File(Some(name)) => match language {
            Language::Fr => format!("dans le fichier « {name} »"),
            Language::Nl => format!("in het bestand “{name}”"),
            Language::De => format!("in der Datei „{name}“"),
            Language::En => format!("in the file “{name}”"),
        },
        Place::FilePart(part) => match language {
            Language::Fr => format!("dans le fichier ({part})"),
            Language::Nl => format!("in het bestand ({part})"),
            Language::De => format!("in der Datei ({part})"),
            Language::En => format!("in the file ({part})"),
        },
        Place::Field(field) => match language {
            Language::Fr => format!("dans le champ « {field} »"),
            Language::Nl => format!("in het veld “{field}”"),
            Language::De => format!("im Feld „{field}“"),
            Language::En => format!("in the field “{field}”"),
        },
        Place::System => {
            ["dans les instructions", "in de instructies", "in den Anweisungen", "in the instructions"][at]
                .into()
        }
        Place::ToolDefinition => [
            "dans la définition d'un outil",
            "in de definitie van een tool",
            "in der Definition eines Werkzeugs",
            "in the definition of a tool",
        ][at]
            .into(),
        Place::File(None) => {
            ["dans un fichier joint", "in een bijlage", "in einer angehängten Datei", "in an attached file"]
                [at]
                .into()
        }
        Place::Query | Place::Path => {
            ["dans l'adresse (URL)", "in het adres (URL)", "in der Adresse (URL)", "in the address (URL)"][at]
                .into()
        }
        Place::Header => ["dans un en-tête", "in een header", "in einem Header", "in a header"][at].into(),
        Place::Frame => {
            ["dans votre message", "in uw bericht", "in Ihrer Nachricht", "in your message"][at].into()
        }
        Place::Answer => ["dans la réponse", "in het antwoord", "in der Antwort", "in the answer"][at].into(),
        Place::Body => {
            ["dans votre demande", "in uw aanvraag", "in Ihrer Anfrage", "in your request"][at].into()
        }
    }
}

/// `1er`, `2e`; `1e`, `2e`; `1.`, `2.`; `1st`, `2nd`, `11th`.
fn ordinal(number: u32, language: Language) -> String {
    match language {
        Language::Fr if number == 1 => "1er".into(),
        Language::Fr | Language::Nl => format!("{number}e"),
        Language::De => format!("{number}."),
        Language::En => {
            let ending = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        }
    }
}

/// The longest entry that the id is, or lies below.
pub fn of_detector(id: &str) -> Option<Four> {
    let mut key = id;
    loop {
        if let Some((_, words)) = TITLES.iter().find(|(known, _)| *known == key) {
            return Some(*words);
        }
        key = &key[..key.rfind('.')?];
    }
}

/// What a class of findings is called.
pub fn of_class(class: Class) -> Four {
    match class {
        Class::Personal => {
            ["donnée à caractère personnel", "persoonsgegeven", "personenbezogene Angabe", "personal data"]
        }
        Class::Credential => [
            "mot de passe ou clé d'accès",
            "wachtwoord of toegangssleutel",
            "Kennwort oder Zugangsschlüssel",
            "password or access key",
        ],
        Class::Classification => [
            "mention de classification",
            "rubriceringsmarkering",
            "Einstufungsvermerk",
            "classification marking",
        ],
        Class::Confidential => [
            "information confidentielle",
            "vertrouwelijke informatie",
            "vertrauliche Angabe",
            "confidential information",
        ],
        Class::Business => ["donnée d'entreprise", "bedrijfsgegeven", "Unternehmensangabe", "company data"],
    }
}

#[rustfmt::skip]
const TITLES: &[(&str, Four)] = &[
    ("be.niss", ["numéro national (NISS)", "rijksregisternummer (INSZ)", "Nationalregisternummer", "national register number"]),
    ("be.bis", ["numéro bis (NISS)", "bisnummer (INSZ)", "BIS-Nummer", "BIS number"]),
    ("be.eid_card", ["numéro de carte d'identité", "identiteitskaartnummer", "Personalausweisnummer", "identity card number"]),
    ("be.enterprise", ["numéro d'entreprise", "ondernemingsnummer", "Unternehmensnummer", "company number"]),
    ("be.ean_gsrn", ["code EAN (compteur)", "EAN-code (meter)", "EAN-Code (Zähler)", "EAN meter code"]),
    ("be.plate", ["plaque d'immatriculation", "nummerplaat", "Kfz-Kennzeichen", "number plate"]),
    ("be.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("fr.nir", ["numéro de sécurité sociale (NIR)", "Frans socialezekerheidsnummer (NIR)", "französische Sozialversicherungsnummer (NIR)", "French social security number (NIR)"]),
    ("fr.spi", ["numéro fiscal (SPI)", "Frans fiscaal nummer (SPI)", "französische Steuernummer (SPI)", "French tax number (SPI)"]),
    ("fr.siret", ["numéro SIRET", "SIRET-nummer", "SIRET-Nummer", "SIRET number"]),
    ("fr.siren", ["numéro SIREN", "SIREN-nummer", "SIREN-Nummer", "SIREN number"]),
    ("fr.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("ca.sin", ["numéro d'assurance sociale (NAS)", "Canadees socialezekerheidsnummer (SIN)", "kanadische Sozialversicherungsnummer (SIN)", "social insurance number (SIN)"]),
    ("ca.qc.ramq", ["numéro d'assurance maladie (RAMQ)", "ziekteverzekeringsnummer van Québec (RAMQ)", "Krankenversicherungsnummer von Québec (RAMQ)", "Québec health insurance number (RAMQ)"]),
    ("nl.bsn", ["numéro de citoyen néerlandais (BSN)", "burgerservicenummer (BSN)", "niederländische Bürgernummer (BSN)", "Dutch citizen number (BSN)"]),
    ("lu.matricule", ["matricule luxembourgeois", "Luxemburgs identificatienummer", "luxemburgische Matrikel", "Luxembourg identification number"]),
    ("de.steuer_id", ["numéro fiscal allemand", "Duits fiscaal nummer", "Steuer-Identifikationsnummer", "German tax number"]),
    ("eu.vat", ["numéro de TVA", "btw-nummer", "Umsatzsteuernummer", "VAT number"]),
    ("iban", ["numéro de compte (IBAN)", "rekeningnummer (IBAN)", "Kontonummer (IBAN)", "account number (IBAN)"]),
    ("bic", ["code BIC", "BIC-code", "BIC", "BIC code"]),
    ("payment_card", ["numéro de carte de paiement", "betaalkaartnummer", "Zahlungskartennummer", "payment card number"]),
    ("email.provincedeliege", ["adresse e-mail @provincedeliege.be", "e-mailadres @provincedeliege.be", "E-Mail-Adresse @provincedeliege.be", "e-mail address @provincedeliege.be"]),
    ("email", ["adresse e-mail", "e-mailadres", "E-Mail-Adresse", "e-mail address"]),
    ("phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("ip_address", ["adresse IP", "IP-adres", "IP-Adresse", "IP address"]),
    ("mac_address", ["adresse MAC", "MAC-adres", "MAC-Adresse", "MAC address"]),
    ("date_of_birth", ["date de naissance", "geboortedatum", "Geburtsdatum", "date of birth"]),
    ("postal_address", ["adresse postale", "postadres", "Postanschrift", "postal address"]),
    ("person_name", ["nom de personne", "persoonsnaam", "Personenname", "name of a person"]),
    ("passport", ["numéro de passeport", "paspoortnummer", "Reisepassnummer", "passport number"]),
    ("geo_coordinates", ["coordonnées géographiques", "geografische coördinaten", "geografische Koordinaten", "geographic coordinates"]),
    ("user_identifier", ["identifiant d'utilisateur", "gebruikersnaam", "Benutzerkennung", "user identifier"]),
    ("label.c1", ["document classé", "document geclassificeerd als", "Dokument der Einstufung", "document classified"]),
    ("label.c2", ["document classé", "document geclassificeerd als", "Dokument der Einstufung", "document classified"]),
    ("label.c3", ["document classé", "document geclassificeerd als", "Dokument der Einstufung", "document classified"]),
    ("label.c4", ["document classé", "document geclassificeerd als", "Dokument der Einstufung", "document classified"]),
    ("label.tlp", ["document marqué TLP", "document met markering TLP", "Dokument mit Vermerk TLP", "document marked TLP"]),
    ("label", ["document marqué", "document met markering", "Dokument mit Vermerk", "document marked"]),
    ("credential.password", ["mot de passe", "wachtwoord", "Kennwort", "password"]),
    ("credential.private_key", ["clé privée", "privésleutel", "privater Schlüssel", "private key"]),
    ("credential.jwt", ["jeton d'accès (JWT)", "toegangstoken (JWT)", "Zugangstoken (JWT)", "access token (JWT)"]),
    ("credential.connection_string", ["chaîne de connexion avec mot de passe", "verbindingsreeks met wachtwoord", "Verbindungszeichenfolge mit Kennwort", "connection string with password"]),
    ("credential.url_userinfo", ["mot de passe dans une adresse", "wachtwoord in een adres", "Kennwort in einer Adresse", "password in an address"]),
    ("credential.high_entropy", ["clé ou jeton d'accès", "sleutel of toegangstoken", "Schlüssel oder Zugangstoken", "key or access token"]),
    ("credential", ["clé ou jeton d'accès", "sleutel of toegangstoken", "Schlüssel oder Zugangstoken", "key or access token"]),
    ("own", ["terme de l'organisation", "term van de organisatie", "Begriff der Organisation", "term of the organisation"]),
    ("be.driving_licence", ["numéro de permis de conduire", "rijbewijsnummer", "Führerscheinnummer", "driving licence number"]),
    ("be.establishment", ["numéro d'établissement", "vestigingsnummer", "Niederlassungsnummer", "establishment number"]),
    ("be.inami", ["numéro INAMI", "RIZIV-nummer", "LIKIV-Nummer", "INAMI/RIZIV number"]),
    ("be.ogm", ["communication structurée", "gestructureerde mededeling", "strukturierte Mitteilung", "structured payment reference"]),
    ("ca.bank_account", ["numéro de compte bancaire", "bankrekeningnummer", "Bankkontonummer", "bank account number"]),
    ("ca.bn", ["numéro d'entreprise", "ondernemingsnummer", "Unternehmensnummer", "business number"]),
    ("ca.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("ca.qc.driving_licence", ["numéro de permis de conduire", "rijbewijsnummer", "Führerscheinnummer", "driving licence number"]),
    ("de.personalausweis", ["numéro de carte d'identité allemande", "Duits identiteitskaartnummer", "Personalausweisnummer", "German identity card number"]),
    ("de.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("de.rentenversicherung", ["numéro d'assurance pension allemande", "Duits pensioenverzekeringsnummer", "Rentenversicherungsnummer", "German pension insurance number"]),
    ("de.steuernummer", ["numéro de dossier fiscal allemand", "Duits belastingnummer", "Steuernummer", "German tax file number"]),
    ("de.krankenversicherung", ["numéro d'assuré allemand", "Duits verzekerdennummer", "Krankenversichertennummer", "German health insurance number"]),
    ("de.fuehrerschein", ["numéro de permis de conduire", "rijbewijsnummer", "Führerscheinnummer", "driving licence number"]),
    ("de.plate", ["plaque d'immatriculation", "nummerplaat", "Kfz-Kennzeichen", "number plate"]),
    ("fr.carte_vitale", ["numéro de carte Vitale", "Carte Vitale-nummer", "Carte-Vitale-Nummer", "Carte Vitale number"]),
    ("fr.cni", ["numéro de carte d'identité française", "Frans identiteitskaartnummer", "französische Personalausweisnummer", "French identity card number"]),
    ("fr.driving_licence", ["numéro de permis de conduire", "rijbewijsnummer", "Führerscheinnummer", "driving licence number"]),
    ("fr.pdl", ["numéro de point de livraison (PDL)", "nummer van het leveringspunt (PDL)", "Nummer der Lieferstelle (PDL)", "delivery point number (PDL)"]),
    ("fr.plate", ["plaque d'immatriculation", "nummerplaat", "Kfz-Kennzeichen", "number plate"]),
    ("fr.rib", ["relevé d'identité bancaire (RIB)", "bankrekeninggegevens (RIB)", "Bankverbindung (RIB)", "bank details (RIB)"]),
    ("lu.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
    ("mrz", ["zone lisible d'un document d'identité", "leesbare zone van een identiteitsdocument", "maschinenlesbare Zone eines Ausweises", "machine-readable zone of an identity document"]),
    ("nl.phone", ["numéro de téléphone", "telefoonnummer", "Telefonnummer", "phone number"]),
];

#[cfg(test)]
mod tests {
    use super::{of_detector, ordinal, place};
    use crate::language::Language;
    use crate::place::Place;

    #[test]
    fn ordinals_are_right_in_each_language() {
        let cases = [
            (1, ["1er", "1e", "1.", "1st"]),
            (2, ["2e", "2e", "2.", "2nd"]),
            (3, ["3e", "3e", "3.", "3rd"]),
            (4, ["4e", "4e", "4.", "4th"]),
            (11, ["11e", "11e", "11.", "11th"]),
            (12, ["12e", "12e", "12.", "12th"]),
            (13, ["13e", "13e", "13.", "13th"]),
            (21, ["21e", "21e", "21.", "21st"]),
            (22, ["22e", "22e", "22.", "22nd"]),
            (101, ["101e", "101e", "101.", "101st"]),
            (111, ["111e", "111e", "111.", "111th"]),
        ];
        for (number, wanted) in cases {
            assert_eq!(Language::ALL.map(|language| ordinal(number, language)), wanted);
        }
    }

    #[test]
    fn places_read_as_a_user_would_say_them() {
        let wanted = [
            "dans le 2e message, ligne 3",
            "in het 2e bericht, regel 3",
            "in der 2. Nachricht, Zeile 3",
            "in the 2nd message, line 3",
        ];
        assert_eq!(Language::ALL.map(|language| place(&Place::Message(2), 3, language)), wanted);
        assert_eq!(place(&Place::Body, 0, Language::Fr), "dans votre demande");
    }

    #[test]
    fn a_detector_without_a_title_takes_its_family() {
        assert_eq!(of_detector("credential.github").unwrap()[3], "key or access token");
        assert_eq!(of_detector("ca.qc.ramq").unwrap()[3], "Québec health insurance number (RAMQ)");
        assert!(of_detector("xx.unheard_of").is_none());
    }
}
