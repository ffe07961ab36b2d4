//! An engine and a request for it.

use guard::charter::Charter;
use guard::inspect::{Carrier, Engine, Inbound, Keys, NoneConfirmed, Report, RequestId, Verdict, inspect};
use guard::scan::Scanner;
use guard::tools::Catalogue;
use guard::user::User;
use http::{HeaderMap, Method};
use std::sync::Arc;

/// An engine under a shipped charter.
pub fn engine(charter: &str) -> Engine {
    with_charter(Charter::shipped(charter).unwrap())
}

/// An engine under a charter.
pub fn with_charter(charter: Arc<Charter>) -> Engine {
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    Engine::new(Scanner::shipped(), charter, Arc::clone(Catalogue::shipped()), keys)
}

/// One request.
pub struct Ask<'a> {
    pub tool: &'a str,
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub carrier: Carrier,
}

impl Ask<'_> {
    pub fn judge(&self, engine: &Engine) -> (Verdict, Report) {
        let tool = engine.catalogue.by_id(self.tool).unwrap_or_else(|| panic!("no tool {}", self.tool));
        let inbound = Inbound {
            id: &RequestId("r1".into()),
            tool: Some(tool),
            host: "api.example.com",
            method: &Method::POST,
            path_and_query: self.path,
            headers: self.headers,
            body: self.body,
            carrier: self.carrier,
            user: &User::default(),
            language: None,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        inspect(engine, &inbound, &NoneConfirmed)
    }
}
