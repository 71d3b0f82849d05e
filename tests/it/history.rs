//! `show` and `diff`, on articles that have versions.

use std::fs;

use crate::program::{Crawler, Paper};
use saseo::demo::Edition;
use serde_json::Value;

const PROFILE: &str = include_str!("../../config/profiles/ndsoft.toml");

/// An archive in which a mended profile has made second versions: of articles with a subtitle, and
/// with a photo.
fn crawled() -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 6,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let blind = PROFILE
        .replace("header.article-view-header .subheading", ".no-such")
        .replace("h2.subheading, h4.subheading", ".no-such")
        .replace("\n    \".ad-template\",", "")
        .replace("\n    '^ADVERTISEMENT$',", "");
    let folder = crawler.config().join("profiles");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("ndsoft.toml"),
        blind.replace("\n    \".ad_title\",", ""),
    )
    .unwrap();
    crawler.run(&["crawl"]);
    fs::remove_file(folder.join("ndsoft.toml")).unwrap();
    assert!(crawler.run(&["reextract"]).status.success());
    (paper, crawler)
}

fn told(crawler: &Crawler, args: &[&str]) -> String {
    let out = crawler.run(args);
    assert!(
        out.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}

/// An article whose subtitle only the second version has.
fn with_subtitle(crawler: &Crawler) -> (String, String) {
    let articles = crawler.articles();
    let article = articles
        .iter()
        .find(|article| article["subtitle"].is_string())
        .unwrap();
    (
        article["id"].as_str().unwrap().to_owned(),
        article["subtitle"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn an_article_is_shown_with_its_versions_however_it_is_called() {
    let (paper, crawler) = crawled();
    let (id, subtitle) = with_subtitle(&crawler);
    let shown = told(&crawler, &["show", &id]);
    assert!(
        shown.contains(&subtitle) && shown.contains("version 1  fetched 20"),
        "{shown}"
    );
    assert!(shown.contains(": text, subtitle\n"), "{shown}");
    let number = id.split_once('/').unwrap().1;
    let address = format!(
        "{}/news/articleView.html?idxno={number}&utm_source=x",
        paper.origin.base()
    );
    for name in [number, &address] {
        assert_eq!(told(&crawler, &["show", name]), shown, "{name}");
    }
    assert!(!told(&crawler, &["show", &id, "--version", "1"]).contains(&subtitle));
    let json: Value = serde_json::from_str(&told(&crawler, &["--json", "show", &id])).unwrap();
    assert_eq!(
        (&json["id"], &json["version"]),
        (&id.as_str().into(), &2.into())
    );
    assert_eq!(json["versions"].as_array().unwrap().len(), 2);
}

#[test]
fn what_changed_is_told_word_by_word() {
    let (_paper, crawler) = crawled();
    let (id, subtitle) = with_subtitle(&crawler);
    let diff = told(&crawler, &["diff", &id]);
    assert!(
        diff.starts_with(&format!("{id}: version 1 (fetched ")),
        "{diff}"
    );
    assert!(
        diff.contains(&format!("subtitle: {{+{subtitle}+}}\n")),
        "{diff}"
    );
    assert!(
        diff.contains("[-ADVERTISEMENT-]") && diff.contains("as they were"),
        "{diff}"
    );
    let back = told(&crawler, &["diff", &id, "--versions", "2..1"]);
    assert!(
        back.contains(&format!("subtitle: [-{subtitle}-]")) && back.contains("{+ADVERTISEMENT+}"),
        "{back}"
    );
    let json: Value = serde_json::from_str(&told(&crawler, &["--json", "diff", &id])).unwrap();
    assert_eq!((&json["from"], &json["to"]), (&1.into(), &2.into()));
    let removed = json["text"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one.as_array().unwrap());
    assert_eq!(
        removed
            .filter(|piece| piece["removed"] == "ADVERTISEMENT")
            .count(),
        1
    );
}

#[test]
fn an_article_is_shown_as_markdown_and_cited_with_its_capture() {
    let (_paper, crawler) = crawled();
    let (id, subtitle) = with_subtitle(&crawler);
    let shown = told(&crawler, &["show", &id]);
    let hash = shown
        .lines()
        .find_map(|line| line.strip_prefix("sha256     "))
        .unwrap();
    assert_eq!(hash.len(), 64, "{shown}");

    let markdown = told(&crawler, &["show", &id, "--markdown"]);
    assert!(
        markdown.starts_with("# ") && markdown.contains(&format!("- SHA-256: {hash}\n")),
        "{markdown}"
    );
    assert!(
        markdown.contains(subtitle.split_whitespace().next().unwrap()),
        "{markdown}"
    );

    let ris = told(&crawler, &["cite", &id]);
    assert!(
        ris.starts_with("TY  - NEWS\r\n") && ris.ends_with("ER  - \r\n"),
        "{ris}"
    );
    assert!(ris.contains(&format!(
        "SHA-256 of the page {hash}; archive id {id}, version 2"
    )));
    // One article by two names is one reference.
    let number = id.rsplit('/').next().unwrap();
    let bibtex = told(&crawler, &["cite", &id, number, "--format", "bibtex"]);
    assert_eq!(bibtex.matches("@article{").count(), 1, "{bibtex}");
    let csl: Value = serde_json::from_str(&told(&crawler, &["--json", "cite", &id])).unwrap();
    assert_eq!(csl[0]["type"], "article-newspaper");
    assert_eq!(csl[0]["archive_location"], id.as_str());
}

#[test]
fn a_list_goes_on_with_the_command_that_it_tells() {
    let (_paper, crawler) = crawled();
    let mut ids: Vec<String> = crawler
        .articles()
        .iter()
        .map(|article| article["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();

    let (mut listed, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut typed = vec!["--json", "list", "--limit", "7"];
        if let Some(after) = &after {
            typed.extend(["--after", after]);
        }
        let page: Value = serde_json::from_str(&told(&crawler, &typed)).unwrap();
        let articles = page["articles"].as_array().unwrap();
        assert!(articles.len() <= 7);
        listed.extend(
            articles
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    listed.sort();
    assert_eq!(listed, ids);

    let out = crawler.run(&["list", "--limit", "2", "--sort", "seen"]);
    assert_eq!(String::from_utf8_lossy(&out.stdout).lines().count(), 2);
    let further = String::from_utf8(out.stderr).unwrap();
    assert!(
        further.contains("list --limit 2 --sort seen --after seen."),
        "{further}"
    );
    let out = crawler.run(&["list", "--limit", "2", "--", "demo"]);
    let further = String::from_utf8(out.stderr).unwrap();
    let (_, further) = further.split_once("list ").unwrap();
    let typed = further.trim_end().trim_end_matches('`').split(' ');
    let typed: Vec<&str> = ["list"].into_iter().chain(typed).collect();
    assert_eq!(typed[typed.len() - 2..], ["--", "demo"]);
    assert_eq!(told(&crawler, &typed).lines().count(), 2);
    for (wrong, words) in [
        (
            ["list", "--all-versions"].as_slice(),
            "leave out --all-versions",
        ),
        (&["list", "--after", "seen.1.1"], "give the same order"),
        (&["list", "--after", "7"], "is no place in a list"),
    ] {
        let out = crawler.run(wrong);
        assert_eq!(out.status.code(), Some(2), "{wrong:?}");
        assert!(
            String::from_utf8_lossy(&out.stderr).contains(words),
            "{wrong:?}"
        );
    }
}

#[test]
fn what_is_not_there_is_told() {
    let (_paper, crawler) = crawled();
    let (id, _) = with_subtitle(&crawler);
    for (args, code, words) in [
        (
            vec!["show", "demo/999999"],
            1,
            "has no article \"demo/999999\"",
        ),
        (vec!["show", "nowhere/1"], 1, "has no article"),
        (
            vec!["show", &id, "--version", "9"],
            1,
            "has no version 9; it has 1, 2",
        ),
        (
            vec!["diff", &id, "--versions", "1-2"],
            2,
            "write them like 1..3",
        ),
        (
            vec!["diff", &id, "--versions", "1..7"],
            1,
            "has no version 7",
        ),
    ] {
        let out = crawler.run(&args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(
            out.status.code() == Some(code) && said.contains(words),
            "{args:?}: {said}"
        );
    }
}
