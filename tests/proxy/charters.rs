//! Hosts that a charter keeps out of sight or only sets a header for, over real sockets; and what is counted of real
//! requests.

use super::harness::*;
use guard::audit::event::Fields;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use http::StatusCode;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

const HEAD: &str = "id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\n";

async fn under(charter: &str, service: &Service, audit: Option<Arc<Audit>>) -> Proxy {
    let mut setup = Setup { audit, ..Setup::before(service) };
    for host in [OPENAI, SIGN_IN] {
        setup.resolve.insert(format!("{host}:443"), service.address.to_string());
        setup.constraints.push(host.to_owned());
    }
    setup.constraints.push(BANK.to_owned());
    let proxy = setup.start().await;
    proxy.take(&format!("{HEAD}{charter}"));
    proxy
}

const RULE: &str = "[[rule]]\narticle = \"art. 7\"\nwhen = { class = \"credential\" }\naction = \"block\"\n";

fn secret() -> String {
    let text = format!("mon mot de passe est {}", ["Zx9", "!kfQ", "w27"].concat());
    serde_json::json!({"messages": [{"role": "user", "content": text}]}).to_string()
}

#[tokio::test]
async fn what_is_never_inspected_shows_its_own_certificate_whatever_else_is_said() {
    let service = Service::noting(&["http/1.1"]).await;
    // An own tool that is too wide, and a list that wins over it.
    let own = format!("[[tools.own]]\nname = \"Too wide\"\nhosts = [\"{BANK}\"]\n{RULE}");
    let never = format!("{own}[inspection]\nnever = [\"{BANK}\"]\n");
    let target = format!("{BANK}:443");

    let proxy = under(&own, &service, None).await;
    assert!(
        proxy.tls_trusting(&target, BANK, &[], &service.root).await.is_err(),
        "decrypted without the list"
    );
    let mut client = proxy.http1(BANK).await;
    let answer = client.send_request(post(BANK, "/", secret())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);

    let proxy = under(&never, &service, None).await;
    assert!(
        proxy.tls_trusting(&target, BANK, &[], &proxy.root).await.is_err(),
        "our certificate is not shown"
    );
    let mut stream = proxy.tls_trusting(&target, BANK, &["http/1.1"], &service.root).await.unwrap();
    let body = secret();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {BANK}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(service.last().body, body, "byte for byte to the service itself");
}

#[tokio::test]
async fn on_sign_in_hosts_the_header_is_set_and_bodies_are_not_read() {
    let service = Service::noting(&["http/1.1"]).await;
    let tenant = "[tools.tenant_headers]\nm365-copilot = { sec-Restrict-Tenant-Access-Policy = \"d1:p1\" }\n";
    let proxy = under(&format!("{tenant}{RULE}"), &service, None).await;
    let mut client = proxy.http1(SIGN_IN).await;
    let mut request = post(SIGN_IN, "/common/login", secret());
    // A client that would like another workspace.
    request.headers_mut().insert("sec-restrict-tenant-access-policy", "mine:own".parse().unwrap());
    let (status, ..) = text(client.send_request(request).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "a password belongs there");
    let received = service.last();
    assert_eq!(received.headers["sec-restrict-tenant-access-policy"], "d1:p1");
    assert_eq!(received.headers.get_all("sec-restrict-tenant-access-policy").iter().count(), 1);
    assert_eq!(received.body, secret(), "byte for byte");

    // Without the setting the host is nobody's business.
    let proxy = under(RULE, &service, None).await;
    let target = format!("{SIGN_IN}:443");
    assert!(proxy.tls_trusting(&target, SIGN_IN, &[], &service.root).await.is_ok(), "its own certificate");
}

/// The value of a sample of the page.
fn sample(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

#[tokio::test]
async fn what_is_scraped_says_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let fields = Fields { session: true, ..Fields::default() };
    let audit = Arc::new(Audit::open(folder.path(), Settings { fields, ..Settings::default() }).unwrap());
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = under(RULE, &service, Some(Arc::clone(&audit))).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = Arc::clone(&proxy.state);
    let page = move || state.metrics().page(state.audit().map(AsRef::as_ref));
    tokio::spawn(guard::gateway::serve::serve(listener, page));

    let mut client = proxy.http1(OPENAI).await;
    for body in [String::from("{\"messages\":[]}"), secret()] {
        client.ready().await.unwrap();
        text(client.send_request(post(OPENAI, "/v1/chat/completions", body)).await.unwrap()).await;
    }
    drop(client);
    audit.flush().wait().unwrap();

    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let page = rest(&mut socket).await;
    for (name, least) in [
        ("guard_requests_total{tool=\"openai-api\",action=\"allow\"}", 1.0),
        ("guard_requests_total{tool=\"openai-api\",action=\"block\"}", 1.0),
        ("guard_findings_total{class=\"credential\"}", 1.0),
        ("guard_body_bytes_total{inspection=\"inspected\"}", 20.0),
        ("guard_stage_seconds_count{stage=\"read\"}", 2.0),
        ("guard_stage_seconds_count{stage=\"inspect\"}", 2.0),
        ("guard_stage_seconds_count{stage=\"upstream\"}", 1.0),
        ("guard_stage_seconds_count{stage=\"total\"}", 2.0),
        ("guard_stage_seconds_bucket{stage=\"total\",le=\"+Inf\"}", 2.0),
        ("guard_audit_events_total", 2.0),
        ("guard_audit_queue", 0.0),
        ("guard_audit_lost_total", 0.0),
    ] {
        let value = sample(&page, name);
        assert!(value.is_some_and(|value| value >= least), "{name} is {value:?} in\n{page}");
    }
    assert!(!page.contains("kfQ") && !page.contains("chat/completions"), "{page}");

    // The audit knows which requests came over one connection.
    let connection = guard::audit::ledger::reader(folder.path()).unwrap();
    let mut sessions = Vec::new();
    guard::audit::query::each(&connection, &guard::audit::query::Selection::default(), 0, |row| {
        sessions.push(row.record.session);
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert!(sessions.len() == 2 && sessions[0].is_some() && sessions[0] == sessions[1], "{sessions:?}");
}

#[tokio::test]
async fn a_charter_is_acknowledged_once_before_anything_goes_out() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(Audit::open(folder.path(), Settings::default()).unwrap());
    let service = Service::noting(&["http/1.1"]).await;
    let asked = "[[article]]\nname = \"art. 1\"\ndemands = \"<No> secrets\"\n[[article]]\nname = \"receipt\"\ndemands = \"To be read\"\n\
                 [acknowledgement]\nrequired = true\narticle = \"receipt\"\ntext = \"I have read it.\"\n";
    let proxy = under(asked, &service, Some(Arc::clone(&audit))).await;
    let hello = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    let mut client = proxy.http1(OPENAI).await;
    let (status, headers, body) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", hello)).await.unwrap()).await;
    assert_eq!(
        (status, &headers["x-guard-decision"]),
        (StatusCode::BAD_REQUEST, &"confirm".parse().unwrap())
    );
    assert_eq!((&headers["x-guard-articles"], service.count()), (&"receipt".parse().unwrap(), 0));
    let code = headers["x-guard-reference"].to_str().unwrap();
    let path = format!("/.well-known/guard/{code}");
    assert!(body.contains(&format!("https://{OPENAI}{path}")), "{body}");

    let read = http::Request::get(&path).header("host", OPENAI).body(full("")).unwrap();
    client.ready().await.unwrap();
    let (_, _, page) = text(client.send_request(read).await.unwrap()).await;
    assert!(page.contains("I have read it.") && page.contains("&lt;No&gt; secrets"), "{page}");
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let agree = |clicked: bool| {
        let agreed = http::Request::post(&path).header("host", OPENAI);
        let agreed = if clicked {
            agreed
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-user", "?1")
                .header("sec-fetch-site", "same-origin")
        } else {
            agreed
        };
        agreed.body(full(format!("nonce={nonce}"))).unwrap()
    };
    for (clicked, wanted) in [(false, 403), (true, 200), (true, 404)] {
        client.ready().await.unwrap();
        let (status, ..) = text(client.send_request(agree(clicked)).await.unwrap()).await;
        assert_eq!(status.as_u16(), wanted, "by a user, once");
    }
    client.ready().await.unwrap();
    let (status, ..) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", hello)).await.unwrap()).await;
    assert_eq!((status, service.count()), (StatusCode::OK, 1));

    audit.flush().wait().unwrap();
    let connection = guard::audit::ledger::reader(folder.path()).unwrap();
    let mut kinds = Vec::new();
    guard::audit::query::each(&connection, &guard::audit::query::Selection::default(), 0, |row| {
        kinds.push(row.record.kind);
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    use guard::audit::record::RecordKind::{Acknowledged, Decision};
    assert_eq!(kinds, [Decision, Acknowledged, Decision]);
}
