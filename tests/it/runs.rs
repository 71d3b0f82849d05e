//! Runs that are killed at any commit: their counts are those of what was saved, and the log is
//! kept short meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::growing_paper::{Paper, Validators, published};
use crate::simulated_web::{DAY, HOUR, NOW, PROFILE, SimulatedSite, SimulatedWeb, SiteFile, html};
use saseo::archive::{FILE, Reader, RunEnd, RunState, Tally};
use saseo::crawl::{self, CrawlPlan, CrawlReport};
use saseo::fetch::{Answer, RequestTerms, Trouble};
use saseo::page_url::PageUrl;
use tempfile::TempDir;
use tokio::sync::Notify;

/// A paper, some of whose articles answer something else.
struct Moody {
    paper: Paper,
    answers: BTreeMap<&'static str, Answer>,
}

impl SimulatedSite for Moody {
    fn answer(&self, url: &PageUrl, terms: &RequestTerms) -> Result<Answer, Trouble> {
        let path = url.path_and_query();
        let instead = self.answers.iter().find(|(end, _)| path.ends_with(**end));
        match instead {
            Some((_, answer)) => Ok(answer.clone()),
            None => self.paper.answer(url, terms),
        }
    }
}

struct World {
    folder: TempDir,
    web: SimulatedWeb,
    /// What the site's file says of its pace.
    pace: &'static str,
}

impl World {
    fn new(paper: Paper, answers: BTreeMap<&'static str, Answer>) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            web: SimulatedWeb::new(paper.clock, Arc::new(Moody { paper, answers })),
            pace: "",
        }
    }

    fn plan(&self) -> CrawlPlan {
        SiteFile::new("paper", "https://paper.example/")
            .profile(PROFILE)
            .with(self.pace)
            .plan(self.folder.path())
    }

    /// Crawls until the watcher was told so often, and then dies; returns what it was told last.
    async fn crawl_killed_at(&self, commits: u32) -> (Option<CrawlReport>, Tally) {
        let (shown, dies) = (Mutex::new((0, Tally::default())), Notify::new());
        let mut watcher = |progress: &crawl::CrawlProgress| {
            let mut shown = shown.lock().unwrap();
            *shown = (shown.0 + 1, progress.tally);
            if shown.0 == commits {
                dies.notify_one();
            }
        };
        let crawl = self
            .web
            .crawl_watched(self.plan(), self.folder.path(), &mut watcher);
        let report = tokio::select! {
            biased;
            () = dies.notified() => None,
            report = crawl => Some(report.unwrap()),
        };
        let shown = shown.lock().unwrap().1;
        (report, shown)
    }

    fn runs(&self) -> Vec<RunState> {
        Reader::open(self.folder.path())
            .unwrap()
            .runs(u32::MAX)
            .unwrap()
    }

    /// Counts in the archive's tables what the last run brought.
    fn counted(&self) -> Tally {
        let sql = rusqlite::Connection::open(self.folder.path().join(FILE)).unwrap();
        let count = |statement: &str| -> u64 {
            let of_run = statement.replace("RUN", "(SELECT max(id) FROM run)");
            let of_run = of_run.replace(
                "BEGAN",
                "(SELECT started_at FROM run ORDER BY id DESC LIMIT 1)",
            );
            let of_run = of_run.replace(
                "CHANGED",
                "(SELECT change_from FROM run ORDER BY id DESC LIMIT 1)",
            );
            sql.query_row(&of_run, [], |row| row.get(0)).unwrap()
        };
        let of_pages = |verdicts: &str| {
            count(&format!(
                "SELECT count(*) FROM page WHERE settled_at >= BEGAN AND role <> 'policy' AND verdict IN ({verdicts})"
            ))
        };
        Tally {
            requests: count(
                "SELECT count(*) FROM ledger WHERE kind = 'announced' AND run_id = RUN",
            ),
            not_modified: count("SELECT count(*) FROM ledger WHERE status = 304 AND run_id = RUN"),
            articles_new: count("SELECT count(*) FROM change WHERE kind = 'new' AND seq > CHANGED"),
            articles_changed: count(
                "SELECT count(*) FROM change WHERE kind = 'changed' AND seq > CHANGED",
            ),
            articles_gone: of_pages("'gone'"),
            refused: of_pages("'refused', 'disallowed'"),
            failed: of_pages("'failed', 'unextracted'"),
            bytes: count(
                "SELECT coalesce(sum(bytes), 0) FROM ledger WHERE kind = 'ended' AND run_id = RUN",
            ),
        }
    }
}

/// What the view `runs` tells, and `status` with it.
fn told(run: &RunState) -> Tally {
    Tally {
        requests: run.requests,
        not_modified: run.not_modified,
        articles_new: run.articles_new,
        articles_changed: run.articles_changed,
        articles_gone: run.articles_gone,
        refused: run.refused,
        failed: run.failed,
        bytes: run.bytes,
    }
}

fn sum(all: Tally, one: Tally) -> Tally {
    Tally {
        requests: all.requests + one.requests,
        not_modified: all.not_modified + one.not_modified,
        articles_new: all.articles_new + one.articles_new,
        articles_changed: all.articles_changed + one.articles_changed,
        articles_gone: all.articles_gone + one.articles_gone,
        refused: all.refused + one.refused,
        failed: all.failed + one.failed,
        bytes: all.bytes + one.bytes,
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_commit_has_the_counts_of_what_was_saved() {
    // Forty articles are there, and one more comes each six hours.
    let mut paper = Paper::new(published(40, 60, 6 * HOUR), 3, true);
    paper.validators = Validators::True;
    paper.edited = (1..=100).map(|number| (number, NOW + 2 * DAY)).collect();
    paper.deleted = (25..=27).map(|number| (number, NOW + DAY)).collect();
    let answer = |status| html(status, String::new());
    let answers = [
        ("idxno=38", 403),
        ("idxno=42", 404),
        ("idxno=36", 500),
        ("idxno=31", 410),
        ("idxno=43", 451),
    ];
    let mut answers: BTreeMap<_, _> = answers.map(|(path, status)| (path, answer(status))).into();
    answers.insert(
        "/robots.txt",
        html(200, "User-agent: *\nDisallow: /*idxno=*9$\n".to_owned()),
    );
    answers.insert(
        "4",
        html(200, "<html><body><p>준비 중</p></body></html>".to_owned()),
    );
    let world = World::new(paper, answers);

    let (mut killed, mut finished) = (Tally::default(), Tally::default());
    for run in 0..110 {
        let (report, shown) = world.crawl_killed_at(1 + run * 13 % 90).await;
        let counted = world.counted();
        assert_eq!(told(&world.runs()[0]), counted, "run {run} as it is told");
        match report {
            Some(report) => {
                assert_eq!(
                    (report.how, report.tally),
                    (RunEnd::Finished, counted),
                    "run {run}"
                );
                finished = sum(finished, counted);
            }
            None => {
                assert_eq!(shown, counted, "run {run} as it was shown");
                killed = sum(killed, counted);
                // The next run that begins leaves the counts as they stand.
                world.crawl_killed_at(1).await;
                let before = &world.runs()[1];
                assert_eq!(
                    (before.how.as_deref(), told(before)),
                    (Some("interrupted"), counted),
                    "run {run}"
                );
            }
        }
        world.web.wait(2 * HOUR).await;
    }
    // Three times in a row a run dies while it asks for the same page: the fourth counts it as
    // failed.
    world.web.wait(2 * DAY).await;
    let sql = rusqlite::Connection::open(world.folder.path().join(FILE)).unwrap();
    let sql_of_one =
        "UPDATE page SET unended = 3, due_at = 1, verdict = NULL, settled_at = NULL, reason = NULL
                      WHERE id = (SELECT max(id) FROM page WHERE role = 'article')";
    sql.execute(sql_of_one, []).unwrap();
    let (_, shown) = world.crawl_killed_at(1).await;
    assert_eq!(
        (shown.failed, world.counted(), told(&world.runs()[0])),
        (1, shown, shown)
    );

    // There was something of each kind to be counted wrong.
    let all = sum(killed, finished);
    assert!(
        killed.requests > 100 && killed.articles_new > 10 && killed.not_modified > 0,
        "{killed:?}"
    );
    assert!(
        killed.articles_changed > 0 && killed.refused + killed.failed > 0 && killed.bytes > 0,
        "{killed:?}"
    );
    assert!(
        all.articles_gone > 0 && all.refused > 0 && all.failed > 0,
        "{all:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_the_file_alone_lacks_a_minute_at_most_also_beside_a_long_reader() {
    let world = World::new(
        Paper::new(published(200, 0, HOUR), 3, true),
        BTreeMap::new(),
    );
    let file = world.folder.path().join(FILE);
    let copy = world.folder.path().join("copy.db");
    let answered = |path: &PathBuf| -> i64 {
        let sql = rusqlite::Connection::open(path).unwrap();
        sql.query_row(
            "SELECT count(*) FROM ledger WHERE kind = 'ended'",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };

    let mut longest_behind = 0;
    let mut reader = None;
    let mut watcher = |progress: &crawl::CrawlProgress| {
        if progress.tally.requests == 150 {
            // From here on somebody reads, and what was saved until now is kept for them.
            let sql = rusqlite::Connection::open(&file).unwrap();
            sql.execute_batch("BEGIN; SELECT count(*) FROM page")
                .unwrap();
            reader = Some(sql);
        }
        if progress.tally.requests > 40 && progress.tally.requests < 150 {
            fs::copy(&file, &copy).unwrap();
            longest_behind = longest_behind.max(answered(&file) - answered(&copy));
        }
    };
    let report = world
        .web
        .crawl_watched(world.plan(), world.folder.path(), &mut watcher)
        .await
        .unwrap();
    assert_eq!(
        (report.how, report.tally.articles_new),
        (RunEnd::Finished, 200)
    );
    // A request each two seconds and a little.
    assert!(
        (1..=31).contains(&longest_behind),
        "{longest_behind} answers"
    );
    assert!(
        report.elapsed < Duration::from_secs(600),
        "the reader was waited for: {:?}",
        report.elapsed
    );
    drop(reader);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_wants_to_be_paid_for_is_asked_once_in_a_run_and_its_price_is_told() {
    let mut unpaid = html(402, "<p>유료 기사입니다</p>".to_owned());
    unpaid
        .headers
        .push(("crawler-price".to_owned(), "USD 0.05".to_owned()));
    let mut world = World::new(
        Paper::new(published(400, 0, HOUR), 3, true),
        [("idxno=390", unpaid)].into(),
    );
    // Five minutes between two requests: the run takes longer than the day after which a refusal is
    // asked again.
    world.pace = "[pace]\ngap = \"5m\"\n";
    let (report, _) = world.crawl_killed_at(u32::MAX).await;
    let report = report.unwrap();
    assert_eq!(
        (report.how, report.tally.articles_new, report.queued),
        (RunEnd::Finished, 399, 1)
    );
    assert!(report.elapsed > DAY + 2 * HOUR, "{:?}", report.elapsed);
    let asked = || {
        world
            .web
            .requests
            .paths()
            .iter()
            .filter(|path| path.ends_with("idxno=390"))
            .count()
    };
    assert_eq!(asked(), 1);

    let reader = Reader::open(world.folder.path()).unwrap();
    let waiting = reader.waiting(None).unwrap();
    let told = (
        waiting[0].verdict.as_str(),
        waiting[0].reason.as_deref(),
        waiting[0].due_at.is_some(),
    );
    assert_eq!(
        (waiting.len(), told),
        (
            1,
            (
                "waiting",
                Some("status 402 (crawler-price: USD 0.05)"),
                true
            )
        )
    );
    let sql = rusqlite::Connection::open(world.folder.path().join(FILE)).unwrap();
    let kept: (String, bool) = sql
        .query_row(
            "SELECT headers, body_id IS NOT NULL FROM capture WHERE status = 402",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(
        kept.0.contains("crawler-price: USD 0.05\n") && kept.1,
        "{kept:?}"
    );
    // The next run asks again: terms may have changed.
    world.crawl_killed_at(u32::MAX).await;
    assert_eq!(asked(), 2);
}
