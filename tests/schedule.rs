//! `saseo schedule`, on the demo newspaper while it publishes.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use common::{Crawler, Paper, assert_gaps, said, told};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use saseo::demo::Edition;

/// A crawler whose site is crawled so often.
fn scheduled(paper: &Paper, schedule: &str) -> Crawler {
    let crawler = Crawler::of(paper, "0s");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}[schedule]\n{schedule}\n")).unwrap();
    crawler
}

fn small() -> Paper {
    Paper::of(&Edition { articles_per_section: 3, crawl_delay: None, ..Edition::default() })
}

fn start(crawler: &Crawler) -> Child {
    crawler.command(&["schedule"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, which: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), which).unwrap();
}

/// Stops it, and returns its exit code and what it said.
fn stop(child: Child) -> (Option<i32>, String) {
    signal(&child, Signal::SIGTERM);
    let out = child.wait_with_output().unwrap();
    (out.status.code(), said(&out))
}

/// Waits until the list of everything was asked for so often, that is, so many crawls have begun.
fn wait_for_crawls(paper: &Paper, count: usize) {
    let begun =
        || paper.log().iter().filter(|visit| visit.path_and_query.ends_with("articleList.html?view_type=sm")).count();
    while begun() < count {
        std::thread::yield_now();
    }
}

#[test]
fn a_paper_is_crawled_again_and_again_and_what_it_publishes_is_found() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"200ms\"");
    let first = start(&crawler);
    wait_for_crawls(&paper, 2);
    paper.origin.newspaper(|paper| paper.publish(2));
    wait_for_crawls(&paper, 5);
    let (code, words) = stop(first);
    assert_eq!(code, Some(143), "{words}");
    paper.origin.newspaper(|paper| paper.publish(2));
    let second = start(&crawler);
    let begun = paper.log().len();
    wait_for_crawls(&paper, 8);
    assert_eq!(stop(second).0, Some(143));
    assert!(paper.log().len() > begun);
    let stored: Vec<u64> = crawler.articles().iter().filter_map(|article| article["number"].as_u64()).collect();
    let mut wanted = paper.to_be_stored();
    wanted.sort_unstable();
    let mut stored_sorted = stored.clone();
    stored_sorted.sort_unstable();
    assert_eq!(stored_sorted, wanted);
    // No two crawls at once: no request began before the one before it had ended.
    assert_gaps(&paper.log(), Duration::ZERO);
}

#[test]
fn once_crawls_what_is_due_and_ends() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let out = crawler.run(&["schedule", "--once"]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let asked = paper.log().len();
    assert!(asked > 9 && said(&out).contains("run 1 finished"), "{}", said(&out));
    let out = crawler.run(&["schedule", "--once"]);
    assert!(out.status.success() && said(&out).contains("nothing is due; demo from "), "{}", said(&out));
    assert_eq!(paper.log().len(), asked);
}

#[test]
fn a_paper_that_was_never_crawled_is_due_for_whoever_looks_now_and_then() {
    let paper = small();
    let crawler = scheduled(&paper, "cron = \"0 0 1 1 *\"");
    let out = crawler.run(&["schedule", "--once"]);
    assert!(out.status.success() && said(&out).contains("run 1 finished"), "{}", said(&out));
    let asked = paper.log().len();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(said(&out).contains("nothing is due; demo from 20"), "{}", said(&out));
    assert_eq!(paper.log().len(), asked);
}

#[test]
fn a_crawl_that_was_killed_is_finished_first() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let mut child = crawler.command(&["schedule"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    paper.wait_for_visits(6);
    child.kill().unwrap();
    child.wait().unwrap();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(out.status.success() && said(&out).contains("run 2 finished"), "{}", said(&out));
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
    assert!(said(&crawler.run(&["schedule", "--once"])).contains("nothing is due"));
}

#[test]
fn a_changed_configuration_is_read_at_a_hangup_and_a_broken_one_is_not_taken() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    assert!(crawler.run(&["crawl"]).status.success());
    let asked = paper.log().len();
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut child = start(&crawler);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut hear = |words: &str| lines.find(|line| line.contains(words)).is_some();
    // It listens to signals by the time that it tells when it crawls next.
    assert!(hear("next: demo at "));
    std::fs::write(&file, text.replace("\"1d\"", "\"sometimes\"")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("\"sometimes\" is no time"));
    std::fs::write(&file, text.replace("every = \"1d\"", "")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("no site has a schedule") && paper.log().len() == asked);
    std::fs::write(&file, text.replace("\"1d\"", "\"100ms\"")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("the configuration was read again") && hear("run 2 finished"));
    signal(&child, Signal::SIGINT);
    // What it still says is read, so that it can end.
    while hear("") {}
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_schedule_that_cannot_be_is_told() {
    let paper = small();
    for (schedule, words) in [
        ("", "no site has a schedule"),
        ("cron = \"* * *\"", "is no time of cron"),
        ("cron = \"0 * * * *\"\nevery = \"1h\"", "either `cron` or `every`"),
        ("every = \"often\"", "is no time"),
    ] {
        let out = scheduled(&paper, schedule).run(&["schedule", "--once"]);
        assert!(out.status.code() == Some(2) && said(&out).contains(words), "{schedule}: {}", said(&out));
    }
}

#[test]
fn units_name_whole_paths_and_keep_the_service_to_its_archive() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"30m\"");
    let out = crawler.run(&["schedule", "--units", "demo"]);
    assert!(out.status.success(), "{}", said(&out));
    let units = told(&out);
    let (config, data) = (crawler.config(), crawler.data());
    let words = format!(
        "\"--config\" \"{}\" \"--data\" \"{}\" \"schedule\" \"--once\" \"demo\"",
        config.display(),
        data.display()
    );
    let exec = units.lines().find(|line| line.starts_with("ExecStart=\"/")).unwrap();
    assert!(exec.ends_with(&words), "{exec}");
    for line in ["ProtectSystem=strict", "NoNewPrivileges=yes", "Persistent=true", "SASEO_CONTACT=you@example.org"] {
        assert!(units.lines().any(|told| told.ends_with(line)), "{line} is not in\n{units}");
    }
    assert!(units.contains(&format!("ReadWritePaths=\"{}\" -/run/lock -/tmp", data.display())), "{units}");
    let cron = units.lines().find(|line| line.starts_with("*/5 * * * *  /")).unwrap();
    assert!(cron.ends_with(" schedule --once demo --quiet"), "{cron}");
    assert!(paper.log().is_empty());
}
