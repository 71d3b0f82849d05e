//! What a removal takes: the rows that belong to the chosen articles alone, collected in temporary
//! tables. A dry run counts them, and a takedown deletes them.

use std::time::Duration;

use rusqlite::params;

use crate::archive::article_pages::{CHOSEN_TABLES, MOVED_PHOTOS, PHOTOS, collect_pages};
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::store::millis;
use crate::time::Timestamp;

/// What is removed of articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalExtent {
    /// Everything: texts, pages, photos, and what tells of them. A tombstone stays.
    Everything,
    /// As [`RemovalExtent::Everything`], and the bodies of all lists, home pages, feeds and
    /// sitemaps of their sites, which show headlines and teasers.
    EverythingAndLists,
    /// The pages as they came. Texts and photos stay.
    Bodies,
}

/// What a removal takes, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovalPlan {
    pub articles: u64,
    pub versions: u64,
    /// Addresses under which the articles were known.
    pub addresses: u64,
    /// Answers that are deleted, or that lose their body.
    pub captures: u64,
    pub bodies: u64,
    /// The compressed bytes of the bodies.
    pub bytes: u64,
    pub photos: u64,
    /// Bodies that stay, since an answer of another page has the same bytes.
    pub shared_bodies: u64,
    /// Articles of other papers that tell the same story. They stay.
    pub copies: u64,
    /// Kept answers of lists, home pages, feeds and sitemaps, which may show headlines and teasers.
    pub lists: u64,
}

/// Tables for what only a removal takes.
const DOOMED_TABLES: &str = "
    DROP TABLE IF EXISTS doomed_capture;
    DROP TABLE IF EXISTS doomed_body;
    CREATE TEMP TABLE doomed_capture (id INTEGER PRIMARY KEY, page_id INTEGER, body_id INTEGER);
    CREATE TEMP TABLE doomed_body (id INTEGER PRIMARY KEY);";

/// Photos that other articles have, or that photos of others moved to, stay.
const SHARED_PHOTOS: &str = "DELETE FROM chosen_photo WHERE url IN
       (SELECT image.value ->> 'url'
        FROM version, json_each(CASE WHEN json_valid(images) THEN images ELSE '[]' END) AS image
        WHERE images <> '[]' AND article_id NOT IN (SELECT id FROM chosen_article))
     OR url IN (SELECT reason FROM page WHERE verdict = 'moved' AND reason = chosen_photo.url
                AND role = 'photo' AND id NOT IN (SELECT id FROM chosen_photo))";

const CAPTURES: &str = "INSERT INTO doomed_capture (id, page_id, body_id)
     SELECT id, page_id, body_id FROM capture
     WHERE page_id IN (SELECT id FROM chosen_page UNION SELECT id FROM chosen_photo)
     UNION
     SELECT capture.id, page_id, body_id FROM chosen_article
     CROSS JOIN version CROSS JOIN capture
     WHERE article_id = chosen_article.id AND capture.id = version.capture_id
     ON CONFLICT (id) DO NOTHING";

/// An answer from which a version of another article was read stays.
const SHARED_CAPTURES: &str = "DELETE FROM doomed_capture WHERE EXISTS
     (SELECT 1 FROM version WHERE version.capture_id = doomed_capture.id
      AND article_id NOT IN (SELECT id FROM chosen_article))";

const LISTS: &str = "page.role IN ('home', 'feed', 'section', 'list', 'window', 'sitemap')
     AND page.site_id IN (SELECT site_id FROM chosen_article CROSS JOIN article
                          WHERE article.id = chosen_article.id)";

/// Bodies that no other answer has.
const BODIES: &str = "INSERT INTO doomed_body (id)
     SELECT DISTINCT body_id FROM doomed_capture AS doomed
     WHERE body_id IS NOT NULL AND NOT EXISTS
       (SELECT 1 FROM capture WHERE capture.body_id = doomed.body_id
          AND capture.id NOT IN (SELECT id FROM doomed_capture))
     ON CONFLICT (id) DO NOTHING";

/// Collects what belongs to these articles alone, and counts it.
pub(super) fn collect(
    connection: &Connection,
    articles: &[i64],
    extent: RemovalExtent,
) -> Result<RemovalPlan, ArchiveError> {
    connection.execute_batch(CHOSEN_TABLES)?;
    connection.execute_batch(DOOMED_TABLES)?;
    let mut add =
        connection.prepare("INSERT INTO chosen_article VALUES (?1) ON CONFLICT (id) DO NOTHING")?;
    for article in articles {
        add.execute([article])?;
    }

    collect_pages(connection)?;
    if extent != RemovalExtent::Bodies {
        collect_photos(connection)?;
    }
    connection.execute_batch(CAPTURES)?;
    connection.execute_batch(SHARED_CAPTURES)?;
    if extent == RemovalExtent::EverythingAndLists {
        connection.execute_batch(&format!(
            "INSERT INTO doomed_capture (id, page_id, body_id)
             SELECT capture.id, page_id, body_id FROM capture JOIN page ON page.id = page_id
             WHERE {LISTS}
             ON CONFLICT (id) DO NOTHING"
        ))?;
    }
    connection.execute_batch(BODIES)?;
    count(connection)
}

/// Collects the photos. Where there are none, the texts of all other articles are left unread.
fn collect_photos(connection: &Connection) -> Result<(), ArchiveError> {
    for script in [PHOTOS, MOVED_PHOTOS] {
        connection.execute_batch(script)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM chosen_photo)";
        if connection.query_row(sql, [], |row| row.get(0))? {
            connection.execute_batch(SHARED_PHOTOS)?;
        }
    }
    Ok(())
}

fn count(connection: &Connection) -> Result<RemovalPlan, ArchiveError> {
    let number = |sql: &str| connection.query_row(sql, params![], |row| row.get::<_, u64>(0));
    let of_articles = "IN (SELECT id FROM chosen_article)";
    Ok(RemovalPlan {
        articles: number("SELECT count(*) FROM chosen_article")?,
        versions: number(&format!(
            "SELECT count(*) FROM version WHERE article_id {of_articles}"
        ))?,
        addresses: number("SELECT count(*) FROM chosen_page")?,
        captures: number("SELECT count(*) FROM doomed_capture")?,
        bodies: number("SELECT count(*) FROM doomed_body")?,
        bytes: number(
            "SELECT CAST(coalesce(sum(octet_length(zstd) + coalesce(bundled_body.bytes, 0)), 0)
                    AS INTEGER)
             FROM doomed_body JOIN body ON body.id = doomed_body.id
             LEFT JOIN bundled_body ON body_id = body.id",
        )?,
        photos: number(
            "SELECT count(*) FROM chosen_photo CROSS JOIN page
             WHERE page.id = chosen_photo.id AND verdict = 'stored'",
        )?,
        shared_bodies: number(
            "SELECT count(DISTINCT body_id) FROM doomed_capture
             WHERE body_id NOT IN (SELECT id FROM doomed_body)",
        )?,
        copies: number(&format!(
            "SELECT count(*) FROM article WHERE id NOT {of_articles} AND (first_copy {of_articles}
               OR id IN (SELECT first_copy FROM article WHERE id {of_articles}))"
        ))?,
        lists: number(&format!(
            "SELECT count(*) FROM capture JOIN page ON page.id = page_id
             WHERE body_id IS NOT NULL AND {LISTS}
               AND capture.id NOT IN (SELECT id FROM doomed_capture)"
        ))?,
    })
}

/// How long the articles of a site are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    pub site: String,
    pub after: Duration,
    /// Only articles that these may read, by the names of exports; all of them where none is named.
    pub access: Vec<String>,
    pub extent: RemovalExtent,
}

/// Returns at most so many articles that a site's retention removes, the oldest first. Their time
/// is counted from the moment at which they were stored first. Held ones are left out.
pub(super) fn due_for_retention(
    connection: &Connection,
    rule: &RetentionRule,
    most: u32,
    now: Timestamp,
) -> Result<Vec<i64>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT id FROM article
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND first_seen_at < ?2
           AND (?3 = '[]' OR access IN (SELECT value FROM json_each(?3)))
           AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.article_id = article.id)
           AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)
           AND (?4 OR EXISTS (SELECT 1 FROM version JOIN capture ON capture.id = capture_id
                              WHERE article_id = article.id AND body_id IS NOT NULL))
         ORDER BY first_seen_at LIMIT ?5",
    )?;
    let before = now.millis().saturating_sub(millis(rule.after));
    let access = serde_json::json!(rule.access).to_string();
    let is_whole = rule.extent != RemovalExtent::Bodies;
    let rows = select.query_map(params![rule.site, before, access, is_whole, most], |row| {
        row.get(0)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::article_pages::{MOVED_PAGES, OF_ANOTHER, OWN_PAGES};
    use crate::archive::schema::{migrate, whole_tables_read};

    #[test]
    fn what_belongs_to_an_article_is_found_without_reading_a_whole_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        connection.execute_batch(CHOSEN_TABLES).unwrap();
        connection.execute_batch(DOOMED_TABLES).unwrap();

        let own_pages = OWN_PAGES
            .map(|own| format!("{own} AND page.role || '' = 'article' AND NOT {OF_ANOTHER}"));
        let moved = format!("{MOVED_PAGES} {OF_ANOTHER}) SELECT id, url, article_id FROM origin");
        let lists = format!(
            "SELECT capture.id FROM capture JOIN page ON page.id = page_id \
                             WHERE {LISTS}"
        );
        let statements = [
            PHOTOS,
            MOVED_PHOTOS,
            CAPTURES,
            SHARED_CAPTURES,
            BODIES,
            &moved,
            &lists,
        ];
        for sql in own_pages.iter().map(String::as_str).chain(statements) {
            assert_eq!(whole_tables_read(&connection, sql), [""; 0], "{sql}");
        }
        // Photos of all articles are compared, where photos go at all: their addresses stand in
        // JSON.
        assert_eq!(
            whole_tables_read(&connection, SHARED_PHOTOS),
            ["SCAN version"]
        );
    }
}
