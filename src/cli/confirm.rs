//! `guard confirm`: justifies what the charter held back, for users of programs without a browser. Only at a
//! terminal: a program does not confirm for its user.

use super::program::{self, Failure};
use super::{Exit, Global, Output, proxy, run as other};
use crate::proxy::confirmations::PAGES;
use crate::proxy::{CONTROL, control_tag};
use std::io::{self, IsTerminal};
use std::net::SocketAddr;

/// Options of `guard confirm`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The code in the message, or the address that it gives
    code: String,
    /// Why it has to be sent; do not put the data itself into it
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Sends the justification to the proxy that runs.
pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    match send(arguments, global, output) {
        Ok(exit) => Ok(exit),
        Err(failure) => proxy::failed(failure, output),
    }
}

fn send(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    if !io::stdin().is_terminal() {
        let hint = Some("a program does not confirm for its user");
        return Err(Failure::Fault(String::from("confirming needs a terminal"), hint));
    }
    let (listener, code) = parts(&arguments.code);
    let address = match listener {
        Some(address) => address,
        None => program::configuration(global)?.config.proxy.listen,
    };
    let sound = (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !sound {
        return Err(Failure::Fault(format!("{code}: is no code"), Some("the code stands in the message")));
    }
    let body = format!("because={}", encoded(&arguments.because));
    let request = format!(
        "POST {PAGES}{code} HTTP/1.1\r\nHost: {address}\r\n{CONTROL}: {}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{body}",
        control_tag(&program::control_key()?, code),
        body.len()
    );
    let answer = other::ask(address, &request).map_err(|error| {
        Failure::Fault(format!("no proxy answers on {address}: {error}"), Some("`guard doctor`"))
    })?;
    match answer.split(' ').nth(1) {
        Some("200") => {
            output.note(&"confirmed: send the request again")?;
            Ok(Exit::Clean)
        }
        Some("422") => Err(Failure::Fault(String::from("the justification is too short or too long"), None)),
        _ => Err(Failure::Fault(
            String::from("nothing waits under this code"),
            Some("it was used, has run out, or is another user's: send the request again to get a new one"),
        )),
    }
}

/// The listener and the code of an address, or the code alone.
fn parts(text: &str) -> (Option<SocketAddr>, &str) {
    let code = text.rsplit('/').next().unwrap_or(text);
    let listener = text.strip_prefix("http://").and_then(|rest| rest.split('/').next()?.parse().ok());
    (listener.filter(|address: &SocketAddr| address.ip().is_loopback()), code)
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_taken_alone_or_from_the_address_in_the_message() {
        assert_eq!(super::parts("abc"), (None, "abc"));
        let address = "http://127.0.0.1:8787/.well-known/guard/abc";
        assert_eq!(super::parts(address), (Some("127.0.0.1:8787".parse().unwrap()), "abc"));
        assert_eq!(
            super::parts("http://10.0.0.1:8787/.well-known/guard/abc").0,
            None,
            "never sent elsewhere"
        );
        assert_eq!(super::encoded("a b&é"), "a%20b%26%C3%A9");
    }
}
