//! `guard run -- COMMAND`: runs a program with everything set that makes it use the proxy and trust its
//! certificates, by one bundle of the system's roots and ours. Uses the proxy that runs, or starts a private one.

use super::program::{self, Failure, Program};
use super::{Exit, Global, Output, proxy};
use crate::ca::{self, Authority};
use crate::config::Config;
use crate::platform::{self, files};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// How long a proxy that runs may take to say so.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of its answer.
const ANSWER_MAX: u64 = 64 << 10;

/// Options of `guard run`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// Always start a private proxy
    #[arg(long)]
    private: bool,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the program and ends with its status.
pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    match start(arguments, global, output) {
        Ok(exit) => Ok(exit),
        Err(failure) => proxy::failed(failure, output),
    }
}

fn start(arguments: &Arguments, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let loaded = program::configuration(global)?;
    let dir = program::ca_dir(&loaded.config);
    let listen = loaded.config.proxy.listen;
    let own_charter = global.charter.is_some();
    let running = Authority::load(&dir).is_ok_and(|authority| serves(listen, &authority.root_pem()));
    if running && !arguments.private && !own_charter {
        return command(arguments, &loaded.config, listen, &dir);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    platform::outlive_the_file_size_limit(&runtime)?;
    let program = Program::prepare(global, Some(SocketAddr::from(([127, 0, 0, 1], 0))), output)?;
    let (address, state) = (program.address, Arc::clone(&program.state));
    let socket = program.listener.try_clone()?;
    let served = runtime.spawn(async move {
        match tokio::net::TcpListener::from_std(socket) {
            Ok(listener) => crate::proxy::serve(listener, state).await,
            Err(error) => Err(error),
        }
    });
    let exit = command(arguments, &program.loaded.config, address, &dir);
    let _ = program.stop.send(true);
    // What the program left in flight has no reader any more.
    served.abort();
    runtime.shutdown_background();
    exit
}

/// Whether a proxy with our authority listens at an address.
pub(super) fn serves(address: SocketAddr, root_pem: &str) -> bool {
    get(address, "/ca.pem").is_ok_and(|answer| answer.ends_with(root_pem))
}

/// A page of the listener, header and all.
pub(super) fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

/// One request in plain HTTP/1.1, and all of its answer.
pub(super) fn ask(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(request.as_bytes())?;
    let mut answer = String::new();
    socket.take(ANSWER_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}

fn command(arguments: &Arguments, config: &Config, address: SocketAddr, dir: &Path) -> Result<Exit, Failure> {
    let root = ca::root_file(dir);
    let bundle = bundle(config, dir)?;
    let Some((name, rest)) = arguments.command.split_first() else { return Ok(Exit::Failed) };
    let mut child = Command::new(name);
    child.args(rest).envs(variables(address, &bundle, &root));
    let status = child.status().map_err(|error| {
        Failure::Fault(
            format!("{}: {error}", name.to_string_lossy()),
            Some("the program is looked for in PATH"),
        )
    })?;
    end(status.code())
}

/// Ends with the program's own status, which may be any number.
#[expect(clippy::exit, reason = "the status of the program that was run is passed on, and is no Exit")]
fn end(code: Option<i32>) -> Result<Exit, Failure> {
    match code {
        Some(0) => Ok(Exit::Clean),
        Some(code) => std::process::exit(code),
        None => Ok(Exit::Failed),
    }
}

/// The system's roots, those of the configuration, and ours, in one file: a bundle of ours alone would break
/// every host that is not looked into.
pub(super) fn bundle(config: &Config, dir: &Path) -> Result<PathBuf, Failure> {
    let mut text = String::new();
    for root in platform::system_roots() {
        text.push_str(&ca::pem(&root));
    }
    for path in &config.proxy.upstream.extra_roots {
        for root in program::certificates(path)? {
            text.push_str(&ca::pem(&root));
        }
    }
    text.push_str(&Authority::load(dir)?.root_pem());
    let path = dir.join("bundle.pem");
    files::write_private(&path, text.as_bytes())
        .map_err(|error| Failure::Fault(format!("{}: {error}", path.display()), None))?;
    Ok(path)
}

/// Every variable that a known client reads (WIRE notes, E.12).
pub(super) fn variables(address: SocketAddr, bundle: &Path, root: &Path) -> Vec<(&'static str, OsString)> {
    let proxy = OsString::from(format!("http://{address}"));
    let loopback = OsString::from("localhost,127.0.0.1,::1");
    let mut variables = Vec::new();
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        variables.push((name, proxy.clone()));
    }
    for name in ["NO_PROXY", "no_proxy"] {
        variables.push((name, loopback.clone()));
    }
    for name in [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "AWS_CA_BUNDLE",
        "PIP_CERT",
        "GIT_SSL_CAINFO",
        "NIX_SSL_CERT_FILE",
        "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
        "HTTPLIB2_CA_CERTS",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "CODEX_CA_CERTIFICATE",
    ] {
        variables.push((name, bundle.into()));
    }
    for name in ["NODE_EXTRA_CA_CERTS", "DENO_CERT"] {
        variables.push((name, root.into()));
    }
    variables.push(("NODE_USE_ENV_PROXY", OsString::from("1")));
    variables
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn both_cases_of_the_proxy_and_every_bundle_are_set() {
        let address = "127.0.0.1:1".parse().unwrap();
        let set = super::variables(address, Path::new("b"), Path::new("r"));
        let get = |wanted: &str| {
            set.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_str().unwrap())
        };
        for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
            assert_eq!(get(name), Some("http://127.0.0.1:1"), "{name}");
        }
        for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO"] {
            assert_eq!(get(name), Some("b"), "{name}");
        }
        assert_eq!(get("NODE_EXTRA_CA_CERTS"), Some("r"), "beside Node's own, so the root alone");
        assert_eq!(get("NODE_USE_ENV_PROXY"), Some("1"));
    }
}
