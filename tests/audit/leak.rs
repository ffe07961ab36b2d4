//! The leak test of the audit: values are planted wherever a request can hold one, those included that no door of the
//! program brings so far; afterwards everything that the audit wrote or can print, and a dump of what waited in its
//! queue, is searched for them (`tests/leak.rs` does that for the whole program).

use super::help::{TestClock, judged, keyfile, recording, sealing, tool};
use crate::leak::search::Search;
use aws_lc_rs::hmac;
use guard::audit::event::{Event, Facts, Identity, IdentityMode, What};
use guard::audit::query::Selection;
use guard::audit::remark::Remark;
use guard::audit::report::{self, Format, Scope};
use guard::audit::rights::{self, NoteKind, Warrant};
use guard::audit::seal::Opener;
use guard::audit::store::Audit;
use guard::audit::tally::{Fingerprint, Tally};
use guard::charter::{Action, Decision, Reason, Subject, UninspectableKind, Uninspected};
use guard::finding::Class;
use guard::gateway::metrics::Metrics;
use guard::inspect::{Carrier, Inbound, Report, RequestId};
use guard::language::Language;
use guard::place::Place;
use guard::sensitive::Sensitive;
use guard::tools::HostPattern;
use guard::user::User;

/// Values of every class, made up.
const CANARIES: [(&str, Class, &str); 6] = [
    ("be.niss", Class::Personal, "85073003328"),
    ("email", Class::Personal, "zoe.canari@example.org"),
    ("person_name", Class::Personal, "Zoé Canari-Dupont"),
    ("credential.password", Class::Credential, "Azerty!canari42"),
    ("own.dossier", Class::Confidential, "DOSSIER-CANARI-7"),
    ("be.enterprise", Class::Business, "0403170701"),
];

/// Who sends, in a sealed audit: no less to be protected.
const USER: &str = "user.canari.zoe";
const MACHINE: &str = "PC-CANARI";

/// Looks for the canaries, and for who sent them.
fn search() -> Search {
    let values = CANARIES.iter().map(|(_, _, value)| *value).chain([USER, MACHINE]);
    Search::new(values.map(str::to_owned).collect())
}

/// What a dump of the memory of the queue would show of an event: every field, hidden or not. A new field must be
/// looked at here before this compiles.
fn dump(event: &Event) -> Vec<u8> {
    let Event {
        time,
        what,
        request,
        charter,
        tool,
        host,
        application,
        direction,
        action,
        would,
        grounds,
        tallies,
        gaps,
        bytes,
        bytes_scanned,
        bytes_known,
        files,
        stages,
        session,
        // Who it was waits in clear for the writer, which seals it.
        identity: Identity { user: _, machine: _, address: _ },
        remark,
    } = event;
    let counted = (bytes, bytes_scanned, bytes_known, files, stages, session);
    let decided = (time, what, request, charter, tool, host, application, direction, action, would);
    let mut dump = format!("{decided:?} {counted:?} {grounds:?} {gaps:?} {remark:?}").into_bytes();
    for Tally { detector, class, level, count, new, confidence, action, fingerprints } in tallies {
        dump.extend(
            format!("{detector:?} {class:?} {level:?} {count} {new} {confidence:?} {action:?}").bytes(),
        );
        fingerprints.iter().for_each(|Fingerprint(print)| dump.extend(print.as_slice()));
    }
    dump
}

/// A request with a canary in every place that can hold one.
fn planted(clock: &TestClock, settings: IdentityMode, number: usize) -> (Event, Report) {
    let (detector, class, value) = CANARIES[number % CANARIES.len()];
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"the organisation's key");
    let keyed = u64::from_be_bytes(hmac::sign(&key, value.as_bytes()).as_ref()[..8].try_into().unwrap());
    let mut finding = judged(detector, class, keyed);
    finding.place = Place::File(Some(value.into()));
    let place = Place::FilePart(value.into());
    let report = Report {
        decision: Decision {
            action: Action::Block,
            would: Action::Block,
            reasons: vec![Reason {
                article: "art. 36".into(),
                action: Action::Block,
                subject: Subject::Finding(0),
                rule: None,
            }],
            findings: vec![Action::Block],
            valid_for: None,
        },
        findings: vec![finding],
        uninspected: vec![Uninspected { kind: UninspectableKind::Encrypted, place, bytes: 9, new: true }],
        bytes: 100,
        bytes_scanned: 90,
        ..Report::default()
    };
    let host = format!("{}.openai.example", value.to_lowercase());
    let mut tool = tool("azure-openai", "unused.example");
    tool.hosts = vec![HostPattern::Domain("openai.example".into())];
    let mut headers = http::HeaderMap::new();
    for name in ["user-agent", "cookie", "authorization", "x-guard-user"] {
        headers.insert(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let user = User {
        name: Some(Sensitive::new(USER.to_owned())),
        groups: vec![USER.into()],
        machine: Some(Sensitive::new(MACHINE.to_owned())),
        address: Some([10, 1, 2, 3].into()),
    };
    let id = RequestId(format!("{number:016x}").into());
    let inbound = Inbound {
        id: &id,
        tool: Some(&tool),
        host: &host,
        method: &http::Method::POST,
        path_and_query: &format!("/v1?q={value}"),
        headers: &headers,
        body: value.as_bytes(),
        carrier: Carrier::Http,
        user: &user,
        language: None,
        now: clock.now(),
    };
    let mut recording = recording(settings);
    recording.fields.application = true;
    let facts = Facts { charter: &"ab".repeat(32), session: Some(7), recording, ..Facts::default() };
    (Event::new(&report, &inbound, &facts), report)
}

#[test]
fn nothing_that_the_audit_writes_or_prints_gives_a_value_away() {
    let (folder, elsewhere, clock) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), TestClock::new());
    let (settings, key) = sealing(&clock);
    let audit = Audit::open(folder.path(), settings).unwrap();
    let metrics = Metrics::default();
    let (search, mut written) = (search(), Vec::new());
    for number in 0..60 {
        let (event, report) = planted(&clock, IdentityMode::Sealed, number);
        metrics.request(event.tool.as_ref(), &report, &event.stages);
        written.extend(format!("{event:?}").into_bytes());
        written.extend(dump(&event));
        audit.record(event).wait().unwrap();
        let (_, _, value) = CANARIES[number % CANARIES.len()];
        let because = Remark::screened(&format!("parce que {value}"), |text| text.contains(value));
        let facts = Facts { recording: audit.recording(), ..Facts::default() };
        let confirmed =
            Event::notice(What::Confirmed, clock.now(), &facts).justified(because, audit.recording());
        written.extend(format!("{confirmed:?}").into_bytes());
        written.extend(dump(&confirmed));
        audit.record(confirmed).wait().unwrap();
    }
    let warrant = Warrant { reason: None, case: None, now: clock.now() };
    let opener = Opener::read(&keyfile(elsewhere.path(), &key)).unwrap();
    let some = Selection { events: vec![[1, 5]], ..Selection::default() };
    rights::unseal(folder.path(), &opener, &some, &warrant).unwrap();
    rights::note(folder.path(), NoteKind::Remark, &some, &warrant).unwrap();
    for event in rights::disclose(folder.path(), USER, Some(&opener), &warrant).unwrap() {
        written.extend(event.payload.into_bytes());
    }
    let stranger = rights::erase(folder.path(), USER, None, &warrant).unwrap_err();
    written.extend(format!("{stranger} {stranger:?}").into_bytes());
    let scope = Scope { incidents: true, ..Scope::default() };
    let totals = report::gather(folder.path(), &scope).unwrap();
    for format in [Format::Text, Format::Html, Format::Json] {
        written.extend(report::write(&totals, &scope, format, Language::Fr).into_bytes());
    }
    written.extend(metrics.page(Some(&audit)).into_bytes());
    let files = |stage: &str| {
        for entry in folder.path().read_dir().unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let found = search.found_in(&bytes);
            assert!(found.is_empty(), "{stage}: {} gives away {found:?}", path.display());
        }
    };
    files("while it runs");
    drop(audit);
    files("afterwards");
    assert!(search.found_in(&written).is_empty(), "{:?}", search.found_in(&written));
}
