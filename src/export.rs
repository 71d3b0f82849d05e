//! Exports: the archive's articles in one file or in a stream. A file is written under another name
//! and then renamed, so it is never incomplete.

mod csv;
mod jsonl;
mod output;
mod place;
mod record;
mod sqlite;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::archive::{
    ArchiveError, ArticleFilter, ArticleRecord, ArticleVersion, Reader, in_words,
};
use crate::export::output::Output;
use crate::rights::{DeclaredRights, Purpose};

pub use csv::{CsvDialect, Formulas, Mark};
pub use place::{Beside, Place, Stream};
pub use record::{Provenance, Record};

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ExportFormat {
    /// One JSON object a line
    Jsonl,
    /// A header and one line an article; lists as JSON
    Csv,
    /// An SQLite file with one table, `articles`
    Sqlite,
}

/// The reason why an export failed. The file at its place is unchanged.
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

/// The result of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Articles that were written.
    pub articles: u64,
    /// Articles whose rows are damaged.
    pub left_out: Vec<LeftOut>,
    /// Articles that are left out because the purpose of the export is reserved.
    pub reserved: u64,
    /// The number of those by each source that reserves it; an article may have several.
    pub reserved_by: BTreeMap<String, u64>,
}

impl ExportSummary {
    /// Counts an article that is reserved. Returns `false` where it is not.
    fn leave_reserved(&mut self, purpose: Option<Purpose>, rights: &DeclaredRights) -> bool {
        let reservation = purpose.map(Purpose::reservation);
        let sources = reservation.map_or_else(Vec::new, |claim| rights.sources(&claim));

        self.reserved += u64::from(!sources.is_empty());
        for source in &sources {
            *self.reserved_by.entry((*source).to_owned()).or_default() += 1;
        }
        !sources.is_empty()
    }
}

/// An article that the export leaves out because its row is damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The article's id.
    pub id: String,
    /// What is wrong with its row.
    pub why: String,
}

/// A writer of one format, article by article.
trait FormatWriter {
    /// Writes the part before the first article.
    fn begin(&mut self) -> Result<(), ExportError> {
        Ok(())
    }

    fn article(&mut self, record: &Record) -> Result<(), ExportError>;

    /// Writes the part after the last article, and flushes the export.
    fn end(self: Box<Self>) -> Result<(), ExportError>;
}

/// Writes the articles that match a filter to a file, or to a device or pipe.
///
/// A file is written under another name and then renamed, so that a reader of it never sees half of
/// it. A table has no byte order mark, and texts that a spreadsheet would take for formulas are
/// guarded. An article whose row is damaged is left out, and named in the result.
///
/// # Errors
///
/// Fails where the archive cannot be read or the file cannot be written. The file that stood at its
/// place is unchanged then.
///
/// # Examples
///
/// ```
/// # let data = tempfile::tempdir()?;
/// # let out = data.path().join("articles.jsonl");
/// use saseo::{Archive, ArticleFilter, ExportFormat, export};
///
/// # Archive::lock(data.path())?;
/// let reader = Archive::read(data.path())?;
/// let summary = export(&reader, &ArticleFilter::default(), ExportFormat::Jsonl, &out)?;
/// println!("{} articles", summary.articles);
/// # assert!(out.is_file());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn export(
    reader: &Reader,
    filter: &ArticleFilter,
    format: ExportFormat,
    out: impl AsRef<Path>,
) -> Result<ExportSummary, ExportError> {
    let place = Place::at(out.as_ref(), format)?;
    let written = write(reader, filter, format, CsvDialect::default(), place)?;
    Ok(written.unwrap_or_default())
}

/// Writes the articles that match the filter to a place, and returns their number. An article whose
/// row is damaged is left out and named in the result. Returns `None` if the reader of a stream has
/// gone away, as `head` does.
///
/// `cells` is the dialect of a CSV table; the other formats ignore it.
pub fn write(
    reader: &Reader,
    filter: &ArticleFilter,
    format: ExportFormat,
    cells: CsvDialect,
    place: Place,
) -> Result<Option<ExportSummary>, ExportError> {
    match place {
        Place::Stream(stream) => {
            let output = Output::new(&stream.name, stream.writer());
            let writer: Box<dyn FormatWriter + '_> = match format {
                ExportFormat::Jsonl => Box::new(jsonl::Lines::of(output)),
                ExportFormat::Csv => Box::new(csv::CsvTable { output, cells }),
                ExportFormat::Sqlite => {
                    return Err(ExportError::NoFile {
                        path: stream.name.clone(),
                    });
                }
            };

            match write_articles(reader, filter, writer) {
                Err(ExportError::Write { why, .. }) if why.kind() == ErrorKind::BrokenPipe => {
                    Ok(None)
                }
                written => written.map(Some),
            }
        }
        Place::File(beside) => {
            refuse_archive(reader, &beside.target)?;

            let writer: Box<dyn FormatWriter> = match format {
                ExportFormat::Jsonl => Box::new(jsonl::Lines::of(part_output(&beside)?)),
                ExportFormat::Csv => Box::new(csv::CsvTable {
                    output: part_output(&beside)?,
                    cells,
                }),
                ExportFormat::Sqlite => Box::new(sqlite::ArticleTable::begin(&beside.part)?),
            };

            let taken = write_articles(reader, filter, writer)?;
            beside.finish()?;
            Ok(Some(taken))
        }
    }
}

/// Creates the file of a [`Beside`] and returns its output; errors name the target.
fn part_output(beside: &Beside) -> Result<Output<'static>, ExportError> {
    File::create(&beside.part)
        .map(|file| Output::new(&beside.target, file))
        .map_err(|why| fault(&beside.target, why))
}

fn write_articles(
    reader: &Reader,
    filter: &ArticleFilter,
    mut writer: Box<dyn FormatWriter + '_>,
) -> Result<ExportSummary, ExportError> {
    let mut taken = ExportSummary::default();
    writer.begin()?;

    for version in &mut reader.articles(filter)? {
        let ArticleVersion {
            id,
            article,
            kept,
            flaws,
        } = version?;
        if flaws.is_empty() {
            if taken.leave_reserved(filter.purpose, &article.declared_rights) {
                continue;
            }
            writer.article(&Record::new(article, Provenance::from(kept)))?;
            taken.articles += 1;
        } else {
            taken.left_out.push(LeftOut {
                id,
                why: in_words(&flaws),
            });
        }
    }

    writer.end()?;
    Ok(taken)
}

/// Writes a text about the archive to a place: a report, a page. Links, devices and pipes are
/// treated as by [`write()`].
pub fn write_text(reader: &Reader, out: &Path, text: &str) -> Result<(), ExportError> {
    if let Some(stream) = Stream::at(out, ExportFormat::Jsonl)? {
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

fn fault(path: &Path, why: std::io::Error) -> ExportError {
    ExportError::Write {
        path: path.to_owned(),
        why,
    }
}

impl From<ArticleRecord> for Provenance {
    fn from(kept: ArticleRecord) -> Self {
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

fn refuse_archive(reader: &Reader, target: &Path) -> Result<(), ExportError> {
    let (target, own) = (
        target.canonicalize().ok(),
        reader.path().canonicalize().ok(),
    );
    let Some((target, own)) = target.zip(own) else {
        return Ok(());
    };

    // The database's log and shared memory, and the lock, are parts of it.
    let is_beside = target.parent() == own.parent();
    let name = target
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let is_part = is_beside && (name.starts_with("archive.db") || name == "archive.lock");

    if target == own || is_part {
        Err(ExportError::Itself { path: target })
    } else {
        Ok(())
    }
}
