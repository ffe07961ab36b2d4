//! Adding a root to the stores in which the system and browsers look, and taking it out again, each by the
//! system's own tool. Knows nothing of how the root was made.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One store and what can be done with it.
#[derive(Clone, Debug)]
pub struct Store {
    /// As users know it.
    pub name: &'static str,
    /// Whether it is this account's own: others need an administrator.
    pub own: bool,
    /// The commands that add the root; the program first.
    pub add: Vec<Vec<String>>,
    /// The commands that take it out.
    pub remove: Vec<Vec<String>>,
    /// The command that says by its status whether the root is there, where the store has one.
    pub check: Option<Vec<String>>,
}

impl Store {
    /// Adds the root.
    ///
    /// # Errors
    /// Where a command is missing or fails; the error holds what it said.
    pub fn trust(&self) -> io::Result<()> {
        self.add.iter().try_for_each(|command| run(command))
    }

    /// Takes the root out.
    ///
    /// # Errors
    /// Where a command is missing or fails.
    pub fn untrust(&self) -> io::Result<()> {
        self.remove.iter().try_for_each(|command| run(command))
    }

    /// Whether the root is there; `None` where the store does not tell.
    #[must_use]
    pub fn trusts(&self) -> Option<bool> {
        self.check.as_ref().map(|command| run(command).is_ok())
    }
}

/// The stores of this machine that take the root in file `root`, known to them as `name`.
#[must_use]
pub fn stores(root: &Path, name: &str) -> Vec<Store> {
    if cfg!(windows) {
        return vec![windows(root, name)];
    }
    if cfg!(target_os = "macos") {
        return vec![macos(root, name)];
    }
    [debian(root), fedora(root), nss(root, name)].into_iter().flatten().collect()
}

fn windows(root: &Path, name: &str) -> Store {
    Store {
        name: "Windows, this user",
        own: true,
        add: vec![words(&["certutil", "-user", "-addstore", "Root", &text(root)])],
        remove: vec![words(&["certutil", "-user", "-delstore", "Root", name])],
        check: Some(words(&["certutil", "-user", "-store", "Root", name])),
    }
}

fn macos(root: &Path, name: &str) -> Store {
    Store {
        name: "macOS, this user",
        own: true,
        add: vec![words(&["security", "add-trusted-cert", "-r", "trustRoot", &text(root)])],
        remove: vec![words(&["security", "remove-trusted-cert", &text(root)])],
        check: Some(words(&["security", "find-certificate", "-c", name])),
    }
}

fn debian(root: &Path) -> Option<Store> {
    let target = "/usr/local/share/ca-certificates/guard.crt";
    Path::new("/usr/local/share/ca-certificates").is_dir().then(|| Store {
        name: "Debian and Ubuntu, all users",
        own: false,
        add: vec![words(&["install", "-m", "644", &text(root), target]), words(&["update-ca-certificates"])],
        remove: vec![words(&["rm", "-f", target]), words(&["update-ca-certificates", "--fresh"])],
        check: Some(words(&["cmp", "-s", &text(root), target])),
    })
}

fn fedora(root: &Path) -> Option<Store> {
    let target = "/etc/pki/ca-trust/source/anchors/guard.pem";
    Path::new("/etc/pki/ca-trust/source/anchors").is_dir().then(|| Store {
        name: "Fedora and Red Hat, all users",
        own: false,
        add: vec![
            words(&["install", "-m", "644", &text(root), target]),
            words(&["update-ca-trust", "extract"]),
        ],
        remove: vec![words(&["rm", "-f", target]), words(&["update-ca-trust", "extract"])],
        check: Some(words(&["cmp", "-s", &text(root), target])),
    })
}

/// Chromium's store on Linux. Firefox has one per profile and reads the system's roots by policy.
fn nss(root: &Path, name: &str) -> Option<Store> {
    let dir: PathBuf = std::env::home_dir()?.join(".pki/nssdb");
    dir.is_dir().then(|| {
        let database = format!("sql:{}", text(&dir));
        Store {
            name: "Chromium, this user",
            own: true,
            add: vec![words(&[
                "certutil",
                "-d",
                &database,
                "-A",
                "-t",
                "C,,",
                "-n",
                name,
                "-i",
                &text(root),
            ])],
            remove: vec![words(&["certutil", "-d", &database, "-D", "-n", name])],
            check: Some(words(&["certutil", "-d", &database, "-L", "-n", name])),
        }
    })
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn run(command: &[String]) -> io::Result<()> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{program}: {}", said.trim().lines().last().unwrap_or("failed"))))
}
