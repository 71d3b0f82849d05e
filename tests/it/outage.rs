//! Papers that are out of order for a while, under tokio's paused clock: what was not found at first is whole three days later.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::simulated_web::{DAY, HOUR, NOW, Paper, html, open_archive, published};
use saseo::archive::{Filter, Reader};
use saseo::audit::{AuditScope, audit};
use saseo::clock::Clock;
use saseo::crawl::{self, CrawlPlan, Report, Stop};
use saseo::fetch::{Answer, Reach, RequestTerms, Trouble, Web};
use saseo::frontier::Visit;
use saseo::page_url::{Host, PageUrl};
use saseo::politeness::Turn;
use saseo::time::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;

/// Stories that the home page links.
const STORIES: u64 = 30;

/// What a server answers while it is out of order.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Notice,
    /// A notice that is another one each time.
    NoticeWithAClock,
    Empty,
    NotFound,
    ToTheHomePage,
    ToAPlaceOfItsOwn,
    ServerError,
    PrivateAddress,
}

/// A paper of no known CMS, whose pages are out of order for a while.
struct PlainPaper {
    clock: Clock,
    fault: Fault,
    /// From when to when.
    outage: (Timestamp, Timestamp),
    /// The home page and robots.txt fail as well.
    is_total: bool,
    asked: Mutex<BTreeMap<String, u32>>,
}

impl PlainPaper {
    fn answer(&self, url: &PageUrl) -> Result<Answer, Trouble> {
        let path = url.as_url().path();
        let is_entry = matches!(path, "/" | "/robots.txt");
        let now = self.clock.now();
        if self.outage.0 <= now && now < self.outage.1 && (self.is_total || !is_entry) {
            return self.faulty(url);
        }

        Ok(match path {
            "/robots.txt" => html(404, String::new()),
            "/" => html(200, home()),
            _ => match path
                .strip_prefix("/story/")
                .and_then(|number| number.parse().ok())
            {
                Some(number) => html(200, story(number)),
                None => html(404, String::new()),
            },
        })
    }

    fn faulty(&self, url: &PageUrl) -> Result<Answer, Trouble> {
        let notice = "<html><body><p>점검 중입니다. 잠시 뒤에 다시 찾아 주십시오.</p>";
        let to = |place: &str| {
            let headers = vec![("location".to_owned(), place.to_owned())];
            Answer {
                status: 302,
                headers,
                body: Vec::new(),
            }
        };
        Ok(match self.fault {
            Fault::Notice => html(200, notice.to_owned()),
            Fault::NoticeWithAClock => html(200, format!("{notice}<p>{}</p>", self.clock.now())),
            Fault::Empty => html(200, String::new()),
            Fault::NotFound => html(404, String::new()),
            Fault::ToTheHomePage if url.as_url().path() != "/" => to("/"),
            Fault::ToTheHomePage => html(200, notice.to_owned()),
            Fault::ToAPlaceOfItsOwn if url.as_url().path() != "/sorry" => to("/sorry"),
            Fault::ToAPlaceOfItsOwn => html(200, notice.to_owned()),
            Fault::ServerError => html(500, String::new()),
            Fault::PrivateAddress => {
                let address = IpAddr::from([10, 0, 0, 1]);
                return Err(Trouble::PrivateAddress {
                    host: url.host().to_string(),
                    address,
                });
            }
        })
    }
}

impl Web for PlainPaper {
    async fn locate(&self, _host: &Host, _reach: Reach) -> Result<IpAddr, Trouble> {
        Ok([192, 0, 2, 1].into())
    }

    async fn fetch(
        &self,
        visit: Visit,
        _reach: Reach,
        _asking: RequestTerms,
    ) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        self.clock
            .sleep_until(self.clock.now() + Duration::from_millis(80))
            .await;
        *self
            .asked
            .lock()
            .unwrap()
            .entry(url.as_url().path().to_owned())
            .or_default() += 1;
        (turn, self.answer(&url))
    }
}

fn home() -> String {
    let link = |number| format!("<li><a href=\"/story/{number}\">책방 소식 {number}</a></li>");
    let links: String = (1..=STORIES).map(link).collect();
    format!("<html><head><title>동네 신문</title></head><body><ul>{links}</ul></body></html>")
}

fn story(number: u64) -> String {
    let paragraph = |part: u64| {
        format!(
            "<p>책방 {number}호는 오늘 아침 {part}시에 문을 열었다. 주인은 서가 사이를 오가며 손님에게 {part}번째 \
             책을 건넸고, 손님은 창가에 앉아 해가 질 때까지 그 책을 읽었다.</p>"
        )
    };
    let paragraphs: String = (1..=6).map(paragraph).collect();
    format!(
        "<html><head><title>책방 소식 {number}</title><meta property=\"og:type\" content=\"article\">\
         <meta property=\"article:published_time\" content=\"2026-11-01T09:00:00+09:00\"></head>\
         <body><article><h1>책방 소식 {number}</h1>{paragraphs}</article></body></html>"
    )
}

/// A crawler of the plain paper.
struct World {
    folder: TempDir,
    paper: Arc<PlainPaper>,
}

impl World {
    fn new(fault: Fault, is_total: bool, outage: Duration) -> Self {
        let clock = Clock::set_to(NOW);
        let outage = (NOW, NOW + outage);
        let asked = Mutex::default();
        let paper = Arc::new(PlainPaper {
            clock,
            fault,
            outage,
            is_total,
            asked,
        });
        Self {
            folder: TempDir::new().unwrap(),
            paper,
        }
    }

    fn plan(&self) -> CrawlPlan {
        let site = "name = \"plain\"\ntitle = \"동네 신문\"\nhome = \"https://plain.example/\"\n[discover]\nrevisit = []\n";
        crate::simulated_web::plan_of(site, None, self.folder.path())
    }

    async fn crawl(&self) -> Report {
        let mut archive = open_archive(self.folder.path()).unwrap();
        let (_stop, stopped) = watch::channel(Stop::GoOn);
        let (web, clock) = (Arc::clone(&self.paper), self.paper.clock);
        crawl::run(
            self.plan(),
            &mut archive,
            web,
            clock,
            "a test".into(),
            stopped,
            |_| {},
        )
        .await
        .unwrap()
    }

    /// Crawls every so often for three days.
    async fn crawl_for_three_days(&self, every: Duration) {
        while self.paper.clock.now() < NOW + DAY * 3 {
            self.crawl().await;
            self.paper
                .clock
                .sleep_until(self.paper.clock.now() + every)
                .await;
        }
    }

    fn stored(&self) -> u64 {
        let reader = Reader::open(self.folder.path()).unwrap();
        let findings = audit(&reader, AuditScope::Everything).unwrap();
        assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
        let mut stored = 0;
        for version in &mut reader.articles(&Filter::default()).unwrap() {
            assert!(version.unwrap().flaws.is_empty());
            stored += 1;
        }
        stored
    }
}

const FAULTS: [Fault; 8] = [
    Fault::Notice,
    Fault::NoticeWithAClock,
    Fault::Empty,
    Fault::NotFound,
    Fault::ToTheHomePage,
    Fault::ToAPlaceOfItsOwn,
    Fault::ServerError,
    Fault::PrivateAddress,
];

#[tokio::test(start_paused = true)]
async fn a_paper_whose_every_story_fails_for_an_hour_is_whole_three_days_later() {
    for fault in FAULTS {
        let world = World::new(fault, false, HOUR);
        world.crawl_for_three_days(HOUR / 2).await;
        assert_eq!(
            world.stored(),
            STORIES,
            "{fault:?}: {:?}",
            world.paper.asked.lock().unwrap()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_paper_whose_every_page_fails_for_an_hour_is_whole_three_days_later() {
    for fault in FAULTS {
        let world = World::new(fault, true, HOUR);
        world.crawl_for_three_days(HOUR * 2).await;
        assert_eq!(
            world.stored(),
            STORIES,
            "{fault:?}: {:?}",
            world.paper.asked.lock().unwrap()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_for_good_is_not_asked_for_without_end() {
    for fault in [Fault::Notice, Fault::NotFound, Fault::ToAPlaceOfItsOwn] {
        let world = World::new(fault, false, DAY * 60);
        while world.paper.clock.now() < NOW + DAY * 14 {
            world.crawl().await;
            world
                .paper
                .clock
                .sleep_until(world.paper.clock.now() + HOUR * 8)
                .await;
        }
        let asked = world.paper.asked.lock().unwrap().clone();
        let most = asked
            .iter()
            .filter(|(path, _)| path.starts_with("/story/"))
            .map(|(_, times)| *times)
            .max();
        assert!(most <= Some(7), "{fault:?}: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn articles_that_answer_404_for_their_first_day_are_whole_three_days_later() {
    let mut paper = Paper::new(published(60, 20, HOUR), 3, true);
    paper.late = DAY;
    let new = paper
        .pieces
        .iter()
        .filter(|piece| piece.visible > NOW)
        .count();
    let mut crawler = crate::simulated_web::Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert_eq!(crawler.stored().len(), 60 + new);
}
