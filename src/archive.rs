//! The archive: one SQLite file, one writer, one transaction an answer. Nothing outside knows SQLite.
//!
//! The crawl's loop owns the writer and calls it directly: it has nothing else to do until what it decided is saved.

mod article;
mod backfill;
mod body;
mod capture;
mod commit;
mod copies;
mod cut;
mod error;
mod files;
mod host;
mod ids;
mod lease;
mod ledger;
mod list;
mod lock;
mod look;
mod lost;
mod mark;
mod mend;
mod note;
mod page_state;
mod pages;
mod reader;
mod recrawl;
mod reread;
mod rescue;
mod robots;
mod run;
mod schema;
mod seed;
mod store;
mod table;
mod unended;

pub use article::{Change, Namesake};
pub use backfill::{Want, Window};
pub use body::{Body, pack};
pub use capture::{Capture, Charset};
pub use commit::{Answered, Done, Effect};
pub use cut::CutList;
pub use error::ArchiveError;
pub use files::Loss;
pub use ids::{AnnouncedId, RobotsId, RunId, SiteId};
pub use ledger::{Announcement, Ending, Form, HostTerms, Terms};
pub use lock::Lock;
pub use lost::LostFiles;
pub use mend::Mended;
pub use note::vanished;
pub use pages::{DueHost, NextPage};
pub use reader::{
    ArticleRows, Articles, BadText, Brought, BroughtBy, CaptureOf, Entry, FailedRun, Failure,
    Filter, Flaw, Found, HostState, Kept, LastCrawl, Ledger, LedgerRows, Looked, Lost, NumberGap,
    Outlook, Queue, Reader, RunState, SilentSection, SiteState, StoredBody, StoredCapture,
    StoredRobots, StoredRow, StoredVersion, Version, What, in_words, queues,
};
pub use reread::{Begun, KeptCapture, MOST_DEATHS, Revision, Selection};
pub use robots::{RobotsCopy, Ruled};
pub use run::{How, RunEnd, Tally};
pub use schema::SCHEMA;
pub use seed::{Seed, Seeded, Seeding};
pub use store::{Archive, Lease};
pub use table::{Cell, Column, Table};

/// The file's name in the data folder.
pub const FILE: &str = "archive.db";
