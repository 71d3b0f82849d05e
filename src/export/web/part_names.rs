//! The further files of a WARC export, and those that a former export left beside them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::export::manifest::{read_former, refuse_strange};
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
        let listed = read_former(manifest);

        let mut found = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(|why| fault(folder, why))?.path();
            let Some(number) = number_of(target, &path) else {
                continue;
            };
            refuse_strange(&path, listed.as_ref())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::manifest::ExportedFile;

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

        // The time of a file tells nothing: a copy may keep an older one.
        for edited in ["older", "new"] {
            fs::write(&part, edited).unwrap();
            let file = fs::File::options().write(true).open(&part).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
            assert!(find().is_err(), "{edited}");
        }
    }
}
