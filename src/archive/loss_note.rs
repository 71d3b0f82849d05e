//! The note beside an archive that was lost: no new one is begun in its place.

use std::path::Path;

use crate::archive::FILE;
use crate::archive::error::ArchiveError;

/// A note beside an archive that was lost: no new one is begun in its place while the note stands.
const NOTE: &str = "archive.lost.txt";

/// What is told of an archive that was there before, and is not any more. The next program to open
/// it is told as well.
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

pub(super) fn write_note(archive: &Path, said: &str) {
    // Where the whole folder is gone, there is no place for a note, and the message says the same.
    let _ = std::fs::write(archive.with_file_name(NOTE), format!("{said}\n"));
}

/// Refuses to begin anew where an archive was lost, and nothing was put in its place.
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

/// Removes the note where the archive is there again.
pub(super) fn forget_loss(path: &Path) {
    // Mostly there is none.
    let _ = std::fs::remove_file(path.with_file_name(NOTE));
}
