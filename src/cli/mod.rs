//! The command line: arguments in, one file per command, the only place that prints. Everything below is
//! called from here; nothing calls this.

mod audit;
mod ca;
pub mod charter;
mod confirm;
mod demo;
mod doctor;
mod generate;
mod output;
mod patterns;
mod program;
mod proxy;
mod receivers;
mod redact;
mod restore;
mod run;
mod scan;
mod seal;
mod setup;
mod tools;

pub use output::{Exit, Output};

use crate::gateway;
use crate::language::Language;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Keeps personal data, credentials and classified documents out of AI prompts.
#[derive(Debug, Parser)]
#[command(name = "guard", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Configuration file (default: $GUARD_CONFIG, then the user's and the system's guard.toml)
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Charter to judge by: a shipped one's name, or a file
    #[arg(long, value_name = "NAME|FILE", global = true)]
    pub charter: Option<String>,
    /// Say less: errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more (twice: still more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to colour the output
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: Color,
    /// Language of messages: fr, nl, de or en (default: from the locale)
    #[arg(long = "lang", value_name = "LANG", global = true, value_parser = language)]
    pub language: Option<Language>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The local certificate authority: make it, show it, trust it, renew it
    Ca(ca::Arguments),
    /// The audit store: look at it, verify it, report, unseal, erase
    Audit(audit::Audit),
    /// Charters: what may go to which AI tool, article by article
    Charter(charter::Arguments),
    /// Print a completion script for a shell
    Completions(generate::Completions),
    /// Justify what the charter held back
    Confirm(confirm::Arguments),
    /// Show the main job offline: five prompts through the real proxy, and what happened to each
    Demo(demo::Arguments),
    /// Say what is wrong with this machine's set-up
    Doctor,
    /// Print the manual page
    Man,
    /// The detectors: list them, run their own tests, say what one is made of
    Patterns(patterns::Arguments),
    /// The proxy between programs and AI services
    Proxy(proxy::Arguments),
    /// Run a program behind the proxy
    Run(run::Arguments),
    /// Scan files, folders or standard input
    Scan(scan::Arguments),
    /// AI tools: the catalogue of services whose traffic guard looks into
    Tools(tools::Arguments),
    /// Replace personal data and secrets in a text file by placeholders, and keep a sealed map
    Redact(redact::Arguments),
    /// Put the values back into a redacted text
    Restore(restore::Arguments),
}

/// Reads the arguments, runs the command and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(fault) => return output::usage(&fault),
    };
    // Warnings of the library go to standard error, and a panic tells its place, never its message.
    gateway::log::start(log_format(&arguments.global), arguments.global.verbose);
    let mut output = Output::new(&arguments.global);
    let result = dispatch(arguments, &mut output);
    output.conclude(result)
}

/// How log lines look. A configuration that cannot be read is complained about by the command that needs it.
fn log_format(global: &Global) -> gateway::log::Format {
    match program::configuration(global).map(|loaded| loaded.config.log) {
        Ok(crate::config::Log::Json) => gateway::log::Format::Json,
        Ok(crate::config::Log::Text) | Err(_) => gateway::log::Format::Text,
    }
}

fn dispatch(arguments: Arguments, output: &mut Output) -> std::io::Result<Exit> {
    let global = arguments.global;
    match &arguments.command {
        Command::Audit(audit) => audit::audit(audit, &global, output),
        Command::Charter(command) => charter::run(command, &global, output),
        Command::Completions(arguments) => generate::completions(arguments, output),
        Command::Demo(arguments) => demo::run(arguments, &global, output),
        Command::Man => generate::man(output),
        Command::Ca(arguments) => ca::run(arguments, &global, output),
        Command::Confirm(arguments) => confirm::run(arguments, &global, output),
        Command::Doctor => doctor::run(&global, output),
        Command::Patterns(arguments) => patterns::run(arguments, output),
        Command::Proxy(arguments) => proxy::run(arguments, &global, output),
        Command::Run(arguments) => run::run(arguments, &global, output),
        Command::Scan(arguments) => scan::run(arguments, &global, output),
        Command::Tools(command) => tools::run(command, output),
        Command::Redact(own) => redact::run(own, &global, output),
        Command::Restore(own) => restore::run(own, output),
    }
}

fn language(text: &str) -> Result<Language, String> {
    text.parse().map_err(|()| String::from("not one of fr, nl, de, en"))
}
