//! The report counts right, names nobody, escapes what it shows, and alerts.

use super::help::{Story, TestClock, event, later, sealing, settings};
use guard::audit::event::IdentityMode;
use guard::audit::query::Selection;
use guard::audit::report::{self, Format, Scope};
use guard::audit::rights::{self, NoteKind, Warrant};
use guard::audit::store::Audit;
use guard::charter::Action;
use guard::language::Language;
use std::path::Path;
use tempfile::TempDir;

/// Forty requests over four days by two users: every fourth blocked under one of two articles.
fn store() -> (TempDir, TestClock) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), sealing(&clock).0).unwrap();
    for number in 0..40_u32 {
        let (action, article) = match number % 8 {
            0 => (Action::Block, "CIA-8 b"),
            4 => (Action::Redact, "art. 36 <script>alert(1)</script>"),
            _ => (Action::Allow, "CIA-10"),
        };
        let story = Story {
            id: &format!("req-{number}"),
            user: if number % 3 == 0 { "camille.lambert" } else { "bob" },
            action,
            article,
            value: u64::from(number % 5),
            time: later(clock.now(), i64::from(number / 10) * 86_400),
            identity: IdentityMode::Sealed,
        };
        audit.record(event(&story)).wait().unwrap();
    }
    (folder, clock)
}

fn totals(folder: &Path, scope: &Scope) -> report::Totals {
    report::gather(folder, scope).unwrap()
}

#[test]
fn everything_is_counted() {
    let (folder, _) = store();
    let totals = totals(folder.path(), &Scope::default());
    assert_eq!((totals.requests, totals.acted), (40, 10));
    assert_eq!((totals.actions["block"], totals.actions["redact"], totals.actions["allow"]), (5, 5, 30));
    assert_eq!((totals.articles["CIA-8 b"].acted, totals.articles["CIA-10"].acted), (5, 0));
    assert_eq!((totals.tools["openai-api"].requests, totals.tools["openai-api"].places), (40, 40));
    assert_eq!(totals.classes["personal"].acted, 10);
    let host = totals.hosts["api.openai.com"];
    assert_eq!((host.uninspected_bytes, host.inspected_bytes), (80_000, 160_000));
    assert_eq!(totals.days.len(), 4);
    assert_eq!(totals.days["2026-03-03"].requests, 10);
    assert_eq!(totals.pseudonyms, 2);
    assert_eq!(totals.recurrence.iter().map(|one| one.acted).sum::<u64>(), 10);
    assert_eq!((totals.values, totals.values_again), (5, 5));
}

#[test]
fn a_period_bounds_it_and_restricted_events_are_left_out() {
    let (folder, clock) = store();
    let scope = Scope {
        from: Some(later(clock.now(), 86_400)),
        to: Some(later(clock.now(), 3 * 86_400)),
        incidents: false,
    };
    assert_eq!(totals(folder.path(), &scope).requests, 20);
    let selection = Selection { request: Some("req-12".to_owned()), ..Selection::default() };
    let warrant = Warrant { reason: None, case: None, now: clock.now() };
    rights::note(folder.path(), NoteKind::Restrict, &selection, &warrant).unwrap();
    let totals = totals(folder.path(), &scope);
    assert_eq!((totals.requests, totals.restricted), (19, 1));
}

#[test]
fn the_page_stands_alone_names_nobody_and_is_escaped_in_every_language() {
    let (folder, _) = store();
    let scope = Scope { incidents: true, ..Scope::default() };
    let totals = totals(folder.path(), &scope);
    for language in Language::ALL {
        let html = report::write(&totals, &scope, Format::Html, language);
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
        assert!(html.contains(&format!("<html lang=\"{}\">", language.as_str())) && html.contains("<svg"));
        for outside in ["<script", "src=", "href=", "@import", "url(", "http://", "https://"] {
            assert!(!html.contains(outside), "{}: {outside}", language.as_str());
        }
        let open = html.matches("<section>").count();
        assert_eq!(open, html.matches("</section>").count());
        assert_eq!(html.matches("<table>").count(), html.matches("</table>").count());
        let text = report::write(&totals, &scope, Format::Text, language);
        for page in [&html, &text] {
            assert!(!page.to_lowercase().contains("lambert") && !page.contains("10.20.30.40"));
        }
        assert!(text.contains("CIA-8 b") && text.contains(&totals.recurrence[0].pseudonym));
    }
    let warning = report::write(&totals, &scope, Format::Text, Language::Fr);
    assert!(warning.contains("En cas de récidive, les services compétents identifieront l’utilisateur"));
    let json: serde_json::Value =
        serde_json::from_str(&report::write(&totals, &scope, Format::Json, Language::En)).unwrap();
    assert_eq!(json["articles"]["CIA-8 b"]["acted"], 5);
}

#[test]
fn the_register_holds_what_went_out_and_not_what_was_stopped() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::Sealed)).unwrap();
    let mut observed = event(&Story { id: "went-out", action: Action::Block, ..Story::default() });
    observed.action = Action::Observe;
    audit.record(observed).wait().unwrap();
    audit.record(event(&Story { id: "stopped", action: Action::Block, ..Story::default() })).wait().unwrap();
    audit.record(event(&Story { id: "clean", action: Action::Allow, ..Story::default() })).wait().unwrap();
    let scope = Scope { incidents: true, ..Scope::default() };
    let totals = totals(folder.path(), &scope);
    let incidents = totals.incidents.as_ref().unwrap();
    assert_eq!(incidents.len(), 1);
    let incident = &incidents[0];
    assert_eq!((incident.request.as_deref(), incident.asked), (Some("went-out"), "block"));
    assert_eq!(incident.information, [("be.niss".to_owned(), 1)]);
    assert_eq!((incident.persons_at_least, totals.observed_only), (1, 1));
    let text = report::write(&totals, &scope, Format::Text, Language::Fr);
    assert!(text.contains("Registre des incidents de confidentialité") && text.contains("be.niss × 1"));
}

#[test]
fn a_rate_over_the_threshold_alerts() {
    let (folder, _) = store();
    let totals = totals(folder.path(), &Scope::default());
    assert!(report::alerts(&totals, 0.30).is_empty());
    let alerts = report::alerts(&totals, 0.20);
    assert_eq!(alerts.iter().map(|alert| alert.of).collect::<Vec<_>>(), ["all", "tool"]);
    assert!((alerts[0].rate - 0.25).abs() < 1e-9);
}
