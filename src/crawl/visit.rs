//! One visit, as a task of its own: fetch, read, pack. It takes values and returns values.

use std::net::IpAddr;
use std::sync::Arc;

use crate::archive::{AnnouncedId, Capture, pack};
use crate::clock::Clock;
use crate::crawl::SiteReader;
use crate::crawl::outcome::{outcome_of, outcome_of_trouble};
use crate::crawl::robots::Quest;
use crate::fetch::{Answer, Conditional, Reach, Trouble, Web};
use crate::frontier::{Outcome, Page, Visit};
use crate::page_url::Host;
use crate::politeness::Turn;
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
    pub asked: Asked,
    pub result: Result<Answer, Trouble>,
    /// Of the decoded body.
    pub bytes: u64,
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
    reader: Option<Arc<SiteReader>>,
) -> Finished {
    let (turn, mut result) = web.fetch(visit, reach, Conditional::default()).await;
    let at = clock.now_or_just_after();
    let bytes = result.as_ref().map_or(0, |answer| answer.body.len() as u64);
    let (mut outcome, mut capture) = (None, None);
    if let (Asked::Page(page), Some(reader)) = (&asked, &reader) {
        match &mut result {
            Ok(answer) => {
                let (what, kept) = read(page, answer, reader, at);
                (outcome, capture) = (Some(what), Some(Box::new(kept)));
                // The body is in the capture now; many answers may wait to be committed.
                answer.body = Vec::new();
            }
            Err(trouble) => outcome = Some(outcome_of_trouble(trouble)),
        }
    }
    Finished::Visited(Box::new(Visited { announced, turn, at, asked, result, bytes, outcome, capture }))
}

fn read(page: &Page, answer: &Answer, reader: &SiteReader, at: Timestamp) -> (Outcome, Capture) {
    let mut charset = None;
    let outcome = outcome_of(page, answer, || {
        let (reading, used) = reader.read(page, answer, at);
        charset = used;
        reading
    });
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let lines: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let capture = Capture {
        fetched_at: at,
        status: answer.status,
        headers: lines.concat(),
        body: pack(&answer.body),
        charset,
        etag: header("etag"),
        last_modified: header("last-modified"),
    };
    (outcome, capture)
}
