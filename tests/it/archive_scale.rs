//! Queries that a large archive made fast tell the same as plain ones: counts in indexes, exports
//! in order, hosts with queued pages.

use std::fmt::Write as _;

use rusqlite::Connection;
use saseo::archive::{ArticleFilter, RevisionOutcome, SiteState};
use saseo::extract::Article;
use saseo::frontier::recrawl::SUSPENDED;
use saseo::time::Timestamp;
use serde_json::Value;

use crate::archive_desk::{Desk, NOW, PAPER, article, found_article, later, links, seed, story};

const ROLES: [&str; 8] = [
    "policy", "home", "feed", "section", "sitemap", "window", "list", "article",
];

const VERDICTS: [&str; 10] = [
    "stored",
    "read",
    "moved",
    "members",
    "withheld",
    "gone",
    "unextracted",
    "disallowed",
    "refused",
    "failed",
];

/// Two papers with a page of every role and verdict, and with queued ones, some of which are asked
/// for again later.
fn papers_with_every_page() -> Desk {
    let mut desk = Desk::new();
    desk.seed(seed("other", []), saseo::archive::SeedMode::Begin, later(1));
    let sql = desk.sql();

    let mut id = 0;
    for site in [desk.site(PAPER), desk.site("other")] {
        for role in ROLES {
            for verdict in VERDICTS {
                id += 1;
                let next = (id % 3 != 0).then_some(7_000 + id);
                let settled = format!("NULL, '{verdict}', {}", 5_000 + id);
                add_page(&sql, (site.0, id), role, &settled, next);
            }
            id += 1;
            let queued = format!("{}, NULL, NULL", 9_000 + id);
            add_page(&sql, (site.0, id), role, &queued, Some(3));
        }
    }
    desk
}

fn add_page(sql: &Connection, (site, id): (i64, i64), role: &str, state: &str, next: Option<i64>) {
    let next = next.map_or("NULL".to_owned(), |next| next.to_string());
    let insert = format!(
        "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, verdict,
                           settled_at, next_at, failures, list_end, read_to_end_at, section_id,
                           pass, began_at)
         VALUES ({site}, 'h{}.example', 'https://h.example/{id}', '{role}', 10, 1, {state}, {next},
                 iif('{role}' IN ('feed', 'sitemap'), {id} % 4 * 10, 0),
                 iif('{role}' IN ('section', 'window') AND {id} % 2, 'repeats', NULL),
                 iif({id} % 5 = 0, 1, NULL), 1, 'first', 1)",
        id % 7
    );
    sql.execute(&insert, []).unwrap();
}

/// Articles of both papers: numbered and not, open and for members, in one and two versions.
fn add_articles(sql: &Connection) {
    sql.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let numbers = ["7", "8", "-9223372036854775807", "NULL", "NULL", "100"];
    for (place, number) in numbers.iter().enumerate() {
        for site in [1, 2] {
            let id = place * 2 + site;
            let access = ["open", "members", "gone"][place % 3];
            let seen = NOW.millis() - (place as i64) * 40 * 3_600_000;
            let mut insert = format!(
                "INSERT INTO article (id, site_id, number, url, access, first_seen_at)
                 VALUES ({id}, {site}, {number}, 'https://h.example/{}/{site}', '{access}', {seen});
                 INSERT INTO capture (id, page_id, announced_id, fetched_at, status, headers,
                                      withheld)
                 VALUES ({id}, 1, 1, {seen}, 200, '', 'noarchive');",
                9 - place
            );
            for n in 1..=1 + place % 2 {
                let published = 5 + n + place;
                let _ = write!(
                    insert,
                    "INSERT INTO version (article_id, n, site_id, capture_id, made_at, published_ms,
                         published_at, authors, tags, opt_outs, content_sha256, extractor, images,
                         text)
                     VALUES ({id}, {n}, {site}, {id}, 1, {published}, 'day {published}', '[]', '[]',
                         '[]', '', 'test', '[]', 'text');"
                );
            }
            sql.execute_batch(&insert).unwrap();
        }
    }
}

/// The counts of a site as one look at every row tells them.
fn counted_plainly(sql: &Connection, site: &str, now: Timestamp) -> Vec<(&'static str, String)> {
    let day = 24 * 3_600_000;
    let of_pages = |what: &str| format!("SELECT {what} FROM page WHERE site_id = site.id");
    let of_articles =
        |what: &str| format!("SELECT count(*) FROM article WHERE site_id = site.id AND {what}");
    let verdict = |name: &str| of_pages(&format!("count(*) FILTER (WHERE verdict = '{name}')"));
    let revisit = "role = 'article' AND verdict <> 'disallowed'";
    let counts = [
        ("articles", of_articles("true")),
        (
            "articles_last_day",
            of_articles(&format!("first_seen_at > {}", now.millis() - day)),
        ),
        (
            "articles_last_week",
            of_articles(&format!("first_seen_at > {}", now.millis() - 7 * day)),
        ),
        ("members_only", of_articles("access = 'members'")),
        (
            "changes",
            "SELECT count(*) FROM version JOIN article ON article.id = article_id
             WHERE article.site_id = site.id AND n > 1"
                .to_owned(),
        ),
        (
            "newest_article",
            "SELECT published_at FROM version JOIN article ON article.id = article_id
             WHERE article.site_id = site.id AND n = 1 ORDER BY published_ms DESC LIMIT 1"
                .to_owned(),
        ),
        (
            "gone",
            of_pages("count(*) FILTER (WHERE verdict = 'gone' AND role <> 'policy')"),
        ),
        ("unextracted", verdict("unextracted")),
        ("withheld", verdict("withheld")),
        ("disallowed", verdict("disallowed")),
        ("refused", verdict("refused")),
        ("failed", verdict("failed")),
        ("queued", of_pages("count(due_at)")),
        ("oldest_due", of_pages("min(due_at) / 1000")),
        (
            "looks",
            of_pages(&format!("count(next_at) FILTER (WHERE {revisit})")),
        ),
        (
            "next_look",
            of_pages(&format!("min(next_at) FILTER (WHERE {revisit}) / 1000")),
        ),
        (
            "lists_unread",
            of_pages(
                "count(*) FILTER (WHERE role = 'section' AND read_to_end_at IS NULL
                                       AND verdict IS NOT 'moved')",
            ),
        ),
        (
            "lists_partial",
            of_pages("count(*) FILTER (WHERE list_end = 'repeats')"),
        ),
        (
            "sources_retired",
            of_pages(&format!("count(*) FILTER (WHERE failures >= {SUSPENDED})")),
        ),
        (
            "last_seen",
            of_pages(
                "max(settled_at) FILTER (WHERE role IN ('home', 'section', 'feed')
                                              AND verdict = 'read') / 1000",
            ),
        ),
    ];
    counts
        .into_iter()
        .map(|(name, query)| {
            let query = format!("SELECT coalesce(({query}), '') || '' FROM site WHERE name = ?1");
            (
                name,
                sql.query_row(&query, [site], |row| row.get(0)).unwrap(),
            )
        })
        .collect()
}

/// The same counts as `status` tells them, moments in seconds.
fn counted(state: &SiteState) -> Vec<(String, String)> {
    let told = serde_json::to_value(state).unwrap();
    let told = told.as_object().unwrap().iter();
    told.map(|(name, value)| {
        let value = match value {
            Value::Null => String::new(),
            Value::String(text) => Timestamp::from_rfc3339(text)
                .map_or(text.clone(), |moment| (moment.millis() / 1000).to_string()),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                other.to_string()
            }
        };
        (name.clone(), value)
    })
    .collect()
}

#[test]
fn the_counts_of_a_status_are_those_of_a_look_at_every_row() {
    let desk = papers_with_every_page();
    let sql = desk.sql();
    add_articles(&sql);

    let states = desk.reader().sites(NOW).unwrap();

    assert_eq!(states.len(), 2);
    for state in &states {
        let told = counted(state);
        for (name, expected) in counted_plainly(&sql, &state.site, NOW) {
            let (_, found) = told.iter().find(|(told, _)| told == name).unwrap();
            assert_eq!(*found, expected, "{name} of {}", state.site);
        }
    }
}

#[test]
fn articles_come_by_site_and_number_and_those_without_one_by_address() {
    let desk = papers_with_every_page();
    let sql = desk.sql();
    add_articles(&sql);
    let expected: Vec<String> = sql
        .prepare("SELECT id FROM articles ORDER BY site, number IS NULL, number, url")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let reader = desk.reader();
    let ids = |filter: &ArticleFilter| -> Vec<String> {
        (&mut reader.articles(filter).unwrap())
            .into_iter()
            .map(|version| version.unwrap().id)
            .collect()
    };

    assert_eq!(ids(&ArticleFilter::default()), expected);
    assert_eq!(expected.len(), 12);

    let of_paper = ArticleFilter {
        site: Some(PAPER.to_owned()),
        since: None,
        ..ArticleFilter::default()
    };
    assert_eq!(ids(&of_paper), expected[6..]);
}

#[test]
fn every_host_with_queued_pages_of_a_site_is_told_with_its_first_moment() {
    let desk = papers_with_every_page();
    let sql = desk.sql();
    let mut plain = sql
        .prepare(
            "SELECT host, min(due_at) FROM page WHERE due_at IS NOT NULL AND site_id = ?1
             GROUP BY host ORDER BY host",
        )
        .unwrap();

    for site in [desk.site(PAPER), desk.site("other")] {
        let due: Vec<(String, i64)> = desk
            .archive
            .due_hosts(site)
            .unwrap()
            .into_iter()
            .map(|due| (due.host.to_string(), due.first_due.millis()))
            .collect();
        let expected: Vec<(String, i64)> = plain
            .query_map([site.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(due, expected);
        assert!(due.len() > 5);
    }
}

#[test]
fn a_site_without_queued_pages_has_no_due_host() {
    let mut desk = Desk::new();
    desk.answer_next(links([]));
    assert_eq!(desk.archive.due_hosts(desk.site(PAPER)).unwrap(), []);
}

#[test]
fn a_version_that_is_amended_keeps_its_row() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    let page = desk.next_due();
    desk.answer_and_save(&page, story(article("하나")));
    let capture = desk.captures(PAPER).pop().unwrap();
    // A row behind it: one that is written anew would come after that.
    let other = desk.next_due();
    desk.answer_and_save(&other, story(article("둘")));
    let rows = "SELECT group_concat(id || ' ' || coalesce(section, ''), ', ') FROM version";
    let before: String = desk.value(rows);

    let amended = desk.revise(
        &capture,
        Article {
            section: Some("문화".to_owned()),
            ..article("하나")
        },
    );
    desk.archive.save().unwrap();

    assert!(matches!(amended, RevisionOutcome::Changed { .. }));
    assert_eq!(before, "1 , 2 ");
    assert_eq!(desk.value::<String>(rows), "1 문화, 2 ");
}
