//! Photos of stored articles, where a site file asks for them: crawls over a simulated web.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;
use saseo::archive::{RemovalExtent, SeedMode};
use saseo::clock::Clock;
use saseo::crawl::{CrawlPlan, CrawlReport};
use saseo::fetch::{Answer, RequestTerms, Trouble};
use saseo::page_url::{Host, PageUrl};
use saseo::reextract::{LeasedArchive, Mode, ReextractPlan, reextract};
use tempfile::TempDir;

use crate::open_archive::open_archive;
use crate::simulated_web::{
    self, DAY, NOW, PROFILE, SimulatedSite, SimulatedWeb, SiteFile, assert_audited, html, redirect,
};

/// The host of the paper, and a host that has only photos.
pub const PAPER: &str = "https://paper.example";
const CDN: &str = "https://cdn.example";

/// Another paper, which some of the tests crawl as well.
const OTHER: &str = "https://other.example";

const HOME: &str = "<html><body><ul id=\"user-menu\"><li data-menu-code=\"S1N1\">\
    <a href=\"/news/articleList.html?sc_section_code=S1N1&view_type=sm\">소식</a></li></ul>\
    </body></html>";

/// A paper with one section. What is not answered here is missing.
#[derive(Default)]
struct Answers(Mutex<HashMap<String, Answer>>);

impl SimulatedSite for Answers {
    fn answer(&self, url: &PageUrl, terms: &RequestTerms) -> Result<Answer, Trouble> {
        let known = self.0.lock().unwrap().get(url.as_str()).cloned();
        let mut answer = known.unwrap_or_else(|| html(404, String::new()));
        // As the real client does.
        answer
            .body
            .truncate(terms.read_at_most.unwrap_or(usize::MAX));
        Ok(answer)
    }

    fn address(&self, host: &Host) -> Result<IpAddr, Trouble> {
        Ok([192, 0, 2, host.as_str().as_bytes()[0]].into())
    }
}

/// A crawler of the paper, with an archive of its own.
pub struct PhotoWorld {
    pub folder: TempDir,
    answers: Arc<Answers>,
    web: SimulatedWeb,
    keep: &'static str,
    /// The papers that are crawled, by name, and their hosts.
    papers: &'static [(&'static str, &'static str)],
    /// The spans after which articles are revisited, as a site file has them.
    pub revisit: &'static str,
}

impl PhotoWorld {
    /// A paper whose articles have these photos, each article by its number from 1 on.
    pub fn of(articles: &[&[&str]]) -> Self {
        let answers = Arc::new(Answers::default());
        let site = Arc::clone(&answers) as Arc<dyn SimulatedSite>;
        let world = Self {
            folder: TempDir::new().unwrap(),
            answers,
            web: SimulatedWeb::new(Clock::set_to(NOW), site),
            keep: "[keep]\nphotos = true\n",
            papers: &[("paper", PAPER)],
            revisit: "[]",
        };

        world.put_paper(PAPER, articles.len());
        for (number, photos) in (1..).zip(articles) {
            world.put_article(number, "", photos);
        }
        world
    }

    /// Puts the pages that lead to the articles of a paper.
    fn put_paper(&self, host: &str, articles: usize) {
        let robots = html(200, "User-agent: *\n".to_owned());
        self.put(host, "/robots.txt", robots);
        self.put(host, "/", html(200, HOME.to_owned()));
        let list = "/news/articleList.html?sc_section_code=S1N1&view_type=sm";
        self.put(host, list, html(200, section(articles)));
    }

    pub fn put(&self, host: &str, path: &str, answer: Answer) {
        let mut answers = self.answers.0.lock().unwrap();
        answers.insert(format!("{host}{path}"), answer);
    }

    pub fn put_article(&self, number: usize, head: &str, photos: &[&str]) {
        let path = format!("/news/articleView.html?idxno={number}");
        self.put(PAPER, &path, article(number, head, photos));
    }

    fn plan(&self, seeding: SeedMode) -> CrawlPlan {
        let rest = "[discover]\nfeeds = false\nsitemaps = false\n";
        let revisit = format!("revisit = {}\n", self.revisit);
        let papers = self.papers.iter().map(|(name, host)| {
            let site = SiteFile::new(name, &format!("{host}/"));
            let site = site.profile(PROFILE).with(rest).with(&revisit);
            site.with(self.keep).reader()
        });
        CrawlPlan {
            seeding,
            ..simulated_web::plan(papers.collect(), self.folder.path())
        }
    }

    async fn run(&self, plan: CrawlPlan) -> CrawlReport {
        let report = self.web.crawl(plan, self.folder.path()).await.unwrap();
        self.web.requests.assert_polite(Duration::from_secs(2));
        assert_audited(self.folder.path());
        report
    }

    pub async fn crawl(&self) -> CrawlReport {
        self.run(self.plan(SeedMode::Begin)).await
    }

    /// Reads the kept pages again, and returns how many photos were queued.
    fn reextract(&self, mode: Mode) -> u64 {
        let mut archive = open_archive(self.folder.path()).unwrap();
        let now = self.web.clock.now();
        let lease = archive.take_lease("a test", now, None).unwrap();
        let leased = LeasedArchive {
            archive: &mut archive,
            lease,
            run: None,
        };
        let plan = ReextractPlan {
            readers: self.plan(SeedMode::Begin).sites,
            mode,
        };
        let clock = Clock::set_to(now);
        let summary = reextract(leased, &plan, &clock, || false, |_| {}).unwrap();
        summary.photos_queued
    }

    /// The photos that the archive knows: address, verdict and reason, by address.
    fn photos(&self) -> Vec<(String, String, String)> {
        let sql = archive(self.folder.path());
        let mut select = sql
            .prepare(
                "SELECT url, coalesce(verdict, 'queued'), coalesce(reason, trouble, '')
                 FROM page WHERE role = 'photo' ORDER BY url",
            )
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// The verdicts on the photos, by address.
    fn verdicts(&self) -> Vec<String> {
        self.photos()
            .into_iter()
            .map(|(_, verdict, _)| verdict)
            .collect()
    }

    fn count(&self, of: &str) -> i64 {
        let sql = archive(self.folder.path());
        sql.query_row(&format!("SELECT count(*) {of}"), [], |row| row.get(0))
            .unwrap()
    }

    fn times_asked(&self, address: &str) -> usize {
        let requests = self.web.requests.all();
        requests
            .iter()
            .filter(|request| request.url.as_str() == address)
            .count()
    }
}

fn archive(folder: &Path) -> Connection {
    Connection::open(folder.join("archive.db")).unwrap()
}

fn section(articles: usize) -> String {
    let row = |number| {
        format!(
            "<li class=\"altlist-webzine-item\"><H2 class=\"altlist-subject\">\
             <a href=\"/news/articleView.html?idxno={number}\">소식 {number}</a></H2></li>"
        )
    };
    let rows: String = (1..=articles).rev().map(row).collect();
    format!(
        "<html><body><article id=\"section-list\"><ul class=\"altlist-webzine\">{rows}</ul>\
         <script>params['total'] = \"{articles}\"; params['list_per_page'] = \"20\"; \
         params['list_page_limit'] = \"200\";</script></article></body></html>"
    )
}

/// An article with photos, and beside it a box with the thumbnail of another one.
pub fn article(number: usize, head: &str, photos: &[&str]) -> Answer {
    let photos: String = photos
        .iter()
        .map(|photo| format!("<figure><img src=\"{photo}\"></figure>"))
        .collect();
    html(
        200,
        format!(
            "<html><head>{head}<meta property=\"og:title\" content=\"소식 {number}\">\
             <meta property=\"article:published_time\" content=\"2026-11-01T09:00:00+09:00\">\
             </head><body><header class=\"article-view-header\">\
             <H1 class=\"heading\">소식 {number}</H1></header><article id=\"article-view-content-div\"><p>책방 {number}호가 문을 열었다.</p>\
             {photos}</article><aside><img src=\"/thumbnail/{number}.jpg\"></aside></body></html>"
        ),
    )
}

/// A photo of so many bytes.
pub fn photo(bytes: usize) -> Answer {
    let mut body = b"\x89PNG\r\n\x1a\n".to_vec();
    body.resize(bytes, 7);
    Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "image/png".to_owned())],
        body,
    }
}

pub fn with_header(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.push((name.to_owned(), value.to_owned()));
    answer
}

#[tokio::test(start_paused = true)]
async fn photos_of_articles_are_kept_once_for_the_same_bytes_and_never_asked_for_again() {
    let world = PhotoWorld::of(&[
        &["/photo/1.png", "https://cdn.example/2.png"],
        &["/photo/1.png", "/photo/3.png"],
    ]);
    for (host, path, bytes) in [
        (PAPER, "/photo/1.png", 900),
        (CDN, "/2.png", 900),
        (PAPER, "/photo/3.png", 901),
        (PAPER, "/thumbnail/1.jpg", 50),
    ] {
        world.put(host, path, photo(bytes));
    }

    let report = world.crawl().await;
    assert_eq!((report.tally.articles_new, report.queued), (2, 0));
    assert_eq!(world.verdicts(), ["stored"; 3]);
    assert_eq!(
        world.times_asked("https://paper.example/thumbnail/1.jpg"),
        0
    );
    assert_eq!(world.times_asked("https://paper.example/photo/1.png"), 1);
    // The robots.txt of their own host is asked for first.
    let asked = world.web.requests.by_host();
    let of_cdn = &asked[&PageUrl::parse(CDN).unwrap().host()];
    let paths: Vec<&str> = of_cdn.iter().map(|request| request.path()).collect();
    assert_eq!(paths, ["/robots.txt", "/2.png"]);

    // Two photos of the same bytes are one body, and no dictionary was tried on them.
    let bodies = "FROM body WHERE bytes IN (900, 901)";
    assert_eq!(world.count(bodies), 2);
    assert_eq!(
        world.count(&format!("{bodies} AND dictionary_id IS NOT NULL")),
        0
    );
    assert_eq!(
        world.count("FROM capture JOIN page ON page.id = page_id WHERE role = 'photo'"),
        3
    );
    assert_eq!(world.count("FROM dictionary WHERE shape = 'photo'"), 0);

    world.web.wait(DAY * 3).await;
    world.web.requests.forget();
    world.crawl().await;
    let again = world.web.requests.paths();
    assert!(
        again.iter().all(|path| !path.ends_with(".png")),
        "{again:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_photo_is_asked_for_unless_the_site_file_says_so() {
    let mut world = PhotoWorld::of(&[&["/photo/1.png"]]);
    world.put(PAPER, "/photo/1.png", photo(900));
    world.keep = "";
    world.crawl().await;
    assert_eq!((world.photos(), world.count("FROM article")), (vec![], 1));
}

#[tokio::test(start_paused = true)]
async fn the_robots_txt_of_a_photos_own_host_holds() {
    let world = PhotoWorld::of(&[&["https://cdn.example/no/1.png", "https://cdn.example/2.png"]]);
    let robots = "User-agent: *\nDisallow: /no/\nSitemap: https://paper.example/map.xml\n";
    world.put(CDN, "/robots.txt", html(200, robots.to_owned()));
    for path in ["/no/1.png", "/2.png"] {
        world.put(CDN, path, photo(900));
    }

    let report = world.crawl().await;
    assert_eq!(world.verdicts(), ["stored", "disallowed"]);
    assert_eq!(world.times_asked("https://cdn.example/no/1.png"), 0);
    assert_eq!((report.tally.refused, report.tally.failed), (1, 0));
    // Their host leads to nothing else.
    assert_eq!(world.count("FROM page WHERE role = 'sitemap'"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_forbids_to_keep_photos_is_obeyed() {
    let world = PhotoWorld::of(&[&[], &["/2.png", "/3.png", "/4.png", "/5.png"]]);
    let forbids = "<meta name=\"robots\" content=\"noimageindex\">";
    world.put_article(1, forbids, &["/1.png"]);
    for (path, header) in [
        ("/1.png", "max-snippet: 20"),
        ("/2.png", "noimageindex"),
        ("/3.png", "saseo: noindex"),
        ("/4.png", "otherbot: noimageindex"),
        // It is about uses: recorded, and no reason not to keep.
        ("/5.png", "noimageai"),
    ] {
        let answer = with_header(photo(900), "x-robots-tag", header);
        world.put(PAPER, path, answer);
    }

    let report = world.crawl().await;
    assert_eq!((report.tally.articles_new, report.tally.failed), (2, 0));
    assert_eq!(
        world.verdicts(),
        ["withheld", "withheld", "stored", "stored"]
    );
    assert_eq!(world.times_asked("https://paper.example/1.png"), 0);
    // What was said is kept, and the bytes are not.
    let withheld =
        "FROM capture WHERE body_id IS NULL AND withheld LIKE 'x-robots-tag says %no%index%'";
    assert_eq!(world.count(withheld), 2);
    assert_eq!(
        world.count("FROM opt_out WHERE signal = 'noimageindex' AND effect = 'obeyed'"),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_photo_or_too_large_is_not_kept() {
    let mut world = PhotoWorld::of(&[&["/1.png", "/2.png", "/3.png", "/4.png", "/5.png"]]);
    world.keep = "[keep]\nphotos = true\nmost_bytes = \"2KiB\"\n";
    world.put(
        PAPER,
        "/1.png",
        html(200, "<p>자리를 옮겼습니다.</p>".to_owned()),
    );
    world.put(PAPER, "/2.png", photo(2049));
    let mut page = html(200, "<p>자리를 옮겼습니다.</p>".to_owned());
    page.headers[0].1 = "image/png".to_owned();
    world.put(PAPER, "/3.png", page);
    world.put(PAPER, "/4.png", photo(2048));

    let report = world.crawl().await;
    let whys: Vec<_> = world
        .photos()
        .into_iter()
        .map(|(_, verdict, why)| (verdict, why))
        .collect();
    let expected = [
        (
            "unextracted",
            "its content type is text/html; charset=utf-8",
        ),
        ("unextracted", "the photo has more than 2048 bytes"),
        (
            "unextracted",
            "its content type is image/png, and its bytes are no photo",
        ),
        ("stored", ""),
        ("gone", "status 404"),
    ];
    assert_eq!(
        whys,
        expected.map(|(verdict, why)| (verdict.to_owned(), why.to_owned()))
    );
    assert_eq!(
        world.count("FROM capture JOIN page ON page.id = page_id WHERE role = 'photo'"),
        1
    );
    // The article is stored all the same.
    assert_eq!(
        (
            report.tally.articles_new,
            report.tally.failed,
            report.queued
        ),
        (1, 0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_moved_is_kept_at_its_new_address_and_a_circle_ends() {
    let world = PhotoWorld::of(&[&["/1.png", "/circle.png"]]);
    world.put(
        PAPER,
        "/1.png",
        redirect(302, "https://cdn.example/big/1.png"),
    );
    world.put(PAPER, "/circle.png", redirect(302, "/round.png"));
    world.put(PAPER, "/round.png", redirect(302, "/circle.png"));
    world.put(CDN, "/big/1.png", photo(900));

    world.crawl().await;
    assert_eq!(world.verdicts(), ["stored", "moved", "moved", "queued"]);
    assert_eq!(world.times_asked("https://paper.example/circle.png"), 1);
}

#[tokio::test(start_paused = true)]
async fn no_more_photos_are_asked_for_than_the_site_has_room_for() {
    let mut world = PhotoWorld::of(&[&["/1.png", "/2.png", "/3.png"]]);
    world.keep = "[keep]\nphotos = true\nmost_total = \"1500\"\n";
    for path in ["/1.png", "/2.png", "/3.png"] {
        world.put(PAPER, path, photo(900 + path.as_bytes()[1] as usize));
    }
    let report = world.crawl().await;
    assert_eq!(world.verdicts(), ["stored", "stored", "queued"]);
    assert_eq!(
        (
            world.times_asked("https://paper.example/3.png"),
            report.queued
        ),
        (0, 1)
    );

    // With more room, a later crawl goes on.
    world.keep = "[keep]\nphotos = true\nmost_total = \"1MiB\"\n";
    world.web.wait(DAY * 2).await;
    world.crawl().await;
    assert_eq!(world.verdicts(), ["stored"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_crawl_that_ends_early_leaves_the_photos_queued_and_a_later_one_keeps_each_once() {
    let photos: Vec<String> = (1..=9)
        .map(|number| format!("/photo/{number}.png"))
        .collect();
    let photos: Vec<&str> = photos.iter().map(String::as_str).collect();
    let world = PhotoWorld::of(&[&photos]);
    for path in &photos {
        world.put(PAPER, path, photo(900 + path.as_bytes()[7] as usize));
    }

    let mut seeding = SeedMode::Begin;
    for _ in 0..20 {
        let mut plan = world.plan(seeding);
        plan.max_requests = Some(3);
        world.run(plan).await;
        seeding = SeedMode::Resume;
    }
    assert_eq!(world.verdicts(), ["stored"; 9]);
    let asked = world.web.requests.count_by_path();
    assert!(photos.iter().all(|path| asked[*path] == 1), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn photos_wait_while_they_are_switched_off_and_go_on_when_they_are_switched_on() {
    let mut world = PhotoWorld::of(&[&["/1.png", "/2.png"]]);
    world.put(PAPER, "/1.png", photo(900));
    world.put(PAPER, "/2.png", photo(901));
    let mut plan = world.plan(SeedMode::Begin);
    plan.max_requests = Some(7);
    world.run(plan).await;
    assert_eq!(world.verdicts(), ["stored", "queued"]);

    world.keep = "";
    world.web.wait(DAY).await;
    let report = world.crawl().await;
    assert_eq!(
        (world.verdicts(), report.queued),
        (vec!["stored".into(), "queued".into()], 1)
    );

    world.keep = "[keep]\nphotos = true\n";
    world.web.wait(DAY).await;
    world.crawl().await;
    assert_eq!(world.verdicts(), ["stored"; 2]);
}

#[tokio::test(start_paused = true)]
async fn photos_of_articles_from_before_the_switch_are_queued_by_reading_the_pages_again() {
    let mut world = PhotoWorld::of(&[&["/1.png", "/2.png"], &["/2.png"]]);
    world.put(PAPER, "/1.png", photo(900));
    world.put(PAPER, "/2.png", photo(901));
    world.keep = "";
    world.crawl().await;
    assert_eq!((world.reextract(Mode::Write), world.photos()), (0, vec![]));

    world.keep = "[keep]\nphotos = true\n";
    assert_eq!(world.reextract(Mode::DryRun), 2);
    assert_eq!(world.photos(), []);
    assert_eq!(world.reextract(Mode::Write), 2);
    assert_eq!(world.verdicts(), ["queued"; 2]);
    assert_eq!(world.reextract(Mode::Write), 0);

    world.web.wait(DAY).await;
    world.web.requests.forget();
    let report = world.crawl().await;
    assert_eq!(
        (world.verdicts(), report.queued),
        (vec!["stored".into(), "stored".into()], 0)
    );
    let asked = world.web.requests.paths();
    assert!(
        asked.iter().all(|path| !path.contains("articleView")),
        "{asked:?}"
    );
    assert_eq!(world.reextract(Mode::Write), 0);
}

#[tokio::test(start_paused = true)]
async fn reading_again_queues_no_photo_that_an_opt_out_a_deletion_or_a_takedown_keeps_out() {
    let photos: [&[&str]; 6] = [&[], &["/2.png"], &["/3.png"], &["/4.png"], &["/5.png"], &[]];
    let mut world = PhotoWorld::of(&photos);
    let forbids = "<meta name=\"robots\" content=\"noimageindex\">";
    world.put_article(1, forbids, &["/1.png"]);
    let reserved = "<meta name=\"tdm-reservation\" content=\"1\">";
    world.put_article(6, reserved, &["/6.png"]);
    (world.keep, world.revisit) = ("", "[\"30d\"]");
    world.crawl().await;

    // An opt-out that comes later, an article that is deleted, and one that was taken down.
    world.put_article(2, forbids, &["/2.png"]);
    world.put(
        PAPER,
        "/news/articleView.html?idxno=3",
        html(404, String::new()),
    );
    for _ in 0..8 {
        world.web.wait(DAY * 2).await;
        world.crawl().await;
    }
    take_down(&world, 4);

    world.keep = "[keep]\nphotos = true\n[opt_outs]\ntdm = \"obey\"\n";
    assert_eq!(world.reextract(Mode::Write), 1);
    assert_eq!(world.photos()[0].0, "https://paper.example/5.png");
}

#[tokio::test(start_paused = true)]
async fn photos_that_wait_are_not_asked_for_once_a_304_says_that_they_are_not_kept() {
    for (header, verdict) in [("noimageindex", "withheld"), ("nofollow", "stored")] {
        let mut world = PhotoWorld::of(&[&[]]);
        world.put(PAPER, "/1.png", photo(900));
        let path = "/news/articleView.html?idxno=1";
        let tagged = with_header(article(1, "", &["/1.png"]), "etag", "\"1\"");
        world.put(PAPER, path, tagged);
        (world.keep, world.revisit) = ("", "[\"30d\"]");
        world.crawl().await;

        world.keep = "[keep]\nphotos = true\n";
        assert_eq!(world.reextract(Mode::Write), 1);
        let unchanged = html(304, String::new());
        world.put(PAPER, path, with_header(unchanged, "x-robots-tag", header));
        // The article is revisited while photos are switched off.
        world.keep = "";
        for _ in 0..8 {
            world.web.wait(DAY * 2).await;
            world.crawl().await;
        }
        world.keep = "[keep]\nphotos = true\n";
        world.web.wait(DAY / 4).await;
        let report = world.crawl().await;

        assert_eq!((world.verdicts(), report.queued), (vec![verdict.into()], 0));
        let times = world.times_asked("https://paper.example/1.png");
        assert_eq!(times, usize::from(verdict == "stored"), "{header}");

        // An older saseo noted the wish of a 304 with the photo alone.
        archive(world.folder.path())
            .execute_batch("UPDATE article SET photos_withheld = 0; DELETE FROM checksum;")
            .unwrap();
        assert_eq!(world.reextract(Mode::Write), 0);
        assert_eq!(world.verdicts(), [verdict]);
    }
}

const NO_PHOTOS: &str = "<meta name=\"robots\" content=\"noimageindex\">";

/// A paper whose articles show one photo, which waits: photos are switched off again.
async fn world_with_a_photo_of_two() -> PhotoWorld {
    let mut world = PhotoWorld::of(&[&["/1.png"], &["/1.png"]]);
    world.put(PAPER, "/1.png", photo(900));
    (world.keep, world.revisit) = ("", "[\"30d\", \"50d\", \"70d\"]");
    world.crawl().await;
    world.keep = "[keep]\nphotos = true\n";
    assert_eq!(world.reextract(Mode::Write), 1);
    world.keep = "";
    world
}

impl PhotoWorld {
    /// Crawls for 20 days: each article is revisited.
    pub async fn revisit_all(&self) {
        for _ in 0..10 {
            self.web.wait(DAY * 2).await;
            self.crawl().await;
        }
    }

    /// Switches photos on and crawls, before an article is revisited.
    async fn crawl_photos(&mut self) {
        self.keep = "[keep]\nphotos = true\n";
        self.web.wait(DAY / 4).await;
        self.crawl().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_of_two_articles_is_kept_unless_both_ask_that_it_is_not() {
    for (forbidding, verdict) in [(&[1][..], "stored"), (&[1, 2], "withheld")] {
        let mut world = world_with_a_photo_of_two().await;
        for number in forbidding {
            world.put_article(*number, NO_PHOTOS, &["/1.png"]);
        }
        world.revisit_all().await;
        world.crawl_photos().await;

        assert_eq!(world.verdicts(), [verdict]);
        let times = world.times_asked("https://paper.example/1.png");
        assert_eq!(times, usize::from(verdict == "stored"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_of_two_papers_is_kept_unless_both_ask_that_it_is_not() {
    let photo_url = "https://cdn.example/1.png";
    for (papers, verdict) in [(&[PAPER][..], "stored"), (&[PAPER, OTHER], "withheld")] {
        let mut world = PhotoWorld::of(&[&[photo_url]]);
        world.papers = &[("paper", PAPER), ("other", OTHER)];
        world.put_paper(OTHER, 1);
        let path = "/news/articleView.html?idxno=1";
        world.put(OTHER, path, article(1, "", &[photo_url]));
        world.put(CDN, "/1.png", photo(900));
        (world.keep, world.revisit) = ("", "[\"30d\", \"50d\"]");
        world.crawl().await;
        world.keep = "[keep]\nphotos = true\n";
        assert_eq!(world.reextract(Mode::Write), 1);
        world.keep = "";

        for paper in papers {
            world.put(paper, path, article(1, NO_PHOTOS, &[photo_url]));
        }
        world.revisit_all().await;
        world.crawl_photos().await;
        assert_eq!(world.verdicts(), [verdict]);
        assert_eq!(
            world.times_asked(photo_url),
            usize::from(verdict == "stored")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_photo_moved_to_is_not_asked_for_once_its_article_forbids_it() {
    for (head, verdict) in [(NO_PHOTOS, "withheld"), ("", "stored")] {
        let mut world = PhotoWorld::of(&[&["/1.png"]]);
        world.put(PAPER, "/1.png", redirect(302, "https://cdn.example/2.png"));
        world.put(CDN, "/2.png", photo(900));
        world.revisit = "[\"30d\", \"50d\"]";
        let mut plan = world.plan(SeedMode::Begin);
        plan.max_requests = Some(7);
        world.run(plan).await;
        assert_eq!(world.verdicts(), ["queued", "moved"]);

        world.put_article(1, head, &["/1.png"]);
        world.keep = "";
        world.revisit_all().await;
        world.crawl_photos().await;
        assert_eq!(world.verdicts(), [verdict, "moved"]);
        let times = world.times_asked("https://cdn.example/2.png");
        assert_eq!(times, usize::from(verdict == "stored"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_is_not_asked_for_once_the_articles_that_allow_it_are_deleted_or_taken_down() {
    let forbidden = "the page of its article asks that its photos are not kept";
    for (deleted, taken_down, why) in [
        (Some(2), None, forbidden),
        (None, Some(2), forbidden),
        (Some(2), Some(1), "its article was deleted or taken down"),
    ] {
        let mut world = world_with_a_photo_of_two().await;
        let path = |number| format!("/news/articleView.html?idxno={number}");
        let tagged = with_header(article(1, NO_PHOTOS, &["/1.png"]), "etag", "\"1\"");
        world.put(PAPER, &path(1), tagged);
        world.revisit_all().await;

        // From now on, no answer tells anything of photos.
        world.put(PAPER, &path(1), html(304, String::new()));
        if let Some(number) = deleted {
            world.put(PAPER, &path(number), html(404, String::new()));
            world.revisit_all().await;
            assert_eq!(world.count("FROM article WHERE access = 'gone'"), 1);
        }
        if let Some(number) = taken_down {
            take_down(&world, number);
        }
        assert_eq!(world.verdicts(), ["queued"]);

        world.crawl_photos().await;
        let (_, verdict, reason) = world.photos().remove(0);
        assert_eq!((verdict.as_str(), reason.as_str()), ("withheld", why));
        assert_eq!(world.times_asked("https://paper.example/1.png"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_was_not_wanted_is_kept_for_an_article_that_allows_it() {
    let mut world = world_with_a_photo_of_two().await;
    for number in [1, 2] {
        world.put_article(number, NO_PHOTOS, &["/1.png"]);
    }
    world.revisit_all().await;
    world.crawl_photos().await;
    assert_eq!(world.verdicts(), ["withheld"]);

    world.put_article(2, "", &["/1.png"]);
    world.revisit_all().await;
    assert_eq!(world.verdicts(), ["stored"]);
    assert_eq!(world.times_asked("https://paper.example/1.png"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_304_allows_what_a_304_forbade_and_not_what_the_kept_page_forbids() {
    for (head, tag, verdict) in [
        ("", Some("nofollow"), "stored"),
        ("", None, "withheld"),
        (NO_PHOTOS, Some("nofollow"), "withheld"),
    ] {
        let mut world = world_with_a_photo_of_two().await;
        let path = "/news/articleView.html?idxno=1";
        let tagged = with_header(article(1, head, &["/1.png"]), "etag", "\"1\"");
        world.put(PAPER, path, tagged);
        world.put_article(2, NO_PHOTOS, &["/1.png"]);
        world.revisit_all().await;

        let unchanged = html(304, String::new());
        let forbids = with_header(unchanged.clone(), "x-robots-tag", "noimageindex");
        world.put(PAPER, path, forbids);
        world.revisit_all().await;
        let sql = "FROM article WHERE photos_withheld";
        assert_eq!(world.count(sql), 2);
        let newest = match tag {
            Some(tag) => with_header(unchanged, "x-robots-tag", tag),
            None => unchanged,
        };
        world.put(PAPER, path, newest);
        world.revisit_all().await;

        world.crawl_photos().await;
        assert_eq!(world.verdicts(), [verdict], "{head} {tag:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_from_before_schema_26_is_not_asked_for_once_one_article_forbids_it() {
    for (head, verdict) in [(NO_PHOTOS, "withheld"), ("", "stored")] {
        let mut world = world_with_a_photo_of_two().await;
        archive(world.folder.path())
            .execute_batch("UPDATE page SET shown_by = NULL; DELETE FROM checksum;")
            .unwrap();
        world.put_article(1, head, &["/1.png"]);
        let path = "/news/articleView.html?idxno=2";
        world.put(PAPER, path, html(304, String::new()));
        world.revisit_all().await;
        world.crawl_photos().await;
        assert_eq!(world.verdicts(), [verdict]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_turns_out_to_be_an_article_is_no_photo_of_another_one_any_more() {
    let world = PhotoWorld::of(&[&["/news/articleView.html?idxno=2"]]);
    let mut plan = world.plan(SeedMode::Begin);
    plan.max_requests = Some(6);
    world.run(plan).await;
    let shown = "FROM page WHERE shown_by IS NOT NULL";
    assert_eq!(
        (world.verdicts(), world.count(shown)),
        (vec!["queued".into()], 1)
    );

    world.put_paper(PAPER, 2);
    world.put_article(2, "", &[]);
    world.web.wait(DAY).await;
    world.crawl().await;
    let articles = world.count("FROM article");
    assert_eq!((world.count(shown), articles), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn damaged_lists_of_photos_and_of_articles_stop_no_crawl() {
    for damage in [
        "UPDATE version SET images = '[{'; UPDATE page SET shown_by = NULL;",
        "UPDATE version SET images = '[\"x\"]'; UPDATE page SET shown_by = NULL;",
        "UPDATE page SET shown_by = '[1' WHERE role = 'photo';",
    ] {
        let mut world = world_with_a_photo_of_two().await;
        let sql = archive(world.folder.path());
        let unchecked = "PRAGMA ignore_check_constraints = on; DELETE FROM checksum;";
        sql.execute_batch(&format!("{unchecked} {damage}")).unwrap();
        for number in [1, 2] {
            let path = format!("/news/articleView.html?idxno={number}");
            let unchanged = html(304, String::new());
            let forbids = with_header(unchanged, "x-robots-tag", "noimageindex");
            world.put(PAPER, &path, forbids);
        }
        world.revisit_all().await;
        assert_eq!(world.count("FROM article WHERE photos_withheld"), 2);
        world.crawl_photos().await;
        assert_ne!(world.verdicts(), ["queued"], "{damage}");
    }
}

#[tokio::test(start_paused = true)]
async fn reading_again_queues_no_photo_of_an_article_whose_304_forbade_it() {
    for (header, queued) in [("noimageindex", 0), ("nofollow", 1)] {
        let mut world = PhotoWorld::of(&[&[]]);
        let path = "/news/articleView.html?idxno=1";
        let tagged = with_header(article(1, "", &["/1.png"]), "etag", "\"1\"");
        world.put(PAPER, path, tagged);
        (world.keep, world.revisit) = ("", "[\"30d\"]");
        world.crawl().await;
        let unchanged = html(304, String::new());
        world.put(PAPER, path, with_header(unchanged, "x-robots-tag", header));
        world.revisit_all().await;

        world.keep = "[keep]\nphotos = true\n";
        assert_eq!(world.reextract(Mode::Write), queued, "{header}");
    }
}

fn take_down(world: &PhotoWorld, number: i64) {
    let sql = "SELECT id FROM article WHERE number = ?1";
    let article = archive(world.folder.path()).query_row(sql, [number], |row| row.get(0));
    let mut archive = open_archive(world.folder.path()).unwrap();
    let now = world.web.clock.now();
    let lease = archive.take_lease("a test", now, None).unwrap();
    let extent = (RemovalExtent::Everything, "a wish");
    let plan = archive.take_down(lease, &[article.unwrap()], extent, now);
    assert_eq!(plan.unwrap().articles, 1);
    archive.save().unwrap();
}
