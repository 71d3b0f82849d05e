//! The tables that have no hash: their texts are UTF-8, and their rows agree with their checksums
//! and with those of others.

use rusqlite::types::ValueRef;

use crate::archive::engine::{self, ColumnIndex, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::CheckedColumns;
use crate::archive::reader::fixity::bad_text::BadText;
use crate::archive::reader::fixity::checksums::{changed_row, comparison};
use crate::archive::reader::fixity::rules::{RULES, TableRule};
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::RowSpan;
use crate::archive::reader::walk::{Walk, WalkStep, is_unreadable};

/// A table, and whether its rows have a key of one number.
struct Table {
    name: String,
    has_rowid: bool,
}

#[doc(hidden)]
impl Reader {
    /// Returns every text that is not UTF-8, and every row that has another checksum than its own,
    /// in all tables except those of the other checks. Sees saved changes only.
    pub fn bad_texts(
        &self,
        span: RowSpan,
    ) -> Result<impl Iterator<Item = WalkResult<BadText>> + '_, ArchiveError> {
        let tables = self.tables_with_texts()?.into_iter();

        Ok(tables.flat_map(move |table| {
            let is_sampled = matches!(span, RowSpan::Sample(_));
            let bad: Box<dyn Iterator<Item = WalkResult<BadText>>> = match table.has_rowid {
                true => match self.bad_texts_in(table.name, span) {
                    Ok(bad) => Box::new(bad),
                    Err(error) => Box::new(std::iter::once(Err(error))),
                },
                // Without such a key there is no sample of some rows.
                false if is_sampled => Box::new(std::iter::empty()),
                false => match self.bad_texts_without_rowid(&table.name) {
                    Ok(bad) => Box::new(bad.into_iter().map(Ok)),
                    Err(error) => Box::new(std::iter::once(Err(error))),
                },
            };
            bad
        }))
    }

    /// Returns the tables that no other check reads.
    fn tables_with_texts(&self) -> Result<Vec<Table>, ArchiveError> {
        if self.connection.is_shared() {
            // PostgreSQL takes no other texts than UTF-8, and has checksums of its own.
            return Ok(Vec::new());
        }
        let mut select = self.connection.prepare(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite_%'
             AND name NOT IN ('body', 'checksum', 'ledger', 'version')
             ORDER BY name",
        )?;
        let tables = select.query_map([], |row| {
            let is_without_rowid: bool = row.get(1)?;
            Ok(Table {
                name: row.get(0)?,
                has_rowid: !is_without_rowid,
            })
        })?;
        Ok(tables.collect::<Result<_, _>>()?)
    }

    fn bad_texts_in(
        &self,
        table: String,
        span: RowSpan,
    ) -> Result<impl Iterator<Item = WalkResult<BadText>> + '_, ArchiveError> {
        let walk = Walk {
            columns: format!("rowid AS row_of, {}, *", comparison(self, &table)?).into(),
            from: format!("{table} WHERE true"),
            key: "rowid",
            table: table.clone(),
            span,
        };
        Ok(self.walk(walk, move |step, ahead| {
            match step {
                WalkStep::Lost { first, last, why } => {
                    ahead.push_back(lost(&table, first, last, why))
                }
                WalkStep::Row(row) => {
                    let bad = bad_texts_of(&table, row.get(0)?, row)?;
                    ahead.extend(bad.into_iter().map(RowRead::Row))
                }
            }
            Ok(0)
        }))
    }

    /// Reads a whole table of small rows at one moment.
    fn bad_texts_without_rowid(&self, table: &str) -> Result<Vec<RowRead<BadText>>, ArchiveError> {
        let comparison = comparison(self, table)?;
        let select = format!("SELECT {comparison}, * FROM {table}");
        let mut select = self.connection.prepare(&select)?;
        let mut rows = select.query([])?;
        let mut bad = Vec::new();

        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    bad.extend(bad_texts_of(table, 0, &row)?.into_iter().map(RowRead::Row));
                }
                Ok(None) => return Ok(bad),
                Err(error) if is_unreadable(&error) => {
                    bad.push(lost(table, 0, i64::MAX, error.to_string()));
                    return Ok(bad);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Returns the key of a rule's table. Only SQLite numbers rows by itself.
    fn key_of(&self, rule: &TableRule) -> &'static str {
        match rule.key {
            "word_index.rowid" if self.connection.is_shared() => "word_index.seq",
            key => key,
        }
    }

    /// Returns the rows that do not agree with other rows, as the rules of their tables want it.
    /// Sees saved changes only.
    pub fn broken_rules(&self, span: RowSpan) -> impl Iterator<Item = WalkResult<BadText>> + '_ {
        RULES.iter().flat_map(move |rule| {
            let key = self.key_of(rule);
            let walk = Walk {
                columns: format!("{key} AS row_of, {} AS url", rule.url).into(),
                from: format!("{} WHERE NOT ({})", rule.table, rule.holds),
                key,
                table: rule.table.to_owned(),
                span,
            };
            self.walk(walk, move |step, ahead| {
                // A row that cannot be read is told by the check of its texts.
                if let WalkStep::Row(row) = step {
                    ahead.push_back(RowRead::Row(BadText {
                        table: rule.table.to_owned(),
                        row: row.get(0)?,
                        why: rule.why.to_owned(),
                        url: Some(CheckedColumns::of(row).name("url")).filter(|url| url != "?"),
                        checksum: None,
                    }));
                }
                Ok(0)
            })
        })
    }
}

/// Returns the columns of a row that are texts and not UTF-8; where all are, whether the row has
/// another checksum than its own.
fn bad_texts_of(table: &str, key: i64, row: &Row<'_>) -> engine::Result<Vec<BadText>> {
    let mut bad = Vec::new();
    let columns = row.column_count();

    for column in 0..columns {
        let ValueRef::Text(text) = row.get_ref(column)? else {
            continue;
        };
        if str::from_utf8(text).is_err() {
            let url = ColumnIndex::find("url", row)
                .ok()
                .map(|_| CheckedColumns::of(row).name("url"));
            let column = row.column_name(column)?;
            bad.push(BadText {
                table: table.to_owned(),
                row: key,
                why: format!("`{column}` is no UTF-8"),
                url,
                checksum: None,
            });
        }
    }
    if bad.is_empty() {
        bad.extend(changed_row(table, row)?);
    }
    Ok(bad)
}
