//! Incremental exports: each has a name, and goes on where it ended by the archive's sequence of
//! changes. Every change stands once, in order, in files of a folder.
//!
//! The folder's manifest alone says which parts are whole and how far the export came. A part is
//! written beside its place, renamed, and then named by the manifest, which is replaced as a whole.
//! Whatever kills the process, the next run writes over what the manifest does not name.

mod change_line;
mod error;
mod named_exports;
mod named_list;
mod open_part;
mod part_list;

use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{ArticleFilter, ChangeSpan, Reader};
use crate::export::incremental::change_line::Omission;
use crate::export::incremental::named_exports::{ExportLock, NamedExport, NamedExports};
use crate::export::incremental::open_part::OpenPart;
use crate::export::incremental::part_list::{ChangeMark, PartFile, PartList};
use crate::export::manifest::{MANIFEST, ToldSelection};
use crate::export::{ExportError, ExportFormat, LeftOut, fault, refuse_archive};
use crate::rights::Purpose;
use crate::time::Timestamp;

pub use change_line::ChangeLine;
pub use error::NamedExportError;
pub use named_exports::ExportName;
pub use named_list::{
    ExportProgress, NamedExportList, NamedExportState, delete_named, list_named, rewind_named,
};

pub(super) use named_exports::folder_beside;

/// The size at which a part ends: 64 MiB of lines. A kill costs no more than the part under way.
pub const PART_BYTES: u64 = 64 << 20;

/// What is asked of a named export.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedExportRequest {
    pub name: ExportName,
    /// The folder; `None` for the one that it went to before.
    pub out: Option<PathBuf>,
    /// The default one stands for that which it had before.
    pub filter: ArticleFilter,
    /// The size at which a part ends.
    pub part_bytes: u64,
    /// The moment of the run.
    pub made_at: Option<Timestamp>,
}

/// A named export that this process alone writes.
#[derive(Debug)]
pub struct OpenExport<'r> {
    reader: &'r Reader,
    folder: PathBuf,
    filter: ArticleFilter,
    list: PartList,
    part_bytes: u64,
    made_at: Option<Timestamp>,
    _locks: [ExportLock; 2],
}

/// The result of one run of a named export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncrementalSummary {
    /// Lines that were written.
    pub lines: u64,
    /// Parts that were written.
    pub parts: u64,
    /// Lines without an article because its paper reserves the purpose.
    pub reserved: u64,
    /// The position of the change that the export has come to.
    pub position: u64,
    /// Changes of articles whose rows are damaged.
    pub left_out: Vec<LeftOut>,
}

impl<'r> OpenExport<'r> {
    /// Opens a named export, and begins one where there is none of the name.
    ///
    /// # Errors
    ///
    /// Fails where it had another folder or selection before, where its folder is gone or has other
    /// files, where another process writes it, and where the archive is not the one that it is of.
    pub fn open(reader: &'r Reader, request: NamedExportRequest) -> Result<Self, ExportError> {
        let exports = NamedExports::beside(reader.file_place());
        if request.out.is_none() && exports.find(&request.name)?.is_none() {
            return Err(NamedExportError::NoFolderYet {
                name: request.name.as_str().to_owned(),
            }
            .into());
        }

        let lock = exports.lock(&request.name)?;
        let known = exports.find(&request.name)?;
        let folder = match &known {
            Some(known) => known_folder(known, &request)?,
            None => new_folder(reader, &request)?,
        };
        let folder_lock = ExportLock::of_folder(request.name.as_str(), &folder)?;
        let list = match &known {
            Some(known) => reopen(known)?,
            None => begin(&exports, &request, &folder)?,
        };
        refuse_other_archive(reader, &list)?;
        list.remove_unnamed(&folder)?;

        let filter = list.selection.filter();
        let filter = filter.map_err(|why| NamedExportError::Damaged {
            path: folder.join(MANIFEST),
            why,
        })?;
        Ok(Self {
            reader,
            folder,
            filter,
            list,
            part_bytes: request.part_bytes,
            made_at: request.made_at,
            _locks: [lock, folder_lock],
        })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the purpose for which reserved articles are left out.
    pub fn purpose(&self) -> Option<Purpose> {
        self.filter.purpose
    }

    /// Returns the path of an unfinished file, as a stopped export leaves them in the folder.
    pub fn part(&self) -> PathBuf {
        let name = format!("part.{}.part", std::process::id());
        self.folder.join(name)
    }

    /// Writes the changes since the last run, in parts. Each part counts as soon as it is whole.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read or a file cannot be written. The parts that are whole
    /// stay.
    pub fn write(mut self) -> Result<IncrementalSummary, ExportError> {
        let last = self.reader.last_change()?;
        let mut summary = IncrementalSummary::default();
        self.list.note_run(self.made_at, last);

        loop {
            let step = self.write_part(last)?;
            if let Some(part) = &step.part {
                summary.parts += 1;
                summary.lines += part.counts.lines;
                let reserved = part.counts.left_out.get(Omission::Reserved.name());
                summary.reserved += reserved.copied().unwrap_or_default();
            }
            summary.left_out.extend(step.damaged);
            self.list.advance(step.part, step.position);
            self.list.save(&self.folder)?;
            if step.is_last {
                break;
            }
        }

        summary.position = self.list.seq();
        Ok(summary)
    }

    /// Writes the next part, of one state of the archive; nothing where no change has a line.
    fn write_part(&self, last: u64) -> Result<Step, ExportError> {
        let _snapshot = self.reader.snapshot()?;
        let span = ChangeSpan {
            after: self.list.seq(),
            last,
        };
        let (mut part, mut damaged) = (None, Vec::new());

        for changed in &mut self.reader.changed_articles(&self.filter, span)? {
            let changed = changed?;
            let mark = ChangeMark::from(&changed.change);
            let Some(line) = ChangeLine::of(changed, self.filter.purpose, self.made_at) else {
                continue;
            };
            if let (Some(why), Some(id)) = (&line.damage, line.id()) {
                let (id, why) = (id.to_owned(), why.clone());
                damaged.push(LeftOut { id, why });
            }

            let mut open = match part.take() {
                Some(open) => open,
                None => OpenPart::begin(&self.list.next_part(&self.folder), mark.clone())?,
            };
            open.write(&line, mark)?;
            if open.bytes >= self.part_bytes {
                return Step::to_end_of(open, damaged);
            }
            part = Some(open);
        }

        // What follows the last line was not selected.
        let position = self.reader.change_at(last)?;
        let position = position.as_ref().map(ChangeMark::from);
        let part = part.map(OpenPart::finish).transpose()?;
        Ok(Step {
            part,
            position: position.or_else(|| self.list.position().cloned()),
            damaged,
            is_last: true,
        })
    }
}

/// What was written up to the end of a part.
struct Step {
    part: Option<PartFile>,
    position: Option<ChangeMark>,
    damaged: Vec<LeftOut>,
    /// No further change is there.
    is_last: bool,
}

impl Step {
    /// Ends a part that is large enough.
    fn to_end_of(open: OpenPart, damaged: Vec<LeftOut>) -> Result<Self, ExportError> {
        let part = open.finish()?;
        Ok(Self {
            position: Some(part.last.clone()),
            part: Some(part),
            damaged,
            is_last: false,
        })
    }
}

/// Returns the folder of an export that goes on.
fn known_folder(known: &NamedExport, request: &NamedExportRequest) -> Result<PathBuf, ExportError> {
    if let Some(out) = &request.out {
        refuse_other_folder(known, out)?;
    }
    refuse_other_selection(known.name.as_str(), &known.selection, &request.filter)?;
    if !known.folder.is_dir() {
        return Err(lost(known));
    }
    Ok(known.folder.clone())
}

/// Goes on with an export.
fn reopen(known: &NamedExport) -> Result<PartList, ExportError> {
    let list = PartList::read(&known.folder)?.ok_or_else(|| lost(known))?;
    refuse_other_name(&list, &known.name, &known.folder)?;
    Ok(list)
}

fn lost(known: &NamedExport) -> ExportError {
    NamedExportError::Lost {
        name: known.name.clone(),
        folder: known.folder.clone(),
    }
    .into()
}

/// Makes the folder of an export that begins, where it is not there yet.
fn new_folder(reader: &Reader, request: &NamedExportRequest) -> Result<PathBuf, ExportError> {
    let out = request.out.clone().unwrap_or_default();
    if out == Path::new("-") || (out.exists() && !out.is_dir()) {
        return Err(ExportError::NoFolder {
            path: out,
            format: "of incremental exports",
        });
    }
    fs::create_dir_all(&out).map_err(|why| fault(&out, why))?;
    let folder = fs::canonicalize(&out).map_err(|why| fault(&out, why))?;
    refuse_archive(reader, &folder)?;
    Ok(folder)
}

/// Begins an export in a new folder, or takes one over that has a manifest of this name: the list
/// of exports was lost, or the export was deleted from it.
fn begin(
    exports: &NamedExports,
    request: &NamedExportRequest,
    folder: &Path,
) -> Result<PartList, ExportError> {
    let name = request.name.as_str();
    let list = match PartList::read(folder)? {
        Some(list) => {
            refuse_other_name(&list, name, folder)?;
            refuse_other_selection(name, &list.selection, &request.filter)?;
            list
        }
        None => begin_list(folder, name, ToldSelection::from(&request.filter))?,
    };

    let export = NamedExport {
        name: name.to_owned(),
        folder: folder.to_owned(),
        format: list.format.clone(),
        selection: list.selection.clone(),
    };
    exports.add(&request.name, &export)?;
    Ok(list)
}

/// Writes the manifest of an export that has no part yet. The folder must be empty.
fn begin_list(
    folder: &Path,
    name: &str,
    selection: ToldSelection,
) -> Result<PartList, ExportError> {
    let entries = fs::read_dir(folder).map_err(|why| fault(folder, why))?;
    for entry in entries.flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        // A run that was killed at its beginning leaves no more than this.
        let is_own = found.starts_with(MANIFEST) && found.ends_with(".part");
        if !is_own {
            return Err(ExportError::Occupied {
                path: folder.to_owned(),
                found,
            });
        }
    }

    let list = PartList::begin(name, ExportFormat::Jsonl.name(), selection);
    list.save(folder)?;
    Ok(list)
}

fn refuse_other_folder(known: &NamedExport, out: &Path) -> Result<(), NamedExportError> {
    // A folder that is not there is another one.
    if fs::canonicalize(out).is_ok_and(|given| given == known.folder) {
        return Ok(());
    }
    Err(NamedExportError::OtherFolder {
        name: known.name.clone(),
        before: known.folder.clone(),
        given: out.to_owned(),
    })
}

/// Refuses a selection that is neither left out nor that of before.
fn refuse_other_selection(
    name: &str,
    before: &ToldSelection,
    given: &ArticleFilter,
) -> Result<(), NamedExportError> {
    let told = ToldSelection::from(given);
    if *given == ArticleFilter::default() || told == *before {
        return Ok(());
    }
    Err(NamedExportError::OtherSelection {
        name: name.to_owned(),
        before: before.as_typed(),
        given: told.as_typed(),
    })
}

fn refuse_other_name(list: &PartList, name: &str, folder: &Path) -> Result<(), NamedExportError> {
    if list.export == name {
        return Ok(());
    }
    Err(NamedExportError::OtherName {
        name: name.to_owned(),
        found: list.export.clone(),
        folder: folder.to_owned(),
    })
}

/// Refuses an archive that does not have the change that the export has come to.
fn refuse_other_archive(reader: &Reader, list: &PartList) -> Result<(), ExportError> {
    let Some(mark) = list.position() else {
        return Ok(());
    };
    let there = reader.change_at(mark.seq)?;
    if there.as_ref().map(ChangeMark::from).as_ref() == Some(mark) {
        return Ok(());
    }
    Err(NamedExportError::OtherArchive {
        name: list.export.clone(),
        seq: mark.seq,
    }
    .into())
}
