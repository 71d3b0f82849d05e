//! The columns of a row, found by name.

use crate::archive::engine::{self, Row};
use std::cell::Cell;

use rusqlite::types::{FromSql, ValueRef};

/// A row whose columns are read by name, mostly in their order.
///
/// rusqlite's own search begins at the first column each time. For a row of 28 columns that takes
/// longer than the reading.
pub(super) struct NamedColumns<'r, 'statement> {
    row: &'r Row<'statement>,
    /// The column behind the one that was read last: mostly the next one to be read.
    next: Cell<usize>,
}

impl<'r, 'statement> NamedColumns<'r, 'statement> {
    /// Begins at the first column of a row.
    pub(super) fn of(row: &'r Row<'statement>) -> Self {
        Self {
            row,
            next: Cell::new(0),
        }
    }

    /// Returns a column's value as a type.
    pub(super) fn get<T: FromSql>(&self, column: &str) -> engine::Result<T> {
        self.row.get(self.position(column)?)
    }

    /// Returns a column's value as SQLite has it.
    pub(super) fn value(&self, column: &str) -> engine::Result<ValueRef<'r>> {
        self.row.get_ref(self.position(column)?)
    }

    /// Finds a column, from the one behind the last on.
    fn position(&self, column: &str) -> engine::Result<usize> {
        let columns = self.row;
        let count = columns.column_count();
        let found = (self.next.get()..count)
            .chain(0..self.next.get().min(count))
            .find(|at| columns.column_name(*at).is_ok_and(|name| name == column));

        let at = found.ok_or_else(|| rusqlite::Error::InvalidColumnName(column.to_owned()))?;
        self.next.set(at + 1);
        Ok(at)
    }
}
