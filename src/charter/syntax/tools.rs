//! `[tools]`: what is allowed, denied, validated for a time, the organisation's own, tenant headers.

use super::{Context, texts};
use crate::charter::tools::{Exception, Line, TenantSetting, ToolRules};
use crate::fault::nearest;
use crate::source::{Table, Value, Word, list};
use crate::tools::{HostPattern, Kind, TenantHeader, Tool, Wire, host_pattern, slug};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const KEYS: &[&str] =
    &["default", "article", "allow", "deny", "exception", "own", "tenant_headers", "contacts", "instead"];
pub(super) const LINE_KEYS: &[&str] = &["tool", "kind", "article", "users", "groups"];
pub(super) const EXCEPTION_KEYS: &[&str] =
    &["tool", "validated_by", "reference", "until", "article", "users", "groups"];
pub(super) const OWN_KEYS: &[&str] =
    &["id", "name", "aliases", "vendor", "kind", "hosts", "paths", "wire", "base", "article"];

impl Default for ToolRules {
    /// Everything is allowed.
    fn default() -> Self {
        Self {
            allow_by_default: true,
            article: "tools".into(),
            lines: Vec::new(),
            exceptions: Vec::new(),
            own: Vec::new(),
            own_articles: Vec::new(),
            tenant: Vec::new(),
            contacts: Vec::new(),
            instead: super::Localised::default(),
        }
    }
}

pub fn read(root: &Table<'_>, context: &mut Context<'_>) -> ToolRules {
    let mut rules = ToolRules::default();
    let Some(table) = root.table("tools", KEYS) else { return rules };
    if let Some(allow) = table.choice("default", &[("allow", true), ("deny", false)]) {
        rules.allow_by_default = allow;
    }
    if let Some(article) = context.article(&table) {
        rules.article = article;
    } else if !rules.allow_by_default {
        table.missing("article", "a denied user is told why: for example `article = \"CIA-7\"`");
    }
    for own in table.tables("own", OWN_KEYS) {
        if let Some(tool) = read_own(&own, context) {
            context.own.push((tool.id.clone(), tool.kind));
            rules.own.push(tool);
            rules.own_articles.push(context.article(&own).unwrap_or_else(|| rules.article.clone()));
        }
    }
    for (key, allow) in [("allow", true), ("deny", false)] {
        let items = table.value(key).map(|value| value.items()).unwrap_or_default();
        let lines = items.iter().filter_map(|item| read_line(item, allow, context, &rules.article));
        let lines: Vec<Line> = lines.collect();
        rules.lines.extend(lines);
    }
    rules.exceptions = table
        .tables("exception", EXCEPTION_KEYS)
        .iter()
        .filter_map(|exception| read_exception(exception, context))
        .collect();
    rules.tenant = read_tenant(&table, context, &rules.own);
    rules.contacts = context.contacts(&table, "contacts");
    if let Some(instead) = table.value("instead") {
        rules.instead = super::localised(&instead);
    }
    rules
}

/// `"chatgpt"` or `{ tool = "chatgpt", article = "…" }` or `{ kind = "translation", … }`.
fn read_line(item: &Value<'_>, allow: bool, context: &Context<'_>, article: &Arc<str>) -> Option<Line> {
    let line = Line {
        tools: Vec::new(),
        kinds: Vec::new(),
        allow,
        article: article.clone(),
        users: Vec::new(),
        groups: Vec::new(),
        line: item.line(),
    };
    if item.is_word() {
        let tool = context.tool(item.source(), &item.word()?)?;
        return Some(Line { tools: vec![tool], ..line });
    }
    let table = item.table(LINE_KEYS)?;
    if !table.has("tool") && !table.has("kind") {
        table.fault(table.range(), "a line names a `tool` or a `kind`", "for example { tool = \"chatgpt\" }");
        return None;
    }
    if table.has("tool") && table.has("kind") {
        table.fault(table.range(), "a line names a `tool` or a `kind`, not both", "write two lines");
    }
    Some(Line {
        tools: context.tools(&table, "tool"),
        kinds: kinds(&table),
        article: context.article(&table).unwrap_or(line.article),
        users: texts(&table.words("users")),
        groups: texts(&table.words("groups")),
        ..line
    })
}

pub fn kinds(table: &Table<'_>) -> Vec<Kind> {
    let items = table.value("kind").map(|value| value.one_or_more()).unwrap_or_default();
    items.iter().filter_map(|item| item.choice(&Kind::ALL)).collect()
}

fn read_exception(table: &Table<'_>, context: &Context<'_>) -> Option<Exception> {
    let tool = table.required("tool", "\"mistral-api\"");
    let validated_by = table.required("validated_by", "\"Information Security Office\"");
    let reference = table.required("reference", "\"ISO-2026-014\"");
    if !table.has("until") {
        table.missing("until", "an exception has a last day: for example `until = 2026-12-31`");
    }
    let until = table.date("until");
    Some(Exception {
        tool: context.tool(table.source(), &tool?)?,
        validated_by: validated_by?.text.into(),
        reference: reference?.text.into(),
        until: until?,
        article: context.article(table),
        users: texts(&table.words("users")),
        groups: texts(&table.words("groups")),
        line: table.line(),
    })
}

fn read_own(table: &Table<'_>, context: &Context<'_>) -> Option<Tool> {
    let name = table.required("name", "\"Assistant interne\"");
    if !table.has("hosts") {
        table.missing("hosts", "for example `hosts = [\"ia.example.be\"]`");
    }
    let hosts = hosts(table, "hosts");
    let name = name?;
    let id = table.word("id").map_or_else(|| slug(name.text), |id| id.text.to_owned());
    if context.catalogue.by_id(&id).is_some_and(|known| *known.id != *id) {
        table.fault(
            table.key_range("id"),
            format!("\"{id}\" is an alias of another tool"),
            "give it another `id`",
        );
    }
    let paths = texts(&table.words("paths"));
    let (hosts, shared) = if paths.is_empty() { (hosts, Vec::new()) } else { (Vec::new(), hosts) };
    Some(Tool {
        id: id.into(),
        aliases: texts(&table.words("aliases")),
        name: name.text.into(),
        vendor: table.word("vendor").map_or_else(|| "own".into(), |vendor| vendor.text.into()),
        kind: if table.has("kind") { table.choice("kind", &Kind::ALL)? } else { Kind::Web },
        hosts,
        shared,
        paths,
        wire: if table.has("wire") { table.choice("wire", &Wire::ALL)? } else { Wire::Generic },
        base: base(table),
        own: true,
        ..Tool::default()
    })
}

fn base(table: &Table<'_>) -> Option<Arc<str>> {
    let base = table.word("base")?;
    if !base.text.starts_with("https://") && !base.text.starts_with("http://") {
        table.fault(base.range, "`base` is a URL", "for example `base = \"https://ia.example.be\"`");
        return None;
    }
    Some(base.text.trim_end_matches('/').into())
}

pub fn hosts(table: &Table<'_>, key: &'static str) -> Vec<HostPattern> {
    table.words(key).iter().filter_map(|word| host(table, word)).collect()
}

pub fn host(table: &Table<'_>, word: &Word<'_>) -> Option<HostPattern> {
    match host_pattern(word.text, &BTreeMap::new()) {
        Ok(pattern) => Some(pattern),
        Err(reason) => {
            let hint =
                "for example \"ia.example.be\" (with everything below it) or \"=ia.example.be\" (alone)";
            table.fault(word.range.clone(), format!("\"{}\" is no host: {reason}", word.text), hint);
            None
        }
    }
}

/// `[tools.tenant_headers]`: by tool, header = value.
fn read_tenant(table: &Table<'_>, context: &Context<'_>, own: &[Tool]) -> Vec<TenantSetting> {
    let mut settings = Vec::new();
    for (key, value) in table.value("tenant_headers").map(|value| value.entries()).unwrap_or_default() {
        let Some(id) = context.tool(table.source(), &key) else { continue };
        let own = own.iter().find(|tool| tool.id == id);
        let Some(tool) = own.or_else(|| context.catalogue.by_id(&id).map(|tool| &**tool)) else { continue };
        for (header, value) in value.entries() {
            settings.extend(read_header(table, tool, &header, &value));
        }
    }
    settings
}

fn read_header(
    table: &Table<'_>,
    tool: &Tool,
    header: &Word<'_>,
    value: &Value<'_>,
) -> Option<TenantSetting> {
    let known: Vec<&str> = tool.tenant.iter().map(|tenant| &*tenant.header).collect();
    let tenant = tool.tenant.iter().find(|tenant| tenant.header.eq_ignore_ascii_case(header.text));
    if tenant.is_none() && !tool.own {
        let hint = match nearest(header.text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => {
                format!("no header of {} is known that restricts workspaces", tool.name)
            }
            None => format!("{} obeys {}", tool.name, list(&known)),
        };
        let message = format!("{} does not obey a header `{}`", tool.name, header.text);
        table.fault(header.range.clone(), message, hint);
        return None;
    }
    let text = value.word()?;
    let (Ok(name), Ok(value)) = (header.text.parse(), http::HeaderValue::from_str(text.text)) else {
        table.fault(text.range, "a header and its value are printable ASCII", "");
        return None;
    };
    let hosts = tenant.map(|tenant: &TenantHeader| tenant.hosts.clone()).filter(|hosts| !hosts.is_empty());
    let hosts = hosts.unwrap_or_else(|| tool.all_hosts().cloned().collect());
    let elsewhere: Vec<HostPattern> = hosts.iter().filter(|host| !is_own(tool, host)).cloned().collect();
    Some(TenantSetting {
        tool: tool.id.clone(),
        name,
        value,
        header_only: elsewhere.len() == hosts.len(),
        hosts,
    })
}

fn is_own(tool: &Tool, host: &HostPattern) -> bool {
    host.names().all(|name| tool.all_hosts().any(|own| own.matches(&name)))
}
