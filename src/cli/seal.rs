//! Seals and opens the map of a redacted file with age: to recipients' keys, or with a passphrase from
//! `GUARD_PASSPHRASE` or asked for at the terminal.

use crate::sensitive::Sensitive;
use age::secrecy::SecretString;
use age::{Decryptor, Encryptor, scrypt, x25519};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use zeroize::Zeroize;

/// Why a map cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// A recipient that is no age key.
    #[error("{0} is no age recipient (they begin with age1)")]
    Recipient(String),
    /// A file that holds no private key.
    #[error("{} holds no age identity (they begin with AGE-SECRET-KEY-1)", .0.display())]
    Identity(PathBuf),
    /// Nobody to ask.
    #[error("a passphrase is needed, and there is no terminal to ask at")]
    NoTerminal,
    /// The two passphrases differ, or are empty.
    #[error("the passphrases differ, or are empty")]
    Passphrase,
    /// The key does not open it.
    #[error("the map cannot be opened with this key or passphrase")]
    Wrong,
    /// The map needs a key, not a passphrase.
    #[error("the map is sealed to a key, not with a passphrase")]
    NeedsIdentity,
    /// A file cannot be read, or the terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Fault {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoTerminal => Some("set GUARD_PASSPHRASE, or seal to a key with --recipient"),
            Self::NeedsIdentity => Some("name the file of the private key with --identity"),
            Self::Recipient(_) | Self::Identity(_) | Self::Passphrase | Self::Wrong | Self::Io(_) => None,
        }
    }
}

/// Whom a map is sealed for.
pub(super) enum Lock {
    Recipients(Vec<x25519::Recipient>),
    Passphrase(SecretString),
}

impl Lock {
    /// From the recipients given, else a passphrase.
    pub(super) fn new(recipients: &[String]) -> Result<Self, Fault> {
        if recipients.is_empty() {
            return passphrase(true).map(Self::Passphrase);
        }
        let parse =
            |text: &String| x25519::Recipient::from_str(text).map_err(|_| Fault::Recipient(text.clone()));
        recipients.iter().map(parse).collect::<Result<_, _>>().map(Self::Recipients)
    }

    /// Seals `plain`.
    pub(super) fn seal(self, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let encryptor = match self {
            Self::Passphrase(passphrase) => Encryptor::with_user_passphrase(passphrase),
            Self::Recipients(recipients) => {
                let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
                Encryptor::with_recipients(recipients).map_err(io::Error::other)?
            }
        };
        let mut sealed = Vec::with_capacity(plain.len() + 1_024);
        let mut writer = encryptor.wrap_output(&mut sealed)?;
        writer.write_all(plain)?;
        writer.finish()?;
        Ok(sealed)
    }
}

/// Opens what [`Lock::seal`] sealed.
pub(super) fn open(sealed: &[u8], identity: Option<&Path>) -> Result<Sensitive<Vec<u8>>, Fault> {
    let decryptor = Decryptor::new(sealed).map_err(|_| Fault::Wrong)?;
    let keys: Vec<Box<dyn age::Identity>> = match (identity, decryptor.is_scrypt()) {
        (Some(path), false) => identities(path)?,
        (None, false) => return Err(Fault::NeedsIdentity),
        (_, true) => vec![Box::new(scrypt::Identity::new(passphrase(false)?))],
    };
    let mut plain = Vec::new();
    let mut reader = decryptor.decrypt(keys.iter().map(AsRef::as_ref)).map_err(|_| Fault::Wrong)?;
    reader.read_to_end(&mut plain).map_err(|_| Fault::Wrong)?;
    Ok(Sensitive::new(plain))
}

fn identities(path: &Path) -> Result<Vec<Box<dyn age::Identity>>, Fault> {
    let text = Sensitive::new(std::fs::read_to_string(path)?);
    let lines = text.expose().lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let keys: Vec<Box<dyn age::Identity>> = lines
        .filter_map(|line| x25519::Identity::from_str(line).ok())
        .map(|key| Box::new(key) as Box<dyn age::Identity>)
        .collect();
    if keys.is_empty() { Err(Fault::Identity(path.to_owned())) } else { Ok(keys) }
}

/// The passphrase: `GUARD_PASSPHRASE`, else asked for, a new one twice.
fn passphrase(new: bool) -> Result<SecretString, Fault> {
    if let Ok(passphrase) = std::env::var("GUARD_PASSPHRASE") {
        return if passphrase.is_empty() { Err(Fault::Passphrase) } else { Ok(passphrase.into()) };
    }
    if !io::stderr().is_terminal() {
        return Err(Fault::NoTerminal);
    }
    let first = rpassword::prompt_password("Passphrase for the map: ")?;
    if new {
        let mut again = rpassword::prompt_password("The same again: ")?;
        let same = again == first;
        again.zeroize();
        if !same {
            return Err(Fault::Passphrase);
        }
    }
    if first.is_empty() { Err(Fault::Passphrase) } else { Ok(first.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_to_a_key_opens_with_it_and_no_other() {
        let (key, other) = (x25519::Identity::generate(), x25519::Identity::generate());
        let sealed = Lock::new(&[key.to_public().to_string()]).unwrap().seal(b"values").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"values"));
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, key: &x25519::Identity| {
            use age::secrecy::ExposeSecret as _;
            let path = dir.path().join(name);
            std::fs::write(&path, format!("# a key\n{}\n", key.to_string().expose_secret())).unwrap();
            path
        };
        let (right, wrong) = (file("right", &key), file("wrong", &other));
        assert_eq!(open(&sealed, Some(&right)).unwrap().expose(), b"values");
        assert!(matches!(open(&sealed, Some(&wrong)), Err(Fault::Wrong)));
        assert!(matches!(open(&sealed, None), Err(Fault::NeedsIdentity)));
        assert!(matches!(open(b"not sealed", None), Err(Fault::Wrong)));
        assert!(matches!(Lock::new(&["age1x".into()]), Err(Fault::Recipient(_))));
    }
}
