//! The commit: everything that follows from one answer, in one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::article::Change;
use crate::archive::backfill::note_rows;
use crate::archive::capture::{Capture, write_reading};
use crate::archive::error::ArchiveError;
use crate::archive::host::write_pace;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{Ending, write_ending};
use crate::archive::list::{add_list_page, forget_met, write_closing};
use crate::archive::page_state::write_state;
use crate::archive::revisit::{note_not_modified, note_revisit, revisit_origins, write_revisit};
use crate::archive::robots::{RobotsCopy, write_robots};
use crate::archive::store::{Archive, Lease, stored_number};
use crate::archive::unended::note_ended;
use crate::frontier::recrawl::is_suspended;
use crate::frontier::{Discovered, Judged, ListStep, Page, PageId, Role, Settlement, Verdict};
use crate::page_url::{Host, PageUrl};
use crate::politeness::StoredPace;
use crate::time::Timestamp;

/// One request's ending, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub announced: AnnouncedId,
    pub ending: Ending,
    /// When the answer ended.
    pub at: Timestamp,
    pub host: Host,
    pub pace: StoredPace,
    pub done: Completed,
}

/// What was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Completed {
    Page {
        page: Arc<Page>,
        settlement: Box<Settlement>,
        capture: Option<Box<Capture>>,
    },
    /// A robots.txt.
    Robots(Box<RobotsCopy>),
    /// A request of which the ledger alone tells: a redirect of a robots.txt, a page of a survey.
    Unkept,
}

/// What a commit changed, as far as the crawl goes on from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitEffect {
    pub article: Option<Change>,
    pub robots: Option<RobotsId>,
    /// Hosts with newly queued pages, and from when.
    pub queued: BTreeMap<Host, Timestamp>,
    /// By how many pages the queue grew.
    pub queue_growth: i64,
}

impl Archive {
    /// Writes everything that follows from answers. Durable with the next save.
    pub fn settle(
        &mut self,
        lease: Lease,
        run: RunId,
        answers: &[Completion],
        now: Timestamp,
    ) -> Result<Vec<CommitEffect>, ArchiveError> {
        let work = self.work(lease)?;
        answers
            .iter()
            .map(|answer| write_answer(work, run, answer, now))
            .collect()
    }

    /// Adds the sitemaps that a site's robots.txt names, where they are not known, and returns their hosts.
    /// Durable with the next save.
    pub fn add_sitemaps(
        &mut self,
        lease: Lease,
        site: &str,
        urls: &[PageUrl],
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        let work = self.work(lease)?;
        let mut hosts = Vec::new();
        for url in urls {
            let found = Discovered {
                url: url.clone(),
                role: Role::Sitemap,
                number: None,
                published_at: None,
                hops: 0,
            };
            if add_page(work, site, &found, now)? {
                hosts.push(url.host());
            }
        }
        Ok(hosts)
    }

    /// Settles a page that was not asked for. Durable with the next save.
    pub fn settle_unasked(
        &mut self,
        lease: Lease,
        page: &Page,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let work = self.work(lease)?;
        write_state(work, page.id, page.role(), settlement, now)?;
        match settlement {
            Settlement::Done(judged) => write_list_step(work, page, judged, now).map(|_| ()),
            Settlement::Retry { .. } | Settlement::Stands { .. } => Ok(()),
        }
    }
}

fn write_answer(
    work: &Connection,
    run: RunId,
    answer: &Completion,
    now: Timestamp,
) -> Result<CommitEffect, ArchiveError> {
    write_ending(
        work,
        run,
        answer.announced,
        &answer.ending,
        answer.at,
        answer.pace.not_before,
    )?;
    write_pace(work, &answer.host, &answer.pace)?;
    match &answer.done {
        Completed::Page {
            page,
            settlement,
            capture,
        } => {
            let article = settlement.article();
            let write = |capture: &Capture| match page.kept() {
                None => write_reading(work, page, article, capture, answer.announced, now),
                Some(_) => write_revisit(work, page, article, capture, answer.announced, now),
            };
            let change = capture.as_deref().map(write).transpose()?.flatten();
            if page.kept().is_some() {
                note_revisit(work, page, settlement, change)?;
            }
            if matches!(answer.ending, Ending::Answered { status: 304, .. }) {
                note_not_modified(work, page)?;
            }
            Ok(CommitEffect {
                article: change,
                ..write_settlement(work, page, settlement, now)?
            })
        }
        Completed::Robots(copy) => Ok(CommitEffect {
            robots: Some(write_robots(work, copy, Some(answer.announced))?),
            ..CommitEffect::default()
        }),
        Completed::Unkept => Ok(CommitEffect::default()),
    }
}

fn write_settlement(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<CommitEffect, ArchiveError> {
    let mut effect = CommitEffect::default();
    write_state(work, page.id, page.role(), settlement, now)?;
    match settlement {
        Settlement::Retry { due, .. } => {
            note_failures(work, page, settlement)?;
            effect.queue(page.url.host(), *due);
        }
        Settlement::Stands { .. } => effect.queue_growth -= 1,
        Settlement::Done(judged) => {
            effect.queue_growth -= 1;
            note_failures(work, page, settlement)?;
            write_judged(work, page, judged, now, &mut effect)?;
        }
    }
    if page.hops > 0
        && page.role() == Role::Article
        && page.kept().is_none()
        && found_nothing(page, settlement)
    {
        for host in revisit_origins(work, page, now)? {
            effect.queue(host, now);
            effect.queue_growth += 1;
        }
    }
    if page.unended > 0 {
        note_ended(work, page)?;
    }
    Ok(effect)
}

/// Writes what the answer to a settled page brought: other pages, and how its list goes on.
fn write_judged(
    work: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
    effect: &mut CommitEffect,
) -> Result<(), ArchiveError> {
    note_news(work, page, judged, now)?;
    for found in &judged.found {
        if add_page(work, &page.site, found, now)? || revive(work, found, now)? {
            effect.queue(found.url.host(), now);
            effect.queue_growth += 1;
        }
    }
    if page.role() == Role::ListPage {
        forget_met(work, page.id)?;
    }
    if page.role() == Role::Window {
        note_rows(work, page.id, judged)?;
    }

    if let Some((host, growth)) = write_list_step(work, page, judged, now)? {
        effect.queue_growth += growth;
        effect.queue(host, now);
    }
    Ok(())
}

/// Writes how the reading of a page's list goes on. Returns the host of the list's next page, if
/// there is one, and by how many pages the queue grew.
fn write_list_step(
    work: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
) -> Result<Option<(Host, i64)>, ArchiveError> {
    match &judged.list {
        Some(ListStep::GoesOn { to, next }) => {
            let growth = add_list_page(work, page, to, now)?;
            if growth.is_none() {
                write_next_of_list(work, to.list.section, *next)?;
            }
            Ok(Some((to.url.host(), growth.unwrap_or_default())))
        }
        Some(ListStep::Closes { closing, next }) => {
            if let Some(list) = page.list() {
                write_closing(work, list.section, list.traversal, closing, now)?;
                write_next_of_list(work, list.section, *next)?;
            }
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Writes from when on a list is asked for again whose reading closed. One that is queued is asked
/// for when it is due.
fn write_next_of_list(
    work: &Connection,
    list: PageId,
    next: Option<Timestamp>,
) -> Result<(), ArchiveError> {
    work.prepare_cached("UPDATE page SET next_at = ?2 WHERE id = ?1 AND due_at IS NULL")?
        .execute(params![list.0, next.map(Timestamp::millis)])?;
    Ok(())
}

fn found_nothing(page: &Page, settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Retry { misses, .. } => *misses > page.misses(),
        Settlement::Done(judged) => matches!(
            judged.verdict,
            Verdict::Gone { .. }
                | Verdict::Unextracted { .. }
                | Verdict::Refused { .. }
                | Verdict::Failed { .. }
        ),
        Settlement::Stands { .. } => false,
    }
}

impl CommitEffect {
    fn queue(&mut self, host: Host, due: Timestamp) {
        let first = self.queued.entry(host).or_insert(due);
        *first = due.min(*first);
    }
}

/// Writes how often in a row a feed or sitemap did not answer.
fn note_failures(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
) -> Result<(), ArchiveError> {
    if page.is_source() {
        work.prepare_cached("UPDATE page SET failures = ?2 WHERE id = ?1")?
            .execute(params![page.id.0, settlement.misses()])?;
    }
    Ok(())
}

/// Writes that a list, feed or sitemap told news.
fn note_news(
    work: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    if judged.news && matches!(page.role(), Role::Section | Role::Feed | Role::Sitemap) {
        work.prepare_cached("UPDATE page SET news_at = ?2 WHERE id = ?1")?
            .execute(params![page.id.0, now.millis()])?;
    }
    Ok(())
}

/// So many sitemaps of a site are known at most: an index may name others without end.
const MOST_SITEMAPS: u32 = 5_000;

/// Adds a page that is not known, and returns whether it was added. An article is known by its number, but the address
/// that one moved to is a page of its own.
fn add_page(
    work: &Connection,
    site: &str,
    found: &Discovered,
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    let number = found.number.map(stored_number);
    let added = work
        .prepare_cached(
            "INSERT INTO page (site_id, host, url, role, number, priority, discovered_at, due_at, hops)
             SELECT site.id, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8 FROM site
             WHERE site.name = ?1
               AND (?8 > 0 OR ?5 IS NULL OR NOT EXISTS (SELECT 1 FROM page WHERE site_id = site.id AND number = ?5))
               AND (?4 <> 'sitemap' OR (SELECT count(*) FROM page WHERE site_id = site.id AND role = 'sitemap') < ?9)
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
            found.hops,
            MOST_SITEMAPS
        ])?;
    Ok(added > 0)
}

/// Queues an entry page anew that a redirect leads to: it is known, and read as often as what leads there.
fn revive(work: &Connection, found: &Discovered, now: Timestamp) -> Result<bool, ArchiveError> {
    if found.hops == 0 || found.role == Role::Article {
        return Ok(false);
    }
    let mut select = work.prepare_cached(
        "SELECT id, failures, settled_at FROM page WHERE url = ?1 AND role = ?2 AND hops > 0 AND verdict IS NOT NULL",
    )?;
    let settled = select.query_row(params![found.url.as_str(), found.role.name()], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get(1)?,
            Timestamp::from_millis(row.get(2)?),
        ))
    });
    let Some((id, failures, settled_at)) = settled.optional()? else {
        return Ok(false);
    };
    if is_suspended(failures, settled_at, now) {
        return Ok(false);
    }

    work.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL, hops = ?3 WHERE id = ?1",
    )?
    .execute(params![id, now.millis(), found.hops])?;
    Ok(true)
}
