//! Whole crawls of the demo newspaper by the real binary: what is stored, what was asked, what
//! comes back later.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::{Crawler, Paper};
use saseo::demo::{
    Availability, DemoArticle, DemoCms, DemoSkin, Edition, Newspaper, OriginThread, SECTIONS,
};
use serde_json::{Value, json};

fn by_number(articles: Vec<Value>) -> BTreeMap<u64, Value> {
    articles
        .into_iter()
        .map(|article| (article["number"].as_u64().unwrap(), article))
        .collect()
}

/// Fails where an export tells an article otherwise than its author knows it.
fn assert_told(stored: &Value, article: &DemoArticle, photo: Option<String>) {
    let image = article
        .photo
        .as_ref()
        .map(|(_, caption)| json!({"url": photo, "caption": caption}));
    let shown: Vec<Value> = stored["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| json!({"url": image["url"], "caption": image["caption"]}))
        .collect();
    let is_open = article.kind == Availability::Open;
    let expected = json!({
        "id": format!("demo/{}", article.number),
        "title": article.title,
        "subtitle": article.subtitle,
        "byline": article.byline,
        "authors": article.authors,
        "section": SECTIONS[article.section].1,
        "subsection": article.subsection,
        "published_at": article.published.to_string(),
        "paragraphs": if is_open { article.paragraphs.clone() } else { vec![] },
        "images": if is_open { image.into_iter().collect() } else { Vec::<Value>::new() },
        "tags": article.tags,
        "access": if is_open { "open" } else { "members" },
        "rights": "저작권자 © 한빛책방신문 무단전재 및 재배포 금지",
        "version": 1,
        "http_status": 200,
    });
    let mut told: Value = expected
        .as_object()
        .unwrap()
        .keys()
        .map(|key| (key.clone(), stored[key].clone()))
        .collect();
    told["images"] = Value::from(shown);
    assert_eq!(told, expected);
}

fn crawl_and_compare(paper: Paper) -> (Paper, Crawler, Value) {
    let crawler = Crawler::of(&paper, "0s");
    let report = crawler.run_json("crawl");
    let stored = by_number(crawler.articles());
    let mut expected = paper.to_be_stored();
    expected.sort_unstable();
    assert_eq!(stored.keys().copied().collect::<Vec<_>>(), expected);
    let base = paper.origin.base();
    paper.origin.newspaper(|paper| {
        for article in paper.articles() {
            if let Some(stored) = stored.get(&article.number) {
                assert_told(stored, article, paper.photo_url(&base, article));
            }
        }
    });
    (paper, crawler, report)
}

fn of_skin(skin: DemoSkin) -> Paper {
    Paper::of(&Edition {
        skin,
        crawl_delay: None,
        ..Edition::default()
    })
}

#[test]
fn every_article_of_another_cms_is_stored_by_its_profile_alone() {
    let (paper, crawler, report) = crawl_and_compare(Paper::on(
        DemoCms::Mediaon,
        &Edition {
            crawl_delay: None,
            ..Edition::default()
        },
    ));
    // Two articles are missing. That is not believed before another look a day later.
    assert_eq!(
        (report["how"].as_str(), report["queued"].as_u64()),
        (Some("finished"), Some(2))
    );
    let stored = by_number(crawler.articles());
    paper.origin.newspaper(|paper| {
        for article in paper
            .articles()
            .iter()
            .filter(|article| stored.contains_key(&article.number))
        {
            let told = &stored[&article.number];
            let modified = article.modified.map(|time| time.to_string());
            assert_eq!(
                (&told["modified_at"], &told["extractor"]),
                (&json!(modified), &json!("mediaon/desktop"))
            );
        }
    });
    let log = paper.log();
    // A list shows fifteen rows, not twenty.
    assert!(log.len() <= 120 * 120 / 100, "{} requests", log.len());
    for visit in &log {
        let traps = [
            "/mobile/", "print", "search", "/member/", "rank=", "list_all",
        ];
        assert!(
            !traps.iter().any(|trap| visit.path_and_query.contains(trap)),
            "{}",
            visit.path_and_query
        );
    }
    assert!(
        log.iter()
            .any(|visit| visit.path_and_query == "/data/rss/news.xml")
    );
}

#[test]
fn every_article_of_the_newest_skin_is_stored_as_its_author_knows_it() {
    let (paper, _crawler, report) = crawl_and_compare(of_skin(DemoSkin::G4));
    // Two articles are missing. That is not believed before another look a day later.
    assert_eq!(
        (
            report["how"].as_str(),
            report["queued"].as_u64(),
            report["failed"].as_u64()
        ),
        (Some("finished"), Some(2), Some(0))
    );
    let requests = paper.log().len() as f64;
    let listed = paper.origin.newspaper(|paper| paper.articles().len()) as f64;
    assert!(
        requests <= listed * 1.15,
        "{requests} requests for {listed} articles"
    );
    assert_eq!(report["requests"].as_f64(), Some(requests));
}

#[test]
fn every_article_of_an_older_skin_is_stored_as_its_author_knows_it() {
    crawl_and_compare(of_skin(DemoSkin::G2));
}

#[test]
fn traps_are_never_asked_for_and_robots_txt_comes_first() {
    let paper = Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let log = paper.log();
    assert_eq!(log[0].path_and_query, "/robots.txt");
    let traps = [
        "/admin", "/member", "/com/", "Print", "Mail", "Amp", "sc_area", "sc_word", "utm_",
        "replyAll", "/rss/?",
    ];
    for visit in &log {
        assert!(
            !traps.iter().any(|trap| visit.path_and_query.contains(trap)),
            "{}",
            visit.path_and_query
        );
        assert!(
            visit.user_agent.starts_with("saseo/"),
            "{}",
            visit.user_agent
        );
    }
    let mut asked: Vec<_> = log.iter().map(|visit| &visit.path_and_query).collect();
    asked.sort();
    let all = asked.len();
    asked.dedup();
    assert_eq!(asked.len(), all);
}

#[test]
fn crawl_delay_is_kept_though_the_site_file_asks_for_less() {
    let edition = Edition {
        articles_per_section: 3,
        crawl_delay: Some(0.2),
        ..Edition::default()
    };
    let paper = Paper::of(&edition);
    Crawler::of(&paper, "0s").run_json("crawl");
    paper.assert_gap(Duration::from_millis(200));
}

#[test]
fn a_later_crawl_asks_for_little_more_than_what_is_new() {
    let paper = Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let before = paper.log().len();
    paper.origin.newspaper(|paper| paper.publish(6));
    let report = crawler.run_json("crawl");
    assert_eq!(report["articles_new"].as_u64(), Some(6));
    // Six articles and two pages of the list of everything: the feed is read once a day, sections
    // are looked through once a week.
    let asked: Vec<String> = paper
        .log()
        .split_off(before)
        .into_iter()
        .map(|visit| visit.path_and_query)
        .collect();
    assert_eq!(asked.len(), 6 + 2, "{asked:?}");
    assert_eq!(crawler.articles().len(), 124);
}

#[test]
fn a_day_before_which_nothing_is_wanted_is_kept_to() {
    let paper = Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let done = crawler.run(&["crawl", "--since", "2026-11-19"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let stored = crawler.articles();
    assert!(!stored.is_empty() && stored.len() < 118);
    assert!(
        stored
            .iter()
            .all(|article| article["published_at"].as_str() >= Some("2026-11-19"))
    );
}

#[test]
fn a_site_without_a_profile_is_read_by_its_links() {
    let paper = Paper::of(&Edition {
        articles_per_section: 5,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let base = paper.origin.base();
    crawler.write_site(&format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{base}/\"\nown_site = true\n[pace]\ngap = \"0s\"\n"
    ));
    let done = crawler.run(&["crawl", "--tolerate", "1000"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let articles = crawler.articles();
    assert!(articles.iter().any(|article| {
        article["url"]
            .as_str()
            .is_some_and(|url| url.contains("articleView"))
    }));
    assert!(articles.iter().all(|article| {
        article["extractor"]
            .as_str()
            .is_some_and(|name| name.starts_with("generic"))
    }));
    assert!(articles.iter().all(|article| {
        article["confidence"]
            .as_f64()
            .is_some_and(|sure| (0.45..=1.0).contains(&sure))
    }));
}

#[test]
fn two_archives_on_one_machine_do_not_ask_one_host_at_once_nor_too_soon_after_one_another() {
    let paper = Paper::start();
    let (one, other) = (Crawler::of(&paper, "100ms"), Crawler::of(&paper, "100ms"));
    let beside = |command: &str| {
        let mut command = other.command(&["--json", command]);
        command.env("SASEO_RUNTIME_DIR", one.folder.path().join("locks"));
        command.output().unwrap()
    };
    let mut first = one.spawn("crawl");
    paper.wait_for_visits(3, &mut first);
    let turned_away = beside("crawl");
    assert_eq!(turned_away.status.code(), Some(1));
    let said = String::from_utf8_lossy(&turned_away.stderr).into_owned();
    assert!(
        said.contains(&format!(
            "another crawl on this machine asks it: crawl, process {}",
            first.id()
        )),
        "{said}"
    );
    first.kill();
    let done = beside("crawl");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    paper.assert_gap(Duration::from_millis(100));
}

#[test]
fn a_plan_tells_what_a_crawl_then_asks() {
    let paper = Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let plan = || crawler.run_json("plan").as_array().unwrap()[0].clone();
    assert_eq!(
        (
            plan()["crawled_before"].as_bool(),
            plan()["requests"].as_u64()
        ),
        (Some(false), Some(4))
    );
    crawler.run(&["crawl", "--max-requests", "60"]);
    let asked = paper.log().len();
    let told = plan();
    let dry: Value =
        serde_json::from_slice(&crawler.run(&["--json", "crawl", "--dry-run"]).stdout).unwrap();
    assert_eq!(dry[0]["requests"], told["requests"]);
    assert!(
        told["queued"].as_u64() > Some(50) && told["expected_bytes"].as_u64() > Some(1_000_000),
        "{told}"
    );
    let [articles, looks, lists] =
        ["queued_articles", "queued_looks", "queued_lists"].map(|key| told[key].as_u64().unwrap());
    assert!(
        articles > 50 && looks == 0 && articles + lists == told["queued"].as_u64().unwrap(),
        "{told}"
    );
    assert_eq!(paper.log().len(), asked, "a plan asks nothing");
    let report = crawler.run_json("crawl");
    assert_eq!(report["requests"], told["requests"]);
}

/// Fifty papers, each on a loopback address of its own.
fn fifty_papers() -> Vec<Paper> {
    let edition = Edition {
        articles_per_section: 2,
        crawl_delay: None,
        ..Edition::default()
    };
    let paper = |k: u8| Paper {
        origin: OriginThread::start(Newspaper::new(&edition), ([127, 0, 0, k], 0).into()).unwrap(),
    };
    (101..=150).map(paper).collect()
}

#[test]
fn fifty_hosts_are_asked_side_by_side_and_none_is_hurried() {
    let papers = fifty_papers();
    let crawler = Crawler {
        folder: tempfile::TempDir::new().unwrap(),
    };
    for (k, paper) in papers.iter().enumerate() {
        crawler.write_named_site(&format!("p{k}"), &paper.origin.base(), "200ms");
    }
    std::fs::write(
        crawler.config().join("saseo.toml"),
        "[pace]\ntotal_rate = \"1000/s\"\n",
    )
    .unwrap();
    let report = crawler.run_json("crawl");
    assert_eq!(report["articles_new"].as_u64(), Some(50 * 6));
    for paper in &papers {
        paper.assert_gap(Duration::from_millis(200));
    }
}
