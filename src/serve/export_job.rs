//! The export that a reader begins: files in the scratch folder, by the code of `saseo export`.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::export::{self, ExportOptions, ExportSummary, Place};
use crate::serve::Desk;
use crate::serve::export_order::ExportOrder;
use crate::serve::one_job::JobFailure;
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

/// Begins an export; the files of the last one are removed. Returns false where one goes on already.
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
