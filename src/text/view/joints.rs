//! Strings of source code that are written in pieces: `"8507" + "3003328"`, `'85' . '07'`, `"85" "07"`. Knows no language.

use super::derived::Derived;
use crate::span::Span;

/// Bytes between two pieces: an operator, blanks, the indentation of the next line.
const BETWEEN_MAX: usize = 24;

/// What puts strings together in some language: C, Python, JavaScript, PHP, SQL, Visual Basic, Lua, Haskell, Erlang.
const OPERATORS: [&[u8]; 9] = [b"+", b".", b"&", b"..", b"||", b"++", b"<>", b"~", b""];

/// Whether the quotation mark at `at` closes a piece after which another one opens.
#[must_use]
pub fn is_joint(text: &[u8], at: usize) -> bool {
    end(text, at).is_some()
}

/// The end of a region that begins with the joint at `at`: `after` bytes behind the last of the joints that follow one another
/// so closely, at most `most` bytes in all.
#[must_use]
pub fn region_end(text: &[u8], at: usize, after: usize, most: usize) -> usize {
    let (limit, mut next, mut last) = (text.len().min(at + most), at, at);
    while let Some(more) =
        text.get(next..limit.min(last + after)).and_then(|rest| rest.iter().position(is_quote))
    {
        next += more;
        match end(text, next) {
            Some(end) => (last, next) = (end, end),
            None => next += 1,
        }
    }
    limit.min(last + after)
}

/// Writes the region with its pieces put together.
pub fn join(text: &[u8], region: Span, out: &mut Derived) {
    let (mut from, mut at) = (region.start, region.start);
    while let Some(more) = text.get(at..region.end).and_then(|rest| rest.iter().position(is_quote)) {
        at += more;
        match end(text, at).filter(|end| *end <= region.end) {
            Some(end) => {
                out.copy(text, Span::new(from, at));
                (from, at) = (end, end);
            }
            None => at += 1,
        }
    }
    out.copy(text, Span::new(from, region.end));
}

const fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Where the next piece begins behind the quotation mark at `at`, if one does. The mark that opens it is of the same kind.
fn end(text: &[u8], at: usize) -> Option<usize> {
    let quote = *text.get(at).filter(|byte| is_quote(byte))?;
    // Mostly a comma or a bracket follows.
    let first = text.get(at + 1)?;
    if !first.is_ascii_whitespace() && !b"+.&|<~\\".contains(first) {
        return None;
    }
    let rest = text.get(at + 1..text.len().min(at + 1 + BETWEEN_MAX))?;
    let length = rest.iter().position(|byte| *byte == quote)?;
    // Two marks without anything between them are one that is written within a string.
    let between = &rest[..length];
    let operator = between.trim_ascii();
    let operator = operator.strip_prefix(b"\\").map_or(operator, <[u8]>::trim_ascii);
    let next = text.get(at + length + 2)?;
    let goes_on = next.is_ascii_alphanumeric() || b"-./_@".contains(next);
    (length > 0 && OPERATORS.contains(&operator) && goes_on).then_some(at + length + 2)
}

#[cfg(test)]
mod tests {
    use super::{Derived, is_joint, join, region_end};
    use crate::span::Span;

    #[test]
    fn pieces_are_put_together() {
        for (pieces, whole) in [
            (r#"n = "8507" + "3003328";"#, r#"n = "85073003328";"#),
            ("$n = '850730' . '03328';", "$n = '85073003328';"),
            (r#""850730" "03328""#, r#""85073003328""#),
            ("'850730'||'03328'", "'85073003328'"),
            (r#""85.07.30" + "-033.28""#, r#""85.07.30-033.28""#),
            ("\"850730\"\n    + \"03328\"", "\"85073003328\""),
            ("\"850730\" \\\n \"03328\"", "\"85073003328\""),
            (r#""85" + "07" + "30""#, r#""850730""#),
            (r#"["85", "07"] "a"+b+"c"; "85""07""#, r#"["85", "07"] "a"+b+"c"; "85""07""#),
            ("l'agent n'a '85' et '07'", "l'agent n'a '85' et '07'"),
        ] {
            let mut out = Derived::default();
            join(pieces.as_bytes(), Span::new(0, pieces.len()), &mut out);
            assert_eq!(String::from_utf8_lossy(out.text()), whole, "{pieces}");
        }
        assert!(is_joint(b"\"a\"+\"b\"", 2) && !is_joint(b"\"a\",\"b\"", 2));
    }

    #[test]
    fn a_region_goes_on_as_long_as_joints_follow() {
        let text = [br#""a"+"#.repeat(100), br#""b""#.to_vec(), vec![b' '; 500]].concat();
        assert_eq!(region_end(&text, 2, 50, 10_000), 401 + 50);
        assert_eq!(region_end(&text, 2, 50, 120), 122);
        assert_eq!(region_end(&text, 2, 5_000, 10_000), text.len());
        assert_eq!(region_end(b"\"a\" \"b\"", 2, 1, 10), 6);
    }
}
