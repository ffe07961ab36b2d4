//! The words of the report in four languages, and the general warning of Liège's article 22 as a ready text.

use crate::language::Language;

/// A phrase in French, Dutch, German and English.
type Phrase = [&'static str; 4];

/// The phrase in a language.
pub(super) const fn say(phrase: &Phrase, language: Language) -> &'static str {
    phrase[language as usize]
}

pub(super) const TITLE: Phrase = [
    "Usage des outils d’IA : rapport d’audit",
    "Gebruik van AI-tools: auditrapport",
    "Nutzung von KI-Werkzeugen: Prüfbericht",
    "Use of AI tools: audit report",
];
pub(super) const PERIOD: Phrase = ["Période", "Periode", "Zeitraum", "Period"];
pub(super) const ANONYMOUS: Phrase = [
    "Ce rapport ne nomme personne et ne contient rien de ce qui a été saisi.",
    "Dit rapport noemt niemand en bevat niets van wat werd ingevoerd.",
    "Dieser Bericht nennt niemanden und enthält nichts von dem, was eingegeben wurde.",
    "This report names nobody and holds nothing of what was typed.",
];
pub(super) const REQUESTS: Phrase = ["Requêtes", "Verzoeken", "Anfragen", "Requests"];
pub(super) const ACTED: Phrase = [
    "Dont concernées par un article",
    "Waarvan onder een artikel vallend",
    "Davon von einem Artikel betroffen",
    "Of which an article applied to",
];
pub(super) const OBSERVED: Phrase = [
    "Dont passées parce que la charte ne fait qu’observer",
    "Waarvan doorgelaten omdat het charter enkel observeert",
    "Davon durchgelassen, weil die Charta nur beobachtet",
    "Of which passed because the charter only observes",
];
pub(super) const SHARE: Phrase = ["Part", "Aandeel", "Anteil", "Share"];
pub(super) const PLACES: Phrase = ["Endroits", "Plaatsen", "Stellen", "Places"];
pub(super) const BY_ACTION: Phrase = ["Par décision", "Per beslissing", "Nach Entscheidung", "By action"];
pub(super) const BY_ARTICLE: Phrase = ["Par article", "Per artikel", "Nach Artikel", "By article"];
pub(super) const BY_TOOL: Phrase = ["Par outil", "Per tool", "Nach Werkzeug", "By tool"];
pub(super) const BY_CLASS: Phrase = ["Par classe", "Per klasse", "Nach Klasse", "By class"];
pub(super) const BY_DETECTOR: Phrase = ["Par détecteur", "Per detector", "Nach Detektor", "By detector"];
pub(super) const TREND: Phrase =
    ["Évolution par jour (UTC)", "Verloop per dag (UTC)", "Verlauf pro Tag (UTC)", "Trend by day (UTC)"];
pub(super) const NOT_INSPECTED: Phrase = [
    "Non inspecté, par hôte",
    "Niet geïnspecteerd, per host",
    "Nicht geprüft, nach Host",
    "Not inspected, by host",
];
pub(super) const BYTES: Phrase = ["Octets", "Bytes", "Bytes", "Bytes"];
pub(super) const ATTEMPTS: Phrase = [
    "Tentatives de contournement refusées",
    "Geweigerde pogingen tot omzeiling",
    "Abgewiesene Umgehungsversuche",
    "Attempts to get round the guard, refused",
];
pub(super) const RECURRENCE: Phrase = [
    "Récidive, par pseudonyme",
    "Herhaling, per pseudoniem",
    "Wiederholung, nach Pseudonym",
    "Recurrence, by pseudonym",
];
pub(super) const RECURRENCE_NOTE: Phrase = [
    "Un pseudonyme ne vaut que pour une période ; seul le délégué à la protection des données peut le lever, avec sa clé et un motif, et cet acte est lui-même inscrit.",
    "Een pseudoniem geldt slechts voor één periode; alleen de functionaris voor gegevensbescherming kan het met zijn sleutel en een reden opheffen, en die handeling wordt zelf vastgelegd.",
    "Ein Pseudonym gilt nur für einen Zeitraum; nur die oder der Datenschutzbeauftragte kann es mit Schlüssel und Begründung auflösen, und auch das wird festgehalten.",
    "A pseudonym is good for one period only; only the data protection officer can lift it, with a key and a reason, and that act is itself recorded.",
];
pub(super) const DAYS: Phrase = ["Jours", "Dagen", "Tage", "Days"];
pub(super) const ARTICLES: Phrase = ["Articles", "Artikelen", "Artikel", "Articles"];
pub(super) const VALUES: Phrase = [
    "Valeurs distinctes / revues plusieurs fois",
    "Verschillende waarden / meermaals gezien",
    "Verschiedene Werte / mehrfach gesehen",
    "Distinct values / seen more than once",
];
pub(super) const ACTS: Phrase =
    ["Actes sur le journal", "Handelingen op het logboek", "Vorgänge am Protokoll", "Acts upon the audit"];
pub(super) const LOST: Phrase =
    ["Événements perdus", "Verloren gebeurtenissen", "Verlorene Ereignisse", "Events lost"];
pub(super) const RESTRICTED: Phrase = [
    "Événements écartés (traitement limité)",
    "Weggelaten gebeurtenissen (beperkte verwerking)",
    "Ausgelassene Ereignisse (eingeschränkte Verarbeitung)",
    "Events left out (processing restricted)",
];
pub(super) const NONE: Phrase = ["Aucun", "Geen", "Keine", "None"];
pub(super) const WARNING: Phrase =
    ["Avertissement général", "Algemene waarschuwing", "Allgemeiner Hinweis", "General warning"];
pub(super) const INCIDENTS: Phrase = [
    "Registre des incidents de confidentialité",
    "Register van vertrouwelijkheidsincidenten",
    "Verzeichnis der Vertraulichkeitsvorfälle",
    "Register of confidentiality incidents",
];
pub(super) const INCIDENTS_NOTE: Phrase = [
    "Renseignements protégés sortis alors qu’un article s’y oppose. Les colonnes vides relèvent d’une personne : risque de préjudice sérieux, avis à la Commission et aux personnes, mesures prises.",
    "Beschermde gegevens die naar buiten gingen hoewel een artikel zich daartegen verzet. De lege kolommen vult een persoon in: risico op ernstige schade, meldingen, maatregelen.",
    "Geschützte Angaben, die trotz eines entgegenstehenden Artikels hinausgingen. Die leeren Spalten füllt ein Mensch aus: Gefahr eines ernsten Schadens, Meldungen, Maßnahmen.",
    "Protected information that went out although an article speaks against it. The empty columns are for a person to fill in: risk of serious injury, notices given, measures taken.",
];
pub(super) const EVENT: Phrase = ["N°", "Nr.", "Nr.", "No."];
pub(super) const WHEN: Phrase = ["Date", "Datum", "Datum", "Date"];
pub(super) const TOOL: Phrase = ["Destinataire", "Ontvanger", "Empfänger", "Recipient"];
pub(super) const INFORMATION: Phrase = ["Renseignements", "Gegevens", "Angaben", "Information"];
pub(super) const PERSONS: Phrase =
    ["Personnes (au moins)", "Personen (minstens)", "Personen (mindestens)", "Persons (at least)"];
pub(super) const RISK: Phrase = ["Risque sérieux", "Ernstig risico", "Ernstes Risiko", "Serious risk"];
pub(super) const NOTICES: Phrase = ["Avis", "Meldingen", "Meldungen", "Notices"];
pub(super) const MEASURES: Phrase = ["Mesures", "Maatregelen", "Maßnahmen", "Measures"];
pub(super) const MORE: Phrase = ["de plus", "meer", "weitere", "more"];

const ACTIONS: [(&str, Phrase); 6] = [
    ("allow", ["passée", "doorgelaten", "durchgelassen", "allowed"]),
    ("observe", ["observée", "geobserveerd", "beobachtet", "observed"]),
    ("warn", ["avertie", "gewaarschuwd", "gewarnt", "warned"]),
    ("redact", ["caviardée", "weggelakt", "geschwärzt", "redacted"]),
    ("confirm", ["retenue", "tegengehouden", "zurückgehalten", "held back"]),
    ("block", ["bloquée", "geblokkeerd", "blockiert", "blocked"]),
];

const CLASSES: [(&str, Phrase); 5] = [
    ("personal", ["données personnelles", "persoonsgegevens", "personenbezogene Daten", "personal data"]),
    ("credential", ["identifiants et secrets", "inloggegevens", "Zugangsdaten", "credentials"]),
    ("classification", ["classification", "classificatie", "Einstufung", "classification"]),
    (
        "confidential",
        ["informations confidentielles", "vertrouwelijke informatie", "vertrauliche Angaben", "confidential"],
    ),
    ("business", ["données d’entreprise", "bedrijfsgegevens", "Unternehmensdaten", "business data"]),
];

const ACTS_DONE: [(&str, Phrase); 14] = [
    ("answers", ["réponses relevées", "opgemerkte antwoorden", "vermerkte Antworten", "answers noted"]),
    ("confirmed", ["justifications", "rechtvaardigingen", "Begründungen", "justifications"]),
    ("acknowledged", ["prises de connaissance", "kennisnames", "Kenntnisnahmen", "acknowledgements"]),
    ("started", ["démarrages", "starts", "Starts", "starts"]),
    ("stopped", ["arrêts", "stops", "Stopps", "stops"]),
    ("charter_loaded", ["chartes chargées", "geladen charters", "geladene Chartas", "charters loaded"]),
    (
        "charter_refused",
        ["chartes refusées", "geweigerde charters", "abgelehnte Chartas", "charters refused"],
    ),
    (
        "failed",
        ["inspections en échec", "mislukte inspecties", "fehlgeschlagene Prüfungen", "inspections failed"],
    ),
    ("alert", ["seuils atteints", "bereikte drempels", "erreichte Schwellen", "thresholds reached"]),
    ("unsealed", ["levées de pseudonyme", "opgeheven pseudoniemen", "aufgelöste Pseudonyme", "unsealings"]),
    (
        "disclosed",
        ["communications à la personne", "mededelingen aan de betrokkene", "Auskünfte", "disclosures"],
    ),
    ("erased", ["effacements", "wissingen", "Löschungen auf Antrag", "erasures"]),
    (
        "expired",
        ["fins de conservation", "verstreken bewaartermijnen", "Löschungen nach Frist", "retention runs"],
    ),
    ("note", ["notes", "notities", "Vermerke", "notes"]),
];

/// The word for an action, class or act; the key itself where there is none (articles, tools, detectors).
pub(super) fn word(key: &str, language: Language) -> &str {
    let tables = ACTIONS.iter().chain(&CLASSES).chain(&ACTS_DONE);
    tables.into_iter().find(|(name, _)| *name == key).map_or(key, |(_, phrase)| say(phrase, language))
}

/// The general warning of article 22, ready to be published: counts per article, nobody named.
pub(super) fn warning(from: &str, to: &str, acted: &str, articles: &str, language: Language) -> String {
    match language {
        Language::Fr => format!(
            "À l’attention de l’ensemble des utilisateurs. Entre le {from} et le {to}, {acted} requête(s) adressée(s) à des outils d’intelligence artificielle étaient contraires à la charte ({articles}). Aucun contenu n’a été conservé et personne n’a été identifié. Nous rappelons qu’aucune donnée personnelle ni aucune information sensible ou confidentielle ne peut être saisie dans un outil d’intelligence artificielle. En cas de récidive, les services compétents identifieront l’utilisateur présumé à l’origine de ce manquement et en avertiront le Directeur général."
        ),
        Language::Nl => format!(
            "Ter attentie van alle gebruikers. Tussen {from} en {to} waren {acted} verzoek(en) aan AI-tools in strijd met het charter ({articles}). Er werd geen inhoud bewaard en niemand werd geïdentificeerd. Wij herinneren eraan dat geen persoonsgegevens en geen gevoelige of vertrouwelijke informatie in een AI-tool mogen worden ingevoerd. Bij herhaling zullen de bevoegde diensten de vermoedelijke gebruiker identificeren en de directeur-generaal op de hoogte brengen."
        ),
        Language::De => format!(
            "An alle Nutzerinnen und Nutzer. Zwischen dem {from} und dem {to} verstießen {acted} Anfrage(n) an KI-Werkzeuge gegen die Charta ({articles}). Es wurde kein Inhalt aufbewahrt und niemand identifiziert. Wir erinnern daran, dass weder personenbezogene Daten noch sensible oder vertrauliche Informationen in ein KI-Werkzeug eingegeben werden dürfen. Im Wiederholungsfall werden die zuständigen Dienste die mutmaßlich verantwortliche Person ermitteln und die Generaldirektion unterrichten."
        ),
        Language::En => format!(
            "To all users. Between {from} and {to}, {acted} request(s) to artificial intelligence tools were contrary to the charter ({articles}). No content was kept and nobody was identified. Please remember that no personal data and no sensitive or confidential information may be entered into an artificial intelligence tool. If this recurs, the competent services will identify the presumed user and inform the Director General."
        ),
    }
}

/// A number with the language's separator of thousands.
pub(super) fn number(value: u64, language: Language) -> String {
    let separator = match language {
        Language::Fr => '\u{202f}',
        Language::Nl | Language::De => '.',
        Language::En => ',',
    };
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in percent, with the language's decimal sign.
pub(super) fn percent(share: f64, language: Language) -> String {
    let text = format!("{:.1}", share * 100.0);
    match language {
        Language::Fr => format!("{}\u{a0}%", text.replace('.', ",")),
        Language::Nl => format!("{}%", text.replace('.', ",")),
        Language::De => format!("{}\u{a0}%", text.replace('.', ",")),
        Language::En => format!("{text}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, percent, word};
    use crate::language::Language;

    #[test]
    fn numbers_read_as_in_the_language() {
        assert_eq!(number(1_234_567, Language::En), "1,234,567");
        assert_eq!(number(999, Language::Fr), "999");
        assert_eq!(number(1_000, Language::De), "1.000");
        assert_eq!(percent(0.125, Language::Nl), "12,5%");
        assert_eq!(word("block", Language::Nl), "geblokkeerd");
        assert_eq!(word("CIA-8 b", Language::Fr), "CIA-8 b");
    }
}
