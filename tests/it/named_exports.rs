//! Incremental exports: every change once and in order, in parts that one manifest names.

use std::fs::{self, File};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::archive_desk::{Desk, article, found_article, links, story};
use crate::changing_archive::{
    ARTICLES, ChangingArchive, manifest, named_lines, names, told_changes,
};
use crate::program::{said, told};
use crate::store;
use saseo::ChangeKind;

/// The texts of a column of lines; null is `-`.
fn column(lines: &[Value], name: &str) -> Vec<String> {
    lines
        .iter()
        .map(|line| line[name].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[test]
fn each_run_writes_what_changed_since_the_last_one_and_the_manifest_tells_all_of_it() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let first = fs::read(archive.out().join("part-000001.jsonl")).unwrap();
    archive.change(2, "changed");
    archive.exported(&[]);
    archive.exported(&[]);

    assert_eq!(
        names(&archive.out()),
        ["manifest.json", "part-000001.jsonl", "part-000002.jsonl"],
        "a run without a change writes no part"
    );
    assert_eq!(
        fs::read(archive.out().join("part-000001.jsonl")).unwrap(),
        first
    );
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );

    let manifest = manifest(&archive.out());
    assert_eq!(manifest["changes"], json!({"first": 1, "last": 5}));
    assert_eq!(manifest["counts"]["lines"], 5);
    assert_eq!(
        manifest["counts"]["changes"],
        json!({"changed": 1, "new": 4})
    );
    assert_eq!(manifest["position"]["seq"], 5);
    assert!(manifest["counts"]["rights"].is_object() && manifest["selection"].is_object());
    assert_eq!(manifest["made_by"]["name"], "saseo");
    for file in manifest["files"].as_array().unwrap() {
        let bytes = fs::read(archive.out().join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)));
        assert_eq!(file["bytes"], bytes.len());
    }
}

#[test]
fn a_line_has_the_change_and_then_the_fields_of_every_export() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let lines = named_lines(&archive.out());
    let articles = archive.crawler.articles();

    assert_eq!(lines.len() as u64, ARTICLES);
    for (mut line, article) in lines.into_iter().zip(articles) {
        let of_change = line.as_object_mut().unwrap();
        for name in ["seq", "change", "changed_at"] {
            assert!(!of_change.remove(name).unwrap().is_null(), "{name}");
        }
        assert_eq!(of_change.remove("left_out"), Some(Value::Null));
        assert_eq!(line, article);
    }
}

#[test]
fn what_is_gone_or_taken_down_is_told_outside_the_selection_as_well() {
    let archive = ChangingArchive::new();
    archive.exported(&["--access", "open"]);
    archive.mark_gone(1);
    archive.change(1, "back");
    archive.change(3, "taken_down");
    archive.sql("UPDATE article SET access = 'members' WHERE number = 4");
    archive.change(4, "changed");
    archive.exported(&[]);

    let lines = named_lines(&archive.out())[4..].to_vec();
    assert_eq!(
        column(&lines, "change"),
        ["gone", "back", "taken_down", "changed"]
    );
    assert_eq!(
        column(&lines, "id"),
        ["paper/1", "paper/1", "paper/3", "paper/4"]
    );
    let why = ["selection", "selection", "taken_down", "selection"];
    assert_eq!(column(&lines, "left_out"), why);
    for line in &lines {
        let told: Vec<&String> = line
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name)
            .collect();
        let named = [
            "change",
            "changed_at",
            "id",
            "left_out",
            "number",
            "seq",
            "site",
            "url",
        ];
        let mut told: Vec<&str> = told.into_iter().map(String::as_str).collect();
        told.sort_unstable();
        assert_eq!(told, named, "no word of the article");
    }
}

#[test]
fn a_new_article_outside_the_selection_has_no_line_and_is_passed_by() {
    let archive = ChangingArchive::new();
    archive.exported(&["--where", "number > 2"]);
    assert_eq!(
        column(&named_lines(&archive.out()), "id"),
        ["paper/3", "paper/4"]
    );

    archive.exported(&["--where", "number > 2"]);
    assert_eq!(
        manifest(&archive.out())["files"].as_array().unwrap().len(),
        1
    );
    assert_eq!(manifest(&archive.out())["position"]["seq"], 4);
}

#[test]
fn a_taken_down_article_leaves_nothing_in_the_lines_of_its_former_changes() {
    let archive = ChangingArchive::new();
    archive.change(2, "taken_down");
    archive.sql("DELETE FROM version WHERE article_id = (SELECT id FROM article WHERE number = 2)");
    archive.exported(&[]);

    let lines = named_lines(&archive.out());
    assert_eq!(told_changes(&lines), archive.all_changes());
    assert_eq!(
        column(&lines, "left_out"),
        ["-", "taken_down", "-", "-", "taken_down"]
    );
}

#[test]
fn another_selection_folder_or_format_is_refused_and_what_is_left_out_is_as_before() {
    let archive = ChangingArchive::new();
    archive.exported(&["--where", "number > 2"]);
    let before = manifest(&archive.out());
    let other = archive.crawler.folder.path().join("other");
    let other = other.to_str().unwrap();

    for (args, words) in [
        (
            vec!["--where", "number > 1"],
            "--where \"number > 2\", not --where \"number > 1\"",
        ),
        (vec!["--out", other], "goes to"),
        (vec!["--format", "csv"], "leave out --format"),
        (vec!["--schema", "cc-news"], "--schema"),
        (vec!["--all-versions"], "--all-versions"),
        (vec!["--newest", "3"], "--newest"),
        (vec!["--without-copies"], "--without-copies"),
        (
            vec!["--where", "NOT (number > 2 OR first_copy IS NULL)"],
            "leave `first_copy` out of",
        ),
    ] {
        let args = [vec!["export", "--incremental", "desk"], args].concat();
        let refused = archive.crawler.run(&args);
        assert_eq!(
            refused.status.code(),
            Some(2),
            "{args:?}: {}",
            said(&refused)
        );
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
    assert_eq!(manifest(&archive.out()), before);

    archive.change(1, "changed");
    archive.change(4, "changed");
    let by_name = archive.crawler.run(&["export", "--incremental", "desk"]);
    assert!(by_name.status.success(), "{}", said(&by_name));
    let lines = named_lines(&archive.out());
    assert_eq!(column(&lines, "left_out"), ["-", "-", "selection", "-"]);
}

#[test]
fn a_new_export_needs_a_folder_of_its_own() {
    let archive = ChangingArchive::new();
    let new = archive.crawler.run(&["export", "--incremental", "desk"]);
    assert_eq!(new.status.code(), Some(2));
    assert!(
        said(&new).contains("name its folder with --out"),
        "{}",
        said(&new)
    );

    fs::create_dir_all(archive.out()).unwrap();
    fs::write(archive.out().join("notes.txt"), "mine").unwrap();
    let occupied = archive.export(&[]);
    assert_eq!(occupied.status.code(), Some(2));
    assert!(said(&occupied).contains("notes.txt"), "{}", said(&occupied));
    assert_eq!(told(&archive.crawler.run(&["--json", "exports"])), "[]\n");

    fs::remove_file(archive.out().join("notes.txt")).unwrap();
    archive.exported(&[]);
    let out = archive.out();
    let second = [
        "export",
        "--incremental",
        "second",
        "--out",
        out.to_str().unwrap(),
    ];
    let refused = archive.crawler.run(&second);
    assert!(
        said(&refused).contains("is of the export \"desk\""),
        "{}",
        said(&refused)
    );
    let whole = ["export", "--format", "text", "--out", out.to_str().unwrap()];
    assert_eq!(archive.crawler.run(&whole).status.code(), Some(2));

    for name in ["../desk", ".desk", "a b", ""] {
        let refused = archive
            .crawler
            .run(&["export", "--incremental", name, "--out", "x"]);
        assert_eq!(refused.status.code(), Some(2), "{name:?}");
    }
}

#[test]
fn the_list_tells_how_far_each_export_came_and_what_is_to_come() {
    let archive = ChangingArchive::new();
    assert!(told(&archive.crawler.run(&["exports"])).contains("no named exports"));
    archive.exported(&[]);
    archive.change(2, "changed");

    let listed: Value =
        serde_json::from_str(&told(&archive.crawler.run(&["--json", "exports"]))).unwrap();
    let export = &listed[0];
    assert_eq!(export["name"], "desk");
    assert_eq!(
        export["folder"],
        json!(archive.out().canonicalize().unwrap())
    );
    assert_eq!(
        (&export["position"], &export["to_come"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(
        (&export["changes"], &export["parts"]),
        (&json!(4), &json!(1))
    );
    assert!(
        export["ran_at"].as_str().unwrap().ends_with('Z'),
        "{export}"
    );
    let words = told(&archive.crawler.run(&["exports"]));
    assert!(
        words.contains("up to change 4, 1 change to come"),
        "{words}"
    );

    fs::rename(archive.out(), archive.crawler.folder.path().join("moved")).unwrap();
    let listed = told(&archive.crawler.run(&["exports"]));
    assert!(listed.contains("has no manifest.json any more"), "{listed}");
    let lost = archive.crawler.run(&["export", "--incremental", "desk"]);
    assert_eq!(lost.status.code(), Some(1), "{}", said(&lost));
}

#[test]
fn the_states_of_named_exports_are_not_written_over() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let states = archive.crawler.data().join("exports");
    let state = fs::read(states.join("desk.json")).unwrap();

    for (name, format) in [
        ("desk.json", "jsonfeed"),
        ("feed.json", "jsonl"),
        ("a", "text"),
    ] {
        let out = states.join(name);
        let out = out.to_str().unwrap();
        let whole = archive
            .crawler
            .run(&["export", "--format", format, "--out", out]);
        assert_eq!(whole.status.code(), Some(2), "{}", said(&whole));
        assert!(
            said(&whole).contains("the states of named exports"),
            "{}",
            said(&whole)
        );
    }
    let out = states.join("second");
    let second = [
        "export",
        "--incremental",
        "second",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(archive.crawler.run(&second).status.code(), Some(2));

    assert_eq!(fs::read(states.join("desk.json")).unwrap(), state);
    let mut left = names(&states);
    left.retain(|name| name.contains("feed") || name == "a");
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_file_that_is_no_named_export_stops_neither_the_list_nor_a_takedown() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    fs::write(
        archive.crawler.data().join("exports/feed.json"),
        "{\"items\": []}",
    )
    .unwrap();

    let listed = archive.crawler.run(&["--json", "exports"]);
    let exports: Value = serde_json::from_str(&told(&listed)).unwrap();
    assert_eq!(exports[0]["name"], "desk");
    assert!(
        exports[1]["trouble"]
            .as_str()
            .unwrap()
            .contains("feed.json"),
        "{exports}"
    );
    let listed = archive.crawler.run(&["exports"]);
    assert!(
        listed.status.success() && said(&listed).contains("feed.json"),
        "{}",
        said(&listed)
    );

    let lines = named_lines(&archive.out());
    let id = lines[0]["id"].as_str().unwrap();
    let forgotten = archive
        .crawler
        .run(&["forget", id, "--why", "a letter", "--yes"]);
    assert!(forgotten.status.success(), "{}", said(&forgotten));
    let words = told(&forgotten);
    assert!(
        words.contains("the export desk") && words.contains("feed.json"),
        "{words}"
    );
    let gone = archive.crawler.run(&["export", "--incremental", "feed"]);
    assert_eq!(gone.status.code(), Some(1), "{}", said(&gone));
}

#[test]
fn a_rewound_export_writes_the_same_lines_again_from_the_end_of_a_part() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    for _ in 0..2 {
        archive.edit(3);
        archive.exported(&[]);
    }
    let before = named_lines(&archive.out());
    assert_eq!(before.len(), 10);

    // Change 9 stands within the third part, which ends at 10.
    let rewound = archive
        .crawler
        .run(&["exports", "rewind", "desk", "--to", "9"]);
    assert!(
        told(&rewound).contains("after change 7"),
        "{}",
        told(&rewound)
    );
    let left = ["manifest.json", "part-000001.jsonl", "part-000002.jsonl"];
    assert_eq!(names(&archive.out()), left);
    archive.exported(&[]);
    assert_eq!(named_lines(&archive.out()), before);

    let rewound = archive
        .crawler
        .run(&["--json", "exports", "rewind", "desk"]);
    assert!(
        told(&rewound).contains("\"position\": 0"),
        "{}",
        told(&rewound)
    );
    assert_eq!(names(&archive.out()), ["manifest.json"]);
    archive.exported(&[]);
    assert_eq!(named_lines(&archive.out()), before);

    let beyond = archive
        .crawler
        .run(&["exports", "rewind", "desk", "--to", "11"]);
    assert_eq!(beyond.status.code(), Some(2), "{}", said(&beyond));
    let unknown = archive.crawler.run(&["exports", "rewind", "dusk"]);
    assert!(
        said(&unknown).contains("the archive has desk"),
        "{}",
        said(&unknown)
    );
}

#[test]
fn a_deleted_export_leaves_its_files_and_is_taken_up_again_from_its_folder() {
    let archive = ChangingArchive::new();
    archive.exported(&["--where", "number > 2"]);
    let deleted = archive.crawler.run(&["exports", "delete", "desk"]);
    assert!(
        told(&deleted).contains("its files stay"),
        "{}",
        said(&deleted)
    );
    assert_eq!(told(&archive.crawler.run(&["--json", "exports"])), "[]\n");

    archive.change(4, "changed");
    archive.exported(&[]);
    assert_eq!(
        column(&named_lines(&archive.out()), "id"),
        ["paper/3", "paper/4", "paper/4"]
    );
}

#[test]
fn an_older_copy_of_the_archive_is_not_gone_on_with() {
    let archive = ChangingArchive::new();
    if store::of(archive.crawler.folder.path()).is_some() {
        // A database has no file that could be put back.
        return;
    }
    let copy = archive.crawler.folder.path().join("copy.db");
    fs::copy(archive.crawler.data().join("archive.db"), &copy).unwrap();
    archive.edit(3);
    archive.exported(&[]);
    fs::copy(&copy, archive.crawler.data().join("archive.db")).unwrap();

    let refused = archive.export(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("an older copy was put back"),
        "{}",
        said(&refused)
    );
    // The copy goes on, and change 7 is another one than before.
    archive.edit(2);
    archive.change(1, "gone");
    assert_eq!(archive.export(&[]).status.code(), Some(1));

    let rewound = archive.crawler.run(&["exports", "rewind", "desk"]);
    assert!(rewound.status.success(), "{}", said(&rewound));
    archive.exported(&[]);
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );
}

#[test]
fn an_export_that_another_process_writes_is_left_alone() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let lock = File::open(archive.crawler.data().join("exports/desk.lock")).unwrap();
    lock.lock().unwrap();

    for args in [
        vec!["export", "--incremental", "desk"],
        vec!["exports", "rewind", "desk"],
        vec!["exports", "delete", "desk"],
    ] {
        let held = archive.crawler.run(&args);
        assert_eq!(held.status.code(), Some(75), "{args:?}: {}", said(&held));
    }
}

#[test]
fn a_folder_that_another_export_writes_is_left_alone() {
    let archive = ChangingArchive::new();
    archive.exported(&[]);
    let folder = archive.out();
    let lock = File::open(&folder).unwrap();
    lock.lock().unwrap();

    let out = folder.to_str().unwrap();
    for args in [
        vec!["export", "--incremental", "desk"],
        vec!["export", "--incremental", "other", "--out", out],
        vec!["exports", "rewind", "desk"],
    ] {
        let held = archive.crawler.run(&args);
        assert_eq!(held.status.code(), Some(75), "{args:?}: {}", said(&held));
        assert!(said(&held).contains("is locked"), "{}", said(&held));
    }
}

#[test]
fn a_damaged_article_is_told_without_its_words_and_with_exit_code_3() {
    let archive = ChangingArchive::new();
    archive.sql(
        "UPDATE version SET text = 'x'
         WHERE article_id = (SELECT id FROM article WHERE number = 2)",
    );
    let out = archive.export(&[]);

    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(said(&out).contains("paper/2"), "{}", said(&out));
    let lines = named_lines(&archive.out());
    assert_eq!(told_changes(&lines), archive.all_changes());
    assert_eq!(column(&lines, "left_out"), ["-", "damaged", "-", "-"]);
}

#[test]
fn a_part_ends_at_its_size_and_all_parts_together_have_every_change() {
    let archive = ChangingArchive::new();
    archive.edit(30);
    archive.exported(&["--part-size", "10KiB"]);

    let parts = manifest(&archive.out())["files"].as_array().unwrap().len();
    assert!(parts > 5, "{parts}");
    assert_eq!(
        told_changes(&named_lines(&archive.out())),
        archive.all_changes()
    );
}

#[test]
fn an_article_that_comes_again_after_it_was_gone_is_back() {
    for again in ["하나", "둘"] {
        let mut desk = Desk::new();
        desk.answer_next(links([found_article(7)]));
        let page = desk.next_due();
        desk.answer_and_save(&page, story(article("하나")));
        desk.sql()
            .execute("UPDATE article SET access = 'gone'", [])
            .unwrap();

        let effect = desk.answer_and_save(&page, story(article(again)));

        assert_eq!(
            effect.article,
            Some(ChangeKind::Changed),
            "a run counts it as changed"
        );
        let kinds: String = desk.value("SELECT group_concat(kind) FROM change");
        let access: String = desk.value("SELECT access FROM articles");
        assert_eq!(
            (kinds.as_str(), access.as_str()),
            ("new,back", "open"),
            "{again}"
        );
    }
}
