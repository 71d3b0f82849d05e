//! Parquet, without Arrow's own schema: lists in three levels, moments in UTC microseconds with the
//! paper's local time beside them as text, numbers of 64 bits without a sign, zstd.
//!
//! Records are kept until they fill a row group, so that memory stays flat. A folder begins a new
//! file after 500 MB.

mod leaf;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::TypePtr;

use crate::export::exported_counts::ExportedCounts;
use crate::export::parquet_file::leaf::{leaves, schema_text};
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles, fault};

/// A file of a folder ends with the row group that reaches this size, as Hugging Face advises.
const SHARD: usize = 500_000_000;

/// Bytes of text in a row group. Some 5,000 articles: enough for readers to skip and to work side
/// by side, and little enough to be kept in memory twice.
const ROW_GROUP: usize = 24 << 20;

/// Rows of a group, however small they are.
const MOST_ROWS: usize = 20_000;

/// Which files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shards {
    /// The one at this path.
    One(PathBuf),
    /// `articles-00000-of-00001.parquet` and so on in this folder.
    Folder(PathBuf),
}

pub(super) struct ParquetFiles {
    shards: Shards,
    /// For error messages.
    target: PathBuf,
    schema: TypePtr,
    properties: WriterPropertiesPtr,
    open: Option<SerializedFileWriter<File>>,
    /// Files that were begun.
    begun: usize,
    rows: Vec<Record>,
    /// Bytes of their texts.
    bytes: usize,
}

impl ParquetFiles {
    /// Begins the files. Errors name the target.
    pub(super) fn begin(shards: Shards, target: &Path) -> Result<Self, ExportError> {
        let broken = |error: ParquetError| fault(target, io::Error::other(error));
        let level = ZstdLevel::try_new(3).map_err(broken)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(format!("saseo version {}", env!("CARGO_PKG_VERSION")))
            .build();

        Ok(Self {
            shards,
            target: target.to_owned(),
            schema: Arc::new(parse_message_type(&schema_text()).map_err(broken)?),
            properties: Arc::new(properties),
            open: None,
            begun: 0,
            rows: Vec::new(),
            bytes: 0,
        })
    }

    fn broken(&self, error: ParquetError) -> ExportError {
        fault(&self.target, io::Error::other(error))
    }

    /// Returns the path of a file while it is not known how many there will be.
    fn path(&self, number: usize) -> PathBuf {
        match &self.shards {
            Shards::One(path) => path.clone(),
            Shards::Folder(folder) => folder.join(format!("articles-{number:05}.parquet")),
        }
    }

    fn take_open(&mut self) -> Result<SerializedFileWriter<File>, ExportError> {
        if let Some(open) = self.open.take() {
            return Ok(open);
        }

        let path = self.path(self.begun);
        let file = File::create(path).map_err(|why| fault(&self.target, why))?;
        self.begun += 1;
        SerializedFileWriter::new(file, self.schema.clone(), self.properties.clone())
            .map_err(|error| self.broken(error))
    }

    /// Writes the records that are kept as one row group.
    fn write_group(&mut self) -> Result<(), ExportError> {
        let mut writer = self.take_open()?;
        write_columns(&mut writer, &self.rows).map_err(|error| self.broken(error))?;
        self.rows.clear();
        self.bytes = 0;

        let is_full = match &self.shards {
            Shards::One(_) => false,
            Shards::Folder(_) => writer.bytes_written() >= SHARD,
        };
        self.open = Some(writer);
        if is_full {
            self.close()?;
        }
        Ok(())
    }

    /// Completes the file that is open.
    fn close(&mut self) -> Result<(), ExportError> {
        let Some(mut writer) = self.open.take() else {
            return Ok(());
        };
        writer.finish().map_err(|error| self.broken(error))?;
        let synced = writer.inner().sync_all();
        synced.map_err(|why| fault(&self.target, why))
    }

    /// Completes all files, and returns the names of those in a folder.
    pub(super) fn finish(&mut self) -> Result<Vec<String>, ExportError> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        if self.begun == 0 {
            self.open = Some(self.take_open()?);
        }
        self.close()?;

        let Shards::Folder(folder) = &self.shards else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for number in 0..self.begun {
            let name = format!("articles-{number:05}-of-{:05}.parquet", self.begun);
            let renamed = fs::rename(self.path(number), folder.join(&name));
            renamed.map_err(|why| fault(&self.target, why))?;
            names.push(name);
        }
        Ok(names)
    }
}

/// Writes each column of a row group, one after the other.
fn write_columns(
    writer: &mut SerializedFileWriter<File>,
    rows: &[Record],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for leaf in leaves() {
        let Some(mut column) = group.next_column()? else {
            return Err(ParquetError::General(
                "the schema has too few columns".into(),
            ));
        };
        leaf.write(column.untyped(), rows)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

impl FormatWriter for ParquetFiles {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        // The text, and its paragraphs.
        self.bytes += record.text.len() * 2;
        self.rows.push(record.clone());

        if self.bytes >= ROW_GROUP || self.rows.len() >= MOST_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>, _: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        let names = self.finish()?;
        Ok(WrittenFiles {
            inside: names.clone(),
            contents: names,
            ..WrittenFiles::default()
        })
    }
}
