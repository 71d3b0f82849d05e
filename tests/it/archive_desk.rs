//! An archive on a real SQLite file with one run begun, and the values that tests write into it.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use saseo::ArticleKey;
use saseo::archive::{
    AnnouncedId, Announcement, Body, Capture, Completed, Completion, Ending, FILE, KeptCapture,
    Lease, NextPage, Reader, RevisionOutcome, RobotsCopy, RobotsOutcome, RunEnd, RunId, Seed,
    SeedMode, Selection, SiteId, Tally, Terms, WriteEffect, Writer, pack,
};
use saseo::config::site::{Discover, Keep};
use saseo::extract::Article;
use saseo::frontier::{Discovered, Judged, Page, PageId, Role, Settlement, Verdict};
use saseo::page_url::PageUrl;
use saseo::politeness::StoredPace;
use saseo::robots::FRESH;
use saseo::time::Timestamp;
use tempfile::TempDir;

use crate::open_archive::open_archive;

/// The moment at which every desk begins: 2026-11-24.
pub const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
pub const PAPER: &str = "paper";
pub const ORIGIN: &str = "https://paper.example";

/// Not zero, so that a lost digest shows.
pub const DIGEST: [u8; 32] = [7; 32];

/// An archive with one paper, a run begun, and the ways to act on it.
pub struct Desk {
    pub folder: TempDir,
    pub archive: Writer,
    pub lease: Lease,
    pub run: RunId,
    paper: Seed,
}

/// How a desk begins, and how it ends.
impl Desk {
    /// Begins a crawl of a paper that has only its home page.
    pub fn new() -> Self {
        Self::with_terms(&Terms::default())
    }

    pub fn with_terms(terms: &Terms) -> Self {
        let home = seed(PAPER, [(page_url("/"), Role::Home)]);
        Self::begin(TempDir::new().unwrap(), home, SeedMode::Begin, terms)
    }

    /// Opens the archive of a folder, and begins a run of this paper.
    pub fn open(folder: TempDir, paper: Seed, seeding: SeedMode) -> Self {
        Self::begin(folder, paper, seeding, &Terms::default())
    }

    fn begin(folder: TempDir, paper: Seed, seeding: SeedMode, terms: &Terms) -> Self {
        let mut archive = open_archive(folder.path()).unwrap();
        let lease = archive.take_lease("a test", NOW, None).unwrap();
        let run = archive.begin_run(lease, "crawl", terms, NOW).unwrap();
        archive
            .seed(lease, std::slice::from_ref(&paper), seeding, NOW)
            .unwrap();

        Self {
            folder,
            archive,
            lease,
            run,
            paper,
        }
    }

    /// Returns the desk of the next process, which resumes where this one was killed.
    pub fn killed(self) -> Self {
        let paper = self.paper.clone();
        Self::open(self.closed(), paper, SeedMode::Resume)
    }

    /// Closes the archive without a save, and leaves its folder.
    pub fn closed(self) -> TempDir {
        let Self {
            folder, archive, ..
        } = self;
        drop(archive);
        folder
    }

    /// Begins another run of the same process.
    pub fn begin_run(&mut self, terms: &Terms, at: Timestamp) {
        self.run = self
            .archive
            .begin_run(self.lease, "resume", terms, at)
            .unwrap();
    }

    pub fn finish_run(&mut self, tally: &Tally, at: Timestamp) {
        self.archive
            .end_run(self.lease, self.run, RunEnd::Finished.with(tally), at)
            .unwrap();
    }

    pub fn seed(&mut self, seed: Seed, seeding: SeedMode, now: Timestamp) {
        self.archive
            .seed(self.lease, &[seed], seeding, now)
            .unwrap();
    }

    /// Seeds the same paper again, as the next crawl does.
    pub fn seed_again(&mut self, seeding: SeedMode, now: Timestamp) {
        self.seed(self.paper.clone(), seeding, now);
    }
}

/// The state of the archive.
impl Desk {
    pub fn site(&self, name: &str) -> SiteId {
        self.archive.site(name).unwrap().unwrap()
    }

    pub fn reader(&self) -> Reader {
        Reader::open(self.folder.path()).unwrap()
    }

    pub fn sql(&self) -> Connection {
        Connection::open(self.folder.path().join(FILE)).unwrap()
    }

    /// Returns the value of a query's only row.
    pub fn value<T: rusqlite::types::FromSql>(&self, query: &str) -> T {
        self.sql().query_row(query, [], |row| row.get(0)).unwrap()
    }

    pub fn count(&self, table: &str) -> i64 {
        self.value(&format!("SELECT count(*) FROM {table}"))
    }

    /// Returns id, text, version and first copy of each article, in the order of ids.
    pub fn shown(&self) -> Vec<(String, String, i64, Option<String>)> {
        let sql = self.sql();
        let mut select = sql
            .prepare("SELECT id, text, version, first_copy FROM articles ORDER BY id")
            .unwrap();
        select
            .query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    /// Returns the paper's next page while these are under way.
    pub fn next(&self, under_way: &[PageId], now: Timestamp) -> NextPage {
        let (host, site) = (page_url("/").host(), self.site(PAPER));
        self.archive
            .next_page(&host, &[site], under_way, now)
            .unwrap()
    }

    /// Returns the paper's next page, which must be due.
    pub fn next_due(&self) -> Page {
        match self.next(&[], later(9)) {
            NextPage::Page(page) => *page,
            other => panic!("no page: {other:?}"),
        }
    }

    /// Returns the paper's page at a path, which must be due.
    pub fn due(&self, path: &str) -> Page {
        let (host, site) = (page_url("/").host(), self.site(PAPER));
        let pages = self.archive.due_pages(&host, &[site], 99, later(9));
        pages
            .unwrap()
            .into_iter()
            .find(|page| page.url == page_url(path))
            .unwrap()
    }

    /// Returns the captures of a site that have a body, the oldest first.
    pub fn captures(&self, site: &str) -> Vec<KeptCapture> {
        let of_site = Selection::of(&self.archive, [site]).unwrap();
        self.archive.kept_captures(&of_site, 0, 10).unwrap()
    }
}

/// Requests and their answers. Where a name does not say so, nothing is saved.
impl Desk {
    pub fn announce(&mut self, request: Announcement) -> AnnouncedId {
        self.archive
            .announce(self.lease, self.run, &[request])
            .unwrap()[0]
    }

    pub fn announce_and_save(&mut self, request: Announcement) -> AnnouncedId {
        let announced = self.announce(request);
        self.archive.save().unwrap();
        announced
    }

    pub fn settle(&mut self, completion: Completion) -> WriteEffect {
        let at = completion.at;
        self.archive
            .settle(self.lease, self.run, &[completion], at)
            .unwrap()
            .remove(0)
    }

    pub fn settle_and_save(&mut self, completion: Completion) -> WriteEffect {
        let effect = self.settle(completion);
        self.archive.save().unwrap();
        effect
    }

    /// Announces the request for a page and writes its answer, which comes a second after [`NOW`].
    pub fn answer(&mut self, page: &Page, settlement: impl Into<Settlement>) -> WriteEffect {
        self.answer_with(page, settlement, capture())
    }

    /// Writes an answer with this body, compressed as a crawl compresses it.
    pub fn answer_with_body(&mut self, page: &Page, body: &[u8]) {
        let dictionary = self.archive.dictionary(page).unwrap();
        let capture = Capture {
            body: Body::Kept(pack(body, dictionary.as_ref())),
            ..capture()
        };
        self.answer_with(page, Judged::of(Verdict::Read), capture);
    }

    /// Announces the request for a page, and writes this answer.
    pub fn answer_with(
        &mut self,
        page: &Page,
        settlement: impl Into<Settlement>,
        capture: Capture,
    ) -> WriteEffect {
        let announced = self.announce(announcement(page.url.clone(), NOW));
        let done = Completed::Page {
            page: Arc::new(page.clone()),
            settlement: Box::new(settlement.into()),
            capture: Some(Box::new(capture)),
        };
        self.settle(Completion {
            host: page.url.host(),
            ..completion(announced, later(1), done)
        })
    }

    pub fn answer_and_save(
        &mut self,
        page: &Page,
        settlement: impl Into<Settlement>,
    ) -> WriteEffect {
        let effect = self.answer(page, settlement);
        self.archive.save().unwrap();
        effect
    }

    /// Answers the paper's next page, and saves.
    pub fn answer_next(&mut self, settlement: impl Into<Settlement>) -> WriteEffect {
        self.answer_and_save(&self.next_due(), settlement)
    }

    /// Answers the paper's page at a path, and saves.
    pub fn answer_at(&mut self, path: &str, settlement: impl Into<Settlement>) -> WriteEffect {
        self.answer_and_save(&self.due(path), settlement)
    }

    /// Writes what a capture says when it is extracted again.
    pub fn revise(&mut self, capture: &KeptCapture, article: Article) -> RevisionOutcome {
        self.archive
            .revise(self.lease, capture.read_as(article), None, later(9))
            .unwrap()
    }
}

pub fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

pub fn later_ms(millis: u64) -> Timestamp {
    NOW + Duration::from_millis(millis)
}

pub fn url(address: &str) -> PageUrl {
    PageUrl::parse(address).unwrap()
}

/// An address of the paper.
pub fn page_url(path: &str) -> PageUrl {
    url(&format!("{ORIGIN}{path}"))
}

/// A site with these entry pages, and with its home page at `https://{site}.example/`.
pub fn seed(site: &str, entries: impl IntoIterator<Item = (PageUrl, Role)>) -> Seed {
    Seed {
        site: site.into(),
        title: "신문".into(),
        home: url(&format!("https://{site}.example/")),
        since: None,
        discover: Discover::default(),
        keep: Keep::default(),
        everything: None,
        windows: vec![],
        entries: entries.into_iter().collect(),
    }
}

/// A link to an article of the paper.
pub fn found(path: &str) -> Discovered {
    Discovered {
        url: page_url(path),
        role: Role::Article,
        key: None,
        published_at: None,
        hops: 0,
    }
}

fn article_path(number: u64) -> String {
    format!("/news/articleView.html?idxno={number}")
}

/// The address of an article of the paper.
pub fn article_url(number: u64) -> PageUrl {
    page_url(&article_path(number))
}

/// A link to an article of the paper at its usual address.
pub fn found_article(number: u64) -> Discovered {
    found_numbered(&article_path(number), number)
}

/// A link to an article whose address shows its number.
pub fn found_numbered(path: &str, number: u64) -> Discovered {
    Discovered {
        key: Some(number.into()),
        ..found(path)
    }
}

/// A link to an article whose address shows its id of text.
pub fn found_named(path: &str, id: &str) -> Discovered {
    Discovered {
        key: ArticleKey::text(id),
        ..found(path)
    }
}

/// A list page that was read, and the pages that it links to.
pub fn links(found: impl Into<Vec<Discovered>>) -> Judged {
    Judged {
        found: found.into(),
        ..Judged::of(Verdict::Read)
    }
}

pub fn article(text: &str) -> Article {
    Article {
        title: Some("제목".into()),
        paragraphs: vec![text.into()],
        extractor: "test".into(),
        ..Article::default()
    }
}

/// A page whose article is kept.
pub fn story(article: Article) -> Judged {
    Judged {
        article: Some(Box::new(article)),
        ..Judged::of(Verdict::Stored)
    }
}

/// A page whose server failed once, and that is requested again.
pub fn retry_at(due: Timestamp) -> Settlement {
    Settlement::Retry {
        due,
        attempts: 1,
        why: "status 500".into(),
        misses: 0,
    }
}

pub fn capture() -> Capture {
    Capture {
        fetched_at: later(1),
        status: 200,
        headers: "content-type: text/html\n".into(),
        body: Body::Kept(pack(b"<p>hello</p>", None)),
        opt_outs: vec![],
        charset: None,
        etag: None,
        last_modified: None,
    }
}

/// A request that no robots.txt is named for. Its gap is another one than that of [`pace`].
pub fn announcement(url: PageUrl, at: Timestamp) -> Announcement {
    Announcement {
        at,
        url,
        server: None,
        robots: None,
        rule: "no rule against it".into(),
        gap: Duration::from_secs(9),
    }
}

/// The end of a request to the paper, with a good answer.
pub fn completion(announced: AnnouncedId, at: Timestamp, done: Completed) -> Completion {
    Completion {
        announced,
        ending: answered(200),
        at,
        host: page_url("/").host(),
        pace: pace(at),
        done,
    }
}

pub fn answered(status: u16) -> Ending {
    Ending::Answered {
        status,
        bytes: 5,
        digest: DIGEST,
        retry_after: None,
    }
}

/// The pace of a host whose last answer ended at this moment, and was a failure.
pub fn pace(last_at: Timestamp) -> StoredPace {
    let gap = Duration::from_secs(2);
    StoredPace {
        last_at,
        not_before: last_at + gap,
        gap,
        slowed: Duration::from_secs(1),
        consecutive_failures: 1,
        refusals: 0,
        backoff: None,
    }
}

pub fn robots_copy(origin: &str, fetched_at: Timestamp, body: &[u8]) -> RobotsCopy {
    RobotsCopy {
        id: None,
        origin: origin.into(),
        fetched_at,
        expires_at: fetched_at + FRESH,
        status: Some(200),
        ruled: RobotsOutcome::Rules { body: body.into() },
        why: "fetched".into(),
    }
}
