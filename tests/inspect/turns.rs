//! Conversations that grow, confirmations, observing, code: what depends on more than one body.

use super::engine::{Ask, engine, with_charter};
use guard::charter::{Action, Charter};
use guard::inspect::{
    Carrier, Confirmed, Engine, Inbound, NoneConfirmed, Report, RequestId, Verdict, inspect, inspect_unread,
};
use guard::tools::{Catalogue, Tool};
use guard::user::User;
use http::{HeaderMap, Method};
use std::sync::Arc;

const PATH: &str = "/v1/chat/completions";

fn niss() -> String {
    ["72.04.15-127", "90"].join(".")
}

fn judge(engine: &Engine, body: &str) -> (Verdict, Report) {
    Ask {
        tool: "openai-api",
        path: PATH,
        headers: &HeaderMap::new(),
        body: body.as_bytes(),
        carrier: Carrier::Http,
    }
    .judge(engine)
}

fn rewritten(verdict: Verdict) -> String {
    let Verdict::Rewrite { body, .. } = verdict else { panic!("{verdict:?}") };
    String::from_utf8(body.to_vec()).unwrap()
}

fn conversation(turns: usize) -> String {
    let mut messages = Vec::new();
    for turn in 0..turns {
        messages.push(format!(
            r#"{{"role":"user","content":"Question {turn} sur l'agent {} : {}"}}"#,
            niss(),
            "que faire de son dossier ? ".repeat(8)
        ));
        if turn + 1 < turns {
            let answer = "Une réponse du modèle, assez longue pour compter. ".repeat(8);
            messages.push(format!(r#"{{"role":"assistant","content":"{turn} {answer}"}}"#));
        }
    }
    format!(r#"{{"model":"gpt-5","messages":[{}]}}"#, messages.join(","))
}

#[test]
fn earlier_turns_are_neither_scanned_again_nor_redacted_otherwise() {
    let engine = engine("baseline");
    let mut before: Option<String> = None;
    for turns in 1..=12 {
        let (verdict, report) = judge(&engine, &conversation(turns));
        let body = rewritten(verdict);
        assert!(!body.contains(&niss()));
        assert!(
            report.bytes_scanned < 800 + 20 * turns as u64,
            "turn {turns} scanned {}",
            report.bytes_scanned
        );
        assert_eq!(report.findings.len(), turns);
        assert_eq!(report.findings.iter().filter(|judged| judged.new).count(), 1);
        if let Some(before) = before.replace(body.clone()) {
            let prefix = before.trim_end_matches("]}");
            assert!(body.starts_with(prefix), "the cached prefix changed in turn {turns}");
        }
    }
    let fresh = super::engine::engine("baseline");
    assert_eq!(rewritten(judge(&fresh, &conversation(12)).0), before.unwrap(), "memory changes nothing");
}

#[test]
fn a_value_that_was_replaced_is_replaced_where_it_comes_again_bare() {
    let engine = engine("baseline");
    let message = |role: &str, text: &str| format!(r#"{{"role":"{role}","content":"{text}"}}"#);
    let body = |messages: &[String]| format!(r#"{{"messages":[{}]}}"#, messages.join(","));
    let early = message("user", "Réunion du 12/03/1980 à classer.");
    let said = message("user", "Agent : date de naissance 12/03/1980. Et 112/03/19801 ?");
    let answer = message("assistant", "Noté.");
    let bare = message("user", "Quel âge fait 12/03/1980 ?");
    assert!(
        matches!(judge(&engine, &body(std::slice::from_ref(&bare))).0, Verdict::Forward),
        "alone it says nothing"
    );
    let turns = [vec![early.clone(), said.clone()], vec![early, said, answer, bare]];
    let sent: Vec<String> = turns.iter().map(|turn| rewritten(judge(&engine, &body(turn)).0)).collect();
    assert!(
        sent[1].starts_with(sent[0].trim_end_matches("]}")),
        "the beginning stays as it went out: {sent:?}"
    );
    assert!(sent[1].contains("Réunion du 12/03/1980"), "what went out stays: {}", sent[1]);
    assert!(!sent[1].contains("Quel âge fait 12/03/1980"), "{}", sent[1]);
    assert!(sent[1].contains("Quel âge fait [BIRTHDATE_"), "{}", sent[1]);
    assert!(sent[1].contains("112/03/19801"), "part of another number: {}", sent[1]);
    let (Verdict::Rewrite { restore, .. }, _) = judge(&engine, &body(&turns[1])) else {
        panic!("not rewritten")
    };
    let back = guard::redact::restore::Restore::new(&restore.unwrap()).text(sent[1].as_bytes());
    assert_eq!(String::from_utf8(back).unwrap(), body(&turns[1]));
}

#[test]
fn strings_are_forgotten_after_a_while() {
    let engine = engine("baseline");
    let body = conversation(3);
    let at = |seconds: i64| {
        let inbound = Inbound {
            id: &RequestId("r".into()),
            tool: engine.catalogue.by_id("openai-api").map(Arc::as_ref),
            host: "api.openai.com",
            method: &Method::POST,
            path_and_query: PATH,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
            carrier: Carrier::Http,
            user: &User::default(),
            language: None,
            now: jiff::Timestamp::from_second(seconds).unwrap(),
        };
        inspect(&engine, &inbound, &NoneConfirmed).1
    };
    // The words of roles come again within one request.
    let first = at(1_000_000);
    assert!(first.bytes_known < 30, "{}", first.bytes_known);
    assert!(at(1_000_010).bytes_known > 1_500);
    assert!(at(1_000_010 + 3_000).bytes_known > 1_500);
    assert_eq!(at(2_000_000).bytes_known, first.bytes_known);
    assert_eq!(at(2_000_001).findings.len(), first.findings.len());
}

#[test]
fn what_is_allowed_is_not_rewritten_and_what_is_observed_passes() {
    let observing = Charter::shipped_source("baseline").unwrap().replacen(
        "reversible",
        "mode = \"observe\"\nreversible",
        1,
    );
    let charter = Charter::parse(&observing, "observing.toml", Catalogue::shipped()).unwrap();
    let (verdict, report) = judge(&with_charter(Arc::new(charter)), &conversation(1));
    assert!(matches!(verdict, Verdict::Forward));
    assert_eq!((report.decision.action, report.decision.would), (Action::Observe, Action::Redact));
}

/// Confirms everything for one user.
struct Anna;

impl Confirmed for Anna {
    fn is_confirmed(&self, _: Option<&Tool>, user: &User, held: u64) -> bool {
        held != 0 && user.is("anna")
    }
}

#[test]
fn what_is_confirmed_passes_for_that_user_and_stays_good_as_history() {
    let asking = Charter::shipped_source("baseline").unwrap().replacen(
        "when = { class = \"personal\" }\naction = \"redact\"",
        "when = { class = \"personal\" }\naction = \"confirm\"",
        1,
    );
    let charter = Charter::parse(&asking, "asking.toml", Catalogue::shipped()).unwrap();
    let engine = with_charter(Arc::new(charter));
    let run = |user: &User, body: &str| {
        let inbound = Inbound {
            id: &RequestId("r".into()),
            tool: engine.catalogue.by_id("openai-api").map(Arc::as_ref),
            host: "api.openai.com",
            method: &Method::POST,
            path_and_query: PATH,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
            carrier: Carrier::Http,
            user,
            language: None,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        inspect(&engine, &inbound, &Anna)
    };
    let anna = User { name: Some(guard::sensitive::Sensitive::new("Anna".to_owned())), ..User::default() };
    let (verdict, report) = run(&User::default(), &conversation(1));
    assert!(matches!(verdict, Verdict::Refuse(_)));
    assert_eq!(report.held.len(), 1);
    let (verdict, report) = run(&anna, &conversation(1));
    assert!(matches!(verdict, Verdict::Forward), "{:?}", report.decision);
    assert!(report.held.is_empty());
}

#[test]
fn values_are_counted_once_however_they_are_grouped() {
    let engine = engine("baseline");
    let plain = niss().replace(['.', '-'], "");
    let body = format!(r#"{{"messages":[{{"role":"user","content":"NISS {} puis NISS {plain}"}}]}}"#, niss());
    let (_, report) = judge(&engine, &body);
    assert_eq!(report.findings.len(), 2);
    assert_eq!(report.findings[0].value, report.findings[1].value);
}

#[test]
fn lines_count_within_the_place() {
    let body = format!(r#"{{"messages":[{{"role":"user","content":"un\ndeux\nNISS {}\n"}}]}}"#, niss());
    assert_eq!(judge(&engine("baseline"), &body).1.findings[0].line, 3);
}

#[test]
fn example_addresses_in_code_stay_and_people_in_code_do_not() {
    let code = |address: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"Corrige :\n```python\nTO = \"{address}\"\nsend(TO)\n```\n"}}]}}"#
        )
    };
    let engine = engine("baseline");
    let person = ["marie.dubois", "ville-mons.be"].join("@");
    let body = rewritten(judge(&engine, &code(&person)).0);
    assert!(!body.contains(&person));
    let (verdict, _) = judge(&engine, &code("jean.dupont@example.com"));
    assert!(matches!(verdict, Verdict::Forward), "{verdict:?}");
}

#[test]
fn a_body_over_the_limit_is_judged_unread() {
    let engine = engine("baseline");
    let inbound = Inbound {
        id: &RequestId("r".into()),
        tool: engine.catalogue.by_id("openai-api").map(Arc::as_ref),
        host: "api.openai.com",
        method: &Method::POST,
        path_and_query: PATH,
        headers: &HeaderMap::new(),
        body: b"",
        carrier: Carrier::Http,
        user: &User::default(),
        language: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let kind = guard::charter::UninspectableKind::TooLarge;
    let (verdict, report) = inspect_unread(&engine, &inbound, kind, 1 << 40);
    assert!(matches!(verdict, Verdict::Refuse(_)));
    assert_eq!(report.decision.action, Action::Block);
}

#[test]
fn a_classified_message_in_history_is_withheld_whole() {
    let engine = engine("baseline");
    let classified = "NIVEAU DE CONFIDENTIALITÉ : C4 - Confidentiel\\n\\nNote du comité de direction sur le projet Aurore.";
    let first = format!(r#"{{"messages":[{{"role":"user","content":"{classified}"}}]}}"#);
    let (verdict, _) = judge(&engine, &first);
    assert!(matches!(verdict, Verdict::Refuse(_)), "new, it is blocked: {verdict:?}");
    let later = format!(
        r#"{{"messages":[{{"role":"user","content":"{classified}"}},{{"role":"assistant","content":"Refusé."}},{{"role":"user","content":"Bonjour"}}]}}"#
    );
    let body = rewritten(judge(&engine, &later).0);
    assert!(!body.contains("Aurore") && !body.contains("C4"), "{body}");
    assert!(body.contains("Bonjour") && body.contains("Refusé."));
    assert!(body.starts_with(r#"{"messages":[{"role":"user","content":"["#), "{body}");
}

#[test]
fn a_charter_may_refuse_what_history_holds_too() {
    let source = Charter::shipped_source("baseline").unwrap();
    let strict = source.replacen("reversible", "history = \"block\"\nreversible", 1);
    let strict =
        with_charter(Arc::new(Charter::parse(&strict, "strict.toml", Catalogue::shipped()).unwrap()));
    let password = ["Tr0ub4dor", "et3"].join("&");
    let later = format!(
        r#"{{"messages":[{{"role":"user","content":"Mon mot de passe est {password}"}},{{"role":"assistant","content":"Refusé."}},{{"role":"user","content":"Bonjour"}}]}}"#
    );
    assert!(!rewritten(judge(&engine("baseline"), &later).0).contains(&password));
    let (verdict, _) = judge(&strict, &later);
    assert!(matches!(verdict, Verdict::Refuse(_)), "{verdict:?}");
}

#[test]
fn more_disguised_text_than_is_decoded_is_a_gap_that_the_charter_judges() {
    let engine = engine("baseline");
    let body = |bytes: usize| {
        let text = "a b c d e f g h i xx ".repeat(bytes / 21);
        format!(r#"{{"messages":[{{"role":"user","content":"{text}"}}]}}"#)
    };
    assert!(matches!(judge(&engine, &body(20_000)).0, Verdict::Forward));
    let (verdict, report) = judge(&engine, &body(2_000_000));
    assert!(matches!(verdict, Verdict::Refuse(_)), "{verdict:?}");
    assert!(report.uninspected.iter().any(|gap| gap.kind == guard::charter::UninspectableKind::TooLarge));
}
