//! Local pages: only under our own names, only for users, confirmations only as browsers send them.

use super::harness::*;
use guard::charter::{Action, Decision};
use guard::inspect::{Carrier, Inbound, Report, RequestId};
use guard::proxy::confirmations::PAGES;
use guard::proxy::{CONTROL, control_tag};
use guard::user::User;
use http::{HeaderMap, Method};
use tokio::io::AsyncWriteExt;

async fn get(proxy: &Proxy, host: &str, path: &str) -> String {
    let mut socket = proxy.socket().await;
    socket
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    rest(&mut socket).await
}

#[tokio::test]
async fn pages_stand_under_our_own_names_only() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let own = proxy.address.to_string();
    assert!(get(&proxy, &own, "/").await.contains("<code>words</code>"));
    assert!(get(&proxy, "guard.internal", "http://guard.internal/").await.contains("<code>words</code>"));
    let pac = get(&proxy, &own, "/proxy.pac").await;
    assert!(
        pac.contains("application/x-ns-proxy-autoconfig")
            && pac.contains(&format!("PROXY {own}"))
            && pac.contains(AI)
    );
    assert!(get(&proxy, &own, "/ca.pem").await.contains("-----BEGIN CERTIFICATE-----"));
    assert!(get(&proxy, &own, "/nothing").await.starts_with("HTTP/1.1 404 "));
    for stranger in ["evil.test", "evil.test:80", "127.0.0.1:1"] {
        assert!(get(&proxy, stranger, "/").await.starts_with("HTTP/1.1 421 "), "{stranger}");
    }
}

/// Holds a request of this process's user, as the judge would.
fn hold(proxy: &Proxy, code: &str) {
    let (method, headers, user) = (Method::POST, HeaderMap::new(), User::default());
    let inbound = Inbound {
        id: &RequestId(code.into()),
        tool: None,
        host: AI,
        method: &method,
        path_and_query: "/",
        headers: &headers,
        body: b"",
        carrier: Carrier::Http,
        user: &user,
        language: None,
        now: jiff::Timestamp::now(),
    };
    let decision = Decision { action: Action::Confirm, ..Decision::default() };
    proxy.confirmations.hold(&inbound, &Report { decision, held: vec![7], ..Report::default() }).unwrap();
}

fn is_confirmed(proxy: &Proxy) -> bool {
    proxy.confirmations.is_confirmed(None, &User::default(), 7, jiff::Timestamp::now())
}

const CLICKED: &str = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: same-origin\r\nOrigin: https://api.ai.test\r\n";

async fn send(proxy: &Proxy, code: &str, fields: &str, form: &str) -> String {
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let request = format!(
        "POST {PAGES}{code} HTTP/1.1\r\nHost: {AI}\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

async fn nonce(proxy: &Proxy, code: &str) -> String {
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream
        .write_all(
            format!("GET {PAGES}{code} HTTP/1.1\r\nHost: {AI}\r\nConnection: close\r\n\r\n").as_bytes(),
        )
        .await
        .unwrap();
    let page = rest(&mut stream).await;
    page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_confirms_on_the_intercepted_origin_and_nobody_else_does() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    hold(&proxy, "code1");
    let nonce = nonce(&proxy, "code1").await;
    let good = format!("nonce={nonce}&because=the+tender+needs+it");
    for fields in [
        "",
        "Sec-Fetch-Mode: cors\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: same-origin\r\nOrigin: https://evil.test\r\n",
    ] {
        let answer = send(&proxy, "code1", fields, &good).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{fields}: {answer}");
    }
    assert!(
        send(&proxy, "code1", CLICKED, "nonce=wrong&because=the+tender+needs+it")
            .await
            .starts_with("HTTP/1.1 403 ")
    );
    assert!(
        send(&proxy, "code1", CLICKED, &format!("nonce={nonce}&because=short"))
            .await
            .starts_with("HTTP/1.1 422 ")
    );
    assert!(send(&proxy, "code2", CLICKED, &good).await.starts_with("HTTP/1.1 404 "));
    assert!(!is_confirmed(&proxy));
    assert!(send(&proxy, "code1", CLICKED, &good).await.starts_with("HTTP/1.1 200 "));
    assert!(is_confirmed(&proxy));
    assert!(send(&proxy, "code1", CLICKED, &good).await.starts_with("HTTP/1.1 404 "), "once");
    assert_eq!(service.count(), 0, "nothing of it reached the service");
}

#[tokio::test]
async fn the_command_confirms_by_the_key_of_the_account() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    hold(&proxy, "code");
    let form = "because=the+tender+needs+it";
    for tag in [
        control_tag(b"another", "code"),
        control_tag(CONTROL_KEY, "other"),
        String::from("zz"),
        String::new(),
    ] {
        let answer = send(&proxy, "code", &format!("{CONTROL}: {tag}\r\n"), form).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
    let tag = control_tag(CONTROL_KEY, "code");
    assert!(send(&proxy, "code", &format!("{CONTROL}: {tag}\r\n"), form).await.starts_with("HTTP/1.1 200 "));
    assert!(is_confirmed(&proxy));
}

#[tokio::test]
async fn nothing_is_told_under_a_reference_that_nobody_was_given() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let page = |code: &str| {
        format!(
            "GET {PAGES}{code} HTTP/1.1\r\nHost: {AI}\r\nConnection: close\r\nAccept-Language: nl\r\n\r\n"
        )
    };
    stream.write_all(page("unknown").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn a_text_can_be_tried_by_hand_and_its_values_are_not_shown() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = super::judged::judged("baseline", &service).await;
    let own = proxy.address.to_string();
    assert!(get(&proxy, &own, "/scan").await.contains("<textarea name=\"text\""));
    let form = "text=Mon+IBAN+est+BE68+5390+0754+7034%2E";
    let send = async |fields: &str| {
        let mut socket = proxy.socket().await;
        let request = format!(
            "POST /scan HTTP/1.1\r\nHost: {own}\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{form}",
            form.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        rest(&mut socket).await
    };
    assert!(send("").await.starts_with("HTTP/1.1 403 "), "by a program");
    let clicked = format!(
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://{own}\r\n"
    );
    let page = send(&clicked).await;
    assert!(page.contains("(IBAN)"), "{page}");
    assert!(!page.contains("5390"), "{page}");
    assert_eq!(service.count(), 0);
}
