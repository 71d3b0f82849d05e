//! Articles page by page, in an order that a crawl does not disturb.
//!
//! A page begins behind the last article of the page before, and not after so many articles: an
//! article that comes meanwhile is shown where it belongs or not at all, and moves no other one.
//! The order is that of the first version, since a later one may tell another date. Each site has
//! its articles in that order in an index. The indexes are merged as far as the page needs them.

mod cursor;
mod merge;

#[cfg(feature = "cli")]
use std::ops::Range;

#[cfg(feature = "cli")]
use rusqlite::params;

use crate::archive::engine::{self, PreparedStatement, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_filter::ArticleFilter;
use crate::archive::reader::article_list::merge::MergedSites;
use crate::archive::reader::filter_conditions::FilterConditions;
use crate::archive::reader::published::published_at;
use crate::archive::store::lossy;
#[cfg(feature = "cli")]
use crate::time::Timestamp;

pub use cursor::{ListCursor, ListOrder};

/// An article as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedArticle {
    /// The id, as exports name it.
    pub id: String,
    pub site: String,
    pub url: String,
    pub title: Option<String>,
    pub authors: Vec<String>,
    pub section: Option<String>,
    /// RFC 3339 in the paper's offset, or a day.
    pub published_at: Option<String>,
    pub first_seen_at: String,
    pub access: String,
    /// The number of the newest version.
    pub version: u64,
}

/// Some articles of a list, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleListing {
    pub articles: Vec<ListedArticle>,
    /// Where the next page begins; `None` at the end of the list.
    pub next: Option<ListCursor>,
}

/// The columns of a listed article, of its newest version.
const LISTED: &str = "SELECT ordered.site || '/' || article.name AS id, ordered.site, article.url,
            title, authors, section, published_at, published_precision, article.access,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at / 1000, 'unixepoch') AS first_seen_at,
            version.n AS version
     FROM (SELECT site.name AS site, article.id AS article_id
           FROM article JOIN site ON site.id = article.site_id) AS ordered
     CROSS JOIN article CROSS JOIN version CROSS JOIN capture
     WHERE article.id = ordered.article_id AND version.id =
       (SELECT id FROM version AS newest WHERE newest.article_id = ordered.article_id
        ORDER BY capture_id DESC, n DESC LIMIT 1)
     AND capture.id = version.capture_id";

#[doc(hidden)]
impl Reader {
    /// Returns the articles of a filter behind a cursor, or from the first one on: `limit` of them
    /// at most, each in its newest version. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn list(
        &self,
        filter: &ArticleFilter,
        order: ListOrder,
        after: Option<&ListCursor>,
        limit: usize,
    ) -> Result<ArticleListing, ArchiveError> {
        let conditions = FilterConditions::of(filter);
        let article = match order {
            ListOrder::Newest | ListOrder::Oldest => {
                "(SELECT article_id FROM version WHERE id = ?1)"
            }
            ListOrder::Seen => "?1",
        };
        let mut select = self.connection.prepare_cached(&format!(
            "{LISTED} AND ordered.article_id = {article} AND {}",
            conditions.sql()
        ))?;
        conditions.bind(2, &mut select)?;

        let sites = self.site_ids(filter)?;
        let mut merged = MergedSites::begin(&self.connection, &sites, order, after)?;
        let mut page = ArticleListing {
            articles: Vec::new(),
            next: None,
        };
        while let Some(key) = merged.next()? {
            let Some(article) = listed(&mut select, key.row)? else {
                continue;
            };
            // One article more tells that there is a further page.
            if page.articles.len() == limit {
                return Ok(page);
            }
            page.articles.push(article);
            page.next = Some(ListCursor { order, key });
        }
        page.next = None;
        Ok(page)
    }

    /// Returns the articles of a site that were published within a span, the newest first: at most
    /// `most`, each in its newest version. Sees saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn list_published(
        &self,
        site: &str,
        span: Range<Timestamp>,
        most: u32,
    ) -> Result<Vec<ListedArticle>, ArchiveError> {
        let conditions = FilterConditions::of(&ArticleFilter::default());
        let mut select = self.connection.prepare_cached(&format!(
            "{LISTED} AND ordered.article_id = ?1 AND {}",
            conditions.sql()
        ))?;
        conditions.bind(2, &mut select)?;

        let mut published = self.connection.prepare_cached(
            "SELECT article_id FROM version
             WHERE n = 1 AND site_id = (SELECT id FROM site WHERE name = ?1)
               AND published_ms >= ?2 AND published_ms < ?3
             ORDER BY published_ms DESC, id DESC LIMIT ?4",
        )?;
        let values = params![site, span.start.millis(), span.end.millis(), most];
        let rows = published.query_map(values, |row| row.get(0))?;
        let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;

        let mut articles = Vec::with_capacity(rows.len());
        for row in rows {
            articles.extend(listed(&mut select, row)?);
        }
        Ok(articles)
    }

    fn site_ids(&self, filter: &ArticleFilter) -> Result<Vec<i64>, ArchiveError> {
        let mut select = self.connection.prepare("SELECT id, name FROM site")?;
        let sites = select.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut ids = Vec::new();
        for site in sites {
            let (id, name) = site?;
            if filter.sites.is_empty() || filter.sites.contains(&name) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// Reads the article of a row, if it is one of the filter's.
fn listed(select: &mut PreparedStatement<'_>, row: i64) -> engine::Result<Option<ListedArticle>> {
    select.raw_bind_parameter(1, row)?;
    let mut rows = select.raw_query();
    rows.next()?.map(|row| listed_article(&row)).transpose()
}

/// Reads an article as far as its row can be read: `verify` tells of damage.
fn listed_article(row: &Row<'_>) -> engine::Result<ListedArticle> {
    let text = |name: &str| -> engine::Result<Option<String>> { Ok(lossy(row.get_ref(name)?)) };
    let authors = text("authors")?.unwrap_or_default();

    Ok(ListedArticle {
        id: row.get("id")?,
        site: row.get("site")?,
        url: row.get("url")?,
        title: text("title")?,
        authors: serde_json::from_str(&authors).unwrap_or_default(),
        section: text("section")?,
        published_at: published_at(row)?,
        first_seen_at: text("first_seen_at")?.unwrap_or_default(),
        access: row.get("access")?,
        version: row.get("version")?,
    })
}
