//! Source code that handles passwords instead of holding them: names, calls, types, expressions.

use super::Label;
use super::beside::names_code;
use super::gate::Gate;
use super::other::contains;
use super::shape::Shape;
use super::strength::{dotted_words, is_disordered};
use super::value::Value;

/// Bytes of a line that are looked at before a label and from there on.
const LINE_BYTES: (usize, usize) = (200, 250);

/// Spaces of a sentence.
const SENTENCE_SPACES: usize = 3;

impl Gate<'_> {
    /// Source code that handles a password: names, calls, types.
    pub(super) fn is_code(&self, value: Value, bytes: &[u8]) -> bool {
        if value.quoted {
            let listed = self.link.quoted_label && self.link.cell && is_identifier(bytes);
            return listed || is_quoted_code(bytes) || self.is_comparison(value) || is_label_name(bytes);
        }
        let member = bytes.starts_with(b".") && bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
        let digits = bytes.iter().any(u8::is_ascii_digit);
        let pointer = [&b"&["[..], b"&mut ", b"*mut", b"*const"].iter().any(|mark| bytes.starts_with(mark));
        if member
            || pointer
            || contains(bytes, b"{}")
            || bytes.starts_with(b"\\")
            || !digits && self.is_code_line() && !self.link.markup
        {
            return true;
        }
        let next = self.label.text.get(value.span.end);
        let called = next == Some(&b'(')
            || bytes.contains(&b'(')
                && !bytes.starts_with(b"(")
                && bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
                && is_call(bytes);
        let place = bytes.strip_prefix(b"&mut ").unwrap_or(bytes);
        let place = place.strip_prefix(b"&").or_else(|| place.strip_prefix(b"*")).unwrap_or(place);
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']');
        let indexed = place.last() == Some(&b']') && place.contains(&b'[');
        let sigil = (indexed || place.len() < bytes.len()) && place.iter().all(name) && self.is_code_line();
        let number = bytes.starts_with(b"0x") && bytes[2..].iter().all(u8::is_ascii_hexdigit);
        let generic = bytes.contains(&b'<') && bytes.contains(&b'>');
        called
            || is_index(bytes)
            || self.is_shorthand(value, bytes)
            || sigil
            || generic
            || number
            || is_dotted_code(bytes) && !self.is_of_dotted_words(bytes)
            || contains(bytes, b"::")
            || contains(bytes, b"->")
            || contains(bytes, b"&&")
            || is_variable(bytes)
            || is_minified(bytes)
            || bytes.first() == Some(&b'&') && is_dotted_code(&bytes[1..])
            || is_function_of_arity(bytes)
            || is_keyword_argument(bytes)
            || self.is_type(bytes)
            || self.is_name(bytes)
    }

    /// `soleil.hiver42`, outside source code: a password of two words, unlike `request.body` and `config.utf8`. Behind a
    /// label that is no name of source code one digit is enough.
    fn is_of_dotted_words(&self, bytes: &[u8]) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default();
        let digits = if names_code(label) { 2 } else { 1 };
        dotted_words(bytes).is_some_and(|number| number >= digits) && !self.is_code_line()
    }

    /// `password: textClassification,`: a name in a row of a literal, behind a label that is a name of source code.
    fn is_shorthand(&self, value: Value, bytes: &[u8]) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default();
        let camel = bytes.first().is_some_and(u8::is_ascii_lowercase)
            && bytes.iter().all(u8::is_ascii_alphabetic)
            && bytes.iter().any(u8::is_ascii_uppercase);
        let row = self.label.text[value.span.end..].starts_with(b",\n");
        let key = self.label.text[value.span.end..].starts_with(b":");
        let name = label.starts_with(b"pass") || label.ends_with(b"assword") || label.ends_with(b"oken");
        name && (row && camel || key && bytes.iter().all(u8::is_ascii_alphanumeric))
    }

    /// A name behind a label that is the end of a name itself, as in `u_passwd: PTextEntry`; names in capitals are those
    /// of settings.
    fn is_type(&self, bytes: &[u8]) -> bool {
        let before = self.label.span.start.checked_sub(1).and_then(|at| self.label.text.get(at));
        let part = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let label = self.label.span.of(self.label.text).unwrap_or_default();
        part && label.iter().any(u8::is_ascii_lowercase)
            && bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && !self.is_weak(bytes)
    }

    /// An unquoted name in a line of code, or a name that holds a label itself (`password_input`).
    fn is_name(&self, bytes: &[u8]) -> bool {
        let name =
            bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
                && bytes.iter().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'[' | b']' | b'?' | b'!')
                });
        if !name {
            return false;
        }
        let lower = bytes.to_ascii_lowercase();
        let own = [
            &b"passw"[..],
            b"passwd",
            b"passphrase",
            b"pwd",
            b"secret",
            b"token",
            b"credential",
            b"_pass",
            b"userpass",
            b"key",
            b"hash",
        ]
        .iter()
        .any(|part| contains(&lower, part));
        let shape = Shape::of(bytes);
        own && !self.is_weak(bytes)
            && shape.digits < 3
            && shape.symbols == bytes.iter().filter(|&&byte| byte == b'_').count()
            && (bytes.contains(&b'_') || shape.upper > 0 && shape.lower > 0 || shape.digits == 0)
            || self.is_code_line() && (shape.digits <= 2 || bytes.contains(&b'_'))
    }

    /// Whether the label's line looks like source code.
    pub(super) fn is_code_line(&self) -> bool {
        if self.is_in_connection_string() {
            return false;
        }
        let text = self.label.text;
        let from = self.label.span.start.saturating_sub(LINE_BYTES.0);
        let before = memchr::memrchr(b'\n', &text[from..self.label.span.start]);
        let start = before.map_or(from, |at| from + at + 1);
        let most = text.len().min(self.label.span.start + LINE_BYTES.1);
        let behind = memchr::memchr(b'\n', &text[self.label.span.start..most]);
        let end = behind.map_or(most, |at| self.label.span.start + at);
        let end = end.max(start);
        let (start, end) = self.sentence_of_value(start, end).unwrap_or((start, end));
        let line = uncommented(self.label.text[start..end].trim_ascii());
        let ends = matches!(line.last(), Some(b';' | b'{' | b'}' | b'\\'))
            || line.ends_with(b"),")
            || line.ends_with(b"),")
            || line.ends_with(b")") && calls(line) && contains(line, b"=");
        let uses = line.starts_with(b"use ") && contains(line, b"::");
        ends || uses || CODE_STARTS.iter().any(|mark| line.starts_with(mark)) || holds_mark(line)
    }

    /// The sentence in quotation marks, behind the colon of a key, in which the label stands: `"note": "le mot de passe est …"`.
    fn sentence_of_value(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let Label { text, span, .. } = self.label;
        let open = start + memchr::memrchr(b'"', &text[start..span.start.max(start)])?;
        let close = span.end + memchr::memchr(b'"', text.get(span.end..end)?)?;
        let string = &text[open + 1..close];
        let of_key = text[start..open].trim_ascii_end().ends_with(b"\":");
        let spaces = memchr::memchr_iter(b' ', string).count();
        let plain = !string.iter().any(|byte| b"{}=;<>$".contains(byte));
        (of_key && plain && spaces >= SENTENCE_SPACES).then_some((open + 1, close))
    }

    /// `…;user=sa;password=…;`: the semicolon before and an earlier `name=value`.
    fn is_in_connection_string(&self) -> bool {
        let glued = self.link.end.checked_sub(1) == Some(self.label.span.end)
            && self.label.text.get(self.label.span.end) == Some(&b'=');
        let before = &self.label.text[self.label.span.start.saturating_sub(60)..self.label.span.start];
        let before = before.trim_ascii_end();
        glued
            && before.ends_with(b";")
            && before.contains(&b'=')
            && !before.contains(&b'(')
            && !before.contains(&b'{')
    }

    /// `if password == "x"`.
    fn is_comparison(&self, value: Value) -> bool {
        let before = self.label.text[..value.span.start.saturating_sub(1)].trim_ascii_end();
        before.ends_with(b"==") || before.ends_with(b"!=")
    }
}

/// Whether a bracket stands right behind a name; in prose a space is between.
fn calls(line: &[u8]) -> bool {
    line.windows(2).any(|pair| pair[1] == b'(' && (pair[0].is_ascii_alphanumeric() || pair[0] == b'_'))
}

/// What a comment says: people note passwords there.
fn uncommented(line: &[u8]) -> &[u8] {
    let text = [&b"//"[..], b"#", b"--", b"/*"].iter().find_map(|mark| line.strip_prefix(*mark));
    text.filter(|text| text.first() == Some(&b' ')).unwrap_or(line)
}

/// `user.password`, `req.body.pwd`: names joined by dots.
pub(super) fn is_dotted_code(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"()").unwrap_or(bytes);
    bytes.contains(&b'.')
        && !is_disordered(bytes)
        && bytes.split(|&byte| byte == b'.').all(|part| {
            part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'$')
                && part.iter().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'[' | b']' | b'?' | b'!')
                })
        })
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() < 3
}

/// A name or key that holds a label itself: `test_password`, `password\n`.
fn is_label_name(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\\n").unwrap_or(bytes);
    let name = bytes
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b':' | b' ' | b'/'));
    let lower = bytes.to_ascii_lowercase();
    name && [&b"passw"[..], b"passphrase", b"pwd", b"secret", b"token", b"credential", b"_pass"]
        .iter()
        .any(|part| contains(&lower, part))
}

/// `options["staff_password"]`, `[]byte{1}`: an element, a literal of bytes.
fn is_index(bytes: &[u8]) -> bool {
    let name =
        bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    let rest = &bytes[name..];
    name > 0 && (rest.starts_with(b"[\"") || rest.starts_with(b"['")) || bytes.starts_with(b"[]") && name == 0
}

/// `$connection['password']`, `.$connection[`, `$this->password`, `$l10n.get("…`: variables of PHP, Perl, templates.
fn is_variable(bytes: &[u8]) -> bool {
    let name = bytes.strip_prefix(b".").unwrap_or(bytes).strip_prefix(b"$").unwrap_or_default();
    let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(0);
    let member = || name[end..].starts_with(b".") && name[end..].contains(&b'(');
    end > 0 && (name[end..].starts_with(b"[") || name[end..].starts_with(b"->") || member())
}

/// What only source code, style sheets and expressions have: `basic_parts[2]`, `params[:user]`, `!0,image:!0})b`, `(.*)$/`.
fn is_minified(bytes: &[u8]) -> bool {
    let count = |sign: u8| bytes.iter().filter(|byte| **byte == sign).count();
    let index = bytes.strip_suffix(b"]").and_then(|inner| {
        let open = memchr::memrchr(b'[', inner)?;
        let digits = !inner[open + 1..].is_empty() && inner[open + 1..].iter().all(u8::is_ascii_digit);
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']');
        Some(digits && open > 0 && inner[..open].iter().all(name))
    });
    let typed = [&b"u32"[..], b"i32", b"u64", b"i64", b"u16", b"u8"].iter().any(|end| {
        let number = bytes.strip_suffix(*end).map(|head| head.strip_suffix(b"_").unwrap_or(head));
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    });
    index == Some(true)
        || typed
        || count(b'{') != count(b'}')
        || contains(bytes, b"[:")
        || contains(bytes, b"]+")
        || contains(bytes, b".*)")
        || contains(bytes, b").") && count(b'(') > 0
        || bytes.starts_with(b"[") && count(b']') == 0
        || bytes.starts_with(b"!0,")
        || bytes.len() > 24 && contains(bytes, b":!")
}

/// `translate_args/3`: a function of Erlang or Elixir.
fn is_function_of_arity(bytes: &[u8]) -> bool {
    let slash = bytes.len().saturating_sub(2);
    let (name, arity) = bytes.split_at(slash);
    matches!(arity, [b'/', b'0'..=b'9'])
        && name.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'?' | b'!'))
}

/// A name of source code without digits that begin it.
pub(super) fn is_identifier(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// `max_length=128`, `encrypt=sha512_crypt`: a name and what it is given.
fn is_keyword_argument(bytes: &[u8]) -> bool {
    let Some(sign) = memchr::memchr(b'=', bytes) else { return false };
    let (name, given) = (&bytes[..sign], &bytes[sign + 1..]);
    name.len() >= 4
        && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
        && !given.is_empty()
        && (given.starts_with(b"[")
            || given.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_'))
}

/// `varchar(128)`: a type of a database.
fn is_sized_type(bytes: &[u8]) -> bool {
    let Some(inner) = bytes.strip_suffix(b")") else { return false };
    let Some(open) = memchr::memchr(b'(', inner) else { return false };
    open > 2
        && inner[..open].iter().all(u8::is_ascii_alphabetic)
        && inner[open + 1..].iter().all(u8::is_ascii_digit)
}

fn is_call(bytes: &[u8]) -> bool {
    let open = memchr::memchr(b'(', bytes).unwrap_or(0);
    let name = &bytes[..open];
    let plain =
        name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'!'));
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    plain && (digits < 2 || digits < 4 && name.contains(&b'.'))
}

/// Strings of source code that are no passwords: interpolations, selectors, paths, messages.
fn is_quoted_code(bytes: &[u8]) -> bool {
    let interpolated = contains(bytes, b"${")
        || contains(bytes, b"{{")
        || contains(bytes, b"%(")
        || contains(bytes, b"\\(")
        || contains(bytes, b"#{")
        || contains(bytes, b"$(")
        || contains(bytes, b"{}");
    let format = matches!(bytes, [b'%', _] | [b'{', .., b'}']);
    interpolated
        || format
        || is_dotted_code(bytes) && bytes.len() > 8
        || is_sized_type(bytes)
        || bytes.starts_with(b"--")
        || bytes.starts_with(b"\\")
        || bytes.starts_with(b".$")
}

/// Whether a mark of code stands in a line, not as the end of a word or of a URL's scheme: "point " is no `int `.
fn holds_mark(line: &[u8]) -> bool {
    let inside = |at: usize| at > 0 && (line[at - 1].is_ascii_alphanumeric() || line[at - 1] >= 0x80);
    let scheme = |at: usize| line[at..].starts_with(b"//") && line[..at].ends_with(b":");
    line.windows(2).enumerate().any(|(at, pair)| {
        let mut marks = BY_BYTES[0][usize::from(pair[0])] & BY_BYTES[1][usize::from(pair[1])];
        while marks != 0 {
            let mark = CODE[marks.trailing_zeros() as usize];
            let word = mark[0].is_ascii_alphabetic();
            if line[at..].starts_with(mark) && !(word && inside(at) || scheme(at)) {
                return true;
            }
            marks &= marks - 1;
        }
        false
    })
}

/// For each byte the marks of code that have it first, and those that have it second, a bit for each.
static BY_BYTES: [[u64; 256]; 2] = {
    let (mut table, mut number) = ([[0; 256]; 2], 0);
    assert!(CODE.len() <= 64);
    while number < CODE.len() {
        table[0][CODE[number][0] as usize] |= 1 << number;
        table[1][CODE[number][1] as usize] |= 1 << number;
        number += 1;
    }
    table
};

/// What lines of code begin with that are words of prose elsewhere.
const CODE_STARTS: &[&[u8]] = &[
    b"return ",
    b"import ",
    b"public ",
    b"private ",
    b"protected ",
    b"static ",
    b"final ",
    b"val ",
    b"pub ",
    b"let ",
];

const CODE: &[&[u8]] = &[
    b"let mut ",
    b"fn ",
    b"proc ",
    b"def ",
    b"var ",
    b"const ",
    b"self.",
    b"this.",
    b"== ",
    b"!= ",
    b"=> {",
    b"func ",
    b"function",
    b"struct ",
    b"impl ",
    b"&mut ",
    b"&str",
    b"#[",
    b"//",
    b"Option<",
    b"String",
    b"char *",
    b"void ",
    b"int ",
    b"if (",
    b"if let",
    b".unwrap",
    b"await ",
    b"async ",
    b"assert",
    b"println",
    b"pub fn",
    b"public static",
    b"private static",
    b"static final",
    b"private final",
    b"#define",
    b"Some(",
    b"None",
];
