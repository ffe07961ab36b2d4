//! What most commands begin with: the catalogue, the charter by name or file, the scanner, the key for
//! fingerprints. Faults in files are printed whole, and the command ends before it did anything.

use super::{Global, Output, program};
use crate::charter::Charter;
use crate::config::Config;
use crate::limits;
use crate::platform::{self, files};
use crate::rules::Faults;
use crate::rules::OwnRules;
use crate::scan::{self, Scanner};
use crate::tools::Catalogue;
use aws_lc_rs::{hmac, rand};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::sync::Arc;

/// What a command works with.
pub(super) struct Setup {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) charter: Arc<Charter>,
    pub(super) scanner: Arc<Scanner>,
}

impl Setup {
    /// Loads all of it; `None` where something is wrong, which was said.
    pub(super) fn load(global: &Global, output: &mut Output) -> io::Result<Option<Self>> {
        let loaded = match program::configuration(global) {
            Ok(loaded) => loaded,
            Err(fault) => {
                output.fault(&fault, None)?;
                return Ok(None);
            }
        };
        let name = global.charter.as_deref().unwrap_or(&loaded.config.charter);
        // A charter that names tools reads the catalogue, some milliseconds: beside the scanner's tables. The one of who
        // has chosen none names none.
        if name != Config::default().charter {
            let name = name.to_owned();
            drop(std::thread::Builder::new().spawn(move || drop(Charter::shipped(&name))));
        }
        let Some(scanner) = scanner(&loaded.config, output)? else { return Ok(None) };
        let Some((charter, catalogue)) = charter(name, Catalogue::shipped(), output)? else {
            return Ok(None);
        };
        if let Err(fault) = names_are_known(name, &charter, &scanner) {
            output.out.flush()?;
            writeln!(output.err, "{fault}")?;
            return Ok(None);
        }
        Ok(Some(Self { catalogue, charter, scanner }))
    }

    /// The key of fingerprints: made on first use, kept in the state folder, so that the same value has the same
    /// fingerprint in every scan of this account, and on no other machine.
    pub(super) fn fingerprint_key(&self, output: &mut Output) -> io::Result<hmac::Key> {
        let bytes = match kept_key() {
            Ok(bytes) => bytes,
            Err(fault) => {
                output.note(&format!("fingerprints hold for this run only: {fault}"))?;
                fresh_key()?
            }
        };
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

/// Whether the scanner has every detector that the charter's rules ask for: one that it lacks would let through what
/// the rule is there to stop.
///
/// # Errors
/// The faults, as text.
pub(super) fn names_are_known(name: &str, charter: &Charter, scanner: &Scanner) -> Result<(), String> {
    let unknown = charter.unknown_names(&super::charter::known_ids(scanner));
    if unknown.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(name).unwrap_or_default();
    super::charter::as_faults(name, &text, &unknown).map_err(|faults| faults.to_string())
}

/// The scanner with the organisation's own pattern files; `None` where one is wrong, which was said.
pub(super) fn scanner(config: &Config, output: &mut Output) -> io::Result<Option<Arc<Scanner>>> {
    if config.patterns.is_empty() {
        return Ok(Some(Scanner::shipped()));
    }
    let mut files = Vec::new();
    for path in &config.patterns {
        if let Err(fault) = own_files(path, &mut files) {
            output.fault(&format!("pattern files {}: {fault}", path.display()), None)?;
            return Ok(None);
        }
    }
    match own_scanner(&files) {
        Ok(scanner) => Ok(Some(Arc::new(scanner))),
        Err(faults) => {
            output.out.flush()?;
            writeln!(output.err, "{faults}")?;
            Ok(None)
        }
    }
}

/// The same for a proxy that is running: what is wrong is said in the error.
pub(super) fn scanner_again(config: &Config) -> Result<Arc<Scanner>, String> {
    if config.patterns.is_empty() {
        return Ok(Scanner::shipped());
    }
    let mut files = Vec::new();
    for path in &config.patterns {
        let named = |fault| format!("pattern files {}: {fault}", path.display());
        own_files(path, &mut files).map_err(named)?;
    }
    own_scanner(&files).map(Arc::new).map_err(|faults| faults.to_string())
}

fn own_scanner(files: &[(String, String)]) -> Result<Scanner, Faults> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let shipped = Scanner::shipped();
    let ids: Vec<&str> = shipped.rules().iter().map(|rule| rule.id.as_str()).collect();
    OwnRules::parse(&files, &ids, scan::known()).and_then(|own| Scanner::with_own(&own))
}

/// The files at `path`: itself, or what lies in the folder, by name.
fn own_files(path: &Path, files: &mut Vec<(String, String)>) -> io::Result<()> {
    let mut paths = if path.is_dir() {
        std::fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?
    } else {
        vec![path.to_owned()]
    };
    paths.retain(|path| !path.is_dir());
    paths.sort();
    for path in paths {
        let mut text = String::new();
        let named = |fault: io::Error| io::Error::new(fault.kind(), format!("{}: {fault}", path.display()));
        let count = File::open(&path)
            .and_then(|file| file.take(limits::CONFIG_BYTES_MAX + 1).read_to_string(&mut text))
            .map_err(named)?;
        if count as u64 > limits::CONFIG_BYTES_MAX {
            return Err(named(io::Error::other("is larger than a pattern file can be")));
        }
        // Lists name their word files as they stand beside them.
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.push((name, text));
    }
    Ok(())
}

/// The charter called `name`: a shipped one's id, or a file, and the catalogue with the charter's own tools.
pub(super) fn charter(
    name: &str,
    catalogue: &Arc<Catalogue>,
    output: &mut Output,
) -> io::Result<Option<(Arc<Charter>, Arc<Catalogue>)>> {
    let charter = if let Some(charter) = Charter::shipped(name) {
        charter
    } else {
        let Some(source) = read(Path::new(name), output)? else { return Ok(None) };
        match Charter::parse(&source, name, catalogue) {
            Ok(charter) => Arc::new(charter),
            Err(faults) => {
                output.out.flush()?;
                writeln!(output.err, "{faults}")?;
                return Ok(None);
            }
        }
    };
    let own = charter.own_tools();
    let catalogue = if own.is_empty() { Arc::clone(catalogue) } else { Arc::new(catalogue.with(own)) };
    Ok(Some((charter, catalogue)))
}

/// The same for a proxy that is running: what is wrong is said in the error.
pub(super) fn charter_again(
    name: &str,
    catalogue: &Arc<Catalogue>,
) -> Result<(Arc<Charter>, Arc<Catalogue>), String> {
    let charter = match Charter::shipped(name) {
        Some(charter) => charter,
        None => {
            let path = Path::new(name);
            let length = std::fs::metadata(path).map_err(|fault| format!("{name}: {fault}"))?.len();
            if length > limits::CONFIG_BYTES_MAX {
                return Err(format!("{name}: is larger than a charter can be"));
            }
            let text = std::fs::read_to_string(path).map_err(|fault| format!("{name}: {fault}"))?;
            Arc::new(Charter::parse(&text, name, catalogue).map_err(|faults| faults.to_string())?)
        }
    };
    let own = charter.own_tools();
    let catalogue = if own.is_empty() { Arc::clone(catalogue) } else { Arc::new(catalogue.with(own)) };
    Ok((charter, catalogue))
}

fn read(path: &Path, output: &mut Output) -> io::Result<Option<String>> {
    let mut text = String::new();
    let read = File::open(path)
        .and_then(|file| file.take(limits::CONFIG_BYTES_MAX + 1).read_to_string(&mut text))
        .and_then(|count| {
            let whole = count as u64 <= limits::CONFIG_BYTES_MAX;
            if whole { Ok(()) } else { Err(io::Error::other("is larger than a charter can be")) }
        });
    match read {
        Ok(()) => Ok(Some(text)),
        Err(fault) => {
            let shipped = Charter::shipped_ids().join(", ");
            let hint = format!("shipped charters are {shipped}; anything else is the path of a file");
            output.fault(&format!("charter {}: {fault}", path.display()), Some(&hint))?;
            Ok(None)
        }
    }
}

fn kept_key() -> io::Result<[u8; 32]> {
    let dir = platform::state_dir();
    let path = dir.join("scan.key");
    match files::read_private(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| io::Error::other(format!("{} is damaged", path.display()))),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            files::create_private_dir(&dir)?;
            let key = fresh_key()?;
            files::write_private(&path, &key)?;
            Ok(key)
        }
        Err(fault) => Err(fault),
    }
}

fn fresh_key() -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    rand::fill(&mut key).map_err(|_| io::Error::other("the system gives no randomness"))?;
    Ok(key)
}
