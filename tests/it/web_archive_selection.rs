//! WARC and WACZ of chosen articles: their pages and photos go out, and no byte of others.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::DeflateDecoder;
use rawzip::ZipArchive;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::photos::{PAPER, PhotoWorld, article, photo, with_header};
use crate::program::said;
use crate::simulated_web::{html, redirect};
use crate::web_archives::{Record, records};

/// A paper that reserves its second article for AI training. The third one shows one of its photos.
async fn crawled() -> PhotoWorld {
    crawled_with("[]").await
}

/// As [`crawled`], with these spans after which articles are revisited.
async fn crawled_with(revisit: &'static str) -> PhotoWorld {
    let mut world = PhotoWorld::of(&[&["/own.png"], &[], &[], &[]]);
    world.revisit = revisit;
    let photos = ["/shared.png", "/reserved.png"];
    let reserved = with_header(article(2, "", &photos), "content-usage", "train-ai=n");
    world.put(PAPER, "/news/articleView.html?idxno=2", reserved);
    let of_culture = "<meta property=\"article:section\" content=\"문화\">";
    world.put_article(3, of_culture, &["/shared.png"]);
    world.put(PAPER, "/ai.txt", html(200, "User-Agent: x\n".to_owned()));
    for (n, path) in (900..).zip(["/own.png", "/shared.png", "/reserved.png"]) {
        world.put(PAPER, path, photo(n));
    }

    let report = world.crawl().await;
    assert_eq!((report.tally.articles_new, report.queued), (4, 0));
    world
}

fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saseo"));
    command.env_remove("SASEO_CONFIG").arg("--data").arg(data);
    command.args(args).output().unwrap()
}

/// Exports to a new place, and returns the place, what was told and the manifest.
fn exported(data: &Path, format: &str, options: &[&str]) -> (PathBuf, Value, Value) {
    let out = data.join("out");
    let place = out.to_string_lossy().into_owned();
    let args = ["--json", "export", "--format", format, "--out", &place];
    let done = run(data, &[&args, options].concat());
    assert!(done.status.success(), "{}", said(&done));
    let manifest = fs::read(format!("{place}.manifest.json")).unwrap();
    let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap();
    (out, json(&done.stdout), json(&manifest))
}

/// The paths that have an answer.
fn answered(all: &[Record]) -> Vec<&str> {
    let is_answer = |one: &&Record| one.is("response") || one.is("resource");
    let mut paths: Vec<&str> = all
        .iter()
        .filter(is_answer)
        .map(|one| one.url().strip_prefix(PAPER).unwrap())
        .collect();
    paths.sort_unstable();
    paths
}

/// The entry of a zip file.
fn entry(zip: &Path, name: &str) -> Vec<u8> {
    let bytes = fs::read(zip).unwrap();
    let zip = ZipArchive::from_slice(&bytes).unwrap();
    let mut headers = zip.entries();
    while let Some(header) = headers.next_entry().unwrap() {
        if header.file_path().as_ref() == name.as_bytes() {
            let data = zip.get_entry(header.wayfinder()).unwrap().data().to_vec();
            if name.ends_with(".gz") {
                return data;
            }
            let mut plain = Vec::new();
            DeflateDecoder::new(&*data).read_to_end(&mut plain).unwrap();
            return plain;
        }
    }
    panic!("no {name}");
}

const ALL_BUT_THE_RESERVED: [&str; 8] = [
    "/.well-known/tdmrep.json",
    "/ai.txt",
    "/news/articleView.html?idxno=1",
    "/news/articleView.html?idxno=3",
    "/news/articleView.html?idxno=4",
    "/own.png",
    "/robots.txt",
    "/shared.png",
];

fn assert_nothing_is_of_the_reserved(all: &[Record]) {
    for record in all {
        let (url, block) = (record.url(), String::from_utf8_lossy(&record.block));
        assert!(
            !url.contains("idxno=2") && !url.contains("reserved"),
            "{url}"
        );
        assert!(
            !block.contains("소식 2") && !block.contains("책방 2호"),
            "{url}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_warc_for_a_purpose_has_no_byte_of_a_reserved_article_and_tells_how_many_there_are() {
    let world = crawled().await;
    let data = world.folder.path();

    let (out, told, manifest) = exported(data, "warc", &["--for", "ai-training"]);
    let all = records(&out);
    assert_eq!(answered(&all), ALL_BUT_THE_RESERVED);
    assert_nothing_is_of_the_reserved(&all);
    let info = String::from_utf8_lossy(&all[0].block);
    assert!(
        info.contains("--for \"ai-training\"") && info.contains("lists"),
        "{info}"
    );

    let by = json!({"header content-usage": 1});
    assert_eq!(manifest["reserved"], json!({"articles": 1, "by": by}));
    assert_eq!((&told["reserved"], &told["reserved_by"]), (&json!(1), &by));
    assert_eq!(
        (&told["articles"], &told["captures"]["responses"]),
        (&json!(3), &json!(7))
    );
    let rights = &manifest["counts"]["rights"];
    assert_eq!(
        (&rights["articles"], &rights["reserved"]),
        (&json!(3), &json!({}))
    );

    // Without a choice, all of it is there.
    let all = records(&exported(data, "warc", &[]).0);
    assert!(all.iter().any(|one| one.url().contains("idxno=2")));
    assert!(all.iter().any(|one| one.url().contains("articleList")));
}

#[tokio::test(start_paused = true)]
async fn a_wacz_for_a_purpose_lists_and_has_no_reserved_article() {
    let world = crawled().await;
    let data = world.folder.path();

    let (out, ..) = exported(data, "wacz", &["--for", "ai-training"]);
    let pages = String::from_utf8(entry(&out, "pages/pages.jsonl")).unwrap();
    let urls: Vec<String> = pages
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["url"].to_string())
        .collect();
    let of = |number| format!("\"{PAPER}/news/articleView.html?idxno={number}\"");
    let mut sorted = urls.clone();
    sorted.sort();
    assert_eq!(sorted, [of(1), of(3), of(4)]);
    assert!(!pages.contains("소식 2"), "{pages}");

    let warc = data.join("inner.warc.gz");
    fs::write(&warc, entry(&out, "archive/data-00001.warc.gz")).unwrap();
    let all = records(&warc);
    assert_eq!(answered(&all), ALL_BUT_THE_RESERVED);
    assert_nothing_is_of_the_reserved(&all);
}

#[tokio::test(start_paused = true)]
async fn each_option_chooses_the_answers_of_the_articles_that_it_chooses_in_json_lines() {
    let world = crawled().await;
    let data = world.folder.path();
    let files = ["/.well-known/tdmrep.json", "/ai.txt", "/robots.txt"];

    for (options, articles, photos) in [
        (vec!["--section", "문화"], vec!["3"], vec!["/shared.png"]),
        (
            vec!["--where", "number < 3"],
            vec!["1", "2"],
            vec!["/own.png", "/reserved.png", "/shared.png"],
        ),
        (
            vec!["--where", "number < 3", "--for", "ai-training"],
            vec!["1"],
            vec!["/own.png"],
        ),
        (
            vec![
                "--where",
                "uses_ai_train = 'reserved' AND uses_tdm = 'unsaid'",
            ],
            vec!["2"],
            vec!["/reserved.png", "/shared.png"],
        ),
        (
            vec![
                "--without-copies",
                "--access",
                "open",
                "--where",
                "number = 4",
            ],
            vec!["4"],
            vec![],
        ),
        (vec!["--author", "nobody"], vec![], vec![]),
    ] {
        let (out, told, manifest) = exported(data, "warc", &options);
        let pages = articles
            .iter()
            .map(|one| format!("/news/articleView.html?idxno={one}"));
        let rest = photos.iter().chain(&files).map(|one| (*one).to_owned());
        let mut expected: Vec<String> = pages.chain(rest).collect();
        expected.sort();
        if articles.is_empty() {
            expected.clear();
        }
        assert_eq!(answered(&records(&out)), expected, "{options:?}");
        assert_eq!(told["articles"], articles.len(), "{options:?}");
        assert_eq!(manifest["counts"]["rights"]["articles"], articles.len());

        // The lines of JSON are those of the same articles.
        let (out, ..) = exported(data, "jsonl", &options);
        assert_eq!(
            fs::read_to_string(out).unwrap().lines().count(),
            articles.len()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_article_whose_rights_cannot_be_read_does_not_go_out_for_a_purpose_and_is_named() {
    let world = crawled().await;
    let data = world.folder.path();
    let sql = Connection::open(data.join("archive.db")).unwrap();
    let sql_of = "PRAGMA ignore_check_constraints = ON;
        UPDATE declared SET statements = '{' WHERE statements LIKE '%content-usage%'";
    sql.execute_batch(sql_of).unwrap();

    let out = data.join("out");
    let args = [
        "export",
        "--format",
        "warc",
        "--for",
        "ai-training",
        "--out",
    ];
    let done = run(data, &[&args[..], &[out.to_str().unwrap()]].concat());
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert!(said(&done).contains("left out paper/2"), "{}", said(&done));
    assert_eq!(answered(&records(&out)), ALL_BUT_THE_RESERVED);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_brought_a_reserved_article_is_no_answer_of_another_one() {
    let world = crawled().await;
    let data = world.folder.path();
    let sql = Connection::open(data.join("archive.db")).unwrap();
    // The first article's page brought the reserved one, too, under its own address.
    sql.execute_batch(
        "UPDATE version SET capture_id =
           (SELECT capture_id FROM version JOIN article ON article.id = article_id
            WHERE number = 1)
         WHERE article_id = (SELECT id FROM article WHERE number = 2)",
    )
    .unwrap();

    let (out, ..) = exported(data, "warc", &["--for", "ai-training"]);
    let all = records(&out);
    assert!(!answered(&all).contains(&"/news/articleView.html?idxno=1"));
    assert!(answered(&all).contains(&"/news/articleView.html?idxno=3"));
    // Nor is it listed as a page, of which there is no answer.
    let (out, ..) = exported(data, "wacz", &["--for", "ai-training"]);
    let pages = String::from_utf8(entry(&out, "pages/pages.jsonl")).unwrap();
    assert!(
        !pages.contains("idxno=1") && pages.contains("idxno=3"),
        "{pages}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_the_bytes_of_a_reserved_one_goes_out_whole() {
    let world = crawled_with("[\"30d\"]").await;
    world.revisit_all().await;
    let data = world.folder.path();
    let sql = Connection::open(data.join("archive.db")).unwrap();
    // The first article was read from a second answer of its page with the same bytes. The first
    // answer brought the reserved article.
    sql.execute_batch(
        "CREATE TEMP VIEW own AS SELECT version.capture_id, page_id, page.url
             FROM article JOIN version ON version.article_id = article.id
             JOIN capture ON capture.id = version.capture_id
             JOIN page ON page.id = page_id WHERE article.number = 1;
         UPDATE version SET capture_id = (SELECT capture_id FROM own)
             WHERE article_id = (SELECT id FROM article WHERE number = 2);
         INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, body_id)
             SELECT capture.page_id, announced.id, ended.at, 200, headers, body_id
             FROM own JOIN capture ON capture.id = own.capture_id
             JOIN ledger AS announced ON announced.url = own.url AND announced.kind = 'announced'
             JOIN ledger AS ended ON ended.announced_id = announced.id
             ORDER BY announced.id DESC LIMIT 1;
         UPDATE version SET capture_id = (SELECT max(id) FROM capture)
             WHERE article_id = (SELECT id FROM article WHERE number = 1);",
    )
    .unwrap();

    let (out, ..) = exported(data, "warc", &["--for", "ai-training"]);
    let all = records(&out);
    let of_first: Vec<&Record> = all
        .iter()
        .filter(|one| !one.is("warcinfo") && one.url().ends_with("idxno=1"))
        .filter(|one| one.is("response") || one.is("revisit"))
        .collect();
    assert_eq!(of_first.len(), 1);
    assert!(
        of_first[0].is("response"),
        "it refers to an answer that stays"
    );
    // With days, the article is counted as it is without them.
    let days = ["--for", "ai-training", "--since", "2026-11-24"];
    let (_, of_days, _) = exported(data, "warc", &days);
    let (_, of_all, _) = exported(data, "warc", &days[..2]);
    assert_eq!(of_days["articles"], of_all["articles"]);
}

#[tokio::test(start_paused = true)]
async fn the_articles_and_the_reserved_ones_are_those_with_an_answer_of_the_days() {
    let world = crawled_with("[\"30d\"]").await;
    // From the next day on, only the second and the fourth article may be asked for.
    let closed = "User-agent: *\nDisallow: /news/articleView.html?idxno=1\n\
                  Disallow: /news/articleView.html?idxno=3\n";
    world.put(PAPER, "/robots.txt", html(200, closed.to_owned()));
    world.revisit_all().await;

    let data = world.folder.path();
    for (days, articles, reserved) in [
        (vec![], 3, 1),
        (vec!["--since", "2026-11-24"], 3, 1),
        (vec!["--until", "2026-11-24"], 3, 1),
        (vec!["--since", "2026-11-25"], 1, 1),
        (vec!["--until", "2026-11-23"], 0, 0),
        (vec!["--since", "2027-06-01"], 0, 0),
    ] {
        let options = [&["--for", "ai-training"], &days[..]].concat();
        let (_, told, manifest) = exported(data, "warc", &options);
        let counted = [&told["articles"], &told["reserved"]];
        assert_eq!(counted, [&json!(articles), &json!(reserved)], "{days:?}");
        let by = match reserved {
            0 => json!({}),
            _ => json!({"header content-usage": 1}),
        };
        assert_eq!(told["reserved_by"], by, "{days:?}");
        assert_eq!(
            manifest["counts"]["rights"]["articles"], articles,
            "{days:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserved_article_of_several_versions_is_one_in_json_lines_and_in_a_warc() {
    let world = crawled_with("[\"30d\"]").await;
    for number in [1, 2] {
        let edited = "<meta property=\"article:section\" content=\"알림\">";
        let edited = article(number, edited, &[]);
        let path = format!("/news/articleView.html?idxno={number}");
        world.put(
            PAPER,
            &path,
            with_header(
                edited,
                "content-usage",
                if number == 2 { "train-ai=n" } else { "x=y" },
            ),
        );
    }
    world.revisit_all().await;

    let data = world.folder.path();
    let options = ["--for", "ai-training", "--all-versions"];
    for (format, rows) in [
        ("jsonl", json!(4)),
        ("csv", json!(4)),
        ("warc", Value::Null),
    ] {
        let (_, told, manifest) = exported(data, format, &options);
        let counted = [&told["articles"], &told["rows"], &told["reserved"]];
        assert_eq!(counted, [&json!(3), &rows, &json!(1)], "{format}");
        assert_eq!(manifest["reserved"]["articles"], 1, "{format}");
        assert_eq!(
            manifest["reserved"]["by"],
            json!({"header content-usage": 1})
        );
    }

    let place = data.join("out").to_string_lossy().into_owned();
    let args = ["export", "--format", "jsonl", "--out", &place];
    let words = said(&run(data, &[&args[..], &options].concat()));
    assert!(words.contains("4 versions of 3 articles in "), "{words}");
}

/// A paper that reserves its odd articles for AI training. The first two are at an AMP address that
/// their own redirects to; the others are on another host of the paper, behind two redirects.
async fn moved_articles() -> PhotoWorld {
    let world = PhotoWorld::of(&[&[], &[], &[], &[]]);
    let (step, last) = ("https://www.paper.example", "https://m.paper.example");
    for number in 1..=4 {
        let own = format!("/news/articleView.html?idxno={number}");
        let page = article(number, "", &[]);
        let page = match number % 2 {
            1 => with_header(page, "content-usage", "train-ai=n"),
            _ => page,
        };
        if number <= 2 {
            let amp = format!("/news/articleViewAmp.html?idxno={number}");
            world.put(PAPER, &own, redirect(302, &format!("{PAPER}{amp}")));
            world.put(PAPER, &amp, page);
        } else {
            world.put(PAPER, &own, redirect(301, &format!("{step}{own}")));
            world.put(step, &own, redirect(301, &format!("{last}{own}")));
            world.put(last, &own, page);
        }
    }

    let report = world.crawl().await;
    assert_eq!((report.tally.articles_new, report.queued), (4, 0));
    world
}

#[tokio::test(start_paused = true)]
async fn an_amp_page_and_the_target_of_a_redirect_go_out_with_their_article_and_not_without_it() {
    let world = moved_articles().await;
    let data = world.folder.path();
    let addresses = |number: u32| match number {
        1 | 2 => vec![
            format!("{PAPER}/news/articleView.html?idxno={number}"),
            format!("{PAPER}/news/articleViewAmp.html?idxno={number}"),
        ],
        _ => [
            "https://m.paper.example",
            PAPER,
            "https://www.paper.example",
        ]
        .map(|host| format!("{host}/news/articleView.html?idxno={number}"))
        .to_vec(),
    };
    let of_articles = |all: &[Record]| {
        let answers = all.iter().filter(|one| one.is("response"));
        let mut urls: Vec<String> = answers
            .map(|one| one.url().to_owned())
            .filter(|url| url.ends_with(['1', '2', '3', '4']))
            .collect();
        urls.sort();
        urls
    };

    let (warc, ..) = exported(data, "warc", &["--for", "ai-training"]);
    let from_warc = records(&warc);
    let (wacz, ..) = exported(data, "wacz", &["--for", "ai-training"]);
    let inner = data.join("inner.warc.gz");
    fs::write(&inner, entry(&wacz, "archive/data-00001.warc.gz")).unwrap();
    let pages = String::from_utf8(entry(&wacz, "pages/pages.jsonl")).unwrap();
    for all in [from_warc, records(&inner)] {
        let mut chosen = [addresses(2), addresses(4)].concat();
        chosen.sort();
        assert_eq!(of_articles(&all), chosen);
        for record in &all {
            let block = String::from_utf8_lossy(&record.block);
            for reserved in [1, 3] {
                let words = [format!("소식 {reserved}"), format!("책방 {reserved}호")];
                assert!(words.iter().all(|one| !block.contains(one)), "{block}");
            }
        }
        let has = |words: &str| {
            all.iter()
                .any(|one| String::from_utf8_lossy(&one.block).contains(words))
        };
        assert!(has("책방 2호") && has("책방 4호"));
    }
    assert!(
        !pages.contains("소식 1") && !pages.contains("소식 3"),
        "{pages}"
    );
    assert!(
        pages.contains("소식 2") && pages.contains("소식 4"),
        "{pages}"
    );

    // Without a purpose, all of them are there.
    let all = records(&exported(data, "warc", &[]).0);
    assert!((1..=4).all(|number| {
        addresses(number)
            .iter()
            .all(|url| of_articles(&all).contains(url))
    }));
}
