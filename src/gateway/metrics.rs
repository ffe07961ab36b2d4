//! Metrics in the Prometheus text format: requests, decisions, bytes, latency by stage, queues. Labels are ids of the
//! catalogue and words of our own; no value, no name, no URL.

use crate::audit::event::Stages;
use crate::audit::store::Audit;
use crate::charter::Action;
use crate::inspect::Report;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of the latency buckets, microseconds.
const BUCKETS_US: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
    30_000_000,
];

/// Everything that is counted. Share it by `Arc`.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(Arc<str>, Action), u64>>,
    answers: Mutex<BTreeMap<(Arc<str>, Action), u64>>,
    findings: Mutex<BTreeMap<&'static str, u64>>,
    bytes_inspected: AtomicU64,
    bytes_known: AtomicU64,
    bytes_uninspected: AtomicU64,
    stages: [Histogram; 4],
    connections: AtomicI64,
    resting: AtomicI64,
    tunnels: AtomicU64,
    upstream_errors: AtomicU64,
}

/// A histogram of latencies.
#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BUCKETS_US.len()],
    sum_us: AtomicU64,
    count: AtomicU64,
}

impl Metrics {
    /// Counts one decided request. `tool` is its id in the catalogue.
    pub fn request(&self, tool: Option<&Arc<str>>, report: &Report, stages: &Stages) {
        let tool = tool.cloned().unwrap_or_else(|| Arc::from(""));
        let action = report.decision.action;
        *lock(&self.requests).entry((tool, action)).or_default() += 1;
        if !report.findings.is_empty() {
            let mut findings = lock(&self.findings);
            for judged in &report.findings {
                *findings.entry(judged.finding.class.as_str()).or_default() += 1;
            }
        }
        let uninspected = report.uninspected.iter().map(|gap| gap.bytes).sum();
        self.bytes_inspected.fetch_add(report.bytes_scanned, Ordering::Relaxed);
        self.bytes_known.fetch_add(report.bytes_known, Ordering::Relaxed);
        self.bytes_uninspected.fetch_add(uninspected, Ordering::Relaxed);
        let times = [stages.read_us, stages.inspect_us, stages.upstream_us, stages.total_us];
        for (histogram, time) in self.stages.iter().zip(times) {
            if let Some(time) = time {
                histogram.observe(u64::from(time));
            }
        }
    }

    /// Counts how long a service took until its answer began.
    pub fn upstream(&self, time: Duration) {
        self.stages[2].observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts how long an exchange took, from the request's header to the answer's end.
    pub fn exchange(&self, time: Duration) {
        self.stages[3].observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts one decision on an answer in which something was found or could not be read.
    pub fn answer(&self, tool: Option<&Arc<str>>, report: &Report) {
        let tool = tool.cloned().unwrap_or_else(|| Arc::from(""));
        *lock(&self.answers).entry((tool, report.decision.action)).or_default() += 1;
    }

    /// Counts a connection that opened.
    pub fn connection_opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that closed.
    pub fn connection_closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        usize::try_from(self.connections.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Counts a connection that begins to rest between two requests.
    pub fn rest_began(&self) {
        self.resting.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one that does not rest any more.
    pub fn rest_ended(&self) {
        self.resting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a tunnel to a host outside the catalogue.
    pub fn tunnel(&self) {
        self.tunnels.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an upstream that could not be reached or broke off.
    pub fn upstream_error(&self) {
        self.upstream_errors.fetch_add(1, Ordering::Relaxed);
    }

    /// The page, with what the audit counts about itself.
    #[must_use]
    pub fn page(&self, audit: Option<&Audit>) -> String {
        let mut page = Page(String::with_capacity(8 << 10));
        page.family("guard_requests_total", "counter", "Requests decided on.");
        for ((tool, action), count) in lock(&self.requests).iter() {
            page.sample("guard_requests_total", &[("tool", tool), ("action", action.as_str())], *count);
        }
        page.family(
            "guard_answers_total",
            "counter",
            "Answers in which something was found or not readable.",
        );
        for ((tool, action), count) in lock(&self.answers).iter() {
            page.sample("guard_answers_total", &[("tool", tool), ("action", action.as_str())], *count);
        }
        page.family("guard_findings_total", "counter", "Places found, by class.");
        for (class, count) in lock(&self.findings).iter() {
            page.sample("guard_findings_total", &[("class", class)], *count);
        }
        page.family("guard_body_bytes_total", "counter", "Bytes of request bodies, by what became of them.");
        let bytes = [
            ("inspected", &self.bytes_inspected),
            ("known", &self.bytes_known),
            ("uninspected", &self.bytes_uninspected),
        ];
        for (what, count) in bytes {
            page.sample("guard_body_bytes_total", &[("inspection", what)], read(count));
        }
        page.stages(&self.stages);
        page.family("guard_connections", "gauge", "Client connections that are open.");
        page.sample("guard_connections", &[], self.connections.load(Ordering::Relaxed));
        page.family(
            "guard_connections_resting",
            "gauge",
            "Client connections that rest between two requests.",
        );
        page.sample("guard_connections_resting", &[], self.resting.load(Ordering::Relaxed));
        page.single(
            "guard_tunnels_total",
            "counter",
            "Tunnels to hosts outside the catalogue.",
            read(&self.tunnels),
        );
        let errors = read(&self.upstream_errors);
        page.single("guard_upstream_errors_total", "counter", "Upstreams not reached or broken off.", errors);
        if let Some(audit) = audit {
            page.audit(audit);
        }
        page.0
    }
}

/// Appends to a page what is kept elsewhere: a counter where its name says that it is a total, else a gauge.
pub fn append(page: &mut String, name: &str, help: &str, value: u64) {
    let mut more = Page(std::mem::take(page));
    let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
    more.single(name, kind, help, value);
    *page = more.0;
}

impl Histogram {
    fn observe(&self, time_us: u64) {
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS_US) {
            if time_us <= bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.sum_us.fetch_add(time_us, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }
}

/// A page in the making. Writing into a string cannot fail.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _infallible = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let open = if index == 0 { '{' } else { ',' };
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _infallible = write!(self.0, "{open}{label}=\"{text}\"");
        }
        self.0.push_str(if labels.is_empty() { "" } else { "}" });
        let _infallible = writeln!(self.0, " {value}");
    }

    fn stages(&mut self, stages: &[Histogram; 4]) {
        const NAME: &str = "guard_stage_seconds";
        self.family(NAME, "histogram", "Time that requests take, by stage.");
        for (stage, histogram) in ["read", "inspect", "upstream", "total"].into_iter().zip(stages) {
            let bucket = format!("{NAME}_bucket");
            for (count, bound) in histogram.buckets.iter().zip(BUCKETS_US) {
                self.sample(&bucket, &[("stage", stage), ("le", &seconds(bound))], read(count));
            }
            self.sample(&bucket, &[("stage", stage), ("le", "+Inf")], read(&histogram.count));
            self.sample(&format!("{NAME}_sum"), &[("stage", stage)], seconds(read(&histogram.sum_us)));
            self.sample(&format!("{NAME}_count"), &[("stage", stage)], read(&histogram.count));
        }
    }

    fn audit(&mut self, audit: &Audit) {
        let counters = audit.counters();
        let (written, lost) = (read(&counters.written), read(&counters.lost));
        self.single("guard_audit_events_total", "counter", "Audit events on the disk.", written);
        self.single("guard_audit_lost_total", "counter", "Audit events lost.", lost);
        let doubted = u64::from(counters.clock_doubted.load(Ordering::Acquire));
        let help = "Whether the clock leapt so far that audit events are not erased by it yet.";
        self.single("guard_audit_clock_doubted", "gauge", help, doubted);
        let alerts = read(&counters.alerts);
        self.single("guard_alerts_total", "counter", "Thresholds of the charter that were reached.", alerts);
        let failures = read(&counters.failures);
        self.single("guard_audit_failures_total", "counter", "Failed writes to the audit store.", failures);
        let waiting = counters.waiting.load(Ordering::Relaxed) + counters.backlog.load(Ordering::Relaxed);
        self.single("guard_audit_queue", "gauge", "Audit events not on the disk yet.", waiting as u64);
        let failing = u64::from(counters.failing.load(Ordering::Relaxed));
        self.single("guard_audit_failing", "gauge", "Whether the last write failed.", failing);
        self.family(
            "guard_export_events_total",
            "counter",
            "Audit events by receiver and what became of them.",
        );
        let senders = audit.senders();
        for (target, sender) in &senders {
            for (what, count) in [("sent", &sender.sent), ("dropped", &sender.dropped)] {
                self.sample(
                    "guard_export_events_total",
                    &[("target", target), ("result", what)],
                    read(count),
                );
            }
        }
        self.family("guard_export_queue", "gauge", "Audit events that wait for a receiver.");
        for (target, sender) in &senders {
            self.sample("guard_export_queue", &[("target", target)], read(&sender.waiting));
        }
    }
}

/// Microseconds as seconds, without a trip through floating point.
fn seconds(time_us: u64) -> String {
    let text = format!("{}.{:06}", time_us / 1_000_000, time_us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Metrics, seconds};
    use crate::audit::event::Stages;
    use crate::inspect::Report;

    #[test]
    fn requests_bytes_and_times_are_counted() {
        let metrics = Metrics::default();
        let report = Report { bytes_scanned: 700, bytes_known: 300, ..Report::default() };
        let stages = Stages { inspect_us: Some(300), total_us: Some(2_000_000), ..Stages::default() };
        metrics.request(Some(&"openai-api".into()), &report, &stages);
        metrics.request(Some(&"openai-api".into()), &report, &stages);
        metrics.connection_opened();
        let page = metrics.page(None);
        for line in [
            "guard_requests_total{tool=\"openai-api\",action=\"allow\"} 2",
            "guard_body_bytes_total{inspection=\"inspected\"} 1400",
            "guard_stage_seconds_bucket{stage=\"inspect\",le=\"0.00025\"} 0",
            "guard_stage_seconds_bucket{stage=\"inspect\",le=\"0.0005\"} 2",
            "guard_stage_seconds_sum{stage=\"total\"} 4",
            "guard_stage_seconds_count{stage=\"read\"} 0",
            "guard_connections 1",
        ] {
            assert!(page.lines().any(|own| own == line), "{line}\n{page}");
        }
        let samples = page.lines().filter(|line| !line.starts_with('#'));
        assert!(samples.into_iter().all(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok()));
    }

    #[test]
    fn seconds_are_exact() {
        assert_eq!(
            (seconds(0), seconds(250), seconds(30_000_000)),
            ("0".into(), "0.00025".into(), "30".into())
        );
    }
}
