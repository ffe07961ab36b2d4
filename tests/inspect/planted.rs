//! Generated conversations with planted values, in every family, with tools: the service sees none of them, whatever it
//! says of what it saw comes back to the client with every one, however its stream is cut.
//!
//! `GUARD_PLANTED=N` tries N of them.

use super::engine::{Ask, engine};
use super::families::{FAMILIES, Family, Said, Turn};
use guard::inspect::{Carrier, Engine, Verdict};
use guard::redact::restore::Restore;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn no_planted_value_leaves_and_every_one_comes_back() {
    let rounds: u64 =
        std::env::var("GUARD_PLANTED").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
    let engine = engine("baseline");
    let (mut families, mut planted) = (BTreeSet::new(), 0);
    for seed in 1..=rounds {
        let mut random = Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let family = &FAMILIES[random.below(FAMILIES.len())];
        families.insert((family.tool, family.path));
        planted += exchange(&engine, family, seed, &mut random);
    }
    assert!(rounds < 300 || families.len() == FAMILIES.len(), "all families: {families:?}");
    assert!(planted as u64 > rounds, "{planted} values in {rounds} conversations");
}

/// One request and its answer; how many values were in it.
fn exchange(engine: &Engine, family: &Family, seed: u64, random: &mut Random) -> usize {
    let mut values = Vec::new();
    let turns = conversation(random, &mut values);
    let body = (family.ask)(&turns);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let ask =
        Ask { tool: family.tool, path: family.path, headers: &headers, body: &body, carrier: Carrier::Http };
    let (verdict, report) = ask.judge(engine);
    let shown = String::from_utf8_lossy(&body);
    let Verdict::Rewrite { body: sent, restore, .. } = verdict else {
        panic!("seed {seed}, {}: {:?}\n{shown}", family.path, report.decision)
    };
    for value in &values {
        let left = sent.windows(value.len()).any(|window| window == value.as_bytes());
        assert!(!left, "seed {seed}, {}: a value left\n{}", family.path, String::from_utf8_lossy(&sent));
    }
    let restore = Restore::new(&restore.unwrap());
    // The service says again all that it was told, and writes it into a file.
    let (told, given) = (said_in(&sent), said_in(&body));
    let answer = answer(family, &told, random);
    let mut restorer = restore.restorer(family.stream, "");
    let mut heard = Vec::new();
    for chunk in chunks(&answer, random) {
        heard.extend(restorer.feed(chunk));
    }
    heard.extend(restorer.finish());
    let (mut text, mut arguments) = (String::new(), String::new());
    for said in (family.documents)(&heard).iter().filter_map(family.read) {
        match said {
            Said::Text(piece) => text.push_str(&piece),
            Said::Arguments(piece) => arguments.push_str(&piece),
        }
    }
    assert_eq!(text, given, "seed {seed}, {}: what the client reads", family.path);
    let call: Value = serde_json::from_str(&arguments)
        .unwrap_or_else(|why| panic!("seed {seed}, {}: {why}\n{arguments}\n{told}", family.path));
    assert_eq!(call["content"], given, "seed {seed}, {}: what is written to its disk", family.path);
    assert!(values.iter().all(|value| text.contains(value.as_str())), "seed {seed}: all of them");
    values.len()
}

/// Every text of a body, as a service reads it that was never told of placeholders.
fn said_in(body: &[u8]) -> String {
    let mut texts = Vec::new();
    leaves(&serde_json::from_slice(body).unwrap(), &mut texts);
    texts.join("\n")
}

fn leaves(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| leaves(value, texts)),
        Value::Object(members) => members.values().for_each(|value| leaves(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An answer that says `told` as text and as the arguments of a call, cut into events at random.
fn answer(family: &Family, told: &str, random: &mut Random) -> Vec<u8> {
    let arguments = json!({"path": "note.txt", "content": told}).to_string();
    let mut texts = pieces(told, random).into_iter().map(Said::Text);
    let calls = if family.whole_calls { vec![arguments] } else { pieces(&arguments, random) };
    let mut calls = calls.into_iter().map(Said::Arguments);
    let mut stream = Vec::new();
    // The two come in turn, now this one, now that one.
    loop {
        let next = if random.below(2) == 0 {
            texts.next().or_else(|| calls.next())
        } else {
            calls.next().or_else(|| texts.next())
        };
        match next {
            Some(said) => stream.extend((family.event)(&said)),
            None => break,
        }
    }
    stream.extend((family.end)());
    stream
}

fn pieces(text: &str, random: &mut Random) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let end = (at + 1 + random.below(12)).min(letters.len());
        pieces.push(letters[at..end].iter().collect());
        at = end;
    }
    pieces
}

fn chunks<'a>(bytes: &'a [u8], random: &mut Random) -> Vec<&'a [u8]> {
    let (mut chunks, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let end = (at + 1 + random.below(200)).min(bytes.len());
        chunks.push(&bytes[at..end]);
        at = end;
    }
    chunks
}

/// A conversation with values in prose, in the arguments and results of calls, in history and in what is new.
fn conversation(random: &mut Random, values: &mut Vec<String>) -> Vec<Turn> {
    let mut turns = Vec::new();
    for _ in 0..random.below(4) {
        turns.push(Turn::User(prose(random, values)));
        if random.below(3) == 0 {
            let given = json!({"path": "note.txt", "content": prose(random, values)}).to_string();
            turns.push(Turn::Call(given, prose(random, values)));
        }
        turns.push(Turn::Assistant(prose(random, values)));
    }
    let value = niss(random);
    turns.push(Turn::User(format!("Le NISS est {value}.")));
    values.push(value);
    turns
}

fn prose(random: &mut Random, values: &mut Vec<String>) -> String {
    const WORDS: [&str; 12] = [
        "le",
        "dossier",
        "de",
        "l'agent",
        "été",
        "« reçu »",
        "au",
        "service",
        "\"cadastre\"",
        "hier\n",
        "\\",
        "…",
    ];
    let mut text = String::from("Chers collègues, ");
    for _ in 0..4 + random.below(20) {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push(' ');
        if random.below(6) == 0 {
            let (label, value) = match random.below(5) {
                0 => ("NISS", niss(random)),
                1 => ("NISS", niss(random).replace(['.', '-'], "")),
                2 => ("IBAN", iban(random)),
                3 => (
                    "GSM",
                    format!(
                        "0475 {:02} {:02} {:02}",
                        10 + random.below(90),
                        random.below(100),
                        random.below(100)
                    ),
                ),
                _ => ("courriel", address(random)),
            };
            text.push_str(&format!("{label} : {value} ; "));
            values.push(value);
        }
    }
    text
}

fn niss(random: &mut Random) -> String {
    let (year, month, day, serial) =
        (20 + random.below(79), 1 + random.below(12), 1 + random.below(28), 1 + random.below(997));
    let base = format!("{year:02}{month:02}{day:02}{serial:03}").parse::<u64>().unwrap();
    format!("{year:02}.{month:02}.{day:02}-{serial:03}.{:02}", 97 - base % 97)
}

/// A Belgian account: ten digits and their rest by 97, then the check of the whole (B is 11, E is 14).
fn iban(random: &mut Random) -> String {
    let base = 1_000_000_000 + random.below(8_000_000_000_usize) as u64;
    let check = match base % 97 {
        0 => 97,
        rest => rest,
    };
    let account = base * 100 + check;
    let whole = 98 - (u128::from(account) * 1_000_000 + 111_400) % 97;
    let digits = format!("{account:012}");
    format!("BE{whole:02} {} {} {}", &digits[..4], &digits[4..8], &digits[8..])
}

fn address(random: &mut Random) -> String {
    let letters: String = (0..6).map(|_| char::from(b'a' + random.below(26) as u8)).collect();
    [format!("marie.{letters}"), "ville-mons.be".to_owned()].join("@")
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % end
    }
}
