//! Tokens, passwords and marks of the corpus. Tokens are made when the test runs: none stands in the tree.

use crate::identifiers::random::Random;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WORD: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
const HEX: &[u8] = b"0123456789abcdef";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Tokens that their prefix gives away: parts that stand as they are, and counts of random characters, in turn.
const TOKENS: &[&[Part]] = &[
    &[Is("sk-ant-"), Is("api03-"), Of(WORD, 93), Is("AA")],
    &[Is("sk-pro"), Is("j-"), Of(BASE62, 74), Is("T3Blbk"), Is("FJ"), Of(BASE62, 74)],
    &[Is("gs"), Is("k_"), Of(BASE62, 52)],
    &[Is("pplx"), Is("-"), Of(BASE62, 48)],
    &[Is("h"), Is("f_"), Of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 34)],
    &[Is("r8"), Is("_"), Of(BASE62, 37)],
    &[Is("AKI"), Is("A"), Of(UPPER, 16)],
    &[Is("AIz"), Is("a"), Of(WORD, 35)],
    &[Is("GOCS"), Is("PX-"), Of(WORD, 28)],
    &[Is("gh"), Is("p_"), Of(BASE62, 36)],
    &[Is("gh"), Is("o_"), Of(BASE62, 36)],
    &[Is("github"), Is("_pat_"), Of(BASE62, 22), Is("_"), Of(BASE62, 59)],
    &[Is("glp"), Is("at-"), Of(BASE62, 20)],
    &[Is("ATATT"), Is("3"), Of(BASE62, 186)],
    &[Is("sq"), Is("p_"), Of(HEX, 40)],
    &[Is("np"), Is("m_"), Of(BASE62, 36)],
    &[Is("pypi-"), Is("AgEIcHlwaS5vcmc"), Of(BASE62, 80)],
    &[Is("dckr"), Is("_pat_"), Of(BASE62, 27)],
    &[Is("hv"), Is("s."), Of(BASE62, 95)],
    &[Is("xox"), Is("b-"), Of(b"123456789", 12), Is("-"), Of(b"123456789", 12), Is("-"), Of(BASE62, 24)],
    &[
        Is("https://hooks.slack"),
        Is(".com/services/T"),
        Of(UPPER, 9),
        Is("/B"),
        Of(UPPER, 9),
        Is("/"),
        Of(BASE62, 24),
    ],
    &[Is("sk_li"), Is("ve_"), Of(BASE62, 24)],
    &[Is("rk_li"), Is("ve_"), Of(BASE62, 24)],
    &[Is("shp"), Is("at_"), Of(HEX, 32)],
    &[Is("SG"), Is("."), Of(BASE62, 22), Is("."), Of(BASE62, 43)],
    &[Is("xkey"), Is("sib-"), Of(HEX, 64), Is("-"), Of(BASE62, 16)],
    &[Is("dap"), Is("i"), Of(HEX, 32)],
    &[Is("dop"), Is("_v1_"), Of(HEX, 64)],
    &[Is("glsa"), Is("_"), Of(BASE62, 32), Is("_"), Of(HEX, 8)],
    &[Is("NRA"), Is("K-"), Of(UPPER, 27)],
    &[Is("dt0c"), Is("01."), Of(UPPER, 24), Is("."), Of(UPPER, 64)],
    &[Is("lin"), Is("_api_"), Of(BASE62, 40)],
    &[Is("fig"), Is("d_"), Of(BASE62, 40)],
    &[Is("PMA"), Is("K-"), Of(HEX, 24), Is("-"), Of(HEX, 34)],
    &[Is("pu"), Is("l-"), Of(HEX, 40)],
    &[Is("dp"), Is(".pt."), Of(BASE62, 43)],
    &[Is("sb"), Is("p_"), Of(HEX, 40)],
    &[Is("rub"), Is("ygems_"), Of(HEX, 48)],
    &[Is("AGE-SECRET"), Is("-KEY-1"), Of(b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)],
    &[Is("napi"), Is("_"), Of(LOWER, 64)],
    &[Is("ops_ey"), Is("J"), Of(BASE62, 260)],
    &[Is("lsv2"), Is("_pt_"), Of(HEX, 32), Is("_"), Of(HEX, 10)],
];

enum Part {
    Is(&'static str),
    Of(&'static [u8], usize),
}
use Part::{Is, Of};

fn some(random: &mut Random, of: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(of[random.below(of.len() as u64) as usize])).collect()
}

pub fn token(random: &mut Random) -> String {
    let parts = TOKENS[random.below(TOKENS.len() as u64) as usize];
    parts
        .iter()
        .map(|part| match part {
            Is(text) => (*text).to_owned(),
            Of(alphabet, count) => some(random, alphabet, *count),
        })
        .collect()
}

/// Passwords as people choose them.
pub fn password(random: &mut Random) -> String {
    let word = random
        .pick(&[
            "Soleil",
            "Printemps",
            "Ciney",
            "Marguerite",
            "Standard",
            "Zomer",
            "Sommer",
            "Purple",
            "Tournesol",
            "Fluffy",
        ])
        .to_owned();
    match random.below(8) {
        0 => format!("{word}{}", random.fill("20[12]#")),
        1 => format!("{word}{}!", random.fill("##")),
        2 => random.fill("^[abcdef]#[xyz]^##[!?]"),
        3 => some(random, BASE62, 14),
        4 => format!(
            "{}-{}-{}",
            word.to_lowercase(),
            random.pick(&["cheval", "piano", "nuage"]),
            random.fill("##")
        ),
        5 => format!("{}@{}", random.fill("P[4a]ss"), random.fill("####")),
        6 => random.pick(&["azerty123", "admin2024", "Welkom01", "Bienvenue1"]).to_owned(),
        _ => format!("{}_{}#", word, random.fill("###")),
    }
}

/// Passwords of programs: without spaces and quotation marks.
pub fn password_env(random: &mut Random) -> String {
    some(random, BASE62, 12) + &random.fill("#[!_-]#")
}

pub fn url_credential(random: &mut Random) -> String {
    let scheme = random.pick(&["postgres", "https", "ftp", "mongodb+srv", "amqps", "redis"]);
    let user = random.pick(&["appli", "svc_import", "admin"]);
    let password = some(random, BASE62, 12);
    format!("{scheme}://{user}:⟪{password}⟫@hote-{}.interne.be/base", random.below(90))
}

pub fn label_c(random: &mut Random) -> String {
    random
        .pick(&["C4", "C3", "C4 – Confidentiel", "C3 - Restreint", "C 4 (Confidentiel)", "C3 : restreint"])
        .to_owned()
}

pub fn mark(random: &mut Random, language: &str) -> String {
    let marks: &[&str] = match language {
        "nl" => &[
            "STRIKT VERTROUWELIJK",
            "C4 – Vertrouwelijk",
            "VERTROUWELIJK",
            "ENKEL VOOR INTERN GEBRUIK",
            "Geheim (Wet 11.12.1998)",
            "C3 – Beperkt",
        ],
        "de" => &[
            "STRENG VERTRAULICH",
            "C4 – Vertraulich",
            "VS-NUR FÜR DEN DIENSTGEBRAUCH",
            "VERTRAULICH",
            "NUR FÜR DEN INTERNEN GEBRAUCH",
            "VS-NfD",
        ],
        "en" => &[
            "STRICTLY CONFIDENTIAL",
            "C4 – Confidential",
            "CONFIDENTIAL",
            "INTERNAL USE ONLY",
            "NATO RESTRICTED",
            "RESTREINT UE/EU RESTRICTED",
            "PROTECTED B",
        ],
        _ => &[
            "CONFIDENTIEL",
            "STRICTEMENT CONFIDENTIEL",
            "C4 – Confidentiel",
            "DIFFUSION RESTREINTE",
            "À USAGE INTERNE",
            "NE PAS DIFFUSER",
            "SECRET (Loi 11.12.1998)",
            "[C3] Restreint",
            "PROTÉGÉ B",
            "DOCUMENT CONFIDENTIEL",
        ],
    };
    random.pick(marks).to_owned()
}

pub fn tlp(random: &mut Random) -> String {
    random
        .pick(&["TLP:AMBER", "TLP:RED", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP: AMBER", "tlp:red"])
        .to_owned()
}
