//! Exports of `saseo serve`: begun by a form, watched, downloaded, and gone in the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use saseo::extract::Article;
use saseo::rights::{Claim, DeclaredRights, Statement, UseLevel};
use serde_json::Value;
use tempfile::TempDir;

use crate::archive_desk::{Desk, article, found_article, links, story};
use crate::program::{Crawler, Paper};
use crate::serve::archive;
use crate::served::{Reply, Served};

/// A server whose scratch folder stands in its archive's.
struct Exporter {
    served: Served,
    scratch: PathBuf,
    further: Vec<(String, String)>,
}

impl Exporter {
    fn of(data: &Path, further: &[&str]) -> Self {
        let scratch = data.join("scratch");
        let place = scratch.to_string_lossy().into_owned();
        let options = [&["--scratch", place.as_str()], further].concat();
        Self {
            served: Served::of(data, &options),
            scratch,
            further: Vec::new(),
        }
    }

    /// A server behind a password, and a reader who knows it.
    fn for_others(data: &Path) -> Self {
        let file = data.join("password.txt");
        std::fs::write(&file, "book-shop-key-12\n").unwrap();
        let mut exporter = Self::of(data, &["--password-file", &file.to_string_lossy()]);
        // printf 'reader:book-shop-key-12' | base64
        let right = "Basic cmVhZGVyOmJvb2stc2hvcC1rZXktMTI=";
        let header = ("Authorization".to_owned(), right.to_owned());
        exporter.further.push(header);
        exporter
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let host = self.served.address.to_string();
        let further = self.further.iter().map(|(name, text)| (&**name, &**text));
        let headers: Vec<(&str, &str)> = [("Host", host.as_str())]
            .into_iter()
            .chain(further)
            .chain(headers.iter().copied())
            .collect();
        self.served.send(method, path, &headers, body)
    }

    fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    /// Sends a form as a browser does that has the page of it.
    fn post(&self, form: &str) -> Reply {
        let origin = format!("http://{}", self.served.address);
        let length = form.len().to_string();
        let headers = [("Origin", &*origin), ("Content-Length", &*length)];
        self.send("POST", "/export", &headers, form)
    }

    /// Exports, waits until it is done, and returns the page that tells of it.
    fn export(&self, form: &str) -> String {
        let begun = self.post(form);
        assert_eq!(begun.status, 303, "{form}: {}", begun.body);
        assert!(begun.has_header("location: /export"), "{}", begun.head);
        loop {
            let page = self.get("/export");
            assert_eq!(page.status, 200);
            if !page.body.contains("http-equiv=\"refresh\"") {
                return page.body;
            }
        }
    }

    fn file(&self, name: &str) -> Reply {
        self.get(&format!("/export/files/{name}"))
    }

    /// Returns how many folders stand in the scratch folder.
    fn folders(&self) -> usize {
        let own = std::fs::read_dir(&self.scratch).unwrap();
        own.flatten()
            .map(|own| std::fs::read_dir(own.path()).unwrap().count())
            .sum()
    }
}

/// Takes an article out of an archive, as its owner does.
fn forget(data: &Path, id: &str) {
    let forgotten = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .env_remove("SASEO_STORE")
        .env_remove("SASEO_CONFIG")
        .arg("--data")
        .arg(data)
        .args(["forget", id, "--why", "court", "--yes"])
        .output()
        .unwrap();
    assert!(forgotten.status.success(), "{forgotten:?}");
}

/// An archive with an article, and one whose paper allows no more than a reference.
fn with_a_reference() -> TempDir {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    desk.answer_next(story(article("모두의 글")));
    let level = Statement::new("header", Claim::Level(UseLevel::Reference), "use=reference");
    desk.answer_next(story(Article {
        declared_rights: DeclaredRights::of([level]),
        ..article("인용만 되는 글")
    }));
    desk.closed()
}

#[test]
fn all_articles_are_one_csv_that_is_the_commands_own() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let exporter = Exporter::of(&crawler.data(), &[]);

    let page = exporter.export("format=csv");
    assert!(page.contains("<dd>118</dd>"), "{page}");
    let file = exporter.file("articles.csv");
    assert_eq!(file.status, 200);
    for line in [
        "content-disposition: attachment; filename=\"articles.csv\"",
        "content-type: text/csv; charset=utf-8",
        "x-content-type-options: nosniff",
    ] {
        assert!(file.has_header(line), "{}", file.head);
    }
    let own = crawler.data().join("own.csv");
    let written = crawler.run(&["export", "--format", "csv", "--out", &own.to_string_lossy()]);
    assert!(written.status.success());
    assert_eq!(file.body, std::fs::read_to_string(&own).unwrap());

    // The next one takes the place of the last one, and the end of the server all of it.
    let page = exporter.export("format=jsonl&coding=gz&site=demo&since=2100-01-01");
    assert!(page.contains("articles.jsonl.gz"), "{page}");
    assert_eq!(exporter.file("articles.csv").status, 404);
    assert_eq!(exporter.file("articles.jsonl.gz").status, 200);
    assert_eq!(exporter.folders(), 1);
    let scratch = exporter.scratch.clone();
    assert_eq!(exporter.served.stop(), 143);
    assert_eq!(std::fs::read_dir(scratch).unwrap().count(), 0);
}

#[test]
fn every_format_of_a_file_can_be_downloaded() {
    let folder = archive();
    let exporter = Exporter::of(folder.path(), &[]);
    let form = exporter.get("/export").body;
    for (format, name, begin) in [
        ("jsonl", "articles.jsonl", "{\"id\":\"paper/7\""),
        ("sqlite", "articles.db", "SQLite format 3"),
        ("parquet", "articles.parquet", "PAR1"),
        ("atom", "articles.atom", "<?xml"),
        ("jsonfeed", "feed.json", "{"),
        ("warc", "captures.warc.gz", "\u{1f}"),
        ("wacz", "captures.wacz", "PK"),
    ] {
        assert!(form.contains(&format!("value=\"{format}\"")), "{format}");
        exporter.export(&format!("format={format}"));
        let file = exporter.file(name);
        assert!(file.body.starts_with(begin), "{format}: {}", file.head);
        assert_eq!(exporter.file(&format!("{name}.manifest.json")).status, 200);
    }
    for lost in ["archive.db", "..%2F..%2Farchive.db", "%2Fetc%2Fpasswd"] {
        assert_eq!(exporter.file(lost).status, 404, "{lost}");
    }
}

#[test]
fn other_readers_get_no_reserved_article_whatever_they_ask_for() {
    for (folder, kept, reserved) in [
        (archive(), "둘째 판의 글", "가가가가가가가"),
        (with_a_reference(), "모두의 글", "인용만 되는 글"),
    ] {
        let own = Exporter::of(folder.path(), &[]);
        own.export("format=csv");
        let file = own.file("articles.csv").body;
        assert!(file.contains(kept) && file.contains(reserved), "{file}");
        assert_eq!(own.served.stop(), 143);

        let others = Exporter::for_others(folder.path());
        for form in [
            "format=csv",
            "format=csv&for=",
            "format=csv&for=search",
            "format=jsonl&all_versions=1",
            "format=atom",
            "format=sqlite&all_versions=1",
        ] {
            let page = others.export(form);
            assert!(page.contains("because their papers reserve them"), "{page}");
            assert!(page.contains("<dd>1; "), "{page}");
            let name = page.split("/export/files/").nth(1).unwrap();
            let file = others.file(name.split('"').next().unwrap()).body;
            assert!(!file.contains(reserved), "{form}");
            assert!(file.contains(kept), "{form}");
        }
        // No page of it is in a web archive, either.
        others.export("format=wacz");
        let manifest = others.file("captures.wacz.manifest.json").body;
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["reserved"]["articles"], 1);
        assert_eq!(manifest["selection"]["for"], "display");
    }
}

#[test]
fn a_form_of_another_site_begins_nothing() {
    let folder = archive();
    for exporter in [
        Exporter::of(folder.path(), &[]),
        Exporter::for_others(folder.path()),
    ] {
        let form = "format=csv";
        let length = ("Content-Length", "10");
        let own = format!("http://{}", exporter.served.address);
        for headers in [
            &[][..],
            &[("Origin", "http://evil.example")],
            &[("Origin", "null")],
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", own.as_str())],
            &[("Sec-Fetch-Site", "same-site")],
        ] {
            for path in ["/export", "/audit"] {
                let headers = [headers, &[length]].concat();
                let refused = exporter.send("POST", path, &headers, form);
                assert_eq!(refused.status, 403, "{path} {headers:?}");
            }
        }
        let origin = [("Origin", own.as_str()), ("Content-Length", "0")];
        for path in ["/", "/ledger", "/metrics", "/export/files/x"] {
            let refused = exporter.send("POST", path, &origin, "");
            assert_eq!(refused.status, 405, "{path}");
        }
        let page = exporter.get("/export").body;
        assert!(!page.contains("/export/files/") && !page.contains("http-equiv"));
        // A browser tells the page's own address for forms, and nothing to other sites.
        let page = exporter.get("/export");
        assert!(
            page.has_header("referrer-policy: same-origin"),
            "{}",
            page.head
        );
        assert_eq!(exporter.served.stop(), 143);
    }
}

#[test]
fn what_is_wrong_with_a_form_or_the_disk_is_told_on_the_page() {
    let folder = archive();
    let exporter = Exporter::of(folder.path(), &[]);
    for (form, why) in [
        ("format=zip", "is no format of a file"),
        ("format=csv&site=other", "other"),
        ("format=csv&since=2026-02-01&until=2026-01-01", "is after"),
    ] {
        let page = exporter.post(form);
        assert_eq!(page.status, 400, "{form}");
        assert!(page.body.contains(why) && page.body.contains("<form method=\"post\""));
    }
    let long = format!("format=csv&where={}", "x".repeat(70 << 10));
    let page = exporter.post(&long);
    assert_eq!(page.status, 413);
    assert!(page.body.contains("The form is too large.") && page.body.contains("</html>"));
    let put = exporter.send("PUT", "/export", &[("Content-Length", "0")], "");
    assert_eq!(put.status, 405);
    assert!(put.has_header("allow: get, head, post"), "{}", put.head);
    let put = exporter.send("PUT", "/ledger", &[("Content-Length", "0")], "");
    assert!(put.has_header("allow: get, head"), "{}", put.head);

    // A file stands where the folder would be made.
    std::fs::write(&exporter.scratch, "").unwrap();
    let page = exporter.export("format=csv");
    assert!(page.contains("The last export failed:"), "{page}");
    assert!(
        page.contains(&*exporter.scratch.to_string_lossy()),
        "{page}"
    );
    std::fs::remove_file(&exporter.scratch).unwrap();
    assert!(exporter.export("format=csv").contains("articles.csv"));
}

const TAKEN_DOWN: &str = "An article was taken out of the archive after the last export began.";

#[test]
fn a_finished_export_is_gone_once_an_article_of_it_is_taken_down() {
    let folder = archive();
    for (exporter, id) in [
        (Exporter::of(folder.path(), &[]), "paper/7"),
        (Exporter::for_others(folder.path()), "paper/8"),
    ] {
        exporter.export("format=csv");
        assert_eq!(exporter.file("articles.csv").status, 200);
        forget(folder.path(), id);

        let refused = exporter.file("articles.csv");
        assert_eq!(refused.status, 410);
        assert!(refused.body.contains(TAKEN_DOWN), "{}", refused.body);
        assert!(refused.body.contains("<form method=\"post\""));
        assert_eq!(exporter.folders(), 0);
        assert_eq!(exporter.file("articles.csv").status, 404);

        let page = exporter.export("format=csv");
        assert!(!page.contains(TAKEN_DOWN), "{page}");
        let file = exporter.file("articles.csv");
        assert_eq!(file.status, 200);
        assert!(!file.body.contains(id), "{}", file.body);
        assert_eq!(exporter.served.stop(), 143);
    }
}

#[test]
fn the_page_offers_no_export_from_before_a_takedown() {
    let folder = archive();
    let exporter = Exporter::of(folder.path(), &[]);
    exporter.export("format=csv");
    forget(folder.path(), "paper/7");
    let page = exporter.get("/export").body;
    assert!(page.contains(TAKEN_DOWN), "{page}");
    assert!(!page.contains("/export/files/"), "{page}");
    assert_eq!(exporter.folders(), 0);
}

#[test]
fn a_finished_export_of_other_readers_is_gone_once_a_paper_declares_other_rights() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    let pages = [7, 8].map(|number| {
        let page = desk.next_due();
        desk.answer_and_save(&page, story(article(&format!("글 {number}"))));
        page
    });
    let own = Exporter::of(desk.folder.path(), &[]);
    let others = Exporter::for_others(desk.folder.path());
    own.export("format=csv");
    let reserved = |text: &str| {
        let level = Statement::new("header", Claim::Level(UseLevel::Reference), "use=reference");
        story(Article {
            declared_rights: DeclaredRights::of([level]),
            ..article(text)
        })
    };

    others.export("format=csv");
    desk.answer_and_save(&pages[0], story(article("글 7, 둘째 판")));
    assert_eq!(others.file("articles.csv").status, 200);
    // Once the words stay, and once they change with the rights.
    for (page, text) in [(&pages[0], "글 7, 둘째 판"), (&pages[1], "글 8, 둘째 판")] {
        desk.answer_and_save(page, reserved(text));
        let refused = others.file("articles.csv");
        assert_eq!(refused.status, 410, "{text}");
        let why = "Papers declared other rights after the last export began.";
        assert!(refused.body.contains(why), "{}", refused.body);
        others.export("format=csv");
        let file = others.file("articles.csv");
        assert_eq!(file.status, 200);
        assert!(!file.body.contains(text), "{}", file.body);
    }
    assert_eq!(own.file("articles.csv").status, 200);
}

#[test]
fn a_download_is_cut_by_a_takedown() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    // More than the buffers of a connection take.
    desk.answer_next(story(article(&"긴 글 ".repeat(4 << 20))));
    desk.answer_next(story(article("짧은 글")));
    desk.archive.save().unwrap();
    let folder = desk.closed();
    let exporter = Exporter::of(folder.path(), &[]);
    exporter.export("format=jsonl");

    let address = exporter.served.address;
    let mut download = TcpStream::connect(address).unwrap();
    let request = format!("GET /export/files/articles.jsonl HTTP/1.1\r\nHost: {address}\r\n\r\n");
    download.write_all(request.as_bytes()).unwrap();
    let mut begin = [0; 1000];
    download.read_exact(&mut begin).unwrap();
    let begin = String::from_utf8_lossy(&begin).to_ascii_lowercase();
    let length = begin.split("content-length: ").nth(1).unwrap();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    assert!(length > 30 << 20);

    forget(folder.path(), "paper/8");
    let (mut part, mut taken) = (vec![0; 64 << 10], 0);
    // A connection that is cut may end with an error.
    while let Ok(read @ 1..) = download.read(&mut part) {
        taken += read;
    }
    assert!(taken < length / 2, "{taken} of {length}");
}

#[test]
fn a_korean_page_has_korean_words_and_marks_what_is_english() {
    let folder = archive();
    let exporter = Exporter::of(folder.path(), &[]);
    let origin = format!("http://{}", exporter.served.address);
    let korean = ("Accept-Language", "ko");
    let form = "format=zip";
    let headers = [("Origin", &*origin), ("Content-Length", "10"), korean];
    let page = exporter.send("POST", "/export", &headers, form).body;
    assert!(
        page.contains("role=\"alert\" lang=\"en\">&quot;zip&quot;"),
        "{page}"
    );
    for (value, word) in [("members", "회원"), ("ai-training", "AI 학습")] {
        let option = format!("<option value=\"{value}\">{word}</option>");
        assert!(page.contains(&option), "{page}");
    }
}
