//! Files are found however their lines are written, as often as they stand there, and nothing else is.

use super::{Enclosed, Finder, Format, files};
use crate::text::codec::{Alphabet, Layer};

/// A file of so many bytes, all of them needed.
fn file(bytes: usize) -> Vec<u8> {
    let mut file = b"{\\rtf1 ".to_vec();
    let mut number = 7_u32;
    while file.len() < bytes {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        file.push((number >> 16) as u8);
    }
    file
}

fn packed(file: &[u8]) -> String {
    String::from_utf8(Layer::Base64(Alphabet::Standard).encode(file)).unwrap()
}

fn wrapped(packed: &str, width: usize, gap: &str) -> String {
    let lines: Vec<&str> =
        packed.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(gap)
}

fn found(text: &str) -> Vec<Enclosed> {
    let mut all = Vec::new();
    files(text.as_bytes(), &mut |file| all.push(file));
    all
}

/// What is found in a text that comes in pieces of so many bytes.
fn found_in_pieces(text: &str, piece: usize) -> Vec<Enclosed> {
    let (mut finder, mut all) = (Finder::default(), Vec::new());
    text.as_bytes().chunks(piece).for_each(|piece| finder.feed(piece, &mut |file| all.push(file)));
    finder.finish(&mut |file| all.push(file));
    all
}

#[test]
fn files_are_found_however_their_lines_are_written() {
    for length in [400, 401, 402, 3_000, 90_001] {
        let file = file(length);
        let plain = packed(&file);
        let url = plain.replace('+', "-").replace('/', "_");
        for body in [
            plain.clone(),
            plain.trim_end_matches('=').to_owned(),
            url.clone(),
            plain.replace('/', "\\/"),
            plain.replace('+', "\\u002B"),
            plain.replace('+', "%2B").replace('/', "%2F"),
            wrapped(&plain, 76, "\r\n"),
            wrapped(&plain, 64, "\n"),
            wrapped(&plain, 74, "\r\n "),
            wrapped(&plain, 75, "\r\n\t"),
            wrapped(&plain, 76, "\n        "),
            wrapped(&plain, 76, "\n> "),
            wrapped(&plain, 76, "\\n"),
            wrapped(&plain, 76, "\\r\\n"),
            wrapped(&plain, 76, "\\\\n"),
            wrapped(&plain, 76, "\"\n    \""),
            wrapped(&plain, 76, "\" +\n    \""),
            wrapped(&plain, 76, "\\n\",\n    \""),
            wrapped(&plain, 76, "' \\\n  '"),
            wrapped(&plain, 76, "%0D%0A"),
        ] {
            for (before, after) in [
                ("le fichier : ", " merci"),
                ("{\"data\":\"", "\"}"),
                ("", ""),
                ("voici :\n\n", "\n\nMerci"),
                ("Bonjour\n", "\n--b1--\n"),
                ("de la part de\nHello\n", "."),
            ] {
                // Escapes and indentations leave no whole block in a short file, but for chance.
                if length < 3_000 && ["%", "\\", " ", "\t"].iter().any(|sign| body.contains(sign)) {
                    continue;
                }
                let text =
                    format!("{}{before}{body}{after} {}", "un texte ".repeat(40), "et la suite ".repeat(40));
                let all = found(&text);
                let wanted = Ok((Format::Rtf, file.clone()));
                assert_eq!(all.len(), 1, "{length} {before} {after} {}", &body[..200]);
                assert!(all[0].content == wanted, "{length} {before} {after} {}", &body[..200]);
                assert_eq!(
                    all[0].start,
                    text.find("e1xydGYx").unwrap(),
                    "{length} {before} {after} {}",
                    &body[..200]
                );
                assert!(
                    text[all[0].start..]
                        .starts_with(body.trim_end_matches('=').get(..all[0].length - 2).unwrap())
                );
            }
        }
    }
}

#[test]
fn how_the_text_comes_does_not_matter() {
    let (one, other) = (packed(&file(600)), packed(&file(70_000)));
    let text = format!(
        "Bonjour, {} voici {}\n\net {} {}fin {}",
        "mot ".repeat(5_000),
        wrapped(&one, 76, "\r\n "),
        "x".repeat(3_000),
        wrapped(&other, 76, "\n"),
        one
    );
    let whole = found(&text);
    assert_eq!(whole.len(), 3);
    for piece in [1, 7, 63, 64, 65, 1_000, 4_096, 65_536] {
        assert_eq!(found_in_pieces(&text, piece), whole, "{piece}");
    }
}

#[test]
fn what_is_no_file_is_none() {
    for text in [
        "AbCdEfGh".repeat(2_000),
        "e1xydGYx".repeat(20),
        packed(&file(120)),
        packed(&[b'a'; 4_000]),
        packed(b"\x89PNG\r\n\x1a\n").repeat(60),
        format!("/{}", "chemin/vers/un/dossier".repeat(100)),
        packed(&file(600))
            .as_bytes()
            .chunks(20)
            .map(|line| String::from_utf8_lossy(line).into_owned() + " ")
            .collect(),
    ] {
        assert_eq!(found(&text), [], "{}", &text[..40]);
    }
}

#[test]
fn a_word_behind_the_last_line_is_left_out_and_the_file_stays_whole() {
    for length in [400, 401, 402] {
        let file = file(length);
        for after in ["\nMerci", "\nBien cordialement", "\n\nMerci", "\n--b1", "\n__"] {
            let text = format!("{}{after}", wrapped(packed(&file).trim_end_matches('='), 76, "\n"));
            let all = found(&text);
            let (_, bytes) = all[0].content.clone().unwrap();
            assert!(bytes.starts_with(&file), "{length} {after}");
            assert!(bytes.len() <= file.len() + 12, "{length} {after}");
        }
        let listed = format!("{{\"a\":\"{}\",\n  \"name\": 1}}", packed(&file).trim_end_matches('='));
        assert_eq!(found(&listed)[0].content, Ok((Format::Rtf, file)));
    }
}

#[test]
fn short_words_behind_one_long_line_are_left_out() {
    // 402 bytes need no padding, 400 and 401 do: without it they may go on.
    let file = file(402);
    for after in ["\nfin", "\nOK", "\nMerci"] {
        let text = format!("{}{after}", packed(&file));
        assert_eq!(found(&text)[0].content, Ok((Format::Rtf, file.clone())), "{after}");
    }
    // The end of a file that a program broke is no word.
    let text = wrapped(&packed(&file), 76, "\n");
    assert_eq!(found(&text)[0].content, Ok((Format::Rtf, file)));
}

#[test]
fn no_text_is_read_more_than_some_times() {
    // A run that ends and begins again with each byte would be opened each time, were there no floor.
    let body = packed(&file(600));
    let text = format!("{body}{}", "-A+A/_".repeat(50_000));
    assert!(found(&text).len() <= 2);
    for piece in [
        "\"\n",
        "A\n",
        "\\u002",
        "%2B%0",
        "\\\\n\"",
        &format!("{} ", &body[..300]),
        &format!("{}\n\n", &body[..66]),
    ] {
        let text = piece.repeat(2_000_000 / piece.len());
        assert!(found(&text).len() <= text.len() / 200, "{piece}");
    }
}
