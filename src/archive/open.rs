//! How an archive is opened: for reading, or locked for writing.

use std::path::Path;

use crate::archive::error::ArchiveError;
use crate::archive::lock::Lock;
use crate::archive::reader::Reader;
use crate::archive::store::Writer;
use crate::config::settings::Durability;

/// The archive of a folder: articles with all their versions, the answers that they came in, and
/// the ledger of requests, in one SQLite file.
#[derive(Debug)]
pub enum Archive {}

impl Archive {
    /// Opens the archive of a folder for reading. A crawl may write it meanwhile: the reader sees
    /// what is saved.
    ///
    /// # Errors
    ///
    /// Fails where there is no archive, where it is empty, and where an older or a newer saseo made
    /// it.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = tempfile::tempdir()?;
    /// use saseo::{Archive, ArticleFilter};
    ///
    /// # Archive::lock(data.path())?;
    /// let reader = Archive::read(data.path())?;
    /// for article in &mut reader.articles(&ArticleFilter::default())? {
    ///     let article = article?.article;
    ///     println!("{:?} {:?}", article.published_at, article.title);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(folder: impl AsRef<Path>) -> Result<Reader, ArchiveError> {
        Reader::open(folder.as_ref())
    }

    /// Locks a folder for writing, and opens its archive: makes it where there is none, and brings
    /// it up to date where an older saseo made it. The folder stays locked as long as the writer
    /// lives.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Held`] where another writer has the folder. Fails where the file is
    /// no archive, where a newer saseo made it, and where an archive was lost there.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = tempfile::tempdir()?;
    /// use saseo::{Archive, ArchiveError};
    ///
    /// let writer = Archive::lock(data.path())?;
    /// assert!(matches!(
    ///     Archive::lock(data.path()),
    ///     Err(ArchiveError::Held { .. })
    /// ));
    /// # drop(writer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lock(folder: impl AsRef<Path>) -> Result<Writer, ArchiveError> {
        let holder = format!("process {}", std::process::id());
        let lock = Lock::take(folder.as_ref(), &holder)?;
        Writer::open(lock, Durability::default())
    }
}
