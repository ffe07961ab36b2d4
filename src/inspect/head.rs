//! Headers of a request: what may stand in which. A client signs in with some and says in others who and where it is,
//! so that what is found there alarms only where nothing of that kind belongs. Knows names of headers and no API.

use crate::finding::{Class, Confidence, Finding};

/// What a header is for, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// How long the body is and which host is meant: read and compared already.
    Framing,
    /// The client signs in with it.
    SignIn,
    /// Says who the caller is, or numbers something.
    Caller,
    /// Anything: looked at as the body is.
    Other,
}

/// Parts of the names of headers with which clients sign in, or prove that they have.
const SIGN_IN: [&str; 16] = [
    "auth",
    "cookie",
    "token",
    "key",
    "secret",
    "session",
    "signature",
    "credential",
    "password",
    "jwt",
    "csrf",
    "xsrf",
    "assertion",
    "sentinel",
    "challenge",
    "sec-websocket-protocol",
];

/// Words in the names of headers that say who calls, from where, when, and as which request.
const CALLER: [&str; 31] = [
    "account",
    "agent",
    "amzn",
    "b3",
    "baggage",
    "client",
    "correlation",
    "date",
    "device",
    "digest",
    "email",
    "etag",
    "for",
    "forwarded",
    "from",
    "id",
    "if",
    "ip",
    "md5",
    "nonce",
    "org",
    "organization",
    "ray",
    "request",
    "sha256",
    "time",
    "timestamp",
    "trace",
    "traceparent",
    "user",
    "via",
];

/// What callers say of themselves.
const OF_THE_CALLER: [&str; 6] =
    ["email", "ip_address", "mac_address", "user_identifier", "person_name", "geo_coordinates"];

impl Head {
    /// What the header with this name, lower case, is for.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "content-length" | "host" => Self::Framing,
            _ if SIGN_IN.iter().any(|part| name.contains(part)) => Self::SignIn,
            _ if name.split(['-', '_', '.']).any(|word| CALLER.contains(&word)) => Self::Caller,
            _ => Self::Other,
        }
    }

    /// Whether what was found in such a header does not belong there.
    pub(super) fn is_alarmed_by(self, finding: &Finding) -> bool {
        let id = finding.detector.as_str();
        match (self, finding.class) {
            (Self::Framing, _) | (Self::SignIn, Class::Credential) => false,
            // Nonces, ids and proofs of work are as random as keys.
            (_, Class::Credential) => id != "credential.high_entropy",
            (Self::SignIn | Self::Caller, _) => {
                let of_the_caller =
                    OF_THE_CALLER.contains(&id) || id.ends_with("phone") || id.starts_with("email");
                // Their random numbers pass a check now and then, and a cookie stays for months.
                let is_told = finding.evidence.context.is_some() || finding.evidence.grouped;
                let is_told = is_told || matches!(finding.class, Class::Classification | Class::Confidential);
                finding.confidence == Confidence::High && is_told && !of_the_caller
            }
            (Self::Other, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::scan::{Hint, Scanner, Scratch};

    /// Whether something in the value alarms in a header of this name.
    fn alarms(name: &str, value: &str) -> bool {
        let mut findings = Vec::new();
        Scanner::shipped().scan(value.as_bytes(), &Hint::default(), &mut Scratch::default(), &mut findings);
        findings.iter().any(|finding| Head::of(name).is_alarmed_by(finding))
    }

    #[test]
    fn numbers_of_cookies_alarm_where_they_are_told() {
        // A French number of social security without anything beside it, as one random number in some millions reads.
        let bare = "_id=185057800608491; _ga=GA1.1.185057800608491";
        assert!(!alarms("cookie", bare) && !alarms("x-request-id", bare));
        assert!(alarms("cookie", "nir=1 85 05 78 006 084 91"));
        assert!(alarms("cookie", "numéro NIR 185057800608491") && alarms("x-note", "NIR 185057800608491"));
    }
}
