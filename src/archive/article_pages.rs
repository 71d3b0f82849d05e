//! The pages and photos of chosen articles, collected in temporary tables: a removal takes them, and
//! a web archive has them.

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;

/// A page that belongs to another article, which is not chosen. An article has its own address,
/// too, where the key of its page was found in the page alone.
pub(super) const OF_ANOTHER: &str = "(EXISTS (SELECT 1 FROM article AS other
        WHERE other.site_id = page.site_id AND other.number = page.number
          AND other.id NOT IN (SELECT id FROM chosen_article))
     OR EXISTS (SELECT 1 FROM article AS other
        WHERE other.site_id = page.site_id AND other.text_id = page.text_id
          AND other.id NOT IN (SELECT id FROM chosen_article))
     OR page.number IS NULL AND page.text_id IS NULL
        AND (EXISTS (SELECT 1 FROM article AS other WHERE other.url = page.url
                     AND other.number IS NULL AND other.text_id IS NULL
                     AND other.id NOT IN (SELECT id FROM chosen_article))
          OR EXISTS (SELECT 1 FROM article AS other WHERE other.url = page.url
                     AND (other.number IS NOT NULL OR other.text_id IS NOT NULL)
                     AND other.id NOT IN (SELECT id FROM chosen_article))))";

/// Empty tables for the articles, their pages and their photos.
pub(super) const CHOSEN_TABLES: &str = "
    DROP TABLE IF EXISTS chosen_article;
    DROP TABLE IF EXISTS chosen_page;
    DROP TABLE IF EXISTS chosen_photo;
    CREATE TEMP TABLE chosen_article (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE chosen_page (id INTEGER PRIMARY KEY, url TEXT NOT NULL, article_id INTEGER);
    CREATE TEMP TABLE chosen_photo (id INTEGER PRIMARY KEY, url TEXT NOT NULL);";

/// The pages of an article with one of its keys, its addresses, and those that its versions were
/// read from. A printed or AMP page has the key of its article, or moved to it.
pub(super) const OWN_PAGES: [&str; 7] = [
    "SELECT page.id, page.url, article.id FROM chosen_article
     CROSS JOIN article CROSS JOIN page
     WHERE article.id = chosen_article.id
       AND page.site_id = article.site_id AND page.number = article.number",
    "SELECT page.id, page.url, article.id FROM chosen_article
     CROSS JOIN article CROSS JOIN page
     WHERE article.id = chosen_article.id
       AND page.site_id = article.site_id AND page.text_id = article.text_id",
    "SELECT page.id, page.url, article_id FROM chosen_article
     CROSS JOIN other_key CROSS JOIN page
     WHERE other_key.article_id = chosen_article.id AND page.site_id = other_key.site_id
       AND page.number = CASE
         WHEN ltrim(other_key.key, '0123456789') = '' AND length(other_key.key) BETWEEN 1 AND 18
           OR ltrim(other_key.key, '0123456789') = '' AND length(other_key.key) = 19
             AND other_key.key <= '9223372036854775807'
         THEN CAST(other_key.key AS bigint) END
       AND other_key.key = CAST(page.number AS text)",
    "SELECT page.id, page.url, article_id FROM chosen_article
     CROSS JOIN other_key CROSS JOIN page
     WHERE other_key.article_id = chosen_article.id AND page.site_id = other_key.site_id
       AND page.text_id = other_key.key",
    "SELECT page.id, page.url, article.id FROM chosen_article
     CROSS JOIN article CROSS JOIN page
     WHERE article.id = chosen_article.id AND page.url = article.url",
    "SELECT page.id, page.url, article_id FROM chosen_article
     CROSS JOIN article CROSS JOIN canonical CROSS JOIN page
     WHERE article.id = chosen_article.id AND article_id = chosen_article.id
       AND page.url = canonical.url AND page.site_id = article.site_id",
    "SELECT page.id, page.url, article_id FROM chosen_article
     CROSS JOIN version CROSS JOIN capture CROSS JOIN page
     WHERE article_id = chosen_article.id AND capture.id = version.capture_id
       AND page.id = capture.page_id",
];

/// The pages that moved to one that is chosen, in one step or several.
pub(super) const MOVED_PAGES: &str = "WITH RECURSIVE origin (id, url, article_id) AS (
        SELECT page.id, page.url, chosen_page.article_id FROM chosen_page
        CROSS JOIN page WHERE page.id = chosen_page.id
        UNION
        SELECT page.id, page.url, origin.article_id FROM origin
        CROSS JOIN page WHERE page.verdict = 'moved' AND page.reason = origin.url
          AND page.role = 'article' AND NOT ";

/// The photos that any version of an article shows.
pub(super) const PHOTOS: &str = "INSERT INTO chosen_photo (id, url)
    SELECT page.id, page.url FROM chosen_article
    CROSS JOIN version
    CROSS JOIN json_each(CASE WHEN json_valid(images) THEN images ELSE '[]' END) AS image
    CROSS JOIN page
    WHERE article_id = chosen_article.id
      AND page.url = image.value ->> 'url' AND page.role = 'photo'
    ON CONFLICT (id) DO NOTHING";

/// The addresses that the photos moved to.
pub(super) const MOVED_PHOTOS: &str = "INSERT INTO chosen_photo (id, url)
    WITH RECURSIVE target (id, url) AS (
        SELECT page.id, page.url FROM chosen_photo
        CROSS JOIN page WHERE page.id = chosen_photo.id
        UNION
        SELECT page.id, page.url FROM target
        CROSS JOIN page AS origin CROSS JOIN page
        WHERE origin.id = target.id AND origin.verdict = 'moved'
          AND page.url = origin.reason AND page.role = 'photo')
    SELECT id, url FROM target WHERE true
    ON CONFLICT (id) DO NOTHING";

/// Collects the pages that belong to the chosen articles alone. As an expression, SQLite does not
/// look for the role in an index: it would read all pages of the site for each article.
pub(super) fn collect_pages(connection: &Connection) -> Result<(), ArchiveError> {
    for own in OWN_PAGES {
        connection.execute_batch(&format!(
            "INSERT INTO chosen_page (id, url, article_id) {own}
               AND page.role || '' = 'article' AND NOT {OF_ANOTHER}
             ON CONFLICT (id) DO NOTHING"
        ))?;
    }
    connection.execute_batch(&format!(
        "INSERT INTO chosen_page (id, url, article_id)
         {MOVED_PAGES} {OF_ANOTHER}) SELECT id, url, article_id FROM origin WHERE true
         ON CONFLICT (id) DO NOTHING"
    ))?;
    Ok(())
}
