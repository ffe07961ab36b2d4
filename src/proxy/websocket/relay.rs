//! Messages between a client and a service, each judged on its way out, values put back on their way in.

use super::control::Pings;
use super::frames::{Frames, Message};
use super::message_case;
use super::records::Records;
use crate::limits::BODY_BYTES_IN_MEMORY_CROWDED;
use crate::proxy::answers::Ear;
use crate::proxy::bodies::{Bodies, Counted};
use crate::proxy::exchange::{self, Case};
use crate::proxy::judge::{Restore, Ruling};
use crate::proxy::state::{State, stopped};
use crate::wire::answer::{ChannelAnswer, refuse_message};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::Mutex;

type Reader = ReadHalf<TokioIo<Upgraded>>;
type Writer = Mutex<WriteHalf<TokioIo<Upgraded>>>;
type PutBack = StdMutex<Back>;
/// Listens to what answers the last message.
type Listening = StdMutex<Option<Ear>>;

/// Puts values back into what the service says.
#[derive(Default)]
struct Back {
    restore: Option<Box<dyn Restore>>,
    /// The kind of the service's last message: what was held of it comes in the same.
    is_binary: bool,
}

impl Back {
    /// The messages to pass on for one of the service.
    fn message(&mut self, body: Vec<u8>, is_binary: bool) -> Vec<Message> {
        self.is_binary = is_binary;
        let messages = match &mut self.restore {
            Some(restore) => restore.message(&body),
            None => vec![body],
        };
        self.wrapped(messages)
    }

    /// What is still held: the service says no more of it, or others' values are put back from now on.
    fn rest(&mut self) -> Vec<Message> {
        let messages = self.restore.as_mut().map(|restore| restore.last_messages()).unwrap_or_default();
        self.wrapped(messages)
    }

    /// Puts back otherwise from now on. Gives what is still held.
    fn change(&mut self, restore: Option<Box<dyn Restore>>) -> Vec<Message> {
        let rest = self.rest();
        self.restore = restore;
        rest
    }

    fn wrapped(&self, messages: Vec<Vec<u8>>) -> Vec<Message> {
        let wrap = if self.is_binary { Message::Binary } else { Message::Text };
        messages.into_iter().map(wrap).collect()
    }
}

/// Why a relay ends.
enum End {
    /// One side closed, or went away.
    Closed,
    /// We close, with this code.
    Refused(u16),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

/// Relays until one side ends.
pub async fn run(state: Arc<State>, case: Box<Case>, client: Upgraded, service: Upgraded) {
    let (from_client, to_client) = split(TokioIo::new(client));
    let (from_service, to_service) = split(TokioIo::new(service));
    let (to_client, to_service) = (Mutex::new(to_client), Mutex::new(to_service));
    let (put_back, ear) = (PutBack::default(), Listening::default());
    let pings = StdMutex::new(Pings::default());
    let inbound = Inward { put_back: &put_back, ear: &ear, pings: &pings };
    let mut stopping = state.stopping.clone();
    let end = tokio::select! {
        end = outward(&state, &case, from_client, &to_service, &to_client, inbound) => end,
        end = inward(&state, from_service, &to_client, inbound) => end,
        () = stopped(&mut stopping) => Err(End::Refused(1001)),
    };
    if let Err(End::Refused(code)) = end {
        let close = Message::close(code, "");
        let _ = to_client.lock().await.write_all(&close.frame(None)).await;
        let _ = to_service.lock().await.write_all(&close.frame(mask().ok())).await;
    }
    let _ = to_client.lock().await.shutdown().await;
    let _ = to_service.lock().await.shutdown().await;
}

/// What is done to the messages that come in.
#[derive(Clone, Copy)]
struct Inward<'a> {
    put_back: &'a PutBack,
    ear: &'a Listening,
    pings: &'a StdMutex<Pings>,
}

impl<'a> Inward<'a> {
    fn pings(self) -> MutexGuard<'a, Pings> {
        self.pings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_back(self) -> MutexGuard<'a, Back> {
        self.put_back.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is there of a message, counted with all that waits in memory.
struct Arriving<'a> {
    bodies: &'a Bodies,
    counted: Counted,
    /// Whether any of it is counted: most messages are too small.
    counts: bool,
}

impl<'a> Arriving<'a> {
    fn of(state: &'a State) -> Self {
        Self { bodies: &state.bodies, counted: state.bodies.message(), counts: false }
    }

    /// More has arrived. Where it is crowded, a message that is not small cannot be taken now.
    fn note(&mut self, frames: &Frames) -> Result<(), End> {
        self.settle(frames);
        if self.counts && self.bodies.is_crowded() { Err(End::Refused(TRY_AGAIN_LATER)) } else { Ok(()) }
    }

    /// Counts what is there now.
    fn settle(&mut self, frames: &Frames) {
        let bytes = frames.bytes();
        let is_small = bytes <= BODY_BYTES_IN_MEMORY_CROWDED;
        if self.counts || !is_small {
            self.counts = !is_small;
            self.counted.set(if is_small { 0 } else { bytes as u64 });
        }
    }
}

/// The code of a close for what is too long to be looked at (RFC 6455, 7.4.1).
const TOO_LONG: u16 = 1009;

/// The code of a close that is due to the moment (registered with IANA).
const TRY_AGAIN_LATER: u16 = 1013;

async fn outward(
    state: &Arc<State>,
    case: &Case,
    mut from: Reader,
    service: &Writer,
    client: &Writer,
    inward: Inward<'_>,
) -> Result<(), End> {
    let (mut frames, mut arriving) = (Frames::new(true), Arriving::of(state));
    let mut records = Records::default();
    loop {
        while let Some(message) = frames.next().map_err(|fault| End::Refused(fault.code()))? {
            let is_text = matches!(message, Message::Text(_));
            match message {
                Message::Text(body) | Message::Binary(body) => {
                    let whole = records.take(body, is_text).map_err(|_| End::Refused(TOO_LONG))?;
                    if let Some(body) = whole {
                        judged(state, case, (body, is_text), service, client, inward).await?;
                    }
                }
                control @ (Message::Close(_) | Message::Ping(_) | Message::Pong(_)) => {
                    let control = inward.pings().outward(control);
                    service.lock().await.write_all(&control.frame(Some(mask()?))).await?;
                }
            }
        }
        arriving.settle(&frames);
        if from.read_buf(&mut frames.buffer).await? == 0 {
            return Err(End::Closed);
        }
        arriving.note(&frames)?;
    }
}

async fn judged(
    state: &Arc<State>,
    case: &Case,
    (body, is_text): (Vec<u8>, bool),
    service: &Writer,
    client: &Writer,
    inward: Inward<'_>,
) -> Result<(), End> {
    let wrap = |body: Vec<u8>| if is_text { Message::Text(body) } else { Message::Binary(body) };
    let case = message_case(case, body, is_text).ok_or(End::Refused(1011))?;
    let (ruling, report, case) = exchange::decide(case).await.ok_or(End::Refused(1011))?;
    if !exchange::is_recorded(state, &case, &report, crate::audit::event::Stages::default()).await {
        return Err(End::Refused(1011));
    }
    let body = match ruling {
        Ruling::Forward => case.body.to_vec(),
        Ruling::Rewrite { body, restore, .. } => {
            if restore.is_some() {
                // Nobody else may speak to the client between what was held and what is put back from now on.
                let mut client = client.lock().await;
                let rest = inward.put_back().change(restore);
                pass(&mut client, rest).await?;
            }
            body.map_or_else(|| case.body.to_vec(), Vec::from)
        }
        Ruling::Refuse(_) => {
            exchange::remember_why(state, &case, &report);
            return refused(&case, &report, client).await;
        }
    };
    // What answered the message before is over, and recorded as that is dropped.
    *inward.ear.lock().unwrap_or_else(PoisonError::into_inner) = Ear::of_messages(state, case);
    service.lock().await.write_all(&wrap(body).frame(Some(mask()?))).await?;
    Ok(())
}

/// Tells the client in the application's own frames, or by closing where it has none.
async fn refused(case: &Case, report: &crate::inspect::Report, client: &Writer) -> Result<(), End> {
    let message = case.judge.message(&case.inbound(), report);
    let as_assistant = case.judge.as_assistant(case.tool.as_deref());
    let answer = refuse_message(&case.asked(), &message, &case.id.0, as_assistant, case.now);
    tell(answer, client).await
}

/// Sends what the client is told; the relay ends where that closes the connection.
async fn tell(answer: ChannelAnswer, client: &Writer) -> Result<(), End> {
    let mut client = client.lock().await;
    for message in answer.messages {
        client.write_all(&Message::Text(message.into_bytes()).frame(None)).await?;
    }
    match answer.close {
        None => Ok(()),
        Some(close) => {
            client.write_all(&Message::close(close.code, &close.reason).frame(None)).await?;
            Err(End::Closed)
        }
    }
}

async fn inward(state: &State, mut from: Reader, client: &Writer, inward: Inward<'_>) -> Result<(), End> {
    let (mut frames, mut arriving) = (Frames::new(false), Arriving::of(state));
    loop {
        while let Some(message) = frames.next().map_err(|fault| End::Refused(fault.code()))? {
            let is_close = matches!(message, Message::Close(_));
            if let Message::Text(body) | Message::Binary(body) = &message
                && let Err(answer) = heard(inward.ear, body)
            {
                tell(answer, client).await?;
                return Err(End::Refused(1008));
            }
            let mut client = client.lock().await;
            let sent = match message {
                Message::Text(body) => inward.put_back().message(body, false),
                Message::Binary(body) => inward.put_back().message(body, true),
                Message::Close(_) => {
                    let mut sent = inward.put_back().rest();
                    sent.push(inward.pings().inward(message));
                    sent
                }
                control @ (Message::Ping(_) | Message::Pong(_)) => vec![inward.pings().inward(control)],
            };
            pass(&mut client, sent).await?;
            if is_close {
                return Err(End::Closed);
            }
        }
        arriving.settle(&frames);
        if from.read_buf(&mut frames.buffer).await? == 0 {
            let rest = inward.put_back().rest();
            pass(&mut *client.lock().await, rest).await?;
            return Err(End::Closed);
        }
        arriving.note(&frames)?;
    }
}

/// Sends messages to the client.
async fn pass(client: &mut WriteHalf<TokioIo<Upgraded>>, messages: Vec<Message>) -> io::Result<()> {
    for message in messages {
        client.write_all(&message.frame(None)).await?;
    }
    Ok(())
}

fn heard(ear: &Listening, body: &[u8]) -> Result<(), ChannelAnswer> {
    match ear.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        Some(ear) => ear.message(body),
        None => Ok(()),
    }
}

/// A fresh mask, which the protocol wants unpredictable.
fn mask() -> Result<[u8; 4], End> {
    let mut mask = [0; 4];
    aws_lc_rs::rand::fill(&mut mask).map_err(|_| End::Refused(1011))?;
    Ok(mask)
}
