//! Runs a scenario through guard as a request in the shape of a chat API: the same pipeline and rules as in the
//! proxy, under the charter that the scenario names. Answers are scanned as text, since the pipeline is for
//! requests.

use crate::charter::scenario::{Attachment, Outcome, Scenario};
use crate::charter::{Action, Charter, Direction, Judged, Question};
use crate::inspect::{Carrier, Confirmed, Engine, Inbound, Keys, RequestId, Verdict, inspect};
use crate::place::Place;
use crate::rules::template;
use crate::scan::{Hint, Scanner, Scratch, check};
use crate::sensitive::Sensitive;
use crate::tools::{Catalogue, HostPattern, Tool, Wire};
use crate::user::User;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// The seed of the values that stand as templates (`{niss:dotted}`) in scenarios.
const SEED: u64 = 4;

/// Scenarios are run for their decisions only: nothing that these keys make is kept.
const KEY: [u8; 32] = [4; 32];

type Load<'a> = Box<dyn Fn(&str) -> Result<Arc<Charter>, String> + 'a>;

/// Judges scenarios; loads each charter once.
pub struct Judge<'a> {
    load: Load<'a>,
    engines: RefCell<HashMap<String, Result<Engine, String>>>,
}

impl<'a> Judge<'a> {
    /// A judge that loads charters by `load`.
    #[must_use]
    pub fn new(load: impl Fn(&str) -> Result<Arc<Charter>, String> + 'a) -> Self {
        Self { load: Box::new(load), engines: RefCell::default() }
    }

    /// What the charter says to a scenario; `fallback` is the charter of those that name none.
    ///
    /// # Errors
    /// Says why it could not be run.
    pub fn judge(&self, scenario: &Scenario, fallback: &str) -> Result<Outcome, String> {
        let engine = self.engine(scenario.charter.as_deref().unwrap_or(fallback))?;
        let tool = match &scenario.tool {
            // Its own id, hosts and kind, in a shape that has a history.
            Some(id) => {
                engine.catalogue.by_id(id).map(|tool| Tool { wire: Wire::Openai, ..Tool::clone(tool) })
            }
            None => None,
        };
        if let (None, Some(id)) = (&tool, &scenario.tool) {
            return Err(format!("no tool is called \"{id}\""));
        }
        let user = User {
            name: scenario.user.clone().map(Sensitive::new),
            groups: scenario.groups.clone(),
            ..User::default()
        };
        match scenario.direction {
            Direction::Request => request(&engine, scenario, tool.as_ref(), &user),
            Direction::Response => answer(&engine, scenario, tool.as_ref(), &user),
        }
    }

    fn engine(&self, name: &str) -> Result<Engine, String> {
        let mut engines = self.engines.borrow_mut();
        engines.entry(name.to_owned()).or_insert_with(|| (self.load)(name).map(engine_of)).clone()
    }
}

fn engine_of(charter: Arc<Charter>) -> Engine {
    let catalogue = Arc::new(Catalogue::shipped().with(charter.own_tools()));
    let keys = Keys { placeholder: KEY, fingerprint: KEY, cache: KEY };
    Engine::new(Scanner::shipped(), charter, catalogue, keys)
}

fn request(
    engine: &Engine,
    scenario: &Scenario,
    tool: Option<&Tool>,
    user: &User,
) -> Result<Outcome, String> {
    let body = body(scenario)?.to_string();
    let noon = scenario.date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let host = tool.and_then(|tool| tool.all_hosts().flat_map(HostPattern::names).next());
    let mut headers = http::HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    let id = RequestId("scenario".into());
    let inbound = Inbound {
        id: &id,
        tool,
        host: host.as_deref().unwrap_or("ai.example"),
        method: &http::Method::POST,
        path_and_query: "/v1/chat/completions",
        headers: &headers,
        body: body.as_bytes(),
        carrier: Carrier::Http,
        user,
        language: scenario.language,
        now: noon.map_err(|fault| fault.to_string())?.timestamp(),
    };
    let (verdict, report) = inspect(engine, &inbound, &Stated(scenario.confirmed));
    let question = Question {
        findings: &report.findings,
        uninspected: &report.uninspected,
        ..question(scenario, tool, user)
    };
    let mut outcome = outcome(&engine.charter, &report.decision, &question, scenario);
    if matches!(verdict, Verdict::Refuse(_)) && outcome.action < Action::Confirm {
        // What cannot be redacted where it stands is refused.
        outcome.action = Action::Block;
    }
    Ok(outcome)
}

fn answer(engine: &Engine, scenario: &Scenario, tool: Option<&Tool>, user: &User) -> Result<Outcome, String> {
    let text = expand(&scenario.content)?;
    let mut found = Vec::new();
    engine.scanner.scan(text.as_bytes(), &Hint::default(), &mut Scratch::default(), &mut found);
    let findings: Vec<Judged> = found
        .into_iter()
        .zip(0..)
        .map(|(finding, value)| Judged { finding, place: Place::Body, line: 0, new: true, value })
        .collect();
    let question = Question { findings: &findings, ..question(scenario, tool, user) };
    Ok(outcome(&engine.charter, &engine.charter.decide(&question), &question, scenario))
}

fn question<'q>(scenario: &Scenario, tool: Option<&'q Tool>, user: &'q User) -> Question<'q> {
    Question {
        tool,
        user,
        direction: scenario.direction,
        today: scenario.date,
        findings: &[],
        uninspected: &[],
        confirmed: scenario.confirmed,
    }
}

fn outcome(
    charter: &Charter,
    decision: &crate::charter::Decision,
    question: &Question<'_>,
    scenario: &Scenario,
) -> Outcome {
    let message = (decision.action > Action::Observe)
        .then(|| charter.message(decision, question, scenario.language, "scenario"));
    Outcome { action: decision.action, articles: decision.articles(), message }
}

/// The scenario says whether the user has confirmed.
struct Stated(bool);

impl Confirmed for Stated {
    fn is_confirmed(&self, _: Option<&Tool>, _: &User, _: u64) -> bool {
        self.0
    }
}

fn body(scenario: &Scenario) -> Result<Value, String> {
    let mut messages = Vec::new();
    for earlier in &scenario.earlier {
        messages.push(json!({ "role": "user", "content": expand(earlier)? }));
        messages.push(json!({ "role": "assistant", "content": "Bien." }));
    }
    let text = expand(&scenario.content)?;
    let content = match scenario.attachment {
        None => json!(text),
        Some(attachment) => json!([{ "type": "text", "text": text }, part(attachment)]),
    };
    messages.push(json!({ "role": "user", "content": content }));
    Ok(json!({ "model": "scenario", "messages": messages }))
}

fn part(attachment: Attachment) -> Value {
    match attachment {
        Attachment::Image => {
            let data =
                BASE64_STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0");
            json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{data}") } })
        }
        Attachment::Audio => {
            let data = BASE64_STANDARD.encode(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0");
            json!({ "type": "input_audio", "input_audio": { "data": data, "format": "wav" } })
        }
        Attachment::Encrypted => {
            let data = BASE64_STANDARD.encode(encrypted_zip());
            let url = format!("data:application/zip;base64,{data}");
            json!({ "type": "file", "file": { "filename": "a.zip", "file_data": url } })
        }
    }
}

/// An archive with one stored entry whose encryption flag is set.
fn encrypted_zip() -> Vec<u8> {
    let (name, data) = (b"a.txt", [7_u8; 24]);
    // Version 2.0, encrypted, stored, no time, any checksum, sizes, length of the name, nothing extra.
    let mut entry = vec![20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 24, 0, 0, 0, 12, 0, 0, 0, 5, 0, 0, 0];
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend_from_slice(&entry);
    zip.extend_from_slice(name);
    zip.extend_from_slice(&data);
    let directory = zip.len();
    entry.splice(0..0, [20, 0]);
    zip.extend_from_slice(b"PK\x01\x02");
    zip.extend_from_slice(&entry);
    zip.extend_from_slice(&[0; 14]);
    zip.extend_from_slice(name);
    let length = zip.len() - directory;
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    // Both are below 200 bytes.
    zip.extend_from_slice(&[length as u8, 0, 0, 0, directory as u8, 0, 0, 0, 0, 0]);
    zip
}

fn expand(text: &str) -> Result<String, String> {
    let passes = |name: &str, value: &str| {
        check::by_name(name).map(|check| matches!(check.run(value.as_bytes()), check::Outcome::Pass))
    };
    template::expand(text, &[], &passes, SEED).map(|expanded| expanded.text)
}
