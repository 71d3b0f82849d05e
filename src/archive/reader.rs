//! The archive's reader: articles for exports, the ledger for audits, the state for
//! `status`. Read-only, beside a running crawl.

mod activity;
mod article_filter;
mod article_list;
mod article_names;
mod article_row;
mod article_scope;
mod article_versions;
mod articles;
mod asked;
mod captures;
mod changed_articles;
mod changes;
mod condition;
mod coverage_gaps;
#[cfg(feature = "cli")]
mod declarations;
mod declared_counts;
mod due_papers;
mod exchanges;
mod filter_conditions;
mod fixity;
mod ledger;
mod newest_declared;
mod newest_state;
mod object_state;
mod outlook;
mod photos;
mod published;
mod records;
mod removal;
#[cfg(feature = "cli")]
mod requests;
mod row_read;
mod row_sample;
mod search;
mod server_clock;
mod state;
mod walk;
#[cfg(feature = "cli")]
mod withdrawal_mark;

use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use crate::archive::connection::configure;
#[cfg(feature = "postgres")]
use crate::archive::database::DatabaseSession;
use crate::archive::dictionaries::Dictionaries;
use crate::archive::engine::{self, Connection, PreparedStatement, Transaction};
use crate::archive::error::ArchiveError;
use crate::archive::files::beside;
use crate::archive::location::ArchiveLocation;
use crate::archive::loss_note::refuse_if_lost;
use crate::archive::objects::ObjectShelf;
use crate::archive::schema::{SCHEMA, recognise};
#[cfg(feature = "crawl")]
use crate::archive::worker::{PATIENCE, SILENCE};

pub use article_filter::{ArticleFilter, CopyChoice, VersionChoice};
pub use article_list::{ArticleListing, ListCursor, ListOrder, ListedArticle};
pub use article_names::FoundArticle;
pub use article_row::{ArticleRecord, Flaw, in_words};
pub use article_scope::{ArticleScope, DamagedArticle, ScopeCounts};
pub use article_versions::ArticleVersion;
pub use captures::{CaptureRecord, VersionCapture};
pub use changed_articles::{ChangeSpan, ChangedArticle, SavedMark};
pub use changes::ArticleChange;
pub use condition::{Condition, ConditionError, condition_columns};
pub use coverage_gaps::{NumberGap, SilentSection};
#[cfg(feature = "cli")]
pub(crate) use declarations::Declaration;
pub use declared_counts::{DeclaredCounts, RightsChange};
pub use due_papers::{DuePapers, HeldLease, HeldPaper};
pub use exchanges::{
    AnsweredRequest, CapturedAnswer, EarlierAnswer, ExchangeAnswer, ExchangeFilter, ExchangePage,
    Exchanges, ReadPage, ReadPages,
};
pub use fixity::{
    ArticleChoice, BadText, CaptureOf, ChecksumKey, Dependents, FixityMarks, LedgerMark, Parent,
    StoredBody, StoredCapture, StoredDictionary, StoredRobots, StoredRow, StoredVersion,
    StoredWords,
};
pub use ledger::{Ledger, LedgerEntry, LedgerRecord, LedgerRows, RobotsArrival, RobotsArrivals};
#[cfg(feature = "postgres")]
pub(super) use newest_state::NewestBody;
pub(super) use newest_state::NewestState;
pub use object_state::ObjectsState;
pub use outlook::Outlook;
pub use photos::PhotoState;
pub use records::{RecordIter, Records};
pub use removal::{ChosenArticle, CleaningState, HeldArticle};
#[cfg(feature = "cli")]
pub(crate) use requests::{AnswerClass, EndedCounts, RequestFilter, RequestPage, SentRequest};
pub use row_read::{RowRead, UnreadableRows};
pub use row_sample::{RowSample, RowSpan};
pub use search::{
    CountKey, FoundText, MOST_LATE, MOST_RANKED, SearchHit, SearchSelect, Searcher, SoughtColumns,
    SoughtPhrase, SoughtWords,
};
#[cfg(feature = "cli")]
pub(crate) use state::LiveRun;
pub use state::{FailedRun, Failure, HostState, LastCrawl, RunState, SiteState};
#[cfg(feature = "cli")]
pub(crate) use withdrawal_mark::{WithdrawalMark, Withdrawn};

/// The archive, open for reading. It sees the changes that the writer has saved.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    /// The archive's file, or where it would be in the folder beside a database.
    file_place: PathBuf,
    /// The file's folder cannot be written, so SQLite was promised that the file does not change.
    is_immutable: bool,
    dictionaries: Dictionaries,
    /// The bodies that are in object storage.
    objects: ObjectShelf,
    /// Where the bodies are that are not where this reader sees them; `None` where nobody writes.
    newest: Option<NewestState>,
}

impl Reader {
    /// Opens the archive in the folder `data`.
    ///
    /// # Errors
    ///
    /// Fails where there is no archive, where it is empty, and where its schema is not the newest
    /// one.
    #[doc(hidden)]
    pub fn open(data: &Path) -> Result<Self, ArchiveError> {
        let path = data.join(crate::archive::FILE);
        refuse_if_lost(&path)?;
        Self::at(path)
    }

    /// Opens the archive of a place.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    #[doc(hidden)]
    pub fn of(place: &ArchiveLocation) -> Result<Self, ArchiveError> {
        #[cfg(feature = "postgres")]
        if let Some(address) = place.database() {
            let session = DatabaseSession::connect(address)?;
            session.work(|store| async move { store.check_archive().await })?;
            return Ok(Self {
                connection: Connection::Postgres(Box::new(session)),
                path: PathBuf::from(address.to_string()),
                file_place: place.data().join(crate::archive::FILE),
                is_immutable: false,
                dictionaries: Dictionaries::default(),
                objects: ObjectShelf::of(place.objects()),
                newest: Some(NewestState::of_database(address.clone())),
            });
        }
        let mut reader = Self::open(place.data())?;
        reader.objects = ObjectShelf::of(place.objects());
        if !reader.is_immutable {
            reader.newest = Some(NewestState::of_file(reader.path.clone()));
        }
        Ok(reader)
    }

    /// Leaves bodies out that are in object storage, where all bodies are looked at: a backup does
    /// not have them.
    #[cfg(feature = "cli")]
    pub(crate) fn without_objects(self) -> Self {
        Self {
            objects: ObjectShelf::left_out(),
            ..self
        }
    }

    /// Waits for no answer longer than a worker does: its requests go on meanwhile.
    #[cfg(feature = "crawl")]
    pub(crate) fn limit_waits(&self) -> Result<(), ArchiveError> {
        Ok(self.connection.limit_waits(Some(PATIENCE), SILENCE)?)
    }

    /// Opens the archive's file at a path, whatever its name: a copy, before it gets its place.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    #[doc(hidden)]
    pub fn at(path: PathBuf) -> Result<Self, ArchiveError> {
        let (connection, found, is_immutable) = connect_any(&path)?;
        if found == 0 {
            return Err(ArchiveError::Empty { path });
        }
        if found < SCHEMA {
            return Err(ArchiveError::Older {
                path,
                found,
                known: SCHEMA,
            });
        }
        Ok(Self {
            connection,
            file_place: path.clone(),
            path,
            is_immutable,
            dictionaries: Dictionaries::default(),
            objects: ObjectShelf::default(),
            newest: None,
        })
    }

    /// Returns the file's path, or the address of the database.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path beside which this machine keeps what belongs to the archive: that of its
    /// file, which is not there where the archive is in a database.
    pub fn file_place(&self) -> &Path {
        &self.file_place
    }

    /// Tells whether SQLite was promised that the file does not change, as in a folder that cannot
    /// be written: this reader may not see what another process writes.
    #[cfg(feature = "cli")]
    pub(crate) fn is_immutable(&self) -> bool {
        self.is_immutable
    }

    /// Begins to read one state of the archive: until the value is dropped, every query sees what
    /// was saved at the first of them.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>, ArchiveError> {
        let begun = self.connection.snapshot();
        let transaction = begun.map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(Snapshot {
            _transaction: transaction,
        })
    }

    /// Prepares a statement whose rows are read one at a time.
    fn prepare_records(&self, select: &str) -> Result<PreparedStatement<'_>, ArchiveError> {
        self.connection
            .prepare(select)
            .map_err(|error| ArchiveError::at(&self.path, error))
    }
}

/// One state of the archive, which a reader sees as long as this value lives.
#[derive(Debug)]
pub(crate) struct Snapshot<'r> {
    /// It is rolled back at the end; nothing was written.
    _transaction: Transaction<'r>,
}

/// A site that was crawled at some time, and how many of its pages are queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteQueue {
    pub site: String,
    pub pages: u64,
}

/// Returns the queue of each site in the archive of a place, whatever schema the archive
/// has; nothing where there is no archive.
pub fn queues(place: &ArchiveLocation) -> Result<Vec<SiteQueue>, ArchiveError> {
    let Some(connection) = connect_for_queues(place)? else {
        return Ok(Vec::new());
    };

    let mut select = connection.prepare(
        "SELECT name, (SELECT count(due_at) FROM page WHERE page.site_id = site.id)
         FROM site ORDER BY name",
    )?;
    let queues = select.query_map([], |row| {
        Ok(SiteQueue {
            site: row.get(0)?,
            pages: row.get(1)?,
        })
    })?;
    Ok(queues.collect::<Result<_, _>>()?)
}

/// Connects to an archive of any schema; `None` where there is none.
fn connect_for_queues(place: &ArchiveLocation) -> Result<Option<Connection>, ArchiveError> {
    #[cfg(feature = "postgres")]
    if place.database().is_some() {
        return match Reader::of(place) {
            Ok(reader) => Ok(Some(reader.connection)),
            Err(error) if error.is_missing() || error.is_not_ready() => Ok(None),
            Err(error) => Err(error),
        };
    }
    let path = place.data().join(crate::archive::FILE);
    refuse_if_lost(&path)?;
    if !path.exists() {
        return Ok(None);
    }
    let (connection, found) = connect(&path, &path.to_string_lossy())?;
    Ok((found > 0).then_some(connection))
}

/// The memory for pages that were read, in KiB with a minus, as SQLite wants it. With its usual 2
/// MiB, `status` of 3,000 papers reads the same pages of its indexes again and again.
const CACHE: i64 = -16_384;

/// The memory for pages that one of many readers keeps, in KiB with a minus: 1 MiB. The system
/// keeps what several of them read.
#[cfg(feature = "cli")]
const SHARED_CACHE: i64 = -1_024;

#[cfg(feature = "cli")]
impl Reader {
    /// Keeps little in memory of what was read: this reader is one of many.
    pub(crate) fn keep_little(&self) -> Result<(), ArchiveError> {
        if matches!(self.connection, Connection::Sqlite(_)) {
            self.connection.set_pragma("cache_size", SHARED_CACHE)?;
        }
        Ok(())
    }
}

/// Connects to an archive's file of any schema that is known. Returns the schema, 0 of an empty
/// file, and whether SQLite was promised that the file does not change.
pub(super) fn connect_any(path: &Path) -> Result<(Connection, i64, bool), ArchiveError> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => {
            return Err(ArchiveError::Missing {
                path: path.to_owned(),
            });
        }
        // A folder that this user may not look into is no empty one.
        Err(error) => {
            return Err(ArchiveError::ReadOnly {
                path: path.to_owned(),
                why: error.to_string(),
            });
        }
    }

    match connect(path, &path.to_string_lossy()) {
        // SQLite's shared memory needs a folder that can be written. Where no log is left to be
        // read, the file alone is the whole archive, and nobody can change it meanwhile.
        Err(ArchiveError::ReadOnly { .. }) if !has_log(path) => {
            let (connection, found) = connect(path, &immutable_address(path))?;
            Ok((connection, found, true))
        }
        connected => connected.map(|(connection, found)| (connection, found, false)),
    }
}

/// Connects to the file under an address for SQLite, and returns its schema as well.
fn connect(path: &Path, address: &str) -> Result<(Connection, i64), ArchiveError> {
    let connection = open_read_only(address).map_err(|error| ArchiveError::at(path, error))?;
    // The first look at the file: whatever is wrong here is wrong with the whole file.
    let found = recognise(path, &connection)?;
    connection
        .set_pragma("cache_size", CACHE)
        .map_err(|error| ArchiveError::at(path, error))?;
    Ok((connection, found))
}

fn open_read_only(address: &str) -> engine::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(address, flags)?;
    configure(&connection)?;
    Ok(connection)
}

/// Tells whether a log with content stands beside the file.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Returns the file's address for SQLite, with the promise that the file does not change.
fn immutable_address(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let address = url::Url::from_file_path(whole)
        .map(String::from)
        .unwrap_or_default();
    format!("{address}?immutable=1")
}
