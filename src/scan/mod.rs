//! Text to findings. Knows no charter and no HTTP.

pub mod check;
pub mod fold;
pub mod label;
pub mod lexicon;
