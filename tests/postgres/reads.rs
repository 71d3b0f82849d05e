//! How much of its tables the server reads for a command, by its own counts, and how much of them
//! it sends.

use std::path::Path;

use saseo::demo::Edition;

use crate::program::{Crawler, Paper, said, told};
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
    store::wait_for_sessions(folder);
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

/// A paper of a dozen articles, on its own address.
fn paper() -> Paper {
    Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    })
}

#[test]
fn fingerprints_of_other_stories_are_not_sent_for_each_new_article() {
    let (paper, crawler) = Crawler::stocked(4);
    let folder = crawler.folder.path();
    let sql = |sql: &str| store::sql_of(folder, sql);
    sql("INSERT INTO site (name, title, home, added_at) VALUES ('other', '', '', 0)");
    // About a half of the bits of two of them differ.
    sql(
        "INSERT INTO article (id, site_id, number, url, access, first_seen_at)
             SELECT 1000000 + n, max(site.id), n, 'http://other.example/' || n, 'open', 0
             FROM site, generate_series(1, 20000) AS n GROUP BY n;
         INSERT INTO fingerprint (article_id, site_id, at, simhash)
             SELECT article.id, article.site_id, (SELECT max(at) FROM fingerprint),
                    ('x' || substr(md5(article.id::text), 1, 16))::bit(64)::bigint
             FROM article WHERE id > 1000000;
         INSERT INTO version (article_id, n, site_id, capture_id, made_at, authors, tags, opt_outs,
                              content_sha256, extractor, images, text)
             SELECT id, 1, site_id, (SELECT min(id) FROM capture), 0, '[]', '[]',
                     '[]', '', '', '[]',
                    ''
             FROM article WHERE id > 1000000",
    );

    let address = store::of(folder).unwrap();
    let (_, database) = address.rsplit_once('/').unwrap();
    let proxy = store::proxy();
    let through_proxy = format!("postgres://postgres@{}/{database}", proxy.address);
    let sent = || {
        let before = proxy.answered();
        let mut crawl = crawler.command(&["crawl"]);
        let out = crawl.env("SASEO_STORE", &through_proxy).output().unwrap();
        assert!(out.status.success(), "{}", said(&out));
        proxy.answered() - before
    };
    let for_none = sent();
    let fingerprints = || -> u32 {
        let count = sql("SELECT count(*) FROM fingerprint");
        count.trim_end().parse().unwrap()
    };
    let before = fingerprints();
    paper.origin.newspaper(|paper| paper.publish(10));
    let for_ten = sent();

    assert_eq!(fingerprints() - before, 10);
    let for_each = (for_ten - for_none) / 10;
    assert!(for_each < 200_000, "{for_each} bytes for each article");
}

#[test]
fn a_database_finds_the_copies_whose_fingerprints_are_near() {
    let (one, other) = (paper(), paper());
    let crawler = Crawler::empty();
    let folder = crawler.folder.path();
    crawler.write_named_site("one", &one.origin.base().to_string(), "0s");
    assert!(crawler.run(&["crawl"]).status.success());
    // The sign is one of the 12 bits that may differ, and one of 13.
    let changed = store::sql_of(
        folder,
        "UPDATE fingerprint SET simhash = simhash # CASE article_id % 3
             WHEN 0 THEN 0
             WHEN 1 THEN (-9223372036854775808) + 2047
             ELSE (-9223372036854775808) + 4095 END
         RETURNING article_id % 3",
    );
    assert!(
        ["0", "1", "2"].iter().all(|kind| changed.contains(kind)),
        "{changed}"
    );

    crawler.write_named_site("two", &other.origin.base().to_string(), "0s");
    assert!(crawler.run(&["crawl"]).status.success());
    let found = store::sql_of(
        folder,
        "SELECT original.id % 3, copy.first_copy IS NOT NULL
         FROM article AS original JOIN fingerprint ON article_id = original.id
         JOIN article AS copy ON copy.number = original.number AND copy.site_id <> original.site_id
         WHERE original.site_id = (SELECT id FROM site WHERE name = 'one')",
    );
    for line in found.lines() {
        let is_near = !line.starts_with('2');
        assert_eq!(line.ends_with('t'), is_near, "{found}");
    }
}
