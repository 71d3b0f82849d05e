//! The archive: one SQLite file, one writer, one transaction an answer. Nothing outside knows SQLite.
//!
//! The crawl's loop owns the writer and calls it directly: it has nothing else to do until what it decided is saved.

mod article;
mod backfill;
mod capture;
mod commit;
mod copies;
mod cut;
mod error;
mod files;
mod host;
mod lease;
mod ledger;
mod list;
mod look;
mod mend;
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
mod unended;

pub use article::{Change, Namesake};
pub use backfill::{Want, Window};
pub use capture::{Body, Capture, Charset, pack};
pub use commit::{Answered, Done, Effect};
pub use cut::CutList;
pub use error::ArchiveError;
pub use files::Loss;
pub use lease::{Lease, Lock};
pub use ledger::{AnnouncedId, Announcement, Ending, Form, HostTerms, Terms};
pub use mend::Mended;
pub use pages::{DueHost, NextPage};
pub use reader::{
    BadText, Brought, BroughtBy, CaptureOf, Entry, FailedRun, Failure, Filter, Flaw, Found, HostState, Kept, LastCrawl,
    LeftOut, Looked, Lost, NumberGap, Outlook, Queue, Reader, RunState, SilentSection, SiteState, StoredBody,
    StoredCapture, StoredRobots, StoredVersion, Taken, Version, What, in_words, queues,
};
pub use reread::{Begun, KeptCapture, MOST_DEATHS, Revision, Selection};
pub use rescue::{LostFiles, vanished};
pub use robots::{RobotsCopy, RobotsId, Ruled};
pub use run::{How, RunId, Tally};
pub use schema::SCHEMA;
pub use seed::{Seed, Seeded, Seeding, SiteId};
pub use store::Archive;

/// The file's name in the data folder.
pub const FILE: &str = "archive.db";
