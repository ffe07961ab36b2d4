//! The example is the defaults; every key changes something; faults come all at once.

use super::{Config, ConfigError, load, read};
use std::path::Path;

const EXAMPLE: &str = include_str!("../../config/guard.example.toml");

fn none() -> Vec<(String, String)> {
    Vec::new()
}

#[test]
fn the_example_holds_the_defaults() {
    let mut config = Config { charter: String::from("changed"), ..Config::default() };
    config.proxy.limits.max_body = 1;
    read::apply(&mut config, "example", EXAMPLE).unwrap();
    assert_eq!(config, Config::default());
}

#[test]
fn every_key_of_the_example_changes_something() {
    for (old, new) in [
        ("charter = \"baseline\"", "charter = \"ores\""),
        ("patterns = []", "patterns = [\"own\"]"),
        ("groups = {}", "groups = { hr = [\"anne\"] }"),
        ("listen = \"127.0.0.1:8787\"", "listen = \"[::1]:1\""),
        ("parent = \"\"", "parent = \"http://proxy:3128\""),
        ("parent_credentials = \"\"", "parent_credentials = \"u:p\""),
        ("parent_bypass = []", "parent_bypass = [\".local\"]"),
        ("roots = \"system\"", "roots = \"bundled\""),
        ("extra_roots = []", "extra_roots = [\"a.pem\"]"),
        ("resolve = {}", "resolve = { \"a:1\" = \"b:2\" }"),
        ("connect_timeout = \"10s\"", "connect_timeout = \"11s\""),
        ("post_quantum = true", "post_quantum = false"),
        ("max_body = \"64MiB\"", "max_body = \"100MiB\""),
        ("max_connections = 16384", "max_connections = 1"),
        ("header_timeout = \"15s\"", "header_timeout = \"1s\""),
        ("idle_timeout = \"90s\"", "idle_timeout = \"1m\""),
        (
            "[ca]\n# The certificate authority's folder, readable by its owner only. Empty: `ca` in the state folder.\ndir = \"\"",
            "[ca]\ndir = \"x\"",
        ),
        ("store = \"sqlite\"", "store = \"none\""),
        ("# Its folder. Empty: `audit` in the state folder.\ndir = \"\"", "dir = \"y\""),
        ("export = []", "export = [\"syslog:x\"]"),
        ("listen = \"127.0.0.1:8788\"", "listen = \"\""),
        ("key = \"\"", "key = \"k\""),
    ] {
        assert!(EXAMPLE.contains(old), "{old}");
        let mut config = Config::default();
        read::apply(&mut config, "x", &EXAMPLE.replacen(old, new, 1)).unwrap();
        assert_ne!(config, Config::default(), "{new}");
    }
}

#[test]
fn all_faults_at_once_with_line_and_nearest_key() {
    let text = "charte = \"x\"\n[proxy]\nlisten = \"0.0.0.0:1\"\nparent = \"http://u:p@h:1\"\n[proxy.limits]\nmax_body = 3\n";
    let faults = read::apply(&mut Config::default(), "guard.toml", text).unwrap_err();
    let shown = faults.to_string();
    assert_eq!(faults.faults.len(), 4, "{shown}");
    for part in [
        "guard.toml:1:1",
        "did you mean `charter`?",
        "guard.toml:3:1",
        "parent_credentials",
        "guard.toml:6:12",
        "^",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn a_key_at_the_wrong_place_is_told_its_section() {
    for (text, hint) in [
        ("parent = \"\"", "it belongs in `[proxy]`"),
        ("listen = \"127.0.0.1:1\"", "it belongs in `[proxy]` or `[metrics]`"),
        ("[proxy]\nmax_body = \"1 MB\"", "it belongs in `[proxy.limits]`"),
        ("[limits]\nmax_body = \"1 MB\"", "it belongs in `[proxy]`"),
    ] {
        let faults = read::apply(&mut Config::default(), "guard.toml", text).unwrap_err();
        assert!(faults.to_string().contains(hint), "{faults}");
    }
}

#[test]
fn the_environment_wins_and_is_checked_alike() {
    let set = |name: &str, value: &str| (String::from(name), String::from(value));
    let loaded = load(
        None,
        &[],
        [
            set("GUARD_PROXY__LISTEN", "127.0.0.1:9"),
            set("GUARD_PROXY__LIMITS__MAX_CONNECTIONS", "7"),
            set("GUARD_PROXY__UPSTREAM__RESOLVE", "{ \"a:1\" = \"b:2\" }"),
            set("GUARD_CHARTER", "liege"),
            set("GUARD_CONFIG", "ignored here"),
            set("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(loaded.config.proxy.listen.port(), 9);
    assert_eq!(loaded.config.proxy.limits.max_connections, 7);
    assert_eq!(loaded.config.charter, "liege");
    assert_eq!(loaded.config.proxy.upstream.resolve["a:1"], "b:2");
    let wrong = load(None, &[], [set("GUARD_PROXY__LISTN", "x\"\ny")]).unwrap_err();
    assert!(wrong.to_string().contains("did you mean `listen`?"), "{wrong}");
}

#[test]
fn a_named_file_must_be_there_and_a_searched_one_need_not() {
    assert!(matches!(
        load(Some(Path::new("/nowhere/guard.toml")), &[], none()),
        Err(ConfigError::File { .. })
    ));
    assert_eq!(load(None, &["/nowhere/guard.toml".into()], none()).unwrap().config, Config::default());
}
