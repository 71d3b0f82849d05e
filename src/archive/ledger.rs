//! The ledger: what was asked, announced before it left, and how it ended; every row chained to the one before.

mod link;
mod terms;

use std::net::IpAddr;
use std::time::Duration;

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::store::{Archive, Lease, millis};
use crate::page_url::PageUrl;
use crate::politeness::LastRequests;
use crate::time::Timestamp;

pub use link::Form;
pub(super) use link::{ChainLink, last_hash};
pub use terms::{HostTerms, Terms};

/// A request that is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The moment that its host's turn was decided by; it leaves no earlier.
    pub at: Timestamp,
    pub url: PageUrl,
    pub server: Option<IpAddr>,
    /// The robots.txt that allowed it, and by which rule.
    pub robots: Option<RobotsId>,
    pub rule: String,
    /// The gap that the host was owed.
    pub gap: Duration,
}

/// So many announcements are looked at for the last ones: more than a crawl makes in the period of
/// any ceiling, and read in milliseconds.
const MOST_LAST: usize = 5_000;

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Answered {
        status: u16,
        bytes: u64,
        /// SHA-256 of the decoded body.
        digest: [u8; 32],
        /// The moment that the answer's Retry-After names.
        retry_after: Option<Timestamp>,
    },
    Trouble {
        why: String,
    },
}

impl Archive {
    /// Writes requests to the ledger. They may leave once that is saved.
    pub fn announce(
        &mut self,
        lease: Lease,
        run: RunId,
        requests: &[Announcement],
    ) -> Result<Vec<AnnouncedId>, ArchiveError> {
        let work = self.work(lease)?;
        requests
            .iter()
            .map(|request| write_announcement(work, run, request))
            .collect()
    }

    /// Returns when each server was asked last, as far as that was since a moment; killed runs count
    /// too. Read from the ledger's end. Reads what was written, saved or not.
    pub fn last_requests(&self, since: Timestamp) -> Result<LastRequests, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT at, server FROM ledger WHERE kind = 'announced' ORDER BY id DESC LIMIT ?1",
        )?;
        let mut rows = select.query([MOST_LAST])?;

        let mut last = LastRequests::default();
        let mut looked_at = 0;
        let mut at = since;
        while let Some(row) = rows.next()? {
            at = self.on_this_clock(Timestamp::from_millis(row.get(0)?));
            if at < since {
                return Ok(last);
            }
            last.total.get_or_insert(at);
            let server = row.get::<_, Option<String>>(1)?;
            if let Some(server) = server.and_then(|server| server.parse().ok()) {
                last.by_server.entry(server).or_insert(at);
            }
            looked_at += 1;
        }

        last.all_others = (looked_at == MOST_LAST).then_some(at);
        Ok(last)
    }
}

/// Writes that a run begins, and on what terms.
pub(super) fn write_beginning(
    work: &Connection,
    run: RunId,
    terms: &Terms,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let terms = terms.to_json();
    let hash = ChainLink::after(last_hash(work)?, Form::Second, "began", now, run)
        .text(&terms)
        .hash();
    work.prepare_cached(
        "INSERT INTO ledger (kind, form, at, run_id, terms, hash) VALUES ('began', 2, ?1, ?2, ?3, ?4)",
    )?
    .execute(params![now.millis(), run.0, terms, hash])?;
    Ok(())
}

fn write_announcement(
    work: &Connection,
    run: RunId,
    request: &Announcement,
) -> Result<AnnouncedId, ArchiveError> {
    let host = request.url.host();
    let server = request.server.map(|server| server.to_string());
    let gap = millis(request.gap);
    let hash = ChainLink::after(last_hash(work)?, Form::Second, "announced", request.at, run)
        .text(request.url.as_str())
        .text(host.as_str())
        .text(server.as_deref().unwrap_or_default())
        .number(request.robots.map_or(0, |robots| robots.0))
        .text(&request.rule)
        .number(gap)
        .hash();
    work.prepare_cached(
        "INSERT INTO ledger (kind, form, at, run_id, url, host, server, robots_id, rule, gap, hash)
         VALUES ('announced', 2, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        request.at.millis(),
        run.0,
        request.url.as_str(),
        host.as_str(),
        server,
        request.robots.map(|robots| robots.0),
        request.rule,
        gap,
        hash
    ])?;
    Ok(AnnouncedId(work.last_insert_rowid()))
}

/// Writes how a request ended, and from when its host may be asked again.
pub(super) fn write_ending(
    work: &Connection,
    run: RunId,
    announced: AnnouncedId,
    ending: &Ending,
    at: Timestamp,
    not_before: Timestamp,
) -> Result<(), ArchiveError> {
    let (status, bytes, digest, retry_after, trouble) = match ending {
        Ending::Answered {
            status,
            bytes,
            digest,
            retry_after,
        } => (
            Some(*status),
            bytes.cast_signed(),
            Some(digest),
            *retry_after,
            None,
        ),
        Ending::Trouble { why } => (None, 0, None, None, Some(why.as_str())),
    };
    let retry_after = retry_after.map(Timestamp::millis);
    let hash = ChainLink::after(last_hash(work)?, Form::Second, "ended", at, run)
        .number(announced.0)
        .number(status.map_or(0, i64::from))
        .number(bytes)
        .bytes(digest.map_or(&[], |digest| digest.as_slice()))
        .number(retry_after.unwrap_or_default())
        .text(trouble.unwrap_or_default())
        .number(not_before.millis())
        .hash();
    work.prepare_cached(
        "INSERT INTO ledger (kind, form, at, run_id, announced_id, status, bytes, digest, retry_after, trouble, not_before, hash)
         VALUES ('ended', 2, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        at.millis(),
        run.0,
        announced.0,
        status,
        bytes,
        digest,
        retry_after,
        trouble,
        not_before.millis(),
        hash
    ])?;
    Ok(())
}
