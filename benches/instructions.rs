//! A guard against slow-downs: the instructions that it takes to read an article, to read a list,
//! and to commit an answer. valgrind counts them, so a busy machine changes nothing.
//!
//! `cargo bench --bench instructions` compares them with `benches/instructions.toml`, and fails
//! where one is more than 5 % off. With `-- --write` it writes that file instead. Both take half a
//! minute, and the build before them some minutes.
//!
//! Each task runs in a process of its own, once with n repetitions and once with 2n. The difference
//! of the two counts has no start-up in it.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use saseo::archive::{Body, Capture, SeedMode, pack};
use saseo::config::shipped::shipped_profiles;
use saseo::config::{Settings, Site};
use saseo::demo::{Availability, Edition, Newspaper, answer};
use saseo::extract::{Article, Extraction};
use saseo::fetch::Answer;
use saseo::frontier::{Discovered, Judged, Page, ParsedPage, Role, Verdict};
use saseo::robots::Robots;
use saseo::site_reader::{Response, SiteReader};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::archive_desk::{
    Desk, NOW, ORIGIN, PAPER, capture, found_article, page_url, seed, story,
};

#[path = "../tests/it/archive_desk.rs"]
#[expect(dead_code, reason = "a commit needs a part of it")]
mod archive_desk;
#[path = "../tests/it/open_archive.rs"]
mod open_archive;

/// The kept figures.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml");

/// The first repetitions, n: they take a second under valgrind, and hide what happens only now and
/// then.
const REPETITIONS: usize = 20;

/// The share by which a figure may be off. Repeated counts differ by less than a hundredth.
const TOLERANCE: f64 = 0.05;

/// The argument, before the name of a task, by which this program runs one.
const RUN: &str = "--run";

/// The list that is read: the first page of all articles.
const LIST: &str = "/news/articleList.html?view_type=sm";

/// What is counted.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Decodes, parses and reads the page of an article.
    Article,
    /// Decodes, parses and reads the page of a list.
    List,
    /// Packs the page of an article, and writes it with everything that follows from it: one
    /// announcement, one settlement, one transaction.
    Commit,
}

/// The kept figures, and what they were counted with. Other tools count otherwise.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    tools: Tools,
    /// Instructions by the name of a task.
    instructions: BTreeMap<String, u64>,
}

/// What a count depends on, beside the code.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Tools {
    rustc: String,
    /// The compiler of SQLite and zstd.
    cc: String,
    /// The processor, as far as libraries choose their code by it.
    processor: String,
}

fn main() -> ExitCode {
    // cargo passes --bench.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    match arguments.as_slice() {
        [RUN, task, times] => {
            let task = Task::named(task).expect("it is a task");
            task.run(times.parse().expect("it is a number"));
            ExitCode::SUCCESS
        }
        _ if !is_installed("valgrind") => {
            println!("valgrind is not installed: left out");
            ExitCode::SUCCESS
        }
        arguments if arguments.contains(&"--write") => {
            write(count_all());
            ExitCode::SUCCESS
        }
        _ => compare(),
    }
}

/// Compares the figures with those that are kept.
fn compare() -> ExitCode {
    let kept = fs::read_to_string(FILE).expect("the kept figures can be read");
    let kept: Kept = toml::from_str(&kept).expect("the kept figures are TOML");
    let tools = Tools::installed();
    if kept.tools != tools {
        println!(
            "The figures were counted with {:?}, here are {tools:?}: left out",
            kept.tools
        );
        return ExitCode::SUCCESS;
    }

    let mut is_off = false;
    for (task, now) in count_all() {
        let before = kept.instructions[&task];
        let change = now as f64 / before as f64 - 1.0;
        println!(
            "{task}: {now} instructions, {before} are kept: {:+.2} %",
            change * 100.0
        );
        is_off |= change.abs() > TOLERANCE;
    }

    if is_off {
        println!(
            "A figure is more than {} % off. If it is meant to be: just instructions --write",
            TOLERANCE * 100.0
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Writes the file of kept figures.
fn write(instructions: BTreeMap<String, u64>) {
    let kept = Kept {
        tools: Tools::installed(),
        instructions,
    };
    let text = toml::to_string(&kept).expect("figures can be written as TOML");

    fs::write(
        FILE,
        format!("# Written by `just instructions --write`; see benches/instructions.rs.\n\n{text}"),
    )
    .expect("the file can be written");
    print!("{text}");
}

/// Counts the instructions of every task.
fn count_all() -> BTreeMap<String, u64> {
    let folder = TempDir::new().expect("a temporary folder");
    let tasks = [Task::Article, Task::List, Task::Commit].into_iter();

    tasks
        .map(|task| (task.name().to_owned(), task.count(folder.path())))
        .collect()
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::List => "list",
            Self::Commit => "commit",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Article, Self::List, Self::Commit]
            .into_iter()
            .find(|task| task.name() == name)
    }

    /// Counts the instructions of one repetition.
    fn count(self, folder: &Path) -> u64 {
        let once = counted(self, REPETITIONS, folder);
        let twice = counted(self, 2 * REPETITIONS, folder);
        (twice - once) / REPETITIONS as u64
    }

    /// Runs it so many times. What comes before does not depend on how often.
    fn run(self, times: usize) {
        let mut paper = Paper::new(2 * REPETITIONS);

        match self {
            Self::Article => read(&paper.response(&article_path(paper.articles[0])), times),
            Self::List => read(&paper.response(LIST), times),
            Self::Commit => {
                let numbers = paper.articles.iter();
                let answers: Vec<ReadAnswer> = numbers.map(|n| paper.article(*n)).collect();
                for answer in &answers[..times] {
                    commit(&mut paper.desk, answer);
                }
            }
        }
    }
}

/// Reads a page so many times, as a crawl does.
fn read(response: &Response, times: usize) {
    for _ in 0..times {
        drop(black_box(response.read()));
    }
}

fn article_path(number: u64) -> String {
    format!("/news/articleView.html?idxno={number}")
}

/// Returns the instructions of a process that runs a task so many times.
///
/// # Panics
///
/// If the process fails.
fn counted(task: Task, times: usize, folder: &Path) -> u64 {
    let out = folder.join("callgrind.out");
    let done = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("this program has a path"))
        .args([RUN, task.name(), &times.to_string()])
        .status()
        .expect("valgrind can be started");
    assert!(done.success(), "{task:?} failed under valgrind");

    let counts = fs::read_to_string(out).expect("callgrind writes its counts");
    counts
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .and_then(|total| total.trim().parse().ok())
        .expect("callgrind writes a total")
}

/// The demo newspaper, and an archive in which its articles are queued.
struct Paper {
    newspaper: Newspaper,
    reader: Arc<SiteReader>,
    desk: Desk,
    /// The numbers of the queued articles.
    articles: Vec<u64>,
}

/// The answer to a request for an article, with the article in it.
struct ReadAnswer {
    response: Response,
    article: Article,
}

impl Paper {
    /// Queues its list and so many of its articles.
    fn new(count: usize) -> Self {
        let newspaper = Newspaper::new(&Edition::default());
        let open = newspaper
            .articles()
            .iter()
            .filter(|article| article.kind == Availability::Open);
        let articles: Vec<u64> = open.map(|article| article.number).take(count).collect();

        let entries = [(page_url("/"), Role::Home), (page_url(LIST), Role::Section)];
        let mut desk = Desk::open(
            TempDir::new().expect("a temporary folder"),
            seed(PAPER, entries),
            SeedMode::Begin,
        );
        let found = articles.iter().copied().map(found_article).collect();
        desk.answer_at("/", home(found));

        Self {
            newspaper,
            reader: Arc::new(reader()),
            desk,
            articles,
        }
    }

    fn article(&self, number: u64) -> ReadAnswer {
        let response = self.response(&article_path(number));

        match response.read().reading {
            ParsedPage::Article(Extraction::Article(article)) => ReadAnswer {
                article: *article,
                response,
            },
            other => panic!("article {number} is read as {other:?}"),
        }
    }

    /// Returns the answer to a request for a queued page.
    fn response(&self, path: &str) -> Response {
        let page = answer(&self.newspaper, ORIGIN, path);
        let headers = vec![("content-type".to_owned(), page.content_type.to_owned())];

        Response {
            page: Arc::new(self.desk.due(path)),
            answer: Arc::new(Answer {
                status: page.status,
                headers,
                body: page.bytes(),
            }),
            reader: Arc::clone(&self.reader),
            files: Arc::default(),
            robots: Arc::new(Robots::allow_all()),
            dictionary: None,
            at: NOW,
        }
    }
}

/// Writes an answer into the archive, as a crawl does.
fn commit(desk: &mut Desk, answer: &ReadAnswer) {
    let page: &Page = &answer.response.page;
    let dictionary = desk
        .archive
        .dictionary(page)
        .expect("the archive is intact");
    let body = pack(&answer.response.answer.body, dictionary.as_ref());

    let capture = Capture {
        body: Body::Kept(body),
        ..capture()
    };
    desk.answer_with(page, story(answer.article.clone()), capture);
    desk.archive.save().expect("the archive can be saved");
}

/// A home page that was read, and the pages that it links to.
fn home(found: Vec<Discovered>) -> Judged {
    Judged {
        found,
        ..Judged::of(Verdict::Read)
    }
}

/// Returns a reader for the pages of the demo newspaper.
fn reader() -> SiteReader {
    let profile = shipped_profiles()
        .into_iter()
        .find(|profile| profile.name == "ndsoft")
        .expect("it is shipped");
    let site = format!(
        "name = \"{PAPER}\"\ntitle = \"{PAPER}\"\nhome = \"{ORIGIN}/\"\nprofile = \"ndsoft\"\n"
    );
    let site = Site::parse("paper.toml", &site).expect("it is a site file");

    SiteReader::new(site, Some(&profile), &Settings::default()).expect("the site has no sections")
}

impl Tools {
    fn installed() -> Self {
        Self {
            rustc: first_line("rustc"),
            cc: first_line("cc"),
            processor: processor(),
        }
    }
}

/// Returns the first line of what a command tells of its version.
fn first_line(command: &str) -> String {
    let out = Command::new(command)
        .arg("--version")
        .output()
        .unwrap_or_else(|error| panic!("{command} cannot be started: {error}"));
    let text = String::from_utf8_lossy(&out.stdout);
    text.lines().next().unwrap_or_default().to_owned()
}

fn is_installed(command: &str) -> bool {
    Command::new(command)
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|done| done.success())
}

/// Returns the processor's architecture, and whether it has the vectors that memchr looks for.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        return "x86_64 with AVX2".to_owned();
    }
    std::env::consts::ARCH.to_owned()
}
