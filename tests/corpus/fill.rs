//! Templates with slots → texts with the places of the values that stand in them.

use super::filler::filler;
use super::kinds::{Kind, by_name};
use crate::identifiers::random::Random;
use std::ops::Range;

/// A value in a text.
pub struct Planted {
    pub kind: &'static Kind,
    pub at: Range<usize>,
    /// Whether missing it counts.
    pub wanted: bool,
}

/// A text whose findings are known.
pub struct Text {
    pub text: String,
    pub planted: Vec<Planted>,
}

/// The templates of a file: parted by lines of three hyphens.
pub fn templates(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split("\n---\n").map(|template| template.strip_suffix("\n").unwrap_or(template))
}

/// Fills `{{kind}}` with values, `{{digits:10}}` and the like with what means nothing; `{{?kind}}` may be found and need not be. `{{label}}` and `{{value}}` are those of the
/// kind that is given.
pub fn fill(template: &str, given: Option<(&'static Kind, &str)>, random: &mut Random) -> Text {
    let mut text = Text { text: String::new(), planted: Vec::new() };
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("a slot ends");
        text.text.push_str(before);
        rest = after;
        match (name, given) {
            ("label", Some((_, label))) => text.text.push_str(label),
            ("value", Some((kind, _))) => text.plant(kind, true, random),
            _ => match filler(name, random) {
                Some(nothing) => text.text.push_str(&nothing),
                None => {
                    let wanted = !name.starts_with('?');
                    text.plant(by_name(name.trim_start_matches('?')), wanted, random);
                }
            },
        }
    }
    text.text.push_str(rest);
    text
}

impl Text {
    fn plant(&mut self, kind: &'static Kind, wanted: bool, random: &mut Random) {
        let value = (kind.make)(random);
        let (before, marked) = value.split_once('⟪').unwrap_or(("", &value));
        let (inside, after) = marked.split_once('⟫').unwrap_or((marked, ""));
        self.text.push_str(before);
        let start = self.text.len();
        self.text.push_str(inside);
        let at = start..self.text.len();
        self.text.push_str(after);
        self.planted.push(Planted { kind, at, wanted });
    }
}
