//! Paths on the command line → the files to scan, in order. Files named by the user are always scanned; in
//! folders, what git ignores is left out, hidden files (`.env`) are not.

use super::source::Origin;
use ignore::WalkBuilder;
use std::path::{Path, PathBuf};

/// Something that could not be listed.
#[derive(Debug)]
pub(super) struct Unlisted {
    pub(super) name: String,
    pub(super) why: String,
}

/// The files below `paths`, sorted within each folder, and what could not be listed.
pub(super) fn files(paths: &[PathBuf]) -> (Vec<Origin>, Vec<Unlisted>) {
    let mut origins = Vec::new();
    let mut unlisted = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            origins.push(Origin::Standard);
        } else if path.is_dir() {
            folder(path, &mut origins, &mut unlisted);
        } else {
            origins.push(Origin::File(path.clone()));
        }
    }
    (origins, unlisted)
}

fn folder(path: &Path, origins: &mut Vec<Origin>, unlisted: &mut Vec<Unlisted>) {
    let walk = WalkBuilder::new(path)
        .hidden(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .sort_by_file_path(Ord::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                origins.push(Origin::File(entry.into_path()));
            }
            Ok(_) => {}
            Err(fault) => {
                unlisted.push(Unlisted { name: path.to_string_lossy().into_owned(), why: fault.to_string() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::files;
    use std::fs;

    #[test]
    fn folders_leave_out_what_git_ignores_but_not_what_is_hidden_or_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path(".git")).unwrap();
        fs::write(path(".git/config"), "x").unwrap();
        fs::write(path(".gitignore"), "ignored.txt\n").unwrap();
        fs::write(path("ignored.txt"), "x").unwrap();
        fs::write(path(".env"), "x").unwrap();
        fs::write(path("b.txt"), "x").unwrap();
        let (found, unlisted) = files(&[folder.path().to_owned(), path("ignored.txt")]);
        let names: Vec<_> =
            found.iter().map(|origin| origin.name().rsplit(['/', '\\']).next().unwrap().to_owned()).collect();
        assert_eq!(names, [".env", ".gitignore", "b.txt", "ignored.txt"]);
        assert!(unlisted.is_empty());
    }
}
