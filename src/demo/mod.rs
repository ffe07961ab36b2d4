//! The offline show behind `guard demo`.

pub mod client;
pub mod endpoint;
