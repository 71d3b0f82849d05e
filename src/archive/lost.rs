//! What is told where the archive's files were lost while it was open.

use std::fmt;
use std::path::PathBuf;

use crate::archive::files::{Fate, Whereabouts};

/// An archive whose files were lost while it was open, and where its content is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFiles {
    /// Where the archive stood.
    pub(super) archive: PathBuf,
    /// The file that was lost.
    pub(super) file: PathBuf,
    pub(super) fate: Fate,
    pub(super) whereabouts: Whereabouts,
    pub(super) saved: Saved,
}

/// Where everything that was stored is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Saved {
    /// In a copy that was made of it.
    Copy(PathBuf),
    /// In the database that was open, which is there.
    At(PathBuf),
    /// Nowhere.
    Nowhere { why: String },
}

impl std::error::Error for LostFiles {}

impl fmt::Display for LostFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (archive, file) = (self.archive.display(), self.file.display());
        match (self.fate, &self.whereabouts) {
            (Fate::Overwritten, _) => write!(f, "{file} was overwritten while it was open; ")?,
            (Fate::Replaced, _) => {
                write!(f, "{file} was replaced by another file while it was open; ")?
            }
            (Fate::Gone, Whereabouts::At(path)) => {
                write!(
                    f,
                    "{file} was moved to {} while it was open; ",
                    path.display()
                )?;
            }
            (Fate::Gone, Whereabouts::Nowhere) => {
                write!(f, "{file} was deleted while it was open; ")?
            }
            (Fate::Gone, Whereabouts::Unknown) => {
                write!(f, "{file} was deleted or moved while it was open; ")?
            }
        }

        match &self.saved {
            Saved::At(path) if *path == self.archive => {
                write!(
                    f,
                    "nothing is lost: all that was stored is in {archive}, and `saseo resume` goes on"
                )
            }
            Saved::At(path) => write!(
                f,
                "all that was stored is in {}: move it back to {archive}, and `saseo resume` goes on",
                path.display()
            ),
            Saved::Copy(copy) if self.fate == Fate::Gone && self.file == self.archive => write!(
                f,
                "all that was stored is saved in {}: rename it to {archive}, and `saseo resume` goes on",
                copy.display()
            ),
            Saved::Copy(copy) => write!(
                f,
                "all that was stored is saved in {}: move {archive} away, with its -wal and -shm, rename the copy to \
                 {archive}, and `saseo resume` goes on",
                copy.display()
            ),
            Saved::Nowhere { why } => {
                write!(
                    f,
                    "what was stored could not be saved ({why}): put a copy of the archive back at {archive}"
                )
            }
        }
    }
}
