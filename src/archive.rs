//! The archive: one SQLite file, one writer, one transaction per answer. No other module uses
//! SQLite. A copy of an archive may stand in PostgreSQL.
//!
//! The crawl's loop owns the writer and calls it directly: the loop has nothing else to do until
//! its decisions are saved. [`Writer`] writes, [`Reader`] reads beside a running crawl.

mod adopted_policy;
mod answer;
mod archive_file;
mod article;
mod article_pages;
mod backfill;
#[cfg(feature = "postgres")]
mod background;
mod body;
mod bundling;
mod capture;
mod carried;
mod change;
mod checksum;
mod compaction;
mod compression;
mod connection;
#[cfg(feature = "postgres")]
mod copying;
#[cfg(feature = "postgres")]
mod database;
mod dead_parts;
mod declared;
mod dictionaries;
mod doomed;
mod due_pages;
mod engine;
#[cfg(feature = "postgres")]
mod engine_copy;
mod error;
mod exclusive_lock;
mod field_drift;
mod file_mark;
mod files;
mod host;
mod ids;
mod lease;
mod ledger;
mod licensed_article;
mod list;
mod location;
mod lock;
mod loss_note;
mod lost;
mod named_columns;
mod new_database;
mod new_page;
mod objects;
mod open;
mod page_log;
mod page_state;
#[cfg(feature = "postgres")]
mod postgres;
mod reader;
mod recrawl;
mod reextraction;
mod removal;
mod replacement;
mod rescue;
mod revisit;
mod robots;
mod run;
mod schema;
mod seed;
mod store;
mod store_error;
mod syndication;
mod truncated_list;
mod unended;
mod version_repair;
mod word_index;
mod worker;
mod worker_lease;

pub use answer::{Completed, Completion, WriteEffect};
pub use archive_file::{ArchiveFile, ArchiveTotals, CopyProgress, LedgerEnd};
pub use article::{CandidateCopy, ChangedField};
pub use backfill::{BackfillDays, Window};
pub use body::Body;
pub use bundling::{
    BundleFill, BundleUpload, BundledBodies, RecoveredBodies, SettledObjects, UnknownObjects,
    UnreadableBodies,
};
pub use capture::{Capture, Charset};
pub use carried::{CarriedOver, CarriedState, LeftHold};
pub use change::ChangeKind;
pub use compaction::CompactedBodies;
pub use compression::{Dictionary, DictionaryId, Packed, pack};
#[cfg(feature = "cli")]
pub(crate) use connection::sqlite_version;
#[cfg(feature = "postgres")]
pub use copying::{CopiedRows, DamagedRows};
#[cfg(feature = "postgres")]
pub use database::{PostgresAddress, PostgresStore};
#[cfg(feature = "cli")]
pub(crate) use dead_parts::{BACKUP_COPY, RESTORE_COPY, remove_dead_copies};
pub(crate) use dead_parts::{is_dead, remove_dead_parts};
pub use declared::UnreadPolicy;
pub use doomed::{RemovalExtent, RemovalPlan, RetentionRule};
pub use due_pages::{DueHost, NextPage};
#[cfg(feature = "postgres")]
pub use engine_copy::{copy_from_database, copy_into_database};
pub use error::ArchiveError;
pub use exclusive_lock::ExclusiveLock;
pub use files::Loss;
pub use ids::{AnnouncedId, RobotsId, RunId, SiteId};
pub use ledger::{AnnounceEffect, Announcement, Ending, Form, HostTerms, RequestOfRun, Terms};
pub use licensed_article::LicensedArticle;
pub use location::ArchiveLocation;
pub use lock::Lock;
pub use loss_note::vanished;
pub use lost::LostFiles;
pub use new_database::{Cell, NewDatabase};
pub use objects::ObjectLocation;
pub use open::Archive;
pub use page_log::{ChangedPages, is_same, write_changed_pages};
#[cfg(feature = "postgres")]
pub use postgres::CopyTask;
#[cfg(feature = "cli")]
pub(crate) use reader::{
    AnswerClass, Declaration, EndedCounts, LiveRun, RequestFilter, RequestPage, SentRequest,
    WithdrawalMark, Withdrawn,
};
pub use reader::{
    AnsweredRequest, ArticleChange, ArticleChoice, ArticleFilter, ArticleListing, ArticleRecord,
    ArticleScope, ArticleVersion, BadText, CaptureOf, CaptureRecord, CapturedAnswer, ChangeSpan,
    ChangedArticle, ChecksumKey, ChosenArticle, CleaningState, Condition, ConditionError,
    CopyChoice, CountKey, DamagedArticle, DeclaredCounts, Dependents, DuePapers, EarlierAnswer,
    ExchangeAnswer, ExchangeFilter, ExchangePage, Exchanges, FailedRun, Failure, FixityMarks, Flaw,
    FoundArticle, FoundText, HeldArticle, HeldLease, HeldPaper, HostState, LastCrawl, Ledger,
    LedgerEntry, LedgerMark, LedgerRecord, LedgerRows, ListCursor, ListOrder, ListedArticle,
    MOST_LATE, MOST_RANKED, NumberGap, ObjectsState, Outlook, Parent, PhotoState, ReadPage,
    ReadPages, Reader, RecordIter, Records, RightsChange, RobotsArrival, RobotsArrivals, RowRead,
    RowSample, RowSpan, RunState, SavedMark, ScopeCounts, SearchHit, SearchSelect, Searcher,
    SilentSection, SiteQueue, SiteState, SoughtColumns, SoughtPhrase, SoughtWords, StoredBody,
    StoredCapture, StoredDictionary, StoredRobots, StoredRow, StoredVersion, StoredWords,
    UnreadableRows, VersionCapture, VersionChoice, condition_columns, in_words, queues,
};
pub use reextraction::{
    CaptureBatch, KeptCapture, MAX_CRASHES, Reextraction, RevisionOutcome, Selection,
};
pub use removal::{CleaningEnd, FileRewrite, Recompression};
pub use replacement::{SetAside, fold_log, replace_archive};
pub use robots::{RobotsCopy, RobotsOutcome};
pub use run::{NewRun, RunEnd, RunResult, Tally};
pub use schema::SCHEMA;
pub use seed::{Seed, SeedMode, SeededSite};
pub use store::{Lease, Writer};
pub use store_error::{LackingRights, StoreError};
pub use truncated_list::TruncatedList;
pub use version_repair::{DamagedVersion, VersionRepair};
pub use word_index::IndexSlice;
pub use worker::{HostClaim, PaperClaim, Sharing, WORKER_COMMAND};

pub use crate::field_drift::FieldDrift;

/// The archive's file name in the data folder.
pub const FILE: &str = "archive.db";
