//! Articles in their newest versions.

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_versions::{ArticleVersion, version};
use crate::archive::reader::records::Records;

/// The articles that are exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleFilter {
    /// The name of a site; `None` for all sites.
    pub site: Option<String>,
    /// The first day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub since: Option<jiff::civil::Date>,
}

/// The articles of a filter: sites by name, their articles oldest first. The order does not change
/// when articles are added.
const SELECT_ARTICLES: &str =
    "SELECT id, site, url, canonical_url, number, title, subtitle, authors, byline, published_at,
            published_precision, modified_at, published_source, section, subsection, language,
            text, images, tags, rights, access, opt_outs, version, content_sha256, first_seen_at,
            fetched_at, http_status, extractor, confidence
     FROM articles WHERE (?1 IS NULL OR site = ?1)
       AND (?2 IS NULL OR published_at IS NULL OR substr(published_at, 1, 10) >= ?2)
     ORDER BY site, number IS NULL, number, url";

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
