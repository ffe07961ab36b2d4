//! The leak test of the audit: values are planted wherever a request can hold one; afterwards everything that the audit
//! wrote or can print is searched for them, plain, reversed, base64, hexadecimal, and hashed without a key.

use super::help::{TestClock, judged, keyfile, recording, sealing, tool};
use aws_lc_rs::digest::{self, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use guard::audit::event::{Event, Facts, IdentityMode, What};
use guard::audit::query::Selection;
use guard::audit::remark::Remark;
use guard::audit::report::{self, Format, Scope};
use guard::audit::rights::{self, NoteKind, Warrant};
use guard::audit::seal::Opener;
use guard::audit::store::Audit;
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

/// Everything by which `value` could be recognised without a key.
fn shapes(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    let mut shapes = vec![bytes.to_vec(), bytes.to_ascii_uppercase(), bytes.to_ascii_lowercase(), reversed];
    // Base64 at each of the three offsets within a longer text, without the characters that its ends share.
    for offset in 0..3 {
        let padded = [&vec![b'x'; offset][..], bytes].concat();
        for text in [BASE64_STANDARD_NO_PAD.encode(&padded), BASE64_URL_SAFE_NO_PAD.encode(&padded)] {
            let whole = text.len() / 4 * 4 - 4;
            shapes.push(text.as_bytes()[if offset == 0 { 0 } else { 4 }..whole].to_vec());
        }
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    shapes.push(hex(bytes));
    let lower = value.to_lowercase();
    for input in [bytes, lower.as_bytes()] {
        for algorithm in [&digest::SHA256, &digest::SHA512, &digest::SHA1_FOR_LEGACY_USE_ONLY] {
            // Half of a hash would do to try values with.
            let hash = &digest(algorithm, input).as_ref()[..8].to_vec();
            shapes.extend([
                hash.clone(),
                hex(hash),
                BASE64_STANDARD_NO_PAD.encode(hash).into_bytes()[..10].to_vec(),
            ]);
        }
    }
    shapes
}

/// The canaries that `haystack` gives away.
fn given_away(haystack: &[u8]) -> Vec<&'static str> {
    let values = CANARIES.iter().map(|(_, _, value)| *value).chain([USER, "PC-CANARI"]);
    let holds = |shape: &Vec<u8>| haystack.windows(shape.len()).any(|window| window == &shape[..]);
    values.filter(|value| shapes(value).iter().any(holds)).collect()
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
        machine: Some(Sensitive::new("PC-CANARI".to_owned())),
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
    let mut written = Vec::new();
    for number in 0..60 {
        let (event, report) = planted(&clock, IdentityMode::Sealed, number);
        metrics.request(event.tool.as_ref(), &report, &event.stages);
        written.extend(format!("{event:?}").into_bytes());
        audit.record(event).wait().unwrap();
        let (_, _, value) = CANARIES[number % CANARIES.len()];
        let because = Remark::screened(&format!("parce que {value}"), |text| text.contains(value));
        let facts = Facts { recording: audit.recording(), ..Facts::default() };
        let confirmed =
            Event::notice(What::Confirmed, clock.now(), &facts).justified(because, audit.recording());
        written.extend(format!("{confirmed:?}").into_bytes());
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
            let found = given_away(&std::fs::read(&path).unwrap());
            assert!(found.is_empty(), "{stage}: {} gives away {found:?}", path.display());
        }
    };
    files("while it runs");
    drop(audit);
    files("afterwards");
    assert_eq!(given_away(&written), Vec::<&str>::new());
}

#[test]
fn the_search_finds_each_shape_of_each_canary() {
    for (_, _, value) in CANARIES {
        for shape in shapes(value) {
            let haystack = [b"some text before ", &shape[..], b" and after"].concat();
            assert!(given_away(&haystack).contains(&value), "{value}");
        }
    }
    assert_eq!(given_away(b"nothing to see"), Vec::<&str>::new());
}
