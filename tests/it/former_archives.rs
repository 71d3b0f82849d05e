//! Archives as former schemas left them.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// One link of schema 1's chain, as docs/archive.md tells it.
struct Link(Sha256);

impl Link {
    fn after(previous: [u8; 32], kind: &str, at: i64, run: i64) -> Self {
        Self(Sha256::new_with_prefix(previous))
            .text(kind)
            .number(at)
            .number(run)
    }

    fn text(mut self, field: &str) -> Self {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
        self
    }

    fn number(mut self, field: i64) -> Self {
        self.0.update(field.to_be_bytes());
        self
    }

    fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// One article in two versions, a list half read, a host at rest, one request without an ending.
fn begin(sql: &Connection) {
    sql.execute_batch(&migration(1)).unwrap();
    sql.execute_batch(
        "PRAGMA application_id = 1935766373; PRAGMA user_version = 1;
         INSERT INTO site VALUES (1, 'paper', '신문', 'https://paper.example/', 5);
         INSERT INTO host VALUES (1, 'paper.example', 1795520551000, 2000, 1);
         INSERT INTO robots VALUES (1, 'https://paper.example', 1795520000000, 1795606400000, 200, 'rules', 'fetched', x'');
         INSERT INTO run (id, command, epoch, ledger_from, started_at) VALUES (1, 'crawl', 1, 0, 1795520000000);
         INSERT INTO page (id, site_id, host, url, role, number, priority, discovered_at, verdict, settled_at)
           VALUES (1, 1, 'paper.example', 'https://paper.example/news/articleView.html?idxno=7', 'article', 7, 10, 6, 'stored', 8);
         INSERT INTO page (id, site_id, host, url, role, priority, discovered_at, verdict, settled_at, read_to_end_at, list_end)
           VALUES (2, 1, 'paper.example', 'https://paper.example/list', 'section', 30, 6, 'read', 8, 8, 'last');
         INSERT INTO page (id, site_id, host, url, role, priority, discovered_at, due_at, section_id, pass, began_at, previous)
           VALUES (3, 1, 'paper.example', 'https://paper.example/list?page=2', 'list', 20, 6, 9, 2, 'first', 6, 77);
         INSERT INTO body VALUES (1, zeroblob(32), 5, x'00');
         INSERT INTO article VALUES (1, 1, 7, 'https://paper.example/news/articleView.html?idxno=7', 'open', 8);",
    )
    .unwrap();
    let mut hash = [0; 32];
    for id in [1i64, 3] {
        let at = 1_795_520_000_000 + id * 3000;
        hash = Link::after(hash, "announced", at, 1)
            .text("https://paper.example/x")
            .text("paper.example")
            .text("")
            .number(1)
            .text("no rule against it")
            .number(2000)
            .hash();
        sql.execute(
            "INSERT INTO ledger (id, kind, at, run_id, url, host, robots_id, rule, gap, hash)
             VALUES (?1, 'announced', ?2, 1, 'https://paper.example/x', 'paper.example', 1, 'no rule against it', 2000, ?3)",
            params![id, at, hash],
        )
        .unwrap();
        if id == 1 {
            hash = Link::after(hash, "ended", at + 80, 1)
                .number(1)
                .number(200)
                .number(5)
                .text("")
                .number(at + 2080)
                .hash();
            sql.execute(
                "INSERT INTO ledger (id, kind, at, run_id, announced_id, status, bytes, not_before, hash)
                 VALUES (2, 'ended', ?1, 1, 1, 200, 5, ?2, ?3)",
                params![at + 80, at + 2080, hash],
            )
            .unwrap();
        }
    }
    sql.execute_batch(&format!(
        "INSERT INTO capture VALUES (1, 1, 1, 8, 200, 'content-type: text/html', 1, NULL, 'UTF-8', 0);
         INSERT INTO version (article_id, n, capture_id, made_at, title, authors, text, images, tags, opt_outs, content_sha256, extractor)
           VALUES (1, 1, 1, 8, '제목', '[]', '하나', '[]', '[]', '[]', '{}', 'ndsoft/G4'),
                  (1, 2, 1, 9, '새 제목', '[\"홍길동\"]', '둘', '[]', '[]', '[\"words:AI학습\"]', '{}', 'ndsoft/G4');
         INSERT INTO change VALUES (1, 1, 'new', 1, 8), (2, 1, 'changed', 2, 9);",
        hex::encode(Sha256::digest("제목하나")),
        hex::encode(Sha256::digest("새제목둘"))
    ))
    .unwrap();
}

/// An archive as this schema left it: one article in two versions, a list half read, a host at
/// rest, one request without an ending, and what came with each schema since.
pub fn archive_of_schema(schema: i64) -> TempDir {
    grown_archive_of_schema(schema, 0)
}

/// The same with so many further articles, that were there since schema 1.
pub fn grown_archive_of_schema(schema: i64, articles: i64) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut sql = Connection::open(folder.path().join("archive.db")).unwrap();
    begin(&sql);
    grow(&mut sql, articles);

    for schema in 2..=schema {
        bring_to(&sql, schema);
        sql.execute_batch(what_came_with(schema)).unwrap();
    }
    folder
}

/// Brings an archive one schema on, as the program of that schema did.
pub fn bring_to(sql: &Connection, schema: i64) {
    sql.execute_batch("PRAGMA foreign_keys = OFF; BEGIN")
        .unwrap();
    sql.execute_batch(&migration(schema)).unwrap();
    sql.execute_batch(&format!("PRAGMA user_version = {schema}; COMMIT"))
        .unwrap();
}

fn migration(schema: i64) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/archive/migrations");
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    fs::read_to_string(&files[usize::try_from(schema).unwrap() - 1]).unwrap()
}

fn what_came_with(schema: i64) -> &'static str {
    match schema {
        2 => {
            "UPDATE version SET searchable = 0 WHERE n = 2;
             INSERT INTO opt_out (capture_id, signal, source, evidence, effect)
             SELECT id, 'noindex', 'meta robots', 'noindex', 'obeyed' FROM capture WHERE id % 5 = 1;"
        }
        4 => {
            "UPDATE page SET again_at = 77, gone_looks = 1, etag = 'e', last_modified = 'l' WHERE id = 1;
             UPDATE page SET joint = '{\"head\":[1],\"newest\":5}' WHERE id = 2;
             UPDATE page SET joint = '{\"head\":[2],\"newest\":6,\"met\":1}', promised = 1, hops = 1 WHERE id = 3;
             INSERT INTO page (id, site_id, host, url, role, priority, discovered_at, due_at)
               VALUES (4, 1, 'paper.example', 'https://paper.example/list?from=1', 'window', 8, 6, 9);"
        }
        _ => "",
    }
}

/// Adds articles of two versions each, with their pages, answers and links of the chain.
fn grow(sql: &mut Connection, articles: i64) {
    let work = sql.transaction().unwrap();
    let last = work.query_row(
        "SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)),
    );
    let (mut ledger, mut hash) = last.unwrap();

    for article in 1..=articles {
        // Numbers and ids of their own, far from those of the first article.
        let (id, at) = (1000 + article, 1_795_520_100_000 + article * 3000);
        let url = format!("https://paper.example/news/articleView.html?idxno={id}");
        hash = announced(&work, ledger + 1, at, &url, hash);
        hash = ended(&work, ledger + 2, at, hash);
        article_of(&work, id, ledger + 1, &url);
        ledger += 2;
    }
    work.commit().unwrap();
}

fn announced(sql: &Connection, id: i64, at: i64, url: &str, previous: [u8; 32]) -> [u8; 32] {
    let link = Link::after(previous, "announced", at, 1)
        .text(url)
        .text("paper.example")
        .text("")
        .number(1);
    let hash = link.text("no rule against it").number(2000).hash();
    let insert = "INSERT INTO ledger (id, kind, at, run_id, url, host, robots_id, rule, gap, hash)
                  VALUES (?1, 'announced', ?2, 1, ?3, 'paper.example', 1, 'no rule against it', 2000, ?4)";
    sql.prepare_cached(insert)
        .unwrap()
        .execute(params![id, at, url, hash])
        .unwrap();
    hash
}

/// The answer to the announcement before.
fn ended(sql: &Connection, id: i64, at: i64, previous: [u8; 32]) -> [u8; 32] {
    let link = Link::after(previous, "ended", at + 80, 1)
        .number(id - 1)
        .number(200)
        .number(5)
        .text("");
    let hash = link.number(at + 2080).hash();
    let insert =
        "INSERT INTO ledger (id, kind, at, run_id, announced_id, status, bytes, not_before, hash)
                  VALUES (?1, 'ended', ?2, 1, ?3, 200, 5, ?4, ?5)";
    sql.prepare_cached(insert)
        .unwrap()
        .execute(params![id, at + 80, id - 1, at + 2080, hash])
        .unwrap();
    hash
}

fn article_of(sql: &Connection, id: i64, announced: i64, url: &str) {
    let run = |insert: &str| {
        let text = format!("{id} ").repeat(100);
        let sha256 = Sha256::digest(&text);
        let named = rusqlite::named_params! {
            ":id": id, ":url": url, ":announced": announced, ":text": text, ":sha": sha256.as_slice(),
            ":hex": hex::encode(sha256),
        };
        let mut insert = sql.prepare_cached(insert).unwrap();
        let used = named
            .iter()
            .filter(|(name, _)| insert.parameter_index(name).unwrap().is_some());
        let used: Vec<_> = used.copied().collect();
        insert.execute(used.as_slice()).unwrap();
    };

    run("INSERT INTO page (id, site_id, host, url, role, number, priority, discovered_at, verdict, settled_at)
         VALUES (:id, 1, 'paper.example', :url, 'article', :id, 10, 6, 'stored', 8)");
    run("INSERT INTO body VALUES (:id, :sha, 5, x'00')");
    run("INSERT INTO article VALUES (:id, 1, :id, :url, 'open', 8)");
    run(
        "INSERT INTO capture VALUES (:id, :id, :announced, 8, 200, 'content-type: text/html', :id, NULL, 'UTF-8', 0)",
    );
    for n in [1, 2] {
        run(&format!(
            "INSERT INTO version (article_id, n, capture_id, made_at, title, authors, text, images, tags, opt_outs,
                                  content_sha256, extractor)
             VALUES (:id, {n}, :id, 8, '제목', '[]', :text, '[]', '[]', '[]', :hex, 'ndsoft/G4')"
        ));
        let kind = if n == 1 { "new" } else { "changed" };
        run(&format!(
            "INSERT INTO change (article_id, kind, n, at) VALUES (:id, '{kind}', {n}, 8)"
        ));
    }
}
