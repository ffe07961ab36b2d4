//! The shipped catalogue and how hosts are looked up in it.

use super::{Catalogue, HostPattern, Kind, Tool};
use std::collections::BTreeSet;

fn id(host: &str) -> Option<&'static str> {
    Catalogue::shipped().lookup(host).map(|tool| &*tool.id)
}

fn id_at(host: &str, path: &str) -> Option<&'static str> {
    Catalogue::shipped().lookup_path(host, path).map(|tool| &*tool.id)
}

#[test]
fn the_shipped_file_is_sound_and_large_enough() {
    let text = include_str!("../../config/tools.toml");
    let catalogue = Catalogue::parse(text, "config/tools.toml").unwrap_or_else(|faults| panic!("{faults}"));
    let patterns: usize = catalogue.tools().iter().map(|tool| tool.all_hosts().count()).sum();
    assert!(catalogue.tools().len() >= 80, "{} tools", catalogue.tools().len());
    assert!(patterns >= 200, "{patterns} patterns");
    for (_, kind) in Kind::ALL {
        assert!(catalogue.tools().iter().any(|tool| tool.kind == kind), "no tool of kind {}", kind.as_str());
    }
    for tool in catalogue.tools() {
        assert!(tool.all_hosts().next().is_some(), "{} has no host", tool.id);
        assert!(!tool.source.is_empty(), "{} has no source", tool.id);
    }
}

#[test]
fn a_host_is_found_with_what_lies_below_it_and_nothing_beside() {
    assert_eq!(id("api.openai.com"), Some("openai-api"));
    assert_eq!(id("eu.api.openai.com"), Some("openai-api"));
    assert_eq!(id("mycompany.openai.azure.com"), Some("azure-openai"));
    assert_eq!(id("API.OpenAI.com."), Some("openai-api"));
    assert_eq!(id("bedrock-runtime.eu-west-1.amazonaws.com"), Some("bedrock"));
    assert_eq!(id("europe-west1-aiplatform.googleapis.com"), Some("vertex-ai"));
    for other in [
        "openai.com",
        "notapi.openai.com",
        "evilchatgpt.com",
        "chatgpt.com.evil.example",
        "bedrock-runtime.mars-1.amazonaws.com",
        "bedrock-runtime.x.eu-west-1.amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        "login.microsoftonline.com",
        "google.com",
        "www.google.com",
        "com",
        "",
    ] {
        assert_eq!(id(other), None, "{other}");
    }
}

#[test]
fn no_apex_that_other_services_share_is_in_the_catalogue() {
    let apexes = [
        "google.com",
        "googleapis.com",
        "microsoft.com",
        "office.com",
        "amazonaws.com",
        "azure.com",
        "windows.net",
        "bing.com",
        "notion.so",
        "github.com",
        "huggingface.co",
        "duckduckgo.com",
        "cloudflare.com",
    ];
    let catalogue = Catalogue::shipped();
    for apex in apexes {
        let whole = catalogue.tools().iter().flat_map(|tool| tool.all_hosts());
        assert!(!whole.into_iter().any(|host| *host == HostPattern::Domain(apex.into())), "{apex}");
    }
}

#[test]
fn on_a_shared_host_only_the_listed_paths_are_the_tool() {
    assert_eq!(id_at("substrate.office.com", "/m365Copilot/Chathub/x?y"), Some("m365-copilot"));
    assert_eq!(id_at("substrate.office.com", "/M365COPILOT/Chathub"), Some("m365-copilot"));
    assert_eq!(id_at("substrate.office.com", "/owa/mail"), None);
    assert_eq!(id_at("www.bing.com", "/ttranslatev3?x"), Some("microsoft-translator"));
    assert_eq!(id_at("www.bing.com", "/search"), None);
    // What is not written plainly is looked into rather than let through.
    assert_eq!(id_at("substrate.office.com", "/%6d365Copilot/Chathub"), Some("m365-copilot"));
    assert_eq!(id_at("substrate.office.com", "/owa/../m365Copilot/x"), Some("m365-copilot"));
    assert_eq!(id_at("substrate.office.com", "/m365Copilot;x/Chathub"), Some("m365-copilot"));
    assert_eq!(id_at("substrate.office.com", "/owa\\..\\m365Copilot\\Chathub"), Some("m365-copilot"));
    assert_eq!(id_at("chatgpt.com", "/anything"), Some("chatgpt"));
    assert!(Catalogue::shipped().is_shared("substrate.office.com"));
    assert!(!Catalogue::shipped().is_shared("chatgpt.com"));
}

#[test]
fn a_tool_is_found_by_alias() {
    for (alias, id) in [
        ("openai", "openai-api"),
        ("mistral", "mistral-api"),
        ("anthropic", "anthropic-api"),
        ("copilot-m365", "m365-copilot"),
        ("chatgpt", "chatgpt"),
    ] {
        assert_eq!(Catalogue::shipped().by_id(alias).map(|tool| &*tool.id), Some(id));
    }
    assert!(Catalogue::shipped().by_id("chatgtp").is_none());
}

#[test]
fn the_names_for_certificates_cover_every_host_and_nothing_twice() {
    let catalogue = Catalogue::shipped();
    let names: Vec<String> = catalogue.hosts().collect();
    let set: BTreeSet<&String> = names.iter().collect();
    assert_eq!(set.len(), names.len());
    assert!(names.iter().all(|name| !name.contains(['{', '*', '='])));
    for host in catalogue.tools().iter().flat_map(|tool| tool.all_hosts()).flat_map(HostPattern::names) {
        assert!(names.iter().any(|name| super::is_within(&host, name)), "{host} is not covered");
    }
    assert!(!set.contains(&"login.microsoftonline.com".to_owned()));
}

#[test]
fn own_tools_come_first() {
    let own = Tool {
        id: "intranet".into(),
        hosts: vec![HostPattern::Domain("chatgpt.com".into()), HostPattern::Exact("ia.example.be".into())],
        own: true,
        ..Tool::default()
    };
    let catalogue = Catalogue::shipped().with(&[own]);
    assert_eq!(catalogue.lookup("chatgpt.com").map(|tool| &*tool.id), Some("intranet"));
    assert_eq!(catalogue.lookup("ia.example.be").map(|tool| &*tool.id), Some("intranet"));
    assert!(catalogue.lookup("x.ia.example.be").is_none());
    assert!(catalogue.hosts().any(|host| host == "ia.example.be"));
}

#[test]
fn a_broken_catalogue_says_where() {
    let text = "[[tool]]\nid = \"a\"\nname = \"A\"\nvendor = \"V\"\nkind = \"wb\"\nhosts = [\"https://a.com\", \"com\"]\n";
    let shown = Catalogue::parse(text, "tools.toml").unwrap_err().to_string();
    assert!(shown.contains("tools.toml:5:8") && shown.contains("did you mean \"web\"?"), "{shown}");
}
