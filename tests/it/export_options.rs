//! Options of exports that a format would ignore are refused, and feeds tell what they have.

use std::fs;

use serde_json::Value;

use crate::changing_archive::ChangingArchive;
use crate::program::said;

#[test]
fn an_option_that_the_format_would_ignore_is_refused_and_says_what_to_do() {
    let archive = ChangingArchive::new();
    let out = archive.crawler.folder.path().join("out");
    for (format, option, words) in [
        ("jsonl", vec!["--newest", "2"], "--newest is of feeds"),
        ("text", vec!["--newest", "50"], "--newest is of feeds"),
        ("sqlite", vec!["--all-versions"], "leave out --all-versions"),
        ("atom", vec!["--all-versions"], "leave out --all-versions"),
        (
            "jsonfeed",
            vec!["--all-versions"],
            "leave out --all-versions",
        ),
        ("jsonl", vec!["--part-size", "1MiB"], "--incremental"),
    ] {
        let export = ["export", "--format", format, "--out"];
        let args = [&export[..], &[out.to_str().unwrap()], &option].concat();
        let refused = archive.crawler.run(&args);
        assert_eq!(refused.status.code(), Some(2), "{format} {option:?}");
        assert!(said(&refused).contains(words), "{}", said(&refused));
        assert!(!out.exists());
    }

    for (out, code) in [("-", 2), (".", 2)] {
        let bag = archive
            .crawler
            .run(&["export", "--format", "jsonl", "--bag", "--out", out]);
        assert_eq!(bag.status.code(), Some(code), "{out}: {}", said(&bag));
    }
    let nothing = archive.crawler.run(&["export"]);
    assert_eq!(nothing.status.code(), Some(2));
}

#[test]
fn the_manifest_of_a_feed_counts_the_articles_that_the_feed_has() {
    let archive = ChangingArchive::new();
    for format in ["atom", "jsonfeed"] {
        let out = archive.crawler.folder.path().join(format);
        let args = [
            "--json", "export", "--format", format, "--newest", "2", "--out",
        ];
        let done = archive
            .crawler
            .run(&[&args[..], &[out.to_str().unwrap()]].concat());

        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(told["articles"], 2, "{format}");
        let manifest = fs::read(out.with_file_name(format!("{format}.manifest.json"))).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(manifest["counts"]["articles"], 2, "{format}");
    }
}
