//! `guard patterns`: the detectors, their own tests, and what one of them is made of.

use super::output::Escaped;
use super::{Exit, Output};
use crate::language::Language;
use crate::rules::{self, Rule};
use crate::scan::{self, Scanner, trial};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io;

/// Arguments of `guard patterns`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the detectors: id, class, jurisdiction, title
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Run every detector's examples and counterexamples
    Check,
    /// Say what a detector is made of: source, check, words, examples
    Explain {
        /// Its id, such as `be.niss`
        id: String,
    },
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> io::Result<Exit> {
    let rules = match rules::read_files(rules::shipped_files(), scan::known()) {
        Ok(rules) => rules,
        Err(faults) => {
            writeln!(output.err, "{faults}")?;
            return Ok(Exit::Failed);
        }
    };
    match &arguments.command {
        Command::List { json } => list(&rules, *json, output),
        Command::Check => check(&rules, output),
        Command::Explain { id } => explain(&rules, id, output),
    }
}

fn title(rule: &Rule, language: Language) -> &str {
    let title = &rule.title;
    match language {
        Language::Fr => &title.fr,
        Language::Nl => &title.nl,
        Language::De => &title.de,
        Language::En => &title.en,
    }
}

fn list(rules: &[Rule], as_json: bool, output: &mut Output) -> io::Result<Exit> {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    for rule in rules {
        let title = title(rule, output.language);
        if as_json {
            let object = json!({
                "id": rule.id.as_str(),
                "class": rule.class.as_str(),
                "jurisdiction": &*rule.jurisdiction,
                "title": title,
                "check": (!rule.check.is_empty()).then_some(&*rule.check),
            });
            writeln!(output.out, "{object}")?;
        } else {
            let (id, class) = (rule.id.as_str(), rule.class.as_str());
            writeln!(output.out, "{id:width$}  {class:14}  {:4}  {title}", rule.jurisdiction)?;
        }
    }
    Ok(Exit::Clean)
}

fn check(rules: &[Rule], output: &mut Output) -> io::Result<Exit> {
    let scanner = Scanner::shipped();
    let (mut tried, mut wrong) = (0, 0);
    for rule in rules {
        let trial = trial(&scanner, rule);
        tried += trial.tried;
        for message in &trial.wrong {
            wrong += 1;
            output.fault(&format!("{}: {message}", rule.id), None)?;
        }
    }
    output
        .note(&format!("{} detectors, {tried} examples and counterexamples, {wrong} wrong", rules.len()))?;
    Ok(if wrong == 0 { Exit::Clean } else { Exit::Acted })
}

fn explain(rules: &[Rule], id: &str, output: &mut Output) -> io::Result<Exit> {
    let found: Vec<&Rule> = rules.iter().filter(|rule| rule.id.as_str() == id).collect();
    if found.is_empty() {
        output.fault(&format!("no detector is called {id}"), Some("`guard patterns list` lists them"))?;
        return Ok(Exit::Failed);
    }
    for rule in found {
        one(rule, output)?;
    }
    Ok(Exit::Clean)
}

fn one(rule: &Rule, output: &mut Output) -> io::Result<()> {
    let out = &mut output.out;
    writeln!(out, "{}: {}", rule.id, title(rule, output.language))?;
    writeln!(out, "  class         {}", rule.class.as_str())?;
    writeln!(out, "  jurisdiction  {}", rule.jurisdiction)?;
    if !rule.source.is_empty() {
        writeln!(out, "  source        {}", rule.source)?;
    }
    if !rule.check.is_empty() {
        writeln!(out, "  check         {}", rule.check)?;
    }
    let tier =
        |tier: Option<crate::finding::Confidence>| tier.map_or("none", crate::finding::Confidence::as_str);
    let tiers = &rule.tiers;
    writeln!(
        out,
        "  confidence    alone {}, in official grouping {}, with a word for it {}, check failed {}",
        tier(tiers.plain),
        tier(tiers.grouped),
        tier(tiers.context),
        tier(tiers.failed),
    )?;
    if !rule.context.is_empty() {
        writeln!(out, "  words for it  {}", rule.context.join(", "))?;
    }
    if !rule.announced_by.is_empty() {
        writeln!(out, "  announced by  {}", rule.announced_by.join(", "))?;
    }
    if !rule.lower.is_empty() {
        writeln!(out, "  words against {}", rule.lower.join(", "))?;
    }
    for example in &rule.examples {
        writeln!(out, "  finds         {}", Escaped(&example.text.replace('\n', "⏎")))?;
    }
    for counterexample in &rule.counterexamples {
        let text = counterexample.text.replace('\n', "⏎");
        writeln!(out, "  leaves        {} ({})", Escaped(&text), counterexample.why)?;
    }
    Ok(())
}
