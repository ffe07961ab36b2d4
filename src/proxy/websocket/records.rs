//! Messages that hold records with an end of their own, as those of SignalR do: one record may stand in several messages, and
//! is judged as a whole. Knows no API.

use crate::limits::WEBSOCKET_RECORD_BYTES_MAX;

/// Ends a record (SignalR, hub protocol in JSON).
const END: u8 = 0x1e;

/// What a client has said of a record that has no end yet. It does not go out before.
#[derive(Debug, Default)]
pub(super) struct Records {
    held: Vec<u8>,
    /// Whether the connection speaks in records: one has ended.
    seen: bool,
}

/// A record is longer than any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Records {
    /// What may go out, now that a message has come: whole records, or the message where it holds none; nothing where the
    /// rest of a record has to come. What begins an object and does not end it is taken for one.
    ///
    /// # Errors
    /// More than [`WEBSOCKET_RECORD_BYTES_MAX`] without an end.
    pub fn take(&mut self, message: Vec<u8>, is_text: bool) -> Result<Option<Vec<u8>>, TooLong> {
        let end = memchr::memrchr(END, &message).map(|at| at + 1);
        self.seen |= end.is_some();
        if self.held.is_empty() && end == Some(message.len())
            || !self.seen && !self.is_begun(&message, is_text)
        {
            return Ok(Some(message));
        }
        let held = self.held.len();
        if held + message.len() - end.unwrap_or(0) > WEBSOCKET_RECORD_BYTES_MAX {
            return Err(TooLong);
        }
        self.held.extend_from_slice(&message);
        match end {
            Some(end) => {
                let rest = self.held.split_off(held + end);
                Ok(Some(std::mem::replace(&mut self.held, rest)))
            }
            // Not in records, and whole now.
            None if !self.seen && is_closed(&self.held) => Ok(Some(std::mem::take(&mut self.held))),
            None => Ok(None),
        }
    }

    /// Whether a message goes on, or begins with an object that it does not end.
    fn is_begun(&self, message: &[u8], is_text: bool) -> bool {
        // Bytes of another protocol hardly begin with both signs.
        let is_object = if is_text {
            message.trim_ascii_start().first() == Some(&b'{')
        } else {
            message.starts_with(b"{\"")
        };
        !self.held.is_empty() || is_object && !is_closed(message)
    }
}

/// Whether an object may end here.
fn is_closed(message: &[u8]) -> bool {
    message.trim_ascii_end().last() == Some(&b'}')
}

#[cfg(test)]
mod tests {
    use super::{Records, TooLong};
    use crate::limits::WEBSOCKET_RECORD_BYTES_MAX;

    /// What goes out, message by message.
    fn out(messages: &[&str]) -> Vec<String> {
        let mut records = Records::default();
        let taken =
            messages.iter().filter_map(|message| records.take(message.as_bytes().to_vec(), true).unwrap());
        taken.map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn records_go_out_whole() {
        assert_eq!(out(&["{\"a\":1}\u{1e}", "{\"b\":2}\u{1e}"]), ["{\"a\":1}\u{1e}", "{\"b\":2}\u{1e}"]);
        assert_eq!(out(&["{\"a\":1}\u{1e}{\"b\"", ":2", "}\u{1e}"]), ["{\"a\":1}\u{1e}", "{\"b\":2}\u{1e}"]);
        assert_eq!(
            out(&["{\"a\":\"x", "y\"}\u{1e}{\"b\":2}\u{1e}"]),
            ["{\"a\":\"xy\"}\u{1e}{\"b\":2}\u{1e}"]
        );
        assert_eq!(out(&["{\"a\":1}\u{1e}", "{\"b\":2}"]), ["{\"a\":1}\u{1e}"], "its end has to come");
    }

    #[test]
    fn other_messages_go_out_as_they_come() {
        assert_eq!(out(&["{\"a\":1}", "text", "", "[1,", "{}"]), ["{\"a\":1}", "text", "", "[1,", "{}"]);
        assert_eq!(out(&["{\"a\":", "1}", "{\"b\":2}"]), ["{\"a\":1}", "{\"b\":2}"]);
    }

    #[test]
    fn records_come_in_binary_messages_too() {
        let mut records = Records::default();
        assert_eq!(records.take(b"{\"a\":\"x".to_vec(), false), Ok(None));
        assert_eq!(records.take(b"y\"}\x1e".to_vec(), false), Ok(Some(b"{\"a\":\"xy\"}\x1e".to_vec())));
        let mut others = Records::default();
        assert_eq!(others.take(b"{\x08\x01".to_vec(), false), Ok(Some(b"{\x08\x01".to_vec())));
    }

    #[test]
    fn a_record_has_a_longest_length() {
        let mut records = Records::default();
        assert_eq!(records.take(b"{".repeat(WEBSOCKET_RECORD_BYTES_MAX), true), Ok(None));
        assert_eq!(records.take(b"{".to_vec(), true), Err(TooLong));
    }
}
