//! What an archive promises, whatever engine keeps it: told by its public methods alone.

use std::collections::BTreeSet;
use std::time::Duration;

use saseo::archive::{
    AnnouncedId, Announcement, ArchiveError, ArticleFilter, ArticleVersion, Body, Capture,
    ChangeKind, CommitEffect, Completed, Completion, Ending, Lease, LedgerRecord, Lock, NextPage,
    Reader, RevisionOutcome, RobotsCopy, RobotsId, RobotsOutcome, RunEnd, RunId, Seed, SeedMode,
    Selection, SiteId, Tally, Terms, Writer, pack,
};
use saseo::config::site::Discover;
use saseo::extract::Article;
use saseo::frontier::{Discovered, Judged, Page, PageId, Role, Settlement, Verdict};
use saseo::page_url::PageUrl;
use saseo::politeness::StoredPace;
use saseo::time::Timestamp;
use tempfile::TempDir;

use crate::open_archive::open_archive;

const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
const SITE: &str = "paper";
const ORIGIN: &str = "https://paper.example";

/// The engine that is held to these promises. Another one is opened here.
fn open(folder: &TempDir) -> Writer {
    open_archive(folder.path()).unwrap()
}

/// An archive with one site, a run begun, and the ways to act on it.
struct Desk {
    folder: TempDir,
    archive: Writer,
    lease: Lease,
    run: RunId,
}

impl Desk {
    fn new() -> Self {
        Self::begin(TempDir::new().unwrap(), SeedMode::Begin)
    }

    fn begin(folder: TempDir, seeding: SeedMode) -> Self {
        let mut archive = open(&folder);
        let lease = archive.take_lease("a test", NOW, None).unwrap();
        let run = archive
            .begin_run(lease, "crawl", &Terms::default(), NOW)
            .unwrap();
        archive.seed(lease, &[seed()], seeding, NOW).unwrap();
        Self {
            folder,
            archive,
            lease,
            run,
        }
    }

    /// What the next process finds where this one was killed, and goes on with.
    fn killed(self) -> Self {
        Self::begin(self.closed(), SeedMode::Resume)
    }

    fn closed(self) -> TempDir {
        let Self {
            folder, archive, ..
        } = self;
        drop(archive);
        folder
    }

    fn reader(&self) -> Reader {
        Reader::open(self.folder.path()).unwrap()
    }

    fn site(&self) -> SiteId {
        self.archive.site(SITE).unwrap().unwrap()
    }

    fn next(&self, under_way: &[PageId], now: Timestamp) -> NextPage {
        self.archive
            .next_page(&url("/").host(), &[self.site()], under_way, now)
            .unwrap()
    }

    fn page(&self, path: &str) -> Page {
        let pages = self
            .archive
            .due_pages(&url("/").host(), &[self.site()], 99, later(9))
            .unwrap();
        pages
            .into_iter()
            .find(|page| page.url == url(path))
            .unwrap()
    }

    /// Every page in the order in which they are handed out while none of them is answered.
    fn handed_out(&self) -> Vec<Page> {
        let (mut pages, mut under_way) = (Vec::new(), Vec::new());
        while let NextPage::Page(page) = self.next(&under_way, NOW) {
            under_way.push(page.id);
            pages.push(*page);
        }
        pages
    }

    fn announce(&mut self, path: &str) -> AnnouncedId {
        let announcement = Announcement {
            at: NOW,
            url: url(path),
            server: None,
            robots: None,
            rule: "no rule against it".into(),
            gap: Duration::from_secs(9),
        };
        self.archive
            .announce(self.lease, self.run, &[announcement])
            .unwrap()[0]
    }

    /// Writes an answer to the request for a page, and does not save it.
    fn answer(&mut self, page: &Page, settlement: impl Into<Settlement>) -> CommitEffect {
        let announced = self.announce(page.url.as_url().path());
        let (page, capture) = (page.clone().into(), Some(Box::new(capture())));
        self.settle(
            announced,
            Completed::Page {
                page,
                settlement: Box::new(settlement.into()),
                capture,
            },
        )
    }

    fn settle(&mut self, announced: AnnouncedId, done: Completed) -> CommitEffect {
        let ending = Ending::Answered {
            status: 200,
            bytes: 5,
            digest: [7; 32],
            retry_after: None,
        };
        let answered = Completion {
            announced,
            ending,
            at: later(1),
            host: url("/").host(),
            pace: pace(),
            done,
        };
        self.archive
            .settle(self.lease, self.run, &[answered], later(1))
            .unwrap()
            .remove(0)
    }

    fn answer_and_save(&mut self, path: &str, settlement: impl Into<Settlement>) -> CommitEffect {
        let effect = self.answer(&self.page(path), settlement);
        self.archive.save().unwrap();
        effect
    }

    /// Everything that follows from an answer, as far as it is there.
    fn traces(&self) -> BTreeSet<&'static str> {
        let reader = self.reader();
        let is_known =
            |path: &str| self.archive.discovered(SITE, &[found(path, None)]).unwrap()[0].is_some();
        let traces = [
            (
                "a capture",
                self.archive.body(&url("/story/1")).unwrap().is_some(),
            ),
            (
                "an article",
                articles(&reader)
                    .iter()
                    .any(|version| version.kept.url == url("/story/1").as_str()),
            ),
            (
                "a state",
                self.handed_out()
                    .iter()
                    .all(|page| page.url != url("/story/1")),
            ),
            ("a link", is_known("/story/2")),
            (
                "a pace",
                self.archive.pace(&url("/").host()).unwrap() == Some(pace()),
            ),
            ("a row of the ledger", kinds(&reader).contains(&"ended")),
        ];
        traces
            .into_iter()
            .filter_map(|(what, is_there)| is_there.then_some(what))
            .collect()
    }
}

fn url(path: &str) -> PageUrl {
    PageUrl::parse(&format!("{ORIGIN}{path}")).unwrap()
}

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// The site begins with a home page, a section, a feed and one article.
fn seed() -> Seed {
    let entries = [
        ("/", Role::Home),
        ("/story/1", Role::Article),
        ("/feed", Role::Feed),
        ("/list", Role::Section),
    ];
    Seed {
        site: SITE.into(),
        title: "신문".into(),
        home: url("/"),
        since: None,
        discover: Discover::default(),
        everything: None,
        windows: vec![],
        entries: entries
            .into_iter()
            .map(|(path, role)| (url(path), role))
            .collect(),
    }
}

fn found(path: &str, number: Option<u64>) -> Discovered {
    Discovered {
        url: url(path),
        role: Role::Article,
        number,
        published_at: None,
        hops: 0,
    }
}

fn settled(verdict: Verdict) -> Judged {
    Judged::of(verdict)
}

fn article(text: &str) -> Article {
    let (title, paragraphs) = (Some("제목".to_owned()), vec![text.to_owned()]);
    Article {
        title,
        paragraphs,
        extractor: "test".into(),
        ..Article::default()
    }
}

fn story(text: &str) -> Judged {
    Judged {
        article: Some(Box::new(article(text))),
        ..settled(Verdict::Stored)
    }
}

fn capture() -> Capture {
    Capture {
        fetched_at: later(1),
        status: 200,
        headers: "content-type: text/html\n".into(),
        body: Body::Kept(pack(b"<p>hello</p>")),
        opt_outs: vec![],
        charset: None,
        etag: None,
        last_modified: None,
    }
}

fn pace() -> StoredPace {
    StoredPace {
        last_at: later(1),
        not_before: later(3),
        gap: Duration::from_secs(2),
        slowed: Duration::from_secs(1),
        consecutive_failures: 1,
        refusals: 0,
        backoff: None,
    }
}

fn robots(body: &[u8]) -> RobotsCopy {
    RobotsCopy {
        id: None,
        origin: ORIGIN.into(),
        fetched_at: NOW,
        expires_at: later(3600),
        status: Some(200),
        ruled: RobotsOutcome::Rules {
            body: body.to_vec(),
        },
        why: "fetched".into(),
    }
}

fn articles(reader: &Reader) -> Vec<ArticleVersion> {
    let mut articles = reader.articles(&ArticleFilter::default()).unwrap();
    articles.into_iter().collect::<Result<_, _>>().unwrap()
}

/// What each row of the ledger tells; each must be chained to the one before.
fn kinds(reader: &Reader) -> Vec<&'static str> {
    let (mut ledger, mut kinds) = (reader.ledger().unwrap(), Vec::new());
    let mut rows = ledger.rows();
    while let Some(entry) = rows.next_entry().unwrap() {
        assert!(entry.chained, "{entry:?}");
        kinds.push(match entry.what {
            LedgerRecord::Began { .. } => "began",
            LedgerRecord::Announced { .. } => "announced",
            LedgerRecord::Ended { .. } => "ended",
            LedgerRecord::Unreadable { .. } => "unreadable",
        });
    }
    kinds
}

// Who may write.

#[test]
fn a_lease_fences_whoever_took_one_before_however_often_that_one_tries() {
    let mut desk = Desk::new();
    let old = desk.lease;
    desk.lease = desk.archive.take_lease("another", later(1), None).unwrap();
    for _ in 0..2 {
        let tried = desk.archive.keep_robots(old, &robots(b""));
        assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    }
    desk.announce("/");
    let tried = desk.archive.keep_robots(old, &robots(b""));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    desk.archive.save().unwrap();
    assert_eq!(
        (kinds(&desk.reader()), desk.archive.robots(ORIGIN).unwrap()),
        (vec!["began", "announced"], None)
    );
}

#[test]
fn a_run_is_ended_by_nobody_who_lost_the_archive() {
    let mut desk = Desk::new();
    let (old, run) = (desk.lease, desk.run);
    desk.lease = desk.archive.take_lease("another", later(1), None).unwrap();
    desk.run = desk
        .archive
        .begin_run(desk.lease, "resume", &Terms::default(), later(2))
        .unwrap();
    let tried = desk
        .archive
        .end_run(old, run, RunEnd::Finished.with(&Tally::default()), later(3));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    let tried = desk
        .archive
        .fail_runs(old, &[run], "the disk is full", later(3));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    let how: Vec<_> = desk
        .reader()
        .runs(5)
        .unwrap()
        .into_iter()
        .map(|run| run.how)
        .collect();
    assert_eq!(how, [None, Some("interrupted".to_owned())]);
}

#[test]
fn an_open_archive_keeps_its_folder_locked() {
    let desk = Desk::new();
    assert!(matches!(
        Lock::take(desk.folder.path(), "another"),
        Err(ArchiveError::Held { .. })
    ));
    let folder = desk.closed();
    Lock::take(folder.path(), "another").unwrap();
}

// What is durable when.

#[test]
fn an_announcement_survives_a_kill_once_it_is_saved_and_was_never_made_before() {
    let mut desk = Desk::new();
    desk.announce("/");
    let mut desk = desk.killed();
    assert_eq!(kinds(&desk.reader()), ["began", "began"]);
    desk.announce("/");
    desk.archive.save().unwrap();
    assert_eq!(
        kinds(&desk.killed().reader()),
        ["began", "began", "announced", "began"]
    );
}

#[test]
fn all_that_follows_from_an_answer_is_saved_together_or_not_at_all() {
    let all = BTreeSet::from([
        "a capture",
        "an article",
        "a state",
        "a link",
        "a pace",
        "a row of the ledger",
    ]);
    let answer = || Judged {
        found: vec![found("/story/2", None)],
        ..story("하나")
    };
    let mut desk = Desk::new();
    desk.answer(&desk.page("/story/1"), answer());
    desk.archive.abandon().unwrap();
    assert_eq!(desk.traces(), BTreeSet::new());

    desk.answer(&desk.page("/story/1"), answer());
    let mut desk = desk.killed();
    assert_eq!(desk.traces(), BTreeSet::new());

    desk.answer_and_save("/story/1", answer());
    assert_eq!(desk.traces(), all);
    assert_eq!(desk.killed().traces(), all);
}

// Pages.

#[test]
fn a_page_is_handed_out_once_while_it_is_under_way_and_never_after_it_is_settled() {
    let mut desk = Desk::new();
    let pages = desk.handed_out();
    assert_eq!(
        (
            pages.len(),
            pages
                .iter()
                .map(|page| page.id)
                .collect::<BTreeSet<_>>()
                .len()
        ),
        (4, 4)
    );
    desk.answer_and_save("/story/1", story("하나"));
    assert!(
        desk.handed_out()
            .iter()
            .all(|page| page.url != url("/story/1"))
    );
    assert_eq!(desk.archive.queued(desk.site()).unwrap(), 3);
}

#[test]
fn a_page_that_was_under_way_is_handed_out_again_after_a_kill() {
    let mut desk = Desk::new();
    let NextPage::Page(page) = desk.next(&[], NOW) else {
        panic!("no page")
    };
    desk.announce(page.url.as_url().path());
    desk.archive.save().unwrap();
    let desk = desk.killed();
    assert!(desk.handed_out().iter().any(|again| again.url == page.url));
}

#[test]
fn pages_are_handed_out_by_priority_and_of_one_priority_the_earliest_first() {
    let mut desk = Desk::new();
    let roles: Vec<Role> = desk.handed_out().iter().map(|page| page.role()).collect();
    let mut sorted = roles.clone();
    sorted.sort_by_key(|role| std::cmp::Reverse(role.priority()));
    assert_eq!(roles, sorted);
    assert_ne!(
        roles,
        [Role::Home, Role::Article, Role::Feed, Role::Section],
        "the order of seeding is no test"
    );

    // Found at a later moment, so due at a later one.
    let links = vec![found("/story/0", None)];
    desk.answer_and_save(
        "/list",
        Judged {
            found: links,
            ..settled(Verdict::Read)
        },
    );
    let first = desk
        .archive
        .next_article(&url("/").host(), &[desk.site()], &[], later(9))
        .unwrap()
        .unwrap();
    assert_eq!(first.url, url("/story/1"));
}

#[test]
fn a_page_that_is_due_later_is_told_with_its_moment() {
    let mut desk = Desk::new();
    for path in ["/", "/feed", "/list"] {
        desk.answer_and_save(path, settled(Verdict::Read));
    }
    let why = "status 500".to_owned();
    desk.answer_and_save(
        "/story/1",
        Settlement::Retry {
            due: later(60),
            attempts: 1,
            why,
            misses: 0,
        },
    );
    assert_eq!(desk.next(&[], later(59)), NextPage::LaterAt(later(60)));
    assert!(matches!(desk.next(&[], later(60)), NextPage::Page(_)));
}

#[test]
fn an_address_is_one_page_whoever_names_it() {
    let mut desk = Desk::new();
    let effect = desk.answer_and_save(
        "/list",
        Judged {
            found: vec![found("/story/1", None), found("/story/2", None)],
            ..settled(Verdict::Read)
        },
    );
    // The list is settled, and one page is new.
    assert_eq!(
        (effect.queue_growth, desk.archive.pages_of(SITE).unwrap()),
        (0, 5)
    );
}

#[test]
fn an_article_is_one_page_by_its_number_whatever_its_address() {
    let mut desk = Desk::new();
    let links = vec![
        found("/news?id=7", Some(7)),
        found("/m/news?id=7", Some(7)),
        found("/news?id=8", Some(8)),
    ];
    desk.answer_and_save(
        "/list",
        Judged {
            found: links,
            ..settled(Verdict::Read)
        },
    );
    assert_eq!(desk.archive.pages_of(SITE).unwrap(), 6);
    let known = desk
        .archive
        .discovered(SITE, &[found("/amp/7", Some(7)), found("/amp/9", Some(9))])
        .unwrap();
    assert_eq!(known, [Some(later(1)), None]);
}

// Seeding.

#[test]
fn a_crawl_that_begins_queues_its_entry_pages_and_one_that_goes_on_queues_none() {
    let desk = Desk::begin(TempDir::new().unwrap(), SeedMode::Resume);
    assert_eq!(desk.archive.queued(desk.site()).unwrap(), 0);
    let desk = Desk::begin(desk.closed(), SeedMode::Begin);
    assert_eq!(desk.archive.queued(desk.site()).unwrap(), 4);
}

#[test]
fn a_settled_page_is_queued_by_the_crawl_that_begins_when_its_moment_has_come() {
    let mut desk = Desk::new();
    desk.answer_and_save(
        "/story/1",
        Judged {
            next: Some(later(60)),
            ..story("하나")
        },
    );
    let mut queued_at = |now| {
        desk.archive
            .seed(desk.lease, &[seed()], SeedMode::Begin, now)
            .unwrap();
        desk.archive.queued(desk.site()).unwrap()
    };
    assert_eq!((queued_at(later(59)), queued_at(later(60))), (3, 4));
}

// What a host is owed.

#[test]
fn a_host_keeps_its_pace_from_one_process_to_the_next() {
    let mut desk = Desk::new();
    desk.answer_and_save("/", settled(Verdict::Read));
    assert_eq!(
        desk.killed().archive.pace(&url("/").host()).unwrap(),
        Some(pace())
    );
}

#[test]
fn a_host_whose_request_never_ended_is_owed_the_gap_that_was_announced() {
    let mut desk = Desk::new();
    desk.announce("/");
    desk.archive.save().unwrap();
    let pace = desk
        .killed()
        .archive
        .pace(&url("/").host())
        .unwrap()
        .unwrap();
    assert_eq!((pace.last_at, pace.not_before), (NOW, later(9)));
}

#[test]
fn the_newest_robots_txt_of_an_origin_counts_and_every_copy_is_kept_with_the_answer_that_brought_it()
 {
    let mut desk = Desk::new();
    let first = desk
        .archive
        .keep_robots(desk.lease, &robots(b"User-agent: *"))
        .unwrap();
    let announced = desk.announce("/robots.txt");
    let second = desk
        .settle(announced, Completed::Robots(Box::new(robots(b""))))
        .robots
        .unwrap();
    desk.archive.save().unwrap();

    let newest = desk.archive.robots(ORIGIN).unwrap().unwrap();
    assert_eq!(
        newest,
        RobotsCopy {
            id: Some(second),
            ..robots(b"")
        }
    );
    let brought = |id: RobotsId| desk.reader().robots_copy(id).unwrap().unwrap();
    assert_eq!(
        (brought(first).announced, brought(second).announced),
        (None, Some(announced))
    );
    assert_eq!(brought(second).answer.unwrap().digest, Some([7; 32]));
    assert_eq!(desk.archive.robots("https://other.example").unwrap(), None);
}

// Runs.

#[test]
fn a_run_counts_what_was_saved_with_it_and_one_that_was_killed_is_interrupted() {
    let mut desk = Desk::new();
    let tally = |requests| Tally {
        requests,
        ..Tally::default()
    };
    desk.archive
        .note_tally(desk.lease, desk.run, &tally(1))
        .unwrap();
    desk.answer_and_save("/", settled(Verdict::Read));
    desk.archive
        .note_tally(desk.lease, desk.run, &tally(2))
        .unwrap();
    desk.answer(&desk.page("/list"), settled(Verdict::Read));
    let mut desk = desk.killed();
    desk.archive
        .end_run(
            desk.lease,
            desk.run,
            RunEnd::Finished.with(&tally(5)),
            later(9),
        )
        .unwrap();

    let runs = desk.reader().runs(9).unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.how.as_deref(), run.requests))
        .collect();
    assert_eq!(told, [(Some("finished"), 5), (Some("interrupted"), 1)]);
}

// Reading.

#[test]
fn a_walk_through_the_articles_sees_one_moment_whatever_a_crawl_saves_meanwhile() {
    let mut desk = Desk::new();
    desk.answer_and_save(
        "/list",
        Judged {
            found: vec![found("/story/2", None)],
            ..settled(Verdict::Read)
        },
    );
    desk.answer_and_save("/story/1", story("하나"));
    let reader = desk.reader();
    let mut walk = reader.articles(&ArticleFilter::default()).unwrap();
    let mut seen = 0;
    for version in &mut walk {
        assert!(version.unwrap().flaws.is_empty());
        seen += 1;
        desk.answer_and_save("/story/2", story("둘"));
    }
    assert_eq!(seen, 1);
    // Another walk sees another moment.
    assert_eq!(walk.into_iter().count(), 2);
}

// Reading again.

#[test]
fn captures_are_read_again_in_their_order_behind_the_last_one_that_was_read() {
    let mut desk = Desk::new();
    desk.answer_and_save(
        "/list",
        Judged {
            found: vec![found("/story/2", None)],
            ..settled(Verdict::Read)
        },
    );
    desk.answer_and_save("/story/1", story("하나"));
    desk.answer_and_save("/story/2", story("둘"));

    let of = Selection::of(&desk.archive, [SITE]).unwrap();
    let captures = desk.archive.kept_captures(&of, 0, 9).unwrap();
    let urls: Vec<_> = captures
        .iter()
        .map(|capture| capture.page.url.clone())
        .collect();
    assert_eq!(urls, [url("/story/1"), url("/story/2")]);
    assert_eq!(captures[0].body().unwrap(), b"<p>hello</p>");
    let behind = desk.archive.kept_captures(&of, captures[0].id, 9).unwrap();
    assert_eq!(
        behind.iter().map(|capture| capture.id).collect::<Vec<_>>(),
        [captures[1].id]
    );
    assert_eq!(desk.archive.captures_left(&of, captures[0].id).unwrap(), 1);
    let none = Selection::of(&desk.archive, ["nobody"]).unwrap();
    assert!(desk.archive.kept_captures(&none, 0, 9).unwrap().is_empty());
}

#[test]
fn what_a_capture_says_anew_is_saved_with_how_far_the_reading_came_or_not_at_all() {
    let mut desk = Desk::new();
    let first = desk.answer_and_save("/story/1", story("하나"));
    assert_eq!(first.article, Some(ChangeKind::New));
    let of = Selection::of(&desk.archive, [SITE]).unwrap();
    let capture = desk.archive.kept_captures(&of, 0, 9).unwrap().remove(0);
    let texts = |desk: &Desk| -> Vec<(Vec<String>, u64)> {
        articles(&desk.reader())
            .into_iter()
            .map(|one| (one.article.paragraphs, one.kept.version))
            .collect()
    };

    let read_again = |desk: &mut Desk| {
        let revision = desk
            .archive
            .revise(desk.lease, capture.read_as(article("둘")), None, later(9))
            .unwrap();
        assert!(
            matches!(revision, RevisionOutcome::Changed { .. }),
            "{revision:?}"
        );
        desk.archive
            .note_reread(desk.lease, "today's readers", capture.id)
            .unwrap();
    };
    read_again(&mut desk);
    let mut desk = desk.killed();
    assert_eq!(texts(&desk), [(vec!["하나".to_owned()], 1)]);
    assert_eq!(desk.archive.reread_up_to("today's readers").unwrap(), 0);

    read_again(&mut desk);
    desk.archive.save().unwrap();
    let desk = desk.killed();
    assert_eq!(texts(&desk), [(vec!["둘".to_owned()], 2)]);
    assert_eq!(
        desk.archive.reread_up_to("today's readers").unwrap(),
        capture.id
    );
    assert_eq!(desk.archive.reread_up_to("other readers").unwrap(), 0);
}
