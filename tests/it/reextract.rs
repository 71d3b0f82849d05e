//! Reading again what was kept: with the real binary, a mended profile, and no request.

use std::cell::Cell;
use std::fs;
use std::sync::Arc;

use crate::program::{Crawler, Paper, Process};
use saseo::archive::Terms;
use saseo::clock::Clock;
use saseo::config::{Profile, Settings, Site};
use saseo::demo::Edition;
use saseo::reextract::{LeasedArchive, Mode, ReextractPlan, Summary, reextract};
use saseo::site_reader::SiteReader;
use serde_json::{Value, json};

use crate::store;

const PROFILE: &str = include_str!("../../config/profiles/ndsoft.toml");

fn paper() -> Paper {
    Paper::of(&Edition {
        crawl_delay: None,
        ..Edition::default()
    })
}

/// Puts a profile in the place of the shipped one; each piece of text must be there to be replaced.
fn write_profile(crawler: &Crawler, replaced: &[(&str, &str)]) {
    let text = replaced
        .iter()
        .fold(PROFILE.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from} is not in the profile");
            text.replace(from, to)
        });
    fs::create_dir_all(crawler.config().join("profiles")).unwrap();
    fs::write(crawler.config().join("profiles/ndsoft.toml"), text).unwrap();
}

fn reextracted(crawler: &Crawler, args: &[&str]) -> Value {
    let out = crawler.run(&[&["--json", "reextract"], args].concat());
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn what_was_kept_reads_the_same_again_and_asks_nothing() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let (before, asked) = (crawler.articles(), paper.log().len());
    let summary = reextracted(&crawler, &[]);
    assert_eq!(summary["without_article"], 1);
    // 118 articles, and the page of a deleted one that came with status 200.
    assert_eq!(
        (
            &summary["captures"],
            &summary["same"],
            &summary["articles_changed"]
        ),
        (&json!(119), &json!(118), &json!(0))
    );
    assert_eq!((crawler.articles(), paper.log().len()), (before, asked));
    assert!(crawler.run(&["audit"]).status.success());
}

#[test]
fn photos_of_articles_from_before_the_switch_are_told_and_fetched_by_the_next_crawl() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    crawler.keep_photos();

    let dry = crawler.run(&["reextract", "--dry-run"]);
    let told = String::from_utf8_lossy(&dry.stdout).into_owned();
    let queued = reextracted(&crawler, &[])["photos_queued"]
        .as_u64()
        .unwrap();
    let line = format!("{queued} photos would be queued for the next crawl");
    assert!(queued > 20 && told.contains(&line), "{queued} {told}");

    let asked = paper.log().len();
    assert!(crawler.run(&["crawl"]).status.success());
    assert_eq!(reextracted(&crawler, &[])["photos_queued"], 0);
    let log = paper.log();
    let of_photos = log[asked..]
        .iter()
        .filter(|one| one.path_and_query.contains("/photo/"));
    assert_eq!(of_photos.count() as u64, queued, "{:?}", &log[asked..]);
}

#[test]
fn a_mended_profile_puts_better_fields_in_their_place() {
    let paper = paper();
    let (crawler, right) = (Crawler::of(&paper, "0s"), Crawler::of(&paper, "0s"));
    right.run(&["crawl"]);
    write_profile(
        &crawler,
        &[
            ("header.article-view-header .subheading", ".no-such"),
            ("h2.subheading, h4.subheading", ".no-such"),
        ],
    );
    crawler.run(&["crawl"]);
    let subtitles = right
        .articles()
        .iter()
        .filter(|article| !article["subtitle"].is_null())
        .count();
    write_profile(&crawler, &[]);

    let dry = reextracted(&crawler, &["--dry-run"]);
    assert_eq!(
        (&dry["articles_changed"], &dry["fields"]),
        (&json!(subtitles), &json!({"subtitle": subtitles}))
    );
    let changes = &dry["field_changes"]["subtitle"];
    let counts = ["changed", "added", "removed"].map(|count| changes[count].as_u64().unwrap());
    let subtitles_told = u64::try_from(subtitles).unwrap();
    assert_eq!(counts, [subtitles_told, subtitles_told, 0]);
    let examples = changes["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let read = right.articles().iter().find_map(|article| {
            (article["url"].as_str()?.split_once("idxno")
                == example["url"].as_str()?.split_once("idxno"))
            .then(|| article["subtitle"].clone())
        });
        assert_eq!(example["before"], Value::Null);
        assert!(example["after"].is_string() && read.is_none_or(|read| read == example["after"]));
    }
    let told = crawler.run(&["reextract", "--dry-run"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = format!("{subtitles} had none, 0 have none now");
    assert!(
        told.contains(&line) && told.contains("      - none\n      + "),
        "{told}"
    );
    assert!(
        crawler
            .articles()
            .iter()
            .all(|article| article["version"] == 1)
    );
    let mut done = reextracted(&crawler, &["--profile", "ndsoft"]);
    done["dry_run"] = json!(true);
    assert_eq!(done, dry);
    let without_times = |mut articles: Vec<Value>| {
        for article in &mut articles {
            (article["first_seen_at"], article["fetched_at"]) = (Value::Null, Value::Null);
        }
        articles
    };
    // The words are the same: there is no further version.
    assert_eq!(
        without_times(crawler.articles()),
        without_times(right.articles())
    );
    assert_eq!(reextracted(&crawler, &[])["articles_changed"], 0);
}

#[test]
fn a_moment_that_is_told_more_exactly_makes_no_further_version() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let precise = crawler.articles();
    assert!(
        precise
            .iter()
            .all(|article| article["published_precision"] == "second"),
        "{:?}",
        precise[0]
    );

    // As an older program left it, whatever is fetched again.
    store::sql_of(
        crawler.folder.path(),
        "UPDATE version SET published_precision = NULL;
         UPDATE page SET next_at = 0, etag = NULL WHERE role = 'article'",
    );
    let asked = paper.log().len();
    let out = crawler.run(&["--json", "crawl"]);
    assert!(paper.log().len() >= asked + 118);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let summary: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(summary["articles_changed"], 0);

    assert_eq!(
        reextracted(&crawler, &[])["fields"],
        json!({"published_precision": 118})
    );
    let fields = ["id", "version", "published_at", "published_precision"];
    let told = |articles: Vec<Value>| {
        articles
            .into_iter()
            .map(|article| fields.map(|field| article[field].clone()))
    };
    assert!(told(crawler.articles()).eq(told(precise)));
}

#[test]
fn articles_that_no_profile_could_read_are_found_once_one_can() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    let broken = [(
        "body = [\"#article-view-content-div\", \"#articleBody\"]",
        "body = [\".no-such\"]",
    )];
    write_profile(&crawler, &broken);
    crawler.run(&["crawl"]);
    // Of the two for members only, the head is read.
    assert_eq!(crawler.articles().len(), 2);
    write_profile(&crawler, &[]);
    let asked = paper.log().len();
    assert_eq!(reextracted(&crawler, &[])["articles_new"], 116);
    assert_eq!((crawler.articles().len(), paper.log().len()), (118, asked));
    let left = String::from_utf8(crawler.run(&["status", "--failures"]).stdout).unwrap();
    assert!(!left.contains("no story was found"), "{left}");

    write_profile(&crawler, &broken);
    assert_eq!(crawler.run(&["reextract"]).status.code(), Some(3));
    let summary = reextracted(&crawler, &["--tolerate", "116"]);
    assert_eq!(
        (&summary["lost"], &summary["lost_pages"][0]["why"]),
        (&json!(116), &json!("no story was found in the page"))
    );
    assert_eq!(crawler.articles().len(), 118);
}

#[test]
fn a_re_extraction_that_is_broken_off_goes_on_where_it_was() {
    let paper = Paper::of(&Edition {
        articles_per_section: 200,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    write_profile(&crawler, &[("{ meta = \"article:section\" },", "")]);
    crawler.run(&["crawl"]);
    let all = crawler.articles().len() as u64;

    let site = format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{}/\"\nprofile = \"ndsoft\"\n",
        paper.origin.base()
    );
    let profile = Profile::parse("ndsoft.toml", PROFILE).unwrap();
    let reader = SiteReader::new(
        Site::parse("demo.toml", &site).unwrap(),
        Some(&profile),
        &Settings::default(),
    );
    let plan = ReextractPlan {
        readers: vec![Arc::new(reader.unwrap())],
        mode: Mode::Write,
    };
    let read = |batches: u32| -> Summary {
        let mut archive = store::writer_of(crawler.folder.path());
        let clock = Clock::system();
        let lease = archive.take_lease("a test", clock.now(), None).unwrap();
        let run = archive
            .begin_run(lease, "reextract", &Terms::default(), clock.now())
            .unwrap();
        let asked = Cell::new(0);
        let is_stopped = || {
            asked.set(asked.get() + 1);
            asked.get() > batches
        };
        let leased = LeasedArchive {
            archive: &mut archive,
            lease,
            run: Some(run),
        };
        // What was not saved when it ends is lost, as with a kill.
        reextract(leased, &plan, &clock, is_stopped, |_| {}).unwrap()
    };
    let first = read(1);
    assert!(
        first.is_broken_off && first.captures > 0 && first.captures < all,
        "{first:?}"
    );
    let second = read(u32::MAX);
    assert!(!second.is_broken_off);
    assert_eq!(first.changed + second.changed, all);
    assert!(
        crawler
            .articles()
            .iter()
            .all(|article| article["section"].is_string())
    );
    assert_eq!(read(u32::MAX).same, all);
}

#[test]
fn wrong_names_and_missing_archives_are_told() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    let said = |args: &[&str]| {
        let out = crawler.run(args);
        (
            out.status.code(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    let (code, words) = said(&["reextract"]);
    assert!(code == Some(1) && words.contains("no archive"), "{words}");
    let (code, words) = said(&["reextract", "--profile", "nosuch"]);
    assert!(
        code == Some(2) && words.contains("there is no profile \"nosuch\"; there"),
        "{words}"
    );
    let (code, words) = said(&["reextract", "nosuch"]);
    assert!(
        code == Some(2) && words.contains("there is no site"),
        "{words}"
    );
    let mut crawl = crawler.spawn("crawl");
    paper.wait_for_visits(3, &mut crawl);
    let (code, _) = said(&["reextract"]);
    crawl.kill();
    assert_eq!(code, Some(75));
}

#[test]
fn each_page_is_read_by_the_profile_of_the_day_that_it_came() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let blind = PROFILE.replace(
        "body = [\"#article-view-content-div\", \"#articleBody\"]",
        "body = [\".no-such\"]",
    );
    let days = |text: &str, key: &str, day: &str| {
        text.replacen("name = ", &format!("{key} = {day:?}\nname = "), 1)
    };
    let write = |old: &str, new: &str, turn: [&str; 2]| {
        let folder = crawler.config().join("profiles");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("old.toml"), days(old, "valid_until", turn[0])).unwrap();
        fs::write(folder.join("ndsoft.toml"), days(new, "valid_from", turn[1])).unwrap();
    };
    write(&blind, PROFILE, ["2019-12-31", "2020-01-01"]);
    assert_eq!(reextracted(&crawler, &[])["same"], 118);
    write(PROFILE, &blind, ["2019-12-31", "2020-01-01"]);
    assert_eq!(reextracted(&crawler, &["--tolerate", "116"])["lost"], 116);
}

#[test]
fn bytes_that_are_damaged_are_told_and_never_taken_for_a_page() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let body_of = |number: &str| {
        let select = format!(
            "SELECT body_id FROM capture JOIN page ON page.id = page_id
             WHERE page.number = {number}"
        );
        store::sql_of(crawler.folder.path(), &select)
    };
    let numbers: Vec<String> = crawler
        .articles()
        .iter()
        .take(3)
        .map(|article| article["number"].to_string())
        .collect();
    let other_body = body_of(&numbers[0]);
    for (number, damage) in numbers.iter().zip([
        format!("zstd = (SELECT sha256 FROM body WHERE id = {other_body})"),
        "bytes = 1125899906842624".to_owned(),
        "sha256 = substr(zstd, 1, 32)".to_owned(),
    ]) {
        let update = format!("UPDATE body SET {damage} WHERE id = {}", body_of(number));
        store::sql_of(crawler.folder.path(), &update);
    }
    let before = crawler.articles();
    let summary = reextracted(&crawler, &["--tolerate", "3"]);
    assert_eq!(
        (&summary["lost"], &summary["same"]),
        (&json!(3), &json!(115))
    );
    assert!(
        summary["lost_pages"][0]["why"]
            .as_str()
            .unwrap()
            .contains("damaged"),
        "{summary}"
    );
    assert_eq!(crawler.articles(), before);
}

#[test]
fn words_that_are_read_only_now_are_judged_as_the_site_file_says() {
    let paper = paper();
    let place = "opt_out = { select = \"footer .copyright, #user-footer .gl-address\"";
    let finds = format!("{place}, words = ['(무단전재)[^.]*금지']");
    let finds = [(place, finds.as_str())];
    for (effect, opt_outs, has_text) in [
        ("record", json!(["words:무단전재"]), true),
        ("ignore", json!([]), true),
        ("obey", json!(["words:무단전재"]), false),
    ] {
        let crawler = Crawler::of(&paper, "0s");
        crawler.run(&["crawl"]);
        let site = fs::read_to_string(crawler.config().join("sites/demo.toml")).unwrap();
        crawler.write_site(&format!("{site}[opt_outs]\nwords = {effect:?}\n"));
        write_profile(&crawler, &finds);
        reextracted(&crawler, &[]);
        let articles = crawler.articles();
        let open: Vec<&Value> = articles
            .iter()
            .filter(|article| article["access"] == "open")
            .collect();
        assert!(
            open.iter().all(|article| article["opt_outs"] == opt_outs),
            "{effect}: {}",
            open[0]["opt_outs"]
        );
        assert!(
            open.iter()
                .all(|article| (article["text"] != "") == has_text),
            "{effect}"
        );
    }
}

/// Kills a re-extraction while it reads pages: the note of what it had begun stays behind.
fn killed_while_reading(crawler: &Crawler) {
    let begun = || store::sql_of(crawler.folder.path(), "SELECT count(*) FROM rereading");
    while begun() == "0\n" {
        let mut running = crawler.spawn("reextract");
        // It ends by itself where it was faster than this.
        while begun() == "0\n" && running.is_running() {
            std::thread::yield_now();
        }
        running.kill();
    }
}

#[test]
fn a_page_that_ended_the_process_is_read_by_itself_and_left_out_after_three_times() {
    let paper = paper();
    let crawler = Crawler::of(&paper, "0s");
    crawler.run(&["crawl"]);
    let before = crawler.articles();
    let sql = |sql: &str| store::sql_of(crawler.folder.path(), sql);
    let deaths = || -> Option<u32> {
        let times = sql("SELECT times FROM deadly_capture");
        times.lines().next().map(|times| times.parse().unwrap())
    };

    // One of many may be the one: each is read by itself, and none is at fault.
    killed_while_reading(&crawler);
    assert_eq!(reextracted(&crawler, &[])["same"], 118);
    assert_eq!((deaths(), crawler.articles()), (None, before.clone()));

    // The note of a single capture counts against it, until it is read.
    let victim = sql("SELECT max(capture_id) FROM version");
    let begin_with_victim = |times: u32| {
        killed_while_reading(&crawler);
        sql(&format!(
            "UPDATE rereading SET first = {victim}, last = {victim}"
        ));
        sql(&format!(
            "INSERT INTO deadly_capture SELECT {victim}, what, {times} FROM rereading"
        ));
    };
    begin_with_victim(1);
    assert_eq!(reextracted(&crawler, &[])["same"], 118);
    assert_eq!(deaths(), None);

    begin_with_victim(2);
    let out = crawler.run(&["reextract"]);
    let words = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.code() == Some(3) && words.contains("ended the process 3 times"),
        "{words}"
    );
    let summary = reextracted(&crawler, &["--tolerate", "1"]);
    assert_eq!(
        (&summary["unread"], &summary["same"]),
        (&json!(1), &json!(117))
    );
    assert_eq!((deaths(), crawler.articles()), (Some(3), before.clone()));

    // Other readers may read it.
    write_profile(
        &crawler,
        &[(
            "header.article-view-header .subheading",
            "header .subheading",
        )],
    );
    assert_eq!(reextracted(&crawler, &[])["same"], 118);
    assert_eq!((deaths(), crawler.articles()), (None, before));
}
