//! Where commands write: data to standard output, everything else to standard error, colour only where wanted,
//! control characters of other people's text escaped on terminals. A closed pipe is no error.

use super::{Color, Global};
use crate::language::Language;
use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// How a command ended; the exit status is a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done, and nothing that the charter acts on.
    Clean,
    /// 1: done, and something that the charter acts on (other commands: the answer is no).
    Acted,
    /// 2: could not do all of the work, or was called wrongly.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Acted => 1,
            Exit::Failed => 2,
        })
    }
}

/// The two streams, and what the user wants of them.
pub struct Output {
    /// Standard output, for data.
    pub out: Box<dyn Write>,
    /// Standard error, for everything else.
    pub err: Box<dyn Write>,
    /// The language of messages.
    pub language: Language,
    /// Only errors on standard error.
    pub quiet: bool,
    /// How much more to say.
    pub verbose: u8,
    /// Whether standard output is a terminal (then foreign text is escaped).
    pub terminal: bool,
}

impl Output {
    /// Opens the streams as the options ask.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        Self {
            out: Box::new(io::BufWriter::new(AutoStream::new(io::stdout(), choice))),
            err: Box::new(AutoStream::new(io::stderr(), choice)),
            language: global.language.unwrap_or_else(locale),
            quiet: global.quiet,
            verbose: global.verbose,
            terminal: io::stdout().is_terminal(),
        }
    }

    /// Says what went wrong and, where that is known, what to do about it.
    ///
    /// # Errors
    /// Where standard error cannot be written to.
    pub fn fault(&mut self, what: &dyn Display, hint: Option<&str>) -> io::Result<()> {
        self.out.flush()?;
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        writeln!(self.err, "{red}error{red:#}: {}", Escaped(&what.to_string()))?;
        if let Some(hint) = hint {
            writeln!(self.err, "hint: {hint}")?;
        }
        Ok(())
    }

    /// Says something by the way, unless the user wants quiet.
    ///
    /// # Errors
    /// Where standard error cannot be written to.
    pub fn note(&mut self, what: &dyn Display) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.err, "{what}") }
    }

    pub(super) fn conclude(mut self, result: io::Result<Exit>) -> Exit {
        match result.and_then(|exit| self.out.flush().map(|()| exit)) {
            Ok(exit) => exit,
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
            Err(fault) => {
                // Standard error may be gone as well; the exit status still says it.
                let _ = writeln!(self.err, "error: cannot write the output: {fault}");
                Exit::Failed
            }
        }
    }
}

/// Foreign text with control, bidirectional and zero-width characters escaped, so that a file cannot drive the
/// terminal that shows it. Line ends stay.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '\n' | '\t' => write!(formatter, "{character}")?,
                '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                    write!(formatter, "{}", character.escape_unicode())?;
                }
                _ if character.is_control() => write!(formatter, "{}", character.escape_unicode())?,
                _ => write!(formatter, "{character}")?,
            }
        }
        Ok(())
    }
}

/// Prints clap's own message: help and version to standard output, mistakes to standard error.
pub(super) fn usage(fault: &clap::Error) -> Exit {
    let failed = fault.use_stderr()
        && fault.kind() != clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    match fault.print() {
        Ok(()) if !failed => Exit::Clean,
        Err(broken) if broken.kind() == io::ErrorKind::BrokenPipe && !failed => Exit::Clean,
        _ => Exit::Failed,
    }
}

fn locale() -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .and_then(|value| value.parse().ok())
        .unwrap_or(Language::En)
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Exit};

    #[test]
    fn foreign_text_cannot_drive_the_terminal() {
        assert_eq!(Escaped("a\u{1b}[2Jb\u{202e}c\nd").to_string(), "a\\u{1b}[2Jb\\u{202e}c\nd");
    }

    #[test]
    fn failing_is_worse_than_acting() {
        assert!(Exit::Failed > Exit::Acted && Exit::Acted > Exit::Clean);
    }
}
