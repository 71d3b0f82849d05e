//! One request as a task of its own: fetch, parse, pack. It takes values and returns values.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::archive::{AnnouncedId, Body, Capture, Charset, Dictionary, pack};
use crate::clock::Clock;
use crate::crawl::classify::{outcome_of, outcome_of_trouble};
use crate::deadline::{BUDGET, Undone, room, room_as_weighed, within};
use crate::dispatch::RobotsFetch;
use crate::fetch::{Answer, Reach, RequestTerms, Trouble, Web};
use crate::frontier::{Outcome, Page, ParsedPage, Role, Visit};
use crate::lease_deadline::LeaseDeadline;
use crate::markup::Weight;
use crate::opt_out::{Judgement, Reservations};
use crate::page_url::Host;
use crate::politeness::Turn;
use crate::robots::{LARGEST, Robots};
use crate::site_reader::{Response, SiteReader};
use crate::time::Timestamp;

/// The page or file that a request asks for.
#[derive(Debug)]
pub(super) enum VisitTarget {
    Page(Arc<Page>),
    Robots(RobotsFetch),
}

impl VisitTarget {
    /// The site that asks.
    pub(super) fn site(&self) -> &str {
        match self {
            Self::Page(page) => &page.site,
            Self::Robots(fetch) => &fetch.site,
        }
    }
}

/// What the task needs to parse a page of a site.
#[derive(Debug)]
pub(super) struct Reads {
    pub reader: Arc<SiteReader>,
    /// The files in which the site's host speaks for all its pages.
    pub files: Arc<Reservations>,
    /// The robots.txt in force.
    pub robots: Arc<Robots>,
    /// An earlier page of the site, to compress its body with.
    pub dictionary: Option<Dictionary>,
}

/// The result of a task.
#[derive(Debug)]
pub(super) enum Finished {
    Located {
        host: Host,
        server: Result<IpAddr, Trouble>,
    },
    Visited(Box<Visited>),
    /// The lease ended before the request did. The request was dropped.
    LeaseEnded,
}

/// A request whose answer has ended, or that failed.
#[derive(Debug)]
pub(super) struct Visited {
    pub announced: AnnouncedId,
    pub turn: Turn,
    /// When the answer ended.
    pub at: Timestamp,
    pub took: Duration,
    pub asked: VisitTarget,
    pub result: Result<Answer, Trouble>,
    /// The size of the decoded body.
    pub bytes: u64,
    pub digest: [u8; 32],
    /// The answer's outcome, for pages only.
    pub outcome: Option<Outcome>,
    /// The part of the answer to keep, for pages only.
    pub capture: Option<Box<Capture>>,
}

/// A request that is announced, and what it takes to send it and to parse its answer.
#[derive(Debug)]
pub(super) struct AnnouncedRequest {
    pub visit: Visit,
    pub reach: Reach,
    pub announced: AnnouncedId,
    pub asked: VisitTarget,
    /// The least time from the end of the answer to the next request. Where there is none, the end
    /// is not rounded up: the next request would wait for the clock's next millisecond.
    pub gap: Duration,
    /// For pages only.
    pub reads: Option<Reads>,
}

/// Sends a request, and parses its answer.
pub(super) async fn visit<W: Web>(
    web: Arc<W>,
    clock: Clock,
    deadline: LeaseDeadline,
    request: AnnouncedRequest,
) -> Finished {
    let AnnouncedRequest {
        visit,
        reach,
        announced,
        asked,
        gap,
        reads,
    } = request;
    let began = clock.now();
    let fetch = web.fetch(visit, reach, terms(&asked, reads.as_ref()));
    let (turn, result) = tokio::select! {
        // Before its first byte is sent, too.
        biased;
        () = deadline.passed() => return Finished::LeaseEnded,
        answered = fetch => answered,
    };
    let at = if gap.is_zero() {
        clock.now()
    } else {
        clock.now_or_just_after()
    };
    let bytes = result.as_ref().map_or(0, |answer| answer.body.len() as u64);

    let ReadAnswer {
        result,
        outcome,
        capture,
    } = read_answer(&asked, reads, result, at).await;
    let digest = match (&capture, &result) {
        (Some(capture), _) => capture.body.digest(),
        (None, Ok(answer)) => Sha256::digest(&answer.body).into(),
        (None, Err(_)) => [0; 32],
    };

    Finished::Visited(Box::new(Visited {
        announced,
        turn,
        at,
        took: at.since(began),
        asked,
        result,
        bytes,
        digest,
        outcome,
        capture,
    }))
}

/// The result of a request. Those for pages have an outcome, too.
struct ReadAnswer {
    result: Result<Answer, Trouble>,
    outcome: Option<Outcome>,
    /// `None` where nothing is to be kept.
    capture: Option<Box<Capture>>,
}

/// Parses the answer to a request for a page. Other answers are returned as they are.
async fn read_answer(
    asked: &VisitTarget,
    reads: Option<Reads>,
    result: Result<Answer, Trouble>,
    at: Timestamp,
) -> ReadAnswer {
    let (VisitTarget::Page(page), Some(reads)) = (asked, reads) else {
        return ReadAnswer {
            result,
            outcome: None,
            capture: None,
        };
    };
    let answer = match result {
        Ok(answer) => answer,
        Err(trouble) => {
            return ReadAnswer {
                outcome: Some(outcome_of_trouble(&trouble)),
                result: Err(trouble),
                capture: None,
            };
        }
    };

    let parsed = parse(Response {
        page: Arc::clone(page),
        answer: Arc::new(answer),
        reader: reads.reader,
        files: reads.files,
        robots: reads.robots,
        dictionary: reads.dictionary,
        at,
    })
    .await;
    let is_kept = is_kept(asked, &parsed.outcome);
    ReadAnswer {
        result: Ok(parsed.answer),
        outcome: Some(parsed.outcome),
        capture: is_kept.then(|| Box::new(parsed.capture)),
    }
}

/// Tells whether an answer is kept. Of a photo, only the photo is kept, or the redirect to it: a
/// page that says that it is missing is none.
fn is_kept(asked: &VisitTarget, outcome: &Outcome) -> bool {
    let is_photo = matches!(asked, VisitTarget::Page(page) if page.role() == Role::Photo);
    match outcome {
        // An unchanged page is kept already.
        Outcome::Unchanged => false,
        Outcome::Read(ParsedPage::Photo | ParsedPage::WithheldPhoto { .. })
        | Outcome::Redirected { .. } => true,
        Outcome::Read(_)
        | Outcome::Gone { .. }
        | Outcome::Refused { .. }
        | Outcome::Busy
        | Outcome::HostDown
        | Outcome::Failed { .. }
        | Outcome::Permanent { .. }
        | Outcome::AskAgain => !is_photo,
    }
}

/// A response that was parsed.
struct ParsedResponse {
    /// The answer without its body, which is in the capture. Many answers may wait for a commit,
    /// and each body takes memory once.
    answer: Answer,
    outcome: Outcome,
    capture: Capture,
}

/// Parses a response: in this task, or on a thread beside the crawl where that may take long.
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
    // Nothing is parsed of a photo, so that it takes no memory beside its bytes.
    if response.page.role() == Role::Photo {
        return read(response);
    }

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

/// Returns the outcome of a page that takes too long to parse, or finds no memory. It is kept as it
/// came, and its opt-outs hold.
fn left_unread(response: &Response, why: Undone) -> (Outcome, Capture) {
    let read = response.leave_unread(why.to_string());
    (
        outcome_of(response, || read.reading),
        capture(response, read.charset, read.judgement),
    )
}

/// Returns the outcome of a page on which the parser panicked. The page is kept, and the crawl goes
/// on.
fn unread(response: &Response, why: Undone) -> (Outcome, Capture) {
    let outcome = outcome_of(response, || ParsedPage::Unreadable {
        why: why.to_string(),
    });
    (outcome, capture(response, None, response.judge_headers()))
}

/// Returns the terms of a request. A robots.txt, and other files in its form, are fetched only as
/// far as they are read, and a photo as far as it may be kept. An article that is kept is fetched
/// only where it changed.
fn terms(asked: &VisitTarget, reads: Option<&Reads>) -> RequestTerms {
    match asked {
        VisitTarget::Page(page) if page.role() == Role::Photo => RequestTerms {
            // One byte more tells that a photo is too large.
            read_at_most: reads.map(|reads| {
                let most = reads.reader.site.keep.most_bytes.0;
                usize::try_from(most)
                    .unwrap_or(usize::MAX - 1)
                    .saturating_add(1)
            }),
            ..RequestTerms::default()
        },
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

/// Parses a response.
fn read(response: &Response) -> (Outcome, Capture) {
    // Opt-outs in the headers hold for every answer, whatever its status.
    let (mut charset, mut judgement) = (None, response.judge_headers());
    let outcome = outcome_of(response, || {
        let read = response.read();
        (charset, judgement) = (read.charset, read.judgement);
        read.reading
    });
    (outcome, capture(response, charset, judgement))
}

/// Returns the part of a response to keep.
fn capture(response: &Response, charset: Option<Charset>, judgement: Judgement) -> Capture {
    let answer = &response.answer;
    let body = match response.withheld(&judgement) {
        Some(why) => Body::Withheld {
            why,
            digest: Sha256::digest(&answer.body).into(),
        },
        None => Body::Kept(pack(&answer.body, response.dictionary.as_ref())),
    };
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
        etag: answer.header("etag").map(str::to_owned),
        last_modified: answer.header("last-modified").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Body;
    use crate::config::{Settings, Site};
    use crate::frontier::{KnownArticle, PageId, PageKind, Past};
    use crate::page_url::PageUrl;

    fn overdue_page(html: &str) -> (Outcome, Capture) {
        let file = "name = \"paper\"\ntitle = \"책방\"\nhome = \"https://www.saseo.example/\"\n";
        let site = Site::parse("paper.toml", file).unwrap();
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
            robots: Arc::new(Robots::allow_all()),
            dictionary: None,
            at: Timestamp::EPOCH,
        };
        assert!(response.may_take_long());
        left_unread(&response, Undone::Overdue)
    }

    #[test]
    fn an_overdue_page_is_kept_and_says_why_it_was_not_parsed() {
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
