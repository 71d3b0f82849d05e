//! The tables that an archive has in every engine.

use rusqlite::types::Value;

use crate::archive::copying::key_span::{KeySpan, StoreRow};

/// A table that is copied from one engine to another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CopiedTable {
    pub(crate) name: &'static str,
    /// The columns of its primary key.
    pub(crate) key: &'static [&'static str],
    /// Columns whose values may be large. Rows are first compared by the sizes of these and by all
    /// other columns, and those that seem the same by their hashes.
    pub(crate) large: &'static [&'static str],
    /// Its rows are added, and never changed.
    pub(crate) is_append_only: bool,
}

/// Where the bytes of bodies are that the table `body` does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyBytes {
    /// Nowhere else.
    InRows,
    /// Some may be in object storage.
    InObjects,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) class: StorageClass,
}

/// The kind of values that a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageClass {
    Integer,
    Real,
    Text,
    Blob,
}

const fn table(name: &'static str, key: &'static [&'static str]) -> CopiedTable {
    CopiedTable {
        name,
        key,
        large: &[],
        is_append_only: false,
    }
}

const TABLES: [CopiedTable; 27] = [
    table("site", &["id"]),
    table("host", &["id"]),
    table("lease", &["only"]),
    table("run", &["id"]),
    CopiedTable {
        is_append_only: true,
        ..table("ledger", &["id"])
    },
    CopiedTable {
        large: &["body"],
        ..table("robots", &["id"])
    },
    CopiedTable {
        large: &["zstd"],
        ..table("dictionary", &["id"])
    },
    CopiedTable {
        large: &["zstd"],
        ..table("body", &["id"])
    },
    table("page", &["id"]),
    table("capture", &["id"]),
    table("opt_out", &["id"]),
    table("article", &["id"]),
    CopiedTable {
        large: &["text"],
        ..table("version", &["id"])
    },
    table("change", &["seq"]),
    table("canonical", &["url", "article_id"]),
    table("other_key", &["site_id", "key"]),
    table("fingerprint", &["article_id"]),
    table("declared", &["id"]),
    table("article_declared", &["article_id", "at"]),
    table("tombstone", &["article_id"]),
    table("taken_down_address", &["url"]),
    table("hold", &["article_id"]),
    table("backfill", &["site_id", "last_day"]),
    table("compaction", &["only"]),
    table("reextraction", &["id"]),
    table("rereading", &["id"]),
    table("deadly_capture", &["capture_id"]),
];

/// Returns the tables that are copied: all but those that belong to one engine, and `damage`, which
/// tells of one file.
pub(crate) fn copied_tables() -> &'static [CopiedTable] {
    &TABLES
}

impl CopiedTable {
    /// Returns the columns in the order of rows: those of the key, then the others by name. The
    /// engines have them in orders of their own.
    pub(crate) fn in_order(&self, mut columns: Vec<Column>) -> Vec<Column> {
        let place = |column: &Column| {
            let key = self.key.iter().position(|name| *name == column.name);
            key.unwrap_or(self.key.len())
        };
        columns.sort_by(|one, other| (place(one), &one.name).cmp(&(place(other), &other.name)));
        columns
    }

    /// Returns the key of a row.
    pub(crate) fn key_of(&self, row: &[Value]) -> StoreRow {
        row.iter().take(self.key.len()).cloned().collect()
    }

    /// Returns the key of a row for people.
    pub(crate) fn key_in_words(&self, row: &[Value]) -> String {
        let values: Vec<String> = self.key_of(row).iter().map(in_words).collect();
        values.join("/")
    }

    /// Tells whether the values of a column may be large.
    pub(crate) fn is_large(&self, column: &Column) -> bool {
        self.large.contains(&column.name.as_str())
    }

    /// Returns the statement that reads the rows of a span whole. `more` is read behind each.
    pub(crate) fn select_rows(
        &self,
        columns: &[Column],
        span: &KeySpan,
        mark: char,
        more: &str,
    ) -> String {
        self.select(&format!("{}{more}", names(columns)), span, mark)
    }

    /// Returns the statement that reads the hashes of the large values in the rows of a span.
    /// `sha256_of` is that of a column in SQL.
    pub(crate) fn select_hashes(
        &self,
        columns: &[Column],
        span: &KeySpan,
        (mark, bytes): (char, BodyBytes),
        sha256_of: impl Fn(&Column) -> String,
    ) -> String {
        let large = columns.iter().filter(|column| self.is_large(column));
        let hash = |column| match self.may_be_elsewhere(column, bytes) {
            true => format!(
                "coalesce((SELECT sha256 FROM bundled_body WHERE body_id = body.id), {})",
                sha256_of(column)
            ),
            false => sha256_of(column),
        };
        let hashes: Vec<String> = large.map(hash).collect();
        self.select(&hashes.join(", "), span, mark)
    }

    /// Returns the statement that reads the rows of a span, sizes in place of large values.
    pub(crate) fn select_outlines(
        &self,
        columns: &[Column],
        span: &KeySpan,
        (mark, bytes): (char, BodyBytes),
    ) -> String {
        let size = |column: &Column| {
            let size = format!("octet_length({})", quoted(&column.name));
            match self.may_be_elsewhere(column, bytes) {
                true => format!(
                    "coalesce((SELECT bytes FROM bundled_body WHERE body_id = body.id), {size})"
                ),
                false => size,
            }
        };
        let values: Vec<String> = columns
            .iter()
            .map(|column| match self.is_large(column) {
                true => size(column),
                false => quoted(&column.name),
            })
            .collect();
        self.select(&values.join(", "), span, mark)
    }

    /// Returns the statement that adds a row in SQLite.
    pub(crate) fn insert(&self, columns: &[Column]) -> String {
        let places: Vec<String> = (1..=columns.len())
            .map(|place| format!("?{place}"))
            .collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            names(columns),
            places.join(", ")
        )
    }

    /// Returns the statement that removes the rows of a span.
    pub(crate) fn delete(&self, span: &KeySpan, mark: char) -> String {
        format!("DELETE FROM {} WHERE {}", self.name, self.is_in(span, mark))
    }

    /// Tells whether the values of a column may be in object storage.
    pub(crate) fn may_be_elsewhere(&self, column: &Column, bytes: BodyBytes) -> bool {
        bytes == BodyBytes::InObjects && self.name == "body" && column.name == "zstd"
    }

    fn quoted_key(&self) -> String {
        let key: Vec<String> = self.key.iter().map(|name| quoted(name)).collect();
        key.join(", ")
    }

    fn select(&self, values: &str, span: &KeySpan, mark: char) -> String {
        let key = self.quoted_key();
        let is_in = self.is_in(span, mark);
        format!(
            "SELECT {values} FROM {} WHERE {is_in} ORDER BY {key}",
            self.name
        )
    }

    /// Returns the condition that a row is in a span. Its parameters are [`KeySpan::values`].
    fn is_in(&self, span: &KeySpan, mark: char) -> String {
        let key = self.quoted_key();
        let width = self.key.len();
        let places = |first: usize| -> String {
            let places: Vec<String> = (first..first + width)
                .map(|place| format!("{mark}{place}"))
                .collect();
            places.join(", ")
        };

        match (&span.after, &span.to) {
            (None, None) => "true".to_owned(),
            (Some(_), None) => format!("({key}) > ({})", places(1)),
            (None, Some(_)) => format!("({key}) <= ({})", places(1)),
            (Some(_), Some(_)) => {
                format!(
                    "({key}) > ({}) AND ({key}) <= ({})",
                    places(1),
                    places(1 + width)
                )
            }
        }
    }
}

/// Returns the names of columns, as a statement lists them.
pub(crate) fn names(columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    names.join(", ")
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => hex::encode(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::archive::engine::Connection;

    use super::*;
    use crate::archive::schema::migrate;

    /// Tables that belong to SQLite, or tell of one file.
    const LEFT_BEHIND: [&str; 8] = [
        "bundled_body",
        "checksum",
        "cleaning",
        "damage",
        "indexed_version",
        "object",
        "object_storage",
        "word_index",
    ];

    #[test]
    fn every_table_is_copied_by_its_primary_key_or_left_behind_on_purpose() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                   AND name NOT LIKE 'sqlite_%'";
        let mut select = connection.prepare(sql).unwrap();
        let tables = select.query_map([], |row| row.get(0)).unwrap();

        for table in tables.map(Result::<String, _>::unwrap) {
            let copied = copied_tables().iter().find(|copied| copied.name == table);
            let Some(copied) = copied else {
                assert!(LEFT_BEHIND.contains(&table.as_str()), "{table}");
                continue;
            };
            let sql = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
            let mut select = connection.prepare(sql).unwrap();
            let key = select.query_map([&table], |row| row.get(0)).unwrap();
            let key: Vec<String> = key.map(Result::unwrap).collect();
            assert_eq!(copied.key, key, "{table}");
        }
    }
}
