//! The audit of robots.txt: each request against the stored copy that it names.

use saseo::archive::Announcement;
use saseo::audit::ViolationKind;
use saseo::robots::FRESH;

use crate::archive_desk::{NOW, ORIGIN, answered, later_ms, page_url, url};
use crate::handwritten_ledger::{
    article_request, empty_ledger, page_request, polite_ledger, robots_request,
};

#[test]
fn a_page_that_the_stored_robots_txt_forbids_is_reported() {
    let (mut desk, robots) = polite_ledger(1);
    desk.visit(page_request(page_url("/admin/x"), later_ms(20_000), robots));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![6])]);
}

#[test]
fn a_rule_that_is_not_the_one_that_allows_is_reported() {
    let (mut desk, robots) = polite_ledger(1);
    let open = |rule: &str, millis| Announcement {
        rule: rule.into(),
        ..page_request(page_url("/admin/open"), later_ms(millis), robots)
    };

    desk.visit(open("allow: /admin/open", 20_000));
    assert_eq!(desk.violations(), []);
    desk.visit(open("no rule against it", 30_000));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![8])]);
}

#[test]
fn an_altered_robots_txt_is_reported_with_the_row_that_brought_it() {
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
        let (desk, _) = polite_ledger(2);
        desk.tamper()
            .execute(&format!("UPDATE robots SET {change}"), [])
            .unwrap();

        let violations = desk.violations();
        let is_reported = violations
            .iter()
            .any(|(kind, rows)| *kind == ViolationKind::Robots && rows.ends_with(&[4]));
        assert!(is_reported, "{change}: {violations:?}");
    }
}

#[test]
fn a_robots_txt_with_one_more_byte_is_reported_with_the_rows_of_its_answer_and_its_first_use() {
    let (desk, _) = polite_ledger(2);
    desk.tamper()
        .execute("UPDATE robots SET body = CAST(body || x'0a' AS BLOB)", [])
        .unwrap();
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![3, 4])]);
}

#[test]
fn a_robots_txt_counts_for_its_own_origin_and_for_a_day() {
    let (mut desk, robots) = polite_ledger(1);
    desk.visit(page_request(
        url("http://paper.example/a"),
        later_ms(20_000),
        robots,
    ));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![6])]);

    let (mut desk, robots) = polite_ledger(0);
    desk.visit(article_request(1, later_ms(100) + FRESH, robots));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![4])]);

    desk.tamper().execute_batch("DELETE FROM robots").unwrap();
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![4])]);
}

#[test]
fn a_request_without_a_robots_txt_is_for_one_or_for_the_target_of_its_redirect() {
    let mut desk = empty_ledger();
    desk.visit_with(
        robots_request("https://paper.example/robots.txt", NOW),
        answered(302),
    );
    desk.visit(robots_request(
        "https://www.paper.example/rules",
        later_ms(20),
    ));
    assert_eq!(desk.violations(), []);

    desk.visit(robots_request("https://third.example/rules", later_ms(40)));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![6])]);

    desk.visit(Announcement {
        rule: "because".into(),
        ..robots_request("https://fourth.example/robots.txt", later_ms(60))
    });
    assert_eq!(
        desk.violations(),
        [
            (ViolationKind::Robots, vec![6]),
            (ViolationKind::Robots, vec![8])
        ]
    );
}

#[test]
fn a_robots_txt_that_another_host_sent_needs_a_redirect() {
    let mut desk = empty_ledger();
    let elsewhere = robots_request("https://elsewhere.example/robots.txt", NOW);
    let announced = desk.announce_and_save(elsewhere);
    let robots = desk.keep_robots(announced, ORIGIN, later_ms(100), "");
    desk.visit(article_request(1, later_ms(10_000), robots));
    assert_eq!(desk.violations(), [(ViolationKind::Robots, vec![3, 4])]);
}
