//! The commit: everything that follows from one answer, in one transaction.

mod found_pages;
mod list_step;

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::archive::article::Change;
use crate::archive::backfill::note_rows;
use crate::archive::capture::{Capture, PageAnswer, write_page_answer};
use crate::archive::commit::found_pages::{add_page, requeue_redirected};
use crate::archive::commit::list_step::write_list_step;
use crate::archive::error::ArchiveError;
use crate::archive::host::write_pace;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{EndedRequest, Ending, write_ending};
use crate::archive::list::forget_seen_rows;
use crate::archive::page_state::write_state;
use crate::archive::revisit::{note_not_modified, note_revisit, revisit_origins, write_revisit};
use crate::archive::robots::{RobotsCopy, write_robots};
use crate::archive::store::{Archive, Lease};
use crate::archive::unended::note_ended;
use crate::frontier::{Discovered, Judged, Page, Role, Settlement, Verdict};
use crate::page_url::{Host, PageUrl};
use crate::politeness::StoredPace;
use crate::time::Timestamp;

/// How one request ended, and everything that follows from it.
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

/// What was asked for, and the result.
#[derive(Clone, Debug, PartialEq)]
pub enum Completed {
    Page {
        page: Arc<Page>,
        settlement: Box<Settlement>,
        capture: Option<Box<Capture>>,
    },
    /// The copy of a robots.txt.
    Robots(Box<RobotsCopy>),
    /// Only the ledger records the request: a redirect of a robots.txt, or a page of a survey.
    Unkept,
}

/// What a commit changed, as far as the running crawl needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitEffect {
    pub article: Option<Change>,
    pub robots: Option<RobotsId>,
    /// Hosts with newly queued pages, each with the moment that the first of them is due.
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

    /// Adds the sitemaps that a site's robots.txt names and that are not known yet. Returns the
    /// hosts of those that were added. Durable with the next save.
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

    /// Settles a page without a request for it. Durable with the next save.
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
    let ended = EndedRequest {
        announced: answer.announced,
        ending: &answer.ending,
        at: answer.at,
        not_before: answer.pace.not_before,
    };
    write_ending(work, run, &ended)?;
    write_pace(work, &answer.host, &answer.pace)?;

    match &answer.done {
        Completed::Page {
            page,
            settlement,
            capture,
        } => {
            let captured = capture.as_deref().map(|capture| PageAnswer {
                page,
                article: settlement.article(),
                capture,
                announced: answer.announced,
            });
            let change = match captured {
                Some(captured) => write_captured(work, captured, now)?,
                None => None,
            };
            note_answer(work, page, settlement, &answer.ending, change)?;

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

/// Writes the capture of an answer with its article, and returns what it changed in the article.
fn write_captured(
    work: &Connection,
    answer: PageAnswer<'_>,
    now: Timestamp,
) -> Result<Option<Change>, ArchiveError> {
    match answer.page.kept() {
        None => write_page_answer(work, answer, now),
        Some(_) => write_revisit(work, answer, now),
    }
}

/// Notes what an answer tells for later revisits of its site.
fn note_answer(
    work: &Connection,
    page: &Page,
    settlement: &Settlement,
    ending: &Ending,
    change: Option<Change>,
) -> Result<(), ArchiveError> {
    if page.kept().is_some() {
        note_revisit(work, page, settlement, change)?;
    }
    if matches!(ending, Ending::Answered { status: 304, .. }) {
        note_not_modified(work, page)?;
    }
    Ok(())
}

/// Writes a page's new state, and what its answer brought.
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

    if is_redirect_to_nothing(page, settlement) {
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

/// Writes what the answer to a settled page brought: links to other pages, and how the traversal of
/// its list goes on.
fn write_judged(
    work: &Connection,
    page: &Page,
    judged: &Judged,
    now: Timestamp,
    effect: &mut CommitEffect,
) -> Result<(), ArchiveError> {
    note_news(work, page, judged, now)?;
    for found in &judged.found {
        if add_page(work, &page.site, found, now)? || requeue_redirected(work, found, now)? {
            effect.queue(found.url.host(), now);
            effect.queue_growth += 1;
        }
    }

    if page.role() == Role::ListPage {
        forget_seen_rows(work, page.id)?;
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

/// Tells whether a redirect led to this page, and no article is there.
fn is_redirect_to_nothing(page: &Page, settlement: &Settlement) -> bool {
    page.hops > 0
        && page.role() == Role::Article
        && page.kept().is_none()
        && has_no_article(page, settlement)
}

fn has_no_article(page: &Page, settlement: &Settlement) -> bool {
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
    /// Notes that a page of a host was queued.
    fn queue(&mut self, host: Host, due: Timestamp) {
        let first = self.queued.entry(host).or_insert(due);
        *first = due.min(*first);
    }
}

/// Writes the consecutive failures of a feed or sitemap.
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

/// Notes when a list, feed or sitemap last had new articles.
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
