//! The rows of an answer.

use std::vec;

use rusqlite::types::Value;

use crate::archive::database::session::DatabaseSession;
use crate::archive::database::session::exchange::rows_of;
use crate::archive::store_error::StoreError;

/// Rows that a cursor fetches at a time. Some of them are of hundreds of kilobytes.
const FETCHED: usize = 100;

/// The rows of a query under way.
#[derive(Debug)]
pub(crate) struct AnswerRows<'s> {
    names: Vec<String>,
    rows: vec::IntoIter<Vec<Value>>,
    current: Vec<Value>,
    /// Has more rows.
    cursor: Option<Cursor<'s>>,
}

/// One row: a value for each name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerRow<'r> {
    pub(crate) names: &'r [String],
    pub(crate) values: &'r [Value],
}

impl<'s> AnswerRows<'s> {
    pub(super) fn of(
        prepared: &tokio_postgres::Statement,
        rows: Vec<Vec<Value>>,
        cursor: Option<Cursor<'s>>,
    ) -> Self {
        let names = prepared.columns().iter();
        Self {
            names: names.map(|column| column.name().to_owned()).collect(),
            rows: rows.into_iter(),
            current: Vec::new(),
            cursor,
        }
    }

    /// Returns the next row, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<AnswerRow<'_>>, StoreError> {
        let mut next = self.rows.next();
        if next.is_none()
            && let Some(cursor) = &mut self.cursor
        {
            self.rows = cursor.fetch()?.into_iter();
            next = self.rows.next();
        }
        let Some(row) = next else {
            self.cursor = None;
            return Ok(None);
        };
        self.current = row;
        Ok(Some(AnswerRow {
            names: &self.names,
            values: &self.current,
        }))
    }
}

/// A cursor of the server. It is closed when it is dropped.
#[derive(Debug)]
pub(super) struct Cursor<'s> {
    session: &'s DatabaseSession,
    name: String,
    fetch: Option<tokio_postgres::Statement>,
    is_at_end: bool,
}

impl<'s> Cursor<'s> {
    pub(super) fn of(session: &'s DatabaseSession, name: String) -> Self {
        Self {
            session,
            name,
            fetch: None,
            is_at_end: false,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the next rows; none at the end.
    pub(super) fn fetch(&mut self) -> Result<Vec<Vec<Value>>, StoreError> {
        if self.is_at_end {
            return Ok(Vec::new());
        }
        let sql = format!("FETCH {FETCHED} FROM {}", self.name);
        let known = self.fetch.take();
        let text = sql.clone();
        let (fetch, rows) = self.session.ask(&text, |store| async move {
            let fetch = match known {
                Some(fetch) => fetch,
                None => store.client.prepare(&sql).await?,
            };
            let rows = rows_of(&store, &fetch, &[]).await?;
            Ok((fetch, rows))
        })?;
        self.fetch = Some(fetch);
        self.is_at_end = rows.len() < FETCHED;
        Ok(rows)
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        self.session.end_cursor(&self.name);
    }
}
