//! Who has acknowledged which text, kept in a file: keyed tags, from which neither a name nor a text can be read. Knows
//! no pages.

use crate::platform::files;
use crate::user::User;
use aws_lc_rs::hmac;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Acknowledgements that are kept: some years of a large site. Beyond, users are asked again.
const KEPT_MAX: usize = 100_000;

/// Who has acknowledged what.
#[derive(Default)]
pub struct Acknowledged {
    tags: Mutex<BTreeSet<String>>,
    kept: Option<(PathBuf, hmac::Key)>,
}

impl Acknowledged {
    /// Those that the file at `path` knows by `key`, and where further ones are kept.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn kept(path: PathBuf, key: &[u8; 32]) -> io::Result<Self> {
        let text = match files::read_private(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let tags = text.lines().map(ToOwned::to_owned).collect();
        Ok(Self { tags: Mutex::new(tags), kept: Some((path, hmac::Key::new(hmac::HMAC_SHA256, key))) })
    }

    /// Whether a user has acknowledged a text.
    pub(super) fn has(&self, user: &User, text: &str) -> bool {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.tag(user, text))
    }

    /// Notes that a user has, in the file too.
    pub(super) fn add(&self, user: &User, text: &str) -> io::Result<()> {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if tags.len() >= KEPT_MAX {
            tags.pop_first();
        }
        tags.insert(self.tag(user, text));
        match &self.kept {
            Some((path, _)) => {
                let lines = tags.iter().fold(String::new(), |text, tag| text + tag + "\n");
                files::write_private(path, lines.as_bytes())
            }
            None => Ok(()),
        }
    }

    fn tag(&self, user: &User, text: &str) -> String {
        let name = user.name.as_ref().map(|name| name.expose().to_lowercase()).unwrap_or_default();
        let plain = hmac::Key::new(hmac::HMAC_SHA256, b"");
        let mut context = hmac::Context::with_key(self.kept.as_ref().map_or(&plain, |(_, key)| key));
        context.update(b"acknowledged\0");
        context.update(&(name.len() as u64).to_be_bytes());
        context.update(name.as_bytes());
        context.update(text.as_bytes());
        context.sign().as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Acknowledged;
    use crate::sensitive::Sensitive;
    use crate::user::User;

    fn user(name: &str) -> User {
        User { name: Some(Sensitive::new(name.to_owned())), ..User::default() }
    }

    #[test]
    fn it_is_kept_by_user_and_text_without_either() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acknowledged");
        let open = || Acknowledged::kept(path.clone(), &[7; 32]).unwrap();
        let known = open();
        assert!(!known.has(&user("anne"), "I have read it."));
        known.add(&user("Anne"), "I have read it.").unwrap();
        for known in [known, open()] {
            assert!(known.has(&user("anne"), "I have read it."));
            assert!(!known.has(&user("bart"), "I have read it."), "another user");
            assert!(!known.has(&user("anne"), "I have read it twice."), "another text");
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(!kept.to_lowercase().contains("anne") && !kept.contains("read"), "{kept}");
        let other = Acknowledged::kept(path, &[8; 32]).unwrap();
        assert!(!other.has(&user("anne"), "I have read it."), "another organisation's key");
    }
}
