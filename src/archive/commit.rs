//! The commit: everything that follows from one answer, in one transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::article::{Change, known_article, mark_gone, write_article};
use crate::archive::capture::{Capture, write_capture};
use crate::archive::error::ArchiveError;
use crate::archive::host::write_pace;
use crate::archive::lease::Lease;
use crate::archive::ledger::{AnnouncedId, Ending, write_ending};
use crate::archive::pages::joint_json;
use crate::archive::robots::{RobotsCopy, RobotsId, write_robots};
use crate::archive::run::RunId;
use crate::archive::store::{Archive, stored_number};
use crate::extract::Article;
use crate::frontier::{
    Closing, Continuation, Coverage, Found, ListEnd, Page, PageId, PageState, Pass, Role, Settlement,
};
use crate::page_url::Host;
use crate::politeness::StoredPace;
use crate::revisit::{GONE_AGAIN, Looks};
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

    /// Puts off what is due at a host that cannot be asked: a day each time, and at last it has failed. Returns how many
    /// pages have.
    pub fn put_off(&mut self, lease: Lease, host: &Host, why: &str, now: Timestamp) -> Result<u64, ArchiveError> {
        const TRIES: u32 = 5;
        let selected = self.selected.clone();
        let work = self.work(lease)?;
        let failed = work.execute(
            &format!(
                "UPDATE page SET due_at = NULL, verdict = coalesce(verdict, 'failed'), reason = iif(verdict IS NULL, ?3, reason),
                        settled_at = coalesce(settled_at, ?2)
                 WHERE host = ?1 AND due_at <= ?2 AND attempts >= ?4 AND site_id IN ({selected})"
            ),
            params![host.as_str(), now.millis(), why, TRIES],
        )?;
        let tomorrow = now + Duration::from_secs(24 * 3600);
        work.execute(
            &format!(
                "UPDATE page SET attempts = attempts + 1, due_at = ?3
                 WHERE host = ?1 AND due_at <= ?2 AND site_id IN ({selected})"
            ),
            params![host.as_str(), now.millis(), tomorrow.millis()],
        )?;
        Ok(failed as u64)
    }

    /// Settles a page that was not asked for.
    pub fn settle_unasked(
        &mut self,
        lease: Lease,
        page: PageId,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        write_state(self.work(lease)?, page, settlement, now)
    }

    /// Adds what was looked at again in a run to the looks of the last days, and returns them all: many runs make one look each.
    pub fn add_looks(&mut self, lease: Lease, site: &str, looks: Looks, now: Timestamp) -> Result<Looks, ArchiveError> {
        const DAYS: Duration = Duration::from_secs(3 * 24 * 3600);
        let work = self.work(lease)?;
        work.execute(
            "UPDATE site SET looks_from = ?2, looks_made = 0, looks_gone = 0
             WHERE name = ?1 AND (looks_from IS NULL OR looks_from NOT BETWEEN ?3 AND ?2)",
            params![site, now.millis(), (now - DAYS).millis()],
        )?;
        work.execute(
            "UPDATE site SET looks_made = looks_made + ?2, looks_gone = looks_gone + ?3 WHERE name = ?1",
            params![site, looks.made.cast_signed(), looks.gone.cast_signed()],
        )?;
        let sql = "SELECT looks_made, looks_gone FROM site WHERE name = ?1";
        Ok(work.query_row(sql, [site], |row| Ok(Looks { made: row.get(0)?, gone: row.get(1)? }))?)
    }

    /// Marks as gone the articles of a site that were looked at since `began` and found nothing at for the second time or more.
    /// Returns how many; nothing of them is deleted.
    pub fn bury(&mut self, lease: Lease, site: &str, began: Timestamp, now: Timestamp) -> Result<u64, ArchiveError> {
        let work = self.work(lease)?;
        let mut select = work.prepare_cached(
            "SELECT id, url, number FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)
             AND again_at >= ?2 AND gone_looks >= 2",
        )?;
        let looked_since = (began + GONE_AGAIN).millis();
        let pages: Vec<(i64, String, Option<i64>)> = select
            .query_map(params![site, looked_since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (page, url, number) in &pages {
            work.execute(
                "UPDATE page SET verdict = 'gone', reason = 'two looks a day apart found nothing', settled_at = ?2, again_at = NULL,
                        gone_looks = 0 WHERE id = ?1",
                params![page, now.millis()],
            )?;
            if let Some(article) = known_article(work, site, number.map(i64::cast_unsigned), url)? {
                mark_gone(work, article, now)?;
            }
        }
        Ok(pages.len() as u64)
    }
}

fn write_answer(work: &Connection, run: RunId, answer: &Answered, now: Timestamp) -> Result<Effect, ArchiveError> {
    write_ending(work, run, answer.announced, &answer.ending, answer.at, answer.pace.not_before)?;
    write_pace(work, &answer.host, &answer.pace)?;
    match &answer.done {
        Done::Page { page, settlement, capture } => {
            let article = settlement.article.as_deref();
            let write = |capture: &Capture| write_reading(work, page, article, capture, answer.announced, now);
            let change = capture.as_deref().map(write).transpose()?.flatten();
            if page.kept.is_some() && !matches!(settlement.state, PageState::Queued { .. }) {
                // What was not seen, or only said to be as it was, tells nothing of whether the paper edits.
                let news = match (change, article) {
                    (Some(_), _) => Some(0),
                    (None, Some(_)) => Some(1),
                    (None, None) => (settlement.gone > 0).then_some(0),
                };
                work.prepare_cached(
                    "UPDATE site SET unchanged = ?2 * (unchanged + 1) WHERE name = ?1 AND ?2 IS NOT NULL",
                )?
                .execute(params![page.site, news])?;
            }
            Ok(Effect { article: change, ..write_settlement(work, page, settlement, now)? })
        }
        Done::Robots(copy) => {
            Ok(Effect { robots: Some(write_robots(work, copy, Some(answer.announced))?), ..Effect::default() })
        }
        Done::Step => Ok(Effect::default()),
    }
}

fn write_settlement(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<Effect, ArchiveError> {
    let mut effect = Effect::default();
    write_state(work, page.id, settlement, now)?;
    if let PageState::Queued { due, .. } = settlement.state {
        effect.queue(page.url.host(), due);
    } else {
        effect.queue_growth -= 1;
    }
    for found in &settlement.found {
        if add_page(work, &page.site, found, now)? || revive(work, found, now)? {
            effect.queue(found.url.host(), now);
            effect.queue_growth += 1;
        }
    }
    if let Some(continuation) = &settlement.goes_on {
        effect.queue_growth += add_list_page(work, page, continuation, now)?;
        effect.queue(continuation.url.host(), now);
    }
    if let (Some(closing), Some(list)) = (&settlement.closing, &page.list) {
        write_closing(work, list.section, list.pass, closing, now)?;
    }
    Ok(effect)
}

impl Effect {
    fn queue(&mut self, host: Host, due: Timestamp) {
        let first = self.queued.entry(host).or_insert(due);
        *first = due.min(*first);
    }
}

/// Writes where a page stands. What was known of one that is queued again, to be looked at once more, stands meanwhile.
fn write_state(work: &Connection, page: PageId, settlement: &Settlement, now: Timestamp) -> Result<(), ArchiveError> {
    let again = settlement.again.map(Timestamp::millis);
    match &settlement.state {
        PageState::Queued { due, attempts } => {
            work.prepare_cached("UPDATE page SET due_at = ?2, attempts = ?3 WHERE id = ?1")?.execute(params![
                page.0,
                due.millis(),
                attempts
            ])?;
        }
        PageState::Settled(verdict) => {
            work.prepare_cached(
                "UPDATE page SET due_at = NULL, attempts = 0, verdict = ?2, reason = ?3, settled_at = ?4, again_at = ?5, gone_looks = 0
                 WHERE id = ?1",
            )?
            .execute(params![page.0, verdict.name(), verdict.reason(), now.millis(), again])?;
        }
        PageState::Stands => {
            work.prepare_cached(
                "UPDATE page SET due_at = NULL, attempts = 0, again_at = ?2, gone_looks = ?3 WHERE id = ?1",
            )?
            .execute(params![page.0, again, settlement.gone])?;
        }
    }
    Ok(())
}

/// Writes what came, and returns what it did to the article. Of another look that found everything as it was, only the
/// validators are news.
fn write_reading(
    work: &Connection,
    page: &Page,
    article: Option<&Article>,
    capture: &Capture,
    announced: AnnouncedId,
    now: Timestamp,
) -> Result<Option<Change>, ArchiveError> {
    if page.kept.is_none() {
        let id = write_capture(work, page.id, announced, capture)?;
        return article.map_or(Ok(None), |article| Ok(write_article(work, page, article, id, now)?.change()));
    }
    let (before, before_digest) = (validators(work, page.id)?, kept_digest(work, page.id)?);
    work.prepare_cached("SAVEPOINT look")?.execute([])?;
    let id = write_capture(work, page.id, announced, capture)?;
    let change = article.map(|article| write_article(work, page, article, id, now)).transpose()?;
    let change = change.and_then(|written| written.change());
    if article.is_some() && change.is_none() {
        work.prepare_cached("ROLLBACK TO look")?.execute([])?;
        work.prepare_cached("UPDATE page SET etag = ?2, last_modified = ?3 WHERE id = ?1")?.execute(params![
            page.id.0,
            capture.etag,
            capture.last_modified
        ])?;
    }
    work.prepare_cached("RELEASE look")?.execute([])?;
    let has_validators = capture.etag.is_some() || capture.last_modified.is_some();
    let is_other_page = before_digest.is_some_and(|digest| digest != capture.body.digest());
    let are_equal = has_validators && before == (capture.etag.clone(), capture.last_modified.clone());
    if change.is_some() && is_other_page && are_equal {
        work.execute("UPDATE site SET validators_lie = 1 WHERE name = ?1", [&page.site])?;
    }
    Ok(change)
}

/// The digest of the body that is kept of a page's newest telling answer.
fn kept_digest(work: &Connection, page: PageId) -> Result<Option<[u8; 32]>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT body.sha256 FROM page JOIN capture ON capture.id = page.capture_id JOIN body ON body.id = capture.body_id
         WHERE page.id = ?1",
    )?;
    Ok(select.query_row([page.0], |row| row.get(0)).optional()?)
}

type Validators = (Option<String>, Option<String>);

fn validators(work: &Connection, page: PageId) -> Result<Validators, ArchiveError> {
    let mut select = work.prepare_cached("SELECT etag, last_modified FROM page WHERE id = ?1")?;
    Ok(select.query_row([page.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
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

/// Queues an entry page anew that a redirect leads to: it is known, and read as often as what leads there.
fn revive(work: &Connection, found: &Found, now: Timestamp) -> Result<bool, ArchiveError> {
    if found.hops == 0 || found.role == Role::Article {
        return Ok(false);
    }
    let revived = work
        .prepare_cached(
            "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL, hops = ?3
             WHERE url = ?1 AND role = ?4 AND hops > 0 AND verdict IS NOT NULL",
        )?
        .execute(params![found.url.as_str(), now.millis(), found.hops, found.role.name()])?;
    Ok(revived > 0)
}

/// Queues the next page of a list, known or not, and returns by how many pages the queue grew. A reading that goes to the
/// end is not shortened by one that catches up. A page that is no further one of a list stays what it is.
fn add_list_page(work: &Connection, page: &Page, next: &Continuation, now: Timestamp) -> Result<i64, ArchiveError> {
    let mut queued = work.prepare_cached("SELECT count(*) FROM page WHERE url = ?1 AND due_at IS NOT NULL")?;
    let before: i64 = queued.query_row([next.url.as_str()], |row| row.get(0))?;
    let added = work.prepare_cached(
        "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, section_id, pass, began_at, previous, promised, hops,
                           joint)
         SELECT site.id, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM site WHERE site.name = ?1
         ON CONFLICT (url) DO UPDATE SET
           due_at = excluded.due_at, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL,
           section_id = excluded.section_id, began_at = excluded.began_at, previous = excluded.previous,
           promised = excluded.promised, hops = excluded.hops, joint = excluded.joint,
           pass = CASE WHEN page.due_at IS NOT NULL AND page.pass <> 'later' THEN page.pass ELSE excluded.pass END
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
        serde_json::json!(next.list.previous).to_string(),
        next.list.promised,
        next.hops,
        joint_json(&next.list.joint.head, next.list.joint.met)
    ])?;
    if added == 0 {
        // The list leads to a page of another kind, its own beginning perhaps: it goes round.
        let closing = Closing::Ended { end: ListEnd::Repeats, since: None, head: next.list.joint.head.clone() };
        write_closing(work, next.list.section, next.list.pass, &closing, now)?;
    }
    Ok(if added == 0 { 0 } else { 1 - before })
}

/// Writes how a reading of a list closed. What a server that repeats itself hides cannot be reached by reading on: such
/// a list counts as read to its end, and its `list_end` says that it is partial. A later reading leaves that standing. A
/// list that broke off counts as never read.
fn write_closing(
    work: &Connection,
    section: PageId,
    pass: Pass,
    closing: &Closing,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let (end, since, head) = match closing {
        Closing::Ended { end, since, head } => (end, since, head),
        Closing::BrokenOff => {
            // A later reading goes on until it has joined the last complete one; where that is not known, all is read again.
            work.prepare_cached("UPDATE page SET read_to_end_at = NULL WHERE id = ?1 AND joint IS NULL")?
                .execute([section.0])?;
            return Ok(());
        }
    };
    let sql = match pass {
        Pass::First | Pass::Window => {
            "UPDATE page SET joint = ?5, list_end = ?2, read_to_end_at = ?3, deep_at = ?3, read_since = ?4 WHERE id = ?1"
        }
        // The server repeated a page: what lies behind it was not met.
        Pass::Deep | Pass::Later if end.coverage() == Coverage::Partial => {
            "UPDATE page SET list_end = coalesce(list_end, ?2) WHERE id = ?1 AND ?3 > 0 AND ?4 IS ?4 AND ?5 IS ?5"
        }
        Pass::Deep => {
            "UPDATE page SET joint = ?5, list_end = coalesce(list_end, ?2), deep_at = ?3 WHERE id = ?1 AND ?4 IS ?4"
        }
        Pass::Later => {
            "UPDATE page SET joint = ?5, list_end = coalesce(list_end, ?2) WHERE id = ?1 AND ?3 > 0 AND ?4 IS ?4"
        }
    };
    let since = since.map(Timestamp::millis);
    let joint = joint_json(head, 0);
    work.prepare_cached(sql)?.execute(params![section.0, end.name(), now.millis(), since, joint])?;
    Ok(())
}
