//! Marks values of a JSON document with what is known of them. Knows no API.

use crate::place::Place;
use crate::text::json::Node;
use crate::text::{Area, Editable, Holds, Never, Spot};
use std::cmp::Reverse;
use std::sync::Arc;

/// Collects areas.
pub(super) struct Marks<'a> {
    areas: &'a mut Vec<Area>,
    editable: Editable,
    history: bool,
}

impl<'a> Marks<'a> {
    pub(super) const fn new(areas: &'a mut Vec<Area>, editable: Editable) -> Self {
        Self { areas, editable, history: false }
    }

    /// From here on, what is marked is history, or is not.
    pub(super) const fn set_history(&mut self, history: bool) {
        self.history = history;
    }

    /// The value stands at `place`.
    pub(super) fn mark(&mut self, node: Node<'_>, place: Place) {
        self.push(node, place, self.editable, Holds::Text);
    }

    /// The member `key` of `node`, where there is one, stands at `place`.
    pub(super) fn member(&mut self, node: Node<'_>, key: &str, place: Place) {
        if let Some(value) = node.get(key) {
            self.mark(value, place);
        }
    }

    /// The member `key` of `node`, where there is one, is named by its key.
    pub(super) fn fields(&mut self, node: Node<'_>, keys: &[&str]) {
        for (own, value) in node.members() {
            if let Some(key) = keys.iter().find(|key| key.as_bytes() == own) {
                self.mark(value, Place::Field(Arc::from(*key)));
            }
        }
    }

    /// Says better where a value stands that is marked already.
    pub(super) fn again(&mut self, node: Option<Node<'_>>, place: Place) {
        let Some(node) = node else { return };
        if let Some(area) = self.areas.iter_mut().find(|area| area.tokens == (node.index()..node.after())) {
            area.spot.place = place;
        }
    }

    /// The value is a file in base64.
    pub(super) fn base64(&mut self, node: Node<'_>) {
        self.push(node, Place::File(None), self.editable, Holds::Base64);
    }

    /// The value is a prompt as numbers of tokens.
    pub(super) fn tokens(&mut self, node: Node<'_>) {
        self.push(node, Place::Message(1), self.editable, Holds::Tokens);
    }

    /// The value is a file's name.
    pub(super) fn file_name(&mut self, node: Node<'_>) {
        self.push(node, Place::File(None), self.editable, Holds::FileName);
    }

    /// These values are never edited; they come in the order in which they stand. All else is marked before.
    pub(super) fn never(&mut self, values: &[(Node<'_>, Never)]) {
        self.areas.sort_by_key(|area| (area.tokens.start, Reverse(area.tokens.end)));
        let marked = self.areas.len();
        let (mut next, mut open) = (0, Vec::<usize>::new());
        for (node, never) in values {
            let index = node.index();
            while next < marked && self.areas[next].tokens.start <= index {
                open.push(next);
                next += 1;
            }
            while open.last().is_some_and(|&around| self.areas[around].tokens.end <= index) {
                open.pop();
            }
            // What the smallest marked value around this one says of it.
            let around = open.last().map(|&around| &self.areas[around].spot);
            let (place, history) =
                around.map_or((Place::Body, false), |spot| (spot.place.clone(), spot.history));
            let spot = Spot { place, history, editable: Editable::Never(*never), holds: Holds::Opaque };
            self.areas.push(Area { tokens: index..node.after(), spot });
        }
    }

    fn push(&mut self, node: Node<'_>, place: Place, editable: Editable, holds: Holds) {
        let spot = Spot { place, history: self.history, editable, holds };
        self.areas.push(Area { tokens: node.index()..node.after(), spot });
    }
}
