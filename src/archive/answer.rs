//! One answer: everything that follows from it is written in the open transaction, and saved as a
//! whole.

mod article_photos;
mod found_pages;
mod list_step;
mod settlement;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::archive::answer::article_photos::note_wish;
use crate::archive::answer::found_pages::add_pages;
use crate::archive::answer::list_step::write_list_step;
use crate::archive::answer::settlement::write_settlement;
use crate::archive::capture::{
    AnswerQuestions, Capture, PageAnswer, WrittenArticle, write_page_answer,
};
use crate::archive::change::ChangeKind;
use crate::archive::engine::{AskedRow, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::host::write_pace;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{EndedRequest, Ending, write_ending};
use crate::archive::page_state::write_state;
use crate::archive::removal::{TakedownCheck, bury};
use crate::archive::revisit::{KeptAnswer, note_not_modified, note_revisit, write_revisit};
use crate::archive::robots::{RobotsCopy, write_robots};
use crate::archive::store::{Lease, Writer};
use crate::frontier::{Discovered, Page, Role, Settlement};
use crate::page_url::{Host, PageUrl};
use crate::politeness::StoredPace;
use crate::time::Timestamp;

/// The end of one request, and everything that follows from it.
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

/// The subject of a request, and its result.
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

/// The effects of a written answer that the running crawl needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteEffect {
    pub article: Option<ChangeKind>,
    pub robots: Option<RobotsId>,
    /// Hosts with newly queued pages, each with the moment that the first of them is due.
    pub queued: BTreeMap<Host, Timestamp>,
    /// By how many pages the queue grew.
    pub queue_growth: i64,
}

#[doc(hidden)]
impl Writer {
    /// Writes everything that follows from answers. Durable with the next save.
    pub fn settle(
        &mut self,
        lease: Lease,
        run: RunId,
        answers: &[Completion],
        now: Timestamp,
    ) -> Result<Vec<WriteEffect>, ArchiveError> {
        let tx = self.transaction(lease)?;
        answers
            .iter()
            .map(|answer| write_answer(tx, run, answer, now))
            .collect()
    }

    /// Adds the pages of a role that are not known yet: sitemaps that a robots.txt names, and RSL
    /// licence files. Returns the host of each page that was added. Durable with the next save.
    pub fn add_pages(
        &mut self,
        lease: Lease,
        site: &str,
        (role, urls): (Role, &[PageUrl]),
        now: Timestamp,
    ) -> Result<Vec<Host>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let found = urls.iter().map(|url| Discovered {
            url: url.clone(),
            role,
            key: None,
            published_at: None,
            hops: 0,
        });
        let found: Vec<_> = found.collect();
        let found: Vec<_> = found.iter().collect();
        let added = add_pages(tx, site, &found, now)?;
        let added = urls.iter().zip(added).filter(|(_, is_added)| *is_added);
        Ok(added.map(|(url, _)| url.host()).collect())
    }

    /// Settles a page without a request for it. Durable with the next save.
    pub fn settle_unasked(
        &mut self,
        lease: Lease,
        page: &Page,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        write_state(tx, page.id, page.role(), settlement, now)?;

        match settlement {
            Settlement::Done(judged) => write_list_step(tx, page, judged, now).map(|_| ()),
            Settlement::Retry { .. } | Settlement::Stands { .. } => Ok(()),
        }
    }
}

fn write_answer(
    tx: &Connection,
    run: RunId,
    answer: &Completion,
    now: Timestamp,
) -> Result<WriteEffect, ArchiveError> {
    let ended = EndedRequest {
        announced: answer.announced,
        ending: &answer.ending,
        at: answer.at,
        not_before: answer.pace.not_before,
    };
    write_ending(tx, run, &ended)?;
    write_pace(tx, &answer.host, &answer.pace)?;

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
            write_page(tx, (page, settlement, &answer.ending), captured, now)
        }
        Completed::Robots(copy) => Ok(WriteEffect {
            robots: Some(write_robots(tx, copy, Some(answer.announced))?),
            ..WriteEffect::default()
        }),
        Completed::Unkept => Ok(WriteEffect::default()),
    }
}

/// Writes everything that follows from the answer for a page. Nothing of an article that was taken
/// down is kept.
fn write_page(
    tx: &Connection,
    (page, settlement, ending): (&Page, &Settlement, &Ending),
    captured: Option<PageAnswer<'_>>,
    now: Timestamp,
) -> Result<WriteEffect, ArchiveError> {
    let takedown = TakedownCheck::ask(tx, page, settlement.article())?;
    let asked = match captured {
        Some(answer) => Some(AskedAnswer::of(tx, answer)?),
        None => None,
    };
    if takedown.wait()? {
        bury(tx, page, now)?;
        return Ok(WriteEffect {
            queue_growth: -1,
            ..WriteEffect::default()
        });
    }

    let written = match asked {
        Some(asked) => asked.write(tx, now)?,
        None => None,
    };
    let change = written.and_then(|article| article.change);
    note_answer(tx, page, settlement, ending, change)?;

    let effect = write_settlement(tx, page, settlement, now)?;
    note_wish(tx, page, settlement, written)?;
    Ok(WriteEffect {
        article: change,
        ..effect
    })
}

/// An answer that is to be kept, with what was asked about it.
struct AskedAnswer<'c, 'a> {
    answer: PageAnswer<'a>,
    questions: AnswerQuestions<'c>,
    /// What is kept of the page; `None` at its first answer.
    kept: Option<AskedRow<'c, KeptAnswer>>,
}

impl<'c, 'a> AskedAnswer<'c, 'a> {
    fn of(tx: &'c Connection, answer: PageAnswer<'a>) -> Result<Self, ArchiveError> {
        Ok(Self {
            answer,
            questions: AnswerQuestions::ask(tx, answer)?,
            kept: match answer.page.kept() {
                Some(_) => Some(KeptAnswer::ask(tx, answer.page.id)?),
                None => None,
            },
        })
    }

    /// Writes the capture of the answer with its article.
    fn write(
        self,
        tx: &Connection,
        now: Timestamp,
    ) -> Result<Option<WrittenArticle>, ArchiveError> {
        let rows = self.questions.with_mended_body(tx, self.answer)?;
        match self.kept {
            None => write_page_answer(tx, self.answer, rows, now),
            Some(kept) => write_revisit(tx, self.answer, (&kept.wait()?, rows), now),
        }
    }
}

/// Notes what an answer tells for later revisits of its site.
fn note_answer(
    tx: &Connection,
    page: &Page,
    settlement: &Settlement,
    ending: &Ending,
    change: Option<ChangeKind>,
) -> Result<(), ArchiveError> {
    if page.kept().is_some() {
        note_revisit(tx, page, settlement, change)?;
    }
    if matches!(ending, Ending::Answered { status: 304, .. }) {
        note_not_modified(tx, page)?;
    }
    Ok(())
}

impl WriteEffect {
    /// Notes that a page of a host was queued.
    fn queue(&mut self, host: Host, due: Timestamp) {
        let first = self.queued.entry(host).or_insert(due);
        *first = due.min(*first);
    }
}
