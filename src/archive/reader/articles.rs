//! Articles, chosen by a filter: in their newest versions, or in all of them.

use crate::archive::engine::PreparedStatement;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_filter::{ArticleFilter, VersionChoice};
use crate::archive::reader::article_versions::{ArticleVersion, version};
use crate::archive::reader::filter_conditions::{FilterConditions, sites_in_json};
use crate::archive::reader::newest_declared::newest_declared;
use crate::archive::reader::records::Records;

/// The columns of an article's version, in the order in which they are read.
pub(super) const COLUMNS: &str = concat!(
    "ordered.site || '/' || article.name AS id,
            title, text, content_sha256, article.number, article.text_id, canonical_url, subtitle,
            authors, byline, published_at, published_precision, modified_at, published_source,
            section, subsection, language, images, tags, rights, article.access, opt_outs,
            coalesce(",
    newest_declared!("statements"),
    ", '[]') AS statements, extractor, confidence,
            ordered.site, article.url, version.n AS version,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at / 1000, 'unixepoch') AS first_seen_at,
            strftime('%Y-%m-%dT%H:%M:%SZ', fetched_at / 1000, 'unixepoch') AS fetched_at,
            status AS http_status,
            (SELECT s.name || '/' || a.name
             FROM article AS a JOIN site AS s ON s.id = a.site_id
             WHERE a.id = article.first_copy) AS first_copy"
);

/// The articles of a filter: sites by name, their articles oldest first. The order does not change
/// when articles are added.
///
/// Two walks along indexes have that order, and are merged: articles with a number, and those
/// without one, by their addresses. Only keys are put in order, since whole rows would be sorted
/// through a temporary file as large as all texts. `LIMIT`, the largest number, keeps SQLite from
/// sorting after the join.
const FROM_ARTICLES: &str =
    "FROM (SELECT site.name AS site, 0 AS unnumbered, number, NULL AS url, article.id AS article_id
           FROM site CROSS JOIN article
           WHERE article.site_id = site.id AND number IS NOT NULL
             AND (CAST(?1 AS text) IS NULL OR site.name IN (SELECT value FROM json_each(?1)))
           UNION ALL
           SELECT site.name, 1, NULL, url, article.id
           FROM site CROSS JOIN article
           WHERE article.site_id = site.id AND number IS NULL
             AND (CAST(?1 AS text) IS NULL OR site.name IN (SELECT value FROM json_each(?1)))
           ORDER BY 1, 2, 3, 4 LIMIT 9223372036854775807) AS ordered
     CROSS JOIN article CROSS JOIN version CROSS JOIN capture
     WHERE article.id = ordered.article_id AND capture.id = version.capture_id";

/// The newest version of an article: of its newest capture, the newest reading.
const NEWEST_VERSION: &str = "version.id =
       (SELECT id FROM version AS newest WHERE newest.article_id = ordered.article_id
        ORDER BY capture_id DESC, n DESC LIMIT 1)";

/// All versions of an article. The index by which they are found has them in the order of `n`.
const ALL_VERSIONS: &str = "version.article_id = ordered.article_id";

/// PostgreSQL has to be told the order of the join. For SQLite this is a comment: it would sort
/// whole rows.
const IN_ORDER: &str = "/*postgres ORDER BY ordered.site, ordered.unnumbered,
       ordered.number, ordered.url, version.n */";

/// Returns the statement of these columns of a filter's articles.
fn select_articles(columns: &str, filter: &ArticleFilter, conditions: &FilterConditions) -> String {
    let versions = match filter.versions {
        VersionChoice::Newest => NEWEST_VERSION,
        VersionChoice::All => ALL_VERSIONS,
    };
    format!(
        "SELECT {columns} {FROM_ARTICLES} AND {versions} AND {} {IN_ORDER}",
        conditions.sql()
    )
}

impl Reader {
    /// Fails where the archive does not know a site; the error names the sites that it knows. Sees
    /// saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn knows_site(&self, site: &str) -> Result<(), ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT name FROM site ORDER BY name")?;
        let known: Vec<String> = select
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;

        if known.iter().any(|name| name == site) {
            return Ok(());
        }
        Err(ArchiveError::NoSuchSite {
            site: site.to_owned(),
            known: known.join(", "),
        })
    }

    /// Returns the articles of a filter, each in its newest version or in all of them, those with
    /// damaged columns included: sites by name, their articles oldest first.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. An iterator over the articles may fail for the same
    /// reason.
    pub fn articles(
        &self,
        filter: &ArticleFilter,
    ) -> Result<Records<'_, ArticleVersion>, ArchiveError> {
        let conditions = FilterConditions::of(filter);
        let mut select = self.prepare_records(&select_articles(COLUMNS, filter, &conditions))?;
        select.raw_bind_parameter(1, sites_in_json(filter))?;
        conditions.bind(2, &mut select)?;
        Ok(Records::of(select, &self.path, |row| Ok(version(row))))
    }

    /// Prepares the rows of a filter's articles, one a version that it chooses: `article_id`, `id`
    /// and `declared_id`, the rights that count.
    pub(super) fn prepare_article_rows(
        &self,
        filter: &ArticleFilter,
    ) -> Result<PreparedStatement<'_>, ArchiveError> {
        let columns = concat!(
            "ordered.article_id, ordered.site || '/' || article.name AS id, ",
            newest_declared!("declared_id"),
            " AS declared_id"
        );
        let conditions = FilterConditions::of(filter);
        let sql = select_articles(columns, filter, &conditions);
        let mut select = self.prepare_records(&sql)?;
        select.raw_bind_parameter(1, sites_in_json(filter))?;
        conditions.bind(2, &mut select)?;
        Ok(select)
    }

    /// Returns the rows of the articles of which a filter chooses a version, whichever versions it
    /// asks for: an article with two of them stands there twice.
    #[cfg(feature = "cli")]
    pub(crate) fn article_rows(&self, filter: &ArticleFilter) -> Result<Vec<i64>, ArchiveError> {
        let any_version = ArticleFilter {
            versions: VersionChoice::All,
            ..filter.clone()
        };
        let mut select = self.prepare_article_rows(&any_version)?;
        let mut rows = select.raw_query();
        let mut articles = Vec::new();
        while let Some(row) = rows.next()? {
            articles.push(row.get("article_id")?);
        }
        Ok(articles)
    }

    /// Returns every version of the articles that have several, in the order of
    /// [`Reader::articles`].
    pub(crate) fn several_versions(&self) -> Result<Records<'_, ArticleVersion>, ArchiveError> {
        let filter = ArticleFilter {
            versions: VersionChoice::All,
            ..ArticleFilter::default()
        };
        let mut conditions = FilterConditions::of(&filter);
        // An index has the few versions with such numbers.
        conditions.require("ordered.article_id IN (SELECT article_id FROM version WHERE n > 1)");

        let mut select = self.prepare_records(&select_articles(COLUMNS, &filter, &conditions))?;
        select.raw_bind_parameter(1, sites_in_json(&filter))?;
        Ok(Records::of(select, &self.path, |row| Ok(version(row))))
    }
}
