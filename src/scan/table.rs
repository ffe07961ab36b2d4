//! Rules → tables for the one pass: which literal, digit count or sign leads to which rule. Knows rules, not texts.

use super::check::{self, Check};
use super::context::Uses;
use super::detector::{self, Anchor, Detector, DigitRun};
use super::digit_run::may_sign;
use super::literal::Literals;
use super::opening::{self, AnyGroup, Group, Opening, Openings};
use super::quiet::{Begins, Quiet};
use super::required::required;
use super::shape;
use super::stems::{Bits, Stems};
use crate::finding::Confidence;
use crate::rules::format::Unread;
use crate::rules::syntax::Lists;
use crate::rules::words::Words;
use crate::rules::{AnchorClass, Fault, Faults, List, Matcher, Number, Rule};
use crate::text::view::fold::{fold, starts_word};
use crate::text::view::spelled;
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What to do at a literal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    /// A token of this format may begin here.
    Token(u16),
    /// The word makes tokens of this format near it possible.
    TokenNear(u16),
    /// A match of this expression may contain it.
    Regex(u16),
    /// This detector asked for its anchor with this number.
    Code(u16, u16),
    /// A word of this list.
    List(u16),
    /// A number may be written in words.
    Spelled,
    /// A label of these rules may stand here.
    Stem(Bits),
}

/// Digits of an expression whose words may stand in the header of a table, far above its matches.
const COLUMN_DIGITS: usize = 5;

/// A token format with its rule.
pub(super) struct Token {
    pub rule: u16,
    pub format: Unread,
}

/// An expression with its rule; compiled when it is first needed.
pub(super) struct Expression {
    pub rule: u16,
    pub pattern: Box<str>,
    pub before: usize,
    pub after: usize,
    /// Digits that every match has at least.
    pub digits: usize,
    /// Whether words of its rule in a table's header lead to it.
    pub of_columns: bool,
    /// A sign that stands in every match or near it, by the rule.
    holds: Option<u8>,
    /// Or by the expression itself; looked for when it is first needed.
    required: OnceLock<Option<u8>>,
    compiled: OnceLock<Option<Compiled>>,
}

/// A compiled expression and the number of its group `value`.
pub(super) struct Compiled {
    pub regex: Regex,
    pub value: usize,
    /// Whether a match begins, and ends, at a boundary of words.
    pub edges: (bool, bool),
}

impl Compiled {
    /// Whether a match stands alone where it must: no accented letter goes on there, which boundaries of ASCII do not see.
    pub fn stands_alone(&self, text: &[u8], (start, end): (usize, usize)) -> bool {
        let beyond = |at: usize| text.get(at).is_some_and(|byte| *byte >= 0x80);
        let before = || start > 0 && beyond(start - 1) && !starts_word(text, start);
        let behind = || beyond(end) && fold(text, end).is_word();
        !(self.edges.0 && before() || self.edges.1 && behind())
    }
}

impl Expression {
    /// The compiled expression; `None` where it is none, which loading has ruled out.
    pub fn compiled(&self) -> Option<&Compiled> {
        let compiled = || {
            let regex = compile(&self.pattern).ok()?;
            let value = regex.capture_names().position(|name| name == Some("value")).unwrap_or(0);
            Some(Compiled { regex, value, edges: edges(&self.pattern) })
        };
        self.compiled.get_or_init(compiled).as_ref()
    }

    /// A sign that stands in every match or near it.
    fn required(&self) -> Option<u8> {
        self.holds.or_else(|| *self.required.get_or_init(|| required(&self.pattern)))
    }

    /// Whether a sign or so many digits are missing there that nothing can match.
    pub fn lacks(&self, text: &[u8]) -> bool {
        self.digits > 0 && digits(text) < self.digits
            || self.required().is_some_and(|sign| memchr::memchr(sign, text).is_none())
    }
}

/// How many digits a text has.
pub(super) fn digits(text: &[u8]) -> usize {
    // Counted in bytes, so that a compiler makes vectors of it.
    let count = |part: &[u8]| part.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum::<u8>();
    text.chunks(128).map(|part| usize::from(count(part))).sum()
}

/// Compiles an expression within bounds.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&plain(pattern)).size_limit(4 << 20).dfa_size_limit(1 << 20).build()
}

/// Letters of ASCII and of the Latin alphabets beyond it, digits and the underscore. The whole class of Unicode takes
/// hundreds of ranges, and a millisecond to compile.
const WORD: &str = r"0-9A-Za-z_\u{C0}-\u{24F}";

/// The expression with word boundaries and digits of ASCII. Others cannot be searched by an automaton where the text has
/// accents, and what then remains is twenty times as slow; digits of other scripts are read as those of ASCII before.
/// Who asks for a boundary of Unicode by name (`\b{start}`) keeps it.
fn plain(pattern: &str) -> String {
    let bytes = pattern.starts_with("(?-u)");
    let mut plain = String::with_capacity(pattern.len() + 64);
    let (mut characters, mut depth, mut opened) = (pattern.chars().peekable(), 0_u32, 0);
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let escaped = characters.next().unwrap_or('\\');
                match (escaped, depth) {
                    ('b', 0) if characters.peek() != Some(&'{') => plain.push_str(r"(?-u:\b)"),
                    ('d', 0) => plain.push_str("[0-9]"),
                    ('d', _) => plain.push_str("0-9"),
                    ('w', 0) if !bytes => plain.extend(["[", WORD, "]"]),
                    ('w', _) if !bytes => plain.push_str(WORD),
                    _ => plain.extend(['\\', escaped]),
                }
                continue;
            }
            '[' => (depth, opened) = (depth + 1, plain.len() + 1),
            // A bracket that closes stands for itself at the beginning of a class.
            ']' if plain.len() > opened && !(plain.len() == opened + 1 && plain.ends_with('^')) => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        plain.push(character);
    }
    plain
}

/// Whether an expression begins and ends at a boundary of words.
fn edges(pattern: &str) -> (bool, bool) {
    let flags = pattern.trim_start_matches("(?i)");
    let opened = flags.trim_start_matches("(?P<value>").trim_start_matches("(?:").trim_start_matches('(');
    (opened.starts_with(r"\b"), pattern.trim_end_matches(')').ends_with(r"\b"))
}

/// Longer runs of digits are as this one to detectors that look at them.
pub(super) const DIGIT_RUN_MAX: usize = 40;

/// A detector that looks at runs of digits.
#[derive(Clone, Copy)]
pub(super) struct DigitCode {
    pub run: DigitRun,
    pub detector: u16,
    pub anchor: u16,
}

/// A detector in code with its rule.
pub(super) struct Coded {
    pub rule: u16,
    pub detector: Box<dyn Detector>,
    /// Whether its words are looked for within others too.
    pub reads_humps: bool,
}

/// The rules whose words others use, found once.
#[derive(Default)]
struct Lenders<'a>(Vec<(&'a str, Option<&'a Lists>)>);

impl<'a> Lenders<'a> {
    /// The words of a rule; `None` where it is not there or has none.
    fn words(&mut self, name: &'a str, rules: &'a [Rule]) -> Option<&'a Lists> {
        if let Some((_, known)) = self.0.iter().find(|(known, _)| *known == name) {
            return *known;
        }
        let rule = rules.iter().find(|rule| rule.id.as_str() == name);
        let words = rule.into_iter().flat_map(|rule| &rule.matchers).find_map(|matcher| match matcher {
            Matcher::Code(code) => Some(&code.words),
            Matcher::Number(_) | Matcher::Mixed(_) | Matcher::Token(_) | Matcher::Regex(_) => None,
        });
        self.0.push((name, words));
        words
    }

    /// The matcher, a detector in code with the words of the rule that it names beside its own.
    fn complete(
        &mut self,
        matcher: &'a Matcher,
        rules: &'a [Rule],
        report: &mut impl FnMut(String),
    ) -> Cow<'a, Matcher> {
        let Matcher::Code(code) = matcher else { return Cow::Borrowed(matcher) };
        if code.words_of.is_empty() {
            return Cow::Borrowed(matcher);
        }
        let Some(words) = self.words(&code.words_of, rules) else {
            report(format!("`words_of`: there is no rule `{}` with words", code.words_of));
            return Cow::Borrowed(matcher);
        };
        let mut code = code.clone();
        code.words.complete(words);
        Cow::Owned(Matcher::Code(code))
    }
}

/// Everything that the pass needs.
#[derive(Default)]
pub(super) struct Table {
    pub rules: Vec<Rule>,
    /// For each rule: its check.
    pub checks: Vec<Option<&'static Check>>,
    /// For each rule: the highest confidence that the organisation lets it report.
    pub at_most: Vec<Confidence>,
    pub lists: Vec<List>,
    pub words: Words,
    pub uses: Uses,
    /// Words without which rules have no label.
    pub stems: Stems,
    pub literals: Literals,
    pub actions: Vec<Action>,
    pub tokens: Vec<Token>,
    pub expressions: Vec<Expression>,
    pub coded: Vec<Coded>,
    /// Groupings by the length of their first group.
    pub groups: Vec<Vec<opening::Set>>,
    /// For each length, whether a number of one group has it.
    pub alone: Box<[bool]>,
    /// Shapes of letters and digits by the length of the first run of digits.
    pub shapes: Vec<Vec<shape::Set>>,
    /// Rules that read any grouping, by their number of digits.
    pub any_groups: Vec<Vec<AnyGroup>>,
    /// What may stand between the digits of those, as bits, and how they begin.
    pub any_openings: Openings,
    /// All separators that any number rule allows.
    pub separators: u32,
    /// The fewest digits of any number rule.
    pub digits_min: u8,
    /// Expressions at runs of at least so many digits.
    pub digit_expressions: Vec<(u8, u16)>,
    pub at_expressions: Vec<u16>,
    pub url_expressions: Vec<u16>,
    pub hex_colon_expressions: Vec<u16>,
    /// By the number of digits; the last ones for all longer runs.
    pub digit_code: Vec<Vec<DigitCode>>,
    pub after_word_code: Vec<(u16, u16)>,
    pub at_code: Vec<(u16, u16)>,
    pub url_code: Vec<(u16, u16)>,
    pub degree_expressions: Vec<u16>,
    pub capital_code: Vec<(u16, u16)>,
    pub start_code: Vec<(u16, u16)>,
    pub end_code: Vec<(u16, u16)>,
    /// Runs of digits at which nothing but a number of one group begins.
    pub quiet: Quiet,
}

impl Begins for Table {
    fn shape(&self, length: usize, byte: u8) -> (bool, bool) {
        let sets = self.shapes.get(length).map_or(&[][..], Vec::as_slice);
        sets.iter()
            .map(|set| set.may_have(byte))
            .fold((false, false), |all, one| (all.0 | one.0, all.1 | one.1))
    }

    fn other(&self, length: usize, behind: u8) -> bool {
        let code =
            |code: &DigitCode| !code.run.after_letters && code.run.next.is_none_or(|next| next == behind);
        self.digit_code.get(length).is_some_and(|all| all.iter().any(code))
            || self.digit_expressions.iter().any(|(digits, _)| length >= usize::from(*digits))
            || may_sign(behind, length)
    }

    fn separators(&self) -> u32 {
        self.separators
    }
}

impl Table {
    /// Builds the tables. Names that are unknown, and anchors without a letter, are faults.
    pub fn new(rules: Vec<Rule>, lists: Vec<List>) -> Result<Self, Faults> {
        let (table, faults) = Self::with_faults(rules, lists);
        if faults.is_empty() { Ok(table) } else { Err(Faults(faults)) }
    }

    /// The tables of what can be used, and what is wrong with the rest: for the shipped rules, whose faults the
    /// tests show and which must scan with what they have in any case.
    pub fn with_faults(rules: Vec<Rule>, lists: Vec<List>) -> (Self, Vec<Fault>) {
        let mut table = Self { digits_min: u8::MAX, ..Self::default() };
        table.groups.resize_with(41, Vec::new);
        table.shapes.resize_with(16, Vec::new);
        table.digit_code.resize_with(DIGIT_RUN_MAX + 1, Vec::new);
        table.uses = Uses::new(&rules, &mut table.words);
        let faults = table.matchers(&rules);
        for (number, list) in lists.iter().enumerate() {
            let action = table.action(Action::List(number as u16));
            for word in &list.words {
                table.literals.add(word, false, action);
            }
        }
        let spelled = table.action(Action::Spelled);
        for word in spelled::TRIGGERS {
            table.literals.add(word, false, spelled);
        }
        for rule in &rules {
            let (actions, literals) = (&mut table.actions, &mut table.literals);
            table.stems.add(rule, |stem, bit| {
                actions.push(Action::Stem(bit));
                literals.add(stem, false, actions.len() as u32 - 1);
            });
        }
        table.at_most = vec![Confidence::High; rules.len()];
        table.literals.finish();
        table.quiet = Quiet::of(&table);
        table.alone = table.groups.iter().map(|sets| sets.iter().any(|set| set.alone() != 0)).collect();
        table.rules = rules;
        table.lists = lists;
        (table, faults)
    }

    /// Takes in the matchers of all rules; returns what is wrong with them.
    fn matchers(&mut self, rules: &[Rule]) -> Vec<Fault> {
        let (mut faults, mut lenders) = (Vec::new(), Lenders::default());
        for (number, rule) in rules.iter().enumerate() {
            let mut report = |message: String| {
                // Rules without a place are the shipped ones, which the tests answer for.
                faults.extend(rule.place.clone().map(|place| place.saying(message)));
            };
            let check = check::by_name(&rule.check);
            self.checks.push(check);
            if !rule.check.is_empty() && check.is_none() {
                report(format!("there is no check `{}`", rule.check));
            }
            for (place, matcher) in rule.matchers.iter().enumerate() {
                let matcher = lenders.complete(matcher, rules, &mut report);
                self.matcher(rule, number as u16, place as u16, &matcher, &mut report);
            }
        }
        faults
    }

    /// A rule's matcher of numbers.
    pub fn number(&self, rule: u16, place: u16) -> Option<&Number> {
        match self.rules.get(usize::from(rule))?.matchers.get(usize::from(place))? {
            Matcher::Number(number) => Some(number),
            Matcher::Mixed(_) | Matcher::Token(_) | Matcher::Regex(_) | Matcher::Code(_) => None,
        }
    }

    fn action(&mut self, action: Action) -> u32 {
        self.actions.push(action);
        self.actions.len() as u32 - 1
    }

    fn matcher(
        &mut self,
        rule: &Rule,
        number: u16,
        place: u16,
        matcher: &Matcher,
        report: &mut impl FnMut(String),
    ) {
        match matcher {
            Matcher::Number(syntax) => {
                for lengths in &syntax.groups {
                    let Some(&first) = lengths.first() else { continue };
                    let group = Group { rule: number, number: place, lengths: lengths.clone() };
                    opening::Set::add(&mut self.groups[usize::from(first).min(40)], group, syntax, rule);
                }
                if syntax.any_grouping {
                    let opening = Opening::of(syntax);
                    let fewest = syntax.digits.iter().copied().min().map_or(0, usize::from);
                    self.any_openings.add(opening, syntax.separators, fewest);
                    let any =
                        AnyGroup { rule: number, number: place, separators: syntax.separators, opening };
                    for digits in &syntax.digits {
                        let digits = usize::from(*digits).min(40);
                        let room = self.any_groups.len().max(digits + 1);
                        self.any_groups.resize_with(room, Vec::new);
                        self.any_groups[digits].push(any);
                    }
                }
                self.separators |= syntax.separators;
                self.digits_min = syntax.digits.iter().copied().fold(self.digits_min, u8::min);
            }
            Matcher::Mixed(mixed) => {
                for parts in &mixed.shapes {
                    for length in shape::first_runs(parts) {
                        if let Some(shapes) = self.shapes.get_mut(length) {
                            let shape = shape::Shape::new(number, parts, mixed.separators);
                            shape::Set::add(shapes, shape, length);
                        }
                    }
                }
            }
            Matcher::Token(format) => self.token(rule, number, format, report),
            Matcher::Regex(pattern) => {
                let index = self.expressions.len() as u16;
                self.expressions.push(Expression {
                    rule: number,
                    pattern: pattern.pattern.clone(),
                    before: pattern.before,
                    after: pattern.after,
                    digits: pattern.digits,
                    of_columns: pattern.class.is_none() && pattern.digits >= COLUMN_DIGITS,
                    holds: pattern.holds,
                    required: OnceLock::new(),
                    compiled: OnceLock::new(),
                });
                match pattern.class {
                    Some(AnchorClass::Digits(count)) => self.digit_expressions.push((count, index)),
                    Some(AnchorClass::At) => self.at_expressions.push(index),
                    Some(AnchorClass::Url) => self.url_expressions.push(index),
                    Some(AnchorClass::Degree) => self.degree_expressions.push(index),
                    Some(AnchorClass::HexColon) => self.hex_colon_expressions.push(index),
                    None => {}
                }
                let action = self.action(Action::Regex(index));
                for anchor in &pattern.anchors {
                    if !self.literals.add(anchor, pattern.exact, action) {
                        report(format!("the anchor `{anchor}` has no letter or digit"));
                    }
                }
            }
            Matcher::Code(code) => {
                let Some(make) = detector::by_name(&code.name) else {
                    report(format!("there is no detector `{}`", code.name));
                    return;
                };
                self.code(number, make(code), report);
            }
        }
    }

    fn token(&mut self, rule: &Rule, number: u16, format: &Unread, report: &mut impl FnMut(String)) {
        let index = self.tokens.len() as u16;
        self.tokens.push(Token { rule: number, format: format.clone() });
        let leading = format.leading();
        let anchor = leading.bytes().filter(u8::is_ascii_alphanumeric).count() >= 2;
        if anchor && !rule.require_context {
            let action = self.action(Action::Token(index));
            self.literals.add(&leading, true, action);
            return;
        }
        if rule.context.is_empty() {
            report(format!(
                "`{}`: a format that does not begin with two letters or digits needs `context` words, near which it is looked for",
                rule.id
            ));
        }
        let action = self.action(Action::TokenNear(index));
        for word in &rule.context {
            self.literals.add(word, false, action);
        }
    }

    fn code(&mut self, rule: u16, detector: Box<dyn Detector>, report: &mut impl FnMut(String)) {
        let index = self.coded.len() as u16;
        for (place, anchor) in detector.anchors().into_iter().enumerate() {
            let here = (index, place as u16);
            match anchor {
                Anchor::Word(word) | Anchor::Exact(word) if !word.contains(char::is_alphanumeric) => {
                    report(format!("the anchor `{word}` has no letter or digit"));
                }
                Anchor::Word(word) => {
                    let action = self.action(Action::Code(here.0, here.1));
                    self.literals.add(&word, false, action);
                }
                Anchor::Exact(word) => {
                    let action = self.action(Action::Code(here.0, here.1));
                    self.literals.add(&word, true, action);
                }
                Anchor::Digits(run) => {
                    let code = DigitCode { run, detector: here.0, anchor: here.1 };
                    let last = run.digits.1.min(DIGIT_RUN_MAX);
                    for all in self.digit_code.iter_mut().take(last + 1).skip(run.digits.0.min(last)) {
                        all.push(code);
                    }
                }
                Anchor::DigitsAfterWord => self.after_word_code.push(here),
                Anchor::At => self.at_code.push(here),
                Anchor::Url => self.url_code.push(here),
                Anchor::CapitalPair => self.capital_code.push(here),
                Anchor::TextStart => self.start_code.push(here),
                Anchor::TextEnd => self.end_code.push(here),
            }
        }
        let reads_humps = detector.reads_humps();
        self.coded.push(Coded { rule, detector, reads_humps });
    }
}

#[cfg(test)]
mod tests {
    use super::{Expression, WORD, plain};
    use std::sync::OnceLock;

    #[test]
    fn boundaries_are_of_ascii_and_edges_of_all_letters() {
        assert_eq!(plain(r"\\b\b{start}[é\]]\b"), r"\\b\b{start}[é\]](?-u:\b)");
        assert_eq!(plain(r"\d[^\d.][]\d][^]\d]\d"), r"[0-9][^0-9.][]0-9][^]0-9][0-9]");
        assert_eq!(plain(r"[^\w.-]"), format!("[^{WORD}.-]"));
        assert_eq!(plain(r"(?-u)[\w.-]\w\d"), r"(?-u)[\w.-]\w[0-9]");
        let expression = |pattern: &str| Expression {
            rule: 0,
            pattern: pattern.into(),
            before: 0,
            after: 0,
            digits: 0,
            of_columns: false,
            holds: None,
            required: OnceLock::new(),
            compiled: OnceLock::new(),
        };
        let finds = |pattern: &str, text: &str| {
            let expression = expression(pattern);
            let compiled = expression.compiled().expect("it compiles");
            let found = compiled.regex.find(text.as_bytes()).expect("it matches");
            compiled.stands_alone(text.as_bytes(), (found.start(), found.end()))
        };
        assert!(finds(r"(?i)\b(?P<value>age)\b", "l'âge: age."));
        assert!(!finds(r"(?i)\b(?P<value>agent)\b", "réagent"));
        assert!(!finds(r"(?i)(?P<value>\bagent\b)", "agenté"));
        assert!(finds(r"(?i)(?P<value>agent)", "réagenté"));
    }
}
