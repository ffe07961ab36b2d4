//! What is known of one connection of a client: who it is, through which door it came, where it leads.

use super::authority::HostPort;
use super::patient::Activity;
use super::upstream::{Identity, Offer, Origin};
use crate::user::User;
use std::net::SocketAddr;
use std::sync::Arc;

/// A client's connection to us.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address of ours that it reached.
    pub local: SocketAddr,
    /// Who it is.
    pub user: Arc<User>,
    /// Whose connections to services it may use.
    pub identity: Identity,
}

/// Where the requests of a connection come from and go to.
#[derive(Debug)]
pub struct Session {
    /// The client.
    pub client: Client,
    /// Through which door the requests come.
    pub door: Door,
    /// What the client can speak.
    pub offer: Offer,
    /// How many requests are being answered.
    pub activity: Activity,
}

/// Through which door requests come.
#[derive(Debug)]
pub enum Door {
    /// Straight to the listener.
    Listener,
    /// Through a `CONNECT`.
    Tunnel {
        /// What the requests are for.
        origin: Origin,
        /// What `CONNECT` named, where TLS named another: every request is then refused.
        mismatch: Option<HostPort>,
    },
}
