//! What a client is told when the service cannot be reached: who the culprit is – the service, the parent proxy before it, or
//! this machine's network – in the service's own error shape. Knows no sockets.

use super::{Answer, Asked, ErrorShape, Fault, finish};
use crate::language::Language;
use http::{HeaderValue, StatusCode};
use std::borrow::Cow;

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
    /// This machine has no way to it.
    NoNetwork,
    /// The parent proxy refused it with this status.
    Parent(u16),
    /// The parent proxy's answer is no HTTP.
    ParentInvalid,
    /// The parent proxy takes no connection, or broke it off.
    ParentUnreachable,
    /// The parent proxy did not answer in time.
    ParentTimedOut,
}

/// Where the cause lies.
enum Culprit {
    Service,
    Machine,
    Parent,
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
            Self::NoNetwork => "upstream_no_network",
            Self::Parent(_) => "upstream_parent_refused",
            Self::ParentInvalid => "upstream_parent_invalid",
            Self::ParentUnreachable => "upstream_parent_unreachable",
            Self::ParentTimedOut => "upstream_parent_timeout",
        }
    }

    /// A name that is in the catalogue has an address wherever the network works.
    const fn culprit(self) -> Culprit {
        match self {
            Self::Unresolved | Self::NoNetwork => Culprit::Machine,
            Self::Parent(_) | Self::ParentInvalid | Self::ParentUnreachable | Self::ParentTimedOut => {
                Culprit::Parent
            }
            Self::Unreachable
            | Self::TimedOut
            | Self::Certificate
            | Self::Reset
            | Self::Invalid
            | Self::Challenge => Culprit::Service,
        }
    }

    /// Whether trying again may help.
    const fn passes(self) -> bool {
        !matches!(self, Self::Certificate | Self::Challenge | Self::Parent(400..500))
    }

    /// One plain paragraph for the user.
    #[must_use]
    pub fn text(self, host: &str, language: Language) -> String {
        let cause = self.cause(language);
        match (self.culprit(), language) {
            (Culprit::Service, Language::Fr) => {
                format!("Le service {host} est en cause, pas guard ni votre demande : {cause}.")
            }
            (Culprit::Service, Language::Nl) => {
                format!("De oorzaak ligt bij {host}, niet bij guard of uw vraag: {cause}.")
            }
            (Culprit::Service, Language::De) => {
                format!("Die Ursache liegt bei {host}, nicht bei guard oder Ihrer Anfrage: {cause}.")
            }
            (Culprit::Service, Language::En) => {
                format!("The cause is {host}, not guard and not your request: {cause}.")
            }
            (Culprit::Machine, Language::Fr) => format!(
                "Cet ordinateur ne peut pas joindre {host} ; guard et votre demande ne sont pas en cause : {cause}. Vérifiez sa connexion au réseau."
            ),
            (Culprit::Machine, Language::Nl) => format!(
                "Deze computer kan {host} niet bereiken; het ligt niet aan guard of uw vraag: {cause}. Controleer de netwerkverbinding."
            ),
            (Culprit::Machine, Language::De) => format!(
                "Dieser Computer kann {host} nicht erreichen; es liegt nicht an guard oder Ihrer Anfrage: {cause}. Prüfen Sie die Netzwerkverbindung."
            ),
            (Culprit::Machine, Language::En) => format!(
                "This computer cannot reach {host}, and neither guard nor your request is the cause: {cause}. Check its network connection."
            ),
            (Culprit::Parent, Language::Fr) => format!(
                "Le proxy parent par lequel guard joint {host} est en cause, pas ce service, ni guard, ni votre demande : {cause}."
            ),
            (Culprit::Parent, Language::Nl) => format!(
                "De oorzaak ligt bij de bovenliggende proxy waarlangs guard {host} bereikt, niet bij die dienst, guard of uw vraag: {cause}."
            ),
            (Culprit::Parent, Language::De) => format!(
                "Die Ursache liegt beim übergeordneten Proxy, über den guard {host} erreicht, nicht bei diesem Dienst, guard oder Ihrer Anfrage: {cause}."
            ),
            (Culprit::Parent, Language::En) => format!(
                "The cause is the parent proxy through which guard reaches {host}, not that service, not guard and not your request: {cause}."
            ),
        }
    }

    /// What happened, in words.
    fn cause(self, language: Language) -> Cow<'static, str> {
        let [fr, nl, de, en] = match self {
            Self::Parent(status) => {
                return Cow::Owned(match language {
                    Language::Fr => format!("il a répondu {status}"),
                    Language::Nl => format!("hij antwoordde {status}"),
                    Language::De => format!("er hat mit {status} geantwortet"),
                    Language::En => format!("it answered {status}"),
                });
            }
            Self::ParentInvalid => [
                "sa réponse n'est pas lisible (HTTP)",
                "zijn antwoord is niet leesbaar (HTTP)",
                "seine Antwort ist nicht lesbar (HTTP)",
                "its answer cannot be read (HTTP)",
            ],
            Self::ParentUnreachable => [
                "il n'accepte pas la connexion ou l'a coupée",
                "hij aanvaardt geen verbinding of verbrak ze",
                "er nimmt keine Verbindung an oder hat sie getrennt",
                "it accepts no connection or cut it",
            ],
            Self::ParentTimedOut => [
                "il n'a pas répondu à temps",
                "hij antwoordde niet op tijd",
                "er hat nicht rechtzeitig geantwortet",
                "it did not answer in time",
            ],
            Self::NoNetwork => [
                "aucun réseau n'y mène",
                "geen enkel netwerk leidt erheen",
                "kein Netzwerk führt dorthin",
                "no network leads there",
            ],
            Self::Unresolved => [
                "l'adresse de ce nom n'a pas été trouvée (DNS)",
                "het adres van die naam is niet gevonden (DNS)",
                "die Adresse dieses Namens wurde nicht gefunden (DNS)",
                "the address of that name was not found (DNS)",
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
        Cow::Borrowed(match language {
            Language::Fr => fr,
            Language::Nl => nl,
            Language::De => de,
            Language::En => en,
        })
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
