//! The export that a reader begins: files in the scratch folder, by the code of `saseo export`.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, Reader, WithdrawalMark, Withdrawn};
use crate::export::{self, ExportOptions, ExportSummary, Place};
use crate::serve::Desk;
use crate::serve::door::Door;
use crate::serve::export_order::ExportOrder;
use crate::serve::one_job::{FailureCause, JobFailure};
use crate::serve::scratch::ScratchFolder;

/// How long a reader has to download an export: the disk is the server's, and texts may be taken
/// down meanwhile.
pub(super) const KEPT: Duration = Duration::from_secs(3600);

/// An export whose files can be downloaded. They are gone with this value.
#[derive(Debug)]
pub(super) struct ReadyExport {
    pub order: ExportOrder,
    pub summary: ExportSummary,
    /// The files with their lengths.
    pub files: Vec<(String, u64)>,
    /// The archive as it was before the export was made.
    pub mark: WithdrawalMark,
    folder: ScratchFolder,
}

impl ReadyExport {
    /// Opens one of the files; `None` where it has none of that name.
    pub(super) fn open(&self, name: &str) -> Option<std::io::Result<(File, u64)>> {
        let (name, bytes) = self.files.iter().find(|(known, _)| known == name)?;
        let opened = File::open(self.folder.path().join(name));
        Some(opened.map(|file| (file, *bytes)))
    }
}

/// Returns why an export of that mark must not be given to readers any more; `None` where it may.
/// The archive's own user may have what papers reserved meanwhile.
pub(super) fn outdated(
    door: &Door,
    reader: &Reader,
    mark: WithdrawalMark,
) -> Result<Option<FailureCause>, ArchiveError> {
    Ok(match reader.withdrawn_since(mark)? {
        Withdrawn::Nothing => None,
        Withdrawn::Articles => Some(FailureCause::TakenDown),
        Withdrawn::Rights if door.is_private() => None,
        Withdrawn::Rights => Some(FailureCause::OtherRights),
    })
}

/// Removes the files of the last export if its readers must not have them any more.
pub(super) fn withdraw_outdated(desk: &Desk, reader: &Reader) -> Result<(), ArchiveError> {
    let Some(last) = desk.exports.last() else {
        return Ok(());
    };
    let Ok(ready) = &last.result else {
        return Ok(());
    };
    if let Some(cause) = outdated(&desk.door, reader, ready.mark)? {
        let why = "the archive changed".to_owned();
        desk.exports.withdraw(&last, JobFailure { why, cause });
    }
    Ok(())
}

/// Begins an export; the files of the last one are removed. Returns false where one
/// goes on already.
pub(super) fn begin_export(desk: &Arc<Desk>, order: ExportOrder) -> bool {
    let owned = Arc::clone(desk);
    desk.exports.begin(desk.clock, move |running| {
        owned.exports.forget(running.since);
        export_whole(&owned, order)
    })
}

fn export_whole(desk: &Desk, order: ExportOrder) -> Result<ReadyExport, JobFailure> {
    let unmade = |error: std::io::Error| {
        let parent = desk.scratch.parent().to_owned();
        JobFailure::of(&ScratchError { parent, error })
    };
    let folder = desk.scratch.new_folder().map_err(unmade)?;
    let reader = desk
        .readers
        .own_reader()
        .map_err(|error| JobFailure::of(&error))?;
    let mark = reader.withdrawal_mark();
    let mark = mark.map_err(|error| JobFailure::of(&error))?;

    let options = ExportOptions {
        made_at: Some(desk.clock.now()),
        ..order.options
    };
    let out = folder.path().join(&order.name);
    let place = Place::at(&out, options.format).map_err(|error| JobFailure::of(&error))?;
    let written = export::write(&reader, &order.filter, &options, place);
    let written = written.map_err(|error| JobFailure::of(&error))?;
    Ok(ReadyExport {
        order,
        summary: written.unwrap_or_default(),
        files: folder.files().map_err(unmade)?,
        mark,
        folder,
    })
}

/// The scratch folder cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot use a folder in {}", parent.display())]
struct ScratchError {
    parent: PathBuf,
    #[source]
    error: std::io::Error,
}
