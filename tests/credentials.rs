//! Text full of what looks like credentials and is none, made from a fixed seed: lock files, integrity hashes, git
//! logs, UUIDs, pictures in Base64, minified scripts, certificates, configuration with references. And the five
//! charters: no credential, and of marks only the ORES standard's own line.

use guard::finding::{Class, Confidence, Finding};
use guard::scan::{Hint, Scanner, Scratch, TextKind};
use std::fmt::Write as _;
use std::path::PathBuf;

const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[(self.next() % alphabet.len() as u64) as usize])).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.text(HEX, length)
    }

    fn uuid(&mut self) -> String {
        let parts: Vec<String> = [8, 4, 4, 4, 12].iter().map(|&length| self.hex(length)).collect();
        parts.join("-")
    }
}

fn found(text: &str, class: Class) -> Vec<Finding> {
    let mut found = Vec::new();
    let hint = Hint { kind: TextKind::Document, ..Hint::default() };
    Scanner::shipped().scan(text.as_bytes(), &hint, &mut Scratch::default(), &mut found);
    found.retain(|finding| finding.class == class && finding.confidence >= Confidence::Medium);
    found
}

#[test]
fn what_only_looks_like_a_credential_is_none() {
    let mut random = Random(0x5eed_1234_9876_0001);
    let random = &mut random;
    let mut wrong = Vec::new();
    for round in 0..60 {
        for (name, text) in corpus(random) {
            for finding in found(&text, Class::Credential) {
                let value = finding.span.of(text.as_bytes()).map(String::from_utf8_lossy).unwrap_or_default();
                wrong.push(format!("round {round}, {name}: {} {value}", finding.detector));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn corpus(random: &mut Random) -> Vec<(&'static str, String)> {
    vec![
        (
            "cargo lock",
            lines(12, || {
                format!("name = \"serde\"\nversion = \"1.0.2\"\nchecksum = \"{}\"\n", random.hex(64))
            }),
        ),
        (
            "npm lock",
            lines(12, || {
                format!(
                    "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",\n\"integrity\": \"sha512-{}==\",\n",
                    random.text(BASE64, 86)
                )
            }),
        ),
        ("yarn lock", lines(8, || format!("  integrity sha1-{}=\n", random.text(BASE64, 27)))),
        ("go sum", lines(8, || format!("github.com/a/b v1.2.3 h1:{}=\n", random.text(BASE64, 43)))),
        (
            "git log",
            lines(12, || format!("commit {}\nAuthor: Jan\n\n    Fix the password reset\n", random.hex(40))),
        ),
        (
            "ids",
            lines(12, || {
                format!(
                    "{{\"id\": \"{}\", \"trace\": \"{}\", \"token_count\": 1203}}\n",
                    random.uuid(),
                    random.hex(24)
                )
            }),
        ),
        ("etag", lines(8, || format!("ETag: \"{}\"\nX-Request-Id: {}\n", random.hex(32), random.uuid()))),
        ("docker", lines(8, || format!("FROM debian@sha256:{}\n", random.hex(64)))),
        ("picture", format!("<img src=\"data:image/png;base64,iVBORw0KGgo{}\">", random.text(BASE64, 4000))),
        ("certificate", pem("CERTIFICATE", random)),
        ("public key", pem("PUBLIC KEY", random)),
        ("ssh public key", format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{} jan@host\n", random.text(BASE64, 48))),
        ("fingerprint", lines(4, || format!("SHA256:{} root@host (ED25519)\n", random.text(BASE64, 43)))),
        ("script", minified(random)),
        ("configuration", CONFIGURATION.to_owned()),
        ("code", CODE.to_owned()),
    ]
}

fn lines(count: usize, mut line: impl FnMut() -> String) -> String {
    (0..count).map(|_| line()).collect()
}

fn pem(title: &str, random: &mut Random) -> String {
    let body = lines(18, || random.text(BASE64, 64) + "\n");
    format!("-----BEGIN {title}-----\n{body}-----END {title}-----\n")
}

fn minified(random: &mut Random) -> String {
    let mut text = String::from("!function(e,t){\"object\"==typeof exports?t(exports):");
    for number in 0..80 {
        let _ = write!(
            text,
            "e.{}=function(t){{return t.token=n[{number}],t.password=r(t),t.secret?o:i}},",
            random.text(b"abcdefghijklmnop", 3)
        );
    }
    text
}

const CONFIGURATION: &str = "
database:
  password: ${DB_PASSWORD}
  username: app
auth:
  token: <your token>
  secret: \"{{ vault_secret }}\"
  secretName: db-credentials
  passwordFile: /run/secrets/db
env:
  - name: API_KEY
    valueFrom:
      secretKeyRef: { name: keys, key: api-key }
POSTGRES_PASSWORD=changeme
API_KEY=your-api-key-here
SECRET_KEY=
MAX_TOKENS=4096
AUTH_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx
url: jdbc:postgresql://db:5432/app?user=app
repository: git@github.com:org/repo.git
";

const CODE: &str = "
let password = read_password()?;
if password.is_empty() || password == other { return Err(Error::Password); }
fn token(&mut self) -> Option<Token> { self.tokens.next() }
const password = req.body.password;
String secret = System.getenv(\"SECRET\");
password: { type: String, required: true, minlength: 12 },
<input type=\"password\" name=\"password\" placeholder=\"Password\" autocomplete=\"current-password\">
def login(user: str, password: str = None) -> bool:
    self.api_key = os.environ[\"API_KEY\"]
    token = jwt.encode(payload, settings.SECRET_KEY, algorithm=\"HS256\")
$password = password_hash($_POST['password'], PASSWORD_DEFAULT);
ALTER USER app WITH PASSWORD :password;
assert_eq!(error, \"password: too short\");
";

#[test]
fn the_five_charters_hold_no_credential_and_one_mark() {
    let folder = std::env::var_os("GUARD_CHARTERS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/charters"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("the charters are not in {}: nothing to check", folder.display());
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let credentials = found(&text, Class::Credential);
        assert!(credentials.is_empty(), "{name}: {credentials:?}");
        let marks: Vec<String> =
            found(&text, Class::Classification).iter().map(|mark| mark.detector.to_string()).collect();
        let wanted: &[&str] = if name.starts_with("ores") { &["label.c2"] } else { &[] };
        assert_eq!(marks, wanted, "{name}");
    }
}
