//! Which account runs the program. Asks the system's own tool, because accounts of a directory service are in
//! no file. Knows nothing of requests.

use std::process::Command;
use std::sync::Arc;

/// An account of the system.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its name.
    pub name: Option<String>,
    /// Its groups.
    pub groups: Vec<Arc<str>>,
    /// The machine's name.
    pub machine: Option<String>,
}

impl Account {
    /// The account that runs this process. What the system does not tell stays empty.
    #[must_use]
    pub fn current() -> Self {
        Self { name: name(), groups: groups(), machine: output("hostname", &[]) }
    }

    /// The account with this number, on systems that number them.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        let number = number.to_string();
        let groups = output("id", &["-Gn", &number]);
        Self {
            name: output("id", &["-un", &number]),
            groups: groups.map(|names| names.split_whitespace().map(Arc::from).collect()).unwrap_or_default(),
            machine: None,
        }
    }
}

#[cfg(unix)]
fn name() -> Option<String> {
    output("id", &["-un"])
}

#[cfg(unix)]
fn groups() -> Vec<Arc<str>> {
    output("id", &["-Gn"]).map(|names| names.split_whitespace().map(Arc::from).collect()).unwrap_or_default()
}

#[cfg(windows)]
fn name() -> Option<String> {
    let full = output("whoami", &[])?;
    Some(full.rsplit('\\').next().unwrap_or(&full).to_owned())
}

#[cfg(windows)]
fn groups() -> Vec<Arc<str>> {
    let Some(table) = output("whoami", &["/groups", "/fo", "csv", "/nh"]) else { return Vec::new() };
    table.lines().filter_map(|line| line.split('"').nth(1)).map(Arc::from).collect()
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
