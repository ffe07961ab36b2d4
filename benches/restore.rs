//! What putting values back costs a stream. A recorded chat of 400 events, three placeholders in a hundred words cut
//! as tokens cut them, is passed on event by event over loopback sockets, once as it is and once restored, in turn;
//! then the restorer alone, event by event. Stresses JSON parsing and the holding of cut placeholders. Asserts the
//! restored text. Gates: 1.2 times passing through, 20 µs added per event.

use guard::finding::DetectorId;
use guard::redact::placeholder::Placeholders;
use guard::redact::restore::Restore;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const EVENTS: usize = 400;
const ROUNDS: usize = 25;
const RATIO_MAX: f64 = 1.2;
const ADDED_MAX: Duration = Duration::from_micros(20);

fn main() -> std::io::Result<()> {
    let (events, want, restore) = recorded();
    let whole: Vec<u8> = events.concat();
    let mut passed = Vec::new();
    let mut restored = Vec::new();
    for _ in 0..ROUNDS {
        passed.push(relay(&events, None)?.0);
        let (time, bytes) = relay(&events, Some(&restore))?;
        restored.push(time);
        assert_eq!(text(&bytes), want, "the client must read the values");
    }
    let (passed, restored) = (median(&mut passed), median(&mut restored));
    let ratio = restored.as_secs_f64() / passed.as_secs_f64();
    print(&format!(
        "stream of {EVENTS} events, {} bytes, event by event over loopback, median of {ROUNDS}",
        whole.len()
    ));
    print(&format!("  passed on {passed:?}, restored {restored:?}, ratio {ratio:.3} (at most {RATIO_MAX})"));

    let mut times: Vec<Duration> = (0..ROUNDS).flat_map(|_| alone(&events, &restore)).collect();
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    print(&format!(
        "  restorer alone, per event: median {:?}, 99 % {:?}, 99.9 % {:?}",
        at(0.5),
        at(0.99),
        at(0.999)
    ));
    let quiet = throughput(&whole, &Restore::default());
    let busy = throughput(&whole, &restore);
    print(&format!("  in one piece: nothing to restore {quiet:.0} MB/s, restoring {busy:.0} MB/s"));

    assert!(ratio <= RATIO_MAX, "restoring costs {ratio:.3} times passing through");
    assert!(at(0.99) <= ADDED_MAX, "an event is delayed {:?}", at(0.99));
    Ok(())
}

/// Events as OpenAI sends them, the text that a client must read, and the values.
fn recorded() -> (Vec<Vec<u8>>, String, Restore) {
    let mut placeholders = Placeholders::new(&[7; 32]);
    let mut given = |detector: &str, value: &str| {
        (placeholders.placeholder(&DetectorId::new(detector), value.as_bytes()), value.to_owned())
    };
    let pairs = [
        given("be.niss", "85.07.30-033.28"),
        given("person_name", "Anne \"Nini\" Dupont"),
        given("email", "anne@example.test"),
    ];
    for number in 0..50 {
        given("user_identifier", &format!("U{number:06}"));
    }
    let words =
        ["Bonjour", " le", " numéro", " de", " Madame", " est", " bien", " noté", " dans", " le dossier,\\n"];
    let mut tokens: Vec<String> = Vec::new();
    let mut want = String::new();
    while tokens.len() < EVENTS {
        let (placeholder, value) = &pairs[tokens.len() % 3];
        for word in words.iter().cycle().take(33) {
            tokens.push((*word).to_owned());
            want.push_str(&word.replace("\\n", "\n"));
        }
        tokens.extend([" [".to_owned()]);
        tokens.extend(
            placeholder.as_bytes()[1..].chunks(3).map(|cut| String::from_utf8_lossy(cut).into_owned()),
        );
        want.push(' ');
        want.push_str(value);
    }
    let event = |content: &String| {
        format!(
            "data: {{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\"created\":1741569952,\
             \"model\":\"gpt-4.1-2025-04-14\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_a1\",\"choices\":[{{\"index\":0,\
             \"delta\":{{\"content\":\"{content}\"}},\"logprobs\":null,\"finish_reason\":null}}],\"obfuscation\":\"1sPv9xQ\"}}\n\n"
        )
    };
    let mut events: Vec<Vec<u8>> = tokens.iter().map(|token| event(token).into_bytes()).collect();
    events.push(b"data: [DONE]\n\n".to_vec());
    (events, want, Restore::new(&placeholders))
}

/// Passes the stream on, event by event, each sent when the one before has arrived; how long, and what arrived.
fn relay(events: &[Vec<u8>], restore: Option<&Restore>) -> std::io::Result<(Duration, Vec<u8>)> {
    let (mut service, mut from_service) = pair()?;
    let (mut to_client, mut client) = pair()?;
    let mut restorer = restore.map(|restore| restore.restorer("text/event-stream", ""));
    let mut arrived = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    let start = Instant::now();
    for event in events {
        service.write_all(event)?;
        let length = from_service.read(&mut buffer)?;
        match &mut restorer {
            None => to_client.write_all(&buffer[..length])?,
            Some(restorer) => to_client.write_all(&restorer.feed(&buffer[..length]))?,
        }
        let length = client.read(&mut buffer)?;
        arrived.extend_from_slice(&buffer[..length]);
    }
    let rest = restorer.map(|mut restorer| restorer.finish()).unwrap_or_default();
    assert!(rest.is_empty());
    Ok((start.elapsed(), arrived))
}

fn pair() -> std::io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let one = TcpStream::connect(listener.local_addr()?)?;
    let (other, _) = listener.accept()?;
    one.set_nodelay(true)?;
    other.set_nodelay(true)?;
    Ok((one, other))
}

/// The restorer alone: the time of each event.
fn alone(events: &[Vec<u8>], restore: &Restore) -> Vec<Duration> {
    let mut restorer = restore.restorer("text/event-stream", "");
    let time = |event: &Vec<u8>| {
        let start = Instant::now();
        black_box(restorer.feed(black_box(event)));
        start.elapsed()
    };
    events.iter().map(time).collect()
}

/// MB/s of the whole stream fed in pieces of 16 KB.
fn throughput(stream: &[u8], restore: &Restore) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let mut restorer = restore.restorer("text/event-stream", "");
        let start = Instant::now();
        for piece in stream.chunks(16 << 10) {
            black_box(restorer.feed(black_box(piece)));
        }
        start.elapsed()
    });
    stream.len() as f64 / median(&mut times.collect::<Vec<_>>()).as_secs_f64() / 1e6
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The text that a client reads.
fn text(stream: &[u8]) -> String {
    let stream = String::from_utf8_lossy(stream);
    let events =
        stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let value = |data| serde_json::from_str::<serde_json::Value>(data).unwrap_or_default();
    events
        .map(|data| value(data)["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
