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
    /// A number that the requests of this connection share in the audit: random, no meaning.
    pub number: u64,
}

impl Session {
    /// A session of which no request has come yet.
    #[must_use]
    pub fn new(client: Client, door: Door, offer: Offer) -> Self {
        let mut bytes = [0; 8];
        // Without randomness all sessions look alike in the audit, which loses nothing that was promised.
        let _ = aws_lc_rs::rand::fill(&mut bytes);
        // As many bits as every reader of JSON keeps exactly.
        let number = u64::from_le_bytes(bytes) >> 11;
        Self { client, door, offer, activity: Activity::default(), number }
    }
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
