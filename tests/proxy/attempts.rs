//! Attempts to get round the guard stand in the audit, each under its word.

use super::harness::*;
use guard::audit::query::Selection;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use http::HeaderValue;
use serde_json::Value;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// The attempts in the store: word and host.
fn attempts(folder: &Path) -> Vec<(String, String)> {
    let connection = guard::audit::ledger::reader(folder).unwrap();
    let mut found = Vec::new();
    guard::audit::query::each(&connection, &Selection::default(), 0, |row| {
        let record: Value = serde_json::from_str(row.payload).unwrap();
        if record["kind"] == "attempt" {
            assert_eq!(record["action"], "block");
            let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
            found.push((text("detail"), text("host")));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

#[tokio::test]
async fn each_attempt_is_recorded_under_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(Audit::open(folder.path(), Settings::default()).unwrap());
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup { audit: Some(Arc::clone(&audit)), ..Setup::before(&service) }.start().await;
    let recorded = async |words: &[&str]| {
        audit.flush().await.unwrap();
        let found: Vec<String> = attempts(folder.path()).into_iter().map(|(word, _)| word).collect();
        assert_eq!(found, words);
    };
    // Headers in our name count for nothing: the request goes on without them.
    let mut request = post(AI, "/v1/chat", "{}");
    request.headers_mut().insert("x-guard-decision", HeaderValue::from_static("allow"));
    text(proxy.http1(AI).await.send_request(request).await.unwrap()).await;
    assert!(!service.last().headers.contains_key("x-guard-decision"));
    recorded(&["forged_header"]).await;
    // Two lengths, inside TLS and at the listener itself.
    let two =
        "POST /v1/chat HTTP/1.1\r\nHost: api.ai.test\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}";
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(two.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
    let mut socket = proxy.socket().await;
    socket.write_all(two.as_bytes()).await.unwrap();
    assert!(rest(&mut socket).await.starts_with("HTTP/1.1 400 "));
    recorded(&["forged_header", "framing", "framing"]).await;
    // Another host inside than outside; something that is neither TLS nor HTTP.
    let answer = proxy.http1(AI).await.send_request(post(BANK, "/v1/chat", "{}")).await.unwrap();
    assert_eq!(answer.status(), http::StatusCode::MISDIRECTED_REQUEST);
    let mut socket = proxy.connect(&format!("{AI}:443")).await;
    socket.write_all(b"SSH-2.0-test\r\n").await.unwrap();
    assert_eq!(rest(&mut socket).await, "");
    recorded(&["forged_header", "framing", "framing", "host_mismatch", "opaque_protocol"]).await;
    // A method that is none.
    let mut request = post(AI, "/v1/chat", "{}");
    *request.method_mut() = "85.07.30-033.28".parse().unwrap();
    let answer = proxy.http1(AI).await.send_request(request).await.unwrap();
    assert_eq!(answer.status(), http::StatusCode::METHOD_NOT_ALLOWED);
    recorded(&["forged_header", "framing", "framing", "host_mismatch", "opaque_protocol", "method"]).await;
    let hosts: Vec<String> = attempts(folder.path()).into_iter().map(|(_, host)| host).collect();
    let known = "*.ai.test";
    assert_eq!(hosts, [known, known, "", known, known, known], "as the catalogue writes them");
    assert_eq!(service.count(), 1, "nothing else went out");
}
