//! The keys that the audit keeps in its folder: one that signs checkpoints, and one for pseudonyms and
//! fingerprints that is forgotten when its period ends. Knows no event.

use super::failure::Fault;
use super::files;
use super::settings::Settings;
use crate::sensitive::Sensitive;
use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::{hmac, hmac::HMAC_SHA256};
use std::path::Path;
use std::sync::Arc;

/// The file of the signing key.
pub const SIGNING_KEY: &str = "chain.key";

/// The file of its public half, hexadecimal, to be kept elsewhere too.
pub const PUBLIC_KEY: &str = "chain.pub";

/// Loads the key that signs checkpoints; makes it where `create` says that the store is new.
///
/// # Errors
/// The file cannot be read or written, or holds no key.
pub fn signing(folder: &Path, create: bool) -> Result<Ed25519KeyPair, Fault> {
    let path = folder.join(SIGNING_KEY);
    if create && !path.exists() {
        let document = Ed25519KeyPair::generate_pkcs8(&rand::SystemRandom::new());
        let document = document.map_err(|_| Fault::Random)?;
        files::create_secret(&path, document.as_ref())?;
    }
    let bytes = Sensitive::new(std::fs::read(&path).map_err(Fault::file(&path))?);
    let pair = Ed25519KeyPair::from_pkcs8(bytes.expose()).map_err(|_| Fault::Key(path))?;
    let public = folder.join(PUBLIC_KEY);
    if create || !public.exists() {
        let text: String = pair.public_key().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        files::write(&public, format!("{text}\n").as_bytes())?;
    }
    Ok(pair)
}

/// The public half, as stored beside the key.
///
/// # Errors
/// The file cannot be read or holds no key.
pub fn public(folder: &Path) -> Result<[u8; 32], Fault> {
    let path = folder.join(PUBLIC_KEY);
    let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
    super::record::Hex::parse(text.trim()).map(|hex| hex.0).ok_or(Fault::Key(path))
}

/// The keyed functions of one period.
pub struct Period {
    /// Which period, counted from 1970.
    pub number: i64,
    key: hmac::Key,
}

impl Period {
    /// The period that the settings' clock stands in. Without a key of the organisation, the period's own key
    /// is read from the folder or made, and those of earlier periods are removed.
    ///
    /// # Errors
    /// The key cannot be read or written.
    pub fn current(folder: &Path, settings: &Settings) -> Result<Self, Fault> {
        let number = period_number(settings);
        let key = match &settings.pseudonym_key {
            Some(shared) => derived(shared, number),
            None => own(folder, number)?,
        };
        Ok(Self { number, key: hmac::Key::new(HMAC_SHA256, key.expose()) })
    }

    /// Whether the clock has left it.
    #[must_use]
    pub fn is_over(&self, settings: &Settings) -> bool {
        period_number(settings) != self.number
    }

    /// A keyed hash of `parts` for one purpose.
    #[must_use]
    pub fn tag<const N: usize>(&self, purpose: &str, parts: &[&[u8]]) -> [u8; N] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; N];
        let full = context.sign();
        for (to, from) in tag.iter_mut().zip(full.as_ref()) {
            *to = *from;
        }
        tag
    }
}

fn period_number(settings: &Settings) -> i64 {
    let days = i64::from(settings.pseudonym_days.max(1));
    settings.clock.now().as_second().div_euclid(days * 86_400)
}

/// The key of a period, from the organisation's key.
fn derived(shared: &Arc<Sensitive<[u8; 32]>>, number: i64) -> Sensitive<[u8; 32]> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, shared.expose()));
    context.update(b"guard audit period 1\0");
    context.update(&number.to_be_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(context.sign().as_ref());
    Sensitive::new(key)
}

/// The store's own key of a period. Two processes may ask at once: the first to link its file wins.
fn own(folder: &Path, number: i64) -> Result<Sensitive<[u8; 32]>, Fault> {
    let path = folder.join(format!("{PERIOD_PREFIX}{number}.key"));
    if !path.exists() {
        let mut fresh = [0; 32];
        rand::fill(&mut fresh).map_err(|_| Fault::Random)?;
        files::create_secret(&path, &fresh)?;
    }
    forget_others(folder, &path);
    let bytes = Sensitive::new(std::fs::read(&path).map_err(Fault::file(&path))?);
    let key = bytes.expose().as_slice().try_into().map_err(|_| Fault::Key(path))?;
    Ok(Sensitive::new(key))
}

/// Removes the keys of other periods: from then on nobody can find a name by trying, not even on this machine.
fn forget_others(folder: &Path, current: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_period = name.to_str().is_some_and(|name| name.starts_with(PERIOD_PREFIX));
        if is_period && entry.path() != current {
            // Left behind, it is removed at the next start.
            if let Err(error) = std::fs::remove_file(entry.path()) {
                tracing::warn!(%error, "an old pseudonym key could not be removed");
            }
        }
    }
}

const PERIOD_PREFIX: &str = "pseudonym-";
