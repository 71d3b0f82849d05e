//! The named exports of an archive: a file for each in the folder `exports` beside the archive. It
//! says where an export goes and what it has. How far it came is in the manifest of its folder, and
//! nowhere else, so that the two cannot disagree.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::export::incremental::NamedExportError;
use crate::export::manifest::ToldSelection;
use crate::export::written_file::write_beside;
use crate::export::{ExportError, fault};

/// The longest name, in letters: it is part of a file's name.
const LONGEST_NAME: usize = 64;

/// The largest file that is read: a manifest of a million parts. A larger one is none of ours.
const LARGEST_FILE: u64 = 1 << 30;

/// The name of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportName(String);

impl ExportName {
    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExportName {
    type Err = NamedExportError;

    fn from_str(name: &str) -> Result<Self, NamedExportError> {
        let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
        let begins_well = name.chars().next().is_some_and(char::is_alphanumeric);
        let is_short = name.chars().count() <= LONGEST_NAME;

        if begins_well && is_short && name.chars().all(is_plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NamedExportError::Name {
                name: name.to_owned(),
            })
        }
    }
}

/// What a named export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamedExport {
    pub name: String,
    /// Its folder, from the root on and without links.
    pub folder: PathBuf,
    pub format: String,
    pub selection: ToldSelection,
}

/// The named exports in their folder.
#[derive(Debug, Default)]
pub(super) struct FoundExports {
    pub read: Vec<NamedExport>,
    /// Why other files in the folder cannot be read, each with its path.
    pub unread: Vec<String>,
}

/// The folder of the named exports.
#[derive(Debug)]
pub(super) struct NamedExports {
    folder: PathBuf,
}

/// The right to write an export, or into its folder, as long as this value lives. The system gives
/// it back when the process dies.
#[derive(Debug)]
pub(super) struct ExportLock {
    _file: File,
}

impl ExportLock {
    /// Takes the right to write into the folder of an export. Another archive may have an export of
    /// the same name, and another name may be given the same folder.
    pub(super) fn of_folder(name: &str, folder: &Path) -> Result<Self, ExportError> {
        let file = File::open(folder).map_err(|why| fault(folder, why))?;
        Self::take(name, folder, file)
    }

    fn take(name: &str, path: &Path, file: File) -> Result<Self, ExportError> {
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(NamedExportError::Held {
                name: name.to_owned(),
                path: path.to_owned(),
            }
            .into()),
            Err(TryLockError::Error(why)) => Err(fault(path, why)),
        }
    }
}

impl NamedExports {
    /// Returns those of the archive at a path.
    pub(super) fn beside(archive: &Path) -> Self {
        Self {
            folder: folder_beside(archive),
        }
    }

    /// Takes the right to write an export.
    pub(super) fn lock(&self, name: &ExportName) -> Result<ExportLock, ExportError> {
        let path = self.folder.join(format!("{}.lock", name.as_str()));
        fs::create_dir_all(&self.folder).map_err(|why| fault(&self.folder, why))?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|why| fault(&path, why))?;

        ExportLock::take(name.as_str(), &path, file)
    }

    /// Returns an export; `None` where there is none of the name.
    pub(super) fn find(&self, name: &ExportName) -> Result<Option<NamedExport>, ExportError> {
        read_json(&self.file(name))
    }

    /// Returns an export that must be there.
    pub(super) fn get(&self, name: &ExportName) -> Result<NamedExport, ExportError> {
        let found = self.find(name)?;
        found.map_or_else(|| Err(self.unknown(name)), Ok)
    }

    fn unknown(&self, name: &ExportName) -> ExportError {
        let known = self.all().unwrap_or_default();
        let names: Vec<&str> = known.read.iter().map(|one| one.name.as_str()).collect();
        let known = if names.is_empty() {
            "the archive has none yet".to_owned()
        } else {
            format!("the archive has {}", names.join(", "))
        };
        NamedExportError::Unknown {
            name: name.as_str().to_owned(),
            known,
        }
        .into()
    }

    /// Returns all of them, by name.
    pub(super) fn all(&self) -> Result<FoundExports, ExportError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(FoundExports::default()),
            Err(why) => return Err(fault(&self.folder, why)),
        };

        let mut all = FoundExports::default();
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            match read_json::<NamedExport>(&path) {
                Ok(found) => all.read.extend(found),
                // One that cannot be read does not hide the others.
                Err(why) => all.unread.push(why.to_string()),
            }
        }
        all.read.sort_by(|one, other| one.name.cmp(&other.name));
        all.unread.sort();
        Ok(all)
    }

    /// Adds an export.
    pub(super) fn add(&self, name: &ExportName, export: &NamedExport) -> Result<(), ExportError> {
        let path = self.file(name);
        let text = serde_json::to_string_pretty(export).map_err(|why| fault(&path, why.into()))?;
        write_beside(&path, &format!("{text}\n"))?;
        sync_folder(&self.folder)
    }

    /// Forgets an export.
    pub(super) fn remove(&self, name: &ExportName) -> Result<(), ExportError> {
        let path = self.file(name);
        fs::remove_file(&path).map_err(|why| fault(&path, why))?;
        sync_folder(&self.folder)
    }

    fn file(&self, name: &ExportName) -> PathBuf {
        self.folder.join(format!("{}.json", name.as_str()))
    }
}

/// Returns the folder of the named exports of the archive at a path.
pub(crate) fn folder_beside(archive: &Path) -> PathBuf {
    archive.with_file_name("exports")
}

/// Reads a JSON file; `None` where there is none.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ExportError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(why) => return Err(damaged(path, &why)),
    };

    let mut text = Vec::new();
    file.take(LARGEST_FILE)
        .read_to_end(&mut text)
        .map_err(|why| damaged(path, &why))?;
    let read = serde_json::from_slice(&text).map_err(|why| damaged(path, &why))?;
    Ok(Some(read))
}

fn damaged(path: &Path, why: &dyn std::error::Error) -> ExportError {
    NamedExportError::Damaged {
        path: path.to_owned(),
        why: why.to_string(),
    }
    .into()
}

/// Writes the names in a folder to the disk: a rename is one of them.
pub(super) fn sync_folder(folder: &Path) -> Result<(), ExportError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|why| fault(folder, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_no_hidden_file() {
        for name in ["desk", "desk-2.1_a", "데스크", "2"] {
            assert_eq!(name.parse::<ExportName>().unwrap().as_str(), name);
        }
        let long = "a".repeat(LONGEST_NAME + 1);
        for name in ["", ".", "..", ".desk", "a/b", "a\0", "a b", "-x", &long] {
            assert!(name.parse::<ExportName>().is_err(), "{name:?}");
        }
    }
}
