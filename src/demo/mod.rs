//! The offline show behind `guard demo`: a stand-in service with real TLS, the real proxy with a throw-away
//! authority, and a client that sends five prompts. What it tells is what happened; nothing is acted.

pub mod client;
pub mod endpoint;
mod prompts;

pub use prompts::{PROMPTS, Prompt};

use crate::ca::{Authority, CaError};
use crate::charter::Charter;
use crate::inspect::{Engine, Keys};
use crate::platform::Account;
use crate::proxy::confirmations::Confirmations;
use crate::proxy::upstream::{Dialler, KeyExchange, RustlsEgress, Upstream};
use crate::proxy::{self, Bodies, Inspecting, Parts, Patience, State};
use crate::redact::restore::Memory;
use crate::scan::Scanner;
use crate::tools::Catalogue;
use aws_lc_rs::rand;
use bytes::Bytes;
use client::{Reply, Session};
use endpoint::Endpoint;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The host that the client believes to speak to.
const HOST: &str = "api.openai.com";

/// The route that it uses.
const PATH: &str = "/v1/chat/completions";

/// Requests of which the middle one's time is told, each way.
const ROUNDS: usize = 25;

/// Time to reach the stand-in; it is on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the show cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The machine refuses something that the show needs.
    #[error("the demo cannot run here: {0}")]
    Io(#[from] io::Error),
    /// The throw-away authority cannot be made.
    #[error("the demo's certificate authority: {0}")]
    Authority(#[from] CaError),
    /// TLS cannot be set up.
    #[error("the demo's TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// What happened to one prompt.
#[derive(Debug)]
pub struct Shown {
    /// The prompt.
    pub prompt: Prompt,
    /// The decision, as the proxy told the client in `x-guard-decision`.
    pub decision: String,
    /// The articles, as told in `x-guard-articles`.
    pub articles: String,
    /// The status of the answer.
    pub status: u16,
    /// What the endpoint read as the user's message; `None` where nothing reached it.
    pub reached: Option<String>,
    /// What the client reads in the end: the assistant's words, or the refusal.
    pub answer: String,
    /// The middle time of a request straight to the endpoint.
    pub direct: Duration,
    /// The middle time of the same request through the proxy.
    pub guarded: Duration,
}

impl Shown {
    /// What the guard added; nothing where a refusal was faster than the endpoint.
    #[must_use]
    pub const fn added(&self) -> Duration {
        self.guarded.saturating_sub(self.direct)
    }
}

/// Runs the show under a charter.
///
/// # Errors
/// Where the machine gives no loopback port, no temporary folder or no randomness.
pub async fn run(charter: Arc<Charter>, catalogue: Arc<Catalogue>) -> Result<Vec<Shown>, DemoError> {
    let endpoint = Endpoint::start(HOST).await?;
    let folder = tempfile::tempdir()?;
    let (stop, stopping) = watch::channel(false);
    let engine = Engine::new(Scanner::shipped(), charter, catalogue, keys()?);
    let authority = Authority::load_or_create(&folder.path().join("ca"), &[HOST.to_owned()])?;
    let root = authority.root().clone();
    let confirmations = Arc::new(Confirmations::default());
    let judge = Inspecting::new(engine, Arc::new(Memory::default()), Arc::clone(&confirmations), usize::MAX);
    let egress = Arc::new(RustlsEgress::bundled(vec![endpoint.root.clone()], KeyExchange::default())?);
    let resolve = HashMap::from([(format!("{HOST}:443"), endpoint.address.to_string())]);
    let parts = Parts {
        authority: Arc::new(authority),
        upstream: Upstream::new(Dialler::new(egress, resolve, None, CONNECT_TIMEOUT)),
        audit: None,
        patience: Patience::default(),
        connections_max: 16,
        account: Account::current(),
        confirmations,
        bodies: Bodies::default(),
        control: None,
        stopping,
    };
    let state = Arc::new(State::new(Box::new(judge), parts));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(proxy::serve(listener, state));
    let mut direct = Session::open(endpoint.address, false, HOST, &endpoint.root).await?;
    let mut guarded = Session::open(address, true, HOST, &root).await?;
    let mut shown = Vec::with_capacity(PROMPTS.len());
    for prompt in PROMPTS {
        shown.push(show(prompt, &endpoint, &mut direct, &mut guarded).await?);
    }
    drop((direct, guarded));
    // The receiver lives in the state: the proxy hears it, or has ended by itself.
    let _ = stop.send(true);
    serving.await.map_err(io::Error::other)??;
    Ok(shown)
}

fn keys() -> io::Result<Keys> {
    let mut bytes = [[0; 32]; 3];
    for key in &mut bytes {
        rand::fill(key).map_err(|_| io::Error::other("the system gives no randomness"))?;
    }
    let [placeholder, fingerprint, cache] = bytes;
    Ok(Keys { placeholder, fingerprint, cache })
}

async fn show(
    prompt: Prompt,
    endpoint: &Endpoint,
    direct: &mut Session,
    guarded: &mut Session,
) -> Result<Shown, DemoError> {
    let request = json!({
        "model": "stand-in",
        "stream": prompt.streamed,
        "messages": [{ "role": "user", "content": prompt.text }],
    });
    let body = Bytes::from(request.to_string());
    drop(endpoint.take());
    let reply = guarded.post(PATH, body.clone()).await?;
    let reached = endpoint.take().first().map(|body| user_text(body));
    let header = |name: &str| {
        let value =
            reply.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        value.unwrap_or_default()
    };
    let (direct, guarded) = middles(direct, guarded, &body).await?;
    Ok(Shown {
        prompt,
        decision: header("x-guard-decision"),
        articles: header("x-guard-articles"),
        status: reply.status.as_u16(),
        reached,
        answer: readable(&reply, prompt.streamed),
        direct,
        guarded,
    })
}

/// The middle times of some requests each way, in turns; connections and code paths are warm by then.
async fn middles(
    direct: &mut Session,
    guarded: &mut Session,
    body: &Bytes,
) -> io::Result<(Duration, Duration)> {
    let mut times = [Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS)];
    for _ in 0..ROUNDS {
        times[0].push(direct.post(PATH, body.clone()).await?.elapsed);
        times[1].push(guarded.post(PATH, body.clone()).await?.elapsed);
    }
    let [direct, guarded] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    });
    Ok((direct, guarded))
}

fn user_text(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["messages"][0]["content"].as_str().unwrap_or_default().to_owned()
}

/// What a chat program would show of a reply.
fn readable(reply: &Reply, streamed: bool) -> String {
    let text = String::from_utf8_lossy(&reply.body);
    if streamed && reply.status.is_success() {
        let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
        let deltas = events.filter_map(|event| serde_json::from_str::<Value>(event).ok());
        return deltas
            .filter_map(|delta| Some(delta["choices"][0]["delta"]["content"].as_str()?.to_owned()))
            .collect();
    }
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let words =
        body["choices"][0]["message"]["content"].as_str().or_else(|| body["error"]["message"].as_str());
    words.map_or_else(|| text.into_owned(), str::to_owned)
}
