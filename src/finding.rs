//! A finding: one detected span, what it is and why we think so. Knows spans and nothing of how they are found.

use crate::span::Span;
use std::fmt;
use std::sync::Arc;

/// What kind of thing was found; charters act on classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Says something about a natural person (GDPR art. 4(1)).
    Personal,
    /// Opens something: passwords, tokens, private keys.
    Credential,
    /// Marks a document's classification.
    Classification,
    /// The organisation's own words and dossiers.
    Confidential,
    /// Identifies an organisation, not a person; allowed in every shipped charter.
    Business,
}

impl Class {
    /// All of them, in declaration order.
    pub const ALL: [Self; 5] =
        [Self::Personal, Self::Credential, Self::Classification, Self::Confidential, Self::Business];

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Credential => "credential",
            Self::Classification => "classification",
            Self::Confidential => "confidential",
            Self::Business => "business",
        }
    }
}

/// How sure a finding is. A rule of a charter acts from a stated confidence on, medium unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Worth a note: specimens, near misses with a label, weak forms.
    Low,
    /// Worth acting on.
    Medium,
    /// As good as certain.
    High,
}

impl Confidence {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A detector's id, such as `be.niss` or `credential.github`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DetectorId(Arc<str>);

impl DetectorId {
    /// Takes an id; its form is checked where rules are loaded.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DetectorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for DetectorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Through which normalised view a value was seen. The outermost step names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// As it stands.
    #[default]
    Plain,
    /// Spaces, zero-width characters, full-width digits, homoglyphs, dashes folded.
    Unicode,
    /// HTML or XML entities and tags.
    Html,
    /// Percent encoding.
    Url,
    /// Backslash escapes.
    Json,
    /// Base64, either alphabet.
    Base64,
    /// Hexadecimal text.
    Hex,
    /// Codes of characters, one by one: `38 35`, `56, 53`, `00111000`.
    Codes,
    /// Ascii85.
    Base85,
    /// uuencode.
    Uuencode,
    /// Quoted-printable.
    QuotedPrintable,
    /// UTF-16, either order.
    Utf16,
    /// Joined over a line break.
    Wrapped,
    /// Markdown emphasis and escapes removed.
    Markdown,
    /// Letter-spaced characters joined.
    Spaced,
    /// Number words read as digits.
    Spelled,
    /// Letters that a scanned page has in place of digits read as these.
    Misread,
}

impl View {
    /// The word used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Unicode => "unicode",
            Self::Html => "html",
            Self::Url => "url",
            Self::Json => "json",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Codes => "codes",
            Self::Base85 => "base85",
            Self::Uuencode => "uuencode",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16 => "utf-16",
            Self::Wrapped => "wrapped",
            Self::Markdown => "markdown",
            Self::Spaced => "spaced",
            Self::Spelled => "spelled",
            Self::Misread => "misread",
        }
    }
}

/// The level that a classification finding states.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The scheme, such as `c`, `tlp`, `eu`, `be_law`, `fr`, `nato`, `ca_protected`, `generic`, `msip`.
    pub scheme: Arc<str>,
    /// The level in the scheme's own words, such as `C4`, `AMBER+STRICT`.
    pub level: Arc<str>,
    /// The level made comparable: 0 public, 1 internal, 2 restricted, 3 confidential and above.
    pub severity: u8,
}

/// What a rule's check said of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CheckResult {
    /// The rule has none.
    #[default]
    None,
    /// The value passes.
    Pass,
    /// The value fails: a near miss, reported at low confidence because a label stands beside it.
    Fail,
}

/// Why a finding has its confidence. Holds names of rules and positions, never text of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The name of the check, such as `niss`; empty where the rule has none.
    pub check: &'static str,
    /// What it said.
    pub result: CheckResult,
    /// Where the context word that raised the confidence stands, in the same text as the finding's span.
    pub context: Option<Span>,
    /// Where a word stands that lowered it (specimen, order number, version …).
    pub lowered: Option<Span>,
    /// Whether the value is printed in its official grouping.
    pub grouped: bool,
}

/// One detected span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The detector that found it.
    pub detector: DetectorId,
    /// What kind of thing it is.
    pub class: Class,
    /// Where it stands in the text that was scanned.
    pub span: Span,
    /// How sure it is.
    pub confidence: Confidence,
    /// For classification: the level.
    pub label: Option<Label>,
    /// How it was seen.
    pub view: View,
    /// Why we think so.
    pub evidence: Evidence,
}
