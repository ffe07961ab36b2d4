//! Text to findings. Knows no charter and no HTTP.

pub mod check;
