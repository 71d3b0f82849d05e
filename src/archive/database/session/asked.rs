//! The answer to a statement that was sent before, for whoever needs it later.

use crate::archive::database::session::DatabaseSession;
use crate::archive::database::session::answer_rows::AnswerRows;
use crate::archive::database::session::pipeline::Reply;
use crate::archive::store_error::StoreError;

/// An answer under way. It is forgotten when it is dropped; an error is told all the same.
#[derive(Debug)]
pub(crate) struct AskedReply<'c> {
    session: &'c DatabaseSession,
    prepared: tokio_postgres::Statement,
    number: u64,
}

impl<'c> AskedReply<'c> {
    pub(super) fn of(
        session: &'c DatabaseSession,
        prepared: &tokio_postgres::Statement,
        number: u64,
    ) -> Self {
        Self {
            session,
            prepared: prepared.clone(),
            number,
        }
    }

    /// Returns the rows.
    pub(crate) fn rows(self) -> Result<AnswerRows<'c>, StoreError> {
        let rows = match self.session.reply(self.number)? {
            Reply::Rows(rows) => rows,
            Reply::Changed(_) => Vec::new(),
        };
        Ok(AnswerRows::of(&self.prepared, rows, None))
    }

    /// Returns how many rows were changed.
    pub(crate) fn changed(self) -> Result<usize, StoreError> {
        match self.session.reply(self.number)? {
            Reply::Rows(rows) => Ok(rows.len()),
            Reply::Changed(count) => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
        }
    }
}

impl Drop for AskedReply<'_> {
    fn drop(&mut self) {
        self.session.forget(self.number);
    }
}
