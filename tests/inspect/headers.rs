//! What clients send beside their text: sign-ins, ids, addresses of their own. None of it may alarm.

use super::engine::{Ask, engine};
use guard::inspect::{Carrier, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers as SDKs, command lines and browsers send them; `«hex»` and `«b64»` stand for what is random.
const CLIENTS: [&str; 6] = [
    "accept: application/json\naccept-encoding: gzip, deflate\nconnection: keep-alive\ncontent-type: application/json\n\
     user-agent: OpenAI/Python 2.54.0\nx-stainless-arch: x64\nx-stainless-async: false\nx-stainless-lang: python\n\
     x-stainless-os: Linux\nx-stainless-package-version: 2.54.0\nx-stainless-read-timeout: 600\n\
     x-stainless-retry-count: 0\nx-stainless-runtime: CPython\nx-stainless-runtime-version: 3.11.2\n\
     authorization: Bearer sk-proj-«b64»\nopenai-organization: org-«hex»\nopenai-project: proj_«hex»\n\
     idempotency-key: stainless-python-retry-«uuid»",
    "user-agent: claude-cli/2.1.3 (external, cli)\nx-app: cli\nanthropic-version: 2023-06-01\n\
     anthropic-beta: claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14\n\
     anthropic-dangerous-direct-browser-access: true\nx-api-key: sk-ant-api03-«b64»\nx-client-request-id: «uuid»\n\
     traceparent: 00-«hex»-«hex»-01\nbaggage: sentry-trace_id=«hex»,sentry-release=2.1.3\nx-datadog-trace-id: 4539578763621486123\n\
     x-datadog-parent-id: 4539578763621486\nx-b3-traceid: «hex»\nx-request-start: t=1763865600123",
    "user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0\n\
     sec-ch-ua: \"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\"\nsec-ch-ua-full-version-list: \"Chromium\";v=\"141.0.7390.108\", \"Not?A_Brand\";v=\"8.0.0.0\"\n\
     sec-ch-ua-arch: \"x86\"\nsec-ch-ua-bitness: \"64\"\nsec-ch-ua-model: \"\"\nsec-ch-ua-platform: \"Windows\"\nsec-ch-ua-platform-version: \"19.0.0\"\n\
     origin: https://chatgpt.com\nreferer: https://chatgpt.com/c/«uuid»\noai-device-id: «uuid»\noai-language: fr-FR\n\
     oai-client-version: prod-«hex»\noai-client-build-number: 1234567\noai-echo-logs: 0,1234,1,5678,0,91011\n\
     openai-sentinel-chat-requirements-token: gAAAAAB«b64»\nopenai-sentinel-proof-token: gAAAAAB«b64»\n\
     x-conduit-token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.«b64».«b64»\nx-openai-target-path: /backend-api/f/conversation\n\
     cookie: __Secure-next-auth.session-token=«b64»; cf_clearance=«b64»-1763865600-1.2.1.1-«b64»; _ga=GA1.1.1234567890.1763865600; \
     oai-sc=0g«b64»; intercom-session-«hex»=«b64»; user=jan.peeters%40gmail.com; _dd_s=aid=«uuid»&rum=0&expire=1763866500000",
    "authorization: SAPISIDHASH 1763865600_«hex» SAPISID1PHASH 1763865600_«hex»\nx-goog-authuser: 0\n\
     x-goog-ext-525001261-jspb: [1,null,null,null,\"«hex»\",null,null,0,[4]]\nx-goog-ext-73010989-jspb: [0]\nx-same-domain: 1\n\
     x-client-data: CJW2yQEIo7bJAQipncoBCKijywE=\nx-goog-api-client: gl-python/3.11.2 grpc/1.62.0 gax/2.17.0 gapic/1.60.0\n\
     x-goog-request-params: model=models/gemini-3-pro\nx-goog-user-project: acme-prod-123456\nx-browser-validation: «b64»\n\
     x-browser-copyright: Copyright 2026 Google LLC. All Rights reserved.\nx-browser-year: 2026",
    "authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-3/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=«hex»\n\
     x-amz-date: 20261123T041500Z\nx-amz-security-token: «b64»\nx-amz-content-sha256: UNSIGNED-PAYLOAD\namz-sdk-invocation-id: «uuid»\n\
     amz-sdk-request: attempt=1; max=3\nuser-agent: Boto3/1.44.0 md/Botocore#1.44.0 ua/2.1 os/linux#6.1.0-28-amd64 md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy",
    "user-agent: courrier-robot/1.0 (+https://www.commune.be; robot@commune.be)\nfrom: robot@commune.be\nx-forwarded-for: 81.246.12.77, 10.0.0.4\n\
     forwarded: for=\"81.246.12.77:47011\"\nx-real-ip: 81.246.12.77\nvia: 1.1 squid.commune.be (squid/5.7)\nx-forwarded-email: jan.peeters@gmail.com\n\
     x-forwarded-user: jan.peeters\nx-ms-client-request-id: «uuid»\nx-anchormailbox: Oid:«uuid»@«uuid»\n\
     sec-websocket-protocol: realtime, openai-insecure-api-key.sk-proj-«b64», openai-beta.realtime-v1\nif-none-match: W/\"1234567890123\"\n\
     helicone-auth: Bearer sk-helicone-«b64»\nvscode-sessionid: «uuid»1763865600123\nvscode-machineid: «hex»\neditor-version: vscode/1.106.0\n\
     copilot-integration-id: vscode-chat\nx-github-api-version: 2025-05-01\nx-initiator: user\nx-interaction-id: «uuid»",
];

/// Fills in what is random, the same way each time for a seed.
fn filled(text: &str, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut random = |count: usize, of: &[u8]| -> String {
        (0..count).map(|_| char::from(of[next() % of.len()])).collect()
    };
    let mut text = text.to_owned();
    while let Some(start) = text.find('«') {
        let end = start + text[start..].find('»').unwrap() + '»'.len_utf8();
        let hex = b"0123456789abcdef";
        let with = match &text[start..end] {
            "«hex»" => random(32, hex),
            "«uuid»" => [8, 4, 4, 4, 12].map(|count| random(count, hex)).join("-"),
            "«b64»" => random(86, letters),
            other => panic!("{other}"),
        };
        text.replace_range(start..end, &with);
    }
    text
}

#[test]
fn what_clients_send_beside_their_text_does_not_alarm() {
    let engine = engine("baseline");
    let mut alarms = Vec::new();
    for (client, seed) in (0..CLIENTS.len()).flat_map(|client| (1..=50).map(move |seed| (client, seed))) {
        let mut headers = HeaderMap::new();
        for line in filled(CLIENTS[client], seed).lines() {
            let (name, value) = line.split_once(": ").unwrap();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let ask = Ask {
            tool: "openai-api",
            path: "/v1/chat/completions",
            headers: &headers,
            body: br#"{"model":"gpt-5","messages":[{"role":"user","content":"Bonjour"}]}"#,
            carrier: Carrier::Http,
        };
        let (verdict, report) = ask.judge(&engine);
        if !matches!(verdict, Verdict::Forward) || !report.findings.is_empty() {
            alarms.push(format!("{client}: {:?}", report.findings));
        }
    }
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}
