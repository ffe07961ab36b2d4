//! The charter as the proxy uses it: decisions, messages, tools, faults.

use super::*;
use crate::finding::{Class, Confidence, DetectorId, Evidence, Finding, Label, View};
use crate::language::Language;
use crate::span::Span;
use crate::tools::Catalogue;
use jiff::civil::{Date, date};
use std::time::Duration;

pub const TODAY: Date = date(2026, 11, 22);

/// A finding in the second message, on its third line, new in this turn.
pub fn judged(detector: &str, class: Class, value: u64) -> Judged {
    Judged {
        finding: Finding {
            detector: DetectorId::new(detector),
            class,
            span: Span::new(0, 4),
            confidence: Confidence::High,
            label: None,
            view: View::Plain,
            evidence: Evidence::default(),
        },
        place: Place::Message(2),
        line: 3,
        new: true,
        value,
    }
}

/// A label of a scheme.
pub fn labelled(scheme: &str, level: &str, severity: u8) -> Judged {
    let mut judged = judged(&format!("label.{}", level.to_lowercase()), Class::Classification, 0);
    judged.finding.label = Some(Label { scheme: scheme.into(), level: level.into(), severity });
    judged
}

/// A question on a tool with these findings.
pub fn ask<'a>(tool: Option<&'a Tool>, user: &'a User, findings: &'a [Judged]) -> Question<'a> {
    Question {
        tool,
        user,
        direction: Direction::Request,
        today: TODAY,
        findings,
        uninspected: &[],
        confirmed: false,
    }
}

fn charter(text: &str) -> Charter {
    let whole = format!("id = \"t\"\ntitle = \"T\"\n{text}");
    Charter::parse(&whole, "t.toml", Catalogue::shipped()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn faults(text: &str) -> String {
    let whole = format!("id = \"t\"\ntitle = \"T\"\n{text}");
    Charter::parse(&whole, "t.toml", Catalogue::shipped())
        .map_or_else(|faults| faults.to_string(), |_| String::new())
}

fn tool(id: &str) -> &'static Tool {
    Catalogue::shipped().by_id(id).unwrap()
}

#[test]
fn every_shipped_charter_is_sound() {
    for id in Charter::shipped_ids() {
        let source = Charter::shipped_source(id).unwrap();
        let charter =
            Charter::parse(source, id, Catalogue::shipped()).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(charter.id(), *id);
        assert_eq!(charter.digest().len(), 64);
        assert!(Charter::shipped(id).is_some());
    }
    assert!(Charter::shipped("none").is_none());
}

#[test]
fn the_first_rule_that_matches_decides_and_the_severest_action_wins() {
    let charter = charter(
        "[[rule]]\narticle = \"1\"\nwhen = { detector = \"email\" }\naction = \"allow\"\n\
         [[rule]]\narticle = \"2\"\nwhen = { class = \"personal\" }\naction = \"redact\"\n\
         [[rule]]\narticle = \"3\"\nwhen = { class = \"credential\" }\naction = \"block\"\n",
    );
    let user = User::default();
    let findings = [
        judged("email", Class::Personal, 1),
        judged("be.niss", Class::Personal, 2),
        judged("credential.github", Class::Credential, 3),
        judged("be.enterprise", Class::Business, 4),
    ];
    let decision = charter.decide(&ask(None, &user, &findings));
    assert_eq!(decision.action, Action::Block);
    assert_eq!(decision.findings, [Action::Allow, Action::Redact, Action::Block, Action::Allow]);
    assert_eq!(decision.articles(), ["3".into(), "2".into()] as [Arc<str>; 2]);
}

#[test]
fn ores_denies_all_tools_but_copilot() {
    let ores = Charter::shipped("ores").unwrap();
    let user = User::default();
    for other in Catalogue::shipped().tools() {
        let decision = ores.decide(&ask(Some(other), &user, &[]));
        if &*other.id == "m365-copilot" {
            assert_eq!(decision, Decision::default());
        } else {
            assert_eq!(decision.action, Action::Block, "{}", other.id);
            assert_eq!(decision.articles(), ["CIA-7".into()] as [Arc<str>; 1]);
        }
    }
}

#[test]
fn a_message_names_kind_place_article_and_contact_and_no_value() {
    let ores = Charter::shipped("ores").unwrap();
    let user = User::default();
    let findings = [judged("be.niss", Class::Personal, 2)];
    let question = ask(Some(tool("m365-copilot")), &user, &findings);
    let decision = ores.decide(&question);
    let message = ores.message(&decision, &question, None, "r-1");
    assert_eq!(
        message.text,
        "Votre demande n'a pas été envoyée à Microsoft 365 Copilot. Elle contient : numéro national (NISS) dans \
         le 2e message, ligne 3 (CIA-8 b). Retirez ces données ou remplacez-les par un exemple fictif, puis \
         recommencez. Pour toute question : rgpd@ores.be. Référence : r-1."
    );
    assert_eq!(message.contact.as_deref(), Some("rgpd@ores.be"));
    let english = ores.message(&decision, &question, Some(Language::En), "");
    assert!(english.text.contains("in the 2nd message, line 3"), "{}", english.text);
    assert!(!english.text.contains("Reference"), "{}", english.text);
}

#[test]
fn a_held_back_request_has_a_link_only_where_there_is_one() {
    let ores = Charter::shipped("ores").unwrap();
    let user = User::default();
    let findings = [labelled("c", "C3", 2)];
    let question = ask(Some(tool("m365-copilot")), &user, &findings);
    let decision = ores.decide(&question);
    assert_eq!(decision.action, Action::Confirm);
    assert_eq!(decision.valid_for, Some(Duration::from_secs(900)));
    let without = ores.message(&decision, &question, None, "r-1").text;
    assert!(!without.contains('{') && !without.contains("expliquez"), "{without}");
    let with = ores.message_with_link(&decision, &question, None, "r-1", "https://x/y").text;
    assert!(with.contains("expliquez-le ici : https://x/y (valable 15 min)"), "{with}");
    let confirmed = ores.decide(&Question { confirmed: true, ..question });
    assert_eq!(confirmed.action, Action::Observe);
}

#[test]
fn a_charter_that_refuses_everything_does() {
    let user = User::default();
    let question = ask(Some(tool("m365-copilot")), &user, &[]);
    let broken = Charter::refuse_all();
    let decision = broken.decide(&question);
    assert_eq!(decision.action, Action::Block);
    assert_eq!(decision.reasons[0].subject, Subject::Charter);
    assert!(broken.message(&decision, &question, Some(Language::En), "r").text.contains("could not be read"));
}

#[test]
fn history_is_redacted_where_new_text_would_be_blocked() {
    let ores = Charter::shipped("ores").unwrap();
    let user = User::default();
    let mut old = judged("be.niss", Class::Personal, 2);
    old.new = false;
    let findings = [old];
    let decision = ores.decide(&ask(Some(tool("m365-copilot")), &user, &findings));
    assert_eq!((decision.action, decision.reasons[0].action), (Action::Redact, Action::Block));
}

#[test]
fn ten_slips_are_reported_together() {
    let shown = faults(
        "mode = \"enforc\"\n[contact]\n[tools]\ndefault = \"deny\"\nallow = [\"chatgtp\"]\n\
         [[rule]]\narticle = \"1\"\nwhen = { clas = \"personal\" }\naction = \"blok\"\n\
         [[rule]]\nwhen = { class = \"personal\", level = \"C4\" }\naction = \"block\"\nvalid_for = \"15\"\n\
         [audit]\nretention_days = 0\nidentity = \"seald\"\n",
    );
    for part in [
        "did you mean \"enforce\"?",
        "did you mean `contacts`?",
        "needs `article`",
        "did you mean \"chatgpt\"?",
        "did you mean `class`?",
        "did you mean \"block\"?",
        "can never match",
        "`valid_for` must be",
        "from 1 to 36500",
        "did you mean \"sealed\"?",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}
