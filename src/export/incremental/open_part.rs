//! A part of a named export while it is written.

use std::fs::File;
use std::path::Path;

use crate::export::incremental::change_line::ChangeLine;
use crate::export::incremental::named_exports::sync_folder;
use crate::export::incremental::part_list::{ChangeMark, LineCounts, PartFile};
use crate::export::manifest::ExportedFile;
use crate::export::output::{FileCoding, Output};
use crate::export::{Beside, ExportError, fault};

/// A part that is written beside its place.
pub(super) struct OpenPart {
    beside: Beside,
    output: Output<'static>,
    pub bytes: u64,
    first: u64,
    last: ChangeMark,
    counts: LineCounts,
}

impl OpenPart {
    /// Begins with the part's first change.
    pub(super) fn begin(path: &Path, first: ChangeMark) -> Result<Self, ExportError> {
        let beside = Beside::of(path)?;
        let file = File::create(&beside.part).map_err(|why| fault(path, why))?;
        Ok(Self {
            output: Output::new(path, file, FileCoding::Plain)?,
            beside,
            bytes: 0,
            first: first.seq,
            last: first,
            counts: LineCounts::default(),
        })
    }

    pub(super) fn write(&mut self, line: &ChangeLine, mark: ChangeMark) -> Result<(), ExportError> {
        let text = line.to_line();
        self.output.put(|to| to.write_all(&text))?;
        self.bytes += text.len() as u64;
        self.counts.see(line);
        self.last = mark;
        Ok(())
    }

    /// Puts the part in its place, on the disk. It counts once the manifest names it.
    pub(super) fn finish(self) -> Result<PartFile, ExportError> {
        let target = self.beside.target.clone();
        self.output.end()?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let file = ExportedFile::of(&self.beside.part, &name);
        let ExportedFile {
            path,
            bytes,
            sha256,
        } = file.map_err(|why| fault(&target, why))?;

        self.beside.finish()?;
        sync_folder(target.parent().unwrap_or(Path::new(".")))?;
        Ok(PartFile {
            path,
            bytes,
            sha256,
            first: self.first,
            last: self.last,
            counts: self.counts,
        })
    }
}
