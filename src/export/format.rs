//! The formats of exports, and what each of them is on a disk.

use std::path::Path;

use crate::export::ExportError;
use crate::export::csv::CsvDialect;
use crate::export::jsonl::JsonSchema;
use crate::export::output::FileCoding;
use crate::time::Timestamp;

/// Articles of a feed where nobody says how many. Feed readers ask often and take the news.
pub const NEWEST: usize = 50;

/// The longest feed: it is made in memory.
#[cfg(feature = "cli")]
pub(crate) const LONGEST_FEED: usize = 10_000;

/// The ending of the file for Datasette that stands beside a database.
pub(super) const DATASETTE: &str = "datasette.yaml";

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ExportFormat {
    /// One JSON object a line; compressed where the name ends in .gz or .zst
    Jsonl,
    /// A header and one line an article; lists as JSON; compressed by its name, too
    Csv,
    /// An SQLite file for readers: link tables, versions, a full-text index, a file for Datasette
    Sqlite,
    /// Parquet: one file where the name ends in .parquet, else a folder with files of 500 MB
    #[cfg(feature = "parquet")]
    Parquet,
    /// A folder with Parquet and a card, as Hugging Face has datasets
    #[cfg(feature = "parquet")]
    Dataset,
    /// An Atom feed of the newest articles
    Atom,
    /// A JSON Feed of the newest articles
    #[cfg_attr(feature = "cli", value(name = "jsonfeed"))]
    JsonFeed,
    /// A folder with one text file an article, and an index
    Text,
    /// Captures and robots.txt files as WARC/1.1, gzipped: for web archives
    Warc,
    /// Captures as WACZ 1.1.1, with an index and the pages' texts: for replay
    Wacz,
}

/// How a format is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormatShape {
    /// From the first byte to the last, so that a pipe may read it.
    Lines(FileCoding),
    /// One file that is not written in order.
    File,
    /// A folder of files.
    Folder,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    pub format: ExportFormat,
    /// The dialect of a CSV table.
    pub cells: CsvDialect,
    /// The names of fields in JSON Lines.
    pub schema: JsonSchema,
    /// The articles of a feed.
    pub newest: usize,
    /// The moment that the manifest names; `None` where nobody told it.
    pub made_at: Option<Timestamp>,
}

impl ExportOptions {
    /// Returns the usual options of a format.
    pub fn of(format: ExportFormat) -> Self {
        Self {
            format,
            cells: CsvDialect::default(),
            schema: JsonSchema::default(),
            newest: NEWEST,
            made_at: None,
        }
    }
}

impl ExportFormat {
    /// All formats, in the order of the help.
    #[cfg(feature = "cli")]
    pub(crate) const ALL: [Self; 10] = [
        Self::Jsonl,
        Self::Csv,
        Self::Sqlite,
        Self::Parquet,
        Self::Dataset,
        Self::Atom,
        Self::JsonFeed,
        Self::Text,
        Self::Warc,
        Self::Wacz,
    ];

    /// Returns the usual name of an export's file or folder.
    #[cfg(feature = "cli")]
    pub(crate) fn usual_name(self) -> &'static str {
        match self {
            Self::Jsonl => "articles.jsonl",
            Self::Csv => "articles.csv",
            Self::Sqlite => "articles.db",
            Self::Parquet => "articles.parquet",
            Self::Dataset => "dataset",
            Self::Atom => "articles.atom",
            Self::JsonFeed => "feed.json",
            Self::Text => "texts",
            Self::Warc => "captures.warc.gz",
            Self::Wacz => "captures.wacz",
        }
    }

    /// Tells whether it is a folder of files under its usual name.
    #[cfg(feature = "cli")]
    pub(crate) fn is_folder(self) -> bool {
        let shape = self.shape(Path::new(self.usual_name()));
        matches!(shape, Ok(FormatShape::Folder))
    }

    /// Tells whether it is a feed of the newest articles.
    #[cfg(feature = "cli")]
    pub(crate) fn is_feed(self) -> bool {
        matches!(self, Self::Atom | Self::JsonFeed)
    }

    /// Returns its name in manifests, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Sqlite => "sqlite",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            #[cfg(feature = "parquet")]
            Self::Dataset => "dataset",
            Self::Atom => "atom",
            Self::JsonFeed => "jsonfeed",
            Self::Text => "text",
            Self::Warc => "warc",
            Self::Wacz => "wacz",
        }
    }

    /// Returns the endings of the files that it writes beside its own, without the manifest.
    pub(super) fn endings_beside(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[DATASETTE],
            #[cfg(feature = "parquet")]
            Self::Parquet | Self::Dataset => &[],
            Self::Jsonl
            | Self::Csv
            | Self::Atom
            | Self::JsonFeed
            | Self::Text
            | Self::Warc
            | Self::Wacz => &[],
        }
    }

    /// Returns how it is written to a path.
    ///
    /// # Errors
    ///
    /// Fails where the name asks for a compression that the format does not have.
    pub(super) fn shape(self, out: &Path) -> Result<FormatShape, ExportError> {
        // A WACZ file is a ZIP file.
        let is_zip = self == Self::Wacz && out.extension().is_some_and(|ending| ending == "zip");
        let coding = if is_zip {
            FileCoding::Plain
        } else {
            FileCoding::of(out)?
        };
        let shape = match self {
            Self::Jsonl | Self::Csv => return Ok(FormatShape::Lines(coding)),
            Self::Atom | Self::JsonFeed => FormatShape::Lines(FileCoding::Plain),
            Self::Sqlite => FormatShape::File,
            #[cfg(feature = "parquet")]
            Self::Parquet if out.extension().is_some_and(|ending| ending == "parquet") => {
                FormatShape::File
            }
            #[cfg(feature = "parquet")]
            Self::Parquet | Self::Dataset => FormatShape::Folder,
            Self::Text => FormatShape::Folder,
            // Its records are compressed one by one, whatever its name is.
            Self::Warc => return Ok(FormatShape::File),
            Self::Wacz => FormatShape::File,
        };

        match coding {
            FileCoding::Plain => Ok(shape),
            FileCoding::Gzip | FileCoding::Zstd => Err(ExportError::Compressed {
                path: out.to_owned(),
                format: self.name(),
            }),
        }
    }
}
