//! The note beside a lost archive. While it stands, no new archive is begun in its place.

use std::path::Path;

use crate::archive::FILE;
use crate::archive::error::ArchiveError;

/// The note's file name: a text file beside the archive, for a person who looks at the folder.
const NOTE: &str = "archive.lost.txt";

/// Returns the error for an archive that was there before and is gone. Leaves a note, so that the
/// next program reports it as well.
pub fn vanished(data: &Path) -> ArchiveError {
    let path = data.join(FILE);
    let said = format!(
        "{} is gone, and it was there before: put it back, or a copy of it",
        path.display()
    );

    write_note(&path, &said);
    ArchiveError::Vanished {
        path,
        said,
        note: data.join(NOTE),
    }
}

/// Writes the note, as far as that is possible.
pub(super) fn write_note(archive: &Path, said: &str) {
    // Where the whole folder is gone, there is no place for a note. The error says the same.
    let _ = std::fs::write(archive.with_file_name(NOTE), format!("{said}\n"));
}

/// Fails where the note stands and no file was put in the archive's place.
pub(super) fn refuse_if_lost(path: &Path) -> Result<(), ArchiveError> {
    let note = path.with_file_name(NOTE);
    let is_there = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
    if is_there {
        return Ok(());
    }

    match std::fs::read_to_string(&note) {
        Ok(said) => Err(ArchiveError::Vanished {
            path: path.to_owned(),
            said: said.trim().to_owned(),
            note,
        }),
        Err(_) => Ok(()),
    }
}

/// Removes the note once an archive is there again.
pub(super) fn forget_loss(path: &Path) {
    // Mostly there is none; a note that stays is ignored while the archive is there.
    let _ = std::fs::remove_file(path.with_file_name(NOTE));
}
