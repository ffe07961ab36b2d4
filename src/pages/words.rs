//! The pages' words in four languages.

use crate::language::Language;

pub(super) struct Words {
    pub(super) confirm_title: &'static str,
    pub(super) held: &'static str,
    pub(super) why: &'static str,
    pub(super) confirm: &'static str,
    pub(super) done_title: &'static str,
    pub(super) done: &'static str,
    pub(super) gone_title: &'static str,
    pub(super) gone: &'static str,
    pub(super) too_short: &'static str,
    pub(super) agree: &'static str,
    pub(super) agreed_title: &'static str,
    pub(super) agreed: &'static str,
    pub(super) works: &'static str,
    pub(super) charter: &'static str,
    pub(super) hosts: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &FR,
            Language::Nl => &NL,
            Language::De => &DE,
            Language::En => &EN,
        }
    }
}

const FR: Words = Words {
    confirm_title: "Justifier l'envoi",
    held: "La charte retient votre demande à",
    why: "Si l'envoi est nécessaire, écrivez pourquoi. Votre justification est conservée dans le journal d'audit ; n'y mettez pas la donnée elle-même.",
    confirm: "Confirmer",
    done_title: "C'est confirmé",
    done: "Renvoyez votre demande : le même contenu peut maintenant être transmis à ce service.",
    gone_title: "Rien à confirmer ici",
    gone: "Ce lien a déjà servi, a expiré, ou n'est pas le vôtre. Renvoyez votre demande pour en recevoir un nouveau.",
    too_short: "La justification est trop courte ou trop longue. Revenez en arrière et écrivez une phrase.",
    agree: "J'ai lu et j'accepte",
    agreed_title: "C'est noté",
    agreed: "Renvoyez maintenant votre demande. Cette question ne vous sera plus posée.",
    works: "guard fonctionne.",
    charter: "Charte",
    hosts: "Noms de services d'IA connus",
};

const NL: Words = Words {
    confirm_title: "Verzending verantwoorden",
    held: "Het charter houdt uw vraag tegen aan",
    why: "Als de verzending nodig is, schrijf dan waarom. Uw verantwoording wordt in het auditlogboek bewaard; zet het gegeven zelf er niet in.",
    confirm: "Bevestigen",
    done_title: "Bevestigd",
    done: "Stuur uw vraag opnieuw: dezelfde inhoud mag nu naar deze dienst.",
    gone_title: "Hier valt niets te bevestigen",
    gone: "Deze link is al gebruikt, verlopen of niet van u. Stuur uw vraag opnieuw om een nieuwe te krijgen.",
    too_short: "De verantwoording is te kort of te lang. Ga terug en schrijf één zin.",
    agree: "Ik heb het gelezen en ga akkoord",
    agreed_title: "Genoteerd",
    agreed: "Stuur uw vraag nu opnieuw. Dit wordt u niet meer gevraagd.",
    works: "guard werkt.",
    charter: "Charter",
    hosts: "Bekende namen van AI-diensten",
};

const DE: Words = Words {
    confirm_title: "Versand begründen",
    held: "Die Charta hält Ihre Anfrage zurück an",
    why: "Wenn der Versand nötig ist, schreiben Sie warum. Ihre Begründung wird im Prüfprotokoll aufbewahrt; schreiben Sie die Angabe selbst nicht hinein.",
    confirm: "Bestätigen",
    done_title: "Bestätigt",
    done: "Senden Sie Ihre Anfrage erneut: Derselbe Inhalt darf nun an diesen Dienst.",
    gone_title: "Hier ist nichts zu bestätigen",
    gone: "Dieser Link wurde schon benutzt, ist abgelaufen oder nicht der Ihre. Senden Sie Ihre Anfrage erneut, um einen neuen zu erhalten.",
    too_short: "Die Begründung ist zu kurz oder zu lang. Gehen Sie zurück und schreiben Sie einen Satz.",
    agree: "Gelesen und einverstanden",
    agreed_title: "Vermerkt",
    agreed: "Senden Sie Ihre Anfrage jetzt erneut. Sie werden nicht mehr gefragt.",
    works: "guard läuft.",
    charter: "Charta",
    hosts: "Bekannte Namen von KI-Diensten",
};

const EN: Words = Words {
    confirm_title: "Justify sending",
    held: "The charter holds back your request to",
    why: "If it has to be sent, write why. Your justification is kept in the audit; do not put the data itself into it.",
    confirm: "Confirm",
    done_title: "Confirmed",
    done: "Send your request again: the same content may now go to this service.",
    gone_title: "Nothing to confirm here",
    gone: "This link was used before, has run out, or is not yours. Send your request again to get a new one.",
    too_short: "The justification is too short or too long. Go back and write a sentence.",
    agree: "I have read it and agree",
    agreed_title: "Noted",
    agreed: "Send your request again now. You will not be asked again.",
    works: "guard works.",
    charter: "Charter",
    hosts: "Known names of AI services",
};
