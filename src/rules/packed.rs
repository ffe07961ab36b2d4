//! The shipped rules as the build writes them and every start reads them: one field behind the other in the order of
//! their declaration, texts and lists with their length before them. No names, nothing to parse. `build.rs` includes this
//! very file, so it knows the shape of a pattern file and nothing of the crate.

use super::syntax::{
    CodeSyntax, CounterexampleSyntax, ExampleSyntax, MixedSyntax, NumberSyntax, RegexSyntax, RuleSyntax,
    Several, Text, TiersSyntax, TitleSyntax, TokenSyntax, WordsSyntax,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Something that can be written down and read back.
pub trait Packed: Sized {
    /// Appends it.
    fn pack(&self, into: &mut Vec<u8>);
    /// Takes it from the beginning; `None` where something else stands there.
    fn unpack(from: &mut &'static [u8]) -> Option<Self>;
}

impl Packed for u8 {
    fn pack(&self, into: &mut Vec<u8>) {
        into.push(*self);
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        from.split_off_first().copied()
    }
}

impl Packed for bool {
    fn pack(&self, into: &mut Vec<u8>) {
        into.push(u8::from(*self));
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        u8::unpack(from).map(|byte| byte != 0)
    }
}

impl Packed for u16 {
    fn pack(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.to_le_bytes());
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        Some(Self::from_le_bytes([u8::unpack(from)?, u8::unpack(from)?]))
    }
}

/// A length: one byte up to 254, else that and four more.
impl Packed for usize {
    fn pack(&self, into: &mut Vec<u8>) {
        match u8::try_from(*self) {
            Ok(short) if short < u8::MAX => into.push(short),
            _ => {
                into.push(u8::MAX);
                into.extend_from_slice(&(*self as u32).to_le_bytes());
            }
        }
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        match u8::unpack(from)? {
            u8::MAX => {
                let (length, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(u32::from_le_bytes(*length) as Self)
            }
            short => Some(Self::from(short)),
        }
    }
}

impl Packed for String {
    fn pack(&self, into: &mut Vec<u8>) {
        self.len().pack(into);
        into.extend_from_slice(self.as_bytes());
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        Text::unpack(from).map(Cow::into_owned)
    }
}

/// A part of the table itself.
impl Packed for Text {
    fn pack(&self, into: &mut Vec<u8>) {
        self.len().pack(into);
        into.extend_from_slice(self.as_bytes());
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        let bytes = from.split_off(..length)?;
        std::str::from_utf8(bytes).ok().map(Self::Borrowed)
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        self.len().pack(into);
        self.iter().for_each(|one| one.pack(into));
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        // Nothing takes less than a byte.
        let mut list = Self::with_capacity(length.min(from.len()));
        for _ in 0..length {
            list.push(T::unpack(from)?);
        }
        Some(list)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        self.is_some().pack(into);
        self.iter().for_each(|one| one.pack(into));
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        if bool::unpack(from)? { T::unpack(from).map(Some) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Several<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        self.0.pack(into);
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        Vec::unpack(from).map(Self)
    }
}

impl<T: Packed> Packed for BTreeMap<Text, T> {
    fn pack(&self, into: &mut Vec<u8>) {
        self.len().pack(into);
        for (key, value) in self {
            key.pack(into);
            value.pack(into);
        }
    }

    fn unpack(from: &mut &'static [u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        (0..length).map(|_| Some((Text::unpack(from)?, T::unpack(from)?))).collect()
    }
}

/// Structures, by all of their fields: one that is left out does not compile.
macro_rules! packed {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Packed for $name {
            fn pack(&self, into: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.pack(into);)*
            }

            fn unpack(from: &mut &'static [u8]) -> Option<Self> {
                Some(Self { $($field: Packed::unpack(from)?),* })
            }
        }
    )*};
}

packed! {
    RuleSyntax {
        id, class, jurisdiction, title, source, number, mixed, token, regex, code, check, confidence, context,
        require_context, lower, lower_general, deny, specimens, examples, counterexamples
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
