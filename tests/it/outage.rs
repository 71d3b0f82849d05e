//! Papers that are out of order for a while, under tokio's paused clock: what was not found at
//! first is whole three days later.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::growing_paper::{Crawler, Paper, published};
use crate::simulated_web::{
    DAY, HOUR, NOW, SimulatedSite, SimulatedWeb, SiteFile, assert_audited, html, redirect,
};
use saseo::archive::{ArticleFilter, Reader};
use saseo::clock::Clock;
use saseo::crawl::{CrawlPlan, CrawlReport};
use saseo::fetch::{Answer, RequestTerms, Trouble};
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;
use tempfile::TempDir;

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
}

impl SimulatedSite for PlainPaper {
    fn answer(&self, url: &PageUrl, _terms: &RequestTerms) -> Result<Answer, Trouble> {
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
}

impl PlainPaper {
    fn faulty(&self, url: &PageUrl) -> Result<Answer, Trouble> {
        let notice = "<html><body><p>점검 중입니다. 잠시 뒤에 다시 찾아 주십시오.</p>";
        Ok(match self.fault {
            Fault::Notice => html(200, notice.to_owned()),
            Fault::NoticeWithAClock => html(200, format!("{notice}<p>{}</p>", self.clock.now())),
            Fault::Empty => html(200, String::new()),
            Fault::NotFound => html(404, String::new()),
            Fault::ToTheHomePage if url.as_url().path() != "/" => redirect(302, "/"),
            Fault::ToTheHomePage => html(200, notice.to_owned()),
            Fault::ToAPlaceOfItsOwn if url.as_url().path() != "/sorry" => redirect(302, "/sorry"),
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
    web: SimulatedWeb,
}

impl World {
    fn new(fault: Fault, is_total: bool, outage: Duration) -> Self {
        let clock = Clock::set_to(NOW);
        let paper = PlainPaper {
            clock,
            fault,
            outage: (NOW, NOW + outage),
            is_total,
        };
        Self {
            folder: TempDir::new().unwrap(),
            web: SimulatedWeb::new(clock, Arc::new(paper)),
        }
    }

    fn plan(&self) -> CrawlPlan {
        SiteFile::new("plain", "https://plain.example/")
            .with("[discover]\nrevisit = []\n")
            .plan(self.folder.path())
    }

    async fn crawl(&self) -> CrawlReport {
        let report = self.web.crawl(self.plan(), self.folder.path()).await;
        report.unwrap()
    }

    /// Crawls every so often for three days.
    async fn crawl_for_three_days(&self, every: Duration) {
        while self.web.clock.now() < NOW + DAY * 3 {
            self.crawl().await;
            self.web.wait(every).await;
        }
    }

    fn stored(&self) -> u64 {
        let reader = Reader::open(self.folder.path()).unwrap();
        assert_audited(self.folder.path());
        let mut stored = 0;
        for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
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
            world.web.requests.count_by_path()
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
            world.web.requests.count_by_path()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_for_good_is_not_asked_for_without_end() {
    for fault in [Fault::Notice, Fault::NotFound, Fault::ToAPlaceOfItsOwn] {
        let world = World::new(fault, false, DAY * 60);
        while world.web.clock.now() < NOW + DAY * 14 {
            world.crawl().await;
            world.web.wait(HOUR * 8).await;
        }
        let asked = world.web.requests.count_by_path();
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
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert_eq!(crawler.stored().len(), 60 + new);
}
