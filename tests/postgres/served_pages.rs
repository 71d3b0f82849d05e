//! `saseo serve` shows of a database what it shows of a folder.

use std::path::PathBuf;

use saseo::demo::Edition;

use crate::program::{Crawler, Paper};
use crate::served::Served;
use crate::storage::Storage;

/// Pages that tell the same of both.
const PAGES: [&str; 4] = [
    "/ledger",
    "/ledger?site=demo",
    "/ledger?site=demo&before=60",
    "/metrics",
];

/// Sends a form, and returns the page that tells of the end of what it began.
fn begun(served: &Served, path: &str, form: &str) -> String {
    let host = served.address.to_string();
    let (origin, length) = (format!("http://{host}"), form.len().to_string());
    let headers = [
        ("Host", host.as_str()),
        ("Origin", &origin),
        ("Content-Length", &length),
    ];
    assert_eq!(served.send("POST", path, &headers, form).status, 303);
    loop {
        let page = served.get(path).body;
        if !page.contains("http-equiv=\"refresh\"") {
            return page;
        }
    }
}

/// A crawler whose archive is in a database, with a copy in a folder.
fn copied() -> (Paper, Crawler, PathBuf) {
    let paper = Paper::of(&Edition {
        articles_per_section: 6,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    assert!(crawler.run(&["crawl"]).status.success());
    let database = crate::store::of(crawler.folder.path()).unwrap();
    let folder = crawler.folder.path().join("copy");
    let place = folder.to_string_lossy().into_owned();
    let copied = crawler.run(&["archive", "copy", "--from", &database, "--to", &place]);
    assert!(copied.status.success(), "{copied:?}");
    (paper, crawler, folder)
}

/// The first link of a page that leads to an address with these words.
fn link<'p>(page: &'p str, words: &str) -> &'p str {
    let links = page.split("href=\"").skip(1);
    let mut links = links.map(|link| link.split('"').next().unwrap());
    links.find(|link| link.contains(words)).unwrap()
}

#[test]
fn articles_searches_and_pages_in_objects_are_those_of_a_folder() {
    let (_paper, crawler, folder) = copied();
    let storage = Storage::bucket();
    let with_objects = |words: &[&str]| {
        let mut command = crawler.command(words);
        storage
            .keys(&mut command)
            .env("SASEO_BLOBS", storage.place());
        command
    };
    let moved = with_objects(&["compact"]).output().unwrap();
    assert!(moved.status.success(), "{moved:?}");
    let config = crawler.config().to_string_lossy().into_owned();
    let served = [
        Served::started(with_objects(&[]), &[]),
        Served::of(&folder, &["--config", &config]),
    ];

    let home = served[1].get("/").body;
    let article = link(&home, "/a/demo/").to_owned();
    let page = served[1].get(&article).body;
    let raw = format!("{}/raw", link(&page, "/capture/"));
    for path in [
        "/",
        "/sites/demo",
        "/search?q=%EC%B1%85%EB%B0%A9",
        "/search?q=%EC%B1%85%EB%B0%A9&sort=new",
        "/search.csv?q=%EC%B1%85%EB%B0%A9",
        "/search.atom?q=%EC%B1%85%EB%B0%A9",
        "/feeds/demo.atom",
        &article,
        &raw,
        &format!("{article}/versions"),
        &format!("{article}.json"),
        &format!("{article}.md"),
    ] {
        let [one, other] = served.each_ref().map(|served| served.get(path));
        assert_eq!((one.status, other.status), (200, 200), "{path}");
        assert_eq!(one.body, other.body, "{path}");
    }
    assert!(served[0].get(&raw).body.contains("<html"));
}

#[test]
fn the_ledger_metrics_an_audit_and_an_export_are_those_of_a_folder() {
    let (_paper, crawler, folder) = copied();
    let scratch = crawler.folder.path().join("scratch");
    let scratch = scratch.to_string_lossy().into_owned();
    let options = ["--scratch", scratch.as_str()];
    let served = [
        Served::started(crawler.command(&[]), &options),
        Served::of(&folder, &options),
    ];
    // The ledger is counted beside the first requests.
    for served in &served {
        while !served.get("/metrics").body.contains("saseo_requests_total") {}
    }
    for path in PAGES {
        let [one, other] = served.each_ref().map(|served| served.get(path));
        assert_eq!((one.status, other.status), (200, 200), "{path}");
        // Labels of one metric come in no order.
        let sorted = |body: &str| {
            let mut lines: Vec<String> = body.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&one.body), sorted(&other.body), "{path}");
    }
    let row = "<td class=\"moment\"";
    let requests = served[0].get("/ledger?site=demo").body;
    assert!(requests.contains(row), "{requests}");

    let audits = served.each_ref().map(|served| begun(served, "/audit", ""));
    let verdict = |page: &str| page.split_once("<strong>").unwrap().1.to_owned();
    assert_eq!(verdict(&audits[0]), verdict(&audits[1]));

    let files = served.each_ref().map(|served| {
        begun(served, "/export", "format=csv&all_versions=1");
        served.get("/export/files/articles.csv").body
    });
    assert!(files[0].lines().count() > 6);
    assert_eq!(files[0], files[1]);
}
