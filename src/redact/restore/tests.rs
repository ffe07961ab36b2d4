//! Every family's streams, cut everywhere: what the client reads is the same.

use super::*;
use crate::finding::DetectorId;
use crate::wire::answer::eventstream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A value that needs escaping in JSON, and one that does not.
const NAME: &str = "Anne \"Nini\" D'Hôte\\x\nrue";
const NISS: &str = "85.07.30-033.28";

/// The placeholders of the two, and their restorer.
fn setup() -> (String, String, Restore) {
    let mut placeholders = Placeholders::new(&[5; 32]);
    let niss = placeholders.placeholder(&DetectorId::new("be.niss"), NISS.as_bytes());
    let name = placeholders.placeholder(&DetectorId::new("person_name"), NAME.as_bytes());
    (niss, name, Restore::new(&placeholders))
}

/// A stream's shape, and how its client reads it.
struct Family {
    name: &'static str,
    content_type: &'static str,
    /// A piece of the text with this number (0 or 1).
    piece: fn(usize, &str) -> Vec<u8>,
    /// What ends both texts and the stream.
    end: fn() -> Vec<u8>,
    start: &'static str,
    /// The documents of a stream.
    documents: fn(&[u8]) -> Vec<Value>,
    /// The text's number and the piece in a document.
    read: fn(&Value) -> Option<(u64, &str)>,
    /// Whether the texts are JSON.
    json: bool,
}

fn sse(value: &Value) -> Vec<u8> {
    let name = value["type"].as_str().map(|name| format!("event: {name}\n")).unwrap_or_default();
    format!("{name}data: {value}\n\n").into_bytes()
}

fn sse_documents(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

fn line(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

fn line_documents(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn bedrock(name: &str, payload: &[u8]) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    let mut out = Vec::new();
    eventstream::frame(&eventstream::headers(&headers), payload, &mut out);
    out
}

/// Reads frames as a client does, checksums included.
fn bedrock_payloads(mut bytes: &[u8]) -> Vec<Value> {
    let mut documents = Vec::new();
    while !bytes.is_empty() {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let total = number(0) as usize;
        assert_eq!(number(8), eventstream::crc32(&bytes[..8]));
        assert_eq!(number(total - 4), eventstream::crc32(&bytes[..total - 4]));
        documents.push(serde_json::from_slice(&bytes[12 + number(4) as usize..total - 4]).unwrap());
        bytes = &bytes[total..];
    }
    documents
}

const FAMILIES: &[Family] = &[
    Family {
        name: "openai chat",
        content_type: "text/event-stream; charset=utf-8",
        start: ": OPENROUTER PROCESSING\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        piece: |text, piece| {
            sse(
                &json!({"id": "c", "choices": [{"index": text, "delta": {"content": piece}, "finish_reason": null}]}),
            )
        },
        end: || {
            [
                sse(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
                sse(&json!({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]})),
                b"data: [DONE]\n\n".to_vec(),
            ]
            .concat()
        },
        documents: sse_documents,
        read: |value| {
            Some((value["choices"][0]["index"].as_u64()?, value["choices"][0]["delta"]["content"].as_str()?))
        },
        json: false,
    },
    Family {
        name: "openai tool calls",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"choices": [{"index": 0, "delta": {"tool_calls": [{"index": text, "function": {"arguments": piece}}]}}]}),
            )
        },
        end: || {
            [
                sse(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})),
                b"data: [DONE]\n\n".to_vec(),
            ]
            .concat()
        },
        documents: sse_documents,
        read: |value| {
            let call = &value["choices"][0]["delta"]["tool_calls"][0];
            Some((call["index"].as_u64()?, call["function"]["arguments"].as_str()?))
        },
        json: true,
    },
    Family {
        name: "openai responses",
        content_type: "text/event-stream",
        start: "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n",
        piece: |text, piece| {
            sse(
                &json!({"type": "response.output_text.delta", "item_id": format!("m{text}"), "output_index": text, "content_index": 0, "delta": piece, "sequence_number": 7}),
            )
        },
        end: || sse(&json!({"type": "response.completed", "response": {"id": "r"}})),
        documents: sse_documents,
        read: |value| Some((value["output_index"].as_u64()?, value["delta"].as_str()?)),
        json: false,
    },
    Family {
        name: "openai responses arguments",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"type": "response.function_call_arguments.delta", "item_id": format!("m{text}"), "output_index": text, "delta": piece}),
            )
        },
        end: || {
            [0, 1]
                .map(|text| sse(&json!({"type": "response.output_item.done", "output_index": text})))
                .concat()
        },
        documents: sse_documents,
        read: |value| Some((value["output_index"].as_u64()?, value["delta"].as_str()?)),
        json: true,
    },
    Family {
        name: "openai completions",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(&json!({"choices": [{"index": text, "text": piece, "finish_reason": null}]}))
        },
        end: || b"data: [DONE]\r\n\r\n".to_vec(),
        documents: sse_documents,
        read: |value| Some((value["choices"][0]["index"].as_u64()?, value["choices"][0]["text"].as_str()?)),
        json: false,
    },
    Family {
        name: "anthropic text",
        content_type: "text/event-stream; charset=utf-8",
        start: "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
        piece: |text, piece| {
            sse(
                &json!({"type": "content_block_delta", "index": text, "delta": {"type": "text_delta", "text": piece}}),
            )
        },
        end: || {
            [
                sse(&json!({"type": "content_block_stop", "index": 0})),
                sse(&json!({"type": "content_block_stop", "index": 1})),
                sse(&json!({"type": "message_stop"})),
            ]
            .concat()
        },
        documents: sse_documents,
        read: |value| Some((value["index"].as_u64()?, value["delta"]["text"].as_str()?)),
        json: false,
    },
    Family {
        name: "anthropic tool use",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"type": "content_block_delta", "index": text, "delta": {"type": "input_json_delta", "partial_json": piece}}),
            )
        },
        end: || sse(&json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}})),
        documents: sse_documents,
        read: |value| Some((value["index"].as_u64()?, value["delta"]["partial_json"].as_str()?)),
        json: true,
    },
    Family {
        name: "gemini",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"candidates": [{"index": text, "content": {"parts": [{"text": piece}], "role": "model"}, "finishReason": "STOP"}]}),
            )
        },
        end: Vec::new,
        documents: sse_documents,
        read: |value| {
            Some((
                value["candidates"][0]["index"].as_u64()?,
                value["candidates"][0]["content"]["parts"][0]["text"].as_str()?,
            ))
        },
        json: false,
    },
    Family {
        name: "gemini array",
        content_type: "application/json; charset=UTF-8",
        start: "[",
        piece: |text, piece| {
            [
                line(&json!({"candidates": [{"index": text, "content": {"parts": [{"text": piece}]}}]})),
                b",\r\n".to_vec(),
            ]
            .concat()
        },
        end: || b"{\"usageMetadata\":{}}\n]\n".to_vec(),
        documents: |bytes| serde_json::from_slice(bytes).unwrap(),
        read: |value| {
            Some((
                value["candidates"][0]["index"].as_u64()?,
                value["candidates"][0]["content"]["parts"][0]["text"].as_str()?,
            ))
        },
        json: false,
    },
    Family {
        name: "mistral",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"choices": [{"index": text, "delta": {"content": [{"type": "text", "text": piece}]}}]}),
            )
        },
        end: || b"data: [DONE]\n\n".to_vec(),
        documents: sse_documents,
        read: |value| {
            Some((
                value["choices"][0]["index"].as_u64()?,
                value["choices"][0]["delta"]["content"][0]["text"].as_str()?,
            ))
        },
        json: false,
    },
    Family {
        name: "cohere",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| {
            sse(
                &json!({"type": "content-delta", "index": text, "delta": {"message": {"content": {"text": piece}}}}),
            )
        },
        end: || {
            [
                sse(&json!({"type": "content-end", "index": 0})),
                sse(&json!({"type": "content-end", "index": 1})),
                b"data: [DONE]\n\n".to_vec(),
            ]
            .concat()
        },
        documents: sse_documents,
        read: |value| {
            Some((value["index"].as_u64()?, value["delta"]["message"]["content"]["text"].as_str()?))
        },
        json: false,
    },
    Family {
        name: "ollama",
        content_type: "application/x-ndjson",
        start: "",
        piece: |text, piece| {
            line(&if text == 0 {
                json!({"message": {"content": piece}, "done": false})
            } else {
                json!({"message": {"thinking": piece}, "done": false})
            })
        },
        end: || b"{\"message\":{\"content\":\"\"},\"done\":true}\n".to_vec(),
        documents: line_documents,
        read: |value| match value["message"]["thinking"].as_str() {
            Some(text) => Some((1, text)),
            None => Some((0, value["message"]["content"].as_str()?)),
        },
        json: false,
    },
    Family {
        name: "bedrock converse",
        content_type: "application/vnd.amazon.eventstream",
        start: "",
        piece: |text, piece| {
            bedrock(
                "contentBlockDelta",
                json!({"contentBlockIndex": text, "delta": {"text": piece}, "p": "abc"})
                    .to_string()
                    .as_bytes(),
            )
        },
        end: || {
            [
                bedrock("contentBlockStop", b"{\"contentBlockIndex\":0}"),
                bedrock("messageStop", b"{\"stopReason\":\"end_turn\"}"),
            ]
            .concat()
        },
        documents: bedrock_payloads,
        read: |value| Some((value["contentBlockIndex"].as_u64()?, value["delta"]["text"].as_str()?)),
        json: false,
    },
    Family {
        name: "bedrock invoke",
        content_type: "application/vnd.amazon.eventstream",
        start: "",
        piece: |text, piece| {
            let inner = json!({"type": "content_block_delta", "index": text, "delta": {"type": "input_json_delta", "partial_json": piece}});
            bedrock(
                "chunk",
                json!({"bytes": STANDARD.encode(inner.to_string()), "p": "ab"}).to_string().as_bytes(),
            )
        },
        end: || {
            bedrock(
                "chunk",
                json!({"bytes": STANDARD.encode("{\"type\":\"message_stop\"}")}).to_string().as_bytes(),
            )
        },
        documents: |bytes| {
            let inner = |value: &Value| {
                serde_json::from_slice(&STANDARD.decode(value["bytes"].as_str().unwrap()).unwrap()).unwrap()
            };
            bedrock_payloads(bytes).iter().map(inner).collect()
        },
        read: |value| Some((value["index"].as_u64()?, value["delta"]["partial_json"].as_str()?)),
        json: true,
    },
    Family {
        name: "chatgpt",
        content_type: "text/event-stream",
        start: "event: delta_encoding\ndata: \"v1\"\n\n",
        piece: |text, piece| {
            sse(&json!({"p": format!("/message/content/parts/{text}"), "o": "append", "v": piece}))
        },
        end: || [sse(&json!({"type": "message_stream_complete"})), b"data: [DONE]\n\n".to_vec()].concat(),
        documents: sse_documents,
        read: |value| Some((value["p"].as_str()?.rsplit('/').next()?.parse().ok()?, value["v"].as_str()?)),
        json: false,
    },
    Family {
        name: "tgi",
        content_type: "text/event-stream",
        start: "",
        piece: |text, piece| sse(&json!({"index": text, "token": {"text": piece}, "generated_text": null})),
        end: Vec::new,
        documents: sse_documents,
        read: |value| Some((value["index"].as_u64()?, value["token"]["text"].as_str()?)),
        json: false,
    },
];

/// What the client has read, by text.
fn read(family: &Family, bytes: &[u8]) -> [String; 2] {
    let mut texts = [String::new(), String::new()];
    for document in (family.documents)(bytes) {
        if let Some((text, piece)) = (family.read)(&document) {
            texts[text as usize].push_str(piece);
        }
    }
    texts
}

/// Runs a stream through, in pieces of these bytes.
fn through(restore: &Restore, content_type: &str, chunks: &[&[u8]]) -> Vec<u8> {
    let mut restorer = restore.restorer(content_type, "");
    let mut out = Vec::new();
    for chunk in chunks {
        out.extend(restorer.feed(chunk));
        assert!(restorer.held_bytes() <= 2 * HELD_BYTES_MAX);
    }
    out.extend(restorer.finish());
    assert_eq!(restorer.held_bytes(), 0);
    out
}

/// A stream with both texts in turn, cut into these pieces.
fn stream(family: &Family, texts: [&[&str]; 2]) -> Vec<u8> {
    let mut out = family.start.as_bytes().to_vec();
    for at in 0..texts[0].len().max(texts[1].len()) {
        for (number, text) in texts.iter().enumerate() {
            if let Some(piece) = text.get(at) {
                out.extend((family.piece)(number, piece));
            }
        }
    }
    out.extend((family.end)());
    out
}

/// A text of each family with both placeholders, and what becomes of it.
fn text(family: &Family, niss: &str, name: &str) -> (String, String) {
    let inner = |text: &str| text.to_owned();
    let written = if family.json { json_string(NAME) } else { NAME.to_owned() };
    let frame = |niss: &str, name: &str| {
        if family.json {
            format!("{{\"niss\": \"{niss}\", \"to\": \"M. {name}'s\"}}")
        } else {
            format!("é le {niss}'s **{name}** [NISS_bcdfgh] NISS")
        }
    };
    (frame(niss, &inner(name)), frame(NISS, &written))
}

fn json_string(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

#[test]
fn a_text_cut_anywhere_between_events_is_restored_in_every_family() {
    let (niss, name, restore) = setup();
    let bare = niss.trim_matches(['[', ']']).to_lowercase();
    for family in FAMILIES {
        let (given, want) = text(family, &niss, &name);
        let (other, other_want) = text(family, &bare, &name);
        for cut in (0..=given.len()).filter(|cut| given.is_char_boundary(*cut)) {
            let mut second = (cut * 7) % other.len();
            while !other.is_char_boundary(second) {
                second -= 1;
            }
            let pieces = [[&given[..cut], &given[cut..]], [&other[..second], &other[second..]]];
            let bytes = stream(family, [&pieces[0], &pieces[1]]);
            let out = through(&restore, family.content_type, &[&bytes]);
            assert_eq!(
                read(family, &out),
                [want.clone(), other_want.clone()],
                "{} cut at {cut}",
                family.name
            );
        }
        let letters = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let (given, other) = (letters(&given), letters(&other));
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let other: Vec<&str> = other.iter().map(String::as_str).collect();
        let out = through(&restore, family.content_type, &[&stream(family, [&given, &other])]);
        assert_eq!(read(family, &out), [want, other_want], "{} letter by letter", family.name);
    }
}

#[test]
fn bytes_cut_anywhere_give_the_same_bytes_in_every_family() {
    let (niss, name, restore) = setup();
    for family in FAMILIES {
        let (given, _) = text(family, &niss, &name);
        let bytes = stream(family, [&[&given[..9], &given[9..20], &given[20..]], &[&given]]);
        let want = through(&restore, family.content_type, &[&bytes]);
        for cut in 0..=bytes.len() {
            let out = through(&restore, family.content_type, &[&bytes[..cut], &bytes[cut..]]);
            assert_eq!(out, want, "{} cut at {cut}", family.name);
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(through(&restore, family.content_type, &single), want, "{} byte by byte", family.name);
    }
}

#[test]
fn a_stream_that_stops_within_a_placeholder_gives_what_came() {
    let (niss, _, restore) = setup();
    for family in FAMILIES {
        for cut in 1..niss.len() {
            let bytes = stream(family, [&["a ", &niss[..cut]], &["b"]]);
            let out = through(&restore, family.content_type, &[&bytes]);
            let complete = cut == niss.len() - 1;
            let want = if complete { format!("a [{NISS}") } else { format!("a {}", &niss[..cut]) };
            assert_eq!(read(family, &out), [want, "b".into()], "{} after {cut}", family.name);
        }
    }
}

#[test]
fn what_holds_no_placeholder_stays_byte_for_byte() {
    let (_, _, restore) = setup();
    for family in FAMILIES {
        let bytes =
            stream(family, [&["le \\u00e9 [NISS", " de n ", "N"], &["[NAME_x]", " [x]", "y [NA ME z"]]);
        let out = through(&restore, family.content_type, &[&bytes]);
        assert_eq!(read(family, &out), read(family, &bytes), "{}", family.name);
        let quiet = stream(family, [&["é \" \\ /", "x"], &["y"]]);
        assert_eq!(through(&restore, family.content_type, &[&quiet]), quiet, "{}", family.name);
    }
}

#[test]
fn an_event_is_never_held_for_its_text() {
    let (niss, _, restore) = setup();
    for family in FAMILIES.iter().filter(|family| family.content_type != "application/json; charset=UTF-8") {
        let mut restorer = restore.restorer(family.content_type, "");
        restorer.feed(family.start.as_bytes());
        let out = restorer.feed(&(family.piece)(0, &format!("bonjour {}", &niss[..7])));
        let documents = (family.documents)(&out);
        assert_eq!((family.read)(&documents[0]).unwrap().1, "bonjour ", "{}", family.name);
    }
}

#[test]
fn signed_fields_stay() {
    let (niss, _, restore) = setup();
    for value in [
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": niss}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": niss}}),
        json!({"content": [{"type": "thinking", "thinking": niss, "signature": "x"}, {"type": "redacted_thinking", "data": niss}]}),
        json!({"output": [{"type": "reasoning", "encrypted_content": niss}]}),
        json!({"delta": {"reasoningContent": {"text": niss}}}),
        json!({"output": {"message": {"content": [{"reasoningContent": {"reasoningText": {"text": niss, "signature": "x"}}}]}}}),
        json!({"candidates": [{"content": {"parts": [{"thoughtSignature": niss}]}}]}),
    ] {
        let bytes = sse(&value);
        assert_eq!(through(&restore, "text/event-stream", &[&bytes]), bytes);
        let body = value.to_string().into_bytes();
        assert_eq!(through(&restore, "application/json", &[&body]), body);
    }
}

#[test]
fn a_body_is_restored_with_the_escapes_of_its_place() {
    let (niss, name, restore) = setup();
    let inner = json!({"file": format!("a\u{e9}\t{name}"), "nested": json!({"deep": format!("{name}/{niss}")}).to_string(), name.as_str(): 1});
    let text = format!(
        "{{ \"a\" : 1.50, \"content\":\"caf\\u00e9 \\/ {niss} [NISS\\u005fx] {}\",\"arguments\":{} }}",
        name.to_lowercase(),
        Value::from(inner.to_string()),
    );
    let restored_inner = json!({"file": format!("a\u{e9}\t{NAME}"), "nested": json!({"deep": format!("{NAME}/{NISS}")}).to_string(), NAME: 1});
    let want = format!(
        "{{ \"a\" : 1.50, \"content\":\"caf\\u00e9 \\/ {NISS} [NISS\\u005fx] {}\",\"arguments\":{} }}",
        json_string(NAME),
        Value::from(restored_inner.to_string()),
    );
    let bytes = text.into_bytes();
    for cut in 0..=bytes.len() {
        let out = through(&restore, "application/json", &[&bytes[..cut], &bytes[cut..]]);
        assert_eq!(String::from_utf8(out).unwrap(), want, "cut at {cut}");
    }
}

#[test]
fn json_in_json_in_pieces_is_escaped_as_often_as_it_is_nested() {
    let (_, name, restore) = setup();
    let given =
        json!({"path": "a.json", "body": json!({"to": format!("x \"{name}\"")}).to_string()}).to_string();
    let want = json!({"path": "a.json", "body": json!({"to": format!("x \"{NAME}\"")}).to_string()});
    for cut in 0..given.len() {
        for family in FAMILIES.iter().filter(|family| family.json || family.name == "openai chat") {
            let bytes = stream(family, [&[&given[..cut], &given[cut..]], &[]]);
            let out = through(&restore, family.content_type, &[&bytes]);
            let value: Value = serde_json::from_str(&read(family, &out)[0]).unwrap();
            assert_eq!(value, want, "{} cut at {cut}", family.name);
        }
    }
}

#[test]
fn messages_of_websockets_are_restored() {
    let (niss, _, restore) = setup();
    let mut messages = restore.messages();
    let delta = |text: &str| {
        json!({"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": text}).to_string()
    };
    let (front, back) = niss.split_at(6);
    assert_eq!(messages.message(delta(&format!("x {front}")).as_bytes()), [delta("x ").into_bytes()]);
    assert_eq!(messages.message(delta(back).as_bytes()), [delta(NISS).into_bytes()]);
    assert_eq!(messages.message(delta(front).as_bytes()), [delta("").into_bytes()]);
    let done = json!({"type": "response.completed", "response": {"text": niss}}).to_string();
    let want = json!({"type": "response.completed", "response": {"text": NISS}}).to_string();
    assert_eq!(messages.message(done.as_bytes()), [delta(front).into_bytes(), want.into_bytes()]);
    let records = format!("{{\"type\":1,\"text\":\"{niss}\"}}\u{1e}{{\"type\":6}}\u{1e}");
    let want = format!("{{\"type\":1,\"text\":\"{NISS}\"}}\u{1e}{{\"type\":6}}\u{1e}");
    assert_eq!(messages.message(records.as_bytes()), [want.into_bytes()]);
    let copilot = |text: &str| {
        json!({"event": "appendText", "messageId": "m", "partId": "0", "text": text}).to_string()
    };
    assert_eq!(messages.message(copilot(front).as_bytes()), [copilot("").into_bytes()]);
    assert_eq!(messages.message(copilot(back).as_bytes()), [copilot(NISS).into_bytes()]);
    assert!(messages.finish().is_empty());
}

/// A mark of the byte order stands before some streams; clients skip it there and nowhere else.
#[test]
fn a_mark_before_a_stream_hides_no_event() {
    let (niss, _, restore) = setup();
    let of = |text: &str| json!({"candidates": [{"content": {"parts": [{"text": text}]}, "index": 0}]});
    let mark = "\u{FEFF}";
    let stream = |text: &str| [mark.as_bytes(), &sse(&of(text)), &sse(&of("."))].concat();
    let bytes = stream(&niss);
    for cut in 0..=bytes.len() {
        let (one, two) = bytes.split_at(cut);
        let got = String::from_utf8(through(&restore, "text/event-stream", &[one, two])).unwrap();
        let events = got.strip_prefix(mark).expect("it passes on");
        let documents = sse_documents(events.as_bytes());
        let text = |document: &Value| {
            document["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap_or_default().to_owned()
        };
        let text: String = documents.iter().map(text).collect();
        assert_eq!(text, format!("{NISS}."), "cut at {cut}");
    }
    // Elsewhere it is part of a line, which then says nothing to a client.
    let later = [&sse(&of("a"))[..], &stream(&niss)].concat();
    let got = String::from_utf8(through(&restore, "text/event-stream", &[&later])).unwrap();
    assert!(got.contains(&niss), "{got}");
}

/// An answer of gemini.google.com: each chunk holds the text so far, as JSON in JSON, after its length in UTF-16 units.
fn gemini_web(texts: &[&str]) -> Vec<u8> {
    let mut out = String::from(")]}'\n\n");
    for text in texts {
        let inner = json!([null, ["c", "r"], null, null, [["rc", [text]]]]).to_string();
        let chunk = json!([["wrb.fr", null, inner]]).to_string();
        out.push_str(&format!("{}\n{chunk}\n", chunk.encode_utf16().count() + 2));
    }
    out.push_str("25\n[[\"e\",4,null,null,131]]\n");
    out.into_bytes()
}

#[test]
fn chunks_of_gemini_web_are_restored_and_their_lengths_stay_true() {
    let (niss, name, restore) = setup();
    let (front, whole) = (format!("\u{1f600} {}", &niss[..7]), format!("\u{1f600} {niss} à {name}."));
    let bytes = gemini_web(&[&front, &whole]);
    let want = gemini_web(&[&front, &format!("\u{1f600} {NISS} à {NAME}.")]);
    for cut in 0..=bytes.len() {
        let (one, two) = bytes.split_at(cut);
        let got = through(&restore, "application/json; charset=utf-8", &[one, two]);
        assert_eq!(String::from_utf8(got).unwrap(), String::from_utf8(want.clone()).unwrap(), "cut at {cut}");
    }
    let other = b")]}'\n\n12\nno chunk\n[1\n99\n[[\"half";
    assert_eq!(through(&restore, "application/json", &[other]), other);
}

#[test]
fn what_is_not_read_passes() {
    let (niss, _, restore) = setup();
    for (content_type, encoding) in
        [("application/octet-stream", ""), ("application/json", "gzip"), ("text/html", "")]
    {
        let mut restorer = restore.restorer(content_type, encoding);
        assert!(restorer.passes());
        assert_eq!(restorer.feed(niss.as_bytes()), niss.as_bytes());
    }
    assert!(Restore::default().restorer("application/json", "").passes());
    assert_eq!(
        through(&restore, "text/plain", &[b"x ", &niss.as_bytes()[..5], &niss.as_bytes()[5..]]),
        format!("x {NISS}").as_bytes()
    );
    for broken in [&b"{\"a\": [NISS"[..], b"not json", b"{\"a\":1}}", b"]"] {
        assert_eq!(through(&restore, "application/json", &[broken]), broken);
        assert_eq!(through(&restore, "application/vnd.amazon.eventstream", &[broken]), broken);
    }
}

#[test]
fn an_event_over_the_limit_passes_and_the_next_is_read() {
    let (niss, _, restore) = setup();
    let huge = format!("data: {{\"b64\":\"{}\"}}\n\n", "A".repeat(crate::limits::EVENT_BYTES_MAX + 9));
    let bytes = [huge.as_bytes(), &sse(&json!({"text": niss}))].concat();
    let want = [huge.as_bytes(), &sse(&json!({"text": NISS}))].concat();
    for size in [1 << 12, (1 << 20) + 7] {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        assert_eq!(through(&restore, "text/event-stream", &chunks), want);
    }
}
