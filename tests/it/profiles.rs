//! Profiles and the saved pages beside them: the snapshots of what every shipped profile reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::program::{Crawler, told};
use saseo::config::shipped;
use serde_json::Value;

/// A crawler with all that was shipped in its folder.
fn with_shipped() -> (Crawler, PathBuf) {
    let crawler = Crawler::empty();
    let config = crawler.config();
    assert!(
        crawler
            .run(&["init", &config.to_string_lossy()])
            .status
            .success()
    );
    (crawler, config.join("profiles"))
}

#[test]
fn every_saved_page_is_read_as_its_expectation_says() {
    let out = Crawler::empty().run(&["check", "--profiles"]);
    let told = told(&out);
    let wrong: Vec<&str> = told
        .lines()
        .filter(|line| !line.starts_with("ok "))
        .collect();
    assert!(
        out.status.success() && wrong.is_empty(),
        "{}",
        wrong.join("\n")
    );
    for file in shipped::files()
        .iter()
        .filter(|file| file.path.starts_with("profiles/") && file.toml().is_some())
    {
        let beside = file
            .path
            .trim_start_matches("profiles/")
            .replace(".toml", "/");
        assert!(
            told.lines().any(|line| line.contains(&beside)),
            "no page stands beside {}",
            file.path
        );
    }
}

#[test]
fn a_change_that_breaks_a_profile_is_told_with_the_page_and_the_field() {
    let (crawler, profiles) = with_shipped();
    assert!(crawler.run(&["check", "--profiles"]).status.success());
    let file = profiles.join("ndsoft.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("{ meta = \"article:published_time\" },", ""),
    )
    .unwrap();
    let out = crawler.run(&["check", "--profiles"]);
    assert_eq!(out.status.code(), Some(1));
    let broken = "WRONG ndsoft/g4-plain.html: published_at: expected \"2026-03-07T16:50:11+09:00\", got \"2026-03-07T16:50:00+09:00\"";
    assert!(told(&out).contains(broken), "{}", told(&out));
    let json: Value =
        serde_json::from_slice(&crawler.run(&["--json", "check", "--profiles"]).stdout).unwrap();
    let page = json["pages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|page| page["page"] == "ndsoft/g4-plain.html")
        .unwrap();
    assert_eq!(
        (&json["ok"], &page["ok"]),
        (&Value::from(false), &Value::from(false))
    );
    assert_eq!(page["broken"][0]["field"], "published_at");
}

#[test]
fn a_page_is_held_to_what_extract_printed_of_it() {
    let (crawler, profiles) = with_shipped();
    let page = profiles.join("ndsoft/g4-plain.html");
    let url = "https://www.saseo.example/news/articleView.html?idxno=812";
    let printed = crawler.run(&["extract", &page.to_string_lossy(), "--url", url]);
    fs::write(profiles.join("ndsoft/g4-plain.json"), &printed.stdout).unwrap();
    assert!(crawler.run(&["check", "--profiles"]).status.success());
}

#[test]
fn a_page_without_expectation_and_an_expectation_without_page_are_wrong() {
    let (crawler, profiles) = with_shipped();
    fs::rename(
        profiles.join("ndsoft/g4-plain.json"),
        profiles.join("ndsoft/alone.json"),
    )
    .unwrap();
    fs::write(profiles.join("ndsoft/torn.json"), "{").unwrap();
    fs::write(profiles.join("ndsoft/torn.html"), "").unwrap();
    let out = crawler.run(&["check", "--profiles"]);
    assert_eq!(out.status.code(), Some(1));
    for wrong in [
        "WRONG ndsoft/g4-plain.html: expectation",
        "WRONG ndsoft/alone.json: ",
        "WRONG ndsoft/torn.html: ",
    ] {
        assert!(told(&out).contains(wrong), "{}", told(&out));
    }
}

#[test]
fn a_changed_profile_without_pages_of_its_own_is_held_to_the_shipped_ones() {
    let (crawler, profiles) = with_shipped();
    fs::remove_dir_all(profiles.join("ndsoft")).unwrap();
    assert!(told(&crawler.run(&["check", "--profiles"])).contains("ok    ndsoft/g4-plain.html"));
}

#[test]
fn every_file_of_the_folder_config_is_shipped_and_written_by_init() {
    let (_crawler, profiles) = with_shipped();
    let (config, written) = (
        Path::new(env!("CARGO_MANIFEST_DIR")).join("config"),
        profiles.parent().unwrap(),
    );
    let files = shipped::files();
    let beside = fs::read_dir(config.join("profiles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| format!("profiles/{}", path.file_name().unwrap().display()));
    let folders = ["", "sites", "profiles"].map(str::to_owned);
    for folder in &folders.into_iter().chain(beside).collect::<Vec<_>>() {
        for entry in fs::read_dir(config.join(folder))
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file())
        {
            let path = Path::new(folder).join(entry.file_name());
            let bytes = fs::read(entry.path()).unwrap();
            assert!(
                files
                    .iter()
                    .any(|file| Path::new(file.path) == path && file.bytes == bytes),
                "{path:?}"
            );
            assert_eq!(fs::read(written.join(&path)).unwrap(), bytes, "{path:?}");
        }
    }
}

#[test]
fn a_profile_that_was_never_checked_on_a_live_page_is_told_with_its_site() {
    let crawler = Crawler::empty();
    let site = |profile: &str| {
        crawler.write_site(&format!(
            "name = \"paper\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\n\
             profile = \"{profile}\"\n"
        ));
        told(&crawler.run(&["check"]))
    };
    let said = "hani of site paper was never checked on a live page";
    assert!(site("hani").contains(said), "{}", site("hani"));
    assert!(!site("ndsoft").contains("never checked"));
}

#[test]
fn a_page_is_recognised_by_its_marks_and_an_address_only_at_the_hosts_of_its_profile() {
    let crawler = Crawler::empty();
    let page = crawler.folder.path().join("page.html");
    let story = "오늘 아침 산마을 우체국이 편지를 대신 쓰는 창구를 하나 더 열었다고 밝혔다.";
    fs::write(&page, format!("<div id=article_body><p>{story}</p></div>")).unwrap();
    let extractor = |url: &str| {
        let out = crawler.run(&["extract", &page.to_string_lossy(), "--url", url]);
        serde_json::from_slice::<Value>(&out.stdout)
            .map_or_else(|_| String::new(), |read| read["extractor"].to_string())
    };

    assert_eq!(
        extractor("https://www.joongang.co.kr/article/99123456"),
        "\"joongang\""
    );
    assert_ne!(
        extractor("https://paper.example/article/99123456"),
        "\"joongang\""
    );
}

const SITE: &str =
    "name = \"paper\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\nprofile = \"paper\"\n";

/// A paper whose profile changed: what each file says of its days.
fn with_days(old: &str, new: &str) -> Output {
    let crawler = Crawler::empty();
    crawler.write_site(SITE);
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    for (file, days) in [("paper-old", old), ("paper-new", new)] {
        let text = format!("name = \"paper\"\n{days}\n[article]\nbody = [\"#{file}\"]\n");
        fs::write(crawler.config().join(format!("profiles/{file}.toml")), text).unwrap();
    }
    let page = crawler.folder.path().join("page.html");
    fs::write(
        &page,
        "<p id=paper-old>옛 모습</p><p id=paper-new>새 모습</p>",
    )
    .unwrap();
    crawler.run(&[
        "extract",
        &page.to_string_lossy(),
        "--url",
        "https://paper.example/1",
    ])
}

#[test]
fn of_profiles_that_follow_one_another_the_one_of_today_reads_a_page() {
    let out = with_days(
        "valid_until = \"2026-01-31\"",
        "valid_from = \"2026-02-01\"",
    );
    let article: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(article["text"], "새 모습");
    let out = with_days(
        "valid_until = \"2996-01-31\"",
        "valid_from = \"2996-02-01\"",
    );
    let article: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(article["text"], "옛 모습");
}

#[test]
fn days_of_two_profiles_and_days_of_none_are_refused_with_their_files() {
    let said = |out: Output| {
        (
            out.status.code(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    for (until, words) in [
        ("2026-02-02", "valid on 2026-02-01"),
        ("2026-01-01", "from 2026-01-02 to 2026-01-31"),
    ] {
        let (code, said) = said(with_days(
            &format!("valid_until = \"{until}\""),
            "valid_from = \"2026-02-01\"",
        ));
        assert_eq!(code, Some(2));
        assert!(
            said.contains(words)
                && said.contains("paper-old.toml")
                && said.contains("paper-new.toml"),
            "{said}"
        );
    }
    let (code, said) = said(with_days(
        "valid_until = \"1990-01-31\"",
        "valid_from = \"1990-02-01\"\nvalid_until = \"1999-12-31\"",
    ));
    assert_eq!(code, Some(2));
    assert!(
        said.contains("demo.toml:4: `profile`: no profile \"paper\" is valid today"),
        "{said}"
    );
}

#[test]
fn a_profile_that_no_page_stands_beside_is_told_and_wrong_about_nothing() {
    let crawler = Crawler::empty();
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    fs::write(
        crawler.config().join("profiles/mine.toml"),
        "name = \"mine\"\n",
    )
    .unwrap();
    let out = crawler.run(&["check", "--profiles"]);
    assert!(out.status.success());
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        said.contains("mine.toml: no saved page stands beside it"),
        "{said}"
    );
}
