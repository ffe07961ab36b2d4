//! What `guard audit` can be asked for.

use super::values;
use crate::audit::chain::Head;
use crate::audit::query::Selection;
use crate::audit::record::Hex;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use std::path::PathBuf;

/// Arguments of `guard audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Folder of the audit store (default: that of the configuration, else `audit` in the state folder)
    #[arg(long, value_name = "FOLDER", global = true)]
    pub(super) store: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the last events
    Tail(Tail),
    /// Check that no event was changed, removed, reordered or cut off
    Verify(Verify),
    /// Totals, rates and trend; names nobody
    Report(Report),
    /// Give out events: all, or those of one user
    Export(Export),
    /// Print the names behind sealed events; the act is entered in the audit
    Unseal(Unseal),
    /// Erase the events of one user, leaving a tombstone
    Erase(Erase),
    /// Put a note on events: a rectification, a restriction, a remark
    Note(Note),
}

/// Which events.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// The events with these numbers: 7 or 7-12
    #[arg(long = "event", value_name = "N[-M]", value_parser = values::range)]
    pub(super) events: Vec<[i64; 2]>,
    /// The events of one request
    #[arg(long, value_name = "ID")]
    pub(super) request: Option<String>,
    /// The events under one pseudonym
    #[arg(long, value_name = "PSEUDONYM", value_parser = values::pseudonym)]
    pub(super) pseudonym: Option<Hex<8>>,
    #[command(flatten)]
    pub(super) period: Period,
}

/// From when to when.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Period {
    /// From this day or time on
    #[arg(long, value_name = "DATE|TIME", value_parser = values::from)]
    pub(super) from: Option<Timestamp>,
    /// To the end of this day, or before this time
    #[arg(long, value_name = "DATE|TIME", value_parser = values::to)]
    pub(super) to: Option<Timestamp>,
}

/// Why.
#[derive(Debug, Args)]
pub(super) struct Why {
    /// Why this is done; entered in the audit
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
    /// The reference of the case; entered in the audit
    #[arg(long, value_name = "REF")]
    pub(super) case: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Tail {
    /// How many events
    #[arg(short = 'n', long, default_value_t = 20)]
    pub(super) number: usize,
    /// One JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The event and link that an earlier verification printed and that was kept elsewhere
    #[arg(long, value_name = "EVENT:LINK", value_parser = values::head)]
    pub(super) expect: Option<Head>,
    /// The public key, from a copy that was kept elsewhere
    #[arg(long, value_name = "HEX", value_parser = values::public)]
    pub(super) key: Option<Hex<32>>,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(flatten)]
    pub(super) period: Period,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ReportFormat,
    /// With the register of confidentiality incidents
    #[arg(long)]
    pub(super) incidents: bool,
    /// Exit with 1 when a threshold of the charter was reached, or when the share of requests that the charter acts on passes this, in percent: overall, on a tool, under an article
    #[arg(long, value_name = "PERCENT", value_parser = values::percent, num_args = 0..=1, default_missing_value = "100")]
    pub(super) alert: Option<f64>,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum ReportFormat {
    /// For a terminal or a mail
    #[default]
    Text,
    /// One file to read and print
    Html,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) chosen: Chosen,
    /// The events of this user only (access, portability); entered in the audit
    #[arg(long, value_name = "NAME", requires = "reason")]
    pub(super) user: Option<String>,
    /// File with the private key, where identities are sealed
    #[arg(long, value_name = "FILE")]
    pub(super) identity: Option<PathBuf>,
    /// Why this is done; entered in the audit
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// The reference of the case; entered in the audit
    #[arg(long, value_name = "REF")]
    pub(super) case: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ExportFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// One JSON object a line
    #[default]
    Json,
    /// A table
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct Unseal {
    /// File with the private key
    #[arg(long, value_name = "FILE")]
    pub(super) identity: PathBuf,
    #[command(flatten)]
    pub(super) chosen: Chosen,
    #[command(flatten)]
    pub(super) why: Why,
}

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// Whose
    #[arg(long, value_name = "NAME")]
    pub(super) user: String,
    /// File with the private key, where identities are sealed
    #[arg(long, value_name = "FILE")]
    pub(super) identity: Option<PathBuf>,
    #[command(flatten)]
    pub(super) why: Why,
}

#[derive(Debug, Args)]
pub(super) struct Note {
    /// What the note does
    #[arg(long, value_enum)]
    pub(super) kind: Kind,
    #[command(flatten)]
    pub(super) chosen: Chosen,
    #[command(flatten)]
    pub(super) why: Why,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    /// Says something
    Remark,
    /// Says that something recorded is wrong
    Rectify,
    /// Takes the events out of reports and of retention's reach
    Restrict,
    /// Ends a restriction
    Lift,
}

impl Chosen {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            events: self.events.clone(),
            request: self.request.clone(),
            pseudonym: self.pseudonym,
            from: self.period.from,
            to: self.period.to,
        }
    }
}
