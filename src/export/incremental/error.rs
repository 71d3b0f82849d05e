//! The reasons why a named export fails.

use std::path::PathBuf;

/// The reason why a named export cannot go on. Its files are unchanged.
#[derive(Debug, thiserror::Error)]
pub enum NamedExportError {
    #[error(
        "{name:?} is no name for an export: use up to 64 letters, digits, dots, hyphens and \
         underscores, and begin with a letter or digit"
    )]
    Name { name: String },
    #[error("there is no export {name:?}; {known}")]
    Unknown { name: String, known: String },
    #[error("the export {name:?} is new: name its folder with --out")]
    NoFolderYet { name: String },
    #[error(
        "the export {name:?} goes to {before}, not to {given}: leave out --out, or choose another \
         name for a second export"
    )]
    OtherFolder {
        name: String,
        before: PathBuf,
        given: PathBuf,
    },
    #[error(
        "the export {name:?} has {before}, not {given}: leave these options out, or choose another \
         name for a second export"
    )]
    OtherSelection {
        name: String,
        before: String,
        given: String,
    },
    #[error("{folder} is of the export {found:?}, not of {name:?}: name another folder")]
    OtherName {
        name: String,
        found: String,
        folder: PathBuf,
    },
    #[error(
        "{folder} has no manifest.json any more, which says how far the export {name:?} came: put \
         the folder back, or begin anew in it with `saseo exports rewind {name}`"
    )]
    Lost { name: String, folder: PathBuf },
    #[error("{path} cannot be read ({why}): put a copy of it back")]
    Damaged { path: PathBuf, why: String },
    #[error(
        "the export {name:?} has come to change {seq}, which this archive does not have or has \
         otherwise: it is of another archive, or an older copy was put back. `saseo exports rewind \
         {name} --to SEQ` goes back to a change that both have"
    )]
    OtherArchive { name: String, seq: u64 },
    #[error("the export {name:?} has come to change {last}, and not to {to} yet")]
    NotThereYet { name: String, to: u64, last: u64 },
    #[error("another process writes the export {name:?} or into its folder: {} is locked; wait for \
             its end", path.display())]
    Held { name: String, path: PathBuf },
}

impl NamedExportError {
    /// Tells whether the command was typed wrong.
    #[cfg(feature = "cli")]
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Name { .. }
            | Self::Unknown { .. }
            | Self::NoFolderYet { .. }
            | Self::OtherFolder { .. }
            | Self::OtherSelection { .. }
            | Self::OtherName { .. }
            | Self::NotThereYet { .. } => true,
            Self::Lost { .. }
            | Self::Damaged { .. }
            | Self::OtherArchive { .. }
            | Self::Held { .. } => false,
        }
    }
}
