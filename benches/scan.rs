//! How fast text is scanned, by corpus, with every detector and view on: MB/s of one thread, the ratio to a
//! `RegexSet` of the reference expressions of the same identifiers in the same run, and to a bare pass that counts
//! digits and ats. Each corpus says what it stresses, each answer is checked, and allocations are counted.
//!
//! `cargo bench --bench scan`; `-- --quick` for a smoke run, `-- --only NAME`, `-- --show` for the findings.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use guard::rules::random::Random;
use guard::scan::{Hint, Scanner, Scratch};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counts allocations.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: passes everything on to the system's allocator.
#[allow(unsafe_code, reason = "counting allocations takes an allocator")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A text to scan.
struct Corpus {
    name: &'static str,
    text: Vec<u8>,
    /// MB/s that it must reach, where the machine is the reference one.
    floor: f64,
    /// Whether nothing may be found in it.
    clean: bool,
}

fn main() {
    let argument = |name: &str| std::env::args().any(|argument| argument == name);
    let quick = argument("--quick") || argument("--test");
    let scanner = Scanner::shipped();
    let set = reference();
    println!("corpus           MB/s    floor   to RegexSet  to a count  findings  allocations");
    for corpus in corpora(if quick { 32 << 10 } else { 256 << 10 }) {
        if std::env::args()
            .skip_while(|argument| argument != "--only")
            .nth(1)
            .is_some_and(|only| only != corpus.name)
        {
            continue;
        }
        let mut scratch = Scratch::default();
        let mut findings = Vec::new();
        scanner.scan(&corpus.text, &Hint::default(), &mut scratch, &mut findings);
        let found = findings.len();
        if argument("--show") {
            for finding in findings.iter().take(12) {
                let value = &corpus.text[finding.span.start..finding.span.end];
                println!(
                    "  {} {:?} {:?}",
                    finding.detector,
                    finding.confidence,
                    String::from_utf8_lossy(value)
                );
            }
        }
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        findings.clear();
        scanner.scan(&corpus.text, &Hint::default(), &mut scratch, &mut findings);
        let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
        assert_eq!(findings.len(), found, "a second scan says the same");
        let own = rate(quick, &corpus.text, |text| {
            findings.clear();
            scanner.scan(text, &Hint::default(), &mut scratch, &mut findings);
            findings.len()
        });
        let part = &corpus.text[..corpus.text.len().min(16 << 10)];
        let naive = rate(quick, part, |text| {
            text.split(|byte| *byte == b'\n').map(|line| set.matches(line).len()).sum()
        });
        let bare = rate(quick, &corpus.text, |text| {
            let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
            digits + text.iter().filter(|byte| **byte == b'@').count()
        });
        println!(
            "{:<12} {own:>8.0} {:>8.0} {:>12.1}x {:>10.3}x {found:>9} {allocations:>12}",
            corpus.name,
            corpus.floor,
            own / naive,
            own / bare
        );
        if corpus.clean && !argument("--show") {
            assert_eq!(found, 0, "{}: clean text has findings", corpus.name);
        }
    }
}

/// MB/s of processor time, so that what else the machine does matters little.
fn rate(quick: bool, text: &[u8], mut run: impl FnMut(&[u8]) -> usize) -> f64 {
    let (begun, limit) = (Instant::now(), Duration::from_millis(if quick { 1 } else { 60 }));
    let (start, mut runs) = (busy(begun), 0_u32);
    loop {
        for _ in 0..4 {
            black_box(run(black_box(text)));
        }
        runs += 4;
        let spent = busy(begun).saturating_sub(start);
        if spent >= limit || quick {
            return text.len() as f64 * f64::from(runs) / 1e6 / spent.as_secs_f64().max(1e-9);
        }
    }
}

/// Processor time of this thread where the system tells, else the time that has passed.
fn busy(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next()?.parse().ok());
    told.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// The reference expressions of the identifiers and some token prefixes: what a set of expressions would look for.
fn reference() -> regex::bytes::RegexSet {
    let patterns = [
        r"\d{2}[ ./-]?\d{2}[ ./-]?\d{2}[ ./-]{0,3}\d{3}[ ./-]{0,3}\d{2}",
        r"\d{3}[ -]?\d{7}[ -]?\d{2}",
        r"(?:\+{3}|\*{3})?\s?\d{3} ?/ ?\d{4} ?/ ?\d{5}\s?(?:\+{3}|\*{3})?",
        r"(?:BE ?)?[01]?\d{3}[ .]?\d{3}[ .]?\d{3}",
        r"54(?:[ .-]?\d){16}",
        r"[1-9]-[A-Z]{3}-\d{3}|[1-9] [A-Z]{3} \d{3}",
        r"[1-478][ .-]?\d{2}[ .-]?\d{2}[ .-]?(?:\d{2}|2[ABab])[ .-]?\d{3}[ .-]?\d{3}(?:[ ./-]{0,3}\(?\d{2}\)?)?",
        r"[0-3]\d[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}",
        r"[A-Z]{3}[ ]?[A-Z][ -]?\d{4}[ -]?\d{4}",
        r"[A-Za-z]{2}\d{2}(?:[ .\-]?[A-Za-z0-9]){11,30}",
        r"\d(?:[ .-]?\d){11,18}",
        r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
        r"(?i)TLP ?[:\- ] ?(RED|AMBER(?:\s?\+\s?STRICT)?|GREEN|CLEAR|WHITE)",
        r"(?i)\b(mots? de passe|m\.?d\.?p\.?|wachtwoord|kennwort|password)\b[ \t]{0,3}(?::|=|est|is|ist)[ \t]{0,3}\S{4,64}",
        r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/@?#]{0,64}:([^\s@/?#]{1,128})@[A-Za-z0-9.\[-]",
        r"gh[pousr]_[A-Za-z0-9]{36}",
        r"sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,}",
        r"AKIA[A-Z2-7]{16}",
        r"AIza[A-Za-z0-9_-]{35}",
        r"xox[abprs]-[A-Za-z0-9-]{10,}",
        r"glpat-[A-Za-z0-9_-]{20}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"(?:\+32|0032|0)\s?4[5-9]\d[ /.]?\d{2}[ .]?\d{2}[ .]?\d{2}",
    ];
    regex::bytes::RegexSet::new(patterns).unwrap_or_else(|_| regex::bytes::RegexSet::empty())
}

fn corpora(size: usize) -> Vec<Corpus> {
    let mut random = Random::new(11);
    let prose = grown(size, || pick(&mut random, PROSE).to_owned());
    let mut random = Random::new(12);
    let mut line = 0;
    let mixed = grown(size, || {
        line += 1;
        pick(&mut random, if line % 20 == 0 { VALUES } else { PROSE }).to_owned()
    });
    let mut random = Random::new(13);
    let code = grown(size, || pick(&mut random, CODE).replace('§', &random.below(1 << 20).to_string()));
    let mut random = Random::new(14);
    let dense = grown(size, || {
        let mut row = format!("2024-0{}-1{}", random.below(9) + 1, random.below(10));
        for digits in [5, 8, 10, 11, 3, 9, 6, 12] {
            row.push_str(&format!(";{:0digits$}", random.below(10_u64.pow(digits as u32))));
        }
        row + "\n"
    });
    let mut random = Random::new(15);
    let worst = grown(size, || {
        let signs = ["@", "1", "2 ", "3.", "-4", "/5", "a@b", "7 8 ", "é@", "00", "12 34 ", ".", "x_"];
        (0..64).map(|_| pick(&mut random, &signs)).collect()
    });
    let corpus = |name, text, floor, clean| Corpus { name, text, floor, clean };
    vec![
        corpus("prose", prose, 1_700.0, true),
        corpus("mixed", mixed, 1_020.0, false),
        corpus("code", code, 720.0, true),
        corpus("numbers", dense, 270.0, false),
        corpus("worst", worst, 140.0, false),
    ]
}

fn grown(size: usize, mut line: impl FnMut() -> String) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 1024);
    while text.len() < size {
        text.extend_from_slice(line().as_bytes());
    }
    text
}

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[random.below(from.len() as u64) as usize]
}

/// French as administrations write it: accents, typographic apostrophes and spaces, a few small numbers.
const PROSE: &[&str] = &[
    "Le conseil communal s’est réuni hier soir afin d’examiner la proposition relative à l’entretien des voiries, laquelle avait été reportée lors de la séance précédente. ",
    "L’agent traitant rappelle que les délais ne peuvent être prolongés qu’à titre exceptionnel\u{a0}; il convient donc d’introduire la demande sans attendre. ",
    "En ce qui concerne la qualité de l’eau distribuée, les analyses effectuées au printemps n’ont révélé aucune anomalie, et les riverains en ont été avertis par courrier. ",
    "Pourriez-vous résumer ce texte en quelques phrases simples, en conservant le ton neutre, puis proposer un titre\u{202f}? ",
    "Les travaux de voirie débuteront au mois de mai et dureront environ six semaines, sous réserve des conditions météorologiques.\n",
    "Nous vous remercions de l’intérêt que vous portez à notre service et restons à votre disposition pour tout renseignement complémentaire.\n\n",
    "La procédure comporte trois étapes\u{a0}: l’introduction du dossier, l’examen par la commission, et la notification de la décision aux intéressés. ",
    "Il a été décidé d’augmenter le budget de 12\u{a0}% par rapport à l’année passée, soit 45\u{202f}000\u{a0}€ environ, afin de couvrir les frais de fonctionnement. ",
    "Bien que la situation se soit améliorée, plusieurs difficultés subsistent, notamment en matière de mobilité, de logement et d’accès aux soins. ",
    "Voici une première version du courrier\u{a0}: n’hésitez pas à l’adapter, à l’alléger ou à la compléter selon vos habitudes. ",
    "Le rapport souligne l’importance d’une meilleure coordination entre les services, sans pour autant remettre en cause l’autonomie de chacun.\n",
    "Depuis plusieurs années, les habitants du quartier demandent l’aménagement d’un espace vert où les enfants pourraient jouer en sécurité. ",
];

/// Lines with a finding.
const VALUES: &[&str] = &[
    "Son numéro national est 85.07.30-033.28, merci de le vérifier.\n",
    "Contact : jean.dupont@commune-de-test.be pour la suite.\n",
    "NISS 93.05.05-079.13 et suivants.\n",
    "Écrire à marie.lambert@ville-exemple.be avant vendredi.\n",
];

/// Code, configuration and logs.
const CODE: &[&str] = &[
    "fn handle_request(state: &mut State, request: &Request) -> Result<Response, Error> {\n    let body = request.body().ok_or(Error::Empty)?;\n",
    "    for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_ready()) {\n        total += item.weight * 2;\n    }\n",
    "2024-05-12T08:15:32.§Z INFO  server::http - GET /api/v1/items/§ 200 in 12ms\n",
    "2024-05-12T08:15:33.§Z DEBUG worker[§] cache miss for key=item_list_page, fetching from store\n",
    "export const formatLabel = (value, options = {}) => options.upper ? value.toUpperCase() : `${value}`;\n",
    "  \"dependencies\": { \"left\": \"^1.3.0\", \"right\": \"~2.0.1\" },\n",
    "server:\n  listen: localhost\n  workers: 4\n  timeout_ms: 30000\n  features: [gzip, http2, metrics]\n",
    "if (node->left != NULL && node->height > max_height) { rotate_right(tree, node); count++; }\n",
    "SELECT name, created_at FROM items WHERE status = 'ready' AND weight >= 10 ORDER BY created_at DESC;\n",
    "        # Keep the connection open while the upstream still sends\n        while not done and retries < max_retries:\n            chunk = stream.read(4096)\n",
    "<div class=\"card\"><span class=\"title\">{{ item.title }}</span><a href=\"/items/{{ item.slug }}\">Open</a></div>\n",
];
