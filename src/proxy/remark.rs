//! Refusals that no rule of a charter made, in four languages. Knows no sockets.

use crate::charter::Message;
use crate::language::Language;

/// Why a request is refused whatever the charter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The names in `CONNECT`, TLS and the request differ.
    NamesDiffer,
    /// The request's body broke off, took too long, or is ambiguous.
    BrokenRequest,
    /// The audit cannot be written and the charter wants it.
    AuditFailed,
    /// There is no room on the disk to hold the request while it is judged.
    NoRoom,
    /// The method or protocol cannot be inspected.
    Unsupported,
}

impl Remark {
    /// As a message to the user.
    #[must_use]
    pub fn message(self, language: Language) -> Message {
        let [fr, nl, de, en] = self.texts();
        let text = match language {
            Language::Fr => fr,
            Language::Nl => nl,
            Language::De => de,
            Language::En => en,
        };
        Message {
            title: String::from("guard"),
            text: text.to_owned(),
            articles: Vec::new(),
            contact: None,
            language,
        }
    }

    const fn texts(self) -> [&'static str; 4] {
        match self {
            Self::NamesDiffer => [
                "La demande n'a pas été transmise : le nom demandé au proxy, celui de la connexion TLS et celui de la demande ne sont pas les mêmes.",
                "De vraag is niet doorgestuurd: de naam die aan de proxy werd gevraagd, die van de TLS-verbinding en die van de vraag zijn niet dezelfde.",
                "Die Anfrage wurde nicht weitergeleitet: Der beim Proxy verlangte Name, der der TLS-Verbindung und der der Anfrage sind nicht dieselben.",
                "The request was not passed on: the name asked of the proxy, that of the TLS connection and that of the request are not the same.",
            ],
            Self::BrokenRequest => [
                "La demande n'a pas été transmise : elle est incomplète ou ambiguë.",
                "De vraag is niet doorgestuurd: ze is onvolledig of dubbelzinnig.",
                "Die Anfrage wurde nicht weitergeleitet: Sie ist unvollständig oder mehrdeutig.",
                "The request was not passed on: it is incomplete or ambiguous.",
            ],
            Self::AuditFailed => [
                "La demande n'a pas été transmise : le journal d'audit ne peut pas être écrit. Prévenez votre service informatique.",
                "De vraag is niet doorgestuurd: het auditlogboek kan niet worden geschreven. Verwittig uw IT-dienst.",
                "Die Anfrage wurde nicht weitergeleitet: Das Prüfprotokoll kann nicht geschrieben werden. Melden Sie dies Ihrer IT-Abteilung.",
                "The request was not passed on: the audit cannot be written. Tell your IT department.",
            ],
            Self::NoRoom => [
                "La demande n'a pas été transmise : il n'y a plus de place sur le disque pour la contrôler. Prévenez votre service informatique.",
                "De vraag is niet doorgestuurd: er is op de schijf geen plaats meer om ze te controleren. Verwittig uw IT-dienst.",
                "Die Anfrage wurde nicht weitergeleitet: Auf der Festplatte ist kein Platz mehr, um sie zu prüfen. Melden Sie dies Ihrer IT-Abteilung.",
                "The request was not passed on: there is no room left on the disk to inspect it. Tell your IT department.",
            ],
            Self::Unsupported => [
                "La demande n'a pas été transmise : ce type de demande ne peut pas être contrôlé.",
                "De vraag is niet doorgestuurd: dit soort vraag kan niet worden gecontroleerd.",
                "Die Anfrage wurde nicht weitergeleitet: Diese Art von Anfrage kann nicht geprüft werden.",
                "The request was not passed on: this kind of request cannot be inspected.",
            ],
        }
    }
}
