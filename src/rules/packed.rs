//! The shipped rules as the build writes them and every start reads them: one field behind the other in the order of
//! their declaration, lists and texts with their length, and the letters of all texts in one row behind each other, so
//! that they are known to be UTF-8 at once. No names, nothing to parse. `build.rs` includes this very file, so it knows the
//! shape of a pattern file and nothing of the crate.

use super::syntax::{
    CodeSyntax, CounterexampleSyntax, ExampleSyntax, Lists, MixedSyntax, NumberSyntax, RegexSyntax,
    RuleSyntax, Several, Text, TiersSyntax, TitleSyntax, TokenSyntax, WordsSyntax,
};
use std::borrow::Cow;
use std::sync::Arc;

/// What is written: numbers, and the letters of the texts.
#[derive(Default)]
pub struct Writer {
    numbers: Vec<u8>,
    letters: String,
}

impl Writer {
    /// The table: how long the numbers are, they themselves, the letters.
    pub fn table(self) -> Vec<u8> {
        let mut table = (self.numbers.len() as u32).to_le_bytes().to_vec();
        table.extend(self.numbers);
        table.extend(self.letters.into_bytes());
        table
    }
}

/// What is read, from left to right.
pub struct Reader {
    numbers: &'static [u8],
    letters: &'static str,
}

impl Reader {
    /// Begins with a table; `None` where it is none.
    pub fn new(table: &'static [u8]) -> Option<Self> {
        let (length, rest) = table.split_first_chunk()?;
        let (numbers, letters) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some(Self { numbers, letters: simdutf8::basic::from_utf8(letters).ok()? })
    }

    /// Whether all of it was read.
    pub const fn is_done(&self) -> bool {
        self.numbers.is_empty() && self.letters.is_empty()
    }

    /// A list, each as `made` makes it; ends early where the table does.
    pub fn list<T: Packed, M>(&mut self, made: impl Fn(T) -> M) -> Vec<M> {
        let length = usize::unpack(self).unwrap_or(0);
        // Nothing takes less than a byte.
        let mut list = Vec::with_capacity(length.min(self.numbers.len()));
        list.extend((0..length).map_while(|_| T::unpack(self)).map(made));
        list
    }
}

/// Something that can be written down and read back.
pub trait Packed: Sized {
    /// Appends it.
    fn pack(&self, into: &mut Writer);
    /// Takes it from the beginning; `None` where something else stands there.
    fn unpack(from: &mut Reader) -> Option<Self>;
}

impl Packed for u8 {
    fn pack(&self, into: &mut Writer) {
        into.numbers.push(*self);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        from.numbers.split_off_first().copied()
    }
}

impl Packed for bool {
    fn pack(&self, into: &mut Writer) {
        into.numbers.push(u8::from(*self));
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        u8::unpack(from).map(|byte| byte != 0)
    }
}

impl Packed for u16 {
    fn pack(&self, into: &mut Writer) {
        into.numbers.extend_from_slice(&self.to_le_bytes());
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self::from_le_bytes([u8::unpack(from)?, u8::unpack(from)?]))
    }
}

/// A length: one byte up to 254, else that and four more.
impl Packed for usize {
    fn pack(&self, into: &mut Writer) {
        match u8::try_from(*self) {
            Ok(short) if short < u8::MAX => into.numbers.push(short),
            _ => {
                into.numbers.push(u8::MAX);
                into.numbers.extend_from_slice(&(*self as u32).to_le_bytes());
            }
        }
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        match u8::unpack(from)? {
            u8::MAX => {
                let (length, rest) = from.numbers.split_first_chunk()?;
                from.numbers = rest;
                Some(u32::from_le_bytes(*length) as Self)
            }
            short => Some(Self::from(short)),
        }
    }
}

impl Packed for String {
    fn pack(&self, into: &mut Writer) {
        self.len().pack(into);
        into.letters.push_str(self);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Text::unpack(from).map(Cow::into_owned)
    }
}

/// A part of the table itself.
impl Packed for Text {
    fn pack(&self, into: &mut Writer) {
        self.len().pack(into);
        into.letters.push_str(self);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        let length = usize::unpack(from)?;
        let (text, rest) = from.letters.split_at_checked(length)?;
        from.letters = rest;
        Some(Self::Borrowed(text))
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, into: &mut Writer) {
        self.len().pack(into);
        self.iter().for_each(|one| one.pack(into));
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        let length = usize::unpack(from)?;
        // Nothing takes less than a byte.
        let mut list = Self::with_capacity(length.min(from.numbers.len()));
        for _ in 0..length {
            list.push(T::unpack(from)?);
        }
        Some(list)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, into: &mut Writer) {
        self.is_some().pack(into);
        self.iter().for_each(|one| one.pack(into));
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        if bool::unpack(from)? { T::unpack(from).map(Some) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Several<T> {
    fn pack(&self, into: &mut Writer) {
        self.0.pack(into);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Vec::unpack(from).map(Self)
    }
}

impl Packed for Lists {
    fn pack(&self, into: &mut Writer) {
        self.0.len().pack(into);
        for (name, words) in &self.0 {
            name.pack(into);
            words.len().pack(into);
            words.iter().for_each(|word| word.pack(into));
        }
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        let length = usize::unpack(from)?;
        let mut lists = Vec::with_capacity(length.min(from.numbers.len()));
        for _ in 0..length {
            let (name, words) = (Text::unpack(from)?, usize::unpack(from)?);
            let mut whole = words <= from.numbers.len();
            let words = (0..if whole { words } else { 0 }).map(|_| {
                let word = Text::unpack(from);
                whole &= word.is_some();
                word.unwrap_or_default()
            });
            lists.push((name, words.collect::<Arc<[_]>>()));
            if !whole {
                return None;
            }
        }
        Some(Self(lists))
    }
}

/// Structures, by all of their fields: one that is left out does not compile.
macro_rules! packed {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Packed for $name {
            fn pack(&self, into: &mut Writer) {
                let Self { $($field),* } = self;
                $($field.pack(into);)*
            }

            fn unpack(from: &mut Reader) -> Option<Self> {
                Some(Self { $($field: Packed::unpack(from)?),* })
            }
        }
    )*};
}

packed! {
    RuleSyntax {
        id, class, jurisdiction, title, source, number, mixed, token, regex, code, check, confidence, context,
        announced_by, require_context, lower, lower_general, deny, specimens, examples, counterexamples
    }
    TitleSyntax { fr, nl, de, en }
    WordsSyntax { fr, nl, de, en, any }
    NumberSyntax {
        digits, groups, separators, prefixes, letters, letters_required, lead, fences, bare_needs_label
    }
    MixedSyntax { shapes, separators }
    TokenSyntax { formats }
    RegexSyntax { pattern, anchors, anchor_class, exact, digits, holds, before, after }
    CodeSyntax { name, ids, words_of, words }
    TiersSyntax { plain, grouped, context, failed }
    ExampleSyntax { text, also, confidence }
    CounterexampleSyntax { text, why }
}
