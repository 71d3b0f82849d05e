//! `saseo serve`: the pages of an archive, asked for as a browser asks, and as an attacker does.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use saseo::extract::{Access, Article};
use saseo::rights::{Claim, DeclaredRights, Statement, Use, UseState};
use serde_json::Value;
use tempfile::TempDir;

use crate::archive_desk::{Desk, article, found_article, found_named, links, story};
use crate::program::{Crawler, Paper};
use crate::served::Served;

/// What would run, load or reorder, if it were anything but text.
const HOSTILE: &str =
    "<script src=https://evil.example/x.js></script><img src=x onerror=alert(1)>\u{202e}책";

/// An archive with article 7 in two versions, which is hostile, and article 8, which is reserved.
pub(crate) fn archive() -> TempDir {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    let page = desk.next_due();
    let hostile = |text: &str| Article {
        title: Some(HOSTILE.into()),
        authors: vec![HOSTILE.into()],
        byline: Some(HOSTILE.into()),
        section: Some(HOSTILE.into()),
        tags: vec![HOSTILE.into()],
        language: Some("\"><script>".into()),
        ..article(text)
    };
    desk.answer_and_save(&page, story(hostile("첫 판의 글")));
    desk.answer_and_save(&page, story(hostile(&format!("둘째 판의 글 {HOSTILE}"))));

    let reserved = Statement::new(
        "header",
        Claim::Use(Use::AiInput, UseState::Reserved),
        "ai=n",
    );
    let text = "가".repeat(500);
    desk.answer_next(story(Article {
        declared_rights: DeclaredRights::of([reserved]),
        access: Access::Open,
        subtitle: Some("유보된 부제".into()),
        tags: vec!["유보된 태그".into()],
        ..article(&text)
    }));
    desk.closed()
}

#[test]
fn a_crawled_paper_is_read_searched_and_cited() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let articles = crawler.articles();
    let served = Served::of(&crawler.data(), &[]);

    let home = served.get("/");
    assert_eq!(home.status, 200);
    assert!(home.body.contains(">118<"), "{}", home.body);
    let one = &articles[0];
    let path = format!("/a/{}", one["id"].as_str().unwrap());
    let page = served.get(&path);
    assert_eq!(page.status, 200, "{path}");
    let first = one["text"].as_str().unwrap().split("\n\n").next().unwrap();
    assert!(page.body.contains(&escaped(first)), "{first}");
    assert!(page.body.contains("citation_title"));

    let json: Value = serde_json::from_str(&served.get(&format!("{path}.json")).body).unwrap();
    assert_eq!((&json["id"], &json["text"]), (&one["id"], &one["text"]));
    let ris = served.get(&format!("{path}/cite.ris"));
    assert!(ris.body.starts_with("TY  - NEWS\r\n") && ris.body.contains("ER  - "));

    let found = served.get("/search?q=%EC%B1%85%EB%B0%A9");
    let told = crawler.run(&["--json", "search", "책방", "--limit", "1"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(found.body.contains("<mark>책방</mark>"));
    assert!(
        found
            .body
            .contains(&format!("{} articles ", told["articles"]))
    );
    assert_eq!(served.get("/search?q=%22").status, 400);
    for lost in [
        "/a/demo/0",
        "/a/demo/1/versions/1",
        "/nothing",
        "/a/x/7/cite.doc",
        "/?after=x",
    ] {
        assert_eq!(served.get(lost).status, 404, "{lost}");
    }
    assert_eq!(served.stop(), 143);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[test]
fn what_is_hostile_is_text_and_reaches_nothing() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    for path in [
        "/",
        "/a/paper/7",
        "/a/paper/7/versions/1",
        "/a/paper/7/diff",
        "/a/paper/7/diff/1..2",
        "/search?q=%ED%8C%90%EC%9D%98",
    ] {
        let page = served.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("&lt;script"), "{path}: {}", page.body);
        for live in [
            "<script src=h",
            "<script>",
            "<img src=x",
            "onerror=alert(1)>책",
            "\"><script>",
        ] {
            assert!(!page.body.contains(live), "{path} has {live}");
        }
        let policy = "content-security-policy: default-src 'none'; style-src 'self'; \
                      script-src 'self'; img-src 'self'; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
        assert!(page.has_header(policy), "{}", page.head);
    }

    // The page as it came is in a frame that may do nothing.
    let page = served.get("/a/paper/7").body;
    let (_, behind) = page.split_once("/a/paper/7/capture/").unwrap();
    let capture = behind.split('"').next().unwrap();
    let framed = served.get(&format!("/a/paper/7/capture/{capture}"));
    assert!(
        framed
            .body
            .contains("<iframe class=\"capture\" sandbox=\"\""),
        "{}",
        framed.body
    );
    let raw = served.get(&format!("/a/paper/7/capture/{capture}/raw"));
    assert_eq!((raw.status, raw.body.as_str()), (200, "<p>hello</p>"));
    let policy = "content-security-policy: sandbox; default-src 'none'; \
                  style-src 'unsafe-inline'; frame-ancestors 'self'";
    assert!(raw.has_header(policy) && raw.has_header("x-content-type-options: nosniff"));
    // It belongs to its article alone.
    assert_eq!(
        served
            .get(&format!("/a/paper/8/capture/{capture}/raw"))
            .status,
        404
    );
}

#[test]
fn versions_are_compared_step_by_step() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let page = served.get("/a/paper/7/diff").body;
    assert!(page.contains("<del>첫"), "{page}");
    assert!(page.contains("<ins>둘째"), "{page}");
    assert_eq!(served.get("/a/paper/7/diff/1..9").status, 404);
    assert_eq!(served.get("/a/paper/7/diff/1").status, 404);
    assert!(
        served
            .get("/a/paper/8/diff")
            .body
            .contains("There is one version")
    );
}

#[test]
fn other_hosts_methods_and_passwords_are_refused() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let port = served.address.port();
    let host = |name: &str| served.ask("GET", "/", &[("Host", name)]).status;
    assert_eq!(host(&format!("localhost:{port}")), 200);
    assert_eq!(
        (host(&format!("evil.example:{port}")), host("127.0.0.1")),
        (421, 421)
    );
    let own = served.address.to_string();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let refused = served.ask(
            method,
            "/",
            &[("Host", own.as_str()), ("Content-Length", "0")],
        );
        assert_eq!(refused.status, 405, "{method}");
    }

    let file = folder.path().join("password.txt");
    std::fs::write(&file, "book-shop-key-12\n").unwrap();
    let guarded = Served::of(folder.path(), &["--password-file", &file.to_string_lossy()]);
    assert_eq!(guarded.get("/").status, 401);
    // printf 'reader:book-shop-key-12' | base64
    let right = ("Authorization", "Basic cmVhZGVyOmJvb2stc2hvcC1rZXktMTI=");
    let ask = |path: &str| guarded.ask("GET", path, &[("Host", "archive.example"), right]);
    assert_eq!(ask("/").status, 200);
    // Others see the beginning of what is reserved, and the user of the archive all of it.
    let (others, own) = (ask("/a/paper/8").body, served.get("/a/paper/8").body);
    assert!(own.contains(&"가".repeat(500)));
    assert!(others.contains(&"가".repeat(200)) && !others.contains(&"가".repeat(201)));
    // Nothing else of it is told, on no page and in no feed.
    for path in ["/a/paper/8", "/a/paper/8/versions/1", "/a/paper/8/versions"] {
        let shown = ask(path).body;
        assert!(!shown.contains("유보된"), "{path}: {shown}");
    }
    assert!(own.contains("유보된 부제") && own.contains("유보된 태그"));
    assert!(!ask("/a/paper/8/versions").body.contains("/diff/"));
    // Nor does a search tell more of it: the word stands in its middle, too.
    let hit = "/search?q=%EA%B0%80";
    assert!(
        served.get(hit).body.contains("<mark>"),
        "{}",
        served.get(hit).body
    );
    let found = ask(hit).body;
    assert!(
        found.contains("/a/paper/8\"") && !found.contains("<mark>"),
        "{found}"
    );
    for path in ["/a/paper/8.json", "/a/paper/8/diff"] {
        assert_eq!(
            (ask(path).status, served.get(path).status),
            (403, 200),
            "{path}"
        );
    }
    assert!(ask("/a/paper/7").body.contains("둘째 판의 글"));
    let (others, own) = (
        ask("/feeds/paper.atom").body,
        served.get("/feeds/all.atom").body,
    );
    assert!(
        own.starts_with("<?xml") && own.contains(&"가".repeat(500)),
        "{own}"
    );
    assert!(others.contains(&"가".repeat(200)) && !others.contains(&"가".repeat(201)));
    assert!(own.contains("유보된 태그") && !others.contains("유보된"));
    assert_eq!(served.get("/feeds/other.atom").status, 404);
}

#[test]
fn the_language_is_the_browsers_until_it_is_chosen() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let own = served.address.to_string();
    let page = |headers: &[(&str, &str)]| {
        let headers = [&[("Host", own.as_str())], headers].concat();
        served.ask("GET", "/", &headers).body
    };
    assert!(page(&[]).contains("<html lang=\"en\" "));
    assert!(page(&[("Accept-Language", "ko-KR,en;q=0.5")]).contains("<html lang=\"ko\" "));

    let switched = served.get("/choose?language=ko&back=%2Fa%2Fpaper%2F7");
    assert_eq!(switched.status, 303);
    assert!(
        switched.has_header("location: /a/paper/7"),
        "{}",
        switched.head
    );
    let chosen = [("Cookie", "saseo_language=ko"), ("Accept-Language", "en")];
    assert!(page(&chosen).contains("<html lang=\"ko\" "));
    for outside in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
    ] {
        let back = served.get(&format!("/choose?language=en&back={outside}"));
        assert!(back.has_header("location: /"), "{outside}: {}", back.head);
    }
}

#[test]
fn a_server_for_other_machines_needs_a_password_and_an_archive_is_needed() {
    let folder = archive();
    let serve = |data: &Path, args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_saseo"))
            .env_remove("SASEO_STORE")
            .arg("--data")
            .arg(data)
            .arg("serve")
            .args(args)
            .output()
            .unwrap();
        (
            out.status.code().unwrap(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    let (code, told) = serve(folder.path(), &["--listen", "0.0.0.0:0"]);
    assert_eq!(code, 2);
    assert!(told.contains("--password-file"), "{told}");
    let short = folder.path().join("short.txt");
    std::fs::write(&short, "short").unwrap();
    let (code, told) = serve(
        folder.path(),
        &["--password-file", &short.to_string_lossy()],
    );
    assert!(code == 2 && told.contains("12 letters"), "{told}");

    let empty = TempDir::new().unwrap();
    let (code, told) = serve(empty.path(), &["--listen", "127.0.0.1:0"]);
    assert!(code == 1 && told.contains("no archive"), "{code} {told}");
    let taken = Served::of(folder.path(), &[]);
    let (code, told) = serve(folder.path(), &["--listen", &taken.address.to_string()]);
    assert!(
        code == 1 && told.contains("--listen names another address"),
        "{code} {told}"
    );
}

#[test]
fn a_paper_is_shown_day_by_day_with_its_runs() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let articles = crawler.articles();
    let served = Served::of(
        &crawler.data(),
        &["--config", &crawler.config().to_string_lossy()],
    );

    let day = articles[0]["published_at"].as_str().unwrap()[..10].to_owned();
    let of_day = |one: &&Value| one["published_at"].as_str().unwrap().starts_with(&day);
    let (of_day, others): (Vec<&Value>, Vec<&Value>) = articles.iter().partition(of_day);
    let listed = served.get(&format!("/sites/demo?day={day}"));
    assert_eq!(listed.status, 200);
    let path = |one: &Value| format!("href=\"/a/{}\"", one["id"].as_str().unwrap());
    assert!(!of_day.is_empty() && of_day.iter().all(|one| listed.body.contains(&path(one))));
    assert!(!others.is_empty() && others.iter().all(|one| !listed.body.contains(&path(one))));

    // Its sections lead to their articles.
    let section = articles[0]["section"].as_str().unwrap();
    let count = articles
        .iter()
        .filter(|one| one["section"] == section)
        .count();
    let page = served.get("/sites/demo").body;
    let (before, behind) = page.split_once(&format!(">{section}</bdi>")).unwrap();
    let link = before.rsplit("href=\"").next().unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        behind.starts_with(&format!("</a> <span class=\"number\">{count}<")),
        "{page}"
    );
    let found = served.get(&link).body;
    assert!(
        found.contains(&format!("role=\"status\">{count} ")),
        "{link}: {found}"
    );

    // The list goes on, and has each article once.
    let (mut page, mut seen) = ("/sites/demo".to_owned(), vec![]);
    loop {
        let body = served.get(&page).body;
        let links = body.split("href=\"/a/").skip(1);
        seen.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
        let Some((_, next)) = body.split_once("rel=\"next\" href=\"") else {
            break;
        };
        page = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    let mut ids: Vec<&str> = articles
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    seen.sort();
    ids.sort_unstable();
    assert_eq!(seen, ids);

    let runs = served.get("/runs").body;
    assert!(
        runs.contains(">crawl<") && runs.contains(">demo<"),
        "{runs}"
    );
    for lost in [
        "/sites/other",
        "/sites/demo?day=tomorrow",
        "/sites/demo?after=seen.1.1",
    ] {
        assert_eq!(served.get(lost).status, 404, "{lost}");
    }
}

#[test]
fn a_name_leads_to_one_article_and_each_version_is_cited_as_itself() {
    let mut desk = Desk::new();
    let other = found_named("/b/7", "paper/7");
    desk.answer_next(links([found_article(7), other]));
    let page = desk.next_due();
    for (title, text) in [("첫 제목", "첫 글"), ("둘째 제목", "둘째 글")] {
        let named = Article {
            title: Some(title.into()),
            ..article(text)
        };
        desk.answer_and_save(&page, story(named));
    }
    desk.answer_next(story(article("다른 글")));
    let folder = desk.closed();
    let served = Served::of(folder.path(), &[]);

    assert!(served.get("/a/paper/7").body.contains("둘째 글"));
    assert!(served.get("/a/paper/paper%2F7").body.contains("다른 글"));
    assert_eq!(
        served
            .get("/feeds/all.atom")
            .body
            .matches("<entry>")
            .count(),
        2
    );
    let first = served.get("/a/paper/7/versions/1");
    assert!(
        first
            .body
            .contains("href=\"/a/paper/7/versions/1/cite.ris\""),
        "{}",
        first.body
    );
    let cited = |path: &str| served.get(path).body;
    assert!(cited("/a/paper/7/versions/1/cite.ris").contains("첫 제목"));
    assert!(cited("/a/paper/7/cite.ris").contains("둘째 제목"));
    for unread in [
        "/search?q=x&skip=abc",
        "/search?q=x&sort=zzz",
        "/a/paper/7/versions/x",
    ] {
        let refused = served.get(unread);
        assert!(
            refused.status == 404 && refused.body.starts_with("<!DOCTYPE html>"),
            "{unread}"
        );
    }
}

#[test]
fn a_server_ends_though_a_client_never_ends_its_request() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let mut half = TcpStream::connect(served.address).unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    // It is answered beside.
    assert_eq!(served.get("/healthz").status, 200);
    assert_eq!(served.stop(), 143);
}

#[test]
fn an_archive_that_was_replaced_is_the_one_that_is_shown() {
    let (first, second) = (archive(), Desk::new().closed());
    let served = Served::of(first.path(), &[]);
    assert_eq!(served.get("/a/paper/7").status, 200);
    for file in ["archive.db-wal", "archive.db-shm"] {
        // They are not there where all was written into the file.
        let _ = std::fs::remove_file(first.path().join(file));
    }
    std::fs::rename(
        second.path().join("archive.db"),
        first.path().join("archive.db"),
    )
    .unwrap();
    assert_eq!(served.get("/a/paper/7").status, 404);
}

#[test]
fn a_ping_tells_whether_a_server_answers_on_an_address() {
    let folder = archive();
    let password = folder.path().join("password.txt");
    std::fs::write(&password, "작은-책방의-열쇠-12\n").unwrap();
    let served = Served::of(
        folder.path(),
        &["--password-file", password.to_str().unwrap()],
    );
    let address = served.address.to_string();
    let ping = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saseo"));
        command.args(["serve", "--ping", "--listen", &address]);
        command.output().unwrap()
    };

    let healthy = ping();
    assert_eq!(healthy.status.code(), Some(0));
    assert!(healthy.stdout.is_empty() && healthy.stderr.is_empty());
    assert_eq!(served.stop(), 143);
    let gone = ping();
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8(gone.stderr).unwrap().contains(&address));
}
