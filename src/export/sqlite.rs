//! SQLite for readers: STRICT tables with keys, link tables, versions, changes, and a full-text
//! index that Datasette finds. Lists stand in their columns of `articles` as JSON, too.
//!
//! The file is read by SQLite 3.40 (Debian 12), so it uses no option that is younger.

mod datasette;
mod search_words;

use std::path::{Path, PathBuf};

use crate::archive::{ArticleVersion, Cell, NewDatabase, Reader, in_words};
use crate::export::exported_counts::ExportedCounts;
use crate::export::format::DATASETTE;
use crate::export::record::{
    COLUMNS, FieldValue, Provenance, ValueKind, images_in_json, statements_in_json, texts_in_json,
    uses_in_json,
};
use crate::export::{ExportError, FormatWriter, LeftOut, Record, WrittenFiles};
use crate::time::Timestamp;

use search_words::search_words;

/// The tables beside `articles`.
const TABLES: &str = include_str!("sqlite/tables.sql");
/// The indexes, which are made when all rows are there.
const INDEXES: &str = include_str!("sqlite/indexes.sql");

const INSERT_AUTHOR: &str = "INSERT INTO article_authors VALUES (?, ?, ?)";
const INSERT_TAG: &str = "INSERT INTO article_tags VALUES (?, ?, ?)";
const INSERT_IMAGE: &str = "INSERT INTO article_images VALUES (?, ?, ?, ?, ?)";
const INSERT_WORDS: &str = "INSERT INTO articles_fts (rowid, text) VALUES (?, ?)";
/// Of one row and without a condition: before a statement of several rows SQLite notes a savepoint,
/// and with each savepoint FTS5 writes the words that it holds, an article's at a time (a quarter of
/// the export, measured).
const INSERT_VERSION: &str = "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/// The version that stands in `articles` is there already; articles that were not chosen have none.
const INSERT_OTHER_VERSION: &str = "INSERT OR IGNORE INTO versions
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
    WHERE EXISTS (SELECT 1 FROM articles WHERE id = ?1)";
const HAS_ARTICLE: &str = "SELECT EXISTS (SELECT 1 FROM articles WHERE id = ?1)";
const INSERT_CHANGE: &str = "INSERT INTO changes SELECT ?1, ?2, ?3, ?4, ?5
    WHERE EXISTS (SELECT 1 FROM articles WHERE id = ?2)";

/// Merges the index into one b-tree, which is the smallest and fastest.
const MERGE: &str = "INSERT INTO articles_fts (articles_fts) VALUES ('optimize');";

pub(super) struct ArticleTables<'r> {
    database: NewDatabase,
    reader: &'r Reader,
    /// The file as it will be named.
    target: PathBuf,
    insert: String,
    /// The row of the article that was added last.
    row: i64,
}

impl<'r> ArticleTables<'r> {
    /// Begins the tables in an empty file.
    pub(super) fn begin(
        reader: &'r Reader,
        part: &Path,
        target: &Path,
    ) -> Result<Self, ExportError> {
        let places = vec!["?"; COLUMNS.len() + 1].join(", ");
        Ok(Self {
            database: NewDatabase::begin(part, &schema())?,
            reader,
            target: target.to_owned(),
            insert: format!("INSERT INTO articles VALUES ({places})"),
            row: 0,
        })
    }

    fn add_links(&mut self, record: &Record) -> Result<(), ExportError> {
        let id = text_or_null(&record.id);
        for (position, author) in (1..).zip(&record.authors) {
            let row = [id.clone(), Cell::Integer(position), text(author)];
            self.database.insert(INSERT_AUTHOR, &row)?;
        }
        for (position, tag) in (1..).zip(&record.tags) {
            let row = [id.clone(), Cell::Integer(position), text(tag)];
            self.database.insert(INSERT_TAG, &row)?;
        }
        for (position, image) in (1..).zip(&record.images) {
            let row = [
                id.clone(),
                Cell::Integer(position),
                text(&image.url),
                text_or_null(&image.caption),
                text_or_null(&image.credit),
            ];
            self.database.insert(INSERT_IMAGE, &row)?;
        }
        Ok(())
    }

    /// Adds a version by one of the statements for it.
    fn add_version(
        &mut self,
        insert: &str,
        record: &Record,
        words: Cell<'_>,
    ) -> Result<(), ExportError> {
        let row = [
            text_or_null(&record.id),
            record.version.map_or(Cell::Null, whole),
            text_or_null(&record.title),
            text_or_null(&record.subtitle),
            words,
            text_or_null(&record.published_at),
            text_or_null(&record.modified_at),
            text(&record.content_sha256),
            text_or_null(&record.fetched_at),
            record
                .http_status
                .map_or(Cell::Null, |status| Cell::Integer(status.into())),
            text(&record.extractor),
        ];
        Ok(self.database.insert(insert, &row)?)
    }

    /// Adds the other versions of articles that have several. Returns those of the chosen
    /// articles that are damaged.
    fn add_other_versions(&mut self) -> Result<Vec<LeftOut>, ExportError> {
        let mut left_out = Vec::new();
        for version in &mut self.reader.several_versions()? {
            let ArticleVersion {
                id,
                article,
                kept,
                flaws,
            } = version?;
            if flaws.is_empty() {
                let record = Record::new(article, Provenance::from(kept));
                self.add_version(INSERT_OTHER_VERSION, &record, text(&record.text))?;
            } else if self.database.has(HAS_ARTICLE, &id)? {
                let why = format!("its version {}: {}", kept.version, in_words(&flaws));
                left_out.push(LeftOut { id, why });
            }
        }
        Ok(left_out)
    }

    fn add_changes(&mut self) -> Result<(), ExportError> {
        for change in &mut self.reader.changes_after(0)? {
            let change = change?;
            let row = [
                whole(change.seq),
                text(&change.id),
                text(change.kind.name()),
                whole(change.version),
                Cell::Text(second(change.at).into()),
            ];
            self.database.insert(INSERT_CHANGE, &row)?;
        }
        Ok(())
    }
}

impl FormatWriter for ArticleTables<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        let year = year(record).map_or(Cell::Null, Cell::Integer);
        let cells: Vec<Cell<'_>> = record.values().map(cell).chain([year]).collect();
        self.database.insert(&self.insert, &cells)?;
        self.row += 1;

        self.add_links(record)?;
        self.add_version(INSERT_VERSION, record, Cell::Null)?;

        let heads = [&record.title, &record.subtitle].into_iter().flatten();
        let words = search_words(heads.map(String::as_str).chain([&*record.text]));
        let row = [Cell::Integer(self.row), Cell::Text(words.into())];
        Ok(self.database.insert(INSERT_WORDS, &row)?)
    }

    fn end(mut self: Box<Self>, counts: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        let left_out = self.add_other_versions()?;
        self.add_changes()?;
        self.database.end(&format!("{MERGE}{INDEXES}"))?;

        let yaml = datasette::datasette_yaml(&self.target, counts);
        Ok(WrittenFiles {
            beside: vec![(DATASETTE, yaml)],
            left_out,
            ..WrittenFiles::default()
        })
    }
}

/// Returns the script that makes all tables. Comments within `CREATE TABLE` stay in the file.
fn schema() -> String {
    let columns: Vec<String> = COLUMNS
        .iter()
        .map(|column| {
            let kind = type_of(column.kind);
            let key = if column.name == "id" {
                " NOT NULL PRIMARY KEY"
            } else {
                ""
            };
            format!("  {} {kind}{key}, -- {}\n", column.name, column.about)
        })
        .collect();
    format!(
        "CREATE TABLE articles (\n{}  year INTEGER -- of published_at\n) STRICT;\n{TABLES}",
        columns.concat()
    )
}

fn type_of(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text
        | ValueKind::Moment
        | ValueKind::Texts
        | ValueKind::Uses
        | ValueKind::Statements
        | ValueKind::Images => "TEXT",
        ValueKind::Whole => "INTEGER",
        ValueKind::Decimal => "REAL",
    }
}

fn cell(value: FieldValue<'_>) -> Cell<'_> {
    match value {
        FieldValue::Null => Cell::Null,
        FieldValue::Text(told) => text(told),
        FieldValue::Whole(number) => whole(number),
        FieldValue::Decimal(number) => Cell::Real(number),
        FieldValue::Texts(texts) => Cell::Text(texts_in_json(texts).into()),
        FieldValue::Uses(uses) => Cell::Text(uses_in_json(uses).into()),
        FieldValue::Statements(statements) => Cell::Text(statements_in_json(statements).into()),
        FieldValue::Images(images) => Cell::Text(images_in_json(images).into()),
    }
}

/// Returns a number as the archive keeps it: bit by bit in SQLite's signed integer.
fn whole(number: u64) -> Cell<'static> {
    Cell::Integer(number.cast_signed())
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn text_or_null(text: &Option<String>) -> Cell<'_> {
    text.as_deref().map_or(Cell::Null, self::text)
}

fn year(record: &Record) -> Option<i64> {
    record.published_at.as_deref()?.get(..4)?.parse().ok()
}

/// Returns a moment in whole seconds, as all others are written.
fn second(at: Timestamp) -> String {
    at.to_second().to_string()
}
