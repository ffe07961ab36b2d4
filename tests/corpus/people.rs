//! Names, streets and places that people in the corpus have. Written by hand, so that they do not come from the lists
//! that the scanner holds; all persons are invented.

use crate::identifiers::random::Random;

const GIVEN_FR: &[&str] = &[
    "Amandine",
    "Benoît",
    "Chantal",
    "Christelle",
    "Damien",
    "Didier",
    "Élodie",
    "Fabienne",
    "Françoise",
    "Gaëlle",
    "Geoffrey",
    "Hakim",
    "Isabelle",
    "Jean-Marc",
    "Jean-Philippe",
    "Jocelyne",
    "Karim",
    "Laurence",
    "Ludovic",
    "Luc",
    "Marie-Claire",
    "Martine",
    "Mehdi",
    "Nadia",
    "Noémie",
    "Olivier",
    "Pascal",
    "Quentin",
    "Rachida",
    "Sandrine",
    "Stéphanie",
    "Sylvain",
    "Thierry",
    "Valérie",
    "Vincent",
    "Xavier",
    "Yasmine",
    "Zoé",
    "Mathieu",
    "Aurélie",
];

const FAMILY_FR: &[&str] = &[
    "Delcourt",
    "Vanderlinden",
    "Lambert",
    "Dubois",
    "Renard",
    "Hubert",
    "Collard",
    "Henrotte",
    "Bodson",
    "Lejeune",
    "Evrard",
    "Delvaux",
    "Noël",
    "Thiry",
    "Wauters",
    "El Amrani",
    "Ben Youssef",
    "Tremblay",
    "Gagnon",
    "Bouchard",
    "Van den Broeck",
    "De Smet",
    "D'Hondt",
    "Marchal",
    "Grosjean",
    "Piron",
    "Mertens",
    "Yilmaz",
    "Nguyen",
    "Dupuis",
    "Lecomte",
    "Lefebvre",
    "Da Silva",
    "Kowalski",
    "Rossi",
    "Demeyer",
    "Vermeulen",
    "Legrand",
    "Rousseau",
    "Moreau",
];

const GIVEN_NL: &[&str] = &[
    "An",
    "Bart",
    "Els",
    "Filip",
    "Geert",
    "Griet",
    "Hilde",
    "Ilse",
    "Jeroen",
    "Joris",
    "Katrien",
    "Koen",
    "Lieve",
    "Luc",
    "Marleen",
    "Nele",
    "Pieter-Jan",
    "Sofie",
    "Steven",
    "Tine",
    "Veerle",
    "Wim",
    "Wouter",
    "Fatima",
];

const GIVEN_DE: &[&str] = &[
    "Andreas",
    "Anja",
    "Birgit",
    "Claudia",
    "Dieter",
    "Ernst",
    "Gisela",
    "Hans-Peter",
    "Heike",
    "Jürgen",
    "Katrin",
    "Lukas",
    "Manfred",
    "Monika",
    "Petra",
    "Sabine",
    "Stefan",
    "Ulrike",
    "Uwe",
    "Wolfgang",
];

const FAMILY_DE: &[&str] = &[
    "Schneider",
    "Müller",
    "Hoffmann",
    "Krämer",
    "Lentz",
    "Schmitz",
    "Weber",
    "Niessen",
    "Becker",
    "Keutgen",
    "Heinen",
    "Schröder",
    "Zimmermann",
    "Vogel",
    "Hartmann",
    "von Agris",
];

const GIVEN_EN: &[&str] = &[
    "Alice",
    "Andrew",
    "Charlotte",
    "Daniel",
    "Emily",
    "George",
    "Hannah",
    "James",
    "Katherine",
    "Liam",
    "Michael",
    "Olivia",
    "Peter",
    "Rebecca",
    "Sarah",
    "Thomas",
];

const FAMILY_EN: &[&str] = &[
    "Ashworth",
    "Bennett",
    "Clarke",
    "Davidson",
    "Edwards",
    "Fletcher",
    "Harrison",
    "Jenkins",
    "Mitchell",
    "O'Connor",
    "Parker",
    "Robinson",
    "Stewart",
    "Thompson",
    "Whitfield",
    "Young",
];

const STREETS_FR: &[&str] = &[
    "Rue de la Station",
    "Avenue des Combattants",
    "Rue du Moulin",
    "Chaussée de Louvain",
    "Place Communale",
    "Boulevard Tirou",
    "Rue Émile Vandervelde",
    "Clos des Peupliers",
    "Rue Saint-Roch",
    "rue des Écoles",
    "avenue de la Gare",
    "Quai de Rome",
    "Drève du Sénéchal",
    "Rue du 11 Novembre",
    "Impasse Hanoteau",
    "Sentier du Bois",
];

const TOWNS_BE: &[(&str, &str)] = &[
    ("5590", "Ciney"),
    ("5000", "Namur"),
    ("4000", "Liège"),
    ("6000", "Charleroi"),
    ("7000", "Mons"),
    ("1340", "Ottignies"),
    ("1400", "Nivelles"),
    ("6700", "Arlon"),
    ("4800", "Verviers"),
    ("7500", "Tournai"),
    ("5100", "Jambes"),
    ("1000", "Bruxelles"),
    ("4500", "Huy"),
    ("6600", "Bastogne"),
    ("1300", "Wavre"),
    ("7100", "La Louvière"),
];

const STREETS_NL: &[&str] = &[
    "Bergstraat",
    "Kerkstraat",
    "Stationsstraat",
    "Leuvensesteenweg",
    "Koningin Astridlaan",
    "Grote Markt",
    "Molenweg",
    "Lindelaan",
    "Gentse Steenweg",
    "Zandlaan",
    "Schoolstraat",
    "Dorpsplein",
];

const TOWNS_NL: &[(&str, &str)] = &[
    ("9000", "Gent"),
    ("2000", "Antwerpen"),
    ("3000", "Leuven"),
    ("8000", "Brugge"),
    ("2800", "Mechelen"),
    ("3500", "Hasselt"),
    ("9300", "Aalst"),
    ("1800", "Vilvoorde"),
    ("8500", "Kortrijk"),
    ("2300", "Turnhout"),
];

const STREETS_DE: &[&str] = &[
    "Bahnhofstraße",
    "Hauptstr.",
    "Gartenweg",
    "Klosterstraße",
    "Aachener Straße",
    "Am Markt",
    "Lindenallee",
    "Schulstraße",
];

const TOWNS_DE: &[(&str, &str)] = &[
    ("52062", "Aachen"),
    ("50667", "Köln"),
    ("10115", "Berlin"),
    ("80331", "München"),
    ("53111", "Bonn"),
    ("54290", "Trier"),
];

const TOWNS_FR: &[(&str, &str)] = &[
    ("75011", "Paris"),
    ("62000", "Arras"),
    ("59000", "Lille"),
    ("69003", "Lyon"),
    ("33000", "Bordeaux"),
    ("31000", "Toulouse"),
    ("35000", "Rennes"),
    ("67000", "Strasbourg"),
];

const TOWNS_QC: &[(&str, &str)] = &[
    ("Québec", "G1R 5A5"),
    ("Montréal", "H2X 1Y4"),
    ("Gatineau", "J8X 3R7"),
    ("Sherbrooke", "J1H 4A1"),
    ("Laval", "H7N 2T8"),
    ("Trois-Rivières", "G9A 1L4"),
    ("Saguenay", "G7H 5B8"),
];

fn capital(text: &str) -> String {
    text.to_uppercase()
}

pub fn given(random: &mut Random, language: &str) -> String {
    let list = match language {
        "nl" => GIVEN_NL,
        "de" => GIVEN_DE,
        "en" => GIVEN_EN,
        _ => GIVEN_FR,
    };
    random.pick(list).to_owned()
}

pub fn family(random: &mut Random, language: &str) -> String {
    let list = match language {
        "de" => FAMILY_DE,
        "en" => FAMILY_EN,
        _ => FAMILY_FR,
    };
    random.pick(list).to_owned()
}

/// "Jean Dupont", "DUPONT Jean", "Jean DUPONT", "Jean-Marc M. Dupont".
pub fn person(random: &mut Random, language: &str) -> String {
    let (first, last) = (given(random, language), family(random, language));
    match random.below(10) {
        0 | 1 => format!("{} {first}", capital(&last)),
        2 => format!("{first} {}", capital(&last)),
        3 => format!("{first} {}. {last}", &"ABCDEFGHJKLMNPRST"[random.below(17) as usize..][..1]),
        _ => format!("{first} {last}"),
    }
}

pub fn person_upper(random: &mut Random) -> String {
    format!("{} {}", capital(&family(random, "fr")), given(random, "fr"))
}

/// "Dupont, Jean", as lists that are sorted print it.
pub fn person_listed(random: &mut Random) -> String {
    format!("{}, {}", family(random, "fr"), given(random, "fr"))
}

/// The civility stays outside the value.
pub fn titled(random: &mut Random, civilities: &[&str], language: &str) -> String {
    let last = family(random, language);
    let name = match random.below(4) {
        0 => format!("{} {last}", given(random, language)),
        1 => capital(&last),
        2 => format!("{} {}", given(random, language), capital(&last)),
        _ => last,
    };
    format!("{} ⟪{name}⟫", random.pick(civilities))
}

pub fn address_be(random: &mut Random) -> String {
    let (code, town) = TOWNS_BE[random.below(TOWNS_BE.len() as u64) as usize];
    let street = random.pick(STREETS_FR);
    let number = random.between(1, 240);
    let number = match random.below(6) {
        0 => format!("{number} bte {}", random.between(1, 30)),
        1 => format!("{number}/{}", random.between(1, 9)),
        2 => format!("{number}{}", random.pick(&["A", "B", "bis"])),
        _ => number.to_string(),
    };
    match random.below(6) {
        0 => format!("{street}, {number}\n{code} {town}"),
        1 => format!("{street} {number} à {code} {town}"),
        2 => format!("{street}, {number} - {code} {town}"),
        3 => format!("{street} {number}, B-{code} {}", capital(town)),
        _ => format!("{street} {number}, {code} {town}"),
    }
}

pub fn address_nl(random: &mut Random) -> String {
    let (code, town) = TOWNS_NL[random.below(TOWNS_NL.len() as u64) as usize];
    let street = random.pick(STREETS_NL);
    let number = random.between(1, 240);
    match random.below(4) {
        0 => format!("{street} {number} bus {}, {code} {town}", random.between(1, 30)),
        1 => format!("{street} {number}\n{code} {town}"),
        2 => format!("{street} {number} te {code} {town}"),
        _ => format!("{street} {number}, {code} {town}"),
    }
}

pub fn address_nether(random: &mut Random) -> String {
    let street = random.pick(&["Dorpsstraat", "Beethovenlaan", "Prinsengracht", "Molenweg"]);
    let town = random.pick(&["Utrecht", "Maastricht", "Breda", "Eindhoven"]);
    format!("{street} {}, {} {town}", random.between(1, 200), random.fill("[123456789]### ^^"))
}

pub fn address_de(random: &mut Random) -> String {
    let (code, town) = TOWNS_DE[random.below(TOWNS_DE.len() as u64) as usize];
    format!("{} {}, {code} {town}", random.pick(STREETS_DE), random.between(1, 180))
}

pub fn address_eupen(random: &mut Random) -> String {
    let (code, town) =
        [("4700", "Eupen"), ("4780", "Sankt Vith"), ("4720", "Kelmis")][random.below(3) as usize];
    format!("{} {}, {code} {town}", random.pick(STREETS_DE), random.between(1, 180))
}

pub fn address_fr(random: &mut Random) -> String {
    let (code, town) = TOWNS_FR[random.below(TOWNS_FR.len() as u64) as usize];
    let number = match random.below(5) {
        0 => format!("{} bis", random.between(1, 90)),
        1 => format!("{} ter", random.between(1, 90)),
        _ => random.between(1, 300).to_string(),
    };
    let street = random.pick(STREETS_FR).to_lowercase();
    match random.below(4) {
        0 => format!("{number} {street}\n{code} {}", capital(town)),
        1 => format!("{number}, {street}, {code} {town}"),
        2 => format!("{number} {street} - {code} {}", capital(town)),
        _ => format!("{number} {street}, {code} {town}"),
    }
}

/// British and American ones.
pub fn address_en(random: &mut Random) -> String {
    let street = random.pick(&[
        "Station Road",
        "Mill Lane",
        "St Mary Street",
        "5th Avenue",
        "Park Drive",
        "Elm Street",
    ]);
    let number = random.between(1, 1900);
    let town = random.pick(&[
        "London SW1A 2AA",
        "Leeds LS6 2AB",
        "Manchester\nM1 1AE",
        "Oxford, OX1 3QD",
        "New York, NY 10118",
        "Austin, TX 78701-2345",
        "St. Louis, MO 63101",
    ]);
    match random.below(3) {
        0 => format!("{number} {street}\n{town}"),
        1 => format!("{number} {street}, Flat 3, {town}"),
        _ => format!("{number} {street}, {town}"),
    }
}

pub fn address_qc(random: &mut Random) -> String {
    let (town, code) = TOWNS_QC[random.below(TOWNS_QC.len() as u64) as usize];
    let street = random.pick(&[
        "rue Saint-Jean",
        "boulevard René-Lévesque Ouest",
        "avenue du Parc",
        "chemin Sainte-Foy",
        "rue De La Chevrotière",
        "rang Saint-Joseph",
    ]);
    let number = random.between(10, 4200);
    match random.below(4) {
        0 => format!("{number}, {street}, app. {}, {town} (Québec)  {code}", random.between(1, 40)),
        1 => format!("{number} {street}, {town} QC {code}"),
        2 => format!("{number}, {street}\n{town} (Québec)  {code}"),
        _ => format!("{number}, {street}, {town} (Québec) {code}"),
    }
}
