//! An archive of every schema before is brought up to date with all that it holds, and its ledger's
//! chain unbroken.

use crate::former_archives::{archive_of_schema, bring_to, grown_archive_of_schema};
use crate::open_archive::open_archive;
use saseo::ArticleKey;
use saseo::archive::{
    ArticleFilter, ArticleVersion, NextPage, Reader, SCHEMA, Seed, SeedMode, Selection, Terms,
    Writer,
};
use saseo::config::site::{Discover, Keep};
use saseo::extract::Article;
use saseo::frontier::Traversal;
use saseo::page_url::PageUrl;
use saseo::rights::{Claim, Use, UseState};
use saseo::time::Timestamp;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

#[test]
fn an_archive_of_schema_1_keeps_all_that_it_held() {
    let folder = archive_of_schema(1);
    let mut archive = open_archive(folder.path()).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.faults().unwrap(), Vec::<String>::new());
    let mut articles = vec![];
    for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
        let ArticleVersion { article, kept, .. } = version.unwrap();
        articles.push((
            article.key.and_then(|key| key.as_number()),
            article.title,
            article.opt_outs,
            kept.version,
        ));
    }
    assert_eq!(
        articles,
        [(
            Some(7),
            Some("새 제목".to_owned()),
            vec!["words:AI학습".to_owned()],
            2
        )]
    );

    let lease = archive.take_lease("a test", NOW, None).unwrap();
    archive
        .begin_run(lease, "resume", &Terms::default(), NOW)
        .unwrap();
    let home = url("https://paper.example/");
    let seed = Seed {
        site: "paper".into(),
        title: "신문".into(),
        home: home.clone(),
        since: None,
        discover: Discover::default(),
        keep: Keep::default(),
        everything: None,
        windows: vec![],
        entries: vec![],
    };
    archive.seed(lease, &[seed], SeedMode::Resume, NOW).unwrap();
    let NextPage::Page(page) = archive
        .next_page(
            &home.host(),
            &[archive.site("paper").unwrap().unwrap()],
            &[],
            NOW,
        )
        .unwrap()
    else {
        panic!("the list was lost")
    };
    assert_eq!(
        (page.url.as_str(), page.list().unwrap().previous.clone()),
        ("https://paper.example/list?page=2", vec![77])
    );
    // The request that never ended is owed its gap; the strikes stand.
    let pace = archive.pace(&home.host()).unwrap().unwrap();
    assert_eq!(
        (pace.not_before.millis(), pace.consecutive_failures),
        (1_795_520_551_000, 1)
    );

    let runs = Reader::open(folder.path()).unwrap().runs(5).unwrap();
    assert_eq!(
        (
            runs[1].how.as_deref(),
            runs[1].requests,
            runs[1].articles_new
        ),
        (Some("interrupted"), 2, 1)
    );
    let version: i64 = rusqlite::Connection::open(folder.path().join("archive.db"))
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, SCHEMA);
}

#[test]
fn the_ledger_of_schema_1_stays_as_it_was_and_goes_on() {
    let folder = archive_of_schema(1);
    let rows = |folder: &TempDir| -> Vec<(i64, Vec<u8>)> {
        let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
        let mut select = sql
            .prepare("SELECT id, hash FROM ledger ORDER BY id")
            .unwrap();
        select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let before = rows(&folder);
    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!(rows(&folder), before);
    let lease = archive.take_lease("a test", NOW, None).unwrap();
    archive
        .begin_run(lease, "crawl", &Terms::default(), NOW)
        .unwrap();
    assert_eq!(rows(&folder)[..3], before);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    assert!(
        sql.execute("DELETE FROM ledger", []).is_err()
            && sql.execute("UPDATE ledger SET at = 0", []).is_err()
    );
}

#[test]
fn an_archive_of_schema_2_keeps_all_that_it_held_and_takes_new_readings() {
    let folder = archive_of_schema(2);
    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let shown =
        |sql: &rusqlite::Connection| -> (String, String, i64, i64, Option<f64>, Option<String>) {
            let columns = "id, title, version, searchable, confidence, first_copy";
            sql.query_row(&format!("SELECT {columns} FROM articles"), [], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ))
            })
            .unwrap()
        };
    assert_eq!(
        shown(&sql),
        ("paper/7".to_owned(), "새 제목".to_owned(), 2, 0, None, None)
    );

    let newest: Option<i64> = sql
        .query_row("SELECT capture_id FROM page WHERE id = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(newest, Some(1));

    let lease = archive.take_lease("a test", NOW, None).unwrap();
    let selection = Selection::of(&archive, ["paper"]).unwrap();
    let capture = archive.kept_captures(&selection, 0, 10).unwrap().remove(0);
    let article = Article {
        title: Some("제목".into()),
        paragraphs: vec!["셋".into()],
        ..Article::default()
    };
    archive
        .revise(lease, capture.read_as(article), None, NOW)
        .unwrap();
    archive.save().unwrap();
    // What was said against uses of the page when it came stands.
    assert_eq!(
        shown(&sql),
        ("paper/7".to_owned(), "제목".to_owned(), 3, 0, None, None)
    );
    let opt_outs: String = sql
        .query_row("SELECT opt_outs FROM articles", [], |row| row.get(0))
        .unwrap();
    assert_eq!(opt_outs, "[\"noindex:meta robots\"]");
}

/// Every page with these columns of it, by their names before any migration.
fn pages(sql: &rusqlite::Connection, columns: &str) -> Vec<String> {
    let renamed = "SELECT count(*) FROM pragma_table_info('page') WHERE name = 'next_at'";
    let is_renamed = sql
        .query_row(renamed, [], |row| row.get::<_, i64>(0))
        .unwrap()
        > 0;
    let json = columns.split(", ").map(|column| match column {
        "again_at" if is_renamed => "'again_at', next_at".to_owned(),
        column => format!("'{column}', {column}"),
    });
    let json = json.collect::<Vec<_>>().join(", ");
    let mut select = sql
        .prepare(&format!("SELECT json_object({json}) FROM page ORDER BY id"))
        .unwrap();
    select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn an_archive_of_schema_3_keeps_its_pages_and_checks_its_lists_a_week_after_they_were_read() {
    let folder = archive_of_schema(3);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let columns = "id, url, role, number, due_at, verdict, settled_at, capture_id, read_to_end_at, section_id, pass, previous";
    let before = pages(&sql, columns);
    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!(pages(&sql, columns), before);
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    let lease = archive.take_lease("a test", NOW, None).unwrap();
    let (home, list) = (
        url("https://paper.example/"),
        url("https://paper.example/list"),
    );
    // The list was read to its end in 1970, and its further page is still under way: the top
    // catches up.
    let seed = Seed {
        site: "paper".into(),
        title: "신문".into(),
        home: home.clone(),
        since: None,
        discover: Discover::default(),
        keep: Keep::default(),
        everything: Some(list.clone()),
        windows: vec![],
        entries: vec![],
    };
    archive.seed(lease, &[seed], SeedMode::Begin, NOW).unwrap();
    let next = |archive: &Writer| match archive
        .next_page(
            &home.host(),
            &[archive.site("paper").unwrap().unwrap()],
            &[],
            NOW,
        )
        .unwrap()
    {
        NextPage::Page(page) if page.url == list => page.list().unwrap().traversal,
        other => panic!("{other:?}"),
    };
    assert_eq!(next(&archive), Traversal::Later);
    sql.execute(
        "UPDATE page SET due_at = NULL, verdict = 'read', settled_at = 9 WHERE role = 'list'",
        [],
    )
    .unwrap();
    assert_eq!(next(&archive), Traversal::Deep);
    sql.execute(
        "UPDATE page SET deep_at = ?1 WHERE role = 'section'",
        [NOW.millis() - 6 * 24 * 3_600_000],
    )
    .unwrap();
    assert_eq!(next(&archive), Traversal::Later);
}

#[test]
fn an_archive_of_schema_4_keeps_its_pages_and_lets_its_lists_rest_from_their_last_reading_on() {
    let folder = archive_of_schema(4);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let mut select = sql
        .prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('page')")
        .unwrap();
    let columns: String = select.query_row([], |row| row.get(0)).unwrap();
    let before = pages(&sql, &columns);
    assert!(
        before.len() == 4 && columns.split(", ").count() == 29,
        "{columns}"
    );
    open_archive(folder.path()).unwrap();
    assert_eq!(pages(&sql, &columns), before);
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    let news = pages(&sql, "id, news_at, failures");
    assert_eq!(news[1], "{\"id\":2,\"news_at\":8,\"failures\":0}");
    assert!(news[0].contains("\"news_at\":null"), "{news:?}");
    let runs = Reader::open(folder.path()).unwrap().runs(5).unwrap();
    assert_eq!((runs[0].requests, runs[0].skipped), (2, 0));
}

/// Every run with its counts, as the view tells them.
fn runs(sql: &rusqlite::Connection) -> Vec<String> {
    let counts = "requests, bytes, articles_new, articles_changed, articles_gone, refused, failed";
    let mut select = sql
        .prepare(&format!(
            "SELECT concat_ws(' ', {counts}) FROM runs ORDER BY id"
        ))
        .unwrap();
    select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn an_archive_of_schema_5_keeps_its_pages() {
    let folder = archive_of_schema(5);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let mut select = sql
        .prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('page')")
        .unwrap();
    let columns: String = select.query_row([], |row| row.get(0)).unwrap();
    let before = pages(&sql, &columns);
    let counts = runs(&sql);

    open_archive(folder.path()).unwrap();
    assert_eq!(pages(&sql, &columns), before);
    // What was worked out from the ledger stands in the rows now.
    assert_eq!(
        (runs(&sql), counts.as_slice()),
        (counts.clone(), &["2 5 1 1 0 0 0".to_owned()][..])
    );
    assert_eq!(
        sql.query_row("SELECT count(*) FROM damage", [], |row| row
            .get::<_, i64>(0))
            .unwrap(),
        0
    );
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn an_archive_of_schema_6_knows_of_no_cut_lists_and_of_no_reasons() {
    let folder = archive_of_schema(6);
    let archive = open_archive(folder.path()).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.lists_cut().unwrap(), []);
    assert!(reader.runs(9).unwrap().iter().all(|run| run.why.is_none()));

    // A reading that was under way then goes on.
    assert_eq!(archive.days_to_backfill("paper").unwrap(), []);
    let rows = pages(
        &rusqlite::Connection::open(folder.path().join("archive.db")).unwrap(),
        "met, cut_rows, first_day, had_rows",
    );
    assert!(
        rows.iter()
            .all(|row| row
                == "{\"met\":null,\"cut_rows\":null,\"first_day\":null,\"had_rows\":null}"),
        "{rows:?}"
    );
}

#[test]
fn an_archive_of_schema_6_keeps_its_pages_and_suspects_none_of_them() {
    let folder = archive_of_schema(6);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let mut select = sql
        .prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('page')")
        .unwrap();
    let columns: String = select.query_row([], |row| row.get(0)).unwrap();
    let (before, counts) = (pages(&sql, &columns), runs(&sql));

    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!((pages(&sql, &columns), runs(&sql)), (before, counts));
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );

    let lease = archive.take_lease("a test", NOW, None).unwrap();
    assert_eq!(
        (
            archive.take_interrupted(lease).unwrap(),
            archive.crashes("", 1).unwrap()
        ),
        (None, 0)
    );
}

#[test]
fn an_article_without_a_number_of_schema_6_has_its_address_for_an_id() {
    let folder = archive_of_schema(6);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute("UPDATE article SET number = NULL", []).unwrap();
    let id = || {
        sql.query_row("SELECT id FROM articles", [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert!(id().ends_with("/0"), "{}", id());

    open_archive(folder.path()).unwrap();
    let expected =
        "SELECT site.name || '/' || article.url FROM article JOIN site ON site.id = site_id";
    assert_eq!(
        id(),
        sql.query_row(expected, [], |row| row.get::<_, String>(0))
            .unwrap()
    );
}

#[test]
fn an_article_of_schema_7_keeps_its_moment_and_an_unknown_precision() {
    let folder = archive_of_schema(7);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let kept = || {
        let select = "SELECT json_array(id, title, text, published_at, published_source, version, first_copy) FROM articles";
        sql.query_row(select, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let before = kept();

    open_archive(folder.path()).unwrap();
    assert_eq!(kept(), before);
    let unknown = sql.query_row(
        "SELECT count(*) FROM articles WHERE published_precision IS NULL",
        [],
        |row| row.get::<_, i64>(0),
    );
    assert_eq!(unknown.unwrap(), 1);
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn a_crawl_of_an_archive_of_schema_8_plans_its_pages_and_articles_keep_their_moments() {
    let folder = archive_of_schema(8);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let mut select = sql
        .prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('page')")
        .unwrap();
    let columns: String = select.query_row([], |row| row.get(0)).unwrap();
    let before = pages(&sql, &columns);
    // A section that was read to its end rests for a quarter of its silence.
    let (read, silent) = (NOW.millis() - 3_600_000, NOW.millis() - 49 * 3_600_000);
    let rests = format!(
        "INSERT INTO page (id, site_id, host, url, role, priority, discovered_at, verdict, settled_at, news_at, deep_at, read_to_end_at)
         VALUES (90, 1, 'paper.example', 'https://paper.example/rests', 'section', 30, 1, 'read', {read}, {silent}, {read}, {read})"
    );

    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!(pages(&sql, &columns), before);
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    sql.execute_batch(&rests).unwrap();

    let next = |page: i64| -> Option<i64> {
        sql.query_row("SELECT next_at FROM page WHERE id = ?1", [page], |row| {
            row.get(0)
        })
        .unwrap()
    };
    let article = next(1);
    assert!(article.is_some() && next(90).is_none());
    let lease = archive.take_lease("a test", NOW, None).unwrap();
    let home = url("https://paper.example/");
    let (site, title, discover) = ("paper".to_owned(), "신문".to_owned(), Discover::default());
    let seed = Seed {
        site,
        title,
        home,
        since: None,
        discover,
        keep: Keep::default(),
        everything: None,
        windows: vec![],
        entries: vec![],
    };
    archive.seed(lease, &[seed], SeedMode::Begin, NOW).unwrap();
    assert_eq!((next(1), next(90)), (article, Some(read + 12 * 3_600_000)));
    let due = "SELECT count(*) FROM page WHERE id = 90 AND due_at IS NOT NULL";
    assert_eq!(
        sql.query_row(due, [], |row| row.get::<_, i64>(0)).unwrap(),
        0
    );
}

#[test]
fn an_archive_of_schema_9_learns_the_list_that_has_every_article_and_knows_it_when_it_is_opened_again()
 {
    let folder = archive_of_schema(9);
    let (home, list) = (
        url("https://paper.example/"),
        url("https://paper.example/list"),
    );
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch("UPDATE page SET due_at = 9, verdict = NULL, settled_at = NULL WHERE id = 2")
        .unwrap();
    let is_whole = |archive: &Writer| {
        let sites = [archive.site("paper").unwrap().unwrap()];
        match archive.next_page(&home.host(), &sites, &[], NOW).unwrap() {
            NextPage::Page(page) if page.url == list => page.past.has_everything,
            other => panic!("{other:?}"),
        }
    };

    let mut archive = open_archive(folder.path()).unwrap();
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    assert!(!is_whole(&archive));

    let lease = archive.take_lease("a test", NOW, None).unwrap();
    let (site, title, discover) = ("paper".to_owned(), "신문".to_owned(), Discover::default());
    let everything = Some(list.clone());
    let seed = Seed {
        site,
        title,
        home: home.clone(),
        since: None,
        discover,
        keep: Keep::default(),
        everything,
        windows: vec![],
        entries: vec![],
    };
    archive
        .seed(lease, std::slice::from_ref(&seed), SeedMode::Resume, NOW)
        .unwrap();
    drop(archive);
    let mut archive = open_archive(folder.path()).unwrap();
    assert!(is_whole(&archive));

    archive
        .seed(
            lease,
            &[Seed {
                everything: None,
                ..seed
            }],
            SeedMode::Resume,
            NOW,
        )
        .unwrap();
    assert!(!is_whole(&archive));
}

#[test]
fn an_archive_of_schema_10_keeps_its_bodies_and_has_no_dictionary() {
    let folder = archive_of_schema(10);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let bodies = |sql: &rusqlite::Connection| -> Vec<(i64, Vec<u8>, i64, Vec<u8>)> {
        let mut select = sql
            .prepare("SELECT id, sha256, bytes, zstd FROM body ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    let before = bodies(&sql);

    let archive = open_archive(folder.path()).unwrap();

    assert!(!before.is_empty());
    assert_eq!(bodies(&sql), before);
    let counts =
        "SELECT (SELECT count(*) FROM dictionary), (SELECT count(dictionary_id) FROM body)";
    let counts = sql.query_row(counts, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts.unwrap(), (0_i64, 0_i64));
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
    // All its captures are left for a compaction.
    assert!(archive.captures_to_compact().unwrap() > 0);
}

/// Every version with all its columns, by their names.
fn versions(sql: &rusqlite::Connection, columns: &str) -> Vec<String> {
    let json = columns.split(", ").map(|name| format!("'{name}', {name}"));
    let json = json.collect::<Vec<_>>().join(", ");
    let mut select = sql
        .prepare(&format!(
            "SELECT json_object({json}) FROM version ORDER BY article_id, n"
        ))
        .unwrap();
    select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn an_archive_of_schema_11_keeps_every_version_and_each_has_a_row_and_a_site_of_its_own() {
    let folder = grown_archive_of_schema(11, 20);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let columns: String = sql
        .query_row(
            "SELECT group_concat(name, ', ') FROM pragma_table_info('version')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let shown = |sql: &rusqlite::Connection| -> Vec<String> {
        let mut select = sql
            .prepare("SELECT json_array(id, text, version, published_ms) FROM articles ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = (versions(&sql, &columns), shown(&sql));
    assert_eq!((before.0.len(), columns.split(", ").count()), (42, 26));

    open_archive(folder.path()).unwrap();

    assert_eq!((versions(&sql, &columns), shown(&sql)), before);
    let rows =
        "SELECT count(DISTINCT version.id) FROM version JOIN article ON article.id = article_id
                WHERE version.site_id = article.site_id";
    assert_eq!(
        sql.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(),
        42
    );
    assert_eq!(
        Reader::open(folder.path()).unwrap().faults().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn an_archive_of_schema_12_keeps_its_articles_and_takes_articles_that_a_text_names() {
    let folder = grown_archive_of_schema(12, 20);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(
        "INSERT INTO article (id, site_id, url, access, first_seen_at)
           VALUES (900, 1, 'https://paper.example/story/one', 'open', 8);
         INSERT INTO version (article_id, n, site_id, capture_id, made_at, authors, tags, opt_outs,
                              content_sha256, extractor, images, text)
           VALUES (900, 1, 1, 1, 8, '[]', '[]', '[]', '', 'generic', '[]', '하나');",
    )
    .unwrap();
    let shown = |sql: &rusqlite::Connection| -> Vec<String> {
        let mut select = sql
            .prepare("SELECT json_array(id, url, number, version) FROM articles ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = (shown(&sql), pages(&sql, "id, url, number"));
    assert_eq!(before.0.len(), 22);

    open_archive(folder.path()).unwrap();

    assert_eq!((shown(&sql), pages(&sql, "id, url, number")), before);
    let unnamed = "SELECT count(*) FROM articles WHERE article_id IS NOT NULL";
    let unnamed: i64 = sql.query_row(unnamed, [], |row| row.get(0)).unwrap();
    assert_eq!(unnamed, 0);

    // An id of text is unique within a site, and an article has a number or a text.
    let add = |id: i64, site: i64, number: &str, text: &str| {
        sql.execute_batch(&format!(
            "INSERT INTO article (id, site_id, number, text_id, url, access, first_seen_at)
               VALUES ({id}, {site}, {number}, '{text}', 'https://a.example/{id}', 'open', 8)"
        ))
    };
    sql.execute_batch(
        "INSERT INTO site (id, name, title, home, added_at)
           VALUES (2, 'other', 'other', 'https://other.example/', 8)",
    )
    .unwrap();
    add(901, 1, "NULL", "2026/책방").unwrap();
    add(902, 2, "NULL", "2026/책방").unwrap();
    assert!(add(903, 1, "NULL", "2026/책방").is_err());
    assert!(add(904, 1, "904", "2026/골목").is_err());
}

#[test]
fn the_view_of_a_former_archive_has_paragraphs() {
    let folder = archive_of_schema(11);
    drop(open_archive(folder.path()).unwrap());

    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let select = "SELECT count(*), sum(text = (SELECT group_concat(value, char(10, 10))
                      FROM json_each(paragraphs)))
                  FROM articles WHERE text <> ''";
    let (articles, same): (i64, i64) = sql
        .query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert!(articles > 0);
    assert_eq!(articles, same);
}

#[test]
fn rights_of_schema_12_are_those_of_its_opt_outs_and_all_else_is_unsaid() {
    let folder = grown_archive_of_schema(12, 5);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let change = "UPDATE version SET opt_outs =
        '[\"tdm-reservation:header\",\"noindex:meta robots\"]' WHERE article_id > 1002;
        UPDATE version SET opt_outs = '[]' WHERE article_id = 1002";
    sql.execute_batch(change).unwrap();
    open_archive(folder.path()).unwrap();

    let told = |number: i64| -> (String, Option<String>, String) {
        sql.query_row(
            "SELECT uses, use_level, licences FROM articles WHERE number = ?1",
            [number],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap()
    };
    let uses = |search, train, tdm| {
        let uses = format!(
            r#"{{"search":"{search}","ai_input":"unsaid","ai_train":"{train}","tdm":"{tdm}"}}"#
        );
        (uses, None, "[]".to_owned())
    };
    assert_eq!(told(7), uses("unsaid", "reserved", "unsaid"));
    assert_eq!(told(1002), uses("unsaid", "unsaid", "unsaid"));
    assert_eq!(told(1003), uses("reserved", "reserved", "reserved"));

    // Programs read the statements as they were written.
    let reader = Reader::open(folder.path()).unwrap();
    for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
        let version = version.unwrap();
        assert!(version.flaws.iter().all(|flaw| flaw.column != "statements"));
        let rights = version.article.declared_rights;
        if version.article.key == Some(ArticleKey::Number(1003)) {
            let claim = Claim::Use(Use::Tdm, UseState::Reserved);
            assert_eq!(rights.sources(&claim), ["tdm-reservation header"]);
        }
    }
    let kept: i64 = sql
        .query_row("SELECT count(*) FROM declared", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 2);
}

#[test]
fn changes_of_schema_15_keep_their_positions_and_may_be_returns_and_takedowns() {
    let folder = archive_of_schema(15);
    let changes = |sql: &rusqlite::Connection| -> Vec<(i64, i64, String, i64, i64)> {
        let mut select = sql
            .prepare("SELECT seq, article_id, kind, n, at FROM change ORDER BY seq")
            .unwrap();
        let rows = select.query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    // A position that is missing stays missing.
    sql.execute("UPDATE change SET seq = 9 WHERE seq = 2", [])
        .unwrap();
    let before = changes(&sql);
    let back = "INSERT INTO change (article_id, kind, n, at) VALUES (1, ?1, 2, 10)";
    assert!(sql.execute(back, ["back"]).is_err());
    drop(sql);

    drop(open_archive(folder.path()).unwrap());

    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    assert_eq!(changes(&sql), before);
    for kind in ["back", "taken_down"] {
        assert_eq!(sql.execute(back, [kind]).unwrap(), 1);
    }
    assert!(sql.execute(back, ["other"]).is_err());
    assert_eq!(changes(&sql).last().unwrap().0, 11, "it counts on");
}

#[test]
fn an_archive_of_schema_17_may_have_photos_and_keeps_its_pages() {
    let folder = grown_archive_of_schema(17, 3);
    let path = folder.path().join("archive.db");
    let columns = "id, site_id, host, url, role, number, verdict, due_at, capture_id";
    let photo = "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at)
                 VALUES (1, 'cdn.example', 'https://cdn.example/1.png', ?1, 1, 6, 9)";
    let sql = rusqlite::Connection::open(&path).unwrap();
    let before = pages(&sql, columns);
    assert!(before.len() > 4, "{before:?}");
    assert!(sql.execute(photo, ["photo"]).is_err());
    drop(sql);

    // The step alone: the condition is written into the schema, and no row is copied.
    let sql = rusqlite::Connection::open(&path).unwrap();
    bring_to(&sql, 18);
    assert_eq!(pages(&sql, columns), before);
    assert!(sql.execute(photo, ["picture"]).is_err());
    assert_eq!(sql.execute(photo, ["photo"]).unwrap(), 1);
    let intact = "SELECT group_concat(integrity_check) FROM pragma_integrity_check";
    let intact: String = sql.query_row(intact, [], |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok");
    let with_photo = pages(&sql, columns);
    drop(sql);

    // The photo outlives the later steps, which make the table anew.
    drop(open_archive(folder.path()).unwrap());
    let sql = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(pages(&sql, columns), with_photo);
    let by_index = "SELECT count(*) FROM page INDEXED BY page_photo
                    WHERE site_id = 1 AND role = 'photo'";
    let by_index: i64 = sql.query_row(by_index, [], |row| row.get(0)).unwrap();
    assert_eq!(by_index, 1);
    let faults = Reader::open(folder.path()).unwrap().faults().unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_archive_of_schema_18_may_have_tombstones_and_holds_and_keeps_its_pages() {
    let folder = grown_archive_of_schema(18, 3);
    let pages = |sql: &rusqlite::Connection| -> Vec<(i64, String, Option<String>)> {
        let mut select = sql
            .prepare("SELECT id, url, verdict FROM page ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let before = pages(&sql);
    let bury = "UPDATE page SET verdict = ?1 WHERE number = 1002";
    assert!(sql.execute(bury, ["taken_down"]).is_err());
    drop(sql);

    drop(open_archive(folder.path()).unwrap());

    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    assert_eq!(pages(&sql), before);
    assert_eq!(sql.execute(bury, ["taken_down"]).unwrap(), 1);
    assert!(sql.execute(bury, ["other"]).is_err());
    sql.execute_batch(
        "INSERT INTO tombstone (article_id, site_id, at, why) VALUES (1, 1, 9, 'a wish');
         INSERT INTO taken_down_address (url, article_id) VALUES ('https://paper.example/x', 1);
         INSERT INTO hold (article_id, at) VALUES (1002, 9);",
    )
    .unwrap();
    let left = "SELECT words + log + whole FROM cleaning";
    let left: i64 = sql.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn changes_of_schema_20_may_be_of_rights() {
    let folder = grown_archive_of_schema(20, 3);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let insert = "INSERT INTO change (article_id, kind, n, at)
                  SELECT min(id), ?1, 1, 10 FROM article";
    assert!(sql.execute(insert, ["rights"]).is_err());
    let count = |sql: &rusqlite::Connection| -> i64 {
        let rows = "SELECT count(*) FROM change";
        sql.query_row(rows, [], |row| row.get(0)).unwrap()
    };
    let before = count(&sql);
    drop(sql);

    drop(open_archive(folder.path()).unwrap());

    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    assert_eq!(count(&sql), before);
    assert_eq!(sql.execute(insert, ["rights"]).unwrap(), 1);
    assert_eq!(sql.execute(insert, ["taken_down"]).unwrap(), 1);
    assert!(sql.execute(insert, ["other"]).is_err());
}

#[test]
fn an_archive_of_schema_21_keeps_its_articles_and_their_keys_and_has_no_other_ones() {
    let folder = grown_archive_of_schema(21, 3);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let shown = || -> Vec<String> {
        let mut select = sql
            .prepare("SELECT json_array(id, url, number, version) FROM articles ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = shown();

    open_archive(folder.path()).unwrap();

    assert_eq!(shown(), before);
    assert!(!before.is_empty());
    let other_keys: i64 = sql
        .query_row("SELECT count(*) FROM other_key", [], |row| row.get(0))
        .unwrap();
    assert_eq!(other_keys, 0);
    let add = "INSERT INTO other_key (site_id, key, article_id) SELECT site_id, 'b-7', id
               FROM article ORDER BY id LIMIT 1";
    assert_eq!(sql.execute(add, []).unwrap(), 1);
    assert!(sql.execute(add, []).is_err(), "a key names one article");
}

#[test]
fn an_archive_of_schema_22_keeps_everything_and_finds_it_by_more_indexes() {
    let folder = grown_archive_of_schema(22, 3);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    let counted = || -> Vec<i64> {
        let count = |table: &str| {
            let count = format!("SELECT count(*) FROM {table}");
            sql.query_row(&count, [], |row| row.get(0)).unwrap()
        };
        ["article", "version", "capture", "body", "page"]
            .map(count)
            .to_vec()
    };
    let before = counted();

    open_archive(folder.path()).unwrap();

    assert_eq!(counted(), before);
    let by_page = "SELECT count(*) FROM capture INDEXED BY capture_of_page WHERE page_id > 0";
    let by_page: i64 = sql.query_row(by_page, [], |row| row.get(0)).unwrap();
    assert_eq!(by_page, before[2]);
}

#[test]
fn an_index_of_schema_23_knows_when_its_articles_were_published() {
    let folder = grown_archive_of_schema(23, 3);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(
        "UPDATE version SET published_at = '2026-11-24T09:00:00+09:00',
             published_ms = 1795478400000 + article_id, published_precision = 'second';
         DELETE FROM indexed_version;
         INSERT INTO indexed_version (article_id, version_id) SELECT article_id, max(id)
         FROM version GROUP BY article_id;",
    )
    .unwrap();

    open_archive(folder.path()).unwrap();

    let days = "SELECT count(*), count(version.published_ms),
                       sum(version.published_ms IS indexed_version.published_ms)
                FROM indexed_version JOIN version ON version.id = version_id";
    let days: (i64, i64, i64) = sql
        .query_row(days, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(days, (4, 4, 4));
}

#[test]
fn each_row_of_an_archive_of_schema_24_gets_a_checksum() {
    let folder = archive_of_schema(24);
    drop(open_archive(folder.path()).unwrap());

    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    for (number, table) in [
        (1, "host"),
        (2, "run"),
        (23, "capture"),
        (27, "page"),
        (28, "version"),
    ] {
        let both = format!(
            "SELECT (SELECT count(*) FROM {table}),
                    (SELECT count(*) FROM checksum WHERE of_table = {number})"
        );
        let (rows, sums): (i64, i64) = sql
            .query_row(&both, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert!(rows > 0, "{table}");
        assert_eq!(sums, rows, "{table}");
    }
}

#[test]
fn photos_of_schema_25_wait_on_and_no_article_of_it_has_refused_them() {
    let folder = archive_of_schema(25);
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(
        "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at)
         VALUES (1, 'paper.example', 'https://paper.example/1.png', 'photo', 1, 6, 9);",
    )
    .unwrap();
    let before = pages(&sql, "id, url, role, verdict, due_at, capture_id");

    drop(open_archive(folder.path()).unwrap());

    assert_eq!(
        pages(&sql, "id, url, role, verdict, due_at, capture_id"),
        before
    );
    let unknown = "SELECT (SELECT count(*) FROM article WHERE NOT photos_withheld),
                          (SELECT count(*) FROM page WHERE shown_by IS NULL),
                          (SELECT count(*) FROM article), (SELECT count(*) FROM page)";
    let counts: [i64; 4] = sql
        .query_row(unknown, [], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        })
        .unwrap();
    assert_eq!(counts[..2], counts[2..]);
    assert!(counts[2] > 0 && counts[3] > 1);
    // Rows of another form have checksums of their own.
    let faults = Reader::open(folder.path()).unwrap().faults().unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

/// Takes the tables of schema 28 away.
const NO_OBJECTS: &str = "DROP TABLE bundled_body; DROP TABLE object; DROP TABLE object_storage;";

/// All checksums, by table and key.
fn sums(sql: &rusqlite::Connection) -> Vec<(i64, i64, i64)> {
    let mut select = sql
        .prepare("SELECT of_table, key, sum FROM checksum ORDER BY of_table, key")
        .unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn damage_of_schema_26_is_still_told_by_its_checksum_behind_an_index_of_copies() {
    let folder = grown_archive_of_schema(24, 3);
    drop(open_archive(folder.path()).unwrap());
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(&format!(
        "{NO_OBJECTS} DROP INDEX article_copy; PRAGMA user_version = 26;"
    ))
    .unwrap();
    let before = sums(&sql);
    let damage = "UPDATE article SET url = url || 'x'";
    assert!(sql.execute(damage, []).unwrap() > 0);

    drop(open_archive(folder.path()).unwrap());

    assert_eq!(sums(&sql), before);
    let by_index = "SELECT count(*) FROM article INDEXED BY article_copy
                    WHERE first_copy IS NOT NULL";
    let copies: i64 = sql.query_row(by_index, [], |row| row.get(0)).unwrap();
    assert_eq!(copies, 0);
}

#[test]
fn an_archive_of_schema_27_keeps_its_bodies_and_has_no_objects() {
    let folder = grown_archive_of_schema(24, 3);
    drop(open_archive(folder.path()).unwrap());
    let sql = rusqlite::Connection::open(folder.path().join("archive.db")).unwrap();
    sql.execute_batch(&format!("{NO_OBJECTS} PRAGMA user_version = 27;"))
        .unwrap();
    let bodies = || -> Vec<(i64, Vec<u8>)> {
        let mut select = sql
            .prepare("SELECT id, zstd FROM body ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = (bodies(), sums(&sql));

    drop(open_archive(folder.path()).unwrap());

    assert_eq!((bodies(), sums(&sql)), before);
    let objects = Reader::open(folder.path()).unwrap().objects_state();
    assert_eq!(objects.unwrap(), None);
    let add = "INSERT INTO object (sha256, bytes, frames, made_at, state)
               VALUES (zeroblob(32), 10, 5, 7, 'lost')";
    assert!(sql.execute(add, []).is_err(), "there is no such state");
}
