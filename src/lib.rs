//! `guard` keeps personal data, credentials and classified documents out of AI prompts.

pub mod audit;
pub mod ca;
pub mod charter;
pub mod cli;
pub mod demo;
pub mod document;
pub mod fault;
pub mod finding;
pub mod inspect;
pub mod language;
pub mod limits;
pub mod place;
pub mod placeholder;
pub mod platform;
pub mod proxy;
pub mod redact;
pub mod rules;
pub mod scan;
pub mod sensitive;
pub mod source;
pub mod span;
pub mod text;
pub mod tools;
pub mod user;
pub mod wire;
