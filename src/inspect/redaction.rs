//! Redacts a request: chooses what is replaced, has it rewritten, and looks at the result again before it may
//! leave. Knows no sockets.

use super::Unredactable;
use super::desk::Desk;
use super::look::{Look, Part, Seen, Way};
use super::pipeline::Request;
use crate::charter::{Action, Decision};
use crate::finding::Class;
use crate::language::Language;
use crate::place::Place;
use crate::redact::placeholder::Placeholders;
use crate::redact::rewrite::{Rewriter, Target};
use crate::text::Editable;
use crate::text::edit::{Edit, apply};

/// What came of it.
#[expect(clippy::large_enum_variant, reason = "one a request, taken apart where it is made")]
pub(super) enum Outcome {
    /// Nothing needed to be changed.
    Unchanged,
    /// The request as it may go on.
    Changed { body: Vec<u8>, path_and_query: Option<String>, placeholders: Placeholders, spans: usize },
    /// It cannot be redacted.
    Impossible(Impossible),
}

/// Why a request cannot be redacted, and for which findings.
pub(super) struct Impossible {
    pub(super) reason: Unredactable,
    pub(super) findings: Vec<usize>,
}

/// Redacts what the decision asks for.
pub(super) fn redact(
    request: &Request<'_>,
    desk: &mut Desk,
    body: &[u8],
    seen: &Seen,
    decision: &Decision,
) -> Outcome {
    let plan = match Plan::new(seen, decision) {
        Ok(plan) if plan.is_empty() => return Outcome::Unchanged,
        Ok(plan) => plan,
        Err(why) => return Outcome::Impossible(why),
    };
    let mut placeholders = Placeholders::new(&request.engine.keys.placeholder);
    avoid_present(body, &mut placeholders);
    let url = request.url();
    let note = note(request.inbound.language.unwrap_or_else(|| request.engine.charter.language()));
    let mut rewriter = Rewriter::new(&plan.url, &[], note, &mut placeholders);
    let url_edits = url.map(|url| desk.walker.url(url, &request.names, &mut rewriter)).unwrap_or_default();
    let mut spans = rewriter.changed();
    let mut rewriter = Rewriter::new(&plan.body, &plan.withheld, note, &mut placeholders);
    let edits = desk.walker.body(body, &request.declared, &request.names, &mut rewriter);
    spans += rewriter.changed();
    let body = apply(body, edits);
    let path_and_query = url.and_then(|url| edited_url(url, url_edits));
    let complete = spans == plan.url.len() + plan.body.len();
    if !complete || !is_clean(request, desk, &body, path_and_query.as_deref().or(url), seen) {
        return Outcome::Impossible(Impossible { reason: Unredactable::NotClean, findings: plan.findings });
    }
    Outcome::Changed { body, path_and_query, placeholders, spans }
}

/// What is to be replaced.
#[derive(Default)]
struct Plan {
    url: Vec<Target>,
    body: Vec<Target>,
    withheld: Vec<Place>,
    findings: Vec<usize>,
}

impl Plan {
    fn new(seen: &Seen, decision: &Decision) -> Result<Self, Impossible> {
        let mut plan = Self::default();
        let redacted = |index: &usize| decision.findings.get(*index) == Some(&Action::Redact);
        for index in (0..seen.judged.len()).filter(redacted) {
            let (judged, way) = (&seen.judged[index], &seen.ways[index]);
            if way.harmless_code {
                continue;
            }
            if way.editable != Editable::Yes {
                return Err(Impossible { reason: Unredactable::NotEditable, findings: vec![index] });
            }
            if judged.finding.class == Class::Classification {
                if judged.new || way.part == Part::Url {
                    return Err(Impossible { reason: Unredactable::Classified, findings: vec![index] });
                }
                plan.withheld.push(judged.place.clone());
            }
            let targets = if way.part == Part::Url { &mut plan.url } else { &mut plan.body };
            targets.push(target(judged, way));
            plan.findings.push(index);
        }
        for targets in [&mut plan.url, &mut plan.body] {
            targets.sort_by_key(|target| (target.unit, target.segment, target.span));
        }
        Ok(plan)
    }

    const fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}

fn target(judged: &crate::charter::Judged, way: &Way) -> Target {
    let finding = &judged.finding;
    Target { unit: way.unit, segment: way.segment, span: finding.span, detector: finding.detector.clone() }
}

/// What looks like a placeholder already is given to no value.
fn avoid_present(body: &[u8], placeholders: &mut Placeholders) {
    let mut from = 0;
    while let Some(span) = crate::placeholder::find(body, from) {
        if let Some(Ok(present)) = span.of(body).map(std::str::from_utf8) {
            placeholders.avoid(present.to_owned());
        }
        from = span.end;
    }
}

fn edited_url(url: &str, edits: Vec<Edit>) -> Option<String> {
    if edits.is_empty() { None } else { String::from_utf8(apply(url.as_bytes(), edits)).ok() }
}

/// Whether what was rewritten still reads like the original and nothing is left that the charter would act on,
/// but for what was left on purpose.
fn is_clean(request: &Request<'_>, desk: &mut Desk, body: &[u8], url: Option<&str>, before: &Seen) -> bool {
    let mut look = Look::new(request.engine, &mut desk.bench, request.inbound.now.as_second());
    let url_edits = url.map(|url| desk.walker.url(url, &request.names, &mut look)).unwrap_or_default();
    look.set_part(Part::Body);
    let edits = desk.walker.body(body, &request.declared, &request.names, &mut look);
    let after = look.into_seen();
    let decision = request.ask(&after, false);
    // What stands beside the body does not go on with a body that is changed.
    let in_body = |seen: &Seen| seen.unread.iter().filter(|unread| unread.place != Place::Header).count();
    let left =
        |(index, action): (usize, &Action)| *action >= Action::Redact && !after.ways[index].harmless_code;
    url_edits.is_empty()
        && edits.is_empty()
        && after.units == before.units
        && in_body(&after) == in_body(before)
        && !decision.findings.iter().enumerate().any(left)
}

/// What stands in the place of a message that is withheld.
const fn note(language: Language) -> &'static str {
    match language {
        Language::Fr => "[Message retiré : contenu classifié]",
        Language::Nl => "[Bericht verwijderd: geclassificeerde inhoud]",
        Language::De => "[Nachricht entfernt: klassifizierter Inhalt]",
        Language::En => "[Message removed: classified content]",
    }
}
