//! Reads the keys. Each key that is known here stands in `config/guard.example.toml` too, and the reverse.

use super::{Config, Log, Mode, Roots, Store};
use crate::fault::Faults;
use crate::sensitive::Sensitive;
use crate::source::{Section, Source, Table, Word};
use std::net::SocketAddr;
use std::path::PathBuf;

const ROOT: &[&str] =
    &["charter", "patterns", "groups", "proxy", "ca", "audit", "metrics", "redaction", "log"];
const PROXY: &[&str] =
    &["listen", "parent", "parent_credentials", "parent_bypass", "mode", "upstream", "limits"];
const UPSTREAM: &[&str] = &["roots", "extra_roots", "resolve", "connect_timeout", "post_quantum"];
const AUDIT: &[&str] =
    &["store", "dir", "export", "export_headers", "export_roots", "max_size", "pseudonym_key"];
const LIMITS: &[&str] = &["max_body", "max_connections", "header_timeout", "idle_timeout"];
const CA: &[&str] = &["dir"];
const LOG: &[&str] = &["format"];
const METRICS: &[&str] = &["listen"];
const REDACTION: &[&str] = &["key"];
const SECTIONS: &[Section<'_>] = &[
    ("proxy", PROXY),
    ("proxy.upstream", UPSTREAM),
    ("proxy.limits", LIMITS),
    ("ca", CA),
    ("audit", AUDIT),
    ("metrics", METRICS),
    ("redaction", REDACTION),
    ("log", LOG),
];

/// Sets in `config` what `text` says, all of it or, with faults, as much as could be read.
pub(super) fn apply(config: &mut Config, file: &str, text: &str) -> Result<(), Faults> {
    let (source, table) = Source::parse(file, text);
    let source = source.with_sections(SECTIONS);
    let root = Table::root(&source, &table, ROOT);
    set(&mut config.charter, root.word("charter").map(|word| word.text.to_owned()));
    if root.has("patterns") {
        config.patterns = paths(&root, "patterns");
    }
    if let Some(groups) = root.value("groups") {
        config.groups = groups
            .entries()
            .into_iter()
            .map(|(name, users)| {
                (name.text.to_owned(), users.words().iter().map(|user| user.text.to_owned()).collect())
            })
            .collect();
    }
    if let Some(proxy) = root.table("proxy", PROXY) {
        apply_proxy(config, &proxy);
    }
    if let Some(ca) = root.table("ca", CA) {
        path(&mut config.ca_dir, &ca, "dir");
    }
    if let Some(audit) = root.table("audit", AUDIT) {
        apply_audit(config, &audit);
    }
    if let Some(log) = root.table("log", LOG) {
        set(&mut config.log, log.choice("format", &[("text", Log::Text), ("json", Log::Json)]));
    }
    if let Some(metrics) = root.table("metrics", METRICS) {
        match metrics.word("listen") {
            Some(word) if word.text.is_empty() => config.metrics_listen = None,
            Some(_) => config.metrics_listen = address(&metrics, "listen").or(config.metrics_listen),
            None => {}
        }
    }
    if let Some(redaction) = root.table("redaction", REDACTION) {
        path(&mut config.redaction_key, &redaction, "key");
    }
    source.finish()
}

fn apply_audit(config: &mut Config, table: &Table<'_>) {
    let audit = &mut config.audit;
    set(&mut audit.store, table.choice("store", &[("sqlite", Store::Sqlite), ("none", Store::None)]));
    path(&mut audit.dir, table, "dir");
    if table.has("export") {
        audit.export = table.words("export").iter().map(|word| word.text.to_owned()).collect();
    }
    if let Some(receivers) = table.value("export_headers") {
        audit.export_headers.clear();
        for (receiver, headers) in receivers.entries() {
            let headers = headers.entries();
            let headers = headers.iter().filter_map(|(name, value)| header(table, name, &value.word()?));
            audit.export_headers.insert(receiver.text.to_owned(), headers.collect());
        }
    }
    if table.has("export_roots") {
        audit.export_roots = paths(table, "export_roots");
    }
    match table.word("max_size") {
        Some(word) if word.text.is_empty() => audit.max_size = None,
        Some(_) => audit.max_size = table.size("max_size").or(audit.max_size),
        None => {}
    }
    path(&mut audit.pseudonym_key, table, "pseudonym_key");
}

/// A header that can be sent as it is written.
fn header(table: &Table<'_>, name: &Word<'_>, value: &Word<'_>) -> Option<(String, Sensitive<String>)> {
    let sound = http::HeaderName::from_bytes(name.text.as_bytes()).is_ok()
        && http::HeaderValue::from_str(value.text).is_ok();
    if !sound {
        table.fault(name.range.clone(), "a header and its value are printable ASCII", "");
        return None;
    }
    Some((name.text.to_owned(), Sensitive::new(value.text.to_owned())))
}

fn apply_proxy(config: &mut Config, table: &Table<'_>) {
    let proxy = &mut config.proxy;
    set(&mut proxy.listen, address(table, "listen"));
    set(
        &mut proxy.mode,
        table.choice("mode", &[("workstation", Mode::Workstation), ("gateway", Mode::Gateway)]),
    );
    if let Some(word) = table.word("parent") {
        proxy.parent = parent(table, word.text);
    }
    if let Some(word) = table.word("parent_credentials") {
        proxy.parent_credentials = (!word.text.is_empty()).then(|| Sensitive::new(word.text.to_owned()));
    }
    if table.has("parent_bypass") {
        proxy.parent_bypass =
            table.words("parent_bypass").iter().map(|word| word.text.to_ascii_lowercase()).collect();
    }
    if let Some(upstream) = table.table("upstream", UPSTREAM) {
        apply_upstream(config, &upstream);
    }
    if let Some(limits) = table.table("limits", LIMITS) {
        apply_limits(config, &limits);
    }
    let (listen, mode) = (config.proxy.listen, config.proxy.mode);
    if mode == Mode::Gateway {
        table.fault(
            table.key_range("mode"),
            "a gateway needs to know its clients, and this version has no authentication for it",
            "mode = \"workstation\"",
        );
    } else if !listen.ip().is_loopback() {
        table.fault(
            table.key_range("listen"),
            format!("{listen} can be reached from other machines, whose users guard could not tell apart"),
            "a workstation listens on a loopback address such as 127.0.0.1:8787",
        );
    }
}

/// `http://host:port`; credentials stand apart, so that the address can be shown.
fn parent(table: &Table<'_>, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let address = text.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let sound = address.filter(|address| {
        let (host, port) = address.rsplit_once(':').unwrap_or_default();
        !host.is_empty() && !address.contains(['@', '/', ' ']) && port.parse::<u16>().is_ok()
    });
    if sound.is_none() {
        let message = "`parent` must be http://host:port";
        let hint = if text.contains('@') { "user and password stand in `parent_credentials`" } else { "" };
        table.fault(table.key_range("parent"), message, hint);
    }
    sound.map(str::to_owned)
}

fn apply_upstream(config: &mut Config, table: &Table<'_>) {
    let upstream = &mut config.proxy.upstream;
    set(
        &mut upstream.roots,
        table.choice("roots", &[("system", Roots::System), ("bundled", Roots::Bundled)]),
    );
    if table.has("extra_roots") {
        upstream.extra_roots = paths(table, "extra_roots");
    }
    if let Some(resolve) = table.value("resolve") {
        upstream.resolve.clear();
        for (from, to) in resolve.entries() {
            let Some(to) = to.word() else { continue };
            for word in [&from, &to] {
                if !is_host_and_port(word.text) {
                    table.fault(word.range.clone(), format!("`{}` is no host:port", word.text), "");
                }
            }
            upstream.resolve.insert(from.text.to_ascii_lowercase(), to.text.to_owned());
        }
    }
    set(&mut upstream.connect_timeout, table.duration("connect_timeout"));
    set(&mut upstream.post_quantum, table.flag("post_quantum"));
}

fn apply_limits(config: &mut Config, table: &Table<'_>) {
    let limits = &mut config.proxy.limits;
    set(&mut limits.max_body, table.size("max_body").and_then(|bytes| usize::try_from(bytes).ok()));
    let most = tokio::sync::Semaphore::MAX_PERMITS as u64;
    let connections = table.number("max_connections", 1..=most.min(1 << 24));
    set(&mut limits.max_connections, connections.and_then(|number| usize::try_from(number).ok()));
    set(&mut limits.header_timeout, table.duration("header_timeout"));
    set(&mut limits.idle_timeout, table.duration("idle_timeout"));
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn address(table: &Table<'_>, key: &'static str) -> Option<SocketAddr> {
    let word = table.word(key)?;
    let parsed = word.text.parse().ok();
    if parsed.is_none() {
        table.fault(
            word.range,
            format!("`{key}` must be an address and a port"),
            "for example \"127.0.0.1:8787\"",
        );
    }
    parsed
}

fn path(place: &mut Option<PathBuf>, table: &Table<'_>, key: &'static str) {
    if let Some(word) = table.word(key) {
        *place = (!word.text.is_empty()).then(|| PathBuf::from(word.text));
    }
}

fn paths(table: &Table<'_>, key: &'static str) -> Vec<PathBuf> {
    table.words(key).iter().map(|word| PathBuf::from(word.text)).collect()
}

fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}
