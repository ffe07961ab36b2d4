//! Refuses a request: the charter's message in the answer that the client can show, and why what should have been
//! masked was not. Knows no sockets.

use super::look::Seen;
use super::pipeline::Request;
use super::{Answer, RequestId};
use crate::charter::{Action, Decision, Message, Subject};
use crate::language::Language;
use crate::wire::{self, Asked};

/// The answer to a request that does not go on.
pub(super) fn answer(
    request: &Request<'_>,
    body: &[u8],
    seen: &Seen,
    decision: &Decision,
    why: Option<Unredactable>,
) -> Answer {
    let inbound = request.inbound;
    let RequestId(id) = inbound.id;
    let question = request.question(seen, false);
    let mut message = request.engine.charter.message(decision, &question, inbound.language, id);
    if let Some(why) = why {
        why.add_to(&mut message);
    }
    let asked = Asked {
        tool: inbound.tool,
        host: inbound.host,
        method: inbound.method,
        path_and_query: inbound.path_and_query,
        headers: inbound.headers,
        body,
    };
    let style = request.engine.charter.answer_style(inbound.tool);
    wire::answered(style, &asked, &message, decision.action, id, inbound.now)
}

/// Makes of a decision to redact one to block, on the ground of the findings that cannot be redacted.
pub(super) fn block_instead(decision: &mut Decision, findings: &[usize]) {
    decision.action = Action::Block;
    decision.would = Action::Block;
    for &index in findings {
        if let Some(action) = decision.findings.get_mut(index) {
            *action = Action::Block;
        }
    }
    for reason in &mut decision.reasons {
        if matches!(reason.subject, Subject::Finding(index) if findings.contains(&index)) {
            reason.action = Action::Block;
        }
    }
    decision.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.action));
}

/// Why a request that should have been redacted was refused instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unredactable {
    /// It stands where a change would break a signature, a file or the request itself.
    NotEditable,
    /// A classified document is not made harmless by taking the label off.
    Classified,
    /// What was rewritten still holds something, or can no longer be read.
    NotClean,
}

impl Unredactable {
    /// Says so at the end of what the user is told.
    pub fn add_to(self, message: &mut Message) {
        message.text = format!("{} {}", message.text.trim_end(), self.sentence(message.language));
    }

    const fn sentence(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::NotEditable, Language::Fr) => {
                "Cette partie de la demande ne peut pas être modifiée (signée, chiffrée ou dans un fichier) : retirez la donnée vous-même."
            }
            (Self::NotEditable, Language::Nl) => {
                "Dit deel van het verzoek kan niet worden aangepast (ondertekend, versleuteld of in een bestand): verwijder het gegeven zelf."
            }
            (Self::NotEditable, Language::De) => {
                "Dieser Teil der Anfrage kann nicht geändert werden (signiert, verschlüsselt oder in einer Datei): Entfernen Sie die Angabe selbst."
            }
            (Self::NotEditable, Language::En) => {
                "This part of the request cannot be changed (signed, encrypted or in a file): remove it yourself."
            }
            (Self::Classified, Language::Fr) => {
                "Un document classifié ne peut pas être transmis sans son marquage."
            }
            (Self::Classified, Language::Nl) => {
                "Een geclassificeerd document mag niet zonder zijn markering worden doorgegeven."
            }
            (Self::Classified, Language::De) => {
                "Ein klassifiziertes Dokument darf nicht ohne seine Kennzeichnung weitergegeben werden."
            }
            (Self::Classified, Language::En) => {
                "A classified document must not be passed on without its marking."
            }
            (Self::NotClean, Language::Fr) => {
                "La donnée n'a pas pu être remplacée avec certitude : retirez-la vous-même."
            }
            (Self::NotClean, Language::Nl) => {
                "Het gegeven kon niet met zekerheid worden vervangen: verwijder het zelf."
            }
            (Self::NotClean, Language::De) => {
                "Die Angabe konnte nicht sicher ersetzt werden: Entfernen Sie sie selbst."
            }
            (Self::NotClean, Language::En) => {
                "The data could not be replaced with certainty: remove it yourself."
            }
        }
    }
}
