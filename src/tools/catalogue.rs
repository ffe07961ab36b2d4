//! The catalogue: which host, or which path of a shared host, is which tool. Built once; looking up does not
//! allocate. Knows no charter.

use super::{HostPattern, Tool, syntax};
use crate::fault::Faults;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

const FILE: &str = "config/tools.toml";

/// All AI services that guard knows. The shipped ones are read when the first of them is asked for: most scans of files ask
/// for none.
#[derive(Clone, Debug)]
pub struct Catalogue(OnceLock<Known>);

/// What a catalogue knows.
#[derive(Clone, Debug, Default)]
struct Known {
    tools: Vec<Arc<Tool>>,
    exact: HashMap<Box<str>, Entry>,
    domains: HashMap<Box<str>, Entry>,
    names: HashMap<Box<str>, usize>,
}

/// Who is found on a host: at most one tool has it as its own, any number share it.
#[derive(Clone, Debug, Default)]
struct Entry {
    owner: Option<usize>,
    sharers: Vec<usize>,
}

impl Known {
    fn shipped() -> Self {
        // The file is compiled in and a test reads it, so that it cannot be broken here.
        syntax::parse(include_str!("../../config/tools.toml"), FILE).map(Self::new).unwrap_or_default()
    }

    fn new(tools: Vec<Arc<Tool>>) -> Self {
        let mut known = Self::default();
        for (index, tool) in tools.iter().enumerate() {
            for name in std::iter::once(&tool.id).chain(&tool.aliases) {
                known.names.insert((**name).into(), index);
            }
            for pattern in &tool.hosts {
                known.enter(pattern, |entry| entry.owner = Some(index));
            }
            for pattern in &tool.shared {
                known.enter(pattern, |entry| entry.sharers.push(index));
            }
        }
        known.tools = tools;
        known
    }

    fn enter(&mut self, pattern: &HostPattern, change: impl Fn(&mut Entry)) {
        let map = match pattern {
            HostPattern::Domain(_) => &mut self.domains,
            HostPattern::Exact(_) | HostPattern::Region { .. } => &mut self.exact,
        };
        for name in pattern.names() {
            change(map.entry(name.into()).or_default());
        }
    }

    /// The answer of the most specific entry for a host that has one.
    fn nearest<T>(&self, host: &str, answer: impl Fn(&Entry) -> Option<T>) -> Option<T> {
        if let Some(found) = self.exact.get(host).and_then(&answer) {
            return Some(found);
        }
        parents(host).find_map(|domain| self.domains.get(domain).and_then(&answer))
    }
}

impl Catalogue {
    /// The catalogue that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Arc<Self> {
        static SHIPPED: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(Catalogue(OnceLock::new())));
        &SHIPPED
    }

    /// Reads a catalogue file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, file: &str) -> Result<Self, Faults> {
        Ok(Self::new(syntax::parse(text, file)?))
    }

    /// A catalogue of these tools. Where two claim a host, the later one has it.
    #[must_use]
    pub fn new(tools: Vec<Arc<Tool>>) -> Self {
        Self(OnceLock::from(Known::new(tools)))
    }

    fn known(&self) -> &Known {
        self.0.get_or_init(Known::shipped)
    }

    /// This catalogue and the organisation's own tools, which win where hosts or ids are the same.
    #[must_use]
    pub fn with(&self, own: &[Tool]) -> Self {
        let kept = self.known().tools.iter().filter(|tool| own.iter().all(|own| own.id != tool.id)).cloned();
        Self::new(kept.chain(own.iter().cloned().map(Arc::new)).collect())
    }

    /// All tools.
    #[must_use]
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.known().tools
    }

    /// The tool with this id or alias.
    #[must_use]
    pub fn by_id(&self, id_or_alias: &str) -> Option<&Arc<Tool>> {
        self.known().names.get(id_or_alias).and_then(|index| self.known().tools.get(*index))
    }

    /// The tool on a host; on a shared host the first of those that share it.
    #[must_use]
    pub fn lookup(&self, host: &str) -> Option<&Arc<Tool>> {
        let host = folded(host);
        let found =
            self.known().nearest(&host, |entry| entry.owner.or_else(|| entry.sharers.first().copied()))?;
        self.known().tools.get(found)
    }

    /// The tool that a path on a host belongs to; `None` on a shared host for paths of other services.
    #[must_use]
    pub fn lookup_path(&self, host: &str, path: &str) -> Option<&Arc<Tool>> {
        let host = folded(host);
        let found = self.known().nearest(&host, |entry| {
            let serves =
                |index: &usize| self.known().tools.get(*index).is_some_and(|tool| tool.serves(&host, path));
            entry.sharers.iter().copied().find(|index| serves(index)).or(entry.owner)
        })?;
        self.known().tools.get(found)
    }

    /// Whether a host is shared with services that are no tools, so that only some paths are inspected.
    #[must_use]
    pub fn is_shared(&self, host: &str) -> bool {
        self.known().nearest(&folded(host), |entry| Some(entry.owner.is_none())).unwrap_or(false)
    }

    /// Every DNS name of the catalogue, regions enumerated, for the certificate authority's constraints. A name
    /// covers what lies below it; names that another one covers are left out.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        let names: BTreeSet<String> = self
            .known()
            .tools
            .iter()
            .flat_map(|tool| tool.all_hosts())
            .flat_map(HostPattern::names)
            .collect();
        let covered = |name: &str| parents(name).skip(1).any(|parent| names.contains(parent));
        names.iter().filter(|name| !covered(name)).cloned().collect::<Vec<_>>().into_iter()
    }
}

/// The host itself and each domain above it.
fn parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, parent)| parent))
}

fn folded(host: &str) -> Cow<'_, str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}
