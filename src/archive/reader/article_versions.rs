//! One article with all its versions.

use rusqlite::{OptionalExtension, Row, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::{ArticleRecord, CheckedColumns, Flaw};
use crate::article_key::ArticleKey;
use crate::extract::Article;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// At most so many articles are named where a number belongs to articles of several papers: more
/// would not help a person to choose.
const MAX_NAMED: i64 = 20;

/// An article that was found by its id, number, text or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundArticle {
    row: i64,
    /// The id, as exports name it: `readersnews/81193`.
    pub id: String,
    /// The id of the article of another paper that carried the same story first.
    pub first_copy: Option<String>,
}

/// One version of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleVersion {
    /// The article's id, as exports name it.
    pub id: String,
    /// The article as it was extracted.
    pub article: Article,
    /// The archive's own fields; `version` is its number among the article's versions.
    pub kept: ArticleRecord,
    /// The damaged columns: their fields are empty, or not those that were extracted.
    pub flaws: Vec<Flaw>,
}

impl FoundArticle {
    /// Returns the article's row.
    pub(super) fn row(&self) -> i64 {
        self.row
    }
}

impl Reader {
    /// Returns the id of the newest article that has this title. Sees saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn newest_titled(&self, title: &str) -> Result<Option<String>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id FROM articles WHERE title = ?1 ORDER BY published_ms DESC LIMIT 1",
        )?;
        Ok(select.query_row([title], |row| row.get(0)).optional()?)
    }

    /// Finds an article by its id (`readersnews/81193`) or an address of it. A number or a text is
    /// enough where only one paper has it. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::NoSuchArticle`] where there is none, and [`ArchiveError::Ambiguous`]
    /// where there are several.
    pub fn find_article(&self, wanted: &str) -> Result<FoundArticle, ArchiveError> {
        let mut found = self.articles_named(wanted)?;

        if let [article] = found.as_slice()
            && let Some((at, why)) = self.tombstone(article.row)?
        {
            return Err(ArchiveError::TakenDown {
                id: article.id.clone(),
                at,
                why,
            });
        }
        match found.len() {
            0 => Err(ArchiveError::NoSuchArticle {
                wanted: wanted.to_owned(),
            }),
            1 => Ok(found.remove(0)),
            _ => {
                let ids = found.into_iter().map(|article| article.id).collect();
                Err(ArchiveError::Ambiguous {
                    wanted: wanted.to_owned(),
                    ids,
                })
            }
        }
    }

    /// Returns when and why an article was taken down; `None` where it was not.
    fn tombstone(&self, article: i64) -> Result<Option<(Timestamp, String)>, ArchiveError> {
        let sql = "SELECT at, why FROM tombstone WHERE article_id = ?1";
        let found = self.connection.query_row(sql, [article], |row| {
            Ok((Timestamp::from_millis(row.get(0)?), row.get(1)?))
        });
        Ok(found.optional()?)
    }

    /// Returns the articles with this id, number, text or address.
    fn articles_named(&self, wanted: &str) -> Result<Vec<FoundArticle>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT article.id,
                    site.name || '/' || article.name,
                    (SELECT s.name || '/' || a.name
                     FROM article AS a JOIN site AS s ON s.id = a.site_id
                     WHERE a.id = article.first_copy)
             FROM article JOIN site ON site.id = article.site_id
             WHERE (site.name = ?1 AND (article.number = ?2 OR article.text_id = ?6))
                OR (?1 IS NULL AND article.number = ?2) OR article.text_id = ?7
                OR article.url = ?3 OR article.id = ?4
             ORDER BY 2 LIMIT ?5",
        )?;
        let (site, name) = wanted
            .split_once('/')
            .map_or((None, wanted), |(site, name)| (Some(site), name));
        let number = name.parse::<u64>().ok().map(u64::cast_signed);
        let (text, whole_text) = (ArticleKey::text(name), ArticleKey::text(wanted));
        let address = address_in(wanted, name, number.is_some());

        let of_page = self.article_of_page(&address)?;
        let wanted = params![
            site,
            number,
            address,
            of_page,
            MAX_NAMED,
            text.as_ref().and_then(ArticleKey::as_text),
            whole_text.as_ref().and_then(ArticleKey::as_text),
        ];
        let rows = select.query_map(wanted, |row| {
            Ok(FoundArticle {
                row: row.get(0)?,
                id: row.get(1)?,
                first_copy: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the article of the page at an address, whatever address the article is kept under.
    fn article_of_page(&self, address: &str) -> Result<Option<i64>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT article.id FROM page
             JOIN article ON article.site_id = page.site_id
              AND (article.number = page.number OR article.text_id = page.text_id)
             WHERE page.url = ?1",
        )?;
        Ok(select.query_row([address], |row| row.get(0)).optional()?)
    }

    /// Returns an article's versions, the newest last: in the order of their captures, and within
    /// one capture in the order of extraction. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where the article has no version that can be read.
    pub fn versions(&self, of: &FoundArticle) -> Result<Vec<ArticleVersion>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site.name || '/' || article.name AS id,
                    version.*, version.n AS version, site.name AS site,
                    article.url, article.number, article.text_id, article.access,
                    strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch')
                      AS first_seen_at,
                    strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch')
                      AS fetched_at,
                    capture.status AS http_status,
                    coalesce((SELECT statements FROM article_declared
                              JOIN declared ON declared.id = declared_id
                              WHERE article_declared.article_id = article.id
                              ORDER BY at DESC LIMIT 1), '[]') AS statements,
                    (SELECT s.name || '/' || a.name
                     FROM article AS a JOIN site AS s ON s.id = a.site_id
                     WHERE a.id = article.first_copy) AS first_copy
             FROM version JOIN article ON article.id = version.article_id
             JOIN site ON site.id = article.site_id
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

/// Returns the address within what a person typed, in its normal form. The id of an article without
/// a number has its address behind the site's name.
fn address_in(wanted: &str, name: &str, has_number: bool) -> String {
    let is_address = wanted.starts_with("http://") || wanted.starts_with("https://");
    let address = if has_number || is_address {
        wanted
    } else {
        name
    };
    PageUrl::parse(address).map_or_else(|_| address.to_owned(), |url| url.to_string())
}

/// Reads a version from a row, whose columns are found by name.
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
