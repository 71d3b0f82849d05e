//! A session with a database for code that waits for each answer, as it does with SQLite.
//!
//! A thread of its own reads and writes the socket, so that a caller within a tokio runtime may
//! wait as well as one without.

mod answer_rows;
mod asked;
#[cfg(test)]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "the tests of the folder `postgres` use the rest"
)]
#[path = "../../../tests/postgres/cluster.rs"]
mod cluster;
mod exchange;
mod pipeline;
mod statement;
mod transaction;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use crate::archive::background::{BackgroundRuntime, BegunWork};
use crate::archive::database::session::exchange::answer_in_time;
use crate::archive::database::session::pipeline::{
    AnswerUse, Pipeline, Reply, SentStatement, Unread,
};
use crate::archive::database::session::transaction::Standing;
use crate::archive::database::{PostgresAddress, PostgresStore};
use crate::archive::store_error::StoreError;

pub(crate) use answer_rows::{AnswerRow, AnswerRows};
pub(crate) use asked::AskedReply;
pub(crate) use statement::SessionStatement;

/// A connection to a database, with the statements that were prepared on it.
#[derive(Debug)]
pub(crate) struct DatabaseSession {
    store: Arc<PostgresStore>,
    runtime: BackgroundRuntime,
    statements: RefCell<HashMap<String, tokio_postgres::Statement>>,
    transaction: Cell<Standing>,
    /// Cursors that were declared, for names that no two of them share.
    declared: Cell<u64>,
    /// Cursors that are open.
    open: Cell<u64>,
    /// The longest wait for an answer; `None` where it may take as long as it takes.
    patience: Cell<Option<Duration>>,
    /// An answer did not come in time. Whatever comes later is none of the next question.
    is_broken: Cell<bool>,
    /// The server refuses writes outside of transactions, so that statements may be sent behind the
    /// beginning of a transaction before the server has answered it.
    is_fenced: Cell<bool>,
    /// Statements that were sent and whose answers are not read yet.
    pipeline: RefCell<Pipeline>,
    /// How often the session waited for the server.
    waits: Cell<u64>,
}

impl DatabaseSession {
    /// Connects to a database.
    ///
    /// # Errors
    ///
    /// As [`PostgresStore::connect`].
    pub(crate) fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let runtime = BackgroundRuntime::start("postgres").map_err(|error| StoreError::Failed {
            store: address.to_string(),
            why: error.to_string(),
        })?;

        let address = address.clone();
        let connected = finish(
            &runtime,
            async move { PostgresStore::connect(&address).await },
        );
        Ok(Self {
            store: Arc::new(connected?),
            runtime,
            statements: RefCell::default(),
            transaction: Cell::new(Standing::Autocommit),
            declared: Cell::new(0),
            open: Cell::new(0),
            patience: Cell::new(None),
            is_broken: Cell::new(false),
            is_fenced: Cell::new(false),
            pipeline: RefCell::default(),
            waits: Cell::new(0),
        })
    }

    /// Waits no longer for an answer, and has the server give up a little earlier what takes
    /// longer. It ends a transaction in which this process says nothing for `silence`: another
    /// process may wait for its end. A session with patience writes within transactions only.
    pub(crate) fn limit(
        &self,
        patience: Option<Duration>,
        silence: Duration,
    ) -> Result<(), StoreError> {
        let silence = silence.as_millis();
        self.execute_batch(&format!(
            "SET idle_in_transaction_session_timeout = {silence}"
        ))?;
        if let Some(patience) = patience {
            let (lock, statement) = (patience.mul_f64(0.75), patience.mul_f64(0.9));
            self.execute_batch(&format!(
                "SET lock_timeout = {}; SET statement_timeout = {};
                 SET default_transaction_read_only = on",
                lock.as_millis(),
                statement.as_millis()
            ))?;
            self.is_fenced.set(true);
        }
        self.patience.set(patience);
        Ok(())
    }

    /// Returns the database's address, without a password.
    pub(crate) fn name(&self) -> &str {
        &self.store.name
    }

    /// Prepares a statement, once for the session.
    pub(crate) fn prepare(&self, sql: &str) -> Result<SessionStatement<'_>, StoreError> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(SessionStatement::of(self, sql, known.clone()));
        }
        let text = sql.to_owned();
        let prepared = self.ask(
            sql,
            |store| async move { store.client.prepare(&text).await },
        )?;
        self.statements
            .borrow_mut()
            .insert(sql.to_owned(), prepared.clone());
        Ok(SessionStatement::of(self, sql, prepared))
    }

    /// Executes statements without values.
    pub(crate) fn execute_batch(&self, script: &str) -> Result<(), StoreError> {
        let text = script.to_owned();
        self.ask(script, |store| async move {
            store.client.batch_execute(&text).await
        })
    }

    /// Asks the server, and waits for its answer, behind all that were not read yet.
    fn ask<T, F>(
        &self,
        sql: &str,
        work: impl FnOnce(Arc<PostgresStore>) -> F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    {
        if self.is_broken.get() {
            return Err(self.is_mute());
        }
        let answer = self.runtime.begin_here(work(Arc::clone(&self.store)));
        self.waits.set(self.waits.get() + 1);
        self.read_unread()?;
        match answer_in_time(answer, self.patience.get()) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(self.failed(self.store.statement_fault(&error, sql))),
            None => Err(self.is_mute()),
        }
    }

    /// Sends a statement without waiting for its answer, and returns its number.
    fn send<F>(
        &self,
        sql: &str,
        used_as: AnswerUse,
        work: impl FnOnce(Arc<PostgresStore>) -> F,
    ) -> Result<u64, StoreError>
    where
        F: Future<Output = Result<Reply, tokio_postgres::Error>> + Send + 'static,
    {
        if self.is_broken.get() {
            return Err(self.is_mute());
        }
        if self.pipeline.borrow().is_full() {
            self.read_answers()?;
        }
        let answer = self.runtime.begin_here(work(Arc::clone(&self.store)));
        // The server knows nothing of what could not be sent, and would commit the rest.
        if let BegunWork::Done(Err(error)) = &answer {
            return Err(self.failed(self.store.statement_fault(error, sql)));
        }
        Ok(self.pipeline.borrow_mut().push(sql, used_as, answer))
    }

    fn send_batch(&self, script: &str, used_as: AnswerUse) -> Result<(), StoreError> {
        let text = script.to_owned();
        self.send(script, used_as, |store| async move {
            store.client.batch_execute(&text).await?;
            Ok(Reply::Changed(0))
        })?;
        Ok(())
    }

    /// Returns an answer that is wanted. Where it was not read yet, it is waited for, and so are
    /// the answers of all that was sent behind it: they come with it.
    fn reply(&self, number: u64) -> Result<Reply, StoreError> {
        let mut reply = self.pipeline.borrow_mut().take(number);
        if reply.is_none() {
            self.read_answers()?;
            reply = self.pipeline.borrow_mut().take(number);
        }
        reply.ok_or_else(|| StoreError::Failed {
            store: self.name().to_owned(),
            why: "a statement before this one failed".to_owned(),
        })
    }

    /// Forgets an answer that nobody asks for any more.
    fn forget(&self, number: u64) {
        self.pipeline.borrow_mut().forget(number);
    }

    /// Waits for the answers of all that was sent.
    fn read_answers(&self) -> Result<(), StoreError> {
        if self.pipeline.borrow().is_empty() {
            return Ok(());
        }
        self.waits.set(self.waits.get() + 1);
        self.read_unread()
    }

    /// Reads answers in the order of their statements. For each the server has as long as for one
    /// that is waited for alone.
    fn read_unread(&self) -> Result<(), StoreError> {
        loop {
            let Some(Unread { sent, answer }) = self.pipeline.borrow_mut().next() else {
                return Ok(());
            };
            let reply = match answer_in_time(answer, self.patience.get()) {
                Some(Ok(reply)) => reply,
                Some(Err(error)) => return Err(self.failed(self.unread_fault(&sent, &error))),
                None => return Err(self.is_mute()),
            };
            match sent.used_as {
                AnswerUse::Later | AnswerUse::Fence => {}
                AnswerUse::Wanted => self.pipeline.borrow_mut().keep(sent.number, reply),
            }
        }
    }

    /// Returns the error for a statement that was sent and failed.
    fn unread_fault(&self, sent: &SentStatement, error: &tokio_postgres::Error) -> StoreError {
        let is_refused =
            sent.used_as == AnswerUse::Fence && error.code() == Some(&SqlState::DIVISION_BY_ZERO);
        if is_refused {
            let store = self.name().to_owned();
            return StoreError::Fenced { store };
        }
        self.store.statement_fault(error, &sent.sql)
    }

    /// Notes that an answer did not come in time, and returns the error for that.
    fn is_mute(&self) -> StoreError {
        self.is_broken.set(true);
        self.failed(StoreError::Unreachable {
            store: self.name().to_owned(),
            why: "it does not answer".to_owned(),
        })
    }

    /// Notes that a statement failed. The server refuses all that follow in its transaction.
    fn failed(&self, fault: StoreError) -> StoreError {
        self.pipeline.borrow_mut().clear();
        match self.transaction.get() {
            Standing::Begun | Standing::OfCursors => self.transaction.set(Standing::Failed),
            Standing::Autocommit | Standing::Failed => {}
        }
        fault
    }

    /// Has the session's thread do some work, and waits for it as long as it takes.
    pub(crate) fn work<T, E, F>(&self, work: impl FnOnce(Arc<PostgresStore>) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        finish(&self.runtime, work(Arc::clone(&self.store)))
    }
}

/// Has a session's thread do some work, and waits for its result as long as it takes.
fn finish<T: Send + 'static>(
    runtime: &BackgroundRuntime,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    match runtime.begin(work).result() {
        Ok(result) => result,
        Err(_) => unreachable!("the runtime lives as long as the session"),
    }
}

impl Drop for DatabaseSession {
    fn drop(&mut self) {
        let (waits, prepared) = (self.waits.get(), self.statements.borrow().len());
        tracing::debug!(waits, prepared, "the session with the database ends");
    }
}
