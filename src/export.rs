//! Exports: the archive's articles in one file, written beside and renamed, so that it is never half a file.

mod csv;
mod jsonl;
mod record;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::archive::{ArchiveError, Filter, Kept, Reader};

pub use record::{Provenance, Record};

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line
    Jsonl,
    /// A header and one line an article; lists as JSON
    Csv,
    /// An SQLite file with one table, `articles`
    Sqlite,
}

/// Why an export failed. Nothing stands at its place that did not stand there before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
    #[error("{path} is a folder: name a file with --out")]
    Folder { path: PathBuf },
    #[error("{path} is the archive itself: name another file with --out")]
    Itself { path: PathBuf },
}

/// Writes the articles that the filter takes to `out`, and returns how many there were.
pub fn write(reader: &Reader, filter: &Filter, format: Format, out: &Path) -> Result<u64, ExportError> {
    refuse(reader, out)?;
    let fault = |why| ExportError::Write { path: out.to_owned(), why };
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::create_dir_all(folder.unwrap_or(Path::new("."))).map_err(fault)?;
    let beside = Beside::new(out);
    let count = match format {
        Format::Jsonl => write_lines(reader, filter, &beside.path, jsonl::Lines)?,
        Format::Csv => write_lines(reader, filter, &beside.path, csv::Table)?,
        Format::Sqlite => reader.articles_to_sqlite(filter, &beside.path)?,
    };
    File::open(&beside.path).and_then(|file| file.sync_all()).map_err(fault)?;
    std::fs::rename(&beside.path, out).map_err(fault)?;
    Ok(count)
}

impl From<Kept> for Provenance {
    fn from(kept: Kept) -> Self {
        Self {
            site: Some(kept.site),
            url: Some(kept.url),
            version: Some(kept.version),
            first_seen_at: Some(kept.first_seen_at),
            fetched_at: Some(kept.fetched_at),
            http_status: Some(kept.http_status),
        }
    }
}

/// A format that is written record by record.
trait Layout {
    fn begin(&self, to: &mut dyn Write) -> std::io::Result<()>;
    fn add(&self, record: &Record, to: &mut dyn Write) -> std::io::Result<()>;
}

fn write_lines(reader: &Reader, filter: &Filter, path: &Path, layout: impl Layout) -> Result<u64, ExportError> {
    let fault = |why| ExportError::Write { path: path.to_owned(), why };
    let mut file = BufWriter::new(File::create(path).map_err(fault)?);
    layout.begin(&mut file).map_err(fault)?;
    let count = reader.articles(filter, |article, kept| {
        layout.add(&Record::new(&article, Provenance::from(kept)), &mut file).map_err(fault)
    })?;
    file.flush().map_err(fault)?;
    Ok(count)
}

fn refuse(reader: &Reader, out: &Path) -> Result<(), ExportError> {
    if out.is_dir() {
        return Err(ExportError::Folder { path: out.to_owned() });
    }
    let is_archive =
        out.canonicalize().ok().zip(reader.path().canonicalize().ok()).is_some_and(|(out, own)| out == own);
    if is_archive { Err(ExportError::Itself { path: out.to_owned() }) } else { Ok(()) }
}

/// A file beside the one that is wanted, gone again where it was not renamed to it.
struct Beside {
    path: PathBuf,
}

impl Beside {
    fn new(out: &Path) -> Self {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let path = out.with_file_name(name);
        // A part that a killed export of the same process number left would be in the way of an SQLite one.
        let _ = std::fs::remove_file(&path);
        Self { path }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}
