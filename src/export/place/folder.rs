//! A folder beside the one that is wanted, renamed to it once it is complete.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::{is_dead, remove_dead_parts};
use crate::disk::{exchange, flush};
use crate::export::manifest::{MANIFEST, former_export};
use crate::export::place::followed;
use crate::export::place::former::edited_file;
use crate::export::{ExportError, ExportFormat};

/// A folder beside the one that is wanted, gone again where it was not renamed to it.
#[derive(Debug)]
pub struct FolderBeside {
    pub part: PathBuf,
    /// The folder at the end of all links.
    pub target: PathBuf,
}

impl FolderBeside {
    /// Makes the folder beside the one at `out`.
    ///
    /// # Errors
    ///
    /// Fails where something stands there that is neither an empty folder nor a former export and
    /// nothing else, and where a file of the former export was edited since.
    pub fn of(out: &Path, format: ExportFormat) -> Result<Self, ExportError> {
        let fault = |why| ExportError::Write {
            path: out.to_owned(),
            why,
        };
        if out == Path::new("-") {
            return Err(ExportError::NoFolder {
                path: out.to_owned(),
                format: format.name(),
            });
        }

        let target = followed(out).map_err(fault)?;
        let Some(name) = target.file_name().map(ToOwned::to_owned) else {
            return Err(ExportError::NoFolder {
                path: out.to_owned(),
                format: format.name(),
            });
        };
        refuse_others(&target, format)?;
        refuse_edited(&target)?;

        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(fault)?;
        remove_dead_parts(folder, &name);
        restore(folder, &target, &name).map_err(fault)?;

        let part = target.with_file_name(with_ending(&name, "part"));
        fs::create_dir(&part).map_err(fault)?;
        Ok(Self { part, target })
    }

    /// Puts the whole folder in its place.
    pub(crate) fn finish(self, format: ExportFormat) -> Result<(), ExportError> {
        let fault = |why| ExportError::Write {
            path: self.target.clone(),
            why,
        };
        // Someone may have put a file there meanwhile.
        refuse_others(&self.target, format)?;
        // The former export goes only when the new one is on the disk.
        flush(&self.part).map_err(fault)?;

        let name = self.target.file_name().unwrap_or_default();
        let former = self.target.with_file_name(with_ending(name, "old.part"));
        let is_there = self.target.exists();
        // The former export is then at the name of the part, which is removed with it.
        if is_there && exchange(&self.part, &self.target).is_ok() {
            return Ok(());
        }
        if is_there {
            fs::rename(&self.target, &former).map_err(fault)?;
        }
        if let Err(why) = fs::rename(&self.part, &self.target) {
            if is_there {
                // The former export goes back; where it cannot, it stands beside.
                let _ = fs::rename(&former, &self.target);
            }
            return Err(fault(why));
        }

        // Under the name of a part nobody takes it for an export, however much of it is left.
        if is_there {
            fs::rename(&former, &self.part).map_err(fault)?;
        }
        Ok(())
    }
}

impl Drop for FolderBeside {
    fn drop(&mut self) {
        // The new folder that did not get its place, or the former export that lost it.
        let _ = fs::remove_dir_all(&self.part);
    }
}

/// Puts the former export back that a process left beside where it was killed between two renames;
/// where the new one is in its place, the former one goes.
fn restore(folder: &Path, target: &Path, name: &OsStr) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let is_former = former_of(&entry.file_name(), name).is_some_and(is_dead);
        if !is_former {
            continue;
        }
        if target.exists() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Returns the process that named a folder `NAME.PID.old.part`.
fn former_of(entry: &OsStr, name: &OsStr) -> Option<u32> {
    let own = entry.to_str()?.strip_prefix(name.to_str()?)?;
    own.strip_prefix('.')?
        .strip_suffix(".old.part")?
        .parse()
        .ok()
}

/// Returns `NAME.PID.ending`, as parts of files are named.
fn with_ending(name: &OsStr, ending: &str) -> OsString {
    let mut own = name.to_owned();
    own.push(format!(".{}.{ending}", std::process::id()));
    own
}

/// Refuses what is neither an empty folder nor a former export with nothing beside it.
fn refuse_others(target: &Path, format: ExportFormat) -> Result<(), ExportError> {
    let refused = |found: String| ExportError::Occupied {
        path: target.to_owned(),
        found,
    };
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) if why.kind() == io::ErrorKind::NotADirectory => {
            return Err(ExportError::NoFolder {
                path: target.to_owned(),
                format: format.name(),
            });
        }
        Err(why) => {
            return Err(ExportError::Write {
                path: target.to_owned(),
                why,
            });
        }
    };

    let former = former_export(target).map(|former| former.contents);
    let former = former.unwrap_or_default().into_iter();
    let mut known: BTreeSet<OsString> = former.map(OsString::from).collect();
    if !known.is_empty() {
        known.insert(MANIFEST.into());
    }
    for entry in entries.flatten() {
        if !known.contains(&entry.file_name()) {
            return Err(refused(entry.file_name().to_string_lossy().into_owned()));
        }
    }
    Ok(())
}

/// Refuses a former export whose files are not as they were exported: somebody's work would be
/// lost.
fn refuse_edited(target: &Path) -> Result<(), ExportError> {
    let Some(former) = former_export(target) else {
        return Ok(());
    };
    let edited = edited_file(target, &former).map_err(|why| ExportError::Write {
        path: target.to_owned(),
        why,
    })?;
    match edited {
        Some(found) => Err(ExportError::Edited {
            path: target.to_owned(),
            found,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::export::manifest::ExportedFile;

    const FORMAT: ExportFormat = ExportFormat::Sqlite;

    /// Makes an export with one file in a folder, and a manifest that names it.
    fn export_to(target: &Path, text: &str) -> Result<(), ExportError> {
        let beside = FolderBeside::of(target, FORMAT)?;
        let articles = beside.part.join("articles");
        fs::write(&articles, text).unwrap();
        let manifest = serde_json::json!({
            "made_by": {"name": "saseo"},
            "contents": ["articles"],
            "files": [ExportedFile::of(&articles, "articles").unwrap()],
        });
        fs::write(beside.part.join(MANIFEST), manifest.to_string()).unwrap();
        beside.finish(FORMAT)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_former_export_is_replaced_and_nothing_is_left_beside() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("out");

        export_to(&target, "old").unwrap();
        export_to(&target, "new").unwrap();

        assert_eq!(fs::read_to_string(target.join("articles")).unwrap(), "new");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn a_folder_with_anything_else_is_refused_and_stays_as_it_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("out");
        export_to(&target, "old").unwrap();
        fs::write(target.join("notes.txt"), "mine").unwrap();

        let refused = export_to(&target, "new").unwrap_err().to_string();

        assert!(refused.contains("\"notes.txt\""), "{refused}");
        assert_eq!(fs::read_to_string(target.join("articles")).unwrap(), "old");
        assert_eq!(names(folder.path()), ["out"]);

        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("a"), "mine").unwrap();
        assert!(export_to(&other, "new").is_err());
        fs::remove_file(other.join("a")).unwrap();
        assert!(export_to(&other, "new").is_ok(), "an empty folder is taken");
    }

    #[test]
    fn an_edited_file_is_not_lost_and_one_that_was_only_touched_is_replaced() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("out");
        export_to(&target, "old").unwrap();
        let written_at = fs::metadata(target.join(MANIFEST)).unwrap().modified();
        let written_at = written_at.unwrap();
        let write = |text: &str, at| {
            fs::write(target.join("articles"), text).unwrap();
            let file = fs::File::options()
                .write(true)
                .open(target.join("articles"));
            file.unwrap().set_modified(at).unwrap();
        };

        let moments = [written_at + Duration::from_secs(9), SystemTime::UNIX_EPOCH];
        for (at, text) in moments.into_iter().zip(["my", "two"]) {
            write(text, at);
            let refused = export_to(&target, "new").unwrap_err().to_string();
            assert!(refused.contains("\"articles\""), "{refused}");
            assert_eq!(fs::read_to_string(target.join("articles")).unwrap(), text);
            assert_eq!(names(folder.path()), ["out"]);
        }

        write("old", moments[0]);
        export_to(&target, "new").unwrap();
        assert_eq!(fs::read_to_string(target.join("articles")).unwrap(), "new");
    }

    #[test]
    fn an_export_that_was_killed_between_two_renames_is_put_back() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("out");
        export_to(&target, "old").unwrap();
        // No system has a process of that number.
        let former = folder.path().join("out.4194999.old.part");
        fs::rename(&target, former).unwrap();

        let beside = FolderBeside::of(&target, FORMAT).unwrap();

        assert_eq!(fs::read_to_string(target.join("articles")).unwrap(), "old");
        drop(beside);
        assert_eq!(names(folder.path()), ["out"]);
    }
}
