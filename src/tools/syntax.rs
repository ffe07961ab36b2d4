//! The catalogue's file: TOML → tools. Knows no matching.

use super::{HostPattern, Kind, TenantHeader, Tool, Wire};
use crate::fault::Faults;
use crate::source::{Source, Table, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

const TOOL_KEYS: &[&str] = &[
    "id", "name", "aliases", "vendor", "kind", "wire", "base", "hosts", "shared", "paths", "uploads",
    "tenant", "source",
];

type Regions = BTreeMap<String, Vec<Arc<str>>>;

/// Reads the catalogue.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, file: &str) -> Result<Vec<Arc<Tool>>, Faults> {
    let (source, tree) = Source::parse(file, text);
    let root = Table::root(&source, &tree, &["regions", "tool"]);
    let mut regions = Regions::new();
    for (name, value) in root.value("regions").map(|value| value.entries()).unwrap_or_default() {
        regions.insert(name.text.to_owned(), value.words().iter().map(|word| word.text.into()).collect());
    }
    let tools: Vec<Arc<Tool>> = root
        .tables("tool", TOOL_KEYS)
        .iter()
        .filter_map(|table| read_tool(table, &regions).map(Arc::new))
        .collect();
    names_are_unique(&root, &tools);
    source.finish()?;
    Ok(tools)
}

fn read_tool(table: &Table<'_>, regions: &Regions) -> Option<Tool> {
    let name = table.required("name", "\"ChatGPT\"")?;
    let id = table.required("id", &format!("\"{}\"", slug(name.text)))?;
    if slug(id.text) != id.text {
        table.fault(id.range, "an id is lower-case words joined by `-`", format!("`{}`", slug(id.text)));
    }
    let tool = Tool {
        id: id.text.into(),
        aliases: texts(&table.words("aliases")),
        name: name.text.into(),
        vendor: table.required("vendor", "\"OpenAI\"")?.text.into(),
        kind: table.choice("kind", &Kind::ALL)?,
        hosts: patterns(table, "hosts", regions),
        shared: patterns(table, "shared", regions),
        paths: texts(&table.words("paths")),
        uploads: patterns(table, "uploads", regions),
        tenant: table.tables("tenant", &["header", "hosts"]).iter().filter_map(tenant).collect(),
        wire: if table.has("wire") { table.choice("wire", &Wire::ALL)? } else { Wire::Generic },
        base: table.word("base").map(|word| word.text.into()),
        source: table.word("source").map(|word| word.text.into()).unwrap_or_default(),
        own: false,
    };
    if tool.shared.is_empty() != tool.paths.is_empty() {
        table.fault(table.range(), "`shared` hosts and `paths` belong together", "");
    }
    Some(tool)
}

fn tenant(table: &Table<'_>) -> Option<TenantHeader> {
    let header = table.required("header", "\"ChatGPT-Allowed-Workspace-Id\"")?;
    Some(TenantHeader { header: header.text.into(), hosts: patterns(table, "hosts", &Regions::new()) })
}

fn names_are_unique(root: &Table<'_>, tools: &[Arc<Tool>]) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for tool in tools {
        for name in std::iter::once(&tool.id).chain(&tool.aliases) {
            if let Some(other) = seen.insert(name, &tool.id) {
                root.fault(0..0, format!("`{name}` means both `{other}` and `{}`", tool.id), "");
            }
        }
    }
}

fn texts(words: &[Word<'_>]) -> Vec<Arc<str>> {
    words.iter().map(|word| word.text.into()).collect()
}

fn patterns(table: &Table<'_>, key: &'static str, regions: &Regions) -> Vec<HostPattern> {
    table
        .words(key)
        .into_iter()
        .filter_map(|word| match host_pattern(word.text, regions) {
            Ok(pattern) => Some(pattern),
            Err(reason) => {
                table.fault(word.range, format!("\"{}\" is no host: {reason}", word.text), "");
                None
            }
        })
        .collect()
}

/// Reads a host: `example.com` with everything below it, `=example.com` alone, `*.example.com` as the first,
/// `api.{list}.example.com` with the regions of a list.
///
/// # Errors
/// What is wrong with it.
pub fn host_pattern(text: &str, regions: &Regions) -> Result<HostPattern, String> {
    if let Some(open) = text.find('{') {
        let (prefix, rest) = text.split_at(open);
        let Some((name, suffix)) = rest[1..].split_once('}') else {
            return Err("`{` without `}`".into());
        };
        let regions = regions.get(name).ok_or_else(|| format!("there is no list of regions `{name}`"))?;
        host_name(&format!("{prefix}x{suffix}"))?;
        return Ok(HostPattern::Region {
            prefix: prefix.into(),
            suffix: suffix.into(),
            regions: regions.clone(),
        });
    }
    if let Some(exact) = text.strip_prefix('=') {
        return Ok(HostPattern::Exact(host_name(exact)?.into()));
    }
    Ok(HostPattern::Domain(host_name(text.strip_prefix("*.").unwrap_or(text))?.into()))
}

fn host_name(text: &str) -> Result<&str, &'static str> {
    if text.contains("://") || text.contains('/') {
        return Err("leave out scheme and path");
    }
    if text.contains(':') {
        return Err("leave out the port");
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("write it in lower case");
    }
    let labels_are_good = text.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    if !labels_are_good || text.len() > 253 {
        return Err("letters, digits, `-` and `.` only");
    }
    if !text.contains('.') {
        return Err("a single label would cover a whole domain of the Internet");
    }
    Ok(text)
}

/// A name as an id: lower-case words joined by `-`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        let c = match c {
            'à' | 'á' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ç' => 'c',
            other => other,
        };
        if c.is_ascii_alphanumeric() || c == '.' {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}
