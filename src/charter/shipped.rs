//! The charters that come with the program. Knows their files, not what they say.

use super::Charter;
use crate::tools::Catalogue;
use std::sync::{Arc, OnceLock};

/// Their ids.
pub const IDS: &[&str] =
    &["baseline", "ores", "liege", "arras", "collectivite-1", "collectivite-2", "quebec"];

/// The file of one.
pub fn source(id: &str) -> Option<&'static str> {
    Some(match id {
        "baseline" => include_str!("../../config/charters/baseline.toml"),
        "ores" => include_str!("../../config/charters/ores.toml"),
        "liege" => include_str!("../../config/charters/liege.toml"),
        "arras" => include_str!("../../config/charters/arras.toml"),
        "collectivite-1" => include_str!("../../config/charters/collectivite-1.toml"),
        "collectivite-2" => include_str!("../../config/charters/collectivite-2.toml"),
        "quebec" => include_str!("../../config/charters/quebec.toml"),
        _ => return None,
    })
}

/// The scenarios of one.
pub fn scenarios(id: &str) -> Option<&'static str> {
    Some(match id {
        "baseline" => include_str!("../../config/charters/scenarios/baseline.toml"),
        "ores" => include_str!("../../config/charters/scenarios/ores.toml"),
        "liege" => include_str!("../../config/charters/scenarios/liege.toml"),
        "arras" => include_str!("../../config/charters/scenarios/arras.toml"),
        "collectivite-1" => include_str!("../../config/charters/scenarios/collectivite-1.toml"),
        "collectivite-2" => include_str!("../../config/charters/scenarios/collectivite-2.toml"),
        "quebec" => include_str!("../../config/charters/scenarios/quebec.toml"),
        _ => return None,
    })
}

/// One of them, compiled on first use.
pub fn charter(id: &str) -> Option<Arc<Charter>> {
    static COMPILED: [OnceLock<Option<Arc<Charter>>>; IDS.len()] = [const { OnceLock::new() }; IDS.len()];
    let at = IDS.iter().position(|known| *known == id)?;
    COMPILED[at].get_or_init(|| compile(id)).clone()
}

/// The files are compiled in and a test parses each, so that none can be broken here.
fn compile(id: &str) -> Option<Arc<Charter>> {
    let file = format!("config/charters/{id}.toml");
    Charter::parse(source(id)?, &file, Catalogue::shipped()).ok().map(Arc::new)
}
