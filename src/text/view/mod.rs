//! Normalised views of a text and the way back from each to the bytes as they came. Knows no rules.

pub mod armoured;
pub mod characters;
pub mod codes;
pub mod derived;
pub mod fold;
pub mod joints;
pub mod lookalike;
pub mod misread;
pub mod packed;
pub mod spelled;
pub mod spread;
pub mod utf16;
