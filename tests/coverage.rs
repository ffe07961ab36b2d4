//! What guard does for each endpoint, computed from the code and pinned in `docs/coverage.md`: a planted word is sent
//! through the request side, and the answer side is asked for its shapes. `GUARD_WRITE_DOCS=1` writes the page anew.

use guard::place::Place;
use guard::redact::placeholder::Placeholders;
use guard::redact::restore::Restore;
use guard::text::edit::Edit;
use guard::text::{Declared, Editable, Segment, Spot, Unit, Unread, Visitor, Walker};
use guard::tools::{Catalogue, Tool};
use guard::wire::answer::ErrorShape;
use guard::wire::answer::endpoint::Wish;
use guard::wire::{Asked, RequestNames};
use http::{HeaderMap, Method, header};
use std::fmt::Write as _;
use std::path::Path;

const WORD: &str = "KANARIEVOGEL";

/// Host, path, content type of the answer when streamed (empty: not streamed), body.
const ENDPOINTS: &[(&str, &str, &str, &str)] = &[
    (
        "api.openai.com",
        "/v1/chat/completions",
        SSE,
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    ("api.openai.com", "/v1/responses", SSE, r#"{"model":"m","input":"@"}"#),
    ("api.openai.com", "/v1/completions", SSE, r#"{"model":"m","prompt":"@"}"#),
    ("api.openai.com", "/v1/embeddings", "", r#"{"model":"m","input":["@"]}"#),
    ("api.openai.com", "/v1/images/generations", "", r#"{"model":"m","prompt":"@"}"#),
    ("api.openai.com", "/v1/audio/speech", "", r#"{"model":"m","input":"@"}"#),
    ("api.openai.com", "/v1/moderations", "", r#"{"input":"@"}"#),
    ("api.openai.com", "/v1/threads/t/messages", "", r#"{"role":"user","content":"@"}"#),
    ("api.openai.com", "/v1/files", "", MULTIPART),
    ("api.anthropic.com", "/v1/messages", SSE, r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#),
    (
        "api.anthropic.com",
        "/v1/messages/count_tokens",
        "",
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    (
        "api.anthropic.com",
        "/v1/messages/batches",
        "",
        r#"{"requests":[{"custom_id":"a","params":{"messages":[{"role":"user","content":"@"}]}}]}"#,
    ),
    ("generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", "", GEMINI),
    ("generativelanguage.googleapis.com", "/v1beta/models/g:streamGenerateContent?alt=sse", SSE, GEMINI),
    (
        "generativelanguage.googleapis.com",
        "/v1beta/models/g:streamGenerateContent",
        "application/json",
        GEMINI,
    ),
    (
        "api.mistral.ai",
        "/v1/chat/completions",
        SSE,
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    ("api.mistral.ai", "/v1/fim/completions", SSE, r#"{"model":"m","prompt":"@","suffix":"x"}"#),
    ("api.cohere.com", "/v2/chat", SSE, r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#),
    ("api.cohere.com", "/v2/embed", "", r#"{"model":"m","texts":["@"]}"#),
    ("bedrock-runtime.eu-west-1.amazonaws.com", "/model/m/converse", "", CONVERSE),
    (
        "bedrock-runtime.eu-west-1.amazonaws.com",
        "/model/m/converse-stream",
        "application/vnd.amazon.eventstream",
        CONVERSE,
    ),
    (
        "europe-west1-aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/google/models/g:streamGenerateContent?alt=sse",
        SSE,
        GEMINI,
    ),
    (
        "europe-west1-aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/anthropic/models/c:streamRawPredict",
        SSE,
        r#"{"anthropic_version":"v","messages":[{"role":"user","content":"@"}]}"#,
    ),
    (
        "ollama.com",
        "/api/chat",
        "application/x-ndjson",
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    ("api-free.deepl.com", "/v2/translate", "", r#"{"text":["@"],"target_lang":"NL"}"#),
    (
        "router.huggingface.co",
        "/v1/chat/completions",
        SSE,
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    (
        "chatgpt.com",
        "/backend-api/f/conversation",
        SSE,
        r#"{"messages":[{"author":{"role":"user"},"content":{"content_type":"text","parts":["@"]}}]}"#,
    ),
    ("claude.ai", "/api/organizations/o/chat_conversations/c/completion", SSE, r#"{"prompt":"@"}"#),
    ("chat.mistral.ai", "/api/chat", "", r#"{"messageInput":"@"}"#),
    ("www.perplexity.ai", "/rest/sse/perplexity_ask", SSE, r#"{"query_str":"@"}"#),
    (
        "api.githubcopilot.com",
        "/chat/completions",
        SSE,
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
    (
        "api.deepseek.com",
        "/chat/completions",
        SSE,
        r#"{"model":"m","messages":[{"role":"user","content":"@"}]}"#,
    ),
];

const SSE: &str = "text/event-stream";
const GEMINI: &str = r#"{"contents":[{"role":"user","parts":[{"text":"@"}]}]}"#;
const CONVERSE: &str = r#"{"messages":[{"role":"user","content":[{"text":"@"}]}]}"#;
const MULTIPART: &str =
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n@\r\n--b--\r\n";

/// Where the planted word was seen.
#[derive(Default)]
struct Seen {
    place: Option<Place>,
    editable: bool,
}

impl Visitor for Seen {
    fn enter(&mut self, _: &Unit<'_>) -> bool {
        true
    }

    fn segment(&mut self, segment: &Segment<'_>, edits: &mut Vec<Edit>) {
        let Some(at) = segment.text().windows(WORD.len()).position(|window| window == WORD.as_bytes()) else {
            return;
        };
        self.place = Some(segment.spot.place.clone());
        self.editable = segment.spot.editable == Editable::Yes;
        if self.editable {
            edits.push(Edit { span: guard::span::Span::new(at, at + WORD.len()), with: b"X".to_vec() });
        }
    }

    fn unread(&mut self, _: Unread, _: &Spot, _: &[u8]) {}

    fn leave(&mut self) {}
}

/// One line of the table.
fn line(tool: &Tool, host: &str, path: &str, streamed: &str, template: &str) -> String {
    let body = template.replace('@', WORD);
    let content_type =
        if template == MULTIPART { "multipart/form-data; boundary=b" } else { "application/json" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    let names = RequestNames::new(Some(tool), path, &headers);
    let mut seen = Seen::default();
    let edits = Walker::default().body(body.as_bytes(), &Declared::of(content_type), &names, &mut seen);
    let scanned = seen.place.is_some();
    let named = match seen.place {
        None | Some(Place::Body) => String::from("–"),
        Some(place) => format!("{place:?}"),
    };
    let redacted = scanned && seen.editable && edits.len() == 1;
    let method = Method::POST;
    let asked = Asked {
        tool: Some(tool),
        host,
        method: &method,
        path_and_query: path,
        headers: &headers,
        body: body.as_bytes(),
    };
    let assistant = Wish::of(&asked).map_or(String::from("–"), |wish| format!("{:?}", wish.endpoint));
    let restored = match streamed {
        "" => String::from("–"),
        streamed if values().restorer(streamed, "").passes() => format!("not restored ({streamed})"),
        streamed => streamed.to_owned(),
    };
    let tick = |yes: bool| if yes { "yes" } else { "no" };
    format!(
        "| `{host}{path}` | {} | {named} | {} | {:?} | {assistant} | {restored} |\n",
        tick(scanned),
        tick(redacted),
        ErrorShape::of(&asked),
    )
}

/// Something to restore, so that streams are read.
fn values() -> Restore {
    let mut placeholders = Placeholders::new(&[1; 32]);
    placeholders.placeholder(&guard::finding::DetectorId::new("email"), b"a@example.test");
    Restore::new(&placeholders)
}

#[test]
fn the_coverage_page_says_what_the_code_does() {
    let mut page = String::from(
        "# Coverage\n\nComputed from the code by `tests/coverage.rs`; a test fails where this page says something else. Every\n\
         string of every body is scanned, on these endpoints and on all others of the catalogue; the table says\n\
         where a user is told the place by name, whether it can be redacted in place, in which shape a refusal comes\n\
         (status 400), in which shape the assistant's own message comes where the charter asks for that, and in which\n\
         streams values are put back.\n\n\
         | endpoint | scanned | place named | redacted in place | refusal | as the assistant | restored in streams of |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (host, path, streamed, body) in ENDPOINTS {
        match Catalogue::shipped().lookup_path(host, path) {
            Some(tool) => page.push_str(&line(tool, host, path, streamed, body)),
            None => writeln!(page, "| `{host}{path}` | not in the catalogue | | | | | |").unwrap(),
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    if std::env::var_os("GUARD_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page);
    assert!(!page.contains("| no |") && !page.contains("not in the catalogue"), "{page}");
}
