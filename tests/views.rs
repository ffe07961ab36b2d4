//! Values in every dress: found, with the span of the original bytes and the name of the view.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use guard::finding::{Confidence, Finding};
use guard::limits::VIEW_DEPTH_MAX;
use guard::scan::{Hint, Scanner, Scratch};

fn scan(text: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    Scanner::shipped().scan(text, &Hint::default(), &mut Scratch::default(), &mut findings);
    findings
}

/// The marked part of the text is found by the detector, through the view.
fn check(id: &str, view: &str, marked: &str) {
    let (head, rest) = marked.split_once("<<").unwrap();
    let (value, tail) = rest.split_once(">>").unwrap();
    let text = format!("{head}{value}{tail}");
    let findings = scan(text.as_bytes());
    let here = head.len()..head.len() + value.len();
    let sure =
        |finding: &&Finding| finding.detector.as_str() == id && finding.confidence >= Confidence::Medium;
    let hit = findings
        .iter()
        .filter(sure)
        .max_by_key(|finding| (finding.span.start, finding.span.end) == (here.start, here.end));
    let Some(hit) = hit else { panic!("{id} is missed in «{text}»: {findings:?}") };
    let seen = &text.as_bytes()[hit.span.start..hit.span.end];
    assert_eq!(String::from_utf8_lossy(seen), value, "{id} in «{text}»");
    assert_eq!(hit.view.as_str(), view, "{id} in «{text}»");
}

#[test]
fn a_national_number_is_found_in_every_dress() {
    for (view, text) in [
        ("plain", "NISS : <<85.07.30-033.28>>."),
        ("plain", "NISS <<85\u{a0}07\u{202f}30\u{2009}033\u{a0}28>>"),
        ("plain", "NISS <<85.07.30\u{2011}033.28>>"),
        ("unicode", "le <<85.0\u{200b}7.30-033.28>> ici"),
        ("unicode", "<<85.07.30\u{ad}-033.\u{2060}28>>"),
        ("unicode", "<<８５.07.30-033.28>>"),
        ("unicode", "<<85.07.3\u{301}0-033.28>>"),
        (
            "unicode",
            "NISS <<8\u{301}5\u{301}.\u{301}0\u{301}7\u{301}.\u{301}3\u{301}0\u{301}-\u{301}0\u{301}3\u{301}3\u{301}.\u{301}2\u{301}8>>",
        ),
        ("unicode", "n° national <<٨٥٠٧٣٠٠٣٣٢٨>>"),
        ("unicode", "<<𝟖𝟓07300332𝟖>>"),
        ("wrapped", "son NISS 85.07.30-033.28 est faux, le voici : <<93.05.05-\n> 079.13>> merci"),
        ("wrapped", "<<930505\\\n07913>>"),
        ("html", "NISS&nbsp;: <<85.07.30&#45;033.28>>"),
        ("html", "<p>NISS <<85.07.<b>30</b>-033.28>></p>"),
        ("html", "<p>NISS <<85&#46;07&#46;30&hyphen;033.&#50&#56>></p>"),
        (
            "html",
            "<p>NISS <<85.07<!-- une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque, une longue remarque -->.30-033.28>></p>",
        ),
        (
            "html",
            "<p>NISS <<8<span style=\"color:red;font-weight:bold;padding:0;margin:0 0 0 0;font-family:Arial\">5</span>.<span style=\"color:red;font-weight:bold;padding:0;margin:0 0 0 0;font-family:Arial\">07.30-0</span><span style=\"color:red;font-weight:bold;padding:0;margin:0 0 0 0;font-family:Arial\">33</span>.<span style=\"color:red;font-weight:bold;padding:0;margin:0 0 0 0;font-family:Arial\">28>></span></p>",
        ),
        ("html", "<niss><<85.07<![CDATA[.30-033]]>.28>></niss>"),
        ("url", "?niss=<<85%2E07%2E30%2D033%2E28>>&x=1"),
        ("url", "?niss=<<85%252E07%252E30%252D033%252E28>>"),
        ("json", r#"{\"niss\": \"<<85.07.30\u002d033.28>>\"}"#),
        ("quoted-printable", "NISS=C3=A9 <<85.07.=\n30-033.28>>"),
        ("spaced", "voici <<8 5 0 7 3 0 0 3 3 2 8>> merci"),
        ("spaced", "voici\n<<8\n5\n0\n7\n3\n0\n0\n3\n3\n2\n8>>\nmerci"),
        ("spaced", "voici\r\n<<8\r\n5\r\n0\r\n7\r\n3\r\n0\r\n0\r\n3\r\n3\r\n2\r\n8>>\r\nmerci"),
        ("spaced", "voici <<8\t5\t0\t7\t3\t0\t0\t3\t3\t2\t8>> merci"),
        ("spaced", "voici <<8-5-0-7-3-0-0-3-3-2-8>> merci"),
        ("codes", "voici <<38 35 2e 30 37 2e 33 30 2d 30 33 33 2e 32 38>> merci"),
        ("codes", "voici [<<0x38,0x35,0x2e,0x30,0x37,0x2e,0x33,0x30,0x2d,0x30,0x33,0x33,0x2e,0x32,0x38>>]"),
        ("codes", "octets <<38:35:30:37:33:30:30:33:33:32:38>>."),
        ("codes", "le 12 et le 13 puis <<56 53 48 55 51 48 48 51 51 50 56>> merci"),
        ("codes", r"x = '\<<070\065\056\060\067\056\063\060\055\060\063\063\056\062\070>>'"),
        (
            "codes",
            "<<00111000 00110101 00110000 00110111 00110011 00110000 00110000 00110011 00110011 00110010 00111000>>",
        ),
        ("base85", "voici <~<<3&N<B2_Hm?/MJt:/i#B>>~> merci"),
        ("plain", "📞<<85.07.30-033.28>>📞"),
        (
            "unicode",
            "voici <<\u{e0038}\u{e0035}\u{e002e}\u{e0030}\u{e0037}\u{e002e}\u{e0033}\u{e0030}\u{e002d}\u{e0030}\u{e0033}\u{e0033}\u{e002e}\u{e0032}\u{e0038}>> merci",
        ),
        (
            "unicode",
            "😀<<\u{e0128}\u{e0125}\u{e0120}\u{e0127}\u{e0123}\u{e0120}\u{e0120}\u{e0123}\u{e0123}\u{e0122}\u{e0128}>> merci",
        ),
        ("unicode", "voici <<८५.०७.३०-०३३.२८>> merci"),
        ("unicode", "voici <<៨៥០៧៣០០៣៣២៨>> merci"),
        ("markdown", "voici <<85_07_30_033_28>> merci"),
        ("misread", "son NISS : <<85.O7.3O-O33.28>> merci"),
        ("misread", "NISS <<85O73003328>>"),
        (
            "spelled",
            "mon numéro national est <<quatre-vingt-cinq zéro sept trente zéro trente-trois vingt-huit>>",
        ),
    ] {
        check("be.niss", view, text);
    }
    // Packed bytes map to the characters that hold them; emphasis before the first digit is outside.
    check("be.niss", "base64", "x: TklTUyA6I<<Dg1LjA3LjMwLTAzMy4yOC>>BkZSBsJ2FnZW50");
    check("be.niss", "uuencode", "begin 644 x.txt\n43DE3<<4R X-2XP-RXS,\"TP,S,N,C@ >>\n`\nend\n");
    // A line break within the digits of a value of letters and digits, and letters among single characters.
    check("ca.qc.ramq", "wrapped", "RAMQ <<TREM65\n> 030515>> au dossier");
    check("ca.qc.ramq", "spaced", "RAMQ <<T_R_E_M_6_5_0_3_0_5_1_5>> au dossier");
    check("iban", "spaced", "compte <<B-E-6-8-5-3-9-0-0-7-5-4-7-0-3-4>> merci");
    for behind in [". Merci", ",", "; fin", ")", "!\nok", " : voir", "?", "\""] {
        check("be.niss", "spaced", &format!("NISS : <<8 5 0 7 3 0 0 3 3 2 8>>{behind}"));
        check("payment_card", "spaced", &format!("carte Visa <<4 5 3 9 7 8 4 7 8 5 7 5 5 3 3 2>>{behind}"));
        check("ca.sin", "spaced", &format!("my SIN is (<<5 1 3 1 4 8 7 2 6>>{behind}"));
        check("nl.bsn", "spaced", &format!("BSN <<2 4 1 7 5 5 1 0 4>>{behind}"));
        check("ca.qc.ramq", "spaced", &format!("RAMQ \"<<T R E M 6 5 0 3 0 5 1 5>>{behind}"));
    }
    check("iban", "misread", "IBAN <<BE68 539O O754 7034>> merci");
    check("iban", "quoted-printable", "compte <<BE68 5390 =\n0754 7034>> merci");
    check("be.niss", "markdown", "**<<85**.07.30-**033**.28>>");
}

#[test]
fn letters_are_no_digits_without_a_label_and_a_check() {
    for text in
        ["voici 85.O7.3O-O33.28 merci", "NISS 85.O7.3O-O33.29", "NISS 85.O7.3O-O33.2B", "O 85 O7 3O O33 28"]
    {
        let findings = scan(text.as_bytes());
        assert!(
            findings.iter().all(|finding| finding.confidence < Confidence::Medium),
            "{text}: {findings:?}"
        );
    }
}

#[test]
fn mail_addresses_and_tokens_are_found_in_every_dress() {
    check("email", "unicode", "écrire à <<jean.dupont＠commune.be>> svp");
    check("email", "html", "mail: <<jean.dupont&#64;commune.be>>");
    check("email", "url", "to=<<jean.dupont%40commune.be>>&a=1");
    let tail = "k7Qz0pLw3XvN9sRt5YbH2mGd8JcF4nKa6TeU";
    check("credential.github", "unicode", &format!("<<gh\u{440}_{tail}>>"));
    check("credential.github", "unicode", &format!("<<gh\u{200b}p_{tail}>>"));
    check("credential.github", "url", &format!("<<ghp%5F{tail}>>"));
    check("credential.github", "wrapped", &format!("<<ghp_{}\n  {}>>", &tail[..20], &tail[20..]));
    check("credential.github", "json", &format!(r"<<\u0067hp_{tail}>>"));
}

#[test]
fn a_plus_is_a_space_in_queries_and_no_space_before_a_country() {
    for (id, view, marked) in [
        ("payment_card", "url", "https://x.be/?q=carte+Visa+<<4539+1488+0343+6467>>&y=1"),
        ("iban", "url", "https://x.be/?q=IBAN+<<BE68+5390+0754+7034>>"),
        ("be.phone", "url", "href=\"tel:<<+32%20475%2012%2034%2056>>\""),
        ("be.phone", "url", "phone=<<+32%20475%2012%2034%2056>>&x=%20"),
    ] {
        check(id, view, marked);
    }
}

#[test]
fn encodings_within_encodings_are_opened_to_the_fifth_depth() {
    let plain = "NISS 85.07.30-033.28";
    let url: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let html: String = url.chars().map(|c| format!("&#{};", c as u32)).collect();
    assert!(scan(html.as_bytes()).iter().any(|finding| finding.detector.as_str() == "be.niss"));
}

#[test]
fn what_was_joined_needs_a_strong_check_or_a_label() {
    for silent in [
        "liste 8 5 0 7 3 0 0 3 3 2 9 fin",
        "85.07.30-\n033.29",
        "1 2 3 4 5 6 7 8 9",
        "deux trois quatre cinq six sept huit neuf dix",
    ] {
        assert_eq!(scan(silent.as_bytes()), [], "{silent}");
    }
}

/// Spread-out letters, each run of which asks for more bytes around it than it has.
fn spread_out(bytes: usize) -> String {
    "a b c d e f g h i xx ".repeat(bytes / 21)
}

#[test]
fn what_is_not_decoded_is_told() {
    let mut scratch = Scratch::default();
    let mut scan = |text: &str| {
        let mut findings = Vec::new();
        Scanner::shipped().scan(text.as_bytes(), &Hint::default(), &mut scratch, &mut findings);
        (findings.len(), scratch.left_out())
    };
    let value = "8 5 0 7 3 0 0 3 3 2 8";
    assert_eq!(scan(&format!("{}\n{value}", spread_out(20_000))), (1, 0));
    let (found, left_out) = scan(&format!("{}\n{value}", spread_out(2_000_000)));
    assert_eq!(found, 0, "beyond the limit");
    assert!(left_out > value.len());
    assert_eq!(scan("rien"), (0, 0), "of this text only");
    let packed = (0..VIEW_DEPTH_MAX).fold("NISS 85.07.30-033.28".to_owned(), |text, _| BASE64.encode(text));
    assert_eq!(scan(&packed), (1, 0));
    assert_eq!(scan(&BASE64.encode(&packed)), (0, 28), "one time more");
}
