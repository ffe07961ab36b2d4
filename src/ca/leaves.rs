//! Leaves, kept for a day: one per host, made once however many connections ask at the same time. They share
//! one key of this process, never the authority's. Knows nothing of constraints.

use super::{CaError, issue};
use crate::limits::LEAVES_MAX;
use rcgen::{Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a leaf is used before the next one is made: by the clock on the wall, which its dates are about. A
/// machine that slept for weeks, or whose clock was set, gets new ones.
const FRESH: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Leaves {
    key: KeyPair,
    signing: Arc<dyn SigningKey>,
    kept: Mutex<HashMap<Box<str>, Leaf>>,
    asked: AtomicU64,
}

struct Leaf {
    certified: Arc<CertifiedKey>,
    made: jiff::Timestamp,
    /// When it was asked for last, in the order of asking.
    used: u64,
}

impl Leaves {
    pub(super) fn new() -> Result<Self, CaError> {
        let key = issue::key()?;
        let der =
            PrivateKeyDer::try_from(key.serialize_der()).map_err(|what| CaError::Issue(what.to_owned()))?;
        let signing = rustls::crypto::aws_lc_rs::sign::any_ecdsa_type(&der)
            .map_err(|error| CaError::Issue(error.to_string()))?;
        Ok(Self { key, signing, kept: Mutex::default(), asked: AtomicU64::new(0) })
    }

    /// The leaf for `host`. Made under the lock: that costs tens of microseconds once a day and host, and
    /// nothing is ever made twice.
    pub(super) fn get(
        &self,
        host: &str,
        issuer: &Issuer<'_, KeyPair>,
        intermediate: &CertificateDer<'static>,
        now: jiff::Timestamp,
    ) -> Result<Arc<CertifiedKey>, CaError> {
        let used = self.asked.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = kept.get_mut(host)
            && now >= leaf.made
            && now.duration_since(leaf.made).unsigned_abs() < FRESH
        {
            leaf.used = used;
            return Ok(Arc::clone(&leaf.certified));
        }
        let certificate = issue::leaf(host, &self.key, issuer)?;
        let chain = vec![certificate, intermediate.clone()];
        let certified = Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signing)));
        if kept.len() >= LEAVES_MAX {
            evict(&mut kept);
        }
        kept.insert(host.into(), Leaf { certified: Arc::clone(&certified), made: now, used });
        Ok(certified)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    #[cfg(test)]
    pub(super) fn public_key(&self) -> Vec<u8> {
        use rcgen::PublicKeyData;
        self.key.subject_public_key_info()
    }
}

fn evict(kept: &mut HashMap<Box<str>, Leaf>) {
    let oldest = kept.iter().min_by_key(|(_, leaf)| leaf.used).map(|(host, _)| host.clone());
    if let Some(host) = oldest {
        kept.remove(&host);
    }
}
