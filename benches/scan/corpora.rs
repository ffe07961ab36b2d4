//! The texts that are scanned: each says what it stresses.

use guard::rules::random::Random;

/// A text to scan.
pub struct Corpus {
    /// Its name in the table.
    pub name: &'static str,
    /// The text.
    pub text: Vec<u8>,
    /// How many times Hyperscan's rate it must reach.
    pub times: f64,
    /// MB/s that it must reach where Hyperscan is not there and the machine is the reference one.
    pub floor: f64,
    /// Whether nothing may be found in it.
    pub clean: bool,
    /// Whether scanning it may allocate nothing, once buffers have grown.
    pub still: bool,
}

/// All of them, of about this size; the same in every run.
pub fn corpora(size: usize) -> Vec<Corpus> {
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
    let corpus = |name, text, (hyperscan, times), clean| Corpus {
        name,
        text,
        times,
        floor: hyperscan * times,
        clean,
        still: clean,
    };
    vec![
        corpus("prose", prose, (560.0, 3.0), true),
        corpus("mixed", mixed, (510.0, 2.0), false),
        corpus("code", code, (240.0, 3.0), true),
        corpus("numbers", dense, (68.0, 4.0), false),
        corpus("worst", worst, (70.0, 2.0), false),
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
