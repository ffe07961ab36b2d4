//! The scenarios that come with the shipped charters, through scanner, pipeline and charter.

use guard::charter::Charter;
use guard::charter::scenario;
use guard::cli::charter::Judge;
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn every_shipped_scenario_ends_as_it_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/charters/scenarios");
    let judge = Judge::new(|id| Charter::shipped(id).ok_or_else(|| format!("no charter {id}")));
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
    assert!(run >= 50, "{run} scenarios");
}
