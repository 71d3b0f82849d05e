//! The pages and photos of chosen articles, collected in temporary tables: a removal takes them, and
//! a web archive has them.

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;

/// A page that belongs to another article, which is not chosen. An article has its own address,
/// too, where the key of its page was found in the page alone.
pub(super) const OF_ANOTHER: &str = "(EXISTS (SELECT 1 FROM article AS other
        WHERE other.site_id = page.site_id AND other.number = page.number
          AND other.id NOT IN (SELECT id FROM temp.chosen_article))
     OR EXISTS (SELECT 1 FROM article AS other
        WHERE other.site_id = page.site_id AND other.text_id = page.text_id
          AND other.id NOT IN (SELECT id FROM temp.chosen_article))
     OR page.number IS NULL AND page.text_id IS NULL
        AND (EXISTS (SELECT 1 FROM article AS other WHERE other.url = page.url
                     AND other.number IS NULL AND other.text_id IS NULL
                     AND other.id NOT IN (SELECT id FROM temp.chosen_article))
          OR EXISTS (SELECT 1 FROM article AS other WHERE other.url = page.url
                     AND (other.number IS NOT NULL OR other.text_id IS NOT NULL)
                     AND other.id NOT IN (SELECT id FROM temp.chosen_article))))";

/// Empty tables for the articles, their pages and their photos.
pub(super) const CHOSEN_TABLES: &str = "
    DROP TABLE IF EXISTS temp.chosen_article;
    DROP TABLE IF EXISTS temp.chosen_page;
    DROP TABLE IF EXISTS temp.chosen_photo;
    CREATE TEMP TABLE chosen_article (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE chosen_page (id INTEGER PRIMARY KEY, url TEXT NOT NULL, article_id INTEGER);
    CREATE TEMP TABLE chosen_photo (id INTEGER PRIMARY KEY, url TEXT NOT NULL);";

/// The pages of an article with one of its keys, its addresses, and those that its versions were
/// read from. A printed or AMP page has the key of its article, or moved to it.
pub(super) const OWN_PAGES: [&str; 7] = [
    "SELECT page.id, page.url, article.id FROM temp.chosen_article
     CROSS JOIN article USING (id)
     CROSS JOIN page ON page.site_id = article.site_id AND page.number = article.number",
    "SELECT page.id, page.url, article.id FROM temp.chosen_article
     CROSS JOIN article USING (id)
     CROSS JOIN page ON page.site_id = article.site_id AND page.text_id = article.text_id",
    "SELECT page.id, page.url, article_id FROM temp.chosen_article
     CROSS JOIN other_key ON other_key.article_id = chosen_article.id
     CROSS JOIN page ON page.site_id = other_key.site_id
       AND page.number = CAST(other_key.key AS INTEGER)
       AND other_key.key = CAST(page.number AS TEXT)",
    "SELECT page.id, page.url, article_id FROM temp.chosen_article
     CROSS JOIN other_key ON other_key.article_id = chosen_article.id
     CROSS JOIN page ON page.site_id = other_key.site_id AND page.text_id = other_key.key",
    "SELECT page.id, page.url, article.id FROM temp.chosen_article
     CROSS JOIN article USING (id) CROSS JOIN page ON page.url = article.url",
    "SELECT page.id, page.url, article_id FROM temp.chosen_article
     CROSS JOIN article USING (id)
     CROSS JOIN canonical ON article_id = chosen_article.id
     CROSS JOIN page ON page.url = canonical.url AND page.site_id = article.site_id",
    "SELECT page.id, page.url, article_id FROM temp.chosen_article
     CROSS JOIN version ON article_id = chosen_article.id
     CROSS JOIN capture ON capture.id = version.capture_id
     CROSS JOIN page ON page.id = capture.page_id",
];

/// The pages that moved to one that is chosen, in one step or several.
pub(super) const MOVED_PAGES: &str = "WITH RECURSIVE origin (id, url, article_id) AS (
        SELECT id, url, article_id FROM temp.chosen_page
        UNION
        SELECT page.id, page.url, origin.article_id FROM origin
        CROSS JOIN page ON page.verdict = 'moved' AND page.reason = origin.url
          AND page.role = 'article' AND NOT ";

/// The photos that any version of an article shows.
pub(super) const PHOTOS: &str = "INSERT OR IGNORE INTO temp.chosen_photo (id, url)
    SELECT page.id, page.url FROM temp.chosen_article
    CROSS JOIN version ON article_id = chosen_article.id
    CROSS JOIN json_each(iif(json_valid(images), images, '[]')) AS image
    CROSS JOIN page ON page.url = image.value ->> 'url' AND page.role = 'photo'";

/// The addresses that the photos moved to.
pub(super) const MOVED_PHOTOS: &str = "INSERT OR IGNORE INTO temp.chosen_photo (id, url)
    WITH RECURSIVE target (id, url) AS (
        SELECT id, url FROM temp.chosen_photo
        UNION
        SELECT page.id, page.url FROM target
        CROSS JOIN page AS origin ON origin.id = target.id AND origin.verdict = 'moved'
        CROSS JOIN page ON page.url = origin.reason AND page.role = 'photo')
    SELECT id, url FROM target";

/// Collects the pages that belong to the chosen articles alone. With the plus SQLite does not look
/// for the role in an index: it would read all pages of the site for each article.
pub(super) fn collect_pages(connection: &Connection) -> Result<(), ArchiveError> {
    for own in OWN_PAGES {
        connection.execute_batch(&format!(
            "INSERT OR IGNORE INTO temp.chosen_page (id, url, article_id) {own}
             WHERE +page.role = 'article' AND NOT {OF_ANOTHER}"
        ))?;
    }
    connection.execute_batch(&format!(
        "INSERT OR IGNORE INTO temp.chosen_page (id, url, article_id)
         {MOVED_PAGES} {OF_ANOTHER}) SELECT id, url, article_id FROM origin"
    ))?;
    Ok(())
}
