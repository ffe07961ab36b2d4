//! One integration binary: one link, one `mod` line a subject.

mod audit;
mod tidy;
