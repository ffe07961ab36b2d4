//! An agent's session: it reads a file, the service has it written somewhere else, turn after turn. What is on the disk
//! is what was on the disk, and what the service has in its cache stays true.

use super::engine::{Ask, engine};
use super::families::{FAMILIES, Family, Said, Turn};
use guard::inspect::{Carrier, Engine, Verdict};
use guard::redact::placeholder::Placeholders;
use guard::redact::restore::Restore;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// Files with values in text, in a table, in JSON and in code; one holds what looks like a placeholder.
fn files() -> [String; 4] {
    let niss = ["72.04.15-127", "90"].join(".");
    let other = ["64.11.23-318", "25"].join(".");
    let mail = ["anne.lambert", "ville-mons.be"].join("@");
    [
        format!("Note de service\r\n\r\nAgent : NISS {niss}\tet « {mail} ».\n\n  fin\\ \n"),
        format!("nom;NISS;courriel\nAnne;{niss};{mail}\nBart;{other};\n"),
        format!(
            "{{\n  \"niss\": \"{other}\",\n  \"n\": 1.50,\n  \"note\": \"[NISS_bcdfghjk] \\\"{niss}\\\"\"\n}}\n"
        ),
        format!("# NISS {niss}\nHOST = \"10.0.0.1\"\nprint(f\"{{HOST}} \\n\")\n"),
    ]
}

fn sent(engine: &Engine, family: &Family, turns: &[Turn]) -> (Vec<u8>, Option<Placeholders>) {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let body = (family.ask)(turns);
    let ask =
        Ask { tool: family.tool, path: family.path, headers: &headers, body: &body, carrier: Carrier::Http };
    match ask.judge(engine).0 {
        Verdict::Forward => (body, None),
        Verdict::Rewrite { body, restore, .. } => (body.to_vec(), restore.map(|own| *own)),
        refused @ Verdict::Refuse(_) => panic!("{}: {refused:?}", family.path),
    }
}

/// What the service reads in the result of the last call.
fn last_result(family: &Family, sent: &[u8]) -> String {
    let value: Value = serde_json::from_slice(sent).unwrap();
    let messages =
        value["messages"].as_array().or(value["input"].as_array()).or(value["contents"].as_array());
    let last = messages.unwrap().last().unwrap();
    let found = [
        &last["content"],
        &last["output"],
        &last["content"][0]["content"],
        &last["content"][0]["toolResult"]["content"][0]["text"],
        &last["parts"][0]["functionResponse"]["response"]["result"],
    ];
    found.into_iter().find_map(Value::as_str).unwrap_or_else(|| panic!("{}: {last}", family.path)).to_owned()
}

/// The arguments of the call that the client gets where the service has this written.
fn call(family: &Family, placeholders: Option<Placeholders>, content: &str) -> String {
    let arguments = json!({"path": "copy.txt", "content": content}).to_string();
    let letters: Vec<char> = arguments.chars().collect();
    let pieces: Vec<String> = if family.whole_calls {
        vec![arguments]
    } else {
        letters.chunks(3).map(|piece| piece.iter().collect()).collect()
    };
    let mut stream: Vec<u8> =
        pieces.into_iter().flat_map(|piece| (family.event)(&Said::Arguments(piece))).collect();
    stream.extend((family.end)());
    let restore = placeholders.map(|placeholders| Restore::new(&placeholders)).unwrap_or_default();
    let mut restorer = restore.restorer(family.stream, "");
    let mut heard = restorer.feed(&stream);
    heard.extend(restorer.finish());
    let said = (family.documents)(&heard);
    said.iter()
        .filter_map(family.read)
        .map(|said| match said {
            Said::Arguments(piece) => piece,
            Said::Text(text) => {
                assert_eq!(text, "", "calls only");
                text
            }
        })
        .collect()
}

#[test]
fn files_come_back_as_they_were_and_the_services_cache_stays_true() {
    // Those whose clients send the whole history, with calls.
    let agents = FAMILIES.iter().filter(|family| !matches!(family.tool, "chatgpt" | "claude"));
    let mut tried = 0;
    for family in agents {
        let engine = engine("baseline");
        let mut turns = vec![Turn::User("Copie ces fichiers, l'un après l'autre.".into())];
        let mut before: Option<Vec<u8>> = None;
        for file in files() {
            let read = json!({"path": "note.txt"}).to_string();
            turns.push(Turn::Call(read, file.clone()));
            let (body, placeholders) = sent(&engine, family, &turns);
            let seen = last_result(family, &body);
            assert!(!seen.contains("72.04.15") && !seen.contains("64.11.23"), "{}: {seen}", family.path);
            if let Some(before) = before.replace(body.clone()) {
                let common = before.iter().zip(&body).take_while(|(a, b)| a == b).count();
                // All but what closes the list of messages and the body.
                assert!(
                    common + 4 >= before.len() - after_messages(&before),
                    "{}: cut at {common}",
                    family.path
                );
            }
            let written = call(family, placeholders, &seen);
            let written: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(written["content"], file, "{}", family.path);
            // The client keeps what it did, with the values, as its history.
            turns.push(Turn::Call(written.to_string(), "ok".into()));
            tried += 1;
        }
    }
    assert!(tried >= 24, "{tried}");
}

/// The bytes of a body that stand behind its list of messages.
fn after_messages(body: &[u8]) -> usize {
    let end = body.iter().rposition(|byte| *byte == b']').unwrap();
    body.len() - end
}
