//! Papers of no known CMS, under tokio's paused clock: each of their articles is found and kept
//! once, whatever addresses it has.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::simulated_web::{DAY, NOW, SimulatedWeb, SiteFile, assert_audited, html, redirect};
use saseo::archive::{ArticleFilter, Reader};
use saseo::clock::Clock;
use saseo::crawl::{CrawlPlan, CrawlReport};
use saseo::demo::{self, Availability, DemoCms, Edition, Newspaper};
use saseo::fetch::{Answer, RequestTerms};
use saseo::page_url::PageUrl;
use tempfile::TempDir;

/// A crawler of one paper, `https://paper.example/a`.
struct World {
    folder: TempDir,
    web: SimulatedWeb,
    home: &'static str,
    profile: Option<&'static str>,
}

impl World {
    /// The paper has no robots.txt; `pages` answers all else.
    fn new(home: &'static str, pages: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let site = move |url: &PageUrl, _: &RequestTerms| {
            let is_robots = url.path_and_query() == "/robots.txt";
            Ok(if is_robots {
                missing()
            } else {
                pages(url.as_str())
            })
        };
        Self {
            folder: TempDir::new().unwrap(),
            web: SimulatedWeb::new(Clock::set_to(NOW), Arc::new(site)),
            home,
            profile: None,
        }
    }

    fn plan(&self) -> CrawlPlan {
        let site = SiteFile::new("plain", self.home).with(
            "[discover]\nrevisit = []\nsitemaps = false\n\
             [opt_outs]\ntdm = \"ignore\"\nai_txt = \"ignore\"\n",
        );
        let site = match self.profile {
            Some(profile) => site.profile(profile),
            None => site,
        };

        site.plan(self.folder.path())
    }

    async fn crawl(&self) -> CrawlReport {
        let report = self.web.crawl(self.plan(), self.folder.path()).await;

        assert_audited(self.folder.path());
        report.unwrap()
    }

    async fn crawl_a_day_later(&self) -> CrawlReport {
        self.web.wait(DAY).await;
        self.web.requests.forget();
        self.crawl().await
    }

    /// The addresses of the articles that are kept, by their headlines.
    fn kept(&self) -> BTreeMap<String, Vec<String>> {
        let mut kept = BTreeMap::<String, Vec<String>>::new();
        let reader = Reader::open(self.folder.path()).unwrap();
        for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
            let version = version.unwrap();
            kept.entry(version.article.title.unwrap_or_default())
                .or_default()
                .push(version.kept.url);
        }
        kept
    }

    fn headlines(&self) -> Vec<String> {
        self.kept()
            .into_iter()
            .flat_map(|(title, urls)| urls.iter().map(|_| title.clone()).collect::<Vec<_>>())
            .collect()
    }

    /// What was asked for, but robots.txt.
    fn asked(&self) -> Vec<String> {
        let requests = self.web.requests.all();
        requests
            .iter()
            .map(|request| request.url.to_string())
            .filter(|url| !url.ends_with("/robots.txt"))
            .collect()
    }
}

fn to(place: &str) -> Answer {
    redirect(301, place)
}

fn links(paths: &[&str]) -> Answer {
    html(200, page_of(paths))
}

fn page_of(paths: &[&str]) -> String {
    let links: String = paths
        .iter()
        .map(|path| format!("<li><a href=\"{path}\">책방 소식</a></li>"))
        .collect();
    format!("<html><head><title>동네 신문</title></head><body><ul>{links}</ul></body></html>")
}

fn story(name: &str) -> Answer {
    story_with(name, "")
}

fn story_with(name: &str, head: &str) -> Answer {
    let paragraph = |part: u64| {
        format!(
            "<p>책방 {name}호는 오늘 아침 {part}시에 문을 열었다. 주인은 {name}호의 서가 사이를 오가며 손님에게 {part}번째 \
             책을 건넸고, 손님은 창가에 앉아 해가 질 때까지 그 책을 읽었다.</p>"
        )
    };
    let paragraphs: String = (1..=6).map(paragraph).collect();
    html(
        200,
        format!(
            "<html><head><title>책방 소식 {name}</title>{head}<meta property=\"og:type\" content=\"article\">\
             <meta property=\"article:published_time\" content=\"2026-11-01T09:00:00+09:00\"></head>\
             <body><article><h1>책방 소식 {name}</h1>{paragraphs}</article></body></html>"
        ),
    )
}

fn missing() -> Answer {
    html(404, String::new())
}

fn titles(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| format!("책방 소식 {name}"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_demo_paper_without_numbers_is_kept_whole_and_each_page_is_asked_once() {
    let newspaper = Arc::new(
        Newspaper::new(&Edition {
            crawl_delay: None,
            ..Edition::default()
        })
        .on(DemoCms::Plain),
    );
    let served = Arc::clone(&newspaper);
    let world = World::new("http://www.hanbit.example/", move |url| {
        let base = "http://www.hanbit.example";
        let Some(path) = url.strip_prefix(base) else {
            return to(&url.replacen("://", "://www.", 1));
        };
        let answer = demo::answer(&served, base, path);
        let headers = vec![("content-type".to_owned(), answer.content_type.to_owned())];
        Answer {
            status: answer.status,
            body: answer.bytes(),
            headers,
        }
    });
    world.crawl().await;

    let open = newspaper
        .articles()
        .iter()
        .filter(|article| article.kind == Availability::Open);
    let mut open: Vec<String> = open.map(|article| article.title.clone()).collect();
    open.sort();
    assert_eq!(world.headlines(), open);
    let asked = world.asked();
    assert_eq!(
        asked.len(),
        8 + newspaper.articles().len(),
        "eight list pages, and each article once"
    );
    assert!(
        asked
            .iter()
            .all(|url| url.starts_with("http://www.hanbit.example/"))
    );

    world.crawl_a_day_later().await;
    let lists = world
        .asked()
        .iter()
        .filter(|url| !url.contains("/read?"))
        .count();
    assert_eq!(
        lists,
        1,
        "the first page has nothing new: {:?}",
        world.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn a_home_page_that_is_a_meta_refresh_is_followed() {
    let world = World::new("https://paper.example/", |url| match url {
        "https://paper.example/" => html(
            200,
            "<html><head><meta http-equiv=\"Refresh\" content=\"0; URL='/main/'\"></head></html>"
                .to_owned(),
        ),
        "https://paper.example/main/" => links(&["/story/1"]),
        "https://paper.example/story/1" => story("1"),
        _ => missing(),
    });
    let report = world.crawl().await;
    assert_eq!(
        (world.headlines(), report.tally.failed),
        (titles(&["1"]), 0),
        "{:?}",
        world.asked()
    );
    world.crawl_a_day_later().await;
    assert_eq!(
        world.asked(),
        ["https://paper.example/", "https://paper.example/main/"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_home_page_that_reloads_itself_is_read() {
    let world = World::new("https://paper.example/", |url| match url {
        "https://paper.example/" => html(
            200,
            page_of(&["/story/1"]).replace(
                "<title>",
                "<meta http-equiv=refresh content='600;url=/late'><title>",
            ),
        ),
        "https://paper.example/story/1" => story("1"),
        _ => missing(),
    });
    world.crawl().await;
    assert_eq!(world.headlines(), titles(&["1"]));
}

#[tokio::test(start_paused = true)]
async fn a_home_page_without_a_link_of_the_paper_is_a_failure() {
    let world = World::new("https://paper.example/", |url| match url {
        "https://paper.example/" => links(&["https://elsewhere.example/1"]),
        _ => missing(),
    });
    assert_eq!(world.crawl().await.tally.failed, 1);
}

#[tokio::test(start_paused = true)]
async fn www_and_the_bare_host_are_one_paper() {
    let world = World::new("https://www.paper.example/", |url| match url {
        "https://www.paper.example/" => links(&[
            "/story/1",
            "https://paper.example/story/1",
            "http://paper.example/story/1",
            "//paper.example/story/2",
            "https://m.paper.example/story/1",
            "https://m.paper.example/mobile/3",
            "https://other.example/story/4",
            "https://paper.example/",
        ]),
        "https://www.paper.example/story/1" => story("1"),
        "https://www.paper.example/story/2" => story("2"),
        "https://m.paper.example/mobile/3" => story("3"),
        _ => missing(),
    });
    world.crawl().await;
    assert_eq!(world.headlines(), titles(&["1", "2", "3"]));
    assert_eq!(world.asked().len(), 4, "{:?}", world.asked());
}

#[tokio::test(start_paused = true)]
async fn a_paper_is_where_its_home_page_moved_to_and_is_asked_there_straight_away() {
    let world = World::new("http://old.example/", |url| match url {
        "http://old.example/" => to("https://old.example/"),
        "https://old.example/" => to("https://www.new.example/"),
        "https://www.new.example/" => links(&[
            "/story/1",
            "http://new.example/story/2",
            "https://old.example/story/3",
        ]),
        "https://www.new.example/story/1" => story("1"),
        "https://www.new.example/story/2" => story("2"),
        "https://old.example/story/3" => story("3"),
        _ => missing(),
    });
    world.crawl().await;
    assert_eq!(world.headlines(), titles(&["1", "2", "3"]));
    assert_eq!(world.asked().len(), 6, "{:?}", world.asked());
}

#[tokio::test(start_paused = true)]
async fn a_paper_that_moved_to_https_costs_one_request_a_page() {
    let world = World::new("http://paper.example/", |url| match url.split_once("://") {
        Some(("http", rest)) => to(&format!("https://{rest}")),
        Some((_, "paper.example/")) => links(&[
            "http://paper.example/story/1",
            "http://www.paper.example/story/2",
        ]),
        Some((_, "paper.example/story/1")) => story("1"),
        Some((_, "paper.example/story/2")) => story("2"),
        _ => missing(),
    });
    world.crawl().await;
    let expected = [
        "http://paper.example/",
        "https://paper.example/",
        "https://paper.example/story/1",
        "https://paper.example/story/2",
    ];
    assert_eq!(world.asked(), expected);
    assert_eq!(world.headlines(), titles(&["1", "2"]));
}

#[tokio::test(start_paused = true)]
async fn a_paper_of_a_known_cms_that_moved_to_https_costs_one_request_a_page() {
    let mut world = World::new("http://paper.example/", |url| match url.split_once("://") {
        Some(("http", rest)) => to(&format!("https://{rest}")),
        Some((_, "paper.example/")) => html(200, "<nav><a href='/list'>모두</a></nav>".to_owned()),
        Some((_, "paper.example/list")) => {
            html(200, "<ul><li><a href='/view?no=1'>소식</a></ul>".to_owned())
        }
        Some((_, "paper.example/view?no=1")) => story("1"),
        _ => missing(),
    });
    world.profile = Some(
        "name = \"x\"\n[url]\narticle = [\"/view\"]\nnumber = \"no\"\nlist = [\"/list\"]\npage = \"page\"\n\
         [menu]\nsections = [\"nav a\"]\n[[lists]]\nname = \"rows\"\nrow = \"li\"\nlink = \"a\"\n[article]\nbody = [\"article\"]\ntitle = [{ select = \"h1\" }]\n",
    );
    world.crawl().await;
    let expected = [
        "http://paper.example/",
        "https://paper.example/",
        "https://paper.example/list",
        "https://paper.example/view?no=1",
    ];
    assert_eq!(world.asked(), expected);
    assert_eq!(world.headlines(), titles(&["1"]));
}

#[tokio::test(start_paused = true)]
async fn addresses_that_name_one_canonical_address_are_one_article() {
    let head = "<link rel=canonical href=\"https://www.paper.example/story/1\">";
    let world = World::new("https://paper.example/", move |url| {
        match url.strip_prefix("https://paper.example") {
            Some("/") => links(&[
                "/story/1?from=home",
                "/story/1?from=box",
                "/print/1",
                "/story/1",
                "/story/2",
            ]),
            Some("/story/2") => story("2"),
            Some(path) if path.ends_with('1') || path.contains("1?") => story_with("1", head),
            _ => missing(),
        }
    });
    world.crawl().await;
    assert_eq!(world.headlines(), titles(&["1", "2"]), "{:?}", world.kept());
    world.crawl_a_day_later().await;
    assert_eq!(
        world.asked(),
        ["https://paper.example/"],
        "the others are settled"
    );
}

#[tokio::test(start_paused = true)]
async fn one_canonical_address_for_different_stories_is_not_believed() {
    for canonical in ["/", "/story/1", "/list", "https://elsewhere.example/"] {
        let world = World::new("https://paper.example/", move |url| {
            let head = format!("<link rel=canonical href=\"{canonical}\">");
            match url.strip_prefix("https://paper.example/story/") {
                Some(name) => story_with(name, &head),
                None if url == "https://paper.example/" => {
                    let paths: Vec<String> =
                        (1..=8).map(|number| format!("/story/{number}")).collect();
                    links(&paths.iter().map(String::as_str).collect::<Vec<_>>())
                }
                None => missing(),
            }
        });
        world.crawl().await;
        assert_eq!(
            world.headlines(),
            titles(&["1", "2", "3", "4", "5", "6", "7", "8"]),
            "{canonical}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_page_of_a_home_page_is_followed_as_long_as_it_tells_news() {
    let pages = |last: u64| {
        move |url: &str| {
            let page = match url.strip_prefix("https://paper.example/") {
                Some("") => 1,
                Some(rest) => rest
                    .strip_prefix("?page=")
                    .and_then(|page| page.parse().ok())
                    .unwrap_or(0),
                None => 0,
            };
            if let Some(name) = url.strip_prefix("https://paper.example/story/") {
                return story(name);
            }
            if page == 0 || page > last {
                return missing();
            }
            // The pager links pages by their numbers, too.
            let numbers: String = (1..=last)
                .map(|page| format!("<a href=\"/?page={page}\">{page}</a>"))
                .collect();
            let next = if page < last {
                format!("<a rel=next href=\"/?page={}\">다음</a>", page + 1)
            } else {
                String::new()
            };
            let stories: Vec<String> = (0..3)
                .map(|row| format!("/story/{}", 100 - page * 3 - row))
                .collect();
            html(
                200,
                page_of(&stories.iter().map(String::as_str).collect::<Vec<_>>())
                    .replace("</ul>", &format!("</ul>{numbers}{next}")),
            )
        }
    };
    let world = World::new("https://paper.example/", pages(5));
    world.crawl().await;
    assert_eq!(world.headlines().len(), 15, "{:?}", world.asked());

    world.crawl_a_day_later().await;
    let lists = world
        .asked()
        .iter()
        .filter(|url| !url.contains("/story/"))
        .count();
    assert!(lists <= 3, "nothing is new: {:?}", world.asked());
}

#[tokio::test(start_paused = true)]
async fn the_first_base_of_a_page_counts_with_and_without_a_profile() {
    let pages = |url: &str| {
        match url.strip_prefix("https://paper.example") {
        Some("/") => html(
            200,
            "<base target=_top><base href='/news/'><base href='/wrong/'><nav><a href=list>모두</a></nav><a href='view?no=1'>소식</a>"
                .to_owned(),
        ),
        Some("/news/list") => html(200, "<base href='/news/'><ul><li><a href='view?no=1'>소식</a></ul>".to_owned()),
        Some("/news/view?no=1") => story("1"),
        _ => missing(),
    }
    };
    let plain = World::new("https://paper.example/", pages);
    plain.crawl().await;
    assert_eq!(plain.headlines(), titles(&["1"]), "{:?}", plain.asked());

    let mut known = World::new("https://paper.example/", pages);
    known.profile = Some(
        "name = \"x\"\n[url]\narticle = [\"/news/view\"]\nnumber = \"no\"\nlist = [\"/news/list\"]\npage = \"page\"\n\
         [menu]\nsections = [\"nav a\"]\n[[lists]]\nname = \"rows\"\nrow = \"li\"\nlink = \"a\"\n[article]\nbody = [\"article\"]\ntitle = [{ select = \"h1\" }]\n",
    );
    known.crawl().await;
    assert_eq!(known.headlines(), titles(&["1"]), "{:?}", known.asked());
}

#[tokio::test(start_paused = true)]
async fn queries_are_asked_in_their_documents_encoding() {
    let world = World::new("https://paper.example/", |url| {
        match url.strip_prefix("https://paper.example") {
            Some("/") => {
                let page = "<html><head><meta charset=euc-kr><title>동네 신문</title></head><body>\
                        <a href='/view?w=책방'>책방</a> <a href='/view?w=%BB%E7%BC%AD'>사서</a></body></html>";
                Answer {
                    status: 200,
                    headers: vec![("content-type".to_owned(), "text/html".to_owned())],
                    body: encoding_rs::EUC_KR.encode(page).0.into_owned(),
                }
            }
            Some("/view?w=%C3%A5%B9%E6") => story("1"),
            Some("/view?w=%BB%E7%BC%AD") => story("2"),
            _ => missing(),
        }
    });
    world.crawl().await;
    assert_eq!(
        world.headlines(),
        titles(&["1", "2"]),
        "{:?}",
        world.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn the_id_of_a_session_makes_no_other_article() {
    let world = World::new("https://paper.example/", |url| {
        let path = url.strip_prefix("https://paper.example").unwrap();
        let visit = path.len();
        match path {
            "/" => links(&[
                "/story/1;jsessionid=0A1B2C3D",
                "/story/1;jsessionid=4E5F6A7B?utm_source=a",
                "/story/1?PHPSESSID=8f14e45fceea167a",
                "/story/1?sid=c9f0f895fb98ab9159f51fd0297e236d",
                "/story/2?sid=2",
                "/story/2?sid=3",
            ]),
            _ if path.starts_with("/story/1") => story("1"),
            "/story/2?sid=2" | "/story/2?sid=3" => story(&path[path.len() - 1..]),
            _ => html(404, visit.to_string()),
        }
    });
    world.crawl().await;
    assert_eq!(
        world.kept()["책방 소식 1"],
        ["https://paper.example/story/1"]
    );
    assert_eq!(world.headlines(), titles(&["1", "2", "3"]));
    assert_eq!(world.asked().len(), 4, "{:?}", world.asked());
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_padded_or_too_long_loses_no_article() {
    let mut world = World::new("https://paper.example/", |url| {
        match url.strip_prefix("https://paper.example") {
        Some("/") => html(200, "<nav><a href='/list'>모두</a></nav>".to_owned()),
        Some("/list") => html(
            200,
            "<ul><li><a href='/view?no=000123'>하나</a><li><a href='/view?no=20261120180000123456'>둘</a>\
             <li><a href='/view?no=123'>하나</a></ul>"
                .to_owned(),
        ),
        Some("/view?no=123") => story("1"),
        Some("/view?no=20261120180000123456") => story("2"),
        _ => missing(),
    }
    });
    world.profile = Some(
        "name = \"x\"\n[url]\narticle = [\"/view\"]\nnumber = \"no\"\nlist = [\"/list\"]\npage = \"page\"\n\
         [menu]\nsections = [\"nav a\"]\n[[lists]]\nname = \"rows\"\nrow = \"li\"\nlink = \"a\"\n[article]\nbody = [\"article\"]\ntitle = [{ select = \"h1\" }]\n",
    );
    world.crawl().await;
    assert_eq!(
        world.headlines(),
        titles(&["1", "2"]),
        "{:?}",
        world.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_to_the_same_address_in_other_escapes_ends_with_the_article() {
    let world = World::new("https://paper.example/", |url| {
        match url.strip_prefix("https://paper.example") {
            Some("/") => links(&["/story/%ea%b0%80?n=1", "/story/b%7Ec", "/story/%ea%b1%b0"]),
            Some("/story/%EA%B0%80?n=1") => to("/story/%ea%b0%80?n=1"),
            Some("/story/%ea%b0%80?n=1") => story("1"),
            Some("/story/b~c") => to("/story/b%7Ec"),
            Some("/story/b%7Ec") => story("2"),
            // Nobody can follow this one.
            Some(rest) if rest.starts_with("/story/") => to(if rest.contains("%EA") {
                "/story/%ea%b1%b0"
            } else {
                "/story/%EA%B1%B0"
            }),
            _ => missing(),
        }
    });
    world.crawl().await;
    assert_eq!(
        world.headlines(),
        titles(&["1", "2"]),
        "{:?}",
        world.asked()
    );
    let circle = world
        .asked()
        .iter()
        .filter(|url| url.to_lowercase().contains("%ea%b1%b0"))
        .count();
    assert!(circle <= 8, "{:?}", world.asked());
}

#[tokio::test(start_paused = true)]
async fn a_feed_of_a_paper_without_a_profile_tells_its_articles() {
    const HOME: &str = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss\">\
        <link rel=\"alternate\" type=\"application/feed+json\" href=\"/feed.json\">\
        <a href=\"/1\">하나</a> <a href=\"/rss\">RSS</a>";
    // By each of the paper's names, with a session; and another paper's.
    const RSS: &str = "<rss><channel><item><title>글</title><link>http://paper.example/2</link></item>\
        <item><title>글</title><link>/3;jsessionid=A1B2C3</link></item>\
        <item><title>글</title><link>https://www.paper.example/1</link></item>\
        <item><title>글</title><link>https://else.example/4</link></item></channel></rss>";
    const JSON: &str = "{\"items\": [{\"id\": 5, \"url\": \"/5\", \"title\": \"글\"}]}";
    let typed = |kind: &str, body: &str| Answer {
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        ..html(200, body.to_owned())
    };
    let world = World::new("https://www.paper.example/", move |url| {
        let path = url.trim_start_matches("https://www.paper.example/");
        match path {
            "" => html(200, HOME.to_owned()),
            "rss" => typed("text/xml", RSS),
            "feed.json" => typed("application/feed+json", JSON),
            "1" | "2" | "3" | "5" => story(path),
            _ => missing(),
        }
    });
    world.crawl().await;
    assert_eq!(world.headlines(), titles(&["1", "2", "3", "5"]));

    let asked = world.asked();
    let feeds = asked.iter().filter(|url| url.ends_with("/rss")).count();
    assert_eq!((asked.len(), feeds), (7, 1), "{asked:?}");
}
