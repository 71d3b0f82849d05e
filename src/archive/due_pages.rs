//! The queue in the archive: which hosts have queued pages, and which page is next.

mod known_page;
mod page_row;

use rusqlite::ToSql;

use crate::archive::due_pages::page_row::PAGE_COLUMNS;
use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::Writer;
use crate::frontier::{Page, PageId, Role};
use crate::page_url::Host;
use crate::time::Timestamp;

/// A host with queued pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueHost {
    pub host: Host,
    pub first_due: Timestamp,
}

/// The next page of a host.
#[derive(Clone, Debug, PartialEq)]
pub enum NextPage {
    Page(Box<Page>),
    /// Nothing is due now; the first queued page is due at that moment.
    LaterAt(Timestamp),
    /// No page is queued.
    Nothing,
}

/// The pages of a host among which the next one is looked for.
#[derive(Clone, Copy)]
struct DueQuery<'q> {
    host: &'q Host,
    sites: &'q [SiteId],
    /// Pages that are being requested already.
    under_way: &'q [PageId],
}

/// The hosts that have queued pages of a site, and when the first page of each is due: one seek in
/// an index for each host. A grouped query would read the index entry of every page.
const DUE_HOSTS: &str = "WITH RECURSIVE due (host) AS (
       SELECT min(host) FROM page WHERE site_id = ?1 AND due_at IS NOT NULL
       UNION ALL
       SELECT (SELECT min(page.host) FROM page
               WHERE site_id = ?1 AND due_at IS NOT NULL AND page.host > due.host)
       FROM due WHERE due.host IS NOT NULL)
     SELECT host, (SELECT min(due_at) FROM page
                   WHERE site_id = ?1 AND due_at IS NOT NULL AND page.host = due.host)
     FROM due WHERE host IS NOT NULL";

#[doc(hidden)]
impl Writer {
    /// Returns the id of a site; `None` for a site that was never crawled. Sees unsaved changes as
    /// well.
    pub fn site(&self, name: &str) -> Result<Option<SiteId>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM site WHERE name = ?1")?;
        Ok(select
            .query_row([name], |row| Ok(SiteId(row.get(0)?)))
            .optional()?)
    }

    /// Returns the hosts that have queued pages of a site, each with the moment its first one is
    /// due. Sees unsaved changes as well.
    pub fn due_hosts(&self, site: SiteId) -> Result<Vec<DueHost>, ArchiveError> {
        let mut select = self.connection.prepare_cached(DUE_HOSTS)?;
        let rows = select.query_map([site.0], |row| {
            Ok(DueHost {
                host: Host::from_stored(row.get(0)?),
                first_due: Timestamp::from_millis(row.get(1)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns how many pages of a site are known, without its photos. Sees unsaved changes as
    /// well.
    pub fn pages_of(&self, site: &str) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM page
                   WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role <> 'photo'";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([site], |row| row.get(0))?)
    }

    /// Returns how many bytes the kept photos of a site have together. Photos with the same bytes
    /// count once. Sees unsaved changes as well.
    pub fn photo_bytes(&self, site: &str) -> Result<u64, ArchiveError> {
        let sql = "SELECT coalesce(sum(bytes), 0) FROM body WHERE id IN
                     (SELECT capture.body_id FROM page JOIN capture ON capture.id = page.capture_id
                      WHERE page.site_id = (SELECT id FROM site WHERE name = ?1)
                        AND page.role = 'photo' AND page.verdict = 'stored')";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([site], |row| row.get(0))?)
    }

    /// Returns how many pages of a site are queued. Sees unsaved changes as well.
    pub fn queued(&self, site: SiteId) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM page WHERE due_at IS NOT NULL AND site_id = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([site.0], |row| row.get(0))?)
    }

    /// Returns the due page of a host with the highest priority, of these sites and without the
    /// pages that are under way. Sees unsaved changes as well.
    pub fn next_page(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        now: Timestamp,
    ) -> Result<NextPage, ArchiveError> {
        let query = DueQuery {
            host,
            sites,
            under_way,
        };
        if let Some(page) = self.first_due(query, "true", now)? {
            return Ok(NextPage::Page(page));
        }
        self.next_due(query, now)
    }

    /// Returns the due article of a host that waits longest and was never fetched, of these sites
    /// and without the pages that are under way. Sees unsaved changes as well.
    pub fn next_article(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        now: Timestamp,
    ) -> Result<Option<Box<Page>>, ArchiveError> {
        let is_article = format!("page.priority = {}", Role::Article.priority());
        let query = DueQuery {
            host,
            sites,
            under_way,
        };
        self.first_due(query, &is_article, now)
    }

    /// Returns the due page with the highest priority for which an SQL condition holds.
    fn first_due(
        &self,
        query: DueQuery<'_>,
        condition: &str,
        now: Timestamp,
    ) -> Result<Option<Box<Page>>, ArchiveError> {
        let DueQuery {
            host,
            sites,
            under_way,
        } = query;
        let mut select = self
            .connection
            .prepare_cached(&first_due(&of_sites(sites), condition))?;

        // At least one of so many pages is not under way, if there are as many.
        let most = i64::try_from(under_way.len()).unwrap_or(i64::MAX - 1) + 1;
        let (host_name, now_ms) = (host.as_str(), now.millis());
        let mut rows = select.query(values([&host_name, &now_ms, &most], sites).as_slice())?;

        while let Some(row) = rows.next()? {
            let id = PageId(row.get("id")?);
            if !under_way.contains(&id) {
                return Ok(Some(Box::new(self.page(&row, now)?)));
            }
        }
        Ok(None)
    }

    /// Returns at most `count` of the pages of these sites that are due at a host. Sees unsaved
    /// changes as well.
    pub fn due_pages(
        &self,
        host: &Host,
        sites: &[SiteId],
        count: u32,
        now: Timestamp,
    ) -> Result<Vec<Page>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {PAGE_COLUMNS} FROM page JOIN site ON site.id = page.site_id
             WHERE page.host = ?1 AND page.due_at <= ?2 AND {} LIMIT ?3",
            of_sites(sites)
        ))?;

        let (host_name, now_ms) = (host.as_str(), now.millis());
        let mut rows = select.query(values([&host_name, &now_ms, &count], sites).as_slice())?;
        let mut pages = Vec::new();
        while let Some(row) = rows.next()? {
            pages.push(self.page(&row, now)?);
        }
        Ok(pages)
    }

    /// Returns the moment at which the next page becomes due.
    fn next_due(&self, query: DueQuery<'_>, now: Timestamp) -> Result<NextPage, ArchiveError> {
        let DueQuery {
            host,
            sites,
            under_way,
        } = query;
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT min(due_at) FROM page
             WHERE host = ?1 AND due_at > ?2 AND {}
               AND id NOT IN (SELECT CAST(value AS bigint) FROM json_each(?3))",
            of_sites(sites)
        ))?;

        let under_way =
            serde_json::Value::from(under_way.iter().map(|page| page.0).collect::<Vec<_>>())
                .to_string();
        let (host_name, now_ms) = (host.as_str(), now.millis());
        let due: Option<i64> = select.query_row(
            values([&host_name, &now_ms, &under_way], sites).as_slice(),
            |row| row.get(0),
        )?;

        Ok(due.map_or(NextPage::Nothing, |due| {
            NextPage::LaterAt(Timestamp::from_millis(due))
        }))
    }
}

/// Returns the statement that finds the due pages of a host, the next one first.
///
/// The index has the pages in this order. SQLite would choose `page_queued` by itself, and sort all
/// due pages of the host for each page that is asked for.
fn first_due(of_sites: &str, condition: &str) -> String {
    format!(
        "SELECT {PAGE_COLUMNS}
         FROM page INDEXED BY page_due LEFT JOIN site ON site.id = page.site_id
         WHERE page.host = ?1 AND page.due_at IS NOT NULL AND page.due_at <= ?2
           AND {of_sites} AND {condition}
         ORDER BY page.priority DESC, page.due_at, page.id LIMIT ?3"
    )
}

/// Returns the SQL condition for pages of these sites, with the parameters from the fourth on. A
/// host mostly has pages of one site: a temporary table or a JSON list would cost more than the
/// rest of the query.
fn of_sites(sites: &[SiteId]) -> String {
    // PostgreSQL has no empty list.
    if sites.is_empty() {
        return "false".to_owned();
    }
    let places: Vec<String> = (4..4 + sites.len())
        .map(|place| format!("?{place}"))
        .collect();
    format!("page.site_id IN ({})", places.join(","))
}

/// Returns the parameters of a statement about a host's pages, with those of [`of_sites`].
fn values<'v>(first: [&'v dyn ToSql; 3], sites: &'v [SiteId]) -> Vec<&'v dyn ToSql> {
    first
        .into_iter()
        .chain(sites.iter().map(|site| &site.0 as &dyn ToSql))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::archive::engine::Connection;
    use rusqlite::StatementStatus;
    use rusqlite::types::Value;

    use super::{first_due, of_sites};
    use crate::archive::ids::SiteId;
    use crate::archive::schema;

    #[test]
    fn the_next_page_is_found_without_sorting_all_that_are_due() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(Path::new("archive.db"), &mut connection, 0).unwrap();

        for sites in [&[SiteId(1)][..], &[SiteId(1), SiteId(2)]] {
            let connection = connection.sqlite().unwrap();
            let mut select = connection
                .prepare(&first_due(&of_sites(sites), "true"))
                .unwrap();
            let mut values = vec![
                Value::from("saseo.example".to_owned()),
                Value::from(0),
                Value::from(16),
            ];
            values.extend(sites.iter().map(|site| Value::from(site.0)));
            let mut rows = select.query(rusqlite::params_from_iter(&values)).unwrap();
            assert!(rows.next().unwrap().is_none());
            drop(rows);
            assert_eq!(select.get_status(StatementStatus::Sort), 0);
        }
    }
}
