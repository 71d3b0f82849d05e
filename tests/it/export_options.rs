//! Options of exports that a format would ignore are refused, and feeds tell what they have.

use std::fs;

use serde_json::Value;

use crate::changing_archive::ChangingArchive;
use crate::commands::{self, export};
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

#[test]
fn a_file_for_datasette_that_somebody_edited_is_not_written_over() {
    let archive = ChangingArchive::new();
    let out = archive.crawler.folder.path().join("s.db");
    let export = || export(&archive.crawler, "sqlite", &out);
    let yaml = out.with_file_name("s.db.datasette.yaml");

    // Before a first export, and after one.
    fs::write(&yaml, "mine").unwrap();
    assert_eq!(export().status.code(), Some(2));
    assert!(!out.exists());
    fs::remove_file(&yaml).unwrap();
    for _ in 0..2 {
        assert!(export().status.success());
    }

    let database = fs::read(&out).unwrap();
    fs::write(&yaml, "mine").unwrap();
    let file = fs::File::options().write(true).open(&yaml).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let refused = export();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(
        said(&refused).contains("datasette.yaml"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read_to_string(&yaml).unwrap(), "mine");
    assert_eq!(fs::read(&out).unwrap(), database);

    fs::remove_file(&yaml).unwrap();
    fs::write(out.with_file_name("s.db.manifest.json"), "mine").unwrap();
    assert_eq!(export().status.code(), Some(2));
    assert_eq!(fs::read(&out).unwrap(), database);
}

#[test]
fn a_folder_with_a_file_that_somebody_edited_or_added_is_not_replaced_whatever_its_time_is() {
    let archive = ChangingArchive::new();
    let out = archive.crawler.folder.path().join("texts");
    let export = || export(&archive.crawler, "text", &out);
    let mut texts = Vec::new();
    let write_old = |path: &std::path::Path, text: &[u8]| {
        fs::write(path, text).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    };
    for _ in 0..2 {
        assert!(export().status.success());
    }
    let sums = fs::read_to_string(out.join("checksums.sha256")).unwrap();
    texts.extend(
        sums.lines()
            .map(|line| out.join(line.split_once("  ").unwrap().1)),
    );

    let text = fs::read(&texts[0]).unwrap();
    let edited = text.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>();
    write_old(&texts[0], &edited);
    let refused = export();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert_eq!(fs::read(&texts[0]).unwrap(), edited);

    // One file less and one more are as many as before.
    write_old(&texts[0], &text);
    fs::remove_file(&texts[1]).unwrap();
    write_old(&texts[1].with_file_name("notes.txt"), b"mine");
    let refused = export();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("notes.txt"), "{}", said(&refused));

    fs::remove_file(texts[1].with_file_name("notes.txt")).unwrap();
    assert!(export().status.success(), "a file that is gone is no loss");
}

#[test]
fn a_name_is_compressed_in_any_case_and_other_codings_are_refused() {
    let archive = ChangingArchive::new();
    let export = |format: &str, name: &str| {
        let out = archive.crawler.folder.path().join(name);
        let done = commands::export(&archive.crawler, format, &out);
        (
            done.status.code(),
            fs::read(&out).unwrap_or_default(),
            said(&done),
        )
    };
    for (name, magic) in [("a.jsonl.GZ", [0x1f, 0x8b]), ("a.jsonl.Zst", [0x28, 0xb5])] {
        let (code, bytes, words) = export("jsonl", name);
        assert_eq!(
            (code, &bytes[..2]),
            (Some(0), &magic[..]),
            "{name}: {words}"
        );
    }
    for (format, name) in [
        ("jsonl", "a.jsonl.bz2"),
        ("csv", "a.csv.XZ"),
        ("atom", "a.zip"),
        ("sqlite", "a.db.bz2"),
        ("text", "a.tar"),
        ("atom", "a.xml.GZ"),
    ] {
        let (code, bytes, words) = export(format, name);
        assert_eq!((code, bytes.len()), (Some(2), 0), "{name}: {words}");
    }
    assert_eq!(export("wacz", "a.zip").0, Some(0));
}

#[test]
fn days_between_which_there_is_none_are_refused() {
    let archive = ChangingArchive::new();
    let refused = archive.crawler.run(&[
        "export",
        "--format",
        "jsonl",
        "--out",
        "-",
        "--since",
        "2026-02-01",
        "--until",
        "2026-01-31",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said(&refused).contains("is after --until"),
        "{}",
        said(&refused)
    );
    let one_day = archive.crawler.run(&[
        "export",
        "--format",
        "jsonl",
        "--out",
        "-",
        "--since",
        "2026-02-01",
        "--until",
        "2026-02-01",
    ]);
    assert!(one_day.status.success());
}
