//! The proxy over real sockets and real TLS: a client, the proxy, a stand-in service. No request leaves the
//! machine; nothing sleeps.

mod answers;
mod attempts;
mod bypasses;
mod charters;
mod encoded;
mod errors;
pub mod harness;
mod http;
mod judged;
mod pages;
mod rests;
mod streams;
mod trouble;
mod uploads;
pub mod websockets;
