//! The error of an archive whose files were lost while it was open.

use std::fmt;
use std::path::PathBuf;

use crate::archive::files::{FileLocation, FileState};

/// An archive with a file that was lost while it was open, and where its content is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFiles {
    /// The archive's path.
    pub(super) archive: PathBuf,
    /// The file that was lost.
    pub(super) file: PathBuf,
    pub(super) state: FileState,
    pub(super) location: FileLocation,
    pub(super) saved: SavedCopy,
}

/// Where the archive's content is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SavedCopy {
    /// In a copy.
    Copy(PathBuf),
    /// In the database that was open, which is at this path.
    At(PathBuf),
    /// Nowhere: it could not be saved.
    Nowhere { why: String },
}

impl std::error::Error for LostFiles {}

impl fmt::Display for LostFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_loss(f)?;
        self.write_remedy(f)
    }
}

impl LostFiles {
    /// Writes what happened to the file.
    fn write_loss(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match (self.state, &self.location) {
            (FileState::Overwritten, _) => write!(f, "{file} was overwritten while it was open; "),
            (FileState::Replaced, _) => {
                write!(f, "{file} was replaced by another file while it was open; ")
            }
            (FileState::Gone, FileLocation::At(path)) => {
                let path = path.display();
                write!(f, "{file} was moved to {path} while it was open; ")
            }
            (FileState::Gone, FileLocation::Nowhere) => {
                write!(f, "{file} was deleted while it was open; ")
            }
            (FileState::Gone, FileLocation::Unknown) => {
                write!(f, "{file} was deleted or moved while it was open; ")
            }
        }
    }

    /// Writes where the content is, and what the user has to do.
    fn write_remedy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let archive = self.archive.display();
        match &self.saved {
            SavedCopy::At(path) if *path == self.archive => write!(
                f,
                "nothing is lost: all that was stored is in {archive}, and `saseo resume` goes on"
            ),
            SavedCopy::At(path) => write!(
                f,
                "all that was stored is in {}: move it back to {archive}, and `saseo resume` goes \
                 on",
                path.display()
            ),
            SavedCopy::Copy(copy) if self.state == FileState::Gone && self.file == self.archive => {
                write!(
                    f,
                    "all that was stored is saved in {}: rename it to {archive}, and \
                     `saseo resume` goes on",
                    copy.display()
                )
            }
            SavedCopy::Copy(copy) => write!(
                f,
                "all that was stored is saved in {}: move {archive} away, with its -wal and -shm, \
                 rename the copy to {archive}, and `saseo resume` goes on",
                copy.display()
            ),
            SavedCopy::Nowhere { why } => write!(
                f,
                "what was stored could not be saved ({why}): put a copy of the archive back at \
                 {archive}"
            ),
        }
    }
}
