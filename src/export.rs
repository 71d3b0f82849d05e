//! Exports: the archive's articles in one file, written beside and renamed, so that it is never half a file; or in a stream.

mod csv;
mod jsonl;
mod place;
mod record;

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::archive::{ArchiveError, Filter, Kept, Reader, Taken};

pub use csv::{Cells, Formulas, Mark};
pub use place::{Beside, Place, Stream};
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
    #[error("{path} is a folder: name a file")]
    Folder { path: PathBuf },
    #[error("{path} is no file, and an SQLite export must be one: name a file")]
    NoFile { path: PathBuf },
    #[error("{path} is the archive itself: name another file")]
    Itself { path: PathBuf },
}

/// Writes the articles that the filter takes to a place, and returns what was taken; `None` where a stream's reader has
/// gone away, as `head` does. An article whose row is damaged is left out, and named in what is returned.
///
/// `cells` tells how a table (CSV) is written, and is nothing to the other formats.
pub fn write(
    reader: &Reader,
    filter: &Filter,
    format: Format,
    cells: Cells,
    place: Place,
) -> Result<Option<Taken>, ExportError> {
    match place {
        Place::Stream(stream) => write_to_stream(reader, filter, format, cells, &stream),
        Place::File(beside) => {
            refuse_archive(reader, &beside.target)?;
            let file = || File::create(&beside.part).map_err(|why| fault(&beside.target, why));
            let taken = match format {
                Format::Jsonl => write_lines(reader, filter, &beside.target, file()?, jsonl::Lines)?,
                Format::Csv => write_lines(reader, filter, &beside.target, file()?, csv::Table(cells))?,
                Format::Sqlite => reader.articles_to_sqlite(filter, &beside.part)?,
            };
            beside.finish()?;
            Ok(Some(taken))
        }
    }
}

/// Writes a text about the archive to a place: a report, a page. Links, devices and pipes are treated as by [`write`].
pub fn write_text(reader: &Reader, out: &Path, text: &str) -> Result<(), ExportError> {
    if let Some(stream) = Stream::at(out, Format::Jsonl)? {
        return match stream.writer().write_all(text.as_bytes()) {
            Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(fault(out, why)),
            _ => Ok(()),
        };
    }
    let beside = Beside::of(out)?;
    refuse_archive(reader, &beside.target)?;
    std::fs::write(&beside.part, text).map_err(|why| fault(&beside.target, why))?;
    beside.finish()
}

fn write_to_stream(
    reader: &Reader,
    filter: &Filter,
    format: Format,
    cells: Cells,
    stream: &Stream,
) -> Result<Option<Taken>, ExportError> {
    let written = match format {
        Format::Jsonl => write_lines(reader, filter, &stream.name, stream.writer(), jsonl::Lines),
        Format::Csv => write_lines(reader, filter, &stream.name, stream.writer(), csv::Table(cells)),
        Format::Sqlite => return Err(ExportError::NoFile { path: stream.name.clone() }),
    };
    match written {
        Err(ExportError::Write { why, .. }) if why.kind() == ErrorKind::BrokenPipe => Ok(None),
        written => written.map(Some),
    }
}

fn fault(path: &Path, why: std::io::Error) -> ExportError {
    ExportError::Write { path: path.to_owned(), why }
}

impl From<Kept> for Provenance {
    fn from(kept: Kept) -> Self {
        Self {
            site: Some(kept.site),
            url: Some(kept.url),
            version: Some(kept.version),
            content_sha256: Some(kept.content_sha256),
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

fn write_lines(
    reader: &Reader,
    filter: &Filter,
    name: &Path,
    to: impl Write,
    layout: impl Layout,
) -> Result<Taken, ExportError> {
    let fault = |why| fault(name, why);
    let mut to = BufWriter::new(to);
    layout.begin(&mut to).map_err(fault)?;
    let taken = reader.articles(filter, |article, kept| {
        layout.add(&Record::new(&article, Provenance::from(kept)), &mut to).map_err(fault)
    })?;
    to.flush().map_err(fault)?;
    Ok(taken)
}

fn refuse_archive(reader: &Reader, target: &Path) -> Result<(), ExportError> {
    let (target, own) = (target.canonicalize().ok(), reader.path().canonicalize().ok());
    let Some((target, own)) = target.zip(own) else { return Ok(()) };
    // The database's log and shared memory, and the lock, are parts of it.
    let is_beside = target.parent() == own.parent();
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_part = is_beside && (name.starts_with("archive.db") || name == "archive.lock");
    if target == own || is_part { Err(ExportError::Itself { path: target }) } else { Ok(()) }
}
