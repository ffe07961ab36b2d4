//! Where events go, as configuration and charter say together: the configuration's receivers, the charter's webhook and
//! thresholds, keys and bounds of the store.

use super::program::{Failure, certificates};
use crate::audit::export::Target;
use crate::audit::failure::Fault;
use crate::audit::settings::Settings;
use crate::charter::Charter;
use crate::config::Config;
use crate::platform::files;
use crate::sensitive::Sensitive;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the configuration says of the audit's receivers and store.
pub(super) struct Receivers {
    targets: Vec<Target>,
    headers: BTreeMap<String, Vec<(String, Sensitive<String>)>>,
    roots: Vec<Arc<[u8]>>,
    bytes_max: Option<u64>,
    pseudonym_key: Option<Arc<Sensitive<[u8; 32]>>>,
}

impl Receivers {
    /// Reads them and the files that they name.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        let audit = &config.audit;
        let mut receivers = Self {
            targets: Vec::new(),
            headers: audit.export_headers.clone(),
            roots: Vec::new(),
            bytes_max: audit.max_size,
            pseudonym_key: None,
        };
        for path in &audit.export_roots {
            receivers.roots.extend(certificates(path)?.iter().map(|root| Arc::from(root.as_ref())));
        }
        if let Some(path) = &audit.pseudonym_key {
            let wrong = |what: String| Failure::Fault(format!("{}: {what}", path.display()), None);
            let bytes = files::read_private(path).map_err(|error| wrong(error.to_string()))?;
            let key = bytes.try_into().map_err(|_| wrong(String::from("must hold 32 bytes")))?;
            receivers.pseudonym_key = Some(Arc::new(Sensitive::new(key)));
        }
        for text in &audit.export {
            let wrong = |fault| Failure::Fault(format!("audit.export: {fault}"), None);
            receivers.targets.push(receivers.target(text).map_err(wrong)?);
        }
        Ok(receivers)
    }

    /// What the audit is told under a charter.
    pub(super) fn settings(&self, charter: &Charter) -> Result<Settings, Fault> {
        let mut exports = self.targets.clone();
        if let Some(webhook) = &charter.alerts().webhook {
            let target = self.target(&format!("webhook:{webhook}"))?;
            if !exports.contains(&target) {
                exports.push(target);
            }
        }
        Ok(Settings {
            exports,
            thresholds: charter.alerts().thresholds.clone(),
            bytes_max: self.bytes_max,
            pseudonym_key: self.pseudonym_key.clone(),
            ..Settings::of(charter.audit())
        })
    }

    fn target(&self, text: &str) -> Result<Target, Fault> {
        let mut target: Target = text.parse()?;
        let headers = self.headers.get(text).into_iter().flatten();
        target.headers =
            headers.map(|(name, value)| (name.as_str().into(), value.expose().as_str().into())).collect();
        target.roots.clone_from(&self.roots);
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::Receivers;
    use crate::charter::Charter;
    use crate::config;
    use crate::tools::Catalogue;

    fn receivers(variables: &[(&str, &str)]) -> Receivers {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let loaded = config::load(None, &[], variables).unwrap();
        let Ok(receivers) = Receivers::of(&loaded.config) else { panic!("sound") };
        receivers
    }

    #[test]
    fn the_charters_webhook_and_thresholds_join_what_is_configured() {
        let receivers = receivers(&[
            ("GUARD_AUDIT__EXPORT", "[\"otlp:http://127.0.0.1:4318\"]"),
            (
                "GUARD_AUDIT__EXPORT_HEADERS",
                "{ \"otlp:http://127.0.0.1:4318\" = { Authorization = \"Bearer x\" } }",
            ),
            ("GUARD_AUDIT__MAX_SIZE", "2GiB"),
        ]);
        let text = "id = \"t\"\ntitle = \"T\"\n[alerts]\nwebhook = \"https://hooks.example.org/guard\"\n\
                    thresholds = [{ count = 5, within = \"1h\" }]\n";
        let charter = Charter::parse(text, "t.toml", Catalogue::shipped()).unwrap();
        let settings = receivers.settings(&charter).unwrap();
        let names: Vec<String> = settings.exports.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["otlp:http://127.0.0.1:4318", "webhook:https://hooks.example.org:443"]);
        assert_eq!(settings.exports[0].headers.len(), 1);
        assert!(settings.exports[1].headers.is_empty(), "a receiver gets its own headers only");
        assert_eq!((settings.bytes_max, settings.thresholds.len()), (Some(2 << 30), 1));
    }
}
