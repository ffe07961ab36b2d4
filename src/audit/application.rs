//! The program that asked, out of a closed list: what a client says of itself is free text and is not kept. Part of the
//! core.

use http::HeaderMap;
use http::header::USER_AGENT;

/// A known kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Application {
    /// Anthropic's own libraries and agents.
    Anthropic,
    /// Chromium-based browsers without a name of their own here.
    Chrome,
    /// curl and wget.
    Curl,
    /// Microsoft's browser.
    Edge,
    /// An editor's assistant.
    Editor,
    /// Mozilla's browser.
    Firefox,
    /// Microsoft Office.
    Office,
    /// OpenAI's own libraries and agents.
    Openai,
    /// Apple's browser.
    Safari,
    /// Another program.
    Other,
}

impl Application {
    /// What the headers say; `None` where they say nothing.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let said = String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes()).to_ascii_lowercase();
        let known = KNOWN.iter().find(|(mark, _)| said.contains(mark));
        Some(known.map_or(Self::Other, |(_, application)| *application))
    }
}

/// What each says of itself, most specific first: browsers name each other.
const KNOWN: [(&str, Application); 17] = [
    ("claude", Application::Anthropic),
    ("anthropic", Application::Anthropic),
    ("codex", Application::Openai),
    ("openai", Application::Openai),
    ("githubcopilot", Application::Editor),
    ("vscode", Application::Editor),
    ("cursor", Application::Editor),
    ("jetbrains", Application::Editor),
    ("zed", Application::Editor),
    ("microsoft office", Application::Office),
    ("curl/", Application::Curl),
    ("wget/", Application::Curl),
    ("edg/", Application::Edge),
    ("firefox/", Application::Firefox),
    ("chromium/", Application::Chrome),
    ("chrome/", Application::Chrome),
    ("safari/", Application::Safari),
];

#[cfg(test)]
mod tests {
    use super::Application;
    use http::HeaderMap;
    use http::header::USER_AGENT;

    #[test]
    fn a_client_is_one_of_the_known_or_another() {
        let of = |said: &'static str| {
            Application::of(&HeaderMap::from_iter([(USER_AGENT, said.parse().unwrap())]))
        };
        assert_eq!(of("OpenAI/Python 1.99"), Some(Application::Openai));
        assert_eq!(
            of("Mozilla/5.0 (X11) AppleWebKit Chrome/140 Safari/537 Edg/140"),
            Some(Application::Edge)
        );
        assert_eq!(of("Mozilla/5.0 (X11) Chrome/140 Safari/537"), Some(Application::Chrome));
        assert_eq!(of("canary 85.07.30-033.28"), Some(Application::Other));
        assert_eq!(Application::of(&HeaderMap::new()), None);
    }
}
