//! A ledger that is written by hand, request by request, so that an audit has something to find.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Row};
use saseo::archive::{
    AnnouncedId, Announcement, Completed, Completion, Ending, FILE, HostTerms, RobotsId, Terms,
};
use saseo::audit::{AuditReport, AuditScope, ViolationKind, audit};
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::archive_desk::{
    DIGEST, Desk, NOW, ORIGIN, announcement, answered, completion, later_ms, page_url, robots_copy,
    url,
};

/// The robots.txt of the paper.
pub const RULES: &str = "User-agent: *\nDisallow: /admin/\nAllow: /admin/open\nCrawl-delay: 3\n";

/// How long after its request an answer ends, unless a test says otherwise.
const ANSWERS_AFTER: Duration = Duration::from_millis(100);

/// The terms of a run that asks the paper, a host of one's own, and unlisted hosts.
pub fn terms() -> Terms {
    let host = |host: &str, own| HostTerms {
        host: host.into(),
        gap_ms: 2_000,
        at_once: 2,
        own,
    };

    Terms {
        version: "0.1.0".into(),
        agent: "saseo".into(),
        user_agent: None,
        signature_key: None,
        signature_agent: None,
        contact: None,
        server_ms: 500,
        total_ms: 20,
        hosts: vec![host("paper.example", false), host("own.example", true)],
        strangers_gap_ms: 4_000,
        joins: false,
        site: None,
    }
}

/// A ledger with nothing but the beginning of a run, in row 1.
pub fn empty_ledger() -> Desk {
    Desk::with_terms(&terms())
}

/// A robots.txt in row 2, and polite visits from row 4 on, one every ten seconds.
pub fn polite_ledger(visits: u64) -> (Desk, RobotsId) {
    let mut desk = empty_ledger();
    let robots = desk.fetch_robots(ORIGIN, NOW, RULES);
    for visit in 1..=visits {
        desk.visit(article_request(visit, later_ms(10_000 * visit), robots));
    }
    (desk, robots)
}

/// Everything that these methods write is saved.
impl Desk {
    /// Writes the end of a request that leaves nothing in the archive but its row.
    pub fn end(&mut self, announced: AnnouncedId, at: Timestamp, ending: Ending) {
        self.settle_and_save(Completion {
            ending,
            ..completion(announced, at, Completed::Unkept)
        });
    }

    /// Requests a page, which is answered well.
    pub fn visit(&mut self, request: Announcement) {
        self.visit_with(request, answered(200));
    }

    pub fn visit_with(&mut self, request: Announcement, ending: Ending) {
        let ended = request.at + ANSWERS_AFTER;
        let announced = self.announce_and_save(request);
        self.end(announced, ended, ending);
    }

    /// Requests an origin's robots.txt, and keeps it.
    pub fn fetch_robots(&mut self, origin: &str, at: Timestamp, body: &str) -> RobotsId {
        let request = robots_request(&format!("{origin}/robots.txt"), at);
        let announced = self.announce_and_save(request);
        self.keep_robots(announced, origin, at + ANSWERS_AFTER, body)
    }

    /// Keeps the robots.txt of an origin that a request brought.
    pub fn keep_robots(
        &mut self,
        announced: AnnouncedId,
        origin: &str,
        at: Timestamp,
        body: &str,
    ) -> RobotsId {
        let copy = robots_copy(origin, at, body.as_bytes());
        let ending = Ending::Answered {
            status: 200,
            bytes: body.len() as u64,
            digest: Sha256::digest(body).into(),
            retry_after: None,
        };

        let effect = self.settle_and_save(Completion {
            ending,
            ..completion(announced, at, Completed::Robots(Box::new(copy)))
        });
        effect.robots.unwrap()
    }

    pub fn audit(&self) -> AuditReport {
        audit(&self.reader(), AuditScope::Everything).unwrap()
    }

    /// Returns the kind and the rows of each violation.
    pub fn violations(&self) -> Vec<(ViolationKind, Vec<i64>)> {
        self.audit()
            .violations
            .into_iter()
            .map(|violation| (violation.kind, violation.rows))
            .collect()
    }

    #[track_caller]
    pub fn assert_violation(&self, kind: ViolationKind, rows: &[i64]) {
        let violations = self.violations();
        assert!(
            violations.contains(&(kind, rows.to_vec())),
            "{violations:?}"
        );
    }

    /// Opens the archive without triggers and constraints, as a forger does.
    pub fn tamper(&self) -> Connection {
        unguarded(&self.folder.path().join(FILE))
    }
}

pub fn unguarded(path: &Path) -> Connection {
    let sql = Connection::open(path).unwrap();
    sql.execute_batch(
        "DROP TRIGGER IF EXISTS ledger_is_never_changed;
         DROP TRIGGER IF EXISTS ledger_is_never_cut;
         PRAGMA foreign_keys = OFF;
         PRAGMA ignore_check_constraints = ON;",
    )
    .unwrap();
    sql
}

/// The answer of a server that is busy until this moment.
pub fn busy_until(moment: Timestamp) -> Ending {
    Ending::Answered {
        status: 503,
        bytes: 5,
        digest: DIGEST,
        retry_after: Some(moment),
    }
}

/// The end of a request that had no answer.
pub fn hung_up() -> Ending {
    Ending::Trouble {
        why: "it hung up".into(),
    }
}

/// A request for a robots.txt, or for the target of its redirect.
pub fn robots_request(address: &str, at: Timestamp) -> Announcement {
    Announcement {
        rule: "robots.txt itself".into(),
        gap: Duration::from_secs(4),
        ..announcement(url(address), at)
    }
}

/// A request for a page that a robots.txt with [`RULES`] allows.
pub fn page_request(url: PageUrl, at: Timestamp, robots: RobotsId) -> Announcement {
    Announcement {
        server: Some([192, 0, 2, 1].into()),
        robots: Some(robots),
        gap: Duration::from_secs(3),
        ..announcement(url, at)
    }
}

/// A request for an article of the paper.
pub fn article_request(number: u64, at: Timestamp, robots: RobotsId) -> Announcement {
    page_request(page_url(&format!("/news/{number}")), at, robots)
}

/// Makes the chain whole again over changed rows, by the rules in docs/archive.md.
pub fn rehash(sql: &Connection) {
    let mut select = sql.prepare("SELECT id FROM ledger ORDER BY id").unwrap();
    let ids: Vec<i64> = select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();

    let mut before = vec![0; 32];
    for id in ids {
        let fields = sql
            .query_row("SELECT * FROM ledger WHERE id = ?1", [id], |row| {
                Ok(hashed_fields(row))
            })
            .unwrap();
        before = Sha256::digest([before, fields].concat()).to_vec();
        sql.execute(
            "UPDATE ledger SET hash = ?2 WHERE id = ?1",
            rusqlite::params![id, before],
        )
        .unwrap();
    }
}

/// The fields of a row that its hash covers. Rows of schema 1 have form 1.
fn hashed_fields(row: &Row<'_>) -> Vec<u8> {
    let form: i64 = row.get("form").unwrap();
    let kind: String = row.get("kind").unwrap();
    let rest: &[&str] = match (kind.as_str(), form) {
        ("began", _) => &["terms"],
        ("announced", _) => &["url", "host", "server", "robots_id", "rule", "gap"],
        (_, 1) => &["announced_id", "status", "bytes", "trouble", "not_before"],
        _ => &[
            "announced_id",
            "status",
            "bytes",
            "digest",
            "retry_after",
            "trouble",
            "not_before",
        ],
    };

    let first: &[&str] = if form == 2 { &["form"] } else { &[] };
    [first, &["kind", "at", "run_id"], rest]
        .concat()
        .into_iter()
        .flat_map(|column| hashed_field(row, column))
        .collect()
}

/// A number in eight bytes, or a text or a digest behind its length.
fn hashed_field(row: &Row<'_>, column: &str) -> Vec<u8> {
    let bytes = match column {
        "kind" | "terms" | "url" | "host" | "server" | "rule" | "trouble" => {
            let text: Option<String> = row.get(column).unwrap();
            text.unwrap_or_default().into_bytes()
        }
        "digest" => {
            let digest: Option<Vec<u8>> = row.get(column).unwrap();
            digest.unwrap_or_default()
        }
        _ => {
            let number: Option<i64> = row.get(column).unwrap();
            return number.unwrap_or(0).to_be_bytes().to_vec();
        }
    };

    [(bytes.len() as u64).to_be_bytes().to_vec(), bytes].concat()
}
