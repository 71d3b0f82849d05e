//! Articles as exports take them.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::sound::{Cells, in_words};
use crate::extract::Article;

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
    /// Of the article's title and text, as they are.
    pub content_sha256: String,
    pub first_seen_at: String,
    pub fetched_at: String,
    pub http_status: u16,
}

/// What an export took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub articles: u64,
    /// Articles whose rows are damaged.
    pub left_out: Vec<LeftOut>,
}

/// An article that no export takes, since it is not what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub id: String,
    pub why: String,
}

const COLUMNS: &str =
    "id, site, url, canonical_url, number, title, subtitle, authors, byline, published_at, published_precision, modified_at,
    published_source, section, subsection, language, text, images, tags, rights, access, opt_outs, version,
    content_sha256, first_seen_at, fetched_at, http_status, extractor, confidence";

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

    /// Hands every article in its newest version to `take`, without those whose rows are damaged.
    pub fn articles<E: From<ArchiveError>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Article, Kept) -> Result<(), E>,
    ) -> Result<Taken, E> {
        self.sound_rows(filter, |_, article, kept| take(article, kept))
    }

    /// Hands every sound row of the view `articles` to `take`, with the article that it is.
    fn sound_rows<E: From<ArchiveError>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(&Row<'_>, Article, Kept) -> Result<(), E>,
    ) -> Result<Taken, E> {
        let sqlite = |error: rusqlite::Error| E::from(ArchiveError::at(&self.path, error));
        let mut select = self.connection.prepare(&format!("SELECT {COLUMNS} {TAKEN}")).map_err(sqlite)?;
        let mut rows = select.query(params![filter.site, since(filter)]).map_err(sqlite)?;
        let mut taken = Taken::default();

        while let Some(row) = rows.next().map_err(sqlite)? {
            let mut cells = Cells::of(row);
            let (article, kept) = (cells.article(), cells.kept());

            if cells.flaws.is_empty() {
                take(row, article, kept)?;
                taken.articles += 1;
            } else {
                taken.left_out.push(LeftOut { id: cells.name("id"), why: in_words(&cells.flaws) });
            }
        }
        Ok(taken)
    }

    /// Writes the articles into a new SQLite file, as one table of the exports' fields, lists as JSON.
    pub fn articles_to_sqlite(&self, filter: &Filter, out: &Path) -> Result<Taken, ArchiveError> {
        let at = |error| ArchiveError::of_export(out, error);
        let target = Connection::open(out).map_err(at)?;
        // Nobody reads the file before it is whole, and one that is not is thrown away: it needs no journal.
        target.pragma_update(None, "journal_mode", "OFF").map_err(at)?;
        self.make_table(&target).map_err(at)?;

        target.execute_batch("BEGIN").map_err(at)?;
        let columns = exported().split(',').count();
        let values = vec!["?"; columns].join(", ");
        let mut insert = target.prepare(&format!("INSERT INTO articles VALUES ({values})")).map_err(at)?;
        let taken = self.sound_rows(filter, |row, article, _| {
            let paragraphs = serde_json::json!(article.paragraphs).to_string();
            insert.execute(params_from_iter(fields(row, columns, paragraphs).map_err(at)?)).map_err(at)?;
            Ok::<(), ArchiveError>(())
        })?;
        drop(insert);

        target.execute_batch("COMMIT; CREATE UNIQUE INDEX articles_by_id ON articles (id)").map_err(at)?;
        target.close().map_err(|(_, error)| at(error))?;
        Ok(taken)
    }

    /// Makes the empty table of an export, its columns of the types that they have in the archive.
    fn make_table(&self, target: &Connection) -> rusqlite::Result<()> {
        target.execute("ATTACH DATABASE ?1 AS archive", [&self.address])?;
        let columns = exported();
        target.execute(&format!("CREATE TABLE articles AS SELECT {columns} FROM archive.articles LIMIT 0"), [])?;
        target.execute("DETACH DATABASE archive", [])?;
        Ok(())
    }
}

/// The columns of an SQLite export: as in the other formats, the paragraphs stand behind the text.
fn exported() -> String {
    COLUMNS.replacen("text,", "text, NULL AS paragraphs,", 1)
}

/// The values of an SQLite export's row.
fn fields(row: &Row<'_>, columns: usize, paragraphs: String) -> rusqlite::Result<Vec<Value>> {
    let text = row.as_ref().column_index("text")?;
    let mut values = (0..columns - 1).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<Value>>>()?;
    values.insert(text + 1, Value::Text(paragraphs));
    Ok(values)
}

fn since(filter: &Filter) -> Option<String> {
    filter.since.map(|day| day.to_string())
}
