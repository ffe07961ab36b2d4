//! The proxy over real sockets and real TLS: a client, the proxy, a stand-in service. No request leaves the
//! machine; nothing sleeps.

mod harness;
mod http;
