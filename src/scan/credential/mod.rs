//! Credentials that neither a format nor an expression can tell: private keys, and tokens that mean something
//! only beside their provider's name. Knows no charter.

pub(super) mod bitlocker;
pub(super) mod marked;
pub(super) mod named;
pub(super) mod private_key;
