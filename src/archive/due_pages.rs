//! Queued pages: which hosts have some, and which one is next.

use rusqlite::{OptionalExtension, Row, ToSql, params};

use crate::archive::body::unpack;
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::list::window;
use crate::archive::recrawl::past;
use crate::archive::store::{Archive, stored_number};
use crate::frontier::{Discovered, Page, PageId, PageKind, Past, Role};
use crate::page_url::{Host, PageUrl};
use crate::time::Timestamp;

/// A host with queued pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueHost {
    pub host: Host,
    pub first_due: Timestamp,
}

/// What there is to ask a host.
#[derive(Clone, Debug, PartialEq)]
pub enum NextPage {
    Page(Box<Page>),
    /// Nothing now, but from that moment on.
    LaterAt(Timestamp),
    Nothing,
}

/// The columns that a [`Page`] is read from.
const PAGE: &str = "page.id, site.name, page.url, page.role, page.number, page.attempts, page.hops, page.read_to_end_at,
    page.discovered_at, page.news_at, page.deep_at, page.section_id, page.pass, page.began_at, page.previous, page.promised,
    page.joint, page.met, page.verdict IS NOT NULL AS is_kept, page.gone_looks, page.unended, page.failures, page.etag,
    page.last_modified, site.validators_lie, site.validators_vary, site.unchanged,
    site.whole_list IS page.url AS is_whole_list";

impl Archive {
    /// Returns the number of a site; `None` of one that was never crawled.
    /// Reads what was written, saved or not.
    pub fn site(&self, name: &str) -> Result<Option<SiteId>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM site WHERE name = ?1")?;
        Ok(select
            .query_row([name], |row| Ok(SiteId(row.get(0)?)))
            .optional()?)
    }

    /// Returns the hosts that have queued pages of a site, each with the moment its first one is
    /// due. Reads what was written, saved or not.
    pub fn due_hosts(&self, site: SiteId) -> Result<Vec<DueHost>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT host, min(due_at) FROM page WHERE due_at IS NOT NULL AND site_id = ?1 GROUP BY host",
        )?;
        let rows = select.query_map([site.0], |row| {
            Ok(DueHost {
                host: Host::from_stored(row.get(0)?),
                first_due: Timestamp::from_millis(row.get(1)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns how many pages of a site are known. Reads what was written, saved or not.
    pub fn pages_of(&self, site: &str) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM page WHERE site_id = (SELECT id FROM site WHERE name = ?1)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([site], |row| row.get(0))?)
    }

    /// Returns how many pages of a site are queued. Reads what was written, saved or not.
    pub fn queued(&self, site: SiteId) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM page WHERE due_at IS NOT NULL AND site_id = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([site.0], |row| row.get(0))?)
    }

    /// Returns a host's best due page of these sites, other than those that are not to be asked for
    /// now. Reads what was written, saved or not.
    pub fn next_page(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        now: Timestamp,
    ) -> Result<NextPage, ArchiveError> {
        if let Some(page) = self.first_due(host, sites, under_way, "true", now)? {
            return Ok(NextPage::Page(page));
        }
        self.next_due(host, sites, under_way, now)
    }

    /// Returns a host's article that was found first and not fetched yet, of these sites and other
    /// than those that are not to be asked for now. Reads what was written, saved or not.
    pub fn next_article(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        now: Timestamp,
    ) -> Result<Option<Box<Page>>, ArchiveError> {
        let is_article = format!("page.priority = {}", Role::Article.priority());
        self.first_due(host, sites, under_way, &is_article, now)
    }

    /// Returns a host's best due page for which a condition holds.
    fn first_due(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        condition: &str,
        now: Timestamp,
    ) -> Result<Option<Box<Page>>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {PAGE}
             FROM page JOIN site ON site.id = page.site_id
             WHERE page.host = ?1 AND page.due_at IS NOT NULL AND page.due_at <= ?2 AND {} AND {condition}
             ORDER BY page.priority DESC, page.due_at, page.id LIMIT ?3",
            of_sites(sites)
        ))?;
        let most = i64::try_from(under_way.len()).unwrap_or(i64::MAX - 1) + 1;
        let (host_name, now_ms) = (host.as_str(), now.millis());
        let mut rows = select.query(values([&host_name, &now_ms, &most], sites).as_slice())?;
        while let Some(row) = rows.next()? {
            if !under_way.contains(&PageId(row.get(0)?)) {
                return Ok(Some(Box::new(self.page(row, now)?)));
            }
        }
        Ok(None)
    }

    /// Returns some of the pages of these sites that are due at a host.
    /// Reads what was written, saved or not.
    pub fn due_pages(
        &self,
        host: &Host,
        sites: &[SiteId],
        count: u32,
        now: Timestamp,
    ) -> Result<Vec<Page>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {PAGE} FROM page JOIN site ON site.id = page.site_id
             WHERE page.host = ?1 AND page.due_at <= ?2 AND {} LIMIT ?3",
            of_sites(sites)
        ))?;
        let (host_name, now_ms) = (host.as_str(), now.millis());
        let mut rows = select.query(values([&host_name, &now_ms, &count], sites).as_slice())?;
        let mut pages = Vec::new();
        while let Some(row) = rows.next()? {
            pages.push(self.page(row, now)?);
        }
        Ok(pages)
    }

    fn next_due(
        &self,
        host: &Host,
        sites: &[SiteId],
        under_way: &[PageId],
        now: Timestamp,
    ) -> Result<NextPage, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT min(due_at) FROM page
             WHERE host = ?1 AND due_at > ?2 AND {} AND id NOT IN (SELECT value FROM json_each(?3))",
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

    fn page(&self, row: &Row<'_>, now: Timestamp) -> Result<Page, ArchiveError> {
        let damaged = |what: &str| ArchiveError::Damaged(format!("page {what}"));
        let id = PageId(row.get(0)?);
        let role = Role::named(&row.get::<_, String>(3)?).ok_or_else(|| damaged("role"))?;
        let url = row.get::<_, String>(2)?;
        let past = past(row, row.get("is_whole_list")?)?;
        Ok(Page {
            id,
            site: row.get(1)?,
            url: PageUrl::from_stored(&url).map_err(|why| damaged(&why.to_string()))?,
            attempts: row.get(5)?,
            hops: row.get(6)?,
            past,
            unended: row.get("unended")?,
            kind: self.kind(id, role, &past, row, now)?,
        })
    }

    /// Reads what only pages of a role have.
    fn kind(
        &self,
        id: PageId,
        role: Role,
        past: &Past,
        row: &Row<'_>,
        now: Timestamp,
    ) -> Result<PageKind, ArchiveError> {
        Ok(match role {
            Role::Policy => PageKind::Policy,
            Role::Home => PageKind::Home(self.begun_list(id, past, row, now)?),
            Role::Feed => PageKind::Feed {
                failures: row.get("failures")?,
            },
            Role::Sitemap => PageKind::Sitemap {
                failures: row.get("failures")?,
            },
            Role::Section => PageKind::Section(self.begun_list(id, past, row, now)?),
            Role::Window => PageKind::Window(window(id, now)),
            Role::ListPage => PageKind::ListPage(self.list(row)?),
            Role::Article => PageKind::Article(self.known_article(row, now)?),
        })
    }

    /// Returns whether an address moved, by however many steps, to another.
    /// Reads what was written, saved or not.
    pub fn leads_to(&self, from: &PageUrl, to: &PageUrl) -> Result<bool, ArchiveError> {
        const MOST: usize = 10;
        let mut moved = self
            .connection
            .prepare_cached("SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved'")?;
        let mut at = from.as_str().to_owned();
        for _ in 0..MOST {
            let next: Option<String> = moved.query_row([&at], |row| row.get(0)).optional()?;
            match next {
                Some(next) if next == to.as_str() => return Ok(true),
                Some(next) => at = next,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Returns where a page was led to when it was asked for last, by however many steps; `None`
    /// where it stayed. Reads what was written, saved or not.
    pub fn moved_to(&self, url: &PageUrl) -> Result<Option<PageUrl>, ArchiveError> {
        const MOST: usize = 10;
        let mut newest = self.connection.prepare_cached(
            "SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved' AND reason IS NOT NULL",
        )?;
        let mut at = None;
        for _ in 0..MOST {
            let from = at.as_ref().unwrap_or(url);
            match newest
                .query_row([from.as_str()], |row| row.get::<_, String>(0))
                .optional()?
            {
                Some(next) => at = PageUrl::from_stored(&next).ok(),
                None => return Ok(at),
            }
        }
        Ok(at)
    }

    /// Returns the newest good body that was kept of a page, decoded and unpacked, unless a later answer said that there is
    /// none any more (404, 410). Where the page moved, that of the address it moved to counts.
    /// Reads what was written, saved or not.
    pub fn body(&self, url: &PageUrl) -> Result<Option<Vec<u8>>, ArchiveError> {
        const MOVES: usize = 5;
        let mut moved = self
            .connection
            .prepare_cached("SELECT reason FROM page WHERE url = ?1 AND verdict = 'moved'")?;
        let mut newest = self.connection.prepare_cached(
            "SELECT capture.status, body.bytes, body.zstd FROM page JOIN capture ON capture.id = page.capture_id
             LEFT JOIN body ON body.id = capture.body_id WHERE page.url = ?1",
        )?;
        let mut at = url.as_str().to_owned();
        for _ in 0..MOVES {
            match moved.query_row([&at], |row| row.get(0)).optional()? {
                Some(to) => at = to,
                None => break,
            }
        }
        type KeptColumns = (u16, Option<usize>, Option<Vec<u8>>);
        let kept: Option<KeptColumns> = newest
            .query_row([&at], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((200..=299, Some(bytes), Some(packed))) = kept else {
            return Ok(None);
        };
        unpack(&packed, bytes).map(Some)
    }

    /// Returns, for each page, when it was discovered, if it was. An article is known by its number, whatever its address;
    /// any other page by its address. Reads what was written, saved or not.
    pub fn discovered(
        &self,
        site: &str,
        pages: &[Discovered],
    ) -> Result<Vec<Option<Timestamp>>, ArchiveError> {
        let mut by_number = self.connection.prepare_cached(
            "SELECT min(page.discovered_at) FROM page JOIN site ON site.id = page.site_id
             WHERE site.name = ?1 AND page.number = ?2",
        )?;
        let mut by_url = self
            .connection
            .prepare_cached("SELECT discovered_at FROM page WHERE url = ?1")?;
        let mut moment = |page: &Discovered| -> Result<Option<i64>, rusqlite::Error> {
            match page.number {
                Some(number) => {
                    by_number.query_row(params![site, stored_number(number)], |row| row.get(0))
                }
                None => Ok(by_url
                    .query_row([page.url.as_str()], |row| row.get(0))
                    .optional()?),
            }
        };
        pages
            .iter()
            .map(|page| Ok(moment(page)?.map(Timestamp::from_millis)))
            .collect()
    }
}

/// Pages of these sites, as a condition with the parameters from the fourth on. A host has pages of
/// one site, mostly: a table or a JSON list would cost more than the rest of the search.
fn of_sites(sites: &[SiteId]) -> String {
    let places: Vec<String> = (4..4 + sites.len())
        .map(|place| format!("?{place}"))
        .collect();
    format!("page.site_id IN ({})", places.join(","))
}

/// The parameters of a statement about a host's pages, with those of [`of_sites`].
fn values<'v>(first: [&'v dyn ToSql; 3], sites: &'v [SiteId]) -> Vec<&'v dyn ToSql> {
    first
        .into_iter()
        .chain(sites.iter().map(|site| &site.0 as &dyn ToSql))
        .collect()
}
