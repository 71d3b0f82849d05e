//! The ledger of a made archive, with the documented chain of hashes.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

/// The time that an answer takes, in ms: usual for a newspaper.
const ANSWER: i64 = 120;

/// The gap that is owed to the host, in ms.
const GAP: i64 = 1_000;

/// The end of the ledger while it is written.
pub struct Ledger<'s> {
    sql: &'s Connection,
    row: i64,
    hash: [u8; 32],
}

/// One request.
pub struct Request<'r> {
    /// In ms since 1970.
    pub at: i64,
    pub url: &'r str,
    pub host: &'r str,
    /// The decoded body of the answer.
    pub bytes: i64,
    pub digest: &'r [u8],
}

impl<'s> Ledger<'s> {
    pub fn after_beginning(sql: &'s Connection) -> Self {
        let (row, hash) = sql
            .query_row("SELECT id, hash FROM ledger", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("the run has begun");
        Self { sql, row, hash }
    }

    /// Writes the two rows of a request, and returns the id of its announcement.
    pub fn request(&mut self, request: &Request<'_>) -> i64 {
        let announced = self.announce(request);
        self.end(request, announced);
        announced
    }

    fn announce(&mut self, request: &Request<'_>) -> i64 {
        let Request { at, url, host, .. } = *request;
        let rule = "no rule against it";
        self.chain(|link| {
            number(link, 2);
            text(link, b"announced");
            [at, 1].into_iter().for_each(|field| number(link, field));
            [url, host, ""]
                .into_iter()
                .for_each(|field| text(link, field.as_bytes()));
            number(link, 1);
            text(link, rule.as_bytes());
            number(link, GAP);
        });

        self.sql
            .prepare_cached(
                "INSERT INTO ledger (id, kind, form, at, run_id, url, host, robots_id, rule, gap,
                                     hash)
                 VALUES (?1, 'announced', 2, ?2, 1, ?3, ?4, 1, ?5, ?6, ?7)",
            )
            .and_then(|mut insert| {
                insert.execute(params![self.row, at, url, host, rule, GAP, self.hash])
            })
            .expect("a row can be written");
        self.row
    }

    fn end(&mut self, request: &Request<'_>, announced: i64) {
        let Request { bytes, digest, .. } = *request;
        let at = request.at + ANSWER;
        self.chain(|link| {
            number(link, 2);
            text(link, b"ended");
            [at, 1, announced, 200, bytes]
                .into_iter()
                .for_each(|field| number(link, field));
            text(link, digest);
            number(link, 0);
            text(link, b"");
            number(link, at + GAP);
        });

        self.sql
            .prepare_cached(
                "INSERT INTO ledger (id, kind, form, at, run_id, announced_id, status, bytes,
                                     digest, not_before, hash)
                 VALUES (?1, 'ended', 2, ?2, 1, ?3, 200, ?4, ?5, ?6, ?7)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    self.row,
                    at,
                    announced,
                    bytes,
                    digest,
                    at + GAP,
                    self.hash
                ])
            })
            .expect("a row can be written");
    }

    /// Chains the hash of the next row.
    fn chain(&mut self, fields: impl FnOnce(&mut Sha256)) {
        let mut link = Sha256::new_with_prefix(self.hash);
        fields(&mut link);
        self.hash = link.finalize().into();
        self.row += 1;
    }
}

fn number(link: &mut Sha256, field: i64) {
    link.update(field.to_be_bytes());
}

fn text(link: &mut Sha256, field: &[u8]) {
    link.update((field.len() as u64).to_be_bytes());
    link.update(field);
}
