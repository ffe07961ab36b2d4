//! Runs a scenario through guard as a request in the shape of a chat API: the same pipeline and rules as in the
//! proxy, under the charter that the scenario names. Answers are heard as the proxy hears them.

use crate::charter::scenario::{Attachment, Outcome, Scenario};
use crate::charter::{Action, Charter, Direction, Message, Question};
use crate::inspect::{Carrier, Confirmed, Engine, Inbound, Keys, Listener, RequestId, Verdict, inspect};
use crate::redact::restore::Piece;
use crate::rules::template;
use crate::scan::{Scanner, check};
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

type Load<'a> = Box<dyn Fn(&str, &str) -> Result<Arc<Charter>, String> + 'a>;

/// Judges scenarios; loads each charter once.
pub struct Judge<'a> {
    load: Load<'a>,
    scanner: Arc<Scanner>,
    engines: RefCell<HashMap<(String, String), Result<Engine, String>>>,
}

impl<'a> Judge<'a> {
    /// A judge that loads charters by `load`, from a name and from what is added below the charter's file.
    #[must_use]
    pub fn new(load: impl Fn(&str, &str) -> Result<Arc<Charter>, String> + 'a) -> Self {
        Self { load: Box::new(load), scanner: Scanner::shipped(), engines: RefCell::default() }
    }

    /// The same with another scanner, such as one that knows the organisation's own words.
    #[must_use]
    pub fn scanning_with(self, scanner: Arc<Scanner>) -> Self {
        Self { scanner, ..self }
    }

    /// What the charter says to a scenario; `fallback` is the charter of those that name none.
    ///
    /// # Errors
    /// Says why it could not be run.
    pub fn judge(&self, scenario: &Scenario, fallback: &str) -> Result<Outcome, String> {
        let engine = self.engine(
            scenario.charter.as_deref().unwrap_or(fallback),
            scenario.adds.as_deref().unwrap_or_default(),
        )?;
        let asked = Asked::of(scenario, &engine)?;
        if !asked.inspected {
            // Passed on byte for byte: no rule sees it.
            return Ok(asked.outcome(Action::Allow, Vec::new(), None));
        }
        let user = User {
            name: scenario.user.clone().map(Sensitive::new),
            groups: scenario.groups.clone(),
            ..User::default()
        };
        request(&engine, scenario, &asked, &user)
    }

    fn engine(&self, name: &str, adds: &str) -> Result<Engine, String> {
        let mut engines = self.engines.borrow_mut();
        let known = engines.entry((name.to_owned(), adds.to_owned()));
        known
            .or_insert_with(|| (self.load)(name, adds).map(|charter| engine_of(charter, &self.scanner)))
            .clone()
    }
}

/// The tool and host of a scenario.
struct Asked {
    tool: Option<Tool>,
    host: String,
    inspected: bool,
    headers: Vec<String>,
}

impl Asked {
    fn of(scenario: &Scenario, engine: &Engine) -> Result<Self, String> {
        let (catalogue, charter) = (&engine.catalogue, &engine.charter);
        let tool = match (&scenario.tool, &scenario.host) {
            (Some(id), _) => {
                let tool = catalogue.by_id(id).ok_or_else(|| format!("no tool is called \"{id}\""))?;
                Some(tool)
            }
            (None, Some(host)) => catalogue.lookup(host),
            (None, None) => None,
        };
        let first = tool.and_then(|tool| tool.all_hosts().flat_map(HostPattern::names).next());
        let host = scenario.host.clone().or(first);
        let never = host.as_deref().is_some_and(|host| charter.never_inspected(host));
        let known = host.is_none() || tool.is_some();
        let host = host.unwrap_or_else(|| "ai.example".into());
        let headers = charter
            .tenant_headers(&host)
            .map(|setting| format!("{}: {}", setting.name, setting.value.to_str().unwrap_or_default()));
        Ok(Self {
            headers: headers.collect(),
            // Its own id, hosts and kind, in a shape that has a history.
            tool: tool.map(|tool| Tool { wire: Wire::Openai, ..Tool::clone(tool) }),
            inspected: known && !never,
            host,
        })
    }

    fn outcome(&self, action: Action, articles: Vec<Arc<str>>, message: Option<Message>) -> Outcome {
        let headers = self.headers.clone();
        Outcome { action, articles, inspected: self.inspected, headers, message }
    }
}

fn engine_of(charter: Arc<Charter>, scanner: &Arc<Scanner>) -> Engine {
    let catalogue = Arc::new(Catalogue::shipped().with(charter.own_tools()));
    let keys = Keys { placeholder: KEY, fingerprint: KEY, cache: KEY };
    Engine::new(Arc::clone(scanner), charter, catalogue, keys)
}

fn request(engine: &Engine, scenario: &Scenario, asked: &Asked, user: &User) -> Result<Outcome, String> {
    let body = match scenario.direction {
        Direction::Request => body(scenario)?.to_string(),
        Direction::Response => String::new(),
    };
    let noon = scenario.date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let mut headers = http::HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    let id = RequestId("scenario".into());
    let inbound = Inbound {
        id: &id,
        tool: asked.tool.as_ref(),
        host: &asked.host,
        method: &http::Method::POST,
        path_and_query: "/v1/chat/completions",
        headers: &headers,
        body: body.as_bytes(),
        carrier: Carrier::Http,
        user,
        language: scenario.language,
        now: noon.map_err(|fault| fault.to_string())?.timestamp(),
    };
    if scenario.direction == Direction::Response {
        return answer(engine, scenario, asked, &inbound);
    }
    let (verdict, mut report) = inspect(engine, &inbound, &Stated(scenario.confirmed));
    let waits = engine.charter.waits_for_acknowledgement() && !scenario.acknowledged;
    if waits && !matches!(verdict, Verdict::Refuse(_)) {
        engine.charter.hold_for_acknowledgement(&mut report.decision);
    }
    let question = Question {
        tool: inbound.tool,
        user,
        direction: scenario.direction,
        today: scenario.date,
        findings: &report.findings,
        uninspected: &report.uninspected,
        confirmed: scenario.confirmed,
    };
    let decision = &report.decision;
    let message = (decision.action > Action::Observe)
        .then(|| engine.charter.message(decision, &question, scenario.language, "scenario"));
    // What cannot be redacted where it stands is refused.
    let refused = matches!(verdict, Verdict::Refuse(_)) && decision.action < Action::Confirm;
    let action = if refused { Action::Block } else { decision.action };
    Ok(asked.outcome(action, decision.articles(), message))
}

/// An answer is heard as one text; the message is that of the answer.
fn answer(
    engine: &Engine,
    scenario: &Scenario,
    asked: &Asked,
    inbound: &Inbound<'_>,
) -> Result<Outcome, String> {
    let text = expand(&scenario.content)?;
    let Some(mut listener) = Listener::new(engine, inbound) else {
        return Ok(asked.outcome(Action::Allow, Vec::new(), None));
    };
    let passes = listener.hear(&[Piece { text: 1, bytes: text.into_bytes(), ends: true }]) & listener.end();
    let decision = &listener.report().decision;
    debug_assert_eq!(passes, decision.action < Action::Confirm);
    let message = (decision.action > Action::Observe).then(|| listener.message());
    Ok(asked.outcome(decision.action, decision.articles(), message))
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
