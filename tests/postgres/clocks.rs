//! Machines whose clock is not that of the database's server.

use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{Crawler, Paper, said};
use crate::store;

/// A crawler of a paper that is crawled each hour, on a machine whose clock is this many seconds
/// ahead of the server's. By the server's clock, the next crawl is due in so many.
fn ahead(of_server: u32, due_in: u32) -> (Paper, Crawler) {
    let (paper, crawler) = Crawler::stocked(4);
    let file = crawler.config().join("sites/demo.toml");
    let site = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{site}[schedule]\nevery = \"1h\"\n")).unwrap();
    store::sql_of(
        crawler.folder.path(),
        &format!(
            "CREATE OR REPLACE FUNCTION server_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
                 SELECT (extract(epoch FROM clock_timestamp() - interval '{of_server} s')
                         * 1000)::bigint $$;
             UPDATE site SET crawled_at = server_now() + ({due_in} - 3600) * 1000"
        ),
    );
    (paper, crawler)
}

/// How many sessions have begun so far.
fn sessions(crawler: &Crawler) -> String {
    store::sql_of(crawler.folder.path(), "SELECT count(*) FROM worker")
}

#[test]
fn a_schedule_that_ends_misses_no_start_by_a_clock_that_is_ahead() {
    let (paper, crawler) = ahead(20, 5);
    let asked = paper.log().len();

    let out = crawler.run(&["schedule", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(paper.log().len() > asked, "{}", said(&out));
    assert_eq!(sessions(&crawler), "2\n");
}

#[test]
fn a_schedule_by_a_clock_that_is_far_ahead_ends_without_a_session_until_its_time_has_come() {
    let (paper, crawler) = ahead(3600, 600);
    let asked = paper.log().len();

    let out = crawler.run(&["schedule", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains("nothing is due"), "{}", said(&out));
    assert_eq!(
        (paper.log().len(), sessions(&crawler)),
        (asked, "1\n".to_owned())
    );
}

#[test]
fn a_schedule_that_stays_begins_one_session_when_the_time_has_come_by_the_servers_clock() {
    let (paper, crawler) = ahead(20, 5);
    let asked = paper.log().len();

    let mut command = crawler.command(&["schedule"]);
    let mut schedule = command.stderr(Stdio::null()).spawn().unwrap();
    paper.wait_for_visits(asked + 1, &mut schedule);
    kill(Pid::from_raw(schedule.id().cast_signed()), Signal::SIGTERM).unwrap();
    schedule.wait().unwrap();
    assert_eq!(sessions(&crawler), "2\n");
}
