//! `saseo survey --list`: many papers side by side, what became of each, and how it goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use saseo::demo::Edition;
use serde_json::Value;

use crate::program::{Crawler, Paper, assert_gaps, said};

fn small() -> Paper {
    Paper::of(&Edition {
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    })
}

/// A list of papers, beside the crawler's folders.
fn list(crawler: &Crawler, lines: &[&str]) -> PathBuf {
    let path = crawler.folder.path().join("papers.txt");
    fs::write(&path, lines.join("\n")).unwrap();
    path
}

fn typed<'a>(list: &'a Path, out: &'a Path) -> Vec<&'a str> {
    let (list, out) = (list.to_str().unwrap(), out.to_str().unwrap());
    let words = ["--json", "survey", "--own-site", "--gap", "30ms", "--list"];
    [&words[..], &[list, "--out", out]].concat()
}

/// The end of each paper, in the order of the list.
fn ends(out: &Output) -> Vec<String> {
    let papers: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    let ends = papers.iter().map(|paper| paper["end"].as_str().unwrap());
    ends.map(str::to_owned).collect()
}

#[test]
fn papers_are_surveyed_side_by_side_and_one_that_fails_stops_none() {
    let (first, second) = (small(), small());
    let crawler = Crawler::empty();
    let out = crawler.folder.path().join("drafts");
    let (a, b) = (first.origin.base(), second.origin.base());
    let list = list(
        &crawler,
        &[
            "# papers",
            &format!("{a}/ # the first"),
            "http://127.0.0.1:9/",
            "no address",
            "",
            &format!("{b}/"),
            &format!("{a}/"),
        ],
    );

    let done = crawler.run(&typed(&list, &out));
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert_eq!(
        ends(&done),
        ["drafted", "failed", "failed", "drafted", "repeated"],
        "{}",
        said(&done)
    );
    assert!(
        said(&done).contains("2 of 5 papers have no draft"),
        "{}",
        said(&done)
    );
    assert_eq!(fs::read_dir(out.join("sites")).unwrap().count(), 2);

    // Side by side, and each at its own pace.
    let (a, b) = (first.log(), second.log());
    assert!(a[0].began < b[b.len() - 1].began && b[0].began < a[a.len() - 1].began);
    for log in [&a, &b] {
        assert!(log.len() <= 40, "{}", log.len());
        assert_gaps(log, Duration::from_millis(30));
    }
    let audit = crawler.run(&["audit"]);
    assert!(audit.status.success(), "{}", said(&audit));

    // What is drafted is not asked again.
    let again = crawler.run(&typed(&list, &out));
    assert_eq!(again.status.code(), Some(3));
    assert_eq!(
        ends(&again),
        ["there", "failed", "failed", "there", "there"]
    );
    assert_eq!((first.log().len(), second.log().len()), (a.len(), b.len()));
}

#[test]
fn a_paper_that_a_list_names_twice_is_skipped_and_no_failure() {
    let paper = small();
    let crawler = Crawler::empty();
    let out = crawler.folder.path().join("drafts");
    let home = format!("{}/", paper.origin.base());
    let list = list(&crawler, &[&home, &home]);

    let done = crawler.run(&typed(&list, &out));
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(ends(&done), ["drafted", "repeated"], "{}", said(&done));
    let asked = paper.log().len();
    assert!(asked <= 40, "{asked}");
}

#[test]
fn a_signal_ends_a_list_and_the_same_command_goes_on_with_it() {
    let papers: Vec<Paper> = (0..3).map(|_| small()).collect();
    let crawler = Crawler::empty();
    let out = crawler.folder.path().join("drafts");
    let lines: Vec<String> = papers
        .iter()
        .map(|paper| format!("{}/", paper.origin.base()))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let list = list(&crawler, &lines);

    let mut child = crawler
        .command(&typed(&list, &out))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    papers[0].wait_for_visits(3, &mut child);
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let stopped = child.wait_with_output().unwrap();
    assert_eq!(stopped.status.code(), Some(130), "{}", said(&stopped));
    assert_eq!(ends(&stopped), ["stopped"; 3]);

    let done = crawler.run(&typed(&list, &out));
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(ends(&done), ["drafted"; 3]);
    let audit = crawler.run(&["audit"]);
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn a_paper_whose_name_another_one_or_a_left_profile_has_gets_a_longer_one() {
    let (first, second) = (small(), small());
    let crawler = Crawler::empty();
    let out = crawler.folder.path().join("drafts");
    let (a, b) = (first.origin.base(), second.origin.base());
    let port = |base: &str| base.rsplit(':').next().unwrap().to_owned();
    let of_a = list(&crawler, &[&format!("{a}/")]);
    assert_eq!(ends(&crawler.run(&typed(&of_a, &out))), ["drafted"]);

    let site = |name: &str| out.join(format!("sites/{name}.toml"));
    let (name_a, name_b) = (format!("paper-{}", port(&a)), format!("paper-{}", port(&b)));
    fs::copy(site(&name_a), site(&name_b)).unwrap();
    let both = list(&crawler, &[&format!("{a}/"), &format!("{b}/")]);
    let done = crawler.run(&typed(&both, &out));
    assert_eq!(ends(&done), ["there", "drafted"], "{}", said(&done));
    let again = crawler.run(&typed(&both, &out));
    assert_eq!(ends(&again), ["there", "there"], "{}", said(&again));

    // A run that was killed between the two files of a draft.
    let other = crawler.folder.path().join("others");
    let of_b = list(&crawler, &[&format!("{b}/")]);
    fs::create_dir_all(other.join("profiles")).unwrap();
    fs::write(other.join(format!("profiles/{name_b}.toml")), "").unwrap();
    let done = crawler.run(&typed(&of_b, &other));
    assert_eq!(ends(&done), ["drafted"], "{}", said(&done));
    assert!(!other.join(format!("sites/{name_b}.toml")).exists());
}

#[test]
fn a_draft_that_cannot_be_written_ends_no_other_paper() {
    let (first, second) = (small(), small());
    let crawler = Crawler::empty();
    let out = crawler.folder.path().join("drafts");
    let (a, b) = (first.origin.base(), second.origin.base());
    // A file in the place of the folder.
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("sites"), "").unwrap();

    let both = list(&crawler, &[&format!("{a}/"), &format!("{b}/")]);
    let done = crawler.run(&typed(&both, &out));
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert_eq!(ends(&done), ["failed", "failed"]);
    let audit = crawler.run(&["audit"]);
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn a_list_needs_a_folder_and_a_contact() {
    let crawler = Crawler::empty();
    let list = list(&crawler, &["https://paper.example/"]);
    let list = list.to_str().unwrap();
    for (words, said_of_it) in [
        (vec!["survey", "--list", list], "--write <DIR>"),
        (
            vec!["survey", "--list", list, "--out", "x", "https://a.example/"],
            "cannot be used",
        ),
        (vec!["survey", "--list", list, "--out", "x"], "contact"),
    ] {
        let out = crawler.run(&words);
        assert_eq!(out.status.code(), Some(2), "{words:?}");
        assert!(said(&out).contains(said_of_it), "{words:?}: {}", said(&out));
    }
}
