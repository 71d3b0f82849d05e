//! The cost of an audit. The ledger has 1,000,001 rows: 500,000 requests to 40 hosts, each with a
//! robots.txt of 100 rules. Run it with `cargo bench --bench audit`.
//!
//! The audit is the real binary in a process of its own. The system accounts for its memory
//! (getrusage).

use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use rusqlite::{Connection, params};
use saseo::archive::{FILE, HostTerms, Lock, Terms, Writer};
use saseo::clock::Clock;
use saseo::config::settings::Durability;
use saseo::time::Timestamp;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The binary that cargo built for this benchmark.
const SASEO: &str = env!("CARGO_BIN_EXE_saseo");

/// The papers of a whole region.
const HOSTS: i64 = 40;

/// The requests of some months: the ledger of a large archive.
const REQUESTS: i64 = 500_000;

/// Three audits show whether the figures are stable.
const RUNS: u32 = 3;

/// The moment of the first request, 2026-11-24T11:42:30Z; any moment does.
const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

/// The time from one request to the next, in ms: so each host has a request every two seconds.
const STEP: i64 = 50;

/// The gap of every host, in ms: the rest of the two seconds after an answer, with some to spare.
const GAP: i64 = 1_800;

/// The time that an answer takes, in ms: usual for a newspaper.
const ANSWER: i64 = 120;

/// The requests after which a robots.txt is fetched again: it is valid for a day at most.
const ROBOTS_EVERY: i64 = 40_000;

fn main() {
    let folder = TempDir::new().expect("a temporary folder");
    write(&folder);
    let clock = Clock::system();
    let mut slowest = 0.0_f64;

    for run in 0..RUNS {
        let began = clock.now();
        let out = Command::new(SASEO)
            .args([
                "--data",
                &folder.path().to_string_lossy(),
                "--json",
                "audit",
            ])
            .stderr(Stdio::inherit())
            .output()
            .expect("the audit can be started");
        let seconds = clock.now().since(began).as_secs_f64();
        slowest = slowest.max(seconds);

        let found: serde_json::Value =
            serde_json::from_slice(&out.stdout).expect("the audit reports");
        assert_eq!(found["violations"], serde_json::json!([]));
        println!("audit {run}: {} rows in {seconds:.2} s", found["rows"]);
    }

    let usage =
        getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system accounts for its processes");
    println!(
        "{RUNS} audits: at most {slowest:.2} s and {} MB",
        usage.max_rss() / 1024
    );
}

/// Creates an archive, and fills its ledger with the documented chain of hashes.
fn write(folder: &TempDir) {
    let lock = Lock::take(folder.path(), "a benchmark").expect("nobody else has the folder");
    let mut archive = Writer::open(lock, Durability::Normal).expect("an archive can be made");
    let lease = archive
        .take_lease("a benchmark", NOW, None)
        .expect("it can be leased");

    let hosts = (0..HOSTS)
        .map(|host| HostTerms {
            host: name(host),
            gap_ms: 1_800,
            at_once: 1,
            own: false,
        })
        .collect();
    let terms = Terms {
        signature_key: None,
        signature_agent: None,
        version: "0.1.0".into(),
        agent: "saseo".into(),
        user_agent: None,
        contact: None,
        server_ms: 500,
        total_ms: 20,
        hosts,
        strangers_gap_ms: 2_000,
        joins: false,
        site: None,
    };
    archive
        .begin_run(lease, "crawl", &terms, NOW)
        .expect("a run can begin");
    drop(archive);

    let sql = Connection::open(folder.path().join(FILE)).expect("the archive can be opened");
    sql.execute_batch("BEGIN").expect("a transaction can begin");
    let mut ledger = Ledger::after_beginning(&sql);
    for k in 0..REQUESTS {
        ledger.request(k);
    }
    sql.execute_batch("COMMIT").expect("it can be saved");
}

fn name(host: i64) -> String {
    format!("paper{host}.example")
}

/// The ledger while it is written: the hosts in turn.
struct Ledger<'a> {
    sql: &'a Connection,
    /// The id of the last row.
    row: i64,
    /// The hash of the last row.
    hash: [u8; 32],
    /// The id of each host's newest robots.txt.
    robots: Vec<i64>,
    /// The body of every robots.txt.
    body: String,
}

/// An announced request.
struct Announced<'a> {
    /// In ms since 1970.
    at: i64,
    url: &'a str,
    host: i64,
    /// The id of the robots.txt that allows it; 0 for a request for robots.txt.
    robots: i64,
    rule: &'a str,
}

impl<'a> Ledger<'a> {
    fn after_beginning(sql: &'a Connection) -> Self {
        let hash = sql
            .query_row("SELECT hash FROM ledger", [], |row| row.get(0))
            .expect("the run has begun");
        let rules: String = (0..100)
            .map(|rule| format!("Disallow: /admin/part{rule}/*.pdf$\n"))
            .collect();
        let body = format!("User-agent: *\n{rules}Crawl-delay: 1\n");

        Self {
            sql,
            row: 1,
            hash,
            robots: vec![0; usize::try_from(HOSTS).expect("it is small")],
            body,
        }
    }

    fn request(&mut self, k: i64) {
        let at = (NOW + Duration::from_millis((k * STEP).unsigned_abs())).millis();
        let host = k % HOSTS;

        if k % ROBOTS_EVERY < HOSTS {
            self.request_robots(at, host);
        } else {
            self.request_article(at, host, k);
        }
    }

    fn request_robots(&mut self, at: i64, host: i64) {
        let url = format!("https://{}/robots.txt", name(host));
        let announced = self.announce(&Announced {
            at,
            url: &url,
            host,
            robots: 0,
            rule: "robots.txt itself",
        });

        let digest = Sha256::digest(self.body.as_bytes());
        self.end(at + ANSWER, announced, &digest);
        self.keep(host, at + ANSWER, announced);
    }

    fn request_article(&mut self, at: i64, host: i64, number: i64) {
        let url = format!(
            "https://{}/news/articleView.html?idxno={number}",
            name(host)
        );
        let announced = self.announce(&Announced {
            at,
            url: &url,
            host,
            robots: self.robots[usize::try_from(host).expect("it is small")],
            rule: "no rule against it",
        });

        let digest = Sha256::digest(url.as_bytes());
        self.end(at + ANSWER, announced, &digest);
    }

    /// Writes the row of an announced request, and returns its id.
    fn announce(&mut self, request: &Announced<'_>) -> i64 {
        let Announced {
            at,
            url,
            host,
            robots,
            rule,
        } = *request;
        let server = format!("192.0.2.{host}");
        let host = name(host);
        self.chain(&[
            Field::Number(2),
            Field::Text("announced"),
            Field::Number(at),
            Field::Number(1),
            Field::Text(url),
            Field::Text(&host),
            Field::Text(&server),
            Field::Number(robots),
            Field::Text(rule),
            Field::Number(GAP),
        ]);

        self.sql
            .prepare_cached(
                "INSERT INTO ledger
                     (kind, form, at, run_id, url, host, server, robots_id, rule, gap, hash)
                 VALUES ('announced', 2, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .and_then(|mut insert| {
                let robots = (robots != 0).then_some(robots);
                insert.execute(params![at, url, host, server, robots, rule, GAP, self.hash])
            })
            .expect("a row can be written");
        self.row
    }

    /// Writes the row of a request's end.
    fn end(&mut self, at: i64, announced: i64, digest: &[u8]) {
        self.chain(&[
            Field::Number(2),
            Field::Text("ended"),
            Field::Number(at),
            Field::Number(1),
            Field::Number(announced),
            Field::Number(200),
            Field::Number(40_000),
            Field::Bytes(digest),
            Field::Number(0),
            Field::Text(""),
            Field::Number(at + GAP),
        ]);

        self.sql
            .prepare_cached(
                "INSERT INTO ledger
                     (kind, form, at, run_id, announced_id, status, bytes, digest, not_before, hash)
                 VALUES ('ended', 2, ?1, 1, ?2, 200, 40000, ?3, ?4, ?5)",
            )
            .and_then(|mut insert| {
                insert.execute(params![at, announced, digest, at + GAP, self.hash])
            })
            .expect("a row can be written");
    }

    /// Writes a fetched robots.txt.
    fn keep(&mut self, host: i64, at: i64, announced: i64) {
        self.sql
            .prepare_cached(
                "INSERT INTO robots
                     (origin, fetched_at, expires_at, status, ruling, why, body, announced_id)
                 VALUES (?1, ?2, ?2 + 86400000, 200, 'rules', 'fetched', ?3, ?4)",
            )
            .and_then(|mut insert| {
                let origin = format!("https://{}", name(host));
                insert.execute(params![origin, at, self.body.as_bytes(), announced])
            })
            .expect("a robots.txt can be written");
        self.robots[usize::try_from(host).expect("it is small")] = self.sql.last_insert_rowid();
    }

    /// Chains the hash of the next row.
    fn chain(&mut self, fields: &[Field<'_>]) {
        let mut hash = Sha256::new_with_prefix(self.hash);
        for field in fields {
            match field {
                Field::Number(number) => hash.update(number.to_be_bytes()),
                Field::Text(text) => behind_length(&mut hash, text.as_bytes()),
                Field::Bytes(bytes) => behind_length(&mut hash, bytes),
            }
        }
        self.hash = hash.finalize().into();
        self.row += 1;
    }
}

enum Field<'a> {
    Number(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

fn behind_length(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
