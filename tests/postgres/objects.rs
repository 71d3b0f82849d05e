//! Pages in object storage: in a folder and in S3, of archives in folders and in databases.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use rusqlite::Connection;
use saseo::clock::Clock;
use saseo::demo::Edition;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{Crawler, Paper, said, told};
use crate::storage::Storage;
use crate::store;

/// Where an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Folder,
    Database,
}

/// A crawler with a place for objects.
struct Desk {
    paper: Paper,
    crawler: Crawler,
    engine: Engine,
    storage: Storage,
}

impl Desk {
    /// A desk that has crawled a small paper twice. All pages are in the archive.
    fn stocked(engine: Engine, storage: Storage) -> Self {
        let paper = Paper::of(&Edition {
            articles_per_section: 6,
            crawl_delay: None,
            ..Edition::default()
        });
        let crawler = Crawler::of(&paper, "0s");
        let desk = Self {
            paper,
            crawler,
            engine,
            storage,
        };
        for _ in 0..2 {
            desk.done(&["crawl"]);
            desk.paper.origin.newspaper(|paper| paper.publish(2));
        }
        desk
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.crawler.command(args);
        if self.engine == Engine::Folder {
            command.env_remove("SASEO_STORE");
        }
        self.storage.keys(&mut command);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that succeeds, and returns what it printed.
    fn done(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(
            out.status.success(),
            "{args:?}: {} {}",
            told(&out),
            said(&out)
        );
        told(&out)
    }

    /// Moves all pages into object storage.
    fn compact(&self) -> Value {
        let done = self.done(&["--json", "--blobs", &self.storage.place(), "compact"]);
        serde_json::from_str(&done).unwrap()
    }

    fn sql(&self, sql: &str) -> String {
        match self.engine {
            Engine::Database => store::sql_of(self.crawler.folder.path(), sql),
            Engine::Folder => {
                let file = Connection::open(self.crawler.data().join("archive.db")).unwrap();
                let value = file.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
                match value.unwrap() {
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => format!("{other:?}"),
                }
            }
        }
    }

    /// Fails unless the archive knows just the objects that are there, by their names.
    fn assert_objects_known(&self) {
        let objects = self.storage.objects();
        for (name, bytes) in &objects {
            let hash = hex::encode(Sha256::digest(bytes));
            assert!(name.ends_with(&format!("/{hash}.zst")), "{name}");
        }
        let count = self.sql("SELECT count(*) FROM object WHERE state = 'kept'");
        let all = self.sql("SELECT count(*) FROM object");
        let told = (count.trim().to_owned(), all.trim().to_owned());
        let there = objects.len().to_string();
        assert_eq!(told, (there.clone(), there));
    }

    /// The id of an article that no other paper has: the last but two.
    fn an_article(&self) -> String {
        let list: Value = serde_json::from_str(&self.done(&["--json", "list"])).unwrap();
        list["articles"][2]["id"].as_str().unwrap().to_owned()
    }

    /// All pages as a web archive has them, by their records.
    fn pages(&self, name: &str) -> BTreeSet<String> {
        let file = self.crawler.folder.path().join(name);
        let _ = fs::remove_file(&file);
        let out = file.to_string_lossy().into_owned();
        self.done(&["export", "--format", "warc", "--out", &out]);
        let mut bytes = fs::read(&file).unwrap();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(bytes.as_slice())
                .read_to_end(&mut unpacked)
                .unwrap();
            bytes = unpacked;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let digests = text
            .lines()
            .filter(|line| line.starts_with("WARC-Payload-Digest"));
        digests.map(str::to_owned).collect()
    }
}

/// Every kind of archive with every kind of storage.
fn desks() -> impl Iterator<Item = Desk> {
    let storages: [(Engine, fn() -> Storage); 4] = [
        (Engine::Folder, Storage::folder),
        (Engine::Database, Storage::folder),
        (Engine::Folder, Storage::bucket),
        (Engine::Database, Storage::bucket),
    ];
    let storages = storages.into_iter();
    storages.map(|(engine, storage)| Desk::stocked(engine, storage()))
}

#[test]
fn pages_in_object_storage_read_as_those_in_the_archive() {
    for desk in desks() {
        let article = desk.an_article();
        let readings: [&[&str]; 3] = [
            &["show", &article, "--html"],
            &["--json", "list"],
            &["reextract", "--dry-run"],
        ];
        let read = || -> Vec<String> {
            let told = readings.iter().map(|args| told(&desk.run(args)));
            told.collect()
        };
        let before = (read(), desk.pages("before.warc"));
        assert!(before.1.len() > 20, "{}", before.1.len());

        let compacted = desk.compact();

        assert!(compacted["moved"].as_u64().unwrap() > 20, "{compacted}");
        assert_eq!((read(), desk.pages("after.warc")), before);
        desk.assert_objects_known();
        let verified: Value = serde_json::from_str(&desk.done(&["--json", "verify"])).unwrap();
        assert_eq!(verified["damaged"], 0, "{verified}");
        // A paper goes on, and its new pages follow at the next time.
        desk.paper.origin.newspaper(|paper| paper.publish(3));
        desk.done(&["crawl"]);
        let compacted = desk.compact();
        assert!(compacted["moved"].as_u64().unwrap() >= 3, "{compacted}");
        desk.assert_objects_known();
        assert!(desk.done(&["verify"]).contains("damage: none"));
    }
}

#[test]
fn what_is_forgotten_is_in_no_object_any_more() {
    for desk in desks() {
        let article = desk.an_article();
        let shown = desk.done(&["show", &article]);
        let longest = shown.lines().max_by_key(|line| line.len()).unwrap();
        // Lists have the beginning.
        let words: Vec<&str> = longest.split(' ').collect();
        let text = words[words.len() - 4..].join(" ");
        desk.compact();
        let pages = |desk: &Desk| -> usize {
            let objects = desk.storage.objects();
            let bundles = objects
                .iter()
                .filter(|(name, _)| name.starts_with("bundles/"));
            bundles
                .map(|(_, bytes)| frames_with(bytes, &desk.storage, &text))
                .sum()
        };
        assert!(pages(&desk) > 0, "{text} is in no bundle");

        desk.done(&["forget", &article, "--lists", "--why", "a test", "--yes"]);

        assert_eq!(pages(&desk), 0);
        desk.assert_objects_known();
        assert!(desk.done(&["verify"]).contains("damage: none"));
    }
}

/// Counts the pages of a bundle that have a text, as a program reads them that knows the form of
/// objects from the documentation alone.
fn frames_with(bundle: &[u8], storage: &Storage, text: &str) -> usize {
    let size = u32::from_le_bytes(bundle[4..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bundle[8..8 + size]).unwrap();
    let objects = storage.objects();
    let mut at = 8 + size;
    let mut count = 0;
    for body in header["bodies"].as_array().unwrap() {
        let bytes = usize::try_from(body["bytes"].as_u64().unwrap()).unwrap();
        let frame = &bundle[at..at + bytes];
        at += bytes;
        let dictionary = body["dictionary"].as_u64().map(|place| {
            let name = &header["dictionaries"][usize::try_from(place).unwrap()];
            zstd::decode_all(objects[name.as_str().unwrap()].as_slice()).unwrap()
        });
        let mut decoder =
            zstd::bulk::Decompressor::with_dictionary(dictionary.as_deref().unwrap_or_default())
                .unwrap();
        let page = decoder.decompress(frame, 16 << 20).unwrap();
        assert_eq!(
            hex::encode(Sha256::digest(&page)),
            body["sha256"].as_str().unwrap()
        );
        count += usize::from(String::from_utf8_lossy(&page).contains(text));
    }
    assert_eq!(at, bundle.len());
    count
}

#[test]
fn a_compaction_or_a_removal_that_is_killed_at_any_instant_loses_nothing_and_leaves_no_object() {
    // A killed process keeps a database from others for the rest of its lease.
    for (engine, kills) in [(Engine::Folder, 8), (Engine::Database, 1)] {
        let desk = Desk::stocked(engine, Storage::folder());
        let pages = desk.pages("before.warc").len();
        let place = desk.storage.place();
        let clock = Clock::system();
        // How long a whole one takes on this machine.
        let began = clock.now();
        let whole = desk.run(&["compact"]);
        let took = clock.now().since(began);
        assert!(whole.status.success());

        for k in 1..=kills {
            let mut compact = spawn(desk.command(&["--blobs", &place, "compact"]));
            kill_after(
                &mut compact,
                took.mul_f64(f64::from(k) / f64::from(kills + 1)),
                clock,
            );
            assert_eq!(desk.pages("killed.warc").len(), pages, "{k}");
        }
        desk.compact_when_free();
        desk.assert_objects_known();
        assert_eq!(desk.pages("after.warc").len(), pages);

        for k in 1..=kills {
            let article = desk.an_article();
            let args = ["forget", &article, "--why", "a test", "--yes"];
            let mut forget = spawn(desk.command(&args));
            kill_after(
                &mut forget,
                took.mul_f64(f64::from(k) / f64::from(kills + 1)),
                clock,
            );
        }
        desk.compact_when_free();
        desk.done(&["forget", "--finish"]);
        desk.assert_objects_known();
        assert!(
            desk.done(&["verify", "--from-start"])
                .contains("damage: none")
        );
    }
}

impl Desk {
    /// Compacts as soon as the lease of a killed process has ended.
    fn compact_when_free(&self) {
        loop {
            let out = self.run(&["--blobs", &self.storage.place(), "compact"]);
            if out.status.code() != Some(75) {
                assert!(out.status.success(), "{}", said(&out));
                return;
            }
        }
    }
}

fn spawn(mut command: Command) -> Child {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn kill_after(child: &mut Child, patience: Duration, clock: Clock) {
    let began = clock.now();
    while clock.now().since(began) < patience && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn damaged_and_missing_objects_are_named_and_a_storage_that_is_away_is_no_damage() {
    for desk in desks() {
        desk.compact();
        let objects = desk.storage.objects();
        let (name, bytes) = objects
            .iter()
            .find(|(name, _)| name.starts_with("bundles/"))
            .unwrap();
        let mut flipped = bytes.clone();
        *flipped.last_mut().unwrap() ^= 1;

        desk.storage.write(name, &flipped);
        let verified = desk.run(&["verify", "--from-start"]);

        assert_eq!(verified.status.code(), Some(3), "{}", said(&verified));
        assert!(told(&verified).contains(name), "{}", told(&verified));

        // One that was cut off has other bytes for many.
        desk.storage.write(name, &bytes[..bytes.len() / 2]);
        let cut = desk.run(&["--json", "verify", "--from-start"]);
        let cut: Value = serde_json::from_slice(&cut.stdout).unwrap();
        assert!(cut["damaged"].as_u64().unwrap() > 5, "{cut}");

        desk.storage.write(name, bytes);
        assert!(
            desk.done(&["verify", "--from-start"])
                .contains("damage: none")
        );

        let mut away = desk.command(&["verify", "--from-start"]);
        away.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
        if let Storage::Folder(folder) = &desk.storage {
            fs::rename(folder.path().join("objects"), folder.path().join("moved")).unwrap();
        }
        let away = away.output().unwrap();
        assert_eq!(
            away.status.code(),
            Some(1),
            "{} {}",
            told(&away),
            said(&away)
        );
        assert!(
            said(&away).contains(&desk.storage.place()),
            "{}",
            said(&away)
        );
    }
}
