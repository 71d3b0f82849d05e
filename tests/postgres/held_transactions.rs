//! A worker that is slow to save what it has written, beside one that is quick: whoever reads the
//! changes by their sequence misses none of them, and has none twice.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use saseo::archive::{
    ArchiveError, Body, Capture, Completed, Completion, Lease, Reader, RunId, SeedMode, Sharing,
    Terms, Writer, pack,
};
use saseo::frontier::{Discovered, Judged, Page, Role, Settlement};
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;
use serde_json::Value;

use crate::archive_desk::{
    NOW, announcement, article, capture, completion, found, later, links, seed, story, url,
};
use crate::changing_archive::{named_lines, told_changes};
use crate::open_archive::open_archive_at;
use crate::place::place_of;
use crate::program::{Crawler, said};
use crate::store;

/// The papers, each of which one worker crawls: two workers never ask one host.
const PAPERS: [&str; 2] = ["one", "two"];

/// The articles of each paper.
const ARTICLES: u64 = 4;

/// A watch that tells nothing in this time hangs.
const SILENCE: Duration = Duration::from_secs(600);

/// A worker says something in its open transaction this often: one that is silent for ten seconds
/// loses it.
const SIGN_OF_LIFE: Duration = Duration::from_millis(100);

/// A row for each transaction that waits for another one.
const WAITING: &str = "SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// A position in the sequence of changes, and the article.
type Told = (u64, String);

/// A worker in this process.
struct Worker {
    archive: Writer,
    lease: Lease,
    /// Its run, if it crawls.
    run: Option<RunId>,
}

impl Worker {
    fn join(folder: &Path, name: &str) -> Result<Self, ArchiveError> {
        let mut archive = open_archive_at(&place_of(folder, &folder.join(name)))?;
        let lease = archive.take_lease_as(name, Sharing::WithWorkers, NOW, None)?;
        Ok(Self {
            archive,
            lease,
            run: None,
        })
    }

    /// Joins the others, and begins a run.
    fn crawl(folder: &Path, name: &str) -> Result<Self, ArchiveError> {
        let mut worker = Self::join(folder, name)?;
        let terms = Terms::default();
        let begun = worker
            .archive
            .begin_run(worker.lease, "worker", &terms, NOW);
        worker.run = Some(begun?);
        Ok(worker)
    }

    /// Seeds the papers, and reads their home pages.
    fn seed(&mut self) -> Result<(), ArchiveError> {
        for paper in PAPERS {
            let home = url(&format!("https://{paper}.example/"));
            self.seed_paper(paper, NOW)?;
            let all: Vec<Discovered> = (1..=ARTICLES).map(|k| link(paper, k)).collect();
            self.answer(paper, &home, links(all), later(1))?;
        }
        self.archive.save()
    }

    fn seed_paper(&mut self, paper: &str, now: Timestamp) -> Result<(), ArchiveError> {
        let home = url(&format!("https://{paper}.example/"));
        let paper = seed(paper, [(home, Role::Home)]);
        let seeds = [paper];
        self.archive
            .seed(self.lease, &seeds, SeedMode::Begin, now)?;
        Ok(())
    }

    /// Writes the answer to a queued page. It is not saved.
    fn answer(
        &mut self,
        paper: &str,
        asked: &PageUrl,
        settlement: impl Into<Settlement>,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        let page = self.due(paper, asked)?;
        let request = announcement(asked.clone(), at);
        let run = self.run.unwrap();
        let announced = self.archive.announce(self.lease, run, &[request])?[0];
        let done = Completed::Page {
            page: Arc::new(page),
            settlement: Box::new(settlement.into()),
            // Two transactions that write the same body would wait for one another.
            capture: Some(Box::new(Capture {
                body: Body::Kept(pack(asked.as_str().as_bytes(), None)),
                ..capture()
            })),
        };
        let answer = Completion {
            host: asked.host(),
            ..completion(announced, at, done)
        };
        self.archive.settle(self.lease, run, &[answer], at)?;
        Ok(())
    }

    fn due(&self, paper: &str, asked: &PageUrl) -> Result<Page, ArchiveError> {
        let site = self.archive.site(paper)?.unwrap();
        let pages = self
            .archive
            .due_pages(&asked.host(), &[site], 99, later(9))?;
        Ok(pages.into_iter().find(|page| page.url == *asked).unwrap())
    }

    /// Writes an article of a paper. It is not saved.
    fn store(&mut self, paper: &str, number: u64) -> Result<(), ArchiveError> {
        let text = format!("{paper}의 글 {number}: 오늘도 책방은 문을 열었다.");
        let story = Judged {
            next: Some(later(1)),
            ..story(article(&text))
        };
        self.answer(paper, &address(paper, number), story, later(1))
    }

    /// Stores all articles of a paper, and begins to crawl it again.
    fn store_to_revisit(&mut self, paper: &str) -> Result<(), ArchiveError> {
        for number in 1..=ARTICLES {
            self.store(paper, number)?;
        }
        self.seed_paper(paper, later(9))
    }

    /// Finds an article missing for the second time.
    fn miss(&mut self, paper: &str, number: u64) -> Result<(), ArchiveError> {
        let stands = Settlement::Stands {
            next: Some(later(99)),
            misses: 2,
        };
        self.answer(paper, &address(paper, number), stands, later(30))?;
        self.archive.save()
    }
}

fn address(paper: &str, number: u64) -> PageUrl {
    url(&format!("https://{paper}.example/story/{number}"))
}

fn link(paper: &str, number: u64) -> Discovered {
    Discovered {
        url: address(paper, number),
        key: Some(number.into()),
        ..found("/")
    }
}

/// Those who read changes: a program that keeps its position, a named export, and a watch.
struct Readers {
    reader: Reader,
    paged: Vec<Told>,
    watch: Child,
    watched: Receiver<Value>,
}

impl Readers {
    fn of(crawler: &Crawler) -> Self {
        let place = place_of(crawler.folder.path(), &crawler.data());
        let mut watch = crawler
            .command(&["watch", "--from", "1"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = watch.stdout.take().unwrap();
        let (to, watched) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                // A test that wants no more lines has ended.
                let _ = to.send(serde_json::from_str(&line.unwrap()).unwrap());
            }
        });
        Self {
            reader: Reader::of(&place).unwrap(),
            paged: vec![],
            watch,
            watched,
        }
    }

    /// Reads what is new, page by page.
    fn read(&mut self, crawler: &Crawler) {
        let from = self.paged.last().map_or(0, |(seq, _)| *seq);
        for change in &mut self.reader.changes_after(from).unwrap() {
            let change = change.unwrap();
            self.paged.push((change.seq, change.id));
        }
        let out = crawler.folder.path().join("desk");
        let folder = out.to_str().unwrap();
        let done = crawler.run(&["export", "--incremental", "desk", "--out", folder]);
        assert!(done.status.success(), "{}", said(&done));
    }

    /// Compares what was read with all changes.
    fn check(mut self, crawler: &Crawler) {
        let all: Vec<Told> = {
            let changes = &mut self.reader.changes_after(0).unwrap();
            let changes = changes.into_iter().map(|change| change.unwrap());
            changes.map(|change| (change.seq, change.id)).collect()
        };
        assert_eq!(self.paged, all, "by a position that is kept");
        let exported = named_lines(&crawler.folder.path().join("desk"));
        assert_eq!(without_kinds(&exported), all, "by the named export");
        let watched = all.iter().map(|_| self.watched.recv_timeout(SILENCE));
        let watched: Vec<Value> = watched.map(|line| line.expect("a further line")).collect();
        assert_eq!(without_kinds(&watched), all, "by the watch");
        self.watch.kill().unwrap();
        self.watch.wait().unwrap();
    }
}

fn without_kinds(lines: &[Value]) -> Vec<Told> {
    let told = told_changes(lines).into_iter();
    told.map(|(seq, _, id)| (seq, id)).collect()
}

/// A worker writes an article, and saves it when it is told to.
fn slow(mut worker: Worker, number: u64, told: Receiver<()>) -> JoinHandle<()> {
    let (wrote, has_written) = channel();
    let thread = std::thread::spawn(move || {
        worker.store("one", number).unwrap();
        wrote.send(()).unwrap();
        while told.recv_timeout(SIGN_OF_LIFE) == Err(RecvTimeoutError::Timeout) {
            worker.archive.pages_of("one").unwrap();
        }
        worker.archive.save().unwrap();
    });
    has_written.recv().unwrap();
    thread
}

/// A worker marks the missing article as gone, and saves that at once. It waits for others as long
/// as that takes. Nothing of it is in the ledger, whose rows have to wait for one another.
fn quick(folder: &Path) -> JoinHandle<()> {
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        let mark = || {
            let mut worker = Worker::join(&folder, "quick")?;
            let (lease, began) = (worker.lease, later(20));
            let marked =
                worker
                    .archive
                    .mark_gone_unless_mass_deletion(lease, "two", began, later(40))?;
            assert_eq!(marked, Ok(1));
            worker.archive.save()?;
            worker.archive.end_lease(lease)
        };
        while let Err(waited_too_long) = mark() {
            println!("the quick worker begins again: {waited_too_long}");
        }
    })
}

#[test]
fn changes_are_told_once_each_while_a_worker_holds_its_transaction() {
    let crawler = Crawler::empty();
    let folder = crawler.folder.path();
    let mut worker = Worker::crawl(folder, "first").unwrap();
    worker.seed().unwrap();
    worker.store_to_revisit("two").unwrap();
    let mut readers = Readers::of(&crawler);

    for number in 1..=ARTICLES {
        // Its lease may have ended by the next time, on a slow machine.
        let mut worker = Worker::crawl(folder, "slow").unwrap();
        worker.miss("two", number).unwrap();
        let (tell, told) = channel();
        let slow = slow(worker, number, told);
        let quick = quick(folder);
        while !quick.is_finished() && store::sql_of(folder, WAITING).is_empty() {}
        readers.read(&crawler);
        tell.send(()).unwrap();
        slow.join().unwrap();
        readers.read(&crawler);
        quick.join().unwrap();
    }
    readers.read(&crawler);

    assert_eq!(readers.paged.len() as u64, 3 * ARTICLES);
    readers.check(&crawler);
}
