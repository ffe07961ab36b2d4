//! The audit of the program as it runs: receivers that change, and a disk that is full.

use super::{Place, Running, denying, pem};
use crate::audit::export::http_receiver;
use crate::proxy::harness::Service;
use serde_json::Value;
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a receiver has the event of this request; gives all that it got until then.
fn until(received: &Receiver<Value>, request: &str) -> String {
    let mut all = String::new();
    while !all.contains(request) {
        all += &received.recv_timeout(PATIENCE).unwrap().to_string();
    }
    all
}

#[test]
fn receivers_change_with_the_configuration_while_it_runs() {
    let place = Place::new(&denying("art. 1"));
    let ((first, to_first), (second, to_second)) = (http_receiver(|_| 200), http_receiver(|_| 200));
    let export = |port: u16| {
        place.configure(
            "",
            &format!("[metrics]\nlisten = \"\"\n[audit]\nexport = [\"otlp:http://127.0.0.1:{port}\"]\n"),
        );
    };
    export(first);
    let proxy = Running::start(&place);
    let before = proxy.reference("Bonjour");
    until(&to_first, &before);
    export(second);
    proxy.hears("read again and");
    let after = proxy.reference("Bonsoir");
    let got = until(&to_second, &after);
    assert!(!got.contains(&before), "a new receiver begins with what comes after it was named");
    let late: Vec<Value> = to_first.try_iter().collect();
    assert!(!late.iter().any(|body| body.to_string().contains(&after)), "the old one gets nothing more");
    // Back again, it goes on where it stood: nothing is lost to it.
    export(first);
    proxy.hears("read again and");
    let last = proxy.reference("Bonne nuit");
    let got = late.iter().map(Value::to_string).collect::<String>() + &until(&to_first, &last);
    assert!(got.contains(&after), "{got}");
}

/// How the store is kept from growing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// The configuration's own limit; SQLite then says that the disk is full.
    Configured,
    /// The system's limit on the size of a file: the write itself fails, in the middle.
    #[cfg(unix)]
    System,
}

/// A store that can take some events.
const FEW: &str = "max_size = \"160KiB\"\n";

#[test]
fn a_full_disk_stops_requests_or_not_as_the_charter_says_and_is_told_either_way() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let service = runtime.block_on(Service::noting(&["http/1.1"]));
    let limits = [
        Limit::Configured,
        #[cfg(unix)]
        Limit::System,
    ];
    for limit in limits {
        for goes_on in [false, true] {
            filled(&service, limit, goes_on);
        }
    }
}

fn filled(service: &Service, limit: Limit, goes_on: bool) {
    let word = if goes_on { "allow" } else { "block" };
    let place = Place::new(&format!(
        "id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\n[audit]\non_failure = \"{word}\"\n"
    ));
    let root = place.path().join("root.pem");
    std::fs::write(&root, pem(service.root.as_ref())).unwrap();
    let configure = |store: &str| {
        let tables = format!(
            "[proxy.upstream]\nroots = \"bundled\"\nextra_roots = [{root:?}]\nresolve = {{ \"api.openai.com:443\" = \"{}\" }}\n\
             [metrics]\nlisten = \"\"\n[audit]\n{store}",
            service.address
        );
        place.configure("", &tables);
    };
    configure(if limit == Limit::Configured { FEW } else { "" });
    let proxy = match limit {
        Limit::Configured => Running::start(&place),
        #[cfg(unix)]
        Limit::System => Running::of(limited(&place)),
    };
    // Until the store is full, however many events it took at once.
    let mut answers = Vec::new();
    let is_told = || proxy.has_said("audit events cannot be written");
    let is_full = |answers: &[u16]| if goes_on { is_told() } else { answers.ends_with(&[400, 400, 400]) };
    while !is_full(&answers) {
        assert!(answers.len() < 20_000, "{limit:?}: it never was full");
        answers.push(proxy.asked("Bonjour").0);
    }
    if !goes_on {
        proxy.hears("audit events cannot be written");
    }
    let reached = service.count();
    let last = proxy.answer("Bonjour");
    if goes_on {
        assert!(answers.iter().all(|status| *status == 200), "{limit:?}: {answers:?}");
        assert!(last.starts_with("HTTP/1.1 200 ") && service.count() == reached + 1, "{limit:?}: {last}");
    } else {
        assert!(answers.starts_with(&[200]) && answers.ends_with(&[400, 400, 400]), "{limit:?}: {answers:?}");
        assert!(last.contains("the audit cannot be written"), "{limit:?}: {last}");
        assert_eq!(service.count(), reached, "nothing passes unrecorded");
    }
    if limit == Limit::Configured {
        configure("max_size = \"64MiB\"\n");
        proxy.hears("audit events can be written again");
        assert_eq!(proxy.asked("Bonjour").0, 200, "there is room again");
    }
}

/// The program where no file may grow beyond some hundred kilobytes; the system would end a program that tries.
#[cfg(unix)]
fn limited(place: &Place) -> Command {
    let guard = place.command(&["proxy"]);
    let mut command = Command::new("sh");
    // POSIX counts blocks of 512 bytes.
    command.args(["-c", "ulimit -f 400; exec \"$@\"", "sh"]).arg(guard.get_program());
    command.args(guard.get_args()).current_dir(place.path());
    for (name, value) in guard.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
