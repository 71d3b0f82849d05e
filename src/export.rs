//! Exports: the archive's articles in a file, a folder or a stream. Files and folders are written
//! under another name and then renamed, so they are never incomplete.

mod atom;
mod csv;
#[cfg(feature = "parquet")]
mod dataset;
mod error;
mod exported_counts;
mod extension;
mod format;
mod incremental;
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
mod whole_export;
mod writers;
mod written_file;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::archive::{ArticleFilter, Reader, VersionChoice, in_words};
use crate::export::error::fault;
use crate::export::exported_counts::ExportedCounts;
use crate::export::whole_export::{refuse_archive, write_file, write_folder};
use crate::export::written_file::write_beside;
use crate::rights::{DeclaredRights, Purpose};
use crate::time::Timestamp;
use crate::web_archive::WebArchiveSummary;

#[cfg(feature = "cli")]
pub(crate) use atom::{FeedSubject, atom_feed};
#[cfg(feature = "cli")]
pub(crate) use csv::write_guarded_row;
pub use csv::{CsvDialect, Formulas, Mark};
pub use error::ExportError;
pub use format::{ExportFormat, ExportOptions, NEWEST};
pub use incremental::{
    ChangeLine, ExportName, ExportProgress, IncrementalSummary, NamedExportError, NamedExportList,
    NamedExportRequest, NamedExportState, OpenExport, PART_BYTES, delete_named, list_named,
    rewind_named,
};
pub use jsonl::JsonSchema;
pub use place::{Beside, FolderBeside, Place, Stream};
pub use record::{Provenance, Record, RightsStatement};

/// The result of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Articles that were written; of a WARC or WACZ export those that chose its answers.
    pub articles: u64,
    /// Rows that were written: the versions of the articles; of SQLite the articles, and 0 of WARC
    /// and WACZ.
    pub rows: u64,
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
    /// Counts an article that these sources reserve.
    fn count_reserved(&mut self, sources: &[&str]) {
        self.reserved += 1;
        for source in sources {
            *self.reserved_by.entry((*source).to_owned()).or_default() += 1;
        }
    }
}

/// Returns the sources that reserve a purpose at a moment.
fn reserved_by(
    purpose: Option<Purpose>,
    rights: &DeclaredRights,
    at: Option<Timestamp>,
) -> Vec<&str> {
    let sources = purpose.map(|purpose| rights.sources_against(purpose, at));
    sources.unwrap_or_default()
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
    /// What was written, where that is not all that the writer was given.
    counts: Option<ExportedCounts>,
}

/// What was read from the archive and written.
struct ExportedArticles {
    summary: ExportSummary,
    counts: ExportedCounts,
    files: WrittenFiles,
}

/// Writes the articles that match a filter to a file, or to a device or pipe. WARC and WACZ have
/// answers instead: those for the pages and photos of the articles, and their days are those on
/// which answers came; where the filter has sites and days alone, all answers of them.
///
/// A file is written under another name and then renamed, so that a reader of it never sees half of
/// it; a folder, too. Beside it stands a manifest, `FILE.manifest.json` or `manifest.json` in the
/// folder. The file is compressed where its name ends in `.gz` or `.zst`. A table has no byte order
/// mark, and texts that a spreadsheet would take for formulas are guarded. An article whose row is
/// damaged is left out, and named in the result.
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
    let writer = writers::of_stream(stream, filter, options)?;
    match write_articles(reader, filter, options, writer) {
        Err(ExportError::Write { why, .. }) if why.kind() == ErrorKind::BrokenPipe => Ok(None),
        written => written.map(|written| Some(written.summary)),
    }
}

fn write_articles(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    mut writer: Box<dyn FormatWriter + '_>,
) -> Result<ExportedArticles, ExportError> {
    let (mut summary, mut counts) = (ExportSummary::default(), ExportedCounts::default());
    // The versions of one article come one after the other.
    let mut last_reserved = None;
    writer.begin()?;

    for version in &mut reader.articles(filter)? {
        let version = version?;
        if !version.flaws.is_empty() {
            let (id, why) = (version.id, in_words(&version.flaws));
            summary.left_out.push(LeftOut { id, why });
            continue;
        }
        let rights = &version.article.declared_rights;
        let reserved = reserved_by(filter.purpose, rights, options.made_at);
        if !reserved.is_empty() {
            if last_reserved.as_ref() != Some(&version.id) {
                summary.count_reserved(&reserved);
                last_reserved = Some(version.id);
            }
            continue;
        }

        let record = Record::new(version.article, Provenance::from(version.kept));
        writer.article(&record)?;
        counts.see(&record);
    }

    let mut files = writer.end(&counts)?;
    summary.left_out.append(&mut files.left_out);
    counts = files.counts.take().unwrap_or(counts);
    (summary.articles, summary.rows) = (counts.articles, counts.rows);
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
        return write_to_stream(out, &stream, text);
    }

    let target = Beside::of(out)?.target.clone();
    refuse_archive(reader, &target)?;
    write_beside(out, text)
}

/// Writes a text to a place where no archive is near, as [`write_text()`] does.
#[cfg(feature = "cli")]
pub(crate) fn write_page(out: &Path, text: &str) -> Result<(), ExportError> {
    match Stream::at(out, ExportFormat::Jsonl)? {
        Some(stream) => write_to_stream(out, &stream, text),
        None => write_beside(out, text),
    }
}

fn write_to_stream(out: &Path, stream: &Stream, text: &str) -> Result<(), ExportError> {
    match stream.writer().write_all(text.as_bytes()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(fault(out, why)),
        _ => Ok(()),
    }
}
