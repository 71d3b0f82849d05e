//! The folder for files that are made for a reader: exports. It goes with the server.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::archive::remove_dead_parts;

/// The begin of the folder's name, before the number of its process.
const NAME: &str = "saseo-serve";

/// The folder of one server, made when it is needed first.
#[derive(Debug)]
pub(super) struct Scratch {
    /// The folder in which it is made.
    parent: PathBuf,
    folder: PathBuf,
    /// The folders that were made in it.
    made: AtomicU64,
}

/// A folder in the scratch folder, gone with this value.
#[derive(Debug)]
pub(super) struct ScratchFolder(PathBuf);

impl Scratch {
    /// Removes what killed servers left in the folder, too.
    pub(super) fn within(parent: PathBuf) -> Self {
        remove_dead_parts(&parent, NAME.as_ref());
        let folder = parent.join(format!("{NAME}.{}.part", std::process::id()));
        Self {
            parent,
            folder,
            made: AtomicU64::new(0),
        }
    }

    /// Returns the folder in which it is made.
    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    /// Makes a folder that only this user may read.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be made, also because somebody else made one of its name.
    pub(super) fn new_folder(&self) -> io::Result<ScratchFolder> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        if number == 0
            && let Err(error) = self.make_own()
        {
            // The next one tries again.
            self.made.store(0, Ordering::Relaxed);
            return Err(error);
        }
        let folder = self.folder.join(number.to_string());
        private(&folder)?;
        Ok(ScratchFolder(folder))
    }

    fn make_own(&self) -> io::Result<()> {
        fs::create_dir_all(&self.parent)?;
        private(&self.folder)
    }

    /// Counts the bytes of the files in its folders.
    pub(super) fn bytes(&self) -> u64 {
        let Ok(folders) = fs::read_dir(&self.folder) else {
            return 0;
        };
        // What goes away meanwhile has no bytes.
        let files = folders
            .flatten()
            .filter_map(|one| files_in(&one.path()).ok());
        files.flatten().map(|(_, bytes)| bytes).sum()
    }

    /// Removes everything that was made.
    pub(super) fn remove(&self) {
        if self.made.load(Ordering::Relaxed) > 0
            && let Err(error) = fs::remove_dir_all(&self.folder)
        {
            let folder = self.folder.display();
            tracing::warn!(%error, "{folder} could not be removed");
        }
    }
}

impl ScratchFolder {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the files in it with their lengths, by name.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read.
    pub(super) fn files(&self) -> io::Result<Vec<(String, u64)>> {
        files_in(&self.0)
    }
}

/// Makes a folder that only this user may read.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)
}

/// Returns the files in a folder with their lengths, by name.
fn files_in(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((name, metadata.len()));
        }
    }
    files.sort();
    Ok(files)
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // The server's end removes what could not be removed here.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn folders_are_private_and_gone_with_their_values() {
        let parent = tempfile::TempDir::new().unwrap();
        let dead = parent.path().join("saseo-serve.4294967294.part");
        fs::create_dir(&dead).unwrap();
        let scratch = Scratch::within(parent.path().to_owned());
        assert!(!dead.exists());

        let (one, other) = (scratch.new_folder().unwrap(), scratch.new_folder().unwrap());
        assert_ne!(one.path(), other.path());
        for folder in [one.path(), one.path().parent().unwrap()] {
            let mode = fs::metadata(folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && other.path().exists());
        scratch.remove();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_somebody_else_made_is_not_taken() {
        let parent = tempfile::TempDir::new().unwrap();
        let scratch = Scratch::within(parent.path().to_owned());
        fs::create_dir(&scratch.folder).unwrap();
        assert!(scratch.new_folder().is_err() && scratch.new_folder().is_err());
        fs::remove_dir(&scratch.folder).unwrap();
        assert!(scratch.new_folder().is_ok());
    }
}
