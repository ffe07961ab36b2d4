//! Style as a test: layers, file headers, no sleeps, no stray paths. Each rule is tested on a text that breaks it.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, lowest first. A module may use those before it, and those on its own line.
const LAYERS: &[&[&str]] = &[
    &[
        "span",
        "sensitive",
        "limits",
        "finding",
        "place",
        "language",
        "user",
        "fault",
        "source",
        "placeholder",
    ],
    &["text", "document"],
    &["rules"],
    &["scan"],
    &["tools"],
    &["charter"],
    &["platform"],
    &["wire", "redact", "inspect", "audit"],
    &["config"],
    &["ca"],
    &["proxy", "gateway", "pages"],
    &["demo"],
    &["cli"],
];

/// Modules that do no I/O: bytes in, values out. `audit` is core in its events only.
const CORE: &[&str] = &[
    "span",
    "sensitive",
    "limits",
    "finding",
    "place",
    "language",
    "user",
    "fault",
    "source",
    "placeholder",
    "text",
    "document",
    "rules",
    "scan",
    "tools",
    "charter",
    "wire",
    "redact",
    "inspect",
];

/// What the core must not touch.
const IO: &[&str] = &[
    "tokio::",
    "hyper::",
    "hyper_util::",
    "rustls::",
    "std::fs",
    "std::net::Tcp",
    "std::env::var",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
];

#[test]
fn layers_point_down_only() {
    complain(&sources("src"), |path, text| {
        let own = module_of(path);
        let Some(layer) = layer_of(&own) else {
            return if own == "lib" || own == "main" {
                vec![]
            } else {
                vec![format!("module {own} has no layer")]
            };
        };
        uses(text)
            .into_iter()
            .filter(|used| layer_of(used).is_some_and(|other| other > layer))
            .map(|used| format!("{own} must not know {used}"))
            .collect()
    });
}

#[test]
fn the_core_does_no_io() {
    complain(&sources("src"), |path, text| {
        if !CORE.contains(&module_of(path).as_str()) {
            return vec![];
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        IO.iter()
            .filter(|word| code.contains(**word))
            .map(|word| format!("the core must not use {word}"))
            .collect()
    });
}

#[test]
fn every_file_says_what_it_is_for() {
    complain(&[sources("src"), sources("tests"), sources("benches")].concat(), |_, text| {
        if text.starts_with("//!") { vec![] } else { vec![String::from("no //! header")] }
    });
}

#[test]
fn tests_neither_sleep_nor_hide() {
    complain(&[sources("src"), sources("tests")].concat(), |path, text| {
        if path.ends_with("tidy.rs") {
            return vec![];
        }
        ["thread::sleep", "#[ignore", "#[should_panic", "dbg!("]
            .into_iter()
            .filter(|word| text.contains(word))
            .map(|word| format!("holds {word}"))
            .collect()
    });
}

#[test]
fn no_path_of_a_developers_machine_stands_in_the_tree() {
    complain(&[sources("src"), sources("tests"), sources("benches")].concat(), |path, text| {
        if path.ends_with("tidy.rs") {
            return vec![];
        }
        ["\"/root/", "\"/work/", "\"/home/"]
            .into_iter()
            .filter(|word| text.contains(word))
            .map(|word| format!("holds {word}"))
            .collect()
    });
}

#[test]
fn the_rules_of_this_file_can_fail() {
    assert_eq!(uses("use crate::proxy::State;\nuse crate::{span::Span, scan};"), ["proxy", "span", "scan"]);
    assert!(layer_of("proxy") > layer_of("scan"));
    assert_eq!(module_of(Path::new("src/scan/check/luhn.rs")), "scan");
    assert_eq!(module_of(Path::new("src/span.rs")), "span");
}

/// Runs `rule` over the files and fails with all its complaints at once.
fn complain(paths: &[PathBuf], rule: impl Fn(&Path, &str) -> Vec<String>) {
    let mut complaints = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        complaints.extend(rule(path, &text).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                // What `benches/rivals` was built into is nobody's source.
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `src/scan/check/luhn.rs` belongs to `scan`.
fn module_of(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let below = path.rsplit_once("src/").map_or(path.as_str(), |(_, below)| below);
    below.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The crate's modules that a text uses by name.
fn uses(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split(';').next().unwrap_or_default();
            used.extend(group.split(',').map(first_word).filter(|word| !word.is_empty()));
        } else {
            used.push(first_word(rest));
        }
    }
    used
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}
