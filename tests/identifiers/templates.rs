//! Sentences around values. `{l}` the label, `{v}` the value.

/// Sentences that announce the value.
pub const LABELLED: &[&str] = &[
    "{l} : {v}",
    "{l}: {v}.",
    "{l} {v}",
    "Bonjour, voici le dossier de la personne concernée. {l} : {v}. Merci de rédiger une réponse.",
    "Peux-tu vérifier ce document ? Il contient {l} {v}, à ne pas publier.",
    "Rédige un courrier à l'attention de l'usager ({l} : {v}) pour l'informer de la décision.",
    "- {l} : {v}\n- Statut : en ordre\n- Service : clientèle",
    "| {l} | {v} |\n|---|---|\n",
    "{l};{v};2024",
    "{\"{l}\": \"{v}\", \"statut\": \"actif\"}",
    "Goedemiddag, kan je deze brief herschrijven? {l}: {v}. Alvast bedankt.",
    "De aanvraag werd ingediend met {l} {v} en is volledig.",
    "Guten Tag, bitte fassen Sie das Schreiben zusammen. {l}: {v}. Vielen Dank.",
    "Please summarise this file. {l}: {v}. Thanks.",
    "The record shows {l} = {v} for this customer.",
    "{l}\t{v}\ttrue",
    "{l} :\n{v}\n",
    "<td>{l}</td><td>{v}</td>",
    "« {l} : {v} »",
    "Le {l} est {v}, merci de corriger.",
    "{l} ({v})",
    "Concerne : {l} {v}\n\nMonsieur, Madame,",
];

/// Sentences that do not.
pub const ALONE: &[&str] = &[
    "{v}",
    "Peux-tu reformuler : {v} a été encodé hier par le service.",
    "La personne a transmis {v} ce matin.",
    "({v})",
    "Voici la liste :\n{v}\n",
    "nom;valeur;statut\nLambert;{v};ok",
    "Graag nakijken: {v}, dank u.",
    "Bitte prüfen Sie {v} noch heute.",
    "Please check {v} today.",
    "\"{v}\"",
    "Merci de compléter {v}, puis de répondre.",
    "{v}, reçu le 3 mars",
];
