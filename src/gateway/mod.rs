//! What a site asks of its gateway beside the proxy itself: metrics and logs that hold no value.

pub mod log;
pub mod metrics;
pub mod serve;
