//! One visit, as a task of its own: fetch, read, pack. It takes values and returns values.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::archive::{AnnouncedId, Body, Capture, Charset, pack};
use crate::clock::Clock;
use crate::crawl::outcome::{outcome_of, outcome_of_trouble};
use crate::crawl::robots::Quest;
use crate::fetch::{Answer, Asking, Reach, Trouble, Web};
use crate::frontier::{Outcome, Page, Reading, Role, Visit};
use crate::opt_out::{Judgement, Reservations};
use crate::page_url::Host;
use crate::politeness::Turn;
use crate::robots::LARGEST;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// What was asked for.
#[derive(Debug)]
pub(in crate::crawl) enum Asked {
    Page(Box<Page>),
    Robots(Quest),
}

/// What a task came back with.
#[derive(Debug)]
pub(in crate::crawl) enum Finished {
    Located { host: Host, server: Result<IpAddr, Trouble> },
    Visited(Box<Visited>),
}

/// A visit that is over.
#[derive(Debug)]
pub(in crate::crawl) struct Visited {
    pub announced: AnnouncedId,
    pub turn: Turn,
    /// When the answer ended.
    pub at: Timestamp,
    pub took: Duration,
    pub asked: Asked,
    pub result: Result<Answer, Trouble>,
    /// Of the decoded body.
    pub bytes: u64,
    pub digest: [u8; 32],
    /// For pages: the answer's outcome, and what to keep of it.
    pub outcome: Option<Outcome>,
    pub capture: Option<Box<Capture>>,
}

/// Sends a visit and reads its answer.
pub(in crate::crawl) async fn visit<W: Web>(
    web: Arc<W>,
    clock: Clock,
    visit: Visit,
    reach: Reach,
    announced: AnnouncedId,
    asked: Asked,
    reader: Option<(Arc<SiteReader>, Arc<Reservations>)>,
) -> Finished {
    let began = clock.now();
    let (turn, mut result) = web.fetch(visit, reach, asking(&asked)).await;
    let at = clock.now_or_just_after();
    let bytes = result.as_ref().map_or(0, |answer| answer.body.len() as u64);
    let (mut outcome, mut capture) = (None, None);
    if let (Asked::Page(page), Some((reader, files))) = (&asked, &reader) {
        match &mut result {
            Ok(answer) => {
                let reading = AssertUnwindSafe(|| read(page, answer, reader, files, at));
                let (what, kept) = catch_unwind(reading).unwrap_or_else(|_| unread(page, answer, reader, at));
                (outcome, capture) = (Some(what), Some(Box::new(kept)));
                // The body is in the capture now; many answers may wait to be committed.
                answer.body = Vec::new();
            }
            Err(trouble) => outcome = Some(outcome_of_trouble(trouble)),
        }
    }
    let took = at.since(began);
    let digest = match (&capture, &result) {
        (Some(capture), _) => capture.body.digest(),
        (None, Ok(answer)) => Sha256::digest(&answer.body).into(),
        (None, Err(_)) => [0; 32],
    };
    Finished::Visited(Box::new(Visited { announced, turn, at, took, asked, result, bytes, digest, outcome, capture }))
}

/// What is left to be said of a page on which the reader failed: it is kept, and one page does not end a crawl.
fn unread(page: &Page, answer: &Answer, reader: &SiteReader, at: Timestamp) -> (Outcome, Capture) {
    let why = "the reader failed on it, which is a defect of saseo's".to_owned();
    let outcome = outcome_of(page, answer, reader, || Reading::Unreadable { why });
    (outcome, capture(answer, None, Judgement::default(), at))
}

/// Of a robots.txt, and of other files in its form, no more is asked for than is read.
fn asking(asked: &Asked) -> Asking {
    match asked {
        Asked::Page(page) if page.role != Role::Policy => Asking::default(),
        Asked::Page(_) | Asked::Robots(_) => Asking { enough: Some(LARGEST + 1), ..Asking::default() },
    }
}

fn read(page: &Page, answer: &Answer, reader: &SiteReader, files: &Reservations, at: Timestamp) -> (Outcome, Capture) {
    // What the headers say holds for every answer, whatever its status.
    let (mut charset, mut judgement) = (None, reader.judge_headers(page, answer, files, at));
    let outcome = outcome_of(page, answer, reader, || {
        let read = reader.read(page, answer, files, at);
        (charset, judgement) = (read.charset, read.judgement);
        read.reading
    });
    (outcome, capture(answer, charset, judgement, at))
}

fn capture(answer: &Answer, charset: Option<Charset>, judgement: Judgement, at: Timestamp) -> Capture {
    let body = match judgement.withholds() {
        Some(why) => Body::Withheld { why, digest: Sha256::digest(&answer.body).into() },
        None => Body::Kept(pack(&answer.body)),
    };
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let lines: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    Capture {
        fetched_at: at,
        status: answer.status,
        headers: lines.concat(),
        body,
        opt_outs: judgement.told,
        charset,
        etag: header("etag"),
        last_modified: header("last-modified"),
    }
}
