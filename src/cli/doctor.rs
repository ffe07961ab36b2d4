//! `guard doctor`: says what is wrong with this machine's set-up, one line a check, and what to do.

use super::program;
use super::{Exit, Global, Output, run as other};
use crate::ca::{self, Authority};
use crate::charter::Charter;
use crate::config::Config;
use crate::inspect::{Engine, Keys};
use crate::platform::trust;
use crate::proxy::hosts;
use crate::proxy::upstream::{Offer, Origin, UpstreamError};
use crate::scan::Scanner;
use crate::tools::{Catalogue, Tool};
use crate::user::User;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

/// Services that are tried: enough to tell one that is down from a network that is.
const SERVICES_PROBED: usize = 3;

/// How a check ended.
enum Outcome {
    Good(String),
    /// Worth knowing; nothing is broken.
    Note(String, String),
    Bad(String, String),
}

/// Runs all checks; status 1 where one found something broken.
pub(super) fn run(global: &Global, output: &mut Output) -> io::Result<Exit> {
    let loaded = match program::configuration(global) {
        Ok(loaded) => loaded,
        Err(error) => {
            output.fault(&error, None)?;
            return Ok(Exit::Failed);
        }
    };
    let config = &loaded.config;
    let file = loaded
        .file
        .as_ref()
        .map_or_else(|| String::from("none, the defaults hold"), |path| path.display().to_string());
    let mut outcomes = vec![Outcome::Good(format!("configuration: {file}"))];
    match program::charter(global, config, output) {
        Ok((name, charter, catalogue)) => {
            outcomes.push(Outcome::Good(format!("charter: {name}")));
            let page = other::get(config.proxy.listen, "/").unwrap_or_default();
            outcomes.extend(other_charter(&page, charter.id()));
            outcomes.extend(reached(config, &charter, &catalogue));
            let keys = Keys { placeholder: [0; 32], fingerprint: [0; 32], cache: [0; 32] };
            let engine = Engine::new(Scanner::shipped(), charter, catalogue, keys);
            outcomes.extend(authority(&program::ca_dir(config), &hosts(&engine)));
        }
        Err(program::Failure::Fault(what, _)) => {
            outcomes.push(Outcome::Bad(what, String::from("`guard charter check`")))
        }
        Err(program::Failure::Said) => {
            outcomes.push(Outcome::Bad(
                String::from("the charter is broken"),
                String::from("`guard charter check`"),
            ));
        }
    }
    outcomes.push(port(config));
    outcomes.extend(surroundings(config, &|name| std::env::var(name).ok()));
    outcomes.push(clock());
    print(&outcomes, output)
}

fn print(outcomes: &[Outcome], output: &mut Output) -> io::Result<Exit> {
    let mut exit = Exit::Clean;
    for outcome in outcomes {
        match outcome {
            Outcome::Good(what) => writeln!(output.out, "ok    {what}")?,
            Outcome::Note(what, hint) => writeln!(output.out, "note  {what}\n      hint: {hint}")?,
            Outcome::Bad(what, hint) => {
                exit = Exit::Acted;
                writeln!(output.out, "bad   {what}\n      hint: {hint}")?;
            }
        }
    }
    Ok(exit)
}

fn authority(dir: &Path, wanted: &[String]) -> Vec<Outcome> {
    let loaded = match Authority::load(dir) {
        Ok(loaded) => loaded,
        Err(_) if !ca::root_file(dir).exists() => {
            let hint = String::from("`guard ca init`, or start `guard proxy`, which makes one");
            return vec![Outcome::Note(String::from("there is no certificate authority yet"), hint)];
        }
        Err(error) => return vec![Outcome::Bad(error.to_string(), String::from("`guard ca rotate`"))],
    };
    let missing = loaded.missing(wanted).len();
    let mut outcomes = vec![if missing == 0 {
        Outcome::Good(format!("certificate authority: covers all {} hosts", wanted.len()))
    } else {
        let what = format!("certificate authority: {missing} hosts are not covered and are refused");
        Outcome::Bad(what, String::from("`guard ca check` names them, `guard ca rotate` renews it"))
    }];
    let name = loaded.describe().into_iter().next().map(|root| root.name).unwrap_or_default();
    for store in trust::stores(&ca::root_file(dir), &name) {
        outcomes.push(match store.trusts() {
            Some(true) => Outcome::Good(format!("trusted: {}", store.name)),
            _ => {
                let what = format!("not trusted: {}", store.name);
                Outcome::Note(what, String::from("`guard ca trust`; `guard run` needs no trust"))
            }
        });
    }
    outcomes
}

fn port(config: &Config) -> Outcome {
    let listen = config.proxy.listen;
    let own = Authority::load(&program::ca_dir(config)).map(|authority| authority.root_pem());
    if own.is_ok_and(|root| other::serves(listen, &root)) {
        return Outcome::Good(format!("the proxy runs on {listen}"));
    }
    match TcpListener::bind(listen) {
        Ok(_) => Outcome::Note(format!("no proxy runs on {listen}"), String::from("`guard proxy`")),
        Err(error) => {
            let what = format!("{listen} is taken by another program ({error})");
            Outcome::Bad(what, String::from("set proxy.listen to another port"))
        }
    }
}

/// The running proxy may have been started with another configuration: its first page says under which charter it works.
fn other_charter(page: &str, own: &str) -> Option<Outcome> {
    let (_, rest) = page.strip_prefix("HTTP/1.1 200 ")?.split_once("<h1>guard</h1>")?;
    let (_, rest) = rest.split_once("<code>")?;
    let (running, _) = rest.split_once("</code>")?;
    // Ids of charters hold nothing that HTML would escape.
    (running != own).then(|| {
        Outcome::Note(
            format!("the running proxy works under the charter {running}, and these checks read {own}"),
            String::from("`guard doctor` with the --config and --charter with which the proxy was started"),
        )
    })
}

/// Whether services answer as they should: those that the charter allows first, as the proxy would reach them.
fn reached(config: &Config, charter: &Charter, catalogue: &Catalogue) -> Vec<Outcome> {
    let hint = || String::from("proxy.upstream and proxy.parent in the configuration");
    let dialler = match program::dialler(config) {
        Ok(dialler) => dialler,
        Err(program::Failure::Fault(what, _)) => return vec![Outcome::Bad(what, hint())],
        Err(program::Failure::Said) => return Vec::new(),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return Vec::new();
    };
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let allowed = |tool: &&Arc<Tool>| charter.standing(tool, &User::default(), today).allowed;
    let services = catalogue.tools().iter().filter(allowed).filter_map(|tool| {
        let host = tool.base.as_deref()?.strip_prefix("https://")?.split('/').next()?;
        Some((&*tool.name, Origin { secure: true, host: host.into(), port: 443 }))
    });
    let mut outcomes: Vec<Outcome> = config
        .proxy
        .parent
        .iter()
        .map(|parent| Outcome::Good(format!("services are reached through {parent}")))
        .collect();
    for (name, origin) in services.take(SERVICES_PROBED) {
        let dialled = runtime.block_on(dialler.dial(&origin, Offer::Both));
        outcomes.push(match dialled {
            Ok(_) => Outcome::Good(format!("reached: {name} ({})", origin.host)),
            Err(error) => unreached(&error),
        });
    }
    outcomes
}

/// A service that cannot be reached: the machine may just be offline; what stands in between is worse.
fn unreached(error: &UpstreamError) -> Outcome {
    let what = error.to_string();
    match error {
        UpstreamError::Certificate(..) => Outcome::Bad(
            what,
            String::from(
                "where another proxy decrypts the connection, name its root in proxy.upstream.extra_roots",
            ),
        ),
        UpstreamError::Parent(..) => {
            Outcome::Bad(what, String::from("check proxy.parent and proxy.parent_credentials"))
        }
        UpstreamError::Tls(..) | UpstreamError::Broken(..) => {
            Outcome::Bad(what, String::from("something between here and the service breaks TLS"))
        }
        UpstreamError::Resolve(_) | UpstreamError::Connect(..) | UpstreamError::Timeout(_) => Outcome::Note(
            what,
            String::from("is this machine online, and does it need a parent proxy (proxy.parent)?"),
        ),
    }
}

/// Variables that lead clients past the proxy, or to another one.
fn surroundings(config: &Config, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Outcome> {
    let ours = format!("http://{}", config.proxy.listen);
    let mut outcomes = Vec::new();
    for name in ["HTTPS_PROXY", "https_proxy"] {
        match variable(name) {
            None => {}
            Some(value) if value.trim_end_matches('/') == ours => {
                outcomes.push(Outcome::Good(format!("{name} leads to guard")))
            }
            Some(_) => {
                let hint = format!("{name}={ours}, or `guard run -- COMMAND`");
                outcomes.push(Outcome::Note(format!("{name} leads elsewhere"), hint));
            }
        }
    }
    for name in ["NO_PROXY", "no_proxy"] {
        if variable(name).is_some_and(|value| value.split(',').any(|entry| entry.trim() == "*")) {
            let what = format!("{name} is *: every client goes past the proxy");
            outcomes.push(Outcome::Bad(what, format!("unset {name}")));
        }
    }
    let proxied = variable("HTTPS_PROXY").or_else(|| variable("https_proxy")).is_some();
    if proxied && variable("NODE_USE_ENV_PROXY").is_none() {
        let what =
            String::from("Node programs ignore HTTPS_PROXY unless NODE_USE_ENV_PROXY=1 (from Node 22.21)");
        outcomes.push(Outcome::Note(what, String::from("`guard run -- COMMAND` sets it")));
    }
    outcomes
}

/// A clock that is far behind makes every certificate invalid.
fn clock() -> Outcome {
    let year = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year();
    if (2025..2100).contains(&year) {
        Outcome::Good(String::from("clock"))
    } else {
        Outcome::Bad(format!("the clock says that it is the year {year}"), String::from("set the clock"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Outcome, UpstreamError, other_charter, surroundings, unreached};
    use crate::config::Config;
    use crate::proxy::upstream::ParentFault;

    #[test]
    fn variables_that_lead_past_the_proxy_are_named() {
        let look = |set: &'static [(&str, &str)]| {
            surroundings(&Config::default(), &move |name| {
                set.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(look(&[]).is_empty());
        assert!(matches!(look(&[("no_proxy", "a, *")])[..], [Outcome::Bad(..)]));
        let good = look(&[("https_proxy", "http://127.0.0.1:8787/"), ("NODE_USE_ENV_PROXY", "1")]);
        assert!(matches!(good[..], [Outcome::Good(_)]));
        let other = look(&[("HTTPS_PROXY", "http://proxy.example:1")]);
        assert!(matches!(other[..], [Outcome::Note(..), Outcome::Note(..)]));
    }

    #[test]
    fn a_proxy_that_runs_under_another_charter_is_told() {
        let short = (std::sync::Arc::from("Title"), Vec::new());
        for language in crate::language::Language::ALL {
            let page = crate::pages::status("house", &short, 3, &[], language);
            let page = format!("HTTP/1.1 200 OK\r\n\r\n{}", String::from_utf8_lossy(&page.body));
            let Some(Outcome::Note(what, _)) = other_charter(&page, "baseline") else { panic!("{page}") };
            assert!(what.contains("charter house,") && what.contains("read baseline"), "{what}");
            assert!(other_charter(&page, "house").is_none());
        }
        for page in ["", "HTTP/1.1 200 OK\r\n\r\n<code>x</code>", "HTTP/1.1 421 Misdirected\r\n\r\n"] {
            assert!(other_charter(page, "baseline").is_none(), "{page}");
        }
    }

    #[test]
    fn what_stands_in_between_is_worse_than_being_offline() {
        let origin = || Origin { secure: true, host: "ai.test".into(), port: 443 };
        assert!(matches!(unreached(&UpstreamError::Resolve(origin())), Outcome::Note(..)));
        for error in [
            UpstreamError::Parent(origin(), ParentFault::Status(407)),
            UpstreamError::Certificate(origin(), String::from("unknown issuer")),
        ] {
            assert!(matches!(unreached(&error), Outcome::Bad(..)), "{error}");
        }
    }
}
