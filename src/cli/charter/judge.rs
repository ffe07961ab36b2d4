//! Runs a scenario: its text is scanned by the shipped rules and judged by the charter that it names.

use crate::charter::scenario::{Attachment, Outcome, Scenario};
use crate::charter::{Action, Charter, Judged, Question, UninspectableKind, Uninspected};
use crate::place::Place;
use crate::rules::template;
use crate::scan::{Hint, Scanner, Scratch, check};
use crate::sensitive::Sensitive;
use crate::tools::{Catalogue, Tool};
use crate::user::User;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The seed of the values that stand as templates (`{niss:dotted}`) in scenarios.
const SEED: u64 = 4;

type Load<'a> = Box<dyn Fn(&str) -> Result<Arc<Charter>, String> + 'a>;

/// Judges scenarios; loads each charter once.
pub struct Judge<'a> {
    load: Load<'a>,
    charters: RefCell<HashMap<String, Result<Arc<Charter>, String>>>,
    scanner: Arc<Scanner>,
    hashes: RandomState,
}

impl<'a> Judge<'a> {
    /// A judge that loads charters by `load`.
    #[must_use]
    pub fn new(load: impl Fn(&str) -> Result<Arc<Charter>, String> + 'a) -> Self {
        Self {
            load: Box::new(load),
            charters: RefCell::default(),
            scanner: Scanner::shipped(),
            hashes: RandomState::new(),
        }
    }

    /// What the charter says to a scenario; `fallback` is the charter of those that name none.
    ///
    /// # Errors
    /// Says why it could not be run.
    pub fn judge(&self, scenario: &Scenario, fallback: &str) -> Result<Outcome, String> {
        let charter = self.charter(scenario.charter.as_deref().unwrap_or(fallback))?;
        let catalogue = Catalogue::shipped().with(charter.own_tools());
        let tool = match &scenario.tool {
            Some(id) => Some(catalogue.by_id(id).ok_or_else(|| format!("no tool is called \"{id}\""))?),
            None => None,
        };
        let user = User {
            name: scenario.user.clone().map(Sensitive::new),
            groups: scenario.groups.clone(),
            ..User::default()
        };
        self.ask(scenario, &charter, tool.map(|tool| &**tool), &user)
    }

    fn ask(
        &self,
        scenario: &Scenario,
        charter: &Charter,
        tool: Option<&Tool>,
        user: &User,
    ) -> Result<Outcome, String> {
        let mut findings = Vec::new();
        let mut number = 1;
        for text in &scenario.earlier {
            self.scan(text, number, false, &mut findings)?;
            number += 2;
        }
        self.scan(&scenario.content, number, true, &mut findings)?;
        let uninspected: Vec<Uninspected> = scenario.attachment.map(unread).into_iter().collect();
        let question = Question {
            tool,
            user,
            direction: scenario.direction,
            today: scenario.date,
            findings: &findings,
            uninspected: &uninspected,
            confirmed: scenario.confirmed,
        };
        let decision = charter.decide(&question);
        let message = (decision.action > Action::Observe)
            .then(|| charter.message(&decision, &question, scenario.language, "scenario"));
        Ok(Outcome { action: decision.action, articles: decision.articles(), message })
    }

    fn scan(&self, text: &str, number: u32, new: bool, findings: &mut Vec<Judged>) -> Result<(), String> {
        let text = expand(text)?;
        let mut found = Vec::new();
        self.scanner.scan(text.as_bytes(), &Hint::default(), &mut Scratch::default(), &mut found);
        findings.extend(found.into_iter().map(|finding| {
            let value = self.hashes.hash_one(finding.span.of(text.as_bytes()));
            let line = text.as_bytes()[..finding.span.start].iter().filter(|byte| **byte == b'\n').count();
            let line = u32::try_from(line).map_or(u32::MAX, |line| line + 1);
            Judged { finding, place: Place::Message(number), line, new, value }
        }));
        Ok(())
    }

    fn charter(&self, name: &str) -> Result<Arc<Charter>, String> {
        self.charters.borrow_mut().entry(name.to_owned()).or_insert_with(|| (self.load)(name)).clone()
    }
}

fn expand(text: &str) -> Result<String, String> {
    let passes = |name: &str, value: &str| {
        check::by_name(name).map(|check| matches!(check.run(value.as_bytes()), check::Outcome::Pass))
    };
    template::expand(text, &[], &passes, SEED).map(|expanded| expanded.text)
}

fn unread(attachment: Attachment) -> Uninspected {
    let kind = match attachment {
        Attachment::Image => UninspectableKind::Image,
        Attachment::Audio => UninspectableKind::Audio,
        Attachment::Encrypted => UninspectableKind::Encrypted,
    };
    Uninspected { kind, place: Place::File(None), bytes: 1_000, new: true }
}
