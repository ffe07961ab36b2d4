//! `guard restore`: puts values back into a text that `guard redact` wrote, also after it was rewritten.

use super::redact::{failed, write};
use super::{Exit, Output, seal};
use crate::redact::file::Map;
use clap::Args;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Arguments of `guard restore`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The redacted text; `-` is standard input, also where none is given
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Where to write the text with its values (default: standard output)
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The sealed map that `guard redact` wrote
    #[arg(long, value_name = "MAP")]
    map: PathBuf,
    /// The file with the private age key, where the map is sealed to one; else the passphrase is asked for or taken
    /// from $GUARD_PASSPHRASE
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> io::Result<Exit> {
    let map_fault = |what: &dyn std::fmt::Display| format!("map {}: {what}", arguments.map.display());
    let sealed = match std::fs::read(&arguments.map) {
        Ok(sealed) => sealed,
        Err(fault) => return failed(output, &map_fault(&fault), None),
    };
    let opened = match seal::open(&sealed, arguments.identity.as_deref()) {
        Ok(opened) => opened,
        Err(fault) => return failed(output, &map_fault(&fault), fault.hint()),
    };
    let map = match Map::read(opened.expose()) {
        Ok(map) => map,
        Err(fault) => return failed(output, &map_fault(&fault), None),
    };
    let text = match read(&arguments.file) {
        Ok(text) => text,
        Err(fault) => return failed(output, &format!("{}: {fault}", arguments.file.display()), None),
    };
    if let Err(fault) = write(arguments.output.as_deref(), &map.restore(&text), output) {
        return failed(output, &format!("cannot write the text: {fault}"), None);
    }
    Ok(Exit::Clean)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
