//! Normalised views of a text and the way back from each to the bytes as they came. Knows no rules.

pub mod fold;
