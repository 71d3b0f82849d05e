//! Takedowns: no byte of what was removed is left, and nothing brings it back.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use flate2::read::MultiGzDecoder;
use rusqlite::Connection;
use saseo::archive::{
    Body, Capture, CleaningEnd, FileRewrite, Reader, RemovalExtent, RetentionRule, pack,
};
use saseo::demo::Edition;
use saseo::extract::Article;
use saseo::frontier::Discovered;
use saseo::search::{Query, SearchOrder, SearchPage, search};
use serde_json::Value;

use crate::archive_desk::{
    Desk, PAPER, article, article_url, capture, found, found_article, found_numbered, later, links,
    story,
};
use crate::open_archive::open_archive;
use crate::program::{Crawler, Paper, lines, said, told};

/// A word that stands in one story alone, and is a whole word of the index.
const SECRET: &str = "Zebrafinkenhaus";

/// A page of a paper's skin with a story, large enough to be a dictionary.
fn page_of(text: &str) -> Vec<u8> {
    let menu: String = (0..300)
        .map(|n| format!("<li>{}</li>", n * n * 7919))
        .collect();
    format!("<ul>{menu}</ul><p>{text}</p>").into_bytes()
}

/// A paper with these stories at the numbers from 1 on. Each page is compressed as a crawl does.
fn desk_with(texts: &[&str]) -> Desk {
    let mut desk = Desk::new();
    let found: Vec<Discovered> = (1..=texts.len() as u64).map(found_article).collect();
    desk.answer_at("/", links(found));
    for (text, number) in texts.iter().zip(1..) {
        keep(&mut desk, number, article(text));
    }
    index(&mut desk);
    desk
}

/// Answers the queued page of a number with an article.
fn keep(desk: &mut Desk, number: u64, article: Article) {
    let page = desk.due(&format!("/news/articleView.html?idxno={number}"));
    let dictionary = desk.archive.dictionary(&page).unwrap();
    let body = pack(&page_of(&article.paragraphs[0]), dictionary.as_ref());
    let capture = Capture {
        body: Body::Kept(body),
        ..capture()
    };
    desk.answer_with(&page, story(article), capture);
    desk.archive.save().unwrap();
}

fn index(desk: &mut Desk) {
    while desk.archive.index_words(desk.lease, 3).unwrap().is_some() {
        desk.archive.save().unwrap();
    }
    desk.archive.save().unwrap();
}

fn row_of(desk: &Desk, number: u64) -> i64 {
    desk.value(&format!("SELECT id FROM article WHERE number = {number}"))
}

fn take_down(desk: &mut Desk, number: u64, extent: RemovalExtent) {
    let row = row_of(desk, number);
    desk.archive
        .take_down(desk.lease, &[row], (extent, "a wish"), later(20))
        .unwrap();
    desk.archive.save().unwrap();
}

fn clean(desk: &mut Desk) {
    let end = desk
        .archive
        .clean(desk.lease, FileRewrite::AsAsked, later(21), |_| true);
    assert!(matches!(end.unwrap(), CleaningEnd::Done(_)));
}

/// The files of an archive that have some bytes.
fn files_with(data: &Path, bytes: &[u8]) -> Vec<String> {
    let files = fs::read_dir(data).unwrap().flatten();
    files
        .filter(|file| file.path().is_file())
        .filter(|file| has(&fs::read(file.path()).unwrap(), bytes))
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

fn has(content: &[u8], bytes: &[u8]) -> bool {
    content.windows(bytes.len()).any(|window| window == bytes)
}

/// Every body and every dictionary, unpacked.
fn unpacked(data: &Path) -> Vec<Vec<u8>> {
    let reader = Reader::open(data).unwrap();
    let mut captures = reader.captures().unwrap();
    let bodies = captures
        .into_iter()
        .filter_map(|capture| reader.body(&capture.unwrap()).unwrap());
    let mut all: Vec<Vec<u8>> = bodies.collect();

    let sql = Connection::open(data.join("archive.db")).unwrap();
    let mut select = sql.prepare("SELECT zstd FROM dictionary").unwrap();
    let packed = select
        .query_map([], |row| row.get::<_, Vec<u8>>(0))
        .unwrap();
    all.extend(packed.map(|packed| zstd::decode_all(packed.unwrap().as_slice()).unwrap()));
    all
}

fn faults(data: &Path) -> Vec<String> {
    Reader::open(data).unwrap().faults().unwrap()
}

#[test]
fn no_byte_of_a_story_is_left_in_the_file_its_log_or_any_body() {
    let secret = format!("{SECRET} erzählt");
    let mut desk = desk_with(&[&secret, "둘째 이야기", "셋째 이야기"]);
    // Its page is the dictionary of the others.
    assert_eq!(desk.count("body WHERE dictionary_id = 1"), 2);
    let data = desk.folder.path().to_owned();
    assert!(!files_with(&data, SECRET.as_bytes()).is_empty());
    assert!(!files_with(&data, SECRET.to_lowercase().as_bytes()).is_empty());
    assert!(
        unpacked(&data)
            .iter()
            .any(|body| has(body, SECRET.as_bytes()))
    );

    take_down(&mut desk, 1, RemovalExtent::Everything);
    clean(&mut desk);

    for word in [SECRET.to_owned(), SECRET.to_lowercase()] {
        assert_eq!(files_with(&data, word.as_bytes()), [""; 0], "{word}");
        assert!(
            !unpacked(&data)
                .iter()
                .any(|body| has(body, word.as_bytes()))
        );
    }
    let reader = desk.reader();
    assert!(reader.cleaning_state().unwrap().is_done());
    assert_eq!(faults(&data), [""; 0]);
    // The other pages read as before.
    let texts: Vec<String> = desk.shown().into_iter().map(|shown| shown.1).collect();
    assert_eq!(texts, ["둘째 이야기", "셋째 이야기"]);
    for text in texts {
        assert!(unpacked(&data).contains(&page_of(&text)));
    }
    let page = SearchPage {
        order: SearchOrder::Best,
        skipped: 0,
        most: 9,
    };
    let find = |words| {
        let searcher = reader.searcher().unwrap();
        search(&searcher, &Query::parse(words).unwrap(), page)
            .unwrap()
            .articles
    };
    assert_eq!((find(SECRET), find("이야기")), (0, 2));
}

#[test]
fn an_answer_from_which_another_article_was_read_stays() {
    let mut desk = desk_with(&["첫째 이야기", "둘째 이야기"]);
    // Two articles were read from one answer, as by two profiles of which the second told other keys.
    let read = "UPDATE version SET capture_id = (SELECT capture_id FROM version
                  JOIN article ON article.id = article_id WHERE number = 1)";
    desk.sql().execute_batch(read).unwrap();
    take_down(&mut desk, 1, RemovalExtent::Everything);
    clean(&mut desk);

    assert_eq!(desk.count("articles WHERE number = 2"), 1);
    assert_eq!(
        desk.count("capture WHERE body_id IS NOT NULL AND id IN (SELECT capture_id FROM version)"),
        1
    );
}

#[test]
fn a_damaged_dictionary_is_mended_before_the_page_that_has_its_content_goes() {
    let desk = desk_with(&["첫째 이야기", "둘째 이야기", "셋째 이야기"]);
    assert_eq!(desk.count("body WHERE dictionary_id = 1"), 2);
    desk.sql()
        .execute("UPDATE dictionary SET zstd = zeroblob(20)", [])
        .unwrap();
    // Another process knows no dictionary yet.
    let row = row_of(&desk, 1);
    let Desk {
        folder, archive, ..
    } = desk;
    drop(archive);
    let mut archive = open_archive(folder.path()).unwrap();
    let lease = archive.take_lease("a test", later(19), None).unwrap();
    archive
        .take_down(
            lease,
            &[row],
            (RemovalExtent::Everything, "a wish"),
            later(20),
        )
        .unwrap();
    archive.save().unwrap();
    let end = archive.clean(lease, FileRewrite::AsAsked, later(21), |_| true);
    assert!(matches!(end.unwrap(), CleaningEnd::Done(_)));
    drop(archive);

    let bodies = unpacked(folder.path());
    for text in ["둘째 이야기", "셋째 이야기"] {
        assert!(
            bodies.iter().any(|body| has(body, text.as_bytes())),
            "{text}"
        );
    }
    assert_eq!(faults(folder.path()), [""; 0]);
}

#[test]
fn what_a_takedown_leaves_to_do_is_done_after_any_step_that_was_stopped() {
    let secret = format!("{SECRET} erzählt");
    let mut desk = desk_with(&[&secret, "둘째 이야기", "셋째 이야기"]);
    take_down(&mut desk, 1, RemovalExtent::Everything);
    let data = desk.folder.path().to_owned();

    for steps in 0..4 {
        let mut left = steps;
        let end = desk
            .archive
            .clean(desk.lease, FileRewrite::AsAsked, later(21), |_| {
                left -= 1;
                left >= 0
            });
        if matches!(end.unwrap(), CleaningEnd::Done(_)) {
            break;
        }
        assert!(!desk.reader().cleaning_state().unwrap().is_done());
        desk = desk.killed();
        assert_eq!(faults(&data), [""; 0]);
    }
    clean(&mut desk);
    assert_eq!(files_with(&data, SECRET.as_bytes()), [""; 0]);
    assert!(
        !unpacked(&data)
            .iter()
            .any(|body| has(body, SECRET.as_bytes()))
    );
}

#[test]
fn a_reader_that_holds_the_log_is_told_and_the_next_cleaning_empties_it() {
    let mut desk = desk_with(&[SECRET, "둘째 이야기"]);
    let reader = Connection::open(desk.folder.path().join("archive.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM version")
        .unwrap();
    take_down(&mut desk, 1, RemovalExtent::Everything);

    let end = desk
        .archive
        .clean(desk.lease, FileRewrite::Later, later(21), |_| true);
    assert_eq!(end.unwrap(), CleaningEnd::LogInUse);
    assert!(desk.reader().cleaning_state().unwrap().log);
    drop(reader);
    clean(&mut desk);
    assert_eq!(files_with(desk.folder.path(), SECRET.as_bytes()), [""; 0]);
}

#[test]
fn an_article_that_was_taken_down_is_neither_queued_nor_kept_under_any_address() {
    let mut desk = desk_with(&["첫째 이야기", "둘째 이야기"]);
    take_down(&mut desk, 1, RemovalExtent::Everything);
    // Even where its page is forgotten, or a redirect leads to another address of it.
    let undone = "DELETE FROM page WHERE number = 1;
        UPDATE page SET due_at = 1, verdict = NULL, settled_at = NULL WHERE role = 'home'";
    desk.sql().execute_batch(undone).unwrap();
    let other = found_numbered("/news/articleViewAmp.html?idxno=1", 1);
    let moved = Discovered {
        hops: 1,
        ..other.clone()
    };
    let unkeyed = found("/news/articleView.html?idxno=1");
    let hidden = found("/story/of/another/name");
    desk.answer_at(
        "/",
        links([found_article(1), other, moved, unkeyed, hidden]),
    );
    assert_eq!(desk.count("page WHERE url LIKE '%idxno=1'"), 0);
    let known = [found_article(1), found(&article_url(1).to_string()[21..])];
    let known = desk.archive.discovered(PAPER, &known).unwrap();
    assert!(known.iter().all(Option::is_some), "{known:?}");

    // A page whose key stands in its text alone shows what it is once it was asked for.
    let (bodies, captures) = (desk.count("body"), desk.count("capture"));
    let changes = desk.count("change");
    let again = Article {
        key: Some(1.into()),
        ..article("첫째 이야기")
    };
    desk.answer_at("/story/of/another/name", story(again));
    assert_eq!(desk.count("body"), bodies);
    assert_eq!(desk.count("capture"), captures);
    assert_eq!(desk.count("change"), changes);
    assert_eq!(
        desk.count("page WHERE due_at IS NOT NULL AND role = 'article'"),
        0
    );
    assert_eq!(desk.count("page WHERE verdict = 'taken_down'"), 1);
    assert_eq!(desk.shown().len(), 1);
}

#[test]
fn a_held_article_stays_until_it_is_released() {
    let mut desk = desk_with(&["첫째 이야기", "둘째 이야기"]);
    let row = row_of(&desk, 1);
    let rule = RetentionRule {
        site: PAPER.into(),
        after: std::time::Duration::from_secs(5),
        access: vec![],
        extent: RemovalExtent::Everything,
    };
    desk.archive
        .hold(desk.lease, &[row], Some("증거"), later(9))
        .unwrap();
    desk.archive.save().unwrap();

    take_down(&mut desk, 1, RemovalExtent::Everything);
    assert_eq!(desk.shown().len(), 2);
    let second = row_of(&desk, 2);
    let due = |desk: &Desk| desk.archive.due_for_retention(&rule, 9, later(20)).unwrap();
    assert_eq!(due(&desk), [second]);

    assert_eq!(desk.archive.release(desk.lease, &[row]).unwrap(), 1);
    desk.archive.save().unwrap();
    assert_eq!(due(&desk), [row, second]);
    take_down(&mut desk, 1, RemovalExtent::Everything);
    assert_eq!(desk.shown().len(), 1);
}

#[test]
fn retention_of_bodies_keeps_texts_and_lists_lose_bodies_only_where_asked() {
    let mut desk = desk_with(&[SECRET, "둘째 이야기", "셋째 이야기"]);
    let lists = "capture JOIN page ON page.id = page_id
                 WHERE role = 'home' AND body_id IS NOT NULL";
    assert_eq!(desk.count(lists), 1);
    take_down(&mut desk, 1, RemovalExtent::Bodies);
    clean(&mut desk);
    assert_eq!(desk.shown().len(), 3);
    assert_eq!(
        desk.count("version JOIN capture ON capture.id = capture_id WHERE body_id IS NULL"),
        1
    );
    assert!(
        !unpacked(desk.folder.path())
            .iter()
            .any(|body| has(body, SECRET.as_bytes()))
    );

    take_down(&mut desk, 2, RemovalExtent::Everything);
    assert_eq!(desk.count(lists), 1);
    take_down(&mut desk, 3, RemovalExtent::EverythingAndLists);
    assert_eq!(desk.count(lists), 0);
    clean(&mut desk);
    assert_eq!(faults(desk.folder.path()), [""; 0]);
}

/// Answers the queued page at a path with an article, in a page of its own.
fn keep_at(desk: &mut Desk, path: &str, article: Article, page: &str) {
    let due = desk.due(path);
    let capture = Capture {
        body: Body::Kept(pack(&page_of(page), None)),
        ..capture()
    };
    desk.answer_with(&due, story(article), capture);
    desk.archive.save().unwrap();
}

#[test]
fn a_page_from_which_no_version_was_read_goes_with_its_article() {
    let secret_of = |key: u64| Article {
        key: Some(key.into()),
        ..article(SECRET)
    };
    let mut desk = Desk::new();
    let numbered = found_numbered("/numbered/9", 9);
    desk.answer_at("/", links([found("/first"), found("/again"), numbered]));
    keep_at(&mut desk, "/first", secret_of(7), SECRET);
    // The key of the article stands in the page alone, and then the page has a further key of it.
    keep_at(
        &mut desk,
        "/again",
        secret_of(7),
        &format!("{SECRET} again"),
    );
    let row = row_of(&desk, 7);
    let key = format!("INSERT INTO other_key VALUES (1, '9', {row})");
    desk.sql().execute_batch(&key).unwrap();
    keep_at(
        &mut desk,
        "/numbered/9",
        article(SECRET),
        &format!("{SECRET} nine"),
    );
    // The home page has a body, too.
    assert_eq!((desk.count("version"), desk.count("body")), (1, 4));
    index(&mut desk);

    take_down(&mut desk, 7, RemovalExtent::Everything);
    clean(&mut desk);

    assert_eq!(desk.count("body"), 1);
    assert_eq!(files_with(desk.folder.path(), SECRET.as_bytes()), [""; 0]);
    assert_eq!(faults(desk.folder.path()), [""; 0]);
}

/// Returns the ids that a dry run of `forget` names, and what it says on stderr.
fn would_forget(desk: &Desk, args: &[&str]) -> (Vec<String>, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .arg("--data")
        .arg(desk.folder.path())
        .args(["--json", "forget"])
        .args(args)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let articles = told["removals"][0]["articles"].as_array().unwrap();
    let ids = articles
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned());
    (ids.collect(), said(&out))
}

#[test]
fn words_and_filters_find_every_article_of_which_a_version_has_them() {
    let mut desk = Desk::new();
    desk.answer_at("/", links([1, 2, 3].map(found_article)));
    let hidden = Article {
        noindex: true,
        ..article(SECRET)
    };
    for (number, article) in [
        (1, article(SECRET)),
        (2, hidden),
        (3, article("둘째 이야기")),
    ] {
        keep(&mut desk, number, article);
    }
    let (first, third) = (row_of(&desk, 1), row_of(&desk, 3));
    let edit = format!(
        "UPDATE version SET section = '옛 문화' WHERE article_id = {first};
         INSERT INTO version (article_id, n, site_id, capture_id, made_at, title, authors, tags,
                              opt_outs, content_sha256, extractor, images, text)
         SELECT article_id, 2, site_id, capture_id, made_at, '', authors, tags, opt_outs,
                content_sha256, extractor, images, '새 이야기' FROM version
         WHERE article_id IN ({first}, {third});
         INSERT INTO change (article_id, kind, n, at) VALUES ({first}, 'changed', 2, 9)"
    );
    for is_indexed in [false, true] {
        if is_indexed {
            index(&mut desk);
        } else {
            desk.sql().execute_batch(&edit).unwrap();
        }
        let (found, _) = would_forget(&desk, &["--query", SECRET]);
        assert_eq!(found, ["paper/1", "paper/2"], "{is_indexed}");
        let (found, _) = would_forget(&desk, &["--query", SECRET, "--section", "옛 문화"]);
        assert_eq!(found, ["paper/1"], "{is_indexed}");
        let (found, _) = would_forget(&desk, &["--query", "site:paper \"새 이야기\""]);
        assert_eq!(found, ["paper/1", "paper/3"], "{is_indexed}");
        let (found, hint) = would_forget(&desk, &["--query", "words:책"]);
        assert_eq!(found, [""; 0]);
        assert!(hint.contains("the fields are title:"), "{hint}");
    }
}

#[test]
fn options_that_say_nothing_of_what_is_removed_are_refused() {
    let crawler = Crawler::empty();
    for args in [
        &["forget", "--retention", "--lists"][..],
        &["forget", "--retention", "--why", "a wish"],
        &["forget", "--finish", "--quick"],
        &["forget", "--finish", "--query", "word"],
        &["hold", "--list", "paper/1"],
    ] {
        let out = crawler.run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", said(&out));
        assert!(said(&out).contains("cannot be used with"), "{}", said(&out));
    }
}

#[test]
fn a_photo_goes_with_the_last_article_that_has_it() {
    let with_photo = |text: &str| {
        let photo = saseo::extract::Image {
            url: "https://paper.example/photo/1.jpg".into(),
            caption: None,
            credit: None,
        };
        Article {
            images: vec![photo],
            ..article(text)
        }
    };
    let mut desk = Desk::new();
    desk.answer_at("/", links([found_article(1), found_article(2)]));
    for number in [1, 2] {
        keep(&mut desk, number, with_photo(&format!("이야기 {number}")));
    }
    let page = "INSERT INTO page (site_id, host, url, role, priority, discovered_at, verdict, settled_at)
                VALUES (1, 'paper.example', 'https://paper.example/photo/1.jpg', 'photo', 1, 1, 'stored', 1)";
    desk.sql().execute_batch(page).unwrap();

    for (number, photos) in [(1, 1), (2, 0)] {
        take_down(&mut desk, number, RemovalExtent::Everything);
        assert_eq!(desk.count("page WHERE role = 'photo'"), photos);
    }
}

/// A crawled demo paper, the number of an article, and sentences that no other article has.
fn crawled() -> (Paper, Crawler, u64, Vec<String>) {
    let paper = Paper::of(&Edition {
        articles_per_section: 8,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "1ms");
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));

    let articles = crawler.articles();
    let texts: Vec<&str> = articles
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    let own = |at: usize| -> Vec<String> {
        let paragraphs = texts[at]
            .split("\n\n")
            .filter(|one| one.chars().count() > 20);
        let others = |one: &str| texts.iter().filter(|text| text.contains(one)).count();
        paragraphs
            .filter(|one| others(one) == 1)
            .map(str::to_owned)
            .collect()
    };
    let (at, sentences) = (0..texts.len())
        .map(|at| (at, own(at)))
        .find(|(_, sentences)| sentences.len() > 1)
        .unwrap();
    let number = articles[at]["number"].as_u64().unwrap();
    (paper, crawler, number, sentences)
}

fn done(out: &Output) {
    assert!(out.status.success(), "{}{}", told(out), said(out));
}

/// Tells whether a kept body or dictionary has one of the sentences.
fn in_a_body(crawler: &Crawler, sentences: &[String]) -> bool {
    let bodies = unpacked(&crawler.data());
    let has_one = |body: &Vec<u8>| sentences.iter().any(|one| has(body, one.as_bytes()));
    bodies.iter().any(has_one)
}

/// Fails where one of the sentences is in a file of a folder.
fn assert_gone(folder: &Path, sentences: &[String]) {
    for sentence in sentences {
        assert_eq!(
            files_with(folder, sentence.as_bytes()),
            [""; 0],
            "{sentence}"
        );
    }
}

#[test]
fn nothing_brings_a_forgotten_article_back_and_everybody_is_told_once() {
    let (paper, crawler, number, sentences) = crawled();
    let id = format!("demo/{number}");
    let desk = crawler.folder.path().join("desk");
    let export = [
        "export",
        "--incremental",
        "desk",
        "--out",
        desk.to_str().unwrap(),
    ];
    done(&crawler.run(&export));
    let found = |sentence: &String| !files_with(&crawler.data(), sentence.as_bytes()).is_empty();
    assert!(sentences.iter().any(found));
    let articles = crawler.articles().len();

    let dry = crawler.run(&["forget", &id]);
    done(&dry);
    assert!(
        told(&dry).contains("1 article with 1 version"),
        "{}",
        told(&dry)
    );
    assert!(told(&dry).contains("the export desk"), "{}", told(&dry));
    assert_eq!(crawler.articles().len(), articles);
    assert_eq!(
        crawler.run(&["forget", &id, "--yes"]).status.code(),
        Some(2)
    );
    done(&crawler.run(&["forget", &id, "--why", "법원 결정", "--yes"]));

    assert_gone(&crawler.data(), &sentences);
    let asked = paper.log().len();
    for command in [&["crawl"][..], &["reextract"], &["compact"], &["crawl"]] {
        done(&crawler.run(command));
    }
    let own = format!("idxno={number}");
    let later = paper.log().split_off(asked);
    assert!(!later.is_empty());
    assert!(
        later
            .iter()
            .all(|request| !request.path_and_query.contains(&own))
    );
    done(&crawler.run(&["verify"]));
    done(&crawler.run(&["audit"]));
    assert_eq!(crawler.articles().len(), articles - 1);
    assert_gone(&crawler.data(), &sentences);
    // Lists go on showing how it begins.
    assert!(!in_a_body(&crawler, &sentences[1..]));

    let shown = crawler.run(&["show", &id]);
    assert_eq!(shown.status.code(), Some(1));
    assert!(said(&shown).contains("법원 결정"), "{}", said(&shown));
    for _ in 0..2 {
        done(&crawler.run(&export));
    }
    let watched = crawler.run(&["watch", "--from", "1", "--once"]);
    let watched = told(&watched);
    let of_parts = |part: &Path| lines(part);
    let exported = of_parts(&desk.join("part-000002.jsonl"));
    let watched: Vec<Value> = watched
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for told in [exported, watched] {
        let taken: Vec<&Value> = told
            .iter()
            .filter(|line| line["change"] == "taken_down")
            .collect();
        assert_eq!(taken.len(), 1);
        assert_eq!(
            (&taken[0]["id"], &taken[0]["text"]),
            (&id.clone().into(), &Value::Null)
        );
    }
    assert!(!desk.join("part-000003.jsonl").exists());
}

#[test]
fn no_new_export_has_a_forgotten_article() {
    let (_paper, crawler, number, sentences) = crawled();
    assert!(in_a_body(&crawler, &sentences[..1]) && in_a_body(&crawler, &sentences[1..]));
    done(&crawler.run(&[
        "forget",
        &number.to_string(),
        "--why",
        "x",
        "--yes",
        "--lists",
    ]));
    assert!(!in_a_body(&crawler, &sentences));
    let title_of = "SELECT count(*) FROM articles WHERE number = ?1";
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let left: i64 = sql.query_row(title_of, [number], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);

    let out = crawler.folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let names = [
        ("jsonl", "a.jsonl"),
        ("csv", "a.csv"),
        ("sqlite", "a.db"),
        ("atom", "a.xml"),
        ("jsonfeed", "a.json"),
        ("warc", "a.warc.gz"),
    ];
    for (format, name) in names {
        let path = out.join(name);
        done(&crawler.run(&[
            "export",
            "--format",
            format,
            "--out",
            path.to_str().unwrap(),
        ]));
    }
    let packed = fs::read(out.join("a.warc.gz")).unwrap();
    let mut warc = Vec::new();
    MultiGzDecoder::new(packed.as_slice())
        .read_to_end(&mut warc)
        .unwrap();
    fs::write(out.join("a.warc"), warc).unwrap();
    assert_gone(&out, &sentences);
}

#[test]
fn wishes_that_came_later_are_listed_and_removed() {
    let mut desk = desk_with(&["첫째 이야기", "둘째 이야기"]);
    let answer =
        "INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, withheld)
                  SELECT page_id, announced_id, fetched_at, status, headers, 'noarchive'
                  FROM capture WHERE id IN (SELECT capture_id FROM page WHERE number IN (1, 2))";
    let wish = "INSERT INTO opt_out (capture_id, signal, source, evidence, effect)
                SELECT max(capture.id), iif(number = 2, 'noarchive', 'nofollow'), 'meta robots',
                       'so', 'obeyed'
                FROM capture JOIN page ON page.id = page_id GROUP BY number";
    // What a page said when its article was stored is no later wish, nor is one that was taken back.
    desk.sql().execute_batch(wish).unwrap();
    assert!(desk.reader().wished_removals().unwrap().is_empty());
    desk.sql().execute_batch(answer).unwrap();
    desk.sql().execute_batch(wish).unwrap();
    let second = row_of(&desk, 2);
    assert_eq!(desk.reader().wished_removals().unwrap(), [second]);
    desk.sql().execute_batch(answer).unwrap();
    assert!(desk.reader().wished_removals().unwrap().is_empty());
    desk.sql().execute_batch(wish).unwrap();
    take_down(&mut desk, 2, RemovalExtent::Everything);
    assert!(desk.reader().wished_removals().unwrap().is_empty());
}

#[test]
fn a_crawl_applies_the_retention_of_its_site_once_a_day() {
    let (paper, crawler, number, _) = crawled();
    let site = crawler.config().join("sites/demo.toml");
    let text = fs::read_to_string(&site).unwrap();
    fs::write(
        &site,
        format!("{text}[retention]\nafter_days = 30\naccess = ['open']\n"),
    )
    .unwrap();
    let sql = Connection::open(crawler.data().join("archive.db")).unwrap();
    let age = "UPDATE article SET first_seen_at = first_seen_at - 31 * 86400000 WHERE number = ?1";
    sql.execute(age, [number]).unwrap();
    let numbers = || -> BTreeSet<u64> {
        let articles = crawler.articles();
        articles
            .iter()
            .map(|one| one["number"].as_u64().unwrap())
            .collect()
    };
    let mut expected = numbers();

    let dry = crawler.run(&["forget", "--retention", "demo"]);
    done(&dry);
    assert!(
        told(&dry).contains(&format!("demo/{number}")),
        "{}",
        told(&dry)
    );
    assert_eq!(numbers(), expected);
    done(&crawler.run(&["crawl"]));
    expected.remove(&number);
    assert_eq!(numbers(), expected);

    // The second crawl of the day removes nothing.
    let other = *expected.iter().next().unwrap();
    sql.execute(age, [other]).unwrap();
    done(&crawler.run(&["crawl"]));
    assert_eq!(numbers(), expected);
    done(&crawler.run(&["forget", "--retention", "--yes"]));
    expected.retain(|number| *number != other || is_members(&paper, other));
    assert_eq!(numbers(), expected);
}

fn is_members(paper: &Paper, number: u64) -> bool {
    let kind = saseo::demo::Availability::MembersOnly;
    paper.origin.newspaper(|paper| {
        let mut articles = paper.articles().iter();
        articles.any(|article| article.number == number && article.kind == kind)
    })
}
