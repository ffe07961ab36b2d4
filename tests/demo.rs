//! `guard demo` as a newcomer runs it: offline, nothing set up, every prompt through the real proxy.

use guard::charter::Charter;
use guard::demo::{self, PROMPTS, Shown};
use guard::tools::Catalogue;
use std::process::Command;
use std::sync::Arc;

fn shown_under(charter: &str) -> Vec<Shown> {
    let charter = Charter::shipped(charter).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(demo::run(charter, Arc::clone(Catalogue::shipped()))).unwrap()
}

#[test]
fn the_baseline_redacts_puts_back_blocks_and_lets_pass() {
    let shown = shown_under("baseline");
    assert_eq!(shown.len(), PROMPTS.len());
    for (shown, value) in shown.iter().zip(["91.04.12-217.04", "BE23 9731 5620 4891"]) {
        let reached = shown.reached.as_deref().unwrap();
        assert_eq!((shown.decision.as_str(), shown.status), ("redact", 200));
        assert!(!reached.contains(value), "reached the service: {reached}");
        assert!(shown.answer.contains(value), "not put back: {}", shown.answer);
    }
    assert_eq!((shown[2].decision.as_str(), shown[2].status, &shown[2].reached), ("block", 400, &None));
    for shown in &shown[3..] {
        assert_eq!((shown.decision.as_str(), shown.status), ("allow", 200));
        assert_eq!(shown.reached.as_deref(), Some(shown.prompt.text));
    }
}

#[test]
fn a_charter_that_denies_the_service_lets_nothing_reach_it() {
    for shown in shown_under("ores") {
        assert_eq!((shown.decision.as_str(), shown.articles.as_str(), shown.status), ("block", "CIA-7", 400));
        assert_eq!(shown.reached, None);
    }
}

#[test]
fn the_command_prints_what_happened_under_each_charter() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_guard"))
        .arg("demo")
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "ores            Microsoft 365 Copilot: block 1, 2 (CIA-8 b); block 3 (CIA-8 a); allow 4, 5",
        "liege           OpenAI API: block 1, 2, 3 (art. 36); allow 4, 5",
        "5 prompts: 1 stopped, 2 redacted on the way and put back in the answer, the rest passed as it was.",
    ] {
        assert!(text.contains(line), "no line \"{line}\" in:\n{text}");
    }
}
