//! One visit, as a task of its own: fetch, read, pack. It takes values and returns values.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::archive::{AnnouncedId, Body, Capture, Charset, pack};
use crate::clock::Clock;
use crate::crawl::classify::{outcome_of, outcome_of_trouble};
use crate::deadline::{BUDGET, Undone, room, room_as_weighed, within};
use crate::dispatch::RobotsFetch;
use crate::fetch::{Answer, Reach, RequestTerms, Trouble, Web};
use crate::frontier::{Outcome, Page, ParsedPage, Role, Visit};
use crate::markup::Weight;
use crate::opt_out::{Judgement, Reservations};
use crate::page_url::Host;
use crate::politeness::Turn;
use crate::robots::LARGEST;
use crate::site_reader::{Response, SiteReader};
use crate::time::Timestamp;

/// What was asked for.
#[derive(Debug)]
pub(super) enum VisitTarget {
    Page(Arc<Page>),
    Robots(RobotsFetch),
}

impl VisitTarget {
    /// The site that asks.
    pub fn site(&self) -> &str {
        match self {
            Self::Page(page) => &page.site,
            Self::Robots(fetch) => &fetch.site,
        }
    }
}

/// What reading a page of a site takes.
#[derive(Debug)]
pub(super) struct Reads {
    pub reader: Arc<SiteReader>,
    /// What the site's host says of all its pages.
    pub files: Arc<Reservations>,
}

/// What a task came back with.
#[derive(Debug)]
pub(super) enum Finished {
    Located {
        host: Host,
        server: Result<IpAddr, Trouble>,
    },
    Visited(Box<Visited>),
}

/// A visit that is over.
#[derive(Debug)]
pub(super) struct Visited {
    pub announced: AnnouncedId,
    pub turn: Turn,
    /// When the answer ended.
    pub at: Timestamp,
    pub took: Duration,
    pub asked: VisitTarget,
    pub result: Result<Answer, Trouble>,
    /// Of the decoded body.
    pub bytes: u64,
    pub digest: [u8; 32],
    /// For pages: the answer's outcome, and what to keep of it.
    pub outcome: Option<Outcome>,
    pub capture: Option<Box<Capture>>,
}

/// Sends a visit and reads its answer.
pub(super) async fn visit<W: Web>(
    web: Arc<W>,
    clock: Clock,
    visit: Visit,
    reach: Reach,
    announced: AnnouncedId,
    asked: VisitTarget,
    reads: Option<Reads>,
) -> Finished {
    let began = clock.now();
    let (turn, mut result) = web.fetch(visit, reach, asking(&asked)).await;
    let at = clock.now_or_just_after();
    let bytes = result.as_ref().map_or(0, |answer| answer.body.len() as u64);
    let (mut outcome, mut capture) = (None, None);
    if let (VisitTarget::Page(page), Some(Reads { reader, files })) = (&asked, reads) {
        result = match result {
            Ok(answer) => {
                let response = Response {
                    page: Arc::clone(page),
                    answer: Arc::new(answer),
                    reader,
                    files,
                    at,
                };
                let taken = parse(response).await;
                // What is as it was is kept already.
                capture = (taken.outcome != Outcome::Unchanged).then(|| Box::new(taken.capture));
                outcome = Some(taken.outcome);
                Ok(taken.answer)
            }
            Err(trouble) => {
                outcome = Some(outcome_of_trouble(&trouble));
                Err(trouble)
            }
        };
    }

    let took = at.since(began);
    let digest = match (&capture, &result) {
        (Some(capture), _) => capture.body.digest(),
        (None, Ok(answer)) => Sha256::digest(&answer.body).into(),
        (None, Err(_)) => [0; 32],
    };
    Finished::Visited(Box::new(Visited {
        announced,
        turn,
        at,
        took,
        asked,
        result,
        bytes,
        digest,
        outcome,
        capture,
    }))
}

/// A response that was read.
struct ParsedResponse {
    /// Without its body, which is in the capture: many answers may wait to be committed.
    answer: Answer,
    outcome: Outcome,
    capture: Capture,
}

/// Reads a response: at once, or beside the crawl where that may take long.
async fn parse(response: Response) -> ParsedResponse {
    let (outcome, capture) = if response.may_take_long() {
        read_beside(&response).await
    } else {
        read_here(&response).await
    };
    let Answer {
        status, headers, ..
    } = &*response.answer;
    let answer = Answer {
        status: *status,
        headers: headers.clone(),
        body: Vec::new(),
    };
    ParsedResponse {
        answer,
        outcome,
        capture,
    }
}

async fn read_here(response: &Response) -> (Outcome, Capture) {
    match room(Weight::most_of(response.answer.body.len())).await {
        Ok(_room) => {
            let reading = AssertUnwindSafe(|| read(response));
            catch_unwind(reading).unwrap_or_else(|_| unread(response, Undone::Panicked))
        }
        Err(why) => unread(response, why),
    }
}

async fn read_beside(response: &Response) -> (Outcome, Capture) {
    let most = Weight::most_of(response.answer.body.len());
    let done = match room_as_weighed(most, || response.memory()).await {
        Ok(room) => {
            let response = response.clone();
            within(BUDGET, room, move || read(&response)).await
        }
        Err(why) => Err(why),
    };
    done.unwrap_or_else(|why| match why {
        Undone::Panicked => unread(response, why),
        Undone::Overdue | Undone::Crowded => left_unread(response, why),
    })
}

/// A page that takes too long to read, or finds no room, is kept as it came, and what it says
/// against uses of it is heard.
fn left_unread(response: &Response, why: Undone) -> (Outcome, Capture) {
    let read = response.leave_unread(why.to_string());
    (
        outcome_of(response, || read.reading),
        capture(response, read.charset, read.judgement),
    )
}

/// What is left to be said of a page on which the reader failed: it is kept, and one page does not
/// end a crawl.
fn unread(response: &Response, why: Undone) -> (Outcome, Capture) {
    let outcome = outcome_of(response, || ParsedPage::Unreadable {
        why: why.to_string(),
    });
    (outcome, capture(response, None, response.judge_headers()))
}

/// Of a robots.txt, and of other files in its form, no more is asked for than is read; of an
/// article that is kept, only what changed.
fn asking(asked: &VisitTarget) -> RequestTerms {
    match asked {
        VisitTarget::Page(page) if page.role() != Role::Policy => {
            let kept = page.kept().cloned().unwrap_or_default();
            let accept_part = page.role() == Role::Sitemap;
            RequestTerms {
                etag: kept.etag,
                last_modified: kept.last_modified,
                read_at_most: None,
                accept_part,
            }
        }
        VisitTarget::Page(_) | VisitTarget::Robots(_) => RequestTerms {
            read_at_most: Some(LARGEST + 1),
            ..RequestTerms::default()
        },
    }
}

fn read(response: &Response) -> (Outcome, Capture) {
    // What the headers say holds for every answer, whatever its status.
    let (mut charset, mut judgement) = (None, response.judge_headers());
    let outcome = outcome_of(response, || {
        let read = response.read();
        (charset, judgement) = (read.charset, read.judgement);
        read.reading
    });
    (outcome, capture(response, charset, judgement))
}

fn capture(response: &Response, charset: Option<Charset>, judgement: Judgement) -> Capture {
    let answer = &response.answer;
    let body = match judgement.withholds() {
        Some(why) => Body::Withheld {
            why,
            digest: Sha256::digest(&answer.body).into(),
        },
        None => Body::Kept(pack(&answer.body)),
    };
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let lines: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    Capture {
        fetched_at: response.at,
        status: answer.status,
        headers: lines.concat(),
        body,
        opt_outs: judgement.told,
        charset,
        etag: header("etag"),
        last_modified: header("last-modified"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Body;
    use crate::config::{Settings, read_site};
    use crate::frontier::{KnownArticle, PageId, PageKind, Past};
    use crate::page_url::PageUrl;

    fn overdue_page(html: &str) -> (Outcome, Capture) {
        let file = "name = \"paper\"\ntitle = \"책방\"\nhome = \"https://www.saseo.example/\"\n";
        let site = read_site("paper.toml", file).unwrap();
        let reader = SiteReader::new(site, None, &Settings::default()).unwrap();
        let url = PageUrl::parse("https://www.saseo.example/a/1").unwrap();
        let site = "paper".to_owned();
        let page = Page {
            id: PageId(1),
            site,
            url,
            attempts: 0,
            hops: 0,
            past: Past::default(),
            unended: 0,
            kind: PageKind::Article(KnownArticle::default()),
        };
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        let answer = Answer {
            status: 200,
            headers,
            body: html.as_bytes().to_vec(),
        };
        let response = Response {
            page: Arc::new(page),
            answer: Arc::new(answer),
            reader: Arc::new(reader),
            files: Arc::default(),
            at: Timestamp::EPOCH,
        };
        assert!(response.may_take_long());
        left_unread(&response, Undone::Overdue)
    }

    #[test]
    fn an_overdue_page_is_kept_and_says_why_it_was_not_read() {
        let (outcome, capture) = overdue_page("<p>책장 사이로 아침이 왔다.</p>");
        let why = "reading it took longer than 2 s".to_owned();
        assert_eq!(outcome, Outcome::Read(ParsedPage::NoArticle { why }));
        assert!(matches!(capture.body, Body::Kept(_)));
    }

    #[test]
    fn an_overdue_page_that_must_not_be_kept_is_not() {
        let (_, capture) =
            overdue_page("<meta name=robots content=noarchive><p>책장 사이로 아침이 왔다.</p>");
        assert!(matches!(capture.body, Body::Withheld { .. }));
    }
}
