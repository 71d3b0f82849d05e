//! `saseo survey`, on the demo newspaper and on papers that are invented here: what it asks, what it finds, and whether a
//! crawl takes its files as they are.

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;
use std::time::Duration;

use crate::invented_paper::{Invented, Page, html, missing, text};
use crate::program::{Crawler, Paper, assert_gaps, said};
use saseo::demo::{DemoCms, DemoSkin, Edition};
use saseo::host_lock::HostLocks;
use saseo::page_url::PageUrl;
use serde_json::Value;

const GAP: Duration = Duration::from_millis(50);

/// Surveys a server of our own at a short gap.
fn survey(crawler: &Crawler, url: &str, more: &[&str]) -> Output {
    let gap: &[&str] = if more.contains(&"--gap") {
        &[]
    } else {
        &["--gap", "50ms"]
    };
    crawler.run(&[&["survey", url, "--own-site"], gap, more].concat())
}

fn survey_json(crawler: &Crawler, url: &str, more: &[&str]) -> Value {
    let out = survey(crawler, url, &[&["--json"], more].concat());
    assert!(out.status.success(), "{}", said(&out));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Surveys into the crawler's own configuration as the site `new`, and crawls that.
fn survey_and_crawl(crawler: &Crawler, url: &str, more: &[&str]) -> Value {
    let config = crawler.config();
    let out = survey(
        crawler,
        url,
        &[
            &[
                "--gap",
                "10ms",
                "--name",
                "new",
                "--write",
                &config.to_string_lossy(),
            ],
            more,
        ]
        .concat(),
    );
    assert!(out.status.success(), "{}", said(&out));
    let out = crawler.run(&["--json", "crawl", "new"]);
    assert!(out.status.success(), "{}", said(&out));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// The same of a paper that is invented, whose profile is drafted with this in it.
fn survey_and_crawl_drafted(crawler: &Crawler, paper: &Invented, wanted: &[&str]) {
    survey_and_crawl(crawler, &format!("{}/", paper.base), &[]);
    let profile = fs::read_to_string(crawler.config().join("profiles/new.toml")).unwrap();
    for told in wanted {
        assert!(profile.contains(told), "{told} is not in\n{profile}");
    }
}

fn numbers(articles: &[Value]) -> BTreeSet<u64> {
    articles
        .iter()
        .filter_map(|article| article["number"].as_u64())
        .collect()
}

#[test]
fn the_demo_newspaper_is_recognised_and_crawled_as_surveyed() {
    let paper = Paper::of(&Edition {
        articles_per_section: 25,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::empty();
    let report = survey_and_crawl(&crawler, &format!("{}/", paper.origin.base()), &[]);
    let site = fs::read_to_string(crawler.config().join("sites/new.toml")).unwrap();
    assert!(
        site.contains("profile = \"ndsoft\"") && site.contains("sections = \"menu\""),
        "{site}"
    );
    assert!(
        site.contains("title = \"한빛책방신문\"") && site.contains("timezone = \"Asia/Seoul\""),
        "{site}"
    );
    assert!(
        !crawler.config().join("profiles").exists(),
        "a known CMS needs no draft"
    );
    assert_eq!(
        numbers(&crawler.articles()),
        paper.to_be_stored().into_iter().collect()
    );
    assert_eq!(report["failed"].as_u64(), Some(0));
}

#[test]
fn a_profile_is_drafted_for_an_unknown_cms_and_its_crawl_stores_what_the_known_profile_stores() {
    for skin in [DemoSkin::G4, DemoSkin::G2] {
        let edition = Edition {
            articles_per_section: 25,
            crawl_delay: None,
            ..Edition::default()
        };
        let paper = Paper::of(&Edition { skin, ..edition });
        let url = format!("{}/", paper.origin.base());
        let (known, drafted) = (Crawler::empty(), Crawler::empty());
        survey_and_crawl(&known, &url, &[]);
        let report = survey_and_crawl(&drafted, &url, &["--draft"]);
        assert!(
            fs::read_to_string(drafted.config().join("sites/new.toml"))
                .unwrap()
                .contains("profile = \"new\"")
        );
        assert_eq!(report["failed"].as_u64(), Some(0), "{report}");
        let (known, drafted) = (known.articles(), drafted.articles());
        assert_eq!(
            numbers(&drafted),
            paper.to_be_stored().into_iter().collect(),
            "{skin:?}"
        );
        assert_eq!(known.len(), drafted.len());
        for (one, other) in known.iter().zip(&drafted) {
            for field in ["number", "title", "text", "published_at", "access"] {
                assert_eq!(
                    one[field], other[field],
                    "{skin:?}, {field} of {}",
                    one["url"]
                );
            }
        }
    }
}

#[test]
fn a_paper_of_the_second_cms_is_recognised_or_drafted_and_crawled_as_surveyed() {
    let edition = Edition {
        articles_per_section: 25,
        crawl_delay: None,
        ..Edition::default()
    };
    let paper = Paper::on(DemoCms::Mediaon, &edition);
    let url = format!("{}/", paper.origin.base());
    for (flags, profile) in [(&[][..], "mediaon"), (&["--draft"][..], "new")] {
        let crawler = Crawler::empty();
        let report = survey_and_crawl(&crawler, &url, flags);
        let site = fs::read_to_string(crawler.config().join("sites/new.toml")).unwrap();
        assert!(site.contains(&format!("profile = {profile:?}")), "{site}");
        assert_eq!(report["failed"].as_u64(), Some(0), "{report}");
        assert_eq!(
            numbers(&crawler.articles()),
            paper.to_be_stored().into_iter().collect(),
            "{profile}"
        );
    }
}

#[test]
fn a_new_folder_gets_the_shipped_configuration_too_and_one_that_is_there_only_its_files() {
    let paper = Paper::of(&Edition {
        articles_per_section: 5,
        crawl_delay: None,
        ..Edition::default()
    });
    let url = format!("{}/", paper.origin.base());
    for (is_there, shipped) in [(false, true), (true, false)] {
        let crawler = Crawler::empty();
        let folder = crawler.folder.path().join("surveyed");
        if is_there {
            fs::create_dir(&folder).unwrap();
        }
        survey(
            &crawler,
            &url,
            &[
                "--gap",
                "10ms",
                "--name",
                "new",
                "--write",
                &folder.to_string_lossy(),
            ],
        );

        assert!(folder.join("sites/new.toml").is_file());
        assert_eq!(folder.join("saseo.toml").is_file(), shipped);
        assert_eq!(folder.join("profiles/ndsoft.toml").is_file(), shipped);
    }
}

/// A paper on no CMS that is known: numbers in the query, lines parted by `<br>`, a date in print only.
fn other_cms(path_and_query: &str) -> Page {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let value = |name: &str| {
        query
            .split('&')
            .find_map(|part| part.strip_prefix(&format!("{name}=")))
            .unwrap_or("")
    };
    let number = value("no").parse().unwrap_or(0);
    let page = value("pg").parse().unwrap_or(1);
    match path {
        "/robots.txt" => text("User-agent: *\nDisallow: /secret/\nSitemap: /map.xml\n"),
        "/map.xml" => (
            200,
            "application/xml",
            format!("<urlset>{}</urlset>", "<url><loc>x</loc></url>".repeat(7)),
        ),
        "/rss.xml" => (200, "application/rss+xml", feed()),
        "/" => html(framed(
            "서가일보",
            &(88..=96).rev().map(teaser).collect::<String>(),
        )),
        "/news/list.html" => html(framed("목록 - 서가일보", &list(value("sec"), page))),
        "/news/article.html" if (1..=96).contains(&number) => html(article(number)),
        _ => missing(),
    }
}

const SECTIONS: [(&str, &str); 3] = [("pol", "정치"), ("cul", "문화"), ("bok", "책과 사람")];

fn feed() -> String {
    let item = |number: u64| {
        format!(
            "<item><title>{}</title><link>/news/article.html?no={number}</link></item>",
            headline(number)
        )
    };
    format!(
        "<rss version=\"2.0\"><channel>{}</channel></rss>",
        (92..=96).map(item).collect::<String>()
    )
}

/// Newer articles have higher numbers.
fn day(number: u64) -> u64 {
    number / 4 + 1
}

fn headline(number: u64) -> String {
    format!("서가에서 찾은 {number}번째 이야기")
}

fn teaser(number: u64) -> String {
    format!(
        "<div class=\"top\"><a href=\"/news/article.html?no={number}\">{}</a></div>",
        headline(number)
    )
}

fn framed(title: &str, main: &str) -> String {
    let section =
        |(code, name): &(&str, &str)| format!("<a href=\"/news/list.html?sec={code}\">{name}</a>");
    let menu: String = SECTIONS.iter().map(section).collect();
    let side: String = (20..=29)
        .map(|number| format!("<li>{}</li>", teaser(number)))
        .collect();
    format!(
        "<!doctype html><html><head><title>{title}</title><link rel=\"alternate\" type=\"application/rss+xml\" \
         href=\"/rss.xml\"></head><body><div class=\"top_line\"><a href=\"/member/login.html\">로그인</a>\
         <a href=\"/secret/desk.html\">편집국에서 보는 화면</a></div><div id=\"gnb\">{menu}</div><form action=\"/news/list.html\">\
         <input name=\"word\"></form><div class=\"wrap\">{main}</div><ul id=\"popular\">{side}</ul></body></html>"
    )
}

/// Each section has 32 articles, 15 on a page.
fn list(section: &str, page: u64) -> String {
    let at = SECTIONS
        .iter()
        .position(|(code, _)| *code == section)
        .unwrap_or(0) as u64;
    let own = (1..=96)
        .rev()
        .filter(|number| number % 3 == at)
        .skip(15 * (page as usize - 1))
        .take(15);
    let row = |number: u64| {
        format!(
            "<dl class=\"story n{number}\"><dt><a href=\"/news/article.html?no={number}&sec={section}\">{}</a></dt>\
             <dd><a href=\"/news/article.html?no={number}&sec={section}\">책방에서 들은 말을 길게 옮겨 적는다</a></dd>\
             <dd class=\"by\"><span>홍길동</span><span>2026.10.{:02}</span></dd></dl>",
            headline(number),
            day(number)
        )
    };
    let link =
        |page: u64| format!("<a href=\"/news/list.html?sec={section}&pg={page}\">{page}</a>");
    let (rows, pager): (String, String) = (own.map(row).collect(), (1..=3).map(link).collect());
    format!("<div class=\"stories\">{rows}</div><div class=\"paging\">{pager}</div>")
}

fn article(number: u64) -> String {
    let line = |shelf: u64| {
        format!(
            "{number}번째 서가의 {shelf}번 칸에는 오래된 사전과 그 사전을 아끼던 사람의 쪽지가 함께 꽂혀 있었다고 한다."
        )
    };
    let story = (1..=6).map(line).collect::<Vec<_>>().join("<br><br>");
    let day = day(number);
    let main = format!(
        "<div class=\"head\"><h1>{}</h1><span class=\"when\">등록 2026.10.{day:02} 09:30</span></div>\
         <div class=\"view_con\">{story}<br><br>지면을 크게 보시려면 누르세요</div>",
        headline(number)
    );
    framed(&headline(number), &main)
}

#[test]
fn a_paper_of_another_cms_is_surveyed_and_crawled_to_its_last_article() {
    let paper = Invented::serve(other_cms);
    let crawler = Crawler::empty();
    let wanted = [
        "number = \"no\"",
        "page = \"pg\"",
        "keep = [\"sec\"]",
        "info = \"dd.by span\"",
        "\"div.view_con\"",
        "trap_parameters = [\"word\"]",
    ];
    survey_and_crawl_drafted(&crawler, &paper, &wanted);
    let articles = crawler.articles();
    assert_eq!(numbers(&articles), (1..=96).collect());
    for article in &articles {
        let number = article["number"].as_u64().unwrap();
        assert_eq!(article["title"].as_str(), Some(headline(number).as_str()));
        let day = format!("2026-10-{:02}T09:30:00+09:00", day(number));
        assert_eq!(article["published_at"].as_str(), Some(day.as_str()));
        assert_eq!(
            article["paragraphs"].as_array().map(Vec::len),
            Some(6),
            "{article}"
        );
    }
    assert!(
        paper
            .asked()
            .iter()
            .all(|path| !path.contains("/secret/") && !path.contains("login"))
    );
}

#[test]
fn feeds_sitemaps_and_dates_are_told_and_a_drafts_lists_end_at_a_day() {
    let paper = Invented::serve(other_cms);
    let (crawler, url) = (Crawler::empty(), format!("{}/", paper.base));
    let told = survey_json(&crawler, &url, &[]);
    assert_eq!(
        (
            &told["feeds"][0]["entries"],
            &told["sitemaps"][0]["entries"]
        ),
        (&5.into(), &7.into()),
        "{told}"
    );
    assert_eq!(told["dates"], "printed");
    assert_eq!(
        (&told["articles_asked"], &told["articles_read"]),
        (&3.into(), &3.into())
    );
    let config = crawler.config();
    survey(
        &crawler,
        &url,
        &[
            "--gap",
            "10ms",
            "--name",
            "new",
            "--write",
            &config.to_string_lossy(),
        ],
    );
    let asked = paper.log().len();
    // The day on which the first page of each list ends.
    assert!(
        crawler
            .run(&["crawl", "new", "--since", "2026-10-14"])
            .status
            .success()
    );
    let asked = paper.asked().split_off(asked);
    let of_page = |page: &str| {
        asked
            .iter()
            .filter(|path| path.contains("list.html") && path.contains(page))
            .count()
    };
    assert_eq!((of_page("pg=2"), of_page("pg=3")), (3, 0), "{asked:?}");
}

#[test]
fn what_robots_txt_forbids_is_not_asked_for() {
    let paper = Invented::serve(|path| match path {
        "/robots.txt" => {
            text("User-agent: *\nDisallow: /news/list.html\nDisallow: /news/article.html?no=96$\n")
        }
        _ => other_cms(path),
    });
    let told = survey_json(&Crawler::empty(), &format!("{}/", paper.base), &[]);
    let asked = paper.asked();
    assert!(
        asked
            .iter()
            .any(|path| path.starts_with("/news/article.html")),
        "{asked:?}"
    );
    let forbidden = |path: &&String| {
        path.starts_with("/news/list.html") || path.as_str() == "/news/article.html?no=96"
    };
    assert_eq!(asked.iter().find(forbidden), None);
    assert_eq!(asked[0], "/robots.txt");
    let left_alone = told["forbidden"].to_string();
    assert!(
        left_alone.contains("/news/list.html") && left_alone.contains("disallow: "),
        "{left_alone}"
    );
}

/// A paper without end, of whose pages none is an article: every page links pages that no other
/// links.
fn endless(path_and_query: &str) -> Page {
    if path_and_query == "/robots.txt" {
        return missing();
    }
    let seed: usize = path_and_query.bytes().map(usize::from).sum();
    let link = |k: usize| {
        format!(
            "<nav><a href=\"/s{seed}x{k}/list?p{k}={k}\">칸 {k}</a><a href=\"/d{seed}/v{k}?no{k}=1{k}\">끝이 없는 책의 {k}쪽</a></nav>"
        )
    };
    html(format!(
        "<html lang=\"ko\"><body>{}</body></html>",
        (0..60).map(link).collect::<String>()
    ))
}

#[test]
fn no_paper_is_asked_more_than_forty_times_nor_hurried() {
    let paper = Invented::serve(endless);
    let out = survey(&Crawler::empty(), &format!("{}/", paper.base), &[]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let log = paper.log();
    assert!((5..=40).contains(&log.len()), "{}", log.len());
    assert_gaps(&log, GAP);
    let all: BTreeSet<&String> = log.iter().map(|visit| &visit.path_and_query).collect();
    assert_eq!(all.len(), log.len(), "nothing is asked for twice");
    assert!(
        log.iter()
            .all(|visit| visit.user_agent.starts_with("saseo/"))
    );
    survey(
        &Crawler::empty(),
        &format!("{}/", paper.base),
        &["--max-requests", "9"],
    );
    assert!(
        (7..=9).contains(&(paper.log().len() - log.len())),
        "{}",
        paper.log().len() - log.len()
    );
}

#[test]
fn a_budget_that_is_spent_is_no_error() {
    let paper = Invented::serve(other_cms);
    let told = survey_json(
        &Crawler::empty(),
        &format!("{}/", paper.base),
        &["--max-requests", "4"],
    );
    assert_eq!(
        (paper.log().len(), told["requests"].as_array().map(Vec::len)),
        (4, Some(4))
    );
    let out = survey(
        &Crawler::empty(),
        &format!("{}/", paper.base),
        &["--max-requests", "41"],
    );
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn the_same_paper_is_always_surveyed_alike() {
    let paper = Invented::serve(other_cms);
    let url = format!("{}/", paper.base);
    let (first, second) = (
        survey_json(&Crawler::empty(), &url, &[]),
        survey_json(&Crawler::empty(), &url, &[]),
    );
    assert_eq!(first, second);
}

#[test]
fn a_crawl_delay_is_kept_from_the_first_page_on() {
    let paper = Paper::of(&Edition {
        articles_per_section: 5,
        crawl_delay: Some(0.3),
        ..Edition::default()
    });
    survey_json(
        &Crawler::empty(),
        &format!("{}/", paper.origin.base()),
        &["--gap", "0s"],
    );
    paper.assert_gap(Duration::from_millis(300));
    assert!(paper.log().len() >= 7);
}

#[test]
fn two_surveys_in_a_row_hurry_nobody_and_two_at_once_are_not_made() {
    let paper = Invented::serve(other_cms);
    let (crawler, url) = (Crawler::empty(), format!("{}/", paper.base));
    let args = [
        "survey",
        url.as_str(),
        "--own-site",
        "--gap",
        "400ms",
        "--max-requests",
        "4",
    ];
    let other = HostLocks::new(Some(crawler.folder.path().join("locks").into()));
    let lock = other
        .take(&PageUrl::parse(&url).unwrap().host(), "survey, process 0")
        .unwrap();
    let turned_away = crawler.run(&args);
    assert_eq!(turned_away.status.code(), Some(1));
    assert!(
        said(&turned_away).contains("another crawl on this machine asks it: survey"),
        "{}",
        said(&turned_away)
    );
    assert!(paper.log().is_empty());
    drop(lock);
    for _ in 0..2 {
        assert!(crawler.run(&args).status.success());
    }
    assert_eq!(paper.log().len(), 8);
    assert_gaps(&paper.log(), Duration::from_millis(400));
}

#[test]
fn a_survey_is_a_run_in_the_ledger_and_an_audit_covers_it() {
    let paper = Invented::serve(other_cms);
    let crawler = Crawler::empty();
    let told = survey_json(&crawler, &format!("{}/", paper.base), &[]);
    let asked = told["requests"].as_array().unwrap().len();
    assert_eq!(asked, paper.log().len());

    let audit = crawler.run(&["--json", "audit"]);
    assert!(audit.status.success(), "{}", said(&audit));
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["requests"], asked, "{report}");

    let status: Value = serde_json::from_slice(&crawler.run(&["--json", "status"]).stdout).unwrap();
    let run = &status["runs"][0];
    assert_eq!(
        (&run["command"], &run["how"], &run["requests"]),
        (&"survey".into(), &"finished".into(), &asked.into())
    );
}

#[test]
fn a_paper_that_refuses_is_left_alone_and_that_is_said() {
    let paper = Invented::serve(|path| {
        if path == "/robots.txt" {
            missing()
        } else {
            (403, "text/html", String::new())
        }
    });
    let out = survey(&Crawler::empty(), &format!("{}/", paper.base), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        said(&out).contains("refuses: it answered") && said(&out).contains("with status 403"),
        "{}",
        said(&out)
    );
    assert!(out.stdout.is_empty());
    assert_eq!(paper.log().len(), 2);
}

#[test]
fn a_paper_that_refuses_in_words_is_left_alone() {
    let words = "<script>alert('정상적인 접근이 아닙니다.'); history.back();</script>";
    let paper = Invented::serve(move |path| {
        if path.starts_with("/news/list.html") {
            html(words.to_owned())
        } else {
            other_cms(path)
        }
    });
    let out = survey(&Crawler::empty(), &format!("{}/", paper.base), &["--quiet"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(
        said(&out).contains("the page says \"정상적인 접근이 아닙니다\""),
        "{}",
        said(&out)
    );
    assert_eq!(
        paper
            .asked()
            .last()
            .map(|path| path.starts_with("/news/list.html")),
        Some(true),
        "{:?}",
        paper.asked()
    );
}

#[test]
fn a_paper_that_refuses_midway_is_told_as_far_as_it_is_known() {
    let paper = Invented::serve(|path| {
        if path.starts_with("/news/article.html") {
            (429, "text/html", String::new())
        } else {
            other_cms(path)
        }
    });
    let out = survey(&Crawler::empty(), &format!("{}/", paper.base), &["--quiet"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(
        said(&out).contains("ended early") && said(&out).contains("with status 429"),
        "{}",
        said(&out)
    );
    assert!(String::from_utf8_lossy(&out.stdout).contains("title = \"서가일보\""));
    assert_eq!(
        paper
            .asked()
            .iter()
            .filter(|path| path.contains("article.html"))
            .count(),
        1
    );
    assert_eq!(
        paper
            .asked()
            .last()
            .map(String::as_str)
            .map(|path| path.contains("article.html")),
        Some(true)
    );
}

#[test]
fn without_its_robots_txt_nothing_of_a_paper_is_asked_for() {
    let paper = Invented::serve(|path| {
        if path == "/robots.txt" {
            (500, "text/html", String::new())
        } else {
            other_cms(path)
        }
    });
    let out = survey(&Crawler::empty(), &format!("{}/", paper.base), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        said(&out)
            .contains("without its robots.txt nothing may be asked (status 500: it cannot be had)"),
        "{}",
        said(&out)
    );
    assert_eq!(paper.asked(), ["/robots.txt"]);
}

#[test]
fn redirects_are_followed_within_the_paper_and_not_out_of_it() {
    let paper = Invented::serve(|path| match path {
        "/" => (302, "", "/front".to_owned()),
        "/front" => other_cms("/"),
        _ => other_cms(path),
    });
    let told = survey_json(&Crawler::empty(), &format!("{}/", paper.base), &[]);
    assert!(
        told["home"].as_str().unwrap().ends_with("/front") && told["cms"]["kind"] == "drafted",
        "{told}"
    );
    let away = Invented::serve(|path| {
        if path == "/" {
            (301, "", "http://127.0.0.1:9/".to_owned())
        } else {
            missing()
        }
    });
    let out = survey(&Crawler::empty(), &format!("{}/", away.base), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        said(&out).contains("moved to another paper, http://127.0.0.1:9/"),
        "{}",
        said(&out)
    );
}

/// A paper that numbers its articles in the path.
fn numbered_paths(path: &str) -> Page {
    let menu =
        "<nav><a href=\"/section/culture\">Culture</a><a href=\"/section/books\">Books</a></nav>";
    let teasers = |of: std::ops::Range<u32>| {
        of.map(|k| format!("<p><a href=\"/story/{k}\">A long title of the story {k}</a></p>"))
            .collect::<String>()
    };
    let page = |main: String| {
        html(format!(
            "<html lang=\"en\"><head><title>The Shelf</title></head><body>{menu}{main}</body></html>"
        ))
    };
    match path {
        "/" => page(teasers(1010..1015)),
        "/section/culture" => page(teasers(1000..1010)),
        "/section/books" => page(teasers(1010..1020)),
        _ => match path
            .strip_prefix("/story/")
            .and_then(|number| number.parse::<u32>().ok())
        {
            Some(number) => page(format!(
                "<article><h1>A long title of the story {number}</h1>\
                 <time datetime=\"2026-10-01T09:00:00+01:00\"></time>{}</article>",
                (1..=4)
                    .map(|shelf| format!(
                        "<p>Story {number}: somebody left an old dictionary on \
                         the shelf {shelf} of a shop, and a note in it.</p>"
                    ))
                    .collect::<String>()
            )),
            None => missing(),
        },
    }
}

#[test]
fn a_profile_is_drafted_for_a_paper_with_numbers_in_its_paths() {
    let paper = Invented::serve(numbered_paths);
    let crawler = Crawler::empty();
    let wanted = [
        "article_patterns = ['^/story/(\\d+)$']",
        "canonical = \"/story/{number}\"",
        "list_patterns = [\"^/section/[^/]+/?$\"]",
        "sections = \"html > body > nav a[href]\"",
    ];
    survey_and_crawl_drafted(&crawler, &paper, &wanted);
    let articles = crawler.articles();
    assert_eq!(numbers(&articles), (1000..1020).collect());
    let is_right = |article: &Value| {
        article["title"] == format!("A long title of the story {}", article["number"])
    };
    assert!(articles.iter().all(is_right), "{articles:?}");
}

#[test]
fn a_paper_that_names_its_articles_in_words_is_read_generically_and_its_articles_are_stored() {
    let named = |text: String| text.replace("/story/10", "/story/a-tale-of-10");
    let paper = Invented::serve(move |path| {
        let (status, kind, body) =
            numbered_paths(&path.replace("/story/a-tale-of-10", "/story/10"));
        (status, kind, named(body))
    });
    let crawler = Crawler::empty();
    let config = crawler.config();
    let url = format!("{}/", paper.base);
    let out = survey(
        &crawler,
        &url,
        &["--name", "new", "--write", &config.to_string_lossy()],
    );
    assert!(
        said(&out).contains("not supported by a profile") && said(&out).contains("/story/*"),
        "{}",
        said(&out)
    );
    let site = fs::read_to_string(config.join("sites/new.toml")).unwrap();
    assert!(
        !site.contains("\nprofile =") && site.contains("\"/section/culture\", # Culture"),
        "{site}"
    );
    crawler.run(&["crawl", "new"]);
    let titles: BTreeSet<String> = crawler
        .articles()
        .iter()
        .filter_map(|article| article["title"].as_str().map(str::to_owned))
        .collect();
    assert!(
        (1000..1020).all(|k| titles.contains(&format!("A long title of the story {k}"))),
        "{titles:?}"
    );
}

#[test]
fn what_is_no_paper_is_told_at_once() {
    let crawler = Crawler::empty();
    for (url, told) in [
        ("ftp://paper.example/", "neither http nor https"),
        ("paper.example", "like https://www.example.org/"),
    ] {
        let out = crawler
            .command(&["survey", url])
            .env("SASEO_CONTACT", crate::program::CONTACT)
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(2), "{url}");
        assert!(said(&out).contains(told), "{}", said(&out));
    }
    let out = crawler.run(&["survey", "https://paper.example/"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("SASEO_CONTACT=YOUR-ADDRESS"),
        "{}",
        said(&out)
    );
    let hurried = crawler
        .command(&["survey", "https://paper.example/", "--gap", "500ms"])
        .env("SASEO_CONTACT", crate::program::CONTACT)
        .output();
    assert_eq!(hurried.unwrap().status.code(), Some(2));
}

#[test]
fn a_host_out_of_reach_is_told() {
    let crawler = Crawler::empty();
    // Nothing listens on port 1, and no name ends in .invalid (RFC 6761).
    for (url, told) in [
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("http://paper.invalid/", "cannot be resolved"),
    ] {
        let out = survey(&crawler, url, &[]);
        assert_eq!(out.status.code(), Some(1), "{url}");
        assert!(said(&out).contains(told), "{}", said(&out));
    }
}

#[test]
fn a_private_server_needs_to_be_called_ones_own() {
    let paper = Invented::serve(other_cms);
    let out = Crawler::empty()
        .command(&["survey", &paper.base])
        .env("SASEO_CONTACT", crate::program::CONTACT)
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(
        said(&out).contains("private address") && said(&out).contains("--own-site"),
        "{}",
        said(&out)
    );
    assert!(paper.log().is_empty());
}

#[test]
fn nothing_is_overwritten_nor_asked_in_vain() {
    let paper = Invented::serve(other_cms);
    let crawler = Crawler::empty();
    crawler.write_site(
        "# mine\nname = \"mine\"\ntitle = \"mine\"\nhome = \"https://mine.example/\"\n",
    );
    let config = crawler.config();
    let args = ["--name", "demo", "--write", &config.to_string_lossy()];
    let out = survey(&crawler, &paper.base, &args);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("demo.toml is there already"),
        "{}",
        said(&out)
    );
    let out = survey(&crawler, &paper.base, &["--name", "ndsoft"]);
    assert!(
        said(&out).contains("there is a profile \"ndsoft\" already"),
        "{}",
        said(&out)
    );
    assert!(paper.log().is_empty());
    assert!(
        fs::read_to_string(config.join("sites/demo.toml"))
            .unwrap()
            .starts_with("# mine")
    );
}
