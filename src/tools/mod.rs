//! The catalogue of AI services: host → tool, vendor, kind, wire family. Knows nothing of scanning and sockets.

mod catalogue;
mod syntax;
#[cfg(test)]
mod tests;

pub use catalogue::Catalogue;
pub(crate) use syntax::{host_pattern, slug};

use std::sync::Arc;

/// What a tool is for; charters may name kinds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An API for programs.
    Api,
    /// A chat site.
    #[default]
    Web,
    /// An assistant inside an editor.
    Ide,
    /// A translator.
    Translation,
    /// A writing aid.
    Writing,
    /// A meeting assistant.
    Meeting,
    /// A search assistant.
    Search,
}

/// How a tool's requests and answers are built; `wire` has a file for each.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Wire {
    /// OpenAI's API and what copies it (chat, responses, completions, embeddings, files …).
    Openai,
    /// Anthropic's API.
    Anthropic,
    /// Gemini and Vertex.
    Gemini,
    /// Mistral's API.
    Mistral,
    /// Cohere's API.
    Cohere,
    /// AWS Bedrock.
    Bedrock,
    /// Ollama's own API.
    Ollama,
    /// Hugging Face inference.
    HuggingFace,
    /// DeepL's API.
    Deepl,
    /// chatgpt.com.
    Chatgpt,
    /// claude.ai.
    ClaudeWeb,
    /// gemini.google.com.
    GeminiWeb,
    /// copilot.microsoft.com.
    CopilotWeb,
    /// Microsoft 365 Copilot.
    M365Copilot,
    /// GitHub Copilot.
    GithubCopilot,
    /// Le Chat.
    LeChat,
    /// www.perplexity.ai.
    PerplexityWeb,
    /// Anything else: every string is scanned, places have no names of their own.
    #[default]
    Generic,
}

impl Kind {
    /// All of them with the words used in files and output.
    pub const ALL: [(&'static str, Self); 7] = [
        ("api", Self::Api),
        ("web", Self::Web),
        ("ide", Self::Ide),
        ("translation", Self::Translation),
        ("writing", Self::Writing),
        ("meeting", Self::Meeting),
        ("search", Self::Search),
    ];

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Web => "web",
            Self::Ide => "ide",
            Self::Translation => "translation",
            Self::Writing => "writing",
            Self::Meeting => "meeting",
            Self::Search => "search",
        }
    }
}

impl Wire {
    /// All of them with the words used in files.
    pub const ALL: [(&'static str, Self); 18] = [
        ("openai", Self::Openai),
        ("anthropic", Self::Anthropic),
        ("gemini", Self::Gemini),
        ("mistral", Self::Mistral),
        ("cohere", Self::Cohere),
        ("bedrock", Self::Bedrock),
        ("ollama", Self::Ollama),
        ("hugging-face", Self::HuggingFace),
        ("deepl", Self::Deepl),
        ("chatgpt", Self::Chatgpt),
        ("claude-web", Self::ClaudeWeb),
        ("gemini-web", Self::GeminiWeb),
        ("copilot-web", Self::CopilotWeb),
        ("m365-copilot", Self::M365Copilot),
        ("github-copilot", Self::GithubCopilot),
        ("le-chat", Self::LeChat),
        ("perplexity-web", Self::PerplexityWeb),
        ("generic", Self::Generic),
    ];
}

/// A host pattern of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// This host only.
    Exact(Arc<str>),
    /// This host and everything below it.
    Domain(Arc<str>),
    /// `{prefix}REGION{suffix}`, one label or part of a label in between, with its regions enumerated.
    Region {
        /// What stands before the region.
        prefix: Arc<str>,
        /// What stands after it.
        suffix: Arc<str>,
        /// The regions.
        regions: Vec<Arc<str>>,
    },
}

impl HostPattern {
    /// Whether `host` (lower case, without port) is one of those it means.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host == &**name,
            Self::Domain(name) => is_within(host, name),
            Self::Region { prefix, suffix, regions } => host
                .strip_prefix(&**prefix)
                .and_then(|rest| rest.strip_suffix(&**suffix))
                .is_some_and(|region| regions.iter().any(|known| **known == *region)),
        }
    }

    /// The DNS names it stands for, regions enumerated; a domain is given by its own name.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        let (plain, regions) = match self {
            Self::Exact(name) | Self::Domain(name) => (Some(name.to_string()), None),
            Self::Region { prefix, suffix, regions } => (None, Some((prefix, suffix, regions))),
        };
        let regional = regions.into_iter().flat_map(|(prefix, suffix, regions)| {
            regions.iter().map(move |region| format!("{prefix}{region}{suffix}"))
        });
        plain.into_iter().chain(regional)
    }
}

/// Whether `host` is `domain` or lies below it.
#[must_use]
pub fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A header by which a service keeps users to the organisation's own workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantHeader {
    /// Its name, as the vendor writes it.
    pub header: Arc<str>,
    /// The hosts to which it may be sent; empty: the tool's own hosts.
    pub hosts: Vec<HostPattern>,
}

/// One AI service.
#[derive(Clone, Debug, Default)]
pub struct Tool {
    /// A slug, such as `openai-api`.
    pub id: Arc<str>,
    /// Other names that mean the same, such as `openai`.
    pub aliases: Vec<Arc<str>>,
    /// As users know it.
    pub name: Arc<str>,
    /// Who runs it.
    pub vendor: Arc<str>,
    /// What it is for.
    pub kind: Kind,
    /// Its hosts.
    pub hosts: Vec<HostPattern>,
    /// Hosts that it shares with other services: only [`Tool::paths`] on them are the tool.
    pub shared: Vec<HostPattern>,
    /// The path prefixes that are the tool on its shared hosts.
    pub paths: Vec<Arc<str>>,
    /// Storage hosts to which its answers send uploads; only a signed URL from such an answer opens them.
    pub uploads: Vec<HostPattern>,
    /// Headers that keep users to the organisation's own workspace. Where their hosts are none of the
    /// tool's, bodies on them are never read, and they are decrypted only for a charter that sets the header.
    pub tenant: Vec<TenantHeader>,
    /// Where these facts come from.
    pub source: Arc<str>,
    /// How its requests are built.
    pub wire: Wire,
    /// Where base URLs (`/tool/ID/…`) go, such as `https://api.openai.com`.
    pub base: Option<Arc<str>>,
    /// Whether the organisation runs it itself (`[[tools.own]]`).
    pub own: bool,
}

impl Tool {
    /// Whether `id_or_alias` means this tool.
    #[must_use]
    pub fn is_called(&self, id_or_alias: &str) -> bool {
        &*self.id == id_or_alias || self.aliases.iter().any(|alias| &**alias == id_or_alias)
    }

    /// All hosts on which it is found, those that it shares included.
    pub fn all_hosts(&self) -> impl Iterator<Item = &HostPattern> {
        self.hosts.iter().chain(&self.shared)
    }

    /// Whether a request to `host` (lower case) with this path belongs to it.
    #[must_use]
    pub fn serves(&self, host: &str, path: &str) -> bool {
        self.hosts.iter().any(|pattern| pattern.matches(host))
            || (self.shared.iter().any(|pattern| pattern.matches(host)) && self.has_path(path))
    }

    /// Whether a path on a shared host belongs to it. A path that is not written plainly (`%`, `//`, `..`, `\\`, `;`)
    /// counts as its own: it is inspected rather than let through.
    fn has_path(&self, path: &str) -> bool {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let plain = !path.contains(['%', '\\', ';']) && !path.contains("//") && !path.contains("/.");
        !plain
            || self.paths.iter().any(|prefix| {
                path.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            })
    }
}
