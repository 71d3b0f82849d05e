//! Runs, leases and the ledger, and the pace that they promise to each host and server.

use std::time::Duration;

use saseo::archive::{Announcement, ArchiveError, SeedMode, Tally, Terms};
use saseo::frontier::{Judged, Verdict};
use saseo::politeness::LastRequests;
use saseo::time::{Timestamp, Uptime};

use crate::archive_desk::{Desk, NOW, announcement, article_url, later, page_url};

#[test]
fn the_ledger_cannot_be_changed_or_cut() {
    let mut desk = Desk::new();
    desk.answer_next(Judged::of(Verdict::Read));
    assert_eq!(desk.count("ledger"), 3);
    assert!(desk.sql().execute("UPDATE ledger SET at = 0", []).is_err());
    assert!(desk.sql().execute("DELETE FROM ledger", []).is_err());
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
    let mut desk = Desk::new().killed();
    desk.finish_run(&Tally::default(), later(5));

    let runs = desk.reader().runs(5).unwrap();
    let how: Vec<_> = runs.iter().map(|run| run.how.as_deref()).collect();
    assert_eq!(how, [Some("finished"), Some("interrupted")]);
}

#[test]
fn a_host_whose_request_never_ended_is_owed_its_gap() {
    let mut desk = Desk::new();
    let page = desk.next_due();
    desk.announce_and_save(announcement(page.url.clone(), NOW));

    let desk = desk.killed();
    let pace = desk.archive.pace(&page.url.host()).unwrap().unwrap();
    assert_eq!(pace.not_before, later(9));
}

/// The uptime of this boot.
fn up(seconds: u64) -> Uptime {
    Uptime {
        boot: "this one".into(),
        up: Duration::from_secs(seconds),
    }
}

#[test]
fn a_clock_change_moves_the_next_request_to_each_host_with_it() {
    let mut desk = Desk::new();
    desk.answer_next(Judged::of(Verdict::Read));
    let host = page_url("/").host();
    let mut next_request = |now: Timestamp, uptime: &Uptime| {
        desk.archive
            .take_lease("a test", now, Some(uptime))
            .unwrap();
        desk.archive.pace(&host).unwrap().unwrap().not_before
    };

    assert_eq!(next_request(NOW, &up(100)), later(3));
    // Both clocks say a minute later. Then the clock is set an hour forward, and back again.
    assert_eq!(next_request(later(60), &up(160)), later(3));
    assert_eq!(next_request(later(3720), &up(220)), later(3603));
    assert_eq!(next_request(later(180), &up(280)), later(3));

    // After another boot the two clocks cannot be compared.
    let other = Uptime {
        boot: "the next one".into(),
        up: Duration::from_secs(5),
    };
    assert_eq!(next_request(later(90_000), &other), later(3));
}

/// A request to a server of this number.
fn request_to(server: u8, at: Timestamp) -> Announcement {
    Announcement {
        server: Some([192, 0, 2, server].into()),
        ..announcement(article_url(1), at)
    }
}

fn by_server(last: &LastRequests) -> Vec<(String, Timestamp)> {
    let mut servers: Vec<_> = last
        .by_server
        .iter()
        .map(|(server, at)| (server.to_string(), *at))
        .collect();
    servers.sort();
    servers
}

#[test]
fn the_last_request_to_each_server_is_found_from_the_ledgers_end() {
    let mut desk = Desk::new();
    for (server, seconds) in [(1, 0), (2, 10), (3, 10), (2, 11), (1, 12)] {
        desk.announce(request_to(server, later(seconds)));
    }
    // The requests of a killed run have no endings, and count like any other.
    desk.begin_run(&Terms::default(), later(13));

    let last = desk.archive.last_requests(later(11)).unwrap();
    assert_eq!(
        by_server(&last),
        [
            ("192.0.2.1".into(), later(12)),
            ("192.0.2.2".into(), later(11))
        ]
    );
    assert_eq!((last.total, last.all_others), (Some(later(12)), None));

    let since_the_beginning = desk.archive.last_requests(NOW).unwrap();
    assert_eq!(by_server(&since_the_beginning).len(), 3);
    assert_eq!(
        desk.archive.last_requests(later(13)).unwrap(),
        LastRequests::default()
    );
}

#[test]
fn servers_of_unread_ledger_rows_count_as_asked_at_the_oldest_row_that_was_read() {
    let mut desk = Desk::new();
    desk.announce(request_to(9, NOW));
    for number in 0..6_000 {
        desk.announce(request_to(1, later(1) + Duration::from_millis(number)));
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
fn a_clock_that_was_set_forward_makes_no_request_older() {
    let mut desk = Desk::new();
    let take_lease = |desk: &mut Desk, now, seconds| {
        desk.lease = desk
            .archive
            .take_lease("a test", now, Some(&up(seconds)))
            .unwrap();
    };

    take_lease(&mut desk, NOW, 100);
    desk.announce_and_save(request_to(1, later(1)));
    take_lease(&mut desk, later(3_602), 102);

    assert_eq!(
        desk.archive.last_requests(later(3_600)).unwrap().total,
        Some(later(3_601))
    );
}
