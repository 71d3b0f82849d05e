//! The buffered output of the line formats, compressed by the name of its file; errors name the
//! place.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::export::{ExportError, fault};

/// Bytes that are written at once: 64 KiB, some dozens of articles.
const BUFFER: usize = 64 << 10;

/// The level of zstd: its own default, which is as fast as a disk.
const ZSTD_LEVEL: i32 = 3;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileCoding {
    Plain,
    Gzip,
    Zstd,
}

/// The endings of compressed files that are not written, as people type them.
const OTHER_CODINGS: [&str; 10] = [
    "7z", "br", "bz2", "lz4", "lzma", "rar", "tar", "tgz", "xz", "zip",
];

impl FileCoding {
    /// Returns the coding that a file's name asks for, in whatever case.
    ///
    /// # Errors
    ///
    /// Fails where the name asks for one that is not written.
    pub(super) fn of(path: &Path) -> Result<Self, ExportError> {
        let ending = path.extension().unwrap_or_default();
        let ending = ending.to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "gz" => Ok(Self::Gzip),
            "zst" => Ok(Self::Zstd),
            other if OTHER_CODINGS.contains(&other) => Err(ExportError::OtherCoding {
                path: path.to_owned(),
                ending,
            }),
            _ => Ok(Self::Plain),
        }
    }
}

type Buffered<'o> = BufWriter<Box<dyn Write + 'o>>;

enum Encoder<'o> {
    Plain(Buffered<'o>),
    Gzip(GzEncoder<Buffered<'o>>),
    Zstd(zstd::Encoder<'static, Buffered<'o>>),
}

/// A file or a stream that is written.
pub(super) struct Output<'o> {
    /// The path that the user gave, for error messages.
    name: PathBuf,
    to: Encoder<'o>,
}

impl<'o> Output<'o> {
    pub(super) fn new(
        name: &Path,
        to: impl Write + 'o,
        coding: FileCoding,
    ) -> Result<Self, ExportError> {
        let to: Buffered<'o> = BufWriter::with_capacity(BUFFER, Box::new(to));
        let to = match coding {
            FileCoding::Plain => Encoder::Plain(to),
            FileCoding::Gzip => Encoder::Gzip(GzEncoder::new(to, Compression::default())),
            FileCoding::Zstd => {
                let encoder = zstd::Encoder::new(to, ZSTD_LEVEL);
                Encoder::Zstd(encoder.map_err(|why| fault(name, why))?)
            }
        };

        Ok(Self {
            name: name.to_owned(),
            to,
        })
    }

    /// Writes with a function.
    pub(super) fn put(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ExportError> {
        let written = match &mut self.to {
            Encoder::Plain(to) => write(to),
            Encoder::Gzip(to) => write(to),
            Encoder::Zstd(to) => write(to),
        };
        written.map_err(|why| fault(&self.name, why))
    }

    /// Ends the compression, and flushes the buffer.
    pub(super) fn end(self) -> Result<(), ExportError> {
        let ended = match self.to {
            Encoder::Plain(mut to) => to.flush(),
            Encoder::Gzip(to) => to.finish().and_then(|mut to| to.flush()),
            Encoder::Zstd(to) => to.finish().and_then(|mut to| to.flush()),
        };
        ended.map_err(|why| fault(&self.name, why))
    }
}
