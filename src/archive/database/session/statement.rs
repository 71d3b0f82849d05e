//! A statement that the server has prepared.

use rusqlite::types::Value;

use crate::archive::database::session::DatabaseSession;
use crate::archive::database::session::answer_rows::{AnswerRows, Cursor};
use crate::archive::database::session::asked::AskedReply;
use crate::archive::database::session::exchange::{changed_by, references, rows_of};
use crate::archive::database::session::pipeline::{AnswerUse, Reply};
use crate::archive::database::values::Placed;
use crate::archive::store_error::StoreError;

/// A statement of a session, with the values of its places.
#[derive(Debug)]
pub(crate) struct SessionStatement<'c> {
    session: &'c DatabaseSession,
    sql: String,
    prepared: tokio_postgres::Statement,
    bound: Vec<Value>,
    reads_by_cursor: bool,
}

impl<'c> SessionStatement<'c> {
    pub(super) fn of(
        session: &'c DatabaseSession,
        sql: &str,
        prepared: tokio_postgres::Statement,
    ) -> Self {
        Self {
            session,
            sql: sql.to_owned(),
            bound: vec![Value::Null; prepared.params().len()],
            prepared,
            reads_by_cursor: false,
        }
    }

    /// Reads the rows by a cursor, some at a time.
    pub(crate) fn with_cursor(self) -> Self {
        Self {
            reads_by_cursor: true,
            ..self
        }
    }

    /// Executes the statement, and returns how many rows it changed.
    pub(crate) fn execute(&self, values: Vec<Value>) -> Result<usize, StoreError> {
        let prepared = self.prepared.clone();
        let changed = self
            .session
            .ask(&self.sql, |store| changed_by(store, prepared, values))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Executes the statement without waiting for its answer. Outside of a transaction it is waited
    /// for: nothing behind it would tell of an error.
    pub(crate) fn execute_later(&self, values: Vec<Value>) -> Result<(), StoreError> {
        if self.session.is_autocommit() {
            return self.execute(values).map(|_| ());
        }
        self.send_execution(AnswerUse::Later, values).map(|_| ())
    }

    /// Executes the statement without waiting for its answer. It fails by a division by zero where
    /// this process may write no more.
    pub(super) fn execute_as_fence(&self, values: Vec<Value>) -> Result<(), StoreError> {
        self.send_execution(AnswerUse::Fence, values).map(|_| ())
    }

    /// Executes the statement, and has its answer wait.
    pub(crate) fn ask_execution(&self, values: Vec<Value>) -> Result<AskedReply<'c>, StoreError> {
        let number = self.send_execution(AnswerUse::Wanted, values)?;
        Ok(AskedReply::of(self.session, &self.prepared, number))
    }

    /// Begins to read the rows of a query.
    pub(crate) fn query(&self, values: Vec<Value>) -> Result<AnswerRows<'_>, StoreError> {
        if self.reads_by_cursor && !self.prepared.columns().is_empty() {
            return self.query_by_cursor(values);
        }
        let prepared = self.prepared.clone();
        let rows = self.session.ask(&self.sql, |store| async move {
            rows_of(&store, &prepared, &values).await
        })?;
        Ok(AnswerRows::of(&self.prepared, rows, None))
    }

    /// Asks for the rows of a query, and has them wait.
    pub(crate) fn ask_rows(&self, values: Vec<Value>) -> Result<AskedReply<'c>, StoreError> {
        let prepared = self.prepared.clone();
        let number = self
            .session
            .send(&self.sql, AnswerUse::Wanted, |store| async move {
                Ok(Reply::Rows(rows_of(&store, &prepared, &values).await?))
            })?;
        Ok(AskedReply::of(self.session, &self.prepared, number))
    }

    fn send_execution(&self, used_as: AnswerUse, values: Vec<Value>) -> Result<u64, StoreError> {
        let prepared = self.prepared.clone();
        self.session.send(&self.sql, used_as, |store| async move {
            Ok(Reply::Changed(changed_by(store, prepared, values).await?))
        })
    }

    /// Gives a place its value. The first place is 1.
    pub(crate) fn bind(&mut self, place: usize, value: Value) {
        if let Some(bound) = self.bound.get_mut(place.wrapping_sub(1)) {
            *bound = value;
        }
    }

    /// Begins to read the rows of a query whose places have their values.
    pub(crate) fn query_bound(&self) -> Result<AnswerRows<'_>, StoreError> {
        self.query(self.bound.clone())
    }

    /// Returns how many places the statement has.
    pub(crate) fn parameter_count(&self) -> usize {
        self.prepared.params().len()
    }

    fn query_by_cursor(&self, values: Vec<Value>) -> Result<AnswerRows<'_>, StoreError> {
        let name = self.session.begin_cursor()?;
        // Ends the cursor where it cannot be declared, too.
        let mut cursor = Cursor::of(self.session, name);
        let declare = format!(
            "DECLARE {} NO SCROLL CURSOR FOR {}",
            cursor.name(),
            self.sql
        );
        let sql = self.sql.clone();
        self.session.ask(&sql, |store| async move {
            let declare = store.client.prepare(&declare).await?;
            let places: Vec<Placed<'_>> = values.iter().map(Placed).collect();
            store.client.execute(&declare, &references(&places)).await
        })?;
        let rows = cursor.fetch()?;
        Ok(AnswerRows::of(&self.prepared, rows, Some(cursor)))
    }
}
