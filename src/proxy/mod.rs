//! The proxy.

pub mod framing;
pub mod headers;
pub mod patient;
pub mod sniff;
pub mod stream;
pub mod upstream;
