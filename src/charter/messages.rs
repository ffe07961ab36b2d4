//! What the user is told: shipped wordings in four languages, the charter's own in their stead, and how they
//! are filled. A message holds kinds and places, never a value.

use super::text::Localised;
use super::{Action, Charter, Decision, Direction, Message, Question, Reason, Subject, titles};
use crate::finding::Class;
use crate::language::Language;
use std::sync::Arc;

/// Kinds of data that one message lists; more would not be read.
const FOUND_MAX: usize = 3;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// The tool is not allowed.
    Denied,
    /// Nothing was sent.
    Block,
    /// It is held back.
    Confirm,
    /// It was sent with placeholders.
    Redact,
    /// It was sent, and this is to be noted.
    Warn,
    /// The answer holds something.
    Answer,
    /// The answer was stopped.
    AnswerBlock,
    /// The charter is broken.
    Broken,
    /// The charter must be acknowledged first.
    Acknowledge,
}

impl Saying {
    /// All of them with their keys in `[messages.LANGUAGE]`.
    pub const ALL: [(&'static str, Self); 9] = [
        ("denied", Self::Denied),
        ("block", Self::Block),
        ("confirm", Self::Confirm),
        ("redact", Self::Redact),
        ("warn", Self::Warn),
        ("answer", Self::Answer),
        ("answer_block", Self::AnswerBlock),
        ("broken", Self::Broken),
        ("acknowledge", Self::Acknowledge),
    ];

    /// The saying for a rule's action on what goes a way.
    pub const fn of(direction: Direction, action: Action) -> Option<Self> {
        match (direction, action) {
            (_, Action::Observe | Action::Allow) => None,
            (Direction::Request, Action::Block) => Some(Self::Block),
            (Direction::Request, Action::Confirm) => Some(Self::Confirm),
            (Direction::Request, Action::Redact) => Some(Self::Redact),
            (Direction::Request, Action::Warn) => Some(Self::Warn),
            (Direction::Response, Action::Warn) => Some(Self::Answer),
            (Direction::Response, Action::Redact | Action::Confirm | Action::Block) => {
                Some(Self::AnswerBlock)
            }
        }
    }

    /// The placeholders that its wording must have.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Denied => &["tool", "article"],
            Self::Block | Self::Redact | Self::Warn | Self::Answer | Self::AnswerBlock => {
                &["found", "article"]
            }
            Self::Confirm => &["found", "article", "link"],
            Self::Broken => &[],
            Self::Acknowledge => &["link"],
        }
    }

    /// The placeholders that its wording may have.
    pub const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Denied => &["tool", "article", "instead", "contact", "id", "charter"],
            Self::Block | Self::Redact | Self::Warn | Self::Answer | Self::AnswerBlock => {
                &["tool", "article", "found", "instead", "contact", "id", "charter"]
            }
            Self::Confirm => {
                &["tool", "article", "found", "link", "minutes", "instead", "contact", "id", "charter"]
            }
            Self::Broken => &["contact", "id", "charter"],
            Self::Acknowledge => &["tool", "article", "link", "contact", "id", "charter"],
        }
    }
}

/// The charter's own wordings, by saying.
#[derive(Clone, Debug, Default)]
pub struct Wordings([Localised; Saying::ALL.len()]);

impl Wordings {
    /// Sets one.
    pub fn set(&mut self, saying: Saying, language: Language, text: &str) {
        self.0[saying as usize].set(language, text);
    }

    /// One of them.
    pub fn get(&self, saying: Saying, language: Language) -> Option<&Arc<str>> {
        self.0[saying as usize].get(language)
    }
}

impl Charter {
    /// What the user is told of a decision. A confirmation's link is left out with its sentence: see
    /// [`Charter::message_with_link`].
    #[must_use]
    pub fn message(
        &self,
        decision: &Decision,
        question: &Question<'_>,
        language: Option<Language>,
        id: &str,
    ) -> Message {
        self.message_with_link(decision, question, language, id, "")
    }

    /// The same with the address of the page, or the command, by which the user can confirm.
    #[must_use]
    pub fn message_with_link(
        &self,
        decision: &Decision,
        question: &Question<'_>,
        language: Option<Language>,
        id: &str,
        link: &str,
    ) -> Message {
        let language = language.unwrap_or(self.language);
        let about = About::new(self, decision, question);
        let contact = self.contact(&about, language);
        let articles = about.articles();
        let Some(saying) = about.saying else {
            return Message {
                title: PASSED[language as usize].0.into(),
                text: PASSED[language as usize].1.into(),
                articles,
                contact: (!contact.is_empty()).then_some(contact),
                language,
            };
        };
        let tool =
            question.tool.map_or_else(|| THE_TOOL[language as usize].into(), |tool| tool.name.to_string());
        let minutes = decision.valid_for.unwrap_or(super::decide::VALID_FOR).as_secs().div_ceil(60);
        let fillings = [
            ("tool", tool),
            ("article", articles.join(", ")),
            ("found", about.found(language)),
            ("instead", self.instead(&about, saying, language)),
            ("contact", contact.clone()),
            ("id", id.to_owned()),
            ("charter", self.title.to_string()),
            ("link", link.to_owned()),
            ("minutes", minutes.to_string()),
        ];
        let (title, shipped) = wording(saying, language);
        let template = about
            .own_wording(self, language)
            .or_else(|| self.wordings.get(saying, language))
            .map_or(shipped, |text| text);
        Message {
            title: title.into(),
            text: fill(template, &fillings),
            articles,
            contact: (!contact.is_empty()).then_some(contact),
            language,
        }
    }

    fn contact(&self, about: &About<'_>, language: Language) -> String {
        let mut numbers: Vec<usize> = Vec::new();
        for named in about.contacts(self) {
            if named.is_empty() {
                numbers = (0..self.contacts.len()).collect();
                break;
            }
            numbers.extend(named);
        }
        let mut texts: Vec<&str> = Vec::new();
        for contact in numbers.iter().filter_map(|number| self.contacts.get(*number)) {
            let text = contact.text.nearest(language, self.language).map_or("", |text| text);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.join(", ")
    }

    fn instead(&self, about: &About<'_>, saying: Saying, language: Language) -> String {
        if saying == Saying::Denied {
            let own = self.tools.instead.nearest(language, self.language);
            return own.map_or_else(|| self.allowed_tools(language), ToString::to_string);
        }
        let rule = about.acting.iter().find_map(|reason| reason.rule).and_then(|rule| self.rules.get(rule));
        let own = rule.and_then(|rule| rule.instead.nearest(language, self.language));
        own.map_or_else(|| about.instead(language).into(), ToString::to_string)
    }

    /// A sentence that names the tools that are allowed by name.
    fn allowed_tools(&self, language: Language) -> String {
        let catalogue = crate::tools::Catalogue::shipped();
        let ids = self
            .tools
            .lines
            .iter()
            .filter(|line| line.allow && !line.is_personal())
            .flat_map(|line| &line.tools);
        let known = ids.filter_map(|id| catalogue.by_id(id)).map(|tool| &*tool.name);
        let names: Vec<&str> = known.chain(self.tools.own.iter().map(|tool| &*tool.name)).collect();
        if names.is_empty() {
            return String::new();
        }
        format!("{} {}.", USE_INSTEAD[language as usize], names.join(", "))
    }
}

/// What a message is about.
struct About<'q> {
    question: &'q Question<'q>,
    saying: Option<Saying>,
    /// The grounds that brought the decision about.
    acting: Vec<&'q Reason>,
}

impl<'q> About<'q> {
    fn new(charter: &Charter, decision: &'q Decision, question: &'q Question<'q>) -> Self {
        let weight = |reason: &Reason| match reason.subject {
            Subject::Finding(number) => decision.findings.get(number).copied().unwrap_or(reason.action),
            Subject::Tool | Subject::Charter | Subject::Acknowledgement => reason.action,
            Subject::Uninspected(_) if question.confirmed && reason.action == Action::Confirm => {
                Action::Observe
            }
            Subject::Uninspected(_) => reason.action,
        };
        let strongest: Vec<&Reason> =
            decision.reasons.iter().filter(|reason| weight(reason) == decision.would).collect();
        let denied: Vec<&Reason> =
            strongest.iter().copied().filter(|reason| reason.subject == Subject::Tool).collect();
        let saying = if charter.refuses_all {
            Some(Saying::Broken)
        } else if !denied.is_empty() {
            Some(Saying::Denied)
        } else if strongest.iter().any(|reason| reason.subject == Subject::Acknowledgement) {
            Some(Saying::Acknowledge)
        } else {
            Saying::of(question.direction, decision.would)
        };
        Self { question, saying, acting: if denied.is_empty() { strongest } else { denied } }
    }

    fn articles(&self) -> Vec<Arc<str>> {
        let mut articles: Vec<Arc<str>> = Vec::new();
        for reason in self.acting.iter().filter(|reason| reason.subject != Subject::Charter) {
            if !articles.contains(&reason.article) {
                articles.push(reason.article.clone());
            }
        }
        articles
    }

    fn contacts<'c>(&self, charter: &'c Charter) -> Vec<&'c [usize]> {
        self.acting
            .iter()
            .map(|reason| match (reason.rule, &reason.subject) {
                (_, Subject::Tool) => charter.tools.contacts.as_slice(),
                (Some(rule), _) => charter.rules.get(rule).map_or(&[][..], |rule| rule.contacts.as_slice()),
                (None, _) => &[],
            })
            .collect()
    }

    /// The wording of the rule, where all grounds are of one rule that has its own.
    fn own_wording<'c>(&self, charter: &'c Charter, language: Language) -> Option<&'c Arc<str>> {
        let rule = self.acting.first()?.rule?;
        let alone = self.acting.iter().all(|reason| reason.rule == Some(rule));
        let saying = |rule: &&super::Rule| Saying::of(self.question.direction, rule.action);
        let rule = charter.rules.get(rule).filter(|rule| alone && saying(rule) == self.saying)?;
        rule.message.nearest(language, charter.language)
    }

    /// The kinds found, each with the first place and how often.
    fn found(&self, language: Language) -> String {
        let mut kinds: Vec<(String, String, usize)> = Vec::new();
        for reason in &self.acting {
            let (title, place) = match reason.subject {
                Subject::Finding(number) => match self.question.findings.get(number) {
                    Some(judged) => (
                        titles::title(&judged.finding, language),
                        titles::place(&judged.place, judged.line, language),
                    ),
                    None => continue,
                },
                Subject::Uninspected(number) => match self.question.uninspected.get(number) {
                    Some(uninspected) => (
                        titles::uninspectable(uninspected.kind, language).to_owned(),
                        titles::place(&uninspected.place, 0, language),
                    ),
                    None => continue,
                },
                Subject::Tool | Subject::Charter | Subject::Acknowledgement => continue,
            };
            match kinds.iter_mut().find(|(known, ..)| *known == title) {
                Some((.., times)) => *times += 1,
                None => kinds.push((title, place, 1)),
            }
        }
        let more = kinds.len() > FOUND_MAX;
        kinds.truncate(FOUND_MAX);
        let mut parts: Vec<String> = kinds
            .into_iter()
            .map(|(title, place, times)| match times {
                1 => format!("{title} {place}"),
                _ => format!("{title} ({times} ×), {} {place}", FIRST[language as usize]),
            })
            .collect();
        if more {
            parts.push(AND_MORE[language as usize].into());
        }
        parts.join(if language == Language::Fr { " ; " } else { "; " })
    }

    fn instead(&self, language: Language) -> &'static str {
        let class = self.acting.iter().find_map(|reason| match reason.subject {
            Subject::Finding(number) => self.question.findings.get(number).map(|judged| judged.finding.class),
            Subject::Uninspected(_) | Subject::Tool | Subject::Charter | Subject::Acknowledgement => None,
        });
        let words = match class {
            Some(Class::Personal) => INSTEAD_PERSONAL,
            Some(Class::Credential) => INSTEAD_CREDENTIAL,
            Some(Class::Classification) => INSTEAD_CLASSIFICATION,
            Some(Class::Confidential | Class::Business) => INSTEAD_CONFIDENTIAL,
            None => INSTEAD_UNREADABLE,
        };
        words[language as usize]
    }
}

/// Fills a wording in. A sentence with a placeholder that has nothing to say is left out.
fn fill(template: &str, fillings: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(template.len() + 200);
    for sentence in sentences(template) {
        if let Some(text) = fill_sentence(sentence, fillings) {
            filled.push_str(&text);
        }
    }
    filled.trim().to_owned()
}

fn fill_sentence(sentence: &str, fillings: &[(&str, String)]) -> Option<String> {
    let mut filled = String::with_capacity(sentence.len() + 100);
    let mut rest = sentence;
    while let Some((before, name, after)) = next_placeholder(rest) {
        filled.push_str(before);
        let value = fillings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        filled.push_str(value.filter(|value| !value.is_empty())?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The text before the next placeholder, its name, and the text after it.
pub fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('{')?;
    let close = open + text[open..].find('}')?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

/// Splits after `. `, `! `, `? `, line ends, and `{instead}`, which is a sentence of its own.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let ends = [". ", "! ", "? ", "\n", "{instead} "];
        let end = ends.iter().filter_map(|end| rest.find(end).map(|at| at + end.len())).min();
        let (sentence, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!sentence.is_empty()).then_some(sentence)
    })
}

const THE_TOOL: [&str; 4] = ["l'outil d'IA", "de AI-tool", "das KI-Werkzeug", "the AI tool"];
const FIRST: [&str; 4] = ["d'abord", "eerst", "zuerst", "first"];
const AND_MORE: [&str; 4] =
    ["et d'autres données", "en andere gegevens", "und weitere Angaben", "and other data"];
const USE_INSTEAD: [&str; 4] =
    ["Utilisez plutôt :", "Gebruik in de plaats:", "Verwenden Sie stattdessen:", "Please use instead:"];
const PASSED: [(&str, &str); 4] = [
    ("Demande envoyée", "Votre demande a été envoyée."),
    ("Aanvraag verzonden", "Uw aanvraag is verzonden."),
    ("Anfrage gesendet", "Ihre Anfrage wurde gesendet."),
    ("Request sent", "Your request was sent."),
];
const INSTEAD_PERSONAL: [&str; 4] = [
    "Retirez ces données ou remplacez-les par un exemple fictif, puis recommencez.",
    "Verwijder deze gegevens of vervang ze door een fictief voorbeeld en probeer opnieuw.",
    "Entfernen Sie diese Angaben oder ersetzen Sie sie durch ein erfundenes Beispiel und versuchen Sie es erneut.",
    "Please remove this data or replace it with a made-up example, then try again.",
];
const INSTEAD_CREDENTIAL: [&str; 4] = [
    "Retirez cet identifiant ou ce secret, puis recommencez ; s'il a déjà été communiqué, changez-le.",
    "Verwijder deze gebruikersnaam of dit geheim en probeer opnieuw; werd het al meegedeeld, wijzig het dan.",
    "Entfernen Sie diese Kennung oder dieses Geheimnis und versuchen Sie es erneut; wurde es schon mitgeteilt, ändern Sie es.",
    "Please remove this identifier or secret and try again; if it has already been shared, change it.",
];
const INSTEAD_CLASSIFICATION: [&str; 4] = [
    "N'envoyez pas ce document ; posez votre question sans son contenu.",
    "Verzend dit document niet; stel uw vraag zonder de inhoud ervan.",
    "Senden Sie dieses Dokument nicht; stellen Sie Ihre Frage ohne seinen Inhalt.",
    "Please do not send this document; ask your question without its content.",
];
const INSTEAD_CONFIDENTIAL: [&str; 4] = [
    "Reformulez votre demande sans ces informations.",
    "Formuleer uw aanvraag zonder deze informatie.",
    "Formulieren Sie Ihre Anfrage ohne diese Angaben.",
    "Please rephrase your request without this information.",
];
const INSTEAD_UNREADABLE: [&str; 4] = [
    "Envoyez le texte utile sous une forme lisible, sans chiffrement ni pièce superflue.",
    "Verzend de nodige tekst in leesbare vorm, zonder versleuteling of overbodige bijlage.",
    "Senden Sie den nötigen Text in lesbarer Form, ohne Verschlüsselung oder überflüssigen Anhang.",
    "Please send the text that is needed in a readable form, without encryption or needless attachments.",
];

/// Title and text.
fn wording(saying: Saying, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Fr => french(saying),
        Language::Nl => dutch(saying),
        Language::De => german(saying),
        Language::En => english(saying),
    }
}

fn french(saying: Saying) -> (&'static str, &'static str) {
    match saying {
        Saying::Denied => (
            "Outil non autorisé",
            "L'utilisation de {tool} n'est pas autorisée ({article}). {instead} Pour toute question ou pour demander son ouverture : {contact}. Référence : {id}.",
        ),
        Saying::Block => (
            "Demande arrêtée",
            "Votre demande n'a pas été envoyée à {tool}. Elle contient : {found} ({article}). {instead} Pour toute question : {contact}. Référence : {id}.",
        ),
        Saying::Confirm => (
            "Demande retenue",
            "Votre demande à {tool} est retenue. Elle contient : {found} ({article}). Demandez-vous si cet envoi est nécessaire ; en cas de doute, abstenez-vous et demandez conseil : {contact}. S'il se justifie, expliquez-le ici : {link} (valable {minutes} min). Référence : {id}.",
        ),
        Saying::Redact => (
            "Données masquées",
            "Avant l'envoi à {tool}, ceci a été remplacé par un repère : {found} ({article}). Pour toute question : {contact}.",
        ),
        Saying::Warn => (
            "À noter",
            "Votre demande a été envoyée à {tool}. Elle contient : {found} ({article}). Vérifiez que c'est bien nécessaire. Pour toute question : {contact}.",
        ),
        Saying::Answer => (
            "Réponse à vérifier",
            "La réponse de {tool} contient : {found} ({article}). Vérifiez-la avant de l'utiliser ou de la diffuser. Pour toute question : {contact}.",
        ),
        Saying::AnswerBlock => (
            "Réponse arrêtée",
            "La réponse de {tool} a été arrêtée. Elle contient : {found} ({article}). Reformulez votre demande. Pour toute question : {contact}. Référence : {id}.",
        ),
        Saying::Broken => (
            "Charte illisible",
            "La charte de votre organisation n'a pas pu être lue. Par précaution, rien n'est envoyé aux outils d'IA. Prévenez votre service informatique. Référence : {id}.",
        ),
        Saying::Acknowledge => (
            "Charte à lire d'abord",
            "Votre demande n'a pas encore été envoyée à {tool} : il faut d'abord prendre connaissance de « {charter} » ({article}). Faites-le ici : {link}. Renvoyez ensuite votre demande. Pour toute question : {contact}. Référence : {id}.",
        ),
    }
}

fn dutch(saying: Saying) -> (&'static str, &'static str) {
    match saying {
        Saying::Denied => (
            "Tool niet toegestaan",
            "Het gebruik van {tool} is niet toegestaan ({article}). {instead} Voor vragen of om de tool te laten openen: {contact}. Referentie: {id}.",
        ),
        Saying::Block => (
            "Aanvraag tegengehouden",
            "Uw aanvraag is niet naar {tool} verzonden. Ze bevat: {found} ({article}). {instead} Voor vragen: {contact}. Referentie: {id}.",
        ),
        Saying::Confirm => (
            "Aanvraag in de wacht",
            "Uw aanvraag aan {tool} wordt in de wacht gehouden. Ze bevat: {found} ({article}). Ga na of het nodig is dit te verzenden; bij twijfel verzendt u het niet en vraagt u raad: {contact}. Is het verantwoord, leg dan hier uit waarom: {link} ({minutes} min geldig). Referentie: {id}.",
        ),
        Saying::Redact => (
            "Gegevens afgeschermd",
            "Vóór verzending naar {tool} is dit door een merkteken vervangen: {found} ({article}). Voor vragen: {contact}.",
        ),
        Saying::Warn => (
            "Ter attentie",
            "Uw aanvraag is naar {tool} verzonden. Ze bevat: {found} ({article}). Ga na of dat echt nodig is. Voor vragen: {contact}.",
        ),
        Saying::Answer => (
            "Antwoord te controleren",
            "Het antwoord van {tool} bevat: {found} ({article}). Controleer het voordat u het gebruikt of verspreidt. Voor vragen: {contact}.",
        ),
        Saying::AnswerBlock => (
            "Antwoord tegengehouden",
            "Het antwoord van {tool} is tegengehouden. Het bevat: {found} ({article}). Formuleer uw aanvraag anders. Voor vragen: {contact}. Referentie: {id}.",
        ),
        Saying::Broken => (
            "Charter onleesbaar",
            "Het charter van uw organisatie kon niet worden gelezen. Uit voorzorg wordt niets naar AI-tools verzonden. Verwittig uw informaticadienst. Referentie: {id}.",
        ),
        Saying::Acknowledge => (
            "Eerst het charter lezen",
            "Uw aanvraag is nog niet naar {tool} verzonden: u moet eerst kennis nemen van “{charter}” ({article}). Doe dat hier: {link}. Stuur uw aanvraag daarna opnieuw. Voor vragen: {contact}. Referentie: {id}.",
        ),
    }
}

fn german(saying: Saying) -> (&'static str, &'static str) {
    match saying {
        Saying::Denied => (
            "Werkzeug nicht erlaubt",
            "Die Nutzung von {tool} ist nicht erlaubt ({article}). {instead} Bei Fragen oder für eine Freigabe: {contact}. Referenz: {id}.",
        ),
        Saying::Block => (
            "Anfrage angehalten",
            "Ihre Anfrage wurde nicht an {tool} gesendet. Sie enthält: {found} ({article}). {instead} Bei Fragen: {contact}. Referenz: {id}.",
        ),
        Saying::Confirm => (
            "Anfrage zurückgehalten",
            "Ihre Anfrage an {tool} wird zurückgehalten. Sie enthält: {found} ({article}). Prüfen Sie, ob das Senden nötig ist; im Zweifel verzichten Sie darauf und fragen Sie um Rat: {contact}. Ist es gerechtfertigt, begründen Sie es hier: {link} ({minutes} Min. gültig). Referenz: {id}.",
        ),
        Saying::Redact => (
            "Angaben maskiert",
            "Vor dem Senden an {tool} wurde dies durch Platzhalter ersetzt: {found} ({article}). Bei Fragen: {contact}.",
        ),
        Saying::Warn => (
            "Zur Beachtung",
            "Ihre Anfrage wurde an {tool} gesendet. Sie enthält: {found} ({article}). Prüfen Sie, ob das wirklich nötig ist. Bei Fragen: {contact}.",
        ),
        Saying::Answer => (
            "Antwort bitte prüfen",
            "Die Antwort von {tool} enthält: {found} ({article}). Prüfen Sie sie, bevor Sie sie verwenden oder weitergeben. Bei Fragen: {contact}.",
        ),
        Saying::AnswerBlock => (
            "Antwort angehalten",
            "Die Antwort von {tool} wurde angehalten. Sie enthält: {found} ({article}). Formulieren Sie Ihre Anfrage anders. Bei Fragen: {contact}. Referenz: {id}.",
        ),
        Saying::Broken => (
            "Charta nicht lesbar",
            "Die Charta Ihrer Organisation konnte nicht gelesen werden. Vorsichtshalber wird nichts an KI-Werkzeuge gesendet. Benachrichtigen Sie Ihre Informatikabteilung. Referenz: {id}.",
        ),
        Saying::Acknowledge => (
            "Zuerst die Charta lesen",
            "Ihre Anfrage wurde noch nicht an {tool} gesendet: Zuerst ist „{charter}“ ({article}) zur Kenntnis zu nehmen. Tun Sie es hier: {link}. Senden Sie Ihre Anfrage danach erneut. Bei Fragen: {contact}. Referenz: {id}.",
        ),
    }
}

fn english(saying: Saying) -> (&'static str, &'static str) {
    match saying {
        Saying::Denied => (
            "Tool not allowed",
            "The use of {tool} is not allowed ({article}). {instead} For questions or to ask for it to be opened: {contact}. Reference: {id}.",
        ),
        Saying::Block => (
            "Request stopped",
            "Your request was not sent to {tool}. It contains: {found} ({article}). {instead} For questions: {contact}. Reference: {id}.",
        ),
        Saying::Confirm => (
            "Request held back",
            "Your request to {tool} is held back. It contains: {found} ({article}). Please consider whether it needs to be sent; when in doubt, do not send it and ask for advice: {contact}. If it is justified, explain why here: {link} (good for {minutes} min). Reference: {id}.",
        ),
        Saying::Redact => (
            "Data masked",
            "Before your request was sent to {tool}, this was replaced by placeholders: {found} ({article}). For questions: {contact}.",
        ),
        Saying::Warn => (
            "Please note",
            "Your request was sent to {tool}. It contains: {found} ({article}). Please check that this is really needed. For questions: {contact}.",
        ),
        Saying::Answer => (
            "Please check the answer",
            "The answer from {tool} contains: {found} ({article}). Please check it before you use it or pass it on. For questions: {contact}.",
        ),
        Saying::AnswerBlock => (
            "Answer stopped",
            "The answer from {tool} was stopped. It contains: {found} ({article}). Please rephrase your request. For questions: {contact}. Reference: {id}.",
        ),
        Saying::Broken => (
            "Charter unreadable",
            "Your organisation's charter could not be read. As a precaution, nothing is sent to AI tools. Please tell your IT department. Reference: {id}.",
        ),
        Saying::Acknowledge => (
            "Charter to be read first",
            "Your request was not sent to {tool} yet: “{charter}” is to be read and acknowledged first ({article}). Please do so here: {link}. Then send your request again. For questions: {contact}. Reference: {id}.",
        ),
    }
}
