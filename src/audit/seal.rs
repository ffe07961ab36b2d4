//! Sealing: identities are encrypted to the recipients of the charter and opened again with a private key that
//! the proxy's machine never holds. Once per identity and period: what one event pays is a look-up.

use super::event::Identity;
use super::failure::Fault;
use super::record::Text;
use crate::sensitive::Sensitive;
use age::x25519;
use serde::{Deserialize, Serialize};
use std::io::Read as _;
use std::path::Path;
use std::str::FromStr as _;

/// Sealed identities are padded to a multiple of this, so that their length tells nothing.
const PADDED_BYTES: usize = 256;

/// An identity in clear, as it stands inside a seal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Clear<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    user: Option<Text<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    machine: Option<Text<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    address: Option<Text<'a>>,
}

/// The public keys of a charter.
pub struct Recipients(Vec<x25519::Recipient>);

impl Recipients {
    /// Reads public keys.
    ///
    /// # Errors
    /// One is none; its position is named.
    pub fn parse(keys: &[String]) -> Result<Self, Fault> {
        let parse = |(index, key): (usize, &String)| {
            x25519::Recipient::from_str(key.trim()).map_err(|_| Fault::Recipient(index + 1))
        };
        keys.iter().enumerate().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Encrypts an identity to all of them.
    ///
    /// # Errors
    /// The encryption fails for want of randomness.
    pub fn seal(&self, identity: &Identity) -> Result<Vec<u8>, Fault> {
        let address = identity.address.map(|address| address.to_string());
        let clear = Clear {
            user: identity.user.as_ref().map(|user| Text::from(user.expose().as_str())),
            machine: identity.machine.as_ref().map(|machine| Text::from(machine.expose().as_str())),
            address: address.as_deref().map(Text::from),
        };
        let mut plain = serde_json::to_vec(&clear).map_err(|_| Fault::Random)?;
        plain.resize(plain.len().next_multiple_of(PADDED_BYTES), b' ');
        let plain = Sensitive::new(plain);
        self.encrypt(plain.expose()).ok_or(Fault::Random)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        use std::io::Write as _;
        let recipients = self.0.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).ok()?;
        let mut sealed = Vec::with_capacity(plain.len() + 512);
        let mut writer = encryptor.wrap_output(&mut sealed).ok()?;
        writer.write_all(plain).ok()?;
        writer.finish().ok()?;
        Some(sealed)
    }
}

/// A private key, read from the file that its holder names.
pub struct Opener(Vec<x25519::Identity>);

impl Opener {
    /// Reads the private keys of a file; lines that begin with `#` are comments.
    ///
    /// # Errors
    /// The file cannot be read, or holds no key.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = Sensitive::new(std::fs::read_to_string(path).map_err(Fault::file(path))?);
        let lines = text.expose().lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let keys: Vec<_> = lines.filter_map(|line| x25519::Identity::from_str(line).ok()).collect();
        if keys.is_empty() { Err(Fault::Identity(path.to_owned())) } else { Ok(Self(keys)) }
    }

    /// Opens a sealed identity; `None` where none of the keys fits.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Identity> {
        let decryptor = age::Decryptor::new(sealed).ok()?;
        let keys = self.0.iter().map(|key| key as &dyn age::Identity);
        let mut plain = Vec::new();
        decryptor.decrypt(keys).ok()?.read_to_end(&mut plain).ok()?;
        let plain = Sensitive::new(plain);
        let clear: Clear<'_> = serde_json::from_slice(plain.expose()).ok()?;
        let owned = |text: Option<Text<'_>>| text.map(|text| Sensitive::new(text.0.into_owned()));
        Some(Identity {
            address: clear.address.as_ref().and_then(|address| address.as_str().parse().ok()),
            user: owned(clear.user),
            machine: owned(clear.machine),
        })
    }
}
