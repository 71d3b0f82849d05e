//! Commands do on a database what they do on a folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use saseo::demo::Edition;

use crate::program::{Crawler, Paper, said, told};
use crate::store;

/// The reading commands. `OUT` is a folder of the command's own.
const READING: [&str; 32] = [
    "--json status demo",
    "--json plan",
    "--json list --limit 200",
    "--json list --sort old --where title~LIKE~'%도서관%'",
    "--json list --access open --without-copies",
    "show demo/1",
    "show ENDING",
    "show ENDING --markdown",
    "show ENDING --version 1",
    "--json show ENDING",
    "diff ENDING",
    "--json diff ENDING",
    "cite ENDING --format ris",
    "cite ENDING --format bibtex",
    "--json audit",
    "watch --once --from 1",
    "watch --once --from 3 --site demo",
    "reextract --dry-run",
    "search 도서관",
    "search 도서관 --sort new --limit 3",
    "--json search 책 --count-by section",
    "--json search 책",
    "--json search title:책~OR~도서관~OR~작가",
    "export --format jsonl --out OUT/a.jsonl",
    "export --format jsonl --out OUT/b.jsonl --all-versions --where number~>~3",
    "export --format csv --out OUT/a.csv --bom",
    "export --format parquet --out OUT/a.parquet",
    "export --format atom --out OUT/a.xml",
    "export --format jsonfeed --out OUT/a.json",
    "export --format text --out OUT/text",
    "export --format sqlite --out OUT/a.db",
    "export --format wacz --out OUT/a.wacz",
];

/// A gap that leaves time to look at a crawl under way.
const GAP: Duration = Duration::from_millis(150);

/// A paper whose articles come slowly.
fn slow() -> (Paper, Crawler) {
    let paper = Paper::of(&Edition {
        articles_per_section: 6,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "150ms");
    (paper, crawler)
}

/// The command on the folder of the crawler, instead of its database.
fn in_folder(crawler: &Crawler, args: &[&str]) -> Command {
    let mut command = crawler.command(args);
    command.env_remove("SASEO_STORE");
    command
}

/// The command on the same database from another machine.
fn elsewhere(crawler: &Crawler, args: &[&str]) -> Command {
    let mut command = crawler.command(&[]);
    command
        .env("SASEO_RUNTIME_DIR", crawler.folder.path().join("locks2"))
        .arg("--data")
        .arg(crawler.folder.path().join("data2"));
    let mut other = Command::new(command.get_program());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
        .arg("--config")
        .arg(crawler.config())
        .arg("--data")
        .arg(crawler.folder.path().join("data2"))
        .args(args);
    other
}

fn address(crawler: &Crawler) -> String {
    store::of(crawler.folder.path()).unwrap()
}

/// Fails unless the command ends with this code.
fn assert_code(out: &Output, code: i32) {
    let told = (told(out), said(out));
    assert_eq!(out.status.code(), Some(code), "{told:?}");
}

/// Runs a command of [`READING`], and returns all that it printed and wrote.
fn answer(mut command: Command, words: &str, out: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    fs::create_dir_all(out).unwrap();
    let out_text = out.to_string_lossy();
    for word in words.split(' ') {
        let word = word.replace('~', " ").replace("ENDING", ending);
        command.arg(word.replace("OUT", &out_text));
    }
    let done = command.output().unwrap();
    assert!(
        done.status.success() || words.contains("demo/1"),
        "{words}: {}",
        said(&done)
    );

    let mut all = vec![("stdout".to_owned(), done.stdout.clone())];
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(out)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("manifest.json") {
                // The manifest tells the moment of the export.
                all.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn each_reading_command_answers_as_on_a_folder() {
    let paper = Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    for _ in 0..2 {
        assert_code(&in_folder(&crawler, &["crawl"]).output().unwrap(), 0);
        paper.origin.newspaper(|paper| paper.publish(2));
    }
    let (folder, database) = (
        crawler.data().to_string_lossy().into_owned(),
        address(&crawler),
    );
    let copy = ["archive", "copy", "--from", &folder, "--to", &database];
    assert_code(&crawler.run(&copy), 0);
    // The copy leaves the index behind: the first search makes it.
    assert_code(&crawler.run(&["search", "책"]), 0);
    assert_code(&in_folder(&crawler, &["search", "책"]).output().unwrap(), 0);
    let list = in_folder(&crawler, &["--json", "list"]).output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    let ending = list["articles"][0]["id"].as_str().unwrap().to_owned();

    for (number, words) in READING.iter().enumerate() {
        let out = |engine: &str| crawler.folder.path().join(format!("{engine}-{number}"));
        let one = answer(in_folder(&crawler, &[]), words, &out("folder"), &ending);
        let other = answer(crawler.command(&[]), words, &out("database"), &ending);

        let names = |all: &[(String, Vec<u8>)]| -> Vec<String> {
            all.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&one), names(&other), "{words}");
        for ((name, one), (_, other)) in one.iter().zip(&other) {
            let texts = [one, other].map(|bytes| {
                let text = String::from_utf8_lossy(bytes);
                text.replace(&format!("{folder}/archive.db"), "ARCHIVE")
                    .replace(&database, "ARCHIVE")
            });
            assert!(
                texts[0] == texts[1],
                "{words}, {name}:\n{}\n{}",
                texts[0],
                texts[1]
            );
        }
    }
}

#[test]
fn a_crawl_stores_the_articles_and_sends_the_requests_of_one_into_a_folder() {
    let edition = Edition {
        articles_per_section: 6,
        crawl_delay: None,
        ..Edition::default()
    };
    let run = |to_database: bool| {
        let paper = Paper::of(&edition);
        let crawler = Crawler::of(&paper, "0s");
        let command = |args: &[&str]| match to_database {
            true => crawler.command(args),
            false => in_folder(&crawler, args),
        };
        for _ in 0..2 {
            assert_code(&command(&["crawl"]).output().unwrap(), 0);
            paper.origin.newspaper(|paper| paper.publish(3));
        }
        assert_code(&command(&["audit"]).output().unwrap(), 0);
        assert_code(&command(&["verify"]).output().unwrap(), 0);

        let listed = command(&["watch", "--once", "--from", "1"])
            .output()
            .unwrap();
        let mut stored: Vec<String> = told(&listed)
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                let fields = ["change", "id", "version", "title", "text", "content_sha256"];
                fields.map(|field| line[field].to_string()).join(" ")
            })
            .collect();
        stored.sort();
        let mut asked: Vec<String> = paper
            .log()
            .iter()
            .map(|seen| seen.path_and_query.clone())
            .collect();
        asked.sort();
        (stored, asked)
    };

    let (in_folder, on_database) = (run(false), run(true));
    assert!(in_folder.0.len() > 18, "{}", in_folder.0.len());
    assert_eq!(in_folder, on_database);
}

#[test]
fn a_killed_crawl_is_gone_on_with_and_stores_every_article_once() {
    let (paper, crawler) = slow();
    let mut run = crawler.spawn("crawl");
    paper.wait_for_visits(12, &mut run);
    run.kill();

    assert_code(&elsewhere(&crawler, &["resume"]).output().unwrap(), 0);

    let mut stored: Vec<u64> = crawler
        .articles()
        .iter()
        .map(|article| article["number"].as_u64().unwrap())
        .collect();
    let mut wanted = paper.to_be_stored();
    stored.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(stored, wanted);
    paper.assert_gap(GAP);
    assert_code(&crawler.run(&["audit"]), 0);
    assert_code(&crawler.run(&["verify"]), 0);

    // An archive that was written there can leave its server.
    let (database, folder) = (address(&crawler), crawler.folder.path().join("back"));
    let folder = folder.to_str().unwrap();
    let copy = ["archive", "copy", "--from", &database, "--to", folder];
    assert_code(&crawler.run(&copy), 0);
    for command in ["verify", "audit", "crawl"] {
        let mut copied = crawler.command(&[command]);
        copied.env("SASEO_STORE", folder);
        assert_code(&copied.output().unwrap(), 0);
    }
}

#[test]
fn a_paper_belongs_to_one_of_two_crawls_and_a_takedown_names_the_one_that_writes() {
    let (paper, crawler) = slow();
    let mut run = crawler.spawn("crawl");
    paper.wait_for_visits(5, &mut run);

    let holder = format!("crawl, process {}", run.id());
    let takedown = ["forget", "--where", "number > 0", "--yes", "--why", "x"];
    for command in [&["crawl"][..], &takedown] {
        let refused = elsewhere(&crawler, command).output().unwrap();
        assert_code(&refused, 75);
        assert!(said(&refused).contains(&holder), "{}", said(&refused));
    }

    assert_eq!(run.wait(), 0);
    paper.assert_gap(GAP);
    assert_code(&elsewhere(&crawler, &takedown).output().unwrap(), 0);
    assert!(crawler.articles().is_empty());
}

#[test]
fn what_is_forgotten_is_in_no_table() {
    let (_paper, crawler) = Crawler::stocked(4);
    let sql = |sql: &str| store::sql_of(crawler.folder.path(), sql);
    let article = "(SELECT min(article_id) FROM version WHERE length(text) > 100)";
    let sentence = sql(&format!(
        "SELECT substr(text, 1, 30) FROM version WHERE article_id = {article}"
    ));
    let number = sql(&format!("SELECT number FROM article WHERE id = {article}"));
    let tables = sql("SELECT relname FROM pg_class
                      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'");
    let found_in = || -> Vec<&str> {
        let words = sentence.trim_end().replace('\'', "''");
        let has = |table: &&str| {
            let count = format!(
                "SELECT count(*) FROM \"{table}\" AS t WHERE strpos(t::text, '{words}') > 0"
            );
            sql(&count) != "0\n"
        };
        tables.lines().filter(has).collect()
    };
    assert!(found_in().contains(&"version"), "{:?}", found_in());

    let name = format!("demo/{}", number.trim_end());
    assert_code(
        &crawler.run(&["forget", &name, "--yes", "--why", "asked for"]),
        0,
    );

    assert_eq!(found_in(), [""; 0]);
    assert_code(&crawler.run(&["show", &name]), 1);
    assert_code(&crawler.run(&["forget", "--finish"]), 0);
    assert_code(&crawler.run(&["verify"]), 0);
}

#[test]
fn a_command_leaves_no_lease_behind() {
    let (_paper, crawler) = Crawler::stocked(4);
    let chosen = ["--where", "number > 0"];
    assert_code(&crawler.run(&[&["hold"][..], &chosen].concat()), 0);
    assert_code(&crawler.run(&["reextract"]), 0);
    assert_code(&crawler.run(&["compact"]), 0);
    assert_code(
        &crawler.run(&[&["hold", "--release"][..], &chosen].concat()),
        0,
    );

    let live = "SELECT count(*) FROM worker WHERE lost = 0";
    assert_eq!(store::sql_of(crawler.folder.path(), live), "0\n");
}

#[test]
fn a_named_export_goes_on_where_it_was() {
    let (paper, crawler) = Crawler::stocked(4);
    let out = crawler.folder.path().join("changes");
    let name = ["export", "--format", "jsonl", "--incremental", "desk"];
    let first = [&name[..], &["--out", out.to_str().unwrap()]].concat();
    assert_code(&crawler.run(&first), 0);
    assert!(crawler.data().join("exports/desk.json").exists());

    paper.origin.newspaper(|paper| paper.publish(2));
    assert_code(&crawler.run(&["crawl"]), 0);
    assert!(told(&crawler.run(&["exports"])).contains("2 changes to come"));
    assert_code(&crawler.run(&name), 0);
    assert!(told(&crawler.run(&["exports"])).contains("nothing to come"));
}

#[test]
fn damage_is_found_and_mended() {
    let (_paper, crawler) = Crawler::stocked(4);
    let sql = |sql: &str| store::sql_of(crawler.folder.path(), sql);
    let verified = |args: &[&str], code| {
        let out = crawler.run(args);
        assert_code(&out, code);
        told(&out)
    };
    let clean = verified(&["verify"], 0);
    assert!(clean.contains("pg_amcheck"), "{clean}");

    let text = sql("SELECT text FROM version WHERE id = 3");
    sql("UPDATE version SET text = text || 'x' WHERE id = 3");
    verified(&["verify"], 3);
    verified(&["verify", "--repair"], 3);
    verified(&["verify"], 0);
    assert_eq!(sql("SELECT text FROM version WHERE id = 3"), text);

    for damage in [
        "UPDATE body SET zstd = '\\x00' WHERE id = 2",
        "UPDATE robots SET body = 'User-agent: *'",
        "SET session_replication_role = replica; UPDATE ledger SET at = at + 1 WHERE id = 5",
        "SET session_replication_role = replica; INSERT INTO hold VALUES (99999, 1, NULL)",
        "UPDATE page SET host = 'other.example' WHERE id = 1",
    ] {
        let before = crawler.run(&["--json", "verify"]);
        sql(damage);
        let after = crawler.run(&["--json", "verify"]);
        let damaged = |out: &Output| {
            let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            report["damaged"].as_u64().unwrap()
        };
        assert!(
            damaged(&after) > damaged(&before),
            "{damage}: {}",
            told(&after)
        );
    }
}

#[test]
fn a_user_who_may_only_read_reads_and_is_refused_to_write() {
    let (_paper, crawler) = Crawler::stocked(4);
    let role = format!("reader{}", std::process::id());
    store::sql_of(
        crawler.folder.path(),
        &format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA public TO {role};
             GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
        ),
    );
    let address = address(&crawler).replace("postgres@", &format!("{role}@"));
    let run = |args: &[&str]| {
        let mut command = elsewhere(&crawler, args);
        command.env("SASEO_STORE", &address).output().unwrap()
    };

    let dry_run = ["reextract", "--dry-run"];
    let readings: [&[&str]; 6] = [
        &["list"],
        &["status"],
        &["audit"],
        &["verify"],
        &["plan"],
        &dry_run,
    ];
    for args in readings {
        assert_code(&run(args), 0);
    }
    let compared = told(&run(&dry_run));
    assert_eq!(compared, told(&crawler.run(&dry_run)));
    let takedown = ["forget", "--where", "number > 0", "--yes", "--why", "x"];
    for args in [&["crawl"][..], &["reextract"], &takedown] {
        let refused = run(args);
        assert_code(&refused, 1);
        let lacking = format!(
            "the role {role} may not write the archive in {address}: it lacks INSERT, UPDATE, \
             DELETE"
        );
        assert!(said(&refused).contains(&lacking), "{}", said(&refused));
    }
    assert!(!crawler.articles().is_empty());

    // What the message advises is enough.
    let before = said(&run(&["crawl"]));
    let (_, advice) = before.split_once("let that role run `").unwrap();
    store::sql_of(crawler.folder.path(), advice.split_once('`').unwrap().0);
    for args in [&["crawl"][..], &["reextract"], &["search", "책"]] {
        assert_code(&run(args), 0);
    }
    // Only their owner may clean the tables.
    assert_code(&run(&takedown), 3);
    assert!(crawler.articles().is_empty());
}

#[test]
fn a_server_that_is_away_and_a_backup_of_a_database_are_told() {
    let (_paper, crawler) = Crawler::stocked(4);
    let mut away = crawler.command(&["list"]);
    // No server has this port.
    away.env("SASEO_STORE", "postgres://desk@127.0.0.1:1/papers");
    let out = away.output().unwrap();
    assert_code(&out, 1);
    assert!(
        said(&out).contains("cannot reach postgres://"),
        "{}",
        said(&out)
    );

    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let out = crawler.run(&[command, "file"]);
        assert_code(&out, 2);
        assert!(said(&out).contains(tool), "{}", said(&out));
    }
}
