//! WARC, WACZ and bags through the binary, read back by a reader of its own.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use rusqlite::{Connection, params};
use saseo::archive::ExchangeFilter;
use saseo::demo::Edition;
use saseo::time::Timestamp;
use saseo::web_archive::{WebArchiveError, write_warc};
use saseo::{Archive, Reader};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::program::{Crawler, Paper, said};

/// A record as it is read back.
pub struct Record {
    fields: BTreeMap<String, String>,
    pub block: Vec<u8>,
}

impl Record {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn is(&self, kind: &str) -> bool {
        self.field("WARC-Type") == kind
    }

    pub fn url(&self) -> &str {
        self.field("WARC-Target-URI")
    }

    /// The body behind the head of an HTTP message.
    pub fn body(&self) -> &[u8] {
        let end = self.block.windows(4).position(|four| four == b"\r\n\r\n");
        &self.block[end.unwrap() + 4..]
    }
}

/// Reads a file member by member: each must be one record, whose length and digest hold.
pub fn records(path: &Path) -> Vec<Record> {
    let bytes = fs::read(path).unwrap();
    let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (mut member, mut plain) = (GzDecoder::new(rest), Vec::new());
        member.read_to_end(&mut plain).unwrap();
        rest = member.into_inner();
        records.push(record(&plain));
    }
    records
}

fn record(plain: &[u8]) -> Record {
    let end = plain
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&plain[..end]).unwrap();
    let (version, lines) = head.split_once("\r\n").unwrap();
    assert_eq!(version, "WARC/1.1");
    let fields: BTreeMap<String, String> = lines
        .split("\r\n")
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();

    let block = plain[end + 4..].strip_suffix(b"\r\n\r\n").unwrap().to_vec();
    assert_eq!(fields["Content-Length"], block.len().to_string());
    assert_eq!(fields["WARC-Block-Digest"], digest(&block));
    Record { fields, block }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// A crawler with twelve articles in its archive.
fn stocked() -> Crawler {
    Crawler::stocked(4).1
}

fn sql(crawler: &Crawler) -> Connection {
    Connection::open(crawler.data().join("archive.db")).unwrap()
}

/// Exports to a new place, and returns the place and the counts.
fn exported(crawler: &Crawler, format: &str, options: &[&str]) -> (PathBuf, Value) {
    let out = crawler.folder.path().join(format!("x-{}", options.len()));
    let place = out.to_string_lossy().into_owned();
    let args = ["--json", "export", "--format", format, "--out", &place];
    let done = crawler.run(&[&args, options].concat());
    assert!(done.status.success(), "{}", said(&done));
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    (out, told["captures"].clone())
}

/// Adds a request that only the ledger tells of, two hours after the last one.
fn add_to_ledger(crawler: &Crawler, url: &str, status: u16, digest: Option<&[u8]>) {
    let sql = sql(crawler);
    sql.execute(
        "INSERT INTO ledger (kind, form, at, run_id, url, host, rule, gap, hash)
         SELECT 'announced', 2, max(at) + 7200000, 1, ?1, 'h', 'r', 0, randomblob(32) FROM ledger",
        [url],
    )
    .unwrap();
    sql.execute(
        "INSERT INTO ledger (kind, form, at, run_id, announced_id, status, bytes, digest,
                             not_before, hash)
         SELECT 'ended', 2, max(at) + 1, 1, max(id), ?1, 0, ?2, 0, randomblob(32) FROM ledger",
        params![status, digest],
    )
    .unwrap();
}

/// The address of an article, and the SHA-256 of its page.
fn an_article(crawler: &Crawler) -> (String, Vec<u8>) {
    sql(crawler)
        .query_row(
            "SELECT page.url, body.sha256 FROM article JOIN page ON page.url = article.url
             JOIN capture ON capture.page_id = page.id JOIN body ON body.id = capture.body_id
             WHERE capture.status = 200 ORDER BY article.number LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
}

#[test]
fn a_warc_has_each_kept_answer_with_its_bytes_and_is_the_same_file_each_time() {
    let crawler = stocked();

    let (out, counts) = exported(&crawler, "warc", &[]);
    let (again, _) = exported(&crawler, "warc", &["--site", "demo"]);

    let all = records(&out);
    let count = |kind| all.iter().filter(|record| record.is(kind)).count() as u64;
    assert_eq!(counts["responses"], count("response"));
    assert_eq!((count("warcinfo"), count("resource")), (1, 1));
    let answers = count("response") + count("revisit") + count("resource");
    assert_eq!((count("request"), count("metadata")), (answers, answers));
    let ids: HashSet<&str> = all.iter().map(|one| one.field("WARC-Record-ID")).collect();
    assert_eq!(ids.len(), all.len());
    assert_ne!(
        fs::read(&out).unwrap(),
        fs::read(&again).unwrap(),
        "another selection is told"
    );
    fs::rename(&out, out.with_extension("first")).unwrap();
    exported(&crawler, "warc", &[]);
    assert_eq!(
        fs::read(&out).unwrap(),
        fs::read(out.with_extension("first")).unwrap()
    );
    assert!(captures_are_in(&crawler, &all) > 12);
}

/// A crawler that keeps the photos of its twelve articles.
fn with_photos() -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    crawler.keep_photos();
    crawler.run_json("crawl");
    (paper, crawler)
}

#[test]
fn web_archives_have_the_photos_of_the_articles_with_their_bytes() {
    let (paper, crawler) = with_photos();
    let mut expected = paper.photos_to_be_stored();
    expected.sort();
    assert!(expected.len() > 5, "{expected:?}");

    let all = records(&exported(&crawler, "warc", &[]).0);
    captures_are_in(&crawler, &all);
    let is_photo = |record: &&Record| record.is("response") && record.url().ends_with(".jpg");
    let photos: Vec<&Record> = all.iter().filter(is_photo).collect();
    let mut found: Vec<&str> = photos.iter().map(|photo| photo.url()).collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    for photo in photos {
        let head = String::from_utf8_lossy(&photo.block);
        assert!(head.contains("content-type: image/png\r\n"), "{head}");
        assert!(photo.body().starts_with(b"\x89PNG\r\n\x1a\n"));
    }

    // The archive tells of them, and finds no fault in them.
    let json = |command: &[&str]| -> Value {
        serde_json::from_slice(&crawler.run(&[&["--json"], command].concat()).stdout).unwrap()
    };
    assert_eq!(json(&["status"])["sites"][0]["photos"], expected.len());
    let article = crawler
        .articles()
        .into_iter()
        .find(|article| !article["images"].as_array().unwrap().is_empty())
        .unwrap();
    let shown = json(&["show", article["id"].as_str().unwrap()]);
    assert_eq!(shown["photos"][0]["url"], article["images"][0]["url"]);
    assert_eq!(shown["photos"][0]["verdict"], "stored");
    assert_eq!(shown["photos"][0]["sha256"].as_str().unwrap().len(), 64);
    let verified = crawler.run(&["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_damaged_photo_is_found_and_asked_for_again() {
    let (_paper, crawler) = with_photos();
    let spoil = "UPDATE body SET zstd = x'00' WHERE id = (SELECT body_id FROM capture JOIN page
                 ON page.capture_id = capture.id WHERE role = 'photo' LIMIT 1)";
    sql(&crawler).execute(spoil, []).unwrap();
    assert!(!crawler.run(&["verify"]).status.success());
    let plan = crawler.run(&["--json", "plan"]);
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(plan[0]["queued_photos"], 0);

    crawler.run(&["verify", "--repair"]);
    let plan = crawler.run(&["--json", "plan"]);
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(plan[0]["queued_photos"], 1);
    crawler.run_json("crawl");
    let verified = crawler.run(&["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

/// Holds each capture against its record, and returns how many have their bytes there.
fn captures_are_in(crawler: &Crawler, all: &[Record]) -> u64 {
    let reader = Archive::read(crawler.data()).unwrap();
    let mut bodies = 0;
    for capture in &mut reader.captures().unwrap() {
        let capture = capture.unwrap();
        let body = reader.body(&capture).unwrap().unwrap();
        let is_it = |one: &&Record| {
            (one.is("response") || one.is("revisit"))
                && one.url() == capture.url
                && one.field("WARC-Date") == capture.fetched_at.to_string()
        };
        let record = all.iter().find(is_it).unwrap();
        assert_eq!(record.field("WARC-Payload-Digest"), digest(&body));
        if record.is("response") {
            assert_eq!(record.body(), body);
            bodies += 1;
        }
    }
    bodies
}

#[test]
fn a_request_has_what_was_sent_and_a_robots_txt_is_a_resource_with_its_bytes() {
    let crawler = stocked();
    let all = records(&exported(&crawler, "warc", &[]).0);

    let (url, _) = an_article(&crawler);
    let is_its = |record: &&Record| record.is("request") && record.url() == url;
    let request = String::from_utf8(all.iter().find(is_its).unwrap().block.clone()).unwrap();
    let path = url.splitn(4, '/').last().unwrap();
    assert!(
        request.starts_with(&format!("GET /{path} HTTP/1.1\r\nhost: 127.0.0.1:")),
        "{request}"
    );
    assert!(request.contains("\r\nuser-agent: saseo/"), "{request}");

    let robots = all.iter().find(|record| record.is("resource")).unwrap();
    let kept: Vec<u8> = sql(&crawler)
        .query_row(
            "SELECT body FROM robots WHERE body IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(robots.url().ends_with("/robots.txt"));
    assert_eq!(robots.block, kept);
    let info = String::from_utf8(all[0].block.clone()).unwrap();
    assert!(all[0].is("warcinfo") && info.contains("Not kept"), "{info}");
}

#[test]
fn revisits_refer_to_the_answer_that_has_the_bytes() {
    let crawler = stocked();
    let (url, sha256) = an_article(&crawler);
    add_to_ledger(&crawler, &url, 304, None);
    add_to_ledger(&crawler, &url, 200, Some(&sha256));

    let all = records(&exported(&crawler, "warc", &[]).0);

    let of_page: Vec<&Record> = all
        .iter()
        .filter(|one| one.url() == url && (one.is("response") || one.is("revisit")))
        .collect();
    let [response, not_modified, same] = of_page[..] else {
        panic!("{} records", of_page.len());
    };
    assert!(
        not_modified
            .field("WARC-Profile")
            .ends_with("/server-not-modified")
    );
    assert!(
        same.field("WARC-Profile")
            .ends_with("/identical-payload-digest")
    );
    for revisit in [not_modified, same] {
        let names = [
            ("WARC-Refers-To", "WARC-Record-ID"),
            ("WARC-Refers-To-Date", "WARC-Date"),
            ("WARC-Refers-To-Target-URI", "WARC-Target-URI"),
            ("WARC-Payload-Digest", "WARC-Payload-Digest"),
        ];
        for (name, of) in names {
            assert_eq!(revisit.field(name), response.field(of), "{name}");
        }
    }
    assert_eq!(not_modified.block, b"HTTP/1.1 304 \r\n\r\n");
}

#[test]
fn a_304_that_speaks_of_bytes_that_are_not_kept_is_left_out_and_counted() {
    let crawler = stocked();
    let (_, before) = exported(&crawler, "warc", &[]);
    let (url, _) = an_article(&crawler);
    add_to_ledger(&crawler, &url, 200, Some(&[7; 32]));
    add_to_ledger(&crawler, &url, 304, None);

    let (_, counts) = exported(&crawler, "warc", &[]);

    assert_eq!(counts["revisits"], before["revisits"]);
    let not_kept = |counts: &Value| counts["not_kept"].as_u64().unwrap();
    assert_eq!(not_kept(&counts), not_kept(&before) + 2);
}

#[test]
fn pages_that_are_withheld_are_left_out_and_counted() {
    let crawler = stocked();
    let (url, _) = an_article(&crawler);
    sql(&crawler)
        .execute(
            "UPDATE capture SET body_id = NULL, withheld = 'noarchive'
             WHERE page_id = (SELECT id FROM page WHERE url = ?1)",
            [&url],
        )
        .unwrap();
    add_to_ledger(&crawler, &url, 304, None);

    let (out, counts) = exported(&crawler, "warc", &[]);

    assert!(records(&out).iter().all(|record| record.url() != url));
    assert_eq!(
        (&counts["withheld"], &counts["not_kept"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn a_damaged_body_is_left_out_with_its_revisits_and_named() {
    let crawler = stocked();
    let (url, sha256) = an_article(&crawler);
    add_to_ledger(&crawler, &url, 304, None);
    let spoil = "UPDATE body SET zstd = x'00' WHERE sha256 = ?1";
    sql(&crawler).execute(spoil, [&sha256]).unwrap();

    for format in ["warc", "wacz"] {
        let out = crawler.folder.path().join(format);
        let args = [
            "export",
            "--format",
            format,
            "--out",
            &out.to_string_lossy(),
        ];
        let done = crawler.run(&args);
        assert_eq!(done.status.code(), Some(3), "{}", said(&done));
        assert_eq!(
            said(&done).matches(&format!("left out {url}")).count(),
            2,
            "{}",
            said(&done)
        );
    }
    let all = records(&crawler.folder.path().join("warc"));
    assert!(all.iter().all(|record| record.url() != url));
}

#[test]
fn since_chooses_by_the_moment_of_the_answer_and_leaves_no_revisit_without_its_answer() {
    let crawler = stocked();
    let (url, sha256) = an_article(&crawler);
    let day = "UPDATE ledger SET at = at + 172800000 WHERE id > ?1";
    let last: i64 = sql(&crawler)
        .query_row("SELECT max(id) FROM ledger", [], |row| row.get(0))
        .unwrap();
    add_to_ledger(&crawler, &url, 304, None);
    add_to_ledger(&crawler, &url, 200, Some(&sha256));
    let sql = sql(&crawler);
    sql.execute_batch("DROP TRIGGER ledger_is_never_changed")
        .unwrap();
    sql.execute(day, [last]).unwrap();
    // Of the first one: midnight may come before the second one.
    let select =
        "SELECT strftime('%Y-%m-%d', min(at) / 1000, 'unixepoch') FROM ledger WHERE id > ?1";
    let since: String = sql.query_row(select, [last], |row| row.get(0)).unwrap();

    let (out, counts) = exported(&crawler, "warc", &["--since", &since]);

    assert_eq!(records(&out).len(), 1);
    assert_eq!(counts["same_as_before"], 2);
    assert_eq!(counts["responses"], 0);

    // All that came before that day, whole.
    let (_, all) = exported(&crawler, "warc", &[]);
    let day: jiff::civil::Date = since.parse().unwrap();
    let until = day.yesterday().unwrap().to_string();
    let (_, counts) = exported(&crawler, "wacz", &["--until", &until, "--site", "demo"]);
    assert_eq!(all["revisits"], counts["revisits"].as_u64().unwrap() + 2);
    assert_eq!(counts["responses"], all["responses"]);
}

#[test]
fn the_listed_page_of_an_article_is_that_of_its_newest_version_before_the_selection_ends() {
    let crawler = stocked();
    let sql = sql(&crawler);
    let first: i64 = sql
        .query_row("SELECT max(fetched_at) FROM capture", [], |row| row.get(0))
        .unwrap();
    // A later answer brought another version of an article.
    sql.execute_batch(
        "INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, body_id,
                              charset_errors)
         SELECT page_id, announced_id, fetched_at + 172800000, 200, headers, body_id, 0
         FROM capture JOIN version ON version.capture_id = capture.id ORDER BY version.id LIMIT 1;
         INSERT INTO version (article_id, n, site_id, capture_id, made_at, title, text, authors,
                              images, tags, opt_outs, content_sha256, extractor)
         SELECT article_id, n + 1, site_id, (SELECT max(id) FROM capture), made_at, '새 제목', text,
                authors, images, tags, opt_outs, content_sha256, extractor
         FROM version ORDER BY id LIMIT 1",
    )
    .unwrap();

    let reader: Reader = Archive::read(crawler.data()).unwrap();
    let titles = |before: Option<i64>, sites: &[&str]| -> Vec<String> {
        let filter = ExchangeFilter {
            sites: sites.iter().map(|site| (*site).to_owned()).collect(),
            before: before.map(Timestamp::from_millis),
            ..ExchangeFilter::default()
        };
        let pages = reader.exchanges(&filter).unwrap().read_pages();
        pages.map(|page| page.unwrap().title.unwrap()).collect()
    };
    let now = titles(None, &["other", "demo"]);
    let then = titles(Some(first + 1), &[]);
    assert_eq!((now.len(), then.len()), (12, 12));
    assert!(now.contains(&"새 제목".to_owned()) && !then.contains(&"새 제목".to_owned()));
    assert!(titles(Some(0), &[]).is_empty() && titles(None, &["other"]).is_empty());
}

#[test]
fn several_sites_are_chosen_with_their_robots_files_and_no_other() {
    let paper = || {
        Paper::of(&Edition {
            articles_per_section: 2,
            crawl_delay: None,
            ..Edition::default()
        })
    };
    let (one, other, third) = (paper(), paper(), paper());
    let crawler = Crawler::of(&one, "0s");
    crawler.write_named_site("other", &other.origin.base(), "0s");
    crawler.write_named_site("third", &third.origin.base(), "0s");
    crawler.run_json("crawl");

    let (out, counts) = exported(&crawler, "warc", &["demo", "--site", "other"]);
    assert_eq!(counts["robots"], 2);
    let all = records(&out);
    let from = |paper: &Paper| {
        let base = paper.origin.base();
        all.iter()
            .filter(|one| one.url().starts_with(&base))
            .count()
    };
    assert!(from(&one) > 5 && from(&other) > 5, "{counts}");
    assert_eq!(from(&third), 0);

    let manifest = manifest_of(&out);
    assert_eq!(manifest["selection"]["sites"], json!(["demo", "other"]));
    let sites = manifest["counts"]["sites"].as_object().unwrap();
    assert_eq!(sites.keys().collect::<Vec<_>>(), ["demo", "other"]);
}

/// Reads the manifest beside an export.
fn manifest_of(out: &Path) -> Value {
    let path = format!("{}.manifest.json", out.display());
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn web_archives_have_a_manifest_with_counts_range_digests_rights_and_selection() {
    let crawler = stocked();
    for format in ["warc", "wacz"] {
        let (out, counts) = exported(&crawler, format, &["--since", "2020-01-01"]);
        let manifest = manifest_of(&out);

        let bytes = fs::read(&out).unwrap();
        let file = &manifest["files"][0];
        assert_eq!(manifest["files"].as_array().unwrap().len(), 1);
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)));
        assert_eq!(file["bytes"], bytes.len());
        for name in ["responses", "revisits", "robots"] {
            assert_eq!(manifest["counts"][name], counts[name], "{name}");
        }
        let answered = &manifest["counts"]["answered"];
        let moments: Vec<&str> = ["first", "last"]
            .map(|end| answered[end].as_str().unwrap())
            .into();
        assert!(
            moments[0] <= moments[1] && moments[0] > "2026",
            "{answered}"
        );
        assert_eq!(manifest["counts"]["rights"]["articles"], 12);
        assert_eq!(manifest["selection"]["since"], "2020-01-01");
        assert_eq!(manifest["format"], format);
        assert_eq!(manifest["made_by"]["name"], "saseo");
        assert!(manifest["archive"]["schema"].as_u64() > Some(20));
    }
}

#[test]
fn a_part_of_a_former_export_is_removed_and_any_other_is_refused_before_a_byte_is_written() {
    let crawler = stocked();
    let (out, _) = exported(&crawler, "warc", &[]);
    let part = out.with_file_name("x-0-00004");
    fs::write(&part, "of an earlier export").unwrap();
    let before = (fs::read(&out).unwrap(), manifest_of(&out));

    let place = out.to_string_lossy().into_owned();
    let args = [
        "export",
        "--format",
        "warc",
        "--out",
        &place,
        "--until",
        "2020-01-01",
    ];
    let refused = crawler.run(&args);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("x-0-00004"), "{}", said(&refused));
    assert_eq!(before, (fs::read(&out).unwrap(), manifest_of(&out)));

    // The manifest names it as it is.
    let mut manifest = before.1;
    let bytes = fs::read(&part).unwrap();
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let file = json!({"path": "x-0-00004", "bytes": bytes.len(), "sha256": sha256});
    manifest["files"].as_array_mut().unwrap().push(file);
    fs::write(format!("{place}.manifest.json"), manifest.to_string()).unwrap();
    assert!(crawler.run(&args).status.success());
    assert!(!part.exists());
    assert_eq!(manifest_of(&out)["files"].as_array().unwrap().len(), 1);
}

#[test]
fn parts_are_full_files_of_their_own_and_lose_nothing() {
    let crawler = stocked();
    let whole = records(&exported(&crawler, "warc", &[]).0);
    let reader: Reader = Archive::read(crawler.data()).unwrap();
    let path = |number: u32| crawler.folder.path().join(format!("{number}.warc.gz"));

    let filter = ExchangeFilter::default();
    let summary = write_warc(&reader, &filter, 60_000, |number| {
        Ok::<_, WebArchiveError>((path(number), File::create(path(number)).unwrap()))
    })
    .unwrap();

    assert!(summary.parts > 3, "{}", summary.parts);
    let mut parts = Vec::new();
    for number in 1..=summary.parts {
        assert!(fs::metadata(path(number)).unwrap().len() <= 60_000);
        let mut part = records(&path(number));
        assert!(part[0].is("warcinfo") && part.len() > 1);
        parts.extend(part.drain(1..));
    }
    let ids = |all: &[Record]| -> Vec<String> {
        all.iter()
            .map(|one| one.field("WARC-Record-ID").to_owned())
            .collect()
    };
    assert_eq!(ids(&parts), ids(&whole[1..]));
    let infos: HashSet<String> = (1..=summary.parts)
        .map(|number| records(&path(number))[0].field("WARC-Record-ID").to_owned())
        .collect();
    assert_eq!(infos.len(), summary.parts as usize);
}

#[test]
fn web_archives_need_a_file_and_leave_nothing_beside_it() {
    let crawler = stocked();
    let out = crawler.folder.path().join("out");

    for format in ["warc", "wacz"] {
        let place = out.join(format);
        let args = [
            "export",
            "--format",
            format,
            "--out",
            &place.to_string_lossy(),
        ];
        assert!(crawler.run(&args).status.success());
        let refused = crawler.run(&["export", "--format", format, "--out", "-"]);
        assert!(said(&refused).contains("is no file"), "{}", said(&refused));
        let itself = crawler.data().join("archive.db");
        let args = [
            "export",
            "--format",
            format,
            "--out",
            &itself.to_string_lossy(),
        ];
        assert!(said(&crawler.run(&args)).contains("is the archive itself"));
    }
    let mut names: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .flatten()
        .map(|one| one.file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["wacz", "wacz.manifest.json", "warc", "warc.manifest.json"]
    );
    assert_eq!(&fs::read(out.join("wacz")).unwrap()[..2], b"PK");
}

#[test]
fn a_bag_has_any_export_with_its_digest_and_takes_no_folder_with_files() {
    let crawler = stocked();
    let plain = crawler.folder.path().join("plain.jsonl");
    let bag = crawler.folder.path().join("bag");
    let export = |out: &Path, more: &[&str]| {
        let out = out.to_string_lossy();
        crawler.run(&[&["export", "--format", "jsonl", "--out", &*out], more].concat())
    };

    assert!(export(&plain, &[]).status.success());
    assert!(export(&bag, &["--bag"]).status.success());

    let payload = fs::read(bag.join("data/articles.jsonl")).unwrap();
    assert_eq!(payload, fs::read(&plain).unwrap());
    let manifest = fs::read_to_string(bag.join("manifest-sha256.txt")).unwrap();
    let sha256 = hex::encode(Sha256::digest(&payload));
    let told = fs::read(bag.join("data/articles.jsonl.manifest.json")).unwrap();
    let of_told = hex::encode(Sha256::digest(&told));
    assert_eq!(
        manifest,
        format!("{sha256}  data/articles.jsonl\n{of_told}  data/articles.jsonl.manifest.json\n")
    );
    let again = export(&bag, &["--bag"]);
    assert!(!again.status.success());
    assert!(
        said(&again).contains("stands there already"),
        "{}",
        said(&again)
    );
    assert_eq!(fs::read(bag.join("data/articles.jsonl")).unwrap(), payload);
}

#[test]
fn a_damaged_version_is_named_by_an_sqlite_export_that_chose_its_article_and_by_no_other() {
    let crawler = stocked();
    let changed = sql(&crawler).execute_batch(
        "PRAGMA ignore_check_constraints = ON;
         INSERT INTO version (article_id, n, site_id, capture_id, made_at, title, text, authors,
                              images, tags, opt_outs, content_sha256, extractor)
         SELECT article_id, n + 1, site_id, capture_id, made_at, title, text, authors, images, tags,
                opt_outs, content_sha256, extractor FROM version ORDER BY id LIMIT 1;
         UPDATE version SET authors = '{' WHERE id = (SELECT min(id) FROM version)",
    );
    changed.unwrap();

    let place = crawler.folder.path().join("a.db");
    let place = place.to_string_lossy();
    let args = ["export", "--format", "sqlite", "--out", &place];
    let all = crawler.run(&args);
    assert_eq!(all.status.code(), Some(3), "{}", said(&all));
    assert!(said(&all).contains("its version 1"), "{}", said(&all));
    let none = crawler.run(&[&args[..], &["--author", "nobody"]].concat());
    assert_eq!(none.status.code(), Some(0), "{}", said(&none));
}

#[test]
fn a_report_in_json_does_not_mix_with_an_export_on_stdout() {
    let crawler = stocked();
    for out in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let mixed = crawler.run(&["--json", "export", "--format", "jsonl", "--out", out]);
        assert_eq!(mixed.status.code(), Some(2), "{out}");
        assert!(
            mixed.stdout.is_empty() && said(&mixed).contains("would mix"),
            "{out}"
        );
    }
}
