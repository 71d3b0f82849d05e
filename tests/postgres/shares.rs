//! How workers share the papers of an archive, and what they leave to others.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use saseo::archive::{ArchiveLocation, Lease, Lock, PaperClaim, Reader, Sharing, Writer};
use saseo::config::settings::Durability;
use saseo::demo::Edition;

use crate::archive_desk::NOW;
use crate::program::{Crawler, Paper, Process, said};
use crate::store;

/// The folder of a machine of its own, with a lease as one of its commands takes it.
fn process(crawler: &Crawler, command: &str, papers: &[&str]) -> (Writer, Lease) {
    let address = store::of(crawler.folder.path()).unwrap();
    let data = crawler.folder.path().join(format!("machine of {command}"));
    let place = ArchiveLocation::parse(&address, &data).unwrap();
    let holder = Lock::name_of_holder(command, NOW);
    let lock = Lock::take(&data, &holder).unwrap();
    let mut archive = Writer::at(&place, lock, Durability::Normal).unwrap();
    let sharing = Sharing::WithWorkers;
    let lease = archive.take_lease_as(&holder, sharing, NOW, None).unwrap();
    for paper in papers {
        let claim = archive.claim_paper(lease, paper, None).unwrap();
        assert_eq!(claim, PaperClaim::Granted);
    }
    archive.save().unwrap();
    (archive, lease)
}

#[test]
fn processes_that_take_no_share_do_not_make_that_of_workers_smaller() {
    let crawler = Crawler::empty();
    let processes = [
        process(&crawler, "worker", &["one", "two"]),
        process(&crawler, "crawl", &["three"]),
        process(&crawler, "resume", &[]),
        process(&crawler, "workers", &["four"]),
    ];

    let address = store::of(crawler.folder.path()).unwrap();
    let place = ArchiveLocation::parse(&address, &crawler.data()).unwrap();
    let reader = Reader::of(&place).unwrap();
    let due = reader.due_papers(NOW, Duration::ZERO).unwrap();
    assert_eq!((due.workers, due.under_way), (1, 2));
    drop(processes);
}

/// A paper, and a crawler that was killed when it had asked for some of it.
fn crawled_in_part(gap: &str) -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, gap);
    let mut command = crawler.command(&["crawl"]);
    let mut crawl = command.stderr(Stdio::null()).spawn().unwrap();
    paper.wait_for_visits(5, &mut crawl);
    crawl.kill().unwrap();
    crawl.wait().unwrap();
    (paper, crawler)
}

/// The command on the same database, with a folder of its own.
fn elsewhere(crawler: &Crawler, command: &[&str]) -> Command {
    let other = crawler.folder.path().join("elsewhere");
    fs::create_dir_all(&other).unwrap();
    let mut words = vec!["--data", other.to_str().unwrap()];
    words.extend(command);
    let mut command = Command::new(env!("CARGO_BIN_EXE_saseo"));
    command
        .env("SASEO_STORE", store::of(crawler.folder.path()).unwrap())
        .env("SASEO_RUNTIME_DIR", other.join("locks"))
        .arg("--config")
        .arg(crawler.config())
        .args(words);
    command
}

#[test]
fn a_worker_that_is_to_end_waits_for_the_lease_of_one_that_was_killed() {
    let (paper, crawler) = crawled_in_part("100ms");

    let out = elsewhere(&crawler, &["worker", "--once"]).output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    assert!(
        said(&out).contains("has 1 paper that is due: its lease ends in"),
        "{}",
        said(&out)
    );
    assert_eq!(said(&out).matches("its lease ends in").count(), 1);
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
}

#[test]
fn a_worker_that_is_to_end_leaves_papers_to_one_that_lives() {
    let (paper, crawler) = crawled_in_part("100ms");
    store::end_leases(crawler.folder.path());
    let (mut living, lease) = process(&crawler, "crawl", &["demo"]);
    let asked = paper.log().len();

    let mut command = elsewhere(&crawler, &["worker", "--once"]);
    let mut worker = command.stderr(Stdio::null()).spawn().unwrap();
    while worker.is_running() {
        living.renew(lease).unwrap();
        std::thread::yield_now();
    }
    assert!(worker.wait().unwrap().success());
    assert_eq!(paper.log().len(), asked);
}
