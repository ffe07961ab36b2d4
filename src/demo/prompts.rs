//! The prompts of the show. All of it is made up; the numbers are built from their check rules.

/// One prompt.
#[derive(Clone, Copy, Debug)]
pub struct Prompt {
    /// What it shows.
    pub title: &'static str,
    /// What the user writes.
    pub text: &'static str,
    /// Whether the answer is asked for as a stream.
    pub streamed: bool,
}

/// The five of them, as a civil servant would write them.
pub const PROMPTS: [Prompt; 5] = [
    Prompt {
        title: "a letter with a national number",
        text: "Rédige une réponse polie à Madame Vandenbroucke (NISS 91.04.12-217.04), qui conteste sa facture de \
               raccordement.",
        streamed: false,
    },
    Prompt {
        title: "an account number in a streamed chat",
        text: "Explique-moi pourquoi le virement vers BE23 9731 5620 4891 a été refusé.",
        streamed: true,
    },
    Prompt {
        title: "a document marked C4",
        text: "NIVEAU DE CONFIDENTIALITÉ : C4 – Confidentiel\n\nPlan de délestage du poste de transformation. \
               Résume ce document en cinq points.",
        streamed: false,
    },
    Prompt {
        title: "a harmless question",
        text: "Quelle est la différence entre un accord de gouvernement et une déclaration de politique régionale ?",
        streamed: false,
    },
    Prompt {
        title: "a question about the form C4",
        text: "J'ai reçu mon formulaire C4 de mon employeur, quelles démarches faire auprès de l'ONEM ?",
        streamed: false,
    },
];
