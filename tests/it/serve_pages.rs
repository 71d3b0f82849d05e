//! `saseo serve`: searches as files and counts, versions, Markdown, settings, and runs that go on.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use saseo::extract::Article;

use crate::archive_desk::{Desk, article, found_article, links, story};
use crate::program::{Crawler, Paper};
use crate::serve::archive;
use crate::served::Served;

#[test]
fn a_search_is_counted_narrowed_and_taken_along_whole() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let served = Served::of(&crawler.data(), &[]);

    let page = served.get("/search?q=%EC%9D%98").body;
    assert!(page.contains("<svg") && page.contains("<rect"), "{page}");
    // Elements of a drawing are closed, or the next ones stand within them.
    assert_eq!(
        page.matches("<rect").count(),
        page.matches("</rect>").count()
    );
    let status = page.split_once("role=\"status\">").unwrap().1;
    let articles: usize = status.split(' ').next().unwrap().parse().unwrap();
    assert!(articles > 20, "{articles}");

    // All of them, though a page shows twenty stories.
    let csv = served.get("/search.csv?q=%EC%9D%98");
    assert!(
        csv.has_header("content-type: text/csv; charset=utf-8"),
        "{}",
        csv.head
    );
    assert!(csv.has_header("content-disposition: attachment; filename=\"search.csv\""));
    // An answer that was cut has no last chunk.
    assert!(csv.body.ends_with("\r\n0\r\n\r\n"), "{}", csv.body);
    let rows = csv.body.matches("demo/").count();
    assert_eq!(rows, articles, "{}", csv.body);
    assert!(
        csv.body
            .contains("\u{feff}id,site,url,title,authors,section,published_at\r\n")
    );

    let feed = served.get("/search.atom?q=%EC%9D%98").body;
    assert!(
        feed.starts_with("<?xml") && feed.contains("<title>의</title>"),
        "{feed}"
    );
    assert!(feed.contains("rel=\"self\"") && feed.matches("<entry>").count() > 1);

    // A section narrows the search, and finds as many as were counted.
    let (before, behind) = page
        .split_once("</bdi></a> <span class=\"number\">")
        .unwrap();
    let counted: &str = behind.split('<').next().unwrap();
    let link = before
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let narrowed = served.get(&link.replace("&amp;", "&")).body;
    assert!(
        narrowed.contains(&format!("role=\"status\">{counted} ")),
        "{link}: {narrowed}"
    );

    for odd in ["/search.csv?q=%22", "/search.atom?q=", "/search.csv"] {
        assert_eq!(served.get(odd).status, 400, "{odd}");
    }
    // What was typed is still there, to be mended.
    let unread = served.get("/search?q=%EC%B1%85%20%22x");
    assert_eq!(unread.status, 400);
    assert!(
        unread.body.contains("value=\"책 &quot;x\""),
        "{}",
        unread.body
    );
}

#[test]
fn pages_that_follow_the_runs_leave_room_for_others() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let follow = || {
        let mut stream = TcpStream::connect(served.address).unwrap();
        let host = served.address;
        write!(stream, "GET /runs/events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut status = String::new();
        BufReader::new(stream.try_clone().unwrap())
            .read_line(&mut status)
            .unwrap();
        (stream, status)
    };
    let followers: Vec<_> = (0..32).map(|_| follow()).collect();
    assert!(followers.iter().all(|(_, status)| status.contains(" 200 ")));
    assert!(follow().1.contains(" 503 "));
    assert_eq!(served.get("/runs").status, 200);
}

#[test]
fn a_file_is_not_written_for_a_request_of_its_head() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let own = served.address.to_string();
    let path = "/search.csv?q=%EA%B8%80";
    let head = served.ask("HEAD", path, &[("Host", own.as_str())]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.has_header("content-disposition: attachment; filename=\"search.csv\""));
}

#[test]
fn versions_are_listed_with_what_changed_and_an_article_is_markdown() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7)]));
    let page = desk.next_due();
    for (title, text) in [
        ("첫 제목", "글"),
        ("둘째 제목", "글"),
        ("둘째 제목", "새 글"),
    ] {
        let named = Article {
            title: Some(title.into()),
            ..article(text)
        };
        desk.answer_and_save(&page, story(named));
    }
    let folder = desk.closed();
    let served = Served::of(folder.path(), &[]);

    let list = served.get("/a/paper/7/versions").body;
    assert!(list.contains("/diff/1..2\">title<"), "{list}");
    assert!(list.contains("/diff/2..3\">text<"), "{list}");
    let second = served.get("/a/paper/7/versions/2").body;
    for step in [
        "rel=\"prev\" href=\"/a/paper/7/versions/1\"",
        "rel=\"next\" href=\"/a/paper/7/versions/3\"",
    ] {
        assert!(second.contains(step), "{second}");
    }
    assert!(
        second.contains("class=\"Z3988\" title=\"ctx_ver=Z39.88-2004&amp;"),
        "{second}"
    );

    let markdown = served.get("/a/paper/7.md");
    assert!(
        markdown
            .head
            .contains("content-type: text/markdown; charset=utf-8")
    );
    assert!(
        markdown.body.starts_with("# 둘째 제목\n"),
        "{}",
        markdown.body
    );
    assert_eq!(served.get("/a/paper/7.txt").status, 404);
    assert_eq!(served.get("/a/paper/9/versions").status, 404);
}

#[test]
fn choices_are_kept_and_odd_ones_are_refused() {
    let folder = archive();
    let served = Served::of(folder.path(), &[]);
    let own = served.address.to_string();
    let chosen = served.get("/choose?scheme=dark&size=large&keys=off&back=%2Fruns");
    assert_eq!(chosen.status, 303);
    for line in [
        "location: /runs",
        "set-cookie: saseo_scheme=dark; path=/; max-age=31536000; httponly; samesite=lax",
        "set-cookie: saseo_size=large; path=/; max-age=31536000; httponly; samesite=lax",
        "set-cookie: saseo_keys=off; path=/; max-age=31536000; httponly; samesite=lax",
    ] {
        assert!(chosen.has_header(line), "{line}: {}", chosen.head);
    }
    let cookies = (
        "Cookie",
        "saseo_scheme=dark; saseo_size=large; saseo_keys=off",
    );
    let page = served
        .ask("GET", "/", &[("Host", own.as_str()), cookies])
        .body;
    let told = "data-scheme=\"dark\" data-size=\"large\" data-keys=\"off\"";
    assert!(page.contains(told), "{page}");
    assert_eq!(served.get("/settings").status, 200);
    for odd in [
        "/choose?scheme=%0d%0aX:y",
        "/choose?size=huge",
        "/choose?language=fr",
    ] {
        let refused = served.get(odd);
        assert_eq!(refused.status, 404, "{odd}");
        assert!(!refused.head.contains("set-cookie"), "{odd}");
    }
}

#[test]
fn runs_are_told_as_events() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "10ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let served = Served::of(&crawler.data(), &[]);
    let page = served.get("/runs").body;
    assert!(page.contains("data-live=\"/runs/events\""), "{page}");

    let mut stream = TcpStream::connect(served.address).unwrap();
    let host = served.address;
    write!(stream, "GET /runs/events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let is_event = |line: &String| line.starts_with("data: <");
    let first = lines.find(is_event).unwrap();
    assert!(
        first.contains("<tbody>") && first.contains(">demo<"),
        "{first}"
    );

    // What happens next is told without being asked for.
    assert!(crawler.run(&["crawl"]).status.success());
    let second = lines.find(is_event).unwrap();
    let runs = |event: &str| event.matches("<tr>").count();
    assert_eq!(runs(&second), runs(&first) + 1, "{second}");
}
