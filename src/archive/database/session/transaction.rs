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
    ///
    /// # Errors
    ///
    /// Fails where another transaction is open, as it does in SQLite: its end would be that of
    /// both.
    pub(crate) fn begin(&self, script: &str) -> Result<(), StoreError> {
        let open = match self.transaction.get() {
            Standing::Autocommit => None,
            Standing::Begun => Some("a transaction is open already"),
            Standing::OfCursors => Some("rows are still being read"),
            Standing::Failed => Some("a transaction failed, and was not rolled back"),
        };
        if let Some(why) = open {
            return Err(StoreError::Failed {
                store: self.name().to_owned(),
                why: why.to_owned(),
            });
        }

        self.transaction.set(Standing::Begun);
        if self.is_fenced.get() {
            return self.send_batch(script, AnswerUse::Later);
        }
        self.begin_now(script)
    }

    /// Begins a transaction, and waits for the answer. The server may have begun it where an answer
    /// before that is an error, or none comes: it is rolled back then.
    fn begin_now(&self, script: &str) -> Result<(), StoreError> {
        let begun = self.execute_batch(script);
        if begun.is_err() {
            // The first error is the one to tell.
            let _ = self.roll_back();
        }
        begun
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
            self.begin_now(match self.is_fenced.get() {
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

#[cfg(test)]
mod tests {
    use rusqlite::types::Value;

    use super::*;
    use crate::archive::database::session::cluster::Cluster;

    /// What the sessions do that a program has with the database.
    fn states(cluster: &Cluster) -> String {
        let sql = "SELECT state FROM pg_stat_activity
                   WHERE datname = 'papers' AND pid <> pg_backend_pid()";
        cluster.sql(sql).trim().to_owned()
    }

    fn session(cluster: &Cluster) -> DatabaseSession {
        let address = cluster.address("papers").parse().unwrap();
        DatabaseSession::connect(&address).unwrap()
    }

    #[test]
    fn a_cursor_that_cannot_begin_leaves_no_transaction_behind() {
        let cluster = Cluster::start();
        let session = session(&cluster);
        let halved = session.prepare("SELECT 1 / CAST($1 AS bigint)").unwrap();
        let all = session.prepare("SELECT 1").unwrap().with_cursor();
        // Its error is read when the cursor's transaction begins.
        let asked = halved.ask_rows(vec![Value::Integer(0)]).unwrap();

        assert!(all.query(Vec::new()).is_err());

        assert_eq!(states(&cluster), "idle");
        assert!(asked.rows().is_err());
        assert!(all.query(Vec::new()).unwrap().next().unwrap().is_some());
    }

    #[test]
    fn no_transaction_begins_within_another_one() {
        let cluster = Cluster::start();
        let session = session(&cluster);
        let all = session.prepare("SELECT 1").unwrap().with_cursor();

        let mut rows = all.query(Vec::new()).unwrap();
        assert!(session.begin("BEGIN").is_err());
        assert!(rows.next().unwrap().is_some());
        drop(rows);

        session.begin("BEGIN").unwrap();
        assert!(session.begin("BEGIN").is_err());
        assert!(session.execute_batch("SELECT 1 / 0").is_err());
        assert!(session.begin("BEGIN").is_err());
        assert!(session.commit().is_err());

        session.begin("BEGIN").unwrap();
        session.commit().unwrap();
        assert_eq!(states(&cluster), "idle");
    }
}
