//! The sets against the plain definition, on random rules and findings.

use super::Index;
use crate::charter::rule::{Glob, Rule, When};
use crate::charter::tests::{TODAY, judged};
use crate::charter::{Action, Direction, Judged, Localised, Question};
use crate::finding::{Class, Confidence, Label};
use crate::sensitive::Sensitive;
use crate::tools::{Catalogue, Kind, Tool};
use crate::user::User;
use std::sync::Arc;
use std::time::Duration;

const GLOBS: [&str; 13] = [
    "be.niss",
    "be.*",
    "*",
    "credential.*",
    "credential.github",
    "ca.*",
    "ca.qc.*",
    "ca.qc.ramq",
    "*.phone",
    "be.p*",
    "label.*",
    "email",
    "credential.",
];
const DETECTORS: [&str; 12] = [
    "be.niss",
    "be.phone",
    "be.plate",
    "credential.github",
    "credential.jwt",
    "credential.",
    "ca.sin",
    "ca.qc.ramq",
    "ca.qc.x",
    "email",
    "label.c4",
    "fr.phone",
];
const TOOLS: [&str; 3] = ["chatgpt", "deepl", "openai-api"];
const LEVELS: [&str; 5] = ["C4", "c3", "PROTÉGÉ B", "Protégé b", "RED"];
const PEOPLE: [&str; 4] =
    ["Ann", "bob", "ÉVA", "a-name-that-is-longer-than-what-is-folded-on-the-stack-by-a-good-deal"];

/// A small generator: the same cases in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Mostly none, else one or two.
    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        let number = [0, 0, 0, 1, 2][self.below(5)];
        (0..number).map(|_| self.one(of)).collect()
    }

    fn words(&mut self, of: &[&str]) -> Vec<Arc<str>> {
        self.some(of).into_iter().map(|word| in_some_case(word, self.below(3)).into()).collect()
    }

    fn rule(&mut self) -> Rule {
        let when = When {
            classes: self.some(&Class::ALL),
            detectors: self.some(&GLOBS).into_iter().map(Glob::new).collect(),
            schemes: self.words(&["c", "TLP"]),
            levels: self.words(&LEVELS),
            severity: [None, None, Some(1), Some(3)][self.below(4)],
            confidence: self.one(&CONFIDENCES),
            count: [None, None, Some(1), Some(2), Some(5), Some(40)][self.below(6)],
            tools: self.some(&TOOLS).into_iter().map(Arc::from).collect(),
            kinds: self.some(&Kind::ALL).into_iter().map(|(_, kind)| kind).collect(),
            users: self.words(&PEOPLE),
            groups: self.words(&PEOPLE),
            direction: [None, Some(Direction::Request), Some(Direction::Response)][self.below(3)],
            new: [None, None, Some(true), Some(false)][self.below(4)],
        };
        Rule {
            article: "1".into(),
            when,
            action: Action::Block,
            valid_for: Duration::ZERO,
            contacts: Vec::new(),
            message: Localised::default(),
            instead: Localised::default(),
            line: 1,
        }
    }

    fn finding(&mut self) -> Judged {
        let (detector, class) = (self.one(&DETECTORS), self.one(&Class::ALL));
        let mut found = judged(detector, class, self.below(8) as u64);
        found.finding.confidence = self.one(&CONFIDENCES);
        found.new = self.below(3) > 0;
        if self.below(2) == 0 {
            let scheme = in_some_case(self.one(&["c", "tlp"]), self.below(3)).into();
            let level = in_some_case(self.one(&LEVELS), self.below(3)).into();
            found.finding.label = Some(Label { scheme, level, severity: self.below(5) as u8 });
        }
        found
    }

    fn user(&mut self) -> User {
        let name = self.some(&PEOPLE).first().map(|name| Sensitive::new(in_some_case(name, self.below(3))));
        User { name, groups: self.words(&PEOPLE), ..User::default() }
    }
}

const CONFIDENCES: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

fn in_some_case(word: &str, which: usize) -> String {
    match which {
        0 => word.to_owned(),
        1 => word.to_lowercase(),
        _ => word.to_uppercase(),
    }
}

/// The obvious way: the first rule whose conditions hold.
fn plain(rules: &[Rule], question: &Question<'_>, judged: &Judged) -> Option<usize> {
    rules.iter().position(|rule| {
        let when = &rule.when;
        when.fits_request(question.tool, question.user, question.direction)
            && when.fits_finding(judged)
            && when.count.is_none_or(|least| counted(when, question.findings) >= least)
    })
}

fn counted(when: &When, findings: &[Judged]) -> u64 {
    let counted = findings.iter().filter(|judged| judged.new && when.fits_finding(judged));
    let mut values: Vec<u64> = counted.map(|judged| judged.value).collect();
    values.sort_unstable();
    values.dedup();
    values.len() as u64
}

#[test]
fn the_sets_decide_as_the_plain_definition_does() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let tools: Vec<&Tool> = TOOLS.map(|id| &**Catalogue::shipped().by_id(id).unwrap()).to_vec();
    let (mut matched, mut unmatched) = (0, 0);
    for _ in 0..3_000 {
        let number = [0, 1, 3, 10, 70, 200][dice.below(6)];
        let rules: Vec<Rule> = (0..number).map(|_| dice.rule()).collect();
        let index = Index::new(&rules);
        let user = dice.user();
        let findings: Vec<Judged> = (0..dice.below(12)).map(|_| dice.finding()).collect();
        let question = Question {
            tool: dice.some(&tools).first().copied(),
            user: &user,
            direction: dice.one(&[Direction::Request, Direction::Response]),
            today: TODAY,
            findings: &findings,
            uninspected: &[],
            confirmed: false,
        };
        let active = index.active(&question);
        for judged in &findings {
            let wanted = plain(&rules, &question, judged);
            assert_eq!(index.first(&active, judged), wanted, "{judged:?} of {findings:?} under {rules:#?}");
            *if wanted.is_some() { &mut matched } else { &mut unmatched } += 1;
        }
    }
    assert!(matched > 1_000 && unmatched > 1_000, "{matched} and {unmatched}: both must happen often");
}
