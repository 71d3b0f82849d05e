//! The audit of pace: gaps, requests at once, Retry-After, and ceilings.

use std::time::Duration;

use saseo::archive::{Announcement, HostTerms, NewRun, RobotsId, Terms};
use saseo::audit::ViolationKind;
use saseo::time::Timestamp;

use crate::archive_desk::{Desk, NOW, ORIGIN, answered, later_ms, url};
use crate::handwritten_ledger::{
    RULES, article_request, busy_until, empty_ledger, page_request, polite_ledger, rehash,
    robots_request, terms,
};

const OTHER: &str = "https://other.example";

/// A request to a host that the terms do not list, with the gap of such hosts.
fn other_request(at: Timestamp, robots: RobotsId) -> Announcement {
    Announcement {
        gap: Duration::from_secs(4),
        ..page_request(url(&format!("{OTHER}/a")), at, robots)
    }
}

// Gaps.

#[test]
fn a_gap_that_was_shortened_is_reported_though_the_chain_is_whole() {
    let (desk, _) = polite_ledger(3);
    let sql = desk.tamper();
    let move_row_6 = |to: Timestamp| {
        sql.execute("UPDATE ledger SET at = ?1 WHERE id = 6", [to.millis()])
            .unwrap();
        rehash(&sql);
    };

    move_row_6(later_ms(13_099));
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![5, 6])]);
    move_row_6(later_ms(13_100));
    assert_eq!(desk.violations(), []);
}

#[test]
fn an_announced_gap_that_is_too_short_is_reported() {
    let (mut desk, robots) = polite_ledger(1);
    desk.visit(Announcement {
        gap: Duration::from_millis(2_999),
        ..article_request(2, later_ms(20_000), robots)
    });
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![6])]);
}

#[test]
fn an_announced_gap_that_is_longer_is_owed_too() {
    let (mut desk, robots) = polite_ledger(1);
    desk.visit(Announcement {
        gap: Duration::from_secs(60),
        ..article_request(2, later_ms(20_000), robots)
    });
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![5, 6])]);
}

#[test]
fn an_unlisted_host_is_owed_the_gap_of_unlisted_hosts() {
    let mut desk = empty_ledger();
    let robots = desk.fetch_robots("https://feeds.example", NOW, "");
    desk.visit(page_request(
        url("https://feeds.example/rss"),
        later_ms(9_000),
        robots,
    ));
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![4])]);
}

#[test]
fn a_request_that_a_kill_cut_short_counts_from_its_announcement() {
    let visit_after_a_kill = |millis| {
        let (mut desk, robots) = polite_ledger(1);
        desk.announce_and_save(article_request(2, later_ms(20_000), robots));
        desk.begin_run(&terms(), later_ms(21_000));
        desk.visit(article_request(3, later_ms(millis), robots));
        desk.violations()
    };

    assert_eq!(visit_after_a_kill(23_000), []);
    assert_eq!(
        visit_after_a_kill(22_999),
        [(ViolationKind::Gap, vec![6, 8])]
    );
}

#[test]
fn a_clock_that_was_set_back_is_remarked_and_the_gap_counts_from_there() {
    let visit_after_the_change = |millis| {
        let (mut desk, robots) = polite_ledger(3);
        desk.begin_run(&terms(), later_ms(15_000));
        desk.visit(article_request(9, later_ms(millis), robots));
        desk
    };
    let desk = visit_after_the_change(18_000);
    assert_eq!(desk.violations(), []);

    let desk = visit_after_the_change(17_999);
    assert_eq!(desk.audit().remarks.len(), 1);
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![9, 11])]);
}

/// The terms of a run of one site, which joins other runs where it is not the first.
fn terms_of(site: &str, host: &str, gap_ms: u64) -> Terms {
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
}

/// Begins a run beside those that are under way.
fn join(desk: &mut Desk, terms: &Terms, at: Timestamp) {
    let run = NewRun {
        site: None,
        command: "crawl",
        terms,
        skipped: 0,
    };
    desk.run = desk.archive.add_run(desk.lease, run, at).unwrap();
}

#[test]
fn runs_side_by_side_each_owe_their_own_terms_and_the_next_run_of_a_site_owes_its_new_ones() {
    let mut desk = Desk::with_terms(&terms_of("one", "paper.example", 2_000));
    let robots = desk.fetch_robots(ORIGIN, NOW, RULES);

    // While a request of the first run is under way, the run of another paper begins and asks its
    // own host.
    let first = desk.run;
    let open = desk.announce_and_save(article_request(1, later_ms(10_000), robots));
    let five_seconds = terms_of("two", "other.example", 5_000);
    join(&mut desk, &five_seconds, later_ms(10_010));
    let announced = desk.announce_and_save(Announcement {
        gap: Duration::from_secs(5),
        ..robots_request(&format!("{OTHER}/robots.txt"), later_ms(10_020))
    });
    let there = desk.keep_robots(announced, OTHER, later_ms(10_120), "");
    let second = std::mem::replace(&mut desk.run, first);
    desk.end(open, later_ms(10_200), answered(200));
    assert_eq!(desk.violations(), []);

    // The terms of its run owe five seconds, and the request keeps four.
    desk.run = second;
    desk.visit(other_request(later_ms(14_120), there));
    let violations = desk.violations();
    assert!(
        violations.len() == 2
            && violations
                .iter()
                .all(|(kind, _)| *kind == ViolationKind::Gap),
        "{violations:?}"
    );

    // The next run of that paper promises four, and no more is owed.
    let four_seconds = terms_of("two", "other.example", 4_000);
    join(&mut desk, &four_seconds, later_ms(15_000));
    desk.visit(other_request(later_ms(18_220), there));
    assert_eq!(desk.violations(), violations);

    // Once another process has begun, no run of the process before may ask.
    desk.begin_run(&terms(), later_ms(50_000));
    desk.run = second;
    desk.announce_and_save(article_request(3, later_ms(60_000), robots));
    let violations = desk.violations();
    assert!(
        violations
            .iter()
            .any(|(kind, _)| *kind == ViolationKind::Chain),
        "{violations:?}"
    );
}

// Requests at once.

#[test]
fn two_requests_at_once_are_reported_and_each_pair_once() {
    let (mut desk, robots) = polite_ledger(1);
    desk.announce_and_save(article_request(2, later_ms(20_000), robots));
    desk.announce_and_save(article_request(3, later_ms(30_000), robots));
    assert_eq!(desk.violations(), [(ViolationKind::Overlap, vec![6, 7])]);

    desk.visit(article_request(4, later_ms(40_000), robots));
    assert_eq!(
        desk.violations(),
        [
            (ViolationKind::Overlap, vec![6, 7]),
            (ViolationKind::Overlap, vec![7, 8])
        ]
    );
}

#[test]
fn a_host_of_ones_own_may_have_as_many_requests_at_once_as_its_terms_say() {
    let mut desk = empty_ledger();
    let robots = desk.fetch_robots("https://own.example", NOW, "");
    let request = |millis| page_request(url("https://own.example/a"), later_ms(millis), robots);

    desk.announce_and_save(request(10_000));
    desk.announce_and_save(request(10_020));
    assert_eq!(desk.violations(), []);

    desk.announce_and_save(request(10_040));
    assert_eq!(desk.violations(), [(ViolationKind::Overlap, vec![4, 5, 6])]);
}

// Retry-After.

#[test]
fn a_request_before_its_retry_after_is_reported_however_many_answers_came_since() {
    let (mut desk, robots) = polite_ledger(1);
    let request = |number, millis| article_request(number, later_ms(millis), robots);
    desk.visit_with(request(2, 20_000), busy_until(later_ms(60_000)));
    desk.visit_with(request(3, 30_000), busy_until(later_ms(1)));
    desk.visit(request(4, 59_999));
    desk.visit(request(5, 63_100));

    assert_eq!(
        desk.violations(),
        [
            (ViolationKind::RetryAfter, vec![7, 8]),
            (ViolationKind::RetryAfter, vec![7, 10])
        ]
    );
}

// Ceilings.

#[test]
fn two_papers_on_one_server_are_held_to_its_ceiling() {
    let mut desk = empty_ledger();
    let here = desk.fetch_robots(ORIGIN, NOW, RULES);
    let there = desk.fetch_robots(OTHER, later_ms(20), "");

    desk.visit(article_request(1, later_ms(10_000), here));
    desk.visit(other_request(later_ms(10_499), there));
    assert_eq!(desk.violations(), [(ViolationKind::Ceiling, vec![6, 8])]);

    desk.visit(article_request(2, later_ms(20_000), here));
    desk.visit(other_request(later_ms(20_500), there));
    assert_eq!(desk.violations(), [(ViolationKind::Ceiling, vec![6, 8])]);
}

#[test]
fn the_ceiling_of_a_server_holds_from_one_run_to_the_next() {
    let request_after = |millis: u64| {
        let mut desk = empty_ledger();
        let here = desk.fetch_robots(ORIGIN, NOW, RULES);
        let there = desk.fetch_robots(OTHER, later_ms(20), "");

        // The one run is killed before its answer comes, the next begins at once.
        desk.announce_and_save(article_request(1, later_ms(10_000), here));
        desk.begin_run(&terms(), later_ms(10_040));
        desk.visit(other_request(later_ms(10_000 + millis), there));
        desk.violations()
    };

    assert_eq!(request_after(499), [(ViolationKind::Ceiling, vec![6, 8])]);
    assert_eq!(request_after(500), []);
}

#[test]
fn the_ceiling_in_all_holds_for_hosts_of_ones_own_too() {
    let mut desk = empty_ledger();
    desk.fetch_robots(ORIGIN, NOW, RULES);
    desk.fetch_robots("https://own.example", later_ms(19), "");
    assert_eq!(desk.violations(), [(ViolationKind::Ceiling, vec![2, 4])]);
}
