//! Classification marks: `C4 – Confidentiel`, `TLP:AMBER`, `SECRET UE`, Purview labels. A mark labels this
//! document or message; a mention talks about labels: position, form and neighbours tell them apart. The words
//! are data (`patterns/labels.toml`). Knows no charter.

pub mod assertion;
pub mod code;
pub mod machine;
pub mod mention;
pub mod phrase;
pub mod sentence;
pub mod tlp;
pub mod words;

use crate::finding::Confidence;
use crate::span::Span;

/// A mark that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands.
    pub span: Span,
    /// The level in the scheme's own words.
    pub level: String,
    /// The level made comparable, 0 to 3.
    pub severity: u8,
    /// How sure it is.
    pub confidence: Confidence,
}

#[cfg(test)]
mod tests {
    use super::code::Form;
    use super::phrase::{Kind, Phrases};
    use super::*;
    use crate::scan::fold::fold;
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    type Words = BTreeMap<String, Vec<String>>;

    fn rules() -> Vec<(String, String, Words)> {
        let file: toml::Table =
            toml::from_str(&std::fs::read_to_string("patterns/labels.toml").unwrap()).unwrap();
        file["rule"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| {
                let code = &rule["code"];
                let words = code["words"]
                    .as_table()
                    .unwrap()
                    .iter()
                    .map(|(name, list)| {
                        (
                            name.clone(),
                            list.as_array()
                                .unwrap()
                                .iter()
                                .map(|word| word.as_str().unwrap().to_owned())
                                .collect(),
                        )
                    })
                    .collect();
                (rule["id"].as_str().unwrap().to_owned(), code["name"].as_str().unwrap().to_owned(), words)
            })
            .collect()
    }

    fn scan(text: &str, form: Form) -> Vec<(String, Confidence)> {
        let rules = rules();
        let lists = rules[0]
            .2
            .iter()
            .flat_map(|(name, list)| list.iter().map(move |word| (name.as_str(), word.as_str())));
        let lexicon = words::lexicon(lists);
        let mut found: Vec<(usize, usize, String, Confidence)> = Vec::new();
        for (id, name, words) in &rules {
            let mut phrases = Phrases::default();
            for (list, words) in words {
                let Some((kind, severity)) = list.split_once('_') else { continue };
                let kind = match kind {
                    "exact" => Kind::Exact,
                    "word" => Kind::Word,
                    _ => continue,
                };
                for word in words {
                    phrases.add(word, word, severity.parse().unwrap(), kind);
                }
            }
            for at in 0..text.len() {
                if !text.is_char_boundary(at) || at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric() {
                    continue;
                }
                let rest = fold(&text[at..]);
                if !words["anchors"].iter().any(|anchor| rest.starts_with(&fold(anchor))) {
                    continue;
                }
                let bytes = text.as_bytes();
                let mark = match name.as_str() {
                    "label_code" => code::find(&lexicon, bytes, at, form, None),
                    "label_tlp" => tlp::find(&lexicon, bytes, at),
                    "label_phrase" => phrases.find(&lexicon, bytes, at, form),
                    "label_purview" => machine::purview(&lexicon, bytes, at),
                    "label_header" => machine::header(&lexicon, bytes, at),
                    other => panic!("{other}"),
                };
                if let Some(mark) = mark {
                    let id = if name == "label_code" {
                        format!("label.{}", mark.level.to_lowercase())
                    } else {
                        id.clone()
                    };
                    found.push((mark.span.start, mark.span.end, id, mark.confidence));
                }
            }
        }
        found.sort();
        let all = found.clone();
        found.retain(|one| {
            !all.iter()
                .any(|other| (other.0, other.1) != (one.0, one.1) && other.0 <= one.0 && other.1 >= one.1)
        });
        found.dedup_by_key(|one| (one.0, one.1));
        found.into_iter().map(|(_, _, id, confidence)| (id, confidence)).collect()
    }

    #[test]
    fn cases() {
        let mut report = String::new();
        for entry in std::fs::read_dir("tests/labels").unwrap() {
            let path = entry.unwrap().path();
            let file: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for case in file["case"].as_array().unwrap() {
                let text = case["text"].as_str().unwrap();
                let want: Vec<&str> =
                    case["want"].as_array().unwrap().iter().map(|want| want.as_str().unwrap()).collect();
                let form = match case.get("kind").and_then(|kind| kind.as_str()) {
                    Some("file_name") => Form::FileName,
                    Some("subject") => Form::Subject,
                    _ => Form::Text,
                };
                let found = scan(text, form);
                let got: Vec<String> =
                    found.iter().map(|(id, confidence)| format!("{id} {}", confidence.as_str())).collect();
                let wrong = if want.is_empty() {
                    found.iter().any(|(_, confidence)| *confidence >= Confidence::Medium)
                } else {
                    got.iter().map(String::as_str).collect::<Vec<_>>() != want
                };
                if wrong {
                    let _ = writeln!(report, "{text:?}\n   want {want:?}\n   got  {got:?}");
                }
            }
        }
        assert!(report.is_empty(), "\n{report}");
    }
}
