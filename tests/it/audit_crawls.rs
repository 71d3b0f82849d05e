//! The audit of crawls over sockets: of an impolite one, of polite ones, and of a forged one.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use saseo::archive::{Announcement, FILE, HostTerms, Lock, Terms};
use saseo::audit::ViolationKind;
use saseo::clock::Clock;
use saseo::demo::{DemoSkin, Edition};
use saseo::page_url::PageUrl;

use crate::archive_desk::{Desk, answered, url};
use crate::handwritten_ledger::{page_request, robots_request, terms, unguarded};
use crate::program::{Crawler, Paper};

/// Fetches with the standard library alone, so that no crawler's politeness is in the way.
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
    let end_of_headers = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    answer.split_off(end_of_headers + 4)
}

/// Requests the robots.txt and five articles of a paper, each at once after the one before, and
/// writes a ledger that promises this gap.
fn hurried_crawl(paper: &Paper, gap: Duration) -> Desk {
    let origin = paper.origin.base();
    let promised = HostTerms {
        host: url(&origin).host().to_string(),
        gap_ms: gap.as_millis() as u64,
        at_once: 1,
        own: true,
    };
    let mut desk = Desk::with_terms(&Terms {
        hosts: vec![promised],
        total_ms: 0,
        ..terms()
    });

    let clock = Clock::system();
    let robots_txt = format!("{origin}/robots.txt");
    let announced = desk.announce_and_save(Announcement {
        gap,
        ..robots_request(&robots_txt, clock.now())
    });
    let body = String::from_utf8(get(&url(&robots_txt))).unwrap();
    let mut ended = clock.now_or_just_after();
    let robots = desk.keep_robots(announced, &origin, ended, &body);

    for number in 1..=5 {
        let page = url(&format!("{origin}/news/articleView.html?idxno={number}"));
        let at = clock.now().max(ended);
        let announced = desk.announce_and_save(Announcement {
            gap,
            ..page_request(page.clone(), at, robots)
        });
        get(&page);
        ended = clock.now_or_just_after();
        desk.end(announced, ended, answered(200));
    }
    desk
}

#[test]
fn an_impolite_crawl_is_caught_by_the_audit_as_by_the_servers_log() {
    let paper = Paper::of(&Edition {
        skin: DemoSkin::G4,
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    });
    let gap = Duration::from_millis(200);
    let desk = hurried_crawl(&paper, gap);

    let violations = desk.violations();
    assert!(
        violations
            .iter()
            .all(|(kind, _)| *kind == ViolationKind::Gap),
        "{violations:#?}"
    );
    let hurried: Vec<i64> = violations
        .iter()
        .map(|(_, rows)| *rows.last().unwrap())
        .collect();
    assert_eq!(hurried, [4, 6, 8, 10, 12]);

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
    // A crawl holds the lock. An audit does not need it.
    let _lock = Lock::take(&crawler.data(), "a crawl").unwrap();

    let out = crawler.run(&["audit", "--report", &report.to_string_lossy()]);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    assert!(said.ends_with("violations: none\n"), "{said}");

    let page = fs::read_to_string(report).unwrap();
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
    let site = fs::read_to_string(crawler.config().join("sites/demo.toml")).unwrap();
    crawler.write_site(&format!("{site}at_once = 4\n"));
    assert_eq!(crawler.run_json("crawl")["queued"], 0);

    let report = crawler.run_json("audit");
    assert_eq!(report["violations"], serde_json::json!([]));
    assert_eq!(report["requests"], paper.log().len());
}

#[test]
fn a_crawl_whose_ledger_was_changed_is_reported_with_exit_code_1() {
    let crawler = polite_crawl();
    let sql = unguarded(&crawler.data().join(FILE));
    sql.execute(
        "UPDATE ledger SET at = at - 60 WHERE id = 8 AND kind = 'announced'",
        [],
    )
    .unwrap();
    drop(sql);

    let out = crawler.run(&["--json", "audit"]);
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(
        (
            &report["violations"][0]["kind"],
            &report["violations"][0]["rows"][0]
        ),
        (&"chain".into(), &8.into())
    );
}
