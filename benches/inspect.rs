//! What the pipeline costs on a chat body of 4 KB, clean and with three findings to redact, and on a conversation
//! that grows. Beside each: reading the same body into a value tree and scanning its strings, the obvious way.
//!
//! `cargo bench --bench inspect` prints medians; `cargo bench --bench inspect -- --smoke` runs each once, `-- --long` only
//! the first ones and long enough for a profiler.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it cannot go on"
)]

use guard::charter::Charter;
use guard::inspect::{Carrier, Engine, Inbound, Keys, NoneConfirmed, Report, RequestId, Verdict, inspect};
use guard::scan::{Hint, Scanner, Scratch};
use guard::tools::Catalogue;
use guard::user::User;
use http::{HeaderMap, Method};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const PROSE: &str = "Bonjour, je dois rédiger une note pour le collège communal à propos de la rénovation énergétique des \
bâtiments publics. Peux-tu m'aider à structurer les arguments, à rappeler les étapes de la procédure et à proposer un \
calendrier réaliste pour l'année prochaine ? Le ton doit rester sobre et précis, sans jargon inutile. ";

fn main() {
    let said = |name: &str| std::env::args().any(|argument| argument == name);
    let smoke = said("--smoke");
    let rounds = if smoke { 1 } else { 2_001 };
    if said("--long") {
        return clean(200 * rounds);
    }
    println!("{:<44} {:>12} {:>12}", "", "median", "obvious way");
    clean(rounds);
    redacted(rounds);
    for turns in [1, 10, 100] {
        growing(turns, if smoke { 1 } else { 101 });
    }
}

fn engine(charter: &Charter) -> Engine {
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    Engine::new(Scanner::shipped(), Arc::new(charter.clone()), Arc::clone(Catalogue::shipped()), keys)
}

/// Stresses tokenising, naming and scanning where nothing is found: most of all requests.
fn clean(rounds: usize) {
    let engine = engine(&Charter::shipped("baseline").unwrap());
    let fresh = median(rounds, |round| {
        let body = chat(&[&message(round, "")]);
        timed(|| judge(&engine, &body), |(verdict, _)| assert!(matches!(verdict, Verdict::Forward)))
    });
    let body = chat(&[&message(0, "")]);
    let tree = median(rounds, |_| timed(|| obvious(&engine, &body), |found| assert_eq!(*found, 0)));
    line("4 KB chat body, clean, never seen", fresh, Some(tree));
    let known = median(rounds, |_| timed(|| judge(&engine, &body), |_| {}));
    line("4 KB chat body, clean, seen before", known, None);
    let text = message(0, "");
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let scan = median(rounds, |_| {
        timed(|| engine.scanner.scan(text.as_bytes(), &Hint::default(), &mut scratch, &mut found), |()| {})
    });
    line("  of which scanning the 4 KB of text", scan, None);
}

/// Stresses redaction: finding, rewriting, reading and scanning the result again. The obvious way only finds.
fn redacted(rounds: usize) {
    let source = Charter::shipped_source("baseline").unwrap();
    let redacting = engine(&Charter::shipped("baseline").unwrap());
    let observing = source.replacen("reversible", "mode = \"observe\"\nreversible", 1);
    let observing = engine(&Charter::parse(&observing, "observing.toml", Catalogue::shipped()).unwrap());
    let values = values();
    let redact = median(rounds, |round| {
        let body = chat(&[&message(round, &values)]);
        timed(|| judge(&redacting, &body), |(_, report)| assert_eq!(report.redacted, 3))
    });
    let look = median(rounds, |round| {
        let body = chat(&[&message(round, &values)]);
        timed(|| judge(&observing, &body), |(_, report)| assert_eq!(report.findings.len(), 3))
    });
    let body = chat(&[&message(0, &values)]);
    let tree = median(rounds, |_| timed(|| obvious(&redacting, &body), |found| assert_eq!(*found, 3)));
    line("4 KB, three findings, looked at", look, Some(tree));
    line("4 KB, three findings, redacted", redact, Some(tree));
    println!("{:<44} {:>11.2}x", "  redacting, times looking", redact as f64 / look as f64);
}

/// Stresses the memory: each turn adds 1 KB to what was sent before. The obvious way scans all of it.
fn growing(turns: usize, rounds: usize) {
    let engine = engine(&Charter::shipped("baseline").unwrap());
    let texts: Vec<String> = (0..turns).map(|turn| message(turn, "").chars().take(1_000).collect()).collect();
    let messages: Vec<&str> = texts.iter().map(String::as_str).collect();
    drop(judge(&engine, &chat(&messages[..turns - 1])));
    let cost = median(rounds, |round| {
        let last: String = message(1_000_000 + round, "").chars().take(1_000).collect();
        let mut all = messages.clone();
        all[turns - 1] = &last;
        let body = chat(&all);
        timed(|| judge(&engine, &body), |(_, report)| assert!(report.bytes_scanned < 4_000))
    });
    let body = chat(&messages);
    let tree = median(rounds, |_| timed(|| obvious(&engine, &body), |found| assert_eq!(*found, 0)));
    line(&format!("turn {turns} of a conversation, 1 KB a turn"), cost, Some(tree));
}

/// About 4 KB that no other round has.
fn message(round: usize, values: &str) -> String {
    let letters: String =
        format!("{round:06}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
    format!("{letters} {}{values}{}", PROSE.repeat(6), PROSE.repeat(6))
}

fn values() -> String {
    let niss = ["72.04.15-127", "90"].join(".");
    let address = ["marie.dubois", "ville-mons.be"].join("@");
    let other = ["64.11.23-318", "25"].join(".");
    format!("NISS {niss}, courriel {address}, NISS du conjoint {other}. ")
}

fn chat(messages: &[&str]) -> Vec<u8> {
    let messages: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let role = if at % 2 == 0 && at + 1 < messages.len() { "assistant" } else { "user" };
            serde_json::json!({"role": role, "content": text})
        })
        .collect();
    let body =
        serde_json::json!({"model": "gpt-5", "stream": true, "temperature": 0.7, "messages": messages});
    serde_json::to_vec(&body).unwrap()
}

fn judge(engine: &Engine, body: &[u8]) -> (Verdict, Report) {
    let inbound = Inbound {
        id: &RequestId("r".into()),
        tool: engine.catalogue.by_id("openai-api").map(Arc::as_ref),
        host: "api.openai.com",
        method: &Method::POST,
        path_and_query: "/v1/chat/completions",
        headers: &HeaderMap::new(),
        body,
        carrier: Carrier::Http,
        user: &User::default(),
        language: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    inspect(engine, &inbound, &NoneConfirmed)
}

/// Reads the body into a tree and scans each string.
fn obvious(engine: &Engine, body: &[u8]) -> usize {
    fn visit(engine: &Engine, value: &serde_json::Value, scratch: &mut Scratch) -> usize {
        match value {
            serde_json::Value::String(text) => {
                let mut found = Vec::new();
                engine.scanner.scan(text.as_bytes(), &Hint::default(), scratch, &mut found);
                found.len()
            }
            serde_json::Value::Array(items) => items.iter().map(|item| visit(engine, item, scratch)).sum(),
            serde_json::Value::Object(members) => {
                members.values().map(|item| visit(engine, item, scratch)).sum()
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => 0,
        }
    }
    let tree: serde_json::Value = serde_json::from_slice(body).unwrap();
    visit(engine, &tree, &mut Scratch::default())
}

fn timed<T>(work: impl FnOnce() -> T, check: impl FnOnce(&T)) -> u128 {
    let start = Instant::now();
    let result = black_box(work());
    let time = start.elapsed().as_nanos();
    check(&result);
    time
}

fn median(rounds: usize, mut round: impl FnMut(usize) -> u128) -> u128 {
    let mut times: Vec<u128> = (0..rounds).map(&mut round).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn line(name: &str, own: u128, obvious: Option<u128>) {
    let micros = |nanos: u128| format!("{:.2} µs", nanos as f64 / 1_000.0);
    println!("{name:<44} {:>12} {:>12}", micros(own), obvious.map(micros).unwrap_or_default());
}
