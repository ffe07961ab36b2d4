//! Every shipped rule against its own examples and counterexamples, and the example file of the documentation.

use guard::rules::{self, OwnRules};
use guard::scan::{self, Scanner, trial};

#[test]
fn every_shipped_rule_keeps_its_examples() {
    let read = rules::read_files(rules::shipped_files(), scan::known());
    let rules = read.unwrap_or_else(|faults| panic!("{faults}"));
    let scanner = Scanner::shipped();
    assert_eq!(scanner.rules().len(), rules.len());
    let mut wrong = Vec::new();
    for rule in &rules {
        let trial = trial(&scanner, rule);
        assert!(trial.tried > 0);
        wrong.extend(trial.wrong.into_iter().map(|message| format!("{}: {message}", rule.id)));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_that_is_built_in_says_what_the_files_say() {
    let mut read = rules::read_files(rules::shipped_files(), scan::known()).expect("the shipped files load");
    for rule in &mut read {
        (rule.examples, rule.counterexamples, rule.place) = (Vec::new(), Vec::new(), None);
    }
    for (built, written) in rules::shipped().iter().zip(&read) {
        assert_eq!(format!("{built:?}"), format!("{written:?}"));
    }
}

#[test]
fn the_documented_file_loads_as_an_own_file_and_keeps_its_examples() {
    let page = include_str!("../docs/patterns.md");
    let file =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example file");
    let words = ("projects.txt", "Projet Hermès\nopération Béluga\n");
    let own = OwnRules::parse(&[("own.toml", file), words], &["be.niss", "email"], scan::known());
    let own = own.unwrap_or_else(|faults| panic!("{faults}"));
    assert!(own.rules.len() >= 4 && own.lists.len() == 1 && own.shipped.len() == 2);
    let scanner = Scanner::with_own(&own).unwrap_or_else(|faults| panic!("{faults}"));
    let mut findings = Vec::new();
    scanner.scan(
        "L'OPERATION  BELUGA".as_bytes(),
        &scan::Hint::default(),
        &mut scan::Scratch::default(),
        &mut findings,
    );
    assert_eq!(
        findings.iter().map(|f| (f.detector.as_str(), f.span.start)).collect::<Vec<_>>(),
        [("own.projects", 2)]
    );
}

#[test]
fn all_faults_of_a_file_are_told_at_once_with_line_and_caret() {
    let file = "[[rule]]\nid = \"Own.x\"\nclass = \"persnal\"\nexamples = [\"<<a>>\"]\ncounterexamples = []\n\
                check = \"nise\"\n[rule.number]\ndigits = [11]\ngroups = [\"2 2\"]\n\n[[rule]]\nid = \"own.y\"\nclas = \"personal\"\n";
    let faults = OwnRules::parse(&[("own.toml", file)], &[], scan::known()).expect_err("faults").to_string();
    for part in [
        "own.toml:2:6: `Own.x` is no id",
        "own.toml:3:9: `persnal` is no class",
        "3 | class = \"persnal\"\n  |         ^^^^^^^^^",
        "`Own.x` has no `counterexamples`",
        "own.toml:6:9: there is no check `nise`",
        "the group lengths `2 2` add up to none",
        "own.toml:13:1: unknown field `clas`",
    ] {
        assert!(faults.contains(part), "{part} is missing in\n{faults}");
    }
}
