//! The transactions of a session.

use rusqlite::types::Value;

use crate::archive::database::session::DatabaseSession;
use crate::archive::database::session::pipeline::AnswerUse;
use crate::archive::store_error::StoreError;

/// How a session stands to transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Each statement is a transaction of its own.
    Autocommit,
    Begun,
    /// Begun for a cursor, and to be ended with the last one.
    OfCursors,
    /// A statement failed, and the server takes none until the transaction ends.
    Failed,
}

impl DatabaseSession {
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
        if is_new && self.is_fenced.get() {
            self.send_batch(script, AnswerUse::Later)?;
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
        if self.transaction.get() == Standing::Failed {
            self.roll_back()?;
            return Err(StoreError::Failed {
                store: self.name().to_owned(),
                why: "a statement of the transaction failed".to_owned(),
            });
        }
        // Where a statement before it failed, its error is returned. A server would answer COMMIT
        // itself by rolling back, without an error: a transaction that failed refuses the question
        // before it.
        let committed = self
            .send_batch("SELECT 1; COMMIT", AnswerUse::Later)
            .and_then(|()| self.read_answers());
        self.transaction.set(Standing::Autocommit);
        if committed.is_err() {
            // The first error is the one to tell.
            let _ = self.execute_batch("ROLLBACK");
        }
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

    /// Sends a statement that changes one row where this process may still write. Where it changes
    /// none, it fails, and the server refuses all that follows in the transaction.
    pub(crate) fn send_fence(&self, sql: &str, values: Vec<Value>) -> Result<(), StoreError> {
        let fence = format!(
            "WITH changed AS ({sql} RETURNING 1)
             SELECT 1 / count(*) FROM changed"
        );
        self.prepare(&fence)?.execute_as_fence(values)
    }

    /// Begins a transaction for a cursor, where none is open, and returns the cursor's name.
    pub(super) fn begin_cursor(&self) -> Result<String, StoreError> {
        if self.transaction.get() == Standing::Autocommit {
            // A standby takes no transaction that may write.
            self.execute_batch(match self.is_fenced.get() {
                true => "BEGIN READ WRITE",
                false => "BEGIN",
            })?;
            self.transaction.set(Standing::OfCursors);
        }
        self.declared.set(self.declared.get() + 1);
        self.open.set(self.open.get() + 1);
        Ok(format!("saseo_{}", self.declared.get()))
    }

    /// Ends a cursor. What fails here is told by the next statement.
    pub(super) fn end_cursor(&self, name: &str) {
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
