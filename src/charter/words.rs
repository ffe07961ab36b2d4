//! The words of the table that `explain` prints, in four languages. Knows no charter.

use crate::language::Language;

/// A word or phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Column: article.
    Article,
    /// Column: what it demands.
    Demand,
    /// Column: when.
    Condition,
    /// Column: confidence from which a rule acts.
    From,
    /// Column: action.
    Action,
    /// Column: whom to ask.
    Contact,
    /// Charter.
    Charter,
    /// Version.
    Version,
    /// In force since.
    InForce,
    /// Mode.
    Mode,
    /// Audit.
    Audit,
    /// Days.
    Days,
    /// A user who has not acknowledged the charter.
    Unacknowledged,
    /// Never inspected.
    Never,
    /// Kind of tool.
    Kind,
    /// Tool.
    Tool,
    /// Until.
    Until,
    /// All tools.
    AllTools,
    /// All other tools.
    OtherTools,
    /// In answers.
    Answers,
    /// At least.
    AtLeast,
    /// Distinct values.
    Values,
    /// New in this turn.
    New,
    /// From earlier turns.
    Old,
    /// Anything.
    Anything,
    /// Document marked.
    Marked,
    /// Severity from.
    Severity,
    /// For these people.
    For,
}

/// The word in a language.
pub const fn word(key: Key, language: Language) -> &'static str {
    let words = match key {
        Key::Article => ["Article", "Artikel", "Artikel", "Article"],
        Key::Demand => ["Exigence", "Vereiste", "Forderung", "Demand"],
        Key::Condition => ["Condition", "Voorwaarde", "Bedingung", "Condition"],
        Key::From => ["dès la confiance", "vanaf betrouwbaarheid", "ab Sicherheit", "from confidence"],
        Key::Action => ["Action", "Actie", "Aktion", "Action"],
        Key::Contact => ["Contact", "Contact", "Kontakt", "Contact"],
        Key::Charter => ["Charte", "Charter", "Charta", "Charter"],
        Key::Version => ["Version", "Versie", "Fassung", "Version"],
        Key::InForce => ["En vigueur depuis", "Van kracht sinds", "In Kraft seit", "In force since"],
        Key::Mode => ["Mode", "Modus", "Modus", "Mode"],
        Key::Audit => ["Audit", "Audit", "Audit", "Audit"],
        Key::Days => ["jours", "dagen", "Tage", "days"],
        Key::Unacknowledged => [
            "première demande d'un utilisateur qui n'a pas donné son accord",
            "eerste aanvraag van een gebruiker die niet akkoord is gegaan",
            "erste Anfrage eines Benutzers, der nicht zugestimmt hat",
            "first request of a user who has not agreed",
        ],
        Key::Never => ["jamais inspecté :", "nooit geïnspecteerd:", "nie geprüft:", "never inspected:"],
        Key::Kind => ["type", "soort", "Art", "kind"],
        Key::Tool => ["outil", "tool", "Werkzeug", "tool"],
        Key::Until => ["jusqu'au", "tot en met", "bis einschließlich", "up to and including"],
        Key::AllTools => ["tous les outils", "alle tools", "alle Werkzeuge", "all tools"],
        Key::OtherTools => {
            ["tous les autres outils", "alle andere tools", "alle anderen Werkzeuge", "all other tools"]
        }
        Key::Answers => ["dans les réponses", "in antwoorden", "in Antworten", "in answers"],
        Key::AtLeast => ["au moins", "minstens", "mindestens", "at least"],
        Key::Values => [
            "valeurs nouvelles différentes",
            "verschillende nieuwe waarden",
            "verschiedene neue Werte",
            "distinct new values",
        ],
        Key::New => {
            ["nouveau dans ce tour", "nieuw in deze beurt", "neu in dieser Runde", "new in this turn"]
        }
        Key::Old => {
            ["des tours précédents", "uit eerdere beurten", "aus früheren Runden", "from earlier turns"]
        }
        Key::Anything => ["tout", "alles", "alles", "anything"],
        Key::Marked => {
            ["document marqué", "document gemarkeerd als", "Dokument mit Vermerk", "document marked"]
        }
        Key::Severity => ["de gravité au moins", "van ernst minstens", "ab Schwere", "of severity at least"],
        Key::For => ["pour", "voor", "für", "for"],
    };
    words[language as usize]
}
