//! The commands at their edges: wrong input, held archives, signals, and files that must not be
//! harmed.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use crate::program::{Crawler, Paper, lines, said, told};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use saseo::clock::Clock;
use saseo::demo::Edition;
use saseo::extract::Article;
use saseo::time::Timestamp;
use tempfile::TempDir;

fn small() -> Paper {
    Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    })
}

/// A crawler of a paper that is not served.
fn offline(site: &str) -> Crawler {
    let crawler = Crawler {
        folder: TempDir::new().unwrap(),
    };
    crawler.write_site(site);
    crawler
}

const PUBLIC: &str =
    "name = \"demo\"\ntitle = \"demo\"\nhome = \"https://paper.example/\"\nprofile = \"ndsoft\"\n";

#[test]
fn a_public_host_is_not_asked_by_nobody() {
    let out = offline(PUBLIC).run(&["crawl"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("SASEO_CONTACT=YOUR-ADDRESS"),
        "{}",
        said(&out)
    );
}

#[test]
fn a_wrong_key_is_named_with_file_and_line() {
    let out = offline(&format!("{PUBLIC}[pace]\ngapp = \"2s\"\n")).run(&["crawl"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("demo.toml:6: `pace.gapp`: unknown key `gapp`; did you mean `gap`?"),
        "{}",
        said(&out)
    );
}

#[test]
fn torn_toml_is_named_with_file_and_line() {
    let out = offline("name = \"demo\ntitle = 3").run(&["status"]);
    // status reads no configuration; crawl does.
    assert_eq!(out.status.code(), Some(1));
    let out = offline("name = \"demo\ntitle = 3").run(&["crawl"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(said(&out).contains("demo.toml:1: "), "{}", said(&out));
}

#[test]
fn a_wrong_selector_is_named_with_file_and_line() {
    let crawler = offline(PUBLIC);
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    fs::write(
        crawler.config().join("profiles/x.toml"),
        "name = \"x\"\n[menu]\nsections = \"a[[\"\n",
    )
    .unwrap();
    let out = crawler.run(&["check"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(told(&out).contains("x.toml:3: "), "{}", told(&out));
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_each_with_its_file() {
    let crawler = offline(&format!("{PUBLIC}[pace]\ngapp = \"2s\"\n"));
    fs::write(
        crawler.config().join("sites/second.toml"),
        "name = \"second\"\n",
    )
    .unwrap();
    fs::write(
        crawler.config().join("sites/third.toml"),
        "[pace]\ngap = \"2s\"\n[pace]\n",
    )
    .unwrap();
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    fs::write(
        crawler.config().join("profiles/x.toml"),
        "name = \"x\"\n[menu]\nsections = \"a[[\"\n",
    )
    .unwrap();

    let wrong = [
        "demo.toml:6: `pace.gapp`",
        "second.toml:1: ",
        "third.toml:3: `pace`: duplicate key",
        "x.toml:3: ",
    ];
    let checked = crawler.run(&["check"]);
    assert_eq!(checked.status.code(), Some(2));
    let told = told(&checked);
    assert!(wrong.iter().all(|one| told.contains(one)), "{told}");
    assert_eq!(told.matches("WRONG configuration").count(), 4, "{told}");

    let crawled = crawler.run(&["crawl"]);
    assert_eq!(crawled.status.code(), Some(2));
    let said = said(&crawled);
    assert!(
        said.contains("4 things are wrong") && wrong.iter().all(|one| said.contains(one)),
        "{said}"
    );
}

#[test]
fn a_configuration_folder_that_is_named_must_be_there_for_every_command() {
    let crawler = offline(PUBLIC);
    let missing = crawler.folder.path().join("nowhere");
    let missing = missing.to_str().unwrap();
    for typed in [
        &["audit"][..],
        &["verify"],
        &["show", "1"],
        &["status"],
        &["export", "--format", "csv", "--out", "x"],
    ] {
        let out = crawler.run(&[typed, &["--config", missing]].concat());
        assert_eq!(out.status.code(), Some(2), "{typed:?}: {}", said(&out));
        assert!(
            said(&out).contains("there is no configuration folder"),
            "{typed:?}: {}",
            said(&out)
        );
    }
    let written = crawler.run(&["init", "--config", missing, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told(&written)).unwrap();
    assert!(
        told["written"]
            .as_array()
            .is_some_and(|files| files.len() > 3),
        "{told}"
    );
}

#[test]
fn a_site_that_is_not_there_is_told_with_those_that_are() {
    let out = offline(PUBLIC).run(&["crawl", "nowhere"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("there is no site \"nowhere\"; there is demo"),
        "{}",
        said(&out)
    );
}

#[test]
fn a_server_out_of_reach_is_told_and_costs_nothing() {
    // Nothing listens on port 1, and no other test is given it.
    let crawler = offline(&PUBLIC.replace(
        "https://paper.example/\"",
        "http://127.0.0.1:1/\"\nown_site = true",
    ));
    crawler.write_site(&format!(
        "{}[pace]\ngap = \"0s\"\n",
        fs::read_to_string(crawler.config().join("sites/demo.toml")).unwrap()
    ));
    let out = crawler.run(&["crawl"]);
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(
        said(&out).contains("gave up 127.0.0.1") && said(&out).contains("Nothing is lost"),
        "{}",
        said(&out)
    );
    let status: serde_json::Value =
        serde_json::from_slice(&crawler.run(&["--json", "status"]).stdout).unwrap();
    assert_eq!(status["sites"][0]["queued"].as_u64(), Some(3));
}

#[test]
fn a_private_server_needs_own_site() {
    let paper = small();
    let crawler = Crawler::of(&paper, "2s");
    crawler.write_site(&format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{}/\"\nprofile = \"ndsoft\"\n",
        paper.origin.base()
    ));
    let out = crawler
        .command(&["crawl"])
        .env("SASEO_CONTACT", crate::program::CONTACT)
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("private address"), "{}", said(&out));
    assert!(paper.log().is_empty());
}

#[test]
fn a_second_crawl_is_turned_away_and_told_by_whom() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "100ms");
    let mut first = crawler.spawn("crawl");
    paper.wait_for_visits(3, &mut first);
    let out = crawler.run(&["crawl"]);
    assert_eq!(out.status.code(), Some(75));
    let holder = format!(
        "another run holds the archive: crawl, process {}",
        first.id()
    );
    assert!(said(&out).contains(&holder), "{}", said(&out));
    first.kill();
}

#[test]
fn a_signal_stops_a_crawl_with_everything_saved() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let paper = Paper::start();
        let crawler = Crawler::of(&paper, "100ms");
        let mut crawl = crawler.spawn("crawl");
        paper.wait_for_visits(15, &mut crawl);
        kill(Pid::from_raw(i32::try_from(crawl.id()).unwrap()), signal).unwrap();
        assert_eq!(crawl.wait(), code);
        let status: serde_json::Value =
            serde_json::from_slice(&crawler.run(&["--json", "status"]).stdout).unwrap();
        assert_eq!(status["runs"][0]["how"].as_str(), Some("interrupted"));
        // What was answered is stored: nothing was asked for in vain.
        assert_eq!(
            status["runs"][0]["requests"].as_u64(),
            Some(paper.log().len() as u64)
        );
    }
}

#[test]
fn a_file_that_is_no_archive_is_told_and_left_alone() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    fs::create_dir_all(crawler.data()).unwrap();
    let file = crawler.data().join("archive.db");
    fs::write(&file, "a letter, not a database; ".repeat(50)).unwrap();
    let out = crawler.run(&["crawl"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("is no saseo archive"), "{}", said(&out));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "a letter, not a database; ".repeat(50)
    );
    assert!(paper.log().is_empty());
}

#[test]
fn every_format_exports_every_article() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let out = |name: &str| crawler.folder.path().join("out").join(name);
    for format in ["jsonl", "csv", "sqlite"] {
        let done = crawler.run(&[
            "export",
            "--format",
            format,
            "--out",
            &out(format).to_string_lossy(),
        ]);
        assert!(done.status.success(), "{}", said(&done));
    }
    let articles = lines(&out("jsonl"));
    assert_eq!(articles.len(), 12);
    let mut table = csv::Reader::from_path(out("csv")).unwrap();
    assert_eq!(table.headers().unwrap().iter().next(), Some("id"));
    let titles: Vec<String> = table
        .records()
        .map(|row| row.unwrap()[5].to_owned())
        .collect();
    assert_eq!(
        titles,
        articles
            .iter()
            .map(|article| article["title"].as_str().unwrap())
            .collect::<Vec<_>>()
    );
    let database = rusqlite::Connection::open(out("sqlite")).unwrap();
    let count: i64 = database
        .query_row(
            "SELECT count(*) FROM articles WHERE length(text) > 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(count, 12);
    assert_eq!(
        fs::read_dir(crawler.folder.path().join("out"))
            .unwrap()
            .count(),
        7,
        "each has a manifest, SQLite a file for Datasette, and nothing else is beside them"
    );
}

#[test]
fn an_export_that_fails_leaves_the_last_one_as_it_was() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let out = crawler.folder.path().join("articles.jsonl");
    fs::write(&out, "the last one").unwrap();
    let done = crawler.run(&[
        "export",
        "--format",
        "jsonl",
        "--out",
        &out.to_string_lossy(),
        "--site",
        "nowhere",
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("it has: demo"), "{}", said(&done));
    assert_eq!(fs::read_to_string(&out).unwrap(), "the last one");
    for part in [
        "archive.db",
        "archive.db-wal",
        "archive.db-shm",
        "archive.lock",
    ] {
        let out = crawler.data().join(part);
        let done = crawler.run(&[
            "export",
            "--format",
            "jsonl",
            "--out",
            &out.to_string_lossy(),
        ]);
        assert!(
            said(&done).contains("is the archive itself"),
            "{part}: {}",
            said(&done)
        );
    }
    assert!(crawler.run(&["check"]).status.success());
}

#[test]
fn exports_can_begin_at_a_day() {
    let paper = Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    let out = crawler.folder.path().join("late.jsonl");
    crawler.run(&[
        "export",
        "--format",
        "jsonl",
        "--out",
        &out.to_string_lossy(),
        "--since",
        "2026-11-20",
    ]);
    let late = lines(&out);
    assert!(!late.is_empty() && late.len() < 118);
    assert!(
        late.iter()
            .all(|article| article["published_at"].as_str() >= Some("2026-11-20"))
    );
}

#[test]
fn init_writes_what_was_shipped_and_overwrites_nothing() {
    let crawler = Crawler {
        folder: TempDir::new().unwrap(),
    };
    let config = crawler.config();
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("saseo.toml"), "# mine\n").unwrap();
    let out = crawler.run(&["init", &config.to_string_lossy()]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(
        fs::read_to_string(config.join("saseo.toml")).unwrap(),
        "# mine\n"
    );
    assert!(
        config.join("sites/readersnews.toml").exists()
            && config.join("profiles/ndsoft.toml").exists()
    );
    assert!(crawler.run(&["check"]).status.success());
}

#[test]
fn a_truncated_page_is_extracted_or_refused_but_never_a_panic() {
    let paper = small();
    let (page, url) = paper.origin.newspaper(|newspaper| {
        let path = format!(
            "/news/articleView.html?idxno={}",
            newspaper.articles()[0].number
        );
        (
            saseo::demo::answer(newspaper, "https://paper.example", &path).body,
            format!("https://paper.example{path}"),
        )
    });
    let crawler = offline(PUBLIC);
    let file = crawler.folder.path().join("page.html");
    for part in [100, 30, 5, 1, 0] {
        fs::write(&file, &page.as_bytes()[..page.len() * part / 100]).unwrap();
        let out = crawler.run(&["extract", &file.to_string_lossy(), "--url", &url]);
        assert!(
            matches!(out.status.code(), Some(0 | 1)),
            "{part} %: {}",
            said(&out)
        );
        assert!(!said(&out).contains("panicked"), "{part} %: {}", said(&out));
    }
}

/// A crawler with twelve articles in its archive.
fn stocked() -> Crawler {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run_json("crawl");
    crawler
}

pub fn export(crawler: &Crawler, format: &str, out: &std::path::Path) -> Output {
    crawler.run(&[
        "export",
        "--format",
        format,
        "--out",
        &out.to_string_lossy(),
    ])
}

#[test]
fn json_on_a_terminal_has_no_character_that_commands_it_and_is_json() {
    let crawler = stocked();
    let database = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let title = "책\u{2066}방\u{202e}\u{1b}[2J";
    database
        .execute("UPDATE site SET title = ?1", [title])
        .unwrap();

    let out = crawler.run(&["--json", "status"]);
    let printed = told(&out);
    assert!(
        !printed.contains(['\u{2066}', '\u{202e}', '\u{1b}']),
        "{printed}"
    );
    let read: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(read["sites"][0]["title"], title);
}

#[test]
fn an_export_follows_links_and_keeps_the_mode_of_the_file_it_replaces() {
    let crawler = stocked();
    let real = crawler.folder.path().join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("articles.jsonl"), "old").unwrap();
    fs::set_permissions(
        real.join("articles.jsonl"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    let link = crawler.folder.path().join("link.jsonl");
    symlink("real/articles.jsonl", &link).unwrap();
    assert!(export(&crawler, "jsonl", &link).status.success());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(lines(&real.join("articles.jsonl")).len(), 12);
    assert_eq!(
        fs::metadata(real.join("articles.jsonl"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o640
    );
    // A link to a file that is not there yet makes that file.
    symlink("real/new.jsonl", crawler.folder.path().join("new.jsonl")).unwrap();
    assert!(
        export(&crawler, "jsonl", &crawler.folder.path().join("new.jsonl"))
            .status
            .success()
    );
    assert_eq!(lines(&real.join("new.jsonl")).len(), 12);
}

#[test]
fn an_export_streams_to_stdout_and_to_pipes_and_replaces_neither() {
    let crawler = stocked();
    for out in ["-", "/dev/stdout"] {
        let done = export(&crawler, "jsonl", out.as_ref());
        assert!(done.status.success(), "{}", said(&done));
        assert_eq!(String::from_utf8(done.stdout).unwrap().lines().count(), 12);
        let refused = export(&crawler, "sqlite", out.as_ref());
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            said(&refused).contains("the format sqlite needs one"),
            "{}",
            said(&refused)
        );
    }
    let pipe = crawler.folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(said(&export(&crawler, "sqlite", &pipe)).contains("is no file"));
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert!(export(&crawler, "csv", &pipe).status.success());
    assert!(reader.join().unwrap().starts_with("id,site,"));
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    for format in ["jsonl", "csv"] {
        let args = ["export", "--format", format, "--out", "-"];
        let mut child = crawler
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert!(
            child.wait().unwrap().success(),
            "a reader that has gone away is no error"
        );
    }
    assert!(
        export(&crawler, "jsonl", "/dev/null".as_ref())
            .status
            .success()
    );
    let full = export(&crawler, "jsonl", "/dev/full".as_ref());
    assert_eq!(full.status.code(), Some(1));
    assert!(
        said(&full).contains("cannot write /dev/full") && !said(&full).contains("resume"),
        "{}",
        said(&full)
    );
}

#[test]
fn an_export_that_is_interrupted_leaves_nothing_beside_and_removes_what_a_killed_one_left() {
    let crawler = stocked();
    let database = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    // Long enough to be interrupted, and whole by its hash.
    let paragraphs = vec!["0".repeat(10_000_000)];
    let long = Article {
        title: Some("제목".into()),
        paragraphs,
        ..Article::default()
    };
    let sql = "UPDATE version SET text = ?1, title = ?2, content_sha256 = ?3";
    database
        .execute(sql, (long.text(), &long.title, long.content_sha256()))
        .unwrap();
    drop(database);
    let folder = crawler.folder.path().join("out");
    fs::create_dir(&folder).unwrap();
    // No system has a process of that number.
    for stale in ["a.4194999.part", "a.4194999.part-journal", "b.4194999.part"] {
        fs::write(folder.join(stale), "half").unwrap();
    }
    for format in ["jsonl", "sqlite"] {
        let out = folder.join("a").to_string_lossy().into_owned();
        let mut child = crawler
            .command(&["export", "--format", format, "--out", &out])
            .spawn()
            .unwrap();
        let part = folder.join(format!("a.{}.part", child.id()));
        while !fs::metadata(&part).is_ok_and(|part| part.len() > 0) {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the export was over before it could be interrupted"
            );
        }
        kill(
            Pid::from_raw(i32::try_from(child.id()).unwrap()),
            Signal::SIGINT,
        )
        .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(
            left,
            ["b.4194999.part"],
            "another file's part is not ours to remove"
        );
    }
}

#[test]
fn the_sqlite_export_has_lists_as_json() {
    let crawler = stocked();
    let (out, table) = (
        crawler.folder.path().join("out.jsonl"),
        crawler.folder.path().join("out.sqlite"),
    );
    assert!(
        export(&crawler, "jsonl", &out).status.success()
            && export(&crawler, "sqlite", &table).status.success()
    );
    let database = rusqlite::Connection::open(&table).unwrap();
    for article in lines(&out) {
        let sql = "SELECT paragraphs FROM articles WHERE id = ?1";
        let told: String = database
            .query_row(sql, [article["id"].as_str()], |row| row.get(0))
            .unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&told).unwrap(),
            article["paragraphs"]
        );
    }
}

#[test]
fn a_configuration_that_was_named_must_be_there() {
    let crawler = Crawler {
        folder: TempDir::new().unwrap(),
    };
    let nowhere = crawler.run(&["crawl"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(
        said(&nowhere).contains("there is no configuration folder"),
        "{}",
        said(&nowhere)
    );
    fs::write(crawler.config(), "name = 1").unwrap();
    let file = crawler.run(&["crawl"]);
    assert_eq!(file.status.code(), Some(2));
    assert!(said(&file).contains("is a file"), "{}", said(&file));
}

#[test]
fn init_takes_the_folder_that_config_names() {
    let crawler = Crawler {
        folder: TempDir::new().unwrap(),
    };
    assert!(crawler.run(&["init", "--quiet"]).status.success());
    assert!(crawler.config().join("saseo.toml").exists());
    let left = fs::read_dir(crawler.config()).unwrap().count();
    assert_eq!(left, 3, "saseo.toml, sites, profiles");
}

#[test]
fn resume_takes_only_sites_that_something_is_queued_of() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    // A public site, for which a contact would have to be told, and which was never crawled.
    fs::write(
        crawler.config().join("sites/other.toml"),
        PUBLIC.replace("demo", "other"),
    )
    .unwrap();
    assert_eq!(
        crawler.run(&["resume"]).status.code(),
        Some(0),
        "there is no archive yet"
    );
    let first = crawler.run(&["crawl", "demo", "--max-requests", "5"]);
    assert!(first.status.success(), "{}", said(&first));
    let hint = format!(
        "--config {} --data {} resume demo",
        crawler.config().display(),
        crawler.data().display()
    );
    assert!(said(&first).contains(&hint), "{}", said(&first));
    assert!(
        said(&first).contains("crawl of demo at http://127.0.0.1"),
        "{}",
        said(&first)
    );
    let second = crawler.run(&["resume"]);
    assert!(second.status.success(), "{}", said(&second));
    let status = crawler.run_json("status");
    assert_eq!(status["sites"].as_array().unwrap().len(), 1);
    assert_eq!(status["runs"].as_array().unwrap().len(), 2);
    let named = crawler.run(&["resume", "other"]);
    assert_eq!(named.status.code(), Some(2));
    assert!(
        said(&named).contains("site other was never crawled"),
        "{}",
        said(&named)
    );
    // Nothing is queued any more: no run, and no words where none are wanted.
    let third = crawler.run(&["--quiet", "resume"]);
    assert_eq!(
        (third.status.code(), said(&third)),
        (Some(0), String::new())
    );
}

#[test]
fn check_tells_everything_whatever_is_wrong_with_one_thing() {
    let crawler = offline(
        &PUBLIC
            .replace("paper.example", "127.0.0.1:9")
            .replace("https", "http"),
    );
    fs::write(
        crawler.config().join("sites/twin.toml"),
        format!(
            "{}own_site = true\n[discover]\nsections = [\"/board\"]\n",
            PUBLIC.replace("demo", "twin")
        )
        .replace("https://paper.example", "http://127.0.0.1:9"),
    )
    .unwrap();
    let out = crawler.run(&["check"]);
    assert_eq!(out.status.code(), Some(1), "{}", told(&out));
    for finding in [
        "demo.toml:3: `home`: a private address",
        "twin.toml:3: `home`: site demo has the same home",
        "twin.toml:7: `discover.sections`: http://127.0.0.1:9/board is no list",
        "archive: none yet",
        "ok    disk: ",
        "ok    clock: ",
    ] {
        assert!(told(&out).contains(finding), "{finding}: {}", told(&out));
    }
    assert!(!crawler.data().exists(), "to look is not to make");
    fs::create_dir_all(crawler.data().join("archive.db")).unwrap();
    fs::write(
        crawler.config().join("sites/demo.toml"),
        "name = \"demo\"\ntitle =\n",
    )
    .unwrap();
    let out = crawler.run(&["check"]);
    assert_eq!(out.status.code(), Some(2));
    for finding in [
        "WRONG configuration: ",
        "WRONG archive: ",
        "ok    disk: ",
        "ok    clock: ",
    ] {
        assert!(told(&out).contains(finding), "{finding}: {}", told(&out));
    }
}

#[test]
fn check_tells_of_an_archive_that_is_empty_or_damaged() {
    let crawler = stocked();
    let archive = crawler.data().join("archive.db");
    let mut bytes = fs::read(&archive).unwrap();
    for page in bytes.chunks_mut(4096).skip(3) {
        page[..64].fill(0xff);
    }
    fs::write(&archive, bytes).unwrap();
    let out = crawler.run(&["check"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        told(&out).contains("WRONG archive: ") && told(&out).contains("clock: "),
        "{}",
        told(&out)
    );
    assert!(!told(&out).contains("saseo check"), "{}", told(&out));
    fs::write(&archive, "").unwrap();
    assert!(told(&crawler.run(&["check"])).contains("archive.db is empty"));
}

#[test]
fn a_profile_that_is_not_there_and_names_that_are_there_twice_are_told_with_their_files() {
    let crawler = offline(&PUBLIC.replace("ndsoft", "nosuch"));
    let out = crawler.run(&["crawl"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("demo.toml:4: `profile`: there is no profile \"nosuch\""),
        "{}",
        said(&out)
    );
    crawler.write_site(PUBLIC);
    fs::write(crawler.config().join("sites/twin.toml"), PUBLIC).unwrap();
    let out = crawler.run(&["crawl"]);
    assert!(
        said(&out).contains("sites/demo.toml and ") && said(&out).contains("sites/twin.toml"),
        "{}",
        said(&out)
    );
    // What an editor leaves beside is no site file.
    fs::remove_file(crawler.config().join("sites/twin.toml")).unwrap();
    for name in [".#twin.toml", "#twin.toml#", "twin.toml~", ".twin.toml"] {
        fs::write(crawler.config().join("sites").join(name), PUBLIC).unwrap();
    }
    assert!(crawler.run(&["check"]).status.success());
    fs::write(
        crawler.config().join("sites/demo.toml"),
        b"name = \"demo\"\n# \xff\n",
    )
    .unwrap();
    assert!(said(&crawler.run(&["crawl"])).contains("demo.toml:2: byte 17 is not UTF-8"));
}

#[test]
fn a_contact_that_nobody_answers_is_refused_for_public_papers_and_told() {
    let crawler = offline(PUBLIC);
    for contact in ["you@example.org", "you@paper.test", "http://localhost/"] {
        let out = crawler
            .command(&["crawl"])
            .env("SASEO_CONTACT", contact)
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(2), "{contact}");
        let words = said(&out);
        assert!(
            words.contains(&format!("nobody can be reached at {contact}")),
            "{words}"
        );
        assert!(words.contains("SASEO_CONTACT=YOUR-ADDRESS"), "{words}");
        let out = crawler
            .command(&["check"])
            .env("SASEO_CONTACT", contact)
            .output()
            .unwrap();
        assert!(
            out.status.code() == Some(1) && told(&out).contains("WRONG contact: nobody"),
            "{}",
            told(&out)
        );
    }

    // One's own server needs none.
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    for command in ["crawl", "check"] {
        let out = crawler
            .command(&[command])
            .env("SASEO_CONTACT", "you@example.org")
            .output()
            .unwrap();
        assert_eq!(
            out.status.code(),
            Some(0),
            "{command}: {}{}",
            told(&out),
            said(&out)
        );
    }
}

#[test]
fn a_contact_that_nobody_can_be_reached_at_is_refused() {
    let crawler = offline(PUBLIC);
    let with = |contact: &std::ffi::OsStr| {
        crawler
            .command(&["crawl"])
            .env("SASEO_CONTACT", contact)
            .output()
            .unwrap()
    };
    for contact in [
        "me".as_ref(),
        "나@example.org".as_ref(),
        std::os::unix::ffi::OsStrExt::from_bytes(b"a\xff@b.org"),
    ] {
        let out = with(contact);
        assert_eq!(out.status.code(), Some(2));
        assert!(
            said(&out).contains("SASEO_CONTACT: a contact is a mail address"),
            "{}",
            said(&out)
        );
    }
}

#[test]
fn status_has_a_line_a_paper_problems_first_and_all_of_one_that_is_named() {
    let crawler = stocked();
    let database = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let of_demo = "SELECT 'another', title, home, added_at FROM site WHERE name = 'demo'";
    database
        .execute(
            &format!("INSERT INTO site (name, title, home, added_at) {of_demo}"),
            [],
        )
        .unwrap();
    database
        .execute(
            "UPDATE page SET due_at = NULL, verdict = coalesce(verdict, 'gone')",
            [],
        )
        .unwrap();
    database
        .execute("UPDATE host SET strikes = 0, refusals = 0, rest = NULL", [])
        .unwrap();

    let words = told(&crawler.run(&["status"]));
    let papers: Vec<&str> = words
        .lines()
        .filter(|line| line.starts_with("demo") || line.starts_with("another"))
        .collect();
    assert!(
        papers.len() == 2 && papers[0].starts_with("another: no articles yet"),
        "{words}"
    );
    assert!(
        words.contains("hosts: 1 with nothing queued, and in no trouble") && !words.contains(" 0 "),
        "{words}"
    );

    // A paper that was crawled and gave nothing needs a look.
    database
        .execute("UPDATE site SET crawled_at = 1 WHERE name = 'another'", [])
        .unwrap();
    let words = told(&crawler.run(&["status"]));
    assert!(
        words.contains("another: no articles yet")
            && words.contains("  ! it was crawled, and no article"),
        "{words}"
    );
    database
        .execute(
            "UPDATE site SET crawled_at = NULL WHERE name = 'another'",
            [],
        )
        .unwrap();

    let list = "UPDATE page SET verdict = 'read', read_to_end_at = NULL, list_end = NULL WHERE role = 'section'";
    database.execute(list, []).unwrap();
    let words = told(&crawler.run(&["status"]));
    assert!(
        words.lines().nth(1).unwrap().starts_with("demo: "),
        "the paper that needs a look stands first: {words}"
    );

    let words = told(&crawler.run(&["status", "demo"]));
    assert!(
        words.contains("\nhost 127.0.0.1") && !words.contains("another:"),
        "{words}"
    );
    let out = crawler.run(&["status", "nosuch"]);
    assert!(
        out.status.code() == Some(2) && said(&out).contains("there are: another, demo"),
        "{}",
        said(&out)
    );
}

#[test]
fn status_tells_hosts_at_rest_and_pages_that_brought_nothing() {
    let crawler = stocked();
    let database = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    database
        .execute(
            "UPDATE host SET rest = 'refusing', refusals = 6, not_before = 4102444800000",
            [],
        )
        .unwrap();
    let sql =
        "UPDATE page SET verdict = 'failed', reason = 'status 500', settled_at = 4102444800000
               WHERE id = (SELECT max(id) FROM page WHERE role = 'article')";
    database.execute(sql, []).unwrap();
    let words = told(&crawler.run(&["status"]));
    assert!(
        words.contains("at rest until 2100-01-01T00:00:00Z: it refused several times in a row"),
        "{words}"
    );
    assert!(
        words.contains("\n  ! its host 127.0.0.1")
            && words.contains("6 refusals in a row, at rest until"),
        "{words}"
    );
    assert!(
        !words.contains("withheld") && words.contains("1 page failed or without an article"),
        "{words}"
    );
    let list = told(&crawler.run(&["status", "--failures"]));
    let first = list.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("2100-01-01T00:00:00Z failed http://") && first.ends_with(": status 500"),
        "{list}"
    );
    let json: serde_json::Value =
        serde_json::from_slice(&crawler.run(&["--json", "status", "--failures"]).stdout).unwrap();
    assert_eq!(json["failures"][0]["reason"], "status 500");

    // A page that waits is told as well, with the reason of its last try.
    let sql =
        "UPDATE page SET trouble = 'status 402 (crawler-price: USD 0.05)', due_at = 4102444800000
               WHERE id = (SELECT min(id) FROM page WHERE role = 'article')";
    database.execute(sql, []).unwrap();
    let list = told(&crawler.run(&["status", "--failures"]));
    let last = list.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("waiting until 2100-01-01T00:00:00Z http://"),
        "{list}"
    );
    assert!(
        last.ends_with(": status 402 (crawler-price: USD 0.05)"),
        "{list}"
    );
    let json: serde_json::Value =
        serde_json::from_slice(&crawler.run(&["--json", "status", "--failures"]).stdout).unwrap();
    let waiting = json["failures"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&waiting["verdict"], &waiting["due_at"]),
        (&"waiting".into(), &"2100-01-01T00:00:00Z".into())
    );
}

#[test]
fn a_quiet_crawl_says_one_line_where_it_does_not_end_well_and_nothing_where_it_does() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    let well = crawler.run(&["--quiet", "crawl"]);
    assert_eq!((well.status.code(), said(&well)), (Some(0), String::new()));
    let other = "name = \"other\"\ntitle = \"other\"\nhome = \"http://127.0.0.1:1/\"\nown_site = true\n[pace]\ngap = \"0s\"\n";
    fs::write(crawler.config().join("sites/other.toml"), other).unwrap();
    let out = crawler.run(&["--quiet", "crawl"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(
        said(&out).starts_with("saseo: exit code 3: gave up 127.0.0.1:1: "),
        "{}",
        said(&out)
    );
    assert_eq!(said(&out).lines().count(), 1, "{}", said(&out));
}

#[test]
fn what_is_typed_wrong_is_told_in_words_that_help() {
    let crawler = offline(PUBLIC);
    for (args, words) in [
        (["crawl", "--since", "yesterday"], "write YYYY-MM-DD"),
        (["crawl", "--since", "2026-11-15T10:00"], "write YYYY-MM-DD"),
        (["crawl", "--for", "0s"], "no time at all"),
        (
            ["crawl", "--for", "-5m"],
            "is no time: write a number and a unit",
        ),
        (["crawl", "--max-requests", "0"], "0 would ask for nothing"),
        (["crawl", "--max-requests", "-1"], "is no whole number"),
        (["crawl", "--tolerate", "-1"], "is no whole number"),
        (["demo", "--crawl-delay", "nan"], "is no number of seconds"),
        (["demo", "--crawl-delay", "-1"], "is no number of seconds"),
        (["demo", "--crawl-delay", "1e9"], "is no number of seconds"),
        (["demo", "--port", "99999"], "is no port"),
    ] {
        let out = crawler.run(&args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(said(&out).contains(words), "{args:?}: {}", said(&out));
    }
}

#[test]
fn extract_reads_stdin_and_tells_what_does_not_fit() {
    let crawler = offline(PUBLIC);
    let page = "<html><head><meta name=robots content=noarchive><meta name=tdm-reservation content=1></head><body>\
                <h1>제목</h1><div id=article-view-content-div><p>첫 문단이다.</p><p>둘째 문단이다.</p></div></body></html>";
    let file = crawler.folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    let url = "https://paper.example/news/articleView.html?idxno=1";
    let read = |args: &[&str]| {
        let stdin = fs::File::open(&file).unwrap();
        crawler
            .command(&["extract", "-", "--url"])
            .args(args)
            .stdin(stdin)
            .output()
            .unwrap()
    };
    let out = read(&[url]);
    let article: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        article["opt_outs"],
        serde_json::json!(["noarchive:meta robots", "tdm-reservation:meta"])
    );
    let out = read(&[url, "--list"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("no rows of a list"), "{}", said(&out));
    let out = read(&["https://other.example/1", "--site", "demo"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(said(&out).contains("is no page of demo"), "{}", said(&out));
    fs::File::create(&file)
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    assert!(said(&read(&[url])).contains("larger than 64 MiB"));
}

#[test]
fn a_demo_on_another_port_names_commands_that_work_and_is_quiet_when_asked() {
    let crawler = offline(PUBLIC);
    let args = [
        "--quiet",
        "demo",
        "--port",
        "0",
        "--articles",
        "1",
        "--crawl-delay",
        "0",
    ];
    let quiet = crawler.run(&args);
    assert_eq!(
        (quiet.status.code(), said(&quiet)),
        (Some(0), String::new())
    );
    // What it shows last is data: one article, and what its paper corrected in it.
    let shown = String::from_utf8(quiet.stdout).unwrap();
    assert!(
        shown.contains("source     http://127.0.0.1") && shown.contains("version 2  fetched"),
        "{shown}"
    );
    assert!(
        shown.contains("{+ 처음에 잘못 나간 날짜를 바로잡았다.+}"),
        "{shown}"
    );
    let loud = crawler.run(&args[1..]);
    let program = env!("CARGO_BIN_EXE_saseo");
    let data = crawler.data();
    assert!(
        said(&loud).contains(&format!("  {program} --config {}/demo-", data.display())),
        "{}",
        said(&loud)
    );
    let again = format!(
        "{program} --config {} --data {} demo --port=",
        crawler.config().display(),
        data.display()
    );
    assert!(said(&loud).contains(&again), "{}", said(&loud));
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = crawler.run(&["demo", "--port", &port]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains(&format!("127.0.0.1:{port}; name another with --port")),
        "{}",
        said(&refused)
    );
}

#[test]
fn a_run_that_leaves_pages_for_later_says_from_when_they_are_asked_for() {
    // Of 36 articles one is deleted: it is asked for again later.
    let paper = Paper::of(&Edition {
        articles_per_section: 12,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let out = crawler.run(&["crawl"]);
    assert!(
        said(&out).contains("35 new articles, 1 queued (from 20"),
        "{}",
        said(&out)
    );

    let json: serde_json::Value =
        serde_json::from_slice(&crawler.run(&["--json", "crawl"]).stdout).unwrap();
    let due = Timestamp::from_rfc3339(json["due_at"].as_str().unwrap()).unwrap();
    assert!(due > Clock::system().now(), "{json}");
}

#[test]
fn a_backfill_that_cannot_be_made_is_told_before_anything_is_asked() {
    let crawler = offline(PUBLIC);
    for (days, words) in [
        ("2020-01-01", "write them like 2020-01-01..2020-12-31"),
        ("2020-13-01..2020-12-31", "2020-13-01"),
        ("2020-12-31..2020-01-01", "2020-12-31 is after 2020-01-01"),
        ("0001-01-01..2020-01-01", "more than 40 years"),
        ("..", "names no day"),
        ("2020-01-01...", "is no day"),
        ("..2020-02-30", "2020-02-30"),
        ("-5..2020-01-01", "-5"),
        ("2999-01-01..", "2999-01-01 is after today"),
        ("2999-01-01..2999-02-01", "is after today"),
    ] {
        let out = crawler.run(&["crawl", "--backfill", days]);
        assert!(
            out.status.code() == Some(2) && said(&out).contains(words),
            "{days}: {}",
            said(&out)
        );
    }
    let without = offline(&PUBLIC.replace("profile = \"ndsoft\"\n", ""));
    for days in ["2020-01-01..2020-12-31", "..2020-12-31", "2020-01-01.."] {
        let out = without.run(&["crawl", "--backfill", days]);
        assert!(
            out.status.code() == Some(2) && said(&out).contains("no lists limited to days"),
            "{}",
            said(&out)
        );
    }
    assert!(!without.data().exists());
}

#[test]
fn a_damaged_article_is_left_out_of_every_export_and_named_and_read_again() {
    let crawler = stocked();
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let select = "SELECT id FROM articles WHERE access = 'open' ORDER BY number LIMIT 1";
    let id: String = sql.query_row(select, [], |row| row.get(0)).unwrap();
    // One byte of the first letter's three is another: the text is no UTF-8.
    sql.execute(
        "UPDATE version SET text = CAST(x'6d' || substr(CAST(text AS BLOB), 2) AS TEXT) WHERE article_id =
         (SELECT article.id FROM article JOIN articles ON articles.url = article.url WHERE articles.id = ?1)",
        [&id],
    )
    .unwrap();
    drop(sql);

    for format in ["jsonl", "csv", "sqlite"] {
        let out = crawler.folder.path().join(format);
        let done = export(&crawler, format, &out);
        assert_eq!(done.status.code(), Some(3), "{format}: {}", said(&done));
        assert!(
            said(&done).contains(&format!("left out {id}")) && said(&done).contains("verify"),
            "{}",
            said(&done)
        );
    }
    assert_eq!(lines(&crawler.folder.path().join("jsonl")).len(), 11);
    let sql = rusqlite::Connection::open(crawler.folder.path().join("sqlite")).unwrap();
    assert_eq!(
        sql.query_row("SELECT count(*) FROM articles", [], |row| row
            .get::<_, i64>(0))
            .unwrap(),
        11
    );

    let out = crawler.run(&["verify"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(
        told(&out).contains(&format!("damaged: article {id}, version 1: `text` ")),
        "{}",
        told(&out)
    );
    assert!(
        said(&out).contains("verify --repair` mends"),
        "{}",
        said(&out)
    );
    let out = crawler.run(&["verify", "--repair"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(
        told(&out).contains("repaired: read again from its page: the same words"),
        "{}",
        told(&out)
    );
    let out = crawler.run(&["verify"]);
    assert!(
        out.status.success() && told(&out).ends_with("damage: none\n"),
        "{}",
        told(&out)
    );
    assert!(
        export(&crawler, "csv", &crawler.folder.path().join("csv"))
            .status
            .success()
    );
}

#[test]
fn an_archive_that_was_cut_off_is_told_with_the_way_out_by_every_command() {
    let crawler = stocked();
    let archive = crawler.data().join("archive.db");
    rusqlite::Connection::open(&archive)
        .unwrap()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let bytes = fs::read(&archive).unwrap();
    fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    let out = crawler.folder.path().join("articles.jsonl");
    let path = out.to_string_lossy().into_owned();

    let export = ["export", "--format", "jsonl", "--out", &path];
    for args in [
        ["verify"].as_slice(),
        &["status"],
        &["audit"],
        &["crawl"],
        &["reextract"],
        &export,
    ] {
        let done = crawler.run(args);
        assert_eq!(done.status.code(), Some(1), "{args:?}: {}", said(&done));
        assert!(
            said(&done).contains("put a backup back") && said(&done).contains(".recover"),
            "{}",
            said(&done)
        );
    }
    assert!(!out.exists());
}

#[test]
fn a_repair_waits_for_no_crawl_and_a_verification_needs_none_to_end() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "100ms");
    let mut crawl = crawler.spawn("crawl");
    paper.wait_for_visits(15, &mut crawl);
    assert_eq!(crawler.run(&["verify"]).status.code(), Some(0));
    assert_eq!(crawler.run(&["verify", "--repair"]).status.code(), Some(75));
    crawl.kill();
}

/// Gives the newest article a text of so many paragraphs, and exports everything in every format.
/// Returns how long that took.
fn export_of(crawler: &Crawler, paragraphs: usize) -> Duration {
    let paragraphs = (0..paragraphs)
        .map(|k| format!("{k}번째 이야기가 이어진다."))
        .collect();
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let title = sql
        .query_row(
            "SELECT title FROM version WHERE article_id = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let article = Article {
        title,
        paragraphs,
        ..Article::default()
    };
    let update = "UPDATE version SET text = ?1, content_sha256 = ?2 WHERE article_id = 1";
    sql.execute(update, [article.text(), article.content_sha256()])
        .unwrap();

    let clock = Clock::system();
    let began = clock.now();
    for format in ["jsonl", "csv", "sqlite"] {
        let out = crawler.run(&[
            "export",
            "--format",
            format,
            "--out",
            &crawler.data().join("out").to_string_lossy(),
        ]);
        assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    }
    clock.now().since(began)
}

#[test]
fn an_export_takes_time_in_proportion_to_the_paragraphs_of_an_article() {
    let paper = small();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let (short, long) = (export_of(&crawler, 20_000), export_of(&crawler, 200_000));
    // Ten times the paragraphs: a hundred times the time would be their square.
    assert!(
        long < short * 40,
        "{short:?} for 20,000 paragraphs, {long:?} for 200,000"
    );
}

#[test]
fn the_page_about_the_crawler_names_a_contact_and_stands_where_it_is_wanted() {
    let crawler = offline(PUBLIC);
    let nobody = crawler
        .command(&["about"])
        .env("SASEO_CONTACT", "")
        .output()
        .unwrap();
    assert_eq!(nobody.status.code(), Some(2), "{}", said(&nobody));
    assert!(said(&nobody).contains("SASEO_CONTACT=YOUR-ADDRESS"));

    let page = crawler.folder.path().join("bot.html");
    let about = |args: &[&str]| {
        let mut command = crawler.command(args);
        let out = command
            .env("SASEO_CONTACT", "desk@library.kr")
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", said(&out));
        told(&out)
    };
    assert_eq!(about(&["about", "--out", page.to_str().unwrap()]), "");
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("<article lang=\"ko\">"));
    assert!(html.contains("User-agent: saseo\nDisallow: /") && html.contains("+desk@library.kr"));

    let markdown = about(&[
        "about",
        "--markdown",
        "--why",
        "책을 위해",
        "--reach",
        "02-123",
    ]);
    assert_eq!(markdown.matches("책을 위해").count(), 2);
    assert!(markdown.contains("Write to 02-123"), "{markdown}");
}

#[test]
fn a_demo_that_cannot_ask_its_paper_fails_and_tells_why() {
    let crawler = offline("name = \"demo\"\n");
    let demo = |variables: &[(&str, &Path)]| {
        let mut command = crawler.command(&["demo", "--port", "0"]);
        command.envs(variables.iter().copied()).output().unwrap()
    };

    // A file stands where the folder of locks would be.
    let file = crawler.config().join("sites/demo.toml");
    let without_locks = demo(&[("SASEO_RUNTIME_DIR", &file.join("locks"))]);
    assert_eq!(without_locks.status.code(), Some(1));
    let told = said(&without_locks);
    assert!(told.contains("no lock can be kept"), "{told}");
    assert!(!told.contains("What to type next"), "{told}");

    let empty = crawler.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let without_certificates = demo(&[
        ("SSL_CERT_FILE", &empty.join("none.pem")),
        ("SSL_CERT_DIR", &empty),
    ]);
    assert_eq!(without_certificates.status.code(), Some(1));
    let told = said(&without_certificates);
    assert!(told.contains("ca-certificates"), "{told}");
}
