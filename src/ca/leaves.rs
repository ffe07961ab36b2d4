//! Leaves, kept for a day: one per host, made once however many connections ask at the same time. They share
//! one key of this process, never the authority's. Knows nothing of constraints.

use super::{CaError, issue};
use crate::limits::LEAVES_MAX;
use rcgen::{Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a leaf is used before the next one is made.
const FRESH: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Leaves {
    key: KeyPair,
    signing: Arc<dyn SigningKey>,
    kept: Mutex<HashMap<Box<str>, Leaf>>,
}

struct Leaf {
    certified: Arc<CertifiedKey>,
    made: Instant,
    used: Instant,
}

impl Leaves {
    pub(super) fn new() -> Result<Self, CaError> {
        let key = issue::key()?;
        let der =
            PrivateKeyDer::try_from(key.serialize_der()).map_err(|what| CaError::Issue(what.to_owned()))?;
        let signing = rustls::crypto::aws_lc_rs::sign::any_ecdsa_type(&der)
            .map_err(|error| CaError::Issue(error.to_string()))?;
        Ok(Self { key, signing, kept: Mutex::new(HashMap::new()) })
    }

    /// The leaf for `host`. Made under the lock: that costs tens of microseconds once a day and host, and
    /// nothing is ever made twice.
    pub(super) fn get(
        &self,
        host: &str,
        issuer: &Issuer<'_, KeyPair>,
        intermediate: &CertificateDer<'static>,
    ) -> Result<Arc<CertifiedKey>, CaError> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = kept.get_mut(host)
            && now.duration_since(leaf.made) < FRESH
        {
            leaf.used = now;
            return Ok(Arc::clone(&leaf.certified));
        }
        let certificate = issue::leaf(host, &self.key, issuer)?;
        let chain = vec![certificate, intermediate.clone()];
        let certified = Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signing)));
        if kept.len() >= LEAVES_MAX {
            evict(&mut kept);
        }
        kept.insert(host.into(), Leaf { certified: Arc::clone(&certified), made: now, used: now });
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
