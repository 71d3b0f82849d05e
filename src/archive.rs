//! The archive: one SQLite file, one writer, one transaction an answer. Nothing outside knows SQLite.
//!
//! The crawl's loop owns the writer and calls it directly: it has nothing else to do until what it decided is saved.

mod article;
mod capture;
mod commit;
mod copies;
mod error;
mod host;
mod lease;
mod ledger;
mod list;
mod look;
mod pages;
mod reader;
mod reread;
mod robots;
mod run;
mod schema;
mod seed;
mod store;

pub use article::Change;
pub use capture::{Body, Capture, Charset, pack};
pub use commit::{Answered, Done, Effect};
pub use error::ArchiveError;
pub use lease::{Lease, Lock};
pub use ledger::{AnnouncedId, Announcement, Ending, Form, HostTerms, Terms};
pub use pages::{DueHost, NextPage};
pub use reader::{
    Brought, BroughtBy, Entry, Failure, Filter, Found, HostState, Kept, LastCrawl, NumberGap, Outlook, Queue, Reader,
    RunState, SilentSection, SiteState, Version, What, queues,
};
pub use reread::{Begun, KeptCapture, MOST_DEATHS, Revision};
pub use robots::{RobotsCopy, RobotsId, Ruled};
pub use run::{How, RunId, Tally};
pub use schema::SCHEMA;
pub use seed::{Seed, Seeding};
pub use store::Archive;

/// The file's name in the data folder.
pub const FILE: &str = "archive.db";
