//! Control frames (RFC 6455, 5.5) carry up to 125 bytes that no application reads, so none of what the client wrote in
//! them goes on: its pings go out under numbers and come back under their own words, a pong says only what the service
//! asked, and a close tells its code without its reason. Does no I/O.

use super::frames::Message;
use std::collections::VecDeque;

/// Pings of either side that may wait for their pong; a side that sends more forgets the oldest.
const WAITING_MAX: usize = 32;

/// Bytes of a close frame that are its code.
const CODE_BYTES: usize = 2;

/// The pings that wait for their pong.
#[derive(Debug, Default)]
pub struct Pings {
    /// Of the client: the number under which each went out.
    sent: VecDeque<(u32, Vec<u8>)>,
    number: u32,
    /// Of the service.
    asked: VecDeque<Vec<u8>>,
}

impl Pings {
    /// What goes to the service in place of a message of the client.
    pub fn outward(&mut self, message: Message) -> Message {
        match message {
            Message::Ping(words) => {
                self.number = self.number.wrapping_add(1);
                keep(&mut self.sent, (self.number, words));
                Message::Ping(self.number.to_be_bytes().to_vec())
            }
            Message::Pong(words) => match self.asked.iter().position(|asked| *asked == words) {
                Some(place) => {
                    self.asked.drain(..=place);
                    Message::Pong(words)
                }
                None => Message::Pong(Vec::new()),
            },
            Message::Close(mut words) => {
                words.truncate(CODE_BYTES);
                Message::Close(words)
            }
            Message::Text(_) | Message::Binary(_) => message,
        }
    }

    /// What goes to the client in place of a message of the service.
    pub fn inward(&mut self, message: Message) -> Message {
        match message {
            Message::Ping(words) => {
                keep(&mut self.asked, words.clone());
                Message::Ping(words)
            }
            Message::Pong(words) => {
                let place = self.sent.iter().position(|(number, _)| number.to_be_bytes()[..] == words[..]);
                let own = place.and_then(|place| self.sent.drain(..=place).next_back());
                Message::Pong(own.map_or(words, |(_, own)| own))
            }
            Message::Close(_) | Message::Text(_) | Message::Binary(_) => message,
        }
    }
}

fn keep<T>(waiting: &mut VecDeque<T>, ping: T) {
    if waiting.len() == WAITING_MAX {
        waiting.pop_front();
    }
    waiting.push_back(ping);
}

#[cfg(test)]
mod tests {
    use super::{Pings, WAITING_MAX};
    use crate::proxy::websocket::frames::Message;

    #[test]
    fn pings_of_the_client_come_back_with_its_own_words_and_go_out_without() {
        let mut pings = Pings::default();
        let Message::Ping(first) = pings.outward(Message::Ping(b"secret".to_vec())) else { panic!() };
        let Message::Ping(second) = pings.outward(Message::Ping(b"other".to_vec())) else { panic!() };
        assert!(first != second && first.len() == 4 && second.len() == 4);
        // Only the latest need be answered; the one before is then forgotten.
        assert_eq!(pings.inward(Message::Pong(second)), Message::Pong(b"other".to_vec()));
        assert_eq!(pings.inward(Message::Pong(first.clone())), Message::Pong(first));
    }

    #[test]
    fn pongs_of_the_client_say_only_what_the_service_asked() {
        let mut pings = Pings::default();
        assert_eq!(pings.inward(Message::Ping(b"7".to_vec())), Message::Ping(b"7".to_vec()));
        assert_eq!(pings.outward(Message::Pong(b"secret".to_vec())), Message::Pong(vec![]));
        assert_eq!(pings.outward(Message::Pong(b"7".to_vec())), Message::Pong(b"7".to_vec()));
        assert_eq!(pings.outward(Message::Pong(b"7".to_vec())), Message::Pong(vec![]), "once");
    }

    #[test]
    fn a_close_tells_its_code_alone_on_the_way_out_and_all_on_the_way_in() {
        let mut pings = Pings::default();
        assert_eq!(pings.outward(Message::close(1000, "secret")), Message::Close(vec![0x03, 0xE8]));
        assert_eq!(pings.outward(Message::Close(vec![])), Message::Close(vec![]));
        assert_eq!(pings.inward(Message::close(1008, "no")), Message::close(1008, "no"));
    }

    #[test]
    fn a_flood_of_pings_takes_no_memory() {
        let mut pings = Pings::default();
        for _ in 0..10 * WAITING_MAX {
            pings.outward(Message::Ping(vec![0; 125]));
            pings.inward(Message::Ping(vec![0; 125]));
        }
        assert_eq!((pings.sent.len(), pings.asked.len()), (WAITING_MAX, WAITING_MAX));
    }
}
