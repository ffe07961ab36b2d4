//! WebSocket frames (RFC 6455) to whole messages and back. Extensions are never agreed to, so a frame is what it
//! seems. Does no I/O.

use crate::limits::WEBSOCKET_MESSAGE_BYTES_MAX;
use bytes::{Buf, BytesMut};

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const CONTROL_MAX: usize = 125;

/// A whole message, or a control frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text, which is UTF-8.
    Text(Vec<u8>),
    /// Bytes.
    Binary(Vec<u8>),
    /// Close, with code and reason.
    Close(Vec<u8>),
    /// Ping.
    Ping(Vec<u8>),
    /// Pong.
    Pong(Vec<u8>),
}

/// Why frames are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They break the protocol (1002).
    Protocol,
    /// A text that is no UTF-8 (1007).
    Encoding,
    /// A message is too long (1009).
    TooLong,
}

impl Fault {
    /// The code of the close frame that says so.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Protocol => 1002,
            Self::Encoding => 1007,
            Self::TooLong => 1009,
        }
    }
}

/// Puts the frames of one direction together.
#[derive(Debug)]
pub struct Frames {
    /// Whether the sender must mask: clients must, services must not.
    masked: bool,
    /// What was read and is not a whole frame yet.
    pub buffer: BytesMut,
    /// The message that is still incomplete: its opcode and what of it is there.
    partial: Option<(u8, Vec<u8>)>,
}

impl Frames {
    /// Those that a client sends, or a service.
    #[must_use]
    pub fn new(masked: bool) -> Self {
        Self { masked, buffer: BytesMut::with_capacity(4096), partial: None }
    }

    /// Bytes that are held of what is not yet a whole message.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buffer.len() + self.partial.as_ref().map_or(0, |(_, known)| known.len())
    }

    /// The next whole message in the buffer; `None` where more bytes are needed.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn next(&mut self) -> Result<Option<Message>, Fault> {
        loop {
            let Some((first, payload)) = self.frame()? else { return Ok(None) };
            if let Some(message) = self.joined(first, payload)? {
                return Ok(Some(message));
            }
        }
    }

    /// The next whole frame: its first byte and its payload, unmasked.
    fn frame(&mut self) -> Result<Option<(u8, Vec<u8>)>, Fault> {
        let bytes = &self.buffer[..];
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let (first, second) = (*first, *second);
        if first & RESERVED != 0 || (second & MASKED != 0) != self.masked {
            return Err(Fault::Protocol);
        }
        let (length, extra) = match second & !MASKED {
            126 => match rest.first_chunk::<2>() {
                Some(length) => (u64::from(u16::from_be_bytes(*length)), 2),
                None => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(length) => (u64::from_be_bytes(*length), 8),
                None => return Ok(None),
            },
            length => (u64::from(length), 0),
        };
        let known = self.partial.as_ref().map_or(0, |(_, known)| known.len());
        let length = usize::try_from(length).map_err(|_| Fault::TooLong)?;
        if length.saturating_add(known) > WEBSOCKET_MESSAGE_BYTES_MAX {
            return Err(Fault::TooLong);
        }
        let head = 2 + extra + if self.masked { 4 } else { 0 };
        if bytes.len() < head + length {
            return Ok(None);
        }
        let mask = bytes[2 + extra..head].first_chunk::<4>().copied();
        self.buffer.advance(head);
        let mut payload = self.buffer.split_to(length).to_vec();
        if let Some(mask) = mask {
            apply(mask, &mut payload);
        }
        Ok(Some((first, payload)))
    }

    fn joined(&mut self, first: u8, payload: Vec<u8>) -> Result<Option<Message>, Fault> {
        let (is_final, opcode) = (first & FINAL != 0, first & 0x0f);
        if opcode >= 8 {
            if !is_final || payload.len() > CONTROL_MAX {
                return Err(Fault::Protocol);
            }
            return match opcode {
                8 if payload.len() == 1 => Err(Fault::Protocol),
                8 => Ok(Some(Message::Close(payload))),
                9 => Ok(Some(Message::Ping(payload))),
                10 => Ok(Some(Message::Pong(payload))),
                _ => Err(Fault::Protocol),
            };
        }
        let (opcode, whole) = match (opcode, self.partial.take()) {
            (0, Some((opcode, mut whole))) => {
                whole.extend_from_slice(&payload);
                (opcode, whole)
            }
            (1 | 2, None) => (opcode, payload),
            _ => return Err(Fault::Protocol),
        };
        if !is_final {
            self.partial = Some((opcode, whole));
            return Ok(None);
        }
        match opcode {
            1 if std::str::from_utf8(&whole).is_err() => Err(Fault::Encoding),
            1 => Ok(Some(Message::Text(whole))),
            _ => Ok(Some(Message::Binary(whole))),
        }
    }
}

impl Message {
    /// The frame that carries it, masked where a mask is given.
    #[must_use]
    pub fn frame(&self, mask: Option<[u8; 4]>) -> Vec<u8> {
        let (opcode, payload) = match self {
            Self::Text(payload) => (1, payload),
            Self::Binary(payload) => (2, payload),
            Self::Close(payload) => (8, payload),
            Self::Ping(payload) => (9, payload),
            Self::Pong(payload) => (10, payload),
        };
        let mut frame = Vec::with_capacity(payload.len() + 14);
        frame.push(FINAL | opcode);
        let masked = if mask.is_some() { MASKED } else { 0 };
        match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
            (Ok(length @ 0..=125), _) => frame.push(masked | length),
            (_, Ok(length)) => {
                frame.push(masked | 126);
                frame.extend(length.to_be_bytes());
            }
            _ => {
                frame.push(masked | 127);
                frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        frame.extend(mask.unwrap_or_default().iter().take(if mask.is_some() { 4 } else { 0 }));
        let start = frame.len();
        frame.extend_from_slice(payload);
        if let Some(mask) = mask {
            apply(mask, &mut frame[start..]);
        }
        frame
    }

    /// A close frame.
    #[must_use]
    pub fn close(code: u16, reason: &str) -> Self {
        let mut payload = code.to_be_bytes().to_vec();
        let mut end = reason.len().min(CONTROL_MAX - 2);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        payload.extend_from_slice(&reason.as_bytes()[..end]);
        Self::Close(payload)
    }
}

fn apply(mask: [u8; 4], payload: &mut [u8]) {
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Frames, Message};

    /// Feeds the bytes at every split in two; the outcome is the same.
    fn check(masked: bool, bytes: &[u8], want: &Result<Vec<Message>, Fault>) {
        for split in 0..=bytes.len() {
            let mut frames = Frames::new(masked);
            let mut got = Vec::new();
            let mut outcome = Ok(());
            for part in [&bytes[..split], &bytes[split..]] {
                frames.buffer.extend_from_slice(part);
                loop {
                    match frames.next() {
                        Ok(Some(message)) => got.push(message),
                        Ok(None) => break,
                        Err(fault) => {
                            outcome = Err(fault);
                            break;
                        }
                    }
                }
                if outcome.is_err() {
                    break;
                }
            }
            assert_eq!(&outcome.map(|()| got), want, "split at {split}");
        }
    }

    #[test]
    fn messages_come_back_whole_however_they_are_cut() {
        for length in [0, 1, 125, 126, 300, 70_000] {
            let message = Message::Text(vec![b'x'; length]);
            let mut frames = Frames::new(true);
            frames.buffer.extend_from_slice(&message.frame(Some([1, 2, 3, 4])));
            assert_eq!(frames.next(), Ok(Some(message.clone())));
            assert_eq!(frames.next(), Ok(None));
        }
        let ping = Message::Ping(b"p".to_vec());
        let mut bytes = vec![0x01, 2, b'a', b'b'];
        bytes.extend(ping.frame(None));
        bytes.extend([0x80, 1, b'c']);
        check(false, &bytes, &Ok(vec![ping, Message::Text(b"abc".to_vec())]));
    }

    #[test]
    fn what_breaks_the_protocol_is_refused() {
        for (masked, bytes, fault) in [
            (true, &[0x81, 1, b'a'][..], Fault::Protocol),
            (false, &[0x81, 0x81, 0, 0, 0, 0, b'a'], Fault::Protocol),
            (false, &[0xc1, 1, b'a'], Fault::Protocol),
            (false, &[0x83, 0], Fault::Protocol),
            (false, &[0x80, 1, b'a'], Fault::Protocol),
            (false, &[0x01, 1, b'a', 0x81, 1, b'b'], Fault::Protocol),
            (false, &[0x09, 0], Fault::Protocol),
            (false, &[0x88, 1, 3], Fault::Protocol),
            (false, &[0x81, 1, 0xff], Fault::Encoding),
            (false, &[0x82, 127, 0, 0, 0, 0, 1, 0, 0, 1], Fault::TooLong),
            (false, &[0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Fault::TooLong),
        ] {
            check(masked, bytes, &Err(fault));
        }
    }
}
