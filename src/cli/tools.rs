//! `guard tools …`: the catalogue of AI services.

use super::{Exit, Output};
use crate::tools::{Catalogue, HostPattern, Tool};
use clap::{Args, Subcommand};
use std::io::{self, Write as _};

/// AI tools: the catalogue of services whose traffic guard looks into
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the tools with the ids that charters use
    List {
        /// Only this kind: api, web, ide, translation, writing, meeting, search
        #[arg(long)]
        kind: Option<String>,
    },
    /// Say which tool a host, an id or an alias means, and its hosts
    Show {
        /// Host, id or alias
        name: String,
    },
}

/// Runs the command.
///
/// # Errors
/// Where the output cannot be written.
pub fn run(arguments: &Arguments, output: &mut Output) -> io::Result<Exit> {
    match &arguments.command {
        Command::List { kind } => list(kind.as_deref(), output),
        Command::Show { name } => show(name, output),
    }
}

fn list(kind: Option<&str>, output: &mut Output) -> io::Result<Exit> {
    for tool in Catalogue::shipped().tools() {
        if kind.is_none_or(|kind| kind == tool.kind.as_str()) {
            let kind = tool.kind.as_str();
            writeln!(output.out, "{:<22} {kind:<12} {} ({})", tool.id, tool.name, tool.vendor)?;
        }
    }
    Ok(Exit::Clean)
}

fn show(name: &str, output: &mut Output) -> io::Result<Exit> {
    let catalogue = Catalogue::shipped();
    let Some(tool) = catalogue.by_id(name).or_else(|| catalogue.lookup(name)) else {
        output.fault(
            &format!("no tool is called \"{name}\", and none has such a host"),
            Some("guard tools list"),
        )?;
        return Ok(Exit::Acted);
    };
    print_tool(tool, output)?;
    Ok(Exit::Clean)
}

fn print_tool(tool: &Tool, output: &mut Output) -> io::Result<()> {
    writeln!(output.out, "{} ({})", tool.name, tool.vendor)?;
    writeln!(output.out, "id       {}", tool.id)?;
    if !tool.aliases.is_empty() {
        writeln!(output.out, "aliases  {}", tool.aliases.join(", "))?;
    }
    writeln!(output.out, "kind     {}", tool.kind.as_str())?;
    for pattern in &tool.hosts {
        let below = if matches!(pattern, HostPattern::Domain(_)) { " and below" } else { "" };
        for name in pattern.names() {
            writeln!(output.out, "host     {name}{below}")?;
        }
    }
    for name in tool.shared.iter().flat_map(HostPattern::names) {
        writeln!(output.out, "host     {name}, only {}", tool.paths.join(", "))?;
    }
    for tenant in &tool.tenant {
        writeln!(output.out, "obeys    {}", tenant.header)?;
    }
    writeln!(output.out, "source   {}", tool.source)
}
