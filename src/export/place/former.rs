//! A former export in a folder: it is replaced only as long as it is what was exported. Files that
//! a person edited or added are not lost.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::export::manifest::{ExportedFile, FormerExport, MANIFEST};

/// The list of files within a text export, as `sha256sum` reads it.
const CHECKSUMS: &str = "checksums.sha256";

/// Returns a file in the folder that the former export did not write so; `None` where all is as it
/// was exported. Every file is read: its time tells nothing, as a copy may keep an older one. A
/// file that is not there any more is no loss.
pub(super) fn edited_file(folder: &Path, former: &FormerExport) -> io::Result<Option<String>> {
    let mut found = BTreeSet::new();
    find_files(folder, "", &mut found)?;

    let is_checked = found.contains(CHECKSUMS);
    for file in &former.files {
        if found.remove(&file.path) && !file.is_at(&folder.join(&file.path))? {
            return Ok(Some(file.path.clone()));
        }
    }

    let is_listed = former.files.iter().any(|file| file.path == CHECKSUMS);
    if is_listed && is_checked {
        for line in BufReader::new(File::open(folder.join(CHECKSUMS))?).lines() {
            let line = line?;
            let Some((sha256, path)) = line.split_once("  ") else {
                continue;
            };
            if found.remove(path) && ExportedFile::of(&folder.join(path), path)?.sha256 != sha256 {
                return Ok(Some(path.to_owned()));
            }
        }
    }
    // What no list has was added.
    Ok(found.pop_first())
}

/// Finds the files below a folder; the manifest is none of them.
fn find_files(folder: &Path, name: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = if name.is_empty() {
            own
        } else {
            format!("{name}/{own}")
        };

        if entry.file_type()?.is_dir() {
            find_files(&entry.path(), &path, found)?;
        } else if path != MANIFEST {
            found.insert(path);
        }
    }
    Ok(())
}
