//! A soak under faults: the real program between clients that cancel, stall, pipeline and talk nonsense, and a service
//! that resets, stalls, lies about lengths and breaks off, while its charter is read again and again. Afterwards nothing
//! may be left behind: no task, no connection, no file, no memory; every answer was right; no value has come out.
//!
//! Some thousand connections by default. GUARD_SOAK_SECONDS=600 goes on for so long, and GUARD_SOAK_SEED=7 makes other
//! dice; which one fell is said, so that a run can be had again.

mod client;
mod service;

use crate::identifiers::random::Random;
use crate::leak::canaries::{Canary, canaries};
use crate::program::{Place, Running, pem};
use crate::proxy::harness::OPENAI;
use client::{BANK, Knows, session};
use guard::charter::Charter;
use guard::finding::Class;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use service::{Manner, Service};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at a time.
const TOGETHER: usize = 24;
/// Connections of one round, between two looks at what is left.
const ROUND: usize = 400;
/// Rounds of a short run; the first fills what fills up once (memory of texts, buffers, kept connections).
const ROUNDS: usize = 4;
/// How long what a client left behind may take to end: longer than any patience in the configuration.
const ENDING: Duration = Duration::from_secs(60);
/// Kilobytes by which memory may grow after the first third of all rounds: what an allocator moves about.
const GROWTH_KB: u64 = 4 << 10;

#[test]
fn nothing_is_left_behind_by_clients_and_services_that_fail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let seed = number("GUARD_SOAK_SEED").unwrap_or(2_026);
    let until = number("GUARD_SOAK_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut soak = Soak::start(&runtime);
    let mut random = Random(seed);
    let mut left = Vec::new();
    while until.map_or(left.len() < ROUNDS, |until| left.len() < ROUNDS || Instant::now() < until) {
        runtime.block_on(soak.round(&mut random));
        left.push(soak.left());
        // What was left once stays; there is no need to wait for it again and again.
        if !left.last().unwrap().is_clean(&soak.before) {
            break;
        }
    }
    soak.end(&left, seed);
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap())
}

/// What stands once every client has gone.
#[derive(Clone, Copy, Debug)]
struct Left {
    connections: u64,
    tasks: u64,
    /// Open files beside the kept connections to services.
    files: u64,
    resident_kb: u64,
}

impl Left {
    /// Whether there is no more than there was at first.
    const fn is_clean(&self, before: &Self) -> bool {
        self.connections == 0 && self.tasks <= before.tasks && self.files <= before.files
    }
}

struct Soak {
    place: Place,
    proxy: Running,
    metrics: String,
    knows: Arc<Knows>,
    service: Service,
    log: Arc<Mutex<Vec<u8>>>,
    search: crate::leak::search::Search,
    before: Left,
    connections: u64,
    reloads: u64,
}

impl Soak {
    fn start(runtime: &tokio::runtime::Runtime) -> Self {
        let (refused, replaced) = planted();
        let values: Vec<String> =
            refused.iter().chain(&replaced).map(|canary| canary.value.clone()).collect();
        let service = runtime.block_on(Service::start(values.clone()));
        let place = Place::new(Charter::shipped_source("baseline").unwrap());
        let roots = place.path().join("service.pem");
        std::fs::write(&roots, pem(service.root.as_ref())).unwrap();
        place.configure(
            "",
            &format!(
                "[proxy.upstream]\nroots = \"bundled\"\nextra_roots = [{roots:?}]\n\
                 resolve = {{ \"{OPENAI}:443\" = \"{address}\", \"{BANK}:443\" = \"{address}\" }}\n\
                 [proxy.limits]\nheader_timeout = \"4s\"\nidle_timeout = \"6s\"\n\
                 [metrics]\nlisten = \"127.0.0.1:0\"\n",
                address = service.address
            ),
        );
        let log: Arc<Mutex<Vec<u8>>> = Arc::default();
        let lines = Arc::clone(&log);
        let mut command = place.command(&["-vv", "proxy"]);
        // Linux's allocator keeps what large bodies took, up to some megabytes a thread, unless it is told not to: that
        // is no leak, and would hide one.
        command.env("MALLOC_MMAP_THRESHOLD_", "131072");
        let proxy = Running::heard(command, move |line| {
            writeln!(lines.lock().unwrap(), "{line}").unwrap();
        });
        let served: serde_json::Value = serde_json::from_str(&proxy.hears("metrics are served")).unwrap();
        let metrics = served["address"].as_str().unwrap().to_owned();
        let root = CertificateDer::from_pem_slice(page(&proxy.address, "/ca.pem").as_bytes()).unwrap();
        let knows = Knows::new(proxy.address.clone(), &root, &service.root, (refused, replaced));
        let mut soak = Self {
            place,
            proxy,
            metrics,
            knows: Arc::new(knows),
            service,
            log,
            search: crate::leak::search::Search::new(values),
            before: Left { connections: 0, tasks: 0, files: 0, resident_kb: 0 },
            connections: 0,
            reloads: 0,
        };
        soak.before = soak.look();
        soak
    }

    /// Many connections; meanwhile the charter changes, is broken, and is mended.
    async fn round(&mut self, random: &mut Random) {
        let room = Arc::new(Semaphore::new(TOGETHER));
        let mut clients = JoinSet::new();
        for number in 0..ROUND {
            let permit = Arc::clone(&room).acquire_owned().await.unwrap();
            let (knows, mut dice) = (Arc::clone(&self.knows), Random(random.next()));
            clients.spawn(async move {
                session(&knows, &mut dice).await;
                drop(permit);
            });
            if number % (ROUND / 4) == 0 {
                self.reload();
            }
        }
        clients.join_all().await;
        self.connections += ROUND as u64;
    }

    /// Another charter with the same rules; every third time none at all, so that the old one stays.
    fn reload(&mut self) {
        let source = Charter::shipped_source("baseline").unwrap();
        self.reloads += 1;
        let version = format!("version = \"{}\"", self.reloads + 1);
        let changed = source.replace("version = \"1\"", &version);
        assert_ne!(changed, source, "there is a version to change");
        self.place.write(if self.reloads.is_multiple_of(3) { "id = " } else { &changed });
    }

    /// Waits until nothing moves any more, and says what there is.
    fn left(&self) -> Left {
        let began = Instant::now();
        loop {
            let left = self.look();
            if left.is_clean(&self.before) || began.elapsed() > ENDING {
                return left;
            }
            // Each look is a request, which is pause enough for the proxy to go on.
            std::thread::yield_now();
        }
    }

    fn look(&self) -> Left {
        let page = page(&self.metrics, "/metrics");
        let sample = |name: &str| -> u64 {
            let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
        };
        let folder = format!("/proc/{}", self.proxy.id());
        let files = std::fs::read_dir(format!("{folder}/fd")).unwrap().count() as u64;
        let status = std::fs::read_to_string(format!("{folder}/status")).unwrap();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        Left {
            connections: sample("guard_connections"),
            tasks: sample("guard_tasks"),
            files: files.saturating_sub(sample("guard_upstream_kept")),
            resident_kb: resident.unwrap().parse().unwrap(),
        }
    }

    fn end(mut self, left: &[Left], seed: u64) {
        let requests = self.service.seen.requests.load(Ordering::Relaxed);
        println!(
            "seed {seed}: {} connections, {requests} requests reached the service, {} charters; before {:?}\n{left:#?}",
            self.connections, self.reloads, self.before
        );
        assert!(requests > self.connections / 2, "most of them asked something");
        for now in left {
            assert_eq!(now.connections, 0, "a client's connection is left: {now:?}");
            assert!(now.tasks <= self.before.tasks, "a task is left: {now:?}, at first {:?}", self.before);
            assert!(now.files <= self.before.files, "a file is left: {now:?}, at first {:?}", self.before);
        }
        let settled = left[left.len().div_ceil(3) - 1].resident_kb;
        let last = left.last().unwrap().resident_kb;
        assert!(last <= settled + GROWTH_KB, "memory grew from {settled} to {last} kB: {left:#?}");
        let seen = self.service.seen.values.lock().unwrap().clone();
        assert!(seen.is_empty(), "values reached the service: {seen:?}");
        let log = self.log.lock().unwrap().clone();
        assert!(self.search.found_in(&log).is_empty(), "values reached the log");
        let log = String::from_utf8_lossy(&log);
        assert!(!log.contains("panicked"), "something panicked:\n{log}");
        assert!(log.contains("read again and") && log.contains("the old one stays"), "it was reloaded");
        let page = page(&self.metrics, "/metrics");
        assert!(page.contains("guard_audit_lost_total 0\n"), "{page}");
        assert_eq!(
            std::fs::read_dir(self.place.path().join("tmp")).unwrap().count(),
            0,
            "no file has a name"
        );
        self.proxy.ends();
        assert!(self.place.command(&["audit", "verify"]).status().unwrap().success(), "the chain holds");
    }
}

impl Drop for Soak {
    /// What the proxy said last, where something went wrong.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            let log = String::from_utf8_lossy(&log);
            let lines: Vec<&str> = log.lines().rev().take(40).collect();
            println!("the proxy said last, backwards:\n{}", lines.join("\n"));
        }
    }
}

/// Values that the charter refuses, and values that it replaces.
fn planted() -> (Vec<Canary>, Vec<Canary>) {
    let all = canaries();
    let of = |class: Class| all.iter().filter(move |canary| canary.class == class).cloned();
    let personal = ["niss", "iban", "email"];
    let replaced: Vec<Canary> =
        of(Class::Personal).filter(|canary| personal.contains(&canary.kind)).collect();
    let refused: Vec<Canary> = of(Class::Credential).collect();
    assert!(!replaced.is_empty() && !refused.is_empty());
    (refused, replaced)
}

/// What is said at an address.
fn page(address: &str, path: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

#[test]
fn every_manner_has_a_name_of_its_own() {
    let mut names: Vec<String> = Manner::ALL.into_iter().map(Manner::name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), Manner::ALL.len());
    assert_eq!(Manner::ALL.last(), Some(&Manner::Stall), "the last one is never waited for");
}
