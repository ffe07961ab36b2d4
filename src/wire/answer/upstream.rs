//! What a client is told when the service itself cannot be reached: that the service is the culprit, in its own
//! error shape. Knows no sockets.

use super::{Answer, Asked, ErrorShape, Fault, finish};
use crate::language::Language;
use http::{HeaderValue, StatusCode};

/// What the upstream did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamFault {
    /// Its name has no address.
    Unresolved,
    /// It takes no connection.
    Unreachable,
    /// It did not answer in time.
    TimedOut,
    /// Its certificate is not valid.
    Certificate,
    /// It cut the connection.
    Reset,
    /// Its answer is no valid HTTP.
    Invalid,
    /// It challenges the client as a robot (`cf-mitigated: challenge`).
    Challenge,
}

impl UpstreamFault {
    /// For programs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unresolved => "upstream_unresolved",
            Self::Unreachable => "upstream_unreachable",
            Self::TimedOut => "upstream_timeout",
            Self::Certificate => "upstream_certificate",
            Self::Reset => "upstream_reset",
            Self::Invalid => "upstream_invalid",
            Self::Challenge => "upstream_challenge",
        }
    }

    /// Whether trying again may help.
    const fn passes(self) -> bool {
        !matches!(self, Self::Certificate | Self::Challenge)
    }

    /// One plain paragraph for the user.
    #[must_use]
    pub fn text(self, host: &str, language: Language) -> String {
        let cause = self.cause(language);
        match language {
            Language::Fr => format!("Le service {host} est en cause, pas guard ni votre demande : {cause}."),
            Language::Nl => format!("De oorzaak ligt bij {host}, niet bij guard of uw vraag: {cause}."),
            Language::De => {
                format!("Die Ursache liegt bei {host}, nicht bei guard oder Ihrer Anfrage: {cause}.")
            }
            Language::En => format!("The cause is {host}, not guard and not your request: {cause}."),
        }
    }

    /// What happened, in words.
    const fn cause(self, language: Language) -> &'static str {
        let [fr, nl, de, en] = match self {
            Self::Unresolved => [
                "son nom n'a pas d'adresse (DNS)",
                "de naam heeft geen adres (DNS)",
                "der Name hat keine Adresse (DNS)",
                "its name has no address (DNS)",
            ],
            Self::Unreachable => [
                "il n'accepte pas la connexion",
                "de dienst aanvaardt geen verbinding",
                "der Dienst nimmt keine Verbindung an",
                "it accepts no connection",
            ],
            Self::TimedOut => [
                "il n'a pas répondu à temps",
                "de dienst antwoordde niet op tijd",
                "der Dienst hat nicht rechtzeitig geantwortet",
                "it did not answer in time",
            ],
            Self::Certificate => [
                "son certificat n'est pas valable, rien n'a été envoyé",
                "het certificaat is niet geldig, er is niets verzonden",
                "sein Zertifikat ist nicht gültig, nichts wurde gesendet",
                "its certificate is not valid, nothing was sent",
            ],
            Self::Reset => [
                "il a coupé la connexion",
                "de dienst verbrak de verbinding",
                "der Dienst hat die Verbindung getrennt",
                "it cut the connection",
            ],
            Self::Invalid => [
                "sa réponse n'est pas lisible (HTTP)",
                "het antwoord is niet leesbaar (HTTP)",
                "die Antwort ist nicht lesbar (HTTP)",
                "its answer cannot be read (HTTP)",
            ],
            Self::Challenge => [
                "il demande une vérification anti-robot",
                "de dienst vraagt een robotcontrole",
                "der Dienst verlangt eine Robot-Prüfung",
                "it asks for a robot check",
            ],
        };
        match language {
            Language::Fr => fr,
            Language::Nl => nl,
            Language::De => de,
            Language::En => en,
        }
    }
}

/// Status 502 in the service's own error shape. Clients try again as they would without guard, except where
/// that cannot help.
#[must_use]
pub fn upstream_error(asked: &Asked<'_>, fault: UpstreamFault, language: Language, id: &str) -> Answer {
    let text = fault.text(asked.host, language);
    let worded = Fault { text: &text, id, status: StatusCode::BAD_GATEWAY, code: fault.code() };
    let mut answer = ErrorShape::of(asked).answer(&worded);
    if !fault.passes() {
        answer.headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    finish(&mut answer, asked, id);
    answer.headers.insert(super::REQUEST, super::value(id));
    answer.headers.insert(super::REFERENCE, super::value(id));
    answer
}
