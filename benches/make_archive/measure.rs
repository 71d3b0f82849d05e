//! What it costs to use an archive: the real binary in a process of its own, or the queue alone as
//! a crawl uses it. CPU and memory are the system's own accounting (getrusage).

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;
use saseo::archive::{
    AnnouncedId, Announcement, Body, Capture, Completed, Completion, Ending, Lock, NextPage, Seed,
    SeedMode, Terms, Writer, pack,
};
use saseo::clock::Clock;
use saseo::config::settings::Durability;
use saseo::config::site::{Discover, Keep};
use saseo::extract::Article;
use saseo::frontier::{Judged, Page, Settlement, Verdict};
use saseo::page_url::PageUrl;
use saseo::politeness::StoredPace;
use saseo::time::Timestamp;

use crate::{HOME, Place};

/// The binary that cargo built for this benchmark.
const SASEO: &str = env!("CARGO_BIN_EXE_saseo");

/// Each command so often: the first crawl plans all pages, and none is as fast with a cold cache.
const RUNS: u32 = 3;

/// The settled pages of which the cost is the mean: half of those of the smallest queue that is
/// measured, so that no host runs out of pages.
const SETTLED: u64 = 5_000;

/// The time and memory of one command.
struct Cost {
    wall: Duration,
    cpu: f64,
    megabytes: i64,
}

/// Measures the commands that read a whole archive, and prints each of their runs.
pub fn commands(place: &Place, articles: u64) {
    let size =
        std::fs::metadata(place.data.join(saseo::archive::FILE)).map_or(0, |file| file.len());
    println!("{articles} articles in {} MB", size / 1_000_000);

    let commands: [&[&str]; 7] = [
        &["crawl"],
        &["status"],
        &["export", "--format", "jsonl", "--out"],
        &["export", "--format", "csv", "--out"],
        &["export", "--format", "sqlite", "--out"],
        &["export", "--format", "parquet", "--out"],
        &["export", "--format", "warc", "--out"],
    ];
    for words in commands {
        let out = place.data.join("export");
        let mut told = format!("{:<32}", words.join(" "));
        for _ in 0..RUNS {
            let cost = run(place, words, &out);
            let Cost {
                wall,
                cpu,
                megabytes,
            } = cost;
            let _ = write!(
                told,
                " {:.2} s ({cpu:.2} s of CPU, {megabytes} MB)",
                wall.as_secs_f64()
            );
            remove_export(&place.data);
        }
        println!("{told}");
    }
}

/// Removes what an export wrote: its file, and those beside it. An export is refused where parts of
/// another one would stand among its own.
fn remove_export(folder: &Path) {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("export") {
            std::fs::remove_file(entry.path()).expect("an export can be removed");
        }
    }
}

/// Runs a command. Its memory is asked for while it runs, since the system tells only the largest
/// of all ended processes.
#[expect(
    clippy::disallowed_methods,
    reason = "a process can only be waited for, or looked at again and again"
)]
fn run(place: &Place, words: &[&str], out: &Path) -> Cost {
    let binary = std::env::var("SASEO").unwrap_or_else(|_| SASEO.to_owned());
    let mut command = Command::new(binary);
    command
        .arg("--config")
        .args([&place.config, Path::new("--data"), &place.data])
        .args(words)
        .stdout(Stdio::null());
    if words.last() == Some(&"--out") {
        command.arg(out);
    }

    let (before, began) = (children(), Clock::system().now());
    let mut child = command.spawn().expect("the command can be started");
    let mut megabytes = 0;
    let status = loop {
        megabytes = peak_memory(child.id()).unwrap_or(megabytes).max(megabytes);
        match child.try_wait().expect("the command can be waited for") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let wall = Clock::system().now().since(began);
    assert!(status.success(), "{words:?} failed: {status}");
    Cost {
        wall,
        cpu: seconds(&children()) - seconds(&before),
        megabytes,
    }
}

/// The largest memory of a running process so far, in MB.
fn peak_memory(process: u32) -> Option<i64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: i64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// Measures the queue in a process of its own.
pub fn queue(place: &Place, pages: u64, hosts: u64) {
    let size =
        std::fs::metadata(place.data.join(saseo::archive::FILE)).map_or(0, |file| file.len());
    println!("{pages} pages on {hosts} hosts in {} MB", size / 1_000_000);
    let itself = std::env::current_exe().expect("this program has a path");
    let status = Command::new(itself)
        .arg("use-queue")
        .arg(&place.data)
        .status()
        .expect("it can be started");
    assert!(status.success());
    println!("{} MB at most", children().max_rss() / 1024);
}

/// Uses the queue of an archive as a crawl of its paper does, and prints what that takes.
pub fn use_queue(data: &Path) {
    let watch = Stopwatch::start();
    let now = Clock::system().now();
    let lock = Lock::take(data, "a benchmark").expect("nobody else has the folder");
    let mut archive = Writer::open(lock, Durability::Normal).expect("the archive can be opened");
    let lease = archive
        .take_lease("a benchmark", now, None)
        .expect("it can be leased");
    let run = archive
        .begin_run(lease, "crawl", &Terms::default(), now)
        .expect("a run can begin");
    let seeded = archive
        .seed(lease, &[paper()], SeedMode::Begin, now)
        .expect("the paper can be seeded")[0];
    let known = archive.pages_of("made").expect("they can be counted");
    let queued = archive.queued(seeded.site).expect("they can be counted");
    let hosts = archive.due_hosts(seeded.site).expect("they can be read");
    println!(
        "start: {watch} ({known} pages known, {queued} queued, {} hosts)",
        hosts.len()
    );

    let (mut looked, mut settled) = (0.0, 0.0);
    for turn in 0..SETTLED {
        // A step of a prime number of hosts, so that those which follow each other are far apart.
        let due = &hosts[(turn as usize * 7_919) % hosts.len()];
        let watch = Stopwatch::start();
        let next = archive
            .next_page(&due.host, &[seeded.site], &[], now)
            .expect("it can be looked for");
        looked += watch.cpu();

        let NextPage::Page(page) = next else {
            panic!("{} has no page", due.host);
        };
        let watch = Stopwatch::start();
        let announced = archive
            .announce(lease, run, &[announcement(&page, now)])
            .expect("it can be announced")[0];
        archive.save().expect("it can be saved");
        archive
            .settle(lease, run, &[answer(*page, announced, turn, now)], now)
            .expect("it can be settled");
        archive.save().expect("it can be saved");
        settled += watch.cpu();
    }
    println!(
        "next page: {:.1} µs of CPU; announced and settled: {:.0} µs of CPU",
        looked * 1e6 / SETTLED as f64,
        settled * 1e6 / SETTLED as f64,
    );
}

/// Takes the time and the CPU time of this process.
struct Stopwatch {
    began: Timestamp,
    used: f64,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            began: Clock::system().now(),
            used: own_cpu(),
        }
    }

    /// The CPU time since the start, in seconds.
    fn cpu(&self) -> f64 {
        own_cpu() - self.used
    }
}

impl std::fmt::Display for Stopwatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let wall = Clock::system().now().since(self.began).as_secs_f64();
        write!(f, "{wall:.2} s ({:.2} s of CPU)", self.cpu())
    }
}

fn own_cpu() -> f64 {
    seconds(&getrusage(UsageWho::RUSAGE_SELF).expect("the system accounts for this process"))
}

/// An answer that ends a request.
fn answer(page: Page, announced: AnnouncedId, turn: u64, now: Timestamp) -> Completion {
    Completion {
        announced,
        ending: Ending::Answered {
            status: 200,
            bytes: 74_000,
            digest: [7; 32],
            retry_after: None,
        },
        at: now,
        host: page.url.host(),
        pace: pace(now),
        done: done(page, turn, now),
    }
}

fn paper() -> Seed {
    Seed {
        site: "made".to_owned(),
        title: "A made paper".to_owned(),
        home: PageUrl::parse(&format!("{HOME}/")).expect("it is an address"),
        since: None,
        discover: Discover::default(),
        keep: Keep::default(),
        everything: None,
        windows: Vec::new(),
        entries: Vec::new(),
    }
}

fn announcement(page: &Page, at: Timestamp) -> Announcement {
    Announcement {
        at,
        url: page.url.clone(),
        server: None,
        robots: None,
        rule: "no rule against it".to_owned(),
        gap: Duration::from_secs(2),
    }
}

fn pace(last_at: Timestamp) -> StoredPace {
    let gap = Duration::from_secs(2);
    StoredPace {
        last_at,
        not_before: last_at + gap,
        gap,
        slowed: Duration::ZERO,
        consecutive_failures: 0,
        refusals: 0,
        backoff: None,
    }
}

/// A page whose article is kept.
fn done(page: Page, turn: u64, now: Timestamp) -> Completed {
    let article = Article {
        key: page.key().cloned(),
        title: Some(format!("제목 {turn}")),
        paragraphs: vec![format!("{turn} 시는 도서관의 문을 연다. ").repeat(40)],
        section: Some("문화".to_owned()),
        extractor: "made".to_owned(),
        ..Article::default()
    };
    let body = format!("<p>{turn}</p>").repeat(400);
    let capture = Capture {
        fetched_at: now,
        status: 200,
        headers: "content-type: text/html\n".to_owned(),
        body: Body::Kept(pack(body.as_bytes(), None)),
        opt_outs: Vec::new(),
        charset: None,
        etag: None,
        last_modified: None,
    };
    let judged = Judged {
        article: Some(Box::new(article)),
        ..Judged::of(Verdict::Stored)
    };
    Completed::Page {
        page: Arc::new(page),
        settlement: Box::new(Settlement::from(judged)),
        capture: Some(Box::new(capture)),
    }
}

/// Returns the resources that all ended children have used.
fn children() -> Usage {
    getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system accounts for its processes")
}

/// Returns the CPU time in seconds.
fn seconds(usage: &Usage) -> f64 {
    in_seconds(usage.user_time()) + in_seconds(usage.system_time())
}

fn in_seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
