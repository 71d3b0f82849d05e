//! Web archives: what was asked and what came, in the forms of web archives: WARC (ISO 28500, with
//! the additions of WARC/1.1) and WACZ. A bag (RFC 8493) takes any export to a library.
//!
//! The same archive always gives the same file: the ids of records follow from the ledger, and no
//! moment but those of the archive is written.

mod bag;
mod cdxj;
mod exchange_records;
mod external_sort;
mod http_head;
mod index_file;
mod page_list;
mod part;
mod record_id;
mod records;
mod surt;
mod wacz;
mod wacz_entries;
mod warc_info;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::{AnsweredRequest, ArchiveError, ExchangeFilter, Reader, ScopeCounts};
use crate::time::Timestamp;
use crate::web_archive::exchange_records::RecordSource;
use crate::web_archive::part::{PartEnd, write_part};

pub use bag::{BagFolder, BagInfo};
pub(crate) use record_id::lasting_uuid;

/// The most bytes of one WARC file. Readers and libraries ask for files of one gigabyte (WARC/1.1,
/// annex C).
pub const MOST_PART_BYTES: u64 = 1_000_000_000;

/// The reason why a web archive was not written.
#[derive(Debug, thiserror::Error)]
pub enum WebArchiveError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        #[source]
        why: io::Error,
    },
    #[error("{path} stands there already: name another folder for the bag")]
    Occupied { path: PathBuf },
    #[error("{path} is no name of a folder: name a new folder for the bag")]
    Unnamed { path: PathBuf },
}

/// What a web archive has, and what of the selection it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebArchiveSummary {
    /// Answers with their headers and bytes.
    pub responses: u64,
    /// Answers that brought the bytes of an earlier one, or told that it still holds.
    pub revisits: u64,
    /// Copies of robots.txt.
    pub robots: u64,
    /// Left out: the paper forbids archiving.
    pub withheld: u64,
    /// Left out: the ledger has the request, but the bytes of its answer are not kept.
    pub not_kept: u64,
    /// Left out: the answer tells that nothing changed since before the selection.
    pub same_as_before: u64,
    /// Left out: the stored bytes are damaged.
    pub damaged: Vec<DamagedCapture>,
    /// WARC files.
    pub parts: u32,
    /// The answers that were written, by site. A robots.txt belongs to none.
    pub sites: BTreeMap<String, u64>,
    /// When the first and the last of them came.
    pub answered: Option<(Timestamp, Timestamp)>,
    /// The articles whose answers these are; `None` where all answers are meant.
    pub chosen: Option<ScopeCounts>,
}

impl WebArchiveSummary {
    /// Notes the site and the moment of an answer that is written.
    fn note_written(&mut self, answer: &AnsweredRequest) {
        if let Some(page) = &answer.page {
            *self.sites.entry(page.site.clone()).or_default() += 1;
        }
        let at = answer.answered_at;
        let (first, last) = self.answered.unwrap_or((at, at));
        self.answered = Some((first.min(at), last.max(at)));
    }
}

/// A capture that is left out because its bytes are damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedCapture {
    /// The address that was requested.
    pub url: String,
    /// What is wrong with it.
    pub why: String,
}

/// Writes the kept answers of a filter as WARC/1.1: one gzip member a record, at most so many bytes
/// a file, but for a file of one large answer.
/// `open` creates the file of a part; the first part has the number 1.
///
/// # Errors
///
/// Fails where the archive cannot be read or a file cannot be written.
pub fn write_warc<E: From<WebArchiveError>>(
    reader: &Reader,
    filter: &ExchangeFilter,
    most_part_bytes: u64,
    mut open: impl FnMut(u32) -> Result<(PathBuf, File), E>,
) -> Result<WebArchiveSummary, E> {
    let mut source = RecordSource::of(reader, filter)?;
    loop {
        let (path, file) = open(source.parts + 1)?;
        let mut to = io::BufWriter::new(file);
        let end = write_part(&mut source, &mut to, most_part_bytes, |_| Ok(()))
            .map_err(|fault| fault.at(&path))?;

        match end {
            PartEnd::More => {}
            PartEnd::Last => return Ok(source.summary()),
        }
    }
}

/// Writes the kept answers of a filter as WACZ 1.1.1: the WARC files with an index, a list of pages
/// with their texts, and the digests of all of them. What must be sorted waits in files beside
/// `out`.
///
/// # Errors
///
/// Fails where the archive cannot be read or a file cannot be written.
pub fn write_wacz(
    reader: &Reader,
    filter: &ExchangeFilter,
    out: &Path,
) -> Result<WebArchiveSummary, WebArchiveError> {
    wacz::write(reader, filter, out, MOST_PART_BYTES)
}

/// An error in the midst of writing: of the archive, or of the file that is written.
#[derive(Debug)]
enum Fault {
    Archive(ArchiveError),
    Io(io::Error),
}

impl Fault {
    /// Names the file in the error.
    fn at(self, path: &Path) -> WebArchiveError {
        match self {
            Self::Archive(error) => error.into(),
            Self::Io(why) => WebArchiveError::Write {
                path: path.to_owned(),
                why,
            },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

impl From<ArchiveError> for Fault {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}
