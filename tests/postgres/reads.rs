//! How much of its tables the server reads for a command, by its own counts.

use std::path::Path;

use crate::program::{Crawler, said, told};
use crate::store;

/// Copies of an article that are added to an archive: twenty times what a walk reads in one
/// transaction.
const COPIES: u32 = 20_000;

/// Adds copies of the first article, with their versions and their words.
fn add_copies(folder: &Path) {
    store::sql_of(
        folder,
        &format!(
            "CREATE TEMP TABLE copies AS
                 SELECT article.id AS original, article.id + n * 1000 AS id
                 FROM generate_series(1, {COPIES}) AS n,
                      (SELECT min(article_id) AS id FROM indexed_version) AS article;
             INSERT INTO article (id, site_id, number, url, access, first_seen_at)
                 SELECT copies.id, site_id, number + copies.id * 1000, url || '&copy=' || copies.id,
                        access, first_seen_at
                 FROM copies JOIN article ON article.id = original;
             CREATE TEMP TABLE versions AS SELECT version.*, copies.id AS copy
                 FROM copies JOIN version ON article_id = original;
             UPDATE versions SET id = copy, article_id = copy;
             ALTER TABLE versions DROP copy;
             INSERT INTO version SELECT * FROM versions;
             INSERT INTO indexed_version SELECT copies.id, copies.id, published_ms
                 FROM copies JOIN indexed_version ON article_id = original;
             CREATE TEMP TABLE words AS SELECT article_words.*, copies.id AS copy
                 FROM copies JOIN article_words ON article_id = original;
             UPDATE words SET article_id = copy;
             ALTER TABLE words DROP copy;
             INSERT INTO article_words SELECT * FROM words;
             UPDATE word_index SET articles = (SELECT count(*) FROM article_words),
                                   tokens = (SELECT sum(tokens) FROM article_words);
             ANALYZE"
        ),
    );
}

/// The rows of a table that were read by an index so far.
fn read_by_index(folder: &Path, table: &str) -> u64 {
    // A session tells what it has read when it ends.
    let others = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend'
                  AND datname = current_database() AND pid <> pg_backend_pid()";
    while !store::sql_of(folder, others).is_empty() {}
    let sql = format!("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = '{table}'");
    store::sql_of(folder, &sql).trim_end().parse().unwrap()
}

#[test]
fn each_row_is_read_a_few_times_for_a_verification_however_many_there_are() {
    let (_paper, crawler) = Crawler::stocked(4);
    let folder = crawler.folder.path();
    assert!(crawler.run(&["search", "책"]).status.success());
    add_copies(folder);

    let tables = ["article", "version"];
    let before = tables.map(|table| read_by_index(folder, table));
    let out = crawler.run(&["verify"]);
    assert!(out.status.success(), "{}{}", told(&out), said(&out));
    for (table, before) in tables.iter().zip(before) {
        let times = (read_by_index(folder, table) - before) / u64::from(COPIES);
        assert!(times <= 8, "each {table} was read {times} times");
    }
}
