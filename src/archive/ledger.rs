//! The ledger: every request, announced before it is sent, and how it ended. Each row is chained to
//! the row before it.

mod link;
mod terms;

use std::net::IpAddr;
use std::time::Duration;

use rusqlite::params;

use crate::archive::compression::Dictionary;
use crate::archive::dictionaries::ask_newest;
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::link::BEFORE_FIRST;
use crate::archive::store::{Lease, Writer, millis};
use crate::frontier::Page;
use crate::page_url::PageUrl;
use crate::politeness::LastRequests;
use crate::time::Timestamp;

pub(super) use link::ChainLink;
pub use link::Form;
pub use terms::{HostTerms, Terms};

/// A request that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The moment of the decision to send it. It is sent no earlier.
    pub at: Timestamp,
    pub url: PageUrl,
    pub server: Option<IpAddr>,
    /// The robots.txt that allowed it; `rule` is the rule that did.
    pub robots: Option<RobotsId>,
    pub rule: String,
    /// The gap that was kept to the host.
    pub gap: Duration,
}

/// A request of a run that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct RequestOfRun<'a> {
    pub run: RunId,
    pub request: &'a Announcement,
    /// The page that is asked for; `None` for a robots.txt.
    pub page: Option<&'a Page>,
}

/// A request that was announced.
#[derive(Clone, Debug)]
pub struct AnnounceEffect {
    pub id: AnnouncedId,
    /// The dictionary for the body of the answer, if the page has one.
    pub dictionary: Option<Dictionary>,
}

/// At most so many announcements are read for the last requests: more than a crawl makes within the
/// gap of any server or of all servers, and read in milliseconds.
const MAX_READ_BACK: usize = 5_000;

/// The hash of a new row: over the hash of the newest row, `?1` where there is none, and the bytes
/// `?2` of the new one. The engine makes it, so that nobody waits for the newest row.
const NEXT_HASH: &str =
    "sha256(coalesce((SELECT hash FROM ledger ORDER BY id DESC LIMIT 1), ?1) || ?2)";

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
    /// No answer came, or none that could be read.
    Trouble { why: String },
}

/// The end of an announced request.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndedRequest<'a> {
    pub announced: AnnouncedId,
    pub ending: &'a Ending,
    /// When it ended.
    pub at: Timestamp,
    /// From when on its host may be asked again.
    pub not_before: Timestamp,
}

#[doc(hidden)]
impl Writer {
    /// Announces requests in the ledger. Durable with the next save; they may be sent after it.
    pub fn announce(
        &mut self,
        lease: Lease,
        run: RunId,
        requests: &[Announcement],
    ) -> Result<Vec<AnnouncedId>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let asked: Vec<_> = requests
            .iter()
            .map(|request| write_announcement(tx, run, request))
            .collect::<Result<_, _>>()?;
        numbers(asked)
    }

    /// Announces requests of several runs in the ledger, and saves them with everything that was
    /// written before. They may be sent then. Tells with which dictionaries their answers are to be
    /// compressed: a server is asked for that at the same time.
    pub fn announce_and_save(
        &mut self,
        lease: Lease,
        requests: &[RequestOfRun<'_>],
    ) -> Result<Vec<AnnounceEffect>, ArchiveError> {
        if !requests.is_empty() {
            self.transaction(lease)?;
        }
        let tx = &self.connection;
        let mut asked = Vec::with_capacity(requests.len());
        for RequestOfRun { run, request, page } in requests {
            let id = write_announcement(tx, *run, request)?;
            let dictionary = match page {
                Some(page) => ask_newest(tx, &page.site, page.role())?,
                None => None,
            };
            asked.push((id, dictionary));
        }

        self.commit()?;
        let announced = asked.into_iter().map(|(id, dictionary)| {
            let dictionary = dictionary.map(|asked| self.dictionaries.asked(tx, asked));
            Ok(AnnounceEffect {
                id: id.wait()?,
                dictionary: dictionary.transpose()?.flatten(),
            })
        });
        announced.collect()
    }

    /// Returns when each server was last asked, for requests since a moment; those of killed runs
    /// count. Reads the ledger backwards from its end. Sees unsaved changes as well.
    pub fn last_requests(&self, since: Timestamp) -> Result<LastRequests, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT at, server FROM ledger WHERE kind = 'announced' ORDER BY id DESC LIMIT ?1",
        )?;
        let mut rows = select.query([MAX_READ_BACK])?;

        let mut last = LastRequests::default();
        let mut rows_read = 0;
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
            rows_read += 1;
        }

        last.all_others = (rows_read == MAX_READ_BACK).then_some(at);
        Ok(last)
    }
}

/// Writes that a run begins, with its terms.
pub(super) fn write_beginning(
    tx: &Connection,
    run: RunId,
    terms: &Terms,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let terms = terms.to_json();
    let link = ChainLink::of(Form::Second, "began", now, run).text(&terms);

    let mut insert = tx.prepare_cached(&format!(
        "INSERT INTO ledger (kind, form, at, run_id, terms, hash)
         VALUES ('began', 2, ?3, ?4, ?5, {NEXT_HASH})"
    ))?;
    insert.execute_later(params![
        BEFORE_FIRST,
        link.into_bytes(),
        now.millis(),
        run.0,
        terms
    ])?;
    Ok(())
}

/// Writes an announcement, and asks for its number.
fn write_announcement<'c>(
    tx: &'c Connection,
    run: RunId,
    request: &Announcement,
) -> Result<AskedRow<'c, AnnouncedId>, ArchiveError> {
    let host = request.url.host();
    let server = request.server.map(|server| server.to_string());
    let gap = millis(request.gap);
    let link = ChainLink::of(Form::Second, "announced", request.at, run)
        .text(request.url.as_str())
        .text(host.as_str())
        .text(server.as_deref().unwrap_or_default())
        .number(request.robots.map_or(0, |robots| robots.0))
        .text(&request.rule)
        .number(gap);

    let mut insert = tx.prepare_cached(&format!(
        "INSERT INTO ledger (kind, form, at, run_id, url, host, server, robots_id, rule, gap, hash)
         VALUES ('announced', 2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, {NEXT_HASH})
         RETURNING id"
    ))?;
    let values = params![
        BEFORE_FIRST,
        link.into_bytes(),
        request.at.millis(),
        run.0,
        request.url.as_str(),
        host.as_str(),
        server,
        request.robots.map(|robots| robots.0),
        request.rule,
        gap
    ];
    Ok(insert.ask_row(values, |row| Ok(AnnouncedId(row.get(0)?)))?)
}

/// Returns the numbers of announcements.
fn numbers(asked: Vec<AskedRow<'_, AnnouncedId>>) -> Result<Vec<AnnouncedId>, ArchiveError> {
    let numbers = asked.into_iter().map(|id| Ok(id.wait()?));
    numbers.collect()
}

/// The columns of an ending's row that depend on how the request ended.
struct EndingColumns<'a> {
    status: Option<u16>,
    bytes: i64,
    digest: Option<&'a [u8; 32]>,
    retry_after: Option<i64>,
    trouble: Option<&'a str>,
}

impl<'a> EndingColumns<'a> {
    fn of(ending: &'a Ending) -> Self {
        match ending {
            Ending::Answered {
                status,
                bytes,
                digest,
                retry_after,
            } => Self {
                status: Some(*status),
                bytes: bytes.cast_signed(),
                digest: Some(digest),
                retry_after: retry_after.map(Timestamp::millis),
                trouble: None,
            },
            Ending::Trouble { why } => Self {
                status: None,
                bytes: 0,
                digest: None,
                retry_after: None,
                trouble: Some(why),
            },
        }
    }
}

/// Writes how a request ended, and from when on its host may be asked again.
pub(super) fn write_ending(
    tx: &Connection,
    run: RunId,
    request: &EndedRequest<'_>,
) -> Result<(), ArchiveError> {
    let (at, not_before) = (request.at, request.not_before);
    let columns = EndingColumns::of(request.ending);
    let link = ChainLink::of(Form::Second, "ended", at, run)
        .number(request.announced.0)
        .number(columns.status.map_or(0, i64::from))
        .number(columns.bytes)
        .bytes(columns.digest.map_or(&[], |digest| digest.as_slice()))
        .number(columns.retry_after.unwrap_or_default())
        .text(columns.trouble.unwrap_or_default())
        .number(not_before.millis());

    let mut insert = tx.prepare_cached(&format!(
        "INSERT INTO ledger (kind, form, at, run_id, announced_id, status, bytes, digest,
                             retry_after, trouble, not_before, hash)
         VALUES ('ended', 2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, {NEXT_HASH})"
    ))?;
    insert.execute_later(params![
        BEFORE_FIRST,
        link.into_bytes(),
        at.millis(),
        run.0,
        request.announced.0,
        columns.status,
        columns.bytes,
        columns.digest,
        columns.retry_after,
        columns.trouble,
        not_before.millis()
    ])?;
    Ok(())
}
