//! Which rules can concern a finding, as sets of bits made when the charter is compiled: a finding is judged by
//! a few intersections instead of one look at each rule. Knows the rules' conditions and nothing of actions.

mod count;
mod names;
mod set;
#[cfg(test)]
mod tests;

pub use set::{RULES_MAX, Set};

use super::rule::{Rule, When};
use super::{Direction, Judged, Question};
use crate::finding::{Class, Confidence, Label};
use crate::tools::{Kind, Tool};
use crate::user::User;
use count::Counting;
use names::{Detectors, Names};

/// Class, confidence and age of a finding: each has its set.
const SHAPES: usize = 5 * 3 * 2;

/// The sets of a charter's rules.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Words of a set that any rule stands in.
    words: usize,
    shapes: [Set; SHAPES],
    detectors: Detectors,
    labels: Labels,
    /// By direction.
    directions: [Set; 2],
    tools: Names,
    kinds: Kinds,
    users: Names,
    groups: Names,
    counting: Counting,
}

impl Index {
    /// The sets for these rules.
    pub fn new(rules: &[Rule]) -> Self {
        let rules = &rules[..rules.len().min(RULES_MAX)];
        let mut index = Self { words: rules.len().div_ceil(64), ..Self::default() };
        for (number, rule) in rules.iter().enumerate() {
            index.enter_finding(number, &rule.when);
            index.enter_request(number, &rule.when);
            index.counting.enter(number, rules);
        }
        index.detectors.close();
        index.labels.schemes.close();
        index.labels.levels.close();
        index.tools.close();
        index
    }

    fn enter_finding(&mut self, number: usize, when: &When) {
        for class in Class::ALL {
            for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
                for new in [false, true] {
                    let fits = (when.classes.is_empty() || when.classes.contains(&class))
                        && confidence >= when.confidence
                        && when.new.is_none_or(|wanted| wanted == new);
                    if fits {
                        self.shapes[shape(class, confidence, new)].insert(number);
                    }
                }
            }
        }
        self.detectors.enter(number, &when.detectors);
        self.labels.enter(number, when);
    }

    fn enter_request(&mut self, number: usize, when: &When) {
        for direction in [Direction::Request, Direction::Response] {
            if when.direction.is_none_or(|wanted| wanted == direction) {
                self.directions[direction as usize].insert(number);
            }
        }
        self.tools.enter(number, when.tools.iter().map(|tool| &**tool));
        self.kinds.enter(number, &when.kinds);
        if when.users.is_empty() && when.groups.is_empty() {
            self.users.any.insert(number);
        }
        for (names, table) in [(&when.users, &mut self.users), (&when.groups, &mut self.groups)] {
            for name in names {
                table.add(number, &name.to_ascii_lowercase());
            }
        }
    }

    /// The rules that apply to a request, its counts included.
    pub fn active(&self, question: &Question<'_>) -> Set {
        let mut active = self.directions[question.direction as usize];
        active.meet(question.tool.map_or(&self.tools.any, |tool| self.tools.met_by(&tool.id)));
        active.meet(self.kinds.met_by(question.tool));
        active.meet(&self.meant(question.user));
        self.counting.narrow(self, question.findings, &mut active);
        active
    }

    /// The rules that mean everybody, the user, or a group of theirs.
    fn meant(&self, user: &User) -> Set {
        let mut meant = self.users.any;
        let name = user.name.as_ref().and_then(|name| self.users.named_in_any_case(name.expose()));
        let groups = user.groups.iter().filter_map(|group| self.groups.named_in_any_case(group));
        for set in name.into_iter().chain(groups) {
            meant.join(set);
        }
        meant
    }

    /// The first rule for a finding among the active ones.
    pub fn first(&self, active: &Set, judged: &Judged) -> Option<usize> {
        let mut room = Set::default();
        let sets = self.sets(judged, &mut room);
        for at in 0..self.words {
            let word = sets.iter().fold(active.word(at), |word, set| word & set.word(at));
            if word != 0 {
                return Some(at * 64 + word.trailing_zeros() as usize);
            }
        }
        None
    }

    /// All rules for a finding among the active ones.
    fn all(&self, active: &Set, judged: &Judged) -> impl Iterator<Item = usize> + use<> {
        let mut room = Set::default();
        let mut fit = *active;
        for set in self.sets(judged, &mut room) {
            fit.meet(set);
        }
        (0..self.words).flat_map(move |at| {
            let mut rest = fit.word(at);
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// The sets whose common rules have conditions that the finding meets.
    fn sets<'s>(&'s self, judged: &Judged, room: &'s mut Set) -> [&'s Set; 5] {
        let finding = &judged.finding;
        let [severity, scheme, level] = self.labels.met_by(finding.label.as_ref());
        let shape = &self.shapes[shape(finding.class, finding.confidence, judged.new)];
        [shape, self.detectors.met_by(finding.detector.as_str(), room), severity, scheme, level]
    }
}

const fn shape(class: Class, confidence: Confidence, new: bool) -> usize {
    (class as usize * 3 + confidence as usize) * 2 + new as usize
}

/// By label the rules that ask for it.
#[derive(Clone, Debug, Default)]
struct Labels {
    /// The rules that ask for no label.
    none: Set,
    schemes: Names,
    levels: Names,
    severities: [Set; 4],
}

impl Labels {
    fn enter(&mut self, number: usize, when: &When) {
        if !when.is_about_labels() {
            self.none.insert(number);
        }
        for (words, names) in [(&when.schemes, &mut self.schemes), (&when.levels, &mut self.levels)] {
            let folded: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
            names.enter(number, folded.iter().map(String::as_str));
        }
        for (severity, set) in (0..).zip(&mut self.severities) {
            if when.severity.is_none_or(|least| severity >= least) {
                set.insert(number);
            }
        }
    }

    fn met_by(&self, label: Option<&Label>) -> [&Set; 3] {
        let Some(label) = label else { return [&self.none; 3] };
        let severity = usize::from(label.severity).min(self.severities.len() - 1);
        let scheme = self.schemes.met_by_in_any_case(&label.scheme);
        [&self.severities[severity], scheme, self.levels.met_by_in_any_case(&label.level)]
    }
}

/// By kind of tool the rules that ask for it.
#[derive(Clone, Debug, Default)]
struct Kinds {
    /// The rules that ask for none.
    any: Set,
    of: [Set; Kind::ALL.len()],
}

impl Kinds {
    fn enter(&mut self, number: usize, kinds: &[Kind]) {
        if kinds.is_empty() {
            self.any.insert(number);
        }
        for (_, kind) in Kind::ALL {
            if kinds.is_empty() || kinds.contains(&kind) {
                self.of[kind as usize].insert(number);
            }
        }
    }

    fn met_by(&self, tool: Option<&Tool>) -> &Set {
        tool.map_or(&self.any, |tool| &self.of[tool.kind as usize])
    }
}
