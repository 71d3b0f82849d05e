//! Pages in object storage: in a folder and in S3, of archives in folders and in databases.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use rusqlite::Connection;
use saseo::archive::{
    ArchiveLocation, Lock, PostgresAddress, PostgresStore, Reader, Writer, copy_from_database,
};
use saseo::clock::Clock;
use saseo::config::settings::Durability;
use saseo::demo::Edition;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::runtime::Builder;

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

    fn sql_batch(&self, sql: &str) {
        let file = Connection::open(self.crawler.data().join("archive.db")).unwrap();
        file.execute_batch(sql).unwrap();
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

    /// The address of an article whose page is in an object.
    fn a_bundled_article(&self) -> String {
        let url = self.sql(
            "SELECT url FROM page JOIN capture ON capture.id = page.capture_id
             JOIN bundled_body USING (body_id) WHERE role = 'article' ORDER BY url LIMIT 1",
        );
        url.trim().to_owned()
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
        let dictionary = dictionary.as_deref().unwrap_or_default();
        let mut decoder = zstd::bulk::Decompressor::with_dictionary(dictionary).unwrap();
        let page = decoder.decompress(frame, 16 << 20).unwrap();
        let hash = hex::encode(Sha256::digest(&page));
        assert_eq!(hash, body["sha256"].as_str().unwrap());
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

/// Adds bodies of random bytes, as large as a bundle together.
fn add_large_bodies(desk: &Desk) {
    let file = Connection::open(desk.crawler.data().join("archive.db")).unwrap();
    let mut state = 7_u64;
    for _ in 0..9 {
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            // xorshift64 (Marsaglia 2003): zstd finds nothing in it.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[0]
        })
        .take(1 << 20)
        .collect();
        let zstd = zstd::bulk::compress(&bytes, 1).unwrap();
        let hash = Sha256::digest(&bytes);
        let values = rusqlite::params![hash.as_slice(), 1 << 20, zstd];
        let insert = "INSERT INTO body (sha256, bytes, zstd) VALUES (?1, ?2, ?3)";
        file.execute(insert, values).unwrap();
    }
}

#[test]
fn a_crawl_moves_pages_when_there_are_enough_and_goes_on_where_the_storage_is_away() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    let place = desk.storage.place();
    desk.done(&["--blobs", &place, "crawl"]);
    assert_eq!(desk.storage.objects().len(), 0, "there was not enough yet");
    add_large_bodies(&desk);
    let Storage::Folder(folder) = &desk.storage else {
        unreachable!("the storage is a folder");
    };
    let (here, away) = (folder.path().join("objects"), folder.path().join("away"));

    fs::rename(&here, &away).unwrap();
    desk.paper.origin.newspaper(|paper| paper.publish(2));
    let crawled = desk.run(&["crawl"]);

    assert!(crawled.status.success(), "{}", said(&crawled));
    let said = said(&crawled);
    assert!(said.contains("pages stay in the archive"), "{said}");

    fs::rename(&away, &here).unwrap();
    desk.paper.origin.newspaper(|paper| paper.publish(2));
    desk.done(&["crawl"]);

    let kept = "SELECT count(*) FROM object WHERE state = 'kept' AND dictionary_id IS NULL";
    assert_eq!(desk.sql(kept), "1");
    let moved: u64 = desk
        .sql("SELECT count(*) FROM bundled_body")
        .parse()
        .unwrap();
    assert!(moved > 8, "{moved}");
    let status: Value = serde_json::from_str(&desk.done(&["--json", "status"])).unwrap();
    assert_eq!(status["objects"]["location"], place);
    assert!(
        status["objects"]["bytes"].as_u64().unwrap() > 8 << 20,
        "{status}"
    );
}

#[test]
fn an_archive_with_pages_in_object_storage_is_copied_whole_there_and_back() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    let pages = desk.pages("before.warc");
    let data = desk.crawler.data();
    let (from, to) = (
        data.to_string_lossy().into_owned(),
        store::of(desk.crawler.folder.path()).unwrap(),
    );
    let back = desk.crawler.folder.path().join("back");
    let back = back.to_string_lossy().into_owned();

    desk.done(&["archive", "copy", "--from", &from, "--to", &to]);
    let database = Desk {
        engine: Engine::Database,
        ..desk
    };
    assert_eq!(database.pages("database.warc"), pages);
    assert_eq!(
        database.sql("SELECT count(*) FROM bundled_body").trim(),
        "0"
    );
    // A copy that moved its pages as well goes back as it came.
    let other = Storage::folder();
    database.done(&["--blobs", &other.place(), "compact"]);
    assert_ne!(
        database.sql("SELECT count(*) FROM bundled_body").trim(),
        "0"
    );
    database.done(&["archive", "copy", "--from", &to, "--to", &back]);

    let rows = |folder: &str| -> Vec<(Vec<u8>, i64)> {
        let file = Connection::open(format!("{folder}/archive.db")).unwrap();
        let mut select = file
            .prepare("SELECT sha256, bytes FROM body ORDER BY id")
            .unwrap();
        let rows = select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(rows(&back), rows(&from));
    let mut verify = database.command(&["verify"]);
    verify.env_remove("SASEO_STORE").args(["--store", &back]);
    let verified = verify.output().unwrap();
    assert!(
        told(&verified).contains("damage: none"),
        "{}",
        told(&verified)
    );
}

#[test]
fn objects_that_a_restored_archive_does_not_know_are_told_and_deleted_when_asked() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    let backup = desk.crawler.folder.path().join("backup.db");
    let backup = backup.to_string_lossy().into_owned();
    desk.done(&["--blobs", &desk.storage.place(), "crawl"]);
    desk.done(&["backup", &backup]);
    desk.compact();
    desk.done(&["restore", &backup, "--yes"]);

    let compacted = desk.compact();

    let unknown = compacted["objects_unknown"].as_array().unwrap().len();
    assert!(unknown > 1, "{compacted}");
    desk.done(&["compact", "--delete-unknown"]);
    desk.assert_objects_known();
    assert!(desk.done(&["verify"]).contains("damage: none"));
}

#[test]
fn pages_that_a_restored_archive_misses_come_back_from_objects_that_it_does_not_know() {
    for storage in [Storage::folder(), Storage::bucket()] {
        let desk = Desk::stocked(Engine::Folder, storage);
        desk.compact();
        let pages = desk.pages("before.warc");
        let backup = desk.crawler.folder.path().join("backup.db");
        let backup = backup.to_string_lossy().into_owned();
        desk.done(&["backup", &backup]);
        // Each object is replaced by another one, as a compaction does with what is half empty.
        desk.sql_batch("UPDATE object SET state = 'stale' WHERE dictionary_id IS NULL");
        desk.compact();
        desk.done(&["restore", &backup, "--yes"]);

        let verified = desk.run(&["verify", "--from-start"]);
        assert_eq!(verified.status.code(), Some(3), "{}", told(&verified));
        let verified = told(&verified);
        assert!(verified.contains("which no row names"), "{verified}");
        assert!(verified.contains("saseo compact"), "{verified}");
        let compacted = desk.compact();

        let recovered = compacted["recovered"].as_u64().unwrap();
        assert!(recovered > 20, "{compacted}");
        assert_eq!(compacted["objects_missing"], 0, "{compacted}");
        assert!(desk.done(&["verify"]).contains("damage: none"));
        assert_eq!(desk.pages("after.warc"), pages);
        // Nothing in the unknown objects is needed any more.
        desk.done(&["compact", "--delete-unknown"]);
        desk.assert_objects_known();
        assert!(
            desk.done(&["verify", "--from-start"])
                .contains("damage: none")
        );
    }
}

#[test]
fn a_page_with_other_content_than_its_object_tells_does_not_come_back() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    let backup = desk.crawler.folder.path().join("backup.db");
    let backup = backup.to_string_lossy().into_owned();
    desk.done(&["backup", &backup]);
    let article = desk.an_article();
    desk.done(&["forget", &article, "--why", "a test", "--yes"]);
    desk.compact();
    desk.done(&["restore", &backup, "--yes"]);
    let missing: u64 = desk
        .sql("SELECT count(*) FROM bundled_body")
        .parse()
        .unwrap();
    let mut exchanged = 0;
    for (name, bytes) in &desk.storage.objects() {
        if name.starts_with("bundles/") {
            exchanged += 2;
            desk.storage.write(name, &with_exchanged_hashes(bytes));
        }
    }

    let compacted = desk.run(&["--json", "compact"]);

    // The page that was removed is in no object, and two of each are not what it says.
    assert_eq!(compacted.status.code(), Some(3), "{}", told(&compacted));
    let compacted: Value = serde_json::from_slice(&compacted.stdout).unwrap();
    assert_eq!(
        compacted["recovered"],
        missing - 1 - exchanged,
        "{compacted}"
    );
    assert_eq!(compacted["objects_missing"], 1, "{compacted}");
    let verified = desk.run(&["--json", "verify", "--from-start"]);
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified["damaged"], 1 + exchanged, "{verified}");
}

/// A bundle that tells the hashes of its last two pages for one another.
fn with_exchanged_hashes(bundle: &[u8]) -> Vec<u8> {
    let size = u32::from_le_bytes(bundle[4..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&bundle[8..8 + size]).unwrap();
    let parsed: Value = serde_json::from_str(header).unwrap();
    let bodies = parsed["bodies"].as_array().unwrap();
    let [.., one, other] = bodies.as_slice() else {
        panic!("the bundle has one page");
    };
    let (one, other) = (
        one["sha256"].as_str().unwrap(),
        other["sha256"].as_str().unwrap(),
    );
    let exchanged = header
        .replace(one, "~")
        .replace(other, one)
        .replace('~', other);
    assert_eq!(exchanged.len(), size);
    [&bundle[..8], exchanged.as_bytes(), &bundle[8 + size..]].concat()
}

/// Replaces each object by another one, as a compaction does with what is half empty.
fn replace_objects(desk: &Desk) {
    desk.sql("UPDATE object SET state = 'stale' WHERE dictionary_id IS NULL RETURNING 1");
    desk.compact();
}

#[test]
fn a_reader_of_an_earlier_state_finds_moved_pages_and_none_that_was_removed() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    let article = desk.a_bundled_article();
    let place = ArchiveLocation::folder(desk.crawler.data());
    let reader = Reader::of(&place).unwrap();
    let mut captures = reader.captures().unwrap();
    let mut captures = (&mut captures).into_iter();
    // SQLite shows the reader this state until the last capture is read.
    let first = captures.next().unwrap().unwrap();

    replace_objects(&desk);
    let forgotten = desk.run(&["forget", &article, "--quick", "--why", "a test", "--yes"]);
    assert!(said(&forgotten).contains("another program reads"));
    replace_objects(&desk);

    let (mut found, mut removed) = (0, 0);
    let rest = captures.map(Result::unwrap);
    for capture in [first].into_iter().chain(rest) {
        match reader.body(&capture).unwrap() {
            Some(body) => {
                let hash = hex::encode(Sha256::digest(&body));
                assert_eq!(Some(hash), capture.sha256, "{}", capture.url);
                found += 1;
            }
            None => removed += 1,
        }
    }
    assert_eq!(removed, 1);
    assert!(found > 20, "{found}");
}

#[test]
fn a_copy_beside_a_compaction_is_whole_and_one_beside_a_takedown_goes_on_behind_it() {
    let desk = Desk::stocked(Engine::Database, Storage::folder());
    desk.compact();
    let article = desk.a_bundled_article();
    let from = store::of(desk.crawler.folder.path()).unwrap();
    let address: PostgresAddress = from.parse().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let copy = |folder: &str, meanwhile: &dyn Fn()| {
        let folder = desk.crawler.folder.path().join(folder);
        runtime.block_on(async {
            let mut source = PostgresStore::connect(&address).await.unwrap();
            source.begin_reading().await.unwrap();
            meanwhile();
            let lock = Lock::take(&folder, "a test").unwrap();
            let copy = Writer::open(lock, Durability::default()).unwrap();
            copy_from_database(&mut source, (&address, None), &copy, |_, _| {}).await
        })
    };

    copy("moved", &|| replace_objects(&desk)).unwrap();
    let file = desk.crawler.folder.path().join("moved").join("archive.db");
    let file = Connection::open(file).unwrap();
    let sql = "SELECT count(*) FROM body WHERE zstd = x''";
    let empty: i64 = file.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(empty, 0);

    let refused = copy("removed", &|| {
        desk.done(&["forget", &article, "--why", "a test", "--yes"]);
    });
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("run the same command again"), "{refused}");
    copy("removed", &|| {}).unwrap();
}

#[test]
fn a_database_of_an_older_saseo_is_brought_up_to_date_by_its_next_writer() {
    let desk = Desk::stocked(Engine::Database, Storage::folder());
    let pages = desk.pages("before.warc");
    desk.sql(
        "ALTER TABLE page DROP CONSTRAINT page_url_excl; ALTER TABLE page ADD UNIQUE (url);
         ALTER TABLE page
           ALTER attempts TYPE bigint, ALTER hops TYPE bigint, ALTER gone_looks TYPE bigint,
           ALTER failures TYPE bigint, ALTER promised TYPE bigint, ALTER unended TYPE bigint;
         DROP TABLE bundled_body; DROP TABLE object; DROP TABLE object_storage;
         UPDATE archive_state SET step = 1",
    );
    let read = desk.run(&["status"]);
    assert!(said(&read).contains("an older saseo"), "{}", said(&read));

    desk.done(&["reextract"]);

    assert_eq!(desk.pages("after.warc"), pages);
    desk.compact();
    assert_eq!(desk.pages("moved.warc"), pages);
    // One that a newer saseo has made is left alone, by readers and writers.
    desk.sql("UPDATE archive_state SET step = 1000");
    for args in [["status", "-v"], ["crawl", "-v"]] {
        let refused = desk.run(&args);
        assert!(
            said(&refused).contains("a newer saseo"),
            "{}",
            said(&refused)
        );
    }
}

#[test]
fn a_storage_that_has_nothing_of_the_archive_is_no_damage_and_nothing_is_deleted_for_it() {
    for engine in [Engine::Folder, Engine::Database] {
        let desk = Desk::stocked(engine, Storage::folder());
        let article = desk.an_article();
        desk.compact();
        let pages = desk.pages("before.warc").len();
        let Storage::Folder(folder) = &desk.storage else {
            unreachable!("the storage is a folder");
        };
        let (here, away) = (folder.path().join("objects"), folder.path().join("away"));

        // An empty folder, as of a disk that is not mounted.
        fs::rename(&here, &away).unwrap();
        fs::create_dir(&here).unwrap();
        let verified = desk.run(&["verify", "--from-start"]);
        let forgotten = desk.run(&["forget", &article, "--why", "a test", "--yes"]);
        let compacted = desk.run(&["compact"]);

        assert_eq!(verified.status.code(), Some(1), "{}", told(&verified));
        assert_eq!(forgotten.status.code(), Some(3), "{}", said(&forgotten));
        assert!(said(&forgotten).contains("no objects of this archive"));
        assert_eq!(compacted.status.code(), Some(1), "{}", said(&compacted));

        fs::remove_dir_all(&here).unwrap();
        fs::rename(&away, &here).unwrap();
        desk.done(&["forget", "--finish"]);
        assert!(
            desk.done(&["verify", "--from-start"])
                .contains("damage: none")
        );
        assert!(desk.pages("after.warc").len() >= pages - 2);
        desk.assert_objects_known();
    }
}

#[test]
fn wrong_settings_of_s3_are_told_and_no_secret_is() {
    let desk = Desk::stocked(Engine::Folder, Storage::bucket());
    for (name, value) in [
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL", "http://user:hidden@127.0.0.1:1"),
        ("AWS_SECRET_ACCESS_KEY", "hidden\nkey"),
        ("AWS_ACCESS_KEY_ID", "hidden\nkey"),
    ] {
        let mut compact = desk.command(&["--blobs", &desk.storage.place(), "compact"]);
        let out = compact.env(name, value).output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{name}={value}: {}", said(&out));
        assert!(said(&out).contains(name), "{}", said(&out));
        assert!(!said(&out).contains("hidden"), "{}", said(&out));
    }
    for place in [
        "s3://papers?key=hidden",
        "s3://a:hidden@b",
        "https://host/?sig=hidden",
    ] {
        let out = desk.run(&["--blobs", place, "compact"]);
        assert_eq!(out.status.code(), Some(2), "{}", said(&out));
        assert!(!said(&out).contains("hidden"), "{}", said(&out));
    }
}

#[test]
fn a_backup_reads_no_object_and_tells_where_the_pages_are() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    let pages = desk.pages("before.warc");
    let backup = desk.crawler.folder.path().join("backup.db");
    let backup = backup.to_string_lossy().into_owned();
    let Storage::Folder(folder) = &desk.storage else {
        unreachable!("the storage is a folder");
    };
    let (here, away) = (folder.path().join("objects"), folder.path().join("away"));

    fs::rename(&here, &away).unwrap();
    let backed_up = desk.run(&["backup", &backup]);
    let restored = desk.run(&["restore", &backup, "--yes"]);
    fs::rename(&away, &here).unwrap();

    assert!(backed_up.status.success(), "{}", said(&backed_up));
    assert!(said(&backed_up).contains(&desk.storage.place()));
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(desk.pages("after.warc"), pages);
    // A page that is nowhere is damage in a backup, too.
    desk.sql_batch("DELETE FROM bundled_body WHERE body_id = 5; DELETE FROM checksum;");
    let damaged = desk.run(&["backup", &backup]);
    assert_eq!(damaged.status.code(), Some(3), "{}", told(&damaged));
}

#[test]
fn no_page_leaves_the_archive_for_a_place_that_is_not_its_own() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.done(&["--blobs", &desk.storage.place(), "crawl"]);
    let Storage::Folder(folder) = &desk.storage else {
        unreachable!("the storage is a folder");
    };
    let (here, away) = (folder.path().join("objects"), folder.path().join("away"));
    let bundled = "SELECT count(*) FROM bundled_body";

    // A disk that is not mounted, before the first page goes there.
    fs::rename(&here, &away).unwrap();
    fs::create_dir(&here).unwrap();
    let compacted = desk.run(&["compact"]);
    assert_eq!(compacted.status.code(), Some(1), "{}", said(&compacted));
    assert_eq!(desk.sql(bundled), "0");
    assert_eq!(desk.storage.objects().len(), 0);

    fs::remove_dir_all(&here).unwrap();
    fs::rename(&away, &here).unwrap();
    desk.compact();
    assert_ne!(desk.sql(bundled), "0");
    assert!(desk.done(&["verify"]).contains("damage: none"));
}

#[test]
fn a_copy_of_the_objects_that_is_under_way_costs_no_page() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    let pages = desk.pages("before.warc").len();
    let objects = desk.storage.objects();
    let bundle = objects
        .iter()
        .find(|(name, _)| name.starts_with("bundles/"));
    let (name, bytes) = bundle.unwrap();
    let whole = bytes.clone();

    // Half of it has arrived, and then with room for the rest.
    let half = &whole[..whole.len() / 2];
    desk.storage.write(name, half);
    let article = desk.an_article();
    let forgotten = desk.run(&["forget", &article, "--why", "a test", "--yes"]);
    assert_eq!(forgotten.status.code(), Some(3), "{}", said(&forgotten));
    let compacted = desk.run(&["compact"]);
    assert_eq!(compacted.status.code(), Some(3), "{}", told(&compacted));
    let with_room: Vec<u8> = half
        .iter()
        .copied()
        .chain(std::iter::repeat(0))
        .take(whole.len())
        .collect();
    desk.storage.write(name, &with_room);
    let forgotten = desk.run(&["forget", "--finish"]);
    assert_eq!(forgotten.status.code(), Some(3), "{}", said(&forgotten));
    assert!(said(&forgotten).contains("--give-up-unreadable"));

    desk.storage.write(name, &whole);
    desk.done(&["forget", "--finish"]);
    assert!(
        desk.done(&["verify", "--from-start"])
            .contains("damage: none")
    );
    assert!(desk.pages("after.warc").len() >= pages - 2);
    desk.assert_objects_known();
}

#[test]
fn a_page_that_rots_in_object_storage_keeps_no_removed_page_there() {
    let desk = Desk::stocked(Engine::Folder, Storage::folder());
    desk.compact();
    // The page of this article is what others are compressed with, and one of these rots.
    let article = desk.sql(
        "SELECT url FROM page JOIN capture ON capture.id = page.capture_id
         JOIN body ON body.id = capture.body_id JOIN dictionary USING (sha256)
         WHERE role = 'article' AND EXISTS (SELECT 1 FROM body AS other JOIN bundled_body
           ON body_id = other.id WHERE other.dictionary_id = dictionary.id) LIMIT 1",
    );
    let rotten = format!(
        "FROM bundled_body JOIN object ON object.id = object_id
         JOIN body ON body.id = bundled_body.body_id
         JOIN dictionary ON dictionary.id = body.dictionary_id
         JOIN body AS page ON page.sha256 = dictionary.sha256
         JOIN capture ON capture.body_id = page.id
         JOIN page AS asked ON asked.capture_id = capture.id WHERE asked.url = '{article}'
         ORDER BY bundled_body.body_id LIMIT 1"
    );
    let object = desk.sql(&format!("SELECT lower(hex(object.sha256)) {rotten}"));
    let end: usize = desk
        .sql(&format!("SELECT start + bundled_body.bytes {rotten}"))
        .parse()
        .unwrap();
    let name = format!("bundles/{}/{object}.zst", &object[..2]);
    let mut bytes = desk.storage.objects()[&name].clone();
    bytes[end - 1] ^= 1;
    desk.storage.write(&name, &bytes);

    let forgotten = desk.run(&["forget", &article, "--why", "a test", "--yes"]);

    assert_eq!(forgotten.status.code(), Some(3), "{}", said(&forgotten));
    let told_once = said(&forgotten);
    assert!(told_once.contains("1 page that needed"), "{told_once}");
    assert!(
        desk.done(&["forget", "--finish"])
            .contains("nothing is left")
    );
    assert_eq!(
        desk.sql("SELECT count(*) FROM dictionary WHERE doomed = 1"),
        "0"
    );
    desk.assert_objects_known();
    let verified = desk.run(&["--json", "verify", "--from-start"]);
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified["damaged"], 1, "{verified}");
}

#[test]
fn pages_of_an_object_that_will_not_come_back_are_given_up_when_asked() {
    for is_missing in [true, false] {
        let desk = Desk::stocked(Engine::Folder, Storage::folder());
        desk.compact();
        let article = desk.a_bundled_article();
        let objects = desk.storage.objects();
        let bundle = objects
            .iter()
            .find(|(name, _)| name.starts_with("bundles/"));
        let (name, bytes) = bundle.unwrap();
        match is_missing {
            true => fs::remove_file(format!("{}/{name}", desk.storage.place())).unwrap(),
            false => desk.storage.write(name, &bytes[..bytes.len() - 1]),
        }
        let forgotten = desk.run(&["forget", &article, "--why", "a test", "--yes"]);
        assert_eq!(forgotten.status.code(), Some(3), "{}", said(&forgotten));

        let given_up = desk.run(&["forget", "--finish", "--give-up-unreadable"]);

        assert!(said(&given_up).contains("given up"), "{}", said(&given_up));
        assert!(
            desk.done(&["forget", "--finish"])
                .contains("nothing is left")
        );
        desk.assert_objects_known();
        let verified = desk.run(&["--json", "verify", "--from-start"]);
        let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
        let damaged = verified["damaged"].as_u64().unwrap();
        assert_eq!(damaged == 1, !is_missing, "{verified}");
    }
}

#[test]
fn a_row_of_an_object_with_a_size_that_none_has_is_told_and_status_goes_on() {
    for (engine, sizes) in [
        (Engine::Folder, ["9223372036854775807", "-1"]),
        (
            Engine::Database,
            ["9223372036854775807", "9223372036854775806"],
        ),
    ] {
        let desk = Desk::stocked(engine, Storage::folder());
        desk.compact();
        let sound: Value = serde_json::from_str(&desk.done(&["--json", "status"])).unwrap();
        for (at, size) in sizes.iter().enumerate() {
            let hash = format!("{at}").repeat(64);
            let sql = match engine {
                Engine::Folder => "x'HASH'".to_owned(),
                Engine::Database => "decode('HASH', 'hex')".to_owned(),
            };
            let sql = format!(
                "INSERT INTO object (id, sha256, bytes, frames, made_at, state)
                 VALUES ({}, {}, {size}, 1, 0, 'kept')",
                1000 + at,
                sql.replace("HASH", &hash)
            );
            match engine {
                Engine::Folder => {
                    desk.sql_batch(&format!("PRAGMA ignore_check_constraints = 1; {sql}"));
                }
                Engine::Database => drop(desk.sql(&sql)),
            }
        }

        let status: Value = serde_json::from_str(&desk.done(&["--json", "status"])).unwrap();
        assert_eq!(status["objects"]["bytes"], sound["objects"]["bytes"]);
        assert_eq!(status["objects"]["odd"], 2);
        let status = desk.done(&["status"]);
        assert!(status.contains("2 rows of objects"), "{status}");
    }
}
