//! The named exports of an archive as a user sees them: their list, and what is done with one.

use std::path::{Path, PathBuf};

use crate::archive::{ArticleFilter, Reader};
use crate::export::incremental::named_exports::{
    ExportLock, ExportName, NamedExport, NamedExports,
};
use crate::export::incremental::part_list::PartList;
use crate::export::incremental::{NamedExportError, begin_list};
use crate::export::{ExportError, fault};

/// A named export, and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedExportState {
    pub name: String,
    pub folder: PathBuf,
    pub format: String,
    /// What it has, as it was typed.
    pub selection: String,
    /// What its manifest says; else why that cannot be read.
    pub progress: Result<ExportProgress, String>,
}

/// How far a named export came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportProgress {
    /// The position of the change that it has come to; 0 before the first one.
    pub position: u64,
    /// Changes of its sites that the archive has after that.
    pub to_come: u64,
    pub lines: u64,
    pub parts: usize,
    /// The moment of its last run, RFC 3339 in UTC; `None` before the first one.
    pub ran_at: Option<String>,
}

/// The named exports of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedExportList {
    pub exports: Vec<NamedExportState>,
    /// Why other files in the folder of the named exports cannot be read, each with its path. Such
    /// a file may be a damaged export, or none.
    pub unread: Vec<String>,
}

/// Returns the named exports of an archive.
///
/// # Errors
///
/// Fails where their folder or the archive cannot be read.
pub fn list_named(reader: &Reader) -> Result<NamedExportList, ExportError> {
    let all = NamedExports::beside(reader.file_place()).all()?;
    let states = all.read.into_iter().map(|export| {
        let progress = match progress(reader, &export) {
            Ok(progress) => Ok(progress),
            Err(ExportError::Archive(error)) => return Err(error.into()),
            Err(other) => Err(other.to_string()),
        };
        Ok(NamedExportState {
            name: export.name,
            folder: export.folder,
            format: export.format,
            selection: export.selection.as_typed(),
            progress,
        })
    });

    Ok(NamedExportList {
        exports: states.collect::<Result<_, ExportError>>()?,
        unread: all.unread,
    })
}

fn progress(reader: &Reader, export: &NamedExport) -> Result<ExportProgress, ExportError> {
    let list = PartList::read(&export.folder)?.ok_or_else(|| NamedExportError::Lost {
        name: export.name.clone(),
        folder: export.folder.clone(),
    })?;
    let sites = ArticleFilter {
        sites: export.selection.sites.clone(),
        ..ArticleFilter::default()
    };

    Ok(ExportProgress {
        position: list.seq(),
        to_come: reader.count_changes_after(&sites, list.seq())?,
        lines: list.lines(),
        parts: list.files.len(),
        ran_at: list.made_at.clone(),
    })
}

/// Sets a named export back to the last end of a part up to a position, and removes the parts
/// after it. Returns the position that it has then. Where its folder is gone, it begins anew.
///
/// # Errors
///
/// Fails where there is no such export, where it has not come so far, where another process writes
/// it, and where its folder has other files.
pub fn rewind_named(archive: &Path, name: &ExportName, to: u64) -> Result<u64, ExportError> {
    let exports = NamedExports::beside(archive);
    exports.get(name)?;
    let _lock = exports.lock(name)?;
    let export = exports.get(name)?;

    std::fs::create_dir_all(&export.folder).map_err(|why| fault(&export.folder, why))?;
    let _folder_lock = ExportLock::of_folder(&export.name, &export.folder)?;
    let mut list = match PartList::read(&export.folder)? {
        Some(list) => list,
        None => begin_list(&export.folder, &export.name, export.selection.clone())?,
    };
    if to > list.seq() {
        return Err(NamedExportError::NotThereYet {
            name: export.name,
            to,
            last: list.seq(),
        }
        .into());
    }

    list.rewind(to);
    list.save(&export.folder)?;
    list.remove_unnamed(&export.folder)?;
    Ok(list.seq())
}

/// Deletes a named export from the list, and returns its folder, whose files stay.
///
/// # Errors
///
/// Fails where there is no such export, and where another process writes it.
pub fn delete_named(archive: &Path, name: &ExportName) -> Result<PathBuf, ExportError> {
    let exports = NamedExports::beside(archive);
    exports.get(name)?;
    let _lock = exports.lock(name)?;
    let export = exports.get(name)?;
    exports.remove(name)?;
    Ok(export.folder)
}
