//! The histories of settled pages, as the recrawl policy reads them, and the pages that it makes
//! due.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::archive::error::ArchiveError;
use crate::config::site::Discover;
use crate::frontier::Role;
use crate::frontier::recrawl::{History, Settled, SitePolicy, WholeList, next, queued};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A site, as far as it takes to know when its pages are asked for again.
#[derive(Clone, Copy)]
pub(super) struct Recrawl<'s> {
    pub site: &'s str,
    pub discover: &'s Discover,
    /// The list that has every article, where there is one.
    pub everything: Option<&'s PageUrl>,
}

/// A page that a crawl asks for again.
pub(super) struct Due {
    pub id: i64,
    pub role: Role,
}

impl Recrawl<'_> {
    /// Returns the settled pages that a crawl at `now` asks for again; articles only where
    /// robots.txt forbade them.
    pub fn due(&self, connection: &Connection, now: Timestamp) -> Result<Vec<Due>, ArchiveError> {
        let policy = self.policy(connection)?;
        let mut select = connection.prepare_cached(
            "SELECT id, role, verdict, settled_at, discovered_at, news_at, deep_at, read_to_end_at IS NOT NULL AS was_read_to_end,
                    coalesce(url = ?2, 0) AS has_everything, hops, failures, unended
             FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND verdict IS NOT NULL
               AND (role NOT IN ('article', 'list', 'window') OR verdict = 'disallowed')",
        )?;
        let mut rows = select.query(params![self.site, self.everything.map(PageUrl::as_str)])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            let history = history(row)?;
            if next(&history, &policy).is_some_and(|moment| moment <= now) {
                due.push(Due { id: row.get("id")?, role: history.role });
            }
        }
        Ok(due)
    }

    /// Returns the queued pages whose moment changes when a crawl begins at `now`, each with its
    /// new one.
    pub fn requeued(&self, connection: &Connection, now: Timestamp) -> Result<Vec<(i64, Timestamp)>, ArchiveError> {
        let policy = self.policy(connection)?;
        // Pages that are due already keep their moments, but for sources that the site file may
        // leave out.
        let mut select = connection.prepare_cached(
            "SELECT id, role, due_at FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)
               AND (due_at > ?2 OR due_at IS NOT NULL AND role IN ('feed', 'sitemap'))",
        )?;
        let mut rows = select.query(params![self.site, now.millis()])?;
        let mut requeued = Vec::new();
        while let Some(row) = rows.next()? {
            let (role, due) = (role(row)?, Timestamp::from_millis(row.get("due_at")?));
            let moment = queued(role, due, &policy, now);
            if moment != due {
                requeued.push((row.get("id")?, moment));
            }
        }
        Ok(requeued)
    }

    fn policy(&self, connection: &Connection) -> Result<SitePolicy, ArchiveError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM page WHERE role = 'section' AND site_id = (SELECT id FROM site WHERE name = ?1))";
        let has_sections = connection.query_row(sql, [self.site], |row| row.get(0))?;
        let Discover { lists, feeds, sitemaps, .. } = *self.discover;
        let is_covered = self.whole_list(connection)?.is_some_and(WholeList::tells_all_news);
        Ok(SitePolicy { lists, feeds, sitemaps, is_covered, has_sections })
    }

    /// The list that has every article; `None` where there is none, or it is not settled.
    fn whole_list(&self, connection: &Connection) -> Result<Option<WholeList>, ArchiveError> {
        let Some(url) = self.everything else { return Ok(None) };
        let mut select = connection.prepare_cached(
            "SELECT verdict, read_to_end_at IS NOT NULL, list_end IS 'repeats',
                    EXISTS (SELECT 1 FROM page AS below WHERE below.section_id = page.id AND below.due_at IS NOT NULL)
             FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'section' AND url = ?2
               AND verdict IS NOT NULL",
        )?;
        let list = select.query_row(params![self.site, url.as_str()], |row| {
            Ok(WholeList {
                settled: settled(&row.get::<_, String>(0)?),
                was_read_to_end: row.get(1)?,
                repeats_itself: row.get(2)?,
                is_being_read: row.get(3)?,
            })
        });
        Ok(list.optional()?)
    }
}

fn role(row: &Row<'_>) -> Result<Role, ArchiveError> {
    Role::named(&row.get::<_, String>("role")?).ok_or_else(|| ArchiveError::Damaged("page role".to_owned()))
}

fn history(row: &Row<'_>) -> Result<History, ArchiveError> {
    let moment = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis));
    Ok(History {
        role: role(row)?,
        settled: settled(&row.get::<_, String>("verdict")?),
        settled_at: Timestamp::from_millis(row.get("settled_at")?),
        discovered_at: Timestamp::from_millis(row.get("discovered_at")?),
        news_at: moment("news_at")?,
        deep_at: moment("deep_at")?,
        was_read_to_end: row.get("was_read_to_end")?,
        has_everything: row.get("has_everything")?,
        hops: row.get("hops")?,
        failures: row.get("failures")?,
        unended: row.get("unended")?,
    })
}

fn settled(verdict: &str) -> Settled {
    match verdict {
        "read" => Settled::Read,
        "moved" => Settled::Moved,
        "disallowed" => Settled::Disallowed,
        _ => Settled::Otherwise,
    }
}
