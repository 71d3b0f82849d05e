//! A former export in a folder: it is replaced only as long as it is what was exported. Files that
//! a person edited or added are not lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::SystemTime;

use crate::export::manifest::{ExportedFile, FormerExport, MANIFEST};

/// The list of files within a text export, as `sha256sum` reads it.
const CHECKSUMS: &str = "checksums.sha256";

/// Files that are on the disk.
#[derive(Default)]
struct FoundFiles {
    count: usize,
    /// The paths of those that were written after the manifest. An export writes it last.
    later: BTreeSet<String>,
}

/// Returns a file in the folder that the former export did not write so; `None` where all is as it
/// was exported. Files that were written before the manifest are counted and not read again.
pub(super) fn edited_file(folder: &Path, former: &FormerExport) -> io::Result<Option<String>> {
    let written_at = fs::metadata(folder.join(MANIFEST))?.modified()?;
    let mut found = FoundFiles::default();
    find_files(folder, "", written_at, &mut found)?;

    let mut listed: BTreeMap<&str, &str> = BTreeMap::new();
    for file in &former.files {
        listed.insert(&file.path, &file.sha256);
    }
    for path in &found.later {
        let is_listed = |sha256| is_unchanged(folder, path, sha256);
        if let Some(sha256) = listed.get(path.as_str())
            && !is_listed(sha256)?
        {
            return Ok(Some(path.clone()));
        }
    }

    let (in_list, strange) = compare_checksums(folder, &found, &listed)?;
    if let Some(path) = strange {
        return Ok(Some(path));
    }
    let is_more = found.count > listed.len() + in_list;
    Ok(is_more.then(|| "files that were added".to_owned()))
}

/// Finds the files below a folder; the manifest is none of them.
fn find_files(
    folder: &Path,
    name: &str,
    written_at: SystemTime,
    found: &mut FoundFiles,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = if name.is_empty() {
            own
        } else {
            format!("{name}/{own}")
        };

        if entry.file_type()?.is_dir() {
            find_files(&entry.path(), &path, written_at, found)?;
        } else if path != MANIFEST {
            found.count += 1;
            if entry.metadata()?.modified()? > written_at {
                found.later.insert(path);
            }
        }
    }
    Ok(())
}

/// Compares the later files with the list of a text export. Returns how many files that has, and
/// the first of the later ones that it does not have so.
fn compare_checksums(
    folder: &Path,
    found: &FoundFiles,
    listed: &BTreeMap<&str, &str>,
) -> io::Result<(usize, Option<String>)> {
    let mut left: BTreeSet<&str> = found.later.iter().map(String::as_str).collect();
    left.retain(|path| !listed.contains_key(path));
    let mut in_list = 0;

    if listed.contains_key(CHECKSUMS) {
        for line in BufReader::new(File::open(folder.join(CHECKSUMS))?).lines() {
            let line = line?;
            let Some((sha256, path)) = line.split_once("  ") else {
                continue;
            };
            in_list += 1;
            if left.remove(path) && !is_unchanged(folder, path, sha256)? {
                return Ok((in_list, Some(path.to_owned())));
            }
        }
    }
    Ok((in_list, left.first().map(|path| (*path).to_owned())))
}

fn is_unchanged(folder: &Path, path: &str, sha256: &str) -> io::Result<bool> {
    Ok(ExportedFile::of(&folder.join(path), path)?.sha256 == sha256)
}
