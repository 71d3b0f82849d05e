//! The buffered output of the line formats; its errors name the place.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::export::{ExportError, fault};

/// Bytes that are written at once: 64 KiB, some dozens of articles.
const BUFFER: usize = 64 << 10;

/// A file or a stream that is written.
pub(super) struct Output<'o> {
    /// The path that the user gave, for error messages.
    name: PathBuf,
    to: BufWriter<Box<dyn Write + 'o>>,
}

impl<'o> Output<'o> {
    pub(super) fn new(name: &Path, to: impl Write + 'o) -> Self {
        Self {
            name: name.to_owned(),
            to: BufWriter::with_capacity(BUFFER, Box::new(to)),
        }
    }

    /// Writes with a function.
    pub(super) fn put(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ExportError> {
        write(&mut self.to).map_err(|why| fault(&self.name, why))
    }

    /// Flushes the buffer.
    pub(super) fn end(mut self) -> Result<(), ExportError> {
        self.to.flush().map_err(|why| fault(&self.name, why))
    }
}
