//! Articles for exports, in their newest versions.

use std::path::Path;

use rusqlite::{Rows, Statement};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_versions::{ArticleVersion, version};

/// The articles that are exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleFilter {
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

/// Articles that are read by `for article in &mut articles`.
#[derive(Debug)]
pub struct Articles<'r> {
    select: Statement<'r>,
    path: &'r Path,
}

/// An iterator over [`Articles`]. It reads one row at a time.
pub struct ArticleRows<'a> {
    rows: Rows<'a>,
    path: &'a Path,
}

impl Reader {
    /// Fails where the archive does not know a site; the error names the sites that it knows. Sees
    /// saved changes only.
    pub fn knows_site(&self, site: &str) -> Result<(), ArchiveError> {
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
    /// included. An iterator reads what was saved when it begins. Memory does not grow with the
    /// articles.
    pub fn articles(&self, filter: &ArticleFilter) -> Result<Articles<'_>, ArchiveError> {
        let select = self
            .select_articles(filter)
            .map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(Articles {
            select,
            path: &self.path,
        })
    }

    fn select_articles(&self, filter: &ArticleFilter) -> rusqlite::Result<Statement<'_>> {
        let mut select = self.connection.prepare(SELECT_ARTICLES)?;
        select.raw_bind_parameter(1, &filter.site)?;
        select.raw_bind_parameter(2, filter.since.map(|day| day.to_string()))?;
        Ok(select)
    }
}

impl<'a> IntoIterator for &'a mut Articles<'_> {
    type Item = Result<ArticleVersion, ArchiveError>;
    type IntoIter = ArticleRows<'a>;

    fn into_iter(self) -> ArticleRows<'a> {
        ArticleRows {
            rows: self.select.raw_query(),
            path: self.path,
        }
    }
}

impl Iterator for ArticleRows<'_> {
    type Item = Result<ArticleVersion, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(row) => row.map(|row| Ok(version(row))),
            Err(error) => Some(Err(ArchiveError::at(self.path, error))),
        }
    }
}
