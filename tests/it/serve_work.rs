//! The pages of `saseo serve` about the archive's work, and what monitors ask for.

use std::collections::BTreeMap;

use saseo::archive::RunEnd;
use serde_json::Value;

use crate::archive_desk::{
    Desk, NOW, announcement, article, found_article, later, links, page_url, story,
};
use crate::program::{Crawler, Paper};
use crate::serve::archive;
use crate::served::Served;

/// Begins an audit, waits for its end, and returns the page.
fn audited(served: &Served) -> String {
    let host = served.address.to_string();
    let origin = format!("http://{host}");
    let headers = [
        ("Host", host.as_str()),
        ("Origin", &origin),
        ("Content-Length", "0"),
    ];
    let begun = served.ask("POST", "/audit", &headers);
    assert_eq!(begun.status, 303, "{}", begun.body);
    loop {
        let page = served.get("/audit").body;
        if !page.contains("http-equiv=\"refresh\"") {
            return page;
        }
    }
}

#[test]
fn the_ledger_is_paged_by_row_and_each_request_leads_to_its_article() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let served = Served::of(&crawler.data(), &[]);

    let asked = paper.log().len();
    for choice in ["", "&site=demo"] {
        let (mut path, mut rows, mut articles, mut pages) = (
            format!("/ledger?{choice}"),
            0,
            std::collections::BTreeSet::new(),
            0,
        );
        loop {
            let page = served.get(&path);
            assert_eq!(page.status, 200, "{path}");
            rows += page.body.matches("<td class=\"moment\"").count();
            let links = page.body.split("href=\"/a/demo/").skip(1);
            articles.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
            pages += 1;
            let next = page.body.split("rel=\"next\" href=\"").nth(1);
            let Some(next) = next else { break };
            path = next.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(rows, asked, "{choice}");
        assert_eq!(articles.len(), 118);
        assert!(pages > 2);
    }

    let today = served.get("/ledger").body;
    let (_, behind) = today.split_once("<td class=\"moment\">").unwrap();
    let day = &behind[..10];
    let of_day = served.get(&format!("/ledger?day={day}&site=demo")).body;
    assert!(of_day.contains("<td class=\"moment\""), "{of_day}");
    let before = served.get("/ledger?day=2001-01-01").body;
    assert!(before.contains("There are no requests here."), "{before}");
    for empty in ["9999-12-31", "9999-12-30", "-009999-01-01"] {
        let page = served.get(&format!("/ledger?day={empty}"));
        assert_eq!(page.status, 200, "{empty}");
        assert!(page.body.contains("There are no requests here."), "{empty}");
        let page = served.get(&format!("/sites/demo?day={empty}"));
        assert_eq!(page.status, 200, "{empty}");
    }
    for lost in [
        "/ledger?site=other",
        "/ledger?day=tomorrow",
        "/ledger?before=x",
    ] {
        assert_eq!(served.get(lost).status, 404, "{lost}");
    }
}

#[test]
fn requests_of_a_paper_and_a_day_are_found_among_the_runs_of_others() {
    let mut desk = Desk::new();
    // A run of another paper stands between runs of this one, and nothing between the first two.
    let site = |desk: &Desk, name: &str| {
        desk.sql()
            .execute(
                "UPDATE run SET site_id = (SELECT id FROM site WHERE name = ?1) WHERE id = ?2",
                (name, desk.run.0),
            )
            .unwrap();
    };
    desk.sql()
        .execute_batch(
            "INSERT INTO site (name, title, home, added_at) VALUES ('other', 'Other', '', 0)",
        )
        .unwrap();
    for (name, from) in [
        ("paper", 0),
        ("paper", 3_600),
        ("other", 86_400),
        ("paper", 172_800),
    ] {
        if from > 0 {
            desk.archive
                .end_run(
                    desk.lease,
                    desk.run,
                    RunEnd::Finished.with(&Default::default()),
                    later(from - 200),
                )
                .unwrap();
            desk.begin_run(&Default::default(), later(from));
        }
        desk.archive.save().unwrap();
        site(&desk, name);
        for k in 0..60 {
            let url = page_url(&format!("/{name}/{from}/{k}<b>"));
            desk.announce_and_save(announcement(url, later(from + k)));
        }
    }
    let folder = desk.closed();
    let served = Served::of(folder.path(), &[]);
    let listed = |query: &str| {
        let (mut path, mut found) = (format!("/ledger?{query}"), Vec::new());
        loop {
            let page = served.get(&path).body;
            assert!(!page.contains("<b>"), "an address is text");
            let rows = page.split("https://paper.example/").skip(1);
            found.extend(rows.map(|row| row.split("%3C").next().unwrap().to_owned()));
            match page.split("rel=\"next\" href=\"").nth(1) {
                Some(next) => path = next.split('"').next().unwrap().replace("&amp;", "&"),
                None => return found,
            }
        }
    };
    let of = |name: &str, from: u64| {
        let rows = (0..60).rev();
        rows.map(|k| format!("{name}/{from}/{k}"))
            .collect::<Vec<_>>()
    };
    let whole = [
        of("paper", 172_800),
        of("other", 86_400),
        of("paper", 3_600),
        of("paper", 0),
    ]
    .concat();
    assert_eq!(listed(""), whole);
    assert_eq!(
        listed("site=paper"),
        [of("paper", 172_800), of("paper", 3_600), of("paper", 0)].concat()
    );
    assert_eq!(listed("site=other"), of("other", 86_400));
    // The desk begins on 2026-11-24.
    assert_eq!(listed("day=2026-11-25"), of("other", 86_400));
    assert_eq!(
        listed("day=2026-11-24&site=paper"),
        [of("paper", 3_600), of("paper", 0)].concat()
    );
    assert_eq!(listed("day=2026-11-25&site=paper"), Vec::<String>::new());
    assert_eq!(listed("day=2026-11-23"), Vec::<String>::new());
}

#[test]
fn the_address_of_an_article_that_was_taken_down_is_not_shown() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    desk.answer_next(story(article("남는 글")));
    desk.answer_next(story(article("지울 글")));
    desk.archive.save().unwrap();
    let url = |number| {
        let url = crate::archive_desk::article_url(number);
        url.as_str().replace('&', "&amp;")
    };
    let folder = desk.closed();
    let served = Served::of(folder.path(), &[]);
    let page = served.get("/ledger").body;
    assert!(page.contains(&url(7)) && page.contains(&url(8)), "{page}");

    let forgotten = std::process::Command::new(env!("CARGO_BIN_EXE_saseo"))
        .env_remove("SASEO_STORE")
        .env_remove("SASEO_CONFIG")
        .arg("--data")
        .arg(folder.path())
        .args(["forget", "paper/8", "--why", "부탁", "--yes"])
        .output()
        .unwrap();
    assert!(forgotten.status.success(), "{forgotten:?}");
    let page = served.get("/ledger").body;
    assert!(page.contains(&url(7)) && !page.contains(&url(8)), "{page}");
    assert!(page.contains("taken out of the archive"));
}

#[test]
fn an_audit_is_begun_watched_and_kept_with_its_moment() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let served = Served::of(&crawler.data(), &[]);
    let before = served.get("/audit").body;
    assert!(before.contains("This server has made no audit yet."));

    let page = audited(&served);
    let told = crawler.run_json("audit");
    assert_eq!(told["violations"].as_array().unwrap().len(), 0);
    assert!(page.contains("Every promise was kept."), "{page}");
    assert!(
        page.contains(&format!("<dd>{}</dd>", told["requests"])),
        "{page}"
    );
    assert!(page.contains(told["head"]["hash"].as_str().unwrap()));
    assert!(
        page.contains("href=\"/sites/demo\""),
        "the paper of the host"
    );
    // It stays until the next one.
    assert_eq!(served.get("/audit").body, page);
    assert_eq!(served.stop(), 143);
}

#[test]
fn an_audit_names_the_promise_that_was_broken() {
    let mut desk = Desk::new();
    // Two requests of one moment.
    for path in ["/a", "/b"] {
        desk.announce_and_save(announcement(page_url(path), NOW));
    }
    let folder = desk.closed();
    let served = Served::of(folder.path(), &[]);
    let page = audited(&served);
    assert!(page.contains("Promises were broken:"), "{page}");
    assert!(page.contains("<bdi>paper.example</bdi>"), "{page}");
    assert!(
        page.contains("requests have no end in the ledger"),
        "{page}"
    );
}

#[test]
fn an_archive_that_is_gone_is_told_on_each_page() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    for path in ["/ledger", "/export", "/metrics"] {
        let page = served.get(path);
        assert_eq!(page.status, 503, "{path}");
        assert!(page.body.contains("The archive cannot be read now."));
    }
    let page = audited(&served);
    assert!(page.contains("The last audit failed:"), "{page}");
    assert!(page.contains(&*folder.path().to_string_lossy()), "{page}");
}

/// The samples of a text of OpenMetrics, by name and labels.
type Samples = BTreeMap<(String, BTreeMap<String, String>), f64>;

/// Parses a text strictly: each family has its type before its samples, and stands in one piece.
fn parsed(text: &str) -> Samples {
    let (mut samples, mut family, mut seen) = (Samples::new(), String::new(), vec![]);
    let body = text.strip_suffix("# EOF\n").expect("it ends so");
    for line in body.lines() {
        if let Some(told) = line.strip_prefix("# ") {
            let (kind, told) = told.split_once(' ').unwrap();
            let name = told.split(' ').next().unwrap();
            assert!(["HELP", "TYPE", "UNIT"].contains(&kind), "{line}");
            if name != family {
                assert!(!seen.contains(&name.to_owned()), "{name} stands twice");
                name.clone_into(&mut family);
                seen.push(family.clone());
            }
            continue;
        }
        let (of, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = of.split_once('{').unwrap_or((of, "}"));
        assert!(
            name == family || name == format!("{family}_total"),
            "{line}"
        );
        let labels = labels.strip_suffix('}').unwrap();
        let pairs = labels.split(',').filter(|pair| !pair.is_empty());
        let labels = pairs.map(|pair| {
            let (name, text) = pair.split_once('=').unwrap();
            let text = text.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            (name.to_owned(), text.to_owned())
        });
        let key = (name.to_owned(), labels.collect());
        let known = samples.insert(key, value.parse().unwrap());
        assert!(known.is_none(), "{line} stands twice");
    }
    samples
}

#[test]
fn metrics_tell_each_paper_in_numbers_and_no_address() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let served = Served::of(&crawler.data(), &[]);
    // The ledger is counted beside the first requests.
    let text = loop {
        let metrics = served.get("/metrics");
        assert_eq!(metrics.status, 200);
        let content_type =
            "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
        assert!(metrics.has_header(content_type), "{}", metrics.head);
        if metrics.body.contains("saseo_requests_total") {
            break metrics.body;
        }
        parsed(&metrics.body);
    };
    let samples = parsed(&text);
    let of = |name: &str| {
        let labels = BTreeMap::from([("site".to_owned(), "demo".to_owned())]);
        samples.get(&(name.to_owned(), labels)).copied()
    };
    assert_eq!(of("saseo_articles"), Some(118.0), "{text}");
    assert_eq!(of("saseo_run_under_way"), Some(0.0));
    assert_eq!(of("saseo_due_pages"), Some(0.0));
    assert!(of("saseo_last_crawl_timestamp_seconds").unwrap() > 1.7e9);
    assert!(of("saseo_number_gaps").is_some() && of("saseo_queued_pages").is_some());
    let damaged = samples.get(&("saseo_damaged_captures".to_owned(), BTreeMap::new()));
    assert_eq!(damaged, Some(&0.0));
    let requests = samples
        .iter()
        .filter(|((name, _), _)| name == "saseo_requests_total");
    let requests: f64 = requests.map(|(_, count)| count).sum();
    assert_eq!(requests as usize, paper.log().len());

    for (_, labels) in samples.keys() {
        assert!(labels.keys().all(|name| name == "site" || name == "answer"));
    }
    for told in [
        "://",
        "127.0.0.1",
        crawler.articles()[0]["title"].as_str().unwrap(),
    ] {
        assert!(!text.contains(told), "{told}");
    }
}

#[test]
fn monitors_and_programs_need_the_password_but_for_the_health() {
    let folder = archive();
    let file = folder.path().join("password.txt");
    std::fs::write(&file, "book-shop-key-12\n").unwrap();
    let served = Served::of(folder.path(), &["--password-file", &file.to_string_lossy()]);
    for path in ["/metrics", "/openapi.json", "/ledger", "/audit", "/export"] {
        assert_eq!(served.get(path).status, 401, "{path}");
    }
    assert_eq!(served.get("/healthz").status, 200);
}

#[test]
fn the_interface_is_as_its_document_tells() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let document = served.get("/openapi.json");
    assert!(document.has_header("content-type: application/json"));
    let document: Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, item) in document["paths"].as_object().unwrap() {
        let real = path
            .replace("{site}", "paper")
            .replace("{name}", "7")
            .replace("{n}", "1");
        if path == "/runs/events" {
            // It goes on without an end.
            continue;
        }
        let is_search = path.starts_with("/search.");
        let real = if is_search {
            real + "?q=%ED%8C%90"
        } else {
            real
        };
        let reply = served.get(&real);
        let answers = item["get"]["responses"].as_object().unwrap();
        assert!(
            answers.contains_key(&reply.status.to_string()),
            "{path}: {}",
            reply.status
        );
        // No export was made.
        let is_made = path != "/export/files/{file}";
        assert_eq!(reply.status, if is_made { 200 } else { 404 }, "{path}");
        if is_made {
            let told = answers["200"]["content"].as_object().unwrap();
            let told = told.keys().next().unwrap();
            assert!(
                reply.head.contains(&format!("content-type: {told}")),
                "{path}: {}",
                reply.head
            );
        }
    }
}
