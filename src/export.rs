//! Exports: the archive's articles in a file, a folder or a stream. Files and folders are written
//! under another name and then renamed, so they are never incomplete.

mod atom;
mod csv;
#[cfg(feature = "parquet")]
mod dataset;
mod exported_counts;
mod format;
mod json_feed;
mod jsonl;
mod manifest;
mod newest;
mod output;
#[cfg(feature = "parquet")]
mod parquet_file;
mod place;
mod record;
mod sqlite;
mod text;
mod web;
mod writers;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::archive::{
    ArchiveError, ArticleFilter, ArticleVersion, Reader, VersionChoice, in_words,
};
use crate::export::exported_counts::ExportedCounts;
use crate::export::manifest::{ExportedFile, MANIFEST, WrittenExport};
use crate::rights::{DeclaredRights, Purpose};
use crate::web_archive::{WebArchiveError, WebArchiveSummary};

pub use csv::{CsvDialect, Formulas, Mark};
pub use format::{ExportFormat, ExportOptions, NEWEST};
pub use jsonl::JsonSchema;
pub use place::{Beside, FolderBeside, Place, Stream};
pub use record::{Provenance, Record};

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
    #[error(transparent)]
    WebArchive(#[from] WebArchiveError),
    #[error("{path} is of an earlier, larger export: move it away, or name another file")]
    StalePart { path: PathBuf },
    #[error(
        "WARC and WACZ have answers, not articles: choose them by one site and by the first day, and \
         leave out the other options"
    )]
    OfArticles,
    #[error("{path} is no file, and the format {format} needs one: name a file")]
    NoFile { path: PathBuf, format: &'static str },
    #[error("{path} is no folder, and the format {format} is one: name a new folder")]
    NoFolder { path: PathBuf, format: &'static str },
    #[error(
        "{path} has {found:?}, which no former export put there: name another folder, or an empty \
         one"
    )]
    Occupied { path: PathBuf, found: String },
    #[error("{path}: the format {format} is not compressed by its name: leave out .gz or .zst")]
    Compressed { path: PathBuf, format: &'static str },
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
    /// The counts of a WARC or WACZ export, which has captures instead of articles.
    pub captures: Option<WebArchiveSummary>,
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

    /// Writes the part after the last article, and flushes the export. Returns what belongs beside
    /// a file, or stands in a folder.
    fn end(self: Box<Self>, counts: &ExportedCounts) -> Result<WrittenFiles, ExportError>;
}

/// What a writer made beside the file that it was given.
#[derive(Debug, Default)]
struct WrittenFiles {
    /// Texts for files beside, by the endings of their names: `datasette.yaml`.
    beside: Vec<(&'static str, String)>,
    /// Of a folder: the paths of the files that the manifest tells of, from the folder on.
    inside: Vec<String>,
    /// Of a folder: the names of the files and folders in it.
    contents: Vec<String>,
    /// What is damaged beyond the articles themselves.
    left_out: Vec<LeftOut>,
}

/// What was read from the archive and written.
struct ExportedArticles {
    summary: ExportSummary,
    counts: ExportedCounts,
    files: WrittenFiles,
}

/// Writes the articles that match a filter to a file, or to a device or pipe. WARC and WACZ have
/// the answers that came since the filter's day instead of articles.
///
/// A file is written under another name and then renamed, so that a reader of it never sees half of
/// it; a folder, too. Beside it stands a manifest, `FILE.manifest.json` or `manifest.json` in the
/// folder. The file is compressed where its name ends in `.gz` or `.zst`. A table has no byte order mark, and texts that a spreadsheet would take for formulas are
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
    let written = write(reader, filter, &ExportOptions::of(format), place)?;
    Ok(written.unwrap_or_default())
}

/// Writes the articles that match the filter to a place, and returns their number. An article whose
/// row is damaged is left out and named in the result. Returns `None` if the reader of a stream has
/// gone away, as `head` does.
pub fn write(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    place: Place,
) -> Result<Option<ExportSummary>, ExportError> {
    // All of the export is of one state of the archive, while a crawl goes on.
    let _snapshot = reader.snapshot()?;
    let filter = &for_format(filter, options.format);
    match place {
        Place::Stream(stream) => write_stream(reader, filter, options, &stream),
        Place::File(beside) => write_file(reader, filter, options, beside).map(Some),
        Place::Folder(beside) => write_folder(reader, filter, options, beside).map(Some),
    }
}

/// Returns the filter as a format takes it: an SQLite export has a table of all versions, and its
/// articles are the newest ones; a feed names each article once.
fn for_format(filter: &ArticleFilter, format: ExportFormat) -> ArticleFilter {
    let versions = match format {
        ExportFormat::Sqlite | ExportFormat::Atom | ExportFormat::JsonFeed => VersionChoice::Newest,
        ExportFormat::Jsonl
        | ExportFormat::Csv
        | ExportFormat::Text
        | ExportFormat::Warc
        | ExportFormat::Wacz => filter.versions,
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet | ExportFormat::Dataset => filter.versions,
    };
    ArticleFilter {
        versions,
        ..filter.clone()
    }
}

fn write_stream(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    stream: &Stream,
) -> Result<Option<ExportSummary>, ExportError> {
    let writer = writers::of_stream(stream, options)?;
    match write_articles(reader, filter, writer) {
        Err(ExportError::Write { why, .. }) if why.kind() == ErrorKind::BrokenPipe => Ok(None),
        written => written.map(|written| Some(written.summary)),
    }
}

fn write_file(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    beside: Beside,
) -> Result<ExportSummary, ExportError> {
    refuse_archive(reader, &beside.target)?;
    if matches!(options.format, ExportFormat::Warc | ExportFormat::Wacz) {
        web::refuse_of_articles(filter)?;
        remove_former(&with_ending(&beside.target, MANIFEST))?;
    }
    if options.format == ExportFormat::Warc {
        return web::warc(reader, filter, beside);
    }
    if options.format == ExportFormat::Wacz {
        return web::wacz(reader, filter, beside);
    }

    let writer = writers::of_file(reader, &beside, options)?;
    let written = write_articles(reader, filter, writer)?;

    let target = beside.target.clone();
    let mut files = vec![hashed(&beside.part, &target, &name_of(&target))?];
    // No manifest is better than one of other data, should this end before the new one is there.
    remove_former(&with_ending(&target, MANIFEST))?;
    beside.finish()?;
    for (ending, text) in &written.files.beside {
        let path = with_ending(&target, ending);
        write_beside(&path, text)?;
        files.push(hashed(&path, &path, &name_of(&path))?);
    }

    let contents: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let whole = WrittenExport {
        summary: &written.summary,
        counts: &written.counts,
        contents: &contents,
        files: &files,
    };
    let text = manifest::manifest(reader, filter, options, &whole)?;
    write_beside(&with_ending(&target, MANIFEST), &text)?;
    Ok(written.summary)
}

fn write_folder(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    beside: FolderBeside,
) -> Result<ExportSummary, ExportError> {
    refuse_archive(reader, &beside.target)?;

    let writer = writers::of_folder(&beside, filter, options)?;
    let written = write_articles(reader, filter, writer)?;

    let inside = written.files.inside.iter();
    let files = inside
        .map(|path| hashed(&beside.part.join(path), &beside.target, path))
        .collect::<Result<Vec<_>, _>>()?;
    let whole = WrittenExport {
        summary: &written.summary,
        counts: &written.counts,
        contents: &written.files.contents,
        files: &files,
    };
    let text = manifest::manifest(reader, filter, options, &whole)?;
    std::fs::write(beside.part.join(MANIFEST), text).map_err(|why| fault(&beside.target, why))?;

    beside.finish(options.format)?;
    Ok(written.summary)
}

/// Removes the manifest of a former export.
fn remove_former(manifest: &Path) -> Result<(), ExportError> {
    match std::fs::remove_file(manifest) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(fault(manifest, why)),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Hashes a file; errors name the target.
fn hashed(file: &Path, target: &Path, path: &str) -> Result<ExportedFile, ExportError> {
    ExportedFile::of(file, path).map_err(|why| fault(target, why))
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns the path of a file beside another one: `articles.db.manifest.json`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

fn write_beside(path: &Path, text: &str) -> Result<(), ExportError> {
    let beside = Beside::of(path)?;
    std::fs::write(&beside.part, text).map_err(|why| fault(&beside.target, why))?;
    beside.finish()
}

fn write_articles(
    reader: &Reader,
    filter: &ArticleFilter,
    mut writer: Box<dyn FormatWriter + '_>,
) -> Result<ExportedArticles, ExportError> {
    let (mut summary, mut counts) = (ExportSummary::default(), ExportedCounts::default());
    writer.begin()?;

    for version in &mut reader.articles(filter)? {
        let ArticleVersion {
            id,
            article,
            kept,
            flaws,
        } = version?;
        if flaws.is_empty() {
            if summary.leave_reserved(filter.purpose, &article.declared_rights) {
                continue;
            }
            let record = Record::new(article, Provenance::from(kept));
            writer.article(&record)?;
            counts.see(&record);
            summary.articles += 1;
        } else {
            let why = in_words(&flaws);
            summary.left_out.push(LeftOut { id, why });
        }
    }

    let mut files = writer.end(&counts)?;
    summary.left_out.append(&mut files.left_out);
    Ok(ExportedArticles {
        summary,
        counts,
        files,
    })
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

    let target = Beside::of(out)?.target.clone();
    refuse_archive(reader, &target)?;
    write_beside(out, text)
}

fn fault(path: &Path, why: std::io::Error) -> ExportError {
    ExportError::Write {
        path: path.to_owned(),
        why,
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
