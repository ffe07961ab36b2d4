//! Walks through CBOR and MessagePack as through the JSON that they stand for. Nothing in them is edited: their lengths
//! are told before the values. Knows no API.

use super::{Area, Around, Declared, Names, Unread, Visitor, Walker};
use crate::text::edit::Edit;
use crate::text::json::Node;
use crate::text::packed::{Form, Unwritten};
use crate::text::segment::{Editable, Never, Source, Spot};

impl Walker {
    /// Walks through a document of one of the forms; `false` where the bytes are none. What is declared to be one and
    /// cannot be read has that for a name.
    pub(super) fn packed(
        &mut self,
        around: &Around<'_>,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let text = around.source.text;
        let said = Form::declared(declared.mime);
        let forms = Form::ALL.into_iter().filter(|form| match said {
            Some(said) => said == *form,
            None => text.first().is_some_and(|first| form.may_begin(*first)),
        });
        let mut why = None;
        let mut read = false;
        for form in forms {
            match form.json(text, said.is_some()) {
                Ok(json) if said.is_some() || json.tells => {
                    read = true;
                    self.as_json(around, &json.text, visitor, edits);
                }
                Ok(_) => {}
                Err(unwritten) => why = Some(unwritten),
            }
        }
        match why {
            Some(Unwritten::TooLong) => self.binary(around, Unread::TooLarge, visitor, edits),
            Some(Unwritten::TooDeep | Unwritten::NotOfThisForm) if said.is_some() => {
                self.binary(around, Unread::UnknownEncoding, visitor, edits);
            }
            _ => return read,
        }
        true
    }

    fn as_json(
        &mut self,
        around: &Around<'_>,
        json: &[u8],
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let source = Source::made(json, around.source);
        let (names, spot) = (Kept(around.names), kept(around.spot.clone()));
        let around = Around { names: &names, spot: &spot, ..around.deeper(&source) };
        if !around.may_open() || !self.document(&around, visitor, edits) {
            self.plain(&around, visitor, edits);
        }
    }
}

/// The same names, for what is never edited.
struct Kept<'a>(&'a dyn Names);

impl Names for Kept<'_> {
    fn document(&self, root: Node<'_>, areas: &mut Vec<Area>) {
        let known = areas.len();
        self.0.document(root, areas);
        for area in &mut areas[known..] {
            area.spot = kept(std::mem::take(&mut area.spot));
        }
    }

    fn field(&self, name: &[u8]) -> Spot {
        kept(self.0.field(name))
    }

    fn body(&self) -> Spot {
        kept(self.0.body())
    }
}

fn kept(spot: Spot) -> Spot {
    match spot.editable {
        Editable::Yes => Spot { editable: Editable::Never(Never::Binary), ..spot },
        Editable::Never(_) => spot,
    }
}
