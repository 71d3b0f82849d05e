//! An archive whose files are deleted, moved, replaced or overwritten during a crawl: nothing more
//! is asked for, and all that was answered is somewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::growing_paper::{Paper, published};
use crate::program::{Crawler, said};
use crate::simulated_web::{HOUR, PROFILE, SimulatedSite, SimulatedWeb, SiteFile, assert_audited};
use saseo::archive::{ArchiveError, FILE, Reader, SeedMode};
use saseo::crawl::{CrawlPlan, CrawlReport};
use saseo::demo::Edition;
use saseo::fetch::RequestTerms;
use saseo::page_url::PageUrl;
use tempfile::TempDir;

/// Articles of the simulated paper.
const ARTICLES: u64 = 12;
/// The request at which somebody meddles with the files: some articles are stored by then.
const MEDDLED_AT: usize = 9;

/// A crawl with which somebody meddles.
struct Scene {
    folder: TempDir,
    web: SimulatedWeb,
    data: PathBuf,
}

impl Scene {
    /// At the [`MEDDLED_AT`]th request, `meddle` does something to the archive's folder.
    fn new(meddle: fn(&Path)) -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let paper = Paper::new(published(ARTICLES, 0, HOUR), 3, true);
        let (clock, meddled) = (paper.clock, data.clone());
        let answered = AtomicUsize::new(0);
        let site = move |url: &PageUrl, terms: &RequestTerms| {
            let answer = paper.answer(url, terms);
            if answered.fetch_add(1, Ordering::Relaxed) + 1 == MEDDLED_AT {
                meddle(&meddled);
            }
            answer
        };

        Self {
            folder,
            web: SimulatedWeb::new(clock, Arc::new(site)),
            data,
        }
    }

    fn data(&self) -> &Path {
        &self.data
    }

    fn plan(&self, seeding: SeedMode) -> CrawlPlan {
        let site = SiteFile::new("paper", "https://paper.example/").profile(PROFILE);
        CrawlPlan {
            seeding,
            ..site.plan(self.folder.path())
        }
    }

    async fn crawl(&self, seeding: SeedMode) -> Result<CrawlReport, ArchiveError> {
        self.web.crawl(self.plan(seeding), self.data()).await
    }

    /// Crawls until somebody meddles, and returns what is told then. Nothing is asked for after
    /// that.
    async fn lost(&self) -> String {
        let ended = self.crawl(SeedMode::Begin).await;
        let Err(ArchiveError::Lost(lost)) = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(self.web.requests.count(), MEDDLED_AT, "{lost}");
        lost.to_string()
    }

    /// The copies that were made.
    fn copies(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.data())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut copies: Vec<_> = entries
            .filter(|path| path.to_string_lossy().contains("rescued"))
            .collect();
        copies.sort();
        copies
    }

    /// Puts the copy in place as the message says.
    fn put_back(&self, lost: &str) {
        let copies = self.copies();
        assert_eq!(copies.len(), 1, "{copies:?}");
        assert!(
            lost.contains(&copies[0].display().to_string()) && lost.contains("rename"),
            "{lost}"
        );
        for name in [
            FILE.to_owned(),
            format!("{FILE}-wal"),
            format!("{FILE}-shm"),
        ] {
            let _ = fs::rename(self.data().join(&name), self.folder.path().join(name));
        }
        fs::rename(&copies[0], self.data().join(FILE)).unwrap();
    }

    /// Fails unless the archive has every answer that came, and a crawl goes on from there to the
    /// end.
    async fn assert_whole(&self) {
        let sql = rusqlite::Connection::open(self.data().join(FILE)).unwrap();
        let count = |statement: &str| {
            sql.query_row(statement, [], |row| row.get::<_, usize>(0))
                .unwrap()
        };
        assert_eq!(
            count("SELECT count(*) FROM ledger WHERE status IS NOT NULL"),
            MEDDLED_AT
        );
        assert_eq!(
            count("SELECT requests FROM runs WHERE how = 'failed'"),
            MEDDLED_AT
        );
        assert!(count("SELECT count(*) FROM article") > 0);
        drop(sql);

        self.crawl(SeedMode::Resume).await.unwrap();
        let reader = Reader::open(self.data()).unwrap();
        assert_eq!(reader.faults().unwrap(), Vec::<String>::new());
        let site = reader.sites(self.web.clock.now()).unwrap().remove(0);
        assert_eq!((site.articles, site.queued), (ARTICLES, 0));
        assert_audited(self.data());
        let asked = self.web.requests.paths();
        let articles = asked
            .iter()
            .filter(|path| path.contains("articleView"))
            .count();
        assert_eq!(articles as u64, ARTICLES, "{asked:?}");
    }

    /// Fails unless a crawl refuses to begin anew, with what happened.
    async fn assert_not_begun_anew(&self) {
        let refused = self.crawl(SeedMode::Begin).await;
        assert!(
            matches!(refused, Err(ArchiveError::Vanished { .. })),
            "{refused:?}"
        );
        assert_eq!(self.web.requests.count(), MEDDLED_AT);
    }
}

fn side(data: &Path, suffix: &str) -> PathBuf {
    data.join(format!("{FILE}{suffix}"))
}

#[tokio::test(start_paused = true)]
async fn a_deleted_archive_ends_the_crawl_and_is_saved_beside() {
    let scene = Scene::new(|data| fs::remove_file(data.join(FILE)).unwrap());
    let lost = scene.lost().await;
    assert!(
        lost.contains("archive.db was deleted while it was open"),
        "{lost}"
    );
    scene.assert_not_begun_anew().await;
    // A log of the old file would be written into the copy.
    assert!(!side(scene.data(), "-wal").exists() && !side(scene.data(), "-shm").exists());
    scene.put_back(&lost);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn a_data_folder_that_is_removed_whole_is_made_again_for_what_was_saved() {
    let scene = Scene::new(|data| fs::remove_dir_all(data).unwrap());
    let lost = scene.lost().await;
    assert!(lost.contains("was deleted while it was open"), "{lost}");
    scene.assert_not_begun_anew().await;
    scene.put_back(&lost);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_moved_takes_all_that_was_stored_with_it() {
    let scene = Scene::new(|data| fs::rename(data.join(FILE), data.join("kept.db")).unwrap());
    let lost = scene.lost().await;
    assert!(
        lost.contains("archive.db was moved to /") && lost.contains("kept.db: move it back"),
        "{lost}"
    );
    scene.assert_not_begun_anew().await;
    assert_eq!(scene.copies(), Vec::<PathBuf>::new());
    fs::rename(scene.data().join("kept.db"), scene.data().join(FILE)).unwrap();
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn a_data_folder_that_is_moved_is_whole_where_it_is() {
    let scene = Scene::new(|data| fs::rename(data, data.with_file_name("elsewhere")).unwrap());
    let lost = scene.lost().await;
    let elsewhere = scene.data().with_file_name("elsewhere");
    assert!(
        lost.contains(&format!("was moved to {}", elsewhere.join(FILE).display())),
        "{lost}"
    );
    // Moved back, it lands where it was.
    assert!(!scene.data().exists());
    fs::rename(elsewhere, scene.data()).unwrap();
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_replaced_is_saved_beside_and_the_other_file_is_left_alone() {
    let scene = Scene::new(|data| {
        let other = data.join("other.db");
        let sql = rusqlite::Connection::open(&other).unwrap();
        sql.execute_batch("CREATE TABLE theirs (n); INSERT INTO theirs VALUES (7)")
            .unwrap();
        drop(sql);
        fs::rename(other, data.join(FILE)).unwrap();
        // It brings a log of its own.
        fs::remove_file(side(data, "-wal")).unwrap();
        fs::write(side(data, "-wal"), "theirs").unwrap();
    });
    let lost = scene.lost().await;
    assert!(
        lost.contains("archive.db was replaced by another file") && lost.contains("away"),
        "{lost}"
    );
    assert_eq!(fs::read(side(scene.data(), "-wal")).unwrap(), b"theirs");
    fs::remove_file(side(scene.data(), "-wal")).unwrap();
    let sql = rusqlite::Connection::open(scene.data().join(FILE)).unwrap();
    assert_eq!(
        sql.query_row("SELECT n FROM theirs", [], |row| row.get::<_, i64>(0))
            .unwrap(),
        7
    );
    drop(sql);
    scene.put_back(&lost);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_replaced_by_an_empty_file_is_not_begun_anew() {
    let scene = Scene::new(|data| {
        fs::remove_file(data.join(FILE)).unwrap();
        fs::write(data.join(FILE), "").unwrap();
    });
    let lost = scene.lost().await;
    scene.assert_not_begun_anew().await;
    scene.put_back(&lost);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn without_its_log_the_file_takes_up_all_that_was_stored() {
    let scene = Scene::new(|data| fs::remove_file(side(data, "-wal")).unwrap());
    let lost = scene.lost().await;
    assert!(
        lost.contains("archive.db-wal was deleted or moved") && lost.contains("nothing is lost"),
        "{lost}"
    );
    assert_eq!(scene.copies(), Vec::<PathBuf>::new());
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn beside_another_programs_log_the_file_is_left_alone_and_all_is_saved_in_a_copy() {
    let scene = Scene::new(|data| {
        fs::remove_file(side(data, "-wal")).unwrap();
        fs::write(side(data, "-wal"), "").unwrap();
    });
    let lost = scene.lost().await;
    assert!(lost.contains("archive.db-wal was replaced"), "{lost}");
    scene.put_back(&lost);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn without_its_shared_memory_nothing_is_lost() {
    let scene = Scene::new(|data| fs::remove_file(side(data, "-shm")).unwrap());
    let lost = scene.lost().await;
    assert!(
        lost.contains("archive.db-shm was deleted or moved") && lost.contains("nothing is lost"),
        "{lost}"
    );
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_overwritten_is_told_and_its_log_kept() {
    let scene = Scene::new(|data| fs::write(data.join(FILE), "nothing of an archive").unwrap());
    let lost = scene.lost().await;
    assert!(lost.contains("archive.db was overwritten"), "{lost}");
    assert!(!side(scene.data(), "-wal").exists());
    assert_eq!(
        fs::read_to_string(scene.data().join(FILE)).unwrap(),
        "nothing of an archive"
    );
}

/// A demo newspaper that takes a while.
fn slow_paper() -> crate::program::Paper {
    crate::program::Paper::of(&Edition {
        articles_per_section: 30,
        crawl_delay: None,
        ..Edition::default()
    })
}

#[test]
fn the_program_ends_with_1_and_says_what_happened_and_what_to_do() {
    let paper = slow_paper();
    let crawler = Crawler::of(&paper, "50ms");
    let mut child = crawler
        .command(&["crawl"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    paper.wait_for_visits(20, &mut child);
    fs::remove_file(crawler.data().join(FILE)).unwrap();
    let out = child.wait_with_output().unwrap();
    let words = said(&out);
    assert_eq!(out.status.code(), Some(1), "{words}");
    assert!(
        words.contains("archive.db was deleted while it was open")
            && words.contains("rename it to"),
        "{words}"
    );

    let asked = paper.log().len();
    assert!(asked < 90, "{asked} requests");
    for command in ["crawl", "resume", "status", "export"] {
        let out = crawler.run(&[command]);
        assert!(!out.status.success(), "{command}");
    }
    let out = crawler.run(&["crawl"]);
    assert!(
        out.status.code() == Some(1) && said(&out).contains("none is begun in its place"),
        "{}",
        said(&out)
    );
    assert_eq!(paper.log().len(), asked);

    let copy = fs::read_dir(crawler.data())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let copy = copy
        .into_iter()
        .find(|path| path.to_string_lossy().contains("rescued"))
        .unwrap();
    fs::rename(copy, crawler.data().join(FILE)).unwrap();
    crawler.run_json("resume");
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
}

#[test]
fn a_schedule_ends_where_its_archive_is_lost_and_does_not_begin_anew() {
    let paper = slow_paper();
    let crawler = Crawler::of(&paper, "50ms");
    let file = crawler.config().join("sites/demo.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}[schedule]\nevery = \"1s\"\n")).unwrap();

    let mut child = crawler
        .command(&["schedule"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    paper.wait_for_visits(20, &mut child);
    fs::remove_file(crawler.data().join(FILE)).unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    let asked = paper.log().len();
    // Whatever starts it again.
    let out = crawler.run(&["schedule", "--once"]);
    assert_eq!(
        (out.status.code(), paper.log().len()),
        (Some(1), asked),
        "{}",
        said(&out)
    );
}

#[test]
fn a_schedule_ends_where_its_archive_is_gone_between_two_crawls() {
    let paper = crate::program::Paper::of(&Edition {
        articles_per_section: 2,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let file = crawler.config().join("sites/demo.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}[schedule]\nevery = \"2s\"\n")).unwrap();

    let mut child = crawler
        .command(&["schedule"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let told = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let mut told = told.map(Result::unwrap);
    assert!(told.any(|line| line.starts_with("next: demo at")));
    fs::remove_file(crawler.data().join(FILE)).unwrap();
    let rest: Vec<String> = told.collect();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest:?}");
    // On a slow machine the next crawl may have begun before the file was removed.
    let is_told = |line: &String| {
        ["it was there before", "while it was open"]
            .iter()
            .any(|words| line.contains(words))
    };
    assert!(rest.iter().any(is_told), "{rest:?}");
    let asked = paper.log().len();
    let out = crawler.run(&["schedule", "--once"]);
    assert_eq!(
        (out.status.code(), paper.log().len()),
        (Some(1), asked),
        "{}",
        said(&out)
    );
}
