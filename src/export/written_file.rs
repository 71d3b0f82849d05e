//! Files of an export: their digests, the names of those beside them, and how those are replaced.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::export::manifest::ExportedFile;
use crate::export::{Beside, ExportError, fault};

/// Removes a file of a former export.
pub(super) fn remove_former(file: &Path) -> Result<(), ExportError> {
    match std::fs::remove_file(file) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(fault(file, why)),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Hashes a file; errors name the target.
pub(super) fn hashed(file: &Path, target: &Path, path: &str) -> Result<ExportedFile, ExportError> {
    ExportedFile::of(file, path).map_err(|why| fault(target, why))
}

pub(super) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns the path of a file beside another one: `articles.db.manifest.json`.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Writes a text into a file, which is replaced when the new one is complete.
pub(super) fn write_beside(path: &Path, text: &str) -> Result<(), ExportError> {
    let beside = Beside::of(path)?;
    std::fs::write(&beside.part, text).map_err(|why| fault(&beside.target, why))?;
    beside.finish()
}
