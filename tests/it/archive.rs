//! The archive on a real SQLite file in a temporary folder.

use std::sync::Arc;
use std::time::Duration;

use saseo::archive::{
    Announcement, ArchiveError, ArticleFilter, ArticleVersion, Body, Capture, ChangeKind,
    Completed, Completion, Ending, FILE, KeptCapture, Lease, Lock, NextPage, Reader,
    RevisionOutcome, RunEnd, RunId, SCHEMA, Seed, SeedMode, Selection, SiteId, Tally, Terms,
    Writer, pack,
};
use saseo::config::site::Discover;
use saseo::export::{self, Beside, CsvDialect, ExportFormat, Place};
use saseo::extract::Article;
use saseo::frontier::recrawl::SitePolicy;
use saseo::frontier::{
    Continuation, Discovered, Judged, ListPosition, ListStep, Page, Role, Settlement, Traversal,
    Verdict, put_off,
};
use saseo::page_url::PageUrl;
use saseo::politeness::{LastRequests, StoredPace};
use saseo::time::{LocalTime, Timestamp, Uptime};
use tempfile::TempDir;

use crate::open_archive::open_archive;

const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

fn article_url(number: u64) -> PageUrl {
    url(&format!(
        "https://paper.example/news/articleView.html?idxno={number}"
    ))
}

fn found(number: u64) -> Discovered {
    Discovered {
        url: article_url(number),
        role: Role::Article,
        number: Some(number),
        published_at: None,
        hops: 0,
    }
}

fn settled(verdict: Verdict) -> Judged {
    Judged::of(verdict)
}

fn seed() -> Seed {
    let home = url("https://paper.example/");
    let entries = vec![(home.clone(), Role::Home)];
    Seed {
        site: "paper".into(),
        title: "신문".into(),
        home,
        since: None,
        discover: Discover::default(),
        everything: None,
        windows: vec![],
        entries,
    }
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
        Self::open(TempDir::new().unwrap())
    }

    fn open(folder: TempDir) -> Self {
        let mut archive = open_archive(folder.path()).unwrap();
        let lease = archive.take_lease("a test", NOW, None).unwrap();
        let run = archive
            .begin_run(lease, "crawl", &Terms::default(), NOW)
            .unwrap();
        archive
            .seed(lease, &[seed()], SeedMode::Begin, NOW)
            .unwrap();
        Self {
            folder,
            archive,
            lease,
            run,
        }
    }

    fn site(&self, name: &str) -> SiteId {
        self.archive.site(name).unwrap().unwrap()
    }

    /// The same as another process finds it.
    fn killed(self) -> Self {
        let Self {
            folder, archive, ..
        } = self;
        drop(archive);
        Self::open(folder)
    }

    fn selection(&self) -> Selection {
        Selection::of(&self.archive, ["paper"]).unwrap()
    }

    fn next(&mut self, now: Timestamp) -> NextPage {
        let host = url("https://paper.example/").host();
        self.archive
            .next_page(&host, &[self.site("paper")], &[], now)
            .unwrap()
    }

    fn page(&mut self) -> Page {
        match self.next(later(1000)) {
            NextPage::Page(page) => *page,
            other => panic!("no page: {other:?}"),
        }
    }

    /// Asks for the next page and settles it so.
    fn settle_next(&mut self, settlement: impl Into<Settlement>) -> Option<ChangeKind> {
        let page = self.page();
        self.settle(page, settlement)
    }

    fn settle(&mut self, page: Page, settlement: impl Into<Settlement>) -> Option<ChangeKind> {
        let announcement = Announcement {
            at: NOW,
            url: page.url.clone(),
            server: None,
            robots: None,
            rule: "no robots.txt".into(),
            gap: Duration::from_secs(2),
        };
        let announced = self
            .archive
            .announce(self.lease, self.run, &[announcement])
            .unwrap()[0];
        let answered = Completion {
            announced,
            ending: Ending::Answered {
                status: 200,
                bytes: 5,
                digest: [0; 32],
                retry_after: None,
            },
            at: NOW,
            host: page.url.host(),
            pace: pace(),
            done: Completed::Page {
                page: Arc::new(page),
                settlement: Box::new(settlement.into()),
                capture: Some(Box::new(capture())),
            },
        };
        let effects = self
            .archive
            .settle(self.lease, self.run, &[answered], NOW)
            .unwrap();
        self.archive.save().unwrap();
        effects.into_iter().next().unwrap().article
    }

    fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join(FILE)).unwrap()
    }

    fn count(&self, table: &str) -> i64 {
        self.sql()
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    }
}

fn pace() -> StoredPace {
    StoredPace {
        last_at: NOW,
        not_before: later(2),
        gap: Duration::from_secs(2),
        slowed: Duration::ZERO,
        consecutive_failures: 0,
        refusals: 0,
        backoff: None,
    }
}

fn capture() -> Capture {
    Capture {
        fetched_at: NOW,
        status: 200,
        headers: "content-type: text/html\n".into(),
        body: Body::Kept(pack(b"<p>hello</p>")),
        opt_outs: vec![],
        charset: None,
        etag: None,
        last_modified: None,
    }
}

fn story(text: &str) -> Judged {
    let article = Article {
        number: Some(7),
        title: Some("제목".into()),
        paragraphs: vec![text.into()],
        extractor: "test".into(),
        ..Article::default()
    };
    Judged {
        article: Some(Box::new(article)),
        ..settled(Verdict::Stored)
    }
}

#[test]
fn an_article_is_stored_once_and_again_only_when_it_changed() {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        found: vec![found(7)],
        ..settled(Verdict::Read)
    });
    let page = desk.page();
    assert_eq!(
        desk.settle(page.clone(), story("하나")),
        Some(ChangeKind::New)
    );
    assert_eq!(desk.settle(page.clone(), story("하나")), None);
    assert_eq!(desk.settle(page, story("둘")), Some(ChangeKind::Changed));
    assert_eq!(
        (
            desk.count("article"),
            desk.count("version"),
            desk.count("change")
        ),
        (1, 2, 2)
    );
    assert_eq!((desk.count("capture"), desk.count("body")), (4, 1));
}

#[test]
fn an_article_that_another_list_told_of_is_queued_once() {
    let mut desk = Desk::new();
    let mut twin = found(7);
    twin.url = url("http://paper.example/news/articleView.html?idxno=7");
    desk.settle_next(Judged {
        found: vec![found(7), found(7), twin],
        ..settled(Verdict::Read)
    });
    assert_eq!(desk.count("page WHERE number = 7"), 1);
}

#[test]
fn every_unsigned_number_survives() {
    let mut desk = Desk::new();
    let largest = u64::MAX;
    let mut article = story("끝");
    article.article.as_mut().unwrap().number = Some(largest);
    desk.settle_next(Judged {
        found: vec![found(largest)],
        ..settled(Verdict::Read)
    });
    desk.settle_next(article);
    let reader = Reader::open(desk.folder.path()).unwrap();
    let mut seen = vec![];
    for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
        let ArticleVersion { article, kept, .. } = version.unwrap();
        seen.push((article.number, kept.version));
    }
    assert_eq!(seen, [(Some(largest), 1)]);
    let id: String = desk
        .sql()
        .query_row("SELECT id FROM articles", [], |row| row.get(0))
        .unwrap();
    assert_eq!(id, format!("paper/{largest}"));
}

#[test]
fn a_reading_to_the_end_is_not_shortened_by_one_that_catches_up() {
    let mut desk = Desk::new();
    let section = Discovered {
        url: url("https://paper.example/list"),
        role: Role::Section,
        number: None,
        published_at: None,
        hops: 0,
    };
    desk.settle_next(Judged {
        found: vec![section],
        ..settled(Verdict::Read)
    });
    let page = desk.page();
    let list = page.list().cloned().unwrap();
    assert_eq!(list.traversal, Traversal::First);
    let on = |traversal| {
        let url = url("https://paper.example/list?page=2");
        let to = Continuation {
            url,
            list: ListPosition {
                traversal,
                previous: vec![1],
                ..list.clone()
            },
            hops: 0,
        };
        Some(ListStep::to(to))
    };
    desk.settle(
        page.clone(),
        Judged {
            list: on(Traversal::First),
            ..settled(Verdict::Read)
        },
    );
    desk.settle(
        page,
        Judged {
            list: on(Traversal::Later),
            ..settled(Verdict::Read)
        },
    );
    let second = desk.page();
    assert_eq!(
        (second.role(), second.list().unwrap().traversal),
        (Role::ListPage, Traversal::First)
    );
}

#[test]
fn a_crawl_that_begins_asks_for_a_settled_page_from_its_moment_on() {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        next: Some(later(80_000)),
        ..settled(Verdict::Read)
    });
    desk.archive
        .seed(desk.lease, &[seed()], SeedMode::Begin, later(3600))
        .unwrap();
    assert_eq!(desk.next(later(3600)), NextPage::Nothing);
    let tomorrow = later(86_401);
    desk.archive
        .seed(desk.lease, &[seed()], SeedMode::Resume, tomorrow)
        .unwrap();
    assert_eq!(desk.next(tomorrow), NextPage::Nothing);
    desk.archive
        .seed(desk.lease, &[seed()], SeedMode::Begin, tomorrow)
        .unwrap();
    assert!(matches!(desk.next(tomorrow), NextPage::Page(_)));
}

#[test]
fn a_page_under_way_is_not_handed_out_again() {
    let mut desk = Desk::new();
    let page = desk.page();
    let next = desk
        .archive
        .next_page(&page.url.host(), &[desk.site("paper")], &[page.id], NOW)
        .unwrap();
    assert_eq!(next, NextPage::Nothing);
}

/// A page that is tried again five minutes later.
fn waits() -> Settlement {
    Settlement::Retry {
        due: later(300),
        attempts: 1,
        why: "status 500".to_owned(),
        misses: 0,
    }
}

#[test]
fn a_page_that_waits_keeps_the_reason_until_it_is_settled() {
    let mut desk = Desk::new();
    let trouble = |desk: &Desk| -> Option<String> {
        desk.sql()
            .query_row("SELECT trouble FROM page", [], |row| row.get(0))
            .unwrap()
    };
    let page = desk.page();
    desk.settle(page.clone(), waits());
    assert_eq!(trouble(&desk).as_deref(), Some("status 500"));
    desk.settle(page, settled(Verdict::Read));
    assert_eq!(trouble(&desk), None);
}

#[test]
fn a_page_that_is_due_later_is_told_with_its_moment() {
    let mut desk = Desk::new();
    desk.settle_next(waits());
    assert_eq!(desk.next(NOW), NextPage::LaterAt(later(300)));
}

#[test]
fn the_ledger_cannot_be_changed_or_cut() {
    let mut desk = Desk::new();
    desk.settle_next(settled(Verdict::Read));
    assert_eq!(desk.count("ledger"), 3);
    assert!(desk.sql().execute("UPDATE ledger SET at = 0", []).is_err());
    assert!(desk.sql().execute("DELETE FROM ledger", []).is_err());
}

#[test]
fn a_host_whose_request_never_ended_is_owed_its_gap() {
    let mut desk = Desk::new();
    let page = desk.page();
    let announcement = Announcement {
        at: NOW,
        url: page.url.clone(),
        server: None,
        robots: None,
        rule: "x".into(),
        gap: Duration::from_secs(9),
    };
    desk.archive
        .announce(desk.lease, desk.run, &[announcement])
        .unwrap();
    desk.archive.save().unwrap();
    let desk = desk.killed();
    let pace = desk.archive.pace(&page.url.host()).unwrap().unwrap();
    assert_eq!(pace.not_before, later(9));
}

#[test]
fn an_older_lease_cannot_write() {
    let mut desk = Desk::new();
    desk.archive.take_lease("another", NOW, None).unwrap();
    let refused = desk.archive.seed(desk.lease, &[], SeedMode::Begin, NOW);
    assert!(
        matches!(refused, Err(ArchiveError::LeaseLost)),
        "{refused:?}"
    );
}

#[test]
fn a_killed_run_is_found_and_marked() {
    let desk = Desk::new();
    let mut desk = desk.killed();
    desk.archive
        .end_run(
            desk.lease,
            desk.run,
            RunEnd::Finished.with(&Tally::default()),
            later(5),
        )
        .unwrap();
    let runs = Reader::open(desk.folder.path()).unwrap().runs(5).unwrap();
    let how: Vec<_> = runs.iter().map(|run| run.how.as_deref()).collect();
    assert_eq!(how, [Some("finished"), Some("interrupted")]);
}

#[test]
fn a_second_crawl_is_told_who_holds_the_archive() {
    let folder = TempDir::new().unwrap();
    let lock = Lock::take(folder.path(), "crawl, process 42").unwrap();
    let Err(ArchiveError::Held { holder }) = Lock::take(folder.path(), "crawl, process 43") else {
        panic!("not held")
    };
    assert_eq!(holder, "crawl, process 42");
    drop(lock);
    Lock::take(folder.path(), "crawl, process 43").unwrap();
}

#[test]
fn a_folder_stays_locked_as_long_as_its_archive_is_open() {
    let Desk {
        folder, archive, ..
    } = Desk::new();
    let Err(ArchiveError::Held { holder }) = Lock::take(folder.path(), "another") else {
        panic!("not held")
    };
    assert_eq!(holder, "a test");
    drop(archive);
    Lock::take(folder.path(), "another").unwrap();
}

#[test]
fn a_file_that_is_no_archive_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(FILE);
    std::fs::write(&path, "This is a letter, not a database. ".repeat(100)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::NotAnArchive { .. })),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let other = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::NotAnArchive { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_log_of_another_database_is_told_and_never_written_into_the_archive() {
    let Desk {
        folder, archive, ..
    } = Desk::new();
    drop(archive);
    let elsewhere = TempDir::new().unwrap();
    let other = rusqlite::Connection::open(elsewhere.path().join("other.db")).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let log = folder.path().join("archive.db-wal");
    std::fs::copy(elsewhere.path().join("other.db-wal"), &log).unwrap();

    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::NotAnArchive { .. })),
        "{refused:?}"
    );
    std::fs::remove_file(&log).unwrap();
    open_archive(folder.path()).unwrap();
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn an_archive_of_a_newer_version_is_refused() {
    let desk = Desk::new();
    desk.sql()
        .pragma_update(None, "user_version", SCHEMA + 1)
        .unwrap();
    let Desk {
        folder, archive, ..
    } = desk;
    drop(archive);
    let refused = open_archive(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(ArchiveError::Newer { .. })),
        "{refused:?}"
    );
    assert!(
        Reader::open(folder.path())
            .unwrap_err()
            .to_string()
            .contains("newer saseo")
    );
}

#[test]
fn a_folder_without_an_archive_is_told() {
    let folder = TempDir::new().unwrap();
    assert!(matches!(
        Reader::open(folder.path()),
        Err(ArchiveError::Missing { .. })
    ));
}

#[test]
fn a_clock_that_was_set_moves_the_rests_of_hosts_with_it() {
    let up = |seconds| Uptime {
        boot: "this one".into(),
        up: Duration::from_secs(seconds),
    };
    let mut desk = Desk::new();
    desk.settle_next(settled(Verdict::Read));
    let host = url("https://paper.example/").host();
    let mut rest_after = |now: Timestamp, uptime: &Uptime| {
        desk.archive
            .take_lease("a test", now, Some(uptime))
            .unwrap();
        desk.archive.pace(&host).unwrap().unwrap().not_before
    };
    assert_eq!(rest_after(NOW, &up(100)), later(2));
    // A minute later by both; then an hour's step, on and back again.
    assert_eq!(rest_after(later(60), &up(160)), later(2));
    assert_eq!(rest_after(later(3720), &up(220)), later(3602));
    assert_eq!(rest_after(later(180), &up(280)), later(2));
    // After a boot nobody can tell.
    let other = Uptime {
        boot: "the next one".into(),
        up: Duration::from_secs(5),
    };
    assert_eq!(rest_after(later(90_000), &other), later(2));
}

impl Desk {
    /// Announces a request to a server at a moment.
    fn announce_to(&mut self, server: u8, at: Timestamp) {
        let announcement = Announcement {
            at,
            url: article_url(1),
            server: Some([192, 0, 2, server].into()),
            robots: None,
            rule: "no robots.txt".into(),
            gap: Duration::from_secs(2),
        };
        self.archive
            .announce(self.lease, self.run, &[announcement])
            .unwrap();
    }
}

#[test]
fn the_last_request_to_each_server_is_found_from_the_ledgers_end() {
    let mut desk = Desk::new();
    for (server, seconds) in [(1, 0), (2, 10), (3, 10), (2, 11), (1, 12)] {
        desk.announce_to(server, later(seconds));
    }
    // A run of which a kill left the request without an ending counts like any other.
    desk.run = desk
        .archive
        .begin_run(desk.lease, "resume", &Terms::default(), later(13))
        .unwrap();
    let servers = |last: &LastRequests| {
        let mut servers: Vec<_> = last
            .by_server
            .iter()
            .map(|(server, at)| (server.to_string(), *at))
            .collect();
        servers.sort();
        servers
    };
    let last = desk.archive.last_requests(later(11)).unwrap();
    assert_eq!(
        servers(&last),
        [
            ("192.0.2.1".into(), later(12)),
            ("192.0.2.2".into(), later(11))
        ]
    );
    assert_eq!((last.total, last.all_others), (Some(later(12)), None));
    assert_eq!(servers(&desk.archive.last_requests(NOW).unwrap()).len(), 3);
    assert_eq!(
        desk.archive.last_requests(later(13)).unwrap(),
        LastRequests::default()
    );
}

#[test]
fn of_a_ledger_with_very_many_late_requests_the_servers_that_were_not_looked_at_are_told_too() {
    let mut desk = Desk::new();
    desk.announce_to(9, NOW);
    for number in 0..6_000 {
        desk.announce_to(1, later(1) + Duration::from_millis(number));
    }
    let last = desk.archive.last_requests(NOW).unwrap();
    assert_eq!(
        (last.by_server.len(), last.total),
        (1, Some(later(1) + Duration::from_millis(5_999)))
    );
    assert_eq!(
        last.all_others,
        Some(later(1) + Duration::from_millis(1_000))
    );
}

#[test]
fn a_clock_that_was_set_on_makes_no_request_older() {
    let up = |seconds| Uptime {
        boot: "this one".into(),
        up: Duration::from_secs(seconds),
    };
    let mut desk = Desk::new();
    desk.lease = desk
        .archive
        .take_lease("a test", NOW, Some(&up(100)))
        .unwrap();
    desk.announce_to(1, later(1));
    desk.archive.save().unwrap();
    desk.lease = desk
        .archive
        .take_lease("a test", later(3_602), Some(&up(102)))
        .unwrap();
    assert_eq!(
        desk.archive.last_requests(later(3_600)).unwrap().total,
        Some(later(3_601))
    );
}

/// The articles as their view tells them: id, text, version, and the first copy.
fn shown(desk: &Desk) -> Vec<(String, String, i64, Option<String>)> {
    let sql = desk.sql();
    let mut select = sql
        .prepare("SELECT id, text, version, first_copy FROM articles ORDER BY id")
        .unwrap();
    let rows = select
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn read_as(text: &str) -> Article {
    *story(text).article.unwrap()
}

/// An article whose page came twice, and said this each time.
fn asked_twice(texts: [&str; 2]) -> (Desk, Vec<KeptCapture>) {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        found: vec![found(7)],
        ..settled(Verdict::Read)
    });
    let page = desk.page();
    for text in texts {
        desk.settle(page.clone(), story(text));
    }
    let captures = desk
        .archive
        .kept_captures(&desk.selection(), 0, 10)
        .unwrap();
    (desk, captures)
}

#[test]
fn an_older_capture_that_reads_otherwise_adds_a_version_and_the_newest_stays_what_is_shown() {
    let (mut desk, captures) = asked_twice(["하나", "둘"]);
    let [first, second] = captures.as_slice() else {
        panic!("{captures:?}")
    };
    let (lease, archive) = (desk.lease, &mut desk.archive);
    let changed = |revision: RevisionOutcome| matches!(revision, RevisionOutcome::Changed { fields, .. } if fields == ["text"]);
    assert!(changed(
        archive
            .revise(lease, first.read_as(read_as("처음")), None, NOW)
            .unwrap()
    ));
    assert_eq!(
        archive
            .revise(lease, first.read_as(read_as("처음")), None, NOW)
            .unwrap(),
        RevisionOutcome::Same
    );
    assert_eq!(
        archive
            .revise(lease, second.read_as(read_as("둘")), None, NOW)
            .unwrap(),
        RevisionOutcome::Same
    );
    archive.save().unwrap();
    assert_eq!(
        shown(&desk),
        [("paper/7".to_owned(), "둘".to_owned(), 2, None)]
    );
    assert!(changed(
        desk.archive
            .revise(lease, second.read_as(read_as("둘째")), None, NOW)
            .unwrap()
    ));
    desk.archive.save().unwrap();
    assert_eq!(
        shown(&desk),
        [("paper/7".to_owned(), "둘째".to_owned(), 4, None)]
    );
    // What changed for those who follow: the new article, its change, and the better reading of
    // what is newest.
    assert_eq!(desk.count("change"), 3);
}

#[test]
fn two_captures_that_tell_a_field_otherwise_are_two_versions_and_stay_so() {
    let (mut desk, captures) = asked_twice(["하나", "하나"]);
    let sections = [captures[0].id, captures[1].id]
        .into_iter()
        .zip(["문화", "사회"]);
    let mut traversal = || -> Vec<RevisionOutcome> {
        let one = |(capture, section): (&KeptCapture, &str)| {
            let article = Article {
                section: Some(section.to_owned()),
                ..read_as("하나")
            };
            desk.archive
                .revise(desk.lease, capture.read_as(article), None, NOW)
                .unwrap()
        };
        captures.iter().zip(["문화", "사회"]).map(one).collect()
    };
    let changed = |revision: &RevisionOutcome| matches!(revision, RevisionOutcome::Changed { fields, .. } if *fields == ["section"]);
    assert!(traversal().iter().all(changed));
    assert_eq!(traversal(), [RevisionOutcome::Same, RevisionOutcome::Same]);
    desk.archive.save().unwrap();
    let sql = desk.sql();
    let mut select = sql
        .prepare("SELECT capture_id, section FROM version ORDER BY n")
        .unwrap();
    let versions: Vec<(i64, String)> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(
        versions
            .iter()
            .map(|(capture, section)| (*capture, section.as_str()))
            .eq(sections),
        "{versions:?}"
    );
}

#[test]
fn what_is_found_when_it_is_read_again_is_looked_at_as_others_are() {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        found: vec![found(7)],
        ..settled(Verdict::Read)
    });
    let unread = Judged {
        article: None,
        ..settled(Verdict::Unextracted {
            why: "no story".into(),
        })
    };
    desk.settle_next(unread);
    let capture = desk
        .archive
        .kept_captures(&desk.selection(), 0, 10)
        .unwrap()
        .remove(0);
    let again = |desk: &mut Desk, at: Timestamp| -> Option<i64> {
        desk.archive
            .revise(desk.lease, capture.read_as(read_as("하나")), Some(at), NOW)
            .unwrap();
        desk.archive.save().unwrap();
        desk.sql()
            .query_row("SELECT next_at FROM page WHERE number = 7", [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    assert_eq!(again(&mut desk, later(60)), Some(later(60).millis()));
    // What is known already keeps its own time.
    assert_eq!(again(&mut desk, later(90)), Some(later(60).millis()));
}

#[test]
fn what_is_gone_stays_so_when_it_is_read_again() {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        found: vec![found(7)],
        ..settled(Verdict::Read)
    });
    desk.settle_next(story("하나"));
    let capture = desk
        .archive
        .kept_captures(&desk.selection(), 0, 10)
        .unwrap()
        .remove(0);
    desk.sql()
        .execute("UPDATE article SET access = 'gone'", [])
        .unwrap();
    desk.archive
        .revise(desk.lease, capture.read_as(read_as("하나와 둘")), None, NOW)
        .unwrap();
    desk.archive.save().unwrap();
    let kept: (String, i64) = desk
        .sql()
        .query_row("SELECT access, version FROM articles", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(kept, ("gone".to_owned(), 2));
}

/// A wire story of some length, as one paper prints it.
fn wire(head: &str, last: &str) -> Judged {
    let sentence = |n: u32| {
        format!(
            "{n}번 서가의 책은 {}일 {}쪽까지 읽혔다고 사서가 전했다.",
            n * 7 % 28 + 1,
            n * 53 % 400
        )
    };
    let text: Vec<String> = (1..=20).map(sentence).collect();
    story(&format!("{head} {} {last}", text.join(" ")))
}

fn published(mut story: Judged, at: &str) -> Judged {
    story.article.as_mut().unwrap().published_at = LocalTime::from_rfc3339(at);
    story
}

/// Settles one article at each of the papers, in that order.
fn desk_with_copies(stories: &[(&str, Judged)]) -> Desk {
    let mut desk = Desk::new();
    for (paper, story) in stories {
        let home = url(&format!("https://{paper}.example/"));
        let article = url(&format!(
            "https://{paper}.example/news/articleView.html?idxno=7"
        ));
        let entries = vec![(article.clone(), Role::Article)];
        let seed = Seed {
            site: (*paper).into(),
            title: "신문".into(),
            home: home.clone(),
            since: None,
            discover: Discover::default(),
            everything: None,
            windows: vec![],
            entries,
        };
        desk.archive
            .seed(desk.lease, &[seed], SeedMode::Begin, NOW)
            .unwrap();
        let NextPage::Page(page) = desk
            .archive
            .next_page(&home.host(), &[desk.site(paper)], &[], later(9))
            .unwrap()
        else {
            panic!("no page of {paper}")
        };
        desk.settle(*page, story.clone());
    }
    desk
}

fn copies(desk: &Desk) -> Vec<(String, Option<String>)> {
    shown(desk)
        .into_iter()
        .map(|(id, _, _, first)| (id, first))
        .collect()
}

#[test]
fn a_story_that_several_papers_carry_names_its_first_copy() {
    let desk = desk_with_copies(&[
        (
            "b",
            published(wire("(사서통신)", "끝"), "2026-11-20T10:00:00+09:00"),
        ),
        (
            "c",
            published(
                wire("[씨신문 홍길동 기자]", ""),
                "2026-11-21T10:00:00+09:00",
            ),
        ),
        // Printed before the others, and met last.
        (
            "a",
            published(wire("", "무단전재 금지"), "2026-11-19T10:00:00+09:00"),
        ),
        ("d", published(wire("", ""), "2026-11-30T10:00:00+09:00")),
        (
            "e",
            published(
                story(&"서로 다른 이야기가 여기에 길게 이어진다. ".repeat(20)),
                "2026-11-20T10:00:00+09:00",
            ),
        ),
    ]);
    let first = Some("a/7".to_owned());
    assert_eq!(
        copies(&desk),
        [
            ("a/7".to_owned(), None),
            ("b/7".to_owned(), first.clone()),
            ("c/7".to_owned(), first),
            // Ten days later it is another story.
            ("d/7".to_owned(), None),
            ("e/7".to_owned(), None),
        ]
    );
}

#[test]
fn one_papers_own_stories_are_no_copies_of_one_another() {
    let mut desk = Desk::new();
    desk.settle_next(Judged {
        found: vec![found(7), found(8)],
        ..settled(Verdict::Read)
    });
    for number in [7, 8] {
        let mut story = wire("", "");
        story.article.as_mut().unwrap().number = Some(number);
        desk.settle_next(story);
    }
    assert_eq!(
        copies(&desk),
        [("paper/7".to_owned(), None), ("paper/8".to_owned(), None)]
    );
}

#[test]
fn a_host_that_cannot_be_asked_is_put_off_for_the_chosen_sites_only() {
    let mut desk = Desk::new();
    let shared = |path: &str| url(&format!("https://cdn.example/{path}"));
    for (site, path) in [("one", "1.xml"), ("two", "2.xml")] {
        let entries = vec![(shared(path), Role::Feed)];
        let home = url(&format!("https://{site}.example/"));
        let seed = Seed {
            site: site.into(),
            title: "신문".into(),
            home,
            since: None,
            discover: Discover::default(),
            everything: None,
            windows: vec![],
            entries,
        };
        desk.archive
            .seed(desk.lease, &[seed], SeedMode::Begin, NOW)
            .unwrap();
    }
    let pages = desk
        .archive
        .due_pages(&shared("").host(), &[desk.site("one")], 9, later(1))
        .unwrap();
    assert_eq!(pages.len(), 1);
    let Discover {
        lists,
        feeds,
        sitemaps,
        ..
    } = Discover::default();
    let policy = SitePolicy {
        lists,
        feeds,
        sitemaps,
        is_covered: false,
        has_sections: false,
    };
    let settlement = put_off(&pages[0], "no address", &policy, later(1));
    desk.archive
        .settle_unasked(desk.lease, &pages[0], &settlement, later(1))
        .unwrap();
    desk.archive.save().unwrap();
    let due = |number: i64| -> i64 {
        let sql =
            "SELECT due_at FROM page WHERE host = 'cdn.example' ORDER BY url LIMIT 1 OFFSET ?1";
        desk.sql()
            .query_row(sql, [number], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(
        (due(0), due(1)),
        (later(1 + 24 * 3600).millis(), NOW.millis())
    );
}

#[test]
fn a_story_is_led_by_its_earliest_copy_also_after_that_one_changed() {
    let mut desk = desk_with_copies(&[
        ("a", published(wire("", ""), "2026-11-19T10:00:00+09:00")),
        ("b", published(wire("", "끝"), "2026-11-20T10:00:00+09:00")),
        (
            "c",
            published(wire("[씨신문]", ""), "2026-11-21T10:00:00+09:00"),
        ),
    ]);
    let led = |desk: &Desk| -> Vec<Option<String>> {
        copies(desk).into_iter().map(|(_, first)| first).collect()
    };
    let to = |id: &str| Some(id.to_owned());
    assert_eq!(led(&desk), [None, to("a/7"), to("a/7")]);
    let reread = |desk: &mut Desk, site: &str, article: Judged| {
        let of_site = Selection::of(&desk.archive, [site]).unwrap();
        let capture = desk
            .archive
            .kept_captures(&of_site, 0, 9)
            .unwrap()
            .remove(0);
        desk.archive
            .revise(
                desk.lease,
                capture.read_as(*article.article.unwrap()),
                None,
                NOW,
            )
            .unwrap();
        desk.archive.save().unwrap();
    };
    // Its date was read wrongly: the next one leads.
    reread(
        &mut desk,
        "a",
        published(wire("", ""), "2026-11-22T10:00:00+09:00"),
    );
    assert_eq!(led(&desk), [to("b/7"), None, to("b/7")]);
    // It tells another story: those that followed it follow the earliest of them.
    let other = published(
        story(&"서로 다른 이야기가 여기에 길게 이어진다. ".repeat(20)),
        "2026-11-20T10:00:00+09:00",
    );
    reread(&mut desk, "b", other);
    assert_eq!(led(&desk), [to("c/7"), None, None]);
}

#[test]
fn a_page_whose_request_never_ends_goes_last_and_fails_after_three_times() {
    let mut desk = Desk::new();
    let links = Judged {
        found: vec![found(1), found(2)],
        ..settled(Verdict::Read)
    };
    desk.settle_next(links);
    assert_eq!(desk.page().url, article_url(1));

    // The process dies in the middle of it, and the next one begins.
    let die = |desk: &mut Desk| {
        desk.announce_to(1, NOW);
        desk.archive.save().unwrap();
        desk.run = desk
            .archive
            .begin_run(desk.lease, "resume", &Terms::default(), NOW)
            .unwrap();
        let failed = desk
            .archive
            .fail_unended(desk.lease, NOW)
            .unwrap()
            .values()
            .sum::<u64>();
        desk.archive.save().unwrap();
        failed
    };
    die(&mut desk);
    assert_eq!(desk.page().url, article_url(2), "the other one goes first");
    desk.settle_next(settled(Verdict::Stored));
    assert_eq!((desk.page().url, desk.page().unended), (article_url(1), 1));

    // An ending in between shows that the page was not the reason.
    desk.settle_next(Settlement::Retry {
        due: NOW,
        attempts: 1,
        why: "status 500".into(),
        misses: 0,
    });
    assert_eq!(desk.page().unended, 0);

    for failed in [0, 0, 1] {
        assert_eq!(desk.page().url, article_url(1));
        assert_eq!(die(&mut desk), failed);
    }
    assert_eq!(desk.next(later(1000)), NextPage::Nothing);
    let verdict: String = desk
        .sql()
        .query_row(
            "SELECT verdict || ': ' || reason FROM page WHERE number = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        verdict,
        "failed: the process ended 3 times while it was asked for or read"
    );
}

#[test]
fn a_move_to_a_place_without_an_article_was_none() {
    let mut desk = Desk::new();
    let place = url("https://paper.example/sorry");
    desk.settle_next(Judged {
        found: vec![found(1)],
        ..settled(Verdict::Read)
    });
    let moved = Discovered {
        url: place.clone(),
        hops: 1,
        number: None,
        ..found(1)
    };
    desk.settle_next(Judged {
        found: vec![moved],
        ..settled(Verdict::Moved { to: place.clone() })
    });
    assert!(
        !desk.archive.has_no_article(&place).unwrap(),
        "nobody has asked there"
    );

    desk.settle_next(settled(Verdict::Unextracted {
        why: "a notice".into(),
    }));
    assert!(desk.archive.has_no_article(&place).unwrap());
    assert_eq!(desk.next(later(1000)), NextPage::LaterAt(later(24 * 3600)));
    let page = match desk.next(later(25 * 3600)) {
        NextPage::Page(page) => page,
        other => panic!("{other:?}"),
    };
    assert_eq!((page.url.clone(), page.misses()), (article_url(1), 1));
}

/// Two articles of a paper that numbers nothing.
fn desk_without_numbers() -> Desk {
    let mut desk = Desk::new();
    let unnumbered = |name: &str| Discovered {
        url: url(&format!("https://paper.example/story/{name}?a=b")),
        number: None,
        ..found(0)
    };
    desk.settle_next(Judged {
        found: vec![unnumbered("one"), unnumbered("two")],
        ..settled(Verdict::Read)
    });

    for text in ["하나", "둘"] {
        let mut settlement = story(text);
        settlement.article.as_mut().unwrap().number = None;
        desk.settle_next(settlement);
    }
    desk
}

#[test]
fn articles_without_a_number_have_ids_of_their_own_that_are_found_and_exported() {
    let desk = desk_without_numbers();
    let expected = [
        "paper/https://paper.example/story/one?a=b",
        "paper/https://paper.example/story/two?a=b",
    ];
    let ids: Vec<String> = shown(&desk).into_iter().map(|row| row.0).collect();
    assert_eq!(ids, expected);

    let reader = Reader::open(desk.folder.path()).unwrap();
    for id in expected {
        assert_eq!(reader.find_article(id).unwrap().id, id);
    }

    let out = desk.folder.path().join("out.sqlite");
    let place = Place::File(Beside::of(&out).unwrap());
    let taken = export::write(
        &reader,
        &ArticleFilter::default(),
        ExportFormat::Sqlite,
        CsvDialect::default(),
        place,
    )
    .unwrap();
    assert_eq!(taken.unwrap().articles, 2);
    let sql = rusqlite::Connection::open(out).unwrap();
    let mut select = sql.prepare("SELECT id FROM articles ORDER BY id").unwrap();
    let exported: Vec<String> = select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(exported, expected);
}
