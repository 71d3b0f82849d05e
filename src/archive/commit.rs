//! The commit: everything that follows from one answer, in one transaction.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::archive::article::{Change, write_article};
use crate::archive::capture::{Capture, write_capture};
use crate::archive::error::ArchiveError;
use crate::archive::host::write_pace;
use crate::archive::lease::Lease;
use crate::archive::ledger::{AnnouncedId, Ending, write_ending};
use crate::archive::robots::{RobotsCopy, RobotsId, write_robots};
use crate::archive::run::RunId;
use crate::archive::store::{Archive, stored_number};
use crate::frontier::{Continuation, Found, ListEnd, Page, PageId, PageState, Pass, Role, Settlement, Verdict};
use crate::page_url::Host;
use crate::politeness::StoredPace;
use crate::time::Timestamp;

/// One request's ending, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub announced: AnnouncedId,
    pub ending: Ending,
    /// When the answer ended.
    pub at: Timestamp,
    pub host: Host,
    pub pace: StoredPace,
    pub done: Done,
}

/// What was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    Page {
        page: Box<Page>,
        settlement: Box<Settlement>,
        capture: Option<Box<Capture>>,
    },
    /// A robots.txt.
    Robots(Box<RobotsCopy>),
    /// A step on the way to a robots.txt: a redirect.
    Step,
}

/// What a commit changed, as far as the crawl goes on from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub article: Option<Change>,
    pub robots: Option<RobotsId>,
    /// Hosts with newly queued pages, and from when.
    pub queued: BTreeMap<Host, Timestamp>,
    /// By how many pages the queue grew.
    pub queue_growth: i64,
}

impl Archive {
    /// Writes everything that follows from answers.
    pub fn settle(
        &mut self,
        lease: Lease,
        run: RunId,
        answers: &[Answered],
        now: Timestamp,
    ) -> Result<Vec<Effect>, ArchiveError> {
        let work = self.work(lease)?;
        answers.iter().map(|answer| write_answer(work, run, answer, now)).collect()
    }

    /// Settles a page that was not asked for.
    pub fn settle_unasked(
        &mut self,
        lease: Lease,
        page: PageId,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        write_state(self.work(lease)?, page, &PageState::Settled(verdict.clone()), now)
    }
}

fn write_answer(work: &Connection, run: RunId, answer: &Answered, now: Timestamp) -> Result<Effect, ArchiveError> {
    write_ending(work, run, answer.announced, &answer.ending, answer.at, answer.pace.not_before)?;
    write_pace(work, &answer.host, &answer.pace)?;
    match &answer.done {
        Done::Page { page, settlement, capture } => {
            let capture = capture.as_ref().map(|capture| write_capture(work, page.id, answer.announced, capture));
            write_settlement(work, page, settlement, capture.transpose()?, now)
        }
        Done::Robots(copy) => {
            Ok(Effect { robots: Some(write_robots(work, copy, answer.announced)?), ..Effect::default() })
        }
        Done::Step => Ok(Effect::default()),
    }
}

fn write_settlement(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
    capture: Option<i64>,
    now: Timestamp,
) -> Result<Effect, ArchiveError> {
    let mut effect = Effect::default();
    write_state(work, page.id, &settlement.state, now)?;
    if let PageState::Queued { due, .. } = settlement.state {
        effect.queue(page.url.host(), due);
    } else {
        effect.queue_growth -= 1;
    }
    for found in &settlement.found {
        if add_page(work, &page.site, found, now)? {
            effect.queue(found.url.host(), now);
            effect.queue_growth += 1;
        }
    }
    if let Some(continuation) = &settlement.goes_on {
        add_list_page(work, page, continuation, now)?;
        effect.queue(continuation.url.host(), now);
        effect.queue_growth += 1;
    }
    if let (Some(end), Some(list)) = (settlement.list_end, &page.list) {
        write_list_end(work, list.section, list.pass, end, now)?;
    }
    if let (Some(article), Some(capture)) = (&settlement.article, capture) {
        effect.article = write_article(work, page, article, capture, now)?;
    }
    Ok(effect)
}

impl Effect {
    fn queue(&mut self, host: Host, due: Timestamp) {
        let first = self.queued.entry(host).or_insert(due);
        *first = due.min(*first);
    }
}

fn write_state(work: &Connection, page: PageId, state: &PageState, now: Timestamp) -> Result<(), ArchiveError> {
    let (due, attempts, verdict) = match state {
        PageState::Queued { due, attempts } => (Some(due.millis()), *attempts, None),
        PageState::Settled(verdict) => (None, 0, Some(verdict)),
    };
    work.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = ?3, verdict = ?4, reason = ?5, settled_at = ?6 WHERE id = ?1",
    )?
    .execute(params![
        page.0,
        due,
        attempts,
        verdict.map(Verdict::name),
        verdict.and_then(Verdict::reason),
        verdict.map(|_| now.millis())
    ])?;
    Ok(())
}

/// Adds a page that is not known, and returns whether it was added. An article is known by its number, but the address
/// that one moved to is a page of its own.
fn add_page(work: &Connection, site: &str, found: &Found, now: Timestamp) -> Result<bool, ArchiveError> {
    let number = found.number.map(stored_number);
    let added = work
        .prepare_cached(
            "INSERT INTO page (site_id, host, url, role, number, priority, discovered_at, due_at, hops)
             SELECT site.id, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8 FROM site
             WHERE site.name = ?1
               AND (?8 > 0 OR ?5 IS NULL OR NOT EXISTS (SELECT 1 FROM page WHERE site_id = site.id AND number = ?5))
             ON CONFLICT (url) DO NOTHING",
        )?
        .execute(params![
            site,
            found.url.host().as_str(),
            found.url.as_str(),
            found.role.name(),
            number,
            found.role.priority(),
            now.millis(),
            found.hops
        ])?;
    Ok(added > 0)
}

/// Queues the next page of a list, known or not. A reading that goes to the end is not shortened by one that catches up.
fn add_list_page(work: &Connection, page: &Page, next: &Continuation, now: Timestamp) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, section_id, pass, began_at, previous)
         SELECT site.id, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10 FROM site WHERE site.name = ?1
         ON CONFLICT (url) DO UPDATE SET
           due_at = excluded.due_at, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL,
           section_id = excluded.section_id, began_at = excluded.began_at, previous = excluded.previous,
           pass = CASE WHEN page.due_at IS NOT NULL AND page.pass = 'first' THEN 'first' ELSE excluded.pass END
         WHERE page.role = 'list'",
    )?
    .execute(params![
        page.site,
        next.url.host().as_str(),
        next.url.as_str(),
        Role::ListPage.name(),
        Role::ListPage.priority(),
        now.millis(),
        next.list.section.0,
        next.list.pass.name(),
        next.list.began.millis(),
        next.list.previous
    ])?;
    Ok(())
}

/// Writes how a reading of a list ended. What a server that repeats itself hides cannot be reached by reading on: such
/// a list counts as read to its end, and its `list_end` says that it is partial. A later reading leaves that standing.
fn write_list_end(
    work: &Connection,
    section: PageId,
    pass: Pass,
    end: ListEnd,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let sql = match pass {
        Pass::First => "UPDATE page SET list_end = ?2, read_to_end_at = ?3 WHERE id = ?1",
        Pass::Later => "UPDATE page SET list_end = coalesce(list_end, ?2) WHERE id = ?1 AND ?3 > 0",
    };
    work.prepare_cached(sql)?.execute(params![section.0, end.name(), now.millis()])?;
    Ok(())
}
