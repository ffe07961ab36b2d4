//! Out of the machine: OTLP logs, syslog, webhooks. Knows stored records; a dead receiver never slows a request.

mod post;
mod sender;
mod shape;
mod stream;

pub(super) use sender::Bell;
use sender::Sender;
pub use sender::{BACKLOG_EVENTS_MAX, SenderCounters};

use super::failure::Fault;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// How a receiver is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// OTLP logs as JSON over HTTP.
    Otlp,
    /// Syslog, RFC 5424, over TCP or TLS.
    Syslog,
    /// A POST of JSON, for incidents only.
    Webhook,
}

/// Where events are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub protocol: Protocol,
    /// Whether over TLS.
    pub tls: bool,
    /// The host.
    pub host: Arc<str>,
    /// The port.
    pub port: u16,
    /// Path and query; empty for syslog. May hold a token: not shown.
    path: Arc<str>,
    /// Headers beside the usual ones, such as an authorization. Not shown.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    /// Certificates (DER) trusted beside the system's.
    pub roots: Vec<Arc<[u8]>>,
}

/// Why a receiver did not take events.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// It cannot be reached, or the connection broke.
    #[error("{0}")]
    Connection(#[from] std::io::Error),
    /// It answers with this status.
    #[error("the receiver answers {0}")]
    Status(u16),
    /// It does not want this body, now or ever.
    #[error("the receiver refuses the events with {0}")]
    Body(u16),
    /// It does not speak HTTP.
    #[error("the receiver does not speak HTTP")]
    NoHttp,
}

/// The senders that run, one for each target.
#[derive(Debug, Default)]
pub(super) struct Senders(Vec<(Target, Sender)>);

impl Senders {
    /// Starts those that `targets` name and do not run yet, and ends those that it names no more. What is under way
    /// to the others goes on.
    ///
    /// # Errors
    /// The store cannot be written, or no thread can be started; what ran before still does.
    pub(super) fn set(&mut self, targets: &[Target], folder: &Path, bell: &Arc<Bell>) -> Result<(), Fault> {
        let is_new = |target: &&Target| !self.0.iter().any(|(known, _)| known == *target);
        let mut started = Vec::new();
        for target in targets.iter().filter(is_new) {
            started.push((target.clone(), Sender::start(target.clone(), folder, bell.clone())?));
        }
        self.0.retain(|(target, sender)| {
            let stays = targets.contains(target);
            if !stays {
                sender.end();
            }
            stays
        });
        self.0.append(&mut started);
        bell.ring();
        Ok(())
    }

    /// What is counted for each receiver, by its name.
    pub(super) fn counters(&self) -> Vec<(String, Arc<SenderCounters>)> {
        self.0.iter().map(|(target, sender)| (target.name(), sender.counters())).collect()
    }
}

impl Target {
    /// Path and query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name under which its cursor is kept: what is written in the configuration, without path and query.
    #[must_use]
    pub fn name(&self) -> String {
        let protocol = match (self.protocol, self.tls) {
            (Protocol::Otlp, false) => "otlp:http",
            (Protocol::Otlp, true) => "otlp:https",
            (Protocol::Syslog, false) => "syslog:tcp",
            (Protocol::Syslog, true) => "syslog:tls",
            (Protocol::Webhook, false) => "webhook:http",
            (Protocol::Webhook, true) => "webhook:https",
        };
        format!("{protocol}://{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name())
    }
}

impl FromStr for Target {
    type Err = Fault;

    /// Reads `otlp:http://HOST:PORT/PATH`, `syslog:tcp://HOST:PORT`, `syslog:tls://HOST:PORT`, `webhook:https://…`.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = |why| Fault::Target(text.split('?').next().unwrap_or_default().to_owned(), why);
        let (protocol, url) = text.split_once(':').ok_or_else(|| fault("no protocol"))?;
        let (scheme, rest) = url.split_once("://").ok_or_else(|| fault("no URL"))?;
        let (protocol, tls, port) = match (protocol, scheme) {
            ("otlp", "http") => (Protocol::Otlp, false, 4318),
            ("otlp", "https") => (Protocol::Otlp, true, 443),
            ("webhook", "http") => (Protocol::Webhook, false, 80),
            ("webhook", "https") => (Protocol::Webhook, true, 443),
            ("syslog", "tcp") => (Protocol::Syslog, false, 601),
            ("syslog", "tls") => (Protocol::Syslog, true, 6514),
            _ => return Err(fault("unknown protocol")),
        };
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let authority: http::uri::Authority = authority.parse().map_err(|_| fault("no host"))?;
        if authority.as_str().contains('@') {
            return Err(fault("a password does not belong in the address"));
        }
        let path = match (protocol, path) {
            (Protocol::Otlp, "" | "/") => "/v1/logs",
            (Protocol::Webhook, "") => "/",
            (Protocol::Syslog, "" | "/") => "",
            (Protocol::Syslog, _) => return Err(fault("syslog has no path")),
            (Protocol::Otlp | Protocol::Webhook, path) => path,
        };
        let host = authority.host().trim_matches(['[', ']']);
        Ok(Self {
            protocol,
            tls,
            host: host.into(),
            port: authority.port_u16().unwrap_or(port),
            path: path.into(),
            headers: Vec::new(),
            roots: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn targets_are_read_and_shown_without_what_may_be_secret() {
        let name = |text: &str| text.parse::<Target>().map(|target| target.name()).ok();
        assert_eq!(name("otlp:http://127.0.0.1:4318").as_deref(), Some("otlp:http://127.0.0.1:4318"));
        assert_eq!(name("syslog:tls://logs.example").as_deref(), Some("syslog:tls://logs.example:6514"));
        let hook: Target = "webhook:https://hooks.example/a/token?key=1".parse().unwrap();
        assert_eq!(hook.to_string(), "webhook:https://hooks.example:443");
        assert_eq!(hook.path(), "/a/token?key=1");
        for bad in
            ["", "otlp", "otlp:ftp://x", "syslog:tcp://h/p", "webhook:http://", "webhook:http://u:p@h/"]
        {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
