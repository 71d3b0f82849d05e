//! The writers of all formats, by what each of them writes to.

use std::fs::File;
use std::path::Path;

use crate::archive::{ArticleFilter, Reader};
use crate::export::format::{ExportFormat, ExportOptions, FormatShape};
use crate::export::output::{FileCoding, Output};
#[cfg(feature = "parquet")]
use crate::export::parquet_file::{ParquetFiles, Shards};
use crate::export::place::{Beside, FolderBeside, Stream};
use crate::export::{ExportError, FormatWriter, atom, csv, fault, json_feed, jsonl, sqlite, text};

/// Returns the writer of a stream.
pub(super) fn of_stream<'s>(
    stream: &'s Stream,
    filter: &ArticleFilter,
    options: &ExportOptions,
) -> Result<Box<dyn FormatWriter + 's>, ExportError> {
    match options.format.shape(&stream.name)? {
        FormatShape::Lines(coding) => {
            let output = Output::new(&stream.name, stream.writer(), coding)?;
            in_order(output, filter, options, &stream.name)
        }
        FormatShape::File | FormatShape::Folder => Err(no_file(&stream.name, options)),
    }
}

/// Returns the writer of a file.
pub(super) fn of_file<'r>(
    reader: &'r Reader,
    beside: &Beside,
    filter: &ArticleFilter,
    options: &ExportOptions,
) -> Result<Box<dyn FormatWriter + 'r>, ExportError> {
    let (part, target) = (&beside.part, &beside.target);
    match options.format {
        ExportFormat::Jsonl | ExportFormat::Csv | ExportFormat::Atom | ExportFormat::JsonFeed => {
            let file = File::create(part).map_err(|why| fault(target, why))?;
            let output = Output::new(target, file, FileCoding::of(target)?)?;
            in_order(output, filter, options, target)
        }
        ExportFormat::Sqlite => {
            let tables = sqlite::ArticleTables::begin(reader, part, target)?;
            Ok(Box::new(tables))
        }
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => {
            let files = ParquetFiles::begin(Shards::One(part.clone()), target)?;
            Ok(Box::new(files))
        }
        #[cfg(feature = "parquet")]
        ExportFormat::Dataset => Err(no_folder(target, options)),
        ExportFormat::Text => Err(no_folder(target, options)),
        // `export::web` writes them: they have no articles.
        ExportFormat::Warc | ExportFormat::Wacz => Err(no_file(target, options)),
    }
}

/// Returns the writer of a folder.
pub(super) fn of_folder(
    beside: &FolderBeside,
    filter: &ArticleFilter,
    options: &ExportOptions,
) -> Result<Box<dyn FormatWriter>, ExportError> {
    let (part, target) = (&beside.part, &beside.target);
    match options.format {
        ExportFormat::Jsonl
        | ExportFormat::Csv
        | ExportFormat::Atom
        | ExportFormat::JsonFeed
        | ExportFormat::Sqlite
        | ExportFormat::Warc
        | ExportFormat::Wacz => Err(ExportError::Folder {
            path: target.clone(),
        }),
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => {
            let files = ParquetFiles::begin(Shards::Folder(part.clone()), target)?;
            Ok(Box::new(files))
        }
        #[cfg(feature = "parquet")]
        ExportFormat::Dataset => {
            let dataset = crate::export::dataset::DatasetFolder::begin(part, target)?;
            Ok(Box::new(dataset))
        }
        ExportFormat::Text => {
            let folder = text::TextFolder::begin(part, target, filter.versions)?;
            Ok(Box::new(folder))
        }
    }
}

/// Returns the writer of a format that is written from the first byte to the last.
fn in_order<'o>(
    output: Output<'o>,
    filter: &ArticleFilter,
    options: &ExportOptions,
    out: &Path,
) -> Result<Box<dyn FormatWriter + 'o>, ExportError> {
    Ok(match options.format {
        ExportFormat::Jsonl => Box::new(jsonl::Lines::of(output, options.schema)),
        ExportFormat::Csv => Box::new(csv::CsvTable {
            output,
            cells: options.cells,
        }),
        ExportFormat::Atom => Box::new(atom::AtomFeed::of(output, options.newest, filter)),
        ExportFormat::JsonFeed => Box::new(json_feed::JsonFeed::of(output, options.newest)),
        ExportFormat::Sqlite | ExportFormat::Warc | ExportFormat::Wacz => {
            return Err(no_file(out, options));
        }
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet | ExportFormat::Dataset => return Err(no_file(out, options)),
        ExportFormat::Text => return Err(no_file(out, options)),
    })
}

fn no_file(path: &Path, options: &ExportOptions) -> ExportError {
    ExportError::NoFile {
        path: path.to_owned(),
        format: options.format.name(),
    }
}

fn no_folder(path: &Path, options: &ExportOptions) -> ExportError {
    ExportError::NoFolder {
        path: path.to_owned(),
        format: options.format.name(),
    }
}
