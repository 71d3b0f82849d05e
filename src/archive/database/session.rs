//! A session with a database for code that waits for each answer, as it does with SQLite.
//!
//! A thread of its own reads and writes the socket, so that a caller within a tokio runtime may
//! wait as well as one without.

mod answer_rows;
mod asked;
mod exchange;
mod pipeline;
mod runtime;
mod statement;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::archive::database::session::pipeline::{Pipeline, Purpose, Reply};
use crate::archive::database::session::runtime::{SessionRuntime, answer_in_time};
use crate::archive::database::{PostgresAddress, PostgresStore};
use crate::archive::store_error::StoreError;

pub(crate) use answer_rows::{AnswerRow, AnswerRows};
pub(crate) use asked::AskedReply;
pub(crate) use statement::SessionStatement;

/// A connection to a database, with the statements that were prepared on it.
#[derive(Debug)]
pub(crate) struct DatabaseSession {
    store: Arc<PostgresStore>,
    runtime: SessionRuntime,
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
    /// What the caller noted of the open transaction.
    notes: RefCell<HashMap<&'static str, Vec<u8>>>,
}

/// How a session stands to transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Each statement is a transaction of its own.
    Autocommit,
    Begun,
    /// Begun for a cursor, and to be ended with the last one.
    OfCursors,
    /// A statement failed, and the server takes none until the transaction ends.
    Failed,
}

impl DatabaseSession {
    /// Connects to a database.
    ///
    /// # Errors
    ///
    /// As [`PostgresStore::connect`].
    pub(crate) fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let runtime = SessionRuntime::start().map_err(|error| StoreError::Failed {
            store: address.to_string(),
            why: error.to_string(),
        })?;

        let address = address.clone();
        let connected =
            runtime.finish(async move { PostgresStore::connect(&address).await });
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
            notes: RefCell::default(),
        })
    }

    /// Waits no longer for an answer, and has the server give up a little earlier what takes longer.
    /// It ends a transaction in which this process says nothing for `silence`: another process may
    /// wait for its end. A session with patience writes within transactions only.
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
        let prepared = self.ask(sql, |store| async move { store.client.prepare(&text).await })?;
        self.statements
            .borrow_mut()
            .insert(sql.to_owned(), prepared.clone());
        Ok(SessionStatement::of(self, sql, prepared))
    }

    /// Executes statements without values.
    pub(crate) fn execute_batch(&self, script: &str) -> Result<(), StoreError> {
        let text = script.to_owned();
        self.ask(script, |store| async move { store.client.batch_execute(&text).await })
    }

    /// Tells whether no transaction is open that the caller began.
    pub(crate) fn is_autocommit(&self) -> bool {
        matches!(
            self.transaction.get(),
            Standing::Autocommit | Standing::OfCursors
        )
    }

    /// Begins a transaction, with a script that says how. Where writes outside of it are refused,
    /// the answer is read with that of the first statement that waits.
    pub(crate) fn begin(&self, script: &str) -> Result<(), StoreError> {
        let is_new = self.transaction.get() == Standing::Autocommit;
        self.transaction.set(Standing::Begun);
        self.notes.borrow_mut().clear();
        if is_new && self.is_fenced.get() {
            self.send_batch(script, Purpose::Later)?;
        } else if is_new && let Err(error) = self.execute_batch(script) {
            // The server may have begun it. The first error is the one to tell.
            let _ = self.roll_back();
            return Err(error);
        }
        Ok(())
    }

    /// Keeps what the transaction wrote. One wait reads its answer, and all that were not read.
    ///
    /// # Errors
    ///
    /// Fails as well where a statement of the transaction failed. Nothing of it is kept then.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        // The server commits what a fence refuses: its answer is read before.
        if self.pipeline.borrow().has_fence()
            && let Err(error) = self.read_answers()
        {
            let _ = self.roll_back();
            return Err(error);
        }
        if self.transaction.get() == Standing::Failed {
            self.roll_back()?;
            return Err(StoreError::Failed {
                store: self.name().to_owned(),
                why: "a statement of the transaction failed".to_owned(),
            });
        }
        // Where a statement before it failed, the server rolls back instead, and that statement's
        // error is returned.
        let committed = self
            .send_batch("COMMIT", Purpose::Later)
            .and_then(|()| self.read_answers());
        self.transaction.set(Standing::Autocommit);
        committed
    }

    /// Keeps nothing of what the transaction wrote.
    pub(crate) fn roll_back(&self) -> Result<(), StoreError> {
        self.transaction.set(Standing::Autocommit);
        // Whatever they answer, nothing of them is kept.
        let _ = self.read_answers();
        self.transaction.set(Standing::Autocommit);
        self.execute_batch("ROLLBACK")
    }

    /// Notes something of the open transaction. It is forgotten with its end.
    pub(crate) fn note(&self, name: &'static str, bytes: &[u8]) {
        if self.transaction.get() == Standing::Begun {
            self.notes.borrow_mut().insert(name, bytes.to_vec());
        }
    }

    /// Returns what was noted of the open transaction.
    pub(crate) fn noted(&self, name: &'static str) -> Option<Vec<u8>> {
        let is_open = self.transaction.get() == Standing::Begun;
        let notes = self.notes.borrow();
        notes.get(name).filter(|_| is_open).cloned()
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
        let answer = self.runtime.begin(work(Arc::clone(&self.store)));
        self.waits.set(self.waits.get() + 1);
        if std::env::var("SASEO_TRIPS").is_ok() { eprintln!("WAIT {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")); }
        self.read_unread()?;
        match answer_in_time(&answer, self.patience.get()) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(self.failed(self.store.statement_fault(&error, sql))),
            None => Err(self.is_mute()),
        }
    }

    /// Sends a statement without waiting for its answer, and returns its number.
    fn send<F>(
        &self,
        sql: &str,
        purpose: Purpose,
        work: impl FnOnce(Arc<PostgresStore>) -> F,
    ) -> Result<u64, StoreError>
    where
        F: Future<Output = Result<Reply, tokio_postgres::Error>> + Send + 'static,
    {
        if self.is_broken.get() {
            return Err(self.is_mute());
        }
        let answer = self.runtime.begin(work(Arc::clone(&self.store)));
        Ok(self.pipeline.borrow_mut().push(sql, purpose, answer))
    }

    fn send_batch(&self, script: &str, purpose: Purpose) -> Result<(), StoreError> {
        let text = script.to_owned();
        self.send(script, purpose, |store| async move {
            store.client.batch_execute(&text).await?;
            Ok(Reply::Changed(0))
        })?;
        Ok(())
    }

    /// Returns an answer that is wanted. Where it was not read yet, it is waited for, and so are the
    /// answers of all that was sent behind it: they come with it.
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
        if std::env::var("SASEO_TRIPS").is_ok() { eprintln!("WAIT for {}", self.pipeline.borrow().names()); }
        self.read_unread()
    }

    /// Reads answers in the order of their statements. For each the server has as long as for one
    /// that is waited for alone.
    fn read_unread(&self) -> Result<(), StoreError> {
        loop {
            let Some(unread) = self.pipeline.borrow_mut().next() else {
                return Ok(());
            };
            let reply = match answer_in_time(&unread.answer, self.patience.get()) {
                Some(Ok(reply)) => reply,
                Some(Err(error)) => {
                    let fault = self.store.statement_fault(&error, &unread.sql);
                    return Err(self.failed(fault));
                }
                None => return Err(self.is_mute()),
            };
            match (unread.purpose, &reply) {
                (Purpose::Later, _) | (Purpose::Fence, Reply::Changed(1)) => {}
                (Purpose::Fence, Reply::Changed(_) | Reply::Rows(_)) => {
                    return Err(self.failed(StoreError::Fenced {
                        store: self.name().to_owned(),
                    }));
                }
                (Purpose::Wanted, _) => self.pipeline.borrow_mut().keep(unread.number, reply),
            }
        }
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
        self.runtime.finish(work(Arc::clone(&self.store)))
    }

    /// Begins a transaction for a cursor, where none is open, and returns the cursor's name.
    fn begin_cursor(&self) -> Result<String, StoreError> {
        if self.transaction.get() == Standing::Autocommit {
            self.execute_batch("BEGIN READ WRITE")?;
            self.transaction.set(Standing::OfCursors);
        }
        self.declared.set(self.declared.get() + 1);
        self.open.set(self.open.get() + 1);
        Ok(format!("saseo_{}", self.declared.get()))
    }

    /// Ends a cursor. What fails here is told by the next statement.
    fn end_cursor(&self, name: &str) {
        self.open.set(self.open.get().saturating_sub(1));
        match (self.transaction.get(), self.open.get()) {
            (Standing::OfCursors, 0) => {
                let _ = self.roll_back();
            }
            (Standing::OfCursors | Standing::Begun, _) => {
                let _ = self.execute_batch(&format!("CLOSE {name}"));
            }
            (Standing::Autocommit | Standing::Failed, _) => {}
        }
    }
}

impl Drop for DatabaseSession {
    fn drop(&mut self) {
        let (waits, statements) = (self.waits.get(), self.statements.borrow().len());
        tracing::debug!(waits, statements, "the session with the database ends");
    }
}
