//! The ledger: what was asked, announced before it left, and how it ended; every row chained to the one before.

use std::net::IpAddr;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::robots::RobotsId;
use crate::archive::run::RunId;
use crate::archive::store::{Archive, millis, write_rest};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The ledger's number for an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnnouncedId(pub i64);

/// A request that is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub url: PageUrl,
    pub server: Option<IpAddr>,
    /// The robots.txt that allowed it, and by which rule.
    pub robots: Option<RobotsId>,
    pub rule: String,
    /// The gap that the host was owed.
    pub gap: Duration,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Answered { status: u16, bytes: u64 },
    Trouble { why: String },
}

impl Archive {
    /// Writes requests to the ledger. They may leave once that is saved.
    pub fn announce(
        &mut self,
        lease: Lease,
        run: RunId,
        requests: &[Announcement],
        now: Timestamp,
    ) -> Result<Vec<AnnouncedId>, ArchiveError> {
        let work = self.work(lease)?;
        requests.iter().map(|request| write_announcement(work, run, request, now)).collect()
    }
}

fn write_announcement(
    work: &Connection,
    run: RunId,
    request: &Announcement,
    now: Timestamp,
) -> Result<AnnouncedId, ArchiveError> {
    let host = request.url.host();
    let server = request.server.map(|server| server.to_string());
    let gap = millis(request.gap);
    let hash = Link::after(last_hash(work)?, "announced", now, run)
        .text(request.url.as_str())
        .text(host.as_str())
        .text(server.as_deref().unwrap_or_default())
        .number(request.robots.map_or(0, |robots| robots.0))
        .text(&request.rule)
        .number(gap)
        .hash();
    work.prepare_cached(
        "INSERT INTO ledger (kind, at, run_id, url, host, server, robots_id, rule, gap, hash)
         VALUES ('announced', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        now.millis(),
        run.0,
        request.url.as_str(),
        host.as_str(),
        server,
        request.robots.map(|robots| robots.0),
        request.rule,
        gap,
        hash
    ])?;
    let announced = AnnouncedId(work.last_insert_rowid());
    write_rest(work, &host, now + request.gap, request.gap)?;
    Ok(announced)
}

/// Writes how a request ended, and from when its host may be asked again.
pub(in crate::archive) fn write_ending(
    work: &Connection,
    run: RunId,
    announced: AnnouncedId,
    ending: &Ending,
    at: Timestamp,
    not_before: Timestamp,
) -> Result<(), ArchiveError> {
    let (status, bytes, trouble) = match ending {
        Ending::Answered { status, bytes } => (Some(*status), bytes.cast_signed(), None),
        Ending::Trouble { why } => (None, 0, Some(why.as_str())),
    };
    let hash = Link::after(last_hash(work)?, "ended", at, run)
        .number(announced.0)
        .number(status.map_or(0, i64::from))
        .number(bytes)
        .text(trouble.unwrap_or_default())
        .number(not_before.millis())
        .hash();
    work.prepare_cached(
        "INSERT INTO ledger (kind, at, run_id, announced_id, status, bytes, trouble, not_before, hash)
         VALUES ('ended', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![at.millis(), run.0, announced.0, status, bytes, trouble, not_before.millis(), hash])?;
    Ok(())
}

fn last_hash(work: &Connection) -> Result<[u8; 32], ArchiveError> {
    let mut select = work.prepare_cached("SELECT hash FROM ledger ORDER BY id DESC LIMIT 1")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// One link of the chain: SHA-256 over the hash before and the row's fields, each behind its length, so that no two
/// rows have the same bytes.
struct Link(Sha256);

impl Link {
    fn after(previous: [u8; 32], kind: &str, at: Timestamp, run: RunId) -> Self {
        Self(Sha256::new_with_prefix(previous)).text(kind).number(at.millis()).number(run.0)
    }

    fn text(mut self, field: &str) -> Self {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
        self
    }

    fn number(mut self, field: i64) -> Self {
        self.0.update(field.to_be_bytes());
        self
    }

    fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
