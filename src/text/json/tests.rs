//! The tokeniser: what it takes, what it refuses, where tokens stand.

use super::{Broken, Kind, Tape};
use crate::limits::{JSON_DEPTH_MAX, JSON_TOKENS_MAX};

fn read(text: &str) -> Result<Vec<(Kind, String)>, Broken> {
    let mut tape = Tape::default();
    tape.read(text.as_bytes())?;
    Ok(tape
        .tokens()
        .iter()
        .map(|token| (token.kind, text[token.span().start..token.span().end].to_owned()))
        .collect())
}

#[test]
fn tokens_keep_their_ranges() {
    let text = r#" {"a": [1, -2.5e+3, "x\"y", true], "a": null, "": {}} "#;
    let tokens = read(text).unwrap();
    let leaves: Vec<(Kind, &str)> = tokens
        .iter()
        .filter(|(kind, _)| !matches!(kind, Kind::Object | Kind::Array | Kind::End))
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect();
    assert_eq!(
        leaves,
        [
            (Kind::Key, "a"),
            (Kind::Number, "1"),
            (Kind::Number, "-2.5e+3"),
            (Kind::String, r#"x\"y"#),
            (Kind::Literal, "true"),
            (Kind::Key, "a"),
            (Kind::Literal, "null"),
            (Kind::Key, ""),
        ]
    );
    assert_eq!(tokens[2].1, r#"[1, -2.5e+3, "x\"y", true]"#);
}

#[test]
fn what_is_no_json_is_refused() {
    let wrong = [
        "",
        " ",
        "{",
        "[",
        "\"a",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "{a:1}",
        "{\"a\":1}}",
        "[1]x",
        "tru",
        "-",
        "01",
        "1.",
        "1e",
        ".5",
        "+1",
        "[,1]",
        "{,}",
        "\"a\\\"",
        "'a'",
        "// x\n1",
        "{\"a\" 1}",
        "[}",
        "{]",
    ];
    for text in wrong {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn every_cut_of_a_document_is_refused() {
    let text = r#"{"a":[1,{"b":"c\n"},true],"d":-1.5e3}"#;
    assert!(read(text).is_ok());
    for end in 0..text.len() {
        assert!(read(&text[..end]).is_err(), "{}", &text[..end]);
    }
}

#[test]
fn depth_is_bounded_without_recursion() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(JSON_DEPTH_MAX - 1)).is_ok());
    assert!(read(&nested(JSON_DEPTH_MAX)).is_ok());
    assert_eq!(read(&nested(JSON_DEPTH_MAX + 1)).unwrap_err(), Broken::Deep);
    assert_eq!(read(&nested(1_000_000)).unwrap_err(), Broken::Deep);
}

#[test]
fn nodes_look_into_values() {
    let text = br#"{"a": {"b": [10, {"type": "x"}]}, "a": {"c": "d"}}"#;
    let mut tape = Tape::default();
    tape.read(text).unwrap();
    let root = tape.node(text, 0);
    assert!(root.get("a").unwrap().get("c").unwrap().is("d"), "the last of two keys counts");
    let (_, first) = root.members().next().unwrap();
    let items: Vec<_> = first.get("b").unwrap().elements().collect();
    assert_eq!(items.len(), 2);
    assert!(items[1].is_type("x"));
    assert!(root.get("missing").is_none() && items[0].get("x").is_none());
    let members: Vec<usize> = root.objects().map(|object| object.members().count()).collect();
    assert_eq!(members, [2, 1, 1, 1]);
}

#[test]
fn numbers_far_inside_an_array_share_a_token() {
    let numbers: Vec<String> =
        (0..5_000).map(|number| format!("{}{number}", [" ", "", "\n"][number % 3])).collect();
    let text = format!(r#"{{"a": [{} , true, null,"x", -1.5e3 ,2 ], "b": 7}}"#, numbers.join(","));
    let mut tape = Tape::default();
    tape.read(text.as_bytes()).unwrap();
    let tokens = tape.tokens();
    assert!(tokens.len() < 80, "{}", tokens.len());
    let of = |token: &super::Token| &text[token.span().start..token.span().end];
    let runs: Vec<_> = tokens.iter().filter(|token| token.kind == Kind::Run).copied().collect();
    assert_eq!(runs.len(), 2, "one before the string and one behind it");
    let single = tokens.iter().filter(|token| token.kind == Kind::Number);
    let all = single
        .clone()
        .take_while(|token| token.span().start < runs[0].span().start)
        .map(|token| of(token).to_owned());
    let in_run: Vec<_> =
        runs[0].elements(text.as_bytes()).map(|token| (token.kind, of(&token).to_owned())).collect();
    let numbered = in_run.iter().filter(|(kind, _)| *kind == Kind::Number).map(|(_, text)| text.clone());
    let expected: Vec<String> = (0..5_000).map(|number: u32| number.to_string()).collect();
    assert_eq!(all.chain(numbered).collect::<Vec<_>>(), expected);
    let literals: Vec<_> =
        in_run.iter().filter(|(kind, _)| *kind == Kind::Literal).map(|(_, text)| text.as_str()).collect();
    assert_eq!(literals, ["true", "null"]);
    let root = tape.node(text.as_bytes(), 0);
    assert_eq!(root.get("b").unwrap().kind(), Some(Kind::Number));
    assert_eq!(root.get("a").unwrap().elements().last().unwrap().kind(), Some(Kind::Run));
}

#[test]
fn more_tokens_than_the_limit_are_refused() {
    let of = |brackets: usize| format!("[{}]", vec!["[]"; brackets].join(","));
    assert!(read(&of(JSON_TOKENS_MAX / 2 - 1)).is_ok());
    assert_eq!(read(&of(JSON_TOKENS_MAX / 2)).unwrap_err(), Broken::Many);
}
