//! SQLite: a file with one table, `articles`; lists stand in their columns as JSON.

use std::path::Path;

use crate::archive::{Cell, Column, Table};
use crate::export::record::{images_in_json, texts_in_json, uses_in_json};
use crate::export::{ExportError, FormatWriter, Record};

/// The table's columns, of the types that they have in the archive.
const COLUMNS: [Column; 33] = [
    column("id", ""),
    column("site", "TEXT"),
    column("url", "TEXT"),
    column("canonical_url", "TEXT"),
    column("number", "INT"),
    column("title", "TEXT"),
    column("subtitle", "TEXT"),
    column("authors", "TEXT"),
    column("byline", "TEXT"),
    column("published_at", "TEXT"),
    column("published_precision", "TEXT"),
    column("modified_at", "TEXT"),
    column("published_source", "TEXT"),
    column("section", "TEXT"),
    column("subsection", "TEXT"),
    column("language", "TEXT"),
    column("text", "TEXT"),
    column("paragraphs", ""),
    column("images", "TEXT"),
    column("tags", "TEXT"),
    column("rights", "TEXT"),
    column("access", "TEXT"),
    column("opt_outs", "TEXT"),
    column("uses", "TEXT"),
    column("use_level", "TEXT"),
    column("licences", "TEXT"),
    column("version", "INT"),
    column("content_sha256", "TEXT"),
    column("first_seen_at", ""),
    column("fetched_at", ""),
    column("http_status", "INT"),
    column("extractor", "TEXT"),
    column("confidence", "REAL"),
];

const fn column(name: &'static str, kind: &'static str) -> Column {
    Column { name, kind }
}

pub(super) struct ArticleTable(Table);

impl ArticleTable {
    /// Begins the table in an empty file.
    pub(super) fn begin(out: &Path) -> Result<Self, ExportError> {
        Ok(Self(Table::begin(out, "articles", &COLUMNS)?))
    }
}

impl FormatWriter for ArticleTable {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        Ok(self.0.add(&cells(record))?)
    }

    fn end(self: Box<Self>) -> Result<(), ExportError> {
        Ok(self.0.end("id")?)
    }
}

/// A record's fields in the order of [`COLUMNS`].
fn cells(record: &Record) -> [Cell<'_>; 33] {
    [
        text_or_null(&record.id),
        text_or_null(&record.site),
        text_or_null(&record.url),
        text_or_null(&record.canonical_url),
        // As the archive keeps it: bit by bit in SQLite's signed integer.
        number(record.number.map(u64::cast_signed)),
        text_or_null(&record.title),
        text_or_null(&record.subtitle),
        list(&record.authors),
        text_or_null(&record.byline),
        text_or_null(&record.published_at),
        record.published_precision.map_or(Cell::Null, text),
        text_or_null(&record.modified_at),
        text_or_null(&record.published_source),
        text_or_null(&record.section),
        text_or_null(&record.subsection),
        text_or_null(&record.language),
        text(&record.text),
        list(&record.paragraphs),
        Cell::Text(images_in_json(&record.images).into()),
        list(&record.tags),
        text_or_null(&record.rights),
        text(record.access),
        list(&record.opt_outs),
        Cell::Text(uses_in_json(record.uses).into()),
        record.use_level.map_or(Cell::Null, text),
        list(&record.licences),
        number(record.version.map(u64::cast_signed)),
        text(&record.content_sha256),
        text_or_null(&record.first_seen_at),
        text_or_null(&record.fetched_at),
        number(record.http_status.map(i64::from)),
        text(&record.extractor),
        record.confidence.map_or(Cell::Null, Cell::Real),
    ]
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn text_or_null(text: &Option<String>) -> Cell<'_> {
    text.as_deref().map_or(Cell::Null, self::text)
}

fn number(number: Option<i64>) -> Cell<'static> {
    number.map_or(Cell::Null, Cell::Integer)
}

fn list(texts: &[String]) -> Cell<'static> {
    Cell::Text(texts_in_json(texts).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Provenance;
    use crate::extract::Article;

    #[test]
    fn the_columns_are_those_of_a_record_and_each_has_its_own_field() {
        // The order is that of the view `articles`, as it always was.
        let sorted = |mut names: [&'static str; 33]| {
            names.sort_unstable();
            names
        };
        assert_eq!(
            sorted(COLUMNS.map(|column| column.name)),
            sorted(Record::COLUMNS)
        );

        let (title, subtitle, rights) = (
            Some("title".into()),
            Some("subtitle".into()),
            Some("rights".into()),
        );
        let (byline, section, language) = (
            Some("byline".into()),
            Some("section".into()),
            Some("language".into()),
        );
        let article = Article {
            title,
            subtitle,
            rights,
            byline,
            section,
            language,
            ..Article::default()
        };
        let (site, url) = (Some("site".into()), Some("url".into()));
        let record = Record::new(
            article,
            Provenance {
                site,
                url,
                ..Provenance::default()
            },
        );
        let cells = cells(&record);
        for name in [
            "site", "url", "title", "subtitle", "byline", "section", "language", "rights",
        ] {
            let at = COLUMNS
                .iter()
                .position(|column| column.name == name)
                .unwrap();
            assert_eq!(cells[at], Cell::Text(name.into()));
        }
    }
}
