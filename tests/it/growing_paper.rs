//! A paper that goes on publishing on the simulated clock, and a crawler that comes back to it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::civil::Date;
use saseo::archive::{ArchiveError, ArchiveLocation, Reader, SiteState};
use saseo::clock::Clock;
use saseo::config::site::Discover;
use saseo::crawl::{Backfill, CrawlPlan, CrawlProgress, CrawlReport};
use saseo::fetch::{Answer, RequestTerms, Trouble};
use saseo::frontier::recrawl::{SitePolicy, next};
use saseo::frontier::{History, Past, Role, Settled};
use saseo::page_url::PageUrl;
use saseo::time::{LocalTime, Timestamp};
use tempfile::TempDir;

use crate::database;
use crate::open_archive::open_archive_at;
use crate::place::place_of;
use crate::simulated_web::{
    NOW, PROFILE, SimulatedRequest, SimulatedSite, SimulatedWeb, SiteFile, assert_sound, html,
    redirect,
};

pub const EVERYTHING: &str = "/news/articleList.html?view_type=sm";
/// Rows of a list page.
pub const ROWS: usize = 20;

/// An article of the simulated paper.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub number: u64,
    pub section: usize,
    /// Where lists have it.
    pub published: Timestamp,
    /// When readers can see it; articles that are dated back come later than they say.
    pub visible: Timestamp,
}

/// What the paper's server says of whether pages have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validators {
    None,
    /// An ETag that changes with the page.
    True,
    /// An ETag that never changes.
    Stuck,
    /// An ETag that is another one each time.
    Varying,
}

/// Where a paper's articles have moved to.
#[derive(Clone, Copy, Debug)]
pub enum Moved {
    ToTheHomePage,
    /// `/news/articleViewAmp.html`, which is the same article.
    ToAnotherPath,
}

/// A paper that publishes as its clock goes on.
pub struct Paper {
    pub clock: Clock,
    pub pieces: Vec<Piece>,
    pub sections: usize,
    /// Its menu has the list of everything.
    pub has_everything: bool,
    /// What happens to articles later: from a moment on they say something else, or are gone.
    pub edited: BTreeMap<u64, Timestamp>,
    pub deleted: BTreeMap<u64, Timestamp>,
    /// Articles that are dated anew, to the top of the lists, from then on.
    pub republished: BTreeMap<u64, Timestamp>,
    pub validators: Validators,
    /// From here on its articles cannot be had.
    pub broken_from: Option<Timestamp>,
    /// From here on its articles are asked for somewhere else.
    pub moved: Option<(Timestamp, Moved)>,
    /// For so long its lists show their first page whatever page is asked for.
    pub repeats: AtomicBool,
    /// Every list page shows other rows, and no page tells how many there are.
    pub deals: AtomicBool,
    /// Its lists cannot be limited to days, whatever is asked for.
    pub ignores_days: AtomicBool,
    /// Articles that its feed tells; without them it has none.
    pub feed: Mutex<BTreeSet<u64>>,
    /// Its sitemaps by their paths; robots.txt names the first. What stands at those paths instead
    /// counts as served.
    pub maps: Mutex<BTreeMap<String, Vec<u8>>>,
    /// So many rows of its oldest articles stand on top of every list page.
    pub pinned: usize,
    /// For so long after they can be seen in lists, articles answer 404.
    pub late: Duration,
    /// While these last its server is out of order.
    pub outages: Vec<(Timestamp, Timestamp)>,
    /// How many requests it has answered.
    pub answered: AtomicU64,
}

impl Paper {
    pub fn new(pieces: Vec<Piece>, sections: usize, has_everything: bool) -> Self {
        Self {
            clock: Clock::set_to(NOW),
            pieces,
            sections,
            has_everything,
            edited: BTreeMap::new(),
            deleted: BTreeMap::new(),
            republished: BTreeMap::new(),
            validators: Validators::None,
            broken_from: None,
            moved: None,
            repeats: AtomicBool::new(false),
            deals: AtomicBool::new(false),
            ignores_days: AtomicBool::new(false),
            feed: Mutex::default(),
            maps: Mutex::default(),
            pinned: 0,
            late: Duration::ZERO,
            outages: Vec::new(),
            answered: AtomicU64::new(0),
        }
    }

    /// The articles that can be seen now, of a section or of all, newest first.
    pub fn list(&self, section: Option<usize>) -> Vec<Piece> {
        let now = self.clock.now();
        let is_deleted = |piece: &Piece| {
            self.deleted
                .get(&piece.number)
                .is_some_and(|from| *from <= now)
        };
        let is_of_list = |piece: &Piece| section.is_none_or(|section| piece.section == section);
        let is_shown =
            |piece: &&Piece| piece.visible <= now && is_of_list(piece) && !is_deleted(piece);
        let as_shown = |piece: &Piece| {
            let republished = self
                .republished
                .get(&piece.number)
                .filter(|from| **from <= now);
            Piece {
                published: *republished.unwrap_or(&piece.published),
                ..*piece
            }
        };
        let mut list: Vec<Piece> = self.pieces.iter().filter(is_shown).map(as_shown).collect();
        list.sort_by_key(|piece| std::cmp::Reverse((piece.published, piece.number)));
        list
    }

    pub fn moved_to(&self, number: Option<u64>) -> Option<String> {
        let (_, moved) = self.moved.filter(|(from, _)| *from <= self.clock.now())?;
        Some(match moved {
            Moved::ToTheHomePage => "/".to_owned(),
            Moved::ToAnotherPath => format!("/news/articleViewAmp.html?idxno={}", number?),
        })
    }

    pub fn is_edited(&self, number: u64) -> bool {
        self.edited
            .get(&number)
            .is_some_and(|from| *from <= self.clock.now())
    }

    pub fn is_republished(&self, number: u64) -> bool {
        self.republished
            .get(&number)
            .is_some_and(|from| *from <= self.clock.now())
    }

    pub fn etag(&self, number: u64) -> Option<String> {
        match self.validators {
            Validators::None => None,
            Validators::True => Some(format!(
                "\"{number}-{}-{}\"",
                self.is_edited(number),
                self.is_republished(number)
            )),
            Validators::Stuck => Some(format!("\"{number}\"")),
            Validators::Varying => Some(format!("\"{}\"", self.clock.now().millis())),
        }
    }

    /// An article's page, or the word that it is as it was.
    pub fn article(&self, piece: Piece, asking: &RequestTerms) -> Answer {
        if self
            .broken_from
            .is_some_and(|from| from <= self.clock.now())
        {
            return html(500, String::new());
        }
        let etag = self.etag(piece.number);
        if etag.is_some() && etag == asking.etag {
            return Answer {
                status: 304,
                headers: Vec::new(),
                body: Vec::new(),
            };
        }
        let mut answer = html(200, article_page(piece, self.is_edited(piece.number)));
        answer
            .headers
            .extend(etag.map(|etag| ("etag".to_owned(), etag)));
        answer
    }

    pub fn page(&self, url: &PageUrl, asking: &RequestTerms) -> Answer {
        let number = url
            .parameter("idxno")
            .and_then(|number| number.parse::<u64>().ok());
        let page = url
            .parameter("page")
            .filter(|_| !self.repeats.load(Ordering::Relaxed));
        let page = page.and_then(|page| page.parse().ok()).unwrap_or(1);
        let section = url
            .parameter("sc_section_code")
            .and_then(|code| code.strip_prefix("S1N")?.parse().ok());
        let now = self.clock.now();
        if self
            .outages
            .iter()
            .any(|(from, until)| *from <= now && now < *until)
        {
            return html(500, String::new());
        }
        let maps = self.maps.lock().unwrap();
        if let Some(map) = maps.get(url.as_url().path()) {
            if let Some(to) = map.strip_prefix(b"-> ") {
                let to = String::from_utf8_lossy(to).into_owned();
                return redirect(302, &to);
            }
            let headers = vec![("content-type".to_owned(), "application/gzip".to_owned())];
            return Answer {
                status: 200,
                headers,
                body: map.clone(),
            };
        }
        match url.as_url().path() {
            "/robots.txt" => {
                let line = maps
                    .keys()
                    .next()
                    .map(|path| format!("Sitemap: https://paper.example{path}\n"));
                html(
                    200,
                    format!(
                        "User-agent: *\nDisallow: /admin/\n{}",
                        line.unwrap_or_default()
                    ),
                )
            }
            "/" => html(200, self.home()),
            "/rss/allArticle.xml" => html(200, self.feed()),
            "/news/articleList.html" => {
                let day = |name: &str| url.parameter(name).and_then(|day| day.parse::<Date>().ok());
                let (first, last) = (
                    day("sc_sdate").unwrap_or(Date::MIN),
                    day("sc_edate").unwrap_or(Date::MAX),
                );
                let mut list = self.list(section);
                let all_days = self.ignores_days.load(Ordering::Relaxed);
                list.retain(|piece| {
                    all_days
                        || (first..=last).contains(
                            &printed(piece.published)[..10]
                                .replace('.', "-")
                                .parse()
                                .unwrap(),
                        )
                });
                if self.deals.load(Ordering::Relaxed) {
                    return html(200, self.dealt(list));
                }
                // Behind its two hundredth page a list has none; here behind its tenth.
                html(
                    200,
                    list_page(&list[..list.len().min(10 * ROWS)], page, self.pinned),
                )
            }
            "/news/articleView.html" if let Some(to) = self.moved_to(number) => redirect(302, &to),
            "/news/articleView.html" | "/news/articleViewAmp.html" => {
                match self
                    .list(None)
                    .into_iter()
                    .find(|piece| Some(piece.number) == number)
                {
                    // What was there at the beginning has been for long.
                    Some(piece) if piece.visible <= NOW || piece.visible + self.late <= now => {
                        self.article(piece, asking)
                    }
                    Some(_) | None => html(404, String::new()),
                }
            }
            _ => html(404, String::new()),
        }
    }

    /// A list page with rows in an order of its own.
    fn dealt(&self, mut list: Vec<Piece>) -> String {
        let seed = self.answered.load(Ordering::Relaxed);
        list.sort_by_key(|piece| {
            let mixed = (piece.number ^ (seed << 20)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        });
        list.truncate(ROWS);
        list_page(&list, 1, 0).replace("params['", "unsaid['")
    }

    pub fn home(&self) -> String {
        let link = |code: usize| {
            let href = format!("/news/articleList.html?sc_section_code=S1N{code}&view_type=sm");
            format!("<li data-menu-code=\"S1N{code}\"><a href=\"{href}\">{code}면</a></li>")
        };
        let all = format!("<li data-menu-code><a href=\"{EVERYTHING}\">전체</a></li>");
        let all = if self.has_everything {
            all
        } else {
            String::new()
        };
        let has_feed = !self.feed.lock().unwrap().is_empty();
        let feed =
            "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss/allArticle.xml\">";
        let links: String = (0..self.sections).map(link).collect();
        let feed = if has_feed { feed } else { "" };
        format!(
            "<html><head>{feed}</head><body><ul id=\"user-menu\">{all}{links}</ul></body></html>"
        )
    }

    pub fn feed(&self) -> String {
        let item = |number: &u64| {
            format!(
                "<item><title>소식 {number}</title><link>/news/articleView.html?idxno={number}</link></item>"
            )
        };
        let items: String = self.feed.lock().unwrap().iter().map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>신문</title>{items}</channel></rss>")
    }
}

impl SimulatedSite for Paper {
    fn answer(&self, url: &PageUrl, terms: &RequestTerms) -> Result<Answer, Trouble> {
        self.answered.fetch_add(1, Ordering::Relaxed);
        Ok(self.page(url, terms))
    }
}

pub fn printed(moment: Timestamp) -> String {
    LocalTime {
        at: moment,
        offset: 32_400,
    }
    .to_string()[..16]
        .replace('-', ".")
        .replace('T', " ")
}

pub fn list_page(list: &[Piece], page: usize, pinned: usize) -> String {
    let row = |piece: &Piece| {
        format!(
            "<li class=\"altlist-webzine-item\"><H2 class=\"altlist-subject\"><a href=\"/news/articleView.html?idxno={0}\">\
             소식 {0}</a></H2><div class=\"altlist-info\"><div class=\"altlist-info-item\">{1}</div></div></li>",
            piece.number,
            printed(piece.published)
        )
    };
    let pinned = list.iter().rev().take(pinned);
    let rows: String = pinned
        .chain(list.iter().skip(ROWS * (page - 1)).take(ROWS))
        .map(row)
        .collect();
    format!(
        "<html><body><article id=\"section-list\"><ul class=\"altlist-webzine\">{rows}</ul>\
         <script>params['total'] = \"{}\"; params['list_per_page'] = \"{ROWS}\"; params['list_page_limit'] = \"200\";</script>\
         </article></body></html>",
        list.len()
    )
}

pub fn article_page(piece: Piece, is_edited: bool) -> String {
    let edit = if is_edited {
        "<p>바로잡습니다.</p>"
    } else {
        ""
    };
    let published = LocalTime {
        at: piece.published,
        offset: 32_400,
    };
    format!(
        "<html><head><meta property=\"og:title\" content=\"소식 {0}\">\
         <meta property=\"article:section\" content=\"{1}면\"><meta property=\"article:published_time\" content=\"{published}\"></head>\
         <body><header class=\"article-view-header\"><H1 class=\"heading\">소식 {0}</H1></header>\
         <article id=\"article-view-content-div\"><p>오늘 책방 {0}호가 문을 열었다.</p>{edit}</article></body></html>",
        piece.number, piece.section
    )
}

/// A crawler that comes back to the paper.
pub struct Crawler {
    pub folder: TempDir,
    pub place: ArchiveLocation,
    pub paper: Arc<Paper>,
    pub web: SimulatedWeb,
    /// What was asked before the last crawl.
    pub before: usize,
    /// What its site's file says under `[discover]`.
    pub discover: &'static str,
    pub backfill: Option<Backfill>,
    pub max_requests: Option<u64>,
    /// The CMS's profile, which may be mended from one crawl to the next.
    pub profile: String,
}

impl Crawler {
    /// A crawler whose archive is where those of these tests are.
    pub fn of(paper: Paper) -> Self {
        let folder = TempDir::new().unwrap();
        let place = place_of(folder.path(), folder.path());
        Self::at(place, folder, paper)
    }

    /// A crawler whose archive is in its folder.
    pub fn in_folder(paper: Paper) -> Self {
        let folder = TempDir::new().unwrap();
        Self::at(ArchiveLocation::folder(folder.path()), folder, paper)
    }

    fn at(place: ArchiveLocation, folder: TempDir, paper: Paper) -> Self {
        let paper = Arc::new(paper);
        Self {
            folder,
            place,
            web: SimulatedWeb::new(paper.clock, Arc::clone(&paper) as Arc<dyn SimulatedSite>),
            paper,
            before: 0,
            discover: "",
            backfill: None,
            max_requests: None,
            profile: PROFILE.to_owned(),
        }
    }

    pub async fn wait_until(&self, moment: Timestamp) {
        self.paper.clock.sleep_until(moment).await;
    }

    /// Crawls, and returns the addresses of what was asked, by what it was.
    pub async fn crawl(&mut self) -> (CrawlReport, Asked) {
        let report = self.run().await;

        (report.unwrap(), self.asked())
    }

    /// Begins a crawl that is killed after some time, with whatever it had not committed; `None`
    /// where it ended before.
    pub async fn crawl_killed_after(&mut self, span: Duration) -> (Option<CrawlReport>, Asked) {
        let report = tokio::select! {
            report = self.run() => Some(report.unwrap()),
            () = self.web.wait(span) => None,
        };

        (report, self.asked())
    }

    async fn run(&self) -> Result<CrawlReport, ArchiveError> {
        let mut archive = open_archive_at(&self.place)?;
        let plan = self.plan();
        let mut ignored = |_: &CrawlProgress| {};
        let mut crawl = pin!(self.web.crawl_into(plan, &mut archive, &mut ignored));
        if self.is_in_folder() {
            return crawl.await;
        }

        // The clock of a database's server is that of this simulation, whenever it is asked.
        database::simulate_clock(self.folder.path());
        let mut told = None;
        poll_fn(|context| {
            let now = self.paper.clock.now();
            if told.replace(now) != Some(now) {
                database::set_clock(self.folder.path(), now);
            }
            crawl.as_mut().poll(context)
        })
        .await
    }

    fn is_in_folder(&self) -> bool {
        self.place == ArchiveLocation::folder(self.folder.path())
    }

    fn asked(&mut self) -> Asked {
        let all = self.web.requests.paths();
        let asked = Asked::of(&all[self.before..]);
        self.before = all.len();
        self.assert_planned();

        asked
    }

    /// The requests for articles, with the articles' numbers.
    pub fn article_requests(&self) -> Vec<(u64, SimulatedRequest)> {
        let with_number = |request: SimulatedRequest| {
            let number = request.url.parameter("idxno")?.parse().ok()?;
            Some((number, request))
        };
        self.web
            .requests
            .all()
            .into_iter()
            .filter_map(with_number)
            .collect()
    }

    /// The moments that the archive keeps are those that the policy gives to the histories which it
    /// keeps, of every settled entry page.
    fn assert_planned(&self) {
        if !self.is_in_folder() {
            // A copy of the archive is compared with that of a crawler in a folder.
            return;
        }
        let sql =
            rusqlite::Connection::open(self.folder.path().join(saseo::archive::FILE)).unwrap();
        let planned_by = sql.query_row("SELECT planned_by FROM site", [], |row| {
            row.get::<_, Option<String>>(0)
        });
        let Ok(Some(planned_by)) = planned_by else {
            return;
        };
        let planned_by: serde_json::Value = serde_json::from_str(&planned_by).unwrap();
        let Discover {
            lists,
            feeds,
            sitemaps,
            ..
        } = self.plan().sites[0].site.discover;
        let told = |key: &str| planned_by[key].as_bool().unwrap();
        let (is_covered, has_sections) = (told("is_covered"), told("has_sections"));
        let policy = SitePolicy {
            lists,
            feeds,
            sitemaps,
            photos: false,
            is_covered,
            has_sections,
        };

        let mut select = sql
            .prepare(
                "SELECT url, role, verdict, settled_at, discovered_at, news_at, deep_at, read_to_end_at, hops, failures, unended, next_at
                 FROM page WHERE verdict IS NOT NULL AND due_at IS NULL AND (role <> 'article' OR verdict = 'disallowed')",
            )
            .unwrap();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let text = |column| row.get::<_, String>(column).unwrap();
            let moment = |column| {
                row.get::<_, Option<i64>>(column)
                    .unwrap()
                    .map(Timestamp::from_millis)
            };
            let count = |column| row.get::<_, u32>(column).unwrap();
            let past = Past {
                discovered_at: moment("discovered_at").unwrap(),
                news_at: moment("news_at"),
                deep_at: moment("deep_at"),
                was_read_to_end: moment("read_to_end_at").is_some(),
                has_everything: text("url").ends_with(EVERYTHING),
            };
            let history = History {
                role: Role::named(&text("role")).unwrap(),
                settled: match text("verdict").as_str() {
                    "read" => Settled::Read,
                    "moved" => Settled::Moved,
                    "disallowed" => Settled::Disallowed,
                    _ => Settled::Otherwise,
                },
                settled_at: moment("settled_at").unwrap(),
                past,
                hops: count("hops"),
                failures: count("failures"),
                unended: count("unended"),
            };
            assert_eq!(
                moment("next_at"),
                next(&history, &policy),
                "{} {history:?} {policy:?}",
                text("url")
            );
        }
    }

    fn plan(&self) -> CrawlPlan {
        let site = SiteFile::new("paper", "https://paper.example/")
            .profile(&self.profile)
            .with("[discover]\n")
            .with(self.discover)
            .with("\n");
        CrawlPlan {
            max_requests: self.max_requests,
            backfill: self.backfill,
            ..site.plan(self.folder.path())
        }
    }

    pub fn number(&self, sql: &str) -> i64 {
        if !self.is_in_folder() {
            return database::number(self.folder.path(), sql);
        }
        let archive =
            rusqlite::Connection::open(self.folder.path().join(saseo::archive::FILE)).unwrap();
        archive.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn state(&self) -> SiteState {
        Reader::of(&self.place)
            .unwrap()
            .sites(self.paper.clock.now())
            .unwrap()
            .remove(0)
    }

    /// Crawls every so often until a moment, and returns the requests for articles beyond the first
    /// of each.
    pub async fn crawl_until(&mut self, end: Timestamp, every: Duration) -> usize {
        let mut looks = 0;
        while self.paper.clock.now() < end {
            let (report, asked) = self.crawl().await;
            looks += asked.articles - usize::try_from(report.tally.articles_new).unwrap();
            self.wait_until(self.paper.clock.now() + every).await;
        }
        looks
    }

    pub fn stored(&self) -> BTreeSet<u64> {
        let sql =
            rusqlite::Connection::open(self.folder.path().join(saseo::archive::FILE)).unwrap();
        let mut select = sql.prepare("SELECT number FROM articles").unwrap();
        let numbers = select.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        numbers
            .map(|number| number.unwrap().cast_unsigned())
            .collect()
    }
}

/// Every crawler's ledger shows that it was polite.
impl Drop for Crawler {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_sound(&Reader::of(&self.place).unwrap());
        }
    }
}

/// What a crawl asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Pages of the list of everything.
    pub everything: usize,
    /// Pages of each section's list.
    pub sections: BTreeMap<String, usize>,
    pub articles: usize,
    pub feeds: usize,
    pub maps: usize,
    /// robots.txt, the files of reservations, the home page: once a day.
    pub daily: usize,
}

impl Asked {
    pub fn of(paths: &[String]) -> Self {
        let mut asked = Self::default();
        for path in paths {
            let code = path
                .split(['?', '&'])
                .find_map(|part| part.strip_prefix("sc_section_code="));
            match (path.split('?').next().unwrap_or_default(), code) {
                ("/news/articleView.html", _) => asked.articles += 1,
                ("/news/articleList.html", Some(code)) => {
                    *asked.sections.entry(code.to_owned()).or_default() += 1
                }
                ("/news/articleList.html", None) => asked.everything += 1,
                ("/rss/allArticle.xml", _) => asked.feeds += 1,
                (path, _) if path.starts_with("/map") => asked.maps += 1,
                _ => asked.daily += 1,
            }
        }
        asked
    }

    pub fn lists(&self) -> usize {
        self.everything + self.sections.values().sum::<usize>()
    }
}

/// So many articles, one every so often before and after now, in three sections.
pub fn published(before: u64, after: u64, every: Duration) -> Vec<Piece> {
    let piece = |number: u64| {
        let age = every * u32::try_from(before.abs_diff(number)).unwrap();
        let published = if number <= before {
            NOW - age
        } else {
            NOW + age
        };
        Piece {
            number,
            section: usize::try_from(number % 3).unwrap(),
            published,
            visible: published,
        }
    };
    (1..=before + after).map(piece).collect()
}

/// One list page for every twenty new articles that were begun, and one more.
pub fn floor(new: u64) -> usize {
    usize::try_from(new).unwrap().div_ceil(ROWS) + 1
}
