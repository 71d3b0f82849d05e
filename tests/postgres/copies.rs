//! An archive is copied into PostgreSQL and back, and loses nothing on the way.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusqlite::Connection;
use rusqlite::types::Value;
use saseo::archive::{
    Archive, ArchiveFile, CopiedRows, DamagedRows, FILE, PostgresStore, copy_into_database,
};
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::cluster::Cluster;
use crate::in_folder::program::{Crawler, Paper, said, told};

/// What belongs to one engine alone, or tells of one file: docs/guide/postgres.md.
const LEFT_BEHIND: [&str; 5] = [
    "checksum",
    "cleaning",
    "damage",
    "indexed_version",
    "word_index",
];

/// Values that one of the engines might change.
const HOSTILE: &str = "
    UPDATE version SET title = char(0) || 'a' || char(1114111) || '0', text = ''
        WHERE id = (SELECT min(id) FROM version);
    UPDATE version SET section = '끝' || char(10) || char(9) || '\\N', confidence = 0.1
        WHERE id = (SELECT max(id) FROM version);
    UPDATE article SET number = -1 WHERE id = (SELECT max(id) FROM article);
    UPDATE page SET met = x'', etag = '', joint = '{\"a\":\"\\u0000\"}'
        WHERE id = (SELECT min(id) FROM page);
    UPDATE host SET not_before = 9223372036854775807, last_at = -9223372036854775808;
    INSERT INTO canonical SELECT 'https://paper.example/ㄱ', id FROM article;
    INSERT INTO canonical SELECT 'https://paper.example/Z', id FROM article;
    INSERT INTO canonical SELECT 'https://paper.example/a', id FROM article;
    INSERT INTO damage VALUES (1, 1);";

/// Two crawls of a paper.
fn stocked() -> (Paper, Crawler) {
    let (paper, crawler) = Crawler::stocked(4);
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    paper.origin.newspaper(|paper| paper.publish(2));
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    (paper, crawler)
}

/// Writes into an archive as no saseo does, and lets its checksums be made anew.
fn alter(data: &Path, sql: &str) {
    let connection = Connection::open(data.join(FILE)).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection.execute_batch(sql).unwrap();
    connection.execute_batch("DELETE FROM checksum").unwrap();
    connection.close().unwrap();
    drop(Archive::lock(data).unwrap());
}

/// All rows of an archive, by table. What belongs to one engine is left out.
fn rows(data: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let connection = Connection::open(data.join(FILE)).unwrap();
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
               AND name NOT LIKE 'sqlite_%'";
    let mut select = connection.prepare(sql).unwrap();
    let tables = select.query_map([], |row| row.get(0)).unwrap();
    let tables = tables.map(Result::<String, _>::unwrap);
    tables
        .filter(|table| !LEFT_BEHIND.contains(&table.as_str()))
        .map(|table| (table.clone(), rows_of(&connection, &table)))
        .collect()
}

fn rows_of(connection: &Connection, table: &str) -> Vec<Vec<Value>> {
    let mut select = connection
        .prepare(&format!("SELECT * FROM {table}"))
        .unwrap();
    let width = select.column_count();
    let rows = select.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
    let mut rows: Vec<Vec<Value>> = rows.unwrap().map(Result::unwrap).collect();
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    rows
}

fn copy(crawler: &Crawler, from: &str, to: &str) -> Output {
    crawler.run(&["archive", "copy", "--from", from, "--to", to])
}

/// Copies an archive in which something is not as it was written.
fn copied_as_it_is(crawler: &Crawler, from: &str, to: &str) -> Output {
    crawler.run(&[
        "archive",
        "copy",
        "--from",
        from,
        "--to",
        to,
        "--even-damaged",
    ])
}

/// Copies, which must succeed.
fn copied(crawler: &Crawler, from: &str, to: &str) {
    let out = copy(crawler, from, to);
    assert!(out.status.success(), "{}", said(&out));
}

/// Copies, which must fail, and returns why.
fn refused(crawler: &Crawler, from: &str, to: &str) -> String {
    let out = copy(crawler, from, to);
    assert!(!out.status.success());
    said(&out)
}

fn folder(crawler: &Crawler) -> String {
    crawler.data().to_string_lossy().into_owned()
}

/// A folder beside the archive.
fn beside(crawler: &Crawler, name: &str) -> (PathBuf, String) {
    let path = crawler.folder.path().join(name);
    let text = path.to_string_lossy().into_owned();
    (path, text)
}

#[test]
fn an_archive_comes_back_and_works() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (back, back_text) = beside(&crawler, "back");
    let address = cluster.address("papers");

    copied(&crawler, &folder(&crawler), &address);
    copied(&crawler, &address, &back_text);

    let (before, after) = (rows(&crawler.data()), rows(&back));
    assert!(before["version"].len() >= 14, "{}", before["version"].len());
    assert_eq!(before, after);
    for command in ["verify", "audit", "crawl"] {
        let mut run = crawler.command(&[command]);
        let out = run.env("SASEO_DATA", &back).output().unwrap();
        assert!(out.status.success(), "{command}: {}", said(&out));
    }
}

#[test]
fn no_value_is_changed_on_the_way() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    alter(&crawler.data(), HOSTILE);
    let (back, back_text) = beside(&crawler, "back");
    let address = cluster.address("papers");

    for (from, to) in [(&folder(&crawler), &address), (&address, &back_text)] {
        let out = copied_as_it_is(&crawler, from, to);
        assert!(out.status.success(), "{}", said(&out));
    }

    assert_eq!(rows(&back), rows(&crawler.data()));
}

#[test]
fn other_programs_find_in_the_database_what_they_find_in_the_file() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    alter(&crawler.data(), HOSTILE);
    // PostgreSQL has no NUL in texts.
    let shown = "UPDATE version SET title = 'T' WHERE instr(title, char(0)) > 0";
    alter(&crawler.data(), shown);
    let out = copied_as_it_is(&crawler, &folder(&crawler), &cluster.address("papers"));
    assert!(out.status.success(), "{}", said(&out));

    let connection = Connection::open(crawler.data().join(FILE)).unwrap();
    for view in ["articles", "requests", "runs"] {
        let columns = format!("SELECT group_concat(name, ', ') FROM pragma_table_info('{view}')");
        let columns: String = connection
            .query_row(&columns, [], |row| row.get(0))
            .unwrap();
        let names: Vec<&str> = columns
            .split(", ")
            .filter(|name| *name != "confidence")
            .collect();
        // Both print a row as JSON texts, so that no separator can hide anything.
        let texts: Vec<String> = names
            .iter()
            .map(|name| format!("CAST({name} AS text)"))
            .collect();
        let in_file = format!(
            "SELECT json_array({}) FROM {view} ORDER BY 1",
            texts.join(", ")
        );
        let mut select = connection.prepare(&in_file).unwrap();
        let expected = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let expected: Vec<serde_json::Value> = expected
            .map(|row| serde_json::from_str(&row.unwrap()).unwrap())
            .collect();

        let in_database = format!("SELECT json_build_array({}) FROM {view}", texts.join(", "));
        let found = cluster.sql(&in_database);
        let mut found: Vec<serde_json::Value> = found
            .lines()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect();
        let mut expected = expected;
        for rows in [&mut expected, &mut found] {
            rows.sort_by_key(ToString::to_string);
        }
        assert!(!expected.is_empty());
        assert_eq!(found, expected, "{view}");
    }
}

/// Copies until so many steps are done. Returns `None` where the copy was given up then, as by a
/// process that ends.
fn stopped_after(data: &Path, address: &str, steps: usize) -> Option<CopiedRows> {
    let file = ArchiveFile::open(&data.join(FILE)).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (enough, mut done) = (Notify::new(), 0);
    runtime.block_on(async {
        let mut store = PostgresStore::connect(&address.parse().unwrap())
            .await
            .unwrap();
        let copy = copy_into_database(&file, &mut store, (DamagedRows::Refused, None), |_, _| {
            done += 1;
            if done > steps {
                enough.notify_one();
            }
        });
        tokio::select! {
            biased;
            () = enough.notified() => None,
            copied = copy => copied.unwrap(),
        }
    })
}

#[test]
fn a_copy_goes_on_after_each_stop_also_where_the_archive_has_changed_meanwhile() {
    let ((paper, crawler), cluster) = (stocked(), Cluster::start());
    let address = cluster.address("papers");

    let mut steps = 0;
    loop {
        if stopped_after(&crawler.data(), &address, steps).is_some() {
            break;
        }
        steps += 3;
        // Rows are added, changed and removed before the copy goes on.
        paper.origin.newspaper(|paper| paper.publish(1));
        let out = crawler.run(&["crawl"]);
        assert!(out.status.success(), "{}", said(&out));
        alter(
            &crawler.data(),
            "DELETE FROM canonical WHERE article_id = (SELECT max(article_id) FROM canonical)",
        );
    }
    assert!(steps >= 9, "{steps}");

    let (back, back_text) = beside(&crawler, "back");
    copied(&crawler, &address, &back_text);
    assert_eq!(rows(&back), rows(&crawler.data()));
}

/// Runs a copy again and again, each time killed a little later, until it is done. Returns the
/// number of kills.
fn killed_until_done(cluster: &Cluster, crawler: &Crawler, from: &str, to: &str) -> usize {
    for kills in 0.. {
        let mut run = crawler
            .command(&["archive", "copy", "--from", from, "--to", to])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        cluster.sql(&format!("SELECT pg_sleep(0.008 * {kills})"));
        run.kill().unwrap();

        let out = run.wait_with_output().unwrap();
        if out.status.success() {
            return kills;
        }
    }
    unreachable!("numbers do not end")
}

#[test]
fn copies_that_are_killed_go_on_in_both_directions() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let address = cluster.address("papers");
    let (back, back_text) = beside(&crawler, "back");

    assert!(killed_until_done(&cluster, &crawler, &folder(&crawler), &address) > 2);
    assert!(killed_until_done(&cluster, &crawler, &address, &back_text) > 2);
    assert_eq!(rows(&back), rows(&crawler.data()));
}

#[test]
fn a_copy_goes_on_when_the_server_is_back_after_a_crash() {
    let ((_paper, crawler), mut cluster) = (stocked(), Cluster::start());
    let address = cluster.address("papers");
    assert!(stopped_after(&crawler.data(), &address, 8).is_none());

    cluster.crash();
    let why = refused(&crawler, &folder(&crawler), &address);
    assert!(why.contains("cannot reach postgres://"), "{why}");

    cluster.restart();
    copied(&crawler, &folder(&crawler), &address);
    let (back, back_text) = beside(&crawler, "back");
    copied(&crawler, &address, &back_text);
    assert_eq!(rows(&back), rows(&crawler.data()));
}

#[test]
fn a_place_that_has_something_else_is_left_alone() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (here, address) = (folder(&crawler), cluster.address("papers"));

    cluster.sql("CREATE TABLE article (title text); INSERT INTO article VALUES ('of a blog')");
    let why = refused(&crawler, &here, &address);
    assert!(why.contains("tables of another program"), "{why}");
    assert_eq!(cluster.sql("SELECT title FROM article"), "of a blog\n");
    cluster.sql("DROP TABLE article");

    // An unfinished copy of another archive.
    assert!(stopped_after(&crawler.data(), &address, 6).is_none());
    let (_other_paper, other) = Crawler::stocked(2);
    assert!(other.run(&["crawl"]).status.success());
    let why = refused(&other, &folder(&other), &address);
    assert!(why.contains("of another archive"), "{why}");
    // Nor can it be read.
    let (_, back) = beside(&crawler, "back");
    let why = refused(&crawler, &address, &back);
    assert!(why.contains("not finished"), "{why}");

    copied(&crawler, &here, &address);
    let before = cluster.sql("SELECT count(*), max(seq) FROM change");
    let why = refused(&other, &folder(&other), &address);
    assert!(why.contains("has an archive already"), "{why}");
    let why = refused(&other, &address, &folder(&other));
    assert!(why.contains("has an archive already"), "{why}");

    // A copy that is there, whole, is no other archive.
    for (from, to) in [(&here, &address), (&address, &here)] {
        let out = copy(&crawler, from, to);
        assert!(
            told(&out).contains("has this archive already"),
            "{}",
            said(&out)
        );
    }
    assert_eq!(cluster.sql("SELECT count(*), max(seq) FROM change"), before);
}

#[test]
fn a_database_that_was_emptied_takes_a_copy_again() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (here, address) = (folder(&crawler), cluster.address("papers"));
    copied(&crawler, &here, &address);
    let tables = cluster.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    for table in tables.lines() {
        cluster.sql(&format!("DROP TABLE \"{table}\" CASCADE"));
    }
    copied(&crawler, &here, &address);
}

#[test]
fn an_archive_with_damage_is_not_copied_unless_that_is_asked_for() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (here, address) = (folder(&crawler), cluster.address("papers"));
    let connection = Connection::open(crawler.data().join(FILE)).unwrap();
    // A body, a text and a row that nothing else proves.
    connection
        .execute_batch(
            "UPDATE body SET zstd = x'00' WHERE id = 2; UPDATE site SET title = title || 'x';
             UPDATE version SET text = replace(text, '다', '라') WHERE id = 3",
        )
        .unwrap();
    drop(connection);

    let out = copy(&crawler, &here, &address);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(said(&out).contains("--even-damaged"), "{}", said(&out));
    assert_eq!(told(&out).matches("damaged: ").count(), 3, "{}", told(&out));
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(cluster.sql(tables), "0\n");

    let out = copied_as_it_is(&crawler, &here, &address);
    assert!(out.status.success(), "{}", said(&out));
    // Nor is the copy put in place where it is damaged.
    let (back, back_text) = beside(&crawler, "back");
    let out = copy(&crawler, &address, &back_text);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(!back.join(FILE).exists());
}

#[test]
fn a_value_that_was_mended_meanwhile_is_copied_again_though_it_has_the_same_size() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (here, address) = (folder(&crawler), cluster.address("papers"));
    let number = |sql: &str| -> String {
        let connection = Connection::open(crawler.data().join(FILE)).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let sound = number("SELECT text FROM version WHERE id = 3");
    alter(
        &crawler.data(),
        "UPDATE version SET text = replace(text, '다', '라') WHERE id = 3;
         INSERT INTO hold VALUES (99999, 1, NULL)",
    );
    let out = copied_as_it_is(&crawler, &here, &address);
    assert!(
        said(&out).contains("does not fit together"),
        "{}",
        said(&out)
    );

    alter(
        &crawler.data(),
        &format!(
            "UPDATE version SET text = '{}' WHERE id = 3; DELETE FROM hold",
            sound.replace('\'', "''")
        ),
    );
    copied(&crawler, &here, &address);
    assert_eq!(
        cluster
            .sql("SELECT text FROM version WHERE id = 3")
            .trim_end(),
        sound
    );
}

#[test]
fn a_database_that_changes_what_is_written_is_noticed() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let address = cluster.address("papers");
    // The tables are there, and the articles are not yet.
    assert!(stopped_after(&crawler.data(), &address, 3).is_none());
    cluster.sql(
        "CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN NEW.text = left(NEW.text, 10); RETURN NEW; END $$;
         CREATE TRIGGER shorten BEFORE INSERT ON version
         FOR EACH ROW EXECUTE FUNCTION shorten()",
    );

    let why = refused(&crawler, &folder(&crawler), &address);
    assert!(
        why.contains("rows of version read from postgres://"),
        "{why}"
    );
}

#[test]
fn a_reader_reads_and_cannot_write() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    copied(&crawler, &folder(&crawler), &cluster.address("papers"));
    // As docs/guide/postgres.md tells.
    cluster.sql(
        "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA public TO reader;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    );

    let reader = cluster.address("papers").replace("postgres@", "reader@");
    let read = cluster.psql(&reader, "SELECT count(*) > 0 FROM articles");
    assert_eq!(String::from_utf8_lossy(&read.stdout), "t\n");
    for write in [
        "DELETE FROM article",
        "UPDATE version SET title = ''",
        "TRUNCATE ledger",
        "CREATE TABLE mine (n int)",
    ] {
        assert!(!cluster.psql(&reader, write).status.success(), "{write}");
    }
    let owner = cluster.address("papers");
    for write in [
        "UPDATE ledger SET at = 0",
        "DELETE FROM ledger",
        "TRUNCATE ledger CASCADE",
    ] {
        let out = cluster.psql(&owner, write);
        let why = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(why.contains("append-only"), "{write}: {why}");
    }
}

#[test]
fn two_copies_at_once_do_not_meet() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let address = cluster.address("papers");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime.block_on(async {
        let store = PostgresStore::connect(&address.parse().unwrap())
            .await
            .unwrap();
        store.begin_copy("another", None).await.unwrap();
        store
    });

    let out = copy(&crawler, &folder(&crawler), &address);
    assert_eq!(out.status.code(), Some(75), "{}", said(&out));
    runtime.block_on(async { drop(first) });
}

#[test]
fn a_password_is_taken_from_the_environment_and_told_nowhere() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    cluster
        .sql("CREATE ROLE desk LOGIN PASSWORD 'right horse'; GRANT ALL ON SCHEMA public TO desk");
    let address = cluster.address("papers").replace("postgres@", "desk@");
    cluster.demand_passwords(&address);

    let why = refused(&crawler, &folder(&crawler), &address);
    assert!(why.contains("password"), "{why}");
    let with = |password: &str| {
        crawler
            .command(&[
                "-vv",
                "archive",
                "copy",
                "--from",
                &folder(&crawler),
                "--to",
                &address,
            ])
            .env("PGPASSWORD", password)
            .output()
            .unwrap()
    };
    let wrong = with("wrong horse");
    assert!(!wrong.status.success());
    assert!(!said(&wrong).contains("horse"), "{}", said(&wrong));
    let right = with("right horse");
    assert!(right.status.success(), "{}", said(&right));
    assert!(!said(&right).contains("horse"), "{}", said(&right));

    let secret = address.replace("desk@", "desk:horse@");
    let out = copy(&crawler, &folder(&crawler), &secret);
    assert_eq!(out.status.code(), Some(2));
    assert!(!said(&out).contains("horse"), "{}", said(&out));
}

#[test]
fn a_server_is_trusted_by_its_certificate_alone() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    cluster.sql("CREATE ROLE desk LOGIN; GRANT ALL ON SCHEMA public TO desk");
    let by_number = cluster.address("papers").replace("postgres@", "desk@");
    let certificate = cluster.demand_encryption(&by_number);
    let by_name = by_number.replace("127.0.0.1", "localhost");
    let asked = |address: &str, trusted: Option<&Path>| {
        let from = folder(&crawler);
        let mut run = crawler.command(&["archive", "copy", "--from", &from, "--to", address]);
        if let Some(trusted) = trusted {
            run.env("SSL_CERT_FILE", trusted);
        }
        run.output().unwrap()
    };

    let encrypted = format!("{by_name}?sslmode=require");
    for (address, trusted, why) in [
        // In the clear.
        (by_name, Some(&*certificate), "no pg_hba.conf entry"),
        // Nobody vouches for the certificate, or it is for another name.
        (encrypted.clone(), None, "certificate"),
        (
            format!("{by_number}?sslmode=require"),
            Some(&*certificate),
            "certificate",
        ),
    ] {
        let out = asked(&address, trusted);
        assert!(
            !out.status.success() && said(&out).contains(why),
            "{}",
            said(&out)
        );
    }
    let out = asked(&encrypted, Some(&*certificate));
    assert!(out.status.success(), "{}", said(&out));
}

#[test]
fn what_a_role_may_not_do_is_told() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    let (here, owner) = (folder(&crawler), cluster.address("papers"));
    let desk = owner.replace("postgres@", "desk@");
    cluster.sql("CREATE ROLE desk LOGIN; CREATE TABLE customers (id int)");

    // Tables are seen that the role may not read.
    let why = refused(&crawler, &here, &desk);
    assert!(why.contains("tables of another program"), "{why}");
    cluster.sql("DROP TABLE customers");
    let why = refused(&crawler, &here, &desk);
    assert!(why.contains("permission denied for schema public"), "{why}");
    let why = refused(
        &crawler,
        &here,
        &format!("{owner}?options=-csearch_path%3Dnone"),
    );
    assert!(why.contains("no schema that this user may use"), "{why}");

    // A limit of the role ends no copy.
    cluster.sql(
        "GRANT ALL ON SCHEMA public TO desk; ALTER ROLE desk SET statement_timeout = '1ms';
         ALTER ROLE desk SET idle_in_transaction_session_timeout = '1ms'",
    );
    copied(&crawler, &here, &desk);
    let (_, back) = beside(&crawler, "back");
    cluster.sql(
        "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
         REVOKE SELECT ON hold FROM reader",
    );
    let why = refused(&crawler, &owner.replace("postgres@", "reader@"), &back);
    assert!(why.contains("permission denied for table hold"), "{why}");
    copied(&crawler, &desk, &back);
}

#[test]
fn the_file_of_passwords_is_read_for_each_server_as_libpq_reads_it() {
    let ((_paper, crawler), cluster) = (stocked(), Cluster::start());
    cluster.sql("CREATE ROLE desk LOGIN PASSWORD 'horse'; GRANT ALL ON SCHEMA public TO desk");
    let address = cluster.address("papers").replace("postgres@", "desk@");
    cluster.demand_passwords(&address);
    let servers = address.strip_prefix("postgres://desk@").unwrap();
    let (server, _) = servers.split_once('/').unwrap();
    let (_, port) = server.split_once(':').unwrap();
    let file = crawler.folder.path().join("passwords");
    let asked = |address: &str, lines: &[u8], mode: u32| {
        fs::write(&file, lines).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let from = folder(&crawler);
        let mut run = crawler.command(&["archive", "copy", "--from", &from, "--to", address]);
        run.env("PGPASSFILE", &file).env("PGPASSWORD", "");
        run.output().unwrap()
    };
    let own = format!("{server}:papers:desk:horse\n");

    let out = asked(&address, b"127.0.0.1:1:papers:desk:horse\n", 0o600);
    assert!(said(&out).contains("asks for a password"), "{}", said(&out));
    let out = asked(&address, own.as_bytes(), 0o644);
    assert!(said(&out).contains("others may read it"), "{}", said(&out));
    // The password of a server that is down is not sent to the next one.
    let two = address.replace(server, &format!("127.0.0.1:1,{server}"));
    let out = asked(&two, b"127.0.0.1:1:papers:desk:horse\n", 0o600);
    assert!(said(&out).contains("asks for a password"), "{}", said(&out));

    // Other bytes than UTF-8 in another line; the second of two servers; a number for a host; a
    // user of the environment.
    let lines = [b"x:y:z:\xff:n\n", own.as_bytes()].concat();
    for address in [
        two,
        format!("postgres://desk@/papers?hostaddr=127.0.0.1&port={port}"),
        address.replace("desk@", ""),
    ] {
        let mut run = crawler.command(&["archive", "copy", "--to", "back", "--from", &address]);
        fs::write(&file, &lines).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let out = run
            .env("PGPASSFILE", &file)
            .env("PGUSER", "desk")
            .output()
            .unwrap();
        assert!(
            said(&out).contains("has no archive"),
            "{address}: {}",
            said(&out)
        );
    }
    // What is no file is none.
    let out = crawler
        .command(&["archive", "copy", "--to", "back", "--from", &address])
        .env("PGPASSFILE", crawler.folder.path())
        .output()
        .unwrap();
    assert!(said(&out).contains("asks for a password"), "{}", said(&out));
}

#[test]
fn a_stop_is_heard_while_a_server_says_nothing() {
    let (_paper, crawler) = stocked();
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("postgres://desk@{}/papers", silent.local_addr().unwrap());
    let run = crawler
        .command(&[
            "archive",
            "copy",
            "--from",
            &folder(&crawler),
            "--to",
            &address,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has asked, and waits.
    let (mut socket, _) = silent.accept().unwrap();
    socket.read_exact(&mut [0; 8]).unwrap();

    kill(Pid::from_raw(run.id().cast_signed()), Signal::SIGTERM).unwrap();
    let out = run.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(143), "{}", said(&out));
    assert!(
        said(&out).contains("run the same command again"),
        "{}",
        said(&out)
    );
}
