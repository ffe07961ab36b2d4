//! What can only be seen of the charter as a whole: rules that can never match, contradictions, and on a given
//! day what has run out. Knows no file.

use super::rule::When;
use super::{Charter, Identity};
use crate::fault::nearest;
use crate::source::{Source, list};
use crate::tools::Catalogue;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// How many days before its end an exception is pointed out.
pub const WARNING_DAYS: i32 = 30;

/// Something that wants attention, though the charter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line of the file, where it is about one.
    pub line: Option<usize>,
    /// The word that it is about, as the file writes it; empty where it is about none.
    pub about: Arc<str>,
    /// What it is.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl Note {
    /// Enters it as a fault of the file whose text this is, at the word that it is about.
    pub fn enter(&self, source: &Source<'_>, text: &str) {
        let line = source.line_range(self.line.unwrap_or(1));
        let quoted = format!("\"{}\"", self.about);
        let found = text.get(line.start..).and_then(|rest| rest.find(&quoted));
        let range = found.map_or(line.clone(), |at| line.start + at..line.start + at + quoted.len());
        source.fault(range, self.text.clone(), self.hint.clone());
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  hint: {}", self.text, self.hint)
    }
}

/// Finds rules that come too late, and lines that say the opposite of each other.
pub fn rules(source: &Source<'_>, charter: &Charter, catalogue: &Catalogue) {
    for (late, rule) in charter.rules.iter().enumerate() {
        let Some(early) = charter.rules[..late].iter().find(|early| covers(&early.when, &rule.when)) else {
            continue;
        };
        let range = source.line_range(rule.line);
        if early.action == rule.action {
            let message = format!("this rule can never match: the rule on line {} comes first", early.line);
            source.fault(range, message, "remove it, or move it up: the first rule that matches decides");
        } else {
            let message = format!(
                "this rule can never match: the rule on line {} says `{}` first and so contradicts `{}`",
                early.line,
                early.action.as_str(),
                rule.action.as_str()
            );
            source.fault(range, message, "move the narrower rule up: the first rule that matches decides");
        }
    }
    rules_on_denied_tools(source, charter, catalogue);
    contradicting_lines(source, charter);
}

/// A rule on tools that nobody may ever use says nothing.
fn rules_on_denied_tools(source: &Source<'_>, charter: &Charter, catalogue: &Catalogue) {
    for rule in charter.rules.iter().filter(|rule| !rule.when.tools.is_empty()) {
        let own = |id: &str| charter.tools.own.iter().find(|tool| *tool.id == *id);
        let tool = |id: &str| own(id).or_else(|| catalogue.by_id(id).map(|tool| &**tool));
        let denied = |id: &str| tool(id).is_some_and(|tool| charter.tools.is_denied_to_all(tool));
        if rule.when.tools.iter().all(|id| denied(id)) {
            let message = "this rule can never match: the charter denies the tools that it names";
            source.fault(source.line_range(rule.line), message, "allow them in [tools], or remove the rule");
        }
    }
}

/// The same tool allowed and denied to the same people.
fn contradicting_lines(source: &Source<'_>, charter: &Charter) {
    let lines = &charter.tools.lines;
    for (at, line) in lines.iter().enumerate() {
        for other in lines[..at].iter().filter(|other| other.allow != line.allow) {
            let tool = line.tools.iter().find(|tool| other.tools.contains(tool)).map(|tool| &**tool);
            let kind = line.kinds.iter().find(|kind| other.kinds.contains(kind)).map(|kind| kind.as_str());
            let alike = line.users == other.users && line.groups == other.groups;
            if let Some(name) = tool.or(kind).filter(|_| alike) {
                let message = format!("\"{name}\" is both allowed and denied (line {})", other.line);
                source.fault(source.line_range(line.line), message, "remove one of the two");
            }
        }
    }
}

/// Whether everything that meets `narrow` meets `wide`. Only said where it is certain.
fn covers(wide: &When, narrow: &When) -> bool {
    within(&wide.classes, &narrow.classes)
        && within(&wide.schemes, &narrow.schemes)
        && within(&wide.levels, &narrow.levels)
        && within(&wide.tools, &narrow.tools)
        && within(&wide.kinds, &narrow.kinds)
        && (wide.detectors.is_empty()
            || !narrow.detectors.is_empty()
                && narrow.detectors.iter().all(|glob| wide.detectors.iter().any(|wide| wide.covers(glob))))
        && wide.severity.is_none_or(|least| narrow.severity.is_some_and(|severity| severity >= least))
        && wide.confidence <= narrow.confidence
        && wide.count.is_none_or(|least| narrow.count.is_some_and(|count| count >= least))
        && ((wide.users.is_empty() && wide.groups.is_empty())
            || !(narrow.users.is_empty() && narrow.groups.is_empty())
                && narrow.users.iter().all(|user| wide.users.contains(user))
                && narrow.groups.iter().all(|group| wide.groups.contains(group)))
        && wide.direction.is_none_or(|direction| narrow.direction == Some(direction))
        && wide.new.is_none_or(|new| narrow.new == Some(new))
}

/// Whether a list of which one must hold admits all that the other admits; an empty one admits anything.
fn within<T: PartialEq>(wide: &[T], narrow: &[T]) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|one| wide.contains(one)))
}

/// What wants attention on a day.
pub fn notes(charter: &Charter, today: Date) -> Vec<Note> {
    let mut notes = Vec::new();
    for exception in &charter.tools.exceptions {
        let what = format!("the exception for \"{}\" ({})", exception.tool, exception.reference);
        let days = exception.until.since(today).map_or(0, |span| span.get_days());
        let line = Some(exception.line);
        if !exception.counts_on(today) {
            notes.push(Note {
                line,
                about: exception.tool.clone(),
                text: format!("{what} ran out on {}", exception.until),
                hint: format!("the tool is denied again; ask {} or remove it", exception.validated_by),
            });
        } else if days <= WARNING_DAYS {
            let when = match days {
                0 => "runs out tonight".to_owned(),
                1 => "runs out tomorrow night".to_owned(),
                _ => format!("runs out in {days} days, on {}", exception.until),
            };
            notes.push(Note {
                line,
                about: exception.tool.clone(),
                text: format!("{what} {when}"),
                hint: format!("ask {} in time", exception.validated_by),
            });
        }
    }
    if charter.audit.identity == Identity::Sealed && charter.audit.recipients.is_empty() {
        notes.push(Note {
            line: None,
            about: "".into(),
            text: "identities are to be sealed, but there is no recipient: none are kept".into(),
            hint: "add the DPO's public key: [audit] recipients = [\"age1…\"], or say identity = \"none\""
                .into(),
        });
    }
    notes
}

/// Detectors and schemes of labels that nothing of `known` fits: a rule that asks for them finds nothing. The
/// organisation's own (`own.…`) count where they are among those that are known.
pub fn unknown_names(charter: &Charter, known: &[&str]) -> Vec<Note> {
    let mut notes = Vec::new();
    for rule in &charter.rules {
        for glob in rule.when.detectors.iter().filter(|glob| !known.iter().any(|id| glob.matches(id))) {
            let name = glob.as_str();
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if name.starts_with("own.") => {
                    "your own detectors stand in the files under `patterns` of guard.toml; without it nothing starts".into()
                }
                None => "`guard patterns list` shows them; `*` stands for anything".into(),
            };
            let text = format!("no detector is called \"{name}\": this rule finds nothing");
            notes.push(Note { line: Some(rule.line), about: name.into(), text, hint });
        }
        let is_scheme = |scheme: &&Arc<str>| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
        for scheme in rule.when.schemes.iter().filter(|scheme| !is_scheme(scheme)) {
            let hint = match nearest(scheme, SCHEMES.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("the schemes are {}", list(SCHEMES)),
            };
            let text = format!("no label has the scheme \"{scheme}\": this rule finds nothing");
            notes.push(Note { line: Some(rule.line), about: scheme.clone(), text, hint });
        }
    }
    notes
}

/// The schemes of labels, as the detectors of labels report them.
const SCHEMES: &[&str] = &["c", "tlp", "eu", "be_law", "fr", "de", "nato", "ca_protected", "generic", "msip"];
