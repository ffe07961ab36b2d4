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

fn denied_on(charter: &Charter, id: &str, user: &User, today: Date) -> bool {
    let question = Question { today, ..ask(Some(tool(id)), user, &[]) };
    charter.decide(&question).action == Action::Block
}

fn somebody(name: &str, groups: &[&str]) -> User {
    User {
        name: Some(crate::sensitive::Sensitive::new(name.to_owned())),
        groups: groups.iter().map(|group| Arc::from(*group)).collect(),
        ..User::default()
    }
}

const EXCEPTION: &str = "[tools]\ndefault = \"deny\"\narticle = \"7\"\n[[tools.exception]]\ntool = \"mistral\"\n\
     validated_by = \"ISO\"\nreference = \"R-1\"\nuntil = 2026-12-31\ngroups = [\"Data\"]\nusers = [\"ann\"]\n";

#[test]
fn an_exception_counts_on_its_last_day_and_not_on_the_day_after() {
    let charter = charter(EXCEPTION);
    let ann = somebody("Ann", &[]);
    assert!(!denied_on(&charter, "mistral-api", &ann, date(2026, 12, 31)));
    assert!(denied_on(&charter, "mistral-api", &ann, date(2027, 1, 1)));
    assert!(!denied_on(&charter, "mistral-api", &somebody("bob", &["data"]), TODAY));
    assert!(denied_on(&charter, "mistral-api", &somebody("bob", &["law"]), TODAY));
    assert!(denied_on(&charter, "mistral-api", &User::default(), TODAY));
    assert!(denied_on(&charter, "chatgpt", &ann, TODAY));
}

#[test]
fn an_exception_is_announced_thirty_days_before_it_runs_out() {
    let charter = charter(&format!("{EXCEPTION}[audit]\nidentity = \"none\"\n"));
    let said = |day: Date| charter.notes(day).first().map(|note| note.text.clone()).unwrap_or_default();
    assert_eq!(said(date(2026, 11, 30)), "");
    assert!(said(date(2026, 12, 1)).contains("runs out in 30 days, on 2026-12-31"));
    assert!(said(date(2026, 12, 31)).contains("runs out tonight"));
    assert!(said(date(2027, 1, 1)).contains("ran out on 2026-12-31"));
    assert_eq!(charter.notes(date(2027, 6, 1))[0].line, Some(6));
}

#[test]
fn what_names_the_tool_or_the_user_comes_before_what_is_wider() {
    let charter = charter(
        "[tools]\ndefault = \"allow\"\narticle = \"1\"\n\
         allow = [{ tool = \"deepl\", article = \"2\" }, { tool = \"claude\", groups = [\"it\"] }]\n\
         deny = [{ kind = \"translation\", article = \"3\" }, { tool = \"claude\", article = \"4\" }]\n",
    );
    let nobody = User::default();
    assert!(!denied_on(&charter, "deepl", &nobody, TODAY));
    assert!(denied_on(&charter, "reverso", &nobody, TODAY));
    assert!(denied_on(&charter, "claude", &nobody, TODAY));
    assert!(!denied_on(&charter, "claude", &somebody("x", &["IT"]), TODAY));
    assert!(!denied_on(&charter, "chatgpt", &nobody, TODAY));
}

#[test]
fn observing_stops_nothing_and_says_what_would_have_been_done() {
    let source = Charter::shipped_source("ores").unwrap().replacen("\"enforce\"", "\"observe\"", 1);
    let charter = Charter::parse(&source, "ores", Catalogue::shipped()).unwrap();
    let user = User::default();
    let findings = [judged("be.niss", Class::Personal, 1)];
    let decision = charter.decide(&ask(Some(tool("chatgpt")), &user, &findings));
    assert_eq!((decision.action, decision.would), (Action::Observe, Action::Block));
    assert_eq!(decision.articles(), ["CIA-7".into(), "CIA-8 b".into()] as [Arc<str>; 2]);
    assert_eq!(charter.decide(&ask(Some(tool("m365-copilot")), &user, &[])).action, Action::Allow);
}

#[test]
fn one_address_is_a_remark_fifty_are_a_list() {
    let charter = charter(
        "[[rule]]\narticle = \"1\"\nwhen = { detector = \"email\", count = 50 }\naction = \"block\"\n\
         [[rule]]\narticle = \"2\"\nwhen = { detector = \"email\" }\naction = \"warn\"\n",
    );
    let user = User::default();
    let action = |findings: &[Judged]| charter.decide(&ask(None, &user, findings)).action;
    let many =
        |values: u64| (0..values).map(|value| judged("email", Class::Personal, value)).collect::<Vec<_>>();
    assert_eq!(action(&many(49)), Action::Warn);
    assert_eq!(action(&many(50)), Action::Block);
    let same: Vec<Judged> = (0..60).map(|_| judged("email", Class::Personal, 7)).collect();
    assert_eq!(action(&same), Action::Warn);
    let mut old = many(60);
    old.iter_mut().for_each(|judged| judged.new = false);
    assert_eq!(action(&old), Action::Warn);
}

#[test]
fn every_condition_is_one() {
    let nobody = User::default();
    let ann = somebody("ann", &["hr"]);
    let low = {
        let mut judged = judged("email", Class::Personal, 1);
        judged.finding.confidence = Confidence::Low;
        judged
    };
    let old = Judged { new: false, ..judged("email", Class::Personal, 1) };
    let mail = judged("email", Class::Personal, 1);
    let c3 = labelled("c", "C3", 2);
    let chatgpt = Some(tool("chatgpt"));
    let deepl = Some(tool("deepl"));
    // The conditions, what meets them, what does not.
    type Asked<'a> = (Option<&'a Tool>, &'a User, &'a Judged);
    let cases: [(&str, Asked<'_>, Asked<'_>); 13] = [
        ("class = \"personal\"", (None, &nobody, &mail), (None, &nobody, &c3)),
        ("detector = \"em*l\"", (None, &nobody, &mail), (None, &nobody, &c3)),
        ("scheme = \"C\"", (None, &nobody, &c3), (None, &nobody, &mail)),
        ("level = [\"C4\", \"c3\"]", (None, &nobody, &c3), (None, &nobody, &mail)),
        ("severity = 2", (None, &nobody, &c3), (None, &nobody, &mail)),
        ("confidence = \"low\"", (None, &nobody, &low), (None, &nobody, &low)),
        ("class = \"personal\"", (None, &nobody, &mail), (None, &nobody, &low)),
        ("tool = \"chatgpt\"", (chatgpt, &nobody, &mail), (deepl, &nobody, &mail)),
        ("tool = \"chatgpt\"", (chatgpt, &nobody, &mail), (None, &nobody, &mail)),
        ("kind = \"translation\"", (deepl, &nobody, &mail), (chatgpt, &nobody, &mail)),
        ("user = \"ANN\"", (None, &ann, &mail), (None, &nobody, &mail)),
        ("group = \"hr\"", (None, &ann, &mail), (None, &nobody, &mail)),
        ("new = true", (None, &nobody, &mail), (None, &nobody, &old)),
    ];
    for (when, meets, fails) in cases {
        let charter = charter(&format!(
            "history = \"block\"\n[[rule]]\narticle = \"1\"\nwhen = {{ {when} }}\naction = \"block\"\n"
        ));
        let action = |(tool, user, judged): Asked<'_>| {
            charter.decide(&ask(tool, user, std::slice::from_ref(judged))).action
        };
        assert_eq!(action(meets), Action::Block, "{when}");
        if when != "confidence = \"low\"" {
            assert_eq!(action(fails), Action::Allow, "{when}");
        }
    }
}

#[test]
fn answers_are_judged_by_their_own_rules_only() {
    let ores = Charter::shipped("ores").unwrap();
    let user = User::default();
    let findings = [judged("be.niss", Class::Personal, 1)];
    let question =
        Question { direction: Direction::Response, ..ask(Some(tool("chatgpt")), &user, &findings) };
    let decision = ores.decide(&question);
    assert_eq!(decision.action, Action::Observe);
    assert_eq!(decision.articles(), ["CIA-12 b".into()] as [Arc<str>; 1]);
    let severest = |charter: &Charter| charter.severest_on_answers(Some(tool("chatgpt")), &user);
    assert_eq!(severest(&ores), Some(Action::Observe));
    assert_eq!(severest(&Charter::shipped("liege").unwrap()), None);
}

#[test]
fn a_rule_on_answers_speaks_in_its_own_words() {
    let rule = |action: &str| {
        format!(
            "language = \"en\"\n[[rule]]\narticle = \"9\"\nwhen = {{ direction = \"response\" }}\naction = \"{action}\"\n\
             message = \"Look: {{found}} ({{article}}).\"\n"
        )
    };
    let user = User::default();
    let findings = [Judged { place: Place::Answer, ..judged("iban", Class::Personal, 1) }];
    let question = Question { direction: Direction::Response, ..ask(None, &user, &findings) };
    for action in ["warn", "block"] {
        let charter = charter(&rule(action));
        let said = charter.message(&charter.decide(&question), &question, None, "r").text;
        assert_eq!(said, "Look: account number (IBAN) in the answer, line 3 (9).", "{action}");
    }
    assert!(faults(&rule("redact")).contains("answers cannot be under `redact`"));
}

#[test]
fn a_classified_document_is_never_redacted_in_part() {
    let charter = charter("[[rule]]\narticle = \"1\"\nwhen = {}\naction = \"redact\"\n");
    let user = User::default();
    let findings = [labelled("c", "C4", 3), judged("email", Class::Personal, 1)];
    let decision = charter.decide(&ask(None, &user, &findings));
    assert_eq!(decision.findings, [Action::Block, Action::Redact]);
}

#[test]
fn each_kind_of_unreadable_content_has_its_action() {
    let user = User::default();
    let ores = Charter::shipped("ores").unwrap();
    for kind in UninspectableKind::ALL {
        let uninspected = [Uninspected { kind, place: Place::File(None), bytes: 1, new: true }];
        let question = Question { uninspected: &uninspected, ..ask(Some(tool("m365-copilot")), &user, &[]) };
        let decision = ores.decide(&question);
        assert_eq!(decision.action, ores.uninspectable(kind), "{}", kind.as_str());
        for language in Language::ALL {
            let text = ores.message(&decision, &question, Some(language), "r").text;
            assert!(!text.is_empty() && !text.contains('{'), "{text}");
        }
    }
    let all = charter("[inspection]\nuninspectable = \"block\"\n");
    assert!(UninspectableKind::ALL.iter().all(|kind| all.uninspectable(*kind) == Action::Block));
}

#[test]
fn hosts_that_are_never_inspected_win() {
    let charter =
        charter("[inspection]\nnever = [\"*.belfius.be\", \"category:health\", \"=only.example.be\"]\n");
    for host in ["belfius.be", "www.belfius.be", "ameli.fr", "compte.ameli.fr", "only.example.be"] {
        assert!(charter.never_inspected(host), "{host}");
    }
    for host in ["notbelfius.be", "x.only.example.be", "kbc.be", "chatgpt.com"] {
        assert!(!charter.never_inspected(host), "{host}");
    }
}

#[test]
fn what_is_never_inspected_may_not_hide_a_denied_tool() {
    let shown = faults("[tools]\ndeny = [\"chatgpt\"]\n[inspection]\nnever = [\"chatgpt.com\"]\n");
    assert!(shown.contains("covers ChatGPT") && shown.contains("which this charter denies"), "{shown}");
    let wide =
        faults("[tools]\ndefault = \"deny\"\narticle = \"7\"\n[inspection]\nnever = [\"*.openai.com\"]\n");
    assert!(wide.contains("covers OpenAI API"), "{wide}");
    assert_eq!(faults("[inspection]\nnever = [\"chatgpt.com\"]\n"), "");
}

#[test]
fn tenant_headers_go_to_the_hosts_that_want_them_only() {
    let charter = charter(
        "[tools.tenant_headers]\nchatgpt = { ChatGPT-Allowed-Workspace-Id = \"w-1\" }\n\
         m365-copilot = { sec-Restrict-Tenant-Access-Policy = \"d:p\" }\n",
    );
    let at = |host: &'static str| {
        charter
            .tenant_headers(host)
            .map(|setting| (setting.name.as_str().to_owned(), setting.value.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(at("chatgpt.com")[0].0, "chatgpt-allowed-workspace-id");
    assert_eq!(at("login.live.com")[0].1, "d:p");
    assert!(at("api.openai.com").is_empty() && at("device.login.microsoftonline.com").is_empty());
    assert!(charter.is_header_only("login.microsoftonline.com") && !charter.is_header_only("chatgpt.com"));
    let shown = faults("[tools.tenant_headers]\nchatgpt = { ChatGPT-Allowed-Workspace = \"w-1\" }\n");
    assert!(shown.contains("did you mean `ChatGPT-Allowed-Workspace-Id`?"), "{shown}");
}

#[test]
fn own_tools_are_allowed_and_looked_into() {
    let charter = charter(
        "[tools]\ndefault = \"deny\"\narticle = \"6.5\"\n[[tools.own]]\nname = \"Assistant interne\"\nhosts = [\"ia.example.be\"]\n\
         wire = \"openai\"\narticle = \"IX\"\n[[rule]]\narticle = \"8\"\nwhen = { class = \"personal\" }\naction = \"block\"\n",
    );
    let catalogue = Catalogue::shipped().with(charter.own_tools());
    let own = catalogue.lookup("ia.example.be").unwrap();
    assert_eq!(&*own.id, "assistant-interne");
    let user = User::default();
    assert_eq!(charter.decide(&ask(Some(own), &user, &[])), Decision::default());
    let findings = [judged("be.niss", Class::Personal, 1)];
    assert_eq!(charter.decide(&ask(Some(own), &user, &findings)).articles(), ["8".into()] as [Arc<str>; 1]);
}

#[test]
fn own_wordings_are_used_and_their_placeholders_are_checked() {
    let rule = "[[rule]]\narticle = \"8\"\nwhen = { class = \"personal\" }\naction = \"block\"\n";
    let charter = charter(&format!(
        "{rule}[messages.fr]\nblock = \"Stop. {{found}} ({{article}}). Voir {{contact}}.\"\n"
    ));
    let user = User::default();
    let findings = [judged("iban", Class::Personal, 1)];
    let question = ask(None, &user, &findings);
    let message = charter.message(&charter.decide(&question), &question, None, "r");
    assert_eq!(message.text, "Stop. numéro de compte (IBAN) dans le 2e message, ligne 3 (8).");
    let shown = faults(
        "[messages.fr]\nblock = \"{foud} {article}\"\nconfirm = \"{found} {article}\"\n[messages.it]\n",
    );
    for part in [
        "unknown placeholder `{foud}`",
        "did you mean `{found}`?",
        "lacks `{found}`",
        "lacks `{link}`",
        "`it` is no language",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn rules_that_can_never_match_and_contradictions_are_faults() {
    let rule = |when: &str, action: &str| {
        format!("[[rule]]\narticle = \"1\"\nwhen = {{ {when} }}\naction = \"{action}\"\n")
    };
    let pairs = [
        ("class = \"personal\"", "detector = \"email\", class = \"personal\""),
        ("detector = \"credential.*\"", "detector = \"credential.github\""),
        ("class = \"classification\", severity = 2", "class = \"classification\", severity = 3"),
        ("class = \"personal\", confidence = \"low\"", "class = \"personal\""),
        ("count = 10", "count = 20"),
        ("", "user = \"ann\""),
    ];
    for (wide, narrow) in pairs {
        let shown = faults(&(rule(wide, "block") + &rule(narrow, "allow")));
        assert!(
            shown.contains("line 3 says `block` first and so contradicts `allow`"),
            "{wide} / {narrow}: {shown}"
        );
        let same = faults(&(rule(wide, "block") + &rule(narrow, "block")));
        assert!(same.contains("can never match"), "{wide} / {narrow}: {same}");
        assert_eq!(faults(&(rule(narrow, "allow") + &rule(wide, "block"))), "", "{narrow} / {wide}");
    }
    let tools = faults("[tools]\nallow = [\"chatgpt\"]\ndeny = [\"chatgpt\"]\n");
    assert!(tools.contains("both allowed and denied"), "{tools}");
    let denied = faults(&format!("[tools]\ndeny = [\"chatgpt\"]\n{}", rule("tool = \"chatgpt\"", "block")));
    assert!(denied.contains("denies the tools that it names"), "{denied}");
}

#[test]
fn a_misspelt_condition_does_not_make_later_rules_seem_late() {
    let rule = |when: &str| format!("[[rule]]\narticle = \"1\"\nwhen = {{ {when} }}\naction = \"block\"\n");
    let shown = faults(&(rule("class = \"personnal\"") + &rule("class = \"credential\"")));
    assert!(shown.contains("did you mean \"personal\"?") && !shown.contains("never match"), "{shown}");
}

#[test]
fn a_charter_is_loaded_by_name_or_by_path() {
    let none = |_: &str| -> std::io::Result<String> { Err(std::io::ErrorKind::NotFound.into()) };
    assert_eq!(Charter::load("ores", Catalogue::shipped(), none).unwrap().id(), "ores");
    let shown = Charter::load("oers", Catalogue::shipped(), none).unwrap_err().to_string();
    assert!(shown.contains("oers") && shown.contains("shipped charters are baseline, ores"), "{shown}");
    let mine =
        Charter::load("x.toml", Catalogue::shipped(), |_| Ok("id = \"mine\"\ntitle = \"Mine\"\n".into()));
    assert_eq!(mine.unwrap().id(), "mine");
}
