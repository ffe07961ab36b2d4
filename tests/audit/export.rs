//! Exporters: every event reaches the receiver at least once, also over its failures and our restarts, and a dead
//! receiver slows nobody.

use super::help::{Story, TestClock, event, settings};
use guard::audit::event::IdentityMode;
use guard::audit::export::Target;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::charter::Action;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// A receiver that answers its n-th request with `status(n)` and hands over the bodies that it acknowledged.
pub fn http_receiver(status: impl Fn(usize) -> u16 + Send + 'static) -> (u16, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (bodies, received) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let body = request_body(&stream);
            let status = status(number);
            let answer = format!("HTTP/1.1 {status} Done\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if status == 200 && bodies.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    (port, received)
}

fn request_body(stream: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    body
}

fn open(folder: &Path, target: Target) -> Audit {
    let clock = TestClock::new();
    let exports = vec![target];
    Audit::open(folder, Settings { exports, ..settings(&clock, IdentityMode::None) }).unwrap()
}

fn record(audit: &Audit, from: u64, to: u64, action: Action) {
    for number in from..to {
        let id = format!("req-{number}");
        audit.record(event(&Story { id: &id, action, ..Story::default() })).wait().unwrap();
    }
}

/// The numbers of the events in OTLP bodies, until `last` has come.
fn otlp_numbers(received: &Receiver<Value>, last: i64) -> Vec<i64> {
    let mut numbers = Vec::new();
    while !numbers.contains(&last) {
        let body = received.recv_timeout(PATIENCE).unwrap();
        let records = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap().clone();
        for record in records {
            let payload: Value =
                serde_json::from_str(record["body"]["stringValue"].as_str().unwrap()).unwrap();
            assert_eq!(payload["kind"], "decision");
            let attributes = record["attributes"].as_array().unwrap();
            let seq = attributes.iter().find(|attribute| attribute["key"] == "guard.seq").unwrap();
            numbers.push(seq["value"]["intValue"].as_str().unwrap().parse().unwrap());
        }
    }
    numbers
}

#[test]
fn otlp_gets_every_event_over_failures_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let (port, received) = http_receiver(|number| if number.is_multiple_of(2) { 503 } else { 200 });
    let target: Target = format!("otlp:http://127.0.0.1:{port}").parse().unwrap();
    let audit = open(folder.path(), target.clone());
    record(&audit, 0, 20, Action::Block);
    let first = otlp_numbers(&received, 20);
    drop(audit);
    // While nobody sends, somebody else writes.
    let silent = Audit::open(folder.path(), settings(&TestClock::new(), IdentityMode::None)).unwrap();
    record(&silent, 20, 30, Action::Block);
    drop(silent);
    let audit = open(folder.path(), target);
    record(&audit, 30, 31, Action::Block);
    let mut numbers = [first, otlp_numbers(&received, 31)].concat();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (1..=31).collect::<Vec<i64>>());
}

#[test]
fn a_webhook_gets_incidents_only_and_a_poisoned_event_does_not_hold_up_the_others() {
    let folder = tempfile::tempdir().unwrap();
    // The first whole group is refused as unreadable, then its half, and so on down to one event, given up.
    let (port, received) = http_receiver(|number| if number < 3 { 422 } else { 200 });
    let target: Target = format!("webhook:http://127.0.0.1:{port}/hook?token=x").parse().unwrap();
    let waiting = Audit::open(
        folder.path(),
        Settings {
            exports: vec!["webhook:http://127.0.0.1:9".parse().unwrap()],
            ..settings(&TestClock::new(), IdentityMode::None)
        },
    );
    drop(waiting.unwrap());
    let audit = open(folder.path(), target);
    record(&audit, 0, 2, Action::Allow);
    record(&audit, 2, 40, Action::Block);
    record(&audit, 40, 41, Action::Observe);
    let mut numbers = Vec::new();
    while numbers.last() != Some(&40) {
        let body = received.recv_timeout(PATIENCE).unwrap();
        assert_eq!(body["source"], "guard");
        for event in body["events"].as_array().unwrap() {
            assert_eq!(event["action"], "block");
            numbers.push(event["seq"].as_i64().unwrap());
        }
    }
    assert!(numbers.len() >= 35, "{numbers:?}");
    assert!(numbers.iter().all(|number| (3..=40).contains(number)));
}

#[test]
fn a_dead_receiver_slows_nobody() {
    let folder = tempfile::tempdir().unwrap();
    // Takes connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let audit = open(folder.path(), format!("otlp:http://127.0.0.1:{port}").parse().unwrap());
    let started = std::time::Instant::now();
    record(&audit, 0, 200, Action::Block);
    drop(audit);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

/// Reads syslog frames to the end of the connection.
fn frames(mut stream: impl Read, messages: &Sender<String>) {
    let mut bytes = Vec::new();
    // A TLS peer may close without saying so.
    let _closed = stream.read_to_end(&mut bytes);
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().unwrap();
        let message = &rest[space + 1..space + 1 + length];
        messages.send(String::from_utf8(message.to_vec()).unwrap()).unwrap();
        rest = &rest[space + 1 + length..];
    }
}

fn check_syslog(received: &Receiver<String>) {
    let mut last = String::new();
    while !last.contains("sequenceId=\"5\"") {
        last = received.recv_timeout(PATIENCE).unwrap();
        // Facility 13 (log audit), severity 4 (warning).
        assert!(last.starts_with("<108>1 2026-03-02T08:00:00.000000Z - guard - decision ["), "{last}");
    }
    let json = last.split('\u{feff}').nth(1).unwrap();
    let event: Value = serde_json::from_str(json).unwrap();
    assert_eq!((&event["seq"], &event["request"]), (&Value::from(5), &Value::from("req-4")));
}

#[test]
fn syslog_over_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (messages, received) = channel();
    std::thread::spawn(move || listener.incoming().for_each(|stream| frames(stream.unwrap(), &messages)));
    let audit = open(folder.path(), format!("syslog:tcp://127.0.0.1:{port}").parse().unwrap());
    record(&audit, 0, 5, Action::Block);
    check_syslog(&received);
}

#[test]
fn syslog_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let der = cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let (messages, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            frames(rustls::StreamOwned::new(connection, stream.unwrap()), &messages);
        }
    });
    let mut target: Target = format!("syslog:tls://localhost:{port}").parse().unwrap();
    target.roots = vec![der.as_ref().into()];
    let audit = open(folder.path(), target);
    record(&audit, 0, 5, Action::Block);
    check_syslog(&received);
}
