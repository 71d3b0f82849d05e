//! An incremental export that is killed at any moment loses no change and doubles none.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::changing_archive::{ChangingArchive, manifest, named_lines, names, told_changes};
use crate::program::Process;

/// Kills of one export, each at another point of its writing.
const KILLS: usize = 50;

/// Changes before each run: some ten parts.
const CHANGES: u64 = 60;

/// Small parts, so that a run has many points of writing.
const PART_SIZE: &str = "10KiB";

/// What a killed run left in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leftover {
    /// A part that was not whole.
    HalfPart,
    /// A whole part that the manifest does not name.
    UnnamedPart,
    /// A manifest that was not in its place.
    HalfManifest,
    /// Nothing: it was between two parts, or had not begun.
    Nothing,
}

fn command(archive: &ChangingArchive) -> Command {
    let out = archive.out();
    let mut command = archive
        .crawler
        .command(&["export", "--incremental", "desk", "--out"]);
    command.arg(out).args(["--part-size", PART_SIZE]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What stands in the folder: the names of its files with their sizes.
fn state(folder: &Path) -> Vec<(String, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut state: Vec<(String, u64)> = entries
        .map(|entry| {
            let bytes = entry.metadata().map_or(0, |file| file.len());
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    state.sort();
    state
}

/// Kills a run once the folder has changed so often; returns whether the kill came before its end.
fn kill_after(run: &mut Child, folder: &Path, steps: usize) -> bool {
    let (mut before, mut seen) = (state(folder), 0);
    while seen < steps && run.is_running() {
        let now = state(folder);
        if now != before {
            (before, seen) = (now, seen + 1);
        }
    }
    // A process that has ended by itself cannot be killed any more.
    let _ = run.kill();
    run.wait().unwrap().signal() == Some(9)
}

fn leftover(folder: &Path) -> Leftover {
    let named = manifest_if_any(folder).map_or(0, |list| list["files"].as_array().unwrap().len());
    let names = names(folder);
    let is_half = |name: &&String| name.ends_with(".part");
    if names
        .iter()
        .filter(is_half)
        .any(|name| name.starts_with("manifest"))
    {
        return Leftover::HalfManifest;
    }
    if names.iter().any(|name| is_half(&name)) {
        return Leftover::HalfPart;
    }
    let parts = names
        .iter()
        .filter(|name| name.starts_with("part-"))
        .count();
    if parts > named {
        Leftover::UnnamedPart
    } else {
        Leftover::Nothing
    }
}

fn manifest_if_any(folder: &Path) -> Option<Value> {
    folder
        .join("manifest.json")
        .exists()
        .then(|| manifest(folder))
}

/// Fails where a part that the manifest names is not there as the manifest tells it.
fn assert_named_parts_are_whole(folder: &Path) {
    let Some(list) = manifest_if_any(folder) else {
        return;
    };
    for file in list["files"].as_array().unwrap() {
        let bytes = fs::read(folder.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)));
    }
    let lines = told_changes(&named_lines(folder));
    let expected: Vec<u64> = (1..=lines.len() as u64).collect();
    let told: Vec<u64> = lines.into_iter().map(|(seq, _, _)| seq).collect();
    assert_eq!(
        told, expected,
        "no change is missing, doubled or out of order"
    );
}

#[test]
fn an_export_killed_at_fifty_moments_has_every_change_once_and_in_order() {
    let archive = ChangingArchive::new();
    fs::create_dir_all(archive.out()).unwrap();
    let (mut left, mut runs) = (Vec::new(), 0);

    while left.len() < KILLS {
        archive.edit(CHANGES);
        let mut run = command(&archive).spawn().unwrap();
        // Each run is killed some steps further on than the one before, over all its points.
        if kill_after(&mut run, &archive.out(), 1 + runs * 7 % 41) {
            assert_named_parts_are_whole(&archive.out());
            left.push(leftover(&archive.out()));
        }
        runs += 1;
        assert!(runs < 10 * KILLS, "the export ends before it can be killed");
    }
    assert!(command(&archive).status().unwrap().success());

    let all = [
        Leftover::HalfPart,
        Leftover::UnnamedPart,
        Leftover::HalfManifest,
        Leftover::Nothing,
    ];
    let counts = all.map(|kind| (kind, left.iter().filter(|found| **found == kind).count()));
    println!("{KILLS} kills of {runs} runs left {counts:?}");
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );
    let named = manifest(&archive.out())["files"].as_array().unwrap().len();
    assert_eq!(
        names(&archive.out()).len(),
        named + 1,
        "nothing is left beside the parts"
    );
    // Where no kill comes amid the writing of a part, little was shown.
    let amid = left
        .iter()
        .filter(|found| **found != Leftover::Nothing)
        .count();
    assert!(amid > 0, "{counts:?}");
}

#[test]
fn every_point_between_two_steps_of_writing_is_gone_on_from() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let (out, list) = (archive.out(), archive.out().join("manifest.json"));
    let before = fs::read(&list).unwrap();
    archive.edit(3);
    archive.exported(&[]);
    let (expected, after) = (named_lines(&out), fs::read(&list).unwrap());
    let part = fs::read(out.join("part-000002.jsonl")).unwrap();

    // No system has a process of that number.
    let half = |name: &str| out.join(format!("{name}.4194999.part"));
    let begun: [(&str, &dyn Fn()); 4] = [
        ("a half part", &|| {
            fs::write(half("part-000002.jsonl"), &part[..part.len() / 2]).unwrap();
        }),
        ("a part that no manifest names", &|| {
            fs::write(out.join("part-000002.jsonl"), &part).unwrap();
        }),
        ("a part of another run that no manifest names", &|| {
            fs::write(out.join("part-000002.jsonl"), "other\n").unwrap();
            fs::write(out.join("part-000003.jsonl"), "other\n").unwrap();
        }),
        ("a half manifest", &|| {
            fs::write(out.join("part-000002.jsonl"), &part).unwrap();
            fs::write(half("manifest.json"), &after[..after.len() / 2]).unwrap();
        }),
    ];
    for (point, begin) in begun {
        fs::remove_file(out.join("part-000002.jsonl")).unwrap();
        fs::write(&list, &before).unwrap();
        begin();
        archive.exported(&[]);

        assert_eq!(named_lines(&out), expected, "{point}");
        let whole = ["manifest.json", "part-000001.jsonl", "part-000002.jsonl"];
        assert_eq!(names(&out), whole, "{point}");
    }
}

#[test]
fn a_first_run_that_was_killed_before_it_was_listed_is_taken_up() {
    let archive = ChangingArchive::new();
    fs::create_dir_all(archive.out()).unwrap();
    fs::write(archive.out().join("manifest.json.4194999.part"), "{").unwrap();
    archive.exported(&[]);
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );

    // The manifest was there, and the list of exports was not.
    fs::remove_file(archive.crawler.data().join("exports/desk.json")).unwrap();
    archive.edit(3);
    archive.exported(&[]);
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );
}
