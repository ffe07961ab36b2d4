//! The proxy: accept, tell what the bytes are, route, judge, pass on. Everything here is asynchronous; what a
//! request means is decided by the one synchronous call behind [`judge::Judge`].

mod authority;
pub mod confirmations;
mod connect;
mod exchange;
mod framing;
mod handshake;
mod headers;
mod inspecting;
pub mod judge;
mod listener;
mod local;
mod patient;
mod read;
mod remark;
mod request;
mod serve;
mod session;
mod sniff;
mod state;
mod stream;
pub mod upstream;
mod websocket;

pub use inspecting::{Inspecting, hosts};
pub use listener::serve;
pub use local::CONTROL;
pub use patient::Patience;
pub use state::{Parts, State, control_tag, request_id};
