//! The zip file of a WACZ: its entries, each with its length and digest for `datapackage.json`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// 1980-01-01 at midnight, in seconds since 1970: the first moment that a zip file can tell. All
/// entries have it, so that the same archive is always the same bytes.
const FIRST_DAY: i64 = 315_532_800;

/// An entry as `datapackage.json` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Resource {
    name: String,
    path: String,
    hash: String,
    bytes: u64,
}

/// How the bytes of an entry stand in the zip file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// As they are: readers fetch single records out of it.
    Stored,
    Deflated,
}

/// A zip file under way.
pub(super) struct WaczFile {
    zip: ZipArchiveWriter<BufWriter<File>>,
    pub resources: Vec<Resource>,
}

/// The output of an entry: it counts and hashes what is written.
pub(super) struct EntryOutput<'a> {
    to: &'a mut dyn Write,
    sha256: Sha256,
    bytes: u64,
}

impl Resource {
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }
}

impl WaczFile {
    pub(super) fn new(file: File) -> Self {
        Self {
            zip: ZipArchiveWriter::new(BufWriter::new(file)),
            resources: Vec::new(),
        }
    }

    /// Writes one entry, and notes it among the resources.
    pub(super) fn entry<T, E: From<io::Error>>(
        &mut self,
        path: &str,
        storage: Storage,
        write: impl FnOnce(&mut EntryOutput<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let method = match storage {
            Storage::Stored => CompressionMethod::STORE,
            Storage::Deflated => CompressionMethod::DEFLATE,
        };
        let file = self.zip.new_file(path).compression_method(method);
        let file = file.last_modified(UtcDateTime::from_unix(FIRST_DAY));
        let (mut entry, config) = file.start().map_err(io::Error::other)?;

        let (written, resource, ending) = match storage {
            Storage::Stored => {
                let mut data = config.wrap(&mut entry);
                let (written, resource) = hashed(path, &mut data, write)?;
                let (_, ending) = data.finish().map_err(io::Error::other)?;
                (written, resource, ending)
            }
            Storage::Deflated => {
                let packer = DeflateEncoder::new(&mut entry, Compression::default());
                let mut data = config.wrap(packer);
                let (written, resource) = hashed(path, &mut data, write)?;
                let (packer, ending) = data.finish().map_err(io::Error::other)?;
                packer.finish()?;
                (written, resource, ending)
            }
        };
        entry.finish(ending).map_err(io::Error::other)?;
        self.resources.push(resource);
        Ok(written)
    }

    /// Writes the directory of the zip file.
    pub(super) fn finish(self) -> io::Result<()> {
        let mut file = self.zip.finish().map_err(io::Error::other)?;
        file.flush()
    }
}

/// Writes the content of an entry, and returns what `datapackage.json` tells of it.
fn hashed<T, E: From<io::Error>>(
    path: &str,
    to: &mut dyn Write,
    write: impl FnOnce(&mut EntryOutput<'_>) -> Result<T, E>,
) -> Result<(T, Resource), E> {
    let mut output = EntryOutput {
        to,
        sha256: Sha256::new(),
        bytes: 0,
    };
    let written = write(&mut output)?;

    let resource = Resource {
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        path: path.to_owned(),
        hash: format!("sha256:{}", hex::encode(output.sha256.finalize())),
        bytes: output.bytes,
    };
    Ok((written, resource))
}

impl Write for EntryOutput<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.sha256.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
