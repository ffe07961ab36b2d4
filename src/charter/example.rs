//! The example file: it is read, it holds every key, its stated defaults are the defaults, and every line of it
//! counts.

use super::{Change, Charter};
use crate::tools::Catalogue;

const EXAMPLE: &str = include_str!("../../config/charter.example.toml");

fn read(text: &str) -> Result<Charter, String> {
    Charter::parse(text, "charter.example.toml", Catalogue::shipped()).map_err(|faults| faults.to_string())
}

/// For each line with a key: what else could stand there.
const OTHERS: &[(&str, &str)] = &[
    ("id = \"example\"", "id = \"other\""),
    ("title = \"Example charter\"", "title = \"Other\""),
    ("version = \"1.0\"", "version = \"2.0\""),
    ("in_force = 2026-01-01", "in_force = 2026-01-02"),
    ("language = \"fr\"", "language = \"nl\""),
    ("mode = \"enforce\"", "mode = \"observe\""),
    ("history = \"redact\"", "history = \"block\""),
    ("reversible = true", "reversible = false"),
    ("J'ai lu la charte.", "Lu."),
    ("I have read the charter.", "Read."),
    ("default = \"error\"", "default = \"assistant\""),
    ("web = \"error\"", "web = \"assistant\""),
    ("dpo = \"dpo@example.org\"", "dpo = \"other@example.org\""),
    ("votre responsable", "votre chef"),
    ("uw leidinggevende", "uw chef"),
    ("Ihre Führungskraft", "Ihr Chef"),
    ("your manager", "your boss"),
    ("demands = \"Approved tools only\"", "demands = \"Other\""),
    ("how = \"By the catalogue\"", "how = \"Other\""),
    ("name = \"art. 2\"\ndemands = \"No personal data\"", "name = \"art. 2\"\ndemands = \"None\""),
    ("default = \"allow\"", "default = \"deny\""),
    ("article = \"art. 1\"                    # of the default", "article = \"art. 2\" # of the default"),
    ("contacts = [\"dpo\"]", "contacts = [\"manager\"]"),
    ("Use the assistant of the intranet.", "Ask."),
    ("tool = \"le-chat\"", "tool = \"claude\""),
    ("article = \"art. 1\", groups", "article = \"art. 2\", groups"),
    ("groups = [\"Comms\"]", "groups = [\"Sales\"]"),
    ("deny = [\"deepseek\"", "deny = [\"kimi\""),
    ("kind = \"meeting\"", "kind = \"search\""),
    ("users = [\"guest\"]", "users = [\"visitor\"]"),
    ("tool = \"mistral-api\"", "tool = \"groq\""),
    ("validated_by = \"Information Security Office\"", "validated_by = \"CISO\""),
    ("reference = \"ISO-2026-014\"", "reference = \"ISO-2026-015\""),
    ("until = 2027-12-31", "until = 2027-12-30"),
    ("article = \"art. 1\"                    # default: that", "article = \"art. 2\" # default: that"),
    ("users = [\"jdupont\"]", "users = [\"mdupont\"]"),
    ("groups = [\"Data\"]", "groups = [\"Law\"]"),
    ("id = \"intranet-assistant\"", "id = \"other-assistant\""),
    ("name = \"Intranet assistant\"", "name = \"Other assistant\""),
    ("aliases = [\"assistant\"]", "aliases = [\"helper\"]"),
    ("vendor = \"The organisation\"", "vendor = \"Other\""),
    ("kind = \"web\"\nhosts", "kind = \"api\"\nhosts"),
    ("hosts = [\"ia.example.org\"]", "hosts = [\"ai.example.org\"]"),
    ("paths = [\"/chat/\"]", "paths = [\"/talk/\"]"),
    ("wire = \"openai\"", "wire = \"anthropic\""),
    ("base = \"https://ia.example.org\"", "base = \"https://ai.example.org\""),
    ("article = \"art. 1\"\n\n# Headers", "article = \"art. 2\"\n\n# Headers"),
    ("ChatGPT-Allowed-Workspace-Id = \"0", "ChatGPT-Allowed-Workspace-Id = \"1"),
    ("article = \"art. 2\"\naction = \"block\"", "article = \"art. 1\"\naction = \"block\""),
    ("action = \"block\"\ncontacts", "action = \"warn\"\ncontacts"),
    ("contacts = [\"dpo\", \"manager\"]", "contacts = [\"dpo\"]"),
    ("message = \"Not sent:", "message = \"Stopped:"),
    ("Use the form of the intranet.", "Ask."),
    ("class = [\"personal\", \"classification\"]", "class = [\"confidential\", \"classification\"]"),
    ("detector = [\"be.*\", \"label.*\"]", "detector = [\"fr.*\", \"label.*\"]"),
    ("scheme = [\"c\", \"tlp\"]", "scheme = [\"c\"]"),
    ("level = [\"C4\", \"RED\"]", "level = [\"C3\", \"RED\"]"),
    ("severity = 3", "severity = 2"),
    ("confidence = \"medium\"", "confidence = \"high\""),
    ("count = 1 ", "count = 2 "),
    ("tool = [\"chatgpt\"]", "tool = [\"claude\"]"),
    ("kind = [\"web\"]", "kind = [\"web\", \"api\"]"),
    ("user = [\"jdupont\"]", "user = [\"mdupont\"]"),
    ("group = [\"Comms\"]", "group = [\"Sales\"]"),
    ("direction = \"request\"", "direction = \"response\""),
    ("new = true", "new = false"),
    ("action = \"confirm\"\nvalid_for = \"15m\"", "action = \"confirm\"\nvalid_for = \"30m\""),
    ("when = { class = \"personal\" }", "when = { class = \"credential\" }"),
    ("article = \"art. 2\"                    # of refusals", "article = \"art. 1\" # of refusals"),
    ("\"*.belfius.be\", ", ""),
    ("max_body = \"64MiB\"", "max_body = \"32MiB\""),
    ("on_error = \"block\"", "on_error = \"allow\""),
    ("encrypted = \"block\"", "encrypted = \"warn\""),
    ("image = \"confirm\"", "image = \"warn\""),
    ("audio = \"confirm\"", "audio = \"warn\""),
    ("too_large = \"block\"", "too_large = \"warn\""),
    ("unknown_encoding = \"block\"", "unknown_encoding = \"warn\""),
    ("unknown_binary = \"observe\"", "unknown_binary = \"warn\""),
    ("outside_ca = \"block\"", "outside_ca = \"warn\""),
    ("recipients = [\"age1q", "recipients = [\"age1p"),
    ("retention_days = 180", "retention_days = 181"),
    ("durable = false", "durable = true"),
    ("on_failure = \"block\"", "on_failure = \"allow\""),
    ("pseudonym_days = 30", "pseudonym_days = 31"),
    ("fields = [\"host\", ", "fields = ["),
    ("https://hooks.example.org/guard", "https://hooks.example.org/other"),
    ("{ article = \"art. 2\", tool", "{ article = \"art. 1\", tool"),
    ("tool = \"chatgpt\", action", "tool = \"claude\", action"),
    ("action = \"block\", count", "action = \"warn\", count"),
    ("count = 20", "count = 21"),
    ("within = \"1h\"", "within = \"2h\""),
    ("n'est pas permis", "est interdit"),
    ("Non envoyé", "Arrêté"),
    ("Retenu", "En attente"),
    ("Masqué", "Caché"),
    ("Attention", "Note"),
    ("La réponse contient", "Réponse"),
    ("La charte est illisible.", "Illisible."),
    ("Het charter is onleesbaar.", "Onleesbaar."),
];

#[test]
fn changing_any_line_changes_what_the_charter_says() {
    let example = read(EXAMPLE).unwrap();
    for (line, other) in OTHERS {
        assert_eq!(EXAMPLE.matches(line).count(), 1, "`{line}` must stand in the example once");
        // A changed line may make the file faulty (a rule on answers that blocks): that is a change, too.
        if let Ok(changed) = read(&EXAMPLE.replace(line, other)) {
            assert!(!example.changes_to(&changed).is_empty(), "`{other}` changes nothing");
        }
    }
    let tested =
        |line: &str| OTHERS.iter().any(|(known, _)| known.lines().any(|part| line.contains(part.trim())));
    let untested: Vec<&str> = EXAMPLE
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', '[']) && line.contains(" = ") && !tested(line))
        .collect();
    let told = ["name = \"art. 1\"", "name = \"art. 2\"", "article = \"art. 2\"", "identity = \"sealed\""];
    let untold: Vec<&&str> =
        untested.iter().filter(|line| !told.iter().any(|known| line.starts_with(known))).collect();
    assert!(untold.is_empty(), "no other value is tried for {untold:#?}");
}

#[test]
fn every_key_stands_in_the_example() {
    let keys: Vec<&str> = super::syntax::known_keys().concat();
    for key in keys {
        let stands = ["= ", "]", ".", " ="].iter().any(|after| {
            [" ", "\n", "[", "{ ", "."]
                .iter()
                .any(|before| EXAMPLE.contains(&format!("{before}{key}{after}")))
        });
        assert!(stands, "`{key}` is not in the example");
    }
}

#[test]
fn the_stated_defaults_are_the_defaults() {
    let bare = read("id = \"example\"\ntitle = \"Example charter\"\n").unwrap();
    let example = read(EXAMPLE).unwrap();
    let added: Vec<String> = bare
        .changes_to(&example)
        .into_iter()
        .filter_map(|change| match change {
            Change::Removed(line) => Some(line),
            Change::Added(_) => None,
        })
        .collect();
    // What a file without the key says and the example does not: the keys that are marked as examples.
    assert_eq!(
        added,
        ["version = ", "in_force = ", "tools: allow by default (tools)", "inspection: article inspection",]
    );
}
