//! The exchanges that a filter takes: those of sites, or those of chosen articles. What it takes is
//! noted in temporary tables.

use crate::archive::article_pages::{MOVED_PHOTOS, PHOTOS, collect_pages};
use crate::archive::engine::{self, Connection};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_scope::ScopeCounts;
use crate::archive::reader::exchanges::ExchangeFilter;
use crate::archive::reader::exchanges::earlier::{CHOSEN_CAPTURES, EVERY_CAPTURE};

const TABLES: &str = "
    DROP TABLE IF EXISTS chosen_site;
    DROP TABLE IF EXISTS chosen_host;
    CREATE TEMP TABLE chosen_site (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE chosen_host (host TEXT PRIMARY KEY);";

/// A robots.txt belongs to each site that has pages on its host.
const OF_SITES: &str = "(page.site_id IN (SELECT id FROM chosen_site)
    OR page.id IS NULL AND announced.host IN (SELECT host FROM chosen_host))";

const OF_ARTICLES: &str = "CASE WHEN captured.announced_id IS NOT NULL THEN captured.is_chosen = 1
    WHEN page.id IS NOT NULL THEN page.id IN (SELECT id FROM chosen_page)
    ELSE announced.host IN (SELECT host FROM chosen_host) END";

const CHOSEN_VERSIONS: &str = "version.article_id IN (SELECT id FROM chosen_article)
    AND (SELECT is_chosen FROM captured
         WHERE captured.announced_id = capture.announced_id) = 1";

/// A page that also brought an article that is not chosen has no part in the choice as a whole. Its
/// answers that brought chosen articles alone have.
const LEAVE_MIXED_PAGES: &str = "DELETE FROM chosen_page WHERE EXISTS
    (SELECT 1 FROM capture CROSS JOIN version
     WHERE capture.page_id = chosen_page.id AND version.capture_id = capture.id
       AND version.article_id NOT IN (SELECT id FROM chosen_article))";

const ADD_PHOTOS: &str = "INSERT INTO chosen_page (id, url)
    SELECT id, url FROM chosen_photo WHERE true ON CONFLICT DO NOTHING";

/// The files in which the sites of the articles speak of all their pages: licences, `ai.txt`.
const ADD_POLICIES: &str = "INSERT INTO chosen_page (id, url)
    SELECT page.id, page.url FROM page WHERE role = 'policy' AND site_id IN
      (SELECT DISTINCT article.site_id FROM chosen_article CROSS JOIN article
       WHERE article.id = chosen_article.id)
    ON CONFLICT DO NOTHING";

const HOSTS: &str = "INSERT INTO chosen_host
    SELECT page.host FROM chosen_page CROSS JOIN page WHERE page.id = chosen_page.id
    ON CONFLICT DO NOTHING";

/// Returns the condition of a filter's exchanges, but for their moments.
pub(super) fn wanted_exchanges(filter: &ExchangeFilter) -> &'static str {
    if filter.articles.is_some() {
        OF_ARTICLES
    } else if filter.sites.is_empty() {
        "TRUE"
    } else {
        OF_SITES
    }
}

/// Returns the condition of a filter's pages with articles, but for their sites and moments.
pub(super) fn wanted_pages(filter: &ExchangeFilter) -> &'static str {
    if filter.articles.is_some() {
        CHOSEN_VERSIONS
    } else {
        "TRUE"
    }
}

impl Reader {
    /// Notes what a filter takes, and returns what came of its choice of articles.
    pub(super) fn choose_exchanges(
        &self,
        filter: &ExchangeFilter,
    ) -> Result<Option<ScopeCounts>, ArchiveError> {
        self.connection.execute_batch(TABLES)?;
        let Some(scope) = &filter.articles else {
            self.choose_sites(&filter.sites)?;
            self.index_captures(EVERY_CAPTURE)?;
            return Ok(None);
        };

        let mut counts = self.choose_articles(scope)?;
        if filter.has_days() {
            self.count_reserved_of_days(filter, scope, &mut counts)?;
        }
        collect_pages(&self.connection)?;
        if filter.has_days() {
            self.count_chosen_of_days(filter, scope, &mut counts)?;
        }
        choose_pages(&self.connection)?;
        self.index_captures(CHOSEN_CAPTURES)?;
        Ok(Some(counts))
    }

    /// Notes the chosen sites, and the hosts of their pages: a robots.txt has no site of its own.
    fn choose_sites(&self, sites: &[String]) -> engine::Result<()> {
        for site in sites {
            self.connection.execute(
                "INSERT INTO chosen_site SELECT id FROM site WHERE name = ?1
                 ON CONFLICT DO NOTHING",
                [site],
            )?;
        }
        self.connection.execute(
            "INSERT INTO chosen_host
             SELECT host FROM chosen_site JOIN page ON page.site_id = chosen_site.id WHERE true
             ON CONFLICT DO NOTHING",
            [],
        )?;
        Ok(())
    }
}

/// Keeps of the chosen articles' pages those that brought no other, and notes the photos that the
/// articles show, what their sites say of all pages, and the hosts.
fn choose_pages(connection: &Connection) -> Result<(), ArchiveError> {
    connection.execute_batch(LEAVE_MIXED_PAGES)?;

    let sql = "SELECT EXISTS (SELECT 1 FROM page WHERE role = 'photo')";
    if connection.query_row(sql, [], |row| row.get(0))? {
        for script in [PHOTOS, MOVED_PHOTOS, ADD_PHOTOS] {
            connection.execute_batch(script)?;
        }
    }
    for script in [ADD_POLICIES, HOSTS] {
        connection.execute_batch(script)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::archive::article_pages::CHOSEN_TABLES;
    use crate::archive::schema::{migrate, whole_tables_read};

    #[test]
    fn what_is_chosen_is_found_without_reading_whole_tables_but_for_the_few_policies() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        connection.execute_batch(CHOSEN_TABLES).unwrap();
        connection.execute_batch(TABLES).unwrap();

        for sql in [LEAVE_MIXED_PAGES, ADD_PHOTOS, HOSTS] {
            assert_eq!(whole_tables_read(&connection, sql), [""; 0], "{sql}");
        }
        let policies = whole_tables_read(&connection, ADD_POLICIES);
        assert!(policies.len() <= 1, "{policies:?}");
    }
}
