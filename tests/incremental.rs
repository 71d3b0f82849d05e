//! Crawls that come back to a paper that goes on publishing, under tokio's paused clock: what they ask, and what they find.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::civil::{Date, date};
use saseo::archive::{Archive, How, Reader, Seeding, SiteState};
use saseo::audit::audit;
use saseo::clock::Clock;
use saseo::config::settings::Durability;
use saseo::config::{Settings, read_profile, read_site};
use saseo::crawl::{self, Plan, Report, Stop};
use saseo::fetch::{Answer, Asking, Reach, Trouble, Web};
use saseo::frontier::Visit;
use saseo::host_lock::HostLocks;
use saseo::page_url::{Host, PageUrl};
use saseo::politeness::Turn;
use saseo::site_reader::SiteReader;
use saseo::time::{LocalTime, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;

const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const PROFILE: &str = include_str!("../config/profiles/ndsoft.toml");
const EVERYTHING: &str = "/news/articleList.html?view_type=sm";
/// Rows of a list page.
const ROWS: usize = 20;

/// An article of the simulated paper.
#[derive(Clone, Copy, Debug)]
struct Piece {
    number: u64,
    section: usize,
    /// Where lists have it.
    published: Timestamp,
    /// When readers can see it; articles that are dated back come later than they say.
    visible: Timestamp,
}

/// What the paper's server says of whether pages have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Validators {
    None,
    /// An ETag that changes with the page.
    True,
    /// An ETag that never changes.
    Stuck,
}

/// Where a paper's articles have moved to.
#[derive(Clone, Copy, Debug)]
enum Moved {
    ToTheHomePage,
    /// `/news/articleViewAmp.html`, which is the same article.
    ToAnotherPath,
}

/// A paper that publishes as its clock goes on.
struct Paper {
    clock: Clock,
    pieces: Vec<Piece>,
    sections: usize,
    /// Its menu has the list of everything.
    has_everything: bool,
    /// What happens to articles later: from a moment on they say something else, or are gone.
    edited: BTreeMap<u64, Timestamp>,
    deleted: BTreeMap<u64, Timestamp>,
    validators: Validators,
    /// From here on its articles cannot be had.
    broken_from: Option<Timestamp>,
    /// From here on its articles are asked for somewhere else.
    moved: Option<(Timestamp, Moved)>,
    /// For so long its lists show their first page whatever page is asked for.
    repeats: AtomicBool,
    /// Articles that its feed tells; without them it has none.
    feed: Mutex<BTreeSet<u64>>,
    asked: Mutex<Vec<String>>,
}

impl Paper {
    fn new(pieces: Vec<Piece>, sections: usize, has_everything: bool) -> Self {
        let clock = Clock::set_to(NOW);
        let (edited, deleted, validators) = (BTreeMap::new(), BTreeMap::new(), Validators::None);
        let (feed, asked) = (Mutex::default(), Mutex::default());
        let (broken_from, moved, repeats) = (None, None, AtomicBool::new(false));
        Self {
            clock,
            pieces,
            sections,
            has_everything,
            edited,
            deleted,
            validators,
            broken_from,
            moved,
            repeats,
            feed,
            asked,
        }
    }

    /// The articles that can be seen now, of a section or of all, newest first.
    fn list(&self, section: Option<usize>) -> Vec<Piece> {
        let now = self.clock.now();
        let is_deleted = |piece: &Piece| self.deleted.get(&piece.number).is_some_and(|from| *from <= now);
        let is_of_list = |piece: &Piece| section.is_none_or(|section| piece.section == section);
        let is_shown = |piece: &&Piece| piece.visible <= now && is_of_list(piece) && !is_deleted(piece);
        let mut list: Vec<Piece> = self.pieces.iter().filter(is_shown).copied().collect();
        list.sort_by_key(|piece| std::cmp::Reverse((piece.published, piece.number)));
        list
    }

    fn moved_to(&self, number: Option<u64>) -> Option<String> {
        let (_, moved) = self.moved.filter(|(from, _)| *from <= self.clock.now())?;
        Some(match moved {
            Moved::ToTheHomePage => "/".to_owned(),
            Moved::ToAnotherPath => format!("/news/articleViewAmp.html?idxno={}", number?),
        })
    }

    fn is_edited(&self, number: u64) -> bool {
        self.edited.get(&number).is_some_and(|from| *from <= self.clock.now())
    }

    fn etag(&self, number: u64) -> Option<String> {
        match self.validators {
            Validators::None => None,
            Validators::True => Some(format!("\"{number}-{}\"", self.is_edited(number))),
            Validators::Stuck => Some(format!("\"{number}\"")),
        }
    }

    /// An article's page, or the word that it is as it was.
    fn article(&self, piece: Piece, asking: &Asking) -> Answer {
        if self.broken_from.is_some_and(|from| from <= self.clock.now()) {
            return html(500, String::new());
        }
        let etag = self.etag(piece.number);
        if etag.is_some() && etag == asking.etag {
            return Answer { status: 304, headers: Vec::new(), body: Vec::new() };
        }
        let mut answer = html(200, article_page(piece, self.is_edited(piece.number)));
        answer.headers.extend(etag.map(|etag| ("etag".to_owned(), etag)));
        answer
    }

    fn answer(&self, url: &PageUrl, asking: &Asking) -> Answer {
        let number = url.parameter("idxno").and_then(|number| number.parse::<u64>().ok());
        let page = url.parameter("page").filter(|_| !self.repeats.load(Ordering::Relaxed));
        let page = page.and_then(|page| page.parse().ok()).unwrap_or(1);
        let section = url.parameter("sc_section_code").and_then(|code| code.strip_prefix("S1N")?.parse().ok());
        match url.as_url().path() {
            "/robots.txt" => html(200, "User-agent: *\nDisallow: /admin/\n".to_owned()),
            "/" => html(200, self.home()),
            "/rss/allArticle.xml" => html(200, self.feed()),
            "/news/articleList.html" => {
                let day = |name: &str| url.parameter(name).and_then(|day| day.parse::<Date>().ok());
                let (first, last) = (day("sc_sdate").unwrap_or(Date::MIN), day("sc_edate").unwrap_or(Date::MAX));
                let mut list = self.list(section);
                list.retain(|piece| {
                    (first..=last).contains(&printed(piece.published)[..10].replace('.', "-").parse().unwrap())
                });
                // Behind its two hundredth page a list has none; here behind its tenth.
                html(200, list_page(&list[..list.len().min(10 * ROWS)], page))
            }
            "/news/articleView.html" if let Some(to) = self.moved_to(number) => {
                Answer { status: 302, headers: vec![("location".to_owned(), to)], body: Vec::new() }
            }
            "/news/articleView.html" | "/news/articleViewAmp.html" => {
                match self.list(None).into_iter().find(|piece| Some(piece.number) == number) {
                    Some(piece) => self.article(piece, asking),
                    None => html(404, String::new()),
                }
            }
            _ => html(404, String::new()),
        }
    }

    fn home(&self) -> String {
        let link = |code: usize| {
            let href = format!("/news/articleList.html?sc_section_code=S1N{code}&view_type=sm");
            format!("<li data-menu-code=\"S1N{code}\"><a href=\"{href}\">{code}면</a></li>")
        };
        let all = format!("<li data-menu-code><a href=\"{EVERYTHING}\">전체</a></li>");
        let all = if self.has_everything { all } else { String::new() };
        let has_feed = !self.feed.lock().unwrap().is_empty();
        let feed = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss/allArticle.xml\">";
        let links: String = (0..self.sections).map(link).collect();
        let feed = if has_feed { feed } else { "" };
        format!("<html><head>{feed}</head><body><ul id=\"user-menu\">{all}{links}</ul></body></html>")
    }

    fn feed(&self) -> String {
        let item = |number: &u64| {
            format!("<item><title>소식 {number}</title><link>/news/articleView.html?idxno={number}</link></item>")
        };
        let items: String = self.feed.lock().unwrap().iter().map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>신문</title>{items}</channel></rss>")
    }
}

impl Web for Paper {
    async fn locate(&self, _host: &Host, _reach: Reach) -> Result<IpAddr, Trouble> {
        Ok([192, 0, 2, 1].into())
    }

    async fn fetch(&self, visit: Visit, _reach: Reach, asking: Asking) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        self.clock.sleep_until(self.clock.now() + Duration::from_millis(80)).await;
        self.asked.lock().unwrap().push(url.path_and_query().to_owned());
        (turn, Ok(self.answer(&url, &asking)))
    }
}

fn html(status: u16, body: String) -> Answer {
    let headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
    Answer { status, headers, body: body.into_bytes() }
}

fn printed(moment: Timestamp) -> String {
    LocalTime { at: moment, offset: 32_400 }.to_string()[..16].replace('-', ".").replace('T', " ")
}

fn list_page(list: &[Piece], page: usize) -> String {
    let row = |piece: &Piece| {
        format!(
            "<li class=\"altlist-webzine-item\"><H2 class=\"altlist-subject\"><a href=\"/news/articleView.html?idxno={0}\">\
             소식 {0}</a></H2><div class=\"altlist-info\"><div class=\"altlist-info-item\">{1}</div></div></li>",
            piece.number,
            printed(piece.published)
        )
    };
    let rows: String = list.iter().skip(ROWS * (page - 1)).take(ROWS).map(row).collect();
    format!(
        "<html><body><article id=\"section-list\"><ul class=\"altlist-webzine\">{rows}</ul>\
         <script>params['total'] = \"{}\"; params['list_per_page'] = \"{ROWS}\"; params['list_page_limit'] = \"200\";</script>\
         </article></body></html>",
        list.len()
    )
}

fn article_page(piece: Piece, is_edited: bool) -> String {
    let edit = if is_edited { "<p>바로잡습니다.</p>" } else { "" };
    let published = LocalTime { at: piece.published, offset: 32_400 };
    format!(
        "<html><head><meta property=\"og:title\" content=\"소식 {0}\">\
         <meta property=\"article:published_time\" content=\"{published}\"></head>\
         <body><header class=\"article-view-header\"><H1 class=\"heading\">소식 {0}</H1></header>\
         <article id=\"article-view-content-div\"><p>오늘 책방 {0}호가 문을 열었다.</p>{edit}</article></body></html>",
        piece.number
    )
}

/// A crawler that comes back to the paper.
struct Crawler {
    folder: TempDir,
    paper: Arc<Paper>,
    /// What was asked before the last crawl.
    before: usize,
    /// What its site's file says under `[discover]`.
    discover: &'static str,
    backfill: Option<(Date, Date)>,
    max_requests: Option<u64>,
    /// The CMS's profile, which may be mended from one crawl to the next.
    profile: String,
}

impl Crawler {
    fn of(paper: Paper) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            paper: Arc::new(paper),
            before: 0,
            discover: "",
            backfill: None,
            max_requests: None,
            profile: PROFILE.to_owned(),
        }
    }

    async fn wait_until(&self, moment: Timestamp) {
        self.paper.clock.sleep_until(moment).await;
    }

    /// Crawls, and returns the addresses of what was asked, by what it was.
    async fn crawl(&mut self) -> (Report, Asked) {
        let site =
            "name = \"paper\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\nprofile = \"ndsoft\"\n[discover]\n";
        let site = format!("{site}{}\n", self.discover);
        let (settings, profile) = (Settings::default(), read_profile("ndsoft.toml", &self.profile).unwrap());
        let reader = SiteReader::new(read_site("paper.toml", &site).unwrap(), Some(&profile), &settings).unwrap();
        let plan = Plan {
            command: "crawl".into(),
            sites: vec![Arc::new(reader)],
            seeding: Seeding::Begin,
            settings,
            max_requests: self.max_requests,
            at_most: None,
            locks: HostLocks::new(Some(self.folder.path().join("locks").into())),
            backfill: self.backfill,
        };
        let mut archive = Archive::open(self.folder.path(), Durability::Normal).unwrap();
        let (_stop, stopped) = watch::channel(Stop::GoOn);
        let (web, clock) = (Arc::clone(&self.paper), self.paper.clock);
        let report = crawl::run(plan, &mut archive, web, clock, "a test".into(), stopped, |_| {}).await.unwrap();
        let all = self.paper.asked.lock().unwrap().clone();
        let asked = Asked::of(&all[self.before..]);
        self.before = all.len();
        (report, asked)
    }

    fn number(&self, sql: &str) -> i64 {
        let archive = rusqlite::Connection::open(self.folder.path().join(saseo::archive::FILE)).unwrap();
        archive.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn state(&self) -> SiteState {
        Reader::open(self.folder.path()).unwrap().sites(self.paper.clock.now()).unwrap().remove(0)
    }

    /// Crawls every so often until a moment, and returns the requests for articles beyond the first of each.
    async fn crawl_until(&mut self, end: Timestamp, every: Duration) -> usize {
        let mut looks = 0;
        while self.paper.clock.now() < end {
            let (report, asked) = self.crawl().await;
            looks += asked.articles - usize::try_from(report.tally.articles_new).unwrap();
            self.wait_until(self.paper.clock.now() + every).await;
        }
        looks
    }

    fn stored(&self) -> BTreeSet<u64> {
        let sql = rusqlite::Connection::open(self.folder.path().join(saseo::archive::FILE)).unwrap();
        let mut select = sql.prepare("SELECT number FROM articles").unwrap();
        let numbers = select.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        numbers.map(|number| number.unwrap().cast_unsigned()).collect()
    }
}

/// Every crawler's ledger shows that it was polite.
impl Drop for Crawler {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let findings = audit(&Reader::open(self.folder.path()).unwrap()).unwrap();
            assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
        }
    }
}

/// What a crawl asked for.
#[derive(Debug, Default)]
struct Asked {
    /// Pages of the list of everything.
    everything: usize,
    /// Pages of each section's list.
    sections: BTreeMap<String, usize>,
    articles: usize,
    feeds: usize,
    /// robots.txt, the files of reservations, the home page: once a day.
    daily: usize,
}

impl Asked {
    fn of(paths: &[String]) -> Self {
        let mut asked = Self::default();
        for path in paths {
            let code = path.split(['?', '&']).find_map(|part| part.strip_prefix("sc_section_code="));
            match (path.split('?').next().unwrap_or_default(), code) {
                ("/news/articleView.html", _) => asked.articles += 1,
                ("/news/articleList.html", Some(code)) => *asked.sections.entry(code.to_owned()).or_default() += 1,
                ("/news/articleList.html", None) => asked.everything += 1,
                ("/rss/allArticle.xml", _) => asked.feeds += 1,
                _ => asked.daily += 1,
            }
        }
        asked
    }

    fn lists(&self) -> usize {
        self.everything + self.sections.values().sum::<usize>()
    }
}

/// So many articles, one every so often before and after now, in three sections.
fn published(before: u64, after: u64, every: Duration) -> Vec<Piece> {
    let piece = |number: u64| {
        let age = every * u32::try_from(before.abs_diff(number)).unwrap();
        let published = if number <= before { NOW - age } else { NOW + age };
        Piece { number, section: usize::try_from(number % 3).unwrap(), published, visible: published }
    };
    (1..=before + after).map(piece).collect()
}

/// One list page for every twenty new articles that were begun, and one more.
fn floor(new: u64) -> usize {
    usize::try_from(new).unwrap().div_ceil(ROWS) + 1
}

#[tokio::test(start_paused = true)]
async fn the_list_of_everything_alone_tells_each_days_news() {
    let mut crawler = Crawler::of(Paper::new(published(200, 400, HOUR / 2), 3, true));
    crawler.discover = "revisit = []";
    let (_, first) = crawler.crawl().await;
    assert_eq!((first.sections.len(), first.articles), (3, 200), "{first:?}");
    for k in 1..=12 {
        crawler.wait_until(NOW + HOUR * 12 * k).await;
        let (report, asked) = crawler.crawl().await;
        assert_eq!((report.tally.articles_new, asked.articles), (24, 24));
        assert!(asked.sections.is_empty() && asked.everything <= floor(24), "{asked:?}");
        let (_, asked) = crawler.crawl().await;
        assert_eq!((asked.lists(), asked.everything, asked.articles), (1, 1, 0), "nothing is new: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_dated_back_is_found_by_the_weekly_check_of_each_section() {
    let mut pieces = published(100, 300, HOUR * 2);
    let back = Piece { number: 900, section: 1, published: NOW - DAY * 3, visible: NOW + DAY * 2 };
    let long_ago = Piece { number: 901, section: 2, published: NOW - DAY * 6, visible: NOW + DAY * 2 };
    pieces.extend([back, long_ago]);
    let mut crawler = Crawler::of(Paper::new(pieces, 3, true));
    crawler.crawl().await;
    let mut checks = 0;
    for k in 1..=15 {
        crawler.wait_until(NOW + DAY * k + HOUR).await;
        let (report, asked) = crawler.crawl().await;
        assert!(asked.everything <= floor(report.tally.articles_new), "day {k}: {asked:?}");
        checks += usize::from(!asked.sections.is_empty());
        assert_eq!(crawler.stored().contains(&900), k >= 7, "day {k}");
    }
    assert!(crawler.stored().is_superset(&[900, 901].into()));
    assert_eq!(checks, 2, "once a week");
}

#[tokio::test(start_paused = true)]
async fn without_a_list_of_everything_the_sections_are_read_for_news_and_looked_through() {
    let mut pieces = published(300, 300, HOUR * 2);
    pieces.push(Piece { number: 900, section: 1, published: NOW - DAY * 15, visible: NOW + DAY * 2 });
    let mut crawler = Crawler::of(Paper::new(pieces, 3, false));
    crawler.crawl().await;
    for k in 1..=8 {
        crawler.wait_until(NOW + DAY * k + HOUR).await;
        let (report, asked) = crawler.crawl().await;
        assert!(report.tally.articles_new >= 12 && asked.sections.len() == 3, "day {k}: {asked:?}");
        // Of each section a page has the news, and the next one is known.
        assert!(k == 7 || asked.lists() <= 6, "day {k}: {asked:?}");
    }
    assert!(crawler.stored().contains(&900));
}

#[tokio::test(start_paused = true)]
async fn what_a_feed_tells_does_not_hide_what_it_does_not() {
    let pieces = published(100, 60, HOUR).into_iter().map(|piece| Piece { section: 0, ..piece });
    let paper = Paper::new(pieces.collect(), 1, false);
    *paper.feed.lock().unwrap() = [100].into();
    let mut crawler = Crawler::of(paper);
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 61).await;
    // The newest forty; those on the list's third page are in no feed.
    *crawler.paper.feed.lock().unwrap() = (121..=160).collect();
    let (report, asked) = crawler.crawl().await;
    assert_eq!((report.tally.articles_new, asked.feeds), (60, 1), "{asked:?}");
    assert_eq!(asked.lists(), floor(60));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_everything_that_fails_leaves_the_news_to_the_sections() {
    let mut crawler = Crawler::of(Paper::new(published(100, 100, HOUR), 3, true));
    crawler.crawl().await;
    let sql = rusqlite::Connection::open(crawler.folder.path().join(saseo::archive::FILE)).unwrap();
    // As if the last reading of it had been refused.
    sql.execute("UPDATE page SET verdict = 'refused', reason = 'status 403' WHERE url LIKE '%?view_type=sm'", [])
        .unwrap();
    crawler.wait_until(NOW + HOUR * 10).await;
    let (report, asked) = crawler.crawl().await;
    assert_eq!((report.tally.articles_new, asked.sections.len()), (10, 3), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn articles_are_looked_at_again_rung_by_rung_and_an_edit_is_a_version() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    // Between the looks after a day and after a week.
    paper.edited = [(2, NOW + DAY * 3)].into();
    let mut crawler = Crawler::of(paper);
    let looks =
        crawler.crawl_until(NOW + DAY * 2, HOUR / 2).await + crawler.crawl_until(NOW + DAY * 35, HOUR * 3).await;
    assert_eq!(looks, 4 * 5, "an hour, six, a day, seven and thirty");
    assert_eq!(crawler.number("SELECT count(*) FROM version"), 5);
    assert_eq!(crawler.number("SELECT version FROM articles WHERE number = 2"), 2);
    // What did not change is not kept twice.
    assert_eq!(crawler.number("SELECT count(*) FROM capture JOIN page ON page.id = page_id WHERE role = 'article'"), 5);
    assert_eq!(crawler.number("SELECT count(*) FROM page WHERE due_at IS NOT NULL OR again_at IS NOT NULL"), 0);
    let site = crawler.state();
    assert_eq!((site.articles, site.changes, site.looks, site.articles_last_week), (4, 1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_did_not_change_costs_a_word_and_servers_that_lie_are_found_out() {
    for (validators, versions, not_modified) in [(Validators::True, 2, true), (Validators::Stuck, 2, true)] {
        let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
        paper.validators = validators;
        paper.edited = [(2, NOW + DAY * 3)].into();
        let mut crawler = Crawler::of(paper);
        crawler.crawl_until(NOW + DAY * 8, HOUR * 2).await;
        assert_eq!(crawler.number("SELECT version FROM articles WHERE number = 2"), versions, "{validators:?}");
        let unchanged = crawler.number("SELECT count(*) FROM requests WHERE status = 304");
        assert_eq!(unchanged > 0, not_modified, "{validators:?}");
        let lies = crawler.number("SELECT validators_lie FROM site");
        assert_eq!(lies == 1, validators == Validators::Stuck, "{validators:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_at_two_looks_a_day_apart_is_marked_and_nothing_of_it_is_deleted() {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = [(2, NOW + HOUR * 12)].into();
    let mut crawler = Crawler::of(paper);
    // The look after a day is the first that finds nothing.
    crawler.crawl_until(NOW + HOUR * 27, HOUR / 2).await;
    let site = crawler.state();
    assert_eq!((site.articles_last_day, site.articles_last_week, site.looks), (9, 12, 12));
    assert!(site.next_look.is_some());
    assert_eq!(crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"), 0);
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert_eq!(crawler.number("SELECT number FROM articles WHERE access = 'gone'"), 2);
    assert_eq!(crawler.number("SELECT length(text) > 0 FROM articles WHERE number = 2"), 1);
    assert_eq!(crawler.number("SELECT count(*) FROM change WHERE kind = 'gone'"), 1);
    assert_eq!(crawler.stored().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn where_most_of_a_paper_seems_gone_none_of_it_is_marked() {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = (1..=12).map(|number| (number, NOW + HOUR * 13)).collect();
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + HOUR * 12, HOUR / 2).await;
    let mut disbelieved = false;
    for k in 2..=6 {
        crawler.wait_until(NOW + DAY * k).await;
        disbelieved |=
            crawler.crawl().await.0.disbelieved.iter().any(|(site, looks)| site == "paper" && looks.gone > 1);
    }
    assert!(disbelieved);
    assert_eq!(crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"), 0);
}

#[tokio::test(start_paused = true)]
async fn looks_that_fail_take_nothing_back() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    paper.broken_from = Some(NOW + HOUR * 5);
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 9, HOUR).await;
    assert_eq!(crawler.number("SELECT count(*) FROM page WHERE role = 'article' AND verdict = 'stored'"), 4);
    assert_eq!(crawler.number("SELECT count(*) FROM page WHERE verdict = 'failed'"), 0);
    // Each is thought of again at its next rung.
    assert_eq!(crawler.number("SELECT count(*) FROM page WHERE again_at IS NOT NULL OR due_at IS NOT NULL"), 4);
    assert!(crawler.number("SELECT count(*) FROM requests WHERE status = 500") >= 4);
}

#[tokio::test(start_paused = true)]
async fn days_that_no_list_reaches_are_read_week_by_week_the_newest_first_and_once() {
    // Ten a day for sixty days: the list shows the newest two hundred.
    let mut crawler = Crawler::of(Paper::new(published(600, 0, HOUR * 12 / 5), 1, true));
    crawler.discover = "revisit = []\nsince = \"2026-11-10\"";
    crawler.crawl().await;
    let before = crawler.stored().len();
    assert!(before < 200, "{before}");
    crawler.backfill = Some((date(2026, 10, 3), date(2026, 10, 31)));
    let (report, asked) = crawler.crawl().await;
    // From a Saturday to a Saturday: five weeks, two of them in part; ten pages of ten rows and more.
    assert_eq!(report.tally.articles_new, 290, "{asked:?}");
    let paths = crawler.paper.asked.lock().unwrap().clone();
    let windows: Vec<&str> = paths
        .iter()
        .filter(|path| !path.contains("page="))
        .filter_map(|path| path.split_once("sc_sdate="))
        .map(|(_, days)| &days[..10])
        .collect();
    assert_eq!(windows, ["2026-10-26", "2026-10-19", "2026-10-12", "2026-10-05", "2026-10-03"]);
    // The newest week is whole before the next one is asked for.
    let place = |wanted: &str| paths.iter().position(|path| path.contains(wanted)).unwrap();
    let (newest, next) = (place("sc_sdate=2026-10-26"), place("sc_sdate=2026-10-19"));
    assert_eq!(paths[newest..next].iter().filter(|path| path.contains("idxno=")).count(), 60);
    let (again, asked) = crawler.crawl().await;
    assert_eq!((again.tally.articles_new, asked.everything, asked.articles), (0, 1, 0), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_paper_that_never_changes_anything_is_looked_at_less() {
    let mut paper = Paper::new(published(0, 400, HOUR), 1, true);
    paper.edited = [(390, NOW + HOUR * 400)].into();
    let mut crawler = Crawler::of(paper);
    // Three looks at each article in its first day, until three hundred found nothing.
    crawler.crawl_until(NOW + DAY * 10, HOUR).await;
    assert!(crawler.number("SELECT unchanged FROM site") > 300);
    let looks = crawler.crawl_until(NOW + DAY * 15, HOUR).await;
    // One at each of 120 articles, and those that were set before.
    assert!((120..=150).contains(&looks), "{looks}");
    // An edit that the one look finds brings the others back.
    crawler.crawl_until(NOW + DAY * 18, HOUR).await;
    assert!(crawler.number("SELECT unchanged FROM site") < 300);
    assert_eq!(crawler.number("SELECT version FROM articles WHERE number = 390"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_finds_nothing_for_days_buries_nothing_one_look_at_a_time() {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = (1..=12).map(|number| (number, NOW + HOUR * 13)).collect();
    let mut crawler = Crawler::of(paper);
    // Every look is in a crawl of its own.
    crawler.crawl_until(NOW + DAY * 12, HOUR / 2).await;
    assert_eq!(crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"), 0);
    // And none is looked at for ever.
    assert_eq!(crawler.number("SELECT count(*) FROM page WHERE due_at IS NOT NULL OR again_at IS NOT NULL"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_article_whose_date_lies_ahead_is_looked_at_no_more_often_than_others() {
    let pieces = vec![Piece { number: 1, section: 0, published: NOW + DAY * 300, visible: NOW }];
    let mut crawler = Crawler::of(Paper::new(pieces, 1, true));
    let looks = crawler.crawl_until(NOW + DAY * 2, HOUR / 2).await;
    assert_eq!(looks, 3, "an hour, six and a day after it was first seen");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_sent_elsewhere_takes_nothing_back_and_one_that_is_sent_on_finds_the_article() {
    for moved in [Moved::ToTheHomePage, Moved::ToAnotherPath] {
        let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
        (paper.moved, paper.edited) = (Some((NOW + HOUR * 8, moved)), [(2, NOW + HOUR * 9)].into());
        let mut crawler = Crawler::of(paper);
        crawler.crawl_until(NOW + DAY * 9, HOUR / 2).await;
        assert_eq!(crawler.number("SELECT count(*) FROM articles WHERE access = 'open'"), 4, "{moved:?}");
        let versions = crawler.number("SELECT version FROM articles WHERE number = 2");
        let found = crawler.number("SELECT count(*) FROM page WHERE verdict = 'moved'");
        match moved {
            Moved::ToTheHomePage => assert_eq!((versions, found), (1, 0)),
            Moved::ToAnotherPath => assert_eq!((versions, found), (2, 4)),
        }
        // Each is still on its ladder.
        assert_eq!(crawler.state().looks, 4, "{moved:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_profile_that_was_mended_is_no_lie_of_the_server() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    paper.validators = Validators::Stuck;
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 2, HOUR).await;
    // What the profile did not tell, it tells now.
    crawler.profile =
        PROFILE.replace("\nrights = [", "\nrights = [\n    { select = \"#article-view-content-div p\" },");
    crawler.crawl_until(NOW + DAY * 9, HOUR * 3).await;
    assert_eq!(crawler.number("SELECT count(*) FROM version"), 8);
    assert_eq!(crawler.number("SELECT validators_lie FROM site"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_only_said_to_be_as_it_was_tells_nothing_of_whether_a_paper_edits() {
    let mut paper = Paper::new(published(0, 6, HOUR), 1, true);
    paper.validators = Validators::True;
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert!(crawler.number("SELECT count(*) FROM requests WHERE status = 304") >= 18);
    assert_eq!(crawler.number("SELECT unchanged FROM site"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_repeated_a_page_once_is_read_on_from_where_it_was_known() {
    let mut crawler = Crawler::of(Paper::new(published(100, 60, HOUR), 1, true));
    crawler.discover = "revisit = []";
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 61).await;
    crawler.paper.repeats.store(true, Ordering::Relaxed);
    let (report, _) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 20);
    crawler.paper.repeats.store(false, Ordering::Relaxed);
    let (report, asked) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 40, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_backfill_that_was_broken_off_reads_no_week_twice() {
    let mut crawler = Crawler::of(Paper::new(published(600, 0, HOUR * 12 / 5), 1, true));
    crawler.discover = "revisit = []\nsince = \"2026-11-10\"";
    crawler.crawl().await;
    crawler.backfill = Some((date(2026, 10, 5), date(2026, 10, 31)));
    let mut crawls = 0;
    crawler.max_requests = Some(7);
    while crawler.crawl().await.0.how == How::Stopped {
        crawls += 1;
    }
    assert!(crawls > 30, "{crawls}");
    let paths = crawler.paper.asked.lock().unwrap().clone();
    let windows: Vec<&String> = paths.iter().filter(|path| path.contains("sc_sdate=")).collect();
    assert_eq!(windows.iter().collect::<BTreeSet<_>>().len(), windows.len(), "{windows:#?}");
}
