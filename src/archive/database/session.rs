//! A session with a database for code that waits for each answer, as it does with SQLite.
//!
//! A thread of its own reads and writes the socket, so that a caller within a tokio runtime may
//! wait as well as one without.

mod answer_rows;
mod exchange;
mod statement;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::archive::database::{PostgresAddress, PostgresStore};
use crate::archive::store_error::StoreError;

pub(crate) use answer_rows::{AnswerRow, AnswerRows};
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
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|error| StoreError::Failed {
                store: address.to_string(),
                why: error.to_string(),
            })?;
        let runtime = SessionRuntime(Some(runtime));

        let address = address.clone();
        let connected = whole_answer_of(
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
        })
    }

    /// Waits no longer for an answer, and has the server give up a little earlier what takes longer.
    /// It ends a transaction in which this process says nothing for `silence`: another process may
    /// wait for its end.
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
                "SET lock_timeout = {}; SET statement_timeout = {}",
                lock.as_millis(),
                statement.as_millis()
            ))?;
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
        let prepared = self.ask(|store| async move { store.client.prepare(&text).await })?;
        self.statements
            .borrow_mut()
            .insert(sql.to_owned(), prepared.clone());
        Ok(SessionStatement::of(self, sql, prepared))
    }

    /// Executes statements without values.
    pub(crate) fn execute_batch(&self, script: &str) -> Result<(), StoreError> {
        let script = script.to_owned();
        self.ask(|store| async move { store.client.batch_execute(&script).await })
    }

    /// Tells whether no transaction is open that the caller began.
    pub(crate) fn is_autocommit(&self) -> bool {
        matches!(
            self.transaction.get(),
            Standing::Autocommit | Standing::OfCursors
        )
    }

    /// Begins a transaction, with a script that says how.
    pub(crate) fn begin(&self, script: &str) -> Result<(), StoreError> {
        if self.transaction.get() == Standing::Autocommit
            && let Err(error) = self.execute_batch(script)
        {
            // The server may have begun it. The first error is the one to tell.
            let _ = self.roll_back();
            return Err(error);
        }
        self.transaction.set(Standing::Begun);
        Ok(())
    }

    /// Keeps what the transaction wrote.
    ///
    /// # Errors
    ///
    /// Fails as well where a statement of the transaction failed. Nothing of it is kept then.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        if self.transaction.get() == Standing::Failed {
            self.roll_back()?;
            return Err(StoreError::Failed {
                store: self.name().to_owned(),
                why: "a statement of the transaction failed".to_owned(),
            });
        }
        let committed = self.execute_batch("COMMIT");
        self.transaction.set(Standing::Autocommit);
        committed
    }

    /// Keeps nothing of what the transaction wrote.
    pub(crate) fn roll_back(&self) -> Result<(), StoreError> {
        self.transaction.set(Standing::Autocommit);
        self.execute_batch("ROLLBACK")
    }

    /// Asks the server, and waits for its answer.
    fn ask<T, F>(&self, work: impl FnOnce(Arc<PostgresStore>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    {
        let answer = match self.is_broken.get() {
            false => answer_of(
                &self.runtime,
                work(Arc::clone(&self.store)),
                self.patience.get(),
            ),
            true => None,
        };
        let fault = match answer {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => self.store.store_fault(&error),
            None => {
                self.is_broken.set(true);
                StoreError::Unreachable {
                    store: self.name().to_owned(),
                    why: "it does not answer".to_owned(),
                }
            }
        };
        match self.transaction.get() {
            Standing::Begun | Standing::OfCursors => self.transaction.set(Standing::Failed),
            Standing::Autocommit | Standing::Failed => {}
        }
        Err(fault)
    }

    /// Has the session's thread do some work, and waits for it as long as it takes.
    pub(crate) fn work<T, E, F>(&self, work: impl FnOnce(Arc<PostgresStore>) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        whole_answer_of(&self.runtime, work(Arc::clone(&self.store)))
    }

    /// Begins a transaction for a cursor, where none is open, and returns the cursor's name.
    fn begin_cursor(&self) -> Result<String, StoreError> {
        if self.transaction.get() == Standing::Autocommit {
            self.execute_batch("BEGIN")?;
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

/// The thread of a session. To wait for its end is not allowed within another runtime.
#[derive(Debug)]
struct SessionRuntime(Option<Runtime>);

impl Drop for SessionRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Has a thread of the runtime do some work, and waits for its result; `None` where that does not
/// come in time.
fn answer_of<T: Send + 'static>(
    runtime: &SessionRuntime,
    work: impl Future<Output = T> + Send + 'static,
    patience: Option<Duration>,
) -> Option<T> {
    let (give, take) = mpsc::sync_channel(1);
    if let Some(runtime) = &runtime.0 {
        runtime.spawn(async move {
            // The receiver may have gone.
            let _ = give.send(work.await);
        });
    }
    match patience {
        Some(patience) => take.recv_timeout(patience).ok(),
        None => take.recv().ok(),
    }
}

/// Has a thread of the runtime do some work, and waits for its result as long as it takes.
fn whole_answer_of<T: Send + 'static>(
    runtime: &SessionRuntime,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    match answer_of(runtime, work, None) {
        Some(answer) => answer,
        None => unreachable!("the runtime lives as long as the session"),
    }
}
