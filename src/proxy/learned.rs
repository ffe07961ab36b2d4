//! Hosts to which a service tells a client to send a file (`upload_url`): storage that many others use too, so that no
//! catalogue can name it. Looked into for that client only, and only for a while. Knows no sockets.

use super::upstream::Identity;
use crate::text::encoding;
use crate::tools::Tool;
use http::{HeaderMap, Method, header};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a client is expected to send what it announced: signed addresses are good for some minutes.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// Hosts known at once, all clients together.
const HOSTS_MAX: usize = 4_096;
/// Bytes of an answer that is read for addresses; real ones have some hundred.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Values looked at, and how deep, in such an answer.
const DEPTH_MAX: usize = 8;

/// The hosts, by client.
#[derive(Debug, Default)]
pub struct Learned {
    hosts: Mutex<HashMap<(Identity, Box<str>), Entry>>,
    /// Whether there was ever one: most clients upload nothing.
    any: AtomicBool,
}

#[derive(Debug)]
struct Entry {
    tool: Arc<Tool>,
    until: Instant,
}

impl Learned {
    /// The tool that told this client to send a file to `host`.
    #[must_use]
    pub fn tool(&self, client: &Identity, host: &str) -> Option<Arc<Tool>> {
        if !self.any.load(Ordering::Relaxed) {
            return None;
        }
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = hosts.get(&(client.clone(), host.into()))?;
        (entry.until > Instant::now()).then(|| Arc::clone(&entry.tool))
    }

    fn note(&self, client: &Identity, host: String, tool: &Arc<Tool>) {
        let now = Instant::now();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, entry| entry.until > now);
        }
        if hosts.len() < HOSTS_MAX {
            let entry = Entry { tool: Arc::clone(tool), until: now + KEPT };
            hosts.insert((client.clone(), host.into()), entry);
            self.any.store(true, Ordering::Relaxed);
        }
    }
}

/// Reads one answer for the addresses in it, as it passes.
#[derive(Debug)]
pub(super) struct Tap {
    learned: Arc<Learned>,
    client: Identity,
    tool: Arc<Tool>,
    coding: String,
    read: Vec<u8>,
}

impl Tap {
    /// For the answer to a request that may announce a file; `None` where it is no such request or answer.
    pub(super) fn new(
        learned: &Arc<Learned>,
        client: &Identity,
        tool: Option<&Arc<Tool>>,
        asked: (&Method, &str),
        answer: &HeaderMap,
    ) -> Option<Self> {
        let (method, path) = asked;
        let text = |name| answer.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| kind.contains("json"));
        if !is_json || *method == Method::GET || !is_about_files(path) {
            return None;
        }
        let coding = text(header::CONTENT_ENCODING).unwrap_or_default().to_owned();
        Some(Self {
            learned: Arc::clone(learned),
            client: client.clone(),
            tool: Arc::clone(tool?),
            coding,
            read: Vec::new(),
        })
    }

    /// The next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.read.len() <= ANSWER_BYTES_MAX {
            self.read.extend_from_slice(bytes);
        }
    }

    /// The answer is over.
    pub(super) fn finish(self) {
        if self.read.len() > ANSWER_BYTES_MAX {
            return;
        }
        let Ok(decoded) = encoding::decode(&self.read, &self.coding, ANSWER_BYTES_MAX) else { return };
        let Ok(answer) = serde_json::from_slice(&decoded.body) else { return };
        let mut hosts = Vec::new();
        addresses(&answer, "", 0, &mut hosts);
        for host in hosts {
            tracing::debug!(host, "a service sends a client there with a file");
            self.learned.note(&self.client, host, &self.tool);
        }
    }
}

/// Whether a path speaks of files.
fn is_about_files(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default().to_ascii_lowercase();
    ["file", "upload", "attachment", "asset"].iter().any(|word| path.contains(word))
}

/// The hosts of the addresses to which something is to be sent.
fn addresses(value: &serde_json::Value, key: &str, depth: usize, hosts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if is_for_sending(key) => hosts.extend(host_of(text)),
        serde_json::Value::Array(values) if depth < DEPTH_MAX => {
            values.iter().for_each(|value| addresses(value, key, depth + 1, hosts));
        }
        serde_json::Value::Object(members) if depth < DEPTH_MAX => {
            members.iter().for_each(|(key, value)| addresses(value, key, depth + 1, hosts));
        }
        _ => {}
    }
}

/// Whether the value under this key is an address to send to: `upload_url`, `uploadUrl`, `signedPutUrl`, `url`.
fn is_for_sending(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_address = key.contains("url") || key.contains("uri");
    is_address && !key.contains("download") && !key.contains("get")
}

fn host_of(address: &str) -> Option<String> {
    let uri: http::Uri = address.parse().ok()?;
    let secure = uri.scheme_str() == Some("https");
    let named = super::authority::parse(uri.authority()?.as_str(), 443)?;
    secure.then(|| named.host.to_string())
}

#[cfg(test)]
mod tests {
    use super::{addresses, is_about_files};

    #[test]
    fn addresses_to_send_to_are_found_and_others_are_not() {
        let check = |answer: serde_json::Value, want: &[&str]| {
            let mut hosts = Vec::new();
            addresses(&answer, "", 0, &mut hosts);
            assert_eq!(hosts, want, "{answer}");
        };
        let signed = "https://sa1.blob.example.net/files/x?sig=abc";
        check(serde_json::json!({"status": "success", "upload_url": signed}), &["sa1.blob.example.net"]);
        check(serde_json::json!({"data": [{"signedPutUrl": signed}]}), &["sa1.blob.example.net"]);
        check(serde_json::json!({"download_url": signed, "getUrl": signed, "name": signed}), &[]);
        check(serde_json::json!({"upload_url": "http://plain.example.net/", "url": "no address"}), &[]);
        assert!(is_about_files("/backend-api/files") && is_about_files("/api/v3/getUploadFileUrl?x=1"));
        assert!(!is_about_files("/v1/chat/completions?file=1"));
    }
}
