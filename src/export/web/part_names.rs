//! The further files of a WARC export, and those that a former export left beside them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::export::manifest::{ExportedFile, read_former};
use crate::export::{ExportError, fault};

/// Further files of a former export, by their numbers. Its manifest names them, and they are as
/// they were exported.
#[derive(Debug, Default)]
pub(super) struct FormerParts(BTreeMap<u32, PathBuf>);

/// Returns the name of a further part: `paper-00002.warc.gz` beside `paper.warc.gz`.
pub(super) fn numbered(target: &Path, number: u32) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let (stem, ending) = around_number(&name);
    target.with_file_name(OsString::from(format!("{stem}-{number:05}{ending}")))
}

/// Returns what stands before and behind a number in the name of a part.
fn around_number(name: &str) -> (&str, &str) {
    name.split_at(name.find(".warc").unwrap_or(name.len()))
}

/// Returns the number of a further part of a target.
fn number_of(target: &Path, found: &Path) -> Option<u32> {
    let name = target.file_name()?.to_str()?;
    let (stem, ending) = around_number(name);
    let rest = found.file_name()?.to_str()?.strip_prefix(stem)?;
    let number: u32 = rest.strip_prefix('-')?.strip_suffix(ending)?.parse().ok()?;
    (number > 1 && numbered(target, number).file_name() == found.file_name()).then_some(number)
}

impl FormerParts {
    /// Finds the further files beside a target.
    ///
    /// # Errors
    ///
    /// Fails with [`ExportError::StalePart`] where one of them is not as the manifest of a former
    /// export tells: it would stand among the new ones, or somebody's file would be lost.
    pub(super) fn find(target: &Path, manifest: &Path) -> Result<Self, ExportError> {
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let entries = fs::read_dir(folder).map_err(|why| fault(folder, why))?;
        let listed = ListedParts::read(manifest);

        let mut found = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(|why| fault(folder, why))?.path();
            let Some(number) = number_of(target, &path) else {
                continue;
            };
            if !listed.has(&path).map_err(|why| fault(&path, why))? {
                return Err(ExportError::StalePart { path });
            }
            found.insert(number, path);
        }
        Ok(Self(found))
    }

    /// Removes the files behind the last one of the new export.
    pub(super) fn remove_behind(&self, last: u32) -> Result<(), ExportError> {
        let stale = self.0.iter().filter(|(number, _)| **number > last);
        for (_, path) in stale {
            fs::remove_file(path).map_err(|why| fault(path, why))?;
        }
        Ok(())
    }
}

/// The files that a manifest names, and when it was written: an export writes it last.
#[derive(Debug, Default)]
struct ListedParts {
    files: Vec<ExportedFile>,
    written_at: Option<SystemTime>,
}

impl ListedParts {
    fn read(manifest: &Path) -> Self {
        let metadata = fs::metadata(manifest).ok();
        Self {
            files: read_former(manifest).map_or_else(Vec::new, |former| former.files),
            written_at: metadata.and_then(|metadata| metadata.modified().ok()),
        }
    }

    /// Tells whether a file is named, and is as it was exported.
    fn has(&self, path: &Path) -> io::Result<bool> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(listed) = self.files.iter().find(|file| file.path == name) else {
            return Ok(false);
        };

        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() || metadata.len() != listed.bytes {
            return Ok(false);
        }
        let is_untouched = self
            .written_at
            .is_some_and(|at| metadata.modified().is_ok_and(|modified| modified <= at));
        Ok(is_untouched || ExportedFile::of(path, &name)?.sha256 == listed.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_parts_have_numbers_before_their_endings() {
        let of = |name: &str| numbered(Path::new(name), 2);
        assert_eq!(of("a/p.warc.gz"), Path::new("a/p-00002.warc.gz"));
        assert_eq!(of("p"), Path::new("p-00002"));
    }

    #[test]
    fn a_part_is_known_by_its_number() {
        let of = |found: &str| number_of(Path::new("a/p.warc.gz"), &Path::new("a").join(found));
        assert_eq!(of("p-00002.warc.gz"), Some(2));
        assert_eq!(of("p-123456.warc.gz"), Some(123_456));
        for other in [
            "p-00001.warc.gz",
            "p-2.warc.gz",
            "p-000002.warc.gz",
            "p-00002.warc",
            "q-00002.warc.gz",
            "p.warc.gz",
            "p-0000x.warc.gz",
            "p-00002.warc.gz.manifest.json",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_part_that_no_manifest_names_so_is_refused_before_anything_is_written() {
        let folder = tempfile::TempDir::new().unwrap();
        let [target, manifest, part] =
            ["p.warc.gz", "p.json", "p-00003.warc.gz"].map(|name| folder.path().join(name));
        let find = || FormerParts::find(&target, &manifest);
        assert!(find().unwrap().0.is_empty());

        fs::write(&part, "old").unwrap();
        let refused = find().unwrap_err().to_string();
        assert!(refused.contains("p-00003.warc.gz"), "{refused}");

        let files = [ExportedFile::of(&part, "p-00003.warc.gz").unwrap()];
        let text = serde_json::json!({
            "made_by": {"name": "saseo"}, "contents": [], "files": files,
        });
        fs::write(&manifest, text.to_string()).unwrap();
        find().unwrap().remove_behind(3).unwrap();
        assert!(part.exists());
        let former = find().unwrap();
        former.remove_behind(2).unwrap();
        assert!(!part.exists());

        for edited in ["older", "new"] {
            fs::write(&part, edited).unwrap();
            let later = fs::metadata(&manifest).unwrap().modified().unwrap()
                + std::time::Duration::from_secs(9);
            let file = fs::File::options().write(true).open(&part).unwrap();
            file.set_modified(later).unwrap();
            assert!(find().is_err(), "{edited}");
        }
    }
}
