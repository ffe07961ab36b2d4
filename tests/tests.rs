//! One integration binary: one link, one `mod` line a subject.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "figures are shown on request")]

mod agreement;
mod audit;
mod cases;
mod charter;
mod corpus;
mod coverage;
mod credentials;
mod demo;
mod document;
mod identifiers;
mod inspect;
mod leak;
mod mistakes;
mod patterns;
mod program;
mod proxy;
mod redact;
mod scan;
#[cfg(target_os = "linux")]
mod soak;
mod tidy;
mod views;
