//! What the suites of other scanners try (Presidio, gitleaks, detect-secrets, trufflehog, kingfisher), with values of our
//! own: accounts of every country, cards of every scheme, tokens beside punctuation, and what those scanners' users
//! complain of. Facts only: formats and situations, no text and no value of theirs.

use super::score::is_loud;
use super::{scan, secrets, values};
use crate::identifiers::random::Random;
use guard::finding::{Class, Confidence};

/// Countries and lengths of their accounts (SWIFT registry).
const COUNTRIES: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 \
    EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 \
    LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 \
    SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

/// The letters that a country's account has after its check digits, and at its end.
fn letters(country: &str) -> (&'static str, &'static str) {
    match country {
        "MU" | "SC" => ("ABCD", "EUR"),
        "AZ" | "BG" | "BH" | "GB" | "GI" | "IE" | "IQ" | "JO" | "KW" | "LC" | "LV" | "MT" | "NI" | "NL"
        | "PK" | "PS" | "QA" | "RO" | "SV" | "VG" => ("ABCD", ""),
        "FK" | "GE" => ("AB", ""),
        "IT" | "SM" => ("A", ""),
        "BR" => ("", "P1"),
        _ => ("", ""),
    }
}

#[test]
fn accounts_of_every_country_are_found_whole() {
    let mut random = Random(75);
    let mut missed = Vec::new();
    for row in COUNTRIES.split_whitespace() {
        let (country, length) = row.split_at(2);
        let (front, back) = letters(country);
        let digits = length.parse::<usize>().unwrap() - 4 - front.len() - back.len();
        let body = format!("{front}{}{back}", random.fill(&"#".repeat(digits)));
        let body = if country == "BE" { values::belgian_account(&mut random) } else { body };
        let compact = values::iban_of(country, &body);
        let grouped = compact
            .as_bytes()
            .chunks(4)
            .map(|four| std::str::from_utf8(four).unwrap())
            .collect::<Vec<_>>()
            .join(" ");
        for value in [&compact, &grouped] {
            let text = format!("Please pay to {value} before Friday");
            let whole = |finding: &guard::finding::Finding| {
                finding.detector.as_str() == "iban"
                    && text.get(finding.span.start..finding.span.end) == Some(value)
            };
            if !scan(&text).iter().any(whole) {
                missed.push(value.clone());
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn cards_of_every_scheme_are_found_beside_a_label() {
    const SCHEMES: [(&str, &str); 13] = [
        ("Visa, 13", "4###########"),
        ("Visa, 16", "4##############"),
        ("Visa, 19", "4#################"),
        ("Mastercard", "5[12345]#############"),
        ("Mastercard, series 2", "2[3456]#############"),
        ("American Express", "3[47]############"),
        ("Diners", "36###########"),
        ("Discover", "6011###########"),
        ("JCB", "35[345678]############"),
        ("Maestro, 12", "6759#######"),
        ("Maestro, 19", "6759##############"),
        ("Bancontact", "6703###########"),
        ("UnionPay", "62#############"),
    ];
    let mut random = Random(76);
    for (scheme, shape) in SCHEMES {
        for _ in 0..20 {
            let value = values::with_luhn(random.fill(shape));
            let text = format!("my credit card number is {value}, valid until 04/28");
            let found = scan(&text);
            let sure = |finding: &guard::finding::Finding| {
                finding.detector.as_str() == "payment_card" && finding.confidence >= Confidence::Medium
            };
            assert!(found.iter().any(sure), "{scheme}: {text}");
        }
    }
}

#[test]
fn tokens_end_where_their_sentence_goes_on() {
    let mut random = Random(77);
    let mut wrong = Vec::new();
    for (before, after) in [
        ("ma clé est ", "."),
        ("(", ")"),
        ("« ", " »"),
        ("**", "**"),
        ("`", "`"),
        ("key=", "&x=1"),
        ("\"", "\","),
        ("KEY: ", ", then"),
        ("<td>", "</td>"),
        ("token ", " !"),
        ("['", "']"),
        ("export K=", "; run"),
        ("https://x.example.be/?t=", "#top"),
    ] {
        for _ in 0..40 {
            let token = secrets::token(&mut random);
            if token.contains("://") {
                continue;
            }
            let text = format!("{before}{token}{after}");
            let exact = |finding: &guard::finding::Finding| {
                finding.class == Class::Credential
                    && text.get(finding.span.start..finding.span.end) == Some(&token)
            };
            if !scan(&text).iter().any(exact) {
                wrong.push(text);
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

/// What their users call noise: references, placeholders, client identifiers, hashes, public keys, URLs without a secret.
const NOISE: &[&str] = &[
    "password = os.getenv(\"DB_PASSWORD\")",
    "password: \"{{ vault_db_password }}\"",
    "password = \"${DB_PASSWORD}\"",
    "password: <your password here>",
    "API_KEY=your-api-key-here",
    "api_key = \"xxxxxxxxxxxxxxxxxxxxxxxx\"",
    "secret = None",
    "client_id = 5f2b8c1e-77aa-4c0d-9d2e-1b7a3c9e5f60",
    "public_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB\"",
    "jdbc:postgresql://db.interne:5432/app",
    "jdbc:mysql://db:3306?user=alice@corp",
    "postgres://db.interne:5432/app",
    "git clone ssh://git@git.interne.be:2222/equipe/projet.git",
    "-----BEGIN PUBLIC KEY-----",
    "the password reset link was sent",
    "password_field.send_keys(value)",
    "if (user.password !== input.password) return false;",
    "token_type: bearer",
    "\"access_token\": \"string\"",
    "Authorization: Bearer {token}",
    "curl -u \"$USER:$PASS\" https://api.interne.be",
    "token = request.headers['X-Token']",
    "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "my phone has 128 GB and costs 999.99",
    "call me on the 3rd of May 2024 between 10:00 and 12:30",
    "room 1234, extension of the deadline to 2024-12-31",
    "PMID 31452104, DOI 10.1016/j.cell.2019.05.031",
    "Figure 3.1.4.2 shows the 192.168 range",
    "IL150120690000003111141",
];

#[test]
fn what_other_scanners_users_call_noise_stays_silent() {
    let mut loud = Vec::new();
    for text in NOISE {
        let found = scan(text);
        loud.extend(
            found
                .iter()
                .filter(|finding| is_loud(finding))
                .map(|finding| format!("{} in {text}", finding.detector)),
        );
    }
    assert!(loud.is_empty(), "{loud:#?}");
}
