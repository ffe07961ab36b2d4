//! One POST of JSON over HTTP/1.1. Knows no event.

use super::stream::Stream;
use super::{Refusal, Target};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};

/// Bytes read of an answer's status line.
const STATUS_BYTES_MAX: u64 = 1_024;

/// Posts a body; a status of the 200s is an acknowledgement.
pub(super) fn post(target: &Target, body: &[u8]) -> Result<(), Refusal> {
    let mut stream = Stream::connect(target)?;
    let mut request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: guard\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n",
        target.path(),
        authority(target),
        body.len()
    );
    for (name, value) in &target.headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()?;
    let mut line = String::new();
    BufReader::new(stream.take(STATUS_BYTES_MAX)).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(200..=299) => Ok(()),
        // Not what we say about the receiver, but what it says about the body: again would be the same.
        Some(status @ (400 | 413 | 422)) => Err(Refusal::Body(status)),
        Some(status) => Err(Refusal::Status(status)),
        None => Err(Refusal::NoHttp),
    }
}

fn authority(target: &Target) -> String {
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.to_string() };
    if target.port == if target.tls { 443 } else { 80 } { host } else { format!("{host}:{}", target.port) }
}
