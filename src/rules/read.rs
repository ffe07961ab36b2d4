//! One rule as written → one rule that cannot be wrong; each fault with the key that it is about.

use super::format::{Format, Unread};
use super::syntax::{CodeSyntax, MixedSyntax, NumberSyntax, Places, RegexSyntax, RuleSyntax, TiersSyntax};
use super::{
    AnchorClass, Code, Fault, Known, Matcher, Mixed, Number, Part, Pattern, Rule, Shape, Tiers, separator,
};
use crate::finding::{Class, Confidence, DetectorId};

/// Takes a fault: the key that it is about and what is wrong.
type Report<'a> = &'a mut dyn FnMut(&str, String);

/// Checks the rules of one file and adds them to those already read.
pub(super) fn rules(
    file: &str,
    source: &str,
    syntax: Vec<RuleSyntax>,
    places: &Places,
    known: Known<'_>,
    rules: &mut Vec<Rule>,
    faults: &mut Vec<Fault>,
) {
    for (number, written) in syntax.into_iter().enumerate() {
        let mut report = |key: &str, message: String| {
            faults.push(Fault::new(file, source, &places.of("rule", number, key), message));
        };
        examples_are_there(&written, &mut report);
        if rules.iter().any(|rule| rule.id.as_str() == written.id) {
            report("id", format!("the rule `{}` is there already", written.id));
        }
        let mut rule = rule(written, &mut report);
        names_are_known(&rule, known, &mut report);
        rule.place = Some(Fault::new(file, source, &places.of("rule", number, "id"), ""));
        rules.push(rule);
    }
}

fn examples_are_there(rule: &RuleSyntax, report: Report<'_>) {
    if rule.examples.is_empty() {
        report("id", format!("`{}` has no `examples`: give texts with the finding marked <<…>>", rule.id));
    }
    if rule.counterexamples.is_empty() {
        report("id", format!("`{}` has no `counterexamples`: give texts in which it stays silent", rule.id));
    }
    for example in &rule.examples {
        if !example.text.contains("<<") {
            report("examples", format!("the example «{}» marks no finding with <<…>>", example.text));
        }
    }
    for counterexample in &rule.counterexamples {
        if counterexample.why.trim().is_empty() {
            report("counterexamples", "a counterexample says in `why` why it is none".to_owned());
        }
    }
}

fn names_are_known(rule: &Rule, known: Known<'_>, report: Report<'_>) {
    if !rule.check.is_empty() && !(known.check)(&rule.check) {
        report("check", format!("there is no check `{}`", rule.check));
    }
    for matcher in &rule.matchers {
        match matcher {
            Matcher::Code(code) if !(known.code)(&code.name) => {
                report("code", format!("there is no detector `{}`", code.name));
            }
            Matcher::Regex(pattern) => {
                if let Err(message) = (known.regex)(&pattern.pattern) {
                    report("regex", message);
                }
            }
            Matcher::Token(format) => {
                if let Err(message) = Format::parse(format.text()) {
                    report("token", message);
                }
            }
            Matcher::Code(_) | Matcher::Mixed(_) | Matcher::Number(_) => {}
        }
    }
}

/// Turns one rule into its final form.
pub(super) fn rule(written: RuleSyntax, report: Report<'_>) -> Rule {
    if !is_id(&written.id) {
        report("id", format!("`{}` is no id: lower case words joined by dots, such as be.niss", written.id));
    }
    let numeric = !written.number.0.is_empty() || !written.mixed.0.is_empty();
    let mut written = written;
    let matchers = matchers(&mut written, report);
    Rule {
        id: DetectorId::new(&written.id),
        class: class(&written.class, report),
        jurisdiction: written.jurisdiction.into(),
        title: written.title,
        source: written.source.into(),
        matchers,
        check: written.check.into(),
        tiers: tiers(&written.confidence, report),
        context: written.context.into_all(),
        announced_by: written.announced_by,
        require_context: written.require_context,
        lower: written.lower,
        lower_general: written.lower_general.unwrap_or(numeric),
        deny: written.deny.iter().map(|text| Shape::new(text)).collect(),
        specimens: written.specimens.iter().map(|text| Shape::new(text)).collect(),
        examples: written.examples,
        counterexamples: written.counterexamples,
        place: None,
    }
}

/// Whether it is a detector id.
pub(super) fn is_id(id: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    id.split('.').all(part)
}

/// The class of a word.
pub(super) fn class(word: &str, report: Report<'_>) -> Class {
    let class = Class::ALL.into_iter().find(|class| class.as_str() == word);
    if class.is_none() {
        let words: Vec<_> = Class::ALL.iter().map(|class| class.as_str()).collect();
        report("class", format!("`{word}` is no class: one of {}", words.join(", ")));
    }
    class.unwrap_or(Class::Personal)
}

/// The confidence of a word, `None` for an empty one.
pub(super) fn confidence(key: &str, word: &str, report: Report<'_>) -> Option<Confidence> {
    match word {
        "" => None,
        "low" => Some(Confidence::Low),
        "medium" => Some(Confidence::Medium),
        "high" => Some(Confidence::High),
        _ => {
            report(key, format!("`{word}` is no confidence: low, medium or high"));
            None
        }
    }
}

fn tiers(written: &TiersSyntax, report: Report<'_>) -> Tiers {
    let mut tier = |word: &str| confidence("confidence", word, report);
    Tiers {
        plain: tier(&written.plain),
        grouped: tier(&written.grouped),
        context: tier(&written.context),
        failed: tier(&written.failed),
    }
}

/// Its matchers, taken out of it.
fn matchers(written: &mut RuleSyntax, report: Report<'_>) -> Vec<Matcher> {
    let formats = written.token.0.iter().map(|token| token.formats.len()).sum::<usize>();
    let others = written.number.0.len() + written.mixed.0.len() + written.regex.0.len();
    let mut matchers = Vec::with_capacity(formats + others + usize::from(written.code.is_some()));
    for syntax in written.number.0.drain(..) {
        matchers.push(Matcher::Number(number(syntax, report)));
    }
    for syntax in &written.mixed.0 {
        matchers.push(Matcher::Mixed(mixed(syntax, report)));
    }
    for token in written.token.0.drain(..) {
        matchers.extend(token.formats.into_iter().map(|format| Matcher::Token(Unread::new(format))));
    }
    for syntax in written.regex.0.drain(..) {
        matchers.push(Matcher::Regex(pattern(syntax, report)));
    }
    if let Some(syntax) = written.code.take() {
        matchers.push(Matcher::Code(code(syntax, report)));
    }
    if matchers.is_empty() {
        report(
            "id",
            format!("`{}` has no matcher: `number`, `mixed`, `token`, `regex` or `code`", written.id),
        );
    }
    matchers
}

fn number(syntax: NumberSyntax, report: Report<'_>) -> Number {
    let mut groups = Vec::new();
    let mut any_grouping = false;
    for text in &syntax.groups {
        if text == "*" {
            any_grouping = true;
            continue;
        }
        let lengths: Result<Box<[u8]>, _> = text.split_whitespace().map(str::parse).collect();
        match lengths {
            Ok(lengths) if syntax.digits.contains(&lengths.iter().sum()) && lengths.len() <= 12 => {
                groups.push(lengths);
            }
            _ => report("number", format!("the group lengths `{text}` add up to none of `digits`")),
        }
    }
    if syntax.digits.is_empty() || syntax.digits.iter().any(|&digits| !(2..=40).contains(&digits)) {
        report("number", "`digits` lists the numbers of digits, 2 to 40".to_owned());
    }
    let mut separators = 0;
    for byte in syntax.separators.bytes() {
        if separator(byte) == 0 {
            report("number", format!("`{}` is no separator", char::from(byte)));
        }
        separators |= separator(byte);
    }
    for &digits in &syntax.digits {
        groups.push([digits].into());
    }
    groups.dedup();
    Number {
        digits: syntax.digits,
        groups,
        any_grouping,
        separators,
        prefixes: syntax.prefixes.0.iter().map(|text| text.as_bytes().into()).collect(),
        letters: syntax.letters.0.iter().map(|text| text.to_ascii_lowercase().into_bytes().into()).collect(),
        letters_required: syntax.letters_required,
        lead: syntax.lead.as_bytes().into(),
        fences: syntax.fences.iter().map(|text| text.as_bytes().into()).collect(),
        bare_needs_label: syntax.bare_needs_label,
    }
}

fn mixed(syntax: &MixedSyntax, report: Report<'_>) -> Mixed {
    let mut shapes = Vec::new();
    for text in &syntax.shapes {
        let parts: Box<[Part]> = text
            .bytes()
            .map(|byte| match byte {
                b'9' => Part::Digit,
                b'A' => Part::Capital,
                b'a' => Part::Letter,
                b' ' => Part::Gap,
                own => Part::Literal(own.to_ascii_uppercase()),
            })
            .collect();
        if !parts.iter().any(|part| part.is_digit()) {
            report("mixed", format!("the shape `{text}` has no digit, at which it could be looked for"));
        }
        shapes.push(parts);
    }
    Mixed { shapes, separators: syntax.separators.bytes().fold(0, |bits, byte| bits | separator(byte)) }
}

fn pattern(syntax: RegexSyntax, report: Report<'_>) -> Pattern {
    let class = match &*syntax.anchor_class {
        "" => None,
        "digit" => Some(AnchorClass::Digits(1)),
        "at" => Some(AnchorClass::At),
        "url" => Some(AnchorClass::Url),
        "degree" => Some(AnchorClass::Degree),
        "hex_colon" => Some(AnchorClass::HexColon),
        other => match other.strip_prefix("digits").and_then(|count| count.parse().ok()) {
            Some(count) => Some(AnchorClass::Digits(count)),
            None => {
                report(
                    "regex",
                    format!("`{other}` is no anchor class: digit, digitsN, at, url, hex_colon, degree"),
                );
                None
            }
        },
    };
    if syntax.anchors.is_empty() == class.is_none() {
        report("regex", "give either `anchors` (literals) or `anchor_class`".to_owned());
    }
    for anchor in &syntax.anchors {
        if !anchor.contains(char::is_alphanumeric) || anchor.len() < 2 {
            report(
                "regex",
                format!("the anchor `{anchor}` needs two characters, one of them a letter or digit"),
            );
        }
    }
    let holds = match syntax.holds.as_bytes() {
        [] => None,
        [sign] if sign.is_ascii_punctuation() => Some(*sign),
        _ => {
            report("regex", format!("`holds` is one sign of ASCII, not `{}`", syntax.holds));
            None
        }
    };
    Pattern {
        pattern: syntax.pattern.into(),
        anchors: syntax.anchors,
        exact: syntax.exact,
        digits: usize::from(syntax.digits),
        holds,
        class,
        before: usize::from(syntax.before),
        after: usize::from(syntax.after),
    }
}

fn code(syntax: CodeSyntax, report: Report<'_>) -> Code {
    for id in &syntax.ids {
        if !is_id(id) {
            report("code", format!("`{id}` is no id"));
        }
    }
    Code {
        name: syntax.name.into(),
        ids: syntax.ids.iter().map(|id| DetectorId::new(id)).collect(),
        words_of: syntax.words_of.into(),
        words: syntax.words,
    }
}
