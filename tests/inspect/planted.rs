//! Generated conversations with planted values: the provider sees none of them, and each comes back.

use super::engine::{Ask, engine};
use guard::inspect::{Carrier, Verdict};
use guard::redact::restore::Restore;
use http::HeaderMap;

#[test]
fn no_planted_value_leaves_and_every_one_comes_back() {
    let rounds: u64 =
        std::env::var("GUARD_PLANTED").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
    let engine = engine("baseline");
    for seed in 1..=rounds {
        let mut random = Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let (tool, path, body, values) = conversation(&mut random);
        let (verdict, report) =
            Ask { tool, path, headers: &HeaderMap::new(), body: body.as_bytes(), carrier: Carrier::Http }
                .judge(&engine);
        let Verdict::Rewrite { body: sent, restore, .. } = verdict else {
            panic!("seed {seed}: {:?}\n{body}", report.decision)
        };
        let sent = String::from_utf8(sent.to_vec()).unwrap();
        for value in &values {
            assert!(!sent.contains(value.as_str()), "seed {seed}: a value left\n{sent}");
        }
        serde_json::from_str::<serde_json::Value>(&sent).unwrap();
        let back = Restore::new(&restore.unwrap()).text(sent.as_bytes());
        assert_eq!(String::from_utf8(back).unwrap(), body, "seed {seed}: the rest changed");
    }
}

/// A body of some family, with values in prose, in JSON in strings, in keys, in history and in what is new.
fn conversation(random: &mut Random) -> (&'static str, &'static str, String, Vec<String>) {
    let mut values = Vec::new();
    let mut messages = Vec::new();
    let turns = 1 + random.below(5);
    for turn in 0..turns {
        let text = prose(random, &mut values);
        messages.push(("user", text));
        if turn + 1 < turns {
            messages.push(("assistant", prose(random, &mut values)));
        }
    }
    values.push(niss(random));
    messages.push(("user", format!("Le NISS est {}.", values[values.len() - 1])));
    let quote = |text: &str| serde_json::to_string(text).unwrap();
    match random.below(3) {
        0 => {
            let messages: Vec<String> = messages
                .iter()
                .map(|(role, text)| format!("{{\"content\" : {}, \"role\":\"{role}\"}}", quote(text)))
                .collect();
            let body = format!("{{ \"messages\":[{}],\n\"n\": 1.50e0, \"stop\": null}}", messages.join(" ,"));
            ("openai-api", "/v1/chat/completions", body, values)
        }
        1 => {
            let messages: Vec<String> = messages
                .iter()
                .map(|(role, text)| {
                    format!(
                        "{{\"role\":\"{role}\",\"content\":[{{\"type\":\"text\",\"text\":{}}}]}}",
                        quote(text)
                    )
                })
                .collect();
            let body = format!("{{\"system\":\"Bref.\",\"messages\":[{}]}}", messages.join(","));
            ("anthropic-api", "/v1/messages", body, values)
        }
        _ => {
            let messages: Vec<String> = messages
                .iter()
                .map(|(role, text)| {
                    let role = if *role == "user" { "user" } else { "model" };
                    format!("{{\"role\":\"{role}\",\"parts\":[{{\"text\":{}}}]}}", quote(text))
                })
                .collect();
            let body = format!("{{\"contents\":[{}]}}", messages.join(","));
            ("gemini-api", "/v1beta/models/g:generateContent", body, values)
        }
    }
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
    let mut text = String::new();
    for _ in 0..4 + random.below(20) {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push(' ');
        if random.below(6) == 0 {
            let value = match random.below(3) {
                0 => niss(random),
                1 => niss(random).replace(['.', '-'], ""),
                _ => address(random),
            };
            text.push_str(&format!("NISS ou courriel : {value} "));
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
        (self.0 >> 33) as usize % end
    }
}
