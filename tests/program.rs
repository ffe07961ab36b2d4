//! `guard proxy` as a program: a broken charter at start and while running, by change of the file and by signal; which
//! charter a decision was made under.

mod audit;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with charter, configuration and state.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new(charter: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write(charter);
        place.configure("", "[metrics]\nlisten = \"\"\n");
        std::fs::create_dir(place.path().join("tmp")).unwrap();
        place
    }

    /// Replaces the configuration, as editors do: the charter's file, any port, JSON lines; `keys` before the first
    /// table, `tables` after `[proxy]`.
    pub fn configure(&self, keys: &str, tables: &str) {
        let charter = self.charter().display().to_string();
        let text = format!(
            "charter = {charter:?}\n{keys}[log]\nformat = \"json\"\n[proxy]\nlisten = \"127.0.0.1:0\"\n{tables}"
        );
        let new = self.path().join("guard.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, self.path().join("guard.toml")).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn charter(&self) -> PathBuf {
        self.path().join("charter.toml")
    }

    /// Replaces the charter's file as editors do: another file in its place.
    pub fn write(&self, charter: &str) {
        let new = self.path().join("charter.new");
        std::fs::write(&new, charter).unwrap();
        std::fs::rename(&new, self.charter()).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guard"));
        let home = self.path();
        command.args(arguments).arg("--config").arg(home.join("guard.toml")).current_dir(home);
        command.env("HOME", home).env("XDG_STATE_HOME", home.join("state")).env("NO_COLOR", "1");
        command.env("TMPDIR", home.join("tmp")).env_remove("GUARD_CONFIG");
        command
    }
}

/// A proxy that runs, and what it says.
pub struct Running {
    child: Child,
    said: Receiver<String>,
    pub address: String,
}

impl Running {
    pub fn start(place: &Place) -> Self {
        Self::of(place.command(&["proxy"]))
    }

    /// Starts what this command starts.
    pub fn of(command: Command) -> Self {
        Self::heard(command, |_| {})
    }

    /// Starts it with these arguments; `listen` gets every line that it says.
    pub fn with(place: &Place, arguments: &[&str], listen: impl Fn(&str) + Send + 'static) -> Self {
        Self::heard(place.command(arguments), listen)
    }

    /// Starts what this command starts; `listen` gets every line that it says.
    pub fn heard(mut command: Command, listen: impl Fn(&str) + Send + 'static) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (saying, said) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                listen(&line);
                // Who has heard enough may still want all of it to be listened to.
                let _deaf = saying.send(line);
            }
        });
        let mut running = Self { child, said, address: String::new() };
        running.address = address_in(&running.hears("proxy on http://"));
        running
    }

    /// Waits for a line that holds `words`.
    pub fn hears(&self, words: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => before.push(line),
                Err(_) => panic!("it never said {words:?}, but {before:#?}"),
            }
        }
    }

    /// Whether a line with `words` came since it was last listened to.
    pub fn has_said(&self, words: &str) -> bool {
        self.said.try_iter().any(|line| line.contains(words))
    }

    /// The answer to a prompt for OpenAI's API, header and body.
    pub fn answer(&self, content: &str) -> String {
        answer_at(&self.address, content)
    }

    /// Its status and articles.
    pub fn asked(&self, content: &str) -> (u16, String) {
        let answer = self.answer(content);
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let article = answer.lines().find_map(|line| line.strip_prefix("x-guard-articles: "));
        (status, article.unwrap_or_default().to_owned())
    }

    /// The reference under which the audit knows it.
    pub fn reference(&self, content: &str) -> String {
        let answer = self.answer(content);
        answer.lines().find_map(|line| line.strip_prefix("x-guard-reference: ")).unwrap().to_owned()
    }

    #[cfg(unix)]
    fn hang_up(&self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::HUP).unwrap();
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until it has.
    #[cfg(unix)]
    pub fn end(mut self) {
        self.ends();
    }

    /// The same; what it said stays to be read.
    #[cfg(unix)]
    pub fn ends(&mut self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where it listens, by the line that says so.
fn address_in(line: &str) -> String {
    let after = line.split("proxy on http://").nth(1).unwrap_or_else(|| panic!("no address: {line}"));
    after.split(' ').next().unwrap().to_owned()
}

/// A charter that denies every tool under this article.
fn denying(article: &str) -> String {
    format!("id = \"t\"\ntitle = \"T\"\n[tools]\ndefault = \"deny\"\narticle = \"{article}\"\n")
}

#[test]
fn a_changed_charter_is_taken_and_a_broken_one_is_not() {
    let place = Place::new(&denying("art. 1"));
    let proxy = Running::start(&place);
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 1".into()));
    place.write(&denying("art. 2"));
    proxy.hears("read again and");
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 2".into()));
    place.write(&denying("art. 3").replace("deny", "dney"));
    let line = proxy.hears("the old one stays");
    assert!(line.contains("did you mean") && line.starts_with('{'), "with line and hint, as JSON: {line}");
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 2".into()), "the old one stays in use");
    // A rule that can find nothing would let through what it is there to stop.
    let misspelt = "[[rule]]\narticle = \"art. 4\"\nwhen = { detector = \"be.nis\" }\naction = \"block\"\n";
    place.write(&(denying("art. 4") + misspelt));
    assert!(proxy.hears("the old one stays").contains("be.niss"));
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 2".into()));
}

/// A log that nobody reads any more, or on a full disk, is no reason not to guard.
#[test]
fn it_serves_on_where_its_log_cannot_be_written() {
    let place = Place::new(&denying("art. 1"));
    let mut child = place.command(&["proxy"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address = address_in(&lines.find(|line| line.contains("proxy on http://")).unwrap());
    drop(lines);
    let proxy = Running { child, said: channel().1, address };
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 1".into()));
    // Each reading is logged.
    for article in ["art. 2", "art. 3"] {
        place.write(&denying(article));
        let since = std::time::Instant::now();
        while proxy.asked("Bonjour").1 != article {
            assert!(since.elapsed() < PATIENCE, "{article}: never read");
        }
    }
}

/// Where there is no standard error at all to write to, it serves too.
#[cfg(target_os = "linux")]
#[test]
fn it_starts_where_its_log_cannot_be_written() {
    let place = Place::new(&denying("art. 1"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = place.command(&["proxy", "--listen", &address]);
    let child = command.stderr(full).stdout(Stdio::null()).spawn().unwrap();
    let mut proxy = Running { child, said: channel().1, address };
    let since = std::time::Instant::now();
    while TcpStream::connect(&proxy.address).is_err() {
        assert!(proxy.child.try_wait().unwrap().is_none() && since.elapsed() < PATIENCE, "it does not serve");
    }
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 1".into()));
}

#[cfg(unix)]
#[test]
fn a_signal_reads_the_charter_again() {
    let place = Place::new(&denying("art. 1"));
    let proxy = Running::start(&place);
    proxy.hang_up();
    proxy.hears("read again and");
    assert_eq!(proxy.asked("Bonjour"), (400, "art. 1".into()));
}

#[test]
fn a_broken_charter_at_start_is_no_proxy_at_all() {
    for charter in [
        denying("art. 1").replace("deny", "dney"),
        String::from("id = "),
        denying("art. 1")
            + "[[rule]]\narticle = \"2\"\nwhen = { detector = \"be.nis\" }\naction = \"block\"\n",
    ] {
        let place = Place::new(&charter);
        let output = place.command(&["proxy"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("charter.toml:") && !said.contains("proxy on"), "{said}");
        assert!(!place.path().join("state/guard/audit").exists(), "before anything else is touched");
    }
}

/// A certificate as files hold them.
pub fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::prelude::BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// What the proxy at an address answers to a prompt.
fn answer_at(address: &str, content: &str) -> String {
    let body = serde_json::json!({"messages": [{"role": "user", "content": content}]}).to_string();
    let mut socket = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /tool/openai-api/v1/chat/completions HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn memory_of_large_bodies_goes_back() {
    const GROWTH_KB: u64 = 40 << 10;
    let place = Place::new(guard::charter::Charter::shipped_source("liege").unwrap());
    let proxy = Running::start(&place);
    let resident_kb = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", proxy.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        line.unwrap().parse().unwrap()
    };
    let address = &proxy.address;
    let refused = |words: usize| {
        let content =
            format!("{}mon mot de passe est {}", "mot ".repeat(words), ["Zx9", "!kfQ", "w27"].concat());
        assert!(answer_at(address, &content).starts_with("HTTP/1.1 400 "));
    };
    refused(1);
    let before = resident_kb();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..3).for_each(|_| refused(1_500_000)));
        }
    });
    refused(1);
    let after = resident_kb();
    assert!(after < before + GROWTH_KB, "{before} kB before bodies of 6 MB, {after} kB after them");
}
