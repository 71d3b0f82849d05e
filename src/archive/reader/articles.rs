//! Articles, chosen by a filter: in their newest versions, or in all of them.

use jiff::civil::Date;
use rusqlite::Statement;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_versions::{ArticleVersion, version};
use crate::archive::reader::condition::{Condition, ConditionValue};
use crate::archive::reader::records::Records;
use crate::extract::Access;
use crate::rights::Purpose;
use crate::time::Timestamp;

/// The articles that are exported. All of its conditions hold for each of them; an empty list asks
/// for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleFilter {
    /// The names of sites.
    pub sites: Vec<String>,
    /// The first day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub since: Option<Date>,
    /// The last day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub until: Option<Date>,
    /// The moment from which on saseo saw the article for the first time.
    pub seen_since: Option<Timestamp>,
    /// Names of sections or subsections, one of which the article has.
    pub sections: Vec<String>,
    /// Names of authors, one of whom the article has.
    pub authors: Vec<String>,
    /// Who may read the article.
    pub access: Vec<Access>,
    /// A condition on its columns.
    pub condition: Option<Condition>,
    /// The versions of each article.
    pub versions: VersionChoice,
    /// Copies of stories that another paper carried first.
    pub copies: CopyChoice,
    /// The purpose of the export: articles that are reserved against it are left out.
    pub purpose: Option<Purpose>,
}

/// Which versions of an article are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VersionChoice {
    /// The newest one.
    #[default]
    Newest,
    /// Each one, in the order of their numbers.
    All,
}

/// Whether articles are exported that another paper carried first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyChoice {
    /// They are exported, and name the first copy.
    #[default]
    Included,
    /// They are left out.
    LeftOut,
}

/// The articles of a filter: sites by name, their articles oldest first. The order does not change
/// when articles are added.
///
/// Two walks along indexes have that order, and are merged: articles with a number, and those
/// without one, by their addresses. Only keys are put in order, since whole rows would be sorted
/// through a temporary file as large as all texts. `LIMIT` keeps SQLite from sorting after the
/// join. The columns stand in the order in which they are read.
const SELECT_ARTICLES: &str = "SELECT ordered.site || '/' || article.name AS id,
            title, text, content_sha256, article.number, article.text_id, canonical_url, subtitle,
            authors, byline, published_at, published_precision, modified_at, published_source,
            section, subsection, language, images, tags, rights, article.access, opt_outs,
            coalesce((SELECT statements FROM article_declared
                      JOIN declared ON declared.id = declared_id
                      WHERE article_declared.article_id = article.id
                      ORDER BY at DESC LIMIT 1), '[]') AS statements, extractor, confidence,
            ordered.site, article.url, n AS version,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at / 1000, 'unixepoch') AS first_seen_at,
            strftime('%Y-%m-%dT%H:%M:%SZ', fetched_at / 1000, 'unixepoch') AS fetched_at,
            status AS http_status,
            (SELECT s.name || '/' || a.name
             FROM article AS a JOIN site AS s ON s.id = a.site_id
             WHERE a.id = article.first_copy) AS first_copy
     FROM (SELECT site.name AS site, 0 AS unnumbered, number AS place, article.id AS article_id
           FROM site CROSS JOIN article ON article.site_id = site.id
           WHERE number IS NOT NULL
             AND (?1 IS NULL OR site.name IN (SELECT value FROM json_each(?1)))
           UNION ALL
           SELECT site.name, 1, url, article.id
           FROM site CROSS JOIN article ON article.site_id = site.id
           WHERE number IS NULL
             AND (?1 IS NULL OR site.name IN (SELECT value FROM json_each(?1)))
           ORDER BY 1, 2, 3 LIMIT -1) AS ordered
     CROSS JOIN article ON article.id = ordered.article_id";

/// The newest version of an article: of its newest capture, the newest reading.
const NEWEST_VERSION: &str = "CROSS JOIN version ON version.id =
       (SELECT id FROM version AS newest WHERE newest.article_id = ordered.article_id
        ORDER BY capture_id DESC, n DESC LIMIT 1)";

/// All versions of an article. The index by which they are found has them in the order of `n`.
const ALL_VERSIONS: &str = "CROSS JOIN version ON version.article_id = ordered.article_id";

/// The statement of a filter: fixed pieces, and the values that are bound to it.
struct FilteredSelect {
    conditions: Vec<String>,
    values: Vec<ConditionValue>,
}

impl FilteredSelect {
    fn of(filter: &ArticleFilter) -> Self {
        let mut select = Self {
            conditions: Vec::new(),
            values: Vec::new(),
        };
        select.add_days(filter);
        select.add_names(filter);
        if let Some(condition) = &filter.condition {
            select.conditions.push(condition.sql().to_owned());
            select.values.extend_from_slice(condition.values());
        }

        match filter.copies {
            CopyChoice::Included => {}
            CopyChoice::LeftOut => select
                .conditions
                .push("article.first_copy IS NULL".to_owned()),
        }
        select
    }

    fn add(&mut self, condition: &str, value: ConditionValue) {
        self.conditions.push(condition.to_owned());
        self.values.push(value);
    }

    fn add_days(&mut self, filter: &ArticleFilter) {
        let day = |day: Date| ConditionValue::Text(day.to_string());
        if let Some(since) = filter.since {
            let from = "(published_at IS NULL OR substr(published_at, 1, 10) >= ?)";
            self.add(from, day(since));
        }
        if let Some(until) = filter.until {
            let to = "(published_at IS NULL OR substr(published_at, 1, 10) <= ?)";
            self.add(to, day(until));
        }
        if let Some(seen_since) = filter.seen_since {
            let value = ConditionValue::Whole(seen_since.millis());
            self.add("article.first_seen_at >= ?", value);
        }
    }

    fn add_names(&mut self, filter: &ArticleFilter) {
        if !filter.sections.is_empty() {
            // One parameter for both columns.
            let of_either = "EXISTS (SELECT 1 FROM json_each(?) AS wanted
                WHERE wanted.value IN (version.section, version.subsection))";
            self.add(of_either, listed(&filter.sections));
        }
        if !filter.authors.is_empty() {
            // A damaged list passes, so that its article is named as damaged.
            let of_one = "(NOT json_valid(version.authors) OR EXISTS (SELECT 1
                FROM json_each(iif(json_valid(version.authors), version.authors, '[]')) AS author
                WHERE author.value IN (SELECT value FROM json_each(?))))";
            self.add(of_one, listed(&filter.authors));
        }
        if !filter.access.is_empty() {
            let names: Vec<String> = filter
                .access
                .iter()
                .map(|access| access.name().to_owned())
                .collect();
            self.add(
                "article.access IN (SELECT value FROM json_each(?))",
                listed(&names),
            );
        }
    }

    fn sql(&self, filter: &ArticleFilter) -> String {
        let versions = match filter.versions {
            VersionChoice::Newest => NEWEST_VERSION,
            VersionChoice::All => ALL_VERSIONS,
        };
        let mut sql = format!(
            "{SELECT_ARTICLES} {versions}
             CROSS JOIN capture ON capture.id = version.capture_id"
        );

        for (at, condition) in self.conditions.iter().enumerate() {
            sql.push_str(if at == 0 { " WHERE " } else { " AND " });
            sql.push_str(condition);
        }
        sql
    }

    fn bind(&self, filter: &ArticleFilter, select: &mut Statement<'_>) -> rusqlite::Result<()> {
        let sites = (!filter.sites.is_empty()).then(|| names_in_json(&filter.sites));
        select.raw_bind_parameter(1, sites)?;

        for (place, value) in (2..).zip(&self.values) {
            match value {
                ConditionValue::Text(text) => select.raw_bind_parameter(place, text)?,
                ConditionValue::Whole(number) => select.raw_bind_parameter(place, number)?,
                ConditionValue::Decimal(number) => select.raw_bind_parameter(place, number)?,
            }
        }
        Ok(())
    }
}

fn listed(names: &[String]) -> ConditionValue {
    ConditionValue::Text(names_in_json(names))
}

fn names_in_json(names: &[String]) -> String {
    serde_json::json!(names).to_string()
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
        let filtered = FilteredSelect::of(filter);
        let mut select = self.prepare_records(&filtered.sql(filter))?;
        filtered.bind(filter, &mut select)?;
        Ok(Records::of(select, &self.path, |row| Ok(version(row))))
    }

    /// Returns every version of the articles that have several, in the order of
    /// [`Reader::articles`].
    pub(crate) fn several_versions(&self) -> Result<Records<'_, ArticleVersion>, ArchiveError> {
        let filter = ArticleFilter {
            versions: VersionChoice::All,
            ..ArticleFilter::default()
        };
        let mut filtered = FilteredSelect::of(&filter);
        // An index has the few versions with such numbers.
        let several = "ordered.article_id IN (SELECT article_id FROM version WHERE n > 1)";
        filtered.conditions.push(several.to_owned());

        let mut select = self.prepare_records(&filtered.sql(&filter))?;
        filtered.bind(&filter, &mut select)?;
        Ok(Records::of(select, &self.path, |row| Ok(version(row))))
    }
}
