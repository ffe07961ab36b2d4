//! The scenarios that come with the shipped charters, through scanner, pipeline and charter.

use guard::charter::Charter;
use guard::charter::scenario;
use guard::cli::charter::Judge;
use guard::tools::Catalogue;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

#[test]
fn every_shipped_scenario_ends_as_it_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/charters/scenarios");
    let judge = Judge::new(|id, adds| {
        let source = Charter::shipped_source(id).ok_or_else(|| format!("no charter {id}"))?;
        let whole = format!("{source}\n{adds}");
        Charter::parse(&whole, id, Catalogue::shipped()).map(Arc::new).map_err(|faults| faults.to_string())
    });
    let (mut complaints, mut run) = (String::new(), 0);
    for id in Charter::shipped_ids() {
        let file = folder.join(format!("{id}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        let today = jiff::civil::date(2026, 11, 22);
        let scenarios = scenario::parse(&text, id, today).unwrap_or_else(|faults| panic!("{faults}"));
        for trial in scenario::run(&scenarios, |scenario| judge.judge(scenario, id)) {
            run += 1;
            for complaint in &trial.complaints {
                let _ = writeln!(
                    complaints,
                    "{id}:{}: {}: {complaint}",
                    trial.scenario.line, trial.scenario.name
                );
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
    assert!(run >= 120, "{run} scenarios");
}

/// What the program prints for scenarios of the tests, and whether all ended as they must.
fn guard_charter_test(arguments: &[&str]) -> (bool, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["charter", "test"])
        .args(arguments)
        .env("GUARD_PATTERNS", "[\"tests/charters/terms\"]")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&printed).into_owned())
}

#[test]
fn every_condition_is_met_and_not_met() {
    let (all_well, printed) = guard_charter_test(&["tests/charters/conditions.toml"]);
    assert!(all_well && printed.contains("15 scenarios, 0 failed"), "{printed}");
    let (all_well, printed) = guard_charter_test(&["tests/charters/acknowledgement.toml"]);
    assert!(all_well && printed.contains("3 scenarios, 0 failed"), "{printed}");
}

#[test]
fn the_organisations_own_words_are_confidential_under_every_charter() {
    let (all_well, printed) = guard_charter_test(&["tests/charters/confidential.toml"]);
    assert!(all_well && printed.contains("14 scenarios, 0 failed"), "{printed}");
}

#[test]
fn scenarios_run_under_the_charter_that_is_asked_for() {
    let file = "config/charters/scenarios/collectivite-2.toml";
    let (all_well, printed) = guard_charter_test(&["--charter", "collectivite-1", file]);
    assert!(!all_well && printed.contains("FAIL allow"), "third-party tools are allowed there: {printed}");
    let (all_well, printed) = guard_charter_test(&["config/charters/ores.toml"]);
    assert!(!all_well && printed.contains("this is a charter"), "{printed}");
}
