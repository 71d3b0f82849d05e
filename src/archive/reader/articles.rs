//! Articles in their newest versions.

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_versions::{ArticleVersion, version};
use crate::archive::reader::records::Records;
use crate::rights::Purpose;

/// The articles that are exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleFilter {
    /// The name of a site; `None` for all sites.
    pub site: Option<String>,
    /// The first day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub since: Option<jiff::civil::Date>,
    /// The purpose of the export: articles that are reserved for it are left out.
    pub purpose: Option<Purpose>,
}

/// The articles of a filter: sites by name, their articles oldest first. The order does not change
/// when articles are added.
///
/// Two walks along indexes have that order, and are merged: articles with a number, and those
/// without one. Only keys are put in order, since whole rows would be sorted through a temporary
/// file as large as all texts. `LIMIT` keeps SQLite from sorting after the join. The columns stand
/// in the order in which they are read.
const SELECT_ARTICLES: &str = "SELECT ordered.site || '/'
              || iif(article.number IS NULL, article.url, printf('%u', article.number)) AS id,
            title, text, content_sha256, article.number, canonical_url, subtitle, authors, byline,
            published_at, published_precision, modified_at, published_source, section, subsection,
            language, images, tags, rights, article.access, opt_outs,
            coalesce((SELECT statements FROM article_declared
                      JOIN declared ON declared.id = declared_id
                      WHERE article_declared.article_id = article.id
                      ORDER BY at DESC LIMIT 1), '[]') AS statements, extractor, confidence,
            ordered.site, article.url, n AS version,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at / 1000, 'unixepoch') AS first_seen_at,
            strftime('%Y-%m-%dT%H:%M:%SZ', fetched_at / 1000, 'unixepoch') AS fetched_at,
            status AS http_status
     FROM (SELECT site.name AS site, 0 AS unnumbered, number AS place, article.id AS article_id
           FROM site CROSS JOIN article ON article.site_id = site.id
           WHERE number IS NOT NULL AND (?1 IS NULL OR site.name = ?1)
           UNION ALL
           SELECT site.name, 1, url, article.id
           FROM site CROSS JOIN article ON article.site_id = site.id
           WHERE number IS NULL AND (?1 IS NULL OR site.name = ?1)
           ORDER BY 1, 2, 3 LIMIT -1) AS ordered
     CROSS JOIN article ON article.id = ordered.article_id
     CROSS JOIN version ON version.id =
       (SELECT id FROM version AS newest WHERE newest.article_id = ordered.article_id
        ORDER BY capture_id DESC, n DESC LIMIT 1)
     CROSS JOIN capture ON capture.id = version.capture_id
     WHERE (?2 IS NULL OR published_at IS NULL OR substr(published_at, 1, 10) >= ?2)";

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

    /// Returns the articles of a filter, each in its newest version, those with damaged columns
    /// included: sites by name, their articles oldest first.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. An iterator over the articles may fail for the same
    /// reason.
    pub fn articles(
        &self,
        filter: &ArticleFilter,
    ) -> Result<Records<'_, ArticleVersion>, ArchiveError> {
        let mut select = self.prepare_records(SELECT_ARTICLES)?;
        select.raw_bind_parameter(1, &filter.site)?;
        select.raw_bind_parameter(2, filter.since.map(|day| day.to_string()))?;
        Ok(Records::of(select, &self.path, |row| Ok(version(row))))
    }
}
