//! Articles as exports take them.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::extract::{Access, Article};
use crate::time::LocalTime;

/// Which articles are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub site: Option<String>,
    /// The first day of publication, by the paper's own calendar. Articles without a date are always taken.
    pub since: Option<jiff::civil::Date>,
}

/// What the archive knows of an article beside what the page said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub site: String,
    pub url: String,
    pub version: u64,
    pub first_seen_at: String,
    pub fetched_at: String,
    pub http_status: u16,
}

const COLUMNS: &str =
    "id, site, url, canonical_url, number, title, subtitle, authors, byline, published_at, modified_at,
    published_source, section, subsection, language, text, images, tags, rights, access, opt_outs, version,
    content_sha256, first_seen_at, fetched_at, http_status, extractor, confidence";

/// The paragraphs of a text, which are joined by blank lines, as a JSON list.
const PARAGRAPHS: &str = "(WITH RECURSIVE cut (rest, one) AS (
      SELECT text || char(10, 10), NULL
      UNION ALL
      SELECT substr(rest, instr(rest, char(10, 10)) + 2), substr(rest, 1, instr(rest, char(10, 10)) - 1)
      FROM cut WHERE instr(rest, char(10, 10)) > 0)
    SELECT json_group_array(one) FROM cut WHERE one <> '') AS paragraphs";

/// Sites by name, their articles oldest first: an order that does not change when articles are added.
const TAKEN: &str = "FROM articles WHERE (?1 IS NULL OR site = ?1)
    AND (?2 IS NULL OR published_at IS NULL OR substr(published_at, 1, 10) >= ?2)
    ORDER BY site, number IS NULL, number, url";

impl Reader {
    /// Refuses a site that the archive knows nothing of, naming those it knows.
    pub fn knows_site(&self, site: &str) -> Result<(), ArchiveError> {
        let mut select = self.connection.prepare("SELECT name FROM site ORDER BY name")?;
        let known: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if known.iter().any(|name| name == site) {
            return Ok(());
        }
        Err(ArchiveError::NoSuchSite { site: site.to_owned(), known: known.join(", ") })
    }

    /// Hands every article in its newest version to `take`, and returns how many there were.
    pub fn articles<E: From<ArchiveError>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Article, Kept) -> Result<(), E>,
    ) -> Result<u64, E> {
        let sqlite = |error: rusqlite::Error| E::from(ArchiveError::from(error));
        let mut select = self.connection.prepare(&format!("SELECT {COLUMNS} {TAKEN}")).map_err(sqlite)?;
        let mut rows = select.query(params![filter.site, since(filter)]).map_err(sqlite)?;
        let mut count = 0;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let (article, kept) = article(row).map_err(sqlite)?;
            take(article, kept)?;
            count += 1;
        }
        Ok(count)
    }

    /// Writes the articles into a new SQLite file, as one table of the exports' fields, lists as JSON, and returns how many there were.
    pub fn articles_to_sqlite(&self, filter: &Filter, out: &Path) -> Result<u64, ArchiveError> {
        let at = |error| ArchiveError::of_export(out, error);
        let target = Connection::open(out).map_err(at)?;
        // Nobody reads the file before it is whole, and one that is not is thrown away: it needs no journal.
        target.pragma_update(None, "journal_mode", "OFF").map_err(at)?;
        target.execute("ATTACH DATABASE ?1 AS archive", [&self.address]).map_err(at)?;
        let columns = COLUMNS.replacen("text,", &format!("text, {PARAGRAPHS},"), 1);
        let taken = TAKEN.replacen("articles", "archive.articles", 1);
        let sql = format!("CREATE TABLE articles AS SELECT {columns} {taken}");
        target.execute(&sql, params![filter.site, since(filter)]).map_err(at)?;
        let count: i64 = target.query_row("SELECT count(*) FROM main.articles", [], |row| row.get(0)).map_err(at)?;
        target.execute("CREATE UNIQUE INDEX articles_by_id ON articles (id)", []).map_err(at)?;
        target.execute("DETACH DATABASE archive", []).map_err(at)?;
        target.close().map_err(|(_, error)| at(error))?;
        Ok(count.unsigned_abs())
    }
}

fn since(filter: &Filter) -> Option<String> {
    filter.since.map(|day| day.to_string())
}

pub(in crate::archive::reader) fn article(row: &Row<'_>) -> rusqlite::Result<(Article, Kept)> {
    let text: String = row.get("text")?;
    let time = |column: &str| -> rusqlite::Result<Option<LocalTime>> {
        Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(LocalTime::from_rfc3339))
    };
    let article = Article {
        number: row.get::<_, Option<i64>>("number")?.map(i64::cast_unsigned),
        canonical_url: row.get("canonical_url")?,
        title: row.get("title")?,
        subtitle: row.get("subtitle")?,
        authors: json(row, "authors")?,
        byline: row.get("byline")?,
        published_at: time("published_at")?,
        modified_at: time("modified_at")?,
        published_source: row.get("published_source")?,
        section: row.get("section")?,
        subsection: row.get("subsection")?,
        language: row.get("language")?,
        paragraphs: text.split("\n\n").filter(|paragraph| !paragraph.is_empty()).map(str::to_owned).collect(),
        images: json(row, "images")?,
        tags: json(row, "tags")?,
        rights: row.get("rights")?,
        access: access(&row.get::<_, String>("access")?),
        opt_outs: json(row, "opt_outs")?,
        words: Vec::new(),
        noindex: false,
        extractor: row.get("extractor")?,
        confidence: row.get("confidence")?,
    };
    let kept = Kept {
        site: row.get("site")?,
        url: row.get("url")?,
        version: row.get("version")?,
        first_seen_at: row.get("first_seen_at")?,
        fetched_at: row.get("fetched_at")?,
        http_status: row.get("http_status")?,
    };
    Ok((article, kept))
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|why| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(why)))
}

fn access(name: &str) -> Access {
    match name {
        "members" => Access::Members,
        "gone" => Access::Gone,
        _ => Access::Open,
    }
}
