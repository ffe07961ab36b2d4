//! The hash chain: each event's payload is committed to with a salt, each commitment is linked to the one before,
//! and links are signed at checkpoints. Because links cover commitments and not payloads, a payload can be
//! erased and the chain still verifies (RULINGS 25). Computes only; knows no file.

use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// The salt of one commitment.
pub type Salt = [u8; 16];

/// The state of the chain after some event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last event, 0 where there is none.
    pub seq: i64,
    /// Its link.
    pub link: Digest,
}

/// The link that stands before the first event of the store with this id.
#[must_use]
pub fn genesis(store: &[u8; 16]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(b"guard audit genesis 1\0");
    context.update(store);
    finish(context)
}

/// The commitment to a payload.
#[must_use]
pub fn commitment(salt: &Salt, payload: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(payload);
    finish(context)
}

/// The link of an event to the one before.
#[must_use]
pub fn link(previous: &Digest, seq: i64, time: i64, commitment: &Digest) -> Digest {
    let mut message = [0_u8; 96];
    message[..16].copy_from_slice(b"guard audit link");
    message[16..24].copy_from_slice(&seq.to_be_bytes());
    message[24..32].copy_from_slice(&time.to_be_bytes());
    message[32..64].copy_from_slice(previous);
    message[64..].copy_from_slice(commitment);
    copied(digest(&SHA256, &message).as_ref())
}

/// The first half of the digest of sealed bytes, under which an event names them.
#[must_use]
pub fn handle(blob: &[u8]) -> [u8; 16] {
    let digest = digest(&SHA256, blob);
    let mut handle = [0; 16];
    handle.copy_from_slice(&digest.as_ref()[..16]);
    handle
}

/// What is signed at a checkpoint.
#[must_use]
pub fn statement(store: &[u8; 16], head: &Head, time: i64) -> Vec<u8> {
    let mut statement = b"guard audit checkpoint 1\0".to_vec();
    statement.extend_from_slice(store);
    statement.extend_from_slice(&head.seq.to_be_bytes());
    statement.extend_from_slice(&time.to_be_bytes());
    statement.extend_from_slice(&head.link);
    statement
}

/// Signs a statement.
#[must_use]
pub fn sign(key: &Ed25519KeyPair, statement: &[u8]) -> Vec<u8> {
    key.sign(statement).as_ref().to_vec()
}

/// Whether the signature of a statement is good.
#[must_use]
pub fn signed(public: &[u8], statement: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(statement, signature).is_ok()
}

fn finish(context: Context) -> Digest {
    copied(context.finish().as_ref())
}

fn copied(bytes: &[u8]) -> Digest {
    let mut digest = [0; 32];
    digest.copy_from_slice(bytes);
    digest
}
