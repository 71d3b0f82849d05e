//! The audit's report: its numbers, its scope, and the page for publishers.

use std::time::Duration;

use saseo::archive::{DeclaredCounts, Terms};
use saseo::audit::{AuditReport, AuditScope, ViolationKind, audit, page};

use crate::archive_desk::{Desk, NOW, ORIGIN, answered, later_ms, url};
use crate::handwritten_ledger::{
    RULES, article_request, busy_until, hung_up, page_request, polite_ledger, terms,
};

#[test]
fn a_polite_ledger_passes_and_adds_up() {
    let (mut desk, robots) = polite_ledger(3);
    let request = |number, millis| article_request(number, later_ms(millis), robots);
    desk.visit_with(request(4, 60_000), busy_until(later_ms(90_000)));
    desk.visit_with(request(5, 90_000), hung_up());
    desk.visit_with(request(6, 99_000), answered(403));
    desk.announce_and_save(request(7, 105_000));

    let report = desk.audit();
    assert_eq!(report.violations, []);
    assert_eq!(
        (
            report.rows,
            report.requests,
            report.unanswered,
            report.unended
        ),
        (16, 8, 1, 1)
    );
    assert_eq!((report.refusals, report.retry_afters), (1, 1));

    let host = &report.hosts[0];
    assert_eq!(
        (host.host.as_str(), host.requests, host.least_gap_seconds),
        ("paper.example", 8, Some(5.9))
    );
    assert_eq!(host.median_gap_seconds, Some(9.9));
    assert_eq!(
        (report.days[0].date.as_str(), report.days[0].requests),
        ("2026-11-24", 8)
    );
    assert_eq!((report.robots.len(), report.robots[0].requests), (1, 7));
    assert_eq!(report.head.unwrap().row, 16);
}

/// Polite visits to the paper and to a host of one's own, and one hurried request to the paper.
fn ledger_of_two_hosts() -> Desk {
    let (mut desk, robots) = polite_ledger(2);
    let own = "https://own.example";
    let owned = desk.fetch_robots(own, later_ms(40_000), "");
    desk.visit_with(
        page_request(url(&format!("{own}/1")), later_ms(50_000), owned),
        answered(403),
    );
    desk.visit(article_request(3, later_ms(60_000), robots));

    // This request comes sooner than its gap.
    desk.announce_and_save(article_request(4, later_ms(61_000), robots));
    desk
}

/// Audits the requests to one host.
fn audit_of(desk: &Desk, host: &str) -> AuditReport {
    let hosts = AuditScope::Hosts([host.to_owned()].into());
    audit(&desk.reader(), hosts).unwrap()
}

#[test]
fn an_audit_of_one_paper_reports_only_its_hosts_and_checks_every_row() {
    let desk = ledger_of_two_hosts();
    let hosts = |report: &AuditReport| -> Vec<String> {
        let hosts = report.hosts.iter();
        hosts.map(|host| host.host.clone()).collect()
    };
    let paper = audit_of(&desk, "paper.example");
    let own = audit_of(&desk, "own.example");
    let nobody = audit_of(&desk, "nobody.example");

    assert_eq!(hosts(&paper), ["paper.example"]);
    assert_eq!(hosts(&own), ["own.example"]);
    assert_eq!(hosts(&nobody), Vec::<String>::new());
    assert_eq!((paper.requests, own.requests, nobody.requests), (5, 2, 0));
    assert_eq!(
        (paper.refusals, own.refusals, paper.unended, own.unended),
        (0, 1, 1, 0)
    );
    assert_eq!((paper.robots.len(), own.robots.len()), (1, 1));
    assert_eq!(
        (own.from.clone().unwrap(), paper.runs, nobody.runs),
        (later_ms(40_000).to_string(), 1, 0)
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
    assert!(
        page(&own, &["나의 신문".to_owned()], &DeclaredCounts::default())
            .starts_with("# How 나의 신문 was crawled")
    );
}

#[test]
fn a_broken_chain_is_part_of_the_report_of_every_paper() {
    let desk = ledger_of_two_hosts();
    let own = audit_of(&desk, "own.example");
    assert_eq!(own.violations, []);

    // Row 4 is a request to the other host.
    desk.tamper()
        .execute("UPDATE ledger SET at = at - 60 WHERE id = 4", [])
        .unwrap();

    assert!(
        audit_of(&desk, "own.example")
            .violations
            .iter()
            .any(|violation| violation.kind == ViolationKind::Chain)
    );
}

#[test]
fn an_audit_beside_a_crawl_sees_one_moment() {
    let (mut desk, robots) = polite_ledger(3);
    let reader = desk.reader();
    let mut seen = 0;
    let mut at = later_ms(100_000);

    let mut ledger = reader.ledger().unwrap();
    let mut rows = ledger.rows();
    while rows.next_entry().unwrap().is_some() {
        seen += 1;
        at = at + Duration::from_secs(10);
        desk.announce_and_save(article_request(9, at, robots));
    }
    assert_eq!(seen, 9);
}

#[test]
fn the_page_names_the_crawler_and_leaves_out_runs_without_requests() {
    let mut desk = Desk::with_terms(&Terms {
        user_agent: Some("saseo/0.1.0 (+me@paper.example)".to_owned()),
        contact: Some("me@paper.example".to_owned()),
        ..terms()
    });
    desk.fetch_robots(ORIGIN, NOW, RULES);
    desk.archive
        .begin_run(desk.lease, "reextract", &Terms::default(), later_ms(60_000))
        .unwrap();

    let page = page(&desk.audit(), &[], &DeclaredCounts::default());
    assert!(
        page.contains(
            "- Who asked: `saseo/0.1.0 (+me@paper.example)`\n- Contact: me@paper.example\n"
        ),
        "{page}"
    );
    assert!(page.contains("in 1 run\n- Requests: 1; "), "{page}");
    assert!(page.contains("## Refusals\n\nNone.\n"), "{page}");
}

#[test]
fn the_page_names_each_violation() {
    let (mut desk, robots) = polite_ledger(1);
    desk.announce_and_save(article_request(2, later_ms(11_000), robots));

    let page = page(&desk.audit(), &[], &DeclaredCounts::default());
    assert!(
        page.contains("- gap (paper.example): owed 3 s from the end in row 5"),
        "{page}"
    );
}
