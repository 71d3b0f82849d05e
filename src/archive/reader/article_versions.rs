//! One article with all its versions.

use rusqlite::{OptionalExtension, Row, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::{ArticleRecord, CheckedColumns, Flaw};
use crate::extract::Article;
use crate::page_url::PageUrl;

/// Articles of one number in several papers are all named.
const MOST: usize = 20;

/// An article that was found by what somebody called it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundArticle {
    row: i64,
    pub id: String,
    /// The article of another paper that carried the same story first.
    pub first_copy: Option<String>,
}

/// One version of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleVersion {
    /// The article's id, as exports name it.
    pub id: String,
    pub article: Article,
    /// Its number among them.
    pub kept: ArticleRecord,
    /// What is damaged: those fields are empty, or not what was read.
    pub flaws: Vec<Flaw>,
}

impl Reader {
    /// Returns the id of the newest article that has this title. Reads what was saved.
    pub fn newest_titled(&self, title: &str) -> Result<Option<String>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id FROM articles WHERE title = ?1 ORDER BY published_ms DESC LIMIT 1",
        )?;
        Ok(select.query_row([title], |row| row.get(0)).optional()?)
    }

    /// Finds an article by its id (`readersnews/81193`), its number where one paper has it, or an address of it.
    /// Reads what was saved.
    pub fn find_article(&self, wanted: &str) -> Result<FoundArticle, ArchiveError> {
        let mut by_id = self.connection.prepare(
            "SELECT article.id, site.name || '/' || iif(article.number IS NULL, article.url, printf('%u', article.number)),
                    (SELECT s.name || '/' || iif(a.number IS NULL, a.url, printf('%u', a.number))
                     FROM article AS a JOIN site AS s ON s.id = a.site_id WHERE a.id = article.first_copy)
             FROM article JOIN site ON site.id = article.site_id
             WHERE (site.name = ?1 AND article.number = ?2) OR (?1 IS NULL AND article.number = ?2)
                OR article.url = ?3 OR article.id = ?4
             ORDER BY 2 LIMIT ?5",
        )?;
        let (site, name) = wanted
            .split_once('/')
            .map_or((None, wanted), |(site, name)| (Some(site), name));
        let number = name.parse::<u64>().ok().map(u64::cast_signed);
        // An article without a number has its address behind the site's name.
        let is_address = wanted.starts_with("http://") || wanted.starts_with("https://");
        let address = if number.is_none() && !is_address {
            name
        } else {
            wanted
        };
        let address =
            PageUrl::parse(address).map_or_else(|_| address.to_owned(), |url| url.to_string());
        let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
        let rows = by_id.query_map(
            params![site, number, address, self.of_page(&address)?, limit],
            |row| {
                Ok(FoundArticle {
                    row: row.get(0)?,
                    id: row.get(1)?,
                    first_copy: row.get(2)?,
                })
            },
        )?;
        let mut found: Vec<FoundArticle> = rows.collect::<Result<_, _>>()?;
        match found.len() {
            0 => Err(ArchiveError::NoSuchArticle {
                wanted: wanted.to_owned(),
            }),
            1 => Ok(found.remove(0)),
            _ => {
                let ids = found.into_iter().map(|one| one.id).collect();
                Err(ArchiveError::Ambiguous {
                    wanted: wanted.to_owned(),
                    ids,
                })
            }
        }
    }

    /// The article that the page at an address is of, whatever address the article is kept under.
    fn of_page(&self, address: &str) -> Result<Option<i64>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT article.id FROM page JOIN article ON article.site_id = page.site_id AND article.number = page.number
             WHERE page.url = ?1",
        )?;
        Ok(select.query_row([address], |row| row.get(0)).optional()?)
    }

    /// Returns an article's versions, the newest last: by the capture that they were read in, and of one capture by reading.
    /// Reads what was saved.
    pub fn versions(&self, of: &FoundArticle) -> Result<Vec<ArticleVersion>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site.name || '/' || iif(article.number IS NULL, article.url, printf('%u', article.number)) AS id,
                    version.*, version.n AS version, site.name AS site, article.url, article.number, article.access,
                    strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
                    strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
                    capture.status AS http_status
             FROM version JOIN article ON article.id = version.article_id JOIN site ON site.id = article.site_id
             JOIN capture ON capture.id = version.capture_id
             WHERE version.article_id = ?1 ORDER BY version.capture_id, version.n",
        )?;
        let rows = select.query_map([of.row], |row| Ok(version(row)))?;
        let versions: Vec<ArticleVersion> = rows.collect::<Result<_, _>>()?;

        if versions.is_empty() {
            return Err(ArchiveError::Damaged(format!(
                "the article {} has no version that can be read",
                of.id
            )));
        }
        Ok(versions)
    }
}

/// Reads a version from a row that has its columns by their names.
pub(super) fn version(row: &Row<'_>) -> ArticleVersion {
    let mut cells = CheckedColumns::of(row);
    let (id, article, kept) = (cells.name("id"), cells.article(), cells.kept());
    ArticleVersion {
        id,
        article,
        kept,
        flaws: cells.flaws,
    }
}
