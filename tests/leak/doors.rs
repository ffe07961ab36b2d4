//! The doors of the proxy: every way by which something that a user typed, or a service answered, comes in.

use super::canaries::Canary;
use super::world::{CHAT, Told, World, prompt};
use crate::proxy::websockets::{hear, say};
use fastwebsockets::{FragmentCollector, Role, WebSocket};
use guard::finding::Class;
use guard::limits::BODY_BYTES_IN_MEMORY;
use guard::proxy::confirmations::PAGES;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What everybody's charter here begins with.
const HEAD: &str = "id = \"leak\"\ntitle = \"Leak\"\nlanguage = \"en\"\nreversible = true\n";
const AUDIT: &str = "[audit]\nidentity = \"clear\"\ndurable = true\nfields = [\"host\", \"duration\", \"volume\", \"detectors\", \"justification\",\n\
    \"bypass\", \"address\", \"machine\", \"application\", \"session\", \"files\"]\n[alerts]\nthresholds = [{ article = \"keys\", count = 3, within = \"1h\" }]\n";

/// A charter under which doors are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charter {
    /// Keys are blocked, organisations' numbers warned of, all else masked.
    Masking,
    /// Everything is held until it is justified.
    Holding,
    /// Nothing goes out before the charter is acknowledged.
    Acknowledging,
    /// Answers that hold something are stopped.
    Answers,
    /// They are counted.
    Counting,
}

impl Charter {
    pub fn text(self) -> String {
        let all = "[\"personal\", \"credential\", \"business\", \"confidential\"]";
        let rule = |article: &str, when: &str, action: &str| {
            format!(
                "[[rule]]\narticle = \"{article}\"\nwhen = {{ {when}, confidence = \"low\" }}\naction = \"{action}\"\n"
            )
        };
        let masking = rule("keys", "class = \"credential\"", "block")
            + &rule("numbers", "class = \"business\"", "warn")
            + &rule("people", &format!("class = {all}"), "redact");
        let answers =
            |action: &str| rule("answers", &format!("direction = \"response\", class = {all}"), action);
        let rules = match self {
            Self::Masking => masking,
            Self::Holding => rule("held", &format!("class = {all}"), "confirm"),
            Self::Acknowledging => {
                String::from(
                    "[acknowledgement]\nrequired = true\narticle = \"read\"\ntext = \"I have read it.\"\n",
                ) + &masking
            }
            Self::Answers => answers("block"),
            Self::Counting => answers("observe"),
        };
        format!("{HEAD}{rules}{AUDIT}")
    }
}

/// A way in; gives what guard itself said to whoever came through it.
pub type Try = fn(&World) -> Vec<u8>;

/// Every door of the proxy, by charter.
pub const DOORS: &[(Charter, &str, Try)] = &[
    (Charter::Masking, "a chat over HTTP", chats),
    (Charter::Masking, "a chat whose answer streams", streamed),
    (Charter::Masking, "path and query", addresses),
    (Charter::Masking, "headers", headers),
    (Charter::Masking, "the name of an uploaded file", file_names),
    (Charter::Masking, "an upload that waits in a file", spilled),
    (Charter::Masking, "a form and a broken body", other_bodies),
    (Charter::Masking, "a body in an unknown encoding", unreadable),
    (Charter::Masking, "ambiguous framing", framing),
    (Charter::Masking, "the name of a host", hosts),
    (Charter::Masking, "a service that cannot be reached", dead_service),
    (Charter::Masking, "messages of a WebSocket", websocket_out),
    (Charter::Masking, "the page that tries a text", scan_box),
    (Charter::Masking, "the page that says why", why),
    (Charter::Masking, "an unknown page", unknown_page),
    (Charter::Holding, "the page that confirms", confirming),
    (Charter::Acknowledging, "the page of acknowledgement", acknowledging),
    (Charter::Answers, "a whole answer", answer),
    (Charter::Answers, "an answer that streams", streamed_answer),
    (Charter::Answers, "messages of a WebSocket from the service", websocket_in),
    (Charter::Counting, "a whole answer that is counted", counted),
    (Charter::Counting, "an answer that streams and is counted", counted_stream),
];

/// What a browser says where a user clicked.
const CLICKED: &str = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Site: same-origin\r\n\
                       Content-Type: application/x-www-form-urlencoded\r\n";

/// What guard said itself: what it passes on holds the user's own values, put back.
fn own(told: &Told) -> Vec<u8> {
    let is_own = matches!(told.decision(), "block" | "confirm") || told.status >= 400;
    if is_own { told.bytes() } else { told.head.clone().into_bytes() }
}

fn each(world: &World, go: impl Fn(&Canary) -> Told) -> Vec<u8> {
    world.canaries.iter().flat_map(|canary| own(&go(canary))).collect()
}

const fn masked(class: Class) -> &'static str {
    match class {
        Class::Credential => "block",
        Class::Business => "warn",
        Class::Personal | Class::Confidential | Class::Classification => "redact",
    }
}

fn chats(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let told = world.chat(&canary.line);
        assert_eq!(told.decision(), masked(canary.class), "{canary:?}: {}", told.head);
        told
    })
}

fn streamed(world: &World) -> Vec<u8> {
    each(world, |canary| streaming(world, canary))
}

fn streaming(world: &World, canary: &Canary) -> Told {
    let head = "Content-Type: application/json\r\n";
    world.ask(&format!("POST {CHAT}"), head, prompt(&canary.line, true).as_bytes())
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn addresses(world: &World) -> Vec<u8> {
    let begin = "POST /tool/openai-api/v1";
    let clean = prompt("Bonjour", false);
    let mut told = each(world, |canary| {
        world.ask(&format!("{begin}/chat/completions?q={}", percent(&canary.line)), "", clean.as_bytes())
    });
    told.extend(each(world, |canary| world.ask(&format!("{begin}/{}", percent(&canary.line)), "", b"")));
    // Ours alone: these paths lead nowhere.
    told.extend(each(world, |canary| world.ask(&format!("GET /{}", percent(&canary.line)), "", b"")));
    told.extend(each(world, |canary| {
        world.ask(&format!("GET /tool/{}/v1", percent(&canary.value)), "", b"")
    }));
    told
}

fn headers(world: &World) -> Vec<u8> {
    let clean = prompt("Bonjour", false);
    each(world, |canary| {
        let line = &canary.line;
        let head = format!(
            "Content-Type: application/json\r\nUser-Agent: {line}\r\nCookie: a={line}\r\nAuthorization: Bearer {line}\r\n\
             Accept-Language: {line}\r\nX-Guard-User: {line}\r\nX-Request-Id: {line}\r\n"
        );
        world.ask(&format!("POST {CHAT}"), &head, clean.as_bytes())
    })
}

/// A multipart body with one file.
fn upload(name: &str, content: &str) -> Vec<u8> {
    format!(
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{content}\r\n--limit--\r\n"
    )
    .into_bytes()
}

const FILES: &str = "POST /tool/openai-api/v1/files";
const MULTIPART: &str = "Content-Type: multipart/form-data; boundary=limit\r\n";

fn file_names(world: &World) -> Vec<u8> {
    each(world, |canary| world.ask(FILES, MULTIPART, &upload(&format!("{}.txt", canary.line), "Bonjour")))
}

fn spilled(world: &World) -> Vec<u8> {
    let filler = "Une ligne sans rien de particulier.\n".repeat(BODY_BYTES_IN_MEMORY / 30);
    let (secret, other): (Vec<&Canary>, Vec<&Canary>) =
        world.canaries.iter().partition(|canary| canary.class == Class::Credential);
    let mut said = Vec::new();
    for (lines, decision) in [(secret, "block"), (other, "redact")] {
        let lines: Vec<&str> = lines.into_iter().map(|canary| canary.line.as_str()).collect();
        let body = upload("note.txt", &format!("{filler}{}", lines.join("\n")));
        assert!(body.len() > BODY_BYTES_IN_MEMORY);
        let told = world.ask(FILES, MULTIPART, &body);
        assert_eq!(told.decision(), decision, "{}", told.head);
        said.extend(own(&told));
    }
    let spilled = String::from_utf8(world.metrics()).unwrap();
    let count = spilled.lines().find_map(|line| line.strip_prefix("guard_bodies_spilled_total "));
    assert!(count.unwrap().parse::<u32>().unwrap() >= 2, "{spilled}");
    said
}

fn other_bodies(world: &World) -> Vec<u8> {
    let mut told = each(world, |canary| {
        let form = format!("text={}", percent(&canary.line));
        world.ask(
            &format!("POST {CHAT}"),
            "Content-Type: application/x-www-form-urlencoded\r\n",
            form.as_bytes(),
        )
    });
    told.extend(each(world, |canary| {
        let broken = prompt(&canary.line, false);
        let broken = &broken.as_bytes()[..broken.len() - 3];
        world.ask(&format!("POST {CHAT}"), "Content-Type: application/json\r\n", broken)
    }));
    told
}

fn unreadable(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let head = "Content-Type: application/json\r\nContent-Encoding: x-canary\r\n";
        let told = world.ask(&format!("POST {CHAT}"), head, prompt(&canary.line, false).as_bytes());
        assert_eq!(told.decision(), "block", "{}", told.head);
        told
    })
}

fn framing(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let line = &canary.line;
        let request = format!(
            "POST {CHAT} HTTP/1.1\r\nHost: {}\r\nX-Note: {line}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{line}",
            world.proxy.address
        );
        let told = world.send(request.as_bytes());
        assert_eq!(told.status, 400, "{}", told.head);
        told
    })
}

fn hosts(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let letters: String = canary.value.chars().filter(char::is_ascii_alphanumeric).collect();
        let host = format!("{}.openai.com", if letters.is_empty() { "x" } else { &letters });
        let request = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {}\r\n\r\n{}", canary.value, canary.line);
        world.send(request.as_bytes());
        world.send(
            format!(
                "GET http://guard.internal/ HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                canary.value
            )
            .as_bytes(),
        )
    })
}

fn dead_service(world: &World) -> Vec<u8> {
    let numbers = world.canaries.iter().filter(|canary| canary.class != Class::Credential);
    let told = numbers.map(|canary| {
        let line = "POST /tool/anthropic-api/v1/messages";
        let told =
            world.ask(line, "Content-Type: application/json\r\n", prompt(&canary.line, false).as_bytes());
        assert!(told.status >= 500, "{}", told.head);
        told
    });
    told.flat_map(|told| own(&told)).collect()
}

/// A WebSocket to the service, through the proxy.
async fn socket(world: &World) -> FragmentCollector<TcpStream> {
    let mut stream = TcpStream::connect(&world.proxy.address).await.unwrap();
    let opening = format!(
        "GET /tool/openai-api/v1/realtime HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        world.proxy.address
    );
    stream.write_all(opening.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    let mut socket = WebSocket::after_handshake(stream, Role::Client);
    socket.set_auto_close(false);
    FragmentCollector::new(socket)
}

/// What comes back for each canary on a WebSocket of its own.
fn messages(world: &World, message: fn(&str) -> serde_json::Value) -> Vec<(Class, String)> {
    world.runtime.block_on(async {
        let mut heard = Vec::new();
        for canary in &world.canaries {
            let mut socket = socket(world).await;
            say(&mut socket, &message(&canary.line).to_string()).await;
            heard.push((canary.class, hear(&mut socket).await.1));
        }
        heard
    })
}

fn websocket_out(world: &World) -> Vec<u8> {
    let heard = messages(world, |line| {
        let content = json!([{"type": "input_text", "text": line}]);
        json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}})
    });
    // What was not refused is the echo, with the value put back.
    let refused = heard.into_iter().filter(|(class, _)| *class == Class::Credential);
    refused
        .flat_map(|(_, told)| {
            assert!(told.contains("keys"), "{told}");
            told.into_bytes()
        })
        .collect()
}

fn websocket_in(world: &World) -> Vec<u8> {
    let heard =
        messages(world, |line| json!({"type": "response.output_text.done", "text": format!("{line}. ")}));
    heard
        .into_iter()
        .flat_map(|(_, told)| {
            assert!(told.contains("was stopped"), "{told}");
            told.into_bytes()
        })
        .collect()
}

fn scan_box(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let told = world.ask("POST /scan", CLICKED, format!("text={}", percent(&canary.line)).as_bytes());
        assert_eq!(told.status, 200, "{}", told.head);
        Told { status: 400, ..told }
    })
}

fn why(world: &World) -> Vec<u8> {
    let secrets = world.canaries.iter().filter(|canary| canary.class == Class::Credential);
    secrets
        .flat_map(|canary| {
            let refused = world.chat(&canary.line);
            let page =
                world.ask(&format!("GET {PAGES}{}", refused.header("x-guard-reference").unwrap()), "", b"");
            assert_eq!(page.status, 200, "{}", page.head);
            page.bytes()
        })
        .collect()
}

fn unknown_page(world: &World) -> Vec<u8> {
    each(world, |canary| {
        world.ask(&format!("POST {PAGES}{}", percent(&canary.value)), CLICKED, canary.line.as_bytes())
    })
}

/// Opens the page under a reference and sends its form with this justification.
fn answered(world: &World, reference: &str, because: &str) -> Vec<u8> {
    let address = format!("{PAGES}{reference}");
    let page = world.ask(&format!("GET {address}"), "", b"");
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let nonce = text.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("nonce={nonce}&because={}", percent(because));
    let done = world.ask(&format!("POST {address}"), CLICKED, form.as_bytes());
    assert_eq!(done.status, 200, "{}", done.head);
    [page.bytes(), done.bytes()].concat()
}

fn confirming(world: &World) -> Vec<u8> {
    let told = world.canaries.iter().map(|canary| {
        let held = world.chat(&canary.line);
        assert_eq!(held.decision(), "confirm", "{canary:?}: {}", held.head);
        [held.bytes(), answered(world, held.header("x-guard-reference").unwrap(), &canary.line)].concat()
    });
    told.flatten().collect()
}

fn acknowledging(world: &World) -> Vec<u8> {
    let lines: Vec<&str> = world
        .canaries
        .iter()
        .filter(|canary| canary.class == Class::Personal)
        .map(|canary| canary.line.as_str())
        .collect();
    let mut said = Vec::new();
    let mut reference = String::new();
    for line in &lines {
        let held = world.chat(line);
        assert_eq!(held.decision(), "confirm", "{}", held.head);
        held.header("x-guard-reference").unwrap().clone_into(&mut reference);
        said.extend(held.bytes());
    }
    said.extend(answered(world, &reference, &lines.join("; ")));
    assert_eq!(world.chat(lines[0]).decision(), "redact");
    said
}

fn answer(world: &World) -> Vec<u8> {
    each(world, |canary| {
        let told = world.chat(&canary.line);
        assert_eq!((told.decision(), told.status), ("block", 400), "{canary:?}: {}", told.head);
        told
    })
}

fn streamed_answer(world: &World) -> Vec<u8> {
    let told = world.canaries.iter().map(|canary| {
        let told = streaming(world, canary);
        let text = String::from_utf8_lossy(&told.body).into_owned();
        // What came before the value was whole has passed; the error that ends the stream is guard's own.
        let last = text.rsplit("data: ").next().unwrap().to_owned();
        assert!(last.contains("guard_blocked"), "{canary:?}: {text}");
        last.into_bytes()
    });
    told.flatten().collect()
}

/// What is only counted passes as it is; the metrics say that it was seen.
fn counted(world: &World) -> Vec<u8> {
    let told = each(world, |canary| {
        let told = world.chat(&canary.line);
        assert_eq!(told.status, 200, "{canary:?}: {}", told.head);
        told
    });
    let metrics = String::from_utf8(world.metrics()).unwrap();
    let line = "guard_answers_total{tool=\"openai-api\",action=\"observe\"} ";
    let count = metrics.lines().find_map(|metric| metric.strip_prefix(line));
    assert!(count.unwrap().parse::<usize>().unwrap() >= world.canaries.len(), "{metrics}");
    told
}

fn counted_stream(world: &World) -> Vec<u8> {
    each(world, |canary| streaming(world, canary))
}
