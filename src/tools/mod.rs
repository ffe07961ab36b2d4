//! The catalogue of AI services: host → tool, vendor, kind, wire family. Knows nothing of scanning and sockets.

use std::sync::Arc;

/// What a tool is for; charters may name kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An API for programs.
    Api,
    /// A chat site.
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

/// One AI service.
#[derive(Clone, Debug)]
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
    /// On hosts shared with other services: only these path prefixes are the tool. Empty: all paths.
    pub paths: Vec<Arc<str>>,
    /// How its requests are built.
    pub wire: Wire,
    /// Where base URLs (`/tool/ID/…`) go, such as `https://api.openai.com`.
    pub base: Option<Arc<str>>,
    /// Whether the organisation runs it itself (`[[tools.own]]`).
    pub own: bool,
}
