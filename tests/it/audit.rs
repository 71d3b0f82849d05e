//! The audit: what it finds in ledgers that were broken, in a crawl that was impolite, and not in
//! one that was polite.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use saseo::archive::{
    AnnouncedId, Announcement, Completed, Completion, Ending, FILE, HostTerms, Lease, Lock, NewRun,
    Reader, RobotsCopy, RobotsId, RobotsOutcome, RunId, Terms, Writer,
};
use saseo::audit::{AuditReport, AuditScope, ViolationKind, audit, page};
use saseo::clock::Clock;
use saseo::demo::{DemoSkin, Edition};
use saseo::page_url::PageUrl;
use saseo::politeness::StoredPace;
use saseo::robots::FRESH;
use saseo::time::Timestamp;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::open_archive::open_archive;

use crate::program::{Crawler, Paper};

const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
const PAPER: &str = "https://paper.example";
const RULES: &str = "User-agent: *\nDisallow: /admin/\nAllow: /admin/open\nCrawl-delay: 3\n";

fn after(millis: u64) -> Timestamp {
    NOW + Duration::from_millis(millis)
}

fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

fn terms() -> Terms {
    let host = |host: &str, own| HostTerms {
        host: host.into(),
        gap_ms: 2_000,
        at_once: 2,
        own,
    };
    Terms {
        version: "0.1.0".into(),
        agent: "saseo".into(),
        user_agent: None,
        contact: None,
        server_ms: 500,
        total_ms: 20,
        hosts: vec![host("paper.example", false), host("own.example", true)],
        strangers_gap_ms: 4_000,
        joins: false,
        site: None,
    }
}

/// What an answer to a request said.
enum Said {
    Page,
    RetryAfter(Timestamp),
    Status(u16),
    Nothing,
}

/// An archive whose ledger is written by hand, moment by moment.
struct Desk {
    folder: TempDir,
    archive: Writer,
    lease: Lease,
    run: RunId,
}

impl Desk {
    fn new() -> Self {
        Self::on(&terms())
    }

    fn on(terms: &Terms) -> Self {
        let folder = TempDir::new().unwrap();
        let mut archive = open_archive(folder.path()).unwrap();
        let lease = archive.take_lease("a test", NOW, None).unwrap();
        let run = archive.begin_run(lease, "crawl", terms, NOW).unwrap();
        Self {
            folder,
            archive,
            lease,
            run,
        }
    }

    /// Begins another run.
    fn begin(&mut self, at: Timestamp) {
        self.run = self
            .archive
            .begin_run(self.lease, "resume", &terms(), at)
            .unwrap();
    }

    fn announce(&mut self, request: Announcement) -> AnnouncedId {
        let id = self
            .archive
            .announce(self.lease, self.run, &[request])
            .unwrap()[0];
        self.archive.save().unwrap();
        id
    }

    fn end(&mut self, announced: AnnouncedId, at: Timestamp, said: Said) {
        let answer = |status, retry_after| Ending::Answered {
            status,
            bytes: 5,
            digest: [7; 32],
            retry_after,
        };
        let ending = match said {
            Said::Page => answer(200, None),
            Said::RetryAfter(until) => answer(503, Some(until)),
            Said::Status(status) => answer(status, None),
            Said::Nothing => Ending::Trouble {
                why: "it hung up".into(),
            },
        };
        self.settle(announced, at, ending, Completed::Unkept);
    }

    fn settle(
        &mut self,
        announced: AnnouncedId,
        at: Timestamp,
        ending: Ending,
        done: Completed,
    ) -> Option<RobotsId> {
        let (host, pace) = (url(PAPER).host(), pace(at));
        let answered = Completion {
            announced,
            ending,
            at,
            host,
            pace,
            done,
        };
        let effects = self
            .archive
            .settle(self.lease, self.run, &[answered], at)
            .unwrap();
        self.archive.save().unwrap();
        effects[0].robots
    }

    /// Asks for an origin's robots.txt at a moment, and keeps what comes a tenth of a second later.
    fn robots(&mut self, origin: &str, at: Timestamp, body: &str) -> RobotsId {
        let announced = self.announce(file(&format!("{origin}/robots.txt"), at));
        self.keep(announced, origin, at + Duration::from_millis(100), body)
    }

    fn keep(
        &mut self,
        announced: AnnouncedId,
        origin: &str,
        at: Timestamp,
        body: &str,
    ) -> RobotsId {
        let body = body.as_bytes().to_vec();
        let digest = Sha256::digest(&body).into();
        let ending = Ending::Answered {
            status: 200,
            bytes: body.len() as u64,
            digest,
            retry_after: None,
        };
        let copy = RobotsCopy {
            id: None,
            origin: origin.into(),
            fetched_at: at,
            expires_at: at + FRESH,
            status: Some(200),
            ruled: RobotsOutcome::Rules { body },
            why: "fetched".into(),
        };
        self.settle(announced, at, ending, Completed::Robots(Box::new(copy)))
            .unwrap()
    }

    /// Asks for a page and has it a tenth of a second later.
    fn visit(&mut self, request: Announcement, said: Said) {
        let ended = request.at + Duration::from_millis(100);
        let announced = self.announce(request);
        self.end(announced, ended, said);
    }

    fn audit(&self) -> AuditReport {
        audit(
            &Reader::open(self.folder.path()).unwrap(),
            AuditScope::Everything,
        )
        .unwrap()
    }

    /// The kinds and rows of what was broken.
    fn broken(&self) -> Vec<(ViolationKind, Vec<i64>)> {
        self.audit()
            .violations
            .into_iter()
            .map(|broken| (broken.kind, broken.rows))
            .collect()
    }

    /// The archive as one who would change it has it: without triggers and constraints.
    fn tamper(&self) -> rusqlite::Connection {
        unguarded(&self.folder.path().join(FILE))
    }
}

fn unguarded(path: &std::path::Path) -> rusqlite::Connection {
    let sql = rusqlite::Connection::open(path).unwrap();
    sql.execute_batch(
        "DROP TRIGGER IF EXISTS ledger_is_never_changed; DROP TRIGGER IF EXISTS ledger_is_never_cut;
         PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;",
    )
    .unwrap();
    sql
}

fn pace(at: Timestamp) -> StoredPace {
    let gap = Duration::from_secs(2);
    let slowed = Duration::ZERO;
    StoredPace {
        last_at: at,
        not_before: at + gap,
        gap,
        slowed,
        consecutive_failures: 0,
        refusals: 0,
        backoff: None,
    }
}

/// A request for a robots.txt, or for what one was redirected to.
fn file(address: &str, at: Timestamp) -> Announcement {
    let gap = Duration::from_secs(4);
    Announcement {
        at,
        url: url(address),
        server: None,
        robots: None,
        rule: "robots.txt itself".into(),
        gap,
    }
}

/// A request for a page that a robots.txt with [`RULES`] allows.
fn story(number: u64, at: Timestamp, robots: RobotsId) -> Announcement {
    let gap = Duration::from_secs(3);
    let url = url(&format!("{PAPER}/news/{number}"));
    let server = Some([192, 0, 2, 1].into());
    Announcement {
        at,
        url,
        server,
        robots: Some(robots),
        rule: "no rule against it".into(),
        gap,
    }
}

/// A robots.txt at row 2, and polite visits from row 4 on, one every ten seconds.
fn polite(visits: u64) -> (Desk, RobotsId) {
    let mut desk = Desk::new();
    let robots = desk.robots(PAPER, NOW, RULES);
    for visit in 1..=visits {
        desk.visit(story(visit, after(10_000 * visit), robots), Said::Page);
    }
    (desk, robots)
}

#[test]
fn a_polite_ledger_passes_and_adds_up() {
    let (mut desk, robots) = polite(3);
    desk.visit(
        story(4, after(60_000), robots),
        Said::RetryAfter(after(90_000)),
    );
    desk.visit(story(5, after(90_000), robots), Said::Nothing);
    desk.visit(story(6, after(99_000), robots), Said::Status(403));
    desk.announce(story(7, after(105_000), robots));
    let found = desk.audit();
    assert_eq!(found.violations, []);
    assert_eq!(
        (found.rows, found.requests, found.unanswered, found.unended),
        (16, 8, 1, 1)
    );
    assert_eq!((found.refusals, found.retry_afters), (1, 1));
    let host = &found.hosts[0];
    assert_eq!(
        (host.host.as_str(), host.requests, host.least_gap_seconds),
        ("paper.example", 8, Some(5.9))
    );
    assert_eq!(host.median_gap_seconds, Some(9.9));
    assert_eq!(
        (found.days[0].date.as_str(), found.days[0].requests),
        ("2026-11-24", 8)
    );
    assert_eq!((found.robots.len(), found.robots[0].requests), (1, 7));
    assert_eq!(found.head.unwrap().row, 16);
}

#[test]
fn an_audit_of_one_paper_tells_of_its_hosts_alone_and_checks_every_row() {
    let (mut desk, robots) = polite(2);
    let own = "https://own.example";
    let owned = desk.robots(own, after(40_000), "");
    let of_own = Announcement {
        url: url(&format!("{own}/1")),
        robots: Some(owned),
        ..story(1, after(50_000), robots)
    };
    desk.visit(of_own, Said::Status(403));
    desk.visit(story(3, after(60_000), robots), Said::Page);
    // Sooner than its gap.
    desk.announce(story(4, after(61_000), robots));

    let reader = Reader::open(desk.folder.path()).unwrap();
    let told = |host: &str| audit(&reader, AuditScope::Hosts([host.to_owned()].into())).unwrap();
    let (paper, own, all) = (
        told("paper.example"),
        told("own.example"),
        told("nobody.example"),
    );
    let names = |found: &AuditReport| {
        found
            .hosts
            .iter()
            .map(|host| host.host.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&paper), names(&own), names(&all)),
        (
            vec!["paper.example".into()],
            vec!["own.example".into()],
            vec![]
        )
    );
    assert_eq!((paper.requests, own.requests, all.requests), (5, 2, 0));
    assert_eq!(
        (paper.refusals, own.refusals, paper.unended, own.unended),
        (0, 1, 1, 0)
    );
    assert_eq!((paper.robots.len(), own.robots.len()), (1, 1));
    assert_eq!(
        (own.from.clone().unwrap(), paper.runs, all.runs),
        (after(40_000).to_string(), 1, 0)
    );
    assert_eq!((paper.violations.len(), own.violations.len()), (1, 0));
    assert_eq!(
        (paper.violations_elsewhere, own.violations_elsewhere),
        (0, 1)
    );
    assert_eq!(
        (paper.rows, paper.head.clone()),
        (own.rows, own.head.clone())
    );
    assert!(page(&own, &["나의 신문".to_owned()]).starts_with("# How 나의 신문 was crawled"));

    // A broken chain is everybody's.
    desk.tamper()
        .execute("UPDATE ledger SET at = at - 60 WHERE id = 4", [])
        .unwrap();
    assert!(
        told("own.example")
            .violations
            .iter()
            .any(|broken| broken.kind == ViolationKind::Chain)
    );
}

#[test]
fn a_page_says_who_asked_and_leaves_out_runs_that_asked_nothing() {
    let told = |user_agent: &str, contact: &str| {
        let (user_agent, contact) = (Some(user_agent.to_owned()), Some(contact.to_owned()));
        let mut desk = Desk::on(&Terms {
            user_agent,
            contact,
            ..terms()
        });
        desk.robots(PAPER, NOW, RULES);
        let run = desk
            .archive
            .begin_run(desk.lease, "reextract", &Terms::default(), after(60_000))
            .unwrap();
        (page(&desk.audit(), &[]), run)
    };
    let (page, _) = told("saseo/0.1.0 (+me@paper.example)", "me@paper.example");
    assert!(
        page.contains(
            "- Who asked: `saseo/0.1.0 (+me@paper.example)`\n- Contact: me@paper.example\n"
        ),
        "{page}"
    );
    assert!(
        page.contains("in 1 run\n- Requests: 1; ") && page.contains("## Refusals\n\nNone.\n"),
        "{page}"
    );
}

// The ledger itself.

#[test]
fn no_column_of_any_row_can_be_changed_unseen() {
    let (desk, _) = polite(2);
    let numbers = [
        "form",
        "at",
        "run_id",
        "robots_id",
        "gap",
        "announced_id",
        "status",
        "bytes",
        "retry_after",
        "not_before",
    ];
    let texts = ["kind", "terms", "url", "host", "server", "rule", "trouble"];
    let number = |column: &str| format!("{column} = coalesce({column}, 0) + 1");
    let text = |column: &str| format!("{column} = coalesce({column}, '') || 'x'");
    let bytes = [
        "digest = zeroblob(32)",
        "hash = zeroblob(32)",
        "hash = x'00'",
    ]
    .map(str::to_owned);
    let changes: Vec<String> = numbers
        .iter()
        .map(|c| number(c))
        .chain(texts.iter().map(|c| text(c)))
        .chain(bytes)
        .collect();
    desk.tamper()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    for row in 1..=desk.audit().rows {
        for change in &changes {
            let copy = TempDir::new().unwrap();
            std::fs::copy(desk.folder.path().join(FILE), copy.path().join(FILE)).unwrap();
            let sql = unguarded(&copy.path().join(FILE));
            let changed = sql.execute(&format!("UPDATE ledger SET {change} WHERE id = {row}"), []);
            assert_eq!(changed, Ok(1), "{change} of row {row}");
            let found = audit(&Reader::open(copy.path()).unwrap(), AuditScope::Everything).unwrap();
            let is_told = found.violations.iter().any(|broken| {
                broken.kind == ViolationKind::Chain && broken.rows.contains(&(row as i64))
            });
            assert!(is_told, "{change} of row {row}: {:?}", found.violations);
        }
    }
}

#[test]
fn a_removed_row_is_told_wherever_it_stood() {
    for (row, told) in [(1, 2), (4, 5), (5, 6)] {
        let (desk, _) = polite(3);
        let head = desk.audit().head;
        desk.tamper()
            .execute("DELETE FROM ledger WHERE id = ?1", [row])
            .unwrap();
        assert!(
            desk.broken().contains(&(ViolationKind::Chain, vec![told])),
            "{:?}",
            desk.broken()
        );
        assert_eq!(desk.audit().head, head);
    }
}

#[test]
fn rows_that_were_cut_off_the_end_show_in_the_head() {
    let (desk, _) = polite(3);
    let head = desk.audit().head;
    desk.tamper()
        .execute("DELETE FROM ledger WHERE id > 6", [])
        .unwrap();
    assert_eq!(desk.broken(), []);
    assert_ne!(desk.audit().head, head);
}

#[test]
fn a_request_that_ended_twice_or_never_began_is_told() {
    let (desk, _) = polite(2);
    let sql = desk.tamper();
    sql.execute_batch("DROP INDEX ledger_ending; UPDATE ledger SET announced_id = 4 WHERE id = 7")
        .unwrap();
    rehash(&sql);
    assert!(
        desk.broken().contains(&(ViolationKind::Chain, vec![4, 7])),
        "{:?}",
        desk.broken()
    );
}

#[test]
fn an_end_before_its_request_is_told() {
    let (desk, _) = polite(2);
    let sql = desk.tamper();
    sql.execute(
        "UPDATE ledger SET at = ?1 WHERE id = 7",
        [after(19_999).millis()],
    )
    .unwrap();
    rehash(&sql);
    assert_eq!(desk.broken(), [(ViolationKind::Chain, vec![6, 7])]);
}

#[test]
fn a_run_without_its_terms_is_told_once() {
    let (desk, _) = polite(3);
    let sql = desk.tamper();
    sql.execute_batch("UPDATE ledger SET run_id = 9 WHERE id > 3")
        .unwrap();
    rehash(&sql);
    assert_eq!(desk.broken(), [(ViolationKind::Chain, vec![4])]);
}

#[test]
fn a_request_that_is_counted_at_another_host_is_told() {
    let (desk, _) = polite(2);
    let sql = desk.tamper();
    sql.execute("UPDATE ledger SET host = 'own.example' WHERE id = 6", [])
        .unwrap();
    rehash(&sql);
    assert!(
        desk.broken().contains(&(ViolationKind::Chain, vec![6])),
        "{:?}",
        desk.broken()
    );
}

#[test]
fn an_audit_beside_a_crawl_sees_one_moment() {
    let (mut desk, robots) = polite(3);
    let reader = Reader::open(desk.folder.path()).unwrap();
    let mut seen = 0;
    let mut at = after(100_000);
    let mut ledger = reader.ledger().unwrap();
    let mut rows = ledger.rows();
    while rows.next_entry().unwrap().is_some() {
        seen += 1;
        at = at + Duration::from_secs(10);
        desk.announce(story(9, at, robots));
    }
    assert_eq!(seen, 9);
}

// Pace.

#[test]
fn a_gap_that_was_shortened_is_told_though_the_chain_is_whole() {
    let (desk, _) = polite(3);
    let sql = desk.tamper();
    sql.execute(
        "UPDATE ledger SET at = ?1 WHERE id = 6",
        [after(13_099).millis()],
    )
    .unwrap();
    rehash(&sql);
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![5, 6])]);
    sql.execute(
        "UPDATE ledger SET at = ?1 WHERE id = 6",
        [after(13_100).millis()],
    )
    .unwrap();
    rehash(&sql);
    assert_eq!(desk.broken(), []);
}

#[test]
fn runs_side_by_side_each_owe_their_own_terms_and_a_later_run_of_a_site_owes_its_own() {
    let of = |site: &str, host: &str, gap_ms| {
        let host = HostTerms {
            host: host.into(),
            gap_ms,
            at_once: 1,
            own: false,
        };
        Terms {
            site: Some(site.into()),
            joins: site != "one",
            hosts: vec![host],
            ..terms()
        }
    };
    let mut desk = Desk::on(&of("one", "paper.example", 2_000));
    let join = |desk: &mut Desk, terms: &Terms, at| {
        desk.run = desk
            .archive
            .add_run(
                desk.lease,
                NewRun {
                    site: None,
                    command: "crawl",
                    terms,
                    skipped: 0,
                },
                at,
            )
            .unwrap();
    };
    let robots = desk.robots(PAPER, after(0), RULES);

    // While a request of the one is under way, the run of another paper begins and asks its own
    // host.
    let (first, open) = (desk.run, desk.announce(story(1, after(10_000), robots)));
    join(&mut desk, &of("two", "other.example", 5_000), after(10_010));
    let origin = "https://other.example";
    let gap = Duration::from_secs(5);
    let asked = desk.announce(Announcement {
        gap,
        ..file(&format!("{origin}/robots.txt"), after(10_020))
    });
    let there = desk.keep(asked, origin, after(10_120), "");
    let second = std::mem::replace(&mut desk.run, first);
    desk.end(open, after(10_200), Said::Page);
    assert_eq!(desk.broken(), []);

    // Five seconds are owed by the terms of its run, and four were kept.
    let gap = Duration::from_secs(4);
    let to_other = |at| Announcement {
        url: url(&format!("{origin}/a")),
        gap,
        ..story(1, at, there)
    };
    desk.run = second;
    desk.visit(to_other(after(14_120)), Said::Page);
    let broken = desk.broken();
    assert!(
        broken.len() == 2 && broken.iter().all(|(kind, _)| *kind == ViolationKind::Gap),
        "{broken:?}"
    );

    // The next run of that paper promises four, and no more is owed.
    join(&mut desk, &of("two", "other.example", 4_000), after(15_000));
    desk.visit(to_other(after(18_220)), Said::Page);
    assert_eq!(desk.broken(), broken);

    // Once another process has begun, a run of the one before asks nothing.
    desk.begin(after(50_000));
    desk.run = second;
    desk.announce(story(3, after(60_000), robots));
    assert!(
        desk.broken()
            .iter()
            .any(|(kind, _)| *kind == ViolationKind::Chain),
        "{:?}",
        desk.broken()
    );
}

#[test]
fn a_gap_that_is_named_too_short_is_told() {
    let (mut desk, robots) = polite(1);
    desk.visit(
        Announcement {
            gap: Duration::from_millis(2_999),
            ..story(2, after(20_000), robots)
        },
        Said::Page,
    );
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![6])]);
}

#[test]
fn the_gap_that_a_row_names_is_owed_too() {
    let (mut desk, robots) = polite(1);
    desk.visit(
        Announcement {
            gap: Duration::from_secs(60),
            ..story(2, after(20_000), robots)
        },
        Said::Page,
    );
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![5, 6])]);
}

#[test]
fn a_stranger_is_owed_the_gap_of_strangers() {
    let mut desk = Desk::new();
    let robots = desk.robots("https://feeds.example", NOW, "");
    let to = |millis| Announcement {
        url: url("https://feeds.example/rss"),
        ..story(1, after(millis), robots)
    };
    desk.visit(to(9_000), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![4])]);
}

#[test]
fn two_requests_at_once_are_told_and_each_pair_once() {
    let (mut desk, robots) = polite(1);
    desk.announce(story(2, after(20_000), robots));
    desk.announce(story(3, after(30_000), robots));
    assert_eq!(desk.broken(), [(ViolationKind::Overlap, vec![6, 7])]);
    desk.visit(story(4, after(40_000), robots), Said::Page);
    assert_eq!(
        desk.broken(),
        [
            (ViolationKind::Overlap, vec![6, 7]),
            (ViolationKind::Overlap, vec![7, 8])
        ]
    );
}

#[test]
fn ones_own_host_may_be_asked_as_often_at_once_as_its_terms_say() {
    let mut desk = Desk::new();
    let robots = desk.robots("https://own.example", NOW, "");
    let to = |millis| Announcement {
        url: url("https://own.example/a"),
        ..story(1, after(millis), robots)
    };
    desk.announce(to(10_000));
    desk.announce(to(10_020));
    assert_eq!(desk.broken(), []);
    desk.announce(to(10_040));
    assert_eq!(desk.broken(), [(ViolationKind::Overlap, vec![4, 5, 6])]);
}

#[test]
fn a_request_that_a_kill_cut_short_counts_from_its_announcement() {
    let (mut desk, robots) = polite(1);
    desk.announce(story(2, after(20_000), robots));
    desk.begin(after(21_000));
    desk.visit(story(3, after(23_000), robots), Said::Page);
    assert_eq!(desk.broken(), []);
    let (mut desk, robots) = polite(1);
    desk.announce(story(2, after(20_000), robots));
    desk.begin(after(21_000));
    desk.visit(story(3, after(22_999), robots), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![6, 8])]);
}

#[test]
fn a_request_before_its_retry_after_is_told_however_many_answers_came_since() {
    let (mut desk, robots) = polite(1);
    desk.visit(
        story(2, after(20_000), robots),
        Said::RetryAfter(after(60_000)),
    );
    desk.visit(story(3, after(30_000), robots), Said::RetryAfter(after(1)));
    desk.visit(story(4, after(59_999), robots), Said::Page);
    desk.visit(story(5, after(63_100), robots), Said::Page);
    assert_eq!(
        desk.broken(),
        [
            (ViolationKind::RetryAfter, vec![7, 8]),
            (ViolationKind::RetryAfter, vec![7, 10])
        ]
    );
}

#[test]
fn a_clock_that_was_set_back_is_remarked_and_the_gap_counts_from_there() {
    let (mut desk, robots) = polite(3);
    desk.begin(after(15_000));
    desk.visit(story(9, after(18_000), robots), Said::Page);
    assert_eq!(desk.broken(), []);
    let (mut desk, robots) = polite(3);
    desk.begin(after(15_000));
    desk.visit(story(9, after(17_999), robots), Said::Page);
    let found = desk.audit();
    assert_eq!(found.remarks.len(), 1);
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![9, 11])]);
}

// Ceilings.

#[test]
fn two_papers_on_one_server_are_held_to_its_ceiling() {
    let mut desk = Desk::new();
    let here = desk.robots(PAPER, NOW, RULES);
    let there = desk.robots("https://other.example", after(20), "");
    let to_other = |at| Announcement {
        url: url("https://other.example/a"),
        gap: Duration::from_secs(4),
        ..story(1, at, there)
    };
    desk.visit(story(1, after(10_000), here), Said::Page);
    desk.visit(to_other(after(10_499)), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Ceiling, vec![6, 8])]);
    desk.visit(story(2, after(20_000), here), Said::Page);
    desk.visit(to_other(after(20_500)), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Ceiling, vec![6, 8])]);
}

#[test]
fn the_ceiling_of_a_server_holds_from_one_run_to_the_next() {
    let ask_again_after = |millis: u64| {
        let mut desk = Desk::new();
        let here = desk.robots(PAPER, NOW, RULES);
        let there = desk.robots("https://other.example", after(20), "");
        let gap = Duration::from_secs(4);
        let to_other = |at| Announcement {
            url: url("https://other.example/a"),
            gap,
            ..story(1, at, there)
        };
        // The one run is killed before its answer comes, the next begins at once.
        desk.announce(story(1, after(10_000), here));
        desk.begin(after(10_040));
        desk.visit(to_other(after(10_000 + millis)), Said::Page);
        desk.broken()
    };
    assert_eq!(ask_again_after(499), [(ViolationKind::Ceiling, vec![6, 8])]);
    assert_eq!(ask_again_after(500), []);
}

#[test]
fn the_ceiling_in_all_holds_for_ones_own_hosts_too() {
    let mut desk = Desk::new();
    desk.robots(PAPER, NOW, RULES);
    desk.robots("https://own.example", after(19), "");
    assert_eq!(desk.broken(), [(ViolationKind::Ceiling, vec![2, 4])]);
}

// robots.txt.

#[test]
fn a_page_that_the_stored_robots_txt_forbids_is_told() {
    let (mut desk, robots) = polite(1);
    desk.visit(
        Announcement {
            url: url(&format!("{PAPER}/admin/x")),
            ..story(2, after(20_000), robots)
        },
        Said::Page,
    );
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![6])]);
}

#[test]
fn a_rule_that_is_not_the_one_that_allows_is_told() {
    let (mut desk, robots) = polite(1);
    let open = |rule: &str, millis| Announcement {
        url: url(&format!("{PAPER}/admin/open")),
        rule: rule.into(),
        ..story(2, after(millis), robots)
    };
    desk.visit(open("allow: /admin/open", 20_000), Said::Page);
    assert_eq!(desk.broken(), []);
    desk.visit(open("no rule against it", 30_000), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![8])]);
}

#[test]
fn an_altered_robots_txt_is_told_with_the_row_that_brought_it() {
    for change in [
        "body = CAST('User-agent: *' AS BLOB)",
        "ruling = 'allow all', body = NULL",
        "ruling = 'allow all', body = NULL, status = 404",
        "fetched_at = fetched_at - 1",
        "expires_at = expires_at + 1",
        "announced_id = 1",
        "announced_id = 4",
        "announced_id = NULL",
    ] {
        let (desk, _) = polite(2);
        desk.tamper()
            .execute(&format!("UPDATE robots SET {change}"), [])
            .unwrap();
        let of_copy = |(kind, rows): &(ViolationKind, Vec<i64>)| {
            *kind == ViolationKind::Robots && rows.ends_with(&[4])
        };
        assert!(
            desk.broken().iter().any(of_copy),
            "{change}: {:?}",
            desk.broken()
        );
    }
    let (desk, _) = polite(2);
    desk.tamper()
        .execute("UPDATE robots SET body = CAST(body || x'0a' AS BLOB)", [])
        .unwrap();
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![3, 4])]);
}

#[test]
fn a_robots_txt_counts_for_its_own_origin_and_for_a_day() {
    let (mut desk, robots) = polite(1);
    desk.visit(
        Announcement {
            url: url("http://paper.example/a"),
            ..story(2, after(20_000), robots)
        },
        Said::Page,
    );
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![6])]);
    let (mut desk, robots) = polite(0);
    desk.visit(story(1, after(100) + FRESH, robots), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![4])]);
    desk.tamper().execute_batch("DELETE FROM robots").unwrap();
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![4])]);
}

#[test]
fn a_request_without_a_robots_txt_is_for_one_or_for_where_it_was_redirected() {
    let mut desk = Desk::new();
    desk.visit(
        file("https://paper.example/robots.txt", NOW),
        Said::Status(302),
    );
    desk.visit(
        file("https://www.paper.example/rules", after(20)),
        Said::Page,
    );
    assert_eq!(desk.broken(), []);
    desk.visit(file("https://third.example/rules", after(40)), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![6])]);
    desk.visit(
        Announcement {
            rule: "because".into(),
            ..file("https://fourth.example/robots.txt", after(60))
        },
        Said::Page,
    );
    assert_eq!(
        desk.broken(),
        [
            (ViolationKind::Robots, vec![6]),
            (ViolationKind::Robots, vec![8])
        ]
    );
}

#[test]
fn a_robots_txt_that_another_host_sent_needs_a_redirect() {
    let mut desk = Desk::new();
    let announced = desk.announce(file("https://elsewhere.example/robots.txt", NOW));
    let robots = desk.keep(announced, PAPER, after(100), "");
    desk.visit(story(1, after(10_000), robots), Said::Page);
    assert_eq!(desk.broken(), [(ViolationKind::Robots, vec![3, 4])]);
}

// Schema 1.

#[test]
fn rows_of_schema_1_are_held_to_what_they_say_themselves() {
    let (mut desk, robots) = polite(0);
    let sql = desk.tamper();
    sql.execute_batch("DELETE FROM ledger; UPDATE robots SET announced_id = NULL")
        .unwrap();
    let row = |at: u64, fields: &str, values: &str| {
        sql.execute_batch(&format!(
            "INSERT INTO ledger (form, at, run_id, hash, {fields}) VALUES (1, {}, 1, zeroblob(32), {values})",
            after(at).millis()
        ))
        .unwrap();
    };
    let announced = "kind, url, host, robots_id, rule, gap";
    let ended = "kind, announced_id, status, bytes, not_before";
    row(
        0,
        announced,
        "'announced', 'https://paper.example/robots.txt', 'paper.example', NULL, 'robots.txt itself', 2000",
    );
    row(100, ended, "'ended', 1, 200, 5, 0");
    row(
        2_100,
        announced,
        "'announced', 'https://paper.example/a', 'paper.example', 1, 'no rule against it', 2000",
    );
    row(2_200, ended, "'ended', 3, 200, 5, 0");
    row(
        5_000,
        announced,
        "'announced', 'https://paper.example/b', 'paper.example', 1, 'no rule against it', 2000",
    );
    // A kill, and another run.
    row(
        9_000,
        announced,
        "'announced', 'https://paper.example/b', 'paper.example', 1, 'no rule against it', 2000",
    );
    sql.execute("UPDATE ledger SET run_id = 2 WHERE id = 6", [])
        .unwrap();
    rehash(&sql);
    desk.begin(after(10_000));
    desk.visit(story(1, after(20_000), robots), Said::Page);
    assert_eq!(desk.broken(), []);
    sql.execute("UPDATE ledger SET at = at - 1 WHERE id = 3", [])
        .unwrap();
    rehash(&sql);
    assert_eq!(desk.broken(), [(ViolationKind::Gap, vec![2, 3])]);
}

// Crawls over sockets.

/// Fetches with what the standard library has: no crawler's politeness is in the way.
fn get(address: &PageUrl) -> Vec<u8> {
    let server = address.host();
    let mut stream = TcpStream::connect(server.as_str()).unwrap();
    let path = address.path_and_query();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    answer.split_off(body)
}

#[test]
fn an_impolite_crawl_is_caught_by_the_audit_as_by_the_servers_log() {
    let paper = Paper::of(&Edition {
        skin: DemoSkin::G4,
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    });
    let origin = paper.origin.base();
    let host = url(&origin).host().to_string();
    let promised = HostTerms {
        host,
        gap_ms: 200,
        at_once: 1,
        own: true,
    };
    let mut desk = Desk::on(&Terms {
        hosts: vec![promised],
        total_ms: 0,
        ..terms()
    });
    let clock = Clock::system();
    let gap = Duration::from_millis(200);
    let announced = desk.announce(Announcement {
        gap,
        ..file(&format!("{origin}/robots.txt"), clock.now())
    });
    let body = String::from_utf8(get(&url(&format!("{origin}/robots.txt")))).unwrap();
    let mut ended = clock.now_or_just_after();
    let robots = desk.keep(announced, &origin, ended, &body);
    for number in 1..=5 {
        let page = url(&format!("{origin}/news/articleView.html?idxno={number}"));
        let at = clock.now().max(ended);
        let announced = desk.announce(Announcement {
            url: page.clone(),
            gap,
            ..story(number, at, robots)
        });
        get(&page);
        ended = clock.now_or_just_after();
        desk.end(announced, ended, Said::Page);
    }
    let hurried: Vec<i64> = vec![4, 6, 8, 10, 12];
    let found = desk.audit();
    let told: Vec<i64> = found
        .violations
        .iter()
        .map(|broken| *broken.rows.last().unwrap())
        .collect();
    assert!(
        found
            .violations
            .iter()
            .all(|broken| broken.kind == ViolationKind::Gap),
        "{:#?}",
        found.violations
    );
    assert_eq!(told, hurried);
    let log = paper.log();
    let by_the_server = log
        .windows(2)
        .filter(|pair| pair[1].began.since(pair[0].ended) < gap)
        .count();
    assert_eq!(by_the_server, hurried.len());
}

fn polite_crawl() -> Crawler {
    let paper = Paper::of(&Edition {
        skin: DemoSkin::G4,
        articles_per_section: 5,
        crawl_delay: Some(0.1),
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "50ms");
    let out = crawler.run(&["crawl"]);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    crawler
}

#[test]
fn a_crawl_of_the_demo_newspaper_audits_clean_and_makes_a_page_for_its_publisher() {
    let crawler = polite_crawl();
    let report = crawler.folder.path().join("report.md");
    // Whoever crawls holds the lock: an audit does not need it.
    let _lock = Lock::take(&crawler.data(), "a crawl").unwrap();
    let out = crawler.run(&["audit", "--report", &report.to_string_lossy()]);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    assert!(said.ends_with("violations: none\n"), "{said}");
    let page = std::fs::read_to_string(report).unwrap();
    for part in [
        "# How these papers were crawled",
        "Who asked: `saseo/0.1.0",
        "Contact: ____",
        "http://127.0.0.1",
        "## Violations\n\nNone.",
        "End of the chain: row",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn a_crawl_of_ones_own_server_with_several_requests_at_once_audits_clean() {
    let paper = Paper::of(&Edition {
        skin: DemoSkin::G4,
        articles_per_section: 10,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "5ms");
    let site = std::fs::read_to_string(crawler.config().join("sites/demo.toml")).unwrap();
    crawler.write_site(&format!("{site}at_once = 4\n"));
    assert_eq!(crawler.run_json("crawl")["queued"], 0);
    let found = crawler.run_json("audit");
    assert_eq!(found["violations"], serde_json::json!([]));
    assert_eq!(found["requests"], paper.log().len());
}

#[test]
fn a_crawl_that_was_tampered_with_is_told_with_exit_code_1() {
    let crawler = polite_crawl();
    let sql = unguarded(&crawler.data().join(FILE));
    sql.execute(
        "UPDATE ledger SET at = at - 60 WHERE id = 8 AND kind = 'announced'",
        [],
    )
    .unwrap();
    drop(sql);
    let out = crawler.run(&["--json", "audit"]);
    let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(
        (
            &found["violations"][0]["kind"],
            &found["violations"][0]["rows"][0]
        ),
        (&"chain".into(), &8.into())
    );
}

#[test]
fn the_page_names_what_was_broken() {
    let (mut desk, robots) = polite(1);
    desk.announce(story(2, after(11_000), robots));
    let page = page(&desk.audit(), &[]);
    assert!(
        page.contains("- gap (paper.example): owed 3 s from the end in row 5"),
        "{page}"
    );
}

/// Makes the chain whole again over what was changed, as docs/archive.md tells how it is made.
fn rehash(sql: &rusqlite::Connection) {
    let mut select = sql.prepare("SELECT id FROM ledger ORDER BY id").unwrap();
    let ids: Vec<i64> = select
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut before = vec![0; 32];
    for id in ids {
        let fields = sql
            .query_row("SELECT * FROM ledger WHERE id = ?1", [id], |row| {
                Ok(fields(row))
            })
            .unwrap();
        before = Sha256::digest([before, fields].concat()).to_vec();
        sql.execute(
            "UPDATE ledger SET hash = ?2 WHERE id = ?1",
            rusqlite::params![id, before],
        )
        .unwrap();
    }
}

fn fields(row: &rusqlite::Row<'_>) -> Vec<u8> {
    let form: i64 = row.get("form").unwrap();
    let kind: String = row.get("kind").unwrap();
    let number = |column: &str| {
        row.get::<_, Option<i64>>(column)
            .unwrap()
            .unwrap_or(0)
            .to_be_bytes()
            .to_vec()
    };
    let behind_length =
        |bytes: Vec<u8>| [(bytes.len() as u64).to_be_bytes().to_vec(), bytes].concat();
    let text = |column: &str| {
        behind_length(
            row.get::<_, Option<String>>(column)
                .unwrap()
                .unwrap_or_default()
                .into(),
        )
    };
    let blob = |column: &str| {
        behind_length(
            row.get::<_, Option<Vec<u8>>>(column)
                .unwrap()
                .unwrap_or_default(),
        )
    };
    let mut parts = if form == 2 {
        vec![number("form")]
    } else {
        vec![]
    };
    parts.extend([text("kind"), number("at"), number("run_id")]);
    parts.extend(match (kind.as_str(), form) {
        ("began", _) => vec![text("terms")],
        ("announced", _) => {
            vec![
                text("url"),
                text("host"),
                text("server"),
                number("robots_id"),
                text("rule"),
                number("gap"),
            ]
        }
        (_, 1) => {
            vec![
                number("announced_id"),
                number("status"),
                number("bytes"),
                text("trouble"),
                number("not_before"),
            ]
        }
        _ => vec![
            number("announced_id"),
            number("status"),
            number("bytes"),
            blob("digest"),
            number("retry_after"),
            text("trouble"),
            number("not_before"),
        ],
    });
    parts.concat()
}
