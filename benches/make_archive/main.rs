//! Archives of any size, and what it costs to use them. Run it with
//! `cargo bench --bench make_archive -- articles 1000000` (an archive of so many articles: a crawl
//! with nothing due, `status` and the exports) or `-- pages 10000000 100000` (so many queued pages
//! on so many hosts: start, next page, and the cost of a settled one) or `-- searches 1000000` (so
//! many articles with as many different words as a newspaper has: what a search takes).
//!
//! The same arguments make the same rows, except that the entry pages were read just now. With a
//! folder behind the numbers the archive is made there and kept, with a configuration beside it;
//! one that stands there already is measured as it is. `SASEO` names another binary to measure.

mod articles;
mod ledger;
mod lively;
mod measure;
mod pages;
mod searches;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use saseo::archive::{FILE, Lock, Terms, Writer};
use saseo::config::settings::Durability;
use saseo::time::Timestamp;
use tempfile::TempDir;

use crate::articles::Texts;
use crate::lively::Vocabulary;

/// The moment of the first request, 2026-11-24T11:42:30Z; any moment does.
const BEGAN: Timestamp = Timestamp::from_seconds(1_795_520_550);

/// Rows that are written in one transaction: SQLite's log stays small.
const ROWS_AT_ONCE: u64 = 20_000;

/// `cargo bench` without a number: as many as are made and measured in a minute.
const ARTICLES: u64 = 20_000;

fn main() {
    // `cargo bench` adds `--bench`.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();

    match words.as_slice() {
        [] => of_articles(ARTICLES, None),
        ["articles", count] => of_articles(number(count), None),
        ["articles", count, folder] => of_articles(number(count), Some(folder)),
        ["searches", count] => of_searches(number(count), None),
        ["searches", count, folder] => of_searches(number(count), Some(folder)),
        ["pages", count, hosts] => of_pages(number(count), number(hosts), None),
        ["pages", count, hosts, folder] => of_pages(number(count), number(hosts), Some(folder)),
        ["use-queue", folder] => measure::use_queue(Path::new(folder)),
        _ => panic!(
            "`articles COUNT [FOLDER]`, `searches COUNT [FOLDER]` or `pages COUNT HOSTS [FOLDER]`"
        ),
    }
}

fn number(word: &str) -> u64 {
    word.parse()
        .unwrap_or_else(|_| panic!("{word} is no number"))
}

fn of_articles(count: u64, folder: Option<&str>) {
    let place = Place::new(folder);
    if !place.data.join(FILE).exists() {
        let sql = place.begin();
        articles::write(&sql, &Texts::Few, count);
    }
    measure::commands(&place, count);
}

fn of_searches(count: u64, folder: Option<&str>) {
    let place = Place::new(folder);
    if !place.data.join(FILE).exists() {
        let sql = place.begin();
        articles::write(&sql, &Texts::Lively(Vocabulary::new()), count);
    }
    searches::measure(&place);
}

fn of_pages(count: u64, hosts: u64, folder: Option<&str>) {
    let place = Place::new(folder);
    if !place.data.join(FILE).exists() {
        let sql = place.begin();
        pages::write(&sql, count, hosts);
    }
    measure::queue(&place, count, hosts);
}

/// Where an archive is made: its own folder, and that of its configuration.
struct Place {
    data: PathBuf,
    config: PathBuf,
    /// Deletes the folder at the end, where nobody named one.
    _temporary: Option<TempDir>,
}

impl Place {
    fn new(folder: Option<&str>) -> Self {
        let temporary = folder
            .is_none()
            .then(|| TempDir::new().expect("a temporary folder"));
        let root = folder.map_or_else(
            || temporary.as_ref().expect("it was made").path().to_owned(),
            PathBuf::from,
        );

        let config = root.join("config");
        std::fs::create_dir_all(config.join("sites")).expect("a folder for the configuration");
        std::fs::write(config.join("saseo.toml"), "").expect("settings can be written");
        std::fs::write(config.join("sites/made.toml"), SITE).expect("a site can be written");
        Self {
            data: root.join("data"),
            config,
            _temporary: temporary,
        }
    }

    /// Makes an empty archive, in which a run has begun.
    fn begin(&self) -> Connection {
        std::fs::create_dir_all(&self.data).expect("a folder for the archive");
        let lock = Lock::take(&self.data, "a benchmark").expect("nobody else has the folder");
        let mut archive = Writer::open(lock, Durability::Normal).expect("an archive can be made");
        let lease = archive
            .take_lease("a benchmark", BEGAN, None)
            .expect("it can be leased");
        archive
            .begin_run(lease, "crawl", &Terms::default(), BEGAN)
            .expect("a run can begin");
        archive.save().expect("it can be saved");
        drop(archive);

        let sql = Connection::open(self.data.join(FILE)).expect("the archive can be opened");
        // A page is written before its capture.
        sql.execute_batch("PRAGMA foreign_keys = OFF")
            .expect("references can wait");
        sql.execute(
            "INSERT INTO site (id, name, title, home, added_at, crawled_at)
             VALUES (1, 'made', 'A made paper', ?1, ?2, ?2)",
            rusqlite::params![format!("{HOME}/"), BEGAN.millis()],
        )
        .expect("a site can be added");
        sql
    }
}

/// The address of the paper: nobody answers there, and nobody is asked.
const HOME: &str = "http://127.0.0.1:9";

/// The paper's site file: its entry pages are the home page, one section and its policies.
const SITE: &str = "name = \"made\"\ntitle = \"A made paper\"\nhome = \"http://127.0.0.1:9/\"\n\
                    own_site = true\n[discover]\nsections = [\"/list\"]\nfeeds = false\n\
                    sitemaps = false\n";
